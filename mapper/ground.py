"""What a map of given places carries as its ground: the world coarsely, and pieces of it finely around the places.

The pieces are cells of ``CELL_DEG`` × ``CELL_DEG`` degrees. What lies in them travels as one packed part, ``near``,
base64 of gzipped JSON laid out as the parts of ``basemap.json.gz`` (``data/build_basemap.py``) with two more keys::

    {"cells": [[south, west], ...],             corners of the cells in degrees, most places first
     "cell_deg": 2,
     "land": ..., "borders": ..., "admin1": ..., "cities": ...}

Land and borders reach ``OVERLAP_DEG`` beyond the cells, so that the edge of the cut lies outside of what is drawn and
never looks like a coast; land is still filled by the even-odd rule, ring by ring. ``borders`` has the same groups as
the whole, most of them empty. Lines between regions are not cut: whole lines are taken, nearest first, also from
outside the cells. ``cities`` has those in the cells that the coarse part lacks.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from mapper.errors import DataError, OptionError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

DETAILS = ("standard", "high")
CELL_DEG = 2
RINGS_OF_CELLS = 2  # so the pieces reach at least 4 degrees beyond a place: most of a screen at zoom 7
OVERLAP_DEG = 0.05  # more than two pixels at zoom 6, where the pieces begin to be drawn
# Places in more cells than this are a map of a continent or the world, seen from too far for pieces to matter; less
# than two thirds of them could travel anyway.
MOST_CELLS_WITH_PLACES = 60
MOST_CELLS = 40
MOST_BASE64 = 100_000
REGION_LINES_WITHIN_DEG = 20.0  # three quarters of a screen at zoom 5
MOST_REGION_VERTICES = 14_000  # about 42,000 characters of base64
COLUMNS, ROWS = 360 // CELL_DEG, 180 // CELL_DEG


def ground(content: Mapping[str, Any], points: ArrayLike, *, detail: str = "standard") -> dict[str, Any]:
    """Pick what a map of these places carries of the basemap.

    Parameters
    ----------
    content
        What :func:`mapper.world.basemap` returns.
    points
        Latitude and longitude in degrees, shape ``(n, 2)``: incidents, and where the nearest borders lie. Rows
        with a NaN are passed over.
    detail
        ``standard``: the coarse world and the pieces around the places; ``high``: all there is of the whole world.

    Returns
    -------
    dict
        The content without its fine part: ``packed`` is the whole world as this map carries it, ``near`` the pieces or
        None, both base64 texts for the page; ``cells`` has the ``[south, west]`` corners in degrees of the cells that
        ``near`` holds.

    Raises
    ------
    OptionError
        If there is no such detail.
    DataError
        If the content lacks the fine part.
    """
    if detail not in DETAILS:
        raise OptionError(f"unknown detail {detail!r}: the choices are {' and '.join(DETAILS)}")
    if "fine" not in content:
        raise DataError("the basemap has no fine part: it is of another version, run `make data`")
    rest = {key: value for key, value in content.items() if key != "fine"}
    if detail == "high":
        return rest | {"packed": content["fine"], "near": None, "cells": []}
    cells = cells_around(points)
    near = None
    while len(cells):
        near = _packed_near(content["fine"], content["packed"], cells)
        if len(near) <= MOST_BASE64:
            break
        cells = cells[: min(len(cells) - 1, int(len(cells) * MOST_BASE64 / len(near)))]
    corners = [list(corner) for corner in _corners(cells).tolist()]
    return rest | {"near": near if corners else None, "cells": corners}


def cells_around(points: ArrayLike) -> NDArray[np.int64]:
    """Return the numbers of the cells that hold places or lie around one that does, at most ``MOST_CELLS``.

    A cell's number is its row, from the south pole, times ``COLUMNS`` plus its column, from the antimeridian. Cells
    with places come first, those with most of them before others; then, in the same order, the ring of eight around
    each, and the ring around that. There are none when the places lie in more than ``MOST_CELLS_WITH_PLACES`` cells.

    Parameters
    ----------
    points
        Latitude and longitude in degrees, shape ``(n, 2)``.
    """
    places = np.asarray(points, dtype=float).reshape(-1, 2)
    held, counts = np.unique(_cell_numbers(places[np.isfinite(places).all(axis=1)]), return_counts=True)
    if not 0 < len(held) <= MOST_CELLS_WITH_PLACES:
        return np.empty(0, dtype=np.int64)
    reach = np.arange(-RINGS_OF_CELLS, RINGS_OF_CELLS + 1)
    up, right = (shift.ravel() for shift in np.meshgrid(reach, reach))
    rows = held[:, None] // COLUMNS + up
    on_earth = (rows >= 0) & (rows < ROWS)  # no row beyond a pole
    around = (rows * COLUMNS + (held[:, None] % COLUMNS + right) % COLUMNS)[on_earth]
    ring = np.broadcast_to(np.maximum(abs(up), abs(right)), rows.shape)[on_earth]
    weight = np.broadcast_to(counts[:, None], rows.shape)[on_earth]
    cells, which = np.unique(around, return_inverse=True)
    nearest = np.full(len(cells), RINGS_OF_CELLS)
    np.minimum.at(nearest, which, ring)
    places_around = np.bincount(which, weights=np.where(ring == nearest[which], weight, 0))
    return cells[np.lexsort((cells, -places_around, nearest))][:MOST_CELLS]


def _cell_numbers(places: NDArray[np.float64]) -> NDArray[np.int64]:
    rows = np.clip(np.floor((places[:, 0] + 90) / CELL_DEG).astype(np.int64), 0, ROWS - 1)
    return rows * COLUMNS + np.floor((places[:, 1] + 180) / CELL_DEG).astype(np.int64) % COLUMNS


def _corners(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the latitude and longitude of the south-west corner of cells, in whole degrees, shape ``(n, 2)``."""
    return np.column_stack([cells // COLUMNS * CELL_DEG - 90, cells % COLUMNS * CELL_DEG - 180])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fine:
    """The fine part as shapes of longitude and latitude in degrees, ready to be cut."""

    land: Any
    land_boxes: Any
    borders: Any
    border_group: NDArray[np.int64]
    groups: int
    admin1: Any
    admin1_boxes: Any
    cities: list[list[Any]]
    scales: Mapping[str, int]


def _packed_near(fine_text: str, coarse_text: str, cells: NDArray[np.int64]) -> str:
    import shapely

    fine = _fine(fine_text)
    south, west = _corners(cells).T
    around = shapely.box(
        west - OVERLAP_DEG, south - OVERLAP_DEG, west + CELL_DEG + OVERLAP_DEG, south + CELL_DEG + OVERLAP_DEG
    )
    area = shapely.union_all(around)
    shapely.prepare(area)

    land = fine.land[shapely.intersects(area, fine.land_boxes)]
    met = np.nonzero(shapely.intersects(area, fine.borders))[0]
    groups: list[list[list[int]]] = [[] for _ in range(fine.groups)]
    for row, line in zip(met, shapely.intersection(fine.borders[met], area), strict=True):
        groups[fine.border_group[row]] += _numbers(shapely.get_parts(line), fine.scales["borders"])
    held = set(cells.tolist())
    known = {(name, lat, lon) for name, lat, lon, *_ in _unpacked(coarse_text)["cities"]}
    at = _cell_numbers(np.array([[lat, lon] for _, lat, lon, *_ in fine.cities]).reshape(-1, 2))
    return _pack(
        {
            "cells": _corners(cells).tolist(),
            "cell_deg": CELL_DEG,
            "land": {"scale": fine.scales["land"], "rings": _rings(land, area, fine.scales["land"])},
            "borders": {"scale": fine.scales["borders"], "groups": groups},
            "admin1": {
                "scale": fine.scales["admin1"],
                "lines": _numbers(
                    _nearest_lines(fine.admin1, fine.admin1_boxes, area), fine.scales["admin1"]
                ),
            },
            "cities": [
                city
                for city, cell in zip(fine.cities, at.tolist(), strict=True)
                if cell in held and tuple(city[:3]) not in known
            ],
        }
    )


def _rings(polygons: Any, area: Any, scale: int) -> list[list[int]]:
    """Return the rings of what each polygon has in the area; each counts for itself under the even-odd rule."""
    import shapely

    parts = shapely.get_parts(shapely.get_parts(shapely.intersection(polygons, area)))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return [
        numbers for numbers in _numbers(shapely.get_rings(parts), scale, closed=True) if len(numbers) >= 6
    ]


def _nearest_lines(lines: Any, boxes: Any, area: Any) -> Any:
    import shapely

    west, _, east, _ = shapely.bounds(area)
    copies = [area]
    if west < REGION_LINES_WITHIN_DEG - 180:
        copies.append(shapely.transform(area, lambda xy: np.add(xy, (360, 0))))
    if east > 180 - REGION_LINES_WITHIN_DEG:
        copies.append(shapely.transform(area, lambda xy: np.add(xy, (-360, 0))))
    # Boxes are near enough to rank by, and quick.
    distance = np.min([shapely.distance(boxes, copy) for copy in copies], axis=0)
    order = np.argsort(distance, kind="stable")
    order = order[distance[order] <= REGION_LINES_WITHIN_DEG]
    return lines[order[np.cumsum(shapely.get_num_coordinates(lines[order])) <= MOST_REGION_VERTICES]]


def _numbers(lines: Any, scale: int, *, closed: bool = False) -> list[list[int]]:
    """Return lines as x0, y0, dx1, dy1, ... in whole steps without repeated points; of closed ones not the end."""
    import shapely

    found = []
    for line in lines:
        whole = np.rint(shapely.get_coordinates(line) * scale).astype(np.int64)
        steps = np.diff(whole[:-1] if closed else whole, axis=0, prepend=[[0, 0]])
        kept = np.append([True], steps[1:].any(axis=1))
        if kept.sum() >= 2:
            found.append(steps[kept].ravel().tolist())
    return found


@lru_cache(maxsize=1)
def _fine(text: str) -> _Fine:
    import shapely

    part = _unpacked(text)
    scales = {key: part[key]["scale"] for key in ("land", "borders", "admin1")}
    groups = part["borders"]["groups"]
    land = shapely.polygons(_shapes(part["land"]["rings"], scales["land"], closed=True))
    admin1 = _shapes(part["admin1"]["lines"], scales["admin1"])
    return _Fine(
        land=land,
        land_boxes=shapely.box(*shapely.bounds(land).T),
        borders=_shapes([line for group in groups for line in group], scales["borders"]),
        border_group=np.repeat(np.arange(len(groups)), [len(group) for group in groups]),
        groups=len(groups),
        admin1=admin1,
        admin1_boxes=shapely.box(*shapely.bounds(admin1).T),
        cities=part["cities"],
        scales=scales,
    )


def _shapes(lines: list[list[int]], scale: int, *, closed: bool = False) -> Any:
    """Return delta-coded lines as line strings in degrees, or closed ones as linear rings."""
    import shapely

    lengths = np.array([len(line) // 2 for line in lines])
    numbers = chain.from_iterable(lines)
    steps = np.fromiter(numbers, dtype=np.int64, count=2 * int(lengths.sum())).reshape(-1, 2)
    sums = np.cumsum(steps, axis=0)
    starts = np.cumsum(lengths) - lengths
    # Each line begins with a place of its own: take off the sum of what came before.
    before = np.where(starts[:, None] > 0, sums[starts - 1], 0)
    xy = (sums - np.repeat(before, lengths, axis=0)) / scale
    number = np.repeat(np.arange(len(lines)), lengths)
    return shapely.linearrings(xy, indices=number) if closed else shapely.linestrings(xy, indices=number)


@lru_cache(maxsize=2)
def _unpacked(text: str) -> dict[str, Any]:
    try:
        return dict(json.loads(gzip.decompress(base64.b64decode(text, validate=True))))
    except (OSError, EOFError, ValueError, TypeError) as error:
        raise DataError(f"a packed part of the basemap is damaged ({error}): run `make data`") from error


def _pack(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()
