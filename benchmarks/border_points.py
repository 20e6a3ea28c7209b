"""Points to ask about: uniform on land, within 100 km of a border, and on land far from a country."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import Geod

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mapper.regions import Regions

    Floats = NDArray[np.float64]

CELLS = 20  # per degree
NEAR_KM = 100.0
EARTH_KM = 6371.0


def on_land(regions: Regions, rng: np.random.Generator, count: int) -> Floats:
    """Return points, shape ``(count, 2)`` of latitude and longitude, uniform by area over the cells of land."""
    cells = np.argwhere(_raster(regions))
    south = cells[:, 0] / CELLS - 90
    weight = np.cos(np.radians(south + 0.5 / CELLS))
    chosen = cells[rng.choice(len(cells), count, p=weight / weight.sum())]
    return (chosen + rng.uniform(0, 1, (count, 2))) / CELLS - (90, 180)


def near_borders(lines: list[Floats], rng: np.random.Generator, count: int) -> Floats:
    """Return points beside places spread evenly over the borders' length, uniformly 0 to ``NEAR_KM`` away."""
    one, other = np.vstack([line[:-1] for line in lines]), np.vstack([line[1:] for line in lines])
    length = np.hypot(other[:, 0] - one[:, 0], (other - one)[:, 1] * np.cos(np.radians(one[:, 0])))
    row = rng.choice(len(one), count, p=length / length.sum())
    at = one[row] + rng.uniform(0, 1, (count, 1)) * (other - one)[row]
    metres = rng.uniform(0, NEAR_KM * 1000, count)
    lon, lat, _ = Geod(ellps="WGS84").fwd(at[:, 1], at[:, 0], rng.uniform(0, 360, count), metres)
    return np.column_stack([lat, lon])


def far_from(points: Floats, lines: list[Floats], km: float) -> Floats:
    """Return the points that are farther than this from every hundredth vertex of the lines, on a sphere."""
    vertices = _unit(np.vstack([line[::100] for line in lines]))
    parts = np.array_split(points, len(points) // 10_000 + 1)  # all at once would take gigabytes
    return np.vstack([part[(_unit(part) @ vertices.T).max(axis=1) < np.cos(km / EARTH_KM)] for part in parts])


def _raster(regions: Regions) -> NDArray[np.bool_]:
    """Fill the outlines by parity: a cell is land if an odd number of edges lies west of its middle."""
    crossings = np.zeros((180 * CELLS, 360 * CELLS + 1), dtype=np.int32)
    rings = [ring for code in regions.codes() for ring in regions.outline(*code)]
    one, other = np.vstack([ring[:-1] for ring in rings]), np.vstack([ring[1:] for ring in rings])
    one, other = (ends * CELLS + (90 * CELLS, 180 * CELLS) for ends in (one, other))
    low, high = np.minimum(one[:, 0], other[:, 0]), np.maximum(one[:, 0], other[:, 0])
    first = np.ceil(low - 0.5).astype(int)  # rows whose middle lies in low <= middle < high
    counts = np.maximum(0, np.ceil(high - 0.5).astype(int) - first)
    edge = np.repeat(np.arange(len(one)), counts)
    row = first[edge] + np.arange(len(edge)) - (np.cumsum(counts) - counts)[edge]
    share = (row + 0.5 - one[edge, 0]) / (other - one)[edge, 0]
    column = np.clip(np.ceil(one[edge, 1] + share * (other - one)[edge, 1] - 0.5), 0, 360 * CELLS).astype(int)
    inside = (row >= 0) & (row < 180 * CELLS)
    np.add.at(crossings, (row[inside], column[inside]), 1)
    return np.asarray(np.cumsum(crossings, axis=1)[:, :-1] % 2 == 1)


def _unit(points: Floats) -> Floats:
    phi, lam = np.radians(points).T
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
