"""Border distances by a slow, independent way: the densified lines, PROJ's geodesics, and bounds that can be proved.

It shares nothing with ``mapper.borders`` but the lines themselves. A line is straight in longitude and latitude
between its vertices; it is cut into pieces of at most 1 km, and those into blocks. Then:

1. On a sphere that takes geodetic for spherical latitude, the angle of two points is measured for all blocks at once.
   A path on the ellipsoid is 6,335.4 to 6,399.6 km long per radian of that sphere (the extremes of the radii of
   curvature), so the geodesic lies between these multiples of the angle, and most blocks are out.
2. Geodesics to the middle of the blocks left, then to every end of a piece, sort out more by the triangle inequality.
3. What is left is halved again and again. Along a piece of length h whose ends lie at f0 and f1, the distance f is
   at least (f0 + f1 - h) / 2, as moving by s changes it by at most s; and at least min(f0, f1) - C h² / 8 if its second
   derivative is at most C. By the Hessian comparison theorem that of the distance itself is at most 1/f, also across
   the cut locus near the antipode; the bend of the line and its uneven speed add less than 3 tan(lat) / 6,335 km.

The search ends when no piece can be nearer than the best place found by more than ``TOLERANCE_KM``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pyproj import Geod

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

GEOD = Geod(a=6378.137, rf=298.257223563)  # WGS 84 (NIMA TR8350.2), in kilometres
RADII_KM = (6335.4, 6399.6)  # a(1-e²) = 6335.439 rounded down, a/sqrt(1-e²) = 6399.594 rounded up
TOLERANCE_KM = 1e-6
PIECE_KM = 1.0
BLOCK = 32  # pieces
ROUNDING = 1e-7  # of an angle by arccos, radians; near 0 it is off by up to 2e-8
POINTS_AT_ONCE = 128


class Answer(NamedTuple):
    """The least distance of each point, a place that attains it within ``TOLERANCE_KM``, and the row of its pair."""

    km: Floats
    lat: Floats
    lon: Floats
    pair: Integers


class Truth:
    """The distance to lines.

    Parameters
    ----------
    lines
        For each pair of countries, arrays of shape ``(n, 2)``: latitude and longitude in degrees, n at least 2.
    """

    def __init__(self, lines: Mapping[tuple[str, str], Sequence[Floats]]) -> None:
        self.pairs = sorted(lines)
        dense = [(row, _densified(line)) for row, pair in enumerate(self.pairs) for line in lines[pair]]
        counts = np.array([len(line) for _, line in dense])
        self._lat, self._lon = np.concatenate([line for _, line in dense]).T.copy()
        starts = np.cumsum(counts) - counts
        first, last, pair = [], [], []
        for (row, _), start, count in zip(dense, starts, counts, strict=True):
            begin = np.arange(start, start + count - 1, BLOCK)
            first.append(begin)
            last.append(np.minimum(begin + BLOCK, start + count - 1))
            pair.append(np.full(len(begin), row))
        self._first, self._last = np.concatenate(first), np.concatenate(last)
        self._pair = np.concatenate(pair)
        self._middle = (self._first + self._last) // 2
        self._bound()

    def nearest(self, lat: Floats, lon: Floats, to: str | tuple[str, str] | None = None) -> Answer:
        """Return the least distances of points (degrees, shape ``(n,)``) to all borders, a country's or a pair's."""
        rows = [row for row, pair in enumerate(self.pairs) if to is None or to == pair or to in pair]
        blocks = np.nonzero(np.isin(self._pair, rows))[0]
        parts = [
            self._search(lat[at : at + POINTS_AT_ONCE], lon[at : at + POINTS_AT_ONCE], blocks)
            for at in range(0, len(lat), POINTS_AT_ONCE)
        ]
        return Answer(*(np.concatenate(values) for values in zip(*parts, strict=True)))

    def _bound(self) -> None:
        """Give each block an angle about its middle vertex that covers it."""
        place = _unit(self._lat, self._lon)
        counts = self._last - self._first + 1
        owner, vertex = _explode(self._first, counts)
        apart = np.linalg.norm(place[vertex] - place[self._middle[owner]], axis=1)
        ends = np.cumsum(counts)
        # No place of a piece is farther than half its length (at most PIECE_KM) from one of its ends.
        reach = 2 * np.arcsin(np.maximum.reduceat(apart, ends - counts) / 2)
        self._reach = reach + PIECE_KM / 2 / RADII_KM[0]
        self._unit = place[self._middle]

    def _search(self, lat: Floats, lon: Floats, blocks: Integers) -> Answer:
        angle = np.arccos(np.clip(_unit(lat, lon) @ self._unit[blocks].T, -1, 1))
        closest = self._middle[blocks[angle.argmin(axis=1)]]
        best = _km(lat, lon, self._lat[closest], self._lon[closest])
        least = RADII_KM[0] * (angle - self._reach[blocks] - ROUNDING)
        who, column = np.nonzero(least <= best[:, None])
        block = blocks[column]

        middle = self._middle[block]
        km = _km(lat[who], lon[who], self._lat[middle], self._lon[middle])
        np.minimum.at(best, who, km)
        keep = km - RADII_KM[1] * self._reach[block] <= best[who]
        who, block = who[keep], block[keep]

        counts = self._last[block] - self._first[block]
        owner, vertex = _explode(self._first[block], counts + 1)
        km = _km(lat[who[owner]], lon[who[owner]], self._lat[vertex], self._lon[vertex])
        found = Answer(best, np.zeros_like(lat), np.zeros_like(lon), np.zeros(len(lat), dtype=np.int64))
        found.km[:] = np.inf
        _improve(found, who[owner], km, self._lat[vertex], self._lon[vertex], self._pair[block[owner]])

        start = np.nonzero(np.diff(owner, append=-1) == 0)[
            0
        ]  # pieces: a vertex whose next is of the same block
        who, pair, vertex = who[owner[start]], self._pair[block[owner[start]]], vertex[start]
        pieces = np.column_stack(
            [self._lat[vertex], self._lon[vertex], self._lat[vertex + 1], self._lon[vertex + 1]]
        )
        self._refine(found, lat, lon, who, pair, pieces, km[start], km[start + 1])
        return found

    @staticmethod
    def _refine(
        found: Answer,
        lat: Floats,
        lon: Floats,
        who: Integers,
        pair: Integers,
        pieces: Floats,
        near: Floats,
        far: Floats,
    ) -> None:
        """Halve pieces (rows of lat, lon, lat, lon; ``near`` and ``far`` are the distances of their ends)."""
        while len(who):
            keep = _least(pieces, near, far) < found.km[who] - TOLERANCE_KM
            who, pair, pieces, near, far = who[keep], pair[keep], pieces[keep], near[keep], far[keep]
            middle = (pieces[:, :2] + pieces[:, 2:]) / 2
            km = _km(lat[who], lon[who], middle[:, 0], middle[:, 1])
            _improve(found, who, km, middle[:, 0], middle[:, 1], pair)
            pieces = np.vstack([np.hstack([pieces[:, :2], middle]), np.hstack([middle, pieces[:, 2:]])])
            near, far = np.concatenate([near, km]), np.concatenate([km, far])
            who, pair = np.tile(who, 2), np.tile(pair, 2)


def _least(pieces: Floats, near: Floats, far: Floats) -> Floats:
    """Return a lower bound of the distance to each piece (see the module's docstring)."""
    length = _longest_km(pieces[:, :2], pieces[:, 2:])
    lipschitz = np.maximum((near + far - length) / 2, 0)
    steepest = np.maximum(abs(pieces[:, 0]), abs(pieces[:, 2]))
    with np.errstate(divide="ignore", invalid="ignore"):
        bend = 1 / lipschitz + 3 * np.tan(np.radians(steepest)) / RADII_KM[0]
        smooth = np.minimum(near, far) - bend * length**2 / 8
    return np.where(lipschitz > 0, np.maximum(lipschitz, smooth), 0)


def _improve(found: Answer, who: Integers, km: Floats, lat: Floats, lon: Floats, pair: Integers) -> None:
    order = np.argsort(km, kind="stable")
    point, row = np.unique(who[order], return_index=True)
    row = order[row]
    better = km[row] < found.km[point]
    point, row = point[better], row[better]
    for values, new in zip(found, (km, lat, lon, pair), strict=True):
        values[point] = new[row]


def _densified(line: Floats) -> Floats:
    cuts = np.maximum(1, np.ceil(_longest_km(line[:-1], line[1:]) / PIECE_KM)).astype(np.int64)
    owner, rank = _explode(np.zeros(len(cuts), dtype=np.int64), cuts)
    share = (rank / cuts[owner])[:, None]
    return np.vstack([line[owner] * (1 - share) + line[owner + 1] * share, line[-1:]])


def _longest_km(one: Floats, other: Floats) -> Floats:
    """Return what a way straight in lon/lat measures at most: rows of lat, lon in degrees."""
    equatorward = np.where(one[:, 0] * other[:, 0] < 0, 0, np.minimum(abs(one[:, 0]), abs(other[:, 0])))
    up, across = np.radians(other - one).T
    return np.asarray(RADII_KM[1] * np.hypot(up, across * np.cos(np.radians(equatorward))))


def _explode(first: Integers, counts: Integers) -> tuple[Integers, Integers]:
    """Return, for runs of ``counts`` numbers from ``first``, the row of the run and the number."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, first[owner] + np.arange(len(owner)) - (np.cumsum(counts) - counts)[owner]


def _unit(lat: Floats, lon: Floats) -> Floats:
    phi, lam = np.radians(lat), np.radians(lon)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def _km(lat: Floats, lon: Floats, to_lat: Floats, to_lon: Floats) -> Floats:
    return np.asarray(GEOD.inv(lon, lat, to_lon, to_lat)[2], dtype=np.float64)
