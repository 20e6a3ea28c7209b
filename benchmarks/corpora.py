"""What the benchmarks of the recognisers share: one thread, the labelled corpora and their scorer, texts to train on.

Import this before anything that imports NumPy: it holds the libraries for matrices to one thread.
"""

from __future__ import annotations

import importlib.util
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"
ROOT = Path(__file__).resolve().parent.parent
# A checkout may be measured without being installed; the scripts of data/ come last, so that they hide no module.
sys.path[:0] = [str(ROOT)]
sys.path.append(str(ROOT / "data"))

import numpy as np  # noqa: E402
import tagger_texts  # noqa: E402

from mapper import world  # noqa: E402
from mapper.model import Mention, Report  # noqa: E402
from mapper.sentences import Sentence, split_sentences  # noqa: E402
from mapper.tagger import Lexicon  # noqa: E402

NAMES = ("LGL", "GWN")
PASSES = 3
TIMED = 70  # documents of a corpus
SEED = 1
_TOWNS = 120_000  # the largest, whose names are put into texts to train on

Recognizer = Callable[[Report, Sequence[Sentence]], list[Mention]]
Gold = dict[str, dict[str, Any]]


def shared(path: str) -> Path:
    """Return a file or folder of ``shared``, which lies beside the checkout or in it, or stop with a message."""
    candidates = [folder / "shared" / path for folder in (ROOT.parent, ROOT)]
    found = next((candidate for candidate in candidates if candidate.exists()), None)
    if found is None:
        raise SystemExit(
            f"there is no {' or '.join(map(str, candidates))}: the labelled data lie apart from the project"
        )
    return found


def scorer_at(path: Path) -> Any:
    """Return the scorer as a module."""
    if not path.is_file():
        raise SystemExit(f"there is no scorer at {path}: name score_toponyms.py with --scorer")
    spec = importlib.util.spec_from_file_location("score_toponyms", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_corpora(scorer: Any) -> dict[str, Gold]:
    """Return the documents of each corpus by their id."""
    folder = shared("eval/toponyms")
    return {name: scorer.load(folder / f"{name}-dev.jsonl") for name in NAMES}


def report_of(document: Mapping[str, Any]) -> Report:
    """Return a document of a corpus as a report."""
    return Report(id=document["id"], text=document["text"])


def recognition(scorer: Any, gold: Gold, recognizer: Recognizer) -> dict[str, float]:
    """Return how well a recogniser finds the spans of a corpus exactly: F1, P and R."""
    found = {}
    for document in gold.values():
        mentions = recognizer(report_of(document), split_sentences(document["text"]))
        spans = [{"start": m.toponym.start, "end": m.toponym.end} for m in mentions]
        found[document["id"]] = {"toponyms": spans}
    figures = scorer.score(gold, found)["recognition_exact"]
    return {key: figures[key] for key in ("F1", "P", "R")}


def milliseconds(gold: Gold, recognizer: Recognizer) -> float:
    """Return how long a recogniser takes a document of a corpus.

    It is processor time, the median of ``PASSES`` passes over about ``TIMED`` documents, drawn evenly, after one to warm up.
    """
    documents = list(gold.values())
    reports = [report_of(document) for document in documents[:: max(1, len(documents) // TIMED)]]
    times = []
    for _ in range(1 + PASSES):
        start = time.process_time()
        for report in reports:
            recognizer(report, split_sentences(report.text))
        times.append(time.process_time() - start)
    return 1000 * statistics.median(times[1:]) / len(reports)


def training_texts(wikinews: Path, copies: int) -> list[list[tagger_texts.Labelled]]:
    """Return the labelled texts as they are, then copies of all with other names put in, as the tagger is trained on."""
    articles = tagger_texts.read_all(wikinews)
    chance = random.Random(SEED)
    chance.shuffle(articles)
    weights = tagger_file()
    first = frozenset(str(weights["first_names"]).split("\n"))
    names = tagger_texts.put_in(str(weights["surnames"]).split("\n"), chance)
    varied = [[tagger_texts.varied(a, names, first, chance) for a in articles] for _ in range(copies - 1)]
    return [articles, *varied]


def tagger_file() -> dict[str, Any]:
    """Return what the file of the tagger holds; its lists of names serve the other approaches too."""
    with np.load(world.data_file("tagger.npz"), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def lexicon() -> Lexicon:
    """Return the clues of words by themselves."""
    return Lexicon(tagger_file(), world.words().common)
