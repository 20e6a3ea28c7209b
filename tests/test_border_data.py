"""The border data by themselves (rings close, lines meet), against GeoNames' cities, and published figures."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from mapper.placefile import CITY, PlaceFile
from mapper.planes import unpack

DATA = Path(__file__).parent.parent / "data"
GEOD = Geod(ellps="WGS84")
STEPS = 1_000_000
SEAM = 180 * STEPS
# Published lengths in km (CIA World Factbook, national statistics) and how far ours may be off: lengths grow with
# detail, and rivers, lakes and tidal water are counted differently. Canada's treaty length counts about 600 km of
# straits and inlets (Dixon Entrance and Portland Canal, Juan de Fuca to Georgia, Passamaquoddy Bay), where no land meets.
LENGTHS = [
    ("KZ-RU", 7644, 0.02), ("CN-RU", 4209, 0.03), ("CN-MN", 4630, 0.02), ("BO-BR", 3403, 0.04), ("MX-US", 3155, 0.01),
    ("NO-SE", 1666, 0.03), ("CZ-DE", 815, 0.03), ("LS-ZA", 1106, 0.02), ("BY-UA", 1111, 0.02), ("FI-RU", 1309, 0.03),
    ("EG-SD", 1276, 0.04), ("RU-UA", 1974, 0.04), ("EH-MA", 444, 0.02), ("BE-NL", 478, 0.05), ("DE-PL", 467, 0.05),
    ("IQ-IR", 1599, 0.03), ("IQ-SA", 811, 0.03), ("SA-YE", 1307, 0.03), ("MM-TH", 2416, 0.03), ("LA-VN", 2161, 0.04),
    ("MN-RU", 3452, 0.02), ("LY-TD", 1050, 0.02), ("IL-LB", 81, 0.05), ("EG-IL", 208, 0.02), ("BR-UY", 1050, 0.04),
    ("GR-TR", 192, 0.10), ("CO-VE", 2341, 0.03), ("EG-PS", 13, 0.05), ("GI-ES", 1.2, 0.2),
    ("CA-US", 8893 - 600, 0.02), ("IN-PK", 3190, 0.06), ("AR-CL", 6691, 0.06), ("ES-PT", 1224, 0.08),
    ("ES-FR", 646, 0.06), ("IT-VA", 3.4, 0.12), ("FR-MC", 6, 0.1), ("CH-LI", 41, 0.02), ("IT-SM", 37, 0.11),
]  # fmt: skip
# Published areas in km2 with inland water, and how far ours may be off.
AREAS = [
    ("LS", 30_355, 0.01), ("CH", 41_291, 0.01), ("CZ", 78_871, 0.01), ("MN", 1_564_116, 0.01), ("PY", 406_752, 0.02),
    ("BO", 1_098_581, 0.02), ("SM", 61.2, 0.01), ("VA", 0.49, 0.02), ("LI", 160.5, 0.01), ("AD", 468, 0.01),
    ("AT", 83_879, 0.01), ("HU", 93_025, 0.01), ("KZ", 2_724_900, 0.02), ("IS", 103_000, 0.02), ("NZ", 268_000, 0.02),
    ("crimea", 26_945, 0.05), ("kosovo", 10_887, 0.01), ("gaza", 365, 0.01), ("west_bank", 5_655, 0.02),
    ("east_jerusalem", 70, 0.05), ("northern_cyprus", 3_355, 0.05), ("donetsk", 26_517, 0.02), ("luhansk", 26_684, 0.02),
    ("zaporizhzhia", 27_183, 0.02), ("abyei", 10_546, 0.01), ("bir_tawil", 2_060, 0.05), ("falkland_islands", 12_173, 0.03),
    ("abkhazia", 8_665, 0.05), ("south_ossetia", 3_900, 0.15), ("golan", 1_200, 0.15), ("somaliland", 176_120, 0.07),
    ("arunachal_pradesh", 83_743, 0.05), ("taiwan", 36_197, 0.02), ("southern_kurils", 5_003, 0.02),
    ("essequibo", 159_542, 0.12), ("guantanamo", 117, 0.4), ("transnistria", 4_163, 0.2), ("aksai_chin", 37_244, 0.25),
]  # fmt: skip
# Places and the unit that they lie in, read off maps by hand.
PLACES = [
    ("Kharkiv", 49.98, 36.25, "UA"), ("Belgorod", 50.60, 36.58, "RU"), ("Simferopol", 44.95, 34.10, "crimea"),
    ("Mariupol", 47.10, 37.55, "donetsk"), ("Luhansk", 48.57, 39.30, "luhansk"), ("Kherson", 46.64, 32.62, "kherson"),
    ("Melitopol", 46.85, 35.37, "zaporizhzhia"), ("Mykolaiv", 46.97, 32.0, "UA"), ("Pristina", 42.66, 21.16, "kosovo"),
    ("North Mitrovica", 42.90, 20.87, "kosovo"), ("Nis", 43.32, 21.90, "RS"), ("Tiraspol", 46.84, 29.63, "transnistria"),
    ("Chisinau", 47.01, 28.86, "MD"), ("Tskhinvali", 42.23, 43.97, "south_ossetia"), ("Gori", 41.98, 44.11, "GE"),
    ("Gali", 42.63, 41.74, "abkhazia"), ("Katzrin", 32.99, 35.69, "golan"), ("Quneitra", 33.12, 35.83, "SY"),
    ("Safed", 32.96, 35.50, "IL"), ("Ramallah", 31.90, 35.20, "west_bank"), ("Maale Adumim", 31.775, 35.30, "west_bank"),
    ("West Jerusalem", 31.78, 35.20, "IL"), ("Temple Mount", 31.778, 35.235, "east_jerusalem"),
    ("Gaza", 31.50, 34.45, "gaza"), ("Laayoune", 27.15, -13.20, "western_sahara_west"),
    ("Tifariti", 26.16, -10.57, "western_sahara_east"), ("Tarfaya", 27.94, -12.92, "MA"),
    ("North Nicosia", 35.20, 33.36, "northern_cyprus"), ("South Nicosia", 35.15, 33.37, "CY"), ("Hanoi", 21.03, 105.85, "VN"),
    ("Hargeisa", 9.56, 44.06, "somaliland"), ("Mogadishu", 2.05, 45.33, "SO"), ("Muzaffarabad", 34.37, 73.47, "pakistani_kashmir"),
    ("Gilgit", 35.92, 74.31, "pakistani_kashmir"), ("Srinagar", 34.08, 74.80, "jammu_kashmir"), ("Leh", 34.15, 77.58, "ladakh"),
    ("Islamabad", 33.70, 73.06, "PK"), ("Aksai Chin", 35.20, 79.50, "aksai_chin"), ("Hotan", 37.11, 79.92, "CN"),
    ("Tawang", 27.59, 91.87, "arunachal_pradesh"), ("Abyei", 9.60, 28.44, "abyei"), ("Guantanamo base", 19.93, -75.13, "guantanamo"),
    ("Guantanamo city", 20.14, -75.21, "CU"), ("Georgetown", 6.79, -58.16, "GY"), ("Lethem", 3.38, -59.80, "essequibo"),
    ("Yuzhno-Kurilsk", 44.03, 145.86, "southern_kurils"), ("Urup", 46.05, 150.1, "RU"), ("Baarle-Hertog", 51.44, 4.93, "BE"),
    ("Kinmen", 24.45, 118.35, "taiwan"), ("Xiamen", 24.58, 118.08, "CN"), ("Vatican", 41.903, 12.453, "VA"),
    ("Dahagram", 26.30, 88.95, "BD"), ("Maseru", -29.31, 27.48, "LS"), ("Lake Superior", 47.70, -87.50, "US"),
    ("Nakhchivan", 39.21, 45.41, "AZ"), ("Kaliningrad", 54.71, 20.51, "RU"), ("Melilla", 35.29, -2.94, "ES"),
    ("Vostok", -78.46, 106.84, "AQ"), ("Bir Tawil", 21.88, 33.70, "bir_tawil"), ("Halaib", 22.22, 36.64, "EG"),
]  # fmt: skip


class Division:
    """The two files, read without the package's own reader."""

    def __init__(self) -> None:
        with np.load(DATA / "borders.npz") as archive:
            self.borders = {key: archive[key] for key in archive.files}
        with np.load(DATA / "coasts.npz") as archive:
            self.coasts = {key: archive[key] for key in archive.files}
        self.units = [unit.decode("ascii") for unit in self.borders["units"].tolist()]
        self.lines = self._lines(self.borders)
        self.shores = self._lines(self.coasts)
        self.views = json.loads(self.borders["views"].tobytes())
        self.state = dict(text.decode("ascii").split("-") for text in self.borders["dependencies"].tolist())

    @staticmethod
    def _lines(arrays):
        return np.split(
            np.column_stack([unpack(arrays["lon"]), unpack(arrays["lat"])]), np.cumsum(arrays["lengths"])[:-1]
        )

    def around(self):
        """Yield (unit, line with the unit on its left) for all lines."""
        for line, left, right in zip(
            self.lines, self.borders["left"].tolist(), self.borders["right"].tolist(), strict=True
        ):
            yield left, line
            yield right, line[::-1]
        for line, left in zip(self.shores, self.coasts["left"].tolist(), strict=True):
            yield left, line

    def lengths_km(self, view):
        given_to = self.views[view]["units"]
        owner = [given_to.get(unit, unit) for unit in self.units]
        km: Counter[str] = Counter()
        for line, left, right in zip(
            self.lines, self.borders["left"].tolist(), self.borders["right"].tolist(), strict=True
        ):
            one, other = sorted((owner[left], owner[right]))
            if self.state.get(one, one) != self.state.get(other, other):
                km[f"{one}-{other}"] += GEOD.line_length(line[:, 0] / STEPS, line[:, 1] / STEPS) / 1000
        return km

    def areas(self):
        """Return the area of each unit as a polygon of its lines, built by the rings' nesting alone."""
        parts = defaultdict(list)
        for unit, line in self.around():
            parts[unit].append(shapely.LineString(line / STEPS))
        found = {}
        for unit, forms in parts.items():
            bounds = shapely.bounds(forms)
            if (np.abs(bounds[:, [0, 2]]) == 180).any():
                forms.extend(self._seam(forms))
            found[self.units[unit]] = shapely.build_area(shapely.geometrycollections(forms))
        return found

    @staticmethod
    def _seam(forms):
        """Return pieces of the antimeridian (or of the southern rim) between the ends of lines that stop at it."""
        ends = np.concatenate([shapely.get_coordinates(form)[[0, -1]] for form in forms])
        closing = []
        for lon in (-180.0, 180.0):
            lats = np.sort(np.unique(ends[ends[:, 0] == lon, 1]))
            if len(lats) % 2:  # Antarctica goes on to the pole
                lats = np.r_[-90.0, lats]
            closing += [shapely.LineString([(lon, a), (lon, b)]) for a, b in lats.reshape(-1, 2)]
        if any(shapely.get_coordinates(line)[0, 1] == -90 for line in closing):
            closing.append(shapely.LineString([(-180, -90), (180, -90)]))
        return closing


@pytest.fixture(scope="module")
def division():
    return Division()


@pytest.fixture(scope="module")
def areas(division):
    return division.areas()


def test_layout(division):
    borders, coasts = division.borders, division.coasts
    assert set(borders) == {
        "lat",
        "lon",
        "lengths",
        "left",
        "right",
        "units",
        "codes",
        "dependencies",
        "views",
    }
    assert set(coasts) == {"lat", "lon", "lengths", "left", "units"}
    for arrays in (borders, coasts):
        assert arrays["lat"].dtype == arrays["lon"].dtype == np.uint8
        assert arrays["lat"].shape == arrays["lon"].shape == (4, arrays["lengths"].sum())
        assert arrays["lengths"].dtype == np.int32
        assert arrays["lengths"].min() >= 2
        assert arrays["left"].dtype == np.int16
        assert len(arrays["left"]) == len(arrays["lengths"])
    assert borders["right"].dtype == np.int16
    assert (borders["left"] < borders["right"]).all()
    assert division.units == sorted(set(division.units))
    assert (borders["units"] == coasts["units"]).all()
    used = set(borders["left"].tolist()) | set(borders["right"].tolist()) | set(coasts["left"].tolist())
    assert used == set(range(len(division.units)))
    assert (DATA / "borders.npz").stat().st_size < 5e6
    assert (DATA / "coasts.npz").stat().st_size < 8e6


def test_positions_are_on_earth_and_no_vertex_repeats(division):
    for line in [*division.lines, *division.shores]:
        assert np.abs(line[:, 0]).max() <= SEAM
        assert np.abs(line[:, 1]).max() <= 90 * STEPS
        assert (line[1:] != line[:-1]).any(axis=1).all()
        assert np.abs(np.diff(line[:, 0])).max() < SEAM  # none leaps over the antimeridian


def test_the_lines_around_each_unit_close(division):
    balance: Counter = Counter()
    seam: Counter = Counter()
    for unit, line in division.around():
        for (x, y), sign in ((line[0].tolist(), 1), (line[-1].tolist(), -1)):
            if abs(x) == SEAM:
                seam[unit] += sign
            else:
                balance[unit, x, y] += sign
    assert [(division.units[unit], x, y) for (unit, x, y), count in balance.items() if count] == []
    assert {division.units[unit] for unit, count in seam.items() if count} == set()
    assert {division.units[unit] for unit in seam} <= {"AQ", "FJ", "RU"}


def test_lines_cross_nowhere(division):
    ends = np.concatenate([np.stack([line[:-1], line[1:]], axis=1) for line in division.lines])
    segments = shapely.linestrings(ends)
    one, other = shapely.STRtree(segments).query(segments, predicate="crosses")
    assert ends[one].tolist() == ends[other].tolist() == []


def test_border_lines_end_where_others_begin(division):
    ends: Counter = Counter()
    for line in [*division.lines, *division.shores]:
        ends[tuple(line[0].tolist())] += 1
        ends[tuple(line[-1].tolist())] += 1
    loose = [
        end
        for line in division.lines
        for end in (tuple(line[0].tolist()), tuple(line[-1].tolist()))
        if (line[0] != line[-1]).any() and ends[end] < 3
    ]
    assert loose == []


def test_views_file_and_data_agree(division):
    with (DATA / "views.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["unit"]: row for row in csv.DictReader(file)}
    titles = rows.pop("title")
    assert sorted(rows) == [unit for unit in division.units if unit.islower()]
    codes = {code.decode("ascii") for code in division.borders["codes"].tolist()}
    assert {unit for unit in division.units if unit.isupper()} <= codes
    assert division.borders["codes"].tolist() == sorted(division.borders["codes"].tolist())
    for name, view in division.views.items():
        assert view["title"] == titles[name]
        assert view["units"] == {unit: row[name] for unit, row in rows.items()}
        assert set(view["units"].values()) <= codes
    assert all(row["name"] and row["note"] and row["source"] for row in rows.values())
    assert {"international", "de_facto", "russia", "china", "india", "pakistan", "israel"} <= set(
        division.views
    )
    for unit in rows:  # a view is the international one but for what it says otherwise
        assert len({view["units"][unit] for view in division.views.values()}) <= 3


def test_neighbours_in_the_international_view(division):
    km = division.lengths_km("international")
    assert len(km) == 324
    assert {"EH-MA", "RS-XK", "BR-GF", "MF-SX", "ES-GI", "ES-MA", "IL-PS", "IL-SY", "IN-PK", "CN-IN"} <= set(
        km
    )
    assert not set(km) & {"CN-HK", "CN-MO", "FR-PF", "UM-US", "CN-TW", "AX-FI", "BR-FR", "CU-US"}
    ukraine = {pair for pair in km if "UA" in pair.split("-")}
    assert ukraine == {"BY-UA", "HU-UA", "MD-UA", "PL-UA", "RO-UA", "RU-UA", "SK-UA"}
    assert {pair for pair in km if "DE" in pair.split("-")} == {
        f"{one}-{other}"
        for one, other in (sorted(("DE", code)) for code in "AT BE CH CZ DK FR LU NL PL".split())
    }
    assert not [
        pair for pair in km if {"JP", "CU", "IS", "MG", "AU", "NZ", "LK", "PH"} & set(pair.split("-"))
    ]


def test_what_views_change(division):
    russia, facts = division.lengths_km("russia"), division.lengths_km("de_facto")
    world = division.lengths_km("international")
    assert facts["RU-UA"] > world["RU-UA"] + 20  # over the isthmus of Perekop
    assert "MD-RU" not in russia
    assert {"RU-XA", "GE-XA", "GE-XO", "CY-XC", "MD-XT", "UA-XT", "SO-XS"} <= set(facts)
    assert "EH-MA" in facts
    assert "EH-MA" not in division.lengths_km("morocco")
    assert "RS-XK" not in division.lengths_km("serbia")
    assert division.lengths_km("india")["CN-PK"] == 0  # Shaksgam and Gilgit-Baltistan are India's in it
    assert "AF-IN" in division.lengths_km("india")
    assert division.lengths_km("venezuela")["GY-VE"] > 0
    assert facts["IL-SY"] == pytest.approx(76, rel=0.1)
    assert "JO-SY" in facts


def test_the_border_of_russia_and_ukraine_ends_on_the_sea_of_azov(division):
    given_to = division.views["international"]["units"]
    owner = [given_to.get(unit, unit) for unit in division.units]
    points = np.vstack(
        [
            line
            for line, left, right in zip(
                division.lines,
                division.borders["left"].tolist(),
                division.borders["right"].tolist(),
                strict=True,
            )
            if {owner[left], owner[right]} == {"RU", "UA"}
        ]
    )
    south = points[points[:, 1].argmin()] / STEPS
    assert south == pytest.approx([38.22, 47.10], abs=0.03)
    shore = {tuple(point) for line in division.shores for point in line[[0, -1]].tolist()}
    assert tuple(points[points[:, 1].argmin()].tolist()) in shore


@pytest.mark.parametrize(("pair", "km", "share"), LENGTHS)
def test_published_lengths(division, pair, km, share):
    assert division.lengths_km("international")["-".join(sorted(pair.split("-")))] == pytest.approx(
        km, rel=share
    )


@pytest.mark.parametrize(("unit", "km2", "share"), AREAS)
def test_published_areas(areas, unit, km2, share):
    found = abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(areas[unit]))[0]) / 1e6
    assert found == pytest.approx(km2, rel=share)


@pytest.mark.parametrize(("name", "lat", "lon", "unit"), PLACES)
def test_places_lie_in_their_unit(areas, name, lat, lon, unit):
    assert [code for code, area in areas.items() if shapely.contains_xy(area, lon, lat)] == [unit], name


def test_cities_lie_in_their_country(division, areas):
    """GeoNames knows nothing of these lines: its 235,000 cities are an independent witness."""
    given_to = {**division.views["international"]["units"], "falkland_islands": "FK"}
    places = PlaceFile(DATA / "gazetteer.bin")
    records = [places.record(n) for n in range(places.size) if places.kind(n) == CITY]
    rows = [(places.words[r.country], r.lat_deg, r.lon_deg) for r in records if r.geonameid]
    assert len(rows) > 200_000
    country = np.array([row[0] for row in rows])
    points = shapely.points([(row[2], row[1]) for row in rows])
    names = list(areas)
    city, unit = shapely.STRtree(points).query([areas[name] for name in names], predicate="contains")[::-1]
    assert len(np.unique(city)) == len(city)  # no place lies in two units
    owner = np.array([given_to.get(name, name) for name in names])[unit]
    wrong = owner != country[city]
    assert len(city) / len(rows) > 0.995  # the rest stands in the water of a harbour or on an islet left out
    assert wrong.mean() < 0.001


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 10**12), st.booleans())
def test_left_and_right_are_as_said(side_of, seed, on_left):
    division, areas = side_of
    rng = np.random.default_rng(seed)
    row = int(rng.integers(len(division.lines)))
    line = division.lines[row]
    at = int(rng.integers(len(line) - 1))
    a, b = line[at] / STEPS, line[at + 1] / STEPS
    normal = np.array([a[1] - b[1], b[0] - a[0]]) * (1 if on_left else -1)
    point = (a + b) / 2 + normal / np.hypot(*normal) * 2e-7  # 2 cm beside the line
    unit = division.units[division.borders["left" if on_left else "right"][row]]
    assert shapely.contains_xy(areas[unit], *point)


@pytest.fixture(scope="module")
def side_of(division, areas):
    return division, areas


def test_baarle_is_a_patchwork(areas):
    box = shapely.box(4.80, 51.40, 5.0, 51.50)
    parcels = [part for part in shapely.get_parts(areas["BE"]) if box.contains(part)]
    inside = [part for part in shapely.get_parts(areas["NL"]) if box.contains(part)]
    assert len(parcels) == 21  # 22 by the treaty, two of which the source joins
    assert len(inside) in {7, 8}
