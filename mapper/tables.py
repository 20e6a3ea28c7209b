"""Tables in and out: adds places or border distances to the rows of a CSV file; no row is dropped."""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
    from mapper.lookups import Lookup

    AreaRange = Callable[[Point, str, str | None, str], tuple[float, float] | None]

LAT_NAMES = ("latitude", "lat", "y")
LON_NAMES = ("longitude", "lon", "lng", "long", "x")
RADIUS_NAME = "radius_km"
REACH_NAMES = (RADIUS_NAME, *SCHEMES)
_CANDIDATE_COLUMNS = (
    "name", "country", "admin1", "admin2", "kind", "lat", "lon", "radius_km", "geonameid", "match", "score",
)  # fmt: skip
PLACE_COLUMNS = (*(f"place_{name}" for name in _CANDIDATE_COLUMNS), "geocode_status", "geocode_note")
REVIEW_COLUMNS = (
    "row", "times", "name", "asked_country", "status", "note", "rank", "candidate", *_CANDIDATE_COLUMNS[1:],
)  # fmt: skip


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a delimited file with every cell as text.

    The delimiter is the one of comma, semicolon, tab and bar that the header holds most of. A row with more cells than the
    header keeps them under names of their own (``column_4``); a short row is filled up with empty cells. Blank lines are
    no rows, but for those in a table of one column that stand between others.

    Raises
    ------
    InputError
        If the file is missing, empty, no table, or has two columns of one name.
    """
    return read_numbered_table(path)[0]


def read_numbered_table(path: str | Path) -> tuple[pd.DataFrame, list[int]]:
    """Read a delimited file as :func:`read_table` does, with the number of the line that each row begins on.

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
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        line = 1
        for row in reader:
            if row or (rows and len(rows[0]) == 1):
                rows.append(row)
                lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{source}: cannot be read as a table: {error}") from error
    while rows and not rows[-1]:
        del rows[-1], lines[-1]
    if not rows:
        raise InputError(f"{source}: is empty: give a table with a header row")
    width = max(map(len, rows))
    header = rows[0] + [f"column_{number}" for number in range(len(rows[0]) + 1, width + 1)]
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise InputError(f"{source}: two columns are called {twice[0]!r}: rename one of them")
    cells = [row + [""] * (width - len(row)) for row in rows[1:]]
    return pd.DataFrame(cells, columns=header, dtype=str), lines[1:]


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacesAdded:
    """A table with places beside its rows, the list to review, and what became of the rows.

    ``columns`` are the names of the added columns, ``counts`` of rows by status, ``problems`` one line for each row
    without a place.
    """

    table: pd.DataFrame
    review: pd.DataFrame
    columns: tuple[str, ...]
    counts: Mapping[str, int]
    problems: tuple[str, ...]


def add_places(
    table: pd.DataFrame,
    column: str,
    look_up: Callable[[str, str | None], Lookup],
    *,
    country_column: str | None = None,
    rows: Sequence[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> PlacesAdded:
    """Add the best place for the names of a column; each name is looked up once for each country it comes with.

    Parameters
    ----------
    table : DataFrame
        It is not changed.
    column : str
        The column that holds the names.
    look_up : callable
        ``look_up(name, country)`` tells what a name means, given what its row says of the country (None without a
        ``country_column``), see :class:`mapper.lookups.Lookups`.
    country_column : str, optional
        The column that holds the countries.
    rows : sequence of int, optional
        The numbers that the rows go by. Default: 2 and so on, as the header is row 1.
    progress : callable, optional
        Is told how many of how many names are looked up.

    Returns
    -------
    PlacesAdded
        Its table has the columns ``PLACE_COLUMNS`` added, coordinates in degrees on WGS 84, lengths in km. If the table has
        any of them already, all that are added end in ``_2`` (or the next number that is free). Its review list has
        a line for each candidate of each name to review, and one for each missing name, with the first ``row`` that holds
        the name and ``times``, how many do.

    Raises
    ------
    OptionError
        If there is no such column, or two of its name.
    """
    import pandas as pd

    names = _texts(table, column)
    countries = _texts(table, country_column) if country_column is not None else [None] * len(names)
    asked = list(zip(names, countries, strict=True))
    numbers = range(2, len(asked) + 2) if rows is None else rows
    firsts: dict[tuple[str, str | None], int] = {}
    for number, pair in zip(numbers, asked, strict=True):
        firsts.setdefault(pair, number)
    answers: dict[tuple[str, str | None], Lookup] = {}
    for done, pair in enumerate(firsts, 1):
        answers[pair] = look_up(*pair)
        if progress is not None:
            progress(done, len(firsts))
    cells = {pair: _place_cells(answer) for pair, answer in answers.items()}
    columns = _free(PLACE_COLUMNS, table)
    added = pd.DataFrame([cells[pair] for pair in asked], columns=list(columns), index=table.index)
    times = Counter(asked)
    review = [
        line
        for pair, number in firsts.items()
        for line in _review_lines(pair, answers[pair], number, times[pair])
    ]
    return PlacesAdded(
        table=pd.concat([table, added], axis=1),
        review=pd.DataFrame(review, columns=list(REVIEW_COLUMNS)).astype({"rank": "Int64"}),
        columns=columns,
        counts=Counter(answers[pair].status for pair in asked),
        problems=tuple(
            f"row {number}: {_shortened(pair[0])!r}: {answers[pair].note}"
            for number, pair in zip(numbers, asked, strict=True)
            if not answers[pair].candidates
        ),
    )


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


def _texts(table: pd.DataFrame, column: str) -> list[str]:
    """Return a column as stripped texts, cells of no value as empty ones."""
    import pandas as pd

    found = list(table.columns).count(column)
    if found != 1:
        fault = "there is no column" if not found else "more than one column is called"
        raise OptionError(f"{fault} {column!r}; the columns are {', '.join(map(str, table.columns))}")
    return [
        cell.strip() if isinstance(cell, str) else "" if pd.isna(cell) else str(cell)
        for cell in table[column].tolist()
    ]


def _free(columns: tuple[str, ...], table: pd.DataFrame) -> tuple[str, ...]:
    """Return names for new columns that the table has not got."""
    names, number = columns, 2
    while not set(table.columns).isdisjoint(names):
        names = tuple(f"{column}_{number}" for column in columns)
        number += 1
    return names


def _place_cells(answer: Lookup) -> tuple[Any, ...]:
    """Return what stands in the columns ``PLACE_COLUMNS``."""
    if not answer.candidates:
        return (*[None] * (len(PLACE_COLUMNS) - 2), answer.status, answer.note or None)
    return (*_candidate_cells(answer.candidates[0]), answer.status, answer.note or None)


def _candidate_cells(candidate: Candidate) -> tuple[Any, ...]:
    place = candidate.place
    return (
        place.name, place.country, place.admin1, place.admin2, place.kind, place.point.lat, place.point.lon,
        round(place.radius_km, 3), str(place.geonameid) if place.geonameid else None, candidate.match, candidate.score,
    )  # fmt: skip


def _review_lines(
    pair: tuple[str, str | None], answer: Lookup, number: int, times: int
) -> Iterator[tuple[Any, ...]]:
    """Return the lines of the review list for a name, with the columns ``REVIEW_COLUMNS``."""
    if answer.status == "found":
        return
    head = (number, times, pair[0], pair[1] or answer.country, answer.status, answer.note or None)
    for rank, candidate in enumerate(answer.candidates, 1):
        yield (*head, rank, *_candidate_cells(candidate))
    if not answer.candidates:
        yield (*head, *[None] * (len(REVIEW_COLUMNS) - len(head)))


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


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
