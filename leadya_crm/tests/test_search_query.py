import base64
from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import NOW, LeadyaCommon
from .test_search_console import make_csv, make_zip

TABLE = (
    ["query", "page", "clicks", "impressions"],
    ["crm software", "https://site.example/crm", "30", "500"],
    ["leadya crm", "https://site.example/crm", "10", "300"],
    ["what is <b>crm</b>", "https://site.example/crm", "0", "200"],
    ["prices", "https://site.example/prices", "5", "50"],
)


@tagged("post_install", "-at_install")
class TestSearchQuery(LeadyaCommon):
    """Organic search: queries loaded, likely ones shown, nothing mixed (L13 L16, issue 3)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marketer = new_test_user(cls.env, "leadya_marketer", groups="leadya_crm.group_marketing")
        cls.organic = cls.env.ref("leadya_crm.channel_organic_search")
        cls.env["leadya.brand.term"].create({"name": "Leadya"})

    def _make_import(self, content, filename="queries.csv", **values):
        return (
            self.env["leadya.import"]
            .with_user(self.marketer)
            .create({"kind": "search_console", "filename": filename, "file": base64.b64encode(content), **values})
        )

    def _load(self, content=None, **values):
        record = self._make_import(content or make_csv(*TABLE), **values)
        record.action_analyse()
        record.action_dry_run()
        record.action_start()
        record.sudo()._as_importer()._do_whole()
        self.env.invalidate_all()
        return record

    def _make_organic(self, url="https://www.site.example/crm/?x=1", **values):
        visit = {"origin": "form", "landing_url": url, "referrer_url": "https://www.google.com/", "touched_at": NOW}
        return self._make_lead(touch_ids=[Command.create(visit)], **values)

    # ------------------------------------------------------------
    # LOADING
    # ------------------------------------------------------------

    def test_l13_load(self):
        """A marketer loads a table; the dry run changes nothing; days that were loaded before are replaced."""
        record = self._make_import(make_csv(*TABLE))
        record.action_analyse()
        self.assertEqual(record.column_ids.mapped("target"), ["search_query", "page", "clicks", "impressions"])
        self.assertEqual(
            set(record.column_ids[0].allowed_targets),
            {"search_query", "page", "clicks", "impressions", "position", "day", "ignore"},
        )
        record.action_dry_run()
        self.assertIn("4 queries that led to 2 pages, 45 clicks", record.findings_html)
        self.assertFalse(record.search_query_ids)
        self._load()
        again = self._load()
        rows = self.env["leadya.search.query"].search([])
        self.assertEqual((len(rows), rows.import_id), (4, again))
        self.assertIn("replaced: 4 rows", again.findings_html)

    def test_l13_archive(self):
        data = make_zip(
            Queries=make_csv(["שאילתות מובילות", "קליקים", "חשיפות"], ["תוכנת crm", "4", "90"]),
            Filters=make_csv(["מסנן", "ערך"], ["דף", "+https://site.example/crm"]),
        )
        record = self._load(data, filename="export.zip")
        self.assertEqual(record.search_page, "https://site.example/crm")
        self.assertEqual(record.search_query_ids.mapped(lambda row: (row.query, row.page)), [("תוכנת crm", "/crm")])

    def test_l13_nothing_half_loaded(self):
        record = self._make_import(make_csv(*TABLE, ["x", "https://site.example/", "many", "3"]))
        record.action_analyse()
        with self.assertRaisesRegex(UserError, "Row 6, column “clicks”: “many”"):
            record.action_dry_run()
        self.assertFalse(self.env["leadya.search.query"].search([]))

    def test_l13_no_page(self):
        record = self._make_import(make_csv(["query", "clicks"], ["a", "1"]))
        record.action_analyse()
        with self.assertRaisesRegex(UserError, "filter by one page"):
            record.action_dry_run()
        record.search_page = "https://site.example/a"
        record.action_dry_run()

    def test_l13_undo(self):
        record = self._load()
        record.action_undo()
        record.sudo()._as_importer()._do_whole()
        self.assertFalse(self.env["leadya.search.query"].search([]))

    # ------------------------------------------------------------
    # SHOWN
    # ------------------------------------------------------------

    def test_l13_on_the_lead(self):
        """A rep sees what an organic lead probably searched for, with probabilities; nothing is written."""
        self._load()
        with self.at(NOW):
            lead = self._make_organic(user_id=self.rep.id)
        html = lead.with_user(self.rep).inferred_search_html
        self.assertLess(html.index("crm software"), html.index("leadya crm"))
        self.assertIn("70&#160;%", html)
        self.assertIn("what is &lt;b&gt;crm&lt;/b&gt;", html)
        self.assertFalse(lead.keyword_id or lead.utm_term)
        self.assertFalse(self.env["leadya.keyword"].search([("normalized_name", "=", "crm software")]))

    def test_l13_never_mixed(self):
        """A lead with a tracked keyword, of another channel or page has no inferred one."""
        self._load()
        with self.at(NOW):
            tracked = self._make_organic("https://site.example/crm?utm_medium=organic&utm_source=google&utm_term=crm")
            paid = self._make_organic("https://site.example/crm?gclid=abcd")
            elsewhere = self._make_organic("https://site.example/other")
        self.assertTrue(tracked.keyword_id)
        self.assertFalse([lead for lead in (tracked, paid, elsewhere) if lead.inferred_search_html])

    def test_l13_report(self):
        """The sums of a page are its organic leads, by the formula; brand as the company's terms tell it (L16)."""
        self._load()
        with self.at(NOW):
            won, _open = self._make_organic(expected_revenue=1000), self._make_organic()
            won.action_set_won()
        groups = (
            self.env["leadya.search.report"]
            .with_user(self.marketer)
            ._read_group(
                [("page", "=", "/crm"), ("site", "=", "site.example")],
                ["query", "kind"],
                ["leads:sum", "won:sum", "revenue:sum"],
            )
        )
        found = {
            query: (kind, round(leads, 6), round(won, 6), round(revenue, 4))
            for query, kind, leads, won, revenue in groups
        }
        self.assertEqual(
            found,
            {
                "crm software": ("generic", 1.4, 0.7, 700),
                "leadya crm": ("brand", 0.52, 0.26, 260),
                "what is <b>crm</b>": ("generic", 0.08, 0.04, 40),
            },
        )

    def test_l13_on_the_keyword(self):
        """A keyword shows its organic leads apart, and counts none of them."""
        self._load()
        keyword = self.env["leadya.keyword"].create({"name": "CRM Software"})
        with self.at(NOW):
            self._make_organic()
            self.env.flush_all()
        self.assertAlmostEqual(keyword.inferred_lead_count, 0.7, 5)
        self.assertEqual(keyword.lead_count, 0)

    def test_l16_brand_terms_change(self):
        self._load()
        term = self.env["leadya.brand.term"].create({"name": "prices"})
        row = self.env["leadya.search.query"].search([("query", "=", "prices")])
        self.assertTrue(row.is_brand)
        term.unlink()
        self.assertFalse(row.is_brand)

    # ------------------------------------------------------------
    # RIGHTS
    # ------------------------------------------------------------

    def test_l13_rights(self):
        self._load()
        for model in ("leadya.search.query", "leadya.search.report"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.rep).search([])
        with self.assertRaises(AccessError):
            self.env["leadya.import"].with_user(self.rep).create({"kind": "search_console"})

    def test_l13_companies(self):
        """Another company's queries say nothing of our leads, and are not seen."""
        other = self.env["res.company"].create({"name": "Other"})
        self.env["leadya.search.query"].create(
            {
                "company_id": other.id,
                "query": "other",
                "normalized_name": "other",
                "site": "site.example",
                "page": "/crm",
                "clicks": 5,
                "impressions": 9,
                "date_from": date(2026, 5, 1),
                "date_to": date(2026, 5, 2),
            }
        )
        with self.at(NOW):
            lead = self._make_organic(company_id=self.company.id)
        self.assertFalse(lead.inferred_search_html)
        self.assertFalse(self.env["leadya.search.query"].with_user(self.marketer).search([]))
        self.assertFalse(self.env["leadya.search.report"].with_user(self.marketer).search([]))
