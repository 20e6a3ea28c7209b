"""Tile layers in a real browser, on a bare page under the content security policy of the exported one."""

import base64
import hashlib
import io
import itertools
import json
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import Watched

from mapper.tilesets import Tileset, packed, write_beside

pytestmark = pytest.mark.browser

PACKAGE = Path(__file__).parent.parent / "mapper"
LAND = (247, 245, 239)
RED, GREEN, BLUE, GREY = (220, 30, 30), (30, 160, 60), (40, 60, 200), (136, 136, 136)
CENTRE = (49.98, 36.25)
START = """
const data = JSON.parse(document.getElementById("data").textContent);
const map = L.map("map", { fadeAnimation: false, zoomAnimation: false, attributionControl: false, minZoom: 0, maxZoom: 18 });
map.setView(data.centre, data.zoom);
const Land = L.GridLayer.extend({
  createTile: function () {
    const tile = document.createElement("div");
    tile.style.background = "rgb(136, 136, 136)";
    return tile;
  },
});
const land = new Land().addTo(map);
const credits = [];
incidentMap.credit = (text) => credits.push(text);
const backgrounds = [];
map.on("background", (event) => backgrounds.push(event.name));
const layers = data.layers.map((item) => {
  if (item.url) return item;
  const layer = item.data ? incidentMap.tiles.embedded(item.head, item.data) : incidentMap.tiles.beside(item.head);
  return { name: item.head.name, attribution: item.head.attribution, layer };
});
const chooser = incidentMap.tiles.chooser(map, layers, land);
"""


def page_html(layers, *, centre=CENTRE, zoom=6, sources=(), vector=False):
    names = ["vendor/leaflet/leaflet.js", "map_page/basemap.js", "map_page/words.js", "map_page/tiles.js"]
    names += ["vendor/vectortiles/vectortiles.js"] if vector else []
    scripts = [(PACKAGE / name).read_text(encoding="utf-8") for name in names] + [START]
    styles = [
        (PACKAGE / name).read_text(encoding="utf-8")
        for name in ("vendor/leaflet/leaflet.css", "map_page/tiles.css")
    ]
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts
    )
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        f"img-src data: blob: {' '.join(sources)}; base-uri 'none'; form-action 'none'"
    )
    data = json.dumps({"layers": layers, "centre": centre, "zoom": zoom}).replace("<", "\\u003c")
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="referrer" content="no-referrer"><link rel="icon" href="data:,"><title>Tiles</title>'
        "<style>:root { --ink: #1d2429; --quiet: #57646d; --rule: #d9dfe2; --paper: #fff; --accent: #8a5a0b; }"
        "html, body, #map { height: 100%; margin: 0; }</style>"
        + "".join(f"<style>{style}</style>" for style in styles)
        + f'</head><body><div id="map"></div><script type="application/json" id="data">{data}</script>'
        + "".join(f"<script>{script}</script>" for script in scripts)
        + "</body></html>"
    )  # fmt: skip


def png(colour, size=256):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes(colour) * size) * size
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def varint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def message(*parts):
    """A protobuf message from (field number, int or bytes)."""
    out = b""
    for number, value in parts:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


def geometry(kind, points):
    """Commands for a point, line (2) or ring (3) in tile coordinates of 4096."""
    numbers = [1 << 3 | 1]
    last = (0, 0)
    for i, point in enumerate(points):
        if i == 1:
            numbers.append((len(points) - 1) << 3 | 2)
        numbers += [(d << 1) ^ (d >> 31) for d in (point[0] - last[0], point[1] - last[1])]
        last = point
    if kind == 3:
        numbers.append(1 << 3 | 7)
    return b"".join(map(varint, numbers))


def layer(name, *features):
    """A vector layer from (type, points, properties)."""
    keys, values, found = [], [], []
    for kind, points, properties in features:
        tags = []
        for key, value in properties.items():
            keys.append(key.encode())
            values.append(message((1, value.encode()) if isinstance(value, str) else (5, value)))
            tags += [len(keys) - 1, len(values) - 1]
        shape = points if isinstance(points, bytes) else geometry(kind, points)
        found.append(message((2, b"".join(map(varint, tags))), (3, kind), (4, shape)))
    parts = [(1, name.encode()), *((2, f) for f in found), *((3, k) for k in keys), *((4, v) for v in values)]
    return message((3, message(*parts, (5, 4096), (15, 2))))


def box(left, top, right, bottom):
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def tileset(tiles, *, kind="raster", name="My tiles", attribution="© Somebody"):
    zooms = [key[0] for key in tiles]
    mime = "image/png" if kind == "raster" else None
    return Tileset(
        name=name,
        attribution=attribution,
        minzoom=min(zooms),
        maxzoom=max(zooms),
        kind=kind,
        mime=mime,
        tiles=tiles,
    )


def world(maxzoom, colour):
    return {
        (z, x, y): png(colour, 8)
        for z in range(maxzoom + 1)
        for x, y in itertools.product(range(1 << z), repeat=2)
    }


def embedded(found):
    result = packed(found)
    return {"head": result["head"], "data": result["data"]}


def colour_at(watched, x, y):
    from PIL import Image

    image = Image.open(io.BytesIO(watched.page.screenshot())).convert("RGB")
    return image.getpixel((x, y))


def near(colour, other, reach=6):
    return all(abs(a - b) <= reach for a, b in zip(colour, other, strict=True))


def until_colour(watched, x, y, colour, seconds=10):
    for _ in range(int(seconds / 0.1)):
        found = colour_at(watched, x, y)
        if near(found, colour):
            return
        watched.page.wait_for_timeout(100)
    pytest.fail(f"{found} at {x}, {y}, not {colour}; complaints: {watched.complaints}")


def choose(watched, name):
    if not watched.page.evaluate("document.querySelector('.background details').open"):
        watched.page.click(".background summary")
    watched.page.get_by_label(name).click()


def chosen(watched):
    return watched.page.evaluate(
        "document.querySelector('.background input:checked').parentNode.innerText.split('\\n')[0]"
    )


@dataclass
class Server:
    """A loopback tile server that records what it is asked."""

    url: str
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    status: Callable[[str], int] = lambda path: 200


@pytest.fixture
def server() -> Iterator[Server]:
    picture = png(GREEN)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append((self.path, self.headers.get("Referer")))
            status = state.status(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(picture) if status == 200 else 0))
            self.end_headers()
            if status == 200:
                with suppress(OSError):
                    self.wfile.write(picture)

        def log_message(self, *_: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = Server(f"http://127.0.0.1:{http.server_port}")
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield state
    http.shutdown()
    http.server_close()


@pytest.fixture
def open_online(browser: Any, tmp_path: Path) -> Iterator[Callable[[str], Watched]]:
    """Open an HTML text as a file with the network there, recording every request."""
    contexts = []

    def opened(html: str) -> Watched:
        context = browser.new_context(viewport={"width": 800, "height": 600})
        contexts.append(context)
        file = tmp_path / "page.html"
        file.write_text(html, encoding="utf-8")
        watched = Watched(context.new_page())
        watched.page.on("request", lambda request: watched.requests.append(request.url))
        watched.page.on(
            "console", lambda m: watched.complaints.append(m.text) if m.type in {"error", "warning"} else None
        )
        watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        watched.page.goto(file.as_uri())
        watched.requests.clear()
        return watched

    yield opened
    for context in contexts:
        context.close()


def online(server, name="Loop"):
    return {"name": name, "url": server.url + "/{z}/{x}/{y}.png", "attribution": "© Loop", "maxzoom": 19}


class TestEmbedded:
    def test_raster_tiles_are_drawn_from_the_file(self, open_offline):
        found = tileset(world(3, RED))
        watched = open_offline(page_html([embedded(found)], zoom=3), width=800, height=600)
        until_colour(watched, 400, 300, GREY)
        choose(watched, "My tiles")
        until_colour(watched, 400, 300, RED)
        assert watched.page.evaluate("credits") == ["© Somebody"]
        assert "© Somebody" in watched.page.inner_text(".background")
        # Beyond the deepest level the last one is enlarged.
        watched.page.evaluate("map.setZoom(7)")
        until_colour(watched, 400, 300, RED)
        choose(watched, "Plain")
        until_colour(watched, 400, 300, GREY)
        assert watched.page.evaluate("backgrounds") == ["My tiles", "Plain (in this file)"]
        assert [url for url in watched.requests if not url.startswith(("blob:", "data:"))] == []
        assert watched.complaints == []

    def test_blank_where_there_is_no_tile(self, open_offline):
        tiles = {key: tile for key, tile in world(2, RED).items() if key[1] >= 1 << key[0] >> 1}
        watched = open_offline(
            page_html([embedded(tileset(tiles))], centre=(0, 0), zoom=2), width=800, height=600
        )
        choose(watched, "My tiles")
        until_colour(watched, 500, 400, RED)
        assert near(colour_at(watched, 300, 400), GREY)

    def test_the_browser_forgets_tiles_that_are_gone(self, open_offline):
        before = """
        window.alive = new Set();
        const create = URL.createObjectURL, revoke = URL.revokeObjectURL;
        URL.createObjectURL = (blob) => { const url = create(blob); alive.add(url); return url; };
        URL.revokeObjectURL = (url) => { alive.delete(url); revoke(url); };
        """
        html = page_html([embedded(tileset(world(4, RED)))], zoom=4)
        watched = open_offline(html, width=800, height=600, before=before)
        choose(watched, "My tiles")
        until_colour(watched, 400, 300, RED)
        assert watched.page.evaluate("alive.size") > 0
        watched.page.evaluate("map.setView([-20, -60], 3)")
        watched.page.evaluate("map.setView([20, 100], 4)")
        choose(watched, "Plain")
        watched.until("alive.size === 0")

    def test_damaged_images_are_told_of(self, open_offline):
        tiles = {key: tile[:30] for key, tile in world(3, RED).items()}
        watched = open_offline(page_html([embedded(tileset(tiles))], zoom=3), width=800, height=600)
        choose(watched, "My tiles")
        watched.until("document.querySelector('.background-told').textContent.includes('cannot be shown')")
        assert chosen(watched) == "Plain (in this file)"


def openmaptiles():
    ground = layer("landcover", (3, box(0, 0, 2048, 2048), {"class": "wood"}))
    sea = layer("water", (3, box(2048, 0, 4096, 2048), {"class": "ocean"}))
    roads = layer("transportation", (2, [(0, 3072), (4096, 3072)], {"class": "motorway"}))
    houses = layer("building", (3, box(2600, 2500, 3600, 2900), {}))
    places = layer("place", (1, [(1024, 3700)], {"class": "city", "name": "Чугуїв", "name:latin": "Chuhuiv"}))
    return ground + sea + roads + houses + places


def protomaps():
    earth = layer("earth", (3, box(0, 0, 2048, 4096), {"kind": "earth"}))
    ground = layer("landuse", (3, box(0, 0, 2048, 2048), {"kind": "forest"}))
    roads = layer("roads", (2, [(0, 3072), (2048, 3072)], {"kind": "highway"}))
    places = layer(
        "places", (1, [(1024, 3700)], {"kind": "locality", "kind_detail": "city", "name": "Chuhuiv"})
    )
    return earth + ground + roads + places


class TestVector:
    def open(self, open_offline, tile, **options):
        # One tile of zoom 6 fills 512 pixels at the map's zoom 7.
        found = tileset({(6, 32, 32): tile}, kind="vector")
        html = page_html([embedded(found)], centre=(-2.8113711933311403, 2.8125), zoom=7, vector=True)
        watched = open_offline(html, width=800, height=600, **options)
        choose(watched, "My tiles")
        return watched

    @pytest.mark.parametrize(
        ("tile", "sea"),
        [(openmaptiles(), (500, 150)), (protomaps(), (500, 400))],
        ids=["openmaptiles", "protomaps"],
    )
    def test_both_schemas_are_drawn(self, open_offline, tile, sea):
        watched = self.open(open_offline, tile)
        until_colour(watched, 200, 100, (227, 235, 216))  # wood; the tile is at 144..656, 44..556
        assert near(colour_at(watched, *sea), (205, 220, 227))
        assert near(colour_at(watched, 200, 350), LAND)
        red, _, blue = colour_at(watched, 300, 44 + 384)
        assert red - blue > 30  # the motorway, thin at this zoom
        assert near(colour_at(watched, 100, 300), GREY)  # no tile there
        from PIL import Image

        image = Image.open(io.BytesIO(watched.page.screenshot())).convert("L")
        assert image.crop((230, 490, 320, 525)).getextrema()[0] < 100  # the name
        assert watched.complaints == []

    def test_deeper_zooms_show_a_part_of_the_tile(self, open_offline):
        watched = self.open(open_offline, openmaptiles())
        # At zoom 17 buildings show; the middle of the house.
        watched.page.evaluate(
            "map.setView(map.unproject([32 * 512 + 512 * 3100 / 4096, 32 * 512 + 512 * 2700 / 4096], 7), 14)"
        )
        until_colour(watched, 400, 300, (222, 215, 204))
        assert watched.page.evaluate("[...document.querySelectorAll('canvas')].every((c) => c.width === 512)")
        assert watched.complaints == []

    def test_hostile_tiles_end_in_words(self, open_offline):
        # A ring closed half a billion times, an unknown command, and a tile that is cut short.
        closes = geometry(2, [(0, 0), (4096, 4096)]) + varint(((1 << 28) - 1) << 3 | 7) + bytes(5)
        tile = layer("roads", (2, closes, {"kind": "highway"})) + layer("__proto__", (3, b"\x0d\x0d", {}))
        watched = self.open(open_offline, tile + layer("water", (3, b"\xff" * 30, {})))
        watched.until("document.querySelectorAll('canvas, .background-told:not(:empty)').length > 0")
        watched.until("backgrounds.length > 0")
        broken = self.open(open_offline, openmaptiles()[:-300])
        broken.until("document.querySelector('.background-told').textContent.includes('cannot be shown')")
        assert chosen(broken) == "Plain (in this file)"


class TestBeside:
    def test_drawn_from_a_folder_beside_the_file(self, open_online, tmp_path):
        head = write_beside(tileset(world(3, BLUE), name="Beside"), tmp_path / "my tiles")
        watched = open_online(page_html([{"head": head}], zoom=3, sources=["'self'"]))
        choose(watched, "Beside")
        until_colour(watched, 400, 300, BLUE)
        watched.page.evaluate("map.setZoom(5)")
        until_colour(watched, 400, 300, BLUE)
        folder = (tmp_path / "my tiles").as_uri()
        assert watched.requests
        assert all(url.startswith((folder, "data:")) for url in watched.requests)
        assert watched.complaints == []

    def test_the_folder_is_missing(self, open_online, tmp_path):
        head = write_beside(tileset(world(3, BLUE), name="Beside"), tmp_path / "tiles")
        (tmp_path / "tiles").rename(tmp_path / "elsewhere")
        watched = open_online(page_html([{"head": head}], zoom=3, sources=["'self'"]))
        choose(watched, "Beside")
        watched.until("document.querySelector('.background-told').textContent.includes('“tiles”')")
        assert chosen(watched) == "Plain (in this file)"


class TestOnline:
    def test_nothing_is_asked_before_load(self, open_online, server):
        watched = open_online(page_html([online(server)], sources=[server.url]))
        choose(watched, "Loop")
        note = watched.page.inner_text(".background-ask")
        assert server.url.removeprefix("http://") in note
        assert "Nothing has been sent" in note
        watched.page.wait_for_timeout(500)
        assert (watched.requests, server.asked) == ([], [])
        watched.page.get_by_role("button", name="Stay offline").click()
        assert chosen(watched) == "Plain (in this file)"
        assert watched.page.is_hidden(".background-ask")
        watched.page.evaluate("map.setZoom(7)")
        watched.page.wait_for_timeout(300)
        assert (watched.requests, server.asked) == ([], [])

        choose(watched, "Loop")
        watched.page.get_by_role("button", name="Load").click()
        until_colour(watched, 400, 300, GREEN)
        assert server.asked
        assert {referer for _, referer in server.asked} == {None}  # a page from a file has none to send
        assert all(path.startswith("/7/") for path, _ in server.asked)
        assert watched.page.evaluate("credits") == ["© Loop"]
        assert watched.complaints == []

        # Back to plain nothing more is asked; a second time no question is put.
        choose(watched, "Plain")
        server.asked.clear()
        watched.page.evaluate("map.setZoom(5)")
        watched.page.wait_for_timeout(300)
        assert server.asked == []
        choose(watched, "Loop")
        until_colour(watched, 400, 300, GREEN)

    def test_by_the_keyboard(self, open_online, server):
        watched = open_online(page_html([online(server)], sources=[server.url]))
        press = watched.page.keyboard.press
        watched.page.focus(".background summary")
        press("Enter")
        press("Tab")
        press("ArrowDown")
        centre = watched.page.evaluate("map.getCenter().lat")
        assert watched.page.is_visible(".background-ask")
        assert server.asked == []
        press("Tab")
        assert watched.page.evaluate("document.activeElement.textContent") == "Load"
        press("Enter")
        until_colour(watched, 400, 300, GREEN)
        assert watched.page.evaluate("document.activeElement.type") == "radio"
        press("Escape")
        assert not watched.page.evaluate("document.querySelector('.background details').open")
        assert watched.page.evaluate("document.activeElement.tagName") == "SUMMARY"
        assert watched.page.evaluate("map.getCenter().lat") == centre

    def test_a_server_that_refuses(self, open_online, server):
        server.status = lambda path: 403
        watched = open_online(page_html([online(server)], sources=[server.url]))
        choose(watched, "Loop")
        watched.page.get_by_role("button", name="Load").click()
        watched.until("document.querySelector('.background-told').textContent.includes('opened from a file')")
        assert chosen(watched) == "Plain (in this file)"
        assert near(colour_at(watched, 400, 300), GREY)
        asked = len(server.asked)
        watched.page.evaluate("map.setZoom(7)")
        watched.page.wait_for_timeout(300)
        assert len(server.asked) == asked

    def test_a_server_that_lacks_some_tiles(self, open_online, server):
        server.status = lambda path: 200 if int(path.split("/")[2]) % 2 else 404
        watched = open_online(page_html([online(server)], sources=[server.url]))
        choose(watched, "Loop")
        watched.page.get_by_role("button", name="Load").click()
        watched.until("document.querySelector('.background-told').textContent.startsWith('Some parts')")
        assert chosen(watched) == "Loop"

    def test_without_a_network(self, open_online, server):
        watched = open_online(page_html([online(server)], sources=[server.url]))
        watched.page.context.set_offline(True)
        choose(watched, "Loop")
        watched.page.get_by_role("button", name="Load").click()
        watched.until("document.querySelector('.background-told').textContent.includes('no network')")
        assert chosen(watched) == "Plain (in this file)"
        assert server.asked == []

    def test_a_host_outside_the_policy(self, open_online, server):
        watched = open_online(page_html([online(server)]))
        choose(watched, "Loop")
        watched.page.get_by_role("button", name="Load").click()
        watched.until("document.querySelector('.background-told').textContent.includes('gave no map')")
        assert server.asked == []
