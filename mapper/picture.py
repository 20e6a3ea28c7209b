"""Incidents on a static picture for reports and print, drawn by matplotlib without a browser or a display.

It looks like the page of :mod:`mapper.maps`. No state is shared between calls, and the same input gives the same bytes.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from mapper.backing import report_ids
from mapper.errors import OptionError
from mapper.features import KINDS, counted, default_title
from mapper.model import SPOT_KINDS, Extraction, Incident, Place
from mapper.picture_ground import Frame, border_paths, frame_around, land_paths, read_ground
from mapper.picture_incidents import draw_incidents, extremes, kind_of
from mapper.picture_pen import Pen
from mapper.picture_text import clean, shorten, width, wrap

LEAST_PX, MOST_PX = 300, 10_000
LAYOUT_WIDTH, LAYOUT_HEIGHT = 1200, 750  # a larger picture is not fuller but finer
EDGE = 16.0
INK, QUIET, RULE = "#1d2429", "#57646d", "#d9dfe2"
SEA, LAND, COAST, BORDER = "#dfe8ec", "#f7f5ef", "#9fb0b8", "#84798f"
MONTHS = "January February March April May June July August September October November December".split()


def picture(
    extractions: Sequence[Extraction],
    *,
    basemap: Mapping[str, Any],
    title: str | None = None,
    labels: Sequence[Place] = (),
    format: Literal["png", "svg"] = "png",
    width_px: int = 1600,
    height_px: int = 1000,
    made: date | None = None,
) -> bytes:
    """Draw the incidents of one or more reports on a map for print.

    Parameters
    ----------
    extractions
        What was read from each report.
    basemap
        Land, borders and labels, as ``mapper.world.basemap()`` gives them.
    title
        Heading; if None, the title of the only report, else "Incidents in N reports".
    labels
        Towns around the incidents, most important first, as for ``maps.make_map``.
    format
        ``"png"`` or ``"svg"``. An SVG holds curves alone: no text, script or reference to anything outside.
    width_px, height_px
        Size in pixels, 300 to 10,000 each. Beyond 1200 by 750 the picture gets finer, not fuller.
    made
        The day to name in the credits; none if None.

    Returns
    -------
    bytes
        The content of the file.

    Raises
    ------
    OptionError
        If the format is unknown, a size is out of range, or the basemap lacks a part.
    """
    if format not in {"png", "svg"}:
        raise OptionError(f"a picture of format {format!r} cannot be made: ask for 'png' or 'svg'")
    for what, pixels in (("width", width_px), ("height", height_px)):
        if not (isinstance(pixels, int) and LEAST_PX <= pixels <= MOST_PX):
            raise OptionError(f"a picture's {what} of {pixels!r} pixels is not within {LEAST_PX}..{MOST_PX}")
    missing = [key for key in ("packed", "countries", "borders", "view") if key not in basemap]
    if missing:
        raise OptionError(f"the basemap lacks {', '.join(missing)}: pass mapper.world.basemap()")
    incidents = [incident for extraction in extractions for incident in extraction.incidents]
    heading = clean(title or (default_title(extractions) if extractions else ""), default="Incidents")
    scale = max(1.0, min(width_px / LAYOUT_WIDTH, height_px / LAYOUT_HEIGHT))
    pen = Pen(width_px, height_px, scale)
    room = pen.width - 2 * EDGE

    y = 12.0
    for line in wrap(heading, 20, room, 2, bold=True):
        y += 22
        pen.text(line, EDGE, y, 20, INK, bold=True)
    summary_y = y + 19
    top = y + 32

    # The frame's height depends on the legend's, which depends on what lines the frame shows: leave room for all.
    entries = _legend(incidents)
    rows = _rows(entries, room)
    bottom = pen.height - 24 - 24 * len(rows) - (18 if rows else 6)
    top = min(top, bottom - 60)
    lat, lon = extremes(incidents)
    frame = frame_around(
        lat, lon, left=0.0, top=top, width=pen.width, height=max(bottom - top, 40.0), padding=64.0
    )
    ground = read_ground(basemap)
    lines = _draw_ground(pen, frame, ground, basemap["borders"])
    notes = draw_incidents(pen, frame, incidents, ground, basemap["countries"], labels)
    pen.outline_box(frame.left, frame.top, frame.width, frame.height, RULE)

    summary = shorten(_summary(extractions, incidents), 12.5, room)
    pen.text(summary, EDGE, summary_y, 12.5, QUIET)
    left = pen.width - EDGE - width(notes, 11)
    if left > EDGE + width(summary, 12.5) + 20:
        pen.text(notes, left, summary_y, 11, QUIET)

    y = bottom + 25
    for row in rows:
        x = EDGE
        for kind, vague, text in row:
            pen.symbol(kind, x + 10, y, 0.72, vague=vague)
            pen.text(text, x + 24, y + 4, 12, INK)
            x += _entry_width(text)
        y += 24
    credits = _credits(basemap["view"], lines, made)
    pen.text(shorten(credits, 10, room), EDGE, pen.height - 11, 10, QUIET)
    return pen.png(heading, credits) if format == "png" else pen.svg(heading, credits)


def _summary(extractions: Sequence[Extraction], incidents: Sequence[Incident]) -> str:
    if not incidents:
        return f"No incidents in {counted(len(extractions), 'report')}"
    sources = {name for incident in incidents for name in report_ids(incident)}
    parts = [counted(len(incidents), "incident"), days_text(incidents), counted(len(sources), "source")]
    return ", ".join(part for part in parts if part)


def days_text(incidents: Sequence[Incident]) -> str:
    """Return the span of the dates, e.g. ``22–31 May 2024``; as exact as the least exact of its two ends."""
    dated = [
        (i.date, _last_day(i.date, i.date_end, i.date_precision), i.date_precision)
        for i in incidents
        if i.date
    ]
    if not dated:
        return ""
    exact = [item for item in dated if item[2] in {"day", "week"}]
    if exact:  # "in 2024" adds nothing to a span of days in 2024
        start, stop = min(day for day, _, _ in exact), max(day for _, day, _ in exact)
        dated = exact + [item for item in dated if item[1] < start or item[0] > stop]
    first, last = min(day for day, _, _ in dated), max(day for _, day, _ in dated)
    at_ends = {precision for day, end, precision in dated if day == first or end == last}
    if "year" in at_ends:
        return _span(str(first.year), str(last.year))
    months = [f"{MONTHS[day.month - 1]}" for day in (first, last)]
    if "month" in at_ends:
        year = f" {first.year}" if first.year != last.year else ""
        return _span(months[0] + year, months[1]) + f" {last.year}"
    if first == last:
        return f"{first.day} {months[0]} {first.year}"
    if first.year != last.year:
        return f"{first.day} {months[0]} {first.year} – {last.day} {months[1]} {last.year}"
    if first.month != last.month:
        return f"{first.day} {months[0]} – {last.day} {months[1]} {last.year}"
    return f"{first.day}–{last.day} {months[1]} {last.year}"


def _last_day(first: date, last: date | None, precision: str) -> date:
    """Return the last day of a date that may be a whole month or year."""
    if last and last >= first:
        return last
    if precision == "year":
        return first.replace(month=12, day=31)
    if precision == "month":
        return first.replace(day=monthrange(first.year, first.month)[1])
    return first


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} – {last}"


def _credits(view: str, lines: str, made: date | None) -> str:
    parts = [
        "© OpenStreetMap contributors (ODbL)",
        "GeoNames (CC BY 4.0)",
        f"Border view: {clean(str(view))}",
        lines,
        f"made {made.isoformat()}" if made else "",
    ]
    return " · ".join(part for part in parts if part)


def _legend(incidents: Sequence[Incident]) -> list[tuple[str, bool, str]]:
    """Return kind, whether hollow, and text of each entry; the order is that of the kinds."""
    counts = Counter(kind_of(incident) for incident in incidents)
    entries = [(kind, False, f"{KINDS[kind][0]} ({counts[kind]:,})") for kind in KINDS if counts[kind]]
    vague = next((kind_of(i) for i in incidents if i.place.kind not in SPOT_KINDS), None)
    if vague:
        entries.append((vague, True, "Hollow: only the region or country is known"))
    return entries


def _entry_width(text: str) -> float:
    return 24 + width(text, 12) + 20


def _rows(entries: Sequence[tuple[str, bool, str]], room: float) -> list[list[tuple[str, bool, str]]]:
    rows: list[list[tuple[str, bool, str]]] = []
    left = 0.0
    for entry in entries:
        wide = _entry_width(entry[2])
        if not rows or wide > left:
            rows.append([])
            left = room + 20
        rows[-1].append(entry)
        left -= wide
    return rows


def _draw_ground(pen: Pen, frame: Frame, ground: Mapping[str, Any], drawn: Sequence[Any]) -> str:
    """Draw sea, land and borders; return what is to be said of the lines."""
    pen.clip(frame.left, frame.top, frame.width, frame.height)
    pen.fill_box(frame.left, frame.top, frame.width, frame.height, SEA)
    land, coast = land_paths(ground, frame)
    pen.path(land, fill=LAND, stroke=LAND, wide=0.6)  # the stroke hides the seam along the antimeridian
    pen.path(coast, stroke=COAST, wide=0.7)
    paths = border_paths(ground, drawn, frame)
    far = frame.zoom < 5
    thick = 0.8 if far else 1.2
    pen.path(paths["agreed"], stroke=BORDER, wide=thick)
    pen.path(paths["disputed"], stroke=BORDER, wide=thick, dashes=(3, 2) if far else (6, 4))
    dots = (1.0, 2.0) if far else (1.5, 3.0)
    pen.path(paths["elsewhere"], stroke=BORDER, wide=thick, dashes=dots, alpha=0.6)
    texts = {"disputed": "dashed: not every view draws it", "elsewhere": "dotted: only other views do"}
    return ", ".join(text for kind, text in texts.items() if len(paths[kind]))
