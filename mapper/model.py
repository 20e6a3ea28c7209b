"""The records that pass between the rooms: frozen dataclasses, nothing else.

Angles are degrees on WGS 84, distances are kilometres, countries are ISO 3166-1 alpha-2 codes, offsets count
Unicode code points of ``Report.text`` and follow Python's slices (the end is exclusive).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from mapper.errors import CoordinateError

Day = date  # for records that have a field of that name
INCIDENT_KINDS = (
    "armed_attack",
    "airstrike_or_drone",
    "shelling_or_missile",
    "clash",
    "explosion",
    "civil_unrest",
    "crime",
    "accident",
    "natural_disaster",
    "diplomatic",
    "other",
)
DEFAULT_VIEW = "international"  # of whose land is whose
SPOT_KINDS = frozenset(
    {"city", "airfield", "site", "point"}
)  # of places that a point stands for well; others are areas
UNSURE = 0.5  # below this score a place is not sure to be the one that is meant
FIGURE_KINDS = ("killed", "injured", "missing", "displaced")
EVIDENCE_FIELDS = ("kind", "place", "date", "time", *FIGURE_KINDS, "actor", "weapon", "target")
ASIDE_KINDS = ("total", "history", "doubtful")
DATE_PRECISIONS = ("day", "week", "month", "year", "unknown")


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A position on WGS 84 in degrees; keyword-only, so that the axes cannot be swapped.

    Raises
    ------
    CoordinateError
        If a value is not finite, ``lat`` lies outside -90..90, or ``lon`` outside -180..180.
    """

    lat: float
    lon: float

    def __post_init__(self) -> None:
        fault = coordinate_fault(self.lat, self.lon)
        if fault:
            raise CoordinateError(fault)


def coordinate_fault(lat: float, lon: float) -> str | None:
    """Return what is wrong with a position in degrees, None if it is a place on Earth."""
    if -90 <= lat <= 90 and -180 <= lon <= 180:
        return None
    for name, value, most in (("latitude", lat, 90), ("longitude", lon, 180)):
        if not math.isfinite(value):
            return f"{name} {value!r} is no finite number of degrees"
        if abs(value) > most:
            swapped = abs(lat) <= 180 and abs(lon) <= 90
            hint = ": latitude and longitude look swapped" if swapped else ""
            return f"{name} {value!r} is not within -{most}..{most} degrees{hint}"
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A text that reports events, and what is known about its publication."""

    id: str
    text: str
    title: str | None = None
    published: date | None = None
    outlet: str | None = None
    url: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Toponym:
    """A place name as it stands in a report: ``report.text[start:end] == text``.

    ``role`` tells how the name is used: ``literal`` (the place itself), ``demonym`` ("Russian"), ``metonym``
    (the place stands for its government) or ``part`` (part of the name of an organisation or person).
    """

    report_id: str
    start: int
    end: int
    text: str
    role: str = "literal"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A gazetteer entry. ``radius_km`` is how far the place reaches from ``point``.

    ``kind`` is country, region (of the first or second level), city (any settlement), area (an informal or historical
    region, an island, a range …), water, airfield or site; ``feature`` tells more where it is known ("strait", "nuclear
    plant", "seat of government"). ``admin1`` and ``admin2`` name the regions that it lies in, or is.
    """

    name: str
    point: Point
    kind: str
    radius_km: float
    country: str | None = None
    admin1: str | None = None
    population: int = 0
    geonameid: int | None = None
    admin2: str | None = None
    feature: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A place that a name may mean, how the name matched, and how well (0..1).

    ``number`` is that of the place in the gazetteer, -1 where it comes from elsewhere.
    """

    place: Place
    match: str  # see mapper.matching
    score: float
    number: int = field(default=-1, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Mention:
    """A toponym with the places that its name may mean.

    ``demonym`` is the country of a demonym (ISO 3166-1 alpha-2). ``cued`` tells that the words around say that it is a
    place ("the village of …"), even where the gazetteer has no such name. ``certainty`` (0..1) is how likely it is a
    place name at all.
    """

    toponym: Toponym
    candidates: Sequence[Candidate]
    demonym: str | None = None
    cued: bool = False
    certainty: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolution:
    """The place that a toponym was resolved to, or why there is none.

    ``score`` is how likely the place is the right one, 0..1. ``offset`` is the spot that the words before the name tell by it
    ("20 km south of Raqqa"), ``near`` a guess at where a name lies that the gazetteer lacks; both are areas of their radius.
    """

    toponym: Toponym
    place: Place | None
    score: float
    runners_up: tuple[Candidate, ...] = ()
    reason: str = ""
    offset: Place | None = None
    near: Place | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BorderDistance:
    """The geodesic distance to a land border, with its nearest point.

    ``low_km`` and ``high_km`` bound the distance over the extent of the place that was asked about; for a bare
    point they equal ``km``. ``border`` holds the two countries in alphabetical order.
    """

    km: float
    low_km: float
    high_km: float
    border: tuple[str, str]
    nearest_point: Point
    view: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TerritoryDistance:
    """How far a point lies from the territory of a country, across land or water, or how deep inside it.

    ``km`` is 0 inside; ``depth_km`` is 0 outside, inside the distance to the territory's edge. ``low_km`` and
    ``high_km`` bound ``km`` over the extent of the place that was asked about. The edge at ``nearest_point`` is a
    land border with ``neighbour`` (ISO 3166-1 alpha-2), or a coast where that is None.
    """

    country: str
    km: float
    low_km: float
    high_km: float
    depth_km: float
    nearest_point: Point
    neighbour: str | None
    view: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """The words that a field of an incident rests on: ``report.text[start:end] == text``.

    ``field`` is one of ``EVIDENCE_FIELDS``.
    """

    field: str
    report_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A number of people as a report states it.

    ``best`` is the figure stated, the lower of two; None for words of no number ("dozens"). ``low`` and ``high`` bound
    what the wording leaves open: "at least three" is 3, 3, None; "between 10 and 15" is 10, 10, 15; "dozens" None, 24, None.
    """

    what: str  # one of FIGURE_KINDS
    best: int | None
    low: int | None
    high: int | None
    evidence: Evidence
    published: date | None = None  # of its report


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Somebody who did it (``role`` "by"), to whom it was done ("to"), or who says so or denies it ("claimed", "denied")."""

    role: str
    text: str  # as written
    evidence: Evidence
    country: str | None = None  # ISO 3166-1 alpha-2, where the words name one


@dataclass(frozen=True, kw_only=True, slots=True)
class Incident:
    """An event that a report says has happened, at one place, with the words that say so.

    ``supports`` holds the words behind each field; what a reader of reports filled has some, a field without is not
    filled. ``figures`` holds all numbers of people that were stated; ``killed``, ``injured``, ``missing`` and
    ``displaced`` are the latest of them. One told by several reports has a member for each telling.
    """

    report_id: str
    title: str
    kind: str  # one of INCIDENT_KINDS
    place: Place
    place_reason: str  # "named in the sentence", or where the place was carried over from
    evidence: str
    start: int
    end: int
    confidence: float
    date: Day | None = None
    date_precision: str = "unknown"  # one of DATE_PRECISIONS
    killed: int | None = None
    injured: int | None = None
    border: BorderDistance | None = None
    story_border: BorderDistance | None = None
    story_reason: str = ""  # why that border matters to the story
    date_end: Day | None = None  # the last day of an interval
    date_reason: str = ""  # what the date was counted from, or why there is none
    time: str | None = None  # "21:00", as written or converted from "9 p.m."
    time_zone: str | None = None  # "UTC", "local" or an abbreviation as written
    missing: int | None = None
    displaced: int | None = None
    figures: tuple[Figure, ...] = ()
    actors: tuple[Actor, ...] = ()
    weapon: str | None = None  # weapon or cause, as written
    target: str | None = None  # what was hit: one of TARGETS in mapper.events
    supports: tuple[Evidence, ...] = ()
    members: tuple[Incident, ...] = ()

    def support(self, field: str) -> Evidence | None:
        """Return the words that a field rests on, None where none are known."""
        return next((evidence for evidence in self.supports if evidence.field == field), None)

    def range_of(self, what: str) -> tuple[int | None, int | None]:
        """Return the lowest and the highest number of people of a kind that any figure allows; None where it is open."""
        mine = [figure for figure in self.figures if figure.what == what]
        lows = [figure.low for figure in mine if figure.low is not None]
        highs = [figure.high for figure in mine]
        known = [high for high in highs if high is not None]
        return min(lows, default=None), max(known) if known and len(known) == len(highs) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class SetAside:
    """What a report tells and is not mapped: a total over a time, an old event, a doubtful one; with its words and the reason.

    ``why`` is one of ``ASIDE_KINDS``.
    """

    report_id: str
    why: str
    reason: str
    evidence: str
    start: int
    end: int
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class DistanceClaim:
    """A distance that the report states, beside what geometry says about it.

    ``km`` is the stated figure, None for words of no number ("near the border"). ``low_stated_km`` and ``high_stated_km``
    bound what the wording and the rounding allow; an open upper end is None. ``low_km`` and ``high_km`` bound the measured
    distance over the extents of the places. ``verdict`` is consistent, inconsistent or unchecked (cannot tell);
    ``gap_km`` is by how much an inconsistent one misses, 0 where only the direction is wrong. ``direction`` is the stated
    one ("south-east"), ``bearing_deg`` the measured one from the reference to the place, clockwise from north.
    """

    report_id: str
    place: str
    reference: str
    km: float | None
    verdict: str  # consistent, inconsistent, unchecked
    reason: str
    evidence: str
    start: int
    end: int
    computed_km: float | None = None
    low_km: float | None = None
    high_km: float | None = None
    low_stated_km: float | None = None
    high_stated_km: float | None = None
    gap_km: float | None = None
    direction: str | None = None
    bearing_deg: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejected:
    """An input, or part of one, that could not be used, and why."""

    source: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Extraction:
    """All that was read from one report."""

    report: Report
    resolutions: tuple[Resolution, ...] = ()
    incidents: tuple[Incident, ...] = ()
    claims: tuple[DistanceClaim, ...] = ()
    rejected: tuple[Rejected, ...] = field(default=())
    set_aside: tuple[SetAside, ...] = ()
