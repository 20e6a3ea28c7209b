import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper import world
from mapper.errors import DataError
from mapper.model import INCIDENT_KINDS, Report
from mapper.recognizers import recognizer_named
from mapper.resolve import resolve
from mapper.sentences import split_sentences
from mapper.spotter import KINDS, Spotter
from mapper.staging import scene_of


def told(text):
    report = Report(id="r", text=text)
    sentences = split_sentences(text)
    mentions = recognizer_named("tagger")(report, sentences)
    scene = scene_of(report, sentences, resolve(text, mentions, world.gazetteer(), None))
    return scene, world.spotter().read(scene)


def test_kinds_are_those_of_incidents_and_none():
    assert ("none", *INCIDENT_KINDS) == KINDS


def test_an_event_is_told_from_what_is_said_about_it():
    _, answer = told(
        "A car bomb killed nine people in Mogadishu on Friday. The president will hold talks in Nairobi next month."
    )
    event = 1 - answer.sentences[:, 0]
    assert event[0] > 0.7 > 0.3 > event[1]
    assert 1 - answer.places[0, 0] > 0.5 > 1 - answer.places[1, 0]


def test_what_one_paragraph_says_has_no_bearing_on_another():
    first = (
        "Gunmen shot dead four farmers near Jos on Sunday. Police said they were looking for the attackers."
    )
    _, alone = told(first)
    _, longer = told(f"{first}\n\nThe price of maize rose in Lagos. Traders blamed the rain.")
    assert np.allclose(
        longer.sentences[:2], alone.sentences, atol=0.02
    )  # scores of places, which the whole report settles, come in


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_shares(text):
    scene, answer = told(text)
    assert answer.sentences.shape == (len(scene.sentences), len(KINDS))
    assert answer.places.shape == (len(scene.resolutions) if scene.sentences else 0, len(KINDS))
    for shares in (answer.sentences, answer.places):
        assert np.isfinite(shares).all() and (shares >= 0).all()
        assert np.allclose(shares.sum(axis=1), 1, atol=1e-3)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not an archive"])
def test_a_damaged_file_is_told(tmp_path, content):
    path = tmp_path / "spotter.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match="make data"):
        Spotter(path, world.tagger().lexicon)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(DataError, match="make data"):
        Spotter(tmp_path / "none.npz", world.tagger().lexicon)
