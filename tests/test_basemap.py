from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import numpy as np
import pytest
import shapely
from map_samples import KHARKIV_BORDER, extraction, incident

from mapper import world
from mapper.maps import make_map, map_html


@pytest.fixture(scope="module")
def packed() -> dict[str, Any]:
    return json.loads(gzip.decompress(base64.b64decode(world.basemap()["packed"])))


def line(numbers: list[int], scale: int) -> np.ndarray:
    """Return longitudes and latitudes in degrees, shape (n, 2)."""
    return np.cumsum(np.reshape(numbers, (-1, 2)), axis=0) / scale


def on_land(packed: dict[str, Any], lat: float, lon: float) -> bool:
    """Count how often a ray to the east crosses the rings: the even-odd rule."""
    crossings = 0
    for numbers in packed["land"]["rings"]:
        ring = line(numbers, packed["land"]["scale"])
        (x0, y0), (x1, y1) = ring.T, np.roll(ring, -1, axis=0).T
        crosses = (y0 > lat) != (y1 > lat)
        at = x0[crosses] + (lat - y0[crosses]) * (x1[crosses] - x0[crosses]) / (y1[crosses] - y0[crosses])
        crossings += int(np.sum(at > lon))
    return crossings % 2 == 1


@pytest.mark.parametrize(
    ("name", "lat", "lon", "land"),
    [
        ("Kharkiv", 49.98, 36.25, True),
        ("Simferopol", 44.95, 34.1, True),
        ("Canberra", -35.28, 149.13, True),
        ("Suva's hinterland", -17.9, 178.2, True),
        ("South Pole station's surroundings", -84.0, 10.0, True),
        ("Chukotka east of the antimeridian", 66.0, -174.0, True),
        ("Black Sea", 43.3, 34.0, False),
        ("Caspian Sea", 41.5, 51.0, False),
        ("Lake Superior", 47.7, -87.5, False),
        ("Lake Victoria", -1.0, 33.0, False),
        ("Atlantic", 30.0, -40.0, False),
        ("Gulf of Guinea", 0.0, 0.0, False),
    ],
)
def test_land_is_where_land_is(packed, name, lat, lon, land):
    assert on_land(packed, lat, lon) is land


def drawn(
    packed: dict[str, Any], view: str = "international"
) -> dict[tuple[str, str], list[tuple[Any, str]]]:
    """Return for each pair of countries its lines (longitudes and latitudes in degrees) and what each is."""
    found: dict[tuple[str, str], list[tuple[Any, str]]] = {}
    borders = packed["borders"]
    for what, group in zip(world.basemap(view)["borders"], borders["groups"], strict=True):
        if what is not None:
            one, other, kind = what
            found.setdefault((one, other), []).extend((line(part, borders["scale"]), kind) for part in group)
    return found


def crossed(pairs: dict[tuple[str, str], list[tuple[Any, str]]], box: Any) -> set[tuple[str, str, str]]:
    """Return the countries and kinds of the lines that cross a box."""
    return {
        (*pair, kind)
        for pair, lines in pairs.items()
        for part, kind in lines
        if shapely.intersects(shapely.linestrings(part), box)
    }


def test_borders_follow_the_consensus_view(packed):
    pairs = drawn(packed)
    borders = {pair for pair, lines in pairs.items() if {kind for _, kind in lines} != {"elsewhere"}}
    assert borders == world.borders().pairs()
    ukraine = [part for part, _ in pairs["RU", "UA"]]
    # The Sea of Azov is where the land border ends: none crosses the neck of Crimea or follows its coast.
    assert np.concatenate(ukraine)[:, 1].min() > 46.9
    lines = shapely.multilinestrings([shapely.linestrings(part) for part in ukraine])
    # Where the border comes nearest to Kharkiv.
    assert shapely.distance(shapely.points(36.3128, 50.2903), lines) < 0.003


def test_another_view_draws_other_borders_and_marks_where_views_differ(packed):
    here, russia, serbia = drawn(packed), drawn(packed, "russia"), drawn(packed, "serbia")
    perekop = shapely.box(33.5, 46.0, 33.75, 46.25)  # between Crimea and the mainland
    assert crossed(here, perekop) == {("UA", "UA", "elsewhere")}
    assert crossed(drawn(packed, "de_facto"), perekop) == {("RU", "UA", "disputed")}
    merdare = shapely.box(21.2, 42.95, 21.3, 43.05)  # between Kosovo and Serbia
    assert crossed(here, merdare) == {("RS", "XK", "disputed")}
    assert crossed(serbia, merdare) == {("RS", "RS", "elsewhere")}
    prizren = shapely.box(20.55, 42.1, 20.75, 42.3)  # between Kosovo and Albania: a border in every view
    assert crossed(here, prizren) == {("AL", "XK", "agreed")}
    assert crossed(serbia, prizren) == {("AL", "RS", "agreed")}
    assert {kind for _, kind in here["CZ", "DE"]} == {"agreed"}
    assert ("RU", "RU") in russia and ("RU", "RU") not in here


def test_simplified_borders_stay_close_to_the_exact_ones(packed):
    pairs = drawn(packed)
    for pair in [("RU", "UA"), ("CZ", "DE"), ("CA", "US"), ("BF", "NE")]:
        lines = shapely.multilinestrings([shapely.linestrings(part) for part, _ in pairs[pair]])
        exact = np.concatenate(world.borders().lines(pair))[::50, ::-1]
        assert shapely.distance(shapely.points(exact), lines).max() < 0.004


def test_labels_name_countries_and_capitals(packed):
    basemap = world.basemap()
    assert basemap["countries"]["UA"] == "Ukraine"
    codes = [label[0] for label in packed["countries"]]
    assert len(codes) == len(set(codes)) > 230
    assert {"UA", "RU", "PS", "XK", "TW", "SS"} <= set(codes)
    capitals = {name: (lat, lon) for name, lat, lon, _, capital in packed["cities"] if capital}
    assert len(capitals) > 190
    assert capitals["Kyiv"] == pytest.approx((50.45, 30.52), abs=0.05)
    assert sum(population >= 1000 for *_, population, _ in packed["cities"]) > 400
    label = {code: (lat, lon) for code, lat, lon, _ in packed["countries"]}
    for code in ("UA", "RU", "FJ", "US", "NO", "ID"):
        assert on_land(packed, *label[code]), code


@pytest.mark.browser
def test_the_whole_world_is_ready_quickly(open_offline):
    html = map_html(make_map([extraction(incident("One", border=KHARKIV_BORDER))], basemap=world.basemap()))
    assert len(html) < 2_500_000
    watched = open_offline(html)
    watched.until("document.documentElement.dataset.ready === 'true'", seconds=15)
    watched.until("document.querySelectorAll('canvas.leaflet-tile').length > 0")
    watched.page.locator(".incident-marker").click()
    watched.until("document.querySelector('path.border-pair')")
    assert (
        "Russia" in watched.page.locator(".names").text_content() or watched.page.locator(".name").count() > 3
    )
    assert watched.requests == []
    assert watched.complaints == []
