"""Tables in and out: adds places or border distances to the rows of a CSV file; no row is dropped."""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapper.cells import safe_cell
from mapper.errors import CoordinateError, InputError, OptionError
from mapper.model import Candidate, Point
from mapper.precision import SCHEMES, Precision, read_precision

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from mapper.borders import Borders

    AreaRange = Callable[[Point, str, str | None, str], tuple[float, float] | None]

LAT_NAMES = ("latitude", "lat", "y")
LON_NAMES = ("longitude", "lon", "lng", "long", "x")
RADIUS_NAME = "radius_km"
REACH_NAMES = (RADIUS_NAME, *SCHEMES)


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
    table: pd.DataFrame, borders: Borders, *, area_km: AreaRange, to: str | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """Add the distance to a land border to each row that has a position.

    Parameters
    ----------
    table : DataFrame
        With columns named like ``LAT_NAMES`` and ``LON_NAMES`` (any case), in degrees on WGS 84. The interval reaches as
        far as the column ``radius_km`` says, or the codes of ``geo_precision`` or ``where_prec``; without any of them
        a position is taken as exact.
    borders : Borders
    area_km : callable
        ``area_km(point, "region" or "country", to, view)`` gives the interval over the area around a point, or None.
    to : str, optional
        Only borders of this country (ISO 3166-1 alpha-2); its code is then put before the names of the added columns.

    Returns
    -------
    table : DataFrame
        With ``border_km, border_low_km, border_high_km, border_pair, border_lat, border_lon`` added, and
        ``border_reason`` where there is no distance or no interval.
    problems : list of str
        One line for each row without a usable position.

    Raises
    ------
    OptionError
        If the table has no columns for latitude and longitude, or there are no such borders.
    """
    import numpy as np
    import pandas as pd

    lat_column, lon_column = _column(table, LAT_NAMES), _column(table, LON_NAMES)
    reach_column = next((name for name in REACH_NAMES if name in table.columns), None)
    reasons, problems = [""] * len(table), []
    lat, lon = np.full(len(table), np.nan), np.full(len(table), np.nan)
    reach: list[Precision | None] = [None] * len(table)
    for row, cells in enumerate(zip(table[lat_column], table[lon_column], strict=True)):
        try:
            point = Point(lat=_number(cells[0]), lon=_number(cells[1]))
            if reach_column is not None:
                reach[row] = _reach(reach_column, table[reach_column].iloc[row])
            lat[row], lon[row] = point.lat, point.lon
        except (CoordinateError, InputError) as error:
            problems.append(f"row {row + 2}: {error}")  # line 1 holds the header
            reasons[row] = str(error)
    known = np.nonzero(np.isfinite(lat))[0]
    found = borders.nearest_many(lat[known], lon[known], to)
    low, high = found.km.copy(), found.km.copy()
    for at, row in enumerate(known.tolist()):
        precision = reach[row]
        if precision is None:
            continue
        interval: tuple[float, float] | None = None
        if precision.radius_km is not None:
            interval = max(0.0, found.km[at] - precision.radius_km), found.km[at] + precision.radius_km
        elif precision.area is not None:
            here = Point(lat=float(lat[row]), lon=float(lon[row]))
            interval = area_km(here, precision.area, to, borders.view)
        if interval is None:
            reasons[row] = f"no interval: the position is known to be {precision.meaning}"
            low[at], high[at] = np.nan, np.nan
        else:
            low[at], high[at] = min(interval[0], found.km[at]), max(interval[1], found.km[at])
    prefix = f"{to.lower()}_" if to else ""
    added = pd.DataFrame(index=table.index)
    for name, values in (("km", found.km), ("low_km", low), ("high_km", high)):
        added[f"{prefix}border_{name}"] = _spread(values.round(3), known, len(table))
    pairs = np.full(len(table), None, dtype=object)
    pairs[known] = found.border
    added[f"{prefix}border_pair"] = pairs
    for name, values in (("lat", found.lat), ("lon", found.lon)):
        added[f"{prefix}border_{name}"] = _spread(values.round(7), known, len(table))
    added[f"{prefix}border_reason"] = [reason or None for reason in reasons]
    return _beside(table, added), problems


def to_csv_text(table: pd.DataFrame) -> str:
    """Return a table as CSV in which no cell runs as a formula."""
    safe = table.rename(columns=safe_cell).map(safe_cell)
    return str(safe.to_csv(index=False, lineterminator="\n"))


def to_geojson_text(table: pd.DataFrame) -> str:
    """Return the rows as a GeoJSON FeatureCollection (RFC 7946), in their order; a row without a position has no geometry.

    Raises
    ------
    OptionError
        If the table has no columns for latitude and longitude.
    """
    import pandas as pd

    lat_column, lon_column = _column(table, LAT_NAMES), _column(table, LON_NAMES)
    features = []
    for record in table.to_dict("records"):
        geometry = None
        try:
            point = Point(lat=_number(record[lat_column]), lon=_number(record[lon_column]))
            geometry = {"type": "Point", "coordinates": [point.lon, point.lat]}
        except (CoordinateError, InputError):
            pass  # border_reason tells
        properties = {str(key): None if pd.isna(value) else value for key, value in record.items()}
        features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


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

    return _beside(table, pd.DataFrame(rows, columns=columns, index=table.index))


def _beside(table: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    clash = [str(column) for column in added.columns if column in table.columns]
    if clash:
        raise OptionError(f"the table already has the column {clash[0]!r}: rename it and try again")
    return pd.concat([table, added], axis=1)


def _spread(values: NDArray[np.float64], rows: NDArray[np.int64], length: int) -> NDArray[np.float64]:
    """Return a column with values in some rows and nothing in the others."""
    import numpy as np

    column = np.full(length, np.nan)
    column[rows] = values
    return column


def _reach(column: str, cell: Any) -> Precision | None:
    """Return how far the truth may lie from a position; an empty cell says nothing."""
    text = str(cell).strip()
    if text in {"", "nan", "None"}:
        return None
    if column != RADIUS_NAME:
        return read_precision(column, text)
    radius = _number(cell)
    if not (math.isfinite(radius) and radius >= 0):
        raise InputError(f"radius_km {cell!r} is no length: give 0 or more")
    return Precision(radius, None, "within a radius")


def _column(table: pd.DataFrame, names: tuple[str, ...]) -> str:
    known = {str(column).strip().lower(): str(column) for column in table.columns}
    for name in names:
        if name in known:
            return known[name]
    raise OptionError(
        f"no column is named {' or '.join(names)}; the columns are {', '.join(map(str, table.columns))}"
    )


def _number(cell: Any) -> float:
    try:
        return float(cell)
    except (TypeError, ValueError):
        raise InputError(f"{cell!r} is not a number") from None
