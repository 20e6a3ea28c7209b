"""Geodesics against published figures and each other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper import geodesy
from mapper.errors import OptionError
from mapper.model import Point

points = st.builds(Point, lat=st.floats(-90, 90), lon=st.floats(-180, 180))


def test_published_lengths():
    # The quarter meridian and the equatorial circumference of WGS 84.
    assert geodesy.distance_km(Point(lat=0, lon=7), Point(lat=90, lon=7)) == pytest.approx(
        10_001.965729, abs=1e-6
    )
    degree = geodesy.distance_km(Point(lat=0, lon=0), Point(lat=0, lon=1))
    assert degree == pytest.approx(2 * math.pi * 6378.137 / 360, abs=1e-9)
    # Vincenty's example, Flinders Peak to Buninyong, on WGS 84: 54,972.271 m.
    flinders = Point(lat=-(37 + 57 / 60 + 3.72030 / 3600), lon=144 + 25 / 60 + 29.52440 / 3600)
    buninyong = Point(lat=-(37 + 39 / 60 + 10.15610 / 3600), lon=143 + 55 / 60 + 35.38390 / 3600)
    assert geodesy.distance_km(flinders, buninyong) == pytest.approx(54.972271, abs=2e-6)
    assert geodesy.bearing_deg(flinders, buninyong) == pytest.approx(306 + 52 / 60 + 5.37 / 3600, abs=1e-5)


@given(points, points)
def test_distance_is_symmetric_and_bounded(one, other):
    there, back = geodesy.distance_km(one, other), geodesy.distance_km(other, one)
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= geodesy.MAX_DISTANCE_KM


@given(points, points, points)
def test_triangle_inequality(a, b, c):
    detour = geodesy.distance_km(a, b) + geodesy.distance_km(b, c)
    assert geodesy.distance_km(a, c) <= detour + 1e-6


@given(points, st.floats(0, 360), st.floats(0, 19_000))
def test_destination_lies_at_the_distance(point, bearing, km):
    assert geodesy.distance_km(point, geodesy.destination(point, bearing, km)) == pytest.approx(km, abs=1e-6)


@given(points, points)
def test_chord_is_no_longer_than_the_geodesic(one, other):
    ends = geodesy.ecef_km(np.array([one.lat, other.lat]), np.array([one.lon, other.lon]))
    assert np.linalg.norm(ends[0] - ends[1]) <= geodesy.distance_km(one, other) + 1e-6


def test_earth_centred_axes():
    found = geodesy.ecef_km(np.array([0.0, 0.0, 90.0]), np.array([0.0, 90.0, 0.0]))
    polar_km = 6356.752314245
    np.testing.assert_allclose(found, np.diag([6378.137, 6378.137, polar_km]), atol=1e-9)


def test_bearing_and_antimeridian():
    assert geodesy.bearing_deg(Point(lat=0, lon=179.5), Point(lat=0, lon=-179.5)) == pytest.approx(90)
    assert geodesy.bearing_deg(Point(lat=1, lon=1), Point(lat=1, lon=1)) == 0
    east, west = Point(lat=-16.8, lon=180), Point(lat=-16.8, lon=-180)
    assert geodesy.distance_km(east, west) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    "centre", [Point(lat=50, lon=36), Point(lat=90, lon=0), Point(lat=-16.8, lon=179.99)]
)
def test_circle(centre):
    ring = geodesy.circle(centre, 12.5, corners=36)
    assert ring[0] == ring[-1]
    assert len(ring) == 37
    for corner in ring:
        assert geodesy.distance_km(centre, corner) == pytest.approx(12.5, abs=1e-6)


@pytest.mark.parametrize(("radius", "corners"), [(0, 36), (-1, 36), (math.nan, 36), (30_000, 36), (5, 2)])
def test_circle_refuses(radius, corners):
    with pytest.raises(OptionError):
        geodesy.circle(Point(lat=0, lon=0), radius, corners)
