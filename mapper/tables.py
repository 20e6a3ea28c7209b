"""Tables in and out: adds places or border distances to the rows of a CSV file; no row is dropped."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapper.cells import safe_cell
from mapper.errors import CoordinateError, InputError, OptionError
from mapper.model import BorderDistance, Candidate, Point

if TYPE_CHECKING:
    import pandas as pd

LAT_NAMES = ("latitude", "lat", "y")
LON_NAMES = ("longitude", "lon", "lng", "long", "x")


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a delimited file with every cell as text.

    The delimiter is the one of comma, semicolon, tab and bar that the header holds most of. A row with more cells than the
    header keeps them under names of their own (``column_4``); a short row is filled up with empty cells.

    Raises
    ------
    InputError
        If the file is missing, empty, no table, or has two columns of one name.
    """
    import pandas as pd

    source = Path(path)
    if not source.is_file():
        raise InputError(
            f"{source}: {'is no file' if source.exists() else 'there is no such file'}: check the path"
        )
    try:
        text = source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{source}: byte {error.start} is not valid UTF-8: save the table as UTF-8"
        ) from error
    except OSError as error:
        raise InputError(f"{source}: cannot be read: {error.strerror}") from error
    header_line = text.partition("\n")[0]
    delimiter = max(",;\t|", key=header_line.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error as error:
        raise InputError(f"{source}: cannot be read as a table: {error}") from error
    if not rows:
        raise InputError(f"{source}: is empty: give a table with a header row")
    width = max(map(len, rows))
    header = rows[0] + [f"column_{number}" for number in range(len(rows[0]) + 1, width + 1)]
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise InputError(f"{source}: two columns are called {twice[0]!r}: rename one of them")
    return pd.DataFrame([row + [""] * (width - len(row)) for row in rows[1:]], columns=header, dtype=str)


def add_places(
    table: pd.DataFrame, column: str, search: Callable[[str], list[Candidate]]
) -> tuple[pd.DataFrame, list[str]]:
    """Add the best place for the names of a column.

    Parameters
    ----------
    table : DataFrame
    column : str
        The column that holds the names.
    search : callable
        Gives the candidates of a name, best first.

    Returns
    -------
    table : DataFrame
        With the columns ``place_name, place_country, place_admin1, place_kind, place_lat, place_lon, place_radius_km,
        place_geonameid, place_match, place_score, place_reason`` added; the coordinates are degrees on WGS 84.
    problems : list of str
        One line for each row without a place.

    Raises
    ------
    OptionError
        If there is no such column.
    """
    if column not in table.columns:
        raise OptionError(
            f"there is no column {column!r}; the columns are {', '.join(map(str, table.columns))}"
        )
    rows: list[dict[str, Any]] = []
    problems = []
    for number, name in enumerate(table[column], 2):  # line 1 holds the header
        found = search(name) if name.strip() else []
        if found:
            rows.append(_place_cells(found[0]))
            continue
        reason = "no place of that name was found" if name.strip() else "the cell is empty"
        problems.append(f"row {number}: {name!r}: {reason}")
        rows.append({"place_reason": reason})
    return _joined(table, rows, list(_PLACE_COLUMNS)), problems


def add_border_distances(
    table: pd.DataFrame, nearest: Callable[[Point], BorderDistance], *, prefix: str = ""
) -> tuple[pd.DataFrame, list[str]]:
    """Add the distance to a land border to each row that has a position.

    Parameters
    ----------
    table : DataFrame
        With columns named like ``LAT_NAMES`` and ``LON_NAMES`` (any case), in degrees on WGS 84.
    nearest : callable
        Gives the distance of a point.
    prefix : str
        Put before the names of the added columns.

    Returns
    -------
    table : DataFrame
        With ``border_km, border_low_km, border_high_km, border_pair, border_lat, border_lon`` added, and
        ``border_reason`` where there is no distance.
    problems : list of str
        One line for each row without a usable position.

    Raises
    ------
    OptionError
        If the table has no columns for latitude and longitude, or ``nearest`` refuses any point.
    """
    lat_column, lon_column = _column(table, LAT_NAMES), _column(table, LON_NAMES)
    rows: list[dict[str, Any]] = []
    problems = []
    for number, (lat, lon) in enumerate(zip(table[lat_column], table[lon_column], strict=True), 2):
        try:
            distance = nearest(Point(lat=_degrees(lat), lon=_degrees(lon)))
        except (CoordinateError, InputError) as error:
            problems.append(f"row {number}: {error}")
            rows.append({f"{prefix}border_reason": str(error)})
            continue
        rows.append(
            {
                f"{prefix}border_km": round(distance.km, 3),
                f"{prefix}border_low_km": round(distance.low_km, 3),
                f"{prefix}border_high_km": round(distance.high_km, 3),
                f"{prefix}border_pair": "-".join(distance.border),
                f"{prefix}border_lat": distance.nearest_point.lat,
                f"{prefix}border_lon": distance.nearest_point.lon,
            }
        )
    names = ["km", "low_km", "high_km", "pair", "lat", "lon", "reason"]
    return _joined(table, rows, [f"{prefix}border_{name}" for name in names]), problems


def to_csv_text(table: pd.DataFrame) -> str:
    """Return a table as CSV in which no cell runs as a formula."""
    safe = table.rename(columns=safe_cell).map(safe_cell)
    return str(safe.to_csv(index=False, lineterminator="\n"))


_PLACE_COLUMNS = (
    "place_name", "place_country", "place_admin1", "place_kind", "place_lat", "place_lon", "place_radius_km",
    "place_geonameid", "place_match", "place_score", "place_reason",
)  # fmt: skip


def _place_cells(candidate: Candidate) -> dict[str, Any]:
    place = candidate.place
    values = (
        place.name, place.country, place.admin1, place.kind, place.point.lat, place.point.lon, round(place.radius_km, 3),
        str(place.geonameid) if place.geonameid else None, candidate.match, candidate.score, None,
    )  # fmt: skip
    return dict(zip(_PLACE_COLUMNS, values, strict=True))


def _joined(table: pd.DataFrame, rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    clash = [column for column in columns if column in table.columns]
    if clash:
        raise OptionError(f"the table already has the column {clash[0]!r}: rename it and try again")
    return pd.concat([table, pd.DataFrame(rows, columns=columns, index=table.index)], axis=1)


def _column(table: pd.DataFrame, names: tuple[str, ...]) -> str:
    known = {str(column).strip().lower(): str(column) for column in table.columns}
    for name in names:
        if name in known:
            return known[name]
    raise OptionError(
        f"no column is named {' or '.join(names)}; the columns are {', '.join(map(str, table.columns))}"
    )


def _degrees(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise InputError(f"{cell!r} is not a number of degrees") from None
