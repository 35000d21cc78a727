from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import tagged

from .common import NOW, LeadyaCommon

EMPTY = [Command.clear()]


class EdgeCommon(LeadyaCommon):
    def setUp(self):
        super().setUp()
        self.calendar = self.company.resource_calendar_id
        self.category.notify_leader = False

    def run_cron(self, moment):
        with self.at(moment), self.enter_registry_test_mode():
            self.env.ref("leadya_crm.ir_cron_leadya_update_clocks").method_direct_trigger()

    def make(self, moment=NOW, **values):
        with self.at(moment):
            lead = self._make_lead(user_id=self.rep.id, **values)
        return lead, lead.sla_clock_ids.filtered(lambda clock: clock.kind == "first_response")

    def wait(self, lead, moment, until):
        with self.at(moment):
            lead.with_user(self.rep).action_wait_for_customer(until)

    def log(self, lead, moment, outcome="reached", **values):
        with self.at(moment):
            lead.with_user(self.rep).action_log_attempt(outcome, **values)

    def escalate_at(self, *percents):
        self.category.escalation_ids = [
            Command.create({"percent": percent, "action": "leader", "mode": "on"}) for percent in percents
        ]

    def told(self, lead, code):
        return len(lead.decision_log_ids.filtered(lambda log: log.code == code))


@tagged("post_install", "-at_install")
class TestCalendarEdges(EdgeCommon):
    """S9, issue 6 "Bad input": a calendar without hours, a change of zone, both changes of clocks."""

    def test_emptied_under_a_running_clock(self):
        """What was promised stays: it comes at risk and breaks when it was to, and is escalated step by step."""
        self.escalate_at(50, 100, 200)
        lead, clock = self.make()
        self.calendar.attendance_ids = EMPTY
        self.run_cron(NOW + timedelta(minutes=15))
        self.assertEqual((clock.state, self.told(lead, "escalated_leader")), ("at_risk", 1))
        self.assertEqual(clock.escalation_at, NOW + timedelta(minutes=30))
        self.run_cron(NOW + timedelta(minutes=30))
        self.assertEqual((clock.state, self.told(lead, "escalated_leader")), ("breached", 2))
        self.assertEqual(clock.escalation_at, NOW + timedelta(minutes=60))

    def test_kept_in_an_emptied_calendar(self):
        lead, clock = self.make()
        self.calendar.attendance_ids = EMPTY
        self.log(lead, NOW + timedelta(minutes=10))
        self.assertEqual((clock.state, clock.wall_minutes, clock.waited_off_hours), ("met", 10, 10))
        self.assertTrue(lead.next_action_at, "nobody is left without a next step")

    def test_pause_in_an_emptied_calendar(self):
        """Twenty minutes were left; without working hours they are left on the wall."""
        self.escalate_at(50)
        lead, clock = self.make()
        self.calendar.attendance_ids = EMPTY
        self.wait(lead, NOW + timedelta(minutes=10), NOW + timedelta(hours=3))
        self.run_cron(NOW + timedelta(hours=3))
        self.assertEqual((clock.state, clock.deadline), ("running", NOW + timedelta(hours=3, minutes=20)))
        self.assertEqual(clock.at_risk_at, NOW + timedelta(hours=3, minutes=5))
        self.assertEqual(clock.escalation_at, NOW + timedelta(hours=3, minutes=5))

    def test_emptied_while_paused(self):
        lead, clock = self.make()
        self.wait(lead, NOW + timedelta(minutes=10), NOW + timedelta(hours=3))
        self.calendar.attendance_ids = EMPTY
        with self.at(NOW + timedelta(hours=1)):
            lead.with_user(self.rep).action_stop_waiting()
        self.assertEqual((clock.state, clock.deadline), ("running", NOW + timedelta(hours=1, minutes=20)))

    def test_no_calendar_at_all(self):
        """A company without working hours: no promise, and it says so; what was promised goes on."""
        lead, clock = self.make()
        self.company.resource_calendar_id = False
        without, none = self.make()
        self.assertFalse(none)
        self.assertIn("has no working hours", self.explanations(without, "clock")[0])
        self.assertIn("no working hours", self.category._get_alerts()[self.category.id]["no_hours"])
        self.wait(lead, NOW + timedelta(minutes=10), NOW + timedelta(hours=1))
        self.run_cron(NOW + timedelta(hours=1))
        self.assertEqual(clock.deadline, NOW + timedelta(hours=1, minutes=20))
        self.log(lead, NOW + timedelta(hours=1, minutes=5), "no_answer")
        self.assertEqual(clock.state, "met")

    def test_category_calendar_deleted(self):
        """The promise goes on by the company's hours."""
        self.category.calendar_id = self._make_calendar(name="Own")
        lead, clock = self.make()
        calendar = self.category.calendar_id
        self.category.calendar_id = False
        calendar.unlink()
        self.wait(lead, NOW + timedelta(minutes=10), datetime(2026, 5, 14, 7, 0))
        self.run_cron(datetime(2026, 5, 14, 7, 0))
        self.assertEqual(clock.deadline, datetime(2026, 5, 14, 8, 20))

    def test_zone_changed_in_the_middle(self):
        """The deadline stays what was promised; a pause from then on is in the new zone's hours."""
        lead, clock = self.make()
        self.calendar.tz = "America/New_York"
        self.assertEqual(clock.deadline, NOW + timedelta(minutes=30))
        # There it is 6:10: no minute of the new hours lies before the deadline, so they are counted on the wall.
        self.wait(lead, NOW + timedelta(minutes=10), NOW + timedelta(hours=5))
        self.run_cron(NOW + timedelta(hours=5))
        self.assertEqual(clock.deadline, NOW + timedelta(hours=5, minutes=20))
        self.log(lead, NOW + timedelta(hours=5, minutes=10))
        self.assertEqual(clock.state, "met")
        self.assertAlmostEqual(
            clock.waited_rep + clock.waited_customer + clock.waited_off_hours + clock.waited_assignment, 310
        )

    def _make_jerusalem(self):
        self.category.write(
            {"calendar_id": self._make_calendar(tz="Asia/Jerusalem", name="Jerusalem").id, "response_minutes": 120}
        )

    def test_clocks_go_forward(self):
        """Friday 27 March 2026, 2:00 in Jerusalem: before it 8:00 is 6:00 UTC, after it 5:00."""
        self._make_jerusalem()
        self.escalate_at(50, 150)
        # Thursday 16:00 there; the hour until 17:00, and one on Friday until 9:00.
        lead, clock = self.make(datetime(2026, 3, 26, 14, 0))
        self.assertEqual(clock.deadline, datetime(2026, 3, 27, 6, 0))
        self.assertEqual(clock.escalation_at, datetime(2026, 3, 26, 15, 0))
        self.wait(lead, datetime(2026, 3, 26, 14, 30), datetime(2026, 3, 27, 5, 0))
        self.run_cron(datetime(2026, 3, 27, 5, 0))
        self.assertEqual(clock.deadline, datetime(2026, 3, 27, 6, 30), "an hour and a half was left")
        self.assertEqual(clock.escalation_at, datetime(2026, 3, 27, 5, 30))
        self.run_cron(datetime(2026, 3, 27, 5, 30))
        self.assertEqual(clock.escalation_at, datetime(2026, 3, 27, 7, 30), "150 % of two hours")

    def test_clocks_go_back(self):
        """Sunday 25 October 2026, 2:00 in Jerusalem: the weekend has an hour more; work does not."""
        self._make_jerusalem()
        self.escalate_at(50, 150)
        # Friday 16:00 there is 13:00 UTC; Monday 8:00 is 6:00.
        lead, clock = self.make(datetime(2026, 10, 23, 13, 0))
        self.assertEqual(clock.deadline, datetime(2026, 10, 26, 7, 0))
        self.wait(lead, datetime(2026, 10, 23, 13, 30), datetime(2026, 10, 26, 6, 0))
        self.run_cron(datetime(2026, 10, 26, 6, 0))
        self.assertEqual(clock.deadline, datetime(2026, 10, 26, 7, 30))
        self.assertEqual(clock.escalation_at, datetime(2026, 10, 26, 6, 30))
        self.log(lead, datetime(2026, 10, 26, 7, 0))
        self.assertEqual((clock.state, clock.working_minutes, clock.waited_customer), ("met", 90, 30))

    def test_stage_clock_over_both_changes(self):
        new = self.env["crm.stage"].search([("team_ids", "=", False)], limit=1)
        self._make_jerusalem()
        self.category.stage_limit_ids = [Command.create({"stage_id": new.id, "hours": 2})]
        for arrival, deadline in (
            (datetime(2026, 3, 26, 14, 0), datetime(2026, 3, 27, 6, 0)),
            (datetime(2026, 10, 23, 13, 0), datetime(2026, 10, 26, 7, 0)),
        ):
            lead, _first = self.make(arrival, stage_id=new.id)
            clock = lead.sla_clock_ids.filtered(lambda clock: clock.kind == "stage")
            self.assertEqual(clock.deadline, deadline)


@tagged("post_install", "-at_install")
class TestRecordEdges(EdgeCommon):
    """S8 S9 P3, issue 6 "Bad input": categories, reps and leads that change under running clocks."""

    def test_category_archived(self):
        """It takes no new lead; what it has promised is kept or broken as ever."""
        self.escalate_at(100)
        lead, clock = self.make()
        self.category.active = False
        _other, none = self.make()
        self.assertFalse(none)
        self.run_cron(NOW + timedelta(minutes=30))
        self.assertEqual((clock.state, self.told(lead, "escalated_leader")), ("breached", 1))
        self.log(lead, NOW + timedelta(minutes=40))
        self.assertEqual(clock.state, "met_late")

    def test_category_deleted(self):
        """The promise stays, by the company's hours; there are no steps any more to escalate by."""
        self.escalate_at(50, 100)
        lead, clock = self.make()
        self.category.unlink()
        self.env.invalidate_all()
        self.run_cron(NOW + timedelta(minutes=40))
        self.assertEqual((clock.state, self.told(lead, "escalated_leader")), ("breached", 0))
        self.assertFalse(clock.escalation_at)
        self.wait(lead, NOW + timedelta(minutes=41), NOW + timedelta(minutes=50))
        self.log(lead, NOW + timedelta(minutes=45), "no_answer")
        self.assertEqual(clock.state, "met_late")
        self.assertTrue(lead.next_action_at)

    def test_rep_archived(self):
        """Whoever has left is not rung up; the leader gets the task, and what follows too."""
        self.escalate_at(100)
        lead, clock = self.make()
        self.rep.active = False
        self.run_cron(NOW + timedelta(minutes=30))
        self.assertEqual(clock.state, "breached")
        self.assertIn(self.leader, lead.activity_ids.user_id)
        self.wait_as(self.leader, lead)
        self.assertEqual(lead.activity_ids.filtered("leadya_step").user_id, self.leader)
        with self.at(NOW + timedelta(minutes=50)):
            lead.with_user(self.leader).action_log_attempt("no_answer")
        self.assertEqual(lead.activity_ids.filtered("leadya_step").user_id, self.leader)

    def wait_as(self, user, lead):
        with self.at(NOW + timedelta(minutes=35)):
            lead.with_user(user).action_wait_for_customer(NOW + timedelta(hours=1))

    def test_lost_and_opened_again(self):
        """What was owed is owed again, from now; the old promise stays cancelled."""
        lead, clock = self.make()
        with self.at(NOW + timedelta(minutes=10)):
            lead.with_user(self.rep).action_set_lost()
        with self.at(NOW + timedelta(days=1)):
            lead.with_user(self.rep).action_unarchive()
        self.assertEqual(clock.state, "cancelled")
        again = lead.sla_clock_ids - clock
        self.assertEqual((again.kind, again.state), ("first_response", "running"))
        self.assertEqual(again.start_at, NOW + timedelta(days=1))
        self.assertEqual(lead.sla_deadline, NOW + timedelta(days=1, minutes=30))
        self.assertEqual(lead.next_action_at, lead.sla_deadline)
        self.assertEqual(lead.activity_ids.leadya_step, "first_call")

    def test_won_and_opened_again(self):
        """A customer whom we know is called again; the first answer was given once and for all."""
        lead, clock = self.make()
        self.log(lead, NOW + timedelta(minutes=10))
        stage = lead.stage_id
        with self.at(NOW + timedelta(hours=1)):
            lead.with_user(self.rep).action_set_won()
        self.assertFalse(lead.sla_deadline)
        with self.at(NOW + timedelta(days=1)):
            lead.with_user(self.rep).write({"stage_id": stage.id, "probability": 50})
        again = lead.sla_clock_ids.filtered(lambda clock: clock.state == "running")
        self.assertEqual((again.kind, again.deadline), ("follow_up", NOW + timedelta(days=1, minutes=30)))
        self.assertEqual(lead.activity_ids.leadya_step, "retry")
        self.assertEqual((clock.state, lead.first_response_at), ("met", NOW + timedelta(minutes=10)))

    def test_stage_clock_of_a_reopened_lead(self):
        new = self.env["crm.stage"].search([("team_ids", "=", False)], limit=1)
        self.category.stage_limit_ids = [Command.create({"stage_id": new.id, "hours": 8})]
        lead, _clock = self.make(stage_id=new.id)
        lead.action_set_lost()
        with self.at(NOW + timedelta(days=2)):
            lead.with_user(self.rep).action_unarchive()
        stages = lead.sla_clock_ids.filtered(lambda clock: clock.kind == "stage")
        self.assertEqual(sorted(stages.mapped("state")), ["cancelled", "running"])
        self.assertEqual(max(stages.mapped("start_at")), NOW + timedelta(days=2))

    def test_reopened_without_a_category(self):
        lead, _clock = self.make()
        lead.action_set_lost()
        self.category.mode = "trial"
        lead.action_unarchive()
        self.assertFalse(lead.sla_deadline)
        self.assertFalse(lead.activity_ids)

    def test_copied(self):
        """A copy is made by a person: it has neither the promises of its original nor its history."""
        lead, _clock = self.make()
        self.log(lead, NOW + timedelta(minutes=5), "no_answer")
        copy = lead.copy()
        self.assertFalse(copy.sla_clock_ids)
        self.assertFalse(copy.attempt_ids)
        self.assertFalse(any(copy[name] for name in ("sla_state", "sla_deadline", "sla_category_id", "next_action_at")))
        self.assertFalse(copy.first_response_at)
        self.assertEqual(copy.attempt_count, 0)

    def test_later_steps_after_a_pause(self):
        """The pause moves a step by as much as it took, not by a share of it."""
        self.escalate_at(50, 150)
        lead, clock = self.make()
        self.wait(lead, NOW + timedelta(minutes=10), NOW + timedelta(minutes=70))
        self.run_cron(NOW + timedelta(minutes=70))
        self.assertEqual(
            (clock.deadline, clock.escalation_at), (NOW + timedelta(minutes=90), NOW + timedelta(minutes=75))
        )
        self.run_cron(NOW + timedelta(minutes=75))
        self.assertEqual(clock.escalation_at, NOW + timedelta(minutes=105), "30 + 60 + half of 30")
        # Waited for again when it is late already: the step waits as well.
        self.wait(lead, NOW + timedelta(minutes=95), NOW + timedelta(minutes=115))
        self.run_cron(NOW + timedelta(minutes=115))
        self.assertEqual((clock.state, clock.deadline), ("breached", NOW + timedelta(minutes=90)))
        self.assertEqual(clock.escalation_at, datetime(2026, 5, 13, 13, 5), "ten minutes were left, and lunch")

    def test_resuming_many_costs_no_query_a_lead(self):
        """Fifty promises go on by as many queries as two."""
        counts = []
        for size in (2, 50):
            with self.at(NOW):
                leads = self._make_leads([{"user_id": self.rep.id}] * size)
                leads.sla_clock_ids.sudo()._pause(NOW, NOW + timedelta(hours=1))
                self.env.flush_all()
                self.env.invalidate_all()
            clocks = leads.sudo().sla_clock_ids
            with self.at(NOW + timedelta(hours=1)):
                before = self.env.cr.sql_log_count
                clocks._resume(NOW + timedelta(hours=1))
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)


@tagged("post_install", "-at_install")
class TestMergeEdges(EdgeCommon):
    """C3 S9, issue 6 "Bad input": merged leads, and their undoing."""

    def merge(self, leads, minutes=20):
        with self.at(NOW + timedelta(minutes=minutes)):
            return leads.with_user(self.manager)._leadya_merge(leads[0])

    def test_one_waits_for_the_customer(self):
        """Of two promises the one that runs stays: somebody waits for us, whatever the other waits for."""
        first, paused = self.make()
        second, running = self.make(NOW + timedelta(minutes=5))
        self.wait(first, NOW + timedelta(minutes=6), NOW + timedelta(days=1))
        merge = self.merge(first | second)
        self.assertEqual((paused.state, running.state), ("cancelled", "running"))
        self.assertEqual((first.sla_state, first.sla_deadline), ("running", running.deadline))
        with self.at(NOW + timedelta(minutes=25)):
            merge.action_undo()
        self.assertEqual((paused.state, running.state), ("paused", "running"))
        self.assertEqual((first.sla_state, second.sla_state), ("paused", "running"))

    def test_both_wait(self):
        first, clock = self.make()
        second, other = self.make(NOW + timedelta(minutes=5))
        for lead in first, second:
            self.wait(lead, NOW + timedelta(minutes=10), NOW + timedelta(hours=1))
        self.merge(first | second)
        self.assertEqual((clock.state, other.state), ("paused", "cancelled"))
        self.run_cron(NOW + timedelta(hours=1))
        self.assertEqual((first.sla_state, first.sla_deadline), ("running", NOW + timedelta(minutes=80)))

    def test_escalated_once(self):
        """Steps that were taken for the promise that stays are not taken again."""
        self.escalate_at(50, 100)
        first, clock = self.make()
        second, _other = self.make(NOW + timedelta(minutes=10))
        self.run_cron(NOW + timedelta(minutes=16))
        self.merge(first | second)
        self.run_cron(NOW + timedelta(minutes=29))
        self.assertEqual((self.told(first, "escalated_leader"), clock.escalated_percent), (1, 50))
        self.run_cron(NOW + timedelta(hours=1))
        self.assertEqual(self.told(first, "escalated_leader"), 2)

    def test_time_in_stage(self):
        """The merged lead's time in its stage says nothing of the other's."""
        new, later = self.env["crm.stage"].search([("team_ids", "=", False)], limit=2)
        self.category.stage_limit_ids = [
            Command.create({"stage_id": new.id, "hours": 1}),
            Command.create({"stage_id": later.id, "hours": 16}),
        ]
        head, _clock = self.make(stage_id=later.id)
        tail, _clock = self.make(stage_id=new.id)
        self.merge(head | tail)
        pending = head.sla_clock_ids.filtered(lambda clock: clock.kind == "stage" and clock.state == "running")
        self.assertEqual(pending.deadline, NOW + timedelta(days=2))

    def test_protocol(self):
        """What either customer received is done once on the lead that is left."""
        head, _clock = self.make()
        tail, _clock = self.make()
        points = self.env["leadya.stage.requirement"].create(
            [{"name": name, "stage_id": head.stage_id.id} for name in ("Prices", "References")]
        )
        head.with_user(self.rep).leadya_protocol_tick(points[0].id, True)
        for point in points:
            tail.with_user(self.rep).leadya_protocol_tick(point.id, True)
        self.merge(head | tail)
        self.assertEqual([bool(point["done"]) for point in head.leadya_protocol()], [True, True])
        self.assertEqual(len(head.requirement_mark_ids), 2)

    def test_lease_goes_along(self):
        """A rep is on one of the two: no colleague is given the other, which is the same lead now."""
        with self.at(NOW):
            leads = self._make_leads([{"name": "A"}, {"name": "B"}])
            leads.user_id = False
            taken = self.env["crm.lead"].with_user(self.rep).leadya_queue_next()["lead"]["id"]
        tail = leads.browse(taken)
        head = leads - tail
        self.merge(head | tail, minutes=5)
        with self.at(NOW + timedelta(minutes=6)):
            self.assertFalse(self.env["crm.lead"].with_user(self.rep_2).leadya_queue_next()["lead"])
            self.assertEqual(self.env["crm.lead"].with_user(self.rep).leadya_queue_next()["lead"]["id"], head.id)

    def test_both_in_hands(self):
        """Two reps are on one of them each: who has the lead that is left keeps it."""
        with self.at(NOW):
            leads = self._make_leads([{"name": "A"}, {"name": "B"}])
            leads.user_id = False
            taken = [
                self.env["crm.lead"].with_user(user).leadya_queue_next()["lead"]["id"]
                for user in (self.rep, self.rep_2)
            ]
        head, tail = leads.browse(taken[0]), leads.browse(taken[1])
        self.merge(head | tail, minutes=5)
        lease = self.env["leadya.queue.lease"].search([("lead_id", "=", head.id)])
        self.assertEqual(lease.user_id, self.rep)
