import json
import unittest
from urllib.parse import urlencode

from odoo.tests import BaseCase, tagged

from ..tools import capture
from ..tools.capture import CaptureError, parse_post

try:
    from hypothesis import given, settings
    from hypothesis import strategies as st
except ImportError:
    given = None

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@tagged("leadya", "leadya_capture")
class TestCaptureParser(BaseCase):
    """Reading a post (L1, L4): every field of the form is kept, every fault is named."""

    def _code(self, body, content_type):
        with self.assertRaises(CaptureError) as caught:
            parse_post(body, content_type)
        return caught.exception.code

    def test_l1_urlencoded_keeps_every_field(self):
        post = parse_post(b"name=Dana+Levi&size=&hobby=a&hobby=b&x%20y=%D7%A9", f"{FORM}; charset=UTF-8")
        self.assertEqual(post.fields, {"name": "Dana Levi", "size": "", "hobby": "a, b", "x y": "ש"})

    def test_l1_old_hebrew_page(self):
        body = b"name=" + b"%F9%EC%E5%ED"
        self.assertEqual(parse_post(body, f"{FORM}; charset=windows-1255").fields["name"], "שלום")

    def test_l1_multipart(self):
        body = (
            b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\na@b.co\r\n'
            b'--b\r\nContent-Disposition: form-data; name="cv"; filename="../../etc/passwd"\r\n'
            b"Content-Type: application/pdf\r\n\r\n\x00\xff\r\n--b--\r\n"
        )
        post = parse_post(body, "multipart/form-data; boundary=b")
        self.assertEqual(post.fields["email"], "a@b.co")
        self.assertIn("cv", post.structured)
        self.assertEqual(json.loads(post.fields["cv"])["size"], 2)

    def test_l4_json_keeps_every_digit(self):
        body = (
            b'{"id": 12345678901234567890123, "sum": 1.10, "ok": true, "none": null,'
            b' "tags": ["a", 1], "deep": {"a": [1]}}'
        )
        post = parse_post(body, JSON)
        self.assertEqual(
            post.fields,
            {
                "id": "12345678901234567890123",
                "sum": "1.10",
                "ok": "true",
                "none": "",
                "tags": "a, 1",
                "deep": '{"a": ["1"]}',
            },
        )
        self.assertEqual(post.structured, {"deep"})

    def test_bad_bodies_have_their_codes(self):
        """Bad input: each fault has one clear code."""
        cases = [
            (b"{", JSON, "json"),
            (b"", JSON, "json"),
            (b"[1]", JSON, "json_object"),
            (b'{"a": NaN}', JSON, "json"),
            (b'{"a": ' + b"[" * 1000 + b"]" * 1000 + b"}", JSON, "json_deep"),
            (b"[" * 100000, JSON, "json_deep"),
            (b'{"a": "\\u0000"}', JSON, "nul"),
            (b'{"a": "\\ud800"}', JSON, "encoding"),
            (b'{"a": "\xff"}', JSON, "encoding"),
            (b"a=%00", FORM, "nul"),
            (b"a=%FF", FORM, "encoding"),
            (b"\xff=1", FORM, "encoding"),
            (b"a=1&" * 300, FORM, "many_fields"),
            (b"x" * 300 + b"=1", FORM, "name_long"),
            (b"idempotency_key=" + b"k" * 300, FORM, "key_long"),
            (b"", "multipart/form-data", "multipart"),
            (b"--b\r\nContent-Disp", "multipart/form-data; boundary=b", "multipart"),
            (b"a=1", "text/plain", "media"),
            (b"a=1", "", "media"),
            (b"a=" + b"x" * capture.MAX_BODY, FORM, "too_large"),
        ]
        for body, content_type, code in cases:
            with self.subTest(body=body[:40], content_type=content_type):
                self.assertEqual(self._code(body, content_type), code)

    def test_l13_touches(self):
        """L13: the visits that the snippet remembered, oldest first; what is none is left out."""
        touches = capture.parse_touches(
            json.dumps(
                [
                    {
                        "landing_url": "https://x.example/?utm_source=google&utm_term=crm&gclid=AbC",
                        "at": "2025-05-02T10:00:00Z",
                    },
                    {"landing_url": "https://x.example/", "referrer_url": "https://news.example/", "at": 1746000000000},
                    "nonsense",
                    {"at": "2025-05-02T10:00:00Z"},
                    {"utm_source": "bing", "at": "2999-01-01T00:00:00Z"},
                ]
            )
        )
        self.assertEqual(len(touches), 2 + 1)
        self.assertEqual(touches[0]["referrer_url"], "https://news.example/")
        self.assertEqual(touches[1]["term"], "crm")
        self.assertEqual((touches[1]["click_id"], touches[1]["click_id_kind"]), ("AbC", "gclid"))
        self.assertNotIn("touched_at", touches[2], "a time in the future is none")
        for value in ("", "[", "{}", 5, None, "[" * 5000, [["a"]]):
            self.assertEqual(capture.parse_touches(value), [])

    def test_email(self):
        """Bad input: an e-mail that is none."""
        for text in ("a@b.co", "dana.levi+x@sub.example.com", "דנה@example.co.il", "a@bücher.example"):
            self.assertTrue(capture.is_email(text), text)
        for text in (
            "",
            "a",
            "a@b",
            "a@b.c",
            "a@@b.co",
            "a b@c.co",
            "a@b.co, c@d.co",
            "a@b.co\nBcc: x@y.co",
            "<a@b.co>",
            "a@.co",
            "a@b..co",
            "x" * 65 + "@b.co",
        ):
            self.assertFalse(capture.is_email(text), text)

    def test_no_line_break_survives(self):
        """Bad input: a text on one line can't start a mail header."""
        self.assertEqual(capture.one_line("a\r\nBcc: b\x0bc\u2028d\x85e\x01 "), "a Bcc: b c d e")

    def test_web_address(self):
        for text in ("example.com", "https://example.com/x?y", "www.example.co.il"):
            self.assertTrue(capture.is_web_address(text), text)
        for text in ("javascript:alert(1)", "data:text/html,x", "http://[", "", "ftp://x"):
            self.assertFalse(capture.is_web_address(text), text)


@tagged("leadya", "leadya_capture")
@unittest.skipUnless(given, "hypothesis is not installed")
class TestCaptureParserProperties(BaseCase):
    """Whatever comes in: a post that can be stored, or one named fault (bad input). The same examples each time."""

    def _check(self, body, content_type):
        try:
            post = parse_post(body, content_type)
        except CaptureError as error:
            self.assertTrue(error.code)
            return
        for name, text in post.fields.items():
            self.assertIsInstance(text, str)
            self.assertNotIn("\x00", name + text)
            (name + text).encode()
        touches = [*post.touches, capture.touch_from_fields(post.fields)]
        for touch in touches:
            for value in touch.values():
                if isinstance(value, str):
                    self.assertEqual(value, capture.one_line(value))
                    value.encode()

    if given:
        _media = st.sampled_from(
            [
                JSON,
                FORM,
                f"{FORM}; charset=windows-1255",
                f"{FORM}; charset=zip",
                "multipart/form-data; boundary=b",
                "text/html",
                "",
                "\x00",
            ]
        )
        _json = st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda children: st.lists(children)
            | st.dictionaries(st.text() | st.sampled_from(["leadya_touches", "utm_source", "email"]), children),
            max_leaves=20,
        )

        @settings(max_examples=600, derandomize=True, deadline=None, database=None)
        @given(body=st.binary(max_size=400), content_type=_media)
        def test_any_bytes(self, body, content_type):
            self._check(body, content_type)

        @settings(max_examples=400, derandomize=True, deadline=None, database=None)
        @given(value=st.dictionaries(st.text(), _json))
        def test_any_json(self, value):
            self._check(json.dumps(value).encode(), JSON)

        @settings(max_examples=300, derandomize=True, deadline=None, database=None)
        @given(value=_json)
        def test_any_touches(self, value):
            for touches in (value, json.dumps(value)):
                for touch in capture.parse_touches(touches):
                    self.assertTrue(touch)
            self._check(json.dumps({"leadya_touches": value}).encode(), JSON)

        @settings(max_examples=300, derandomize=True, deadline=None, database=None)
        @given(texts=st.dictionaries(st.text(min_size=1, max_size=30), st.text(max_size=100), max_size=20))
        def test_form_keeps_every_text(self, texts):
            """L1: what a browser sends is read back, letter by letter."""
            texts = {name: text for name, text in texts.items() if name not in ("idempotency_key", "leadya_touches")}
            try:
                body = urlencode(texts).encode()
            except UnicodeEncodeError:
                return
            if "\x00" in "".join([*texts, *texts.values()]):
                self._check(body, FORM)
            else:
                self.assertEqual(parse_post(body, FORM).fields, texts)

        @settings(max_examples=300, derandomize=True, deadline=None, database=None)
        @given(head=st.binary(max_size=80), data=st.binary(max_size=80), cut=st.integers(0, 200))
        def test_any_multipart(self, head, data, cut):
            body = b'--b\r\nContent-Disposition: form-data; name="a' + head + b'"\r\n\r\n' + data + b"\r\n--b--\r\n"
            self._check(body, "multipart/form-data; boundary=b")
            self._check(body[:cut], "multipart/form-data; boundary=b")
