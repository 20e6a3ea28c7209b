from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from map_samples import KHARKIV_BORDER, extraction, incident

from mapper import ground as grounds
from mapper import world
from mapper.errors import DataError, OptionError
from mapper.ground import CELL_DEG, MOST_BASE64, MOST_CELLS, MOST_CELLS_WITH_PLACES, cells_around, ground
from mapper.maps import make_map, map_html
from mapper.model import Point

KHARKIV = [(50.0, 36.2), (50.29, 36.31)]
PAGE = Path(world.__file__).parent
places = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def unpacked(text: str) -> dict[str, Any]:
    return json.loads(gzip.decompress(base64.b64decode(text)))


@pytest.fixture(scope="module")
def coarse() -> dict[str, Any]:
    return unpacked(world.basemap()["packed"])


@pytest.fixture(scope="module")
def packed() -> dict[str, Any]:
    """Give the fine part."""
    return unpacked(world.basemap()["fine"])


def near(*points: tuple[float, float]) -> dict[str, Any]:
    return unpacked(ground(world.basemap(), points)["near"])


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
def test_land_is_where_land_is(packed, coarse, name, lat, lon, land):
    assert on_land(packed, lat, lon) is land
    assert on_land(coarse, lat, lon) is land
    assert on_land(near((lat, lon)), lat, lon) is land


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


def off_km(exact: np.ndarray, lines: list[np.ndarray]) -> float:
    """Return how far the farthest vertex (longitude, latitude) lies from the nearest line, to a percent or so."""
    middle = np.cos(np.radians(exact[:, 1].mean()))
    flat = shapely.multilinestrings([shapely.linestrings(part * (middle, 1)) for part in lines])
    return float(shapely.distance(shapely.points(exact * (middle, 1)), flat).max() * 111.2)


def test_simplified_borders_stay_close_to_the_exact_ones(packed, coarse):
    for part, most_km in [(packed, 0.25), (coarse, 2.0)]:
        pairs = drawn(part)
        for pair in [("RU", "UA"), ("CZ", "DE"), ("BF", "NE"), ("IL", "LB")]:
            exact = np.concatenate(world.borders().lines(pair))[::50, ::-1]
            assert off_km(exact, [line for line, _ in pairs[pair]]) < most_km


def test_borders_near_the_places_are_fine():
    part = near(*KHARKIV)
    exact = np.concatenate(world.borders().lines(("RU", "UA")))[::10, ::-1]
    held = [
        np.all((exact >= (west, south)) & (exact < (west + 2, south + 2)), axis=1)
        for south, west in part["cells"]
    ]
    exact = exact[np.any(held, axis=0)]
    assert len(exact) > 300
    assert off_km(exact, [line for line, _ in drawn(part)["RU", "UA"]]) < 0.2


def test_both_parts_have_the_same_groups_of_borders(packed, coarse):
    described = len(world.basemap()["borders"])
    assert len(packed["borders"]["groups"]) == len(coarse["borders"]["groups"]) == described
    for fine_group, coarse_group in zip(
        packed["borders"]["groups"], coarse["borders"]["groups"], strict=True
    ):
        if coarse_group:
            fine_lines = shapely.multilinestrings(
                [shapely.linestrings(line(part, packed["borders"]["scale"])) for part in fine_group]
            )
            start = line(coarse_group[0], coarse["borders"]["scale"])[0]
            assert shapely.distance(shapely.points(start), fine_lines) < 0.02


def test_lines_between_regions_lie_inside_a_country(packed):
    scale = packed["admin1"]["scale"]
    lines = [line(numbers, scale) for numbers in packed["admin1"]["lines"]]
    assert len(lines) > 5000
    regions = world.regions()
    for part in lines[::40]:
        lon, lat = shapely.get_coordinates(
            shapely.line_interpolate_point(shapely.linestrings(part), 0.5, normalized=True)
        )[0]
        assert regions.locate(Point(lat=float(lat), lon=float(lon))).country is not None
    everything = shapely.multilinestrings([shapely.linestrings(part) for part in lines])
    kharkiv_poltava = shapely.box(34.9, 49.4, 35.6, 50.1)
    assert shapely.intersects(everything, kharkiv_poltava)
    for name, box in {
        "Perekop, where some views have a border": shapely.box(33.5, 46.0, 33.75, 46.25),
        "between Kosovo and Serbia": shapely.box(21.2, 42.95, 21.3, 43.05),
        "the border near Kharkiv": shapely.box(36.2, 50.25, 36.5, 50.4),
        "the Atlantic": shapely.box(-40, 20, -30, 40),
    }.items():
        assert not shapely.intersects(everything, box), name


def test_a_map_of_a_few_places_is_small_and_one_in_high_detail_has_everything():
    content = world.basemap()
    assert len(content["packed"]) < 350_000
    several = {
        "Kharkiv": KHARKIV,
        "fjords": [(58 + 0.7 * k, 5 + k) for k in range(14)],
        "Aegean": [(36 + a, 21 + b) for a in range(5) for b in range(6)],
        "Chile": [(-54 + 1.5 * k, -72) for k in range(20)],
    }
    for points in several.values():
        standard = ground(content, points)
        assert standard["cells"]
        assert len(standard["near"]) <= MOST_BASE64
        assert len(standard["packed"]) + len(standard["near"]) <= 470_000
        assert standard["countries"] == content["countries"]
        assert "fine" not in standard
    high = ground(content, KHARKIV, detail="high")
    assert (high["packed"], high["near"], high["cells"]) == (content["fine"], None, [])


def test_too_large_a_piece_loses_the_cells_with_fewest_places(monkeypatch):
    fjords = [(61.2, 5.3)] * 5 + [(62.2, 6.3), (69.0, 17.0)]
    whole = ground(world.basemap(), fjords)
    monkeypatch.setattr(grounds, "MOST_BASE64", len(whole["near"]) * 4 // 5)
    cut = ground(world.basemap(), fjords)
    assert 0 < len(cut["cells"]) < len(whole["cells"])
    assert cut["cells"] == whole["cells"][: len(cut["cells"])]
    assert cut["cells"][0] == [60, 4]
    assert len(cut["near"]) <= len(whole["near"]) * 4 // 5


def test_places_all_over_the_world_get_no_pieces():
    random = np.random.default_rng(7)
    points = np.column_stack([random.uniform(-60, 70, 100_000), random.uniform(-180, 180, 100_000)])
    for spread in (points, [], [(np.nan, np.nan)]):
        chosen = ground(world.basemap(), spread)
        assert (chosen["near"], chosen["cells"]) == (None, [])


@given(st.lists(places, min_size=1, max_size=MOST_CELLS))
def test_cells_hold_the_places(points):
    corners = {
        (row * CELL_DEG - 90, column * CELL_DEG - 180)
        for row, column in map(divmod_columns, cells_around(points))
    }
    assert len(corners) <= MOST_CELLS
    for lat, lon in points:
        assert any(
            south - 1e-9 <= lat <= south + CELL_DEG
            and any(west - 1e-9 <= at <= west + CELL_DEG for at in (lon, lon - 360))
            for south, west in corners
        )
    assert all(-90 <= south < 90 and -180 <= west < 180 for south, west in corners)


def divmod_columns(cell: int) -> tuple[int, int]:
    return divmod(int(cell), 360 // CELL_DEG)


@given(st.lists(places, max_size=4 * MOST_CELLS_WITH_PLACES), st.randoms())
def test_cells_do_not_depend_on_the_order_of_places(points, random):
    shuffled = list(points)
    random.shuffle(shuffled)
    assert cells_around(points).tolist() == cells_around(shuffled).tolist()


@pytest.mark.parametrize(
    "point", [(-17.0, 180.0), (-17.0, -180.0), (-17.0, 179.99), (90.0, 0.0), (-90.0, 180.0), (71.2, 180.0)]
)
def test_pieces_at_the_antimeridian_and_the_poles(point):
    chosen = ground(world.basemap(), [point])
    assert chosen["cells"] == json.loads(json.dumps(chosen["cells"]))
    part = unpacked(chosen["near"])
    assert part["cells"] == chosen["cells"]
    if abs(point[0]) < 89:
        columns = {west for _, west in part["cells"]}
        assert len(columns) == 5 and {178, -180} <= columns
    for numbers in part["land"]["rings"]:
        assert np.abs(line(numbers, part["land"]["scale"])).max() <= 180


def rings_around(part: dict[str, Any], points: np.ndarray) -> np.ndarray:
    """Return how many rings lie around each point (longitude, latitude); land has an odd number of them."""
    scale = part["land"]["scale"]
    tree = shapely.STRtree([shapely.polygons(line(ring, scale)) for ring in part["land"]["rings"]])
    return np.bincount(tree.query(shapely.points(points), predicate="within")[0], minlength=len(points))


def test_pieces_show_the_land_that_the_fine_part_shows(packed):
    part = near((61.2, 5.3))
    points = np.random.default_rng(3).uniform((2, 58), (8, 64), (3000, 2))
    fine, cut = (rings_around(which, points) % 2 for which in (packed, part))
    assert 0.3 < fine.mean() < 0.7
    assert np.mean(fine != cut) < 0.001  # rounding on the coast itself


def test_the_same_places_give_the_same_bytes():
    first = ground(world.basemap(), KHARKIV)
    grounds._fine.cache_clear()
    grounds._unpacked.cache_clear()
    assert ground(world.basemap(), KHARKIV[::-1]) == first


def test_wrong_detail_and_old_or_damaged_data_are_named():
    with pytest.raises(OptionError, match="'low': the choices are standard and high"):
        ground(world.basemap(), KHARKIV, detail="low")
    with pytest.raises(DataError, match="no fine part"):
        ground({"packed": ""}, KHARKIV)
    with pytest.raises(DataError, match="damaged"):
        ground({"packed": world.basemap()["packed"], "fine": "H4sIdamaged"}, KHARKIV)


def test_labels_name_countries_and_capitals(packed, coarse):
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
        assert on_land(coarse, *label[code]), code


def bare_page(points: list[tuple[float, float]], script: str) -> str:
    """Return a page with nothing but Leaflet, ``basemap.js`` and the ground, on which a script runs."""
    content = world.basemap()
    chosen = ground(content, points)
    return f"""<!doctype html><meta charset="utf-8">
<style>{(PAGE / "vendor/leaflet/leaflet.css").read_text()} html, body, #map {{ height: 100%; margin: 0 }}</style>
<div id="map"></div>
<script>{(PAGE / "vendor/leaflet/leaflet.js").read_text()}</script>
<script>{(PAGE / "map_page/basemap.js").read_text()}</script>
<script>
incidentMap.inflate({json.dumps(chosen["packed"])}, {json.dumps(content["borders"])}, {json.dumps(chosen["near"])}).then(
  function (basemap) {{ {script}; window.ready = true; }});
// Paints the ground with its middle at a place; counts the pixels of each colour.
function painted(basemap, lat, lon, zoom, view, colours) {{
  const size = 256 * 2 ** zoom;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 400;
  const context = canvas.getContext("2d");
  const sine = Math.sin(lat * Math.PI / 180);
  const y = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  const where = {{ size, left: (lon / 360 + 0.5) * size - 200, top: y * size - 200, width: 400, height: 400 }};
  incidentMap.paintGround(context, basemap, colours, Object.assign(where, view));
  const data = new Uint32Array(context.getImageData(0, 0, 400, 400).data.buffer);
  const counts = {{}};
  for (const pixel of data) counts[pixel.toString(16)] = (counts[pixel.toString(16)] || 0) + 1;
  return counts;
}}
const RED = {{ land: "#ff0000", coast: "#ff0000", border: "#ff0000", admin1: "#ff0000" }};
const LAND = {{ land: "#ff0000", coast: "#00ff00", border: "#0000ff", admin1: "#ff00ff" }};
</script>"""


@pytest.mark.browser
@pytest.mark.parametrize("zoom", [6, 7.3, 9, 11])
def test_cells_meet_without_a_seam(open_offline, zoom):
    # 50° N, 36° E is a corner where four cells meet; with one piece around, 32° E is the edge to the coarse world.
    script = f"""window.inside = painted(basemap, 50.013, 36.007, {zoom}, {{}}, RED);
        window.edge = painted(basemap, 54.0, 32.003, Math.max({zoom}, 6), {{}}, RED)"""
    watched = open_offline(bare_page(KHARKIV, script))
    watched.until("window.ready")
    lakes = 40 if zoom > 6 else 8000
    for name in ("inside", "edge"):
        counts = watched.page.evaluate(name)
        assert counts["ff0000ff"] >= 160_000 - lakes, counts
    assert watched.complaints == []


@pytest.mark.browser
def test_edges_of_cells_are_no_coast_and_switches_work(open_offline):
    script = """window.all = painted(basemap, 50.013, 36.007, 9, {}, LAND);
        window.bare = painted(basemap, 50.013, 36.007, 7, { background: false }, LAND);
        const dotted = (view) => painted(basemap, 49.0, 37.0, 7, Object.assign({ background: false }, view), LAND);
        window.here = dotted({});
        window.nowhere = dotted({ elsewhere: false });
        const map = L.map("map", { zoomAnimation: false, fadeAnimation: false }).setView([50, 36.2], 7);
        window.layer = new incidentMap.LandLayer(basemap, LAND).addTo(map);
        window.lines = basemap.borders.filter((b) => b.pair === "RU-UA").flatMap((b) => b.degrees())"""
    watched = open_offline(bare_page(KHARKIV, script))
    watched.until("window.ready")
    evaluate = watched.page.evaluate
    assert not {"ff00ff00"} & evaluate("all").keys()  # no coast within 40 km of Kharkiv
    bare = evaluate("bare")
    assert bare["0"] > 140_000 and "ff0000ff" not in bare and "ffff0000" in bare
    assert evaluate("nowhere")["0"] > evaluate("here")["0"]
    watched.until("document.querySelectorAll('canvas.leaflet-tile').length > 0")
    assert evaluate("layer.setElsewhere(false).setBackground(false) === layer")
    # What is marked when an incident is chosen follows the fine line in the cells, and goes on beyond them.
    lines = [np.array(part)[:, ::-1] for part in evaluate("lines")]
    exact = np.concatenate(world.borders().lines(("RU", "UA")))[::20, ::-1]
    assert off_km(exact, lines) < 2.0
    here = np.all((exact > (34.1, 48.1)) & (exact < (37.9, 51.9)), axis=1)
    assert off_km(exact[here], lines) < 0.2
    assert watched.complaints == []


@pytest.mark.browser
def test_a_map_with_its_ground_is_ready_quickly(open_offline):
    basemap = ground(world.basemap(), KHARKIV)
    html = map_html(make_map([extraction(incident("One", border=KHARKIV_BORDER))], basemap=basemap))
    watched = open_offline(html)
    watched.until("document.documentElement.dataset.ready === 'true'", seconds=15)
    watched.until("document.querySelectorAll('canvas.leaflet-tile').length > 0")
    assert watched.requests == []
    assert watched.complaints == []
