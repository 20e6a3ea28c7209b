"""Reads the outlines of time zones from the package ``timezonefinder-data``, and the lines between their countries.

A ring is stored in blocks of 128 vertices. Each block has a base and a width in bits for x and for y, and the
differences from the base follow each other as fields of that width, least significant bit first, in 32-bit words; a
block repeats the first vertex of the next one. One step is 1e-6 degree, bases are in 1e-7.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import borders_planar as planar
import numpy as np
import shapely
from borders_planar import NOBODY, STEPS

BLOCK = 128
BASE = 10  # bases are in tenths of a step


def read(package: Path) -> tuple[Any, list[str]]:
    """Return the polygons of all zones on land, in degrees, and the zone of each."""
    folder = package / "timezonefinder_data" / "data"
    names = (folder / "timezone_names.txt").read_text(encoding="ascii").split()
    zone = [names[row] for row in np.load(folder / "zone_ids.npy").tolist()]
    outer, inner = _rings(folder / "boundaries"), _rings(folder / "holes")
    same = np.load(
        folder / "holes" / "poly_ref.npy"
    ).tolist()  # a hole is an outline, or -1 - its row among the rest
    holes = [outer[row] if row >= 0 else inner[-1 - row] for row in same]
    of = json.loads((folder / "hole_registry.json").read_text(encoding="ascii"))
    spans = {int(row): (first, first + count) for row, (count, first) in of.items()}
    outlines = [
        shapely.Polygon(ring / STEPS, [hole / STEPS for hole in holes[slice(*spans.get(row, (0, 0)))]])
        for row, ring in enumerate(outer)
    ]
    kept = [row for row, name in enumerate(zone) if not name.startswith("Etc/")]
    return shapely.orient_polygons(np.array([outlines[row] for row in kept])), [zone[row] for row in kept]


def lines(polygons: Any, country: Any) -> list[Any]:
    """Return the lines that have different countries, or just one outline, on their sides, as arrays of (x, y)."""
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    flat, ring = shapely.get_coordinates(rings, return_index=True)
    steps = np.rint(flat * STEPS).astype(np.int64)
    within = ring[1:] == ring[:-1]
    start, end = steps[:-1][within], steps[1:][within]
    who = np.unique(country, return_inverse=True)[1][polygon[ring[:-1][within]]]
    forward = planar.number(start) < planar.number(end)
    low, high = np.where(forward[:, None], start, end), np.where(forward[:, None], end, start)
    order = np.lexsort((forward, who, planar.number(high), planar.number(low)))
    low, high, who, forward = low[order], high[order], who[order], forward[order]
    new = np.r_[True, (low[1:] != low[:-1]).any(axis=1) | (high[1:] != high[:-1]).any(axis=1)]
    first = np.nonzero(new)[0]
    last = np.r_[first[1:], len(new)] - 1
    other = np.where(last > first, who[last], NOBODY)
    kept = who[first] != other
    first, other = first[kept], other[kept]
    ahead = forward[first][:, None]  # the first country on the left
    a, b = np.where(ahead, low[first], high[first]), np.where(ahead, high[first], low[first])
    return planar.chains(a, b, who[first] * 1000 + other, np.array([], dtype=np.int64))[0]


def _rings(folder: Path) -> list[Any]:
    """Return the rings of a collection, as arrays of (x, y) in steps, not closed."""
    words = np.frombuffer((folder / "coordinates.bin").read_bytes(), dtype="<u4")
    starts = _payloads(words)
    vertices = np.load(folder / "nr_vertices.npy").astype(np.int64)
    blocks = np.load(folder / "block_offsets.npy").astype(np.int64)
    bases = np.load(folder / "block_bases.npy").astype(np.int64)
    low = np.load(folder / "block_ranges.npy")[:, 0].astype(np.int64)
    width = np.load(folder / "block_widths.npy").astype(np.int64)
    rings = []
    for row, count in enumerate(vertices.tolist()):
        first, last = int(blocks[row]), int(blocks[row + 1])
        at = starts[row]
        parts = []
        for block in range(first, last):
            own = min(BLOCK, count - BLOCK * (block - first))
            axes = []
            for axis, base in ((0, bases[block]), (1, low[block])):
                bits = int(width[block, axis])
                size = -(-(own + 1) * bits // 32)
                axes.append(_fields(words[at : at + size], bits, own) + base // BASE)
                at += size
            parts.append(np.column_stack(axes))
        rings.append(np.concatenate(parts))
    return rings


def _payloads(words: Any) -> list[int]:
    """Return where the words of each ring begin.

    The file is a FlatBuffers table with a vector of tables, each with a vector of words.
    """
    half = words.view("<u2")

    def vector(table: int) -> int:
        """Return the byte offset of the first vector of the table at a byte offset."""
        slots = table - int(words[table // 4].astype(np.int32))
        slot = table + int(half[slots // 2 + 2])
        return slot + int(words[slot // 4])

    top = vector(int(words[0]))
    entries = [top + 4 * (1 + row) for row in range(int(words[top // 4]))]
    return [vector(entry + int(words[entry // 4])) // 4 + 1 for entry in entries]


def _fields(words: Any, bits: int, count: int) -> Any:
    if bits == 0:
        return np.zeros(count, dtype=np.int64)
    stream = np.unpackbits(words.view(np.uint8), bitorder="little")[: count * bits]
    return stream.reshape(count, bits).astype(np.int64) @ (1 << np.arange(bits, dtype=np.int64))
