"""Names on a picture: the places of incidents first, then countries and towns; what would overlap is left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mapper.model import Place
from mapper.picture_ground import Frame
from mapper.picture_text import clean, shorten, width

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SIZE = 11.5
COUNTRY_SIZE = 11.0
COUNTRY_SPACING = 0.8
HEIGHT = 14.0
LONGEST = 190.0  # pixels
GAP = 6.0
NEAR = 60.0  # pixels within which a name is written once
MOST = 260
Box = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A name, where its outline begins (the left end of its base line), and the dot that it belongs to, if any.

    ``style`` is event, country, capital or town.
    """

    text: str
    x: float
    y: float
    style: str
    dot: tuple[float, float] | None = None


class Names:
    """Finds room for names on a frame."""

    def __init__(self, frame: Frame, taken: Iterable[Box]) -> None:
        self.frame = frame
        self.taken = list(taken)
        self.found: list[Name] = []
        self._written: dict[str, list[tuple[float, float]]] = {}

    def free(self, box: Box) -> bool:
        """Tell whether a box lies within the frame and over nothing else."""
        left, top, right, bottom = box
        if not (self.frame.holds(left, top, 3) and self.frame.holds(right, bottom, 3)):
            return False
        return not any(left < t[2] and right > t[0] and top < t[3] and bottom > t[1] for t in self.taken)

    def event(self, text: str, at: Sequence[float] | Floats, reach: float) -> None:
        """Write the name of an incident's place beside what stands there."""
        x, y = float(at[0]), float(at[1])
        text = shorten(clean(text), SIZE, LONGEST, bold=True)
        wide = width(text, SIZE, bold=True) + 4
        spots = []
        for away in (reach + 3, reach + 20):
            spots += [
                (x - wide / 2, y + away),
                (x + away, y - HEIGHT / 2),
                (x - wide - away, y - HEIGHT / 2),
                (x - wide / 2, y - HEIGHT - away),
                (x + away * 0.7, y + away * 0.7),
                (x - wide - away * 0.7, y + away * 0.7),
            ]
        self._write(text, x, y, "event", wide, spots)

    def town(self, text: str, lat: float, lon: float, *, capital: bool = False) -> None:
        """Write the name of a town beside a dot."""
        x, y = self.frame.pixels(lat, lon).tolist()
        if not self.frame.holds(x, y, 4) or not self.free((x - 3, y - 3, x + 3, y + 3)):
            return
        text = shorten(clean(text), SIZE, LONGEST)
        wide = width(text, SIZE) + 4
        spots = [
            (x + GAP, y - HEIGHT / 2),
            (x - wide - GAP, y - HEIGHT / 2),
            (x - wide / 2, y + GAP),
            (x - wide / 2, y - HEIGHT - GAP),
        ]
        self._write(text, x, y, "capital" if capital else "town", wide, spots, dot=(x, y))

    def country(self, text: str, lat: float, lon: float, *, above: float = 0.0) -> bool:
        """Write the name of a country; tell whether there was room."""
        x, y = self.frame.pixels(lat, lon).tolist()
        text = shorten(clean(text).upper(), COUNTRY_SIZE, LONGEST * 1.5, bold=True)
        wide = width(text, COUNTRY_SIZE, bold=True) + COUNTRY_SPACING * len(text) + 4
        steps = (0.0,) if not above else (-above, above, -1.8 * above, 1.8 * above)
        spots = [(x - wide / 2, y - HEIGHT / 2 + step) for step in steps]
        return self._write(text, x, y, "country", wide, spots)

    def _write(
        self,
        text: str,
        x: float,
        y: float,
        style: str,
        wide: float,
        spots: Sequence[tuple[float, float]],
        dot: tuple[float, float] | None = None,
    ) -> bool:
        twins = self._written.setdefault(text, [])
        if not text or len(self.found) >= MOST or any(math.hypot(a - x, b - y) < NEAR for a, b in twins):
            return False
        for left, top in spots:
            box = (left, top, left + wide, top + HEIGHT)
            if not self.free(box):
                continue
            self.taken.append(box)
            if dot:
                self.taken.append((x - 3, y - 3, x + 3, y + 3))
            twins.append((x, y))
            self.found.append(Name(text=text, x=left + 2, y=top + HEIGHT - 3.5, style=style, dot=dot))
            return True
        return False


def write_names(
    names: Names,
    ground: Mapping[str, Any],
    countries: Mapping[str, str],
    labels: Sequence[Place],
) -> None:
    """Write the names of countries and towns, the most important first.

    Parameters
    ----------
    names
        Where they are written; the places of the incidents stand there already.
    ground
        As ``picture_ground.read_ground`` gives it.
    countries
        The name of each country by its code.
    labels
        Towns around the incidents, most important first.
    """
    frame, zoom = names.frame, names.frame.zoom
    written = set()
    for code, lat, lon, area in ground["countries"]:
        # Side of a square as large as the country; a name needs some room.
        side = math.sqrt(area * 1000) / max(frame.km_per_pixel(lat), 1e-9)
        name = countries.get(code)
        if name and side > 5.5 * math.sqrt(len(name)) + 12 and names.country(name, lat, lon):
            written.add(code)
    near = [label for label in labels if _within(frame, label)]
    for code in sorted({label.country for label in near if label.country} - written):
        # Zoomed in, the middle of a country mostly lies outside: its name goes to one of its towns.
        towns = [label for label in near if label.country == code]
        lat = sum(town.point.lat for town in towns) / len(towns)
        lon = sum(town.point.lon for town in towns) / len(towns)
        town = min(towns, key=lambda t: (math.hypot(t.point.lat - lat, t.point.lon - lon), t.name))
        if code in countries and zoom >= 5:
            names.country(countries[code], town.point.lat, town.point.lon, above=22.0)
    if zoom >= 7:
        for label in labels:
            names.town(label.name, label.point.lat, label.point.lon)
    least = 12000 if zoom < 3 else 30000 / 2.25 ** (zoom - 2)
    for name, lat, lon, population, capital in ground["cities"]:
        if population >= (least / 6 if capital else least):
            names.town(name, lat, lon, capital=bool(capital))
    for label in labels:
        if zoom < 7 and label.population / 1000 >= least:
            names.town(label.name, label.point.lat, label.point.lon)


def _within(frame: Frame, label: Place) -> bool:
    x, y = frame.pixels(label.point.lat, label.point.lon).tolist()
    return frame.holds(x, y, 30)
