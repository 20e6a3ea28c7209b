"""Which border matters to a story: the one that it names, else the one with the other country it is about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from mapper.model import Incident, Report, Resolution

MIN_SHARE = 0.2  # a party to the story has at least this share of the mentions of the most named country

_BORDER_BEFORE = re.compile(r"\b(?:border|frontier) (?:with|of|to|into)\s+(?:the\s+)?$", re.IGNORECASE)
_BORDER_AFTER = re.compile(r"^(?:['’]s)?\s+(?:border|frontier)\b", re.IGNORECASE)


def story_country(
    report: Report, resolutions: Sequence[Resolution], incident: Incident, neighbours: Collection[str]
) -> tuple[str | None, str]:
    """Return the other country of an incident's story and why, or None and why not.

    A border that the report names counts first ("the border with Russia"), if the incident's country is a party to the
    story or a neighbour; else the country that the report names most beside the incident's own, if both are parties. A
    party has at least ``MIN_SHARE`` of the mentions that the most named country has.

    Parameters
    ----------
    report : Report
    resolutions : sequence of Resolution
    incident : Incident
    neighbours : collection of str
        The countries (ISO 3166-1 alpha-2) that the incident's country shares a land border with.

    Returns
    -------
    country : str or None
        ISO 3166-1 alpha-2.
    reason : str
    """
    own = incident.place.country
    mentions: Counter[str] = Counter()
    named: Counter[str] = Counter()  # as a country or by its people, not through a place in it
    named_border: Counter[str] = Counter()
    for r in resolutions:
        country = r.place.country if r.place is not None else None
        if country is None:
            continue
        weight = 3 if incident.start <= r.toponym.start < incident.end else 1
        mentions[country] += weight
        named[country] += r.place is not None and r.place.kind == "country"
        if r.place is not None and r.place.kind == "country" and country != own:
            before = report.text[max(0, r.toponym.start - 30) : r.toponym.start]
            after = report.text[r.toponym.end : r.toponym.end + 12]
            if _BORDER_BEFORE.search(before) or _BORDER_AFTER.match(after):
                named_border[country] += weight
    if own is None:
        return None, "the place lies in no country"
    floor = MIN_SHARE * max(mentions.values(), default=0)
    parties = {c for c in mentions if c != own and (c in neighbours or named[own] >= floor)}
    bordering = [c for c, _ in named_border.most_common() if c in parties]
    if bordering:
        return bordering[0], "the report names this border"
    others = [(c, count) for c, count in mentions.most_common() if c in parties and count >= max(2, floor)]
    if not others:
        return None, "the report is not about this country and another"
    country, count = others[0]
    return country, f"the other country that the report is about ({count} mentions)"
