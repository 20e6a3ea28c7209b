"""Packs columns of numbers and chunks of rows into texts that a page can carry and a browser unpacks by itself.

A browser knows raw deflate (``DecompressionStream``), and base64 has no character with a meaning to an HTML parser. Numbers
are stored in as few bytes as the column needs, byte plane by byte plane, because planes deflate better than numbers.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVEL = 6  # of deflate; 9 takes three times as long for 1 % less


def packed_columns(
    columns: Mapping[str, NDArray[np.int64]], spot: Iterable[str]
) -> tuple[str, list[list[Any]]]:
    """Return columns of one length as base64 of deflated planes, with what each plane group is.

    Parameters
    ----------
    columns
        Whole numbers within 32 bits; ``lat`` and ``lon`` are among them.
    spot
        Columns that mostly depend on ``lat`` and ``lon`` alone; those which do are stored once a spot.

    Returns
    -------
    text, plan
        The plan has a row for each stored column in the order of the planes: name, bytes a number (1, 2, 3 or 4), the
        least number, which is to be added, how many there are, and whether it holds one number a spot. The column
        ``spot`` tells of each incident which spot is its own.
    """
    # One key a position: latitudes sorted, so that they hardly differ from one to the next.
    key = (columns["lat"] << 32) + (columns["lon"] & 0xFFFFFFFF)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    shared = {
        name: column[first]
        for name, column in columns.items()
        if name in {"lat", "lon", *spot} and np.array_equal(column[first][inverse], column)
    }
    stored = {"spot": inverse} | {name: column for name, column in columns.items() if name not in shared}
    planes, plan = [], []
    for once, group in ((True, shared), (False, stored)):
        for name, column in group.items():
            values = np.diff(column, prepend=0) if once and name == "lat" else column
            least = int(values.min()) if len(values) else 0
            over = values - least
            width = max(1, (int(over.max()).bit_length() + 7) // 8) if len(values) else 1
            planes += [(over >> (8 * plane)).astype(np.uint8).tobytes() for plane in range(width)]
            plan.append([name, width, least, len(values), int(once)])
    return _base64(b"".join(planes)), plan


def packed_json(value: Any) -> str:
    """Return a JSON value as base64 of deflated UTF-8."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        content = text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can write and UTF-8 cannot
        content = json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
    return _base64(content)


def _base64(content: bytes) -> str:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(packer.compress(content) + packer.flush()).decode("ascii")
