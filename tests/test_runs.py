import gc
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
import weakref
from dataclasses import replace
from pathlib import Path

import pytest

from mapper import runs
from mapper.cli import main
from mapper.errors import InputError, OptionError
from mapper.model import Extraction, Rejected, Report
from mapper.progress import ReportBar, cells, cut
from mapper.runs import Task, write_file, write_lines

# A run of which each report takes two milliseconds, and that is written down after every third read.
SLOW = """
import sys, time
from mapper import runs
from mapper.model import Extraction
runs.EVERY_READS = 3
runs.Task.is_long = False
def extract(self, report):
    time.sleep(0.002)
    return Extraction(report=report, resolutions=(), incidents=(), claims=())
runs.Task.extract = extract
runs.write_file(runs.Task([sys.argv[1]]), sys.argv[2], lambda answer, tally: None, resume=True)
"""


@pytest.fixture
def quick(monkeypatch):
    """Reports that give nothing but their text, and are counted."""
    seen = []

    def extract(self, report):
        seen.append(report.id)
        return Extraction(report=report, resolutions=(), incidents=(), claims=())

    monkeypatch.setattr(Task, "extract", extract)
    monkeypatch.setattr(Task, "is_long", False)
    return seen


@pytest.fixture
def stopped(tmp_path, quick, monkeypatch):
    """A run of 20 inputs, one of them unusable, that was stopped behind the tenth."""
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(lines(20).replace('"text": "Text 3', '"txt": "Text 3'), encoding="utf-8")
    whole = tmp_path / "whole.jsonl"
    write_file(Task([str(source)]), whole, ignore)

    def told(answer, tally):
        if tally.reads == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_file(Task([str(source)]), target, told)
    with (tmp_path / "out.jsonl.part").open("ab") as stream:
        stream.write(b'{"half a li')
    quick.clear()
    return source, target, whole.read_bytes()


def lines(count):
    return "".join(json.dumps({"id": f"r{n}", "text": f"Text {n} of é."}) + "\n" for n in range(count))


def ignore(answer, tally):
    pass


def beside(target):
    return sorted(path.name for path in target.parent.iterdir() if path.name.startswith(target.name))


def test_a_file_appears_when_it_is_whole(tmp_path, quick):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(lines(3) + "{broken\n", encoding="utf-8")
    target.write_text("old\n")
    seen = []

    def told(answer, tally):
        seen.append(type(answer))
        assert target.read_text() == "old\n" and "out.jsonl.part" in beside(target)

    tally = write_file(Task([str(source)]), target, told)
    assert seen == [Extraction] * 3 + [Rejected]
    assert (tally.reads, tally.reports, tally.rejected) == (4, 3, 1)
    assert tally.bytes == target.stat().st_size
    assert [json.loads(line)["id"] for line in target.read_text().splitlines()] == ["r0", "r1", "r2"]
    assert beside(target) == ["out.jsonl"]


def test_the_lines_are_those_without_a_file(tmp_path, quick):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(lines(4), encoding="utf-8")
    stream = io.BytesIO()
    assert write_lines(Task([str(source)]), stream.write, ignore).reports == 4
    write_file(Task([str(source)]), target, ignore)
    assert target.read_bytes() == stream.getvalue()


def test_each_report_is_forgotten(tmp_path, quick, monkeypatch):
    alive, most = weakref.WeakSet(), 0

    def told(answer, tally):
        nonlocal most
        alive.add(answer.report)
        gc.collect()
        most = max(most, len(alive))

    class Kept(Report):  # records have slots, and no place for a weak reference
        __slots__ = ("__weakref__",)

    def reads(self):
        for n in range(50):
            yield Kept(id=f"r{n}", text=f"Text {n}")

    monkeypatch.setattr(Task, "reads", reads)
    write_file(Task([]), tmp_path / "out.jsonl", told)
    assert most <= 2


def test_a_stopped_run_goes_on_where_it_was(stopped, quick):
    source, target, whole = stopped
    seen = []
    tally = write_file(Task([str(source)]), target, lambda answer, t: seen.append(answer), resume=True)
    assert target.read_bytes() == whole
    assert (tally.reads, tally.reports, tally.rejected) == (20, 19, 1)
    assert quick == [f"r{n}" for n in range(10, 20)]  # what was done before is not done again
    assert len(seen) == 10 and not any(isinstance(answer, Rejected) for answer in seen)
    assert beside(target) == ["out.jsonl"]


def test_a_stopped_run_is_not_thrown_away_unasked(stopped):
    source, target, whole = stopped
    with pytest.raises(
        OptionError, match=r"out\.jsonl\.part is of a run that was stopped: add --resume .* delete it"
    ):
        write_file(Task([str(source)]), target, ignore)
    (target.parent / "out.jsonl.part").unlink()
    write_file(Task([str(source)]), target, ignore)
    assert target.read_bytes() == whole


def test_without_a_stopped_run_it_begins_at_the_beginning(tmp_path, quick):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(lines(3), encoding="utf-8")
    assert write_file(Task([str(source)]), target, ignore, resume=True).reports == 3
    assert write_file(Task([str(source)]), target, ignore, resume=True).reports == 3
    assert len(target.read_text().splitlines()) == 3 and beside(target) == ["out.jsonl"]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"view": "de_facto"}, "--view international, not de_facto"),
        ({"recognizer": "rules"}, "--recognizer tagger, not rules"),
        ({"fetch": True}, "--fetch off, not on"),
        ({"inputs": ["a.txt", "b.txt"]}, r"INPUT .*in\.jsonl, not a\.txt b\.txt"),
    ],
)
def test_other_inputs_or_options_are_named(stopped, other, message):
    source, target, _ = stopped
    with pytest.raises(OptionError, match=message):
        write_file(replace(Task([str(source)]), **other), target, ignore, resume=True)
    assert beside(target) == ["out.jsonl.part", "out.jsonl.progress"]


@pytest.mark.parametrize(
    "change",
    [lambda text: text.replace("Text 5", "Test 5"), lambda text: "".join(text.splitlines(True)[:4]), lambda text: "\n" + text],
)  # fmt: skip
def test_changed_inputs_are_found(stopped, change):
    source, target, _ = stopped
    part = target.with_name("out.jsonl.part")
    before = part.read_bytes()
    source.write_text(change(source.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(OptionError, match="the inputs have changed"):
        write_file(Task([str(source)]), target, ignore, resume=True)
    assert part.read_bytes().startswith(
        before[: json.loads(target.with_name("out.jsonl.progress").read_text())["bytes"]]
    )


def test_inputs_that_grew_are_read_to_their_end(stopped):
    source, target, whole = stopped
    with source.open("a") as stream:
        stream.write('{"id": "new", "text": "New."}\n')
    assert write_file(Task([str(source)]), target, ignore, resume=True).reports == 20
    assert target.read_bytes().startswith(whole)


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("{", InputError, "is damaged"),
        ('{"task": {}, "reads": "1"}', InputError, "reads is no int"),
        ('{"task": {}, "more": 1}', InputError, "is damaged"),
        (None, OptionError, r"out\.jsonl\.progress is missing"),
    ],
)
def test_a_damaged_account_is_an_error(stopped, content, error, message):
    source, target, _ = stopped
    account = target.with_name("out.jsonl.progress")
    account.unlink()
    if content is not None:
        account.write_text(content)
    with pytest.raises(error, match=message):
        write_file(Task([str(source)]), target, ignore, resume=True)


def test_lines_that_are_lost_are_an_error(stopped):
    source, target, _ = stopped
    with target.with_name("out.jsonl.part").open("r+b") as stream:
        stream.truncate(5)
    with pytest.raises(OptionError, match="has 5 bytes, less than"):
        write_file(Task([str(source)]), target, ignore, resume=True)


@pytest.mark.parametrize("replaced", [False, True])
def test_stopped_in_the_last_step(stopped, monkeypatch, replaced):
    source, target, whole = stopped
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace" if not replaced else "unlink", lambda *args, **more: 1 / 0)
        if not replaced:  # the account is replaced in the same way
            patch.setattr(runs, "write_text", lambda path, text: Path(path).write_text(text))
        with pytest.raises(ZeroDivisionError):
            write_file(Task([str(source)]), target, ignore, resume=True)
    assert target.exists() == replaced
    tally = write_file(Task([str(source)]), target, ignore, resume=True)
    assert tally.reports == 19 and target.read_bytes() == whole and beside(target) == ["out.jsonl"]


def test_nothing_is_left_of_a_run_that_could_not_begin(tmp_path, quick, monkeypatch):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(lines(3), encoding="utf-8")

    def extract(self, report):
        raise OptionError("no such recogniser")

    monkeypatch.setattr(Task, "extract", extract)
    with pytest.raises(OptionError, match="no such recogniser"):
        write_file(Task([str(source)]), target, ignore)
    assert beside(target) == []


def test_no_report_makes_no_file(tmp_path, quick):
    target = tmp_path / "out.jsonl"
    target.write_text("old\n")
    tally = write_file(Task([str(tmp_path / "missing.txt")]), target, ignore)
    assert (tally.reports, tally.rejected) == (0, 1)
    assert target.read_text() == "old\n" and beside(target) == ["out.jsonl"]


def test_two_runs_do_not_write_one_file(tmp_path, quick):
    pytest.importorskip("fcntl")
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(lines(3), encoding="utf-8")
    refused = []

    def told(answer, tally):
        for resume in (False, True):
            with pytest.raises(OptionError, match="another run is writing"):
                write_file(Task([str(source)]), target, ignore, resume=resume)
            refused.append(tally.reads)

    write_file(Task([str(source)]), target, told)
    assert len(refused) == 6 and len(target.read_text().splitlines()) == 3


def test_a_run_does_not_read_its_own_files(tmp_path, quick):
    (tmp_path / "a.txt").write_text("One.")
    (tmp_path / "z.txt").write_text("Two.")
    target = tmp_path / "out.jsonl"
    tally = write_file(Task([str(tmp_path)]), target, ignore)
    assert (tally.reports, tally.rejected) == (2, 0)


def test_a_pipe_is_written_to_as_it_is(quick, tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text(lines(2), encoding="utf-8")
    assert write_file(Task([str(source)]), os.devnull, ignore).reports == 2
    with pytest.raises(OptionError, match="no regular file"):
        write_file(Task([str(source)]), os.devnull, ignore, resume=True)


def test_passwords_are_not_written_down():
    task = Task(["https://user:secret@example.org/feed.xml"])
    assert "secret" not in json.dumps(task.record())


def test_killed_at_any_moment_and_taken_up_again(tmp_path, quick):
    source, whole, target = tmp_path / "in.jsonl", tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    source.write_text(lines(150).replace('"text": "Text 40', '"txt": "Text 40'), encoding="utf-8")
    write_file(Task([str(source)]), whole, ignore)
    command = [sys.executable, "-c", SLOW, str(source), str(target)]
    dice, kills = random.Random(4), 0
    for _ in range(30):
        account = target.with_name("out.jsonl.progress")
        old = account.read_bytes() if account.exists() else b""
        with subprocess.Popen(command) as process:
            while process.poll() is None and (not account.exists() or account.read_bytes() == old):
                time.sleep(0.001)
            time.sleep(dice.random() * 0.1)
            process.send_signal(signal.SIGKILL) if process.poll() is None else None
            process.wait()
        if target.exists():
            break
        kills += 1
    assert kills >= 2 and process.returncode in {0, -signal.SIGKILL}
    subprocess.run(command, check=True)
    assert target.read_bytes() == whole.read_bytes()
    assert beside(target) == ["out.jsonl"]


def test_a_killed_command_goes_on(tmp_path):
    folder, target, whole = tmp_path / "in", tmp_path / "out.jsonl", tmp_path / "whole.jsonl"
    folder.mkdir()
    for n, place in enumerate(["Kabul", "Kharkiv", "Kerala", "Prague", "Lagos", "Krasnodar"] * 15):
        text = f"A bomb exploded in {place} on Friday, killing {n + 2} people."
        (folder / f"{n:03}.md").write_text(f"---\npublished: 2024-05-31\n---\n{text}\n")
    words = ["extract", str(folder), "-o"]
    command = [sys.executable, "-m", "mapper", *words, str(target)]
    with subprocess.Popen(command) as process:
        part = target.with_name("out.jsonl.part")
        while process.poll() is None and not (part.exists() and part.stat().st_size > 50_000):
            time.sleep(0.001)
        process.kill()
    assert part.exists()
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 2 and "--resume" in refused.stderr and "delete it" in refused.stderr
    answer = subprocess.run([*command, "--resume"], capture_output=True, text=True, check=True)
    assert answer.stderr == ""
    assert main([*words, str(whole)]) == 0
    assert target.read_bytes() == whole.read_bytes() and len(target.read_text().splitlines()) == 90


@pytest.mark.parametrize(
    ("names", "count"),
    [(["a.txt", "b.md", "c.csv"], 2), (["a.txt", "b.jsonl"], None), (["a.txt", "sub/c.html", ".hidden.txt"], 2), ([], 0)],
)  # fmt: skip
def test_reports_are_counted_where_that_is_cheap(tmp_path, names, count):
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Text.")
    assert Task([str(tmp_path)]).count() == count


def test_what_is_not_known_is_not_counted(tmp_path):
    (tmp_path / "a.txt").write_text("Text.")
    assert Task([str(tmp_path / "a.txt"), str(tmp_path)]).count() == 2
    assert Task(["-"]).count() is None and Task(["https://example.org/a"]).count() is None


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_bar_tells_how_far_a_run_is(monkeypatch):
    stream = Terminal()
    bar = ReportBar(stream, 10_000, every_s=0.0)
    monkeypatch.setattr(bar, "_columns", lambda: 100)
    bar.begin(0)
    monkeypatch.setattr(bar, "_begun_s", time.monotonic() - 50)
    bar(2500, "a/very/long/" + "name" * 30 + ".md")
    shown = stream.getvalue().lstrip("\r")
    assert "2,500 of 10,000 reports, 50.0 a second, 2:30 left" in shown
    assert shown.startswith("[#####...............]") and shown.endswith("…") and cells(shown) <= 99
    bar.close()
    assert stream.getvalue().endswith("\r" + " " * cells(shown) + "\r")


def test_the_bar_without_a_total(monkeypatch):
    stream = Terminal()
    bar = ReportBar(stream, every_s=0.0)
    monkeypatch.setattr(bar, "_columns", lambda: 60)
    bar(7, "東京の報告\x1b[2J")
    assert stream.getvalue().startswith("\r7 reports, ") and "left" not in stream.getvalue()
    assert "東京" in stream.getvalue() and "\x1b" not in stream.getvalue()
    monkeypatch.setattr(bar, "_columns", lambda: 10)
    bar(8, "name")
    assert cells(stream.getvalue().rsplit("\r", 1)[1].rstrip()) <= 9


def test_no_bar_elsewhere():
    stream = io.StringIO()
    bar = ReportBar(stream, 10, every_s=0.0)
    bar(1, "a")
    bar.close()
    assert stream.getvalue() == ""


def test_names_are_cut_by_columns():
    assert cut("abc", 3) == "abc" and cut("abcd", 3) == "ab…" and cut("東京都", 4) == "東…"
    assert cells("e\u0301") == 1
