"""Tile files: what is taken of them, how it is packed, and that hostile ones end in a plain error."""

import base64
import contextlib
import gzip
import itertools
import json
import math
import os
import random
import sqlite3
import time
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pmtiles.tile import Compression, Entry, TileType, serialize_directory, serialize_header, zxy_to_tileid
from pmtiles.writer import Writer

from mapper import tile_files, tilesets
from mapper.errors import InputError, OptionError
from mapper.online_layers import ONLINE_LAYERS, img_sources, online_layer
from mapper.tilesets import packed, read_tileset, write_beside

KHARKIV = ((49.9, 36.1), (50.1, 36.4))
PNG = b"\x89PNG\r\n\x1a\n"
VECTOR = b"\x1a\x05\x0a\x03abc"


def raster(key, size=200):
    return PNG + random.Random(str(key)).randbytes(size - 8)


def vector(key):
    return b"\x1a\x0b\x0a\x09" + f"{zxy_to_tileid(*key):09d}".encode()


def column_row(zoom, lat, lon):
    n = 1 << zoom
    return int((lon + 180) / 360 * n), int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)


def around(zoom, lat=50.0, lon=36.25, reach=2):
    """The keys of the tiles around a place."""
    x, y = column_row(zoom, lat, lon)
    n = 1 << zoom
    return {
        (zoom, (x + dx) % n, y + dy)
        for dx, dy in itertools.product(range(-reach, reach + 1), repeat=2)
        if 0 <= y + dy < n
    }


def pyramid(maxzoom, tile=raster):
    return {key: tile(key) for zoom in range(maxzoom + 1) for key in around(zoom)}


def write_mbtiles(path, tiles, *, index=True, **metadata):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE metadata (name text, value text)")
    connection.execute("CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)")
    if index:
        connection.execute("CREATE UNIQUE INDEX i ON tiles (zoom_level, tile_column, tile_row)")
    connection.executemany("INSERT INTO metadata VALUES (?, ?)", metadata.items())
    rows = [(z, x, (1 << z) - 1 - y, data) for (z, x, y), data in tiles.items()]
    connection.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return path


def write_pmtiles(path, tiles, *, kind=TileType.PNG, **metadata):
    with path.open("wb") as stream:
        writer = Writer(stream)
        for key in sorted(tiles, key=lambda key: zxy_to_tileid(*key)):
            writer.write_tile(zxy_to_tileid(*key), tiles[key])
        compression = Compression.GZIP if kind is TileType.MVT else Compression.NONE
        zooms = [key[0] for key in tiles]
        header = {
            "tile_type": kind,
            "tile_compression": compression,
            "min_zoom": min(zooms),
            "max_zoom": max(zooms),
        }
        writer.finalize(header, metadata)
    return path


WRITERS = {"tiles.mbtiles": write_mbtiles, "tiles.pmtiles": write_pmtiles}


@pytest.mark.parametrize("name", WRITERS)
class TestBothFormats:
    def test_tiles_lie_where_they_belong(self, name, tmp_path):
        tiles = pyramid(9)
        path = WRITERS[name](tmp_path / name, tiles, name="Sample", attribution="© Somebody")
        found = read_tileset(path, frame=KHARKIV)
        assert (found.name, found.attribution, found.kind, found.mime) == (
            "Sample",
            "© Somebody",
            "raster",
            "image/png",
        )
        assert (found.minzoom, found.maxzoom) == (0, 9)
        assert all(tiles[key] == tile for key, tile in found.tiles.items())
        for zoom in range(10):
            assert (zoom, *column_row(zoom, 50.0, 36.25)) in found.tiles
        # The world at low zooms, the padded frame at high ones.
        assert {key for key in found.tiles if key[0] <= 3} == {key for key in tiles if key[0] <= 3}
        columns = {key[1] for key in found.tiles if key[0] == 9}
        assert columns == set(range(column_row(9, 50, 35.6)[0], column_row(9, 50, 36.9)[0] + 1))

    def test_only_whole_levels_are_taken(self, name, tmp_path):
        tiles = pyramid(9)
        path = WRITERS[name](tmp_path / name, tiles)
        whole = read_tileset(path, frame=KHARKIV)
        for limit in range(400, 200 * len(whole.tiles) + 400, 700):
            found = read_tileset(path, frame=KHARKIV, max_bytes=limit)
            assert sum(map(len, found.tiles.values())) <= limit
            deep = {key for key in whole.tiles if 3 < key[0] <= found.maxzoom}
            assert {key for key in found.tiles if key[0] > 3} == deep
        assert found.maxzoom == 9

    def test_equal_tiles_count_once(self, name, tmp_path):
        sea = raster("sea", 5000)
        path = WRITERS[name](tmp_path / name, dict.fromkeys(pyramid(8), sea))
        found = read_tileset(path, frame=KHARKIV, max_bytes=20_000)
        assert found.maxzoom == 8
        assert len(base64.b64decode(packed(found)["data"])) == 5000

    def test_names_are_plain_text(self, name, tmp_path):
        credit = '<a href="javascript:x">© OSM</a><br/>&amp; others<script>bad()</script>\x07\n<b'
        path = WRITERS[name](tmp_path / name, pyramid(2), name="n" * 500, attribution=credit)
        found = read_tileset(path, frame=KHARKIV)
        assert found.attribution in ("© OSM & others", "© OSM & others <b")
        assert len(found.name) == 100

    def test_a_frame_across_the_180th_meridian(self, name, tmp_path):
        tiles = {key: raster(key) for zoom in range(7) for key in around(zoom, -17, 179.99, 1)}
        path = WRITERS[name](tmp_path / name, tiles)
        found = read_tileset(path, frame=((-18, 178), (-16, -179)))
        assert {0, 63} <= {key[1] for key in found.tiles if key[0] == 6}

    def test_no_tile_there(self, name, tmp_path):
        tiles = {key: raster(key) for key in around(9, -30, 130)}
        path = WRITERS[name](tmp_path / name, tiles)
        with pytest.raises(InputError, match="no tile in or around"):
            read_tileset(path, frame=KHARKIV)

    def test_nothing_fits(self, name, tmp_path):
        path = WRITERS[name](tmp_path / name, pyramid(3))
        with pytest.raises(InputError, match="raise the limit of 100 bytes"):
            read_tileset(path, frame=KHARKIV, max_bytes=100)

    def test_neither_image_nor_vector_tile(self, name, tmp_path):
        path = WRITERS[name](tmp_path / name, {(0, 0, 0): b"<svg onload=alert(1)>"})
        with pytest.raises(InputError, match="tile 0/0/0 is neither"):
            read_tileset(path, frame=KHARKIV)

    def test_two_kinds_in_one_file(self, name, tmp_path):
        path = WRITERS[name](tmp_path / name, {(0, 0, 0): raster(0), (1, 1, 0): VECTOR})
        with pytest.raises(InputError, match="both images and vector tiles"):
            read_tileset(path, frame=KHARKIV)

    def test_vector_tiles_are_unpacked(self, name, tmp_path):
        tiles = pyramid(6, vector)
        stored = {key: gzip.compress(tile) for key, tile in tiles.items()}
        options = {} if name == "tiles.mbtiles" else {"kind": TileType.MVT}
        found = read_tileset(WRITERS[name](tmp_path / name, stored, **options), frame=KHARKIV)
        assert (found.kind, found.mime) == ("vector", None)
        assert all(tiles[key] == tile for key, tile in found.tiles.items())

    def test_a_tile_that_unpacks_without_end(self, name, tmp_path):
        bomb = gzip.compress(b"\x1a" * 50_000_000)
        path = WRITERS[name](tmp_path / name, {(0, 0, 0): bomb})
        tracemalloc.start()
        with pytest.raises(InputError, match="holds more than"):
            read_tileset(path, frame=KHARKIV)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 30_000_000

    def test_the_suffix_does_not_matter(self, name, tmp_path):
        path = WRITERS[name](tmp_path / "tiles.dat", pyramid(2))
        assert read_tileset(path, frame=KHARKIV).maxzoom == 2

    def test_the_file_stays_as_it_is(self, name, tmp_path):
        path = WRITERS[name](tmp_path / name, pyramid(4))
        before = path.read_bytes()
        path.chmod(0o444)
        read_tileset(path, frame=KHARKIV)
        assert path.read_bytes() == before
        assert [found.name for found in tmp_path.iterdir()] == [name]

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_damage_ends_in_a_plain_error(self, name, tmp_path, data):
        good = tmp_path / f"good-{name}"
        if not good.exists():
            WRITERS[name](good, pyramid(5))
        content = bytearray(good.read_bytes())
        if data.draw(st.booleans()):
            del content[data.draw(st.integers(0, len(content))) :]
        top = min(len(content), data.draw(st.sampled_from([128, 600, 5000, 10**6])))
        for _ in range(data.draw(st.integers(0, 12)) if top else 0):
            content[data.draw(st.integers(0, top - 1))] = data.draw(st.integers(0, 255))
        bad = tmp_path / f"bad-{name}"
        bad.write_bytes(content)
        try:
            found = read_tileset(bad, frame=KHARKIV, max_bytes=1_000_000)
        except InputError as error:
            assert "\n" not in str(error)
            assert "bad-" in str(error)
        else:
            assert sum(map(len, set(found.tiles.values()))) <= 1_000_000


class TestNoTileFile:
    @pytest.mark.parametrize("content", [b"", b"PMTiles", b"PK\x03\x04 zip", b"<html>", b"SQLite format 3"])
    def test_other_content(self, tmp_path, content):
        path = tmp_path / "x.mbtiles"
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"x\.mbtiles"):
            read_tileset(path, frame=KHARKIV)

    def test_missing_folder_pipe(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        for path in (tmp_path / "missing.mbtiles", tmp_path, tmp_path / "pipe", "null\0", "/dev/zero"):
            with pytest.raises(InputError, match="is no file"):
                read_tileset(path, frame=KHARKIV)

    def test_pmtiles_of_another_version(self, tmp_path):
        path = tmp_path / "x"
        path.write_bytes(b"PMTiles\x02" + bytes(200))
        with pytest.raises(InputError, match="another version than 3"):
            read_tileset(path, frame=KHARKIV)

    @pytest.mark.parametrize("frame", [((1, 2), (0, 3)), ((math.nan, 0), (1, 1))])
    def test_no_frame(self, tmp_path, frame):
        with pytest.raises(OptionError, match="is no frame"):
            read_tileset(tmp_path, frame=frame)


class TestHostileSql:
    def database(self, tmp_path, *statements):
        path = tmp_path / "x.mbtiles"
        connection = sqlite3.connect(path)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return path

    METADATA = "CREATE TABLE metadata (name, value)"

    @pytest.mark.parametrize(
        "statements",
        [
            ["CREATE TABLE other (a)"],
            [METADATA],
            [METADATA, "CREATE TABLE tiles (a, b)"],
            [METADATA, "CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)"],
            [
                METADATA,
                "CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)",
                "INSERT INTO tiles VALUES (0, 0, 0, 'text')",
            ],
            [
                METADATA,
                "CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)",
                "INSERT INTO tiles VALUES (0, 0, 0, zeroblob(9000000))",
            ],
            [METADATA, "CREATE VIEW tiles AS SELECT 0 zoom_level, 0 tile_column, 0 tile_row, load_extension('x') tile_data"],
        ],
    )  # fmt: skip
    def test_unusable_tables(self, tmp_path, statements):
        with pytest.raises(InputError, match=r"x\.mbtiles"):
            read_tileset(self.database(tmp_path, *statements), frame=KHARKIV)

    @pytest.mark.parametrize("where", ["", " WHERE i < 0"])
    def test_a_view_without_end(self, tmp_path, monkeypatch, where):
        monkeypatch.setattr(tile_files, "MAX_SQL_STEPS", 5_000_000)
        view = (
            "CREATE VIEW tiles AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n)"
            " SELECT 0 AS zoom_level, 0 AS tile_column, 0 AS tile_row,"
            f" CAST(x'89504e470d0a1a0a' || i AS BLOB) AS tile_data FROM n{where}"
        )
        path = self.database(tmp_path, self.METADATA, view)
        began = time.monotonic()
        try:
            found = read_tileset(path, frame=KHARKIV)
        except InputError:
            pass
        else:
            assert len(found.tiles) == 1
        assert time.monotonic() - began < 20

    def test_wrong_metadata_is_ignored(self, tmp_path):
        path = write_mbtiles(
            tmp_path / "x", pyramid(3), minzoom="low", maxzoom="1e9", bounds="a,b,c", attribution=7, name=None
        )
        found = read_tileset(path, frame=KHARKIV)
        assert (found.maxzoom, found.name) == (3, "x")


class TestHostilePmtiles:
    def archive(self, tmp_path, *, root, leaves=b"", metadata=b"{}", data=b"", **fields):
        header = {
            "root_offset": 127,
            "root_length": len(root),
            "metadata_offset": 127 + len(root),
            "metadata_length": len(metadata),
            "leaf_directory_offset": 127 + len(root) + len(metadata),
            "leaf_directory_length": len(leaves),
            "tile_data_offset": 127 + len(root) + len(metadata) + len(leaves),
            "tile_data_length": len(data),
            "clustered": True,
            "internal_compression": Compression.GZIP,
            "tile_compression": Compression.NONE,
            "tile_type": TileType.PNG,
            "min_zoom": 0,
            "max_zoom": 20,
        } | fields
        path = tmp_path / "x.pmtiles"
        path.write_bytes(serialize_header(header) + root + metadata + leaves + data)
        return path

    META = gzip.compress(b"{}")

    def test_a_directory_that_leads_back_to_itself(self, tmp_path):
        leaf = serialize_directory([Entry(0, 0, 40, 0)])
        leaf = serialize_directory([Entry(0, 0, len(leaf), 0)])
        path = self.archive(tmp_path, root=leaf, leaves=leaf, metadata=self.META)
        with pytest.raises(InputError, match="leads back into itself"):
            read_tileset(path, frame=KHARKIV)

    def test_one_entry_for_all_tiles_of_the_world(self, tmp_path):
        tile = raster("sea", 1000)
        root = serialize_directory([Entry(0, 0, 1000, 1 << 60)])
        path = self.archive(tmp_path, root=root, data=tile, metadata=self.META)
        began = time.monotonic()
        found = read_tileset(path, frame=((-80, -179), (80, 179)))
        assert len(found.tiles) <= tile_files.MAX_TILES
        assert time.monotonic() - began < 20

    @pytest.mark.parametrize(
        "directory",
        [b"\xff" * 2_000_000, b"\xff\xff\xff\xff\x0f", b"\xff\xff\xff\xff\x0f" + b"\x01" * 900_000, b"\x00" * 9_000_000, b""],
    )  # fmt: skip
    def test_a_directory_that_claims_too_much(self, tmp_path, directory):
        path = self.archive(tmp_path, root=gzip.compress(directory), metadata=self.META)
        began = time.monotonic()
        with pytest.raises(InputError, match=r"x\.pmtiles"):
            read_tileset(path, frame=KHARKIV)
        assert time.monotonic() - began < 5

    @pytest.mark.parametrize(
        "metadata",
        [gzip.compress(b" " * 60_000_000), gzip.compress(b"[" * 200_000), gzip.compress(b"\xff"), b"{}", gzip.compress(b"{}")[:-9]],
    )  # fmt: skip
    def test_metadata_that_cannot_be_used(self, tmp_path, metadata):
        root = serialize_directory([Entry(0, 0, 10, 1)])
        with pytest.raises(InputError, match=r"x\.pmtiles"):
            read_tileset(self.archive(tmp_path, root=root, metadata=metadata), frame=KHARKIV)

    @pytest.mark.parametrize("fields", [
        {"root_length": 1 << 62}, {"root_offset": 1 << 62}, {"tile_data_offset": 1 << 63}, {"tile_type": TileType.AVIF},
        {"internal_compression": Compression.BROTLI}, {"tile_compression": Compression.ZSTD},
        {"min_zoom": 9, "max_zoom": 3}, {"min_zoom": 200, "max_zoom": 255},
    ])  # fmt: skip
    def test_wrong_header(self, tmp_path, fields):
        root = serialize_directory([Entry(0, 0, 100, 1)])
        path = self.archive(tmp_path, root=root, metadata=self.META, data=raster(0, 100), **fields)
        with pytest.raises(InputError, match=r"x\.pmtiles"):
            read_tileset(path, frame=KHARKIV)

    def test_directories_without_compression(self, tmp_path):
        root = gzip.decompress(serialize_directory([Entry(0, 0, 100, 1)]))
        path = self.archive(
            tmp_path,
            root=root,
            metadata=b'{"name": "N"}',
            data=raster(0, 100),
            internal_compression=Compression.NONE,
        )
        assert read_tileset(path, frame=KHARKIV).name == "N"

    @pytest.mark.parametrize("fault", [
        {"offset": 5}, {"length": 2000}, {"length": 20_000_000}, {"offset": 1 << 60},
    ])  # fmt: skip
    def test_a_tile_beyond_the_end(self, tmp_path, fault):
        entry = {"offset": 0, "length": 100} | fault
        root = serialize_directory([Entry(0, entry["offset"], entry["length"], 1)])
        path = self.archive(tmp_path, root=root, metadata=self.META, data=raster(0, 100))
        with pytest.raises(InputError, match="cut short or damaged"):
            read_tileset(path, frame=KHARKIV)


def test_memory_stays_within_the_limit(tmp_path):
    tiles = {key: raster(key, 60_000) for key in pyramid(6)}
    path = write_mbtiles(tmp_path / "x", tiles)
    del tiles
    tracemalloc.start()
    read_tileset(path, frame=((40, 20), (60, 50)), max_bytes=1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000 + 60_000 + 300_000  # and the code's own


def undelta(numbers):
    return list(itertools.accumulate(numbers))


@given(
    keys=st.sets(
        st.integers(0, 8).flatmap(lambda z: st.tuples(st.just(z), *[st.integers(0, (1 << z) - 1)] * 2)), min_size=1, max_size=30
    ),
    kind=st.sampled_from(["raster", "vector"]),
)  # fmt: skip
def test_packing_can_be_undone(keys, kind):
    tiles = {key: raster(sum(key), 20) for key in sorted(keys)}
    mime = "image/png" if kind == "raster" else None
    tileset = tilesets.Tileset(
        name="n", attribution="a", minzoom=0, maxzoom=8, kind=kind, mime=mime, tiles=tiles
    )
    result = packed(tileset)
    assert result == json.loads(json.dumps(result))
    head, data = result["head"], base64.b64decode(result["data"])
    data = gzip.decompress(data) if head["gzip"] else data
    columns = [undelta(head[name]) for name in ("z", "x", "y", "offset", "length")]
    assert {
        (z, x, y): data[offset : offset + length] for z, x, y, offset, length in zip(*columns, strict=True)
    } == tiles
    assert packed(tileset) == result


class TestBeside:
    @pytest.fixture
    def tileset(self, tmp_path):
        path = write_mbtiles(tmp_path / "source", pyramid(4))
        return read_tileset(path, frame=KHARKIV)

    def test_the_folder(self, tileset, tmp_path):
        folder = tmp_path / "my tiles"
        head = write_beside(tileset, folder)
        assert (head["folder"], head["suffix"]) == ("my%20tiles", "png")
        for (z, x, y), tile in tileset.tiles.items():
            assert (folder / f"{z}/{x}/{y}.png").read_bytes() == tile
        assert sorted(path.name for path in tmp_path.iterdir()) == ["my tiles", "source"]

    def test_it_is_replaced_whole(self, tileset, tmp_path):
        folder = tmp_path / "tiles"
        folder.mkdir()
        write_beside(tileset, folder)
        (folder / "0/0/0.png").write_bytes(b"old")
        (folder / "9/9").mkdir(parents=True)
        (folder / "9/9/9.jpg").write_bytes(b"old")
        write_beside(tileset, folder)
        assert not (folder / "9").exists()
        assert (folder / "0/0/0.png").read_bytes() == tileset.tiles[0, 0, 0]

    @pytest.mark.parametrize("name", ["mine.txt", "0/0/notes.png", "0/extra/0.png"])
    def test_what_was_not_written_here_stays(self, tileset, tmp_path, name):
        folder = tmp_path / "tiles"
        write_beside(tileset, folder)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mine")
        with pytest.raises(OptionError, match="other things than map tiles"):
            write_beside(tileset, folder)
        assert (folder / name).read_text() == "mine"

    def test_links_and_files_stay(self, tileset, tmp_path):
        write_beside(tileset, tmp_path / "tiles")
        (tmp_path / "link").symlink_to(tmp_path / "tiles")
        (tmp_path / "file").write_text("mine")
        (tmp_path / "pictures").mkdir()
        (tmp_path / "pictures" / "0.png").write_text("mine")
        for name in ("link", "file", "pictures"):
            with pytest.raises(OptionError):
                write_beside(tileset, tmp_path / name)
        assert (tmp_path / "tiles/0/0/0.png").exists()

    def test_a_failure_leaves_the_old_folder(self, tileset, tmp_path, monkeypatch):
        folder = tmp_path / "tiles"
        write_beside(tileset, folder)
        rename = Path.rename

        def failing(path, target):
            if path.name == "new":
                raise OSError("full")
            return rename(path, target)

        monkeypatch.setattr(Path, "rename", failing)
        with pytest.raises(OSError, match="full"):
            write_beside(tileset, folder)
        assert (folder / "0/0/0.png").exists()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["source", "tiles"]

    def test_vector_tiles_are_refused(self, tmp_path):
        path = write_mbtiles(tmp_path / "source", {(0, 0, 0): VECTOR})
        with pytest.raises(OptionError, match="embed them"):
            write_beside(read_tileset(path, frame=KHARKIV), tmp_path / "tiles")


class TestOnlineLayers:
    def test_the_built_in_ones_pass_their_own_test(self):
        for layer in ONLINE_LAYERS:
            assert online_layer(f"{layer.name}={layer.url}").url == layer.url
        assert img_sources(ONLINE_LAYERS) == ["https://tile.openstreetmap.org", "https://tiles.maps.eox.at"]

    @pytest.mark.parametrize(
        ("text", "source"),
        [
            ("Mine=https://tiles.example.org/{z}/{x}/{y}.png", "https://tiles.example.org"),
            (" Mine = HTTPS://Tiles.Example.org:8443/a/{z}/{y}/{x}@2x.jpg?key=a-b_c&s=1 ", "https://tiles.example.org:8443"),
            ("Here=http://127.0.0.1:8080/{z}/{x}/{y}", "http://127.0.0.1:8080"),
            ("Here=http://localhost/{z}/{x}/{y}", "http://localhost"),
        ],
    )  # fmt: skip
    def test_usable(self, text, source):
        assert img_sources([online_layer(text)]) == [source]

    @pytest.mark.parametrize(
        "text",
        [
            "", "x", "=", "https://a.b/{z}/{x}/{y}", "A=", "=https://a.b/{z}/{x}/{y}", "A=a.b/{z}/{x}/{y}",
            "A=http://a.b/{z}/{x}/{y}", "A=ftp://a.b/{z}/{x}/{y}", "A=javascript:alert(1)//{z}{x}{y}",
            "A=https://a.b/{z}/{x}", "A=https://a.b/{z}/{x}/{y}/{s}", "A=https://{s}.a.b/{z}/{x}/{y}",
            "A=https://a.b;script-src *//{z}/{x}/{y}", "A=https://a b/{z}/{x}/{y}", "A=https://u:p@a.b/{z}/{x}/{y}",
            "A=https://a.b'/{z}/{x}/{y}", "A=https://*/{z}/{x}/{y}", "A=https://a.b:99999/{z}/{x}/{y}", "A=https://a.b:0/{z}/{x}/{y}",
            "A=https://пример.рф/{z}/{x}/{y}", "A=https://a.b/{z}/{x}/{y}\"><b>", "A=https://a.b/{z}/{x}/{y}#f",
            "A=https://a..b/{z}/{x}/{y}", "A=https:///{z}/{x}/{y}", "A=https://a.b?{z}/{x}/{y}", "A\x00=https://a.b/{z}/{x}/{y}",
            "A" * 61 + "=https://a.b/{z}/{x}/{y}", "A=https://[::1]/{z}/{x}/{y}", "A=https://a.b/{z}/{x}/{y}{", "A=https://a.b\n/{z}/{x}/{y}",
        ],
    )  # fmt: skip
    def test_refused(self, text):
        with pytest.raises(OptionError):
            online_layer(text)

    @given(st.text(alphabet="aZ09.-:/;'\"*@{}xyz =?#&\\<> \té", max_size=40))
    def test_whatever_passes_is_safe_in_a_policy(self, rest):
        try:
            layer = online_layer(f"A=https://{rest}/{{z}}/{{x}}/{{y}}")
        except OptionError:
            return
        (source,) = img_sources([layer])
        assert source.startswith("https://")
        assert set(source[8:]) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-:")


@given(st.binary(max_size=200))
def test_unpacking_never_fails_otherwise(data):
    with contextlib.suppress(InputError):
        assert len(tile_files.unpacked(data, 1000)) <= 1000
    assert tile_files.unpacked(zlib.compress(data), 1000) == data


@given(st.text(alphabet="<>!-[]?/&;abcscript \n\x00\"'=", max_size=60))
def test_plain_text_holds_no_tags(text):
    plain = tile_files.plain_text(text, 40)
    assert len(plain) <= 40
    assert plain.isprintable()
