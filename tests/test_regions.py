"""Regions: known places, agreement with the gazetteer, and outlines that hold together."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper import geodesy, world
from mapper.errors import DataError, OptionError
from mapper.model import Point
from mapper.regions import SNAP_KM, Located, Regions


@pytest.fixture(scope="module")
def regions():
    return world.regions()


@pytest.mark.parametrize(
    ("place", "lat", "lon", "country", "code"),
    [("Kharkiv", 49.98, 36.25, "UA", "07"), ("Simferopol", 44.95, 34.1, "UA", "11"), ("Sevastopol", 44.6, 33.52, "UA", "20"),
     ("Engels", 51.48, 46.11, "RU", "67"), ("Krasnodar", 45.04, 38.98, "RU", "38"), ("El Fasher", 13.63, 25.35, "SD", "55"),
     ("Cayenne", 4.93, -52.33, "GF", None), ("Laayoune", 27.15, -13.2, "EH", None), ("Pristina", 42.66, 21.16, "XK", None),
     ("Hargeisa", 9.56, 44.06, "SO", "20"), ("Kyrenia", 35.33, 33.32, "CY", None), ("Gaza", 31.5, 34.46, "PS", "GZ"),
     ("Dallas", 32.78, -96.8, "US", "TX"), ("Taveuni", -16.85, -179.97, "FJ", None), ("Bamako", 12.65, -8.0, "ML", "01"),
     ("Chukotka", 66.5, -179.9, "RU", "15"), ("Belfast", 54.6, -5.93, "GB", "NIR"), ("Sittwe", 20.15, 92.9, "MM", "01")],
)  # fmt: skip
def test_known_places(regions, place, lat, lon, country, code):
    found = regions.locate(Point(lat=lat, lon=lon))
    assert found.country == country, place
    if code:
        assert found.admin1_code == code, place


def test_names(regions):
    assert "Kharkiv" in regions.locate(Point(lat=49.98, lon=36.25)).admin1
    assert regions.name("US", "TX") == "Texas"
    assert regions.name("us", "TX") == "Texas"


def test_names_are_those_of_the_gazetteer(regions):
    named = {code: place.name for code in regions.codes() if (place := world.gazetteer().region(*code))}
    assert len(named) > 3000
    assert {code: regions.name(*code) for code in named} == named


@pytest.mark.parametrize("point", [(30, -40), (0, -150), (90, 0), (-60, 179.99), (60, -20)])
def test_nothing_at_sea(regions, point):
    assert regions.locate(Point(lat=point[0], lon=point[1])) == Located(None, None, None)


def test_a_point_off_the_coast_goes_to_the_nearest_region(regions):
    beach = regions.locate(Point(lat=38.72, lon=-9.49))  # Cabo da Roca is at 9.50 W
    assert beach.country == "PT"
    near = geodesy.destination(Point(lat=38.72, lon=-9.47), 270, SNAP_KM)
    assert regions.locate(near).country == "PT"
    assert regions.locate(geodesy.destination(near, 270, 2 * SNAP_KM)).country is None


def test_a_known_country_is_kept(regions):
    assert regions.locate(Point(lat=50.62, lon=36.58), country="UA").country == "UA"
    assert regions.locate(Point(lat=30, lon=-40), country="UA") == Located("UA", None, None)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**9))
def test_points_within_an_outline_are_located_in_it(seed):
    regions = world.regions()
    codes = regions.codes()
    country, code = codes[seed % len(codes)]
    rings = regions.outline(country, code)
    for ring in rings:
        assert ring.shape[0] >= 4
        assert (ring[0] == ring[-1]).all()
        assert np.abs(ring[:, 0]).max() <= 90
        assert np.abs(ring[:, 1]).max() <= 180
    outer = max(rings, key=lambda ring: shapely.Polygon(ring).area)
    inside = shapely.difference(
        shapely.make_valid(shapely.Polygon(outer)),
        shapely.union_all([shapely.make_valid(shapely.Polygon(r)) for r in rings if r is not outer]),
    )
    if inside.area < 1e-3:  # too small to stay clear of rounding
        return
    point = inside.representative_point()
    assert regions.locate(Point(lat=point.x, lon=point.y))[::2] == (country, code)


def test_outlines_barely_overlap(regions):
    rings = [
        regions.outline(country, code)
        for country, code in regions.codes()
        if country in {"UA", "RU", "DE", "FR"}
    ]
    shapes = [shapely.union_all([shapely.make_valid(shapely.Polygon(r)) for r in part]) for part in rings]
    assert shapely.union_all(shapes).area > 0.999 * sum(shape.area for shape in shapes)


@settings(deadline=None, max_examples=200)
@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_place_on_earth_gets_an_answer(lat, lon):
    found = world.regions().locate(Point(lat=lat, lon=lon))
    assert found.country is None or (len(found.country) == 2 and found.country.isupper())
    assert (found.admin1 is None) == (found.admin1_code is None)


def test_unknown_region(regions):
    with pytest.raises(OptionError, match=r"no outline of region UA\.99; known in UA: 01, 02"):
        regions.outline("UA", "99")
    with pytest.raises(OptionError, match="known in XX: none"):
        regions.name("XX", "01")


def test_data_of_another_version():
    with pytest.raises(DataError, match="another version"):
        Regions({})
