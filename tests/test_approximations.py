"""Spots told by distance and direction, and guesses at where a name lies that the gazetteer lacks."""

import pytest

from mapper import pipeline
from mapper.geodesy import bearing_deg, distance_km
from mapper.model import UNSURE


def one(text, name):
    return next(r for r in pipeline.extract(text).resolutions if r.toponym.text == name)


@pytest.mark.parametrize(
    ("text", "name", "km", "bearing", "radius"),
    [
        # radius: half of what the figure leaves open and half a wind sideways, added at right angles, and the place's own
        ("The convoy was hit 20 km south of Raqqa on Monday.", "Raqqa", 20, 180, (8, 18)),
        ("A drone fell 35 kilometers north-east of the city of Kharkiv.", "Kharkiv", 35, 45, (20, 30)),
        ("A quake struck 35 km WSW of Oaxaca, Mexico.", "Oaxaca", 35, 247.5, (15, 25)),
        ("Rebels shelled a base about 100 miles west of Mosul.", "Mosul", 160.9, 270, (70, 110)),
    ],
)
def test_a_spot_is_told_by_distance_and_direction(text, name, km, bearing, radius):
    r = one(text, name)
    assert distance_km(r.place.point, r.offset.point) == pytest.approx(km, rel=0.01)
    assert bearing_deg(r.place.point, r.offset.point) % 360 == pytest.approx(bearing, abs=1)
    assert radius[0] <= r.offset.radius_km <= radius[1] and r.offset.name.endswith(name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Lyptsi, 10 km north of Kharkiv, was shelled.", "Kharkiv"),  # that is where Lyptsi lies
        ("Kharkiv lies 30 km from the border with Russia.", "Kharkiv"),
        ("They drove from Raqqa to Homs.", "Raqqa"),
        ("He lives south of Raqqa.", "Raqqa"),
        ("A 20 km convoy left Raqqa.", "Raqqa"),
    ],
)
def test_no_spot_is_told(text, name):
    assert one(text, name).offset is None


def test_an_incident_goes_to_the_spot():
    (incident,) = pipeline.extract(
        "A roadside bomb killed five soldiers 40 km south of Raqqa on Monday."
    ).incidents
    raqqa = one("Raqqa is in Syria.", "Raqqa").place
    assert distance_km(incident.place.point, raqqa.point) == pytest.approx(40, rel=0.02)
    assert (
        incident.place.radius_km > 15
        and incident.border.low_km < incident.border.km < incident.border.high_km
    )


def test_what_the_gazetteer_lacks_is_guessed_around_the_town_named_with_it():
    r = one(
        "Police closed Brandywine Hollow Road in Dayton, Ohio, after the crash.", "Brandywine Hollow Road"
    )
    assert r.place is None and r.near.name == "around Dayton" and r.near.radius_km >= 40
    assert r.score < UNSURE and "not in the gazetteer" in r.reason and "guess" in r.reason


def test_a_guess_holds_no_incident():
    answer = pipeline.extract(
        "Gunmen killed six farmers in the village of Qwxyzzyabad, near Kandahar, on Monday."
    )
    assert all(i.place.name != "around Kandahar" for i in answer.incidents)
