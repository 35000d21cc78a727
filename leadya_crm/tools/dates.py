"""Dates and times as people and programs write them, in English, Hebrew and Russian."""

import datetime
import re
from collections import Counter

_MONTHS = {}
for _number, _words in enumerate(
    (
        "jan january ינואר ינו января январь янв",
        "feb february פברואר פבר февраля февраль фев февр",
        "mar march מרץ מרס марта март мар",
        "apr april אפריל אפר апреля апрель апр",
        "may מאי мая май",
        "jun june יוני июня июнь июн",
        "jul july יולי июля июль июл",
        "aug august אוגוסט אוג августа август авг",
        "sep sept september ספטמבר ספט сентября сентябрь сен сент",
        "oct october אוקטובר אוק октября октябрь окт",
        "nov november נובמבר נוב ноября ноябрь ноя нояб",
        "dec december דצמבר דצמ декабря декабрь дек",
    ),
    start=1,
):
    for _word in _words.split():
        _MONTHS[_word] = _number

_TIME = (
    r"(?:[\sT,]+(?:at\s+|в\s+|בשעה\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>Z|UTC|GMT|(?:UTC|GMT)?\s*[+-]\d{2}:?\d{2})?(?:\s*\([^)]*\))?)?"
)
_WEEKDAY = r"(?:[^\W\d]{2,12}\.?,\s*)?"
_YEAR_FIRST_RE = re.compile(r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})" + _TIME, re.I)
_NUMERIC_RE = re.compile(
    _WEEKDAY + r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4}|\d{2})" + _TIME, re.I
)
_DAY_MONTH_RE = re.compile(
    _WEEKDAY
    + r"(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s.\-]*(?:of\s+)?(?P<name>[^\W\d]+)\.?[\s,\-]*(?P<y>\d{4}|\d{2})(?:\s*г\.?)?"
    + _TIME,
    re.I,
)
_MONTH_DAY_RE = re.compile(
    _WEEKDAY + r"(?P<name>[^\W\d]+)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})" + _TIME, re.I
)
_COMPACT_RE = re.compile(
    r"(?P<y>(?:19"
    r"|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})(?P<zone>Z)?)?(?P<half>)?"
)
_EXCEL_EPOCH = datetime.datetime(1899, 12, 30)
_YEARS = range(1970, 2100)


def detect_date_order(values):
    """Decide for a whole column whether the day or the month comes first.

    :param values: texts of one column
    :return: "dmy" or "mdy"; None where no value tells
    """
    votes = Counter()
    for value in values:
        match = _NUMERIC_RE.fullmatch(value.strip())
        if not match:
            continue
        first, second = int(match["a"]), int(match["b"])
        if first > 12 >= second:
            votes["dmy"] += 1
        elif second > 12 >= first:
            votes["mdy"] += 1
        elif match["sep"] == ".":
            # Nobody writes 4.15.2021; dots are the European way.
            votes["dmy"] += 0.5
    return votes.most_common(1)[0][0] if votes else None


def parse_datetime(text, order="dmy", zone=datetime.timezone.utc):
    """Read a moment.

    :param str text: for instance `15 Apr, 2021 00:03:00`, `2021-04-15T00:03Z`, `4/15/2021 3:05 PM`, a day
        number of Excel or the seconds of Unix
    :param str order: "dmy" or "mdy", for numeric dates that may be read both ways
    :param datetime.tzinfo zone: where the text's clock stood, unless it says so itself
    :return: naive datetime in UTC, None when the text is no date or the date does not exist
    """
    text = " ".join(text.replace("\u200f", "").replace("\u200e", "").split())
    if not text or len(text) > 64:
        return None
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return _from_number(text, zone)
    for pattern in (_YEAR_FIRST_RE, _NUMERIC_RE, _DAY_MONTH_RE, _MONTH_DAY_RE):
        match = pattern.fullmatch(text)
        if match:
            return _from_match(match.groupdict(), order, zone)
    return None


def _from_number(text, zone):
    match = _COMPACT_RE.fullmatch(text)
    if match:
        return _from_match(match.groupdict(), "dmy", zone)
    number = float(text)
    if 25_569 <= number < 73_051:  # 1970 to 2100 in Excel's count of days
        moment = _EXCEL_EPOCH + datetime.timedelta(seconds=round(number * 86_400))
        return _to_utc(moment, zone)
    if 1e12 <= number < 4.1e12:
        number /= 1000
    if 1e9 <= number < 4.1e9 and "." not in text:
        return datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=int(number))
    return None


def _from_match(parts, order, zone):
    year = int(parts["y"])
    if len(parts["y"]) == 2:
        year += 2000 if year < 70 else 1900
    day, month = _day_and_month(parts, order)
    if month is None or year not in _YEARS:
        return None
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    if parts.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if parts["half"].lower().startswith("p") else 0)
    try:
        moment = datetime.datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None
    return _to_utc(moment, _zone_of(parts.get("zone")) or zone)


def _day_and_month(parts, order):
    if "name" in parts:
        word = parts["name"].casefold()
        # In Hebrew the month carries a preposition: 15 באפריל 2021.
        return int(parts["d"]), _MONTHS.get(word) or _MONTHS.get(word.removeprefix("ב"))
    if "m" in parts:
        return int(parts["d"]), int(parts["m"])
    first, second = int(parts["a"]), int(parts["b"])
    # A value that can be read one way only is read so, whatever the column's order.
    day_first = first > 12 or (order != "mdy" and second <= 12)
    return (first, second) if day_first else (second, first)


def _zone_of(text):
    if not text:
        return None
    match = re.search(r"([+-])(\d{2}):?(\d{2})", text)
    if not match:
        return datetime.timezone.utc
    offset = datetime.timedelta(hours=int(match[2]), minutes=int(match[3]))
    if offset >= datetime.timedelta(hours=24):
        return None
    return datetime.timezone(-offset if match[1] == "-" else offset)


def _to_utc(moment, zone):
    return moment.replace(tzinfo=zone).astimezone(datetime.timezone.utc).replace(tzinfo=None)
