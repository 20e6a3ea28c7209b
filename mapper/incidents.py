"""Builds incidents: what happened, where, when and to how many, each field with the words that say so.

One incident stands for one event at one place. Sentences that tell an event (:mod:`mapper.tellings`) are joined where they
tell the same one (:mod:`mapper.episodes`). Where none of them names a place, it is carried over from before, and the
incident says so.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence

from mapper.confidence import BELIEVED, confidence
from mapper.dates import HISTORY_DAYS, DateMention
from mapper.episodes import Echo, Episode, join_tellings, kinds_agree
from mapper.fields import figures_of, incident_of
from mapper.model import Incident, Rejected, Report, Resolution, SetAside
from mapper.participants import is_claim
from mapper.scenes import within
from mapper.sentences import Sentence
from mapper.spotter import Scene, Spotter
from mapper.staging import is_history, scene_of
from mapper.tellings import TOLD, read_tellings

# What is said in a quotation, or has gone on until now, has a time of its own.
_OTHER_TIME = re.compile(
    '^\\s*["“‘«]|\\b(?:has|have) (?:also |been |already |not )?[a-z]+(?:ed|en|ug|un|one|ome)\\b'
)
SUMMED_PLACES = 3  # a lead without a place of its own sums up so many that the report names after it


def find_incidents(
    report: Report, sentences: Sequence[Sentence], resolutions: Sequence[Resolution], spotter: Spotter
) -> tuple[list[Incident], list[Rejected], list[SetAside]]:
    """Build the incidents that a report tells of.

    Parameters
    ----------
    report : Report
        Its publication date anchors relative dates.
    sentences : sequence of Sentence
        The sentences of its text, in order.
    resolutions : sequence of Resolution
        Its toponyms with their places, in order.
    spotter : Spotter
        Tells which sentences report an event, and where.

    Returns
    -------
    incidents : list of Incident
        In order of the text, without border distances.
    rejected : list of Rejected
        Events for which the report gives no place: their sentence, and that reason.
    set_aside : list of SetAside
        Totals over a time, leads that sum up, old and doubtful events.
    """
    episodes, scene = read_episodes(report, sentences, resolutions, spotter)
    days = day_of_each(episodes, scene)
    incidents: list[Incident] = []
    rejected: list[Rejected] = []
    set_aside: list[SetAside] = []
    named = len({e.place for e in episodes if e.place is not None and not e.carried})
    for at, episode in enumerate(episodes):
        sure = confidence(episodes, at)
        told = max(t.share for t in episode.tellings) >= TOLD
        why = set_aside_reason(episode, report, named)
        if why is not None:
            if told or sure >= BELIEVED:
                set_aside.append(_set_aside(report, episode, *why))
        elif episode.place is None:
            if told:
                reason = episode.first.place_reason or "an event, but the report gives no place for it"
                rejected.append(Rejected(source=episode.first.text, reason=reason))
        elif sure >= BELIEVED:
            incidents.append(incident_of(report, episode, days[episode], sure))
        elif told:
            reason = f"not sure enough to be an event at {episode.place.name} (confidence {sure:.2f})"
            set_aside.append(_set_aside(report, episode, "doubtful", reason))
    return incidents, rejected, set_aside


def set_aside_reason(episode: Episode, report: Report, named: int) -> tuple[str, str] | None:
    """Return why an episode is no single event of the news, and how that is told; None if it is one.

    ``named`` counts the places that the report's other events name.
    """
    if is_history(episode.day, report.published):
        return "history", f"more than {HISTORY_DAYS} days before the publication"
    day = episode.day is not None and episode.day.precision == "day" and not episode.day.said
    if not day and all(t.tally for t in episode.tellings):
        single = any(not t.generic for telling in episode.tellings for t in telling.triggers)
        since = any(d.tally for telling in episode.tellings for d in telling.days)
        if since or not single:
            return "total", "a total over a time, not one event"
    about = (
        episode.place_telling.place_reason if episode.place_telling is not None and episode.carried else ""
    )
    if "is about" in about and named >= SUMMED_PLACES and len(episode.tellings) == 1:
        return "total", f"sums up what happened at {named} places"
    return None


def _set_aside(report: Report, episode: Episode, why: str, reason: str) -> SetAside:
    first = episode.first
    return SetAside(
        report_id=report.id,
        why=why,
        reason=reason,
        evidence=first.text,
        start=first.sentence.start,
        end=first.sentence.end,
        figures=figures_of(report, episode),
    )


def read_episodes(
    report: Report, sentences: Sequence[Sentence], resolutions: Sequence[Resolution], spotter: Spotter
) -> tuple[list[Episode], Scene]:
    """Return the episodes of a report, and its scene."""
    scene = scene_of(report, sentences, resolutions)
    told = spotter.read(scene)
    tellings = read_tellings(scene, told, _focus(scene.resolutions, scene.dateline))
    episodes = join_tellings(tellings)
    _hear_echoes(episodes, scene)
    return episodes, scene


def _hear_echoes(episodes: Sequence[Episode], scene: Scene) -> None:
    """Give each event the sentences that follow on it and say who claims or denies it."""
    tellings = sorted(((t, e) for e in episodes for t in e.tellings), key=lambda pair: pair[0].sentence.start)
    told = [t.sentence.start for t, _ in tellings]
    starts = [r.toponym.start for r in scene.resolutions]
    for sentence in scene.sentences:
        text = scene.text[sentence.start : sentence.end]
        at = bisect_left(told, sentence.start)
        if at == 0 or (at < len(told) and told[at] == sentence.start) or not is_claim(text):
            continue
        last, host = tellings[at - 1]
        if sentence.paragraph - last.sentence.paragraph <= 1:
            inside = tuple(scene.resolutions[slice(*sentence.span(starts))])
            host.echoes.append(Echo(sentence.start, text, inside))


def day_of_each(episodes: Sequence[Episode], scene: Scene) -> dict[Episode, tuple[DateMention | None, str]]:
    """Return the day of each episode, and why.

    One that names none is of the day of the heading that it stands below ("Saturday, 13 July"); else of that of the event told
    before it, if that is in the same paragraph or, of a like kind, close before; else of the only day that the report names.
    """
    named = [d for d in scene.dates if d.precision == "day" and d.date is not None and not d.tally]
    only = named[0] if len({d.date for d in named}) == 1 else None
    headings = _headings(scene)
    found: dict[Episode, tuple[DateMention | None, str]] = {}
    before: list[Episode] = []  # those of a known day, the last one last
    for episode in episodes:
        found[episode] = _day_of(episode, before, found, headings) or (
            (only, "the only day that the report names") if only else (None, "")
        )
        if _on_a_day(found[episode][0]):
            before.append(episode)
    return found


def _day_of(
    episode: Episode,
    before: Sequence[Episode],
    found: Mapping[Episode, tuple[DateMention | None, str]],
    headings: Sequence[DateMention],
) -> tuple[DateMention | None, str] | None:
    """Return the day of an episode, and where it was carried over from; None if nothing but the whole report tells."""
    own = episode.day
    if own is not None and own.said and episode.kind != "diplomatic":  # when it was told, not when it was
        own = None
    if own is not None and own.date is not None and not own.implied:
        return own, ""
    dates = (d for t in episode.tellings for d in t.days if not d.tally)
    if any(d.date is None or d.precision != "day" for d in dates) or _OTHER_TIME.search(episode.first.text):
        return own, ""  # another time, though it is not known which
    heading = headings[bisect_left([d.start for d in headings], episode.first.sentence.start) - 1 :][:1]
    if heading and heading[0].start < episode.first.sentence.start:
        return heading[0], "the heading that it stands below"
    near = next((e for e in before[:-3:-1] if _goes_on(e, episode)), None)
    if near is not None and (own is None or not _is_today(found[near][0], own)):
        return found[near][0], "that of an event told before"
    return (own, "") if own is not None else None


def _headings(scene: Scene) -> list[DateMention]:
    """Return the days that stand alone in a line, as above the entries of a bulletin."""
    found = []
    for day in scene.dates:
        if day.precision != "day" or day.date is None:
            continue
        line = scene.text[scene.text.rfind("\n", 0, day.start) + 1 : day.start]
        rest = scene.text[day.end :].partition("\n")[0]
        if (
            len(line.strip(" #*-–•")) <= 12
            and len(rest.strip(" :.*,-–")) <= 12
            and "\n" in scene.text[day.end :]
        ):
            found.append(day)
    return found


def _on_a_day(day: DateMention | None) -> bool:
    return day is not None and day.date is not None and day.precision == "day"


def _is_today(day: DateMention | None, own: DateMention) -> bool:
    return day is not None and day.date == own.date


def _goes_on(before: Episode, episode: Episode) -> bool:
    """Tell whether an episode seems to be of the day of the one before it."""
    apart = episode.first.sentence.paragraph - before.first.sentence.paragraph
    return apart == 0 or (apart <= 4 and kinds_agree(before.kind, episode.kind) and episode.kind != "other")


def _focus(resolutions: Sequence[Resolution], dateline: tuple[int, int]) -> Resolution | None:
    """Return the first naming of the settlement that the report speaks of most."""
    named = [
        r
        for r in resolutions
        if r.place is not None
        and r.place.kind == "city"
        and r.toponym.role == "literal"
        and not within(r.toponym.start, dateline)
    ]
    counts = Counter(r.place for r in named)
    return max(named, key=lambda r: counts[r.place], default=None)
