"""Reads times of day: "at 10:39 a.m. local time", "around 3pm", "at midnight (21:00 GMT)"."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ZONES = r"GMT|UTC|Z|local(?:\s+time)?|[A-Z]{1,2}[SD]?T|MSK|EEST|EET|CEST|CET|BST|IST|PKT|WIB|JST|KST"
_ZONE = rf"(?:\s*\(?(?:{_ZONES})\b\)?)?"
_ZONE_IN = re.compile(rf"(?<![A-Za-z])(?:{_ZONES})\b")
_CLOCK = re.compile(
    rf"(?<![\d:.,$£€])(?:(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?::[0-5]\d)?\s*(?P<half>[ap]\.?m\b\.?)?{_ZONE}"
    rf"|(?P<hour2>1[0-2]|0?[1-9])\s*(?P<half2>[ap]\.?m\b\.?){_ZONE}"
    rf"|(?P<hour3>[01]\d|2[0-3])(?P<minute3>[0-5]\d)\s*(?:{_ZONES})\b"
    r"|\b(?:at|around|about|near|shortly\s+(?:before|after)|just\s+(?:before|after))\s+(?P<word>midnight|noon|midday)\b)"
)
_WORDS = {"midnight": "00:00", "noon": "12:00", "midday": "12:00"}
_MEANT = re.compile(
    r"\b(?:at|around|about|by|before|after|until|near|from|since|to|approximately|roughly|when|started|began|was)\s+(?:about\s+|around\s+|exactly\s+)?$|[(,–-]\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TimeMention:
    """A time of day as it stands in a text: ``text[start:end]``.

    ``time`` is "HH:MM" on the 24-hour clock, ``zone`` "UTC", "local" or an abbreviation as written, None where the text
    gives none.
    """

    start: int
    end: int
    time: str
    zone: str | None


def find_times(text: str) -> list[TimeMention]:
    """Find the times of day of a text, in order.

    Parameters
    ----------
    text : str
        A sentence; figures such as scores ("2.30") count only with a half of the day, a zone, or a word such as "at" before.
    """
    found = []
    for match in _CLOCK.finditer(text):
        named = _ZONE_IN.search(match[0])
        zone = named[0] if named else None
        if match["word"]:
            time = _WORDS[match["word"]]
        elif match["hour3"]:
            time = f"{match['hour3']}:{match['minute3']}"
        elif match["hour2"]:
            time = f"{_hour(match['hour2'], match['half2']):02}:00"
        else:
            before = text[max(0, match.start() - 24) : match.start()]
            if not (match["half"] or zone or (":" in match[0] and _MEANT.search(before))):
                continue
            hour = _hour(match["hour"], match["half"])
            if hour > 23:
                continue
            time = f"{hour:02}:{match['minute']}"
        found.append(TimeMention(match.start(), match.end(), time, _zone(zone)))
    return found


def told_time(text: str) -> TimeMention | None:
    """Return the time of day that a sentence gives: the first, or its conversion to UTC ("at midnight (21:00 GMT)")."""
    found = find_times(text)
    for mention in found[:2]:
        if mention.zone == "UTC":
            return mention
    return found[0] if found else None


def _hour(hour: str, half: str | None) -> int:
    number = int(hour)
    if half is None or number > 12:
        return number
    return number % 12 + (12 if half[0] in "pP" else 0)


def _zone(zone: str | None) -> str | None:
    if zone is None:
        return None
    if zone in {"GMT", "UTC", "Z"}:
        return "UTC"
    return "local" if zone.startswith("local") else zone
