"""The gazetteer behind geopy's interface, for code that already speaks it."""

from __future__ import annotations

from typing import Any

from geopy.adapters import URLLibAdapter
from geopy.geocoders.base import Geocoder
from geopy.location import Location
from geopy.point import Point as GeopyPoint

from mapper import world
from mapper.model import Candidate, Point


class OfflineGeocoder(Geocoder):  # type: ignore[misc]
    """A geopy geocoder that answers from the gazetteer and never opens a connection.

    The keywords are Nominatim's where they make sense here.
    """

    def __init__(self) -> None:
        super().__init__(adapter_factory=URLLibAdapter)  # the lightest adapter: it is never used

    def geocode(
        self,
        query: str,
        *,
        exactly_one: bool = True,
        country_codes: str | list[str] | None = None,
        limit: int = 10,
        timeout: object = None,
    ) -> Location | list[Location] | None:
        """Return the place, or places, that a name may mean; None when there is none.

        Parameters
        ----------
        query : str
            A place name in any spelling or script, with its region or country behind a comma if wanted.
        exactly_one : bool
            Whether the answer is the best place or a list of them.
        country_codes : str or list of str, optional
            ISO 3166-1 alpha-2 codes to stay within, in any case; a string may hold several with commas between.
        limit : int
            How many places at the most.
        timeout : object
            Taken for the sake of code that passes it; nothing here waits.
        """
        codes = country_codes.split(",") if isinstance(country_codes, str) else country_codes
        gazetteer = world.gazetteer()
        found = [
            c
            for code in codes or (None,)
            for c in gazetteer.search(query, country=code and code.strip().upper(), limit=limit)
        ]
        return _answer(sorted(found, key=lambda c: -c.score)[:limit], exactly_one)

    def reverse(
        self, query: Any, *, exactly_one: bool = True, limit: int = 1
    ) -> Location | list[Location] | None:
        """Return the place, or places, nearest to a position (anything that ``geopy.Point`` takes)."""
        point = GeopyPoint(query)
        found = world.gazetteer().nearest(Point(lat=point.latitude, lon=point.longitude), limit=limit)
        return _answer(found, exactly_one)


def _answer(found: list[Candidate], exactly_one: bool) -> Location | list[Location] | None:
    locations = [_location(candidate) for candidate in found]
    if not locations:
        return None
    return locations[0] if exactly_one else locations


def _location(candidate: Candidate) -> Location:
    place = candidate.place
    country = world.gazetteer().country_name(place.country) if place.country else None
    parts = [
        place.name,
        place.admin1 if place.admin1 != place.name else None,
        country if country != place.name else None,
    ]
    raw = {
        "name": place.name,
        "country": place.country,
        "admin1": place.admin1,
        "kind": place.kind,
        "population": place.population,
        "geonameid": place.geonameid,
        "radius_km": place.radius_km,
        "match": candidate.match,
        "score": candidate.score,
    }
    return Location(", ".join(part for part in parts if part), (place.point.lat, place.point.lon, 0.0), raw)
