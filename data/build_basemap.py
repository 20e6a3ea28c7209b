"""Builds ``basemap.json.gz``: the land, borders and labels that exported maps are drawn on.

The file is gzipped JSON::

    {"countries": {"UA": "Ukraine", ...},       every country's name by its alpha-2 code
     "borders": [["RU", "crimea"], ...],        the units of land on both sides of each group of lines
     "packed": "..."}                           what only the page reads: base64 of gzipped JSON

and the packed part is::

    {"land": {"scale": s, "rings": [[x0, y0, dx1, dy1, ...], ...]},
     "borders": {"scale": s, "groups": [[[x0, y0, dx1, dy1, ...], ...], ...]},
     "countries": [[code, lat, lon, area in 1000 km²], ...],
     "cities": [[name, lat, lon, population in thousands, 1 for a capital], ...]}

where x is the longitude and y the latitude, in degrees times ``scale``, delta-coded along each ring or line. Rings
are not closed; land is filled by the even-odd rule, so that a lake is a ring within a ring. It is packed here,
once, because a page can take it over as it stands.
"""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import string
import sys
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from babel.core import get_global
from fetch import npm_package
from numpy.typing import NDArray
from shapely.geometry import shape

sys.path.insert(0, str(Path(__file__).parent.parent))

from mapper.division import Division
from mapper.gazetteer import Gazetteer

Floats = NDArray[np.float64]

LAND = (
    "@geo-maps/earth-lands-250m",
    "0.6.0",
    "325e537ff0205e0187be2b76d3e064cf59ad6c0939949074a8f6ef511f2f3813",
)
COUNTRIES = (
    "@geo-maps/countries-coastline-1km",
    "0.6.0",
    "9b9263740ac4bb2f0cf73b013eab6f565062c24748cd32dac7b98b34ba93ae4a",
)
LAND_TOLERANCE_DEG = 0.01
LAND_SCALE = 200  # 0.005°: half a pixel at zoom 7, and the coast is no finer than 0.01° anyway
SMALLEST_ISLAND_KM2 = 4.0
SMALLEST_LAKE_KM2 = 40.0
BORDER_TOLERANCE_DEG = 0.0015  # 170 m, one pixel at zoom 10
BORDER_SCALE = 1000
CITY_POPULATION = 100_000
EARTH_RADIUS_KM = 6371.0  # mean radius; areas here only rank and filter


def build(folder: Path) -> list[dict[str, Any]]:
    """Write the basemap and return its manifest entry."""
    gazetteer = Gazetteer(folder / "gazetteer.bin")
    with np.load(folder / "borders.npz", allow_pickle=False) as archive:
        pairs, groups = _borders(Division.read(archive, coasts=dict))

    land = json.loads((npm_package(*LAND) / "map.geo.json").read_text())
    polygons = shapely.get_parts([shape(part) for part in land["geometries"]])
    packed = {
        "land": {"scale": LAND_SCALE, "rings": _land(polygons)},
        "borders": {"scale": BORDER_SCALE, "groups": groups},
        "countries": _country_labels(),
        "cities": _cities(gazetteer),
    }
    content = {
        "countries": _names(gazetteer),
        "borders": pairs,
        "packed": base64.b64encode(_gzip(packed)).decode(),
    }
    (folder / "basemap.json.gz").write_bytes(_gzip(content))
    return [
        {
            "file": "basemap.json.gz",
            "sources": [
                f"npm {LAND[0]} {LAND[1]} (OpenStreetMap)",
                f"npm {COUNTRIES[0]} {COUNTRIES[1]} (OpenStreetMap)",
                "borders.npz",
                "gazetteer.bin",
            ],
            "licence": "ODbL-1.0 (land, borders), CC-BY-4.0 (labels)",
            "date": "2017-12",
            "about": "land (2017), borders (2026) and labels for exported maps",
        }
    ]


def _country_labels() -> list[list[Any]]:
    """Return code, latitude, longitude and area of each country, largest first.

    The label stands in the middle of the largest circle that fits into the country's largest part; both are
    found on a plain longitude-latitude plane with longitudes shrunk to the part's middle latitude.
    """
    collection = json.loads((npm_package(*COUNTRIES) / "map.geo.json").read_text())
    labels = []
    for feature in collection["features"]:
        code = _alpha2(feature["properties"]["A3"])
        parts = shapely.get_parts(shape(feature["geometry"]))
        areas = [_area_km2(shapely.get_coordinates(shapely.get_exterior_ring(part))) for part in parts]
        part = shapely.polygons(shapely.get_exterior_ring(parts[int(np.argmax(areas))]))
        shrink = np.cos(np.radians(shapely.get_y(shapely.centroid(part))))
        flat = shapely.transform(part, lambda xy, shrink=shrink: xy * [shrink, 1])
        centre = shapely.get_point(shapely.maximum_inscribed_circle(flat, tolerance=0.05), 0)
        lon, lat = float(shapely.get_x(centre)) / shrink, float(shapely.get_y(centre))
        labels.append([code, round(lat, 2), round(float(lon), 2), round(sum(areas) / 1000, 1)])
    return sorted(labels, key=lambda label: (-label[3], label[0]))


def _cities(gazetteer: Gazetteer) -> list[list[Any]]:
    """Return name, position, thousands of inhabitants and capital flag of large cities and capitals."""
    everywhere = gazetteer.largest(sys.maxsize)
    return [
        [
            place.name,
            round(place.point.lat, 3),
            round(place.point.lon, 3),
            place.population // 1000,
            int(capital),
        ]
        for place, capital in everywhere
        if capital or place.population >= CITY_POPULATION
    ]


def _names(gazetteer: Gazetteer) -> dict[str, str]:
    codes = map("".join, itertools.product(string.ascii_uppercase, repeat=2))
    return {code: gazetteer.country_name(code) for code in codes if gazetteer.country(code)}


def _alpha2(alpha3: str) -> str:
    aliases = get_global("territory_aliases").get({"XKX": "XKK"}.get(alpha3, alpha3))
    if not aliases:
        raise SystemExit(f"{alpha3} is no country code that CLDR knows")
    return str(aliases[0])


def _gzip(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), 9, mtime=0)


def _land(polygons: NDArray[Any]) -> list[list[int]]:
    rings = []
    for polygon in polygons:
        holes = shapely.get_num_interior_rings(polygon)
        candidates = [(shapely.get_exterior_ring(polygon), SMALLEST_ISLAND_KM2)]
        candidates += [(shapely.get_interior_ring(polygon, k), SMALLEST_LAKE_KM2) for k in range(holes)]
        for ring, smallest_km2 in candidates:
            if _area_km2(shapely.get_coordinates(ring)) < smallest_km2:
                continue
            line = shapely.get_coordinates(shapely.simplify(ring, LAND_TOLERANCE_DEG))
            numbers = _deltas(line[:-1], LAND_SCALE)
            if len(numbers) >= 6:
                rings.append(numbers)
    return sorted(rings, key=lambda numbers: (-len(numbers), numbers))


def _borders(division: Division) -> tuple[list[list[str]], list[list[list[int]]]]:
    """Return the two units of each group of lines, and the lines of each."""
    lines = division.lines
    groups: dict[tuple[str, str], list[list[int]]] = {}
    for row, units in enumerate(zip(lines.left.tolist(), lines.right.tolist(), strict=True)):
        one, other = sorted(division.units[unit] for unit in units)
        # Lines come as latitude, longitude.
        simple = shapely.LineString(lines.line(row)[:, ::-1]).simplify(BORDER_TOLERANCE_DEG)
        numbers = _deltas(shapely.get_coordinates(simple), BORDER_SCALE)
        if len(numbers) >= 4:
            groups.setdefault((one, other), []).append(numbers)
    return [list(pair) for pair in sorted(groups)], [groups[pair] for pair in sorted(groups)]


def _deltas(coordinates: Floats, scale: int) -> list[int]:
    """Return x0, y0, dx1, dy1, ... in whole units, without repeated points."""
    whole = np.rint(coordinates * scale).astype(int)
    steps = np.diff(whole, axis=0, prepend=[[0, 0]])
    moved = np.any(steps != 0, axis=1)
    moved[0] = True
    return [int(number) for number in steps[moved].ravel()]


def _area_km2(ring: Floats) -> float:
    """Return the area that a closed ring of longitude, latitude encloses on the sphere."""
    lon, lat = np.radians(ring).T
    return float(abs(np.sum(np.diff(lon) * (np.sin(lat[1:]) + np.sin(lat[:-1]))) / 2) * EARTH_RADIUS_KM**2)
