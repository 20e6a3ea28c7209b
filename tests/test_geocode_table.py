"""A column of names to places: no row is lost, and what is doubtful is listed for review."""

import csv
import functools
import io
import os
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from mapper import lookups
from mapper.cli import main
from mapper.errors import OptionError
from mapper.lookups import Lookups, Progress, geocode_frame
from mapper.model import Candidate, Place, Point
from mapper.tables import PLACE_COLUMNS, REVIEW_COLUMNS, add_places, read_numbered_table, read_table


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def geocode(tmp_path, capsys):
    """Run ``mapper geocode`` over a table; return the exit code, the rows, the review list (None if none) and stderr."""

    def run(content, *words, name="names.csv"):
        source, output = tmp_path / name, tmp_path / "out.csv"
        source.write_bytes(content if isinstance(content, bytes) else content.encode())
        code = main(["geocode", "--input", str(source), "-o", str(output), *map(str, words)])
        review = tmp_path / "out-review.csv"
        return (
            code,
            rows_of(output.read_text(encoding="utf-8")),
            rows_of(review.read_text(encoding="utf-8")) if review.exists() else None,
            capsys.readouterr().err,
        )

    return run


def test_every_row_and_column_stays_in_order(geocode):
    names = ["Kharkiv", "", "Qwxyzzy", "Tripoli", "Kharkiv", "Харків", "Kharkvi"]
    table = "id,place,text\n" + "".join(f'{n},{name},"a, {n}"\n' for n, name in enumerate(names))
    code, rows, _, err = geocode(table)
    assert [(r["id"], r["place"], r["text"]) for r in rows] == [
        (str(n), name, f"a, {n}") for n, name in enumerate(names)
    ]
    assert list(rows[0]) == ["id", "place", "text", *PLACE_COLUMNS]
    assert [r["geocode_status"] for r in rows] == [
        "found", "missing", "missing", "review", "found", "found", "review",
    ]  # fmt: skip
    assert {rows[n]["place_geonameid"] for n in (0, 4, 5, 6)} == {"706483"}
    assert rows[0]["place_country"] == "UA" and float(rows[0]["place_lat"]) == pytest.approx(49.98, abs=0.05)
    assert 10 <= float(rows[0]["place_radius_km"]) <= 15 and rows[0]["geocode_note"] == ""
    assert rows[1]["geocode_note"] == "empty" and rows[2]["geocode_note"] == "no place of that name"
    assert code == 1 and "row 3" in err and "row 4: 'Qwxyzzy'" in err and "row 5" not in err
    assert "7 rows: 3 found, 2 to review, 2 missing" in err and "out-review.csv" in err


def test_what_is_doubtful_is_listed_with_its_candidates(geocode):
    code, rows, review, _ = geocode("place\nKharkiv\nTripoli\nQwxyzzy\nTripoli\nKharkvi\n")
    assert list(review[0]) == list(REVIEW_COLUMNS)
    tripoli = [r for r in review if r["name"] == "Tripoli"]
    assert [r["rank"] for r in tripoli] == [str(n) for n in range(1, len(tripoli) + 1)]
    assert [r["country"] for r in tripoli[:2]] == ["LY", "LB"] and len(tripoli) > 2
    assert {(r["row"], r["times"], r["status"]) for r in tripoli} == {("3", "2", "review")}
    scores = [float(r["score"]) for r in tripoli]
    assert scores == sorted(scores, reverse=True) and scores[0] - scores[1] <= lookups.MARGIN
    (missing,) = [r for r in review if r["name"] == "Qwxyzzy"]
    assert (missing["row"], missing["status"], missing["note"]) == ("4", "missing", "no place of that name")
    assert missing["rank"] == missing["candidate"] == missing["lat"] == ""
    assert not [r for r in review if r["name"] == "Kharkiv"]
    typo = next(r for r in review if r["name"] == "Kharkvi")
    assert (typo["row"], typo["candidate"], typo["match"]) == ("6", "Kharkiv", "typo")
    # The row carries the best candidate too.
    assert (rows[1]["place_name"], rows[1]["place_country"]) == ("Tripoli", "LY")
    assert (
        rows[1]["geocode_note"]
        == "two places of that name are about as likely: Tripoli (Libya), Tripoli (Lebanon)"
    )
    assert rows[4]["geocode_note"] == "only a spelling one letter away was found: Kharkiv"
    assert code == 1


@pytest.mark.parametrize(
    "name",
    ["Kharkiv", "Paris", "London", "Moscow", "Donetsk", "Sydney", "Georgia", "Mexico", "Luxembourg", "New York",
     "Kyiv", "Kabul", "Idlib", "Paris, Texas", "Washington, D.C.", "Springfield, Illinois", "Kharkiv Oblast",
     "Mariyupol"],
)  # fmt: skip
def test_a_name_that_mostly_means_one_place_is_found(name):
    answer = Lookups()(name)
    assert (answer.status, answer.note) == ("found", "")


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("Springfield", "Springfield (Missouri, United States), Springfield (Massachusetts, United States)"),
        ("Georgetown", "Georgetown (Guyana), Georgetown (United States)"),
        ("San Jose", "San Jose (United States), San José (Costa Rica)"),
        ("Valencia", "Valencia (Venezuela), Valencia (Spain)"),
        ("Hamilton", "about as likely: Hamilton (Canada), Hamilton (New Zealand)"),
        ("Ivanivka", "Ivanivka (Luhansk Oblast, Ukraine)"),
        ("Andriivka", "places of that name are about as likely"),
        ("Washington", "Washington (District of Columbia, United States), Washington (Washington, United States)"),
        ("Congo", "Democratic Republic of the Congo (country), Republic of the Congo (country)"),
        ("Kharkiv Qwxyz Bakery", "holds the name of a place: Kharkiv"),
        ("Kremlin", "is a seat of government"),
        ("Ukrainian", "is what the people and things of a place are called: Ukraine"),
        ("NULL", "only a similar spelling was found"),
        ("Paris, Ontaro", "'Ontaro' was left out: it names no country or region"),
    ],
)  # fmt: skip
def test_a_name_with_rivals_or_a_weak_match_is_to_be_reviewed(name, note):
    answer = Lookups()(name)
    assert answer.status == "review" and note in answer.note and answer.candidates


def test_a_place_in_another_is_no_rival():
    answer = Lookups()("Kharkiv")
    assert {c.place.kind for c in answer.candidates} >= {"city", "region"} and answer.status == "found"
    city, region = (
        next(c.place for c in answer.candidates if c.place.kind == kind) for kind in ("city", "region")
    )
    assert not lookups.different(city, region) and not lookups.different(region, city)
    one, other = (c.place for c in Lookups()("Tripoli").candidates[:2])
    assert lookups.different(one, other)


def place(name, kind, lat, lon, radius_km, country="US", admin1=None):
    point = Point(lat=lat, lon=lon)
    return Place(name=name, point=point, kind=kind, radius_km=radius_km, country=country, admin1=admin1)


def test_which_places_are_different():
    country = place("A", "country", 50, 10, 300)
    region = place("R", "region", 50, 10, 50, admin1="R")
    city, far = place("C", "city", 52, 12, 5, admin1="R"), place("C", "city", 30, 10, 5, admin1="S")
    near = place("C", "city", 52, 12.05, 1, admin1="S")
    abroad = place("C", "city", 52, 12, 5, country="CA", admin1="R")
    sea = place("S", "water", 52, 12, 500, country=None)
    same = [(country, far), (region, city), (city, near), (sea, city), (sea, abroad)]
    other = [(city, far), (region, far), (city, abroad), (country, abroad), (region, near)]
    for expected, pairs in ((False, same), (True, other)):
        for one, two in pairs:
            assert lookups.different(one, two) is lookups.different(two, one) is expected, (one, two)
    assert lookups.distinct([city, near, far, abroad]) == [city, far, abroad]


@pytest.mark.parametrize(
    ("match", "score", "status"),
    [("alternate", 0.09, "review"), ("alternate", 0.11, "found"), ("exact", 0.09, "found"), ("region", 0.0, "found"),
     ("fold", 0.19, "review"), ("fold", 0.21, "found"), ("abbreviation", 0.9, "review"), ("typo", 0.9, "review")],
)  # fmt: skip
def test_a_match_is_weighed(monkeypatch, match, score, status):
    look_up = Lookups()
    best = Candidate(place=place("C", "city", 52, 12, 5), match=match, score=score)
    monkeypatch.setattr(type(look_up._gazetteer), "search", lambda *_, **__: [best])
    answer = look_up("C")
    assert answer.status == status and bool(answer.note) == (status == "review")


@pytest.mark.parametrize(
    ("name", "country"),
    [("Korea, Republic of", "KR"), ("Washington, D.C.", "US"), ("Tanzania, United Republic of", "TZ"),
     ("Gambia, The", "GM"), ("Hague, The", "NL"), ("Congo, Democratic Republic of the", "CD")],
)  # fmt: skip
def test_names_as_lists_have_them(name, country):
    answer = Lookups()(name)
    assert (answer.candidates[0].place.country, answer.status) == (country, "found"), answer.note


def test_countries_by_code_and_by_name(geocode):
    table = (
        "place,cc\nTripoli,LB\nTripoli,Lebanon\nTripoli,lb\nTripoli,لبنان\nWindhoek,NA\nWindhoek,Namibia\n"
        "Tripoli,\nKharkiv,XX\nKharkiv,Atlantis\nKharkiv,RU\nCambridge,UK\nKharkiv,XT\nTripoli,XX\n"
    )
    code, rows, review, err = geocode(table, "--country-column", "cc")
    assert [r["place_country"] for r in rows[:6]] == ["LB"] * 4 + ["NA"] * 2
    assert {(r["geocode_status"], r["geocode_note"]) for r in rows[:6]} == {("found", "")}
    assert rows[4]["cc"] == "NA"
    assert rows[6]["geocode_status"] == "review"
    assert rows[6]["geocode_note"].endswith("; no country is given: looked everywhere")
    for row, named in ((rows[7], "XX"), (rows[8], "Atlantis"), (rows[11], "XT")):
        assert (row["place_country"], row["geocode_status"]) == ("UA", "found")
        assert row["geocode_note"] == f"the country {named!r} is unknown: looked everywhere"
    assert rows[9]["geocode_status"] == "missing" and rows[9]["place_name"] == ""
    assert rows[9]["geocode_note"].startswith("no place of that name in Russia")
    assert "elsewhere there is Kharkiv (Ukraine)" in rows[9]["geocode_note"]
    assert rows[10]["place_country"] == "GB"
    assert code == 1 and "row 11" in err
    assert {(r["name"], r["asked_country"]) for r in review} == {
        ("Tripoli", ""),
        ("Kharkiv", "RU"),
        ("Tripoli", "XX"),
    }


def test_country_and_near_apply_to_all_rows(geocode):
    table = "place,cc\nParis,\nParis,US\nParis,FR\n"
    code, rows, *_ = geocode(table, "--country", "US", "--country-column", "cc")
    assert [r["place_admin1"] for r in rows] == ["Texas", "Texas", ""] and code == 1
    assert rows[0]["geocode_note"].endswith("no country is given: looked in United States")
    assert rows[2]["geocode_note"] == "the row says France, but only United States was asked for"
    _, rows, *_ = geocode("place\nEngels\n", "--near", "51.5,46.1")
    assert (rows[0]["place_country"], rows[0]["place_admin1"]) == ("RU", "Saratov Oblast")


def test_a_name_is_looked_up_once_for_each_country():
    asked = []
    look_up = Lookups()

    def counting(name, country):
        asked.append((name, country))
        return look_up(name, country)

    table = pd.DataFrame({"p": ["Paris", "Paris ", "Paris", "Lyon"] * 5, "c": ["FR", "FR", "US", ""] * 5})
    answer = add_places(table, "p", counting, country_column="c")
    assert asked == [("Paris", "FR"), ("Paris", "US"), ("Lyon", "")]
    assert len(answer.table) == 20 and answer.counts["found"] + answer.counts["review"] == 20
    assert answer.table["p"].tolist() == table["p"].tolist()


def test_words_for_nothing_are_names(geocode):
    _, rows, *_ = geocode("place,x\nNA,NA\nNone,NULL\nNULL,nan\nnan,None\nN/A,\n")
    assert [(r["place"], r["x"]) for r in rows] == [
        ("NA", "NA"), ("None", "NULL"), ("NULL", "nan"), ("nan", "None"), ("N/A", ""),
    ]  # fmt: skip
    assert "empty" not in {r["geocode_note"] for r in rows}
    assert (rows[1]["place_name"], rows[1]["place_country"]) == ("None", "IT")
    assert (rows[3]["place_name"], rows[3]["place_country"]) == ("Nan", "TH")


def test_numbers_long_cells_and_odd_texts_do_not_stop_it(geocode):
    long = "Kharkiv " * 40
    table = (
        f"place,cc\n12345,\n-33.9,\n{long},UA\n{'x' * 100_000},UA\nKyiv,{'y' * 300}\n\x00\x1b[31m,\n(((,\n"
    )
    code, rows, review, err = geocode(table, "--country-column", "cc")
    assert code == 1 and len(rows) == 7
    assert [r["geocode_status"] for r in rows] == ["missing"] * 4 + ["found"] + ["missing"] * 2
    assert rows[2]["geocode_note"].startswith("a text of 319 letters is no name") and rows[2]["place"] == long
    assert len(rows[3]["place"]) == 100_000
    assert rows[4]["place_country"] == "UA" and "is unknown: looked everywhere" in rows[4]["geocode_note"]
    assert len(err) < 3000 and "\x1b" not in err
    assert sum(r["status"] == "missing" for r in review) == 6


def test_formulas_do_not_run(geocode):
    _, rows, review, _ = geocode('place,=x\n=1+1,@a\n"=HYPERLINK(""http://a"")",-2\n')
    assert "'=x" in rows[0] and [r["place"] for r in rows] == ["'=1+1", '\'=HYPERLINK("http://a")']
    assert rows[1]["'=x"] == "-2"
    assert [r["name"] for r in review] == ["'=1+1", '\'=HYPERLINK("http://a")']


def test_semicolons_and_a_byte_order_mark(geocode):
    code, rows, review, _ = geocode(
        b'\xef\xbb\xbfplace;note\r\nLviv;a,b\r\n\r\n"Ky\r\niv";c\r\nQwxyzzy;d\r\n'
    )
    assert code == 1 and [r["note"] for r in rows] == ["a,b", "c", "d"]
    assert rows[0]["place_name"] == "Lviv"
    assert review[-1]["row"] == "6"  # the line of the file


def test_columns_of_the_same_names_are_left_alone(geocode, tmp_path):
    _, rows, *_ = geocode("place,lat,lon,radius_km,match\nKharkiv,1,2,3,4\n")
    assert [rows[0][c] for c in ("lat", "lon", "radius_km", "match")] == ["1", "2", "3", "4"]
    first = (tmp_path / "out.csv").read_text()
    code, again, _, err = geocode(first)
    assert code == 0 and list(again[0])[: len(rows[0])] == list(rows[0])
    assert list(again[0])[len(rows[0]) :] == [f"{name}_2" for name in PLACE_COLUMNS]
    assert again[0]["place_lat_2"] == again[0]["place_lat"] and "place_name_2" in err
    _, third, *_ = geocode((tmp_path / "out.csv").read_text())
    assert "place_name_3" in third[0] and "geocode_note_3" in third[0]


def test_a_table_without_rows(geocode):
    code, rows, review, err = geocode("place,note\n")
    assert (code, rows, review) == (0, [], None) and "0 rows: 0 found, 0 to review, 0 missing" in err


def test_a_blank_line_is_a_row_only_in_a_table_of_one_column(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("place\nKyiv\n\nLviv\n\n\n")
    table, lines = read_numbered_table(path)
    assert table["place"].tolist() == ["Kyiv", "", "Lviv"] and lines == [2, 3, 4]
    path.write_text("\nplace,x\nKyiv,1\n\nLviv,2\n")
    table, lines = read_numbered_table(path)
    assert table["place"].tolist() == ["Kyiv", "Lviv"] and lines == [3, 5]
    assert read_table(path).equals(table)


def test_exit_codes(geocode, tmp_path, capsys):
    assert geocode("place\nKharkiv\n")[0] == 0
    code, _, review, err = geocode("place\nTripoli\n")
    assert code == 0 and review and "1 to review" in err and err.count("\n") == 1
    assert geocode("place\nQwxyzzy\n")[0] == 1
    code, _, review, _ = geocode("place\nKharkiv\n")  # the old list would be taken for this one's
    assert (code, review) == (0, [])


def test_many_missing_names_are_not_all_told(geocode):
    code, rows, review, err = geocode("place\n" + "".join(f"Qwxyzzy{n}\n" for n in range(50)))
    lines = err.splitlines()
    assert code == 1 and len(rows) == 50 and len(review) == 50 and len(lines) == 22
    assert "row 21" in lines[19] and "30 more" in lines[20] and "50 missing" in lines[21]


def test_where_the_review_list_goes(geocode, tmp_path, capsys):
    asked = tmp_path / "look.csv"
    assert geocode("place\nTripoli\n", "--review", asked)[2] is None and len(rows_of(asked.read_text())) > 2
    geocode("place\nKharkiv\n", "--review", asked)
    assert asked.read_text() == ",".join(REVIEW_COLUMNS) + "\n"
    geocode("place\nSpringfield\n", "--review", asked, "--limit", "3")
    assert len(rows_of(asked.read_text())) == 3
    source = tmp_path / "names.csv"
    before = sorted(tmp_path.iterdir())
    assert main(["geocode", "--input", str(source)]) == 0
    out, err = capsys.readouterr()
    assert len(rows_of(out)) == 1 and "1 to review" in err and sorted(tmp_path.iterdir()) == before
    assert main(["geocode", "--input", str(source), "-o", os.devnull]) == 0
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--column", "town"], "there is no column 'town'; the columns are place, cc"),
        (["--country-column", "land"], "there is no column 'land'; the columns are place, cc"),
        (["--country", "QQ"], "'QQ' is no country code"),
        (["--review", "names.csv"], "overwrite the table"),
        (["--review", "out.csv", "-o", "out.csv"], "overwrite the output"),
        (["--review", "-"], "cannot both go to standard output"),
        (["--review", "nowhere/a.csv"], "there is no folder"),
        (["-o", "nowhere/a.csv"], "there is no folder"),
    ],
)
def test_what_is_wrong_with_the_options_is_told(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.csv").write_text("place,cc\nTripoli,\n")
    assert main(["geocode", "--input", "names.csv", *words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and message in err and [p.name for p in tmp_path.iterdir()] == ["names.csv"]


@pytest.mark.parametrize("option", ["--review", "--country-column"])
def test_options_for_tables_want_a_table(capsys, option):
    assert main(["geocode", "Kharkiv", option, "x"]) == 2 and option in capsys.readouterr().err


def read_all(master):
    told = b""
    while True:
        try:
            more = os.read(master, 65536)
        except OSError:  # Linux: the other end is closed
            return told.decode()
        if not more:
            return told.decode()
        told += more


def test_a_terminal_is_shown_the_counts(tmp_path, monkeypatch, capsys):
    pty = pytest.importorskip("pty")
    path = tmp_path / "names.csv"
    path.write_text("place\nKharkiv\nTripoli\nKyiv\n")
    monkeypatch.setattr(lookups, "Progress", functools.partial(Progress, every_s=0.0))
    master, slave = pty.openpty()
    with os.fdopen(slave, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        assert main(["geocode", "--input", str(path), "-o", str(tmp_path / "out.csv")]) == 0
    told = read_all(master)
    os.close(master)
    assert "1 of 3 names looked up" in told and "3 of 3 names looked up" in told
    last = told.rstrip("\r\n").rsplit("\r", 1)[-1].strip("\n")
    assert last.endswith("out-review.csv") and "3 rows: 2 found, 1 to review" in last
    assert "looked up" not in last


def test_elsewhere_only_the_summary_is_told(tmp_path):
    path = tmp_path / "names.csv"
    path.write_text("place\n" + "".join(f"Kharkiv{n}\n" for n in range(30)) + "Kharkiv\n")
    answer = subprocess.run(
        [sys.executable, "-c", "import functools, sys; from mapper import lookups; from mapper.cli import main;"
         "lookups.Progress = functools.partial(lookups.Progress, every_s=0.0);"
         "sys.exit(main(sys.argv[1:]))", "geocode", "--input", str(path), "-o", str(tmp_path / "o.csv")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.stdout == "" and "looked up" not in answer.stderr and "31 rows" in answer.stderr


def test_counts_come_once_a_second_at_most():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    stream = Terminal()
    progress = Progress(stream, every_s=3600)
    for n in range(1000):
        progress(n, 1000)
    progress.close()
    assert stream.getvalue() == ""


def test_a_frame_of_any_kind_of_cells():
    frame = pd.DataFrame(
        {
            "where": ["Kharkiv", None, np.nan, 12345, "NA", "Paris"],
            "cc": ["UA", None, np.nan, "UA", "NA", "US"],
        },
        index=[3, 3, 1, 0, 9, 9],
    )
    kept = frame.copy()
    answer, review = geocode_frame(frame, "where", country_column="cc")
    pd.testing.assert_frame_equal(frame, kept)
    pd.testing.assert_frame_equal(answer[["where", "cc"]], kept)
    assert answer["geocode_status"].tolist()[:5] == ["found", "missing", "missing", "missing", "missing"]
    assert answer["geocode_note"].tolist()[1] == "empty" and answer["place_admin1"].tolist()[5] == "Texas"
    assert answer["geocode_note"].tolist()[4] == "no place of that name in Namibia"
    assert review["row"].tolist()[:3] == [3, 5, 6] and list(review.columns) == list(REVIEW_COLUMNS)
    near, _ = geocode_frame(frame.iloc[5:], "where", near=Point(lat=33.7, lon=-95.5), country="US")
    assert near["place_admin1"].tolist() == ["Texas"]
    empty, nothing = geocode_frame(frame.iloc[:0], "where")
    assert len(empty) == len(nothing) == 0 and list(empty.columns) == ["where", "cc", *PLACE_COLUMNS]
    with pytest.raises(OptionError, match="the columns are where, cc"):
        geocode_frame(frame, "place")
    with pytest.raises(OptionError, match="more than one column is called 'where'"):
        geocode_frame(pd.concat([frame, frame], axis=1), "where")
    with pytest.raises(OptionError, match="no country code"):
        geocode_frame(frame, "where", country="Ukraine")


@pytest.mark.timeout(120)
def test_many_rows_are_quick():
    names = [f"{name} {n}" for n in range(500) for name in ("Kharkiv", "Tripoli", "Paris", "Qwxyz")]
    frame = pd.DataFrame({"place": names * 50})
    start_s = time.process_time()
    answer, _ = geocode_frame(frame, "place")
    assert len(answer) == 100_000 and time.process_time() - start_s < 30
