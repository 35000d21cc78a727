from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestSlaPause(LeadyaCommon):
    """S1 S9 P3: while the customer is waited for, a promise stands still; no lead stays new over its time."""

    def setUp(self):
        super().setUp()
        with self.at(NOW):
            self.lead = self._make_lead(user_id=self.rep.id)
        self.clock = self.lead.sla_clock_ids

    def run_cron(self, moment):
        with self.at(moment), self.enter_registry_test_mode():
            self.env.ref("leadya_crm.ir_cron_leadya_update_clocks").method_direct_trigger()

    def wait(self, minutes, until):
        with self.at(NOW + timedelta(minutes=minutes)):
            self.lead.with_user(self.rep).action_wait_for_customer(until, "Sends the drawing")

    def test_pause_and_resume(self):
        """Of 30 minutes 10 have passed: when the pause is over, 20 are left, in working time."""
        self.wait(10, datetime(2026, 5, 14, 7, 0))
        self.assertEqual((self.clock.state, self.lead.sla_state), ("paused", "paused"))
        self.assertFalse(self.lead.sla_deadline)
        self.assertEqual(self.lead.next_action_at, datetime(2026, 5, 14, 7, 0))
        self.assertIn("Sends the drawing", self.lead.activity_ids.summary)
        self.run_cron(datetime(2026, 5, 13, 16, 0))
        self.assertEqual(self.clock.state, "paused")
        self.run_cron(datetime(2026, 5, 14, 7, 0))
        self.assertEqual((self.clock.state, self.clock.deadline), ("running", datetime(2026, 5, 14, 8, 20)))

    def test_kept_during_a_pause(self):
        self.wait(10, NOW + timedelta(days=2))
        with self.at(NOW + timedelta(minutes=70)):
            self.lead.with_user(self.rep).action_log_attempt("reached")
        self.assertEqual(self.clock.state, "met")
        self.assertEqual(
            (self.clock.wall_minutes, self.clock.working_minutes, self.clock.waited_customer), (70, 10, 60)
        )

    def test_a_pause_mends_nothing(self):
        self.run_cron(NOW + timedelta(minutes=40))
        self.assertEqual(self.clock.state, "breached")
        self.wait(50, NOW + timedelta(minutes=80))
        self.run_cron(NOW + timedelta(minutes=80))
        self.assertEqual(self.clock.state, "breached")
        self.assertEqual(self.clock.deadline, NOW + timedelta(minutes=30))

    def test_two_pauses_add_up(self):
        self.wait(5, NOW + timedelta(minutes=15))
        self.run_cron(NOW + timedelta(minutes=15))
        self.wait(20, NOW + timedelta(minutes=30))
        self.run_cron(NOW + timedelta(minutes=30))
        self.assertEqual(self.clock.deadline, NOW + timedelta(minutes=50))
        self.assertEqual(len(self.clock.pauses), 2)

    def test_closed_while_paused(self):
        self.wait(5, NOW + timedelta(days=1))
        self.lead.action_set_lost()
        self.assertEqual(self.clock.state, "cancelled")

    def test_bad_input(self):
        for until in (False, "soon", NOW - timedelta(days=1)):
            with self.at(NOW), self.assertRaises(UserError):
                self.lead.with_user(self.rep).action_wait_for_customer(until)
        with self.at(NOW), self.assertRaises(AccessError):
            self.lead.with_user(self.rep_2).action_wait_for_customer(NOW + timedelta(days=1))

    def test_split_by_who_was_waited_for(self):
        """S9: half an hour without an owner, then the rep's; lunch and night are nobody's."""
        with self.at(NOW):
            lead = self._make_lead()
            lead.user_id = False
        lead.sla_clock_ids.sudo().deadline = NOW + timedelta(days=2)
        with self.at(NOW + timedelta(minutes=30)):
            lead.user_id = self.rep
        with self.at(NOW + timedelta(hours=4)):
            lead.with_user(self.rep).action_log_attempt("reached")
        clock = lead.sla_clock_ids.filtered(lambda clock: clock.kind == "first_response")
        self.assertEqual((clock.wall_minutes, clock.working_minutes), (240, 180))
        self.assertEqual((clock.waited_assignment, clock.waited_rep, clock.waited_off_hours), (30, 150, 60))


@tagged("post_install", "-at_install")
class TestStageClock(LeadyaCommon):
    """P3: no lead stays new over a day."""

    def setUp(self):
        super().setUp()
        self.new, self.next = self.env["crm.stage"].search([("team_ids", "=", False)], limit=2)
        self.category.stage_limit_ids = [(0, 0, {"stage_id": self.new.id, "hours": 8})]

    def stage_clock(self, lead):
        return lead.sla_clock_ids.filtered(lambda clock: clock.kind == "stage")

    def test_limit(self):
        with self.at(NOW):
            lead = self._make_lead(stage_id=self.new.id, user_id=self.rep.id)
        clock = self.stage_clock(lead)
        self.assertEqual(clock.deadline, NOW + timedelta(days=1))
        with self.at(NOW + timedelta(hours=2)):
            lead.with_user(self.rep).action_log_attempt("reached")
            self.assertEqual(clock.state, "running", "a talk alone moves no lead on")
            lead.with_user(self.rep).stage_id = self.next
        self.assertEqual(clock.state, "met")
        self.assertEqual(len(self.stage_clock(lead)), 1, "the next stage has no limit")

    def test_back_again(self):
        with self.at(NOW):
            lead = self._make_lead(stage_id=self.new.id)
            lead.stage_id = self.next
            lead.stage_id = self.new
        self.assertEqual(sorted(self.stage_clock(lead).mapped("state")), ["met", "running"])

    def test_a_batch_costs_a_bounded_number_of_queries(self):
        with self.at(NOW):
            leads = self._make_leads([{"stage_id": self.new.id}] * 40)
            leads[:1].stage_id = self.next
            self.env.flush_all()
            self.env.invalidate_all()
            few, many = leads[1:3], leads[3:]
            counts = []
            for batch in (few, many):
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                batch.write({"stage_id": self.next.id})
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 60)
