"""The trained recogniser: a small convolutional network that tags the words of a text as parts of place names.

Each word comes in as a vector of its word pieces (from MiniLM, reduced), its form and lists, and what the gazetteer has of
its name (:mod:`mapper.clues`). Three layers look at the words around, three to each side; then each capitalised word sees
what its namesakes in the same text look like, and the last layer gives the tags. Trained by ``data/build_tagger.py``.
"""

from __future__ import annotations

import threading
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mapper.clues import WORD_CLUES, PlaceClues, word_clues
from mapper.errors import DataError
from mapper.gazetteer import Gazetteer
from mapper.text import name_key
from mapper.tokens import Tokens

Floats = npt.NDArray[np.float32]

ROLES = ("literal", "metonym", "demonym", "part", "facility", "street")
TAGS = 1 + 2 * len(ROLES)  # outside, then begin and inside of each role
MOST_AT_ONCE = 20_000  # tokens; longer texts are tagged in pieces
_MOST_WORDS = 200_000  # remembered
_LONGEST_REMEMBERED = 60  # letters; of a longer word its beginning stands for it
_LONGEST_WORD = 40  # letters that are cut into word pieces


class WordPieces:
    """Vectors of words from those of their pieces (greedy longest match from the left, as BERT's vocabulary is used).

    Parameters
    ----------
    pieces : sequence of str
        Pieces that carry on a word begin with ``##``.
    vectors : array of shape (pieces, dimensions), int8
    scale : float
        By which the vectors are to be multiplied.
    """

    def __init__(self, pieces: list[str], vectors: npt.NDArray[np.int8], scale: float) -> None:
        self._number = {piece: at for at, piece in enumerate(pieces)}
        self._vectors, self._scale = vectors, scale

    def vector(self, word: str) -> Floats:
        """Return the mean vector of the pieces of a word, zeros if it has none."""
        numbers: list[int] = []
        for part in name_key(word[:_LONGEST_WORD]).split():
            start = 0
            while start < len(part):
                for end in range(len(part), start, -1):
                    number = self._number.get(part[start:end] if start == 0 else "##" + part[start:end])
                    if number is not None:
                        numbers.append(number)
                        start = end
                        break
                else:
                    start += 1
        if not numbers:
            mark = self._number.get(word)
            numbers = [] if mark is None else [mark]
        if not numbers:
            return np.zeros(self._vectors.shape[1], np.float32)
        mean: Floats = self._vectors[numbers].astype(np.float32).mean(axis=0) * np.float32(self._scale)
        return mean


class Lexicon:
    """What each word brings in by itself, remembered by word.

    Parameters
    ----------
    weights : mapping of str to array
        As ``data/build_tagger.py`` writes them.
    common : frozenset of str
        Common English words in lower case.
    """

    def __init__(self, weights: Any, common: frozenset[str]) -> None:
        self._pieces = WordPieces(
            str(weights["pieces"]).split("\n"), weights["piece_vectors"], float(weights["piece_scale"])
        )
        self._common = common
        self._first = dict(
            zip(str(weights["first_names"]).split("\n"), weights["first_name_levels"].tolist(), strict=True)
        )
        self._last = dict(
            zip(str(weights["surnames"]).split("\n"), weights["surname_levels"].tolist(), strict=True)
        )
        self._frequent = {word: at for at, word in enumerate(str(weights["frequent"]).split("\n"), 1)}
        self.dimensions = weights["piece_vectors"].shape[1] + WORD_CLUES
        self._lock = threading.Lock()  # the rows are shared between threads, and grow
        self._clear()

    def is_first_name(self, word: str) -> bool:
        """Tell whether people are called so, by the census."""
        return word.lower() in self._first

    def _clear(self) -> None:
        self._numbers: dict[str, int] = {}
        self._rows = np.zeros((1024, self.dimensions), np.float32)
        self._frequents = np.zeros(1024, np.int32)

    def rows(self, words: list[str]) -> tuple[Floats, npt.NDArray[np.int32]]:
        """Return the row of each word, of shape (words, dimensions), and its number among the frequent ones (0: none)."""
        with self._lock:
            if len(self._numbers) > _MOST_WORDS:
                self._clear()
            numbers = self._numbers
            words = [word[:_LONGEST_REMEMBERED] for word in words]
            at = [numbers[word] if word in numbers else self._add(word) for word in words]
            return self._rows[at], self._frequents[at]

    def _add(self, word: str) -> int:
        number = len(self._numbers)
        if number == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
            self._frequents = np.concatenate([self._frequents, np.zeros_like(self._frequents)])
        self._rows[number, :-WORD_CLUES] = self._pieces.vector(word)
        self._rows[number, -WORD_CLUES:] = word_clues(word, self._common, self._first, self._last)
        self._frequents[number] = self._frequent.get(word.lower(), 0)
        self._numbers[word] = number
        return number


class Tagger:
    """Tags the tokens of texts.

    Parameters
    ----------
    path : path-like
        Weights as ``data/build_tagger.py`` writes them.
    gazetteer : Gazetteer
    common : frozenset of str
        Common English words in lower case.

    Raises
    ------
    DataError
        If the file is missing or damaged.
    """

    def __init__(self, path: str | Path, gazetteer: Gazetteer, common: frozenset[str]) -> None:
        try:
            with np.load(path, allow_pickle=False) as file:
                weights = {name: file[name] for name in file.files}
            self.lexicon = Lexicon(weights, common)
            self._entry, self._entry_bias = (
                weights["entry"].astype(np.float32),
                weights["entry_bias"].astype(np.float32),
            )
            self._frequent = weights["frequent_vectors"].astype(np.float32)
            self._layers = [
                (weights[f"layer{i}"].astype(np.float32), weights[f"layer{i}_bias"].astype(np.float32))
                for i in range(int(weights["layers"]))
            ]
            self._join, self._join_bias = (
                weights["join"].astype(np.float32),
                weights["join_bias"].astype(np.float32),
            )
            self._out, self._out_bias = (
                weights["out"].astype(np.float32),
                weights["out_bias"].astype(np.float32),
            )
        except (OSError, EOFError, KeyError, ValueError, IndexError, zlib.error, zipfile.BadZipFile) as error:
            raise DataError(f"{path}: {error}: install the package again, or run make data") from error
        self._places = PlaceClues(gazetteer)

    def is_first_name(self, word: str) -> bool:
        """Tell whether people are called so."""
        return self.lexicon.is_first_name(word)

    def probabilities(self, tokens: Tokens) -> Floats:
        """Return how likely each token has each tag, of shape (tokens, ``TAGS``)."""
        count = len(tokens.texts)
        found = np.empty((count, TAGS), np.float32)
        for start in range(0, count, MOST_AT_ONCE):
            end = start + MOST_AT_ONCE
            part = Tokens(tokens.starts[start:end], tokens.ends[start:end], tokens.texts[start:end])
            found[start:end] = self._run(part)
        return found

    def _run(self, tokens: Tokens) -> Floats:
        rows, frequent = self.lexicon.rows(tokens.texts)
        inputs = np.concatenate([rows, self._places.rows(tokens)], axis=1)
        hidden = np.maximum(inputs @ self._entry + self._entry_bias + self._frequent[frequent], 0)
        width = hidden.shape[1]
        around = np.zeros((len(hidden), 3 * width), np.float32)
        for weight, bias in self._layers:
            around[1:, :width] = hidden[:-1]
            around[:, width : 2 * width] = hidden
            around[:-1, 2 * width :] = hidden[1:]
            hidden = hidden + np.maximum(around @ weight + bias, 0)
        joined = np.maximum(
            np.concatenate([hidden, namesakes(tokens.texts, hidden)], axis=1) @ self._join + self._join_bias,
            0,
        )
        scores = joined @ self._out + self._out_bias
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: Floats = scores / scores.sum(axis=1, keepdims=True)
        return shares


def namesake_groups(words: list[str]) -> list[int]:
    """Return for each word the number of its group: 0 for small letters and marks, else one number a word, whatever its case."""
    groups: dict[str, int] = {}
    return [
        groups.setdefault(word.lower(), len(groups) + 1) if word[0].isalpha() and not word[0].islower() else 0
        for word in words
    ]


def namesakes(words: list[str], hidden: Floats) -> Floats:
    """Return for each capitalised word the highest values among the words of its group, zeros for the others."""
    groups = np.asarray(namesake_groups(words))
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    peaks = np.maximum.reduceat(hidden[order], starts, axis=0)
    if ordered[0] == 0:
        peaks[0] = 0
    numbers = np.cumsum(np.r_[False, ordered[1:] != ordered[:-1]])
    found = np.empty_like(hidden)
    found[order] = peaks[numbers]
    return found
