"""In which country a point lies, how far from a country's territory or how deep inside, in one view or another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper import geodesy, world
from mapper.borders import Borders
from mapper.model import Point

places = st.builds(Point, lat=st.floats(-90, 90), lon=st.floats(-180, 180))


@pytest.fixture(scope="module")
def borders():
    return world.borders()


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [(49.98, 36.25, "UA"), (50.6, 36.58, "RU"), (41.9029, 12.4534, "VA"), (41.89, 12.49, "IT"), (-29.31, 27.48, "LS"),
     (51.44, 4.93, "BE"), (51.448, 4.955, "NL"), (25.2868, 56.3173, "OM"), (25.272, 56.278, "AE"), (39.96, 71.13, "UZ"), (43.9356, 12.4473, "SM"),
     (31.783, 35.24, "PS"), (31.78, 35.2, "IL"), (27.15, -13.2, "EH"), (42.66, 21.16, "XK"), (45.95, 34.1, "UA"),
     (25.03, 121.56, "TW"), (22.3, 114.17, "HK"), (39.2, 45.4, "AZ"), (54.71, 20.5, "RU"), (-5.56, 12.19, "AO"),
     (-85.0, 10.0, "AQ"), (66.0, -175.0, "RU"), (66.0, 177.5, "RU"), (64.177, -51.73, "GL"), (4.93, -52.33, "GF"),
     (0.0, -30.0, None), (43.3, 34.0, None), (90.0, 0.0, None), (47.7, -87.5, "US")],
)  # fmt: skip
def test_the_country_of_a_point(borders, lat, lon, code):
    assert borders.country(Point(lat=lat, lon=lon)) == code


@pytest.mark.parametrize(
    ("view", "lat", "lon", "code"),
    [("international", 44.95, 34.1, "UA"), ("russia", 44.95, 34.1, "RU"), ("de_facto", 44.95, 34.1, "RU"),
     ("serbia", 42.66, 21.16, "RS"), ("morocco", 27.15, -13.2, "MA"), ("china", 25.03, 121.56, "CN"),
     ("israel", 31.783, 35.24, "IL"), ("de_facto", 49.98, 36.25, "UA"), ("international", 33.12, 35.79, "SY"),
     ("israel", 33.12, 35.79, "IL"), ("russia", 48.0, 37.8, "RU"), ("international", 48.0, 37.8, "UA"),
     ("international", 35.34, 33.32, "CY"), ("de_facto", 35.34, 33.32, "XC"), ("de_facto", 43.0, 41.02, "XA"),
     ("de_facto", 42.22, 43.97, "XO"), ("de_facto", 46.84, 29.63, "XT"), ("de_facto", 9.56, 44.06, "XS"),
     ("india", 34.37, 73.47, "IN"), ("pakistan", 34.09, 74.8, "PK"), ("india", 35.2, 79.2, "IN"), ("china", 27.6, 92.8, "CN")],
)  # fmt: skip
def test_views_differ_where_they_say_so(view, lat, lon, code):
    assert world.borders(view).country(Point(lat=lat, lon=lon)) == code


def test_an_answer_carries_its_view():
    perekop = Point(lat=46.0, lon=33.9)
    here, de_facto = world.borders(), world.borders("de_facto")
    assert here.nearest(perekop, to="UA").view == "international"
    assert here.nearest(perekop, to="UA").km > 150
    found = de_facto.nearest(perekop, to="UA")
    assert found.view == "de_facto" and found.km < 30 and found.border == ("RU", "UA")
    assert de_facto.territory(perekop, "UA").view == "de_facto"


@pytest.mark.parametrize(
    ("name", "lat", "lon", "country", "km", "depth", "neighbour"),
    [
        ("Kharkiv lies as far from Russia as from its border", 49.98081, 36.25272, "RU", 34.69, 0, "UA"),
        ("and as deep inside Ukraine", 49.98081, 36.25272, "UA", 0, 34.69, "RU"),
        ("Krasnodar to Crimea across the strait", 45.04484, 38.97603, "UA", 187, 0, None),
        ("Little Diomede to Big Diomede", 65.7586, -168.9531, "RU", 3.9, 0, None),
        ("Dover to France", 51.1295, 1.3089, "FR", 34, 0, None),
        ("Tallinn to Finland, past the islets off Helsinki", 59.437, 24.7536, "FI", 60, 0, None),
        ("Ceuta's fence: Fnideq to Spain", 35.848, -5.357, "ES", 3, 0, "MA"),
    ],
)
def test_distance_to_a_territory(borders, name, lat, lon, country, km, depth, neighbour):
    found = borders.territory(Point(lat=lat, lon=lon), country)
    assert found.km == pytest.approx(km, rel=0.12, abs=0.02), name
    assert found.depth_km == pytest.approx(depth, rel=0.01, abs=0.02)
    assert found.neighbour == neighbour
    assert found.country == country


@settings(deadline=None, max_examples=60)
@given(places, st.sampled_from(["UA", "RU", "FJ", "LS", "JP", "AQ", "US"]))
def test_inside_and_outside_fit_together(point, country):
    borders = world.borders()
    found = borders.territory(point, country)
    inside = borders.country(point) == country
    assert (found.km == 0) == (inside or found.depth_km == 0 == found.km)
    assert found.km == 0 if inside else found.depth_km == 0
    assert min(found.km, found.depth_km) == 0
    assert geodesy.distance_km(point, found.nearest_point) == pytest.approx(
        found.km + found.depth_km, abs=2e-5
    )


@settings(deadline=None, max_examples=60)
@given(places, st.floats(0, 360), st.floats(0, 50))
def test_no_step_within_the_depth_leaves_the_country(point, bearing, share):
    borders = world.borders()
    country = borders.country(point)
    if country is None:
        return
    depth = borders.territory(point, country).depth_km
    step = geodesy.destination(point, bearing, depth * 0.999 * share / 50)
    assert borders.country(step) == country


def test_many_answer_as_one():
    borders = Borders(world.division())
    rng = np.random.default_rng(3)
    lat, lon = rng.uniform(44, 53, 1500), rng.uniform(22, 41, 1500)
    many = borders.territory_many(lat, lon, "UA")
    names = borders.country_many(lat, lon)
    single = Borders(world.division())
    for row in range(0, 1500, 30):
        point = Point(lat=float(lat[row]), lon=float(lon[row]))
        one = single.territory(point, "UA")
        assert many.km[row] == pytest.approx(one.km, abs=1e-4)
        assert many.depth_km[row] == pytest.approx(one.depth_km, abs=1e-4)
        assert (names[row] or None) == Borders.country(single, point)
    assert ((many.km == 0) == (names == "UA")).all()
    assert 0.2 < (names == "UA").mean() < 0.8


def test_the_edge_of_a_country_has_it_on_one_side(borders):
    for country, lat, lon in (("UA", 46.47, 30.73), ("FR", 48.86, 2.35), ("CL", -33.45, -70.67)):
        found = borders.territory(Point(lat=lat, lon=lon), country)
        away = geodesy.bearing_deg(Point(lat=lat, lon=lon), found.nearest_point)
        beyond = borders.country(geodesy.destination(found.nearest_point, away, 0.02))
        before = borders.country(geodesy.destination(found.nearest_point, away + 180, 0.02))
        assert before == country
        assert beyond == found.neighbour


def test_a_country_without_land_in_a_view_is_told():
    from mapper.errors import OptionError

    with pytest.raises(OptionError, match="XK has no land in the view 'serbia'"):
        world.borders("serbia").territory(Point(lat=42, lon=21), "XK")
