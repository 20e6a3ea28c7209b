"""Incidents as the page reads them: columns of numbers for what is drawn and filtered, tables of texts for what is read.

Numbers are needed at once and for all incidents; texts come in chunks, which the page unpacks when it shows them. What many
incidents share stands once: places with the border nearest to them in a table of their own, sentences in their chunk.
"""

from __future__ import annotations

from collections import defaultdict
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
    EVIDENCE_FIELDS,
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
NAME = "\x01"  # stands for the place's name in titles and sentences
NO_DAY = -800_000  # before the year 1
PRECISIONS = ("spot", "settlement", "region", "country")
COLUMNS = ("place", "kind", "first", "days", "killed", "injured", "confidence", "report")
PLACE_COLUMNS = ("lat", "lon", "hollow", "precision", "country", "border", "area", "radius")
PLACE_FIELDS = (
    "name",
    "region",
    "code",
    "kind",
    "radius_km",
    "km",
    "low",
    "high",
    "one",
    "other",
    "near_lat",
    "near_lon",
)
MOST_OUTLINES = 60  # of places that have one, those with most incidents; each takes some 100 to 1,000 bytes
_PRECISION = {"point": 0, "site": 0, "airfield": 0, "city": 1, "country": 3}
_KIND = {kind: number for number, kind in enumerate(INCIDENT_KINDS)}
_FIELD = {field: number for number, field in enumerate(EVIDENCE_FIELDS)}
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

    def __init__(self, reports: Sequence[Report]) -> None:
        self.passages: list[str] = []
        self.around = Passages(reports)
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
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Rows:
    """Collects the columns and the chunks of texts, report by report.

    A chunk holds a list for each field that any of its incidents has, with None for those that lack it: ``title``,
    ``sentence``, or instead of that ``paragraph`` (its number among the ``passages`` of the chunk, and where in it the
    sentence begins and ends), and what else :meth:`_text` takes in. ``NAME`` stands for the name of the place in titles and
    sentences, but for those marked ``raw``. A chunk of places has a list for each of
    ``PLACE_FIELDS``.

    Parameters
    ----------
    reports
        All reports, in the order in which they are added.
    paragraphs
        Whether a sentence comes with the paragraph around it.
    """

    def __init__(self, reports: Sequence[Report], *, paragraphs: bool = True) -> None:
        self.chunks: list[dict[str, Any]] = []
        self.codes: list[str] = [""]  # of countries, as they first come
        self.places: list[list[Any]] = []  # each with how many incidents it has
        self.sources: set[str] = set()  # names of the reports that tell of an incident
        self._paragraphs = paragraphs
        self.texts = Texts(reports)
        self._numbers: list[tuple[int, ...]] = []
        self._place_numbers: list[tuple[int, ...]] = []
        self._place_rows: list[tuple[Any, ...]] = []
        self._places: dict[tuple[Any, ...], int] = {}
        self._seen: dict[tuple[int, int, bool], int] = {}  # the same by identity, which is quicker
        self._code_numbers = {"": 0}
        self._days: dict[tuple[date, str, date | None], tuple[str, int, int]] = {}
        self._open()

    def _open(self) -> None:
        self.texts.fresh()
        self._titles: list[str] = []
        self._some: defaultdict[str, dict[int, Any]] = defaultdict(dict)  # by field and number in the chunk

    def _close(self) -> None:
        count = len(self._titles)
        if count:
            chunk: dict[str, Any] = {"title": self._titles, "passages": self.texts.passages}
            for field, known in self._some.items():
                chunk[field] = [known.get(number) for number in range(count)]
            self.chunks.append(chunk)
            self._open()

    def columns(self) -> tuple[Columns, Columns]:
        """Return the columns of the incidents and those of the places; nothing can be added after."""
        self._close()
        table = np.array(self._numbers, dtype=np.int64).reshape(-1, len(COLUMNS))
        places = np.array(self._place_numbers, dtype=np.int64).reshape(-1, len(PLACE_COLUMNS))
        of_places = {name: places[:, number] for number, name in enumerate(PLACE_COLUMNS)}
        of_places["lon"] = side_by_side(of_places["lon"])
        return {name: table[:, number] for number, name in enumerate(COLUMNS)}, of_places

    def place_chunks(self) -> list[dict[str, Any]]:
        """Return the texts of the places, ``CHUNK`` of them in a chunk."""
        return [
            dict(
                zip(
                    PLACE_FIELDS, map(list, zip(*self._place_rows[at : at + CHUNK], strict=True)), strict=True
                )
            )
            for at in range(0, len(self._place_rows), CHUNK)
        ]

    def outlines(self, outline: Callable[[Place], list[list[int]]]) -> Iterator[tuple[int, list[list[int]]]]:
        """Yield the number that the column ``area`` holds of a place, and the rings of its outline."""
        vague = [(n, *known) for n, known in enumerate(self.places) if known[0].kind not in SPOT_KINDS]
        for number, place, _ in sorted(vague, key=lambda known: -known[2])[:MOST_OUTLINES]:
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
        seen = (id(incident.place), id(incident.border), unsure)
        at = self._seen.get(seen)
        if at is None:
            at = self._seen[seen] = self._place(incident.place, incident.border, unsure)
        self.places[at][1] += 1
        day, when, first, days = incident.date, "", NO_DAY, 0
        if day is not None:
            known = self._days.get((day, incident.date_precision, incident.date_end))
            when, first, days = known or self._dated(incident, day)
        killed, injured = incident.killed, incident.injured
        self._numbers.append(
            (
                at,
                _KIND.get(incident.kind, _OTHER),
                first,
                days,
                UNKNOWN if killed is None else min(max(killed, 0), 2**31 - 1),
                UNKNOWN if injured is None else min(max(injured, 0), 2**31 - 1),
                round(min(max(incident.confidence, 0.0), 1.0) * 100),
                number,
            )
        )
        self._text(number, incident, when)
        if len(self._titles) == CHUNK:
            self._close()

    def _place(self, place: Place, border: BorderDistance | None, unsure: bool) -> int:
        point, code, kind, radius = place.point, place.country or "", place.kind, place.radius_km
        row: tuple[Any, ...] = (place.name, place.admin1, code, kind, radius)
        if border is None:
            row += (None,) * 7
        else:
            row += tuple(_border(border))
        key = (*row, point.lat, point.lon, unsure)
        known = self._places.get(key)
        if known is not None:
            return known
        number = self._places[key] = len(self.places)
        country = self._code_numbers.get(code)
        if country is None:
            country = self._code_numbers[code] = len(self.codes)
            self.codes.append(code)
        vague = kind not in SPOT_KINDS
        self.places.append([place, 0])
        self._place_rows.append(row)
        self._place_numbers.append(
            (
                round(point.lat * SCALE),
                round(point.lon * SCALE),
                vague or unsure,
                _PRECISION.get(kind, 2),
                country,
                UNKNOWN if border is None else round(border.km * 10),
                number if vague else UNKNOWN,
                round(radius * 10),
            )
        )
        return number

    def _text(self, report: int, incident: Incident, when: str) -> None:
        """Take in what is read of an incident."""
        some, number = self._some, len(self._titles)
        title, sentence, name = incident.title, incident.evidence, incident.place.name
        if NAME in title or NAME in sentence:
            some["raw"][number] = 1
        elif name:
            title, sentence = title.replace(name, NAME), sentence.replace(name, NAME)
        self._titles.append(title)
        if self._paragraphs:
            passage = self.texts.around.paragraph(report, incident)
            if passage.text != incident.evidence:
                some["paragraph"][number] = self.texts.span(passage)
        if number not in some["paragraph"]:
            some["sentence"][number] = sentence
        some["place_reason"][number] = incident.place_reason
        marks = _marks(incident)
        if marks:
            some["marks"][number] = marks
        elif marks is None:
            some["why"][number] = _why(incident, self.texts)
        if marks is None or incident.missing is not None or incident.displaced is not None:
            texts = {what: text for what in FIGURE_KINDS if (text := count_text(incident, what))}
            some["counts"][number] = texts
        if when:
            some["date"][number] = when
        if incident.date_reason:
            some["date_reason"][number] = incident.date_reason
        if incident.weapon:
            some["weapon"][number] = incident.weapon
        if incident.target:
            some["target"][number] = incident.target
        if incident.story_reason:
            some["story_reason"][number] = incident.story_reason
        if incident.time:
            some["time"][number] = time_text(incident)
        if incident.story_border is not None:
            some["story"][number] = _border(incident.story_border)
        if incident.members:
            some["sources"][number] = [_source(member, self.texts) for member in incident.members]

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


def _border(border: BorderDistance) -> list[Any]:
    """Return a border as the fields of a place hold it, from ``km`` on."""
    nearest = border.nearest_point
    distances = (round(km, 2) for km in (border.km, border.low_km, border.high_km))
    return [*distances, *border.border, round(nearest.lat, 4), round(nearest.lon, 4)]


def _marks(incident: Incident) -> list[int] | None:
    """Return which words of its own sentence the fields of an incident rest on, None where that does not tell all.

    Three numbers a field: that of ``EVIDENCE_FIELDS``, how far behind the end of the words before its own begin, and how
    long they are.
    """
    if incident.actors or incident.members:
        return None
    report, start, end = incident.report_id, incident.start, incident.end
    found: list[tuple[int, int, int]] = []
    chosen = {
        evidence.field: evidence for evidence in reversed(incident.supports)
    }  # the first of a field counts
    for field, evidence in chosen.items():
        at, to = evidence.start, evidence.end
        if evidence.report_id != report or not start <= at <= to <= end:
            return None
        found.append((at - start, to - start, _FIELD[field]))
    told = set()
    for figure in incident.figures:
        what, best = figure.what, figure.best
        # More than one plain number of a kind, or other words for it than the field rests on, take more to tell.
        if what in told or best is None or not best == figure.low == figure.high == getattr(incident, what):
            return None
        if figure.evidence is not chosen.get(what) and figure.evidence != chosen.get(what):
            return None
        told.add(what)
    sentence = incident.evidence
    ascii_only = sentence.isascii()
    marks: list[int] = []
    before = 0
    # As gaps, because sentences of one make have the same gaps, and what repeats takes next to no room.
    for at, to, field_number in sorted(found):
        if not ascii_only:
            at, to = _units(sentence[:at]), _units(sentence[:to])  # noqa: PLW2901
        marks += (field_number, at - before, to - at)
        before = to
    return marks


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
