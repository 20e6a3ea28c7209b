"""Finds the distances that a report states of places and judges each by geometry.

What counts as a claim: a length or a word for nearness that ties a place to a border ("19 miles from the border with
Russia", "near the Polish border"), to a country ("200 km from Ukraine", "5 km inside Poland"), or to another place, with
or without a direction ("300 km south-east of Moscow"). Lengths of roads, convoys and flights, zones and ranges are none.

What is measured:

- from *the border with X*, *the X border*: to the nearest land border of X, also where X is the place's own country;
  from *the X–Y border*: to that one; from *the border*: to the nearest one of the place's own country, or to that with a
  country the report speaks of;
- from *X*, a country: to its territory, across water too; nothing can be told of a place inside it;
- *inside X*: the depth behind the nearest border of X, or behind that with a country the report speaks of; a place
  outside X misses by its distance to X;
- from a place: between the points, with the extents of both, and the direction if one is stated.

Where several readings are open, one that agrees is enough; a figure that is larger than all of them is *cannot tell* where
the words leave open which border or which part of it they mean ("the border", "north of the border"). Which lengths agree is the rule of :mod:`mapper.verdicts`, what
a stated figure leaves open that of :mod:`mapper.quantities`. "Near the border" surely allows 10 km, "on the border" 5,
and both rule out more than 50; "deep inside" surely allows more than 100 km and rules out less than 30. Where the extent
of a region is wider than the stated length it agrees with anything: the verdict is then ``unchecked``, *cannot tell*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from mapper.errors import OptionError
from mapper.geodesy import MAX_DISTANCE_KM, bearing_deg, distance_km
from mapper.model import BorderDistance, DistanceClaim, Place, Point, Report, Resolution, TerritoryDistance
from mapper.relations import Relation, find_relations
from mapper.sentences import Sentence
from mapper.subjects import UNNAMED
from mapper.verdicts import Verdict, judge_length, wind_deg, wrong_direction

REMEMBERED = 100  # how many place names back a sentence may point
PARTIES = 5  # the countries that a report names most; their borders may be the one that "the border" means


class Measures(Protocol):
    """What geometry has to answer; distances are geodesic kilometres, countries ISO 3166-1 alpha-2."""

    def border(self, place: Place, country: str | None, other: str | None = None) -> BorderDistance:
        """Return the distance to the nearest land border, to the nearest one of a country, or to that of two.

        Raises
        ------
        OptionError
            If there is none.
        """
        ...

    def territory(self, place: Place, country: str) -> TerritoryDistance:
        """Return the distance to a country's territory, 0 inside, and the depth there.

        Raises
        ------
        OptionError
            If the territory of the country is not known.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Measured:
    """A distance as an interval, to what, and the point from which the place is seen in a direction."""

    km: float
    low_km: float
    high_km: float
    to: str
    seen_from: Point | None = None
    outside: bool = False  # of the country that it is said to lie inside
    nearest_only: bool = False  # the report may mean a border, or a part of it, that is farther off


class _CannotTellError(Exception):
    """Why a claim is not judged."""


def find_claims(
    report: Report, sentences: Sequence[Sentence], resolutions: Sequence[Resolution], measures: Measures
) -> list[DistanceClaim]:
    """Find the stated distances of a report and judge each.

    Parameters
    ----------
    report : Report
    sentences : sequence of Sentence
    resolutions : sequence of Resolution
        The toponyms of the report with their places, in order.
    measures : Measures
        Geometry: the distances to borders and territories.

    Returns
    -------
    list of DistanceClaim
        In order of the text.
    """
    claims = []
    counts = Counter(r.place.country for r in resolutions if r.place and r.place.kind == "country")
    parties = [country for country, _ in counts.most_common(PARTIES) if country]
    starts = [r.toponym.start for r in resolutions]
    for sentence in sentences:
        text = report.text[sentence.start : sentence.end]
        first, last = sentence.span(starts)
        earlier = resolutions[max(0, first - REMEMBERED) : first]
        for relation in find_relations(text, sentence.start, resolutions[first:last], earlier):
            if relation.km is None or relation.km <= MAX_DISTANCE_KM:
                claims.append(_claim(report, sentence, text, relation, parties, measures))
    return claims


def _claim(
    report: Report,
    sentence: Sentence,
    text: str,
    relation: Relation,
    parties: Sequence[str],
    measures: Measures,
) -> DistanceClaim:
    stated = relation.stated
    name = relation.subject.toponym.text if relation.subject else UNNAMED
    claim = DistanceClaim(
        report_id=report.id, place=name, reference=relation.reference, evidence=text,
        km=None if relation.km is None else round(relation.km, 3), verdict="unchecked", reason="",
        start=sentence.start, end=sentence.end, direction=relation.wind.lower() or None,
        low_stated_km=round(stated.low_km, 3),
        high_stated_km=round(stated.high_km, 3) if stated.high_km < MAX_DISTANCE_KM else None,
    )  # fmt: skip
    try:
        place = _known_place(relation)
        options = list(_measured(place, relation, parties, measures))
    except (_CannotTellError, OptionError) as error:
        return replace(claim, reason=str(error))
    # of two open readings the one that agrees counts, else the one that comes closest
    judged = [(measured, *judge_length(stated, measured.low_km, measured.high_km)) for measured in options]
    rank = {"consistent": 0, "unchecked": 1, "inconsistent": 2}
    measured, verdict, gap = min(judged, key=lambda one: (rank[one[1]], one[2] or 0.0))
    return _told(claim, place, relation, measured, verdict, gap)


def _known_place(relation: Relation) -> Place:
    """Return the place of the subject, or raise why the claim cannot be judged."""
    subject = relation.subject
    if subject is None:
        raise _CannotTellError("which place lies there is not named, or not clear")
    if subject.place is None:
        raise _CannotTellError(f"the position of {subject.toponym.text!r} is not known: {subject.reason}")
    if relation.problem:
        raise _CannotTellError(relation.problem)
    if subject.place.kind == "country":
        raise _CannotTellError(f"{subject.toponym.text!r} is a whole country, not a place in it")
    return subject.place


def _measured(
    place: Place, relation: Relation, parties: Sequence[str], measures: Measures
) -> Iterator[_Measured]:
    """Measure what a claim may mean; at least one reading, or an error that tells why none."""
    if relation.kind == "border":
        yield from _to_border(place, relation, parties, measures)
    elif relation.kind == "territory":
        yield _to_territory(place, relation, measures)
    elif relation.kind == "inside":
        yield from _depths(place, relation, parties, measures)
    else:
        yield _to_place(place, relation)


def _to_border(
    place: Place, relation: Relation, parties: Sequence[str], measures: Measures
) -> Iterator[_Measured]:
    own, named = place.country, relation.countries
    foreign = [code for code in named if code != own]
    wanted: list[tuple[str | None, ...]] = [(code,) for code in foreign or named or (own,)]
    if len(named) == 2:
        wanted = [tuple(named)]
    elif not named:
        wanted += [(code,) for code in parties if code != own]
    found: list[BorderDistance] = []
    problem = ""
    for codes in wanted:
        try:
            border = measures.border(place, *codes)
        except OptionError as error:
            problem = problem or str(error)
            continue
        if named or own is None or own in border.border:
            found.append(border)
    if not found:
        raise _CannotTellError(problem or "no border is known")
    for border in found:
        to = f"the border {'–'.join(border.border)}"
        yield _Measured(
            border.km,
            border.low_km,
            border.high_km,
            to,
            nearest_only=bool(relation.wind) or (not named and len(found) == 1),
        )


def _to_territory(place: Place, relation: Relation, measures: Measures) -> _Measured:
    country = relation.countries[0]
    territory = measures.territory(place, country)
    if territory.km == 0:
        raise _CannotTellError(f"{place.name} lies inside {country} itself")
    to = f"the territory of {country}"
    return _Measured(territory.km, territory.low_km, territory.high_km, to, nearest_only=bool(relation.wind))


def _depths(
    place: Place, relation: Relation, parties: Sequence[str], measures: Measures
) -> Iterator[_Measured]:
    country = relation.countries[0]
    territory = measures.territory(place, country)
    if territory.low_km > 0:
        yield _Measured(
            territory.km, territory.low_km, territory.high_km, f"the territory of {country}", outside=True
        )
        return
    found: list[BorderDistance] = []
    problem = ""
    for other in (None, *(code for code in parties if code != country)):
        try:
            found.append(measures.border(place, country, other))
        except OptionError as error:
            problem = problem or str(error)
    for border in found:
        to = f"the border {'–'.join(border.border)}"
        yield _Measured(border.km, border.low_km, border.high_km, to, nearest_only=len(found) == 1)
    if not found:
        if territory.depth_km <= 0:
            raise _CannotTellError(problem or f"the depth inside {country} is not known")
        depth, reach = territory.depth_km, place.radius_km
        yield _Measured(depth, max(0.0, depth - reach), depth + reach, f"the edge of {country}")


def _to_place(place: Place, relation: Relation) -> _Measured:
    target = relation.target
    if target is None or target.place is None:
        name = target.toponym.text if target else relation.reference
        raise _CannotTellError(
            f"the position of {name!r} is not known" + (f": {target.reason}" if target else "")
        )
    other = target.place
    if other == place:
        raise _CannotTellError(f"both names mean {place.name}")
    km = distance_km(place.point, other.point)
    reach = place.radius_km + other.radius_km
    return _Measured(km, max(0.0, km - reach), km + reach, other.name, other.point)


def _told(
    claim: DistanceClaim,
    place: Place,
    relation: Relation,
    measured: _Measured,
    verdict: Verdict,
    gap: float | None,
) -> DistanceClaim:
    """Write down a verdict with its reason."""
    stated = relation.stated
    said = f"“{relation.words}”" + _bounds(relation)
    bearing = None
    if measured.outside:
        verdict, gap = "inconsistent", measured.low_km
        reason = f"{place.name} lies outside {relation.countries[0]}, {measured.km:.1f} km from it"
    else:
        reason = (
            f"{claim.place} reaches from {measured.low_km:.1f} to {measured.high_km:.1f} km from {measured.to} "
            f"(its centre is at {measured.km:.1f} km); the report's {said} "
        )
        nearest_only = measured.nearest_only and stated.low_km > measured.high_km
        if nearest_only:
            verdict, gap = "unchecked", None
        if verdict == "inconsistent":
            reason += f"lies outside that, by {gap:.1f} km"
        elif nearest_only:
            reason += "is more, and may be meant from a border farther off"
        elif verdict == "unchecked":
            reason += "neither surely allows that nor rules it out"
        elif _is_wide(place, relation, measured):
            verdict = "unchecked"
            reason += "is less than the extent of the places, so nothing can be told"
        else:
            exact = relation.km is None or measured.low_km <= relation.km <= measured.high_km
            reason += "agrees with that" if exact or not stated.low_km else "agrees with that, rounded"
    stated_deg = wind_deg(relation.wind)
    if measured.seen_from is not None and stated_deg is not None:
        bearing = bearing_deg(measured.seen_from, place.point)
        reach = measured.high_km - measured.km
        if wrong_direction(stated_deg, bearing, measured.km, reach):
            verdict, gap = "inconsistent", gap or 0.0
            reason += f"; it lies at {bearing:.0f}° from there, which is not {relation.wind.lower()}"
        bearing = round(bearing, 1)
    return replace(
        claim, verdict=verdict, reason=reason, gap_km=None if gap is None else round(gap, 3), bearing_deg=bearing,
        computed_km=round(measured.km, 3), low_km=round(measured.low_km, 3), high_km=round(measured.high_km, 3),
    )  # fmt: skip


def _bounds(relation: Relation) -> str:
    """Return in words what a stated length leaves open."""
    low, high = relation.stated.low_km, relation.stated.high_km
    width = high - low
    digits = next((digits for digits, least in enumerate((10.0, 1.0, 0.1)) if width >= least), 3)
    if high >= MAX_DISTANCE_KM:
        return f" ({low:,.{digits}f} km or more)"
    if not low:
        return f" ({high:,.{digits}f} km or less)"
    return f" ({low:,.{digits}f} to {high:,.{digits}f} km{'' if relation.km is None else ' with rounding'})"


def _is_wide(place: Place, relation: Relation, measured: _Measured) -> bool:
    """Tell whether a region's extent alone makes the two intervals meet."""
    kinds = {place.kind, relation.target.place.kind if relation.target and relation.target.place else "city"}
    return kinds != {"city"} and measured.high_km - measured.low_km > 2 * (
        relation.km or relation.stated.high_km
    )
