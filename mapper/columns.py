"""Which unit of land millions of points lie in: from each the way leads north to the first line, whose near side tells.

The segments are listed by the columns of longitude that they touch; a point looks through those of its column. Compiled
by Numba when it is first used. :meth:`mapper.lines.Lines.above` is the same for one point, and says what counts as met.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mapper.compiled import compiled
from mapper.lines import SEA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mapper.lines import Lines

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

PER_DEGREE = 50  # columns


class Columns(NamedTuple):
    """Segments by column: those of column ``i`` are ``segment[begin[i]:begin[i + 1]]``."""

    lat: Floats
    lon: Floats
    segment: NDArray[np.int32]
    begin: Integers
    line: NDArray[np.int32]  # of each vertex
    left: Integers
    right: Integers


def build(groups: Sequence[Lines]) -> Columns:
    """List the segments of some groups of lines."""
    lat = np.concatenate([group.lat for group in groups])
    lon = np.concatenate([group.lon for group in groups])
    lengths = np.concatenate([np.diff(group.starts) for group in groups])
    line = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    last = np.zeros(len(lat), dtype=np.bool_)
    last[np.cumsum(lengths) - 1] = True
    begin = np.zeros(360 * PER_DEGREE + 2, dtype=np.int64)
    _count(lon, last, begin)
    begin = np.cumsum(begin)
    segment = np.empty(begin[-1], dtype=np.int32)
    _fill(lon, last, begin.copy(), segment)
    left = np.concatenate([group.left for group in groups])
    return Columns(lat, lon, segment, begin, line, left, np.concatenate([group.right for group in groups]))


def units(columns: Columns, lat: Floats, lon: Floats) -> Integers:
    """Return the unit of each point (degrees, shape ``(n,)``), ``SEA`` for those at sea."""
    found = np.empty(len(lat), dtype=np.int64)
    _look(*columns, lat, lon, found)
    return found


@compiled
def _column(lon):
    return math.floor((min(max(lon, -180.0), 180.0) + 180.0) * PER_DEGREE)


@compiled
def _count(lon, last, counts):
    for k in range(len(lon)):
        if not last[k] and lon[k] != lon[k + 1]:
            for column in range(_column(min(lon[k], lon[k + 1])), _column(max(lon[k], lon[k + 1])) + 1):
                counts[column + 1] += 1


@compiled
def _fill(lon, last, at, segment):
    for k in range(len(lon)):
        if not last[k] and lon[k] != lon[k + 1]:
            for column in range(_column(min(lon[k], lon[k + 1])), _column(max(lon[k], lon[k + 1])) + 1):
                segment[at[column]] = k
                at[column] += 1


@compiled
def _look(lat, lon, segment, begin, line, left, right, q_lat, q_lon, found):
    for row in range(len(q_lat)):
        here = q_lon[row]
        best, best_slope, unit = math.inf, math.inf, SEA
        column = _column(here)
        for at in range(begin[column], begin[column + 1]):
            k = segment[at]
            step = lon[k + 1] - lon[k]
            if not min(lon[k], lon[k + 1]) <= here < max(lon[k], lon[k + 1]):
                continue
            slope = (lat[k + 1] - lat[k]) / step
            met = lat[k] + (here - lon[k]) * slope
            if met > q_lat[row] and (met < best or (met == best and slope < best_slope)):
                best, best_slope = met, slope
                unit = right[line[k]] if step > 0 else left[line[k]]
        found[row] = unit
