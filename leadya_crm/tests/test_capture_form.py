import json
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged

from .capture_common import CaptureCommon

_LOGGER = "odoo.addons.leadya_crm.models.leadya_submission_process"


@tagged("leadya", "leadya_capture", "post_install", "-at_install")
class TestCaptureForm(CaptureCommon, TransactionCase):
    """What a post becomes (L1, L4, C3), and what it can't do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_door()

    # What was understood

    def test_l1_every_field_is_kept(self):
        """L1: what the map knows fills the lead, all else is kept and shown."""
        answer, submission = self._receive(
            {
                "Your-Name": "Dana Levi",
                "email": "dana@example.com",
                "tel": "03-555 0100",
                "company": "Levi Ltd",
                "website": "https://levi.example",
                "city": "Haifa",
                "country": "israel",
                "message": "Hello\nthere",
                "budget": 5000,
            }
        )
        lead = submission.lead_id
        self.assertEqual(answer["status"], 200)
        self.assertEqual(submission.state, "done")
        self.assertEqual(lead.contact_name, "Dana Levi")
        self.assertEqual(lead.name, "Dana Levi (Landing page)")
        self.assertEqual(lead.partner_name, "Levi Ltd")
        self.assertEqual(lead.country_id.code, "IL")
        self.assertEqual(lead.city, "Haifa")
        self.assertIn("Hello<br>there", lead.description)
        self.assertEqual(submission.unknown_fields, [["budget", "5000"]])
        self.assertEqual(json.loads(submission.payload)["budget"], 5000)
        self.assertEqual(lead.submission_count, 1)

    def test_l1_form_decides_company_team_and_type(self):
        lead = self._lead_of({"email": "a@example.com"})
        self.assertEqual((lead.team_id, lead.type, lead.company_id), (self.team, "lead", self.form.company_id))
        self.team.use_leads = False
        self.assertEqual(self._lead_of({"email": "b@example.com"}).type, "opportunity")

    def test_visitor_sets_only_what_the_map_allows(self):
        """A visitor never chooses owner, team, stage or money: the map's targets are a closed list."""
        _answer, submission = self._receive(
            {
                "email": "a@example.com",
                "user_id": self.rep.id,
                "team_id": 1,
                "stage_id": 1,
                "expected_revenue": 1000000,
                "probability": 100,
                "active": False,
                "company_id": 2,
                "tag_ids": [1],
                "lead_id": 1,
                "state": "done",
                "create_uid": 1,
            }
        )
        lead = submission.lead_id
        self.assertTrue(lead.active)
        self.assertEqual(lead.team_id, self.team)
        self.assertFalse(lead.expected_revenue)
        self.assertEqual(lead.company_id, self.form.company_id)
        self.assertFalse(lead.tag_ids)
        self.assertEqual(lead.create_uid, self.env.ref("base.user_root"))
        self.assertEqual(len(submission.unknown_fields), 11)
        with self.assertRaises(ValueError):
            self.form.field_ids[0].target = "user_id"

    def test_names_in_parts_and_questions_in_the_notes(self):
        self.form.field_ids = [
            Command.create(
                {"name": "employees", "label": "How many are you?", "target": "description", "sequence": 200}
            )
        ]
        lead = self._lead_of(
            {"first_name": "Dana", "surname": "Levi", "email": "a@example.com", "employees": "25", "message": "Hi"}
        )
        self.assertEqual(lead.contact_name, "Dana Levi")
        self.assertIn("How many are you?: 25", lead.description)
        self.assertIn("Notes: Hi", lead.description)

    def test_l13_visit_of_the_form_fields(self):
        """L13: tracking parameters and the addresses of the pages become a touch."""
        lead = self._lead_of(
            {
                "email": "a@example.com",
                "landing_url": "https://x.example/crm?utm_source=google&utm_medium=cpc&utm_term=crm+leads&gclid=AbC-1",
                "referrer_url": "https://www.google.com/",
                "utm_campaign": "Spring",
            }
        )
        touch = lead.touch_ids
        self.assertEqual(len(touch), 1)
        self.assertEqual(
            (touch.term, touch.click_id, touch.click_id_kind, touch.origin), ("crm leads", "AbC-1", "gclid", "form")
        )
        self.assertEqual(
            (lead.source_id.name.lower(), lead.campaign_id.name, lead.utm_term), ("google", "Spring", "crm leads")
        )

    def test_l13_visits_of_the_snippet(self):
        """L13: `leadya_touches`: all visits, in order; the form's own only where it is another."""
        touches = [
            {"landing_url": "https://x.example/b?utm_source=bing", "at": "2025-06-01T10:00:00Z"},
            {"landing_url": "https://x.example/a?utm_source=news", "at": "2025-05-01T10:00:00Z"},
        ]
        lead = self._lead_of(
            {
                "email": "a@example.com",
                "leadya_touches": json.dumps(touches),
                "landing_url": "https://x.example/b?utm_source=bing",
            }
        )
        self.assertEqual(lead.touch_ids.source_id.mapped("name"), ["news", "bing"])
        self.assertEqual(set(lead.touch_ids.mapped("origin")), {"snippet"})

    def test_defaults_where_the_visit_does_not_tell(self):
        medium = self.env["utm.medium"].create({"name": "Door default"})
        self.form.medium_id = medium
        self.assertEqual(self._lead_of({"email": "a@example.com"}).medium_id, medium)
        self.assertNotEqual(
            self._lead_of({"email": "b@example.com", "utm_medium": "cpc", "utm_source": "x"}).medium_id, medium
        )
        bare = self._lead_of({"email": "c@example.com"}, referrer="https://site.example/")
        self.assertFalse(bare.landing_url, "the bare name of a site is no evidence of a visit")

    def test_html_and_sql_in_every_field(self):
        """Bad input: SQL and HTML in every field are texts like any other, escaped wherever shown."""
        evil = "<script>alert(1)</script>'; DROP TABLE crm_lead; --"
        names = [line.name for line in self.form.field_ids if line.target not in ("email_from",)]
        _answer, submission = self._receive(
            {"email": "a@example.com", **dict.fromkeys(names, evil[:30]), "other": evil}
        )
        lead = submission.lead_id
        self.assertTrue(lead)
        self.assertEqual(lead.partner_name, evil[:30])
        for html in (lead.description, submission.understood_html, submission.unknown_html):
            self.assertNotIn("<script", html)
            self.assertIn("&lt;script", html)
        self.assertEqual(self.form.with_user(self.manager).sample_html.count("<script"), 1)
        # Again, onto the open lead: the message escapes as well.
        _answer, again = self._receive({"email": "a@example.com", "name": evil[:30], "other": evil})
        self.assertEqual(again.state, "merged")
        self.assertNotIn("<script", lead.message_ids[0].body)

    def test_no_header_injection(self):
        """Bad input: no line break reaches a field that could become a header."""
        lead = self._lead_of({"email": "a@example.com", "subject": "Hi\r\nBcc: x@y.example", "name": "A\nB"})
        self.assertEqual((lead.name, lead.contact_name), ("Hi Bcc: x@y.example", "A B"))
        answer, _submission = self._receive({"email": "a@example.com\r\nBcc: x@y.example"})
        self.assertEqual(answer["code"], "email")

    # What was refused

    def test_refusals_are_told_and_kept(self):
        """Bad input: each gets one clear error that names the field, and is kept."""
        cases = [
            ({"name": "x"}, "missing", "email"),
            ({"email": "   "}, "missing", "email"),
            ({"email": "nope"}, "email", "email"),
            ({"email": "a@example.com", "name": "x" * 10000}, "long", "name"),
            ({"email": {"a": 1}}, "not_text", "email"),
        ]
        for values, code, name in cases:
            with self.subTest(values=str(values)[:40]):
                answer, submission = self._receive(values)
                self.assertEqual((answer["status"], answer["code"], answer["field"]), (400, code, name))
                self.assertTrue(answer["error"].startswith(f"{name}: "))
                self.assertEqual(
                    (submission.state, submission.refused, submission.error), ("error", True, answer["error"])
                )
                self.assertTrue(submission.payload)
                self.assertFalse(submission.lead_id)

    def test_bytes_that_are_no_text_are_kept(self):
        form = self.form.sudo()
        answer = form._receive(b'{"a": "\xff\x00"}', {"content_type": "application/json"})
        self.assertEqual((answer["status"], answer["code"]), (400, "encoding"))
        submission = self.env["leadya.submission"].search([("reference", "=", answer["reference"])])
        self.assertEqual(submission.payload_encoding, "base64")
        self.assertEqual(submission._body(), b'{"a": "\xff\x00"}')

    def test_json_door_takes_json_only(self):
        """L4: a door of another system."""
        self.form.kind = "json"
        answer = self.form.sudo()._receive(
            b"email=a@example.com", {"content_type": "application/x-www-form-urlencoded"}
        )
        self.assertEqual(answer["status"], 415)
        self.assertEqual(self._receive({"email": "a@example.com"})[0]["status"], 200)

    def test_consent(self):
        self.form.write({"consent_required": True, "consent_text": "I agree."})
        answer, _submission = self._receive({"email": "a@example.com"})
        self.assertEqual((answer["status"], answer["code"], answer["field"]), (400, "consent", "consent"))
        _answer, submission = self._receive({"email": "a@example.com", "consent": "yes"})
        self.assertEqual((submission.consent_given, submission.consent_text), (True, "I agree."))

    def test_honeypot(self):
        """Robots are answered as people are, and make no lead; the verdict can be taken back."""
        answer, submission = self._receive({"email": "a@example.com", "fax_number": "1"})
        self.assertEqual((answer["status"], submission.state, submission.lead_id.id), (200, "spam", False))
        submission.with_user(self.manager).action_not_spam()
        self._process(submission)
        self.assertEqual(submission.state, "done")
        lead = submission.lead_id
        submission.with_user(self.manager).action_mark_spam()
        self.assertEqual((submission.state, lead.active), ("spam", False))
        submission.with_user(self.manager).action_not_spam()
        self.assertEqual((submission.state, submission.lead_id, lead.active), ("done", lead, True))

    def test_rate_limits(self):
        self.form.write({"rate_per_address": 2, "rate_per_form": 3})
        with freeze_time("2026-03-02 10:00:00"):
            self.assertEqual(
                [self._receive({"email": f"a{i}@example.com"})[0]["status"] for i in range(3)], [200, 200, 429]
            )
        with freeze_time("2026-03-02 10:00:10"):
            answer, submission = self._receive({"email": "b@example.com"})
            self.assertEqual((answer["retry_after"], bool(submission)), (50, False))
            self.assertEqual(self._receive({"email": "c@example.com"}, remote_addr="192.0.2.9")[0]["status"], 200)
            self.assertEqual(self._receive({"email": "d@example.com"}, remote_addr="192.0.2.10")[0]["status"], 429)
        with freeze_time("2026-03-02 10:01:01"):
            self.assertEqual(self._receive({"email": "e@example.com"})[0]["status"], 200)

    def test_address_is_not_kept(self):
        _answer, submission = self._receive({"email": "a@example.com"}, remote_addr="2001:db8:1:2::1")
        _answer, neighbour = self._receive({"email": "b@example.com"}, remote_addr="2001:db8:1:2::ffff")
        self.assertEqual(submission.remote_hash, neighbour.remote_hash)
        self.assertNotIn("2001", json.dumps(submission.read(["remote_hash", "payload", "user_agent"]), default=str))

    def test_origins(self):
        self.form.allowed_origins = "https://www.example.com\nhttps://example.org"
        for origin, status in (
            ("https://www.example.com", 200),
            ("https://evil.example", 403),
            ("null", 403),
            ("", 200),
        ):
            answer, _submission = self._receive({"email": "a@example.com"}, origin=origin)
            self.assertEqual(answer["status"], status, origin)
        for wrong in ("example.com", "https://example.com/page", "javascript:x"):
            with self.assertRaises(ValidationError):
                self.form.allowed_origins = wrong

    # Once

    def test_c3_idempotency_key(self):
        """C3, L4: the same key gives the same answer and one lead."""
        first, submission = self._receive({"email": "a@example.com", "idempotency_key": "k-1"})
        again, _same = self._receive({"email": "other@example.com"}, idempotency_key="k-1")
        self.assertEqual(first, again)
        self.assertEqual(self.env["leadya.submission"].search_count([("form_id", "=", self.form.id)]), 1)
        other_form = self.form.copy()
        self.assertNotEqual(other_form.token, self.form.token)
        other, _submission = self._receive({"email": "a@example.com"}, form=other_form, idempotency_key="k-1")
        self.assertNotEqual(other["reference"], submission.reference)

    def test_refused_post_leaves_its_key_free(self):
        self.assertEqual(self._receive({"email": "nope"}, idempotency_key="k")[0]["status"], 400)
        self.assertEqual(self._receive({"email": "a@example.com"}, idempotency_key="k")[0]["status"], 200)

    def test_c3_same_person_joins(self):
        """C3: an open lead of the same person is joined; its fields stay, its rep is told once."""
        lead = self._lead_of({"email": "dana@example.com", "phone": "+972 3 555 0100"})
        lead.user_id = self.rep
        for _time in range(2):
            _answer, submission = self._receive(
                {
                    "email": "DANA@example.com",
                    "phone": "+972 3 999 9999",
                    "message": "<b>again</b>",
                    "utm_source": "bing",
                }
            )
            self.assertEqual((submission.state, submission.lead_id), ("merged", lead))
        self.assertEqual(lead.phone, "+972 3 555 0100")
        self.assertEqual(len(lead.touch_ids.filtered(lambda touch: touch.source_id.name == "bing")), 2)
        self.assertIn("&lt;b&gt;again", lead.message_ids[0].body)
        told = lead.activity_ids.filtered(lambda activity: activity.summary == "Wrote again")
        self.assertEqual(told.user_id, self.rep)
        self.assertEqual(len(told), 1)
        self.assertEqual(lead.submission_count, 3)

    def test_c3_same_person_by_phone_alone(self):
        self.form.field_ids.filtered(lambda line: line.target == "email_from").required = False
        lead = self._lead_of({"phone": "+972 3 555 0101"})
        self.assertEqual(self._lead_of({"phone": "+97235550101"}), lead)

    def test_c3_make_another(self):
        self.form.duplicate_policy = "make"
        first = self._lead_of({"email": "dana@example.com"})
        self.assertNotEqual(self._lead_of({"email": "dana@example.com"}), first)

    def test_c3_not_joined_across_companies_or_when_closed(self):
        first = self._lead_of({"email": "dana@example.com"})
        company = self.env["res.company"].create({"name": "Other"})
        other_form = self.env["leadya.capture.form"].create({"name": "Other", "company_id": company.id})
        _answer, submission = self._receive({"email": "dana@example.com"}, form=other_form)
        self.assertEqual((submission.state, submission.lead_id.company_id), ("done", company))
        first.action_set_lost()
        self.assertNotEqual(self._lead_of({"email": "dana@example.com"}), first)

    def test_merge_keeps_submissions(self):
        self.form.duplicate_policy = "make"
        leads = self._lead_of({"email": "dana@example.com"}) + self._lead_of({"email": "dana@example.com"})
        result = leads.merge_opportunity()
        self.assertEqual(len(result.submission_ids), 2)

    # Never lost

    def test_failure_is_kept_and_tried_again(self):
        """L1: an answer of success is kept even if no lead can be made; it can be tried again."""
        with (
            patch.object(type(self.env["crm.lead"]), "create", side_effect=ValueError("broken")),
            self.assertLogs(_LOGGER, "WARNING"),
        ):
            answer, submission = self._receive({"email": "a@example.com"})
        self.assertEqual(answer["status"], 200)
        self.assertEqual(
            (submission.state, submission.refused, submission.error), ("error", False, "ValueError: broken")
        )
        self.assertEqual(submission.sender, "a@example.com", "what was understood is shown all the same")
        self.assertEqual(self.form.with_user(self.manager).error_week_count, 1)
        submission.with_user(self.manager).with_context(
            default_user_id=self.manager.id, default_name="x"
        ).action_retry()
        self._process(submission)
        self.assertEqual((submission.state, submission.error), ("done", False))
        self.assertNotEqual(submission.lead_id.name, "x")
        self.assertEqual(submission.lead_id.create_uid, self.env.ref("base.user_root"))

    def test_refused_becomes_a_lead_when_the_map_is_mended(self):
        _answer, submission = self._receive({"phone": "+972 3 555 0100"})
        self._retry(submission)
        self.assertEqual(submission.state, "error")
        self.form.field_ids.filtered("required").required = False
        self._retry(submission)
        self.assertEqual((submission.state, submission.refused), ("done", False))
        self._retry(submission)
        self.assertEqual(len(self.form.submission_ids), 1)

    def test_waiting_submissions_are_taken_by_the_scheduled_action(self):
        """L1: the answer is given before the lead is made; the scheduled action makes it."""
        for name in "ab":
            self.form.sudo()._receive(
                json.dumps({"email": f"{name}@example.com"}).encode(), {"content_type": "application/json"}
            )
        self.assertEqual(self.form.submission_ids.mapped("state"), ["received", "received"])
        self._run_action()
        self.assertEqual(self.form.submission_ids.mapped("state"), ["done", "done"])

    def test_personal_data_are_erased(self):
        self.form.write({"erase_mode": "days", "erase_after_days": 30})
        _answer, submission = self._receive({"email": "a@example.com", "other": "x"})
        self.env["leadya.submission"]._gc_personal_data()
        self.assertTrue(submission.payload)
        submission.received_at = fields.Datetime.now() - timedelta(days=31)
        self.env["leadya.submission"]._gc_personal_data()
        self.assertFalse(submission.payload or submission.sender or submission.understood or submission.unknown_fields)
        self.assertTrue(submission.erased_at and submission.lead_id)
        self.assertEqual(self.form.submission_count, 1)

    # The key

    def test_token(self):
        token = self.form.token
        self.assertGreaterEqual(len(token), 43)
        Form = self.env["leadya.capture.form"]
        self.form.with_user(self.manager).action_rotate_token()
        self.assertNotEqual(self.form.token, token)
        self.assertEqual(Form._find_by_token(token), self.form, "the old address lives on for a while")
        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            self.assertFalse(Form._find_by_token(token))
        self.assertEqual(Form._find_by_token(self.form.token), self.form)
        for wrong in ("", "x", None, "\x00" * 40, "' OR 1=1 --" * 4, "%" * 40):
            self.assertFalse(Form._find_by_token(wrong))
        self.form.active = False
        self.assertFalse(Form._find_by_token(self.form.token))

    def test_map_is_checked(self):
        lines = self.form.field_ids
        for values in (
            {"name": "phone"},
            {"synonyms": "x, E-Mail"},
            {"name": "utm_source"},
            {"name": "fax_number"},
            {"name": "idempotency_key"},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                lines[0].write(values)

    # Who may

    def test_rights(self):
        """A rep reads the submissions of the leads that the rep sees, and no key."""
        form = self.form.with_user(self.rep)
        self.assertTrue(form.name)
        with self.assertRaises(AccessError):
            form.read(["token"])
        with self.assertRaises(AccessError):
            form.name = "x"
        own, foreign, free = (self._lead_of({"email": f"{name}@example.com"}) for name in ("own", "foreign", "free"))
        own.user_id, foreign.user_id, free.user_id = self.rep, self.other_rep, False
        self._receive({"email": "nope"})
        seen = self.env["leadya.submission"].with_user(self.rep).search([("form_id", "=", self.form.id)])
        self.assertEqual(seen.lead_id, own | free)
        with self.assertRaises(AccessError):
            seen.write({"state": "spam"})
        with self.assertRaises(AccessError):
            seen[0].action_mark_spam()
        self.assertEqual(
            len(self.env["leadya.submission"].with_user(self.manager).search([("form_id", "=", self.form.id)])), 4
        )
        stranger = new_test_user(self.env, "door_stranger", "base.group_user")
        for model in ("leadya.capture.form", "leadya.submission"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(stranger).search([])

    def test_companies_are_kept_apart(self):
        company = self.env["res.company"].create({"name": "Other"})
        other_form = self.env["leadya.capture.form"].create({"name": "Other", "company_id": company.id})
        self._receive({"email": "a@example.com"}, form=other_form)
        self.assertFalse(self.env["leadya.capture.form"].with_user(self.manager).search([("id", "=", other_form.id)]))
        self.assertFalse(
            self.env["leadya.submission"].with_user(self.manager).search([("form_id", "=", other_form.id)])
        )

    # Ready to copy, counters

    def test_samples_work(self):
        """L4: what the form shows to copy is complete, and its JSON is taken."""
        form = self.form.with_user(self.manager)
        for text in (form.sample_html, form.sample_fetch, form.sample_curl):
            self.assertIn(f"/leadya/capture/{form.token}", text)
        self.assertIn('name="email"', form.sample_html)
        for text in (form.sample_html, form.sample_wordpress):
            self.assertIn('/leadya/static/leadya.js" defer', text)
        answer, submission = self._receive(json.loads(form._sample_json()))
        self.assertEqual((answer["status"], submission.unknown_fields), (200, [["employees", "25"]]))

    def test_counters(self):
        self._receive({"email": "a@example.com"})
        self._receive({"email": "nope"})
        form = self.form.with_user(self.manager)
        self.assertEqual((form.submission_count, form.lead_count, form.error_week_count), (2, 1, 1))
        self.assertTrue(form.last_received_at)

    def test_query_budget(self):
        """One lead through the form costs at most 60 queries more than stock's create of the same.

        Everything is on: attributed, linked, classified, assigned, promised, its first call planned. Stock
        makes the same lead: its salesperson is named and a call is planned for that person.
        """
        self.form.company_id.leadya_assignment_mode = "on"
        self.env["leadya.sla.category"].search([]).mode = "on"
        self.env["crm.team.member"].create({"crm_team_id": self.team.id, "user_id": self.rep.id, "assignment_max": 30})
        self._count_queries(self._receive_budgeted, 0)
        self._count_queries(self._create_stock, 0)
        stock = self._count_queries(self._create_stock, 1)
        through_form = self._count_queries(self._receive_budgeted, 1)
        self.assertLessEqual(through_form - stock, 60, f"stock {stock}, through the form {through_form}")

    def _count_queries(self, make, number):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        make(number)
        self.env.flush_all()
        return self.env.cr.sql_log_count - start

    def _receive_budgeted(self, number):
        values = {"name": "F", "email": f"f{number}@example.com", "phone": f"+9723555019{number}", "company": "F"}
        _answer, submission = self._receive({**values, "utm_source": "google", "message": "x"})
        self.assertEqual(submission.state, "done")

    def _create_stock(self, number):
        values = {
            "name": "S",
            "email_from": f"s{number}@example.com",
            "phone": f"+9723555018{number}",
            "partner_name": "S",
        }
        lead = (
            self.env["crm.lead"]
            .with_context(leadya_skip_intake=True)
            .create({**values, "team_id": self.team.id, "user_id": self.rep.id, "type": "lead", "description": "x"})
        )
        lead.with_context(leadya_skip_intake=True).activity_schedule(
            "mail.mail_activity_data_call", user_id=self.rep.id
        )
