"""Reads the lengths that a text states, with the bounds that their wording leaves open.

A stated figure is a rounding. Its bounds are half a unit of its last significant digit to either side; a trailing zero
is taken as not significant, the wider of its two readings: "34.7 km" is 34.65 to 34.75, "12 km" 11.5 to 12.5, "30 km"
25 to 35, "200 miles" 150 to 250. Two habits of reporters count besides: a 5 behind another digit may be a count in fives
("25 km" is 22.5 to 27.5, "150 km" 125 to 175), and because one counts in fives next to 10, 100 and 1,000, those reach only
a quarter to either side ("100 km" is 75 to 125). Around those bounds:

- *about, some, roughly* … widen by a tenth of the figure; *just, only* do not;
- *nearly, just under* keep the lower half, *just over* the upper one, each widened by a tenth;
- *less than, within, up to* … and *more than, at least* … leave one side open, at the figure itself;
- a range ("10 to 15 km") runs between its ends, each moved outwards by the finer rounding of the two;
- two units ("19 miles (30 km)"): one is as a rule the conversion of the other, so the wider bounds hold; where neither can
  be that, what both allow;
- words of no number ("a few", "dozens of") have the bounds of ``_VAGUE``, and no ``km``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from mapper.dates import NUMBER_WORDS

KM_PER_UNIT = {
    "km": 1.0,
    "mi": 1.609344,  # international mile, exact by definition (1959)
    "nmi": 1.852,  # international nautical mile, exact by definition (1929)
    "m": 0.001,
    "yd": 0.0009144,  # international yard, exact by definition (1959)
    "ft": 0.0003048,
}
HEDGE_SHARE = 0.1  # "about 200 km" is used for 180 and for 220
DECADE_SHARE = 0.25  # 10, 100, 1,000: the figures next to them in use are 7 or 8 and 12 or 13 of the kind

_SMALL = "|".join(
    sorted((w for w, n in NUMBER_WORDS.items() if n < 20 and w not in {"zero", "a", "an"}), key=len)[::-1]
)
_TENS = "|".join(word for word, number in NUMBER_WORDS.items() if number >= 20)
_WORD = rf"(?:(?:{_TENS})(?:[- ](?:one|two|three|four|five|six|seven|eight|nine)\b)?|{_SMALL})"
_DIGITS = r"(?:[0-9]{1,3}(?:[,\u00a0\u2009\u202f][0-9]{3})+(?:\.[0-9]{1,6})?|[0-9]{1,9}(?:\.[0-9]{1,6}|,[0-9]{1,2})?)"
_SCALE = r"(?:hundred|thousand)"
_NUMBER = (
    rf"(?:{_DIGITS}\s?[½¼¾]|[½¼¾]|{_DIGITS}(?:\s{_SCALE})?"
    r"|(?:half\s+a\s+(?:dozen|hundred|thousand)|(?:half|(?:a|one|three)[\s-]quarters?\s+of|(?:a|one)[\s-](?:third|eighth)\s+of)\s+an?"
    rf"|(?:{_WORD}|an?)\s+dozen|(?:{_WORD}|a)\s+{_SCALE}(?:\s+(?:and\s+)?{_WORD})?|{_WORD}(?:\s+and\s+a\s+half)?|an?)(?=[\s-]))"
)
_LOOSE = (
    r"(?P<loose>a\s+few|several|a\s+couple(?:\s+of)?|a\s+handful\s+of)(?P<loose_scale>\s+(?:dozen|hundred|thousand)(?:\s+of)?)?"
    r"|(?P<plenty>dozens|tens|scores|hundreds|thousands)\s+of"
)
# a bare "m" stands behind digits only: "I am from"
_UNIT = r"(?:km|kms|kilomet(?:er|re)s?|klicks?|nautical[\s-]miles?|nmi|miles?|mi|met(?:er|re)s?|(?<=[0-9])m|(?<=[0-9]\s)m|yards?|feet|foot|ft)"
_NOT_A_LENGTH = r"(?!\.?\s*(?:/\s?(?:h|s|min|sec|hr|hour|second)\b|per\b|an\s+hour|a\s+(?:day|week|year|second))|[\u00b2\u00b3^])"
# what no number means, in units: reporters' "a few" starts where "one or two" ends
_VAGUE = {
    "a few": (1.5, 10.0), "several": (2.0, 12.0), "a couple": (1.5, 3.0), "a handful": (2.0, 8.0),
    "dozens": (20.0, 120.0), "tens": (15.0, 120.0), "scores": (30.0, 200.0), "hundreds": (100.0, 1_200.0),
    "thousands": (1_000.0, 12_000.0),
}  # fmt: skip
_HEDGES = {
    "under": r"(?:no|not)\s+(?:more|farther|further)\s+than|(?:well\s+)?(?:less|fewer)\s+than|(?:well\s+)?(?:within|under)|up\s+to|at\s+most|as\s+(?:little|close|near|far|much)\s+as|below|<",
    "over": r"(?:no|not)\s+less\s+than|(?:well\s+)?(?:more\s+than|over)|at\s+least|upwards\s+of|in\s+excess\s+of|beyond|>",
    "below": r"(?:just|a\s+little|slightly)\s+(?:under|less\s+than|short\s+of)|nearly|almost|close\s+to",
    "above": r"(?:just|a\s+little|a\s+bit|slightly)\s+(?:over|more\s+than)",
    "about": r"about|around|some|roughly|approximately|approx\.?|an?\s+estimated|circa|c\.|[~≈±]",
    "": r"only|just|barely|merely|exactly|another|a\s+mere|a\s+further",
}
_ORDER = ("below", "above", "under", "over", "about", "")  # "just over" before "just" and "over"
_HEDGE = "|".join(f"(?P<h_{key or 'none'}>{_HEDGES[key]})" for key in _ORDER)
_PLAIN_HEDGE = "|".join(_HEDGES[key] for key in _ORDER)
_FIGURE = rf"(?:{_NUMBER})"
_LENGTH = re.compile(
    rf"(?<![\w.,$£€¥])(?P<hedges>(?:(?:{_PLAIN_HEDGE})\s*(?<!\w(?=\w))){{1,3}})?"
    rf"(?:(?P<between>between)\s+|from\s+)?"
    rf"(?:{_LOOSE}|(?P<number>{_FIGURE})(?P<plus>\+)?(?![\s-]?{_UNIT}(?:\s?[-–—]\s?|\s+(?(between)and|to)\s+){_FIGURE}[\s-]?{_UNIT}\b)(?=[\s\u00a0\u202f-]{{0,2}}{_UNIT}\b)"
    rf"|(?P<one>{_FIGURE})(?:[\s-]?{_UNIT})?(?:\s?[-–—]\s?|\s+(?:to|or|(?(between)and|to))\s+)(?P<two>{_FIGURE}))"
    rf"[\s\u00a0\u202f-]{{0,2}}(?P<unit>{_UNIT})\b{_NOT_A_LENGTH}(?P<half>\s+and\s+a\s+half)?"
    r"(?P<after>\s+or\s+(?:so|less|more)\b)?",
    re.IGNORECASE,
)
_HEDGE_WORDS = re.compile(_HEDGE, re.IGNORECASE)
_SECOND = re.compile(
    rf"\s*(?:[(\[]\s*|/\s*|,?\s+or\s+)(?:(?:{_PLAIN_HEDGE})\s*)?(?:(?P<one>{_FIGURE})(?:\s?[-–—]\s?|\s+to\s+)(?P<two>{_FIGURE})|(?P<number>{_FIGURE}))"
    rf"[\s\u00a0\u202f-]{{0,2}}(?P<unit>{_UNIT})\b{_NOT_A_LENGTH}\s*[)\]]?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Length:
    """A length as a text states it: ``text[start:end]`` leaves open ``low_km`` to ``high_km`` (infinite where open).

    ``km`` is the figure, the middle of a range, None for words of no number. ``conflict`` tells that two figures in
    different units contradict each other; ``within``, that the words are "within 30 km".
    """

    km: float | None
    low_km: float
    high_km: float
    start: int
    end: int
    unit: str
    conflict: bool = False
    within: bool = False


def find_lengths(text: str) -> list[Length]:
    """Find the lengths of a text; "19 miles (30 km)" counts once, with the metric figure.

    Parameters
    ----------
    text : str
        A sentence.

    Returns
    -------
    list of Length
        In order, not overlapping, all above 0.
    """
    found: list[Length] = []
    end = 0
    for match in _LENGTH.finditer(text):
        if match.start() < end:
            continue
        length = _length(match)
        second = _SECOND.match(text, match.end())
        if second is not None and _kind(second["unit"]) != length.unit:
            length = _both(length, _length(second), second.end())
        end = length.end
        if length.high_km > 0 and (length.km is None or length.km > 0):
            found.append(length)
    return found


def rounding(value: float, decimals: int = 0) -> float:
    """Return by how much a figure may stand off from the length that it rounds, in its own unit.

    Parameters
    ----------
    value : float
        The figure, above 0.
    decimals : int
        How many decimals it was written with.
    """
    digits = f"{value:.{decimals}f}".replace(".", "").lstrip("0")
    whole = digits if decimals else digits.rstrip("0")
    if not whole:
        return 0.5
    unit: float = 10.0**-decimals * 10 ** (len(digits) - len(whole))
    tolerance = unit * (2.5 if len(whole) > 1 and whole[-1] == "5" else 0.5)
    return min(tolerance, DECADE_SHARE * value) if whole == "1" and unit > 1 else tolerance


def _length(match: re.Match[str]) -> Length:
    groups = match.groupdict()
    unit = _kind(match["unit"])
    factor = KM_PER_UNIT[unit]
    value: float | None
    hedge = _hedge(groups)
    if match["number"] is not None:
        value, tolerance = _value(match["number"])
        if groups.get("half"):
            value, tolerance = value + 0.5, 0.25
        low, high = value - tolerance, value + tolerance
    elif match["one"] is not None:
        (low, fine), (high, other) = _value(match["one"]), _value(match["two"])
        tolerance = min(fine, other)
        low, high = min(low, high), max(low, high)
        value, low, high = (low + high) / 2, low - tolerance, high + tolerance
    else:
        value, (low, high), tolerance = None, _vague(groups), 0.0
    low, high = _bounded(value, low, high, hedge)
    words = (groups.get("hedges") or "").lower()
    return Length(
        km=None if value is None else value * factor,
        low_km=max(0.0, low) * factor,
        high_km=high * factor,
        start=match.start(),
        end=match.end(),
        unit=unit,
        within="within" in words,
    )


def _bounded(value: float | None, low: float, high: float, hedge: str) -> tuple[float, float]:
    """Apply the words around a figure to its bounds."""
    figure = high if value is None else value
    more = HEDGE_SHARE * figure
    if hedge == "under":
        return 0.0, figure
    if hedge == "over":
        return (low if value is None else value), math.inf
    if hedge == "below":
        return low - more, figure
    if hedge == "above":
        return (low if value is None else value), high + more
    return (low - more, high + more) if hedge == "about" and value is not None else (low, high)


def _hedge(groups: dict[str, str | None]) -> str:
    after = (groups.get("after") or "").split()
    if groups.get("plus") or "more" in after:
        return "over"
    if after:
        return {"so": "about", "less": "under"}[after[-1].lower()]
    found = [str(m.lastgroup).removeprefix("h_") for m in _HEDGE_WORDS.finditer(groups.get("hedges") or "")]
    return next((key for key in _ORDER if key in found), "")


def _vague(groups: dict[str, str | None]) -> tuple[float, float]:
    words = " ".join((groups["loose"] or groups["plenty"] or "").lower().removesuffix("of").split())
    low, high = _VAGUE[words]
    scale = (groups["loose_scale"] or "").lower().removesuffix("of").strip()
    factor = {"dozen": 12.0, "hundred": 100.0, "thousand": 1_000.0}.get(scale, 1.0)
    return low * factor, high * factor


def _both(first: Length, second: Length, end: int) -> Length:
    """Join two statements of one length.

    Where each may be the conversion of the other, one was computed from it and adds no knowledge: the wider bounds
    hold. Otherwise both are roundings of the length, and what both allow holds; nothing, and they contradict.
    """
    low, high = max(first.low_km, second.low_km), min(first.high_km, second.high_km)
    conflict = low > high
    if first.km is None or second.km is None or conflict:
        low, high = first.low_km, first.high_km
    elif first.low_km <= second.km <= first.high_km or second.low_km <= first.km <= second.high_km:
        if math.isfinite(first.high_km) and first.low_km > 0:
            low, high = min(first.low_km, second.low_km), max(first.high_km, second.high_km)
        else:
            low, high = first.low_km, first.high_km
    metric = second.km if second.unit in {"km", "m"} else first.km
    return Length(metric, low, high, first.start, end, first.unit, conflict, first.within)


def _kind(unit: str) -> str:
    text = unit.lower()
    starts = (("k", "km"), ("n", "nmi"), ("mi", "mi"), ("m", "m"), ("y", "yd"), ("f", "ft"))
    return next(kind for start, kind in starts if text.startswith(start))


def _value(words: str) -> tuple[float, float]:
    """Return a number in digits or words, and its rounding."""
    text = " ".join(re.sub(r"[-\s]", " ", words.lower()).split())
    for sign, share in (("½", 0.5), ("¼", 0.25), ("¾", 0.75)):
        if text.endswith(sign):
            whole = text.removesuffix(sign).strip()
            return (_value(whole)[0] if whole else 0.0) + share, 0.25 if sign == "½" else 0.125
    if text[0].isdigit():
        return _digits(text)
    return _spelled(text)


def _digits(text: str) -> tuple[float, float]:
    number, _, scale = text.partition(" ")
    if re.fullmatch(r"[0-9]+,[0-9]{1,2}", number):  # a decimal comma
        number = number.replace(",", ".")
    number = re.sub(r"[,\u00a0\u2009\u202f]", "", number)
    value = float(number)
    factor = {"hundred": 100.0, "thousand": 1_000.0}.get(scale, 1.0)
    decimals = len(number.partition(".")[2])
    return value * factor, (rounding(value, decimals) if value else 0.5) * factor


def _spelled(text: str) -> tuple[float, float]:
    if text.startswith("half a"):
        dozen = text.removeprefix("half an").removeprefix("half a").strip()
        factor = {"dozen": 12.0, "hundred": 100.0, "thousand": 1_000.0}.get(dozen, 1.0)
        return 0.5 * factor, 0.25 * factor
    for part, share, tolerance in (("three quarter", 0.75, 0.125), ("quarter", 0.25, 0.125), ("third", 1 / 3, 1 / 6), ("eighth", 0.125, 0.0625)):  # fmt: skip
        if part in text:
            return share, tolerance
    if text.endswith("and a half"):
        return _spelled(text.removesuffix("and a half").strip())[0] + 0.5, 0.25
    total = 0
    for word in text.split():
        if word == "dozen":
            return 12.0 * total, 6.0 if total > 1 else 3.0
        if word in {"hundred", "thousand"}:
            total *= 100 if word == "hundred" else 1_000
        else:
            total += NUMBER_WORDS.get(word, 0)
    return float(total), rounding(total)
