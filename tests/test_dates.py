from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.dates import find_dates

FRIDAY = date(2024, 5, 31)


@pytest.mark.parametrize(
    ("text", "expected", "precision"),
    [
        ("It was hit on Friday.", "2024-05-31", "day"),
        ("It was hit last Friday.", "2024-05-24", "day"),
        ("It was hit on Tuesday morning.", "2024-05-28", "day"),
        ("Thursday's shelling", "2024-05-30", "day"),
        ("A strike overnight", "2024-05-31", "day"),
        ("A strike at midnight (21:00 GMT)", "2024-05-31", "day"),
        ("A strike yesterday evening", "2024-05-30", "day"),
        ("Last night a bomb went off", "2024-05-30", "day"),
        ("Last weekend, 19 were killed", "2024-05-25", "week"),
        ("over the weekend", "2024-05-25", "week"),
        ("He was killed last week", "2024-05-24", "week"),
        ("two days ago", "2024-05-29", "day"),
        ("three weeks ago", "2024-05-10", "week"),
        ("two months ago", "2024-03-01", "month"),
        ("Early on this year, they attacked", "2024-01-01", "year"),
        ("last month", "2024-04-01", "month"),
        ("in February 2022", "2022-02-01", "month"),
        ("in March", "2024-03-01", "month"),
        ("in December", "2023-12-01", "month"),
        ("KYIV, Aug 18 - Two people", "2023-08-18", "day"),
        ("on January 7", "2024-01-07", "day"),
        ("on 7 January 2020", "2020-01-07", "day"),
        ("January 7, 2020", "2020-01-07", "day"),
        ("Dec. 28, when", "2023-12-28", "day"),
        ("2020-02-29", "2020-02-29", "day"),
    ],
)
def test_reads_dates_against_the_publication(text, expected, precision):
    (found,) = find_dates(text, FRIDAY)
    assert (found.date, found.precision) == (date.fromisoformat(expected), precision)


def test_weekend_of_a_monday_paper_is_the_one_just_past():
    (found,) = find_dates("at the weekend", date(2024, 5, 27))
    assert found.date == date(2024, 5, 25)


@pytest.mark.parametrize("text", ["on Friday", "last week", "yesterday", "7 January", "two days ago"])
def test_without_publication_date_relative_dates_stay_open(text):
    (found,) = find_dates(text, None)
    assert found.date is None


@pytest.mark.parametrize("text", ["next Friday", "tomorrow", "1 June 2024", "next month"])
def test_nothing_after_the_publication(text):
    assert [m.date for m in find_dates(text, FRIDAY)] == [None]


def test_words_that_count_from_the_date_before():
    found = find_dates("On Wednesday it shook. This followed a quake the previous day.", FRIDAY)
    assert [m.date for m in found] == [date(2024, 5, 29), date(2024, 5, 28)]
    found = find_dates("Thursday's shelling came a day after an attack", FRIDAY)
    assert [m.date for m in found] == [date(2024, 5, 30), date(2024, 5, 29)]


@pytest.mark.parametrize("text", ["since 2015", "since Monday", "until March", "throughout 2020"])
def test_periods_are_marked(text):
    assert [m.tally for m in find_dates(text, FRIDAY)] == [True]


@pytest.mark.parametrize(
    "text", ["They may march on", "on 31 June", "the second of two", "Sat down", "a 300-day siege"]
)
def test_what_is_no_date(text):
    assert find_dates(text, FRIDAY) == []


@given(st.text(max_size=200), st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 1, 1)))
def test_any_text(text, published):
    end = 0
    for mention in find_dates(text, published):
        assert end <= mention.start < mention.end <= len(text)
        assert mention.date is None or mention.date <= published
        end = mention.end


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 1, 1)), st.integers(0, 6))
def test_a_weekday_lies_in_the_week_before(published, offset):
    day = published - timedelta(days=offset)
    (found,) = find_dates(f"on {day:%A}", published)
    assert found.date == day
