"""The lines that divide the land of the world, and the nearest place on them from one point.

Each line has a unit of land on its left and one on its right; a coast has the sea on one side. Between vertices a line
is straight in longitude and latitude (at most metres apart from other readings, as the vertices are dense). A search
narrows down without ever losing the nearest place:

1. The lines are cut into blocks of at most ``BLOCK`` segments, each with a middle vertex and a radius that bounds the
   geodesic distance from it to any place of the block. A block whose chord minus its radius exceeds a distance already
   reached is out, as a chord through the Earth is never longer than the geodesic.
2. The same with geodesics: by the triangle inequality, a block is out if the distance to its middle minus its radius
   exceeds the best distance to a middle.
3. The remaining segments are cut to pieces of at most 1 km, on which the nearest place is found by projection in
   earth-centred coordinates. Pieces that may win are measured by geodesics and refined.

Nothing in it knows of poles, the antimeridian or enclaves, as none is special on the ellipsoid. For one point this
costs a millisecond and no index; :mod:`mapper.tree` is for many.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mapper import geodesy
from mapper.errors import DataError
from mapper.planes import unpack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

UNIT = 1_000_000  # stored steps per degree
SEA = -1  # in place of a unit
BLOCK = 64  # segments
PIECE_KM = 1.0
# Between these two radii of curvature lie all of WGS 84's (6335.44 along the meridian at the equator, 6399.59 at the
# poles), with a margin: they turn a chord into bounds of the geodesic.
RADII_KM = (6335.0, 6400.0)
ROUNDING_KM = 1e-9
SAG_KM = 5e-5  # how far a piece of 1 km lies from its chord, below it or beside it, at most (1²/8R = 2 cm), twice over
CLOSE_KM = 0.02  # a piece that is farther behind than this does not win by the last refinement,
# except far away, where a chord's nearest place may lie at the wrong end of its piece.
FAR_KM, CLOSE_FAR_KM = 10_000.0, 1.1 * PIECE_KM


class Nearest(NamedTuple):
    """The nearest place on some lines: its distance, position, and the number of its line."""

    km: float
    lat: float
    lon: float
    line: int


class _Blocks(NamedTuple):
    first: Integers  # segments from here
    last: Integers  # to here
    line: Integers
    lat: Floats  # of the middle vertex
    lon: Floats
    xyz: Floats
    radius: Floats


class Lines:
    """Lines with the units of land on their two sides.

    Parameters
    ----------
    arrays
        ``lat``, ``lon``, ``lengths``, ``left`` and, but for coasts, ``right``, as ``data/build_borders.py`` describes
        and writes them.

    Attributes
    ----------
    lat, lon
        Vertices of all lines one after the other, degrees, shape ``(n,)``.
    starts
        Line ``i`` has the vertices ``starts[i]:starts[i + 1]``; shape ``(lines + 1,)``.
    left, right
        The unit on either side of each line, walking along it, ``SEA`` for none; shape ``(lines,)``.

    Raises
    ------
    DataError
        If an array is missing or the arrays do not fit together.
    """

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        try:
            self.lat: Floats = unpack(arrays["lat"]) / UNIT
            self.lon: Floats = unpack(arrays["lon"]) / UNIT
            lengths = arrays["lengths"].astype(np.int64)
            self.left: Integers = arrays["left"].astype(np.int64)
            self.right: Integers = (
                arrays["right"].astype(np.int64) if "right" in arrays else np.full(len(self.left), SEA)
            )
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise DataError(f"the border data are of another version ({error!r}): run `make data`") from error
        fits = len(self.lat) == len(self.lon) == lengths.sum()
        if not fits or not len(lengths) == len(self.left) == len(self.right):
            raise DataError("the border data do not fit together: run `make data`")
        self.starts: Integers = np.concatenate([[0], np.cumsum(lengths)])

    def line(self, row: int) -> Floats:
        """Return the vertices of a line, shape ``(n, 2)``: latitude and longitude in degrees."""
        span = slice(self.starts[row], self.starts[row + 1])
        return np.column_stack([self.lat[span], self.lon[span]])

    def vertices(self, rows: Integers) -> tuple[Floats, Floats, Integers]:
        """Return latitudes and longitudes of some lines one after the other, and the number of vertices of each."""
        lengths = np.diff(self.starts)[rows]
        at = np.repeat(self.starts[rows] - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
        return self.lat[at], self.lon[at], lengths

    def blocks(self, rows: Integers) -> Integers:
        """Return the numbers of the blocks that some lines consist of, for :meth:`nearest`."""
        wanted = np.zeros(len(self.left), dtype=bool)
        wanted[rows] = True
        return np.nonzero(wanted[self._blocks.line])[0]

    def nearest(self, lat: float, lon: float, blocks: Integers) -> Nearest:
        """Return the nearest place of some blocks, of which there must be at least one.

        Parameters
        ----------
        lat, lon
            Degrees.
        blocks
            As :meth:`blocks` gives them.
        """
        all_blocks = self._blocks
        place = geodesy.ecef_km(np.array([lat]), np.array([lon]))[0]
        chord = np.sqrt(((all_blocks.xyz[blocks] - place) ** 2).sum(axis=1))
        trial = blocks[np.argpartition(chord, min(8, len(blocks) - 1))[:8]]
        reached = float(_from(lat, lon, all_blocks.lat[trial], all_blocks.lon[trial]).min())
        reached += ROUNDING_KM
        blocks = blocks[chord - all_blocks.radius[blocks] <= reached]
        middle_km = _from(lat, lon, all_blocks.lat[blocks], all_blocks.lon[blocks])
        blocks = blocks[
            middle_km - all_blocks.radius[blocks] <= min(reached, float(middle_km.min()) + ROUNDING_KM)
        ]

        counts = all_blocks.last[blocks] - all_blocks.first[blocks]
        vertex = np.repeat(all_blocks.first[blocks] - np.cumsum(counts) + counts, counts) + np.arange(
            counts.sum()
        )
        line = np.repeat(all_blocks.line[blocks], counts)
        lat0, lon0 = self.lat[vertex], self.lon[vertex]
        step_lat, step_lon = self.lat[vertex + 1] - lat0, self.lon[vertex + 1] - lon0
        cuts = pieces(lat0, step_lat, step_lon, PIECE_KM)
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

        def measure(rows: Integers, shares: Floats) -> tuple[Floats, Floats, Floats]:
            segment = owner[rows]
            t = begin[rows] + shares * (finish - begin)[rows]
            at_lat, at_lon = lat0[segment] + t * step_lat[segment], lon0[segment] + t * step_lon[segment]
            return _from(lat, lon, at_lat, at_lon), at_lat, at_lon

        km, _, _ = measure(able, share[able])
        able = able[km <= km.min() + (CLOSE_KM if km.min() < FAR_KM else CLOSE_FAR_KM)]
        best = share[able]
        # Far away, the chord's nearest place lies beside the geodesic's, even at the other end of the piece: look
        # all along it, then ever closer.
        for width in (1.0, 0.25, 0.06, 0.016):
            shares = np.clip(best[:, None] + width * np.linspace(-1, 1, 9), 0, 1)
            km = measure(np.repeat(able, 9), shares.ravel())[0].reshape(shares.shape)
            best = shares[np.arange(len(able)), km.argmin(axis=1)]
        km, at_lat, at_lon = measure(able, best)
        winner = int(km.argmin())
        return Nearest(
            km=float(km[winner]),
            lat=float(at_lat[winner]),
            lon=float(at_lon[winner]),
            line=int(line[owner[able[winner]]]),
        )

    def above(self, lat: float, lon: float) -> tuple[float, float, int]:
        """Return what one meets first on the way north: its latitude, its slope, and the unit on its near side.

        A line that runs along the meridian is not met, and a line that the point lies on is left behind. Where several
        meet in one place, the answer is that of the meridian next to it in the east, where the line with the least slope
        comes first. Without any line to the north: infinity, infinity and ``SEA``.
        """
        west, east = self.lon[:-1], self.lon[1:]
        crosses = (np.minimum(west, east) <= lon) & (lon < np.maximum(west, east))
        crosses[self.starts[1:-1] - 1] = False  # no line leads from one line to the next
        rows = np.nonzero(crosses)[0]
        west, step = self.lon[rows], self.lon[rows + 1] - self.lon[rows]
        slope = (self.lat[rows + 1] - self.lat[rows]) / step
        met = self.lat[rows] + (lon - west) * slope
        north = met > lat
        if not north.any():
            return math.inf, math.inf, SEA
        rows, met, slope, step = rows[north], met[north], slope[north], step[north]
        first = int(np.lexsort((slope, met))[0])
        line = int(np.searchsorted(self.starts, rows[first], side="right")) - 1
        # Below a line that leads east lies its right side.
        near = self.right[line] if step[first] > 0 else self.left[line]
        return float(met[first]), float(slope[first]), int(near)

    @cached_property
    def _blocks(self) -> _Blocks:
        """Cut the lines into blocks and bound each by a middle vertex and a radius."""
        segments = np.diff(self.starts) - 1
        blocks = -(-segments // BLOCK)
        line = np.repeat(np.arange(len(segments)), blocks)
        rank = np.arange(len(line)) - np.repeat(np.cumsum(blocks) - blocks, blocks)
        first = self.starts[line] + rank * BLOCK
        last = np.minimum(first + BLOCK, self.starts[line + 1] - 1)
        middle = (first + last) // 2
        lat, lon = self.lat[middle], self.lon[middle]

        def span(values: Floats) -> tuple[Floats, Floats]:
            low = np.minimum(np.minimum.reduceat(values, first), values[last])
            return low, np.maximum(np.maximum.reduceat(values, first), values[last])

        (south, north), (west, east) = span(self.lat), span(self.lon)
        # A path from the middle that is straight in lon/lat is no shorter than the geodesic; on it a radian of
        # latitude is at most the largest radius of curvature, one of longitude that times the cosine.
        up = np.radians(np.maximum(north - lat, lat - south))
        across = np.radians(np.maximum(east - lon, lon - west))
        nearest_equator = np.where(south * north < 0, 0, np.minimum(abs(south), abs(north)))
        radius = geodesy.MAX_CURVATURE_RADIUS_KM * np.hypot(up, across * np.cos(np.radians(nearest_equator)))
        return _Blocks(first, last, line, lat, lon, geodesy.ecef_km(lat, lon), radius)


def pieces(lat: Floats, step_lat: Floats, step_lon: Floats, piece_km: float) -> Integers:
    """Return into how many pieces each segment is to be cut.

    A piece is at most ``piece_km`` long. Towards the poles, where a line that is straight in longitude and latitude bends
    away from its chord with the tangent of the latitude, pieces are shorter, so that they bend away no farther.
    """
    one, other = np.abs(lat), np.abs(lat + step_lat)
    widest = np.cos(np.radians(np.where(lat * (lat + step_lat) < 0, 0, np.minimum(one, other))))
    bend = np.tan(np.radians(np.minimum(np.maximum(one, other), 89.9)))
    # 111.7 km is more than any degree on WGS 84.
    rough_km = 111.7 * np.hypot(step_lat, step_lon * widest)
    return np.maximum(1, np.ceil(rough_km * np.sqrt(np.maximum(1, bend)) / piece_km)).astype(np.int64)


def _from(lat: float, lon: float, to_lat: Floats, to_lon: Floats) -> Floats:
    return geodesy.distances_km(np.full(len(to_lat), lat), np.full(len(to_lon), lon), to_lat, to_lon)


def _geodesic_bounds(chord_km: Floats) -> tuple[Floats, Floats]:
    """Return bounds of the geodesic over a chord; near the antipode nothing is known but that it is long."""
    small, large = RADII_KM
    low = 2 * large * np.arcsin(np.minimum(chord_km / (2 * large), 1))
    high = 2 * small * np.arcsin(np.minimum(chord_km / (2 * small), 1))
    far = chord_km > 12_000  # beyond 15,400 km
    return np.where(far, chord_km, low), np.where(far, geodesy.MAX_DISTANCE_KM, high)
