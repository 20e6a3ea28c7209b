"""What the fields of an incident say, and the words in the reports that each rests on; for whoever shows them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mapper.model import FIGURE_KINDS, SPOT_KINDS, BorderDistance, Evidence, Figure, Incident, Report
from mapper.sentences import Sentence, split_sentences

ACTOR_LABELS = {"by": "By", "to": "Against", "claimed": "Claimed by", "denied": "Denied by"}
CAUSED = frozenset({"accident", "natural_disaster"})  # kinds that have a cause and no weapon
_MONTHS = (
    "January February March April May June July August September October November December".split()
)  # not by strftime: its names depend on the machine's language
ROOM = 400  # characters of a sentence that are shown on either side of the words


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """Words that a field rests on, and what they say of it."""

    value: str
    evidence: Evidence


@dataclass(frozen=True, kw_only=True, slots=True)
class Backing:
    """A field of an incident in words, with what it rests on: first what counts, then what else was stated."""

    field: str  # one of EVIDENCE_FIELDS
    label: str
    value: str
    words: tuple[Words, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """The sentence around some words: ``text[start:end]`` are the words.

    ``report`` is the number of the report among those given, None where none of them holds the words.
    """

    report: int | None
    text: str
    start: int
    end: int


class Passages:
    """Finds the sentences around words in reports; each report is cut into sentences once, when it is first asked for."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self._reports = reports
        self._numbers: defaultdict[str, list[int]] = defaultdict(list)
        for number, report in enumerate(reports):
            self._numbers[report.id].append(number)
        self._cut: dict[int, tuple[list[Sentence], list[int]]] = {}

    def around(self, evidence: Evidence) -> Passage:
        """Return the sentence around some words, or the words alone where no report holds them."""
        start, end = evidence.start, evidence.end
        for number in self._numbers.get(evidence.report_id, ()):
            text = self._reports[number].text
            if 0 <= start <= end and text[start:end] == evidence.text:
                low, high = self._bounds(number, start, end)
                left, right = _trimmed(text, low, high, start, end)
                before = "… " if left > low else ""
                after = " …" if right < high else ""
                at = start - left + len(before)
                return Passage(
                    report=number,
                    text=before + text[left:right] + after,
                    start=at,
                    end=at + end - start,
                )
        return Passage(report=None, text=evidence.text, start=0, end=len(evidence.text))

    def paragraph(self, number: int, incident: Incident) -> Passage:
        """Return the paragraph around the sentence that reports an incident, the sentence marked in it.

        The sentence alone stands there where the report with this number does not hold it.
        """
        text, words, start, end = self._reports[number].text, incident.evidence, incident.start, incident.end
        if not (0 <= start <= end and text[start:end] == words):
            return Passage(report=None, text=words, start=0, end=len(words))
        low = text.rfind("\n\n", 0, start) + 2 if text.rfind("\n\n", 0, start) >= 0 else 0
        high = text.find("\n\n", end)
        left, right = _trimmed(text, low, len(text) if high < 0 else high, start, end)
        before, after = "… " if left > low else "", " …" if right < (len(text) if high < 0 else high) else ""
        shown = before + text[left:right].rstrip() + after
        at = start - left + len(before)
        return Passage(report=number, text=shown, start=at, end=at + end - start)

    def _bounds(self, number: int, start: int, end: int) -> tuple[int, int]:
        """Return where the sentence begins and ends that holds a span, or the sentences that it runs over."""
        if number not in self._cut:
            sentences = split_sentences(self._reports[number].text)
            self._cut[number] = sentences, [s.start for s in sentences]
        sentences, starts = self._cut[number]
        first = max(0, bisect_right(starts, start) - 1)
        low, high = start, end
        for sentence in sentences[first:]:
            if sentence.start >= max(end, start + 1):
                break
            if sentence.end > start:
                low, high = min(low, sentence.start), max(high, sentence.end)
        return low, high


def backings(incident: Incident) -> list[Backing]:
    """Return the fields of an incident for which the words are known, in the order of a table."""
    found = []

    def add(field: str, label: str, value: str, words: Sequence[Words] = ()) -> None:
        evidence = incident.support(field)
        chosen = words or ((Words(value=value, evidence=evidence),) if evidence else ())
        if value and chosen:
            found.append(Backing(field=field, label=label, value=value, words=tuple(chosen)))

    add("kind", "Kind", incident.kind.replace("_", " ").capitalize())
    add("date", "Date", date_text(incident))
    add("time", "Time", time_text(incident))
    for what in FIGURE_KINDS:
        add(what, what.capitalize(), count_text(incident, what), _figure_words(incident, what))
    add("place", "Place", incident.place.name)
    for actor in incident.actors:
        label = ACTOR_LABELS.get(actor.role, actor.role)
        add("actor", label, actor.text, (Words(value=actor.text, evidence=actor.evidence),))
    add("weapon", "Cause" if incident.kind in CAUSED else "Weapon", incident.weapon or "")
    add("target", "Hit", incident.target or "")
    return found


def date_text(incident: Incident) -> str:
    """Return the date as precisely as it is known, e.g. ``2024-05-31`` or ``week of 2024-05-25``."""
    if incident.date is None:
        return "date unknown"
    day = incident.date.isoformat()
    forms = {"day": day, "week": f"week of {day}", "month": day[:7], "year": day[:4]}
    text = forms.get(incident.date_precision, "date unknown")
    if (
        incident.date_precision == "day"
        and incident.date_end is not None
        and incident.date_end > incident.date
    ):
        return f"{text} to {incident.date_end.isoformat()}"
    return text


def day_range_text(first: date, last: date) -> str:
    """Return e.g. ``22–31 May 2024``, ``30 May – 2 June 2024``, ``31 May 2024``."""
    end = f"{last.day} {_MONTHS[last.month - 1]} {last.year}"
    if first == last:
        return end
    if first.year != last.year:
        return f"{first.day} {_MONTHS[first.month - 1]} {first.year} – {end}"
    if first.month != last.month:
        return f"{first.day} {_MONTHS[first.month - 1]} – {end}"
    return f"{first.day}–{end}"


def time_text(incident: Incident) -> str:
    """Return e.g. ``21:00 local time``, ``09:30 UTC``; empty where no time is told."""
    if not incident.time:
        return ""
    zone = "local time" if incident.time_zone == "local" else incident.time_zone
    return f"{incident.time} {zone}" if zone else incident.time


def casualty_text(incident: Incident) -> str:
    """Return e.g. ``3 killed (at least), 16 injured``, or ``not stated``."""
    return ", ".join(filter(None, (count_text(incident, what) for what in FIGURE_KINDS))) or "not stated"


def count_text(incident: Incident, what: str) -> str:
    """Return e.g. ``3 killed (at least)`` or ``20 killed (reports say 17 to 20)``; empty where nothing is stated."""
    number: int | None = getattr(incident, what)
    doubt = range_text(incident, what)
    if number is None:
        stated = any(figure.what == what for figure in incident.figures)
        return f"{doubt or 'some'} {what}" if stated else ""
    several = _stated(incident, what)
    if len(several) > 1 and doubt:
        who = "reports say" if len({report for _, report in several}) > 1 else "the report says"
        return f"{number:,} {what} ({who} {doubt})"
    hedges = {f"{number:,} or more": "at least", f"up to {number:,}": "at most"}
    return f"{number:,} {what}" + (f" ({hedges.get(doubt, doubt)})" if doubt else "")


def range_text(incident: Incident, what: str) -> str:
    """Return what the figures of a kind leave open, e.g. ``17 to 20``, ``24 or more``; empty where they agree on a number.

    An older "at least 17" does not leave a later 20 open, so only the greatest figure says whether there may be more.
    """
    mine = [figure for figure in incident.figures if figure.what == what]
    if len({(f.best, f.low, f.high) for f in mine}) < 2:
        return _range(*incident.range_of(what))
    lows = [n for f in mine if (n := f.low or f.best) is not None]  # the 0 of "as many as 32" is no figure
    tops = [(n, f.high is None) for f in mine if (n := _top(f)) is not None]
    if not lows or not tops:
        return _range(*incident.range_of(what))
    low, top = min(lows), max(n for n, _ in tops)
    if all(more for n, more in tops if n == top):
        return f"{low:,} to {top:,} or more" if low < top else f"{top:,} or more"
    return "" if low == top else f"{low:,} to {top:,}"


def _top(figure: Figure) -> int | None:
    """Return the greatest number that a figure names."""
    return max((n for n in (figure.best, figure.low, figure.high) if n is not None), default=None)


def figure_text(figure: Figure) -> str:
    """Return a figure in words, e.g. ``at least 3``, ``24 or more``, ``20 (18 to 22)``."""
    doubt = _range(figure.low, figure.high)
    if figure.best is None:
        return doubt or "some"
    best = f"{figure.best:,}"
    hedges = {f"{best} or more": f"at least {best}", f"up to {best}": f"at most {best}", "": best}
    return hedges.get(doubt, f"{best} ({doubt})")


def figures_text(figures: Sequence[Figure]) -> str:
    """Return several figures in words, e.g. ``2,000 killed, at least 16 injured``."""
    return ", ".join(dict.fromkeys(f"{figure_text(figure)} {figure.what}" for figure in figures))


def distance_text(border: BorderDistance, place_kind: str) -> str:
    """Return e.g. ``34.7 km (22–47)`` for a town, and the range alone for a region or country."""
    low, high = km_text(border.low_km, border.high_km), km_text(border.high_km, border.high_km)
    if place_kind not in SPOT_KINDS:
        return f"{low}–{high} km"
    if border.high_km - border.low_km < 0.1:
        return f"{km_text(border.km)} km"
    return f"{km_text(border.km)} km ({low}–{high})"


def km_text(km: float, scale: float | None = None) -> str:
    """Return kilometres with one decimal if they (or the range they belong to) are small."""
    limit = 100 if scale is None else 10
    return f"{km:,.1f}" if (km if scale is None else scale) < limit else f"{km:,.0f}"


def actors_text(incident: Incident) -> str:
    """Return those who took part as ``role: text``, joined by ``; ``."""
    return "; ".join(f"{actor.role}: {actor.text}" for actor in incident.actors)


def report_ids(incident: Incident) -> list[str]:
    """Return the reports that tell of an incident, each once; that of the incident itself comes first."""
    return list(dict.fromkeys([incident.report_id, *(member.report_id for member in incident.members)]))


def _range(low: int | None, high: int | None) -> str:
    if low is None or (low == 0 and high):
        return "" if high is None else f"up to {high:,}"
    if high is None:
        return f"{low:,} or more"
    return "" if low == high else f"{low:,} to {high:,}"


def _stated(incident: Incident, what: str) -> set[tuple[tuple[int | None, ...], str]]:
    """Return the different figures of a kind: one for each wording and, where they differ, each report."""
    mine = [figure for figure in incident.figures if figure.what == what]
    bounds = {(f.best, f.low, f.high) for f in mine}
    return {((f.best, f.low, f.high), f.evidence.report_id) for f in mine} if len(bounds) > 1 else set()


def _figure_words(incident: Incident, what: str) -> list[Words]:
    """Return the words of all figures of a kind: what counts, then the others, the latest first."""
    counts = incident.support(what)
    mine = [figure for figure in incident.figures if figure.what == what]
    mine.sort(key=lambda f: f.published.toordinal() if f.published else 0, reverse=True)
    mine.sort(key=lambda f: f.evidence != counts)
    words = [Words(value=figure_text(figure), evidence=figure.evidence) for figure in mine]
    if counts is not None and all(w.evidence != counts for w in words):
        words.insert(0, Words(value=f"{getattr(incident, what) or 0:,}", evidence=counts))
    return words


def _trimmed(text: str, low: int, high: int, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of a long sentence cut at white space, so that some of it stays on either side of the words."""
    if start - low > ROOM:
        space = text.find(" ", start - ROOM, start)
        low = space + 1 if space >= 0 else start - ROOM
    if high - end > ROOM:
        space = text.rfind(" ", end, end + ROOM)
        high = space if space >= 0 else end + ROOM
    return low, high
