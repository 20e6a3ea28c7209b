"""Does ``mapper geocode`` answer before ``import pandas`` would have finished?

Whole processes, run by turns; medians, and the ratio between them.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15
COMMANDS = {
    "mapper geocode Kharkiv": ["-m", "mapper", "geocode", "Kharkiv"],
    "mapper distance Kharkiv": ["-m", "mapper", "distance", "Kharkiv"],
    "import pandas": ["-c", "import pandas"],
    "nothing": ["-c", ""],
}


def seconds(arguments: list[str]) -> float:
    """Return how long one process takes."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print the medians and their ratios to the import of pandas."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, arguments in COMMANDS.items():
            times[name].append(seconds(arguments))
    peer = statistics.median(times["import pandas"])
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:26} {median:6.3f} s  {median / peer:5.2f} of importing pandas")


if __name__ == "__main__":
    main()
