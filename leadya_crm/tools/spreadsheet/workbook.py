"""Workbooks of Excel 2007 and later."""

import io
import logging
import re

import openpyxl
from openpyxl.utils import range_boundaries

from .errors import DEFAULT_LIMITS, MEGABYTE, SpreadsheetError
from .package import check_package
from .table import Spreadsheet

_logger = logging.getLogger(__name__)


class XlsxSpreadsheet(Spreadsheet):
    """A workbook of Excel 2007 and later, read row by row."""

    kind = "xlsx"

    def __init__(self, data, limits=DEFAULT_LIMITS, sheet=None):
        super().__init__(limits)
        check_package(data, limits)
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
