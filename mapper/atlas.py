"""What candidates are, in columns: position, country, region, kind of many places at once, by their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mapper.gazetteer import Gazetteer
from mapper.matcher import FILE_BITS, OWN
from mapper.placefile import KIND_MASK, PER_DEG, PER_KM, PlaceFile

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_RECORD = np.dtype(
    [
        ("lat", "<i4"), ("lon", "<i4"), ("population", "<u4"), ("radius", "<u4"), ("geonameid", "<u4"), ("name", "<u4"),
        ("admin1", "<u4"), ("admin2", "<u4"), ("bytes", "<u2"), ("country", "<u2"), ("feature", "<u2"), ("rest", "<u2"),
    ]
)  # fmt: skip


class Columns(NamedTuple):
    """Places as arrays of one length.

    ``toward`` (n, 3) are unit vectors from the centre of a sphere. ``country`` and ``admin1`` are numbers that are equal
    for equal countries and regions, 0 where there is none. ``kind`` is as in :mod:`mapper.placefile`.
    """

    toward: Floats
    country: Ints
    admin1: Ints
    kind: Ints
    radius_km: Floats
    population: Ints


@dataclass
class _File:
    records: npt.NDArray[np.void]
    ranks: npt.NDArray[np.uint32]
    countries: Ints
    divisions: Ints


class Atlas:
    """The places of a gazetteer, for many at once.

    Parameters
    ----------
    gazetteer : Gazetteer
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        countries: dict[str, int] = {"": 0}
        divisions: dict[str, int] = {"": 0}
        self._files = [_file(file, countries, divisions) for file in gazetteer.files]
        self._countries = countries

    def columns(self, numbers: Ints) -> Columns:
        """Return what the places of these numbers are."""
        which = numbers >> FILE_BITS
        parts = [self._part(file, numbers[which == at] & OWN) for at, file in enumerate(self._files)]
        if len(parts) == 1:
            return parts[0]
        order = np.argsort(
            np.concatenate([np.flatnonzero(which == at) for at in range(len(parts))]), kind="stable"
        )
        return Columns(*(np.concatenate(column)[order] for column in zip(*parts, strict=True)))

    def country_number(self, code: str) -> int:
        """Return the number of a country (ISO 3166-1 alpha-2), -1 if no place lies there."""
        return self._countries.get(code, -1)

    def _part(self, file: _File, numbers: Ints) -> Columns:
        records = file.records[numbers]
        lat = np.radians(records["lat"] / PER_DEG)
        lon = np.radians(records["lon"] / PER_DEG)
        return Columns(
            np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]),
            file.countries[records["country"]],
            file.divisions[records["admin1"]],
            (file.ranks[numbers] & KIND_MASK).astype(np.int64),
            records["radius"] / PER_KM,
            records["population"].astype(np.int64),
        )


def _file(file: PlaceFile, countries: dict[str, int], divisions: dict[str, int]) -> _File:
    records = np.frombuffer(file.records, _RECORD)
    ranks = np.frombuffer(file.ranks, np.uint32)
    codes = [countries.setdefault(word, len(countries)) for word in file.words]
    regions = [0] + [divisions.setdefault(code, len(divisions)) for code in file.division_codes()]
    return _File(records, ranks, np.asarray(codes), np.asarray(regions))
