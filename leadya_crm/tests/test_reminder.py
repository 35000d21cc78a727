from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import tagged

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestReminder(LeadyaCommon):
    """L7 C7 P6: a next step with a time is an event with an alarm, and goes when it is dealt with."""

    def setUp(self):
        super().setUp()
        with self.at(NOW):
            self.lead = self._make_lead(user_id=self.rep.id, name="Laser")

    def call_back(self, **values):
        with self.at(NOW + timedelta(minutes=5)):
            self.lead.with_user(self.rep).action_log_attempt(
                "call_back", call_back_at="2026-05-14 14:30:00", remind_minutes=15, **values
            )
        return self.env["calendar.event"].search([("opportunity_id", "=", self.lead.id)])

    def test_event_with_an_alarm(self):
        event = self.call_back()
        self.assertEqual(event.start, datetime(2026, 5, 14, 14, 30))
        self.assertEqual((event.alarm_ids.alarm_type, event.alarm_ids.duration_minutes), ("notification", 15))
        self.assertEqual((event.user_id, event.partner_ids), (self.rep, self.rep.partner_id))
        self.assertEqual(event.activity_ids, self.lead.activity_ids)
        self.assertIn("Laser", event.name)
        self.assertEqual(self.lead.next_action_at, event.start)

    def test_alarm_is_due_in_the_web_client(self):
        # Calendar asks the database's own clock, which cannot be frozen.
        at = fields.Datetime.now() + timedelta(minutes=30)
        self.lead.with_user(self.rep).action_log_attempt("call_back", call_back_at=at, remind_minutes=15)
        [alarm] = self.env["calendar.alarm_manager"].with_user(self.rep).get_next_notif()
        self.assertIn("Laser", alarm["title"])

    def test_odd_minutes(self):
        with self.at(NOW):
            self.lead.with_user(self.rep).action_log_attempt(
                "call_back", call_back_at=NOW + timedelta(days=183), remind_minutes=7
            )
        event = self.env["calendar.event"].search([("opportunity_id", "=", self.lead.id)])
        self.assertEqual(event.alarm_ids.duration_minutes, 7)
        self.assertEqual(event.start, NOW + timedelta(days=183), "in half a year")

    def test_dealt_with(self):
        event = self.call_back()
        with self.at(NOW + timedelta(hours=1)):
            self.lead.with_user(self.rep).action_log_attempt("reached")
        self.assertFalse(event.exists())
        self.assertEqual(self.lead.activity_ids.leadya_step, "follow_up")

    def test_done_in_the_native_way(self):
        """Odoo's own "Done" on the planned call keeps the promise too."""
        with self.at(NOW + timedelta(minutes=10)):
            self.lead.activity_ids.with_user(self.rep).action_feedback(feedback="Spoke to Dana")
        self.assertEqual(self.lead.sla_clock_ids.filtered(lambda c: c.kind == "first_response").state, "met")
        self.assertEqual((self.lead.last_outcome, self.lead.attempt_ids.note), ("reached", "Spoke to Dana"))
        self.assertEqual(self.lead.activity_ids.leadya_step, "follow_up")


@tagged("post_install", "-at_install")
class TestMeeting(LeadyaCommon):
    """L6 S8 P4: a booked meeting ends the chase; a held one is a contact, with its evidence."""

    def setUp(self):
        super().setUp()
        with self.at(NOW):
            self.lead = self._make_lead(user_id=self.rep.id)
            self.event = (
                self.env["calendar.event"]
                .with_user(self.rep)
                .create(
                    {
                        "name": "Demo",
                        "start": NOW + timedelta(hours=3),
                        "stop": NOW + timedelta(hours=4),
                        "opportunity_id": self.lead.id,
                    }
                )
            )

    def clock(self):
        return self.lead.sla_clock_ids.filtered(lambda clock: clock.kind == "first_response")

    def test_booked(self):
        self.assertFalse(self.lead.activity_ids.filtered("leadya_step"), "nobody needs to be chased")
        self.assertEqual(self.lead.next_action_at, NOW + timedelta(hours=3))
        self.assertEqual(self.clock().state, "running", "a booking is no contact yet")

    def test_held(self):
        with self.at(NOW + timedelta(hours=4, minutes=5)):
            for _time in range(2):
                self.event.with_user(self.rep).action_leadya_held()
        attempt = self.lead.attempt_ids
        self.assertEqual((attempt.outcome, attempt.event_id, attempt.minutes), ("met", self.event, 60))
        self.assertEqual(self.clock().attempt_id, attempt)

    def test_next_action_missing(self):
        """P5 P6: leads without a next action are found; each owner is told once, where the company wants it."""
        with self.at(NOW):
            forgotten = self._make_leads([{"user_id": self.rep.id}, {"user_id": self.rep.id}])
            forgotten.sudo().write({"next_action_at": False})
            forgotten.activity_ids.unlink()
        found = self.env["crm.lead"].search(self.env["crm.lead"]._get_forgotten_domain())
        self.assertLessEqual(forgotten, found)
        self.assertNotIn(self.lead, found)
        with self.enter_registry_test_mode():
            cron = self.env.ref("leadya_crm.ir_cron_leadya_tell_forgotten")
            cron.method_direct_trigger()
            told = [("subject", "=like", "% leads have no next action"), ("partner_ids", "=", self.rep.partner_id.id)]
            self.assertFalse(self.env["mail.message"].search(told), "off until it is switched on")
            self.company.leadya_tell_forgotten = True
            cron.method_direct_trigger()
        self.assertEqual(len(self.env["mail.message"].search(told)), 1)
