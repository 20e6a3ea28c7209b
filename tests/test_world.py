"""The data folder: found, checked against its manifest, opened late; and where borders and regions work together."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from mapper import world
from mapper.errors import DataError
from mapper.model import Point

PARTS = (world.gazetteer, world.division, world.borders, world.regions, world.basemap)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty data folder, and no part of the world open."""
    monkeypatch.setenv("MAPPER_DATA", str(tmp_path))
    for part in PARTS:
        part.cache_clear()
    yield tmp_path
    for part in PARTS:
        part.cache_clear()


def listed(folder, name, content, **changes):
    import hashlib

    (folder / name).write_bytes(content)
    entry = {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} | changes
    (folder / "manifest.json").write_text(json.dumps([entry]))


def test_the_bundled_data_are_whole():
    files = {entry["file"] for entry in world.verify()}
    assert {"gazetteer.bin", "borders.npz", "regions.npz", "basemap.json.gz"} <= files
    for entry in world.manifest():
        assert entry["licence"], entry
        assert entry["sources"], entry
        assert entry["date"], entry


def test_folder_that_is_none(monkeypatch, tmp_path):
    monkeypatch.setenv("MAPPER_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=r"MAPPER_DATA names .*nowhere"):
        world.data_folder()


def test_missing_manifest(folder):
    with pytest.raises(DataError, match=r"manifest.json cannot be read.*make data"):
        world.borders()


@pytest.mark.parametrize("text", ["", "[1]", "{}x", '[{"file": "a"}]', "null"])
def test_broken_manifest(folder, text):
    (folder / "manifest.json").write_text(text)
    with pytest.raises(DataError, match="cannot be read"):
        world.data_file("a")


def test_file_that_is_not_listed(folder):
    listed(folder, "other.npz", b"x")
    with pytest.raises(DataError, match=r"does not list borders.npz"):
        world.borders()


def test_file_that_is_missing(folder):
    listed(folder, "borders.npz", b"x")
    (folder / "borders.npz").unlink()
    with pytest.raises(DataError, match=r"borders.npz is missing"):
        world.borders()


def test_file_of_another_size(folder):
    listed(folder, "borders.npz", b"x", bytes=5)
    with pytest.raises(DataError, match="has 1 bytes instead of the 5"):
        world.borders()


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04 not a zip", b"\x93NUMPY\x01\x00"])
def test_damaged_arrays(folder, content):
    listed(folder, "borders.npz", content or b"\0")
    with pytest.raises(DataError, match="damaged"):
        world.borders()


def test_every_damaged_byte_range_is_told(folder):
    good = {"lat": np.zeros((4, 900), np.uint8), "lengths": np.arange(900, dtype=np.int32)}
    np.savez_compressed(folder / "good.npz", **good)
    whole = (folder / "good.npz").read_bytes()
    for cut in range(0, len(whole), 37):
        listed(folder, "regions.npz", whole[:cut] + bytes(40) + whole[cut + 40 :])
        with pytest.raises(DataError):
            world.regions()


def test_damaged_basemap(folder):
    listed(folder, "basemap.json.gz", b"\x1f\x8b\x08\x00damaged")
    with pytest.raises(DataError, match="damaged"):
        world.basemap()


def test_verify_tells_every_fault(folder):
    listed(folder, "a.bin", b"abc", sha256="0" * 64)
    entries = world.manifest()
    (folder / "manifest.json").write_text(
        json.dumps([*entries, {"file": "b.bin", "bytes": 1, "sha256": "1"}])
    )
    with pytest.raises(DataError) as caught:
        world.verify()
    assert "a.bin has the SHA-256" in str(caught.value)
    assert "b.bin is missing" in str(caught.value)


def test_importing_opens_nothing():
    code = "import sys, mapper.world; print({'numpy', 'shapely', 'pyproj', 'sqlite3', 'pandas'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("lat", "lon", "country"),
    [(41.9029, 12.4534, "VA"), (51.44, 4.93, "BE"), (31.783, 35.24, "PS"), (49.0, 8.25, "DE"), (25.2868, 56.3173, "OM"),
     (50.29078, 36.94108, "UA"), (22.3, 114.17, "HK"), (44.95, 34.1, "UA"), (46.15, 33.65, "UA"), (43.7384, 7.4246, "MC"),
     (47.66, 9.18, "DE"), (30, -40, None)],
)  # fmt: skip
def test_locate(lat, lon, country):
    assert world.locate(Point(lat=lat, lon=lon)).country == country


def test_locate_agrees_with_the_gazetteer():
    places = [place for place, _ in world.gazetteer().largest(1500)]
    wrong = [place.name for place in places if world.locate(place.point).country != place.country]
    assert not wrong


def test_the_short_ways_to_a_country_and_region_lead_where_the_long_ones_do(monkeypatch):
    rng = np.random.default_rng(9)
    cities = [place.point for place, _ in world.gazetteer().largest(3000)]
    spots = [cities[row] for row in rng.choice(len(cities), 250, replace=False)]
    for south, north, west, east, count in (
        (-90, 90, -180, 180, 200),
        (29, 38, 32, 80, 150),
        (44, 52, 28, 42, 100),
    ):
        lats, lons = rng.uniform(south, north, count), rng.uniform(west, east, count)
        spots += [Point(lat=float(lat), lon=float(lon)) for lat, lon in zip(lats, lons, strict=True)]
    short = [world.locate(spot) for spot in spots]
    monkeypatch.setattr("mapper.regions.Regions._containing", lambda self, point: [])
    monkeypatch.setattr("mapper.borders.Borders.country_by_borders", lambda self, point: None)
    long = [world.locate(spot) for spot in spots]
    assert [pair for pair in zip(spots, short, long, strict=True) if pair[1] != pair[2]] == []
    assert len({found.country for found in short}) > 60
