"""Picks the place that each mention means, from what the whole report says.

One sense holds for a name within a report, unless a qualifier says otherwise ("Paris, Texas"). A candidate gains by
its size, by a qualifier, by its country and region being named in the report, and by lying close to places that are
already settled. The weights are hand-set; the score is the share of the winner among all candidates (softmax), so that
0.5 means that another candidate is about as good.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from mapper.gazetteer import Gazetteer
from mapper.geodesy import distance_km
from mapper.mentions import Mention
from mapper.model import Candidate, Place, Report, Resolution

UNSURE = 0.5  # below this score a resolution is marked as unsure
RUNNERS_UP = 4

_KIND_PRIOR = {"country": 9.0, "region": 5.0, "city": 0.0}
_MATCH_PRIOR = {"exact": 1.0, "alternate": 0.0, "fold": -1.0, "typo": -2.0}
_COUNTRY_WEIGHT = 5.0
_REGION_WEIGHT = 4.0
_QUALIFIER_WEIGHT = 20.0
_NEAR_WEIGHT = 3.0
_NEAR_KM = 150.0
_VILLAGE = 1_000  # inhabitants up to which a place needs support from the report
_QUALIFIER_GAP = re.compile(r",\s|\s\(|\sin\s(?:the\s)?|’s\s|'s\s|,\sin\s(?:the\s)?|\s")


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
    qualifiers = _qualifiers(report, mentions)
    countries = _country_shares(mentions, qualifiers)
    regions: set[tuple[str | None, str | None]] = {
        (c.place.country, c.place.admin1)
        for m in mentions
        for c in m.candidates[:1]
        if c.place.kind == "region" and c.place.admin1
    }
    by_name: dict[str, list[int]] = defaultdict(list)
    for index, mention in enumerate(mentions):
        if mention.candidates:
            by_name[mention.toponym.text.casefold()].append(index)
    anchors: list[Place] = []
    settled: dict[str, list[tuple[float, Candidate]]] = {}
    # Names with few or clear candidates first: they are the anchors of the others.
    order = sorted(by_name, key=lambda name: _doubt(mentions[by_name[name][0]].candidates))
    for name in order:
        indices = by_name[name]
        named = [qualifiers[i] for i in indices if qualifiers[i] is not None]
        qualifier = named[0] if named else None
        ranked = _rank(mentions[indices[0]].candidates, qualifier, countries, regions, anchors)
        settled[name] = ranked
        if ranked[0][0] >= UNSURE and ranked[0][1].place.kind == "city":
            anchors.append(ranked[0][1].place)
    answers = []
    for index, mention in enumerate(mentions):
        ranked = settled.get(mention.toponym.text.casefold(), [])
        if ranked and qualifiers[index] is not None:
            ranked = _rank(mention.candidates, qualifiers[index], countries, regions, anchors)
        answers.append(
            _answer(mention, ranked, countries, regions, anchors, qualifiers[index] is not None, gazetteer)
        )
    return answers


def _answer(
    mention: Mention,
    ranked: list[tuple[float, Candidate]],
    countries: dict[str, float],
    regions: set[tuple[str | None, str | None]],
    anchors: list[Place],
    qualified: bool,
    gazetteer: Gazetteer,
) -> Resolution:
    toponym = mention.toponym
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
    others = tuple(
        Candidate(place=c.place, match=c.match, score=round(s, 4)) for s, c in ranked[1 : 1 + RUNNERS_UP]
    )
    place = best.place
    supported = (
        qualified
        or mention.cued
        or place.country in countries
        or (place.country, place.admin1) in regions
        or any(_close(place, anchor) for anchor in anchors if anchor is not place)
    )
    if place.kind == "city" and place.population <= _VILLAGE and not supported:
        reason = (
            f"only small places are called {toponym.text!r}, and nothing in the report points to one of them"
        )
        return Resolution(
            toponym=toponym, place=None, score=round(score, 4), runners_up=(best, *others), reason=reason
        )
    if len(ranked) == 1:
        reason = "the only place of that name"
    elif qualified:
        reason = "named with its region or country"
    elif score < UNSURE:
        reason = f"unsure: {others[0].place.name} ({others[0].place.admin1 or others[0].place.country}) is nearly as likely"
    elif place.kind == "city" and place.country in countries:
        reason = "its country is named in the report"
    else:
        reason = f"the most prominent of {len(ranked)} places of that name"
    return Resolution(toponym=toponym, place=place, score=round(score, 4), runners_up=others, reason=reason)


def _doubt(candidates: Sequence[Candidate]) -> float:
    """Return how open the choice is: 0 for a single candidate, near 1 for two of equal weight."""
    if len(candidates) < 2:
        return 0.0
    first, second = sorted((_prior(c) for c in candidates), reverse=True)[:2]
    return math.exp(second - first)


def _prior(candidate: Candidate) -> float:
    place = candidate.place
    size = math.log10(max(place.population, 100)) if place.kind == "city" else 0.0
    return 1.5 * size + _KIND_PRIOR.get(place.kind, 0.0) + _MATCH_PRIOR.get(candidate.match, 0.0)


def _rank(
    candidates: Sequence[Candidate],
    qualifier: Place | None,
    countries: dict[str, float],
    regions: set[tuple[str | None, str | None]],
    anchors: Sequence[Place],
) -> list[tuple[float, Candidate]]:
    """Return the candidates with their share of the evidence, best first."""
    weights = []
    for candidate in candidates:
        place = candidate.place
        weight = _prior(candidate)
        if qualifier is not None and _within(place, qualifier):
            weight += _QUALIFIER_WEIGHT
        if place.kind != "country":
            weight += _COUNTRY_WEIGHT * countries.get(place.country or "", 0.0) ** 0.5
            if place.kind == "city" and (place.country, place.admin1) in regions:
                weight += _REGION_WEIGHT
            if any(_close(place, anchor) for anchor in anchors):
                weight += _NEAR_WEIGHT
        weights.append(weight)
    top = max(weights)
    shares = [math.exp(weight - top) for weight in weights]
    total = sum(shares)
    ranked = [(share / total, candidate) for share, candidate in zip(shares, candidates, strict=True)]
    return sorted(ranked, key=lambda pair: -pair[0])


def _close(place: Place, anchor: Place) -> bool:
    if abs(place.point.lat - anchor.point.lat) > 2:  # spares most geodesics: 2 degrees are 222 km
        return False
    return distance_km(place.point, anchor.point) <= _NEAR_KM


def _within(place: Place, area: Place) -> bool:
    if area.kind == "country":
        return place.country == area.country and place.kind != "country"
    return place.country == area.country and place.kind == "city" and place.admin1 == area.admin1


def _qualifiers(report: Report, mentions: Sequence[Mention]) -> list[Place | None]:
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


def _country_shares(mentions: Sequence[Mention], qualifiers: Sequence[Place | None]) -> dict[str, float]:
    """Return how much of the report's attention each country has (the shares of the largest is 1)."""
    counts: Counter[str] = Counter()
    for mention, qualifier in zip(mentions, qualifiers, strict=True):
        if mention.demonym is not None:
            counts[mention.demonym] += 1
            continue
        if qualifier is not None and qualifier.country:
            counts[qualifier.country] += 1
        if not mention.candidates:
            continue
        best = mention.candidates[0].place
        clear = _doubt(mention.candidates) < 0.05
        if best.country and (best.kind == "country" or clear):
            counts[best.country] += 2 if best.kind == "country" else 1
    if not counts:
        return {}
    top = max(counts.values())
    return {country: count / top for country, count in counts.items()}
