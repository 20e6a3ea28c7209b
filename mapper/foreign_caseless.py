"""Finds names of places in scripts without capitals, Arabic above all, where any word may be one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from mapper import foreign_words as words
from mapper.foreign_names import Names, clean
from mapper.foreign_scan import WIDE, Scan
from mapper.model import Candidate, Mention, Report
from mapper.sentences import Sentence
from mapper.text import name_key

MAX_TOKENS = 4
_LARGE_CITY = 200_000  # inhabitants from which a city is taken for itself
_KNOWN_CITY = 20_000  # and behind "in", or with a name of several words
_TOWN = 1_000  # and in a list of places, or of several words behind "in"
_SPOKEN_OF = 3_000  # and behind "city" and a word that is written together with the name
_PREFIX = regex.compile(r"(?:لل|[وفبلك])[\p{M}\p{Cf}]*")
_ARABIC = regex.compile(r"\p{Arabic}")
_CAMP = name_key("مخيم")
_PERSON_WORDS = 2  # behind a title or a first name


class Caseless(Scan):
    """One pass over one sentence in letters that have no capitals."""

    def __init__(self, report: Report, sentence: Sentence, names: Names) -> None:
        super().__init__(report, sentence, names)
        self.keys = [name_key(token.word) for token in self.tokens]
        self.person_until = -1  # the last word that is likely to be of a person's name, or title
        self.named_until = -1  # the same behind a first name

    def match(self, at: int) -> tuple[int, Mention | None]:
        """Return how many words the name here takes, and the mention if it is a place."""
        key = self.keys[at]
        title = key in words.ARABIC_TITLES
        if key in words.ARABIC_FIRST_NAMES and not self.tokens[at].word.endswith("ى"):  # علي, but not على
            self.person_until = self.named_until = at + _PERSON_WORDS
        elif title:
            self.person_until = max(self.person_until, at + _PERSON_WORDS)
        stop = key in words.ARABIC_STOP
        if len(key) < 2:
            return 1, None
        # "in Tell Rifaat": a name may begin with a common word, and a camp's does.
        announced = key.lstrip("وبل") == _CAMP or self._is_located(at) or bool(self._cue_before(at))
        for count in range(self._reach(at), int(stop), -1):
            for start, name in self._readings(at, count):
                if count == 1 and name_key(name) in words.ARABIC_STOP:
                    continue
                candidates = self.names.gazetteer.lookup(name)
                if stop and candidates and candidates[0].place.kind == "city" and not announced:
                    continue
                if candidates and self._is_place(at, count, candidates, start > self.tokens[at].start):
                    return count, self._place(at, count, candidates, start)
        return self._people(at) if not stop else (1, None)

    def _place(self, at: int, count: int, candidates: Sequence[Candidate], start: int) -> Mention:
        if self._before(at) in words.ARABIC_ORGANISATION:
            return self.mention(at, count, candidates, role="part", start=start)
        before = self._cue_before(at)
        kind = (
            "region"
            if before in words.ARABIC_REGIONS
            else "city"
            if before in words.ARABIC_SETTLEMENTS
            else ""
        )
        candidates = [c for c in candidates if c.place.kind == kind] or candidates
        return self.mention(at, count, candidates, cued=bool(before), start=start)

    def _people(self, at: int) -> tuple[int, Mention | None]:
        word = self.tokens[at].word
        country = self.names.country(word) if self.language == "ar" else None
        if country is not None:
            if at <= self.named_until:
                return 1, None
            self.person_until += at <= self.person_until  # "the president Syrian …"
            return 1, self.mention(at, 1, self.names.people(country), role="demonym", demonym=country)
        if self._cue_before(at) in words.ARABIC_VILLAGES and not self.keys[at].startswith("ال"):
            return 1, self.mention(at, 1, (), cued=True)
        return 1, None

    def _reach(self, at: int) -> int:
        count = 1
        while count < MAX_TOKENS and at + count < len(self.tokens) and self.joined[at + count - 1]:
            count += 1
        return count

    def _readings(self, at: int, count: int) -> Iterator[tuple[int, str]]:
        """Return where a name begins and what it is, with and without the words that are written together with it."""
        text, token = self.report.text, self.tokens[at]
        start, end = token.start, self.tokens[at + count - 1].end
        yield start, clean(text[start:end])
        if not _ARABIC.match(token.word):
            return
        for _ in range(2):  # "and in"
            prefix = _PREFIX.match(text, start, token.end)
            if prefix is None or end - prefix.end() < 3 or token.end == prefix.end():
                return
            start = prefix.end()
            if prefix[0].startswith("لل"):
                yield start, "ال" + clean(text[start:end])
            yield start, clean(text[start:end])

    def _before(self, at: int) -> str:
        return self.keys[at - 1] if at and self.joined[at - 1] else ""

    def _is_located(self, at: int) -> bool:
        return self._before(at).removeprefix("و") in words.ARABIC_LOCATIVE

    def _cue_before(self, at: int) -> str:
        """Return the word for a settlement or a region before a name, without what is written together with it."""
        before = self._before(at)
        for key in (before, before[1:] if before.startswith(("و", "ب", "ل", "ف")) else before):
            if key in words.ARABIC_CUES:
                return key
        return ""

    def _is_place(self, at: int, count: int, candidates: Sequence[Candidate], prefixed: bool) -> bool:
        best, cued = candidates[0].place, bool(self._cue_before(at))
        located = self._is_located(at)
        if all(key in words.ARABIC_STOP for key in self.keys[at : at + count]):
            return False
        if best.kind == "country":
            return candidates[0].score >= 0.5 or cued or located
        large = best.population >= _LARGE_CITY and count <= 2
        if at <= self.named_until or (at <= self.person_until and not large):
            return False
        if cued or self._is_in_region(at + count):
            return not prefixed or best.population >= _SPOKEN_OF
        prefix = self.report.text[self.tokens[at].start] if prefixed else ""
        if self._is_listed(at, prefix) and best.population >= _TOWN:
            return True
        if located or prefix == "ب":
            return count > 1 or best.population >= _KNOWN_CITY or best.kind in WIDE
        if best.kind == "region":
            return count > 1 or candidates[0].score >= 0.4
        if best.kind in WIDE:
            return count > 1 and candidates[0].score >= 0.5
        return best.population >= (_LARGE_CITY if count == 1 else _KNOWN_CITY) and len(self.keys[at]) > 1

    def _is_listed(self, at: int, prefix: str) -> bool:
        """Tell whether a name goes on a list whose name before was a place."""
        if self.last is None or self.last.toponym.role != "literal":
            return False
        gap = self.report.text[self.last.toponym.end : self.tokens[at].start]
        return len(gap) <= 3 and (gap.strip() in {"،", ","} or (prefix == "و" and not gap.strip()))

    def _is_in_region(self, end: int) -> bool:
        """Tell "سراقب في محافظة إدلب"."""
        return (
            end + 1 < len(self.tokens)
            and self.keys[end] == name_key("في")
            and self.keys[end + 1] in words.ARABIC_REGIONS
        )
