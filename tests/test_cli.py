import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mapper.cli import main

SEEDS = Path(__file__).parent.parent / "seeds"
KHARKIV = SEEDS / "kharkiv-2024-05-31.md"


def run(capsys, *words):
    code = main([str(word) for word in words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_extract_writes_one_line_a_report(capsys):
    code, out, err = run(capsys, "extract", KHARKIV)
    (record,) = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert record["id"] == "kharkiv-2024-05-31" and record["published"] == "2024-05-31"
    for toponym in record["toponyms"]:
        assert record["text"][toponym["start"] : toponym["end"]] == toponym["text"]
    for incident in record["incidents"]:
        assert record["text"][incident["start"] : incident["end"]] == incident["evidence"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.geojson", "a.csv"])
def test_extract_takes_the_format_from_the_suffix(capsys, tmp_path, name):
    path = tmp_path / name
    assert run(capsys, "extract", KHARKIV, "-o", path)[0] == 0
    text = path.read_text(encoding="utf-8")
    if name.endswith("geojson"):
        features = json.loads(text)["features"]
        assert features and all(-180 <= f["geometry"]["coordinates"][0] <= 180 for f in features)
        kharkiv = next(f for f in features if f["properties"]["place"] == "Kharkiv")
        assert kharkiv["geometry"]["coordinates"] == pytest.approx([36.25, 49.98], abs=0.05)
    else:
        assert "Kharkiv" in text
    assert list(tmp_path.iterdir()) == [path]


def test_bad_inputs_are_named_and_the_good_ones_processed(capsys, tmp_path):
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "image.txt").write_bytes(b"\x89PNG\0\0")
    (tmp_path / "long.txt").write_bytes(b"x" * 10_000_000)
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9 in Paris")
    (tmp_path / "lines.jsonl").write_bytes(
        b'{"id": "good", "text": "A bomb exploded in Kabul on Friday."}\n{broken\n'
    )
    names = ["empty.txt", "image.txt", "long.txt", "latin.txt", "missing.txt", "lines.jsonl"]
    code, out, err = run(capsys, "extract", *(tmp_path / name for name in names), "--published", "2024-05-31")
    assert code == 1
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["good"]
    for name in names:
        assert name in err
    assert "line 2" in err and "Traceback" not in err


def test_nothing_usable_is_exit_code_2(capsys, tmp_path):
    code, out, err = run(capsys, "extract", tmp_path / "missing.txt")
    assert (code, out) == (2, "") and "missing.txt" in err
    output = tmp_path / "map.html"
    assert run(capsys, "map", tmp_path / "missing.txt", "-o", output)[0] == 2
    assert not output.exists()


@pytest.mark.parametrize(
    "words",
    [
        ["extract", KHARKIV, "--published", "31/5/2024"],
        ["extract", KHARKIV, "-o", "a.docx"],
        ["geocode"],
        ["geocode", "Paris", "--country", "France"],
        ["geocode", "Paris", "--near", "91,0"],
        ["geocode", "Paris", "--limit", "0"],
        ["distance"],
        ["distance", "Kharkiv", "--at", "1,2"],
        ["distance", "--at", "nan,0"],
        ["distance", "Kharkiv", "--to", "JP"],
        ["distance", "Kharkiv", "--view", "mine"],
        ["geocode", "--input", "missing.csv"],
        ["app", "missing.txt"],
        [],
    ],
)
def test_unusable_arguments_are_exit_code_2(capsys, words):
    try:
        code = main([str(word) for word in words])
    except SystemExit as stop:  # argparse's way out
        code = stop.code
    captured = capsys.readouterr()
    assert code == 2 and captured.err.strip() and captured.out == ""


def test_map_is_one_file(capsys, tmp_path):
    output = tmp_path / "map.html"
    code, _, err = run(capsys, "map", KHARKIV, "-o", output, "--title", "A <title>")
    html = output.read_text(encoding="utf-8")
    assert code == 0 and "map.html" in err
    assert "<script src=" not in html and re.findall(r'<link[^>]*href="([^"]*)"', html) == ["data:,"]
    assert "A <title>" not in html


def test_geocode(capsys):
    code, out, _ = run(capsys, "geocode", "Kharkiv", "Харків", "Qwxyzzy", "--json", "--limit", "3")
    kharkiv, cyrillic, unknown = json.loads(out)
    assert code == 0
    assert kharkiv["candidates"][0]["country"] == "UA" and 10 <= kharkiv["candidates"][0]["radius_km"] <= 15
    assert kharkiv["candidates"][0]["geonameid"] == cyrillic["candidates"][0]["geonameid"] == 706483
    assert unknown == {"query": "Qwxyzzy", "match": None, "candidates": []}
    assert "no place of that name" in run(capsys, "geocode", "Qwxyzzy")[1]


def test_geocode_within_a_country_and_near(capsys):
    in_us = json.loads(run(capsys, "geocode", "Paris", "--country", "us", "--json")[1])[0]["candidates"]
    assert in_us[0]["admin1"] == "Texas" and {c["country"] for c in in_us} == {"US"}
    near = json.loads(run(capsys, "geocode", "Engels", "--near", "51.5,46.1", "--json")[1])[0]["candidates"]
    assert (near[0]["country"], near[0]["admin1"]) == ("RU", "Saratov Oblast")


def test_distance(capsys):
    answer = json.loads(run(capsys, "distance", "Kharkiv", "--json")[1])
    assert answer["km"] == pytest.approx(34.60, abs=0.01) and answer["border"] == ["RU", "UA"]
    assert answer["low_km"] < 30 < answer["km"] < answer["high_km"]
    assert (answer["country"], answer["view"]) == ("UA", "international")
    several = json.loads(run(capsys, "distance", "Engels", "Prague", "--json")[1])
    assert [a["border"] for a in several] == [["KZ", "RU"], ["CZ", "DE"]]
    to_ukraine = json.loads(run(capsys, "distance", "Engels", "--to", "UA", "--json")[1])
    assert to_ukraine["km"] == pytest.approx(471.13, abs=0.02)
    south = json.loads(run(capsys, "distance", "--at", "-33.93,18.42", "--json")[1])
    assert (south["country"], south["admin1"]) == ("ZA", "Western Cape")
    assert "(Western Cape, ZA)" in run(capsys, "distance", "--at", "-33.93,18.42")[1]
    assert "(no country)" in run(capsys, "distance", "--at", "0,-30")[1]
    assert south["low_km"] == south["km"] == south["high_km"]


def test_distance_to_a_territory(capsys):
    inside = json.loads(run(capsys, "distance", "Kharkiv", "--to", "Ukraine", "--territory", "--json")[1])
    assert inside["territory"] == "UA" and inside["km"] == 0 and inside["neighbour"] == "RU"
    assert inside["depth_km"] == pytest.approx(34.60, abs=0.01)
    across = json.loads(run(capsys, "distance", "Krasnodar", "--to", "UA", "--territory", "--json")[1])
    assert 180 < across["km"] < 195 and across["depth_km"] == 0 and across["neighbour"] is None
    assert across["low_km"] < across["km"] < across["high_km"]
    text = run(capsys, "distance", "Krasnodar", "--to", "UA", "--territory")[1]
    assert "from the territory of UA" in text and "at the coast" in text


def test_distance_in_another_view(capsys):
    here = json.loads(run(capsys, "distance", "Simferopol", "--to", "UA", "--json")[1])
    there = json.loads(run(capsys, "distance", "Simferopol", "--to", "UA", "--view", "de_facto", "--json")[1])
    assert (here["view"], there["view"]) == ("international", "de_facto")
    assert here["km"] > 200 and there["km"] < 150 and there["border"] == ["RU", "UA"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--to", "Ukrane"], "unknown country 'Ukrane': did you mean Ukraine (UA)?"),
        (["--to", "UX"], "unknown country 'UX': did you mean"),
        (["--to", "Japan"], "JP has no land border"),
        (["--territory"], "--territory needs --to COUNTRY"),
        (["--view", "internatonal"], "did you mean 'international'?"),
    ],
)
def test_what_is_wrong_with_a_question_about_a_border_is_told(capsys, words, message):
    code, out, err = run(capsys, "distance", "Kharkiv", *words)
    assert code == 2 and out == "" and message in err


def test_swapped_axes_are_hinted_at(capsys):
    with pytest.raises(SystemExit):
        run(capsys, "distance", "--at", "151.2,-33.9")
    assert "latitude and longitude look swapped" in capsys.readouterr().err


def test_distance_of_an_unknown_place_is_named(capsys):
    code, out, err = run(capsys, "distance", "Qwxyzzy", "Kharkiv", "--json")
    assert code == 1 and len(json.loads("[" + out + "]")) == 1 and "Qwxyzzy" in err
    assert run(capsys, "distance", "Qwxyzzy")[0] == 2


def test_tables_keep_every_row(capsys, tmp_path):
    path = tmp_path / "names.csv"
    path.write_text("place,note\nKharkiv,=1+1\n,\nQwxyzzy,b\n", encoding="utf-8")
    code, out, err = run(capsys, "geocode", "--input", path, "--column", "place")
    lines = out.splitlines()
    assert code == 1 and len(lines) == 4 and lines[1].startswith("Kharkiv,'=1+1,Kharkiv,UA")
    assert "row 3" in err and "row 4" in err and "Qwxyzzy" in err
    points = tmp_path / "points.csv"
    points.write_text("name,Lat,Lon\na,49.98,36.25\nb,91,0\nc,-33.9,18.4\n", encoding="utf-8")
    output = tmp_path / "out.csv"
    code, _, err = run(capsys, "distance", "--input", points, "--to", "UA", "-o", output)
    rows = output.read_text(encoding="utf-8").splitlines()
    assert code == 1 and "row 3" in err and len(rows) == 4
    assert rows[0].startswith("name,Lat,Lon,ua_border_km,ua_border_low_km,ua_border_high_km,ua_border_pair,")
    assert ",RU-UA," in rows[1] and rows[3].startswith("c,-33.9,18.4,")


def test_a_closed_pipe_is_no_error():
    command = f"{sys.executable} -m mapper extract {KHARKIV} | head -c 10"
    answer = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert answer.stderr == "" and len(answer.stdout) == 10


def test_standard_input():
    answer = subprocess.run(
        [sys.executable, "-m", "mapper", "extract", "-", "--published", "2024-05-31"],
        input="A bomb exploded in Kabul on Friday, killing two people.",
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    (incident,) = json.loads(answer.stdout)["incidents"]
    assert (incident["place"], incident["date"], incident["killed"]) == ("Kabul", "2024-05-31", 2)


def test_a_name_only_spelt_alike_gets_no_distance(capsys):
    code, out, err = run(capsys, "distance", "Nopeville")
    assert code == 2 and out == "" and "Nopeville" in err
    record = json.loads(run(capsys, "distance", "Харків", "--json")[1])
    assert (record["query"], record["place"], record["match"]) == ("Харків", "Kharkiv", "alternate")


def test_json_lines_on_standard_input():
    answer = subprocess.run(
        [sys.executable, "-m", "mapper", "extract", "-"],
        input='{"id": "a", "published": "2024-05-31", "text": "A bomb exploded in Kabul on Friday."}\n',
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    record = json.loads(answer.stdout)
    assert record["id"] == "a" and record["incidents"][0]["date"] == "2024-05-31"


SAME = (
    ("a", "2024-05-31", "Five people were killed when a bomb exploded in Kabul on Friday."),
    ("b", "2024-06-01", "A bomb exploded in Kabul on Friday, killing seven people."),
)


@pytest.fixture
def same(tmp_path):
    """Two reports of one event."""
    path = tmp_path / "same.jsonl"
    records = [dict(zip(("id", "published", "text"), fields, strict=True)) for fields in SAME]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_what_several_reports_tell_is_merged_unless_asked(capsys, tmp_path, same):
    for format_, rows in (
        ("csv", lambda out: out.splitlines()[1:]),
        ("geojson", lambda out: json.loads(out)["features"]),
    ):
        assert len(rows(run(capsys, "extract", same, "--format", format_)[1])) == 1
        assert len(rows(run(capsys, "extract", same, "--format", format_, "--separate")[1])) == 2
    output = tmp_path / "map.html"
    assert "1 incident (2 tellings) from 2 reports" in run(capsys, "map", same, "-o", output)[2]
    assert "2 incidents from 2 reports" in run(capsys, "map", same, "-o", output, "--separate")[2]


def test_json_lines_are_by_report(capsys, same):
    plain = run(capsys, "extract", same)[1]
    assert [len(json.loads(line)["incidents"]) for line in plain.splitlines()] == [1, 1]
    assert run(capsys, "extract", same, "--separate")[1] == plain


@pytest.mark.parametrize(
    "words", [[], ["-o", "-"], ["-o", "a.csv"], ["-o", "a.geojson"], ["--format", "csv", "-o", "a.jsonl"]]
)
def test_only_json_lines_in_a_file_can_be_taken_up_again(capsys, same, words):
    code, out, err = run(capsys, "extract", same, "--resume", *words)
    assert (code, out) == (2, "") and "--format jsonl -o FILE" in err


def test_a_stopped_run_says_how_to_go_on(capsys, tmp_path, same, monkeypatch):
    from mapper import runs

    real, output = runs.extract, tmp_path / "out.jsonl"

    def stop(report, **options):
        if report.id == "b":
            raise KeyboardInterrupt
        return real(report, **options)

    with monkeypatch.context() as patch:
        patch.setattr(runs, "extract", stop)
        code, _, err = run(capsys, "extract", same, "-o", output)
    assert code == 130 and "--resume" in err and not output.exists()
    code, _, err = run(capsys, "extract", same, "-o", output)
    assert code == 2 and "--resume" in err and "delete it" in err
    assert run(capsys, "extract", same, "-o", output, "--resume")[::2] == (0, "")
    assert [json.loads(line)["id"] for line in output.read_text().splitlines()] == ["a", "b"]


def test_lines_come_as_they_are_read(tmp_path):
    command = [sys.executable, "-m", "mapper", "extract", "-", "--published", "2024-05-31"]
    path = tmp_path / "pipe.jsonl"
    path.write_text('{"id": "a", "text": "A bomb exploded in Kabul."}\n' * 2 + "{broken\n")
    with subprocess.Popen(
        [*command[:-3], path, *command[-2:]], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert json.loads(process.stdout.readline())["id"] == "a"
        assert process.communicate()[1].decode().count("line 3") == 1 and process.returncode == 1


def test_a_terminal_is_shown_a_bar(tmp_path, monkeypatch, same):
    import functools
    import os

    from mapper import progress

    pty = pytest.importorskip("pty")
    monkeypatch.setattr(progress, "ReportBar", functools.partial(progress.ReportBar, every_s=0.0))
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("A bomb exploded in Kabul.")
    for words in (["extract", "-o", tmp_path / "o.jsonl"], ["map", "-o", tmp_path / "o.html"]):
        master, slave = pty.openpty()
        with os.fdopen(slave, "w", encoding="utf-8") as terminal:
            monkeypatch.setattr(sys, "stderr", terminal)
            assert main([*map(str, words), str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]) == 0
        told = os.read(master, 65536).decode()
        os.close(master)
        assert "1 of 2 reports" in told and "2 of 2 reports" in told
        messages = [line.rsplit("\r", 1)[-1] for line in told.replace("\r\n", "\n").splitlines()]
        assert "mapper: b: no publication date: relative dates stay open (--published DATE)" in messages
