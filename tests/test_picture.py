import base64
import gzip
import io
import json
import re
import struct
import subprocess
import sys
import threading
import time
import warnings
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from map_samples import (
    ENGELS,
    KHARKIV,
    KHARKIV_BORDER,
    MERGED_STORY,
    extraction,
    incident,
    place,
    small_basemap,
)
from PIL import Image

from mapper import picture_ground, picture_symbols, picture_text
from mapper.errors import OptionError
from mapper.features import KINDS
from mapper.model import INCIDENT_KINDS, Report
from mapper.picture import picture

ROOT = Path(__file__).parent.parent
SUVA = place("Suva", -18.14, 178.44, country="FJ")
TAVEUNI = place("Taveuni", -16.85, -179.97, country="FJ")


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def draw(*incidents, **options):
    options = {"basemap": small_basemap()} | options
    return picture([extraction(*incidents)], **options)


def pixels(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


def amount(image, colour):
    """Return how many pixels are close to a colour."""
    rgb = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    return int((np.abs(image - rgb).max(axis=2) < 4).sum())


def chunks(content):
    found, at = [], 8
    while at < len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        found.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def frame(lat, lon, **room):
    room = {"left": 0.0, "top": 70.0, "width": 1200.0, "height": 600.0, "padding": 64.0} | room
    return picture_ground.frame_around(np.array(lat, float), np.array(lon, float), **room)


def test_a_png_has_the_size_asked_for_and_the_colours_of_the_page():
    content = draw(
        incident("Strike"),
        incident("Raid", ENGELS, kind="armed_attack"),
        incident("At sea", place("Sea", 38, 30)),
    )
    image = pixels(content)
    assert image.shape == (1000, 1600, 3)
    for colour in ("#f7f5ef", "#dfe8ec", KINDS["shelling_or_missile"][3], KINDS["armed_attack"][3]):
        assert amount(image, colour) > 300, colour


@pytest.mark.parametrize("size", [(300, 300), (801, 503), (2400, 1500), (300, 2000), (2000, 300)])
def test_any_size_is_met_exactly(size):
    content = draw(incident("Strike"), width_px=size[0], height_px=size[1])
    assert Image.open(io.BytesIO(content)).size == size
    root = ET.fromstring(draw(incident("Strike"), width_px=size[0], height_px=size[1], format="svg"))
    assert (root.get("width"), root.get("height")) == (str(size[0]), str(size[1]))


def test_a_png_tells_its_title_and_source_and_nothing_else():
    content = draw(incident("Strike"), title="Nights of May", made=date(2024, 6, 1))
    texts = [body for name, body in chunks(content) if name in {b"tEXt", b"iTXt", b"zTXt"}]
    assert sorted(text.split(b"\0")[0] for text in texts) == [b"Source", b"Title"]
    assert any(b"Nights of May" in text for text in texts)
    source = next(text for text in texts if text.startswith(b"Source")).decode("utf-8", "replace")
    for credit in ("OpenStreetMap", "GeoNames", "international consensus view", "made 2024-06-01"):
        assert credit in source
    assert {name for name, _ in chunks(content)} <= {b"IHDR", b"IDAT", b"IEND", b"pHYs", b"tEXt", b"iTXt"}


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_input_gives_the_same_bytes(kind):
    code = (
        "import sys, hashlib; sys.path.insert(0, 'tests')\n"
        "from map_samples import MERGED_STORY, small_basemap\n"
        "from mapper.picture import picture\n"
        f"content = picture(MERGED_STORY, basemap=small_basemap(), format={kind!r})\n"
        "print(hashlib.sha256(content).hexdigest())"
    )
    run = [sys.executable, "-c", code]
    found = {subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout for _ in "12"}
    assert len(found) == 1
    assert picture(MERGED_STORY, basemap=small_basemap(), format=kind) == picture(
        MERGED_STORY, basemap=small_basemap(), format=kind
    )


def test_threads_do_not_disturb_each_other():
    cases = [
        {"format": kind, "title": title} for kind in ("png", "svg") for title in ("One", "Two $x$", "Three Ω")
    ]
    alone = [draw(incident("Strike"), **case) for case in cases]
    found = [b""] * len(cases)

    def work(number):
        found[number] = draw(incident("Strike"), **cases[number])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(cases))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == alone


def test_no_global_state_of_matplotlib_is_touched():
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "import matplotlib; before = [(k, matplotlib.rcParams[k]) for k in matplotlib.rcParams if k != 'backend']\n"
        "from map_samples import MERGED_STORY, small_basemap\n"
        "from mapper.picture import picture\n"
        "for kind in ('png', 'svg'): picture(MERGED_STORY, basemap=small_basemap(), format=kind)\n"
        "assert [(k, matplotlib.rcParams[k]) for k in matplotlib.rcParams if k != 'backend'] == before\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_the_package_and_the_page_do_not_load_matplotlib():
    code = (
        "import sys, mapper, mapper.maps, mapper.cli, mapper.pipeline\n"
        "assert 'matplotlib' not in sys.modules\n"
        "import mapper.picture\n"
        "assert 'matplotlib' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_an_svg_holds_curves_alone():
    hostile = (
        '<script>alert(1)</script> --> ]]> "id="p1" $\\frac{1}{2}$ &amp; \x00\ud800 http://evil.example/x'
    )
    content = draw(incident(hostile, place(hostile, 50, 36)), title=hostile, format="svg").decode()
    root = ET.fromstring(content)
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not names & {"script", "text", "image", "a", "foreignObject", "iframe", "animate"}
    assert "<!DOCTYPE" not in content
    shown = {key.rpartition("}")[2] for element in root.iter() for key in element.attrib}
    assert not any(key.startswith("on") for key in shown)
    references = [v for e in root.iter() for k, v in e.attrib.items() if k.endswith("href")]
    assert all(value.startswith("#") for value in references)
    used = set(re.findall(r"url\(#([^)]*)\)", content)) | {value[1:] for value in references}
    assert used <= set(re.findall(r'\bid="([^"]*)"', content))
    assert "date" not in {element.tag.rpartition("}")[2] for element in root.iter()}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  A\tnight\n of  strikes\x00 ", "A night of strikes"),
        ("$\\frac{1}{2}$", "$\\frac{1}{2}$"),
        ("Київ – Kyïv", "Київ – Kyïv"),
        ("e\u0301", "é"),
        ("哈尔科夫 Kharkiv", "… Kharkiv"),
        ("مرحبا بالعالم Kharkiv", "… Kharkiv"),
        ("\u202eabc\u200b", "abc"),
        ("\ud800 a", "… a"),
        ("哈尔科夫", "nothing"),
        ("", "nothing"),
    ],
)
def test_text_is_cleaned(text, shown):
    assert picture_text.clean(text, default="nothing") == shown


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=60), st.floats(30, 400))
def test_any_text_can_be_written_and_fits(text, room):
    cleaned = picture_text.clean(text)
    lines = picture_text.wrap(cleaned, 12, room, 2)
    assert len(lines) <= 2
    for line in lines:
        assert picture_text.width(line, 12) <= room + 1e-6
        path = picture_text.outline(line, 12)
        if len(path):
            assert np.isfinite(path.vertices).all()


def test_hostile_reports_are_drawn():
    where = place("x$y^{" + "\u202e" + "名" * 50 + "a" * 300, 50, 36, admin1=None)
    report = Report(id="r", text="x", title="名" * 3000)
    content = picture(
        [extraction(incident("t", where, kind="no such kind"), report=report)], basemap=small_basemap()
    )
    assert Image.open(io.BytesIO(content)).size == (1600, 1000)


def test_without_incidents_the_world_is_shown():
    for extractions in ([], [extraction()]):
        image = pixels(picture(extractions, basemap=small_basemap()))
        assert amount(image, "#dfe8ec") > 100_000 and amount(image, "#f7f5ef") > 1000


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"format": "jpg"}, "'jpg'"),
        ({"width_px": 20}, "width of 20"),
        ({"height_px": 10**6}, "height of 1000000"),
        ({"width_px": 800.5}, "width of 800.5"),
        ({"basemap": {}}, "lacks packed"),
        ({"basemap": small_basemap() | {"packed": "?"}}, "cannot be read"),
        (
            {"basemap": small_basemap() | {"packed": base64.b64encode(gzip.compress(b"[]")).decode()}},
            "cannot",
        ),
    ],
)
def test_what_is_wrong_is_named(options, message):
    with pytest.raises(OptionError, match=re.escape(message)):
        draw(incident("Strike"), **options)


def test_ten_thousand_incidents_become_bubbles_in_time():
    random = np.random.default_rng(1)
    many = [
        incident(str(k), place(f"P{k}", lat, lon, country=None), kind=INCIDENT_KINDS[k % 11])
        for k, (lat, lon) in enumerate(
            zip(random.uniform(-60, 75, 10_000), random.uniform(-180, 180, 10_000), strict=True)
        )
    ]
    start = time.perf_counter()
    draw(*many)
    assert time.perf_counter() - start < 15


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 300), st.floats(0, 200), st.integers(0, 200)), min_size=1, max_size=90)
)
def test_no_symbol_covers_another_and_none_is_lost(spots):
    points = np.array([(x, y) for x, y, _ in spots])
    scales = [picture_symbols.symbol_scale(n) for _, _, n in spots]
    groups = picture_symbols.arrange(points, scales)
    assert sorted(i for group in groups for i in group.members) == list(range(len(spots)))
    circles = []
    for group in groups:
        assert group.bubble == (not len(group.spots))
        if group.bubble:
            circles.append((*group.centre, group.reach))
        for i, (x, y) in zip(group.members, group.spots, strict=False):
            circles.append((x, y, 12 * scales[i]))
    for k, (x, y, reach) in enumerate(circles):
        for other_x, other_y, other in circles[:k]:
            assert np.hypot(x - other_x, y - other_y) > reach + other


def test_a_symbol_grows_with_the_casualties():
    sizes = [picture_symbols.symbol_scale(n) for n in (0, 1, 10, 100, 100_000)]
    assert (
        sizes == sorted(sizes) and sizes[0] == 1 and sizes[3] == pytest.approx(1.6) and sizes[4] == sizes[3]
    )


def test_the_shapes_are_those_of_the_page():
    script = "\n".join(path.read_text() for path in sorted((ROOT / "mapper" / "map_page").glob("*.js")))
    for shape, path in picture_symbols.SHAPES.items():
        assert f'"{path}"' in script, shape
        vertices = picture_symbols.shape_path(shape).vertices
        assert np.abs(vertices).max() <= 12.51
    assert {shape for _, _, shape, _ in KINDS.values()} == set(picture_symbols.SHAPES)


def test_both_sides_of_the_antimeridian_stand_together():
    shown = frame([SUVA.point.lat, TAVEUNI.point.lat], [SUVA.point.lon, TAVEUNI.point.lon])
    places = shown.pixels(np.array([-18.14, -16.85]), np.array([178.44, -179.97]))
    assert all(shown.holds(x, y, 50) for x, y in places)
    assert places[0, 0] < places[1, 0]
    packed = {
        "land": {"scale": 1, "rings": [[170, -30, 10, 0, 0, 30, -10, 0], [-180, -30, 10, 0, 0, 30, -10, 0]]}
    }
    land, coast = picture_ground.land_paths(packed, shown)
    spans = [np.ptp(ring[:, 0]) for ring in land.to_polygons(closed_only=False)]
    assert len(spans) == 2 and sum(spans) > 1200
    # No coast along the cut.
    cut = shown.pixels(-17, 180)[0]
    starts = np.asarray(coast.vertices)[:-1], np.asarray(coast.vertices)[1:]
    drawn = np.asarray(coast.codes)[1:] == 2
    along = (np.abs(starts[0][:, 0] - cut) < 1e-6) & (np.abs(starts[1][:, 0] - cut) < 1e-6) & drawn
    assert not along.any()


def test_a_lake_is_no_land():
    shown = frame([41, 59], [21, 59])
    ground = picture_ground.read_ground(small_basemap())
    land, _ = picture_ground.land_paths(ground, shown)

    def wound(lat, lon):
        """Return how often the land winds around a spot: what is filled by the rule of matplotlib and SVG."""
        x, y = shown.pixels(lat, lon)
        turns = 0
        for ring in land.to_polygons():
            angles = np.unwrap(np.arctan2(ring[:, 1] - y, ring[:, 0] - x))
            turns += round((angles[-1] - angles[0]) / (2 * np.pi))
        return turns

    assert wound(45, 40) != 0 and wound(52.5, 29) == 0 and wound(62, 40) == 0


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=12),
    st.sampled_from([(1200.0, 600.0), (300.0, 200.0), (300.0, 1800.0), (1200.0, 60.0)]),
)
def test_the_frame_holds_every_place(spots, room):
    lat, lon = np.array(spots).T
    shown = frame(lat, lon, width=room[0], height=room[1])
    assert 0 < shown.width <= room[0] and 0 < shown.height <= room[1] and shown.width / shown.size <= 1 + 1e-9
    assert all(shown.holds(x, y, -1e-3) for x, y in shown.pixels(lat, lon))


def test_one_place_is_shown_with_its_surroundings():
    shown = frame([50], [36])
    assert 100 <= shown.height * shown.km_per_pixel(50) <= 250


def test_the_scale_is_right_for_the_latitude():
    shown = frame([60, 60], [10, 12])
    left, right = shown.pixels(np.array([60.0, 60.0]), np.array([10.0, 12.0]))[:, 0]
    from mapper.geodesy import distance_km
    from mapper.model import Point

    true = distance_km(Point(lat=60, lon=10.9), Point(lat=60, lon=11.1)) * 10
    assert (right - left) * shown.km_per_pixel(60) == pytest.approx(true, rel=1e-4)


def test_the_way_to_the_border_is_drawn_for_few_incidents():
    line = "#14181c"
    few = draw(incident("Strike", border=KHARKIV_BORDER))
    none = draw(incident("Strike"))
    many = draw(*(incident(str(k), border=KHARKIV_BORDER) for k in range(9)))
    assert amount(pixels(few), line) > amount(pixels(none), line) + 300
    assert amount(pixels(many), line) < amount(pixels(few), line)


@pytest.mark.parametrize(
    ("dates", "shown"),
    [
        ([(date(2024, 5, 22), "day"), (date(2024, 5, 31), "day")], "22–31 May 2024"),
        ([(date(2024, 5, 31), "day")], "31 May 2024"),
        ([(date(2024, 5, 31), "day"), (date(2024, 6, 2), "day")], "31 May – 2 June 2024"),
        ([(date(2023, 12, 31), "day"), (date(2024, 1, 2), "day")], "31 December 2023 – 2 January 2024"),
        ([(date(2024, 5, 1), "month")], "May 2024"),
        ([(date(2024, 1, 1), "year"), (date(2024, 5, 31), "day")], "31 May 2024"),
        ([(date(2022, 1, 1), "year"), (date(2024, 5, 31), "day")], "2022 – 2024"),
        ([(date(2024, 2, 1), "month"), (date(2024, 5, 31), "day")], "February – May 2024"),
        ([(None, "unknown")], ""),
    ],
)
def test_the_span_of_dates(dates, shown):
    from mapper.picture import days_text

    assert days_text([incident("a", date=day, date_precision=how) for day, how in dates]) == shown


def test_kinds_differ_in_the_picture():
    def only(kind):
        return picture([extraction(incident("a", KHARKIV, kind=kind))], basemap=small_basemap())

    assert len({only(kind) for kind in INCIDENT_KINDS}) == len(INCIDENT_KINDS)


def test_a_vague_place_is_hollow():
    colour = KINDS["shelling_or_missile"][3]
    region = place("Oblast", 49.98081, 36.25272, kind="region", radius_km=0.0)
    spot = place("Town", 49.98081, 36.25272, radius_km=0.0)
    hollow, full = (pixels(draw(incident("a", where)))[130:850] for where in (region, spot))
    assert amount(hollow, colour) < 0.6 * amount(full, colour)


def test_the_world_itself_can_be_drawn():
    from mapper import world

    content = picture(MERGED_STORY, basemap=world.basemap(), format="svg")
    assert len(content) < 3_000_000
    assert json.loads(json.dumps(content[:5].decode())) == "<?xml"
