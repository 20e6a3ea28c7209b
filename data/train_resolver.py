"""Fits the weights of the resolver on the texts of ``tagger_texts`` and prints them for ``mapper/resolve.py``. Needs torch.

Usage: python data/train_resolver.py WIKINEWS.jsonl

Each labelled name says in which country and first-level region it lies; the candidates there are right. Of several, the most
prominent counts, of the kind that the words around ask for. The weights maximise the likelihood of what is right, in rounds, as
the evidence depends on them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import tagger_texts
import torch

from mapper import world
from mapper.atlas import Atlas
from mapper.candidates import candidates_of
from mapper.context import read_context
from mapper.evidence import FEATURES, Field
from mapper.gazetteer import Gazetteer
from mapper.matching import without_word
from mapper.model import Mention, Place, Toponym
from mapper.text import name_key

ROUNDS = 5
_ROLES = {"L": "literal", "M": "metonym", "D": "demonym", "P": "part"}
_KINDS = {"region": {"region"}, "city": {"city"}, "water": {"water"}}


def is_there(place: Place, where: str) -> bool:
    """Tell whether a place lies where a label says: a country, with a region behind a dot, "-" for several countries."""
    if where == "-":
        return place.country is None or place.kind in {"area", "water"}
    country, _, region = where.partition(".")
    if place.country != country or not region:
        return place.country == country
    if place.kind == "country" or not place.admin1:
        return False
    one, other = (without_word(name_key(name)) or name_key(name) for name in (region, place.admin1))
    return one == other or one in other or other in one


def right_ones(field: Field, number: int, where: str, gazetteer: Gazetteer) -> np.ndarray:
    """Return which candidates of a name are right; none where the label does not say."""
    part = field.rows(number)
    places = [gazetteer.place(int(n)) for n in field.numbers[part]]
    right = np.array([is_there(place, where) for place in places], bool)
    wanted = {"country"} if "." not in where and where != "-" else _KINDS.get(field.block.names[number].hint)
    if wanted:
        kinds = np.array([place.kind in wanted for place in places], bool)
        if (right & kinds).any():
            right &= kinds
    if right.any():
        right &= field.prior[part] >= field.prior[part][right].max() - 0.02
    return right


def read(
    article: tagger_texts.Labelled, gazetteer: Gazetteer, atlas: Atlas
) -> list[tuple[Field, np.ndarray]]:
    """Return the candidates of an article with which are right (1), wrong (0) or not known (NaN)."""
    mentions, wheres = [], []
    for span in article.spans:
        if span.role in _ROLES:
            text, role = article.text[span.start : span.end], _ROLES[span.role]
            toponym = Toponym(report_id=article.id, start=span.start, end=span.end, text=text, role=role)
            mentions.append(Mention(toponym, candidates_of(text, role, gazetteer)))
            wheres.append(span.where)
    found = []
    at = 0
    for part in read_context(article.text, mentions, gazetteer):
        field = Field(part.block, atlas)
        right = np.full(len(field.owner), np.nan)
        seen = set()
        for owner, where in zip(part.owner, wheres[at : at + len(part.owner)], strict=True):
            if owner >= 0 and owner not in seen and where not in {"", "?"}:
                seen.add(owner)
                known = right_ones(field, owner, where, gazetteer)
                if known.any():
                    right[field.rows(owner)] = known
        at += len(part.owner)
        if len(right):
            found.append((field, right))
    return found


def fit(data: list[tuple[Field, np.ndarray]], weights: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Return better weights, the loss, and the share of names whose best candidate is right."""
    features, rights, owners, base = [], [], [], 0
    for field, right in data:
        known = ~np.isnan(right)
        if not known.any():
            continue
        _, columns = field.settle(weights)
        names, owner = np.unique(field.owner[known], return_inverse=True)
        features.append(columns[known])
        rights.append(right[known] > 0)
        owners.append(owner + base)
        base += len(names)
    x, y, o = (torch.tensor(np.concatenate(parts)) for parts in (features, rights, owners))
    w = torch.tensor(weights.copy(), requires_grad=True)
    optimiser = torch.optim.LBFGS([w], max_iter=80, line_search_fn="strong_wolfe")

    def totals(scores):
        peaks = torch.full((base,), -1e30, dtype=scores.dtype).scatter_reduce(0, o, scores, "amax")
        return peaks + torch.log(
            torch.zeros(base, dtype=scores.dtype).scatter_add(0, o, torch.exp(scores - peaks[o]))
        )

    def loss_of():
        scores = x @ w
        return (totals(scores) - totals(torch.where(y, scores, -1e9))).mean() + 1e-5 * (w**2).sum()

    def step():
        optimiser.zero_grad()
        loss = loss_of()
        loss.backward()
        return loss

    optimiser.step(step)
    with torch.no_grad():
        scores = x @ w
        peaks = torch.full((base,), -1e30, dtype=scores.dtype).scatter_reduce(0, o, scores, "amax")
        hit = torch.zeros(base, dtype=scores.dtype).scatter_add(
            0, o, ((scores >= peaks[o] - 1e-9) & y).double()
        )
        return w.detach().numpy(), float(loss_of()), float((hit > 0).double().mean())


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wikinews", type=Path)
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    gazetteer = world.gazetteer()
    atlas = Atlas(gazetteer)
    data = [
        pair
        for article in tagger_texts.read_all(options.wikinews)
        for pair in read(article, gazetteer, atlas)
    ]
    weights = np.zeros(len(FEATURES))
    weights[0] = 10.0
    for name in ("country share", "region share", "qualified"):
        weights[FEATURES.index(name)] = 0.5
    for number in range(ROUNDS):
        better, loss, share = fit(data, weights)
        print(f"round {number}: loss {loss:.4f}, right {share:.4f}")
        weights = better if number == 0 else 0.3 * weights + 0.7 * better
    for name, weight in zip(FEATURES, weights, strict=True):
        print(f'    "{name}": {weight:.3f},')
    if options.output:
        np.save(options.output, weights)


if __name__ == "__main__":
    main()
