"""Hand-made extractions and a small basemap for the tests of the map."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import date
from typing import Any

from mapper.model import BorderDistance, Extraction, Incident, Place, Point, Report

EVIDENCE = "A missile hit an apartment block in the city at midnight, killing three people."


def place(name: str, lat: float, lon: float, **fields: Any) -> Place:
    return Place(
        name=name,
        point=Point(lat=lat, lon=lon),
        **{"kind": "city", "radius_km": 12.3, "country": "UA", "admin1": None} | fields,
    )


def border(
    km: float,
    pair: tuple[str, str],
    lat: float,
    lon: float,
    *,
    reach: float = 12.3,
    view: str = "international",
) -> BorderDistance:
    return BorderDistance(
        km=km,
        low_km=max(0.0, km - reach),
        high_km=km + reach,
        border=pair,
        nearest_point=Point(lat=lat, lon=lon),
        view=view,
    )


KHARKIV = place("Kharkiv", 49.98081, 36.25272, admin1="Kharkiv Oblast")
ENGELS = place("Engels", 51.50017, 46.12277, country="RU", admin1="Saratov Oblast", radius_km=4.6)
KHARKIV_BORDER = border(34.69, ("RU", "UA"), 50.2903, 36.3128)


def incident(title: str, where: Place = KHARKIV, **fields: Any) -> Incident:
    return Incident(
        **{
            "report_id": "r1",
            "title": title,
            "kind": "shelling_or_missile",
            "place": where,
            "place_reason": "named in the sentence",
            "evidence": EVIDENCE,
            "start": 0,
            "end": len(EVIDENCE),
            "confidence": 0.9,
            "date": date(2024, 5, 31),
            "date_precision": "day",
        }
        | fields
    )


def extraction(*incidents: Incident, **fields: Any) -> Extraction:
    report = Report(
        id="r1", text=EVIDENCE, title="A night of strikes", outlet="The Wire", published=date(2024, 5, 31)
    )
    return Extraction(**{"report": report, "incidents": incidents} | fields)


def small_basemap() -> dict[str, Any]:
    """One square land from 20 to 60° E and 40 to 60° N with a square lake, and one border across it.

    The coast has a point every half degree, so that what is left out of it when drawing matters.
    """
    coast = [200, 400] + [5, 0] * 80 + [0, 5] * 40 + [-5, 0] * 80 + [0, -5] * 39
    packed = {
        "land": {
            "scale": 10,
            "rings": [coast, [280, 520, 20, 0, 0, 10, -20, 0]],
        },
        "borders": {"scale": 10, "groups": [[[200, 503, 400, 0]]]},
        "countries": [["RU", 56.0, 45.0, 17000.0], ["UA", 46.0, 40.0, 600.0]],
        "cities": [["Moscow", 55.75, 37.62, 10381, 1]],
    }
    content = gzip.compress(json.dumps(packed).encode(), mtime=0)
    return {
        "view": "international consensus view",
        "views": {"international": "international consensus view"},
        "borders": [["RU", "UA", "agreed"]],
        "countries": {"RU": "Russia", "UA": "Ukraine", "KZ": "Kazakhstan", "FJ": "Fiji", "CN": "China"},
        "packed": base64.b64encode(content).decode(),
    }
