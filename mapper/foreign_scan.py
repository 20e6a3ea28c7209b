"""One pass over one sentence that is not English: its words, and what those around a name say of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import pairwise

import regex

from mapper import foreign_words as words
from mapper.foreign_names import Names, clean, joined, tokens
from mapper.languages import is_function_word
from mapper.model import Candidate, Mention, Report, Toponym
from mapper.sentences import Sentence

LARGE_CITY = 100_000  # inhabitants from which a city is taken for itself
WIDE = frozenset(["area", "water", "site", "airfield"])
_SCORE = 0.4  # of the gazetteer, from which a region or a second reading of a name counts as prominent
_WIDE_SCORE = 0.5  # and an area, a water, a site
_READINGS = 3  # of a name that are looked at
_LIST_GAP = regex.compile(r"\s*,\s*|,?\s+(?:та|і|й|и|або|или)\s+|\s*,\s*(?:а також|а также)\s+")
_DOTTED = regex.compile(r"\p{Lu}{2}\.[ \u00a0]?\p{Lu}{2}\.")  # "EE. UU."
LIST = regex.compile(
    r"\s*,\s*|\s*/\s*|,?\s+(?:та|і|й|и|y|e|et|und|i|oraz|ve|або|или|o|ou|oder|e)\s+(?:(?:la|le|el|l['’]|в|у)\s*)?"
)


def is_large(candidates: Sequence[Candidate]) -> bool:
    """Tell whether a name may mean a place that needs no word that says what it is."""
    for rank, candidate in enumerate(candidates[:_READINGS]):
        place = candidate.place
        if rank and candidate.score < _SCORE:
            break
        if place.kind == "country" or (place.kind in WIDE and candidate.score >= _WIDE_SCORE):
            return True
        if candidate.score >= _SCORE if place.kind == "region" else place.population >= LARGE_CITY:
            return True
    return False


class Scan(ABC):
    """The words of a sentence, and the names found so far.

    Parameters
    ----------
    report : Report
    sentence : Sentence
    names : Names
        Of the report's language.
    """

    def __init__(self, report: Report, sentence: Sentence, names: Names) -> None:
        self.report, self.names, self.language = report, names, names.language
        self.tokens = tokens(report.text, sentence.start, sentence.end, names.language)
        self.joined = [*(joined(report.text, a, b) for a, b in pairwise(self.tokens)), False]
        self.persons: set[str] = set()
        self.last: Mention | None = None  # the one before, if it is a place
        self.faint: list[Mention] = []  # small places, to be kept if the report plays in their country

    def mentions(self) -> Iterator[Mention]:
        """Find the names of the sentence, in order."""
        at = 0
        while at < len(self.tokens):
            taken, mention = self.match(at)
            if mention is not None:
                if mention.demonym is None:
                    self.last = mention
                yield mention
            at += taken

    @abstractmethod
    def match(self, at: int) -> tuple[int, Mention | None]:
        """Return how many words the name here takes, and the mention if it is a place."""

    def text(self, at: int, count: int) -> str:
        """Return some words as they stand, without what is not to be seen."""
        return clean(self.report.text[self.tokens[at].start : self.tokens[at + count - 1].end])

    def gap(self, at: int) -> str:
        """Return what stands between a word and the next."""
        return self.report.text[self.tokens[at].end : self.tokens[at + 1].start]

    def mention(
        self, at: int, count: int, candidates: Sequence[Candidate], *, role: str = "literal", demonym: str | None = None,
        cued: bool = False, start: int | None = None,
    ) -> Mention:  # fmt: skip
        """Make a mention of some words; ``start`` is the offset of a name that begins within the first."""
        start, end = self.tokens[at].start if start is None else start, self.tokens[at + count - 1].end
        end += _DOTTED.fullmatch(self.report.text, start, end + 1) is not None
        text = self.report.text[start:end]
        toponym = Toponym(report_id=self.report.id, start=start, end=end, text=text, role=role)
        return Mention(toponym, candidates, demonym, cued)


class Surroundings(Scan):
    """What the words around a name say of it, in languages with capitals."""

    def __init__(self, report: Report, sentence: Sentence, names: Names) -> None:
        super().__init__(report, sentence, names)
        language = names.language
        self.settlement, self.area = (
            words.of(words.SETTLEMENT, language),
            words.of(words.REGION, language),
        )
        self.titles, self.first_names = (
            words.of(words.TITLES, language),
            words.of(words.FIRST_NAMES, language),
        )
        self.locative, self.speech = words.of(words.LOCATIVE, language), words.of(words.SPEECH, language)
        self.organisation = words.of(words.ORGANISATION, language)

    def is_common(self, at: int) -> bool:
        """Tell function words, months and the like."""
        low = self.tokens[at].low
        return low in words.COMMON or low in words.ARTICLES or is_function_word(low, self.language)

    def is_title(self, at: int) -> bool:
        """Tell whether a title stands right before."""
        return at > 0 and self.tokens[at - 1].low in self.titles and self.joined[at - 1]

    def is_link(self, at: int) -> bool:
        """Tell "de", "du", "of" and articles."""
        return self.tokens[at].low in words.LINKS or self.tokens[at].low in words.ARTICLES

    def cue(self, at: int, count: int) -> str:
        """Return what the words around say of a name: "town", "region", "in", or nothing."""
        back, language = self._before(at), self.language
        if back is not None:
            low = self.tokens[back].low
            abbreviated = self.gap(back).startswith(".")
            linked = back < at - 1 and self.tokens[at - 1].low in words.LINKS
            if low in self.settlement and abbreviated == (len(low) <= 2):
                return "town"
            if low in self.area and abbreviated == (len(low) <= 3):
                # "в районе Курска" is somewhere near it.
                return "in" if words.AREA_FORMS.get(language, {}).get(low) in words.LESSER_AREAS else "region"
            if low in self.locative:
                return "in"
            if linked and back and low not in self.titles and self.tokens[back - 1].low in self.settlement:
                return "town"  # "el municipio colombiano de"
        after = at + count
        if language != "tr" or after >= len(self.tokens):
            return ""
        low = self.tokens[after].low
        if low in self.settlement:
            return "town"
        # Turkish parts the ending of a name from it: "Konya'da", "Konya'nın".
        return "region" if low in self.area else "in" if self.gap(after - 1) in {"'", "’"} else ""

    def _before(self, at: int) -> int | None:
        """Return which word before a name tells what it is: links and articles are passed over."""
        for back in range(at - 1, max(at - 4, -1), -1):
            token = self.tokens[back]
            if not self.joined[back] and not (self.gap(back).strip() == "." and len(token.word) <= 3):
                return None
            if not self.is_link(back) or token.low in self.locative:
                return back
        return None

    def listed_areas(self) -> dict[int, tuple[int, Sequence[Candidate]]]:
        """Find "Сумській, Харківській та Донецькій областях": where each adjective stands, its length, its regions."""
        forms = words.AREA_FORMS.get(self.language, {})
        found: dict[int, tuple[int, Sequence[Candidate]]] = {}
        for at, token in enumerate(self.tokens):
            area = forms.get(token.low)
            if area is None or at == 0 or not self.joined[at - 1]:
                continue
            back, count = at - 1, 2
            while back >= 0 and self.tokens[back].capital:
                candidates = self.names.region(self.tokens[back].word, area)
                if not candidates:
                    break
                found[back] = (count, candidates)
                count, before = 1, back - 1
                if before >= 0 and self.tokens[before].low in words.CONJUNCTIONS:
                    before -= 1
                text = self.report.text
                if before < 0 or not _LIST_GAP.fullmatch(
                    text, self.tokens[before].end, self.tokens[back].start
                ):
                    break
                back = before
        return found

    def speaks(self, at: int, count: int) -> bool:
        """Tell whether a word for saying stands right before or behind."""
        end = at + count
        before = at > 0 and self.joined[at - 1] and self.tokens[at - 1].low in self.speech
        behind = end < len(self.tokens) and self.joined[end - 1] and self.tokens[end].low in self.speech
        return before or behind

    def is_listed(self, at: int) -> bool:
        """Tell whether a name goes on a list whose name before was a place."""
        if self.last is None or self.last.toponym.role != "literal":
            return False
        start, end = self.last.toponym.end, self.tokens[at].start
        return end - start <= 10 and LIST.fullmatch(self.report.text, start, end) is not None

    def is_of_organisation(self, at: int, count: int) -> bool:
        """Tell "Universidad de Antioquia" and "Динамо Київ"."""
        after = at + count
        if (
            after < len(self.tokens)
            and self.joined[after - 1]
            and self.tokens[after].low in self.organisation
        ):
            return self.tokens[after].capital or self.language in {"uk", "ru"}
        for back in range(at - 1, max(at - 6, -1), -1):
            token, link = self.tokens[back], self.is_link(back)
            if not self.joined[back] and self.gap(back).strip() not in {"«", "“", "»"}:
                return False
            if token.low in self.organisation:
                return token.capital or back == at - 1 or self.is_link(back + 1)
            if not token.capital and not link:
                return False
        return False
