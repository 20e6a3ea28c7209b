"""Map tiles from a file: the part around the incidents, to be put into the page or into a folder beside it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import math
import os
import re
import shutil
import tempfile
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mapper.errors import InputError, OptionError
from mapper.tile_files import MAX_TILE_BYTES, MAX_TILES, MAX_ZOOM, Key, TooMany, opened, unpacked

Frame = tuple[tuple[float, float], tuple[float, float]]

WORLD_ZOOM = 3  # up to here the whole world is taken, as long as it fits a quarter of the limit
MAX_LATITUDE = 85.0511287798
SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
MARK = ".incident-map-tiles"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tileset:
    """Map tiles in the square Web Mercator world.

    Attributes
    ----------
    name, attribution
        Plain text.
    minzoom, maxzoom
        Lowest and highest zoom level of which there are tiles.
    kind
        ``"raster"`` or ``"vector"`` (Mapbox Vector Tiles, not compressed).
    mime
        Type of the raster images, None for vector tiles.
    tiles
        (zoom, column, row) to the tile's bytes; rows count from the north.
    """

    name: str
    attribution: str
    minzoom: int
    maxzoom: int
    kind: str
    mime: str | None
    tiles: Mapping[Key, bytes]


def read_tileset(path: str | os.PathLike[str], *, frame: Frame, max_bytes: int = 24_000_000) -> Tileset:
    """Read the tiles in and around a frame.

    Parameters
    ----------
    path
        An MBTiles or PMTiles 3 file with raster tiles (PNG, JPEG or WebP) or Mapbox Vector Tiles.
    frame
        ((south, west), (north, east)) in degrees; it is padded by half its size, at least 0.5°. An east that is
        less than the west lies beyond the 180th meridian.
    max_bytes
        Limit for all tiles together; vector tiles count as they are without compression. Only whole zoom levels
        are taken, up to the first that does not fit.

    Raises
    ------
    InputError
        If the file cannot be read, is no such file, is damaged, or holds no tile there that fits the limit.
    """
    padded = _padded(frame)
    with opened(Path(path)) as source:
        taken = _Taken(max_bytes)
        zooms = range(max(source.minzoom, 0), min(source.maxzoom, MAX_ZOOM) + 1)
        try:
            for zoom in zooms:
                if zoom <= WORLD_ZOOM:
                    taken.add(source.level(zoom, [range(1 << zoom)], range(1 << zoom)), max_bytes // 4)
        except TooMany:
            pass
        try:
            for zoom in zooms:
                columns, rows = _within(zoom, padded)
                if source.bounds is not None:
                    west, south, east, north = source.bounds
                    others, other_rows = _within(zoom, (south, west, north, east))
                    columns = [_common(a, b) for a in columns for b in others]
                    rows = _common(rows, other_rows)
                taken.add(source.level(zoom, [c for c in columns if c], rows), max_bytes)
        except TooMany:
            pass
    if not taken.tiles:
        reason = "whose lowest zoom level fits the limit" if taken.refused else "in or around the map's area"
        raise InputError(
            f"{path} holds no tile {reason}: use a tile file of that area"
            + (f", or raise the limit of {max_bytes:,} bytes" if taken.refused else "")
        )
    levels = {key[0] for key in taken.tiles}
    return Tileset(
        name=source.name or Path(path).stem[:100],
        attribution=source.attribution,
        minzoom=min(levels),
        maxzoom=max(levels),
        kind="vector" if taken.mime == "" else "raster",
        mime=taken.mime or None,
        tiles=dict(sorted(taken.tiles.items())),
    )


class _Taken:
    """The tiles taken so far; equal ones, such as those of open sea, are held and counted once."""

    def __init__(self, max_bytes: int) -> None:
        self.tiles: dict[Key, bytes] = {}
        self.mime: str | None = None  # "" for vector tiles
        self.refused = False
        self._contents: dict[bytes, bytes] = {}
        self._size = 0
        self._work = 10 * max_bytes + MAX_TILE_BYTES  # equal tiles cost time, if no room

    def add(self, level: Iterable[tuple[Key, bytes]], limit: int) -> None:
        """Add a whole level, or nothing of it and raise TooMany."""
        fresh: dict[Key, bytes] = {}
        contents: dict[bytes, bytes] = {}
        size = self._size
        try:
            for key, stored in level:
                if key in self.tiles or not stored:
                    continue
                tile, mime = _content(stored, key)
                if self.mime is None:
                    self.mime = mime
                elif (mime == "") != (self.mime == ""):
                    raise InputError(
                        "the tile file holds both images and vector tiles: use one with one kind"
                    )
                digest = hashlib.blake2b(tile, digest_size=20).digest()
                known = self._contents.get(digest) or contents.get(digest)
                size += 0 if known else len(tile)
                self._work -= len(tile)
                if size > limit or self._work < 0 or len(self.tiles) + len(fresh) >= MAX_TILES:
                    raise TooMany
                fresh[key] = known or contents.setdefault(digest, tile)
        except TooMany:
            self.refused = True
            raise
        self.tiles |= fresh
        self._contents |= contents
        self._size = size


def _padded(frame: Frame) -> tuple[float, float, float, float]:
    (south, west), (north, east) = frame
    if not all(map(math.isfinite, (south, west, north, east))) or south > north:
        raise OptionError(f"{frame} is no frame: give ((south, west), (north, east)) in degrees")
    east += 360 if east < west else 0
    height, width = max((north - south) / 2, 0.5), max((east - west) / 2, 0.5)
    return south - height, west - width, north + height, east + width


def _within(zoom: int, box: tuple[float, float, float, float]) -> tuple[list[range], range]:
    """Return the columns (two ranges if the box crosses the 180th meridian) and rows of the tiles in a box."""
    south, west, north, east = box
    n = 1 << zoom

    def row(lat: float) -> int:
        lat = math.radians(max(-MAX_LATITUDE, min(MAX_LATITUDE, lat)))
        return max(0, min(n - 1, math.floor((1 - math.asinh(math.tan(lat)) / math.pi) / 2 * n)))

    first, last = (math.floor((lon + 180) / 360 * n) for lon in (west, east))
    rows = range(row(north), row(south) + 1)
    if last - first + 1 >= n:
        return [range(n)], rows
    first, last = first % n, last % n
    return [range(first, last + 1)] if first <= last else [range(first, n), range(last + 1)], rows


def _common(a: range, b: range) -> range:
    return range(max(a.start, b.start), max(min(a.stop, b.stop), a.start, b.start))


def _content(stored: bytes, key: Key) -> tuple[bytes, str]:
    """Return a tile as the page needs it, and its MIME type, "" for a vector tile."""
    if stored.startswith(b"\x89PNG\r\n\x1a\n"):
        return stored, "image/png"
    if stored.startswith(b"\xff\xd8\xff"):
        return stored, "image/jpeg"
    if stored[:4] == b"RIFF" and stored[8:12] == b"WEBP":
        return stored, "image/webp"
    plain = unpacked(stored, MAX_TILE_BYTES) if stored[:1] in (b"\x1f", b"\x78") else stored
    if not _is_vector_tile(plain):
        name = "/".join(map(str, key))
        raise InputError(
            f"tile {name} is neither PNG, JPEG, WebP nor a vector tile: get a fresh copy of the file"
        )
    return plain, ""


def _is_vector_tile(data: bytes) -> bool:
    """Tell whether bytes are a row of layers: tag 0x1A, length, content."""
    at = 0
    while at < len(data):
        if data[at] != 0x1A:
            return False
        length, shift, more = 0, 0, True
        while more:
            at += 1
            if at >= len(data) or shift > 28:
                return False
            length |= (data[at] & 0x7F) << shift
            shift, more = shift + 7, data[at] >= 0x80
        at += 1 + length
    return at == len(data)


def packed(tileset: Tileset) -> dict[str, Any]:
    """Return a tileset as the page takes it: ``{"head": ..., "data": ...}``.

    The head can be written as JSON: name, attribution, minzoom, maxzoom, kind, mime, ``gzip`` and the index:
    lists ``z``, ``x``, ``y``, ``offset`` and ``length`` with one number a tile, each the difference from the tile
    before. The data is base64 of the tiles in a row, gzipped as a whole if ``gzip`` is true.
    """
    offsets: dict[bytes, int] = {}
    size = 0
    places = []
    for tile in tileset.tiles.values():
        if tile not in offsets:
            offsets[tile] = size
            size += len(tile)
        places.append((offsets[tile], len(tile)))
    content = b"".join(offsets)
    vector = tileset.kind == "vector"
    head = _head(tileset) | {
        "gzip": vector,  # images are compressed already
        "offset": _deltas([offset for offset, _ in places]),
        "length": _deltas([length for _, length in places]),
    }
    content = gzip.compress(content, 9, mtime=0) if vector else content
    return {"head": head, "data": base64.b64encode(content).decode("ascii")}


def write_beside(tileset: Tileset, folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Write raster tiles as ``folder/zoom/column/row.png`` for a page in the folder's own folder.

    The folder is replaced whole or not at all; one that holds anything else than tiles from here is refused.

    Returns
    -------
    dict
        The head for the page, without what only embedded tiles have, and with ``folder`` (as part of a URL) and
        ``suffix``.

    Raises
    ------
    OptionError
        If the tiles are vector tiles, or the folder is there and was not written by this function.
    OSError
        If the folder cannot be written.
    """
    if tileset.mime is None:
        raise OptionError(
            "vector tiles cannot lie beside the page: embed them, or use a file of raster tiles"
        )
    target = Path(folder)
    suffix = SUFFIXES[tileset.mime]
    if target.is_symlink() or (target.exists() and not _written_here(target)):
        raise OptionError(f"{folder} holds other things than map tiles: name another folder, or empty it")
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp"))
    try:
        fresh = scratch / "new"
        fresh.mkdir()
        (fresh / MARK).write_text("Map tiles; this folder is replaced as a whole.\n", encoding="utf-8")
        for (zoom, column, row), tile in tileset.tiles.items():
            place = fresh / str(zoom) / str(column)
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{row}.{suffix}").write_bytes(tile)
        if target.exists():
            target.rename(scratch / "old")
        try:
            fresh.rename(target)
        except BaseException:
            if (scratch / "old").exists():
                (scratch / "old").rename(target)
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return _head(tileset) | {"folder": urllib.parse.quote(target.name), "suffix": suffix}


def _written_here(folder: Path) -> bool:
    """Tell whether a folder is empty, or has the mark and holds nothing but tiles."""
    if not folder.is_dir():
        return False
    names = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    ]
    return not names or (
        MARK in names
        and all(name == MARK or re.fullmatch(r"\d+/\d+/\d+\.(png|jpg|webp)", name) for name in names)
    )


def _head(tileset: Tileset) -> dict[str, Any]:
    keys = list(tileset.tiles)
    return {
        "name": tileset.name,
        "attribution": tileset.attribution,
        "minzoom": tileset.minzoom,
        "maxzoom": tileset.maxzoom,
        "kind": tileset.kind,
        "mime": tileset.mime,
        **{name: _deltas([key[i] for key in keys]) for i, name in enumerate("zxy")},
    }


def _deltas(numbers: list[int]) -> list[int]:
    return [b - a for a, b in zip([0, *numbers], numbers, strict=False)]
