"""How likely an episode is an event that the report tells, at the place that was read: the confidence of an incident.

A logistic model over what the tellings say, fitted by ``data/train_confidence.py`` on reports that the spotter had not seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from mapper.episodes import REMEMBERED, Episode, days_agree, kinds_agree, places_agree
from mapper.events import VIOLENT

BELIEVED = 0.25  # below this confidence an episode is no incident
SIGNS = (
    "share", "place share", "mean share", "carried", "one telling", "three tellings", "violent", "disaster", "accident", "unrest",
    "crime", "diplomatic", "other", "killed", "injured", "day", "vague day", "country", "region", "area", "stands in",
    "carried from event", "focus", "tally", "told before here", "told before near", "same sentence", "trigger", "definite only",
    "generic only", "many at once", "strength", "strong and faint",
)  # fmt: skip
_WEIGHTS = (
    0.29, 0.18, 0.50, -0.64, -0.08, 0.05, -0.05, -0.01, -0.29, 0.26, -0.09, 0.19, -0.01, 0.17, -0.00, 0.33, 1.10, -1.76, -1.10, -1.13, -0.28, -1.14, -0.82, -0.09, 0.01, 0.24, -0.06, 0.29, -0.76, -0.11, -0.24, 0.09, 0.06,
)  # fmt: skip
_BIAS = -1.25


def signs_of(episodes: Sequence[Episode], at: int) -> tuple[float, ...]:
    """Return what speaks for and against one of a report's episodes, as ``SIGNS`` names it.

    Parameters
    ----------
    episodes : sequence of Episode
        All of a report, in order of their first tellings.
    at : int
        Which of them.
    """
    episode = episodes[at]
    where = episode.place_telling
    shares = [t.share for t in episode.tellings]
    kind, place = episode.kind, episode.place
    reason = where.place_reason if where else ""
    around = episodes[max(0, at - REMEMBERED) : at + REMEMBERED]
    before = [e for e in around if e.first.sentence.start < episode.first.sentence.start]
    like = [
        e
        for e in before
        if kinds_agree(e.kind, kind)
        and (e.day is None or episode.day is None or days_agree(e.day, episode.day))
    ]
    triggers = [t for telling in episode.tellings for t in telling.triggers]
    together = sum(e.first.sentence is episode.first.sentence for e in around)
    return tuple(
        float(value)
        for value in (
            _logit(max(shares)), _logit(where.share if where else 0.0), sum(shares) / len(shares), episode.carried,
            len(shares) == 1, len(shares) >= 3, kind in VIOLENT - {"crime"}, kind == "natural_disaster", kind == "accident",
            kind == "civil_unrest", kind == "crime", kind == "diplomatic", kind == "other",
            episode.number("killed") is not None, episode.number("injured") is not None,
            episode.day is not None and episode.day.precision == "day", episode.day is not None and episode.day.precision != "day",
            place is not None and place.kind == "country", place is not None and place.kind == "region",
            place is not None and place.kind in {"area", "water"}, "stands in" in reason,
            "event before" in reason, "report is about" in reason,
            any(t.tally for t in episode.tellings), any(e.place == place for e in like),
            any(e.place != place and places_agree(e.place, place) for e in like), together > 1, bool(triggers),
            bool(triggers) and all(t.definite for t in triggers), bool(triggers) and all(t.generic for t in triggers), together > 2,
            max(t.strength for t in episode.tellings), max(t.strength for t in episode.tellings) * (max(shares) < 0.5),
        )
    )  # fmt: skip


def _logit(share: float) -> float:
    share = min(max(share, 0.01), 0.99)
    return math.log(share / (1 - share))


def confidence(episodes: Sequence[Episode], at: int) -> float:
    """Return how likely an episode is an event at its place, 0..1."""
    score = _BIAS + sum(
        weight * value for weight, value in zip(_WEIGHTS, signs_of(episodes, at), strict=True)
    )
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))
