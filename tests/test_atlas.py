"""Places in columns say what the same places say one by one, whatever file they come from."""

import random

import numpy as np
import pytest

from mapper import world
from mapper.atlas import _RECORD, Atlas
from mapper.gazetteer import Gazetteer
from mapper.matcher import FILE_BITS
from mapper.placefile import _RECORD as PACKED
from mapper.placefile import CITY, NewPlace, PlaceFile, write_places


def same(gazetteer, numbers):
    columns = Atlas(gazetteer).columns(np.array(numbers))
    for at, number in enumerate(numbers):
        place = gazetteer.place(number)
        north = np.degrees(np.arcsin(columns.toward[at, 2]))
        east = np.degrees(np.arctan2(columns.toward[at, 1], columns.toward[at, 0]))
        assert (north, east) == pytest.approx((place.point.lat, place.point.lon), abs=1e-9)
        assert columns.population[at] == place.population
        assert columns.radius_km[at] == pytest.approx(place.radius_km)
        assert (columns.country[at] == 0) == (place.country is None)
    return columns


def test_records_are_laid_out_as_they_are_packed():
    assert _RECORD.itemsize == PACKED.size


def test_columns_agree_with_places():
    gazetteer = world.gazetteer()
    same(gazetteer, random.Random(7).sample(range(gazetteer.files[0].size), 300))


def test_places_of_two_files_share_their_countries_and_regions(tmp_path):
    path = tmp_path / "own.places"
    village = NewPlace("Ownville", CITY, "UA", 50.1, 36.2, 1.0, names={"ownville": 0}, prominence=0.3)
    write_places(path, [village], {})
    gazetteer = Gazetteer(world.data_file("gazetteer.bin"), (PlaceFile(path),))
    kharkiv, own = gazetteer.lookup("Kharkiv")[0].number, 1 << FILE_BITS
    columns = same(gazetteer, [own, kharkiv, own])
    assert columns.country[0] == columns.country[1] == columns.country[2]
