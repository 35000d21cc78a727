from datetime import datetime, timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCase

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestSla(LeadyaCommon, MailCase):
    """S1 S3 S9 P3 L8: an answer is promised in working time, and what time brings is told."""

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("leadya_crm.ir_cron_leadya_update_clocks").method_direct_trigger()

    def clock_of(self, lead):
        return lead.sla_clock_ids.filtered(lambda clock: clock.kind == "first_response")

    def test_promise(self):
        with self.at(NOW):
            lead = self._make_lead()
        self.assertEqual(lead.sla_category_id, self.category)
        self.assertEqual(lead.sla_deadline, NOW + timedelta(minutes=30))
        self.assertEqual(lead.sla_state, "running")
        self.assertEqual(self.clock_of(lead).at_risk_at, NOW + timedelta(minutes=15))
        self.assertEqual(
            self.explanations(lead, "clock"),
            ["Everybody: answer within 30 working minutes, by 05/13/2026 10:30:00 AM"],
        )

    def test_working_hours(self):
        """Lunch, night, weekend and holiday do not count."""
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": datetime(2026, 5, 18),
                "date_to": datetime(2026, 5, 18, 23, 59, 59),
            }
        )
        for arrival, deadline in (
            (datetime(2026, 5, 13, 11, 45), datetime(2026, 5, 13, 13, 15)),
            (datetime(2026, 5, 13, 20, 0), datetime(2026, 5, 14, 8, 30)),
            (datetime(2026, 5, 15, 16, 50), datetime(2026, 5, 19, 8, 20)),
        ):
            with self.at(arrival):
                self.assertEqual(self._make_lead().sla_deadline, deadline)

    def test_zone_and_dst_of_the_calendar(self):
        """In Jerusalem clocks went forward on 27 March 2026: nine o'clock is an hour earlier in UTC."""
        self.category.calendar_id = self._make_calendar(tz="Asia/Jerusalem", name="Jerusalem")
        with self.at(datetime(2026, 3, 26, 15, 0)):
            lead = self._make_lead()
        # Thursday 17:00 there; Friday, after the change, 8:30 there is 5:30 UTC.
        self.assertEqual(lead.sla_deadline, datetime(2026, 3, 27, 5, 30))

    def test_calendar_without_hours(self):
        calendar = self._make_calendar(name="Empty")
        calendar.attendance_ids.unlink()
        with self.assertRaisesRegex(ValidationError, "are empty"):
            self.category.calendar_id = calendar
        self.company.resource_calendar_id = calendar
        lead = self._make_lead()
        self.assertFalse(lead.sla_deadline)
        self.assertIn("has no working hours", self.explanations(lead, "clock")[0])

    def test_categories_in_order(self):
        first = self.category.copy(
            {
                "name": "Lasers",
                "sequence": 1,
                "mode": "on",
                "response_minutes": 5,
                "domain": "[('name', 'ilike', 'laser')]",
            }
        )
        laser, other = self._make_leads([{"name": "Laser"}, {"name": "Pump"}])
        self.assertEqual(laser.sla_category_id, first)
        self.assertEqual(other.sla_category_id, self.category)
        self.assertEqual(first.step_ids.mapped("delay_hours"), [2, 4])

    def test_trial(self):
        """Z7"""
        self.category.mode = "trial"
        lead = self._make_lead()
        self.assertFalse(lead.sla_clock_ids)
        self.assertFalse(lead.sla_category_id)
        self.assertFalse(lead.activity_ids)
        self.assertTrue(self.explanations(lead, "clock")[0].startswith("On trial: Everybody: answer within 30"))

    def test_no_category(self):
        self.category.domain = "[('name', '=', 'nothing')]"
        lead = self._make_lead()
        self.assertEqual(self.explanations(lead, "clock"), ["No promise: no category takes this lead"])

    def test_at_risk_then_late(self):
        with self.at(NOW):
            lead = self._make_lead()
        with self.at(NOW + timedelta(minutes=14)):
            self.run_cron()
        self.assertEqual(lead.sla_state, "running")
        with self.at(NOW + timedelta(minutes=15)):
            self.run_cron()
        self.assertEqual(lead.sla_state, "at_risk")
        with self.at(NOW + timedelta(minutes=30)):
            self.run_cron()
        self.assertEqual(lead.sla_state, "breached")
        self.assertIn("Promise broken", self.explanations(lead, "clock")[-1])

    def test_leader_is_told_once(self):
        with self.at(NOW):
            self._make_leads([{}, {}, {}])
        with self.at(NOW + timedelta(hours=1)):
            self.run_cron()
            self.run_cron()
        notices = self.env["mail.message"].search([("subject", "=", "3 leads wait longer than promised")])
        self.assertEqual(len(notices), 1)
        self.assertEqual(notices.partner_ids, self.leader.partner_id)

    def test_found_by_index(self):
        """Nothing due: the scan is a handful of queries, whatever is stored."""
        with self.at(NOW):
            self._make_leads([{}] * 20)
            self.env.flush_all()
            with self.assertQueryCount(4):
                self.env["leadya.sla.clock"]._cron_update_clocks()
        # The table of a test is too small for any index to pay; the rule is whether one can serve.
        self.env.cr.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        clocks = self.env["leadya.sla.clock"]
        query = clocks._search(clocks._get_breached_domain(NOW), order="deadline, id", limit=500)
        self.env.cr.execute("EXPLAIN " + self.env.cr.mogrify(query.select().code, query.select().params).decode())
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("leadya_sla_clock_deadline_index", plan)

    def test_closed_leads_owe_nothing(self):
        won, lost, archived = self._make_leads([{}, {}, {}])
        won.action_set_won()
        lost.action_set_lost()
        archived.action_archive()
        for lead in (won, lost, archived):
            self.assertEqual(lead.sla_clock_ids.state, "cancelled")
            self.assertFalse(lead.sla_deadline)

    def test_nothing_is_promised_twice(self):
        lead = self._make_lead()
        lead.with_user(self.manager).action_run_intake_steps(["clock", "first_step"])
        self.assertEqual(len(lead.sla_clock_ids), 1)
        self.assertEqual(len(lead.activity_ids), 1)

    def test_merge(self):
        with self.at(NOW):
            first = self._make_lead()
        with self.at(NOW + timedelta(minutes=5)):
            second = self._make_lead()
        merged = (first | second).merge_opportunity()
        self.assertEqual(len(merged.sla_clock_ids), 2)
        self.assertEqual(merged.sla_deadline, NOW + timedelta(minutes=30), "the earlier promise stays open")
        self.assertEqual(sorted(merged.sla_clock_ids.mapped("state")), ["cancelled", "running"])

    def test_category_that_cannot_be(self):
        for values in ({"response_minutes": 0}, {"at_risk_percent": 0}, {"max_attempts": 0}):
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.category.write(values)
                self.env.flush_all()

    def test_rights(self):
        lead = self._make_lead(user_id=self.rep.id)
        self.assertEqual(lead.sla_clock_ids.with_user(self.rep).state, "running")
        with self.assertRaises(AccessError):
            lead.sla_clock_ids.with_user(self.rep_2).read(["state"])
        for user in (self.rep, self.manager):
            with self.assertRaises(AccessError):
                lead.sla_clock_ids.with_user(user).write({"state": "met"})
        with self.assertRaises(AccessError):
            self.category.with_user(self.rep).write({"response_minutes": 9999})

    def test_report(self):
        """S9: the compliance is the share kept in time of those whose time has come."""
        with self.at(NOW):
            kept, late, running = self._make_leads([{}, {}, {}])
            running.sla_clock_ids.sudo().deadline = NOW + timedelta(days=2)
        with self.at(NOW + timedelta(minutes=10)):
            kept.action_log_attempt("reached")
        with self.at(NOW + timedelta(hours=2)):
            self.run_cron()
        self.env.flush_all()
        [(average, count)] = self.env["leadya.sla.report"]._read_group(
            [("lead_id", "in", (kept | late | running).ids), ("kind", "=", "first_response")],
            [],
            ["kept:avg", "__count"],
        )
        self.assertEqual((average, count), (50.0, 3))
        with self.assertRaises(AccessError):
            row = self.env["leadya.sla.report"].search([("lead_id", "=", late.id)], limit=1)
            other = (self.rep | self.rep_2) - late.user_id
            row.with_user(other).read(["state"])
