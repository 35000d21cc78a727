from odoo.tests import HttpCase, tagged

from .common import LeadyaCommon

SITE = "https://site.example/"


@tagged("leadya", "leadya_ui", "post_install", "-at_install")
class TestAttributionUi(LeadyaCommon, HttpCase):
    """What brought a lead, on the screen of a rep; the brand's spellings, on a manager's."""

    def test_l13_rep_corrects_a_visit(self):
        """L13: the visits stand on the lead in order; a correction holds, and the header shows it."""
        lead = self._make_lead(
            user_id=self.rep.id, landing_url=f"{SITE}?utm_source=google&utm_medium=cpc&utm_term=laser&gclid=x"
        )
        self.env["leadya.touch"].create(
            {"lead_id": lead.id, "touched_at": "2026-05-01 10:00:00", "referrer_url": "https://www.google.com/"}
        )
        self.start_tour(f"/odoo/crm/{lead.id}", "leadya_correct_touch", login="leadya_rep")
        self.assertEqual(lead.utm_term, "laser clinic")
        self.assertEqual(len(lead.touch_ids), 3)
        self.assertEqual(lead.touch_ids.filtered("supersedes_id").create_uid, self.rep)

    def test_l16_manager_tries_a_brand(self):
        """L16: a search is tried on the spellings; saved, the keywords that name the brand are counted."""
        self.env["leadya.brand.term"].search([]).unlink()
        self.env["leadya.keyword"].search([]).active = False
        self.env["leadya.keyword"].create([{"name": "leadya crm"}, {"name": "crm"}])
        self.start_tour("/odoo/action-leadya_crm.leadya_brand_term_action/new", "leadya_brand", login="leadya_manager")
