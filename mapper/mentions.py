"""Finds the place names of a text.

The tagger says which words are names of places and how each is used, the gazetteer what they may mean.

A name may be used for the place itself (``literal``), as a ``demonym`` ("Russian"), for a government or a team
(``metonym``), or inside another name (``part``, "Kharkiv University"). Names of persons are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import regex

from mapper import lexicon
from mapper.candidates import candidates_of
from mapper.gazetteer import Gazetteer
from mapper.model import Mention, Report, Toponym
from mapper.tagger import ROLES, Tagger
from mapper.tokens import Tokens, tokenize

# How sure the tagger must be of a name, by its role; below, half of them or more are none.
LEAST = {"literal": 0.75, "metonym": 0.7, "demonym": 0.5, "part": 0.75, "facility": 0.75, "street": 0.85}
CUED = 0.45  # the same for a name that the words before announce: "off", "the village of"
SURE = 0.97  # from which a name is a place's although somebody is called so too
_CUE = regex.compile(
    r"\b(?:in|at|near|outside|off|inside|around|(?:"
    + "|".join(sorted(lexicon.GENERIC))
    + r")s?(?: of)?)\s+(?:the\s+)?$",
    regex.IGNORECASE,
)
_PREMISES = regex.compile(
    r"[\])]?(?:['’]s)?\s+(?:[\p{L}-]+\s+){0,2}?(?:"
    + "|".join(sorted(lexicon.SITE_WORDS | lexicon.FACILITIES))
    + r")s?\b(?!\s+(?:official|spokes|director|president|student|professor|police))",
)
_INSTITUTION = regex.compile(
    r"\s+(?:[\p{L}.'’-]+\s+){0,3}?(?:"
    + "|".join(sorted(word.capitalize() for word in lexicon.FACILITIES))
    + r")\b"
)
_ACTS = regex.compile(
    r"\s+(?:" + "|".join(sorted(lexicon.GOVERNMENT_VERBS | {"has", "sent", "will"})) + r")\b"
)
# What persons do and places hardly ever.
_PERSON_ACTS = regex.compile(
    r"\s+(?:wrote|writes|married|smiled|laughed|joked|testified|tweeted|cried|wept|hugged|graduated|shrugged|nodded|"
    r"was born|grew up|pleaded|himself|herself)\b"
)
_SHORT_FORMS = frozenset(
    "twp co st ave blvd rd dr ln hwy pkwy mt ft par cnty terr is isl mtn natl intl".split()
)
_CITY_OFFICE = regex.compile(
    r" (?:council|public|hall|schools?|manager|commission\w*|attorney|clerk|police|engineer|planner|treasurer|administrat\w+|"
    r"marshal|board|staff|officials?|employees|residents|light|utilities|parks|budget|government|limits|leaders|ordinance)\b",
    regex.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens ``first`` to ``last`` (exclusive) that make a name, how it is used, and how likely it is a name at all."""

    first: int
    last: int
    role: str
    certainty: float


def find_mentions(report: Report, gazetteer: Gazetteer, tagger: Tagger) -> list[Mention]:
    """Find the place names of a report in English.

    Parameters
    ----------
    report : Report
        Offsets of the answer count the code points of its text.
    gazetteer : Gazetteer
        Where names are looked up.
    tagger : Tagger

    Returns
    -------
    list of Mention
        In order of the text, not overlapping. A name may have no candidate: it was used as a place's name but the
        gazetteer does not have it.
    """
    tokens = tokenize(report.text)
    if not tokens.texts:
        return []
    found = []
    spans = list(read_spans(tagger.probabilities(tokens)))
    surnames = _surnames(tokens, spans, tagger)
    for span in spans:
        cued = _is_cued(report.text, tokens.starts[span.first])
        if span.certainty < (CUED if cued and span.role == "literal" else LEAST[span.role]):
            continue
        start, end = _fitted(report.text, tokens, span, gazetteer)
        text = report.text[start:end]
        person = not cued and span.certainty < SURE and text in surnames
        if person or text.islower() or text.lower() in lexicon.NO_NAMES or not any(c.isalpha() for c in text):
            continue
        role = _role(span.role, report.text, start, end, cued=cued)
        unknown = span.role == "facility" and not gazetteer.lookup(text)  # of which half are none
        if unknown or role == "person" or text.lower() in lexicon.BODIES:
            continue
        candidates = candidates_of(text, role, gazetteer)
        toponym = Toponym(report_id=report.id, start=start, end=end, text=text, role=role)
        found.append(Mention(toponym, candidates, cued=cued, certainty=round(span.certainty, 4)))
    return found


def _surnames(tokens: Tokens, spans: list[Span], tagger: Tagger) -> set[str]:
    """Return the names that stand right behind a first name somewhere, outside all that the tagger takes for places."""
    marked = {at for span in spans for at in range(span.first, span.last)}
    texts, starts, ends = tokens.texts, tokens.starts, tokens.ends
    found = set()
    for at in range(len(texts) - 1):
        last = texts[at + 1]
        if at in marked or at + 1 in marked or starts[at + 1] != ends[at] + 1 or not texts[at][0].isupper():
            continue
        if last[0].isupper() and len(last) > 2 and last[1:].islower() and tagger.is_first_name(texts[at]):
            found.add(last)
    return found


def _is_cued(text: str, start: int) -> bool:
    """Tell whether the words before say outright that a place follows."""
    return _CUE.search(text[max(0, start - 30) : start]) is not None


def _role(role: str, text: str, start: int, end: int, *, cued: bool) -> str:
    """Return how a name is used: its role by the tagger, seen beside the words around; "person" if it is none of a place."""
    after = text[end : end + 60]
    if role in {"facility", "street"}:
        return "literal"
    if role in {"literal", "metonym"} and not cued and _PERSON_ACTS.match(after):
        return "person"
    if role in {"metonym", "part"} and (_PREMISES.match(after) or (cued and _INSTITUTION.match(after))):
        return "literal"  # what is called after the place stands there: "the Engels bomber base", "at Kharkiv University"
    if role == "literal" and not cued and _ACTS.match(after):
        return "metonym"
    return role


def _fitted(text: str, tokens: Tokens, span: Span, gazetteer: Gazetteer) -> tuple[int, int]:
    """Return where a name begins and ends: without marks around it, with the full stop of its short form."""
    first, last = span.first, span.last
    while last - first > 1 and not tokens.texts[first][0].isalnum():
        first += 1
    while last - first > 1 and not tokens.texts[last - 1][-1].isalnum() and not _is_short(tokens, last):
        last -= 1
    if (
        last - first == 2
        and tokens.texts[last - 1] == "City"
        and _CITY_OFFICE.match(text, tokens.ends[last - 1])
        and not gazetteer.lookup(text[tokens.starts[first] : tokens.ends[last - 1]])
    ):
        last -= 1  # "Dublin City Council" is that of Dublin
    if last - first > 1 and span.role != "demonym" and tokens.texts[first].lower() in lexicon.SIDES:
        whole, rest = (text[tokens.starts[at] : tokens.ends[last - 1]] for at in (first, first + 1))
        if gazetteer.lookup(rest) and not (gazetteer.lookup(whole) or gazetteer.people(whole)):
            first += 1  # "Northeast Georgia" is a part of Georgia, "West Africa" a name
    if last < len(tokens.texts) and _is_short(tokens, last + 1) and tokens.texts[last - 1][-1] != ".":
        word = tokens.texts[last - 1]
        behind = first > 0 and tokens.texts[first - 1] in {",", "-", "("}  # "Gainesville, Ga.", "D-Pa."
        short = gazetteer.is_short_form(word) and (behind or not gazetteer.lookup(word))
        if word.lower() in _SHORT_FORMS or short:
            last += 1  # but "A bomb hit Kut." ends with a stop
    return tokens.starts[first], tokens.ends[_with_site(text, tokens, first, last, gazetteer) - 1]


def _with_site(text: str, tokens: Tokens, first: int, last: int, gazetteer: Gazetteer) -> int:
    """Return where a name ends that goes on as a site's in small letters: "the Novoshakhtinsk oil refinery"."""
    for end in range(min(last + 4, len(tokens.texts)), last, -1):
        tail = tokens.texts[last:end]
        if tail[-1] in lexicon.SITE_WORDS and all(word in lexicon.SITE_MIDDLES for word in tail[:-1]):
            found = gazetteer.lookup(text[tokens.starts[first] : tokens.ends[end - 1]])
            if found and found[0].place.kind in {"site", "airfield", "water"}:
                return end
    return last


def _is_short(tokens: Tokens, end: int) -> bool:
    """Tell whether the tokens before ``end`` are a short form with its full stop: "Okla.", "W.Va."."""
    if tokens.texts[end - 1] != ".":
        return tokens.texts[end - 1].endswith(".")
    return end >= 2 and tokens.ends[end - 2] == tokens.starts[end - 1] and len(tokens.texts[end - 2]) <= 5


def read_spans(shares: npt.NDArray[np.float32]) -> Iterator[Span]:
    """Read the names out of the tags' probabilities, of shape (tokens, tags)."""
    # A name, in whatever role, or none.
    tags = np.where(shares[:, 0] < 0.5, shares[:, 1:].argmax(axis=1) + 1, 0)
    inside = np.flatnonzero(tags)
    at = 0
    while at < len(inside):
        first = int(inside[at])
        last = first + 1
        at += 1
        while at < len(inside) and inside[at] == last and tags[last] % 2 == 0:
            last += 1
            at += 1
        role = ROLES[(int(tags[first]) - 1) // 2]
        yield Span(first, last, role, float(1 - shares[first:last, 0].max()))
