"""Finds names of places among capital words, and weighs whether they are used for places."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from mapper import foreign_words as words
from mapper.foreign_names import Names, Token
from mapper.foreign_scan import LIST, Surroundings, is_large
from mapper.model import Candidate, Mention, Place, Report
from mapper.sentences import Sentence
from mapper.text import fold_key

MAX_TOKENS = 6  # the longest names in the gazetteer that reports use have six words
_KNOWN_CITY = 50_000  # inhabitants from which a city is taken for itself with a little support
_TOWN = 15_000  # from which a lone capital word within a sentence is taken for a town
_SPOKEN_OF = 3_000  # from which it is, where it has an ending of the language, or "of" before it
_LONG_NAME = 1_000  # from which a name of several words is
_ACRONYM = 4  # letters
_UNKNOWN_WORDS = 4  # of a name that the gazetteer lacks
_INITIAL = regex.compile(r"\p{Lu}\.\s?$")
_SURNAME = regex.compile(r"(?:[оеёєї]в|[иіы]н|енко|[сц]ь?кий|чук|юк|ян|дзе|швили)$")
_FIRST_WORD = regex.compile("[- ]")
_HYPHENS = frozenset("-‐‑–")
_SMALL = frozenset(["es", "pt", "it"])  # adjectives and peoples have no capital
_DECLINED = frozenset(["uk", "ru", "pl"])  # a place behind a title is in the genitive, a person is not


class Cased(Surroundings):
    """One pass over one sentence in letters that have capitals."""

    def __init__(self, report: Report, sentence: Sentence, names: Names) -> None:
        super().__init__(report, sentence, names)
        self.shouted = sum(t.word.isupper() for t in self.tokens) > max(3, len(self.tokens) * 0.6)
        self.areas = self.listed_areas()

    def match(self, at: int) -> tuple[int, Mention | None]:
        """Return how many words the name here takes, and the mention if it is a place."""
        token = self.tokens[at]
        if at in self.areas:
            count, candidates = self.areas[at]
            return count, self.mention(at, count, candidates, cued=True)
        if not token.capital:
            water = self._water(at) if token.low in words.WATERS else None
            return water or (1, self._people(at))
        for count in range(self._reach(at), 0, -1):
            last = self.tokens[at + count - 1]
            if not last.capital and last.low not in words.ENDINGS:
                continue
            if count == 1 and self._is_no_name(at):
                break
            candidates, inflected = self._find(at, count)
            if not candidates or self._is_two(at, count, candidates[0].place):
                continue
            if not last.capital and candidates[0].place.kind == "city":
                continue
            if count == 1 and candidates[0].place.kind not in {"country", "region"}:
                people = self._people(at)
                if people is not None:
                    return 1, people
            if self._is_needless_article(at, count, candidates) or self._is_half(at, count, candidates):
                return 1, None
            return count, self._judge(at, count, candidates, inflected)
        people = self._people(at)
        return (1, people) if people is not None else self._unknown(at)

    def _is_no_name(self, at: int) -> bool:
        token = self.tokens[at]
        if self.language == "de" and token.low in words.COMMON and self.cue(at, 1) == "in":
            return not is_large(self._find(at, 1)[0])  # "in Essen"
        return self.is_common(at) or len(token.word) < 2 or token.low in self.organisation

    def _water(self, at: int) -> tuple[int, Mention] | None:
        """Read "mer Rouge" and "lac Tchad": no town, though a town may bear what stands behind the first word."""
        for count in range(self._reach(at), 1, -1):
            if self.tokens[at + count - 1].capital:
                found = [c for c in self._find(at, count)[0] if c.place.kind != "city"]
                if found:
                    return count, self.mention(at, count, found, cued=True)
        return None

    def _is_needless_article(self, at: int, count: int, candidates: Sequence[Candidate]) -> bool:
        """Tell "L'Iran" and "L'Union" from "La Paz": the article belongs to a name that means another place without it."""
        if count == 1 or self.tokens[at].low not in words.ARTICLES:
            return False
        if self.gap(at) in {"'", "’"} and all(self.is_common(other) for other in range(at, at + count)):
            return True
        without, _ = self._find(at + 1, count - 1)
        return bool(without) and without[0].place == candidates[0].place

    def _is_half(self, at: int, count: int, candidates: Sequence[Candidate]) -> bool:
        """Tell a piece of a longer name that is not in the gazetteer: of "Pont-Sonde", of "mer X"."""
        if is_large(candidates):
            return False
        behind_water = at > 0 and self.tokens[at - 1].low in words.WATERS
        if at and self.joined[at - 1] and (self.gap(at - 1) in _HYPHENS or behind_water):
            return True
        end = at + count
        follows = end < len(self.tokens) and self.joined[end - 1]
        if follows and self.gap(end - 1) in _HYPHENS:
            return True
        if count > 1 or self.language in {"de", "tr"} or self.cue(at, count):
            return False
        return (follows and self._is_of_name(end)) or self._is_behind_name(at)

    def _is_behind_name(self, at: int) -> bool:
        if at == 0 or not self.joined[at - 1] or not self._is_of_name(at - 1):
            return False
        return at > 1 or is_large(self._find(0, 1)[0])  # the first word of a sentence has a capital anyhow

    def _is_of_name(self, at: int) -> bool:
        """Tell a capital word that may be of one name with its neighbour: "Paris Saint-Germain", "Новая Польша"."""
        token = self.tokens[at]
        generic = token.low in self.settlement or token.low in self.area or token.low in self.titles
        return token.capital and not generic and not self.is_common(at) and token.low not in self.organisation

    def _find(self, at: int, count: int) -> tuple[Sequence[Candidate], bool]:
        return self.names.find(self.text(at, count), [t.word for t in self.tokens[at : at + count]])

    def _people(self, at: int) -> Mention | None:
        token = self.tokens[at]
        if self.is_common(at) or (token.capital and token.low in self.first_names):
            return None
        if token.capital and self.language in _SMALL and self.names.gazetteer.demonym(token.word) is None:
            return None
        country = self.names.country(token.word)
        if country is None:
            return None
        return self.mention(at, 1, self.names.people(country), role="demonym", demonym=country)

    def _reach(self, at: int) -> int:
        count = 1
        while count < MAX_TOKENS and at + count < len(self.tokens) and self._goes_on(at + count):
            count += 1
        return count

    def _goes_on(self, at: int) -> bool:
        one, token = self.tokens[at - 1], self.tokens[at]
        if not self.joined[at - 1]:  # "EE. UU."
            pair = len(one.word) == len(token.word) == 2 and (one.word + token.word).isupper()
            return pair and self.gap(at - 1) in {". ", ".", ".\u00a0"}
        return token.capital or token.low in words.INNER or token.low in words.ENDINGS

    def _is_two(self, at: int, count: int, best: Place) -> bool:
        """Tell two names joined by "and" from one: countries may be called so, cities hardly."""
        inner = self.tokens[at + 1 : at + count]
        return best.kind == "city" and any(t.low in words.CONJUNCTIONS for t in inner)

    def _neighbour(self, at: int) -> Token | None:
        """Return a word next to a name if it is a capital one that is no place of weight."""
        token = self.tokens[at]
        if not token.capital or len(token.word) < 2 or self.is_common(at) or token.low in self.titles:
            return None
        if token.low in self.settlement or token.low in self.area or self.names.country(token.word):
            return None
        found, _ = self._find(at, 1)
        return None if is_large(found) and token.low not in self.first_names else token

    def _judge(self, at: int, count: int, candidates: Sequence[Candidate], inflected: bool) -> Mention | None:
        best, token = candidates[0].place, self.tokens[at]
        cue, large = self.cue(at, count), is_large(candidates)
        if cue == "town":
            towns = [c for c in candidates if c.place.kind == "city"]
            return self.mention(
                at, count, candidates if best.kind == "city" else towns or candidates, cued=True
            )
        if cue == "region":
            return self.mention(at, count, self.names.around(self.text(at, count)) or candidates, cued=True)
        if token.word.isupper() and count == 1 and len(token.word) <= _ACRONYM and not self.shouted:
            if best.kind not in {"country", "area"}:
                return None
        elif self._is_person(at, count, candidates, inflected, cue):
            self.persons |= {t.low for t in self.tokens[at : at + count] if t.capital}
            return None
        if self.is_of_organisation(at, count):
            return self.mention(at, count, candidates, role="part") if large or count > 1 else None
        if not self._is_likely(at, count, candidates, inflected, cue):
            surname = self.speaks(at, count) or self._is_like_surname(at, count, best)
            if at and not surname and self.language != "de" and best.population >= _LONG_NAME:
                self.faint.append(self.mention(at, count, candidates))
            return None
        metonym = candidates[0].match == "metonym" and cue != "in"
        return self.mention(at, count, candidates, role="metonym" if metonym else "literal")

    def _is_likely(
        self, at: int, count: int, candidates: Sequence[Candidate], inflected: bool, cue: str
    ) -> bool:
        best = candidates[0].place
        german = self.language == "de"  # where every noun has a capital
        if not cue and self._is_like_surname(at, count, best):
            return self.is_listed(at) or self._is_qualified(at + count)
        large = is_large(candidates) or (german and best.population >= _KNOWN_CITY)
        if large:
            return True
        listed, qualified = self.is_listed(at), self._is_qualified(at + count)
        if at == 0 and count == 1:
            least = _SPOKEN_OF if inflected else _KNOWN_CITY
            return qualified or best.population >= least
        if cue == "in" or listed or qualified:
            return True
        if self.speaks(at, count) or german:
            return False
        if count > 1:
            return best.kind != "city" or best.population >= _LONG_NAME or inflected
        supported = inflected or (self.tokens[at - 1].low in words.LINKS and self.joined[at - 1])
        if self._opens_list(at + count):
            return best.population >= _LONG_NAME
        return best.population >= (_SPOKEN_OF if supported or self.language in _DECLINED else _TOWN)

    def _is_like_surname(self, at: int, count: int, best: Place) -> bool:
        """Tell "Иванов", another name of Ivanovo, from "Харьков": it ends like a surname, and its place is not called so."""
        word = self.tokens[at].low
        if count > 1 or self.language not in {"uk", "ru"} or not _SURNAME.search(word):
            return False
        return fold_key(word) not in {fold_key(best.name), fold_key(_FIRST_WORD.split(best.name)[0])}

    def _opens_list(self, end: int) -> bool:
        """Tell whether another name of a place follows behind a comma or "and"."""
        following = end
        while following < len(self.tokens) and following < end + 2 and not self.tokens[following].capital:
            following += 1
        if following >= len(self.tokens) or not self.tokens[following].capital:
            return False
        if self.tokens[following].low in self.first_names:
            return False
        start, stop = self.tokens[end - 1].end, self.tokens[following].start
        if stop - start > 8 or not LIST.fullmatch(self.report.text, start, stop):
            return False
        found, _ = self._find(following, min(self._reach(following), 2))
        found = found or self._find(following, 1)[0]
        return bool(found) and (found[0].place.population >= _LONG_NAME or found[0].place.kind != "city")

    def _is_qualified(self, end: int) -> bool:
        """Tell whether a region or a country follows behind a comma or in brackets: ", Libye", ", en Libye"."""
        if end >= len(self.tokens) or self.gap(end - 1) not in {", ", " (", ",\n"}:
            return False
        while end < len(self.tokens) - 1 and (self.tokens[end].low in self.locative or self.is_link(end)):
            end += 1
        if end in self.areas:
            return True
        if not self.tokens[end].capital:
            return False
        for count in range(min(self._reach(end), 3), 0, -1):
            found, _ = self._find(end, count)
            if found:
                return found[0].place.kind in {"country", "region"}
        return False

    def _is_person(
        self, at: int, count: int, candidates: Sequence[Candidate], inflected: bool, cue: str
    ) -> bool:
        best, token, end, large = candidates[0].place, self.tokens[at], at + count, is_large(candidates)
        after = self._neighbour(end) if end < len(self.tokens) and self.joined[end - 1] else None
        before = self._neighbour(at - 1) if at and self.joined[at - 1] else None
        if count == 1 and token.low in self.first_names:
            return not (large and cue == "in" and after is None)
        if self.is_title(at):
            named = inflected or (after is not None and after.low in self.first_names)
            return not (self.language in _DECLINED and (best.kind == "country" or (large and named)))
        if cue != "in" and _INITIAL.search(self.report.text, max(0, token.start - 3), token.start):
            return True
        if before is not None:
            if before.low in self.first_names:
                return True
            # Turkish tells a place by its ending, and verbs of other languages need no capital.
            told = self.language == "de" or (self.language == "tr" and cue)
            if at - 1 > 0 and before.low not in self.organisation and not told:
                return True
            if at - 1 == 0 and not large and not (inflected and best.population >= _SPOKEN_OF):
                return True
        if after is None or cue or after.low in self.organisation or self.language == "de":
            return False
        if large and (inflected or after.low in self.first_names):
            return False
        return not (best.kind == "country" and self.gap(end - 1) not in _HYPHENS)

    def _unknown(self, at: int) -> tuple[int, Mention | None]:
        """Keep a name that the gazetteer lacks, where a word before says that it is a settlement's."""
        token, count = self.tokens[at], 1
        if self.is_common(at) or len(token.word) < 3:
            return 1, None
        person = self.is_title(at) or token.low in self.first_names
        named = self.cue(at, 1) == "town" and not token.word.isupper() and token.low not in self.organisation
        if not (person or named):
            return 1, None
        while count < _UNKNOWN_WORDS and at + count < len(self.tokens) and self.joined[at + count - 1]:
            if not self.tokens[at + count].capital or self.is_common(at + count):
                break
            if self.language == "tr" and self.cue(at + count, 1) == "in":
                break
            count += 1
        if person:
            self.persons |= {t.low for t in self.tokens[at : at + count]}
            return count, None
        return count, self.mention(at, count, (), cued=True)
