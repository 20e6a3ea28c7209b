"""Builds ``borders.npz`` and ``coasts.npz``: one division of the world's land into units, and their lines.

A unit is a country's undisputed land (its code) or a disputed piece (a slug like "crimea"), and a view says to which
country each disputed unit belongs (``views.csv``). The division is made in three steps, each of them planar (see
``borders_planar``), so that the lines around each unit close, whatever gaps and overlaps the sources have:

1. The countries of 2017 give the land, gaps between them filled, and the outlines of some disputed pieces.
2. The land, its coast simplified, is divided by the outlines of the time zones of 2026, which follow the borders.
3. Disputed pieces without a zone of their own are cut out (``borders_carve``).

File layout (all that :mod:`mapper.borders` reads), in both files:

``lat``, ``lon``
    uint8 arrays of shape (4, n) as :func:`mapper.planes.pack` makes them, in steps of 1e-6 degree.
``lengths``
    int32, the number of vertices of each line; a closed line repeats its first vertex.
``left``, ``right``
    int16 rows in ``units``: the land on either side of a walk along the line (``coasts.npz`` has no ``right``: there
    is the sea).
``units``
    Fixed-width ASCII, sorted.

``borders.npz`` further holds ``codes`` (all known country codes), ``dependencies`` ("GF-FR": no international border
runs between the two) and ``views``, UTF-8 JSON ``{view: {"title": ..., "units": {disputed unit: country}}}`` as bytes.
Lines break at the antimeridian; it and the edge of the source's Antarctica at 85 degrees south are no coasts.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import borders_carve
import borders_check
import borders_planar as planar
import borders_sources as sources
import numpy as np
import shapely
from borders_carve import Carve
from borders_planar import NOBODY, SEAM, STEPS
from borders_units import STATE, Cover, base_units, carved, units

from mapper.planes import pack

VIEWS = Path(__file__).parent / "views.csv"
COAST_M = 25.0  # how far a simplified coast may lie from the source's
BORDER_M = 5.0
SMALLEST_ISLET_KM2 = 0.04
POLAR = -85_051_000  # where the source cuts Antarctica off
FINE_KM, COARSE_KM = (
    0.3,
    3.0,
)  # how far outlines of 2017, and those of Natural Earth, lie from the borders of 2026
REGIONS = {
    "donetsk": {"UA-14"},
    "kherson": {"UA-65"},
    "luhansk": {"UA-09"},
    "zaporizhzhia": {"UA-23"},
    "somaliland": {"-99-X11~"},
    "pakistani_kashmir": {"PK-JK", "PK-GB"},
    "jammu_kashmir": {"IN-JK"},
    "ladakh": {"IN-LA", "-99-X06~"},
    "arunachal_pradesh": {"IN-AR"},
}
CARVES = (
    Carve("kosovo", ("RS",), "2017", FINE_KM, 5),
    Carve("west_bank", ("IL",), "2017", 0.1, 0.5),
    Carve("east_jerusalem", ("IL",), "2017", 0.1, 0.5),
    Carve("western_sahara_west", ("western_sahara_east",), "2017", FINE_KM, 15),
    Carve("bir_tawil", ("EG", "SD"), "2017", COARSE_KM, 50),
    Carve("ilemi", ("KE", "SS", "ET"), "2017", FINE_KM, 50),
    Carve("donetsk", ("UA",), "regions", COARSE_KM, 36),
    Carve("luhansk", ("UA",), "regions", COARSE_KM, 36),
    Carve("zaporizhzhia", ("UA",), "regions", COARSE_KM, 60),
    Carve("kherson", ("UA",), "regions", COARSE_KM, 60),
    Carve("somaliland", ("SO",), "regions", COARSE_KM, 100),
    Carve("pakistani_kashmir", ("PK",), "regions", COARSE_KM, 150),
    Carve("jammu_kashmir", ("IN",), "regions", COARSE_KM, 150),
    Carve("ladakh", ("IN",), "regions", COARSE_KM, 150),
    Carve("arunachal_pradesh", ("IN",), "regions", COARSE_KM, 150),
    Carve("golan", ("IL",), "claim lines", COARSE_KM / 2, 50, (35.8, 33.0)),
    Carve("abkhazia", ("GE",), "claim lines", COARSE_KM, 100, (41.0, 43.0)),
    Carve("south_ossetia", ("GE",), "claim lines", COARSE_KM, 100, (43.97, 42.23)),
    Carve("transnistria", ("MD",), "claim lines", COARSE_KM / 2, 50, (29.6, 46.87)),
    Carve("aksai_chin", ("CN",), "claim lines", COARSE_KM, 150, (79.5, 35.2)),
    Carve("shaksgam", ("CN",), "claim lines", COARSE_KM, 150, (76.55, 36.03)),
    Carve("essequibo", ("GY",), "claim lines", COARSE_KM, 150, (-60.0, 6.0)),
)


def build(folder: Path) -> list[dict[str, Any]]:
    """Write ``borders.npz`` and ``coasts.npz`` into ``folder`` and return their manifest entries."""
    faces, names, codes = divide()
    listed = sorted(set(names.tolist()) - {""})
    rows = {name: number for number, name in enumerate(listed)} | {"": NOBODY}
    views = read_views(listed)
    codes = sorted({*codes, *(code for view in views.values() for code in view["units"].values())})

    start, end, left, right = _edges(faces, np.array([rows[name] for name in names.tolist()]))
    busy = _busy(start, end, left, right)
    kind = left * 1000 + right
    border = right != NOBODY
    lines, kinds = planar.chains(start[border], end[border], kind[border], busy)
    shores, shore_unit = planar.chains(start[~border], end[~border], left[~border], busy)

    common = {"units": np.array(listed, dtype="S24")}
    np.savez_compressed(
        folder / "borders.npz",
        **_packed(lines),
        left=(kinds // 1000).astype(np.int16),
        right=(kinds % 1000).astype(np.int16),
        **common,
        codes=np.array(codes, dtype="S2"),
        dependencies=np.array(sorted(f"{part}-{state}" for part, state in STATE.items()), dtype="S5"),
        views=np.frombuffer(json.dumps(views, ensure_ascii=False).encode(), dtype=np.uint8),
    )
    np.savez_compressed(folder / "coasts.npz", **_packed(shores), left=shore_unit.astype(np.int16), **common)
    borders_check.check(folder / "borders.npz", folder / "coasts.npz")
    old = f"npm {' '.join(sources.COUNTRIES[:2])} (OpenStreetMap, 2017-12)"
    return [
        {
            "file": "borders.npz",
            "sources": [
                old,
                f"PyPI {' '.join(sources.ZONES[:2])} (OpenStreetMap, time-zone release 2026c)",
                f"PyPI {' '.join(sources.ZONE_TABLE[:2])} (zone.tab)",
                f"npm {' '.join(sources.OUTLINES[:2])} (Natural Earth 10 m admin-1)",
                "claim_lines.json (Natural Earth 10 m)",
                "views.csv",
            ],
            "licence": "ODbL-1.0",
            "date": "2026-08",
            "about": f"lines between {len(listed)} units of land at {BORDER_M:.0f} m, and {len(views)} views of whose they are",
        },
        {
            "file": "coasts.npz",
            "sources": [old],
            "licence": "ODbL-1.0",
            "date": "2017-12",
            "about": f"coasts of the same units at {COAST_M:.0f} m",
        },
    ]


def divide() -> tuple[planar.Faces, Any, list[str]]:
    """Return the faces of the division, the unit of each ("" for the sea), and all country codes."""
    polygons, owner = sources.countries()
    old = planar.faces(shapely.get_parts(shapely.boundary(polygons)))
    old_names = base_units(old, _covers(old, polygons, owner))
    land = _land(old, old_names)

    zones, country = sources.zones()
    lines = planar.simplified(sources.timezone_areas.lines(zones, country), BORDER_M)
    middle = planar.faces(np.r_[shapely.get_parts(shapely.boundary(land)), _strings(lines)])
    inside = shapely.point_on_surface(middle.polygons)
    is_land = np.zeros(len(inside), dtype=bool)
    is_land[planar.covering(inside, shapely.make_valid(land))[0]] = True
    before = _nearest(inside, old, old_names)
    names = units(middle, is_land, before, _covers(middle, zones, country))

    forms = _forms(old, old_names)
    start, end, _, _ = _edges(middle, np.unique(names, return_inverse=True)[1] - 1, seams=True)
    edges = planar.chains(start, end, np.zeros(len(start), dtype=np.int64), np.array([], dtype=np.int64))[0]
    faces = planar.faces(np.r_[_strings(edges), _cuts(middle, names, forms)])
    found, face = planar.covering(shapely.point_on_surface(faces.polygons), middle.polygons)
    final = np.full(len(faces.polygons), "", dtype="U24")
    final[found] = names[face]
    final = carved(faces, final, CARVES, forms)
    return faces, final, sorted(set(owner.tolist()))


def _covers(faces: planar.Faces, polygons: Any, owner: Any) -> list[Cover]:
    valid = np.where(shapely.is_valid(polygons), polygons, shapely.make_valid(polygons))
    area = shapely.area(valid)
    covers: list[Cover] = [{} for _ in faces.polygons]
    found, polygon = planar.covering(shapely.point_on_surface(faces.polygons), valid)
    for face, code, size in zip(found.tolist(), owner[polygon].tolist(), area[polygon].tolist(), strict=True):
        covers[face][code] = min(size, covers[face].get(code, size))
    return covers


def _land(faces: planar.Faces, names: Any) -> Any:
    """Return the land as polygons with simplified coasts, without islets that are small beside their country's."""
    parts = shapely.get_parts(shapely.coverage_union_all(faces.polygons[names != ""]))
    size = planar.km2(parts)
    face, where = planar.covering(shapely.point_on_surface(faces.polygons), parts)
    of = names[face].tolist()
    largest: dict[str, float] = {}
    for name, part in zip(of, where.tolist(), strict=True):
        largest[name] = max(largest.get(name, 0.0), float(size[part]))
    kept = size >= SMALLEST_ISLET_KM2
    for name, part in zip(of, where.tolist(), strict=True):
        kept[part] |= largest[name] < SMALLEST_ISLET_KM2
    rings, part = shapely.get_rings(shapely.orient_polygons(parts[kept]), return_index=True)
    steps = [np.rint(shapely.get_coordinates(ring) * STEPS).astype(np.int64) for ring in rings]
    thin = planar.simplified(steps, COAST_M)
    rows = np.repeat(np.arange(len(thin)), [len(ring) for ring in thin])
    return shapely.polygons(shapely.linearrings(np.concatenate(thin) / STEPS, indices=rows), indices=part)


def _nearest(points: Any, faces: planar.Faces, names: Any) -> Any:
    """Return the unit at each point, or the nearest one where a coast was moved."""
    row = np.full(len(points), NOBODY)
    found, face = planar.covering(points, faces.polygons[names != ""])
    row[found] = face
    lost = np.nonzero(row == NOBODY)[0]
    row[lost] = shapely.STRtree(faces.polygons[names != ""]).nearest(points[lost])
    return names[names != ""][row]


def _strings(lines: list[Any]) -> Any:
    rows = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    return shapely.linestrings(np.concatenate(lines) / STEPS, indices=rows)


def _forms(old: planar.Faces, old_names: Any) -> dict[str, Any]:
    """Return the outline (a polygon), or the lines, of each piece that is to be cut out."""
    regions = sources.regions(set().union(*REGIONS.values()))
    claims = sources.claim_lines()
    forms = {}
    for unit, _, source, *_ in CARVES:
        if source == "2017":
            forms[unit] = shapely.coverage_union_all(old.polygons[old_names == unit])
        elif source == "regions":
            forms[unit] = shapely.union_all([regions[code] for code in sorted(REGIONS[unit])])
        else:
            forms[unit] = claims[unit]
    return forms


def _cuts(faces: planar.Faces, names: Any, forms: dict[str, Any]) -> Any:
    """Return the lines to cut along; a cut that an earlier one of the same country has made is not made again."""
    made: dict[str, list[Any]] = {}
    for unit, parents, _, near_km, *_ in CARVES:
        for parent in parents:
            land = shapely.coverage_union_all(faces.polygons[names == parent])
            earlier = made.setdefault(parent, [])
            earlier.extend(borders_carve.cuts(land, forms[unit], near_km, earlier))
    return np.array([line for lines in made.values() for line in lines])


def read_views(listed: list[str]) -> dict[str, Any]:
    """Return the views of ``views.csv``; each must speak of each disputed unit, and of no other."""
    with VIEWS.open(encoding="utf-8", newline="") as file:
        rows = {row["unit"]: row for row in csv.DictReader(file)}
    titles = rows.pop("title")
    disputed = [unit for unit in listed if unit.islower()]
    if set(disputed) != set(rows):
        raise SystemExit(
            f"views.csv and the division differ in {sorted(set(disputed) ^ set(rows))}: add or remove these units"
        )
    return {
        view: {
            "title": title,
            "units": {unit: rows[unit][view] or rows[unit]["international"] for unit in disputed},
        }
        for view, title in titles.items()
        if view not in {"unit", "name", "note", "source"}
    }


def _edges(faces: planar.Faces, unit: Any, seams: bool = False) -> tuple[Any, ...]:
    """Return start, end, left and right unit of the edges between two units, or with land left and sea right.

    Edges along the antimeridian and the southern rim are left out, unless ``seams``.
    """
    left, right = (np.where(side == NOBODY, NOBODY, unit[side]) for side in (faces.left, faces.right))
    seam = (np.abs(faces.start[:, 0]) == SEAM) & (np.abs(faces.end[:, 0]) == SEAM)
    pole = (faces.start[:, 1] <= POLAR) & (faces.end[:, 1] <= POLAR)
    kept = (left != right) & (seams | ~(seam | pole))
    start, end, left, right = faces.start[kept], faces.end[kept], left[kept], right[kept]
    turn = (left == NOBODY) | ((right != NOBODY) & (left > right))
    start, end = np.where(turn[:, None], end, start), np.where(turn[:, None], start, end)
    return start, end, np.where(turn, right, left), np.where(turn, left, right)


def _busy(start: Any, end: Any, left: Any, right: Any) -> Any:
    """Return the numbers of the points where lines of different kinds meet."""
    points = np.r_[planar.number(start), planar.number(end)]
    kinds = np.r_[left * 1000 + right, left * 1000 + right]
    order = np.lexsort((kinds, points))
    points, kinds = points[order], kinds[order]
    return np.unique(points[1:][(points[1:] == points[:-1]) & (kinds[1:] != kinds[:-1])])


def _packed(lines: list[Any]) -> dict[str, Any]:
    vertices = np.vstack(lines)
    return {
        "lat": pack(vertices[:, 1]),
        "lon": pack(vertices[:, 0]),
        "lengths": np.array([len(line) for line in lines], dtype=np.int32),
    }


if __name__ == "__main__":
    print(build(Path(__file__).parent))
