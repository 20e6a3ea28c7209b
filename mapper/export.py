"""Writes extractions out: JSON lines, GeoJSON, CSV; each file appears whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mapper.backing import actors_text, report_ids
from mapper.cells import safe_cell
from mapper.errors import OptionError
from mapper.model import (
    BorderDistance,
    DistanceClaim,
    Evidence,
    Extraction,
    Figure,
    Incident,
    Place,
    Resolution,
    SetAside,
    TerritoryDistance,
)

CSV_COLUMNS = (
    "report_id", "report_title", "outlet", "published", "url", "title", "kind", "place", "country", "admin1", "place_kind",
    "place_reason", "lat", "lon", "radius_km", "date", "date_precision", "killed", "injured", "confidence", "border_km",
    "border_low_km", "border_high_km", "border_pair", "border_lat", "border_lon", "story_border_km", "story_border_low_km",
    "story_border_high_km", "story_border_pair", "story_reason", "view", "evidence", "start", "end",
    "missing", "displaced", "killed_low", "killed_high", "injured_low", "injured_high", "date_end", "time", "time_zone",
    "actors", "weapon", "target", "sources", "report_ids",
)  # fmt: skip


def to_record(extraction: Extraction) -> dict[str, Any]:
    """Return an extraction as plain JSON values, in the shape that ``mapper extract --format jsonl`` writes.

    Offsets are into ``text``; coordinates are degrees on WGS 84, distances kilometres.
    """
    report = extraction.report
    names: dict[Place, str] = {}  # each place under the name that the report gives it first
    for r in extraction.resolutions:
        if r.place is not None and r.toponym.role in {"literal", "metonym"}:
            names.setdefault(r.place, r.toponym.text)
    return {
        "id": report.id,
        "title": report.title,
        "published": report.published.isoformat() if report.published else None,
        "outlet": report.outlet,
        "url": report.url,
        "text": report.text,
        "toponyms": [_toponym(resolution) for resolution in extraction.resolutions],
        "places": [
            place_record(place) | {"name": name, "canonical": place.name} for place, name in names.items()
        ],
        "incidents": [_incident(incident) for incident in extraction.incidents],
        "distance_claims": [_claim(claim) for claim in extraction.claims if claim.km is not None],
        "nearness_claims": [_claim(claim) for claim in extraction.claims if claim.km is None],
        "rejected": [asdict(item) for item in extraction.rejected],
        "set_aside": [_set_aside(item) for item in extraction.set_aside],
    }


def to_jsonl(extractions: Iterable[Extraction]) -> str:
    """Return one JSON object a line for each report."""
    return "".join(json.dumps(to_record(e), ensure_ascii=False, allow_nan=False) + "\n" for e in extractions)


def to_geojson(extractions: Iterable[Extraction]) -> str:
    """Return the incidents as a GeoJSON FeatureCollection (RFC 7946: WGS 84, longitude before latitude)."""
    features = []
    for extraction in extractions:
        for incident in extraction.incidents:
            properties = _flat(extraction, incident)
            lat, lon = properties.pop("lat"), properties.pop("lon")
            geometry = {"type": "Point", "coordinates": [lon, lat]}
            features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return (
        json.dumps(
            {"type": "FeatureCollection", "features": features}, ensure_ascii=False, allow_nan=False, indent=1
        )
        + "\n"
    )


def to_csv(extractions: Iterable[Extraction]) -> str:
    """Return the incidents as CSV, one a row; text that a spreadsheet would run as a formula is prefixed by ``'``."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for extraction in extractions:
        for incident in extraction.incidents:
            writer.writerow({key: _cell(value) for key, value in _flat(extraction, incident).items()})
    return stream.getvalue()


def _cell(value: Any) -> Any:
    """Return a value as it goes into a table; a lone carriage return, which the writer does not quote, becomes a new line."""
    cell = safe_cell(value)
    return cell.replace("\r", "\n") if isinstance(cell, str) and "\n" not in cell else cell


FORMATS: dict[str, Callable[[Iterable[Extraction]], str]] = {
    "jsonl": to_jsonl,
    "geojson": to_geojson,
    "csv": to_csv,
}


def format_of(path: str | None, asked: str | None) -> str:
    """Return the format that was asked for, or the one that a file's suffix names.

    Raises
    ------
    OptionError
        If the suffix names none.
    """
    if asked:
        return asked
    suffix = Path(path).suffix.lower().lstrip(".") if path and path != "-" else "jsonl"
    suffix = {"json": "geojson", "ndjson": "jsonl"}.get(suffix, suffix)
    if suffix not in FORMATS:
        raise OptionError(f"{path!r}: no format is known for .{suffix}; add --format {'|'.join(FORMATS)}")
    return suffix


def place_record(place: Place) -> dict[str, Any]:
    """Return a place as plain JSON values, with its point as ``lat`` and ``lon`` in degrees on WGS 84."""
    fields = asdict(place)
    point = fields.pop("point")
    return {"name": fields.pop("name"), **point, **fields}


def _toponym(resolution: Resolution) -> dict[str, Any]:
    toponym, place = resolution.toponym, resolution.place or resolution.near
    return {
        "start": toponym.start,
        "end": toponym.end,
        "text": toponym.text,
        "role": toponym.role,
        "name": place.name if place else None,
        "lat": place.point.lat if place else None,
        "lon": place.point.lon if place else None,
        "country": place.country if place else None,
        "admin1": place.admin1 if place else None,
        "kind": place.kind if place else None,
        "geonameid": place.geonameid if place else None,
        "score": resolution.score,
        "reason": resolution.reason,
        "approximate": resolution.place is None and resolution.near is not None,
        "offset": place_record(resolution.offset) if resolution.offset else None,
        "runners_up": [place_record(c.place) | {"score": c.score} for c in resolution.runners_up],
    }


def border_record(border: BorderDistance) -> dict[str, Any]:
    """Return a border distance as plain JSON values; kilometres to the metre, coordinates in degrees on WGS 84."""
    point = {"lat": border.nearest_point.lat, "lon": border.nearest_point.lon}
    return {
        "km": round(border.km, 3),
        "low_km": round(border.low_km, 3),
        "high_km": round(border.high_km, 3),
        "border": list(border.border),
        "nearest_point": point,
        "view": border.view,
    }


def territory_record(territory: TerritoryDistance) -> dict[str, Any]:
    """Return a distance to a territory as plain JSON values, like :func:`border_record`."""
    point = {"lat": territory.nearest_point.lat, "lon": territory.nearest_point.lon}
    return {
        "territory": territory.country,
        "km": round(territory.km, 3),
        "low_km": round(territory.low_km, 3),
        "high_km": round(territory.high_km, 3),
        "depth_km": round(territory.depth_km, 3),
        "neighbour": territory.neighbour,
        "nearest_point": point,
        "view": territory.view,
    }


def _incident(incident: Incident) -> dict[str, Any]:
    return _telling(incident) | {"members": [_telling(member) for member in incident.members]}


def _telling(incident: Incident) -> dict[str, Any]:
    """Return an incident without its members."""
    return {
        "title": incident.title,
        "kind": incident.kind,
        "place": incident.place.name,
        "country": incident.place.country,
        "place_reason": incident.place_reason,
        "lat": incident.place.point.lat,
        "lon": incident.place.point.lon,
        "radius_km": incident.place.radius_km,
        "date": incident.date.isoformat() if incident.date else None,
        "date_precision": incident.date_precision,
        "killed": incident.killed,
        "injured": incident.injured,
        "evidence": incident.evidence,
        "start": incident.start,
        "end": incident.end,
        "confidence": incident.confidence,
        "border": border_record(incident.border) if incident.border else None,
        "story_border": border_record(incident.story_border) if incident.story_border else None,
        "story_reason": incident.story_reason,
        "report_id": incident.report_id,
        "date_end": incident.date_end.isoformat() if incident.date_end else None,
        "date_reason": incident.date_reason,
        "time": incident.time,
        "time_zone": incident.time_zone,
        "missing": incident.missing,
        "displaced": incident.displaced,
        "figures": [_figure(figure) for figure in incident.figures],
        "actors": [
            {"role": actor.role, "text": actor.text, "country": actor.country, **_span(actor.evidence)}
            for actor in incident.actors
        ],
        "weapon": incident.weapon,
        "target": incident.target,
        # of several words for a field the first are those that count
        "fields": {s.field: {"text": s.text, **_span(s)} for s in reversed(incident.supports)},
    }


def _span(evidence: Evidence) -> dict[str, Any]:
    """Return where words stand: offsets into the text of a report."""
    return {"start": evidence.start, "end": evidence.end, "report_id": evidence.report_id}


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "what": figure.what,
        "best": figure.best,
        "low": figure.low,
        "high": figure.high,
        "text": figure.evidence.text,
        **_span(figure.evidence),
        "published": figure.published.isoformat() if figure.published else None,
    }


def _set_aside(item: SetAside) -> dict[str, Any]:
    return {
        "why": item.why,
        "reason": item.reason,
        "evidence": item.evidence,
        "start": item.start,
        "end": item.end,
        "figures": [_figure(figure) for figure in item.figures],
    }


def _claim(claim: DistanceClaim) -> dict[str, Any]:
    fields = asdict(claim)
    del fields["report_id"]
    return fields


def _flat(extraction: Extraction, incident: Incident) -> dict[str, Any]:
    """Return an incident as one row with the columns of ``CSV_COLUMNS``."""
    report, place = extraction.report, incident.place
    row: dict[str, Any] = {
        "report_id": report.id,
        "report_title": report.title,
        "outlet": report.outlet,
        "published": report.published.isoformat() if report.published else None,
        "url": report.url,
        **{
            key: value
            for key, value in _telling(incident).items()
            if not key.endswith("border") and key != "report_id"
        },
        "admin1": place.admin1,
        "place_kind": place.kind,
        "actors": actors_text(incident),
        "sources": len(report_ids(incident)),
        "report_ids": "; ".join(report_ids(incident)),
    }
    for what in ("killed", "injured"):
        row[f"{what}_low"], row[f"{what}_high"] = incident.range_of(what)
    for prefix, border in (("border", incident.border), ("story_border", incident.story_border)):
        if border is None:
            continue
        record = border_record(border)
        row |= {f"{prefix}_{key}": record[key] for key in ("km", "low_km", "high_km")}
        row[f"{prefix}_pair"] = "-".join(border.border)
    if incident.border:
        nearest = incident.border.nearest_point
        row |= {"border_lat": nearest.lat, "border_lon": nearest.lon, "view": incident.border.view}
    return {column: row.get(column) for column in CSV_COLUMNS}
