"""Merges incidents of several reports that tell the same event, and takes a merge apart again.

The rule: two incidents are of one event where

- their kinds may be of one event (violent kinds among each other, *other* with all),
- their places are the same, one lies in the other, or both lie within 25 km,
- their days overlap; where one is not dated, the reports are at most a week apart and a toll is the same,
- neither their targets nor their times of day (in one zone, more than two hours apart) say that they are two.

Tolls may differ: they change from report to report. All are kept; that of the latest report counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from mapper.episodes import kinds_agree, places_agree
from mapper.model import FIGURE_KINDS, Evidence, Extraction, Figure, Incident

NEWS_DAYS = 7  # how far apart two reports of an undated event may be
APART_HOURS = 2.0  # between two events of one place and day


def merge_incidents(
    incidents: Sequence[Incident], published: Mapping[str, date | None] | None = None
) -> list[Incident]:
    """Merge incidents that tell the same event.

    Parameters
    ----------
    incidents : sequence of Incident
        Of any number of reports. Two of one report are never merged: its reader has told them apart.
    published : mapping of str to date, optional
        When the report of each ``report_id`` was published.

    Returns
    -------
    list of Incident
        In the order of their first tellings. One that was merged has its tellings as ``members``.
    """
    dates = published or {}
    groups: list[list[Incident]] = []
    by_day: defaultdict[tuple[str | None, date | None], list[int]] = defaultdict(list)
    for incident in incidents:
        country = incident.place.country
        near = sorted({n for day in _days(incident, dates) for n in by_day[country, day]})
        host = next((n for n in near if all(same_event(m, incident, dates) for m in groups[n])), None)
        if host is None:
            host = len(groups)
            groups.append([])
        groups[host].append(incident)
        for day in _days(incident, dates):
            by_day[country, day].append(host)
    return [merged(group, dates) for group in groups]


def same_event(first: Incident, second: Incident, published: Mapping[str, date | None]) -> bool:
    """Tell whether two incidents of different reports are of one event, by the rule of this module."""
    if first.report_id == second.report_id or not kinds_agree(first.kind, second.kind):
        return False
    if not places_agree(first.place, second.place):
        return False
    if first.target and second.target and first.target != second.target:
        return False
    if _hours_apart(first, second) > APART_HOURS:
        return False
    if first.date is not None and second.date is not None:
        return _last(first) >= second.date and _last(second) >= first.date
    one, two = published.get(first.report_id), published.get(second.report_id)
    if one is None or two is None or abs(one - two) > timedelta(days=NEWS_DAYS):
        return False
    tolls = [(getattr(first, what), getattr(second, what)) for what in FIGURE_KINDS[:2]]
    return any(a == b and a for a, b in tolls)


def merged(group: Sequence[Incident], published: Mapping[str, date | None]) -> Incident:
    """Return one incident of all tellings of an event; the only one as it is.

    What is told most finely and surely counts for place, day and kind; for tolls, the latest report.
    """
    if len(group) == 1:
        return group[0]
    members = tuple(m for incident in group for m in split_incident(incident))
    best = max(members, key=lambda m: (m.date_precision == "day", -m.place.radius_km, m.confidence))
    latest = sorted(members, key=lambda m: published.get(m.report_id) or date.min, reverse=True)
    fuller = (best, *latest)
    told = {what: next((m for m in latest if getattr(m, what) is not None), None) for what in FIGURE_KINDS}
    named = {
        what: next((m for m in fuller if getattr(m, what)), best) for what in ("weapon", "target", "time")
    }
    supports = [s for s in best.supports if s.field not in told and s.field not in named]
    for what, member in (told | named).items():
        words = member.support(what) if member is not None else None
        supports += [words] if words else []
    doubt = 1.0
    for member in members:
        doubt *= 1 - member.confidence
    return replace(
        best,
        killed=_told(told["killed"], "killed"),
        injured=_told(told["injured"], "injured"),
        missing=_told(told["missing"], "missing"),
        displaced=_told(told["displaced"], "displaced"),
        weapon=named["weapon"].weapon,
        target=named["target"].target,
        time=named["time"].time,
        time_zone=named["time"].time_zone,
        figures=tuple(_figures(members)),
        actors=tuple({(a.role, a.text): a for m in members for a in m.actors}.values()),
        supports=tuple(supports),
        confidence=round(1 - doubt, 2),
        members=members,
    )


def _told(member: Incident | None, what: str) -> int | None:
    number: int | None = getattr(member, what) if member is not None else None
    return number


def split_incident(incident: Incident) -> tuple[Incident, ...]:
    """Take a merge apart: return the tellings of an incident, itself if it was not merged."""
    return incident.members or (incident,)


def merge_extractions(extractions: Iterable[Extraction]) -> list[Extraction]:
    """Merge the incidents of several reports; each stands in the extraction of the report that its place and day come from."""
    chosen = list(extractions)
    published = {e.report.id: e.report.published for e in chosen}
    found = merge_incidents([i for e in chosen for i in e.incidents], published)
    homes: dict[str, list[Incident]] = defaultdict(list)
    for incident in found:
        homes[incident.report_id].append(incident)
    seen: set[str] = set()
    result = []
    for extraction in chosen:
        name = extraction.report.id
        result.append(replace(extraction, incidents=() if name in seen else tuple(homes[name])))
        seen.add(name)
    return result


def _figures(members: Sequence[Incident]) -> Iterator[Figure]:
    seen: set[Evidence] = set()
    for member in members:
        for figure in member.figures:
            if figure.evidence not in seen:
                seen.add(figure.evidence)
                yield figure


def _last(incident: Incident) -> date:
    day = incident.date_end or incident.date
    assert day is not None  # noqa: S101 - asked only of dated ones
    return day


def _days(incident: Incident, published: Mapping[str, date | None]) -> list[date | None]:
    """Return the days under which an incident is looked up: those it may have been on, or None where it is not dated."""
    if incident.date is None:
        start = published.get(incident.report_id)
        return [None] if start is None else [start - timedelta(days=n) for n in range(NEWS_DAYS + 1)] + [None]
    span = (_last(incident) - incident.date).days
    days = [incident.date + timedelta(days=n) for n in range(min(span, 31) + 1)]
    return [*days, None]


def _hours_apart(first: Incident, second: Incident) -> float:
    if first.time is None or second.time is None or (first.time_zone == "UTC") != (second.time_zone == "UTC"):
        return 0.0
    one, two = (int(t[:2]) + int(t[3:]) / 60 for t in (first.time, second.time))
    return min(abs(one - two), 24 - abs(one - two))
