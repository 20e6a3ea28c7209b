"""Which border matters to a story: the one that it names, else the one with the other country it is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mapper.model import Report, Resolution

MIN_SHARE = 0.2  # a party to the story has at least this share of the mentions of the most named country

_BORDER_BEFORE = re.compile(r"\b(?:border|frontier) (?:with|of|to|into)\s+(?:the\s+)?$", re.IGNORECASE)
_BORDER_AFTER = re.compile(r"^(?:['’]s)?\s+(?:border|frontier)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parties:
    """How often a report names each country (ISO 3166-1 alpha-2).

    ``mentions`` counts the country, its people and its places; ``named`` the country and its people only; ``borders``
    where its border is named ("the border with Russia", "the Russian border").
    """

    mentions: Counter[str]
    named: Counter[str]
    borders: Counter[str]


def read_parties(report: Report, resolutions: Sequence[Resolution]) -> Parties:
    """Count the countries that a report names."""
    parties = Parties(Counter(), Counter(), Counter())
    for r in resolutions:
        if r.place is None or r.place.country is None:
            continue
        country = r.place.country
        parties.mentions[country] += 1
        if r.place.kind != "country":
            continue
        parties.named[country] += 1
        before = report.text[max(0, r.toponym.start - 30) : r.toponym.start]
        after = report.text[r.toponym.end : r.toponym.end + 12]
        if _BORDER_BEFORE.search(before) or _BORDER_AFTER.match(after):
            parties.borders[country] += 1
    return parties


def story_country(parties: Parties, own: str | None, neighbours: Collection[str]) -> tuple[str | None, str]:
    """Return the other country of an incident's story and why, or None and why not.

    A border that the report names counts first ("the border with Russia"), if the incident's country is a party to the
    story or a neighbour; else the neighbour that the report names most, if it is a party. A party has at least ``MIN_SHARE`` of the mentions that the most named country has.

    Parameters
    ----------
    parties : Parties
    own : str or None
        The incident's country (ISO 3166-1 alpha-2).
    neighbours : collection of str
        The countries that share a land border with it.

    Returns
    -------
    country : str or None
        ISO 3166-1 alpha-2.
    reason : str
    """
    if own is None:
        return None, "the place lies in no country"
    floor = MIN_SHARE * max(parties.mentions.values(), default=0)
    is_party = parties.named[own] >= max(1, floor)
    bordering = [c for c, _ in parties.borders.most_common() if c != own and (c in neighbours or is_party)]
    if bordering:
        return bordering[0], "the report names this border"
    for country, count in parties.mentions.most_common():
        if country in neighbours and count >= max(2, floor):
            return country, f"the other country that the report is about ({count} mentions)"
    return None, "the report is not about this country and another"
