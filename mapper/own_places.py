"""A user's own places: tables and GeoNames' country dumps, kept beside the shipped gazetteer and found together with it.

Each import is one file ``NAME.places`` in the user's data folder (:func:`mapper.world.own_folder`).
"""

from __future__ import annotations

import csv
import io
import lzma
import math
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapper import world
from mapper.errors import DataError, InputError, MapperError, OptionError
from mapper.filing import LONGEST_KEY, country_of, file_name, likeness, usable
from mapper.matcher import LONGEST_NAME
from mapper.matching import city_radius_km, prominence
from mapper.model import Point, Rejected, coordinate_fault
from mapper.placefile import (
    AIRFIELD,
    AREA,
    CITY,
    CLOSE,
    LESSER_REGION,
    PRIMARY,
    SITE,
    WATER,
    NewPlace,
    PlaceFile,
    write_places,
)
from mapper.text import name_key

if TYPE_CHECKING:
    from mapper.gazetteer import Gazetteer

COLUMNS = {
    "name": ("name", "place", "toponym", "place_name"),
    "lat": ("lat", "latitude", "y"),
    "lon": ("lon", "lng", "long", "longitude", "x"),
    "country": ("country", "country_code", "cc", "iso2"),
    "admin1": ("admin1", "region", "province", "oblast", "state"),
    "kind": ("kind", "type", "feature"),
    "population": ("population", "pop"),
    "radius_km": ("radius_km",),
    "names": ("names", "other_names", "alternate_names", "alternatenames", "aliases"),
}
NEAR_KM = 60.0  # how far the settlement may lie that tells a place's region
BORDER_KM = 5.0  # how far outside its country a place may lie: coasts and borders are not finer than places
MOST_ROWS = 1_000_000
MOST_BYTES = 1 << 30  # of an unpacked dump
MOST_RATIO = 60  # of unpacked to packed bytes; GeoNames' own dumps have 3 to 6
LARGEST = 2**32  # what numbers are below
_DUMP_FIELDS = 19
_SETTLEMENTS = {"", "city", "town", "village", "settlement", "hamlet", "neighbourhood", "camp"}
_WATERS = {"water", "sea", "lake", "river", "strait", "gulf", "bay", "canal", "reservoir", "stream"}
_AREAS = {"area", "island", "mountains", "mountain", "valley", "desert", "forest", "peninsula", "park"}
_FIELDS = {"airfield", "airport", "air base"}
# GeoNames' feature classes and codes that are taken over, and what they are here. Roads, undersea forms and plants are left.
_CLASSES = {"P": CITY, "A": LESSER_REGION, "H": WATER, "L": AREA, "T": AREA, "S": SITE}
_FEATURES = {"STM": "river", "LK": "lake", "RSV": "reservoir", "BAY": "bay", "GULF": "gulf", "STRT": "strait", "ISL": "island",
             "MT": "mountain", "MTS": "mountains", "HLL": "mountain", "VAL": "valley", "PRK": "park", "AIRP": "medium airport",
             "AIRB": "air base", "AIRF": "small airport", "DAM": "dam", "MN": "mine", "PRN": "prison", "HSP": "hospital"}  # fmt: skip
_RADII_KM = {LESSER_REGION: 20.0, WATER: 10.0, AREA: 10.0, AIRFIELD: 1.5, SITE: 1.0}


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """What became of the rows of a file: places added, rows that the gazetteer has already, and those rejected."""

    name: str
    added: int
    present: int
    rejected: tuple[Rejected, ...]


def add(path: str | Path, name: str | None = None) -> Import:
    """Import a table of places, or a country dump of GeoNames, into the user's data folder.

    Parameters
    ----------
    path : path-like
        A delimited text file with columns for name, latitude and longitude, and if wanted country, admin1, kind,
        population, radius_km and other names (with ``|`` between them); or a dump of GeoNames (``UA.txt``, ``UA.zip``).
    name : str, optional
        What to keep it under; the file's own name without its suffix if not given. An import of that name is replaced.

    Returns
    -------
    Import

    Raises
    ------
    InputError
        If the file cannot be read or holds no place that can be used.
    OptionError
        If ``name`` is not made of letters, digits, ``-`` and ``_``.
    """
    source = Path(path)
    title = title_of(source) if name is None else name
    target = _file(title)
    text = _read(source)
    rejected: list[Rejected] = []
    dump = _is_dump(text)
    places, present = [], 0
    for place in (_from_dump if dump else _from_table)(source, text, rejected):
        if place is None:
            present += 1
        else:
            places.append(place)
    if not places and not present:
        first = f"; first: {rejected[0].reason}" if rejected else ""
        raise InputError(f"{source}: no place in it can be used ({len(rejected)} rows rejected{first})")
    for place in places:
        feature = (
            "village" if place.kind == CITY else place.feature
        )  # whoever lists a place finds it worth finding
        place.prominence = prominence(place.kind, place.population, feature)
    target.parent.mkdir(parents=True, exist_ok=True)
    about = {"source": source.name, "places": len(places), "date": date.today().isoformat()}
    write_places(target, places, about)
    world.gazetteer.cache_clear()
    return Import(name=title, added=len(places), present=present, rejected=tuple(rejected))


def title_of(path: str | Path) -> str:
    """Return the name that an import of a file is kept under if none is given."""
    return re.sub(r"[^\w-]+", "_", Path(path).stem).strip("_")


def remove(name: str) -> None:
    """Delete an import.

    Raises
    ------
    OptionError
        If there is none of that name.
    """
    known = {path.stem: path for path in world.own_files()}
    if name not in known:
        raise OptionError(
            f"no import is called {name!r}: there {'are ' + ', '.join(known) if known else 'is none'}"
        )
    known[name].unlink()
    world.gazetteer.cache_clear()


def installed() -> list[dict[str, Any]]:
    """Return what is installed: the shipped gazetteer first, then the user's imports, each with what it says of itself."""
    shipped = next(entry for entry in world.manifest() if entry["file"] == "gazetteer.bin")
    files = [{"name": "shipped", "path": str(world.data_folder() / "gazetteer.bin"), **shipped}]
    for path in world.own_files():
        entry: dict[str, Any] = {"name": path.stem, "path": str(path)}
        try:
            entry |= PlaceFile(path, world.own_remedy(path)).about
        except DataError as error:
            entry["error"] = str(error)
        files.append(entry)
    return files


def _file(name: str) -> Path:
    if not re.fullmatch(r"[\w-]{1,80}", name):
        raise OptionError(f"{name!r} is no name for an import: use letters, digits, - and _")
    return world.own_folder() / f"{name}.places"


# Reading


def _read(source: Path) -> str:
    if not source.is_file():
        raise InputError(
            f"{source}: {'is no file' if source.exists() else 'there is no such file'}: check the path"
        )
    try:
        content = _unzipped(source) if zipfile.is_zipfile(source) else source.read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{source}: byte {error.start} is not valid UTF-8: save it as UTF-8") from error
    except (
        OSError,
        EOFError,
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise InputError(f"{source}: cannot be read: {error}") from error


def _unzipped(source: Path) -> bytes:
    """Return the one table in an archive; never unpacks more than the size that the archive's own size allows."""
    with zipfile.ZipFile(source) as archive:
        members = [m for m in archive.infolist() if m.filename.lower().endswith((".txt", ".csv"))]
        tables = [m for m in members if not m.filename.lower().startswith("readme")]
        if len(tables) != 1:
            raise InputError(
                f"{source}: holds {len(tables)} tables instead of one: unpack it and name the one you want"
            )
        most = min(MOST_BYTES, max(MOST_RATIO * source.stat().st_size, 1 << 20))
        with archive.open(tables[0]) as member:
            content = member.read(most + 1)
    if len(content) > most:
        raise InputError(f"{source}: unpacks to more than {most:,} bytes, which no table of places does")
    return content


def _is_dump(text: str) -> bool:
    first = text.partition("\n")[0].split("\t")
    return len(first) == _DUMP_FIELDS and first[0].isdigit()


def _from_table(source: Path, text: str, rejected: list[Rejected]) -> Iterator[NewPlace | None]:
    header_line = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t|", key=header_line.count))
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        at = {
            field: next((header.index(known) for known in usual if known in header), None)
            for field, usual in COLUMNS.items()
        }
        lacking = [field for field in ("name", "lat", "lon") if at[field] is None]
        if lacking:
            raise InputError(
                f"{source}: no column {' or '.join(map(repr, COLUMNS[lacking[0]]))} in {', '.join(header) or 'an empty file'}"
            )
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if reader.line_num > MOST_ROWS:
                raise InputError(f"{source}: more than {MOST_ROWS:,} lines: split it")
            row = {
                field: cells[column].strip() if column is not None and column < len(cells) else ""
                for field, column in at.items()
            }
            try:
                yield _table_place(row)
            except (MapperError, ValueError) as error:
                rejected.append(Rejected(source=f"{source}, line {reader.line_num}", reason=str(error)))
    except csv.Error as error:
        raise InputError(f"{source}, line {reader.line_num}: cannot be read as a table: {error}") from error


def _table_place(row: dict[str, str]) -> NewPlace:
    _check_name(row["name"])
    lat, lon = (_number(row[axis], axis) for axis in ("lat", "lon"))
    fault = coordinate_fault(lat, lon)
    if fault:
        raise ValueError(fault)
    point = Point(lat=lat, lon=lon)
    country = _checked_country(row["country"], point)
    kind, feature = _kind(row["kind"].lower())
    population = int(_number(row["population"], "population")) if row["population"] else 0
    radius = _number(row["radius_km"], "radius_km") if row["radius_km"] else 0.0
    if not 0 <= population < LARGEST or not 0 <= radius <= 20_000:
        raise ValueError(
            f"population {row['population'] or 0} or radius_km {row['radius_km'] or 0} is out of range"
        )
    place = NewPlace(
        row["name"], kind, country, lat, lon,
        radius or (city_radius_km(population) if kind == CITY else _RADII_KM[kind]), population, feature=feature,
    )  # fmt: skip
    others = [name.strip() for name in row["names"].split("|") if name.strip()]
    return _filed(_placed(place, row["admin1"]), others, trusted=True)


def _check_name(name: str) -> None:
    """Refuse a name that nobody could look up."""
    if not name_key(name[: LONGEST_NAME + 1]):
        raise ValueError(f"the name {name[:30]!r} has no letter")
    if len(name) > LONGEST_NAME or len(name_key(name)) > LONGEST_KEY:
        raise ValueError(f"the name {name[:30]!r}… is too long: {len(name):,} letters")


def _number(text: str, what: str) -> float:
    """Read a number; a comma is one of thousands in a population, a decimal one elsewhere."""
    plain = text.replace(",", "") if what == "population" else text.replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        raise ValueError(f"{what} {text!r} is no number") from None
    if not math.isfinite(number):
        raise ValueError(f"{what} {text!r} is no finite number")
    return number


def _kind(word: str) -> tuple[int, str]:
    if word in _SETTLEMENTS:
        return CITY, "" if word in {"city", "town"} else word
    if word in _FIELDS:
        return AIRFIELD, "medium airport" if word == "airport" else word
    if word in _WATERS:
        return WATER, word
    return (AREA if word in _AREAS else SITE), word


def _checked_country(text: str, point: Point) -> str:
    """Return the code of a country given by code or name, or of that which the point lies in."""
    if not text:
        found = world.locate(point).country or ""
        return found if found in world.gazetteer().files[0].codes else ""
    code = world.country_code(text)
    here = world.locate(point).country
    if here not in {None, code} and world.borders().territory(point, code).km > BORDER_KM:
        raise ValueError(
            f"{point.lat},{point.lon} lies in {here}, not in {code}: correct one of them, or leave the country empty"
        )
    return code


def _from_dump(source: Path, text: str, rejected: list[Rejected]) -> Iterator[NewPlace | None]:
    gazetteer = world.gazetteer()
    present = _numbers(gazetteer)
    for number, line in enumerate(io.StringIO(text, newline="\n"), start=1):
        if number > MOST_ROWS:
            raise InputError(
                f"{source}: more than {MOST_ROWS:,} rows: import a smaller country, or a part of it"
            )
        cells = line.rstrip("\r\n").split("\t")
        if cells == [""]:
            continue
        try:
            if len(cells) != _DUMP_FIELDS:
                raise ValueError(f"{len(cells)} columns instead of GeoNames' {_DUMP_FIELDS}")
            kind = _CLASSES.get(cells[6])
            if kind is None or cells[7] in {"PCLI", "ADM1", "PPLH", "ADM1H", "ADM2H", "ADMDH"}:
                continue
            identity = int(cells[0])
            if identity in present:
                yield None
                continue
            yield _dump_place(cells, kind, identity, gazetteer)
        except ValueError as error:
            rejected.append(Rejected(source=f"{source}, line {number}", reason=str(error)))


def _dump_place(cells: list[str], kind: int, identity: int, gazetteer: Gazetteer) -> NewPlace:
    name, lat, lon = cells[1], _number(cells[4], "latitude"), _number(cells[5], "longitude")
    fault = coordinate_fault(lat, lon)
    if fault:
        raise ValueError(fault)
    _check_name(name)
    population = max(int(cells[14] or 0), 0)
    if population >= LARGEST or not 0 < identity < LARGEST:
        raise ValueError(f"population {population} or number {identity} is out of range")
    country = country_of(cells[8], cells[10], lat)
    feature = _FEATURES.get(cells[7], "")
    kind = AIRFIELD if cells[7] in {"AIRP", "AIRB", "AIRF"} else kind
    radius = city_radius_km(population) if kind == CITY else _RADII_KM[kind]
    place = NewPlace(name, kind, country, lat, lon, radius, population, identity, feature)
    region = gazetteer.region(country, cells[10])
    if region is not None:
        place.admin1 = (f"{country}.{cells[10]}", region.name)
    return _filed(place, [*cells[3].split(","), cells[2]], trusted=False)


def _numbers(gazetteer: Gazetteer) -> set[int]:
    """Return the GeoNames numbers of all places of the shipped file."""
    file = gazetteer.files[0]
    return {file.record(number).geonameid for number in range(file.size)}


def _placed(place: NewPlace, admin1: str) -> NewPlace:
    """Give a place the region that it names, else that of the nearest settlement of its country."""
    gazetteer = world.gazetteer()
    if admin1:
        for found in gazetteer.search(admin1, country=place.country or None, limit=5):
            if found.place.kind == "region" and found.place.name == found.place.admin1:
                code = _code(gazetteer, found.place.country, found.place.name)
                place.admin1 = (code, found.place.name)
                return place
        place.admin1 = ("", admin1)
        return place
    near = gazetteer.nearest(Point(lat=place.lat, lon=place.lon), limit=5, within_km=NEAR_KM)
    for candidate in near:
        if candidate.place.country == place.country and candidate.place.admin1:
            place.admin1 = (_code(gazetteer, place.country, candidate.place.admin1), candidate.place.admin1)
            break
    return place


def _code(gazetteer: Gazetteer, country: str | None, name: str) -> str:
    file = gazetteer.files[0]
    codes = (code for code in file.codes if code[:3] == f"{country}.")
    return next((code for code in codes if file.name(file.record(file.codes[code])) == name), "")


def _filed(place: NewPlace, others: Iterable[str], *, trusted: bool) -> NewPlace:
    """File a place under its names; those of a dump only as far as they are names."""
    file_name(place.names, place.folds, place.name, PRIMARY)
    own = name_key(place.name)
    for name in others:
        if trusted:
            file_name(place.names, place.folds, name, CLOSE)
        elif usable(name):
            file_name(place.names, place.folds, name, likeness(own, name))
    return place
