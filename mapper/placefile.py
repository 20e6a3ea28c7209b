"""The gazetteer's file: places in order of prominence, and their names in two tries, one of exact keys, one of folded ones.

A place is one record of fixed length; its number in the file is its rank. A name leads to the places that bear it, each
with a flag that says how. Places know the regions they lie in by code and name (``divisions``), so that a file stands for
itself: a user's own places need nothing of the shipped file.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from mapper.errors import DataError
from mapper.sections import REMEDY, Sections, write_sections

SCHEMA = 2
# The kinds of places.
COUNTRY, REGION, LESSER_REGION, CITY, CAPITAL, AREA, WATER, AIRFIELD, SITE = range(9)
# How a name is borne: it is the usual name; it is the same in another spelling or script; it resembles it; it does neither;
# only with an administrative word ("Metcalfe" for Metcalfe County); only behind a comma ("Ill."); it is the people's
# ("Ukrainian"); it stands for a government ("Kremlin").
PRIMARY, CLOSE, SIMILAR, DISTANT, WITH_WORD, QUALIFIER, DEMONYM, METONYM = range(8)
_FLAG_BITS = 3
_FLAGS = (1 << _FLAG_BITS) - 1
CELL_DEG = 0.5  # the size of the cells that settlements are filed in by position
_ROWS, _COLUMNS = round(180 / CELL_DEG), round(360 / CELL_DEG)
PER_DEG, PER_KM = 100_000, 10  # steps
_RECORD = struct.Struct("<iiIIIIIIHHH2x")
_SCORE = 10_000  # steps of prominence
_KIND_BITS = 4
KIND_MASK = (1 << _KIND_BITS) - 1


class Record(NamedTuple):
    """A place as it stands in the file, but for its kind and prominence."""

    lat: int  # in 1e-5 degree
    lon: int
    population: int
    radius: int  # in 0.1 km
    geonameid: int  # 0 where there is none
    name_at: int
    admin1: int  # numbers of divisions, 0 where there is none
    admin2: int
    name_bytes: int
    country: int  # numbers of words
    feature: int

    @property
    def lat_deg(self) -> float:
        """The latitude in degrees."""
        return self.lat / PER_DEG

    @property
    def lon_deg(self) -> float:
        """The longitude in degrees."""
        return self.lon / PER_DEG

    @property
    def radius_km(self) -> float:
        """How far the place reaches."""
        return self.radius / PER_KM


@dataclass
class NewPlace:
    """A place to be written. ``names`` and ``folds`` are keys; those of ``names`` lead to flags."""

    name: str
    kind: int
    country: str
    lat: float
    lon: float
    radius_km: float
    population: int = 0
    geonameid: int = 0
    feature: str = ""
    admin1: tuple[str, str] | None = None  # code and name
    admin2: tuple[str, str] | None = None
    code: str = ""  # by which it can be asked for: "UA", "UA.07"
    shape: Any = None  # JSON, see Gazetteer.shape
    names: dict[str, int] = field(default_factory=dict)
    folds: set[str] = field(default_factory=set)
    prominence: float = 0.0  # 0..1, see mapper.matching


def cell(lat: float, lon: float) -> int:
    """Return the number of the 0.5 degree cell that a position lies in."""
    row = min(int((lat + 90) / CELL_DEG), _ROWS - 1)
    return row * _COLUMNS + int((lon + 180) / CELL_DEG) % _COLUMNS


def cells_around(lat: float, lon: float, reach_deg: float) -> Iterable[int]:
    """Return the numbers of all cells that come within a great-circle distance, in degrees, of a position."""
    low, high = max(lat - reach_deg, -90.0), min(lat + reach_deg, 90.0)
    widest = max(abs(low), abs(high))
    spread = math.sin(math.radians(reach_deg)) / math.cos(math.radians(lat)) if abs(lat) < 90 else 1.0
    across = _COLUMNS
    if widest < 90 and spread < 1:
        across = min(_COLUMNS, math.ceil(2 * math.degrees(math.asin(spread)) / CELL_DEG) + 1)
    first = math.floor((lon - (across - 1) * CELL_DEG / 2 + 180) / CELL_DEG)
    for row in range(cell(low, 0) // _COLUMNS, cell(high, 0) // _COLUMNS + 1):
        for column in range(first, first + min(across + 1, _COLUMNS)):
            yield row * _COLUMNS + column % _COLUMNS


class PlaceFile:
    """The places of one file; may be shared between threads.

    Parameters
    ----------
    path : path-like
        A file that :func:`write_places` has written.
    remedy : str
        What the messages of errors advise.

    Raises
    ------
    DataError
        If the file is missing, damaged, or of another schema.
    """

    def __init__(self, path: str | Path, remedy: str = REMEDY) -> None:
        self._file = Sections(path, SCHEMA, remedy)
        self.path, self.about = self._file.path, self._file.about
        self._names, self._folds = self._trie("names"), self._trie("folds")
        self._starts, self._posts = self._file.numbers("name_starts"), self._file.numbers("name_posts")
        self._fold_starts, self._fold_posts = (
            self._file.numbers("fold_starts"),
            self._file.numbers("fold_posts"),
        )
        self.ranks = self._file.numbers("ranks")
        self.records, self._text = self._file.raw("records"), self._file.raw("text")
        self._cells, self._cell_posts = self._file.numbers("cell_starts"), self._file.numbers("cell_posts")
        self.by_population = self._file.numbers("by_population")
        self._division_starts = self._file.numbers("division_starts")
        self._divisions = self._file.raw("divisions")
        # The code and the name of a region by its number, None for 0.
        self.division = lru_cache(maxsize=5000)(self._division_of)
        self.words: list[str] = self._file.json("words")
        self.size = len(self.ranks)

    def _trie(self, name: str) -> Any:
        from marisa_trie import Trie

        content = self._file.checked(name)  # a damaged trie could take the process down
        try:
            return Trie().map(content)
        except (RuntimeError, ValueError) as error:
            raise self._file.damaged(error) from error

    def damaged(self, why: object) -> DataError:
        """Return the error that says that the content makes no sense."""
        return self._file.damaged(why)

    def named(self, key: str) -> Sequence[tuple[int, int, int, float]]:
        """Return the places that bear a name key, most prominent first: number, flag, kind and prominence."""
        number = self._names.get(key)
        if number is None:
            return ()
        posts, ranks = self._posts[self._starts[number] : self._starts[number + 1]], self.ranks
        try:
            return [
                (
                    post >> _FLAG_BITS,
                    post & _FLAGS,
                    (rank := ranks[post >> _FLAG_BITS]) & KIND_MASK,
                    (rank >> _KIND_BITS) / _SCORE,
                )
                for post in posts
            ]
        except IndexError as error:
            raise self.damaged(error) from error

    def beginnings(self, key: str) -> list[str]:
        """Return the names of the file that a key begins with, shortest first."""
        return list(self._names.prefixes(key))

    def among(self, keys: Iterable[str]) -> list[str]:
        """Return those keys that are names of the file."""
        names = self._names
        return [key for key in keys if key in names]

    def reach(self, key: str) -> int:
        """Return how many of the first letters of a key begin some name of the file."""
        low, high = 0, len(key)
        while low < high:
            middle = (low + high + 1) // 2
            if next(iter(self._names.iterkeys(key[:middle])), None) is None:
                high = middle - 1
            else:
                low = middle
        return low

    def folded(self, fold: str) -> Sequence[int]:
        """Return the places that have a name with this fold key, most prominent first."""
        number = self._folds.get(fold)
        if number is None:
            return ()
        return self._fold_posts[self._fold_starts[number] : self._fold_starts[number + 1]]

    def kind(self, number: int) -> int:
        """Return the kind of a place."""
        return self._rank(number) & KIND_MASK

    def prominence(self, number: int) -> float:
        """Return how likely a bare name means a place, 0..1."""
        return (self._rank(number) >> _KIND_BITS) / _SCORE

    def _rank(self, number: int) -> int:
        try:
            return int(self.ranks[number])
        except IndexError as error:
            raise self.damaged(error) from error

    def word(self, number: int) -> str:
        """Return a country's code or a feature by its number."""
        try:
            return self.words[number]
        except IndexError as error:
            raise self.damaged(error) from error

    def record(self, number: int) -> Record:
        """Return a place by its number."""
        try:
            return Record(*_RECORD.unpack_from(self.records, number * _RECORD.size))
        except struct.error as error:
            raise self.damaged(error) from error

    def name(self, record: Record) -> str:
        """Return the usual name of a place."""
        return str(self._text[record.name_at : record.name_at + record.name_bytes], "utf-8", "replace")

    def _division_of(self, number: int) -> tuple[str, str] | None:
        if not number:
            return None
        start, end = self._division_starts[number - 1], self._division_starts[number]
        code, _, name = str(self._divisions[start:end], "utf-8").partition("\t")
        return code, name

    def division_codes(self) -> list[str]:
        """Return the codes of the regions, in order of their numbers, which begin with 1."""
        starts = self._division_starts
        return [
            str(self._divisions[starts[at] : starts[at + 1]], "utf-8").partition("\t")[0]
            for at in range(len(starts) - 1)
        ]

    def in_cell(self, number: int) -> Sequence[int]:
        """Return the settlements of a cell."""
        return self._cell_posts[self._cells[number] : self._cells[number + 1]]

    @cached_property
    def codes(self) -> dict[str, int]:
        """The places that have a code, by it."""
        return dict(self._file.json("codes"))

    @cached_property
    def shapes(self) -> dict[int, Any]:
        """The extents of places that have one, by the place's number."""
        return {int(number): shape for number, shape in self._file.json("shapes").items()}


def write_places(path: str | Path, places: Iterable[NewPlace], about: dict[str, Any]) -> None:
    """Write a file of places.

    Parameters
    ----------
    path : path-like
    places : iterable of NewPlace
        In any order; those of the same prominence keep the one they have.
    about : dict
        What the file says of itself.
    """
    from marisa_trie import Trie

    places = sorted(places, key=lambda place: -place.prominence)
    words = [""]
    word_numbers = {"": 0}
    division_numbers: dict[tuple[str, str], int] = {}
    records, text = bytearray(), bytearray()
    text_at: dict[str, int] = {}
    cells: dict[int, list[int]] = defaultdict(list)

    def word(term: str) -> int:
        if term not in word_numbers:
            word_numbers[term] = len(words)
            words.append(term)
        return word_numbers[term]

    def division(pair: tuple[str, str] | None) -> int:
        return 0 if pair is None else division_numbers.setdefault(pair, len(division_numbers) + 1)

    for number, place in enumerate(places):
        name = place.name.encode()
        if place.name not in text_at:
            text_at[place.name] = len(text)
            text += name
        if place.kind in {CITY, CAPITAL}:
            cells[cell(place.lat, place.lon)].append(number)
        records += _RECORD.pack(
            round(place.lat * PER_DEG), round(place.lon * PER_DEG), place.population,
            max(round(place.radius_km * PER_KM), 1), place.geonameid, text_at[place.name], division(place.admin1),
            division(place.admin2), len(name), word(place.country), word(place.feature),
        )  # fmt: skip
    names: dict[str, list[int]] = defaultdict(list)
    folds: dict[str, list[int]] = defaultdict(list)
    for number, place in enumerate(places):
        for key, flag in place.names.items():
            names[key].append(number << _FLAG_BITS | flag)
        for fold in place.folds:
            folds[fold].append(number)
    ranks = _numbers(round(place.prominence * _SCORE) << _KIND_BITS | place.kind for place in places)
    sections: dict[str, bytes] = {"ranks": ranks, "records": bytes(records), "text": bytes(text)}
    for title, index in (("name", names), ("fold", folds)):
        trie = Trie(sorted(index))
        sections[f"{title}s"] = trie.tobytes()
        in_order = sorted(index, key=trie.get)
        sections[f"{title}_starts"], sections[f"{title}_posts"] = _lists([index[key] for key in in_order])
    sections["cell_starts"], sections["cell_posts"] = _lists(
        [cells.get(i, []) for i in range(_ROWS * _COLUMNS)]
    )
    settlements = [n for n, place in enumerate(places) if place.kind in {CITY, CAPITAL}]
    settlements.sort(key=lambda n: (-places[n].population, n))
    sections["by_population"] = _numbers(settlements)
    lines = ["\t".join(pair).encode() for pair in division_numbers]
    ends = [0]
    for line in lines:
        ends.append(ends[-1] + len(line))
    sections["division_starts"], sections["divisions"] = _numbers(ends), b"".join(lines)
    for title, content in (
        ("words", words),
        ("codes", {place.code: n for n, place in enumerate(places) if place.code}),
        ("shapes", {n: place.shape for n, place in enumerate(places) if place.shape is not None}),
    ):
        sections[title] = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    write_sections(path, SCHEMA, about, sections)


def _lists(lists: Iterable[Sequence[int]]) -> tuple[bytes, bytes]:
    """Return lists of numbers as where each begins, with the end, and the numbers one after the other."""
    starts, flat = array("I", [0]), array("I")
    for numbers in lists:
        flat.extend(numbers)
        starts.append(len(flat))
    return _little(starts), _little(flat)


def _numbers(numbers: Iterable[int]) -> bytes:
    return _little(array("I", numbers))


def _little(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()
