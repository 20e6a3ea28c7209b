"""What the precision codes of event data say of how far the truth may lie from the coordinates.

Sources: ACLED codebook, "geo_precision"; UCDP Georeferenced Event Dataset codebook, "where_prec". Where a codebook gives
a length, that is the radius; where it gives a kind of area, the area is meant. That coordinates of a named town stand
for all of it is allowed for by ``TOWN_KM``.
"""

from __future__ import annotations

from dataclasses import dataclass

from mapper.errors import InputError

TOWN_KM = 5.0
LESSER_REGION_KM = 50.0  # nine in ten second-level regions of the gazetteer reach less far from their middle


@dataclass(frozen=True, slots=True)
class Precision:
    """How far the truth may lie from a position: within a radius, or anywhere in its ``region`` or ``country``."""

    radius_km: float | None
    area: str | None  # region (first-level) or country
    meaning: str


UNKNOWN = Precision(None, None, "nobody can tell how far the truth lies")
SCHEMES = {
    "geo_precision": {
        1: Precision(TOWN_KM, None, "in a named town"),
        2: Precision(25.0, None, "near a named town, or in a small part of a region"),
        3: Precision(None, "region", "somewhere in a region"),
    },
    "where_prec": {
        1: Precision(TOWN_KM, None, "at a named place"),
        2: Precision(25.0, None, "within about 25 km of a known place"),
        3: Precision(LESSER_REGION_KM, None, "somewhere in a second-level region"),
        4: Precision(None, "region", "somewhere in a first-level region"),
        5: Precision(None, "country", "along a line, or in an area larger than a first-level region"),
        6: Precision(None, "country", "somewhere in a country"),
        7: UNKNOWN,
    },
}


def read_precision(scheme: str, cell: str) -> Precision:
    """Return what a cell of the column ``scheme`` (a key of ``SCHEMES``) means.

    Raises
    ------
    InputError
        If it is no code of the scheme.
    """
    codes = SCHEMES[scheme]
    try:
        return codes[int(float(cell))]
    except (KeyError, ValueError, OverflowError):
        known = ", ".join(map(str, codes))
        raise InputError(f"{scheme} {cell!r} is no code of that scheme: it has {known}") from None
