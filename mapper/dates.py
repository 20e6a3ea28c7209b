"""Reads the dates of a text: absolute ones, and relative ones against the publication date.

A relative date never lies after the publication. Without a publication date it stays open (``date`` is None).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {
    "a": 1,
    "an": 1,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}

HISTORY_DAYS = 366  # an event further back than this is background, not news

_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_COUNT = r"(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_WEEKDAY = r"(?P<weekday>mon|tues|wednes|thurs|fri|satur|sun)day\b"
_BEFORE_PERIOD = r"(?:in|of|since|last|during|by|until|throughout|from)\s+(?:the\s+)?(?:(?:early|mid|late|start of|end of)[\s-]+)?"
_PART_OF_DAY = r"morning|afternoon|evening|night"


@dataclass(frozen=True, kw_only=True, slots=True)
class DateMention:
    """A date as it stands in a text: ``text[start:end]`` was read as ``date`` with ``precision``.

    ``date`` is the first day of what was meant (a week counts from its Saturday for a weekend); it is None when
    the words point into the future or need a publication date that is not known.
    """

    start: int
    end: int
    date: date | None
    precision: str  # day, week, month, year
    days: int = 1  # how long the time is that the words span: 2 for a weekend, 7 for a week
    implied: bool = (
        False  # "overnight", "at dawn": the day of publication unless another day stands beside it
    )
    tally: bool = False  # the words span a period ("since June") and date no single event
    said: bool = False  # the day on which somebody spoke ("officials said on Friday"), not that of an event


Reader = Callable[[re.Match[str], "date | None", "date | None"], "tuple[date | None, str] | None"]


def find_dates(text: str, published: date | None) -> list[DateMention]:
    """Find the dates of a text in order.

    Parameters
    ----------
    text : str
        Any text; offsets in the answer count its code points.
    published : date or None
        The publication date that relative words count from.

    Returns
    -------
    list of DateMention
        They do not overlap; where two readings compete, the longer one wins.
    """
    found: list[DateMention] = []
    anchor: date | None = None
    for match, reader in _matches(text):
        try:
            answer = reader(match, published, anchor)
        except (ValueError, OverflowError):  # the 31st of June, a thousand years ago
            continue
        if answer is None:
            continue
        day, precision = answer
        if day is not None and published is not None and day > published:
            day = None
        if _SCHEDULED.search(text[max(0, match.start() - 75) : match.start()]):
            day = None
        days = 2 if reader is _weekend else _SPANS[precision]
        mention = DateMention(
            start=match.start(),
            end=match.end(),
            date=day,
            precision=precision,
            days=days,
            implied=reader is _same_day,
        )
        if _SAID.search(text, max(0, match.start() - 60), match.start()) or _SAID_AFTER.match(
            text, match.end()
        ):
            mention = replace(mention, said=True)
        if _TALLY.match(match[0]) or _TALLY_BEFORE.search(text[max(0, match.start() - 24) : match.start()]):
            mention = replace(mention, tally=True)
        elif day is not None and precision == "day" and (anchor is None or not mention.said):
            anchor = day
        found.append(mention)
    return found


_SCHEDULED = re.compile(
    r"\b(?:scheduled|due|planned|expected|set\s+(?:for|to)|slated|postponed)\b[^.;,]{0,60}$", re.IGNORECASE
)
_SAID = re.compile(
    r"\b(?:said|says|told|reported|announced|confirmed|stated|added|tweeted|wrote|spoke|speaking|declared|disclosed|warned|denied|condemned|vowed|called|urged|put\s+it|put\s+the\s+\w+)"
    r"(?:\s+(?!after|when|where|which|who|that|killed|injured|struck|hit|and)[\w’',-]+){0,6}\s+(?:(?:late|early|later|earlier)\s+)?(?:on\s+)?$"
    r"|\b(?:rose|risen|rises|rising|climbed|raised|revised|stood|stands|ended|resumed|charged|mourning|buried)(?:\s+[\w’',-]+){0,5}\s+(?:on\s+)?$",
    re.IGNORECASE,
)
_SAID_AFTER = re.compile(r"\s*,?\s+(?:that|said|told)\b", re.IGNORECASE)
_SPANS = {"day": 1, "week": 7, "month": 31, "year": 366}
_TALLY = re.compile(r"(?:since|until|by|between|throughout|from)\b", re.IGNORECASE)
_TALLY_BEFORE = re.compile(
    r"\b(?:since|until|by|between|throughout|from)\s+(?:the\s+)?(?:early|mid|late)?[\s-]*$", re.IGNORECASE
)


def _matches(text: str) -> Iterator[tuple[re.Match[str], Reader]]:
    """Yield non-overlapping matches from left to right, the longest where several start together."""
    hits = [
        (match.start(), -match.end(), rank, match, reader)
        for rank, (pattern, reader) in enumerate(_PATTERNS)
        for match in pattern.finditer(text)
    ]
    end = -1
    for start, minus_end, _, match, reader in sorted(hits, key=lambda hit: hit[:3]):
        if start >= end:
            end = -minus_end
            yield match, reader


def _count(word: str) -> int:
    return int(word) if word.isdigit() else NUMBER_WORDS[word.lower()]


def _month(match: re.Match[str]) -> int:
    return next(
        i for i, name in enumerate(MONTHS, 1) if name.startswith(match["month"].lower().rstrip(".")[:3])
    )


def _plausible_month(match: re.Match[str]) -> bool:
    """Tell the month of May or March from the verbs: months are written with a capital."""
    return match["month"][0].isupper()


def _latest(month: int, day: int, published: date | None) -> date | None:
    """Return the last such day that is not after the publication."""
    if published is None:
        return None
    for year in range(published.year, published.year - 9, -1):  # nine years hold a 29 February
        try:
            candidate = date(year, month, day)
        except ValueError:
            continue
        if candidate <= published:
            return candidate
    return None


def _full(match: re.Match[str], published: date | None, _: date | None) -> tuple[date | None, str] | None:
    if not _plausible_month(match):
        return None
    month, day = _month(match), int(match["day"])
    if match["year"]:
        return date(int(match["year"]), month, day), "day"
    date(2024, month, day)  # raises for the 31st of June
    return _latest(month, day, published), "day"


def _iso(match: re.Match[str], *_: date | None) -> tuple[date | None, str]:
    return date(int(match["year"]), int(match["mm"]), int(match["day"])), "day"


def _month_only(
    match: re.Match[str], published: date | None, _: date | None
) -> tuple[date | None, str] | None:
    if not _plausible_month(match):
        return None
    if match["year"]:
        return date(int(match["year"]), _month(match), 1), "month"
    return _latest(_month(match), 1, published), "month"


def _year(match: re.Match[str], *_: date | None) -> tuple[date | None, str]:
    return date(int(match["year"] or match["owned"]), 1, 1), "year"


def _weekday(match: re.Match[str], published: date | None, _: date | None) -> tuple[date | None, str] | None:
    if not match["weekday"][0].isupper():
        return None
    if published is None or (match["which"] or "").lower() in {"next", "coming"}:
        return None, "day"
    number = next(i for i, name in enumerate(WEEKDAYS) if name.startswith(match["weekday"].lower()))
    back = (published.weekday() - number) % 7
    if back == 0 and (match["which"] or "").lower() == "last":
        back = 7
    return published - timedelta(days=back), "day"


def _night_before(
    match: re.Match[str], published: date | None, _: date | None
) -> tuple[date | None, str] | None:
    if published is None:
        return None, "day"
    number = next(i for i, name in enumerate(WEEKDAYS) if name.startswith(match["weekday"].lower()))
    return published - timedelta(days=(published.weekday() - number) % 7 + 1), "day"


def _back(days: int) -> Reader:
    def read(_: re.Match[str], published: date | None, __: date | None) -> tuple[date | None, str]:
        return (published - timedelta(days=days) if published else None), "day"

    return read


_same_day = _back(0)
_today = _back(0)  # not only implied


def _future(*_: object) -> tuple[date | None, str]:
    return None, "day"


def _weekday_of_last_week(
    match: re.Match[str], published: date | None, _: date | None
) -> tuple[date | None, str]:
    if published is None:
        return None, "day"
    number = next(i for i, name in enumerate(WEEKDAYS) if name.startswith(match["weekday"].lower()))
    return published - timedelta(days=published.weekday() + 7 - number), "day"


_FEASTS = {
    "new year's eve": (12, 31), "new year's day": (1, 1), "christmas eve": (12, 24), "christmas day": (12, 25),
    "boxing day": (12, 26), "halloween": (10, 31), "valentine's day": (2, 14), "independence day": (7, 4),
}  # fmt: skip


def _feast(match: re.Match[str], published: date | None, _: date | None) -> tuple[date | None, str]:
    return _latest(*_FEASTS[match[0].lower().replace("’", "'")], published), "day"


def _weekend(match: re.Match[str], published: date | None, _: date | None) -> tuple[date | None, str]:
    if published is None:
        return None, "week"
    back = (published.weekday() - 5) % 7  # to the Saturday of this weekend or the one before
    if match["which"] and match["which"].lower() == "last" and back <= 1:
        back += 7
    return published - timedelta(days=back), "week"


def _period(match: re.Match[str], published: date | None, _: date | None) -> tuple[date | None, str]:
    unit = match["unit"].lower()
    if published is None or match["which"].lower() in {"next", "coming"}:
        return None, unit
    last = match["which"].lower() != "this"
    if unit == "week":
        return published - timedelta(days=7 if last else published.weekday()), "week"
    if unit == "month":
        first = published.replace(day=1)
        return ((first - timedelta(days=1)).replace(day=1) if last else first), "month"
    return date(published.year - last, 1, 1), "year"


def _ago(match: re.Match[str], published: date | None, _: date | None) -> tuple[date | None, str]:
    unit = match["unit"].lower()
    if published is None:
        return None, "day"
    count = _count(match["count"])
    if unit == "hour":
        return published - timedelta(days=count // 24), "day"
    if unit == "day":
        return published - timedelta(days=count), "day"
    if unit == "week":
        return published - timedelta(weeks=count), "week"
    if unit == "month":
        months = published.year * 12 + published.month - 1 - count
        return date(months // 12, months % 12 + 1, 1), "month"
    return date(published.year - count, 1, 1), "year"


def _from_anchor(
    match: re.Match[str], published: date | None, anchor: date | None
) -> tuple[date | None, str] | None:
    """Read words that count from the last day named: "the day before", "two days later"."""
    anchor = anchor or published
    if anchor is None:
        return None, "day"
    days = _count(match["count"]) if match.groupdict().get("count") else 1
    word = match["way"].lower()
    if word in {"same", "that", "hours"}:
        return anchor, "day"
    forward = word in {"following", "next", "later", "day after"}
    return anchor + timedelta(days=days if forward else -days), "day"


_PATTERNS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reader)
    for pattern, reader in (
        (rf"\b{_YEAR}-(?P<mm>\d\d)-(?P<day>\d\d)\b", _iso),
        (rf"\b{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR}\b)?", _full),
        (rf"\b{_MONTH}\s+{_DAY}\b(?!\s*(?:,\d{{3}}|\d|percent|%|people|killed))(?:,?\s+{_YEAR}\b)?", _full),
        (rf"\b(?:(?:early|mid|late)[\s-]+)?{_MONTH},?\s+{_YEAR}\b", _month_only),
        (rf"\b{_BEFORE_PERIOD}{_MONTH}(?:,?\s+{_YEAR}\b|(?!\s*\d{{1,2}}\b))", _month_only),
        (rf"\b{_BEFORE_PERIOD}{_YEAR}\b(?!-)|\b(?P<owned>(?:19|20)\d\d)['’]s\b", _year),
        (rf"\b{_WEEKDAY}\s+(?:\w+\s+)?(?:of\s+)?last\s+week\b", _weekday_of_last_week),
        (
            r"\b(?:on|since|late|early|last|by)\s+(?P<which>last\s+)?(?P<weekday>Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b\.?(?!day)",
            _weekday,
        ),
        (r"\b(?:New\s+Year['’]s\s+(?:Eve|Day)|Christmas\s+(?:Eve|Day)|Boxing\s+Day)\b", _feast),
        (
            rf"\b(?:(?P<which>last|this|next|coming)\s+)?{_WEEKDAY}(?:['’]s)?(?:\s+(?:{_PART_OF_DAY}))?",
            _weekday,
        ),
        (r"\btoday\b|\btonight\b|\bthis (?:morning|afternoon|evening)\b", _today),
        (r"\bovernight\b|\bearlier in the day\b", _same_day),
        (rf"\b(?:in\s+the\s+|the\s+)?night\s+(?:to|into)\s+{_WEEKDAY}", _night_before),
        (
            r"\b(?:at|around|about|near|shortly (?:before|after)|just (?:before|after)) (?:midnight|dawn|noon|midday)\b",
            _same_day,
        ),
        (rf"\byesterday\b(?:\s+(?:{_PART_OF_DAY}))?|\blast (?:night|evening)\b", _back(1)),
        (r"\bthe day before yesterday\b", _back(2)),
        (r"\btomorrow\b|\bin the coming (?:days|weeks|months)\b", _future),
        (r"\b(?:(?P<which>last|this|over the|at the|during the|on the|past)\s+)weekend\b", _weekend),
        (
            r"\b(?:(?:early|earlier|late|later)\s+(?:on\s+)?)?(?P<which>last|this|past|next|coming)\s+(?P<unit>week|month|year)\b",
            _period,
        ),
        (rf"\b{_COUNT}\s+(?P<unit>hour|day|week|month|year)s?\s+ago\b", _ago),
        (
            rf"(?:\b(?:came|comes|coming|follow(?:s|ed)\s+\w+)\s+|,\s+)(?:only\s+|just\s+|barely\s+)?{_COUNT}\s+days?\s+(?P<way>after)\b",
            _from_anchor,
        ),
        (r"(?<![\w,] )\bthe\s+(?P<way>day\s+after)\b", _from_anchor),
        (r"\b(?P<way>that)\s+(?:same\s+|very\s+)?(?:day|night|evening|morning|afternoon)\b", _from_anchor),
        (r"\b(?:a\s+few\s+|several\s+|some\s+|just\s+)?(?P<way>hours)\s+(?:before|earlier)\b", _from_anchor),
        (
            r"\b(?:on\s+|at\s+)?the\s+(?:very\s+)?(?P<way>same|previous|following|next)\s+(?:day|night|evening|morning|afternoon|noon)\b",
            _from_anchor,
        ),
        (r"\bthe\s+(?:day|night|evening)\s+(?P<way>before)\b(?!\s+yesterday)", _from_anchor),
        (rf"\b{_COUNT}\s+days?\s+(?P<way>earlier|later|before)\b", _from_anchor),
    )
)
