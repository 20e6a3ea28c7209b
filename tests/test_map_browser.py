from __future__ import annotations

import base64
import html as html_module
import re
from dataclasses import replace

import pytest
from map_samples import (
    ENGELS,
    EVIDENCE,
    KHARKIV,
    KHARKIV_BORDER,
    MERGED_STORY,
    TOLD_FIRST,
    border,
    extraction,
    incident,
    place,
    small_basemap,
)

from mapper.maps import make_map, map_html
from mapper.model import (
    Actor,
    DistanceClaim,
    Evidence,
    Extraction,
    Figure,
    Rejected,
    Report,
    Resolution,
    SetAside,
    Toponym,
)

pytestmark = pytest.mark.browser

READY = "document.documentElement.dataset.ready === 'true'"
ENGELS_INCIDENT = incident(
    "Drone strikes the base",
    ENGELS,
    kind="airstrike_or_drone",
    evidence="Drones struck the bomber base.",
    border=border(151.2, ("KZ", "RU"), 50.6, 47.6, reach=4.6),
    story_border=border(472.53, ("RU", "UA"), 49.95, 39.8, reach=4.6),
    story_reason="the report is about Ukraine",
)
STORY = extraction(
    incident(
        "Missile hits a block", killed=3, injured=16, border=KHARKIV_BORDER, story_border=KHARKIV_BORDER
    ),
    incident(
        "Superstore hit", kind="airstrike_or_drone", border=KHARKIV_BORDER, evidence="A superstore was hit."
    ),
    incident("Factory burns", kind="explosion", border=KHARKIV_BORDER, evidence="The factory is on fire."),
    ENGELS_INCIDENT,
)


def page(*extractions: Extraction, **options: object) -> str:
    return map_html(make_map(extractions, basemap=small_basemap(), **options))


def pixel(watched, lat: float, lon: float) -> list[int]:
    """Return the colour of the basemap at a place, read from the tile that covers it."""
    return watched.page.evaluate(
        """([lat, lon]) => {
            const map = map_incidents, at = map.latLngToContainerPoint([lat, lon]);
            const box = map.getContainer().getBoundingClientRect();
            const x = box.left + at.x, y = box.top + at.y;
            for (const tile of document.querySelectorAll("canvas.leaflet-tile")) {
                const r = tile.getBoundingClientRect();
                if (x < r.left || x >= r.right || y < r.top || y >= r.bottom) continue;
                const scale = tile.width / r.width;
                const context = tile.getContext("2d");
                return [...context.getImageData((x - r.left) * scale, (y - r.top) * scale, 1, 1).data];
            }
            return null;
        }""",
        [lat, lon],
    )


def drawn(watched) -> list[int]:
    """Return the incidents that stand on the map with a symbol of their own, in order."""
    shown = watched.page.evaluate("incidentMap.app.marks.items.map(item => item.index ?? -1)")
    return sorted(index for index in shown if index >= 0)


def spot(watched, index: int) -> dict[str, float]:
    """Return where an incident's symbol stands in the window."""
    return watched.page.evaluate(
        """index => {
            const at = incidentMap.app.marks.where(index);
            const box = map_incidents.getContainer().getBoundingClientRect();
            return {x: box.left + at.x, y: box.top + at.y};
        }""",
        index,
    )


def opened(watched, index: int) -> None:
    """Wait until the details of an incident are shown."""
    watched.until(f"document.querySelector('.leaflet-popup .card[data-incident=\"{index}\"]') !== null")


def click_symbol(watched, index: int) -> None:
    at = spot(watched, index)
    watched.page.mouse.click(at["x"], at["y"])
    opened(watched, index)


def choose(watched, index: int) -> None:
    """Choose an incident in the list."""
    watched.page.locator(f".entry[data-incident='{index}']").click()
    opened(watched, index)


def test_page_opens_without_any_request(open_offline):
    watched = open_offline(page(STORY))
    watched.until(READY)
    entries = watched.page.locator("#panel .entry")
    assert entries.count() == 4
    assert drawn(watched) == [0, 1, 2, 3]
    for number in range(4):
        entries.nth(number).click()
        opened(watched, number)
        assert watched.page.locator(".leaflet-popup h2").inner_text() == STORY.incidents[number].title
    watched.page.mouse.wheel(0, -600)
    watched.page.wait_for_timeout(300)
    assert watched.requests == []
    assert watched.complaints == []


def test_land_lakes_and_sea_are_drawn(open_offline):
    watched = open_offline(page(STORY))
    watched.until(READY)
    watched.until("document.querySelectorAll('canvas.leaflet-tile').length > 0")
    land = [0xF7, 0xF5, 0xEF, 255]
    assert pixel(watched, 48.0, 40.0) == land
    assert pixel(watched, 52.5, 29.0)[3] == 0  # the lake: nothing drawn, the sea's colour shows
    watched.page.evaluate("map_incidents.setView([39, 19], 6, {animate: false})")
    assert pixel(watched, 41.0, 21.0) == land
    assert pixel(watched, 39.0, 21.0)[3] == 0
    assert pixel(watched, 41.0, 19.0)[3] == 0
    # Far in, where all corners of the land lie outside the tile.
    watched.page.evaluate("map_incidents.setView([47, 41], 12, {animate: false})")
    assert pixel(watched, 47.0, 41.0) == land
    watched.page.evaluate("map_incidents.setView([50.3, 41], 12, {animate: false})")
    assert pixel(watched, 50.3, 41.0) != land  # on the border line
    assert pixel(watched, 50.31, 41.0) == land


def test_popup_tells_the_story_of_an_incident(open_offline):
    watched = open_offline(page(STORY))
    watched.until(READY)
    click_symbol(watched, 0)
    text = watched.page.locator(".leaflet-popup-content").inner_text()
    for part in (
        "Missile hits a block",
        "Shelling or missile",
        "2024-05-31",
        "3 killed, 16 injured",
        "Kharkiv, Kharkiv Oblast, Ukraine",
        "city, within about 12 km",
        "named in the sentence",
        "34.7 km (22–47) to the border Russia–Ukraine",
        "Also the border of the story",
        f"“{EVIDENCE}”",
        "A night of strikes, The Wire, 2024-05-31",
        "international consensus view",
    ):
        assert part in text, part
    assert watched.page.locator("path.border-line").count() == 1
    assert watched.page.locator("path.border-pair").count() == 1
    assert watched.page.locator("path.reach").count() == 1
    assert watched.page.locator(".distance").inner_text() == "34.7 km (22–47)"
    assert watched.page.locator("#panel [aria-current]").get_attribute("data-incident") == "0"

    watched.page.keyboard.press("Escape")
    watched.until("!document.querySelector('.leaflet-popup')")
    assert watched.page.locator("path.border-line").count() == 0


def test_line_runs_from_the_place_to_the_nearest_border_point(open_offline):
    watched = open_offline(page(STORY))
    watched.until(READY)
    choose(watched, 3)
    watched.page.wait_for_timeout(600)
    lines = watched.page.evaluate(
        """() => [...document.querySelectorAll("path.border-line")].map(path => {
            const box = map_incidents.getContainer().getBoundingClientRect();
            return [0, path.getTotalLength()].map(at => {
                const p = path.getPointAtLength(at).matrixTransform(path.getScreenCTM());
                const where = map_incidents.containerPointToLatLng([p.x - box.left, p.y - box.top]);
                return [where.lat, where.lng];
            });
        })"""
    )
    point = [ENGELS.point.lat, ENGELS.point.lon]
    assert len(lines) == 2
    for line, end in zip(lines, ([50.6, 47.6], [49.95, 39.8]), strict=True):
        assert line[0] == pytest.approx(point, abs=0.03)
        assert line[1] == pytest.approx(end, abs=0.03)
    assert watched.page.locator("path.border-line[stroke-dasharray]").count() == 1
    text = watched.page.locator(".leaflet-popup-content").inner_text()
    assert "151 km (147–156) to the border Kazakhstan–Russia" in text
    assert "473 km (468–477) to the border Russia–Ukraine" in text
    assert "the report is about Ukraine" in text


def test_incidents_at_one_place_can_each_be_clicked(open_offline):
    crowd = [incident(f"Incident {number}", evidence=f"Sentence {number}.") for number in range(20)]
    watched = open_offline(page(extraction(*crowd)))
    watched.until(READY)
    centres = []
    for number in range(20):
        at = spot(watched, number)
        centres.append((at["x"], at["y"]))
    for number, (x, y) in enumerate(centres):
        assert all((x - a) ** 2 + (y - b) ** 2 > 20**2 for a, b in centres[:number])
    for number in (0, 7, 19):
        watched.page.keyboard.press("Escape")
        click_symbol(watched, number)
        assert f"“Sentence {number}.”" in watched.page.locator(".leaflet-popup-content").inner_text()
    watched.page.locator(".stepper button", has_text="Next").click()
    opened(watched, 0)
    assert watched.page.locator(".leaflet-popup h2").inner_text() == "Incident 0"
    assert "1 of 20 here" in watched.page.locator(".stepper").inner_text()


def test_a_crowd_of_places_becomes_a_badge_that_opens(open_offline):
    crowd = [incident(f"Incident {n}", place(f"Town {n}", 49 + n / 25, 36 + (n % 5) / 25)) for n in range(30)]
    far = incident("Far away", place("Sydney", -33.87, 151.21, country="AU"))
    watched = open_offline(page(extraction(*crowd, far)))
    watched.until(READY)
    items = watched.page.evaluate("incidentMap.app.marks.items.map(item => [item.count, item.x, item.y])")
    assert sorted(count or 1 for count, _, _ in items) == [1, 30]
    zoom = watched.page.evaluate("map_incidents.getZoom()")
    choose(watched, 12)
    assert 12 in drawn(watched)
    watched.page.locator(".overview").click()
    watched.until(f"map_incidents.getZoom() === {zoom} && !document.querySelector('.leaflet-popup')")
    bubble = watched.page.evaluate(
        """() => {
            const item = incidentMap.app.marks.items.find(one => one.count === 30);
            const at = map_incidents.layerPointToContainerPoint([item.x, item.y]);
            const box = map_incidents.getContainer().getBoundingClientRect();
            return [box.left + at.x, box.top + at.y];
        }"""
    )
    watched.page.mouse.move(*bubble)
    watched.until("!document.querySelector('.hover-tip').hidden")
    assert "30 incidents" in watched.page.locator(".hover-tip").inner_text()
    watched.page.mouse.click(*bubble)
    watched.until(f"map_incidents.getZoom() > {zoom} && !map_incidents._animatingZoom")
    assert len(drawn(watched)) >= 5
    assert watched.complaints == []


def test_regions_and_countries_look_different_from_towns(open_offline):
    region = place("Kharkiv Oblast", 49.6, 36.5, kind="region", radius_km=178.0)
    vague = incident("Attacks in the region", region, border=border(60, ("RU", "UA"), 50.29, 36.4, reach=178))
    watched = open_offline(page(extraction(incident("Town"), vague)))
    watched.until(READY)
    assert watched.page.evaluate("[...incidentMap.app.store.hollow]") == [0, 1]
    assert watched.page.locator(".entry path[stroke-dasharray]").count() == 1
    assert "only its region or country is known" in watched.page.locator("#legend").inner_text()
    choose(watched, 1)
    text = watched.page.locator(".leaflet-popup-content").inner_text()
    assert "0–238 km to the border Russia–Ukraine" in text
    assert "region, within about 178 km" in text
    assert watched.page.locator("path.reach").count() == 1


HOSTILE = (
    "</script><script>window.pwned=1</script><img src=x onerror='window.pwned=2'><svg onload=window.pwned=3>"
    "\"'><b>bold</b>&lt;i&gt;&amp;<!--<script>`${window.pwned=4}`\u2028\u2029{{ 7*7 }}{% raw %}{# c #}"
    "javascript:window.pwned=5 ';window.pwned=6;// <a href='javascript:window.pwned=7'>a</a> <iframe srcdoc='x'>"
)


@pytest.mark.parametrize("policy", [True, False])
def test_hostile_text_is_shown_and_never_run(open_offline, policy):
    """With the security policy, and without it: the policy must not be what saves the page."""
    where = place(HOSTILE, 49.98, 36.25, country=HOSTILE, admin1=HOSTILE + "1")
    hostile_border = border(34.7, (HOSTILE, "UA"), 50.29, 36.31, view=HOSTILE)
    attack = incident(
        HOSTILE,
        where,
        kind=HOSTILE,
        evidence=HOSTILE,
        place_reason=HOSTILE,
        border=hostile_border,
        story_border=border(99.0, ("RU", HOSTILE), 52.29, 36.31, view=HOSTILE),
        story_reason=HOSTILE,
        date_precision=HOSTILE,
        date_reason=HOSTILE,
        time=HOSTILE,
        time_zone=HOSTILE,
        weapon=HOSTILE,
        target=HOSTILE,
        killed=1,
    )
    whole = Evidence(field="weapon", report_id=HOSTILE, start=0, end=len(HOSTILE), text=HOSTILE)
    number = Figure(what="killed", best=1, low=1, high=1, evidence=replace(whole, field="killed"))
    attack = replace(
        attack,
        report_id=HOSTILE,
        figures=(number,),
        actors=tuple(Actor(role=r, text=HOSTILE, evidence=whole, country=HOSTILE) for r in ("by", HOSTILE)),
        supports=(whole, *(replace(whole, field=f) for f in ("kind", "place", "date", "time", "target"))),
    )
    # one whose words no report holds, and whose offsets lie
    stray = replace(whole, start=-5, end=10**9, report_id=HOSTILE + "2")
    attack = replace(
        attack,
        members=(attack, replace(attack, report_id=HOSTILE + "2", supports=(stray,))),
        supports=(*attack.supports[1:], stray),
    )
    aside = SetAside(
        report_id=HOSTILE,
        why=HOSTILE,
        reason=HOSTILE,
        evidence=HOSTILE,
        start=0,
        end=1,
        figures=(replace(number, what=HOSTILE),),
    )
    toponym = Toponym(report_id=HOSTILE, start=0, end=1, text=HOSTILE)
    claim = DistanceClaim(
        report_id=HOSTILE,
        place=HOSTILE,
        reference=HOSTILE,
        km=3,
        verdict=HOSTILE,
        reason=HOSTILE,
        evidence=HOSTILE,
        start=0,
        end=1,
    )
    found = Extraction(
        report=Report(
            id=HOSTILE, text=HOSTILE, title=HOSTILE, outlet=HOSTILE, url="javascript:window.pwned=8"
        ),
        incidents=(attack, attack),
        resolutions=(Resolution(toponym=toponym, place=None, score=0, reason=HOSTILE),),
        claims=(claim,),
        rejected=(Rejected(source=HOSTILE, reason=HOSTILE),),
        set_aside=(aside,),
    )
    drawn = make_map([found], basemap=small_basemap(), title=HOSTILE + "t", labels=[where])
    html = map_html(drawn) if policy else drawn.get_root().render()
    assert ("Content-Security-Policy" in html) is policy
    watched = open_offline(html)
    watched.until(READY)
    choose(watched, 1)
    watched.page.evaluate("document.querySelectorAll('details').forEach(box => { box.open = true })")
    at = spot(watched, 0)
    watched.page.mouse.move(at["x"], at["y"])
    watched.page.wait_for_timeout(300)
    facts = watched.page.locator(".fact")
    assert facts.count() == 8  # kind, date, time, killed, place, the one who did it, weapon, target
    for number in range(facts.count()):
        facts.nth(number).click()
        assert HOSTILE in watched.page.locator(".words mark").first.text_content()
        assert watched.page.locator(".words mark *").count() == 0

    texts = watched.page.evaluate(
        """() => Object.fromEntries([
            "h1", "#page-header p", ".entry strong", ".card h2", ".card blockquote", ".card dd:nth-of-type(3)",
            ".card small", ".card .source", ".claim strong", ".claim blockquote", ".missing strong", ".name.event",
            ".words mark", ".words blockquote", ".fact[data-field=weapon]", ".fact[data-field=actor]",
            ".fact[data-field=time]", ".tellings li", ".tellings blockquote", ".aside strong", ".aside blockquote",
        ].map(css => [css, document.querySelector(css).textContent]))"""
    )
    assert all(HOSTILE in text for text in texts.values()), [
        css for css, text in texts.items() if HOSTILE not in text
    ]
    assert HOSTILE in watched.page.title() or HOSTILE.split()[0] in watched.page.title()
    assert watched.page.evaluate("window.pwned") is None
    assert watched.page.locator("body img, body iframe, body b, svg[onload]").count() == 0
    assert watched.page.locator("a[href^='javascript']").count() == 0
    assert watched.requests == []
    assert watched.complaints == []


def test_one_click_on_a_field_shows_its_words(open_offline):
    watched = open_offline(page(*MERGED_STORY))
    watched.until(READY)
    click_symbol(watched, 0)
    sentence = TOLD_FIRST.evidence
    for field, value, marked in (
        ("kind", "Shelling or missile", ["hit"]),
        ("date", "2024-05-30", ["on Thursday"]),
        ("time", "21:00 local time", ["9 p.m."]),
        (
            "killed",
            "20 killed (reports say 17 to 20)",
            ["20 dead", "killing at least 17 people"],
        ),
        ("injured", "24 or more injured", ["dozens of injured"]),
        ("place", "Kharkiv, Kharkiv Oblast, Ukraine", ["Kharkiv"]),
        ("weapon", "missile", ["missile"]),
        ("target", "apartment block", ["apartment block"]),
    ):
        button = watched.page.locator(f".fact[data-field='{field}']")
        assert button.inner_text() == value
        button.click()
        assert watched.page.locator(".words").count() == 1
        assert watched.page.locator(".words mark").all_inner_texts() == marked
        assert button.get_attribute("aria-expanded") == "true"
        whole = watched.page.locator(".words blockquote").last.inner_text()
        assert whole == sentence or field == "injured"
    text = watched.page.locator(".leaflet-popup-content").inner_text()
    assert "'on Thursday', counted from the publication" in text
    button = watched.page.locator(".fact[data-field='target']")
    button.click()  # a second click hides them again
    assert watched.page.locator(".words").count() == 0
    assert button.get_attribute("aria-expanded") == "false"
    assert watched.requests == []
    assert watched.complaints == []


def test_figures_that_differ_stand_with_their_reports(open_offline):
    watched = open_offline(page(*MERGED_STORY))
    watched.until(READY)
    assert "Told by 2 reports" in watched.page.locator("#list tbody tr").inner_text()
    choose(watched, 0)
    watched.page.locator(".fact[data-field='killed']").click()
    heads = watched.page.locator(".words p").all_inner_texts()
    assert heads == [
        "20 · Toll rises, Daily, 2024-06-01",
        "at least 17 · Strike at night, The Wire, 2024-05-31",
    ]
    told = watched.page.locator(".told").inner_text()
    for part in (
        "Told by 2 reports",
        "Strike at night, The Wire, 2024-05-31",
        "17 killed (at least)",
        "Toll rises, Daily, 2024-06-01",
        "20 killed, 24 or more injured",
        f"“{TOLD_FIRST.evidence}”",
    ):
        assert part in told, part
    assert watched.page.locator(".told a").get_attribute("href") == "https://example.org/first"
    roles = watched.page.locator(".card dt").all_inner_texts()
    assert "By" in roles
    assert "Denied by" in roles


def test_totals_and_old_events_are_listed_and_marked(open_offline):
    watched = open_offline(page(*MERGED_STORY))
    watched.until(READY)
    assert drawn(watched) == [0]
    summary = watched.page.locator("#panel .extra > summary").first
    assert summary.inner_text().startswith("Totals, old and doubtful events, not mapped")
    summary.click()
    text = re.sub(r"\s+", " ", watched.page.locator("#panel").inner_text())
    assert "Total over a time: 2,000 killed a total over a time: “since 2022”" in text
    assert "“A further 2,000 have been killed since 2022.”" in text
    assert "Old event more than a year before the report “In 2016 a fire in the city killed 4.”" in text


def test_words_can_be_reached_from_the_keyboard(open_offline):
    watched = open_offline(page(*MERGED_STORY))
    watched.until(READY)
    watched.page.locator(".entry").focus()
    watched.page.keyboard.press("Enter")
    watched.until("document.activeElement.className === 'card'")
    for field in ("kind", "date", "time", "killed"):
        watched.page.keyboard.press("Tab")
        assert watched.page.evaluate("document.activeElement.dataset.field") == field
    watched.page.keyboard.press("Enter")
    assert watched.page.locator(".words mark").first.inner_text() == "20 dead"
    assert watched.page.evaluate("document.activeElement.dataset.field") == "killed"
    watched.page.keyboard.press("Space")
    assert watched.page.locator(".words").count() == 0
    assert watched.page.evaluate("document.activeElement.dataset.field") == "killed"
    watched.page.keyboard.press("Escape")
    watched.until("!document.querySelector('.leaflet-popup')")
    assert watched.page.evaluate("document.activeElement.dataset.incident") == "0"


@pytest.mark.parametrize("field", ["kind", "killed", "target"])
def test_words_fit_on_a_phone(open_offline, field):
    watched = open_offline(page(*MERGED_STORY), width=390, height=844, is_mobile=True, has_touch=True)
    watched.until(READY)
    watched.page.locator(".entry").tap()
    opened(watched, 0)
    watched.page.wait_for_timeout(500)
    watched.page.locator(f".fact[data-field='{field}']").tap()
    watched.page.wait_for_timeout(700)
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390
    popup = watched.page.locator(".leaflet-popup-content-wrapper").bounding_box()
    shown = watched.page.locator(".words").bounding_box()
    assert popup["x"] >= 0
    assert popup["x"] + popup["width"] <= 390
    assert popup["x"] <= shown["x"]
    assert shown["x"] + shown["width"] <= popup["x"] + popup["width"]
    assert popup["y"] <= shown["y"] < popup["y"] + popup["height"] - 20
    assert watched.complaints == []


def test_report_link_opens_elsewhere_without_a_way_back(open_offline):
    report = Report(id="r1", text="x", title="Linked", url="https://example.org/story?a=1&b=2")
    watched = open_offline(page(extraction(incident("One"), report=report), title="Other"))
    watched.until(READY)
    link = watched.page.locator("#page-header a")
    assert link.get_attribute("href") == "https://example.org/story?a=1&b=2"
    assert set(link.get_attribute("rel").split()) == {"noopener", "noreferrer"}


def test_empty_map_says_so(open_offline):
    watched = open_offline(page(Extraction(report=Report(id="r", text="Nothing happened."))))
    watched.until(READY)
    assert watched.page.locator(".notice").inner_text() == "No incidents to show"
    assert "No incidents were found" in watched.page.locator("#panel").inner_text()
    assert drawn(watched) == []
    assert not watched.page.locator("#legend").is_visible()
    watched.until("document.querySelectorAll('canvas.leaflet-tile').length > 0")
    assert watched.complaints == []


def test_map_without_reports_opens(open_offline):
    watched = open_offline(page(rejected=[Rejected(source="a.pdf", reason="is encrypted")]))
    watched.until(READY)
    assert "a.pdf" in watched.page.locator("#panel .missing").text_content()
    assert watched.complaints == []


def test_both_sides_of_the_antimeridian_stand_together(open_offline):
    suva = incident("Cyclone", place("Suva", -18.14161, 178.44149, country="FJ"), kind="natural_disaster")
    chukotka = incident(
        "Ship aground",
        place("Provideniya", 64.42, -173.23, country="RU"),
        kind="accident",
        border=border(2900, ("CN", "RU"), 53.3, 134.7),
    )
    watched = open_offline(page(extraction(suva, chukotka)))
    watched.until(READY)
    boxes = [spot(watched, i) for i in (0, 1)]
    stage = watched.page.locator("#stage").bounding_box()
    for box in boxes:
        assert stage["x"] <= box["x"] <= stage["x"] + stage["width"]
        assert stage["y"] <= box["y"] <= stage["y"] + stage["height"]
    world = watched.page.evaluate("256 * 2 ** map_incidents.getZoom()")
    assert 0 < boxes[1]["x"] - boxes[0]["x"] < world * 20 / 360
    click_symbol(watched, 1)
    # 52 degrees of longitude westwards, not 308 the other way round.
    width = watched.page.evaluate("document.querySelector('path.border-line').getBBox().width")
    world = watched.page.evaluate("256 * 2 ** map_incidents.getZoom()")
    assert width < world * 60 / 360
    assert watched.complaints == []


def test_phone_shows_map_list_and_popup_without_sideways_scrolling(open_offline):
    watched = open_offline(page(STORY), width=390, height=844, is_mobile=True, has_touch=True)
    watched.until(READY)
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390
    map_box = watched.page.locator(".folium-map").bounding_box()
    panel = watched.page.locator("#panel").bounding_box()
    assert map_box["height"] >= 400
    assert panel["y"] >= map_box["y"] + map_box["height"]
    watched.page.locator(".entry[data-incident='3']").tap()
    watched.page.wait_for_timeout(700)
    box = watched.page.locator(".leaflet-popup-content-wrapper").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 844


def test_list_can_be_used_from_the_keyboard(open_offline):
    watched = open_offline(page(STORY))
    watched.until(READY)
    watched.page.locator(".skip").focus()
    watched.page.keyboard.press("Enter")
    for _ in range(40):
        watched.page.keyboard.press("Tab")
        if watched.page.evaluate("document.activeElement.dataset.incident") == "0":
            break
    watched.page.keyboard.press("Tab")
    assert watched.page.evaluate("document.activeElement.dataset.incident") == "1"
    watched.page.keyboard.press("Enter")
    opened(watched, 1)
    assert watched.page.locator(".leaflet-popup h2").inner_text() == "Superstore hit"
    watched.page.keyboard.press("Escape")
    watched.until("!document.querySelector('.leaflet-popup')")


def test_page_works_inside_srcdoc(open_offline):
    inner = html_module.escape(page(STORY))
    outer = (
        f'<!DOCTYPE html><meta charset="utf-8"><iframe width="900" height="600" srcdoc="{inner}"></iframe>'
    )
    watched = open_offline(outer)
    watched.until(
        f"document.querySelector('iframe').contentDocument && (document => {READY})(document.querySelector('iframe').contentDocument)"
    )
    frame = watched.page.frame_locator("iframe")
    frame.locator(".entry[data-incident='3']").click()
    assert "Drones struck the bomber base." in frame.locator(".leaflet-popup-content").inner_text()
    frame.locator(".skip").focus()
    watched.page.keyboard.press("Enter")
    assert frame.locator("#panel").evaluate("panel => document.activeElement === panel")
    assert [url for url in watched.requests if url != "about:srcdoc"] == []
    assert watched.complaints == []


def test_browser_that_cannot_unpack_says_so(open_offline):
    watched = open_offline(page(STORY), before="delete window.DecompressionStream")
    watched.until("document.querySelector('.notice')")
    assert "too old" in watched.page.locator(".notice").inner_text()


def test_land_that_is_damaged_costs_only_itself(open_offline):
    basemap = small_basemap() | {"packed": base64.b64encode(b"no gzip").decode()}
    watched = open_offline(map_html(make_map([STORY], basemap=basemap)))
    watched.until(READY)
    assert drawn(watched) == [0, 1, 2, 3]
    assert "could not unpack" in watched.page.locator("#panel").text_content()


def test_side_panel_lists_claims_and_what_is_not_on_the_map(open_offline):
    claim = DistanceClaim(
        report_id="r1",
        place="Kharkiv",
        reference="the border with Russia",
        km=30,
        verdict="consistent",
        reason="within the extent of the city",
        evidence="Kharkiv is 30 km from the border.",
        start=0,
        end=9,
        computed_km=34.69,
        low_km=22.4,
        high_km=47.0,
    )
    toponym = Toponym(report_id="r1", start=0, end=9, text="Atlantis")
    lost = Resolution(toponym=toponym, place=None, score=0, reason="no place of this name is known")
    watched = open_offline(page(extraction(incident("One"), claims=(claim,), resolutions=(lost,))))
    watched.until(READY)
    for summary in watched.page.locator("#panel .extra > summary").all():
        summary.click()
    text = re.sub(r"\s+", " ", watched.page.locator("#panel").inner_text())
    assert "Kharkiv – the border with Russia: 30 km consistent Computed: 34.7 km (22–47)" in text
    assert "“Kharkiv is 30 km from the border.”" in text
    assert "Atlantis no place of this name is known" in text
    assert "international consensus view" in text
    assert "OpenStreetMap" in watched.page.locator(".credits").inner_text()


def test_page_carries_its_data_as_json(open_offline):
    watched = open_offline(page(STORY))
    watched.until(READY)
    titles = watched.page.evaluate(
        "incidentMap.app.store.records([0, 1, 2, 3]).then(all => all.map(one => one.title))"
    )
    assert titles == [one.title for one in STORY.incidents]
    record = watched.page.evaluate("incidentMap.app.store.record(0)")
    assert record["lat"] == KHARKIV.point.lat
    assert record["border"]["km"] == pytest.approx(34.69)
