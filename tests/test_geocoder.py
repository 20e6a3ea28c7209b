import math
import socket
import threading

import geopy
import geopy.distance
import pandas as pd
import pytest
from geopy.extra.rate_limiter import RateLimiter

from mapper import OfflineGeocoder, OptionError, Point, world

UKRAINE = [(44, 22), (52.4, 40.2)]
TEXAS = [geopy.Point(25, -107), "37, -93"]


@pytest.fixture
def geocoder():
    return OfflineGeocoder()


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("the offline geocoder opened a connection")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_it_is_a_geopy_geocoder(geocoder):
    assert isinstance(geocoder, geopy.geocoders.base.Geocoder)
    location = geocoder.geocode("Kharkiv", timeout=5)
    assert location.address == "Kharkiv, Kharkiv Oblast, Ukraine"
    assert (location.latitude, location.longitude) == pytest.approx((49.98177, 36.25475), abs=1e-5)
    assert location.raw["geonameid"] == 706483


def test_raw_has_the_fields_of_nominatim_and_our_own(geocoder):
    raw = geocoder.geocode("Kharkiv").raw
    assert (float(raw["lat"]), float(raw["lon"])) == pytest.approx((49.98177, 36.25475), abs=1e-5)
    assert raw["display_name"] == "Kharkiv, Kharkiv Oblast, Ukraine"
    assert (raw["name"], raw["country"], raw["admin1"], raw["kind"]) == (
        "Kharkiv",
        "UA",
        "Kharkiv Oblast",
        "city",
    )
    assert (raw["match"], raw["source"]) == ("exact", "offline")
    assert raw["population"] > 1_000_000 and raw["radius_km"] > 5 and 0 < raw["score"] <= 1
    assert not {"address", "extratags", "namedetails"} & raw.keys()
    assert geocoder.geocode("Khrakiv").raw["match"] == "typo"


def test_no_adapter_could_open_a_connection(geocoder):
    with pytest.raises(geopy.exc.GeocoderServiceError, match="opens no connection"):
        geocoder._call_geocoder("https://example.org", lambda answer: answer)


def test_countries_and_lists(geocoder):
    found = geocoder.geocode("Paris", exactly_one=False, country_codes="us, fr", limit=4)
    assert len(found) == 4 and found[0].raw["country"] == "FR"
    assert {location.raw["country"] for location in found} == {"FR", "US"}
    assert geocoder.geocode("Paris", country_codes=["us"]).raw["admin1"] == "Texas"
    assert len(geocoder.geocode("Springfield", exactly_one=False)) == 10
    assert geocoder.geocode("Paris", country_codes=[]) == geocoder.geocode(
        "Paris", country_codes="us,,fr, US,"
    )
    assert geocoder.geocode("Paris", country_codes=iter(["us"])).raw["admin1"] == "Texas"


def test_exactly_one_has_no_use_for_a_limit(geocoder):
    assert geocoder.geocode("Kharkiv", limit=0).raw["name"] == "Kharkiv"


@pytest.mark.parametrize(
    "query", [None, "", "  ", math.nan, pd.NA, pd.NaT, {}, {"city": ""}, {"planet": "Mars"}]
)
def test_an_empty_query_finds_nothing(geocoder, query):
    assert geocoder.geocode(query) is None
    assert geocoder.geocode(query, exactly_one=False) is None


@pytest.mark.parametrize("query", ["Qwxyzzy", 42, "\ud800", "\0", "oblast " * 40_000, ("a", "b")])
def test_a_strange_query_finds_nothing(geocoder, query):
    assert geocoder.geocode(query) is None


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ({"city": "Paris", "country": "usa"}, "Paris, Texas, United States"),
        (
            {"city": "Springfield", "state": "Illinois", "country": "US"},
            "Springfield, Illinois, United States",
        ),
        (
            {"city": "Kupiansk", "state": "Kharkiv", "country": "Ukraine"},
            "Kupiansk, Kharkiv Oblast, Ukraine",
        ),
        ({"street": "Sumska 1", "city": "Kharkiv", "postalcode": 61000}, "Kharkiv, Kharkiv Oblast, Ukraine"),
        ({"city": "Singapore"}, "Singapore"),
        ({"state": "Georgia"}, "Georgia, United States"),
        ({"state": "Kharkiv"}, "Kharkiv Oblast, Ukraine"),
        ({"county": "Kharkiv Raion"}, "Kharkiv Raion, Kharkiv Oblast, Ukraine"),
        ({"county": "Kharkiv"}, "Kharkiv Raion, Kharkiv Oblast, Ukraine"),
        ({"county": "Cook County", "state": "Minnesota"}, "Cook County, Minnesota, United States"),
        ({"country": "Georgia", "state": None}, "Georgia"),
        ({"country": "us"}, "United States"),
    ],
)
def test_structured_queries(geocoder, query, address):
    assert geocoder.geocode(query).address == address


@pytest.mark.parametrize(
    "query",
    [
        {"city": "Paris", "country": "Qwxyzzy"},
        {"city": "Springfield", "state": "Qwxyzzy"},
        {"country": "Kharkiv"},
        {"city": "Kharkiv Oblast"},
        {"street": "Sumska 1"},
    ],
)
def test_a_structured_query_holds_to_its_parts(geocoder, query):
    assert geocoder.geocode(query) is None


def test_a_structured_query_and_country_codes_have_to_agree(geocoder):
    query = {"city": "Paris", "country": "United States"}
    assert geocoder.geocode(query, country_codes="us, fr").raw["country"] == "US"
    assert geocoder.geocode(query, country_codes="fr") is None


def test_the_city_of_a_city_state_is_a_city(geocoder):
    assert geocoder.geocode({"city": "Singapore"}).raw["kind"] == "city"
    assert geocoder.geocode({"country": "Singapore"}).raw["kind"] == "country"


def test_a_viewbox_prefers_or_restricts(geocoder):
    assert geocoder.geocode("Paris").raw["country"] == "FR"
    assert geocoder.geocode("Paris", viewbox=TEXAS).raw["admin1"] == "Texas"
    both = geocoder.geocode("Paris", viewbox=TEXAS, exactly_one=False)
    assert both[0].raw["admin1"] == "Texas" and "FR" in {place.raw["country"] for place in both}
    inside = geocoder.geocode("Paris", viewbox=TEXAS, bounded=True, exactly_one=False)
    assert inside and all(25 <= p.latitude <= 37 and -107 <= p.longitude <= -93 for p in inside)
    assert geocoder.geocode("London", viewbox=UKRAINE, bounded=True) is None
    assert geocoder.geocode("London", viewbox=UKRAINE).raw["country"] == "GB"
    assert geocoder.geocode("London", bounded=True).raw["country"] == "GB"


def test_featuretype_filters_by_kind(geocoder):
    def kind(query, featuretype):
        found = geocoder.geocode(query, featuretype=featuretype)
        return found and (found.raw["kind"], found.raw["country"])

    assert kind("Georgia", "country") == ("country", "GE")
    assert kind("Georgia", "state") == ("region", "US")
    assert kind("Singapore", "city") == ("city", "SG")
    assert kind("Kharkiv", "settlement") == ("city", "UA")
    assert kind("Kharkiv region", "settlement") == ("region", "UA")
    assert kind("Kharkiv", "country") is None
    assert geocoder.geocode("Kharkiv Raion", featuretype="state").raw["name"] == "Kharkiv Oblast"


def test_address_details(geocoder):
    def address(query):
        return geocoder.geocode(query, addressdetails=True).raw["address"]

    land = {"country": "Ukraine", "country_code": "ua"}
    assert address("Kharkiv") == {"city": "Kharkiv", "state": "Kharkiv Oblast", **land}
    assert address("Kharkiv Oblast") == {"state": "Kharkiv Oblast", **land}
    assert address({"county": "Kharkiv Raion"}) == {
        "county": "Kharkiv Raion",
        "state": "Kharkiv Oblast",
        **land,
    }
    assert address("Ukraine") == land


def test_tags_and_names(geocoder):
    raw = geocoder.geocode("Kharkiv", extratags=True, namedetails=True, language="de").raw
    assert raw["extratags"] == {"population": str(raw["population"])}
    assert raw["namedetails"] == {"name": "Kharkiv"}


@pytest.mark.parametrize(
    "options",
    [
        {"geometry": "geojson"},
        {"featuretype": "volcano"},
        {"country_codes": "Ukraine"},
        {"country_codes": [5]},
        {"viewbox": [(1, 2)]},
        {"viewbox": [(1, 2), (91, 3)]},
        {"viewbox": [(1, 2), None]},
        {"viewbox": 7},
        {"limit": 0, "exactly_one": False},
        {"limit": "many", "exactly_one": False},
        {"limit": math.inf, "exactly_one": False},
    ],
)
@pytest.mark.filterwarnings("ignore:Latitude normalization")
def test_a_keyword_that_cannot_be_honoured_is_refused(geocoder, options):
    with pytest.raises(OptionError) as caught:
        geocoder.geocode("Kharkiv", **options)
    assert isinstance(caught.value, ValueError)
    value = next(iter(options.values()))
    assert (str(value[0]) if isinstance(value, list) else str(value)) in str(caught.value)


def test_nothing_found_is_none(geocoder):
    assert geocoder.geocode("Qwxyzzy") is None
    assert geocoder.reverse((0.0, -30.0)) is None
    assert geocoder.reverse((0.0, -30.0), exactly_one=False) is None
    assert geocoder.reverse((0.0, -30.0), zoom=3) is None


def test_reverse(geocoder):
    assert geocoder.reverse("50.088, 14.4208").raw["country"] == "CZ"
    near = geocoder.reverse((49.98, 36.25), exactly_one=False, limit=3)
    assert len(near) == 3 and near[0].raw["admin1"] == "Kharkiv Oblast"
    assert len(geocoder.reverse((49.98, 36.25), exactly_one=False)) == 1
    for position in (
        geopy.Point(49.98, 36.25),
        Point(lat=49.98, lon=36.25),
        [49.98, 36.25],
        (49.98, 36.25 - 360),
    ):
        assert geocoder.reverse(position).raw["name"] == "Kharkiv"


def test_reverse_tells_the_distance_and_the_address(geocoder):
    location = geocoder.reverse((49.98, 36.5))
    raw, there = location.raw, geopy.distance.geodesic((49.98, 36.5), location.point[:2]).km
    assert raw["distance_km"] == pytest.approx(there, abs=0.002) and raw["match"] == "nearest"
    assert raw["address"]["state"] == "Kharkiv Oblast" and raw["address"]["country_code"] == "ua"
    assert raw["address"]["city"] == raw["name"]
    assert "address" not in geocoder.reverse((49.98, 36.25), addressdetails=False).raw


def test_far_from_any_town_reverse_gives_the_region(geocoder):
    location = geocoder.reverse((65, 100))
    assert location.address == "Krasnoyarsk Krai, Russia"
    assert (location.raw["kind"], location.raw["match"]) == ("region", "inside")
    assert location.raw["address"] == {"state": "Krasnoyarsk Krai", "country": "Russia", "country_code": "ru"}
    assert "distance_km" not in location.raw
    assert geocoder.reverse((71, -40)).raw["kind"] == "country"  # Greenland's ice has no region


def test_reverse_stays_on_the_right_side_of_a_border(geocoder):
    assert geocoder.reverse((50.29, 36.94)).raw["name"] == "Vovchansk"
    # Topoli in Ukraine is nearer to this one than any town of its own country.
    position = (50.0, 38.0)
    (nearest,) = world.gazetteer().nearest(Point(lat=50.0, lon=38.0))
    assert nearest.place.country == "UA"
    across = geocoder.reverse(position, exactly_one=False, limit=20)
    assert {place.raw["country"] for place in across} == {"RU"}
    assert across[0].raw["distance_km"] == min(place.raw["distance_km"] for place in across)
    address = across[0].raw["address"]
    assert (address["state"], address["country_code"]) == ("Belgorod Oblast", "ru")


def test_the_address_tells_the_region_of_the_position(geocoder):
    raw = geocoder.reverse((50.3, 35.52)).raw
    assert (raw["name"], raw["admin1"], raw["address"]["state"]) == (
        "Rozsoshi",
        "Sumy Oblast",
        "Kharkiv Oblast",
    )


def test_reverse_off_a_coast_gives_the_nearest_place(geocoder):
    raw = geocoder.reverse((46.4, 30.9)).raw  # the Black Sea off Odesa
    assert raw["country"] == "UA" and raw["address"]["country_code"] == "ua" and raw["distance_km"] < 50


@pytest.mark.parametrize(
    ("zoom", "kind"),
    [(0, "country"), (4, "country"), (5, "region"), (9, "region"), (10, "city"), (18, "city")],
)
def test_zoom_says_how_fine(geocoder, zoom, kind):
    location = geocoder.reverse((49.98, 36.25), zoom=zoom)
    assert location.raw["kind"] == kind and location.raw["country"] == "UA"
    land, state = {"country": "Ukraine", "country_code": "ua"}, {"state": "Kharkiv Oblast"}
    finer = {"country": {}, "region": state, "city": {"city": "Kharkiv", **state}}
    assert location.raw["address"] == {**finer[kind], **land}


@pytest.mark.parametrize(
    "query",
    [
        None,
        (),
        (50,),
        5,
        object(),
        "abc",
        "",
        (None, None),
        (91, 0),
        (math.nan, 1),
        (1, math.inf),
        (1, 2, 3, 4),
        "x, y",
        b"",
    ],
)
@pytest.mark.filterwarnings("ignore:Latitude normalization")
def test_a_bad_position_is_a_value_error(geocoder, query):
    with pytest.raises(ValueError, match=r".{10}"):
        geocoder.reverse(query)


@pytest.mark.parametrize(
    "options", [{"zoom": 19}, {"zoom": -1}, {"zoom": "city"}, {"limit": 0, "exactly_one": False}]
)
def test_bad_options_of_reverse(geocoder, options):
    with pytest.raises(OptionError):
        geocoder.reverse((50, 36), **options)


def test_geopys_rate_limiter(geocoder):
    geocode = RateLimiter(geocoder.geocode, min_delay_seconds=0)
    assert [place and place.raw["name"] for place in map(geocode, ["Kharkiv", "Qwxyzzy", "Odesa"])] == [
        "Kharkiv",
        None,
        "Odesa",
    ]
    assert RateLimiter(geocoder.reverse)((49.98, 36.25), exactly_one=True).raw["name"] == "Kharkiv"


def test_pandas_apply(geocoder):
    frame = pd.DataFrame({"name": ["Kharkiv", None, "Qwxyzzy", math.nan, "Київ"]})
    frame["location"] = frame["name"].apply(RateLimiter(geocoder.geocode))
    frame["point"] = frame["location"].apply(lambda place: tuple(place.point) if place else None)
    assert [place.raw["country"] if place else None for place in frame["location"]] == [
        "UA",
        None,
        None,
        None,
        "UA",
    ]
    assert frame["point"].iloc[0][:2] == pytest.approx((49.98177, 36.25475), abs=1e-5)
    back = frame["point"].dropna().apply(geocoder.reverse)
    assert [place.raw["country"] for place in back] == ["UA", "UA"]


def test_threads_share_a_geocoder(geocoder):
    names = ["Kharkiv", "Odesa", "Lviv", "Paris"] * 5
    found = [None] * len(names)

    def ask(row):
        found[row] = geocoder.geocode(names[row]).raw["name"]

    threads = [threading.Thread(target=ask, args=(row,)) for row in range(len(names))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == names
