"""Incidents as the plain values that a map, list or table shows: captions, distances in words, where to draw.

Nothing here knows about HTML; whoever shows the texts escapes them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from mapper.backing import (
    Passages,
    backings,
    casualty_text,
    count_text,
    date_text,
    figure_text,
    figures_text,
    time_text,
)
from mapper.model import (
    FIGURE_KINDS,
    INCIDENT_KINDS,
    SPOT_KINDS,
    BorderDistance,
    DistanceClaim,
    Evidence,
    Extraction,
    Incident,
    Place,
    Rejected,
    Report,
    SetAside,
)

__all__ = ["KINDS", "casualty_text", "date_text", "distance_text", "map_data", "verdict_text"]

ASIDE_LABELS = {"total": "Total over a time", "history": "Old event", "doubtful": "Doubtful"}
# Label, letter, shape and colour. The colours are Paul Tol's "muted" and "vibrant" schemes
# (https://personal.sron.nl/~pault/), darkened where a white letter needs it; no two kinds share shape or letter,
# so the map reads without colour too.
KINDS = {
    "armed_attack": ("Armed attack", "A", "diamond", "#882255"),
    "airstrike_or_drone": ("Airstrike or drone", "D", "up", "#332288"),
    "shelling_or_missile": ("Shelling or missile", "S", "down", "#c23a12"),
    "clash": ("Clash", "C", "square", "#8f3a8e"),
    "explosion": ("Explosion", "E", "star", "#b3541e"),
    "civil_unrest": ("Civil unrest", "U", "pentagon", "#0b6aa8"),
    "crime": ("Crime", "R", "shield", "#4d4d4d"),
    "accident": ("Accident", "X", "octagon", "#73731c"),
    "natural_disaster": ("Natural disaster", "N", "hexagon", "#117733"),
    "diplomatic": ("Diplomatic", "P", "pill", "#1f7f8c"),
    "other": ("Other", "O", "circle", "#6b6b6b"),
}


def map_data(
    extractions: Sequence[Extraction],
    *,
    basemap: Mapping[str, Any],
    title: str | None = None,
    labels: Sequence[Place] = (),
    rejected: Sequence[Rejected] = (),
) -> dict[str, Any]:
    """Return what the page shows, ready for JSON; the arguments are those of ``maps.make_map``.

    ``incidents`` holds the incidents in the order given, with latitudes and longitudes in degrees and ``x``, the
    longitude to draw at: it may exceed 180 so that places on both sides of the antimeridian stand together. What their
    fields rest on (``why``) points into ``passages``: the number of a sentence, and the words in it by offsets that count
    UTF-16 units, as JavaScript's do.
    """
    names = basemap["countries"]
    found = [(number, incident) for number, ext in enumerate(extractions) for incident in ext.incidents]
    texts = _Texts([extraction.report for extraction in extractions])
    drawn_at = _side_by_side([incident.place.point.lon for _, incident in found])
    incidents = [
        _incident(incident, number, x, names, basemap["views"], texts)
        for (number, incident), x in zip(found, drawn_at, strict=True)
    ]
    unplaced = Counter(
        (resolution.toponym.text, resolution.reason or "no place of this name is known")
        for extraction in extractions
        for resolution in extraction.resolutions
        if resolution.place is None
    )
    aside = [item for extraction in extractions for item in extraction.set_aside]
    view = basemap["view"]
    return {
        "title": title or _heading(extractions),
        "view": view,
        "kinds": {
            kind: dict(zip(("label", "letter", "shape", "colour"), KINDS[kind], strict=True))
            for kind in INCIDENT_KINDS
        },
        "countries": dict(names),
        "borders": basemap["borders"],
        "reports": [_report(extraction.report) for extraction in extractions],
        "incidents": incidents,
        "passages": texts.passages,
        "aside": [_aside(item, texts) for item in aside],
        "frame": _frame(incidents),
        "labels": _labels(incidents, labels),
        "unplaced": [{"text": text, "reason": why, "count": n} for (text, why), n in unplaced.items()],
        "rejected": [
            {"source": item.source, "reason": item.reason}
            for group in (*(extraction.rejected for extraction in extractions), rejected)
            for item in group
        ],
        "claims": [_claim(claim) for extraction in extractions for claim in extraction.claims],
        "about": [
            f"Border view: {view}. Dashed: a border that not every view draws; dotted: one that only other views draw.",
            "Distances are geodesics on WGS 84 to the nearest point of a land border. The range in brackets "
            "covers the extent of the place; a place known only as a region or country has a range alone.",
            "Land: OpenStreetMap contributors (ODbL 1.0), December 2017; borders: the same, 2026; some disputed lines: "
            "Natural Earth (public domain), 1 to 3 km off. Places: GeoNames (CC BY 4.0). Regions: Natural Earth. Drawn "
            "with Leaflet. The page asks nothing of the network.",
        ],
    }


def distance_text(border: BorderDistance, place_kind: str) -> str:
    """Return e.g. ``34.7 km (22–47)`` for a town, and the range alone for a region or country."""
    low, high = _km(border.low_km, border.high_km), _km(border.high_km, border.high_km)
    if place_kind not in SPOT_KINDS:
        return f"{low}–{high} km"
    if border.high_km - border.low_km < 0.1:
        return f"{_km(border.km)} km"
    return f"{_km(border.km)} km ({low}–{high})"


def _km(km: float, scale: float | None = None) -> str:
    """Write kilometres with one decimal if they (or the range they belong to) are small."""
    limit = 100 if scale is None else 10
    return f"{km:,.1f}" if (km if scale is None else scale) < limit else f"{km:,.0f}"


def _heading(extractions: Sequence[Extraction]) -> str:
    if len(extractions) == 1:
        return extractions[0].report.title or "Incidents in one report"
    return f"Incidents in {len(extractions)} reports"


class _Texts:
    """The sentences that the page shows, each once, and where in them the words stand."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self.passages: list[str] = []
        self._known: dict[str, int] = {}
        self._around = Passages(reports)
        self._first = {report.id: number for number, report in reversed(list(enumerate(reports)))}

    def words(self, evidence: Evidence, value: str) -> dict[str, Any]:
        found = self._around.around(evidence)
        return {
            "value": value,
            "passage": self.add(found.text),
            "start": _units(found.text[: found.start]),
            "end": _units(found.text[: found.end]),
            "report": self.report(evidence.report_id) if found.report is None else found.report,
        }

    def add(self, text: str) -> int:
        number = self._known.setdefault(text, len(self._known))
        if number == len(self.passages):
            self.passages.append(text)
        return number

    def report(self, name: str) -> int | None:
        return self._first.get(name)


def _units(text: str) -> int:
    """Return the length of a text as JavaScript counts it."""
    return len(text) + sum(character > "\uffff" for character in text)


def _why(incident: Incident, texts: _Texts) -> list[dict[str, Any]]:
    return [
        {
            "field": backing.field,
            "label": backing.label,
            "value": backing.value,
            "words": [texts.words(words.evidence, words.value) for words in backing.words],
        }
        for backing in backings(incident)
    ]


def _source(member: Incident, texts: _Texts) -> dict[str, Any]:
    return {
        "report": texts.report(member.report_id),
        "id": member.report_id,
        "passage": texts.add(member.evidence),
        "casualties": casualty_text(member),
        "date_text": date_text(member),
    }


def _aside(item: SetAside, texts: _Texts) -> dict[str, Any]:
    return {
        "label": ASIDE_LABELS.get(item.why, item.why),
        "reason": item.reason,
        "evidence": item.evidence,
        "figures": figures_text(item.figures),
        "report": texts.report(item.report_id),
    }


def _incident(
    incident: Incident,
    report: int,
    x: float,
    names: Mapping[str, str],
    views: Mapping[str, str],
    texts: _Texts,
) -> dict[str, Any]:
    place, near, story = incident.place, incident.border, incident.story_border
    country = names.get(place.country or "", place.country or "")
    parts = dict.fromkeys(part for part in (place.name, place.admin1, country) if part)
    reach = (
        "a single spot"
        if place.radius_km <= 0
        else f"within about {_km(place.radius_km, place.radius_km)} km"
    )
    return {
        "report": report,
        "title": incident.title,
        "kind": incident.kind if incident.kind in KINDS else "other",
        "place": {
            "name": place.name,
            "kind": place.kind,
            "spot": place.kind in SPOT_KINDS,
            "lat": place.point.lat,
            "lon": place.point.lon,
            "x": x,
            "radius_km": place.radius_km,
            "text": ", ".join(parts),
            "precision": f"{place.kind}, {reach}",
        },
        "place_reason": incident.place_reason,
        "date": incident.date.isoformat() if incident.date else None,
        "date_text": date_text(incident),
        "date_reason": incident.date_reason,
        "time": incident.time,
        "time_text": time_text(incident),
        "killed": incident.killed,
        "injured": incident.injured,
        "missing": incident.missing,
        "displaced": incident.displaced,
        "casualties": casualty_text(incident),
        "counts": {what: text for what in FIGURE_KINDS if (text := count_text(incident, what))},
        "figures": [
            {"what": f.what, "best": f.best, "low": f.low, "high": f.high, "text": figure_text(f)}
            for f in incident.figures
        ],
        "actors": [{"role": a.role, "text": a.text, "country": a.country} for a in incident.actors],
        "weapon": incident.weapon,
        "target": incident.target,
        "why": _why(incident, texts),
        "sources": [_source(member, texts) for member in incident.members],
        "confidence": incident.confidence,
        "evidence": incident.evidence,
        "border": near and _border(near, place.kind, names, views),
        "story_border": story and _border(story, place.kind, names, views),
        "story_same": bool(
            near and story and near.border == story.border and math.isclose(near.km, story.km, abs_tol=0.05)
        ),
        "story_reason": incident.story_reason,
    }


def _border(
    border: BorderDistance, place_kind: str, names: Mapping[str, str], views: Mapping[str, str]
) -> dict[str, Any]:
    distance = distance_text(border, place_kind)
    pair = "–".join(names.get(code, code) for code in border.border)
    return {
        "km": border.km,
        "low_km": border.low_km,
        "high_km": border.high_km,
        "pair": list(border.border),
        "nearest": [border.nearest_point.lat, border.nearest_point.lon],
        "text": f"{distance} to the border {pair}",
        "short": distance if place_kind not in SPOT_KINDS else f"{_km(border.km)} km",
        "view": views.get(border.view, border.view),
    }


def _report(report: Report) -> dict[str, Any]:
    return {
        "id": report.id,
        "title": report.title,
        "outlet": report.outlet,
        "published": report.published.isoformat() if report.published else None,
        "url": report.url if _is_web_address(report.url) else None,
    }


def _is_web_address(url: str | None) -> bool:
    if not url or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _claim(claim: DistanceClaim) -> dict[str, Any]:
    computed = ""
    if claim.computed_km is not None:
        computed = f"Computed: {_km(claim.computed_km)} km"
        if claim.low_km is not None and claim.high_km is not None:
            computed += f" ({_km(claim.low_km, claim.high_km)}–{_km(claim.high_km, claim.high_km)})"
    stated = "no figure" if claim.km is None else f"{claim.km:,g} km"
    return {
        "text": f"{claim.place} – {claim.reference}: {stated}",
        "computed": computed,
        "verdict": verdict_text(claim),
        "reason": claim.reason,
        "evidence": claim.evidence,
    }


def verdict_text(claim: DistanceClaim) -> str:
    """Return a verdict for people, such as "inconsistent by 42.1 km" or "cannot tell"."""
    if claim.verdict == "unchecked":
        return "cannot tell"
    if claim.gap_km:
        return f"{claim.verdict} by {_km(claim.gap_km)} km"
    return claim.verdict


def _labels(incidents: Sequence[Mapping[str, Any]], labels: Sequence[Place]) -> list[list[Any]]:
    """Return name, latitude, longitude, thousands of inhabitants, and 1 where an incident happened."""
    places = [incident["place"] for incident in incidents]
    happened = {
        (place["name"], place["lat"], place["x"]): None for place in places if place["kind"] != "country"
    }
    rows: list[list[Any]] = [[name, lat, lon, 0, 1] for name, lat, lon in happened]
    cities = [place for place in places if place["kind"] == "city"]
    rows += [
        [label.name, round(label.point.lat, 4), round(label.point.lon, 4), label.population // 1000, 0]
        for label in labels
        # A city's quarters are listed as towns too; its own name is enough.
        if not any(_reaches(city, label) for city in cities)
    ]
    return rows


def _reaches(city: Mapping[str, Any], label: Place) -> bool:
    """Tell whether a label lies within a city's radius, on a plane: good enough for some tens of kilometres."""
    north_km = (label.point.lat - city["lat"]) * 111.2
    turn = (label.point.lon - city["lon"] + 180) % 360 - 180
    east_km = turn * 111.2 * math.cos(math.radians(city["lat"]))
    return math.hypot(north_km, east_km) < float(city["radius_km"])


def _side_by_side(longitudes: Sequence[float]) -> list[float]:
    """Shift longitudes by whole turns so that the widest empty arc lies outside them."""
    ordered = sorted(set(longitudes))
    if len(ordered) < 2:
        return list(longitudes)
    gaps = [(b - a, b) for a, b in zip(ordered, [*ordered[1:], ordered[0] + 360], strict=True)]
    start = max(gaps)[1]
    if start > 180:  # the widest gap is the one across the antimeridian: nothing to shift
        return list(longitudes)
    return [lon if lon >= start else lon + 360 for lon in longitudes]


def _frame(incidents: Sequence[Mapping[str, Any]]) -> list[list[float]] | None:
    if not incidents:
        return None
    lats = [incident["place"]["lat"] for incident in incidents]
    lons = [incident["place"]["x"] for incident in incidents]
    return [[min(lats), min(lons)], [max(lats), max(lons)]]
