"""Finds the distances that a report states and compares them with geometry.

A stated distance is judged against the interval that the extents of the places give, never against one point: a city
reaches over kilometres, and "30 km from the border" may be meant from its edge.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mapper.casualties import number_value
from mapper.errors import OptionError
from mapper.geodesy import distance_km
from mapper.model import BorderDistance, DistanceClaim, Place, Report, Resolution
from mapper.sentences import Sentence

KM_PER_UNIT = {
    "km": 1.0,
    "mi": 1.609344,  # international mile, exact by definition (1959)
    "nmi": 1.852,  # international nautical mile, exact by definition (1929)
    "m": 0.001,
}
MAX_DISTANCE_KM = 20_004.0  # half a meridian of WGS 84: no two places lie further apart
REMEMBERED = 100  # how many place names back a sentence may point
ROUNDING = 0.1  # a tenth: reports round to one or two digits

_NUMBER = r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|(?:a|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine|hundred|thousand))?)"
_UNIT = r"(?P<unit>km|kms|kilomet(?:er|re)s?|nautical miles?|miles?|mi|met(?:er|re)s?)"
_DISTANCE = re.compile(
    rf"(?P<hedge>\b(?:less than|under|within|no more than|up to|more than|over|at least|about|around|some|roughly|nearly|almost|only|just)\s+)?"
    rf"(?<![\w.,]){_NUMBER}[\s-]?{_UNIT}\b(?!\s*(?:/h|per hour|an hour|an? |long|wide|deep|high|tall|thick|square|race|run\b))",
    re.IGNORECASE,
)
_SECOND_UNIT = re.compile(rf"^\s*\((?:about |some |around )?{_NUMBER}[\s-]?{_UNIT}\)", re.IGNORECASE)
_RELATION = re.compile(
    r"^\s*(?:\([^)]{0,30}\)\s*)?(?:(?:to the |due |further |inland |away |deep )*)(?P<bearing>(?:north|south|east|west)[\w-]*\s+)?(?:\w+\s+){0,2}?(?P<relation>from|of|off|outside|inside|across|short of)\s+",
    re.IGNORECASE,
)
_SEPARATION = re.compile(
    r"^\s*(?:\([^)]{0,30}\)\s*)?(?:separates?|separating|divides?|lies? between)\s+(?P<subject>[^.;]{1,80}?)\s+(?:from|and)\s+",
    re.IGNORECASE,
)
_BORDER = re.compile(r"\b(?:border|frontier|boundary|border crossing)\b", re.IGNORECASE)
_ANAPHOR = re.compile(
    r"\b(?:the|this|that) (?:\w+ )?(?:city|town|village|settlement|port|capital|camp)\b", re.IGNORECASE
)
_LIMITS = {"less than": "under", "under": "under", "within": "under", "no more than": "under", "up to": "under", "nearly": "under",
           "almost": "under", "more than": "over", "over": "over", "at least": "over"}  # fmt: skip

BorderOf = Callable[[Place, "str | None"], BorderDistance]


@dataclass(frozen=True, slots=True)
class _Stated:
    km: float
    limit: str  # "", under, over
    start: int  # in the sentence
    end: int


def find_claims(
    report: Report, sentences: Sequence[Sentence], resolutions: Sequence[Resolution], border_of: BorderOf
) -> list[DistanceClaim]:
    """Find the stated distances of a report and judge each.

    Parameters
    ----------
    report : Report
    sentences : sequence of Sentence
    resolutions : sequence of Resolution
        The toponyms of the report with their places, in order.
    border_of : callable
        ``border_of(place, country)`` gives the distance from a place to the nearest land border, or to the nearest
        one of a country (ISO 3166-1 alpha-2); it raises OptionError where the country has none.

    Returns
    -------
    list of DistanceClaim
        In order of the text.
    """
    claims = []
    starts = [r.toponym.start for r in resolutions]
    for sentence in sentences:
        text = report.text[sentence.start : sentence.end]
        first, last = sentence.span(starts)
        for stated in _distances(text):
            points_back = _ANAPHOR.search(text[: stated.start]) is not None
            earlier = resolutions[max(0, first - REMEMBERED) : first] if points_back else []
            claim = _claim(report, sentence, text, stated, resolutions[first:last], earlier, border_of)
            if claim is not None:
                claims.append(claim)
    return claims


def _distances(text: str) -> list[_Stated]:
    """Return the distances of a sentence; "19 miles (30 km)" counts once, in kilometres."""
    found: list[_Stated] = []
    end = 0
    for match in _DISTANCE.finditer(text):
        if match.start() < end:
            continue
        km, end = _to_km(match), match.end()
        second = _SECOND_UNIT.match(text[end:])
        if second is not None:
            if second["unit"].lower().startswith("k"):
                km = _to_km(second)
            end += second.end()
        hedge = (match["hedge"] or "").strip().lower()
        found.append(_Stated(km=km, limit=_LIMITS.get(hedge, ""), start=match.start(), end=end))
    return found


def _to_km(match: re.Match[str]) -> float:
    unit = match["unit"].lower()
    key = next(
        key for start, key in (("k", "km"), ("n", "nmi"), ("mi", "mi"), ("m", "m")) if unit.startswith(start)
    )
    words = match["number"].replace(",", "")
    value = float(words) if words[0].isdigit() else float(number_value(words))
    return value * KM_PER_UNIT[key]


def _claim(
    report: Report,
    sentence: Sentence,
    text: str,
    stated: _Stated,
    here: Sequence[Resolution],
    earlier: Sequence[Resolution],
    border_of: BorderOf,
) -> DistanceClaim | None:
    """Read one stated distance: from which place, to what."""
    rest = text[stated.end :]
    separation = _SEPARATION.match(rest)
    relation = separation or _RELATION.match(rest)
    if relation is None or not 0 < stated.km <= MAX_DISTANCE_KM:
        return None
    rest_at = stated.end + relation.end()
    rest_end = min(len(text), rest_at + 90)
    after = [r for r in here if rest_at <= r.toponym.start - sentence.start < rest_end]
    clause = re.split(r"[,;.:]|\band\b", text[rest_at:rest_end])[0]
    border = _BORDER.search(clause)
    subject_until = stated.end + separation.end("subject") if separation else stated.start
    subject = _subject(here, earlier, sentence.start + subject_until)
    if border is None and not after:
        return None
    name = subject.toponym.text if subject else "not named"
    place = subject.place if subject else None
    span = (
        {"report_id": report.id, "place": name, "km": round(stated.km, 3), "evidence": text}
        | {"start": sentence.start, "end": sentence.end}
    )  # fmt: skip
    if border is not None:
        country = _border_country(here, sentence, rest_at, clause, place)
        reference = clause.strip().removeprefix("the ").strip()
        if place is None:
            return _unchecked(span, reference, "the place it starts from is not known")
        try:
            measured = border_of(place, country)
        except OptionError as error:
            return _unchecked(span, reference, str(error))
        pair = "–".join(measured.border)
        return _judge(
            span, reference, stated, measured.km, measured.low_km, measured.high_km, f"the border {pair}"
        )
    target = after[0]
    if place is None or target.place is None:
        missing = name if place is None else target.toponym.text
        return _unchecked(span, target.toponym.text, f"the position of {missing!r} is not known")
    if place == target.place or target.place.kind == "country" or place.kind == "country":
        return _unchecked(span, target.toponym.text, "the two places are the same, or one is a whole country")
    km = distance_km(place.point, target.place.point)
    reach = place.radius_km + target.place.radius_km
    return _judge(span, target.toponym.text, stated, km, max(0.0, km - reach), km + reach, target.place.name)


def _subject(here: Sequence[Resolution], earlier: Sequence[Resolution], until: int) -> Resolution | None:
    """Return the place that a distance starts from: one named before it in the sentence, else the last city before."""
    before = [r for r in here if r.toponym.end <= until and r.toponym.role != "demonym"]
    spots = [r for r in before if r.place is None or r.place.kind == "city"]
    areas = [r for r in before if r.place is not None and r.place.kind == "region"]
    if spots or areas:
        # "Kharkiv, Ukraine's second city, is 30 km …", but "the mayor of Sumy said that Belgorod, 30 km …"
        return (spots or areas)[-1]
    if before:
        return before[-1]
    return next((r for r in reversed(earlier) if r.place is not None and r.place.kind == "city"), None)


def _border_country(
    here: Sequence[Resolution], sentence: Sentence, rest_at: int, clause: str, place: Place | None
) -> str | None:
    """Return the country whose border is meant ("the border with Russia", "the Russian border")."""
    end = sentence.start + rest_at + len(clause)
    named = [
        r.place.country
        for r in here
        if r.place is not None
        and sentence.start + rest_at <= r.toponym.start < end
        and r.place.kind == "country"
    ]
    own = place.country if place else None
    others = [country for country in named if country and country != own]
    return others[0] if others else None


def _unchecked(span: dict[str, object], reference: str, reason: str) -> DistanceClaim:
    return DistanceClaim(**span, reference=reference, verdict="unchecked", reason=reason)  # type: ignore[arg-type]


def _judge(
    span: dict[str, object],
    reference: str,
    stated: _Stated,
    km: float,
    low_km: float,
    high_km: float,
    to: str,
) -> DistanceClaim:
    slack = max(1.0, ROUNDING * stated.km)
    low, high = stated.km - slack, stated.km + slack
    if stated.limit == "under":
        low, high = 0.0, stated.km
    elif stated.limit == "over":
        low, high = stated.km, float("inf")
    consistent = low <= high_km and high >= low_km
    said = {"under": "less than ", "over": "more than "}.get(stated.limit, "") + f"{stated.km:.0f} km"
    inside = stated.limit or low_km <= stated.km <= high_km
    agreement = "agrees with that" if inside else "agrees with that, rounded"
    reason = (
        f"{span['place']} reaches from {low_km:.1f} to {high_km:.1f} km from {to} (its centre is at {km:.1f} km); "
        f"the report's {said} {agreement if consistent else 'lies outside that'}"
    )
    return DistanceClaim(
        **span,  # type: ignore[arg-type]
        reference=reference, verdict="consistent" if consistent else "inconsistent", reason=reason,
        computed_km=round(km, 3), low_km=round(low_km, 3), high_km=round(high_km, 3),
    )  # fmt: skip
