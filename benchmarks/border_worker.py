"""Parts of ``borders.py`` that run in a process of their own: ``border_worker.py FOLDER TO SECONDS PART ...``.

The last line of the output is a JSON object.
"""

from __future__ import annotations

import json
import math
import pickle
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[Any]

# Numpy and all that is loaded by the parts, as the memory of a bare process is wanted too.
RUNS = 3
SIZES = (10_000, 100_000, 1_000_000)
CURVE = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
DETAIL = (1 / 64, 1 / 16, 1 / 4, 1 / 2, 1, 2, 4)
CURVE_POINTS = 100_000
OURS = "mapper"
INDEXED = 2_000  # points; for fewer no index is made
NAMES = (
    OURS,
    "PostGIS",
    "PostGIS, a table a country",
    "spherely",
    "spherely, short lines",
    "geopandas, degrees",
    "geopandas, Web Mercator",
    "DuckDB, within 1 degree",
    "numpy, brute force",
)


def make(name: str, to: str | None, lines: Any, stack: ExitStack) -> Any:
    """Return a contender, which builds its index from the lines here."""
    import border_peers as peers

    if name.startswith("PostGIS"):
        import border_postgis

        connection = stack.enter_context(border_postgis.cluster())
        return border_postgis.Postgis(lines, to, connection=connection, only="table" in name)
    makers: dict[str, Callable[[], Any]] = {
        OURS: lambda: peers.Ours(to),
        "spherely": lambda: peers.Spherely(lines.whole, to),
        "spherely, short lines": lambda: peers.Spherely(lines.rows, to),
        "geopandas, degrees": lambda: peers.Geopandas(lines, to, crs=4326),
        "geopandas, Web Mercator": lambda: peers.Geopandas(lines, to, crs=3857),
        "DuckDB, within 1 degree": lambda: peers.Duckdb(lines, to),
        "numpy, brute force": lambda: peers.Brute(lines, to),
    }
    return makers[name]()


def measure(folder: Path, to: str, seconds: float, name: str, question: str) -> dict[str, Any]:
    """Time a contender."""
    import border_peers as peers
    import numpy as np

    with (folder / "lines.pickle").open("rb") as file:
        lines = pickle.load(file)
    points = np.load(folder / "points.npz")[question]
    with ExitStack() as stack:
        before = _status_mb("VmRSS")
        begin = time.perf_counter()
        try:
            contender = make(name, to if question == "far" else None, lines, stack)
        except peers.Skipped as skipped:
            return {"skipped": str(skipped)}
        load_s = time.perf_counter() - begin
        sizes = [size for size in SIZES if size <= len(points)] or [len(points)]
        if name != OURS:
            sizes = [_affordable(contender, points, seconds)]
        runs = []
        for size in sizes:
            lat, lon = points[:size].T.copy()
            contender.put(lat, lon)
            clock, cpu = [], []
            for _ in range(RUNS):
                begin, begin_cpu = time.perf_counter(), contender.cpu_s()
                km = contender.km(lat, lon)
                clock.append(time.perf_counter() - begin)
                cpu.append(contender.cpu_s() - begin_cpu)
            runs.append({"points": size, "s": statistics.median(clock), "cpu_s": statistics.median(cpu)})
        np.save(folder / "km.npy", km)
        growth = contender.size_mb() if hasattr(contender, "size_mb") else _status_mb("VmHWM") - before
        return {"load_s": load_s, "growth_mb": growth, "runs": runs}


def _affordable(contender: Any, points: Floats, seconds: float) -> int:
    """Return on how many points the runs take the time allowed, judged by ever larger trials."""
    size, begin, first = 3, time.perf_counter(), True
    while True:
        lat, lon = points[:size].T.copy()
        contender.put(lat, lon)
        if first:  # what is done once only
            contender.km(lat, lon)
            first = False
        start = time.perf_counter()
        contender.km(lat, lon)
        took = time.perf_counter() - start
        if took > seconds / RUNS / 10 or size == len(points) or time.perf_counter() - begin > seconds:
            break
        size = min(size * 4, len(points))
    wanted = size * seconds / RUNS / took
    digits = 10 ** max(0, math.floor(math.log10(max(wanted, 1))) - 1)
    return max(3, min(int(wanted) // digits * digits, len(points)))


def own(folder: Path, to: str, question: str) -> dict[str, Any]:
    """Follow the memory and the time of a process that asks about many points from start to end."""
    steps: list[dict[str, Any]] = []

    def step(name: str, call: Callable[[], Any]) -> Any:
        begin = time.process_time()
        result = call()
        seconds = time.process_time() - begin
        steps.append({"step": name, "s": seconds, "mb": _status_mb("VmRSS"), "peak": _status_mb("VmHWM")})
        return result

    step("bare interpreter", lambda: None)
    world = step("import", _world)
    borders = step("read the borders", world.borders)
    from mapper.model import Point

    where, named = Point(lat=49.98, lon=36.25), {"to": to} if question == "far" else {}
    step("one point", lambda: borders.nearest(where, **named))
    points = step("read the points", lambda: _points(folder, question))
    lat, lon = points.T.copy()
    step(f"index, {INDEXED:,} points", lambda: borders.nearest_many(lat[:INDEXED], lon[:INDEXED], **named))
    step(f"{len(lat):,} points", lambda: borders.nearest_many(lat, lon, **named))
    if question == "far" and hasattr(borders, "territory_many"):
        step(
            f"territory, {INDEXED:,} points", lambda: borders.territory_many(lat[:INDEXED], lon[:INDEXED], to)
        )
        step(f"territory, {len(lat):,} points", lambda: borders.territory_many(lat, lon, to))
    return {"steps": steps}


def curve_points(folder: Path) -> dict[str, Any]:
    """Return seconds over the number of points."""
    borders, points = _world().borders(), _points(folder, "land")
    borders.nearest_many(*points[:INDEXED].T)
    sizes = [size for size in CURVE if size <= len(points)]
    return {"curve": [[size, _seconds(borders, points[:size])] for size in sizes]}


def curve_detail(folder: Path) -> dict[str, Any]:
    """Return vertices, seconds to build, and seconds for the points, over the detail of the lines."""
    import numpy as np

    from mapper.borders import Borders
    from mapper.division import Division

    world = _world()
    points = _points(folder, "land")[:CURVE_POINTS]
    with np.load(world.data_file("borders.npz")) as archive:
        arrays = dict(archive)
    Borders(Division.read(arrays, dict)).nearest_many(
        *points[:INDEXED].T
    )  # compiled before the first is timed
    curve = []
    for detail in DETAIL:
        changed = with_detail(arrays, detail)
        begin = time.process_time()
        borders = Borders(Division.read(changed, dict))
        borders.nearest_many(*points[:INDEXED].T)
        build = time.process_time() - begin
        curve.append([detail, int(changed["lengths"].sum()), build, _seconds(borders, points)])
    return {"curve": curve, "points": len(points)}


def with_detail(arrays: dict[str, Any], detail: float) -> dict[str, Any]:
    """Return border arrays with a share of the vertices of each line, or with that many times as many."""
    import numpy as np

    from mapper.planes import pack, unpack

    values = [unpack(arrays[axis]) for axis in ("lat", "lon")]
    ends = np.cumsum(arrays["lengths"])
    new: list[list[Any]] = [[], []]
    for start, end in zip(ends - arrays["lengths"], ends, strict=True):
        # The middle stays too, lest a ring shrink to a point.
        last = end - start - 1
        at = np.unique(np.concatenate([np.arange(0, last, 1 / detail), [last // 2, last]]))
        for axis in (0, 1):
            old = values[axis][start:end]
            new[axis].append(np.rint(np.interp(at, np.arange(len(old)), old)).astype(np.int64))
    lat, lon = (pack(np.concatenate(parts)) for parts in new)
    lengths = np.array([len(part) for part in new[0]], dtype=np.int32)
    return arrays | {"lat": lat, "lon": lon, "lengths": lengths}


def _seconds(borders: Any, points: Floats) -> float:
    lat, lon = points.T.copy()
    times = []
    for _ in range(RUNS):
        begin = time.process_time()
        borders.nearest_many(lat, lon)
        times.append(time.process_time() - begin)
    return statistics.median(times)


def _world() -> Any:
    from mapper import world

    return world


def _points(folder: Path, question: str) -> Floats:
    import numpy as np

    return np.load(folder / "points.npz")[question]


def _status_mb(field: str) -> float:
    """Return a field of this process's status: VmRSS, what is resident, or VmHWM, the most that ever was."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


def main() -> None:
    folder, to, seconds, part, *arguments = sys.argv[1:]
    if part == "measure":
        answer = measure(Path(folder), to, float(seconds), *arguments)
    elif part == "own":
        answer = own(Path(folder), to, *arguments)
    else:
        answer = {"points": curve_points, "detail": curve_detail}[part](Path(folder))
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
