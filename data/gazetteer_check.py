"""Checks our own tables: every position in its country and region, every name one place's, every code known.

``build.py`` runs it after the rooms; ``python data/gazetteer_check.py`` runs it alone.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import shapely

from mapper import world
from mapper.errors import MapperError
from mapper.model import Point

COAST_KM = 5.0  # how far a pier, a dam or an islet may lie off the land of its country
ISLET_KM = 15.0  # the same where the coasts have no land at all: young islands
OUTLINE_KM = 15.0  # how far outside its region's outline a place may lie: outlines are coarse, and some regions are newer
PLACE_COLUMNS = ["name", "kind", "country", "admin1", "lat", "lon", "radius_km", "names", "source"]
SHAPE_COLUMNS = ["name", "kind", "regions", "shape", "names", "demonyms", "source"]
NAME_COLUMNS = ["kind", "code", "name", "source"]


def faults(folder: Path) -> list[str]:
    """Return what is wrong with the tables, a line each."""
    found = _place_faults(_rows(folder / "gazetteer_places.csv", PLACE_COLUMNS))
    found += _shape_faults(_rows(folder / "gazetteer_shapes.csv", SHAPE_COLUMNS))
    return found + _name_faults(_rows(folder / "gazetteer_names.csv", NAME_COLUMNS))


def _rows(path: Path, columns: list[str]) -> list[tuple[str, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != columns:
            raise SystemExit(f"{path.name}: the columns are {reader.fieldnames}, not {columns}")
        return [(f"{path.name}, line {reader.line_num}: {row['name']}", row) for row in reader]


def _place_faults(rows: list[tuple[str, dict[str, str]]]) -> list[str]:
    found = []
    regions = world.regions()
    known = Counter(
        (row["name"], row["kind"], row["country"], row["admin1"], row["lat"], row["lon"]) for _, row in rows
    )
    for where, row in rows:
        try:
            point = Point(lat=float(row["lat"]), lon=float(row["lon"]))
            radius_km = float(row["radius_km"])
        except (TypeError, ValueError) as error:
            found.append(f"{where}: {error}")
            continue
        if (
            None in row.values()
            or not all(row[key] for key in ("name", "kind", "country", "source"))
            or radius_km <= 0
        ):
            found.append(f"{where}: a cell is empty that may not be, or there is one too many or too few")
            continue
        if known[row["name"], row["kind"], row["country"], row["admin1"], row["lat"], row["lon"]] > 1:
            found.append(f"{where}: stands there twice")
        located = world.locate(point)
        if located.country != row["country"]:
            try:
                away = world.borders().territory(point, row["country"]).km
            except MapperError as error:
                found.append(f"{where}: {error}")
                continue
            if away > (COAST_KM if located.country else ISLET_KM):
                found.append(f"{where}: lies {away:.0f} km outside {row['country']}, in {located.country}")
        elif row["admin1"] and located.admin1 not in {None, row["admin1"]}:
            code = regions.code(row["country"], row["admin1"])
            if code is None:
                found.append(f"{where}: {row['country']} has no region {row['admin1']!r}")
            elif _outside_km(regions.area(row["country"], code), point) > OUTLINE_KM:
                found.append(f"{where}: lies in {located.admin1}, not in {row['admin1']}")
    return found


def _outside_km(area: Any, point: Point) -> float:
    return float(area.distance(shapely.Point(point.lon, point.lat))) * 111.2


def _shape_faults(rows: list[tuple[str, dict[str, str]]]) -> list[str]:
    found = []
    codes = world.gazetteer().files[0].codes
    twice = Counter((row["name"], row["kind"]) for _, row in rows)
    for where, row in rows:
        if twice[row["name"], row["kind"]] > 1:
            found.append(f"{where}: stands there twice")
        if bool(row["regions"]) == bool(row["shape"]) or not row["source"]:
            found.append(f"{where}: give regions or a shape, not both, and a source")
            continue
        unknown = [code for code in row["regions"].split() if code not in codes]
        if unknown:
            found.append(f"{where}: unknown regions {', '.join(unknown)}")
        if row["shape"]:
            try:
                spots = [tuple(float(part) for part in pair.split()) for pair in row["shape"].split(",")]
                wrong = [spot for spot in spots if not (-90 <= spot[0] <= 90 and -180 <= spot[1] <= 360)]
                ring = shapely.Polygon([(lon, lat) for lat, lon in spots]) if len(spots) > 3 else None
            except (ValueError, IndexError) as error:
                found.append(f"{where}: {error}")
                continue
            if wrong:
                found.append(f"{where}: {wrong[0]} is no position")
            if ring is not None and row["kind"] not in {"river", "canal"} and not ring.is_valid:
                found.append(f"{where}: the outline crosses itself")
    return found


def _name_faults(rows: list[tuple[str, dict[str, str]]]) -> list[str]:
    twice = Counter((row["kind"], row["code"], row["name"]) for _, row in rows)
    found = [
        f"{where}: stands there twice"
        for where, row in rows
        if twice[row["kind"], row["code"], row["name"]] > 1
    ]
    return found + [f"{where}: a cell is empty" for where, row in rows if not all(row.values())]


if __name__ == "__main__":
    lines = faults(Path(__file__).parent)
    print("\n".join(lines) or "no faults")
    raise SystemExit(bool(lines))
