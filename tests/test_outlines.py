"""The outlines that a map draws of regions, countries, areas and waters, against the full ones."""

from __future__ import annotations

import time

import numpy as np
import pytest
import shapely

from mapper import world
from mapper.distances import _area, outline
from mapper.model import Place, Point

OUTLINED = [
    ("Ukraine", "country"),
    ("Norway", "country"),
    ("France", "country"),
    ("Greece", "country"),
    ("Kazakhstan", "country"),
    ("South Africa", "country"),
    ("Lesotho", "country"),
    ("Maldives", "country"),
    ("Kharkiv Oblast", "region"),
    ("Crimea", "region"),
    ("Gaza Strip", "region"),
    ("Texas", "region"),
    ("Nunavut", "region"),
    ("Troms", "region"),
    ("Donbas", "area"),
    ("Kashmir", "area"),
    ("Nagorno-Karabakh", "area"),
    ("Horn of Africa", "area"),
    ("Black Sea", "water"),
    ("Sea of Azov", "water"),
    ("Lake Chad", "water"),
    ("Dnipro", "water"),
    ("Nile", "water"),
    ("Rhine", "water"),
]
ACROSS_THE_ANTIMERIDIAN = [
    ("Chukotka", "region"),
    ("Fiji", "country"),
    ("Bering Sea", "water"),
    ("Alaska", "region"),
]


def named(name: str, kind: str) -> Place:
    found = world.gazetteer().search(name, limit=10)
    return next(candidate.place for candidate in found if candidate.place.kind == kind)


def rings(flat: list[list[int]]) -> list[np.ndarray]:
    return [np.cumsum(np.reshape(ring, (-1, 2)), axis=0) / 1000 for ring in flat]


def filled(flat: list[list[int]]) -> shapely.Geometry:
    """Return what the rings fill by the even-odd rule."""
    shape = shapely.Polygon()
    for ring in rings(flat):
        shape = shape.symmetric_difference(shapely.make_valid(shapely.Polygon(ring)))
    return shape


@pytest.mark.parametrize(("name", "kind"), OUTLINED)
def test_an_outline_is_small_and_true(name, kind):
    place = named(name, kind)
    flat, full = outline(place), _area(place)
    shape = filled(flat)
    assert shape.area == pytest.approx(full.area, rel=0.05)
    point = shapely.Point(place.point.lon, place.point.lat)
    assert shape.covers(point) or not full.covers(point)
    assert 3 <= sum(map(len, flat)) // 2 <= 500
    assert all(isinstance(number, int) for ring in flat for number in ring)
    # No corner lies far from the full outline.
    west, south, east, north = full.bounds
    corners = shapely.points(np.concatenate(rings(flat)))
    off = shapely.distance(corners, full.boundary)
    assert off.max() < np.hypot(east - west, north - south) / 50


@pytest.mark.parametrize(("name", "kind"), ACROSS_THE_ANTIMERIDIAN)
def test_longitudes_run_on_across_the_antimeridian(name, kind):
    place = named(name, kind)
    shape = filled(outline(place))
    assert shape.covers(shapely.Point(place.point.lon, place.point.lat))
    west, _, east, _ = shape.bounds
    assert east - west < 60
    assert west < -180 or east > 180 or name == "Alaska"  # of which only islets lie beyond


@pytest.mark.parametrize(
    ("name", "kind"), [("Russia", "country"), ("Canada", "country"), ("Sahel", "area"), ("Kharkiv", "city")]
)
def test_what_is_huge_or_a_spot_has_none(name, kind):
    assert outline(named(name, kind)) == []


def test_a_place_that_nobody_knows_has_none():
    point = Point(lat=1.0, lon=1.0)
    for kind in ("region", "area", "water", "country", "point"):
        nowhere = Place(
            name="Nowhere", point=point, kind=kind, radius_km=10.0, country="UA", admin1="Elsewhere"
        )
        assert bool(outline(nowhere)) == (kind == "country")
    assert (
        outline(Place(name="X", point=point, kind="country", radius_km=10.0, country="ZZ", admin1=None)) == []
    )


def test_what_is_returned_can_be_changed_without_harm():
    place = named("Donbas", "area")
    first = outline(place)
    first[0].append(1)
    first.append([])
    assert outline(place) != first
    assert outline(place) == outline(place)


def test_outlines_are_made_quickly():
    places = [named(name, kind) for name, kind in OUTLINED]
    for place in places:
        outline(place)
    start = time.perf_counter()
    for place in places:
        outline(place)
    assert (time.perf_counter() - start) / len(places) < 0.03
