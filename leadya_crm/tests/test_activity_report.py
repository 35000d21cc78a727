from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import NOW, LeadyaCommon

TODAY = NOW.date()


@tagged("post_install", "-at_install")
class TestActivityReport(LeadyaCommon):
    """C9 P10 L9: per rep, which activities were planned, done, and not done in time."""

    def setUp(self):
        super().setUp()
        with self.at(NOW):
            self.lead = self._make_lead(name="Laser", user_id=self.rep.id)
            self.lead._cadence_get_activities().unlink()

    def plan(self, day, user=None, **values):
        with self.at(NOW):
            return self.lead.activity_schedule(
                "mail.mail_activity_data_call", day, user_id=(user or self.rep).id, **values
            )

    def finish(self, activity, moment):
        with self.at(moment):
            activity.with_user(activity.user_id).action_feedback()
            self.env.flush_all()

    def rows(self, user=None, moment=NOW):
        self.env.flush_all()
        self.env.invalidate_all()
        with self.at(moment):
            rows = (
                self.env["leadya.activity.report"].with_user(user or self.rep).search([("lead_id", "=", self.lead.id)])
            )
            return rows.mapped("state")

    def totals(self, user=None, moment=NOW):
        self.env.flush_all()
        with self.at(moment):
            return (
                self.env["leadya.activity.report"]
                .with_user(user or self.rep)
                ._read_group(
                    [("lead_id", "=", self.lead.id)],
                    ["user_id"],
                    ["planned:sum", "done:sum", "in_time:sum", "late:sum", "in_time_percent:avg", "minutes:sum"],
                )
            )

    def test_states(self):
        in_time, late, _missed, _planned = (self.plan(TODAY + timedelta(days=days)) for days in (0, -1, -2, 1))
        for activity in in_time, late:
            self.finish(activity, NOW)
        self.assertCountEqual(self.rows(), ["in_time", "late", "missed", "planned"])
        [(user, planned, done, kept, not_kept, percent, _minutes)] = self.totals()
        self.assertEqual((user, planned, done, kept, not_kept), (self.rep, 4, 2, 1, 2))
        self.assertAlmostEqual(percent, 100 / 3)

    def test_a_day_later_it_is_overdue(self):
        self.plan(TODAY)
        self.assertEqual(self.rows(), ["planned"])
        self.assertEqual(self.rows(moment=NOW + timedelta(days=1)), ["missed"])

    def test_no_work_is_counted_twice(self):
        """A logged attempt is the planned call's doing, with its minutes; the next call is planned anew."""
        with self.at(NOW):
            self.lead._cadence_schedule([(self.lead, "mail.mail_activity_data_call", NOW, "first_call")])
            self.lead.with_user(self.rep).action_log_attempt("reached", minutes=12)
        self.assertCountEqual(self.rows(), ["in_time", "planned"])
        [(_user, planned, done, kept, _late, _percent, minutes)] = self.totals()
        self.assertEqual((planned, done, kept, minutes), (2, 1, 1, 12))

    def test_odoos_own_done(self):
        """C7: the native button is the planned call's doing too."""
        with self.at(NOW):
            self.lead._cadence_schedule([(self.lead, "mail.mail_activity_data_call", NOW, "first_call")])
            self.lead._cadence_get_activities().with_user(self.rep).action_feedback(feedback="Spoke to Dana")
        self.assertEqual(self.lead.attempt_ids.mapped("activity_id.leadya_step"), ["first_call"])
        self.assertCountEqual(self.rows(), ["in_time", "planned"])

    def test_contact_without_a_plan(self):
        with self.at(NOW):
            self.lead.with_user(self.rep).action_log_attempt("no_answer", minutes=2)
        self.lead._cadence_get_activities().unlink()
        self.assertEqual(self.rows(), ["unplanned"])
        [(_user, planned, done, kept, late, percent, minutes)] = self.totals()
        self.assertEqual((planned, done, kept, late, minutes), (0, 1, 0, 0, 2))
        self.assertFalse(percent, "it counts for and against nobody")

    def test_the_users_own_day(self):
        """An evening call in Los Angeles is in time, although it is tomorrow in Greenwich."""
        self.rep.tz = "America/Los_Angeles"
        evening = datetime(2026, 5, 14, 2, 0)
        with self.at(NOW):
            self.lead._cadence_schedule([(self.lead, "mail.mail_activity_data_call", evening, "first_call")])
        self.assertEqual(self.lead._cadence_get_activities().date_deadline, date(2026, 5, 13))
        with self.at(evening):
            self.lead.with_user(self.rep).action_log_attempt("reached")
        self.assertIn("in_time", self.rows(moment=evening))
        self.assertNotIn("late", self.rows(moment=evening))

    def test_rights(self):
        """A rep sees own work, a leader everybody's, others none."""
        self.plan(TODAY)
        self.plan(TODAY, self.rep_2)
        self.assertEqual(len(self.rows(self.rep)), 1)
        self.assertEqual(len(self.rows(self.leader)), 2)
        stranger = new_test_user(self.env, "leadya_nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.rows(stranger)

    def test_other_company(self):
        self.plan(TODAY)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_lead SET company_id = %s WHERE id = %s", [other.id, self.lead.id])
        self.assertFalse(self.rows(self.manager))

    def test_menu(self):
        """Reachable by a rep, in every view."""
        menu = self.env.ref("leadya_crm.leadya_activity_report_menu").with_user(self.rep)
        self.assertIn(menu.id, self.env["ir.ui.menu"].with_user(self.rep)._visible_menu_ids())
        action = self.env.ref("leadya_crm.leadya_activity_report_action")
        for kind in [*action.view_mode.split(","), "search"]:
            self.env["leadya.activity.report"].with_user(self.rep).get_view(view_type=kind)
        self.env["leadya.sla.report"].with_user(self.rep)._read_group(
            [], ["weekday", "hour"], ["waited_rep:avg", "waited_assignment:avg", "waited_customer:avg"]
        )
