import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.clock import find_times, told_time


@pytest.mark.parametrize(
    ("text", "time", "zone"),
    [
        ("The shooting began at 10:39 a.m. local time (1639 UTC).", "16:39", "UTC"),
        ("It struck at midnight (21:00 GMT).", "21:00", "UTC"),
        ("The raid came at about 3pm.", "15:00", None),
        ("It began shortly before 19:00 local time.", "19:00", "local"),
        ("It was at about 8:10 am this morning.", "08:10", None),
        ("The quake struck at 2:44 a.m.", "02:44", None),
        ("The quake struck at 12:05 a.m.", "00:05", None),
        ("The blast came at noon.", "12:00", None),
        ("Sirens were heard at 0230 GMT.", "02:30", "UTC"),
        ("At 06:10 MSK the drones came.", "06:10", "MSK"),
    ],
)
def test_reads_times_of_day(text, time, zone):
    found = told_time(text)
    assert (found.time, found.zone) == (time, zone)
    assert text[found.start : found.end].strip()


@pytest.mark.parametrize(
    "text", ["They won 2.30 to 1.", "It cost $10.50.", "Psalm 23:4 was read.", "by 3:2", "In 2020 it rained."]
)
def test_other_figures_are_no_times(text):
    assert find_times(text) == []


@given(st.text(max_size=200))
def test_any_text(text):
    for found in find_times(text):
        hour, minute = map(int, found.time.split(":"))
        assert 0 <= hour < 24 and 0 <= minute < 60
        assert 0 <= found.start < found.end <= len(text)
