"""Finds the place names of reports that are not English, through the gazetteer's names in their language.

Names in alphabets with capitals are looked for among capital words, weighed by the words around them
(:mod:`mapper.foreign_cased`). In Arabic and other scripts without capitals, any word may be a name, and more has to
speak for it (:mod:`mapper.foreign_caseless`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import regex

from mapper.foreign_cased import Cased
from mapper.foreign_caseless import Caseless
from mapper.foreign_names import Names
from mapper.foreign_scan import LARGE_CITY
from mapper.gazetteer import Gazetteer
from mapper.model import Mention, Report
from mapper.sentences import Sentence

_CASED = regex.compile(r"[\p{Lu}\p{Ll}]")
_LETTER = regex.compile(r"\p{L}")
_EEUU = regex.compile(r"\bEE\.$")


def find_foreign_mentions(
    report: Report, sentences: Sequence[Sentence], gazetteer: Gazetteer, language: str
) -> list[Mention]:
    """Find the place names of a report that is not English.

    Parameters
    ----------
    report : Report
        Offsets of the answer count the code points of its text.
    sentences : sequence of Sentence
        The sentences of its text.
    gazetteer : Gazetteer
        Where names are looked up.
    language : str
        As :func:`mapper.languages.language` gives it; "und" where it is not known.

    Returns
    -------
    list of Mention
        In order of the text, not overlapping. A name may have no candidate: the words before say that it is a
        place, but the gazetteer does not have it. An Arabic name is given without the words that are written
        together with it ("in", "and").
    """
    names = _names(gazetteer, language)
    found: list[Mention] = []
    faint: list[Mention] = []
    persons: set[str] = set()
    for sentence in _whole(report.text, sentences):
        # A report in Arabic may quote sentences in Latin letters, so each is looked at.
        letters = len(_LETTER.findall(report.text, sentence.start, sentence.end))
        cased = len(_CASED.findall(report.text, sentence.start, sentence.end))
        scan = (Cased if cased * 2 > letters else Caseless)(report, sentence, names)
        found += scan.mentions()
        faint += scan.faint
        persons |= scan.persons
    countries = {country for mention in found if (country := _country(mention)) is not None}
    found += (mention for mention in faint if _country(mention) in countries)
    found.sort(key=lambda mention: mention.toponym.start)
    return [mention for mention in found if not _is_person(mention, persons)]


@lru_cache(maxsize=32)
def _names(gazetteer: Gazetteer, language: str) -> Names:
    """Keep what was looked up: reports in one language share most of their words."""
    return Names(gazetteer, language)


def _country(mention: Mention) -> str | None:
    return mention.candidates[0].place.country if mention.candidates else mention.demonym


def _whole(text: str, sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    """Put "EE. UU." together again, which looks like the end of a sentence."""
    held: Sentence | None = None
    for sentence in sentences:
        if held is not None and text.startswith("UU.", sentence.start):
            held = replace(held, end=sentence.end)
        else:
            if held is not None:
                yield held
            held = sentence
        if not _EEUU.search(text, max(held.start, held.end - 4), held.end):
            yield held
            held = None
    if held is not None:
        yield held


def _is_person(mention: Mention, persons: set[str]) -> bool:
    """Tell whether a name that was seen as a person's elsewhere in the report is one here too."""
    if mention.cued or mention.demonym is not None or mention.toponym.text.lower() not in persons:
        return False
    best = mention.candidates[0].place if mention.candidates else None
    return best is None or (best.kind != "country" and best.population < 10 * LARGE_CITY)
