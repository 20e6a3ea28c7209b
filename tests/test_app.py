"""The web app: its states without a browser, and one journey through it in a real one."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mapper.errors import DataError

ROOT = Path(__file__).parent.parent
KHARKIV = ROOT / "seeds" / "kharkiv-2024-05-31.md"


@pytest.fixture
def started(monkeypatch):
    def start(*words):
        monkeypatch.setattr(sys, "argv", ["app.py", *map(str, words)])
        return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()

    return start


def test_empty_state_says_what_to_do(started):
    app = started()
    assert not app.exception and "Paste a report" in app.info[0].value and not app.dataframe


def test_it_opens_with_the_reports_it_was_started_with(started):
    app = started(KHARKIV)
    assert not app.exception and not app.error
    assert {m.label: m.value for m in app.metric}["Incidents"] == "7"
    table = app.dataframe[0].value
    assert {"Kharkiv", "Krasnodar", "Engels", "Prague"} == set(table["Place"])
    assert all(evidence in KHARKIV.read_text(encoding="utf-8") for evidence in table["Evidence"])


def test_a_pasted_report_is_mapped(started):
    app = started()
    app.text_area[0].set_value("A bomb exploded in Kabul on Friday, killing 12 people.")
    app.button[0].click().run()
    assert not app.exception and list(app.dataframe[0].value["Killed"]) == [12]
    assert "No publication date" in app.warning[0].value


TWICE = (
    '{"id": "a", "title": "First", "published": "2024-05-31", '
    '"text": "A missile hit an apartment block in Kharkiv on Friday, killing three people."}\n'
    '{"id": "b", "title": "Second", "published": "2024-06-01", '
    '"text": "A missile hit an apartment block in Kharkiv on Friday, killing five people."}\n'
)


def test_the_same_event_is_merged_and_a_merge_can_be_undone(started, tmp_path):
    file = tmp_path / "two.jsonl"
    file.write_text(TWICE, encoding="utf-8")
    app = started(file)
    assert app.sidebar.toggle[0].value is True
    assert not app.exception
    (row,) = app.dataframe[0].value.to_dict("records")
    assert (row["Killed"], row["Range"], row["Sources"]) == (5, "killed: 3 to 5", 2)
    app.sidebar.toggle[0].set_value(False).run()
    assert not app.exception
    apart = app.dataframe[0].value
    assert list(apart["Killed"]) == [3, 5]
    assert list(apart["Sources"]) == [1, 1]


def test_whose_borders_can_be_chosen(started):
    app = started("--view", "de_facto")
    assert app.sidebar.selectbox[0].value == "de_facto"
    app.text_area[0].set_value(
        "A missile hit Simferopol, killing 12 people. The city is 100 km from the border with Ukraine."
    )
    app.button[0].click().run()
    near = app.dataframe[0].value["Story's border"][0]
    app.sidebar.selectbox[0].set_value("international").run()
    far = app.dataframe[0].value["Nearest border"][0]
    assert not app.exception and "RU–UA" in near
    assert float(near.split(" km")[0]) < 150 < float(far.split(" km")[0])


def test_missing_data_are_told(started, monkeypatch):
    def gone():
        raise DataError("borders.npz is missing: run `make data`")

    monkeypatch.setattr("mapper.world.division", gone)
    app = started()
    assert not app.exception and "borders.npz is missing" in app.error[0].value


def test_nothing_sent_and_nothing_found_are_told(started):
    app = started()
    app.button[0].click().run()
    assert "nothing to map yet" in app.warning[0].value
    app.text_area[0].set_value("It rained.")
    app.button[0].click().run()
    assert not app.exception and any("No incident" in info.value for info in app.info)


def test_a_text_that_is_too_long_is_an_error_not_a_crash(started):
    app = started()
    app.text_area[0].set_value("x" * 1_000_001)
    app.button[0].click().run()
    assert not app.exception and "1,000,001 characters" in app.error[0].value


@pytest.fixture(scope="module")
def address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mapper", "app", str(KHARKIV), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        url = f"http://127.0.0.1:{port}"
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.25)
        else:
            pytest.fail("the app did not start within a minute")
        yield url
        server.terminate()


@pytest.mark.browser
def test_a_row_that_is_selected_shows_the_words_in_their_sentences(browser, address, tmp_path):
    report = tmp_path / "kabul.txt"
    hostile = "<img src=x onerror=window.pwned=1> ![x](http://example.org/x.png) <b>bold</b>"
    report.write_text(
        f"A bomb exploded in Kabul on 30 May 2024, killing at least 12 people {hostile} and injuring 30.",
        encoding="utf-8",
    )
    context = browser.new_context(viewport={"width": 1400, "height": 2600})
    page = context.new_page()
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)
    page.frame_locator("iframe").locator(".entry").first.wait_for(timeout=60_000)
    page.locator("input[type=file]").set_input_files(str(report))
    page.get_by_text("kabul.txt").first.wait_for()
    page.get_by_role("button", name="Map it").click()
    page.frame_locator("iframe").get_by_text("Explosion: Kabul").first.wait_for(timeout=60_000)

    table = page.locator("[data-testid=stDataFrame]").first
    assert page.locator("table.evidence").count() == 0
    table.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    table.click(position={"x": 14, "y": 52})  # the box at the head of the first row
    shown = page.locator("table.evidence")
    shown.wait_for(timeout=20_000)
    words = shown.locator("b").all_inner_texts()
    assert "Kabul" in words
    assert any("12 people" in text for text in words)
    assert "30 May 2024" in shown.inner_text()
    assert hostile in shown.inner_text()
    assert shown.locator("img, a").count() == 0
    assert page.evaluate("window.pwned") is None
    assert not [url for url in requests if "example.org" in url]
    context.close()


@pytest.mark.browser
def test_a_journey_upload_map_download(browser, address, tmp_path):
    report = tmp_path / "kabul.txt"
    report.write_text(
        "A bomb exploded in Kabul on 30 May 2024, killing 12 people and injuring 30. <img src=x onerror=alert(1)>",
        encoding="utf-8",
    )
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, accept_downloads=True)
    page = context.new_page()
    requests, dialogs = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(address)

    frame = page.frame_locator("iframe")
    frame.locator(".entry").first.wait_for(timeout=60_000)  # the seed is on the map at once
    frame.get_by_text("Attack (air base): Engels").first.click()
    frame.locator("blockquote").filter(has_text="bomber base at Engels").wait_for()

    page.locator("input[type=file]").set_input_files(str(report))
    page.get_by_text("kabul.txt").first.wait_for()
    page.get_by_role("button", name="Map it").click()
    frame.get_by_text("Explosion: Kabul").first.wait_for(timeout=60_000)

    with page.expect_download() as download:
        page.get_by_role("button", name="Download GeoJSON").click()
    (feature,) = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))["features"]
    assert feature["properties"]["killed"] == 12 and feature["properties"]["country"] == "AF"
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the map (HTML)").click()
    saved = context.new_page()
    saved.set_content(Path(download.value.path()).read_text(encoding="utf-8"))
    saved.get_by_text("Explosion: Kabul").first.wait_for(timeout=20_000)

    assert dialogs == []
    outside = [
        url
        for url in requests
        if not url.startswith((address, address.replace("http", "ws"), "data:", "blob:", "about:"))
    ]
    assert outside == []
    context.close()
