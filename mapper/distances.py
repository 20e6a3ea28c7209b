"""How far places lie from borders and territories, their extents taken into account.

A city, a site or a lesser region is the disc of its radius, a first-level region or a country the area of its outline, an
area or a water what the gazetteer has of it (:meth:`mapper.gazetteer.Gazetteer.shape`). The
interval of a distance reaches from the nearest to the farthest spot of it, to 2 % of its size (:mod:`mapper.extents`).
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from mapper import world
from mapper.errors import OptionError
from mapper.extents import area_range, disc_range
from mapper.model import DEFAULT_VIEW, SPOT_KINDS, BorderDistance, Place, TerritoryDistance

MOST_KM = 2500.0  # the radius of the largest area whose extent is looked at; larger ones count as discs
BANK_DEG = 0.02  # how far the course of a river is taken to be off
OUTLINE_SCALE = 1000  # steps per degree of an outline for the page
OUTLINE_SHARE = 1 / 150  # of the size of an area: how far its outline for the page may be off
OUTLINE_LOSS = 0.035  # of an area: how much may come or go with that
ISLANDS_LOSS = 0.01  # of an area: the smallest islands that together have no more are left out
OUTLINE_TRIES = 6

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from mapper.model import Point


def border_distance(
    place: Place, to: str | None = None, *, pair: tuple[str, str] | None = None, view: str = DEFAULT_VIEW
) -> BorderDistance:
    """Return the distance from a place to the nearest land border, or to the nearest one of a country.

    Parameters
    ----------
    place : Place
    to : str, optional
        Only borders of this country (ISO 3166-1 alpha-2).
    pair : tuple of str, optional
        Only the border between these two countries.
    view : str, optional
        Whose borders (see ``data/README.md``).

    Raises
    ------
    OptionError
        If a code or the view is unknown, or there is no such border.
    """
    borders = world.borders(view)
    found = borders.nearest(place.point, to=to, pair=pair)
    low, high = _range(
        place,
        found.km,
        found.nearest_point,
        lambda lat, lon: borders.nearest_many(lat, lon, to, pair=pair).km,
    )
    return replace(found, low_km=low, high_km=max(high, found.km))


def territory_distance(place: Place, country: str, *, view: str = DEFAULT_VIEW) -> TerritoryDistance:
    """Return how far a place lies from a country's territory, across water too, or how deep inside it.

    Parameters
    ----------
    place : Place
    country : str
        ISO 3166-1 alpha-2.
    view : str, optional
        Whose territory (see ``data/README.md``).

    Raises
    ------
    OptionError
        If the code or the view is unknown.
    """
    borders = world.borders(view)
    found = borders.territory(place.point, country)
    if found.km == 0:  # how much of the place lies outside is not asked for
        return replace(found, high_km=max(0.0, place.radius_km - found.depth_km))
    low, high = _range(
        place, found.km, found.nearest_point, lambda lat, lon: borders.territory_many(lat, lon, country).km
    )
    return replace(found, low_km=low, high_km=max(high, found.km))


def outline(place: Place) -> list[list[int]]:
    """Return the outline of a first-level region, a country, an area or a water, as coarse as a map needs it.

    Parameters
    ----------
    place : Place

    Returns
    -------
    list of list of int
        Outer rings and holes alike, to be filled by the even-odd rule: open, each as ``[x0, y0, dx1, dy1, ...]``,
        longitude and latitude in 1/1000 degree, each after the first as the step from the one before. They are off by
        about 1/150 of the place's size, and lack its smaller islands. Longitudes run on beyond 180 or -180, on the side
        of the place's own point. Empty where there is no outline, or the place reaches more than ``MOST_KM`` from its
        point.
    """
    return [list(ring) for ring in _outline(place)]


def country_in_view(place: Place, view: str) -> str | None:
    """Return the country (ISO 3166-1 alpha-2) that a place belongs to in a view; the gazetteer has the default view."""
    if view == DEFAULT_VIEW or place.kind == "country":
        return place.country
    return world.borders(view).country(place.point) or place.country


def add_border_distances(
    frame: pd.DataFrame, *, to: str | None = None, view: str = DEFAULT_VIEW
) -> pd.DataFrame:
    """Return a frame with the distance to a land border added to each row that has a position.

    Parameters
    ----------
    frame : DataFrame
        With columns for latitude and longitude under one of their usual names (``latitude, lat, y``; ``longitude, lon,
        lng, long, x``; any case), degrees on WGS 84. A column ``geo_precision`` (ACLED) or ``where_prec`` (UCDP GED)
        widens the interval by the meaning of its codes (:mod:`mapper.precision`), as does ``radius_km``.
    to : str, optional
        Only borders of this country (ISO 3166-1 alpha-2); its code then stands before the names of the columns.
    view : str, optional
        Whose borders (see ``data/README.md``).

    Returns
    -------
    DataFrame
        With ``border_km, border_low_km, border_high_km, border_pair, border_lat, border_lon`` added, and
        ``border_reason`` where there is no distance.

    Raises
    ------
    OptionError
        If there are no such columns, or the code or the view is unknown.
    """
    from mapper import tables

    return tables.add_border_distances(frame, world.borders(view), area_km=region_range, to=to)[0]


@lru_cache(maxsize=4096)
def region_range(point: Point, level: str, to: str | None, view: str) -> tuple[float, float] | None:
    """Return the interval of the border distance over the region, or the country, that a point lies in.

    Parameters
    ----------
    point : Point
    level : str
        ``region`` (first-level) or ``country``.
    to : str or None
        Only borders of this country.
    view : str

    Returns
    -------
    tuple of float or None
        Kilometres; None for a point in no region.
    """
    located = world.locate(point, view)
    if located.country is None or (level == "region" and located.admin1_code is None):
        return None
    code = located.admin1_code if level == "region" else None
    return _area_range(located.country, code, to, view)


@lru_cache(maxsize=4096)
def _area_range(country: str, code: str | None, to: str | None, view: str) -> tuple[float, float]:
    borders = world.borders(view)
    return area_range(
        world.regions().area(country, code), lambda lat, lon: borders.nearest_many(lat, lon, to).km
    )


def _range(
    place: Place, centre_km: float, nearest: Point, distances: Callable[[Any, Any], Any]
) -> tuple[float, float]:
    area = _area(place)
    if area is not None:
        return area_range(area, distances)
    return disc_range(place.point, place.radius_km, distances, centre_km=centre_km, nearest=nearest)


@lru_cache(maxsize=64)
def _area(place: Place) -> Any:
    """Return the outline of a first-level region, a country, an area or a water as a shape, None for all else."""
    if place.kind in {"area", "water"}:
        return _own_area(place)
    if place.country is None or place.kind in SPOT_KINDS:
        return None
    code = None
    if place.kind == "region":
        code = world.regions().code(place.country, place.name) if place.name == place.admin1 else None
        if code is None:
            return None
    try:
        return world.regions().area(place.country, code)
    except OptionError:
        return None


@lru_cache(maxsize=1024)
def _outline(place: Place) -> tuple[tuple[int, ...], ...]:
    import shapely

    if place.radius_km > MOST_KM:
        return ()
    full = _own_extent(place) if place.kind in {"area", "water"} else _area(place)
    if full is None or full.is_empty:
        return ()
    parts = shapely.get_parts(full)
    # Parts lie on either side of the antimeridian, never across it: each goes to the place's side.
    turns = np.rint((place.point.lon - shapely.get_x(shapely.centroid(parts))) / 360) * 360
    squeeze = max(0.01, math.cos(math.radians(place.point.lat)))
    areas = shapely.area(parts)
    order = np.argsort(-areas, kind="stable")
    kept = order[: 1 + int(np.searchsorted(np.cumsum(areas[order]), areas.sum() * (1 - ISLANDS_LOSS)))]
    each = np.repeat(turns[kept], shapely.get_num_coordinates(parts[kept]))
    moved = shapely.transform(parts[kept], lambda xy: (xy + np.column_stack([each, 0 * each])) * (squeeze, 1))
    plan = shapely.union_all(moved) if turns[kept].any() else shapely.multipolygons(moved)
    west, south, east, north = shapely.bounds(plan)
    if east - west > 180 * squeeze:
        return ()
    simple = _simplified(plan, math.hypot(east - west, north - south) * OUTLINE_SHARE, place.point, squeeze)
    rings = []
    for ring in shapely.get_rings(shapely.get_parts(simple)):
        whole = np.rint(shapely.get_coordinates(ring) / (squeeze, 1) * OUTLINE_SCALE).astype(np.int64)[:-1]
        steps = np.diff(whole, axis=0, prepend=[[0, 0]])
        steps = steps[steps.any(axis=1)]
        if len(steps) > 2:
            rings.append(tuple(steps.ravel().tolist()))
    return tuple(rings)


def _simplified(plan: Any, tolerance: float, point: Point, squeeze: float) -> Any:
    """Return a shape with few vertices that still has its area, and its own point if that lies in it."""
    import shapely

    own = shapely.Point(point.lon * squeeze, point.lat)
    area, inside = shapely.area(plan), shapely.covers(plan, own)
    for _ in range(OUTLINE_TRIES):
        # Quick at first; then a way that keeps the area, where a coast has many inlets.
        fine = shapely.simplify(plan, tolerance / 10, preserve_topology=False)
        simple = shapely.coverage_simplify([fine if shapely.is_valid(fine) else plan], tolerance)[0]
        parts = shapely.get_parts(simple)
        parts = parts[shapely.area(parts) > 4 * tolerance**2]
        simple = shapely.multipolygons(parts)
        kept = shapely.area(simple) / area
        if abs(kept - 1) < OUTLINE_LOSS and (not inside or shapely.covers(simple, own)):
            return simple
        tolerance /= 2
    return plan


def _own_area(place: Place) -> Any:
    """Return the extent that the gazetteer has of an area or a water; None for one beyond ``MOST_KM`` or the antimeridian."""
    area = _own_extent(place)
    return None if area is None or area.bounds[2] > 180 else area


def _own_extent(place: Place) -> Any:
    """Return the same with longitudes beyond 180 where it crosses the antimeridian."""
    import shapely

    shape = world.gazetteer().shape(place)
    if shape is None or place.radius_km > MOST_KM:
        return None
    if shape.codes:
        pairs = (code.partition(".") for code in shape.codes)
        try:
            return shapely.union_all(
                [world.regions().area(country, region or None) for country, _, region in pairs]
            )
        except OptionError:
            return None
    rings = [shapely.Polygon([(lon, lat) for lat, lon in ring]) for ring in shape.rings if len(ring) > 2]
    lines = [shapely.LineString([(lon, lat) for lat, lon in line]) for line in shape.lines]
    area = shapely.union_all([*map(shapely.make_valid, rings), *(line.buffer(BANK_DEG) for line in lines)])
    return None if area.is_empty else area
