"""Opens files of map tiles: MBTiles (an SQLite file) and PMTiles 3, told apart by their content.

Neither is trusted: what is read and how long it may take is bounded, and a file that is damaged or made to do
harm ends in an ``InputError``.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapper.errors import InputError

if TYPE_CHECKING:
    import sqlite3

Key = tuple[int, int, int]  # zoom, column from the west, row from the north

MAX_ZOOM = 22
MAX_TILES = 40_000
MAX_TILE_BYTES = 8_000_000
MAX_METADATA_BYTES = 8_000_000
MAX_DIRECTORY_BYTES = 1_000_000
MAX_DIRECTORIES_BYTES = 16_000_000
MAX_SQL_STEPS = 300_000_000  # some seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class TileSource:
    """An open file: what it says of itself, and the tiles of a level within columns and rows."""

    name: str
    attribution: str
    minzoom: int
    maxzoom: int
    bounds: tuple[float, float, float, float] | None  # west, south, east, north
    level: Callable[[int, list[range], range], Iterator[tuple[Key, bytes]]]


class TooMany(Exception):  # noqa: N818 - no error: the level is not taken
    """A level has more tiles than are ever taken."""


@contextmanager
def opened(path: Path) -> Iterator[TileSource]:
    """Open a tile file for reading only.

    Raises
    ------
    InputError
        If it cannot be read, is no tile file or turns out to be damaged, then or while its tiles are read.
    """
    try:
        if not path.is_file():
            raise InputError(f"{path} is no file: give an MBTiles or PMTiles file")
        with path.open("rb") as stream:
            start = stream.read(16)
    except (OSError, ValueError) as error:  # ValueError: a null character in the name, and InputError
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be read ({reason}): check the name and its permissions") from error
    if start == b"SQLite format 3\0":
        found = _mbtiles(path)
    elif start[:7] == b"PMTiles":
        if start[7:8] != b"\x03":
            raise InputError(
                f"{path} is PMTiles of another version than 3: convert it with 'pmtiles convert'"
            )
        found = _pmtiles(path)
    else:
        raise InputError(f"{path} is neither MBTiles nor PMTiles: give a tile file of one of these formats")
    try:
        with found as source:
            yield source
    except InputError as error:
        text = str(error)
        raise error if text.startswith(str(path)) else InputError(f"{path}: {text}") from error


@contextmanager
def _mbtiles(path: Path) -> Iterator[TileSource]:
    import sqlite3

    def damaged(error: Exception) -> InputError:
        return InputError(f"{path} is not a usable MBTiles file ({error}): get a fresh copy of it")

    steps = 0

    def too_long() -> bool:
        nonlocal steps
        steps += 10_000
        return steps > MAX_SQL_STEPS

    connection = None
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_TILE_BYTES)
        connection.set_progress_handler(too_long, 10_000)
        # What a file brings along, such as views, may call no function with side effects.
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA cell_size_check = ON")
        yield _mbtiles_source(connection)
    except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
        raise damaged(error) from error
    finally:
        if connection is not None:
            connection.close()


def _mbtiles_source(connection: sqlite3.Connection) -> TileSource:
    rows = connection.execute(
        "SELECT name, value FROM metadata"
        " WHERE name IN ('name', 'attribution', 'minzoom', 'maxzoom', 'bounds') LIMIT 50"
    ).fetchall()
    known = {str(name): value for name, value in rows}

    def zoom(name: str, default: int) -> int:
        try:
            return max(0, min(MAX_ZOOM, int(known[name])))
        except (KeyError, TypeError, ValueError, OverflowError):
            return default

    def level(zoom: int, columns: list[range], rows: range) -> Iterator[tuple[Key, bytes]]:
        top = (1 << zoom) - 1  # rows are stored from the south
        for part in columns:
            if not rows:
                return
            found = connection.execute(
                "SELECT tile_column, tile_row, tile_data FROM tiles WHERE zoom_level = ?"
                " AND tile_column BETWEEN ? AND ? AND tile_row BETWEEN ? AND ? LIMIT ?",
                (zoom, part[0], part[-1], top - rows[-1], top - rows[0], MAX_TILES + 1),
            )
            for column, row, data in found:
                if type(column) is not int or type(row) is not int or type(data) not in (bytes, type(None)):
                    raise InputError(f"a tile of zoom {zoom} is no such: get a fresh copy of the file")
                yield (zoom, column, top - row), data or b""

    return TileSource(
        name=plain_text(known.get("name"), 100),
        attribution=plain_text(known.get("attribution"), 500),
        minzoom=zoom("minzoom", 0),
        maxzoom=zoom("maxzoom", MAX_ZOOM),
        bounds=_bounds(str(known.get("bounds")).split(",")),
        level=level,
    )


def _bounds(values: Iterable[Any]) -> tuple[float, float, float, float] | None:
    try:
        west, south, east, north = (float(value) for value in values)
    except ValueError:
        return None
    if not (-180.1 <= west < east <= 180.1 and -90.1 <= south < north <= 90.1):
        return None
    return west, south, east, north


@contextmanager
def _pmtiles(path: Path) -> Iterator[TileSource]:
    with path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size

        def part(offset: int, length: int, limit: int) -> bytes:
            if offset < 0 or length < 0 or length > limit or offset + length > size:
                raise InputError(f"{path} is cut short or damaged: get a fresh copy of it")
            stream.seek(offset)
            return stream.read(length)

        try:
            yield _pmtiles_source(part, str(path))
        except OSError as error:
            raise InputError(f"{path} cannot be read ({error.strerror}): check the disk") from error


def _pmtiles_source(part: Callable[[int, int, int], bytes], path: str) -> TileSource:
    from pmtiles.tile import (
        Compression,
        Entry,
        TileType,
        deserialize_directory,
        deserialize_header,
        find_tile,
        zxy_to_tileid,
    )

    def damaged(what: str) -> InputError:
        return InputError(f"{path} is damaged ({what}): get a fresh copy of it")

    try:
        header = deserialize_header(part(0, 127, 127))
    except (ValueError, IndexError) as error:
        raise error if isinstance(error, InputError) else damaged("its header") from error
    if header["tile_type"] in (TileType.AVIF, TileType.MLT):
        raise InputError(f"{path} holds {header['tile_type'].name} tiles: use PNG, JPEG, WebP or MVT ones")
    compression = header["internal_compression"]
    usable = (Compression.NONE, Compression.GZIP, Compression.UNKNOWN)
    if compression not in usable or header["tile_compression"] not in usable:
        raise InputError(f"{path} is not compressed with gzip: convert it with 'pmtiles convert'")

    def plain(offset: int, length: int, limit: int) -> bytes:
        data = part(offset, length, limit)
        return unpacked(data, limit) if compression is Compression.GZIP else data

    try:
        length = header["metadata_length"]
        text = plain(header["metadata_offset"], length, MAX_METADATA_BYTES) if length else b"{}"
        metadata = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, InputError) else damaged("its metadata") from error
    if not isinstance(metadata, dict):
        metadata = {}
    budget = MAX_DIRECTORIES_BYTES

    @lru_cache(maxsize=8)
    def directory(offset: int, length: int) -> list[Entry]:
        nonlocal budget
        data = plain(offset, length, MAX_DIRECTORY_BYTES)
        budget -= len(data)
        if budget < 0:
            raise damaged("its directory is too large or never ends")
        # No number has more than 64 bits, and every entry takes four bytes or more.
        if re.search(rb"[\x80-\xff]{10}", data):
            raise damaged("its directory")
        try:
            return deserialize_directory(gzip.compress(data, 0))
        except EOFError as error:
            raise damaged("its directory") from error

    def entry(tile_id: int) -> tuple[int, int] | None:
        offset, length = header["root_offset"], header["root_length"]
        for _ in range(4):
            found = find_tile(directory(offset, length), tile_id)
            if found is None:
                return None
            if found.offset < 0:
                raise damaged("its directory")
            if found.run_length:
                return header["tile_data_offset"] + found.offset, found.length
            offset, length = header["leaf_directory_offset"] + found.offset, found.length
        raise damaged("its directory leads back into itself")

    def level(zoom: int, columns: list[range], rows: range) -> Iterator[tuple[Key, bytes]]:
        if sum(map(len, columns)) * len(rows) > MAX_TILES:
            raise TooMany
        keys = ((zxy_to_tileid(zoom, x, y), (zoom, x, y)) for part in columns for x in part for y in rows)
        last, data = None, b""
        for tile_id, key in sorted(keys):  # neighbours lie in the same directory
            where = entry(tile_id)
            if where is None:
                continue
            if where != last:
                last, data = where, part(*where, MAX_TILE_BYTES)
            yield key, data

    edges = (header[name] / 1e7 for name in ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7"))
    return TileSource(
        name=plain_text(metadata.get("name"), 100),
        attribution=plain_text(metadata.get("attribution"), 500),
        minzoom=header["min_zoom"],
        maxzoom=header["max_zoom"],
        bounds=_bounds(edges),
        level=level,
    )


def unpacked(data: bytes, limit: int) -> bytes:
    """Return what was compressed with gzip or zlib.

    Raises
    ------
    InputError
        If it is damaged or holds more than ``limit`` bytes.
    """
    unzip = zlib.decompressobj(wbits=47)
    try:
        plain = unzip.decompress(data, limit + 1)
    except zlib.error as error:
        raise InputError(f"a compressed part is damaged ({error}): get a fresh copy of the file") from error
    if len(plain) > limit:
        raise InputError(f"a compressed part holds more than {limit:,} bytes: use a file with smaller parts")
    if not unzip.eof:
        raise InputError("a compressed part is cut short: get a fresh copy of the file")
    return plain


def plain_text(value: Any, limit: int) -> str:
    """Return a text without markup, control characters and runs of white space, at most ``limit`` long."""
    if not isinstance(value, str):
        return ""
    parser = _Text()
    try:
        parser.feed(value[: 20 * limit])
        parser.close()
    except AssertionError:  # the parser's answer to some broken declarations
        pass
    text = "".join(c if c.isprintable() else " " for c in "".join(parser.parts))
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"script", "style"}
        if tag in {"br", "p", "div", "li"}:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"script", "style"} and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)
