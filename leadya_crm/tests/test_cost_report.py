"""What advertising reports say (L13, C1): plain Python, no database."""

import csv
import io
import re
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.columns import compact
from ..tools.cost_columns import currency_code, propose_cost_targets, read_header, recognise_platform
from ..tools.cost_headers import COST_SYNONYMS
from ..tools.cost_numbers import detect_decimal, parse_count, parse_money
from ..tools.cost_report import ReportError, ReportOptions, read_match_type, read_report, strip_operators
from ..tools.periods import is_all_time, parse_period
from ..tools.spreadsheet import Row, open_spreadsheet

MAY = (date(2026, 5, 1), date(2026, 5, 8))


def read(rows, separator=",", encoding="utf-8", origin=None, **options):
    """A report as the import reads it, options as it would propose them."""
    output = io.StringIO()
    csv.writer(output, delimiter=separator).writerows(rows)
    book = open_spreadsheet(output.getvalue().encode(encoding))
    origin = origin or recognise_platform(book.headers, book.preamble)
    order = "mdy" if origin == "microsoft" else "dmy"
    period = next(filter(None, (parse_period(line, order) for line in book.preamble)), None)
    targets = propose_cost_targets(book.headers)
    options = {"period": period, "currency": "USD", "origin": origin, **options}
    options["date_orders"] = dict.fromkeys(range(len(targets)), order)
    return read_report(book, ReportOptions(targets, **options))


def lines(report):
    """Lines as (keyword, match type, campaign, ad group, first day, impressions, clicks, cost)."""
    return sorted(
        (about.keyword, about.match_type, about.campaign, about.ad_group, str(period[0]), *figures)
        for (about, period), figures in report.lines.items()
    )


@tagged("post_install", "-at_install", "leadya")
class TestCostReport(BaseCase):
    """L13, C1: Google, Microsoft, Yandex and Meta; English, Hebrew and Russian."""

    # Google

    def test_l13_google_in_hebrew(self):
        report = read(
            [
                ["דוח מילות מפתח לחיפוש"],
                ["\u200f1 במאי 2026 - 8 במאי 2026\u200f"],
                [
                    "מכשיר",
                    "סטטוס",
                    "מילת מפתח",
                    "קמפיין",
                    "קבוצת מודעות",
                    "קוד מטבע",
                    "סוג התאמה",
                    "חשיפות",
                    "קליקים",
                    "עלות",
                ],
                ["מחשבים", "מופעל", "[מערכת לידים]", "מותג", "כללי", "ILS", "התאמה מדויקת", "1,200", "30", "1,034.50"],
                ["ניידים", "מופעל", "[מערכת לידים]", "מותג", "כללי", "ILS", "התאמה מדויקת", "300", "--", "65.50"],
                ["ניידים", "מופעל", '"ניהול לידים"', "מותג", "כללי", "ILS", "התאמה לביטוי", "10", "1", "2.00"],
                ["", 'סה"כ: מילות מפתח מסוננות', "", "", "", "ILS", "", "1,510", "31", "1,102.00"],
            ],
            "\t",
            "utf-16",
        )
        self.assertEqual(
            lines(report),
            [
                ("מערכת לידים", "exact", "מותג", "כללי", "2026-05-01", 1500, 30, 1100.0),
                ("ניהול לידים", "phrase", "מותג", "כללי", "2026-05-01", 10, 1, 2.0),
            ],
        )
        self.assertEqual((report.span, report.sums()), (MAY, {"ILS": 1102.0}))
        self.assertEqual([code for code, _params in report.findings], ["total_equal"])

    def test_l13_google_in_russian(self):
        report = read(
            [
                ["Отчет по ключевым словам"],
                ["1–8 мая 2026 г."],
                [
                    "Ключевое слово",
                    "Кампания",
                    "Группа объявлений",
                    "Код валюты",
                    "Тип соответствия",
                    "Показы",
                    "Клики",
                    "Стоимость",
                ],
                ["срм", "Бренд", "Общая", "RUB", "Широкое соответствие", "1 200", "30", "1 034,50"],
                ["црм система", "Бренд", "Общая", "RUB", "Фразовое соответствие", "7", "1", "6,32"],
                ["Итого: ключевые слова", "", "", "RUB", "", "1 207", "31", "1 040,82"],
            ]
        )
        self.assertEqual(
            lines(report),
            [
                ("срм", "broad", "Бренд", "Общая", "2026-05-01", 1200, 30, 1034.5),
                ("црм система", "phrase", "Бренд", "Общая", "2026-05-01", 7, 1, 6.32),
            ],
        )
        self.assertEqual((report.span, [code for code, _params in report.findings]), (MAY, ["total_equal"]))

    def test_l13_match_type_by_notation(self):
        """Without a column of match types Google's own marks tell; no mark is broad."""
        report = read(
            [
                ["Day", "Keyword", "Campaign", "Cost"],
                ["2026-05-01", "[a b]", "C", "1"],
                ["2026-05-01", '"a b"', "C", "2"],
                ["2026-05-01", "+a +b", "C", "3"],
                ["2026-05-01", "A  B", "C", "4"],
            ]
        )
        self.assertEqual(
            [(line[0], line[1], line[7]) for line in lines(report)],
            [("a b", "broad", 7.0), ("a b", "exact", 1.0), ("a b", "phrase", 2.0)],
        )

    def test_l13_weeks_and_months(self):
        report = read([["Week", "Campaign", "Cost"], ["2026-05-04", "C", "1"], ["2026-05-11", "C", "2"]])
        self.assertEqual(
            sorted(period for _about, period in report.lines),
            [(date(2026, 5, 4), date(2026, 5, 10)), (date(2026, 5, 11), date(2026, 5, 17))],
        )
        report = read([["Month", "Campaign", "Cost"], ["May 2026", "C", "1"], ["2026-02-01", "C", "1"]])
        self.assertEqual(
            sorted(period for _about, period in report.lines),
            [(date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 5, 1), date(2026, 5, 31))],
        )

    # Microsoft, Yandex, Meta

    def test_l13_microsoft(self):
        report = read(
            [
                ["Report Name: Keyword Report"],
                ["Report Time: 5/1/2026 - 5/8/2026"],
                ["Time Zone: (GMT+02:00) Jerusalem"],
                ["Last Completed Available Day: 5/9/2026 6:00:00 AM (GMT)"],
                ["Report Aggregation: Daily"],
                ["Potential Incomplete Data: false"],
                ["Rows: 2"],
                [],
                [
                    "Gregorian date",
                    "Account name",
                    "Campaign name",
                    "Campaign ID",
                    "Ad group",
                    "Keyword",
                    "Bid match type",
                    "Impressions",
                    "Clicks",
                    "Spend",
                ],
                ["5/1/2026", "Leadya", "Brand", "7001", "Tools", "crm software", "Exact", "120", "3", "6.50"],
                ["5/2/2026", "Leadya", "Brand", "7001", "Tools", "crm software", "Exact", "80", "1", "2.25"],
                ["©2026 Microsoft Corporation. All rights reserved. "],
            ]
        )
        self.assertEqual(
            lines(report),
            [
                ("crm software", "exact", "Brand", "Tools", "2026-05-01", 120, 3, 6.5),
                ("crm software", "exact", "Brand", "Tools", "2026-05-02", 80, 1, 2.25),
            ],
        )
        [about] = {about for about, _period in report.lines}
        self.assertEqual((about.account, about.campaign_ref, report.span), ("Leadya", "7001", MAY))

    def test_l13_yandex(self):
        report = read(
            [
                ["Отчёт по фразам за период с 01.05.2026 по 08.05.2026"],
                ["Дата", "Кампания", "№ Кампании", "Группа", "Условие показа", "Показы", "Клики", "Расход (руб.)"],
                ["01.05.2026", "Бренд", "555", "Общая", "купить !crm -бесплатно", "1 020", "12", "1 234,56"],
                ["02.05.2026", "Бренд", "555", "Общая", "---autotargeting", "30", "1", "9,80"],
                ["Всего", "", "", "", "", "1 050", "13", "1 244,36"],
            ],
            ";",
            "cp1251",
            currency="RUB",
        )
        self.assertEqual(
            lines(report),
            [
                ("", "", "Бренд", "Общая", "2026-05-02", 30, 1, 9.8),
                ("купить crm", "", "Бренд", "Общая", "2026-05-01", 1020, 12, 1234.56),
            ],
        )
        self.assertEqual([code for code, _params in report.findings], ["total_equal"])

    def test_l13_yandex_by_its_interface(self):
        """The same platform's reports as programs ask for them: English names, a count of rows at the end."""
        report = read(
            [
                ["Costs (2026-05-01 - 2026-05-08)"],
                ["Date", "CampaignName", "CampaignId", "AdGroupName", "Criterion", "Impressions", "Clicks", "Cost"],
                ["2026-05-01", "Brand", "555", "Tools", "crm", "1020", "12", "34.56"],
                ["Total rows: 1"],
            ],
            "\t",
        )
        self.assertEqual(lines(report), [("crm", "", "Brand", "Tools", "2026-05-01", 1020, 12, 34.56)])
        self.assertEqual(report.span, MAY)

    def test_l13_meta(self):
        """A first row without a name sums up; the currency stands in the header."""
        rows = [
            [
                "Reporting starts",
                "Reporting ends",
                "Campaign name",
                "Ad set name",
                "Impressions",
                "Link clicks",
                "Clicks (all)",
                "Amount spent (ILS)",
            ],
            ["2026-05-01", "2026-05-08", "", "", "3000", "20", "35", "150.75"],
            ["2026-05-01", "2026-05-08", "Spring", "Haifa", "1000", "5", "15", "50.25"],
            ["2026-05-01", "2026-05-08", "Spring", "Eilat", "2000", "15", "20", "100.50"],
        ]
        report = read(rows)
        self.assertEqual(
            lines(report),
            [
                ("", "", "Spring", "Eilat", "2026-05-01", 2000, 20, 100.5),
                ("", "", "Spring", "Haifa", "2026-05-01", 1000, 15, 50.25),
            ],
        )
        self.assertEqual([code for code, _params in report.findings], ["total_equal"])
        self.assertEqual(read_header(rows[0][-1]), ("cost", "ILS"))
        rows[1][-1] = "170.75"
        with self.assertRaises(ReportError) as raised:
            read(rows)
        self.assertEqual((raised.exception.code, raised.exception.params["row"]), ("row_without_name", 2))

    def test_l13_platforms_are_recognised(self):
        self.assertEqual(recognise_platform(["Keyword", "Cost"], ["Search keyword report"]), "google")
        self.assertEqual(recognise_platform(["Keyword", "Spend", "Bid match type"], []), "microsoft")
        self.assertEqual(recognise_platform(["Условие показа", "Расход, ₽"], []), "yandex")
        self.assertEqual(recognise_platform(["Название кампании", "Потраченная сумма (RUB)"], []), "meta")
        self.assertEqual(recognise_platform(["שם הקמפיין", "הסכום שהוצא (ILS)"], []), "meta")

    # Bad input

    def _refuse(self, rows, **options):
        with self.assertRaises(ReportError) as raised:
            read(rows, **options)
        return raised.exception.code, raised.exception.params

    def test_l13_errors_name_row_and_column(self):
        header = ["Day", "Keyword", "Campaign", "Currency code", "Clicks", "Cost"]
        good = ["2026-05-01", "crm", "C", "USD", "1", "2.00"]
        for position, value, code, column in (
            (0, "soon", "bad_day", "Day"),
            (3, "dollars", "bad_currency", "Currency code"),
            (4, "1.5", "bad_clicks", "Clicks"),
            (4, "-3", "bad_clicks", "Clicks"),
            (4, "9" * 12, "too_large", "Clicks"),
            (5, "= 1+1", "bad_cost", "Cost"),
            (5, "1e5", "bad_cost", "Cost"),
            (5, "nan", "bad_cost", "Cost"),
        ):
            with self.subTest(column=column, value=value):
                bad = good[:]
                bad[position] = value
                found, params = self._refuse([header, good, bad])
                self.assertEqual((found, params["row"], params["column"]), (code, 3, column))
        self.assertEqual(self._refuse([header, ["2026-05-01", "", "", "USD", "1", "2.00"]])[0], "no_rows")
        self.assertEqual(self._refuse([["Keyword", "Campaign", "Cost"], ["crm", "C", "2.00"]])[0], "no_period")
        found, params = self._refuse(
            [["Campaign", "Reporting starts", "Reporting ends", "Cost"], ["C", "2026-05-08", "2026-05-01", "1"]]
        )
        self.assertEqual((found, params["row"]), ("bad_period", 2))

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.lists(st.text(max_size=12), min_size=4, max_size=7), min_size=1, max_size=8))
    def test_l13_any_cells_are_read_or_refused(self, rows):
        """Whatever stands in the cells, a report is read or refused with a reason."""
        targets = ["day", "keyword", "campaign", "cost"]

        class Book:
            headers = targets

            def rows(self):
                return iter([Row(number, row, []) for number, row in enumerate(rows, start=2)])

        try:
            report = read_report(Book(), ReportOptions(targets, period=MAY, currency="USD"))
        except ReportError as error:
            self.assertTrue(error.code)
        else:
            self.assertTrue(report.lines)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 10**6)), min_size=1, max_size=30))
    def test_l13_nothing_is_lost_by_summing_up(self, rows):
        """However rows repeat each other, their sum is that of the lines, and the report's own total equals it."""
        table = [["Device", "Day", "Keyword", "Campaign", "Clicks", "Cost"]]
        for keyword, device, cents in rows:
            table.append([f"Device {device}", "2026-05-01", f"word {keyword}", "C", "1", f"{cents / 100:,.2f}"])
        cents = sum(row[2] for row in rows)
        table.append(["", "", "Total: Keywords", "", f"{len(rows):,}", f"{cents / 100:,.2f}"])
        report = read(table)
        self.assertEqual(round(sum(figures[2] for figures in report.lines.values()) * 100), cents)
        self.assertEqual(sum(figures[1] for figures in report.lines.values()), len(rows))
        self.assertEqual(len(report.lines), len({row[0] for row in rows}))
        self.assertEqual([code for code, _params in report.findings], ["total_equal"])

    # Parts

    def test_l13_numbers(self):
        for text, decimal, amount in (
            ("1,034.50", ".", 1034.5),
            ("1.034,50", ",", 1034.5),
            ("1 034,50", ",", 1034.5),
            ("1\u00a0034,5 ₽", ",", 1034.5),
            ("₪12.00", ".", 12.0),
            ("$1,200", ".", 1200.0),
            ("--", ".", 0.0),
            ("-7.25", ".", -7.25),
            (".5", ".", 0.5),
        ):
            self.assertEqual(parse_money(text, decimal), amount, text)
        for text in ("seven", "1.2.3", "1e5", "nan", "inf", "1_000", "12%x12", "= 1", "٣,x"):
            self.assertIsNone(parse_money(text), text)
        for text, count in (("1,200", 1200), ("1.200", 1200), ("1 200", 1200), ("12.0", 12), ("--", 0), ("", 0)):
            self.assertEqual(parse_count(text), count, text)
        for text in ("1.5", "-1", "< 10", "1,20", "x"):
            self.assertIsNone(parse_count(text), text)
        self.assertEqual(detect_decimal(["1,200", "6.32"]), ".")
        self.assertEqual(detect_decimal(["1.200", "6,32"]), ",")
        self.assertEqual(detect_decimal(["1,200", "3,400"]), ".")
        self.assertEqual(detect_decimal(["1.200"]), ",")
        self.assertEqual(detect_decimal(["1.234", "6.32"]), ".")
        self.assertEqual(detect_decimal(["--", "7"]), ".")

    @given(st.floats(0, 1e9, allow_nan=False), st.sampled_from([(",", "."), (".", ","), (" ", ","), ("", ".")]))
    def test_l13_money_is_read_as_it_was_written(self, amount, signs):
        amount = round(amount, 2)
        text = f"{amount:,.2f}".translate(str.maketrans({",": signs[0], ".": signs[1]}))
        self.assertEqual(parse_money(text, signs[1]), amount)

    def test_l13_periods(self):
        for text, period in (
            ("August 8, 2020 - August 14, 2020", ("2020-08-08", "2020-08-14")),
            ("1 May 2026 - 8 May 2026", ("2026-05-01", "2026-05-08")),
            ("May 1 – 8, 2026", ("2026-05-01", "2026-05-08")),
            ("May 1 - Jun 8, 2026", ("2026-05-01", "2026-06-08")),
            ("1 мая 2026 г. – 8 мая 2026 г.", ("2026-05-01", "2026-05-08")),
            ("30 дек. 2025 г. — 5 янв. 2026 г.", ("2025-12-30", "2026-01-05")),
            ("8 באוג׳ 2020 – 14 באוג׳ 2020", ("2020-08-08", "2020-08-14")),
            ("8–14 באוגוסט 2020", ("2020-08-08", "2020-08-14")),
            ("с 01.05.2026 по 08.05.2026", ("2026-05-01", "2026-05-08")),
            ("2026-05-01", ("2026-05-01", "2026-05-01")),
        ):
            self.assertEqual(tuple(map(str, parse_period(text) or ())), period, text)
        self.assertEqual(parse_period("Report Time: 5/1/2026 - 5/8/2026", "mdy"), MAY)
        for text in ("All time", "Search keyword report", "Rows: 12", "5", "", "May 8, 2026 - May 1, 2026", "1 - 2"):
            self.assertIsNone(parse_period(text), text)
        for text in ("All time", "Все время", "כל הזמן", "Period: All time"):
            self.assertTrue(is_all_time(text), text)

    def test_l13_words(self):
        self.assertEqual(
            [read_match_type(text) for text in ("Exact match (close variant)", "Фразовое", "התאמה רחבה", "AI Max")],
            ["exact", "phrase", "broad", ""],
        )
        self.assertEqual(strip_operators('купить !crm +для "дома" -бесплатно'), 'купить crm для "дома"')
        self.assertEqual(strip_operators("e-mail -x"), "e-mail")
        self.assertEqual(
            [currency_code(text) for text in ("usd", "₪", "руб.", 'ש"ח', "dollars", "")],
            ["USD", "ILS", "RUB", "ILS", "", ""],
        )

    def test_no_word_stands_under_two_targets(self):
        seen = {}
        for target, words in COST_SYNONYMS.items():
            for word in filter(None, map(compact, re.split(r"[,|]", words))):
                self.assertEqual(seen.setdefault(word, target), target, word)

    def test_l13_clicks_of_both_kinds(self):
        """Of two columns of clicks the one that is paid for counts."""
        targets = propose_cost_targets(["Campaign name", "Link clicks", "Clicks (all)", "Cost", "Avg. CPC"])
        self.assertEqual(targets, ["campaign", "ignore", "clicks", "cost", "ignore"])
