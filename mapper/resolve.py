"""Picks the place that each mention means, from what the whole report says.

The evidence for each candidate (:mod:`mapper.evidence`) is weighed with weights that were fitted on labelled texts
(``data/train_resolver.py``); a name has one sense throughout a report unless qualifiers tell several apart. The score of an
answer is how likely it is right: of answers with 0.9 and more, 19 in 20 are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from mapper.atlas import Atlas
from mapper.context import Part, read_context
from mapper.evidence import COLUMN, FEATURES, FLOOR, LIKE, Field
from mapper.gazetteer import Gazetteer
from mapper.model import UNSURE, Candidate, Mention, Place, Resolution

STRANGER_SCORE = 0.45  # at most: of 22 such answers on the development corpora 9 were right
LEAST_SHARE = 0.25  # of the other names, from which a country or a region is a reason
LEAST = 0.25  # below it, a name that is only like a place's has no answer
RUNNERS_UP = 4
FAINT = 0.25  # the prominence less what the match costs, about that of another name of a village
# The prominence, about that of a city of 60,000, from which a name needs no support from the report.
KNOWN = 0.6

# Logits a unit of each feature, as data/train_resolver.py prints them, but for four that the labelled texts tell too little
# of: "stated", "in part" and "qualified" are set by hand, "cue" was raised on the development corpora.
WEIGHTS = {
    "prior": 14.186, "country": -0.227, "region": -0.343, "lesser region": 0.501, "area": -3.336, "water": -0.567,
    "site": 0.162, "demonym": 1.302, "exact": 0.062, "country share": 0.351, "region share": 0.691,
    "country beside": 0.331, "region beside": 0.269, "near": 2.252, "qualified": 2.000, "qualifies": 0.312,
    "hint": 1.568, "country holds": 0.625, "region holds": 1.240, "stated": 3.000, "capital": -0.230, "speaks": 0.842,
    "likeness": 0.000, "lesser namesake": -2.109, "cue": 1.000, "faint": 0.627, "in part": -7.000, "named": 2.317,
}  # fmt: skip
_WEIGHTS = np.array([WEIGHTS[name] for name in FEATURES])
# How likely an answer is right: the logit of its share among the candidates and what else speaks for it, fitted on labelled
# corpora by folds of documents (benchmarks/README.md).
_RIGHT = {
    "share": 0.43, "likeness": -2.16, "other name": -0.75, "prior": 1.72, "country share": 0.35, "near": 1.45,
    "certainty": 1.17, "base": -1.56,
}  # fmt: skip
_MOST_LOGIT = math.log(0.999 / 0.001)


@lru_cache(maxsize=4)
def _atlas(gazetteer: Gazetteer) -> Atlas:
    return Atlas(gazetteer)


def resolve(
    text: str, mentions: Sequence[Mention], gazetteer: Gazetteer, outlet: str | None = None
) -> list[Resolution]:
    """Settle each mention of a report on one place, or say why not.

    Parameters
    ----------
    text : str
        The report's.
    mentions : sequence of Mention
        In order of the text.
    gazetteer : Gazetteer
        The one that the mentions' candidates come from.
    outlet : str, optional
        Who published the report.

    Returns
    -------
    list of Resolution
        One a mention, in the same order. Where ``place`` is None, ``reason`` tells why.
    """
    answers: list[Resolution] = []
    for part in read_context(text, mentions, gazetteer, outlet):
        answers += _settle(mentions[len(answers) : len(answers) + len(part.owner)], part, gazetteer)
    return answers


class _Settled:
    """The candidates of a part of a report with their shares."""

    def __init__(self, part: Part, gazetteer: Gazetteer) -> None:
        self.field = Field(part.block, _atlas(gazetteer))
        self.shares, self.features = self.field.settle(_WEIGHTS)
        self.block, self._gazetteer = part.block, gazetteer
        self._several = len(np.unique(self.field.kin)) > 1

    def order(self, name: int) -> list[int]:
        """Return the rows of a name's candidates, best first."""
        rows = self.field.rows(name)
        best = np.argsort(-self.shares[rows], kind="stable")[: RUNNERS_UP + 1]
        return [int(rows.start + at) for at in best]

    def candidate(self, row: int) -> Candidate:
        """Return a candidate with its share as its score."""
        number = int(self.field.numbers[row])
        share = round(float(self.shares[row]), 4)
        return Candidate(place=self.place(row), match=self.field.matches[row], score=share, number=number)

    def place(self, row: int) -> Place:
        """Return the place of a candidate."""
        return self._gazetteer.place(int(self.field.numbers[row]))

    def feature(self, row: int, name: str) -> float:
        """Return a feature of a candidate."""
        return float(self.features[row, COLUMN[name]])

    def is_stranger(self, row: int) -> bool:
        """Tell a lesser place, one of several of its name, in a country that no other name of the report points to."""
        if self.field.matches[row] == "exact" and self.field.sizes[self.field.owner[row]] == 1:
            return False
        lesser = not self.feature(row, "country") and self.feature(row, "prior") < KNOWN
        return lesser and self._several and self.feature(row, "country share") < math.log(FLOOR + 0.03)

    def is_faint(self, row: int) -> bool:
        """Tell another name of a small place, which hardly anybody uses for it."""
        return self.field.matches[row] == "alternate" and self.feature(row, "prior") < FAINT

    def score(self, row: int, certainty: float) -> float:
        """Return how likely a candidate is the right answer, 0..1."""
        share = float(self.shares[row])
        logit = min(max(math.log(max(share, 1e-9) / max(1 - share, 1e-9)), -_MOST_LOGIT), _MOST_LOGIT)
        match = self.field.matches[row]
        like = match in LIKE or self.is_faint(row)
        country = self.feature(row, "country holds" if self.feature(row, "country") else "country share")
        told = {
            "share": logit,
            "likeness": like,
            "other name": match == "alternate" and not like,
            "prior": self.feature(row, "prior"),
            "country share": country,
            "near": self.feature(row, "near"),
            "certainty": certainty,
            "base": 1.0,
        }
        total = sum(_RIGHT[name] * value for name, value in told.items())
        chance = 1 / (1 + math.exp(-total))
        return min(chance, STRANGER_SCORE) if self.is_stranger(row) else chance

    def reason(self, name: int, row: int) -> str:
        """Return what speaks most for a candidate."""
        place, count = self.place(row), len(self.block.names[name].candidates)
        if self.field.matches[row] == "demonym":
            return f"demonym of {place.name}"
        if self.field.matches[row] in LIKE:
            return f"spelled like {place.name}, not the same"
        if count == 1:
            return "the only place of that name"
        if self.feature(row, "qualified") > -math.log(FLOOR) - 1:
            areas = [
                self.place(self.order(area)[0]) for inner, area in self.block.qualifiers if inner == name
            ]
            fitting = [area for area in areas if area.country == place.country]
            return f"named with {(fitting or areas)[0].name}"
        if self.feature(row, "stated") > 0.5:
            return "it lies as far off as the report says"
        if self.feature(row, "near") > 0.5:
            closest = self.field.closest(row, self.shares)
            home = int(self.field.owner[closest]) in self.block.unsaid
            told = "which the outlet is named after" if home else "which the report names"
            return f"it lies close to {self.place(closest).name}, {told}"
        below = place.kind != "country" and place.country is not None
        if below and place.admin1 and self.feature(row, "region share") > math.log(LEAST_SHARE):
            return f"other names of the report lie in {place.admin1}"
        if below and self.feature(row, "named") > LEAST_SHARE:
            return "its country is named in the report"
        if below and self.feature(row, "country share") > math.log(LEAST_SHARE):
            return "other names of the report lie in its country"
        if self.feature(row, "hint") > 0:
            return "the words around it say what kind of place it is"
        if self.feature(row, "cue") > 0.5:
            return "the report is worded as papers of its country are"
        return f"the most prominent of {count} places of that name"


def _settle(mentions: Sequence[Mention], part: Part, gazetteer: Gazetteer) -> list[Resolution]:
    settled = _Settled(part, gazetteer)
    answers: dict[int, tuple[int, tuple[Candidate, ...], str]] = {}
    for name in range(len(part.block.names)):
        best, *others = settled.order(name)
        answers[name] = best, tuple(settled.candidate(row) for row in others), settled.reason(name, best)
    found = []
    for mention, name in zip(mentions, part.owner, strict=True):
        toponym = mention.toponym
        if name < 0:
            reason = f"{toponym.text!r} is not in the gazetteer"
            found.append(Resolution(toponym=toponym, place=None, score=0.0, reason=reason))
            continue
        row, runners_up, reason = answers[name]
        score = round(settled.score(row, mention.certainty), 4)
        place: Place | None = settled.place(row)
        faint = settled.feature(row, "prior") < KNOWN and settled.field.matches[row] in LIKE | {"alternate"}
        if score < LEAST and faint:
            reason = f"the gazetteer knows {_where(settled.place(row))} by that name, but nothing in the report points there"
            runners_up = (settled.candidate(row), *runners_up)[:RUNNERS_UP]
            place = None
        elif score < UNSURE:
            other = f": {_where(runners_up[0].place)} may be meant as well" if runners_up else ""
            reason = f"unsure ({reason}){other}"
        found.append(
            Resolution(toponym=toponym, place=place, score=score, runners_up=runners_up, reason=reason)
        )
    return found


def _where(place: Place) -> str:
    return (
        f"{place.name} ({place.admin1 or place.country or place.kind})"
        if place.kind != "country"
        else place.name
    )
