"""The index for many points and the search for one, on small worlds of made-up lines, against plain sampling."""

from __future__ import annotations

import itertools

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper import columns, compiled, geodesy, tree
from mapper.lines import SEA, Lines
from mapper.planes import pack
from mapper.walk import LAST_KM, LEAF, WIDE


def lines_of(vertices, left=None, right=None):
    """Return lines from arrays of (lat, lon)."""
    steps = [np.rint(np.asarray(line) * 1e6).astype(np.int64) for line in vertices]
    n = len(vertices)
    return Lines(
        {
            "lat": pack(np.concatenate([line[:, 0] for line in steps])),
            "lon": pack(np.concatenate([line[:, 1] for line in steps])),
            "lengths": np.array([len(line) for line in steps], dtype=np.int32),
            "left": np.array(left or range(n), dtype=np.int16),
            "right": np.array(right or [SEA] * n, dtype=np.int16),
        }
    )


def sampled_km(lines, lat, lon, row=None):
    """Return the least distance to spots every 50 m or less along the lines."""
    best = np.inf
    for number in range(len(lines.left)) if row is None else [row]:
        line = lines.line(number)
        for (lat0, lon0), (lat1, lon1) in itertools.pairwise(line):
            share = np.linspace(0, 1, max(2, int(111.7 * np.hypot(lat1 - lat0, lon1 - lon0) / 0.05)))
            spots = lat0 + share * (lat1 - lat0), lon0 + share * (lon1 - lon0)
            km = geodesy.distances_km(np.full(len(share), lat), np.full(len(share), lon), *spots)
            best = min(best, float(km.min()))
    return best


@st.composite
def worlds(draw):
    """A few short lines, likely at a pole, the antimeridian or the equator."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        lat = draw(st.sampled_from([-89.9, -60.0, 0.0, 45.0, 89.5]) | st.floats(-89, 89))
        lon = draw(st.sampled_from([-180.0, 179.9, 0.0]) | st.floats(-179, 179))
        line = [(lat, lon)]
        for _ in range(draw(st.integers(1, 20))):
            lat = min(90.0, max(-90.0, lat + draw(st.floats(-0.3, 0.3))))
            lon = min(180.0, max(-180.0, lon + draw(st.floats(-0.5, 0.5))))
            line.append((lat, lon))
        found.append(line)
    return lines_of(found)


@settings(deadline=None, max_examples=80)
@given(worlds(), st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=12))
def test_index_and_search_find_the_nearest_place_of_any_lines(lines, points):
    index = tree.build(*lines.vertices(np.arange(len(lines.left))))
    lat, lon = np.array(points, dtype=np.float64).T
    km, at_lat, at_lon, line = tree.nearest(index, lat, lon)
    blocks = lines.blocks(np.arange(len(lines.left)))
    for row in range(len(lat)):
        single = lines.nearest(float(lat[row]), float(lon[row]), blocks)
        if line[row] < 0:
            assert single.km > LAST_KM - 1
            continue
        assert km[row] == pytest.approx(single.km, abs=2e-5 if single.km < 2000 else 1e-3)
        # Samples 50 m apart are too far by 10 m beside the line, by little from afar; never nearer.
        truth = sampled_km(lines, lat[row], lon[row])
        assert km[row] <= truth + 1e-4
        assert km[row] >= truth - (0.026 if truth < 1 else 0.002)
        here = geodesy.distances_km(
            lat[row : row + 1], lon[row : row + 1], at_lat[row : row + 1], at_lon[row : row + 1]
        )
        assert float(here[0]) == pytest.approx(km[row], abs=1e-4)
        assert sampled_km(lines, lat[row], lon[row], int(line[row])) <= truth + 0.05


def test_by_a_pole_a_parallel_bends_away_from_its_chords():
    lines = lines_of([[(89.5, 0.0), (89.5, 0.5)]])
    index = tree.build(*lines.vertices(np.arange(1)))
    km = tree.nearest(index, np.array([72.58]), np.array([0.25]))[0]
    assert km[0] == pytest.approx(
        geodesy.distances_km(*np.array([[72.58], [0.25], [89.5], [0.25]]))[0], abs=1e-5
    )


def test_a_line_without_length_is_a_place():
    lines = lines_of([[(0.0, 0.0), (0.0, 0.0)]])
    for lon in (0.0, 7.8e-50, 1e-9, 0.3, 180.0):
        found = lines.nearest(0.0, lon, lines.blocks(np.array([0])))
        assert found.km == pytest.approx(
            geodesy.distances_km(*np.array([[0.0], [lon], [0.0], [0.0]]))[0], abs=1e-9
        )


def test_the_order_of_points_does_not_matter():
    rng = np.random.default_rng(5)
    lines = lines_of(
        [np.array([50, 30]) + np.cumsum(rng.uniform(-0.2, 0.2, (400, 2)), axis=0) for _ in range(5)]
    )
    index = tree.build(*lines.vertices(np.arange(5)))
    lat, lon = rng.uniform(-90, 90, 3000), rng.uniform(-180, 180, 3000)
    km = tree.nearest(index, lat, lon)[0]
    shuffled = rng.permutation(3000)
    again = tree.nearest(index, lat[shuffled], lon[shuffled])[0]
    assert np.allclose(km[shuffled], again, rtol=0, atol=1e-5, equal_nan=True)


def test_a_point_on_a_line_is_at_it():
    lines = lines_of([[(60.0, 10.0), (60.0, 14.0)]])  # a parallel: its chord would run far north of it
    index = tree.build(*lines.vertices(np.arange(1)))
    lon = np.linspace(10, 14, 101)
    km = tree.nearest(index, np.full(101, 60.0), lon)[0]
    assert km.max() < 2e-5


@pytest.mark.parametrize("leaves", [1, 2, WIDE, WIDE + 1, WIDE * WIDE, WIDE * WIDE + 5])
def test_trees_of_every_size(leaves):
    step = 0.004  # below half a kilometre, so that nothing is cut
    lines = lines_of([[(10 + step * k, 20.0) for k in range(LEAF * leaves + 1)]])
    index = tree.build(*lines.vertices(np.arange(1)))
    assert len(index.leaf_first) == leaves
    spots = np.linspace(10, 10 + step * LEAF * leaves, 50)
    km, at_lat, _, line = tree.nearest(index, spots, np.full(50, 20.1))
    assert (line == 0).all()
    assert np.abs(at_lat - spots).max() < 0.001
    assert km == pytest.approx(
        [geodesy.distances_km(*np.array([[y], [20.1], [y], [20.0]]))[0] for y in spots], abs=1e-4
    )


SQUARE = [
    (0.0, 0.0),
    (0.0, 2.0),
    (2.0, 2.0),
    (2.0, 0.0),
    (0.0, 0.0),
]  # counterclockwise: the land lies on the left
HOLE = [(0.5, 0.5), (1.5, 0.5), (1.5, 1.5), (0.5, 1.5), (0.5, 0.5)]  # clockwise


def test_the_unit_of_a_point_in_a_square_with_an_enclave():
    lines = lines_of([SQUARE, HOLE], left=[0, 0], right=[SEA, 1])
    rng = np.random.default_rng(2)
    lat, lon = rng.uniform(-1, 3, 2000), rng.uniform(-1, 3, 2000)
    inside = (lat > 0) & (lat < 2) & (lon > 0) & (lon < 2)
    enclave = (lat > 0.5) & (lat < 1.5) & (lon > 0.5) & (lon < 1.5)
    expected = np.where(enclave, 1, np.where(inside, 0, SEA))
    found = columns.units(columns.build([lines]), lat, lon)
    assert (found == expected).all()
    for row in range(0, 2000, 20):
        assert lines.above(lat[row], lon[row])[2] == expected[row]


@pytest.mark.parametrize(
    ("lat", "lon", "unit"),
    [(1.0, 0.0, 0), (1.0, 2.0, SEA), (1.0, 0.5, 1), (1.0, 1.5, 0), (-1.0, 0.5, SEA), (2.0, 1.0, SEA), (0.0, 1.0, 0), (1.5, 1.0, 0)],
)  # fmt: skip
def test_on_a_line_or_below_a_corner_the_east_and_the_north_decide(lat, lon, unit):
    lines = lines_of([SQUARE, HOLE], left=[0, 0], right=[SEA, 1])
    assert lines.above(lat, lon)[2] == unit
    assert columns.units(columns.build([lines]), np.array([lat]), np.array([lon]))[0] == unit


def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(monkeypatch):
    def njit(**options):
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(numba, "njit", njit)
    assert compiled.compiled(abs)(-3) == 3
