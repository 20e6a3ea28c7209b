"""The ways to find place names side by side: rules, a conditional random field, the tagger, a small transformer.

Usage: ``python benchmarks/recognizers.py [--wikinews FILE] [--transformer [FOLDER]]`` (some minutes; with the transformer
trained here on a CPU, hours). The field needs python-crfsuite and is left out without it; the transformer needs what
``benchmarks/transformer.py`` tells, and FOLDER is what that wrote with ``-o``, else it is trained here.

Each is scored on the corpora beside the project (``../shared/eval/toponyms``), on which none is trained: a name is right if
it begins and ends where the label does. All but the rules are trained on the same texts (``data/tagger_texts``, with copies
that have other names put in), get the same clues of words and of the gazetteer, and say for each word how likely it has
each tag; names are read from that as :mod:`mapper.mentions` does it. Times are of the processor on one thread, with
sentences, look-up of names and all. MB is a model's own file; the gazetteer and the word lists come with the project.
The tagger is measured as it lies in ``data/``; ``data/build_tagger.py`` tells how long it trains.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path[:0] = [str(Path(__file__).resolve().parent)]

from corpora import (  # noqa: E402
    NAMES,
    Gold,
    Recognizer,
    lexicon,
    milliseconds,
    read_corpora,
    recognition,
    scorer_at,
    shared,
    tagger_texts,
    training_texts,
)

# isort: split
import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402

from mapper import world  # noqa: E402
from mapper.clues import WORD_CLUES, PlaceClues, form  # noqa: E402
from mapper.mentions import find_mentions  # noqa: E402
from mapper.recognizers import recognizer_named  # noqa: E402
from mapper.tagger import TAGS, namesake_groups  # noqa: E402
from mapper.tokens import Tokens, tokenize  # noqa: E402

COPIES = 2  # of each text that the field is trained on
TRAINING = {"c1": 0.1, "c2": 0.05, "max_iterations": 100, "feature.possible_transitions": True}
LEVELS = 3  # that a clue between 0 and 1 is told apart in
SURELY = 0.999  # outside a name: the shares of the other tags are not asked for
AFFIXES = (2, 3, 4)


class Row(NamedTuple):
    """What is measured of an approach."""

    name: str
    recognizer: Recognizer
    megabytes: float
    training_s: float | None


class Features:
    """Turns a text into what the field knows of each token."""

    def __init__(self) -> None:
        self.lexicon, self._places = lexicon(), PlaceClues(world.gazetteer())

    def of(self, tokens: Tokens) -> list[list[str]]:
        """Return the names of the features of each token."""
        texts, count = tokens.texts, len(tokens.texts)
        words, forms = [text.lower() for text in texts], [form(text) for text in texts]
        clues = self._clues(tokens)
        around = _around_namesakes(texts, words)
        found = []
        for at in range(count):
            own = ["1", f"w={words[at]}", f"f={forms[at]}", f"s={_shape(texts[at])}", *clues[at], *around[at]]
            own += [f"^{words[at][:size]}" for size in AFFIXES]
            own += [f"${words[at][-size:]}" for size in AFFIXES]
            for offset in (-2, -1, 1, 2):
                other = at + offset
                if not 0 <= other < count:
                    own.append(f"edge{offset}")
                    continue
                own += [f"w{offset}={words[other]}", f"f{offset}={forms[other]}"]
                own += [f"{offset}{clue}" for clue in clues[other]]
            before = words[at - 1] if at else "-"
            after = words[at + 1] if at + 1 < count else "-"
            own += [f"w-={before} {words[at]}", f"w+={words[at]} {after}"]
            own += [f"w-+={before} {forms[at]} {after}", "f-+=" + " ".join(forms[max(0, at - 1) : at + 2])]
            found.append(own)
        return found

    def _clues(self, tokens: Tokens) -> list[list[str]]:
        """Return the clues of words and places in levels, those that are 0 left out."""
        rows, _ = self.lexicon.rows(tokens.texts)
        both = np.concatenate([rows[:, -WORD_CLUES:], self._places.rows(tokens)], axis=1)
        levels = np.ceil(both * LEVELS).astype(int)
        clues: list[list[str]] = [[] for _ in tokens.texts]
        for at, number in np.argwhere(levels > 0):
            clues[at].append(f"c{number}={levels[at, number]}")
        return clues


def _shape(text: str) -> str:
    """Return the kinds of characters of a word, runs of one kind put together."""
    kinds = ["A" if c.isupper() else "a" if c.islower() else "0" if c.isdigit() else c for c in text]
    return "".join(kind for at, kind in enumerate(kinds) if at == 0 or kind != kinds[at - 1])


def _around_namesakes(texts: list[str], words: list[str]) -> list[list[str]]:
    """Return what stands around the other places where a capitalised word is in the text."""
    groups = namesake_groups(texts)
    places = defaultdict(list)
    for at, group in enumerate(groups):
        if group:
            places[group].append(at)
    found: list[list[str]] = [[] for _ in texts]
    for at, group in enumerate(groups):
        others = [other for other in places.get(group, ()) if other != at][:6]
        seen = {f"n-={words[other - 1]}" for other in others if other}
        seen |= {f"n+={words[other + 1]}" for other in others if other + 1 < len(words)}
        found[at] = sorted(seen)
    return found


class Field:
    """A linear-chain conditional random field; it stands in for :class:`mapper.tagger.Tagger`."""

    def __init__(self, path: Path, features: Features) -> None:
        import pycrfsuite

        self._tagger = pycrfsuite.Tagger()
        self._tagger.open(str(path))
        self._features = features

    def is_first_name(self, word: str) -> bool:
        """Tell whether people are called so, as the tagger does."""
        return self._features.lexicon.is_first_name(word)

    def probabilities(self, tokens: Tokens) -> npt.NDArray[np.float32]:
        """Return how likely each token has each tag, of shape (tokens, ``TAGS``)."""
        self._tagger.set(self._features.of(tokens))
        labels = [label for label in self._tagger.labels() if label != "0"]
        shares = np.zeros((len(tokens.texts), TAGS), np.float32)
        for at in range(len(shares)):
            shares[at, 0] = self._tagger.marginal("0", at)
            if shares[at, 0] < SURELY:
                for label in labels:
                    shares[at, int(label)] = self._tagger.marginal(label, at)
        return shares


def train_field(path: Path, wikinews: Path, features: Features) -> float:
    """Write a field trained on the labelled texts, and return how many seconds that took."""
    import pycrfsuite

    start = time.process_time()
    trainer = pycrfsuite.Trainer(verbose=False, params=TRAINING)
    for text in (text for pool in training_texts(wikinews, COPIES) for text in pool):
        tokens = tokenize(text.text)
        trainer.append(features.of(tokens), [str(tag) for tag in tagger_texts.tags_of(text, tokens)])
    trainer.train(str(path))
    return time.process_time() - start


def main() -> None:
    """Measure and print."""
    options = _options()
    scorer = scorer_at(shared("eval/score_toponyms.py"))
    corpora = read_corpora(scorer)
    documents = ", ".join(f"{len(gold)} documents of {name}" for name, gold in corpora.items())
    print(f"{documents}; exact spans; milliseconds of the processor a document, one thread\n")
    heads = [f"{name} {figure}" for name in NAMES for figure in ("F1", "P", "R", "ms")]
    print(f"{'':24}{'MB':>7}{'trained s':>11}" + "".join(f"{head:>9}" for head in heads))
    with tempfile.TemporaryDirectory(prefix="bench-recognizers-") as folder:
        for row in _rows(options, Path(folder)):
            _print(row, scorer, corpora)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--wikinews", type=Path, help="text of the labelled Wikinews (default ../shared/text/wikinews.jsonl)"
    )
    parser.add_argument(
        "--transformer",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="FOLDER",
        help="also MiniLM, of FOLDER or trained here",
    )
    return parser.parse_args()


def _rows(options: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """Yield the approaches, each made ready when it is its turn."""
    yield Row("rules", recognizer_named("rules"), 0.0, None)
    wikinews = options.wikinews or shared("text/wikinews.jsonl")
    try:
        features, path = Features(), folder / "field.crfsuite"
        seconds = train_field(path, wikinews, features)
    except ImportError as error:
        print(f"CRF: left out, not installed ({error})")
    else:
        field = Field(path, features)
        yield Row("CRF", _reading(field), path.stat().st_size / 1e6, seconds)
    yield Row("tagger", recognizer_named("tagger"), world.data_file("tagger.npz").stat().st_size / 1e6, None)
    if options.transformer is not None:
        yield from _transformers(options.transformer, wikinews, folder)


def _reading(tagger: Any) -> Recognizer:
    """Return a recogniser that reads names as they are read from the project's tagger."""
    return lambda report, _: find_mentions(report, world.gazetteer(), tagger)


def _transformers(trained: Path, wikinews: Path, folder: Path) -> Iterator[Row]:
    import transformer

    seconds = None
    if trained == Path():
        net, seconds = transformer.train(wikinews)
        transformer.export(net, folder)
        trained = folder
    for name, file in (("MiniLM, int8", transformer.INT8), ("MiniLM, float32", transformer.FULL)):
        recognizer, megabytes = transformer.exported(trained, file)
        yield Row(name, recognizer, megabytes, seconds)


def _print(row: Row, scorer: Any, corpora: dict[str, Gold]) -> None:
    seconds = f"{row.training_s:,.0f}" if row.training_s is not None else "-"
    cells = []
    for gold in corpora.values():
        cells += [f"{figure:.4f}" for figure in recognition(scorer, gold, row.recognizer).values()]
        cells.append(f"{milliseconds(gold, row.recognizer):.1f}")
    line = "".join(f"{cell:>9}" for cell in cells)
    print(f"{row.name:24}{row.megabytes:7.1f}{seconds:>11}{line}", flush=True)


if __name__ == "__main__":
    main()
