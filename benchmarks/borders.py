"""How quick is the distance to the nearest border, beside shapely's tree in plain degrees (which is wrong by up to 7,000 km)?"""

from __future__ import annotations

import statistics
import time

import numpy as np
import shapely

from mapper import world
from mapper.model import Point

POINTS = 400


def main() -> None:
    """Print points per second and the ratio."""
    borders = world.borders()
    rng = np.random.default_rng(0)
    points = [
        Point(lat=float(lat), lon=float(lon))
        for lat, lon in zip(rng.uniform(-60, 75, POINTS), rng.uniform(-180, 180, POINTS), strict=True)
    ]
    borders.nearest(points[0])
    ours = []
    for point in points:
        start = time.perf_counter()
        borders.nearest(point)
        ours.append(time.perf_counter() - start)
    tree = shapely.STRtree(
        [shapely.LineString(line[:, ::-1]) for pair in borders.pairs() for line in borders.lines(pair)]
    )
    peer = []
    for point in points:
        start = time.perf_counter()
        tree.query_nearest(shapely.Point(point.lon, point.lat), return_distance=True)
        peer.append(time.perf_counter() - start)
    mine, other = statistics.median(ours), statistics.median(peer)
    print(f"mapper, geodesic      {1 / mine:8.0f} points/s")
    print(f"shapely, in degrees   {1 / other:8.0f} points/s")
    print(f"ratio of the medians  {mine / other:8.2f}")


if __name__ == "__main__":
    main()
