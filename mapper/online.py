"""What asking a server of other people needs: manners, patience and distrust.

Only :class:`mapper.geocoder.FallbackGeocoder` uses it, and only where it has been told whom to ask.
"""

from __future__ import annotations

import json
import math
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from geopy.adapters import AdapterHTTPError, BaseAsyncAdapter, BaseSyncAdapter
from geopy.exc import GeocoderParseError, GeocoderServiceError, GeocoderTimedOut
from geopy.geocoders import Nominatim, Pelias, Photon

from mapper import __version__
from mapper.answers import Found, answer_fault, entry_fault
from mapper.errors import OptionError
from mapper.model import Point

T = TypeVar("T")

INTERVAL_S = 1.0  # https://operations.osmfoundation.org/policies/nominatim/: at most one request a second
FAILURES = 3  # so many in a row, and a server is left alone
PAUSE_S = 300.0  # for so long
LONGEST_PAUSE_S = 86_400.0  # whatever Retry-After says


@dataclass(frozen=True, slots=True)
class Clock:
    """Where time comes from, in seconds; tests bring their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, kw_only=True, slots=True)
class OnlineProblem:
    """Why an online geocoder did not answer, or why its answer was not believed."""

    provider: str
    host: str
    query: str
    reason: str


def user_agent(contact: str | None) -> str:
    """Return how this program introduces itself: "incident-mapper/0.1.0 (+ops@example.org)".

    Raises
    ------
    OptionError
        If ``contact`` does not fit into a header.
    """
    if contact is None:
        return f"incident-mapper/{__version__}"
    contact = str(contact).strip()
    if not re.fullmatch(r"[!-~][ -~]{2,199}", contact):
        raise OptionError(
            f"contact {contact!r:.80} is none: give an e-mail address or a URL in 3 to 200 ASCII characters"
        )
    return f"incident-mapper/{__version__} (+{contact})"


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return what ``call`` returns, or raise what it raises, or TimeoutError when ``seconds`` have passed.

    A call that comes too late ends by itself in its own thread: this bounds name look-ups, and servers that send a
    byte now and then, which the time-outs of sockets do not.
    """
    result: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            result.append(call())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="online-geocoder", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not result:
        raise TimeoutError(f"no answer within {seconds:g} s")
    return result[0]


# Asking

_PROVIDERS = {"nominatim": Nominatim, "photon": Photon, "pelias": Pelias}
_PUBLIC_NOMINATIM = "nominatim.openstreetmap.org"
_DOMAIN = re.compile(r"(\[[0-9a-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?(/[\w./-]*)?")
_LARGEST_BODY = 1 << 20  # bytes; ten places take some ten thousand


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """Follow nothing: the query is for the host that the user has named."""


class Http(BaseSyncAdapter):  # type: ignore[misc]
    """An HTTP client for geopy that follows no redirects and reads no more than a mebibyte."""

    def __init__(self, *, proxies: Any, ssl_context: Any) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        self._opener = build_opener(HTTPSHandler(context=ssl_context), ProxyHandler(proxies), _NoRedirect)

    def get_text(self, url: str, *, timeout: Any, headers: Any) -> str:
        """Return what a server answers, or raise geopy's errors and nothing else."""
        end = time.monotonic() + timeout
        body = bytearray()
        try:
            with self._opener.open(Request(url, headers=headers), timeout=timeout) as page:  # noqa: S310 - geopy's URL
                while chunk := page.read1(1 << 16):
                    body += chunk
                    if len(body) > _LARGEST_BODY:
                        raise GeocoderParseError(f"an answer of more than {_LARGEST_BODY} bytes")
                    if time.monotonic() > end:
                        raise GeocoderTimedOut(f"no whole answer within {timeout:g} s")
        except HTTPError as error:
            with error:
                named = {key.lower(): value for key, value in error.headers.items()}
                raise AdapterHTTPError(
                    f"HTTP status {error.code}", status_code=error.code, headers=named, text=""
                ) from error
        except TimeoutError as error:
            raise GeocoderTimedOut(f"no answer within {timeout:g} s") from error
        except URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise GeocoderTimedOut(f"no answer within {timeout:g} s") from error
            raise GeocoderServiceError(f"no connection: {error.reason}") from error
        except (OSError, HTTPException) as error:
            raise GeocoderServiceError(f"the connection broke: {error!r}") from error
        try:
            return body.decode()
        except ValueError as error:
            raise GeocoderParseError("an answer that is not UTF-8") from error

    def get_json(self, url: str, *, timeout: Any, headers: Any) -> Any:
        """Return the JSON that a server answers, if its positions lie on Earth."""
        text = self.get_text(url, timeout=timeout, headers=headers)
        try:
            document = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise GeocoderParseError(f"an answer that is no JSON: {text!r:.60}") from error
        if fault := answer_fault(document):
            raise GeocoderParseError(fault)
        return document


def seconds_of(value: Any) -> float:
    """Return a time-out in seconds.

    Raises
    ------
    OptionError
        If it is none, or longer than an hour.
    """
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        seconds = math.nan
    if not 0 < seconds <= 3600:
        raise OptionError(f"timeout {value!r} is not within 0..3600 seconds")
    return seconds


def provider_of(online: Any, domain: str | None, scheme: str, contact: str | None) -> tuple[Any, str, str]:
    """Return the geopy geocoder to ask (None for nobody), its name and its host.

    Raises
    ------
    OptionError
        If there is none of this name, it may not be asked like this, or it is none.
    """
    agent = user_agent(contact)
    if scheme not in {"http", "https"}:
        raise OptionError(f"unknown scheme {scheme!r}: give https or http")
    if domain is not None and not _DOMAIN.fullmatch(str(domain)):
        raise OptionError(f"domain {domain!r:.80} is no host: give one such as nominatim.example.org:8080")
    if online is None:
        return None, "offline", ""
    if not isinstance(online, str):
        if domain is not None or contact is not None:
            raise OptionError(
                "a geocoder object has its own domain and User-Agent: leave out domain and contact"
            )
        if not callable(getattr(online, "geocode", None)) or isinstance(
            getattr(online, "adapter", None), BaseAsyncAdapter
        ):
            raise OptionError(f"online {online!r:.80} is no synchronous geopy geocoder")
        host = getattr(online, "domain", None) or urlsplit(str(getattr(online, "api", ""))).netloc
        name = type(online).__name__.lower()
        return online, name, str(host or name).split("/")[0]
    name = online.strip().lower()
    if name not in _PROVIDERS:
        raise OptionError(f"unknown online geocoder {online!r}: give one of {', '.join(_PROVIDERS)}")
    if domain is None and name == "pelias":
        raise OptionError("pelias has no public server: give the domain of yours")
    where = {} if domain is None else {"domain": domain}
    provider = _PROVIDERS[name](**where, scheme=scheme, user_agent=agent, adapter_factory=Http)
    host = provider.domain.lower().split("/")[0]
    if host.split(":")[0].rstrip(".") == _PUBLIC_NOMINATIM and contact is None:
        raise OptionError(
            f"{_PUBLIC_NOMINATIM} asks who is asking: give contact, an e-mail address or a URL, or a domain of your own"
        )
    return provider, name, host


# Manners


@dataclass(slots=True)
class Gate:
    """The way to one host for all threads of this process: one request at a time, one a second at most."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _next: float = -math.inf
    _shut_until: float = -math.inf

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until no one else asks this host, and keep it so."""
        with self._lock:
            yield

    def pace(self, clock: Clock) -> None:
        """Wait for the next slot and take it; only within a turn."""
        wait = self._next - clock.now()
        if wait > 0:
            clock.sleep(wait)
        self._next = clock.now() + INTERVAL_S

    def shut(self, seconds: float, clock: Clock) -> None:
        """Ask nothing for so long, because the host has said so; only within a turn."""
        self._shut_until = max(self._shut_until, clock.now() + min(max(seconds, 0), LONGEST_PAUSE_S))

    def is_shut(self, clock: Clock) -> bool:
        """Tell whether the host has asked to be left alone."""
        return clock.now() < self._shut_until


@lru_cache(maxsize=1000)
def _gate(host: str) -> Gate:
    return Gate()


_gates = threading.Lock()


def gate(host: str) -> Gate:
    """Return the one gate to a host, however many geocoders ask it."""
    with _gates:
        return _gate(host.lower())


@dataclass(slots=True)
class Breaker:
    """Leaves a server alone for ``PAUSE_S`` after ``FAILURES`` in a row; then one request may try again."""

    _failures: int = 0
    _until: float = -math.inf

    def is_open(self, clock: Clock) -> bool:
        """Tell whether the server is left alone now."""
        return clock.now() < self._until

    def succeeded(self) -> None:
        """Forget the failures."""
        self._failures = 0

    def failed(self, clock: Clock) -> bool:
        """Count a failure and return whether it opens the breaker."""
        self._failures += 1
        if self._failures < FAILURES:
            return False
        self._until = clock.now() + PAUSE_S
        return True


# Distrust


def believed(place: Any, provider: Any) -> Found:
    """Return a place that an online geocoder has found, in the shape that is kept.

    Raises
    ------
    GeocoderParseError
        If it is no place on Earth.
    """
    known = isinstance(provider, (Nominatim, Photon, Pelias))  # others write their answers in other shapes
    fault = entry_fault(place.raw) if known else None
    if fault or not isinstance(place.address, str) or not place.address.strip():
        raise GeocoderParseError(fault or "a found place has no address")
    point = Point(lat=place.latitude, lon=place.longitude)
    raw = place.raw if isinstance(place.raw, dict) else {"answer": place.raw}
    return Found(address=place.address, lat=point.lat, lon=point.lon, raw=raw)
