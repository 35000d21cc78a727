"""What the columns of an advertising report hold, and whose report it is. Plain Python, no ORM."""

import re
from typing import NamedTuple

from .columns import compact, index_synonyms
from .cost_headers import COST_SYNONYMS, CURRENCY_SIGNS, PLATFORM_MARKS

_BY_NAME = index_synonyms(COST_SYNONYMS)
_SUFFIX = re.compile(r"^(.*?)[\s,]*(?:\(([^()]*)\)|,\s*([^,]{1,8}))\s*$")
#: Where two columns claim one target, the better one: who paid by the click wants all clicks.
_PREFERRED = {"clicks(all)": 2, "clicks": 1}


class Header(NamedTuple):
    """What a column's name says: its target, and the currency of its money."""

    target: str
    currency: str


def read_header(text):
    """Understand a column's name.

    >>> read_header("Amount spent (ILS)")
    Header(target='cost', currency='ILS')

    :return: target "" where the name says nothing known
    """
    target = _BY_NAME.get(compact(text), "")
    match = _SUFFIX.match(text or "")
    if not match:
        return Header(target, "")
    currency = currency_code(match[2] or match[3])
    if not target and currency:
        target = _BY_NAME.get(compact(match[1]), "")
    return Header(target, currency if target == "cost" else "")


def currency_code(text):
    """The ISO code of a currency as reports write it: "usd", "₪", "руб."; empty where it is none."""
    text = re.sub(r"[\s\"'״׳.]", "", text or "")
    if re.fullmatch(r"[A-Za-z]{3}", text):
        return text.upper()
    return CURRENCY_SIGNS.get(text.casefold(), "")


def propose_cost_targets(headers):
    """Say for each column of an advertising report what it holds; "ignore" for what costs have no use for.

    :param list[str] headers: column names
    :rtype: list[str]
    """
    proposals = ["ignore"] * len(headers)
    best = {}
    for position, header in enumerate(headers):
        target = read_header(header).target
        if target == "segment":
            proposals[position] = target
        elif target:
            rank = _PREFERRED.get(header.casefold().replace(" ", ""), 0)
            if target not in best or rank > best[target][0]:
                best[target] = (rank, position)
    for target, (_rank, position) in best.items():
        proposals[position] = target
    return proposals


def recognise_platform(headers, lines):
    """Whose report it is, by what its columns are called and what stands above them.

    :param list[str] headers: column names
    :param list[str] lines: texts above the columns
    :return: a key of `PLATFORM_MARKS`, or "google"
    """
    text = "\n".join([*headers, *lines]).casefold()
    return next((name for name, marks in PLATFORM_MARKS.items() if any(mark in text for mark in marks)), "google")
