"""Counts how well incidents match hand-made labels (see ``reports/README.md``)."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from mapper import pipeline
from mapper.geodesy import distance_km
from mapper.model import Incident, Point, Report

AREA_KM = {"region": 100.0, "country": 300.0, "water": 300.0}
PLACE_KM = 25.0


@dataclass
class Scores:
    """Counts over reports; ``shares`` has the share of matched incidents whose field is right, where the label gives one."""

    labelled: int = 0
    found: int = 0
    matched: int = 0
    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)

    @property
    def f1(self) -> float:
        return 2 * self.matched / max(self.labelled + self.found, 1)

    def share(self, name: str) -> float:
        return self.right[name] / max(self.asked[name], 1)

    def add(self, name: str, right: bool) -> None:
        self.asked[name] += 1
        self.right[name] += right


def read_labelled(path: Path) -> list[dict[str, Any]]:
    """Read labelled reports, one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def score(reports: list[dict[str, Any]]) -> Scores:
    """Extract the incidents of labelled reports and count."""
    scores = Scores()
    for report in reports:
        published = date.fromisoformat(report["published"])
        read = Report(id=report["id"], text=report["text"], title=report["title"], published=published)
        found = pipeline.extract(read).incidents
        scores.labelled += len(report["incidents"])
        scores.found += len(found)
        for label, incident in matches(report, found):
            scores.matched += 1
            scores.add("kind", incident.kind in [label["kind"], *label.get("kind_alt", [])])
            if label["date_precision"] == "day":
                scores.add("date", str(incident.date) == label["date"])
            for what in ("killed", "injured"):
                if label[what] is not None:
                    scores.add(what, getattr(incident, what) == label[what])
                else:
                    scores.add(f"no {what}", getattr(incident, what) is None)
    return scores


def matches(report: dict[str, Any], found: tuple[Incident, ...]) -> list[tuple[dict[str, Any], Incident]]:
    """Pair labels and incidents, one to one, the likest first."""
    kinds = {place["name"]: place["kind"] for place in report["places"]}
    options = []
    for n, label in enumerate(report["incidents"]):
        reach = label.get("tolerance_km") or AREA_KM.get(kinds.get(label["place"], ""), PLACE_KM)
        spot = Point(lat=label["lat"], lon=label["lon"])
        for m, incident in enumerate(found):
            away = distance_km(spot, incident.place.point)
            words = _shared(label["evidence"], incident.evidence)
            same_day = label["date"] is not None and str(incident.date) == label["date"]
            same_kind = incident.kind in [label["kind"], *label.get("kind_alt", [])]
            if away <= reach and (words >= 0.5 or same_day or same_kind):
                options.append(((round(words, 2), same_day, same_kind, -away), n, m))
    pairs, labels, incidents = [], set(), set()
    for _, n, m in sorted(options, reverse=True):
        if n not in labels and m not in incidents:
            labels.add(n)
            incidents.add(m)
            pairs.append((report["incidents"][n], found[m]))
    return pairs


def _shared(first: str, second: str) -> float:
    one, two = (Counter(re.findall(r"\w+", text.lower())) for text in (first, second))
    return (one & two).total() / max(min(one.total(), two.total()), 1)
