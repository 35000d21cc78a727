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

================  =====================================================
`recognition`     what a file is, by its content
`encoding`        which characters its bytes are
`table`           header, rows and limits, alike for every kind of file
`delimited`       text with a separator
`workbook`        XLSX, streamed
`package`         what an XLSX is packed in, and attacks by it
`survey`          what a sheet holds that reading it row by row does not show
`cells`           a cell as clean text, in and out
`writing`         an XLSX in which no cell starts a formula
================  =====================================================
"""

from .cells import FORMULA_STARTS, cell_text, safe_cell
from .delimited import CsvSpreadsheet, detect_separator
from .encoding import detect_encoding
from .errors import DEFAULT_LIMITS, MEGABYTE, Limits, SpreadsheetError
from .recognition import open_spreadsheet
from .table import Row, unique_headers
from .workbook import XlsxSpreadsheet
from .writing import write_xlsx
