"""Cutting text into tokens: what belongs together, and exact offsets whatever the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("St. Louis's mayor", ["St", ".", "Louis", "'s", "mayor"]),
        ("W.Va. and the U.S.", ["W.Va.", "and", "the", "U.S."]),
        ("Athens-Clarke County (Ga.)", ["Athens", "-", "Clarke", "County", "(", "Ga", ".", ")"]),
        ("A429, I-45 and Engels-2", ["A429", ",", "I", "-", "45", "and", "Engels", "-", "2"]),
        ("Côte d'Ivoire’s “Harar”", ["Côte", "d'Ivoire", "’s", "“", "Harar", "”"]),
        ("Харків’\nЗапоріжжя", ["Харків", "’", "\n", "Запоріжжя"]),
        ("Kha\u200bna\u00adqin \u202eYe\u0301vlax\u202c", ["Kha\u200bna\u00adqin", "\u202e", "Ye\u0301vlax\u202c"]),
        ("T&T and B & B", ["T&T", "and", "B", "&", "B"]),
        ("one\n \n\n two", ["one", "\n \n\n", "two"]),
        ("", []),
    ],
)  # fmt: skip
def test_what_belongs_together(text, tokens):
    assert tokenize(text).texts == tokens


@given(st.text(st.characters() | st.sampled_from("A a.-'’\n\u200b\u0301\u202e\ud800Ж"), max_size=60))
def test_offsets_are_exact_and_nothing_but_space_is_left_out(text):
    starts, ends, texts = tokenize(text)
    assert [text[a:b] for a, b in zip(starts, ends, strict=True)] == texts
    assert all(b <= c for b, c in zip(ends, starts[1:], strict=False))
    outside = "".join(text[a:b] for a, b in zip([0, *ends], [*starts, len(text)], strict=True))
    assert not outside.strip()


def test_a_part_has_offsets_into_the_whole():
    assert tokenize("Kyiv and Lviv", 9).starts == [9]
