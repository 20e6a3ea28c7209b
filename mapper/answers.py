"""Answers of online geocoders, kept with their date."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import warnings
from collections import OrderedDict
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mapper.errors import OptionError
from mapper.model import coordinate_fault

REMEMBERED = 10_000  # answers held in memory
_APPLICATION_ID = 0x696E636D  # "incm", in the header of the SQLite file
_TABLE = (
    "CREATE TABLE IF NOT EXISTS answer (provider TEXT, host TEXT, query TEXT, asked TEXT, places TEXT, "
    "PRIMARY KEY (provider, host, query)) WITHOUT ROWID"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A place that an online geocoder has found: its address, degrees, and all that the server said of it."""

    address: str
    lat: float
    lon: float
    raw: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What an online geocoder said to a query on a day (ISO 8601, UTC); no places mean that it knew none."""

    asked: str
    places: tuple[Found, ...]


# Distrust


def entry_fault(entry: object) -> str | None:
    """Return what is wrong with the position of a found place, None if it is one on Earth.

    Parameters
    ----------
    entry : object
        As Nominatim writes it (``lat``, ``lon``) or as a GeoJSON feature.
    """
    if not isinstance(entry, dict):
        return f"a found place is no object but {entry!r:.40}"
    lat, lon = entry.get("lat"), entry.get("lon")
    if "geometry" in entry:
        shape = entry["geometry"]
        pair = shape.get("coordinates") if isinstance(shape, dict) else None
        lon, lat = pair[:2] if isinstance(pair, list) and len(pair) > 1 else (None, None)
    try:
        if isinstance(lat, bool) or isinstance(lon, bool):
            raise TypeError
        return coordinate_fault(float(lat), float(lon))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return f"a found place lies at no position: latitude {lat!r:.40}, longitude {lon!r:.40}"


def answer_fault(document: object) -> str | None:
    """Return what is wrong with the JSON that Nominatim, Photon or Pelias sent, None if it can be read."""
    entries: object = document
    if isinstance(document, dict):
        told = document.get("geocoding")
        fault = document.get("error") or (told.get("errors") if isinstance(told, dict) else None)
        if fault:
            return f"the server reports {fault!r:.200}"
        entries = document.get("features")
    if not isinstance(entries, list):
        return f"an answer of another shape: {document!r:.80}"
    return next((fault for fault in map(entry_fault, entries) if fault), None)


# Memory


def cache_file() -> Path:
    """Return where answers are kept unless a path is given.

    It is ``answers.sqlite`` in the folder ``$MAPPER_CACHE``, else in ``incident-mapper`` in ``$XDG_CACHE_HOME``
    (if that is absolute, as its specification asks), else in ``~/.cache/incident-mapper``.

    Raises
    ------
    RuntimeError
        If the user has no home.
    """
    if named := os.environ.get("MAPPER_CACHE"):
        return Path(named) / "answers.sqlite"
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    base = base if base.is_absolute() else Path.home() / ".cache"
    return base / "incident-mapper" / "answers.sqlite"


class AnswerCache:
    """Answers of online geocoders, in memory and in a SQLite file that only the user may read.

    A file that cannot be used is warned of once and left as it is; answers are then kept in memory only.

    Parameters
    ----------
    path : path-like, optional
        The file; :func:`cache_file` if not given. It is made when there is something to keep.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        try:
            self._given = None if path is None else Path(path)
        except TypeError:
            raise OptionError(f"cache {path!r:.80} is no path: give the path of a file") from None
        self._memory: OrderedDict[tuple[str, str, str], Answer] = OrderedDict()
        self._lock = threading.Lock()
        self._warned = False

    def get(self, provider: str, host: str, query: str) -> Answer | None:
        """Return what is known of a query, None if it has not been asked or cannot be read."""
        key = (provider, host, query)
        with self._lock:
            if key in self._memory:
                self._memory.move_to_end(key)
                return self._memory[key]
        answer = None
        try:
            path = self._path()
            if path.exists():
                with closing(self._open(path)) as connection:
                    sql = "SELECT asked, places FROM answer WHERE provider = ? AND host = ? AND query = ?"
                    row = connection.execute(sql, key).fetchone()
                answer = _answer(*row) if row else None
        except (OSError, ValueError, RuntimeError, sqlite3.Error) as error:
            self._warn(error)
        if answer:
            self._remember(key, answer)
        return answer

    def put(self, provider: str, host: str, query: str, answer: Answer) -> None:
        """Keep an answer."""
        key = (provider, host, query)
        self._remember(key, answer)
        try:
            places = json.dumps([[p.address, p.lat, p.lon, p.raw] for p in answer.places], default=str)
            path = self._path()
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            with closing(self._open(path)) as connection, connection:
                sql = "INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?)"
                connection.execute(sql, (*key, answer.asked, places))
        except (OSError, ValueError, TypeError, RuntimeError, sqlite3.Error) as error:
            self._warn(error)

    def _path(self) -> Path:
        return self._given or cache_file()

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=5.0)
        try:
            (owner,) = connection.execute("PRAGMA application_id").fetchone()
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if tables and owner != _APPLICATION_ID:
                raise ValueError("the file is a database of something else")
            if not tables:
                with connection:
                    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                    connection.execute(_TABLE)
        except BaseException:
            connection.close()
            raise
        return connection

    def _remember(self, key: tuple[str, str, str], answer: Answer) -> None:
        with self._lock:
            self._memory[key] = answer
            while len(self._memory) > REMEMBERED:
                self._memory.popitem(last=False)

    def _warn(self, error: Exception) -> None:
        with self._lock:
            first, self._warned = not self._warned, True
        if first:
            where = "of the user" if self._given is None else str(self._given)
            warnings.warn(
                f"the cache of online answers {where} cannot be used ({error}), so they are kept in memory only: "
                "delete the damaged file, or name a folder that may be written in MAPPER_CACHE",
                RuntimeWarning,
                stacklevel=4,
            )


def _answer(asked: object, places: object) -> Answer | None:
    """Return a stored answer, None if it is damaged."""
    try:
        found = tuple(
            Found(address=address, lat=float(lat), lon=float(lon), raw=dict(raw))
            for address, lat, lon, raw in json.loads(places)  # type: ignore[arg-type]
        )
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
    sound = all(isinstance(p.address, str) and coordinate_fault(p.lat, p.lon) is None for p in found)
    return Answer(asked=asked, places=found) if sound and isinstance(asked, str) else None
