"""The walk from text to incidents: hand-made reports, the seed brief, and properties that hold for any text."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapper import pipeline
from mapper.errors import InputError
from mapper.model import DATE_PRECISIONS, INCIDENT_KINDS, Report

FRIDAY = date(2024, 5, 31)


def read(text, published=FRIDAY):
    return pipeline.extract(Report(id="r", text=text, published=published))


def places(text):
    return {
        r.toponym.text: (r.place.name, r.place.country) if r.place else None for r in read(text).resolutions
    }


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("A strike hit Engels in Russia, Russian media said.", "Engels", ("Engels", "RU")),
        ("A car crashed in Paris, Texas, on Friday.", "Paris", ("Paris", "US")),
        ("Police in Paris, France, said so.", "Paris", ("Paris", "FR")),
        ("Shells fell in the Kharkiv region of Ukraine.", "Kharkiv", ("Kharkiv Oblast", "UA")),
        ("KYIV, Aug 18 - Two people died in Odesa.", "KYIV", ("Kyiv", "UA")),
        ("The US and the U.K. agreed.", "US", ("United States", "US")),
        ("EDMONTON, Ky. -- One man is dead.", "EDMONTON", ("Edmonton", "US")),
        ("CHARLESTON, W.Va. -- A man is dead.", "W.Va.", ("West Virginia", "US")),
        ("A bomb went off in Харків.", "Харків", ("Kharkiv", "UA")),
        ("The army took Al-Hudaydah in Yemen.", "Al-Hudaydah", ("Hodeidah", "YE")),
    ],
)
def test_names_are_settled_by_context(text, name, expected):
    assert places(text)[name] == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("President Vladimir Putin spoke.", "Vladimir"),
        ("Greg Allen, the chief, spoke. Allen left.", "Allen"),
        ("He told Al Jazeera so.", "Al Jazeera"),
        ("They met on Thursday in March.", "March"),
        ("“We’re used to it,” she said.", "We"),
        ("Reading the letter took long.", "Reading"),
        ("They drove down Loop 286.", "Loop"),
    ],
)
def test_what_is_no_place(text, name):
    assert name not in places(text)


def test_a_name_that_the_gazetteer_lacks_is_kept_with_its_reason():
    (resolution,) = [
        r
        for r in read("Rebels attacked the village of Qwxyzzy in Niger.").resolutions
        if r.toponym.text == "Qwxyzzy"
    ]
    assert resolution.place is None and "not in the gazetteer" in resolution.reason


def test_an_incident_at_an_unknown_village_stands_in_the_region_and_says_so():
    (incident,) = read(
        "Rebels attacked the village of Qwxyzzy in Niger on Friday, killing three people."
    ).incidents
    assert incident.place.country == "NE" and "'Qwxyzzy' is not in the gazetteer" in incident.place_reason


def test_roles():
    roles = {
        r.toponym.text: r.toponym.role
        for r in read("Russian jets bombed Kharkiv. Moscow denied it. Kharkiv University closed.").resolutions
    }
    assert roles["Russian"] == "demonym" and roles["Moscow"] == "metonym" and roles["Kharkiv"] == "part"


@pytest.mark.parametrize(
    "text",
    [
        "Moscow warned that it could attack Kharkiv.",
        "Biden allowed Ukraine to strike targets in Belgorod.",
        "Ministers will meet in Prague next week.",
        "Kharkiv has come under an increasing number of attacks this month.",
        "Forty people have been killed in Kharkiv since January.",
        "In February 2022 Russian troops attacked Kharkiv.",
        "The army denied that it had attacked Kharkiv.",
    ],
)
def test_threats_plans_totals_and_history_are_no_incidents(text):
    assert read(text).incidents == ()


def test_the_place_is_carried_over_and_says_so():
    incidents = read(
        "A missile hit Kharkiv on Thursday. Last weekend, 19 were killed in an attack on a superstore."
    ).incidents
    assert [(i.place.name, str(i.date), i.killed) for i in incidents] == [
        ("Kharkiv", "2024-05-30", None),
        ("Kharkiv", "2024-05-25", 19),
    ]
    assert (
        incidents[0].place_reason == "named in the sentence" and "carried over" in incidents[1].place_reason
    )


def test_sentences_about_one_event_merge():
    (incident,) = read(
        "A bomb exploded in Kabul on Friday. The blast killed 12 people and injured 30."
    ).incidents
    assert (incident.kind, incident.killed, incident.injured, incident.date) == ("explosion", 12, 30, FRIDAY)


def test_two_attacks_on_different_targets_stay_two():
    incidents = read(
        "A missile hit a school in Kharkiv on Friday. Another missile hit a hospital in Kharkiv on Friday."
    ).incidents
    assert len(incidents) == 2


def test_nearest_border_and_the_story_s_border():
    text = "Ukrainian drones attacked a base in Engels on Friday, Russia said. Ukraine did not comment."
    (incident,) = read(text).incidents
    assert incident.border.border == ("KZ", "RU") and incident.border.km == pytest.approx(152.1, abs=0.1)
    assert incident.story_border.border == ("RU", "UA") and incident.story_border.km == pytest.approx(
        471.1, abs=0.1
    )


def test_a_meeting_elsewhere_has_no_border_of_the_story():
    text = "Ministers met in Prague on Friday. Russia attacked Ukraine; Ukrainian and Russian envoys stayed away from the border with Russia."
    incident = next(i for i in read(text).incidents if i.place.name == "Prague")
    assert incident.border.border == ("CZ", "DE") and incident.story_border is None and incident.story_reason


@pytest.mark.parametrize(
    ("text", "km", "verdict"),
    [
        ("Kharkiv is 19 miles (30 km) from the border with Russia.", 30, "consistent"),
        ("Kharkiv is 90 km from the border with Russia.", 90, "inconsistent"),
        ("Kharkiv lies less than 50 km from the Russian border.", 50, "consistent"),
        (
            "Only 30 km (19 miles) separate Kharkiv, the second city, from the border with Russia.",
            30,
            "consistent",
        ),
        ("Poltava, 130 km west of Kharkiv, was quiet.", 130, "consistent"),
        ("Prague is 500 km from Kyiv.", 500, "inconsistent"),
        ("The quake was centered six miles northeast of Gilroy.", 9.656, "unchecked"),
    ],
)
def test_stated_distances_are_judged_against_the_extent(text, km, verdict):
    (claim,) = read(text).claims
    assert (claim.km, claim.verdict) == (km, verdict)
    assert claim.evidence == text and claim.reason


def test_stated_distance_names_the_interval():
    (claim,) = read("Kharkiv is 19 miles (30 km) from the border with Russia.").claims
    assert claim.low_km < 30 < claim.computed_km < claim.high_km and "reaches from" in claim.reason


@pytest.mark.parametrize(
    "text",
    [
        "A 10 km race.",
        "Missiles flew about 650 kilometers.",
        "It drove at 80 km/h from Kharkiv.",
        "A 40 km long convoy.",
    ],
)
def test_what_is_no_stated_distance(text):
    assert read(text).claims == ()


def test_without_a_publication_date_relative_dates_stay_open():
    (incident,) = read("A bomb exploded in Kabul on Friday, killing two people.", published=None).incidents
    assert incident.date is None and incident.date_precision == "unknown"


def test_a_bare_text_must_hold_something():
    with pytest.raises(InputError, match="empty"):
        pipeline.extract("  ")


FRAGMENTS = st.sampled_from(
    ["Kharkiv", "Paris, Texas", "the village of ", " killed ", " 30 km from the border with Russia", "on Friday", ". ", "\n\n", "“", "U.S. ",
     " attacked ", "Харків", "القاهرة", "北京", "KYIV, Aug 18 - ", " two people", "'s ", "-", "President ", " in ", "\u0301", "\u200f", "\0"]
)  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.one_of(
        st.text(max_size=300), st.lists(st.one_of(FRAGMENTS, st.text(max_size=6)), max_size=40).map("".join)
    ),
    st.one_of(st.none(), st.dates()),
)
def test_any_text(text, published):
    extraction = read(text, published)
    for resolution in extraction.resolutions:
        toponym = resolution.toponym
        assert text[toponym.start : toponym.end] == toponym.text != ""
        assert resolution.place is not None or resolution.reason
        assert 0 <= resolution.score <= 1
    starts = [r.toponym.start for r in extraction.resolutions]
    assert starts == sorted(starts)
    for incident in extraction.incidents:
        assert incident.evidence in text and text[incident.start : incident.end] == incident.evidence
        assert incident.kind in INCIDENT_KINDS and 0 <= incident.confidence <= 1
        assert incident.date_precision in DATE_PRECISIONS
        assert incident.date is None or published is None or incident.date <= published
        assert incident.border.low_km <= incident.border.km <= incident.border.high_km
    for claim in extraction.claims:
        assert claim.evidence in text


@pytest.mark.parametrize(
    "text",
    [
        "The state-run railways launched a service in India on Friday.",  # "The state" is no region of Jordan
        "Caloundra scored before Wynnum hit back on Saturday in Australia.",
        "On Friday officials said the train was on its way to Chennai in India.",
    ],
)
def test_no_dot_where_nothing_happened(text):
    assert [i.title for i in read(text).incidents if i.kind not in {"other"} or i.place.country == "JO"] == []


def test_a_people_is_no_town_of_that_name():
    assert places("They fled to the Canadian embassy in Tehran, Iran.")["Canadian"] == ("Canada", "CA")


def test_a_state_is_not_the_city_that_shares_its_name():
    found = places("California, Colorado, Nevada, Texas, Oklahoma and Utah in the United States sued.")
    assert (
        found["Colorado"] == ("Colorado", "US")
        and found["Nevada"] == ("Nevada", "US")
        and found["Oklahoma"] == ("Oklahoma", "US")
    )


def test_a_date_that_is_scheduled_dates_no_event():
    (incident,) = read(
        "A gunman killed two people in Toronto, Canada. His trial is scheduled for 4 February."
    ).incidents
    assert incident.date is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a dateline below a headline is no scene
        (
            "Kabul blast kills 3\n\nISLAMABAD, May 30 (Wire) - A blast on Thursday killed three people in eastern Afghanistan.",
            ["Afghanistan"],
        ),
        # an event whose own place is unknown does not move to the place before
        (
            "A bomb went off in Kabul on Monday. A boat capsized off Qwxyzzy on Tuesday, killing 12 migrants.",
            ["Kabul"],
        ),
        (
            "Gunmen attacked the village of Qwxyzzy on Monday in Nigeria. Fighters burned the village again on Tuesday, killing 4.",
            ["Nigeria"],
        ),
        # a small place with a name of its own stands alone
        ("Houthi rebels attacked a base in Marib on Monday, killing four soldiers, Yemen said.", ["Marib"]),
        # a birthplace is no scene, a gulf is one
        (
            "Gunmen shot two men in Leeds, England, on Monday. A man born in Cardiff was arrested on Tuesday.",
            ["Leeds"],
        ),
        ("A missile hit a tanker in the Gulf of Aden on Monday, killing two sailors.", ["Gulf of Aden"]),
    ],
)
def test_where_an_event_is_put(text, expected):
    assert [i.place.name for i in read(text).incidents if i.kind != "crime"] == expected


def test_what_is_left_off_the_map_is_told():
    extraction = read("A boat capsized off Qwxyzzy on Tuesday, killing 12 migrants.")
    assert extraction.incidents == () and "A boat capsized" in extraction.rejected[0].source


@pytest.mark.parametrize(
    ("sentence", "killed", "injured"),
    [
        ("Sumy was hit by guided bombs on Friday; no one was hurt.", 0, 0),
        ("A bomb exploded in Sumy on Friday and no one was killed.", 0, 0),
        ("Police shot dead three people in Sumy on Friday.", 3, None),
        ("A raid in Sumy on Friday killed 17 soldiers and 36 volunteers.", 53, None),
    ],
)
def test_figures_in_other_words(sentence, killed, injured):
    (incident,) = read(sentence).incidents
    assert (incident.killed, incident.injured) == (killed, injured)


def test_a_toll_of_several_places_is_given_to_none():
    incidents = read(
        "Shelling killed at least 11 people in Surin and Sisaket in Thailand on Friday."
    ).incidents
    assert len(incidents) == 2 and {i.killed for i in incidents} == {None}


def test_an_explicit_day_outweighs_overnight():
    (incident,) = read("Gunmen killed 15 civilians in Bunia overnight on 23 May.").incidents
    assert incident.date == date(2024, 5, 23) and incident.kind == "armed_attack"


def test_a_ministry_of_defence_does_not_deny_what_it_says():
    (incident,) = read(
        "The defence ministry said jets dropped two bombs on a road near Samraong on Friday."
    ).incidents
    assert incident.kind == "airstrike_or_drone"


def test_no_border_of_the_story_that_is_not_next_door():
    text = "A tanker sailing from Russia with Russian oil to India was hit off Hodeidah in Yemen on Friday, Russia said."
    assert all(i.story_border is None for i in read(text).incidents)


def test_a_distance_whose_start_is_not_named_is_not_judged():
    (claim,) = read("Houses fell in Nazca. The epicentre was 30 km north of Lima.").claims
    assert claim.verdict == "unchecked"


def test_reasons_of_verdicts_agree_with_their_figures():
    (claim,) = read("Ufa lies more than 1300 km from the Ukrainian border.").claims
    assert claim.verdict == "inconsistent" and claim.high_km < 1300


def test_a_sea_is_no_town_on_its_shore():
    resolutions = read("A tanker sank in the Persian Gulf off Iran.").resolutions
    [gulf] = [r.place for r in resolutions if r.toponym.text == "Persian Gulf"]
    assert (gulf.name, gulf.kind, gulf.feature, gulf.country) == ("Persian Gulf", "water", "gulf", None)


@pytest.mark.parametrize(
    ("text", "place", "kind"),
    [
        ("Shelling hit the Zaporizhzhia nuclear power plant on Tuesday, injuring a worker, Ukraine said.",
         "Zaporizhzhia Nuclear Power Plant", "site"),
        ("A drone hit the Novoshakhtinsk refinery in Russia on Thursday.", "Novoshakhtinsk oil refinery", "site"),
        ("Russian forces shelled the village of Robotyne on Wednesday, killing three people.", "Robotyne", "city"),
    ],
)  # fmt: skip
def test_an_event_at_a_site_is_put_there_and_not_in_the_town_of_its_name(text, place, kind):
    [incident] = read(text).incidents
    assert (incident.place.name, incident.place.kind) == (place, kind)


def test_the_kremlin_holds_no_incident_but_speaks():
    extraction = read("The Kremlin said on Thursday that a drone hit Belgorod, killing two people.")
    assert [i.place.name for i in extraction.incidents] == ["Belgorod"]
    assert {r.toponym.text: r.toponym.role for r in extraction.resolutions}["Kremlin"] == "metonym"


def test_names_of_bodies_are_no_events():
    text = "According to the National Conference of State Legislatures, primaries in Ohio are scheduled to go on in the United States on June 4."
    assert read(text).incidents == ()
