"""Who has which land: gives each face of the division to a unit (see ``views.csv``).

Sources overlap and leave gaps. A face that several countries cover is a disputed unit where :data:`CLAIMS` says so;
a dependency drawn inside its state is the dependency's; any other overlap goes to the smallest of the polygons, for it
is an enclave or the thin overlap of two outlines that do not quite meet. A face that no country covers but land
encloses goes to the neighbour with which it shares the longest border, unless :data:`GAPS` names it; so do pieces too
small to be anything but noise.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

import borders_planar as planar
import numpy as np
import shapely
from borders_planar import NOBODY

# Parts of another country that have a code of their own: no international border runs between the two.
SOVEREIGN = {
    "AU": "CC CX HM NF",
    "CN": "HK MO",
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


class Box(NamedTuple):
    """A rectangle in degrees that tells places apart; it is never an outline."""

    west: float
    south: float
    east: float
    north: float


class Claim(NamedTuple):
    """A disputed unit: faces that all of ``countries`` cover (``alone``: and no other) and that lie in ``box``."""

    unit: str
    countries: frozenset[str]
    box: Box
    alone: bool = False


WORLD = Box(-180, -90, 180, 90)
# The first that fits is taken. Countries are those of the time zones on land, or of the older outlines.
CLAIMS = (
    Claim("crimea", frozenset({"RU", "UA"}), Box(32, 44, 37, 46.3)),
    Claim("western_sahara_west", frozenset({"EH", "MA"}), WORLD),
    Claim("western_sahara_east", frozenset({"EH"}), WORLD),
    Claim("east_jerusalem", frozenset({"IL", "PS"}), Box(35.1, 31.6, 35.3, 31.95)),
    Claim("gaza", frozenset({"PS"}), Box(34, 31, 34.7, 31.7), alone=True),
    Claim("west_bank", frozenset({"PS"}), Box(34.8, 31.2, 35.7, 32.7)),
    Claim("abyei", frozenset({"SD", "SS"}), Box(27.8, 9.3, 29.1, 10.2)),
    Claim("kafia_kingi", frozenset({"SD", "SS"}), Box(23.3, 8.6, 24.9, 9.9)),
    Claim("kosovo", frozenset({"XK"}), WORLD),
    Claim("taiwan", frozenset({"TW"}), WORLD),
    Claim("falkland_islands", frozenset({"FK"}), WORLD),
    Claim("south_georgia", frozenset({"GS"}), WORLD),
    Claim("southern_kurils", frozenset({"RU"}), Box(145.3, 43.3, 149, 45.6)),
    Claim("guantanamo", frozenset({"US"}), Box(-75.5, 19.8, -75, 20.1)),
    Claim("kalapani", frozenset({"IN", "NP"}), Box(80, 29.8, 81.2, 30.6)),
    Claim("bhutan_china", frozenset({"BT", "CN"}), Box(88.7, 27, 91.8, 28.5)),
    Claim("southern_ice_field", frozenset({"AR", "CL"}), Box(-74, -50, -72.5, -49)),
)
# Larger pieces of land that no country of 2017 covers, by a point inside.
GAPS = {(34.95, 4.85): "ilemi", (33.7, 21.9): "bir_tawil"}
LARGEST_GAP_KM2 = 5_000  # the Caspian Sea is the only enclosed water beyond that (380,000)
SMALLEST_PIECE_KM2 = 50  # East Jerusalem has 70
NOISE_KM2 = 0.001  # the smallest parcels of Baarle measure 0.002
CEDED = frozenset(
    {"EG"}
)  # Tiran and Sanafir went to Saudi Arabia after 2017; other islands stay whose they were

Cover = dict[str, float]  # countries that cover a face, each with the area of its smallest polygon there


def base_units(faces: planar.Faces, covers: list[Cover]) -> Any:
    """Return the unit of each face of the division of 2017 ("" for the sea), gaps and noise settled."""
    names = [_choose(cover, *at) for cover, at in zip(covers, _inside(faces), strict=True)]
    tree = shapely.STRtree(faces.polygons)
    for point, unit in GAPS.items():
        for face in tree.query(shapely.Point(point), predicate="within"):
            if names[face] == "":
                names[face] = unit
    return settled(faces, np.array(names, dtype="U24"), fill_gaps=True)


def units(faces: planar.Faces, land: Any, before: Any, covers: list[Cover]) -> Any:
    """Return the unit of each face ("" for the sea): its zone's country, as far as it is ``land``.

    ``before`` is the unit of 2017: it stands in Antarctica, where no zone reaches, and on whole islands.
    """
    island = _islands(faces)
    names = []
    for row, at in enumerate(_inside(faces)):
        old, cover = str(before[row]), covers[row]
        keep = not cover or old == "AQ" or (island[row] and old.isupper() and old not in CEDED)
        name = _choose(cover, *at) if cover else ""
        names.append("" if not land[row] else old if keep and old not in cover else name)
    overlaps = np.array([len(cover) > 1 for cover in covers])
    return _absorbed(faces, settled(faces, np.array(names, dtype="U24"), fill_gaps=False), overlaps, covers)


def _absorbed(faces: planar.Faces, names: Any, overlaps: Any, covers: list[Cover]) -> Any:
    """Give overlaps of two countries that touch only the other one to that one: else islands in a river change sides."""
    names = names.copy()
    both = (faces.left != NOBODY) & (faces.right != NOBODY)
    left, right = faces.left[both], faces.right[both]
    same = names[left] == names[right]
    piece = planar.components(len(names), left[same], right[same])
    whole = np.ones(len(names), dtype=bool)  # pieces made of nothing but overlaps
    whole[piece[~overlaps]] = False
    beside: dict[int, set[str]] = defaultdict(set)
    for one, other in zip(np.r_[left[~same], right[~same]], np.r_[right[~same], left[~same]], strict=True):
        if whole[piece[one]] and names[other] != "":
            beside[int(piece[one])].add(str(names[other]))
    for face in np.nonzero(whole[piece] & (names != ""))[0].tolist():
        others = beside.get(int(piece[face]), set())
        if len(others) == 1 and str(names[face]).isupper() and others <= set(covers[face]):
            names[face] = next(iter(others))
    return names


def _inside(faces: planar.Faces) -> list[list[float]]:
    return shapely.get_coordinates(shapely.point_on_surface(faces.polygons)).tolist()


def _islands(faces: planar.Faces) -> Any:
    """Tell which faces have no other face beside them."""
    alone = np.ones(len(faces.polygons), dtype=bool)
    both = (faces.left != NOBODY) & (faces.right != NOBODY)
    alone[faces.left[both]] = alone[faces.right[both]] = False
    return alone


def _choose(cover: Cover, x: float, y: float) -> str:
    countries = set(cover) - {STATE[name] for name in cover if name in STATE}
    if not countries:
        return ""
    for unit, who, box, alone in CLAIMS:
        exact = who == countries if alone else who <= countries
        if exact and box.west < x < box.east and box.south < y < box.north:
            return unit
    return min(countries, key=lambda name: (cover[name], name))


def carved(faces: planar.Faces, names: Any, carves: Any, forms: dict[str, Any]) -> Any:
    """Return the units of faces with disputed pieces cut out of them, as :mod:`borders_carve` drew the lines.

    A face goes to the piece that covers most of it, or whose seed lies in it; crumbs go with what is around them.
    """
    names = names.copy()
    sizes = planar.km2(faces.polygons)
    for unit, parents, _, _, crumb_km2, seed in carves:
        mine = np.nonzero(np.isin(names, parents))[0]
        if seed is None:
            form = forms[unit]
            shapely.prepare(form)
            mine = mine[shapely.intersects(form, faces.polygons[mine])]
            common = shapely.area(shapely.intersection(shapely.make_valid(faces.polygons[mine]), form))
            mine = mine[common > shapely.area(faces.polygons[mine]) / 2]
        else:
            mine = mine[shapely.contains_xy(faces.polygons[mine], *seed)]
        if not len(mine) or sizes[mine].sum() < SMALLEST_PIECE_KM2:
            raise SystemExit(
                f"{unit} is not cut out of {', '.join(parents)}: its lines do not reach their outline"
            )
        names[mine] = unit
        names = settled(faces, names, False, among=(unit, *parents), noise_km2=crumb_km2)
    return names


def settled(
    faces: planar.Faces,
    names: Any,
    fill_gaps: bool,
    among: tuple[str, ...] | None = None,
    noise_km2: float = NOISE_KM2,
) -> Any:
    """Give gaps, then pieces that are noise, to the unit with which they share the longest line.

    With ``among``, only pieces of these units are noise, and they go to one of these units.
    """
    listed, unit = np.unique(names, return_inverse=True)
    nobody = int(np.searchsorted(listed, "")) if "" in listed else NOBODY
    unit = np.where(unit == nobody, NOBODY, unit)
    allowed = np.ones(len(listed), dtype=bool) if among is None else np.isin(listed, among)
    count = len(unit)
    sizes = planar.km2(faces.polygons)
    km = planar.edge_km(faces.start, faces.end)
    left, right = faces.left, faces.right
    both = (left != NOBODY) & (right != NOBODY)
    if fill_gaps:
        gaps = (unit == NOBODY) & (sizes < LARGEST_GAP_KM2)
        for _ in range(4):  # a gap may be cut in pieces that touch no land themselves
            _give(unit, np.arange(count), gaps & (unit == NOBODY), left, right, km, allowed)
    for _ in range(2):
        same = both.copy()
        same[both] = unit[left[both]] == unit[right[both]]
        piece = planar.components(count, left[same], right[same])
        total = np.bincount(piece, weights=sizes, minlength=count)
        noise = (total[piece] < noise_km2) & (unit != NOBODY) & allowed[unit]
        _give(unit, piece, noise, left, right, km, allowed)
    return np.where(unit == NOBODY, "", listed[unit])


def _give(unit: Any, piece: Any, given: Any, left: Any, right: Any, km: Any, allowed: Any) -> None:
    shared: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for mine, theirs in ((left, right), (right, left)):
        rows = np.nonzero((mine != NOBODY) & (theirs != NOBODY))[0]
        rows = rows[given[mine[rows]] & (unit[theirs[rows]] != NOBODY) & allowed[unit[theirs[rows]]]]
        rows = rows[piece[mine[rows]] != piece[theirs[rows]]]
        for one, other, length in zip(piece[mine[rows]], unit[theirs[rows]], km[rows], strict=True):
            shared[int(one)][int(other)] += float(length)
    best = {one: max(sorted(others), key=others.__getitem__) for one, others in shared.items()}
    for face in np.nonzero(given)[0].tolist():
        unit[face] = best.get(int(piece[face]), unit[face])
