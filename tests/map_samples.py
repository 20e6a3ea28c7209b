"""Hand-made extractions and a small basemap for the tests of the map."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import date
from typing import Any

from mapper.features import MapData
from mapper.map_rows import CHUNK, NAME, PLACE_FIELDS
from mapper.model import (
    Actor,
    BorderDistance,
    Evidence,
    Extraction,
    Figure,
    Incident,
    Place,
    Point,
    Report,
    SetAside,
)

EVIDENCE = "A missile hit an apartment block in the city at midnight, killing three people."


def place(name: str, lat: float, lon: float, **fields: Any) -> Place:
    return Place(
        name=name,
        point=Point(lat=lat, lon=lon),
        **{"kind": "city", "radius_km": 12.3, "country": "UA", "admin1": None} | fields,
    )


def border(
    km: float,
    pair: tuple[str, str],
    lat: float,
    lon: float,
    *,
    reach: float = 12.3,
    view: str = "international",
) -> BorderDistance:
    return BorderDistance(
        km=km,
        low_km=max(0.0, km - reach),
        high_km=km + reach,
        border=pair,
        nearest_point=Point(lat=lat, lon=lon),
        view=view,
    )


KHARKIV = place("Kharkiv", 49.98081, 36.25272, admin1="Kharkiv Oblast")
ENGELS = place("Engels", 51.50017, 46.12277, country="RU", admin1="Saratov Oblast", radius_km=4.6)
KHARKIV_BORDER = border(34.69, ("RU", "UA"), 50.2903, 36.3128)


def incident(title: str, where: Place = KHARKIV, **fields: Any) -> Incident:
    return Incident(
        **{
            "report_id": "r1",
            "title": title,
            "kind": "shelling_or_missile",
            "place": where,
            "place_reason": "named in the sentence",
            "evidence": EVIDENCE,
            "start": 0,
            "end": len(EVIDENCE),
            "confidence": 0.9,
            "date": date(2024, 5, 31),
            "date_precision": "day",
        }
        | fields
    )


def extraction(*incidents: Incident, **fields: Any) -> Extraction:
    report = Report(
        id="r1", text=EVIDENCE, title="A night of strikes", outlet="The Wire", published=date(2024, 5, 31)
    )
    return Extraction(**{"report": report, "incidents": incidents} | fields)


def words(field: str, text: str, report: Report, nth: int = 0) -> Evidence:
    """Return the words of a field as they stand in a report, at their ``nth`` occurrence."""
    start = -1
    for _ in range(nth + 1):
        start = report.text.index(text, start + 1)
    return Evidence(field=field, report_id=report.id, start=start, end=start + len(text), text=text)


FIRST = Report(
    id="first",
    title="Strike at night",
    outlet="The Wire",
    published=date(2024, 5, 31),
    url="https://example.org/first",
    text="\U0001f6a8 KHARKIV – Russian forces hit an apartment block in Kharkiv with a missile at 9 p.m. on Thursday, "
    "killing at least 17 people. Police said so. A further 2,000 have been killed since 2022. In 2016 a fire "
    "in the city killed 4.",
)
SECOND = Report(
    id="second",
    title="Toll rises",
    outlet="Daily",
    published=date(2024, 6, 1),
    text="The toll of the strike on Kharkiv has risen to 20 dead and dozens of injured, the mayor said. Moscow denied it.",
)


def figure(
    what: str, text: str, report: Report, best: int | None, low: int | None, high: int | None
) -> Figure:
    return Figure(
        what=what,
        best=best,
        low=low,
        high=high,
        evidence=words(what, text, report),
        published=report.published,
    )


def telling(report: Report, **fields: Any) -> Incident:
    sentence = report.text[: report.text.index(". ", 110 if report is FIRST else 0) + 1]
    return incident(
        "Strike (apartment block): Kharkiv",
        **{
            "report_id": report.id,
            "evidence": sentence,
            "start": 0,
            "end": len(sentence),
            "date": date(2024, 5, 30),
        }
        | fields,
    )


TOLD_FIRST = telling(
    FIRST,
    killed=17,
    figures=(figure("killed", "killing at least 17 people", FIRST, 17, 17, None),),
    actors=(
        Actor(
            role="by", text="Russian forces", evidence=words("actor", "Russian forces", FIRST), country="RU"
        ),
    ),
    weapon="missile",
    target="apartment block",
    time="21:00",
    time_zone="local",
    date_reason="'on Thursday', counted from the publication",
    confidence=0.6,
    supports=(
        words("kind", "hit", FIRST),
        words("place", "Kharkiv", FIRST),
        words("date", "on Thursday", FIRST),
        words("time", "9 p.m.", FIRST),
        words("killed", "killing at least 17 people", FIRST),
        words("weapon", "missile", FIRST),
        words("target", "apartment block", FIRST),
    ),
)
TOLD_SECOND = telling(
    SECOND,
    killed=20,
    figures=(
        figure("killed", "20 dead", SECOND, 20, 20, 20),
        figure("injured", "dozens of injured", SECOND, None, 24, None),
    ),
    actors=(Actor(role="denied", text="Moscow", evidence=words("actor", "Moscow", SECOND), country="RU"),),
    supports=(words("place", "Kharkiv", SECOND), words("killed", "20 dead", SECOND)),
)
MERGED = incident(
    "Strike (apartment block): Kharkiv",
    report_id="first",
    evidence=TOLD_FIRST.evidence,
    start=TOLD_FIRST.start,
    end=TOLD_FIRST.end,
    date=date(2024, 5, 30),
    date_reason=TOLD_FIRST.date_reason,
    killed=20,
    figures=TOLD_FIRST.figures + TOLD_SECOND.figures,
    actors=TOLD_FIRST.actors + TOLD_SECOND.actors,
    weapon="missile",
    target="apartment block",
    time="21:00",
    time_zone="local",
    border=KHARKIV_BORDER,
    supports=(*(s for s in TOLD_FIRST.supports if s.field != "killed"), TOLD_SECOND.supports[1]),
    members=(TOLD_FIRST, TOLD_SECOND),
)
ASIDES = (
    SetAside(
        report_id="first",
        why="total",
        reason="a total over a time: “since 2022”",
        evidence="A further 2,000 have been killed since 2022.",
        start=FIRST.text.index("A further"),
        end=FIRST.text.index(" In 2016"),
        figures=(figure("killed", "2,000 have been killed", FIRST, 2000, 2000, 2000),),
    ),
    SetAside(
        report_id="first",
        why="history",
        reason="more than a year before the report",
        evidence="In 2016 a fire in the city killed 4.",
        start=FIRST.text.index("In 2016"),
        end=len(FIRST.text),
    ),
)
MERGED_STORY = (
    Extraction(report=FIRST, incidents=(MERGED,), set_aside=ASIDES),
    Extraction(report=SECOND),
)


def records(data: MapData) -> list[dict[str, Any]]:
    """Return the texts of all incidents by field, and what they name by number in its place."""
    found = []
    for chunk in data.chunks:
        passages = chunk["passages"]
        for number in range(len(chunk["title"])):
            record = {key: values[number] for key, values in chunk.items() if key != "passages"}
            place = int(data.columns["place"][len(found)])
            there = {key: values[place % CHUNK] for key, values in data.place_chunks[place // CHUNK].items()}
            for field in ("title", "sentence"):
                if record.get(field) and not record.get("raw"):
                    record[field] = record[field].replace(NAME, there["name"])
            text, start, end = record.get("sentence"), 0, None
            if record.get("paragraph"):
                passage, start, end = record["paragraph"]
                text = passages[passage]
            units = text.encode("utf-16-le", "surrogatepass")[2 * start : None if end is None else 2 * end]
            found.append(
                record
                | {
                    "place": [there[key] for key in PLACE_FIELDS[:5]],
                    "border": [there[key] for key in PLACE_FIELDS[5:]],
                    "evidence": units.decode("utf-16-le", "surrogatepass"),
                    "paragraph": text,
                    "passages": passages,
                }
            )
    return found


def small_basemap() -> dict[str, Any]:
    """One square land from 20 to 60° E and 40 to 60° N with a square lake, and one border across it.

    The coast has a point every half degree, so that what is left out of it when drawing matters.
    """
    coast = [200, 400] + [5, 0] * 80 + [0, 5] * 40 + [-5, 0] * 80 + [0, -5] * 39
    packed = {
        "land": {
            "scale": 10,
            "rings": [coast, [280, 520, 20, 0, 0, 10, -20, 0]],
        },
        "borders": {"scale": 10, "groups": [[[200, 503, 400, 0]]]},
        "countries": [["RU", 56.0, 45.0, 17000.0], ["UA", 46.0, 40.0, 600.0]],
        "cities": [["Moscow", 55.75, 37.62, 10381, 1]],
    }
    content = gzip.compress(json.dumps(packed).encode(), mtime=0)
    return {
        "view": "international consensus view",
        "views": {"international": "international consensus view"},
        "borders": [["RU", "UA", "agreed"]],
        "countries": {"RU": "Russia", "UA": "Ukraine", "KZ": "Kazakhstan", "FJ": "Fiji", "CN": "China"},
        "packed": base64.b64encode(content).decode(),
    }
