"""Folds place names into keys, so that spellings of one name meet.

:func:`name_key` is exact up to case, accents and punctuation, in every script. :func:`fold_key` goes further and
joins the ways in which one name is brought into Latin letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

# Letters that Unicode does not decompose, with the letters that news agencies write for them.
_LETTERS = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n", "ŧ": "t",
        "ə": "a", "ǝ": "a", "ɛ": "e", "ɔ": "o", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ƒ": "f",
        # Persian and Urdu letters that Arabic keyboards write differently, and letters that differ in writing only.
        "ی": "ي", "ى": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه", "ـ": None,
        # Quotes and modifiers stand for sounds that English drops; a full stop marks an abbreviation.
        "'": None, "’": None, "‘": None, "ʼ": None, "ʻ": None, "ʾ": None, "ʿ": None, "`": None, "´": None, "ʹ": None,
        "ʺ": None, "″": None, "′": None, "”": None, "“": None, '"': None, "·": None, ".": None, "׳": None, "״": None,
        "ˈ": None, "ˊ": None, "ˋ": None,
    }
)  # fmt: skip
# Marks that may be left out when writing: accents, Hebrew points, Arabic vowel signs. The vowel signs of Indic and
# South-East Asian scripts are marks to Unicode too, but a name is another name without them.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]")  # fmt: skip
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
_PLAIN = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*")
_ASCII_GAP = re.compile(r"[^a-z0-9]+")
_ASCII_DROPPED = str.maketrans("", "", "'`\".")


def name_key(name: str) -> str:
    """Return the key under which a name is filed: equal for spellings that differ in form only.

    Compatibility forms are unified (NFKC), case is folded, accents and other marks that may be left out are
    dropped, apostrophes and full stops are dropped, other punctuation becomes a space, and spaces are collapsed.
    The key of a key is that key.

    Parameters
    ----------
    name : str
        Any text, in any script.

    Returns
    -------
    str
        Empty if the text has neither a letter nor a digit.

    Examples
    --------
    >>> name_key("Khar’kov"), name_key("SAINT-DENIS"), name_key("U.S."), name_key("Tillabéri")
    ('kharkov', 'saint denis', 'us', 'tillaberi')
    """
    if name.isascii():
        key = name.lower()
        if _PLAIN.fullmatch(key):
            return key
        return _ASCII_GAP.sub(" ", key.translate(_ASCII_DROPPED)).strip()
    key = name
    for _ in range(8):  # a handful of letters need a second round, as what they fold into folds further
        folded = _once(key)
        if folded == key:
            break
        key = folded
    return key


def _once(name: str) -> str:
    key = unicodedata.normalize("NFKC", name).casefold()
    key = _MARKS.sub("", unicodedata.normalize("NFKD", key)).translate(_LETTERS)
    key = unicodedata.normalize("NFKC", key).translate(_LETTERS)
    return " ".join("".join(c if _kept(c) else "" if c in _INVISIBLE else " " for c in key).split())


def _kept(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


_ARTICLES = frozenset(
    "al el ad ed ar er as es ash esh at et ath az ez an en ul il l "  # the Arabic article before its letters
    "the la le les los las".split()
)
_WORDS = {
    "st": "saint",
    "ste": "saint",
    "sankt": "saint",
    "san": "saint",
    "santa": "saint",
    "mt": "mount",
    "ft": "fort",
}


@cache
def _sounds() -> tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...]:
    """Return what :func:`fold_key` replaces by what, in order; compiled when it is first needed."""
    return (
    (re.compile("dzh|dj|zh"), "j"),
    (re.compile("shch|sch|sh"), "s"),
    (re.compile("tch|ch"), "x"),
    (re.compile("kh|gh|dh|th|ph"), lambda found: {"kh": "h", "gh": "g", "dh": "d", "th": "t", "ph": "f"}[found[0]]),
    (re.compile("ts|tz"), "z"),
    (re.compile("ck|c|q"), "k"),
    (re.compile("[aeo]w(?![aeiouy])"), "o"),
    (re.compile("w"), "v"),
    (re.compile("(?<=[aeiouy])h(?![aeiouy])"), ""),
    # Vowels are what transliterations differ in most: a run of them counts as one of two kinds.
    (re.compile("[aeiouy]+"), lambda found: "a" if set(found[0]) == {"a"} else "e"),
    (re.compile(r"(.)\1+"), r"\1"),
    )  # fmt: skip


_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "yo", "є": "ye", "ж": "zh", "з": "z",
    "и": "i", "і": "i", "ї": "yi", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "",
    "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "ў": "u", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c",
    "ђ": "dj", "џ": "dzh", "ә": "a", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h",
}  # fmt: skip
_ROMAN = str.maketrans(_CYRILLIC)
_ROMAN_UK = str.maketrans(_CYRILLIC | {"г": "h", "и": "y"})
_DOTS = str.maketrans({"\u093c": None, "\u09bc": None, "\u0902": "न्"})  # nukta; the dot for a nasal


def romanised(key: str) -> str:
    """Return a name key with its Cyrillic letters brought into Latin ones, by Ukrainian rules where a letter is Ukrainian."""
    if key.isascii():
        return key
    return name_key(key.translate(_ROMAN_UK if any(c in key for c in "іїєґ") else _ROMAN))


def bare(key: str) -> str:
    """Return a name key in Latin letters, as far as :func:`romanised` goes, without its articles."""
    words = romanised(key).split()
    return " ".join(word for word in words if word not in _ARTICLES) or " ".join(words)


def _plain(word: str) -> str:
    if word.isascii():
        return word
    if word.startswith("ال") and len(word) > 4:
        word = word[2:]
    return word.translate(_DOTS)


def fold_key(name: str) -> str:
    """Return a key that spellings of one name in Latin letters share.

    Articles are left out, "St" and "San" become "saint", digraphs become one letter (kh → h, zh → j), a run of
    vowels becomes "a" or "e", doubled letters and spaces are dropped. Rough on purpose: use it only where
    :func:`name_key` finds nothing. Cyrillic letters are brought into Latin ones first (:func:`romanised`). Arabic names
    lose their article, Indic ones the dots that are often left out; names in other scripts are returned as
    :func:`name_key` does, without spaces.

    Examples
    --------
    >>> fold_key("Kharkov") == fold_key("Kharkiv") == fold_key("Харьков"), fold_key("Hodeidah") == fold_key("al-Hudaydah")
    (True, True)
    """
    words = [_plain(word) for word in romanised(name_key(name)).split()]
    if len(words) > 1:
        words = [_WORDS.get(word, word) for word in words if word not in _ARTICLES] or words
    key = "".join(words)
    if not key.isascii():
        while True:  # letters that now stand together may compose, and an article may come to the front
            joined = _plain(name_key(key).replace(" ", ""))
            if joined == key:
                return joined
            if joined.isascii():
                return fold_key(joined)
            key = joined
    while True:  # joining and folding can bring together letters that fold once more
        folded = key
        for pattern, into in _sounds():
            folded = pattern.sub(into, folded)
        if folded == key:
            return key
        key = folded


def one_edit(key: str, reach: int | None = None) -> set[str]:
    """Return all keys one deletion, swap, replacement or insertion of a letter away from ``key``.

    If ``reach`` is given, only edits that leave the first letters, less than ``reach`` + 1 of them, as they are.
    """
    letters = set("abcdefghijklmnopqrstuvwxyz ") if key.isascii() else set(key) | _alphabet(key)
    cuts = [(key[:i], key[i:]) for i in range((len(key) if reach is None else min(reach, len(key))) + 1)]
    edits = {a + b[1:] for a, b in cuts if b}
    edits |= {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    edits |= {a + c + b[1:] for a, b in cuts if b for c in letters}
    edits |= {a + c + b for a, b in cuts for c in letters}
    return {edit.strip() for edit in edits} - {key}


def _alphabet(key: str) -> set[str]:
    """Return the letters around those of ``key``: for alphabets of one Unicode block, mostly the whole alphabet."""
    middle = sorted(c for c in key if c.isalpha())
    if not middle:
        return set()
    centre = ord(middle[len(middle) // 2])
    if unicodedata.name(chr(centre), "").startswith(("CJK", "HANGUL", "HIRAGANA", "KATAKANA")):
        return set()
    return {
        chr(c)
        for c in range(max(centre - 40, 0x80), centre + 40)
        if chr(c).isalpha() and name_key(chr(c)) == chr(c)
    }
