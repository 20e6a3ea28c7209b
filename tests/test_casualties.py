import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.casualties import chosen, number_value, read_counts, spans_period


def best(sentence, what):
    count = chosen(read_counts(sentence), what)
    return count.best if count else None


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
        ("Ana Silva, 18, of Paris died Saturday in a Dallas hospital.", 1, None),
        ("A two-car accident claimed the life of a former student and injured several others.", 1, None),
        ("The crash killed a woman and her two children and injured the driver.", 3, 1),
        ("Two people were taken to hospital with burns.", None, 2),
        ("The driver died at the scene, and his passenger was airlifted to a hospital.", 1, 1),
        ("No injuries were reported.", None, 0),
        ("There were no immediate reports of casualties.", None, None),
        ("Between 10 and 15 people were killed, officials said.", 10, None),
        ("UAV strike near the town, 2 killed", 2, None),
        ("The bomb killed 17 soldiers and 36 volunteers in the town.", 53, None),
        ("The blast killed two people and three were wounded.", 2, 3),
        ("A child was killed and 12 other people were hurt.", 1, 12),
        ("It hit a bus, killing 10 people, including three children and two women, and wounding 33.", 10, 33),
        ("An 80-year-old woman was killed when a shell hit her home.", 1, None),
        ("With the death toll rising to 22 people on Monday, and 25 others injured", 22, 25),
        ("Three more died overnight, bringing the toll to 31.", 31, None),
        ("Two soldiers and a civilian were killed.", 3, None),
        ("Police shot dead two protesters and wounded at least 11 in the town.", 2, 11),
        ("A police officer and a bystander were wounded.", None, 2),
        ("Four people were killed and 17 others injured, two of them critically.", 4, 17),
        ("The army said that 8 militants were killed and three soldiers injured.", None, 3),
        ("The pilot, the only person on board, was killed.", 1, None),
        ("The plane crashed, killing all 157 on board.", 157, None),
        ("Seven of the 13 people aboard were killed.", 7, None),
        ("A man of 76 died when a shell came down in his yard.", 1, None),
        ("Forty-six people, the police said, died on Friday.", 46, None),
        ("The group claims to have killed 107 soldiers.", 107, None),
        ("More than ninety per cent of the dead were women.", None, None),
        ("It killed nine civilians, a child among them.", 9, None),
    ],
)
def test_reads_casualties(sentence, killed, injured):
    assert (best(sentence, "killed"), best(sentence, "injured")) == (killed, injured)


@pytest.mark.parametrize(
    ("sentence", "what", "number"),
    [
        ("Five people were still missing.", "missing", 5),
        ("Another three remain unaccounted for.", "missing", 3),
        ("Floods displaced about 12,000 people.", "displaced", 12_000),
        ("Some 4,500 residents were evacuated.", "displaced", 4500),
        ("The fire left 300 families homeless.", "displaced", 300),
        ("Shelling forced 2,000 people to flee.", "displaced", 2000),
    ],
)
def test_reads_missing_and_displaced(sentence, what, number):
    assert best(sentence, what) == number


@pytest.mark.parametrize(
    ("sentence", "bounds"),
    [
        ("At least three people were killed.", (3, 3, None)),
        ("Between 10 and 15 people were killed.", (10, 10, 15)),
        ("Up to 40 people were killed.", (40, 0, 40)),
        ("About 200 people were killed.", (200, 180, 220)),
        ("Nearly 200 people were killed.", (200, 180, 200)),
        ("Dozens of people were killed.", (None, 24, None)),
        ("Hundreds were killed.", (None, 200, None)),
        ("Three people were killed.", (3, 3, 3)),
        ("No one was killed.", (0, 0, 0)),
    ],
)
def test_bounds_are_what_the_wording_leaves_open(sentence, bounds):
    count = chosen(read_counts(sentence), "killed")
    assert (count.best, count.low, count.high) == bounds


def test_totals_over_time_are_marked():
    assert spans_period("Forty people have been killed since June.")
    assert not spans_period("Forty people were killed on Friday.")


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("twenty-one", 21),
        ("1,200", 1200),
        ("a hundred", 100),
        ("two hundred", 200),
        ("a dozen", 12),
        ("seven", 7),
        ("1.2 million", 1_200_000),
    ],
)
def test_number_words(words, value):
    assert number_value(words) == value


@given(st.text(max_size=300))
def test_any_text(text):
    for count in read_counts(text):
        assert 0 <= count.start < count.end <= len(text)
        assert count.best is None or count.best >= 0


@given(st.integers(2, 99_999), st.integers(2, 99_999))
def test_any_figures(killed, injured):
    sentence = f"The blast killed {killed:,} people and injured {injured:,} others."
    assert (best(sentence, "killed"), best(sentence, "injured")) == (killed, injured)


@given(st.integers(2, 99_999), st.integers(2, 9_999), st.sampled_from(["killed", "wounded"]))
def test_a_number_stands_in_its_words(first, second, state):
    sentence = f"In the town, {first} people were {state}, {second} others were injured and two went missing."
    for count in read_counts(sentence):
        words = sentence[count.start : count.end]
        assert str(count.best) in words or count.best == 2
