"""Incidents as the page reads them: columns of numbers for what is drawn and filtered, rows of texts for what is read.

Columns are needed at once and for all incidents; rows come in chunks, which the page unpacks when it shows them. What many
incidents share (places, borders, sentences) stands once in a chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mapper.backing import (
    Passage,
    Passages,
    backings,
    casualty_text,
    count_text,
    date_text,
    time_text,
)
from mapper.model import (
    FIGURE_KINDS,
    INCIDENT_KINDS,
    SPOT_KINDS,
    BorderDistance,
    Evidence,
    Extraction,
    Incident,
    Place,
    Report,
)

CHUNK = 1000  # incidents
SCALE = 100_000  # steps in a degree, about a metre each
UNKNOWN = -1  # in columns of numbers that are never negative
NO_DAY = -800_000  # before the year 1
# Columns that depend on the place, and so mostly on the position.
BY_PLACE = ("hollow", "precision", "country", "border", "area", "radius")
PRECISIONS = ("spot", "settlement", "region", "country")
COLUMNS = (
    "lat", "lon", "kind", "hollow", "precision", "country", "first", "days", "killed", "injured", "confidence", "border",
    "report", "area", "radius",
)  # fmt: skip
MOST_OUTLINES = 60  # of places that have one, those with most incidents; each takes some 100 to 1,000 bytes
_PRECISION = {"point": 0, "site": 0, "airfield": 0, "city": 1, "country": 3}
_KIND = {kind: number for number, kind in enumerate(INCIDENT_KINDS)}
_OTHER = _KIND["other"]
_EPOCH = date(1970, 1, 1).toordinal()
_LENGTH = {
    "week": 7,
    "month": 31,
    "year": 366,
}  # days in which an event without a day may have happened, at most

Columns = dict[str, NDArray[np.int64]]


class Texts:
    """The sentences that the page shows, each once, and where in them the words stand."""

    def __init__(self, reports: Sequence[Report], around: Passages | None = None) -> None:
        self.passages: list[str] = []
        self.around = around or Passages(reports)
        self._known: dict[str, int] = {}
        self._first = {report.id: number for number, report in reversed(list(enumerate(reports)))}

    def fresh(self) -> None:
        """Begin anew without any sentence."""
        self.passages, self._known = [], {}

    def add(self, text: str) -> int:
        """Return the number of a sentence, which is added if need be."""
        number = self._known.setdefault(text, len(self._known))
        if number == len(self.passages):
            self.passages.append(text)
        return number

    def report(self, name: str) -> int | None:
        """Return the number of a report."""
        return self._first.get(name)

    def span(self, found: Passage) -> list[int]:
        """Return the number of a sentence, and where in it the words begin and end, as JavaScript counts."""
        text, start, end = found.text, found.start, found.end
        if not text.isascii():
            start, end = _units(text[:start]), _units(text[:end])
        return [self.add(text), start, end]

    def words(self, evidence: Evidence, value: str) -> list[Any]:
        """Return what the words say, their span, and the number of the report."""
        found = self.around.around(evidence)
        report = self.report(evidence.report_id) if found.report is None else found.report
        return [value, *self.span(found), report]


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


class Rows:
    """Collects the columns and the chunks of rows, report by report.

    A chunk has ``rows``, ``places``, ``borders`` and ``passages``. A row is title, number of the place, number of the
    nearest border or -1, number of the paragraph, where in it the sentence begins and ends, why the place is the one, and
    an object of what most incidents lack. A place is name, region, code of the country, kind, radius in km; a border km,
    least and most km, the codes of both countries, latitude and longitude of the nearest point.

    Parameters
    ----------
    reports
        All reports, in the order in which they are added.
    """

    def __init__(self, reports: Sequence[Report]) -> None:
        self.chunks: list[dict[str, Any]] = []
        self.codes: list[str] = [""]  # of countries, as they first come
        self.places: dict[
            tuple[Any, ...], list[Any]
        ] = {}  # each with how many incidents it has, and its number
        self.sources: set[str] = set()  # names of the reports that tell of an incident
        self._texts = Texts(reports)
        self._numbers: list[tuple[int, ...]] = []
        self._code_numbers = {"": 0}
        self._days: dict[tuple[date, str, date | None], tuple[str, int, int]] = {}
        self._open()

    def _open(self) -> None:
        self._texts.fresh()
        self._place_rows: dict[tuple[Any, ...], int] = {}
        self._border_rows: dict[tuple[Any, ...], int] = {}
        self._chunk: dict[str, list[Any]] = {"rows": [], "places": [], "borders": []}

    def _close(self) -> None:
        if self._chunk["rows"]:
            self.chunks.append({**self._chunk, "passages": self._texts.passages})
            self._open()

    def columns(self) -> Columns:
        """Return the columns; nothing can be added after."""
        self._close()
        table = np.array(self._numbers, dtype=np.int64).reshape(-1, len(COLUMNS))
        columns = {name: table[:, number] for number, name in enumerate(COLUMNS)}
        columns["lon"] = side_by_side(columns["lon"])
        return columns

    def outlines(self, outline: Callable[[Place], list[list[int]]]) -> Iterator[tuple[int, list[list[int]]]]:
        """Yield the number that the column ``area`` holds of a place, and the rings of its outline."""
        vague = [known for known in self.places.values() if known[0].kind not in SPOT_KINDS]
        for place, _, number in sorted(vague, key=lambda known: -known[1])[:MOST_OUTLINES]:
            rings = outline(place)
            if rings:
                yield number, rings

    def add(self, number: int, extraction: Extraction) -> None:
        """Add the incidents of a report, which has a number."""
        unsure = [r.place for r in extraction.resolutions if r.place and r.reason.startswith("unsure")]
        sure = [r.place for r in extraction.resolutions if r.place and not r.reason.startswith("unsure")]
        for incident in extraction.incidents:
            place = incident.place
            self._add(number, incident, bool(unsure) and place in unsure and place not in sure)
            self.sources.add(incident.report_id)
            for member in incident.members:
                self.sources.add(member.report_id)

    def _add(self, number: int, incident: Incident, unsure: bool) -> None:
        place, texts = incident.place, self._texts
        point, code, kind, near = place.point, place.country or "", place.kind, incident.border
        lat, lon, day = point.lat, point.lon, incident.date
        country = self._code_numbers.get(code)
        if country is None:
            country = self._code_numbers[code] = len(self.codes)
            self.codes.append(code)
        when, first, days = "", NO_DAY, 0
        if day is not None:
            known = self._days.get((day, incident.date_precision, incident.date_end))
            when, first, days = known or self._dated(incident, day)
        killed, injured = incident.killed, incident.injured
        vague = kind not in SPOT_KINDS
        key = (place.name, lat, lon, kind, place.radius_km, code, place.admin1)
        counted = self.places.get(key)
        if counted is None:
            counted = self.places[key] = [place, 0, len(self.places)]
        counted[1] += 1
        self._numbers.append(
            (
                round(lat * SCALE),
                round(lon * SCALE),
                _KIND.get(incident.kind, _OTHER),
                vague or unsure,
                _PRECISION.get(kind, 2),
                country,
                first,
                days,
                UNKNOWN if killed is None else min(max(killed, 0), 2**31 - 1),
                UNKNOWN if injured is None else min(max(injured, 0), 2**31 - 1),
                round(min(max(incident.confidence, 0.0), 1.0) * 100),
                UNKNOWN if near is None else round(near.km * 10),
                number,
                counted[2] if vague else UNKNOWN,
                round(place.radius_km * 10),
            )
        )
        at = self._place_rows.get(key)
        if at is None:
            at = self._place_rows[key] = len(self._place_rows)
            self._chunk["places"].append([place.name, place.admin1, code, kind, place.radius_km])
        passage = texts.span(texts.around.paragraph(number, incident))
        row = [
            incident.title,
            at,
            UNKNOWN if near is None else self._border(near),
            *passage,
            incident.place_reason,
        ]
        more = self._more(incident, when)
        if more:
            row.append(more)
        rows = self._chunk["rows"]
        rows.append(row)
        if len(rows) == CHUNK:
            self._close()

    def _more(self, incident: Incident, when: str) -> dict[str, Any]:
        """Return what is known of an incident beyond what all have."""
        more: dict[str, Any] = {}
        if when:
            more["date"] = when
        if incident.date_reason:
            more["date_reason"] = incident.date_reason
        if incident.time:
            more["time"] = time_text(incident)
        if incident.figures or incident.missing is not None or incident.displaced is not None:
            more["counts"] = {what: text for what in FIGURE_KINDS if (text := count_text(incident, what))}
        if incident.weapon:
            more["weapon"] = incident.weapon
        if incident.target:
            more["target"] = incident.target
        if incident.story_border is not None:
            more["story"] = self._border(incident.story_border)
        if incident.story_reason:
            more["story_reason"] = incident.story_reason
        if incident.supports or incident.actors or incident.figures:
            more["why"] = _why(incident, self._texts)
        if incident.members:
            more["sources"] = [_source(member, self._texts) for member in incident.members]
        return more

    def _dated(self, incident: Incident, day: date) -> tuple[str, int, int]:
        """Return the date in words where that is more than its day, the first day since 1970 and the number of days."""
        first = day.toordinal() - _EPOCH
        days = _LENGTH.get(incident.date_precision, 1)
        if incident.date_end is not None:
            days = max(days, incident.date_end.toordinal() - _EPOCH - first + 1)
        text = date_text(incident)
        found = ("" if text == day.isoformat() else text, first, days)
        self._days[day, incident.date_precision, incident.date_end] = found
        return found

    def _border(self, border: BorderDistance) -> int:
        nearest = border.nearest_point
        key = (border.km, border.low_km, border.high_km, border.border, nearest.lat, nearest.lon)
        number = self._border_rows.get(key)
        if number is None:
            number = self._border_rows[key] = len(self._border_rows)
            one, other = border.border
            self._chunk["borders"].append(
                [
                    round(border.km, 2),
                    round(border.low_km, 2),
                    round(border.high_km, 2),
                    one,
                    other,
                    round(nearest.lat, 4),
                    round(nearest.lon, 4),
                ]
            )
        return number


def _why(incident: Incident, texts: Texts) -> list[list[Any]]:
    """Return what each field says and the words behind it: field, label, value, words (see ``Texts.words``)."""
    return [
        [
            backing.field,
            backing.label,
            backing.value,
            [texts.words(words.evidence, words.value) for words in backing.words],
        ]
        for backing in backings(incident)
    ]


def _source(member: Incident, texts: Texts) -> list[Any]:
    """Return who tells of an incident and what: number and name of the report, sentence, casualties, date."""
    report = texts.report(member.report_id)
    return [
        report, member.report_id, texts.add(member.evidence), casualty_text(member), date_text(member)
    ]  # fmt: skip


def side_by_side(longitudes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Shift longitudes (in steps of 1/SCALE degree) by whole turns so that the widest empty arc lies outside them."""
    turn = 360 * SCALE
    ordered = np.unique(longitudes)
    if len(ordered) < 2:
        return longitudes
    ends = np.append(ordered[1:], ordered[0] + turn)
    gaps = ends - ordered
    start = ends[len(gaps) - 1 - int(np.argmax(gaps[::-1]))]
    if start > 180 * SCALE:  # the widest gap is the one across the antimeridian: nothing to shift
        return longitudes
    return np.where(longitudes >= start, longitudes, longitudes + turn)
