"""Cuts disputed pieces out of a country's land along lines that are coarser, or older, than its outline.

Only the stretches of a piece's outline that run well inside the country are used; their ends are led to the nearest
point of the country's own outline. So where both mean the same border or coast, the finer line stands, and no slivers
arise between the two.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely
from borders_planar import KM_PER_DEGREE
from shapely.affinity import scale

OVERSHOOT_DEG = 2e-6  # so that a led end crosses the outline in spite of rounding


class Carve(NamedTuple):
    """A unit to cut out of the land of ``parents``: by an outline, or by lines and a place inside (lon, lat).

    ``near_km`` is how far the source may lie from the parents' outline where both mean the same line, ``crumb_km2``
    how large pieces may be that are cut off only because it lies farther in places.
    """

    unit: str
    parents: tuple[str, ...]
    source: str
    near_km: float
    crumb_km2: float
    seed: tuple[float, float] | None = None


def cuts(land: Any, form: Any, near_km: float, earlier: list[Any]) -> Any:
    """Return the lines along which the land of a country is cut: an array of line strings, in degrees.

    ``form`` is the outline (a polygon) or the lines of the piece, ``earlier`` what was cut before.
    """
    middle = shapely.centroid(form)
    squeeze = float(np.cos(np.radians(middle.y)))
    near = near_km / KM_PER_DEGREE
    window = shapely.buffer(shapely.envelope(form), 0.1 + 2 * near / squeeze)
    flat = _flat(shapely.intersection(shapely.make_valid(land), window), squeeze)
    rim = shapely.intersection(
        shapely.union_all(
            [
                shapely.boundary(_flat(shapely.make_valid(land), squeeze)),
                *(_flat(line, squeeze) for line in earlier),
            ]
        ),
        shapely.buffer(_flat(window, squeeze), -0.05 * squeeze, join_style="mitre"),
    )
    lines = _flat(shapely.boundary(form) if shapely.area(form) else form, squeeze)
    coarse = shapely.simplify(rim, near / 10)
    inner = shapely.difference(shapely.intersection(lines, flat), shapely.buffer(coarse, near, quad_segs=4))
    inner = shapely.line_merge(shapely.multilinestrings([_lines(inner)])) if len(_lines(inner)) else inner
    found = []
    for part in _lines(shapely.get_parts(inner)):
        if shapely.length(part) < near:
            continue
        points = shapely.get_coordinates(part)
        if (points[0] != points[-1]).any():
            points = np.vstack([_led(points[0], rim), points, _led(points[-1], rim)[::-1]])
        found.append(_flat(shapely.LineString(points), 1 / squeeze))
    return np.array(found)


def _led(end: Any, rim: Any) -> Any:
    """Return points from just beyond the nearest point of the rim to an end of a line (without that end)."""
    goal = shapely.get_coordinates(shapely.shortest_line(shapely.Point(end), rim))[-1]
    step = goal - end
    length = float(np.hypot(*step))
    if length == 0:
        return np.empty((0, 2))
    return np.array([goal + step / length * OVERSHOOT_DEG])


def _flat(form: Any, squeeze: float) -> Any:
    return scale(form, xfact=squeeze, yfact=1.0, origin=(0, 0))


def _lines(forms: Any) -> Any:
    parts = shapely.get_parts(forms)
    return parts[np.isin(shapely.get_type_id(parts), (1, 2))]
