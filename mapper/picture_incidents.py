"""Incidents drawn on a frame: symbols, extents of places, ways to the nearest borders, names around them, scale bar."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mapper.features import KINDS, distance_text
from mapper.geodesy import destinations
from mapper.model import SPOT_KINDS, Incident, Place
from mapper.picture_ground import Frame, latitude
from mapper.picture_names import COUNTRY_SIZE, COUNTRY_SPACING, SIZE, Box, Names, write_names
from mapper.picture_pen import Pen
from mapper.picture_symbols import Group, arrange, symbol_scale
from mapper.picture_text import width

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HALO, INK, LINE = "#f7f5ef", "#1d2429", "#14181c"
NAMES = {"event": "#14181c", "country": "#8b8494", "capital": "#1d2429", "town": "#3f4a51"}
MOST_LINES = 8  # incidents up to which the way to the nearest border is drawn
LONGEST_LINE_KM = 1500.0
FRAMED_LINE_KM = 350.0  # ways up to this long are wholly in the frame
MOST_EXTENTS = 40
WIDEST_EXTENT_KM = 2500.0
FRAMED_EXTENT_KM = 300.0  # extents up to this size are wholly in the frame


def kind_of(incident: Incident) -> str:
    """Return the kind that an incident is drawn as."""
    return incident.kind if incident.kind in KINDS else "other"


def extremes(incidents: Sequence[Incident]) -> tuple[Floats, Floats]:
    """Return latitudes and longitudes of what the frame shall show: places, small extents, and borders nearby."""
    places = list(dict.fromkeys(incident.place for incident in incidents))
    lat = [place.point.lat for place in places]
    lon = [place.point.lon for place in places]
    for place in places if len(places) <= MOST_EXTENTS else ():
        if 0 < place.radius_km <= FRAMED_EXTENT_KM:
            ring_lat, ring_lon = _ring(place)
            lat += ring_lat[::12].tolist()
            lon += ring_lon[::12].tolist()
    spread = 111.2 * max(np.ptp(lat), np.ptp(lon) * math.cos(math.radians(lat[0]))) if lat else 0.0
    for incident in _with_lines(incidents):
        if incident.border and incident.border.km <= max(FRAMED_LINE_KM, 1.5 * min(spread, 3000.0)):
            lat.append(incident.border.nearest_point.lat)
            lon.append(incident.border.nearest_point.lon)
    return np.array(lat, dtype=float), np.array(lon, dtype=float)


def _ring(place: Place) -> tuple[Floats, Floats]:
    lon, lat = destinations(place.point, np.arange(0.0, 360.0, 3.75), np.full(96, place.radius_km))
    return lat, lon


def _with_lines(incidents: Sequence[Incident]) -> list[Incident]:
    """Return incidents of which the way to the nearest border is drawn, one for each place."""
    if len(incidents) > MOST_LINES:
        return []
    return list(
        {
            (i.place.point, i.border.nearest_point): i
            for i in reversed(incidents)
            if i.border and i.place.kind in SPOT_KINDS and i.border.km <= LONGEST_LINE_KM
        }.values()
    )[::-1]


def draw_incidents(
    pen: Pen,
    frame: Frame,
    incidents: Sequence[Incident],
    ground: Mapping[str, Any],
    countries: Mapping[str, str],
    labels: Sequence[Place],
) -> str:
    """Draw incidents, the names around them and the scale bar; return what is to be said of the symbols."""
    points = frame.pixels(
        np.array([i.place.point.lat for i in incidents], dtype=float),
        np.array([i.place.point.lon for i in incidents], dtype=float),
    ).reshape(-1, 2)
    scales = [symbol_scale((i.killed or 0) + (i.injured or 0)) for i in incidents]
    groups = arrange(points, scales) if len(incidents) else []
    taken = []
    for group in groups:
        spots = [(group.centre, group.reach)] if group.bubble else []
        spots += [((x, y), 12 * scales[i]) for i, (x, y) in zip(group.members, group.spots, strict=False)]
        taken += [(x - r - 1, y - r - 1, x + r + 1, y + r + 1) for (x, y), r in spots]
    bar, taken_by_bar = _scale_bar(frame, taken)
    _draw_extents(pen, frame, incidents)
    names = Names(frame, [*taken, taken_by_bar])
    tags = _draw_lines(pen, frame, incidents, names)
    for group in groups:
        _name_group(names, group, incidents, points)
    write_names(names, ground, countries, labels)
    for name in names.found:
        if name.dot:
            capital = name.style == "capital"
            pen.dot(name.dot, "#1d2429" if capital else "#6b767d", square=capital)
        country = name.style == "country"
        pen.text(
            name.text,
            name.x,
            name.y,
            COUNTRY_SIZE if country else SIZE,
            NAMES[name.style],
            bold=country or name.style == "event",
            spacing=COUNTRY_SPACING if country else 0.0,
            halo=HALO,
        )
    for text, box in tags:
        pen.fill_box(box[0], box[1], box[2] - box[0], box[3] - box[1], "#ffffff", stroke=LINE)
        pen.text(text, box[0] + 5, box[3] - 4.5, 11, LINE, bold=True)
    _draw_groups(pen, groups, incidents, points, scales)
    bar(pen)
    pen.unclip()
    return " · ".join(
        note
        for note, shown in (
            ("Larger symbols: more killed and injured", len(set(scales)) > 1),
            ("Circles: several incidents, their number and kinds", any(group.bubble for group in groups)),
        )
        if shown
    )


def _draw_extents(pen: Pen, frame: Frame, incidents: Sequence[Incident]) -> None:
    """Draw how far places reach, each once."""
    places = {i.place: kind_of(i) for i in reversed(incidents)}
    if len(places) > MOST_EXTENTS:
        return
    for place, kind in places.items():
        pixels = place.radius_km / frame.km_per_pixel(place.point.lat)
        if not 8 < pixels < frame.width or place.radius_km > WIDEST_EXTENT_KM:
            continue
        if abs(place.point.lat) + place.radius_km / 111.2 > 84:
            continue
        middle = float(frame.pixels(place.point.lat, place.point.lon)[0])
        ring = frame.beside(*_ring(place), middle)
        faint = 0.05 if place.kind in SPOT_KINDS else 0.08
        pen.polygon(ring, KINDS[kind][3], alpha=faint)
        pen.polygon(ring, KINDS[kind][3], alpha=0.75, dashes=(4, 4), wide=1.0)


def _draw_lines(pen: Pen, frame: Frame, incidents: Sequence[Incident], names: Names) -> list[tuple[str, Box]]:
    """Draw the ways to the nearest borders; return the distances and the boxes to write them in."""
    tags: list[tuple[str, Box]] = []
    for incident in _with_lines(incidents):
        border = incident.border
        if border is None:
            continue
        line = _way(frame, incident)
        pen.line(line, "#ffffff", 4.5, alpha=0.9)
        pen.line(line, LINE, 1.8)
        pen.dot(line[-1], LINE, radius=4.0, hole="#ffffff")
        text = distance_text(border, "city").split(" (")[0]
        wide, tall = width(text, 11, bold=True) + 10, 17.0
        seen = [(x, y) for x, y in line.tolist() if frame.holds(x, y, 12)]
        tries = [(spot, 8.0) for spot in ([seen[-1], *seen[len(seen) // 2 :], *seen] if seen else [])]
        tries += [(spot, away) for away in (20.0, 36.0, 52.0) for spot in seen[-1:]]
        for (x, y), away in tries:
            offsets = (
                (away, -tall / 2),
                (-away - wide, -tall / 2),
                (-wide / 2, -away - tall),
                (-wide / 2, away),
            )
            for dx, dy in offsets:
                box = (x + dx, y + dy, x + dx + wide, y + dy + tall)
                if names.free(box):
                    names.taken.append(box)
                    tags.append((text, box))
                    break
            else:
                continue
            break
        names.taken += [(x - 3, y - 3, x + 3, y + 3) for x, y in seen]
    return tags


def _way(frame: Frame, incident: Incident) -> Floats:
    """Return the great circle to the nearest border in pixels, shape ``(n, 2)``."""
    border, start = incident.border, incident.place.point
    ends = [start, border.nearest_point] if border else [start, start]
    lat, lon = np.radians([p.lat for p in ends]), np.radians([p.lon for p in ends])
    vectors = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    share = np.linspace(0, 1, 65)[:, None]
    angle = math.acos(max(-1.0, min(1.0, float(vectors[0] @ vectors[1]))))
    if angle < 1e-9:
        way = (1 - share) * vectors[0] + share * vectors[1]
    else:
        way = np.sin((1 - share) * angle) * vectors[0] + np.sin(share * angle) * vectors[1]
    middle = float(frame.pixels(start.lat, start.lon)[0])
    latitudes = np.degrees(np.arctan2(way[:, 2], np.hypot(way[:, 0], way[:, 1])))
    return frame.beside(latitudes, np.degrees(np.arctan2(way[:, 1], way[:, 0])), middle)


def _name_group(names: Names, group: Group, incidents: Sequence[Incident], points: Floats) -> None:
    """Write the names of the places of a group, or of a bubble's place if it stands for one place alone."""
    places = dict.fromkeys(incidents[i].place for i in group.members)
    if len({place.name for place in places}) == 1:
        place = next(iter(places))
        if place.kind != "country":
            names.event(place.name, group.centre, group.reach)
        return
    if group.bubble:
        return
    for number in group.members:
        place = incidents[number].place
        if place.kind != "country":
            names.event(place.name, points[number], group.reach / 2)


def _draw_groups(
    pen: Pen,
    groups: Sequence[Group],
    incidents: Sequence[Incident],
    points: Floats,
    scales: Sequence[float],
) -> None:
    for group in groups:
        for number, spot in zip(group.members, group.spots, strict=False):
            if math.dist(spot, points[number]) > 2:
                pen.line(np.array([spot, points[number]]), "#44505a", 1.0)
                pen.dot(points[number], "#44505a", radius=2.0)
    for group in groups:
        if group.bubble:
            counts = Counter(kind_of(incidents[i]) for i in group.members)
            shares = [(KINDS[kind][3], counts[kind]) for kind in KINDS if counts[kind]]
            pen.bubble(*group.centre, group.reach, shares)
        for number, (x, y) in zip(group.members, group.spots, strict=False):
            incident = incidents[number]
            vague = incident.place.kind not in SPOT_KINDS
            pen.symbol(kind_of(incident), float(x), float(y), scales[number], vague=vague)


def _scale_bar(frame: Frame, taken: Sequence[Box]) -> tuple[Callable[[Pen], None], Box]:
    """Return what draws the scale bar, and its box: in the lower corner where it covers less."""
    lat = frame.latitude
    km_per_px = frame.km_per_pixel(lat)
    most = min(140.0, frame.width / 4) * km_per_px
    power = 10 ** math.floor(math.log10(most))
    km = max(step * power for step in (1, 2, 5) if step * power <= most)
    middle = f" at {abs(lat):.0f}° {'N' if lat >= 0 else 'S'}"
    ends = [frame.km_per_pixel(latitude(frame.y + share * frame.height / frame.size)) for share in (0.0, 1.0)]
    varies = max(abs(end / km_per_px - 1) for end in ends) > 0.03
    text = f"{km:,g} km" + (middle if varies else "")
    bar = km / km_per_px
    wide, tall = max(bar, width(text, 10.5)) + 14, 28.0
    y = frame.top + frame.height - tall - 8
    boxes: list[tuple[int, int, Box]] = []
    for x in (frame.left + frame.width - wide - 8, frame.left + 8):
        box = (x, y, x + wide, y + tall)
        covered = sum(box[0] < t[2] and box[2] > t[0] and box[1] < t[3] and box[3] > t[1] for t in taken)
        boxes.append((covered, len(boxes), box))
    x, _, right, bottom = min(boxes)[2]

    def draw(pen: Pen) -> None:
        pen.fill_box(x, y, right - x, bottom - y, "#ffffff", alpha=0.85)
        left = x + (wide - bar) / 2
        pen.line(
            np.array([[left, y + 18], [left, y + 22], [left + bar, y + 22], [left + bar, y + 18]]), INK, 1.4
        )
        pen.text(text, x + (wide - width(text, 10.5)) / 2, y + 13, 10.5, INK)

    return draw, (x, y, right, bottom)
