from datetime import datetime, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestEscalation(LeadyaCommon):
    """S8 L8 Z7: as the time of a promise runs out, somebody is told; once, and on trial nothing but the log."""

    def setUp(self):
        super().setUp()
        self.category.notify_leader = False
        self.category.escalation_ids = [
            Command.create({"percent": percent, "action": action, "mode": "on"})
            for percent, action in ((50, "ring"), (100, "leader"), (150, "reassign"))
        ]
        with self.at(NOW):
            self.lead = self._make_lead(user_id=self.rep.id)
        self.clock = self.lead.sla_clock_ids

    def run_cron(self, minutes):
        with self.at(NOW + timedelta(minutes=minutes)), self.enter_registry_test_mode():
            self.env.ref("leadya_crm.ir_cron_leadya_update_clocks").method_direct_trigger()

    def rings(self):
        self.env.cr.precommit.run()
        return self.env["bus.bus"].search([("message", "ilike", "leadya_crm.ring")])

    def leader_tasks(self):
        return self.lead.activity_ids.filtered(lambda activity: activity.user_id == self.leader)

    def test_steps_in_their_time(self):
        self.assertEqual(self.clock.escalation_at, NOW + timedelta(minutes=15))
        self.run_cron(14)
        self.assertFalse(self.rings())
        self.run_cron(15)
        self.assertEqual(len(self.rings()), 1)
        self.assertIn(self.lead.name, self.rings().message)
        self.run_cron(16)
        self.assertEqual(len(self.rings()), 1, "once")
        self.assertFalse(self.leader_tasks())
        self.run_cron(30)
        self.assertEqual(self.clock.state, "breached")
        self.assertEqual(len(self.leader_tasks()), 1)
        self.assertEqual(self.lead.user_id, self.rep)
        self.run_cron(45)
        self.assertEqual(self.lead.user_id, self.rep_2)
        self.assertEqual(len(self.leader_tasks()), 1)
        self.assertFalse(self.clock.escalation_at)

    def test_nobody_looked_for_a_while(self):
        """The server was down over all three: each step is taken, once."""
        self.run_cron(300)
        self.assertEqual((len(self.rings()), len(self.leader_tasks())), (1, 1))
        self.assertEqual(self.lead.user_id, self.rep_2)

    def test_working_time(self):
        """150 % of half an hour that began at 16:50 ends the next morning."""
        with self.at(datetime(2026, 5, 13, 16, 50)):
            lead = self._make_lead(user_id=self.rep.id)
        clock = lead.sla_clock_ids
        self.assertEqual(clock.escalation_at, datetime(2026, 5, 14, 8, 5))

    def test_kept_promise_is_not_escalated(self):
        with self.at(NOW + timedelta(minutes=5)):
            self.lead.with_user(self.rep).action_log_attempt("reached")
        self.run_cron(60)
        self.assertFalse(self.rings())

    def test_paused_promise_is_not_escalated(self):
        with self.at(NOW + timedelta(minutes=10)):
            self.lead.with_user(self.rep).action_wait_for_customer(NOW + timedelta(minutes=60))
        self.run_cron(50)
        self.assertFalse(self.rings())
        self.run_cron(60)
        self.assertEqual(self.clock.escalation_at, NOW + timedelta(minutes=65))

    def test_trial(self):
        """Z7"""
        self.category.escalation_ids.mode = "trial"
        self.run_cron(300)
        self.assertFalse(self.rings())
        self.assertFalse(self.leader_tasks())
        self.assertEqual(self.lead.user_id, self.rep)
        told = [text for text in self.explanations(self.lead, "clock") if text.startswith("On trial")]
        self.assertEqual(len(told), 3)
        self.assertIn("At 50% of the promised time", told[0])

    def test_off(self):
        self.category.escalation_ids.mode = "off"
        with self.at(NOW):
            lead = self._make_lead(user_id=self.rep.id)
        self.assertFalse(lead.sla_clock_ids.escalation_at)

    def test_archived_rep(self):
        self.rep.active = False
        self.run_cron(20)
        self.assertFalse(self.rings())

    def test_found_by_index(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        clocks = self.env["leadya.sla.clock"]
        query = clocks._search(clocks._get_escalation_domain(NOW), order="escalation_at, id", limit=500)
        self.env.cr.execute("EXPLAIN " + self.env.cr.mogrify(query.select().code, query.select().params).decode())
        self.assertIn("leadya_sla_clock_escalation_index", str(self.env.cr.fetchall()))

    def test_rights(self):
        step = self.category.escalation_ids[0]
        with self.assertRaises(AccessError):
            step.with_user(self.rep).mode = "off"


@tagged("post_install", "-at_install")
class TestForecast(LeadyaCommon):
    """L9 S6: which running promises will break, from open work and remaining working minutes."""

    def forecast(self, user, moment):
        with self.at(moment):
            Forecast = self.env["leadya.sla.forecast"].with_user(user)
            action = Forecast.action_open()
            return Forecast.search(action["domain"])

    def test_one_after_the_other(self):
        """Five leads of half an hour, ten minutes each: the fourth is begun just in time, the fifth too late."""
        with self.at(NOW):
            self._make_leads([{"user_id": self.rep.id} for _number in range(5)])
        lines = self.forecast(self.leader, NOW)
        self.assertEqual(lines.mapped("verdict"), ["kept"] * 4 + ["breaks"])
        self.assertEqual(lines[-1].late_minutes, 10)

    def test_what_is_late_already(self):
        with self.at(NOW):
            self._make_lead(user_id=self.rep.id)
        self.assertEqual(self.forecast(self.leader, NOW + timedelta(hours=1)).verdict, "late")

    def test_own_pace(self):
        with self.at(NOW):
            leads = self._make_leads([{"user_id": self.rep.id} for _number in range(5)])
            self.env["leadya.contact.attempt"].create(
                [{"lead_id": leads[0].id, "user_id": self.rep.id, "outcome": "reached", "minutes": 2}] * 5
            )
        self.assertEqual(set(self.forecast(self.leader, NOW).mapped("verdict")), {"kept"})

    def test_after_hours(self):
        """In the evening nobody works until the morning."""
        with self.at(datetime(2026, 5, 13, 16, 45)):
            self._make_leads([{"user_id": self.rep.id} for _number in range(4)])
        lines = self.forecast(self.leader, datetime(2026, 5, 13, 18, 0))
        self.assertEqual(lines[0].expected_at.date(), datetime(2026, 5, 14).date())

    def test_a_rep_sees_own_leads(self):
        with self.at(NOW):
            self._make_leads([{"user_id": self.rep.id}, {"user_id": self.rep_2.id}])
        self.assertEqual(self.forecast(self.rep, NOW).user_id, self.rep)
        self.assertEqual(len(self.forecast(self.leader, NOW).user_id), 2)
        self.assertEqual(len(self.forecast(self.rep, NOW)), 1, "no more than what one asked for")
