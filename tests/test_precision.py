"""Precision codes of event data, and the border distances of tables that carry them."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import mapper
from mapper import world
from mapper.cli import main
from mapper.errors import InputError, OptionError
from mapper.precision import SCHEMES, read_precision

KHARKIV = {"name": "Kharkiv", "latitude": "49.98", "longitude": "36.25"}


def frame(*rows):
    return pd.DataFrame([KHARKIV | row for row in rows])


def test_every_code_has_a_meaning():
    assert set(SCHEMES["geo_precision"]) == {1, 2, 3}
    assert set(SCHEMES["where_prec"]) == set(range(1, 8))
    assert read_precision("where_prec", "2").radius_km == 25
    assert read_precision("where_prec", "4.0").area == "region"
    assert read_precision("where_prec", "6").area == "country"


@pytest.mark.parametrize("cell", ["0", "4", "x", "-1", "1e999", "1.5e0x"])
def test_a_code_of_no_scheme_is_told(cell):
    with pytest.raises(InputError, match=r"geo_precision .* is no code of that scheme: it has 1, 2, 3"):
        read_precision("geo_precision", cell)


def test_acled_codes_widen_the_interval_by_their_meaning():
    table = mapper.add_border_distances(frame(*({"geo_precision": code} for code in ("1", "2", "3", ""))))
    km, low, high = (table[f"border_{name}"] for name in ("km", "low_km", "high_km"))
    assert km.nunique() == 1 and km[0] == pytest.approx(34.8, abs=0.1)
    assert (km - low)[:2].tolist() == pytest.approx([5, 25], abs=0.001)
    assert (high - km)[:2].tolist() == pytest.approx([5, 25], abs=0.001)
    assert low[2] == 0 and 150 < high[2] < 210  # all of Kharkiv Oblast, which touches the border
    assert low[3] == km[3] == high[3]


def test_ucdp_codes_reach_over_regions_and_countries_or_say_that_nothing_is_known():
    table = mapper.add_border_distances(frame(*({"where_prec": code} for code in range(1, 8))))
    low, high, reason = (table[f"border_{name}"] for name in ("low_km", "high_km", "reason"))
    assert (high - low)[:3].tolist() == pytest.approx([10, 50, 34.8 + 50], abs=0.1)
    assert high[3] < high[4] == high[5] and high[4] > 350
    assert pd.isna(low[6]) and "nobody can tell" in reason[6]
    assert table["border_km"].notna().all()


def test_a_radius_and_a_bad_code_are_told_by_row():
    table = mapper.add_border_distances(
        frame({"radius_km": "12"}, {"radius_km": "-3"}, {"radius_km": "wide"})
    )
    assert table["border_high_km"][0] - table["border_km"][0] == pytest.approx(12, abs=0.001)
    assert table["border_km"].isna().tolist() == [False, True, True]
    assert "-3" in table["border_reason"][1] and "'wide' is not a number" in table["border_reason"][2]


def test_numbers_and_gaps_in_a_frame():
    table = mapper.add_border_distances(
        pd.DataFrame({"lat": [49.98, None, 50.5], "lon": [36.25, 30.0, 200.0], "geo_precision": [1, 1, 2]}),
        to="RU",
    )
    assert table["ru_border_pair"].tolist()[0] == "RU-UA" and table["ru_border_km"].isna().tolist() == [
        False,
        True,
        True,
    ]
    assert (
        "latitude nan" in table["ru_border_reason"][1] and "longitude 200.0" in table["ru_border_reason"][2]
    )
    with pytest.raises(OptionError, match="no column is named latitude or lat or y"):
        mapper.add_border_distances(pd.DataFrame({"a": [1]}))
    with pytest.raises(OptionError, match="unknown view"):
        mapper.add_border_distances(frame({}), view="mars")


def test_the_helper_follows_the_view():
    crimea = pd.DataFrame({"lat": [46.0], "lon": [33.9]})
    here = mapper.add_border_distances(crimea, to="UA")
    elsewhere = mapper.add_border_distances(crimea, to="UA", view="de_facto")
    assert here["ua_border_km"][0] > 150 and elsewhere["ua_border_km"][0] < 30


def test_convert(tmp_path, capsys):
    source = tmp_path / "events.csv"
    source.write_text(
        "event,latitude,longitude,geo_precision\n=1+1,49.98,36.25,3\nb,151,30,1\nc,-33.9,18.4,1\n",
        encoding="utf-8",
    )
    out = tmp_path / "events.geojson"
    assert main(["convert", str(source), "-o", str(out), "--to", "Russia"]) == 1
    err = capsys.readouterr().err
    assert "row 3: latitude 151.0 is not within -90..90 degrees: latitude and longitude look swapped" in err
    assert err.count("row 3") == 1 and "3 rows" in err
    features = json.loads(out.read_text(encoding="utf-8"))["features"]
    assert [f["geometry"] and f["geometry"]["coordinates"] for f in features] == [
        [36.25, 49.98],
        None,
        [18.4, -33.9],
    ]
    first = features[0]["properties"]
    assert first["event"] == "=1+1" and first["border_pair"] == first["ru_border_pair"] == "RU-UA"
    assert first["border_low_km"] == 0 and first["border_km"] == pytest.approx(34.8, abs=0.1)
    assert features[1]["properties"]["border_km"] is None
    table = tmp_path / "again.csv"
    assert main(["convert", str(source), "-o", str(table)]) == 1
    assert table.read_text(encoding="utf-8").splitlines()[1].startswith("'=1+1,49.98,36.25,3,34.")
    assert main(["convert", str(source), "-o", str(tmp_path / "events.xyz")]) == 2
    assert "name a .csv or .geojson file" in capsys.readouterr().err


def test_a_table_of_many_rows_goes_through_the_index():
    rows = 5000
    table = pd.DataFrame(
        {"lat": [40 + row / 500 for row in range(rows)], "lon": [20 + row / 250 for row in range(rows)]}
    )
    found = mapper.add_border_distances(table)
    one = world.borders().nearest(mapper.Point(lat=40 + 2222 / 500, lon=20 + 2222 / 250))
    assert found["border_km"][2222] == pytest.approx(one.km, abs=0.001)
    assert found["border_km"].notna().all()
