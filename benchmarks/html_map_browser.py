"""Opens a page in a browser of its own for ``html_map.py`` and takes its time: until it answers, and while it is moved."""

from __future__ import annotations

import mimetypes
import shutil
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",  # the same for all, whatever card there is; without it the pages' layers go through SwiftShader too
    "--use-angle=swiftshader",  # deck.gl needs WebGL
    "--enable-unsafe-swiftshader",
    "--enable-precise-memory-info",
    # Nothing but this machine can be asked, whatever a page tries.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
VIEWPORT = {"width": 1280, "height": 800}
CALM_MS = 50  # a page answers once two frames in a row have come within this time
PAUSE_MS = 400  # between two movements
START_ZOOM = 3
# Six zooms (a number: the level) and ten pans (pixels right and down).
MOVES: tuple[int | tuple[int, int], ...] = (
    4, (-250, 60), (200, -120),
    5, (-220, 150), (240, 90),
    6, (-260, -80), (180, 160),
    7, (-240, 40), (250, -100),
    5, (-200, -140),
    3, (220, 120),
)  # fmt: skip

# Runs before the page's own scripts. It looks once a frame whether the incidents are drawn, then waits for calm.
WATCH = """(() => {
  const watch = window.__watch = {drawn: null, ready: null, frames: null, long: [], supported: false};
  const n = %(n)d;
  let calm = 0, last = 0;
  try {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) watch.long.push([entry.startTime, entry.duration]);
    }).observe({type: "longtask", buffered: true});
    watch.supported = PerformanceObserver.supportedEntryTypes.includes("longtask");
  } catch (error) {}
  watch.map = () => { try { return %(map)s; } catch (error) { return undefined; } };
  const drawn = () => {
    const map = watch.map();
    try { return Boolean(map && (%(drawn)s)); } catch (error) { return false; }
  };
  const frame = () => {
    const now = performance.now();
    const gap = now - last;
    last = now;
    if (watch.drawn === null) {
      if (drawn()) watch.drawn = performance.now();
    } else if (watch.ready === null) {
      calm = gap < %(calm)d ? calm + 1 : 0;
      if (calm === 2) watch.ready = now;
    }
    if (watch.frames) watch.frames.push(gap);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  watch.settled = (pause) => new Promise((done) => setTimeout(() => {
    let before = performance.now(), good = 0;
    const look = () => {
      const now = performance.now();
      good = now - before < %(calm)d ? good + 1 : 0;
      before = now;
      if (good === 2) done(); else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, pause));
  // deck.gl counts zoom levels from a world of 512 pixels, Leaflet from one of 256.
  watch.go = (lat, lon, zoom) => {
    const map = watch.map();
    if (map.setView) map.setView([lat, lon], zoom, {animate: false});
    else map.setProps({initialViewState: {latitude: lat, longitude: lon, zoom: zoom - 1}});
  };
  watch.zoom = (zoom) => {
    const map = watch.map();
    if (map.setZoom) { map.setZoom(zoom); return; }
    const {latitude, longitude} = map.getViewports()[0];
    map.setProps({initialViewState: {latitude, longitude, zoom: zoom - 1, transitionDuration: 250}});
  };
  watch.box = () => {
    const map = watch.map();
    const box = (map.getContainer ? map.getContainer() : document.body).getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
})();"""


def measured(
    page_file: Path,
    contender: Any,
    n: int,
    spot: tuple[float, float] | None,
    files: dict[str, Path],
    limit_s: float,
) -> Iterator[dict[str, Any]]:
    """Open a page and yield what is found: times to answer first, then (if ``spot`` is given) redraws and memory.

    Times are milliseconds: ``drawn_ms`` and ``interactive_ms`` from the start of the navigation by the page's own clock,
    ``polled_ms`` by ours. ``worst_frame_ms`` is the longest gap between two frames while the map is moved,
    ``worst_task_ms`` the longest task. ``heap_bytes`` counts the page's heap, its buffers and its elements after a collection.
    """
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    server = _Server(files)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        context = browser.new_context(viewport=VIEWPORT)
        page = context.new_page()
        page.set_default_timeout(limit_s * 1000)
        crashed: list[str] = []
        outside: list[str] = []
        page.on("crash", lambda _: crashed.append("the page crashed"))
        page.on("request", lambda request: outside.append(request.url) if _is_outside(request.url) else None)
        context.add_init_script(
            WATCH % {"n": n, "map": contender.map, "drawn": contender.drawn, "calm": CALM_MS}
        )
        # The page itself is untouched but for where it loads from.
        served = page_file.with_suffix(".served.html")
        text = page_file.read_text(encoding="utf-8")
        if contender.name != "mapper":
            text = text.replace("https://", f"{server.address}/")
        served.write_text(text, encoding="utf-8", newline="\n")
        del text
        start = time.perf_counter()
        page.goto(served.as_uri(), wait_until="commit")
        while (ready := page.evaluate("window.__watch && window.__watch.ready")) is None:
            if crashed:
                raise RuntimeError(crashed[0])
            if time.perf_counter() - start > limit_s:
                raise TimeoutError(f"no answer within {limit_s:g} s")
            time.sleep(0.01)
        polled_ms = 1000 * (time.perf_counter() - start)
        loading = page.evaluate(
            "[window.__watch.drawn, Math.max(0, ...window.__watch.long.map((task) => task[1]))]"
        )
        yield {
            "interactive_ms": ready,
            "drawn_ms": loading[0],
            "polled_ms": polled_ms,
            "loading_task_ms": loading[1],
            "loaded_bytes": server.sent,
            "browser": browser.version,
        }
        if spot is not None:
            yield _moved(page, spot)
            devtools = context.new_cdp_session(page)
            devtools.send("HeapProfiler.collectGarbage")
            usage = devtools.send("Runtime.getHeapUsage")
            parts = ("usedSize", "backingStorageSize", "embedderHeapUsedSize")
            yield {
                "heap_bytes": sum(usage.get(part, 0) for part in parts),
                "js_heap_bytes": usage["usedSize"],
            }
        yield {"answered_empty": sorted(server.unknown), "outside": outside}
        browser.close()


def _moved(page: Any, spot: tuple[float, float]) -> dict[str, Any]:
    page.evaluate("([lat, lon, zoom]) => window.__watch.go(lat, lon, zoom)", [*spot, START_ZOOM])
    page.evaluate("(pause) => window.__watch.settled(pause)", PAUSE_MS)
    x, y = page.evaluate("window.__watch.box()")
    page.evaluate("window.__watch.frames = [], window.__watch.long = [], 0")
    for move in MOVES:
        if isinstance(move, int):
            page.evaluate("(zoom) => window.__watch.zoom(zoom)", move)
        else:
            page.mouse.move(x - move[0] / 2, y - move[1] / 2)
            page.mouse.down()
            page.mouse.move(x + move[0] / 2, y + move[1] / 2, steps=12)
            page.mouse.up()
        page.evaluate("(pause) => window.__watch.settled(pause)", PAUSE_MS)
    frames = page.evaluate("window.__watch.frames")
    tasks = page.evaluate("window.__watch.supported ? window.__watch.long.map((task) => task[1]) : null")
    return {
        "worst_frame_ms": max(frames),
        "frames_over_50_ms": sum(gap > CALM_MS for gap in frames),
        "worst_task_ms": None if tasks is None else max(tasks, default=0),
    }


def _is_outside(address: str) -> bool:
    return not address.startswith(("file:", "data:", "blob:", "about:", "http://127.0.0.1:"))


def _tile() -> bytes:
    """Return a grey map tile of 256 by 256 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 256, 256, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\xdd" * 256 for _ in range(256)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class _Server:
    """Serves what pages load, on loopback; what it does not know it answers empty."""

    def __init__(self, files: dict[str, Path]) -> None:
        self.sent = 0
        self.unknown: set[str] = set()
        owner = self
        tile = _tile()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1  # head and content in one go

            def do_GET(self) -> None:
                path = self.path.lstrip("/").split("?")[0]
                kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
                content = tile if path.startswith("tile.openstreetmap.org/") else _found(files, path)
                if content is None:
                    owner.unknown.add(path)
                    content = b""
                owner.sent += len(content)
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{server.server_port}"


def _found(files: dict[str, Path], path: str) -> bytes | None:
    for address, place in files.items():
        if path.startswith(address):
            file = place / path.removeprefix(address) if place.is_dir() else place
            if file.is_file() and ".." not in path:
                return file.read_bytes()
    return None
