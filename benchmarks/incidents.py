"""How many reports a second are read whole, on one core: python benchmarks/incidents.py REPORTS.jsonl

The second pass is the steady state: data are loaded, and distances of places that come again are at hand. Run it pinned to one
core (``taskset -c 0``), with nothing beside it.
"""

from __future__ import annotations

import sys
import time

from mapper import pipeline
from mapper.model import Report
from mapper.reports import read_reports


def main(path: str) -> None:
    """Read the reports twice and print the speeds."""
    reports = [read for read in read_reports(path) if isinstance(read, Report)]
    characters = sum(len(report.text) for report in reports) / max(len(reports), 1)
    print(f"{len(reports)} reports of {characters:,.0f} characters")
    for name in ("first pass", "second pass"):
        begin = time.process_time()
        incidents = sum(len(pipeline.extract(report).incidents) for report in reports)
        seconds = time.process_time() - begin
        print(
            f"{name}: {len(reports) / seconds:.1f} reports a second of processor time, {incidents} incidents"
        )


if __name__ == "__main__":
    main(sys.argv[1])
