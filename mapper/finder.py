"""The nearest place on some lines: a few points are searched for one by one, many by an index made once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mapper.lines import Lines, Nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

FEW = 400  # points; making the index costs as much time as that many of them


class Found(NamedTuple):
    """For each point: the distance, the nearest place, and the number of its line in the group that it is of."""

    km: Floats
    lat: Floats
    lon: Floats
    group: Integers
    line: Integers


class Finder:
    """Some lines of one or more groups (land lines, coasts), at least one line in all.

    Parameters
    ----------
    groups
        Groups of lines, each with the numbers of those that count.
    indexed
        Whether the index is used always or never; by default, once ``FEW`` points have been asked for.
    """

    def __init__(self, groups: Sequence[tuple[Lines, Integers]], *, indexed: bool | None = None) -> None:
        self._groups, self._indexed = groups, indexed
        self._blocks = [lines.blocks(rows) for lines, rows in groups]
        self._asked = 0

    def nearest(self, lat: Floats, lon: Floats, *, alone: bool = False) -> Found:
        """Return the nearest place for each point, from degrees of shape ``(n,)``.

        Parameters
        ----------
        lat, lon
            Degrees.
        alone
            Search one by one, so that the answer is the same to the last digit whatever was asked before.
        """
        if not alone:
            self._asked += len(lat)
        few = self._asked <= FEW if self._indexed is None else not self._indexed
        if alone or few:
            return self._one_by_one(lat, lon)
        from mapper import tree

        index, groups, lines = self._index
        km, at_lat, at_lon, row = tree.nearest(index, lat, lon)
        found = Found(km, at_lat, at_lon, groups[row], lines[row])
        left = np.nonzero(row < 0)[0]  # close to the antipode
        for column, values in zip(found, self._one_by_one(lat[left], lon[left]), strict=True):
            column[left] = values
        return found

    def _one_by_one(self, lat: Floats, lon: Floats) -> Found:
        answers: list[tuple[Nearest, int]] = []
        for y, x in zip(lat.tolist(), lon.tolist(), strict=True):
            each = [
                (lines.nearest(y, x, blocks), group)
                for group, ((lines, _), blocks) in enumerate(zip(self._groups, self._blocks, strict=True))
                if len(blocks)
            ]
            answers.append(min(each, key=lambda answer: answer[0].km))
        places = np.array([answer[:3] for answer, _ in answers], dtype=np.float64).reshape(-1, 3)
        numbers = np.array([(group, answer.line) for answer, group in answers], dtype=np.int64).reshape(-1, 2)
        return Found(*places.T.copy(), *numbers.T.copy())

    @cached_property
    def _index(self) -> tuple[Any, Integers, Integers]:
        """The index of all the lines, and the group and number of each of its lines."""
        from mapper import tree

        parts = [lines.vertices(rows) for lines, rows in self._groups]
        index = tree.build(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        groups = np.repeat(np.arange(len(parts)), [len(rows) for _, rows in self._groups])
        return index, groups, np.concatenate([rows for _, rows in self._groups])
