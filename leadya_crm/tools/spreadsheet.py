"""Read a spreadsheet that somebody else made, and write one that is safe to open.

Plain Python, no ORM. How to use::

    book = open_spreadsheet(data)
    book.headers                      # ['Name', 'E-mail', ...], never with two equal names
    for row in book.rows():           # streamed; blank rows are passed over
        row.number, row.values        # number as the spreadsheet program shows it, list of str

How it works: what a file is, is told by its first bytes and never by its name, because exports arrive
renamed: XLSX called .csv, HTML called .xls. Whatever cannot be read raises one `SpreadsheetError`, whose
`code` the caller turns into a sentence in the reader's language. Every cell comes out as text: dates in ISO
form, whole numbers without a fraction, so that one set of rules serves both kinds of file.
"""

import codecs
import csv
import datetime
import io
import logging
import re
import zipfile
from collections import Counter, namedtuple
from dataclasses import dataclass
from xml.parsers import expat

import openpyxl
from openpyxl.utils import get_column_letter, range_boundaries

_logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024

Row = namedtuple("Row", "number values cut")


class SpreadsheetError(Exception):
    """A file that cannot be used as it is.

    :param str code: what is wrong; the key of a sentence that the caller translates
    :param params: what the sentence names (limits, cells, sizes)
    """

    def __init__(self, code, **params):
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self):
        return f"{self.code} {self.params}" if self.params else self.code


@dataclass(frozen=True)
class Limits:
    """How much is read before a file counts as unreasonable. Sizes are bytes, a cell's is characters."""

    file_size: int = 50 * MEGABYTE
    unpacked_size: int = 600 * MEGABYTE
    # Shared strings are the one part of a workbook that has to be held in memory whole.
    shared_strings_size: int = 120 * MEGABYTE
    members: int = 5000
    columns: int = 500
    rows: int = 500_000
    # What a spreadsheet program itself lets into one cell is 32,767 characters.
    cell_length: int = 32_767


DEFAULT_LIMITS = Limits()


# ------------------------------------------------------------------
# Recognition
# ------------------------------------------------------------------

_SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"RIFF", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"\x1f\x8b", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"{\\rtf", "document"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATORS = (",", ";", "\t", "|")
_SAMPLE = 256 * 1024


def open_spreadsheet(data, limits=DEFAULT_LIMITS, sheet=None):
    """Recognise a file and find its header.

    :param bytes data: the whole file
    :param Limits limits: bounds to hold it to
    :param str sheet: name of the workbook's sheet to read; the first that holds something when not given
    :return: a `CsvSpreadsheet` or `XlsxSpreadsheet`
    :raise SpreadsheetError: when the file is not usable, with the reason
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise SpreadsheetError("empty")
    if len(data) > limits.file_size:
        raise SpreadsheetError(
            "too_big",
            size=round(len(data) / MEGABYTE, 1),
            limit=round(limits.file_size / MEGABYTE),
        )
    _refuse_other_formats(data)
    if data.startswith(_ZIP):
        return XlsxSpreadsheet(data, limits, sheet)
    return CsvSpreadsheet(data, limits)


def _refuse_other_formats(data):
    """Raise for everything that is recognised and cannot be read."""
    for signature, code in _SIGNATURES:
        if data.startswith(signature):
            raise SpreadsheetError(code)
    if data.startswith(_OLE):
        # A workbook locked with a password is wrapped in the same container as the old format.
        locked = "EncryptedPackage".encode("utf-16-le") in data
        raise SpreadsheetError("locked" if locked else "old_xls")
    head = _head_text(data).lstrip("\ufeff \t\r\n").lower()
    if not head.startswith("<"):
        return
    if "urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise SpreadsheetError("xml")
    if re.search(r"<(!doctype\s+html|html|head|body|table|meta|div|style)\b", head):
        raise SpreadsheetError("html")
    if head.startswith("<?xml"):
        raise SpreadsheetError("xml")


def _head_text(data):
    """The beginning of the file as text, good enough to look for markup in."""
    encoding = _encoding_from_bom(data) or "latin-1"
    return data[:4096].decode(encoding, errors="ignore")


def _encoding_from_bom(data):
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding
    return None


def detect_encoding(data):
    """Tell the encoding of text.

    :return: a Python codec name
    :raise SpreadsheetError: when the bytes are no text at all
    """
    encoding = _encoding_from_bom(data) or _utf16_without_bom(data)
    if encoding:
        return encoding
    if b"\x00" in data:
        raise SpreadsheetError("binary")
    if _decodes(data, "utf-8"):
        return "utf-8"
    return _eight_bit_encoding(data)


def _utf16_without_bom(data):
    """Latin letters and separators leave a zero in every second byte."""
    sample = data[:4096]
    if len(sample) < 4 or b"\x00" not in sample:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > half * 0.2 and even <= half * 0.02:
        return "utf-16-le"
    if even > half * 0.2 and odd <= half * 0.02:
        return "utf-16-be"
    return None


def _decodes(data, encoding):
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(data)
    try:
        for start in range(0, len(view), MEGABYTE):
            decoder.decode(view[start : start + MEGABYTE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _eight_bit_encoding(data):
    """Choose among the one-byte code pages of our markets by the words they would make.

    Hebrew letters are 0xE0-0xFA in windows-1255, a range that windows-1251 gives to Russian letters too; Russian
    shows itself by capitals (0xC0-0xDF) and by the letters after 0xFA, which are among its commonest. Western
    text has single accented letters inside Latin words.
    """
    accented = native = russian_only = 0
    for word in re.findall(rb"[A-Za-z\x80-\xff]*[\xc0-\xff][A-Za-z\x80-\xff]*", data[:_SAMPLE]):
        if re.search(rb"[A-Za-z]", word):
            accented += 1
        else:
            native += len(re.findall(rb"[\xe0-\xfa]", word))
            russian_only += len(re.findall(rb"[\xc0-\xdf\xfb-\xff\xa8\xb8]", word))
    if native + russian_only > 2 * accented:
        hebrew = russian_only <= 0.04 * (native + russian_only)
        encoding = "cp1255" if hebrew else "cp1251"
        if _decodes(data, encoding):
            return encoding
    return "cp1252" if _decodes(data, "cp1252") else "latin-1"


def detect_separator(sample):
    """Choose the separator under which the sample's lines most agree on a number of columns.

    :param str sample: the beginning of the file, whole lines
    :return: one of , ; tab |; a comma for a file of one column
    """
    hint = re.match(r"sep=(.)[\r\n]", sample)
    if hint:
        return hint.group(1)
    best, best_score = ",", 0
    for separator in _SEPARATORS:
        widths = [len(cells) for cells in _parse_leniently(sample, separator) if any(cell.strip() for cell in cells)]
        if not widths:
            continue
        width, count = Counter(widths).most_common(1)[0]
        # The header decides between equals: a free text full of commas must not win over it.
        score = (width > 1) * (count / len(widths)) * (2 if widths[0] == width else 1)
        score *= 1 + min(width, 50) / 100
        if score > best_score:
            best, best_score = separator, score
    return best


def _parse_leniently(sample, separator):
    try:
        return list(csv.reader(io.StringIO(sample), delimiter=separator))[:200]
    except csv.Error:
        return []


# ------------------------------------------------------------------
# Reading
# ------------------------------------------------------------------


class _Spreadsheet:
    """What both kinds of file share: the header, clean cells, limits.

    Subclasses give `_raw_rows()`, tuples of row number and list of cells.
    """

    kind = ""
    encoding = ""
    separator = ""
    sheet = ""
    sheets = ()

    def __init__(self, limits):
        self.limits = limits
        self.header_number = 0
        self.headers = []

    def _raw_rows(self):
        raise NotImplementedError

    def _find_header(self):
        """Choose the header among the first filled rows: titles and merged captions stand above it."""
        first = []
        for number, cells in self._raw_rows():
            texts, _cut = self._clean(cells)
            if any(texts):
                first.append((number, texts))
            if len(first) >= 20:
                break
        if not first:
            raise SpreadsheetError("empty")
        widest = max(_filled(texts) for _number, texts in first)
        self.header_number, texts = next((number, texts) for number, texts in first if _filled(texts) >= 0.6 * widest)
        if len(texts) > self.limits.columns:
            raise SpreadsheetError("too_many_columns", count=len(texts), limit=self.limits.columns)
        if any(_looks_like_data(text) for text in texts):
            raise SpreadsheetError("no_header", row=self.header_number)
        if first[-1][0] <= self.header_number:
            raise SpreadsheetError("header_only")
        self.headers = unique_headers(texts)

    def rows(self):
        """Yield the filled rows under the header as `Row(number, values, cut)`.

        `values` is as long as the header, or longer where the row has more filled cells; `cut` lists the
        positions of cells that were longer than the limit.
        """
        count = 0
        for number, cells in self._raw_rows():
            if number <= self.header_number:
                continue
            values, cut = self._clean(cells)
            if not values:
                continue
            count += 1
            if count > self.limits.rows:
                raise SpreadsheetError("too_many_rows", limit=self.limits.rows)
            values.extend([""] * (len(self.headers) - len(values)))
            yield Row(number, values, cut)

    def _clean(self, cells):
        """Texts without the empty end of the row, and which of them had to be cut."""
        limit = self.limits.cell_length
        values, cut = [], []
        for position, cell in enumerate(cells):
            text = cell_text(cell)
            if len(text) > limit:
                text = text[:limit]
                cut.append(position)
            values.append(text)
        while values and not values[-1]:
            values.pop()
        if len(values) > self.limits.columns and any(values[self.limits.columns :]):
            raise SpreadsheetError("too_many_columns", count=len(values), limit=self.limits.columns)
        return values, cut


class CsvSpreadsheet(_Spreadsheet):
    """Text with a separator, in any of the usual encodings."""

    kind = "csv"

    def __init__(self, data, limits=DEFAULT_LIMITS):
        super().__init__(limits)
        self._data = data
        self.encoding = detect_encoding(data)
        if not self.encoding.startswith(("utf-16", "utf-32")) and _binary_share(data) > 0.05:
            raise SpreadsheetError("binary")
        self.separator = detect_separator(self._sample())
        self._find_header()

    def _text(self):
        # Some exports end in half a character; one lost sign must not cost the whole file.
        return io.TextIOWrapper(io.BytesIO(self._data), encoding=self.encoding, errors="replace", newline="")

    def _sample(self):
        with self._text() as text:
            sample = text.read(_SAMPLE)
        if len(sample) == _SAMPLE and "\n" in sample:
            sample = sample[: sample.rindex("\n") + 1]
        return sample

    def _raw_rows(self):
        # The default bound, 128 kB a cell, would turn one long note into a failure of the whole file.
        csv.field_size_limit(max(csv.field_size_limit(), self.limits.file_size))
        with self._text() as text:
            reader = csv.reader(text, delimiter=self.separator)
            number = 0
            try:
                for cells in reader:
                    number += 1
                    if number == 1 and re.fullmatch(r"sep=.?", self.separator.join(cells).strip()):
                        continue
                    self._refuse_swallowed_rows(number, cells)
                    yield number, cells
            except csv.Error as error:
                raise SpreadsheetError("damaged_row", row=number + 1) from error

    def _refuse_swallowed_rows(self, number, cells):
        """A quotation mark that is never closed hides all rows after it in one cell: say so, lose none."""
        width = len(self.headers) or len(cells)
        if width < 3:
            return
        for cell in cells:
            lines = cell.count("\n")
            if lines >= 2 and cell.count(self.separator) >= (lines - 1) * (width - 1):
                raise SpreadsheetError("open_quote", row=number)


class XlsxSpreadsheet(_Spreadsheet):
    """A workbook of Excel 2007 and later, read row by row."""

    kind = "xlsx"

    def __init__(self, data, limits=DEFAULT_LIMITS, sheet=None):
        super().__init__(limits)
        _check_package(data, limits)
        # Opened once: what costs time and memory is the table of shared strings, read at opening.
        self._book = self._load(data)
        sheets = self._book.worksheets
        self.sheets = tuple(ws.title for ws in sheets if ws.sheet_state == "visible") or tuple(
            ws.title for ws in sheets
        )
        if not self.sheets:
            raise SpreadsheetError("empty")
        if sheet and sheet not in self.sheets:
            raise SpreadsheetError("no_such_sheet", sheet=sheet, sheets=", ".join(self.sheets))
        self._choose_sheet([sheet] if sheet else self.sheets)

    def _load(self, data):
        try:
            return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        except Exception as error:
            # The library answers a broken package with whatever its parts happen to raise.
            _logger.info("Workbook refused: %s", error)
            raise SpreadsheetError("damaged") from error

    def _choose_sheet(self, names):
        """Take the first sheet with a header and rows; report on the first when there is none."""
        refusal = None
        for name in names:
            self.sheet = name
            self._merged = self._scan_sheet()
            try:
                self._find_header()
                return
            except SpreadsheetError as error:
                if error.code not in ("empty", "header_only"):
                    raise
                refusal = refusal or error
        raise refusal

    def _scan_sheet(self):
        """Look over the sheet's XML for what streaming does not show.

        :return: {(row, column): row of the merged block's top} for blocks that go down in a column
        :raise SpreadsheetError: on a formula whose result was never stored
        """
        try:
            return _scan_worksheet(self._book[self.sheet]._get_source)
        except SpreadsheetError:
            raise
        except Exception as error:
            raise SpreadsheetError("damaged") from error

    def _raw_rows(self):
        try:
            worksheet = self._book[self.sheet]
            # The size that a file states of itself is often wrong.
            worksheet.reset_dimensions()
            kept = {}
            for number, cells in enumerate(worksheet.iter_rows(values_only=True), start=1):
                yield number, self._with_merged(number, list(cells), kept)
        except SpreadsheetError:
            raise
        except Exception as error:
            _logger.info("Workbook refused while reading: %s", error)
            raise SpreadsheetError("damaged") from error

    def _with_merged(self, number, cells, kept):
        """Give every row of a block merged downwards the value that only its top row holds."""
        for column, top in self._merged.get(number, ()):
            if column > len(cells):
                cells.extend([None] * (column - len(cells)))
            if top == number:
                kept[column] = cells[column - 1]
            else:
                cells[column - 1] = kept.get(column)
        return cells


_MERGE_RE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_NEVER_CALCULATED_RE = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f[^>]*>[^<]*</(?:\w+:)?f>\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_CELL_REF_RE = re.compile(rb'\br="([A-Z]+\d+)"')
_MERGES_LIMIT = 50_000


def _scan_worksheet(open_source):
    merged = {}
    count = 0
    tail = b""
    with open_source() as source:
        while chunk := source.read(MEGABYTE):
            window = tail + chunk
            if b"<f" in window or b":f" in window:
                _refuse_never_calculated(window)
            last = 0
            for match in _MERGE_RE.finditer(window) if b"mergeCell" in window else ():
                last = match.end()
                count += 1
                if count <= _MERGES_LIMIT:
                    _add_merged(merged, match.group(1).decode())
            # A tag may be split between two chunks; what was counted must not be seen again.
            tail = window[max(last, len(window) - 1024) :]
    return merged


def _refuse_never_calculated(window):
    for match in _NEVER_CALCULATED_RE.finditer(window):
        # A formula whose result is an empty text says so by its type.
        if b't="str"' not in match.group(1):
            cell = _CELL_REF_RE.search(match.group(1))
            name = cell.group(1).decode() if cell else "?"
            raise SpreadsheetError("formula_without_value", cell=name)


def _add_merged(merged, reference):
    column, top, _last_column, bottom = range_boundaries(reference)
    if top < bottom <= top + _MERGES_LIMIT:
        for number in range(top, bottom + 1):
            merged.setdefault(number, []).append((column, top))


def _check_package(data, limits):
    """Refuse what is no workbook, unpacks to an unreasonable size, or brings its own XML entities."""
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        members = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise SpreadsheetError("damaged") from error
    with package:
        names = {member.filename for member in members}
        _refuse_other_packages(names)
        if len(members) > limits.members or _unpacked(members) > limits.unpacked_size:
            raise SpreadsheetError("zip_bomb", limit=round(limits.unpacked_size / MEGABYTE))
        if _unpacked(m for m in members if "sharedstrings" in m.filename.lower()) > (limits.shared_strings_size):
            raise SpreadsheetError("zip_bomb", limit=round(limits.shared_strings_size / MEGABYTE))
        for member in members:
            if member.filename.lower().endswith((".xml", ".rels")):
                _refuse_entities(package, member)


def _unpacked(members):
    return sum(member.file_size for member in members)


def _refuse_other_packages(names):
    if any(name.startswith("xl/") and name.endswith("workbook.xml") for name in names):
        return
    if "xl/workbook.bin" in names:
        raise SpreadsheetError("xlsb")
    if "content.xml" in names and "mimetype" in names:
        raise SpreadsheetError("ods")
    if "[Content_Types].xml" in names and not any(name.startswith("xl/") for name in names):
        raise SpreadsheetError("document")
    if not any(name.startswith("xl/") for name in names):
        raise SpreadsheetError("archive")


class _RootReached(Exception):
    pass


def _refuse_entities(package, member):
    """A document type stands before the root element, if anywhere: read only that far."""
    parser = expat.ParserCreate()

    def refuse(*_args):
        raise SpreadsheetError("xml_entities", part=member.filename[:80])

    def stop(*_args):
        raise _RootReached

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        with package.open(member) as part:
            while chunk := part.read(8192):
                parser.Parse(chunk)
    except _RootReached:
        return
    except SpreadsheetError:
        raise
    except Exception as error:
        raise SpreadsheetError("damaged") from error


# ------------------------------------------------------------------
# Cells
# ------------------------------------------------------------------

# Tab, line feed and carriage return are the control characters that mean something in a cell.
_CONTROL_RE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
_EXCEL_TEXT_RE = re.compile(r'="([^"]*)"')
_EXCEL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell_text(cell):
    """Any cell as clean text: dates in ISO form, whole numbers without a fraction, empty for nothing."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _clean_text(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.replace(microsecond=0).isoformat(sep=" ")
    return str(cell)


def _clean_text(text):
    text = _CONTROL_RE.sub("", text).strip(" \t\r\n\xa0\u200e\u200f\u202a\u202b\u202c")
    if text in _EXCEL_ERRORS:
        return ""
    match = _EXCEL_TEXT_RE.fullmatch(text)
    if match:
        return match.group(1).strip()
    # An apostrophe before a formula sign is a spreadsheet's own mark for "text", ours included.
    if text.startswith("'") and text[1:].startswith(FORMULA_STARTS):
        return text[1:]
    return text


def unique_headers(texts):
    """Name every column, and no two alike: a blank one after its letter, a repeated one by a counter."""
    names, seen = [], set()
    for position, text in enumerate(texts, start=1):
        base = " ".join(text.split())[:120] or get_column_letter(position)
        name, counter = base, 2
        while name.casefold() in seen:
            name = f"{base} ({counter})"
            counter += 1
        seen.add(name.casefold())
        names.append(name)
    return names


def _filled(texts):
    return sum(1 for text in texts if text)


def _looks_like_data(text):
    return bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.\w{2,}", text)) or bool(re.fullmatch(r"[+\d][\d ()./:-]{6,}", text))


def _binary_share(data):
    sample = data[:_SAMPLE]
    return len(re.findall(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]", sample)) / len(sample)


# ------------------------------------------------------------------
# Writing
# ------------------------------------------------------------------


def safe_cell(text):
    """A text that no spreadsheet program takes for a formula, however it is carried further."""
    text = _CONTROL_RE.sub("", text)
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def write_xlsx(headers, rows, title="Sheet1"):
    """Make a workbook of texts.

    :param headers: column names
    :param rows: iterable of lists of str; consumed once, row by row
    :return: bytes of an XLSX file in which no cell starts a formula
    """
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.append([safe_cell(header) for header in headers])
    for row in rows:
        sheet.append([safe_cell(value) for value in row])
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()
