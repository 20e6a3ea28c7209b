"""Finds the spots of a sentence: the places at which it tells an event, and to which of them each number of people belongs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mapper.casualties import Count
from mapper.geodesy import distance_km
from mapper.model import SPOT_KINDS, Place, Resolution
from mapper.scenes import CUES, cues, lack, specific, within
from mapper.sentences import Sentence
from mapper.spotter import Scene, Told

HALF_TOLD = 0.3  # and from this on one at a place that is likely
AT_PLACE = 0.5  # from this share on an event is told at a place
BEST_PLACE = 0.12  # from this share on it is told at the likeliest place of a sentence that tells one
NAMED_PLACE = 0.03  # and from this on at one that "in" or "at" stands before
_CLAUSE = re.compile(r";|:|—|–| - |\bwhile\b|\bwhereas\b|\bafter\b|\bwhere\b|\banother\b|\bfollowed\b")
_LIST_GAP = re.compile(
    r",\s+(?:and\s+)?(?:in\s+|at\s+|near\s+)?(?:the\s+)?|\s+(?:and|or|as well as)\s+(?:in\s+|at\s+|near\s+)?(?:the\s+)?(?:(?:\w+\s+){1,2}of\s+)?|\s*/\s*"
)
_LISTED = re.compile(r",?\s+and\s|,\s+[A-Z][\w-]+(?:,|\s+and)\s")
_LOCATES = re.compile(
    r"(?:\s+\w+){0,2},?\s+(?:an?\s+(?:\w+\s+)?(?:village|town|suburb|city|hamlet|district|quarter)\s+|which\s+lies\s+|about\s+|some\s+|just\s+)?(?:[\d.,]+\s*(?:km|kilomet\w+|miles)\s+)?"
    r"(?:(?:to\s+the\s+)?(?:north|south|east|west)(?:-?\s?(?:north|south|east|west))?(?:ern)?\s+(?:of|from)|near|in|close\s+to|outside|not\s+far\s+from|from|on\s+the\s+(?:edge|outskirts|road\s+to|road\s+from|border\s+with)(?:\s+of)?|in\s+the\s+\w+\s+of|across\s+from|beside)\s+(?:the\s+)?(?:town\s+of\s+|city\s+of\s+)?"
)
_ON_COAST = re.compile(r",\s+(?:on|off|along|in)\s+(?:the|its)\s+(?:\w+\s+)?")
_COAST = re.compile(r"(?:['’]s)?\s+(?:coast|shore|side|peninsula|border|frontier|highway|road)")
_AREA_WORD = re.compile(
    r"\s+(?:district|township|province|region|county|municipality|oblast|state|prefecture|governorate|subdistrict)\b",
    re.IGNORECASE,
)
_HERE = re.compile(r"\b(?:here|this (?:town|city|village|port|island))\b")
_QUALIFIES = re.compile(
    r",\s+(?:in\s+)?(?:the\s+)?|\s+in\s+(?:the\s+)?|\s+\(|\s+village,?\s+(?:in\s+)?(?:the\s+)?"
)


def spots_of(scene: Scene, told: Told, here: range, share: float, tells: bool) -> list[int]:
    """Return the numbers of the resolutions at which a sentence tells an event: each place once, none that holds another.

    A name that the gazetteer lacks counts too; :func:`located` says where it lies.
    """
    literal = [m for m in here if may_hold(scene, m)]
    shares = {m: 1 - float(told.places[m, 0]) for m in literal}
    found = [m for m in literal if shares[m] >= AT_PLACE] if tells or share >= HALF_TOLD else []
    if not found and literal and tells:
        best = max(literal, key=shares.__getitem__)
        if shares[best] < BEST_PLACE:  # "in Iraq": what the words say counts for a little more
            named = [m for m in literal if _in_place(scene, m)]
            best = max(named, key=lambda m: (_fineness(scene.resolutions[m]), shares[m]), default=best)
            found = [best] if named and shares[best] >= NAMED_PLACE else []
        else:
            found = [best]
    if len(found) == 1 and _opens_line(
        scene, found[0]
    ):  # "Surin - Ban Chorok, Kap Choeng district: two dead"
        inner = [m for m in literal if m > found[0]]
        found = [max(inner, key=shares.__getitem__)] if inner else found
    kept: list[int] = []
    for m in sorted(found, key=lambda m: -shares[m]):
        r = scene.resolutions[m]
        if not any(_same_spot(r, scene.resolutions[k]) for k in kept):
            kept.append(m)
    fine = sorted(
        m for m in kept if not any(_holds(scene.resolutions[m], scene.resolutions[k]) for k in kept)
    )
    if any(not _is_country(scene.resolutions[m]) for m in fine):  # "the US commonwealth of Puerto Rico"
        groups = lists_of(scene.text, [scene.resolutions[m] for m in fine])
        fine = [
            m
            for m, g in zip(fine, groups, strict=True)
            if len(g) > 1 or not _is_country(scene.resolutions[m])
        ]
    return [m for at, m in enumerate(fine) if not at or not _locates(scene, fine[at - 1], m)]


def may_hold(scene: Scene, m: int) -> bool:
    """Tell whether a name may be that of the place of an event: not where the report was filed, or where the hurt were brought."""
    toponym, text = scene.resolutions[m].toponym, scene.text
    if toponym.role != "literal":
        return False
    if within(toponym.start, scene.dateline):
        place = scene.resolutions[m].place
        return (
            place is not None
            and any(
                r.place == place and not within(r.toponym.start, scene.dateline) for r in scene.resolutions
            )
        ) or _HERE.search(text, scene.dateline[1]) is not None
    said = dict(zip(CUES, cues(text, toponym.start, toponym.end), strict=True))
    return not (said["hospital"] and said["brought"]) and not said["resident"]


def _in_place(scene: Scene, m: int) -> bool:
    toponym = scene.resolutions[m].toponym
    said = dict(zip(CUES, cues(scene.text, toponym.start, toponym.end), strict=True))
    return said["locative"] and not any(
        said[cue] for cue in ("source", "said in", "on the way", "resident", "owner")
    )


def _opens_line(scene: Scene, m: int) -> bool:
    toponym = scene.resolutions[m].toponym
    return dict(zip(CUES, cues(scene.text, toponym.start, toponym.end), strict=True))["opens"]


def _fineness(r: Resolution) -> int:
    return specific(r.place) if r.place is not None else 0


def _is_country(r: Resolution) -> bool:
    return r.place is not None and r.place.kind == "country"


def _locates(scene: Scene, first: int, second: int) -> bool:
    """Tell whether a place only says where the one before lies ("Jojutla, south of Cuernavaca")."""
    gap = scene.text[scene.resolutions[first].toponym.end : scene.resolutions[second].toponym.start]
    if len(gap) >= 60:
        return False
    behind = scene.text[scene.resolutions[second].toponym.end :][:12]
    return _LOCATES.fullmatch(gap) is not None or (
        _ON_COAST.fullmatch(gap) is not None and _COAST.match(behind) is not None
    )


def located(scene: Scene, m: int, here: range) -> tuple[Resolution | None, str]:
    """Return where the event of a place is put, and why.

    A name that the gazetteer lacks, or has elsewhere than in the district that stands behind it, is put in that district,
    or where a guess puts it.
    """
    r, text = scene.resolutions[m], scene.text
    behind = [scene.resolutions[k] for k in range(m + 1, here.stop) if scene.resolutions[k].place is not None]
    district = next(
        (q for q in behind[:1] if _QUALIFIES.fullmatch(text, r.toponym.end, q.toponym.start)), None
    )
    if district is not None and _LISTED.match(text, district.toponym.end):
        district = None
    if r.place is not None:
        if (
            district is not None
            and _is_district(text, district)
            and r.place.kind in SPOT_KINDS
            and _apart(r.place, district.place)
        ):
            assert district.place is not None  # noqa: S101 - filtered above
            return (
                replace(r, place=district.place),
                f"{r.toponym.text!r} is known only elsewhere; {district.place.name}, named with it, stands in",
            )
        return r, "named in the sentence"
    if district is not None and district.place is not None and district.place.kind != "country":
        return replace(r, place=district.place), f"{lack(r)}; {district.place.name}, named with it, stands in"
    return None, ""


def _is_district(text: str, r: Resolution) -> bool:
    """Tell whether what stands behind a name is an area, or is called one ("Kantharalak district")."""
    return r.place is not None and (
        r.place.kind != "city" or _AREA_WORD.match(text, r.toponym.end) is not None
    )


def _apart(place: Place, district: Place | None) -> bool:
    """Tell whether a place cannot lie in a district that is named as if it held it."""
    if district is None or district.kind == "country":
        return district is not None and district.country != place.country
    return distance_km(place.point, district.point) > 2 * district.radius_km + 30.0


def _same_spot(first: Resolution, second: Resolution) -> bool:
    if first.place is None or second.place is None:
        return first.toponym.text == second.toponym.text
    return first.place == second.place


def _holds(outer: Resolution, inner: Resolution) -> bool:
    """Tell whether a place only says where a finer one of the same sentence lies."""
    a, b = outer.place, inner.place
    if a is None or b is None or a == b or specific(a) >= specific(b) or a.country != b.country:
        return False
    return a.kind == "country" or a.admin1 is None or b.admin1 is None or a.admin1 == b.admin1


def lists_of(text: str, spots: Sequence[Resolution]) -> list[list[int]]:
    """Return for each place the numbers of those listed with it ("in Sumy, Kharkiv and Odesa"), itself too."""
    groups: list[list[int]] = []
    for at, r in enumerate(spots):
        gap = text[spots[at - 1].toponym.end : r.toponym.start] if at else ""
        if at and _LIST_GAP.fullmatch(gap):
            groups[-1].append(at)
            groups.append(groups[-1])
        else:
            groups.append([at])
    return groups


def owners_of(
    text: str, sentence: Sentence, spots: Sequence[Resolution], counts: Sequence[Count]
) -> list[int]:
    """Return for each number of people the place it belongs to: the closest, clause borders and commas counted as distance."""
    found = []
    for count in counts:
        costs = []
        for r in spots:
            start, end = r.toponym.start - sentence.start, r.toponym.end - sentence.start
            gap = text[end : count.start] if end <= count.start else text[count.end : start]
            costs.append(
                len(gap) + 60 * len(_CLAUSE.findall(gap)) + 15 * gap.count(",") + 20 * gap.count(" and ")
            )
        found.append(min(range(len(spots)), key=costs.__getitem__))
    return found
