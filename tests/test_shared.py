"""The evaluation data that may lie beside the checkout; skipped where it does not."""

import importlib.util
import json
from datetime import date
from pathlib import Path

import pytest

from mapper import pipeline
from mapper.export import to_record
from mapper.model import Report
from mapper.reports import read_reports

SHARED = Path(__file__).parent.parent.parent / "shared"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not (SHARED / "eval").is_dir(), reason="no evaluation data beside the checkout"),
]


def score_incidents(name):
    spec = importlib.util.spec_from_file_location("score_incidents", SHARED / "eval" / "score_incidents.py")
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    lines = (SHARED / "eval" / "incidents" / name).read_text(encoding="utf-8").splitlines()
    gold = {report["id"]: report for report in map(json.loads, lines)}
    predicted = {
        id_: to_record(
            pipeline.extract(Report(id=id_, text=r["text"], published=date.fromisoformat(r["published"])))
        )
        for id_, r in gold.items()
    }
    return scorer.score(gold, predicted)


def test_the_article_that_started_the_project():
    scores = score_incidents("seed.jsonl")
    assert (
        scores["incidents"]["f1"] == scores["kind"]["accuracy"] == scores["date_exact_day"]["accuracy"] == 1
    )
    assert scores["killed_exact"]["accuracy"] == scores["injured_exact"]["accuracy"] == 1
    assert scores["distance_claims"]["f1"] == 1


def test_the_development_reports_do_not_get_worse():
    scores = score_incidents("dev.jsonl")
    assert scores["incidents"]["f1"] >= 0.6 and scores["distance_claims"]["recall"] >= 0.8


def test_the_article_as_a_file():
    (path,) = (SHARED / "seeds").glob("*.txt")
    (report,) = read_reports(path, published=date(2024, 5, 31))
    incidents = pipeline.extract(report).incidents
    assert {i.place.name for i in incidents} == {"Kharkiv", "Krasnodar", "Engels", "Prague"}
    store = next(i for i in incidents if i.killed == 19)
    assert store.place.name == "Kharkiv" and "carried over" in store.place_reason
