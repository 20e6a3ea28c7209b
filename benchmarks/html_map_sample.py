"""Made-up incidents for ``html_map.py``: shaped like what reports are read into, in any number."""

from __future__ import annotations

import datetime
import random
import string
from typing import Any

from mapper import world
from mapper.model import (
    INCIDENT_KINDS,
    BorderDistance,
    Evidence,
    Extraction,
    Figure,
    Incident,
    Place,
    Point,
    Report,
)

TOWNS = 20_000
PER_REPORT = 100
DAYS = 3 * 365
FIRST_DAY = datetime.date(2022, 1, 1)
KIND_WORDS = dict(
    zip(
        INCIDENT_KINDS,
        (
            "gunmen attacked",
            "a drone hit",
            "shells struck",
            "fighting broke out by",
            "an explosion tore through",
            "protesters marched on",
            "robbers raided",
            "a lorry ran into",
            "a flood swept away",
            "envoys met in",
            "an incident closed",
        ),
        strict=True,
    )
)
SPOTS = "a warehouse|the old bridge|a bus station|two houses|the grain port|a petrol station|the market|a school".split(
    "|"
)
SOURCES = "the governor said|police told reporters|the mayor wrote|two witnesses said|a hospital official said".split(
    "|"
)
TIMES = "before dawn|at noon|late in the evening|shortly after midnight|during the morning rush".split("|")
TEMPLATES = (
    "{time} {kind} {spot} in {place}, leaving {killed} dead and {injured} hurt by fire and broken glass, {source}.",
    "In {place} {kind} {spot} {time}; {source} that {killed} were killed and that {injured} had been hurt.",
    "{source} that {time} {kind} {spot} on the edge of {place}: {killed} died, while {injured} more were hurt.",
    "Near {place} {kind} {spot} {time}, and rescue crews counted {killed} dead and {injured} injured, {source}.",
)
BARE = (
    "{time} {kind} {spot} in {place}; nobody was hurt, though roads around it stayed shut for {n} hours, {source}.",
    "In {place} {kind} {spot} {time}, and power was out in {n} streets until the evening after, {source}.",
)


def sample(n: int, seed: int = 20240531) -> list[Extraction]:
    """Return ``n`` incidents in reports of a hundred, one after the other in three years.

    Places come from the world's largest towns, large ones far more often; those of one town share a ``Place``, as they do
    where reports are read. Each field has the words that it rests on, with offsets that hold in the report's text.
    """
    chance = random.Random(seed)
    towns = [place for place, _ in world.gazetteer().largest(TOWNS)]
    borders: dict[int, BorderDistance] = {}
    result = []
    reports = -(-n // PER_REPORT)
    for number in range(reports):
        published = FIRST_DAY + datetime.timedelta(days=DAYS * number // reports)
        identity = f"report-{number:05d}"
        parts: list[str] = []
        incidents = []
        start = 0
        for _ in range(min(PER_REPORT, n - number * PER_REPORT)):
            at = int(len(towns) * chance.random() ** 2)
            if at not in borders:
                borders[at] = _border(towns[at], chance)
            incident = _incident(chance, identity, start, towns[at], borders[at], published)
            incidents.append(incident)
            parts.append(incident.evidence)
            start = incident.end + 1
        report = Report(
            id=identity,
            text=" ".join(parts),
            title=f"Daily report {number + 1}",
            published=published,
            outlet="Agency",
        )
        result.append(Extraction(report=report, incidents=tuple(incidents)))
    return result


def _incident(
    chance: random.Random,
    report: str,
    start: int,
    place: Place,
    border: BorderDistance,
    published: datetime.date,
) -> Incident:
    kind = chance.choice(INCIDENT_KINDS)
    harmed = chance.random() < 0.6
    killed = min(int(chance.expovariate(0.4)), 400) if harmed else None
    injured = min(int(chance.expovariate(0.1)), 900) if harmed else None
    values = {
        "kind": KIND_WORDS[kind],
        "place": place.name,
        "spot": chance.choice(SPOTS),
        "time": chance.choice(TIMES),
        "source": chance.choice(SOURCES),
        "killed": str(killed),
        "injured": str(injured),
        "n": str(chance.randint(2, 40)),
    }
    sentence, spans = _filled(chance.choice(TEMPLATES if harmed else BARE), values)

    def words(field: str, key: str) -> Evidence:
        a, b = spans[key]
        return Evidence(field=field, report_id=report, start=start + a, end=start + b, text=sentence[a:b])

    supports = [words("kind", "kind"), words("place", "place"), words("date", "time")]
    figures: tuple[Figure, ...] = ()
    if harmed:
        supports += [words("killed", "killed"), words("injured", "injured")]
        figures = tuple(
            Figure(what=what, best=count, low=count, high=count, evidence=evidence, published=published)
            for what, count, evidence in zip(
                ("killed", "injured"), (killed, injured), supports[3:], strict=True
            )
        )
    return Incident(
        report_id=report,
        title=f"{kind.replace('_', ' ').capitalize()} in {place.name}",
        kind=kind,
        place=place,
        place_reason="named in the sentence",
        evidence=sentence,
        start=start,
        end=start + len(sentence),
        confidence=round(1 - 0.7 * chance.random() ** 2, 2),
        date=published - datetime.timedelta(days=chance.randrange(4)),
        date_precision="day",
        killed=killed,
        injured=injured,
        border=border,
        date_reason="counted from the day of publication",
        figures=figures,
        supports=tuple(supports),
    )


def _filled(template: str, values: dict[str, str]) -> tuple[str, dict[str, tuple[int, int]]]:
    """Return the sentence, and where each value stands in it."""
    text = ""
    spans = {}
    for literal, key, _, _ in string.Formatter().parse(template):
        text += literal
        if key:
            value = values[key]
            spans[key] = (len(text), len(text) + len(value))
            text += value
    return text[0].upper() + text[1:], spans


def _border(place: Place, chance: random.Random) -> BorderDistance:
    km = chance.uniform(1, 900)
    other = "RU" if place.country != "RU" else "UA"
    pair = tuple(sorted((place.country or "XX", other)))
    lat = max(-85.0, min(85.0, place.point.lat + km / 111))
    return BorderDistance(
        km=km,
        low_km=max(0.0, km - place.radius_km),
        high_km=km + place.radius_km,
        border=(pair[0], pair[1]),
        nearest_point=Point(lat=lat, lon=place.point.lon),
        view="international",
    )


def busiest(extractions: list[Extraction]) -> tuple[float, float]:
    """Return the latitude and longitude of the town with most incidents."""
    counts: dict[Any, int] = {}
    for extraction in extractions:
        for incident in extraction.incidents:
            counts[incident.place.point] = counts.get(incident.place.point, 0) + 1
    point = max(counts, key=lambda spot: counts[spot])
    return point.lat, point.lon
