"""What a report says for and against each place that its names may mean, in numbers.

The names of a report are settled together: each candidate gains by what the other names probably mean - by the share of
the report's names in its country and its region, by those named in the same breath, by places close to it - and by names
that stand as qualifiers ("Paris, Texas"). As each depends on the others, the shares are worked out in a few rounds, from
the prominence of the candidates on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mapper.atlas import Atlas, Columns
from mapper.matcher import EARTH_RADIUS_KM
from mapper.placefile import AIRFIELD, AREA, CAPITAL, CITY, COUNTRY, LESSER_REGION, REGION, SITE, WATER

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROUNDS = 4
MOST_CANDIDATES = 1_500  # in a block of names
PER_NAME = 60
MORE_PER_NAME = 20  # of those beyond that lie in a country or an area that the report names
NEAR_KM = 60.0
FLOOR = 0.02  # a share that stands for "nothing known"
NOWHERE = 0.2  # the share of what lies in no country, or in no one region
LARGE_CITY = 100_000  # inhabitants from which a city may hold another place
_SETTLEMENTS = (CITY, CAPITAL)
_SPOTS = (*_SETTLEMENTS, AIRFIELD, SITE)
FEATURES = (
    "prior", "country", "region", "lesser region", "area", "water", "site", "demonym", "exact", "country share",
    "region share", "country beside", "region beside", "near", "qualified", "qualifies", "hint", "country holds",
    "region holds", "stated", "capital", "speaks", "likeness", "lesser namesake", "cue", "faint", "in part", "named",
)  # fmt: skip
COLUMN = {name: number for number, name in enumerate(FEATURES)}
LIKE = frozenset({"fold", "typo", "part"})  # matches of a name that is not the place's own


@dataclass(frozen=True, slots=True)
class Name:
    """A name in one sense: its candidates as (gazetteer number, score, match), how often it stands, and what is said of it.

    Names of the same ``kin`` ("Pale", "Pale Township") say nothing for each other. ``hint`` is what the words around say
    that it is: region, city, water or nothing. ``speaks`` tells that it stands for a government or a team ("Kyiv said").
    ``stated`` are the places (number of a name, km) that the report says it lies so far from.
    """

    candidates: Sequence[tuple[int, float, str]]
    kin: int = 0
    count: int = 1
    hint: str = ""
    speaks: bool = False
    stated: tuple[tuple[int, float], ...] = ()


@dataclass
class Block:
    """The names of a report, or of a part of it, with how they stand to each other.

    ``beside`` are pairs of names that stand close to each other, ``qualifiers`` pairs of a name and the name of an area
    behind it. ``cues`` are the countries (ISO 3166-1 alpha-2) that the wording points to, with how many words do.
    ``unsaid`` are names that the report does not mention.
    """

    names: list[Name]
    beside: list[tuple[int, int]] = field(default_factory=list)
    qualifiers: list[tuple[int, int]] = field(default_factory=list)
    cues: dict[str, float] = field(default_factory=dict)
    unsaid: frozenset[int] = frozenset()


class Field:
    """The candidates of a block in columns, one after the other.

    Parameters
    ----------
    block : Block
    atlas : Atlas
    """

    def __init__(self, block: Block, atlas: Atlas) -> None:
        names = block.names
        kept = _kept(block, atlas)
        self.sizes = np.array([len(k) for k in kept], np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)])
        self.owner = np.repeat(np.arange(len(names)), self.sizes)
        flat = [c for k in kept for c in k]
        self.numbers = np.array([c[0] for c in flat], np.int64)
        self.prior = np.array([c[1] for c in flat], np.float64)
        self.matches = [c[2] for c in flat]
        self.places = atlas.columns(self.numbers)
        self.kin = (
            np.unique([name.kin for name in names], return_inverse=True)[1] if names else np.zeros(0, int)
        )
        self.weight = 1 + np.log([max(name.count, 1) for name in names])
        self.block = block
        self._countries, self.country = np.unique(self.places.country, return_inverse=True)
        self._regions, self.region = np.unique(self.places.admin1, return_inverse=True)
        self._fixed = self._fixed_features()
        self._cues(block, atlas)
        self._nearness = self._kernel()
        self._inside = [self._pair(a, b) for a, b in block.qualifiers]
        count = len(names)
        beside = np.zeros((count, count))
        for a, b in block.beside:
            if self.kin[a] != self.kin[b]:
                beside[a, b] = beside[b, a] = 1.0
        self._beside = beside
        self._has_country = self.places.country != 0
        self._has_region = self.places.admin1 != 0

    def rows(self, name: int) -> slice:
        """Return which rows the candidates of a name are."""
        return slice(self.starts[name], self.starts[name + 1])

    def _fixed_features(self) -> Floats:
        kind = self.places.kind
        found = np.zeros((len(self.owner), len(FEATURES)))
        found[:, COLUMN["prior"]] = self.prior
        found[:, COLUMN["country"]] = kind == COUNTRY
        found[:, COLUMN["region"]] = kind == REGION
        found[:, COLUMN["lesser region"]] = kind == LESSER_REGION
        found[:, COLUMN["area"]] = kind == AREA
        found[:, COLUMN["water"]] = kind == WATER
        found[:, COLUMN["site"]] = (kind == AIRFIELD) | (kind == SITE)
        found[:, COLUMN["demonym"]] = [match == "demonym" for match in self.matches]
        found[:, COLUMN["exact"]] = [match == "exact" for match in self.matches]
        settled = np.isin(kind, _SETTLEMENTS)
        found[:, COLUMN["capital"]] = kind == CAPITAL
        found[:, COLUMN["likeness"]] = [match in LIKE for match in self.matches]
        lesser = self._lesser_namesakes()
        found[:, COLUMN["lesser namesake"]], found[:, COLUMN["in part"]] = (
            lesser & (found[:, COLUMN["exact"]] == 1),
            lesser & (found[:, COLUMN["exact"]] == 0),
        )
        found[:, COLUMN["faint"]] = [
            match == "alternate" and prior < 0.45
            for match, prior in zip(self.matches, self.prior, strict=True)
        ]
        power = (kind == CAPITAL) | (kind == COUNTRY)
        agrees = {
            "region": np.where((kind == REGION) | (kind == LESSER_REGION), 1.0, np.where(settled, -1.0, 0.0)),
            "city": np.where(settled, 1.0, -1.0),
            "water": np.where(kind == WATER, 1.0, -1.0),
        }
        for number, name in enumerate(self.block.names):
            part = self.rows(number)
            if name.hint:
                found[part, COLUMN["hint"]] = agrees[name.hint][part]
            if name.speaks:
                found[part, COLUMN["speaks"]] = power[part]
        return found

    def _cues(self, block: Block, atlas: Atlas) -> None:
        """Note for each candidate the share of the wording's cues that point to its country."""
        if not block.cues:
            return
        total = sum(block.cues.values())
        share = np.zeros(len(self.owner))
        for code, weight in block.cues.items():
            share[self.places.country == atlas.country_number(code)] = weight / (total + 1.0)
        self._fixed[:, COLUMN["cue"]] = np.where(self.places.kind == COUNTRY, 0.0, share * np.log1p(total))

    def _lesser_namesakes(self) -> npt.NDArray[np.bool_]:
        """Tell cities that bear the name of a country or region elsewhere with four times their people, or bear it in part."""
        kind, population = self.places.kind, self.places.population
        exact = np.array([match in {"exact", "region"} for match in self.matches], bool)
        areas = exact & ((kind == COUNTRY) | (kind == REGION))
        settled = np.isin(kind, _SETTLEMENTS)
        found = np.zeros(len(self.owner), bool)
        for number in np.unique(self.owner[areas]):
            part = np.arange(self.starts[number], self.starts[number + 1])
            own = part[areas[part]]
            # A region around a city of its name is no more than that city.
            seats = part[settled[part] & exact[part]]
            seat = (self.places.admin1[own][:, None] == self.places.admin1[seats][None, :]) & (
                10 * population[seats][None, :] >= population[own][:, None]
            )
            own = own[~(seat.any(axis=1) & (kind[own] == REGION))]
            if not len(own):
                continue
            greater = population[own][None, :] >= 4 * population[part][:, None]
            elsewhere = self.places.admin1[part][:, None] != self.places.admin1[own][None, :]
            elsewhere |= ~exact[part][:, None]
            lesser = (greater & elsewhere).any(axis=1) & (kind[part] != COUNTRY) & (kind[part] != REGION)
            found[part] = lesser & ~((kind[part] == CAPITAL) & exact[part])
        return found

    def _kernel(self) -> Floats:
        """Return how close each two candidates are, 1 at the same spot, 0 for candidates of one name and for wide places."""
        toward = self.places.toward.astype(np.float32)
        chord2 = np.maximum(2 - 2 * (toward @ toward.T), 0) * np.float32((EARTH_RADIUS_KM / NEAR_KM) ** 2)
        near: Floats = 1 / (1 + chord2) ** 2
        wide = (self.places.radius_km > 150) | (self.places.kind == COUNTRY)
        near[:, wide] = 0
        near[wide, :] = 0
        near[self.numbers[:, None] == self.numbers[None, :]] = 0  # a place is no witness for itself
        near[self.kin[self.owner][:, None] == self.kin[self.owner][None, :]] = 0
        return near

    def _pair(self, one: int, area: int) -> npt.NDArray[np.bool_]:
        """Tell which candidates of a name lie within which candidates of another."""
        return within(self.places, self.rows(one), self.rows(area))

    def features(self, shares: Floats) -> Floats:
        """Return the features of each candidate, given what the names probably mean.

        Parameters
        ----------
        shares : array of shape (candidates,)
            How likely each is, summing to 1 for each name.

        Returns
        -------
        array of shape (candidates, len(FEATURES))
        """
        found = self._fixed.copy()
        owner, kind = self.owner, self.places.kind
        countries, regions = len(self._countries), len(self._regions)
        by_country = self._masses(shares * self._has_country, self.country, countries)
        by_region = self._masses(shares * self._has_region, self.region, regions)
        country = _part(self._of_others(by_country))[owner, self.country]
        region = _part(self._of_others(by_region))[owner, self.region]
        country_beside = _part(self._beside @ by_country)[owner, self.country]
        region_beside = _part(self._beside @ by_region)[owner, self.region]
        country, country_beside = (
            np.log(np.where(self._has_country, x, NOWHERE) + FLOOR) for x in (country, country_beside)
        )
        region, region_beside = (
            np.log(np.where(self._has_region, x, NOWHERE) + FLOOR) for x in (region, region_beside)
        )
        is_country, is_region = kind == COUNTRY, kind == REGION
        found[:, COLUMN["country share"]] = np.where(is_country, np.log(FLOOR), country)
        found[:, COLUMN["region share"]] = np.where(is_country | is_region, np.log(FLOOR), region)
        found[:, COLUMN["country beside"]] = np.where(is_country, np.log(FLOOR), country_beside)
        found[:, COLUMN["region beside"]] = np.where(is_country | is_region, np.log(FLOOR), region_beside)
        found[:, COLUMN["near"]] = np.log1p(self._nearness @ (shares * self.weight[owner]))
        found[:, COLUMN["country holds"]] = np.where(is_country, country, np.log(FLOOR))
        found[:, COLUMN["region holds"]] = np.where(is_region, region, np.log(FLOOR))
        outright = shares * self._has_country * (is_country | (found[:, COLUMN["demonym"]] == 1))
        by_named = self._masses(outright, self.country, countries)
        told = _part(self._of_others(by_named))[owner, self.country]
        found[:, COLUMN["named"]] = np.where(is_country | ~self._has_country, 0.0, told)
        for (one, area), inside in zip(self.block.qualifiers, self._inside, strict=True):
            a = self.rows(one)
            b = self.rows(area)
            found[a, COLUMN["qualified"]] = np.maximum(
                found[a, COLUMN["qualified"]], np.log(inside @ shares[b] + FLOOR) - np.log(FLOOR)
            )
            found[b, COLUMN["qualifies"]] = np.maximum(
                found[b, COLUMN["qualifies"]], np.log(inside.T @ shares[a] + FLOOR) - np.log(FLOOR)
            )
        spots = np.isin(kind, _SPOTS)  # how far is it to a sea or a region?
        for number, name in enumerate(self.block.names):
            part = self.rows(number)
            for other, km in name.stated:
                target = self.rows(other)
                distance = self._distances(part, target)
                agrees = np.exp(-(((distance - km) / (0.25 * km + 10)) ** 2))
                told = agrees @ (shares[target] * spots[target]) * spots[part]
                found[part, COLUMN["stated"]] = np.maximum(found[part, COLUMN["stated"]], told)
        return found

    def _masses(self, shares: Floats, columns: Ints, count: int) -> Floats:
        """Return what the candidates of each name add up to in each of ``count`` columns."""
        masses = np.zeros((len(self.block.names), count))
        np.add.at(masses, (self.owner, columns), shares)
        return masses

    def _of_others(self, masses: Floats) -> Floats:
        """Return for each name what the names that are not its kin add up to in each column."""
        weighted = masses * self.weight[:, None]
        own = np.zeros((int(self.kin.max(initial=-1)) + 1, masses.shape[1]))
        np.add.at(own, self.kin, weighted)
        others: Floats = weighted.sum(axis=0)[None, :] - own[self.kin]
        return np.maximum(others, 0)

    def closest(self, row: int, shares: Floats) -> int:
        """Return the candidate of another name that lies closest to one, counted by how likely it is."""
        return int(np.argmax(self._nearness[row] * shares))

    def _distances(self, one: slice, other: slice) -> Floats:
        dots = np.clip(self.places.toward[one] @ self.places.toward[other].T, -1, 1)
        distances: Floats = np.arccos(dots) * EARTH_RADIUS_KM
        return distances

    def settle(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return how likely each candidate is, and its features, after the last round."""
        shares = self.softmax(self.prior * weights[0])
        features = self._fixed
        for _ in range(ROUNDS):
            features = self.features(shares)
            shares = self.softmax(features @ weights)
        return shares, features

    def softmax(self, scores: Floats) -> Floats:
        """Return the shares of scores among the candidates of each name."""
        if not len(scores):
            return scores
        filled = self.starts[:-1][self.sizes > 0]
        peaks = np.maximum.reduceat(scores, filled)
        sizes = self.sizes[self.sizes > 0]
        shares: Floats = np.exp(scores - np.repeat(peaks, sizes))
        totals = np.add.reduceat(shares, filled)
        shares /= np.repeat(totals, sizes)
        return shares


def _part(masses: Floats) -> Floats:
    """Return each mass as a share of its row, less where the row as a whole says little."""
    shares: Floats = masses / (masses.sum(axis=1, keepdims=True) + 0.5)
    return shares


def _kept(block: Block, atlas: Atlas) -> list[list[tuple[int, float, str]]]:
    """Return the candidates of each name that are weighed: the most prominent, and of the others those where the report plays."""
    most = max(3, min(PER_NAME, MOST_CANDIDATES // max(len(block.names), 1)))
    kept = [list(name.candidates[:most]) for name in block.names]
    if all(len(name.candidates) <= most for name in block.names):
        return kept
    firsts = np.array([name.candidates[0][0] for name in block.names], np.int64)
    areas = atlas.columns(firsts)
    named = set(areas.country[areas.kind == COUNTRY].tolist())
    behind: dict[int, set[int]] = {}
    for inner, area in block.qualifiers:
        behind.setdefault(inner, set()).add(int(areas.admin1[area]))
    for number, name in enumerate(block.names):
        rest = name.candidates[most:]
        if rest:
            places = atlas.columns(np.array([c[0] for c in rest], np.int64))
            there = np.isin(places.country, list(named)) & (places.country != 0)
            inside = np.isin(places.admin1, list(behind.get(number, ()))) & (places.admin1 != 0)
            order = [*np.flatnonzero(inside).tolist(), *np.flatnonzero(there & ~inside).tolist()]
            kept[number] += [rest[at] for at in order[:MORE_PER_NAME]]
    return kept


def within(places: Columns, inner: slice, outer: slice) -> npt.NDArray[np.bool_]:
    """Tell which of some places lie within which of others, as an array (inner, outer)."""
    country = (places.country[inner, None] == places.country[None, outer]) & (
        places.country[inner, None] != 0
    )
    region = (places.admin1[inner, None] == places.admin1[None, outer]) & (places.admin1[inner, None] != 0)
    kind, outer_kind = places.kind[inner, None], places.kind[None, outer]
    dots = places.toward[inner] @ places.toward[outer].T
    reach = np.cos(np.minimum(places.radius_km[None, outer] * 1.2 / EARTH_RADIUS_KM, np.pi))
    near = dots >= reach
    smaller = places.radius_km[inner, None] < places.radius_km[None, outer]
    inside = np.where(
        outer_kind == COUNTRY,
        country & (kind != COUNTRY),
        np.where(
            outer_kind == REGION,
            region & (kind != COUNTRY) & (kind != REGION),
            np.where(outer_kind == LESSER_REGION, region & near & smaller, near & smaller),
        ),
    )
    city = np.isin(outer_kind, _SETTLEMENTS)
    large = places.population[None, outer] > LARGE_CITY
    found: npt.NDArray[np.bool_] = np.where(city, near & smaller & country & large, inside)
    return found
