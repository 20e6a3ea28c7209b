"""Stops the build if the division is not what is known of the world's borders: rings, neighbours, lengths."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from borders_planar import SEAM, STEPS, edge_km

from mapper.planes import unpack

VIEW = "international"
PAIRS = 324
ABSENT = ("CN-HK", "CN-MO", "FR-PF", "UM-US", "CN-TW", "AX-FI", "CU-US")
PRESENT = ("EH-MA", "RS-XK", "BR-GF", "MF-SX", "ES-GI", "ES-MA", "IL-PS", "IL-SY", "IN-PK")
LENGTHS_KM = {"RU-UA": (1900, 2100), "CA-US": (8000, 9000), "KZ-RU": (7500, 7900), "AR-CL": (5900, 6800)}


def check(borders: Path, coasts: Path) -> None:
    """Check the two files that ``build_borders`` wrote; all faults are told at once."""
    with np.load(borders) as archive:
        arrays = {key: archive[key] for key in archive.files}
    with np.load(coasts) as archive:
        shores = {key: archive[key] for key in archive.files}
    units = [unit.decode("ascii") for unit in arrays["units"].tolist()]
    faults = [
        f"the rings of {units[unit]} do not close at {point}" for unit, point in open_ends(arrays, shores)
    ]
    km = lengths_km(arrays, VIEW)
    if len(km) != PAIRS:
        faults.append(f"{len(km)} pairs of neighbours, not {PAIRS}")
    faults += [f"{pair} has no border" for pair in PRESENT if pair not in km]
    faults += [f"{pair} has a border of {km[pair]:.1f} km" for pair in ABSENT if pair in km]
    for pair, (low, high) in LENGTHS_KM.items():
        if not low < km.get(pair, 0.0) < high:
            faults.append(f"{pair} is {km.get(pair, 0.0):.0f} km long, not {low} to {high}")
    if faults:
        more = f", and {len(faults) - 20} more" if len(faults) > 20 else ""
        raise SystemExit("the sources have changed: " + "; ".join(faults[:20]) + more)


def lines(arrays: dict[str, Any]) -> list[Any]:
    """Return the lines of a file as arrays of (x, y) in steps."""
    vertices = np.column_stack([unpack(arrays["lon"]), unpack(arrays["lat"])])
    return np.split(vertices, np.cumsum(arrays["lengths"])[:-1])


def open_ends(arrays: dict[str, Any], shores: dict[str, Any]) -> list[tuple[int, tuple[float, float]]]:
    """Return (row of the unit, (lon, lat)) wherever more lines around a unit begin than end.

    On the antimeridian they need not meet one by one, for its two sides differ by a metre in the source.
    """
    balance: Counter[tuple[int, int, int]] = Counter()
    sides = [
        (lines(arrays), arrays["left"], 1),
        (lines(arrays), arrays["right"], -1),
        (lines(shores), shores["left"], 1),
    ]
    for parts, unit, sign in sides:
        for line, row in zip(parts, unit.tolist(), strict=True):
            for (x, y), step in ((line[0].tolist(), sign), (line[-1].tolist(), -sign)):
                balance[(row, SEAM, 0) if abs(x) == SEAM else (row, x, y)] += step
    return [(row, (x / STEPS, y / STEPS)) for (row, x, y), count in sorted(balance.items()) if count]


def lengths_km(arrays: dict[str, Any], view: str) -> dict[str, float]:
    """Return the length of the border of each pair of countries in a view, on a sphere."""
    units = [unit.decode("ascii") for unit in arrays["units"].tolist()]
    given = json.loads(arrays["views"].tobytes())[view]["units"]
    owner = [given.get(unit, unit) for unit in units]
    state = dict(text.decode("ascii").split("-") for text in arrays["dependencies"].tolist())
    found: Counter[str] = Counter()
    for line, left, right in zip(
        lines(arrays), arrays["left"].tolist(), arrays["right"].tolist(), strict=True
    ):
        one, other = sorted((owner[left], owner[right]))
        if state.get(one, one) != state.get(other, other):
            found[f"{one}-{other}"] += float(edge_km(line[:-1], line[1:]).sum())
    return dict(found)
