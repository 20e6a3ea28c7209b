"""Trains the spotter on the reports of ``spotter_texts`` and builds ``spotter.npz``: ten minutes on two cores.

Not among what ``make data`` builds, as it wants torch, which nothing else does, and Wikinews articles (CC BY 2.5) as JSON lines
with ``id``, ``title``, ``published`` and ``text``: ``pip install torch``, then ``WIKINEWS=wikinews.jsonl python data/build.py spotter``.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import spotter_texts
import torch
from torch import nn

from mapper import world
from mapper.spotter import (
    DILATIONS,
    FLAGS,
    GAP,
    KINDS,
    PLACE_CLUES,
    ROLE_FLAGS,
    SENTENCE_CLUES,
    laid_out,
    place_rows,
    pooled,
    rows_of,
    sentence_of,
    sentence_rows,
)
from mapper.staging import scene_of
from mapper.tagger import Lexicon

WIDTH, SENTENCE_WIDTH, PLACE_WIDTH = 96, 96, 64
FREQUENT = 1200  # words that have a vector of their own
EPOCHS, BATCH, RATE, SEED = 26, 8, 3e-3, 1
LONGEST_SENTENCE, LONGEST_NAME = 90, 8  # tokens
Example = dict[str, Any]


def build(folder: Path) -> list[dict[str, object]]:
    """Train, write ``spotter.npz`` and return its manifest entry."""
    wikinews = os.environ.get("WIKINEWS")
    if not wikinews:
        raise SystemExit(
            "name the Wikinews articles: WIKINEWS=wikinews.jsonl (JSON lines with id, title, published and text)"
        )
    reports = spotter_texts.read_all(Path(wikinews))
    print(f"{len(reports)} reports, {sum(len(r.events) for r in reports):,} events")
    net = train([example(report) for report in reports])
    np.savez_compressed(folder / "spotter.npz", **weights_of(net))
    return [
        {
            "file": "spotter.npz",
            "sources": [
                "spotter_texts (reports of our own, labels)",
                "Wikinews 2019-2020 (labelled here; the text is not included)",
                "tagger.npz",
                "gazetteer.bin",
            ],
            "licence": "MIT (weights), learned from CC-BY-2.5 text (Wikinews)",
            "date": "2026-11",
            "about": f"the spotter of sentences that tell an event: {sum(p.numel() for p in net.parameters()):,} weights",
        }
    ]


def lexicon() -> Lexicon:
    """Return the words of the tagger."""
    return world.tagger().lexicon


def example(labelled: spotter_texts.Labelled) -> Example:
    """Return a report's inputs, and for each sentence and each toponym the number of the kind of event that it tells, 0 for none."""
    report = labelled.report
    sentences, resolutions = spotter_texts.resolved(report)
    scene = scene_of(report, sentences, resolutions)
    words, frequent = lexicon().rows(scene.tokens.texts)
    at = laid_out(scene)
    of_sentences, of_places = pooled(scene, at)
    told = np.zeros(len(sentences), np.int64)
    there = np.zeros(len(scene.resolutions), np.int64)
    owner = sentence_of(scene)
    places = {
        number: {
            r.place for r in scene.resolutions if r.place is not None and spotter_texts.is_named(r, event)
        }
        for number, event in labelled.events.items()
    }
    for (start, end), numbers in labelled.tells.items():
        known = [number for number in numbers if number in labelled.events]
        for n, sentence in enumerate(sentences):
            if not known or sentence.start >= end or start >= sentence.end:
                continue
            told[n] = KINDS.index(labelled.events[known[0]]["kinds"][0])
            for m in np.flatnonzero(owner == n):
                r = scene.resolutions[m]
                for number in known:
                    same = r.toponym.role == "literal" and r.place is not None and r.place in places[number]
                    if same or spotter_texts.is_named(r, labelled.events[number]):
                        there[m] = KINDS.index(labelled.events[number]["kinds"][0])
    return {
        "at": at,
        "paragraphs": np.asarray([s.paragraph for s in sentences], np.int64),
        "inputs": np.concatenate([words, rows_of(scene)], axis=1).astype(np.float16),
        "frequent": np.where(frequent <= FREQUENT, frequent, 0).astype(np.int64),
        "of_sentences": of_sentences,
        "of_places": of_places,
        "sentence_rows": sentence_rows(scene),
        "place_rows": place_rows(scene),
        "owner": owner,
        "told": told,
        "there": there,
    }


class Net(nn.Module):
    """The network of :class:`mapper.spotter.Spotter`, with what keeps it from learning by heart."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.words = inputs - FLAGS
        self.entry = nn.Linear(inputs, WIDTH)
        self.frequent = nn.Embedding(FREQUENT + 1, WIDTH, padding_idx=0)
        nn.init.normal_(self.frequent.weight, std=0.02)
        with torch.no_grad():
            self.frequent.weight[0] = 0
        self.layers = nn.ModuleList(nn.Linear(3 * WIDTH, WIDTH) for _ in DILATIONS)
        self.sentence = nn.Linear(4 * (2 * WIDTH + SENTENCE_CLUES), SENTENCE_WIDTH)
        self.kind = nn.Linear(SENTENCE_WIDTH + SENTENCE_CLUES, len(KINDS))
        self.place = nn.Linear(WIDTH + SENTENCE_WIDTH + SENTENCE_CLUES + PLACE_CLUES, PLACE_WIDTH)
        self.where = nn.Linear(PLACE_WIDTH, len(KINDS))
        self.drop, self.more_drop = nn.Dropout(0.25), nn.Dropout(0.4)

    def forward(self, batch: dict[str, Any]) -> tuple[Any, Any]:
        """Return scores of each sentence and of each toponym of a batch: for an event at all, and for each kind."""
        inputs, frequent, mask = batch["inputs"], batch["frequent"], batch["mask"][:, None]
        if self.training:  # some words, and half of the names, are hidden, so that none is relied upon
            roles = inputs[:, self.words :][:, ROLE_FLAGS].sum(1, keepdim=True) > 0
            hidden_name = roles & (torch.rand(len(inputs), 1) < 0.5)
            shown = ((torch.rand(len(inputs), 1) > 0.08) & ~hidden_name).float()
            inputs = torch.cat([inputs[:, :64] * shown, inputs[:, 64:]], 1)
            frequent = frequent * (torch.rand(len(frequent)) > 0.25)
        hidden = torch.relu(self.entry(inputs) + self.frequent(frequent)) * mask
        for layer, reach in zip(self.layers, DILATIONS, strict=True):
            hidden = self.drop(hidden)
            wide = nn.functional.pad(hidden, (0, 0, reach, reach))
            around = torch.cat([wide[: -2 * reach], hidden, wide[2 * reach :]], -1)
            hidden = (hidden + torch.relu(layer(around))) * mask
        peaks, means = _pool(hidden, batch["of_sentences"])
        sentences = torch.cat([peaks, means, batch["sentence_rows"]], 1)
        none = torch.zeros_like(sentences[:1])
        before = torch.cat([none, sentences[:-1]]) * batch["has_before"][:, None]
        after = torch.cat([sentences[1:], none]) * batch["has_after"][:, None]
        paragraph = batch["paragraph"]
        which = paragraph[:, None].expand_as(sentences)
        tops = sentences.new_zeros(int(paragraph.max()) + 1, sentences.shape[1])
        tops = tops.scatter_reduce(0, which, sentences, "amax", include_self=False)
        joined = torch.cat([sentences, before, after, tops[paragraph]], 1)
        states = torch.relu(self.sentence(self.more_drop(joined)))
        states = torch.cat([self.drop(states), batch["sentence_rows"]], 1)
        if not len(batch["owner"]):
            return self.kind(states), hidden.new_zeros(0, len(KINDS))
        names, _ = _pool(hidden, batch["of_places"])
        places = torch.cat([self.drop(names), states[batch["owner"]], batch["place_rows"]], 1)
        return self.kind(states), self.where(self.drop(torch.relu(self.place(places))))


def _pool(hidden: Any, spans: tuple[Any, Any]) -> tuple[Any, Any]:
    """Return the highest and the mean values over spans of tokens, given as indices and which of them count."""
    index, counts = spans
    inside = counts[..., None]
    values = hidden[index]
    return values.masked_fill(~inside, 0).max(1)[0], (values * inside).sum(1) / inside.sum(1).clamp(min=1)


def _spans(bounds: Sequence[tuple[int, int]], most: int) -> tuple[Any, Any]:
    longest = max([min(end - start, most) for start, end in bounds], default=1)
    index = np.zeros((len(bounds), max(longest, 1)), np.int64)
    counts = np.zeros(index.shape, bool)
    for n, (start, end) in enumerate(bounds):
        length = max(0, min(end - start, most))
        index[n, :length] = np.arange(start, start + length)
        counts[n, :length] = True
    return torch.from_numpy(index), torch.from_numpy(counts)


def collated(examples: list[Example]) -> dict[str, Any]:
    """Return reports as one batch: their tokens in a row, with gaps between."""
    columns: dict[str, list[np.ndarray]] = {
        name: [] for name in ("inputs", "frequent", "mask", "sentence_rows", "place_rows", "owner", "told", "there", "paragraph", "has_before", "has_after")
    }  # fmt: skip
    sentences: list[tuple[int, int]] = []
    places: list[tuple[int, int]] = []
    at = number_of = 0
    for one in examples:
        length = len(one["frequent"])
        for name, kind in (("inputs", np.float32), ("frequent", np.int64), ("mask", np.float32)):
            values = one[name] if name != "mask" else np.ones(length)
            spread = np.zeros((int(one["at"][-1]) + 1 + GAP, *values.shape[1:]), kind)
            spread[one["at"]] = values
            columns[name].append(spread)
        columns["owner"].append(one["owner"] + len(sentences))
        sentences += [(start + at, end + at) for start, end in one["of_sentences"]]
        places += [(start + at, end + at) for start, end in one["of_places"]]
        for name in ("sentence_rows", "place_rows", "told", "there"):
            columns[name].append(one[name])
        begins = np.r_[True, one["paragraphs"][1:] != one["paragraphs"][:-1]]
        columns["paragraph"].append(np.cumsum(begins) - 1 + number_of)
        number_of += int(begins.sum())
        columns["has_before"].append((~begins).astype(np.float32))
        columns["has_after"].append((~np.r_[begins[1:], True]).astype(np.float32))
        at += int(one["at"][-1]) + 1 + GAP
    batch = {name: torch.from_numpy(np.concatenate(parts)) for name, parts in columns.items()}
    return batch | {
        "of_sentences": _spans(sentences, LONGEST_SENTENCE),
        "of_places": _spans(places, LONGEST_NAME),
    }


def train(examples: list[Example]) -> Net:
    """Train the network."""
    chance = random.Random(SEED)
    torch.manual_seed(SEED)
    examples = [one for one in examples if len(one["told"])]
    net = Net(examples[0]["inputs"].shape[1])
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.03)
    steps = EPOCHS * math.ceil(len(examples) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + 1, pct_start=0.2)
    for epoch in range(EPOCHS):
        net.train()
        order = chance.sample(examples, len(examples))
        total = 0.0
        for start in range(0, len(order), BATCH):
            batch = collated(order[start : start + BATCH])
            told, there = net(batch)
            loss = _loss(told, batch["told"]) + (1.5 * _loss(there, batch["there"]) if len(there) else 0)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {total / math.ceil(len(order) / BATCH):.4f}", flush=True)
    net.eval()
    return net


def _loss(scores: Any, right: Any) -> Any:
    """Return the loss of whether there is an event, and, where there is one, of its kind."""
    event = right > 0
    loss = nn.functional.binary_cross_entropy_with_logits(scores[:, 0], event.float() * 0.96 + 0.02)
    if event.any():
        loss = loss + 0.2 * nn.functional.cross_entropy(
            scores[event][:, 1:], right[event] - 1, label_smoothing=0.05
        )
    return loss


def weights_of(net: Net) -> dict[str, Any]:
    """Return the weights as :class:`mapper.spotter.Spotter` reads them."""

    def half(tensor: Any) -> np.ndarray:
        return np.asarray(tensor.detach().numpy(), np.float16)

    weights: dict[str, Any] = {
        "layers": np.int32(len(DILATIONS)),
        "frequent_vectors": half(net.frequent.weight),
    }
    dense = {name: getattr(net, name) for name in ("entry", "sentence", "kind", "place", "where")}
    dense |= {f"layer{i}": layer for i, layer in enumerate(net.layers)}
    for name, layer in dense.items():
        weights[name], weights[f"{name}_bias"] = half(layer.weight.T), half(layer.bias)
    return weights
