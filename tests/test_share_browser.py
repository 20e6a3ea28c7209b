"""What can be taken from the page: tables, a picture, a print, a link; and the page within another one."""

from __future__ import annotations

import base64
import csv
import io
import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from pathlib import Path
from typing import Any

import pytest

from mapper.cells import safe_cell
from mapper.export import CSV_COLUMNS, to_csv
from mapper.features import KINDS
from mapper.maps import MapOptions, make_map, map_html
from mapper.model import INCIDENT_KINDS, Extraction, Report
from tests.conftest import Watched
from tests.map_samples import (
    ENGELS,
    KHARKIV_BORDER,
    MERGED_STORY,
    border,
    extraction,
    incident,
    place,
    small_basemap,
)

pytestmark = pytest.mark.browser
READY = "document.documentElement.dataset.ready === 'true'"
HOSTILE = (
    "=1+1", "+cmd|' /C calc'!A0", "-1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201", '"quoted", comma', "two\nlines",
    "a\rb", "-1e5", "+.5", "-.5e-3", "-inf", "+nan", "-1_000", "-_1", "-1.", "--1", "- 1", "\t5", "-\u0661", "' =1", " =1",
    "</script><b>", "\u202eright to left", "\U0001f6a8 alarm", "nul\x00", "\ufeff=1", "=\U0001f6a8",
)  # fmt: skip
FIJI = place("Suva", -18.14, 178.44, country="FJ", radius_km=5.0)
TAVEUNI = place("Taveuni", -16.9, -179.97, country="FJ", admin1="Northern", kind="region", radius_km=30.0)
DONBAS = place("Donbas", 48.2, 38.0, kind="area", radius_km=150.0)

VARIED = (
    *MERGED_STORY,
    extraction(
        incident("Strike", border=KHARKIV_BORDER, story_border=border(0.2, ("RU", "UA"), 50.1, 36.2), story_reason="told so"),
        incident("Week", ENGELS, date_precision="week", killed=0, injured=1234567),
        incident("Month", date=date(2024, 5, 1), date_precision="month", missing=5, displaced=12000),
        incident("Year", date=date(2024, 1, 1), date_precision="year", kind="accident", confidence=0.25),
        incident("Days", date_end=date(2024, 6, 2), time="09:30", time_zone="UTC"),
        incident("Undated", DONBAS, date=None, date_precision="unknown", time="21:00"),
        incident("Old", date=date(1, 1, 1)),
        report=Report(id="r1", text="x", title="A night, and more", url="https://example.org/?a=1,2", outlet='The "Wire"'),
    ),
)  # fmt: skip


def opened(
    open_offline: Callable[..., Watched],
    extractions: Sequence[Extraction] = VARIED,
    *,
    embed: bool = False,
    title: str | None = None,
    **options: Any,
) -> Watched:
    html = map_html(
        make_map(extractions, basemap=small_basemap(), title=title, options=MapOptions(embed=embed))
    )
    watched = open_offline(html, **options)
    watched.until(READY)
    return watched


def taken(watched: Watched, blob: str) -> bytes:
    """Return the bytes of a blob that an expression in the page resolves to."""
    text = watched.page.evaluate(
        f"""(async () => {{
          const app = incidentMap.app, store = app.store;
          const bytes = new Uint8Array(await (await {blob}).arrayBuffer());
          let text = "";
          for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
          return btoa(text);
        }})()"""
    )
    return base64.b64decode(text)


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_table_says_what_the_exported_one_says(open_offline: Callable[..., Watched]) -> None:
    watched = opened(open_offline)
    content = taken(watched, "incidentMap.toCSV(store, app.filters.mask)")
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n"), "lines end as RFC 4180 says"
    rows = table(content)
    wanted = table(to_csv(VARIED).encode())
    assert len(rows) == len(wanted) == 8
    names = list(rows[0])
    assert names[-1] == "casualties"
    assert names[:-1] == sorted(names[:-1], key=CSV_COLUMNS.index)
    inexact = {"border_lat", "border_lon", "border_km", "border_low_km", "border_high_km"}
    inexact |= {"story_" + name for name in inexact}
    views = {"": "", "international": "international"}
    for row, other in zip(rows, wanted, strict=True):
        for name in set(names) - {"casualties"}:
            if name in inexact and other[name]:
                assert float(row[name]) == pytest.approx(float(other[name]), abs=0.0051), name
            elif name in {"lat", "lon", "confidence", "radius_km"}:
                assert float(row[name]) == pytest.approx(float(other[name]), abs=1e-5), name
            elif name == "view":
                assert row[name] == views[other[name]]
            else:
                assert row[name] == other[name], (name, row["title"])
    assert rows[0]["casualties"] == "20 killed (reports say 17 to 20), 24 or more injured"
    assert not watched.complaints
    assert not watched.requests


def test_no_cell_runs_as_a_formula(open_offline: Callable[..., Watched]) -> None:
    found = extraction(*(incident(text, replace(ENGELS, name=text)) for text in HOSTILE))
    watched = opened(open_offline, [found])
    rows = table(taken(watched, "incidentMap.toCSV(store, app.filters.mask)"))
    for name in ("title", "place"):
        assert [row[name] for row in rows] == [safe_cell(text) for text in HOSTILE]
    features = json.loads(taken(watched, "incidentMap.toGeoJSON(store, app.filters.mask)"))["features"]
    assert [feature["properties"]["title"] for feature in features] == list(HOSTILE)


def test_only_what_is_shown_is_taken_in_its_order(open_offline: Callable[..., Watched]) -> None:
    watched = opened(open_offline)
    watched.page.evaluate("incidentMap.app.filters.set({ kinds: ['accident'], undated: false })")
    assert [row["title"] for row in table(taken(watched, "incidentMap.toCSV(store, app.filters.mask)"))] == [
        "Year"
    ]
    nothing = "new Uint8Array(store.n)"
    assert table(taken(watched, f"incidentMap.toCSV(store, {nothing})")) == []
    assert json.loads(taken(watched, f"incidentMap.toGeoJSON(store, {nothing})"))["features"] == []
    some = "Uint8Array.from(store.kind, (_, i) => i % 3 === 1)"
    titles = [row["title"] for row in table(taken(watched, f"incidentMap.toCSV(store, {some})"))]
    assert titles == ["Strike", "Year", "Old"]


def test_many_incidents_are_written_without_a_gap(open_offline: Callable[..., Watched]) -> None:
    count = 2300  # more than two chunks
    watched = opened(open_offline, [extraction(*(incident(f"Nº {k}") for k in range(count)))])
    rows = table(taken(watched, "incidentMap.toCSV(store, app.filters.mask)"))
    assert [row["title"] for row in rows] == [f"Nº {k}" for k in range(count)]


def test_geojson_has_points_on_earth_and_numbers_as_numbers(open_offline: Callable[..., Watched]) -> None:
    from shapely.geometry import shape

    across = extraction(
        incident("East", FIJI, border=replace(KHARKIV_BORDER, km=1.5)),
        incident("West", TAVEUNI, killed=2, date=None),
    )
    watched = opened(open_offline, [across])
    assert watched.page.evaluate("Math.max(...incidentMap.app.store.lon)") > 180
    found = json.loads(taken(watched, "incidentMap.toGeoJSON(store, app.filters.mask)"))
    assert found["type"] == "FeatureCollection"
    points = [shape(feature["geometry"]) for feature in found["features"]]
    assert [(p.x, p.y) for p in points] == [(178.44, -18.14), (-179.97, -16.9)]
    east, west = (feature["properties"] for feature in found["features"])
    assert (east["border_km"], east["killed"], west["killed"], west["date"]) == (1.5, None, 2, None)
    assert west["casualties"] == "2 killed"
    assert set(east) <= {*CSV_COLUMNS, "casualties"} - {"lat", "lon"}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Łódź: 3 días/../<b>", "odz-3-dias-b"),
        ("../../etc/passwd\x00", "etc-passwd"),
        ("\u54c8\u5c14\u79d1\u592b", "incidents"),
        ("a" * 5000, "a" * 60),
    ],
)
def test_files_have_safe_names(open_offline: Callable[..., Watched], title: str, name: str) -> None:
    watched = opened(open_offline, title=title)
    made = watched.page.evaluate("incidentMap.app.store.head.made")
    with watched.page.expect_download() as waiting:
        watched.page.locator("#tools summary").click()
        watched.page.get_by_text("Table of what is shown").click()
    assert waiting.value.suggested_filename == f"{name}-{made}.csv"
    assert len(table(Path(waiting.value.path()).read_bytes())) == 8
    watched.until("document.querySelector('.tools-status').textContent.startsWith('Saved')")
    assert not watched.page.evaluate("document.querySelector('.menu').open")


def test_the_tools_work_by_keyboard(open_offline: Callable[..., Watched]) -> None:
    watched = opened(open_offline)
    page = watched.page
    page.locator("#tools summary").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('.menu').open")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Table of what is shown (CSV)"
    page.keyboard.press("Escape")
    assert page.evaluate("[document.querySelector('.menu').open, document.activeElement.tagName]") == [
        False,
        "SUMMARY",
    ]
    page.get_by_role("button", name="About").click()
    assert page.evaluate("document.getElementById('about').open")
    assert page.evaluate("document.getElementById('about').contains(document.activeElement)")


def pixels(content: bytes) -> Any:
    from PIL import Image

    image = Image.open(io.BytesIO(content))
    image.load()
    return image.convert("RGB")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_picture_is_the_map_as_seen(open_offline: Callable[..., Watched], width: int) -> None:
    watched = opened(open_offline, width=width)
    page = watched.page
    view = page.evaluate("incidentMap.app.map.getSize()")
    content = taken(watched, "incidentMap.picture(app)")
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    image = pixels(content)
    assert image.width == 2 * view["x"]
    assert 2 * view["y"] + 60 < image.height < 2 * view["y"] + 500
    counts = {colour: count for count, colour in image.getcolors(1 << 24)}
    for kind in ("shelling_or_missile", "accident"):
        colour = tuple(bytes.fromhex(KINDS[kind][3][1:]))
        assert counts.get(colour, 0) > 150, f"the symbol of {kind}, on the map or in the legend"
    assert counts.get((0xDF, 0xE8, 0xEC), 0) + counts.get((0xF7, 0xF5, 0xEF), 0) > image.width * view["y"] / 4
    before = page.evaluate("document.querySelector('.incident-canvas').width")
    taken(watched, "incidentMap.picture(app)")
    assert page.evaluate("document.querySelector('.incident-canvas').width") == before
    assert not watched.complaints
    assert not watched.requests


def test_the_picture_shows_the_selection_and_the_filters(open_offline: Callable[..., Watched]) -> None:
    far = replace(KHARKIV_BORDER, km=900.0, nearest_point=replace(ENGELS.point, lat=55.0))
    found = extraction(incident("Far", border=far), incident("Other", ENGELS, kind="accident"))
    watched = opened(open_offline, [found])
    page = watched.page
    page.evaluate("incidentMap.app.select(0)")
    watched.until(
        "incidentMap.app.selected() === 0 && document.querySelector('.leaflet-selection-pane path')"
    )
    black = (0x14, 0x18, 0x1C)

    def of(image: Any) -> int:
        return {colour: count for count, colour in image.getcolors(1 << 24)}.get(black, 0)

    with_line = pixels(taken(watched, "incidentMap.picture(app)"))
    page.evaluate("incidentMap.app.deselect()")
    without = pixels(taken(watched, "incidentMap.picture(app)"))
    assert of(with_line) > of(without) + 200
    page.evaluate("incidentMap.app.filters.set({ kinds: ['accident'] })")
    assert pixels(taken(watched, "incidentMap.picture(app)")).height > without.height, (
        "a line names the filter"
    )


def test_tiles_that_the_browser_guards_are_left_out_with_a_note(open_offline: Callable[..., Watched]) -> None:
    watched = opened(open_offline)
    page = watched.page
    plain = pixels(taken(watched, "incidentMap.picture(app)"))
    # An image of another origin cannot be had offline; one that refuses to be read stands for it.
    page.evaluate(
        """(() => {
          const image = new Image();
          Object.defineProperty(image, "src", { value: "https://tiles.example.org/1/2/3.png" });
          image.style.cssText = "position: absolute; width: 200px; height: 200px";
          incidentMap.app.map.getPane("tilePane").append(image);
          window.written = [];
          const write = CanvasRenderingContext2D.prototype.fillText;
          CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
            window.written.push(text);
            return write.call(this, text, ...rest);
          };
          const draw = CanvasRenderingContext2D.prototype.drawImage;
          CanvasRenderingContext2D.prototype.drawImage = function (source, ...rest) {
            if (source === image) throw new DOMException("tainted", "SecurityError");
            return draw.call(this, source, ...rest);
          };
        })()"""
    )
    noted = pixels(taken(watched, "incidentMap.picture(app)"))
    assert noted.width == plain.width
    assert "The background tiles from tiles.example.org are not in this picture" in " ".join(
        page.evaluate("written")
    )


def random_state(rng: random.Random) -> dict[str, Any]:
    def some(names: Sequence[str]) -> list[str] | None:
        return rng.choice([None, [name for name in names if rng.random() < 0.5] or None])

    days = sorted(
        rng.choice([None, date(1 + rng.randrange(2100), 1 + rng.randrange(12), 7).isoformat()]) or ""
        for _ in "ab"
    )
    return {
        "text": rng.choice(["", "fire", "a & b=c#d", "Łódź 100 %", "q, k", "\U0001f6a8 +1", "?%41"]),
        "kinds": some(INCIDENT_KINDS),
        "countries": some(["", "UA", "RU"]),
        "precisions": some(["spot", "settlement", "region", "country"]),
        "confidence": rng.choice([0, 1, 55, 100]),
        "border": rng.choice([None, 0, 12.5, 300]),
        "from": days[0] or None,
        "to": days[1] or None,
        "undated": rng.random() < 0.5,
    }


def test_a_link_brings_back_view_filters_and_selection(open_offline: Callable[..., Watched]) -> None:
    watched = opened(open_offline)
    rng = random.Random(7)
    whats = []
    for _ in range(300):
        view = {
            "zoom": rng.randrange(15),
            "lat": round(rng.uniform(-85, 85), 1),
            "lon": round(rng.uniform(-540, 540), 1),
        }
        state = rng.choice([random_state(rng), None])
        whats.append(
            {"view": rng.choice([view, None]), "incident": rng.choice([0, 12, None]), "filters": state}
        )
    found = watched.page.evaluate(
        """(whats) => whats.map((what) => {
          history.replaceState(null, "", incidentMap.link.text(what) || location.pathname);
          return [location.hash, incidentMap.link.read()];
        })""",
        whats,
    )
    default = {
        "text": "", "kinds": None, "countries": None, "precisions": None, "confidence": 0, "border": None, "from": None, "to": None,
        "undated": True,
    }  # fmt: skip
    for what, (text, read) in zip(whats, found, strict=True):
        state = what["filters"]
        assert read == what | {"filters": None if state == default else state}, text
        assert len(text) < 600


def test_the_address_follows_the_page_and_is_followed(open_offline: Callable[..., Watched]) -> None:
    watched = opened(open_offline)
    page = watched.page
    page.evaluate("incidentMap.app.map.setView([49.9, 36.2], 7, { animate: false })")
    watched.until("location.hash === '#z=7&lat=49.9&lon=36.2'")
    page.evaluate("incidentMap.app.filters.set({ kinds: ['accident', 'clash'], undated: false })")
    watched.until("location.hash.endsWith('&k=clash,accident&u=0')")
    page.evaluate("location.hash = '#z=5&lat=51&lon=46&i=2&q=engels'")
    watched.until("incidentMap.app.selected() === 2")
    watched.until("incidentMap.app.map.getZoom() === 5")
    state = page.evaluate("incidentMap.app.filters.state")
    assert (state["text"], state["kinds"], state["undated"]) == ("engels", None, True)
    writes = page.evaluate(
        """(async () => {
          let writes = 0;
          const replace = history.replaceState;
          history.replaceState = function (...all) { writes++; return replace.apply(this, all); };
          const end = performance.now() + 1000;
          for (let k = 0; performance.now() < end; k++) {
            incidentMap.app.map.setView([40 + (k % 9), 30], 6, { animate: false });
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          incidentMap.app.map.setView([41.5, 31], 6, { animate: false });
          return writes;
        })()"""
    )
    assert writes <= 5
    watched.until("location.hash.startsWith('#z=6&lat=41.5&lon=31&')")
    address = page.evaluate("location.href")
    page.goto("about:blank")
    page.goto(address)
    watched.until(READY)
    watched.until("incidentMap.app.selected() === 2")
    assert page.evaluate("incidentMap.app.filters.state.text") == "engels"
    watched.until("incidentMap.app.map.getZoom() === 6")


def test_no_address_hurts(open_offline: Callable[..., Watched]) -> None:
    watched = opened(open_offline)
    page = watched.page
    hostile = [
        "#", "#%", "#%E0%A4%A", "#z=1e309&lat=NaN&lon=Infinity", "#z=-1&lat=91&lon=999999", "#i=-1", "#i=1e3", "#i=99999999999999999999",
        "#i=8", "#q=" + "x" * 100000, "#k=" + "a," * 3000, "#k=__proto__,constructor", "#conf=101&km=-5&from=2024-99-99&to=x&u=2",
        "#__proto__=1&constructor=2", "#k=<img src=x onerror=alert(1)>", "#q=(((((a+)+)+)+$", "#" + "&" * 5000, "#z=3&z=4&lat=1&lon=1",
        "#from=0000-00-00", "#from=9999-12-31&to=0001-01-01", "#z=24&lat=90&lon=540", "#\u202e=\u0000",
    ]  # fmt: skip
    for text in hostile:
        page.evaluate("(text) => { location.hash = text; }", text)
        page.evaluate("new Promise((resolve) => setTimeout(resolve, 20))")
    assert page.evaluate("incidentMap.app.selected()") == -1
    assert page.evaluate("incidentMap.app.map.getZoom()") <= 14
    page.evaluate("location.hash = '#q=fire'")
    watched.until("incidentMap.app.filters.state.text === 'fire'")
    assert not watched.complaints


PARENT = """<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">
<script>
  var heard = [];
  addEventListener("message", (event) => heard.push([event.source === document.querySelector("#map").contentWindow, event.data]));
</script>
<iframe id="map" style="width: 600px; height: 400px; border: 0" srcdoc="{srcdoc}"></iframe>
<iframe id="other" srcdoc="<p>other</p>"></iframe>"""


def test_within_another_page_only_the_map_stands_and_messages_go_both_ways(
    open_offline: Callable[..., Watched],
) -> None:
    html = map_html(make_map(VARIED, basemap=small_basemap(), options=MapOptions(embed=True)))
    watched = open_offline(PARENT.replace("{srcdoc}", escape(html, quote=True)))
    page = watched.page
    watched.until("heard.length > 0")
    assert page.evaluate("heard[0]") == [True, {"source": "incident-mapper", "type": "ready", "incidents": 8}]
    frame = page.frames[1]
    if "incidentMap" not in frame.content():
        frame = page.frames[2]
    assert frame.evaluate("getComputedStyle(document.getElementById('panel')).display") == "none"
    assert frame.evaluate("getComputedStyle(document.getElementById('page-header')).display") == "none"
    assert frame.evaluate("document.querySelector('.credits').offsetHeight") > 0
    assert not frame.evaluate("document.querySelector('#legend details').open")
    for _ in range(100):
        if frame.evaluate(READY):
            break
        page.wait_for_timeout(30)
    size = "(() => { const s = incidentMap.app.map.getSize(); return [s.x, s.y]; })()"
    assert frame.evaluate(size) == [600, 400]
    page.evaluate("document.getElementById('map').style.height = '300px'")
    for _ in range(100):
        if frame.evaluate(size) == [600, 300]:
            break
        page.wait_for_timeout(30)
    assert frame.evaluate(size) == [600, 300]

    page.evaluate("heard.length = 0")
    say = "document.getElementById('map').contentWindow.postMessage({}, '*')"
    page.evaluate(say.format(json.dumps({"source": "incident-mapper", "type": "select", "incident": 3})))
    watched.until("heard.length > 0")
    title = "Month"
    assert page.evaluate("heard[0]") == [
        True,
        {"source": "incident-mapper", "type": "select", "incident": 3, "title": title},
    ]
    ignored: list[Any] = [
        None, 5, "select", [], {"source": "incident-mapper"}, {"source": "other", "type": "select", "incident": 1},
        *({"source": "incident-mapper", "type": "select", "incident": k} for k in (-1, 8, 1.5, "1", "__proto__", [1], {}, True)),
        {"source": "incident-mapper", "type": "select"},
    ]  # fmt: skip
    for message in ignored:
        page.evaluate(say.format(json.dumps(message)))
    other = next(f for f in page.frames if f != frame and f != page.main_frame)
    other.evaluate(
        "parent.frames[0].postMessage({ source: 'incident-mapper', type: 'select', incident: 1 }, '*')"
    )
    page.wait_for_timeout(300)
    assert frame.evaluate("incidentMap.app.selected()") == 3
    page.evaluate(say.format(json.dumps({"source": "incident-mapper", "type": "select", "incident": None})))
    watched.until("heard.some(([, said]) => said.type === 'select' && said.incident === null)")
    assert frame.evaluate("incidentMap.app.selected()") == -1
    assert not [text for text in watched.complaints if "fonts" not in text]


def test_outside_of_another_page_nothing_is_hidden_or_said(open_offline: Callable[..., Watched]) -> None:
    watched = opened(
        open_offline, before="window.said = []; addEventListener('message', (e) => said.push(e.data));"
    )
    assert watched.page.evaluate("document.getElementById('panel').offsetHeight") > 0
    watched.page.evaluate(
        "window.postMessage({ source: 'incident-mapper', type: 'select', incident: 1 }, '*')"
    )
    watched.page.wait_for_timeout(200)
    assert watched.page.evaluate("[said.length, incidentMap.app.selected()]") == [1, -1]


def sheet_text(content: bytes) -> tuple[list[str], Any]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    texts = [re.sub(r"\s+", " ", sheet.extract_text()) for sheet in reader.pages]
    return texts, reader.pages[0].mediabox


@pytest.mark.parametrize("landscape", [False, True])
@pytest.mark.parametrize("size", ["A4", "Letter"])
def test_the_print_has_every_incident(
    open_offline: Callable[..., Watched], size: str, landscape: bool
) -> None:
    count = 60
    found = extraction(
        *(incident(f"Incident {k} of many", border=KHARKIV_BORDER, killed=k) for k in range(count))
    )
    watched = opened(open_offline, [found], title="A year of strikes")
    page = watched.page
    before = page.evaluate("[incidentMap.app.map.getZoom(), JSON.stringify(incidentMap.app.map.getCenter())]")
    page.evaluate("incidentMap.printed.prepare(incidentMap.app)")
    page.wait_for_timeout(900)
    texts, box = sheet_text(page.pdf(format=size, landscape=landscape))
    assert (box.width > box.height) is landscape
    whole = " ".join(texts)
    for k in range(count):
        assert whole.count(f"Incident {k} of many") == 1
    assert texts[0].startswith("A year of strikes 60 incidents")
    assert all("Nearest border" in text for text in texts[:-1]), "the head of the table is repeated"
    assert "Border view" in texts[-1]
    for gone in ("Copy link", "Save", "Search", "only what the map shows", "All dates"):
        assert gone not in whole
    assert (
        page.evaluate("[incidentMap.app.map.getZoom(), JSON.stringify(incidentMap.app.map.getCenter())]")
        == before
    )
    assert page.evaluate("document.documentElement.className") == ""
    assert not watched.complaints


def test_the_print_says_what_is_filtered_and_selected(open_offline: Callable[..., Watched]) -> None:
    watched = opened(open_offline)
    page = watched.page
    page.evaluate(
        "incidentMap.app.filters.set({ kinds: ['accident', 'shelling_or_missile'], undated: false })"
    )
    page.evaluate("incidentMap.app.select(0)")
    watched.until("incidentMap.app.selected() === 0")
    page.evaluate("incidentMap.printed.prepare(incidentMap.app)")
    texts, _ = sheet_text(page.pdf())
    whole = " ".join(texts)
    assert "Only shown:" in whole
    assert "Selected: Strike (apartment block): Kharkiv" in whole
    assert "Russian forces" in whole
