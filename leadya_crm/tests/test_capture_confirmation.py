import json
import re
import threading
import uuid
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import urlsplit

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, HttpCase, TransactionCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .capture_common import CaptureCommon
from .common import Transaction
from .smtp_common import smtp_server

_LOGGER = "odoo.addons.leadya_crm.models.leadya_submission_confirmation_mail"
ADDRESS = "dana@example.com"


class ConfirmationCommon(CaptureCommon):
    @classmethod
    def _set_up_confirmation(cls):
        cls.form.write({"double_opt_in": True, "consent_text": "Write to me.", "consent_required": True})
        cls.form.company_id.write({"name": "Pump House", "email": "office@pumps.example"})

    def _wait(self, **values):
        """A submission that waits for its confirmation."""
        answer, submission = self._receive({"email": ADDRESS, "consent": "yes", **values})
        self.assertEqual((answer["status"], submission.state), (200, "unconfirmed"))
        return submission

    def _send(self):
        self._run_action("ir_cron_leadya_confirmation")

    def _receive_mail(self):
        """Have the mail of the last submission sent.

        :return: the submission, the mail and its link
        """
        with smtp_server() as server:
            self._send()
        (mail,) = server.mails
        (link,) = set(re.findall(r"https?://[^\s\"<>]+/leadya/confirm/[^\s\"<>]+", mail.text("html")))
        return self.form.submission_ids.sorted("id")[-1:], mail, link

    def _mails(self):
        return self.env["mail.mail"].search([("model", "=", "leadya.submission")])


@tagged("leadya", "leadya_capture", "post_install", "-at_install")
class TestConfirmation(ConfirmationCommon, TransactionCase):
    """Issue 7, doors: no lead before the owner of the address has said yes (L1, C3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_door()
        cls._set_up_confirmation()

    # Waiting

    def test_l1_no_lead_before_the_yes(self):
        """L1: the submission is kept and waits; its confirmation makes the lead, once."""
        submission = self._wait(name="Dana")
        self.assertEqual((submission.confirm_state, submission.sender), ("waiting", f"Dana · {ADDRESS}"))
        self._run_action()
        self.assertFalse(submission.lead_id)
        self._send()
        self.assertEqual(self._mails().email_to, ADDRESS)
        self.assertEqual(submission._confirm(), "confirmed")
        self.assertEqual((submission.state, submission.confirm_state), ("received", "confirmed"))
        self._run_action()
        lead = submission.lead_id
        self.assertEqual((submission.state, lead.contact_name), ("done", "Dana"))
        confirmed_at = submission.confirmed_at
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            self.assertEqual(submission._confirm(), "confirmed")
        self._run_action()
        self.assertEqual((submission.confirmed_at, submission.lead_id), (confirmed_at, lead))

    def test_visitor_is_told(self):
        """Issue 7: whoever posts is told that a mail follows, a robot too."""
        for values in ({}, {"fax_number": "1"}):
            answer, _submission = self._receive({"email": ADDRESS, "consent": "yes", **values})
            self.assertEqual(answer["confirmation"], "mail")
        self.form.double_opt_in = False
        answer, submission = self._receive({"email": ADDRESS, "consent": "yes"})
        self.assertNotIn("confirmation", answer)
        self.assertFalse(submission.confirm_state)

    def test_robot_gets_no_mail(self):
        """Issue 7: spam sends nothing; taken back, it waits like any other."""
        _answer, submission = self._receive({"email": ADDRESS, "consent": "yes", "fax_number": "1"})
        self._send()
        self.assertFalse(self._mails())
        submission.with_user(self.manager).action_not_spam()
        self._run_action()
        self.assertEqual((submission.state, submission.confirm_state), ("unconfirmed", "waiting"))
        self._send()
        self.assertEqual(len(self._mails()), 1)

    def test_trying_again_does_not_go_round_the_confirmation(self):
        submission = self._wait()
        self._retry(submission)
        self.assertEqual((submission.state, submission.lead_id.id), ("unconfirmed", False))
        _answer, refused = self._receive({"email": "b@example.com"})
        self.form.consent_required = False
        self._retry(refused)
        self.assertEqual((refused.state, refused.confirm_email), ("unconfirmed", "b@example.com"))

    def test_nobody_can_be_asked_without_an_address(self):
        email = self.form.field_ids.filtered(lambda line: line.target == "email_from")
        email.required = False
        answer, _submission = self._receive({"phone": "+972 3 555 0100", "consent": "yes"})
        self.assertEqual((answer["status"], answer["code"], answer["field"]), (400, "missing", "email"))
        with self.assertRaises(ValidationError):
            self.form.field_ids -= email

    def test_taken_without(self):
        """The admin can take what nobody confirmed; that it was so stays visible."""
        submission = self._wait()
        with self.assertRaises(AccessError):
            submission.with_user(self.rep).action_take_unconfirmed()
        submission.with_user(self.manager).action_take_unconfirmed()
        self._run_action()
        self.assertEqual((submission.state, submission.confirm_state), ("done", "skipped"))
        self.assertFalse(submission.confirmed_at)
        self._send()
        self.assertFalse(self._mails())
        self.assertEqual(submission._confirmation_state(), "confirmed", "an old link finds nothing left to do")

    def test_not_confirmed_in_time(self):
        """Issue 7: the link works for the form's days, then the submission is shown as expired and makes no lead."""
        self.form.confirm_days = 2
        submission = self._wait()
        self._send()
        with freeze_time(fields.Datetime.now() + timedelta(days=2, seconds=1)):
            self.assertEqual(submission._confirm(), "expired")
            self._send()
            self.assertEqual((submission.state, submission.confirm_state), ("unconfirmed", "expired"))
            self._run_action()
            self.assertFalse(submission.lead_id)
            # The admin gives another chance.
            submission.with_user(self.manager).action_resend_confirmation()
            self._send()
            self.assertEqual(submission._confirm(), "confirmed")

    def test_spam_is_not_confirmed(self):
        submission = self._wait()
        submission.with_user(self.manager).action_mark_spam()
        self.assertEqual(submission._confirm(), "expired")
        self.assertEqual(submission.state, "spam")

    def test_personal_data_are_erased(self):
        """Issue 7: the address goes with the rest, and the link leads nowhere."""
        submission = self._wait()
        self._send()
        submission.write(self.env["leadya.submission"]._prepare_erasure())
        self.assertFalse(submission.confirm_email or submission.payload)
        self.assertEqual(submission._confirm(), "expired")
        self._send()
        self.assertEqual(submission.confirm_state, "expired")

    # The link

    def test_link(self):
        """Issue 7: a forged link finds nothing; the right one outlives a new address of the form."""
        submission, other = self._wait(), self._wait(email="other@example.com")
        token = submission._confirmation_token()
        Submission = self.env["leadya.submission"].with_user(self.env.ref("base.public_user"))
        self.assertEqual(Submission._find_by_confirmation_token(token), submission)
        self.form.token_grace_days = 0
        self.form.action_rotate_token()
        self.assertEqual(Submission._find_by_confirmation_token(token), submission)
        seal = other._confirmation_token()[32:]
        forged = token[:-1] + ("0" if token[-1] != "0" else "1")
        for wrong in (
            "",
            None,
            "x",
            token[:-1],
            token + "0",
            forged,
            token[:32] + seal,
            token.upper(),
            "0" * 96,
            "\x00" * 96,
        ):
            self.assertFalse(Submission._find_by_confirmation_token(wrong), wrong)

    def test_link_stands_nowhere(self):
        """Issue 7: who reads the table, or exports it, can't confirm for somebody."""
        submission = self._wait()
        token = submission._confirmation_token()
        self.assertNotIn(token[32:], str(submission.read()))

    # The mail

    def test_mail_says_nothing_that_was_posted(self):
        """Attack: whoever posts a stranger's address can't write to that person from here."""
        evil = "Buy at spam.example"
        names = [line.name for line in self.form.field_ids if line.target != "email_from"]
        self._wait(**dict.fromkeys(names, evil), other=evil)
        self._send()
        mail = self._mails()
        for text in (mail.subject, mail.body_html, mail.email_from, mail.reply_to or "", mail.headers):
            self.assertNotIn("spam.example", text)
        self.assertFalse(self.env["res.partner"].search([("email", "=", ADDRESS)]), "nobody becomes a contact by this")

    def test_mail_bomb(self):
        """Attack: a stranger's mailbox can't be filled, by one door or by many."""
        first, again = self._wait(), self._wait(message="x")
        self._send()
        self.assertEqual((len(self._mails()), first.confirm_mail_count, again.confirm_held), (1, 1, "before"))
        third = self._wait(email=ADDRESS.upper())
        self._send()
        self.assertEqual((len(self._mails()), third.confirm_held), (1, "before"))
        doors = [self.form.copy() for _number in range(4)]
        held = [self._receive({"email": ADDRESS, "consent": "yes"}, form=door)[1] for door in doors]
        self._send()
        self.assertEqual(len(self._mails()), 3)
        self.assertEqual([submission.confirm_held for submission in held], [False, False, "many", "many"])
        # The one link confirms all that waits from this address at this form.
        first._confirm()
        self.assertEqual((again.state, third.state, held[0].state), ("received", "received", "unconfirmed"))

    def test_mail_again_after_a_while(self):
        self._wait()
        self._send()
        with freeze_time(fields.Datetime.now() + timedelta(hours=2)):
            self._wait()
            self._send()
        self.assertEqual(len(self._mails()), 2)

    def test_mail_again_by_hand(self):
        """Issue 7: an admin can send it again, not too often."""
        submission = self._wait()
        self._send()
        admin = submission.with_user(self.manager)
        with self.assertRaises(UserError):
            admin.action_resend_confirmation()
        for number in range(1, 5):
            with freeze_time(fields.Datetime.now() + timedelta(minutes=11 * number)):
                admin.action_resend_confirmation()
                self._send()
        self.assertEqual((len(self._mails()), submission.confirm_mail_count), (5, 5))
        with freeze_time(fields.Datetime.now() + timedelta(hours=5)), self.assertRaises(UserError):
            admin.action_resend_confirmation()
        with self.assertRaises(AccessError):
            submission.with_user(self.rep).action_resend_confirmation()

    def test_broken_template(self):
        """Issue 7: a mail that can't be made is shown, and sent when its template is mended."""
        broken = f"{{{{ object.confirm_email == '{ADDRESS}' and object.nothing_of_this_name }}}}"
        template = self.form.confirm_template_id.copy({"subject": broken})
        self.form.confirm_template_id = template
        submission = self._wait()
        with self.assertLogs(_LOGGER, "WARNING"), mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            self._send()
        self.assertEqual((submission.confirm_held, submission.confirm_due), ("failed", False))
        template.subject = "Please confirm"
        submission.with_user(self.manager).action_resend_confirmation()
        self._send()
        self.assertEqual((submission.confirm_held, len(self._mails())), (False, 1))

    def test_template_was_deleted(self):
        self.form.confirm_template_id = False
        self._wait()
        self._send()
        self.assertEqual(len(self._mails()), 1, "the one that came with the module is taken")

    def test_language_of_the_mail(self):
        """Issue 7: the visitor is written to in the visitor's language, else in the company's."""
        for code in ("he_IL", "ru_RU"):
            self.env["res.lang"]._activate_lang(code)
        template = self.form.confirm_template_id
        for code, subject in (("he_IL", "נא לאשר"), ("ru_RU", "Подтвердите")):
            template.with_context(lang=code).subject = subject
        self.form.company_id.partner_id.lang = "ru_RU"
        for address, header in (
            ("he@example.com", "he;q=0.9,en;q=0.5"),
            ("none@example.com", ""),
            ("fr@example.com", "fr"),
        ):
            self._receive({"email": address, "consent": "yes"}, accept_language=header)
        self._send()
        subjects = {mail.email_to: mail.subject for mail in self._mails()}
        self.assertEqual(
            subjects,
            {"he@example.com": "נא לאשר", "none@example.com": "Подтвердите", "fr@example.com": "Подтвердите"},
        )

    def test_many_are_sent_in_batches(self):
        """Issue 7: the cost of a mail doesn't grow with what is stored."""
        for number in range(3):
            self._wait(email=f"n{number}@example.com")
        self._send()
        with self.assertQueryCount(14):
            self.env["leadya.submission"]._leave_out_pestered()
        self.assertEqual(len(self._mails()), 3)

    # Consent

    def test_consent_is_kept_as_it_was_shown(self):
        """Issue 7, GDPR: when, to which text, in which language, by which door; on submission and lead."""
        self.env["res.lang"]._activate_lang("he_IL")
        self.form.double_opt_in = False
        self.form.with_context(lang="he_IL").consent_text = "כתבו לי"
        values = {"email": ADDRESS, "consent": "yes"}
        _answer, told = self._receive({**values, "leadya_lang": "he_IL"}, accept_language="en")
        _answer, heard = self._receive({**values, "email": "b@example.com"}, accept_language="he-IL,he")
        _answer, silent = self._receive({**values, "email": "c@example.com"})
        _answer, hostile = self._receive({**values, "email": "d@example.com", "leadya_lang": "../../x"})
        self.form.with_context(lang="he_IL").consent_text = "משהו אחר"
        self.form.consent_text = "Something else."
        self._run_action()
        texts = [submission.consent_text for submission in (told, heard, silent, hostile)]
        self.assertEqual(texts, ["כתבו לי", "כתבו לי", "Write to me.", "Write to me."])
        self.assertEqual(told.lang, "he_IL")
        self.assertEqual(told.lead_id.consent_at, told.received_at)
        self.assertFalse(told.unknown_fields)

    def test_consent_is_dated_by_its_confirmation(self):
        submission = self._wait()
        with freeze_time(fields.Datetime.now() + timedelta(hours=3)):
            submission._confirm()
        self._run_action()
        self.assertEqual(submission.consent_at, submission.confirmed_at)
        self.assertEqual(submission.lead_id.consent_at, submission.confirmed_at)

    def test_no_consent_no_date(self):
        self.form.write({"double_opt_in": False, "consent_required": False})
        _answer, submission = self._receive({"email": ADDRESS})
        self._run_action()
        self.assertFalse(submission.consent_at or submission.lead_id.consent_at)

    def test_nobody_writes_a_consent_by_hand(self):
        """Issue 7, GDPR: what proves a consent is written by the door alone, and by no user of whatever rights."""
        submission = self._wait()
        now = fields.Datetime.now()
        texts = {"consent_text": "x", "confirm_state": "confirmed", "confirm_email": "x@example.com"}
        for name, value in {**texts, "consent_given": True, "consent_at": now, "confirmed_at": now}.items():
            with self.assertRaises(AccessError, msg=name):
                submission.with_user(self.manager).write({name: value})
        submission.with_user(self.manager).action_take_unconfirmed()
        self._run_action()
        with self.assertRaises(AccessError):
            submission.lead_id.with_user(self.manager).consent_at = "2020-01-01 00:00:00"


@tagged("leadya", "leadya_capture", "post_install", "-at_install")
class TestConfirmationHttp(ConfirmationCommon, HttpCase):
    """Issue 7: from the post to the mail, over a real mail server, and from its link to the lead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_door()
        cls._set_up_confirmation()

    def _post(self, fields, **headers):
        url = f"{self.base_url()}/leadya/capture/{self.form.token}"
        return self.opener.post(url, data=fields, headers=headers, timeout=30, allow_redirects=False)

    def _mail_of(self, **fields):
        """Post, and receive the mail: see :meth:`_receive_mail`."""
        response = self._post({"email": ADDRESS, "consent": "yes", **fields})
        self.assertEqual(response.status_code, 200)
        return self._receive_mail()

    def test_l1_from_post_to_lead(self):
        """L1: the mail goes out by SMTP with the right headers; only the button of its page makes the lead."""
        submission, mail, link = self._mail_of(name="Dana")
        self.assertEqual((mail.recipients, mail.message["To"]), ([ADDRESS], ADDRESS))
        self.assertIn("office@pumps.example", mail.message["From"])
        self.assertEqual(mail.message["Subject"], "Please confirm your request to Pump House")
        self.assertEqual(mail.message["Auto-Submitted"], "auto-generated")
        self.assertIn(link, mail.text("plain"))
        self.assertFalse(self._mails(), "what was sent is not kept")
        self.assertEqual(urlsplit(link).netloc, urlsplit(self.base_url()).netloc)
        for _scanner in range(3):
            page = self.opener.get(link, timeout=30)
            self.assertEqual(page.status_code, 200)
        self.opener.head(link, timeout=30)
        self.env.invalidate_all()
        self.assertEqual(submission.state, "unconfirmed")
        self.assertIn("Write to me.", page.text)
        self.assertIn("Pump House", page.text)
        done = self.opener.post(link, timeout=30)
        self.assertEqual((done.status_code, done.url), (200, link))
        self.assertIn("Thank you, it is confirmed", done.text)
        self.assertNotIn("<form", done.text)
        self._run_action()
        lead = submission.lead_id
        self.assertEqual((submission.state, lead.contact_name), ("done", "Dana"))
        # The second press, and a replay by whoever has seen the link.
        again = self.opener.post(link, data="x=1", timeout=30)
        self.assertEqual(again.status_code, 200)
        self._run_action()
        self.assertEqual((submission.lead_id, self.form.lead_count), (lead, 1))

    def test_pages_are_for_strangers(self):
        """Issue 7: no script, no frame, no referrer, no cache, no cookie."""
        _submission, _mail, link = self._mail_of()
        headers = self.opener.get(link, timeout=30).headers
        policy = headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertEqual((headers["Referrer-Policy"], headers["Cache-Control"]), ("no-referrer", "no-store"))
        self.assertNotIn("Set-Cookie", headers)

    def test_language_and_direction_of_the_pages(self):
        """Issue 7: a visitor reads the pages in the visitor's language, right to left where it is."""
        self.env["res.lang"]._activate_lang("he_IL")
        page = self.opener.get(
            f"{self.base_url()}/leadya/thanks/{self.form.token}", headers={"Accept-Language": "xx,iw;q=0.9"}, timeout=30
        )
        self.assertIn('lang="he-IL"', page.text)
        self.assertIn('dir="rtl"', page.text)
        _submission, _mail, link = self._mail_of(leadya_lang="he")
        page = self.opener.get(link, headers={"Accept-Language": "en"}, timeout=30)
        self.assertIn('dir="rtl"', page.text, "the page speaks as its mail does")
        refused = self._post({"email": "nope"}, Accept="text/html", **{"Accept-Language": "en-GB"})
        self.assertIn('lang="en-US"', refused.text)
        self.assertIn("Email: This is not an e-mail address.", refused.text)

    def test_one_more_step_is_told(self):
        response = self._post({"email": ADDRESS, "consent": "yes"}, Accept="text/html")
        self.assertEqual(response.status_code, 303)
        page = self.opener.get(self.base_url() + urlsplit(response.headers["Location"]).path, timeout=30)
        self.assertIn("One more step", page.text)
        self.assertEqual(self._post({"email": ADDRESS, "consent": "yes"}).json()["confirmation"], "mail")

    def test_wrong_links(self):
        """Attack: forged, cut and hostile links get a page that says so, and change nothing."""
        submission, _mail, link = self._mail_of()
        base, token = link.rsplit("/", 1)
        for wrong in ("x", token[:-1], "0" * 96, token[:95] + "g", "%00" * 32, "a" * 5000, "..%2f..%2fweb"):
            for method in ("get", "post"):
                response = self.opener.request(method, f"{base}/{wrong}", timeout=30)
                self.assertEqual(response.status_code, 404, wrong[:20])
        self.assertEqual(self.opener.post(link, data=b"x" * 10000, timeout=30).status_code, 413)
        self.env.invalidate_all()
        self.assertEqual(submission.state, "unconfirmed")
        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            self.assertEqual(self.opener.post(link, timeout=30).status_code, 410)
            self.assertEqual(self.opener.get(link, timeout=30).status_code, 410)

    def test_host_header_does_not_lead_the_link_away(self):
        """Attack: the link is made with the company's own address, whatever host the post claims."""
        self.opener.post(
            f"{self.base_url()}/leadya/capture/{self.form.token}",
            data={"email": ADDRESS, "consent": "yes"},
            headers={"X-Forwarded-Host": "evil.example", "Origin": "https://evil.example"},
            timeout=30,
        )
        with smtp_server() as server:
            self._send()
        self.assertNotIn(b"evil.example", server.mails[0].data)

    def test_header_injection(self):
        """Attack: no line break of any field comes into the mail; nobody else gets a copy."""
        attack = "x\r\nBcc: victim@x.co\r\nTo: y"
        names = [line.name for line in self.form.field_ids if line.target != "email_from"]
        with smtp_server() as server:
            for address in (f"{ADDRESS}\r\nBcc: victim@example.org", f"{ADDRESS}\nx", f"{ADDRESS},victim@example.org",
                            f"{ADDRESS}%0d%0aBcc:victim@example.org", f"<{ADDRESS}> victim@example.org"):  # fmt: skip
                response = self._post({"email": address, "consent": "yes"})
                self.assertEqual(response.status_code, 400, address)
            headers = {"Accept-Language": "en\tBcc: victim@example.org", "User-Agent": "x\tBcc: victim@example.org"}
            response = self._post({**dict.fromkeys(names, attack), "email": ADDRESS, "consent": "yes"}, **headers)
            self.assertEqual(response.status_code, 200)
            self._send()
        (mail,) = server.mails
        self.assertEqual(mail.recipients, [ADDRESS])
        self.assertNotIn(b"victim", mail.data)
        self.assertEqual(len(mail.message.get_all("Subject")), 1)

    def test_mail_server_out_of_reach(self):
        """Issue 7: nothing is lost while the mail server is away: the failure is shown, and it is tried again."""
        response = self._post({"email": ADDRESS, "consent": "yes"})
        submission = self.env["leadya.submission"].search([("reference", "=", response.json()["reference"])])
        with smtp_server() as server, patch.object(server, "verify_request", return_value=False):
            self._send()
        self.assertTrue(submission.confirm_failure)
        with smtp_server() as server:
            self._send()
            self.assertFalse(server.mails, "not tried again at once")
            with freeze_time(fields.Datetime.now() + timedelta(minutes=11)):
                self._send()
        self.assertEqual(len(server.mails), 1)
        self.assertFalse(submission.confirm_failure)
        self.assertEqual(submission.confirm_mail_count, 1)

    @mute_logger("odoo.addons.mail.models.mail_mail")
    def test_mailbox_that_is_none(self):
        response = self._post({"email": ADDRESS, "consent": "yes"})
        submission = self.env["leadya.submission"].search([("reference", "=", response.json()["reference"])])
        with smtp_server() as server:
            server.refused.add(ADDRESS)
            self._send()
        self.assertFalse(server.mails)
        self.assertEqual(submission.state, "unconfirmed")


@tagged("leadya", "leadya_capture", "post_install", "-at_install")
class TestConfirmationRace(BaseCase):
    """Two presses of the button in the same moment, each in a transaction of its own (C3)."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with Transaction(self.registry) as env:
            form = env["leadya.capture.form"].create({"name": f"Race {uuid.uuid4()}", "double_opt_in": True})
            meta = {"content_type": "application/json"}
            answer = form._receive(json.dumps({"email": f"{uuid.uuid4()}@example.com"}).encode(), meta)
            self.form_id, self.reference = form.id, answer["reference"]
        self.addCleanup(self._clean)

    def _clean(self):
        with Transaction(self.registry) as env:
            form = env["leadya.capture.form"].browse(self.form_id)
            form.submission_ids.unlink()
            form.unlink()

    def _find(self, env):
        return env["leadya.submission"].search([("reference", "=", self.reference)])

    def test_c3_confirmed_once(self):
        """C3: both are told that it is confirmed, and it was so once."""
        barrier = threading.Barrier(2)
        told = []

        def press():
            try:
                with Transaction(self.registry) as env:
                    submission = self._find(env)
                    self.assertEqual(submission._confirmation_state(), "waiting")
                    barrier.wait(20)
                    told.append(submission._confirm())
            except SerializationFailure:
                # As Odoo does with a request: once more, on what the other one has done.
                told.remove("confirmed")
                with Transaction(self.registry) as env:
                    told.append(self._find(env)._confirm())

        threads = [threading.Thread(target=press) for _visitor in range(2)]
        with mute_logger("odoo.sql_db"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        self.assertEqual(told, ["confirmed", "confirmed"])
        with Transaction(self.registry) as env:
            self.assertEqual(self._find(env).confirm_state, "confirmed")
