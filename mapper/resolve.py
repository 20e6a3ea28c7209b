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
from mapper.evidence import FEATURES, FLOOR, Field
from mapper.gazetteer import Gazetteer
from mapper.model import UNSURE, Candidate, Mention, Place, Resolution

STRANGER_SCORE = 0.45  # at most: of 22 such answers on the development corpora 9 were right
LEAST = 0.25  # below it, a name that is only like a place's has no answer
RUNNERS_UP = 4
FAINT = 0.25  # the prominence less what the match costs, about that of another name of a village
# The prominence, about that of a city of 60,000, from which a name needs no support from the report.
KNOWN = 0.6

# Logits a unit of each feature, as data/train_resolver.py prints them, but for four that the labelled texts tell too little
# of: "stated", "in part" and "qualified" are set by hand, "cue" was raised on the development corpora.
WEIGHTS = {
    "prior": 14.212, "country": -0.047, "region": -0.313, "lesser region": 0.594, "area": -3.241, "water": -0.670,
    "site": 0.140, "demonym": 0.959, "exact": -0.014, "country share": 0.493, "region share": 0.721,
    "country beside": 0.292, "region beside": 0.199, "near": 2.355, "qualified": 2.000, "qualifies": 0.418,
    "hint": 1.540, "country holds": 0.579, "region holds": 1.185, "stated": 3.000, "capital": -0.221, "speaks": 0.945,
    "likeness": 0.000, "lesser namesake": -2.063, "cue": 1.000, "faint": 0.501, "in part": -7.000,
}  # fmt: skip
_WEIGHTS = np.array([WEIGHTS[name] for name in FEATURES])
_COLUMN = {name: number for number, name in enumerate(FEATURES)}
# How likely an answer is right: the logit of its share among the candidates and what else speaks for it, fitted on labelled
# corpora by folds of documents (benchmarks/README.md).
_RIGHT = {
    "share": 0.40, "likeness": -1.95, "other name": -0.89, "prior": 1.67, "country share": 0.39, "near": 1.38,
    "certainty": 0.80, "base": -1.00,
}  # fmt: skip
_MOST_LOGIT = math.log(0.999 / 0.001)
_LIKE = frozenset({"fold", "typo", "part"})


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

    def order(self, name: int) -> list[int]:
        """Return the rows of a name's candidates, best first."""
        start, end = self.field.starts[name], self.field.starts[name + 1]
        return [
            int(start + at) for at in np.argsort(-self.shares[start:end], kind="stable")[: RUNNERS_UP + 1]
        ]

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
        return float(self.features[row, _COLUMN[name]])

    def is_stranger(self, row: int) -> bool:
        """Tell a lesser place, one of several of its name, in a country that no other name of the report points to."""
        if self.field.matches[row] == "exact" and self.field.sizes[self.field.owner[row]] == 1:
            return False
        alone = len(set(self.field.kin.tolist())) < 2
        lesser = not self.feature(row, "country") and self.feature(row, "prior") < KNOWN
        return lesser and not alone and self.feature(row, "country share") < math.log(FLOOR + 0.03)

    def is_faint(self, row: int) -> bool:
        """Tell another name of a small place, which hardly anybody uses for it."""
        return self.field.matches[row] == "alternate" and self.feature(row, "prior") < FAINT

    def score(self, row: int, certainty: float) -> float:
        """Return how likely a candidate is the right answer, 0..1."""
        share = float(self.shares[row])
        logit = min(max(math.log(max(share, 1e-9) / max(1 - share, 1e-9)), -_MOST_LOGIT), _MOST_LOGIT)
        match = self.field.matches[row]
        like = match in _LIKE or self.is_faint(row)
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
        place, count = self.place(row), int(self.field.sizes[name])
        if self.field.matches[row] == "demonym":
            return f"demonym of {place.name}"
        if self.field.matches[row] in _LIKE:
            return f"spelled like {place.name}, not the same"
        if count == 1:
            return "the only place of that name"
        if self.feature(row, "qualified") > -math.log(FLOOR) - 1:
            areas = [area for inner, area in self.block.qualifiers if inner == name]
            return (
                f"named with {self.place(self.order(areas[0])[0]).name}" if areas else "named with its region"
            )
        if self.feature(row, "near") > 0.5:
            closest = self.field.closest(row, self.shares)
            return f"it lies close to {self.place(closest).name}, which the report names"
        if place.kind != "country" and self.feature(row, "region share") > math.log(0.2) and place.admin1:
            return f"the report is about {place.admin1}"
        if place.kind != "country" and self.feature(row, "country share") > math.log(0.2):
            return "its country is named in the report"
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
        faint = settled.feature(row, "prior") < KNOWN and settled.field.matches[row] in _LIKE | {"alternate"}
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
