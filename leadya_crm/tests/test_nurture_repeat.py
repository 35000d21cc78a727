from datetime import datetime, timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestNurtureRepeat(LeadyaCommon):
    """L7 P7 S11: not now is not lost: the lead rests by one key, and is called every few months."""

    def setUp(self):
        super().setUp()
        self.reason = self.env["crm.lost.reason"].create({"name": "No budget this year"})
        with self.at(NOW):
            self.lead = self._make_lead(name="Laser", user_id=self.rep.id)
            self.env.flush_all()

    def say_not_now(self, moment=NOW, **values):
        with self.at(moment):
            self.lead.with_user(self.rep).action_log_attempt("not_now", **values)

    def wake(self, moment):
        with self.at(moment):
            self.lead._leadya_end_nurture("due")

    def test_not_now(self):
        """The customer was spoken to: the promise is kept, and the lead rests, open and the rep's."""
        self.say_not_now(NOW + timedelta(minutes=5), rest_months=3, note="After the summer")
        self.assertEqual(self.lead.nurture_resume_at, datetime(2026, 8, 13, 8, 0))
        self.assertEqual(self.lead.sla_clock_ids.filtered(lambda clock: clock.kind != "stage").mapped("state"), ["met"])
        self.assertEqual((self.lead.last_outcome, self.lead.attempt_count), ("not_now", 1))
        self.assertEqual((self.lead.won_status, self.lead.user_id), ("pending", self.rep))
        self.assertFalse(self.lead.activity_ids)

    def test_months_are_needed(self):
        for values in ({}, {"rest_months": 0}, {"rest_months": -1}, {"rest_months": 1000}, {"rest_months": "soon"}):
            with self.assertRaises(UserError):
                self.say_not_now(**values)
        self.assertFalse(self.lead.attempt_ids)

    def test_every_few_months(self):
        """One key each time: the lead of the pool knows for how long it rests, and why."""
        with self.at(NOW):
            action = self.lead.with_user(self.rep).action_nurture()
            dialog = Form(self.env[action["res_model"]].with_user(self.rep).with_context(**action["context"]))
            dialog.reason_id = self.reason
            dialog.every_months = 6
            dialog.save().action_confirm()
        self.assertEqual(self.lead.nurture_every_months, 6)
        back = datetime(2026, 8, 13, 8, 0)
        self.wake(back)
        self.assertEqual(self.lead.activity_ids.leadya_step, "nurture_due")
        self.say_not_now(back + timedelta(hours=1))
        self.assertEqual(self.lead.nurture_resume_at, datetime(2027, 2, 15, 8, 0), "the 13th is a Saturday")
        self.assertEqual(self.lead.nurture_reason_id, self.reason)

    def test_nobody_answers(self):
        """L7 P4: a lead of the pool that cannot be reached this time rests again; nobody has to decide."""
        self.lead.nurture_every_months = 3
        moment = NOW
        for _attempt in range(3):
            with self.at(moment):
                self.lead.with_user(self.rep).action_log_attempt("no_answer")
            moment = (self.lead.next_action_at or moment) + timedelta(minutes=1)
        self.assertTrue(self.lead.nurture_resume_at)
        self.assertGreater(self.lead.nurture_resume_at, NOW + timedelta(days=80))
        self.assertIn("3", " ".join(self.explanations(self.lead, "attempt")))

    def test_interest_ends_the_rest(self):
        self.say_not_now(rest_months=1)
        with self.at(NOW + timedelta(days=3)):
            self.lead.with_user(self.rep).action_log_attempt("reached")
        self.assertFalse(self.lead.nurture_resume_at)

    def test_again_while_it_rests(self):
        self.say_not_now(rest_months=1)
        self.say_not_now(NOW + timedelta(days=3), rest_months=6)
        self.assertEqual(self.lead.nurture_resume_at, datetime(2026, 11, 16, 8, 0))

    def test_dialog_on_a_card(self):
        """The attempt menu asks for the months."""
        with self.at(NOW):
            action = self.lead.with_user(self.rep).action_open_attempt("not_now")
            dialog = Form(self.env[action["res_model"]].with_user(self.rep).with_context(**action["context"]))
            dialog.rest_months = "6"
            dialog.save().action_confirm()
        self.assertEqual(self.lead.nurture_resume_at, datetime(2026, 11, 13, 8, 0))

    def test_my_day_asks(self):
        asks = {outcome["value"]: outcome["asks"] for outcome in self.env["crm.lead"].leadya_queue_outcomes()}
        self.assertEqual(asks["not_now"], "rest")

    def test_merge_keeps_it(self):
        self.lead.nurture_every_months = 3
        with self.at(NOW):
            other = self._make_lead(name="Laser again", user_id=self.rep.id)
            merged = (self.lead | other)._merge_opportunity()
        self.assertEqual(merged.nurture_every_months, 3)
