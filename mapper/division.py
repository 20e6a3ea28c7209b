"""The division of the world's land into units, and the views of which country each unit belongs to.

A unit is the undisputed land of a country, or a piece of land that views give to different countries. The lines between
units are data; which of them are borders follows from a view.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from mapper.errors import DataError, OptionError
from mapper.lines import Lines


@dataclass(frozen=True)
class View:
    """Whose land is whose: ``units`` holds the country of every unit that views differ on."""

    name: str
    title: str
    units: Mapping[str, str]


@dataclass(frozen=True)
class Division:
    """Lines between units of land, the units' codes by number, and the views.

    ``dependencies`` leads from a part of a state that has a code of its own (GF) to the state (FR). ``coasts`` reads the
    coasts, which only some questions need.
    """

    lines: Lines
    units: tuple[str, ...]
    countries: frozenset[str]
    dependencies: Mapping[str, str]
    views: Mapping[str, View]
    coasts: Callable[[], Lines]

    @classmethod
    def read(cls, arrays: Mapping[str, Any], coasts: Callable[[], Mapping[str, Any]]) -> Division:
        """Return the division that ``data/build_borders.py`` writes.

        Raises
        ------
        DataError
            If an array is missing, damaged or of another version.
        """
        lines = Lines(arrays)
        try:
            units = _texts(arrays["units"])
            parts = (text.partition("-") for text in _texts(arrays["dependencies"]))
            views = json.loads(bytes(arrays["views"]))
            return cls(
                lines=lines,
                units=units,
                countries=frozenset(_texts(arrays["codes"])),
                dependencies={part: state for part, _, state in parts},
                views={
                    name: View(
                        name, view["title"], {unit: view["units"][unit] for unit in units if unit.islower()}
                    )
                    for name, view in views.items()
                },
                coasts=lru_cache(maxsize=1)(lambda: Lines(coasts())),
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise DataError(f"the border data are of another version ({error!r}): run `make data`") from error

    def view(self, name: str) -> View:
        """Return a view by its name.

        Raises
        ------
        OptionError
            If there is none of that name.
        """
        if name not in self.views:
            near = get_close_matches(name.lower(), self.views, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise OptionError(f"unknown view {name!r}: {hint}the views are {', '.join(self.views)}")
        return self.views[name]

    def country(self, unit: str, view: str) -> str:
        """Return the country that a unit belongs to in a view."""
        return self.views[view].units.get(unit, unit)

    def separates(self, one: str, other: str) -> bool:
        """Tell whether an international border runs between the land of two countries."""
        return self.state(one) != self.state(other)

    def state(self, country: str) -> str:
        """Return the state that a country with a code of its own is part of, the country itself if it is none."""
        return self.dependencies.get(country, country)


def _texts(array: Any) -> tuple[str, ...]:
    return tuple(str(text, "ascii") for text in array.tolist())
