"""Picks the place that each mention means, from what the whole report says.

One sense holds for a name within a report, unless a qualifier says otherwise ("Paris, Texas"). A candidate gains by
the gazetteer's own score (size, kind, how the name matched), by a qualifier, by its country and region being named in
the report, and by lying close to places that are already settled. The weights are set by hand; the score is the share
of the winner among all candidates (softmax), so that 0.5 means that another candidate is about as good.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from mapper.gazetteer import Gazetteer
from mapper.geodesy import distance_km
from mapper.mentions import Mention
from mapper.model import Candidate, Place, Report, Resolution

UNSURE = 0.5  # below this score a resolution is marked as unsure
RUNNERS_UP = 4

_PRIOR_WEIGHT = 18.0  # of the gazetteer's score (0..1)
_COUNTRY_WEIGHT = 5.0
_REGION_WEIGHT = 4.0
_QUALIFIER_WEIGHT = 20.0
_OTHER_NAME_WEIGHT = 6.0
_NEAR_WEIGHT = 3.0
_BESIDE_WEIGHT = 2.0
_BESIDE_CHARS = 120  # about a sentence
_NEAR_KM = 150.0
_KNOWN_CITY = 500_000  # inhabitants from which a place needs no support from the report
_FAINT_SCORE = 0.2  # the gazetteer's, for other names of small places
_MAIN_SHARE = 0.8  # of the mentions of the most named country
_TOWN = 30_000  # and in a report that names its countries, up to which a place outside them does
_VILLAGE = 1_000  # inhabitants up to which it does, even under its usual name
_QUALIFIER_GAP = re.compile(r",\s|\s\(|\sin\s(?:the\s)?|’s\s|'s\s|,\sin\s(?:the\s)?|\s")


@dataclass
class _Context:
    """What the report says about where it plays."""

    counts: Counter[str] = field(default_factory=Counter)  # by country
    own: dict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )  # of these, by the name that said so
    regions: dict[tuple[str | None, str | None], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )  # region → names
    anchors: dict[str, Place] = field(default_factory=dict)  # settled places by name
    beside: dict[str, set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )  # name → countries named close by

    def share(self, country: str | None, name: str) -> float:
        """Return how much of the report's attention a country has (0..1), what ``name`` itself says left out."""
        if country is None or not self.counts:
            return 0.0
        count = self.counts[country] - self.own[name][country]
        return count / max(self.counts.values())

    def region_named(self, place: Place, name: str) -> bool:
        return bool(self.regions.get((place.country, place.admin1), set()) - {name})

    def near_anchor(self, place: Place, name: str) -> bool:
        return any(_close(place, anchor) for other, anchor in self.anchors.items() if other != name)

    def supports(self, place: Place, name: str) -> bool:
        return (
            self.share(place.country, name) > 0
            or self.region_named(place, name)
            or self.near_anchor(place, name)
        )


def resolve(report: Report, mentions: Sequence[Mention], gazetteer: Gazetteer) -> list[Resolution]:
    """Settle each mention of a report on one place, or say why not.

    Parameters
    ----------
    report : Report
    mentions : sequence of Mention
        In order of the text.
    gazetteer : Gazetteer
        Gives the countries of demonyms.

    Returns
    -------
    list of Resolution
        One a mention, in the same order. Where ``place`` is None, ``reason`` tells why.
    """
    qualifiers = _qualifiers(report, mentions, gazetteer)
    context = _read_context(mentions, qualifiers)
    by_name: dict[str, list[int]] = defaultdict(list)
    for index, mention in enumerate(mentions):
        if mention.candidates:
            by_name[_name(mention)].append(index)
    settled: dict[str, list[tuple[float, Candidate]]] = {}
    # Names with few or clear candidates first: they are the anchors of the others.
    for name in sorted(by_name, key=lambda name: _doubt(mentions[by_name[name][0]].candidates)):
        indices = by_name[name]
        qualifier = next((qualifiers[i] for i in indices if qualifiers[i] is not None), None)
        ranked = _rank(mentions[indices[0]].candidates, qualifier, context, name)
        settled[name] = ranked
        if ranked[0][0] >= UNSURE and ranked[0][1].place.kind == "city":
            context.anchors[name] = ranked[0][1].place
    answers = []
    for mention, qualifier in zip(mentions, qualifiers, strict=True):
        ranked = settled.get(_name(mention), [])
        if ranked and qualifier is not None:
            ranked = _rank(mention.candidates, qualifier, context, _name(mention))
        answers.append(_answer(mention, ranked, context, qualifier, gazetteer))
    return answers


def _name(mention: Mention) -> str:
    return mention.toponym.text.casefold()


def _answer(
    mention: Mention,
    ranked: list[tuple[float, Candidate]],
    context: _Context,
    qualifier: Place | None,
    gazetteer: Gazetteer,
) -> Resolution:
    toponym, name = mention.toponym, _name(mention)
    if mention.demonym is not None:
        place = gazetteer.country(mention.demonym)
        reason = (
            f"demonym of {place.name}"
            if place
            else f"demonym of {mention.demonym}, which the gazetteer lacks"
        )
        return Resolution(toponym=toponym, place=place, score=1.0 if place else 0.0, reason=reason)
    if not ranked:
        return Resolution(
            toponym=toponym, place=None, score=0.0, reason=f"{toponym.text!r} is not in the gazetteer"
        )
    score, best = ranked[0]
    others = tuple(replace(c, score=round(s, 4)) for s, c in ranked[1 : 1 + RUNNERS_UP])
    place = best.place
    supported = qualifier is not None or context.supports(place, name)
    if _is_faint(best):  # a likeness needs more than a country that is named in passing
        beside = best.match == "alternate" and place.country in context.beside[name]
        supported = qualifier is not None or beside or context.share(place.country, name) >= _MAIN_SHARE
    alone = (
        best.match == "exact"
        and len({c.place.country for _, c in ranked}) == 1
        and place.population > _VILLAGE
    )
    if not supported and not alone and _needs_support(best, context, cued=mention.cued):
        reason = f"the gazetteer knows {_where(place)} by that name, but nothing in the report points there"
        return Resolution(
            toponym=toponym,
            place=None,
            score=round(score, 4),
            runners_up=(best, *others)[:RUNNERS_UP],
            reason=reason,
        )
    if score < UNSURE:
        reason = f"unsure: {_where(others[0].place)} is nearly as likely"
    elif len(ranked) == 1:
        reason = "the only place of that name"
    elif qualifier is not None:
        reason = f"named with {qualifier.name}"
    elif place.kind != "country" and context.share(place.country, name) > 0:
        reason = "its country is named in the report"
    elif place.kind != "country" and supported:
        reason = "it lies close to other places of the report"
    else:
        reason = f"the most prominent of {len(ranked)} places of that name"
    return Resolution(toponym=toponym, place=place, score=round(score, 4), runners_up=others, reason=reason)


def _needs_support(best: Candidate, context: _Context, *, cued: bool) -> bool:
    """Tell names that are too weak to stand alone: villages, other names of a place far from the story."""
    place = best.place
    if _is_faint(best):
        return True
    if best.match == "alternate" and place.kind == "region" and context.counts:
        return True
    if place.kind == "country" or place.population >= _KNOWN_CITY:
        return False
    if best.match == "alternate" and context.counts:
        return True
    return not cued and place.population <= (_TOWN if context.counts else _VILLAGE)


def _is_faint(candidate: Candidate) -> bool:
    """Tell a name that is only like the place's, or that hardly anybody uses for it."""
    return candidate.match in {"fold", "typo"} or (
        candidate.match == "alternate" and candidate.score < _FAINT_SCORE
    )


def _where(place: Place) -> str:
    return f"{place.name} ({place.admin1 or place.country})" if place.kind != "country" else place.name


def _doubt(candidates: Sequence[Candidate]) -> float:
    """Return how open the choice is: 0 for a single candidate, 1 for two of equal weight."""
    if len(candidates) < 2:
        return 0.0
    first, second = sorted((c.score for c in candidates), reverse=True)[:2]
    return math.exp(_PRIOR_WEIGHT * (second - first))


def _rank(
    candidates: Sequence[Candidate], qualifier: Place | None, context: _Context, name: str
) -> list[tuple[float, Candidate]]:
    """Return the candidates with their share of the evidence, best first."""
    weights = []
    areas = [c for c in candidates if c.match == "exact" and c.place.kind in {"country", "region"}]
    for candidate in candidates:
        place = candidate.place
        weight = _PRIOR_WEIGHT * candidate.score
        if qualifier is not None and _within(place, qualifier):
            weight += _QUALIFIER_WEIGHT
        if qualifier is None and any(_lesser_namesake(candidate, area) for area in areas):
            weight -= _OTHER_NAME_WEIGHT  # "Colorado" is the state before it is Colorado City
        if place.kind != "country":
            weight += _COUNTRY_WEIGHT * max(context.share(place.country, name), 0.0) ** 0.5
            if place.kind == "city" and context.region_named(place, name):
                weight += _REGION_WEIGHT
            if place.country in context.beside[name]:
                weight += _BESIDE_WEIGHT
            if context.near_anchor(place, name):
                weight += _NEAR_WEIGHT
        weights.append(weight)
    top = max(weights)
    shares = [math.exp(weight - top) for weight in weights]
    total = sum(shares)
    ranked = [(share / total, candidate) for share, candidate in zip(shares, candidates, strict=True)]
    return sorted(ranked, key=lambda pair: -pair[0])


def _lesser_namesake(candidate: Candidate, area: Candidate) -> bool:
    """Tell a city that bears an area's name only in part ("Oklahoma City") and holds less than a quarter of its people."""
    if candidate.match == "exact" or candidate.place.kind != "city":
        return False
    return candidate.score < area.score or candidate.place.population < area.place.population / 4


def _close(place: Place, anchor: Place) -> bool:
    if abs(place.point.lat - anchor.point.lat) > 2:  # spares most geodesics: 2 degrees are 222 km
        return False
    return distance_km(place.point, anchor.point) <= _NEAR_KM


def _within(place: Place, area: Place) -> bool:
    if area.kind == "country":
        return place.country == area.country and place.kind != "country"
    return place.country == area.country and place.kind == "city" and place.admin1 == area.admin1


def _qualifiers(report: Report, mentions: Sequence[Mention], gazetteer: Gazetteer) -> list[Place | None]:
    """Return for each mention the region or country that stands right behind it ("Paris, Texas")."""
    areas: list[Place | None] = [None] * len(mentions)
    for index, (mention, following) in enumerate(pairwise(mentions)):
        gap = report.text[mention.toponym.end : following.toponym.start]
        if not following.candidates or len(gap) > 12 or not _QUALIFIER_GAP.fullmatch(gap):
            continue
        for candidate in following.candidates[:5]:
            area = candidate.place
            if area.kind in {"region", "country"} and any(_within(c.place, area) for c in mention.candidates):
                areas[index] = area
                break
    return areas


def _read_context(mentions: Sequence[Mention], qualifiers: Sequence[Place | None]) -> _Context:
    context = _Context()

    def count(country: str | None, weight: int, name: str) -> None:
        if country:
            context.counts[country] += weight
            context.own[name][country] += weight

    for mention, qualifier in zip(mentions, qualifiers, strict=True):
        name = _name(mention)
        if mention.demonym is not None:
            count(mention.demonym, 1, name)
            continue
        if qualifier is not None:
            count(qualifier.country, 1, "")
        if not mention.candidates:
            continue
        best = mention.candidates[0].place
        if best.kind == "region":
            context.regions[best.country, best.admin1].add(name)
        if best.kind == "country" or _doubt(mention.candidates) < 0.05:
            count(best.country, 2 if best.kind == "country" else 1, name)
    _read_neighbourhood(context, mentions)
    return context


def _read_neighbourhood(context: _Context, mentions: Sequence[Mention]) -> None:
    """Note for each name the countries that stand, by themselves or through a region, close to one of its mentions."""
    pointers = []
    for mention in mentions:
        country = mention.demonym
        if (
            country is None
            and mention.candidates
            and mention.candidates[0].place.kind in {"country", "region"}
        ):
            country = mention.candidates[0].place.country
        if country is not None:
            pointers.append((mention.toponym.start, country, _name(mention)))
    starts = [start for start, *_ in pointers]
    for mention in mentions:
        low = bisect_left(starts, mention.toponym.start - _BESIDE_CHARS)
        high = bisect_left(starts, mention.toponym.end + _BESIDE_CHARS)
        name = _name(mention)
        context.beside[name] |= {country for _, country, other in pointers[low:high] if other != name}
