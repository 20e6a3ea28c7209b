"""Which place a name means, from what the rest of the report says: sentences of our own with hand-checked truth."""

import pytest

from mapper import pipeline
from mapper.context import read_context
from mapper.evidence import FEATURES, Field
from mapper.model import UNSURE, Mention, Report, Toponym
from mapper.resolve import WEIGHTS
from mapper.wording import wording_cues


def found(text):
    return {r.toponym.text: r for r in pipeline.extract(text).resolutions}


def where(text, name):
    place = found(text)[name].place
    return place and (
        place.name,
        place.country,
        place.admin1 if place.country in {"US", "CA", "AU"} else None,
    )


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        # what stands behind it
        ("A car crashed in Paris, Texas, on Friday.", "Paris", ("Paris", "US", "Texas")),
        ("Police in Paris, France, said so.", "Paris", ("Paris", "FR", None)),
        ("Two died in Georgia's capital, Tbilisi.", "Georgia", ("Georgia", "GE", None)),
        ("Two died in Atlanta, Georgia.", "Georgia", ("Georgia", "US", "Georgia")),
        ("Officers from London, Ont., and Windsor met.", "London", ("London", "CA", "Ontario")),
        # the other names
        ("Troops left Tripoli for Misrata and Benghazi in Libya.", "Tripoli", ("Tripoli", "LY", None)),
        ("Clashes in Tripoli spread to Beirut, the Lebanese army said.", "Tripoli", ("Tripoli", "LB", None)),
        ("The fire began in Athens and reached Watkinsville and Winterville in Georgia.", "Athens", ("Athens", "US", "Georgia")),
        ("The mayors of Dublin, Westerville and Columbus, Ohio, met.", "Dublin", ("Dublin", "US", "Ohio")),
        ("Buses run from Cambridge to Ely and Huntingdon.", "Cambridge", ("Cambridge", "GB", None)),
        ("Trains from Cambridge to Boston and Somerville, Massachusetts, stopped.", "Cambridge", ("Cambridge", "US", "Massachusetts")),
        # what the words around say that it is
        ("Shells fell in the Kharkiv region of Ukraine.", "Kharkiv", ("Kharkiv Oblast", "UA", None)),
        ("Shells fell in Kharkiv, Ukraine.", "Kharkiv", ("Kharkiv", "UA", None)),
        ("Warnings hold for Clay, Becker and Otter Tail counties in Minnesota.", "Becker", ("Becker County", "US", "Minnesota")),
        ("Residents of the state of Washington voted.", "Washington", ("Washington", "US", "Washington")),
        ("Washington accused Moscow of lying.", "Washington", ("Washington", "US", "District of Columbia")),
        # a great name is not the small one's
        ("California, Colorado and Utah in the United States sued.", "Colorado", ("Colorado", "US", "Colorado")),
        ("The summit on peace in the Middle East opened in Cairo.", "Middle East", ("Middle East", None, None)),
        ("Mexico closed its border.", "Mexico", ("Mexico", "MX", None)),
    ],
)  # fmt: skip
def test_context_decides(text, name, expected):
    assert where(text, name) == expected


def test_two_senses_of_one_name_are_kept_apart_by_their_qualifiers():
    answer = pipeline.extract("She flew from Paris, Texas, to Paris, France. In Paris, France, it rained.")
    assert [r.place.country for r in answer.resolutions if r.toponym.text == "Paris"] == ["US", "FR", "FR"]


def test_a_region_and_its_city_are_kept_apart_by_the_word_behind_the_name():
    answer = pipeline.extract("Shells fell in the Kharkiv region. In Kharkiv, Ukraine, a market burned.")
    assert [r.place.kind for r in answer.resolutions if r.toponym.text == "Kharkiv"] == ["region", "city"]


def test_the_reports_own_distance_tells_which():
    # Bethlehem beside Jerusalem, not the one in South Africa or Pennsylvania
    r = found("Soldiers searched houses in Bethlehem, about 10 km south of Jerusalem.")["Bethlehem"]
    assert r.place.country == "PS"


def test_every_answer_has_a_reason_and_runners_up():
    for r in found(
        "Two cars crashed in Springfield, Illinois, and one in Engels, said police in Peoria."
    ).values():
        assert r.reason and 0 <= r.score <= 1
    r = found("A man was shot in Springfield.")["Springfield"]
    assert (
        r.score < 0.9 and len(r.runners_up) == 4 and all(c.place.name == "Springfield" for c in r.runners_up)
    )


def test_a_doubtful_answer_says_so():
    doubtful = [
        r for r in found("Jackson beat Clinton 3-1 at Franklin.").values() if r.place and r.score < UNSURE
    ]
    assert all(r.reason.startswith("unsure") for r in doubtful)


def test_no_place_is_an_answer_with_a_reason():
    r = found("Rebels took the village of Qwxyzzyabad.")["Qwxyzzyabad"]
    assert r.place is None and "not in the gazetteer" in r.reason


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The sheriff told county commissioners that two townships would share one school district.", "US"),
        ("Gardaí said the Taoiseach would visit.", "IE"),
        ("The panchayat sought Rs 20 lakh for the taluk.", "IN"),
        ("Councillors heard that the constabulary would pay £2m.", "GB"),
    ],
)
def test_wording_points_to_a_country(text, code):
    cues = wording_cues(text)
    assert max(cues, key=lambda c: cues[c]) == code


def test_wording_that_says_nothing():
    assert wording_cues("A drone hit a bridge near the front.") == {}


def test_every_feature_has_a_weight_and_shares_sum_to_one():
    from mapper import world
    from mapper.atlas import Atlas

    assert set(WEIGHTS) == set(FEATURES)
    gazetteer, text = world.gazetteer(), "Springfield, Illinois, and Paris"
    mentions = [
        Mention(
            Toponym(report_id="x", start=text.find(n), end=text.find(n) + len(n), text=n), gazetteer.lookup(n)
        )
        for n in ("Springfield", "Illinois", "Paris")
    ]
    (part,) = read_context(text, mentions, gazetteer)
    field = Field(part.block, Atlas(gazetteer))
    shares, features = field.settle(__import__("numpy").array([WEIGHTS[name] for name in FEATURES]))
    assert features.shape == (len(shares), len(FEATURES))
    for name in range(3):
        assert shares[field.starts[name] : field.starts[name + 1]].sum() == pytest.approx(1)


def test_long_reports_are_settled_in_parts(monkeypatch):
    monkeypatch.setattr("mapper.context.MOST_MENTIONS", 3)
    answer = pipeline.extract(
        "They met in Paris, Texas, then in Lyon, France, then in Kharkiv, Ukraine, then in Homs, Syria."
    )
    assert [r.place.country for r in answer.resolutions] == ["US", "US", "FR", "FR", "UA", "UA", "SY", "SY"]


@pytest.mark.parametrize(
    ("outlet", "region"),
    [("The Columbus Dispatch", "Ohio"), ("The Irish Times, Dublin", "Leinster")],
)
def test_the_outlet_tells_where_its_readers_live(outlet, region):
    report = Report(
        id="x", text="Firefighters in Dublin saved two dogs from a burning house on Monday.", outlet=outlet
    )
    (dublin,) = pipeline.extract(report).resolutions
    assert dublin.place.admin1 == region


def test_an_outlet_that_names_no_place_changes_nothing():
    plain = pipeline.extract(Report(id="x", text="A car crashed in Athens.")).resolutions
    assert (
        pipeline.extract(Report(id="x", text="A car crashed in Athens.", outlet="The Daily News")).resolutions
        == plain
    )
