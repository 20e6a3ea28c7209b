"""How large, quick and smooth is the HTML map, beside what else people would use?

The same made-up incidents (``html_map_sample.py``) become a page by each way (``html_map_peers.py``), and each page is opened in a
headless Chromium of its own, by turns, in one run. Nothing outside this machine is asked: what the peers' pages
load from elsewhere comes from packages over loopback, which is quicker than any network; with it go a grey tile for every tile
of their base maps, and nothing where no package has the file. Medians; ``--help`` tells how to make it short.

- build: from the incidents in memory to the page as text; the packages are imported and our data files are read before.
- interactive: from the start of the navigation until the incidents are drawn and two frames in a row came within 50 ms. Drawn
  means: ours has drawn the incidents and their list and answers clicks (``data-interactive``; land, borders and filters come within the next frames, ``data-ready``), as peers' tiles come after their markers; all of the markers are in the document; the cluster holds all incidents
  and its markers are in the document; the canvas is there and all circles are on the map; the layer is loaded with all
  its points. Of what a graphics card would draw later nothing is known.
- worst redraw: the longest gap between two frames during six zooms and ten drags with the mouse around the busiest town,
  the same for all, beginning at level 3; beside it the longest task.
- heap: JavaScript objects, buffers and elements after that, when garbage has been collected.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent), str(HERE)]

import html_map_browser  # noqa: E402
import html_map_peers as peers  # noqa: E402
import html_map_sample  # noqa: E402

SIZES = (1_000, 10_000, 100_000, 1_000_000)
SEED_REPORT = HERE.parent / "seeds" / "kharkiv-2024-05-31.md"
SEED_RUNS = 7
COLUMNS = {
    "page MB": ("bytes", 1e-6, 2),
    "loads MB": ("loaded_bytes", 1e-6, 2),
    "build s": ("build_s", 1, 2),
    "interactive ms": ("interactive_ms", 1, 0),
    "worst redraw ms": ("worst_frame_ms", 1, 0),
    "worst task ms": ("worst_task_ms", 1, 0),
    "heap MB": ("heap_bytes", 1e-6, 1),
}
Row = dict[str, Any]


def built(contender: peers.Contender, n: int, runs: int, file: Path) -> Iterator[Row]:
    """Build a page ``runs`` times and yield the seconds; ``n`` of 0 stands for the seed report."""
    import folium.plugins  # noqa: F401
    import pydeck  # noqa: F401

    from mapper import pipeline, world

    world.basemap()
    if n:
        extractions = html_map_sample.sample(n)
    else:
        extractions = [item for item in pipeline.extract_all([SEED_REPORT]) if hasattr(item, "incidents")]
    found = sum(len(extraction.incidents) for extraction in extractions)
    yield {"n": found, "spot": html_map_sample.busiest(extractions)}
    for _ in range(runs):
        start = time.perf_counter()
        text = contender.build(extractions)
        seconds = time.perf_counter() - start
        file.write_text(text, encoding="utf-8", newline="\n")
        del text
        yield {"build_s": seconds, "bytes": file.stat().st_size}


def in_child(
    steps: Callable[..., Iterator[Row]], *arguments: Any, limit_s: float, limit_gb: float, first_s: float = 0
) -> list[Row]:
    """Run steps in a process of its own and return what they yield, with ``failed`` last if they came to nothing.

    Each step may take ``limit_s`` seconds (the first ``first_s`` more), and the process ``limit_gb`` of addresses (0: as many as it likes).
    """
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(theirs, steps, arguments, limit_gb))
    process.start()
    theirs.close()
    rows: list[Row] = []
    try:
        while True:
            if not ours.poll(limit_s if rows else limit_s + first_s):
                return [*rows, {"failed": f"more than {limit_s:g} s"}]
            message = ours.recv()
            if message is None:
                return rows
            rows.append(message)
    except EOFError:
        return [*rows, {"failed": "the process was ended; out of memory?"}]
    finally:
        process.kill()
        process.join()


def _report(
    out: Connection, steps: Callable[..., Iterator[Row]], arguments: tuple[Any, ...], limit_gb: float
) -> None:
    if limit_gb:
        most = int(limit_gb * 1e9)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        for row in steps(*arguments):
            out.send(row)
    except MemoryError:
        out.send({"failed": "out of memory"})
    except Exception as error:
        out.send({"failed": f"{type(error).__name__}: {(str(error).splitlines() or [''])[0][:120]}"})
    out.send(None)


def _first_failure(rows: list[Row]) -> str | None:
    return next((row["failed"] for row in rows if "failed" in row), None)


def compared(
    n: int, chosen: list[peers.Contender], options: argparse.Namespace, folder: Path, files: Any
) -> list[Row]:
    """Return a row for each way, with lists of what each run gave."""
    rows: list[Row] = []
    spot = None
    for contender in chosen:
        row: Row = {"name": contender.name, "n": n}
        rows.append(row)
        if contender.most is not None and n > contender.most:
            row["failed"] = f"not tried above {contender.most:,}"
            continue
        print(f"… {contender.name}, {n:,}: building", file=sys.stderr)
        page = folder / f"page{len(rows)}.html"
        limits = {"limit_s": options.limit_s, "limit_gb": options.limit_gb, "first_s": n / 2000}
        steps = in_child(built, contender, n, options.runs, page, **limits)
        failed = _first_failure(steps)
        if failed:
            row["failed"] = f"build: {failed}"
            continue
        spot = steps[0]["spot"]
        row |= {"page": page, "build_s": [s["build_s"] for s in steps[1:]], "bytes": [steps[-1]["bytes"]]}
    for run in range(options.runs):
        for contender, row in zip(chosen, rows, strict=True):
            if "failed" in row:
                continue
            print(f"… {contender.name}, {n:,}: opening, run {run + 1}", file=sys.stderr)
            _open(contender, row, n, spot, options, files)
    for row in rows:
        if page := row.pop("page", None):
            for file in (page, page.with_suffix(".served.html")):
                file.unlink(missing_ok=True)
    return rows


def _open(
    contender: peers.Contender,
    row: Row,
    n: int,
    spot: tuple[float, float] | None,
    options: argparse.Namespace,
    files: Any,
) -> None:
    """Open a page once and add what was measured to its row."""
    limit = options.limit_s
    steps = in_child(
        html_map_browser.measured,
        row["page"],
        contender,
        n,
        spot,
        files,
        limit,
        limit_s=limit + 30,
        limit_gb=0,
    )
    for step in steps:
        for key, value in step.items():
            if key == "failed":
                row["failed"] = f"page: {value}"
            elif value is not None:
                row.setdefault(key, []).append(value)


def median(row: Row, key: str) -> float | None:
    """Return the median of what the runs gave, None where none gave anything."""
    return statistics.median(row[key]) if row.get(key) else None


def table(rows: list[Row]) -> str:
    """Return the medians and their ratios to FastMarkerCluster as text."""
    base = next((row for row in rows if row["name"] == peers.BASE), {})
    lines = [" " * 20 + "".join(f"{head:>17}" for head in COLUMNS)]
    for row in rows:
        cells = []
        for key, scale, digits in COLUMNS.values():
            value, peer = median(row, key), median(base, key)
            text = "–" if value is None else f"{value * scale:,.{digits}f}"
            ratio = f" ({value / peer:.2f})" if value is not None and peer else ""
            cells.append(f"{text + ratio:>17}")
        failed = f"  failed ({row['failed']})" if "failed" in row else ""
        lines.append(f"{row['name']:20}{''.join(cells)}{failed}")
    return "\n".join(lines)


def seed_map(options: argparse.Namespace, folder: Path, files: Any) -> list[Row]:
    """Compare the page of the seed report with folium's own default map of the same incidents."""
    chosen = [c for c in peers.CONTENDERS if c.name in {peers.OURS, "Marker"}]
    rows: list[Row] = []
    for contender in chosen:
        page = folder / f"seed{len(rows)}.html"
        steps = in_child(built, contender, 0, 1, page, limit_s=options.limit_s, limit_gb=options.limit_gb)
        row: Row = {"name": contender.name, "page": page}
        rows.append(row)
        if failed := _first_failure(steps):
            row["failed"] = f"build: {failed}"
        else:
            row |= {"n": steps[0]["n"], "build_s": [steps[1]["build_s"]], "bytes": [steps[1]["bytes"]]}
    for _ in range(options.seed_runs):
        for contender, row in zip(chosen, rows, strict=True):
            if "failed" not in row:
                _open(contender, row, row["n"], None, options, files)
    for row in rows:
        row.pop("page")
    return rows


def seed_text(rows: list[Row]) -> str:
    """Return the comparison of the seed maps as text."""
    lines = []
    for row in rows:
        if "failed" in row:
            lines.append(f"{row['name']:20}failed ({row['failed']})")
            continue
        page, load, ms = (median(row, key) or 0 for key in ("bytes", "loaded_bytes", "interactive_ms"))
        spread = f"{min(row['interactive_ms']):.0f} to {max(row['interactive_ms']):.0f}"
        lines.append(
            f"{row['name']:20}{row['n']} incidents, page {page:,.0f} bytes, loads {load:,.0f} more; interactive after "
            f"{ms:.0f} ms ({spread})"
        )
    times = [median(row, "interactive_ms") for row in rows]
    if all(times):
        lines.append(f"ours takes {times[0] / times[1]:.2f} of folium's time")
    return "\n".join(lines)


def main() -> None:
    """Measure, print the tables and write the JSON."""
    names = [contender.name for contender in peers.CONTENDERS]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="numbers of incidents")
    parser.add_argument("--only", nargs="*", choices=names, default=names, help="the ways to compare")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--seed-runs", type=int, default=SEED_RUNS, help="of the seed report's map; 0: leave it out"
    )
    parser.add_argument("--limit-s", type=float, default=240, help="for one build, and for a page to answer")
    parser.add_argument("--limit-gb", type=float, default=16, help="of memory for a build")
    parser.add_argument("--json", type=Path, help="write all figures of all runs to this file")
    options = parser.parse_args()
    chosen = [contender for contender in peers.CONTENDERS if contender.name in options.only]
    files = peers.resources()
    result: Row = {
        "machine": f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}"
    }
    with tempfile.TemporaryDirectory() as folder:
        print(result["machine"])
        if options.seed_runs:
            result["seed"] = seed_map(options, Path(folder), files)
            print(
                f"\nThe map of {SEED_REPORT.name} and folium's own default map\n{seed_text(result['seed'])}"
            )
        result["sizes"] = {}
        for n in options.sizes:
            rows = compared(n, chosen, options, Path(folder), files)
            result["sizes"][n] = rows
            print(f"\n{n:,} incidents (in brackets: the ratio to {peers.BASE})\n{table(rows)}", flush=True)
    everything = [*result.get("seed", []), *(row for rows in result["sizes"].values() for row in rows)]
    versions = {value for row in everything for value in row.get("browser", [])}
    empty = {path for row in everything for paths in row.get("answered_empty", []) for path in paths}
    outside = {url for row in everything for urls in row.get("outside", []) for url in urls}
    print(
        f"\nChromium {', '.join(sorted(versions))}, no graphics card: WebGL is drawn by the processor (SwiftShader)"
    )
    print(f"answered empty: {', '.join(sorted(empty)) or 'nothing'}")
    print(f"asked of other machines, in vain: {', '.join(sorted(outside)) or 'nothing'}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
