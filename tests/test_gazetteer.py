import math
import random
import shutil
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.errors import DataError, OptionError
from mapper.gazetteer import Gazetteer
from mapper.matching import city_radius_km, prominence, without_word
from mapper.model import Candidate, Point
from mapper.placefile import CAPITAL, CITY, COUNTRY, NewPlace, PlaceFile, write_places
from mapper.sections import write_sections
from mapper.text import fold_key, name_key

FILE = Path(__file__).parent.parent / "data" / "gazetteer.bin"
GAZETTEER = Gazetteer(FILE)
PLACES = GAZETTEER.files[0]

# name → country, kind, region, latitude and longitude to a degree, checked by hand against an atlas
GOLDEN = [
    ("Kharkiv", "UA", "city", "Kharkiv Oblast", 50, 36),
    ("Kharkov", "UA", "city", "Kharkiv Oblast", 50, 36),
    ("Харків", "UA", "city", "Kharkiv Oblast", 50, 36),
    ("哈爾科夫", "UA", "city", "Kharkiv Oblast", 50, 36),
    ("Kyiv", "UA", "city", "Kyiv City", 50, 31),
    ("Kiev", "UA", "city", "Kyiv City", 50, 31),
    ("Odesa", "UA", "city", "Odesa Oblast", 46, 31),
    ("Mykolaiv", "UA", "city", "Mykolaiv Oblast", 47, 32),
    ("Zaporizhzhia", "UA", "city", "Zaporizhzhia Oblast", 48, 35),
    ("Avdiivka", "UA", "city", "Donetsk Oblast", 48, 38),
    ("Sevastopol", "UA", "city", "Sevastopol", 45, 34),
    ("Crimea", "UA", "region", "Crimea", 45, 34),
    ("Engels", "RU", "city", "Saratov Oblast", 51, 46),
    ("Belgorod", "RU", "city", "Belgorod Oblast", 51, 37),
    ("Москва", "RU", "city", "Moscow", 56, 38),
    ("St. Petersburg", "RU", "city", "Saint Petersburg", 60, 30),
    ("Chechnya", "RU", "region", "Chechnya", 43, 46),
    ("Prague", "CZ", "city", "Prague", 50, 14),
    ("Gaza", "PS", "city", "Gaza Strip", 32, 34),
    ("Gaza Strip", "PS", "region", "Gaza Strip", 31, 34),
    ("the West Bank", "PS", "region", "West Bank", 32, 35),
    ("Rafah", "PS", "city", "Gaza Strip", 31, 34),
    ("Khan Younis", "PS", "city", "Gaza Strip", 31, 34),
    ("Jenin", "PS", "city", "West Bank", 32, 35),
    ("תל אביב", "IL", "city", "Tel Aviv", 32, 35),
    ("Haifa", "IL", "city", "Haifa", 33, 35),
    ("حلب", "SY", "city", "Aleppo", 36, 37),
    ("Idlib", "SY", "city", "Idlib", 36, 37),
    ("Raqqa", "SY", "city", "Raqqa", 36, 39),
    ("Mosul", "IQ", "city", "Nineveh", 36, 43),
    ("Hodeidah", "YE", "city", "Al Hudaydah", 15, 43),
    ("Tripoli", "LY", "city", "Tripoli", 33, 13),
    ("El Fasher", "SD", "city", "North Darfur", 14, 25),
    ("North Darfur", "SD", "region", "North Darfur", 16, 25),
    ("Goma", "CD", "city", "North Kivu", -2, 29),
    ("Tigray", "ET", "region", "Tigray", 14, 39),
    ("Helmand", "AF", "region", "Helmand", 31, 64),
    ("दिल्ली", "IN", "city", "Delhi", 29, 77),
    ("Mumbai", "IN", "city", "Maharashtra", 19, 73),
    ("北京", "CN", "city", "Beijing", 40, 116),
    ("서울", "KR", "city", "Seoul", 38, 127),
    ("Rakhine", "MM", "region", "Rakhine", 20, 94),
    ("Paris", "FR", "city", "Île-de-France", 49, 2),
    ("London", "GB", "city", "England", 52, 0),
    ("Scotland", "GB", "region", "Scotland", 57, -4),
    ("The Hague", "NL", "city", "South Holland", 52, 4),
    ("Washington", "US", "city", "District of Columbia", 39, -77),
    ("Washington, D.C.", "US", "city", "District of Columbia", 39, -77),
    ("New York", "US", "city", "New York", 41, -74),
    ("Texas", "US", "region", "Texas", 31, -99),
    ("Sinaloa", "MX", "region", "Sinaloa", 25, -107),
    ("Ontario", "CA", "region", "Ontario", 50, -86),
    ("Luxembourg", "LU", "country", None, 50, 6),
    ("Singapore", "SG", "country", None, 1, 104),
    ("Mexico", "MX", "country", None, 24, -102),
    ("Georgia", "GE", "country", None, 42, 43),
    ("Niger", "NE", "country", None, 17, 10),
    ("Congo", "CD", "country", None, -3, 24),
    ("Ukraine", "UA", "country", None, 49, 32),
    ("Украина", "UA", "country", None, 49, 32),
    ("Turkey", "TR", "country", None, 39, 35),
    ("Ivory Coast", "CI", "country", None, 8, -6),
    ("Kosovo", "XK", "country", None, 43, 21),
    ("Palestine", "PS", "country", None, 32, 35),
]


def haversine_km(point: Point, lat: float, lon: float) -> float:
    a, b = math.radians(point.lat), math.radians(lat)
    half = math.sin((a - b) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(point.lon - lon) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(min(half, 1.0)))


def best(name: str) -> Candidate:
    return GAZETTEER.lookup(name)[0]


@pytest.mark.parametrize(
    ("name", "country", "kind", "region", "lat", "lon"), GOLDEN, ids=[row[0] for row in GOLDEN]
)
def test_golden_names(name: str, country: str, kind: str, region: str | None, lat: int, lon: int) -> None:
    place = best(name).place
    assert (place.country, place.kind, place.admin1) == (country, kind, region)
    near = 1.0 if kind == "city" else 2.5  # a region's point is where it is widest, an atlas gives its middle
    assert abs(place.point.lat - lat) <= near
    assert abs(place.point.lon - lon) <= near * 1.5


@pytest.mark.parametrize(
    ("name", "country", "found"),
    [
        ("Kharkiv region", "UA", "Kharkiv Oblast"),
        ("Kharkiv Oblast", "UA", "Kharkiv Oblast"),
        ("Харківська область", "UA", "Kharkiv Oblast"),
        ("Saratov Oblast", "RU", "Saratov Oblast"),
        ("Moscow region", "RU", "Moscow Oblast"),
        ("Krasnodar Krai", "RU", "Krasnodar Krai"),
        ("Republic of Dagestan", "RU", "Dagestan"),
        ("Rakhine State", "MM", "Rakhine"),
        ("Tillaberi region", "NE", "Tillabéri Region"),
        ("Zamfara State", "NG", "Zamfara State"),
        ("Washington state", "US", "Washington"),
        ("New York state", "US", "New York"),
        ("Metcalfe County", "US", "Metcalfe County"),
        ("Orange County", "US", "Orange County"),
        ("State of Mexico", "MX", "State of Mexico"),
    ],
)
def test_administrative_words_ask_for_the_region(name: str, country: str, found: str) -> None:
    place = best(name).place
    assert (place.kind, place.country, place.name) == ("region", country, found)


def test_a_bare_name_prefers_the_city_and_keeps_the_region_as_runner_up() -> None:
    for name in ("Kharkiv", "Donetsk", "Aleppo", "Tripoli", "Kano", "Chihuahua"):
        kinds = [c.place.kind for c in GAZETTEER.lookup(name)]
        assert kinds[0] == "city"
        assert "region" in kinds


def test_georgia_is_a_country_with_the_state_as_runner_up() -> None:
    first, second = GAZETTEER.lookup("Georgia")[:2]
    assert (first.place.kind, first.place.country) == ("country", "GE")
    assert (second.place.kind, second.place.country) == ("region", "US")
    assert first.score > second.score


def test_other_names_do_not_push_a_place_forward() -> None:
    assert best("White House").place.name != "Casablanca"
    assert best("Ukraine").place.kind == "country"
    assert best("Tunis").place.kind == "city"  # in several languages the country's name
    bushehr = GAZETTEER.lookup("Persian Gulf")
    assert bushehr[0].place.kind == "water"
    assert all(c.score < 0.4 for c in bushehr if c.place.kind == "city")


@pytest.mark.parametrize(
    "name", ["US", "U.S.", "USA", "America", "the United States", "États-Unis", "США", "美国"]
)
def test_names_of_the_united_states(name: str) -> None:
    assert (best(name).place.kind, best(name).place.country) == ("country", "US")


@pytest.mark.parametrize(
    ("name", "code"),
    [("UK", "GB"), ("Britain", "GB"), ("UAE", "AE"), ("DRC", "CD"), ("Burma", "MM"), ("North Korea", "KP"),
     ("Czech Republic", "CZ"), ("Czechia", "CZ"), ("Deutschland", "DE"), ("Holy See", "VA"), ("سوريا", "SY")],
)  # fmt: skip
def test_country_names(name: str, code: str) -> None:
    assert (best(name).place.kind, best(name).place.country) == ("country", code)


@pytest.mark.parametrize(
    ("name", "country", "region"),
    [
        ("Paris, Texas", "US", "Texas"),
        ("Reading, UK", "GB", "England"),
        ("Springfield, Illinois, US", "US", "Illinois"),
        ("Springfield, Ill.", "US", "Illinois"),
        ("Portland, ME", "US", "Maine"),
        ("London, Ontario", "CA", "Ontario"),
        ("Vancouver, B.C.", "CA", "British Columbia"),
        ("Tripoli, Lebanon", "LB", "North Lebanon"),
        ("Berdyansk, Zaporizhzhia region", "UA", "Zaporizhzhia Oblast"),
        ("Edmonton, Metcalfe County, KY", "US", "Kentucky"),
        ("Kharkiv (Ukraine)", "UA", "Kharkiv Oblast"),
    ],
)
def test_qualifiers_narrow_the_choice(name: str, country: str, region: str) -> None:
    found = GAZETTEER.search(name)
    assert (found[0].place.country, found[0].place.admin1, found[0].place.kind) == (country, region, "city")
    assert {c.place.country for c in found} == {country}


def test_a_qualifier_that_excludes_all_finds_nothing() -> None:
    assert GAZETTEER.search("Kharkiv, Texas") == []


def test_spellings_and_typos() -> None:
    for name, match in (
        ("Kharkivv", "fold"),
        ("Kharkof", "typo"),
        ("Харкив", "fold"),
        ("Chuguyiv", "fold"),
        ("Constantinople", "alternate"),
    ):
        found = GAZETTEER.search(name)[0]
        assert (found.place.country, found.match) == ("TR" if name == "Constantinople" else "UA", match), name
    exact, typo = GAZETTEER.search("Kharkiv")[0], GAZETTEER.search("Kharkof")[0]
    assert exact.place == typo.place
    assert typo.score < exact.score
    assert GAZETTEER.search("Omks") == []  # too short for a guess
    assert GAZETTEER.search("xyzzyq") == []


def test_search_by_country_and_nearness() -> None:
    assert {c.place.country for c in GAZETTEER.search("Paris", country="us")} == {"US"}
    near_illinois = GAZETTEER.search("Springfield", near=Point(lat=39.8, lon=-89.6))[0].place
    near_ohio = GAZETTEER.search("Springfield", near=Point(lat=39.9, lon=-83.8))[0].place
    assert (near_illinois.admin1, near_ohio.admin1) == ("Illinois", "Ohio")
    assert len(GAZETTEER.search("Springfield", limit=3)) == 3
    with pytest.raises(OptionError, match="XQ"):
        GAZETTEER.search("Paris", country="XQ")
    with pytest.raises(OptionError, match="limit 0"):
        GAZETTEER.search("Paris", limit=0)


@pytest.mark.parametrize(
    ("word", "code"),
    [("Ukrainian", "UA"), ("Russians", "RU"), ("British", "GB"), ("Dutch", "NL"), ("Thai", "TH"), ("Swiss", "CH"),
     ("Philippine", "PH"), ("Filipinos", "PH"), ("Palestinian", "PS"), ("Kosovan", "XK"), ("Scottish", "GB"),
     ("French", "FR"), ("Frenchmen", "FR"), ("Congolese", "CD"), ("Nigerien", "NE"), ("Nigerian", "NG"), ("Israelis", "IL"),
     ("Georgian", "GE"), ("South Sudanese", "SS"), ("Germans", "DE"), ("Saudi", "SA"), ("Welsh", "GB"), ("Danes", "DK")],
)  # fmt: skip
def test_demonyms(word: str, code: str) -> None:
    assert GAZETTEER.demonym(word) == code


@pytest.mark.parametrize("word", ["Ukraine", "Martinique", "Kharkiv", "Island", "", "the"])
def test_what_is_no_demonym(word: str) -> None:
    assert GAZETTEER.demonym(word) is None


def test_by_code() -> None:
    ukraine = GAZETTEER.country("UA")
    assert ukraine is not None
    assert (ukraine.name, ukraine.kind, ukraine.geonameid) == ("Ukraine", "country", 690791)
    assert GAZETTEER.country_name("US") == "United States"
    assert GAZETTEER.country_name("ZZ") == "ZZ"
    assert GAZETTEER.country("ZZ") is None
    region = GAZETTEER.region("UA", "11")
    assert region is not None
    assert (region.name, region.country) == ("Crimea", "UA")
    assert GAZETTEER.region("UA", "99") is None


def test_counts_and_agreement_of_countries() -> None:
    kinds = [PLACES.kind(n) for n in range(PLACES.size)]
    assert kinds.count(COUNTRY) == 249
    assert kinds.count(CITY) + kinds.count(CAPITAL) > 250_000
    geonames = homeless = 0
    capitals = set()
    for number, kind in enumerate(kinds):
        record = PLACES.record(number)
        region = PLACES.division(record.admin1)
        country = PLACES.words[record.country]
        assert region is None or not region[0] or region[0][:2] == country, PLACES.name(record)
        if kind in {CITY, CAPITAL} and record.geonameid:
            geonames += 1
            homeless += region is None
            # All of Crimea is Ukraine's.
            assert not (country == "RU" and record.lon_deg < 36.5 and 44 < record.lat_deg < 46)
            # What lies south of Morocco's border is Western Sahara's.
            assert not (country == "MA" and record.lat_deg < 27.66)
        if kind == CAPITAL:
            capitals.add(PLACES.name(record))
    assert geonames == 234_908
    assert homeless < 520
    assert capitals >= {"Kyiv", "Moscow", "Washington", "London", "Astana", "Beijing", "Khartoum", "Canberra"}


def test_places_stand_in_order_of_prominence() -> None:
    ranks = [PLACES.prominence(n) for n in range(PLACES.size)]
    assert ranks == sorted(ranks, reverse=True)
    assert 0 < ranks[-1] <= ranks[0] <= 1


def test_codes_and_machine_transliterations_are_left_out() -> None:
    for junk in ("HRK", "LWO", "ha er ke fu", "haleukiu", "kharkwf"):
        assert all(c.place.name != "Kharkiv" for c in GAZETTEER.lookup(junk))


def test_radii() -> None:
    assert 10 <= best("Kharkiv").place.radius_km <= 15
    assert best("Moscow").place.radius_km == pytest.approx(33, abs=3)
    assert city_radius_km(0) == 1.5
    assert city_radius_km(100) == 1.0
    oblast = best("Kharkiv Oblast").place
    assert 110 <= oblast.radius_km <= 160
    ukraine = best("Ukraine").place
    assert 500 <= ukraine.radius_km <= 900


@given(st.integers(0, CAPITAL), st.integers(0, 2 * 10**9), st.integers(0, 10**9))
def test_prominence_grows_with_population(kind: int, population: int, more: int) -> None:
    assert 0 < prominence(kind, population) <= prominence(kind, population + more) <= 1
    assert city_radius_km(population + more + 1) >= 1.0


def test_without_word() -> None:
    assert without_word("kharkiv oblast") == "kharkiv"
    assert without_word("republic of dagestan") == "dagestan"
    assert without_word("tibet autonomous region") == "tibet"
    assert without_word("kharkiv") is None
    assert without_word("region") is None


def test_largest_cities() -> None:
    cities = GAZETTEER.largest(50)
    populations = [place.population for place, _ in cities]
    assert populations == sorted(populations, reverse=True)
    assert len(cities) == 50
    assert {place.name: capital for place, capital in cities}["Beijing"] is True
    assert {place.name: capital for place, capital in cities}["Shanghai"] is False
    assert all(place.population >= 20_000_000 for place, _ in GAZETTEER.largest(50, 20_000_000))
    assert len(GAZETTEER.largest(26_000)) == 26_000  # without the index


def test_nearest_city() -> None:
    names = [c.place.name for c in GAZETTEER.nearest(Point(lat=49.98, lon=36.25), limit=3)]
    assert "Kharkiv" in names
    assert GAZETTEER.nearest(Point(lat=-60.0, lon=-150.0)) == []
    assert [c.place.country for c in GAZETTEER.nearest(Point(lat=-16.8, lon=180.0), within_km=80)] == ["FJ"]
    with pytest.raises(OptionError, match="within_km"):
        GAZETTEER.nearest(Point(lat=0, lon=0), within_km=0)


def test_nearest_agrees_with_a_full_scan() -> None:
    records = [PLACES.record(n) for n in range(PLACES.size) if PLACES.kind(n) in {CITY, CAPITAL}]
    places = [(record.lat_deg, record.lon_deg) for record in records]
    draw = random.Random(7)
    points = [Point(lat=p[0], lon=p[1]) for p in draw.sample(places, 3)]
    points += [
        Point(lat=-17.0, lon=179.99),
        Point(lat=78.2, lon=-179.9),
        Point(lat=89.9, lon=10.0),
        Point(lat=69.0, lon=33.0),
    ]
    for point in points:
        truth = min(haversine_km(point, lat, lon) for lat, lon in places)
        found = GAZETTEER.nearest(point, within_km=1000)
        if truth > 1000:
            assert found == []
        else:
            assert haversine_km(point, found[0].place.point.lat, found[0].place.point.lon) == pytest.approx(
                truth, abs=1e-6
            )


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_any_text_may_be_asked_for(text: str) -> None:
    for found in (GAZETTEER.lookup(text), GAZETTEER.search(text)):
        scores = [c.score for c in found]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)
    assert GAZETTEER.demonym(text) is None or len(GAZETTEER.demonym(text) or "") == 2


@pytest.mark.parametrize(
    "letter", ["a", "а", "漢", "a b ", "ا", "\u0301", "(", ",", "é", "\U0001f600", "\ud800"]
)
def test_a_name_of_a_megabyte_is_refused_at_once(letter: str) -> None:
    name = letter * (1_000_000 // len(letter))
    start = time.perf_counter()
    assert list(GAZETTEER.lookup(name)) == []
    assert GAZETTEER.demonym(name) is None
    assert GAZETTEER.areas(name) == []
    with pytest.raises(OptionError, match="1,000,000 letters"):
        GAZETTEER.search(name)
    assert (
        time.perf_counter() - start < 1
    )  # half a second at worst on a slow machine; name_key alone would take longer


@settings(max_examples=60, deadline=2000)
@given(
    st.text(min_size=150, max_size=200),
    st.text("abc ", min_size=30, max_size=40),
    st.text(alphabet="аіїґ ا漢a", max_size=60),
)
def test_long_names_take_bounded_time(long: str, typed: str, mixed: str) -> None:
    for text in (long, typed, mixed):
        GAZETTEER.search(text)
        GAZETTEER.areas(text)
        GAZETTEER.region("UA", text)
        assert GAZETTEER.country(text) is None or len(text) == 2


def test_missing_damaged_and_foreign_files(tmp_path: Path) -> None:
    missing = tmp_path / "none.bin"
    with pytest.raises(DataError, match=r"none\.bin"):
        Gazetteer(missing)
    for content in (b"", b"no gazetteer at all" * 100):
        damaged = tmp_path / "damaged.bin"
        damaged.write_bytes(content)
        with pytest.raises(DataError, match=r"damaged\.bin.*make data"):
            Gazetteer(damaged)
    truncated = tmp_path / "truncated file #1?.bin"
    with FILE.open("rb") as source, truncated.open("wb") as target:
        shutil.copyfileobj(source, target)
        target.truncate(200_000)
    with pytest.raises(DataError, match=r"truncated.*ends too early"):
        Gazetteer(truncated)
    other = tmp_path / "other.bin"
    write_sections(other, 99, {}, {})
    with pytest.raises(DataError, match="schema 99"):
        Gazetteer(other)


@pytest.mark.parametrize("seed", range(12))
def test_damage_anywhere_is_told_or_harmless(tmp_path: Path, seed: int) -> None:
    """A flipped byte may change an answer, but no answer may end in a traceback or take the process down."""
    small = tmp_path / "small.bin"
    draw = random.Random(seed)
    names = ["Alpha", "Beta Town", "Харків", "Gamma", "Alphen"]
    places = [
        NewPlace(
            name,
            CITY,
            "UA",
            50 + i / 10,
            36,
            2.0,
            1000 * i,
            names={name_key(name): 0},
            folds={fold_key(name)},
        )
        for i, name in enumerate(names)
    ]
    write_places(small, places, {})
    content = bytearray(small.read_bytes())
    for _ in range(3):
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    small.write_bytes(content)
    try:
        gazetteer = Gazetteer(FILE, [PlaceFile(small)])
        for name in [*names, "alphaa", "Kharkiv"]:
            gazetteer.search(name)
            list(gazetteer.lookup(name))
        gazetteer.nearest(Point(lat=50.1, lon=36), limit=5)
    except DataError as error:
        assert "small.bin" in str(error)


def test_threads_share_a_gazetteer() -> None:
    shared, answers = Gazetteer(FILE), []
    names = ["Kharkiv", "Paris", "حلب", "Georgia", "nowhere at all"]

    def work() -> None:
        answers.append([[c.place.name for c in shared.lookup(name)[:1]] for name in names * 20])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert all(answer == answers[0] for answer in answers)
