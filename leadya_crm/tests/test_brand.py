from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from odoo.addons.leadya_crm.tools.brand import Brand, is_within

from .common import LeadyaCommon

WORDS = st.text("abdelyל ידה'. -", max_size=12)


@tagged("post_install", "-at_install")
class TestBrandTool(BaseCase):
    """L16: whether a search names the brand, however it was typed."""

    def _check(self, brand, right, wrong):
        for keyword in right:
            self.assertTrue(brand.is_in(keyword), keyword)
        for keyword in wrong:
            self.assertFalse(brand.is_in(keyword), keyword)

    def test_spellings(self):
        """L16: variants, Hebrew and Latin letters, and words that only look like the name."""
        self._check(
            Brand(["Leadya", "לידיה"], 1, ["leady"]),
            [
                *(
                    "leadya",
                    "LEADYA price",
                    "best leadya crm",
                    "lead ya",
                    "leadia",
                    "laedya",
                    "leadya.co.il",
                    "[leadya]",
                ),
                *("לידיה", "בלידיה", "שבלידיה", "CRM של לידיה", "לִידְיָה"),
            ],
            ["leads", "lead management", "leady", "לידה", "חדר לידה", "ניהול לידים", "", "lead"],
        )

    def test_no_letter_mistaken(self):
        self._check(Brand(["Leadya"], 0), ["leadya"], ["leadia", "laedya"])

    def test_short_names_are_exact(self):
        """A short name is one letter away from any other word."""
        self._check(Brand(["Wix"], 2), ["wix", "wix pricing"], ["fix", "wax", "six"])

    def test_other_letters_by_sound(self):
        """L16: a long name is found in Hebrew and Russian letters without being written so."""
        brand = Brand(["Microsoft", "Coca Cola", "Mercedes Benz", "שטראוס"], 1)
        self._check(
            brand,
            ["מיקרוסופט", "микрософт", "קוקה קולה", "מרצדס בנץ", "strauss", "micro soft"],
            ["soft drinks", "מקרר", "mercury"],
        )

    def test_keyboard_left_in_another_language(self):
        """L16: the same keys in Hebrew or Russian, and the other way about."""
        self._check(Brand(["Leadya"]), ["ךקשגטש", "дуфвнф"], [])
        self._check(Brand(["לידיה"]), ["khshv"], [])

    def test_names_of_several_words(self):
        self._check(
            Brand(["Bank Hapoalim"], 1),
            ["bank hapoalim", "bankhapoalim login", "bank hapoalm"],
            ["bank", "hapoel", "bank leumi"],
        )

    @settings(max_examples=200, deadline=None)
    @given(WORDS, WORDS, st.integers(0, 2))
    def test_anything(self, name, keyword, edits):
        """L16: nothing that is typed breaks it; a name is always found as it is written."""
        brand = Brand([name], edits)
        brand.is_in(keyword)
        self.assertEqual(brand.is_in(name), bool(brand.spellings))

    @settings(max_examples=200, deadline=None)
    @given(WORDS, WORDS, st.integers(0, 3))
    def test_distance_is_symmetric(self, word, name, edits):
        self.assertEqual(is_within(word, name, edits), is_within(name, word, edits))
        self.assertTrue(is_within(word, word, edits))


@tagged("post_install", "-at_install")
class TestBrandTerm(LeadyaCommon):
    """L16: keywords are brand or generic by the company's own brand terms."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["leadya.brand.term"].search([]).unlink()
        cls.keywords = cls.env["leadya.keyword"].create(
            [{"name": name} for name in ("Leadya price", "lead management", "ניהול לידים", "לידיה")]
        )

    def _make_term(self, **values):
        return self.env["leadya.brand.term"].with_user(self.manager).create({"name": "Leadya", **values})

    def test_keywords_that_are_there(self):
        """L16: a new brand term tells what the keywords that are there say; so does each change of it."""
        self.assertFalse(any(self.keywords.mapped("is_brand")))
        term = self._make_term()
        self.assertEqual(self.keywords.mapped("is_brand"), [True, False, False, False])
        self.assertEqual(self.keywords[0].brand_term_ids, term.sudo())
        term.variants = "לידיה\nлидия"
        self.assertEqual(self.keywords.mapped("is_brand"), [True, False, False, True])
        self.assertEqual(term.keyword_count, 2)
        term.active = False
        self.assertFalse(any(self.keywords.mapped("is_brand")))
        term.active = True
        self.assertTrue(self.keywords[0].is_brand)
        term.unlink()
        self.assertFalse(any(self.keywords.mapped("is_brand")))

    def test_new_keywords(self):
        """L13 L16: a keyword that a lead brings is told on its arrival."""
        self._make_term()
        lead = self._make_lead(landing_url="https://site.example/?utm_source=google&utm_medium=cpc&utm_term=leadia")
        self.assertTrue(lead.keyword_id.is_brand)
        other = self._make_lead(landing_url="https://site.example/?utm_source=google&utm_medium=cpc&utm_term=crm")
        self.assertFalse(other.keyword_id.is_brand)
        other.keyword_id.name = "leadya crm"
        self.assertTrue(other.keyword_id.is_brand)

    def test_no_terms_no_queries(self):
        """Who keeps no brand terms pays nothing for them."""
        self.env["leadya.brand.term"]._load()
        self.env.flush_all()
        with self.assertQueryCount(0):
            self.keywords._brand_recognise()

    def test_many_keywords(self):
        """A bounded number of queries, whatever the number of keywords."""
        self._make_term()
        self.env.flush_all()
        keywords = self.env["leadya.keyword"]
        terms = [{"term": f"leadya {number}" if number % 2 else f"crm {number}"} for number in range(400)]
        with self.assertQueryCount(12):
            made = keywords._find_or_create(terms)
            self.env.flush_all()
        self.assertEqual(sum(keyword.is_brand for keyword in made), 200)

    def test_try(self):
        """L16: an admin tries a search on the spellings before they are saved."""
        term = self.env["leadya.brand.term"].new({"name": "Leadya", "max_edits": 1, "test_keyword": "leadia price"})
        self.assertEqual(term.test_result, "A search for the brand")
        term.test_keyword = "crm price"
        self.assertEqual(term.test_result, "A generic search")

    def test_bad_terms(self):
        with self.assertRaises(ValidationError):
            self._make_term(name="--")
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._make_term(max_edits=3)

    def test_rights(self):
        """A rep sees which keyword names the brand, and changes nothing of it."""
        term = self._make_term()
        self.assertTrue(self.keywords[0].with_user(self.rep).is_brand)
        with self.assertRaises(AccessError):
            term.with_user(self.rep).name = "Other"

    def test_other_company(self):
        """A brand of one company is not seen by another's."""
        other = self.env["res.company"].create({"name": "Other"})
        term = self.env["leadya.brand.term"].create({"name": "Otherly", "company_id": other.id})
        self.assertNotIn(term, self.env["leadya.brand.term"].with_user(self.manager).search([]))
