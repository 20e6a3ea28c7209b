"""Holds what a language model says of a report against the report, and keeps what that bears out.

The words that it names must stand in the report exactly, and say it: a number must stand in its words, a date is the one that
:mod:`mapper.dates` reads there, and a place is one that the gazetteer gave to a name in the report. The rest is left out
with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from mapper.casualties import Count, number_value, read_counts
from mapper.dates import HISTORY_DAYS, NUMBER_WORDS, find_dates
from mapper.geodesy import distance_km
from mapper.languages import language
from mapper.model import (
    FIGURE_KINDS,
    INCIDENT_KINDS,
    Actor,
    Evidence,
    Figure,
    Incident,
    Place,
    Rejected,
    Report,
    Resolution,
)
from mapper.sentences import Sentence

CONFIDENCE = 0.6  # of what only a model says
DOUBT = 0.75  # what is left of that where the place stands elsewhere, and where a field was not borne out
NEAR_KM = 25.0  # so far apart two places may still be one scene
MOST_PEOPLE = 10_000_000
_SHORTEST, _LONGEST = 12, 1_500  # characters of evidence: less says nothing, more is no sentence
_LONGEST_WORDS = 200
_SHOWN = 60
_NAMED = 1_000  # times that a report names a place
_UNPARTED = "\u0590"  # Latin, Greek, Cyrillic and Armenian letters come before
_MANY = 10  # times that words are looked for in one report

_ROLES = ("by", "to", "claimed", "denied")
_UNITS = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_NUMBERS = re.compile(
    rf"(?<![\d.,])(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,8}})(?![\d]|[.,]\d)|\b(?:{_UNITS})(?:-(?:{_UNITS}))?(?:\s+(?:hundred|thousand|dozen))?\b",
    re.IGNORECASE,
)
# What the words of a number must speak of where the rules for figures do not know how they are put.
_SAYS = {
    "killed": re.compile(r"kill|dea[dt]|die[ds]?\b|dying|fatal|perish|slain|bod(?:y|ies)\b|li(?:fe|ves)\b|murder|massacr|drown|toll", re.I),
    "injured": re.compile(r"injur|wound|hurt|hospital|maim|burns\b", re.I),
    "missing": re.compile(r"missing|unaccounted|disappear|vanish", re.I),
    "displaced": re.compile(r"displac|evacu|homeless|fle[de]|uproot|shelter|homes\b", re.I),
}  # fmt: skip

Span = tuple[int, int]


class UnfoundedError(Exception):
    """A field that the report does not bear out; the message says why."""


@dataclass(frozen=True, slots=True)
class _Scene:
    """Where an incident is, by which name, and where the sentences stand that say so."""

    place: Place
    named: Span
    start: int
    end: int

    @property
    def inside(self) -> bool:
        """Whether the place is named in those sentences."""
        return self.start <= self.named[0] and self.named[1] <= self.end


@dataclass
class Checks:
    """Holds what a model says against the report."""

    report: Report
    sentences: Sequence[Sentence]
    resolutions: Sequence[Resolution]
    usable: Sequence[Resolution]  # those that an incident may be at
    harmless: Callable[[str], str] = str  # strikes out what no message may show
    rejected: list[Rejected] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.text = self.report.text
        self.dates = find_dates(self.text, self.report.published)
        self.english = language(self.text) == "en"
        self.counts: dict[Span, list[Count]] = {}  # of the sentences that were asked about

    def reject(self, source: str, reason: str) -> None:
        """Keep what was left out."""
        rejected = Rejected(source=source, reason=reason)
        if rejected not in self.rejected[-20:]:
            self.rejected.append(rejected)

    def incident(self, item: Any) -> Incident | None:
        """Return what a report bears out of one incident, None if nothing."""
        try:
            if not isinstance(item, dict):
                raise UnfoundedError(f"{self._shown(item)} is no incident")
            scene = self._scene(item)
        except UnfoundedError as fault:
            self.reject(self.report.id, str(fault))
            return None
        evidence = self.text[scene.start : scene.end]
        supports = [self._support("kind", (scene.start, scene.end)), self._support("place", scene.named)]
        faults: list[str] = []

        kind = item.get("kind")
        if not isinstance(kind, str) or kind not in INCIDENT_KINDS:
            faults.append(f"kind {self._shown(kind)} is none of {', '.join(INCIDENT_KINDS)}")
            kind = "other"
        filled: dict[str, Any] = {}
        try:
            if item.get("date") is not None:
                filled["date"], filled["date_precision"], words = self._date(item, scene)
                filled["date_reason"] = f"read from {self.text[slice(*words)]!r}"
                supports.append(self._support("date", words))
        except UnfoundedError as fault:
            faults.append(str(fault))
            filled["date_reason"] = str(fault)
        figures: list[Figure] = []
        for what in FIGURE_KINDS:
            try:
                figure = self._figure(what, item, scene)
            except UnfoundedError as fault:
                faults.append(str(fault))
                continue
            if figure is not None:
                figures.append(figure)
                if figure.best is not None:
                    filled[what] = figure.best
                    supports.append(figure.evidence)
        actors = self._actors(item.get("actors"), scene, faults)
        supports += [actor.evidence for actor in actors]
        try:
            if item.get("weapon") is not None:
                words = self._words("weapon", item["weapon"], scene)
                filled["weapon"] = self.text[slice(*words)]
                supports.append(self._support("weapon", words))
        except UnfoundedError as fault:
            faults.append(str(fault))
        for reason in faults:
            self.reject(evidence, reason)
        day = filled.get("date")
        if day and self.report.published and self.report.published - day > timedelta(days=HISTORY_DAYS):
            self.reject(evidence, f"{day} is more than a year before the report: background, not news")
            return None
        confidence = CONFIDENCE * (1 if scene.inside else DOUBT) * (DOUBT if faults else 1)
        return Incident(
            report_id=self.report.id,
            title=f"{kind.replace('_', ' ').capitalize()}: {scene.place.name}",
            kind=kind,
            place=scene.place,
            place_reason="named in the sentence"
            if scene.inside
            else f"named elsewhere in the report: a language model reads {self.text[slice(*scene.named)]!r} into the sentence",
            evidence=evidence,
            start=scene.start,
            end=scene.end,
            confidence=round(confidence, 2),
            figures=tuple(figures),
            actors=tuple(actors),
            supports=tuple(supports),
            **filled,
        )

    def _scene(self, item: Mapping[str, Any]) -> _Scene:
        """Return where an incident is and where its evidence stands, in whole sentences: a part may say the reverse."""
        evidence, name = item.get("evidence"), item.get("place")
        if not isinstance(evidence, str) or evidence not in self.text:
            raise UnfoundedError(f"evidence {self._shown(evidence)} does not stand in the report")
        if not _SHORTEST <= len(evidence.strip()) <= _LONGEST:
            raise UnfoundedError(
                f"evidence {self._shown(evidence)} is no sentence: it has {len(evidence.strip())} characters"
            )
        named = [r for r in self.usable if r.toponym.text == name][:_NAMED]
        if not named:
            raise UnfoundedError(
                f"place {self._shown(name)} is no place of the gazetteer that the report names"
            )
        spots = self._spots(evidence)
        _, resolution, span = min(
            ((_apart(spot, (r.toponym.start, r.toponym.end)), r, spot) for spot in spots for r in named),
            key=lambda found: (found[0], found[2], found[1].toponym.start),
        )
        place = resolution.offset or resolution.place
        assert place is not None  # noqa: S101 - only such are usable
        scene = _Scene(place, (resolution.toponym.start, resolution.toponym.end), *self._sentences(span))
        other = None if scene.inside else self._other(place, (scene.start, scene.end))
        if other is not None:
            raise UnfoundedError(f"place {place.name!r} is not where the evidence says: it names {other!r}")
        return scene

    def _sentences(self, span: Span) -> Span:
        """Return a span, widened to whole sentences."""
        first = max((s.start for s in self.sentences if s.start <= span[0]), default=0)
        last = min((s.end for s in self.sentences if s.end >= span[1]), default=len(self.text))
        return first, last

    def _other(self, place: Place, span: Span) -> str | None:
        """Return a place that a span names, if none of those that it names has to do with a place; else None."""
        others = [r for r in self.usable if span[0] <= r.toponym.start and r.toponym.end <= span[1]]
        for r in others:
            if r.place is not None:
                reach = max(NEAR_KM, r.place.radius_km, place.radius_km)
                if distance_km(r.place.point, place.point) <= reach:
                    return None
        return others[0].toponym.text if others else None

    def _shown(self, value: Any) -> str:
        """Return a value of any kind, short and harmless."""
        if isinstance(value, str):
            told = self.harmless(value)
            return repr(told if len(told) <= _SHOWN else f"{told[:_SHOWN]}…")
        if isinstance(value, list):
            return f"a list of {len(value)}"
        return "an object" if isinstance(value, dict) else repr(value)

    def _spots(self, words: str) -> list[Span]:
        found: list[Span] = []
        at = self.text.find(words)
        while at >= 0 and len(found) < _MANY:
            found.append((at, at + len(words)))
            at = self.text.find(words, at + len(words))
        return found

    def _words(self, what: str, words: Any, scene: _Scene) -> Span:
        """Return where words of the report stand: in the evidence, or the nearest sentence that may tell of the place."""
        if not isinstance(words, str) or not any(c.isalnum() for c in words) or words not in self.text:
            raise UnfoundedError(f"{what}: {self._shown(words)} does not stand in the report")
        if len(words) > _LONGEST_WORDS:
            raise UnfoundedError(f"{what}: {self._shown(words)} has more than {_LONGEST_WORDS} characters")
        near = (scene.start, scene.end)
        around = (self.text.rfind(words, 0, scene.start), self.text.find(words, scene.start))
        found = {(at, at + len(words)) for at in around if at >= 0} | set(self._spots(words))
        spots = sorted(
            (spot for spot in found if not self._cut(spot)), key=lambda spot: (_apart(spot, near), spot)
        )
        if not spots:
            raise UnfoundedError(f"{what}: {self._shown(words)} is a part of a word of the report")
        for spot in spots:
            if overlap(spot, near) or self._other(scene.place, self._sentences(spot)) is None:
                return spot
        other = self._other(scene.place, self._sentences(spots[0]))
        raise UnfoundedError(
            f"{what}: {self._shown(words)} is said of {other!r}, not of {scene.place.name!r}"
        )

    def _cut(self, span: Span) -> bool:
        """Tell whether a span begins or ends within a word, in scripts that part their words."""
        edges = (self.text[max(0, at - 1) : at + 1] for at in span if 0 < at < len(self.text))
        return any(all(c.isalnum() and c < _UNPARTED for c in edge) for edge in edges)

    def _support(self, name: str, span: Span) -> Evidence:
        return Evidence(
            field=name, report_id=self.report.id, start=span[0], end=span[1], text=self.text[slice(*span)]
        )

    def _date(self, item: Mapping[str, Any], scene: _Scene) -> tuple[date, str, Span]:
        said, words = item["date"], item.get("date_words")
        try:
            day = date.fromisoformat(said) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", said) else None
        except (TypeError, ValueError):
            day = None
        if day is None:
            raise UnfoundedError(f"date {self._shown(said)} is no date like 2024-05-31")
        published = self.report.published
        if published is not None and day > published:
            raise UnfoundedError(f"date {day} is after the publication on {published}")
        span = self._words(f"date {day}", words, scene)
        read = [d for d in self.dates if d.start < span[1] and span[0] < d.end and not d.tally]
        for mention in read:
            if mention.date == day:
                return day, mention.precision, span
        known = [str(d.date) for d in read if d.date is not None]
        reading = (
            f"are {' or '.join(known)}"
            if known
            else "need a date of publication"
            if read and published is None
            else "name no day in the past"
        )
        raise UnfoundedError(f"date {day} is not what its words say: {self._shown(words)} {reading}")

    def _figure(self, what: str, item: Mapping[str, Any], scene: _Scene) -> Figure | None:
        value, words = item.get(what), item.get(f"{what}_words")
        if value is None and not (isinstance(words, str) and words.strip()):
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if value is not None and (type(value) is not int or not 0 <= value <= MOST_PEOPLE):
            raise UnfoundedError(f"{what} {self._shown(value)} is no number of people")
        span = self._words(f"{what} {value}", words, scene)
        count = self._count(what, value, span)
        return Figure(
            what=what, best=count.best, low=count.low, high=count.high,
            evidence=self._support(what, span), published=self.report.published,
        )  # fmt: skip

    def _count(self, what: str, value: int | None, span: Span) -> Count:
        """Return the number of people that words state, as the rules for figures read them in their sentence."""
        words, (start, end) = self.text[slice(*span)], self._sentences(span)
        low, high = span[0] - start, span[1] - start
        if (start, end) not in self.counts:
            self.counts[start, end] = read_counts(self.text[start:end])
        read = [c for c in self.counts[start, end] if overlap((c.start, c.end), (low, high))]
        numbers = {
            number_value(match[0])
            for match in _NUMBERS.finditer(self.text, start, end)
            if span[0] <= match.start() and match.end() <= span[1]
        }
        alone = read_counts(words)
        for count in read:
            stands = value in numbers or any(c.best == value for c in alone)
            if count.what == what and count.best == value and (stands or value is None):
                return count
        if read:
            told = ", ".join(f"{c.what} {'?' if c.best is None else c.best}" for c in read)
            raise UnfoundedError(f"{what} {value} is not what its words say: {self._shown(words)} is {told}")
        if value is None or value not in numbers:
            raise UnfoundedError(f"{what} {value} does not stand in its words {self._shown(words)}")
        if alone or (self.english and not _SAYS[what].search(words)):
            raise UnfoundedError(f"{what} {value} is not what its words say: {self._shown(words)}")
        return Count(what=what, best=value, low=value, high=value, start=low, end=high)

    def _actors(self, listed: Any, scene: _Scene, faults: list[str]) -> list[Actor]:
        found: list[Actor] = []
        if listed is not None and not isinstance(listed, list):
            faults.append(f"actors {self._shown(listed)} are no list")
            return found
        for entry in (listed or [])[:10]:
            role = entry.get("role") if isinstance(entry, dict) else None
            try:
                if not isinstance(role, str) or role not in _ROLES:
                    raise UnfoundedError(
                        f"actor {self._shown(entry)} has no role of by, to, claimed, denied: {self._shown(role)}"
                    )
                span = self._words("actor", entry.get("words"), scene)
            except UnfoundedError as fault:
                faults.append(str(fault))
                continue
            lands = {
                r.place.country
                for r in self.resolutions
                if r.place is not None
                and r.place.kind == "country"
                and span[0] <= r.toponym.start
                and r.toponym.end <= span[1]
            }
            actor = Actor(
                role=role,
                text=self.text[slice(*span)],
                evidence=self._support("actor", span),
                country=lands.pop() if len(lands) == 1 else None,
            )
            if actor not in found:
                found.append(actor)
        return found


def _apart(one: Span, other: Span) -> int:
    """Return how many characters lie between two spans; 0 where they meet."""
    return max(one[0] - other[1], other[0] - one[1], 0)


def overlap(one: Span, other: Span) -> bool:
    """Tell whether two spans have a character in common."""
    return one[0] < other[1] and other[0] < one[1]
