"""One event told by several reports: when it is merged, what is kept, and that a merge can be undone."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from map_samples import KHARKIV, incident, place

from mapper.merging import merge_extractions, merge_incidents, split_incident
from mapper.model import Evidence, Extraction, Figure, Report

DAY = date(2024, 5, 31)
PUBLISHED = {"a": DAY, "b": date(2024, 6, 1), "c": date(2024, 6, 2)}


def told(report, killed=None, **fields):
    words = f"{killed} killed"
    evidence = Evidence(field="killed", report_id=report, start=0, end=len(words), text=words)
    figures = (
        ()
        if killed is None
        else (
            Figure(
                what="killed",
                best=killed,
                low=killed,
                high=killed,
                evidence=evidence,
                published=PUBLISHED[report],
            ),
        )
    )
    supports = () if killed is None else (evidence,)
    base = incident("Strike", date=DAY, date_precision="day", killed=killed, injured=None)
    return replace(base, report_id=report, figures=figures, supports=supports, **fields)


def test_tolls_of_one_event_are_kept_and_the_latest_counts():
    first, second = told("a", 17), told("b", 20)
    (one,) = merge_incidents([first, second], PUBLISHED)
    assert (one.killed, one.range_of("killed")) == (20, (17, 20))
    assert [f.best for f in one.figures] == [17, 20] and one.support("killed").report_id == "b"
    assert split_incident(one) == (first, second)
    assert one.confidence >= max(first.confidence, second.confidence)


def test_an_earlier_toll_stays_where_the_latest_report_gives_none():
    (one,) = merge_incidents([told("a", 17), told("b")], PUBLISHED)
    assert one.killed == 17


FAR = place("Lviv", 49.84, 24.03)
CLOSE = place("Derhachi", 50.11, 36.12)


@pytest.mark.parametrize(
    ("fields", "same"),
    [
        ({}, True),
        ({"place": CLOSE}, True),
        ({"place": FAR}, False),
        ({"kind": "airstrike_or_drone"}, True),
        ({"kind": "diplomatic"}, False),
        ({"date": date(2024, 5, 29)}, False),
        ({"date": date(2024, 5, 27), "date_precision": "week", "date_end": date(2024, 6, 2)}, True),
        ({"target": "hospital"}, False),
        ({"time": "23:00", "time_zone": "local"}, False),
        ({"report_id": "a"}, False),
    ],
)
def test_the_rule(fields, same):
    first = told("a", 5, target="market", time="08:00", time_zone="local", place=KHARKIV)
    second = replace(told("b", 6, place=KHARKIV), **fields)
    assert (len(merge_incidents([first, second], PUBLISHED)) == 1) == same


def test_an_undated_event_needs_the_same_toll_and_a_week():
    bare = {"date": None, "date_precision": "unknown"}
    assert len(merge_incidents([told("a", 9), told("b", 9, **bare)], PUBLISHED)) == 1
    assert len(merge_incidents([told("a", 9), told("b", 8, **bare)], PUBLISHED)) == 2
    assert len(merge_incidents([told("a", 9), told("b", 9, **bare)], {"a": DAY})) == 2


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.sampled_from([KHARKIV, CLOSE, FAR])),
        max_size=8,
    )
)
def test_no_telling_is_lost_and_merging_again_changes_nothing(rows):
    incidents = [told(report, killed, place=where) for report, killed, where in rows]
    once = merge_incidents(incidents, PUBLISHED)
    members = [m for one in once for m in split_incident(one)]
    assert sorted(map(repr, members)) == sorted(map(repr, incidents))
    assert all(len({m.report_id for m in split_incident(one)}) == len(split_incident(one)) for one in once)


def test_each_report_keeps_its_place_in_the_list():
    reports = [Report(id=name, text="x", published=day) for name, day in PUBLISHED.items()]
    answers = [
        Extraction(report=reports[0], incidents=(told("a", 1),)),
        Extraction(report=reports[1], incidents=(told("b", 1),)),
        Extraction(report=reports[2]),
    ]
    merged = merge_extractions(answers)
    assert [e.report.id for e in merged] == ["a", "b", "c"]
    assert [len(i.members) for e in merged for i in e.incidents] == [2]
