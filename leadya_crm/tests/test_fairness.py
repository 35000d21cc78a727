from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.inequality import gini
from .assignment_common import AssignmentCommon


@tagged("post_install", "-at_install")
class TestFairnessReport(AssignmentCommon):
    """Z9 C3 C9: who was given how many leads, how good, how many turned out bad, how evenly."""

    def _read(self, **domain):
        self.env.flush_all()
        return self.env["leadya.fairness.report"].with_user(self.manager).search([("team_id", "=", self.team.id)])

    def test_figures(self):
        reason = self.env["crm.lost.reason"].create({"name": "Prank", "leadya_bad_lead": True})
        self._make_leads(
            [
                {"user_id": self.rep.id, "triage_state": "fit", "triage_quality": "high"},
                {"user_id": self.rep.id, "triage_state": "unfit", "triage_quality": False},
                {"user_id": self.rep.id, "expected_revenue": 1000, "probability": 50},
                {"user_id": self.rep_2.id},
            ]
        )[3].action_set_lost(lost_reason_id=reason.id)
        rows = self._read()
        figures = {
            user: tuple(sum(own.mapped(name)) for name in ("leads", "good", "bad"))
            for user, own in rows.grouped("user_id").items()
        }
        self.assertEqual(figures, {self.rep: (3, 1, 1), self.rep_2: (1, 0, 1), self.rep_3: (0, 0, 0)})
        self.assertGreaterEqual(sum(rows.mapped("potential")), 500)
        self.assertEqual(set(rows.mapped("capacity")), {100})

    def test_gini_equals_the_definition(self):
        """Z9: the report's figure is that of the formula (Gini 1912), against capacity, who got nothing too."""
        self.member_2.assignment_max = 50
        self._make_leads([{"user_id": self.rep.id}] * 6 + [{"user_id": self.rep_2.id}] * 2)
        rows = self._read()
        expected = gini([6 / 100, 2 / 50, 0])
        for row in rows:
            self.assertAlmostEqual(row.gini, expected, places=4)
        self.env["crm.lead"].search([("team_id", "=", self.team.id)]).unlink()
        self._make_leads([{"user_id": user.id} for user in (self.rep, self.rep_3)] + [{"user_id": self.rep_2.id}])
        self.member_2.assignment_max = 100
        self.assertAlmostEqual(self._read()[0].gini, 0)

    def test_rights(self):
        with self.assertRaises(AccessError):
            self.env["leadya.fairness.report"].with_user(self.rep).search([])


@tagged("post_install", "-at_install")
class TestAlerts(AssignmentCommon):
    """Z7: when the world leaves what a rule was made for, its responsible gets an activity, once."""

    def _look(self):
        self.env["leadya.assignment.rule"]._cron_alert_on_change()

    def _get_texts(self, record):
        return record.activity_ids.filtered("leadya_alert").mapped("summary")

    def _age(self, record, days=30):
        self.env.cr.execute(
            f"UPDATE {record._table} SET create_date = %s",  # pylint: disable=sql-injection
            [fields.Datetime.now() - timedelta(days=days)],
        )
        record.invalidate_recordset()

    def test_all_is_well(self):
        rule = self._make_rule()
        self._make_lead()
        self._look()
        self.assertFalse(self._get_texts(rule))
        self.assertFalse(self._get_texts(self.category))

    def test_silent_filter(self):
        """Z7: nothing for a week, while others came; said once, and gone when it is right again."""
        rule = self._make_rule(domain="[('name', 'ilike', 'fax machine')]")
        self._make_lead()
        self._look()
        self.assertFalse(self._get_texts(rule), "A new rule has time to be met")
        self._age(rule)
        self._look()
        self._look()
        self.assertEqual(self._get_texts(rule), ["The filter has taken no lead for a week, while others came"])
        self.assertEqual(rule.activity_ids.user_id, self.manager)
        self._make_lead(name="A fax machine")
        self._look()
        self.assertFalse(self._get_texts(rule))

    def test_vanished_keyword(self):
        keyword, gone = self.env["leadya.keyword"].create([{"name": "steam boiler"}, {"name": "telex"}])
        rule = self._make_rule(domain=f"[('keyword_id', 'in', [{keyword.id}, {gone.id}])]")
        keyword.active = False
        gone.unlink()
        self._look()
        [text] = self._get_texts(rule)
        self.assertIn("steam boiler", text)
        self.assertIn(f"Keyword {self._fields_of_gone(gone)}", text)

    def _fields_of_gone(self, record):
        return record.ids[0]

    def test_broken_filter(self):
        rule = self._make_rule()
        self.env.cr.execute(
            "UPDATE leadya_assignment_rule SET domain = %s WHERE id = %s", ["[('gone_field', '=', 1)]", rule.id]
        )
        rule.invalidate_recordset()
        with mute_logger("odoo.addons.leadya_crm.models.leadya_lead_filter_mixin"):
            self._look()
        self.assertEqual(self._get_texts(rule), ["The filter cannot be used: it names something that is gone"])

    def test_no_candidates(self):
        rule = self._make_rule()
        self.member.assignment_optout = True
        self.member_2.assignment_max = 0
        self.rep_3.active = False
        self._look()
        self.assertEqual(self._get_texts(rule), ["No candidate is left: all are archived, paused or without capacity"])

    def test_calendar_without_hours(self):
        """Z7: of a category's promises, and of the candidates of a rule by working hours."""
        calendar = self._make_calendar()
        self.category.calendar_id = calendar
        self.members.leadya_calendar_id = calendar
        rule = self._make_rule(in_hours=True)
        calendar.attendance_ids.unlink()
        self._look()
        self.assertIn("has no working hours in the coming weeks", self._get_texts(self.category)[0])
        self.assertEqual(self._get_texts(rule), ["No candidate has working hours in the coming weeks"])

    def test_flood(self):
        """Z7: an inflow of more than twice what the candidates take."""
        rule = self._make_rule(member_ids=self.member.ids)
        self.member.assignment_max = 3
        self._make_leads([{}] * 6)
        self._look()
        self.assertFalse(self._get_texts(rule))
        self._make_lead()
        self._look()
        self.assertEqual(self._get_texts(rule), ["7 leads in 30 days, more than twice what the candidates take (3)"])

    def test_in_the_language_of_the_responsible(self):
        rule = self._make_rule(user_id=False)
        self.members.assignment_optout = True
        self._look()
        self.assertEqual(rule.activity_ids.user_id, self.env.ref("base.user_admin"))

    def test_off_is_left_alone(self):
        rule = self._make_rule(mode="off")
        self.members.assignment_optout = True
        self._look()
        self.assertFalse(self._get_texts(rule))

    def test_one_models_trouble(self):
        """Z7: a failure is logged, and harms neither the others nor the scheduled action."""
        rule = self._make_rule()
        self.members.assignment_optout = True
        model = type(self.env["leadya.sla.category"])

        def fail(_self):
            raise ValueError("Out of order")

        self.patch(model, "_get_alerts", fail)
        with self.assertLogs("odoo.addons.leadya_crm", level="ERROR"):
            self._look()
        self.assertTrue(self._get_texts(rule))
