"""Stated distances, read and judged in a country of our own, where every length can be checked by hand.

All cities but Norra lie on the equator, where a degree of longitude is 111.319 km (a circle of radius 6,378.137 km). The
border between Arvia (AA, in the west) and Brena (BB) is the meridian of 0°, the one between Brena and Cordia (CC) that of
10° E. Isla is an island country (DD). Where a place lies, and how far it reaches, stands in ``CITIES``.
"""

import math
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from map_samples import small_basemap

from mapper.claims import find_claims
from mapper.errors import OptionError
from mapper.export import to_record
from mapper.features import map_data
from mapper.geodesy import distance_km
from mapper.model import (
    BorderDistance,
    Extraction,
    Place,
    Point,
    Report,
    Resolution,
    TerritoryDistance,
    Toponym,
)
from mapper.quantities import KM_PER_UNIT, find_lengths, rounding
from mapper.sentences import split_sentences
from mapper.verdicts import Stated, judge_length, wind_deg, wrong_direction
from mapper.views import claim_rows

DEGREE_KM = 2 * math.pi * 6378.137 / 360
MILE = 1.609344
LINES = {("AA", "BB"): 0.0, ("BB", "CC"): 10.0}
CITIES = {  # longitude, country, radius in km; kilometres to the AA-BB border
    "Kelm": (-0.3, "AA", 5.0),  # 33.4
    "Dorn": (-0.05, "AA", 1.0),  # 5.6
    "Ostia": (-3.0, "AA", 10.0),  # 334.0
    "Tarn": (0.4, "BB", 4.0),  # 44.5
    "Vast": (4.0, "BB", 10.0),  # 445.3, and 667.9 to the other one
    "Corda": (12.0, "CC", 10.0),  # 222.6 to BB-CC
}
COUNTRIES = {"Arvia": "AA", "Brena": "BB", "Cordia": "CC", "Isla": "DD"}
DEMONYMS = {"Arvian": "AA", "Brenish": "BB", "Cordian": "CC"}


def _country(code: str) -> Place:
    return Place(name=code, point=Point(lat=0, lon=0), kind="country", radius_km=900, country=code)


PLACES = {
    name: Place(name=name, point=Point(lat=0, lon=lon), kind="city", radius_km=radius, country=code)
    for name, (lon, code, radius) in CITIES.items()
}
PLACES["Norra"] = Place(name="Norra", point=Point(lat=1, lon=-0.3), kind="city", radius_km=2, country="AA")
PLACES["Port Isla"] = Place(
    name="Port Isla", point=Point(lat=0, lon=-9), kind="city", radius_km=2, country="DD"
)
PLACES["Hills"] = Place(name="Hills", point=Point(lat=0, lon=-1), kind="region", radius_km=200, country="AA")
PLACES |= {name: _country(code) for name, code in COUNTRIES.items()}
NAME = re.compile(r"\b(?:" + "|".join([*sorted(PLACES, key=len, reverse=True), *DEMONYMS, "Qwxyz"]) + r")\b")


class World:
    """Measures along the equator; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str | None, ...]] = []

    def border(self, place: Place, country: str | None, other: str | None = None) -> BorderDistance:
        self.asked.append((country,) if other is None else (country, other))
        found = [
            (distance_km(place.point, Point(lat=place.point.lat, lon=lon)), pair)
            for pair, lon in LINES.items()
            if {country, other} - {None} <= set(pair)
        ]
        if not found:
            raise OptionError(f"{country} has no land border")
        km, pair = min(found)
        return BorderDistance(
            km=km, low_km=max(0.0, km - place.radius_km), high_km=km + place.radius_km, border=pair,
            nearest_point=Point(lat=place.point.lat, lon=LINES[pair]), view="test",
        )  # fmt: skip

    def territory(self, place: Place, country: str) -> TerritoryDistance:
        if country == "DD":
            raise OptionError("the territory of DD is not known")
        west, east = {"AA": (-60.0, 0.0), "BB": (0.0, 10.0), "CC": (10.0, 60.0)}[country]
        inside = west <= place.point.lon <= east
        edge = Point(lat=place.point.lat, lon=min((west, east), key=lambda lon: abs(lon - place.point.lon)))
        km = distance_km(place.point, edge)
        return TerritoryDistance(
            country=country, km=0 if inside else km, depth_km=km if inside else 0,
            low_km=0 if inside else max(0.0, km - place.radius_km), high_km=0 if inside else km + place.radius_km,
            nearest_point=edge, neighbour=None, view="test",
        )  # fmt: skip


def read(text: str, world: World | None = None):
    """Read the claims of a text in that country."""
    resolutions = []
    for match in NAME.finditer(text):
        role = "demonym" if match[0] in DEMONYMS else "literal"
        place = _country(DEMONYMS[match[0]]) if role == "demonym" else PLACES.get(match[0])
        toponym = Toponym(report_id="r", start=match.start(), end=match.end(), text=match[0], role=role)
        reason = "" if place else "not in the gazetteer"
        resolutions.append(Resolution(toponym=toponym, place=place, score=1, reason=reason))
    return find_claims(Report(id="r", text=text), split_sentences(text), resolutions, world or World())


YES, NO, OPEN = "consistent", "inconsistent", "unchecked"

# sentence, place, km, lowest and highest stated km, verdict
CLAIMS = [
    # the border of a country
    ("Kelm is 19 miles (30 km) from the border with Brena.", "Kelm", 30, 25, 35, YES),
    ("Kelm is 30 km (19 miles) from the Brenish border.", "Kelm", 30, 25, 35, YES),
    ("Kelm is 30km from the border.", "Kelm", 30, 25, 35, YES),
    ("Kelm is 90 km from the border with Brena.", "Kelm", 90, 85, 95, NO),
    ("Kelm lies 34.7 km from the border with Brena.", "Kelm", 34.7, 34.65, 34.75, YES),
    ("Kelm lies 12 km from the Brenish frontier.", "Kelm", 12, 11.5, 12.5, NO),
    ("Kelm lies some 25 miles from the Brenish border.", "Kelm", 25 * MILE, 20 * MILE, 30 * MILE, YES),
    ("Kelm lies twenty-five miles from the Brenish border.", "Kelm", 25 * MILE, 22.5 * MILE, 27.5 * MILE, YES),
    ("Dorn, just 5 kilometres from the border, was shelled.", "Dorn", 5, 4.5, 5.5, YES),
    ("Dorn, half a mile from the Brenish border, was shelled.", "Dorn", 0.5 * MILE, 0.25 * MILE, 0.75 * MILE, NO),
    ("Dorn, three nautical miles from the border, was shelled.", "Dorn", 5.556, 4.63, 6.482, YES),
    ("Dorn, 500 metres from the border, was shelled.", "Dorn", 0.5, 0.45, 0.55, NO),
    ("Dorn, 500 m from the border, was shelled.", "Dorn", 0.5, 0.45, 0.55, NO),
    ("Ostia is 300 kms from the border.", "Ostia", 300, 250, 350, YES),
    ("Ostia is 1,200km from the border with Brena.", "Ostia", 1200, 1150, 1250, NO),
    ("Ostia is some 200 miles from the Brenish border.", "Ostia", 200 * MILE, 130 * MILE, 270 * MILE, YES),
    ("Ostia is a few hundred kilometres from the border.", "Ostia", None, 150, 1000, YES),
    ("Ostia lies hundreds of miles from the border.", "Ostia", None, 100 * MILE, 1200 * MILE, YES),
    ("Kelm lies dozens of kilometres from the border.", "Kelm", None, 20, 120, YES),
    ("Kelm lies two dozen kilometres from the border.", "Kelm", 24, 18, 30, YES),
    ("Kelm lies a few kilometres from the border.", "Kelm", None, 1.5, 10, NO),
    ("Dorn lies a couple of miles from the border.", "Dorn", None, 1.5 * MILE, 3 * MILE, YES),
    ("Dorn lies a mile and a half from the border.", "Dorn", 1.5 * MILE, 1.25 * MILE, 1.75 * MILE, NO),
    ("Kelm is between 30 and 40 km from the border.", "Kelm", 35, 25, 45, YES),
    ("Kelm, 20-25 miles from the border, was hit.", "Kelm", 22.5 * MILE, 17.5 * MILE, 27.5 * MILE, YES),
    ("Kelm is 10 to 15 kilometres from the border.", "Kelm", 12.5, 7.5, 17.5, NO),
    ("Kelm is 10-15 km (6-9 miles) from the border.", "Kelm", 12.5, 7.5, 17.5, NO),
    ("Kelm is less than 50 km from the border.", "Kelm", 50, 0, 50, YES),
    ("Kelm is less than 20 km from the border.", "Kelm", 20, 0, 20, NO),
    ("Kelm is more than 30 km from the border.", "Kelm", 30, 30, None, YES),
    ("Kelm is at least 60 miles from the Brenish border.", "Kelm", 60 * MILE, 60 * MILE, None, NO),
    ("Kelm is up to 50 km from the border.", "Kelm", 50, 0, 50, YES),
    ("Kelm is nearly 40 km from the border.", "Kelm", 40, 31, 40, YES),
    ("Kelm is just over 40 km from the Brenish border.", "Kelm", 40, 40, 49, NO),
    ("Kelm is 20 miles (60 km) from the border.", "Kelm", 60, 15 * MILE, 25 * MILE, OPEN),
    ("Corda is 1,300 km from the border between Arvia and Brena.", "Corda", 1300, 1250, 1350, YES),
    ("Port Isla is 900 km from the border between Arvia and Cordia.", "Port Isla", 900, 850, 950, OPEN),
    ("Corda is 200 km from the Brenish border.", "Corda", 200, 150, 250, YES),
    ("Vast is about 450 km from the Arvian–Brenish border.", "Vast", 450, 380, 520, YES),
    ("Vast is 700 km from the Cordian border.", "Vast", 700, 650, 750, YES),
    ("Vast is 700 km from the border. Cordia was silent.", "Vast", 700, 650, 750, YES),
    ("Vast is 700 km from the border.", "Vast", 700, 650, 750, OPEN),
    ("Vast is 200 km from the border.", "Vast", 200, 150, 250, NO),
    ("Port Isla is 30 km from the border.", "Port Isla", 30, 25, 35, OPEN),
    ("Port Isla lies 30 km from the border with Isla.", "Port Isla", 30, 25, 35, OPEN),
    ("Kelm is 30 km from the Hills border.", "Kelm", 30, 25, 35, OPEN),
    ("Kelm is 40 km north of the Brenish border.", "Kelm", 40, 35, 45, YES),
    ("Kelm is 60 km north of the Brenish border.", "Kelm", 60, 55, 65, OPEN),
    ("Kelm is 12 km north of the Brenish border.", "Kelm", 12, 11.5, 12.5, NO),
    ("Ostia is 600 km south of Brena.", "Ostia", 600, 550, 650, OPEN),
    # words alone
    ("Dorn, near the Brenish border, was shelled.", "Dorn", None, 0, 50, YES),
    ("Dorn lies on the border with Brena.", "Dorn", None, 0, 50, YES),
    ("Kelm, close to the border, was shelled.", "Kelm", None, 0, 50, OPEN),
    ("Kelm, a city within sight of the border, was shelled.", "Kelm", None, 0, 50, OPEN),
    ("Ostia is near the border with Brena.", "Ostia", None, 0, 50, NO),
    ("Dorn, just across the border from Brena, was quiet.", "Dorn", None, 0, 50, YES),
    ("Vast lies deep inside Brena.", "Vast", None, 30, None, YES),
    ("A depot in Tarn, deep inside Brenish territory, burned.", "Tarn", None, 30, None, OPEN),
    # a country
    ("Ostia is 330 km from Brena.", "Ostia", 330, 325, 335, YES),
    ("Ostia is 100 km from Brenish territory.", "Ostia", 100, 75, 125, NO),
    ("Tarn, 30 km from Brena, was hit.", "Tarn", 30, 25, 35, OPEN),
    ("Tarn, 45 km inside Brena, was hit.", "Tarn", 45, 42.5, 47.5, YES),
    ("Tarn, 20 km (12 miles) inside Brenish territory, was hit.", "Tarn", 20, 15, 25, NO),
    ("Arvian drones hit Vast, 450 km inside Brena.", "Vast", 450, 425, 475, YES),
    ("Cordian drones hit Vast, 650 km inside Brena.", "Vast", 650, 625, 675, YES),
    ("Drones hit Vast, 650 km inside Brena.", "Vast", 650, 625, 675, OPEN),
    ("Kelm, 5 km inside Brena, was hit.", "Kelm", 5, 4.5, 5.5, NO),
    # another place
    ("Kelm is 80 km from Tarn.", "Kelm", 80, 75, 85, YES),
    ("Kelm is 200 km from Tarn.", "Kelm", 200, 150, 250, NO),
    ("Norra, 110 km north of Kelm, was quiet.", "Norra", 110, 105, 115, YES),
    ("Norra, 110 km to the north-east of Kelm, was quiet.", "Norra", 110, 105, 115, YES),
    ("Norra, 110 km south of Kelm, was quiet.", "Norra", 110, 105, 115, NO),
    ("Kelm is 80 km due west of Tarn.", "Kelm", 80, 75, 85, YES),
    ("Kelm is 80 km east of the Brenish city of Tarn.", "Kelm", 80, 75, 85, NO),
    ("Kelm and Tarn are 80 km apart.", "Kelm", 80, 75, 85, YES),
    ("The distance between Kelm and Tarn is about 80 km.", "Kelm", 80, 67, 93, YES),
    ("Kelm is 80 km from the Tarn nuclear plant.", "Kelm", 80, 75, 85, OPEN),
    ("Kelm is 60 km from Hills.", "Kelm", 60, 55, 65, OPEN),
    ("Kelm is 80 km from Qwxyz.", "Kelm", 80, 75, 85, OPEN),
    ("Qwxyz is 80 km from Kelm.", "Qwxyz", 80, 75, 85, OPEN),
    # which place it is
    ("Kelm, Arvia's second city, is 30 km from the border.", "Kelm", 30, 25, 35, YES),
    ("Kelm, which has 1.4 million people and a port, is 30 km from the border.", "Kelm", 30, 25, 35, YES),
    ("Tarn said that Kelm, a city 30 km from the border, was hit.", "Kelm", 30, 25, 35, YES),
    ("Bombs fell on Kelm on Friday, 30 km from the border.", "Kelm", 30, 25, 35, YES),
    ("Bombs fell on Kelm. The city lies 30 km from the border.", "Kelm", 30, 25, 35, YES),
    ("Bombs fell on Kelm. It lies 30 km from the border.", "Kelm", 30, 25, 35, YES),
    ("Bombs fell on Kelm, in Hills province, 30 km from the border.", "Kelm", 30, 25, 35, YES),
    ("Kelm, Arvia, a city 30 km from the border, was hit.", "Kelm", 30, 25, 35, YES),
    ("Kelm, an old town of 40,000 which lies 30 km from the border, was hit.", "Kelm", 30, 25, 35, YES),
    ("Just 30 km from the border, Kelm was hit.", "Kelm", 30, 25, 35, YES),
    ("Some 30 km from the border lies the town of Kelm.", "Kelm", 30, 22, 38, YES),
    ("The Brenish border is only 30 km from Kelm.", "Kelm", 30, 25, 35, YES),
    ("Bombs fell on Kelm; the border is 30 km away.", "Kelm", 30, 25, 35, YES),
    ("Only 30 km separate Kelm, the second city, from the border.", "Kelm", 30, 25, 35, YES),
    ("Tarn's mayor said a village 30 km from the border was hit.", "not named", 30, 25, 35, OPEN),
    ("In Kelm, a depot 10 km from the border burned.", "not named", 10, 7.5, 12.5, OPEN),
    ("The epicentre was six miles north-east of Kelm.", "not named", 6 * MILE, 5.5 * MILE, 6.5 * MILE, OPEN),
    ("A plant in Kelm district, 10 km from Kelm, burned.", "not named", 10, 7.5, 12.5, OPEN),
    ("The Arvian is 80 km from Tarn.", "not named", 80, 75, 85, OPEN),
    ("Hills is 80 km from Tarn.", "Hills", 80, 75, 85, OPEN),
    ("Arvia is 80 km from Tarn.", "Arvia", 80, 75, 85, OPEN),
]  # fmt: skip

NO_CLAIMS = [
    "A convoy 60 km long rolled to Kelm.",
    "A 5 km exclusion zone was set up around Kelm.",
    "A 30-kilometre stretch of the border with Brena was mined.",
    "Troops marched 10 km from Kelm.",
    "Brenish forces advanced 10 km into Arvia.",
    "The train covered 109 miles from Kelm to Tarn.",
    "It is 80 km from Kelm to Tarn.",
    "The van drove at 60 km/h from Kelm.",
    "The van drove at 60 miles per hour from Kelm.",
    "Missiles with a range of 300 km from Brena were shown.",
    "The blast was heard 20 km from Kelm.",
    "People within 30 km of Kelm were told to leave.",
    "Kelm won 30m from Brena.",
    "She won the 400 metres from Brena's champion.",
    "The firm bought 20 square kilometres from Arvia.",
    "Pipes of 300 km of Brenish steel were laid.",
    "I am from Kelm.",
    "Guards work on the border with Brena.",
    "Migrants near the border of Brena waited.",
    "Dorn, near the border guards, was quiet.",
    "Hills, near the Brenish border, was quiet.",
    "Dorn is 5 km from Brenish-held territory.",
    "Shelling 20 km from Brenish-held ground went on.",
    "The wall is 7 feet high in Kelm.",
    "Kelm lost 5 km of road.",
    "A park 2 km from the station opened.",
]


@pytest.mark.parametrize(("text", "place", "km", "low", "high", "verdict"), CLAIMS)
def test_claims_are_read_and_judged(text, place, km, low, high, verdict):
    (claim,) = read(text)
    assert claim.place == place
    assert claim.km == (None if km is None else pytest.approx(km, abs=0.001))
    assert claim.low_stated_km == pytest.approx(low, abs=0.001)
    assert claim.high_stated_km == (None if high is None else pytest.approx(high, abs=0.001))
    assert claim.verdict == verdict, claim.reason
    assert claim.reason and text[claim.start : claim.end] == claim.evidence in text


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_what_tells_nothing_of_where_a_place_lies(text):
    assert read(text) == []


def test_one_subject_for_two_distances():
    near, far = read("Kelm is less than 40 km from the border and more than 400 km from Ostia.")
    assert (near.place, near.verdict, far.place, far.verdict) == ("Kelm", YES, "Kelm", NO)
    assert far.km == 400 and far.reference == "Ostia"


def test_a_gap_is_what_neither_extent_nor_rounding_explains():
    (claim,) = read("Kelm is 90 km from the border with Brena.")
    assert claim.computed_km == pytest.approx(0.3 * DEGREE_KM, abs=0.001)
    assert (claim.low_km, claim.high_km) == pytest.approx(
        (0.3 * DEGREE_KM - 5, 0.3 * DEGREE_KM + 5), abs=0.001
    )
    assert claim.gap_km == pytest.approx(85 - (0.3 * DEGREE_KM + 5), abs=0.001)
    assert "by 46.6 km" in claim.reason and "85 to 95 km" in claim.reason and "AA–BB" in claim.reason
    assert read("Kelm is 30 km from the border with Brena.")[0].gap_km is None


def test_a_wrong_direction_alone_leaves_no_gap():
    (claim,) = read("Norra, 110 km south of Kelm, was quiet.")
    assert (claim.verdict, claim.gap_km, claim.direction) == (NO, 0.0, "south")
    assert claim.bearing_deg == pytest.approx(0, abs=0.1) and "not south" in claim.reason


def test_a_place_outside_the_country_misses_by_its_distance_to_it():
    (claim,) = read("Kelm, 5 km inside Brena, was hit.")
    assert claim.gap_km == pytest.approx(0.3 * DEGREE_KM - 5, abs=0.001) and "outside BB" in claim.reason


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Kelm is 30 km from the border with Brena.", {("BB",)}),
        ("Kelm is 30 km from the Arvian border.", {("AA",)}),
        ("Kelm is 30 km from the border between Arvia and Brena.", {("AA", "BB")}),
        ("Kelm is 30 km from the border.", {("AA",)}),
        ("Cordia and Brena met. Kelm is 30 km from the border.", {("AA",), ("BB",), ("CC",)}),
        ("Vast, 450 km inside Brena, was hit by Cordia.", {("BB",), ("BB", "CC")}),
        ("Kelm is 30 km from Tarn.", set()),
    ],
)
def test_the_border_that_the_words_mean_is_measured(text, asked):
    world = World()
    assert read(text, world)
    assert set(world.asked) == asked


@pytest.mark.parametrize(
    ("figure", "decimals", "tolerance"),
    [
        (34.7, 1, 0.05), (30.0, 1, 0.05), (1.5, 1, 0.25), (7, 0, 0.5), (5, 0, 0.5), (12, 0, 0.5), (30, 0, 5), (50, 0, 5),
        (25, 0, 2.5), (150, 0, 25), (1200, 0, 50), (200, 0, 50), (10, 0, 2.5), (100, 0, 25), (1000, 0, 250), (1, 0, 0.5),
    ],
)  # fmt: skip
def test_rounding_is_read_from_the_digits(figure, decimals, tolerance):
    assert rounding(figure, decimals) == pytest.approx(tolerance)


@pytest.mark.parametrize(
    ("words", "bearing"),
    [
        ("north", 0), ("north-east", 45), ("southeast", 135), ("south-southeast", 157.5), ("west-north-west", 292.5),
        ("north-northwest", 337.5), ("southwestern", 225), ("Northwards", 0), ("east-west", None), ("", None),
    ],
)  # fmt: skip
def test_winds(words, bearing):
    assert wind_deg(words) == (None if bearing is None else pytest.approx(bearing))


@pytest.mark.parametrize(
    ("stated", "measured", "reach", "wrong"),
    [(0, 44, 0, False), (0, 46, 0, True), (350, 30, 0, False), (0, 74, 50, False), (0, 76, 50, True), (0, 180, 100, False)],
)  # fmt: skip
def test_directions_are_judged_with_the_angle_of_the_extents(stated, measured, reach, wrong):
    # a reach of 50 km at 100 km is seen under 30 degrees
    assert wrong_direction(stated, measured, 100, reach) is wrong


WHOLE = st.integers(min_value=1, max_value=9_999)


@given(
    WHOLE,
    st.sampled_from(["{:d} km", "{:,d} km", "{:d}km", "{:d}-kilometre", "{:d} kms", "{:d}\u00a0kilometers"]),
)
def test_kilometres_are_read_as_they_stand(figure, form):
    (length,) = find_lengths(form.format(figure))
    assert length.km == figure and 0 < length.low_km < figure < length.high_km


@given(
    WHOLE,
    st.sampled_from(
        [("miles", "mi"), ("nautical miles", "nmi"), ("metres", "m"), ("yards", "yd"), ("feet", "ft")]
    ),
)
def test_units_convert_there_and_back(figure, unit):
    word, key = unit
    (length,) = find_lengths(f"{figure:,} {word}")
    assert length.km / KM_PER_UNIT[key] == pytest.approx(figure)
    assert length.low_km < length.km < length.high_km


@given(st.integers(min_value=1, max_value=3_000), st.booleans())
def test_a_conversion_in_brackets_contradicts_nothing_and_narrows_nothing(km, miles_first):
    miles = max(1, round(km / MILE))
    text = f"{miles} miles ({km} km)" if miles_first else f"{km} km ({miles} miles)"
    (length,) = find_lengths(text)
    (alone,) = find_lengths(f"{km} km")
    assert length.km == km and not length.conflict and (length.start, length.end) == (0, len(text))
    assert length.low_km <= alone.low_km + 1e-9 and length.high_km >= alone.high_km - 1e-9


@given(WHOLE, WHOLE)
def test_ranges_run_between_their_ends(one, other):
    low, high = sorted((one, other))
    for text in (
        f"{low} to {high} km",
        f"{low}-{high} km",
        f"between {low} and {high} km",
        f"from {low} km to {high} km",
    ):
        (length,) = find_lengths(text)
        assert length.low_km < low <= length.km <= high < length.high_km


@given(st.tuples(*[st.floats(min_value=0, max_value=20_000)] * 4))
def test_a_gap_closes_the_intervals(values):
    (a, b), (low, high) = sorted(values[:2]), sorted(values[2:])
    verdict, gap = judge_length(Stated(a, b, a, b), low, high)
    if gap is None:
        assert verdict == YES and a <= high and low <= b
    else:
        assert verdict == NO and gap > 0 and not (a <= high and low <= b)
        assert judge_length(Stated(a - gap, b + gap, a - gap - 1e-6, b + gap + 1e-6), low, high)[0] == YES


PIECES = st.sampled_from(
    ["Kelm", "Brena", "Brenish", " border ", " 30 km ", "(19 miles) ", "from the ", "between 5 and ", " near ", "deep inside ", " and ",
     "about ", "half a ", "twenty-", "hundred ", ",", ". ", "-", "½", "the city ", " is ", " south of ", "9" * 400, "\u00a0", "\0", "٣٠ km", "Ŧŧŧ"]
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(
    st.one_of(
        st.text(max_size=200), st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=40).map("".join)
    )
)
def test_any_text(text):
    for length in find_lengths(text):
        assert 0 <= length.low_km <= length.high_km and length.start < length.end <= len(text)
    for claim in read(text):
        assert claim.verdict in {YES, NO, OPEN} and claim.reason
        assert claim.evidence == text[claim.start : claim.end]
        assert (claim.gap_km is not None) == (claim.verdict == NO)
        assert claim.km is None or 0 < claim.km <= 20_004


@pytest.mark.parametrize(
    "piece",
    ["Kelm is 30 km from the border with Brena. ", "Kelm, ", "30 km ", "about ", "a few ", "between 5 and ", "the city is ", "from the ",
     "near the border ", "is ", "5-", "1,000", " on Friday", "twenty-", "distance between Kelm and ", "Kelm (", "north-", "border is ",
     "deep inside Brena ", "within ", "½ "],
)  # fmt: skip
def test_the_cost_grows_with_the_length_of_the_text(piece):
    text = (piece * (100_000 // len(piece) + 1))[:100_000]
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 5


def test_verdicts_for_people():
    texts = (
        "Kelm is 30 km from the border.",
        "Kelm is 90 km from the Brenish border.",
        "Kelm, near the border, was hit.",
    )
    extractions = [Extraction(report=Report(id="r", text=text), claims=tuple(read(text))) for text in texts]
    rows = claim_rows(extractions)
    assert [row["Verdict"] for row in rows] == ["consistent", "inconsistent by 46.6 km", "cannot tell"]
    assert [row["Stated (km)"] for row in rows] == [30, 90, None]
    assert [row["Off by (km)"] for row in rows] == [None, pytest.approx(46.604, abs=0.001), None]
    records = [to_record(one) for one in extractions]
    claims = [
        claim for one in records for key in ("distance_claims", "nearness_claims") for claim in one[key]
    ]
    assert [len(one["nearness_claims"]) for one in records] == [0, 0, 1]
    assert [claim["verdict"] for claim in claims] == [YES, NO, OPEN]
    assert [(claim["km"], claim["low_stated_km"], claim["high_stated_km"]) for claim in claims] == [
        (30, 25, 35), (90, 85, 95), (None, 0, 50),
    ]  # fmt: skip
    data = map_data(extractions, basemap=small_basemap())
    assert [(claim["text"], claim["verdict"]) for claim in data.head["claims"]] == [
        ("Kelm – border: 30 km", "consistent"),
        ("Kelm – Brenish border: 90 km", "inconsistent by 46.6 km"),
        ("Kelm – border: no figure", "cannot tell"),
    ]
