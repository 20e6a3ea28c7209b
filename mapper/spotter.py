"""The trained reader: a small convolutional network that tells which sentences report an event, of what kind, and where.

It sees the words of a report as the tagger does (:class:`mapper.tagger.Lexicon`), and what has been read from them before:
places and how they are used, dates, numbers of people, words for events. Each sentence and each place in it get a share
for every kind of event, and one for none. Trained by ``data/build_spotter.py``.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mapper.casualties import Count
from mapper.dates import DateMention
from mapper.errors import DataError
from mapper.events import IMPACT, EventSigns
from mapper.model import INCIDENT_KINDS, Resolution
from mapper.scenes import CUES, cues, specific
from mapper.sentences import Sentence
from mapper.tagger import Lexicon
from mapper.tokens import Tokens

Floats = npt.NDArray[np.float32]

KINDS = ("none", *INCIDENT_KINDS)
_PLACES = ("country", "region", "city", "site", "airfield", "area", "water", "point")
_ROLES = ("literal", "metonym", "demonym", "part")
_COUNTS = ("killed", "injured", "missing", "displaced")
_SIGNS = (*INCIDENT_KINDS, IMPACT)
_FLAGS = {
    name: at
    for at, name in enumerate(
        [f"place {k}" for k in _PLACES] + ["place lacking", "place unsure"] + [f"role {r}" for r in _ROLES]
        + ["day", "vague date", "open date", "old date", "tally date"] + [f"count {c}" for c in _COUNTS]
        + [f"sign {s}" for s in _SIGNS] + ["verb", "definite", "generic", "sentence start", "headline", "dateline", "qualifier"]
    )
}  # fmt: skip
FLAGS = len(_FLAGS)
ROLE_FLAGS = [_FLAGS[f"role {role}"] for role in _ROLES]
SENTENCE_CLUES = 7 + len(_SIGNS)
PLACE_CLUES = len(_PLACES) + len(CUES) + 14
DILATIONS = (1, 2, 4)  # how far to each side a layer looks
GAP = sum(DILATIONS)  # empty rows between paragraphs, so that no layer looks across


@dataclass(frozen=True)
class Scene:
    """A report as the network reads it: its text, its tokens, and what was read before, all offsets into the text.

    ``counts`` and ``signs`` belong to the sentences, with offsets into each; ``places`` are the resolutions that may hold an
    event, in order. ``history`` tells of each date whether it lies too far back to be news.
    """

    text: str
    tokens: Tokens
    sentences: Sequence[Sentence]
    resolutions: Sequence[Resolution]
    dates: Sequence[DateMention]
    history: Sequence[bool]
    counts: Sequence[Sequence[Count]]
    signs: Sequence[EventSigns]
    title_end: int
    dateline: tuple[int, int]


@dataclass(frozen=True)
class Told:
    """The network's answer: shares of ``KINDS``, for each sentence and for each resolution, of shape (n, kinds)."""

    sentences: Floats
    places: Floats


def rows_of(scene: Scene) -> Floats:
    """Return what was read before as flags, of shape (tokens, ``FLAGS``)."""
    flags = np.zeros((len(scene.tokens.texts), FLAGS), np.float32)
    starts = np.asarray(scene.tokens.starts)

    def mark(start: int, end: int, *names: str) -> None:
        first, last = np.searchsorted(starts, (start, end))
        for name in names:
            flags[first:last, _FLAGS[name]] = 1

    for r in scene.resolutions:
        names = [f"role {r.toponym.role}"]
        if r.place is None:
            names.append("place lacking")
        else:
            names.append(f"place {r.place.kind}")
            if r.score < 0.5:
                names.append("place unsure")
        mark(r.toponym.start, r.toponym.end, *names)
    for first, second in zip(scene.resolutions, scene.resolutions[1:], strict=False):
        if 0 <= second.toponym.start - first.toponym.end <= 3 and _contains(first, second):
            mark(second.toponym.start, second.toponym.end, "qualifier")
    for day, old in zip(scene.dates, scene.history, strict=True):
        name = "open date" if day.date is None else "day" if day.precision == "day" else "vague date"
        mark(day.start, day.end, name, *["tally date"] * day.tally, *["old date"] * old)
    for sentence, counts, signs in zip(scene.sentences, scene.counts, scene.signs, strict=True):
        at = sentence.start
        mark(at, at + 1, "sentence start")
        for count in counts:
            mark(at + count.start, at + count.end, f"count {count.what}")
        for sign in signs.triggers:
            marks = [name for name in ("verb", "definite", "generic") if getattr(sign, name)]
            mark(at + sign.start, at + sign.end, f"sign {sign.kind}", *marks)
    if scene.title_end:
        mark(0, scene.title_end, "headline")
    mark(*scene.dateline, "dateline")
    return flags


def _contains(first: Resolution, second: Resolution) -> bool:
    """Tell whether the second place may be what the first lies in: "Sumy, Ukraine"."""
    a, b = first.place, second.place
    return (
        a is not None
        and b is not None
        and b.kind in {"region", "country"}
        and (a.country == b.country)
        and a.radius_km < b.radius_km
    )


def sentence_rows(scene: Scene) -> Floats:
    """Return what each sentence brings in besides its words, of shape (sentences, ``SENTENCE_CLUES``)."""
    found = np.zeros((len(scene.sentences), SENTENCE_CLUES), np.float32)
    starts = [r.toponym.start for r in scene.resolutions]
    days = [d.start for d in scene.dates]
    for n, (sentence, counts, signs) in enumerate(
        zip(scene.sentences, scene.counts, scene.signs, strict=True)
    ):
        places = scene.resolutions[slice(*sentence.span(starts))]
        dates = scene.dates[slice(*sentence.span(days))]
        found[n] = (
            n == 0 or scene.sentences[n - 1].paragraph != sentence.paragraph,
            signs.tally,
            any(d.date is not None and d.precision == "day" and not d.tally for d in dates),
            bool(counts),
            any(r.place is not None and r.toponym.role == "literal" for r in places),
            sentence.start < scene.title_end,
            min(sentence.end - sentence.start, 400) / 400,
            *(any(t.kind == sign for t in signs.triggers) for sign in _SIGNS),
        )
    return found


def place_rows(scene: Scene) -> Floats:
    """Return what each resolution brings in besides its words, of shape (resolutions, ``PLACE_CLUES``)."""
    found = np.zeros((len(scene.resolutions), PLACE_CLUES), np.float32)
    starts = [r.toponym.start for r in scene.resolutions]
    named = Counter(r.place or r.toponym.text for r in scene.resolutions if r.toponym.role == "literal")
    headline = scene.text[: scene.title_end]
    for n, sentence in enumerate(scene.sentences):
        first, last = sentence.span(starts)
        literal = [m for m in range(first, last) if scene.resolutions[m].toponym.role == "literal"]
        finest = max((_fineness(scene.resolutions[m]) for m in literal), default=0)
        spots = [sentence.start + t.start for t in scene.signs[n].triggers]
        tolls = [sentence.start + c.start for c in scene.counts[n]]
        for m in range(first, last):
            r = scene.resolutions[m]
            start, end = r.toponym.start, r.toponym.end
            order = literal.index(m) if m in literal else -1
            found[m] = (
                *(r.place is not None and r.place.kind == kind for kind in _PLACES),
                *cues(scene.text, start, end),
                r.toponym.role == "literal",
                r.place is None,
                r.score,
                order == 0,
                order == len(literal) - 1,
                len(literal) == 1,
                min(len(literal), 5) / 5,
                _fineness(r) == finest,
                min(named[r.place or r.toponym.text], 8) / 8,
                bool(headline) and r.toponym.text in headline,
                _nearness(start, spots),
                _nearness(start, tolls),
                r.offset is not None,
                start - sentence.start < 3,
            )
    return found


def _fineness(r: Resolution) -> int:
    return specific(r.place) if r.place is not None else 3


def _nearness(start: int, spots: Sequence[int]) -> float:
    """Return how near a name stands to the nearest of some words, 1 beside it, 0 where there is none."""
    return 1 / (1 + min(abs(start - spot) for spot in spots) / 40) if spots else 0.0


def laid_out(scene: Scene) -> npt.NDArray[np.int64]:
    """Return the row of each token: paragraphs stand ``GAP`` rows apart, so that what one says has no bearing on another."""
    starts = [s.start for s in scene.sentences]
    owners = np.maximum(np.searchsorted(starts, scene.tokens.starts, "right") - 1, 0)
    paragraphs = np.asarray([s.paragraph for s in scene.sentences], np.int64)
    ranks = np.unique(paragraphs, return_inverse=True)[1]
    return np.arange(len(owners)) + GAP * ranks[owners]


def pooled(scene: Scene, rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the first and last row of each sentence and of each resolution, of shape (n, 2), the end exclusive."""
    at = np.asarray(scene.tokens.starts)

    def bounds(starts: list[int], ends: list[int]) -> npt.NDArray[np.int64]:
        first = np.searchsorted(at, starts)
        last = np.searchsorted(at, ends) - 1
        whole = last >= first
        last = np.where(whole, last, 0)
        first = np.minimum(first, len(rows) - 1)
        return np.stack([rows[first], np.where(whole, rows[last] + 1, rows[first])], axis=1).astype(np.int64)

    return (
        bounds([s.start for s in scene.sentences], [s.end for s in scene.sentences]),
        bounds(
            [r.toponym.start for r in scene.resolutions], [r.toponym.end for r in scene.resolutions]
        ).reshape(-1, 2),
    )


class Spotter:
    """Reads which sentences tell an event.

    Parameters
    ----------
    path : path-like
        Weights as ``data/build_spotter.py`` writes them.
    lexicon : Lexicon
        The tagger's.

    Raises
    ------
    DataError
        If the file is missing or damaged.
    """

    def __init__(self, path: str | Path, lexicon: Lexicon) -> None:
        names = ("entry", "frequent_vectors", "sentence", "kind", "place", "where")
        try:
            with np.load(path, allow_pickle=False) as file:
                weights: dict[str, Any] = {name: file[name].astype(np.float32) for name in file.files}
            self._layers = [
                (weights[f"layer{i}"], weights[f"layer{i}_bias"]) for i in range(int(weights["layers"]))
            ]
            self._weights = {name: weights[name] for name in names}
            self._biases = {name: weights[f"{name}_bias"] for name in names if name != "frequent_vectors"}
        except (OSError, EOFError, KeyError, ValueError, IndexError, zlib.error, zipfile.BadZipFile) as error:
            raise DataError(f"{path}: {error}: install the package again, or run make data") from error
        self._lexicon = lexicon

    def read(self, scene: Scene) -> Told:
        """Return how likely each sentence, and each place in it, holds an event of each kind."""
        if not scene.sentences or not scene.tokens.texts:
            none = np.zeros((0, len(KINDS)), np.float32)
            return Told(none, none)
        words, frequent = self._lexicon.rows(scene.tokens.texts)
        at = laid_out(scene)
        hidden = self._hidden(np.concatenate([words, rows_of(scene)], axis=1), frequent, at)
        in_sentences, in_places = pooled(scene, at)
        clues = sentence_rows(scene)
        sentences = np.concatenate(
            [_peaks(hidden, in_sentences), _means(hidden, in_sentences), clues], axis=1
        )
        states = self._dense("sentence", _with_neighbours(sentences, scene))
        states = np.concatenate([states, clues], axis=1)
        of = sentence_of(scene)
        places = np.concatenate([_peaks(hidden, in_places), states[of], place_rows(scene)], axis=1)
        return Told(
            sentences=_shares(states @ self._weights["kind"] + self._biases["kind"]),
            places=_shares(self._dense("place", places) @ self._weights["where"] + self._biases["where"]),
        )

    def _hidden(self, inputs: Floats, frequent: npt.NDArray[np.int32], at: npt.NDArray[np.int64]) -> Floats:
        known = self._weights["frequent_vectors"]
        frequent = np.where(frequent < len(known), frequent, 0)
        entry = np.maximum(inputs @ self._weights["entry"] + self._biases["entry"] + known[frequent], 0)
        width = entry.shape[1]
        hidden = np.zeros((int(at[-1]) + 1, width), np.float32)
        hidden[at] = entry
        around = np.zeros((len(at), 3 * width), np.float32)
        for (weight, bias), reach in zip(self._layers, DILATIONS, strict=True):
            wide = np.pad(hidden, ((reach, reach), (0, 0)))
            around[:, :width] = wide[at]
            around[:, width : 2 * width] = hidden[at]
            around[:, 2 * width :] = wide[at + 2 * reach]
            hidden[at] += np.maximum(around @ weight + bias, 0)
        return hidden

    def _dense(self, name: str, inputs: Floats) -> Floats:
        found: Floats = np.maximum(inputs @ self._weights[name] + self._biases[name], 0)
        return found


def _with_neighbours(sentences: Floats, scene: Scene) -> Floats:
    """Join to each sentence the one before, the one after and the highest values of all, each of its own paragraph."""
    paragraphs = np.asarray([s.paragraph for s in scene.sentences])
    begins = np.r_[True, paragraphs[1:] != paragraphs[:-1]]
    none = np.zeros_like(sentences[:1])
    before = np.where(begins[:, None], 0, np.concatenate([none, sentences[:-1]]))
    after = np.where(np.r_[begins[1:], True][:, None], 0, np.concatenate([sentences[1:], none]))
    tops = np.maximum.reduceat(sentences, np.flatnonzero(begins), axis=0)
    whole = tops[np.cumsum(begins) - 1]
    return np.concatenate([sentences, before, after, whole], axis=1).astype(np.float32)


def sentence_of(scene: Scene) -> npt.NDArray[np.int64]:
    """Return the number of the sentence that each resolution stands in, of shape (resolutions,)."""
    starts = [s.start for s in scene.sentences]
    found = np.searchsorted(starts, [r.toponym.start for r in scene.resolutions], "right") - 1
    return np.maximum(found, 0)


def _peaks(hidden: Floats, spans: npt.NDArray[np.int64]) -> Floats:
    found = np.zeros((len(spans), hidden.shape[1]), np.float32)
    for n, (start, end) in enumerate(spans):
        if end > start:
            found[n] = hidden[start:end].max(axis=0)
    return found


def _means(hidden: Floats, spans: npt.NDArray[np.int64]) -> Floats:
    found = np.zeros((len(spans), hidden.shape[1]), np.float32)
    for n, (start, end) in enumerate(spans):
        if end > start:
            found[n] = hidden[start:end].mean(axis=0)
    return found


def _shares(scores: Floats) -> Floats:
    """Return shares of ``KINDS`` from a score for an event at all and one for each kind that it may be of."""
    event = 1 / (1 + np.exp(-np.clip(scores[:, :1], -30, 30)))
    powers = np.exp(scores[:, 1:] - scores[:, 1:].max(axis=1, keepdims=True))
    found: Floats = np.concatenate([1 - event, event * powers / powers.sum(axis=1, keepdims=True)], axis=1)
    return found
