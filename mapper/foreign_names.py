"""Cuts a report into words, and looks up inflected names and adjectives of countries in the gazetteer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import TypeVar

import regex

from mapper import foreign_words
from mapper.gazetteer import Gazetteer
from mapper.languages import base_forms
from mapper.model import Candidate
from mapper.text import fold_key

# What is not to be seen within a word, such as a soft hyphen or a direction mark, belongs to it.
_UNSEEN = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_INVISIBLE = regex.compile(f"[{_UNSEEN}]+")
_LETTERS = rf"\p{{L}}(?:[{_UNSEEN}]*+[\p{{L}}\p{{M}}])*+"
_WORD = regex.compile(rf"(?:\p{{Lu}}{{1,2}}\.){{2,}}|{_LETTERS}")
_WORD_WITH_APOSTROPHE = regex.compile(rf"{_LETTERS}(?:['’ʼ‘`ʹ]{_LETTERS})*+")
_GAP = regex.compile(rf"[{_UNSEEN}]*(?:[ \u00a0\u202f]{{1,2}}|[-‐‑–'’ʼ‘]|[ \t]*\r?\n[ \t]*)[{_UNSEEN}]*")
_CYRILLIC_ADJECTIVE = regex.compile(r"(.+[сцз]ь?к)\p{L}{1,3}")
_Kept = TypeVar("_Kept")
INFLECTED = frozenset(["uk", "ru", "pl", "de"])
_PLAIN_SCORE = 0.45  # of the name as it is written, from which nobody asks for what it may be a form of
_CLEARLY = 0.2  # by how much a base form's place must go before one that bears the written name
_FORMS_WITHIN = 7  # of a word within a name
_MOST_COMBINATIONS = 50  # of the base forms of a name's words
_MOST_WORDS = 3  # in a name that is inflected
_RARE, _RAISE = 0.5, 0.3  # of a country, under a name that only another language than English has for it
_READINGS = 5  # of a name that are looked at
_MOST_KEPT = 20_000  # names, and words
_STEM = 3  # letters of a country's name that an adjective keeps, at least


@dataclass(frozen=True, slots=True)
class Token:
    """A word as ``text[start:end]``; ``word`` is it without what is not to be seen, ``low`` in small letters."""

    start: int
    end: int
    word: str
    low: str

    @property
    def capital(self) -> bool:
        """Whether the word begins with a capital letter."""
        return self.word[0].isupper() or self.word[0].istitle()


def clean(text: str) -> str:
    """Return a text without characters that are not to be seen."""
    return _INVISIBLE.sub("", text)


def tokens(text: str, start: int, end: int, language: str) -> list[Token]:
    """Return the words of a part of a text. In Cyrillic, an apostrophe is part of a word, elsewhere it ends one."""
    pattern = _WORD_WITH_APOSTROPHE if language in {"uk", "ru"} else _WORD
    found = []
    for match in pattern.finditer(text, start, end):
        word = clean(match[0])
        found.append(
            Token(match.start(), match.end(), word, word.replace("’", "'").replace("ʼ", "'").lower())
        )
    return found


def joined(text: str, one: Token, other: Token) -> bool:
    """Tell whether two neighbouring words may be of one name: a space, a hyphen, an apostrophe or a break is between."""
    gap = other.start - one.end
    return 0 < gap <= 8 and _GAP.fullmatch(text, one.end, other.start) is not None


class Names:
    """Names and adjectives of one language, looked up in the gazetteer and kept; may be shared between threads.

    Parameters
    ----------
    gazetteer : Gazetteer
    language : str
        As :func:`mapper.languages.language` gives it.
    """

    def __init__(self, gazetteer: Gazetteer, language: str) -> None:
        self.gazetteer, self.language = gazetteer, language
        self._found: dict[str, tuple[Sequence[Candidate], bool]] = {}
        self._countries: dict[str, str | None] = {}

    def find(self, phrase: str, words: Sequence[str]) -> tuple[Sequence[Candidate], bool]:
        """Return what a name means, and whether it was found as the inflected form of another.

        Parameters
        ----------
        phrase : str
            The name as it stands in the text, without what is not to be seen.
        words : sequence of str
            Its words.
        """
        found = self._found.get(phrase)
        if found is None:
            found = self._find(phrase, words)
            _keep(self._found, phrase, found)
        return found

    def _find(self, phrase: str, words: Sequence[str]) -> tuple[Sequence[Candidate], bool]:
        written = self._national(self.gazetteer.lookup(phrase))
        if self.language not in INFLECTED or len(words) > _MOST_WORDS:
            return written, False
        if written and (written[0].place.kind == "country" or written[0].score >= _PLAIN_SCORE):
            return written, False
        forms = [self._forms(word, alone=len(words) == 1) for word in words]
        inflected = self._merged(" ".join(f) for f in islice(product(*forms), 1, _MOST_COMBINATIONS))
        if not inflected or (written and inflected[0].score < written[0].score + _CLEARLY):
            return written, False
        return (self._union(written, inflected) if written else inflected), True

    def _forms(self, word: str, *, alone: bool) -> tuple[str, ...]:
        """Return the likelier base forms; in a name of several words, no plural without an ending: it may be a person's."""
        forms = base_forms(word, self.language)
        if alone:
            return forms
        bare = len(forms) > 1 and forms[1].startswith(word)
        return (word,) if bare else forms[:_FORMS_WITHIN]

    def _merged(self, names: Iterable[str]) -> Sequence[Candidate]:
        lists = [self._national(found) for name in names if (found := self.gazetteer.lookup(name))]
        return lists[0] if len(lists) == 1 else self._union(*lists)

    def _national(self, found: Sequence[Candidate]) -> Sequence[Candidate]:
        """Put a country before villages of its name: in a report in that language, the name is not rare."""
        if not any(c.place.kind == "country" and c.score < _RARE for c in found[:_READINGS]):
            return found
        raised = (
            replace(c, score=c.score + _RAISE) if c.place.kind == "country" and c.score < _RARE else c
            for c in found
        )
        return tuple(sorted(raised, key=lambda c: -c.score))

    def _union(self, *lists: Sequence[Candidate]) -> Sequence[Candidate]:
        best: dict[tuple[object, ...], Candidate] = {}
        for candidate in (candidate for found in lists for candidate in found):
            place = candidate.place
            key = (place.geonameid, place.name, place.kind, place.point)
            if key not in best or best[key].score < candidate.score:
                best[key] = candidate
        return tuple(sorted(best.values(), key=lambda candidate: -candidate.score))

    def region(self, word: str, area: str) -> Sequence[Candidate]:
        """Return what "Харківській області" means.

        Parameters
        ----------
        word : str
            The adjective ("Харківській"), in any case.
        area : str
            The administrative word in the nominative ("область").

        Returns
        -------
        sequence of Candidate
            Regions; for a district that the gazetteer lacks, the town that it is named after.
        """
        found = self._merged(f"{form} {area}" for form in base_forms(word, self.language))
        found = [c for c in found if c.place.kind == "region"]
        if area not in foreign_words.LESSER_AREAS:
            return found
        return self._union(found, self.town(word))

    def town(self, word: str) -> Sequence[Candidate]:
        """Return the settlements that an adjective may come from: Куп'янський → Куп'янськ, Белгородский → Белгород."""
        stem = _CYRILLIC_ADJECTIVE.fullmatch(word)
        if stem is None:
            return ()
        long, short = stem[1], regex.sub(r"[сцз]ь?к$", "", stem[1])
        names = [
            long,
            short,
            short + "а",
            short + "е",
            short + "о",
            short + "и",
            short + "ы",
            regex.sub("[аи]н$", "а", short),
        ]
        names += [long[:-2] + "ьк" if long.endswith("цк") else long]
        return [
            c
            for c in self._merged(dict.fromkeys(n for n in names if len(n) >= _STEM))
            if c.place.kind == "city"
        ]

    def around(self, phrase: str) -> Sequence[Candidate]:
        """Return what a name means behind a word for a region ("región de Járkov"): regions of the name go first."""
        found = self._merged((f"region of {phrase}", f"{phrase} область", phrase))
        regions = [c for c in found if c.place.kind == "region"]
        return regions or found

    def country(self, word: str) -> str | None:
        """Return the country (alpha-2) that an adjective or the name of a people belongs to, None if it is none.

        Where the gazetteer does not know the word, it is led back to a country's name by its ending.
        """
        low = word.lower()
        country = self._countries.get(low, "")
        if country == "":
            country = self._country(low)
            _keep(self._countries, low, country)
        return country

    def people(self, country: str) -> Sequence[Candidate]:
        """Return the country (alpha-2) that a demonym names, as a candidate."""
        found = self.gazetteer.lookup(self.gazetteer.country_name(country))
        return tuple(
            replace(c, match="demonym")
            for c in found[:3]
            if (c.place.kind, c.place.country) == ("country", country)
        )

    def _country(self, low: str) -> str | None:
        if len(low) <= _STEM:
            return None
        known = self.gazetteer.demonym(low)
        if known is not None:
            return known
        forms = base_forms(low, "ar") if self.language == "ar" else (low,)
        for stem, code in foreign_words.PEOPLES.get(self.language, ()):
            if any(form.startswith(stem) and len(form) - len(stem) <= 4 for form in forms):
                return code
        for name in self._country_names(low):
            found = self._national(self.gazetteer.lookup(name))
            if found and found[0].place.kind == "country" and self._begin_alike(name, found[0].place.name):
                return found[0].place.country
        return None

    def _begin_alike(self, name: str, usual: str) -> bool:
        """Tell whether a country's name begins like its usual one, so that "almeno" is not of "Almenia" for Armenia."""
        if self.language == "ar":
            return True
        return fold_key(name)[:2].replace("z", "s") == fold_key(usual)[:2].replace("z", "s")

    def _country_names(self, low: str) -> Iterable[str]:
        endings = foreign_words.COUNTRY_ENDINGS.get(self.language, {})
        for form in _masculine(low, self.language):
            for ending, names in endings.items():
                if form.endswith(ending) and len(form) - len(ending) >= _STEM:
                    stem = form[: -len(ending)]
                    yield from (stem + ("" if name == "-" else name) for name in names.split())
        if self.language == "ar":
            for form in base_forms(low, "ar"):
                stem = regex.sub(r"(?:يين|يون|يات|ية|ي)$", "", form)
                if stem != form and len(stem) >= _STEM:
                    yield from (stem + "يا", stem + "ا", stem, "ال" + stem)


def _keep(memory: dict[str, _Kept], key: str, value: _Kept) -> None:
    if len(memory) >= _MOST_KEPT:  # forget all: threads may share the memory
        memory.clear()
    memory[key] = value


def _masculine(low: str, language: str) -> list[str]:
    """Return the masculine singular forms, or stems, that an adjective may have."""
    if language in foreign_words.ADJECTIVAL:
        found = regex.fullmatch(
            rf"(.+?(?:ськ|зьк|цьк|ск|sk|isch))(?:{foreign_words.ADJECTIVAL[language]})", low
        )
        return [found[1]] if found else []
    singular = low.removesuffix("s")
    forms = {low: None, singular: None}
    if language in {"es", "pt", "it"} and singular[-1:] in {"a", "i", "e"}:
        forms[singular[:-1] + "o"] = None
    if language == "es":
        forms |= dict.fromkeys((regex.sub(r"es(?:a|e)?$", "és", singular), regex.sub(r"íe$", "í", singular)))
    elif language == "pt":
        forms[regex.sub(r"es(?:a|e)?$", "ês", singular)] = None
    elif language == "it":
        forms[regex.sub(r"i$", "e", singular)] = None
    elif language == "fr":
        forms[regex.sub(r"(?<=[aio]s)e$|(?<=ain)e$|(?<=[ié]en)ne$", "", singular)] = None
        forms.pop(singular, None) if singular.endswith("enne") else None
        if low.endswith(("ais", "ois")):
            forms[low] = None
    return list(forms)
