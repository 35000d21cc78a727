import hashlib
import hmac
import json
import unittest
from datetime import datetime

from odoo.tests import BaseCase, tagged

from ..tools import google_ads, meta
from ..tools.capture import CaptureError, parse_moment
from ..tools.platform_lead import PlatformLead

try:
    from hypothesis import given, settings
    from hypothesis import strategies as st
except ImportError:
    given = None
else:
    TEXTS = st.text(alphabet=st.characters(), max_size=20)
    VALUES = st.recursive(
        st.none() | st.booleans() | st.integers() | TEXTS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=10,
    )

BIG_ID = "9223372036854775807"
GOOGLE = {
    "lead_id": "TeSter-123",
    "api_version": "1.0",
    "form_id": int(BIG_ID),
    "campaign_id": int(BIG_ID) - 1,
    "adgroup_id": 20000000000,
    "creative_id": 30000000000,
    "google_key": "k" * 40,
    "is_test": False,
    "gcl_id": "Cj0-AbC_d",
    "lead_submit_time": "2026-05-13T09:59:00Z",
    "lead_stage": "NEW",
    "user_column_data": [
        {"column_id": "FULL_NAME", "column_name": "Full Name", "string_value": "Dana Levi"},
        {"column_id": "EMAIL", "string_value": "dana@example.com"},
        {"column_id": "", "column_name": "Which size?", "string_value": "XL"},
        {"column_id": "budget", "column_name": "", "number_value": 7},
    ],
    "brand_new": {"a": [1]},
}
NOTICE = {
    "object": "page",
    "entry": [
        {
            "id": "153125381133",
            "time": 1438292065,
            "changes": [
                {
                    "field": "leadgen",
                    "value": {
                        "leadgen_id": int(BIG_ID),
                        "form_id": 123123123123,
                        "page_id": 153125381133,
                        "ad_id": 777,
                        "created_time": 1440120384,
                    },
                }
            ],
        }
    ],
}
ANSWER = {
    "id": BIG_ID,
    "created_time": "2026-05-13T09:59:00+0000",
    "ad_id": "777",
    "ad_name": "Ad",
    "adset_id": "66",
    "campaign_id": "55",
    "campaign_name": "Spring",
    "form_id": "1",
    "is_organic": False,
    "platform": "ig",
    "field_data": [
        {"name": "full_name", "values": ["Dana Levi"]},
        {"name": "which_size?", "values": ["L", "XL"]},
    ],
}


def _bytes(data):
    return json.dumps(data).encode()


@tagged("leadya", "leadya_capture")
class TestGoogleAdsParser(BaseCase):
    """What Google posts (L4, issue 7): every digit and every answer is kept."""

    def test_l4_lead(self):
        lead = google_ads.parse_lead(_bytes(GOOGLE))
        self.assertEqual((lead.lead_id, lead.key, lead.is_test), ("TeSter-123", "k" * 40, False))
        self.assertEqual(
            [tuple(answer) for answer in lead.answers],
            [
                ("FULL_NAME", "Full Name", "Dana Levi"),
                ("EMAIL", "EMAIL", "dana@example.com"),
                ("Which size?", "Which size?", "XL"),
                ("budget", "budget", "7"),
            ],
        )
        self.assertEqual(
            lead.visit,
            {
                "source": "google",
                "medium": "cpc",
                "click_id": "Cj0-AbC_d",
                "click_id_kind": "gclid",
                "campaign_ref": "9223372036854775806",
                "ad_group_ref": "20000000000",
                "creative_ref": "30000000000",
                "touched_at": datetime(2026, 5, 13, 9, 59),
            },
        )
        self.assertEqual((lead.details["form_id"], lead.details["lead_stage"]), (BIG_ID, "NEW"))
        self.assertEqual(lead.unknown, {"brand_new": '{"a": ["1"]}'})
        self.assertNotIn("k" * 40, str(lead.details) + str(lead.unknown))

    def test_l4_performance_max(self):
        """A campaign without ad groups names its asset group; what is not said is left out."""
        lead = google_ads.parse_lead(_bytes({"lead_id": "1", "asset_group_id": 42, "is_test": "true"}))
        self.assertEqual(lead.visit, {"source": "google", "medium": "cpc", "ad_group_ref": "42"})
        self.assertTrue(lead.is_test)

    def test_bad_input(self):
        """Bad input: named by a code, or read as far as it goes."""
        for body, code in [
            (b"", "json"),
            (b"[]", "json_object"),
            (b"\xff", "encoding"),
            (b"[" * 1000 + b"]" * 1000, "json_deep"),
            (b'{"lead_id": NaN}', "json"),
            (_bytes({"user_column_data": [{}] * 201}), "many_fields"),
        ]:
            with self.subTest(body=body[:20]), self.assertRaises(CaptureError) as caught:
                google_ads.parse_lead(body)
            self.assertEqual(caught.exception.code, code)
        lead = google_ads.parse_lead(b'{"user_column_data": [1, {"column_id": "\\u0000", "string_value": "\\ud800"}]}')
        self.assertEqual([tuple(answer) for answer in lead.answers], [("\ufffd", "\ufffd", "?")])


@tagged("leadya", "leadya_capture")
class TestMetaParser(BaseCase):
    """What Meta sends (L4, issue 7)."""

    def _notice(self, data=None):
        return meta.parse_notification(_bytes(data or NOTICE))[0]

    def test_l4_signature_covers_every_byte(self):
        body, secret = _bytes(NOTICE), "app secret"
        signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        self.assertTrue(meta.is_signed(body, signature, secret))
        for args in [
            (body + b" ", signature, secret),
            (body, signature, "other"),
            (body, signature, ""),
            (body, "", secret),
            (body, signature.replace("sha256", "sha1"), secret),
            (body, signature[:-1], secret),
            (body, "sha256=" + "é" * 64, secret),
        ]:
            self.assertFalse(meta.is_signed(*args), args)

    def test_l4_challenge(self):
        params = {"hub.mode": "subscribe", "hub.verify_token": "tök", "hub.challenge": "1158201444"}
        self.assertEqual(meta.read_challenge(params, "tök"), "1158201444")
        for change in [
            {"hub.mode": "unsubscribe"},
            {"hub.verify_token": "tok"},
            {"hub.verify_token": "\ud800"},
            {"hub.challenge": "<script>"},
            {"hub.challenge": "1\r\nX: 2"},
            {"hub.challenge": ""},
        ]:
            self.assertEqual(meta.read_challenge({**params, **change}, "tök"), "", change)
        self.assertEqual(meta.read_challenge({**params, "hub.verify_token": ""}, ""), "")

    def test_l4_notification(self):
        """Every lead of a notification on its own; what is no lead of a page is left out."""
        notice = self._notice()
        self.assertEqual((notice.leadgen_id, json.loads(notice.payload)), (BIG_ID, NOTICE))
        change = NOTICE["entry"][0]["changes"][0]
        other = {**change, "value": {**change["value"], "leadgen_id": "2"}}
        many = {
            "object": "page",
            "entry": [{"id": 1, "changes": [change, {"field": "feed", "value": {}}]}, {"changes": [other, 1]}, 7],
        }
        notices = meta.parse_notification(_bytes(many))
        self.assertEqual([notice.leadgen_id for notice in notices], [BIG_ID, "2"])
        for notice in notices:
            self.assertEqual(self._notice(json.loads(notice.payload)).leadgen_id, notice.leadgen_id)
        self.assertEqual(meta.parse_notification(_bytes({**many, "object": "user"})), [])
        self.assertEqual(meta.parse_notification(b"{}"), [])

    def test_identifier_that_is_none(self):
        """Bad input: an identifier that could change the address of the second call is none."""
        for bad in ("../me", "1?x=1", "", None, {"a": 1}, "1" * 33, "٣"):
            data = json.loads(json.dumps(NOTICE))
            data["entry"][0]["changes"][0]["value"]["leadgen_id"] = bad
            self.assertEqual(self._notice(data).leadgen_id, "", bad)

    def test_l4_answers(self):
        lead = meta.parse_lead(meta.read_answer(200, _bytes(ANSWER)), self._notice())
        self.assertEqual(
            [tuple(answer) for answer in lead.answers],
            [("full_name", "full name", "Dana Levi"), ("which_size?", "which size?", "L, XL")],
        )
        self.assertEqual(
            lead.visit,
            {
                "source": "instagram",
                "medium": "paid-social",
                "campaign": "Spring",
                "content": "Ad",
                "campaign_ref": "55",
                "ad_group_ref": "66",
                "creative_ref": "777",
                "touched_at": datetime(2026, 5, 13, 9, 59),
            },
        )
        self.assertEqual((lead.lead_id, lead.details["page_id"], lead.is_test), (BIG_ID, "153125381133", False))

    def test_l4_organic(self):
        """A lead of the page's own post came by no ad."""
        notice = self._notice()
        del notice.values["ad_id"]
        lead = meta.parse_lead({"field_data": [], "platform": "fb"}, notice)
        self.assertEqual((lead.visit["source"], lead.visit["medium"]), ("facebook", "social"))
        self.assertEqual(lead.visit["touched_at"], datetime(2015, 8, 21, 1, 26, 24))
        lead = meta.parse_lead({"field_data": [], "ad_id": "1", "is_organic": True}, notice)
        self.assertEqual(lead.visit["medium"], "social")

    def test_l4_tests_are_known(self):
        lead = meta.parse_lead(
            {"field_data": [{"name": "email", "values": ["<test lead: dummy data for email>"]}]}, self._notice()
        )
        self.assertTrue(lead.is_test)
        self.assertTrue(meta.Notice("444444444444", "").is_dashboard_test)
        self.assertFalse(meta.Notice("444444444445", "").is_dashboard_test)

    def test_errors_say_whether_to_call_again(self):
        error = {"message": "Session has\nexpired", "code": 190}
        for status, body, code, transient in [
            (200, _bytes({"error": error}), "token", False),
            (400, _bytes({"error": error}), "token", False),
            (403, _bytes({"error": {"code": 200}}), "right", False),
            (400, _bytes({"error": {"code": 100}}), "refused", True),
            (400, _bytes({"error": {"code": 190, "is_transient": True}}), "server", True),
            (400, _bytes({"error": {"code": 4, "message": "limit reached"}}), "server", True),
            (500, b"<html>", "server", True),
            (503, b'{"error": []}', "server", True),
            (200, b"<html>", "broken", True),
            (200, b"{}", "broken", True),
            (200, b"[" * 5000, "broken", True),
            (302, b"", "redirect", False),
            (200, None, "huge", False),
        ]:
            with self.subTest(status=status, body=body), self.assertRaises(meta.GraphError) as caught:
                meta.read_answer(status, body)
            self.assertEqual((caught.exception.code, caught.exception.is_transient), (code, transient))
            self.assertNotIn("\n", caught.exception.message)


@tagged("leadya", "leadya_capture")
class TestMoment(BaseCase):
    def test_offsets(self):
        """L4: times as the platforms write them."""
        self.assertEqual(parse_moment("2026-05-13T12:00:00+0300"), datetime(2026, 5, 13, 9))
        self.assertEqual(parse_moment("2026-05-13T12:00:00-03:00"), datetime(2026, 5, 13, 15))
        self.assertIsNone(parse_moment("2026-05-13T12:00:00+9999"))


@unittest.skipIf(given is None, "hypothesis is not installed")
@tagged("leadya", "leadya_capture")
class TestPlatformParsersProperties(BaseCase):
    """Whatever comes in: a lead whose texts PostgreSQL can store, or one clear error (issue 7)."""

    if given:

        def _assert_storable(self, lead):
            self.assertIsInstance(lead, PlatformLead)
            texts = [lead.lead_id, *lead.details, *lead.details.values(), *lead.unknown, *lead.unknown.values()]
            texts += [text for answer in lead.answers for text in answer]
            texts += [text for text in lead.visit.values() if not isinstance(text, datetime)]
            for text in texts:
                self.assertNotIn("\x00", text)
                text.encode()

        @settings(max_examples=200, deadline=None, derandomize=True, database=None)
        @given(data=st.dictionaries(st.sampled_from([*GOOGLE, "x"]), VALUES, max_size=8), columns=st.lists(VALUES))
        def test_google(self, data, columns):
            try:
                lead = google_ads.parse_lead(_bytes({**data, "user_column_data": columns}))
            except CaptureError as error:
                self.assertEqual(error.code, "json_deep")
            else:
                self._assert_storable(lead)

        @settings(max_examples=200, deadline=None, derandomize=True, database=None)
        @given(data=st.dictionaries(st.sampled_from(meta.FIELDS), VALUES, max_size=8), value=VALUES, fields=VALUES)
        def test_meta(self, data, value, fields):
            body = _bytes({"object": "page", "entry": [{"changes": [{"field": "leadgen", "value": value}]}]})
            try:
                notices = meta.parse_notification(body)
                lead = meta.parse_lead(meta.read_answer(200, _bytes({**data, "field_data": fields})), notices[0])
            except (CaptureError, meta.GraphError) as error:
                self.assertTrue(error.code)
            else:
                self.assertRegex(lead.lead_id, r"\A[0-9]*\Z")
                self._assert_storable(lead)

        @settings(max_examples=300, deadline=None, derandomize=True, database=None)
        @given(body=st.binary(max_size=200))
        def test_bytes(self, body):
            for parse in (google_ads.parse_lead, meta.parse_notification):
                try:
                    parse(body)
                except CaptureError as error:
                    self.assertIn(error.code, ("json", "encoding", "json_object", "json_deep"))
