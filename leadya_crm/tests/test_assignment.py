from collections import Counter
from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.mail.tests.common import MailCase

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestAssignment(LeadyaCommon, MailCase):
    """Z9 C3 L8: a lead without an owner gets one at once, fairly, and everybody can see why."""

    def test_at_once_with_reason(self):
        lead = self._make_lead()
        self.assertIn(lead.user_id, self.rep | self.rep_2)
        self.assertEqual(lead.type, "opportunity")
        [reason] = self.explanations(lead, "assign")
        self.assertEqual(
            reason, f"Given to {lead.user_id.name} of Test Team: 1 of 100 leads in 30 days, the least busy of 2"
        )
        self.assertIn(lead.user_id.partner_id, lead.message_partner_ids)

    def test_never_converted_silently(self):
        lead = self._make_lead(type="lead")
        self.assertTrue(lead.user_id)
        self.assertEqual(lead.type, "lead")

    def test_evenly(self):
        leads = self._make_leads([{}] * 21)
        counts = Counter(leads.mapped(lambda lead: lead.user_id.id))
        self.assertLessEqual(abs(counts[self.rep.id] - counts[self.rep_2.id]), 1)
        self.assertEqual(sum(counts.values()), 21)

    def test_by_capacity(self):
        self.member.assignment_max = 20
        self.member_2.assignment_max = 10
        counts = Counter(self._make_leads([{}] * 30).mapped(lambda lead: lead.user_id.id))
        self.assertEqual(counts, {self.rep.id: 20, self.rep_2.id: 10})

    def test_small_capacity_is_not_rounded_to_nothing(self):
        """Stock Odoo gives no lead to a member with a capacity below 15 a month."""
        (self.member | self.member_2).assignment_max = 1
        leads = self._make_leads([{}, {}])
        self.assertEqual(leads.user_id, self.rep | self.rep_2)

    def test_full_members_pass_on_to_the_leader(self):
        (self.member | self.member_2).assignment_max = 1
        leads = self._make_leads([{}] * 3)
        self.assertEqual(Counter(leads.mapped("user_id.id")).get(self.leader.id), 1)
        late = leads.filtered(lambda lead: lead.user_id == self.leader)
        self.assertIn("no member is free", self.explanations(late, "assign")[0])

    def test_nobody_left_says_so(self):
        (self.member | self.member_2).assignment_optout = True
        self.team.user_id = False
        lead = self._make_lead()
        self.assertFalse(lead.user_id)
        self.assertEqual(
            self.explanations(lead, "assign"), ["Given to nobody: no member of Test Team is free to take it"]
        )

    def test_archived_absent_paused(self):
        for case in ("archived", "out_of_office", "on_leave", "paused"):
            with self.subTest(case), self.env.cr.savepoint() as savepoint:
                if case == "archived":
                    self.rep.active = False
                elif case == "out_of_office":
                    self.rep.write(
                        {"out_of_office_from": NOW - timedelta(days=1), "out_of_office_to": NOW + timedelta(days=1)}
                    )
                elif case == "on_leave":
                    resource = self.env["resource.resource"].create(
                        {
                            "name": "Rep",
                            "user_id": self.rep.id,
                            "resource_type": "user",
                            "calendar_id": self.company.resource_calendar_id.id,
                        }
                    )
                    self.env["resource.calendar.leaves"].create(
                        {
                            "name": "Holiday",
                            "resource_id": resource.id,
                            "date_from": NOW - timedelta(days=1),
                            "date_to": NOW + timedelta(days=1),
                        }
                    )
                else:
                    self.member.assignment_optout = True
                with self.at(NOW):
                    leads = self._make_leads([{}] * 4)
                self.assertEqual(leads.user_id, self.rep_2, case)
                savepoint.rollback()

    def test_member_and_team_filters(self):
        self.member.assignment_domain = "[('name', 'ilike', 'laser')]"
        self.member_2.assignment_domain = "[('name', 'not ilike', 'laser')]"
        laser, other = self._make_leads([{"name": "Laser"}, {"name": "Pump"}])
        self.assertEqual(laser.user_id, self.rep)
        self.assertEqual(other.user_id, self.rep_2)

    def test_preference_comes_first(self):
        self.member.assignment_domain_preferred = "[('name', 'ilike', 'laser')]"
        leads = self._make_leads([{"name": f"Laser {number}"} for number in range(5)])
        self.assertEqual(leads.user_id, self.rep)
        self.assertIn("prefers such leads", self.explanations(leads[0], "assign")[0])

    def test_team_by_its_filter(self):
        self.team.assignment_domain = "[('name', 'ilike', 'laser')]"
        laser, other = self._make_leads([{"name": "Laser", "team_id": False}, {"name": "Pump", "team_id": False}])
        self.assertEqual(laser.team_id, self.team)
        self.assertTrue(laser.user_id)
        self.assertFalse(other.user_id)
        self.assertEqual(self.explanations(other, "assign"), ["Given to nobody: no sales team takes such leads"])

    def test_owner_is_kept(self):
        lead = self._make_lead(user_id=self.rep_2.id)
        self.assertEqual(lead.user_id, self.rep_2)
        self.assertFalse(self.explanations(lead, "assign"))

    def test_off_and_trial(self):
        """Z7: on trial the decision is recorded, and nothing is changed."""
        self.company.leadya_assignment_mode = "off"
        lead = self._make_lead()
        self.assertFalse(lead.user_id)
        self.assertFalse(self.explanations(lead, "assign"))
        self.company.leadya_assignment_mode = "trial"
        lead = self._make_lead()
        self.assertFalse(lead.user_id)
        self.assertTrue(self.explanations(lead, "assign")[0].startswith("On trial: Given to "))

    def test_starts_on_trial(self):
        self.assertEqual(self.env["res.company"].create({"name": "New"}).leadya_assignment_mode, "trial")
        self.assertEqual(self.env["leadya.sla.category"].create({"name": "New"}).mode, "trial")

    def test_other_company(self):
        """A rep who may not see a lead never becomes its owner."""
        other = self.env["res.company"].create({"name": "Other", "leadya_assignment_mode": "on"})
        self.rep.company_ids += other
        team = self.env["crm.team"].create({"name": "Theirs", "company_id": other.id, "use_opportunities": True})
        self.env["crm.team.member"].create({"crm_team_id": team.id, "user_id": self.rep.id, "assignment_max": 10})
        self.rep.company_ids -= other
        lead = self.env["crm.lead"].create(
            {"name": "Theirs", "type": "opportunity", "team_id": team.id, "user_id": False}
        )
        self.assertEqual(lead.company_id, other)
        self.assertFalse(lead.user_id)

    def test_one_notice(self):
        """One lead, one notice; a batch, one notice a rep, with the list."""
        with self.mock_mail_gateway(), self.at(NOW):
            lead = self._make_lead()
            self.flush_tracking()
        notices = self.env["mail.message"].search(
            [("message_type", "=", "user_notification"), ("partner_ids", "in", lead.user_id.partner_id.ids)]
        )
        self.assertEqual(len(notices), 1)
        self.assertIn(lead.name, notices.subject)
        with self.mock_mail_gateway(), self.at(NOW):
            leads = self._make_leads([{"name": f"Batch {number}"} for number in range(10)])
            self.flush_tracking()
        notices = self.env["mail.message"].search(
            [("message_type", "=", "user_notification"), ("subject", "=", "5 leads have been assigned to you")]
        )
        self.assertEqual(notices.partner_ids, (self.rep | self.rep_2).partner_id)
        self.assertEqual(len(notices), 2)
        self.assertIn(leads[0].name, "".join(notices.mapped("body")))

    def test_first_call_goes_along(self):
        """A lead that is handed over takes its scheduled call to the new owner."""
        lead = self._make_lead()
        other = (self.rep | self.rep_2) - lead.user_id
        lead.with_user(self.leader).user_id = other
        self.assertEqual(lead.activity_ids.user_id, other)

    def test_by_the_manager_from_the_list(self):
        self.company.leadya_assignment_mode = "off"
        leads = self._make_leads([{}, {}])
        self.company.leadya_assignment_mode = "on"
        action = self.env.ref("leadya_crm.action_leadya_assign")
        action.with_user(self.manager).with_context(
            active_model="crm.lead", active_ids=leads.ids, active_id=leads[0].id
        ).run()
        self.assertEqual(leads.user_id, self.rep | self.rep_2)
        with self.assertRaises(AccessError):
            leads.with_user(self.rep).action_run_intake_steps(["assign"])

    def test_waiting_longest_breaks_ties(self):
        with self.at(NOW):
            first = self._make_lead()
        with self.at(NOW + timedelta(minutes=5)):
            second = self._make_lead()
        # Both have one lead now: who got the first has waited longer.
        with self.at(NOW + timedelta(minutes=9)):
            third = self._make_lead()
        self.assertNotEqual(first.user_id, second.user_id)
        self.assertEqual(third.user_id, first.user_id)

    def test_historic_leads_are_spared(self):
        with self.mock_mail_gateway():
            lead = (
                self.env["crm.lead"]
                .with_context(leadya_historic=True)
                .create([{"name": f"Old {number}", "user_id": False, "team_id": self.team.id} for number in range(2)])
            )
        self.assertFalse(lead.user_id)
        self.assertFalse(lead.sla_clock_ids)
        self.assertFalse(lead.activity_ids)
        self.assertNotSentEmail()

    def test_copy_does_not_arrive_anew(self):
        lead = self._make_lead(user_id=self.rep.id, landing_url="https://site.example/?gclid=1")
        copy = lead.copy()
        self.assertFalse(copy.sla_clock_ids | self.env["leadya.sla.clock"])
        self.assertFalse(copy.touch_ids)
        self.assertFalse(copy.click_id)
        self.assertEqual(copy.bant_budget, "unknown")
        self.assertFalse(copy.decision_log_ids)


@tagged("post_install", "-at_install")
class TestAssignmentTeams(LeadyaCommon):
    def test_room_decides_between_teams(self):
        """Z9: of two teams that take a lead, the one with more room gets it."""
        busy = self.team
        busy_leads = self._make_leads([{}] * 10)
        self.assertEqual(busy_leads.team_id, busy)
        free = self.env["crm.team"].create(
            {
                "name": "Free Team",
                "use_opportunities": True,
                "crm_team_member_ids": [Command.create({"user_id": self.manager.id, "assignment_max": 100})],
            }
        )
        self.assertEqual(self._make_lead(team_id=False).team_id, free)
