"""Brings the places and townships of the United States Census out of Debian's ``weather-util-data`` into us_places.csv.gz.

Run by hand when the Census has a new list: ``apt-get download weather-util-data && dpkg-deb -x weather-util-data_*.deb out``,
then ``python data/us_places.py out``. The list is the Census Bureau's gazetteer of 2022 (public domain).
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
import sys
from pathlib import Path

TABLE = Path(__file__).parent / "us_places.csv.gz"
_CLASSES = (
    "city and borough|charter township|unorganized territory|CDP|city|town|village|borough|township|municipality|"
    "plantation|precinct|location|gore|grant|purchase|district|barrio-pueblo|barrio|comunidad|zona urbana|UT|CCD"
)


def main(folder: str) -> None:
    """Write the table from an unpacked package."""
    source = Path(folder) / "usr" / "share" / "weather-util" / "places.gz"
    rows = []
    code, lat, lon = "", 0.0, 0.0
    for line in gzip.decompress(source.read_bytes()).decode("utf-8").splitlines():
        if line.startswith("[fips"):
            code = line[5:-1]
        elif line.startswith("centroid"):
            lat, lon = (math.degrees(float(part)) for part in re.findall(r"-?\d+\.\d+", line))
        elif line.startswith("description") and len(code) > 5:  # those of five digits are counties
            name, _, state = line.partition("=")[2].strip().rpartition(", ")
            found = re.fullmatch(rf"(.+) ({_CLASSES})( \(balance\))?", name)
            if found and found[2] not in {"CCD", "UT", "unorganized territory"} and len(state) == 2:
                rows.append((found[1], found[2], state, f"{lat:.4f}", f"{lon:.4f}"))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "class", "state", "lat", "lon"))
    writer.writerows(sorted(set(rows)))
    TABLE.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
