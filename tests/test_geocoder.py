import geopy
import pytest

from mapper import OfflineGeocoder


@pytest.fixture
def geocoder():
    return OfflineGeocoder()


def test_it_is_a_geopy_geocoder(geocoder):
    assert isinstance(geocoder, geopy.geocoders.base.Geocoder)
    location = geocoder.geocode("Kharkiv", timeout=5)
    assert location.address == "Kharkiv, Kharkiv Oblast, Ukraine"
    assert (location.latitude, location.longitude) == pytest.approx((49.98177, 36.25475), abs=1e-5)
    assert location.raw["geonameid"] == 706483


def test_countries_and_lists(geocoder):
    found = geocoder.geocode("Paris", exactly_one=False, country_codes="us, fr", limit=4)
    assert len(found) == 4 and found[0].raw["country"] == "FR"
    assert {location.raw["country"] for location in found} == {"FR", "US"}
    assert geocoder.geocode("Paris", country_codes=["us"]).raw["admin1"] == "Texas"


def test_nothing_found_is_none(geocoder):
    assert geocoder.geocode("Qwxyzzy") is None
    assert geocoder.reverse((0.0, -30.0)) is None


def test_reverse(geocoder):
    assert geocoder.reverse("50.088, 14.4208").raw["country"] == "CZ"
    near = geocoder.reverse((49.98, 36.25), exactly_one=False, limit=3)
    assert len(near) == 3 and near[0].raw["admin1"] == "Kharkiv Oblast"
