"""The page for those who cannot see the map, cannot use a mouse, or read it on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import pytest
from conftest import Watched
from map_samples import MERGED_STORY, border, extraction, incident, place, small_basemap

from mapper.maps import MapOptions, make_map, map_html
from mapper.model import Extraction

pytestmark = pytest.mark.browser

READY = "document.documentElement.dataset.ready === 'true'"
KINDS = (
    "armed_attack", "airstrike_or_drone", "shelling_or_missile", "clash", "explosion", "civil_unrest", "crime",
    "accident", "natural_disaster", "diplomatic", "other",
)  # fmt: skip
TOWNS = tuple(
    place(f"Town {at}", 44 + at * 0.9, 24 + at * 2.3, country=code)
    for at, code in enumerate(("UA", "RU", "KZ", "UA", "RU", "UA", "RU", "KZ", "UA", "RU", "UA"))
)


@cache
def story() -> tuple[Extraction, ...]:
    """All kinds, certain and vague places, several days and countries, and what stands aside."""
    incidents = [
        incident(
            f"Something of kind {kind}",
            where,
            kind=kind,
            date=date(2024, 5, 1 + 2 * at),
            confidence=0.3 + at / 20,
            killed=at,
            border=border(30 + at, ("RU", "UA"), 50.3, 36.3),
        )
        for at, (kind, where) in enumerate(zip(KINDS, TOWNS, strict=True))
    ]
    vague = place("Kharkiv Oblast", 49.6, 36.5, kind="region", radius_km=178.0)
    more = extraction(
        *incidents, incident("Attacks in the region", vague, date=None, date_precision="unknown")
    )
    return (*MERGED_STORY, more)


def page(extractions: tuple[Extraction, ...] | None = None, **options: Any) -> str:
    found = story() if extractions is None else extractions
    return map_html(make_map(found, basemap=small_basemap(), options=MapOptions(**options)))


@cache
def axe() -> str:
    from axe_playwright_python.base import AXE_SCRIPT

    return AXE_SCRIPT


def faults(watched: Watched) -> list[str]:
    """What axe finds seriously or critically wrong with the page as it is now."""
    watched.page.evaluate(axe())
    found = watched.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']} ({fault['impact']}): {node['target']} {node['html'][:150]} {node['failureSummary']}"
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]


@pytest.fixture
def opened(open_offline: Callable[..., Watched]) -> Callable[..., Watched]:
    def open_ready(text: str, **options: Any) -> Watched:
        watched = open_offline(text, **options)
        watched.page.set_default_timeout(5000)
        watched.until(READY)
        return watched

    return open_ready


def choose(watched: Watched, index: int) -> None:
    watched.page.locator(f".entry[data-incident='{index}']").click()
    watched.until(f"document.querySelector('.leaflet-popup .card[data-incident=\"{index}\"]') !== null")


OPEN_ALL = "document.querySelectorAll('#panel details').forEach(one => (one.open = true))"


def start(watched: Watched) -> None:
    assert watched.page.locator(".entry").count() == 13


def details(watched: Watched) -> None:
    choose(watched, 0)
    watched.page.locator(".card dl .fact").first.click()
    assert watched.page.locator(".card .words").is_visible()


def all_open(watched: Watched) -> None:
    watched.page.evaluate(OPEN_ALL)
    watched.page.get_by_role("checkbox", name="Clash").check()
    watched.page.get_by_label("Search", exact=True).fill("kind clash")
    watched.until("incidentMap.app.filters.count === 1")


def nothing_left(watched: Watched) -> None:
    watched.page.get_by_label("Search", exact=True).fill("no such thing")
    watched.until("incidentMap.app.filters.count === 0")
    assert watched.page.locator(".incidents").is_hidden()


def menus(watched: Watched) -> None:
    watched.page.locator("#tools summary").click()
    watched.page.locator("#legend summary").click()


def wide(watched: Watched) -> None:
    watched.page.locator(".list-bar .quiet-button").click()
    watched.until("getComputedStyle(document.querySelector('.incidents')).display === 'table'")


@pytest.mark.parametrize("state", [start, details, all_open, nothing_left, menus, wide])
def test_nothing_seriously_wrong(opened, state):
    watched = opened(page(), bypass_csp=True)
    state(watched)
    assert faults(watched) == []


PHONE = {"width": 360, "height": 740, "has_touch": True, "is_mobile": True, "device_scale_factor": 3}


@pytest.mark.parametrize(
    ("options", "window"),
    [({"blur": True}, {}), ({"embed": True}, {}), ({}, PHONE), ({"extractions": ()}, {})],
    ids=["blur", "embed", "phone", "empty"],
)
def test_nothing_seriously_wrong_with_other_pages(opened, options, window):
    watched = opened(page(**options), bypass_csp=True, **window)
    if "blur" in options:
        choose(watched, 0)
    assert faults(watched) == []


# The focused element, whether it shows that, and where it stands.
FOCUS = """(() => {
    const one = document.activeElement, style = getComputedStyle(one);
    const ring = getComputedStyle(one, "::after").borderTopWidth === "2px" && one.matches(".leaflet-container");
    const thumb = one.type === "range" && one.matches(":focus-visible"); // its handle shows it
    const box = one.getBoundingClientRect();
    return {
        name: one === document.body ? "body" : one.className || one.id || one.localName,
        shown: style.outlineStyle !== "none" && style.outlineWidth !== "0px" || ring || thumb,
        inside: box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight,
    };
})()"""


def test_the_focus_is_seen_on_its_way_through_the_page(opened):
    watched = opened(page())
    names = []
    for _ in range(40):
        watched.page.keyboard.press("Tab")
        focus = watched.page.evaluate(FOCUS)
        if focus["name"] == "body":
            break  # out of the page, to the browser
        assert focus["shown"], focus
        assert focus["inside"], focus
        names.append(focus["name"].split()[0])
    assert names[0] == "skip"
    for name in ("folium-map", "leaflet-control-zoom-in", "time-play", "time-from", "filter-text", "entry"):
        assert name in names
    assert names.index("folium-map") < names.index("filter-text") < names.index("entry")


def press(watched: Watched, key: str, until: str) -> None:
    watched.page.keyboard.press(key)
    watched.until(f"document.activeElement.matches({until!r})")


def test_from_the_skip_link_to_the_details_and_back_by_keys(opened):
    watched = opened(page())
    keyboard = watched.page.keyboard
    press(watched, "Tab", ".skip")
    press(watched, "Enter", "#panel")
    for _ in range(10):
        keyboard.press("Tab")
        if watched.page.evaluate("document.activeElement.matches('.entry')"):
            break
    index = watched.page.evaluate("document.activeElement.dataset.incident")
    entry = f".entry[data-incident='{index}']"
    press(watched, "Enter", ".leaflet-popup .card")
    watched.page.wait_for_timeout(500)  # the map has moved, and the list may have been written anew
    assert watched.page.evaluate("document.activeElement.matches('.leaflet-popup .card')")
    assert watched.page.evaluate(FOCUS)["shown"]
    press(watched, "Tab", ".card .fact")
    press(watched, "Enter", ".card .fact[aria-expanded='true'][aria-controls='words']")
    press(watched, "Enter", ".card .fact[aria-expanded='false']")
    press(watched, "Escape", entry)
    watched.until("!document.querySelector('.leaflet-popup')")
    # Closed by its own button, it gives the focus back too.
    press(watched, "Enter", ".leaflet-popup .card")
    watched.page.locator(".leaflet-popup-close-button").focus()
    press(watched, "Enter", entry)


def test_a_screen_reader_finds_the_parts_by_their_names(opened):
    watched = opened(page())
    parts = watched.page.locator("body").aria_snapshot()
    for line in (
        '- link "Skip to the list of incidents"',
        '- navigation "Save and share"',
        '- region "Map"',
        '- button "Zoom in"',
        '- region "Legend"',
        '- region "Time"',
        '- button "Play"',
        '- slider "From"',
        '- complementary "Search and list"',
        '- searchbox "Search"',
        "- status: 13 incidents",
        '- region "Incidents"',
        '- table "Incidents that the map shows"',
        '- columnheader "To the border"',
        '- cell "2024-05-01"',
    ):
        assert line in parts, line
    assert "- img\n" not in parts  # a picture without a name
    map_box = watched.page.get_by_role("region", name="Map", exact=True)
    described = watched.page.locator("#" + map_box.get_attribute("aria-describedby"))
    assert "arrow keys" in described.text_content()
    table = watched.page.get_by_role("table")
    assert table.get_attribute("aria-rowcount") == "14"
    assert table.get_by_role("row").count() == 14
    assert watched.page.locator("#filters [role=status]").get_attribute("aria-live") == "polite"
    assert watched.complaints == []


def luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_letters_stand_out_from_their_symbols(opened):
    kinds = opened(page()).page.evaluate("incidentMap.app.store.head.kinds")
    assert len(kinds) == len(KINDS)
    assert len({kind["letter"] for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert 1.05 / (luminance(kind["colour"]) + 0.05) >= 4.5, kind


def test_a_reader_who_wants_no_motion_gets_none(opened):
    watched = opened(page(), reduced_motion="reduce")
    watched.page.evaluate("map_incidents.setView([50, 36], 5)")
    moved = watched.page.evaluate(
        """(() => {
            const before = map_incidents.getCenter().lng;
            map_incidents.panBy([100, 0]);
            map_incidents.zoomIn();
            return [map_incidents.getCenter().lng > before, map_incidents.getZoom(), map_incidents._animatingZoom];
        })()"""
    )
    assert moved == [True, 6, None] or moved == [True, 6, False]


# What is smaller than 24 px one way; links within a text may be.
SMALL = """[...document.querySelectorAll("button, summary, a, input, select")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.type !== "range" && !one.matches("a[target], .skip"))
    .map((one) => [one, (one.closest("label") || one).getBoundingClientRect()])
    .filter(([, box]) => box.width < 24 || box.height < 24)
    .map(([one, box]) => one.outerHTML.slice(0, 80) + " " + box.width + "×" + box.height)"""
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_what_is_pressed_is_large_enough(opened, width):
    fingers = {"has_touch": True, "is_mobile": True} if width < 1000 else {}
    watched = opened(page(), width=width, height=740, **fingers)
    assert watched.page.evaluate(SMALL) == []
    assert watched.page.evaluate(FITS)
    watched.page.evaluate(OPEN_ALL)
    assert watched.page.evaluate(SMALL) == []
    assert watched.page.evaluate(FITS)
    choose(watched, 0)
    assert watched.page.evaluate(SMALL) == []
    assert watched.page.evaluate(FITS)
    if fingers:
        main = "#tools button, #tools summary, .time-play, .leaflet-control-zoom a, .overview"
        sizes = watched.page.eval_on_selector_all(
            main,
            "all => all.filter(one => one.checkVisibility()).map(one => one.getBoundingClientRect())"
            ".map(box => Math.min(box.width, box.height))",
        )
        assert min(sizes) >= 44


def test_a_finger_opens_symbols_bubbles_and_the_list(opened):
    crowd = [
        incident(f"Near {at}", place(f"Near {at}", 47 + at / 90, 30 + (at % 4) / 90)) for at in range(30)
    ]
    alone = incident("Alone", place("Alone", 53.0, 42.0))
    watched = opened(page((extraction(alone, *crowd),)), **PHONE)
    where = """(find) => {
        const { map, marks } = incidentMap.app;
        const item = marks.items.find((one) => find ? one.count : one.index === 0);
        const at = map.layerPointToContainerPoint([item.x, item.y]), box = map.getContainer().getBoundingClientRect();
        return [box.left + at.x, box.top + at.y];
    }"""
    x, y = watched.page.evaluate(where, False)
    watched.page.touchscreen.tap(x + 12, y + 12)  # a little beside it
    watched.until("document.querySelector('.leaflet-popup .card')?.dataset.incident === '0'")
    assert watched.page.locator(".hover-tip").is_hidden()
    assert watched.page.evaluate(FITS)
    watched.page.locator(".leaflet-popup-close-button").tap()
    watched.until("!document.querySelector('.leaflet-popup')")
    zoom = watched.page.evaluate("map_incidents.getZoom()")
    watched.page.touchscreen.tap(*watched.page.evaluate(where, True))
    watched.until(f"map_incidents.getZoom() > {zoom} && !map_incidents._animatingZoom")
    watched.page.wait_for_timeout(300)  # for the list
    watched.page.locator(".entry").first.tap()
    watched.until(
        "incidentMap.app.selected() >= 0 && document.querySelector('.leaflet-popup .card') !== null"
    )
    assert watched.page.evaluate("document.querySelector('#stage').getBoundingClientRect().top") > -1
    assert watched.complaints == []
