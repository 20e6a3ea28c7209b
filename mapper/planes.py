"""Packs long rows of coordinates small: whole steps, the differences between them, byte by byte.

Neighbouring vertices differ little, so the high bytes of the differences are mostly zero; kept together they compress to
next to nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def pack(steps: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the byte planes of shape ``(4, n)`` of ``n`` whole numbers that fit into 32 bits, as do their differences."""
    differences = np.diff(steps, prepend=0).astype("<i4")
    return np.ascontiguousarray(differences.view(np.uint8).reshape(-1, 4).T)


def unpack(planes: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Return the whole numbers, of shape ``(n,)``, that :func:`pack` packed."""
    differences = np.empty(planes.shape[1], dtype="<i4")
    by_byte = differences.view(np.uint8).reshape(-1, 4)
    for byte, plane in enumerate(planes):  # several times as quick as turning the planes around
        by_byte[:, byte] = plane
    return np.cumsum(
        differences, dtype=np.int32, out=differences
    )  # in place: fresh memory costs more than the sum
