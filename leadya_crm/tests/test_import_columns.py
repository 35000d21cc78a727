"""What columns and cells mean (L2): plain Python, no database."""

import datetime
import re
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.cell_values import parse_amount
from ..tools.columns import compact, propose_targets, target_by_header
from ..tools.dates import detect_date_order, parse_datetime
from ..tools.header_synonyms import SYNONYMS
from ..tools.lead_rows import Column, RowReader, make_digest
from ..tools.statuses import status_family

NOW = datetime.datetime(2026, 5, 13, 10, 0)
UTC = datetime.timezone.utc


@tagged("post_install", "-at_install", "leadya")
class TestImportColumns(BaseCase):
    """L2: columns are proposed by names in three languages, and by their values."""

    def test_no_word_stands_under_two_fields(self):
        seen = {}
        for target, words in SYNONYMS.items():
            for word in re.split(r"[,|]", words):
                if compact(word):
                    self.assertEqual(seen.setdefault(compact(word), target), target, word)

    def test_headers(self):
        for target, headers in {
            "email_from": ("E-mail", "EMAIL ADDRESS", 'דוא"ל', "Электронная почта", "Customer Email", "contact_email"),
            "phone": ("Phone Number", "טלפון", "Телефон"),
            "mobile": ("Mobile", "נייד", "Мобильный телефон"),
            "external_ref": ("LEADID", "Prospect ID", "mql_id", "Record Id", "מזהה ליד"),
            "partner_name": ("Company", "שם החברה", "Компания"),
            "stage_id": ("Lead Status", "סטטוס", "Статус"),
            "user_id": ("Lead Owner", "נציג", "Ответственный"),
            "create_date": ("Created Time", "created_at", "תאריך יצירה", "Дата создания"),
            "source_id": ("Lead Source", "utm_source", "מקור הליד", "Источник"),
            "click_id": ("gclid", "Google Click ID"),
            None: ("month_Created Time1", "CONVERTED", "Industry", "", "—"),
        }.items():
            for header in headers:
                self.assertEqual(target_by_header(header), target, header)

    def test_values_decide_where_names_do_not(self):
        headers = ["Contact", "A", "B", "C", "Empty", "Customer Ref Number"]
        samples = [
            ["joe@acme.example", "ann@acme.example"],
            ["03-1234567", "+972 52 1234567"],
            ["www.acme.example/x", "https://b.example"],
            ["free text", "more"],
            [],
            ["A-1", "A-2"],
        ]
        self.assertEqual(
            propose_targets(headers, samples), ["email_from", "phone", "website", "note", "ignore", "external_ref"]
        )

    def test_a_field_is_proposed_once(self):
        self.assertEqual(
            propose_targets(["Email", "E-mail"], [["a@b.example"], ["c@d.example"]]), ["email_from", "note"]
        )

    # Dates

    def test_dates(self):
        expected = datetime.datetime(2021, 4, 15, 0, 3)
        for text in (
            "15 Apr, 2021 00:03:00",
            "2021-04-15T00:03:00Z",
            "2021-04-15 00:03",
            "15/04/2021 00:03",
            "15.04.2021, 0:03",
            "4/15/2021 12:03 AM",
            "Apr 15, 2021 00:03",
            "Thu, 15 Apr 2021 00:03:00 GMT",
            "15 באפריל 2021 00:03",
            "15 апреля 2021 г. 00:03",
            "2021-04-15 03:03:00+03:00",
            "44301.0020833333",
            "1618444980",
        ):
            self.assertEqual(parse_datetime(text), expected, text)

    def test_no_dates(self):
        for text in (
            "",
            "yesterday",
            "31/02/2021",
            "2021-13-01",
            "12",
            "2021",
            "0.5",
            "15 Foo 2021",
            "25:00",
            "1/1/1850",
            "13/13/2021",
            "x" * 500,
        ):
            self.assertIsNone(parse_datetime(text), text)

    def test_the_column_decides_between_day_and_month(self):
        self.assertEqual(detect_date_order(["3/4/2021", "1/2/2021", "3/25/2021"]), "mdy")
        self.assertEqual(detect_date_order(["3/4/2021", "25/3/2021"]), "dmy")
        self.assertEqual(detect_date_order(["3.4.2021"]), "dmy")
        self.assertIsNone(detect_date_order(["3/4/2021", "2021-01-01"]))
        self.assertEqual(parse_datetime("3/4/2021", "mdy"), datetime.datetime(2021, 3, 4))
        self.assertEqual(parse_datetime("3/4/2021", "dmy"), datetime.datetime(2021, 4, 3))

    def test_the_users_clock(self):
        zone = ZoneInfo("Asia/Jerusalem")
        self.assertEqual(parse_datetime("2021-07-01 00:30", zone=zone), datetime.datetime(2021, 6, 30, 21, 30))
        self.assertEqual(parse_datetime("2021-01-01 00:30", zone=zone), datetime.datetime(2020, 12, 31, 22, 30))

    @settings(max_examples=300, deadline=None, derandomize=True)
    @given(st.datetimes(datetime.datetime(1971, 1, 1), datetime.datetime(2068, 12, 31)))
    def test_dates_in_every_form(self, moment):
        moment = moment.replace(microsecond=0)
        for form in (
            "%Y-%m-%d %H:%M:%S",
            "%Y/%m/%d %H:%M:%S",
            "%d %b, %Y %H:%M:%S",
            "%d.%m.%Y %H:%M:%S",
            "%b %d, %Y %H:%M:%S",
            "%d-%b-%y %H:%M:%S",
        ):
            self.assertEqual(parse_datetime(moment.strftime(form)), moment, form)
        self.assertEqual(parse_datetime(moment.strftime("%m/%d/%Y %I:%M:%S %p"), "mdy"), moment)
        self.assertEqual(parse_datetime(moment.strftime("%d/%m/%Y %H:%M:%S"), "dmy"), moment)
        serial = (moment - datetime.datetime(1899, 12, 30)).total_seconds() / 86400
        self.assertEqual(parse_datetime(f"{serial:.6f}"), moment)

    @settings(max_examples=500, deadline=None, derandomize=True)
    @given(st.text(st.sampled_from("0123456789/-.: TZAPMapm,+אי я"), max_size=40))
    def test_any_text_as_date(self, text):
        moment = parse_datetime(text, zone=ZoneInfo("America/New_York"))
        self.assertTrue(moment is None or 1969 <= moment.year <= 2100)

    def test_amounts(self):
        for text, amount in {
            "1,200.50": 1200.5,
            "1.200,50": 1200.5,
            "₪ 1 200": 1200,
            "$3k": 3000,
            "1,200": 1200,
            "0,5": 0.5,
            "1 200,00 руб.": 1200,
            "-5": -5,
            "": None,
            "abc": None,
        }.items():
            found = parse_amount(text)
            self.assertEqual(found, amount, text)

    @settings(max_examples=300, deadline=None, derandomize=True)
    @given(st.text(max_size=40))
    def test_any_text_as_amount(self, text):
        parse_amount(text)
        status_family(text)

    def test_statuses(self):
        for text, family in {
            "Contact in Future": "nurture",
            "Contacted": "contacted",
            "Not Contacted": "new",
            "Pre Qualified": "qualified",
            "Lost Lead": "lost",
            "Junk Lead": "unfit",
            "Attempted to Contact": "attempted",
            "לא רלוונטי": "unfit",
            "Новый": "new",
            "Xyzzy": None,
        }.items():
            self.assertEqual(status_family(text), family, text)


@tagged("post_install", "-at_install", "leadya")
class TestImportRows(BaseCase):
    """L2, L1: a row becomes values of a lead, and no cell of it is dropped."""

    def read_row(self, cells, cut=(), prefix=""):
        columns = [Column(position, target, target) for position, target in enumerate(cells)]
        return RowReader(columns, UTC, NOW, prefix).parse(list(cells.values()), cut)

    def test_ordinary(self):
        lead = self.read_row(
            {
                "first_name": "Joe",
                "last_name": "Doe",
                "email_from": "Joe Doe <joe@acme.example>",
                "mobile": "052-1234567",
                "note": "x",
            }
        )
        self.assertEqual(
            lead.values, {"contact_name": "Joe Doe", "email_from": "joe@acme.example", "phone": "052-1234567"}
        )
        self.assertEqual((lead.notes, lead.remarks), ([("note", "x")], []))
        self.assertTrue(lead.is_lead)

    def test_what_is_wrong_is_kept_as_a_note(self):
        """Foundation, "Bad input": wrong dates, an e-mail that is none, a phone without its digits."""
        for target, text, code in (
            ("create_date", "31/02/2021", "bad_date"),
            ("create_date", "2030-01-01", "future_date"),
            ("email_from", "not an address", "bad_email"),
            ("phone", "ask Joe", "bad_phone"),
            ("phone", "9.72501E+11", "rounded_phone"),
            ("expected_revenue", "a lot", "bad_amount"),
        ):
            lead = self.read_row({"external_ref": "1", target: text})
            self.assertEqual(lead.notes, [(target, text)])
            self.assertEqual([remark for remark, _params in lead.remarks], [code])
            self.assertEqual(lead.values, {"external_ref": "1"})

    def test_who_is_a_lead(self):
        self.assertTrue(self.read_row({"external_ref": "1"}).is_lead)
        self.assertTrue(self.read_row({"phone": "03-1234567"}).is_lead)
        self.assertFalse(self.read_row({"contact_name": "Joe", "email_from": "nobody", "phone": "12"}).is_lead)

    def test_several_emails_and_phones(self):
        lead = self.read_row({"email_from": "a@b.example; c@d.example", "phone": "03-1234567", "mobile": "052-1234567"})
        self.assertEqual((lead.values["email_from"], lead.values["phone"]), ("a@b.example", "03-1234567"))
        self.assertEqual(lead.notes, [("email_from", "a@b.example; c@d.example"), ("mobile", "052-1234567")])

    def test_long_texts_are_kept_whole(self):
        lead = self.read_row({"external_ref": "1", "contact_name": "x" * 500})
        self.assertEqual(lead.values["contact_name"], "x" * 128)
        self.assertEqual(lead.notes, [("contact_name", "x" * 500)])

    def test_more_cells_than_columns(self):
        lead = RowReader([Column(0, "ID", "external_ref")], UTC, NOW).parse(["1", "", "extra"])
        self.assertEqual((lead.notes, lead.remarks), ([("#3", "extra")], [("extra_cells", {})]))

    def test_prefix(self):
        self.assertEqual(self.read_row({"external_ref": "1"}, prefix="zoho-").values["external_ref"], "zoho-1")

    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from([target for target in SYNONYMS if target != "ignore"] + ["note"]),
                st.text(max_size=300).map(str.strip).filter(bool),
            ),
            max_size=8,
        )
    )
    def test_nothing_is_dropped(self, cells):
        """Each cell ends in a value, a name or a note."""
        columns = [Column(position, str(position), target) for position, (target, _text) in enumerate(cells)]
        # The map lets each field be taken once, but for notes.
        if len({column.target for column in columns}) < len(columns):
            return
        lead = RowReader(columns, UTC, NOW).parse([text for _target, text in cells])
        places = len(lead.values.keys() - {"click_id_kind"}) + len(lead.names) + len(lead.notes)
        targets = {target for target, _text in cells}
        together = {"first_name", "last_name"} <= targets and "contact_name" not in targets
        same_number = "mobile" in targets and "phone" in targets
        self.assertGreaterEqual(places + together + same_number, len(cells))

    def test_digest(self):
        self.assertEqual(make_digest(["A", "B"], ["x", "Y"]), make_digest(["b", "a"], ["y", "x"]))
        self.assertNotEqual(make_digest(["A", "B"], ["x", "y"]), make_digest(["A", "B"], ["y", "x"]))
        self.assertEqual(
            make_digest(["A"], ["x"]),
            make_digest(["A", "Why this row was rejected"], ["x", "No identifier"]),
        )
