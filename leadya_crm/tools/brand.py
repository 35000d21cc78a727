"""Whether a search keyword names a brand, however it was typed. Plain Python.

How it works: the words of the keyword are taken one by one and joined with their
neighbours ("lead ya"), and each is compared with the spellings of the brand:

* as it is; with few letters mistaken (Damerau's edits: one letter added, left out, changed,
  or two swapped: F. Damerau, "A technique for computer detection and correction of spelling
  errors", 1964). Short names allow none, since another word is too near;
* without the letters that Hebrew writes together with the next word ("to", "in", "of the" …);
* as it comes out with the keyboard left in the other language, Hebrew or Russian;
* by its consonants, where one is in Hebrew or Russian letters and the other in Latin ones:
  vowels are seldom written in Hebrew, and then in more than one way.
"""

import re
from functools import lru_cache

from .keywords import normalize_keyword

_WORD = re.compile(r"[^\W_]+")
# Apostrophes, geresh and gershayim belong to a word ("ג'ון"), and are left out as often as not.
_QUOTES = dict.fromkeys(map(ord, "'`\"\u2018\u2019\u201c\u201d\u05f3\u05f4"))

_HEBREW = re.compile("[\u05d0-\u05ea]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_HEBREW_PREFIXES = re.compile("[בהוכלמש]{0,2}")
_FINAL_LETTERS = str.maketrans("ךםןףץ", "כמנפצ")

#: From so many letters on one edit is allowed, and two. Stricter than Elasticsearch's "AUTO" (3 and 6):
#: Hebrew words are short, and a wrong word of the brand spoils a report more than a missed one.
ONE_EDIT, TWO_EDITS = 6, 10

#: So many consonants tell a brand from another word that sounds alike.
MIN_CONSONANTS = 4

#: So many letters of a Hebrew word are left, or what stands before them is no prefix.
MIN_STEM = 3

#: A name typed with the keyboard in another language is no word: a few letters are enough.
MIN_KEYS = 4

# The same key in the layouts of Latin (QWERTY), Hebrew (SI 1452) and Russian (ЙЦУКЕН) letters.
_LATIN_KEYS = "ertyuiopasdfghjkl;zxcvbnm,."
_LAYOUTS = (
    (_LATIN_KEYS, "קראטוןםפשדגכעיחלךףזסבהנמצתץ"),
    ("qwertyuiop[]asdfghjkl;'zxcvbnm,.", "йцукенгшщзхъфывапролджэячсмитьбю"),
)

# Consonants that are written with one letter in one script and with another in the next are one class.
_DIGRAPHS = (
    ("sch", "s"),
    ("sh", "s"),
    ("ch", "k"),
    ("kh", "k"),
    ("ph", "p"),
    ("th", "t"),
    ("tz", "s"),
    ("ts", "s"),
    ("ck", "k"),
    ("qu", "k"),
    ("x", "ks"),
    ("ce", "s"),
    ("ci", "s"),
    ("cy", "s"),
)
_CLASSES = str.maketrans(
    {
        **dict(zip("bcdfgjklmnpqrstvz", "bkdpgsklmnpkrstbs", strict=True)),
        **dict(zip("בגדזחטכלמנסצפקרשת", "bgdsktklmnsspkrst", strict=True)),
        **dict(zip("бвгджзклмнпрстфхцчшщ", "bbgdssklmnprstpkssss", strict=True)),
        **dict.fromkeys("aeiouyhwאהויעаеёиоуыэюяйъь", " "),
    }
)


def spellings_of(text):
    """Names as people write them in a list: one a line, or separated by commas.

    :rtype: list[str]
    """
    return [part.strip() for part in re.split(r"[,;\n]", text or "") if part.strip()]


class Brand:
    """A brand by its spellings, ready to be looked for in many keywords.

    :param spellings: names of the brand, of one or more words
    :param int max_edits: how many letters may be mistaken, where the name is long enough
    :param never: words that look like the brand and are not
    """

    def __init__(self, spellings, max_edits=1, never=()):
        names = [words for text in spellings if (words := _split(text))]
        #: Each spelling in one piece, and of how many words it is.
        self.spellings = {"".join(words): len(words) for words in names}
        self._never = {"".join(_split(text)) for text in never}
        self._max_edits = max_edits
        self._mistyped = {
            typed for name in self.spellings for typed in _type_elsewhere(name) if len(typed) >= MIN_KEYS
        } - self._never
        self._sounds = {
            (_script(name), sound) for name in self.spellings if len(sound := _sound(name)) >= MIN_CONSONANTS
        }
        self._reach = max(self.spellings.values(), default=0) + 1

    def is_in(self, keyword):
        """Whether the keyword names the brand.

        :param str keyword: as it came, or normalised
        :rtype: bool
        """
        words = _split(keyword)
        return any(
            self._is_name("".join(words[start:stop]), stop - start)
            for start in range(len(words))
            for stop in range(start + 1, min(len(words), start + self._reach) + 1)
        )

    def _is_name(self, word, count):
        forms = set(_strip_prefixes(word))
        if forms & self._never:
            return False
        return (
            bool(forms & self.spellings.keys())
            or word in self._mistyped
            or any(self._is_mistaken(form, count) for form in forms)
            or any(self._sounds_alike(form) for form in forms)
        )

    def _is_mistaken(self, word, count):
        return any(
            # Two words that happen to make up a name are another thing than one mistyped name.
            count == words and word[0] == name[0] and is_within(word, name, min(self._max_edits, _allowed_edits(name)))
            for name, words in self.spellings.items()
        )

    def _sounds_alike(self, word):
        script = _script(word)
        sound = _sound(word)
        return any(sound == other and script != of for of, other in self._sounds)


def is_within(word, name, edits):
    """Whether one word becomes the other by at most so many edits (optimal string alignment).

    :rtype: bool
    """
    if abs(len(word) - len(name)) > edits:
        return False
    if not edits:
        return word == name
    before, previous = [], list(range(len(name) + 1))
    for row, letter in enumerate(word, 1):
        current = [row]
        for column, other in enumerate(name, 1):
            cost = min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == name[column - 2] and word[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        if min(current) > edits:
            return False
        before, previous = previous, current
    return previous[-1] <= edits


def _split(text):
    folded = normalize_keyword(text).translate(_QUOTES).translate(_FINAL_LETTERS)
    return _WORD.findall(folded)


def _strip_prefixes(word):
    """The word, and what is left of a Hebrew one without one and two letters that may be prefixes."""
    prefixes = _HEBREW_PREFIXES.match(word)[0]
    return [word[length:] for length in range(len(prefixes) + 1) if not length or len(word) - length >= MIN_STEM]


def _allowed_edits(name):
    return (len(name) >= ONE_EDIT) + (len(name) >= TWO_EDITS)


def _type_elsewhere(name):
    """What comes out of the keys of a name with the keyboard in another language."""
    for latin, other in _LAYOUTS:
        for keys, letters in ((latin, other), (other, latin)):
            typed = name.translate(str.maketrans(keys, letters))
            if typed != name:
                yield "".join(_split(typed))


def _script(word):
    if _HEBREW.search(word):
        return "hebrew"
    return "cyrillic" if _CYRILLIC.search(word) else "latin"


# The same words come in many keywords.
@lru_cache(maxsize=8192)
def _sound(word):
    """The consonants of a word, one letter for each class of them, repeated ones once."""
    for letters, sound in _DIGRAPHS:
        word = word.replace(letters, sound)
    # Twice the same is once the same, unless a vowel stands between.
    return re.sub(r"(.)\1+", r"\1", word.translate(_CLASSES)).replace(" ", "")
