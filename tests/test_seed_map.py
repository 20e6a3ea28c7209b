"""The exported map of the seed brief, as a reader without a network opens it."""

from pathlib import Path

import pytest

from mapper import pipeline
from mapper.maps import map_html
from mapper.reports import read_reports

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.mark.browser
def test_the_seed_map_works_with_the_network_cut(open_offline):
    (report,) = read_reports(SEEDS / "kharkiv-2024-05-31.md")
    extraction = pipeline.extract(report)
    watched = open_offline(map_html(pipeline.make_map([extraction])))
    watched.until("document.documentElement.dataset.ready === 'true'")
    page = watched.page
    assert page.evaluate("incidentMap.app.marks.items.length") == len(extraction.incidents) == 7
    assert page.title() == report.title

    for incident in extraction.incidents:
        page.get_by_role("button").filter(has_text=incident.title).first.click()
        page.locator(".leaflet-popup blockquote").filter(has_text=incident.evidence).wait_for(timeout=10_000)
    page.get_by_role("button").filter(has_text="Attack (air base): Engels").first.click()
    popup = page.locator(".leaflet-popup")
    popup.get_by_text("Kazakhstan–Russia").wait_for()
    for words in (
        "Engels, Saratov Oblast, Russia",
        "Russia–Ukraine",
        "471 km",
        "Al Jazeera",
        "named in the sentence",
    ):
        assert words in popup.text_content()
    assert watched.requests == []
    assert watched.complaints == []


@pytest.mark.browser
def test_a_map_of_all_the_briefs(open_offline):
    extractions = [pipeline.extract(report) for report in read_reports(SEEDS)]
    watched = open_offline(map_html(pipeline.make_map(extractions)))
    watched.until("document.documentElement.dataset.ready === 'true'")
    count = sum(len(e.incidents) for e in extractions)
    assert f"{count} incidents" in watched.page.locator("body").text_content()
    assert watched.requests == [] and watched.complaints == []
