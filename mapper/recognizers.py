"""The ways to find place names in a report, by name: the trained tagger, the rules, or a spaCy pipeline of the user's.

``tagger`` is the default: the trained tagger for English, rules for other languages (:mod:`mapper.foreign`). ``rules`` uses
no model. ``spacy:NAME`` runs an installed spaCy pipeline (``spacy:en_core_web_lg``), or one in a folder
(``spacy:./pipeline``); it is never fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from mapper import world
from mapper.candidates import candidates_of
from mapper.errors import OptionError
from mapper.foreign import find_foreign_mentions
from mapper.languages import language
from mapper.mentions import find_mentions
from mapper.model import Mention, Report, Toponym
from mapper.rules import find_mentions_by_rules
from mapper.sentences import Sentence

Recognizer = Callable[[Report, Sequence[Sentence]], list[Mention]]

DEFAULT = "tagger"
# What spaCy's English pipelines call places, and peoples.
_SPACY_ROLES = {"GPE": "literal", "LOC": "literal", "FAC": "literal", "NORP": "demonym"}
_SPACY_PIECE = 100_000  # characters; its models take text only up to a length


def recognizer_named(name: str = DEFAULT) -> Recognizer:
    """Return the way to find place names that is called so.

    Parameters
    ----------
    name : str
        ``tagger``, ``rules`` or ``spacy:PIPELINE``.

    Raises
    ------
    OptionError
        If there is none of that name, spaCy is not installed, or it has no such pipeline.
    DataError
        If the data files are missing or damaged.
    """
    if name == "tagger":
        return _by_tagger
    if name == "rules":
        return _by_rules
    kind, _, pipeline = name.partition(":")
    if kind == "spacy" and pipeline:
        nlp = _pipeline(pipeline)
        return lambda report, sentences: _by_spacy(nlp, report)
    raise OptionError(
        f"{name!r} is no recogniser: choose tagger, rules, or spacy:PIPELINE (an installed spaCy pipeline)"
    )


def _by_tagger(report: Report, sentences: Sequence[Sentence]) -> list[Mention]:
    spoken = language(report.text)
    if spoken != "en":
        return find_foreign_mentions(report, list(sentences), world.gazetteer(), spoken)
    return find_mentions(report, world.gazetteer(), world.tagger())


def _by_rules(report: Report, sentences: Sequence[Sentence]) -> list[Mention]:
    return find_mentions_by_rules(report, list(sentences), world.gazetteer(), world.words())


def _by_spacy(nlp: Any, report: Report) -> list[Mention]:
    gazetteer, found = world.gazetteer(), []
    for start in range(0, len(report.text), _SPACY_PIECE):
        for entity in nlp(report.text[start : start + _SPACY_PIECE]).ents:
            role = _SPACY_ROLES.get(entity.label_)
            if role is None or (role == "demonym" and not gazetteer.people(entity.text)):
                continue  # NORP has religions and parties too
            first, last = start + entity.start_char, start + entity.end_char
            text = report.text[first:last]
            toponym = Toponym(report_id=report.id, start=first, end=last, text=text, role=role)
            found.append(Mention(toponym, candidates_of(text, role, gazetteer)))
    return found


@lru_cache(maxsize=2)
def _pipeline(name: str) -> Any:
    try:
        import spacy
    except ImportError as error:
        raise OptionError(f"spacy:{name} needs spaCy, which is not installed: pip install spacy") from error
    try:
        return spacy.load(name)
    except (OSError, ValueError) as error:
        raise OptionError(
            f"spaCy has no pipeline {name!r}: install it with pip from its publisher's release, or name a folder"
        ) from error
