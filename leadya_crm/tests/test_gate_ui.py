from odoo.tests import HttpCase, tagged

from .gate_common import GateCommon


@tagged("leadya", "leadya_ui", "post_install", "-at_install")
class TestGateUi(GateCommon, HttpCase):
    """What a rep and a manager do at the gate, on the screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False
        cls.first.name, cls.gated.name, cls.won.name = "Tour First", "Tour Proposal", "Tour Won"
        # The tour's board has these columns alone.
        (cls.env["crm.stage"].search([]) - cls.first - cls.gated - cls.won).team_ids = cls.env["crm.team"].create(
            {"name": "Elsewhere"}
        )
        cls.point = cls._require()
        need = cls.env["leadya.criterion"].search([("lead_field", "=", "bant_need")])
        cls._require(name="Need", kind="criterion", criterion_id=need.id)
        cls._require(name="Amount", kind="field", field_name="expected_revenue")
        cls.lead = cls._make_gated(name="Asked for a price")

    def test_l5_rep_drags_a_card(self):
        """L5 C8: the dialog asks for just what is missing, fills it in there, and the card moves."""
        self.start_tour("/odoo/action-crm.crm_lead_action_pipeline", "leadya_gate_drag", login="leadya_rep")
        lead = self.lead
        lead.invalidate_recordset()
        self.assertEqual((lead.stage_id, lead.expected_revenue, lead.bant_need), (self.gated, 12500, "confirmed"))
        self.assertEqual(lead.requirement_mark_ids.user_id, self.rep)
        self.assertIn("Dana said so", lead.criterion_answer_ids.mapped("note"))

    def test_z11_z14_rep_stays_and_decides(self):
        """L5 Z11 Z14: a rep who stays finds the lead as it was; a gap is closed, a decision taken by keys."""
        self.start_tour(f"/odoo/crm.lead/{self.lead.id}", "leadya_gate_form", login="leadya_rep")
        self.lead.invalidate_recordset()
        self.assertEqual((self.lead.stage_id, self.lead.verdict), (self.first, "proceed"))
        self.assertEqual(self.lead.clarification_ids.kind, "unknowable")

    def test_c8_manager_lets_it_pass(self):
        """C8: a manager's override, with its reason."""
        self.company.leadya_gate_won_mode = "on"
        self.start_tour(f"/odoo/crm.lead/{self.lead.id}", "leadya_gate_override", login="leadya_manager")
        self.lead.invalidate_recordset()
        self.assertEqual(self.lead.won_status, "won")
        self.assertEqual(self.lead.gate_override_ids.reason, "A customer of twenty years")
