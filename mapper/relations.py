"""Reads from a sentence which place is said to lie how far from what.

Pure reading: what it finds is measured and judged in :mod:`mapper.claims`. Lengths that say nothing about where a place
lies are left out: of roads and convoys ("40 km long"), journeys ("drove 10 km from Kharkiv", "109 miles from Leeds to
Hull"), zones ("a 5 km exclusion zone", "people within 30 km of the plant"), ranges and speeds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mapper.model import Place, Resolution
from mapper.quantities import Length, find_lengths
from mapper.references import Reference, clause_end, read_border, read_reference
from mapper.subjects import (
    NAME,
    Names,
    city_named_last,
    is_joined,
    named_at,
    read_names,
    subject_after,
    subject_before,
)
from mapper.verdicts import Stated

NEAR_KM = (10.0, 50.0)  # "near the border" surely allows the first, and surely rules out more than the second
ON_KM = (5.0, 50.0)  # "on the border", "within sight of the border"
DEEP_KM = (100.0, 30.0)  # "deep inside" surely allows the first, and surely rules out less than the second

# the words without which a sentence states no distance: most have none, and are left at once
_HAS_WORDS = re.compile(
    r"\b(?:border|frontier|(?:deep|far)\s+in|klick|nautical)|(?:km|kms|nmi|mi|ft|miles?|[0-9]\s?m)\b|kilomet|met(?:er|re)s?\b|yards?\b|f(?:ee|oo)t\b",
    re.IGNORECASE,
)
_WIND = r"(?:north|south|east|west)(?:[\s-]?(?:north|south|east|west)){0,2}(?:ern|wards?)?"
_RELATION = re.compile(
    rf"(?:\s*,)?(?:\s+(?:away|further|farther|inland|straight|downstream|upstream|upriver|by\s+road|by\s+air|as\s+the\s+crow\s+flies|out),?){{0,2}}\s+"
    rf"(?:(?:to\s+the\s+)?(?:due\s+|directly\s+)?(?P<wind>{_WIND})\s+(?:of|from|off|outside|inside|into|across)"
    r"|(?P<inside>(?:deep\s+)?(?:inside|into|within)|deep\s+in)|(?P<from>from|off|outside|across|over|beyond|behind|short\s+of)|(?P<of>of))\s+",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"\b(?:travel\w*|driv\w+|drove|fl(?:y|ew|ies|own|ying)|walk\w*|march\w*|runs?|running|ran|cover(?:s|ed|ing)?|mov(?:es?|ed|ing)|"
    r"advanc\w+|push\w*|swep\w+|sweeps?|meander\w*|stretch\w*|extend\w*|spann?\w*|reach(?:ed|es|ing)?|trek\w*|rac(?:ed|ing)|sail\w*|rode|rid(?:e|es|ing)|cycl\w+|"
    r"carried|transported|fir(?:ed|ing)|rang(?:es?|ed|ing)|went|go(?:es|ing)?|visible|audible|heard|felt|retreat\w*|withdr\w+|"
    r"swam|swim\w*|crawled|evacuat\w+|fled|com(?:e|es|ing)|came|penetrat\w+|(?:lengths?|radius|depth|height|altitude|speed)\s+of)"
    r"\s+(?:(?:for|about|up|to|as|far|a|an|distance|of|back|more|another|over|through|across|it|them|him|her)\s+){0,3}$",
    re.IGNORECASE,
)
_ZONE = re.compile(
    r"\b(?:people|residents|civilians|areas?|anyone|anything|everyone|everything|those|villages|villagers|communities|settlements|homes|houses|places|zones?)\s+"
    r"(?:(?:who|that|which)\s+)?(?:liv(?:e|ing)\s+|located\s+|are\s+|lying\s+)?$",
    re.IGNORECASE,
)
_ON_COURSE = re.compile(r"\s*(?:to|until|towards?)\s+(?!the\s+(?:north|south|east|west))", re.IGNORECASE)
_THE_FIGURE = re.compile(r"\bthe\s+$", re.IGNORECASE)  # "won the 400 metres", "the 30 km from A"
_BARE_M = re.compile(r"[0-9]\s?m$")  # "30m from Russia" may be money
_SEPARATES = re.compile(
    rf"\s+(?:separates?|separating|divides?|dividing|lies?\s+between)\s+(?:the\s+)?(?:[\w-]+\s+){{0,3}}?(?P<name>{NAME})[^.;]{{0,80}}?\s+(?:from|and)\s+",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    rf"(?:\bdistance\s+(?:between|from)\s+)?(?:\bthe\s+)?(?:[\w-]+\s+){{0,3}}?(?P<name>{NAME})\s+(?:and|to)\s+(?P<rest>[^,;.]{{1,80}}?)\s+(?P<verb>is|was|of|are|lie|being)\s+(?:only\s+)?$",
    re.IGNORECASE,
)
_DISTANCE_WORD = re.compile(r"\bdistance\s+(?:between|from)\b", re.IGNORECASE)
_BORDER_IS = re.compile(
    r"\b(?P<border>(?:[^\s,;.]+\s+){0,2}(?:border|frontier)\b(?:\s+with\s+[^,;.]{1,40}?)?)\s*,?\s+(?:is|lies|runs|was|being)(?:\s+\w+ly|\s+located)?\s*,?\s*$",
    re.IGNORECASE,
)
_AWAY = re.compile(rf"\s+(?:away\b|to\s+the\s+(?P<wind>{_WIND})\b)", re.IGNORECASE)
_NEAR = re.compile(
    r"\b(?:(?P<on>(?:right\s+)?(?:on|at|along)|astride|straddling|(?:with)?in\s+sight\s+of)|(?:right\s+|very\s+)?(?:near|close\s+to)|(?:just|right|directly)\s+(?:across|over)|not\s+far\s+from|by|beside|a\s+stone['’]s\s+throw\s+from|a\s+short\s+(?:distance|drive|walk|way)\s+from)\s+"
    r"(?=(?:the|its|their|[^\s,;.]+['’]s)\s+(?:[^\s,;.]+\s+){0,3}?(?:border|frontier)\b)",
    re.IGNORECASE,
)
_DEEP = re.compile(r"\b(?:deep|far)\s+(?:inside|into|within|in)\s+(?:the\s+)?(?=\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Relation:
    """A place, what it is measured from, and how far it is said to lie.

    ``kind`` is ``border``, ``territory``, ``inside`` (a country) or ``place``. ``countries`` are named by the reference;
    ``problem`` tells why nothing can be measured, if so.
    """

    subject: Resolution | None
    km: float | None
    words: str
    stated: Stated
    kind: str
    reference: str
    countries: tuple[str, ...] = ()
    target: Resolution | None = None
    wind: str = ""
    problem: str = ""


def find_relations(
    text: str, offset: int, here: Sequence[Resolution], earlier: Sequence[Resolution]
) -> list[Relation]:
    """Find what a sentence says about how far places lie from borders, countries and each other.

    Parameters
    ----------
    text : str
        The sentence.
    offset : int
        Where it starts in the report.
    here, earlier : sequence of Resolution
        The place names in the sentence, and those before it, the nearest last.
    """
    if not _HAS_WORDS.search(text):
        return []
    names = read_names(text, offset, here, earlier)
    found: list[tuple[int, Relation]] = []
    last_end, last_subject = -1, None
    for length in find_lengths(names.masked):
        read = _forward(text, names, length) or _apart(text, names, length)
        if read is None:
            continue
        reference, subject, wind = read
        if subject and reference.target and subject.toponym.text == reference.target.toponym.text:
            subject = None  # "in Pale Township, 10 km from Pale"
        if subject is None and last_end >= 0 and is_joined(names, last_end, length.start):
            subject = last_subject
        last_end, last_subject = reference.end, subject
        words = " ".join(text[length.start : length.end].split())
        found.append((length.start, _relation(subject, reference, wind, words, length)))
    found += [(at, relation) for at, relation in _worded(text, names)]
    return [relation for _, relation in sorted(found, key=lambda pair: pair[0])]


def _relation(
    subject: Resolution | None,
    reference: Reference,
    wind: str,
    words: str,
    length: Length,
) -> Relation:
    return Relation(
        subject=subject,
        km=length.km,
        words=words,
        stated=Stated(length.low_km, length.high_km, length.low_km, length.high_km),
        kind=reference.kind,
        reference=reference.text,
        countries=reference.countries,
        target=reference.target,
        wind=wind,
        problem="the two figures contradict each other" if length.conflict else reference.problem,
    )


def _forward(text: str, names: Names, length: Length) -> tuple[Reference, Resolution | None, str] | None:
    """Read "30 km from the border": what follows the length says from where."""
    masked = names.masked
    match = _RELATION.match(masked, length.end)
    before = masked[max(0, length.start - 150) : length.start]
    if match is None or (match["of"] and not length.within) or _MOVED.search(before):
        return None
    if (length.within and _ZONE.search(before)) or _THE_FIGURE.search(before):
        return None
    reference = read_reference(text, names, match.end(), inside=match["inside"] is not None)
    if reference is None or (reference.kind != "border" and _BARE_M.search(masked, length.start, length.end)):
        return None
    border_is = _BORDER_IS.search(before)
    if border_is is not None and reference.target is not None:  # "the border is 30 km from Kharkiv"
        at = length.start - len(before) + border_is.start("border")
        border = read_border(text, names, at, length.start - len(before) + border_is.end("border"))
        if border is not None:
            return replace(border, end=reference.end), reference.target, ""
    if match["from"] and not match["wind"] and _ON_COURSE.match(masked, reference.end):
        return None
    subject = subject_before(names, length.start) or subject_after(names, length.start, reference.end)
    return reference, subject, match["wind"] or ""


def _apart(text: str, names: Names, length: Length) -> tuple[Reference, Resolution | None, str] | None:
    """Read the other orders: "30 km separate A from B", "A and B are 30 km apart", "the border is 30 km away"."""
    masked = names.masked
    match = _SEPARATES.match(masked, length.end)
    if match is not None:
        reference = read_reference(text, names, match.end(), inside=False)
        return None if reference is None else (reference, named_at(names, match.start("name")), "")
    start = max(0, length.start - 150)
    before = masked[start : length.start]
    match = _BETWEEN.search(before)
    if match is not None and (
        re.match(r"\s+apart\b", masked[length.end :]) or _DISTANCE_WORD.search(before, 0, match.start("name"))
    ):
        reference = read_reference(text, names, start + match.start("rest"), inside=False)
        return None if reference is None else (reference, named_at(names, start + match.start("name")), "")
    match = _BORDER_IS.search(before)
    if match is not None and _AWAY.match(masked, length.end):
        reference = read_border(text, names, start + match.start("border"), start + match.end("border"))
        subject = subject_before(names, start + match.start("border")) or city_named_last(names, length.start)
        return None if reference is None else (replace(reference, end=length.end), subject, "")
    return None


def _worded(text: str, names: Names) -> Iterator[tuple[int, Relation]]:
    """Read "near the border" and "deep inside Russia", which have no figure, where a city is right before them."""
    masked = names.masked
    for match in _NEAR.finditer(masked):
        subject = subject_before(names, match.start())
        reference = read_border(text, names, match.end(), clause_end(masked, match.end()))
        if reference is not None and not reference.problem and _is_city(subject):
            sure, most = ON_KM if match["on"] else NEAR_KM
            words = " ".join(text[match.start() : reference.end].split())
            yield match.start(), _vague(subject, reference, words, Stated(0.0, most, 0.0, sure))
    for match in _DEEP.finditer(masked):
        if re.search(
            r"[0-9]\s?(?:km|m|miles?|kilomet\w+|\))\s*$", masked[max(0, match.start() - 15) : match.start()]
        ):
            continue
        subject = subject_before(names, match.start())
        reference = read_reference(text, names, match.end(), inside=True)
        if reference is not None and reference.kind == "inside" and _is_city(subject):
            sure, least = DEEP_KM
            words = " ".join(text[match.start() : reference.end].split())
            stated = Stated(least, float("inf"), sure, float("inf"))
            yield match.start(), _vague(subject, reference, words, stated)


def _vague(subject: Resolution | None, reference: Reference, words: str, stated: Stated) -> Relation:
    length = Length(None, stated.low_km, stated.high_km, 0, 0, "km")
    return replace(_relation(subject, reference, "", words, length), stated=stated)


def _is_city(subject: Resolution | None) -> bool:
    place: Place | None = subject.place if subject else None
    return place is not None and place.kind == "city"
