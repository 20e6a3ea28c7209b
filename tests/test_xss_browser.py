"""Nothing that a text holds ever runs, loads or leads away: every payload in every text that reaches the page."""

from __future__ import annotations

import base64
import csv
import gzip
import html as markup
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from conftest import Watched
from map_samples import place, small_basemap
from xss_payloads import FAMILIES, PAYLOADS

from mapper.cells import safe_cell
from mapper.maps import SCRIPTS, STYLES, MapOptions, make_map, map_html
from mapper.model import (
    Actor,
    BorderDistance,
    DistanceClaim,
    Evidence,
    Extraction,
    Figure,
    Incident,
    Point,
    Rejected,
    Report,
    Resolution,
    SetAside,
    Toponym,
)
from mapper.online_layers import ONLINE_LAYERS, OnlineLayer
from mapper.tilesets import Tileset

PACKAGE = Path(__file__).parent.parent / "mapper"
READY = "document.documentElement.dataset.ready === 'true'"
HARMLESS = tuple(f"plain text {number}" for number in range(len(PAYLOADS)))
DAY = date(2024, 5, 1)
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """Payloads, or harmless texts, of which every field takes another one."""

    all: Sequence[str]

    def __call__(self, number: int, field: int) -> str:
        return self.all[(number + 37 * field) % len(self.all)]


def words_of(text: str, report: str, *, stray: bool = False) -> Evidence:
    """Return words that stand at the beginning of a report's text, or that no report holds and whose offsets lie."""
    end = 10**9 if stray else len(text)
    return Evidence(field="kind", report_id=report, start=-5 if stray else 0, end=end, text=text)


def told(texts: Texts, n: int, address: bool) -> Extraction:
    """Return a report with an incident and all else that may be read from it, each field with another text."""
    t = lambda field: texts(n, field)  # noqa: E731
    body = t(0)
    report = Report(
        id=f"{t(1)} {n}",
        text=f"{body}\n\n{t(2)} {t(3)}",
        title=t(4),
        outlet=t(5),
        url="https://example.org/" + t(6) if address else t(6),
        published=DAY,
    )
    whole = words_of(body, report.id)

    def near(field: int, km: float, lat: float) -> BorderDistance:
        return BorderDistance(
            km=km,
            low_km=0.0,
            high_km=2 * km,
            border=(t(field), t(field + 1)),
            nearest_point=Point(lat=lat, lon=36.31),
            view=t(field + 2),
        )

    where = place(
        t(7),
        41 + 17 * ((n * 7) % 23) / 23,
        21 + 37 * ((n * 5) % 29) / 29,
        country=t(8),
        admin1=t(9),
        kind=t(10) if n % 3 == 0 else "city",
        radius_km=5.0,
        feature=t(11),
        admin2=t(12),
    )
    numbers = tuple(
        Figure(what=what, best=n, low=n, high=None, evidence=words_of(t(13 + k), report.id, stray=bool(k)))
        for k, what in enumerate(("killed", "injured", t(15)))
    )
    actors = tuple(
        Actor(role=role, text=t(20 + k), evidence=words_of(t(24 + k), report.id, stray=True), country=t(28))
        for k, role in enumerate(("by", "to", "claimed", t(29)))
    )
    attack = Incident(
        report_id=report.id,
        title=t(30),
        kind=t(31),
        place=where,
        place_reason=t(32),
        evidence=body,
        start=0,
        end=len(body),
        confidence=(n % 11) / 10,
        date=None if n % 13 == 0 else DAY + timedelta(days=n % 90),
        date_precision=t(33) if n % 3 == 1 else "day",
        killed=n,
        injured=1,
        border=near(34, 1.0 + n % 50, 50.29),
        story_border=near(37, 99.0, 52.29),
        story_reason=t(40),
        date_reason=t(41),
        time=t(42),
        time_zone=t(43),
        figures=numbers,
        actors=actors,
        weapon=t(44),
        target=t(45),
        supports=(
            whole,
            *(
                replace(words_of(t(46 + k), report.id, stray=k % 2 == 0), field=field)
                for k, field in enumerate(("date", "time", "place", "weapon", "target", "killed"))
            ),
        ),
    )
    other = replace(attack, report_id=t(53), evidence=t(54), start=3, date_precision=t(55), supports=())
    span = {"report_id": report.id, "start": 0, "end": 1}
    toponym = Toponym(report_id=report.id, start=0, end=1, text=f"{t(56)} {n}")
    return Extraction(
        report=report,
        incidents=(replace(attack, members=(attack, other)) if n % 2 else attack,),
        resolutions=(Resolution(toponym=toponym, place=None, score=0, reason=t(57)),),
        claims=(
            DistanceClaim(
                place=t(58), reference=t(59), km=3, verdict=t(60), reason=t(61), evidence=t(62), **span
            ),
        ),
        rejected=(Rejected(source=t(63), reason=t(64)),),
        set_aside=(SetAside(why=t(65), reason=t(66), evidence=t(67), figures=numbers[2:], **span),),
    )


def basemap_with(texts: Texts) -> dict[str, Any]:
    """Return the small basemap with texts in its names."""
    found = small_basemap()
    packed = json.loads(gzip.decompress(base64.b64decode(found["packed"])))
    packed["cities"] += [[texts(k, 70), 41 + k % 19, 21 + k % 37, 20000 - k, k % 2] for k in range(60)]
    content = json.dumps(packed).encode()
    return found | {
        "view": texts(0, 71),
        "views": {"international": texts(0, 71), texts(0, 72): texts(0, 73)},
        "countries": found["countries"]
        | {"UA": texts(0, 74), "RU": texts(0, 75), texts(0, 76): texts(0, 77)},
        "packed": base64.b64encode(gzip.compress(content, mtime=0)).decode(),
    }


def page_of(
    all_texts: Sequence[str], *, count: int, shift: int = 0, policy: bool = True, **options: Any
) -> str:
    """Return a page with so many incidents and a text in every field."""
    texts = Texts(all=[*all_texts[shift:], *all_texts[:shift]])
    layers = tuple(
        OnlineLayer(name=texts(k, 80), url=ONLINE_LAYERS[0].url, attribution=texts(k, 81))
        for k in range(count)
    )
    tiles = Tileset(
        name=texts(0, 82),
        attribution=texts(0, 83),
        minzoom=0,
        maxzoom=0,
        kind="raster",
        mime="image/png",
        tiles={(0, 0, 0): PIXEL},
    )
    drawn = make_map(
        [told(texts, n, (n + shift) % 2 == 0) for n in range(count)],
        basemap=basemap_with(texts),
        title=" ".join(texts(k, 84) for k in range(4)),
        labels=[place(texts(k, 85), 41 + k % 19, 21 + k % 37, population=10**7) for k in range(count)],
        rejected=[Rejected(source=texts(k, 86), reason=texts(k, 87)) for k in range(count)],
        options=MapOptions(layers=layers, tiles=tiles, **options),
    )
    return map_html(drawn) if policy else str(drawn.get_root().render())


# Runs before all else: what a page has at first, to be compared at the end.
GUARD = """
window.guarded = { object: Reflect.ownKeys(Object.prototype).length, array: Reflect.ownKeys(Array.prototype).length,
  globals: new Set(Reflect.ownKeys(window)), violations: [] };
document.addEventListener("securitypolicyviolation", (event) => guarded.violations.push(event.violatedDirective));
for (const name of ["open", "alert", "confirm", "prompt", "print"]) window[name] = () => (window.pwned = name);
"""

STATE = """() => {
  const all = [...document.querySelectorAll("*")];
  const strange = [];
  for (const element of all) {
    for (const { name, value } of element.attributes) {
      const plain = value.replace(/[\\u0000-\\u0020]/g, "");
      if (/^on|^(srcdoc|formaction|action|ping|data|background|http-equiv|is|popover|autofocus|xlink:href)$/i.test(name)
        && element.localName !== "meta") strange.push(element.localName + " " + name);
      if (/^(href|src)$/.test(name) && !/^(https?:\\/\\/|#$|#panel$|blob:|data:,$)/i.test(plain)) strange.push(name + "=" + value);
      if (name === "style" && /url\\(|expression|import/i.test(value)) strange.push("style " + value);
    }
  }
  const tags = {};
  for (const tag of ("script style iframe frame object embed img image link meta base form template noscript title body head "
    + "html math video audio source input textarea select button svg path foreignobject animate set use portal marquee "
    + "frameset plaintext xmp b u strong table tbody nav main article dialog details fieldset").split(" "))
    tags[tag] = document.getElementsByTagName(tag).length;
  return { pwned: window.pwned === undefined ? null : String(window.pwned), strange, tags,
    polluted: Reflect.ownKeys(Object.prototype).length !== guarded.object || Reflect.ownKeys(Array.prototype).length !== guarded.array
      || ({}).pwned !== undefined || Object.pwned !== undefined,
    violations: guarded.violations,
    other: all.map((element) => element.localName).filter((name) => name.includes("-")),
    address: location.href.split("#")[0] };
}"""

# Goes through all that a reader can do. Gives what was shown in a way that can be compared.
WALK = """async ({ texts, steps, opened }) => {
  const page = incidentMap, app = page.app, { store, filters } = app;
  const wrong = [], names = new Set();
  const check = (what, shown, wanted) => { if (shown !== wanted) wrong.push([what, shown.slice(0, 80), wanted.slice(0, 80)]); };
  const rest = () => new Promise((done) => setTimeout(done));
  document.querySelectorAll("details").forEach((box) => (box.open = true));
  document.querySelectorAll("button.more, .filter-more").forEach((button) => button.click());
  document.querySelector(".list-bar button").click();
  await rest();
  let facts = 0;
  for (let i = 0; i < opened; i++) {
    const record = await store.record(i);
    await app.select(i, { focus: i % 8 === 0 });
    const card = document.querySelector(".card");
    check("title", card.querySelector("h2").textContent, record.title);
    check("sentence", card.querySelector("blockquote.evidence").textContent, "\\u201c" + record.passage.text + "\\u201d");
    app.map._popup.options.autoPan = false; // each move of the map would take longer than all else
    // So chosen that each text is met in words behind some field.
    for (const button of [...card.querySelectorAll(".fact")].filter((_, k) => (i + 2 * k) % 4 === 0)) {
      button.click();
      facts++;
      const words = card.querySelector(".words");
      const known = record.why.filter((one) => one.field === button.dataset.field).flatMap((one) => one.words.map((word) => word.text));
      for (const quote of words.querySelectorAll("blockquote"))
        if (!known.includes(quote.textContent)) wrong.push(["words", quote.textContent, button.dataset.field]);
    }
    if (i % 8 === 0) {
      document.querySelectorAll(".name").forEach((name) => names.add(name.textContent));
      app.map.setView([50, 40], 4, { animate: false }); // from where all others are in sight: no move takes time
    }
    if (i % 40 === 0) {
      await page.printed.prepare(app);
      check("printed", document.querySelector(".print-details h2").textContent, page.words.share.selected(record.title));
    }
  }
  app.deselect();
  for (const text of texts) {
    page.credit(text);
    check("credit", document.querySelector(".more-credits").textContent, " \\u00b7 " + text);
  }
  page.credit("");
  app.map.setView([-50, -100], 8, { animate: false }); // where the list is short, and soon written anew
  const field = document.getElementById("filter-text");
  for (const text of texts.slice(0, steps)) {
    filters.set({ text, kinds: [text], countries: [text], precisions: [text], from: text, to: text, border: text, confidence: text,
      [text]: text });
    field.value = text;
    field.dispatchEvent(new Event("input"));
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    for (let k = 0; k < 200 && filters.searching; k++) await rest();
    const chip = document.querySelector(".chips span");
    if (filters.state.text) check("chip", chip.textContent, page.words.filters.text + ": " + filters.state.text);
  }
  filters.reset();
  const codes = store.head.codes;
  for (let k = 0; k < codes.length; k += 3) {
    filters.restore({ countries: codes.slice(k, k + 3) });
    const link = page.link.text(page.link.now(app));
    if (!link.startsWith("#") || /[<>"'`\\s\\\\]/.test(link.replaceAll("'", ""))) wrong.push(["link", link, ""]);
  }
  filters.reset();
  app.map.setView([50, 40], 4, { animate: false });
  const bands = document.querySelector(".bands-form"), distances = bands.querySelector("input");
  for (const text of texts) {
    distances.value = text;
    bands.requestSubmit();
  }
  distances.value = "10, 30";
  for (const option of [...bands.querySelector("select").options].slice(0, 4)) {
    bands.querySelector("select").value = option.value;
    bands.requestSubmit();
    await rest();
  }
  for (const radio of document.querySelectorAll(".background input")) {
    radio.click();
    const stay = document.querySelector(".background-ask button:last-of-type");
    if (!document.querySelector(".background-ask").hidden) stay.click();
  }
  document.querySelectorAll(".background input")[1].click();
  await new Promise((done) => setTimeout(done, 200));
  document.querySelectorAll(".background input")[0].click();
  for (const input of document.querySelectorAll(".time-chart input")) {
    input.value = String(Number(input.max) / 2);
    input.dispatchEvent(new Event("input"));
    input.dispatchEvent(new Event("change"));
  }
  filters.reset();
  for (const name of ["beforeprint", "afterprint"]) window.dispatchEvent(new Event(name));
  const csv = await (await page.toCSV(store, filters.mask)).text();
  const geojson = await (await page.toGeoJSON(store, filters.mask)).text();
  const picture = await page.picture(app);
  await app.table.refresh();
  app.map.setView([50, 40], 4, { animate: false });
  await new Promise((done) => setTimeout(done, 400));
  return { wrong, facts, csv, geojson, picture: picture.size, names: names.size, file: page.fileName(store.head, ".csv") };
}"""


def settled(state: dict[str, Any], watched: Watched) -> dict[str, int]:
    """Assert that nothing ran, and return how many elements there are of each kind."""
    assert state["pwned"] is None
    assert state["strange"] == []
    assert state["other"] == []
    assert not state["polluted"]
    assert state["violations"] == []
    assert watched.requests == []
    assert watched.complaints == []
    return dict(state["tags"])


def texts_for_script(texts: Sequence[str]) -> list[str]:
    """Return the texts that can be sent to a page from here: half a surrogate pair cannot."""
    return [text for text in texts if not re.search("[\ud800-\udfff]", text)]


def hover(watched: Watched, most: int = 6) -> int:
    """Move the mouse over some symbols; return for how many a tip came up."""
    spots = watched.page.evaluate(
        """() => incidentMap.app.marks.items.slice(0, 40).map((item) => {
            const at = incidentMap.app.map.layerPointToContainerPoint([item.x, item.y]);
            const box = incidentMap.app.map.getContainer().getBoundingClientRect();
            return [box.left + at.x, box.top + at.y];
        }).filter(([x, y]) => document.elementFromPoint(x, y)?.closest("#map-box"))"""
    )
    shown = 0
    for x, y in spots[:most]:
        watched.page.mouse.move(x, y)
        watched.page.wait_for_timeout(40)
        shown += watched.page.locator(".hover-tip:not([hidden])").count()
    return shown


def walked(
    open_offline: Callable[..., Watched],
    texts: Sequence[str],
    *,
    count: int,
    policy: bool,
    opened: int,
) -> tuple[Watched, dict[str, Any], dict[str, int]]:
    html = page_of(texts, count=count, policy=policy)
    assert ("Content-Security-Policy" in html.split("<script", 1)[0]) is policy
    watched = open_offline(html, before=GUARD)
    moved: list[str] = []
    watched.page.on("framenavigated", lambda frame: moved.append(frame.url.split("#")[0]))
    address = watched.page.url
    watched.until(READY)
    hover(watched)
    sent = texts_for_script(texts)
    found = watched.page.evaluate(WALK, {"texts": sent, "steps": 40, "opened": opened})
    state = watched.page.evaluate(STATE)
    assert state["address"] == address
    assert set(moved) <= {address}
    assert len(watched.page.context.pages) == 1
    return watched, found, settled(state, watched)


@pytest.mark.browser
@pytest.mark.parametrize(("policy", "count"), [(False, len(PAYLOADS)), (True, 120)])
def test_no_text_runs_in_any_field(open_offline: Callable[..., Watched], policy: bool, count: int) -> None:
    """With the security policy, and without it: the policy must not be what saves the page."""
    _, found, tags = walked(open_offline, PAYLOADS, count=count, policy=policy, opened=count)
    assert found["wrong"] == []
    assert found["facts"] > 2 * count
    assert found["names"] > 10
    assert found["picture"] > 10_000
    assert re.fullmatch(r"[a-z0-9-]+\.csv", found["file"])
    _, _, harmless = walked(open_offline, HARMLESS, count=count, policy=policy, opened=1)
    assert tags == harmless
    rows = list(csv.DictReader(io.StringIO(found["csv"].lstrip("\ufeff"), newline="")))
    wanted = Texts(all=PAYLOADS)
    half = re.compile("[\ud800-\udfff]")
    assert [row["title"] for row in rows] == [
        half.sub("\ufffd", safe_cell(wanted(n, 30))) for n in range(count)
    ]
    features = json.loads(found["geojson"])["features"]
    for n, feature in enumerate(features):
        for name, field in (
            ("title", 30),
            ("place", 7),
            ("country", 8),
            ("weapon", 44),
            ("story_reason", 40),
        ):
            assert half.sub("\ufffd", feature["properties"][name]) == half.sub("\ufffd", wanted(n, field))


@pytest.mark.browser
def test_no_address_and_no_search_runs(open_offline: Callable[..., Watched]) -> None:
    html = page_of(PAYLOADS, count=4, policy=False)
    watched = open_offline(html, before=GUARD)
    watched.until(READY)
    page, address = watched.page, watched.page.url
    before = settled(page.evaluate(STATE), watched)
    for n, text in enumerate(PAYLOADS):
        plain, coded = text.encode("utf-8", "replace").decode(), quote(text.encode("utf-8", "replace"))
        # As it is and coded, as a value of each name, and as a name.
        rest = "".join(
            f"&{name}={coded}" for name in ("q", "k", "c", "p", "km", "from", "u", "z", "lat", coded)
        )
        page.goto(f"{address}#{plain if n % 2 else ''}{rest}&i={n % 5}")
        if n % 40 == 0:
            watched.until("!incidentMap.app.filters.searching")
    watched.until("!incidentMap.app.filters.searching")
    wrong = page.evaluate(
        """async (texts) => {
          const page = incidentMap, { filters } = page.app, wrong = [];
          const field = document.getElementById("filter-text");
          for (const text of texts) {
            field.value = text;
            field.dispatchEvent(new Event("input"));
            field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
            for (let k = 0; k < 500 && filters.searching; k++) await new Promise((done) => setTimeout(done));
            const { text: state } = filters.state, chip = document.querySelector(".chips span");
            if (state && chip.textContent !== page.words.filters.text + ": " + state) wrong.push([text, chip.textContent]);
            const given = new URL("https://example.org/" + page.link.text(page.link.now(page.app)));
            if (given.origin !== "https://example.org" || given.pathname !== "/" || given.search) wrong.push([text, given.href]);
            if ((new URLSearchParams(given.hash.slice(1)).get("q") || "") !== state.toWellFormed()) wrong.push([text, given.hash]);
          }
          filters.set({ text: "a".repeat(199) + "\ud83d\ude80" }); // cut at 200, half of the last letter stays
          const half = page.link.text(page.link.now(page.app));
          filters.reset();
          await new Promise((done) => setTimeout(done, 500));
          return half.endsWith("a%EF%BF%BD") ? wrong : [...wrong, half];
        }""",
        texts_for_script(PAYLOADS[::3]),
    )
    assert wrong == []
    page.get_by_text("Copy link").click()
    page.wait_for_timeout(100)
    page.evaluate("incidentMap.app.deselect()")
    page.wait_for_timeout(500)
    state = page.evaluate(STATE)
    assert state["address"] == address
    after = settled(state, watched)
    keys = ("script", "style", "img", "iframe", "link", "meta", "form", "base", "title", "input", "textarea")
    assert {key: after[key] for key in keys} == {key: before[key] for key in keys}


OUTER = """<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,"><script>
window.heard = [];
addEventListener("message", (event) => heard.push(event.data));
</script><iframe id="inner" width="900" height="600" srcdoc="{}"></iframe>"""


@pytest.mark.browser
@pytest.mark.parametrize(("policy", "embed"), [(False, True), (True, False)])
def test_nothing_runs_within_another_page(
    open_offline: Callable[..., Watched], policy: bool, embed: bool
) -> None:
    count = 24
    found = {}
    for texts in (PAYLOADS, HARMLESS):
        inner = page_of(texts, count=count, policy=policy, embed=embed, shift=3)
        surrogates = inner.encode("utf-8", "replace").decode()
        watched = open_offline(OUTER.format(markup.escape(surrogates)), before=GUARD)
        frame = next(one for one in watched.page.frames if one.parent_frame is not None)
        for _ in range(400):
            if frame.evaluate(READY):
                break
            watched.page.wait_for_timeout(50)
        result = frame.evaluate(WALK, {"texts": texts_for_script(texts), "steps": 20, "opened": count})
        assert result["wrong"] == []
        watched.page.evaluate(
            """(texts) => {
              const inner = document.getElementById("inner").contentWindow;
              for (const text of texts) {
                for (const said of [text, [text], { source: text, type: "select", incident: 0 },
                  { source: "incident-mapper", type: text, incident: text }, { source: "incident-mapper", type: "select", incident: text },
                  { source: "incident-mapper", type: "select", incident: [0], [text]: text },
                  { source: "incident-mapper", type: "select", incident: { valueOf: 0, [text]: text } },
                  JSON.parse('{"__proto__": {"pwned": 1}, "source": "incident-mapper", "type": "select", "incident": 1e9}')])
                  inner.postMessage(said, "*");
              }
              for (let incident = 0; incident < 24; incident++)
                inner.postMessage({ source: "incident-mapper", type: "select", incident }, "*");
            }""",
            texts_for_script(texts),
        )
        watched.page.wait_for_timeout(1200)
        frame.evaluate("incidentMap.app.deselect()")
        watched.page.wait_for_timeout(200)
        state = frame.evaluate(STATE)
        assert state["address"] == "about:srcdoc"
        found[texts] = settled(state, watched)
        outer = watched.page.evaluate(STATE)
        assert outer["pwned"] is None and not outer["polluted"] and outer["tags"]["iframe"] == 1
        heard = watched.page.evaluate("heard")
        if embed:
            assert heard[0]["type"] == "ready" and heard[0]["incidents"] == count
            titles = {one["title"] for one in heard if one["type"] == "select" and one["title"]}
            assert len(titles) >= count // 2
        else:
            assert heard == []
        assert frame.evaluate("window.frameElement.contentDocument === document")
    assert found[PAYLOADS] == found[HARMLESS]


class Shape(HTMLParser):
    """The tags of a page with their attributes, and the text of its title."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[Any] = []
        self.title = ""
        self._within = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))
        self._within = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(tag)
        self._within = False

    def handle_data(self, data: str) -> None:
        if self._within:
            self.title += data


def bare(html: str) -> str:
    """Return a page without its constant scripts and styles, which take long to parse and hold no data."""
    for name in (*SCRIPTS, *STYLES):
        html = html.replace((PACKAGE / name).read_text(encoding="utf-8"), "")
    return re.sub(r"sha256-[A-Za-z0-9+/=]+", "", html)


def single(text: str) -> str:
    """Return a page of which every text is the same."""
    return bare(page_of([text] * 90, count=1))


@pytest.mark.browser
def test_a_page_has_the_same_elements_whatever_its_texts_say(open_offline: Callable[..., Watched]) -> None:
    wanted = Shape(single("plain")).tags
    pages = []
    for text in PAYLOADS:
        html = single(text)
        shape = Shape(html)
        assert shape.tags == wanted, text
        if not re.search("[\ud800-\udfff\x00\r]", text):
            assert shape.title == " ".join([text] * 4)
        pages.append(html)
    # A browser's parser has the last word.
    watched = open_offline('<!DOCTYPE html><link rel="icon" href="data:,"><title>x</title>', before=GUARD)
    shapes = watched.page.evaluate(
        """(pages) => {
          const strip = (text) => text.replace(/\\s+/g, " ").trim();
          const shapeOf = (html) => {
            const found = new DOMParser().parseFromString(html, "text/html");
            const all = [...found.querySelectorAll("*")];
            return JSON.stringify(all.map((one) => [one.localName, one.namespaceURI, [...one.attributes].map((a) => [a.name, a.value])]))
              + JSON.stringify([...found.querySelectorAll("title, script:not([type])")].map((one) => one.localName === "title" ? 0 : one.textContent));
          };
          return [...new Set(pages.map(shapeOf))];
        }""",
        pages,
    )
    assert len(shapes) == 1
    assert watched.requests == []


@pytest.mark.browser
def test_the_payloads_bite_where_text_is_taken_for_markup(open_offline: Callable[..., Watched]) -> None:
    """What this file tests with is sharp: a careless page would run most of it."""
    careless = (
        "<!DOCTYPE html><title>{0}</title><body><div>{0}</div><p title=\"{0}\">x</p><p title='{0}'>x</p>"
        '<a href="{0}">x</a><script>var a = "{0}";</script><script>var b = \'{0}\';</script><script>var c = `{0}`;</script>'
        "<style>p {{ color: {0} }}</style><script type='application/json'>{0}</script>"
    )
    watched = open_offline(
        '<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,"><title>x</title>'
    )
    sharp = watched.page.evaluate(
        """async (pages) => {
          const sharp = [];
          for (let from = 0; from < pages.length; from += 30) {
            const frames = pages.slice(from, from + 30).map((html, k) => {
              const frame = document.createElement("iframe");
              frame.setAttribute("sandbox", "allow-scripts allow-same-origin");
              window["pwned"] = undefined;
              frame.srcdoc = html;
              document.body.append(frame);
              return [frame, from + k];
            });
            await new Promise((done) => setTimeout(done, 400));
            for (const [frame, number] of frames) {
              let ran = true; // gone elsewhere
              try {
                const { document: inner } = frame.contentWindow;
                const many = inner.querySelectorAll("body *").length !== 6 || inner.querySelectorAll("head *").length !== 1;
                const link = inner.querySelector("a");
                ran = frame.contentWindow.pwned !== undefined || many || !link || /^(java|vb|live)script:|^data:|^blob:/.test(link.protocol)
                  || [...inner.querySelectorAll("*")].some((one) => [...one.attributes].some((a) => !/^(title|href|type)$/.test(a.name)));
              } catch {}
              if (ran) sharp.push(number);
              frame.remove();
            }
          }
          return sharp;
        }""",
        [careless.format(text.encode("utf-8", "replace").decode()) for text in PAYLOADS],
    )
    assert len(sharp) > 0.75 * len(PAYLOADS)
    assert watched.requests  # and would tell somebody


def test_there_are_enough_payloads() -> None:
    assert len(PAYLOADS) == len(set(PAYLOADS)) >= 220
    assert min(len(family) for family in FAMILIES.values()) >= 14
    assert all(isinstance(text, str) and text for text in PAYLOADS)


FORBIDDEN = {
    "markup from text": r"\b(?:inner|outer)HTML\b|insertAdjacentHTML|createContextualFragment|setHTML|parseFromString|DOMParser",
    "document.write": r"document\s*\.\s*writeln?\b",
    "code from text": r"\beval\b|\bFunction\s*\(|\bimport\s*\(|set(?:Timeout|Interval)\s*\(\s*[\"'`]|new\s+Worker",
    "frames": r"srcdoc|createElement\(\s*[\"'](?:script|iframe|object|embed|base|meta|link|style)[\"']",
    "handlers as text": r"setAttribute\(\s*[\"']on|\son[a-z]+=[\"']|\[\s*[\"']on",
    "script addresses": r"javascript:|vbscript:|data:text",
    "texts for Leaflet": r"divIcon|bindPopup|(?:bindTooltip|setContent|setTooltipContent|setPopupContent)\(\s*[\"'`]|addAttribution|attribution:\s*[\"'`]",
    "requests": r"\bfetch\s*\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|serviceWorker|window\.open|location\s*=[^=]|location\.(?:assign|replace)",
}
# What a label or the details hold is an element made by page.make, or a child of one.
ELEMENTS = {"label", "page.card(one, app, open)"}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_script_takes_text_for_more_than_text(what: str) -> None:
    scripts = sorted((PACKAGE / "map_page").glob("*.js"))
    assert len(scripts) > 10
    for script in scripts:
        for number, line in enumerate(script.read_text(encoding="utf-8").splitlines(), 1):
            code = re.sub(r"^\s*//.*|\s// .*", "", line)
            assert not re.search(FORBIDDEN[what], code), f"{script.name}:{number}: {code.strip()}"
    template = (PACKAGE / "map_page/page.html").read_text(encoding="utf-8")
    assert not re.search(r"\son[a-z]+\s*=|javascript:|srcdoc", template)


def test_labels_and_details_are_elements() -> None:
    """Leaflet takes a string for markup, an element for what it is."""
    for script in (PACKAGE / "map_page").glob("*.js"):
        code = script.read_text(encoding="utf-8")
        for given in re.findall(r"\.(?:bindTooltip|setContent|bindPopup)\((.*)", code):
            assert any(given.startswith(one) for one in ELEMENTS), f"{script.name}: {given}"
        for tag in re.findall(r"L\.DomUtil\.create\(\s*([^,]+)", code):
            assert re.fullmatch(r'"[a-z]+"', tag), f"{script.name}: {tag}"
    made = (PACKAGE / "map_page/selection.js").read_text(encoding="utf-8")
    assert 'const label = make("span"' in made


SECRET = "The mayor of the quiet town said that forty lorries had burnt out behind the mill"


@pytest.mark.browser
def test_blurred_sentences_are_not_readable_before_a_click(open_offline: Callable[..., Watched]) -> None:
    """Neither seen nor told by a screen reader: no word of a sentence stands in the page's text."""
    story = told(Texts(all=[f"field {k}" for k in range(90)]), 1, True)
    report = replace(story.report, text=SECRET + " and so on.")
    whole = replace(words_of(SECRET, report.id), field="weapon")
    attack = story.incidents[0]
    attack = replace(
        attack,
        evidence=SECRET,
        end=len(SECRET),
        supports=(whole, *(replace(whole, field=field) for field in ("kind", "place", "date", "time"))),
        figures=(Figure(what="killed", best=1, low=1, high=1, evidence=whole),),
        actors=tuple(replace(actor, evidence=whole) for actor in attack.actors),
        members=tuple(replace(one, evidence=SECRET, supports=(whole,)) for one in attack.members),
    )
    story = replace(
        story,
        report=report,
        incidents=(attack, replace(attack, title="Other")),
        claims=tuple(replace(one, evidence=SECRET) for one in story.claims),
        set_aside=tuple(replace(one, evidence=SECRET) for one in story.set_aside),
    )
    html = map_html(make_map([story], basemap=small_basemap(), options=MapOptions(blur=True)))
    watched = open_offline(html)
    watched.until(READY)
    page = watched.page
    page.evaluate(
        """async () => {
          const { app } = incidentMap;
          await app.select(0, { focus: true });
          document.querySelectorAll("details").forEach((box) => (box.open = true));
          app.filters.set({ text: "mayor" });
          await incidentMap.printed.prepare(app);
        }"""
    )
    covers = 0
    facts = page.locator(".fact")
    for number in range(facts.count()):
        facts.nth(number).click()
        covers += page.locator(".words .unblur").count()
        read = page.locator("body").inner_text() + page.locator("body").aria_snapshot()
        read += page.evaluate(
            """() => [...document.querySelectorAll("body *:not(script)")].flatMap((one) => [
              ...[...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data),
              ...[...one.attributes].map((a) => a.value)]).join("\\n") + document.title"""
        )
        for word in ("lorries", "quiet town", "behind the mill", "burnt out"):
            assert word not in read
    assert covers >= 8
    assert page.locator(".unblur").count() >= 5  # sentence, two tellings, claim, what was set aside
    while page.locator(".card .unblur").count():
        page.locator(".card .unblur").first.click()
    assert SECRET in page.locator(".card .evidence").inner_text()
    assert page.locator(".card .tellings blockquote").count() == 2
    assert watched.complaints == []
