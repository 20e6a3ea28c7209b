"""Input that is odd or means harm: a clear answer, no traceback, no hang."""

import json
import os
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest

from mapper import pipeline
from mapper.cli import main
from mapper.files import write_text
from mapper.model import Rejected, Report
from mapper.reports import read_reports, report_from_text, reports_from_bytes
from mapper.tables import read_table

ROOT = Path(__file__).parent.parent


def test_writing_follows_a_link_and_leaves_it_a_link(tmp_path):
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(target)
    write_text(link, "new")
    assert link.is_symlink() and target.read_text() == "new" and len(list(tmp_path.iterdir())) == 2


def test_writing_to_a_pipe_leaves_it_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text()))
    reader.start()
    write_text(pipe, "through")
    reader.join(timeout=10)
    assert heard == ["through"] and pipe.is_fifo()


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OSError, match=r"no-folder/out\.csv"):
        write_text(tmp_path / "no-folder" / "out.csv", "x")


def test_lone_surrogates_do_not_break_the_run(tmp_path, capsys):
    path = tmp_path / "reports.jsonl"
    path.write_text(
        r'{"id": "a\ud800", "title": "\udfff", "text": "A bomb \ud800 hit Kyiv."}'
        + '\n{"id": "b", "text": "Kyiv."}\n'
    )
    assert main(["extract", str(path)]) == 0
    first, second = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert first["id"] == "a\ufffd" and first["text"] == "A bomb \ufffd hit Kyiv." and second["id"] == "b"
    assert pipeline.extract("Kyiv \ud800 burns.").resolutions[0].toponym.text == "Kyiv"


@pytest.mark.parametrize(
    "block",
    [
        "a: !!int ''",
        "a: !!bool x",
        "published: !!timestamp foo",
        "[" * 3000,
        "a: &x [1]\nb: [*x, *x]",
        "a: " + "b" * 20_000,
        "- list",
        "title: [1, 2]",
    ],
)
def test_front_matter_of_any_kind_leaves_a_report(block):
    reads = list(reports_from_bytes("a.md", f"---\n{block}\n---\nA bomb hit Kyiv.".encode()))
    (report,) = [read for read in reads if isinstance(read, Report)]
    assert report.text.endswith("A bomb hit Kyiv.") and len(report.title or "") < 200


def test_fields_of_other_types_are_no_text():
    (report,) = reports_from_bytes("a.jsonl", b'{"id": [1], "title": {"a": 1}, "url": true, "text": "Kyiv."}')
    assert (report.id, report.title, report.url) == ("a-1", None, None)
    (report,) = reports_from_bytes("a.jsonl", b'{"id": 0, "text": "Kyiv."}')
    assert report.id == "0"


@pytest.mark.parametrize("value", ['"2024-05-31garbage"', "20240531", "[2024]", "true", '"2024-02-31"'])
def test_only_a_date_is_a_publication_date(value):
    rejected, report = reports_from_bytes("a.jsonl", f'{{"text": "Kyiv.", "published": {value}}}'.encode())
    assert isinstance(rejected, Rejected) and report.published is None


def test_a_bare_text_is_taken_as_it_stands():
    text = "---\ntitle: x\n---\n\ufeffA bomb hit Kyiv."
    assert pipeline.extract(text).report.text == text
    assert report_from_text(text, front_matter=True).title == "x"


def test_links_do_not_lead_out_of_a_folder(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("Secret in Kyiv.")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (read,) = read_reports(folder)
    assert isinstance(read, Rejected) and "out of the folder" in read.reason


HOSTILE = {
    "blanks": "A bomb hit Kyiv." + " " * 400_000 + "x",
    "blank lines": "A bomb hit Kyiv." + "\t \n" * 100_000,
    "names": "Kharkiv " * 20_000,
    "short forms": "U.S. " * 20_000,
    "claims": "Kharkiv is 30 km from Belgorod. " * 3_000,
    "events": "A missile hit Paris, Berlin, Lyon and Kyiv on Friday. " * 2_000,
    "brackets": "(" * 300_000,
    "numbers": "1 2 3 " * 30_000,
}


@pytest.mark.timeout(60)  # each takes a few seconds; a quadratic walk takes minutes
@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_hangs(name):
    assert pipeline.extract(Report(id="r", text=HOSTILE[name])).report.text == HOSTILE[name]


def test_figures_beyond_reason_are_not_read():
    extraction = pipeline.extract(
        f"A bomb in Kyiv killed {'9' * 30} people. Kyiv is {'9' * 400} km from the border with Belarus."
    )
    assert all(i.killed is None for i in extraction.incidents) and extraction.claims == ()


def test_a_ragged_table_keeps_every_cell(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("place,lat,lon\nKharkiv,50,36,extra\nKyiv\n", encoding="utf-8")
    table = read_table(path)
    assert list(table.columns) == ["place", "lat", "lon", "column_4"]
    assert table.to_numpy().tolist() == [["Kharkiv", "50", "36", "extra"], ["Kyiv", "", "", ""]]


def test_other_delimiters_and_double_headers(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("place;note\nKharkiv;a,b\n", encoding="utf-8")
    assert read_table(path).to_numpy().tolist() == [["Kharkiv", "a,b"]]
    path.write_text("lat,lat\n1,2\n", encoding="utf-8")
    assert main(["distance", "--input", str(path)]) == 2


def test_no_header_runs_as_a_formula(tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text("=1+1,lat,lon\n＝2,50,36\n", encoding="utf-8")
    assert main(["distance", "--input", str(path)]) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.startswith("'=1+1,") and row.startswith("'＝2,50,36,")


def test_a_country_without_land_border_is_refused_once(tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text("lat,lon\n1,2\n3,4\n", encoding="utf-8")
    assert main(["distance", "--input", str(path), "--to", "JP"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and len(captured.err.splitlines()) == 1 and "JP" in captured.err


def test_output_goes_where_it_is_sent(tmp_path, capsys):
    for command in (["geocode", "Kharkiv", "--json"], ["distance", "Kharkiv", "--json"]):
        path = tmp_path / f"{command[0]}.json"
        assert main([*command, "-o", str(path)]) == 0
        assert capsys.readouterr().out == "" and json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "words", [["geocode", "Paris", "--input", "a.csv"], ["distance", "Paris", "--input", "a.csv"]]
)
def test_two_kinds_of_input_at_once_are_refused(words, capsys):
    assert main(words) == 2 and "CSV" in capsys.readouterr().err


def test_names_print_under_any_locale():
    answer = subprocess.run(
        [sys.executable, "-m", "mapper", "geocode", "Харків"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert "Харків" in answer.stdout.decode("utf-8")


def test_ids_do_not_steer_the_terminal(capsys, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(r'{"id": "a\u001b[31m", "text": "Kyiv."}')
    main(["extract", str(path)])
    assert "\x1b" not in capsys.readouterr().err


def test_the_wheel_carries_each_data_file_and_no_other():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"])
    listed = {
        entry["file"] for entry in json.loads((ROOT / "data" / "manifest.json").read_text(encoding="utf-8"))
    }
    assert shipped == {"app.py", "data/README.md", "data/manifest.json", *(f"data/{name}" for name in listed)}
