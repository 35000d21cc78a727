"""A look over a sheet's XML before it is read: what reading row by row does not show, and what would do harm.

openpyxl keeps every element that it does not know, fills up missing rows, and passes over rows that come in the wrong
order. None of that matters in a sheet that a program wrote; here it is found out in one pass that keeps nothing.
"""

from xml.parsers import expat

from openpyxl.utils import column_index_from_string, range_boundaries

from .errors import MEGABYTE, SpreadsheetError

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
#: What a spreadsheet program itself allows.
_MAX_ROW = 1_048_576
_MAX_COLUMN = 16_384
#: Elements beside the rows (widths, merged blocks, links, formats), and in one row. Real sheets stay far below.
_MAX_BESIDE = 200_000
_MAX_IN_ROW = 12 * _MAX_COLUMN
#: Rows that are filled by blocks merged downwards: one by one, and in all.
_MAX_MERGED_ROWS = 50_000
_MAX_FILLED = 500_000
#: Bytes without an element: a cell holds 32,767 characters.
_MAX_SILENCE = 8


def survey_sheet(source, limits):
    """Look over a sheet.

    :param source: file object of its XML
    :param Limits limits: what is read of it afterwards
    :return: {row: [(column, row of the block's top)]} of blocks that are merged downwards
    :raise SpreadsheetError: on a formula whose result was never stored, and on what no program writes
    """
    survey = _Survey(limits)
    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = survey.start
    parser.EndElementHandler = survey.end
    survey.parser = parser
    silence = 0
    while chunk := source.read(MEGABYTE):
        before = survey.elements
        parser.Parse(chunk)
        silence = silence + 1 if survey.elements == before else 0
        if silence > _MAX_SILENCE:
            raise SpreadsheetError("damaged")
    parser.Parse(b"", True)
    return survey.merged


class _Survey:
    """Follows the elements of a sheet; ``start`` and ``end`` are called for each."""

    def __init__(self, limits):
        self.limits = limits
        self.parser = None
        self.merged = {}
        self.elements = 0
        self._beside = self._in_row = self._filled = self._area = 0
        self._row = self._column = 0
        self._is_row = False
        self._cell = None
        self._formula = self._value = False
        self._starts = {
            f"{_MAIN}row": self._start_row,
            f"{_MAIN}c": self._start_cell,
            f"{_MAIN}f": self._start_formula,
            f"{_MAIN}v": self._start_value,
            f"{_MAIN}mergeCell": self._start_merged,
        }
        self._ends = {f"{_MAIN}row": self._end_row, f"{_MAIN}c": self._end_cell}

    def start(self, name, attributes):
        self.elements += 1
        if self._is_row:
            self._in_row += 1
        else:
            self._beside += 1
        if self._beside > _MAX_BESIDE or self._in_row > _MAX_IN_ROW:
            raise SpreadsheetError("damaged")
        handler = self._starts.get(name)
        if handler:
            handler(attributes)

    def end(self, name):
        handler = self._ends.get(name)
        if handler:
            handler()

    def _start_row(self, attributes):
        # Some programs write "1.0".
        row = int(float(attributes["r"])) if attributes.get("r") else self._row + 1
        # One that goes back is passed over in silence when it is read.
        if row <= self._row or self._is_row:
            raise SpreadsheetError("damaged")
        if row > _MAX_ROW:
            raise SpreadsheetError("too_many_rows", limit=_MAX_ROW)
        self._row, self._column, self._in_row, self._is_row = row, 0, 0, True
        self._beside -= 1

    def _end_row(self):
        self._is_row = False
        # Empty cells far to the right are filled up to, row by row.
        self._area += self._column
        if self._area > self.limits.rows * self.limits.columns:
            raise SpreadsheetError("too_many_columns", count=self._column, limit=self.limits.columns)

    def _start_cell(self, attributes):
        place = attributes.get("r", "")
        column = column_index_from_string(place.rstrip("0123456789")) if place else self._column + 1
        if column <= self._column:
            raise SpreadsheetError("damaged")
        if column > _MAX_COLUMN:
            raise SpreadsheetError("too_many_columns", count=column, limit=self.limits.columns)
        self._column, self._cell, self._formula, self._value = column, attributes, False, False

    def _start_formula(self, _attributes):
        self._formula = True

    def _start_value(self, _attributes):
        # Whether there is a value: the only text of a sheet that is looked at.
        self.parser.CharacterDataHandler = self._read_value

    def _read_value(self, text):
        self._value = self._value or bool(text.strip())

    def _end_cell(self):
        self.parser.CharacterDataHandler = None
        # A formula whose result is an empty text says so by its type.
        if self._formula and not self._value and self._cell.get("t") != "str":
            raise SpreadsheetError("formula_without_value", cell=self._cell.get("r") or "?")

    def _start_merged(self, attributes):
        column, top, _last_column, bottom = range_boundaries(attributes["ref"])
        if top >= bottom or column > self.limits.columns or bottom - top > _MAX_MERGED_ROWS:
            return
        self._filled += bottom - top
        if self._filled > _MAX_FILLED:
            raise SpreadsheetError("damaged")
        for number in range(top, bottom + 1):
            self.merged.setdefault(number, []).append((column, top))
