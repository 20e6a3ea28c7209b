"""Other ways to the nearest border, each given the same lines and points as ``mapper``, on the same core.

A peer is made from the lines (its index is built then) and answers arrays of latitude and longitude with kilometres;
``to`` names a country. Peers treat an edge as a great circle or as straight in their plane, so the lines come cut to
pieces of at most 1 km, whole or in rows of up to ``ROW`` pieces.
"""

from __future__ import annotations

import importlib.util
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pyproj import Geod

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ROW = 16  # pieces; of 1, 4, 16, 64 and whole lines the quickest, by and large, for PostGIS, GEOS and DuckDB
KM_PER_DEGREE = 111.0  # as people multiply
HOW = "pip install '.[bench]'"


class Lines(NamedTuple):
    """Border lines cut to pieces, whole and in rows: arrays (n, 2) of latitude and longitude, with the pair of each."""

    whole: list[tuple[tuple[str, str], Floats]]
    rows: list[tuple[tuple[str, str], Floats]]

    def pairs(self, country: str | None) -> list[tuple[tuple[str, str], Floats]]:
        return [(pair, row) for pair, row in self.rows if country is None or country in pair]

    def of(self, country: str | None) -> list[Floats]:
        return [row for _, row in self.pairs(country)]


def cut(given: list[tuple[tuple[str, str], Floats]]) -> Lines:
    """Return lines with their pairs cut to pieces of at most 1 km."""
    whole, rows = [], []
    for pair, line in given:
        steps = np.diff(line, axis=0)
        # On WGS 84 no degree is longer than 111.7 km.
        counts = np.maximum(1, np.ceil(111.7 * np.hypot(*steps.T))).astype(int)
        owner = np.repeat(np.arange(len(steps)), counts)
        share = (np.arange(len(owner)) - (np.cumsum(counts) - counts)[owner]) / counts[owner]
        dense = np.vstack([line[owner] + share[:, None] * steps[owner], line[-1:]])
        whole.append((pair, dense))
        rows += [(pair, dense[at : at + ROW + 1]) for at in range(0, len(dense) - 1, ROW)]
    return Lines(whole, rows)


class Skipped(Exception):  # noqa: N818  it is no error
    """A peer is not installed; the message tells how to get it."""


def needs(module: str) -> None:
    """Raise Skipped if a module is not there."""
    if importlib.util.find_spec(module) is None:
        raise Skipped(HOW)


class Peer:
    """What all have in common."""

    def put(self, lat: Floats, lon: Floats) -> None:
        """Store the points that will be asked about, where that does not count."""

    def cpu_s(self) -> float:
        """Return the processor time used so far."""
        return time.process_time()


class Ours(Peer):
    """``Borders.nearest_many``."""

    def __init__(self, to: str | None) -> None:
        from mapper import world

        self._borders, self._to = world.borders(), to
        some = np.linspace(-89, 89, 2000)
        self.km(some, some)  # the index is built when it pays

    def km(self, lat: Floats, lon: Floats) -> Floats:
        return np.asarray(self._borders.nearest_many(lat, lon, to=self._to).km)


class Brute(Peer):
    """Every piece for every point: projection on the chord in earth-centred coordinates, a geodesic to the best."""

    def __init__(self, lines: Lines, to: str | None) -> None:
        rows = lines.of(to)
        self._lat, self._lon = np.concatenate(rows).T.copy()
        last = np.cumsum([len(row) for row in rows]) - 1
        self._start = np.delete(np.arange(len(self._lat)), last)
        place = _ecef_km(self._lat, self._lon)
        self._place = place[self._start]
        self._along = place[self._start + 1] - self._place
        self._square = np.maximum((self._along**2).sum(axis=1), 1e-18)

    def km(self, lat: Floats, lon: Floats) -> Floats:
        geod, answers = Geod(ellps="WGS84"), []
        for point, y, x in zip(_ecef_km(lat, lon), lat, lon, strict=True):
            to = point - self._place
            share = np.clip(np.einsum("ij,ij->i", to, self._along) / self._square, 0, 1)
            to -= share[:, None] * self._along
            best = int(np.einsum("ij,ij->i", to, to).argmin())
            start = self._start[best]
            at = [
                axis[start] + share[best] * (axis[start + 1] - axis[start]) for axis in (self._lon, self._lat)
            ]
            answers.append(geod.inv(x, y, *at)[2] / 1000)
        return np.array(answers)


class Geopandas(Peer):
    """``sjoin_nearest``, in degrees times 111 km, or in Web Mercator."""

    def __init__(self, lines: Lines, to: str | None, *, crs: int) -> None:
        needs("geopandas")
        import geopandas
        import shapely

        self._geopandas, self._crs = geopandas, crs
        self._scale = KM_PER_DEGREE if crs == 4326 else 1e-3
        shapes = [shapely.LineString(row[:, ::-1]) for row in lines.of(to)]
        self._lines = geopandas.GeoDataFrame(geometry=shapes, crs=4326).to_crs(crs)
        self._lines.sindex.query(shapely.box(0, 0, 1, 1))  # it is built lazily

    def km(self, lat: Floats, lon: Floats) -> Floats:
        points = self._geopandas.points_from_xy(lon, lat, crs=4326)
        frame = self._geopandas.GeoDataFrame(geometry=points).to_crs(self._crs)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says what is wrong with degrees, and is right
            joined = frame.sjoin_nearest(self._lines, distance_col="away")
        away = joined["away"].groupby(level=0).first()  # equally near lines give a row each
        return np.asarray(away.reindex(frame.index), dtype=np.float64) * self._scale


class Spherely(Peer):
    """S2: the distance on a sphere to one geography that holds all lines."""

    def __init__(self, lines: list[tuple[tuple[str, str], Floats]], to: str | None) -> None:
        needs("spherely")
        import spherely

        self._spherely = spherely
        shapes = [
            spherely.create_linestring(line[:, ::-1]) for pair, line in lines if to is None or to in pair
        ]
        self._lines = spherely.create_multilinestring(shapes)
        self.km(np.zeros(1), np.zeros(1))  # the index is built lazily

    def km(self, lat: Floats, lon: Floats) -> Floats:
        points = self._spherely.points(lon, lat)
        return np.asarray(self._spherely.distance(points, self._lines)) / 1000


class Duckdb(Peer):
    """DuckDB's spatial join, as people do it: all within one degree, the least geodesic between nearest places."""

    def __init__(self, lines: Lines, to: str | None) -> None:
        needs("duckdb")
        needs("duckdb_extension_spatial")
        import duckdb
        import shapely

        folder = Path(str(importlib.util.find_spec("duckdb_extension_spatial").submodule_search_locations[0]))
        (extension,) = folder.rglob("spatial.duckdb_extension")
        self._db = duckdb.connect(config={"threads": 1})
        self._db.execute(f"LOAD '{extension}'")
        rows = [(shapely.to_wkb(shapely.LineString(row[:, ::-1])),) for row in lines.of(to)]
        frame = {"wkb": np.array([row for (row,) in rows], dtype=object)}
        self._db.register("frame", frame)
        self._db.execute("CREATE TABLE lines AS SELECT ST_GeomFromWKB(wkb) AS line FROM frame")

    def km(self, lat: Floats, lon: Floats) -> Floats:
        self._db.register("points", {"id": np.arange(len(lat)), "lat": lat, "lon": lon})
        found = self._db.execute(
            "WITH p AS (SELECT id, ST_Point(lon, lat) AS point FROM points) "
            "SELECT id, min(ST_Distance(point, line)) FROM p JOIN lines ON ST_DWithin(point, line, 1.0) GROUP BY id"
        ).fetchnumpy()
        km = np.full(len(lat), np.nan)
        id_, degrees = found.values()
        km[id_] = degrees * KM_PER_DEGREE
        return km


def _ecef_km(lat: Floats, lon: Floats) -> Floats:
    phi, lam = np.radians(lat), np.radians(lon)
    squared = 1 / 298.257223563 * (2 - 1 / 298.257223563)
    vertical = 6378.137 / np.sqrt(1 - squared * np.sin(phi) ** 2)
    across = vertical * np.cos(phi)
    return np.column_stack(
        [across * np.cos(lam), across * np.sin(lam), vertical * (1 - squared) * np.sin(phi)]
    )
