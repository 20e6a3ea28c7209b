"""Builds ``basemap.json.gz``: the land, borders and labels that exported maps are drawn on.

The file is gzipped JSON::

    {"countries": {"UA": "Ukraine", ...},       every country's name by its alpha-2 code
     "borders": [["RU", "crimea"], ...],        the units of land on both sides of each group of lines
     "packed": "...",                           the world as most maps carry it: base64 of gzipped JSON
     "fine": "..."}                             the same in all detail, of which :mod:`mapper.ground` cuts pieces

and both packed parts are::

    {"land": {"scale": s, "rings": [[x0, y0, dx1, dy1, ...], ...]},
     "borders": {"scale": s, "groups": [[[x0, y0, dx1, dy1, ...], ...], ...]},
     "admin1": {"scale": s, "lines": [[x0, y0, dx1, dy1, ...], ...]},        in the fine part only
     "countries": [[code, lat, lon, area in 1000 km²], ...],
     "cities": [[name, lat, lon, population in thousands, 1 for a capital], ...]}

where x is the longitude and y the latitude, in degrees times ``scale``, delta-coded along each ring or line. Rings
are not closed and do not cross themselves; land is filled by the even-odd rule, so that a lake is a ring within a
ring. Both parts have the same groups of borders in the same order, though a short line may be left out of the
coarse one. ``admin1`` holds the lines between the first-level regions of one country, without those along a
border of any view. The parts are packed here, once, because a page can take them over as they stand.
"""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import string
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from babel.core import get_global
from fetch import npm_package
from numpy.typing import NDArray
from shapely.geometry import shape

sys.path.insert(0, str(Path(__file__).parent.parent))

from mapper.borders import Borders
from mapper.division import Division
from mapper.gazetteer import Gazetteer
from mapper.planes import unpack
from mapper.regions import UNIT

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
EARTH_RADIUS_KM = 6371.0  # mean radius; areas here only rank and filter
ADMIN1_TOLERANCE_DEG = 0.01
ADMIN1_SCALE = 200
ALONG_BORDER_DEG = 0.03  # a line between regions this near a border is the border itself, from another source
CROSSING_DEG = 0.15  # what is that near over no more than this only meets the border


@dataclass(frozen=True, kw_only=True, slots=True)
class Grain:
    """How fine a packed part is: tolerances in degrees, scales in steps a degree, and what is too small for it."""

    land_tolerance_deg: float
    land_scale: int
    smallest_island_km2: float
    smallest_lake_km2: float
    border_tolerance_deg: float
    border_scale: int
    city_population: int


FINE = Grain(
    land_tolerance_deg=0.01,
    land_scale=200,  # 0.005°: half a pixel at zoom 7, and the coast is no finer than 0.01° anyway
    smallest_island_km2=4.0,
    smallest_lake_km2=40.0,
    border_tolerance_deg=0.0015,  # 170 m, one pixel at zoom 10
    border_scale=1000,
    city_population=100_000,
)
COARSE = Grain(
    land_tolerance_deg=0.04,  # two pixels at zoom 6, where the fine pieces come in
    land_scale=50,
    smallest_island_km2=30.0,
    smallest_lake_km2=100.0,
    border_tolerance_deg=0.012,
    border_scale=200,
    city_population=500_000,
)


def build(folder: Path) -> list[dict[str, Any]]:
    """Write the basemap and return its manifest entry."""
    gazetteer = Gazetteer(folder / "gazetteer.bin")
    with np.load(folder / "borders.npz", allow_pickle=False) as archive:
        division = Division.read(archive, coasts=dict)
    with np.load(folder / "regions.npz", allow_pickle=False) as archive:
        regions = {key: archive[key] for key in archive.files}
    land = json.loads((npm_package(*LAND) / "map.geo.json").read_text())
    polygons = shapely.get_parts([shape(part) for part in land["geometries"]])

    pairs, fine_groups = _borders(division, FINE)
    known = {pair: number for number, pair in enumerate(pairs)}
    coarse_groups: list[list[list[int]]] = [[] for _ in pairs]
    for pair, group in zip(*_borders(division, COARSE), strict=True):
        coarse_groups[known[pair]] = group
    labels = _country_labels()
    parts = {
        name: {
            "land": {"scale": grain.land_scale, "rings": _land(polygons, grain)},
            "borders": {"scale": grain.border_scale, "groups": groups},
            "countries": labels,
            "cities": _cities(gazetteer, grain),
        }
        for name, grain, groups in (("packed", COARSE, coarse_groups), ("fine", FINE, fine_groups))
    }
    parts["fine"]["admin1"] = {
        "scale": ADMIN1_SCALE,
        "lines": _admin1(regions, _border_lines(division, pairs, fine_groups)),
    }
    content = {
        "countries": _names(gazetteer),
        "borders": [list(pair) for pair in pairs],
        **{name: base64.b64encode(_gzip(part)).decode() for name, part in parts.items()},
    }
    (folder / "basemap.json.gz").write_bytes(_gzip(content))
    return [
        {
            "file": "basemap.json.gz",
            "sources": [
                f"npm {LAND[0]} {LAND[1]} (OpenStreetMap)",
                f"npm {COUNTRIES[0]} {COUNTRIES[1]} (OpenStreetMap)",
                "borders.npz",
                "regions.npz",
                "gazetteer.bin",
            ],
            "licence": "ODbL-1.0 (land, borders), CC-BY-4.0 (labels), public domain (lines between regions)",
            "date": "2017-12",
            "about": "land (2017), borders (2026), lines between regions (2022) and labels for exported maps, "
            "coarse and fine",
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


def _cities(gazetteer: Gazetteer, grain: Grain) -> list[list[Any]]:
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
        if capital or place.population >= grain.city_population
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


def _land(polygons: NDArray[Any], grain: Grain) -> list[list[int]]:
    rings = []
    for polygon in polygons:
        holes = shapely.get_num_interior_rings(polygon)
        candidates = [(shapely.get_exterior_ring(polygon), grain.smallest_island_km2)]
        candidates += [(shapely.get_interior_ring(polygon, k), grain.smallest_lake_km2) for k in range(holes)]
        for ring, smallest_km2 in candidates:
            if _area_km2(shapely.get_coordinates(ring)) < smallest_km2:
                continue
            simple = shapely.simplify(ring, grain.land_tolerance_deg)
            # On the grid a ring may touch or cross itself; what comes of it are rings that do not.
            whole = shapely.make_valid(
                shapely.polygons(np.rint(shapely.get_coordinates(simple) * grain.land_scale))
            )
            whole = shapely.set_precision(whole, 1)
            for part in shapely.get_parts(shapely.get_parts(whole)):
                if part.geom_type == "Polygon" and not part.is_empty:
                    rings += [
                        _deltas(np.array(edge.coords)[:-1], 1) for edge in (part.exterior, *part.interiors)
                    ]
    return sorted((ring for ring in rings if len(ring) >= 6), key=lambda numbers: (-len(numbers), numbers))


def _borders(division: Division, grain: Grain) -> tuple[list[tuple[str, str]], list[list[list[int]]]]:
    """Return the two units of each group of lines, and the lines of each."""
    lines = division.lines
    groups: dict[tuple[str, str], list[list[int]]] = {}
    for row, units in enumerate(zip(lines.left.tolist(), lines.right.tolist(), strict=True)):
        one, other = sorted(division.units[unit] for unit in units)
        # Lines come as latitude, longitude.
        simple = shapely.LineString(lines.line(row)[:, ::-1]).simplify(grain.border_tolerance_deg)
        numbers = _deltas(shapely.get_coordinates(simple), grain.border_scale)
        if len(numbers) >= 4:
            groups.setdefault((one, other), []).append(numbers)
    return sorted(groups), [groups[pair] for pair in sorted(groups)]


def _border_lines(division: Division, pairs: list[tuple[str, str]], groups: list[list[list[int]]]) -> Any:
    """Return what is a border in any view, as one geometry in degrees."""
    drawn = Borders(division).drawn(pairs)
    return shapely.multilinestrings(
        [
            shapely.linestrings(np.cumsum(np.reshape(line, (-1, 2)), axis=0) / FINE.border_scale)
            for what, group in zip(drawn, groups, strict=True)
            if what is not None
            for line in group
        ]
    )


def _admin1(arrays: dict[str, Any], borders: Any) -> list[list[int]]:
    """Return the lines between regions of one country; neighbours have them in common, vertex by vertex."""
    steps = np.column_stack([unpack(arrays[plane]).astype(np.int64) for plane in ("lon", "lat")])
    rings = np.repeat(np.arange(len(arrays["lengths"])), arrays["lengths"])
    region = arrays["polygon_region"][np.repeat(np.arange(len(arrays["rings"])), arrays["rings"])][rings]
    country = np.array([code[:2] for code in arrays["codes"].tolist()])
    inside = np.nonzero(rings[1:] == rings[:-1])[0]
    start, end = steps[inside], steps[inside + 1]
    number = [(xy[:, 0] + 180 * UNIT) * (360 * UNIT) + xy[:, 1] + 90 * UNIT for xy in (start, end)]
    low, high = np.minimum(*number), np.maximum(*number)
    order = np.lexsort((high, low))
    low, high, region = low[order], high[order], region[inside][order]
    twin = np.nonzero((low[1:] == low[:-1]) & (high[1:] == high[:-1]))[0]
    twin = twin[(region[twin] != region[twin + 1]) & (country[region[twin]] == country[region[twin + 1]])]
    edges = shapely.linestrings(np.stack([start[order][twin], end[order][twin]], axis=1) / UNIT)
    lines = _lines(shapely.line_merge(shapely.multilinestrings(edges)))
    beside = shapely.buffer(borders, ALONG_BORDER_DEG)
    shapely.prepare(beside)
    near = shapely.intersects(lines, beside)
    along = _lines(shapely.intersection(lines[near], beside))
    along = along[shapely.length(along) > CROSSING_DEG]
    rest, parent = shapely.get_parts(
        shapely.difference(lines[near], shapely.buffer(shapely.multilinestrings(along), 1e-6)),
        return_index=True,
    )
    # Where a line was cut, short ends of it would be left beside the border.
    stub = shapely.length(rest) < np.minimum(CROSSING_DEG, shapely.length(lines[near][parent]) - 1e-9)
    lines = _lines(shapely.line_merge(shapely.multilinestrings(np.concatenate([lines[~near], rest[~stub]]))))
    found = [
        _deltas(shapely.get_coordinates(line), ADMIN1_SCALE)
        for line in shapely.simplify(lines, ADMIN1_TOLERANCE_DEG)
    ]
    return sorted((line for line in found if len(line) >= 4), key=lambda numbers: (-len(numbers), numbers))


def _lines(shapes: Any) -> NDArray[Any]:
    parts = shapely.get_parts(shapes)
    parts = shapely.get_parts(parts)  # of a collection's multilinestrings
    return parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]


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
