"""Finds where an event took place: the places of its sentence, or those that its words point back to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mapper.model import UNSURE, Place, Resolution
from mapper.sentences import Sentence

# How closely a kind of place tells where something was.
SPECIFIC = {"point": 3, "city": 3, "site": 3, "airfield": 3, "region": 2, "country": 1}
REACH_CHARS = 120  # how far the words before and after a name tell how it is used

_LOCATIVE = re.compile(
    r"\b(?:in|at|near|outside|on|inside|around|across|over|within|off|hit|struck|shook|rocked|attacked|bombed|shelled|entered|throughout|through|"
    r"(?:village|town|city|port|district|suburb|capital|province|region|state|island|county)(?: of)?|(?:north|south|east|west|centre|center) of)\s+"
    r"(?:the\s+)?(?:[\w-]+\s+){0,2}[\[(\"“]?$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\b(?:from|to|toward|towards|between|border with|than|said|told|for|via|of (?:all|every)|bound for|miles? (?:\w+ )?of|km (?:\w+ )?of|kilomet\w+ (?:\w+ )?of|and)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
# Where somebody spoke or sits is not where it happened.
_ON_THE_WAY = re.compile(
    r"\b(?:(?:way|route|bound|flight|heading|headed|travel\w*|journey|trip|back|return\w*) (?:to|for)|from [\w' -]{1,40} to)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_JOURNEY = re.compile(r"from  to ", re.IGNORECASE)  # with the name between
_SOURCE_BEFORE = re.compile(
    r"\b(?:ministry|ministers?|officials?|authorities|government|military|spokes\w+|analysts?|experts?|diplomats?|"
    r"reporters?|agency|doctors|medics|paramedics|sources|hospitals|according to|told|resident|born|native|raised|educated|lives?|lived|living|originally|man|woman|mayor|governor|bishop) (?:in|of|from|at)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_SAID_IN = re.compile(
    r"\b(?:said|told [\w ]{1,30}|speaking|reported|announced) (?:in|from|at)\s+(?:the\s+)?$", re.IGNORECASE
)
# A place that opens a line ("Dhaka: …", "Dhaka — …") is where it was filed, if the line names another.
_OPENS = re.compile(r"^(?:\s*\([^)\n]{1,20}\))?\s*(?::|--|—|–|\s-)\s")
# Where the hurt were brought is not where it happened.
_BROUGHT = re.compile(
    r"\b(?:died|treated|taken|transported|flown|rushed|airlifted|brought|hospitali[sz]ed|recover(?:ed|ing)|pronounced|admitted)\b[^.;]{0,60}$",
    re.IGNORECASE,
)
_HOSPITAL = re.compile(
    r"^(?:['’]s)?\s+(?:[\w.-]+\s+){0,3}?(?:hospitals?|clinic|infirmary|medical (?:cent(?:er|re)|college))\b",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(
    r"^(?:['’]s\b|\s+(?:border|frontier|government|officials?|police|army|military|media|authorities|forces|ministry)\b)",
    re.IGNORECASE,
)
_REGION_ANAPHOR = re.compile(r"\b(?:the|this|that) (?:\w+ )?(?:region|province|state|oblast|county|governorate|island)\b", re.IGNORECASE)  # fmt: skip
_ANAPHORS = (
    (("city",), re.compile(r"\b(?:the|this|that) (?:\w+ )?(?:city|town|village|port|suburb|scene|settlement|area|site|district|neighbou?rhood|building|camp)\b", re.IGNORECASE)),
    (("region",), _REGION_ANAPHOR),
)  # fmt: skip
_CAPITAL = re.compile(r"\b(?:the|this|that) (?:\w+ )?capital\b", re.IGNORECASE)


def specific(place: Place) -> int:
    """Return how closely a place tells where something was: 1 for a country to 3 for a town or a district."""
    return 3 if place.kind == "region" and place.admin2 else SPECIFIC.get(place.kind, 2)


def within(offset: int, span: tuple[int, int]) -> bool:
    """Tell whether an offset lies in a span of offsets."""
    return span[0] <= offset < span[1]


def places_here(
    text: str,
    sentence: Sentence,
    inside: Sequence[Resolution],
    spots: Sequence[int],
    dateline: tuple[int, int],
) -> list[Resolution]:
    """Return the sentence's places that can hold its event, the best first.

    Parameters
    ----------
    text : str
        The sentence.
    sentence : Sentence
        Where it stands in the report.
    inside : sequence of Resolution
        The toponyms in it.
    spots : sequence of int
        Where in it the words for the event stand; never empty.
    dateline : tuple of int
        Where the report's dateline stands; a place in it is where the report was filed.
    """
    ranked = []
    for r in inside:
        if r.place is None or r.toponym.role != "literal" or within(r.toponym.start, dateline):
            continue
        start, end = r.toponym.start - sentence.start, r.toponym.end - sentence.start
        before, after = text[max(0, start - REACH_CHARS) : start], text[end : end + REACH_CHARS]
        if (
            _SOURCE_BEFORE.search(before)
            or _SAID_IN.search(before)
            or _ON_THE_WAY.search(before)
            or _JOURNEY.fullmatch(before[-5:] + after[:4])
            or (_HOSPITAL.match(after) and _BROUGHT.search(before))
        ):
            continue
        modifier = (
            r.place.kind == "city" and before.endswith(" the ") and after[:1] == " " and after[1:2].islower()
        )
        told = r.place.kind == "point"  # "20 km south of Raqqa"
        cue = 0 if modifier else 2 if told or _LOCATIVE.search(before) else -2 if _FROM.search(before) else 0
        if r.place.kind == "country" and (_AFTER_NAME.match(after) or cue <= 0):
            continue
        if cue < 0 and _AFTER_NAME.match(after):
            continue
        owner = _AFTER_NAME.match(after) is not None
        opens = start == 0 and _OPENS.match(after) is not None
        order = (
            opens or (cue <= 0 and owner),
            -specific(r.place),
            -cue,
            min(abs(start - spot) for spot in spots),
        )
        ranked.append((order, r))
    return [r for _, r in sorted(ranked, key=lambda item: item[0])]


def listed_places(text: str, sentence: Sentence, here: Sequence[Resolution]) -> list[Place]:
    """Return the event's place, or several where the sentence lists them ("in Sumy, Kharkiv and Odesa")."""
    if not here or here[0].place is None:
        return []
    first = here[0]
    chosen, last, joined = [here[0].place], first, False
    for r in sorted(here[1:], key=lambda r: r.toponym.start):
        if r.place is None or r.place.kind != here[0].place.kind or r.toponym.start < last.toponym.end:
            continue
        gap = text[last.toponym.end - sentence.start : r.toponym.start - sentence.start]
        if re.fullmatch(r",\s+(?:and\s+)?(?:in\s+)?|\s+and\s+(?:in\s+)?(?:the\s+(?:\w+\s+){1,2}of\s+)?", gap):
            chosen.append(r.place)
            joined, last = joined or "and" in gap, r
    return chosen if joined else chosen[:1]  # "Pale, Sagaing" is one place within another


def stand_in(
    text: str,
    sentence: Sentence,
    inside: Sequence[Resolution],
    place: Place | None,
    seen: Sequence[Place | str],
) -> tuple[Place | None, str]:
    """Return the place of an event and why, where the sentence names a place that the gazetteer does not have.

    Such an event goes to the region or country that its sentence names, and says so. None with a reason if it names
    none, and with an empty reason if it names no place at all.
    """
    named = "named in the sentence"
    if place is not None and place.kind == "city":
        return place, named
    unknown = [
        _lack(r)
        for r in inside
        if r.place is None and _LOCATIVE.search(text[: r.toponym.start - sentence.start][-REACH_CHARS:])
    ]
    if not unknown:
        return place, named if place is not None else ""
    around = [r.place for r in inside if r.place is not None and r.place.kind in {"region", "country"}]
    if not around and _REGION_ANAPHOR.search(text):
        around = [p for p in seen if not isinstance(p, str) and p.kind == "region"][-1:]
    found = place or min(around, key=lambda area: area.radius_km, default=None)
    if found is None:
        return None, f"{unknown[0]}, and the sentence names no region around it"
    return found, f"{unknown[0]}; {found.name}, named with it, stands in"


def _lack(r: Resolution) -> str:
    """Return why a named place holds no event."""
    if r.score >= UNSURE or r.runners_up:
        return f"which {r.toponym.text!r} is meant is not sure"
    return f"{r.toponym.text!r} is not in the gazetteer"


def pointed_back(
    text: str, seen: Sequence[Place | str], before: Place | None, focus: Place | None
) -> tuple[Place | None, str]:
    """Return the place that a sentence without one points back to, and why; None if there is none.

    Parameters
    ----------
    text : str
        The sentence.
    seen : sequence of Place or str
        The places named before it, in order; a bare name where the gazetteer lacks the place.
    before : Place or None
        The place of the event before it in the same paragraph.
    focus : Place or None
        The settlement that the report names most.
    """
    known = [place for place in seen if not isinstance(place, str)]
    capital = _CAPITAL.search(text)
    if capital:  # of the settlements named before, the largest
        place = max((p for p in known if p.kind == "city"), key=lambda p: p.population, default=None)
        if place is not None:
            return place, f"“{capital[0]}” refers to {place.name}"
    for kinds, pattern in _ANAPHORS:
        match = pattern.search(text)
        if match is None:
            continue
        named = next((p for p in reversed(seen) if isinstance(p, str) or p.kind in kinds), None)
        if isinstance(named, str) and "city" in kinds:
            return None, f"“{match[0]}” refers to {named!r}, which is not in the gazetteer"
        place = next((p for p in reversed(known) if p.kind in kinds), None)
        if place is not None:
            return place, f"“{match[0]}” refers to {place.name}"
    last_city = next((p for p in reversed(known) if p.kind == "city"), None)
    last_region = next((p for p in reversed(known) if p.kind == "region"), None)
    for place, reason in (
        (before, "carried over from the event before"),
        (last_city, "carried over from the last place named"),
        (focus, "the settlement that the report is about"),
        (last_region, "carried over from the last region named"),
    ):
        if place is not None:
            return place, f"{reason}: {place.name}"
    return None, ""
