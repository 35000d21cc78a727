import json
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, Form, TransactionCase, tagged
from odoo.tools import mute_logger

from ..tools.capture_guard import GUARD_FIELDS, seconds_taken
from ..tools.languages import choose_language
from .capture_common import CaptureCommon

ADDRESS = "a@example.com"


@tagged("leadya", "leadya_capture", "post_install", "-at_install")
class TestGuardTools(BaseCase):
    """Issue 7, doors: what a stranger tells of time and language."""

    def test_seconds_taken(self):
        cases = {"1500": 1.5, "0": 0, " 2000 ": 2, "86400000": 86400, "": None, "-1": None, "1e9": None, "2,5": None,
                 "9" * 50: None, "٣": None, "x": None}  # fmt: skip
        for text, seconds in cases.items():
            self.assertEqual(seconds_taken(text), seconds, text)
        self.assertIsNone(seconds_taken(None))

    def test_choose_language(self):
        codes = ["en_US", "he_IL", "ru_RU", "pt_BR", "pt_PT"]
        cases = {
            "he-IL,he;q=0.9,en-US;q=0.8": "he_IL",
            "iw": "he_IL",
            "fr,ru;q=0.5,en;q=0.2": "ru_RU",
            "pt": "pt_BR",
            "pt-PT": "pt_PT",
            "de-DE,en-GB;q=0.9": "en_US",
            "he;q=0,ru;q=0.1": "ru_RU",
            "*": "",
            "fr": "",
            "": "",
        }
        for header, code in cases.items():
            self.assertEqual(choose_language(header, codes), code, header)
        self.assertEqual(choose_language(None, codes), "")

    @settings(max_examples=300, deadline=None, derandomize=True)
    @given(st.text(max_size=2000))
    def test_any_header_is_survived(self, header):
        """Bad input: whatever a browser sends, one of the languages or none comes out."""
        self.assertIn(choose_language(header, ["en_US", "he_IL"]), ("en_US", "he_IL", ""))


@tagged("leadya", "leadya_capture", "post_install", "-at_install")
class TestGuard(CaptureCommon, TransactionCase):
    """Issue 7, doors: what is taken for a robot's, and who posts too often (L1, C3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_door()

    # Robots

    def test_verdict_is_kept_and_can_be_undone(self):
        """L1: a robot is answered as a person is; the verdict tells its reason and can be taken back."""
        answer, submission = self._receive({"email": ADDRESS, "name": "Dana", "fax_number": "1"})
        self.assertEqual((answer["status"], submission.state, submission.lead_id.id), (200, "spam", False))
        self.assertEqual(submission.error, "The hidden field was filled: a robot.")
        self.assertEqual(submission.sender, f"Dana · {ADDRESS}", "who looks at it sees who it is from")
        submission.with_user(self.manager).action_not_spam()
        self._run_action()
        self.assertEqual((submission.state, submission.lead_id.contact_name), ("done", "Dana"))

    def test_robot_without_sense(self):
        """Bad input: what can't even be understood is still kept as spam."""
        answer, submission = self._receive({"email": "nope", "fax_number": "1"})
        self.assertEqual((answer["status"], submission.state, submission.sender), (200, "spam", False))

    def test_least_time(self):
        """Issue 7: whoever is faster than a person is a robot; who says nothing that can be judged is none."""
        cases = {"0": "spam", "1999": "spam", "2000": "done", "60000": "done", "": "done", "soon": "done", "-5": "done"}
        for elapsed, state in cases.items():
            _answer, submission = self._receive(
                {"email": f"t{elapsed.strip('-')}@example.com", "leadya_elapsed": elapsed}
            )
            self.assertEqual(submission.state, state, elapsed)
            self.assertFalse(submission.unknown_fields)
        self.assertEqual(self._receive({"email": "n@example.com", "leadya_elapsed": 10})[1].state, "spam")
        self.form.min_fill_seconds = 0
        self.assertEqual(self._receive({"email": "z@example.com", "leadya_elapsed": "0"})[1].state, "done")

    def test_names_of_the_guard_are_taken(self):
        for name in GUARD_FIELDS:
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.form.honeypot_name = name
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.form.field_ids[0].name = name

    @mute_logger("odoo.sql_db")
    def test_limits_are_checked(self):
        for name in ("min_fill_seconds", "rate_per_address", "rate_per_form"):
            with self.assertRaises(CheckViolation), self.cr.savepoint():
                self.form[name] = -1
                self.form.flush_recordset()

    # Odoo's own robot check

    def _configure_captcha(self, provider, verdict):
        """Stand in for the module of a provider, which asks that provider over the internet."""
        keys = {
            "recaptcha": ("recaptcha_private_key", "recaptcha_public_key"),
            "turnstile": ("cf.turnstile_secret_key", "cf.turnstile_site_key"),
        }[provider]
        for key in keys:
            self.env["ir.config_parameter"].set_param(key, f"{provider}-key")
        asked = []

        def verify(_self, address, answer, action=False):
            asked.append((address, answer, action))
            return verdict

        IrHttp = self.env.registry["ir.http"]
        self.startPatcher(patch.object(IrHttp, f"_verify_{provider}_token", verify, create=True))
        self.form.captcha_required = True
        return asked

    def _check(self, verdict, values, provider="recaptcha"):
        asked = self._configure_captcha(provider, verdict)
        answer, submission = self._receive({"email": ADDRESS, **values})
        return asked, answer, submission

    def test_no_robot_check_where_none_is_configured(self):
        self.form.captcha_required = True
        self.assertFalse(self.form.captcha_provider)
        self.assertEqual(self._receive({"email": ADDRESS})[1].state, "done")

    def test_robot_check_passed(self):
        """Issue 7: Odoo's own check is asked with the sender's address and the door's action."""
        asked, _answer, submission = self._check("is_human", {"recaptcha_token_response": "abc"})
        self.assertEqual(asked, [("192.0.2.1", "abc", "leadya_capture")])
        self.assertEqual((submission.state, submission.unknown_fields), ("done", False))

    def test_robot_check_of_the_other_provider(self):
        asked, _answer, submission = self._check("is_human", {"cf-turnstile-response": "t"}, "turnstile")
        self.assertEqual((asked[0][1], submission.state), ("t", "done"))

    def test_robot_check_says_robot(self):
        for verdict in ("is_bot", "wrong_action"):
            _asked, answer, submission = self._check(verdict, {"recaptcha_token_response": "abc"})
            self.assertEqual((answer["status"], submission.state), (200, "spam"))

    def test_robot_check_missing_or_stale_is_told(self):
        """Issue 7: a person whose answer has gone stale is told, and sends again."""
        for verdict in ("wrong_token", "timeout", "of a later version"):
            _asked, answer, submission = self._check(verdict, {"recaptcha_token_response": "abc"})
            self.assertEqual((answer["status"], answer["code"], submission.state), (400, "captcha", "error"))
        asked, answer, _submission = self._check("is_human", {})
        self.assertEqual((asked, answer["code"]), ([], "captcha"))

    def test_robot_check_out_of_reach_loses_nothing(self):
        """L1: a lead weighs more than a check that could not be made."""
        for verdict in ("bad_request", "wrong_secret", "no_secret"):
            _asked, _answer, submission = self._check(verdict, {"recaptcha_token_response": "abc"})
            self.assertNotIn(submission.state, ("spam", "error"))

    def test_robot_check_is_for_pages(self):
        """L4: another system has no screen to show a check on."""
        asked = self._configure_captcha("recaptcha", "is_bot")
        self.form.kind = "json"
        self.assertEqual(self._receive({"email": ADDRESS})[1].state, "done")
        self.assertFalse(asked)

    def test_robot_check_switched_off_in_the_settings(self):
        asked = self._configure_captcha("recaptcha", "is_bot")
        self.env["ir.config_parameter"].set_param("enable_recaptcha", "False")
        self.assertEqual(self._receive({"email": ADDRESS})[1].state, "done")
        self.assertFalse(asked)

    def test_sample_brings_the_robot_check(self):
        """L4: what is copied to the site is complete, with the language of its consent."""
        self.form.consent_text = "Write to me."
        form = self.form.with_user(self.manager).with_context(lang="en_US")
        self.assertNotIn("captcha", form.sample_html)
        self.assertIn('name="leadya_lang" value="en_US"', form.sample_html)
        for provider, name in (("turnstile", "turnstile_captcha"), ("recaptcha", "recaptcha_token_response")):
            self._configure_captcha(provider, "is_human")
            form.invalidate_recordset()
            self.assertIn(name, form.sample_html)
            self.assertIn(f"{provider}-key", form.sample_html)
            self.assertIn("leadya_capture", form.sample_html)

    def test_sample_follows_what_is_being_edited(self):
        """Issue 7: what is to be copied shows the form as it stands on the screen, saved or not."""
        with Form(self.env["leadya.capture.form"].with_user(self.manager)) as form:
            form.name = "New"
            form.consent_required = True
            self.assertIn("I agree to be contacted.", form.sample_html)
            form.consent_text = "Write to me."
            form.double_opt_in = True
            self.assertIn("Write to me.", form.sample_html)

    # How often

    def test_rates(self):
        """Attack: whoever posts too often waits until the oldest post that counts is a minute old."""
        self.form.write({"rate_per_address": 2, "rate_per_form": 3})
        start = fields.Datetime.to_datetime("2026-03-02 10:00:00")
        posts = [  # seconds, last part of the address, seconds to wait
            (0, 1, None), (5, 1, None), (10, 1, 50), (10, 2, None), (20, 3, 40),
            (59, 3, 1), (60, 3, None), (61, 1, 4), (65, 1, None),
        ]  # fmt: skip
        for seconds, host, wait in posts:
            with freeze_time(start + timedelta(seconds=seconds)):
                answer, submission = self._receive({"email": ADDRESS}, remote_addr=f"192.0.2.{host}")
                self.assertEqual(answer.get("retry_after"), wait, (seconds, host))
                self.assertEqual((answer["status"], bool(submission)), (429, False) if wait else (200, True))

    def test_a_thousand_posts_in_a_minute(self):
        """Attack: of a thousand posts of one address twenty are kept, the others are told how long to wait."""
        self.form.write({"rate_per_address": 20, "rate_per_form": 300})
        before = self.env["crm.lead"].search_count([])
        kept = set()
        start = fields.Datetime.to_datetime("2026-03-02 10:00:00")
        with freeze_time(start) as clock:
            for number in range(1000):
                answer = self._post_once({"email": f"n{number}@example.com"})
                if answer["status"] == 200:
                    kept.add(answer["reference"])
                else:
                    self.assertEqual((answer["status"], answer["retry_after"]), (429, 60 - 59 * number // 1000))
                clock.tick(timedelta(milliseconds=59))
        self.assertEqual(len(kept), 20)
        self.assertEqual(set(self.form.submission_ids.mapped("reference")), kept)
        self._run_action()
        self.assertEqual(self.form.lead_count, 20)
        self.assertEqual(self.env["crm.lead"].search_count([]), before + 20)

    def _post_once(self, values):
        meta = {"content_type": "application/json", "remote_addr": "192.0.2.1"}
        return self.form.sudo()._receive(json.dumps(values).encode(), meta)

    def test_one_limit_alone(self):
        for limits in ({"rate_per_address": 1, "rate_per_form": 0}, {"rate_per_address": 0, "rate_per_form": 1}):
            form = self.form.copy(limits)
            statuses = [self._receive({"email": ADDRESS}, form=form)[0]["status"] for _number in range(2)]
            self.assertEqual(statuses, [200, 429])

    def test_forms_are_counted_apart(self):
        self.form.rate_per_form = 1
        other = self.form.copy()
        self.assertEqual(self._receive({"email": ADDRESS})[0]["status"], 200)
        self.assertEqual(self._receive({"email": ADDRESS}, form=other)[0]["status"], 200)

    def test_a_household_is_one_sender(self):
        """Attack: the addresses of one /64 count as one; an old address in its new coat is the same as without."""
        mark = self.form._hash_address
        self.assertEqual(mark("2001:db8:1:2::1"), mark("2001:db8:1:2:ffff:ffff:ffff:ffff"))
        self.assertNotEqual(mark("2001:db8:1:2::1"), mark("2001:db8:1:3::1"))
        self.assertEqual(mark("::ffff:192.0.2.1"), mark("192.0.2.1"))
        self.assertNotEqual(mark("::ffff:192.0.2.1"), mark("::ffff:192.0.2.2"))
        self.assertEqual(mark("fe80::1%eth0"), mark("fe80::2%eth1"))
        for nothing in ("", None, "unknown", "192.0.2.1, 10.0.0.1", "999.1.1.1", "\x00"):
            self.assertFalse(mark(nothing))

    def test_rates_cost_one_short_query(self):
        """Issue 7: however much was posted, one query reads no more entries than the limits allow."""
        self.form.write({"rate_per_address": 20, "rate_per_form": 50})
        mark = self.form._hash_address("192.0.2.1")
        self.env.cr.execute(
            """INSERT INTO leadya_submission (form_id, reference, state, payload_encoding, received_at, remote_hash)
               SELECT %s, 'rate ' || n, 'spam', 'text', clock_timestamp() AT TIME ZONE 'UTC' - n * interval '2 ms',
                      CASE WHEN n %% 2 = 0 THEN %s END
                 FROM generate_series(1, 20000) n""",
            [self.form.id, mark],
        )
        self.env.cr.execute("ANALYZE leadya_submission")
        self.form.fetch(["rate_per_address", "rate_per_form"])
        with self.assertQueryCount(1):
            self.assertGreater(self.form._seconds_to_wait(mark), 50)
        queries = []
        execute = type(self.env.cr).execute

        def spy(cr, query, *args, **kwargs):
            queries.append(query)
            return execute(cr, query, *args, **kwargs)

        with patch.object(type(self.env.cr), "execute", spy):
            self.form._seconds_to_wait(mark)
        query = queries[-1]
        self.env.cr.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + query.code, query.params)
        read = list(self._scans(self.env.cr.fetchone()[0][0]["Plan"]))
        self.assertEqual({name for name, _rows in read} - {"Index Only Scan", "Index Scan"}, set(), read)
        self.assertLessEqual(sum(rows for _name, rows in read), 70)

    def _scans(self, plan):
        if "Scan" in plan["Node Type"]:
            yield plan["Node Type"], plan["Actual Rows"]
        for part in plan.get("Plans", ()):
            yield from self._scans(part)

    # The key

    def test_old_address_of_the_door(self):
        """Issue 7: after a change the old address works for the grace period, and no longer."""
        Form = self.env["leadya.capture.form"]
        first = self.form.token
        with freeze_time("2026-03-02 10:00:00"):
            self.form.with_user(self.manager).action_rotate_token()
        second = self.form.token
        for moment, door in (("2026-03-09 09:59:59", self.form), ("2026-03-09 10:00:00", Form)):
            with freeze_time(moment):
                self.assertEqual(Form._find_by_token(first), door, moment)
        with freeze_time("2026-03-03 10:00:00"):
            self.form.action_rotate_token()
            self.assertFalse(Form._find_by_token(first), "the one before the last is shut at once")
            self.assertEqual(Form._find_by_token(second), self.form)
            self.form.token_grace_days = 0
            self.form.action_rotate_token()
            self.assertFalse(self.form.previous_token)
        self.assertEqual(Form._find_by_token(self.form.token), self.form)

    def test_payload_is_kept_as_it_came(self):
        """L1: what the guard reads is in the raw payload like the rest."""
        _answer, submission = self._receive({"email": ADDRESS, "leadya_elapsed": "5000", "leadya_lang": "en"})
        self.assertEqual(json.loads(submission.payload)["leadya_elapsed"], "5000")
