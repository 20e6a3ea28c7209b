"""The seam between reports and ways to find place names in them."""

import json
import sys
from types import SimpleNamespace

import pytest

from mapper import pipeline
from mapper.cli import main
from mapper.errors import OptionError
from mapper.recognizers import _pipeline, recognizer_named

TEXT = "A Russian drone hit Kharkiv on Friday. Orthodox priests prayed in Sumy."


def names(recognizer):
    return [
        (r.toponym.text, r.toponym.role) for r in pipeline.extract(TEXT, recognizer=recognizer).resolutions
    ]


@pytest.mark.parametrize("recognizer", ["tagger", "rules"])
def test_both_ways_of_our_own_find_them(recognizer):
    assert names(recognizer) == [("Russian", "demonym"), ("Kharkiv", "literal"), ("Sumy", "literal")]


@pytest.mark.parametrize("name", ["", "spacy", "spacy:", "crf", "Tagger"])
def test_an_unknown_way_is_refused_with_those_that_there_are(name):
    with pytest.raises(OptionError, match=r"choose tagger, rules, or spacy:PIPELINE"):
        recognizer_named(name)


@pytest.fixture
def spacy(monkeypatch):
    """A stand-in for spaCy: a pipeline that knows four names, and refuses others."""

    def load(name):
        if name != "known":
            raise OSError(f"[E050] Can't find model {name!r}")

        def nlp(text):
            labels = {
                "Russian": "NORP",
                "Orthodox": "NORP",
                "Kharkiv": "GPE",
                "Friday": "DATE",
                "Sumy": "GPE",
            }
            spots = [(text.find(word), word, label) for word, label in labels.items() if word in text]
            return SimpleNamespace(
                ents=[
                    SimpleNamespace(start_char=at, end_char=at + len(w), text=w, label_=label)
                    for at, w, label in sorted(spots)
                ]
            )

        return nlp

    _pipeline.cache_clear()
    monkeypatch.setitem(sys.modules, "spacy", SimpleNamespace(load=load))
    yield
    _pipeline.cache_clear()


def test_a_pipeline_of_the_users_gives_its_places_and_peoples(spacy):
    assert names("spacy:known") == [("Russian", "demonym"), ("Kharkiv", "literal"), ("Sumy", "literal")]


def test_a_pipeline_that_is_not_there(spacy):
    with pytest.raises(OptionError, match="no pipeline 'en_core_web_lg'"):
        recognizer_named("spacy:en_core_web_lg")


def test_without_spacy(monkeypatch):
    _pipeline.cache_clear()
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(OptionError, match="pip install spacy"):
        recognizer_named("spacy:en_core_web_lg")


def test_on_the_command_line(tmp_path, capsys):
    path = tmp_path / "report.txt"
    path.write_text(TEXT)
    assert main(["extract", str(path), "--recognizer", "rules"]) == 0
    assert [t["text"] for t in json.loads(capsys.readouterr().out)["toponyms"]] == [
        "Russian",
        "Kharkiv",
        "Sumy",
    ]
    assert main(["extract", str(path), "--recognizer", "crf"]) == 2
    assert "'crf' is no recogniser" in capsys.readouterr().err


def test_a_report_in_another_language_is_read_by_its_rules():
    answer = pipeline.extract(
        "Російські війська обстріляли Харків у п'ятницю. Одна людина загинула в Куп'янську."
    )
    assert {r.place.name for r in answer.resolutions if r.place} >= {"Kharkiv", "Kupiansk"}
