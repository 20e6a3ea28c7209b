"""What is known of each word of a text before it is read: its form, the word lists, and what the gazetteer has of its name.

A clue is a number between 0 and 1; the tagger (:mod:`mapper.tagger`) weighs them together with the words around.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from mapper import lexicon, matching
from mapper.gazetteer import Gazetteer
from mapper.placefile import (
    AIRFIELD,
    AREA,
    CAPITAL,
    CITY,
    COUNTRY,
    DEMONYM,
    LESSER_REGION,
    METONYM,
    QUALIFIER,
    REGION,
    SITE,
    WATER,
    WITH_WORD,
)
from mapper.text import name_key
from mapper.tokens import Tokens

LONGEST = 60  # letters of a word; what is longer is no name's
MOST_WORDS = 6  # of a name
_FORMS = (
    "lower", "title", "capitals", "short capitals", "one capital", "mixed", "dotted", "number", "digits", "comma",
    "stop", "hyphen", "opening", "closing", "quote", "possessive", "colon", "line break", "mark",
)  # fmt: skip
_MARKS = {
    ",": "comma", ".": "stop", "-": "hyphen", "‐": "hyphen", "‑": "hyphen", "–": "hyphen", "—": "hyphen", "/": "hyphen",
    "(": "opening", "[": "opening", ")": "closing", "]": "closing", '"': "quote", "“": "quote", "”": "quote", "'": "quote",
    "‘": "quote", "’": "quote", ":": "colon", ";": "colon",
}  # fmt: skip
_LISTS: tuple[frozenset[str], ...] = (
    lexicon.CALENDAR, lexicon.TITLES, lexicon.ORGANISATION, lexicon.FACILITIES, lexicon.AREA_WORDS, lexicon.GENERIC,
    lexicon.LOCATIVE, lexicon.STREETS, lexicon.GOVERNMENT_VERBS, lexicon.CONNECTORS,
)  # fmt: skip
WORD_CLUES = len(_FORMS) + 1 + len(_LISTS) + 3  # common word, the lists, first name, surname, ASCII
_TAILS = lexicon.AREA_WORDS | lexicon.SITE_WORDS  # what a name may end in, in small letters
_WITHIN = _TAILS | lexicon.CONNECTORS | lexicon.SITE_MIDDLES
_KINDS = 10  # those of the gazetteer, demonyms and metonyms; capitals are cities
PLACE_CLUES = 4 + (_KINDS + 4) + (_KINDS + 2)
_SLOTS = {
    COUNTRY: 0, REGION: 1, LESSER_REGION: 2, CITY: 3, CAPITAL: 3, AREA: 4, WATER: 5, AIRFIELD: 6, SITE: 7,
}  # fmt: skip
_PEOPLE, _POWER = 8, 9
_POSTS = 40  # of a name's places, the most prominent ones say enough


def form(word: str) -> str:
    """Return the form of a token, one of those that the clues tell apart."""
    first = word[0]
    if first.isalpha():
        if len(word) == 1:
            return "one capital" if not first.islower() else "lower"
        if "." in word:
            return "dotted"
        if any(c.isdigit() for c in word):
            return "digits"
        if first.islower():
            return "lower" if word.islower() else "mixed"
        if word.isupper():
            return "short capitals" if len(word) <= 4 else "capitals"
        return "title" if word[1:].islower() or not any(c.isupper() for c in word[1:]) else "mixed"
    if first.isdigit():
        return "digits" if any(c.isalpha() for c in word) else "number"
    if first == "\n":
        return "line break"
    if len(word) == 2 and word[1] == "s":
        return "possessive"
    return _MARKS.get(word, "mark")


def word_clues(
    word: str, common: frozenset[str], first_names: Mapping[str, float], surnames: Mapping[str, float]
) -> npt.NDArray[np.float32]:
    """Return what is known of a word by itself (``WORD_CLUES`` numbers)."""
    row = np.zeros(WORD_CLUES, np.float32)
    row[_FORMS.index(form(word))] = 1
    lower = word.lower()
    row[len(_FORMS)] = lower in common
    for at, words in enumerate(_LISTS, len(_FORMS) + 1):
        row[at] = lower in words
    row[-3] = first_names.get(lower, 0.0)
    row[-2] = surnames.get(lower, 0.0)
    row[-1] = 1.0 if word.isascii() else 0.0
    return row


class PlaceClues:
    """Finds the names of the gazetteer in a text and says what they may mean.

    Parameters
    ----------
    gazetteer : Gazetteer
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._matcher = gazetteer.matcher
        self._files = gazetteer.files
        self.summary: Callable[[str], tuple[float, ...] | None] = lru_cache(maxsize=50_000)(self._summary)
        self._key: Callable[[str], str] = lru_cache(maxsize=50_000)(name_key)
        self._prefixes: Callable[[str], tuple[int, ...]] = lru_cache(maxsize=50_000)(self._lengths)

    def rows(self, tokens: Tokens) -> npt.NDArray[np.float32]:
        """Return the clues of each token, of shape (tokens, ``PLACE_CLUES``)."""
        texts = [text[:LONGEST] for text in tokens.texts]
        count = len(texts)
        rows = np.zeros((count, PLACE_CLUES), np.float32)
        following = _following(tokens)
        taken = -1  # the last token of the longest name so far
        for at in range(count):
            first = texts[at][0]
            if not first.isalpha() or first.islower():
                continue
            own = self.summary(self._key(texts[at]))
            if own is not None:
                rows[at, _KINDS + 8 :] = own[: _KINDS + 2]
            path = [at]
            while len(path) < MOST_WORDS and (step := following[path[-1]]) >= 0:
                path.append(step)
            best = 0
            if len(path) > 1:
                keys = [self._key(texts[i]) for i in path]
                words = list(
                    accumulate(key.count(" ") + 1 for key in keys)
                )  # "T&T" is one token of two words
                for length in self._prefixes(" ".join(keys)):
                    if length not in words:
                        continue
                    tokens_in = words.index(length) + 1
                    last = texts[path[tokens_in - 1]]
                    if tokens_in > 1 and (not last[0].islower() or last in _TAILS):
                        best = max(best, tokens_in)
                name = " ".join(keys[:best]) if best else keys[0]
            else:
                name = self._key(texts[at])
            best = best or (own is not None)
            if not best or path[best - 1] <= taken:
                continue
            found = self.summary(name)
            if found is None:
                continue
            taken = path[best - 1]
            rows[at : taken + 1, 0] = 1
            rows[at, 1] = 1
            rows[taken, 2] = 1
            rows[at : taken + 1, 3] = best / MOST_WORDS
            rows[at : taken + 1, 4 : _KINDS + 8] = found
        return rows

    def _lengths(self, key: str) -> tuple[int, ...]:
        """Return of how many words the names are that the words of a key begin with."""
        found = set()
        for file in self._files:
            for name in file.beginnings(key):
                if len(name) == len(key) or key[len(name)] == " ":
                    found.add(name.count(" ") + 1)
        return tuple(found)

    def _summary(self, key: str) -> tuple[float, ...] | None:
        """Return what a name may mean: its kinds, the best score, the next, how many places, whether it stands alone."""
        posts = list(self._matcher.named(key))
        if not posts:
            return None
        kinds = [0.0] * _KINDS
        best = second = 0.0
        alone = 0.0
        for _, flag, kind, prominence in posts[:_POSTS]:
            score = max(prominence + matching.WORTH[flag], 0.01)
            slot = _PEOPLE if flag == DEMONYM else _POWER if flag == METONYM else _SLOTS[kind]
            kinds[slot] = max(kinds[slot], score)
            if score > best:
                best, second = score, best
            elif score > second:
                second = score
            if flag not in {DEMONYM, QUALIFIER, WITH_WORD}:
                alone = 1.0
        return (*kinds, best, second, min(len(posts), 64) / 64, alone)


def _following(tokens: Tokens) -> list[int]:
    """Return for each token which one carries on a name begun there, -1 if none does."""
    starts, ends, texts = tokens
    count = len(texts)
    following = [-1] * count
    for at in range(count - 1):
        step = at + 1
        gap = starts[step] - ends[at]
        mark = texts[step]
        if (gap == 0 and step + 1 < count and starts[step + 1] == ends[step] and mark in "-‐‑–") or (
            gap == 0
            and mark == "."
            and step + 1 < count
            and starts[step + 1] == ends[step] + 1
            and len(texts[at]) <= 3
            and texts[at][0].isupper()
        ):
            step += 1
        elif gap != 1:
            continue
        word = texts[step]
        if not word[0].isalpha():
            continue
        if word[0].islower() and word not in _WITHIN:
            continue
        following[at] = step
    return following
