"""Builds incidents: what happened, where, when and to how many, each with the sentence that says so.

One incident stands for one event at one place. A sentence becomes an event when asserted words for events, casualties,
a date and a place add up (:data:`THRESHOLD`); sentences about the same event are merged. Where a sentence names no
place, the place is carried over from before, and the incident says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mapper.casualties import Casualties, read_casualties
from mapper.dates import DateMention, find_dates
from mapper.events import IMPACT, KIND_ORDER, VIOLENT, EventSigns, Trigger, read_signs
from mapper.geodesy import distance_km
from mapper.model import UNSURE, Incident, Place, Rejected, Report, Resolution
from mapper.scenes import listed_places, places_here, pointed_back, specific, stand_in, within
from mapper.sentences import Sentence

THRESHOLD = 2.0
HISTORY_DAYS = 366  # an event further back than this is background, not news
REMEMBERED = 100  # how many events and places back a sentence may point
SAME_PLACE_KM = 25.0

_FIGHTERS = re.compile(
    r"\b(?:jihadis(?:t|m)s?|militants?|rebels?|gunm[ae]n|insurgents?|fighters|soldiers|troops|forces|bombers?|attackers?|assailants?|militia\w*|gangs?)\b",
    re.IGNORECASE,
)
_NEW_EVENT = re.compile(
    r"\b(?:another|separate(?:ly)?|second|third|elsewhere|further|also hit|meanwhile|earlier|in a different|additional)\b",
    re.IGNORECASE,
)
_DATELINE = re.compile(r"\s*[^\n:—–]{2,60}?(?:\([^)\n]{1,30}\)\s*)?(?:--|—|–|\s-\s|:\s)")
_KIND_TITLES = {
    "armed_attack": "Attack",
    "airstrike_or_drone": "Air or drone strike",
    "shelling_or_missile": "Shelling or missile strike",
    "clash": "Clash",
    "explosion": "Explosion",
    "civil_unrest": "Unrest",
    "crime": "Crime",
    "accident": "Accident",
    "natural_disaster": "Natural disaster",
    "diplomatic": "Meeting",
    "other": "Event",
}


@dataclass
class _Event:
    """What is known of one event while the report is read."""

    sentence: Sentence
    text: str
    triggers: tuple[Trigger, ...]
    kind: str
    score: float
    casualties: Casualties
    day: DateMention | None
    place: Place | None
    place_reason: str
    targets: tuple[str, ...]
    carried: bool = False
    strong: bool = True
    tally: bool = False

    @property
    def definite(self) -> bool:
        return (
            bool(self.triggers)
            and all(t.definite or t.verb for t in self.triggers)
            and any(t.definite for t in self.triggers)
        )

    @property
    def heads(self) -> set[str]:
        return {re.sub(r"(?:ed|s)$", "", t.text.lower().split()[-1]) for t in self.triggers}


def find_incidents(
    report: Report, sentences: Sequence[Sentence], resolutions: Sequence[Resolution]
) -> tuple[list[Incident], list[Rejected]]:
    """Build the incidents that a report tells of.

    Parameters
    ----------
    report : Report
        Its publication date anchors relative dates.
    sentences : sequence of Sentence
        The sentences of its text, in order.
    resolutions : sequence of Resolution
        Its toponyms with their places, in order.

    Returns
    -------
    incidents : list of Incident
        In order of the text, without border distances.
    rejected : list of Rejected
        Events for which the report gives no place: their sentence, and that reason.
    """
    resolutions = _usable(resolutions)
    dates = find_dates(report.text, report.published)
    only_day = _only_day(dates)
    dateline = _dateline(report, sentences)
    focus = _focus(resolutions, dateline)
    clusters: list[_Event] = []
    seen: list[Place | str] = []  # a name where the gazetteer lacks the place
    title_end = _title_end(report, sentences)
    toponym_starts = [r.toponym.start for r in resolutions]
    date_starts = [d.start for d in dates]
    for sentence in sentences:
        if sentence.start < title_end:
            continue
        inside = resolutions[slice(*sentence.span(toponym_starts))]
        named = dates[slice(*sentence.span(date_starts))]
        for event in _read_sentence(report, sentence, inside, named, seen, clusters, focus, dateline):
            if event.day is None and not any(d.date is None for d in named):
                event.day = only_day
            if event.tally and not event.strong:
                continue
            host = next(
                (cluster for cluster in clusters[: -REMEMBERED - 1 : -1] if _same_event(cluster, event)), None
            )
            if host is not None:
                _merge(host, event)
            elif event.strong:
                clusters.append(event)
        seen = seen[-REMEMBERED:] + [
            r.place or r.toponym.text
            for r in inside
            if r.toponym.role == "literal" and not within(r.toponym.start, dateline)
        ]
    rejected = [
        Rejected(
            source=event.text, reason=event.place_reason or "an event, but the report gives no place for it"
        )
        for event in clusters
        if event.place is None
    ]
    return [_incident(report, event) for event in clusters if event.place is not None], rejected


def _usable(resolutions: Sequence[Resolution]) -> list[Resolution]:
    """Return the resolutions as an event may use them.

    A place that is not sure, in a country that the report does not name otherwise, is none: better no dot than one in a
    country that has nothing to do with it. A spot told by distance and direction goes before the place that it is told by.
    """
    sure = {
        r.place.country for r in resolutions if r.place and r.score >= UNSURE and r.toponym.role != "part"
    }
    found = []
    for r in resolutions:
        if r.place is not None and r.score < UNSURE and r.place.country not in sure:
            found.append(replace(r, place=None))
        elif r.offset is not None:
            found.append(replace(r, place=r.offset))
        else:
            found.append(r)
    return found


def _only_day(dates: Sequence[DateMention]) -> DateMention | None:
    """Return the day that the whole report speaks of, if it names just one."""
    days = [d for d in dates if d.precision == "day" and d.date is not None and not d.tally]
    return days[0] if len({d.date for d in days}) == 1 else None


def _title_end(report: Report, sentences: Sequence[Sentence]) -> int:
    """Return where a headline at the top of the text ends: the body says the same with more care."""
    first = sentences[0] if sentences else None
    if first is None or len(sentences) == 1 or sentences[1].paragraph == first.paragraph:
        return 0
    line = report.text[first.start : first.end]
    return first.end if len(line) < 160 and not line.endswith((".", "!", "?", "”", '"')) else 0


def _dateline(report: Report, sentences: Sequence[Sentence]) -> tuple[int, int]:
    """Return where a dateline ("KYIV, Aug 18 -") stands; it tells where the report was filed, not what happened.

    It opens the text, or the first or second paragraph below a headline.
    """
    paragraphs: dict[int, Sentence] = {}
    for sentence in sentences[:8]:
        paragraphs.setdefault(sentence.paragraph, sentence)
    for sentence in list(paragraphs.values())[:4]:
        match = _DATELINE.match(report.text, sentence.start)
        if match is None:
            continue
        letters = [c for c in match[0].split("(")[0].split(",")[0] if c.isalpha()]
        if letters and all(c.isupper() for c in letters):
            return sentence.start, match.end()
    return 0, 0


def _focus(resolutions: Sequence[Resolution], dateline: tuple[int, int]) -> Place | None:
    """Return the settlement that the report speaks of most."""
    counts: Counter[Place] = Counter()
    for r in resolutions:
        if (
            r.place is not None
            and r.place.kind == "city"
            and r.toponym.role == "literal"
            and not within(r.toponym.start, dateline)
        ):
            counts[r.place] += 1
    return counts.most_common(1)[0][0] if counts else None


def _read_sentence(
    report: Report,
    sentence: Sentence,
    inside: Sequence[Resolution],
    dates: Sequence[DateMention],
    seen: Sequence[Place | str],
    clusters: Sequence[_Event],
    focus: Place | None,
    dateline: tuple[int, int],
) -> list[_Event]:
    text = report.text[sentence.start : sentence.end]
    filed = max(0, dateline[1] - sentence.start) if within(sentence.start, dateline) else 0
    said = " " * filed + text[filed:]
    signs, casualties = read_signs(said), read_casualties(said)
    if not signs.triggers and not casualties:
        return []
    day = _event_day(dates, sentence, signs, dateline)
    if _is_history(day, report.published):
        return []
    spots = [t.start for t in signs.triggers] or [0]
    here = places_here(text, sentence, inside, spots, dateline)
    tally = (
        signs.tally
        or (bool(casualties) and casualties.tally)
        or (day is None and any(d.tally for d in dates))
    )
    score = _score(signs, casualties, day, here, tally)
    kind = signs.kind or IMPACT
    if kind == IMPACT:
        kind = _kind_of_the_story(text, clusters)
    events = []
    groups = _split_diplomatic(signs) if kind == "diplomatic" else [signs.triggers]
    spots_here: list[Place | None] = [*listed_places(text, sentence, here)] or [None]
    if len(spots_here) > 1:  # a toll for all of them is no toll of any one
        casualties = Casualties()
    for spot in spots_here:
        place, reason = stand_in(text, sentence, inside, spot, seen)
        for triggers in groups:
            event = _Event(
                sentence=sentence, text=text, triggers=triggers, kind=kind, score=score, casualties=casualties,
                day=day, place=place, place_reason=reason, targets=signs.targets, strong=score >= THRESHOLD, tally=tally,
            )  # fmt: skip
            if event.place is None and not event.place_reason:
                _carry(event, seen, clusters, focus)
            events.append(event)
    return events


def _kind_of_the_story(text: str, clusters: Sequence[_Event]) -> str:
    """Return the kind of an event that is told by its outcome only: that of the last event, if it may be one of those."""
    for cluster in reversed(clusters):
        if cluster.kind in VIOLENT | {"natural_disaster", "accident"}:
            return cluster.kind
    return "armed_attack" if _FIGHTERS.search(text) else "other"


def _is_history(day: DateMention | None, published: date | None) -> bool:
    if day is None or day.date is None or published is None:
        return False
    return published - day.date > timedelta(days=HISTORY_DAYS)


def _score(
    signs: EventSigns,
    casualties: Casualties,
    day: DateMention | None,
    here: Sequence[Resolution],
    tally: bool,
) -> float:
    score = 2.0 if (casualties.killed or casualties.injured) else 0.0
    if day is not None and day.date is not None:
        score += {"day": 1.5, "week": 1.0}.get(day.precision, 0.5)
    if any(t.verb for t in signs.triggers):
        score += 1.0
    if any(not t.verb and not t.generic for t in signs.triggers):
        score += 0.75
    elif signs.triggers and not any(t.verb for t in signs.triggers):
        score -= 1.0
    if here:
        best = here[0].place
        score += 1.0 if best is not None and best.kind != "country" else 0.4
    if not signs.triggers:
        score -= 0.5
    elif signs.kind == IMPACT and not casualties and not signs.targets:
        score -= 2.0  # "hit" and "struck" alone may be said of a ball or a record
    if tally:  # a day and a single event beside it outweigh most of the doubt
        single = any(not t.generic for t in signs.triggers)
        score -= 0.5 if single and day is not None and day.precision == "day" else 3.0
    return score


def _event_day(
    dates: Sequence[DateMention], sentence: Sentence, signs: EventSigns, dateline: tuple[int, int]
) -> DateMention | None:
    """Return the sentence's date that stands closest to the asserted words; a day before a vaguer one."""
    single = [d for d in dates if not d.tally and d.date is not None]
    # The dateline's own date counts only if there is no other.
    single = [d for d in single if not within(d.start, dateline)] or single
    if not single:
        return None
    spots = [sentence.start + t.start for t in signs.triggers] or [sentence.start]
    rank = {"day": 0, "week": 1, "month": 2, "year": 3}
    return min(
        single, key=lambda d: (rank[d.precision], d.implied, min(abs(d.start - spot) for spot in spots))
    )


def _split_diplomatic(signs: EventSigns) -> list[tuple[Trigger, ...]]:
    """Separate a meeting from the news conference after it."""
    press = tuple(
        t
        for t in signs.triggers
        if t.kind == "diplomatic" and re.search(r"(?:news|press) conf", t.text, re.IGNORECASE)
    )
    rest = tuple(t for t in signs.triggers if t.kind == "diplomatic" and t not in press)
    return [group for group in (rest, press) if group] or [signs.triggers]


def _carry(
    event: _Event, seen: Sequence[Place | str], clusters: Sequence[_Event], focus: Place | None
) -> None:
    """Give an event without a place of its own the one that its words point back to."""
    last = clusters[-1] if clusters else None
    before = last.place if last is not None and last.sentence.paragraph == event.sentence.paragraph else None
    event.place, event.place_reason = pointed_back(event.text, seen, before, focus)
    if event.place is not None:
        event.carried = True
        event.score -= 0.25 if event.kind in VIOLENT | {"natural_disaster", "accident"} else 0.75
        event.strong = event.score >= THRESHOLD


def _same_event(host: _Event, event: _Event) -> bool:
    """Tell whether two sentences speak of one event."""
    if not _kinds_agree(host.kind, event.kind, bool(event.triggers)):
        return False
    if host.sentence is event.sentence:
        return False
    if not event.carried and not host.carried and not _places_agree(host.place, event.place):
        return False
    apart = event.sentence.paragraph != host.sentence.paragraph
    if event.carried and apart and event.casualties and event.day and not event.definite:
        return False  # a new paragraph with a day and a toll of its own tells of another event
    if host.day and event.day and not _days_agree(host.day, event.day):
        return False
    pointing = event.definite or not event.triggers
    if not pointing and _NEW_EVENT.search(event.text):
        return False
    if event.place is None and event.place_reason and event.casualties and not event.definite:
        return False  # it is somewhere else, though it is not known where
    if pointing:
        near = event.sentence.paragraph - host.sentence.paragraph
        return near <= 1 or bool(host.heads & event.heads)
    if _differ(host.casualties.killed, event.casualties.killed) or _differ(
        host.casualties.injured, event.casualties.injured
    ):
        return False
    if host.targets and event.targets and not set(host.targets) & set(event.targets):
        return False
    if event.carried and not event.strong:
        return True
    return _places_agree(host.place, event.place)


def _kinds_agree(first: str, second: str, triggered: bool) -> bool:
    return not triggered or first == second or {first, second} <= VIOLENT or "other" in {first, second}


def _differ(first: int | None, second: int | None) -> bool:
    return first is not None and second is not None and first != second


def _days_agree(first: DateMention, second: DateMention) -> bool:
    if first.date is None or second.date is None:
        return True
    early, late = sorted((first, second), key=lambda d: d.date or date.min)
    return late.date is None or early.date is None or late.date <= early.date + timedelta(days=early.days - 1)


def _places_agree(first: Place | None, second: Place | None) -> bool:
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


def _merge(host: _Event, event: _Event) -> None:
    """Let a host take what a later sentence adds; what it has already stays."""
    if event.place is not None and not event.carried:
        finer = host.place is None or specific(event.place) > specific(host.place)
        if host.place is not None and host.casualties and not event.casualties:
            finer = False  # a toll for a whole region is not that of one town in it
        if host.carried or finer:
            host.place, host.carried = event.place, False
            host.place_reason = "named in a later sentence about the same event"
            if not host.casualties:  # else the toll stands in the first sentence, which stays the evidence
                host.place_reason = event.place_reason
                host.sentence, host.text = event.sentence, event.text
    killed, injured = host.casualties.killed, host.casualties.injured
    if not event.casualties.tally:
        killed = event.casualties.killed if killed is None else killed
        injured = event.casualties.injured if injured is None else injured
    host.casualties = Casualties(killed=killed, injured=injured)
    host.day = host.day or event.day
    host.targets = host.targets or event.targets
    if (
        event.triggers
        and KIND_ORDER.index(event.kind) < KIND_ORDER.index(host.kind)
        and {event.kind, host.kind} <= VIOLENT
    ):
        host.kind = event.kind


def _incident(report: Report, event: _Event) -> Incident:
    place = event.place
    assert place is not None  # noqa: S101 - the caller has filtered
    what = _KIND_TITLES[event.kind]
    if event.kind == "diplomatic" and any("conf" in t.text.lower() for t in event.triggers):
        what = "News conference"
    if event.targets and event.kind in VIOLENT | {"accident"}:
        what += f" ({event.targets[0]})"
    confidence = 1 - 2 ** -max(event.score - THRESHOLD + 1, 0.0)
    if event.carried:
        confidence *= 0.8
    return Incident(
        report_id=report.id,
        title=f"{what}: {place.name}",
        kind=event.kind,
        place=place,
        place_reason=event.place_reason,
        evidence=event.text,
        start=event.sentence.start,
        end=event.sentence.end,
        confidence=round(confidence, 2),
        date=event.day.date if event.day else None,
        date_precision=event.day.precision if event.day and event.day.date else "unknown",
        killed=event.casualties.killed,
        injured=event.casualties.injured,
    )
