"""How quick, exact and frugal are border distances, beside what else people would use?

Every contender gets the same points and the same lines (see ``border_peers.py``) in one run, each in a process of its
own on one and the same core. Speeds are per second of processor time, which is what a core to itself gives also
where others use the machine; the clock stands beside it. Errors are against the truth in ``tests/border_truth.py``. At
the end the goals are held against what was measured. ``--help`` tells how to make it short.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
# A checkout may be measured without being installed; the truth lies among the tests.
PATHS = [str(HERE.parent), str(HERE), str(HERE.parent / "tests")]
sys.path += PATHS

import border_peers  # noqa: E402
import border_points  # noqa: E402
import border_worker  # noqa: E402
import numpy as np  # noqa: E402
from border_truth import Truth  # noqa: E402

from mapper import world  # noqa: E402

SEED = 20240531
FAR_KM = 3000
QUESTIONS = {
    "land": "any border, points uniform on land",
    "near": "any border, points within 100 km of one",
    "far": "a named country, points on land at least 3,000 km from its borders",
}
NAMED_ONLY = "a table a country"
ERRORS_OF = 5000  # points
GOALS = {"land": 500_000, "near": 500_000, "far": 180_000}
TIMES = {"PostGIS": 100, "spherely": 200}
ERROR_M, RESIDENT_MB, OWN_S = 0.1, 500, 0.3
STARTS = 15
WIDTHS = (11, 11, 11, 12, 8, 6, 13, 12, 9)
COMMANDS = {
    "python -c ''": ["-c", ""],
    "mapper distance Kharkiv": ["-m", "mapper", "distance", "Kharkiv"],
    "mapper distance --at": ["-m", "mapper", "distance", "--at", "49.98,36.25"],
    "mapper distance --at --to": ["-m", "mapper", "distance", "--at", "49.98,36.25", "--to", "RU"],
}


class Row(NamedTuple):
    """A line of the table of speeds."""

    name: str
    question: str
    points: int
    per_second: float  # of processor time
    per_clock_second: float
    load_s: float
    mb: float
    error_m: float
    median_m: float
    answered: float


def main() -> None:
    """Measure and print."""
    options = _options()
    os.sched_setaffinity(0, {options.core})
    with tempfile.TemporaryDirectory(prefix="bench-borders-") as name:
        folder = Path(name)
        expected = _prepare(folder, options)
        rows: list[Row] = []
        for question, title in QUESTIONS.items():
            mine = [
                row
                for name in _names(options, question)
                for row in _measure(name, question, folder, options, expected)
            ]
            _table(title.replace("a named country", options.to), mine)
            rows += mine
        if options.only:
            return
        steps = {question: _child(folder, options, "own", question)["steps"] for question in ("land", "far")}
        for question, title in (("land", "any border"), ("far", f"{options.to}, far away")):
            _memory(title, steps[question])
        empty = {"NUMBA_CACHE_DIR": str(folder / "cache")}
        steps["compiling"] = _child(folder, options, "own", "land", **empty)["steps"]
        _memory("any border, first on this machine: it compiles", steps["compiling"])
        _curves(folder, options)
        own_s = _starts()
        _goals(rows, max(step["peak"] for of in steps.values() for step in of), own_s)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--points", type=int, default=1_000_000, help="the most points (default 1000000)")
    parser.add_argument("--seconds", type=float, default=20, help="for each peer and question (default 20)")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="the core to run on")
    parser.add_argument("--to", default="UA", help="the named country (default UA)")
    parser.add_argument("--only", help="only contenders with this in their name, and only their speeds")
    return parser.parse_args()


def _names(options: argparse.Namespace, question: str) -> list[str]:
    names = border_worker.NAMES
    return [
        name
        for name in names
        if (question == "far" or NAMED_ONLY not in name) and (not options.only or options.only in name)
    ]


def _prepare(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Write lines and points for the workers, print what is measured, and return true distances."""
    borders = world.borders()
    given = [(pair, line) for pair in sorted(borders.pairs()) for line in borders.lines(pair)]
    lines = border_peers.cut(given)
    with (folder / "lines.pickle").open("wb") as file:
        pickle.dump(lines, file)
    rng = np.random.default_rng(SEED)
    land = border_points.on_land(world.regions(), rng, options.points)
    near = border_points.near_borders([line for _, line in given], rng, options.points)
    pool = border_points.on_land(world.regions(), rng, 2 * options.points)
    far = border_points.far_from(pool, lines.of(options.to), FAR_KM)[: options.points]
    points = {"land": land, "near": near, "far": far}
    np.savez(folder / "points.npz", **points)
    borders.nearest_many(*land[: border_worker.INDEXED].T)  # so that what is compiled is kept
    truth = Truth({pair: borders.lines(pair) for pair in borders.pairs()})
    print(
        f"{_processor()}, core {options.core} of {os.cpu_count()}, load {os.getloadavg()[0]:.1f}; Python {platform.python_version()}"
    )
    print(
        f"{len(given)} lines of {len(borders.pairs())} borders, {sum(len(line) for _, line in given):,} vertices, "
        f"{sum(len(line) - 1 for _, line in lines.whole):,} pieces of at most 1 km"
    )
    to = {"far": options.to}
    return {name: truth.nearest(*of[:ERRORS_OF].T.copy(), to.get(name)).km for name, of in points.items()}


def _measure(
    name: str, question: str, folder: Path, options: argparse.Namespace, expected: dict[str, Any]
) -> list[Row]:
    print(f"… {name}, {question}", file=sys.stderr, flush=True)
    answer = _child(folder, options, "measure", name, question)
    if "skipped" in answer:
        if question == ("far" if NAMED_ONLY in name else "land"):
            print(f"{name}: skipped, not installed ({answer['skipped']})")
        return []
    km = np.load(folder / "km.npy")[:ERRORS_OF]
    off = abs(km - expected[question][: len(km)])[np.isfinite(km)] * 1000
    error, median = (float(off.max()), float(np.median(off))) if len(off) else (np.nan, np.nan)
    answered = float(np.isfinite(km).mean())
    rest = answer["load_s"], answer["growth_mb"], error, median, answered
    return [
        Row(
            name,
            question,
            run["points"],
            run["points"] / max(run["cpu_s"], 1e-9),
            run["points"] / run["s"],
            *rest,
        )
        for run in answer["runs"]
    ]


def _child(folder: Path, options: argparse.Namespace, *arguments: str, **more: str) -> dict[str, Any]:
    """Run a part in a fresh process and return what it reports; ``more`` goes to the environment."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    path = os.pathsep.join([*filter(None, [os.environ.get("PYTHONPATH")]), *PATHS])
    command = [
        sys.executable,
        border_worker.__file__,
        str(folder),
        options.to,
        str(options.seconds),
        *arguments,
    ]
    answer = subprocess.run(
        command,
        env=os.environ | threads | more | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{answer.stderr}")
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def _table(title: str, rows: list[Row]) -> None:
    ours = max(
        (row for row in rows if row.name == border_worker.OURS), key=lambda row: row.points, default=None
    )
    print(f"\n{title}; median of {border_worker.RUNS} runs")
    heads = [
        "points",
        "points/s",
        "by clock",
        "ours is",
        "load s",
        "MB",
        "max error m",
        "median m",
        "answers",
    ]
    print(f"{'':28}" + "".join(f"{head:>{width}}" for head, width in zip(heads, WIDTHS, strict=True)))
    for row in rows:
        cells = [
            f"{row.points:,}",
            f"{row.per_second:,.0f}",
            f"{row.per_clock_second:,.0f}",
            f"{ours.per_second / row.per_second:,.1f} x" if ours else "-",
            f"{row.load_s:.1f}",
            f"{row.mb:.0f}",
            f"{row.error_m:,.4f}" if row.error_m < 1000 else f"{row.error_m:,.0f}",
            f"{row.median_m:,.4f}" if row.median_m < 1000 else f"{row.median_m:,.0f}",
            f"{row.answered:.1%}",
        ]
        print(
            f"{row.name:28}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, WIDTHS, strict=True))
        )


def _memory(title: str, steps: list[dict[str, Any]]) -> None:
    print(f"\none process of ours from start to end, {title}")
    print(f"{'':28}{'processor s':>12}{'resident MB':>13}{'peak MB':>10}")
    for step in steps:
        print(f"{step['step']:28}{step['s']:>12.3f}{step['mb']:>13.0f}{step['peak']:>10.0f}")


def _curves(folder: Path, options: argparse.Namespace) -> None:
    print("\nover the number of points N (uniform on land, any border)")
    print(f"{'N':>12}{'seconds':>10}{'us/point':>10}")
    for size, seconds in _child(folder, options, "points")["curve"]:
        print(f"{size:>12,}{seconds:>10.4f}{seconds / size * 1e6:>10.3f}")
    answer = _child(folder, options, "detail")
    print(f"\nover the vertices M of the lines ({answer['points']:,} points)")
    print(f"{'of ours':>12}{'M':>12}{'build s':>10}{'us/point':>10}")
    for detail, vertices, build, seconds in answer["curve"]:
        print(f"{detail:>12.3f}{vertices:>12,}{build:>10.2f}{seconds / answer['points'] * 1e6:>10.3f}")


def _starts() -> float:
    """Print how long fresh processes take, and return the longest of our own time by the clock."""
    clock: dict[str, list[float]] = {name: [] for name in COMMANDS}
    cpu: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(STARTS):
        for name, arguments in COMMANDS.items():
            begin, begin_cpu = time.perf_counter(), os.times()
            subprocess.run(
                [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, cwd=HERE.parent
            )
            clock[name].append(time.perf_counter() - begin)
            used = os.times()
            cpu[name].append(sum(used[2:4]) - sum(begin_cpu[2:4]))
    medians = {name: statistics.median(of) for name, of in clock.items()}
    bare = next(iter(medians.values()))
    print(f"\nfresh processes, medians of {STARTS}\n{'':28}{'seconds':>10}{'own':>8}{'processor':>11}")
    for name, seconds in medians.items():
        print(f"{name:28}{seconds:>10.3f}{seconds - bare:>8.3f}{statistics.median(cpu[name]):>11.3f}")
    return max(medians.values()) - bare


def _goals(rows: list[Row], peak_mb: float, own_s: float) -> None:
    """Hold what was measured against the goals."""
    print("\ngoals")
    ours = {
        row.question: row for row in rows if row.name == border_worker.OURS
    }  # the row with the most points stays
    for question, goal in GOALS.items():
        speed, clock = ours[question].per_second, ours[question].per_clock_second
        beside = f"at least {goal:,} (by the clock {clock:,.0f})"
        _goal(f"points/s, {question}", f"{speed:,.0f}", beside, speed >= goal)
    for peer, goal in TIMES.items():
        for question in QUESTIONS:
            of_peer = [
                row.per_second for row in rows if row.question == question and row.name.startswith(peer)
            ]
            if not of_peer:
                _goal(f"times {peer}, {question}", "not measured", f"at least {goal}", met=False)
                continue
            times = ours[question].per_second / max(of_peer)
            _goal(f"times {peer} at its best, {question}", f"{times:,.1f}", f"at least {goal}", times >= goal)
    for question, row in ours.items():
        _goal(
            f"maximum error, {question}", f"{row.error_m:.4f} m", f"under {ERROR_M} m", row.error_m < ERROR_M
        )
    _goal("peak resident", f"{peak_mb:.0f} MB", f"under {RESIDENT_MB} MB", peak_mb < RESIDENT_MB)
    _goal("own time of mapper distance", f"{own_s:.3f} s", f"under {OWN_S} s", own_s < OWN_S)


def _goal(name: str, value: str, goal: str, met: bool) -> None:
    print(f"{'met   ' if met else 'MISSED'} {name:40}{value:>16}   {goal}")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


if __name__ == "__main__":
    main()
