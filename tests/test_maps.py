from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import folium
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from map_samples import (
    ASIDES,
    ENGELS,
    FIRST,
    KHARKIV,
    KHARKIV_BORDER,
    MERGED,
    MERGED_STORY,
    SECOND,
    TOLD_FIRST,
    border,
    extraction,
    figure,
    incident,
    place,
    records,
    small_basemap,
)

from mapper.backing import ROOM, Passages, backings, count_text, figure_text, range_text, time_text
from mapper.errors import OptionError
from mapper.features import (
    KINDS,
    _is_web_address,
    casualty_text,
    date_text,
    distance_text,
    map_data,
)
from mapper.map_rows import NO_DAY, SCALE, side_by_side
from mapper.maps import MapOptions, make_map, map_html, save_map
from mapper.model import (
    EVIDENCE_FIELDS,
    INCIDENT_KINDS,
    Evidence,
    Extraction,
    Figure,
    Rejected,
    Report,
    Resolution,
    Toponym,
)
from mapper.online_layers import OnlineLayer
from mapper.packing import packed_columns


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[dict[str, str | None], str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script" and data.strip():
            self.texts.append((self.tags[-1][1], data))


def page(*extractions: Extraction, **options: object) -> str:
    return map_html(make_map(extractions, basemap=small_basemap(), **options))


@pytest.mark.parametrize(
    ("day", "precision", "text"),
    [
        (date(2024, 5, 31), "day", "2024-05-31"),
        (date(2024, 5, 25), "week", "week of 2024-05-25"),
        (date(2024, 5, 1), "month", "2024-05"),
        (date(2024, 1, 1), "year", "2024"),
        (date(2024, 1, 1), "unknown", "date unknown"),
        (None, "day", "date unknown"),
    ],
)
def test_date_is_written_as_precisely_as_known(day, precision, text):
    assert date_text(incident("x", date=day, date_precision=precision)) == text


@pytest.mark.parametrize(
    ("killed", "injured", "text"),
    [
        (3, 16, "3 killed, 16 injured"),
        (1234, None, "1,234 killed"),
        (None, 2, "2 injured"),
        (0, None, "0 killed"),
        (None, None, "not stated"),
    ],
)
def test_casualties(killed, injured, text):
    assert casualty_text(incident("x", killed=killed, injured=injured)) == text


@pytest.mark.parametrize(
    ("km", "reach", "kind", "text"),
    [
        (34.69, 12.3, "city", "34.7 km (22–47)"),
        (34.69, 0.0, "city", "34.7 km"),
        (3.21, 1.5, "city", "3.2 km (1.7–4.7)"),
        (472.53, 4.6, "city", "473 km (468–477)"),
        (60.0, 178.0, "region", "0–238 km"),
        (5.0, 1600.0, "country", "0–1,605 km"),
    ],
)
def test_distance_says_how_sure_it_is(km, reach, kind, text):
    assert distance_text(border(km, ("RU", "UA"), 50, 36, reach=reach), kind) == text


def test_distance_names_both_countries_and_the_story_border_beside_it():
    engels = incident(
        "Base attacked",
        ENGELS,
        border=border(151.2, ("KZ", "RU"), 50.6, 47.6, reach=4.6),
        story_border=border(472.53, ("RU", "UA"), 49.95, 39.8, reach=4.6),
        story_reason="the report is about Ukraine",
    )
    (shown,) = records(map_data([extraction(engels)], basemap=small_basemap()))
    assert shown["border"] == [151.2, 146.6, 155.8, "KZ", "RU", 50.6, 47.6]
    assert shown["story"] == [472.53, 467.93, 477.13, "RU", "UA", 49.95, 39.8]
    assert shown["story_reason"] == "the report is about Ukraine"
    assert shown["place"] == ["Engels", "Saratov Oblast", "RU", "city", 4.6]


def test_every_kind_can_be_told_apart_without_colour():
    assert set(KINDS) == set(INCIDENT_KINDS)
    letters = [letter for _, letter, _, _ in KINDS.values()]
    shapes = [shape for _, _, shape, _ in KINDS.values()]
    assert len(set(letters)) == len(set(shapes)) == len(KINDS)
    drawn = files("mapper").joinpath("map_page/symbols.js").read_text(encoding="utf-8")
    for shape in shapes:
        assert re.search(rf"^    {shape}: \"M", drawn, re.MULTILINE), shape


@pytest.mark.parametrize("kind", KINDS)
def test_white_letters_can_be_read_on_every_colour(kind):
    colour = KINDS[kind][3]
    # Relative luminance and contrast as WCAG 2.1 defines them; 4.5 is its limit for small text.
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (luminance + 0.05) >= 4.5


@given(st.lists(st.floats(-180, 180), max_size=12))
def test_places_are_drawn_side_by_side_across_the_antimeridian(longitudes):
    drawn = [
        x / SCALE for x in side_by_side(np.array([round(lon * SCALE) for lon in longitudes], dtype=np.int64))
    ]
    assert len(drawn) == len(longitudes)
    for lon, x in zip(longitudes, drawn, strict=True):
        assert min(abs(x - lon), abs(x - lon - 360)) < 1 / SCALE
    if drawn:
        # No other way of cutting the circle gives a narrower picture.
        ordered = sorted({lon % 360 for lon in longitudes})
        gaps = [b - a for a, b in zip(ordered, [*ordered[1:], ordered[0] + 360], strict=True)]
        assert max(drawn) - min(drawn) <= 360 - max(gaps) + 2 / SCALE


def test_fiji_and_chukotka_stand_on_one_side():
    fiji, chukotka, kherson, york = 178 * SCALE, -173 * SCALE, 33 * SCALE, -74 * SCALE
    assert side_by_side(np.array([fiji, chukotka])).tolist() == [fiji, 187 * SCALE]
    assert side_by_side(np.array([kherson, york])).tolist() == [kherson, york]


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://example.org/a?b=c#d", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("//example.org", False),
        ("https://[", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url, good):
    assert _is_web_address(url) is good
    report = Report(id="r", text="x", url=url)
    assert map_data([Extraction(report=report)], basemap=small_basemap()).head["reports"][0]["url"] == (
        url if good else None
    )


def test_page_refers_to_nothing_outside():
    tags = Tags(page(extraction(incident("One", border=KHARKIV_BORDER)))).tags
    assert not [tag for tag, attrs in tags if tag in {"img", "iframe", "object", "embed", "base"}]
    assert [attrs for tag, attrs in tags if tag == "link"] == [{"rel": "icon", "href": "data:,"}]
    assert not [attrs for tag, attrs in tags if "src" in attrs]
    styles = "".join(
        files("mapper").joinpath(name).read_text("utf-8")
        for name in ("map_page/page.css", "vendor/leaflet/leaflet.css")
    )
    assert "@import" not in styles
    addresses = re.findall(r"url\(([^)]*)\)", styles)
    assert addresses
    assert all(address.startswith(("data:", "#")) for address in addresses)


def test_the_page_can_be_zoomed_with_two_fingers():
    (viewport,) = [attrs for tag, attrs in Tags(page()).tags if attrs.get("name") == "viewport"]
    assert viewport["content"] == "width=device-width, initial-scale=1"


@pytest.mark.parametrize("url", ["https://a.test/; script-src *", 'https://"><script>/{z}/{x}/{y}', "x"])
def test_a_layer_made_by_code_is_no_way_into_the_policy(url):
    layer = OnlineLayer(name="x", url=url, attribution="")
    with pytest.raises(OptionError, match="address"):
        page(options=MapOptions(layers=(layer,)))


def test_policy_names_every_script_by_its_hash():
    html = page(extraction(incident("One")))
    parsed = Tags(html)
    policy = next(
        attrs["content"] for tag, attrs in parsed.tags if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    run = [text for attrs, text in parsed.texts if "type" not in attrs]
    assert len(run) >= 5
    for text in run:
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy


def test_scripts_do_not_depend_on_the_data():
    one = Tags(page(extraction(incident("One")), title="A"))
    two = Tags(page(extraction(incident("Two", ENGELS), incident("Three")), title="B"))
    scripts = [[text for attrs, text in parsed.texts if "type" not in attrs] for parsed in (one, two)]
    assert scripts[0] == scripts[1]


def test_same_input_gives_the_same_bytes():
    given_twice = extraction(incident("One", border=KHARKIV_BORDER))
    assert page(given_twice) == page(given_twice)


def test_folium_keeps_its_own_scripts():
    before = (list(folium.Map.default_js), list(folium.Map.default_css))
    page(extraction(incident("One")))
    assert (folium.Map.default_js, folium.Map.default_css) == before
    assert before[0]


@pytest.mark.parametrize(
    "text",
    [
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "{{ 7*7 }}{% if x %}{# c #}",
        "a\u2028b\u2029c",
        "\ud800",
        "\x00",
        "`${x}`",
        "&lt;",
    ],
)
def test_data_block_holds_hostile_text_unchanged(text):
    html = page(extraction(incident(text, place(text, 1, 2), evidence=text)), title=text)
    found = Tags(html).texts
    (head,) = [data for attrs, data in found if attrs.get("id") == "incident-data"]
    (rows,) = [data for attrs, data in found if attrs.get("class") == "incident-rows"]
    assert inflated(head)["title"] == text
    row = inflated(rows)
    assert row["title"] == row["sentence"] == ["\x01"]  # which stands for the place's name
    (places,) = [data for attrs, data in found if attrs.get("class") == "place-rows"]
    assert inflated(places)["name"] == [text]


def inflated(packed: str) -> Any:
    return json.loads(zlib.decompress(base64.b64decode(packed), -zlib.MAX_WBITS))


def test_what_is_not_on_the_map_keeps_its_reason():
    toponym = Toponym(report_id="r1", start=0, end=10, text="Washington")
    unresolved = Resolution(toponym=toponym, place=None, score=0, reason="stands for a government")
    found = extraction(
        resolutions=(unresolved, unresolved, replace(unresolved, reason="")),
        rejected=(Rejected(source="row 3", reason="empty"),),
    )
    data = map_data(
        [found], basemap=small_basemap(), rejected=[Rejected(source="b.pdf", reason="is encrypted")]
    ).head
    assert data["unplaced"] == [
        {"text": "Washington", "reason": "stands for a government", "count": 2},
        {"text": "Washington", "reason": "no place of this name is known", "count": 1},
    ]
    assert data["rejected"] == [
        {"source": "row 3", "reason": "empty"},
        {"source": "b.pdf", "reason": "is encrypted"},
    ]


def test_heading_is_the_title_given_or_that_of_the_only_report():
    one = extraction(incident("One"))
    basemap = small_basemap()
    assert map_data([one], basemap=basemap).head["title"] == "A night of strikes"
    assert map_data([one], basemap=basemap, title="Mine").head["title"] == "Mine"
    assert map_data([one, one], basemap=basemap).head["title"] == "Incidents in 2 reports"


def test_labels_put_the_places_of_incidents_first():
    town = place("Derhachi", 50.1094, 36.1217, population=18_000)
    quarter = place("Saltivka", 50.02, 36.33, population=400_000)  # 7 km from the middle of Kharkiv
    nowhere = place("Ukraine", 49, 32, kind="country")
    data = map_data(
        [extraction(incident("One"), incident("Two"), incident("3", nowhere))],
        basemap=small_basemap(),
        labels=[quarter, town],
    )
    assert data.head["labels"] == [
        ["Kharkiv", KHARKIV.point.lat, KHARKIV.point.lon, 0, 1],
        ["Derhachi", 50.1094, 36.1217, 18, 0],
    ]


def test_a_kind_of_another_version_is_shown_as_other():
    data = map_data([extraction(incident("One", kind="space_debris"))], basemap=small_basemap())
    assert INCIDENT_KINDS[data.columns["kind"][0]] == "other"


def test_file_is_replaced_whole(tmp_path: Path):
    drawn = make_map([extraction(incident("One"))], basemap=small_basemap())
    target = tmp_path / "map.html"
    target.write_text("old")
    save_map(drawn, target)
    assert target.read_text(encoding="utf-8") == map_html(drawn)
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]
    with pytest.raises(OSError, match="missing"):
        save_map(drawn, tmp_path / "missing" / "map.html")


@pytest.mark.parametrize(
    "basemap", [{}, small_basemap() | {"packed": "<script>"}, small_basemap() | {"packed": None}]
)
def test_broken_basemap_is_named(basemap):
    with pytest.raises(OptionError, match=r"mapper\.world\.basemap"):
        make_map([], basemap=basemap)


@pytest.mark.parametrize(
    ("kind", "spot"),
    [
        ("city", True),
        ("site", True),
        ("airfield", True),
        ("region", False),
        ("country", False),
        ("area", False),
        ("water", False),
    ],
)
def test_only_areas_are_drawn_as_vague(kind: str, spot: bool) -> None:
    sample = incident("A strike", replace(KHARKIV, kind=kind))
    data = map_data([extraction(sample)], basemap=small_basemap())
    assert bool(data.places["hollow"][0]) is not spot


def stated(*figures: tuple[int | None, int | None, int | None], reports: int = 1) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            what="killed",
            best=best,
            low=low,
            high=high,
            evidence=Evidence(field="killed", report_id=f"r{n % reports}", start=n, end=n + 1, text="x"),
        )
        for n, (best, low, high) in enumerate(figures)
    )


@pytest.mark.parametrize(
    ("killed", "figures", "reports", "text"),
    [
        (3, [(3, 3, 3)], 1, "3 killed"),
        (3, [(3, 3, None)], 1, "3 killed (at least)"),
        (32, [(32, 0, 32)], 1, "32 killed (at most)"),
        (32, [(32, None, 32)], 1, "32 killed (at most)"),
        (20, [(20, 18, 22)], 1, "20 killed (18 to 22)"),
        (10, [(10, 10, 15)], 1, "10 killed (10 to 15)"),
        (0, [(0, 0, 0)], 1, "0 killed"),
        (None, [(None, 24, None)], 1, "24 or more killed"),
        (None, [(None, None, None)], 1, "some killed"),
        (20, [(17, 17, 17), (20, 20, 20)], 2, "20 killed (reports say 17 to 20)"),
        (20, [(17, 17, None), (20, 20, 20)], 2, "20 killed (reports say 17 to 20)"),
        (20, [(17, 17, 17), (20, 20, None)], 2, "20 killed (reports say 17 to 20 or more)"),
        (32, [(24, 24, 24), (32, 0, 32)], 2, "32 killed (reports say 24 to 32)"),
        (20, [(20, 20, 20), (20, 20, 20)], 2, "20 killed"),
        (8, [(6, 6, 6), (8, 8, 8)], 1, "8 killed (the report says 6 to 8)"),
        (1200, [(1100, 1100, 1100), (1200, 1200, 1200)], 2, "1,200 killed (reports say 1,100 to 1,200)"),
        (20, [(None, 24, None), (20, 20, 20)], 2, "20 killed (reports say 20 to 24 or more)"),
    ],
)
def test_conflicting_figures_show_the_latest_and_the_range(killed, figures, reports, text):
    told = incident("x", killed=killed, figures=stated(*figures, reports=reports))
    assert count_text(told, "killed") == casualty_text(told) == text


def test_missing_and_displaced_count_as_casualties():
    assert casualty_text(incident("x", missing=12, displaced=5000)) == "12 missing, 5,000 displaced"
    assert range_text(incident("x", missing=12), "missing") == ""
    assert [figure_text(f) for f in stated((3, 3, None), (None, 24, None), (20, 18, 22))] == [
        "at least 3",
        "24 or more",
        "20 (18 to 22)",
    ]


def test_an_interval_of_days_and_a_time():
    told = incident("x", date_end=date(2024, 6, 2), time="09:30", time_zone="UTC")
    assert date_text(told) == "2024-05-31 to 2024-06-02"
    assert time_text(told) == "09:30 UTC"
    assert time_text(replace(told, time_zone="local")) == "09:30 local time"
    assert time_text(replace(told, time=None)) == ""
    assert date_text(replace(told, date_precision="month")) == "2024-05"


def test_every_field_carries_its_words_with_the_sentence_around():
    (shown,) = records(map_data(MERGED_STORY, basemap=small_basemap()))
    found = {}
    for _, label, value, those in shown["why"]:
        for said, passage, start, end, report in those:
            units = shown["passages"][passage].encode("utf-16-le")
            marked = units[2 * start : 2 * end].decode("utf-16-le")
            found.setdefault((label, value), []).append((said, marked, report))
    assert found == {
        ("Kind", "Shelling or missile"): [("Shelling or missile", "hit", 0)],
        ("Date", "2024-05-30"): [("2024-05-30", "on Thursday", 0)],
        ("Time", "21:00 local time"): [("21:00 local time", "9 p.m.", 0)],
        ("Killed", "20 killed (reports say 17 to 20)"): [
            ("20", "20 dead", 1),
            ("at least 17", "killing at least 17 people", 0),
        ],
        ("Injured", "24 or more injured"): [("24 or more", "dozens of injured", 1)],
        ("Place", "Kharkiv"): [("Kharkiv", "Kharkiv", 0)],
        ("By", "Russian forces"): [("Russian forces", "Russian forces", 0)],
        ("Denied by", "Moscow"): [("Moscow", "Moscow", 1)],
        ("Weapon", "missile"): [("missile", "missile", 0)],
        ("Hit", "apartment block"): [("apartment block", "apartment block", 0)],
    }
    # the whole first report is one paragraph; two sentences of it and one of the second stand alone
    assert len(shown["passages"]) == len(set(shown["passages"])) == 4
    assert shown["paragraph"] == FIRST.text and shown["evidence"] == TOLD_FIRST.evidence


def test_the_paragraph_around_a_sentence():
    text = "A headline\n\nFirst. \U0001f6a8 The second one.  Third.\n\nAnother paragraph."
    start = text.index("The second")
    report = Report(id="r1", text=text)
    told = incident("x", evidence=text[start : start + 15], start=start, end=start + 15)
    (shown,) = records(map_data([Extraction(report=report, incidents=(told,))], basemap=small_basemap()))
    assert (
        shown["paragraph"] == "First. \U0001f6a8 The second one.  Third."
        and shown["evidence"] == "The second one."
    )
    lies = replace(told, start=3, end=18)
    (shown,) = records(map_data([Extraction(report=report, incidents=(lies,))], basemap=small_basemap()))
    assert shown["paragraph"] == shown["evidence"] == "The second one."


def test_a_merged_incident_lists_every_telling():
    (shown,) = records(map_data(MERGED_STORY, basemap=small_basemap()))
    told = [
        (report, casualties, shown["passages"][passage].split()[0])
        for report, _, passage, casualties, _ in shown["sources"]
    ]
    assert told == [
        (0, "17 killed (at least)", FIRST.text.split()[0]),
        (1, "20 killed, 24 or more injured", SECOND.text.split()[0]),
    ]
    (alone,) = records(map_data([Extraction(report=FIRST, incidents=(TOLD_FIRST,))], basemap=small_basemap()))
    assert alone.get("sources") is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from([KHARKIV, ENGELS, place("Suva", -18.14, 178.44), place("Anadyr", 64.73, 177.5)]),
            st.sampled_from(INCIDENT_KINDS),
            st.none() | st.dates(),
            st.none() | st.integers(0, 2**40),
            st.none() | st.floats(0, 20_000),
        ),
        max_size=30,
    )
)
def test_columns_hold_what_the_incidents_say(samples):
    told = [
        incident(
            "x",
            where,
            kind=kind,
            date=day,
            killed=killed,
            border=None if km is None else border(km, ("RU", "UA"), 50, 36),
        )
        for where, kind, day, killed, km in samples
    ]
    data = map_data([extraction(*told)], basemap=small_basemap())
    columns, places = (unpacked(*packed_columns(group)) for group in (data.columns, data.places))
    for group, found in ((data.columns, columns), (data.places, places)):
        assert set(found) == set(group)
        for name, column in group.items():
            assert found[name].tolist() == column.tolist(), name
    for n, (where, kind, day, killed, km) in enumerate(samples):
        at = columns["place"][n]
        assert (places["lat"][at], places["lon"][at] % (360 * SCALE)) == (
            round(where.point.lat * SCALE), round(where.point.lon * SCALE) % (360 * SCALE),
        )  # fmt: skip
        assert INCIDENT_KINDS[columns["kind"][n]] == kind
        assert columns["killed"][n] == (-1 if killed is None else min(killed, 2**31 - 1))
        assert places["border"][at] == (-1 if km is None else round(km * 10))
        assert columns["first"][n] == ((day - date(1970, 1, 1)).days if day else NO_DAY)


def unpacked(text: str, plan: list[list[Any]]) -> dict[str, np.ndarray]:
    """Undo ``packed_columns`` as the page does."""
    planes = np.frombuffer(zlib.decompress(base64.b64decode(text), -zlib.MAX_WBITS), dtype=np.uint8)
    found, at = {}, 0
    for name, width, least, count in plan:
        column = np.full(count, least, dtype=np.int64)
        for plane in range(width):
            column += planes[at : at + count].astype(np.int64) << (8 * plane)
            at += count
        found[name] = column
    assert at == len(planes)
    return found


@given(st.data(), st.text(min_size=1, max_size=80))
def test_marks_are_the_words_of_the_sentence(data, text):
    """Words in the incident's own sentence are told by numbers; the page must find the same words."""
    start = data.draw(st.integers(0, 20))
    spans = data.draw(
        st.lists(
            st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted),
            min_size=1,
            max_size=4,
        )
    )
    fields = ("kind", "place", "weapon", "target")
    supports = tuple(
        Evidence(field=field, report_id="r1", start=start + a, end=start + b, text=text[a:b])
        for field, (a, b) in zip(fields, spans, strict=False)
    )
    told = incident("x", evidence=text, start=start, end=start + len(text), supports=supports)
    (shown,) = records(map_data([extraction(told)], basemap=small_basemap()))
    units = text.encode("utf-16-le", "surrogatepass")
    found, end = {}, 0
    for field, gap, length in zip(*[iter(shown["marks"])] * 3, strict=True):
        words = units[2 * (end + gap) : 2 * (end + gap + length)]
        found[EVIDENCE_FIELDS[field]] = words.decode("utf-16-le", "surrogatepass")
        end += gap + length
    assert found == {evidence.field: evidence.text for evidence in supports}


def test_totals_and_old_events_are_marked_and_not_mapped():
    data = map_data([Extraction(report=FIRST, set_aside=ASIDES)], basemap=small_basemap())
    assert records(data) == []
    assert [(a["label"], a["figures"], a["reason"]) for a in data.head["aside"]] == [
        ("Total over a time", "2,000 killed", "a total over a time: “since 2022”"),
        ("Old event", "", "more than a year before the report"),
    ]


def test_words_that_no_report_holds_stand_alone():
    texts = Passages([FIRST])
    for evidence in (
        Evidence(field="place", report_id="lost", start=0, end=4, text="Kyiv"),
        Evidence(field="place", report_id="first", start=0, end=4, text="Kyiv"),
        Evidence(field="place", report_id="first", start=-4, end=900_000, text="Kyiv"),
    ):
        found = texts.around(evidence)
        assert (found.report, found.text[found.start : found.end], found.text) == (None, "Kyiv", "Kyiv")


@given(st.text(max_size=60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 3))
def test_the_sentence_around_always_holds_the_words(text, start, length, times):
    text = text + " word, word" * (150 * times) + text
    words = text[start : start + length]
    evidence = Evidence(
        field="place",
        report_id="r",
        start=min(start, len(text)),
        end=min(start, len(text)) + len(words),
        text=words,
    )
    found = Passages([Report(id="r", text=text)]).around(evidence)
    assert found.report == 0
    assert found.text[found.start : found.end] == words
    assert len(found.text) <= len(words) + 2 * ROOM + 4 or "\n" in text or "\r" in text


def test_of_two_reports_with_one_name_the_one_with_the_words_is_shown():
    twins = [Report(id="r", text="Nothing here."), Report(id="r", text="A bomb fell on Kyiv.")]
    found = Passages(twins).around(Evidence(field="place", report_id="r", start=15, end=19, text="Kyiv"))
    assert (found.report, found.text) == (1, "A bomb fell on Kyiv.")


def test_fields_without_words_and_words_without_value_have_no_row():
    assert backings(incident("x", killed=3, weapon="bomb")) == []
    assert {b.field for b in backings(MERGED)} >= {"kind", "place", "killed", "actor"}
    other = replace(MERGED, kind="accident")
    assert {b.label for b in backings(other) if b.field == "weapon"} == {"Cause"}
    assert figure("killed", "20 dead", SECOND, 20, 20, 20).evidence.text == "20 dead"
