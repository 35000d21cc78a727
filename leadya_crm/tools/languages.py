"""Which of the installed languages a stranger reads best. Plain Python."""

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

# What browsers may say, and what the language is called here.
_RENAMED = {"iw": "he", "in": "id", "no": "nb"}
_MAX_HEADER = 1000


def choose_language(accept, codes):
    """The installed language that a browser asks for most.

    :param str accept: the header ``Accept-Language`` (RFC 9110, section 12.5.4)
    :param codes: of the installed languages, such as ``pt_BR``; where only the language agrees and
        not the country, the first one is taken
    :return: one of the codes, "" where none was asked for
    :rtype: str
    """
    exact = {_tag(code): code for code in reversed(codes)}
    by_language = {_language(_tag(code)): code for code in reversed(codes)}
    for wanted, quality in parse_accept_header((accept or "")[:_MAX_HEADER], LanguageAccept):
        tag = _tag(wanted)
        found = exact.get(tag) or by_language.get(_language(tag))
        if found and quality > 0:
            return found
    return ""


def _tag(code):
    return code.strip().lower().replace("_", "-").split("@")[0]


def _language(tag):
    language = tag.split("-")[0]
    return _RENAMED.get(language, language)
