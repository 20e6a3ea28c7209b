"""Joins the tellings of one event within a report into an episode.

The rule: two tellings are of one event where their kinds, places and days can be the same, no number of people contradicts,
and no word says that it is another one ("a second blast"). A telling that points back ("the attack") joins the event that
it points to even where its numbers differ: a later toll. Every telling stays, so that what was joined can be told apart again.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TypeGuard

from mapper.dates import DateMention
from mapper.events import VIOLENT
from mapper.geodesy import distance_km
from mapper.model import FIGURE_KINDS, Place, Resolution
from mapper.scenes import specific
from mapper.spotter import KINDS
from mapper.tellings import Telling

REMEMBERED = 100  # how many events back a sentence may point
SAME_PLACE_KM = 25.0
SAME = 0.5  # from this likeness on two tellings are of one event
_WEIGHTS = (
    0.22, 0.02, -0.25, 0.92, 0.01, 0.29, -0.06, 0.65, -0.44, 0.25, 0.30, 0.85, 2.16, 0.25, -1.48, -0.05, 0.13, 0.20, -0.28, -1.13, 2.32, 0.07, 0.55, 0.87, -0.36, -0.26, 2.12, -0.46, 0.04, -0.22, 0.79, 0.53, 0.53, -0.44, 0.22, -1.22,
)  # fmt: skip
_BIAS = -4.46
_NEW_EVENT = re.compile(
    r"\b(?:another|separate(?:ly)?|second|third|elsewhere|further|also hit|meanwhile|earlier|in a different|additional)\b",
    re.IGNORECASE,
)
_INDEFINITE = re.compile(r"\b(?:an?|another|one)\s+(?:[\w-]+\s+){0,3}$", re.IGNORECASE)
_PRECISE = {"day": 0, "week": 1, "month": 2, "year": 3}
_AMONG = VIOLENT | {"other"}


@dataclass(frozen=True)
class Echo:
    """A sentence after the tellings of an event that says who claims or denies it."""

    start: int
    text: str
    inside: tuple[Resolution, ...]


class Episode:
    """The tellings of one event, in order of the text, and what they say together.

    ``place_telling`` is the telling that gives the place, None if none does; ``day`` the day they give. What the tellings say
    together is kept as they come, so that joining one more takes no longer the more there are.
    """

    def __init__(self) -> None:
        self.tellings: list[Telling] = []
        self.echoes: list[Echo] = []
        self.place_telling: Telling | None = None
        self.day: DateMention | None = None
        self.heads: set[str] = set()  # the last words of the words for it, without their endings
        self.words: set[str] = set()
        self.targets: set[str] = set()
        self.numbers: dict[str, list[int]] = {
            what: [] for what in FIGURE_KINDS
        }  # each once, the first told first
        self._days: list[DateMention] = []
        self._shares = [0.0] * len(KINDS)

    @property
    def first(self) -> Telling:
        """The telling that came first."""
        return self.tellings[0]

    @property
    def place(self) -> Place | None:
        """Where it was, as finely as the tellings say."""
        return self.place_telling.place if self.place_telling else None

    @property
    def carried(self) -> bool:
        """Whether no telling names the place."""
        return self.place_telling is not None and self.place_telling.carried

    @property
    def kind(self) -> str:
        """The likeliest kind over all tellings."""
        return KINDS[max(range(1, len(KINDS)), key=self._shares.__getitem__)]

    def number(self, what: str) -> int | None:
        """Return the first stated figure of a kind."""
        return self.numbers[what][0] if self.numbers[what] else None

    def differs(self, telling: Telling) -> bool:
        """Tell whether a telling gives another number of killed or injured than one of these."""
        for what in FIGURE_KINDS[:2]:
            number = telling.number(what)
            if number is not None and any(mine != number for mine in self.numbers[what]):
                return True
        return False

    def add(self, telling: Telling) -> None:
        """Take a telling in."""
        told = self.number("killed") is not None and telling.number("killed") is None
        self.tellings.append(telling)
        if telling.place is not None:
            mine = self.place_telling
            if mine is None or (mine.carried and not telling.carried):
                self.place_telling = telling
            elif not telling.carried and mine.place is not None:
                finer = specific(telling.place) > specific(mine.place)
                # A toll for a whole region is not that of one town in it.
                if finer and not (told and mine.place.kind == "region" and not telling.day):
                    self.place_telling = telling
        self.heads |= heads_of(telling)
        self.words |= _words(telling.text)
        self.targets |= {name for name, *_ in telling.targets}
        for what, numbers in self.numbers.items():
            number = telling.number(what)
            if number is not None and number not in numbers:
                numbers.append(number)
        self._shares = [total + share for total, share in zip(self._shares, telling.shares, strict=True)]
        if telling.day is not None and len(self._days) < REMEMBERED:
            self._days.append(telling.day)
            self.day = best_day(self._days)


def best_day(days: Sequence[DateMention]) -> DateMention | None:
    """Return the day of an event that several tellings date: none on which somebody only spoke, the one told most often."""
    times = Counter(day.date for day in days)
    return min(
        days, key=lambda d: (_PRECISE[d.precision], d.said, d.implied, -times[d.date], d.start), default=None
    )


def heads_of(telling: Telling) -> set[str]:
    """Return the last words of a telling's words for events, without their endings."""
    return {re.sub(r"(?:ed|s)$", "", t.text.lower().split()[-1]) for t in telling.triggers}


def join_tellings(tellings: Sequence[Telling]) -> list[Episode]:
    """Join the tellings of each event.

    Parameters
    ----------
    tellings : sequence of Telling
        Of one report, in order of the text.

    Returns
    -------
    list of Episode
        In order of their first tellings.
    """
    episodes: list[Episode] = []
    order: list[Episode] = []
    for telling in tellings:
        # Those told of last stand last.
        near = order[: -REMEMBERED - 1 : -1]
        ranked = [(same_event(e, telling, rank), -rank, e) for rank, e in enumerate(near)]
        share, _, host = max(ranked, key=lambda item: item[:2], default=(0.0, 0, None))
        if host is None or share < SAME:
            host = Episode()
            episodes.append(host)
        else:
            order.remove(host)
        order.append(host)
        host.add(telling)
    return episodes


LIKENESS = (
    "same kind", "kinds agree", "kinds disagree", "same place", "near", "nested", "apart", "carried", "host carried",
    "same day", "days agree", "days disagree", "only the host has a day", "only the telling has a day",
    "tolls differ", "tolls agree", "adds a toll", "definite", "heads shared", "new event", "words shared",
    "same sentence", "next sentence", "same paragraph", "next paragraph", "later", "latest", "second latest",
    "both listed", "definite and carried", "definite heads", "new event and day", "carried next", "own toll and place apart",
    "own day and toll", "opens with place",
)  # fmt: skip
_WORD = re.compile(r"[a-z]{4,}")
_COMMON = frozenset(
    "that this with from were have been their they which when where after about said than also would could over into more "
    "other people killed injured least police officials according told state some most them these those many city town".split()
)


def likeness(host: Episode, telling: Telling, rank: int) -> tuple[float, ...]:
    """Return what speaks for and against a telling being of the event of an episode, as ``LIKENESS`` names it.

    ``rank`` counts the episodes that were told of since.
    """
    last = host.tellings[-1]
    kind, place = host.kind, host.place
    same_kind = kind == telling.kind
    agree = not same_kind and kinds_agree(kind, telling.kind)
    both = place is not None and telling.place is not None
    same_place = both and place == telling.place
    near = both and not same_place and places_agree(place, telling.place)
    nested = near and _nested(place, telling.place)
    apart = both and not same_place and not near
    days = host.day is not None and telling.day is not None
    same_day = days and host.day is not None and telling.day is not None and host.day.date == telling.day.date
    close = days and host.day is not None and telling.day is not None and days_agree(host.day, telling.day)
    differ = host.differs(telling)
    numbers = [(host.number(what), telling.number(what)) for what in ("killed", "injured")]
    equal = any(a is not None and a == b for a, b in numbers)
    adds = any(a is None and b is not None for a, b in numbers) and not differ
    definite = any(t.definite for t in telling.triggers)
    shared = bool(host.heads & heads_of(telling))
    new = _NEW_EVENT.search(telling.text) is not None
    mine, theirs = _words(telling.text), host.words
    overlap = len(mine & theirs) / max(1, min(len(mine), 8))
    gap = telling.sentence.paragraph - last.sentence.paragraph
    next_ = telling.sentence.start - last.sentence.end < 4 and telling.sentence is not last.sentence
    return tuple(
        float(value)
        for value in (
            same_kind, agree, not same_kind and not agree, same_place, near, nested, apart and not telling.carried, telling.carried,
            host.carried, same_day, days and close, days and not close, host.day is not None and telling.day is None,
            host.day is None and telling.day is not None, differ, equal, adds, definite, shared, new, overlap,
            telling.sentence is last.sentence, next_, gap == 0, gap == 1, min(gap, 6) / 6, rank == 0, rank == 1,
            telling.joint and last.joint, definite and telling.carried, definite and shared, new and telling.day is not None,
            telling.carried and next_, bool(telling.counts) and apart, telling.day is not None and bool(telling.counts),
            telling.where is not None and not telling.carried and telling.where.toponym.start - telling.sentence.start < 12,
        )
    )  # fmt: skip


def _introduced(telling: Telling) -> bool:
    """Tell whether a telling brings its event up as a new one ("a Russian attack")."""
    return any(_INDEFINITE.search(telling.text[: t.start]) for t in telling.triggers if not t.verb)


def _firm(day: DateMention | None) -> TypeGuard[DateMention]:
    """Tell whether a day is that of an event, not one on which somebody spoke, and not only implied."""
    return day is not None and day.date is not None and not day.said and not day.implied


def _nested(first: Place | None, second: Place | None) -> bool:
    """Tell whether one of two places that agree lies in the other: a district of a city, a town of a region."""
    if first is None or second is None:
        return False
    if specific(first) != specific(second):
        return True
    return distance_km(first.point, second.point) <= max(first.radius_km, second.radius_km)


@lru_cache(maxsize=1024)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower())) - _COMMON


def same_event(host: Episode, telling: Telling, rank: int = 0) -> float:
    """Return how likely a telling is of the event of an episode, 0..1; 0 where one of two named places is not in the other."""
    named = not telling.carried and not host.carried
    if named and not places_agree(host.place, telling.place):
        return 0.0
    definite = any(t.definite for t in telling.triggers)
    if _firm(host.day) and _firm(telling.day) and not days_agree(host.day, telling.day) and not definite:
        return 0.0
    if not definite and host.differs(telling):
        other_day = host.day is not None and telling.day is not None and not days_agree(host.day, telling.day)
        if other_day or _introduced(telling):
            return 0.0
    targets = host.targets
    mine = {name for name, *_ in telling.targets}
    if targets and mine and not targets & mine and not telling.carried and not definite:
        return 0.0
    if host.tellings[-1].sentence is telling.sentence and (
        host.place == telling.place or not _nested(host.place, telling.place)
    ):
        return 0.0
    score = _BIAS + sum(
        weight * value for weight, value in zip(_WEIGHTS, likeness(host, telling, rank), strict=True)
    )
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def kinds_agree(first: str, second: str) -> bool:
    """Tell whether two kinds may be of one event."""
    return first == second or {first, second} <= _AMONG or "other" in {first, second}


def days_agree(first: DateMention, second: DateMention) -> bool:
    """Tell whether two dates may be of one event."""
    if first.date is None or second.date is None:
        return True
    early, late = sorted((first, second), key=lambda d: d.date or date.min)
    return late.date is None or early.date is None or late.date <= early.date + timedelta(days=early.days - 1)


def places_agree(first: Place | None, second: Place | None) -> bool:
    """Tell whether two places may be of one event: the same, one within the other, or close together."""
    if first is None or second is None:
        return True
    if first == second:
        return True
    if first.country != second.country:
        return False
    if "country" in {first.kind, second.kind}:
        return True
    if "region" in {first.kind, second.kind} and first.kind != second.kind:
        return first.admin1 == second.admin1
    return distance_km(first.point, second.point) <= SAME_PLACE_KM
