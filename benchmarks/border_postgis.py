"""PostGIS as a peer: a throw-away cluster in a temporary folder, reached by a Unix socket, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from border_peers import Peer, Skipped, needs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from border_peers import Lines
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DEBIAN = Path("/usr/lib/postgresql")  # its version folders stay off PATH
HOW = "apt-get install postgresql postgis, or the like"
# One session, no waiting for the disk, all in memory: nothing but the search is to count.
SETTINGS = """
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 1GB
work_mem = 256MB
maintenance_work_mem = 512MB
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
jit = off
autovacuum = off
"""
NEAREST = """
SELECT p.id, b.m FROM points p CROSS JOIN LATERAL (
    SELECT ST_Distance(p.geog, l.geog) AS m FROM {table} l {where} ORDER BY l.geog <-> p.geog LIMIT 1
) b"""


class Postgis(Peer):
    """``geography``: the nearest by ``<->``, its ``ST_Distance``.

    Parameters
    ----------
    lines
        The borders.
    to
        A country, or None.
    connection
        From :func:`cluster`.
    only
        Keep a table with an index for the country; otherwise a condition picks its lines out of all, as people do it.
    """

    def __init__(self, lines: Lines, to: str | None, *, connection: Any, only: bool = False) -> None:
        self._connection = connection
        self._table = "lines"
        where = f"WHERE '{to}' IN (one, other)" if to and not only else ""
        self._query = NEAREST.format(table=self._table, where=where)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {self._table}")
            cursor.execute(
                f"CREATE TABLE {self._table} (one text, other text, geog geography(LineString, 4326))"
            )
            with cursor.copy(f"COPY {self._table} FROM STDIN") as copy:
                for (one, other), row in lines.pairs(to if only else None):
                    text = ",".join(f"{lon!r} {lat!r}" for lat, lon in row.tolist())
                    copy.write_row((one, other, f"SRID=4326;LINESTRING({text})"))
            cursor.execute(f"CREATE INDEX ON {self._table} USING gist (geog)")
            cursor.execute(f"VACUUM ANALYZE {self._table}")

    def put(self, lat: Floats, lon: Floats) -> None:
        """Store the points, which does not count: they would lie in the database."""
        with self._connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS points")
            cursor.execute("CREATE TABLE points (id int, geog geography(Point, 4326))")
            with cursor.copy("COPY points FROM STDIN") as copy:
                for number, (y, x) in enumerate(zip(lat.tolist(), lon.tolist(), strict=True)):
                    copy.write_row((number, f"SRID=4326;POINT({x!r} {y!r})"))
            cursor.execute("VACUUM ANALYZE points")

    def km(self, lat: Floats, lon: Floats) -> Floats:
        """Return the distances of the points that were put last."""
        with self._connection.cursor() as cursor:
            cursor.execute(self._query)
            answer = np.array(cursor.fetchall(), dtype=np.float64).reshape(-1, 2)
        km = np.full(len(lat), np.nan)
        km[answer[:, 0].astype(int)] = answer[:, 1] / 1000
        return km

    def cpu_s(self) -> float:
        """Return the processor time of the server's session and of this process."""
        stat = Path(f"/proc/{self._connection.info.backend_pid}/stat").read_text(encoding="ascii")
        user, system = stat.rpartition(")")[2].split()[11:13]
        return super().cpu_s() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def size_mb(self) -> float:
        """Return the size of the lines and their index in the database."""
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT pg_total_relation_size(%s)", [self._table])
            (size,) = cursor.fetchone()
        return float(size) / 2**20


@contextmanager
def cluster() -> Iterator[Any]:
    """Start a database server of our own, give a connection, and remove everything."""
    needs("psycopg")
    import psycopg

    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    # The server refuses to run as root.
    who = {"user": "nobody", "group": _group("nobody"), "extra_groups": []} if os.geteuid() == 0 else {}
    try:
        if who:
            shutil.chown(folder, "nobody")
        data = folder / "data"

        def call(program: str, *arguments: str) -> None:
            subprocess.run(
                [binaries / program, *arguments],
                check=True, cwd=folder, stdout=subprocess.DEVNULL, **who,
            )  # fmt: skip

        call(
            "initdb",
            "-D",
            str(data),
            "-U",
            "bench",
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
        )
        with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"{SETTINGS}unix_socket_directories = '{folder}'\n")
        call("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "start")
        try:
            where = f"host={folder} user=bench dbname=postgres"
            with psycopg.connect(where, autocommit=True) as connection:
                connection.execute("CREATE EXTENSION postgis")
                yield connection
        finally:
            call("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    found = [
        path.parent for path in sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    ]
    if not found and (path := shutil.which("initdb")):
        found = [Path(path).resolve().parent]
    if not found:
        raise Skipped(HOW)
    return found[-1]


def _group(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid
