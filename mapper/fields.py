"""Fills the fields of an incident from the tellings of its event, each with the words that it rests on."""

from __future__ import annotations

from datetime import timedelta

from mapper.casualties import Count
from mapper.clock import told_time
from mapper.dates import DateMention
from mapper.episodes import Episode
from mapper.events import IMPACT, VIOLENT
from mapper.model import FIGURE_KINDS, Actor, Evidence, Figure, Incident, Place, Report
from mapper.participants import Part, read_parts
from mapper.tellings import Telling

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


def incident_of(
    report: Report, episode: Episode, dated: tuple[DateMention | None, str], sure: float
) -> Incident:
    """Return the incident of an episode that has a place.

    Parameters
    ----------
    report : Report
    episode : Episode
    dated : tuple of DateMention or None, and str
        Its day, and where that was carried over from.
    sure : float
        Its confidence, 0..1.
    """
    place, where = episode.place, episode.place_telling
    assert place is not None and where is not None and where.where is not None  # noqa: S101 - the caller has filtered
    first = max(episode.tellings, key=lambda t: (t is where, bool(t.counts), t.share))
    words = _Words(report)
    kind = episode.kind
    sign = _sign(episode, kind)
    words.add("kind", *(sign or (first.sentence.start, first.sentence.end)))
    words.add("place", where.where.toponym.start, where.where.toponym.end)
    day, carried = dated
    dates = day is not None and day.date is not None
    if day is not None and dates:
        words.add("date", day.start, day.end)
    timed = next(((t, m) for t in episode.tellings if (m := told_time(t.text)) is not None), None)
    if timed is not None:
        words.add_in(timed[0], "time", timed[1].start, timed[1].end)
    target = next((t for t in episode.tellings if t.targets), None)
    if target is not None:
        words.add_in(target, "target", *target.targets[0][1:])
    weapon, actors = _participants(episode, kind, words)
    figures = figures_of(report, episode)
    numbers = {what: _number(episode, what) for what in FIGURE_KINDS}
    for what, count in numbers.items():
        if count is not None:
            words.add_in(count[0], what, count[1].start, count[1].end)
    name = target.targets[0][0] if target is not None else None
    return Incident(
        report_id=report.id,
        title=_title(kind, name, place, episode.heads),
        kind=kind,
        place=place,
        place_reason=where.place_reason,
        evidence=first.text,
        start=first.sentence.start,
        end=first.sentence.end,
        confidence=round(sure, 2),
        date=day.date if day else None,
        date_precision=day.precision if day and dates else "unknown",
        date_end=day.date + timedelta(days=day.days - 1) if day and day.date and day.days > 1 else None,
        date_reason=_date_reason(report, episode, day, carried),
        time=timed[1].time if timed else None,
        time_zone=timed[1].zone if timed else None,
        killed=_best(numbers["killed"]),
        injured=_best(numbers["injured"]),
        missing=_best(numbers["missing"]),
        displaced=_best(numbers["displaced"]),
        figures=figures,
        actors=actors,
        weapon=weapon,
        target=name,
        supports=tuple(words.found),
    )


class _Words:
    """Gathers the words that fields rest on."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.found: list[Evidence] = []

    def make(self, field: str, start: int, end: int) -> Evidence:
        text = self._report.text[start:end]
        return Evidence(field=field, report_id=self._report.id, start=start, end=end, text=text)

    def add(self, field: str, start: int, end: int) -> None:
        self.found.append(self.make(field, start, end))

    def add_in(self, telling: Telling, field: str, start: int, end: int) -> None:
        at = telling.sentence.start
        self.add(field, at + start, at + end)


def _best(number: tuple[Telling, Count] | None) -> int | None:
    return number[1].best if number else None


def _number(episode: Episode, what: str) -> tuple[Telling, Count] | None:
    """Return the figure that holds within a report, and who tells it: the last running toll, else the first figure of all."""
    told = [
        (t, count)
        for t in episode.tellings
        if (count := t.count(what)) is not None and count.best is not None
    ]
    tolls = [pair for pair in told if pair[1].total]
    if tolls:
        return tolls[-1]
    return next((pair for pair in told if not pair[1].more), told[0] if told else None)


def _participants(episode: Episode, kind: str, words: _Words) -> tuple[str | None, tuple[Actor, ...]]:
    """Return the weapon or cause, and who had a part."""
    weapon: str | None = None
    actors: dict[tuple[str, str], Actor] = {}
    for telling in episode.tellings:
        at = telling.sentence.start
        for part in read_parts(telling.text, kind, telling.counts, telling.inside, at):
            if part.role != "weapon":
                actors.setdefault((part.role, part.text.lower()), _actor(part, words, at))
            elif weapon is None:
                weapon = part.text
                words.add("weapon", at + part.start, at + part.end)
    for echo in episode.echoes:
        for part in read_parts(echo.text, kind, (), echo.inside, echo.start):
            if part.role in {"claimed", "denied"}:
                actors.setdefault((part.role, part.text.lower()), _actor(part, words, echo.start))
    return weapon, tuple(actors.values())


def _actor(part: Part, words: _Words, at: int) -> Actor:
    evidence = words.make("actor", at + part.start, at + part.end)
    return Actor(role=part.role, text=part.text, evidence=evidence, country=part.country)


def _title(kind: str, target: str | None, place: Place, heads: set[str]) -> str:
    what = _KIND_TITLES[kind]
    if kind == "diplomatic" and heads == {"conference"}:
        what = "News conference"
    if target is not None and kind in VIOLENT | {"accident"}:
        what += f" ({target})"
    return f"{what}: {place.name}"


def _sign(episode: Episode, kind: str) -> tuple[int, int] | None:
    """Return where the word stands that names the kind best."""
    for telling in episode.tellings:
        for wanted in (kind, IMPACT):
            for trigger in telling.triggers:
                if trigger.kind == wanted:
                    return telling.sentence.start + trigger.start, telling.sentence.start + trigger.end
    return None


def figures_of(report: Report, episode: Episode) -> tuple[Figure, ...]:
    """Return all numbers of people that the tellings give, each once, in order."""
    words = _Words(report)
    found: dict[tuple[str, int, int], Figure] = {}
    for telling in episode.tellings:
        at = telling.sentence.start
        for count in telling.counts:
            evidence = words.make(count.what, at + count.start, at + count.end)
            found[(count.what, evidence.start, evidence.end)] = Figure(
                what=count.what, best=count.best, low=count.low, high=count.high, evidence=evidence, published=report.published,
            )  # fmt: skip
    return tuple(found.values())


def _date_reason(report: Report, episode: Episode, day: DateMention | None, carried: str) -> str:
    """Return what the date rests on, or why there is none."""
    if day is not None and day.date is not None:
        told = report.text[day.start : day.end]
        if carried:
            return f"{told!r}, {carried}"
        return f"{told!r}, counted from the publication" if report.published else f"{told!r}"
    if any(d.date is None for t in episode.tellings for d in t.days):
        return (
            "its words count from a publication date that is not known"
            if report.published is None
            else "its words point to no day before the publication"
        )
    return "the report gives no date for it"
