"""The distance from a point to the nearest land border, exact on the WGS 84 ellipsoid.

A border is a set of lines, straight in longitude and latitude between vertices (at most metres apart from other
readings, as the vertices are dense). The search narrows down without ever losing the nearest place:

1. The lines are cut into blocks of at most 64 segments, each with a middle vertex and a radius that bounds the
   geodesic distance from it to any place of the block. A block whose chord minus its radius exceeds a distance
   already reached is out, as a chord through the Earth is never longer than the geodesic.
2. The same with geodesics: by the triangle inequality, a block is out if the distance to its middle minus its radius
   exceeds the best distance to a middle.
3. The remaining segments are cut to pieces of at most 1 km, on which the nearest place is found by projection in
   earth-centred coordinates. Pieces that may win are measured by geodesics and refined.

Nothing in it knows of poles, the antimeridian or enclaves, as none is special on the ellipsoid.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mapper import geodesy
from mapper.errors import DataError, OptionError
from mapper.model import BorderDistance, Point
from mapper.planes import unpack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

UNIT = 100_000  # stored steps per degree
BLOCK = 64  # segments
PIECE_KM = 1.0
# Between these two radii of curvature lie all of WGS 84's (6335.44 along the meridian at the equator, 6399.59 at the
# poles), with a margin: they turn a chord into bounds of the geodesic.
RADII_KM = (6335.0, 6400.0)
SAG_KM = 5e-5  # how far a piece of 1 km lies from its chord, at most (1²/8R = 2 cm), twice over
CLOSE_KM = 0.02  # a piece that is farther behind than this does not win by the last refinement
VERTEX_KM = 0.0005  # nearer than this to a vertex is at it
ON_LINE_KM = 0.001  # nearer than this to the border has no side


class BorderDistances(NamedTuple):
    """Distances of many points: ``km``, ``lat`` and ``lon`` of the nearest place, ``border`` like "RU-UA"."""

    km: Floats
    lat: Floats
    lon: Floats
    border: NDArray[np.str_]


class _Found(NamedTuple):
    km: float
    lat: float
    lon: float
    vertex: int  # the segment runs from this vertex to the next
    pair: int


class Borders:
    """The land borders of the world in one view.

    Parameters
    ----------
    arrays
        What ``data/build_borders.py`` describes and writes: ``lat``, ``lon``, ``lengths``, ``line_pair``, ``pairs``,
        ``codes``, ``view``.

    Raises
    ------
    DataError
        If an array is missing or the arrays do not fit together.
    """

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        try:
            self._lat = unpack(arrays["lat"]) / UNIT
            self._lon = unpack(arrays["lon"]) / UNIT
            lengths = arrays["lengths"].astype(np.int64)
            line_pair = arrays["line_pair"].astype(np.int64)
            names = [str(name, "ascii").split("-") for name in arrays["pairs"].tolist()]
            self.view = str(bytes(arrays["view"]), "ascii")
            self._codes = frozenset(str(code, "ascii") for code in arrays["codes"].tolist())
        except (KeyError, ValueError, AttributeError, UnicodeDecodeError) as error:
            raise DataError(f"the border data are of another version ({error!r}): run `make data`") from error
        if not len(self._lat) == len(self._lon) == lengths.sum() or len(lengths) != len(line_pair):
            raise DataError("the border data do not fit together: run `make data`")
        self._pairs = [(one, other) for one, other in names]
        self._starts = np.concatenate([[0], np.cumsum(lengths)])
        self._line_pair = line_pair
        self._chosen: dict[frozenset[int], Integers] = {}
        self._block()

    def pairs(self) -> set[tuple[str, str]]:
        """Return the pairs of countries (alphabetical order) that share a land border."""
        return set(self._pairs)

    def neighbours(self, country: str) -> list[str]:
        """Return the codes of the countries that share a land border with ``country``, sorted.

        Raises
        ------
        OptionError
            If the code is unknown.
        """
        code = self._code(country)
        return sorted({other for pair in self._pairs if code in pair for other in pair if other != code})

    def lines(self, pair: tuple[str, str]) -> list[Floats]:
        """Return the border between two countries as arrays of shape ``(n, 2)``: latitude and longitude in degrees.

        Along each line the country that comes first in the alphabet lies on the left.

        Raises
        ------
        OptionError
            If the two share no land border.
        """
        rows = np.nonzero(self._line_pair == self._pair(pair))[0]
        spans = [slice(self._starts[row], self._starts[row + 1]) for row in rows]
        return [np.column_stack([self._lat[span], self._lon[span]]) for span in spans]

    def length_km(self, pair: tuple[str, str]) -> float:
        """Return the geodesic length of the border between two countries at this resolution."""
        return sum(
            float(geodesy.distances_km(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1]).sum())
            for line in self.lines(pair)
        )

    def nearest(
        self,
        point: Point,
        *,
        country: str | None = None,
        pair: tuple[str, str] | None = None,
        radius_km: float = 0.0,
    ) -> BorderDistance:
        """Return the distance to the nearest land border.

        Parameters
        ----------
        point
            Where to measure from.
        country
            Only borders of this country (ISO 3166-1 alpha-2).
        pair
            Only the border between these two countries.
        radius_km
            How far the place reaches from ``point``. As moving by ``r`` changes a distance by at most ``r``, the
            distance of every place within the radius lies in ``max(0, km - radius_km)..km + radius_km``.

        Raises
        ------
        OptionError
            If a code is unknown, the country has no land border, the two share none, or the radius is no length.
        """
        if not (math.isfinite(radius_km) and radius_km >= 0):
            raise OptionError(f"a radius of {radius_km!r} km is no length: give 0 or more")
        found = self._search(point.lat, point.lon, self._choose(country, pair))
        return BorderDistance(
            km=found.km,
            low_km=max(0.0, found.km - radius_km),
            high_km=found.km + radius_km,
            border=self._pairs[found.pair],
            nearest_point=Point(lat=found.lat, lon=found.lon),
            view=self.view,
        )

    def nearest_many(self, lat: Floats, lon: Floats, country: str | None = None) -> BorderDistances:
        """Return the distances of many points to the nearest border (of ``country``, if given).

        ``lat`` and ``lon`` have shape ``(n,)``, degrees, as has every array of the answer.

        Raises
        ------
        OptionError
            As :meth:`nearest`.
        CoordinateError
            If a position is no place on Earth.
        """
        blocks = self._choose(country, None)
        points = [Point(lat=float(y), lon=float(x)) for y, x in zip(lat, lon, strict=True)]
        found = [self._search(point.lat, point.lon, blocks) for point in points]
        return BorderDistances(
            km=np.array([row.km for row in found], dtype=np.float64),
            lat=np.array([row.lat for row in found], dtype=np.float64),
            lon=np.array([row.lon for row in found], dtype=np.float64),
            border=np.array(["-".join(self._pairs[row.pair]) for row in found], dtype=np.str_),
        )

    def side(self, point: Point) -> str | None:
        """Return which of the nearest border's two countries ``point`` lies in, None on the line itself.

        No border lies between the point and its nearest border, so the answer holds for any point on land.
        """
        found = self._search(point.lat, point.lon, self._choose(None, None))
        if found.km < ON_LINE_KM:
            return None
        here = np.array([found.lat]), np.array([found.lon])
        ends = np.array([found.vertex, found.vertex + 1])
        off = geodesy.distances_km(
            np.repeat(here[0], 2), np.repeat(here[1], 2), self._lat[ends], self._lon[ends]
        )
        first = np.array([found.vertex])
        if (
            off.min() < VERTEX_KM
        ):  # all segments that meet there; the one closest in direction bounds the sector
            corner = ends[off.argmin()]
            same = np.nonzero((self._lat == self._lat[corner]) & (self._lon == self._lon[corner]))[0]
            candidates = np.concatenate([same, same - 1])
            first = candidates[np.isin(candidates, self._starts[1:] - 1, invert=True) & (candidates >= 0)]
        cos = math.cos(math.radians(found.lat))
        along = np.column_stack(
            [(self._lon[first + 1] - self._lon[first]) * cos, self._lat[first + 1] - self._lat[first]]
        )
        away = np.array([((point.lon - found.lon + 180) % 360 - 180) * cos, point.lat - found.lat])
        outward = along.copy()
        if len(first) > 1:
            backward = (self._lat[first] != self._lat[corner]) | (self._lon[first] != self._lon[corner])
            outward[backward] *= -1
        cosine = outward @ away / (np.hypot(*outward.T) * np.hypot(*away))
        best = int(cosine.argmax())
        left = along[best, 0] * away[1] - along[best, 1] * away[0] > 0
        line = int(np.searchsorted(self._starts, first[best], side="right")) - 1
        one, other = self._pairs[int(self._line_pair[line])]
        return one if left else other

    def _code(self, country: str) -> str:
        code = country.upper()
        if code not in self._codes:
            raise OptionError(f"unknown country code {country!r}: give ISO 3166-1 alpha-2, such as UA")
        return code

    def _pair(self, pair: tuple[str, str]) -> int:
        one, other = sorted(self._code(code) for code in pair)
        if (one, other) not in self._pairs:
            raise OptionError(
                f"{one} and {other} share no land border; neighbours of {one}: {self._listed(one)}; "
                f"neighbours of {other}: {self._listed(other)}"
            )
        return self._pairs.index((one, other))

    def _listed(self, code: str) -> str:
        return ", ".join(self.neighbours(code)) or "none"

    def _choose(self, country: str | None, pair: tuple[str, str] | None) -> Integers:
        """Return the numbers of the blocks of the borders that are asked for."""
        wanted = set(range(len(self._pairs)))
        if country is not None:
            code = self._code(country)
            wanted = {number for number, codes in enumerate(self._pairs) if code in codes}
            if not wanted:
                raise OptionError(
                    f"{code} has no land border with another country: ask for the nearest border of any"
                )
        if pair is not None:
            number = self._pair(pair)
            if number not in wanted:
                raise OptionError(
                    f"the border {'-'.join(self._pairs[number])} is none of {country}: leave one out"
                )
            wanted = {number}
        key = frozenset(wanted)
        if key not in self._chosen:
            self._chosen[key] = np.nonzero(np.isin(self._block_pair, list(key)))[0]
        return self._chosen[key]

    def _block(self) -> None:
        """Cut the lines into blocks and bound each block by a middle vertex and a radius."""
        segments = np.diff(self._starts) - 1
        blocks = -(-segments // BLOCK)
        line = np.repeat(np.arange(len(segments)), blocks)
        rank = np.arange(len(line)) - np.repeat(np.cumsum(blocks) - blocks, blocks)
        self._first = self._starts[line] + rank * BLOCK
        self._last = np.minimum(self._first + BLOCK, self._starts[line + 1] - 1)
        self._block_pair = self._line_pair[line]
        middle = (self._first + self._last) // 2
        self._middle_lat, self._middle_lon = self._lat[middle], self._lon[middle]
        south, north = self._range(self._lat)
        west, east = self._range(self._lon)
        # A path from the middle that is straight in lon/lat is no shorter than the geodesic; on it a radian of
        # latitude is at most the largest radius of curvature, one of longitude that times the cosine.
        up = np.radians(np.maximum(north - self._middle_lat, self._middle_lat - south))
        across = np.radians(np.maximum(east - self._middle_lon, self._middle_lon - west))
        nearest_equator = np.where(south * north < 0, 0, np.minimum(abs(south), abs(north)))
        self._radius = geodesy.MAX_CURVATURE_RADIUS_KM * np.hypot(
            up, across * np.cos(np.radians(nearest_equator))
        )
        self._middle = geodesy.ecef_km(self._middle_lat, self._middle_lon)

    def _range(self, values: Floats) -> tuple[Floats, Floats]:
        low = np.minimum(np.minimum.reduceat(values, self._first), values[self._last])
        high = np.maximum(np.maximum.reduceat(values, self._first), values[self._last])
        return low, high

    def _search(self, lat: float, lon: float, blocks: Integers) -> _Found:
        place = geodesy.ecef_km(np.array([lat]), np.array([lon]))[0]
        chord = np.sqrt(((self._middle[blocks] - place) ** 2).sum(axis=1))
        trial = blocks[np.argpartition(chord, min(8, len(blocks) - 1))[:8]]
        reached = float(_from(lat, lon, self._middle_lat[trial], self._middle_lon[trial]).min())
        blocks = blocks[chord - self._radius[blocks] <= reached]
        middle_km = _from(lat, lon, self._middle_lat[blocks], self._middle_lon[blocks])
        blocks = blocks[middle_km - self._radius[blocks] <= min(reached, float(middle_km.min()))]

        counts = self._last[blocks] - self._first[blocks]
        vertex = np.repeat(self._first[blocks] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        pair = np.repeat(self._block_pair[blocks], counts)
        lat0, lon0 = self._lat[vertex], self._lon[vertex]
        step_lat, step_lon = self._lat[vertex + 1] - lat0, self._lon[vertex + 1] - lon0
        rough_km = 111.7 * np.hypot(
            step_lat, step_lon * np.cos(np.radians(lat0))
        )  # 111.7 > any degree on WGS 84
        cuts = np.maximum(1, np.ceil(rough_km / PIECE_KM)).astype(np.int64)
        owner = np.repeat(np.arange(len(vertex)), cuts)
        begin = (np.arange(len(owner)) - np.repeat(np.cumsum(cuts) - cuts, cuts)) / cuts[owner]
        finish = begin + 1 / cuts[owner]
        a = geodesy.ecef_km(lat0[owner] + begin * step_lat[owner], lon0[owner] + begin * step_lon[owner])
        b = geodesy.ecef_km(lat0[owner] + finish * step_lat[owner], lon0[owner] + finish * step_lon[owner])
        along, to = b - a, place - a
        share = np.clip((to * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-18), 0, 1)
        chord = np.sqrt(((to - share[:, None] * along) ** 2).sum(axis=1))
        low, high = _geodesic_bounds(chord)
        able = np.nonzero(low <= high.min() + 2 * SAG_KM)[0]

        def measure(pieces: Integers, shares: Floats) -> tuple[Floats, Floats, Floats]:
            segment = owner[pieces]
            t = begin[pieces] + shares * (finish - begin)[pieces]
            at_lat, at_lon = lat0[segment] + t * step_lat[segment], lon0[segment] + t * step_lon[segment]
            return _from(lat, lon, at_lat, at_lon), at_lat, at_lon

        km, _, _ = measure(able, share[able])
        able = able[np.argsort(km)][: int((km <= km.min() + CLOSE_KM).sum())]
        best = share[able]
        # Far away, the chord's nearest place lies a little beside the geodesic's: look around it, ever closer.
        for width in (0.5, 0.125, 0.03, 0.008):
            shares = np.clip(best[:, None] + width * np.linspace(-1, 1, 9), 0, 1)
            km = measure(np.repeat(able, 9), shares.ravel())[0].reshape(shares.shape)
            best = shares[np.arange(len(able)), km.argmin(axis=1)]
        km, at_lat, at_lon = measure(able, best)
        winner = int(km.argmin())
        segment = int(owner[able[winner]])
        return _Found(
            km=float(km[winner]),
            lat=float(at_lat[winner]),
            lon=float(at_lon[winner]),
            vertex=int(vertex[segment]),
            pair=int(pair[segment]),
        )


def _from(lat: float, lon: float, to_lat: Floats, to_lon: Floats) -> Floats:
    return geodesy.distances_km(np.full(len(to_lat), lat), np.full(len(to_lon), lon), to_lat, to_lon)


def _geodesic_bounds(chord_km: Floats) -> tuple[Floats, Floats]:
    """Return bounds of the geodesic over a chord; near the antipode nothing is known but that it is long."""
    small, large = RADII_KM
    low = 2 * large * np.arcsin(np.minimum(chord_km / (2 * large), 1))
    high = 2 * small * np.arcsin(np.minimum(chord_km / (2 * small), 1))
    far = chord_km > 12_000  # beyond 15,400 km
    return np.where(far, chord_km, low), np.where(far, geodesy.MAX_DISTANCE_KM, high)
