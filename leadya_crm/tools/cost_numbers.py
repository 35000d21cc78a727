"""Numbers as advertising reports write them. Plain Python.

A report writes all its numbers one way. Which sign stands before the fraction is told by the whole column: "1,200"
alone is a thousand and two hundred, beside "6,32" it has three decimals.
"""

import re
from collections import Counter

#: What stands where there is no figure.
NOTHING = frozenset(("", "-", "--", "---", "–", "—", "n/a", "null"))

_PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?")
#: Signs and names of currencies around a number; no sign that calculates or compares.
_AROUND = r"[^\d.,+\-−=<>%*/@()]"
_MONEY = re.compile(rf"{_AROUND}{{0,5}}([-+−]?){_AROUND}{{0,5}}(\d(?:[\d.,\s'’]*\d)?|[.,]\d+)(?:{_AROUND}{{0,5}}\.?)")
_COUNT = re.compile(r"\d{1,3}(?:[.,\s'’]\d{3})+|\d+|\d+[.,]0+")


def detect_decimal(texts):
    """Which sign stands before the fraction.

    :param texts: all figures of a column
    :return: "." or ","
    """
    votes = Counter()
    for text in texts:
        point, comma = text.rfind("."), text.rfind(",")
        if point < 0 and comma < 0:
            continue
        sign, other = (".", ",") if point > comma else (",", ".")
        if point >= 0 and comma >= 0:
            votes[sign] += 1
        elif text.count(sign) > 1:
            votes[other] += 1
        else:
            digits = len(re.match(r"\d*", text[max(point, comma) + 1 :])[0])
            # Three digits may be either: they tell something only where nothing else does.
            votes[other if digits == 3 else sign] += 0.001 if digits == 3 else 1
    return votes.most_common(1)[0][0] if votes else "."


def parse_money(text, decimal="."):
    """A sum of money as a float, None where it is none; 0 where the report says that there is none."""
    if decimal == ".":
        plain = text.replace(",", "")
        if _PLAIN.fullmatch(plain):
            return float(plain)
    if text.strip().casefold() in NOTHING:
        return 0.0
    match = _MONEY.fullmatch(text.strip())
    if not match:
        return None
    digits = re.sub(r"[\s'’]", "", match[2]).replace("," if decimal == "." else ".", "").replace(decimal, ".")
    if digits.count(".") > 1 or not digits.strip("."):
        return None
    amount = float(digits)
    return -amount if match[1] in ("-", "−") else amount


def parse_count(text):
    """How many times, as an int, None where it is no whole number; 0 where the report says that there is none."""
    if text.isdecimal() and len(text) < 16:
        return int(text)
    text = text.strip()
    if text.casefold() in NOTHING:
        return 0
    if not _COUNT.fullmatch(text) or len(text) > 20:
        return None
    if re.fullmatch(r"\d+[.,]0{1,2}", text):
        return int(text[: max(text.rfind("."), text.rfind(","))])
    return int(re.sub(r"\D", "", text))
