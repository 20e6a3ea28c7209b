"""Incidents and what they rest on: invariants over our own labelled reports, and how well those are read."""

import random
import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from incident_scores import read_labelled, score

from mapper import pipeline
from mapper.casualties import number_value
from mapper.dates import NUMBER_WORDS
from mapper.model import FIGURE_KINDS, Extraction, Incident, Report

FOLDER = Path(__file__).parent / "reports"
REPORTS = read_labelled(FOLDER / "dev.jsonl")
ASIDE = (
    "The museum's new wing opens in spring with paintings from three centuries. Tickets can be bought at the "
    "counter, and children pay half the price."
)
FRIDAY = date(2024, 5, 31)


@cache
def extraction(number: int, text: str | None = None) -> Extraction:
    record = REPORTS[number]
    return pipeline.extract(
        Report(
            id=record["id"],
            text=text or record["text"],
            title=record["title"],
            published=date.fromisoformat(record["published"]),
        )
    )


def read(text: str) -> Extraction:
    return pipeline.extract(Report(id="r", text=text, published=FRIDAY))


def key(incident: Incident) -> tuple[object, ...]:
    return (
        incident.kind,
        incident.place.name,
        incident.date,
        incident.killed,
        incident.injured,
        incident.evidence,
    )


class TestEvidence:
    @pytest.mark.parametrize("number", range(len(REPORTS)))
    def test_every_field_stands_on_words_of_the_report(self, number):
        answer = extraction(number)
        text = answer.report.text
        for incident in answer.incidents:
            words = {evidence.field: evidence for evidence in incident.supports}
            filled = {"kind", "place"} | {
                what for what in FIGURE_KINDS if getattr(incident, what) is not None
            }
            filled |= {
                name for name in ("date", "time", "weapon", "target") if getattr(incident, name) is not None
            }
            assert filled == set(words)
            for evidence in (
                *incident.supports,
                *(f.evidence for f in incident.figures),
                *(a.evidence for a in incident.actors),
            ):
                assert text[evidence.start : evidence.end] == evidence.text != ""
            assert text[incident.start : incident.end] == incident.evidence

    @pytest.mark.parametrize("number", range(len(REPORTS)))
    def test_every_number_stands_in_its_words(self, number):
        for incident in extraction(number).incidents:
            for what in FIGURE_KINDS:
                value = getattr(incident, what)
                if not value:
                    continue  # 0 is told by "no one", "unhurt"
                words = incident.support(what).text
                digits = {int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*", words)}
                spelled = {number_value(w) for w in re.findall(r"[a-z]+", words.lower()) if w in NUMBER_WORDS}
                spelled |= {12 * (n or 1) for n in (spelled or {1}) if "dozen" in words}
                stated = digits | spelled
                sums = {a + b for a in stated | {1} for b in stated | {1}}
                one = re.search(r"\b(?:an?|the|he|she|his|her|one|another)\b|^[A-Z]", words)
                assert value in stated or value in sums or (one and value <= 3), (value, words)

    def test_a_figure_has_the_bounds_of_its_wording(self):
        (incident,) = read(
            "A bomb killed at least three people and wounded dozens in Kabul on Friday."
        ).incidents
        assert (incident.killed, incident.injured) == (3, None)
        assert incident.range_of("killed") == (3, None) and incident.range_of("injured") == (24, None)

    def test_who_what_and_when(self):
        (incident,) = read(
            "Russian forces shelled Kharkiv with rockets at 9 p.m. local time on Friday, killing two people."
        ).incidents
        by = [actor for actor in incident.actors if actor.role == "by"]
        assert [(a.text, a.country) for a in by] == [("Russian forces", "RU")]
        assert (incident.weapon, incident.time, incident.time_zone) == ("rockets", "21:00", "local")

    def test_claims_and_denials_are_kept_as_such(self):
        (incident,) = read(
            "A car bomb killed nine people in Mogadishu on Friday. Al-Shabaab claimed responsibility for the bombing."
        ).incidents
        assert [a.text for a in incident.actors if a.role == "claimed"] == ["Al-Shabaab"]


class TestTotalsAndOldEvents:
    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("Forty people have been killed in shelling of Kharkiv since January.", "total"),
            ("In March 2019 a bomb killed 12 people at a market in Kabul.", "history"),
        ],
    )
    def test_are_set_aside_with_the_reason(self, text, why):
        answer = read(text)
        assert answer.incidents == ()
        assert [(item.why, item.evidence) for item in answer.set_aside] in ([(why, text)], [])


class TestOneParagraphHasNoBearingOnAnother:
    @pytest.mark.parametrize("number", range(len(REPORTS)))
    def test_an_irrelevant_one_changes_no_incident(self, number):
        record = REPORTS[number]
        longer = f"{record['text']}\n\n{ASIDE}"
        assert list(map(key, extraction(number, longer).incidents)) == list(
            map(key, extraction(number).incidents)
        )

    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, len(REPORTS) - 1), st.integers(0, 99))
    def test_incidents_with_places_of_their_own_survive_any_order(self, number, seed):
        paragraphs = REPORTS[number]["text"].split("\n\n")
        shuffled = paragraphs[:]
        random.Random(seed).shuffle(shuffled)
        before = {i.place.name for i in extraction(number).incidents if own_place(i)}
        after = {i.place.name for i in extraction(number, "\n\n".join(shuffled)).incidents}
        assert len(before - after) <= len(before) // 3


def own_place(incident: Incident) -> bool:
    return incident.place_reason == "named in the sentence"


class TestOurOwnReports:
    """Half may be worked against, half is kept aside; floors lie a little under what was measured."""

    @pytest.mark.parametrize("name", ["dev", "held"])
    def test_are_read_well(self, name):
        scores = score(read_labelled(FOLDER / f"{name}.jsonl"))
        assert scores.labelled > 100
        assert scores.f1 >= 0.70
        assert scores.share("kind") >= 0.78
        assert scores.share("date") >= 0.72
        assert scores.share("killed") >= 0.66
        assert scores.share("injured") >= 0.64
        assert scores.share("no killed") >= 0.85
