"""Reads what a distance is measured from: a border, a country's territory, or another place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from mapper.model import Resolution
from mapper.subjects import NAME, Names, is_place

REFERENCE_CHARS = 100  # what a distance is measured from is named within so many characters
_BORDER = re.compile(r"\b(?:borders?|frontiers?|boundary)\b", re.IGNORECASE)
_BORDER_PLACE = re.compile(
    rf"\b(?:border|frontier)[\s-]+(?:city|town|village|settlement|port|post|crossing|checkpoint)\s+(?:of|at|in|near)?\s*(?P<name>{NAME})"
)
_NO_BORDER = re.compile(
    r"[\s-]*(?:cit(?:y|ies)|towns?|villages?|areas?|zones?|regions?|districts?|guards?|police|patrols?|forces?|walls?|troops|agreements?|disputes?|cris[ie]s|closures?|security|controls?|agents?|officials?|services?|clash\w*|provinces?|states?)\b",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"[,;:.!?()\[\]\n\"“”]|\s[–—-]\s|\b(?:and|is|was|were|are|has|have|had|on|when|where|which|that|who|after|before|as|while|but|said|says|in|at|to|by|for|lies?|sits|stands|"
    r"since|near|along|via|towards?|about|some|just|killing|during|because|until|at\s+(?:about|around|least))\b",
    re.IGNORECASE,
)
_TERRITORY = re.compile(
    r"\s*(?:['’]s\s+)?(?:[\w-]+\s+){0,2}?(?:territory|soil|coast|coastline|shores?|waters|mainland)\b",
    re.IGNORECASE,
)
_SITE = re.compile(
    r"(?:['’]s)?\s+(?:nuclear|power|hydro\w*|plant|dam|reactor|air\s?base|airfield|military|naval|base|bridge|mine|refinery|university|highway|road|railway)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a distance is measured from; ``end`` is where its words end in the sentence.

    ``kind`` is ``border``, ``territory``, ``inside`` (a country) or ``place``, ``countries`` are ISO 3166-1 alpha-2.
    ``problem`` tells why nothing can be measured, if so.
    """

    kind: str
    text: str
    end: int
    countries: tuple[str, ...] = ()
    target: Resolution | None = None
    problem: str = ""


def read_reference(text: str, names: Names, start: int, *, inside: bool) -> Reference | None:
    """Read what a distance is measured from, behind "from": a border, a country or a place."""
    end = clause_end(names.masked, start)
    clause = names.masked[start:end]
    town = _BORDER_PLACE.search(clause)
    if town is None:
        border = read_border(text, names, start, end)
        if border is not None or _BORDER.search(clause):
            return border
    chain = [r for r in names.between(start, end) if r.toponym.role in {"literal", "demonym", "metonym"}]
    if not chain:
        return None
    first = chain[0]
    first_end = start + _end_of(names, first) - start
    literal = [r for r in chain if is_place(r)]
    territory = _TERRITORY.match(names.masked, first_end)
    if names.masked[first_end : first_end + 1] == "-":  # "Russian-held"
        return None
    if first.place is not None and first.place.kind == "country" and (territory or len(chain) == 1):
        if first.toponym.role == "demonym" and territory is None:
            if not re.search(r"\bcapital\b", clause):
                return None
            return Reference("place", _clean(text[start:end]), end, problem="the capital is not named")
        end = max(first_end, territory.end() if territory else 0)
        code = first.place.country or ""
        kind = "inside" if inside else "territory"
        return Reference(kind, _clean(text[start:end]), end, (code,) if code else ())
    if not literal:
        return None
    # "the Russian city of Belgorod", "Florida's West Palm Beach"
    led = first.toponym.role == "demonym" or re.match(r"['’]s\s", names.masked[first_end:]) is not None
    target = literal[-1] if led else literal[0]
    target_end = _end_of(names, target)
    problem = ""
    if _SITE.match(names.masked, target_end):
        problem = f"the position of a site near {target.toponym.text} is not known"
    elif inside and target.place is not None and target.place.kind == "region":
        problem = f"the depth inside a region such as {target.toponym.text} is not measured"
    kind = "place"
    countries: tuple[str, ...] = ()
    if target.place is not None and target.place.kind == "country":
        kind, countries = ("inside" if inside else "territory"), (target.place.country or "",)
    return Reference(kind, target.toponym.text, end, countries, target, problem)


def read_border(text: str, names: Names, start: int, end: int) -> Reference | None:
    """Read a border and whose it is."""
    clause = names.masked[start:end]
    word = _BORDER.search(clause)
    if word is None or _NO_BORDER.match(clause, word.end()):
        return None
    named = names.between(start, end)
    countries = tuple(
        dict.fromkeys(
            r.place.country for r in named if r.place and r.place.kind == "country" and r.place.country
        )
    )
    inner = [r for r in named if r.place is None or r.place.kind != "country"]
    reference = Reference("border", _clean(text[start:end]), end, countries)
    if not countries and inner:
        name = inner[0].toponym.text
        return replace(
            reference, problem=f"{name!r} is no country, and only borders between countries are measured"
        )
    if re.search(
        r"\b(?:maritime|sea|state|county|provincial|regional)\s+$", clause[: word.start()], re.IGNORECASE
    ):
        return replace(reference, problem="only land borders between countries are measured")
    return reference


def clause_end(masked: str, start: int) -> int:
    """Return where the words end that name a reference: "the border between A and B" is one."""
    limit = min(len(masked), start + REFERENCE_CHARS)
    between = False
    for match in _CUT.finditer(masked, start, limit):
        if (
            match[0].lower() == "and"
            and not between
            and re.search(r"\bbetween\b", masked[start : match.start()])
        ):
            between = True
            continue
        return match.start()
    return limit


def _end_of(names: Names, resolution: Resolution) -> int:
    return next(end for r, (_, end) in zip(names.here, names.spans, strict=True) if r is resolution)


def _clean(words: str) -> str:
    return re.sub(r"^the ", "", " ".join(words.split()), flags=re.IGNORECASE).strip(" –—-")
