"""Nominatim's keywords, read, and its answers, written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from geopy.location import Location
from geopy.point import Point as GeopyPoint

from mapper import world
from mapper.answers import Found
from mapper.errors import CoordinateError, OptionError
from mapper.geodesy import distance_km
from mapper.matcher import LONGEST_NAME
from mapper.model import Candidate, Place, Point

LIMIT = 10  # places in a list, as Nominatim has it
LONGEST_QUERY = 1000  # characters of an address; what is longer is none
NEAREST_WITHIN_KM = 50.0
_ALL = 500  # candidates to choose from where some will be left out
_FEATURES = {
    "country": frozenset({"country"}),
    "state": frozenset({"region"}),
    "city": frozenset({"city"}),
    "settlement": frozenset({"city", "county", "region"}),  # Nominatim: from state down to neighbourhood
}
_PARTS = ("city", "county", "state", "country")  # finest first
_UNKNOWN_PARTS = ("street", "postalcode")  # the gazetteer knows none
_IN_VIEWBOX = 0.4  # what lying in the preferred box is worth, more than any looser match costs
_BORDER_TOLERANCE_KM = 5.0  # how far outside a country that was asked for a place may lie: outlines differ
Codes = list[str] | None
Box = tuple[float, float, float, float]  # south, west, north, east


# What is asked


def limit_of(limit: int | None) -> int:
    """Return how many places a list holds at most.

    Raises
    ------
    OptionError
        If it is less than 1 or no number.
    """
    try:
        most = LIMIT if limit is None else int(limit)
    except (TypeError, ValueError, OverflowError):
        most = 0
    if most < 1:
        raise OptionError(f"limit {limit!r} is less than 1 or no number: ask for one place or more")
    return most


def kinds_of(featuretype: str | None) -> frozenset[str] | None:
    """Return the kinds of place that a ``featuretype`` stands for, None if any will do.

    Raises
    ------
    OptionError
        If there is none of this name.
    """
    if not featuretype:
        return None
    if featuretype not in _FEATURES:
        raise OptionError(f"unknown featuretype {featuretype!r}: give one of {', '.join(_FEATURES)}")
    return _FEATURES[featuretype]


def codes_of(country_codes: str | Iterable[str] | None) -> Codes:
    """Return the countries to stay within, in capitals and each once; None for the whole world.

    Raises
    ------
    OptionError
        If a code is none.
    """
    listed = country_codes.split(",") if isinstance(country_codes, str) else list(country_codes or ())
    codes: list[str] = []
    for code in listed:
        if isinstance(code, str) and not code.strip():
            continue
        clean = world.gazetteer().checked_code(code)
        if clean not in codes:
            codes.append(clean)
    return codes or None


def box_of(viewbox: Sequence[Any] | None) -> Box | None:
    """Return the box between two positions, None if there is no ``viewbox``.

    Raises
    ------
    OptionError
        If it is not two positions.
    """
    if not viewbox:
        return None
    try:
        one, other = (position_of(corner) for corner in viewbox)
    except (TypeError, ValueError) as error:
        raise OptionError(
            f"viewbox {viewbox!r:.120} is not two positions, latitude first: {error}"
        ) from error
    return min(one.lat, other.lat), min(one.lon, other.lon), max(one.lat, other.lat), max(one.lon, other.lon)


def in_box(lat: float, lon: float, box: Box) -> bool:
    """Tell whether a position lies in a box, or on its edge."""
    return box[0] <= lat <= box[2] and box[1] <= lon <= box[3]


def position_of(query: Any) -> Point:
    """Return a position, where geopy would take None and nothing for 0 N 0 E too.

    Raises
    ------
    ValueError
        If it is none on Earth.
    """
    if isinstance(query, Point):
        return query
    if not isinstance(query, (str, GeopyPoint)):
        try:
            query = tuple(query)
        except TypeError:
            raise CoordinateError(f"{query!r:.80} is no position: give (latitude, longitude)") from None
        if len(query) < 2 or any(value is None for value in query):
            raise CoordinateError(f"{query!r:.80} is no position: give (latitude, longitude)")
    try:
        point = GeopyPoint(query)
    except TypeError as error:
        raise CoordinateError(f"{query!r:.80} is no position: give (latitude, longitude)") from error
    return Point(lat=point.latitude, lon=point.longitude)


def zoom_of(zoom: int | None) -> str:
    """Return how fine an answer is to be: "country", "state" or "city".

    Raises
    ------
    OptionError
        If the level is not within 0..18.
    """
    try:
        level = 18 if zoom is None else int(zoom)
    except (TypeError, ValueError, OverflowError):
        level = -1
    if not 0 <= level <= 18:
        raise OptionError(f"zoom {zoom!r} is not within 0..18, from country to building")
    return "country" if level <= 4 else "state" if level <= 9 else "city"


def text_of(value: Any) -> str:
    """Return a value of a table or an address as text, nothing for a missing one."""
    missing = value is None or type(value).__name__ in {"NAType", "NaTType"}
    text = "" if missing or value != value else str(value).strip()  # noqa: PLR0124 - true of NaN, of any width
    return text if len(text) <= LONGEST_QUERY else ""


def question_of(query: Any) -> tuple[str, frozenset[str] | None, Codes]:
    """Return the name that a query asks for, the kinds it may be of, and the countries it may lie in."""
    if not isinstance(query, Mapping):
        return text_of(query), None, None
    parts = {part: text for part in _PARTS if (text := text_of(query.get(part)))}
    if not parts:
        return "", None, None
    gazetteer, finest = world.gazetteer(), next(iter(parts))
    kinds, codes = _FEATURES.get(finest, frozenset({finest})), None
    if "country" in parts and finest != "country":
        areas = gazetteer.areas(parts["country"]) + gazetteer.areas(parts["country"].upper())
        codes = [str(c.place.country) for c in areas if c.place.kind == "country"]
        codes = list(dict.fromkeys(codes))
    names = [parts[finest]]
    for part in ("county", "state"):
        if part in parts and part != finest:
            known = [name for name in spellings(parts[part]) if gazetteer.areas(name)]
            if not known and part == "state":
                codes = []  # an unknown state finds nothing; an unknown county is one of many
            names += known[:1]
    if finest in {"county", "state"}:
        fits = [name for name in spellings(names[0]) if candidates_of(name, codes, kinds, None, False, 1)]
        names[:1] = fits[:1] or names[:1]
    return ", ".join(names), kinds, codes


def spellings(region: str) -> tuple[str, str]:
    """Return the names that a region may go by."""
    return region, f"{region} region"  # "Kharkiv" alone is a city


def candidates_of(
    text: str, codes: Codes, kinds: frozenset[str] | None, box: Box | None, bounded: bool, most: int
) -> list[Candidate]:
    """Return the places that a name may mean, best first, within what the keywords leave."""
    if not text or len(text) > LONGEST_NAME:
        return []
    reach = most if kinds is None and box is None else max(most, _ALL)
    found: list[tuple[float, Candidate]] = []
    for code in [None] if codes is None else codes:
        for candidate in world.gazetteer().search(text, country=code, limit=reach):
            point = candidate.place.point
            inside = box is not None and in_box(point.lat, point.lon, box)
            fits = kinds is None or kind_of(candidate.place) in kinds
            if fits and (inside or box is None or not bounded):
                found.append((candidate.score + inside * _IN_VIEWBOX, candidate))
    found.sort(key=lambda pair: -pair[0])
    return [candidate for _, candidate in found[:most]]


def kind_of(place: Place) -> str:
    """Return the kind of a place, where a region within a first-level region is a county."""
    return "county" if place.kind == "region" and place.admin1 not in {None, place.name} else place.kind


def nearest(point: Point, country: str | None, most: int) -> list[Candidate]:
    """Return the nearest places, only those in the position's own country if it lies in one."""
    near = world.gazetteer().nearest(point, limit=max(most, _ALL), within_km=NEAREST_WITHIN_KM)
    return [found for found in near if country in {None, found.place.country}][:most]


def area_around(point: Point, located: Any, admin1_code: str | None) -> Place:
    """Return the region, or the country, around a position; one without an entry lies at the position."""
    gazetteer, country = world.gazetteer(), located.country
    if admin1_code and located.admin1:
        return gazetteer.region(country, admin1_code) or Place(
            name=located.admin1,
            point=point,
            kind="region",
            radius_km=0.0,
            country=country,
            admin1=located.admin1,
        )
    return gazetteer.country(country) or Place(
        name=gazetteer.country_name(country), point=point, kind="country", radius_km=0.0, country=country
    )


# What is answered


def answer_of(locations: list[Location], exactly_one: bool) -> Location | list[Location] | None:
    """Return the first place or all of them, None where there is none."""
    if not locations:
        return None
    return locations[0] if exactly_one else locations


def location_of(
    candidate: Candidate,
    *,
    address: bool = False,
    tags: bool = False,
    names: bool = False,
    position: Point | None = None,
    located: Any = None,
) -> Location:
    """Return a place as geopy's Location, with what ``raw`` is to hold."""
    place = candidate.place
    country = world.gazetteer().country_name(place.country) if place.country else None
    parts = [
        place.name,
        place.admin1 if place.admin1 != place.name else None,
        country if country != place.name else None,
    ]
    shown = ", ".join(part for part in parts if part)
    raw: dict[str, Any] = {
        "name": place.name,
        "country": place.country,
        "admin1": place.admin1,
        "kind": place.kind,
        "population": place.population,
        "geonameid": place.geonameid,
        "radius_km": place.radius_km,
        "match": candidate.match,
        "score": candidate.score,
        "lat": str(place.point.lat),
        "lon": str(place.point.lon),
        "display_name": shown,
        "source": "offline",
    }
    if position is not None and candidate.match == "nearest":
        raw["distance_km"] = round(distance_km(position, place.point), 3)
    if address:
        raw["address"] = address_of(place, located.admin1 if located and located.country else place.admin1)
    if tags:
        raw["extratags"] = {"population": str(place.population)} if place.population else {}
    if names:
        raw["namedetails"] = {"name": place.name}
    return Location(shown, (place.point.lat, place.point.lon, 0.0), raw)


def address_of(place: Place, state: str | None) -> dict[str, str]:
    """Return the parts of an address, finest first."""
    parts: dict[str, str] = {}
    kind = kind_of(place)
    if kind in {"country", "region"}:
        state = place.name if kind == "region" else None
    else:
        parts[kind] = place.name
    if state:
        parts["state"] = state
    if place.country:
        name = world.gazetteer().country_name(place.country)
        parts |= {"country": name, "country_code": place.country.lower()}
    return parts


def online_location(place: Found, source: str, cached: str | None) -> Location:
    """Return what an online geocoder has found as geopy's Location, with the day of a kept answer."""
    raw = {"lat": str(place.lat), "lon": str(place.lon), "display_name": place.address, **deepcopy(place.raw)}
    raw |= {"source": source} | ({"cached": cached} if cached else {})
    return Location(place.address, (place.lat, place.lon, 0.0), raw)


# What an online geocoder is asked, and whether it is


def is_enough(query: Any, found: list[Location]) -> bool:
    """Tell whether the gazetteer knows what was asked for, and not by a guess alone."""
    finer = isinstance(query, Mapping) and any(text_of(query.get(part)) for part in _UNKNOWN_PARTS)
    return bool(found) and found[0].raw["match"] not in {"typo", "part"} and not finer


def sent(query: Any) -> dict[str, str]:
    """Return the text of a query, or its parts in the order of an address, with single spaces."""
    if isinstance(query, Mapping):
        order = ("street", "city", "county", "state", "postalcode", "country")
        parts = {part: text_of(query.get(part)) for part in order}
    else:
        parts = {"text": text_of(query)}
    return {part: " ".join(text.split()) for part, text in parts.items() if text}


def lies_in(place: Found, codes: list[str]) -> bool:
    """Tell whether a place lies in one of some countries, or just outside, or at sea."""
    point = Point(lat=place.lat, lon=place.lon)
    country, borders = world.locate(point).country, world.borders()
    return country in {None, *codes} or any(
        borders.territory(point, code).km <= _BORDER_TOLERANCE_KM
        for code in codes
        if code in borders.countries()
    )
