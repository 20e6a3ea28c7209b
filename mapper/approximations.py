"""Spots that a report tells without a name of their own: "20 km south of Raqqa", a street of a town, a village beside a town.

Such a spot is an area: its radius says how far off it may be. None of them counts as a place that was found.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mapper.geodesy import destination
from mapper.model import UNSURE, Place, Resolution, Toponym
from mapper.quantities import find_lengths
from mapper.verdicts import WIND_DEG, wind_deg

SAME_SENTENCE = 250  # characters
VILLAGE_KM = 40.0  # how far a village may lie from the town that it is named beside
GUESS_SCORE = 0.3  # below UNSURE: a guess goes to review
_WIND = r"(?:north|south|east|west)(?:[\s-]?(?:north|south|east|west)){0,2}"
_OFFSET = re.compile(
    rf"\s+(?:(?:to\s+the|due|directly)\s+)?(?P<wind>{_WIND}|(?-i:[NSEW]{{1,3}}))(?:wards?)?\s+(?:of|from)\s+"
    r"(?:(?:the\s+)?(?:regional\s+|provincial\s+|central\s+|capital\s+)?(?:city|town|village|capital|port)\s+(?:of\s+)?,?\s*)?(?:the\s+)?$",
    re.IGNORECASE,
)
_HAS_LENGTH = re.compile(r"(?:\b|[0-9])(?:km|kilomet|miles?|mi\b)")
_LETTERS = {"N": "north", "S": "south", "E": "east", "W": "west"}  # of the compass: "WSW" is west-south-west
_SUBJECT = re.compile(
    r"(?:,|\(|\bis|\blies|\blocated|\bsituated|\bsits)\s*(?:only|just|some|about|around|roughly|nearly|approximately)?\s*$"
)
_SENTENCE_END = re.compile(r"[.!?][\"”’)]*\s+[A-Z\"“‘]|\n\s*\n|\s(?:-|–|—|--)\s")
_QUALIFIER = re.compile(r",\s|\s\(|,?\s(?:in|near|outside)\s(?:the\s)?(?:\w+\s){0,2}")


def with_approximations(text: str, resolutions: Sequence[Resolution]) -> list[Resolution]:
    """Add to the names of a report the spots that are told by them, and where those that were not found probably lie.

    Parameters
    ----------
    text : str
        The report's.
    resolutions : sequence of Resolution
        In order of the text.

    Returns
    -------
    list of Resolution
        With ``offset`` and ``near`` where there is one.
    """
    focus = _focus(resolutions)
    found = []
    for index, r in enumerate(resolutions):
        if r.place is None:
            near = _near(text, resolutions, index, focus) if r.toponym.role == "literal" else None
            if near is not None:
                reason = f"{r.reason}; {near.name}, a guess from what is named beside it"
                found.append(replace(r, near=near, score=GUESS_SCORE, reason=reason))
                continue
        elif r.place.kind in {"city", "site", "airfield"}:
            found.append(replace(r, offset=_offset(text, resolutions, index, r.place)))
            continue
        found.append(r)
    return found


def _offset(text: str, resolutions: Sequence[Resolution], index: int, place: Place) -> Place | None:
    """Return the spot at a distance and direction from a place, unless that is said of another place of the sentence."""
    end = resolutions[index].toponym.start
    start = max(resolutions[index - 1].toponym.end if index else 0, end - 90)
    gap = text[start:end]
    if not _HAS_LENGTH.search(gap):
        return None
    match = _OFFSET.search(gap)
    lengths = find_lengths(gap[: match.start()]) if match else []
    if (
        match is None
        or not lengths
        or lengths[-1].km is None
        or gap[lengths[-1].end : match.start()].strip(" )")
    ):
        return None
    if index and start == resolutions[index - 1].toponym.end and _SUBJECT.fullmatch(gap[: lengths[-1].start]):
        return None  # "Lyptsi, 10 km north of Kharkiv"
    wind = match["wind"]
    bearing = wind_deg("-".join(_LETTERS[c] for c in wind) if wind.isupper() and len(wind) <= 3 else wind)
    length = lengths[-1]
    if bearing is None or length.km is None or not math.isfinite(length.high_km):
        return None
    sideways = length.km * math.sin(math.radians(WIND_DEG / 2))
    radius = math.hypot((length.high_km - length.low_km) / 2, sideways) + place.radius_km
    words = " ".join(gap[length.start :].split())
    return Place(
        name=f"{words} {place.name}",
        point=destination(place.point, bearing, length.km),
        kind="point",
        radius_km=round(radius, 1),
        country=place.country,
        admin1=place.admin1,
    )


def _near(text: str, resolutions: Sequence[Resolution], index: int, focus: Place | None) -> Place | None:
    """Return around where a name lies that the gazetteer lacks: the place behind it, else one beside it, else the focus."""
    toponym = resolutions[index].toponym
    after = resolutions[index + 1] if index + 1 < len(resolutions) else None
    behind = after.place if after is not None else None
    if after is not None and behind is not None and behind.kind != "country":  # noqa: SIM102
        if _QUALIFIER.fullmatch(text[toponym.end : after.toponym.start]):
            return _around(behind)
    beside = [
        r for r in resolutions[max(0, index - 4) : index + 3] if r is not resolutions[index] and _is_town(r)
    ]
    gaps = {id(r): _gap(text, toponym, r.toponym) for r in beside}
    # Those of its own sentence first, then those before it.
    near = [r for r in beside if len(gaps[id(r)]) <= SAME_SENTENCE]
    own = [r for r in near if not _SENTENCE_END.search(gaps[id(r)])]
    if own:
        return _around(min(own, key=lambda r: len(gaps[id(r)])).place)
    before = [r for r in near if r.toponym.start < toponym.start]
    return _around(before[-1].place if before else focus)


def _gap(text: str, first: Toponym, second: Toponym) -> str:
    """Return the text between two names, whichever comes first."""
    return text[min(first.end, second.end) : max(first.start, second.start)]


def _is_town(r: Resolution) -> bool:
    return (
        r.place is not None
        and r.place.kind == "city"
        and r.toponym.role in {"literal", "part"}
        and r.score >= UNSURE
    )


def _around(place: Place | None) -> Place | None:
    if place is None:
        return None
    return replace(
        place, name=f"around {place.name}", radius_km=max(place.radius_km, VILLAGE_KM), geonameid=None
    )


def _focus(resolutions: Sequence[Resolution]) -> Place | None:
    """Return the settlement that a report names most."""
    counts = Counter(r.place for r in resolutions if _is_town(r))
    return counts.most_common(1)[0][0] if counts else None
