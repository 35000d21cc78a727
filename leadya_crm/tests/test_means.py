from datetime import timedelta
from unittest import skipUnless

from odoo.exceptions import UserError
from odoo.modules.module import get_module_path
from odoo.tests import Form, tagged

from .common import NOW, LeadyaCommon


@tagged("post_install", "-at_install")
class TestMeans(LeadyaCommon):
    """P4 S10: each step has its means; what is written is seen by the rep before it goes."""

    def setUp(self):
        super().setUp()
        with self.at(NOW):
            self.lead = self._make_lead(
                name="Laser {customer}", contact_name="Dana", phone="+972525550142", user_id=self.rep.id
            )

    def no_answer(self):
        with self.at(NOW + timedelta(minutes=5)):
            self.lead.with_user(self.rep).action_log_attempt("no_answer")
        return self.lead.activity_ids

    def offer(self):
        return self.lead.with_user(self.rep)._queue_describe_offer()

    def test_activity_follows_means(self):
        """The admin chooses the means; the kind of activity follows, and may be changed."""
        with Form(self.category.with_user(self.manager)) as form, form.step_ids.edit(0) as step:
            step.means = "email"
            self.assertEqual(step.activity_type_id, self.env.ref("mail.mail_activity_data_email"))
            step.activity_type_id = self.env.ref("mail.mail_activity_data_todo")
        self.assertEqual(self.category.step_ids[0].activity_type_id, self.env.ref("mail.mail_activity_data_todo"))

    def test_next_try_is_planned_by_its_means(self):
        self.lead.email_from = "dana@customer.example"
        self.category.step_ids.means = "email"
        activity = self.no_answer()
        self.assertEqual(activity.leadya_step, "retry_email")
        self.assertEqual(activity.activity_type_id, self.env.ref("mail.mail_activity_data_email"))
        self.assertEqual(activity.summary[:11], "Write again")

    def test_call_where_the_means_is_not_possible(self):
        """Without an address a mail is no step: the customer is called."""
        self.category.step_ids.means = "email"
        self.assertEqual(self.no_answer().leadya_step, "retry")
        self.assertEqual(self.offer()["means"], "call")

    def test_text_of_the_step(self):
        """Blanks are filled in; what a stranger typed as a name is no blank."""
        self.category.step_ids.write({"means": "whatsapp", "message": "Hello {customer}, about {lead}? {salesperson}"})
        offer = self.offer()
        self.assertEqual(offer["means"], "whatsapp")
        self.assertEqual(offer["message"], f"Hello Dana, about Laser {{customer}}? {self.rep.name}")

    def test_sms_only_where_it_is_installed(self):
        means = dict(self.env["leadya.sla.step"]._selection_means())
        self.assertEqual("sms" in means, "sms.composer" in self.env)
        self.assertIn("sms", dict(self.env["leadya.contact.attempt"]._fields["means"].selection))
        self.lead.phone = False
        with self.assertRaises(UserError):
            self.lead.with_user(self.rep).action_compose_step_sms()

    @skipUnless(get_module_path("sms", display_warning=False), "Odoo's sms is not there")
    def test_sms(self):
        """S8 P4: an SMS that a person writes keeps the promise; one that an automation sends does not."""
        if "sms.composer" not in self.env:
            self.skipTest("Odoo's sms is not installed")
        self.category.step_ids.write({"means": "sms", "message": "Hello {customer}"})
        lead = self.lead.with_user(self.rep)
        with self.at(NOW + timedelta(minutes=5)):
            lead._message_sms("Sent by an automation")
            self.assertFalse(self.lead.attempt_ids)
            action = lead.action_compose_step_sms()
            composer = self.env["sms.composer"].with_user(self.rep).with_context(**action["context"]).create({})
            self.assertEqual(composer.body, "Hello Dana")
            composer._action_send_sms()
        [attempt] = self.lead.attempt_ids
        self.assertEqual((attempt.outcome, attempt.means, attempt.user_id), ("wrote", "sms", self.rep))
        self.assertEqual(self.lead.first_response_minutes, 5)
