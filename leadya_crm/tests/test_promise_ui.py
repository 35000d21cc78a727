from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import LeadyaCommon


@tagged("leadya", "leadya_ui", "post_install", "-at_install")
class TestPromiseUi(LeadyaCommon, HttpCase):
    """The rep's day and the manager's measures on the screen, each as the lowest role that may see them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False

    def test_p2_rep_works_through_the_day(self):
        """P2 P4 L7 L10: one lead at a time, one key per outcome, and the next lead is already there."""
        self.env["crm.lost.reason"].search([]).active = False
        self.env["crm.lost.reason"].create({"name": "Chose another"})
        now = fields.Datetime.now()
        soon, later, last = self._make_leads(
            [
                {"user_id": self.rep.id, "contact_name": "Dana Soon", "utm_term": "laser price"},
                {"user_id": self.rep.id, "contact_name": "Noa Later"},
                {"user_id": self.rep.id, "contact_name": "Igor Last"},
            ]
        )
        for minutes, lead in ((30, soon), (60, later), (90, last)):
            lead.sla_clock_ids.sudo().write({"deadline": now + timedelta(minutes=minutes)})
        self.start_tour("/odoo/my-day", "leadya_my_day", login="leadya_rep")
        self.assertEqual((soon | later | last).mapped("last_outcome"), ["no_answer", "call_back", "not_interested"])
        self.assertTrue(later.activity_ids.calendar_event_id.alarm_ids)
        self.assertEqual(last.lost_reason_id.name, "Chose another")

    def test_s12_manager_reads_the_measures(self):
        """S6 S9 S12: the company's own figures beside what is known of others."""
        self._make_lead(user_id=self.rep.id).with_user(self.rep).action_log_attempt("reached")
        self.start_tour("/odoo/response-measures", "leadya_measures", login="leadya_manager")
