"""Workbooks of Excel 2007 and later."""

import io
import logging

import openpyxl

from .errors import DEFAULT_LIMITS, SpreadsheetError
from .package import check_package
from .survey import survey_sheet
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
        """The blocks that are merged downwards, see :func:`survey_sheet`; and whether the sheet can be read at all."""
        try:
            with self._book[self.sheet]._get_source() as source:
                return survey_sheet(source, self.limits)
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
