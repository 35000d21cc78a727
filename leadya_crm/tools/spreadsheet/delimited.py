"""Text with a separator."""

import csv
import io
import re
from collections import Counter

from .encoding import SAMPLE_SIZE, binary_share, detect_encoding
from .errors import DEFAULT_LIMITS, SpreadsheetError
from .table import Spreadsheet

_SEPARATORS = (",", ";", "\t", "|")


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
        # Of widths that are as common the larger: reports have lines of text above and under their table.
        width, count = max(Counter(widths).items(), key=lambda item: (item[1], item[0]))
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


class CsvSpreadsheet(Spreadsheet):
    """Text with a separator, in any of the usual encodings."""

    kind = "csv"

    def __init__(self, data, limits=DEFAULT_LIMITS):
        super().__init__(limits)
        self._data = data
        self.encoding = detect_encoding(data)
        if not self.encoding.startswith(("utf-16", "utf-32")) and binary_share(data) > 0.05:
            raise SpreadsheetError("binary")
        self.separator = detect_separator(self._sample())
        self._find_header()

    def _text(self):
        # Some exports end in half a character; one lost sign must not cost the whole file.
        return io.TextIOWrapper(io.BytesIO(self._data), encoding=self.encoding, errors="replace", newline="")

    def _sample(self):
        with self._text() as text:
            sample = text.read(SAMPLE_SIZE)
        if len(sample) == SAMPLE_SIZE and "\n" in sample:
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
        if width < 3 or "\n" not in "".join(cells):
            return
        for cell in cells:
            lines = cell.count("\n")
            if lines >= 2 and cell.count(self.separator) >= (lines - 1) * (width - 1):
                raise SpreadsheetError("open_quote", row=number)
