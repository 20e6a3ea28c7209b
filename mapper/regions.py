"""Which country and first-level region a point lies in, and the outlines of the regions.

Outlines are simplified to about 1 km, so a point on a coast or near a border may fall beside its region. Points up to
``SNAP_KM`` outside every outline go to the nearest one; near a border, ``mapper.world.locate`` knows better.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mapper.errors import DataError, OptionError
from mapper.planes import unpack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from mapper.model import Point

UNIT = 10_000  # stored steps per degree
SNAP_KM = 5.0  # how far outside every outline a point still counts as in the nearest region
COUNTRY_SNAP_KM = 25.0  # the same when the country is known: outlines lack small enclaves
KM_PER_DEGREE = 111.2  # of latitude on a sphere of the Earth's mean radius; enough to compare near outlines


class Located(NamedTuple):
    """Where a point lies: country (alpha-2), the region's name and its GeoNames code without the country."""

    country: str | None
    admin1: str | None
    admin1_code: str | None


class Regions:
    """The first-level regions of the world.

    Parameters
    ----------
    arrays
        What ``data/build_regions.py`` describes and writes.

    Raises
    ------
    DataError
        If an array is missing or the arrays do not fit together.
    """

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        try:
            planes = arrays["lon"], arrays["lat"]
            self._rings = np.concatenate([[0], np.cumsum(arrays["lengths"].astype(np.int64))])
            self._polygons = np.concatenate([[0], np.cumsum(arrays["rings"].astype(np.int64))])
            self._region = arrays["polygon_region"].astype(np.int64)
            self._codes = [str(code, "ascii") for code in arrays["codes"].tolist()]
            names = bytes(arrays["names"]).decode("utf-8").split("\n")
            self._xy = np.column_stack([unpack(plane) / UNIT for plane in planes])
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise DataError(f"the region data are of another version ({error!r}): run `make data`") from error
        together = len(self._xy) == self._rings[-1], len(self._region) == len(self._polygons) - 1
        if not all(together) or len(names) != len(self._codes):
            raise DataError("the region data do not fit together: run `make data`")
        self._names = dict(zip(self._codes, names, strict=True))

    def codes(self) -> list[tuple[str, str]]:
        """Return the country and GeoNames code of every region that has an outline, sorted."""
        return sorted((code[:2], code[3:]) for code in self._codes if code[3:])

    def name(self, country: str, admin1_code: str) -> str:
        """Return the English name of a region.

        Raises
        ------
        OptionError
            If there is no outline of such a region.
        """
        return self._names[self._codes[self._row(country, admin1_code)]]

    def outline(self, country: str, admin1_code: str) -> list[NDArray[np.float64]]:
        """Return the rings of a region as closed arrays of shape ``(n, 2)``: latitude and longitude in degrees.

        Outer rings run counterclockwise, holes clockwise.

        Raises
        ------
        OptionError
            If there is no outline of such a region.
        """
        rings = []
        for polygon in np.nonzero(self._region == self._row(country, admin1_code))[0]:
            for ring in range(self._polygons[polygon], self._polygons[polygon + 1]):
                rings.append(self._xy[self._rings[ring] : self._rings[ring + 1], ::-1].copy())
        return rings

    def area(self, country: str, admin1_code: str | None = None) -> Any:
        """Return a region, or a whole country, as a shapely multipolygon of longitude and latitude.

        Raises
        ------
        OptionError
            If there is no outline of it.
        """
        import shapely

        _, parts = self._tree
        if admin1_code:
            chosen = self._region == self._row(country, admin1_code)
        else:
            rows = [row for row, code in enumerate(self._codes) if code[:2] == country.upper()]
            chosen = np.isin(self._region, rows)
            if not rows:
                raise OptionError(
                    f"no outline of the country {country!r}: give ISO 3166-1 alpha-2, such as UA"
                )
        return shapely.union_all(shapely.make_valid(parts[chosen]))

    def code(self, country: str, name: str) -> str | None:
        """Return the GeoNames code of the region of a country with this English name, None if no outline has it."""
        known = (code for code, known in self._names.items() if code[:2] == country and known == name)
        return next((code[3:] for code in known if code[3:]), None)

    def locate(self, point: Point, *, country: str | None = None) -> Located:
        """Return the country and region that a point lies in; nothing for a point at sea.

        Parameters
        ----------
        point
            The place to look up.
        country
            If given, only regions of this country count (for a point known to lie in it).
        """
        inside = self._containing(point)
        if len(inside) == 1 and country in {None, self._codes[inside[0]][:2]}:
            return self._located(inside[0])
        within = COUNTRY_SNAP_KM if country else SNAP_KM
        best, best_km = None, math.inf
        for lon in self._wrapped(point.lon, within / KM_PER_DEGREE / max(_cos(point.lat), 0.01)):
            row, km = self._nearest(point.lat, lon, country, within)
            if row is not None and km < best_km:
                best, best_km = row, km
        return Located(country, None, None) if best is None else self._located(best)

    def _located(self, row: int) -> Located:
        code = self._codes[row]
        return Located(code[:2], self._names[code] or None, code[3:] or None)

    def _containing(self, point: Point) -> list[int]:
        """Return the regions of the polygons that contain a point, by the even-odd rule; needs no index."""
        lon, lat = self._xy.T
        crosses = (lon[:-1] <= point.lon) != (lon[1:] <= point.lon)
        crosses[self._rings[1:-1] - 1] = False
        rows = np.nonzero(crosses)[0]
        met = lat[rows] + (point.lon - lon[rows]) / (lon[rows + 1] - lon[rows]) * (lat[rows + 1] - lat[rows])
        rings = np.searchsorted(self._rings, rows[met > point.lat], side="right") - 1
        polygons, crossings = np.unique(
            np.searchsorted(self._polygons, rings, side="right") - 1, return_counts=True
        )
        return [int(row) for row in self._region[polygons[crossings % 2 == 1]]]

    def _row(self, country: str, admin1_code: str) -> int:
        code = f"{country.upper()}.{admin1_code}"
        if code not in self._names or not admin1_code:
            known = ", ".join(code for land, code in self.codes() if land == country.upper())
            raise OptionError(f"no outline of region {code}; known in {country.upper()}: {known or 'none'}")
        return self._codes.index(code)

    @staticmethod
    def _wrapped(lon: float, reach: float) -> list[float]:
        """Return the longitudes under which a point near the antimeridian has to be looked for."""
        return [
            lon,
            *([lon - 360] if lon + reach > 180 else []),
            *([lon + 360] if lon - reach < -180 else []),
        ]

    def _nearest(
        self, lat: float, lon: float, country: str | None, within_km: float
    ) -> tuple[int | None, float]:
        import shapely

        tree, parts = self._tree
        up = within_km / KM_PER_DEGREE
        squeeze = max(_cos(lat), 0.01)
        box = shapely.box(lon - up / squeeze, lat - up, lon + up / squeeze, lat + up)
        near = tree.query(box, predicate="intersects")
        if country:
            near = near[[self._codes[self._region[part]][:2] == country for part in near]]
        if not len(near):
            return None, math.inf
        here = shapely.Point(lon, lat)
        inside = near[shapely.intersects(parts[near], here)]
        if len(inside):  # on a shared boundary both do: the smaller part, so that enclaves win
            return int(self._region[inside[np.argmin(shapely.area(parts[inside]))]]), 0.0
        clipped = shapely.intersection(parts[near], box)
        plan = shapely.transform(
            clipped, lambda xy: (xy - (lon, lat)) * (squeeze * KM_PER_DEGREE, KM_PER_DEGREE)
        )
        km = shapely.distance(plan, shapely.Point(0, 0))
        first = int(np.argmin(km))
        return (
            (int(self._region[near[first]]), float(km[first])) if km[first] <= within_km else (None, math.inf)
        )

    @cached_property
    def _tree(self) -> tuple[Any, Any]:
        import shapely

        parts = shapely.from_ragged_array(
            shapely.GeometryType.POLYGON, self._xy, (self._rings, self._polygons)
        )
        return shapely.STRtree(parts), parts


def _cos(lat: float) -> float:
    return math.cos(math.radians(lat))
