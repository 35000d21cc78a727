"""Why a file cannot be used, and how much of it is read."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


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
    shared_strings: int = 2_000_000
    # Any other part that is read whole: formats, names of sheets. Each of its elements costs far more than its bytes.
    part_size: int = 16 * MEGABYTE
    part_elements: int = 300_000
    members: int = 5000
    columns: int = 500
    rows: int = 500_000
    # What a spreadsheet program itself lets into one cell is 32,767 characters.
    cell_length: int = 32_767


DEFAULT_LIMITS = Limits()
