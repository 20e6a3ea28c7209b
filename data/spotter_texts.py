"""Reads the labelled reports that the spotter is trained on.

``spotter_texts/*.txt`` are reports in our own words, one sentence a line, each report below a line ``@ id | published | title``.
Behind ``||`` stands what a sentence tells: the number of an event and, where it tells it best, what it is
(``1 explosion/armed_attack; at Mokha; on 2019-01-29; killed 6; injured 20``); a bare number tells of it again.
``spotter_texts/wikinews.tsv`` labels the sentences of Wikinews articles by their number, as :func:`mapper.sentences.split_sentences`
counts them; their text is read from a file beside the project.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from mapper import world
from mapper.approximations import with_approximations
from mapper.model import Report, Resolution
from mapper.recognizers import recognizer_named
from mapper.resolve import resolve
from mapper.sentences import Sentence, split_sentences
from mapper.text import name_key

FOLDER = Path(__file__).parent / "spotter_texts"
_MARK = re.compile(r"(\d+)\s*(.*)", re.DOTALL)
_NUMBER = re.compile(r"(killed|injured|missing|displaced)\s+([\d,]+)")


@dataclass
class Labelled:
    """A report with its events, and the sentences (as offsets) that tell each."""

    report: Report
    tells: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    events: dict[int, dict[str, Any]] = field(default_factory=dict)  # kinds, place, date, killed …


def _take(labelled: Labelled, span: tuple[int, int], marks: list[str]) -> None:
    for mark in marks:
        match = _MARK.fullmatch(mark.strip())
        if match is None:
            raise SystemExit(f"{labelled.report.id}: {mark!r} is no mark")
        number, rest = int(match[1]), match[2].strip()
        labelled.tells.setdefault(span, []).append(number)
        if rest:
            labelled.events[number] = _event(rest)


def _event(words: str) -> dict[str, Any]:
    first, *rest = (part.strip() for part in words.split(";"))
    event: dict[str, Any] = {"kinds": first.split("/")}
    for part in rest:
        if part.startswith("at "):
            event["place"] = part[3:].strip()
        elif part.startswith("on "):
            event["date"] = part[3:].strip()
        elif number := _NUMBER.match(part):
            event[number[1]] = int(number[2].replace(",", ""))
    return event


def read_own(path: Path) -> list[Labelled]:
    """Read the reports of a file of our own."""
    found: list[Labelled] = []
    text, marks, gap = "", [], False
    header: list[str] = []

    def close() -> None:
        if not header:
            return
        published = re.fullmatch(r"\d{4}-\d\d-\d\d", header[1]) if len(header) > 1 else None
        day = date.fromisoformat(published[0]) if published else None
        title = header[2] if len(header) > 2 else None
        labelled = Labelled(Report(id=header[0], text=text, title=title, published=day))
        for span, given in marks:
            _take(labelled, span, given)
        found.append(labelled)

    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@ "):
            close()
            header = [part.strip() for part in line[2:].split("|")]
            text, marks, gap = "", [], False
        elif not line.strip():
            gap = True
        elif header:
            sentence, *given = line.split("||")
            text += ("\n\n" if gap else " ") if text else ""
            gap = False
            start = len(text)
            text += sentence.strip()
            marks.append(((start, len(text)), given))
    close()
    return found


def read_wikinews(labels: Path, articles: Path) -> list[Labelled]:
    """Read the labels of Wikinews articles; ``articles`` are JSON lines with id, title, published and text."""
    texts = {}
    for line in articles.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        texts[record["id"]] = record
    found: list[Labelled] = []
    sentences: list[Sentence] = []
    for line in labels.read_text(encoding="utf-8").splitlines():
        if line.startswith("@ "):
            name, _, length = line[2:].partition("\t")
            record = texts[name]
            if len(record["text"]) != int(length):
                raise SystemExit(
                    f"{name} has {len(record['text'])} characters, not {length}: another edition of the articles"
                )
            day = date.fromisoformat(record["published"])
            found.append(Labelled(Report(id=name, text=record["text"], title=record["title"], published=day)))
            sentences = split_sentences(record["text"])
        elif line.strip():
            number, _, marks = line.partition("\t")
            sentence = sentences[int(number)]
            _take(found[-1], (sentence.start, sentence.end), marks.split("||"))
    return found


def read_all(wikinews: Path | None) -> list[Labelled]:
    """Read all reports; those of Wikinews only if their file is given."""
    found = [labelled for path in sorted(FOLDER.glob("*.txt")) for labelled in read_own(path)]
    if wikinews is not None:
        found += read_wikinews(FOLDER / "wikinews.tsv", wikinews)
    return [labelled for labelled in found if labelled.report.text.strip()]


def resolved(report: Report) -> tuple[list[Sentence], list[Resolution]]:
    """Return the sentences of a report and its toponyms with their places, as the pipeline has them."""
    sentences = split_sentences(report.text)
    mentions = recognizer_named("tagger")(report, sentences)
    return sentences, with_approximations(
        report.text, resolve(report.text, mentions, world.gazetteer(), report.outlet)
    )


def is_named(r: Resolution, event: dict[str, Any]) -> bool:
    """Tell whether a toponym is the name of an event's place, or part of it, or it is part of the toponym."""
    wanted, name = name_key(event.get("place") or ""), name_key(r.toponym.text)
    if not wanted or r.toponym.role == "demonym":
        return False
    return name == wanted or (len(name) > 3 and name in wanted) or (len(wanted) > 3 and wanted in name)
