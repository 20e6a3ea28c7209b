"""The geometry under ``build_borders.py``: outlines become one planar division, faces become units, edges lines.

Coordinates are whole steps of 1e-6 degree, x the longitude and y the latitude; "km2" is on a sphere of 111.195 km a
degree. All outlines are noded together on that grid, so that faces fit without gaps and overlaps, whatever the sources
do: every edge has one face on its left and one on its right, and the lines around any set of faces close.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import shapely

STEPS = 1_000_000  # steps a degree
KM_PER_DEGREE = 111.195
SEAM = 180 * STEPS
NOBODY = -1
STRETCH = 1000  # a line is simplified in stretches of so many vertices


class Faces(NamedTuple):
    """The faces of the division, and its edges: end points (x, y) and the face on the left and on the right."""

    polygons: Any
    start: Any
    end: Any
    left: Any
    right: Any


def faces(outlines: Any) -> Faces:
    """Node outlines (an array of lines or rings) and return the faces that they bound, and the edges between them."""
    noded = shapely.get_parts(shapely.unary_union(outlines, grid_size=1 / STEPS))
    polygons = shapely.orient_polygons(shapely.get_parts(shapely.polygonize(noded)))
    rings, face = shapely.get_rings(polygons, return_index=True)
    flat, ring = shapely.get_coordinates(rings, return_index=True)
    steps = np.rint(flat * STEPS).astype(np.int64)
    within = ring[1:] == ring[:-1]
    start, end, face = steps[:-1][within], steps[1:][within], face[ring[:-1][within]]
    forward = number(start) < number(end)
    low, high = np.where(forward[:, None], start, end), np.where(forward[:, None], end, start)
    order = np.lexsort((number(high), number(low)))
    low, high, forward, face = low[order], high[order], forward[order], face[order]
    new = np.r_[True, (low[1:] != low[:-1]).any(axis=1) | (high[1:] != high[:-1]).any(axis=1)]
    edge = np.cumsum(new) - 1
    left, right = np.full(edge[-1] + 1, NOBODY), np.full(edge[-1] + 1, NOBODY)
    left[edge[forward]] = face[forward]
    right[edge[~forward]] = face[~forward]
    return Faces(polygons, low[new], high[new], left, right)


def number(points: Any) -> Any:
    """Return one number for each point (x, y), ascending with x and then y."""
    return (points[:, 0] + SEAM << 28) + points[:, 1] + 90 * STEPS


def km2(polygons: Any) -> Any:
    """Return the areas of small polygons."""
    lat = np.radians(shapely.get_y(shapely.centroid(polygons)))
    return shapely.area(polygons) * KM_PER_DEGREE**2 * np.cos(lat)


def edge_km(start: Any, end: Any) -> Any:
    """Return the lengths of short edges."""
    mid = np.radians((start[:, 1] + end[:, 1]) / 2 / STEPS)
    step = (end - start) / STEPS
    return KM_PER_DEGREE * np.hypot(step[:, 0] * np.cos(mid), step[:, 1])


def covering(points: Any, polygons: Any) -> tuple[Any, Any]:
    """Return rows of points and rows of polygons that contain them."""
    polygon, point = shapely.STRtree(points).query(polygons, predicate="contains")
    return point, polygon


def components(count: int, one: Any, other: Any) -> Any:
    """Return for each of ``count`` things the lowest number of a thing that it hangs together with."""
    label = np.arange(count)
    while True:
        low = np.minimum(label[one], label[other])
        before = label.copy()
        np.minimum.at(label, one, low)
        np.minimum.at(label, other, low)
        label = label[label]
        if (label == before).all():
            return label


def chains(start: Any, end: Any, kind: Any, busy: Any) -> tuple[list[Any], Any]:
    """Join directed edges of one kind into lines (arrays of x, y); return them and the kind of each.

    Lines end at points that are ``busy`` (numbers of points where more than one line meets), and where a kind does not
    go on simply. Closed lines repeat their first point.
    """
    a, b = number(start), number(end)
    nodes, rank = np.unique(np.r_[a, b], return_inverse=True)
    a, b = rank[: len(a)], rank[len(a) :]
    is_busy = np.isin(nodes, busy)
    out_count, in_count = np.bincount(a, minlength=len(nodes)), np.bincount(b, minlength=len(nodes))
    is_busy |= (out_count != 1) | (in_count != 1)
    following = np.full(len(nodes), NOBODY)
    following[a] = np.arange(len(a))
    after = np.where(is_busy[b], NOBODY, following[b])  # the edge after each edge
    first = is_busy[a]
    order = np.lexsort((a, kind))
    done = np.zeros(len(a), dtype=bool)
    lines, kinds = [], []
    after_list, xy = after.tolist(), np.c_[start, end]
    for heads in (
        order[first[order]],
        order[~first[order]],
    ):  # open lines first, then the closed ones that are left
        for head in heads.tolist():
            if done[head]:
                continue
            walk = []
            edge = head
            while edge != NOBODY and not done[edge]:
                done[edge] = True
                walk.append(edge)
                edge = after_list[edge]
            rows = xy[walk]
            lines.append(np.vstack([rows[:, :2], rows[-1:, 2:]]))
            kinds.append(kind[head])
    return lines, np.array(kinds)


def simplified(lines: list[Any], metres: float) -> list[Any]:
    """Return lines (arrays of x, y) that stay within ``metres`` of the given ones, with the same ends."""
    thin = []
    for line in lines:
        edge = np.abs(line[:, 0]) == SEAM
        breaks = np.nonzero(edge[1:] != edge[:-1])[0]  # what lies on the seam shall stay on it
        stops = np.unique(np.r_[np.arange(0, len(line) - 1, STRETCH), breaks, breaks + 1, len(line) - 1])
        parts = [_thin(line[a : b + 1], metres) for a, b in pairwise(stops.tolist())]
        thin.append(np.vstack([parts[0], *(part[1:] for part in parts[1:])]))
    return thin


def _thin(line: Any, metres: float) -> Any:
    closed = (line[0] == line[-1]).all()
    if len(line) <= (4 if closed else 2):
        return line
    scale = np.array([np.cos(np.radians(line[:, 1].mean() / STEPS)), 1.0]) * KM_PER_DEGREE * 1000 / STEPS
    form = shapely.Polygon(line * scale) if closed else shapely.LineString(line * scale)
    points = shapely.get_coordinates(shapely.simplify(form, metres, preserve_topology=True))
    return np.rint(points / scale).astype(np.int64) if len(points) >= (4 if closed else 2) else line
