"""One spelling for one search keyword. Plain Python."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
# Zero-width and direction marks: invisible, common in text copied from Hebrew pages.
_INVISIBLE = dict.fromkeys(
    map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad")
)
# Hebrew points (nikud and cantillation): never typed by a searcher, yet kept by some exports.
_HEBREW_POINTS = re.compile("[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]")

_NOTATIONS = (
    (re.compile(r"^\[(.+)\]$", re.DOTALL), "exact"),
    (re.compile(r'^"(.+)"$', re.DOTALL), "phrase"),
)

MAX_KEYWORD_LENGTH = 255


def normalize_keyword(text):
    """Fold case, width, spaces and invisible marks, so that one keyword is one record.

    >>> normalize_keyword("  CRM\\u00a0 Software ")
    'crm software'

    :param str text: a keyword as it came from an address, a report or a form
    :return: the normalised text, "" where nothing is left; idempotent
    :rtype: str
    """
    folded = text or ""
    # Folding may compose anew, and composing may leave something to fold: until it rests.
    for _attempt in range(4):
        before = folded
        folded = unicodedata.normalize("NFKC", folded.translate(_INVISIBLE).replace("\x00", ""))
        folded = unicodedata.normalize("NFKC", _HEBREW_POINTS.sub("", folded).casefold())
        folded = _SPACES.sub(" ", folded).strip()[:MAX_KEYWORD_LENGTH].strip()
        if folded == before:
            break
    return folded


def split_match_type(text):
    """Read the match type that Google's notation carries.

    >>> split_match_type('[crm software]')
    ('crm software', 'exact')

    :return: the keyword without its marks, and exact, phrase, broad or ""
    :rtype: tuple[str, str]
    """
    text = (text or "").strip()
    for pattern, match_type in _NOTATIONS:
        found = pattern.match(text)
        if found:
            return found[1].strip(), match_type
    if re.search(r"(^|\s)\+\w", text):
        return re.sub(r"(^|\s)\+(?=\w)", r"\1", text), "broad"
    return text, ""
