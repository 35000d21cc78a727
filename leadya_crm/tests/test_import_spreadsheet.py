"""Reading files that other people made (L2; foundation, "Bad input"): plain Python, no database."""

import datetime
import io
import zipfile
from contextlib import suppress

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.spreadsheet import (
    FORMULA_STARTS,
    Limits,
    SpreadsheetError,
    detect_separator,
    open_spreadsheet,
    write_xlsx,
)

HEBREW = 'שם,דוא"ל,טלפון\nיוסי כהן,yossi@acme.example,03-1234567\nמשה לוי,moshe@acme.example,052-1234567\n'
RUSSIAN = (
    "Имя;Почта;Телефон\nИван Петров;ivan@acme.example;+7 495 1234567\nЮлия Яшина;julia@acme.example;+7 495 7654321\n"
)
WESTERN = "Nom;E-mail;Ville\nRené Dupré;rene@acme.example;Orléans\nZoë Müller;zoe@acme.example;Besançon\n"


def make_xlsx(*rows, fill=None):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if fill:
        fill(sheet)
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def repack(data, changes):
    """The same package with parts replaced or added."""
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name not in changes:
                target.writestr(name, source.read(name))
        for name, content in changes.items():
            target.writestr(name, content)
    return output.getvalue()


@tagged("post_install", "-at_install", "leadya")
class TestImportSpreadsheet(BaseCase):
    """L2: a file is told by its content, and what can't be read gets one clear error."""

    def read_book(self, data, **kwargs):
        book = open_spreadsheet(data, **kwargs)
        return book, [row.values for row in book.rows()]

    def assertRefused(self, data, code, **kwargs):
        with self.assertRaises(SpreadsheetError) as refusal:
            list(open_spreadsheet(data, **kwargs).rows())
        self.assertEqual(refusal.exception.code, code)
        return refusal.exception

    # Encodings and separators

    def test_encodings(self):
        for text, encodings in (
            (HEBREW, ("utf-8", "utf-8-sig", "utf-16", "cp1255")),
            (RUSSIAN, ("utf-8", "utf-8-sig", "utf-16", "cp1251")),
            (WESTERN, ("utf-8", "utf-16", "latin-1", "cp1252")),
        ):
            for encoding in encodings:
                with self.subTest(encoding=encoding, text=text[:8]):
                    book, rows = self.read_book(text.encode(encoding))
                    separator = ";" if ";" in text else ","
                    expected = [line.split(separator) for line in text.strip().split("\n")]
                    self.assertEqual([book.headers, *rows], expected[:1] + expected[1:])

    def test_utf16_of_excel_without_and_with_mark(self):
        """Excel's "Unicode text": UTF-16, tabs."""
        text = WESTERN.replace(";", "\t").replace("\n", "\r\n")
        for data in (text.encode("utf-16-le"), text.encode("utf-16-be"), b"\xfe\xff" + text.encode("utf-16-be")):
            book, rows = self.read_book(data)
            self.assertEqual(book.separator, "\t")
            self.assertEqual(rows[0], ["René Dupré", "rene@acme.example", "Orléans"])

    def test_separators(self):
        for separator in ",;\t|":
            text = (
                f"Name{separator}Note{separator}Phone\nJoe{separator}a. b, c{separator}1\nAnn{separator}x{separator}2\n"
            )
            if separator == ",":
                text = text.replace("a. b, c", '"a. b, c"')
            book, rows = self.read_book(text.encode())
            self.assertEqual(book.separator, separator)
            self.assertEqual(rows[0][1], "a. b, c")
        self.assertEqual(detect_separator("sep=|\r\na,b|c,d\r\n"), "|")

    def test_one_column(self):
        _book, rows = self.read_book(b"E-mail\njoe@acme.example\nann@acme.example\n")
        self.assertEqual(rows, [["joe@acme.example"], ["ann@acme.example"]])

    # Not what the name says

    def test_xlsx_whatever_its_name(self):
        """An XLSX named .csv: there is no name to be misled by."""
        book, rows = self.read_book(make_xlsx(["Name", "Phone"], ["Joe", 123]))
        self.assertEqual((book.kind, rows), ("xlsx", [["Joe", "123"]]))

    def test_other_formats_are_refused_by_name(self):
        document = io.BytesIO()
        with zipfile.ZipFile(document, "w") as package:
            package.writestr("[Content_Types].xml", "<Types/>")
            package.writestr("word/document.xml", "<document/>")
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as package:
            package.writestr("leads.csv", "Name\nJoe")
        ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512
        for data, code in (
            (b"<html><body><table><tr><td>Name</td></tr></table></body></html>", "html"),
            (b"\xef\xbb\xbf \r\n<!DOCTYPE html><html></html>", "html"),
            ("<table><tr><td>x".encode("utf-16"), "html"),
            (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "xml"),
            (ole, "old_xls"),
            (ole + "EncryptedPackage".encode("utf-16-le"), "locked"),
            (b"%PDF-1.7 ...", "pdf"),
            (b"\x89PNG\r\n\x1a\n....", "image"),
            (b"\xff\xd8\xff\xe0....", "image"),
            (document.getvalue(), "document"),
            (archive.getvalue(), "archive"),
            (b"\x1f\x8b\x08....", "archive"),
            (bytes(range(256)) * 20, "binary"),
            (b"PK\x03\x04 and then nothing", "damaged"),
        ):
            with self.subTest(code=code, data=data[:20]):
                self.assertRefused(data, code)

    def test_empty(self):
        for data in (b"", b"  \r\n\r\n", b"\x00" * 50, b",,,\n,,,\n", make_xlsx(), make_xlsx(["", None])):
            self.assertRefused(data, "empty")

    def test_header_only(self):
        for data in (b"Name,Phone\n", b"Name,Phone\n,\n\n", make_xlsx(["Name", "Phone"])):
            self.assertRefused(data, "header_only")

    def test_no_header(self):
        self.assertRefused(b"joe@acme.example,+1 555 0100\nann@acme.example,+1 555 0101\n", "no_header")

    def test_too_big(self):
        """A 60 MB file."""
        error = self.assertRefused(b"Name\n" + b"x" * 60 * 1024 * 1024, "too_big")
        self.assertEqual(error.params, {"size": 60.0, "limit": 50})

    # Shapes

    def test_200_columns(self):
        for count, works in ((200, True), (500, True), (501, False)):
            header, row = ([f"{letter}{number}" for number in range(count)] for letter in "hv")
            for data in (",".join(header).encode() + b"\n" + ",".join(row).encode(), make_xlsx(header, row)):
                if works:
                    book, rows = self.read_book(data)
                    self.assertEqual((book.headers, rows), (header, [row]))
                else:
                    self.assertRefused(data, "too_many_columns")

    def test_headers_repeated_and_missing(self):
        book, rows = self.read_book(b"Email,,email,Email\na,b,c,d\n")
        self.assertEqual(book.headers, ["Email", "B", "email (2)", "Email (3)"])
        self.assertEqual(rows, [["a", "b", "c", "d"]])

    def test_title_rows_above_the_header(self):
        book, rows = self.read_book(b"Leads of the fair\n2026\nName,Phone,City\nJoe,1,Haifa\n")
        self.assertEqual(book.headers, ["Name", "Phone", "City"])
        self.assertEqual(rows, [["Joe", "1", "Haifa"]])

    def test_blank_rows_and_ends(self):
        book = open_spreadsheet(b"Name,Phone,,\n\nJoe,1,,,,\n,,\nAnn\n\n\n")
        self.assertEqual([(row.number, row.values) for row in book.rows()], [(3, ["Joe", "1"]), (5, ["Ann", ""])])

    def test_merged_cells(self):
        """The header under a merged title; a company merged down over its people."""

        def fill(sheet):
            sheet.merge_cells("A1:C1")
            sheet.merge_cells("B3:B5")

        data = make_xlsx(
            ["Our leads"],
            ["Name", "Company", "Phone"],
            ["Joe", "Acme", 1],
            ["Ann", None, 2],
            ["Bob", None, 3],
            ["Eve", "Other", 4],
            fill=fill,
        )
        book, rows = self.read_book(data)
        self.assertEqual(book.headers, ["Name", "Company", "Phone"])
        self.assertEqual([row[1] for row in rows], ["Acme", "Acme", "Acme", "Other"])

    def test_formulas(self):
        """Results are taken; a formula that was never calculated is said, not read as empty."""
        data = make_xlsx(["Name", "Sum"], ["Joe", "=1+1"])
        self.assertEqual(self.assertRefused(data, "formula_without_value").params, {"cell": "B2"})
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            xml = package.read("xl/worksheets/sheet1.xml").decode()
        calculated = xml.replace("<f>1+1</f><v />", "<f>1+1</f><v>2</v>").replace(
            "<f>1+1</f><v></v>", "<f>1+1</f><v>2</v>"
        )
        calculated = calculated.replace("<f>1+1</f><v/>", "<f>1+1</f><v>2</v>")
        _book, rows = self.read_book(repack(data, {"xl/worksheets/sheet1.xml": calculated}))
        self.assertEqual(rows, [["Joe", "2"]])

    def test_formulas_in_text(self):
        _book, rows = self.read_book(b'Name,Phone\nJoe,"=""00972"""\n=cmd|x,#N/A\n')
        self.assertEqual(rows, [["Joe", "00972"], ["=cmd|x", ""]])

    def test_cell_of_a_megabyte(self):
        text = "x" * 1024 * 1024
        book = open_spreadsheet(f"Name,Note,Phone\nJoe,{text},1\nAnn,y,2\n".encode())
        rows = list(book.rows())
        self.assertEqual(len(rows[0].values[1]), Limits().cell_length)
        self.assertEqual((rows[0].cut, rows[1].cut), ([1], []))

    def test_open_quotation_mark(self):
        """It would hide all rows after it in one cell."""
        data = b'Name,Note,Phone\nJoe,"oops,1\nAnn,y,2\nBob,z,3\nEve,z,4\n'
        self.assertEqual(self.assertRefused(data, "open_quote").params, {"row": 2})

    def test_cells_of_every_type(self):
        data = make_xlsx(
            ["a", "b", "c", "d", "e"],
            [datetime.datetime(2021, 4, 15, 0, 3), 972501234567, 1.5, True, datetime.date(2021, 4, 15)],
        )
        _book, rows = self.read_book(data)
        self.assertEqual(rows, [["2021-04-15 00:03:00", "972501234567", "1.5", "TRUE", "2021-04-15 00:00:00"]])

    def test_sheets(self):
        book = openpyxl.Workbook()
        book.active.title = "Cover"
        for title in ("Leads", "More"):
            sheet = book.create_sheet(title)
            sheet.append(["Name", "Sheet"])
            sheet.append(["Joe", title])
        output = io.BytesIO()
        book.save(output)
        self.assertEqual(self.read_book(output.getvalue())[1], [["Joe", "Leads"]])
        self.assertEqual(self.read_book(output.getvalue(), sheet="More")[1], [["Joe", "More"]])
        self.assertRefused(output.getvalue(), "no_such_sheet", sheet="Nope")

    # Attacks

    def test_zip_bomb(self):
        data = repack(make_xlsx(["Name"], ["Joe"]), {"xl/media/zeros.bin": b"\x00" * 5_000_000})
        self.assertRefused(data, "zip_bomb", limits=Limits(unpacked_size=4_000_000))
        data = repack(make_xlsx(["Name"], ["Joe"]), {"xl/sharedStrings.xml": b"<sst>" + b" " * 3_000_000 + b"</sst>"})
        self.assertRefused(data, "zip_bomb", limits=Limits(shared_strings_size=2_000_000))

    def test_xml_entities(self):
        bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
        for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"):
            for content in (bomb, bomb.encode("utf-16")):
                self.assertRefused(repack(make_xlsx(["Name"], ["Joe"]), {part: content}), "xml_entities")

    def test_written_cells_start_no_formula(self):
        nasty = ["=1+1", "+972501234567", "-1", "@SUM(A1)", "\t=1", "plain", "'quoted", "a\x00b"]
        content = write_xlsx(["=header"], [[value] for value in nasty])
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        for (cell,) in sheet.iter_rows():
            self.assertNotEqual(cell.data_type, "f")
            self.assertFalse(cell.value.startswith(FORMULA_STARTS))
        _book, rows = self.read_book(write_xlsx(["Phone"], [["+972501234567"]]))
        self.assertEqual(rows, [["+972501234567"]], "What was given back can be loaded again as it was")

    # Anything

    @settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=400))
    def test_any_bytes(self, data):
        with suppress(SpreadsheetError):
            list(open_spreadsheet(data).rows())

    @settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def test_any_damage(self, data):
        """A good workbook with bytes changed or its end lost."""
        content = bytearray(_GOOD)
        for _number in range(data.draw(st.integers(1, 8))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        if data.draw(st.booleans()):
            del content[data.draw(st.integers(1, len(content))) :]
        with suppress(SpreadsheetError):
            list(open_spreadsheet(bytes(content)).rows())

    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(
        st.lists(
            st.lists(
                st.text(st.characters(categories=("L", "N", "P", "Zs"), exclude_characters="'="), max_size=12),
                min_size=3,
                max_size=3,
            ),
            min_size=1,
            max_size=8,
        )
    )
    def test_what_is_written_is_read(self, rows):
        content = write_xlsx(["First", "Second", "Third"], rows)
        expected = [[cell.strip("\xa0 \t\r\n\u200e\u200f") for cell in row] for row in rows]
        expected = [row for row in expected if any(row)]
        try:
            _book, found = self.read_book(content)
        except SpreadsheetError as error:
            self.assertEqual((error.code, expected), ("header_only", []))
        else:
            self.assertEqual(found, expected)


_GOOD = make_xlsx(["Name", "Phone", "Date"], ["Joe", 123456, datetime.datetime(2021, 4, 15)], ["Ann", "x", 1.5])
