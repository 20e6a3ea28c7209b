"""The gazetteer against lists made from independent knowledge: towns, villages, look-ups of all sorts, our own tables.

Each list has its goal; what it misses is named when the goal is missed.
"""

import csv
import importlib
import json
import sys
from pathlib import Path

import pytest

from mapper import world
from mapper.geodesy import distance_km
from mapper.model import Point

HERE = Path(__file__).parent
DATA = HERE.parent / "data"
SHARED = HERE.parent.parent / "shared"


def rows(name):
    with (HERE / "golden" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def at(row):
    return Point(lat=float(row["lat"]), lon=float(row["lon"]))


def test_towns_in_news_spellings_are_in_the_right_country():
    towns = rows("towns.csv")
    assert len(towns) >= 500
    wrong = []
    for row in towns:
        found = world.gazetteer().search(row["name"], limit=1)
        if not found or found[0].place.country != row["country"]:
            wrong.append((row["name"], row["country"], found))
    assert len(wrong) <= 0.01 * len(towns), wrong


def test_towns_in_news_spellings_are_where_they_should_be():
    towns, far = rows("towns.csv"), []
    for row in towns:
        found = world.gazetteer().search(row["name"], limit=1)
        if not found or distance_km(found[0].place.point, at(row)) > 30:
            far.append((row["name"], row["country"], found))
    assert len(far) <= 0.015 * len(towns), far


def test_villages_in_the_news_have_a_candidate_nearby():
    villages, missed = rows("villages.csv"), []
    assert len(villages) >= 120
    for row in villages:
        found = world.gazetteer().search(row["name"], limit=50)
        if not any(distance_km(c.place.point, at(row)) <= 20 for c in found):
            missed.append((row["name"], row["country"], row["note"]))
    assert len(missed) <= 0.02 * len(villages), missed


def test_lookups_of_all_sorts():
    lookups, missed = rows("lookups.csv"), []
    for row in lookups:
        found = world.gazetteer().search(row["query"], limit=1)
        right = found and distance_km(found[0].place.point, at(row)) <= float(row["km"])
        if not right or (row["country"] and found[0].place.country not in {row["country"], None}):
            missed.append((row["query"], row["kind"], found[:1]))
    assert len(missed) <= 0.03 * len(lookups), missed


@pytest.mark.parametrize(
    ("name", "kind", "feature", "country"),
    [
        ("Strait of Hormuz", "water", "strait", None),
        ("Black Sea", "water", "sea", None),
        ("Dnipro River", "water", "river", None),
        ("Lake Chad", "water", "lake", None),
        ("Donbas", "area", "area", "UA"),
        ("Donbass", "area", "area", "UA"),
        ("Darfur", "area", "area", "SD"),
        ("the Sahel", "area", "area", None),
        ("Nagorno-Karabakh", "area", "area", None),
        ("Kashmir", "area", "area", None),
        ("Zaporizhzhia nuclear plant", "site", "nuclear plant", "UA"),
        ("ZNPP", "site", "nuclear plant", "UA"),
        ("Kakhovka dam", "site", "dam", "UA"),
        ("Rafah crossing", "site", "border crossing", None),
        ("Crimean Bridge", "site", "bridge", None),
        ("Engels-2", "airfield", "air base", "RU"),
        ("Hmeimim", "airfield", "air base", "SY"),
        ("Heathrow", "airfield", "large airport", "GB"),
        ("Robotyne", "city", "village", "UA"),
        ("Klishchiivka", "city", "village", "UA"),
        ("Al-Mawasi", "area", "area", "PS"),
        ("Zamzam", "city", "camp", "SD"),
    ],
)
def test_kinds_and_features(name, kind, feature, country):
    place = world.gazetteer().search(name)[0].place
    assert place.kind == kind
    assert feature is None or place.feature == feature
    assert country is None or place.country == country


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Kremlin", "RU"),
        ("the Kremlin", "RU"),
        ("White House", "US"),
        ("Downing Street", "GB"),
        ("Pentagon", "US"),
    ],
)
def test_seats_of_government_are_marked_as_metonyms(name, country):
    best = world.gazetteer().search(name)[0]
    assert (best.match, best.place.country, best.place.feature) == ("metonym", country, "seat of government")


def test_the_extent_of_an_informal_region():
    gazetteer = world.gazetteer()
    donbas = gazetteer.search("Donbas")[0].place
    assert set(gazetteer.shape(donbas).codes) == {"UA.05", "UA.14"}
    azov = gazetteer.search("Sea of Azov")[0].place
    [ring] = gazetteer.shape(azov).rings
    assert all(44 < lat < 48 and 33 < lon < 40 for lat, lon in ring)
    dnipro = gazetteer.search("Dnipro River")[0].place
    [course] = gazetteer.shape(dnipro).lines
    assert course[0][0] > 55 > 47 > course[-1][0]  # from its source in Russia to its mouth
    assert gazetteer.shape(gazetteer.search("Kharkiv")[0].place) is None


def test_the_chain_of_regions():
    place = world.gazetteer().search("Vovchansk")[0].place
    assert (place.country, place.admin1) == ("UA", "Kharkiv Oblast")
    bellevue = world.gazetteer().search("Bellevue, Washington")[0].place
    assert (bellevue.admin1, bellevue.admin2) == ("Washington", "King County")


def test_our_own_tables_have_no_faults():
    sys.path.insert(0, str(DATA))
    try:
        assert importlib.import_module("gazetteer_check").faults(DATA) == []
    finally:
        sys.path.remove(str(DATA))


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the evaluation data are not beside the checkout")
@pytest.mark.parametrize(("corpus", "least"), [("LGL", 0.92), ("GWN", 0.86)])
def test_a_right_candidate_exists(corpus, least):
    found = total = 0
    known = {}
    for line in (SHARED / "eval" / "toponyms" / f"{corpus}-dev.jsonl").read_text("utf-8").split("\n"):
        if not line:
            continue
        for toponym in json.loads(line)["toponyms"]:
            if toponym.get("lat") is None:
                continue
            text = toponym["text"]
            if text not in known:
                known[text] = world.gazetteer().search(text, limit=200)
            point = Point(lat=toponym["lat"], lon=toponym["lon"])
            total += 1
            found += any(distance_km(c.place.point, point) <= 161 for c in known[text])
    assert found / total >= least


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("Donbas", (0, 0), (150, 200)),  # the two oblasts lie along the border
        ("Kinburn Spit", (90, 130), (140, 180)),
        ("Dnipro River", (0, 0), (250, 420)),  # it is the border of Belarus for a while
        ("Lake Chad", (0, 0), (30, 130)),  # four countries meet in it
    ],
)
def test_distances_are_measured_over_the_extent_of_an_area(name, low, high):
    from mapper.distances import border_distance

    found = border_distance(world.gazetteer().search(name)[0].place)
    assert low[0] <= found.low_km <= low[1]
    assert high[0] <= found.high_km <= high[1]


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("Nazareth", "IL"),
        ("Benina", "LY"),
        ("Sweida", "SY"),
        ("Goris", "AM"),
        ("Tokmak", "UA"),
        ("Marawi", "PH"),
        ("Beni", "CD"),
    ],
)
def test_a_places_own_name_goes_before_likenesses_of_larger_places(name, country):
    assert world.gazetteer().search(name)[0].place.country == country
