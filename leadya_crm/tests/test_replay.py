from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .assignment_common import AssignmentCommon
from .common import NOW

RUN = "odoo.addons.leadya_crm.models.leadya_replay"


@tagged("post_install", "-at_install")
class TestReplay(AssignmentCommon):
    """Z7: rules are tried on past leads as they are being edited, and nothing is changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.lead"].search([]).active = False
        cls.env["leadya.sla.category"].search([]).write({"mode": "on"})

    def _make_past(self, values_list, **common):
        """Leads that came one an hour, from Wednesday 8:00 on, without any automation."""
        leads = (
            self.env["crm.lead"]
            .with_context(leadya_skip_intake=True)
            .create(
                [
                    {"name": f"Past {number}", "user_id": False, "team_id": self.team.id, **common, **values}
                    for number, values in enumerate(values_list)
                ]
            )
        )
        start = NOW - timedelta(hours=2)
        for number, lead in enumerate(leads):
            self.env.cr.execute(
                "UPDATE crm_lead SET create_date = %s WHERE id = %s", [start + timedelta(hours=number), lead.id]
            )
        leads.invalidate_recordset()
        return leads

    def _replay(self, **values):
        replay = (
            self.env["leadya.replay"]
            .with_user(self.manager)
            .create(
                {
                    "scope": "rules",
                    "date_from": NOW - timedelta(days=2),
                    "date_to": NOW + timedelta(days=10),
                    **values,
                }
            )
        )
        replay.action_start()
        self._run_cron("ir_cron_leadya_replay", NOW + timedelta(days=10))
        return replay

    def test_rule(self):
        """Z7 Z9: leads taken, by whom, and what is different from what happened."""
        self._make_past([{"user_id": self.rep.id}, {"user_id": self.rep_2.id}, {}, {"name": "Other"}])
        rule = self._make_rule(mode="off", domain="[('name', 'like', 'Past')]", member_ids=self.member.ids)
        replay = self._replay(rule_ids=rule.ids)
        self.assertEqual((replay.state, replay.progress, replay.lead_count), ("done", 100, 4))
        result = replay.result
        self.assertEqual(result["rules"], [{"id": rule.id, "name": "Rule", "taken": 3, "given": 3}])
        self.assertEqual((result["same"], result["other"], result["new"]), (1, 1, 1))
        self.assertEqual((result["nobody"], result["unwanted"]), (0, 1))
        [person] = result["people"]
        self.assertEqual((person["name"], person["count"], person["capacity"]), (self.rep.name, 3, 40))
        self.assertEqual([count for count, _working in result["hours"]][8:12], [1, 1, 1, 1])
        self.assertEqual(len(result["samples"]), 3)

    def test_reads_in_the_readers_language(self):
        rule = self._make_rule(member_ids=self.member.ids)
        self._make_past([{}])
        replay = self._replay(rule_ids=rule.ids)
        report = str(replay.with_user(self.manager).report)
        self.assertIn(self.rep.name, report)
        self.assertIn("is the only one who can take it", report)
        self.assertIn("/odoo/crm.lead/", report)

    def test_time_passes(self):
        """Z9: capacities of a day and at once, hours and leave count as they would have then."""
        self.member.leadya_day_max = 2
        rule = self._make_rule(member_ids=self.member.ids)
        self._make_past([{}] * 30)
        result = self._replay(rule_ids=rule.ids).result
        # Two in the first 24 hours, then two in the next.
        self.assertEqual(result["people"][0]["count"], 4)
        self.assertEqual(result["nobody"], 26)
        self.member.leadya_day_max = 0
        rule.in_hours = True
        result = self._replay(rule_ids=rule.ids).result
        # Wednesday from 8 to 17 less the hour of lunch, Thursday until 13, when the last came.
        self.assertEqual(result["people"][0]["count"], 8 + 5)
        rule.in_hours = False
        self._make_leave(self.rep, NOW, NOW + timedelta(days=3))
        result = self._replay(rule_ids=rule.ids).result
        self.assertEqual(result["people"][0]["count"], 2)

    def test_open_work(self):
        """Z9: a lead that was closed is no load any more."""
        self.member.leadya_open_max = 1
        leads = self._make_past([{}] * 4)
        self.env.cr.execute(
            "UPDATE crm_lead SET date_closed = %s WHERE id = %s",
            [leads[0].create_date + timedelta(minutes=90), leads[0].id],
        )
        rule = self._make_rule(member_ids=self.member.ids)
        self.assertEqual(self._replay(rule_ids=rule.ids).result["people"][0]["count"], 2)

    def test_promises(self):
        """Z7 S1: a category as it is being edited: what it would have taken, kept and broken."""
        leads = self._make_past([{}] * 4)
        leads[0].first_response_at = leads[0].create_date + timedelta(minutes=20)
        leads[1].first_response_at = leads[1].create_date + timedelta(minutes=50)
        self.env.cr.execute(
            "UPDATE crm_lead SET date_closed = create_date + interval '5 minutes' WHERE id = %s", [leads[2].id]
        )
        self.category.mode = "off"
        replay = self._replay(scope="categories", category_ids=self.category.ids)
        [counts] = replay.result["categories"]
        self.assertEqual(
            {name: counts[name] for name in ("taken", "moved", "kept", "broken", "open")},
            {"taken": 4, "moved": 4, "kept": 1, "broken": 2, "open": 1},
        )
        self.category.response_minutes = 60
        replay = self._replay(scope="categories", category_ids=self.category.ids)
        self.assertEqual(replay.result["categories"][0]["kept"], 2)

    def test_whole_set(self):
        """Z7: rules and categories together, whatever their switches say."""
        self._make_past([{}] * 3)
        first = self._make_rule(mode="off", domain="[('name', '=', 'Past 0')]", sequence=1)
        second = self._make_rule(mode="trial", sequence=2)
        result = self._replay(scope="all").result
        self.assertEqual({rule["id"]: rule["taken"] for rule in result["rules"]}, {first.id: 1, second.id: 2})
        self.assertEqual(sum(category["taken"] for category in result["categories"]), 3)

    def test_changes_nothing(self):
        """Z7: compared over all tables but the replay's own and the scheduler's."""
        self._make_past([{"user_id": self.rep.id}, {}, {}])
        rule = self._make_rule(strategy="round_robin", in_hours=True, language="wished")
        replay = self.env["leadya.replay"].create(
            {
                "scope": "all",
                "rule_ids": rule.ids,
                "date_from": NOW - timedelta(days=2),
                "date_to": NOW + timedelta(days=2),
                "state": "running",
            }
        )
        before = self._dump_database()
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_options: 1):
            self.assertTrue(replay._work())
        after = self._dump_database()
        self.assertEqual({table for table in after if after[table] != before[table]}, {"leadya_replay"})

    def test_in_batches(self):
        """Z7: turns and loads go on from batch to batch."""
        self._make_past([{}] * 7)
        rule = self._make_rule(strategy="round_robin")
        with patch(f"{RUN}.BATCH_SIZE", 2):
            result = self._replay(rule_ids=rule.ids).result
        self.assertEqual(sorted(person["count"] for person in result["people"]), [2, 2, 3])

    def test_stopped(self):
        """Z7: a replay that is stopped ends after the batch, and can be started again."""
        self._make_past([{}] * 4)
        rule = self._make_rule()
        replay = self.env["leadya.replay"].create(
            {
                "scope": "rules",
                "rule_ids": rule.ids,
                "date_from": NOW - timedelta(days=1),
                "date_to": NOW + timedelta(days=1),
            }
        )
        replay.action_start()
        with self.assertRaises(UserError):
            replay.action_start()

        def stop(_cron, *_args, **_options):
            replay.state = "cancelled"
            self.env.flush_all()
            return 1

        with patch(f"{RUN}.BATCH_SIZE", 2), patch.object(type(self.env["ir.cron"]), "_commit_progress", stop):
            replay._work()
        self.assertEqual((replay.state, replay.result), ("cancelled", False))
        replay.action_start()
        self._run_cron("ir_cron_leadya_replay")
        self.assertEqual(replay.state, "done")

    def test_failure_is_told(self):
        """Z7: a replay that cannot be done says so, and keeps no other from being done."""
        self._make_past([{}])
        rule = self._make_rule()
        replays = self.env["leadya.replay"].create(
            [{"scope": "rules", "rule_ids": rule.ids, "date_to": NOW + timedelta(days=1), "date_from": NOW}] * 2
        )
        replays.action_start()
        original = type(replays)._work

        def work(replay):
            if replay == replays[0]:
                raise ValueError("Out of order")
            return original(replay)

        with patch.object(type(replays), "_work", work), mute_logger(RUN):
            self._run_cron("ir_cron_leadya_replay")
        self.assertEqual(replays.mapped("state"), ["failed", "done"])
        self.assertEqual(replays[0].error, "Out of order")

    def test_bad_input_and_rights(self):
        with self.assertRaises(ValidationError):
            self.env["leadya.replay"].create({"scope": "rules"})
        with self.assertRaises(AccessError):
            self.env["leadya.replay"].with_user(self.rep).create({"scope": "all"})
        rule = self._make_rule()
        action = rule.with_user(self.manager).action_replay()
        self.assertEqual(self.env["leadya.replay"].browse(action["res_id"]).rule_ids, rule)
        action = self.category.with_user(self.manager).action_replay()
        self.assertEqual(self.env["leadya.replay"].browse(action["res_id"]).category_ids, self.category)

    def test_skill_of_the_past(self):
        """Z9: skills and languages are compared as on arrival."""
        self._teach(self.member_2, self.lasers)
        self._make_past([{}] * 2)
        line = {"skill_id": self.lasers.id, "need": "required"}
        rule = self._make_rule(skill_ids=[Command.create(line)])
        people = {person["name"]: person["count"] for person in self._replay(rule_ids=rule.ids).result["people"]}
        self.assertEqual(people, {self.rep.name: 0, self.rep_2.name: 2, self.rep_3.name: 0})
