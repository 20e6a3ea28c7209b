"""Bands of distance along a border: what is tinted is what lies within the distance."""

from __future__ import annotations

import json

import numpy as np
import pytest
from map_samples import ENGELS, KHARKIV, KHARKIV_BORDER, border, extraction, incident, place, small_basemap

from mapper import world
from mapper.ground import ground
from mapper.maps import make_map, map_html
from mapper.model import Point

pytestmark = pytest.mark.browser

READY = "document.documentElement.dataset.ready === 'true'"
KIRKENES = place("Kirkenes", 69.727, 30.045, country="NO", admin1="Finnmark", radius_km=2.0)
STORY = extraction(
    incident("Missile hits a block", border=KHARKIV_BORDER, story_border=KHARKIV_BORDER),
    incident("Superstore hit", kind="airstrike_or_drone", border=KHARKIV_BORDER),
    incident("Drone strikes the base", ENGELS, border=border(151.2, ("KZ", "RU"), 50.6, 47.6)),
    incident("A bus burns", KIRKENES, kind="accident"),
)
QUICK_MS = 60.0

# How many bands cover each of some places, read from the tiles, with the alpha of one band.
COVERED = """([places, alpha]) => {
    const map = map_incidents, tiles = [...map.getPane("bands").querySelectorAll("canvas.leaflet-tile")];
    const read = tiles.map((tile) => {
        const data = tile.getContext("2d").getImageData(0, 0, tile.width, tile.height).data;
        return {box: tile.getBoundingClientRect(), width: tile.width, data};
    });
    const frame = map.getContainer().getBoundingClientRect();
    return places.map(([lat, lon]) => {
        const at = map.latLngToContainerPoint([lat, lon]);
        const x = frame.left + at.x, y = frame.top + at.y;
        const tile = read.find(({box}) => x >= box.left && x < box.right && y >= box.top && y < box.bottom);
        if (!tile || x < frame.left || x >= frame.right || y < frame.top || y >= frame.bottom) return null;
        const scale = tile.width / tile.box.width;
        const column = Math.floor((x - tile.box.left) * scale), row = Math.floor((y - tile.box.top) * scale);
        const opaque = tile.data[4 * (row * tile.width + column) + 3] / 255;
        return Math.round(Math.log(1 - opaque) / Math.log(1 - alpha));
    });
}"""


@pytest.fixture(scope="module")
def whole_page() -> str:
    points = [[item.place.point.lat, item.place.point.lon] for item in STORY.incidents]
    return map_html(make_map([STORY], basemap=ground(world.basemap(), points)))


def shown(watched, pair: str, distances: list[float]) -> float:
    """Show bands and return how opaque one of them is."""
    watched.until(READY)
    watched.page.evaluate("([pair, distances]) => incidentMap.bands.show(pair, distances)", [pair, distances])
    assert watched.complaints == []
    return watched.page.evaluate("incidentMap.bands.layers()[0].options.opaque")


@pytest.mark.parametrize(
    ("pair", "middle", "zooms", "distances"),
    [
        ("RU-UA", (49.9, 36.6), (5, 6, 8), [10.0, 30.0, 100.0]),
        ("RU-UA", (49.9, 36.6), (5,), [1.0, 20.0, 50.0, 150.0, 300.0]),
        ("FI-NO", (69.2, 26.5), (5, 7), [10.0, 30.0, 100.0]),
        ("FI-NO", (69.2, 26.5), (5,), [300.0]),
    ],
)
def test_what_is_tinted_lies_within_the_distance(open_offline, whole_page, pair, middle, zooms, distances):
    watched = open_offline(whole_page)
    alpha = shown(watched, pair, distances)
    random = np.random.default_rng(7)
    for zoom in zooms:
        watched.page.evaluate(
            "([at, zoom]) => map_incidents.setView(at, zoom, {animate: false})", [middle, zoom]
        )
        height = 340 * 360 / (256 * 2**zoom) * np.cos(np.radians(middle[0]))
        width = 400 * 360 / (256 * 2**zoom)
        lat = middle[0] + random.uniform(-height, height, 300)
        lon = middle[1] + random.uniform(-width, width, 300)
        km = world.borders().nearest_many(lat, lon, pair=tuple(pair.split("-"))).km
        counted = watched.page.evaluate(COVERED, [np.column_stack([lat, lon]).tolist(), alpha])
        pixel_km = 40075 * np.cos(np.radians(lat)) / (256 * 2**zoom)
        drawn_off_km = 1.2
        seen = compared = 0
        for at in range(300):
            if counted[at] is None:
                continue
            seen += 1
            slack = [max(0.01 * d, 2 * pixel_km[at]) + drawn_off_km for d in distances]
            if any(abs(km[at] - d) < s for d, s in zip(distances, slack, strict=True)):
                continue
            compared += 1
            expected = sum(km[at] < d for d in distances)
            assert counted[at] == expected, (pair, zoom, lat[at], lon[at], km[at])
        assert seen > 280
        assert compared > 180


def test_redrawing_is_quick(open_offline, whole_page):
    watched = open_offline(whole_page)
    for pair, at in [("RU-UA", (49.9, 36.6)), ("KZ-RU", (51.0, 62.0)), ("CA-US", (49.0, -100.0))]:
        shown(watched, pair, [10.0, 30.0, 50.0])
        for zoom in (3, 6, 9):
            took = watched.page.evaluate(
                """([at, zoom]) => {
                    map_incidents.setView(at, zoom, {animate: false});
                    const [tiles] = incidentMap.bands.layers(), times = [];
                    for (let i = 0; i < 7; i++) {
                        tiles._size = 0;  // nothing is left from before
                        const start = performance.now();
                        tiles.redraw();
                        times.push(performance.now() - start);
                    }
                    return Math.min(...times);
                }""",
                [at, zoom],
            )
            print(pair, zoom, round(took, 1), "ms")
            assert took < 2 * QUICK_MS  # twice: other work may slow the machine
    assert watched.complaints == []


def test_incidents_within_are_counted(open_offline, whole_page):
    watched = open_offline(whole_page)
    shown(watched, "RU-UA", [20.0, 50.0])
    status = watched.page.locator(".bands-status")
    assert (
        "About 2 of 4 shown incidents lie within 50 km of the border Russia–Ukraine." in status.text_content()
    )
    assert "0 within 20 km" in status.text_content()
    km = watched.page.evaluate("[...incidentMap.bands.distances()].map((km) => isFinite(km) ? km : -1)")
    near = world.borders().nearest(KHARKIV.point, pair=("RU", "UA")).km
    assert km[0] == pytest.approx(near, rel=0.01, abs=0.3)
    assert km[2] == -1
    shown(watched, "NO-RU", [1000.0])
    km = watched.page.evaluate("incidentMap.bands.distances()[3]")
    near = world.borders().nearest(KIRKENES.point, pair=("NO", "RU")).km
    assert km == pytest.approx(near, rel=0.01, abs=1.2)
    # Far away too, where a flat Earth would be off.
    shown(watched, "KZ-RU", [1000.0])
    km = watched.page.evaluate("incidentMap.bands.distances()[0]")
    near = world.borders().nearest(KHARKIV.point, pair=("KZ", "RU")).km
    assert km == pytest.approx(near, rel=0.005)


def test_the_form_shows_hides_and_explains(open_offline, whole_page):
    watched = open_offline(whole_page)
    watched.until(READY)
    page = watched.page
    page.locator("details.bands summary").click()
    form = page.locator(".bands-form")
    chosen = "document.querySelector('.bands-form select').value === 'RU-UA'"
    watched.until(chosen)  # what the incidents are measured to
    groups = page.evaluate(
        "[...document.querySelectorAll('.bands-form optgroup')].map((g) => [...g.children].map((o) => o.value))"
    )
    assert len(groups) == 2
    assert groups[0][0] in {"RU-UA", "NO-RU"}
    assert "CA-US" in groups[1]
    assert not set(groups[0]) & set(groups[1])
    for typed, fault in [
        ("", "one to five"),
        ("ten", "“ten” is no distance"),
        ("0", "too small"),
        ("10, 1001", "too large"),
        ("1 2 3 4 5 6", "6 distances are too many"),
    ]:
        form.get_by_label("Distances in km").fill(typed)
        form.get_by_role("button", name="Show").click()
        assert fault in form.get_by_role("alert").text_content()
        assert page.evaluate("incidentMap.bands.state()") is None
    field = form.get_by_label("Distances in km")
    field.fill("50 km; 10, 50")
    field.press("Enter")
    assert field.input_value() == "10, 50"
    assert page.locator(".bands-fault").text_content() == ""
    watched.until("document.querySelector('.bands-status').textContent.includes('shown incidents')")
    labels = page.evaluate("[...document.querySelectorAll('.band-label')].map((l) => l.textContent)")
    assert set(labels) <= {"10 km", "50 km"}
    assert page.locator(".band-labels").get_attribute("aria-hidden") == "true"
    assert page.locator("#legend .bands-key li").count() == 2
    form.get_by_role("button", name="Hide").click()
    assert page.locator(".band-label").count() == 0
    assert page.locator("#legend .bands-key").count() == 0
    assert page.evaluate("map_incidents.getPane('bands').querySelectorAll('canvas').length") == 0
    assert watched.complaints == []


def test_labels_do_not_overlap(open_offline, whole_page):
    watched = open_offline(whole_page)
    shown(watched, "RU-UA", [10.0, 30.0, 50.0])
    for zoom in (5, 6, 7):
        watched.page.evaluate("(zoom) => map_incidents.setView([50, 36.5], zoom, {animate: false})", zoom)
        boxes = watched.page.evaluate(
            "[...document.querySelectorAll('.band-label')].map((l) => { const b = l.getBoundingClientRect();"
            " return [b.left, b.top, b.right, b.bottom]; })"
        )
        assert 1 <= len(boxes) <= 9
        for i, one in enumerate(boxes):
            for other in boxes[i + 1 :]:
                apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
                assert apart, json.dumps(boxes)


def test_bands_run_across_the_antimeridian(open_offline):
    # A border along 179.9° E, from 50 to 60° N: what lies within 30 km of it is on both sides.
    import base64
    import gzip

    content = small_basemap()
    packed = json.loads(gzip.decompress(base64.b64decode(content["packed"])))
    packed["borders"]["groups"] = [[[1799, 500, 0, 100]]]
    content["packed"] = base64.b64encode(gzip.compress(json.dumps(packed).encode(), mtime=0)).decode()
    watched = open_offline(map_html(make_map([STORY], basemap=content)))
    alpha = shown(watched, "RU-UA", [100.0])
    offsets = np.array([-120, -95, -50, 0, 50, 95, 120])
    for centre in (179.9, -180.1):
        watched.page.evaluate("(lon) => map_incidents.setView([55, lon], 7, {animate: false})", centre)
        lons = centre + offsets / (111.32 * np.cos(np.radians(55)))
        counted = watched.page.evaluate(COVERED, [[[55.0, lon] for lon in lons.tolist()], alpha])
        assert counted == [0, 1, 1, 1, 1, 1, 0]


def test_points_know_their_distance_from_a_geodesic():
    # What the test above takes for granted of the sample.
    assert world.borders().nearest(Point(lat=49.98, lon=36.25), pair=("RU", "UA")).km == pytest.approx(
        34.8, abs=0.5
    )
