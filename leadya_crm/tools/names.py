"""Names that are spelled in several ways: legal forms, punctuation, accents, and three scripts.

``name_key`` makes one short text of a name, the same for most of its spellings, to be stored and
indexed; ``search_keys`` makes the few texts under which a name may stand; ``alike`` tells how alike
two names are that have met under one key.

How it works: Hebrew writes hardly any vowels, so a key keeps consonants alone, in classes that no
spelling tells apart for certain (b and v, p and f, s and z and sh …). What a letter stands for
is not always known: a Hebrew vav is a vowel or a v, a Latin c is a k or an s. The stored key takes the first
reading; a search takes up to ``MAX_KEYS`` of them, so the price is paid by who asks, not by the table.
"""

import re
import unicodedata
from difflib import SequenceMatcher
from itertools import combinations

#: Of longer names the beginning tells enough; it also bounds what a hostile one costs.
MAX_LENGTH = 96
#: So many readings of a name are looked up.
MAX_KEYS = 12
#: Fewer consonants than this tell nothing; such a name is only equal to itself.
MIN_CONSONANTS = 2


def _as_phrases(text):
    """Each word as a phrase of one word."""
    return {(word,) for word in text.split()}


#: Legal forms, without dots and quotes; of two words or more as tuples.
LEGAL_FORMS = _as_phrases(
    """ltd limited inc incorporated llc llp lp plc corp corporation co company gmbh mbh ag kg kgaa ohg ug ev eg se
    sa sas sarl sasu srl spa sl bv nv vof ab asa oy oyj aps kft zrt nyrt doo ood eood ad pty pte pvt bhd kk
    בעמ חלצ ער ооо оао зао пао ао ип нко тоо чп тов фгуп гуп ooo oao zao pao"""
) | {("sp", "z", "oo"), ("sp", "zoo"), ("a", "s"), ("s", "a"), ("בע", "מ"), ("ע", "ר"), ("שותפות", "מוגבלת")}
#: What may stand before a name and says as little.
PREFIXES = _as_phrases("the חברת חברה קבוצת компания фирма ooo ооо оао зао пао ао ип нко тоо чп тов")
#: Words that one spelling has and another has not.
FILLERS = {"and", "und", "et", "и", "the"}

_MARKS = re.compile(r"[.'\"`´’‘‚“”„«»‹›\u05f3\u05f4]")
_WEB = re.compile(r"\.(?:com|net|org|io|ai|biz|info|co)(?:\.[a-z]{2})?\b")
_YEAR = re.compile(r"\(\s*(?:19|20)\d\d\s*\)")
_WORD = re.compile(r"[^\W_]+")
_HEBREW = re.compile(r"[\u05d0-\u05ea]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_SPECIAL = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "&": " ", "+": " "}
    | dict(zip("ךםןףץ", "כמנפצ", strict=True))
)

#: How each letter may sound, the likeliest first; "" is silent, or a vowel. Longer ones come first.
_SOUNDS = {
    # Latin
    **dict.fromkeys(("tsch", "tch"), ("tsh",)),
    **dict.fromkeys(("sch", "sh"), ("sh",)),
    "tio": ("sh", "t"),
    "ch": ("x", "tsh", "k", "sh"),
    "ph": ("f",),
    "th": ("t",),
    **dict.fromkeys(("tz", "ts"), ("ts",)),
    "zh": ("zh",),
    "kh": ("x",),
    "gh": ("g", ""),
    "ck": ("k",),
    "dj": ("j",),
    **dict.fromkeys(("ce", "ci", "cy"), ("s", "k", "ts")),
    "c": ("k", "s"),
    "g": ("g", "j"),
    "h": ("", "h", "x"),
    "j": ("j", ""),
    "q": ("k",),
    "s": ("s", "z", "sh"),
    **dict.fromkeys("vw", ("v", "")),
    "z": ("z", "ts", "s"),
    **{letter: (letter,) for letter in "bdfklmnprt"},
    **dict.fromkeys("aeiouy", ("",)),
    # Hebrew
    "צ׳": ("tsh", "x"),
    "ג׳": ("j",),
    "ז׳": ("zh", "j"),
    "וו": ("v", ""),
    "ב": ("b", "v"),
    "ג": ("g", "j"),
    "ד": ("d",),
    "ו": ("", "v"),
    "ז": ("z", "zh"),
    "ח": ("x", "", "h"),
    "ט": ("t",),
    "כ": ("k", "x"),
    "ל": ("l",),
    "מ": ("m",),
    "נ": ("n",),
    "ס": ("s",),
    "פ": ("p", "f"),
    "צ": ("ts",),
    "ק": ("k",),
    "ר": ("r",),
    "ש": ("sh", "s"),
    "ת": ("t",),
    "ה": ("", "h"),
    **dict.fromkeys("איע", ("",)),
    # Cyrillic
    "дж": ("j",),
    "г": ("g", ""),
    "ж": ("zh", "j"),
    "х": ("x", "", "h"),
    "ц": ("ts",),
    "ч": ("tsh", "x"),
    **dict.fromkeys("шщ", ("sh",)),
    **{a: (b,) for a, b in zip("бвдзклмнпрстфґ", "bvdzklmnprstfg", strict=True)},
    **dict.fromkeys("аеиоуыэюяьъєіў", ("",)),
}
_READ = re.compile("|".join(sorted(map(re.escape, _SOUNDS), key=len, reverse=True)) + r"|x|[^\W_]")

#: Sounds that some spelling does not tell apart.
_CLASSES = {
    **dict.fromkeys(("b", "v"), "B"),
    **dict.fromkeys(("p", "f"), "P"),
    **dict.fromkeys(("g", "j"), "G"),
    **dict.fromkeys(("k", "x"), "K"),
    **dict.fromkeys(("s", "z", "ts", "sh", "zh", "tsh"), "S"),
    # Between vowels, where it is heard, h is written as what is an x elsewhere.
    "h": "K",
    "": "",
}

#: Letters that sound alike within one script, for the comparison letter by letter.
_SAME_SCRIPT = (
    (re.compile(r"(.)\1+"), r"\1"),
    (re.compile("ph"), "f"),
    (re.compile("ck|c(?![eihy])|q"), "k"),
    (re.compile("tz|ts"), "z"),
    (re.compile("ae|oe|ue"), lambda match: match[0][0]),
    (re.compile("y|j"), "i"),
    (re.compile("w"), "v"),
)


# ------------------------------------------------------------
# WORDS
# ------------------------------------------------------------


def plain_name(name):
    """A name without what spellings add: legal form, punctuation, accents, case.

    >>> plain_name("Müller & Söhne GmbH & Co. KG")
    'muller sohne'

    :param str name: as somebody wrote it; anything at all
    :return: lower-case words; empty where the name has neither letters nor digits
    :rtype: str
    """
    text = unicodedata.normalize("NFKD", (name or "")[: 4 * MAX_LENGTH].casefold())
    text = "".join(char for char in text if not unicodedata.combining(char)).translate(_SPECIAL)
    text = _MARKS.sub("", _WEB.sub(" ", _YEAR.sub(" ", _keep_geresh(text))))
    words = _WORD.findall(text.replace("\ue000", "\u05f3").replace("\u05f3", "ʹ"))
    words = [word for word in words if word not in FILLERS] or words
    return " ".join(_strip(words))[:MAX_LENGTH].replace("ʹ", "\u05f3").strip()


def _keep_geresh(text):
    """A mark after one of three Hebrew letters makes another sound of it, and stays."""
    return re.sub(r"([גזצ])['`’\u05f3](?!['`’])", "\\1\ue000", text)


def _strip(words):
    """Words without legal forms at the end and the beginning; all of them where nothing else is left."""
    kept = list(words)
    changed = True
    while changed:
        changed = False
        for length in (3, 2, 1):
            if len(kept) > length and tuple(kept[-length:]) in LEGAL_FORMS:
                del kept[-length:]
                changed = True
            if len(kept) > length and tuple(kept[:length]) in PREFIXES:
                del kept[:length]
                changed = True
    return kept


# ------------------------------------------------------------
# KEYS
# ------------------------------------------------------------


def name_key(name):
    """The text under which a name is stored.

    >>> name_key("Galil Pumps Ltd.") == name_key('גליל פאמפס בע"מ')
    True

    :rtype: str
    :return: empty where the name has neither letters nor digits
    """
    plain = plain_name(name)
    return _join(plain, (sounds[0] for sounds in _read(plain)))


def search_keys(name, reorder=False):
    """Texts under which the name may be stored, the likeliest first.

    :param bool reorder: of a name of two words the other order too, as persons' names have it
    :return: at most ``2 * MAX_KEYS``
    :rtype: list[str]
    """
    plain = plain_name(name)
    orders = [plain]
    if reorder and plain.count(" ") == 1:
        orders.append(" ".join(reversed(plain.split())))
    keys = [_join(order, reading) for order in orders for reading in _get_readings(_read(order))]
    return list(dict.fromkeys(key for key in keys if key))


def _read(plain):
    """How each letter of a plain name may sound: a list of tuples, the likeliest first."""
    found = []
    for word in plain.split():
        # Doubled letters are a matter of spelling; in Hebrew they are two sounds.
        word = re.sub(r"([^\W\d\u05d0-\u05ea])\1+", r"\1", word)
        for match in _READ.finditer(word):
            if match[0] == "x":
                # At the beginning of a word, as in Xerox, its k is not heard.
                found += [("k", "") if match.start() else ("", "k"), ("s", "z")]
            else:
                found.append(_SOUNDS.get(match[0], (match[0],)))
    return found


def _get_readings(letters):
    """Readings by how many letters are read otherwise than usual: none, then one, then two."""
    others = [
        (place, sound)
        for place, sounds in enumerate(letters)
        for sound in {_CLASSES.get(sound, sound): sound for sound in reversed(sounds[1:])}.values()
        if _CLASSES.get(sound, sound) != _CLASSES.get(sounds[0], sounds[0])
    ]
    usual = [sounds[0] for sounds in letters]
    readings = [usual]
    for count in (1, 2):
        for changes in combinations(others, count):
            if len(readings) == MAX_KEYS:
                return readings
            reading = list(usual)
            for place, sound in changes:
                reading[place] = sound
            readings.append(reading)
    return readings


def _join(plain, reading):
    key = "".join(_CLASSES.get(sound, sound.upper()) for sound in reading)
    # A name of vowels alone is only the same as itself.
    return key if len(key) >= MIN_CONSONANTS else f"={plain.replace(' ', '')}" if plain else ""


# ------------------------------------------------------------
# COMPARING
# ------------------------------------------------------------


def alike(one, other):
    """How alike two names are: from 0 to 1, where 1 is the same but for legal form, case and punctuation.

    Names in one script are compared letter by letter; across scripts by how their letters may sound.

    :rtype: float
    """
    first, second = plain_name(one), plain_name(other)
    if not first or not second:
        return 0.0
    if first.replace(" ", "") == second.replace(" ", ""):
        return 1.0
    if _get_script(first) != _get_script(second):
        return max(_sound_alike(_read(first), _read(order)) for order in _get_orders(second))
    return max(_spelled_alike(first, order) for order in _get_orders(second))


def _get_orders(plain):
    words = plain.split()
    return [plain, " ".join(reversed(words))] if len(words) == 2 else [plain]


def _get_script(plain):
    return "hebrew" if _HEBREW.search(plain) else "cyrillic" if _CYRILLIC.search(plain) else "latin"


def _spelled_alike(first, second):
    """By letters; never quite 1, since the letters are not the same."""
    if _HEBREW.search(first):
        # Full and defective spelling are one word.
        first, second = (re.sub("[וי]", "", text) for text in (first, second))
    for pattern, to in _SAME_SCRIPT:
        first, second = pattern.sub(to, first), pattern.sub(to, second)
    ratio = SequenceMatcher(None, first.replace(" ", ""), second.replace(" ", ""), autojunk=False).ratio()
    return 0.95 * ratio


def _sound_alike(first, second):
    """By sounds: the cheapest way from one name to the other, per consonant; at most 0.9.

    Levenshtein's distance, where vowels cost little, since Hebrew does not write them.
    """
    costs = [0.0]
    for sounds in second:
        costs.append(costs[-1] + _get_drop_cost(sounds))
    for mine in first:
        previous, costs = costs, [costs[0] + _get_drop_cost(mine)]
        for place, theirs in enumerate(second):
            costs.append(
                min(
                    previous[place] + _get_swap_cost(mine, theirs),
                    previous[place + 1] + _get_drop_cost(mine),
                    costs[place] + _get_drop_cost(theirs),
                )
            )
    consonants = max(sum(bool(sounds[0]) for sounds in name) for name in (first, second))
    return max(0.0, 0.9 * (1 - costs[-1] / max(consonants, 1)))


def _get_drop_cost(sounds):
    # What is mostly a vowel is mostly not written.
    return 0.02 if not sounds[0] else 0.15 if "" in sounds else 1.0


def _get_swap_cost(mine, theirs):
    common = set(mine) & set(theirs)
    if common:
        return 0.0
    same_class = {_CLASSES.get(sound, sound) for sound in mine} & {_CLASSES.get(sound, sound) for sound in theirs}
    return 0.4 if same_class else 1.5
