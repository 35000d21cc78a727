from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestCadence(LeadyaCommon):
    """S8 S9 S10 P2 P4 P5 P6 L6 L7 C7: attempts keep the promise, and lead to the next step."""

    def setUp(self):
        super().setUp()
        with self.at(NOW):
            self.lead = self._make_lead(name="Laser", user_id=self.rep.id)

    def log(self, outcome, minutes=10, **values):
        with self.at(NOW + timedelta(minutes=minutes)):
            return self.lead.with_user(self.rep).action_log_attempt(outcome, **values)

    def clock(self, kind):
        return self.lead.sla_clock_ids.filtered(lambda clock: clock.kind == kind)

    def test_first_call_is_scheduled(self):
        [activity] = self.lead.activity_ids
        self.assertEqual(activity.activity_type_id, self.env.ref("mail.mail_activity_data_call"))
        self.assertEqual(activity.user_id, self.rep)
        self.assertEqual(activity.date_deadline, NOW.date())
        self.assertEqual(activity.summary, "First call, promised by 10:30")
        self.assertEqual(self.lead.next_action_at, NOW + timedelta(minutes=30))

    def test_first_call_on_the_reps_own_day(self):
        """Late in the evening in UTC it is the next day in Jerusalem."""
        self.rep.tz = "Asia/Jerusalem"
        self.category.calendar_id = self._make_calendar(name="Late", tz="UTC")
        self.category.calendar_id.attendance_ids.unlink()
        self.category.calendar_id.attendance_ids = [
            (0, 0, {"name": "x", "dayofweek": str(day), "hour_from": 20, "hour_to": 23.9, "day_period": "afternoon"})
            for day in range(7)
        ]
        with self.at(datetime(2026, 5, 13, 22, 0)):
            lead = self._make_lead(user_id=self.rep.id)
        self.assertEqual(lead.sla_deadline, datetime(2026, 5, 13, 22, 30))
        self.assertEqual(lead.activity_ids.date_deadline, datetime(2026, 5, 14).date())
        self.assertIn("01:30", lead.activity_ids.summary)

    def test_reached(self):
        [state] = self.log("reached", note="Wants two lasers")
        self.assertEqual(state["attempt_count"], 1)
        self.assertEqual(
            (self.lead.first_response_at, self.lead.first_response_minutes), (NOW + timedelta(minutes=10), 10)
        )
        clock = self.clock("first_response")
        self.assertEqual((clock.state, clock.working_minutes), ("met", 10))
        self.assertEqual(clock.attempt_id, self.lead.attempt_ids, "the evidence is linked")
        # Two working days ahead (P5): sixteen hours of work from Wednesday 10:10.
        self.assertEqual(self.lead.next_action_at, datetime(2026, 5, 15, 10, 10))
        self.assertEqual(self.lead.activity_ids.summary, "Follow up")
        self.assertEqual(self.clock("follow_up").deadline, self.lead.next_action_at)
        self.assertIn("Wants two lasers", "".join(self.lead.message_ids.mapped("body")))

    def test_late(self):
        self.log("reached", minutes=45)
        self.assertEqual(self.clock("first_response").state, "met_late")

    def test_no_answer_moves_the_clock(self):
        self.log("no_answer")
        self.assertEqual(self.clock("first_response").state, "met")
        # Two working hours after 10:10, around lunch.
        self.assertEqual(self.lead.next_action_at, datetime(2026, 5, 13, 13, 10))
        self.assertEqual(self.lead.activity_ids.summary, "Call again at 13:10")
        self.assertEqual(self.lead.sla_state, "running")
        self.assertEqual(self.lead.sla_deadline, self.lead.next_action_at)

    def test_attempts_used_up(self):
        """P4: after the last attempt somebody decides; silence has an end."""
        for number in range(3):
            self.log("no_answer", minutes=10 + number)
        self.assertEqual(self.lead.attempt_count, 3)
        [activity] = self.lead.activity_ids
        self.assertEqual(activity.summary, "No answer after all attempts: decide how to go on")
        self.assertEqual(activity.user_id, self.rep)
        self.assertIn("3 attempts without an answer", self.explanations(self.lead, "attempt")[0])
        self.assertEqual(self.lead.sla_state, "met")

    def test_leader_decides_where_the_category_says_so(self):
        self.category.exhausted_action = "leader"
        for number in range(3):
            self.log("left_message", minutes=10 + number)
        self.assertEqual(self.lead.activity_ids.user_id, self.leader)

    def test_a_talk_starts_the_count_anew(self):
        for number, outcome in enumerate(("no_answer", "no_answer", "reached", "no_answer")):
            self.log(outcome, minutes=10 + number)
        self.assertEqual(self.lead.activity_ids.summary[:10], "Call again")

    def test_wrong_number(self):
        self.log("wrong_number")
        self.assertEqual(self.lead.activity_ids.summary, "Wrong number: find the right one")
        self.assertEqual(self.lead.activity_ids.activity_type_id, self.env.ref("mail.mail_activity_data_todo"))

    def test_call_me_back(self):
        at = NOW + timedelta(days=40)
        self.log("call_back", call_back_at="2026-06-22 10:00:00")
        self.assertEqual(self.lead.next_action_at, at)
        self.assertEqual(self.lead.activity_ids.date_deadline, at.date())

    def test_call_back_by_the_dialog(self):
        with self.at(NOW + timedelta(minutes=5)):
            action = self.lead.with_user(self.rep).action_open_attempt("call_back")
            dialog = Form(self.env[action["res_model"]].with_user(self.rep).with_context(**action["context"]))
            self.assertEqual(dialog.call_back_at, NOW + timedelta(days=1))
            dialog.note = "After lunch"
            dialog.save().action_confirm()
        self.assertEqual(self.lead.last_outcome, "call_back")
        self.assertEqual(self.lead.next_action_at, NOW + timedelta(days=1))

    def test_bad_input(self):
        for outcome, values in (
            ("call_back", {}),
            ("call_back", {"call_back_at": "2020-01-01 00:00:00"}),
            ("call_back", {"call_back_at": "tomorrow"}),
            ("vanished", {}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.log(outcome, **values)
        self.assertFalse(self.lead.attempt_ids)

    def test_history_escapes(self):
        self.log("reached", note="<script>alert(1)</script>")
        body = "".join(self.lead.message_ids.mapped("body"))
        self.assertNotIn("<script>", body)
        self.assertIn("&lt;script&gt;", body)

    def test_colleague_calls(self):
        """The owner's scheduled call is gone when somebody else has called."""
        with self.at(NOW + timedelta(minutes=3)):
            self.lead.with_user(self.leader).action_log_attempt("reached")
        self.assertEqual(self.lead.attempt_ids.user_id, self.leader)
        self.assertEqual(self.lead.activity_ids.mapped("summary"), ["Follow up"])

    def test_old_lead_without_a_category(self):
        """An attempt on a lead that was promised nothing still leads to a next step."""
        with self.at(NOW):
            old = (
                self.env["crm.lead"].with_context(leadya_historic=True).create({"name": "Old", "user_id": self.rep.id})
            )
            old.with_user(self.rep).action_log_attempt("no_answer")
        self.assertEqual(old.next_action_at, datetime(2026, 5, 13, 15, 0))
        self.assertFalse(old.sla_clock_ids)

    def test_several_leads_at_once(self):
        with self.at(NOW):
            leads = self._make_leads([{"user_id": self.rep.id}, {"user_id": self.rep.id}])
            leads.with_user(self.rep).action_log_attempt("no_answer")
        self.assertEqual(leads.mapped("attempt_count"), [1, 1])

    def test_rights(self):
        with self.assertRaises(AccessError):
            self.lead.with_user(self.rep_2).action_log_attempt("reached")
        self.log("reached")
        with self.assertRaises(AccessError):
            self.lead.attempt_ids.with_user(self.rep).write({"outcome": "no_answer"})
        with self.assertRaises(AccessError):
            self.lead.attempt_ids.with_user(self.rep_2).read(["outcome"])

    def test_lost_lead_gets_no_next_step(self):
        self.lead.action_set_lost()
        self.log("reached")
        self.assertFalse(self.clock("follow_up"))

    def test_won_lead_needs_no_call(self):
        """The module's planned call goes when the deal is won; a person's own activity stays."""
        own = self.lead.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.rep.id, summary="Send the flowers"
        )
        self.lead.with_user(self.rep).action_set_won()
        self.assertEqual(self.lead.activity_ids, own)
        self.assertFalse(self.lead.next_action_at)

    def test_merge_adds_up(self):
        with self.at(NOW):
            other = self._make_lead(user_id=self.rep.id)
        self.log("no_answer", minutes=10)
        with self.at(NOW + timedelta(minutes=20)):
            other.with_user(self.rep).action_log_attempt("reached")
        merged = (self.lead | other).merge_opportunity()
        self.assertEqual(merged.attempt_count, 2)
        self.assertEqual(len(merged.attempt_ids), 2)
        self.assertEqual(merged.last_outcome, "reached")
        self.assertEqual(merged.first_response_minutes, 10)
