"""Periods as reports write them above their columns, in English, Hebrew and Russian. Plain Python."""

import re

from .cost_headers import ALL_TIME
from .dates import detect_date_order, parse_datetime

_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"))
_NUMERIC = re.compile(r"(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?!\d)")
_BETWEEN = re.compile(r"\s+[-–—−]\s+|\s*[–—−]\s*|\s+(?:to|until|по|עד)\s+", re.I)
_LABEL = re.compile(r"^[^\d:]{0,40}:\s*")


def clean_text(text):
    """Without marks of direction, which reports in Hebrew are full of, and with single spaces."""
    return " ".join((text or "").translate(_MARKS).replace("׳", "").replace("'", "").split())


def is_all_time(text):
    """Whether a line above the columns says that the report covers everything there is."""
    return _LABEL.sub("", clean_text(text)).casefold().rstrip(".") in ALL_TIME


def parse_period(text, order=None):
    """Read a period.

    >>> parse_period("August 8, 2020 - August 14, 2020")
    (datetime.date(2020, 8, 8), datetime.date(2020, 8, 14))

    What the first day leaves open is the last one's: "1 – 8 мая 2026 г.", "May 1 - 8, 2026".

    :param str text: a line that holds a period, perhaps with a label before it
    :param str order: "dmy" or "mdy", for dates of digits that may be read both ways; else told by the dates themselves
    :return: first and last day, None where the line holds no period
    """
    text = clean_text(text)
    if not text or len(text) > 250:
        return None
    return _from_numeric(text, order) or _from_words(_LABEL.sub("", text)) or _from_one_day(text, order)


def _from_numeric(text, order):
    found = _NUMERIC.findall(text)
    if len(found) != 2:
        return None
    order = detect_date_order(found) or order or "dmy"
    return _ordered(*(_day(part, order) for part in found))


def _from_words(text):
    parts = _BETWEEN.split(text)
    if len(parts) != 2:
        return None
    first, last = parts
    end = _day(last)
    if not end and re.fullmatch(r"\d{1,2},? \d{4}", last):
        # "May 1 - 8, 2026": the month stands before the first day only.
        end = _day(re.sub(r"\d{1,2}$", "", first).strip() + " " + last)
    if not end:
        return None
    return _ordered(_day(first) or _complete(first, last, end), end)


def _complete(first, last, end):
    """The first day of a period whose month or year is said with the last day only."""
    if re.fullmatch(r"\d{1,2}", first):
        day = int(first)
        return end.replace(day=day) if 1 <= day <= end.day else None
    return _day(f"{first}, {end.year}") or _day(f"{first} {end.year}")


def _from_one_day(text, order):
    day = _day(text, order or "dmy")
    return (day, day) if day else None


def _day(text, order="dmy"):
    if re.fullmatch(r"\d+(\.\d+)?", text.strip()):
        # A bare number is no day here, whatever spreadsheets think.
        return None
    moment = parse_datetime(text.strip(" .,()"), order)
    return moment.date() if moment else None


def _ordered(first, last):
    return (first, last) if first and last and first <= last else None
