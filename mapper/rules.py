"""Finds the place names of a text without a trained model: gazetteer names in capitals, weighed by the words around them.

A name may be used for the place itself (``literal``), as a ``demonym`` ("Russian"), for a government
(``metonym``), or inside another name (``part``, "Kharkiv University"). Names of persons are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import regex

from mapper import lexicon
from mapper.gazetteer import Gazetteer
from mapper.model import Candidate, Mention, Place, Report, Toponym
from mapper.sentences import Sentence

MAX_TOKENS = 6  # the longest names in the gazetteer that reports use have six words
KNOWN_CITY = 100_000  # inhabitants from which a city is taken for itself with little support
SMALL_CITY = 5_000  # below this many, a name that is also a common word needs strong support

_WORDED = {
    "region",
    "site",
    "airfield",
    "water",
}  # kinds of places whose names may end in a word in small letters
_TOKEN = regex.compile(r"(?:\p{Lu}\p{Ll}?\.){2,}|\p{L}[\p{L}\p{M}]*(?:['’ʼ‘`](?!s\b)\p{L}[\p{L}\p{M}]*)*")
_ATTRIBUTE = regex.compile(r"[-‐‑]\p{Ll}{3,}")
_STREET = regex.compile(r"(?:['’]s)? (?:Road|Street|Avenue|Boulevard|Lane|Drive|Highway)\b")
_CONTRACTION = regex.compile(r"['’](?:re|ve|ll|d|m|t)$", regex.IGNORECASE)
_GAP = regex.compile(r"[ \u00a0]{1,2}|[-‐‑–]|[ \t]*\r?\n[ \t]*|\. ")


@dataclass(frozen=True, slots=True)
class Words:
    """Common English words and first names, all in lower case."""

    common: frozenset[str]
    first_names: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    text: str

    @property
    def capital(self) -> bool:
        return not self.text[0].islower()

    @property
    def acronym(self) -> bool:
        return self.text.isupper() and len(self.text) <= 4 and self.text.isascii()


def find_mentions_by_rules(
    report: Report, sentences: list[Sentence], gazetteer: Gazetteer, words: Words
) -> list[Mention]:
    """Find the place names of a report.

    Parameters
    ----------
    report : Report
        Offsets of the answer count the code points of its text.
    sentences : list of Sentence
        The sentences of its text.
    gazetteer : Gazetteer
        Where names are looked up.
    words : Words
        What tells a place name from a person or a common word.

    Returns
    -------
    list of Mention
        In order of the text, not overlapping. A name may have no candidate: it was used as a place's name but the
        gazetteer does not have it.
    """
    found: list[Mention] = []
    persons: set[str] = set()
    for sentence in sentences:
        scan = _Scan(report, sentence, gazetteer, words)
        found += scan.mentions()
        persons |= scan.persons
    return [mention for mention in found if not _is_person(mention, persons)]


def _is_person(mention: Mention, persons: set[str]) -> bool:
    """Tell whether a name that was seen as a person's elsewhere in the report is one here too."""
    if mention.toponym.text.lower() not in persons or mention.cued:
        return False
    best = mention.candidates[0].place if mention.candidates else None
    return best is None or (best.kind != "country" and best.population < 10 * KNOWN_CITY)


class _Scan:
    """One pass over one sentence."""

    def __init__(self, report: Report, sentence: Sentence, gazetteer: Gazetteer, words: Words) -> None:
        self.report, self.sentence, self.gazetteer, self.words = report, sentence, gazetteer, words
        text = report.text
        self.tokens = [
            _Token(m.start(), m.end(), m[0]) for m in _TOKEN.finditer(text, sentence.start, sentence.end)
        ]
        self.joined = [bool(_GAP.fullmatch(text[a.end : b.start])) for a, b in pairwise(self.tokens)] + [
            False
        ]
        self.shouted = sum(t.text.isupper() for t in self.tokens) > max(3, len(self.tokens) * 0.6)
        self.persons: set[str] = set()

    def mentions(self) -> Iterator[Mention]:
        at = 0
        while at < len(self.tokens):
            if not self.tokens[at].capital or _CONTRACTION.search(self.tokens[at].text):
                at += 1
                continue
            taken, mention = self._match(at)
            if mention is not None:
                yield mention
            at += taken

    def _short_area(self, at: int) -> Mention | None:
        """Read the short form of a state behind a comma: "Edmonton, Ky.", "Charleston, W.Va.", "Austin, TX"."""
        token, text = self.tokens[at], self.report.text
        if at == 0 or not self.tokens[at - 1].capital or text[self.tokens[at - 1].end : token.start] != ", ":
            return None
        dotted = text[token.end : token.end + 1] == "." and "." not in token.text
        if not (dotted or "." in token.text or (len(token.text) == 2 and token.acronym)):
            return None
        areas = tuple(c for c in self.gazetteer.areas(token.text) if c.place.kind == "region")
        if not areas or not self.gazetteer.lookup(self.tokens[at - 1].text):
            return None
        end = token.end + dotted
        toponym = Toponym(report_id=self.report.id, start=token.start, end=end, text=text[token.start : end])
        return Mention(toponym, areas, cued=True)

    def _match(self, at: int) -> tuple[int, Mention | None]:
        """Return how many tokens the longest name here takes, and the mention if it is a place."""
        short = self._short_area(at)
        if short is not None:
            return 1, short
        water = self._water(at)
        if water:
            return water, self._mention(
                at, water, tuple(self.gazetteer.lookup(self._text(at, water))), cued=True
            )
        for count in range(self._reach(at), 0, -1):
            last = self.tokens[at + count - 1]
            tail = count > 1 and (last.text in lexicon.AREA_WORDS or last.text in lexicon.SITE_WORDS)
            if last.text in lexicon.CONNECTORS or not (last.capital or tail):
                continue
            name = self._text(at, count)
            if count > 1 and self._area_only(at, count):
                continue
            candidates = tuple(self.gazetteer.lookup(name))
            may_be_people = not candidates or candidates[0].place.kind not in {"country", "region"}
            country = self.gazetteer.demonym(name) if may_be_people else None
            if country is not None and candidates and not self._qualified(at + count):
                candidates = ()  # "Canadian" is no town in Texas
            if candidates and self._at_sea(at, count):
                waters = tuple(c for c in candidates if c.place.kind == "water")
                return count, self._mention(at, count, waters, cued=True)
            if candidates and self._needless_article(at, count, candidates):
                return 1, None
            if not last.capital and not any(c.place.kind in _WORDED for c in candidates):
                continue
            if count == 1 and self.tokens[at].text.lower() in lexicon.CALENDAR and not self._announced(at):
                return 1, None
            if candidates and count == 1 and self._half_of_name(at, candidates[0].place):
                break
            if candidates and count > 1 and self._street(at + count - 1):
                return count, None
            if candidates and not self._two_names(at, count, candidates):
                return self._judge(at, count, candidates)
            if country is not None:
                people = tuple(self.gazetteer.people(name))
                return count, self._mention(at, count, people, role="demonym", demonym=country)
        return self._unknown(at)

    def _water(self, at: int) -> int:
        """Return how many tokens "Gulf of Aden" or "Bay of Bengal" takes: no town, though a town is in the name."""
        if self.tokens[at].text.lower() not in lexicon.WATERS or at + 2 >= len(self.tokens):
            return 0
        named = (
            self.tokens[at + 1].text == "of" and self.tokens[at + 2].capital and all(self.joined[at : at + 2])
        )
        return 3 if named else 0

    def _at_sea(self, at: int, count: int) -> bool:
        """Tell "Persian Gulf" and "Black Sea", whose names towns and regions on the shore may bear."""
        return count > 1 and self.tokens[at + count - 1].text in lexicon.SEAS

    def _reach(self, at: int) -> int:
        count = 1
        while count < MAX_TOKENS and at + count < len(self.tokens) and self.joined[at + count - 1]:
            count += 1
        return count

    def _text(self, at: int, count: int) -> str:
        return self.report.text[self.tokens[at].start : self.tokens[at + count - 1].end]

    def _two_names(self, at: int, count: int, candidates: tuple[Candidate, ...]) -> bool:
        """Tell two names joined by "and" from one: areas may be called "Bosnia and Herzegovina", cities hardly."""
        words = {token.text for token in self.tokens[at : at + count]}
        return "and" in words and candidates[0].place.kind == "city"

    def _half_of_name(self, at: int, best: Place) -> bool:
        """Tell a piece of a hyphenated or longer name that is not in the gazetteer ("Pont-Sonde", "in Ain Issa")."""
        for gap_at, other in ((at - 1, at - 1), (at, at + 1)):
            if not (0 <= other < len(self.tokens)) or not self.joined[gap_at]:
                continue
            hyphen = self.report.text[self.tokens[gap_at].end] in "-‐‑–"
            token = self.tokens[other]
            people = best.kind == "country" and self.gazetteer.demonym(token.text) is not None
            if hyphen and token.capital and not people and not self._is_place(other):
                return True  # but not in "Libya–Turkish"; "Arab–Israeli" names no town called Arab
        if self._before(at) in lexicon.MEDIA_NOUNS or self._titled(at) or self._street(at):
            return True
        after = self.report.text[self.tokens[at].end : self.tokens[at].end + 2]
        return best.kind == "city" and after[:1] == " " and after[1:].isdigit()  # "Loop 286"

    def _street(self, at: int) -> bool:
        """Tell "Paris Street" and "St Luke's Road" from the place."""
        return _STREET.match(self.report.text, self.tokens[at].end) is not None

    def _titled(self, at: int) -> bool:
        """Tell "in The Atlantic": a capital article within a sentence begins the name of a paper or a body."""
        return (
            at > 0
            and self.tokens[at - 1].text == "The"
            and self.joined[at - 1]
            and not self._opens_sentence(at - 1)
        )

    def _tail_of_name(self, best: Place, previous: _Token | None) -> bool:
        """Tell "Issa" in "Ain Issa": the name as a whole is not in the gazetteer, and its end means another place."""
        return (
            previous is not None
            and best.kind == "city"
            and best.population < KNOWN_CITY
            and not self._common(previous)
            and self.gazetteer.demonym(previous.text) is None
        )

    def _area_only(self, at: int, count: int) -> bool:
        """Tell "The state" or "This region": an area without a name."""
        words = [token.text.lower() for token in self.tokens[at : at + count]]
        return words[0] in lexicon.OPENING_WORDS and all(word in lexicon.AREA_WORDS for word in words[1:])

    def _needless_article(self, at: int, count: int, candidates: tuple[Candidate, ...]) -> bool:
        """Tell "The US" from "The Hague": the article belongs to a name that means another place without it."""
        if count < 2 or self.tokens[at].text.lower() != "the":
            return False
        without = self.gazetteer.lookup(self._text(at + 1, count - 1))
        return bool(without) and without[0].place == candidates[0].place

    def _mention(
        self, at: int, count: int, candidates: tuple[Candidate, ...], *, role: str = "literal",
        demonym: str | None = None, cued: bool = False,
    ) -> Mention:  # fmt: skip
        start, end = self.tokens[at].start, self.tokens[at + count - 1].end
        toponym = Toponym(
            report_id=self.report.id, start=start, end=end, text=self.report.text[start:end], role=role
        )
        return Mention(toponym, candidates, demonym, cued)

    # What the words around say

    def _before(self, at: int, back: int = 1) -> str:
        return self.tokens[at - back].text.lower() if at >= back else ""

    def _after(self, at: int) -> _Token | None:
        """The next token of the same capitalised phrase."""
        if at >= len(self.tokens) or not self.joined[at - 1] or not self.tokens[at].capital:
            return None
        return None if self.tokens[at].text.lower() in lexicon.CALENDAR else self.tokens[at]

    def _previous(self, at: int) -> _Token | None:
        """The token before, if it belongs to the same capitalised phrase."""
        if at == 0 or not self.joined[at - 1] or not self.tokens[at - 1].capital:
            return None
        word = self.tokens[at - 1].text.lower()
        return None if word in lexicon.OPENING_WORDS or word in lexicon.CALENDAR else self.tokens[at - 1]

    def _common(self, token: _Token) -> bool:
        return token.text.lower() in self.words.common

    def _first(self, token: _Token) -> bool:
        return token.text.lower() in self.words.first_names

    def _opens_sentence(self, at: int) -> bool:
        return not any(c.isalpha() for c in self.report.text[self.sentence.start : self.tokens[at].start])

    def _cued(self, at: int) -> bool:
        """Tell whether the words before announce a place: "in", "the village of", "near the town of"."""
        before = self._before(at)
        if before == "the":
            before = self._before(at, 2)
        return before in lexicon.LOCATIVE or before in lexicon.GENERIC

    def _announced(self, at: int) -> bool:
        """Tell whether the words before say outright that a settlement's name follows."""
        before = self._before(at)
        return before in lexicon.GENERIC or (before == "of" and self._before(at, 2) in lexicon.GENERIC)

    def _qualified(self, end: int) -> bool:
        """Tell whether ", Texas" or ", Ukraine" follows, or a region in brackets."""
        if end >= len(self.tokens) or not self.tokens[end].capital:
            return False
        gap = self.report.text[self.tokens[end - 1].end : self.tokens[end].start]
        if gap not in {", ", ",\n", " ("}:
            return False
        if self._short_area(end) is not None:
            return True
        for count in (3, 2, 1):
            if end + count <= len(self.tokens) and all(self.joined[end : end + count - 1]):
                best = self.gazetteer.lookup(self._text(end, count))[:3]
                if any(c.place.kind in {"country", "region"} for c in best):
                    return True
        return False

    def _judge(self, at: int, count: int, candidates: tuple[Candidate, ...]) -> tuple[int, Mention | None]:
        best = candidates[0].place
        known = (
            best.kind == "country"
            or (count > 1 and best.kind not in {"city", "airfield"})
            or best.population >= KNOWN_CITY
        )
        token, end = self.tokens[at], at + count
        previous, following = self._previous(at), self._after(end)
        cued = self._announced(at) or self._qualified(end)
        if (
            self._part_of_person(at, count, previous, following, cued)
            or self._text(at, count).lower() in lexicon.MEDIA
        ):
            return count, None
        if (
            token.acronym
            and count == 1
            and not self.shouted
            and not (best.kind == "country" or self._is_state(at, candidates))
            and not (len(token.text) == 4 and best.population >= KNOWN_CITY and self._opens_sentence(at))
        ):
            return count, None
        if not cued and self._tail_of_name(best, previous):
            return count, None
        role = self._role(at, count, best.kind)
        if role == "literal" and candidates[0].match == "metonym" and not self._cued(at):
            role = "metonym"  # "the Kremlin said", but not "a drone near the Kremlin"
        if role == "part" and not known:
            return count, None
        common = count == 1 and (
            self._common(token) or self._first(token) or token.text.lower() in lexicon.TITLES
        )
        if not (cued or best.kind == "country"):
            if common and (
                self._opens_sentence(at)
                or not self._cued(at)
                or max(c.place.population for c in candidates) < SMALL_CITY
            ):
                return count, None
            plain = count > 1 and not known and all(self._common(t) for t in self.tokens[at:end])
            if plain and (not self._cued(at) or self._before(at) == "the"):
                return count, None
        return count, self._mention(at, count, candidates, role=role, cued=cued)

    def _is_state(self, at: int, candidates: tuple[Candidate, ...]) -> bool:
        """Tell "Austin, TX" and "D.C." from words in capitals."""
        if not any(c.place.kind == "region" for c in candidates) or at == 0:
            return False
        return self.report.text[self.tokens[at - 1].end : self.tokens[at].start] == ", "

    def _part_of_person(
        self, at: int, count: int, previous: _Token | None, following: _Token | None, cued: bool
    ) -> bool:
        if cued:
            return False
        token = self.tokens[at]
        title = self._before(at).rstrip(".") in lexicon.TITLES and self.joined[at - 1] if at else False
        named = (
            (title and not (previous is None and self._before(at) in {"official", "leader", "player", "major"} and following is None))
            or (previous is not None and self._first(previous) and not self._is_place(at - 1))
            or (previous is not None and not self._common(previous) and not self._is_place(at - 1) and previous.text.lower() not in lexicon.TITLES
                and not previous.acronym and not self.gazetteer.demonym(previous.text))
            or (count == 1 and following is not None and self._first(token) and not self._common(following) and not self._is_place(at + 1))
            or (count == 1 and following is not None and not self._common(following) and not self._is_place(at + 1)
                and not following.acronym and not self.gazetteer.demonym(following.text) and not self._cued(at)
                and following.text.lower() not in lexicon.ORGANISATION)
        )  # fmt: skip
        if named:
            self.persons |= {t.text.lower() for t in self.tokens[at : at + count]}
        return named

    def _is_place(self, at: int) -> bool:
        """Tell whether a single neighbouring word is itself a well-known place."""
        best = self.gazetteer.lookup(self.tokens[at].text)[:1]
        return bool(best) and (
            best[0].place.kind in {"country", "region"} or best[0].place.population >= KNOWN_CITY
        )

    def _role(self, at: int, count: int, kind: str) -> str:
        end = at + count
        position = end
        while position < end + MAX_TOKENS and (token := self._after(position)) is not None:
            word = token.text.lower()
            if word in lexicon.FACILITIES and self._cued(at) and kind != "country":
                return "literal"
            if word in lexicon.FACILITIES or word in lexicon.ORGANISATION:
                return "part"
            position += 1
        if _ATTRIBUTE.match(self.report.text, self.tokens[end - 1].end):
            return "demonym"  # "Palau-flagged"
        if kind in {"country", "city"} and not self._cued(at) and end < len(self.tokens):
            verb = self.tokens[end].text
            if (
                verb in lexicon.GOVERNMENT_VERBS
                and self.report.text[self.tokens[end - 1].end : self.tokens[end].start] == " "
            ):
                return "metonym"
        return "literal"

    def _unknown(self, at: int) -> tuple[int, Mention | None]:
        """Keep a name that is used like a place's though the gazetteer does not have it."""
        token = self.tokens[at]
        count = 1
        while self._after(at + count) is not None and count < 4:
            count += 1
        phrase = self.tokens[at : at + count]
        if count > 1 and self._first(token):
            self.persons |= {t.text.lower() for t in phrase}
            return count, None
        announced = self._announced(at) and not self.tokens[at - 1].capital
        situated = (
            self._before(at) in lexicon.STRICTLY_LOCATIVE
            and self.report.text[self.tokens[at - 1].end : token.start].isspace()
        )
        if token.acronym or self._first(token) or not (announced or situated):
            return 1, None
        if all(self._common(t) for t in phrase) or any(
            t.text.lower() in lexicon.ORGANISATION for t in phrase
        ):
            return 1, None
        likely = self.gazetteer.search(self._text(at, count), limit=5)
        found = [c for c in likely if c.match == "fold" and c.place.kind != "country"]
        return count, self._mention(at, count, tuple(found), cued=True)
