"""A user's own places: tables and GeoNames dumps, found together with the shipped gazetteer."""

import io
import json
import zipfile

import pytest

from mapper import cli, own_places, world
from mapper.errors import DataError, InputError, OptionError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty folder for imports, and a gazetteer that is opened anew before and after."""
    monkeypatch.setenv("MAPPER_OWN_PLACES", str(tmp_path / "places"))
    world.gazetteer.cache_clear()
    yield tmp_path / "places"
    world.gazetteer.cache_clear()


def table(tmp_path, text, name="mine.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def dump_row(number, name, lat, lon, code, *, country="UA", others="", admin1="07", population=0):
    kind = {"PPL": "P", "STM": "H", "AIRB": "S", "ADM1": "A", "RD": "R", "ADM3": "A"}[code]
    cells = [number, name, name, others, lat, lon, kind, code, country, "", admin1, "", "", "", population, "", "", "Europe/Kyiv", "2024-01-01"]  # fmt: skip
    return "\t".join(map(str, cells))


def test_a_table_is_found_with_the_shipped_places(tmp_path, folder):
    path = table(
        tmp_path,
        "Name;Latitude;Longitude;Country;Type;Pop;Names\n"
        "Vymyslivka;50,05;36,40;Ukraine;village;120;Вимислівка|Vymyslovka\n"
        "Checkpoint Zed;50.30;36.31;;border crossing;;\n",
    )
    done = own_places.add(path)
    assert (done.name, done.added, done.present, done.rejected) == ("mine", 2, 0, ())
    assert (folder / "mine.places").is_file()
    gazetteer = world.gazetteer()
    for name, match in (("Vymyslivka", "exact"), ("Вимислівка", "alternate"), ("Vymyslifka", "typo")):
        best = gazetteer.search(name)[0]
        assert (best.place.name, best.match) == ("Vymyslivka", match)
    place = gazetteer.search("Vymyslivka")[0].place
    assert (place.country, place.admin1, place.kind, place.feature, place.population) == (
        "UA", "Kharkiv Oblast", "city", "village", 120,
    )  # fmt: skip
    assert (place.point.lat, place.point.lon) == (50.05, 36.4)
    crossing = gazetteer.lookup("Checkpoint Zed")[0].place
    assert (crossing.kind, crossing.feature) == ("site", "border crossing")
    assert gazetteer.search("Kharkiv")[0].place.geonameid == 706483
    assert gazetteer.search("Vymyslivka, Kharkiv region")[0].place == place
    assert gazetteer.search("Vymyslivka", country="RU") == []
    assert any(c.place == place for c in gazetteer.nearest(place.point, limit=3))


def test_an_import_replaces_that_of_its_name_and_can_be_removed(tmp_path):
    own_places.add(table(tmp_path, "name,lat,lon\nAaaville,50,30\n"))
    own_places.add(table(tmp_path, "name,lat,lon\nBeeville Nova,50,30\n"))
    assert world.gazetteer().lookup("Beeville Nova")
    assert not world.gazetteer().lookup("Aaaville")
    own_places.remove("mine")
    assert not world.gazetteer().lookup("Beeville Nova")
    with pytest.raises(OptionError, match="'mine'"):
        own_places.remove("mine")


def test_bad_rows_are_told_with_their_line(tmp_path):
    path = table(
        tmp_path,
        'name,lat,lon,country,population,radius_km\n"Good\nPlace",50,30,UA,5,2\nNorth,95,30,,,\nWhere,fifty,30,,,\n…,50,30,,,\n'
        "Elsewhere,48.85,2.35,UA,,\nNoland,50,30,Atlantis,,\nMany,50,30,UA,-4,\nWide,50,30,UA,,90000\nShort\n\n",
    )
    done = own_places.add(path)
    assert done.added == 1
    reasons = {row.source.rsplit("line ", 1)[1]: row.reason for row in done.rejected}
    assert list(reasons) == ["4", "5", "6", "7", "8", "9", "10", "11"]
    for line, words in {"4": "latitude 95", "5": "'fifty' is no number", "6": "no letter", "7": "lies in FR, not in UA",
                        "8": "Atlantis", "9": "out of range", "10": "out of range", "11": "lat '' is no number"}.items():  # fmt: skip
        assert words in reasons[line]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "an empty file"),
        ("name,lat\nx,1\n", "'lon' or 'lng'"),
        ("name,lat,lon\n", "no place in it can be used"),
        ("name,lat,lon\nx,99,1\n", "1 rows rejected; first: latitude 99"),
    ],
)
def test_files_that_hold_nothing(tmp_path, text, words):
    with pytest.raises(InputError, match=words):
        own_places.add(table(tmp_path, text))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        own_places.add(tmp_path / "none.csv")
    with pytest.raises(InputError, match="is no file"):
        own_places.add(tmp_path)
    binary = tmp_path / "b.csv"
    binary.write_bytes(b"name,lat,lon\n\xff\xfe,1,2\n")
    with pytest.raises(InputError, match="byte 13 is not valid UTF-8"):
        own_places.add(binary)
    with pytest.raises(OptionError, match=r"\.\./x"):
        own_places.add(table(tmp_path, "name,lat,lon\nx,1,2\n"), "../x")


def test_a_dump_of_geonames(tmp_path):
    rows = [
        dump_row(706483, "Kharkiv", 49.98, 36.25, "PPL", population=1_421_125),
        dump_row(
            990000001,
            "Zelenyi Kolodiaz",
            49.90,
            36.90,
            "PPL",
            others="Зелений Колодязь,zelenyj,https://x.org/a",
        ),
        dump_row(990000002, "Richka Tykha", 49.9, 36.8, "STM"),
        dump_row(990000003, "Baza Nova", 49.8, 36.7, "AIRB"),
        dump_row(990000004, "Doroha", 49.8, 36.7, "RD"),
        dump_row(990000005, "Kharkivska Oblast", 49.8, 36.7, "ADM1"),
        dump_row(990000006, "Bad", "x", 36.7, "PPL"),
        "only\tthree\tcells",
        dump_row(990000007, "Maale Test", 31.77, 35.30, "PPL", country="IL", admin1="WE"),
    ]
    text = "\n".join(rows) + "\n"
    archive = tmp_path / "UA.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("readme.txt", "about the dump")
        bundle.writestr("UA.txt", text)
    for path in (archive, table(tmp_path, text, "UA.txt")):
        done = own_places.add(path)
        assert (done.name, done.added, done.present) == ("UA", 4, 1)
        assert [row.source[-7:] for row in done.rejected] == [", line 7"[-7:], ", line 8"[-7:]]
        gazetteer = world.gazetteer()
        village = gazetteer.lookup("Зелений Колодязь")[0].place
        assert (village.name, village.admin1, village.geonameid) == (
            "Zelenyi Kolodiaz",
            "Kharkiv Oblast",
            990000001,
        )
        assert not gazetteer.lookup("zelenyj")  # a machine's transliteration
        assert gazetteer.lookup("Richka Tykha")[0].place.kind == "water"
        assert gazetteer.lookup("Baza Nova")[0].place.feature == "air base"
        assert not gazetteer.lookup("Doroha")
        assert gazetteer.lookup("Maale Test")[0].place.country == "PS"
        assert [c.place.geonameid for c in gazetteer.lookup("Kharkiv")].count(706483) == 1


def test_an_archive_that_unpacks_to_far_more_than_it_weighs(tmp_path):
    bomb = tmp_path / "UA.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as bundle, bundle.open("UA.txt", "w") as member:
        for _ in range(40):
            member.write(b"0" * (1 << 20))
    with pytest.raises(InputError, match="unpacks to more than"):
        own_places.add(bomb)
    two = tmp_path / "two.zip"
    with zipfile.ZipFile(two, "w") as bundle:
        bundle.writestr("a.txt", "x")
        bundle.writestr("b.txt", "x")
    with pytest.raises(InputError, match="2 tables instead of one"):
        own_places.add(two)


def test_a_damaged_import_is_named_with_its_remedy(tmp_path, folder):
    own_places.add(table(tmp_path, "name,lat,lon\nAaaville,50,30\n"))
    (folder / "mine.places").write_bytes(b"damaged")
    world.gazetteer.cache_clear()
    with pytest.raises(DataError, match="mapper gazetteer remove mine"):
        world.gazetteer()
    assert "is damaged" in own_places.installed()[1]["error"]
    own_places.remove("mine")
    assert world.gazetteer().lookup("Kharkiv")


def test_the_command(tmp_path, capsys):
    path = table(tmp_path, "name,lat,lon\nAaaville,50,30\nBad,100,30\n")
    assert cli.main(["gazetteer", "add", str(path), "--name", "test_1"]) == 1
    told = capsys.readouterr().err
    assert "mine.csv, line 3: latitude 100.0" in told
    assert "test_1: 1 place added, 1 row rejected" in told
    assert cli.main(["gazetteer", "info"]) == 0
    told = capsys.readouterr().out
    assert "settlements" in told
    assert "test_1: 1 places from mine.csv" in told
    assert cli.main(["gazetteer", "info", "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)
    assert [entry["name"] for entry in entries] == ["shipped", "test_1"]
    assert cli.main(["geocode", "Aaaville", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["match"] == "exact"
    assert cli.main(["gazetteer", "remove", "test_1"]) == 0
    assert cli.main(["gazetteer", "remove", "test_1"]) == 2
    assert cli.main(["gazetteer", "add", str(path), str(path), "--name", "x"]) == 2
    assert cli.main(["gazetteer", "add", str(tmp_path / "none.csv")]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_rejected_rows_are_counted_beyond_twenty(tmp_path, capsys):
    rows = "".join(f"Bad {n},99,30\n" for n in range(25))
    path = table(tmp_path, f"name,lat,lon\nAaaville,50,30\n{rows}")
    assert cli.main(["gazetteer", "add", str(path)]) == 1
    told = capsys.readouterr().err
    assert told.count("latitude 99") == 20
    assert "5 more rows rejected" in told


def test_names_with_quotes_and_formulas_are_only_names(tmp_path):
    buffer = io.StringIO()
    buffer.write('name,lat,lon\n"=cmd|\' /C calc\'!A0",50,30\n"O\'Brien ""Ville""",50,30\n')
    done = own_places.add(table(tmp_path, buffer.getvalue()))
    assert done.added == 2
    assert world.gazetteer().search("O'Brien Ville")[0].place.name == 'O\'Brien "Ville"'


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Aaa,50,30,,inf,", "no finite number"),
        ("Aaa,50,30,,1e400,", "no finite number"),
        ("Aaa,50,30,,99999999999,", "out of range"),
        ("A" * 70_000 + ",50,30,,,", "too long"),
        ("A" * 61 + ",50,30,,,", "too long"),
    ],
)
def test_absurd_figures_and_names_are_rejected(tmp_path, row, words):
    done = own_places.add(
        table(tmp_path, f"name,lat,lon,country,population,radius_km\nGood,50,30,,,\n{row}\n")
    )
    assert (done.added, len(done.rejected)) == (1, 1)
    assert words in done.rejected[0].reason


def test_absurd_rows_of_a_dump_are_rejected(tmp_path):
    rows = [
        dump_row(990000001, "Dobre", 49.90, 36.90, "PPL"),
        dump_row(5_000_000_000, "Velyke", 49.90, 36.90, "PPL"),
        dump_row(990000002, "Bahato", 49.90, 36.90, "PPL", population=2**33),
        dump_row(990000003, "D" * 300, 49.90, 36.90, "PPL"),
        "",
    ]
    done = own_places.add(table(tmp_path, "\n".join(rows) + "\n", "UA.txt"))
    assert (done.added, len(done.rejected)) == (1, 3)


def test_a_comma_in_a_population_is_one_of_thousands(tmp_path):
    own_places.add(table(tmp_path, 'name,lat,lon,pop\nZzbig,50,30,"120,000"\n'))
    assert world.gazetteer().lookup("Zzbig")[0].place.population == 120_000


def test_two_files_of_one_name_are_refused_and_a_broken_archive_is_named(tmp_path, capsys):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "p.csv").write_text("name,lat,lon\nAaaville,50,30\n")
    assert cli.main(["gazetteer", "add", str(tmp_path / "a" / "p.csv"), str(tmp_path / "b" / "p.csv")]) == 2
    assert "'p'" in capsys.readouterr().err
    archive = tmp_path / "UA.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("UA.txt", "x" * 5000)
    content = bytearray(archive.read_bytes())
    content[40:50] = b"\xff" * 10
    archive.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        own_places.add(archive)


def test_no_home_is_no_fault_of_a_look_up(tmp_path, monkeypatch):
    def homeless():
        raise RuntimeError("no home")

    for name in ("MAPPER_OWN_PLACES", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pathlib.Path.home", homeless)
    assert world.gazetteer().search("Kharkiv")
    with pytest.raises(OptionError, match="MAPPER_OWN_PLACES"):
        own_places.add(table(tmp_path, "name,lat,lon\nAaaville,50,30\n"))


def test_strange_files_in_the_folder(folder, tmp_path):
    own_places.add(table(tmp_path, "name,lat,lon\nAaaville,50,30\n"))
    (folder / "dir.places").mkdir()
    (folder / "my places.places").write_bytes(b"damaged")
    world.gazetteer.cache_clear()
    with pytest.raises(DataError, match="mapper gazetteer remove"):
        world.gazetteer()
    own_places.remove("my places")
    assert world.gazetteer().lookup("Aaaville")
