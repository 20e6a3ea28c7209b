"""Distances to land borders and territories, exact on the WGS 84 ellipsoid, in one view of whose land is whose.

A question about one point, or a few, is answered by :mod:`mapper.lines` at a millisecond each. Where one border is
asked about often, an index (:mod:`mapper.tree`) is made that answers some hundred thousand points a second. Both find
the same nearest place: they differ by millimetres up to 2,000 km, by less than a metre at the antipode.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mapper.division import Division
from mapper.errors import CoordinateError, OptionError
from mapper.finder import Finder
from mapper.lines import SEA, Lines
from mapper.model import DEFAULT_VIEW, BorderDistance, Point, TerritoryDistance, coordinate_fault

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

FEW = 40  # points; listing all lines by columns costs as much time as that many of them
KEPT = 8  # finders: each may hold an index of up to some 100 MB
FAULTS_SHOWN = 5


class BorderDistances(NamedTuple):
    """Distances of many points: ``km``, ``lat`` and ``lon`` of the nearest place, ``border`` like "RU-UA"."""

    km: Floats
    lat: Floats
    lon: Floats
    border: NDArray[np.str_]


class TerritoryDistances(NamedTuple):
    """Distances of many points to a country's territory.

    ``km`` is 0 inside, ``depth_km`` 0 outside; ``lat`` and ``lon`` are the nearest place of the territory's edge, and
    ``neighbour`` who is beyond it, "" at a coast.
    """

    km: Floats
    depth_km: Floats
    lat: Floats
    lon: Floats
    neighbour: NDArray[np.str_]


class Borders:
    """The land borders and territories of the world in one view.

    Parameters
    ----------
    division
        The land of the world in units.
    view
        Name of the view: one of ``division.views``.

    Raises
    ------
    OptionError
        If there is no such view.
    """

    def __init__(self, division: Division, view: str = DEFAULT_VIEW) -> None:
        owner = division.view(view).units
        self.view = view
        self._division = division
        self._names = sorted(division.countries | set(owner.values()))
        number = {code: row for row, code in enumerate(self._names)}
        self._owner = np.array([number[owner.get(unit, unit)] for unit in division.units] + [SEA])
        state = np.array([number[division.state(code)] for code in self._names])
        lines = division.lines
        left, right = self._owner[lines.left], self._owner[lines.right]
        border = (left != right) & (state[left] != state[right]) & (left != SEA) & (right != SEA)
        self._pair = np.column_stack([np.minimum(left, right), np.maximum(left, right)])
        self._rows = np.nonzero(border)[0]
        self._left, self._right = left, right
        self._finders: OrderedDict[tuple[Any, ...], Finder] = OrderedDict()
        self._lock = threading.Lock()
        self._located = 0
        self._alike = False

    # What there is

    @cached_property
    def _pairs(self) -> frozenset[tuple[str, str]]:
        found = np.unique(self._pair[self._rows], axis=0).tolist()
        return frozenset((self._names[one], self._names[other]) for one, other in found)

    def countries(self) -> set[str]:
        """Return the codes of all countries of this view: ISO 3166-1 alpha-2, and X… where that has none."""
        return set(self._names)

    def pairs(self) -> set[tuple[str, str]]:
        """Return the pairs of countries (alphabetical order) that share a land border."""
        return set(self._pairs)

    def neighbours(self, country: str) -> list[str]:
        """Return the codes of the countries that share a land border with ``country``, sorted.

        Raises
        ------
        OptionError
            If the code is unknown.
        """
        code = self._names[self._code(country)]
        return sorted({other for pair in self._pairs if code in pair for other in pair if other != code})

    def lines(self, pair: tuple[str, str]) -> list[Floats]:
        """Return the border between two countries as arrays of shape ``(n, 2)``: latitude and longitude in degrees.

        Along each line the country that comes first in the alphabet lies on the left.

        Raises
        ------
        OptionError
            If the two share no land border.
        """
        one, other = self._pair_numbers(pair)
        rows = self._rows_between(one, other)
        lines = ((self._division.lines.line(row), self._left[row] == one) for row in rows)
        return [line if forward else line[::-1] for line, forward in lines]

    def drawn(self, units: Sequence[Sequence[str]]) -> list[tuple[str, str, str] | None]:
        """Return what the line between two units of land is in this view, for a map.

        Parameters
        ----------
        units
            Pairs of units of ``division.units``.

        Returns
        -------
        list of tuple or None
            For each pair the two countries in alphabetical order, and ``agreed`` for an international border in every view,
            ``disputed`` for one here but not in every view, ``elsewhere`` for one in other views only (the two countries
            are then the same, or a state and a part of it); None where no view has a border.
        """
        division = self._division
        found: list[tuple[str, str, str] | None] = []
        for pair in units:
            one, other = sorted(division.country(unit, self.view) for unit in pair)
            borders = {
                division.separates(*(division.country(unit, view) for unit in pair))
                for view in division.views
            }
            kind = "disputed" if len(borders) > 1 else "agreed"
            drawn = (one, other, kind if division.separates(one, other) else "elsewhere")
            found.append(drawn if any(borders) else None)
        return found

    def length_km(self, pair: tuple[str, str]) -> float:
        """Return the geodesic length of the border between two countries at this resolution."""
        from mapper.geodesy import distances_km

        return sum(
            float(distances_km(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1]).sum())
            for line in self.lines(pair)
        )

    # Borders

    def answer_alike(self) -> None:
        """From now on answer the same to the last digit, whatever was asked before: for a run that may be taken up again.

        The nearest border of any is then always found by the index, that of a country or a pair, and a territory's edge,
        always without.
        """
        with self._lock:
            self._alike = True
            self._finders.clear()

    def nearest(
        self,
        point: Point,
        *,
        to: str | None = None,
        pair: tuple[str, str] | None = None,
        radius_km: float = 0.0,
    ) -> BorderDistance:
        """Return the distance to the nearest land border.

        Parameters
        ----------
        point
            Where to measure from.
        to
            Only borders of this country (ISO 3166-1 alpha-2).
        pair
            Only the border between these two countries.
        radius_km
            How far the place reaches from ``point``. As moving by ``r`` changes a distance by at most ``r``, the
            distance of every place within the radius lies in ``max(0, km - radius_km)..km + radius_km``.

        Raises
        ------
        OptionError
            If a code is unknown, the country has no land border, the two share none, or the radius is no length.
        """
        check_radius(radius_km)
        finder = self._finder(*self._border_key(to, pair))
        found = finder.nearest(np.array([point.lat]), np.array([point.lon]), alone=True)
        km, lat, lon = (float(column[0]) for column in found[:3])
        one, other = self._pair[found.line[0]]
        return BorderDistance(
            km=km,
            low_km=max(0.0, km - radius_km),
            high_km=km + radius_km,
            border=(self._names[one], self._names[other]),
            nearest_point=Point(lat=lat, lon=lon),
            view=self.view,
        )

    def nearest_many(
        self,
        lat: ArrayLike,
        lon: ArrayLike,
        to: str | None = None,
        *,
        pair: tuple[str, str] | None = None,
    ) -> BorderDistances:
        """Return the distances of many points to the nearest land border (of a country or pair, as :meth:`nearest`).

        ``lat`` and ``lon`` have shape ``(n,)``, degrees, as has every array of the answer.

        Raises
        ------
        OptionError
            As :meth:`nearest`.
        CoordinateError
            If positions are no places on Earth: it names them by their number in the arrays.
        """
        finder = self._finder(*self._border_key(to, pair))
        km, at_lat, at_lon, _, line = finder.nearest(*checked_positions(lat, lon))
        return BorderDistances(km, at_lat, at_lon, self._pair_labels[line])

    # Territories

    def country(self, point: Point) -> str | None:
        """Return the country that a point lies in, None at sea. On a border line, that is the country north of it."""
        code = int(self._countries(np.array([point.lat]), np.array([point.lon]))[0])
        return None if code == SEA else self._names[code]

    def country_by_borders(self, point: Point) -> str | None:
        """Return the country on the near side of the first border to the north, None where there is none.

        For a point known to be on land with no sea on the way that is its country; it needs no coasts.
        """
        code = int(self._owner[self._division.lines.above(point.lat, point.lon)[2]])
        return None if code == SEA else self._names[code]

    def country_many(self, lat: ArrayLike, lon: ArrayLike) -> NDArray[np.str_]:
        """Return the country (alpha-2) of each point, "" at sea; arrays of shape ``(n,)``, degrees.

        Raises
        ------
        CoordinateError
            As :meth:`nearest_many`.
        """
        return self._labels[self._countries(*checked_positions(lat, lon))]

    def territory(self, point: Point, country: str, *, radius_km: float = 0.0) -> TerritoryDistance:
        """Return how far a point lies from a country's territory (across water too), or how deep inside.

        Parameters
        ----------
        point
            Where to measure from.
        country
            ISO 3166-1 alpha-2. Dependencies with a code of their own are not part of it.
        radius_km
            How far the place reaches from ``point``.

        Raises
        ------
        OptionError
            If the code is unknown, the country has no land in this view, or the radius is no length.
        """
        check_radius(radius_km)
        found = self._territory(np.array([point.lat]), np.array([point.lon]), country, alone=True)
        km, depth = float(found.km[0]), float(found.depth_km[0])
        return TerritoryDistance(
            country=self._names[self._code(country)],
            km=km,
            low_km=max(0.0, km - radius_km),
            high_km=max(0.0, km + radius_km - depth),
            depth_km=depth,
            nearest_point=Point(lat=float(found.lat[0]), lon=float(found.lon[0])),
            neighbour=str(found.neighbour[0]) or None,
            view=self.view,
        )

    def territory_many(self, lat: ArrayLike, lon: ArrayLike, country: str) -> TerritoryDistances:
        """Return :meth:`territory` for many points: arrays of shape ``(n,)``, degrees and kilometres.

        Raises
        ------
        OptionError
            As :meth:`territory`.
        CoordinateError
            As :meth:`nearest_many`.
        """
        return self._territory(*checked_positions(lat, lon), country)

    # Within

    def _territory(
        self, lat: Floats, lon: Floats, country: str, *, alone: bool = False
    ) -> TerritoryDistances:
        code = self._code(country)
        edge, at_lat, at_lon, group, line = self._finder("territory", code).nearest(lat, lon, alone=alone)
        inside = self._countries(lat, lon) == code
        rows = np.where(group == 0, line, 0)
        beyond = np.where(self._left[rows] == code, self._right[rows], self._left[rows])
        neighbour = self._labels[np.where(group == 0, beyond, SEA)]
        return TerritoryDistances(
            np.where(inside, 0.0, edge), np.where(inside, edge, 0.0), at_lat, at_lon, neighbour
        )

    @cached_property
    def _coasts(self) -> Lines:
        return self._division.coasts()

    @cached_property
    def _labels(self) -> NDArray[np.str_]:
        return np.array([*self._names, ""], dtype=np.str_)  # SEA is the last

    @cached_property
    def _pair_labels(self) -> NDArray[np.str_]:
        """The two countries beside each line, like "RU-UA"."""
        return np.array(["-".join(self._names[code] for code in pair) for pair in self._pair], dtype=np.str_)

    def _rows_between(self, *codes: int | None) -> Integers:
        """Return the numbers of the border lines between two countries."""
        rows: Integers = self._rows[(self._pair[self._rows] == codes).all(axis=1)]
        return rows

    def _code(self, country: str) -> int:
        code = country.upper()
        if code in self._names:
            return self._names.index(code)
        near = get_close_matches(code, self._names, n=3, cutoff=0.5) if len(code) < 4 else []
        hint = f" (close: {', '.join(near)})" if near else ""
        raise OptionError(f"unknown country code {country!r}{hint}: give ISO 3166-1 alpha-2, such as UA")

    def _pair_numbers(self, pair: tuple[str, str]) -> tuple[int, int]:
        one, other = sorted(self._names[self._code(code)] for code in pair)
        if (one, other) not in self._pairs:
            raise OptionError(
                f"{one} and {other} share no land border; neighbours of {one}: {self._listed(one)}; "
                f"neighbours of {other}: {self._listed(other)}"
            )
        return self._names.index(one), self._names.index(other)

    def _listed(self, code: str) -> str:
        return ", ".join(self.neighbours(code)) or "none"

    def _border_key(self, to: str | None, pair: tuple[str, str] | None) -> tuple[Any, ...]:
        """Return what names the borders that are asked for."""
        code = None
        if to is not None:
            code = self._code(to)
            if not self.neighbours(to):
                raise OptionError(
                    f"{self._names[code]} has no land border with another country: ask for the nearest border of "
                    "any, or for the distance to its territory"
                )
        if pair is None:
            return ("border", code)
        numbers = self._pair_numbers(pair)
        if code is not None and code not in numbers:
            names = "-".join(self._names[number] for number in numbers)
            raise OptionError(f"the border {names} is none of {to}: leave one out")
        return ("pair", *numbers)

    def _finder(self, what: str, *codes: int | None) -> Finder:
        """Return what finds the nearest place on a pair's border, on a country's or any, or on a territory's edge."""
        key = (what, *codes)
        with self._lock:
            if key in self._finders:
                self._finders.move_to_end(key)
                return self._finders[key]
        lines, rows, code = self._division.lines, self._rows, codes[0]
        groups = [(lines, rows)]
        if what == "pair":
            groups = [(lines, self._rows_between(*codes))]
        elif what == "territory":
            edge = (self._left == code) ^ (self._right == code)
            coast = self._owner[self._coasts.left] == code
            groups = [(lines, np.nonzero(edge)[0]), (self._coasts, np.nonzero(coast)[0])]
        elif code is not None:
            groups = [(lines, rows[(self._pair[rows] == code).any(axis=1)])]
        if not any(len(rows) for _, rows in groups):
            raise OptionError(f"{self._names[code or 0]} has no land in the view {self.view!r}")
        with self._lock:
            indexed = key == ("border", None) if self._alike else None
            finder = self._finders.setdefault(key, Finder(groups, indexed=indexed))
            while len(self._finders) > KEPT:
                self._finders.popitem(last=False)
        return finder

    def _countries(self, lat: Floats, lon: Floats) -> Integers:
        """Return the number of the country of each point, SEA at sea."""
        groups = (self._division.lines, self._coasts)
        lon = np.where(lon == 180, -180.0, lon)
        self._located += len(lat)
        if self._located > FEW:
            from mapper import columns

            units = columns.units(self._columns, lat, lon)
        else:
            firsts = [
                min(group.above(float(y), float(x)) for group in groups)
                for y, x in zip(lat, lon, strict=True)
            ]
            units = np.array([unit for _, _, unit in firsts], dtype=np.int64)
        return self._owner[units]  # SEA is -1, the last

    @cached_property
    def _columns(self) -> Any:
        from mapper import columns

        return columns.build((self._division.lines, self._coasts))


def check_radius(radius_km: float) -> None:
    """Raise OptionError unless a radius is a finite length."""
    if not (math.isfinite(radius_km) and radius_km >= 0):
        raise OptionError(f"a radius of {radius_km!r} km is no length: give 0 or more")


def checked_positions(lat: ArrayLike, lon: ArrayLike) -> tuple[Floats, Floats]:
    """Return latitudes and longitudes as arrays of floats.

    Raises
    ------
    CoordinateError
        If the two differ in shape, hold no numbers, or hold positions that are no places on Earth, which are named by
        their number.
    """
    try:
        lats, lons = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise CoordinateError(f"latitudes and longitudes must be numbers of degrees: {error}") from error
    if lats.ndim != 1 or lats.shape != lons.shape:
        raise CoordinateError(
            f"latitudes of shape {lats.shape} and longitudes of shape {lons.shape}: give two rows of one length"
        )
    with np.errstate(invalid="ignore"):
        wrong = np.nonzero(~((abs(lats) <= 90) & (abs(lons) <= 180)))[0]
    if len(wrong):
        shown = [
            f"at {row}: {coordinate_fault(float(lats[row]), float(lons[row]))}"
            for row in wrong[:FAULTS_SHOWN].tolist()
        ]
        more = f"; and {len(wrong) - FAULTS_SHOWN} more" if len(wrong) > FAULTS_SHOWN else ""
        raise CoordinateError(
            f"{len(wrong)} of {len(lats)} positions are no places on Earth: {'; '.join(shown)}{more}"
        )
    return lats, lons
