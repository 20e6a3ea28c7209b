"""Finds where an event took place: the places of its sentence, or those that its words point back to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from mapper.model import SPOT_KINDS, UNSURE, Place, Resolution
from mapper.sentences import Sentence

# How closely a kind of place tells where something was.
SPECIFIC = {"point": 4, "city": 4, "site": 4, "airfield": 4, "region": 2, "country": 1}
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
_ON_THE_WAY = re.compile(
    r"\b(?:(?:way|route|bound|flight|heading|headed|travel\w*|journey|trip|back|return\w*) (?:to|for)|from [\w' -]{1,40} to)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_SOURCE_BEFORE = re.compile(
    r"\b(?:ministry|ministers?|officials?|authorities|government|military|spokes\w+|analysts?|experts?|diplomats?|"
    r"reporters?|agency|doctors|medics|paramedics|sources|hospitals|according to|told|resident|born|native|raised|educated|lives?|lived|living|originally|man|woman|mayor|governor|bishop) (?:in|of|from|at)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_SAID_IN = re.compile(
    r"\b(?:said|told [\w ]{1,30}|speaking|reported|announced) (?:in|from|at)\s+(?:the\s+)?$", re.IGNORECASE
)
_OPENS = re.compile(r"^(?:\s*\([^)\n]{1,20}\))?\s*(?::|--|—|–|\s-)\s")
# Where the hurt were brought is not where it happened.
_BROUGHT = re.compile(
    r"\b(?:died|treated|taken|transported|flown|rushed|airlifted|brought|hospitali[sz]ed|recover(?:ed|ing)|pronounced|admitted)\b[^.;]{0,60}$",
    re.IGNORECASE,
)
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


CUES = (
    "locative", "from", "on the way", "source", "said in", "opens", "brought", "hospital", "owner", "resident",
)  # fmt: skip
_RESIDENT = re.compile(r"(?:,\s+\d{1,2},?|\b(?:man|woman|resident|native|couple|teenager|boy|girl|student))\s+(?:of|from)\s+$", re.IGNORECASE)  # fmt: skip


_RESIDENT_AFTER = re.compile(r"^(?:\s|-)(?:resident|native|man|woman|couple|teenager|born|based|mayor)\b", re.IGNORECASE)  # fmt: skip


@lru_cache(maxsize=4096)
def cues(text: str, start: int, end: int) -> tuple[bool, ...]:
    """Return what the words around the name ``text[start:end]`` say of how it is used, as ``CUES`` names them.

    A place that somebody comes from, speaks in, travels to, or was brought to is seldom where it happened.
    """
    line = max(text.rfind("\n", 0, start) + 1, start - REACH_CHARS)
    before, after = text[line:start], text[end : end + REACH_CHARS]
    return (
        _LOCATIVE.search(before) is not None,
        _FROM.search(before) is not None,
        _ON_THE_WAY.search(before) is not None,
        _SOURCE_BEFORE.search(before) is not None,
        _SAID_IN.search(before) is not None,
        not before.strip() and _OPENS.match(after) is not None,
        _BROUGHT.search(before) is not None,
        _HOSPITAL.match(after) is not None,
        _AFTER_NAME.match(after) is not None,
        _RESIDENT.search(before) is not None or _RESIDENT_AFTER.match(after) is not None,
    )


def specific(place: Place) -> int:
    """Return how closely a place tells where something was: 1 for a country, 3 for a district, 4 for a town or a spot."""
    return 3 if place.kind == "region" and place.admin2 else SPECIFIC.get(place.kind, 2)


def within(offset: int, span: tuple[int, int]) -> bool:
    """Tell whether an offset lies in a span of offsets."""
    return span[0] <= offset < span[1]


def stand_in(
    text: str, sentence: Sentence, inside: Sequence[Resolution], seen: Sequence[Resolution]
) -> tuple[Resolution | None, str]:
    """Return where an event is put, and why, whose sentence names a place that the gazetteer does not have.

    Such an event goes to the region or country that its sentence names, and says so. None with a reason if it names
    none, and with an empty reason if nothing is lacking.

    Parameters
    ----------
    text : str
        The sentence.
    sentence : Sentence
        Where it stands in the report.
    inside : sequence of Resolution
        The toponyms in it.
    seen : sequence of Resolution
        The literal ones before it, in order.
    """
    unknown = [
        lack(r)
        for r in inside
        if r.place is None and _LOCATIVE.search(text[: r.toponym.start - sentence.start][-REACH_CHARS:])
    ]
    if not unknown:
        return None, ""
    around = [
        r
        for r in inside
        if r.place is not None and r.toponym.role == "literal" and r.place.kind in {"region", "country"}
    ]
    if not around and _REGION_ANAPHOR.search(text):
        around = [r for r in seen if r.place is not None and r.place.kind == "region"][-1:]
    found = min(around, key=lambda r: r.place.radius_km if r.place else 0.0, default=None)
    if found is None or found.place is None:
        return None, f"{unknown[0]}, and the sentence names no region around it"
    return found, f"{unknown[0]}; {found.place.name}, named with it, stands in"


def lack(r: Resolution) -> str:
    """Return why a named place holds no event."""
    if r.score >= UNSURE or r.runners_up:
        return f"which {r.toponym.text!r} is meant is not sure"
    return f"{r.toponym.text!r} is not in the gazetteer"


def pointed_back(
    text: str, seen: Sequence[Resolution], before: Resolution | None, focus: Resolution | None
) -> tuple[Resolution | None, str]:
    """Return the place that a sentence without one points back to, and why; None if there is none.

    Parameters
    ----------
    text : str
        The sentence.
    seen : sequence of Resolution
        The literal toponyms before it, in order.
    before : Resolution or None
        Where the event before it in the same paragraph was.
    focus : Resolution or None
        The settlement that the report names most.
    """
    known = [r for r in seen if r.place is not None]
    capital = _CAPITAL.search(text)
    if capital:  # of the settlements named before, the largest
        found = max((r for r in known if _kind(r) == "city"), key=_population, default=None)
        if found is not None and found.place is not None:
            return found, f"“{capital[0]}” refers to {found.place.name}"
    for kinds, pattern in _ANAPHORS:
        match = pattern.search(text)
        if match is None:
            continue
        named = next((r for r in reversed(seen) if r.place is None or _kind(r) in kinds), None)
        if named is not None and named.place is None and "city" in kinds:
            return None, f"“{match[0]}” refers to {named.toponym.text!r}, which is not in the gazetteer"
        found = next((r for r in reversed(known) if _kind(r) in kinds), None)
        if found is not None and found.place is not None:
            return found, f"“{match[0]}” refers to {found.place.name}"
    last_city = next((r for r in reversed(known) if _kind(r) in SPOT_KINDS), None)
    last_region = next((r for r in reversed(known) if _kind(r) == "region"), None)
    for found, reason in (
        (before, "carried over from the event before"),
        (last_city, "carried over from the last place named"),
        (focus, "the settlement that the report is about"),
        (last_region, "carried over from the last region named"),
    ):
        if found is not None and found.place is not None:
            return found, f"{reason}: {found.place.name}"
    return None, ""


def _kind(r: Resolution) -> str:
    return r.place.kind if r.place is not None else ""


def _population(r: Resolution) -> int:
    return r.place.population if r.place is not None else 0
