"""Read what Google's Search Console, or a tool that asks it, says of the queries by which pages were found.

Plain Python, no ORM. Files come in three ways:

* a table of queries and pages, as tools that ask the API give it (``query, page, clicks, impressions``), perhaps by
  day, device or country: rows of the same query and page are summed up;
* Search Console's own export of one page: an archive with tables of queries, pages, countries …, of which one says by
  which page it was filtered;
* the same as a workbook, a sheet for each table.

Without a page nothing can be inferred: an export of the whole site, which has queries and pages apart, is refused with
what to do instead.
"""

import io
import re
import zipfile
from dataclasses import dataclass, field

from .columns import compact
from .cost_numbers import parse_count
from .dates import parse_datetime
from .keywords import normalize_keyword
from .spreadsheet import MEGABYTE, SpreadsheetError, open_spreadsheet
from .urls import MAX_URL_LENGTH, split_page

#: English, Hebrew, Russian: as Search Console, its API and common tools call their columns.
SEARCH_SYNONYMS = {
    "search_query": "query, queries, top queries, search query, search term, keyword, keys"
    ", שאילתה, שאילתא, שאילתות, שאילתות מובילות, השאילתות המובילות, מילת חיפוש, מונח חיפוש, ביטוי חיפוש"
    ", запрос, запросы, популярные запросы, самые популярные запросы, поисковый запрос, поисковые запросы",
    "page": "page, pages, top pages, landing page, url, page url, address"
    ", דף, דפים, דפים מובילים, הדפים המובילים, דף נחיתה, כתובת, כתובת url, כתובת אתר, עמוד"
    ", страница, страницы, популярные страницы, самые популярные страницы, целевая страница, адрес, url страницы",
    "clicks": "clicks, url clicks, click, קליקים, הקלקות, לחיצות, клики, кликов, переходы",
    "impressions": "impressions, impr, חשיפות, показы, показов",
    "position": "position, average position, avg position, avg pos, מיקום, מיקום ממוצע, позиция, средняя позиция",
    "day": "date, day, תאריך, יום, дата, день",
}
_BY_SYNONYM = {
    compact(word): target for target, words in SEARCH_SYNONYMS.items() for word in words.split(",") if compact(word)
}

_ADDRESS = re.compile(r"https?://[^\s,;\"'<>]+", re.I)
#: Tables of an archive; there are seven of them, of at most a thousand rows.
_MAX_TABLES = 20
_MAX_TABLE_SIZE = 20 * MEGABYTE

MAX_COUNT = 2**31 - 1


class SearchReportError(Exception):
    """A report that can't be used as it is.

    :param str code: what is wrong; the key of a sentence that the caller translates
    :param params: what the sentence names: row, column, value
    """

    def __init__(self, code, **params):
        super().__init__(code, params)
        self.code = code
        self.params = params


@dataclass
class QueryLine:
    """How often a page was shown for a query, and clicked."""

    query: str
    clicks: int = 0
    impressions: int = 0
    #: Sum of positions, each as often as it was shown.
    position_sum: float = 0.0

    @property
    def position(self):
        """The average place among the results, 1 being the first; 0 where the file doesn't say it."""
        return self.position_sum / self.impressions if self.impressions else 0.0


@dataclass
class SearchReport:
    #: (query as it is compared, site, page) → line
    lines: dict = field(default_factory=dict)
    #: First and last day, where rows say their day.
    period: tuple | None = None
    row_count: int = 0


def propose_search_targets(headers):
    """What each column holds; "ignore" for what is of no use here, as the rate of clicks is.

    :rtype: list[str]
    """
    targets, taken = [], set()
    for header in headers:
        target = _BY_SYNONYM.get(compact(header), "ignore")
        targets.append("ignore" if target in taken else target)
        taken.add(target)
    return targets


def unpack(data, limits):
    """Of an export that has several tables, the one of queries, and the page it was filtered by.

    :param bytes data: the whole file
    :return: the table as a file of its own (None: the whole file is the table), the sheet of a workbook (or ""),
        and the page's address (or "")
    :rtype: tuple[bytes | None, str, str]
    :raises SpreadsheetError: the archive is damaged, or unpacks to too much
    """
    if not data.startswith(b"PK"):
        return None, "", ""
    tables = _unpack_archive(data)
    if tables is None:
        return None, *_look_at_sheets(data, limits)
    queries, page = None, ""
    for content in tables:
        book = _open(content, limits)
        page = page or _find_filter(book)
        if queries is None and _has_queries(book):
            queries = content
    if queries is None:
        raise SearchReportError("search_no_queries")
    return queries, "", page


def _unpack_archive(data):
    """The tables of an archive; None where it is a workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if member.filename.lower().endswith(".csv")]
            if not members:
                return None
            if len(members) > _MAX_TABLES or sum(member.file_size for member in members) > _MAX_TABLE_SIZE:
                raise SpreadsheetError("zip_bomb", limit=_MAX_TABLE_SIZE // MEGABYTE)
            return [archive.read(member) for member in members]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, RuntimeError) as error:
        raise SpreadsheetError("damaged") from error


def _look_at_sheets(data, limits):
    """The sheet of queries and the page's address, of a workbook with a sheet for each table."""
    sheets = open_spreadsheet(data, limits).sheets
    if len(sheets) < 2:
        return "", ""
    found, page = "", ""
    for sheet in sheets[:_MAX_TABLES]:
        book = _open(data, limits, sheet)
        page = page or _find_filter(book)
        if not found and _has_queries(book):
            found = sheet
    return found, page


def _open(content, limits, sheet=None):
    """The table, None where it holds nothing."""
    try:
        return open_spreadsheet(content, limits, sheet)
    except SpreadsheetError:
        return None


def _has_queries(book):
    return bool(book) and "search_query" in propose_search_targets(book.headers)


def _find_filter(book):
    """The address in a table of filters: two columns, and none of the figures."""
    if not book or len(book.headers) != 2 or set(propose_search_targets(book.headers)) & {"clicks", "impressions"}:
        return ""
    for row in book.rows():
        if found := _ADDRESS.search(" ".join(row.values)[:MAX_URL_LENGTH]):
            return found[0]
    return ""


def read_search_report(book, targets, page="", progress=None):
    """Read a table of queries whole, or not at all.

    :param book: a `Spreadsheet`
    :param list targets: for each column what it holds, see :func:`propose_search_targets`
    :param str page: the address of rows that don't say their own
    :param progress: called now and then with the number of rows that were read
    :raises SearchReportError: at the first cell that can't be read
    :rtype: SearchReport
    """
    return _Reader(book, targets, page).read_all(progress)


class _Reader:
    def __init__(self, book, targets, page):
        self.book = book
        self.positions = {target: position for position, target in enumerate(targets) if target != "ignore"}
        self.page = split_page(page)
        self.report = SearchReport()
        self.pages = {}
        self.days = set()

    def read_all(self, progress):
        for row in self.book.rows():
            self._read_row(row)
            self.report.row_count += 1
            if progress and self.report.row_count % 5000 == 0:
                progress(self.report.row_count)
        if not self.report.lines:
            raise SearchReportError("search_no_rows")
        if self.days:
            self.report.period = (min(self.days), max(self.days))
        return self.report

    def _read_row(self, row):
        query = self._cell(row, "search_query")
        name = normalize_keyword(query)
        clicks, impressions = self._count(row, "clicks"), self._count(row, "impressions")
        site, page = self._read_page(row)
        if "day" in self.positions:
            self.days.add(self._read_day(row))
        # Queries of few people are hidden: their rows, if there are any, have no name.
        if not name or not (clicks or impressions):
            return
        line = self.report.lines.setdefault((name, site, page), QueryLine(" ".join(query.split())[:250]))
        line.clicks += clicks
        line.impressions += impressions
        line.position_sum += impressions * self._read_position(row)

    def _cell(self, row, target):
        position = self.positions.get(target)
        return row.values[position] if position is not None else ""

    def _count(self, row, target):
        text = self._cell(row, target)
        count = parse_count(text)
        if count is None or count > MAX_COUNT:
            raise self._error("search_bad_count", row, target, text)
        return count

    def _read_page(self, row):
        if "page" not in self.positions:
            return self.page
        text = self._cell(row, "page")
        if text not in self.pages:
            found = split_page(text)
            if not found[0] or "." not in found[0]:
                raise self._error("search_bad_page", row, "page", text)
            self.pages[text] = found
        return self.pages[text]

    def _read_day(self, row):
        text = self._cell(row, "day")
        moment = parse_datetime(text)
        if not moment:
            raise self._error("search_bad_day", row, "day", text)
        return moment.date()

    def _read_position(self, row):
        """A place that is no number is none: nothing is computed from it."""
        text = self._cell(row, "position").replace(",", ".")
        return float(text) if re.fullmatch(r"\d{1,4}(\.\d{1,9})?", text) else 0.0

    def _error(self, code, row, target, text):
        column = self.book.headers[self.positions[target]]
        return SearchReportError(code, row=row.number, column=column, value=text[:60])
