"""Reads from a report how its names stand to each other: qualifiers, neighbours, what kind of place each is said to be.

The answer is a :class:`mapper.evidence.Block` for each part of the report, with which name each mention belongs to.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mapper.evidence import Block, Name
from mapper.gazetteer import Candidates, Gazetteer
from mapper.model import Candidate, Mention
from mapper.quantities import find_lengths
from mapper.text import name_key
from mapper.wording import outlet_home, wording_cues

CUT_BACK = 50  # mentions that a part may be shorter, to end with a sentence
MOST_MENTIONS = 400  # settled together; a longer report is settled in parts
DATELINE_WEIGHT = 2  # how many mentions more a dateline counts
DATELINE_CHARS = 200  # how far down it may stand
OUTLET_WEIGHT = 3  # mentions that the place of an outlet counts
BESIDE_CHARS = 150  # about a sentence
_QUALIFIER_GAP = re.compile(r",\s|\s\(|,?\sin\s(?:the\s)?(?:\w+\s){0,2}|,\s?[a-z]+ of\s|\s|/")
_OWNER_GAP = re.compile(r"['’]s\s(?:\w+\s){0,3}(?:of\s)?")
_AREA_WORDS = (
    r"(?:regions?|oblasts?|provinces?|states?|count(?:y|ies)|districts?|governorates?|prefectures?|departments?|cantons?|"
    r"parish(?:es)?|townships?|republics?|territory|territories|krais?|raions?|municipalit(?:y|ies)|divisions?|voivodeships?)"
)
_AREA_AFTER = re.compile(rf"\s+(?:(?P<plural>{_AREA_WORDS}))\b(?!\s+(?:police|court|attorney|line)\b)")
_AREA_BEFORE = re.compile(rf"\b{_AREA_WORDS} of (?:the )?$", re.IGNORECASE)
_TOWN_BEFORE = re.compile(
    r"\b(?:villages?|towns?|cit(?:y|ies)|hamlets?|suburbs?|settlements?|communit(?:y|ies)|ports?|capital|neighbou?rhoods?)"
    r"(?:,? (?:of|called|named))? (?:the )?$",
    re.IGNORECASE,
)
_WATER_BEFORE = re.compile(
    r"\b(?:rivers?|lakes?|seas?|gulf|straits?|bay|ocean|canal|reservoir) (?:of )?(?:the )?$", re.IGNORECASE
)
_WATER_AFTER = re.compile(r"\s+(?:rivers?|seas?|lakes?|bay|reservoir|creek|canal|strait)\b", re.IGNORECASE)
_AND = re.compile(r"\s(?:and|or|&)\s(?:in\s)?(?:the\s)?")
_COMMA_AND = re.compile(r",\s(?:and|or|&)\s(?:in\s)?(?:the\s)?")
_LIST_GAP = re.compile(r",\s(?:[A-Z][\w ]{2,20},\s)?(?:and\s)?|\sand\s|,?\s&\s|\sor\s")
_DATELINE = re.compile(r"(?:,[^\n—–:-]{2,30})?\s*(?:\([^)\n]{1,20}\)\s*)?(?:--|—|–|\s-\s|:\s)")
_STATED = re.compile(
    r"\b(?:of|from|off|outside)\s+(?:the\s+)?(?:(?:city|town|village|capital|port)\s+(?:of\s+)?)?$"
)
_HAS_LENGTH = re.compile(r"\b(?:km|kilomet|miles?|mi)\b|kilomet")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a report: its block, and for each of its mentions the number of its name, -1 for names without candidates."""

    block: Block
    owner: list[int]


def read_context(
    text: str, mentions: Sequence[Mention], gazetteer: Gazetteer, outlet: str | None = None
) -> list[Part]:
    """Read how the names of a report stand to each other, in parts of at most ``MOST_MENTIONS`` mentions.

    Parameters
    ----------
    text : str
        The report's.
    mentions : sequence of Mention
        In order of the text.
    gazetteer : Gazetteer
    outlet : str, optional
        Who published the report: "The Columbus Dispatch" speaks of places near Columbus.
    """
    found = entries(outlet_home(outlet, gazetteer)) if outlet else []
    home = Name(tuple(found), kin=-1, count=OUTLET_WEIGHT) if found else None
    cues = wording_cues(text)
    cuts = _cuts(text, mentions)
    return [
        _read_part(text, mentions[start:end], gazetteer, cues, home) for start, end in pairwise([0, *cuts])
    ]


def _cuts(text: str, mentions: Sequence[Mention]) -> list[int]:
    """Return where the parts of a report end, the last at its end: between names that have nothing to do with each other."""
    cuts = []
    at = 0
    while len(mentions) - at > MOST_MENTIONS:
        end = at + MOST_MENTIONS
        for cut in range(end, max(end - CUT_BACK, at + 1), -1):
            gap = text[mentions[cut - 1].toponym.end : mentions[cut].toponym.start]
            if "\n" in gap or ". " in gap:
                end = cut
                break
        cuts.append(end)
        at = end
    return [*cuts, len(mentions)]


def _read_part(
    text: str, mentions: Sequence[Mention], gazetteer: Gazetteer, cues: dict[str, float], home: Name | None
) -> Part:
    hints, words = _hints(text, mentions)
    pairs = _qualifier_pairs(text, mentions)
    keys = _senses(mentions, pairs)
    numbers: dict[tuple[object, bool], int] = {}  # the region of a name is not its city
    owner = []
    gathered: list[list[tuple[int, float, str]]] = []
    counts: Counter[int] = Counter()
    speaks: dict[int, bool] = defaultdict(bool)
    said: dict[int, Counter[str]] = defaultdict(Counter)
    for mention, key, hint, word in zip(mentions, keys, hints, words, strict=True):
        known = entries(mention.candidates)
        if not known:
            owner.append(-1)
            continue
        number = numbers.get((key, bool(word)))
        if number is None:
            number = numbers[key, bool(word)] = len(gathered)
            more = gazetteer.lookup(f"{mention.toponym.text} {word}") if word else ()
            gathered.append(_merged(entries(more), known))
        if hint:
            said[number][hint] += 1
        counts[number] += 1 + DATELINE_WEIGHT * (mention is mentions[0] and _is_dateline(text, mention))
        speaks[number] = speaks[number] or mention.toponym.role == "metonym"
        owner.append(number)
    stated = _stated(text, mentions, owner)
    named = {number: _name(mention) for mention, number in zip(mentions, owner, strict=True) if number >= 0}
    kin = _kin(named, gathered)
    names = [
        Name(tuple(candidates), kin[n], counts[n], _commonest(said[n]), speaks[n], tuple(stated[n]))
        for n, candidates in enumerate(gathered)
    ]
    qualifiers = sorted(
        {(owner[a], owner[b]) for a, b in pairs if min(owner[a], owner[b]) >= 0 and owner[a] != owner[b]}
    )
    if home is not None:  # a name that nobody mentions, but that speaks for places near it
        names.append(home)
    unsaid = frozenset([len(names) - 1] if home is not None else [])
    return Part(Block(names, _beside(mentions, owner), qualifiers, cues, unsaid), owner)


def _is_dateline(text: str, mention: Mention) -> bool:
    """Tell the place where a report was filed, which opens it: "SALEM -- ", "Muscat: "."""
    toponym = mention.toponym
    return toponym.start < DATELINE_CHARS and _DATELINE.match(text, toponym.end) is not None


def entries(candidates: Sequence[Candidate]) -> list[tuple[int, float, str]]:
    """Return candidates as gazetteer number, score and match, best first."""
    if isinstance(candidates, Candidates):
        return [(number, -score, match) for score, number, match in candidates.entries]
    return [(c.number, c.score, c.match) for c in candidates if c.number >= 0]


def _merged(
    first: list[tuple[int, float, str]], second: list[tuple[int, float, str]]
) -> list[tuple[int, float, str]]:
    if not first:
        return second
    best: dict[int, tuple[int, float, str]] = {}
    for entry in (*first, *second):
        if entry[0] not in best or best[entry[0]][1] < entry[1]:
            best[entry[0]] = entry
    return sorted(best.values(), key=lambda entry: -entry[1])


def _kin(texts: dict[int, str], gathered: Sequence[list[tuple[int, float, str]]]) -> dict[int, int]:
    """Return for each name the first name that is the same, that it begins with, or that most likely means the same place."""
    numbers: dict[str, int] = {}
    places: dict[int, int] = {}
    for number, text in texts.items():
        numbers.setdefault(text, number)
    found: dict[int, int] = {}
    for number, text in sorted(texts.items(), key=lambda item: item[1].count(" ")):
        words = text.split()
        shorter = (numbers.get(" ".join(words[:count])) for count in range(1, len(words)))
        other = next((other for other in shorter if other is not None), numbers[text])
        best, _, match = gathered[number][0]
        if match != "demonym":  # a people speaks for its country
            other = places.setdefault(best, other)
        found[number] = found.get(other, other)
    return found


def _commonest(said: Counter[str]) -> str:
    return said.most_common(1)[0][0] if said else ""


def _name(mention: Mention) -> str:
    return name_key(mention.toponym.text)


def _senses(mentions: Sequence[Mention], pairs: Sequence[tuple[int, int]]) -> list[object]:
    """Return for each mention what tells its sense: the name, and the qualifier where the report has several."""
    qualifier: dict[int, str] = {}
    for inner, area in pairs:
        qualifier.setdefault(inner, _name(mentions[area]))
    by_name: dict[str, list[str]] = defaultdict(list)
    for index, name in sorted(qualifier.items()):
        by_name[_name(mentions[index])].append(name)
    keys: list[object] = []
    last: dict[str, str] = {}
    for index, mention in enumerate(mentions):
        name = _name(mention)
        several = len(set(by_name.get(name, ()))) > 1
        own = qualifier.get(index)
        if own is not None:
            last[name] = own
        keys.append((name, own or last.get(name) or by_name[name][0]) if several else name)
    return keys


def _qualifier_pairs(text: str, mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    """Return pairs of mentions of which the second may say where the first lies."""
    pairs: list[tuple[int, int]] = []
    listed = _listed(text, mentions)
    for index in range(len(mentions) - 1):
        gap = text[mentions[index].toponym.end : mentions[index + 1].toponym.start]
        if len(gap) > 30 or (listed[index] and listed[index + 1]):
            continue
        if _OWNER_GAP.fullmatch(gap):
            pairs.append((index + 1, index))
        elif _QUALIFIER_GAP.fullmatch(gap):
            pairs.append((index, index + 1))
            before = text[mentions[index - 1].toponym.end : mentions[index].toponym.start] if index else ""
            if gap in {", ", " in "} and _AND.fullmatch(before):
                pairs.append((index - 1, index + 1))  # "Goma and Bukavu, Congo"
            if gap == ", " and index and (index - 1, index) in pairs[-3:]:
                pairs.append((index - 1, index + 1))
    return pairs


def _listed(text: str, mentions: Sequence[Mention]) -> list[bool]:
    """Tell which mentions stand in a list ("Ohio, Kentucky and Indiana"), where a comma says nothing of where they lie."""
    listed = [False] * len(mentions)
    start = 0
    for index in range(len(mentions) - 1):
        gap = text[mentions[index].toponym.end : mentions[index + 1].toponym.start]
        if gap == ", ":
            continue
        names = index - start + 1
        if (_AND.fullmatch(gap) and names >= 2) or (_COMMA_AND.fullmatch(gap) and names >= 3):
            listed[start : index + 2] = [True] * (names + 1)
        start = index + 1
    return listed


def _hints(text: str, mentions: Sequence[Mention]) -> tuple[list[str], list[str]]:
    """Return what the words around each mention say that it is, and the administrative word behind it."""
    hints, words = [""] * len(mentions), [""] * len(mentions)
    for index in range(len(mentions) - 1, -1, -1):
        toponym = mentions[index].toponym
        after = text[toponym.end : toponym.end + 24]
        match = _AREA_AFTER.match(after)
        if match is not None:
            hints[index], words[index] = "region", _singular(match["plural"])
            continue
        if index + 1 < len(mentions) and words[index + 1]:
            gap = text[toponym.end : mentions[index + 1].toponym.start]
            if _LIST_GAP.fullmatch(gap) and _is_plural(text, mentions[index + 1], words[index + 1]):
                hints[index], words[index] = "region", words[index + 1]
                continue
        before = text[max(0, toponym.start - 30) : toponym.start]
        if _TOWN_BEFORE.search(before):
            hints[index] = "city"
        elif _AREA_BEFORE.search(before):
            hints[index] = "region"
        elif _WATER_BEFORE.search(before) or _WATER_AFTER.match(after):
            hints[index] = "water"
    return hints, words


def _is_plural(text: str, mention: Mention, word: str) -> bool:
    """Tell whether the word behind a mention stands for several, or the mention itself belongs to such a list."""
    match = _AREA_AFTER.match(text[mention.toponym.end : mention.toponym.end + 24])
    return match is None or match["plural"].lower() != word


def _singular(word: str) -> str:
    word = word.lower()
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("shes"):
        return word[:-2]
    return word.removesuffix("s")


def _beside(mentions: Sequence[Mention], owner: Sequence[int]) -> list[tuple[int, int]]:
    pairs = set()
    for index, mention in enumerate(mentions):
        for other in range(index + 1, len(mentions)):
            if mentions[other].toponym.start - mention.toponym.end > BESIDE_CHARS:
                break
            if min(owner[index], owner[other]) >= 0 and owner[index] != owner[other]:
                pairs.add((min(owner[index], owner[other]), max(owner[index], owner[other])))
    return sorted(pairs)


def _stated(
    text: str, mentions: Sequence[Mention], owner: Sequence[int]
) -> dict[int, list[tuple[int, float]]]:
    """Return for each name how far the report says it lies from another: "Kasari, 12 km south of Kut"."""
    found: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for index in range(len(mentions) - 1):
        one, other = owner[index], owner[index + 1]
        start, end = mentions[index].toponym.end, mentions[index + 1].toponym.start
        if min(one, other) < 0 or one == other or end - start > 100:
            continue
        gap = text[start:end]
        if not _HAS_LENGTH.search(gap) or not _STATED.search(gap):
            continue
        lengths = find_lengths(gap)
        if len(lengths) == 1 and lengths[0].km is not None:
            found[one].append((other, lengths[0].km))
            found[other].append((one, lengths[0].km))
    return found
