"""Geometry on the WGS 84 ellipsoid, and the only place where lat/lon is handed to libraries that want x/y.

Distances are kilometres along the geodesic, computed by PROJ after C. F. F. Karney, "Algorithms for geodesics",
Journal of Geodesy 87 (2013), 43-55: exact to about 15 nanometres, at the poles, across the antimeridian and for
antipodal points too. Angles are degrees, bearings count clockwise from true north, 0 <= bearing < 360.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from mapper.errors import OptionError
from mapper.model import Point

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pyproj import Geod

    Floats = NDArray[np.float64]

# WGS 84 (NIMA TR8350.2, third edition, 2000, table 3.1).
SEMI_MAJOR_KM = 6378.137
FLATTENING = 1 / 298.257223563
# The largest radius of curvature of the ellipsoid in any direction, a²/b, met at the poles.
MAX_CURVATURE_RADIUS_KM = SEMI_MAJOR_KM / (1 - FLATTENING)
MAX_DISTANCE_KM = 20_004.0  # between the poles along a meridian, rounded up; no two points are farther apart


@lru_cache(maxsize=1)
def _geod() -> Geod:
    from pyproj import Geod

    return Geod(a=SEMI_MAJOR_KM, f=FLATTENING)  # lengths in kilometres


def distance_km(one: Point, other: Point) -> float:
    """Return the length of the geodesic between two points."""
    return float(_geod().inv(one.lon, one.lat, other.lon, other.lat)[2])


def distances_km(from_lat: Floats, from_lon: Floats, to_lat: Floats, to_lon: Floats) -> Floats:
    """Return geodesic lengths between arrays of points, all of one shape, in degrees."""
    import numpy as np

    return np.asarray(_geod().inv(from_lon, from_lat, to_lon, to_lat)[2], dtype=np.float64)


def bearing_deg(one: Point, other: Point) -> float:
    """Return the direction in which the geodesic from ``one`` to ``other`` sets out; 0 for equal points."""
    if one == other:
        return 0.0
    return float(_geod().inv(one.lon, one.lat, other.lon, other.lat)[0]) % 360


def destination(point: Point, bearing_deg: float, distance_km: float) -> Point:
    """Return where one arrives after ``distance_km`` along the geodesic that sets out at ``bearing_deg``."""
    lon, lat, _ = _geod().fwd(point.lon, point.lat, bearing_deg, distance_km)
    return Point(lat=float(lat), lon=float(lon))


def destinations(point: Point, bearing_deg: Floats, distance_km: Floats) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes of the ends of many geodesics from one point, shape ``(n,)``."""
    import numpy as np

    n = len(bearing_deg)
    lon, lat, _ = _geod().fwd(np.full(n, point.lon), np.full(n, point.lat), bearing_deg, distance_km)
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def circle(point: Point, radius_km: float, corners: int = 72) -> list[Point]:
    """Return a closed ring of points at ``radius_km`` from ``point``, clockwise from north.

    Longitudes are normalised to -180..180, so a ring across the antimeridian jumps there.

    Raises
    ------
    OptionError
        If the radius is not positive and below half the way around the Earth, or there are fewer than 3 corners.
    """
    if not 0 < radius_km < MAX_DISTANCE_KM:
        raise OptionError(f"a circle's radius of {radius_km!r} km is not within 0..{MAX_DISTANCE_KM:.0f} km")
    if corners < 3:
        raise OptionError(f"a circle of {corners!r} corners is none: ask for 3 or more")
    ring = [destination(point, 360 * corner / corners, radius_km) for corner in range(corners)]
    return [*ring, ring[0]]


def ecef_km(lat: Floats, lon: Floats) -> Floats:
    """Return earth-centred, earth-fixed coordinates of points on the ellipsoid.

    Parameters
    ----------
    lat, lon
        Degrees, shape ``(n,)``.

    Returns
    -------
    ndarray
        Shape ``(n, 3)``, kilometres: x towards 0 N 0 E, y towards 0 N 90 E, z towards the north pole.
        Formula: B. Hofmann-Wellenhof et al., "GPS: Theory and Practice" (2001), eq. 10.1, at height 0.
    """
    import numpy as np

    phi, lam = np.radians(lat), np.radians(lon)
    squared_eccentricity = FLATTENING * (2 - FLATTENING)
    prime_vertical = SEMI_MAJOR_KM / np.sqrt(1 - squared_eccentricity * np.sin(phi) ** 2)
    across = prime_vertical * np.cos(phi)
    up = prime_vertical * (1 - squared_eccentricity) * np.sin(phi)
    return np.stack([across * np.cos(lam), across * np.sin(lam), up], axis=-1)
