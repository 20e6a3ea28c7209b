"""Distances from millions of points to lines: a tree of boxes, compiled by Numba when it is first used.

The lines, straight in longitude and latitude, are cut into pieces of at most ``PIECE_KM``. Runs of pieces are the
leaves of a tree of boxes in earth-centred coordinates, eight to a node. A point walks down the tree nearest box first
and skips what cannot hold a nearer place:

1. A geodesic is never shorter than the arc over its chord on a circle of the largest radius of curvature.
2. It is never shorter than the formula of Andoyer and Lambert gives (W. D. Lambert, "The distance between two widely
   separated points on the surface of the earth", J. Washington Academy of Sciences 32, 1942, 125-130) with each term
   at the value in the box that makes it smallest, less the formula's own error.
3. A piece nearer than ``NEAR_KM`` is measured by its chord and the ellipsoid's curvature in its direction (below 1 mm
   off), a farther one by the formula of T. Vincenty ("Direct and inverse solutions of geodesics on the ellipsoid with
   application of nested equations", Survey Review 23, 1975, 88-93), after Andoyer and Lambert have shown it can win.

Points are taken in the order of a space-filling curve, so that each begins with the piece that its neighbour found.
Near the antipode, where Vincenty's series does not converge, nothing is claimed: ``line`` is -1 there.

All lengths are kilometres on WGS 84.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mapper.geodesy import ecef_km
from mapper.lines import pieces
from mapper.walk import LEAF, WIDE, bound, morton, walk

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

LEAST_A_WORKER = 5000  # points
PIECE_KM = 0.5  # a chord of that length runs 5 mm below the line


class Tree(NamedTuple):
    """Lines made ready for :func:`nearest`."""

    lat: Floats
    lon: Floats
    xyz: Floats  # (3, n)
    leaf_first: NDArray[np.int32]
    leaf_pieces: NDArray[np.int32]
    line: NDArray[np.int32]  # the number of each leaf's line
    boxes: NDArray[np.float32]  # (nodes, 6, WIDE): lowest x, y, z and highest of each child
    start: Integers  # the first node of each level; the first level is that above the leaves


def build(lat: Floats, lon: Floats, lengths: Integers) -> Tree:
    """Make lines ready.

    Parameters
    ----------
    lat, lon
        Vertices of all lines one after the other, degrees, shape ``(n,)``.
    lengths
        Number of vertices of each line, at least 2.
    """
    lat, lon, lengths = _cut(lat, lon, lengths)
    xyz = np.ascontiguousarray(ecef_km(lat, lon).T)
    segments = lengths - 1
    leaves = -(-segments // LEAF)
    line = np.repeat(np.arange(len(lengths)), leaves)
    rank = np.arange(len(line)) - np.repeat(np.cumsum(leaves) - leaves, leaves)
    begins = np.cumsum(lengths) - lengths
    first = begins[line] + rank * LEAF
    count = np.minimum(LEAF, begins[line] + segments[line] - first)
    low, high = np.empty((3, len(first))), np.empty((3, len(first)))
    bound(xyz, first, count, low, high)
    order = _order((low + high) / 2)
    first, count, line, low, high = first[order], count[order], line[order], low[:, order], high[:, order]
    levels, starts, at = [], [], 0
    while True:
        pad = -low.shape[1] % WIDE
        lows = np.concatenate([low, np.full((3, pad), np.inf)], axis=1).reshape(3, -1, WIDE)
        highs = np.concatenate([high, np.full((3, pad), -np.inf)], axis=1).reshape(3, -1, WIDE)
        # Rounded outward: a box may only grow.
        outer = [
            np.nextafter(side.astype(np.float32), np.float32(way * np.inf))
            for side, way in ((lows, -1), (highs, 1))
        ]
        levels.append(np.concatenate(outer).transpose(1, 0, 2))
        starts.append(at)
        at += len(levels[-1])
        if len(levels[-1]) == 1:
            break
        low, high = lows.min(axis=2), highs.max(axis=2)
    return Tree(
        lat, lon, xyz, first.astype(np.int32), count.astype(np.int32), line.astype(np.int32),
        np.ascontiguousarray(np.concatenate(levels)), np.array(starts),
    )  # fmt: skip


def nearest(tree: Tree, lat: Floats, lon: Floats) -> tuple[Floats, Floats, Floats, NDArray[np.int32]]:
    """Return the nearest place of a tree's lines for each point.

    Parameters
    ----------
    lat, lon
        Degrees, shape ``(n,)``.

    Returns
    -------
    km, lat, lon
        Distance and nearest place, shape ``(n,)``.
    line
        The number of the line, -1 where the nearest place is close to the antipode and was not looked for.
    """
    place = ecef_km(lat, lon)
    order = np.argsort(morton(place))
    n = len(lat)
    km, at_lat, at_lon = np.empty(n), np.empty(n), np.empty(n)
    line = np.empty(n, dtype=np.int32)

    def one(rows: Integers) -> None:
        walk(rows, place, *tree, km, at_lat, at_lon, line)

    # The compiled walk lets other threads run; each has a stretch of neighbouring points.
    workers = max(1, min(_cores(), n // LEAST_A_WORKER))
    if workers == 1:
        one(order)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(one, np.array_split(order, workers)))
    return km, at_lat, at_lon, line


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cut(lat: Floats, lon: Floats, lengths: Integers) -> tuple[Floats, Floats, Integers]:
    """Insert vertices so that no segment is longer than a piece."""
    ends = np.cumsum(lengths)
    step_lat, step_lon = np.diff(lat, append=lat[-1:]), np.diff(lon, append=lon[-1:])
    cuts = pieces(lat, step_lat, step_lon, PIECE_KM)
    cuts[ends - 1] = 1
    owner = np.repeat(np.arange(len(lat)), cuts)
    share = (np.arange(len(owner)) - np.repeat(np.cumsum(cuts) - cuts, cuts)) / cuts[owner]
    total = np.concatenate([[0], np.cumsum(cuts)])
    return (
        lat[owner] + share * step_lat[owner],
        lon[owner] + share * step_lon[owner],
        total[ends] - total[ends - lengths],
    )


def _order(middle: Floats) -> Integers:
    """Return an order of the leaves in which every run of 8, 64, 512 … is compact: halves along the longest side."""
    n = middle.shape[1]
    order = np.arange(n)
    edges = np.array([0, n])
    block = WIDE
    while block < n:
        block *= WIDE
    while block > 1:
        block //= WIDE
        while True:
            sizes = np.diff(edges)
            if sizes.max() <= block:
                break
            part = np.repeat(np.arange(len(sizes)), sizes)
            sorted_ = middle[:, order]
            spans = np.maximum.reduceat(sorted_, edges[:-1], axis=1) - np.minimum.reduceat(
                sorted_, edges[:-1], axis=1
            )
            order = order[np.lexsort((sorted_[spans.argmax(axis=0)[part], np.arange(n)], part))]
            halves = edges[:-1] + -(-sizes // block // 2) * block
            edges = np.unique(np.concatenate([edges, halves[sizes > block]]))
    return order
