"""The gazetteer behind geopy's interface, for code that already speaks it; an online geocoder behind it on request."""

from __future__ import annotations

import inspect
import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from geopy.adapters import BaseSyncAdapter
from geopy.exc import GeocoderParseError, GeocoderQueryError, GeocoderRateLimited, GeocoderServiceError
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location

from mapper import nominatim, world
from mapper import online as web
from mapper.answers import Answer, AnswerCache
from mapper.errors import OptionError
from mapper.model import Candidate

_PROBLEMS = 100


class _NoConnection(BaseSyncAdapter):  # type: ignore[misc]
    """Stands where geopy wants an HTTP client."""

    def get_text(self, url: str, *, timeout: Any, headers: Any) -> str:
        raise GeocoderServiceError("the offline geocoder opens no connection")

    get_json = get_text


class OfflineGeocoder(Geocoder):  # type: ignore[misc]
    """A geopy geocoder that answers from the gazetteer and never opens a connection.

    The keywords are those of geopy's ``Nominatim``, and so are ``lat``, ``lon``, ``display_name`` and ``address`` in
    ``Location.raw``. Beside them ``raw`` holds ``name``, ``country`` (ISO 3166-1 alpha-2), ``admin1``, ``kind``,
    ``population``, ``geonameid``, ``radius_km``, ``match``, ``score`` and ``source``.
    """

    def __init__(self) -> None:
        super().__init__(scheme="https", proxies={}, adapter_factory=_NoConnection)

    def geocode(
        self,
        query: str | Mapping[str, Any] | None,
        *,
        exactly_one: bool = True,
        timeout: Any = DEFAULT_SENTINEL,
        limit: int | None = None,
        addressdetails: bool = False,
        language: str | bool = False,
        geometry: str | None = None,
        extratags: bool = False,
        country_codes: str | Iterable[str] | None = None,
        viewbox: Sequence[Any] | None = None,
        bounded: bool = False,
        featuretype: str | None = None,
        namedetails: bool = False,
    ) -> Location | list[Location] | None:
        """Return the place, or places, that a name may mean; None when there is none.

        Parameters
        ----------
        query : str or mapping
            A place name in any spelling or script, with its region or country behind a comma if wanted. Or the parts
            of an address: the finest of ``city``, ``county``, ``state`` and ``country`` is looked for within the
            others; a state or country that is not known finds nothing. ``street`` and ``postalcode`` are left aside.
            None, a missing value of pandas and an empty text find nothing.
        exactly_one : bool
            Whether the answer is the best place or a list of them.
        timeout : object
            Taken for code that passes it; nothing here waits.
        limit : int, optional
            How many places a list holds at most, 10 if not given.
        addressdetails : bool
            Whether ``raw["address"]`` holds the parts of the address.
        language : str
            Taken for code that passes it: names are those of the gazetteer, mostly English.
        geometry : None
            There are no outlines here; anything else is refused.
        extratags, namedetails : bool
            Whether ``raw["extratags"]`` holds the population, and ``raw["namedetails"]`` the name.
        country_codes : str or list of str, optional
            ISO 3166-1 alpha-2 codes to stay within, in any case; a string may hold several with commas between.
        viewbox : two positions, optional
            Corners of a box in degrees, as anything that ``geopy.Point`` takes. Places inside go before better
            known ones outside, or are the only ones if ``bounded``.
        bounded : bool
            See ``viewbox``; without one it means nothing.
        featuretype : str, optional
            Stay with one kind of place: ``country``, ``state``, ``city``, or ``settlement`` (cities and states).

        Raises
        ------
        OptionError
            If an argument has an unusable value. It is a ValueError.
        """
        kinds = nominatim.kinds_of(featuretype)
        if geometry is not None:
            raise OptionError(f"geometry {geometry!r}: the gazetteer has no outlines, leave it out")
        most = 1 if exactly_one else nominatim.limit_of(limit)
        codes, box = nominatim.codes_of(country_codes), nominatim.box_of(viewbox)
        text, wanted, within = nominatim.question_of(query)
        if wanted is not None:
            kinds = wanted if kinds is None else wanted & kinds
        if within is not None:
            codes = within if codes is None else [code for code in within if code in codes]
        found = nominatim.candidates_of(text, codes, kinds, box, bounded, most)
        return nominatim.answer_of(
            [
                nominatim.location_of(c, address=addressdetails, tags=extratags, names=namedetails)
                for c in found
            ],
            exactly_one,
        )

    def reverse(
        self,
        query: Any,
        *,
        exactly_one: bool = True,
        timeout: Any = DEFAULT_SENTINEL,
        language: str | bool = False,
        addressdetails: bool = True,
        zoom: int | None = None,
        namedetails: bool = False,
        limit: int | None = 1,
    ) -> Location | list[Location] | None:
        """Return the nearest place in the country that a position lies in, or its region where none is near.

        ``raw["address"]`` tells the country and region that the position itself lies in, as the borders have it
        (:func:`mapper.world.locate`), so its ``state`` may be another than the place's ``admin1``.

        Parameters
        ----------
        query : object
            Anything that ``geopy.Point`` takes (latitude first), or a :class:`mapper.Point`.
        exactly_one : bool
            Whether the answer is one place or a list.
        timeout, language : object
            Taken for code that passes them.
        addressdetails : bool
            Whether ``raw["address"]`` is there.
        zoom : int, optional
            How fine the answer is to be, 0..18: the country up to 4, the region up to 9, else the nearest place.
        namedetails : bool
            Whether ``raw["namedetails"]`` holds the name.
        limit : int, optional
            How many places a list holds at most; Nominatim gives one, and so does this if nothing is said.

        Returns
        -------
        Location, list of Location, or None
            A place up to 50 km away, with ``raw["distance_km"]`` from the position; else the region or country
            around it (``raw["match"]`` is "inside"); None at sea, far from any place.

        Raises
        ------
        ValueError
            If the query is no position on Earth.
        OptionError
            If an option has an unusable value. It is a ValueError too.
        """
        level, most = nominatim.zoom_of(zoom), 1 if exactly_one else nominatim.limit_of(limit)
        point = nominatim.position_of(query)
        located = world.locate(point)
        found = nominatim.nearest(point, located.country, most) if level == "city" else []
        if not found and located.country:
            region = located.admin1_code if level != "country" else None
            around = nominatim.area_around(point, located, region)
            found = [Candidate(place=around, match="inside", score=1.0)]
        return nominatim.answer_of(
            [
                nominatim.location_of(
                    c, address=addressdetails, names=namedetails, position=point, located=located
                )
                for c in found
            ],
            exactly_one,
        )


# The online geocoder behind it


class FallbackGeocoder(OfflineGeocoder):
    """Asks the gazetteer, and an online geocoder where that does not know a name; only if one is switched on.

    "Does not know" means that it finds nothing, or only a name one edit away or inside the query, or that a street or postal code was
    asked for. ``raw["source"]`` of an answer says whose it is, "offline" or the online geocoder's name. Nothing but
    the query and the country codes is sent; a viewbox is applied to the answer, and where a ``featuretype`` is asked
    for, nothing is sent at all. :meth:`reverse` stays offline.

    A host is asked once a second at most, one request at a time, by all threads together. Every answer, also that
    nothing was found, is kept in a file, and ``raw["cached"]`` has the date on which it was given. Where the host
    refuses, is late, or answers what cannot be true, the offline answer stands and :attr:`problems` tells why;
    after three failures in a row it is left alone for five minutes, and as long as its ``Retry-After`` says.

    Parameters
    ----------
    online : str or geopy geocoder, optional
        "nominatim", "photon" or "pelias", or a geopy geocoder, used as it is. None, the default, asks nobody.
    domain : str, optional
        The host to ask, with its port and path if it has any: "nominatim.example.org". "pelias" needs one.
    scheme : str
        "https" or "http".
    contact : str, optional
        An e-mail address or URL for the User-Agent. The public Nominatim server is only asked with one, so that its
        operators can reach who is asking (https://operations.osmfoundation.org/policies/nominatim/).
    timeout_s : float
        How long an answer may take altogether.
    cache : path-like, optional
        The file to keep answers in; else ``answers.sqlite`` in ``$MAPPER_CACHE`` or the user's cache folder.
    clock : mapper.online.Clock
        For tests.

    Raises
    ------
    OptionError
        If an argument has an unusable value.
    """

    def __init__(
        self,
        online: str | Any | None = None,
        *,
        domain: str | None = None,
        scheme: str = "https",
        contact: str | None = None,
        timeout_s: float = 5.0,
        cache: Any = None,
        clock: web.Clock | None = None,
    ) -> None:
        super().__init__()
        self._timeout_s = web.seconds_of(timeout_s)
        self._clock = clock or web.Clock()
        self._provider, self._source, self._host = web.provider_of(online, domain, scheme, contact)
        self._keywords = frozenset(
            inspect.signature(self._provider.geocode).parameters if self._provider else ()
        )
        self._cache = AnswerCache(cache)
        self._breaker = web.Breaker()
        self._problems: deque[web.OnlineProblem] = deque(maxlen=_PROBLEMS)

    @property
    def problems(self) -> list[web.OnlineProblem]:
        """Why the online geocoder did not help, oldest first; the last hundred."""
        return list(self._problems)

    def geocode(
        self,
        query: str | Mapping[str, Any] | None,
        *,
        exactly_one: bool = True,
        timeout: Any = DEFAULT_SENTINEL,
        limit: int | None = None,
        addressdetails: bool = False,
        language: str | bool = False,
        geometry: str | None = None,
        extratags: bool = False,
        country_codes: str | Iterable[str] | None = None,
        viewbox: Sequence[Any] | None = None,
        bounded: bool = False,
        featuretype: str | None = None,
        namedetails: bool = False,
    ) -> Location | list[Location] | None:
        """Return the place, or places, that a name may mean; None when nobody knows it.

        The keywords are those of :meth:`OfflineGeocoder.geocode`. ``timeout`` is how many seconds an online answer may
        take; None stands for the geocoder's own ``timeout_s``. Online answers bear what their server says of them,
        whatever ``addressdetails``, ``extratags`` and ``namedetails`` ask for.
        """
        seconds = self._timeout_s if timeout in (None, DEFAULT_SENTINEL) else web.seconds_of(timeout)
        codes, box = nominatim.codes_of(country_codes), nominatim.box_of(viewbox)
        most = 1 if exactly_one else nominatim.limit_of(limit)
        offline = super().geocode(
            query,
            exactly_one=False,
            limit=most,
            addressdetails=addressdetails,
            geometry=geometry,
            extratags=extratags,
            country_codes=codes,
            viewbox=viewbox,
            bounded=bounded,
            featuretype=featuretype,
            namedetails=namedetails,
        )
        found: list[Location] = offline or []
        if self._provider is None or featuretype or nominatim.is_enough(query, found):
            return nominatim.answer_of(found, exactly_one)
        places = self._asked(query, codes, seconds)
        if box is not None and bounded:
            places = [place for place in places if nominatim.in_box(place.latitude, place.longitude, box)]
        return nominatim.answer_of(places[:most] or found, exactly_one)

    def _asked(self, query: Any, codes: nominatim.Codes, seconds: float) -> list[Location]:
        """Return what the online geocoder knows of a query, from the cache if it has been asked before."""
        parts = nominatim.sent(query)
        text = ", ".join(parts.values())
        if not parts:
            return []
        if text != text.encode("utf-8", "replace").decode():
            self._problem(text, "the query is no valid text: it holds half of a surrogate pair")
            return []
        key = json.dumps(
            [{k: v.casefold() for k, v in parts.items()}, sorted(codes or ())], ensure_ascii=False
        )
        slot = (self._source, self._host, key)
        answer, asked_now = self._cache.get(*slot), False
        if answer is None:
            gate = web.gate(self._host)
            with gate.turn():
                answer = self._cache.get(*slot)  # another thread may have asked meanwhile
                if (
                    answer is None
                    and not gate.is_shut(self._clock)
                    and not self._breaker.is_open(self._clock)
                ):
                    gate.pace(self._clock)
                    answer, asked_now = self._request(gate, parts, codes, seconds), True
                    if answer is not None:
                        self._cache.put(*slot, answer)
        if answer is None:
            return []
        return [
            nominatim.online_location(place, self._source, None if asked_now else answer.asked)
            for place in answer.places
        ]

    def _request(
        self, gate: web.Gate, parts: dict[str, str], codes: nominatim.Codes, seconds: float
    ) -> Answer | None:
        text = ", ".join(parts.values())
        structured = "text" not in parts and hasattr(self._provider, "structured_query_params")
        options: dict[str, Any] = {
            "limit": nominatim.LIMIT,
            "addressdetails": True,
            "timeout": seconds,
            "country_codes": [code.lower() for code in codes or ()] or None,
            "countries": codes,
        }
        known = {key: options[key] for key in options if key in self._keywords and options[key] is not None}
        call = partial(self._provider.geocode, parts if structured else text, exactly_one=False, **known)
        try:
            answer = list(web.within(seconds + 0.1, call) or ())[: nominatim.LIMIT]
            places = [web.believed(place, self._provider) for place in answer]
            liars = [place for place in places if codes and not nominatim.lies_in(place, codes)]
            if liars and {"country_codes", "countries"} & self._keywords:
                raise GeocoderParseError(f"{liars[0].address!r:.80} does not lie in {', '.join(codes or ())}")
        except Exception as error:  # whatever a server sends, or a geocoder does with it, is its own fault
            self._failed(gate, text, error)
            return None
        self._breaker.succeeded()
        asked = datetime.now(UTC).date().isoformat()
        return Answer(asked=asked, places=tuple(place for place in places if place not in liars))

    def _failed(self, gate: web.Gate, text: str, error: Exception) -> None:
        reason = str(error) if isinstance(error, (GeocoderServiceError, TimeoutError)) else repr(error)
        self._problem(text, f"{reason:.300}")
        retry_after = getattr(error, "retry_after", None) if isinstance(error, GeocoderRateLimited) else None
        if retry_after:
            gate.shut(retry_after, self._clock)
            self._problem(text, f"{self._host} asks to be left alone for {retry_after:.0f} s")
        if isinstance(error, GeocoderQueryError):
            return  # HTTP 400 and its like: the server is well, the query is not
        if self._breaker.failed(self._clock):
            self._problem(text, f"{self._host} is left alone for {web.PAUSE_S:.0f} s after failures in a row")

    def _problem(self, text: str, reason: str) -> None:
        self._problems.append(
            web.OnlineProblem(provider=self._source, host=self._host, query=text[:200], reason=reason)
        )
