from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from .assignment_common import AssignmentCommon
from .common import NOW

LATER = NOW + timedelta(minutes=40)


@tagged("post_install", "-at_install")
class TestAssignmentTriggers(AssignmentCommon, MailCase):
    """Z9: when leads are given to somebody, beside their arrival."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._make_rule()

    def _make_own_lead(self, **values):
        with self.at(NOW):
            return self._make_lead(user_id=self.rep.id, **values)

    def test_broken_promise(self):
        """Z9 S8: a rule that says so gives a late lead to somebody else, with its call; one notice."""
        self.rule.reassign_breach = True
        lead = self._make_own_lead()
        self._run_cron("ir_cron_leadya_update_clocks", LATER)
        self.assertEqual(lead.sla_state, "breached")
        self.assertIn(lead.user_id, self.rep_2 | self.rep_3)
        self.assertEqual(lead.activity_ids.user_id, lead.user_id)
        self.assertEqual(len(self._get_notices(lead.user_id)), 1)
        reasons = self.explanations(lead, "assign")
        self.assertEqual(reasons[0], f"{self.rep.name} has not kept the promise: somebody else is sought")
        self.assertTrue(reasons[1].startswith("Rule gives it to "))

    def test_broken_promise_stays(self):
        """Z9: without the rule's word nothing is taken from anybody."""
        lead = self._make_own_lead()
        self._run_cron("ir_cron_leadya_update_clocks", LATER)
        self.assertEqual(lead.user_id, self.rep)
        self.assertFalse(self.explanations(lead, "assign"))

    def test_broken_promise_on_trial(self):
        """Z7: on trial it is said who would get it, and why."""
        self.rule.write({"reassign_breach": True, "mode": "trial"})
        lead = self._make_own_lead()
        self._run_cron("ir_cron_leadya_update_clocks", LATER)
        self.assertEqual(lead.user_id, self.rep)
        reasons = self.explanations(lead, "assign")
        self.assertTrue(all(reason.startswith("On trial: ") for reason in reasons))
        self.assertIn(f"not to {self.rep.name}: 0 open against 0 of", reasons[1])

    def test_escalation_calls_it(self):
        """S9: an escalation gives a lead to another rep by its own switch, with or without rules."""
        self.rule.mode = "off"
        lead = self._make_own_lead()
        self.assertFalse(lead._leadya_reassign("breach", mode="trial"))
        self.assertEqual(lead.user_id, self.rep)
        self.assertTrue(self.explanations(lead, "assign")[-1].startswith("On trial: Given to "))
        self.assertEqual(lead._leadya_reassign("breach", mode="on"), lead)
        self.assertIn(lead.user_id, self.rep_2 | self.rep_3)

    def test_nobody_else(self):
        """Z9: where nobody else is free, the owner keeps the lead."""
        (self.member_2 | self.member_3).assignment_optout = True
        lead = self._make_own_lead()
        self.assertFalse(lead._leadya_reassign("breach", mode="on"))
        self.assertEqual(lead.user_id, self.rep)
        self.assertIn(f"Stays with {self.rep.name}: nobody else is free to take it", self.explanations(lead, "assign"))

    def test_owner_archived(self):
        """Z9: leads with an open promise of whoever is archived go to others; the rest is left alone."""
        lead = self._make_own_lead()
        done = self._make_own_lead()
        done.with_user(self.rep).action_log_attempt("reached")
        done.sla_clock_ids._cancel()
        self.rep.active = False
        self._run_cron("ir_cron_leadya_assign", NOW + timedelta(minutes=1))
        self.assertIn(lead.user_id, self.rep_2 | self.rep_3)
        self.assertEqual(done.user_id, self.rep)
        self.assertIn(f"{self.rep.name} has left: somebody else is sought", self.explanations(lead, "assign"))

    def test_owner_on_leave(self):
        """Z9: away beyond the promised time: somebody else gets the lead; back before it: not."""
        lead = self._make_own_lead()
        leave = self._make_leave(self.rep, NOW, NOW + timedelta(minutes=10))
        self._run_cron("ir_cron_leadya_assign", NOW + timedelta(minutes=1))
        self.assertEqual(lead.user_id, self.rep)
        leave.date_to = NOW + timedelta(days=5)
        self.rule.reassign_absent = False
        self._run_cron("ir_cron_leadya_assign", NOW + timedelta(minutes=2))
        self.assertEqual(lead.user_id, self.rep)
        self.rule.reassign_absent = True
        self._run_cron("ir_cron_leadya_assign", NOW + timedelta(minutes=3))
        self.assertIn(lead.user_id, self.rep_2 | self.rep_3)

    def test_out_of_office(self):
        lead = self._make_own_lead()
        self.rep.out_of_office_from = NOW
        self._run_cron("ir_cron_leadya_assign", NOW + timedelta(minutes=1))
        self.assertIn(lead.user_id, self.rep_2 | self.rep_3)

    def test_deserted_is_asked_once_an_hour(self):
        """Z9: while nobody else is free, the log does not fill."""
        (self.member_2 | self.member_3).assignment_optout = True
        lead = self._make_own_lead()
        self.rep.out_of_office_from = NOW
        for minutes in (1, 6, 11):
            self._run_cron("ir_cron_leadya_assign", NOW + timedelta(minutes=minutes))
        self.assertEqual(len(self.explanations(lead, "assign")), 3)

    def test_old_leads_are_left_alone(self):
        """design.md 1: leads that were there before are nobody's business but a person's."""
        with self.at(NOW):
            lead = self._make_leads([{}])
            old = (
                self.env["crm.lead"]
                .with_context(leadya_skip_intake=True)
                .create({"name": "Old", "user_id": False, "team_id": self.team.id})
            )
            lead.user_id = False
        self._run_cron("ir_cron_leadya_assign", NOW + timedelta(minutes=5))
        self.assertFalse(old.user_id)
        self.assertFalse(lead.user_id)

    def test_whoever_comes_back_starts_it(self):
        """Z9: a pause that ends, a new member, a return: the scheduled action runs at once."""
        cron = self.env.ref("leadya_crm.ir_cron_leadya_assign")
        for change in (
            lambda: self.member.write({"assignment_optout": False}),
            lambda: self.rep.write({"out_of_office_to": NOW}),
            lambda: self.rep.write({"active": True}),
            lambda: self.env["crm.team.member"].create(
                {"crm_team_id": self.team.id, "user_id": self.manager.id, "assignment_max": 10}
            ),
        ):
            with patch.object(type(cron), "_trigger") as trigger:
                change()
            self.assertTrue(trigger.called)

    def test_give_to_somebody_else_by_hand(self):
        """Z9: the manager's action on the list."""
        leads = self._make_own_lead() + self._make_own_lead()
        action = self.env.ref("leadya_crm.action_leadya_reassign")
        action.with_user(self.manager).with_context(
            active_model="crm.lead", active_ids=leads.ids, active_id=leads[0].id
        ).run()
        self.assertNotIn(self.rep, leads.user_id)
        with self.assertRaises(AccessError):
            leads.with_user(self.rep_2).action_leadya_reassign()

    def test_batch_of_waiting_leads(self):
        """Z9: the safety net works in batches, and tells each rep once."""
        self.members.assignment_optout = True
        self.team.user_id = False
        with self.at(NOW):
            leads = self._make_leads([{}] * 7)
        self.members.assignment_optout = False
        with patch("odoo.addons.leadya_crm.models.crm_lead_reassignment.BATCH_SIZE", 3):
            self._run_cron("ir_cron_leadya_assign", NOW + timedelta(minutes=5))
        self.assertTrue(all(lead.user_id for lead in leads))


@tagged("post_install", "-at_install")
class TestTrial(AssignmentCommon):
    """Z7: on trial nothing is changed but the decision log."""

    #: What a trial writes, and what changes by looking at it.
    EXPECTED = {"leadya_decision_log"}

    def _assert_unchanged(self, work):
        before = self._dump_database()
        work()
        after = self._dump_database()
        changed = {table for table, checksum in after.items() if checksum != before[table]}
        self.assertEqual(changed, self.EXPECTED)

    def test_assignment(self):
        """Z7 Z9: rules and the company on trial, for leads without an owner and with one."""
        leads = self._make_leads([{}] * 5)
        owned = self._make_leads([{"user_id": self.rep.id}] * 5)
        self._make_rule(mode="trial", strategy="round_robin", reassign_breach=True)
        self._make_rule(mode="trial", strategy="skill")
        self.company.leadya_assignment_mode = "trial"

        def work():
            leads.action_run_intake_steps(["assign", "clock", "first_step"])
            owned._leadya_reassign("breach")
            self.env["crm.lead"]._cron_assign()

        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_options: 0):
            self._assert_unchanged(work)
        self.assertEqual(len(leads.decision_log_ids.filtered("trial").lead_id), 5)
        self.assertEqual(len(owned.decision_log_ids.filtered("trial").lead_id), 5)

    def test_trial_beside_on(self):
        """Z7: what is on acts as if there were no trial; the trial says what it would do otherwise."""
        self._teach(self.member_3, self.hebrew, "3")
        self._make_rule(name="Trial", mode="trial", sequence=1, language="required", strategy="skill")
        self._make_rule(name="On", sequence=2, member_ids=self.member.ids)
        lead = self._make_lead(lang_id=self.env.ref("base.lang_he_IL").id)
        self.assertEqual(lead.user_id, self.rep)
        self.assertEqual(
            self.explanations(lead, "assign"),
            [
                f"On gives it to {self.rep.name} of Test Team: is the only one who can take it",
                f"On trial: Trial gives it to {self.rep_3.name} of Test Team, not to {self.rep.name}: "
                "knows Hebrew, is the only one who can take it",
            ],
        )

    def test_trial_counts_on_its_own(self):
        """Z7: a batch on trial is spread as it would be, and the real one is not disturbed."""
        self._make_rule(mode="trial", sequence=1)
        self._make_rule(sequence=2)
        leads = self._make_leads([{}] * 9)
        trial = leads.decision_log_ids.filtered("trial")
        for users in (leads.mapped(lambda lead: lead.user_id.id), trial.mapped(lambda log: log.user_id.id)):
            self.assertEqual({users.count(user.id) for user in self.members.user_id}, {3})

    def test_old_decisions_are_trimmed(self):
        """Z7: the log is trimmed by age."""
        lead = self._make_lead()
        self._make_rule(mode="trial")
        lead.action_run_intake_steps(["assign"])
        self.assertTrue(lead.decision_log_ids)
        self.env.cr.execute(
            "UPDATE leadya_decision_log SET create_date = %s", [fields.Datetime.now() - timedelta(days=200)]
        )
        self.env["leadya.decision.log"]._gc_old_decisions()
        self.assertFalse(lead.decision_log_ids.exists())
