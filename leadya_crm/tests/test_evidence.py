import email
from datetime import timedelta

from odoo import SUPERUSER_ID
from odoo.exceptions import UserError
from odoo.tests import BaseCase, tagged

from ..tools.auto_reply import is_automatic
from .common import NOW, LeadyaCommon
from .import_common import ImportCommon

MAIL = """\
Return-Path: <{sender}>
From: Dana <{sender}>
To: sales@leadya.example
Subject: Re: Offer
Message-Id: <m1@customer.example>
In-Reply-To: {parent}
References: {parent}
{headers}Content-Type: text/plain; charset=utf-8

{body}
"""

#: What a mail server answers where nobody has the address (RFC 3464).
BOUNCE = """\
From: MAILER-DAEMON@mx.customer.example
To: bounce@leadya.example
Subject: Undelivered
Message-Id: <b1@mx.customer.example>
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain

No such user
--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.customer.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1

--part
Content-Type: message/rfc822

Message-Id: {parent}
Subject: Offer

Hello
--part--
"""


@tagged("post_install", "-at_install")
class TestAutoReply(BaseCase):
    """S8: mail that a machine wrote is known by its headers (RFC 3834)."""

    def test_headers(self):
        for header, automatic in (
            ("", False),
            ("Auto-Submitted: no\n", False),
            ("Auto-Submitted: auto-replied\n", True),
            ("Auto-Submitted: auto-generated; owner-email=dana@customer.example\n", True),
            ("X-Autoreply: yes\n", True),
            ("Precedence: auto_reply\n", True),
            ("Precedence: list\n", False),
            ("X-Auto-Response-Suppress: OOF\n", False),
        ):
            with self.subTest(header=header):
                self.assertEqual(is_automatic(email.message_from_string(f"{header}Subject: x\n\nx")), automatic)


@tagged("post_install", "-at_install")
class TestEvidence(LeadyaCommon):
    """L6 S8 S9: what machines do is no contact: neither ours with the customer, nor the customer's with us."""

    def setUp(self):
        super().setUp()
        self.customer = self.env["res.partner"].create({"name": "Dana", "email": "dana@customer.example"})
        self.template = self.env["mail.template"].create(
            {
                "name": "Thanks",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "subject": "Thank you",
                "body_html": "<p>We call you.</p>",
                "use_default_to": True,
            }
        )
        with self.at(NOW):
            self.lead = self._make_lead(
                user_id=self.rep.id, partner_id=self.customer.id, email_from=self.customer.email
            )
        self.clock = self.lead.sla_clock_ids

    def assert_waiting(self):
        self.assertEqual(self.clock.state, "running")
        self.assertFalse(self.lead.attempt_ids)
        self.assertFalse(self.lead.first_response_at)

    def run_action(self, **values):
        """A server action, as an automation rule runs it when a rep has changed a lead."""
        action = self.env["ir.actions.server"].create(
            {"name": "Automatic", "model_id": self.env["ir.model"]._get_id("crm.lead"), **values}
        )
        with self.at(NOW + timedelta(minutes=5)):
            action.with_user(self.rep).sudo().with_context(
                active_model="crm.lead", active_id=self.lead.id, active_ids=self.lead.ids
            ).run()

    def receive(self, headers="", body="I am out of office."):
        """A mail of the customer's that answers ours, through the gateway."""
        parent = self.lead.message_ids.filtered(lambda message: message.message_type == "comment")[:1]
        text = MAIL.format(
            sender=self.customer.email,
            parent=parent.message_id,
            headers=headers,
            body=body,
        )
        with self.at(NOW + timedelta(minutes=20)):
            self.env["mail.thread"].with_user(SUPERUSER_ID).message_process("crm.lead", text)

    def write_to_customer(self, minutes=10):
        with self.at(NOW + timedelta(minutes=minutes)):
            self.lead.with_user(self.rep).message_post(
                body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment", partner_ids=self.customer.ids
            )

    # ------------------------------------------------------------
    # OURS
    # ------------------------------------------------------------

    def test_automation_rules(self):
        for method in ("comment", "email", "note"):
            with self.subTest(method=method):
                self.run_action(state="mail_post", mail_post_method=method, template_id=self.template.id)
                self.assert_waiting()
        self.assertIn("Thank you", self.env["mail.message"].search([("res_id", "=", self.lead.id)]).mapped("subject"))

    def test_code_that_posts_as_the_system(self):
        """A scheduled action of another module that posts a comment: OdooBot is no person."""
        self.run_action(
            state="code",
            code="records.with_user(1).message_post(body='Hello', message_type='comment', "
            f"subtype_xmlid='mail.mt_comment', partner_ids={self.customer.ids})",
        )
        self.assert_waiting()

    def test_mass_mail(self):
        """The composer over many leads, as mailings use it."""
        with self.at(NOW + timedelta(minutes=5)):
            composer = self.env["mail.compose.message"].with_user(self.rep)
            composer = composer.with_context(default_model="crm.lead", default_res_ids=self.lead.ids).create(
                {"composition_mode": "mass_mail", "template_id": self.template.id, "subject": "News", "body": "News"}
            )
            composer._action_send_mail()
        self.assert_waiting()

    def test_note_of_a_rep(self):
        with self.at(NOW + timedelta(minutes=5)):
            self.lead.with_user(self.rep).message_post(body="Called in vain", partner_ids=self.leader.partner_id.ids)
        self.assert_waiting()

    def test_template_that_a_rep_sends(self):
        """The composer with a template, seen and sent by the rep, is a contact."""
        with self.at(NOW + timedelta(minutes=5)):
            composer = self.env["mail.compose.message"].with_user(self.rep)
            composer = composer.with_context(default_model="crm.lead", default_res_ids=self.lead.ids).create(
                {"composition_mode": "comment", "template_id": self.template.id, "partner_ids": self.customer.ids}
            )
            composer._action_send_mail()
        self.assertEqual(self.clock.state, "met")
        self.assertEqual(self.clock.attempt_id.user_id, self.rep)

    # ------------------------------------------------------------
    # THE CUSTOMER'S
    # ------------------------------------------------------------

    def test_out_of_office(self):
        """An automatic reply is kept on the lead, and ends nothing."""
        with self.at(NOW + timedelta(minutes=5)):
            self.lead.with_user(self.rep).action_log_attempt("no_answer")
        self.write_to_customer()
        before = (self.lead.sla_deadline, self.lead.next_action_at, self.lead.activity_ids, len(self.lead.attempt_ids))
        self.receive("Auto-Submitted: auto-replied\n")
        self.assertIn("out of office", "".join(self.lead.message_ids.mapped("body")))
        self.assertEqual(
            (self.lead.sla_deadline, self.lead.next_action_at, self.lead.activity_ids, len(self.lead.attempt_ids)),
            before,
        )
        self.assertNotEqual(self.lead.last_outcome, "replied")

    def test_reply_of_a_person(self):
        self.write_to_customer()
        self.receive(body="Yes, please call.")
        self.assertEqual(self.lead.last_outcome, "replied")
        self.assertEqual(self.lead.activity_ids.filtered("leadya_step").leadya_step, "answer")

    def test_reply_on_a_lead_of_somebody_who_left(self):
        """The leader answers."""
        self.write_to_customer()
        self.rep.active = False
        self.receive(body="Yes, please call.")
        self.assertEqual(self.lead.activity_ids.filtered("leadya_step").user_id, self.leader)

    # ------------------------------------------------------------
    # ADDRESSES
    # ------------------------------------------------------------

    def offer(self):
        self.category.step_ids.write({"mail_template_id": self.template.id, "means": "email"})
        return self.lead.with_user(self.rep)._queue_describe_offer()

    def test_offered(self):
        offer = self.offer()
        self.assertEqual((offer["means"], offer["template_id"]), ("email", self.template.id))

    def test_bounce(self):
        """P4: mail that came back stops the mails: the next step is a call, and the lead says why."""
        self.write_to_customer()
        self.lead._message_receive_bounce(self.customer.email, self.customer)
        self.assertIn("dana@customer.example came back", self.explanations(self.lead, "attempt")[-1])
        offer = self.offer()
        self.assertEqual((offer["means"], offer["template_id"]), ("call", False))
        with self.assertRaisesRegex(UserError, "came back"):
            self.lead.with_user(self.rep).action_compose_step_mail()

    def test_bounce_through_the_gateway(self):
        self.write_to_customer()
        parent = self.lead.message_ids.filtered(lambda message: message.message_type == "comment")
        text = BOUNCE.format(address=self.customer.email, parent=parent.message_id)
        self.env["mail.thread"].with_user(SUPERUSER_ID).message_process("crm.lead", text)
        self.assertEqual(self.lead.message_bounce, 1)
        self.assertFalse(self.lead.attempt_ids.filtered(lambda attempt: attempt.outcome == "replied"))
        self.assertIn("came back", self.explanations(self.lead, "attempt")[-1])

    def chase(self):
        """A customer who did not answer, with the next try planned and promised."""
        with self.at(NOW + timedelta(minutes=5)):
            self.lead.with_user(self.rep).action_log_attempt("no_answer")
        self.assertEqual(self.lead.activity_ids.leadya_step, "retry")

    def assert_chase_ended(self, step):
        [task] = self.lead.activity_ids
        self.assertEqual((task.leadya_step, task.user_id), (step, self.rep))
        self.assertTrue(self.lead.next_action_at, "nobody is left without a next action")
        self.assertNotIn("running", self.lead.sla_clock_ids.mapped("state"))

    def test_bounce_ends_the_chase(self):
        """P4: mail that came back stops the cadence; the rep decides, and the next attempt takes it up again."""
        self.chase()
        self.lead._message_receive_bounce(self.customer.email, self.customer)
        self.assert_chase_ended("bounced")
        with self.at(NOW + timedelta(minutes=30)):
            self.lead.with_user(self.rep).action_log_attempt("no_answer")
        self.assertEqual(self.lead.activity_ids.leadya_step, "retry")

    def test_opt_out_ends_the_chase(self):
        """P4: whoever unsubscribes, as nobody known to Odoo, or asks not to be called, is not chased."""
        self.chase()
        self.env["mail.blacklist"].with_user(self.env.ref("base.public_user")).sudo()._add(self.customer.email)
        self.assert_chase_ended("opted_out")
        self.assertIn("wants no more contact", self.explanations(self.lead, "attempt")[-1])

    def test_number_that_is_not_to_be_called(self):
        self.lead.phone = "+972525550142"
        self.chase()
        self.env["phone.blacklist"].add(self.lead.phone)
        self.assert_chase_ended("opted_out")

    def test_agreed_call_is_no_chase(self):
        with self.at(NOW + timedelta(minutes=5)):
            self.lead.with_user(self.rep).action_log_attempt("call_back", call_back_at=NOW + timedelta(days=1))
        self.env["mail.blacklist"]._add(self.customer.email)
        self.assertEqual(self.lead.activity_ids.leadya_step, "retry")

    def test_bounce_of_a_closed_lead(self):
        self.lead.action_set_lost()
        self.lead._message_receive_bounce(self.customer.email, self.customer)
        self.assertFalse(self.explanations(self.lead, "attempt"))

    def test_opt_out(self):
        self.env["mail.blacklist"]._add(self.customer.email)
        self.lead.invalidate_recordset(["is_blacklisted"])
        offer = self.offer()
        self.assertEqual((offer["means"], offer["template_id"]), ("call", False))
        with self.assertRaisesRegex(UserError, "wants no more mail"):
            self.lead.with_user(self.rep).action_compose_step_mail()


@tagged("post_install", "-at_install")
class TestImportedEvidence(ImportCommon):
    """S8 C2: what is imported has happened before; nothing of it is an answer of today's."""

    def test_imported_lead(self):
        """The note of an import, and messages brought along, keep no promise and count as no attempt."""
        record = self.do_import(["Name", "Email"], ["Pump", "dana@customer.example"])
        lead = self.leads_of(record)
        self.assertTrue(lead)
        lead.write({"user_id": self.rep.id})
        self.env["mail.message"].create(
            {
                "model": "crm.lead",
                "res_id": lead.id,
                "message_type": "comment",
                "subtype_id": self.env.ref("mail.mt_comment").id,
                "author_id": self.rep.partner_id.id,
                "partner_ids": self.leader.partner_id.ids,
                "body": "From the old system",
            }
        )
        self.assertFalse(lead.attempt_ids)
        self.assertFalse(lead.first_response_at)
        self.assertFalse(lead.sla_clock_ids.filtered(lambda clock: clock.state in ("met", "met_late")))
