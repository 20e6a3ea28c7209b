"""Fits what joins tellings (``mapper/episodes.py``) and what is believed (``mapper/confidence.py``), and prints both. Needs torch.

Usage: python data/train_incidents.py WIKINEWS.jsonl

The spotter is trained on one half of the reports of ``spotter_texts`` and read on the other, in turn, so that both models are
fitted on shares of reports that it has not seen. Both are logistic regressions with a penalty on the squares of the weights.
"""

from __future__ import annotations

import argparse
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import build_spotter
import numpy as np
import spotter_texts

from mapper.confidence import SIGNS, signs_of
from mapper.episodes import LIKENESS, Episode, likeness, same_event
from mapper.geodesy import distance_km
from mapper.incidents import read_episodes, set_aside_reason
from mapper.model import Resolution
from mapper.spotter import Spotter
from mapper.tellings import Telling

FOLDS = 2
NEAR_KM = 25.0  # an event is at its place within this, or the place's own radius


def fitted(rows: list[tuple[float, ...]], right: list[bool], penalty: float) -> np.ndarray:
    """Return the weights and the bias of a logistic regression, by Newton's method."""
    x = np.c_[np.asarray(rows, float), np.ones(len(rows))]
    y = np.asarray(right, float)
    weights = np.zeros(x.shape[1])
    ridge = np.eye(len(weights)) * penalty
    ridge[-1, -1] = 1e-3
    for _ in range(60):
        share = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (share - y) + ridge @ weights
        step = np.linalg.solve((x * (share * (1 - share))[:, None]).T @ x + ridge, slope)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def event_of(labelled: spotter_texts.Labelled, telling: Telling) -> int | None:
    """Return the number of the event that a telling is of, None where the labels do not say."""
    numbers = dict.fromkeys(
        number
        for (start, end), told in labelled.tells.items()
        if start < telling.sentence.end and telling.sentence.start < end
        for number in told
    )
    if len(numbers) == 1:
        return next(iter(numbers))
    for number in numbers:
        event = labelled.events.get(number)
        if (
            event
            and telling.where is not None
            and not telling.carried
            and spotter_texts.is_named(telling.where, event)
        ):
            return number
    return None


def pairs(
    labelled: spotter_texts.Labelled, tellings: list[Telling]
) -> Iterator[tuple[tuple[float, ...], bool]]:
    """Yield what speaks for two tellings being of one event, and whether they are, as the right episodes grow."""
    episodes: dict[int, Episode] = {}
    for telling in tellings:
        number = event_of(labelled, telling)
        if number is None:
            continue
        for rank, other in enumerate(reversed(episodes)):
            if same_event(episodes[other], telling, 0) > 0:
                yield likeness(episodes[other], telling, rank), other == number
        episode = episodes.pop(number, None) or Episode()
        episode.add(telling)
        episodes[number] = episode  # those told of last stand last


def beliefs(
    labelled: spotter_texts.Labelled, episodes: list[Episode], resolutions: list[Resolution]
) -> Iterator[tuple[tuple[float, ...], bool]]:
    """Yield what speaks for an episode, and whether it is an event of the report, at its place, that no other episode is."""
    taken: set[int] = set()
    named = len({e.place for e in episodes if e.place is not None and not e.carried})
    for at in sorted(range(len(episodes)), key=lambda n: -max(t.share for t in episodes[n].tellings)):
        episode = episodes[at]
        if episode.place is None or set_aside_reason(episode, labelled.report, named) is not None:
            continue
        found = None
        for telling in episode.tellings:
            number = event_of(labelled, telling)
            if (
                number in labelled.events
                and number not in taken
                and is_there(labelled, number, episode, resolutions)
            ):
                found = number
                break
        if found is not None:
            taken.add(found)
        yield signs_of(episodes, at), found is not None


def is_there(
    labelled: spotter_texts.Labelled, number: int, episode: Episode, resolutions: list[Resolution]
) -> bool:
    """Tell whether an episode is at the place of an event."""
    event = labelled.events[number]
    here = episode.place
    places = [r.place or r.near for r in resolutions if spotter_texts.is_named(r, event)]
    return here is not None and any(
        place is not None and distance_km(place.point, here.point) <= max(NEAR_KM, place.radius_km)
        for place in places
    )


def main() -> None:
    """Fit both and print them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("wikinews", type=Path, help="JSON lines with id, title, published and text")
    reports = spotter_texts.read_all(parser.parse_args().wikinews)
    half = [zlib.crc32(labelled.report.id.encode()) % FOLDS for labelled in reports]
    examples = [build_spotter.example(labelled) for labelled in reports]
    joins: list[tuple[tuple[float, ...], bool]] = []
    signs: list[tuple[tuple[float, ...], bool]] = []
    for fold in range(FOLDS):
        net = build_spotter.train([e for e, part in zip(examples, half, strict=True) if part != fold])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "spotter.npz"
            np.savez(path, **build_spotter.weights_of(net))
            spotter = Spotter(path, build_spotter.lexicon())
        for labelled, part in zip(reports, half, strict=True):
            if part != fold:
                continue
            sentences, resolutions = spotter_texts.resolved(labelled.report)
            episodes, _ = read_episodes(labelled.report, sentences, resolutions, spotter)
            tellings = sorted((t for e in episodes for t in e.tellings), key=lambda t: t.sentence.start)
            joins += pairs(labelled, tellings)
            signs += beliefs(labelled, episodes, resolutions)
    for title, names, rows, penalty in (
        ("episodes", LIKENESS, joins, 1.0),
        ("confidence", SIGNS, signs, 2.0),
    ):
        weights = fitted([row for row, _ in rows], [right for _, right in rows], penalty)
        print(f"{title}: {len(rows)} rows, {np.mean([right for _, right in rows]):.2f} right")
        print("    " + ", ".join(f"{w:.2f}" for w in weights[:-1]) + f",\n_BIAS = {weights[-1]:.2f}")
        print("\n".join(f"        {name}: {w:.2f}" for name, w in zip(names, weights, strict=False)))


if __name__ == "__main__":
    main()
