"""Broken and hostile spreadsheets, generated from a seed; and a process of its own in which they are read.

Plain Python, no Odoo. ``BrokenFiles().file(number)`` is always the same file for the same number. Run as a program
(``python fuzz_spreadsheet.py <first> <last>``) it reads files as the import does, and prints a line of JSON for each
that ends in anything but rows or one clear ``SpreadsheetError``, or that takes more than its share of time or memory.
A file that would never end, or eat the machine, ends this process and nothing else.
"""

import io
import json
import random
import resource
import struct
import sys
import time
import warnings
import zipfile
from collections import Counter
from functools import cached_property
from pathlib import Path

import openpyxl

COUNT = 2_000
#: Of one file, in seconds of processor time and megabytes: far more than any needs, far less than an attack wants.
MAX_SECONDS = 30
MAX_MEGABYTES = 500

HEADERS = ["Name", "E-mail", "Phone", "Company", "Country", "Date", "Notes"]
ROWS = [
    [f"Person {number}", f"person{number}@fuzz.example", f"+1 212 555 {4000 + number}", f"Firm {number // 3}", "France",
     "2026-05-01", "a, b; c\td"]
    for number in range(30)
]  # fmt: skip

SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
BOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
PARTS = [
    SHEET, STRINGS, STYLES, BOOK, RELATIONS, "[Content_Types].xml", "_rels/.rels", "xl/theme/theme1.xml",
    "docProps/app.xml",
]  # fmt: skip

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OTHER = (
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
)
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


# ------------------------------------------------------------
# WHAT CAN BE WRONG
# ------------------------------------------------------------

DOCTYPES = [
    f'<!DOCTYPE x [<!ENTITY l0 "ha">{_LAUGHS}]>', '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', "<!DOCTYPE x [<!ELEMENT x ANY>]>", "<!DOCTYPE",
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>', f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>',
]  # fmt: skip
JUNK = [
    '"', '""', '"\n', ",", ";" * 30, "\t", "\r", "\n\n\n", "\x00", "\x1a", "\ufeff", "sep=", "'", "\\", "", "שלום",
    "Привет", "=1+1", "+cmd|' /C calc'!A0", "@x", "-1", "a\nb", 'q"q', "x" * 40_000, "👩", "\u202e", "a@b", "NaN",
    "1e999", "#REF!", "#N/A",
]  # fmt: skip
BEGINNINGS = [
    "", "", "", "sep=;\n", 'sep="\n', "sep=\n", "sep=ab\n", "\n" * 50, "title\n", "\ufeff\ufeff", "=1+1,", '"', "<",
    "%PDF", "PK", "{", " " * 300,
]  # fmt: skip
MARKS = [b"", b"", b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x00\x00\xfe\xff"]
ENCODINGS = [
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp1255", "cp1251", "latin-1",
    "cp037", "shift_jis",
]  # fmt: skip
ROW_NUMBERS = ["", "0", "-5", "x", "1048576", "1048577", "999999999", "9" * 30, "1.5", " 3 ", "٣"]
ROW_ATTRIBUTES = [
    "", "", "", ' spans="1:16384"', ' hidden="1"', ' r="2"', ' s="99999" customFormat="1"', ' ht="1e999"',
]  # fmt: skip
PLACES = [
    "", "A0", "a1", "1A", "XFD1048576", "XFE1", "ZZZ9", "AAAA1", "ZZZZZZZZ99999999", "$A$1", "A1:B2", "R1C1", "א1",
]  # fmt: skip
CELL_TYPES = ["", "n", "s", "b", "e", "d", "str", "inlineStr", "x"]
CELL_STYLES = ["", "", ' s="0"', ' s="1"', ' s="99999"', ' s="-1"', ' s="x"']
CELL_VALUES = [
    "", "0", "1", "-1", "99999999", "1e400", "-1e400", "NaN", "INF", "1" * 400, "0x10", "1,5", "2958466", "-2958466",
    "1e20", "44197.99999999", "60", "0.5", "2026-13-45", "2026-05-01T99:99:99Z", "2026-05-01", "P1D", "TRUE", "true",
    "2", "#N/A", "&lt;b&gt;", "&#0;", "&#xD800;", "&#x1F600;", "&amp;lt;", "_x0000_", "_x000D_", "x" * 40_000, "שלום",
    "<r><t>rich</t></r>", "<is/>", "<![CDATA[x]]>", "<!-- c -->", "<?pi x?>", "<v>1</v>", " ",
]  # fmt: skip
CELL_CONTENTS = [
    "<v>{}</v>", "<v>{}</v>", "<v>{}</v>", "<is><t>{}</t></is>", "<f>1+1</f><v>{}</v>", "<v>{}</v><f>1+1</f>",
    "<f>1+1</f>", '<f t="shared" si="99"/><v>1</v>', '<f t="array" ref="A1:XFD1048576">1</f><v>1</v>', "",
]  # fmt: skip
DIMENSIONS = ["", "A1:XFD1048576", "A1:A1", "XFD1048576", "x", "A1:ZZZZ9", "G6:A1", "A0:B0", "A1:B99999999999"]
MERGED = [
    ["A1:XFD1048576"], ["A1:A50001"], ["D2:D4", "D3:D6", "D2:D4"], ["XFD2:XFD50000"], ["ZZZ1:ZZZ9"], ["A1"],
    ["", "x", "A:B", "1:2"], [f"A{number}:C{number + 3}" for number in range(1, 3000)], ["A1:A50001"] * 300,
]  # fmt: skip
AFTER_ROWS = [
    "", "<sheetData/>", "<sheetData><row/></sheetData>", "<dimension/>", '<autoFilter ref="A1:XFD1048576"/>',
    '<hyperlinks><hyperlink ref="A1" r:id="rId99"/></hyperlinks>', '<legacyDrawing r:id="rId1"/>',
    "<z>" * 2000 + "</z>" * 2000,
]  # fmt: skip
TARGETS = [
    "../../../etc/passwd", "/etc/passwd", "http://127.0.0.1:9/", "file:///etc/passwd", "worksheets/none.xml", "",
    "xl/workbook.xml", "\\\\host\\share", "%2e%2e/x",
]  # fmt: skip
STRING_TABLES = ["", "<si/>" * 3000, "<si><t>x</t></si>", "<si><r><t>a</t></r></si>" * 50, "<t/>"]
SHEET_NAMES = ['name=""', f'name="{"x" * 5000}"', 'name="Other"', 'state="veryHidden" name="S"', 'name="../x"', ""]
NONSENSE = [b"", b"\x00", b"<a/>", b"<a>" * 3000, b"<a>" * 3000 + b"</a>" * 3000, b"not xml", b"\xff\xfe<"]
MEMBERS = ["../../../../tmp/evil", "/etc/passwd", "C:\\x", "xl/../../x", "a" * 3000, "x\x01y", f"{SHEET}/"]
ENDS = [b"PK\x03\x04", b"PK\x05\x06" + b"\x00" * 18, b"PK\x05\x06" + b"\xff" * 18, b"PK\x07\x08", b"PK\x03\x04\xff"]
#: Places in an entry of an archive's directory, their form, and what is not true there.
DIRECTORY = [
    (8, "<H", 1), (8, "<H", 0x2041), (10, "<H", 99), (10, "<H", 0), (16, "<I", 0), (20, "<I", 0), (24, "<I", 0),
    (20, "<I", 0xFFFFFFF0), (24, "<I", 0xFFFFFFFF), (24, "<I", 0x7FFFFFFF), (28, "<H", 0xFFFF), (30, "<H", 0xFFFF),
    (42, "<I", 0), (42, "<I", 0xFFFFFFF0),
]  # fmt: skip


class BrokenFiles:
    """Makes files, each of its own number alone."""

    def __init__(self, seed=20261122):
        self.seed = seed

    def file(self, number):
        """:return: what is wrong with it, and its bytes; the first are huge"""
        if number < len(self._huge):
            return f"huge {number}", self._huge[number]()
        rng = random.Random(f"{self.seed}-{number}")
        makers = {
            self._damaged: 20, self._text: 20, self._cells: 22, self._sheet: 10, self._parts: 12, self._entities: 6,
            self._archive: 8,
        }  # fmt: skip
        (maker,) = rng.choices(list(makers), makers.values())
        return maker.__name__.strip("_"), maker(rng)

    # ------------------------------------------------------------
    # GOOD FILES TO BEGIN WITH
    # ------------------------------------------------------------

    @cached_property
    def good_xlsx(self):
        book = openpyxl.Workbook()
        sheet = book.active
        for row in [HEADERS, *ROWS]:
            sheet.append(row)
        sheet.merge_cells("D3:D5")
        sheet["F2"].number_format = "yyyy-mm-dd"
        book.create_sheet("Other").append(["x"])
        output = io.BytesIO()
        book.save(output)
        return output.getvalue()

    @cached_property
    def good_parts(self):
        with zipfile.ZipFile(io.BytesIO(self.good_xlsx)) as package:
            return {name: package.read(name) for name in package.namelist()}

    def _good_text(self, rng):
        separator, end = rng.choice(",;\t|"), rng.choice(["\n", "\r\n", "\r"])

        def write(cell):
            return f'"{cell}"' if rng.random() < 0.3 else cell.replace(separator, " ")

        return end.join(separator.join(map(write, row)) for row in [HEADERS, *ROWS]) + end

    # ------------------------------------------------------------
    # BYTES
    # ------------------------------------------------------------

    def _damaged(self, rng):
        """A good file with bytes changed, lost, doubled, or its end lost."""
        if rng.random() < 0.5:
            return mutate(rng, self.good_xlsx)
        return mutate(rng, self._good_text(rng).encode(rng.choice(["utf-8", "utf-16"])))

    def _text(self, rng):
        """Quotation marks, encodings, separators, NULs, widths."""
        text = self._good_text(rng)
        for _count in range(rng.choice([0, 1, 1, 3, 10])):
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice(JUNK) + text[at:]
        text = rng.choice(BEGINNINGS) + text
        data = rng.choice(MARKS) + text.encode(rng.choice(ENCODINGS), "replace")
        return data[: len(data) - rng.choice([0, 0, 1, 3])] if rng.random() < 0.7 else mutate(rng, data)

    # ------------------------------------------------------------
    # WORKBOOKS
    # ------------------------------------------------------------

    def _repack(self, changes):
        return pack({**self.good_parts, **changes})

    def _with_sheet(self, rows, after="", dimension=""):
        return self._repack({SHEET: make_sheet(rows, after, dimension).encode("utf-8", "surrogatepass")})

    def _cells(self, rng):
        """Cells and rows that no program writes, among good ones."""
        rows = [self._odd_row(rng, number) for number in range(2, rng.choice([3, 6, 30]))]
        if rng.random() < 0.1:
            rng.shuffle(rows)
        return self._with_sheet(make_row(1, HEADERS) + "".join(rows))

    def _odd_row(self, rng, number):
        cells = "".join(self._odd_cell(rng, f"{'ABCDEFG'[column]}{number}") for column in range(len(HEADERS)))
        told = str(number) if rng.random() < 0.8 else rng.choice(ROW_NUMBERS)
        return f'<row r="{told}"{rng.choice(ROW_ATTRIBUTES)}>{cells}</row>' if told else f"<row>{cells}</row>"

    def _odd_cell(self, rng, place):
        if rng.random() < 0.6:
            return make_cell(rng.choice([*ROWS[0], "x"]), place)
        place = place if rng.random() < 0.6 else rng.choice(PLACES)
        kind = rng.choice(CELL_TYPES)
        told = (f' r="{place}"' if place else "") + (f' t="{kind}"' if kind else "") + rng.choice(CELL_STYLES)
        return f"<c{told}>{rng.choice(CELL_CONTENTS).replace('{}', rng.choice(CELL_VALUES))}</c>"

    def _sheet(self, rng):
        """Good cells in a sheet that says odd things of itself."""
        rows = "".join(make_row(number, row) for number, row in enumerate([HEADERS, *ROWS[:5]], 1))
        after = make_merged(*rng.choice(MERGED)) if rng.random() < 0.5 else rng.choice(AFTER_ROWS)
        xml = self._odd_xml(rng, make_sheet(rows, after, rng.choice(DIMENSIONS)))
        return self._repack(
            {SHEET: xml.encode(rng.choice([*["utf-8"] * 3, "utf-16", "utf-8-sig", "utf-7"]), "replace")}
        )

    def _odd_xml(self, rng, xml):
        strict = 'xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"'
        return rng.choice([
            xml, xml, xml, "", "<chartsheet/>", xml + xml, xml[: rng.randrange(len(xml))], xml.replace(_MAIN, ""),
            xml.replace(_MAIN, strict), xml.replace("sheetData", "x:sheetData"), xml.replace("<row", "<row xmlns='y'"),
            xml.replace("UTF-8", "bogus-8"), xml.replace("<?xml", "  <?xml"),
            xml.replace("<worksheet ", f'<worksheet a="{"b" * 100_000}" '),
            xml.replace("<sheetData>", "<sheetData>" + " " * 200_000),
        ])  # fmt: skip

    def _parts(self, rng):
        """Parts that are missing, exchanged, lead elsewhere, or speak nonsense."""
        parts = dict(self.good_parts)
        for _count in range(rng.choice([1, 1, 2])):
            name, how = rng.choice(PARTS), rng.randrange(6)
            if how == 0:
                parts.pop(name, None)
            elif how == 1:
                parts[name] = mutate(rng, parts.get(name, b""))
            elif how == 2:
                parts[name] = rng.choice([*NONSENSE, parts.get(rng.choice(PARTS), b""), self.good_xlsx])
            elif how == 3:
                target = rng.choice(TARGETS).encode()
                for told in (f"/{SHEET}", SHEET.removeprefix("xl/")):
                    parts[RELATIONS] = parts.get(RELATIONS, b"").replace(told.encode(), target)
            elif how == 4:
                count = rng.choice([0, -1, 99999999999])
                parts[STRINGS] = f'<sst {_MAIN} count="{count}">{rng.choice(STRING_TABLES)}</sst>'.encode()
            else:
                parts[BOOK] = parts.get(BOOK, b"").replace(b'name="Sheet"', rng.choice(SHEET_NAMES).encode())
        return pack(parts)

    def _entities(self, rng):
        """Document types in any part: a billion laughs, other files, other servers."""
        name = rng.choice(PARTS)
        text = self.good_parts.get(name, b"<a/>").decode().split("?>", 1)[-1]
        if rng.random() < 0.5:
            text = text.replace("</", "&l9;</", 1)
        declared = rng.choice(['<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-8"?>\n<!-- c -->', "", " "])
        encoding = rng.choice(["utf-8", "utf-8", "utf-16", "utf-8-sig", "utf-16-be"])
        return self._repack({name: (declared + rng.choice(DOCTYPES) + text).encode(encoding)})

    # ------------------------------------------------------------
    # ARCHIVES
    # ------------------------------------------------------------

    def _archive(self, rng):
        """What an archive can be besides what it should."""
        parts = self.good_parts
        method = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
        makers = [
            lambda: self._repack({rng.choice(MEMBERS): b"x"}),
            lambda: pack(parts, twice=rng.choice(PARTS[:4])),
            lambda: pack({"x.xlsx": self.good_xlsx, "y.zip": pack({"z": self.good_xlsx})}),
            lambda: self._repack({f"xl/media/{number}.bin": b"" for number in range(rng.choice([50, 5100]))}),
            lambda: rng.choice([b"MZ", b"\x00" * 100, b"x" * 5000, b"<html>"]) + self.good_xlsx,
            lambda: self.good_xlsx + rng.choice([b"\x00" * 70_000, b"trailing", self.good_xlsx]),
            lambda: patch_directory(rng, self.good_xlsx),
            lambda: patch_directory(rng, self.good_xlsx),
            lambda: pack(parts, method, b"c" * 60_000),
            lambda: pack(dict.fromkeys(parts, b"")),
            lambda: rng.choice(ENDS),
            lambda: pack({name.upper(): content for name, content in parts.items()}),
            lambda: pack({name.replace("/", "\\"): content for name, content in parts.items()}),
        ]
        return rng.choice(makers)()

    # ------------------------------------------------------------
    # HUGE ONES
    # ------------------------------------------------------------

    @property
    def _huge(self):
        """What makes files of little that unpacks to very much, or costs very much to read."""
        head = make_row(1, HEADERS) + make_row(2, ROWS[0])
        title = ",".join(HEADERS).encode() + b"\n"
        return [
            lambda: self._repack({"xl/media/zeros.bin": b"\x00" * 30_000_000}),
            lambda: self._with_root(STRINGS, "sst", "<si/>" * 3_000_000),
            lambda: self._with_root(STRINGS, "sst", f"<si><t>{'x' * 60_000_000}</t></si>"),
            lambda: self._with_root(STYLES, "styleSheet", f"<cellXfs>{'<xf/>' * 2_000_000}</cellXfs>"),
            lambda: self._with_root(SHEET, "worksheet", " " * 50_000_000),
            lambda: self._with_sheet(f'{head}<row r="3">{"<c/>" * 3_000_000}</row>'),
            lambda: self._with_sheet(f'{head}<row r="3">{"<z/>" * 5_000_000}</row>'),
            lambda: self._with_sheet(f'{head}<row r="3"><c r="A3"><v>{"9" * 40_000_000}</v></c></row>'),
            lambda: self._with_sheet(f'{head}<row r="3"><c r="A3"><f>1</f>{" " * 900_000}</row>'),
            lambda: self._with_sheet(f'{head}<row r="999999999"><c><v>1</v></c></row>'),
            lambda: self._with_sheet(head + "".join(f'<row><c r="XFD{n}"/></row>' for n in range(3, 4000))),
            lambda: self._with_sheet(head + "<row/>" * 1_500_000),
            lambda: self._with_sheet(head + "<c " * 300_000),
            lambda: self._with_sheet(head, "<z/>" * 5_000_000),
            lambda: self._with_sheet(head, "<mergeCell " * 90_000),
            lambda: self._with_sheet(head, "<a>" * 200_000 + "</a>" * 200_000),
            lambda: self._with_sheet(head, make_merged(*["A1:A50001"] * 50_000)),
            lambda: self._with_sheet(head, make_merged("XFD1:XFD50000")),
            lambda: title + b"," * 8_000_000 + b"\n",
            lambda: title + b"\n" * 8_000_000,
            lambda: title + b'"' + b"a,b,c\n" * 1_000_000,
            lambda: title + b"x" * 20_000_000,
            lambda: b"," * 8_000_000,
            lambda: b'"' * 3_000_001 + b"\n" + b'"' * 2_000_000,
            lambda: ("\u0301" * 3_000_000).encode("utf-16"),
        ]

    def _with_root(self, part, root, content):
        return self._repack({part: f"<{root} {_MAIN}>{content}</{root}>".encode()})


# ------------------------------------------------------------
# HELPERS
# ------------------------------------------------------------


def make_cell(text, place=""):
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    told = f' r="{place}"' if place else ""
    return f'<c{told} t="inlineStr"><is><t>{text}</t></is></c>'


def make_row(number, texts):
    return f'<row r="{number}">{"".join(map(make_cell, texts))}</row>'


def make_sheet(rows, after="", dimension=""):
    told = f'<dimension ref="{dimension}"/>' if dimension else ""
    content = f"{told}<sheetData>{rows}</sheetData>{after}"
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet {_MAIN} {_OTHER}>{content}</worksheet>'


def make_merged(*references):
    return "<mergeCells>" + "".join(f'<mergeCell ref="{reference}"/>' for reference in references) + "</mergeCells>"


def pack(parts, method=zipfile.ZIP_DEFLATED, comment=b"", twice=""):
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", method) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name), content, method)
        if twice:
            # Written past the library, which warns of it.
            package.NameToInfo.pop(twice, None)
            package.writestr(zipfile.ZipInfo(twice), b"<a/>", method)
        package.comment = comment
    return output.getvalue()


def patch_directory(rng, data):
    """Sizes, flags and methods in the archive's directory that are not true."""
    data = bytearray(data)
    at = rng.choice([at for at in range(len(data) - 46) if data[at : at + 4] == b"PK\x01\x02"])
    offset, form, value = rng.choice(DIRECTORY)
    data[at + offset : at + offset + struct.calcsize(form)] = struct.pack(form, value)
    return bytes(data)


def mutate(rng, data):
    """The bytes with some of them changed, lost, doubled, or cut off."""
    data = bytearray(data)
    for _count in range(rng.choice([1, 1, 2, 5, 20])):
        if not data:
            break
        at, how = rng.randrange(len(data)), rng.randrange(5)
        if how == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif how == 1:
            data[at] = rng.randrange(256)
        elif how == 2:
            del data[at : at + rng.choice([1, 2, 100, 3000])]
        elif how == 3:
            data[at:at] = rng.choice([b"\x00", b"\xff" * 9, b"<", b"PK\x03\x04", data[at : at + 200]])
        elif rng.random() < 0.4:
            del data[at:]
    return bytes(data)


# ------------------------------------------------------------
# READING THEM
# ------------------------------------------------------------


def read(spreadsheet, data):
    """Read a file as the import does.

    :param spreadsheet: the module ``tools.spreadsheet``
    :return: "rows", or the code of the error
    """
    try:
        for _row in spreadsheet.open_spreadsheet(data).rows():
            pass
    except spreadsheet.SpreadsheetError as error:
        return error.code
    return "rows"


def try_file(spreadsheet, data):
    """:return: how it ended, and what must not be (texts)"""
    faults, begun, peak = [], time.process_time(), _peak()
    try:
        outcome = read(spreadsheet, data)
    except Exception as error:
        outcome = type(error).__name__
        faults.append(f"{outcome}: {error}"[:300])
    seconds, megabytes = time.process_time() - begun, _peak() - peak
    if seconds > MAX_SECONDS or megabytes > MAX_MEGABYTES:
        faults.append(f"{seconds:.0f} s, {megabytes:.0f} MB")
    return outcome, faults


def main(first, last):
    # As a package of its own, since the addon's would load Odoo.
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tools import spreadsheet

    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (900, 900))
    # openpyxl warns of what it mends by itself.
    warnings.simplefilter("ignore")
    files, seen = BrokenFiles(), Counter()
    for number in range(first, last):
        # Told before it is tried: whoever waits for us knows which file was the last.
        _tell({"begun": number})
        kind, data = files.file(number)
        outcome, faults = try_file(spreadsheet, data)
        seen[outcome] += 1
        if faults:
            _tell({"number": number, "kind": kind, "size": len(data), "faults": faults})
    _tell({"seen": seen})


def _tell(finding):
    """A line of JSON to whoever waits for us, at once."""
    sys.stdout.write(json.dumps(finding) + "\n")
    sys.stdout.flush()


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
