"""Border distances against hand-checked values, published lengths, and an independent brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from mapper import geodesy, world
from mapper.borders import Borders
from mapper.errors import CoordinateError, DataError, OptionError
from mapper.model import Point

GEOD = Geod(ellps="WGS84")
places = st.builds(Point, lat=st.floats(-90, 90), lon=st.floats(-180, 180))

# Points as GeoNames gives them (two issues of it), distances worked out with another program from the same source.
GOLDEN = [
    ("Kharkiv", 49.98081, 36.25272, None, 34.69, "RU-UA"),
    ("Belgorod", 50.61074, 36.58015, None, 32.84, "RU-UA"),
    ("Vovchansk", 50.29078, 36.94108, None, 6.38, "RU-UA"),
    ("Engels", 51.48501, 46.12678, None, 151.20, "KZ-RU"),
    ("Engels", 51.48501, 46.12678, "UA", 472.53, "RU-UA"),
    ("Krasnodar", 45.04484, 38.97603, None, 187.12, "GE-RU"),
    ("Krasnodar", 45.04484, 38.97603, "UA", 237.70, "RU-UA"),
    ("Prague", 50.08804, 14.42076, None, 81.66, "CZ-DE"),
    ("Kyiv", 50.45466, 30.5238, None, 89.38, "BY-UA"),
    ("Kyiv", 50.45466, 30.5238, "RU", 201.61, "RU-UA"),
    ("Moscow", 55.75222, 37.61556, None, 400.46, "BY-RU"),
    ("Moscow", 55.75222, 37.61556, "UA", 451.17, "RU-UA"),
]
# Published lengths in km (CIA World Factbook, national statistics) and how far ours may be off: lengths grow with
# detail, and rivers and lakes are counted differently.
LENGTHS = [
    ("CA-US", 8893, 0.08), ("KZ-RU", 7644, 0.02), ("CN-RU", 4209, 0.03), ("CN-MN", 4630, 0.01), ("BO-BR", 3403, 0.02),
    ("MX-US", 3155, 0.01), ("NO-SE", 1666, 0.03), ("CZ-DE", 815, 0.04), ("ES-PT", 1224, 0.08), ("LS-ZA", 1106, 0.02),
    ("FR-ES", 646, 0.06), ("BY-UA", 1111, 0.03), ("IN-PK", 3190, 0.11), ("FI-RU", 1309, 0.03), ("EG-SD", 1276, 0.01),
]  # fmt: skip


@pytest.fixture(scope="module")
def borders():
    return world.borders()


class Truth:
    """Brute force: the nearest of all vertices, then of dense samples along each segment that may come closer."""

    def __init__(self, borders: Borders, country: str | None = None) -> None:
        pairs = sorted(pair for pair in borders.pairs() if country is None or country in pair)
        lines = [line for pair in pairs for line in borders.lines(pair)]
        self.a = np.vstack([line[:-1] for line in lines])
        self.b = np.vstack([line[1:] for line in lines])
        km = GEOD.inv(self.a[:, 1], self.a[:, 0], self.b[:, 1], self.b[:, 0])[2] / 1000
        self.reach = km * 1.05 + 0.01  # a segment straight in lon/lat is a little longer than the geodesic

    def km(self, point: Point) -> float:
        to_start = self._km(point, self.a[:, 0], self.a[:, 1])
        best = to_start.min()
        for row in np.nonzero(to_start - self.reach <= best)[0]:
            low, high = 0.0, 1.0
            for _ in range(4):
                share = np.linspace(low, high, int(np.clip(self.reach[row] / 0.01, 50, 50_000)))
                lat, lon = (self.a[row, axis] + share * (self.b[row] - self.a[row])[axis] for axis in (0, 1))
                km = self._km(point, lat, lon)
                at = int(km.argmin())
                best = min(best, float(km[at]))
                low, high = share[max(at - 1, 0)], share[min(at + 1, len(share) - 1)]
        return float(best)

    @staticmethod
    def _km(point, lat, lon):
        return GEOD.inv(np.full(len(lat), point.lon), np.full(len(lat), point.lat), lon, lat)[2] / 1000


@pytest.mark.parametrize(("name", "lat", "lon", "country", "km", "border"), GOLDEN)
def test_golden_distances(borders, name, lat, lon, country, km, border):
    found = borders.nearest(Point(lat=lat, lon=lon), country=country)
    assert found.km == pytest.approx(km, abs=0.05), name
    assert "-".join(found.border) == border
    assert found.view == "international"


def test_kharkiv_nearest_point(borders):
    found = borders.nearest(Point(lat=49.98081, lon=36.25272)).nearest_point
    assert (round(found.lat, 4), round(found.lon, 4)) == (50.2903, 36.3128)


def test_agrees_with_brute_force(borders):
    rng = np.random.default_rng(20240531)
    truth = Truth(borders)
    rows = rng.integers(len(truth.a), size=8)  # half near borders, half anywhere on the sphere
    lon, lat, _ = GEOD.fwd(truth.a[rows, 1], truth.a[rows, 0], rng.uniform(0, 360, 8), rng.uniform(0, 1e5, 8))
    near = [Point(lat=float(y), lon=float(x)) for y, x in zip(lat, lon, strict=True)]
    sines = rng.uniform(-1, 1, 8)
    anywhere = [
        Point(lat=float(np.degrees(np.arcsin(s))), lon=float(x))
        for s, x in zip(sines, rng.uniform(-180, 180, 8), strict=True)
    ]
    for point in [*near, *anywhere, Point(lat=90, lon=0), Point(lat=-90, lon=0), Point(lat=-16.8, lon=180)]:
        assert borders.nearest(point).km == pytest.approx(truth.km(point), abs=0.001), point


@pytest.mark.parametrize("country", ["LS", "PT", "RU", "SM", "UA"])
def test_named_country_agrees_with_brute_force(borders, country):
    rng = np.random.default_rng(7)
    truth = Truth(borders, country)
    middle = truth.a[len(truth.a) // 2]
    antipode = Point(lat=float(-middle[0]), lon=float(middle[1] + 180 if middle[1] < 0 else middle[1] - 180))
    far = [Point(lat=float(rng.uniform(-90, 90)), lon=float(rng.uniform(-180, 180))) for _ in range(4)]
    for point in [antipode, *far]:
        found = borders.nearest(point, country=country)
        assert country in found.border
        assert found.km == pytest.approx(truth.km(point), abs=0.001), point


@settings(deadline=None, max_examples=150)
@given(places, st.floats(0, 500))
def test_bounds_and_nearest_point_hold_together(point, radius):
    found = world.borders().nearest(point, radius_km=radius)
    assert 0 <= found.low_km <= found.km <= found.high_km
    assert found.low_km == max(0, found.km - radius)
    assert found.high_km == found.km + radius
    assert geodesy.distance_km(point, found.nearest_point) == pytest.approx(found.km, abs=1e-6)
    assert world.borders().nearest(found.nearest_point).km < 1e-4


@settings(deadline=None, max_examples=50)
@given(places, st.floats(0, 360), st.floats(0, 300))
def test_interval_covers_every_place_within_the_radius(point, bearing, radius):
    borders = world.borders()
    found = borders.nearest(point, radius_km=radius)
    inside = borders.nearest(geodesy.destination(point, bearing, radius * 0.999))
    assert found.low_km - 1e-6 <= inside.km <= found.high_km + 1e-6


@settings(deadline=None, max_examples=50)
@given(st.floats(-90, 90))
def test_both_names_of_the_antimeridian_agree(lat):
    borders = world.borders()
    east, west = borders.nearest(Point(lat=lat, lon=180)), borders.nearest(Point(lat=lat, lon=-180))
    assert east.km == pytest.approx(west.km, abs=1e-6)


def test_antimeridian_is_no_barrier(borders):
    # From the Bering Sea, the nearest border of Canada lies east, across the antimeridian.
    chukotka = Point(lat=66.0, lon=179.9)
    found = borders.nearest(chukotka, country="CA")
    assert found.nearest_point.lon < -140
    assert found.km < 2000


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**9), st.floats(0.01, 0.2), st.booleans())
def test_sides(seed, km, left):
    borders = world.borders()
    rng = np.random.default_rng(seed)
    pairs = sorted(borders.pairs())
    pair = pairs[rng.integers(len(pairs))]
    lines = borders.lines(pair)
    line = lines[rng.integers(len(lines))]
    row = rng.integers(len(line) - 1)
    one, other = (Point(lat=float(lat), lon=float(lon)) for lat, lon in line[row : row + 2])
    middle = Point(lat=(one.lat + other.lat) / 2, lon=(one.lon + other.lon) / 2)
    point = geodesy.destination(middle, geodesy.bearing_deg(one, other) + (-90 if left else 90), km)
    found = borders.nearest(point)
    if geodesy.distance_km(found.nearest_point, middle) < 0.001:  # no other line in between
        assert borders.side(point) == pair[0 if left else 1]


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [(49.98, 36.25, "UA"), (50.6, 36.58, "RU"), (41.9029, 12.4534, "VA"), (41.89, 12.49, "IT"), (-29.31, 27.48, "LS"),
     (51.44, 4.93, "BE"), (51.448, 4.955, "NL"), (25.2848, 56.2810, "OM"), (39.96, 71.13, "UZ"), (43.9356, 12.4473, "SM"),
     (31.783, 35.24, "PS"), (31.78, 35.2, "IL"), (27.15, -13.2, "EH"), (42.66, 21.16, "XK"), (45.95, 34.1, "UA")],
)  # fmt: skip
def test_enclaves_and_claims(borders, lat, lon, code):
    if code == "UA" and lat < 46:  # Crimea: whatever border is nearest, it is not one at Perekop or Kerch
        assert borders.nearest(Point(lat=lat, lon=lon), country="UA").km > 200
    else:
        assert borders.side(Point(lat=lat, lon=lon)) == code


def test_point_on_the_line_has_no_side(borders):
    lat, lon = borders.lines(("RU", "UA"))[0][100]
    assert borders.side(Point(lat=float(lat), lon=float(lon))) is None


@pytest.mark.parametrize(("pair", "km", "share"), LENGTHS)
def test_published_border_lengths(borders, pair, km, share):
    assert borders.length_km(tuple(sorted(pair.split("-")))) == pytest.approx(km, rel=share)


def test_consensus_view(borders):
    line = np.vstack(borders.lines(("RU", "UA")))
    assert line[:, 0].min() > 47  # ends on the coast of the Sea of Azov, not in Crimea
    assert 1950 < borders.length_km(("RU", "UA")) < 2030
    pairs = borders.pairs()
    assert len(pairs) == 324
    assert {
        ("EH", "MA"),
        ("RS", "XK"),
        ("BR", "GF"),
        ("MF", "SX"),
        ("ES", "GI"),
        ("ES", "MA"),
        ("IL", "PS"),
    } <= pairs
    assert not pairs & {
        ("CN", "HK"),
        ("CN", "MO"),
        ("FR", "PF"),
        ("UM", "US"),
        ("CN", "TW"),
        ("AX", "FI"),
        ("BR", "FR"),
    }
    assert all(one < other for one, other in pairs)


def test_countries_by_name(borders):
    assert borders.neighbours("UA") == ["BY", "HU", "MD", "PL", "RO", "RU", "SK"]
    assert borders.neighbours("jp") == []
    point = Point(lat=35.68, lon=139.69)
    with pytest.raises(OptionError, match="JP has no land border"):
        borders.nearest(point, country="JP")
    with pytest.raises(OptionError, match="unknown country code 'XX'"):
        borders.nearest(point, country="XX")
    with pytest.raises(OptionError, match="DE and UA share no land border; neighbours of DE: AT, BE"):
        borders.nearest(point, pair=("UA", "DE"))
    with pytest.raises(OptionError, match="is none of FR"):
        borders.nearest(point, pair=("UA", "RU"), country="FR")
    assert borders.nearest(point, pair=("UA", "RU")).border == ("RU", "UA")


@pytest.mark.parametrize("radius", [-1, float("nan"), float("inf")])
def test_radius_must_be_a_length(borders, radius):
    with pytest.raises(OptionError, match="no length"):
        borders.nearest(Point(lat=0, lon=0), radius_km=radius)


def test_many(borders):
    lat, lon = np.array([49.98081, 50.08804]), np.array([36.25272, 14.42076])
    found = borders.nearest_many(lat, lon)
    assert found.km.tolist() == [
        borders.nearest(Point(lat=y, lon=x)).km for y, x in zip(lat, lon, strict=True)
    ]
    assert found.border.tolist() == ["RU-UA", "CZ-DE"]
    assert len(borders.nearest_many(np.array([]), np.array([])).km) == 0
    with pytest.raises(CoordinateError):
        borders.nearest_many(np.array([91.0]), np.array([0.0]))


def test_data_of_another_version():
    with pytest.raises(DataError, match="another version"):
        Borders({})
