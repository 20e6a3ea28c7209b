"""Incidents as the plain values that a map, list or table shows: captions, distances in words, where to draw.

Nothing here knows about HTML; whoever shows the texts escapes them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from mapper.model import (
    INCIDENT_KINDS,
    SPOT_KINDS,
    BorderDistance,
    DistanceClaim,
    Extraction,
    Incident,
    Place,
    Rejected,
    Report,
)

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
    longitude to draw at: it may exceed 180 so that places on both sides of the antimeridian stand together.
    """
    names = basemap["countries"]
    found = [(number, incident) for number, ext in enumerate(extractions) for incident in ext.incidents]
    drawn_at = _side_by_side([incident.place.point.lon for _, incident in found])
    incidents = [
        _incident(incident, number, x, names, basemap["views"])
        for (number, incident), x in zip(found, drawn_at, strict=True)
    ]
    unplaced = Counter(
        (resolution.toponym.text, resolution.reason or "no place of this name is known")
        for extraction in extractions
        for resolution in extraction.resolutions
        if resolution.place is None
    )
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


def date_text(incident: Incident) -> str:
    """Return the date as precisely as it is known, e.g. ``2024-05-31`` or ``week of 2024-05-25``."""
    if incident.date is None:
        return "date unknown"
    day = incident.date.isoformat()
    forms = {"day": day, "week": f"week of {day}", "month": day[:7], "year": day[:4]}
    return forms.get(incident.date_precision, "date unknown")


def casualty_text(incident: Incident) -> str:
    """Return e.g. ``3 killed, 16 injured``, or ``not stated``."""
    counts = ((incident.killed, "killed"), (incident.injured, "injured"))
    return ", ".join(f"{n:,} {what}" for n, what in counts if n is not None) or "not stated"


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


def _incident(
    incident: Incident, report: int, x: float, names: Mapping[str, str], views: Mapping[str, str]
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
        "killed": incident.killed,
        "injured": incident.injured,
        "casualties": casualty_text(incident),
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
