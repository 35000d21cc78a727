from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import LeadyaCommon


@tagged("leadya", "leadya_ui", "post_install", "-at_install")
class TestMergeUi(LeadyaCommon, HttpCase):
    """What a rep does on the screen with duplicates and with leads that are not ripe."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False

    def setUp(self):
        super().setUp()
        common = {"user_id": self.rep.id, "email_from": "buyer@twice.example"}
        self.first = self._make_lead(name="Asked by phone", phone="+972 52-555-0101", **common)
        self.second = self._make_lead(name="Asked by mail", **common)

    def test_c3_rep_merges_and_undoes(self):
        """C3: side by side, merged into the lead that the rep chose, and taken back."""
        self.start_tour(f"/odoo/crm.lead/{self.second.id}", "leadya_merge_and_undo", login="leadya_rep")
        [merge] = self.env["leadya.merge"].search([("merged_lead_ids", "in", self.first.ids)])
        self.assertEqual((merge.lead_id, merge.state, merge.user_id), (self.second, "undone", self.rep))
        self.assertTrue(self.first.active and self.second.active)
        self.assertFalse(self.second.phone)

    def test_c3_rep_says_not_the_same(self):
        """C3: what a person says is remembered."""
        self.start_tour(f"/odoo/crm.lead/{self.second.id}", "leadya_not_the_same", login="leadya_rep")
        self.assertEqual(self.second.distinct_lead_ids, self.first)

    def test_z6_p7_l7_rep_lets_a_lead_rest(self):
        """Z6 P7 L7: put in nurture with the reason, seen as such, and taken back."""
        self.env["crm.lost.reason"].search([]).unlink()
        self.env["crm.lost.reason"].create({"name": "Too expensive"})
        self.start_tour(f"/odoo/crm.lead/{self.first.id}", "leadya_nurture", login="leadya_rep")
        self.assertFalse(self.first.nurture_resume_at)
        [rested, taken_back] = self.explanations(self.first, "nurture")
        self.assertIn("Too expensive", rested)
        self.assertIn("leadya_rep", taken_back)
        self.assertLess(self.first.next_action_at, fields.Datetime.now() + timedelta(minutes=1))
