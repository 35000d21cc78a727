"""Read an advertising report into what was spent on what.

Plain Python, no ORM. How to use::

    report = read_report(book, ReportOptions(targets=["segment", "keyword", ...], period=(first, last), currency="USD"))
    report.lines      # {(About, (first day, last day)): [impressions, clicks, cost]}, rows by device summed
    report.findings   # [("total_equal", {...}), ...], what comparing with the report's own totals gave

A report is read whole or not at all: the first cell that can't be read raises a `ReportError` that names row and
column. Rows that sum others up are held against the sums and never loaded.

How it works: most rows repeat what they are about (keyword, campaign …) for another day or device. What the cells say
is understood once for each combination, and looked up for all further rows; so are days, and figures.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from .cost_columns import currency_code
from .cost_headers import MATCH_WORDS, TOTALS
from .cost_numbers import NOTHING, detect_decimal, parse_count, parse_money
from .dates import parse_datetime
from .keywords import normalize_keyword, split_match_type

#: What a line of costs is about. Their cells decide which rows are one line.
ABOUT = ("keyword", "match_type", "campaign", "campaign_ref", "ad_group", "ad_group_ref", "account", "currency")
DATES = ("day", "week", "month", "date_from", "date_to")
FIGURES = ("impressions", "clicks", "cost")

#: What a database integer holds, and more money than any advertiser has.
MAX_COUNT = 2**31 - 1
MAX_COST = 1e12
MAX_TEXT = 250

_TOTAL = re.compile(rf"(?:{'|'.join(map(re.escape, TOTALS))})\s*(?:[:\-–—(]\s*.*)?", re.DOTALL)
#: Tells nearly all cells apart at their first letter.
_MAYBE_TOTAL = re.compile(r"[\"'״׳”“\s]*(?:tot|gra|סה|סך|ито|все)", re.I)
_FOOTER = re.compile(r"total rows\b|rows:|©|\(c\)|all rights reserved")


class ReportError(Exception):
    """A report that can't be used as it is.

    :param str code: what is wrong; the key of a sentence that the caller translates
    :param params: what the sentence names: row, column, value
    """

    def __init__(self, code, **params):
        super().__init__(code, params)
        self.code = code
        self.params = params


@dataclass
class ReportOptions:
    """How a report is to be read.

    :param list targets: for each column what it holds, see `cost_columns.propose_cost_targets`
    :param tuple period: first and last day of rows that don't say their own
    :param str currency: of money whose row doesn't say its own
    :param str account: of rows that don't say their own
    :param str origin: the platform, see `cost_columns.recognise_platform`
    :param dict date_orders: "dmy" or "mdy", by the position of a column
    """

    targets: list
    period: tuple = None
    currency: str = ""
    account: str = ""
    origin: str = "google"
    date_orders: dict = field(default_factory=dict)


class About(NamedTuple):
    """What money was spent on. Empty texts where the report doesn't say."""

    keyword: str
    match_type: str
    campaign: str
    campaign_ref: str
    ad_group: str
    ad_group_ref: str
    account: str
    currency: str


class Total(NamedTuple):
    """A row of the report that sums others up."""

    row: int
    label: str
    segments: tuple
    figures: list


@dataclass
class CostReport:
    lines: dict
    row_count: int
    span: tuple
    findings: list

    def sums(self):
        """Money by currency.

        :rtype: dict[str, float]
        """
        sums = Counter()
        for (about, _period), figures in self.lines.items():
            sums[about.currency] += figures[2]
        return dict(sums)


def read_report(book, options, progress=None):
    """Read a report.

    :param book: a `Spreadsheet`
    :param ReportOptions options: what its columns hold
    :param progress: called now and then with the number of rows that were read
    :raises ReportError: at the first cell that can't be read
    :rtype: CostReport
    """
    return _Reader(book, options).parse(progress)


class _Reader:
    def __init__(self, book, options):
        self.headers = book.headers
        self.rows = book.rows()
        self.options = options
        self.positions = {
            target: position for position, target in enumerate(options.targets) if target not in ("ignore", "segment")
        }
        self.segments = [position for position, target in enumerate(options.targets) if target == "segment"]
        self.is_split = any(self.positions.get(name) is not None for name in ("keyword", "campaign"))
        self.lines = {}
        self.words = {}
        self.totals = []
        self.segment_sums = {}
        self.row_count = 0

    def parse(self, progress=None):
        rows = self._collect(progress)
        self.decimal = detect_decimal(self._get_some_costs(rows))
        self._sum_up(rows)
        if not self.lines:
            raise ReportError("no_rows")
        findings = self._check_totals()
        return CostReport(self.lines, self.row_count, self._get_span(), findings)

    def _collect(self, progress):
        """The rows, in memory: how numbers are written is told by all of them."""
        rows = []
        for row in self.rows:
            # Tuples of texts are nothing that the collector of garbage has to look through again and again.
            rows.append((row.number, tuple(row.values)))
            if progress and len(rows) % 20_000 == 0:
                progress(len(rows))
        return rows

    def _get_some_costs(self, rows):
        """Figures from the whole length of the report, enough to tell how they are written."""
        position = self.positions["cost"]
        return [cells[position] for _number, cells in islice(rows, 0, None, max(1, len(rows) // 20_000))]

    # ------------------------------------------------------------
    # ROWS
    # ------------------------------------------------------------

    def _sum_up(self, rows):
        """Add every row to the line of what it is about.

        Written for speed: a report may have half a million rows, and all that a row costs is look-ups.
        """
        get_about, about_names = self._make_getter(ABOUT)
        get_dates, date_names = self._make_getter(DATES)
        # A figure that the report doesn't give is read from an empty cell after the last.
        width = len(self.headers)
        get_figures = itemgetter(*(self.positions.get(name, width) for name in FIGURES))
        is_lacking = any(name not in self.positions for name in FIGURES)
        known, periods, read = {}, {}, ({}, {}, {})
        for number, cells in rows:
            raw_about, raw_dates = get_about(cells), get_dates(cells)
            figures = get_figures((*cells[:width], "") if is_lacking else cells)
            try:
                about, by_dates = known[raw_about]
            except KeyError:
                if self._is_summary(number, cells):
                    continue
                about = self._read_about(number, dict(zip(about_names, raw_about, strict=True)))
                by_dates = {}
                known[raw_about] = about, by_dates
            try:
                line = by_dates[raw_dates]
            except KeyError:
                if raw_dates not in periods:
                    periods[raw_dates] = self._read_dates(number, dict(zip(date_names, raw_dates, strict=True)))
                period = periods[raw_dates]
                line = by_dates[raw_dates] = self.lines.setdefault((about, period), [0, 0, 0.0])
            for index, text in enumerate(figures):
                if text not in read[index]:
                    read[index][text] = self._read_figure(number, index, text)
            values = read[0][figures[0]], read[1][figures[1]], read[2][figures[2]]
            self.row_count += 1
            line[0] += values[0]
            line[1] += values[1]
            line[2] += values[2]
            if self.segments:
                self._add_to_segments(cells, values)

    def _add_to_segments(self, cells, values):
        for position in self.segments:
            sums = self.segment_sums.setdefault((position, cells[position]), [0, 0, 0.0])
            for index, value in enumerate(values):
                sums[index] += value

    def _make_getter(self, names):
        """What takes the cells of so many targets out of a row, and which targets they are of."""
        names = [name for name in names if name in self.positions]
        positions = [self.positions[name] for name in names]
        if len(positions) > 1:
            return itemgetter(*positions), names
        # As `itemgetter`, which gives no tuple for less than two.
        return (lambda cells: tuple(cells[position] for position in positions)), names

    def _read_figure(self, number, index, text):
        name = FIGURES[index]
        value = parse_money(text, self.decimal) if name == "cost" else parse_count(text)
        if value is None:
            raise ReportError(f"bad_{name}", row=number, column=self._column(name), value=text[:80])
        if abs(value) > (MAX_COST if name == "cost" else MAX_COUNT):
            raise ReportError("too_large", row=number, column=self._column(name), value=text[:80])
        return value

    def _column(self, name):
        position = self.positions.get(name)
        return self.headers[position] if position is not None and position < len(self.headers) else ""

    def _read_about(self, number, cells):
        """What a row is about."""
        keyword, match_type = self._read_keyword(cells)
        # Spellings of one keyword are one line; the first is kept.
        keyword = self.words.setdefault(normalize_keyword(keyword), keyword)
        texts = {
            name: " ".join(cells.get(name, "").split())[:MAX_TEXT]
            for name in ("campaign", "campaign_ref", "ad_group", "ad_group_ref", "account")
        }
        texts = {name: "" if text in NOTHING else text for name, text in texts.items()}
        texts["account"] = texts["account"] or self.options.account
        return About(
            keyword=keyword,
            match_type=match_type if keyword else "",
            currency=self._read_currency(number, cells),
            **texts,
        )

    def _read_keyword(self, cells):
        text = cells.get("keyword", "")
        if text in NOTHING or text.startswith("---"):
            # Yandex's own choice of words, "---autotargeting", is no keyword.
            return "", ""
        if self.options.origin == "yandex":
            text = strip_operators(text)
        words, notation = split_match_type(text)
        column = cells.get("match_type", "")
        if column in NOTHING:
            return words, notation or ("broad" if self._writes_notation() else "")
        found = read_match_type(column)
        return words, found or notation

    def _writes_notation(self):
        """Google marks exact and phrase: what has no mark is broad."""
        return self.options.origin == "google" and "match_type" not in self.positions

    def _read_currency(self, number, cells):
        text = cells.get("currency", "")
        if text in NOTHING:
            return self.options.currency
        code = currency_code(text)
        if not code:
            raise ReportError("bad_currency", row=number, column=self._column("currency"), value=text[:80])
        return code

    # ------------------------------------------------------------
    # DATES
    # ------------------------------------------------------------

    def _read_dates(self, number, cells):
        """First and last day that a row covers."""
        days = {name: self._read_day(number, name, text) for name, text in cells.items() if text not in NOTHING}
        if "day" in days:
            return days["day"], days["day"]
        if "date_from" in days:
            period = days["date_from"], days.get("date_to", days["date_from"])
        elif "week" in days:
            period = days["week"], days["week"] + timedelta(days=6)
        elif "month" in days:
            first = days["month"].replace(day=1)
            period = first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        elif self.options.period:
            period = self.options.period
        else:
            raise ReportError("no_period")
        if period[0] > period[1]:
            raise ReportError("bad_period", row=number, column=self._column("date_to"), value=cells["date_to"])
        return period

    def _read_day(self, number, name, text):
        order = self.options.date_orders.get(self.positions[name], "dmy")
        moment = parse_datetime(text, order) or (parse_datetime(f"1 {text}", order) if name == "month" else None)
        if not moment:
            raise ReportError("bad_day", row=number, column=self._column(name), value=text[:80])
        return moment.date()

    def _get_span(self):
        """All days that the report speaks of, those without any row among them."""
        days = [day for _about, period in self.lines for day in period]
        if self.options.period:
            days.extend(self.options.period)
        return min(days), max(days)

    # ------------------------------------------------------------
    # TOTALS
    # ------------------------------------------------------------

    def _is_summary(self, number, cells):
        """Whether a row is no cost by itself: a sum of others, or a line under the table."""
        label = next((cell for cell in cells if _MAYBE_TOTAL.match(cell) and _TOTAL.fullmatch(_fold(cell))), None)
        filled = [cell for cell in cells if cell not in NOTHING]
        if any(_FOOTER.match(_fold(cell)) for cell in filled[:1]):
            return True
        if label is None and (not self.is_split or self._names_something(cells)):
            return False
        figures = [self._try_figure(index, cells) for index in range(3)]
        if label is None and not any(figures):
            # A line of text under the table.
            return len(filled) <= 1
        self.totals.append(Total(number, label or "", self._get_segments(cells), figures))
        return True

    def _names_something(self, cells):
        return any(
            cells[self.positions[name]] not in NOTHING
            for name in ("keyword", "campaign", "campaign_ref")
            if name in self.positions
        )

    def _try_figure(self, index, cells):
        position = self.positions.get(FIGURES[index])
        if position is None:
            return 0
        return parse_money(cells[position], self.decimal) if index == 2 else parse_count(cells[position])

    def _get_segments(self, cells):
        return tuple((position, cells[position]) for position in self.segments if cells[position] not in NOTHING)

    def _check_totals(self):
        """Hold the report's own sums against those of its rows.

        Google writes the sum of what is shown first, then those of the account and its networks, which hold more.
        """
        sums = [sum(figures[index] for figures in self.lines.values()) for index in range(3)]
        overall = [total for total in self.totals if not total.segments]
        own = next((total for total in overall if self._differs(total, sums) is None), None)
        # A row without any name that is no sum is no total, but a cost that can't be placed.
        own = own or next((total for total in overall if total.label), None)
        findings = []
        for total in self.totals:
            if not total.label and total is not own:
                raise ReportError(
                    "row_without_name", row=total.row, column=self._column("keyword") or self._column("campaign")
                )
            if own and total.label == own.label and len(total.segments) < 2:
                expected = self.segment_sums.get(total.segments[0], [0, 0, 0.0]) if total.segments else sums
                findings.append(self._compare(total, expected))
            elif own and not total.segments:
                findings.extend(self._compare_wider(total, sums))
        return findings

    def _compare(self, total, sums):
        place = " · ".join([total.label, *(value for _position, value in total.segments)]).strip(" ·")
        index = self._differs(total, sums)
        if index is None:
            return "total_equal", {"row": total.row, "label": place, "cost": round(sums[2], 2)}
        return (
            "total_differs",
            {
                "row": total.row,
                "label": place,
                "column": self._column(FIGURES[index]),
                "said": _shown(total.figures[index]),
                "found": _shown(sums[index]),
            },
        )

    def _differs(self, total, sums):
        """The first figure, money before all, in which a total is not the sum of the rows; None where it is."""
        for index in (2, 1, 0):
            said = total.figures[index]
            if FIGURES[index] in self.positions and (said is None or abs(said - sums[index]) >= 0.005):
                return index
        return None

    def _compare_wider(self, total, sums):
        """What a wider total holds beside the rows: a network or campaigns that this report doesn't show."""
        more = (total.figures[2] or 0) - sums[2]
        if more >= 0.005:
            yield "total_wider", {"row": total.row, "label": total.label, "more": round(more, 2)}


def _shown(value):
    return round(value, 2) if isinstance(value, float) else value


def _fold(text):
    return re.sub(r"[\"'״׳”“]", "", text).strip().casefold() if len(text) < 100 else ""


def read_match_type(text):
    """The match type that a column's words tell, in any of the languages; empty where it is none of them."""
    text = text.casefold()
    return next((name for name, parts in MATCH_WORDS.items() if any(part in text for part in parts)), "")


def strip_operators(text):
    """A Yandex phrase without the words that it excludes and the marks that fix a word's form.

    >>> strip_operators("купить !crm -бесплатно")
    'купить crm'
    """
    text = re.sub(r"(^|\s)-[^\s-]\S*", " ", text)
    return " ".join(re.sub(r"(^|[\s\[\"])[!+](?=\w)", r"\1", text).split())
