"""Rebuilds ``claim_lines.json``: the lines of claims that no finer source has, from Natural Earth at 10 m.

They lie in Debian's package ``qgis-common`` (3.22.16, public domain data), as ``world_map.gpkg``. As that is no npm or
Python package, this is run by hand: ``apt-get download qgis-common``, ``dpkg-deb -x qgis-common_*.deb unpacked``, then
``python data/claim_lines.py unpacked/usr/share/qgis/resources/data/world_map.gpkg``.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import shapely

ROWS = {  # of the layer disputed_borders
    "abkhazia": 8, "south_ossetia": 9, "transnistria": 7, "golan": 22, "aksai_chin": 21, "shaksgam": 15, "essequibo": 31,
}  # fmt: skip
# Natural Earth's line of Essequibo ends inland; by hand, on through the estuary to the sea.
BY_HAND = {"essequibo": [[[-58.6021, 6.4166], [-58.57, 6.6], [-58.54, 6.8], [-58.56, 6.92], [-58.5, 7.1]]]}
# By the code in the flags of a GeoPackage geometry (OGC 12-128r18, 2.1.3).
ENVELOPE_BYTES = (0, 32, 48, 48, 64)


def main(path: str) -> None:
    """Write the lines, as longitude and latitude to four decimals, beside this script."""
    content = {}
    with closing(sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True)) as database:
        for unit, row in ROWS.items():
            found = database.execute("SELECT geom FROM disputed_borders WHERE fid = ?", (row,)).fetchone()
            header = 8 + ENVELOPE_BYTES[found[0][3] >> 1 & 7]
            lines = shapely.get_parts(shapely.from_wkb(found[0][header:]))
            steps = [[[round(x, 4), round(y, 4)] for x, y in line.coords] for line in lines]
            content[unit] = steps + BY_HAND.get(unit, [])
    rows = [f' "{unit}": {json.dumps(lines, separators=(",", ":"))}' for unit, lines in content.items()]
    (Path(__file__).parent / "claim_lines.json").write_text(
        "{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main(sys.argv[1])
