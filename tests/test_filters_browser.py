"""Filters and time slider in a real browser, on a page that holds them alone."""

from __future__ import annotations

import json
import random
import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest
from map_samples import ENGELS, KHARKIV, MERGED_STORY, border, extraction, incident, place, small_basemap

from mapper.features import map_data
from mapper.map_rows import NO_DAY
from mapper.model import INCIDENT_KINDS
from mapper.packing import packed_columns, packed_json

pytestmark = pytest.mark.browser

SCRIPTS = ("words", "elements", "store", "symbols", "filters", "filter_form", "timeline")
START = """
incidentMap.open().then((store) => {
  const filters = incidentMap.makeFilters(store);
  Object.assign(window, {store, filters, calls: []});
  filters.on((_, {moving, same}) => calls.push({moving, same, searching: filters.searching, count: filters.count,
    from: filters.state.from, to: filters.state.to, at: performance.now()}));
  incidentMap.fillFilters(document.getElementById("filters"), filters, store);
  incidentMap.fillTimeline(document.getElementById("timeline"), filters, store);
  document.documentElement.dataset.ready = "true";
});
"""
READY = "document.documentElement.dataset.ready === 'true'"
FOUND = "!filters.searching"
STATUS = "#filters [role=status]"


def harness(data: Any) -> str:
    columns, plan = packed_columns(data.columns)
    places, place_plan = packed_columns(data.places)
    scripts = [files("mapper").joinpath(f"map_page/{name}.js").read_text("utf-8") for name in SCRIPTS]
    css = files("mapper").joinpath("map_page/page.css").read_text("utf-8")
    blocks = [
        f'<script type="text/plain" id="incident-data">{packed_json(data.head | {"plan": plan, "place_plan": place_plan})}</script>',
        f'<script type="text/plain" id="incident-columns">{columns}</script>',
        f'<script type="text/plain" id="place-columns">{places}</script>',
        *(
            f'<script type="text/plain" class="place-rows">{packed_json(chunk)}</script>'
            for chunk in data.place_chunks
        ),
        *(
            f'<script type="text/plain" class="incident-rows">{packed_json(chunk)}</script>'
            for chunk in data.chunks
        ),
    ]
    code = "\n".join(f"<script>{text}</script>" for text in ("var incidentMap = {};", *scripts, START))
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>t</title><style>{css}</style></head>'
        f'<body style="display: block"><section id="timeline" aria-label="Time" hidden></section>'
        f'<section id="filters" style="width: 350px"></section>{"".join(blocks)}{code}</body></html>'
    )


def sample(*extractions: Any) -> Any:
    return map_data(extractions, basemap=small_basemap())


def opened(open_offline: Any, data: Any, **options: Any) -> Any:
    watched = open_offline(harness(data), **options)
    watched.until(READY)
    return watched


def random_data(number: int, seed: int = 7) -> Any:
    draw = random.Random(seed)
    places = [
        KHARKIV,
        ENGELS,
        place("Suva", -18.1, 178.4, country="FJ", kind="point"),
        place("High seas", 10.0, -30.0, country=None, kind="region"),
        place("Xinjiang", 41.0, 85.0, country="CN", kind="country", radius_km=900),
    ]
    incidents = []
    for n in range(number):
        precision = draw.choice(["day", "day", "week", "month", "year", "none"])
        known = precision != "none"
        day = date(2023, 6, 1) + timedelta(days=draw.randrange(500))
        incidents.append(
            incident(
                f"Incident {n}",
                draw.choice(places),
                kind=draw.choice(INCIDENT_KINDS),
                confidence=draw.choice([0.0, 0.2, 0.5, 0.55, 0.9, 1.0]),
                date=day if known else None,
                date_precision=precision if known else "day",
                date_end=day + timedelta(days=draw.randrange(40)) if known and draw.random() < 0.2 else None,
                border=border(draw.uniform(0, 90), ("RU", "UA"), 50, 36) if draw.random() < 0.8 else None,
            )
        )
    return sample(extraction(*incidents))


def random_state(draw: random.Random, head: Any) -> dict[str, Any]:
    """Return a state in which each filter is set every third time or so."""

    def some(names: Any) -> list[str] | None:
        return draw.sample(list(names), draw.randint(1, len(names))) if draw.random() < 0.4 else None

    def day() -> str | None:
        return str(date(2023, 5, 1) + timedelta(days=draw.randrange(600))) if draw.random() < 0.4 else None

    begin, end = day(), day()
    if begin and end and begin > end:
        begin, end = end, begin
    return {
        "text": "",
        "kinds": some(INCIDENT_KINDS),
        "countries": some(head["codes"]),
        "precisions": some(head["precisions"]),
        "confidence": draw.choice([0, 0, 0, 20, 50, 55, 90, 100]),
        "border": draw.choice([None, None, None, 0, 12.3, 34.7, 80]),
        "from": begin,
        "to": end,
        "undated": draw.random() < 0.7,
    }


def value(data: Any, column: str, index: int) -> int:
    """Return what a column says of an incident, or of its place."""
    own = column in data.columns
    return int(data.columns[column][index] if own else data.places[column][data.columns["place"][index]])


def passes(data: Any, state: dict[str, Any], index: int, but: str = "") -> bool:
    """Tell whether an incident passes a state's filters, one of them left out."""
    row = {name: int(column[index]) for name, column in data.columns.items()}
    row |= {name: int(column[row["place"]]) for name, column in data.places.items()}
    head = data.head
    named = {
        "kinds": head["kinds"][row["kind"]]["kind"],
        "countries": head["codes"][row["country"]],
        "precisions": head["precisions"][row["precision"]],
    }
    for field, name in named.items():
        if field != but and state[field] is not None and name not in state[field]:
            return False
    if row["confidence"] < state["confidence"]:
        return False
    if state["border"] is not None and not 0 <= row["border"] <= round(state["border"] * 10):
        return False
    if row["first"] == NO_DAY:
        return state["undated"] or but == "undated"
    first = date(1970, 1, 1) + timedelta(days=row["first"])
    last = first + timedelta(days=row["days"] - 1)
    return (state["from"] is None or str(last) >= state["from"]) and (
        state["to"] is None or str(first) <= state["to"]
    )


def test_masks_and_counts_are_those_of_a_plain_reimplementation(open_offline):
    data = random_data(300)
    draw = random.Random(3)
    states = [random_state(draw, data.head) for _ in range(60)]
    watched = opened(open_offline, data)
    results = watched.page.evaluate(
        """(states) => states.map((state) => {
          filters.restore(state);
          return {mask: Array.from(filters.mask), count: filters.count, counts: filters.counts(), state: filters.state};
        })""",
        states,
    )
    shown = 0
    for state, result in zip(states, results, strict=True):
        size = len(result["mask"])
        expected = [int(passes(data, state, i)) for i in range(size)]
        assert result["mask"] == expected, state
        assert result["count"] == sum(expected)
        shown += 0 < sum(expected) < size
        for field, column, names in (
            ("kinds", "kind", [kind["kind"] for kind in data.head["kinds"]]),
            ("countries", "country", data.head["codes"]),
            ("precisions", "precision", data.head["precisions"]),
        ):
            counted = dict.fromkeys(names, 0)
            for i in range(size):
                counted[names[value(data, column, i)]] += passes(data, state, i, field)
            assert result["counts"][field] == counted, (state, field)
        assert {k: v and sorted(v) if isinstance(v, list) else v for k, v in result["state"].items()} == {
            k: v and sorted(v) if isinstance(v, list) else v for k, v in state.items()
        }
    assert shown > 20
    assert not watched.complaints


def test_invalid_states_are_ignored_field_by_field(open_offline):
    watched = opened(open_offline, random_data(20))
    default = watched.page.evaluate("filters.state")
    bad = {
        "text": 5,
        "kinds": ["nonsense", {}, None],
        "countries": "UA",
        "precisions": {"0": "spot"},
        "confidence": "50",
        "border": -1,
        "from": "2024-02-30",
        "to": "2024-5-1",
        "undated": "no",
        "mask": [],
        "constructor": 1,
    }
    for state in (bad, None, 3, "x", [], {"border": 1e9, "confidence": 101, "from": 20240501, "kinds": []}):
        assert watched.page.evaluate("(state) => (filters.restore(state), filters.state)", state) == default
    mixed = bad | {
        "kinds": ["clash", "nonsense"],
        "from": "2024-06-01",
        "to": "2024-05-01",
        "text": "a" * 999,
    }
    state = watched.page.evaluate("(state) => (filters.restore(state), filters.state)", mixed)
    assert state["kinds"] == ["clash"]
    assert (state["from"], state["to"]) == ("2024-05-01", "2024-06-01")
    assert len(state["text"]) == 200
    assert watched.page.evaluate(
        '(filters.restore(JSON.parse(\'{"__proto__": {"confidence": 9}}\')), filters.state)'
    ) == (default)
    assert not watched.complaints


def folded(text: str) -> str:
    plain = "".join(
        c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c)[0] != "M"
    )
    return plain.replace("ł", "l").replace("ı", "i")


def test_search_finds_all_words_in_all_texts(open_offline):
    titles = ["Überfall in Łódź", "Attack on a convoy", "ATTACK, again", "Çatışma", "Взрыв"]
    stories = extraction(*(incident(title, evidence=f"Sentence {n}") for n, title in enumerate(titles)))
    data = sample(stories, *MERGED_STORY)
    watched = opened(open_offline, data)

    def found(text: str) -> list[int]:
        watched.page.evaluate("(text) => filters.set({text})", text)
        watched.until(FOUND)
        return watched.page.evaluate("Array.from(filters.mask).flatMap((shown, i) => shown ? [i] : [])")

    for text in ("attack", "uberfall LODZ", "catisma", "взрыв", "zzz", "sentence kharkiv", "ATTACK convoy"):
        expected = [
            n for n, t in enumerate(titles) if all(w in folded(f"{t} Sentence {n} Kharkiv") for w in folded(text).split())
        ]  # fmt: skip
        if text == "uberfall LODZ":
            assert expected == [0]
        assert found(text) == expected, text
    everything = list(range(len(titles) + 1))
    assert found("kharkiv oblast, ukraine") == everything  # the place
    assert found("the wire") == everything  # the outlets
    assert found("a night of") == everything[:-1]  # the report's title
    assert found("russian forces") == everything[-1:]  # an actor
    assert found("shelling or missile") == everything  # the kind
    assert found("  ") == everything
    assert not watched.complaints


def test_search_tells_while_it_runs_and_a_newer_one_ends_it(open_offline):
    data = random_data(1500)
    watched = opened(open_offline, data)
    calls = watched.page.evaluate(
        """async () => {
          filters.set({text: "incident 12"});
          const before = {searching: filters.searching, count: filters.count,
            status: document.querySelector("#filters [role=status]").textContent};
          filters.set({text: "incident 777"});
          while (filters.searching) await new Promise((done) => setTimeout(done, 5));
          return {before, calls: calls.map(({searching, count}) => [searching, count]), count: filters.count};
        }"""
    )
    assert calls["before"] == {"searching": True, "count": 1500, "status": "Searching …"}
    assert calls["calls"] == [[True, 1500], [True, 1500], [False, 1]]
    # A text looked for before is not looked for again; other filters still apply.
    again = watched.page.evaluate(
        "(filters.set({text: ''}), filters.set({text: 'INCIDENT  777'}), [filters.searching, filters.count])"
    )
    assert again == [False, 1]
    assert watched.page.evaluate("(filters.set({text: 'incident 12'}), filters.searching)")
    assert watched.page.evaluate("(filters.reset(), [filters.searching, filters.count])") == [False, 1500]


def test_controls_set_filters_and_chips_lift_them(open_offline):
    data = random_data(300)
    watched = opened(open_offline, data, width=800, height=1400)
    page = watched.page
    assert page.locator(STATUS).text_content() == "300 incidents"
    page.get_by_label("Search", exact=True).fill("incident 1")
    watched.until("filters.state.text === 'incident 1' && !filters.searching")
    expected = sum("1" in str(n) for n in range(300))
    assert page.locator(STATUS).text_content() == f"{expected} of 300 incidents"
    page.get_by_label("Search", exact=True).press("Escape")
    watched.until("filters.state.text === ''")
    assert page.get_by_label("Search", exact=True).input_value() == ""
    page.locator("summary").click()
    clash = page.get_by_role("checkbox", name="Clash")
    promised = int(clash.locator("xpath=..").locator(".filter-count").text_content())
    clash.check()
    assert page.evaluate("filters.count") == promised
    other = page.get_by_role("checkbox", name="Explosion")
    more = int(other.locator("xpath=..").locator(".filter-count").text_content())
    other.check()
    assert page.evaluate("filters.count") == promised + more
    page.get_by_role("checkbox", name="no country").check()
    page.get_by_role("checkbox", name="town or village").check()
    page.get_by_label("Confidence").fill("50")
    page.get_by_label("At most from a border").fill("60")
    watched.until("filters.state.border === 60")
    page.get_by_role("checkbox", name="without a date").uncheck()
    page.evaluate("filters.set({from: '2023-07-01', to: '2024-05-31'})")
    said = [
        "Kinds: Clash, Explosion",
        "Countries: no country",
        "Precision: town or village",
        "confidence at least 50%",
        "at most 60 km from a border",
        "2023-07-01 to 2024-05-31",
        "only with a date",
    ]
    assert page.evaluate("filters.describe()") == said
    assert page.locator(".chips li span").all_text_contents() == [
        *said[:5],
        "only with a date",
        "2023-07-01 to 2024-05-31",
    ]
    assert page.locator("summary .number").text_content() == "6"
    remove = page.get_by_role("button", name="Remove: Kinds: Clash, Explosion")
    remove.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("filters.state.kinds") is None
    assert not clash.is_checked()
    assert (
        page.evaluate("document.activeElement.getAttribute('aria-label')") == "Remove: Countries: no country"
    )
    page.get_by_role("button", name="Reset").click()
    assert page.evaluate("[filters.count, document.activeElement.id]") == [300, "filter-text"]
    assert page.locator(".chips li").count() == 0
    page.evaluate("filters.set({from: null, to: '2024-05-31'})")
    assert page.evaluate("filters.describe()") == ["until 2024-05-31"]
    assert not watched.complaints


def test_facets_with_one_value_are_left_out(open_offline):
    same = extraction(*(incident(f"Incident {n}") for n in range(5)))
    watched = opened(open_offline, sample(same))
    assert not watched.page.locator("details").is_visible()
    assert not watched.page.locator("#timeline").is_visible()
    assert watched.page.locator(STATUS).text_content() == "5 incidents"
    empty = opened(open_offline, sample(extraction()))
    assert empty.page.locator(STATUS).text_content() == "0 incidents"
    assert not empty.complaints and not watched.complaints


def test_many_countries_are_shown_on_demand(open_offline):
    codes = ["UA", "RU", "KZ", "FJ", "CN", "AA", "BB", "CC", "DD", "EE", "FF", "GG", "HH", "II"]
    many = [
        incident(f"Incident {n}", replace(KHARKIV, country=code))
        for place_number, code in enumerate(codes)
        for n in range(20 - place_number)
    ]
    watched = opened(open_offline, sample(extraction(*many)))
    page = watched.page
    page.locator("summary").click()
    rows = page.locator(".filter-boxes li:visible")
    assert rows.count() == 8
    page.get_by_role("button", name="Show all 14 countries").click()
    assert rows.count() == 14
    page.keyboard.type("fij")  # the search field has the focus
    assert rows.count() == 1
    page.get_by_role("checkbox", name="Fiji").check()
    assert page.evaluate("filters.state.countries") == ["FJ"]
    page.evaluate("filters.set({countries: ['II']})")
    page.get_by_role("button", name="Show fewer").click()
    assert rows.count() == 9  # the ticked one besides


def days(*texts: str | None) -> Any:
    dated = [
        incident(f"Incident {n}", date=date.fromisoformat(text) if text else None)
        for n, text in enumerate(texts)
    ]
    return sample(extraction(*dated))


def test_keyboard_moves_the_window_by_bars(open_offline):
    watched = opened(open_offline, days(*(f"2024-03-{day:02}" for day in range(20, 32)), None, None))
    page = watched.page
    start, end = page.get_by_label("From", exact=True), page.get_by_label("To", exact=True)
    assert start.get_attribute("aria-valuetext") == "2024-03-20"
    assert end.get_attribute("aria-valuetext") == "2024-03-31"
    assert "Per day, at most 1; 2 without a date" in page.locator("#timeline p").text_content()
    for _ in range(3):
        start.press("ArrowRight")
    end.press("ArrowLeft")
    assert page.evaluate("[filters.state.from, filters.state.to]") == ["2024-03-23", "2024-03-30"]
    assert page.evaluate("filters.count") == 8 + 2
    assert start.get_attribute("aria-valuetext") == "2024-03-23"
    start.press("Shift+ArrowRight")
    assert page.evaluate("[filters.state.from, filters.state.to]") == ["2024-03-24", None]
    start.press("Shift+ArrowRight")
    assert page.evaluate("[filters.state.from, filters.state.to]") == ["2024-03-24", None]
    end.press("Home")  # ends do not cross
    assert page.evaluate("[filters.state.from, filters.state.to]") == ["2024-03-24", "2024-03-24"]
    page.get_by_role("button", name="All dates").click()
    assert page.evaluate("[filters.state.from, filters.state.to, filters.count]") == [None, None, 14]
    assert not page.evaluate("calls[calls.length - 1].moving")
    assert not watched.complaints


def test_pointer_chooses_and_drags_a_window(open_offline):
    watched = opened(open_offline, days(*(f"2024-03-{day:02}" for day in range(1, 31))))
    page = watched.page
    box = page.locator("canvas").bounding_box()

    def at(day: int) -> tuple[float, float]:
        return box["x"] + (day - 0.5) / 30 * box["width"], box["y"] + 20

    page.mouse.move(*at(5))
    page.mouse.down()
    page.mouse.move(*at(8), steps=5)
    page.mouse.move(*at(10), steps=5)
    page.mouse.up()
    assert page.evaluate("[filters.state.from, filters.state.to]") == ["2024-03-05", "2024-03-10"]
    page.evaluate("calls.length = 0")
    page.mouse.move(*at(7))
    page.mouse.down()
    for day in range(8, 28):
        page.mouse.move(*at(day))
    watched.until("calls.length > 0")
    page.mouse.up()
    assert page.evaluate("[filters.state.from, filters.state.to]") == ["2024-03-25", None]
    calls = page.evaluate("calls")
    assert [call["moving"] for call in calls] == [True] * (len(calls) - 1) + [False]
    page.mouse.click(*at(3))
    assert page.evaluate("[filters.state.from, filters.state.to]") == ["2024-03-03", "2024-03-03"]


@pytest.mark.parametrize("calm", [False, True])
def test_playing_reaches_the_end(open_offline, calm):
    watched = opened(
        open_offline,
        days("2024-03-29", "2024-03-30", "2024-03-31", "2024-04-01", "2024-04-01"),
        timezone_id="Europe/Berlin",  # whose clocks changed on 31 March
        reduced_motion="reduce" if calm else "no-preference",
    )
    page = watched.page
    page.get_by_role("button", name="Play").click()
    assert page.get_by_role("button", name="Pause").is_visible()
    watched.until("calls.length && !calls[calls.length - 1].moving")
    calls = page.evaluate("calls")
    # From the start the window grows; the last call is the only one that does not move.
    assert [(call["from"], call["to"], call["count"], call["moving"]) for call in calls] == [
        (None, "2024-03-29", 1, True),
        (None, "2024-03-30", 2, True),
        (None, "2024-03-31", 3, True),
        (None, None, 5, False),
    ]
    took = calls[-1]["at"] - calls[0]["at"]
    assert took > (2700 if calm else 1200)
    page.evaluate("(filters.set({from: '2024-03-30', to: '2024-03-31'}), calls.length = 0)")
    page.get_by_role("button", name="Play").click()
    watched.until("calls.length && !calls[calls.length - 1].moving")
    calls = page.evaluate("calls")
    assert [(call["from"], call["to"]) for call in calls] == [
        ("2024-03-30", "2024-03-31"),
        ("2024-03-31", None),
    ]
    # Other days chosen elsewhere end it.
    page.get_by_role("button", name="Play").click()
    page.evaluate("filters.reset()")
    assert page.get_by_role("button", name="Play").is_visible()
    assert page.evaluate("filters.state.to") is None
    assert not watched.complaints


def test_undated_incidents_are_shown_unless_unticked(open_offline):
    watched = opened(open_offline, days("2024-05-01", "2024-05-09", None, None, None))
    page = watched.page
    page.evaluate("filters.set({from: '2024-05-05'})")
    assert page.evaluate("filters.count") == 4
    page.locator("summary").click()
    box = page.get_by_role("checkbox", name="without a date")
    assert box.is_checked()
    box.uncheck()
    assert page.evaluate("filters.count") == 1
    assert box.locator("xpath=..").locator(".filter-count").text_content() == "3"
    assert "3 without a date" in page.locator("#timeline p").text_content()


def test_bars_cover_every_day_since_year_one(open_offline):
    watched = opened(
        open_offline, days("0001-01-01", "1969-12-31", "2024-05-01"), timezone_id="America/New_York"
    )
    page = watched.page
    start = page.get_by_label("From", exact=True)
    assert start.get_attribute("aria-valuetext") == "0001-01-01"
    assert "Per 25 years, at most 1" in page.locator("#timeline p").text_content()
    start.press("ArrowRight")
    assert page.evaluate("[filters.state.from, filters.count]") == ["0025-01-01", 2]
    page.get_by_label("To", exact=True).press("ArrowLeft")
    assert page.evaluate("[filters.state.to, filters.count]") == ["1999-12-31", 1]
    spans = [(-719162, 2932896)]
    draw = random.Random(5)
    for most in (1, 119, 120, 839, 3600, 10_000, 43_000, 400_000):
        spans += [
            (first, first + draw.randrange(1, most + 1)) for first in [draw.randrange(-700_000, 60_000)] * 5
        ]
    for (first, last), bars in zip(
        spans,
        page.evaluate("(spans) => spans.map(([first, last]) => incidentMap.barsOf(first, last))", spans),
        strict=True,
    ):
        edges = bars["edges"]
        assert 2 <= len(edges) <= 121, json.dumps([first, last])
        assert edges == sorted(set(edges))
        assert edges[0] <= first < edges[1]
        assert edges[-2] <= last < edges[-1]
        if bars["unit"] in {"month", "quarter", "year"}:
            dates = [date.fromordinal(719163 + day) for day in edges[1:-1]]
            assert all(day.day == 1 for day in dates)
    assert not watched.complaints


def test_a_year_alone_does_not_stretch_the_timeline(open_offline):
    days = [date(2024, 5, 25), date(2024, 5, 31)]
    told = [incident(f"Day {n}", date=day) for n, day in enumerate(days)]
    told.append(incident("Some time", date=date(2024, 1, 1), date_precision="year"))
    watched = opened(open_offline, sample(extraction(*told)))
    assert "2024-05-25" in watched.page.locator(".time-dates").inner_text()
    assert "2024-05-31" in watched.page.locator(".time-dates").inner_text()
    assert watched.page.evaluate("filters.count") == 3
    only = opened(open_offline, sample(extraction(told[2], replace(told[2], date=date(2023, 1, 1)))))
    assert "2023-01-01" in only.page.locator(".time-dates").inner_text()
