"""The symbols of incidents on a picture, and where they stand: alone, in a ring around a place, or as a bubble.

Lengths are pixels of the layout, y downwards.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.path import Path
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# As in map_page, in a square of 24 by 24 pixels.
SHAPES = {
    "circle": "M12 2.5a9.5 9.5 0 1 1 0 19a9.5 9.5 0 1 1 0-19z",
    "square": "M3.5 3.5h17v17h-17z",
    "diamond": "M12 .8L23.2 12L12 23.2L.8 12z",
    "up": "M12 1L23.5 21.5H.5z",
    "down": "M12 23L.5 2.5h23z",
    "pentagon": "M12 1.2l11 8.2l-4.2 12.8H5.2L1 9.400z",
    "hexagon": "M6.300 2.200h11.400l5.600 9.800l-5.600 9.800H6.300L.7 12z",
    "octagon": "M7.800 2h8.400l5.800 5.800v8.400l-5.800 5.800H7.800L2 16.200V7.800z",
    "star": "M12 .3l2.900 4.400l5.300-.9l-.9 5.300l4.400 2.900l-4.400 2.900l.9 5.300l-5.300-.9l-2.900 4.400l-2.900-4.400l-5.300.9l.9-5.300l-4.400-2.900l4.400-2.900l-.9-5.300l5.300.9z",
    "shield": "M2.500 2.500h19v11c0 5-5 7.500-9.500 9.500c-4.500-2-9.500-4.500-9.500-9.500z",
    "pill": "M7.500 4h9a8 8 0 0 1 0 16h-9a8 8 0 0 1 0-16z",
}
LETTER_Y = {"up": 18.5, "down": 13.5, "pentagon": 17.0, "shield": 15.5}
LETTER_SIZE = 11.0
MIDDLE = 12.0
REACH = 12.0  # of a symbol of scale 1
GROWTH = 0.6  # how much larger the symbol of 100 or more killed and injured is
GAP = 2.0  # between symbols
RING_GAP = 3.0
RING = 8  # the most symbols that stand in one ring, while there are few incidents
RING_OF_MANY = 4
MANY = 60  # incidents
MOST_SPOTS = 400  # beyond this many, symbols are first gathered in cells
CELL = 44.0
SMALLEST_BUBBLE, LARGEST_BUBBLE = 14.0, 26.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Incidents that stand together: their numbers, where each symbol stands, or the radius of one bubble for all.

    ``spots`` has the shape ``(n, 2)``, x and y; it is empty for a bubble.
    """

    members: tuple[int, ...]
    centre: tuple[float, float]
    reach: float
    spots: Floats
    bubble: bool


def symbol_scale(casualties: int) -> float:
    """Return how large a symbol is for the number of killed and injured, 1 for none or unknown."""
    return 1.0 + GROWTH * min(1.0, math.log10(1 + max(0, casualties)) / math.log10(101))


@lru_cache(maxsize=32)
def shape_path(shape: str) -> Path:
    """Return the outline of a shape around (0, 0), y downwards."""
    from matplotlib.path import Path

    points: list[tuple[float, float]] = []
    codes: list[Any] = []
    x = y = 0.0
    for command, text in re.findall(r"([MLHVhvlcaz])([^MLHVhvlcaz]*)", SHAPES[shape]):
        numbers = [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", text)]
        if command == "z":
            points.append(points[0])
            codes.append(Path.CLOSEPOLY)
            continue
        if command == "c":
            points += [(x + numbers[k], y + numbers[k + 1]) for k in (0, 2, 4)]
            codes += [Path.CURVE4] * 3
            x, y = points[-1]
            continue
        if command == "a":  # all arcs are half circles, clockwise
            points += _half_circle(x, y, *numbers[-2:])
            codes += [Path.LINETO] * (len(points) - len(codes))
            x, y = points[-1]
            continue
        if command in "hv":
            x, y = (x + numbers[0], y) if command == "h" else (x, y + numbers[0])
        elif command in "HV":
            x, y = (numbers[0], y) if command == "H" else (x, numbers[0])
        elif command == "l":
            x, y = x + numbers[0], y + numbers[1]
        else:
            x, y = numbers
        points.append((x, y))
        codes.append(Path.MOVETO if command == "M" else Path.LINETO)
    return Path(np.array(points) - MIDDLE, codes)


def _half_circle(x: float, y: float, dx: float, dy: float) -> list[tuple[float, float]]:
    middle_x, middle_y, radius = x + dx / 2, y + dy / 2, math.hypot(dx, dy) / 2
    start = math.atan2(-dy, -dx)
    angles = [start + math.pi * k / 24 for k in range(1, 25)]
    return [(middle_x + radius * math.cos(a), middle_y + radius * math.sin(a)) for a in angles]


def arrange(points: Floats, scales: Sequence[float]) -> list[Group]:
    """Return the groups in which symbols stand so that none covers another.

    Parameters
    ----------
    points
        Where the incidents happened, shape ``(n, 2)``.
    scales
        How large each symbol is.
    """
    clusters = _gathered(points)
    ring = RING if len(points) <= MANY else RING_OF_MANY
    groups = [_group(members, points, scales, ring) for members in clusters]
    if len(groups) < 2:
        return groups
    centres = np.array([group.centre for group in groups])
    reaches = np.array([group.reach for group in groups])
    apart = _apart(centres[:, None], centres[None], reaches[:, None], reaches[None])
    np.fill_diagonal(apart, np.inf)
    while len(groups) > 1:
        i, j = sorted(divmod(int(np.argmin(apart)), len(groups)))
        if apart[i, j] >= 0:
            break
        joined = _group(sorted(groups[i].members + groups[j].members), points, scales, ring)
        del groups[j]
        groups[i] = joined
        centres, reaches = np.delete(centres, j, axis=0), np.delete(reaches, j)
        apart = np.delete(np.delete(apart, j, axis=0), j, axis=1)
        centres[i], reaches[i] = joined.centre, joined.reach
        apart[i] = apart[:, i] = _apart(centres, centres[i], reaches, reaches[i])
        apart[i, i] = np.inf
    return groups


def _apart(one: Any, other: Any, one_reach: Any, other_reach: Any) -> Floats:
    steps = one - other
    return np.asarray(np.hypot(steps[..., 0], steps[..., 1]) - one_reach - other_reach - GAP)


def _gathered(points: Floats) -> list[list[int]]:
    """Return incidents by spot, or by cell of a grid where there are too many spots to compare each with each."""
    for size in (0.5, CELL):
        cells: dict[tuple[int, int], list[int]] = {}
        for number, (x, y) in enumerate(np.floor(points / size).astype(int).tolist()):
            cells.setdefault((x, y), []).append(number)
        if len(cells) <= MOST_SPOTS:
            break
    return list(cells.values())


def _group(members: Sequence[int], points: Floats, scales: Sequence[float], ring: int) -> Group:
    n = len(members)
    where = points[list(members)]
    centre = where.mean(axis=0)
    centre_xy = (float(centre[0]), float(centre[1]))
    if n > ring:
        reach = min(LARGEST_BUBBLE, SMALLEST_BUBBLE + 4 * math.log10(n / 5 + 1))
        return Group(
            members=tuple(members), centre=centre_xy, reach=reach, spots=np.zeros((0, 2)), bubble=True
        )
    sizes = [REACH * scales[number] for number in members]
    if n == 1:
        return Group(members=tuple(members), centre=centre_xy, reach=sizes[0], spots=where, bubble=False)
    ordered = sorted(members, key=lambda i: (round(math.atan2(*(points[i] - centre)[::-1].tolist()), 6), i))
    arcs = [2 * REACH * scales[i] + RING_GAP for i in ordered]
    ends = np.cumsum(arcs)
    angles = np.array([0.0, np.pi]) if n == 2 else 2 * np.pi * (ends - np.array(arcs) / 2) / ends[-1]
    # Each symbol takes an arc as long as it is wide; the straight way to the next is shorter than along the arc.
    needed = (np.array(arcs) + np.roll(arcs, -1)) / 2
    turns = (np.roll(angles, -1) - angles) % (2 * np.pi)
    radius = max(17.0, float(np.max(needed / (2 * np.sin(np.minimum(turns, np.pi) / 2)))))
    spots, best = np.zeros((n, 2)), math.inf
    for turn in np.arange(24) * np.pi / 12:  # the turn that keeps the symbols nearest to their places
        turned = centre + radius * np.stack([np.cos(angles + turn), np.sin(angles + turn)], axis=1)
        length = float(np.hypot(*(turned - points[ordered]).T).sum())
        if length < best - 1e-6:
            spots, best = turned, length
    return Group(
        members=tuple(ordered), centre=centre_xy, reach=radius + max(sizes), spots=spots, bubble=False
    )
