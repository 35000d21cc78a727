"""The table in a file: its header, its rows, and the limits that it is held to."""

import re
from collections import namedtuple

from openpyxl.utils import get_column_letter

from .cells import clean_texts
from .errors import SpreadsheetError

Row = namedtuple("Row", "number values cut")


class Spreadsheet:
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
        #: What stands above the header: titles, periods.
        self.preamble = []

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
        self.preamble = [" ".join(filter(None, line)) for number, line in first if number < self.header_number]

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
        # Formats of whole rows leave thousands of empty cells.
        while cells and cells[-1] is None:
            cells.pop()
        values = clean_texts(cells)
        cut = self._cut_long(values)
        while values and not values[-1]:
            values.pop()
        if len(values) > self.limits.columns and any(values[self.limits.columns :]):
            raise SpreadsheetError("too_many_columns", count=len(values), limit=self.limits.columns)
        return values, cut

    def _cut_long(self, values):
        """Cut the texts that are too long, in place; give their positions."""
        limit = self.limits.cell_length
        if max(map(len, values), default=0) <= limit:
            return []
        cut = [position for position, text in enumerate(values) if len(text) > limit]
        for position in cut:
            values[position] = values[position][:limit]
        return cut

    def sample(self, size):
        """Texts of each column from the whole length of the table, for a look at what it holds.

        Only the rows that are taken are cleaned, which is most of the work of reading.

        :param int size: between so many and twice as many rows are taken
        :return: for each column its filled texts, and the number of rows
        """
        taken, step, total = [], 1, 0
        for number, cells in self._raw_rows():
            if number <= self.header_number or not any(cells):
                continue
            total += 1
            if total % step:
                continue
            taken.append(cells)
            if len(taken) >= 2 * size:
                taken, step = taken[1::2], 2 * step
        columns = [[] for _header in self.headers]
        for cells in taken:
            for column, text in zip(columns, self._clean(list(cells))[0], strict=False):
                if text:
                    column.append(text)
        return columns, total


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
