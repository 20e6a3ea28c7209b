"""The regions and countries of the gazetteer: where they lie, how far they reach, what they are called.

Outlines come from Natural Earth's 10 m admin-1 polygons. Each polygon goes to the GeoNames region in which most of the
cities inside it lie, and counts only within its own country. A region that has no polygon of its own (a newer one)
is placed by its member cities instead.

The country of a polygon is the prefix of its GeoNames code, which gives Crimea and Sevastopol to Ukraine. Overseas
parts that GeoNames treats as countries of their own (``OVERSEAS``) follow their cities.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
import shapely.ops

from mapper.matcher import EARTH_RADIUS_KM

MARGIN_KM = (
    10.0  # what a region is taken to reach beyond its outermost member city, where no outline is known
)
STRAY_DEG = 2.0  # how far off the land GeoNames may put an area (New Zealand's point is at sea)
INLAND_DEG = 0.02
OVERSEAS = {
    "FR": {"BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "WF", "YT"},
    "NL": {"AW", "BQ", "CW", "SX"},
    "NO": {"SJ"},
    "GB": {"GG", "IM", "JE"},
    "FI": {"AX"},
    "MA": {"EH"},
    "CN": {"HK", "MO"},
    "NZ": {"CK", "NU", "TK"},
    "AU": {"CC", "CX", "NF"},
    "US": {"AS", "GU", "MP", "PR", "VI"},
}  # fmt: skip


@dataclass
class Area:
    """A region or country under construction; ``code`` is ``UA``, ``UA.07`` or, for lesser regions, longer."""

    code: str
    name: str
    country: str
    kind: str  # country, region, lesser
    parent: str = ""  # the code of the region that a lesser one lies in
    lat: float = math.nan
    lon: float = math.nan
    radius_km: float = 0.0
    population: int = 0
    geonameid: int | None = None
    size_km2: float = 0.0
    middle: tuple[float, float] = (math.nan, math.nan)  # the centroid, in latitude and longitude
    names: set[str] = field(default_factory=set)
    qualifiers: set[str] = field(default_factory=set)


def distance_km(lat: float, lon: float, lats: Any, lons: Any) -> Any:
    """Return great-circle distances (haversine); 0.5 % off the geodesic at most, which is nothing to a radius."""
    a, b = np.radians(lats), math.radians(lat)
    half = (
        np.sin((a - b) / 2) ** 2
        + np.cos(a) * math.cos(b) * np.sin(np.radians(np.subtract(lons, lon)) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


def place_by_outline(area: Area, shapes: list[Any], spots: list[tuple[float, float]] | None = None) -> None:
    """Put ``area`` where GeoNames has it, else at the innermost point of its largest polygon.

    ``spots`` are the latitudes and longitudes that GeoNames may mean; they count if there is one, or one inside. A point
    off the land goes to the nearest land. The radius reaches the farthest outline vertex.
    """
    parts = [
        part for shape in shapes for part in shapely.get_parts(shapely.make_valid(shape)) if part.area > 0
    ]
    parts = [
        polygon for part in parts for polygon in shapely.get_parts(part) if polygon.geom_type == "Polygon"
    ]
    joined = [p for p in shapely.get_parts(shapely.union_all(parts)) if p.geom_type == "Polygon"]
    outline = shapely.get_coordinates(parts)
    sizes = np.array([p.area * math.cos(math.radians(p.centroid.y)) for p in joined]) * 111.2**2
    area.size_km2 = float(sizes.sum())
    area.middle = centre([(p.centroid.y, p.centroid.x) for p in joined], sizes.tolist())
    spot = _on_land(joined, spots or [])
    if spot is not None:
        area.lat, area.lon = spot
        area.radius_km = float(distance_km(*spot, outline[:, 1], outline[:, 0]).max())
        return
    largest = max(joined, key=lambda p: p.area * math.cos(math.radians(p.centroid.y)))
    squeeze = max(
        math.cos(math.radians(largest.centroid.y)), 0.05
    )  # a degree of longitude against one of latitude
    plan = shapely.transform(largest, lambda xy: xy * (squeeze, 1))
    size = math.sqrt(plan.area)
    circle = shapely.maximum_inscribed_circle(plan.simplify(size / 500), tolerance=size / 200)
    lon, lat = circle.coords[0][0] / squeeze, circle.coords[0][1]
    if not largest.contains(shapely.Point(lon, lat)):
        point = largest.representative_point()
        lon, lat = point.x, point.y
    area.lat, area.lon = round(lat, 5), round(lon, 5)
    area.radius_km = float(distance_km(lat, lon, outline[:, 1], outline[:, 0]).max())


def centre(spots: list[tuple[float, float]], weights: list[float]) -> tuple[float, float]:
    """Return the weighted middle of positions on the sphere."""
    x = y = z = 0.0
    for (lat, lon), weight in zip(spots, weights, strict=True):
        a, b = math.radians(lat), math.radians(lon)
        x += weight * math.cos(a) * math.cos(b)
        y += weight * math.cos(a) * math.sin(b)
        z += weight * math.sin(a)
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def _on_land(polygons: list[Any], spots: list[tuple[float, float]]) -> tuple[float, float] | None:
    points = [shapely.Point(lon, lat) for lat, lon in spots]
    inside = [point for point in points if any(polygon.contains(point) for polygon in polygons)]
    if len(inside) == 1:
        return round(inside[0].y, 5), round(inside[0].x, 5)
    if len(points) != 1:
        return None
    nearest = min(polygons, key=points[0].distance)
    inner = nearest.buffer(-INLAND_DEG)
    if nearest.distance(points[0]) > STRAY_DEG or inner.is_empty:
        return None
    on = shapely.ops.nearest_points(inner, points[0])[0]
    return round(on.y, 5), round(on.x, 5)


def place_by_cities(area: Area, cities: list[dict[str, Any]]) -> None:
    """Put ``area`` at the city nearest to the mean of its cities' positions."""
    lats, lons = np.array([c["latitude"] for c in cities]), np.array([c["longitude"] for c in cities])
    phi, lam = np.radians(lats), np.radians(lons)
    x, y, z = (v.mean() for v in (np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)))
    middle = math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))
    at = int(np.argmin(distance_km(*middle, lats, lons)))
    area.lat, area.lon = float(lats[at]), float(lons[at])
    area.middle, area.size_km2 = (area.lat, area.lon), 1.0
    area.radius_km = float(distance_km(area.lat, area.lon, lats, lons).max()) + MARGIN_KM


def assign(features: list[dict[str, Any]], cities: list[dict[str, Any]]) -> list[tuple[str, str, list[int]]]:
    """Return for each polygon its country and the region code of most of its cities ("" for none), and its cities' indices."""
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    points = shapely.points([c["longitude"] for c in cities], [c["latitude"] for c in cities])
    votes: dict[int, Counter[str]] = defaultdict(Counter)
    inside: dict[int, list[int]] = defaultdict(list)
    for city, polygon in zip(*shapely.STRtree(shapes).query(points, predicate="within"), strict=True):
        inside[int(polygon)].append(int(city))
        if cities[city]["admin1code"] not in {"", "00"}:
            votes[int(polygon)][cities[city]["countrycode"] + "." + cities[city]["admin1code"]] += 1
        else:
            votes[int(polygon)][cities[city]["countrycode"] + "."] += 1
    answers = []
    for index, feature in enumerate(features):
        code = feature["properties"].get("gn_a1_code") or ""
        country = code[:2] if code[:2].isalpha() else (feature["properties"].get("iso_a2") or "")
        if votes[index]:
            voted = Counter[str]()
            for name, count in votes[index].items():
                voted[name[:2]] += count
            first = min(voted, key=lambda c: (-voted[c], c))
            if first in OVERSEAS.get(country, ()):
                country = first
        own = {name: count for name, count in votes[index].items() if name[:2] == country and len(name) > 3}
        best = min(own, key=lambda name: (-own[name], name)) if own else code if code[:2] == country else ""
        answers.append((country, best, inside[index]))
    return answers


def county_shapes(topology: dict[str, Any]) -> dict[str, Any]:
    """Return the polygons of a quantised TopoJSON file of United States counties by their FIPS code."""
    (kx, ky), (x0, y0) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [np.cumsum(np.array(arc), axis=0) * (kx, ky) + (x0, y0) for arc in topology["arcs"]]

    def ring(indices: list[int]) -> Any:
        pieces = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
        return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])

    shapes = {}
    for geometry in topology["objects"]["counties"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        outers = [
            ring(rings[0]) for rings in polygons
        ]  # holes change neither the reach nor, to speak of, the middle
        shapes[str(geometry["id"]).zfill(5)] = shapely.MultiPolygon(
            [shapely.Polygon(o) for o in outers if len(o) > 3]
        )
    return shapes
