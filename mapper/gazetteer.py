"""Names to places: cities, regions and countries of the world, read from one SQLite file.

A candidate's score is the prominence of the place (:func:`prominence`, 0..1) plus what its match is worth:

=========  ==============================================================================  =======
match      the name …                                                                       worth
=========  ==============================================================================  =======
exact      is the place's name                                                               0
alternate  is another name of it: one that resembles the name, or is in another script      -0.03
alternate  is another name that does not resemble it ("White House" for Casablanca)         -0.35
fold       is spelled like one of its names (:func:`mapper.text.fold_key`)                  -0.12
typo       is one edit away from one of its names                                           -0.25
=========  ==============================================================================  =======

A region gains 0.2 where the name carries an administrative word ("Kharkiv region"), 0.3 where it also bears one
itself.
"""

from __future__ import annotations

import math
import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Any

from mapper.errors import DataError, OptionError
from mapper.model import Candidate, Place, Point
from mapper.text import fold_key, name_key, one_edit

SCHEMA = 1
COUNTRY, REGION, LESSER_REGION, CITY, CAPITAL = range(5)  # the column place.kind
PRIMARY, CLOSE, DISTANT, WITH_WORD, QUALIFIER = range(5)  # the column name.flag, see data/build_gazetteer.py
_KINDS = ("country", "region", "region", "city", "city")
_WORTH = {PRIMARY: 0.0, CLOSE: -0.03, DISTANT: -0.35, WITH_WORD: 0.0}
_FOLD, _TYPO, _WORD_SAYS_REGION, _BEARS_WORD = -0.12, -0.25, 0.2, 0.1
_UNCERTAIN = 0.4  # below this score, search goes on to looser matches
_TYPO_LENGTH = 5
_ALIKE = 0.5  # how alike a folded name and the name found must be, as difflib measures it
TOWN = 15_000  # places of this population are indexed by it
_DEGREE = 1e-5  # what a unit of the stored latitudes and longitudes is
_RADIUS_UNIT_KM = 0.1
CELL_DEG = 0.5  # the size of the cells that places are filed in by position
DENSITY_PER_KM2 = (
    3000.0  # inhabitants per km² of built-up area; the worldwide middle of published urban densities
)
EARTH_RADIUS_KM = 6371.0088  # IUGG mean radius R1

_WORD = (
    "oblast|oblysy|region|province|state|county|krai|kray|governorate|district|prefecture|department|republic|territory|"
    "raion|rayon|canton|division|parish|voivodeship|okrug|emirate|municipality|lga|local government area|vilayet|wilayah?|"
    "область|обл|край|район|республика"
)
_ADJECTIVE = (
    "autonomous|federal|special|administrative|regional|metropolitan|capital|national|people s|peoples"
)
_SUFFIX = re.compile(rf"(.+?)(?: (?:{_ADJECTIVE}))* (?:{_WORD})")
_PREFIX = re.compile(
    rf"(?:the )?(?:(?:{_ADJECTIVE}) )*(?:(?:{_WORD}) of(?: the)?|county|muhafazat|wilayat|wilaya|shahrestan e|qada|محافظه|ولايه|استان) (.+)"
)

_Row = tuple[int, str, int, str, int | None, str | None, int, int, int, int, int | None]
_COLUMNS = (
    "p.id, p.name, p.kind, p.country, p.admin1, a.name, p.lat, p.lon, p.population, p.radius, p.geonameid "
    "FROM {} JOIN place p ON p.id = {} LEFT JOIN place a ON a.id = p.admin1"
)
_BY_NAME = f"SELECT n.flag, {_COLUMNS.format('name n', 'n.place')} WHERE n.key = ?"
_BY_FOLD = f"SELECT {CLOSE}, {_COLUMNS.format('fold f', 'f.place')} WHERE f.key = ?"
_BY_CODE = f"SELECT 0, {_COLUMNS.format('code c', 'c.place')} WHERE c.code = ?"
_PLACES = f"SELECT 0, {_COLUMNS.replace('{} JOIN ', '').replace(' ON p.id = {}', '')}"


def prominence(kind: int, population: int) -> float:
    """Return how likely a bare name means a place, 0..1, from its kind (``place.kind``) and population.

    A city has log10(population) / 8, so 0.5 at 10,000 and 0.75 at a million, and 0.05 more if it is a capital. A
    country has 0.93 or more, so that it goes before a city of its name. A region has what a city of its population
    would have, less 0.18 (so that a sizable city goes before the region around it), a lesser region less 0.3.
    """
    size = math.log10(max(population, 100)) / 8
    if kind == COUNTRY:
        return min(0.93 + size / 20, 1.0)
    if kind in {REGION, LESSER_REGION}:
        return max(size - (0.18 if kind == REGION else 0.3), 0.05)
    return min(size + (0.05 if kind == CAPITAL else 0.0), 0.94)


def city_radius_km(population: int) -> float:
    """Return the radius in km of a circle that holds ``population`` at 3000 inhabitants per km².

    It is 1 km at least, and 1.5 km where the population is not known (0). Kharkiv (1.42 million) gets 12.3 km.
    """
    if population <= 0:
        return 1.5
    return max(math.sqrt(population / (math.pi * DENSITY_PER_KM2)), 1.0)


def without_word(key: str) -> str | None:
    """Return a name key without its administrative word ("kharkiv oblast" → "kharkiv"), None if it has none."""
    found = _SUFFIX.fullmatch(key) or _PREFIX.fullmatch(key)
    return found[1] if found else None


def cell(lat: float, lon: float) -> int:
    """Return the number of the 0.5 degree cell that a position lies in."""
    rows, columns = round(180 / CELL_DEG), round(360 / CELL_DEG)
    row = min(int((lat + 90) / CELL_DEG), rows - 1)
    return row * columns + int((lon + 180) / CELL_DEG) % columns


class Gazetteer:
    """The places of one gazetteer file; may be shared between threads.

    Parameters
    ----------
    path : path-like
        A file that ``data/build_gazetteer.py`` has written. It is opened for reading only.

    Raises
    ------
    DataError
        If the file is missing, damaged, or of another schema; queries raise it too if damage shows later.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._local = threading.local()
        if not self.path.is_file():
            raise DataError(
                f"no gazetteer at {self.path}: run `make data` in a checkout, or reinstall the package"
            )
        schema = self.meta().get("schema")
        if schema != str(SCHEMA):
            raise DataError(
                f"the gazetteer {self.path} has schema {schema}, this version reads schema {SCHEMA}: "
                "run `make data` in a checkout, or reinstall the package"
            )
        self._lookup = lru_cache(maxsize=20_000)(self._lookup_key)
        self._country = lru_cache(maxsize=300)(self._country_of)

    def meta(self) -> dict[str, str]:
        """Return what the file says of itself: schema, counts, date of the sources."""
        return {str(key): str(value) for key, value in self._query("SELECT key, value FROM meta", ())}

    # By name

    def lookup(self, name: str) -> list[Candidate]:
        """Return the places that bear a name, up to case, accents and punctuation, best first.

        A name with an administrative word ("Kharkiv region", "Rakhine State", "State of Mexico") also finds regions
        that are filed without it or with another.

        Parameters
        ----------
        name : str
            A bare place name, in any script; any text may be asked for.

        Returns
        -------
        list of Candidate
            With ``match`` exact or alternate; empty if nothing bears the name. At most the 200 most prominent.
        """
        return list(self._lookup(name_key(name)))

    def search(
        self, name: str, *, country: str | None = None, near: Point | None = None, limit: int = 10
    ) -> list[Candidate]:
        """Return the places that a name as people write it may mean, best first.

        Looser matches are tried where stricter ones find nothing of weight: the name itself, other spellings, one
        edit (names of five letters or more). What follows a comma or stands in brackets narrows the choice: "Paris,
        Texas", "Reading, UK", "Springfield, Illinois, US".

        Parameters
        ----------
        name : str
        country : str, optional
            ISO 3166-1 alpha-2 code; only places there.
        near : Point, optional
            Places close to it move up: the score becomes 0.7 of itself plus 0.3 · exp(-distance / 300 km).
        limit : int
            How many candidates to return at most.

        Raises
        ------
        OptionError
            If ``limit`` is less than 1 or ``country`` is no country code.
        """
        if limit < 1:
            raise OptionError(f"limit {limit} is less than 1: ask for one candidate or more")
        if country is not None:
            country = country.strip().upper()
            if self.country(country) is None:
                raise OptionError(
                    f"{country!r} is no country code: give ISO 3166-1 alpha-2, such as UA or US"
                )
        head, *rest = (part.strip() for part in re.split(r"[,،、，;()]", name))
        areas = [places for part in rest if (places := self._areas(part))]
        found: dict[int, tuple[float, str, _Row]] = {}
        for text in [name, head] if rest else [name]:
            # A name with its qualifier may be filed as a whole ("Washington, D.C."), but only exactly.
            whole = bool(rest) and text is name
            for stage in (self._exactly,) if whole else (self._exactly, self._folded, self._mistyped):
                for score, match, row in stage(name_key(text)):
                    inside = whole or all(any(_within(row, area) for area in meant) for meant in areas)
                    if inside and country in {None, row[3]} and score > found.get(row[0], (-1.0,))[0]:
                        found[row[0]] = (score, match, row)
                if any(score >= _UNCERTAIN for score, _, _ in found.values()):
                    break
            if found:
                break
        if near is not None:
            found = {
                key: (
                    0.7 * max(score, 0) + 0.3 * math.exp(-_distance_km(near, _point(row)) / 300),
                    match,
                    row,
                )
                for key, (score, match, row) in found.items()
            }
        return [_candidate(*entry) for entry in _sorted(found.values())[:limit]]

    def demonym(self, word: str) -> str | None:
        """Return the country (alpha-2) whose people or things a word names ("Ukrainian", "Swiss"), else None."""
        rows = self._query("SELECT country FROM demonym WHERE key = ?", (name_key(word),))
        return str(rows[0][0]) if rows else None

    # By code

    def country(self, code: str) -> Place | None:
        """Return the country of an alpha-2 code (XK is Kosovo), None if there is none."""
        return self._country(code)

    def country_name(self, code: str) -> str:
        """Return the usual English name of the country of an alpha-2 code, the code itself if there is none."""
        place = self.country(code)
        return place.name if place else code

    def region(self, country: str, code: str) -> Place | None:
        """Return the first-level region of a country (alpha-2) by its GeoNames code ("UA", "07")."""
        rows = self._query(_BY_CODE, (f"{country}.{code}",))
        return _place(rows[0][1:]) if rows else None

    # By position and size

    def largest(self, n: int, min_population: int = 0) -> list[tuple[Place, bool]]:
        """Return the ``n`` most populous cities with at least ``min_population``, each with whether it is a capital."""
        # With the index where it serves: there are more than 30,000 towns of that size.
        indexed = f"AND p.population >= {TOWN}" if n <= 25_000 or min_population >= TOWN else ""
        rows = self._query(
            f"{_PLACES} WHERE p.kind >= {CITY} {indexed} AND p.population >= ? ORDER BY p.population DESC, p.id LIMIT ?",
            (min_population, n),
        )
        return [(_place(row[1:]), row[3] == CAPITAL) for row in rows]

    def nearest(self, point: Point, *, limit: int = 1, within_km: float = 50.0) -> list[Candidate]:
        """Return the cities nearest to a point, nearest first, with the score 1 - distance / ``within_km``.

        Distances are great-circle distances (IUGG mean radius), 0.5 % off the geodesic at most.

        Raises
        ------
        OptionError
            If ``limit`` is less than 1, or ``within_km`` is not within 0..1000.
        """
        if limit < 1:
            raise OptionError(f"limit {limit} is less than 1: ask for one place or more")
        if not 0 < within_km <= 1000:
            raise OptionError(
                f"within_km {within_km} is not within 0..1000: nearest looks at surroundings only"
            )
        cells = list(_cells(point, within_km))
        found: list[tuple[float, _Row]] = []
        for start in range(0, len(cells), 500):
            some = cells[start : start + 500]
            marks = ",".join("?" * len(some))
            for row in self._query(f"{_PLACES} WHERE p.kind >= {CITY} AND p.cell IN ({marks})", some):
                distance = _distance_km(point, _point(row[1:]))
                if distance <= within_km:
                    found.append((distance, row[1:]))
        found.sort(key=lambda pair: (pair[0], pair[1][0]))
        return [_candidate(1 - distance / within_km, "nearest", row) for distance, row in found[:limit]]

    # Within

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            uri = self.path.resolve().as_uri() + "?mode=ro&immutable=1"
            connection = sqlite3.connect(uri, uri=True)
            connection.execute("PRAGMA mmap_size = 268435456")
            self._local.connection = connection
        return connection

    def _query(self, sql: str, values: Iterable[str | int]) -> list[tuple[Any, ...]]:
        try:
            return self._connection().execute(sql, tuple(values)).fetchall()
        except sqlite3.DatabaseError as error:
            raise DataError(
                f"the gazetteer {self.path} is damaged ({error}): run `make data` in a checkout, or reinstall the package"
            ) from error

    def _country_of(self, code: str) -> Place | None:
        rows = self._query(_BY_CODE, (code,)) if len(code) == 2 else []
        return _place(rows[0][1:]) if rows else None

    def _lookup_key(self, key: str) -> tuple[Candidate, ...]:
        return tuple(_candidate(*entry) for entry in _sorted(self._exactly(key, limit=200)))

    def _exactly(self, key: str, limit: int = -1) -> list[tuple[float, str, _Row]]:
        if not key:
            return []
        found: dict[int, tuple[float, str, _Row]] = {}
        base = without_word(key)
        for flag, *row in self._query(
            f"{_BY_NAME} AND n.flag <= {DISTANT} ORDER BY n.place LIMIT {limit}", (key,)
        ):
            score = prominence(row[2], row[8]) + _WORTH[flag]
            if base is not None and row[2] in {REGION, LESSER_REGION}:
                score += _WORD_SAYS_REGION + _BEARS_WORD
            found[row[0]] = (score, "exact" if flag == PRIMARY else "alternate", tuple(row))
        if base is not None:
            regions = f"{_BY_NAME} AND n.flag <= {WITH_WORD} AND p.kind IN ({REGION}, {LESSER_REGION}) ORDER BY n.place LIMIT {limit}"
            for flag, *row in self._query(regions, (base,)):
                bears = without_word(name_key(row[1])) == base
                score = prominence(row[2], row[8]) + _WORTH[flag] + _WORD_SAYS_REGION + bears * _BEARS_WORD
                found.setdefault(row[0], (score, "alternate", tuple(row)))
        if not found and key.startswith("the "):
            return self._exactly(key[4:], limit)
        return list(found.values())

    def _folded(self, key: str) -> list[tuple[float, str, _Row]]:
        base = without_word(key)
        found = []
        for text in {key, base or key}:
            folded = fold_key(text)
            for _, *row in (
                self._query(f"{_BY_FOLD} ORDER BY f.place LIMIT 200", (folded,)) if len(folded) > 2 else []
            ):
                if text != key and row[2] not in {REGION, LESSER_REGION}:
                    continue
                if SequenceMatcher(None, text, name_key(row[1]), autojunk=False).ratio() >= _ALIKE:
                    found.append((prominence(row[2], row[8]) + _FOLD, "fold", tuple(row)))
        return found

    def _mistyped(self, key: str) -> list[tuple[float, str, _Row]]:
        if len(key.replace(" ", "")) < _TYPO_LENGTH or len(key) > 40:
            return []
        known: set[str] = set()
        probes = sorted(one_edit(key))
        for start in range(0, len(probes), 500):
            some = probes[start : start + 500]
            marks = ",".join("?" * len(some))
            sql = f"SELECT DISTINCT key FROM name WHERE key IN ({marks}) AND flag <= {DISTANT}"  # noqa: S608  # only marks
            known |= {row[0] for row in self._query(sql, some)}
        return [
            (prominence(row[2], row[8]) + _WORTH[flag] + _TYPO, "typo", tuple(row))
            for probe in sorted(known)
            for flag, *row in self._query(
                f"{_BY_NAME} AND n.flag <= {DISTANT} ORDER BY n.place LIMIT 20", (probe,)
            )
        ]

    def areas(self, text: str) -> list[Candidate]:
        """Return the countries and regions that a qualifier behind a place's name may mean.

        Parameters
        ----------
        text : str
            A name or one of the short forms that are too short to stand alone: "Texas", "Ill.", "W.Va.", "KY".

        Returns
        -------
        list of Candidate
            Best first; empty when the text names no area.
        """
        rows = [(prominence(row[2], row[8]), "alternate", row) for row in self._areas(text)]
        return [_candidate(*entry) for entry in _sorted(rows)]

    def _areas(self, text: str) -> list[_Row]:
        """Return the countries and regions that a qualifier ("Texas", "Ill.", "UK") may mean."""
        key = name_key(text)
        found: dict[int, _Row] = {row[0]: row for _, _, row in self._exactly(key) if row[2] <= LESSER_REGION}
        wide = f"{_BY_NAME} AND n.flag = {QUALIFIER}"
        found |= {row[1]: row[1:] for row in self._query(wide, (key,))}
        if re.fullmatch("[A-Z]{2}", text):
            found |= {row[1]: row[1:] for row in self._query(_BY_CODE, (text,))}
        return list(found.values())


def _within(row: _Row, area: _Row) -> bool:
    if area[2] == COUNTRY:
        return row[3] == area[3]
    if area[2] == REGION:
        return row[4] == area[0]
    return row[4] == area[4] and _distance_km(_point(row), _point(area)) <= area[9] * _RADIUS_UNIT_KM


def _point(row: _Row) -> Point:
    return Point(lat=round(row[6] * _DEGREE, 5), lon=round(row[7] * _DEGREE, 5))


def _place(row: _Row) -> Place:
    return Place(
        name=row[1],
        point=_point(row),
        kind=_KINDS[row[2]],
        radius_km=round(row[9] * _RADIUS_UNIT_KM, 1),
        country=row[3],
        admin1=row[5],
        population=row[8],
        geonameid=row[10],
    )


def _candidate(score: float, match: str, row: _Row) -> Candidate:
    return Candidate(place=_place(row), match=match, score=round(min(max(score, 0.0), 1.0), 4))


def _sorted(entries: Iterable[tuple[float, str, _Row]]) -> list[tuple[float, str, _Row]]:
    return sorted(entries, key=lambda entry: (-entry[0], entry[2][0]))


def _distance_km(one: Point, other: Point) -> float:
    a, b = math.radians(one.lat), math.radians(other.lat)
    half = math.sin((a - b) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(one.lon - other.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(half, 1.0)))


def _cells(point: Point, within_km: float) -> Iterator[int]:
    reach = math.degrees(within_km / EARTH_RADIUS_KM) * 1.001
    low, high = max(point.lat - reach, -90.0), min(point.lat + reach, 90.0)
    widest = max(abs(low), abs(high))
    spread = math.sin(math.radians(reach)) / math.cos(math.radians(point.lat)) if abs(point.lat) < 90 else 1.0
    columns = round(360 / CELL_DEG)
    across = columns
    if widest < 90 and spread < 1:
        across = min(columns, math.ceil(2 * math.degrees(math.asin(spread)) / CELL_DEG) + 1)
    first = math.floor((point.lon - (across - 1) * CELL_DEG / 2 + 180) / CELL_DEG)
    for row in range(cell(low, 0) // columns, cell(high, 0) // columns + 1):
        for column in range(first, first + min(across + 1, columns)):
            yield row * columns + column % columns
