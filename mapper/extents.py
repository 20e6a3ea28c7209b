"""The nearest and the farthest distance over the extent of a place, not only from its centre.

The extent is divided into ever smaller cells. A distance changes by no more than one moves, so what is known at one spot
of a cell bounds all of the cell; cells that can hold neither the nearest nor the farthest place are dropped. The answer
is thus as good for a border that bends around the place as for one that runs straight.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from mapper import geodesy
from mapper.model import Point

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Distances = Callable[[Floats, Floats], Floats]

# How exact the two ends of the interval are: the larger of a length and a share of the extent's size.
TOLERANCE_KM = 0.1
TOLERANCE_SHARE = 0.02
OUTLINE_KM = (
    3.0  # how far the outlines of regions may be off; what comes nearer to a border than that touches it
)
MOST_CELLS = 4000


def disc_range(
    centre: Point, radius_km: float, distances: Distances, *, centre_km: float, nearest: Point
) -> tuple[float, float]:
    """Return the nearest and the farthest distance over all places within a radius.

    Parameters
    ----------
    centre
        The middle of the place.
    radius_km
        How far it reaches, 0 or more.
    distances
        Gives the distance in km of points, from their latitudes and longitudes of shape ``(n,)``, in degrees.
    centre_km, nearest
        The distance of the centre, and where it leads to.
    """
    # The way to the nearest border leads through the disc, so its near end is exact.
    low, limit = max(0.0, centre_km - radius_km), centre_km + radius_km
    tolerance = max(TOLERANCE_KM, TOLERANCE_SHARE * radius_km)
    if radius_km <= tolerance:
        return low, limit
    # Mostly the farthest place is the one opposite.
    opposite = geodesy.bearing_deg(centre, nearest) + np.array([180.0, 160.0, 200.0])
    lon, lat = geodesy.destinations(centre, opposite, np.full(3, radius_km))
    best = max(centre_km, float(distances(lat, lon).max()))
    if best >= limit - tolerance:
        return low, limit
    bound = limit
    # Cells of a plane of bearings and distances around the centre; moving outward is the same there as on the ground,
    # and moving across is no more.
    x, y, half = np.zeros(1), np.zeros(1), radius_km
    while half > tolerance / 4 and len(x) <= MOST_CELLS:
        half /= 2
        x = (x[:, None] + half * np.array([-1, -1, 1, 1])).ravel()
        y = (y[:, None] + half * np.array([-1, 1, -1, 1])).ravel()
        away = np.hypot(x, y)
        inside = np.hypot(np.maximum(abs(x) - half, 0), np.maximum(abs(y) - half, 0)) <= radius_km
        x, y, away = x[inside], y[inside], away[inside]
        pulled = np.minimum(1, radius_km / np.maximum(away, 1e-9))  # a cell's middle may lie outside
        lon, lat = geodesy.destinations(centre, np.degrees(np.arctan2(x, y)), away * pulled)
        km = distances(lat, lon)
        reach = half * math.sqrt(2) + away * (1 - pulled)
        best = max(best, float(km.max()))
        bound = max(best, float((km + reach).max()))
        if bound <= best + tolerance:
            break
        kept = km + reach > best + tolerance
        x, y = x[kept], y[kept]
    return low, min(max(bound, best + tolerance), limit)


def area_range(area: Any, distances: Distances) -> tuple[float, float]:
    """Return the nearest and the farthest distance over an area.

    Parameters
    ----------
    area
        A valid shapely polygon or multipolygon of longitude and latitude in degrees.
    distances
        Gives the distance in km of points, from their latitudes and longitudes of shape ``(n,)``, in degrees.

    Returns
    -------
    low, high
        Kilometres. An area that comes within ``OUTLINE_KM`` is taken to touch: ``low`` is 0.
    """
    import shapely

    parts = shapely.get_parts(area)
    boxes = shapely.bounds(parts)
    tolerance = max(TOLERANCE_KM, TOLERANCE_SHARE * float(np.max(_diagonal_km(boxes))))
    least, most = math.inf, -math.inf
    while True:
        spots = shapely.get_coordinates(shapely.point_on_surface(parts))
        km = distances(spots[:, 1], spots[:, 0])
        reach = _diagonal_km(boxes)
        least, most = min(least, float(km.min())), max(most, float(km.max()))
        able = (km - reach < least - tolerance) & (least > OUTLINE_KM) | (km + reach > most + tolerance)
        low, high = least - tolerance, most + tolerance
        if not able.any() or len(parts) > MOST_CELLS:
            low, high = min([low, *(km - reach)[able]]), max([high, *(km + reach)[able]])
            return (0.0 if least <= OUTLINE_KM else max(0.0, low)), high
        parts, boxes = _halved(parts[able], boxes[able])


def _halved(parts: Any, boxes: Floats) -> tuple[Any, Floats]:
    """Cut each part across the longer side of its box and return the pieces with their boxes."""
    import shapely

    west, south, east, north = boxes.T
    wide = (east - west) * np.cos(np.radians((south + north) / 2)) > north - south
    one, other = boxes.copy(), boxes.copy()
    one[wide, 2] = other[wide, 0] = ((west + east) / 2)[wide]
    one[~wide, 3] = other[~wide, 1] = ((south + north) / 2)[~wide]
    cells = np.concatenate([one, other])
    pieces = shapely.intersection(shapely.box(*cells.T), np.concatenate([parts, parts]))
    pieces = pieces[shapely.area(pieces) > 0]
    return pieces, shapely.bounds(pieces)


def _diagonal_km(boxes: Floats) -> Floats:
    """Return how far two places in a box (west, south, east, north) lie from each other, at most."""
    west, south, east, north = boxes.T
    nearest_equator = np.where(south * north < 0, 0, np.minimum(abs(south), abs(north)))
    across = np.radians(east - west) * np.cos(np.radians(nearest_equator))
    return np.asarray(geodesy.MAX_CURVATURE_RADIUS_KM * np.hypot(np.radians(north - south), across))
