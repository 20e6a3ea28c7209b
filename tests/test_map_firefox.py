"""The exported map in Firefox, from a file and without a network."""

from __future__ import annotations

import base64
import html
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from firefox import Firefox
from map_samples import MERGED_STORY, extraction, incident, place, small_basemap

from mapper import pipeline, world
from mapper.maps import make_map, map_html
from mapper.model import Extraction
from mapper.reports import read_reports

pytestmark = pytest.mark.browser

READY = "document.documentElement.dataset.ready === 'true'"
SEED = Path(__file__).parent.parent / "seeds" / "kharkiv-2024-05-31.md"


@pytest.fixture(scope="module")
def seed_map() -> tuple[Extraction, str]:
    (report,) = read_reports(SEED)
    found = pipeline.extract(report)
    return found, map_html(pipeline.make_map([found]))


@pytest.fixture
def opened(firefox: Firefox, tmp_path: Path) -> Callable[[str], Firefox]:
    """Give a function that opens a map and waits until it is ready."""

    def open_map(text: str, after: str = "") -> Firefox:
        file = tmp_path / "map.html"
        file.write_text(text, encoding="utf-8", newline="\n")
        firefox.open(file.as_uri() + after)
        firefox.until(READY)
        return firefox

    return open_map


def arrived(firefox: Firefox, suffix: str) -> bytes:
    """Wait for a download to be complete."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for file in firefox.downloads.glob(f"*{suffix}"):
            if file.stat().st_size and not file.with_name(file.name + ".part").exists():
                content = file.read_bytes()
                file.unlink()
                return content
        time.sleep(0.05)
    raise AssertionError(f"no {suffix} in {list(firefox.downloads.iterdir())}")


def clean(firefox: Firefox) -> None:
    assert firefox.requests() == []
    assert firefox.complaints() == []


def test_the_seed_map(opened, seed_map):
    found, text = seed_map
    firefox = opened(text)
    assert firefox.value("document.title") == found.report.title
    assert firefox.value("incidentMap.app.marks.items.length") == len(found.incidents) == 7
    for number, told in enumerate(found.incidents):
        firefox.click(f".entry[data-incident='{number}']")
        firefox.until(f"document.querySelector('.leaflet-popup .card')?.dataset.incident === '{number}'")
        card = firefox.value("document.querySelector('.leaflet-popup').textContent")
        assert told.title in card
        assert told.evidence in card
    clean(firefox)


def test_land_and_sea_are_drawn(opened, seed_map):
    firefox = opened(seed_map[1])
    firefox.run("incidentMap.app.map.setView([48, 36], 5, {animate: false})")
    colours = """(() => {
        const found = { land: 0, sea: 0, all: 0 };
        for (const tile of document.querySelectorAll("canvas.leaflet-tile")) {
            const { data } = tile.getContext("2d").getImageData(0, 0, tile.width, tile.height);
            for (let at = 0; at < data.length; at += 4) {
                found.all++;
                if (!data[at + 3]) found.sea++;
                else if (data[at] === 0xf7 && data[at + 1] === 0xf5 && data[at + 2] === 0xef) found.land++;
            }
        }
        return found;
    })()"""
    firefox.until(f"{colours}.land > 0")
    time.sleep(0.3)  # for the rest of the tiles
    found = firefox.value(colours)
    assert found["land"] > 0.5 * found["all"]
    assert found["sea"] > 0.05 * found["all"]
    clean(firefox)


def test_a_symbol_opens_the_details_and_a_fact_its_words(opened):
    firefox = opened(map_html(make_map(MERGED_STORY, basemap=small_basemap())))
    x, y = firefox.run(
        """const { map, marks, store } = incidentMap.app;
        map.setView([store.lat[0], store.lon[0]], 8, {animate: false});
        const at = marks.where(0), box = map.getContainer().getBoundingClientRect();
        return [box.left + at.x, box.top + at.y];"""
    )
    firefox.click_at(x, y)
    firefox.until("document.querySelector('.leaflet-popup .card')?.dataset.incident === '0'")
    firefox.click(".card dl .fact")
    firefox.until("document.querySelector('.card .words mark')?.textContent")
    assert firefox.value("document.querySelector('.card dl .fact').getAttribute('aria-expanded')") == "true"
    clean(firefox)


def many(number: int) -> Extraction:
    kinds = ("accident", "crime", "explosion")
    incidents = [
        incident(
            f"Number {at} in {city.name}",
            place(city.name, city.point.lat, city.point.lon, country=city.country),
            kind=kinds[at % 3],
            date=date(2023, 1, 1) + timedelta(days=at % 300),
        )
        for at, (city, _) in enumerate(world.gazetteer().largest(number))
    ]
    return extraction(*incidents)


def test_two_thousand_incidents_are_filtered_played_and_saved(opened):
    firefox = opened(map_html(make_map([many(2000)], basemap=small_basemap())))
    assert firefox.value("incidentMap.app.marks.items.some(item => item.count > 50)")

    firefox.type("#filter-text", "Number 1234")
    firefox.until("incidentMap.app.filters.count === 1")
    firefox.click(".filter-clear")
    firefox.until("incidentMap.app.filters.count === 2000")
    firefox.click(".filter-details > summary")
    firefox.click(".filter-boxes input")
    left = firefox.until("incidentMap.app.filters.count < 2000 && incidentMap.app.filters.count")
    assert left in {666, 667}

    dates = firefox.value("document.querySelector('.time-dates').textContent")
    firefox.click(".time-play")
    firefox.until(f"document.querySelector('.time-dates').textContent !== {dates!r}")
    first = firefox.value("document.querySelector('.time-dates').textContent")
    firefox.until(f"document.querySelector('.time-dates').textContent !== {first!r}")
    firefox.click(".time-play")
    firefox.click(".time-all")
    firefox.until(f"incidentMap.app.filters.count === {left}")

    firefox.click("#tools summary")
    firefox.click(".menu-items button:nth-child(1)")
    rows = arrived(firefox, ".csv").decode("utf-8-sig").splitlines()
    assert rows[0].startswith("report_id,")
    assert len(rows) == left + 1
    firefox.click("#tools summary")
    firefox.click(".menu-items button:nth-child(3)")
    picture = arrived(firefox, ".png")
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(picture) > 50_000
    clean(firefox)


def test_a_link_opens_its_incident(opened, seed_map):
    firefox = opened(seed_map[1], "#i=2")
    firefox.until("document.querySelector('.leaflet-popup .card')?.dataset.incident === '2'")
    assert firefox.value("document.querySelector('.entry[aria-current]').dataset.incident") == "2"
    clean(firefox)


def test_it_prints_and_is_as_before_afterwards(opened, seed_map):
    firefox = opened(seed_map[1])
    firefox.run("await incidentMap.printed.prepare(incidentMap.app)")
    firefox.run(
        """window.seen = [];
        matchMedia("print").addEventListener("change", (event) => event.matches && seen.push(
            getComputedStyle(document.querySelector("#panel")).display,
            getComputedStyle(document.querySelector("#print-sheet")).display,
            document.documentElement.className));"""
    )
    now = (
        "[incidentMap.app.map.getZoom(), incidentMap.app.map.getSize().x, document.documentElement.className]"
    )
    before = firefox.value(now)
    printed = base64.b64decode(firefox.command("WebDriver:Print"))
    assert printed.startswith(b"%PDF")
    assert len(printed) > 50_000
    assert firefox.value("seen") == ["none", "block", "printing"]
    firefox.until(f"({now}).join() === {','.join(map(str, before))!r}")
    clean(firefox)


def test_within_another_page(firefox, tmp_path, seed_map):
    outer = f"<!DOCTYPE html><meta charset=utf-8><iframe style='width:900px;height:700px' srcdoc=\"{html.escape(seed_map[1])}\">"
    file = tmp_path / "outer.html"
    file.write_text(outer, encoding="utf-8", newline="\n")
    firefox.open(file.as_uri())
    firefox.command("WebDriver:SwitchToFrame", id=0)
    try:
        firefox.until(READY)
        firefox.click(".entry[data-incident='3']")
        firefox.until("document.querySelector('.leaflet-popup .card')?.dataset.incident === '3'")
        clean(firefox)
    finally:
        firefox.command("WebDriver:SwitchToFrame", id=None)
