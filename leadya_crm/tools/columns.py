"""Understand the columns of a spreadsheet of leads: what each is meant for.

Plain Python, no ORM. `propose_targets` says which lead field each column holds, by the names that English,
Hebrew and Russian exports give to columns (`header_synonyms`) and, where the name says nothing, by the look
of the values (`cell_values`, `dates`).
"""

import re
import unicodedata
from collections import Counter

from .cell_values import looks_like_email, looks_like_phone
from .dates import parse_datetime
from .header_synonyms import NUMBERED, SUBJECTS, SYNONYMS

# Targets that may take several columns.
REPEATABLE = frozenset({"note", "ignore"})
# Columns that only say which record something is to a machine; a header ending so is an identifier when its values are.
_ID_ENDINGS = ("id", "guid", "uuid", "number", "מזהה", "номер")


def compact(text):
    """A header as it is compared: letters and digits only, lower case, without Hebrew vowel points."""
    text = unicodedata.normalize("NFKC", text or "").casefold()
    return "".join(sign for sign in text if sign.isalnum() and not unicodedata.category(sign).startswith("M"))


def index_synonyms(synonyms):
    """Targets by their names as they are compared.

    :param dict synonyms: for each target its names, see `header_synonyms`
    """
    index = {}
    for target, languages in synonyms.items():
        for word in re.split(r"[,|]", languages):
            if key := compact(word):
                index.setdefault(key, target)
    return index


_BY_SYNONYM = index_synonyms(SYNONYMS)
_NUMBERED = {compact(word) for word in re.split(r"[,|]", NUMBERED)}
CLICK_ID_HEADERS = {
    "googleclickid": "gclid",
    "microsoftclickid": "msclkid",
    "lifatid": "li_fat_id",
    **{kind: kind for kind in ("gclid", "gbraid", "wbraid", "msclkid", "yclid", "fbclid", "ttclid")},
}


def target_by_header(header):
    """The field that a column's name speaks of, None when it says nothing known."""
    key = compact(header)
    if key in _BY_SYNONYM:
        return _BY_SYNONYM[key]
    for subject in SUBJECTS:
        rest = key.removeprefix(subject)
        if rest != key and rest in _BY_SYNONYM:
            return _BY_SYNONYM[rest]
    return None


def propose_targets(headers, samples):
    """Say for each column which field it is meant for.

    :param list[str] headers: column names
    :param list[list[str]] samples: for each column, filled values from the whole length of the file
    :return: list of targets, keys of `SYNONYMS` or "note" (keep the value on the lead as labelled text);
        "ignore" for an empty column. A field is proposed once.
    """
    shapes = [value_shape(values) for values in samples]
    proposals = [None] * len(headers)
    taken = set()

    def take(position, target):
        if proposals[position] is None and target and (target in REPEATABLE or target not in taken):
            proposals[position] = target
            taken.add(target)

    for position, values in enumerate(samples):
        if not values:
            take(position, "ignore")
    for position, header in enumerate(headers):
        target = target_by_header(header)
        if target == "external_ref":
            # What is called the number of a lead is one, even where leads stand in several rows.
            fits = _identifies(samples[position], share=0.99 if compact(header) in _NUMBERED else 0.5)
        else:
            fits = _fits(target, shapes[position], samples[position])
        if fits:
            take(position, target)
    for position, shape in enumerate(shapes):
        take(position, {"email": "email_from", "phone": "phone", "url": "website"}.get(shape))
    for position, header in enumerate(headers):
        if compact(header).endswith(_ID_ENDINGS) and _identifies(samples[position]):
            take(position, "external_ref")
    return [proposal or "note" for proposal in proposals]


def _fits(target, shape, values):
    """Hold a name against its values: a column "Contact" full of e-mail addresses holds no names."""
    if target == "email_from":
        return shape in ("email", "text", "mixed")
    if target in ("name", "contact_name", "first_name", "last_name", "partner_name", "source_id", "user_id"):
        return shape not in ("email", "url", "phone") or (target == "user_id" and shape == "email")
    if target == "create_date":
        return shape == "date" or not values or any(parse_datetime(value) for value in values)
    if target in ("phone", "mobile"):
        return shape not in ("email", "url", "date")
    return True


def _identifies(values, share=0.99):
    """Whether so many of the values differ that each may stand for a record of its own."""
    return bool(values) and len(set(values)) >= share * len(values) and all(len(value) <= 100 for value in values)


def value_shape(values):
    """What a column's values look like: email, url, phone, date, text, mixed or empty."""
    if not values:
        return "empty"
    counts = Counter(_shape(value[:300]) for value in values)
    shape, count = counts.most_common(1)[0]
    return shape if count >= 0.6 * len(values) else "mixed"


def _shape(value):
    if looks_like_email(value):
        return "email"
    if parse_datetime(value) and not value.strip().isdigit():
        return "date"
    if looks_like_phone(value) and not re.fullmatch(r"\d{1,8}|\d+\.\d+", value):
        return "phone"
    if re.fullmatch(
        r"(https?://|www\.)\S+|[\w-]+(\.[\w-]+)*\.(com|net|org|co|io|biz|info|ru|il|de|uk)(/\S*)?", value, re.I
    ):
        return "url"
    return "text"


def overlap(known, headers, least=0.6):
    """How well the columns of an earlier file fit those of another: 1 where they are the same, 0 where they don't.

    A file may have lost or gained columns: it counts how many both have, of the smaller of the two at least 60 %.

    :param known: names of the earlier file's columns
    :param headers: names of the other's
    :param float least: the share of the smaller set that has to be in common
    """
    first, second = ({compact(name) for name in names} for names in (known, headers))
    common = len(first & second)
    if not common or common < least * min(len(first), len(second)):
        return 0.0
    return common / len(first | second)
