"""Border distances of thousands of awkward points against an independent truth, and that truth against brute force."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import numpy as np
import pytest
from border_truth import GEOD, TOLERANCE_KM, Truth
from geographiclib.geodesic import Geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper import world
from mapper.borders import Borders
from mapper.model import Point

SEED = 20240531
NEAR_KM = 2000  # the goals: within 0.1 m up to here, within 1 m to the antipode
MANY = 3000  # points are worth an index; a few hundred are answered without one
COUNTRIES = ["BR", "CH", "CN", "LS", "RU", "SM", "TL", "UA", "US", "VA"]
TERRITORIES = ["CH", "ID", "JP", "LS", "RU", "UA", "US", "VA"]
# Latitude and longitude within a few kilometres.
ENCLAVES = {
    "Baarle": (51.444, 4.93), "Cooch Behar": (26.3, 88.95), "Dahagram": (26.29, 88.95), "Nakhchivan": (39.21, 45.41),
    "Vatican": (41.9029, 12.4534), "San Marino": (43.94, 12.46), "Lesotho": (-29.5, 28.2), "Campione": (45.97, 8.97),
    "Llívia": (42.464, 1.98), "Büsingen": (47.697, 8.69), "Cabinda": (-5.0, 12.35), "Kaliningrad": (54.71, 20.51),
    "Oecusse": (-9.35, 124.3), "Nahwa": (25.28, 56.28), "Barak": (40.67, 72.77), "Sokh": (39.96, 71.13),
    "Gibraltar": (36.14, -5.35), "Ceuta": (35.889, -5.32), "Musandam": (26.0, 56.2), "Temburong": (4.6, 115.2),
    "Karki": (39.79, 44.96), "Ormidhia": (34.99, 33.78), "Jungholz": (47.57, 10.45), "Hans Island": (80.826, -66.46),
}  # fmt: skip
ISLANDS = {
    "Hawaii": (19.6, -155.5), "Kerguelen": (-49.35, 69.2), "Tristan da Cunha": (-37.1, -12.28),
    "Easter Island": (-27.12, -109.35), "Pitcairn": (-25.07, -130.1), "Bouvet": (-54.42, 3.36),
    "Chatham": (-43.9, -176.5), "Heard": (-53.1, 73.5), "Saint Helena": (-15.95, -5.7), "Taveuni": (-16.8, 180.0),
    "Wrangel": (71.2, -179.6), "Midway": (28.2, -177.37), "Cocos": (-12.2, 96.83), "Iceland": (64.9, -18.6),
}  # fmt: skip


@lru_cache(maxsize=1)
def lines():
    borders = world.borders()
    return {pair: borders.lines(pair) for pair in sorted(borders.pairs())}


@lru_cache(maxsize=1)
def truth():
    return Truth(lines())


def near(rng, places, low_km, high_km, *, log=False):
    """Return one point beside each place, in any direction, at a distance between the two."""
    count = len(places)
    km = (
        np.exp(rng.uniform(np.log(low_km), np.log(high_km), count))
        if log
        else rng.uniform(low_km, high_km, count)
    )
    lon, lat, _ = GEOD.fwd(places[:, 1], places[:, 0], rng.uniform(0, 360, count), km)
    return np.column_stack([lat, lon])


def anywhere(rng, count):
    return np.column_stack([np.degrees(np.arcsin(rng.uniform(-1, 1, count))), rng.uniform(-180, 180, count)])


def antipodes(places):
    lon = places[:, 1]
    return np.column_stack([-places[:, 0], np.where(lon > 0, lon - 180, lon + 180)])


def segments(*, country=None):
    some = [line for pair, all_of in lines().items() if country in {None, *pair} for line in all_of]
    return np.vstack([line[:-1] for line in some]), np.vstack([line[1:] for line in some])


def tripoints():
    ends = Counter(tuple(line[end]) for all_of in lines().values() for line in all_of for end in (0, -1))
    return np.array(sorted(end for end, count in ends.items() if count >= 3))


@lru_cache(maxsize=1)
def points():
    """Return points by kind, each of shape ``(n, 2)``: latitude and longitude in degrees."""
    rng = np.random.default_rng(SEED)
    one, other = segments()
    share = rng.uniform(0, 1, (len(one), 1))
    inner = one + share * (other - one)

    def some(places, count):
        return places[rng.choice(len(places), count, replace=len(places) < count)]

    longest = np.argsort(-abs(other - one).max(axis=1))[:100]
    corners = tripoints()
    around = np.linspace(-180, 180, 9)
    meridian = np.linspace(-89, 89, 60)
    return {
        "uniform": anywhere(rng, 500),
        "within 100 km": near(rng, some(inner, 500), 0, 100),
        "1 mm to 100 m off": near(rng, some(inner, 400), 1e-6, 0.1, log=True),
        "at vertices": some(one, 150),
        "on the line": some(inner, 150),
        "at tripoints": some(corners, 60),
        "by tripoints": near(rng, some(corners, 100), 1e-6, 5, log=True),
        "on long segments": (one + other)[longest] / 2,
        "by long segments": near(rng, inner[longest], 1e-3, 300, log=True),
        "poles": np.array([(lat, lon) for lat in (90, -90) for lon in around]),
        "by poles": np.array([(lat, lon) for lat in (89.999999, -89.9) for lon in around]),
        "antimeridian": np.array([(lat, lon) for lat in meridian for lon in (180.0, -180.0)]),
        "enclaves": near(rng, np.repeat(list(ENCLAVES.values()), 6, axis=0), 0, 8),
        "islands": near(rng, np.repeat(list(ISLANDS.values()), 3, axis=0), 0, 5),
    }


def named(country):
    """Return points to ask about a country: some of every kind, its own borders and what is opposite to them."""
    rng = np.random.default_rng(SEED + COUNTRIES.index(country))
    one, other = segments(country=country)
    inner = one + rng.uniform(0, 1, (len(one), 1)) * (other - one)
    own = inner[rng.integers(len(inner), size=60)]
    mixed = np.vstack([rng.permutation(of_kind)[:15] for of_kind in points().values()])
    opposite = antipodes(own)
    return np.vstack(
        [mixed, own, near(rng, own, 1e-6, 1000, log=True), opposite, near(rng, opposite, 0.001, 500)]
    )


def agree(where, km, expected, what, names=None):
    """Check distances against the truth; the message names the worst point."""
    names = names or ["-".join(pair) for pair in truth().pairs]
    allowed = np.where(expected.km <= NEAR_KM, 1e-4, 1e-3) + TOLERANCE_KM
    off = abs(np.asarray(km) - expected.km)
    off[~np.isfinite(off)] = np.inf
    worst = int((off / allowed).argmax())
    assert off[worst] <= allowed[worst], (
        f"{what}: {1000 * off[worst]:.4f} m off at {where[worst][0]!r}, {where[worst][1]!r}: {km[worst]!r} km, but "
        f"{expected.km[worst]!r} km to {names[expected.pair[worst]]} at {expected.lat[worst]}, "
        f"{expected.lon[worst]}; {int((off > allowed).sum())} of {len(off)} points are off too far"
    )


def check_many(where, what, to=None):
    lat, lon = where.T.copy()
    times = -(-MANY // len(where))
    answer = world.borders().nearest_many(np.tile(lat, times), np.tile(lon, times), to=to)
    found = type(answer)(*(column[-len(where) :] for column in answer))
    expected = truth().nearest(lat, lon, to)
    agree(where, found.km, expected, what)
    agree(where, GEOD.inv(lon, lat, found.lon, found.lat)[2], expected, f"{what}, to the nearest place")
    on_line = truth().nearest(found.lat, found.lon, to)
    agree(np.column_stack([found.lat, found.lon]), np.zeros(len(lat)), on_line, f"{what}, nearest place")
    labels = np.array(["-".join(truth().pairs[row]) for row in expected.pair])
    for label in sorted(set(found.border[found.border != labels].tolist())):  # as near by a tie, or wrong
        rows = np.nonzero((found.border == label) & (found.border != labels))[0]
        pair = tuple(label.split("-"))
        assert to is None or to in pair
        agree(where[rows], expected.km[rows], truth().nearest(lat[rows], lon[rows], pair), f"{what}, {label}")


def check_each(where, what, to=None):
    borders = Borders(world.division())  # one that has no index yet
    km = [borders.nearest(Point(lat=float(lat), lon=float(lon)), to=to).km for lat, lon in where]
    agree(where, km, truth().nearest(*where.T.copy(), to), what)


def test_enough_points():
    assert sum(len(of_kind) for of_kind in points().values()) >= 2000
    assert len(tripoints()) >= 100
    at = np.vstack(
        [points()[kind] for kind in ("at vertices", "on the line", "at tripoints", "on long segments")]
    )
    assert truth().nearest(*at.T.copy()).km.max() < 1e-5
    assert truth().nearest(*points()["islands"].T.copy()).km.max() > NEAR_KM


@pytest.mark.parametrize("kind", sorted(points()))
def test_many_points_to_any_border(kind):
    check_many(points()[kind], kind)


@pytest.mark.parametrize("kind", sorted(points()))
def test_one_point_to_any_border(kind):
    check_each(points()[kind], kind)


@pytest.mark.parametrize("country", COUNTRIES)
def test_many_points_to_a_named_country(country):
    check_many(named(country), country, country)


@pytest.mark.parametrize("country", COUNTRIES)
def test_one_point_to_a_named_country(country):
    check_each(named(country)[::4], country, country)


def test_all_points_at_once():
    check_many(np.random.default_rng(1).permutation(np.vstack(list(points().values()))), "all")


@lru_cache(maxsize=1)
def edge(country):
    """Return the lines that have the country on one side only, coasts too."""
    division = world.division()
    disputed = division.views["international"].units
    owner = [disputed.get(unit, unit) for unit in division.units] + [None]  # -1 is the sea
    return [
        lines.line(row)
        for lines in (division.lines, division.coasts())
        for row in range(len(lines.left))
        if (owner[lines.left[row]] == country) != (owner[lines.right[row]] == country)
    ]


def inside(lines, where):
    """Tell which points lie in closed lines: those that an odd number of segments passes in the north."""
    (lat0, lon0), (lat1, lon1) = (
        np.vstack([line[part] for line in lines]).T for part in (np.s_[:-1], np.s_[1:])
    )
    answers = []
    for lat, lon in where:
        rows = np.nonzero((lon0 <= lon) != (lon1 <= lon))[0]
        share = (lon - lon0[rows]) / (lon1 - lon0)[rows]
        answers.append((lat0[rows] + share * (lat1 - lat0)[rows] > lat).sum() % 2 == 1)
    return np.array(answers)


@pytest.mark.parametrize("country", TERRITORIES)
def test_territory(country):
    lines = edge(country)
    rng = np.random.default_rng(SEED + TERRITORIES.index(country))
    places = np.vstack(lines)
    own = places[rng.integers(len(places), size=150)]
    mixed = np.vstack([rng.permutation(of_kind)[:8] for of_kind in points().values()])
    where = np.vstack([own[:50], near(rng, own, 1e-6, 300, log=True), mixed, antipodes(own[:30])])
    one_by_one, times = Borders(world.division()), -(-MANY // len(where))
    lat, lon = np.tile(where, (times, 1)).T.copy()
    answer = world.borders().territory_many(lat, lon, country)
    many = answer.km[-len(where) :], answer.depth_km[-len(where) :]
    each = [one_by_one.territory(Point(lat=float(y), lon=float(x)), country) for y, x in where]
    expected = Truth({(country, "edge"): lines}).nearest(*where.T.copy())
    within = inside(lines, where)
    clear = expected.km > 1e-4
    assert within.any() and not within.all()
    for km, depth in (many, (np.array([one.km for one in each]), np.array([one.depth_km for one in each]))):
        agree(where, km + depth, expected, country, ["edge"])
        assert where[clear & ((km == 0) != within)].tolist() == []
        assert not km[within & clear].any() and not depth[~within & clear].any()


def test_a_wrong_distance_is_found():
    where = points()["uniform"]
    expected = truth().nearest(*where.T.copy())
    agree(where, expected.km.copy(), expected, "itself")
    for off in (2e-4, -2e-4, np.nan):
        km = expected.km.copy()
        at = int(np.nonzero(km < NEAR_KM)[0][7])
        km[at] += off
        with pytest.raises(AssertionError, match=rf"m off at .*{where[at][0]}.*; 1 of 500 points"):
            agree(where, km, expected, "bent")


# Worked out by hand: the equator is a circle of 6,378.137 km, a quarter of a meridian measures 10,001.965729 km, its
# first degree from the equator 110.574389 km (the series in J. P. Snyder, "Map Projections", 1987, eq. 3-21).
BY_HAND = [
    ([(0, 0), (0, 10)], (1, 5), 110.574389),
    ([(0, 0), (0, 10)], (0, 20), np.pi / 18 * 6378.137),
    ([(0, 0), (0, 10)], (0, -5), np.pi / 36 * 6378.137),
    ([(0, 0), (0, 10)], (90, 77), 10001.965729),
    ([(0, 0), (0, 10)], (-90, 0), 10001.965729),
    ([(0, 0), (0, 10)], (0, -175), 175 / 180 * np.pi * 6378.137),
    ([(0, 179), (0, 180)], (0, -179), np.pi / 180 * 6378.137),
    ([(0, 5), (10, 5)], (-1, 5), 110.574389),
    ([(49, 0), (49, 2)], (49, 1), 0),  # straight in lon/lat; a geodesic would pass half a kilometre north
    ([(-90, 0), (-89, 0)], (90, 40), 2 * 10001.965729 - 111.693865),
]  # fmt: skip


@pytest.mark.parametrize(("line", "where", "km"), BY_HAND)
def test_truth_by_hand(line, where, km):
    one = Truth({("AA", "BB"): [np.array(line, dtype=float)]})
    found = one.nearest(np.array([where[0]], dtype=float), np.array([where[1]], dtype=float))
    assert found.km[0] == pytest.approx(km, abs=2e-6)


def brute(some, lat, lon):
    """Return the least distance to densely sampled lines; a place that is not sampled is at most 2.5 mm nearer."""
    a, b = np.vstack([line[:-1] for line in some]), np.vstack([line[1:] for line in some])
    best = np.inf
    for step in (0.25, 0.02, 0.001, 0.000005):  # km
        # On WGS 84 no degree is longer than 111.7 km.
        length = 111.7 * np.hypot(*(b - a).T)
        counts = np.maximum(1, np.ceil(length / step)).astype(int)
        owner = np.repeat(np.arange(len(a)), counts)
        rank = np.arange(len(owner)) - (np.cumsum(counts) - counts)[owner]
        start, end = ((rank + more) / counts[owner] for more in (0, 1))
        low, high = (a[owner] + share[:, None] * (b - a)[owner] for share in (start, end))
        km = GEOD.inv(np.full(len(low), lon), np.full(len(low), lat), low[:, 1], low[:, 0])[2]
        tips = GEOD.inv(np.full(len(b), lon), np.full(len(b), lat), b[:, 1], b[:, 0])[2]
        best = min(best, km.min(), tips.min())
        keep = km - step <= best
        a, b = low[keep], high[keep]
    return best


def check_brute(where, to):
    some = [line for pair, all_of in lines().items() if to in {None, *pair} for line in all_of]
    for point, km in zip(where, truth().nearest(*where.T.copy(), to).km, strict=True):
        assert -1e-7 - TOLERANCE_KM <= brute(some, *point) - km <= 2.5e-6 + TOLERANCE_KM, point


def test_truth_against_brute_force():
    kinds = points()
    where = np.array(
        [kinds["uniform"][0], kinds["within 100 km"][0], kinds["at tripoints"][0], kinds["poles"][0]]
    )
    check_brute(where, None)


@pytest.mark.parametrize("country", ["LS", "SM", "TL", "UA"])
def test_truth_of_a_country_against_brute_force(country):
    rng = np.random.default_rng(3)
    own, _ = segments(country=country)
    own = own[rng.integers(len(own), size=4)]
    check_brute(
        np.vstack([anywhere(rng, 3), own[:1], near(rng, own, 1e-4, 100, log=True), antipodes(own)]), country
    )


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.floats(-85, 85), st.floats(-180, 180)), min_size=2, max_size=5),
    st.integers(0, 10**9),
)
def test_truth_of_any_line_against_brute_force(line, seed):
    # A line of a few kilometres somewhere, and a point anywhere.
    places = np.array(line)
    places = places[:1] + (places - places[:1]) / 3600
    where = anywhere(np.random.default_rng(seed), 1)
    found = Truth({("AA", "BB"): [places]}).nearest(*where.T.copy())
    assert -2e-6 <= brute([places], *where[0]) - found.km[0] <= 3.5e-6


def test_truth_against_another_geodesic():
    where = np.vstack([of_kind[:6] for of_kind in points().values()])
    found = truth().nearest(*where.T.copy())
    for (lat, lon), km, to_lat, to_lon in zip(where, found.km, found.lat, found.lon, strict=True):
        assert Geodesic.WGS84.Inverse(lat, lon, to_lat, to_lon)["s12"] / 1000 == pytest.approx(km, abs=1e-9)
