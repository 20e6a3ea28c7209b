"""Files out: every key of an incident, the columns, and that nothing in them runs or is no number."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from map_samples import ASIDES, FIRST, MERGED, MERGED_STORY, TOLD_FIRST, extraction, incident

from mapper.export import CSV_COLUMNS, to_csv, to_geojson, to_jsonl, to_record
from mapper.model import EVIDENCE_FIELDS, Actor, Extraction
from mapper.views import aside_rows, evidence_rows, incident_rows

REPORTS = [e.report for e in MERGED_STORY]
TEXTS = {report.id: report.text for report in REPORTS}
KEYS_BEFORE = [
    "title", "kind", "place", "country", "place_reason", "lat", "lon", "radius_km", "date", "date_precision", "killed", "injured",
    "evidence", "start", "end", "confidence", "border", "story_border", "story_reason",
]  # fmt: skip
KEYS_NEW = [
    "report_id", "date_end", "date_reason", "time", "time_zone", "missing", "displaced", "figures", "actors", "weapon", "target",
    "fields",
]  # fmt: skip


def rows(*extractions: Extraction) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(extractions))))


def test_an_incident_has_every_key_and_the_old_ones_come_first():
    record = to_record(MERGED_STORY[0])["incidents"][0]
    assert list(record) == [*KEYS_BEFORE, *KEYS_NEW, "members"]
    assert record["killed"] == 20
    assert (record["time"], record["time_zone"]) == ("21:00", "local")
    assert (record["weapon"], record["target"]) == ("missile", "apartment block")
    assert (record["missing"], record["displaced"], record["date_end"]) == (None, None, None)


def test_every_field_has_its_words_and_they_stand_in_the_report():
    record = to_record(MERGED_STORY[0])["incidents"][0]
    assert set(record["fields"]) == {"kind", "place", "date", "time", "killed", "weapon", "target"}
    assert set(record["fields"]) <= set(EVIDENCE_FIELDS)
    spans = [*record["fields"].values(), *record["figures"], *record["actors"]]
    for member in record["members"]:
        spans += [*member["fields"].values(), *member["figures"], *member["actors"]]
    for span in spans:
        assert TEXTS[span["report_id"]][span["start"] : span["end"]] == span["text"]
    assert record["fields"]["killed"]["report_id"] == "second"
    assert list(record["fields"]["killed"]) == ["text", "start", "end", "report_id"]


def test_the_words_that_count_are_the_first_of_a_field():
    first, second = TOLD_FIRST.supports[0], replace(TOLD_FIRST.supports[1], field="kind")
    told = replace(TOLD_FIRST, supports=(first, second))
    fields = to_record(Extraction(report=FIRST, incidents=(told,)))["incidents"][0]["fields"]
    assert fields["kind"]["text"] == first.text == told.support("kind").text


def test_conflicting_figures_are_all_kept():
    record = to_record(MERGED_STORY[0])["incidents"][0]
    assert [(f["what"], f["best"], f["low"], f["high"], f["published"]) for f in record["figures"]] == [
        ("killed", 17, 17, None, "2024-05-31"),
        ("killed", 20, 20, 20, "2024-06-01"),
        ("injured", None, 24, None, "2024-06-01"),
    ]
    assert [(a["role"], a["text"], a["country"]) for a in record["actors"]] == [
        ("by", "Russian forces", "RU"),
        ("denied", "Moscow", "RU"),
    ]


def test_a_merged_incident_holds_its_tellings():
    record = to_record(MERGED_STORY[0])["incidents"][0]
    assert [(m["report_id"], m["killed"]) for m in record["members"]] == [("first", 17), ("second", 20)]
    assert all(list(m) == [*KEYS_BEFORE, *KEYS_NEW] for m in record["members"])
    alone = to_record(Extraction(report=FIRST, incidents=(TOLD_FIRST,)))["incidents"][0]
    assert alone["members"] == []
    assert {k: v for k, v in alone.items() if k != "members"} == record["members"][0]


def test_what_was_set_aside_is_told_with_its_reason():
    total, old = to_record(MERGED_STORY[0])["set_aside"]
    assert list(total) == ["why", "reason", "evidence", "start", "end", "figures"]
    assert (total["why"], old["why"]) == ("total", "history")
    assert FIRST.text[total["start"] : total["end"]] == total["evidence"]
    assert total["figures"][0]["best"] == 2000
    assert to_record(extraction(incident("x")))["set_aside"] == []


def test_table_and_geojson_have_the_same_new_columns():
    (row,) = rows(*MERGED_STORY)
    assert list(row) == list(CSV_COLUMNS)
    assert len(CSV_COLUMNS) == len(set(CSV_COLUMNS))
    expected = {
        "report_id": "first",
        "missing": "",
        "displaced": "",
        "killed": "20",
        "killed_low": "17",
        "killed_high": "",
        "injured": "",
        "injured_low": "24",
        "injured_high": "",
        "date_end": "",
        "time": "21:00",
        "time_zone": "local",
        "actors": "by: Russian forces; denied: Moscow",
        "weapon": "missile",
        "target": "apartment block",
        "sources": "2",
        "report_ids": "first; second",
    }
    assert {key: row[key] for key in expected} == expected
    (feature,) = json.loads(to_geojson(MERGED_STORY))["features"]
    assert set(feature["properties"]) == set(CSV_COLUMNS) - {"lat", "lon"}
    found = {key: feature["properties"][key] for key in expected}
    assert {key: "" if value is None else str(value) for key, value in found.items()} == expected


def test_an_incident_that_was_not_merged_has_one_source():
    (row,) = rows(extraction(incident("x", missing=3)))
    assert (row["sources"], row["report_ids"], row["actors"], row["missing"]) == ("1", "r1", "", "3")
    twice = replace(MERGED, members=(TOLD_FIRST, TOLD_FIRST))
    (row,) = rows(Extraction(report=FIRST, incidents=(twice,)))
    assert (row["sources"], row["report_ids"]) == ("1", "first")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_new_cells_never_start_a_formula(start):
    evil = start + "cmd|' /C calc'!A0"
    told = incident(
        "x",
        weapon=evil,
        target=evil,
        time=evil,
        time_zone=evil,
        report_id=evil,
        actors=(Actor(role=evil, text=evil, evidence=TOLD_FIRST.supports[0]),),
    )
    (row,) = rows(extraction(told))
    for key in ("weapon", "target", "time", "time_zone", "actors", "report_ids"):
        assert row[key].startswith("'"), key


def test_no_file_holds_a_number_that_is_none():
    for text in (to_jsonl(MERGED_STORY), to_geojson(MERGED_STORY)):
        assert not {"NaN", "Infinity"} & set(text.replace(",", " ").replace(":", " ").split())
    with pytest.raises(ValueError, match="JSON"):
        to_jsonl([extraction(incident("x", confidence=float("nan")))])


def test_rows_for_people():
    (row,) = incident_rows(MERGED_STORY)
    assert row["Killed"] == 20
    assert row["Injured"] is None
    assert row["Range"] == "killed: 17 to 20; injured: 24 or more"
    assert (row["Time"], row["By whom"], row["Weapon"], row["Target"], row["Sources"]) == (
        "21:00 local time",
        "Russian forces",
        "missile",
        "apartment block",
        2,
    )
    (plain,) = incident_rows([extraction(incident("x", missing=2, displaced=900))])
    assert (plain["Missing"], plain["Displaced"], plain["Sources"]) == (2, 900, 1)
    assert plain["Range"] is plain["Time"] is plain["By whom"] is None


def test_rows_of_evidence_hold_the_words_in_their_sentence():
    found = evidence_rows(MERGED, REPORTS)
    for row in found:
        assert row["Sentence"][row["Starts"] : row["Ends"]] == row["Words"]
    killed = [(r["Value"], r["Words"], r["Report"]) for r in found if r["Field"] == "Killed"]
    assert killed == [
        ("20 killed (reports say 17 to 20)", "20 dead", "Toll rises"),
        ("at least 17", "killing at least 17 people", "Strike at night"),
    ]
    fields = {row["Field"] for row in found}
    assert fields == {
        "Kind",
        "Date",
        "Time",
        "Killed",
        "Injured",
        "Place",
        "By",
        "Denied by",
        "Weapon",
        "Hit",
    }
    assert evidence_rows(MERGED)[0]["Sentence"] == "hit"
    assert evidence_rows(incident("x")) == []


def test_rows_of_totals_and_old_events():
    found = aside_rows(MERGED_STORY)
    assert [(r["What"], r["Figures"]) for r in found] == [
        ("Total over a time", "2,000 killed"),
        ("Old event", None),
    ]
    assert [r["Evidence"] for r in found] == [item.evidence for item in ASIDES]
    assert {r["Report"] for r in found} == {"Strike at night"}
