from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools import mute_logger

from odoo.addons.leadya_crm.tools.keywords import normalize_keyword, split_match_type
from odoo.addons.leadya_crm.tools.urls import parse_tracking


@tagged("post_install", "-at_install")
class TestKeywordTools(BaseCase):
    """L13: one spelling for one keyword, and what an address tells of the visit."""

    def test_normalize(self):
        for raw, expected in (
            ("  CRM   Software ", "crm software"),
            ("CRM\u00a0Software", "crm software"),
            ("ＣＲＭ", "crm"),
            ("\u200fתוכנת CRM\u200f", "תוכנת crm"),
            ("שָׁלוֹם", "שלום"),
            ("КУПИТЬ Станок", "купить станок"),
            ("Straße", "strasse"),
            ("", ""),
            (None, ""),
            ("\u200b", ""),
        ):
            self.assertEqual(normalize_keyword(raw), expected, repr(raw))

    @settings(derandomize=True, max_examples=300)
    @given(st.text(max_size=300))
    def test_normalizing_twice_changes_nothing(self, text):
        once = normalize_keyword(text)
        self.assertEqual(normalize_keyword(once), once)

    def test_match_type_notation(self):
        self.assertEqual(split_match_type("[crm software]"), ("crm software", "exact"))
        self.assertEqual(split_match_type('"crm software"'), ("crm software", "phrase"))
        self.assertEqual(split_match_type("+crm +software"), ("crm software", "broad"))
        self.assertEqual(split_match_type("crm software"), ("crm software", ""))
        self.assertEqual(split_match_type(None), ("", ""))

    def test_parse_tracking(self):
        found = parse_tracking(
            "https://www.Example.com/page?utm_source=Google&utm_medium=cpc&utm_campaign=Spring"
            "&utm_term=crm+software&matchtype=e&device=m&gclid=CaseSensitive_1&fbclid=x"
        )
        self.assertEqual(
            (found.host, found.source, found.medium, found.campaign, found.term),
            ("example.com", "Google", "cpc", "Spring", "crm software"),
        )
        self.assertEqual((found.match_type, found.device), ("exact", "mobile"))
        self.assertEqual((found.click_id_kind, found.click_id), ("gclid", "CaseSensitive_1"))

    def test_unfilled_placeholder_says_nothing(self):
        self.assertEqual(parse_tracking("https://a.example/?utm_term={keyword}").term, "")

    @settings(derandomize=True, max_examples=300)
    @given(st.text(max_size=3000))
    def test_no_address_breaks_the_parser(self, text):
        for url in (text, "https://a.example/?" + text, "https://[" + text):
            parse_tracking(url)


@tagged("post_install", "-at_install")
class TestKeyword(TransactionCase):
    """L13: keywords are records of their own, found again in any spelling."""

    def test_same_keyword_in_any_spelling(self):
        first, second, blank = self.env["leadya.keyword"]._find_or_create(
            [{"term": "CRM Software"}, {"term": " crm\u00a0software"}, {"term": "  "}]
        )
        self.assertTrue(first)
        self.assertEqual(first, second)
        self.assertFalse(blank)
        self.assertEqual(first.name, "CRM Software")
        self.assertEqual(first.create_uid, self.env.user)

    def test_identity(self):
        campaign = self.env["utm.campaign"].create({"title": "Spring"})
        keywords = self.env["leadya.keyword"]._find_or_create(
            [
                {"term": "crm"},
                {"term": "[crm]"},
                {"term": "crm", "campaign_id": campaign.id},
                {"term": "crm", "match_type": "exact"},
            ]
        )
        self.assertEqual(keywords[1], keywords[3])
        self.assertEqual(len({keyword.id for keyword in keywords}), 3)
        self.assertEqual(keywords[1].display_name, "[crm]")

    def test_made_by_hand_and_found(self):
        by_hand = self.env["leadya.keyword"].create({"name": "Lead Desk"})
        [found] = self.env["leadya.keyword"]._find_or_create([{"term": "lead  desk"}])
        self.assertEqual(found, by_hand)

    def test_bounded_queries(self):
        Keyword = self.env["leadya.keyword"]
        Keyword._find_or_create([{"term": "warm up"}])
        with self.assertQueryCount(3):
            Keyword._find_or_create([{"term": f"keyword {number}"} for number in range(500)])

    def test_blank_keyword_is_refused(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env["leadya.keyword"].create({"name": "\u200b"})
            self.env.flush_all()
