"""Reading Search Console's queries, and what they make probable, without Odoo."""

import csv
import io
import zipfile
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from ..tools.search_console import SearchReportError, propose_search_targets, read_search_report, unpack
from ..tools.search_inference import query_probabilities
from ..tools.spreadsheet import Limits, SpreadsheetError, open_spreadsheet, write_xlsx

LIMITS = Limits()


def make_csv(*rows):
    output = io.StringIO()
    csv.writer(output).writerows(rows)
    return output.getvalue().encode()


def make_zip(**tables):
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tables.items():
            archive.writestr(f"{name}.csv", content)
    return output.getvalue()


def read(content, page=""):
    book = open_spreadsheet(content, LIMITS)
    return read_search_report(book, propose_search_targets(book.headers), page)


class TestSearchConsole(BaseCase):
    """Exports of Search Console and of tools, in English, Hebrew and Russian (L13, issue 3: organic search)."""

    def assertLines(self, report, expected):
        found = {key: (line.clicks, line.impressions) for key, line in report.lines.items()}
        self.assertEqual(found, expected)

    def test_l13_table_of_a_tool(self):
        """Query and page in one table, by day and device: summed up, addresses as pages, the period from the days."""
        report = read(
            make_csv(
                ["query", "page", "date", "device", "clicks", "impressions", "ctr", "position"],
                [
                    "CRM  software",
                    "https://www.site.example/crm/?utm=1",
                    "2026-05-01",
                    "MOBILE",
                    "3",
                    "1,100",
                    "0.3%",
                    "2.0",
                ],
                ["crm software", "https://site.example/crm#top", "2026-05-03", "DESKTOP", "1", "100", "1%", "5"],
                [
                    "crm price",
                    "https://site.example/%D7%9E%D7%97%D7%99%D7%A8",
                    "2026-05-02",
                    "MOBILE",
                    "0",
                    "7",
                    "0%",
                    "8",
                ],
            )
        )
        self.assertLines(
            report,
            {
                ("crm software", "site.example", "/crm"): (4, 1200),
                ("crm price", "site.example", "/מחיר"): (0, 7),
            },
        )
        self.assertEqual(report.period, (date(2026, 5, 1), date(2026, 5, 3)))
        self.assertEqual(report.lines["crm software", "site.example", "/crm"].position, 2.25)

    def test_l13_three_languages(self):
        for headers in (
            ["Top queries", "Clicks", "Impressions", "CTR", "Position"],
            ["שאילתות מובילות", "קליקים", "חשיפות", "שיעור קליקים (CTR)", "מיקום"],
            ["Самые популярные запросы", "Клики", "Показы", "CTR", "Позиция"],
        ):
            with self.subTest(headers[0]):
                report = read(make_csv(headers, ["תוכנת crm", "12", "345", "3.48%", "4.2"]), "https://site.example/x")
                self.assertLines(report, {("תוכנת crm", "site.example", "/x"): (12, 345)})

    def test_l13_archive_of_one_page(self):
        """Search Console's own export: the table of queries, and the page that the table of filters names."""
        data = make_zip(
            Chart=make_csv(["Date", "Clicks"], ["2026-05-01", "4"]),
            Queries=make_csv(
                ["Top queries", "Clicks", "Impressions", "CTR", "Position"], ["crm", "4", "90", "4.4%", "3"]
            ),
            Pages=make_csv(
                ["Top pages", "Clicks", "Impressions", "CTR", "Position"],
                ["https://site.example/crm", "4", "90", "4%", "3"],
            ),
            Filters=make_csv(["Filter", "Value"], ["Search type", "Web"], ["Page", "+https://www.site.example/crm/"]),
        )
        table, sheet, page = unpack(data, LIMITS)
        self.assertEqual((sheet, page), ("", "https://www.site.example/crm/"))
        self.assertLines(read(table, page), {("crm", "site.example", "/crm"): (4, 90)})

    def test_l13_archive_of_the_whole_site(self):
        """Queries and pages apart say nothing of which led to which."""
        data = make_zip(
            Queries=make_csv(["Top queries", "Clicks", "Impressions"], ["crm", "4", "90"]),
            Pages=make_csv(["Top pages", "Clicks", "Impressions"], ["https://site.example/crm", "4", "90"]),
            Filters=make_csv(["Filter", "Value"], ["Search type", "Web"], ["Date", "Last 3 months"]),
        )
        self.assertEqual(unpack(data, LIMITS)[2], "")

    def test_l13_workbooks_and_others_are_left_alone(self):
        self.assertEqual(unpack(b"query,page\n", LIMITS), (None, "", ""))
        self.assertEqual(unpack(write_xlsx(["query", "clicks"], [["a", "1"]]), LIMITS), (None, "", ""))

    def test_l13_hostile_archives(self):
        with self.assertRaises(SearchReportError) as caught:
            unpack(make_zip(Pages=make_csv(["Top pages", "Clicks"], ["https://a.example", "1"])), LIMITS)
        self.assertEqual(caught.exception.code, "search_no_queries")
        bomb = make_zip(**{f"table{number}": b"0" * (2 * 1024 * 1024) for number in range(15)})
        self.assertLess(len(bomb), 100_000)
        for data in (bomb, make_zip(**{f"t{number}": b"a,b\n" for number in range(30)})):
            with self.assertRaises(SpreadsheetError) as caught:
                unpack(data, LIMITS)
            self.assertEqual(caught.exception.code, "zip_bomb")
        broken = make_zip(Queries=make_csv(["Top queries", "Clicks"], ["a", "1"]))
        with self.assertRaises(SpreadsheetError):
            unpack(broken[:-30], LIMITS)

    def test_l13_errors_name_row_and_column(self):
        header = ["query", "page", "clicks", "impressions", "date"]
        good = ["a", "https://site.example/", "1", "2", "2026-05-01"]
        for position, text, code in (
            (1, "no page", "search_bad_page"),
            (1, "", "search_bad_page"),
            (2, "many", "search_bad_count"),
            (3, "-4", "search_bad_count"),
            (4, "soon", "search_bad_day"),
        ):
            bad = [text if position == place else value for place, value in enumerate(good)]
            with self.assertRaises(SearchReportError) as caught:
                read(make_csv(header, good, bad))
            error = caught.exception
            self.assertEqual((error.code, error.params["row"], error.params["column"]), (code, 3, header[position]))

    def test_l13_hidden_queries(self):
        """Rows without a query, and such that nobody saw, say nothing."""
        with self.assertRaises(SearchReportError) as caught:
            read(
                make_csv(
                    ["query", "page", "clicks", "impressions"],
                    ["", "https://a.example", "5", "9"],
                    ["x", "https://a.example", "0", "0"],
                )
            )
        self.assertEqual(caught.exception.code, "search_no_rows")


class TestSearchInference(BaseCase):
    """Probabilities of queries (L13 L16, issue 3): of Zhai and Lafferty's formula."""

    def test_l13_by_hand(self):
        """30 of 40 clicks and half of 1,000 impressions, ten clicks' worth believed: (30 + 5) / 50."""
        self.assertEqual(query_probabilities([(30, 500), (10, 300), (0, 200)]), [0.7, 0.26, 0.04])

    def test_l13_nothing_but_impressions(self):
        self.assertEqual(query_probabilities([(0, 30), (0, 10)]), [0.75, 0.25])

    def test_l13_nothing_at_all(self):
        self.assertEqual(query_probabilities([]), [])
        self.assertEqual(query_probabilities([(0, 0), (0, 0)]), [0.5, 0.5])

    @given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**7)), min_size=1, max_size=60))
    def test_l13_sum_to_one(self, counts):
        """Whatever the counts: shares sum to 1, none is negative, and more clicks and impressions are no less."""
        shares = query_probabilities(counts)
        self.assertAlmostEqual(sum(shares), 1)
        self.assertTrue(all(share >= 0 for share in shares))
        for first, share in zip(counts, shares, strict=True):
            for second, other in zip(counts, shares, strict=True):
                if first[0] >= second[0] and first[1] >= second[1]:
                    self.assertGreaterEqual(share + 1e-9, other)
