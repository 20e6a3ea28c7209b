"""Intervals over the extent of places: against plain sampling, and by what must hold."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper import geodesy, world
from mapper.distances import border_distance, region_range, territory_distance
from mapper.extents import area_range, disc_range
from mapper.model import Place, Point


def border_km(lat, lon):
    return world.borders().nearest_many(lat, lon).km


def place(lat, lon, radius_km, **fields):
    fields = {"name": "somewhere", "kind": "city", "country": None} | fields
    return Place(point=Point(lat=lat, lon=lon), radius_km=radius_km, **fields)


def found(name):
    return world.gazetteer().search(name, limit=1)[0].place


@settings(deadline=None, max_examples=40)
@given(st.floats(-80, 80), st.floats(-180, 180), st.floats(0, 300))
def test_a_discs_interval_covers_what_lies_in_it_and_little_more(lat, lon, radius):
    answer = border_distance(place(lat, lon, radius))
    away, bearings = (
        axis.ravel() for axis in np.meshgrid(np.linspace(0, radius, 41), np.arange(0, 360, 2.0))
    )
    lons, lats = geodesy.destinations(Point(lat=lat, lon=lon), bearings, away)
    km = border_km(lats, lons)
    assert answer.low_km - 1e-4 <= km.min()
    assert km.max() <= answer.high_km + 1e-4
    assert answer.low_km == max(0, answer.km - radius)
    # No spot of the disc is farther than 0.022 radii from these, and the answer may be 0.02 radii too wide.
    assert answer.high_km <= km.max() + 0.042 * radius + 0.1


def test_a_point_has_no_extent():
    answer = border_distance(place(50.0, 30.0, 0.0))
    assert answer.low_km == answer.km == answer.high_km


def test_in_a_narrow_country_the_farthest_spot_is_the_middle():
    # The Gambia is some 50 km wide: no spot of it is farther than half of that from Senegal, whatever the radius.
    answer = border_distance(place(13.45, -15.5, 60.0))
    assert answer.low_km == 0
    assert answer.high_km < 60


@pytest.mark.parametrize(
    ("name", "low", "least_high", "most_high"),
    [("Kharkiv Oblast", 0, 150, 200), ("Zakarpattia Oblast", 0, 50, 100), ("Dnipropetrovsk Oblast", 115, 250, 340),
     ("Saratov Oblast", 0, 330, 420), ("Switzerland", 0, 60, 80)],
)  # fmt: skip
def test_regions_and_countries_are_their_outlines(name, low, least_high, most_high):
    answer = border_distance(found(name))
    assert answer.low_km == pytest.approx(low, abs=15 if low else 0), answer
    assert least_high <= answer.high_km <= most_high
    assert answer.low_km <= answer.km <= answer.high_km


def test_an_outline_against_a_grid():
    area = world.regions().area("UA", "04")  # Dnipropetrovsk, inland
    low, high = area_range(area, border_km)
    west, south, east, north = area.bounds
    lon, lat = (
        axis.ravel() for axis in np.meshgrid(np.linspace(west, east, 80), np.linspace(south, north, 80))
    )
    inside = shapely.contains_xy(area, lon, lat)
    km = border_km(lat[inside], lon[inside])
    assert low - 1e-6 <= km.min() <= low + 8
    assert high - 8 <= km.max() <= high + 1e-6


def test_a_country_measured_to_one_that_is_far():
    answer = border_distance(found("Portugal"), "UA")
    assert answer.low_km < answer.km < answer.high_km
    assert answer.high_km - answer.low_km > 500  # mainland alone; with the Azores more


def test_disc_range_with_a_border_all_around():
    # Lesotho's middle: the border lies around it, so going out brings one nearer to it on the other side.
    centre = Point(lat=-29.55, lon=28.25)
    nearest = world.borders().nearest(centre)
    low, high = disc_range(centre, 20.0, border_km, centre_km=nearest.km, nearest=nearest.nearest_point)
    assert low == pytest.approx(nearest.km - 20)
    assert high < nearest.km + 20


def test_region_ranges_by_level():
    point = Point(lat=48.46, lon=35.04)
    region = region_range(point, "region", None, "international")
    country = region_range(point, "country", None, "international")
    assert region is not None and country is not None
    assert country[0] == 0 and country[0] <= region[0] < region[1] <= country[1]
    assert region_range(Point(lat=0, lon=-30), "country", None, "international") is None


def test_a_places_distance_to_a_territory():
    kharkiv, engels = found("Kharkiv"), found("Engels")
    outside = territory_distance(kharkiv, "RU")
    assert outside.low_km < outside.km < outside.high_km and outside.depth_km == 0
    inside = territory_distance(kharkiv, "UA")
    assert inside.km == inside.low_km == inside.high_km == 0 and inside.depth_km > 30
    assert territory_distance(engels, "UA").km == pytest.approx(471.13, abs=0.1)
    border_town = place(50.2908, 36.9411, 8.0, country="UA")
    assert territory_distance(border_town, "UA").high_km == pytest.approx(8.0 - 6.38, abs=0.1)
