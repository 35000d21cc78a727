import hashlib
import hmac
import json
import socket
import threading
from contextlib import suppress
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tests.common import _super_send

from ..models import leadya_capture_meta
from ..tools.capture import MAX_BODY
from .capture_common import CaptureCommon
from .graph_common import GraphServer

JSON = "application/json"
SECRET = "0123456789abcdef-app-secret"
TOKEN = "EAAB-page-access-token"
BIG_ID = 9223372036854775807
LEAD = {
    "id": str(BIG_ID),
    "created_time": "2026-01-02T03:04:05+0000",
    "ad_id": "777",
    "ad_name": "Blue ad",
    "adset_id": "66",
    "campaign_id": "55",
    "campaign_name": "Spring in Haifa",
    "form_id": "1",
    "is_organic": False,
    "platform": "ig",
    "field_data": [
        {"name": "full_name", "values": ["Dana Levi"]},
        {"name": "email", "values": ["dana@example.com"]},
        {"name": "phone_number", "values": ["+97235550100"]},
        {"name": "which_size?", "values": ["XL"]},
    ],
}


class MetaCommon(CaptureCommon):
    @classmethod
    def _set_up_meta(cls):
        cls._set_up_door()
        cls.meta = cls.env["leadya.capture.form"].create(
            {
                "name": "Lead ads",
                "kind": "meta",
                "team_id": cls.team.id,
                "meta_app_secret": SECRET,
                "meta_access_token": TOKEN,
                "rate_per_address": 0,
                "rate_per_form": 0,
            }
        )
        cls.graph = GraphServer()
        cls.addClassCleanup(cls.graph.close)
        set_param = cls.env["ir.config_parameter"].sudo().set_param
        set_param("leadya_crm.meta_graph_url", cls.graph.url)
        set_param("leadya_crm.meta_graph_version", "v99.0")

    def setUp(self):
        super().setUp()
        self.graph.answers, self.graph.calls = [(200, LEAD)], []

    def _notification(self, *ids, **values):
        return {
            "object": "page",
            "entry": [
                {
                    "id": "153125381133",
                    "time": 1438292065,
                    "changes": [
                        {
                            "field": "leadgen",
                            "value": {"leadgen_id": one, "form_id": 1, "page_id": 153125381133, **values},
                        }
                    ],
                }
                for one in ids
            ],
        }

    def _sign(self, body, secret=SECRET):
        return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()

    def _submissions(self):
        return self.env["leadya.submission"].search([("form_id", "=", self.meta.id)], order="id")

    def _ask(self):
        """Run the scheduled action that asks Meta."""
        self._run_action("ir_cron_leadya_submission_remote")


@tagged("leadya", "leadya_capture", "leadya_platform", "post_install", "-at_install")
class TestMeta(MetaCommon, HttpCase):
    """The webhook of Meta's lead ads over HTTP, and the call that follows, against a stand-in (L4, L1, C3, issue 7)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_meta()

    def _url(self, token=None):
        return f"{self.base_url()}/leadya/meta/{token or self.meta.token}"

    def _post(self, data=None, signature=None, token=None, content_type=JSON):
        body = (
            data
            if isinstance(data, bytes)
            else json.dumps(self._notification(BIG_ID) if data is None else data).encode()
        )
        headers = {"Content-Type": content_type}
        signature = self._sign(body) if signature is None else signature
        if signature:
            headers["X-Hub-Signature-256"] = signature
        response = self.opener.post(self._url(token), data=body, headers=headers, timeout=30)
        self.env.invalidate_all()
        return response

    def _challenge(self, **params):
        params = {"mode": "subscribe", "verify_token": self.meta.meta_verify_token, "challenge": "1158201444", **params}
        params = {f"hub.{name}": value for name, value in params.items() if value is not None}
        response = self.opener.get(self._url(), params=params, timeout=30)
        self.env.invalidate_all()
        return response

    # The address is confirmed

    def test_l4_challenge(self):
        """L4: Meta's question whether the address is ours is answered, as plain text."""
        response = self._challenge()
        self.assertEqual((response.status_code, response.text), (200, "1158201444"))
        self.assertTrue(response.headers["Content-Type"].startswith("text/plain"))
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        self.assertTrue(self.meta.meta_confirmed_at)

    def test_challenge_of_somebody_else(self):
        for params in [
            {"verify_token": "x"},
            {"verify_token": None},
            {"verify_token": ""},
            {"mode": "unsubscribe"},
            {"mode": None},
            {"challenge": None},
            {"challenge": "<script>alert(1)</script>"},
            {"challenge": "1" * 300},
            {"challenge": "1\r\nX-Evil: 1"},
        ]:
            response = self._challenge(**params)
            self.assertEqual((response.status_code, response.text), (403, ""), params)
            self.assertNotIn("X-Evil", response.headers)
        self.assertFalse(self.meta.meta_confirmed_at)

    # Notifications

    def test_l4_lead(self):
        """L4: a signed notification, and the answers by the second call, become a lead with its advertisement."""
        response = self._post()
        self.assertEqual((response.status_code, response.json()), (200, {}))
        self.assertFalse(self.graph.calls, "the request waits for nobody")
        self._ask()
        submission = self._submissions()
        self.assertEqual((submission.state, submission.error), ("done", False))
        self.assertRecordValues(
            submission.lead_id,
            [
                {
                    "contact_name": "Dana Levi",
                    "email_from": "dana@example.com",
                    "phone": "+97235550100",
                    "external_ref": f"meta:{BIG_ID}",
                    "team_id": self.team.id,
                    "channel_id": self.env.ref("leadya_crm.channel_paid_social").id,
                }
            ],
        )
        lead = submission.lead_id
        self.assertIn("which size?: XL", lead.description)
        self.assertEqual((lead.source_id.name.lower(), lead.campaign_id.name), ("instagram", "Spring in Haifa"))
        self.assertRecordValues(
            lead.touch_ids,
            [
                {
                    "origin": "platform",
                    "campaign_ref": "55",
                    "ad_group_ref": "66",
                    "creative_ref": "777",
                    "content": "Blue ad",
                    "touched_at": fields.Datetime.to_datetime("2026-01-02 03:04:05"),
                }
            ],
        )

    def test_l4_second_call(self):
        """L4: asked is what the documents say; the token goes in a header, the answer is kept as it came."""
        self._post()
        with self.assertLogs(level="DEBUG") as logs:
            self._ask()
        ((path, query, headers),) = self.graph.calls
        self.assertEqual(path, f"/v99.0/{BIG_ID}")
        self.assertIn("field_data", query["fields"][0].split(","))
        self.assertEqual(list(query), ["fields"])
        self.assertEqual(headers["Authorization"], f"Bearer {TOKEN}")
        self.assertNotIn(TOKEN, "\n".join(logs.output))
        submission = self._submissions()
        self.assertEqual(json.loads(submission.answer_payload), LEAD)
        self.assertNotIn(TOKEN, str(submission.read()))
        self.assertTrue(submission.answered_at)

    def test_l4_organic(self):
        """L4: a lead of the page's own post is no paid one."""
        answer = {**LEAD, "is_organic": True, "platform": "fb", "campaign_name": ""}
        self.graph.answers = [(200, answer)]
        self._post()
        self._ask()
        lead = self._submissions().lead_id
        self.assertEqual(lead.channel_id, self.env.ref("leadya_crm.channel_organic_social"))
        self.assertEqual(lead.source_id.name.lower(), "facebook")

    def test_l4_many_in_one(self):
        """L4: a notification of many leads, with things of other kinds in it, is as many leads."""
        data = self._notification(1, 2)
        data["entry"][0]["changes"] += [
            {"field": "feed", "value": {}},
            {"field": "leadgen", "value": {"leadgen_id": 3}},
        ]
        self.assertEqual(self._post(data).status_code, 200)
        self.assertEqual(self._submissions().mapped("idempotency_key"), ["meta:1", "meta:3", "meta:2"])
        self._ask()
        self.assertEqual({path for path, _query, _headers in self.graph.calls}, {f"/v99.0/{n}" for n in (1, 2, 3)})
        self.assertFalse(self._submissions().filtered(lambda submission: not submission.lead_id))
        for other in ({"object": "user", "entry": []}, {"object": "page"}, {}, {"object": "page", "entry": [1, {}]}):
            self.assertEqual((self._post(other).status_code, len(self._submissions())), (200, 3))

    def test_l4_notification_of_hundreds(self):
        """L4: a notification of hundreds of leads is kept with a bounded number of queries."""
        body = json.dumps(self._notification(*range(1, 301))).encode()
        meta = {"content_type": JSON, "signature": self._sign(body)}
        self.meta._receive_meta(body, {**meta, "signature": "x"})
        self.env.flush_all()
        with self.assertQueryCount(20):
            self.assertEqual(self.meta._receive_meta(body, meta)["status"], 200)
            self.env.flush_all()
        self.assertEqual(len(self._submissions()), 301)

    def test_c3_the_same_lead_twice(self):
        """C3: a notification that is sent or replayed again changes nothing, in one body or several."""
        self._post(self._notification(7, 7))
        self._ask()
        self._post(self._notification(7))
        self._ask()
        self.assertEqual(len(self._submissions()), 1)
        self.assertEqual(len(self.graph.calls), 1)

    def test_c3_tests_are_kept_apart(self):
        """C3: neither the dashboard's test button nor the testing tool's lead makes a lead."""
        before = self.env["crm.lead"].search_count([])
        dummy = [{"name": "full_name", "values": ["<test lead: dummy data for full_name>"]}]
        self.graph.answers = [(200, {**LEAD, "field_data": dummy})]
        for _time in range(2):
            self._post(self._notification("444444444444"))
        self._post()
        for _time in range(4):
            self._ask()
        self.assertEqual(self._submissions().mapped("is_test"), [True] * 3)
        self.assertEqual(len(self.graph.calls), 1, "there is no lead 444444444444 to be asked for")
        self.assertEqual(self.env["crm.lead"].search_count([]), before)
        self.assertTrue(self.meta.last_test_at)

    def test_wrong_signature(self):
        """Forged webhooks: 401; another body under a good signature, another secret, no signature, no secret."""
        body = json.dumps(self._notification(BIG_ID)).encode()
        good = self._sign(body)
        for data, signature in [
            (body, ""),
            (body, "sha256=" + "0" * 64),
            (body, good.replace("sha256=", "sha1=")),
            (body, self._sign(body, "other")),
            (body + b" ", good),
            (b"", good),
        ]:
            response = self._post(data, signature)
            self.assertEqual((response.status_code, response.json()["code"]), (401, "signature"))
        self.meta.meta_app_secret = False
        self.assertEqual(self._post(body, self._sign(body, "")).status_code, 401)
        self._ask()
        self.assertFalse(self.graph.calls)
        self.assertFalse(self._submissions().lead_id)

    def test_forged_post_stays_refused(self):
        """What nobody has proven to be Meta's is not asked for when somebody tries it again."""
        self._post(signature="sha256=" + "0" * 64)
        submission = self._submissions()
        submission.with_user(self.manager).action_retry()
        self._ask()
        self.assertEqual((submission.state, len(self.graph.calls)), ("error", 0))

    def test_flood_of_forgeries_stops_no_lead(self):
        self.meta.rate_per_address = 1
        self.assertEqual([self._post(signature="x").status_code for _time in range(2)], [401, 429])
        self.assertEqual(self._post().status_code, 200)

    def test_bad_input(self):
        """Bad input: each gets one clear 4xx."""
        nested = b'{"a": ' + b"[" * 1000 + b"]" * 1000 + b"}"
        for body, content_type, status, code in [
            (b"{", JSON, 400, "json"),
            (b"[]", JSON, 400, "json_object"),
            (nested, JSON, 400, "json_deep"),
            (b"\xff", JSON, 400, "encoding"),
            (b"x" * (MAX_BODY + 1), JSON, 413, "too_large"),
            (b"a=b", "application/x-www-form-urlencoded", 415, "media_json"),
        ]:
            with self.subTest(body=body[:20]):
                response = self._post(body, content_type=content_type)
                self.assertEqual((response.status_code, response.json()["code"]), (status, code))

    def test_identifier_that_is_none(self):
        """Bad input: an identifier that would lead the call elsewhere is kept and shown, and never asked for."""
        for bad in ("../me/accounts", "1?fields=x", "", None):
            self._post(self._notification(bad))
        self._ask()
        self.assertFalse(self.graph.calls)
        self.assertEqual(set(self._submissions().mapped("state")), {"error"})
        self.assertIn("names no lead", self._submissions()[0].error)

    def test_address_of_another_door(self):
        google = self.meta.copy({"kind": "google_ads"})
        for token in (google.token, self.form.token, "x" * 43):
            self.assertEqual(self._post(token=token).status_code, 404)
            self.assertEqual(self.opener.get(self._url(token), timeout=30).status_code, 404)
        self.assertFalse(self.form.submission_count)

    # Meta does not answer

    def _ask_once(self, *answers):
        """What becomes of a lead when Meta answers so.

        :return: the submission
        """
        self.graph.answers = list(answers)
        self._post()
        self._ask()
        return self._submissions()

    def _ask_later(self, submission):
        """The same when the time to call again has come."""
        self.assertGreater(submission.retry_at, fields.Datetime.now())
        submission.retry_at = fields.Datetime.now()
        self._ask()

    def test_failure_then_success(self):
        """L4: where Meta fails, the lead waits and comes in by itself."""
        submission = self._ask_once((500, b"<html>"), (200, LEAD))
        self.assertEqual((submission.state, submission.tries), ("received", 1))
        self.assertIn("Meta did not answer", submission.error)
        self._ask()
        self.assertEqual(len(self.graph.calls), 1, "not before its time")
        self._ask_later(submission)
        self.assertEqual((submission.state, submission.error), ("done", False))

    def test_answers_that_are_none(self):
        """Malformed JSON, a cut-off connection, a limit that was reached: called again."""

        def hang_up(handler):
            handler.connection.shutdown(socket.SHUT_RDWR)

        limit = {"error": {"code": 4, "message": "Application request limit reached"}}
        submission = self._ask_once((200, b"{"), (200, {"id": "1"}), hang_up, (400, limit), (200, LEAD))
        for tries, text in [(1, "can't be read"), (2, "can't be read"), (3, "ConnectionError"), (4, "limit reached")]:
            self.assertEqual((submission.state, submission.tries), ("received", tries))
            self.assertIn(text, submission.error)
            self._ask_later(submission)
        self.assertEqual(submission.state, "done")

    def test_time_out(self):
        """A server that says nothing, or drips, is given up."""
        done = threading.Event()
        self.addCleanup(done.set)

        def say_nothing(_handler):
            done.wait(60)

        def drip(handler):
            handler.send_response(200)
            handler.end_headers()
            while not done.wait(0.05):
                handler.wfile.write(b" ")

        def send(_cls, session, request, **options):
            # The test framework would wait ten seconds at least.
            return _super_send(session, request, **{**options, "timeout": 0.5})

        with (
            patch.object(leadya_capture_meta, "WHOLE_TIMEOUT", 0.5),
            patch.object(type(self), "_request_handler", classmethod(send)),
        ):
            submission = self._ask_once(say_nothing, drip)
            self.assertEqual((submission.state, submission.tries), ("received", 1))
            self.assertIn("Timeout", submission.error)
            self._ask_later(submission)
            self.assertEqual((submission.state, submission.tries), ("received", 2))

    def test_given_up_at_last(self):
        """After days without an answer it is an error that says what happened, and can be tried again."""
        submission = self._ask_once((503, b""))
        submission.tries = 100
        self._ask_later(submission)
        self.assertEqual(submission.state, "error")
        self.assertIn("Meta did not answer", submission.error)
        self.graph.answers = [(200, LEAD)]
        submission.with_user(self.manager).action_retry()
        self._ask()
        self.assertEqual(submission.state, "done")

    def test_token_that_has_run_out(self):
        """An expired token: an error that says what to do; with a new one what waited comes in by itself."""
        error = {"error": {"message": "Session has expired", "type": "OAuthException", "code": 190}}
        submission = self._ask_once((400, error))
        self.assertEqual(submission.state, "error")
        self.assertIn("Session has expired", submission.error)
        self.assertIn("paste it into the form", submission.error)
        self.assertEqual(self.meta.error_week_count, 1)
        self.graph.answers = [(200, LEAD)]
        self.meta.with_user(self.manager).meta_access_token = "EAAB-new"
        self._ask()
        self.assertEqual(submission.state, "done")
        self.assertEqual(self.graph.calls[-1][2]["Authorization"], "Bearer EAAB-new")

    def test_missing_token_or_right(self):
        self.meta.meta_access_token = False
        submission = self._ask_once((200, LEAD))
        self.assertEqual((submission.state, len(self.graph.calls)), ("error", 0))
        self.meta.meta_access_token = TOKEN
        self.graph.answers = [(403, {"error": {"code": 200, "message": "Requires leads_retrieval"}})]
        self._ask()
        self.assertIn("Leads Access", submission.error)

    def test_answer_without_end(self):
        """A huge answer is not read to its end."""
        sent = []

        def flood(handler):
            handler.send_response(200)
            handler.end_headers()
            with suppress(OSError):
                while len(sent) < 4096:
                    handler.wfile.write(b"x" * 65536)
                    sent.append(1)

        submission = self._ask_once(flood)
        self.assertEqual(submission.state, "error")
        self.assertIn("far too large", submission.error)
        self.assertLess(len(sent), 4096)

    def test_redirect_is_not_followed(self):
        """Nobody leads the call, and the token with it, to another address."""
        other = GraphServer()
        self.addCleanup(other.close)
        other.answers = [(200, LEAD)]
        submission = self._ask_once((302, b"", [("Location", f"{other.url}/v99.0/1")]))
        self.assertEqual((submission.state, other.calls), ("error", []))

    def test_one_lead_does_not_hold_up_others(self):
        """A lead that Meta will not give (deleted, say) waits alone."""
        gone = {"error": {"code": 100, "message": "Unsupported get request"}}
        self.graph.answers = [(400, gone), (200, LEAD)]
        self._post(self._notification(1))
        self._post(self._notification(2))
        self._ask()
        self.assertEqual(self._submissions().mapped("state"), ["received", "done"])
        self.assertIn("Unsupported get request", self._submissions()[0].error)

    # Who sees and sets what

    def test_secrets_are_the_managers(self):
        names = ["meta_app_secret", "meta_access_token", "meta_verify_token"]
        self.assertEqual(self.meta.with_user(self.manager).read(names)[0]["meta_app_secret"], SECRET)
        for name in names:
            with self.assertRaises(AccessError):
                self.meta.with_user(self.rep).read([name])
            with self.assertRaises(AccessError):
                self.env["leadya.capture.form"].with_user(self.rep).search([(name, "like", "E")])
        self.assertFalse({*names, "token"} & set(self.meta.with_user(self.rep).read()[0]))
        copy = self.meta.copy()
        self.assertFalse(copy.meta_app_secret or copy.meta_access_token)
        self.assertNotEqual(copy.meta_verify_token, self.meta.meta_verify_token)

    def test_address_of_the_graph(self):
        """SSRF: only an admin can name the server, and only by http or https."""
        Settings = self.env["res.config.settings"]
        with self.assertRaises(AccessError):
            Settings.with_user(self.manager).create({"leadya_meta_graph_url": "http://127.0.0.1"}).execute()
        for bad in (
            "file:///etc/passwd",
            "gopher://x",
            "graph.facebook.com",
            "https://a@b",
            "https://",
            "http://[",
            "x y",
        ):
            with self.assertRaises(ValidationError, msg=bad):
                Settings.create({"leadya_meta_graph_url": bad}).execute()
        Settings.create(
            {"leadya_meta_graph_url": "https://graph.facebook.com", "leadya_meta_graph_version": ""}
        ).execute()
        self.assertEqual(self.meta._get_graph_address(), "https://graph.facebook.com/v24.0")
        self.env["ir.config_parameter"].sudo().set_param("leadya_crm.meta_graph_url", "file:///etc/passwd")
        submission = self._ask_once((200, LEAD))
        self.assertEqual((submission.state, len(self.graph.calls)), ("error", 0))

    def test_erasure_takes_the_answer_along(self):
        """Personal data are erased from the fetched answer too."""
        submission = self._ask_once((200, LEAD))
        self.assertIn("dana@example.com", submission.answer_payload)
        submission.write(submission._prepare_erasure())
        self.assertFalse(submission.answer_payload)

    def test_sample_goes_through(self):
        """The sample that the admin can send walks the corridor and leaves no lead."""
        before = self.env["crm.lead"].search_count([])
        submission = self.env["leadya.submission"].create(self.meta._sample_submission())
        self._run_action("ir_cron_leadya_submission_remote")
        self.assertEqual((submission.state, submission.error), ("done", False))
        self.assertIn("Dana Levi", str(submission.outcome))
        self.assertEqual(self.env["crm.lead"].search_count([]), before)
