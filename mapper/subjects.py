"""Finds the place that a sentence says a distance of: its subject.

Only words that keep the subject may stand between a name and the distance: an apposition, a relative clause, "is", "lies",
a date, the region around. "Belgorod's governor said a village 30 km from the border" is a statement about the village,
whose position nobody gives. A distance that hangs on "the city" or "it" goes back to the city named last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mapper.model import Resolution

UNNAMED = "not named"
MAX_GAP = 250  # characters between a name and what is said of it

_NAME_START, _NAME_REST = "Ŧ", "ŧ"  # stand for a place name in a masked sentence: letters that no text has
NAME = f"{_NAME_START}{_NAME_REST}*"
SETTLEMENT = (
    r"(?:city|cities|town|village|settlement|capital|port|hub|suburb|hamlet|enclave|exclave|community|resort|township|"
    r"municipality|outpost|stronghold|borough|neighbourhood|neighborhood|island|oasis|camp|commune)"
)
AREA = r"(?:region|district|province|county|oblast|state|governorate|prefecture|department|area|municipality|republic|township)"
_COPULA = r"(?:is|was|lies|lay|sits|sat|stands|stood|being)"
_MIDDLE = r"(?:\s+(?:\w{1,20}ly|also|itself|located|situated|based|found|set|at\s+a\s+distance\s+of))*"
_NOUN_PHRASE = rf"(?:a|an|the|its|their|one\s+of|another|{NAME}(?:['’]s)?)\s[^,;.()]{{0,80}}?\b{SETTLEMENT}\b(?:[^,;.()]|(?<=[0-9])[.,](?=[0-9])){{0,60}}"
_SPEECH = r"(?:said|says|told|reported|added|according|officials?|authorities|police)"
_TIME = (
    r"(?:on|in|at|early|late|last|this|of|overnight|yesterday|today|tonight|morning|afternoon|evening|night|midday|midnight|"
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September|October|"
    r"November|December|[0-9]{1,4}(?:st|nd|rd|th)?)"
)
_ANY = r"(?:[^;.]|(?<=[0-9])[.,](?=[0-9]))"  # the marks inside a number divide nothing
_END = r"[\s,(–—-]*$"
# what may stand between the subject's name and the distance
_KEEPS = re.compile(
    rf"(?:\s+(?:city|town|village|settlement|{AREA}))?(?:\s*\([^()]{{0,60}}\))?(?:,\s*{NAME}(?=,))?(?:"
    rf"{_END}"
    rf"|,?\s+in\s+(?:the\s+)?(?:[\w-]+\s+){{0,2}}?{NAME}(?:['’]s)?(?:\s+[\w-]+){{0,2}}{_END}"
    rf"|(?:,\s*{NAME}){{1,2}}(?:\s+{AREA})?{_END}"
    rf"|\s*[,(–—-]+\s*(?:which\s+{_COPULA}\s+)?{_NOUN_PHRASE}{_END}"
    rf"|\s*[,–—]\s*(?![^,;.]*\b{_SPEECH}\b)[^,;.]{{1,80}}[,–—]\s*$"
    rf"|(?:\s*[,(–—](?![^;.]*\b{_SPEECH}\b){_ANY}{{1,160}}?[,)–—]|\s*,?\s+(?:which|that))?\s*,?\s+{_COPULA}{_MIDDLE}(?:\s+{_NOUN_PHRASE})?{_END}"
    rf"|\s*,?\s+(?:located|situated){_END}"
    rf"|(?=[\s,]+[a-z])(?:\s*,?\s+{_TIME}\b){{1,7}}{_END}"
    r")",
    re.IGNORECASE,
)
_ANAPHOR = re.compile(
    r"\b(?:the|this|that)\s+(?:[\w-]+\s+)?(?:city|town|village|settlement|port|hamlet|suburb|municipality)\b",
    re.IGNORECASE,
)
_IT = re.compile(rf"^[\W_]*It\s+(?:is|lies|sits|stands){_MIDDLE}{_END}")
_AFTER = re.compile(
    rf"\s*(?:,\s*|,?\s*\b(?:lies|is|sits|stands)\s+)(?:the\s+(?:[\w-]+\s+){{0,2}}?{SETTLEMENT}\s+(?:of\s+)?)?(?P<name>{NAME})",
    re.IGNORECASE,
)
_SAME = re.compile(r"\s*,?\s*(?:and|or|but)\s+(?:is\s+|lies\s+)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Names:
    """A sentence with the place names in it, by their offsets in the sentence, and the resolutions before it.

    ``masked`` is the sentence with each name written as one word, so that neither its dots nor its "and" divide it.
    """

    masked: str
    here: Sequence[Resolution]
    spans: Sequence[tuple[int, int]]
    earlier: Sequence[Resolution]

    def between(self, start: int, end: int) -> list[Resolution]:
        """Return the names that begin within ``start..end`` of the sentence."""
        return [r for r, (at, _) in zip(self.here, self.spans, strict=True) if start <= at < end]


def read_names(text: str, offset: int, here: Sequence[Resolution], earlier: Sequence[Resolution]) -> Names:
    """Mask the names of a sentence.

    Parameters
    ----------
    text : str
        The sentence.
    offset : int
        Where it starts in the report.
    here : sequence of Resolution
        The names in it.
    earlier : sequence of Resolution
        The names before it, the nearest last.
    """
    spans = [(max(0, r.toponym.start - offset), min(len(text), r.toponym.end - offset)) for r in here]
    pieces, at = [], 0
    for start, end in spans:
        if start >= at and end > start:
            pieces += [text[at:start], _NAME_START, _NAME_REST * (end - start - 1)]
            at = end
    return Names("".join([*pieces, text[at:]]), here, spans, earlier)


def subject_before(names: Names, at: int) -> Resolution | None:
    """Return the place that a distance at offset ``at`` of the sentence is said of, by what stands before it."""
    text = names.masked
    usable = [
        (r, end)
        for r, (_, end) in zip(names.here, names.spans, strict=True)
        if at - MAX_GAP <= end <= at and is_place(r)
    ]
    keeping = [r for r, end in usable[-4:] if _KEEPS.fullmatch(text, end, at)]
    anaphor = None
    for match in _ANAPHOR.finditer(text, max(0, at - 200), at):
        if _KEEPS.fullmatch(text, match.end(), at):
            anaphor = match
    if anaphor is not None:
        following = [r for r, end in usable if end > anaphor.end()]
        if not any(r in following for r in keeping) and not _apposed(names, usable, anaphor.start()):
            return _last_city([*names.earlier, *(r for r, end in usable if end <= anaphor.start())])
    if keeping:
        # "Kharkiv, Ukraine's second city, is 30 km …", "Akuressa, in Matara district, 160 km …"
        for kinds in (("city", None), ("region",), ("country",)):
            of_kind = [r for r in keeping if (r.place.kind if r.place else None) in kinds]
            if of_kind:
                return of_kind[-1]
    if _IT.match(text[:at]) is not None:
        return _last_city(names.earlier[-8:])
    return None


def subject_after(names: Names, start: int, end: int) -> Resolution | None:
    """Return the place named behind a distance that opens the sentence ("30 km from the border, Kharkiv …")."""
    if names.masked[:start].strip(" \n\t\"'“‘(—–-"):
        return None
    match = _AFTER.match(names.masked, end)
    return None if match is None else named_at(names, match.start("name"))


def is_joined(names: Names, end: int, start: int) -> bool:
    """Tell whether only "and" stands between two distances: they are said of one subject."""
    return end <= start and _SAME.fullmatch(names.masked, end, start) is not None


def city_named_last(names: Names, at: int) -> Resolution | None:
    """Return the city that the sentence names last before offset ``at``, or the one named last before the sentence."""
    return _last_city([*names.earlier[-8:], *names.between(0, at)])


def named_at(names: Names, at: int) -> Resolution | None:
    """Return the place name that begins at offset ``at`` of the sentence."""
    return next((r for r in names.between(at, at + 1) if is_place(r)), None)


def is_place(resolution: Resolution) -> bool:
    """Tell a place's own name from a people, a government, or a part of another name."""
    return resolution.toponym.role == "literal"


def _apposed(names: Names, usable: Sequence[tuple[Resolution, int]], at: int) -> bool:
    """Tell whether "the city" at ``at`` explains the name right before it ("Kharkiv, the second city, …")."""
    return any(
        re.fullmatch(r"\s*[,(–—-]+\s*|\s+is\s+", names.masked[end:at]) for _, end in usable if end <= at
    )


def _last_city(names: Sequence[Resolution]) -> Resolution | None:
    return next(
        (r for r in reversed(names) if r.place is not None and r.place.kind == "city" and is_place(r)), None
    )
