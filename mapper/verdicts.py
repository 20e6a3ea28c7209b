"""Judges a stated length against a measured one, and a stated direction: the rule, and nothing of language.

A place is an area, so what is measured is an interval, ``low_km`` to ``high_km``; a stated figure is a rounding, so what
is stated is one too (see :mod:`mapper.quantities`). The length is

- *consistent* where the two intervals meet;
- *inconsistent* where they do not: ``gap_km`` is the space between them, which no extent and no rounding explains;
- *cannot tell* (``unchecked`` in records) where something needed is not known, and where only words like "near" are there
  to judge and the place lies between what they surely allow and what they surely rule out.

A direction is wrong where the measured one, from the reference to the place, differs by more than 45 degrees (one wind of
the eight-wind compass) and the angle under which the extents are seen. Within the extents no direction is judged, and
none from a border or a country: "south of the border" need not mean its nearest point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["consistent", "inconsistent", "unchecked"]

WIND_DEG = 45.0  # between winds of the eight-wind compass
_WINDS = {"north": 0.0, "east": 90.0, "south": 180.0, "west": 270.0}


@dataclass(frozen=True, slots=True)
class Stated:
    """What a text allows, in kilometres: surely ``sure_low_km`` to ``sure_high_km``, at all ``low_km`` to ``high_km``."""

    low_km: float
    high_km: float
    sure_low_km: float
    sure_high_km: float


def judge_length(stated: Stated, low_km: float, high_km: float) -> tuple[Verdict, float | None]:
    """Judge a stated length against a measured interval.

    Parameters
    ----------
    stated : Stated
    low_km, high_km : float
        The bounds of the measured distance over the extents of the places.

    Returns
    -------
    tuple of str and float or None
        The verdict, and by how many kilometres the intervals miss each other where it is ``inconsistent``.
    """
    if stated.sure_low_km <= high_km and low_km <= stated.sure_high_km:
        return "consistent", None
    gap = max(stated.low_km - high_km, low_km - stated.high_km)
    return ("inconsistent", gap) if gap > 0 else ("unchecked", None)


def wind_deg(words: str) -> float | None:
    """Return the bearing of a wind in words, such as 135.0 for "south-east" and 157.5 for "south-southeast".

    Returns
    -------
    float or None
        Degrees clockwise from north; None where the words name no wind ("east-west").
    """
    text = words.lower()
    parts = []
    while text:
        wind = next((wind for wind in _WINDS if text.startswith(wind)), None)
        if wind is None:
            text = text[1:]
        else:
            parts.append(_WINDS[wind])
            text = text[len(wind) :]
    # each half turns the one behind it half the way towards itself: south-(south-east)
    bearing: float | None = None
    for part in reversed(parts):
        if bearing is None:
            bearing = part
            continue
        turn = (part - bearing + 180) % 360 - 180
        if abs(turn) > WIND_DEG * 2 or turn == -180:
            return None
        bearing = (bearing + turn / 2) % 360
    return bearing


def wrong_direction(stated_deg: float, measured_deg: float, km: float, reach_km: float) -> bool:
    """Tell whether a measured direction rules out the stated one.

    Parameters
    ----------
    stated_deg, measured_deg : float
        Degrees clockwise from north, from the reference to the place.
    km : float
        How far the place lies from there.
    reach_km : float
        How far the extents of both reach together.
    """
    if km <= reach_km:
        return False
    off = abs((measured_deg - stated_deg + 180) % 360 - 180)
    return off > WIND_DEG + math.degrees(math.asin(reach_km / km))
