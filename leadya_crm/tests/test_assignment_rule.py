from collections import Counter
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MailCase

from .assignment_common import AssignmentCommon
from .common import NOW


@tagged("post_install", "-at_install")
class TestAssignmentRule(AssignmentCommon, MailCase):
    """Z9 L8 C3: which leads go to whom, by rules that a manager edits."""

    def test_first_rule_that_takes_the_lead(self):
        """Z9: rules are asked in order; a lead that none takes stays as it is."""
        self._make_rule(name="Lasers", domain="[('name', 'ilike', 'laser')]", member_ids=self.member_2.ids, sequence=1)
        self._make_rule(name="Pumps", domain="[('name', 'ilike', 'pump')]", member_ids=self.member_3.ids, sequence=2)
        leads = self._make_leads([{"name": "Laser pump"}, {"name": "Pump"}, {"name": "Boiler"}])
        self.assertEqual(leads.mapped("user_id"), self.rep_2 | self.rep_3)
        self.assertFalse(leads[2].user_id)
        self.assertFalse(self.explanations(leads[2], "assign"))
        self.assertEqual(
            self.explanations(leads[0], "assign"),
            [f"Lasers gives it to {self.rep_2.name} of Test Team: is the only one who can take it"],
        )

    def test_filter_by_what_the_corridor_found(self):
        """Z9 C2: channel and keyword, which the corridor has just recognized, can be asked for."""
        channel = self.env.ref("leadya_crm.channel_paid_search")
        self._make_rule(
            domain=f"[('channel_id', '=', {channel.id}), ('keyword_id.name', 'ilike', 'laser')]",
            member_ids=self.member_3.ids,
        )
        lead = self._make_lead(landing_url="https://site.example/?utm_source=google&utm_medium=cpc&utm_term=laser")
        self.assertEqual(lead.user_id, self.rep_3)

    def test_rule_moves_to_its_team(self):
        other = self.env["crm.team"].create({"name": "Other", "use_opportunities": True})
        self._make_rule()
        lead = self._make_lead(team_id=other.id)
        self.assertEqual(lead.team_id, self.team)
        self.assertIn(lead.user_id, self.members.user_id)

    def test_rule_without_team_keeps_the_leads_team(self):
        other = self.env["crm.team"].create(
            {
                "name": "Other",
                "use_opportunities": True,
                "crm_team_member_ids": [Command.create({"user_id": self.manager.id, "assignment_max": 10})],
            }
        )
        self._make_rule(team_id=False)
        lead = self._make_lead(team_id=other.id)
        self.assertEqual((lead.team_id, lead.user_id), (other, self.manager))

    def test_skills_and_language(self):
        """Z9: best match of skills; the lead's language where it is required."""
        self._teach(self.member, self.lasers, "3")
        self._teach(self.member_2, self.lasers, "1")
        self._teach(self.member_2, self.hebrew)
        rule = self._make_rule(
            name="Clinics", strategy="skill", skill_ids=[Command.create({"skill_id": self.lasers.id})]
        )
        self.assertEqual(self._make_lead().user_id, self.rep)
        rule.language = "required"
        lead = self._make_lead(lang_id=self.env.ref("base.lang_he_IL").id)
        self.assertEqual(lead.user_id, self.rep_2)
        self.assertIn("knows Medical lasers, Hebrew", self.explanations(lead, "assign")[0])

    def test_required_level(self):
        self._teach(self.member, self.lasers, "1")
        self._teach(self.member_3, self.lasers, "3")
        line = {"skill_id": self.lasers.id, "need": "required", "level": "2"}
        self._make_rule(skill_ids=[Command.create(line)])
        leads = self._make_leads([{}] * 3)
        self.assertEqual(leads.user_id, self.rep_3)

    def test_least_open_work_against_capacity(self):
        """Z9: open work counts, closed work does not (SuiteCRM counts it)."""
        self.members.leadya_open_max = 10
        self._make_leads([{"user_id": self.rep.id}] * 3)
        self._make_leads([{"user_id": self.rep_2.id}] * 4)[1:].write({"active": False, "probability": 0})
        self._make_leads([{"user_id": self.rep_3.id}] * 2)
        self._make_rule()
        lead = self._make_lead()
        self.assertEqual(lead.user_id, self.rep_2)
        self.assertIn(f"1 open against 2 of {self.rep_3.name}", self.explanations(lead, "assign")[0])

    def test_round_robin_over_single_leads(self):
        """Z9: the turn is kept from lead to lead and from batch to batch."""
        self._make_rule(strategy="round_robin")
        leads = self.env["crm.lead"]
        for count in (1, 1, 3, 2, 1, 4):
            leads += self._make_leads([{}] * count)
        self.assertEqual(set(Counter(leads.mapped(lambda lead: lead.user_id.id)).values()), {4})

    def test_round_robin_after_absence(self):
        """Z9: who was away goes on where it stands, or catches up where the company has it so."""
        # Members for longer than the window that is looked at.
        self.env.cr.execute("UPDATE crm_team_member SET create_date = %s", [NOW - timedelta(days=90)])
        self.env.invalidate_all()
        for catch_up, expected in ((False, 2), (True, 6)):
            with self.subTest(catch_up=catch_up), self.env.cr.savepoint() as savepoint, self.at(NOW):
                self.company.leadya_assignment_catch_up = catch_up
                self._make_rule(strategy="round_robin")
                self.member.assignment_optout = True
                self._make_leads([{}] * 12)
                self.member.assignment_optout = False
                leads = self._make_leads([{}] * 6)
                self.assertEqual(len(leads.filtered(lambda lead: lead.user_id == self.rep)), expected)
                savepoint.rollback()

    def test_credit_for_bad_leads(self):
        """Z9: a lead that turned out bad gives its owner another turn, where the company has it so."""
        self.env.cr.execute("UPDATE crm_team_member SET create_date = %s", [NOW - timedelta(days=90)])
        self.env.invalidate_all()
        self.company.leadya_assignment_bad_credit = True
        reason = self.env["crm.lost.reason"].create({"name": "Student", "leadya_bad_lead": True})
        self._make_rule(strategy="round_robin")
        with self.at(NOW):
            leads = self._make_leads([{}] * 6)
            leads.filtered(lambda lead: lead.user_id == self.rep).action_set_lost(lost_reason_id=reason.id)
            counts = Counter(self._make_leads([{}] * 2).mapped(lambda lead: lead.user_id.id))
        self.assertEqual(counts, {self.rep.id: 2})

    def test_territory(self):
        """Z9: by country, state and postal code; the closest first."""
        israel = self.env.ref("base.il")
        country, city = self.env["leadya.territory"].create(
            [
                {"name": "Israel", "country_ids": israel.ids},
                {"name": "Tel Aviv", "country_ids": israel.ids, "postal_prefixes": "61, 62-0"},
            ]
        )
        self.member.leadya_territory_ids = country
        self.member_2.leadya_territory_ids = city
        self._make_rule(strategy="territory", name="Places")
        here, near, abroad = self._make_leads(
            [
                {"country_id": israel.id, "zip": "620 12"},
                {"country_id": israel.id, "zip": "9"},
                {"country_id": self.env.ref("base.fr").id},
            ]
        )
        self.assertEqual(here.user_id, self.rep_2)
        self.assertEqual(near.user_id, self.rep)
        self.assertEqual(abroad.user_id, self.leader)
        self.assertIn("serves another territory: 3", self.explanations(abroad, "assign")[0])

    def test_own_rep(self):
        """Z9: the customer's own rep, by the contact, the organization, or the last lead."""
        organization = self.env["res.partner"].create({"name": "Clinic", "is_company": True})
        contact = self.env["res.partner"].create({"name": "Dana", "parent_id": organization.id})
        self._make_rule(rep_first=True)
        self._make_lead(user_id=self.rep_3.id, partner_id=contact.id)
        lead = self._make_lead(partner_id=organization.id)
        self.assertEqual(lead.user_id, self.rep_3)
        self.assertIn("serves the customer already", self.explanations(lead, "assign")[0])
        organization.user_id = self.rep_2
        self.assertEqual(self._make_lead(organization_id=organization.id).user_id, self.rep_2)

    def test_sticky_passes_on(self):
        self._make_rule(strategy="sticky", name="Own rep", sequence=1, team_id=False)
        self._make_rule(name="Rest", sequence=2, member_ids=self.member_2.ids)
        lead = self._make_lead()
        self.assertEqual(lead.user_id, self.rep_2)
        self.assertEqual(
            self.explanations(lead, "assign")[0],
            "Own rep finds nobody and passes it on: does not serve the customer: 3",
        )

    def test_only_in_working_hours(self):
        """Z9: by the member's own calendar and zone, with lunch and leave; at the end the leader."""
        self.rep_2.tz = "America/New_York"
        self._make_leave(self.rep_3, NOW - timedelta(hours=1), NOW + timedelta(hours=1))
        self._make_rule(in_hours=True)
        for moment, users in (
            (NOW, self.rep),  # 10:00 in UTC, 6:00 in New York
            (NOW + timedelta(hours=2, minutes=30), self.leader | self.rep_2),  # lunch in UTC; 8:30 in New York
            (NOW + timedelta(hours=12), self.leader),
        ):
            with self.subTest(moment=moment), self.at(moment), self.env.cr.savepoint() as savepoint:
                self.assertLessEqual(self._make_lead().user_id, users)
                savepoint.rollback()

    def test_timed_pause(self):
        (self.member | self.member_2).leadya_paused_until = NOW + timedelta(days=1)
        self._make_rule()
        with self.at(NOW):
            self.assertEqual(self._make_leads([{}] * 2).user_id, self.rep_3)
            self.assertEqual(self.member.leadya_obstacle, "paused")
        self.members.invalidate_recordset(["leadya_obstacle"])
        with self.at(NOW + timedelta(days=2)):
            self.assertFalse(self.member.leadya_obstacle)

    def test_capacities(self):
        """Z9: a day's, that at once, and none at all; then the team leader."""
        self.member.leadya_day_max = 1
        self.member_2.leadya_open_max = 2
        self.member_3.assignment_max = 0
        self._make_rule()
        leads = self._make_leads([{}] * 5)
        counts = Counter(leads.mapped(lambda lead: lead.user_id.id))
        self.assertEqual(counts, {self.rep.id: 1, self.rep_2.id: 2, self.leader.id: 2})

    def test_what_odoo_has_is_honoured(self):
        """Z9: filters of team and member, preference, pause, capacity."""
        self.member.assignment_domain = "[('name', 'not ilike', 'laser')]"
        self.member_2.assignment_domain_preferred = "[('name', 'ilike', 'laser')]"
        self.member_3.assignment_optout = True
        self._make_rule()
        leads = self._make_leads([{"name": "Laser"}] * 3)
        self.assertEqual(leads.user_id, self.rep_2)
        self.assertIn("prefers such leads", self.explanations(leads[0], "assign")[0])

    def test_fallback_to_a_named_rule(self):
        """Z9: a rule that finds nobody passes on to the rule that it names, or to the leader."""
        last = self._make_rule(name="Night", member_ids=self.member_3.ids, domain="[('id', '=', 0)]", sequence=9)
        self._make_rule(name="Between", member_ids=self.member.ids, sequence=5)
        first = self._make_rule(
            name="Day", member_ids=self.member_2.ids, fallback="rule", fallback_rule_id=last.id, sequence=1
        )
        self.member_2.assignment_optout = True
        self.assertEqual(self._make_lead().user_id, self.rep_3)
        first.fallback = "leader"
        self.assertEqual(self._make_lead().user_id, self.leader)

    def test_rules_in_a_circle(self):
        """Z9: refused when they are made, and harmless where they came about otherwise."""
        first, second = self._make_rule(name="One"), self._make_rule(name="Two")
        first.write({"fallback": "rule", "fallback_rule_id": second.id})
        with self.assertRaisesRegex(ValidationError, "circle"):
            second.write({"fallback": "rule", "fallback_rule_id": first.id})
        self.env.cr.execute(
            "UPDATE leadya_assignment_rule SET fallback = 'rule', fallback_rule_id = %s WHERE id = %s",
            [first.id, second.id],
        )
        self.env.invalidate_all()
        self.members.assignment_optout = True
        lead = self._make_lead()
        self.assertEqual(lead.user_id, self.leader)
        self.assertEqual(len(self.explanations(lead, "assign")), 3)

    def test_bad_filters(self):
        """Z9: refused when they are saved: missing fields, nonsense, nested without end."""
        for domain in (
            "[('no_such_field', '=', 1)]",
            "[('name', '=',",
            "hello",
            "[('name', 'like', __import__('os'))]",
            "[" * 5000 + "]" * 5000,
            "[('name', '=', '" + "x" * 30_000 + "')]",
        ):
            with self.subTest(domain[:40]), self.assertRaises(ValidationError), mute_logger("odoo.sql_db"):
                self._make_rule(domain=domain)
        contradicting = self._make_rule(domain="[('name', '=', 'a'), ('name', '=', 'b')]")
        self.assertFalse(self._make_lead(name="a").user_id)
        self.assertEqual(contradicting.given_count, 0)

    def test_filter_that_became_useless(self):
        """Z9: a field that went with another module takes the rule away, never the lead."""
        rule = self._make_rule(sequence=1)
        self._make_rule(sequence=2, member_ids=self.member_3.ids)
        self.env.cr.execute(
            "UPDATE leadya_assignment_rule SET domain = %s WHERE id = %s", ["[('gone_field', '=', 1)]", rule.id]
        )
        self.env.invalidate_all()
        with self.assertLogs("odoo.addons.leadya_crm", level="WARNING"):
            lead = self._make_lead()
        self.assertEqual(lead.user_id, self.rep_3)

    def test_everybody_absent(self):
        """Z9: nobody gets it, the log says so, and the lead waits; who comes back gets it."""
        self.members.assignment_optout = True
        self.team.user_id = False
        self._make_rule()
        with self.at(NOW):
            lead = self._make_lead()
        self.assertFalse(lead.user_id)
        self.assertTrue(lead.assign_retry_at)
        self.assertEqual(
            self.explanations(lead, "assign"),
            [
                "Rule finds nobody and passes it on: paused: 3",
                "Given to nobody: no member of Test Team is free to take it",
            ],
        )
        self.member.assignment_optout = False
        self._run_cron("ir_cron_leadya_assign", NOW + timedelta(minutes=5))
        self.assertEqual(lead.user_id, self.rep)
        self.assertFalse(lead.assign_retry_at)
        self.assertTrue(lead.activity_ids)

    def test_waiting_is_logged_once(self):
        self.members.assignment_optout = True
        self.team.user_id = False
        self._make_rule()
        with self.at(NOW):
            lead = self._make_lead()
        before = self.explanations(lead, "assign")
        for minutes in (5, 10, 15):
            self._run_cron("ir_cron_leadya_assign", NOW + timedelta(minutes=minutes))
        self.assertEqual(self.explanations(lead, "assign"), before)

    def test_other_company(self):
        """Z9: a rep who may not see a lead never becomes its owner, whatever the rule says."""
        other = self.env["res.company"].create({"name": "Other"})
        self.rep_2.company_ids += other
        self._make_rule()
        leads = self._make_leads([{"company_id": other.id}] * 3)
        self.assertEqual(leads.company_id, other)
        self.assertEqual(leads.user_id, self.rep_2)
        self.rep_2.company_ids -= other
        lead = self._make_lead(company_id=other.id)
        self.assertFalse(lead.user_id)
        self.assertIn("may not see leads of this company: 3", self.explanations(lead, "assign")[0])
        rule = self._make_rule(company_id=other.id, team_id=False, sequence=0)
        self.assertFalse(rule.with_user(self.manager).with_company(self.company).search([("id", "=", rule.id)]))

    def test_rights(self):
        """L8: reps read rules, managers edit them."""
        rule = self._make_rule()
        self.assertTrue(rule.with_user(self.rep).name)
        with self.assertRaises(AccessError):
            rule.with_user(self.rep).mode = "off"
        rule.with_user(self.manager).mode = "off"
        skill = self.env["leadya.skill"].with_user(self.manager).create({"name": "Export"})
        with self.assertRaises(AccessError):
            skill.with_user(self.rep).name = "Import"

    def test_new_rules_are_on_trial(self):
        """Z7: a new rule records what it would do; so does a copy of one that is on."""
        rule = self.env["leadya.assignment.rule"].create({"name": "New"})
        self.assertEqual(rule.mode, "trial")
        self.assertEqual(self._make_rule().copy().mode, "trial")

    def test_one_notice(self):
        """Z9: one lead, one notice; a batch, one notice a rep."""
        self._make_rule()
        with self.mock_mail_gateway(), self.at(NOW):
            lead = self._make_lead()
            self.flush_tracking()
            self.assertEqual(len(self._get_notices(lead.user_id)), 1)
            before = self._get_notices(self.members.user_id)
            self._make_leads([{}] * 30)
            self.flush_tracking()
        new = self._get_notices(self.members.user_id) - before
        self.assertEqual(len(new), 3)
        self.assertEqual(set(new.mapped("subject")), {"10 leads have been assigned to you"})

    def test_automation_rule(self):
        """Z9: the server action serves Odoo's automation rules, which run with all rights."""
        self._make_rule(mode="off")
        lead = self._make_lead()
        self.env["leadya.assignment.rule"].search([]).mode = "on"
        action = self.env.ref("leadya_crm.action_leadya_assign_automation").with_user(self.rep)
        action = action.with_context(active_model="crm.lead", active_ids=lead.ids, active_id=lead.id)
        with self.assertRaises(AccessError):
            action.run()
        action.sudo().run()
        self.assertIn(lead.user_id, self.members.user_id)

    def test_dossier(self):
        """Z9: every candidate with the factors and the reason, for the rep in the rep's language."""
        self._teach(self.member, self.lasers, "3")
        self.member_3.assignment_optout = True
        self._make_rule(strategy="skill", skill_ids=[Command.create({"skill_id": self.lasers.id})])
        lead = self._make_lead()
        [dossier] = lead.with_user(self.rep).leadya_read_dossiers()
        self.assertEqual(dossier["title"], self.explanations(lead, "assign")[0])
        rows = dossier["candidates"]
        self.assertEqual([row["name"] for row in rows], [self.rep.name, self.rep_2.name, self.rep_3.name])
        self.assertEqual([row["reason"] for row in rows], ["", "another came first", "paused"])
        self.assertEqual([row["skill"] for row in rows], [100, 0, 0])
        self.assertEqual(rows[0]["load"], 0)
        lead.user_id = self.rep_2
        with self.assertRaises(AccessError):
            lead.with_user(self.rep).leadya_read_dossiers()

    def test_deterministic_under_a_seed(self):
        """Z9: the same leads under the same seed go to the same people."""
        self._make_rule()
        ids = []
        for _run in range(2):
            with self.env.cr.savepoint() as savepoint:
                leads = (
                    self.env["crm.lead"]
                    .with_context(leadya_skip_intake=True)
                    .create(
                        [{"name": f"Lead {number}", "user_id": False, "team_id": self.team.id} for number in range(9)]
                    )
                )
                base = leads[0].id
                self.env.cr.execute("SELECT setval('crm_lead_id_seq', %s, false)", [base])
                leads.with_context(leadya_seed=7)._leadya_run_steps(["assign"])
                ids.append(leads.mapped(lambda lead: lead.user_id.id))
                savepoint.rollback()
        self.assertEqual(*ids)
