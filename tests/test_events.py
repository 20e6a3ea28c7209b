import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.events import read_signs


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("A missile hit an apartment block in the city.", "shelling_or_missile"),
        ("They just damaged the radar with a domestically produced drone.", "airstrike_or_drone"),
        ("Gunmen attacked a village near the river.", "armed_attack"),
        ("An earthquake struck south of the town.", "natural_disaster"),
        ("Two trains collided near the station.", "accident"),
        ("Soldiers clashed with rebels at the crossing.", "clash"),
        ("A car bomb exploded outside a restaurant.", "explosion"),
        ("Thousands of demonstrators marched through the capital.", "civil_unrest"),
        ("The ministers met in Prague.", "diplomatic"),
    ],
)
def test_kind_of_what_is_said_to_have_happened(sentence, kind):
    assert read_signs(sentence).kind == kind


@pytest.mark.parametrize(
    "sentence",
    [
        "He warned that Moscow could attack the city.",
        "The minister allowed them to strike inside the country.",
        "They threatened to bomb the bridge.",
        "The army did not attack the village.",
        "It has the right to defend itself against attacks.",
        "He plans a meeting next month.",
    ],
)
def test_what_is_only_allowed_feared_denied_or_planned(sentence):
    assert read_signs(sentence).triggers == ()


def test_a_threat_in_one_clause_does_not_reach_into_the_next():
    assert (
        read_signs("He threatened to retaliate after a missile hit the port.").kind == "shelling_or_missile"
    )


def test_totals_and_targets_are_marked():
    assert read_signs("The city has come under an increasing number of attacks.").tally
    assert read_signs("A rocket hit an oil refinery.").targets == (("oil refinery", 16, 28),)


@given(st.text(max_size=300))
def test_any_text(text):
    for trigger in read_signs(text).triggers:
        assert text[trigger.start : trigger.end] == trigger.text
