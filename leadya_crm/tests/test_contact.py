from datetime import timedelta

from odoo.tests import tagged

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestContact(LeadyaCommon):
    """L6 S8 S9: only a human contact keeps a promise, and its evidence is linked."""

    def setUp(self):
        super().setUp()
        self.customer = self.env["res.partner"].create({"name": "Dana", "email": "dana@customer.example"})
        with self.at(NOW):
            self.lead = self._make_lead(user_id=self.rep.id, partner_id=self.customer.id)
        self.clock = self.lead.sla_clock_ids

    def post(self, minutes=10, user=None, **values):
        values = {"body": "Hello", "message_type": "comment", "subtype_xmlid": "mail.mt_comment", **values}
        with self.at(NOW + timedelta(minutes=minutes)):
            return self.lead.with_user(user or self.rep).message_post(**values)

    def test_a_message_to_the_customer_keeps_the_promise(self):
        message = self.post(partner_ids=self.customer.ids)
        self.assertEqual(self.clock.state, "met")
        attempt = self.clock.attempt_id
        self.assertEqual((attempt.outcome, attempt.means, attempt.message_id), ("wrote", "email", message))
        self.assertEqual(attempt.user_id, self.rep)
        self.assertEqual(self.lead.first_response_minutes, 10)
        self.assertEqual(self.lead.activity_ids.leadya_step, "first_call", "the planned call stays")

    def test_a_mail_address_without_a_contact(self):
        self.post(outgoing_email_to="someone@customer.example")
        self.assertEqual(self.clock.state, "met")

    def test_what_is_no_human_contact(self):
        """Automatic mail, notes, messages among colleagues and the system's keep no promise."""
        for values in (
            {"message_type": "auto_comment", "partner_ids": self.customer.ids},
            {"message_type": "notification", "partner_ids": self.customer.ids},
            {"message_type": "email_outgoing", "partner_ids": self.customer.ids},
            {"subtype_xmlid": "mail.mt_note", "partner_ids": self.customer.ids},
            {"partner_ids": self.leader.partner_id.ids},
            {"partner_ids": self.customer.ids, "author_id": self.env.ref("base.partner_root").id, "user": self.manager},
        ):
            with self.subTest(**values):
                self.post(**values)
                self.assertEqual(self.clock.state, "running")
        self.assertFalse(self.lead.attempt_ids)

    def test_first_message_of_the_customer_answers_nothing(self):
        self.post(message_type="email", author_id=self.customer.id, user=self.manager)
        self.assertEqual(self.clock.state, "running")
        self.assertFalse(self.lead.attempt_ids)

    def test_reply_ends_the_chase(self):
        """P4: a customer who wrote is not called again as one who did not answer; now they wait for us."""
        with self.at(NOW + timedelta(minutes=5)):
            self.lead.with_user(self.rep).action_log_attempt("no_answer")
        self.post(minutes=20, message_type="email", author_id=self.customer.id, user=self.manager)
        self.assertEqual(self.lead.last_outcome, "replied")
        [activity] = self.lead.activity_ids
        self.assertEqual((activity.leadya_step, activity.user_id), ("answer", self.rep))
        self.assertEqual(self.lead.next_action_at, NOW + timedelta(minutes=50))
        self.assertEqual(self.lead.sla_deadline, NOW + timedelta(minutes=50), "an answer is promised")
        self.assertEqual(self.lead.attempt_count, 1, "the customer's own message is no attempt of ours")

    def test_mails_do_not_use_up_attempts(self):
        for number in range(4):
            self.post(minutes=number, partner_ids=self.customer.ids)
        with self.at(NOW + timedelta(minutes=9)):
            self.lead.with_user(self.rep).action_log_attempt("no_answer")
        self.assertEqual(self.lead.activity_ids.leadya_step, "retry")

    def test_lost_connection(self):
        """An outcome that the screen sends again is logged once."""
        with self.at(NOW + timedelta(minutes=5)):
            for _time in range(2):
                self.lead.with_user(self.rep).action_log_attempt("busy", client_key="a1")
        self.assertEqual(self.lead.attempt_count, 1)

    def test_closing_needs_a_reason(self):
        reason = self.env["crm.lost.reason"].create({"name": "Chose another"})
        with self.at(NOW + timedelta(minutes=5)):
            self.lead.with_user(self.rep).action_log_attempt("not_interested", lost_reason_id=reason.id)
        self.assertEqual((self.lead.active, self.lead.lost_reason_id), (False, reason))
        self.assertEqual(self.clock.state, "met")
        self.assertFalse(self.lead.activity_ids)

    def test_unfit(self):
        reason = self.env["crm.lost.reason"].create({"name": "Seeks a job"})
        self.lead.with_user(self.rep).action_log_attempt("unfit", lost_reason_id=reason.id)
        self.assertEqual(self.lead.triage_state, "unfit")
