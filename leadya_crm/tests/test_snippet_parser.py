import json
import unittest

from odoo.tests import BaseCase, tagged

from ..tools import capture
from ..tools.urls import MAX_CLICK_ID_LENGTH, parse_tracking, read_parameters

try:
    from hypothesis import given, settings
    from hypothesis import strategies as st
except ImportError:
    given = None

SITE = "https://site.example"


@tagged("leadya", "leadya_capture")
class TestSnippetParser(BaseCase):
    """L13: the visits that the snippet tells of, as the server reads them."""

    def _touch(self, **item):
        [touch] = capture.parse_touches([{"landing_url": f"{SITE}/", **item}])
        return touch

    def test_l13_parameters_beside_the_address(self):
        """L13: parameters come by their own names, click ids letter by letter, platforms' numbers with every digit."""
        touch = self._touch(
            utm_source="google",
            utm_term="crm leads",
            gclid="AbC-dEf_1",
            matchtype="p",
            campaignid="12345678901234567890",
            adgroupid="98765432109876543210",
            creative="42",
            network="g",
            device="t",
            gad_source="1",
        )
        self.assertEqual(
            touch,
            {
                "landing_url": f"{SITE}/",
                "origin": "snippet",
                "source": "google",
                "term": "crm leads",
                "click_id": "AbC-dEf_1",
                "click_id_kind": "gclid",
                "match_type": "phrase",
                "campaign": "12345678901234567890",
                "campaign_ref": "12345678901234567890",
                "ad_group": "98765432109876543210",
                "ad_group_ref": "98765432109876543210",
                "content": "42",
                "creative_ref": "42",
                "network": "g",
                "device": "tablet",
            },
        )

    def test_l13_page_of_refused_storage(self):
        """L13: what was carried by the page alone, because the browser keeps nothing, is marked as such."""
        for stored, origin in ((False, "page"), ("false", "page"), (True, "snippet"), (None, "snippet")):
            self.assertEqual(self._touch(stored=stored)["origin"], origin)

    def test_l13_campaign_numbers_by_other_names(self):
        for name in ("campaignid", "campaign_id", "gad_campaignid", "utm_id"):
            self.assertEqual(read_parameters({name: "77"}).campaign_ref, "77", name)
            self.assertEqual(parse_tracking(f"{SITE}/?{name}=77").campaign_ref, "77", name)
        self.assertFalse(read_parameters({"gad_campaignid": "77"}).campaign, "a number is no name")

    def test_l13_long_click_id_is_whole(self):
        click_id = "E.C.P." + "x" * (MAX_CLICK_ID_LENGTH - 6)
        self.assertEqual(self._touch(ttclid=click_id)["click_id"], click_id)

    def test_l13_first_and_latest_are_kept(self):
        """L13: of too many visits the first one stays, which is what brought the visitor."""
        items = [{"utm_source": f"s{number}", "at": 1750000000000 + number * 1000} for number in range(30)]
        sources = [touch["source"] for touch in capture.parse_touches(items)]
        self.assertEqual(sources, ["s0", *(f"s{number}" for number in range(11, 30))])

    def test_l13_own_fields_of_the_form(self):
        """L13: beside the snippet's visits, the page with the form is no visit; a source of its own is."""
        touches = capture.parse_touches([{"landing_url": f"{SITE}/", "utm_source": "google", "gclid": "x"}])
        for fields, more in (
            ({"landing_url": f"{SITE}/contact", "referrer_url": f"{SITE}/"}, False),
            ({"landing_url": f"{SITE}/contact?utm_source=google"}, False),
            ({"utm_source": "partner"}, True),
            ({}, False),
        ):
            touch = capture.touch_from_fields(fields)
            self.assertEqual(capture.tells_more(touch, touches), more, fields)
            self.assertEqual(capture.tells_more(touch, []), bool(fields))


@tagged("leadya", "leadya_capture")
@unittest.skipUnless(given, "hypothesis is not installed")
class TestSnippetParserProperties(BaseCase):
    """Whatever a browser claims (bad input): bounded values that can be stored, and no exception."""

    if given:
        _NAMES = (
            "landing_url", "referrer_url", "at", "stored", "utm_source", "utm_term", "gclid", "ttclid", "keyword",
            "matchtype", "campaignid", "adgroupid", "creative", "network", "device", "__proto__", "touched_at",
            "origin",
        )  # fmt: skip
        _texts = st.text(max_size=50) | st.text(min_size=1, max_size=3).map(lambda text: text * 3000)
        _urls = st.builds("https://site.example/{}?utm_source={}&gclid={}".format, _texts, _texts, _texts)
        _values = (
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats(allow_nan=False, allow_infinity=False)
            | _texts
            | _urls
            | st.lists(st.integers(), max_size=3)
            | st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2)
        )
        _items = st.dictionaries(st.sampled_from(_NAMES) | st.text(max_size=10), _values, max_size=8)

        @settings(max_examples=500, derandomize=True, deadline=None, database=None)
        @given(items=st.lists(_items | _values, max_size=40))
        def test_l13_any_touches(self, items):
            """L13: the same bounds for a list as for its text."""
            for value in (items, json.dumps(items)):
                touches = capture.parse_touches(value)
                self.assertLessEqual(len(touches), capture.MAX_TOUCHES)
                for touch in touches:
                    self._check_touch(touch)

        def _check_touch(self, touch):
            self.assertIn(touch["origin"], ("snippet", "page"))
            self.assertTrue(touch.keys() - {"origin", "touched_at"}, "a visit says something")
            for name, value in touch.items():
                if name == "touched_at":
                    self.assertIsNone(value.tzinfo)
                    continue
                self.assertLessEqual(len(value), 2048)
                self.assertTrue(value)
                self.assertEqual(value, capture.one_line(value))
                value.encode()

        @settings(max_examples=300, derandomize=True, deadline=None, database=None)
        @given(text=st.text(max_size=300) | st.binary(max_size=300).map(lambda data: data.decode("latin-1")))
        def test_l13_any_text(self, text):
            self.assertIsInstance(capture.parse_touches(text), list)
            self.assertIsInstance(capture.parse_touches(f"[{text}]"), list)
