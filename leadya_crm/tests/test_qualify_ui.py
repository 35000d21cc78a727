from odoo.tests import HttpCase, tagged

from .common import LeadyaCommon


@tagged("leadya", "leadya_ui", "post_install", "-at_install")
class TestQualifyUi(LeadyaCommon, HttpCase):
    """What a rep does to know how good a deal is, on the screen."""

    def _make_own_lead(self, **values):
        return self._make_lead(
            name="Asked for pumps",
            user_id=self.rep.id,
            email_from="buyer@price.example",
            partner_name="Price Ltd",
            bant_need="confirmed",
            **values,
        )

    def test_c8_c10_rep_gives_evidence(self):
        """C8 C10 Z13: the budget with what shows it, the score with its parts, the products with volumes."""
        self.env["leadya.criterion"].search([("lead_field", "=", False)]).active = False
        lead = self._make_own_lead()
        self.start_tour(f"/odoo/crm.lead/{lead.id}", "leadya_give_evidence", login="leadya_rep")
        answer = lead.criterion_answer_ids.filtered(lambda answer: answer.criterion_id.lead_field == "bant_budget")
        self.assertEqual((answer.state, answer.note, answer.user_id.login), (
            "confirmed", "The board has approved 40,000", "leadya_rep",
        ))  # fmt: skip
        self.assertEqual(
            lead.wanted_product_ids.mapped(lambda line: (line.name, line.quantity)), [("Booster pump", 12)]
        )

    def test_l14_rep_asks_how_they_decide(self):
        """L14: guided by one question at a time, and as a whole on one page."""
        lead = self._make_own_lead()
        self.start_tour(f"/odoo/crm.lead/{lead.id}", "leadya_ask_decision", login="leadya_rep")
        self.assertEqual((lead.decision_asker_role, lead.decision_forum), ("user", "committee"))
        self.assertEqual(lead.decision_threshold_state, "met")
