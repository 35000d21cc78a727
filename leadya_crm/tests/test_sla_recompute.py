from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestSlaRecompute(LeadyaCommon):
    """S1 S9 Z7: a category that changes rewrites no promise; open ones follow when the admin says so."""

    def setUp(self):
        super().setUp()
        with self.at(NOW):
            self.lead = self._make_lead(user_id=self.rep.id)
        self.clock = self.lead.sla_clock_ids

    def run_cron(self, minutes):
        with self.at(NOW + timedelta(minutes=minutes)), self.enter_registry_test_mode():
            self.env.ref("leadya_crm.ir_cron_leadya_update_clocks").method_direct_trigger()

    def recompute(self, minutes, user=None):
        with self.at(NOW + timedelta(minutes=minutes)):
            return self.category.with_user(user or self.manager).action_recompute_promises()

    def in_minutes(self, minutes):
        return NOW + timedelta(minutes=minutes)

    def test_nothing_by_itself(self):
        self.category.write({"response_minutes": 60, "at_risk_percent": 20, "calendar_id": self._make_calendar().id})
        self.assertEqual((self.clock.deadline, self.clock.at_risk_at), (self.in_minutes(30), self.in_minutes(15)))

    def test_longer(self):
        self.category.response_minutes = 60
        answer = self.recompute(5)
        self.assertIn("1 promises", answer["params"]["message"])
        self.assertEqual((self.clock.deadline, self.clock.at_risk_at), (self.in_minutes(60), self.in_minutes(30)))
        self.assertEqual(self.lead.sla_deadline, self.in_minutes(60))
        [activity] = self.lead.activity_ids
        self.assertEqual(self.lead.next_action_at, self.in_minutes(60))
        self.assertIn("11:00", activity.summary)
        self.assertIn("promised anew", self.explanations(self.lead, "clock")[-1])

    def test_late_is_not_late_any_more(self):
        self.run_cron(40)
        self.assertEqual(self.clock.state, "breached")
        self.category.response_minutes = 60
        self.recompute(45)
        self.assertEqual((self.clock.state, self.lead.sla_state), ("at_risk", "at_risk"))

    def test_shorter(self):
        """What is late by the new promise is told once, by the scan; what was told before is not told again."""
        self.category.response_minutes = 10
        self.recompute(20)
        self.run_cron(20)
        self.assertEqual(self.clock.state, "breached")
        self.category.response_minutes = 5
        self.recompute(25)
        self.run_cron(26)
        told = self.lead.decision_log_ids.filtered(lambda log: log.code == "breached")
        self.assertEqual((self.clock.deadline, len(told)), (self.in_minutes(5), 1))

    def test_pauses_count(self):
        """Ten minutes were used before an hour's pause: of fifty promised forty are left."""
        with self.at(self.in_minutes(10)):
            self.lead.with_user(self.rep).action_wait_for_customer(self.in_minutes(70))
        self.category.response_minutes = 50
        self.recompute(20)
        self.assertEqual(self.clock.state, "paused")
        self.run_cron(70)
        # 11:10 and forty minutes
        self.assertEqual((self.clock.state, self.clock.deadline), ("running", self.in_minutes(110)))
        self.assertNotIn("1 promises", self.recompute(75)["params"]["message"], "nothing differs any more")
        self.assertEqual(self.clock.deadline, self.in_minutes(110))

    def test_escalation_follows(self):
        self.category.escalation_ids = [
            Command.create({"percent": percent, "action": "leader", "mode": "on"}) for percent in (50, 100)
        ]
        self.category.response_minutes = 60
        self.recompute(1)
        self.assertEqual(self.clock.escalation_at, self.in_minutes(30))
        self.run_cron(30)
        self.category.response_minutes = 100
        self.recompute(31)
        self.assertEqual(self.clock.escalation_at, self.in_minutes(100), "a step that was taken is not taken again")

    def test_kept_promises_stay(self):
        with self.at(self.in_minutes(10)):
            self.lead.with_user(self.rep).action_log_attempt("reached")
        before = self.lead.sla_clock_ids.mapped(lambda clock: (clock.deadline, clock.state))
        self.category.response_minutes = 5
        self.recompute(11)
        self.assertEqual(self.lead.sla_clock_ids.mapped(lambda clock: (clock.deadline, clock.state)), before)

    def test_calendar_without_hours(self):
        """Nothing can be promised: all stays as it was."""
        self.company.resource_calendar_id.attendance_ids = [Command.clear()]
        self.category.response_minutes = 90
        self.recompute(5)
        self.assertEqual(self.clock.deadline, self.in_minutes(30))

    def test_rights(self):
        for user in (self.rep, self.leader):
            with self.assertRaises(AccessError):
                self.recompute(5, user)

    def test_query_budget(self):
        """A hundred promises cost no more queries than ten, but for the ORM's own statements."""
        counts = []
        for size in (10, 100):
            with self.at(NOW):
                self._make_leads([{"user_id": self.rep.id}] * size)
            self.category.response_minutes += 30
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.recompute(5)
            with self.at(self.in_minutes(5)):
                self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 10)
        self.assertLessEqual(counts[1], 80)
