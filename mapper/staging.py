"""Sets the scene of a report: all that is read of it before the spotter looks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from mapper.casualties import read_counts
from mapper.dates import HISTORY_DAYS, DateMention, find_dates
from mapper.events import read_signs
from mapper.model import UNSURE, Report, Resolution
from mapper.scenes import within
from mapper.sentences import Sentence
from mapper.spotter import Scene
from mapper.tokens import tokenize

_DATELINE = re.compile(r"\s*[^\n:—–]{2,60}?(?:\([^)\n]{1,30}\)\s*)?(?:--|—|–|\s-\s|:\s)")


def scene_of(report: Report, sentences: Sequence[Sentence], resolutions: Sequence[Resolution]) -> Scene:
    """Read from a report all that the spotter looks at besides the words.

    Parameters
    ----------
    report : Report
    sentences : sequence of Sentence
        Of its text, in order.
    resolutions : sequence of Resolution
        Its toponyms with their places, in order.
    """
    usable = _usable(resolutions)
    dates = find_dates(report.text, report.published)
    dateline = _dateline(report, sentences)
    texts = []
    for sentence in sentences:
        filed = max(0, dateline[1] - sentence.start) if within(sentence.start, dateline) else 0
        texts.append(" " * filed + report.text[sentence.start + filed : sentence.end])
    return Scene(
        text=report.text,
        tokens=tokenize(report.text),
        sentences=sentences,
        resolutions=usable,
        dates=dates,
        history=[is_history(day, report.published) for day in dates],
        counts=[read_counts(text) for text in texts],
        signs=[read_signs(text) for text in texts],
        title_end=_title_end(report, sentences),
        dateline=dateline,
    )


def is_history(day: DateMention | None, published: date | None) -> bool:
    """Tell whether a date lies too far before the publication to be news."""
    if day is None or day.date is None or published is None:
        return False
    return published - day.date > timedelta(days=HISTORY_DAYS + (366 if day.precision == "year" else 0))


def _usable(resolutions: Sequence[Resolution]) -> list[Resolution]:
    """Return the resolutions as an event may use them.

    A place that is not sure, in a country that the report does not name otherwise, is none: better no dot than one in a
    country that has nothing to do with it. A spot told by distance and direction goes before the place that it is told by.
    """
    sure = {
        r.place.country for r in resolutions if r.place and r.score >= UNSURE and r.toponym.role != "part"
    }
    found = []
    for r in resolutions:
        if r.place is not None and r.score < UNSURE and r.place.country not in sure:
            found.append(replace(r, place=None))
        elif r.offset is not None:
            found.append(replace(r, place=r.offset))
        else:
            found.append(r)
    return found


def _title_end(report: Report, sentences: Sequence[Sentence]) -> int:
    """Return where a headline at the top of the text ends: the body says the same with more care."""
    first = sentences[0] if sentences else None
    if first is None or len(sentences) == 1 or sentences[1].paragraph == first.paragraph:
        return 0
    line = report.text[first.start : first.end]
    return first.end if len(line) < 160 and not line.endswith((".", "!", "?", "”", '"')) else 0


def _dateline(report: Report, sentences: Sequence[Sentence]) -> tuple[int, int]:
    """Return where a dateline ("KYIV, Aug 18 -") stands; it tells where the report was filed, not what happened.

    It opens the text, or the first or second paragraph below a headline.
    """
    paragraphs: dict[int, Sentence] = {}
    for sentence in sentences[:8]:
        paragraphs.setdefault(sentence.paragraph, sentence)
    for sentence in list(paragraphs.values())[:4]:
        match = _DATELINE.match(report.text, sentence.start)
        if match is None:
            continue
        letters = [c for c in match[0].split("(")[0].split(",")[0] if c.isalpha()]
        if letters and all(c.isupper() for c in letters):
            return sentence.start, match.end()
    return 0, 0
