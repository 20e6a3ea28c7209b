"""Reads tellings: what one sentence tells of one event at one place, before tellings of the same event are joined.

Which sentences tell an event, and at which of their places, the trained spotter says (:mod:`mapper.spotter`). Numbers of
people, dates and places of a sentence with several places go to the place that stands closest within their clause.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mapper.casualties import Count, chosen, spans_period
from mapper.dates import DateMention
from mapper.events import IMPACT, EventSigns, Trigger
from mapper.model import FIGURE_KINDS, Place, Resolution
from mapper.scenes import lack, pointed_back, stand_in, within
from mapper.sentences import Sentence
from mapper.spots import lists_of, located, may_hold, owners_of, spots_of
from mapper.spotter import KINDS, Scene, Told

FAINT = 0.12  # from this share on one tells an event whose words assert it firmly
ASSERTED = 1.7  # how firmly
TOLD = 0.5  # from this share on a sentence tells an event
REMEMBERED = 100  # how many places back a sentence may point
_PRESS = re.compile(r"(?:news|press) conf", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What a sentence tells of one event at one place.

    ``share`` is how likely it tells one, ``shares`` that by kind. ``where`` is the toponym
    that names the place. ``strength`` is how firmly its words for events assert one. ``inside`` are all toponyms of the sentence. ``carried`` marks a place that the sentence does not name.
    """

    sentence: Sentence
    text: str
    kind: str
    share: float
    shares: tuple[float, ...]
    triggers: tuple[Trigger, ...]
    counts: tuple[Count, ...]
    day: DateMention | None
    days: tuple[DateMention, ...]
    where: Resolution | None
    place_reason: str
    targets: tuple[tuple[str, int, int], ...]
    inside: tuple[Resolution, ...] = ()
    carried: bool = False
    tally: bool = False
    strength: float = 0.0
    joint: bool = False  # one of several places that the sentence lists

    @property
    def place(self) -> Place | None:
        """Where it was."""
        return self.where.place if self.where else None

    def count(self, what: str) -> Count | None:
        """Return the number of people of a kind that holds for the event."""
        return chosen(self.counts, what)

    def number(self, what: str) -> int | None:
        """Return the stated figure of a kind, None where there is none."""
        count = self.count(what)
        return count.best if count else None


def read_tellings(scene: Scene, told: Told, focus: Resolution | None) -> list[Telling]:
    """Return the tellings of a report in order of the text.

    Parameters
    ----------
    scene : Scene
    told : Told
        What the spotter says of it.
    focus : Resolution or None
        The settlement that the report names most.
    """
    found: list[Telling] = []
    seen: list[Resolution] = []
    starts = [r.toponym.start for r in scene.resolutions]
    days = [d.start for d in scene.dates]
    for n, sentence in enumerate(scene.sentences):
        first, last = sentence.span(starts)
        if sentence.start >= scene.title_end:
            here = range(first, last)
            dates = scene.dates[slice(*sentence.span(days))]
            for telling in _of_sentence(scene, told, n, here, dates, seen, found, focus):
                found += _split_meeting(telling)
        seen = seen[-REMEMBERED:] + [
            r
            for r in scene.resolutions[first:last]
            if r.toponym.role == "literal" and not within(r.toponym.start, scene.dateline)
        ]
    return found


def _split_meeting(telling: Telling) -> list[Telling]:
    """Separate a meeting from the news conference after it."""
    talks = [t for t in telling.triggers if t.kind == "diplomatic"]
    press = tuple(t for t in talks if _PRESS.search(t.text))
    rest = tuple(t for t in talks if t not in press)
    if telling.kind != "diplomatic" or not press or not rest:
        return [telling]
    own = tuple(replace(t, definite=False) for t in press)  # "the news conference" is an event told here
    return [replace(telling, triggers=rest), replace(telling, triggers=own)]


def _of_sentence(
    scene: Scene,
    told: Told,
    n: int,
    here: range,
    dates: Sequence[DateMention],
    seen: Sequence[Resolution],
    before: Sequence[Telling],
    focus: Resolution | None,
) -> list[Telling]:
    """Return what sentence ``n`` tells; ``here`` are the numbers of its toponyms, ``seen`` those before it."""
    sentence = scene.sentences[n]
    text = scene.text[sentence.start : sentence.end]
    signs, counts = scene.signs[n], tuple(scene.counts[n])
    inside = tuple(scene.resolutions[m] for m in here)
    share = 1 - float(told.sentences[n, 0])
    strength = _strength(scene, n, here, dates)
    tells = share >= TOLD or (share >= FAINT and strength >= ASSERTED)
    spots = spots_of(scene, told, here, share, tells)
    if not spots and not tells:
        return []
    shares = _leaning(tuple(told.sentences[n].tolist()), signs, share >= TOLD)
    words = [t.start for t in signs.triggers]
    plain = Telling(
        sentence=sentence, text=text, kind=_kind(shares), share=share, shares=shares, triggers=signs.triggers, counts=counts,
        day=_day(dates, sentence, words, scene.dateline), days=tuple(dates), where=None, place_reason="", targets=signs.targets,
        inside=inside, tally=signs.tally or spans_period(text), strength=strength,
    )  # fmt: skip
    if not spots:
        where, reason = stand_in(text, sentence, inside, seen)
        if where is not None or reason:
            return [replace(plain, where=where, place_reason=reason)]
        where, reason = pointed_back(text, seen, before[-1].where if before else None, focus)
        return [replace(plain, where=where, place_reason=reason, carried=True)]
    names = [scene.resolutions[m] for m in spots]
    groups, owners = lists_of(scene.text, names), owners_of(text, sentence, names, counts)
    found: list[Telling] = []
    for at, (m, r) in enumerate(zip(spots, names, strict=True)):
        there = 1 - float(told.places[m, 0])
        shares = _leaning(tuple(told.places[m].tolist()), signs, max(share, there) >= TOLD)
        mine = tuple(count for count, owner in zip(counts, owners, strict=True) if owner == at)
        if len(groups[at]) > 1 and len({o for o in owners if o in groups[at]}) < len(groups[at]):
            mine = ()  # a toll for all of them is no toll of any one
        where, reason = located(scene, m, here)
        if where is None:
            where, reason = stand_in(text, sentence, inside, seen)
            reason = reason or f"{lack(r)}, and the sentence names no region around it"
        twin = next((n for n, t in enumerate(found) if where is not None and t.place == where.place), None)
        if twin is not None:  # a name and the district that stands in for it
            more = tuple(count for count in mine if count not in found[twin].counts)
            found[twin] = replace(found[twin], counts=found[twin].counts + more)
            continue
        spot = [r.toponym.start - sentence.start]
        found.append(
            replace(
                plain, kind=_kind(shares), share=max(there, share if len(spots) == 1 else 0.0), shares=shares, counts=mine,
                day=_day(dates, sentence, spot, scene.dateline), where=where, place_reason=reason, joint=len(groups[at]) > 1,
            )
        )  # fmt: skip
    return found


def _strength(scene: Scene, n: int, here: range, dates: Sequence[DateMention]) -> float:
    """Return how firmly a sentence asserts an event: by its words for events, tolls, a day and a place."""
    signs, counts = scene.signs[n], scene.counts[n]
    single = [t for t in signs.triggers if not t.generic]
    score = 2.0 if any(c.what in FIGURE_KINDS[:2] for c in counts) else 0.0
    if any(d.date is not None and d.precision == "day" and not d.tally and not d.said for d in dates):
        score += 1.5
    elif any(d.date is not None and not d.tally and not d.said for d in dates):
        score += 0.75
    if any(t.verb for t in single):
        score += 1.0
    if any(not t.verb for t in single):
        score += 0.75
    elif signs.triggers and not single:
        score -= 1.0
    if any(may_hold(scene, m) and scene.resolutions[m].place is not None for m in here):
        score += 1.0
    if not signs.triggers:
        score -= 0.5
    elif signs.kind == IMPACT and not counts and not signs.targets:
        score -= 2.0  # "hit" and "struck" alone may be said of a ball or a record
    if signs.tally:  # a day and a single event beside it outweigh most of the doubt
        dated = any(d.date is not None and d.precision == "day" and not d.tally for d in dates)
        score -= 0.5 if single and dated else 3.0
    return score


def _leaning(shares: tuple[float, ...], signs: EventSigns, tells: bool) -> tuple[float, ...]:
    """Return shares of kinds that lean on the words for events where the spotter sees hardly any."""
    if tells or signs.kind not in KINDS:
        return shares
    at = KINDS.index(signs.kind)
    return tuple(max(share, 0.5) if n == at else share for n, share in enumerate(shares))


def _kind(shares: Sequence[float]) -> str:
    return KINDS[1 + max(range(len(KINDS) - 1), key=lambda k: shares[k + 1])]


def _day(
    dates: Sequence[DateMention], sentence: Sentence, spots: Sequence[int], dateline: tuple[int, int]
) -> DateMention | None:
    """Return the sentence's date that stands closest to the words for the event; a day before a vaguer one."""
    single = [d for d in dates if not d.tally and d.date is not None]
    # The dateline's own date counts only if there is no other.
    single = [d for d in single if not within(d.start, dateline)] or single
    if not single:
        return None
    at = [sentence.start + spot for spot in spots] or [sentence.start]
    rank = {"day": 0, "week": 1, "month": 2, "year": 3}
    return min(
        single, key=lambda d: (rank[d.precision], d.said, d.implied, min(abs(d.start - spot) for spot in at))
    )
