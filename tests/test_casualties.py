import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.casualties import number_value, read_casualties


@pytest.mark.parametrize(
    ("sentence", "killed", "injured"),
    [
        ("The attack killed at least three people and injured 16 after a missile hit.", 3, 16),
        ("Last weekend, 19 were killed after an attack.", 19, None),
        ("A mass stabbing killed three people and injured three others.", 3, 3),
        ("It resulted in at least 56 deaths and over 200 people injured.", 56, 200),
        ("He was killed last week by an airstrike.", 1, None),
        ("Bombs killed no fewer than ten civilians, one of them a monk.", 10, None),
        ("Fifteen soldiers at least died on Monday in a gun battle.", 15, None),
        ("15 dead, three missing, 16 wounded and in hospital.", 15, 16),
        ("Twenty-one attackers were killed.", None, None),
        ("Early reports spoke of no casualties.", 0, 0),
        ("One wounded, homes hit.", None, 1),
        ("He put the number of wounded at 18, among them two children.", None, 18),
        ("A further two people lost their lives.", 2, None),
        ("Seven civilians were killed and 17 hurt.", 7, 17),
        ("One man is dead.", 1, None),
        ("The death toll has risen to 1,204 people, with 25 others injured.", 1204, 25),
        ("It left twelve people dead and a dozen injured.", 12, 12),
        ("At least five other civilians reportedly also died.", 5, None),
        ("Around twenty more, including a colleague, were injured.", None, 20),
        ("A man was shot dead.", 1, None),
        ("The 31-year-old lives 40 km away with 3 children.", None, None),
        ("The storm destroyed 300 homes.", None, None),
    ],
)
def test_reads_casualties(sentence, killed, injured):
    found = read_casualties(sentence)
    assert (found.killed, found.injured) == (killed, injured)


def test_totals_over_time_are_marked():
    assert read_casualties("Forty people have been killed since June.").tally
    assert not read_casualties("Forty people were killed on Friday.").tally


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("twenty-one", 21),
        ("1,200", 1200),
        ("a hundred", 100),
        ("two hundred", 200),
        ("a dozen", 12),
        ("seven", 7),
    ],
)
def test_number_words(words, value):
    assert number_value(words) == value


@given(st.text(max_size=300))
def test_any_text(text):
    found = read_casualties(text)
    assert found.killed is None or found.killed >= 0


@given(st.integers(2, 99_999), st.integers(2, 99_999))
def test_any_figures(killed, injured):
    found = read_casualties(f"The blast killed {killed:,} people and injured {injured:,} others.")
    assert (found.killed, found.injured) == (killed, injured)
