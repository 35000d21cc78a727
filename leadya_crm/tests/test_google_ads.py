import json
from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from ..tools.capture import MAX_BODY
from .capture_common import CaptureCommon

JSON = "application/json"


@tagged("leadya", "leadya_capture", "leadya_platform", "post_install", "-at_install")
class TestGoogleAds(CaptureCommon, HttpCase):
    """The webhook of Google Ads lead forms, over HTTP (L4, L1, C3, issue 7)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_door()
        cls.google = cls.env["leadya.capture.form"].create(
            {
                "name": "Search campaign",
                "kind": "google_ads",
                "team_id": cls.team.id,
                "rate_per_address": 0,
                "rate_per_form": 0,
            }
        )

    def _body(self, columns=None, **values):
        columns = columns or {"FULL_NAME": "Dana Levi", "EMAIL": "dana@example.com"}
        return {
            "lead_id": "lead-1",
            "google_key": self.google.google_key,
            "api_version": "1.0",
            "form_id": 40000000000,
            "campaign_id": 9223372036854775807,
            "adgroup_id": 20000000000,
            "creative_id": 30000000000,
            "gcl_id": "Cj0KCQ-AbC",
            "user_column_data": [{"column_id": name, "string_value": text} for name, text in columns.items()],
            **values,
        }

    def _post(self, body=None, form=None, token=None, content_type=JSON):
        data = body if isinstance(body, bytes) else json.dumps(body or self._body()).encode()
        url = f"{self.base_url()}/leadya/google-ads/{token or (form or self.google).token}"
        response = self.opener.post(url, data=data, headers={"Content-Type": content_type}, timeout=30)
        self.env.invalidate_all()
        return response

    def _submissions(self, form=None):
        return self.env["leadya.submission"].search([("form_id", "=", (form or self.google).id)], order="id")

    def _lead(self, body=None):
        """The lead that was made of the only post."""
        response = self._post(body)
        self.assertEqual((response.status_code, response.json()), (200, {}))
        submission = self._submissions()[-1]
        self._run_action()
        self.assertEqual((submission.state, submission.error), ("done", False))
        return submission.lead_id

    def test_l4_lead_with_its_click(self):
        """L4: what Google sends becomes a lead with its click, by the map that comes with the door."""
        lead = self._lead(
            self._body(
                {
                    "FULL_NAME": "Dana Levi",
                    "WORK_EMAIL": "dana@example.com",
                    "PHONE_NUMBER": "+972 3 555 0100",
                    "COMPANY_NAME": "Levi Ltd",
                    "JOB_TITLE": "CTO",
                    "STREET_ADDRESS": "Herzl 1",
                    "CITY": "Haifa",
                    "POSTAL_CODE": "3303030",
                    "COUNTRY": "IL",
                }
            )
        )
        self.assertRecordValues(
            lead,
            [
                {
                    "contact_name": "Dana Levi",
                    "email_from": "dana@example.com",
                    "phone": "+972 3 555 0100",
                    "partner_name": "Levi Ltd",
                    "function": "CTO",
                    "street": "Herzl 1",
                    "city": "Haifa",
                    "zip": "3303030",
                    "country_id": self.env.ref("base.il").id,
                    "external_ref": "google:lead-1",
                    "team_id": self.team.id,
                    "channel_id": self.env.ref("leadya_crm.channel_paid_search").id,
                    "click_id": "Cj0KCQ-AbC",
                    "click_id_kind": "gclid",
                }
            ],
        )
        self.assertEqual((lead.source_id.name.lower(), lead.medium_id.name.lower()), ("google", "cpc"))
        self.assertRecordValues(
            lead.touch_ids,
            [
                {
                    "origin": "platform",
                    "campaign_ref": "9223372036854775807",
                    "ad_group_ref": "20000000000",
                    "creative_ref": "30000000000",
                    "click_id": "Cj0KCQ-AbC",
                }
            ],
        )

    def test_l4_without_a_click_it_is_paid_search_too(self):
        lead = self._lead(self._body(gcl_id="", lead_submit_time="2026-01-02T03:04:05Z"))
        self.assertEqual(lead.channel_id, self.env.ref("leadya_crm.channel_paid_search"))
        self.assertEqual(lead.touch_ids.touched_at, datetime(2026, 1, 2, 3, 4, 5))

    def test_l1_every_answer_is_kept(self):
        """L1: own questions go into the notes under their text; unknown keys are kept and shown."""
        body = self._body(new_key={"a": 1})
        body["user_column_data"] += [
            {"column_id": "", "column_name": "Which size?", "string_value": "XL"},
            {"column_id": "when", "column_name": "", "string_value": "soon"},
        ]
        lead = self._lead(body)
        self.assertIn("Which size?: XL", lead.description)
        self.assertIn("when: soon", lead.description)
        submission = lead.submission_ids
        self.assertIn(["Which size?", "XL"], submission.understood)
        self.assertIn(["campaign_id", "9223372036854775807"], submission.understood)
        self.assertEqual(submission.unknown_fields, [["new_key", '{"a": "1"}']])

    def test_l1_admin_chooses_what_goes_into_the_notes(self):
        """L1: where the admin doesn't want them in the notes, answers are kept and shown in the submission."""
        self.google.unknown_to_notes = False
        self.google.field_ids = [
            fields.Command.create({"name": "Which size?", "target": "referred", "sequence": 99}),
        ]
        body = self._body({"Which size?": "XL", "other": "x"})
        lead = self._lead(body)
        self.assertEqual((lead.referred, lead.description), ("XL", False))
        self.assertEqual(lead.submission_ids.unknown_fields, [["other", "x"]])

    def test_l1_answer_that_does_not_fit_loses_no_lead(self):
        """L1: what a person mistyped is no reason to refuse a lead that Google hands over once."""
        lead = self._lead(self._body({"EMAIL": "no mail", "PHONE_NUMBER": "1" * 500, "FIRST_NAME": "D\x00\ud800"}))
        self.assertEqual((lead.email_from, lead.phone), (False, False))
        self.assertIn("EMAIL: no mail", lead.description)
        self.assertEqual(lead.submission_ids.state, "done")

    def test_c3_the_same_lead_twice(self):
        """C3: the same identifier twice is one lead, and a replayed post changes nothing."""
        first = self._post()
        again = self._post(self._body({"EMAIL": "other@example.com"}))
        self.assertEqual((first.status_code, again.status_code, again.json()), (200, 200, {}))
        self.assertEqual(len(self._submissions()), 1)
        self.assertEqual(self._submissions().idempotency_key, "google:lead-1")
        self._run_action()
        self.assertEqual(self._submissions().lead_id.email_from, "dana@example.com")
        # An identifier may be long; it is told from others that begin alike.
        for end in "ab":
            self.assertEqual(self._post(self._body(lead_id="x" * 300 + end)).status_code, 200)
        self.assertEqual(len(self._submissions()), 3)

    def test_c3_tests_are_kept_apart(self):
        """C3: a test lead makes no lead, is marked, and may come again."""
        before = self.env["crm.lead"].search_count([])
        for _time in range(2):
            self.assertEqual(self._post(self._body(is_test=True)).json(), {})
        submissions = self._submissions()
        self.assertEqual(submissions.mapped("is_test"), [True, True])
        self._run_action()
        self.assertEqual(self.env["crm.lead"].search_count([]), before)
        self.assertFalse(submissions.lead_id)
        self.assertTrue(self.google.last_test_at)
        # The real one is no double of the test.
        self.assertEqual(self._post().status_code, 200)
        self.assertEqual(len(self._submissions()), 3)

    def test_wrong_key(self):
        """Forged webhooks: 401, no lead; kept for the admin to see that a key was pasted wrongly."""
        for key in ("", "x", self.google.google_key + "x", "é", None, {"a": 1}):
            response = self._post(self._body(google_key=key))
            self.assertEqual((response.status_code, response.json()["code"]), (401, "google_key"), key)
        self.assertTrue(all(self._submissions().mapped("refused")))
        self.assertFalse(self._submissions().lead_id)

    def test_l1_wrongly_pasted_key_loses_no_lead(self):
        """L1: what came under a key that was pasted wrongly can be made a lead by the admin, who sees what it is."""
        self._post(self._body(google_key="pasted wrongly"))
        self.assertIn("The key is wrong", self._submissions().error)
        self._retry(self._submissions())
        self.assertEqual(self._submissions().state, "done")

    def test_l4_answers_at_once(self):
        """L4: keeping a lead costs a few queries; the corridor is walked afterwards."""
        body = json.dumps(self._body()).encode()
        self.google._receive_google_ads(body, {"content_type": JSON})
        self.env.invalidate_all()
        body = json.dumps(self._body(lead_id="2")).encode()
        with self.assertQueryCount(8):
            self.google._receive_google_ads(body, {"content_type": JSON, "remote_addr": "192.0.2.1"})
            self.env.flush_all()
        self.assertEqual(self._submissions().mapped("state"), ["received", "received"])

    def test_key_is_changed_with_grace(self):
        """The old key works for the grace period, and no longer."""
        old = self.google.google_key
        self.google.with_user(self.manager).action_rotate_google_key()
        self.assertNotEqual(self.google.google_key, old)
        self.assertEqual(self._post(self._body(google_key=old)).status_code, 200)
        self.google.previous_google_key_until = fields.Datetime.now() - timedelta(seconds=1)
        self.assertEqual(self._post(self._body(google_key=old, lead_id="2")).status_code, 401)
        self.assertEqual(self._post(self._body(lead_id="2")).status_code, 200)
        self.google.token_grace_days = 0
        old = self.google.google_key
        self.google.action_rotate_google_key()
        self.assertEqual(self._post(self._body(google_key=old, lead_id="3")).status_code, 401)

    def test_key_is_nobody_elses(self):
        """A rep sees the key nowhere, not even in the raw payload."""
        lead = self._lead()
        lead.user_id = self.rep
        submission = lead.submission_ids.with_user(self.rep)
        self.assertNotIn(self.google.google_key, submission.payload)
        self.assertIn("dana@example.com", submission.payload)
        shown = str(submission.read()) + str(lead.with_user(self.rep).read(["description", "name"]))
        self.assertNotIn(self.google.google_key, shown)
        fields_of_rep = self.google.with_user(self.rep).read()[0]
        self.assertFalse({"google_key", "previous_google_key", "token", "meta_app_secret"} & set(fields_of_rep))
        with self.assertRaises(AccessError):
            self.google.with_user(self.rep).read(["google_key"])

    def test_address_of_another_door(self):
        """A token opens the door of its own kind only."""
        meta = self.google.copy({"kind": "meta"})
        for token in (meta.token, self.form.token, "x" * 43, "%00", "a" * 5000):
            self.assertEqual(self._post(token=token).status_code, 404, token[:20])
        for path in ("capture", "meta"):
            url = f"{self.base_url()}/leadya/{path}/{self.google.token}"
            self.assertEqual(self.opener.post(url, json=self._body(), timeout=30).status_code, 404)
        self.assertEqual(self.url_open(f"/leadya/google-ads/{self.google.token}").status_code, 405)
        self.google.active = False
        self.assertEqual(self._post().status_code, 404)
        self.assertFalse(self._submissions())

    def test_bad_input(self):
        """Bad input: each gets one clear 4xx, and none makes a lead."""
        key = self.google.google_key
        nested = b'{"google_key": "%s", "a": ' % key.encode() + b"[" * 1000 + b"]" * 1000 + b"}"
        cases = [
            (b"", JSON, 400, "json"),
            (b"{", JSON, 400, "json"),
            (b"[]", JSON, 400, "json_object"),
            (b'"x"', JSON, 400, "json_object"),
            (b"\xff\xfe", JSON, 400, "encoding"),
            (nested, JSON, 400, "json_deep"),
            (b'{"a": "\x00"}', JSON, 400, "json"),
            (b"x" * (MAX_BODY + 1), JSON, 413, "too_large"),
            (b"a=b", "application/x-www-form-urlencoded", 415, "media_json"),
            (json.dumps(self._body()).encode(), "text/plain", 415, "media_json"),
            (b"{}", JSON, 401, "google_key"),
        ]
        for body, content_type, status, code in cases:
            with self.subTest(body=body[:30], content_type=content_type):
                response = self._post(body, content_type=content_type)
                self.assertEqual((response.status_code, response.json()["code"]), (status, code))
                self.assertTrue(response.json()["message"])
        self.assertFalse(self._submissions().lead_id)
        self.assertEqual(set(self._submissions().mapped("state")), {"error"})

    def test_flood_of_forgeries_stops_no_lead(self):
        """429 with Retry-After for what has no key; what has one is still taken."""
        self.google.rate_per_address = 2
        statuses = [self._post(self._body(google_key="x")).status_code for _number in range(3)]
        self.assertEqual(statuses, [401, 401, 429])
        response = self._post(b"{")
        self.assertEqual(response.status_code, 429)
        self.assertTrue(1 <= int(response.headers["Retry-After"]) <= 60)
        self.assertEqual(self._post().status_code, 200)
        self.assertEqual(len(self._submissions()), 3)

    def test_l4_admins_source_stands(self):
        """L4: the source and medium that an admin gave the door say more than "google / cpc"."""
        source = self.env["utm.source"].create({"name": "Google Haifa branch"})
        self.google.source_id = source
        lead = self._lead()
        self.assertEqual((lead.source_id, lead.touch_ids.source_id), (source, source))
        self.assertEqual(lead.medium_id.name.lower(), "cpc")

    def test_default_map_follows_the_kind(self):
        """The map that a new door comes with speaks the platform's language."""
        form = self.env["leadya.capture.form"].new({"kind": "form"})
        form.kind = "meta"
        form._onchange_kind()
        self.assertIn("full_name", form.field_ids.mapped("name"))
        self.assertIn("FULL_NAME", self.google.field_ids.mapped("name"))
        self.assertTrue(self.google.google_key)
        self.assertFalse(self.form.google_key)
        self.assertNotEqual(self.google.copy().google_key, self.google.google_key)

    def test_sample_goes_through(self):
        """The sample that the admin can send walks the corridor and leaves no lead."""
        before = self.env["crm.lead"].search_count([])
        submission = self.env["leadya.submission"].create(self.google._sample_submission())
        self._run_action()
        self.assertEqual((submission.state, submission.error), ("done", False))
        self.assertIn("Dana Levi", str(submission.outcome))
        self.assertFalse(self.google.last_test_at, "it proves nothing of the connection")
        self.assertEqual(self.env["crm.lead"].search_count([]), before)
