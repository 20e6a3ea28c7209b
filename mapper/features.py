"""Incidents as the plain values that a map, list or table shows: captions, distances in words, where to draw.

Nothing here knows about HTML; whoever shows the texts escapes them.
"""

from __future__ import annotations

import gc
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from mapper.backing import casualty_text, date_text, day_range_text, distance_text, figures_text, km_text
from mapper.map_rows import CHUNK, NO_DAY, PRECISIONS, SCALE, Columns, Rows, Texts
from mapper.model import (
    EVIDENCE_FIELDS,
    INCIDENT_KINDS,
    DistanceClaim,
    Extraction,
    Place,
    Rejected,
    Report,
    SetAside,
)

__all__ = ["KINDS", "casualty_text", "date_text", "distance_text", "map_data", "verdict_text"]

VAGUE_DAYS = 300  # of an event dated by its year alone
MOST_WITH_PARAGRAPHS = (
    20_000  # incidents; with more, sentences alone keep the page within some 60 bytes an incident
)
MOST_NAMED = 400  # places of incidents whose names stand on the map: those with most incidents
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


@dataclass(frozen=True, kw_only=True, slots=True)
class MapData:
    """What the page shows.

    ``head`` is ready for JSON. ``columns`` has one number for each incident, ``places`` one for each place that the column
    ``place`` names by number: latitude and longitude in 1/SCALE degree, where the longitude is the one to draw at: it may
    exceed 180° so that places on both sides of the antimeridian stand together. The texts of both are in chunks of CHUNK
    (:mod:`mapper.map_rows`).
    """

    head: dict[str, Any]
    columns: Columns
    places: Columns
    chunks: list[dict[str, Any]]
    place_chunks: list[dict[str, Any]]


def map_data(
    extractions: Sequence[Extraction],
    *,
    basemap: Mapping[str, Any],
    title: str | None = None,
    labels: Sequence[Place] = (),
    rejected: Sequence[Rejected] = (),
    outline: Callable[[Place], list[list[int]]] | None = None,
    made: date | None = None,
) -> MapData:
    """Return what the page shows; the arguments are those of ``maps.make_map``.

    Incidents keep their order: number n of every column, and of every list in chunk ``n // CHUNK``, is incident n.
    """
    names = basemap["countries"]
    reports = [extraction.report for extraction in extractions]
    count = sum(len(extraction.incidents) for extraction in extractions)
    rows = Rows(reports, paragraphs=count <= MOST_WITH_PARAGRAPHS)
    with _collector_paused():
        for number, extraction in enumerate(extractions):
            rows.add(number, extraction)
        columns, places = rows.columns()
    unplaced = Counter(
        (resolution.toponym.text, resolution.reason or "no place of this name is known")
        for extraction in extractions
        for resolution in extraction.resolutions
        if resolution.place is None
    )
    aside = [_aside(item, rows.texts) for extraction in extractions for item in extraction.set_aside]
    view = basemap["view"]
    head = {
        "title": title or default_title(extractions),
        "summary": _summary(columns, rows.sources),
        "view": view,
        "views": dict(basemap["views"]),
        "made": (made or date.today()).isoformat(),
        "kinds": [
            {"kind": kind} | dict(zip(("label", "letter", "shape", "colour"), KINDS[kind], strict=True))
            for kind in INCIDENT_KINDS
        ],
        "precisions": list(PRECISIONS),
        "codes": rows.codes,
        "countries": dict(names),
        "borders": basemap["borders"],
        "reports": [_report(report) for report in reports],
        "size": count,
        "chunk": CHUNK,
        "evidence": list(EVIDENCE_FIELDS),
        "aside": aside,
        "frame": _frame(places),
        "labels": _labels(rows.places, places, labels),
        "outlines": {str(number): rings for number, rings in rows.outlines(outline)} if outline else {},
        "unplaced": [{"text": text, "reason": why, "count": n} for (text, why), n in unplaced.items()],
        "rejected": [
            {"source": item.source, "reason": item.reason}
            for group in (*(extraction.rejected for extraction in extractions), rejected)
            for item in group
        ],
        "claims": [_claim(claim) for extraction in extractions for claim in extraction.claims],
        "about": about(view),
    }
    return MapData(
        head=head, columns=columns, places=places, chunks=rows.chunks, place_chunks=rows.place_chunks()
    )


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python from looking for cycles, of which lists of texts and numbers have none; it would take a third of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def about(view: str) -> list[str]:
    """Return how the map was made and from what, a paragraph each."""
    return [
        f"Border view: {view}. Dashed: a border that not every view draws; dotted: one that only other views draw.",
        "Distances are geodesics on WGS 84 to the nearest point of a land border. The range in brackets "
        "covers the extent of the place; a place known only as a region or country has a range alone.",
        "Land: OpenStreetMap contributors (ODbL 1.0), December 2017; borders: the same, 2026; some disputed lines: "
        "Natural Earth (public domain), 1 to 3 km off. Places: GeoNames (CC BY 4.0). Regions: Natural Earth. Drawn "
        "with Leaflet. The page asks nothing of the network.",
    ]


def default_title(extractions: Sequence[Extraction]) -> str:
    """Return the title of a map that was given none."""
    if len(extractions) == 1:
        return extractions[0].report.title or "Incidents in one report"
    return f"Incidents in {len(extractions)} reports"


def _aside(item: SetAside, texts: Texts) -> dict[str, Any]:
    return {
        "label": ASIDE_LABELS.get(item.why, item.why),
        "reason": item.reason,
        "evidence": item.evidence,
        "figures": figures_text(item.figures),
        "report": texts.report(item.report_id),
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
        computed = f"Computed: {km_text(claim.computed_km)} km"
        if claim.low_km is not None and claim.high_km is not None:
            computed += f" ({km_text(claim.low_km, claim.high_km)}–{km_text(claim.high_km, claim.high_km)})"
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
        return f"{claim.verdict} by {km_text(claim.gap_km)} km"
    return claim.verdict


def _labels(happened: Sequence[Sequence[Any]], places: Columns, labels: Sequence[Place]) -> list[list[Any]]:
    """Return name, latitude, longitude, thousands of inhabitants, and 1 where an incident happened."""
    named = [(place, number, n) for n, (place, number) in enumerate(happened) if place.kind != "country"]
    if len(named) > MOST_NAMED:
        named = sorted(named, key=lambda found: -found[1])[:MOST_NAMED]
    turns = np.rint(places["lon"] / SCALE / 360 - [place.point.lon / 360 for place, _ in happened])
    events = {
        (place.name, place.point.lat, place.point.lon + 360 * int(turns[n])): place for place, _, n in named
    }
    rows: list[list[Any]] = [[name, lat, lon, 0, 1] for name, lat, lon in events]
    cities = [place for place in events.values() if place.kind == "city"]
    rows += [
        [label.name, round(label.point.lat, 4), round(label.point.lon, 4), label.population // 1000, 0]
        for label in labels
        # A city's quarters are listed as towns too; its own name is enough.
        if not any(_reaches(city, label) for city in cities)
    ]
    return rows


def _reaches(city: Place, label: Place) -> bool:
    """Tell whether a label lies within a city's radius, on a plane: good enough for some tens of kilometres."""
    north_km = (label.point.lat - city.point.lat) * 111.2
    turn = (label.point.lon - city.point.lon + 180) % 360 - 180
    east_km = turn * 111.2 * math.cos(math.radians(city.point.lat))
    return math.hypot(north_km, east_km) < city.radius_km


def _frame(places: Columns) -> list[list[float]] | None:
    lat, lon = places["lat"], places["lon"]
    if not len(lat):
        return None
    south_west = [int(lat.min()) / SCALE, int(lon.min()) / SCALE]
    return [south_west, [int(lat.max()) / SCALE, int(lon.max()) / SCALE]]


def _summary(columns: Columns, sources: Iterable[str]) -> str:
    """Return e.g. ``7 incidents, 22–31 May 2024, 3 sources``."""
    count = len(columns["first"])
    known = columns["first"] != NO_DAY
    if (
        known & (columns["days"] < VAGUE_DAYS)
    ).any():  # "in 2024" does not stretch a week of events to a year
        known &= columns["days"] < VAGUE_DAYS
    parts = [counted(count, "incident")]
    if known.any():
        epoch = date(1970, 1, 1).toordinal()
        first, last = (
            int(columns["first"][known].min()),
            int((columns["first"] + columns["days"])[known].max()) - 1,
        )
        parts.append(day_range_text(date.fromordinal(epoch + first), date.fromordinal(epoch + last)))
    number = len(set(sources))
    if number:
        parts.append(counted(number, "source"))
    return ", ".join(parts)


def counted(number: int, noun: str) -> str:
    """Return e.g. ``1 source``, ``2,000 sources``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
