"""The tagger: sane probabilities for any text, the same answer in pieces, and a word about a file that is damaged."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper import world
from mapper.clues import PLACE_CLUES, WORD_CLUES, PlaceClues, form, word_clues
from mapper.errors import DataError
from mapper.mentions import read_spans
from mapper.tagger import TAGS, Tagger, WordPieces, namesakes
from mapper.tokens import tokenize


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Kharkiv", "title"), ("said", "lower"), ("KYIV", "short capitals"), ("WASHINGTON", "capitals"), ("A", "one capital"),
        ("McLean", "mixed"), ("U.S.", "dotted"), ("2024", "number"), ("A429", "digits"), (",", "comma"), ("’s", "possessive"),
        ("\n", "line break"), ("…", "mark"), ("Харків", "title"), ("حلب", "title"), ("\ud800", "mark"),
    ],
)  # fmt: skip
def test_forms(word, expected):
    assert form(word) == expected
    assert word_clues(word, frozenset(), {}, {}).shape == (WORD_CLUES,)


def test_the_gazetteer_gives_its_clues_to_the_longest_name():
    tokens = tokenize("New York City and Athens")
    rows = PlaceClues(world.gazetteer()).rows(tokens)
    assert rows.shape == (5, PLACE_CLUES)
    assert rows[:, 0].tolist() == [1, 1, 1, 0, 1]  # in a name
    assert rows[:, 1].tolist() == [1, 0, 0, 0, 1]  # begins one
    assert rows[:, 2].tolist() == [0, 0, 1, 0, 1]  # ends one


@pytest.mark.parametrize(
    "text",
    [
        "T&T Police Service",
        "The T&T High Commission in Port of Spain",
        "\u0301a B C",
        "ﷺ Ahmed of Mecca City",
    ],
)
def test_a_token_may_have_more_words_than_one_or_none(text):
    tokens = tokenize(text)
    assert PlaceClues(world.gazetteer()).rows(tokens).shape == (len(tokens.texts), PLACE_CLUES)


def test_pieces_are_cut_from_the_left_as_long_as_they_can_be():
    vectors = np.array([[1, 0], [0, 2], [9, 9], [4, 4]], np.int8)
    pieces = WordPieces(["khar", "##kiv", "##k", "!"], vectors, 0.5)
    assert pieces.vector("Kharkiv").tolist() == [0.25, 0.5]
    assert pieces.vector("!").tolist() == [2.0, 2.0]
    assert pieces.vector("\u200b").tolist() == [0.0, 0.0]


def test_namesakes_see_each_other_and_small_letters_nothing():
    hidden = np.array([[1.0, 0.0], [5.0, 5.0], [0.0, 3.0], [2.0, 2.0]], np.float32)
    assert namesakes(["Engels", "said", "ENGELS", "Paris"], hidden).tolist() == [
        [1, 3],
        [0, 0],
        [1, 3],
        [2, 2],
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        st.characters() | st.sampled_from("Kharkiv Paris .,-'\n\u200b\u0301\u202e\ud800"),
        min_size=1,
        max_size=80,
    )
)
def test_shares_are_shares(text):
    tokens = tokenize(text)
    shares = world.tagger().probabilities(tokens)
    assert shares.shape == (len(tokens.texts), TAGS)
    assert np.all(shares >= 0) and np.allclose(shares.sum(axis=1), 1, atol=1e-4)
    for span in read_spans(shares):
        assert 0 <= span.first < span.last <= len(tokens.texts) and 0 <= span.certainty <= 1


def test_long_texts_are_tagged_in_pieces(monkeypatch):
    tokens = tokenize("Shells fell on Kharkiv and Sumy. " * 40)
    whole = world.tagger().probabilities(tokens).argmax(axis=1)
    monkeypatch.setattr("mapper.tagger.MOST_AT_ONCE", 70)
    pieces = world.tagger().probabilities(tokens).argmax(axis=1)
    assert (whole == pieces).mean() > 0.97  # but for what stands at a cut


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut"])
def test_a_damaged_file_is_named(tmp_path, content):
    path = tmp_path / "tagger.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"tagger\.npz"):
        Tagger(path, world.gazetteer(), frozenset())


def test_an_archive_without_weights_is_named(tmp_path):
    path = tmp_path / "tagger.npz"
    np.savez(path, pieces=np.array("a"))
    with pytest.raises(DataError, match=r"tagger\.npz"):
        Tagger(path, world.gazetteer(), frozenset())
