"""Reads how many people were killed, injured, missing or displaced from a sentence, with the words that say so.

"At least N" is read as N with an open upper end; attackers among the dead are not counted; 0 is read only where the
text says so; words of no number ("dozens") give bounds and no figure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mapper.dates import NUMBER_WORDS

HEDGE_SHARE = 0.1  # "about 200" is used for 180 and for 220

_UNITS = "|".join(sorted((w for w in NUMBER_WORDS if w not in {"a", "an"}), key=len, reverse=True))
_NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}}){{1,2}}(?!,?\d)|\d{{1,3}}(?:\.\d{{1,2}})?\s+million|(?<![\d.,])\d{{1,7}}(?![\d]|\.\d)|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-(?:{_UNITS})|(?:an?|{_UNITS})\s+(?:hundred|thousand|dozen)(?!s)|{_UNITS})"
# At the least, at the most, and about so many.
_LEAST = r"(?:at|no)\s+(?:least|fewer\s+than|less\s+than)|not\s+less\s+than|more\s+than|over|upwards\s+of|in\s+excess\s+of|above"
_MOST = r"(?:fewer|less|no\s+more)\s+than|up\s+to|as\s+many\s+as|at\s+most|under"
_ABOUT = r"around|about|nearly|almost|some|roughly|approximately|close\s+to|an?\s+estimated"
_PLAIN = r"a\s+further|further|another|an\s+additional|additional|only|just|a\s+total\s+of|all|all\s+of|the|those|these|other|reportedly|his|her|their"
_HEDGES = rf"(?:(?:(?P<least>{_LEAST})|(?P<most>{_MOST})|(?P<about>{_ABOUT})|(?:{_PLAIN}))\s+){{0,3}}"
_VAGUE = {
    "dozens": 24, "scores": 40, "hundreds": 200, "thousands": 2000, "tens of thousands": 20_000, "hundreds of thousands": 200_000,
    "several": 3, "a few": 3, "a handful": 3, "multiple": 2, "several dozen": 36, "several hundred": 300, "a couple": 2,
}  # fmt: skip
_VAGUE_WORDS = "|".join(w.replace(" ", r"\s+") for w in sorted(_VAGUE, key=len, reverse=True))
_ONE_PERSON = (
    r"(?:person|civilian|resident|soldier|serviceman|policeman|policewoman|officer|trooper|marine|man|woman|child|boy|girl|student|pupil|passenger|"
    r"worker|villager|migrant|protester|demonstrator|victim|guard|journalist|reporter|photographer|cameraman|photojournalist|driver|pedestrian|"
    r"patient|medic|paramedic|firefighter|miner|fisherman|pilgrim|worshipper|refugee|individual|teenager|teen|youth|adult|tourist|national|citizen|"
    r"bystander|motorist|motorcyclist|cyclist|biker|hiker|climber|skier|swimmer|diver|hunter|pilot|co-pilot|sailor|crewman|farmer|shopkeeper|"
    r"infant|baby|toddler|mother|father|son|daughter|wife|husband|brother|sister|grandmother|grandfather|couple|family|occupant|employee|"
    r"contractor|engineer|doctor|nurse|teacher|priest|monk|imam|commander|general|deputy|constable|peacekeeper|diplomat|volunteer|rescuer|"
    r"spectator|supporter|fan|customer|shopper|guest|inmate|prisoner|hostage|toddler|male|female|operator|rider|guide|caretaker|elder|leader)"
)
_PERSON = (
    rf"(?:people|persons|{_ONE_PERSON}s?|servicemen|policemen|police|men|women|children|families|babies|troops|others?|more|crew|crew\s+members?|"
    r"members?|personnel|staff|fishermen|lives|souls|casualties|forces|locals)"
)
_ATTACKERS = r"(?:attackers?|militants?|gunm[ae]n|terrorists?|insurgents?|assailants?|bombers?|suicide\s+bombers?|suspects?|jihadis?(?:ts?)?|rebels?|extremists?|perpetrators?|hijackers?)"
_BE = r"(?:(?:were|was|are|is|have|has|had|been|be|being|also|reportedly|later|confirmed|left|now|still|either|both|all|at\s+least|listed\s+as|pronounced|declared|found|presumed|feared|believed\s+to\s+(?:have\s+been|be)|seriously|critically|slightly|lightly|badly|severely|mildly|fatally|instantly|initially|known\s+to\s+(?:be|have(?:\s+been)?)|reported\s+to\s+(?:be|have(?:\s+been)?)|said\s+to\s+(?:have\s+been|be)|had\s+to\s+be)\s+){0,4}"
_STOPS = rf"\d|[-–—]|(?:{_UNITS})\b|among\b|including\b|(?:killed|killing|dead|deaths?|fatalities|died|injured|injuring|wounded|hurt|missing|houses?|homes?|buildings?|vehicles?|cars?|drones?|missiles?|rockets?|km|miles?|kilomet\w+|percent|years?|days?|hours?|months?|weeks?|times?|minutes?|after|before|since|when|where|while|that|which|attacks?|strikes?|countries|states|villages|towns|cities|points?|and|of\s+(?:them|whom|those))\b"
_WORDS = rf"(?:(?!(?:{_STOPS}))[^\s,;.:()]+\s+)"
_ASIDE = r"(?:,\s*(?:including|among\s+(?:them|whom)|most\s+of\s+(?:them|whom)|one\s+of\s+(?:them|whom)|some\s+of\s+(?:them|whom)|many\s+of\s+(?:them|whom)|mostly|mainly|all|[\w-]+\s+of\s+(?:them|whom))[^;.]{0,80}?,\s*|,\s[^,;.]{1,45}\s(?:said|says|reported|confirmed),\s+|,\s+according\s+to\s[^,;.]{1,45},\s+|\s*\([^()]{1,60}\)\s*|,\s*(?:aged\s+)?\d{1,2}(?:\s*,|\s+and\s+\d{1,2}\s*,)\s*|\s+)"

_DEAD = r"(?:(?:stabbed|burned|burnt|beaten|crushed|hacked|trampled|shot|starved|frozen)\s+to\s+death|(?<!to be )killed|dead|die[ds]?|dying|perished|slain|massacred|shot\s+dead|lost\s+(?:their|his|her)\s+li(?:ves|fe)|drowned|murdered|electrocuted|KIA|succumbed)"
_HURT = (
    r"(?:injured|wounded|hurt|hospitali[sz]ed|maimed|WIA|(?:taken|rushed|airlifted|transported|flown|brought|admitted|transferred|sent)\s+(?:by\s+\w+\s+)?to\s+(?:[\w'’-]+\s+){0,5}?(?:hospitals?|clinics?|medical)|"
    r"(?:treated|being\s+treated|receiving\s+treatment)(?!\s+(?:and\s+)?(?:as|like|with))|(?:sustained|suffered|received)\s+(?:[\w-]+\s+){0,4}?(?:injur(?:y|ies)|wounds?|burns|concussions?)|"
    r"in\s+(?:a\s+)?(?:critical|serious|stable|grave)(?:\s+but\s+stable)?\s+condition)"
)
_MISSING = r"(?:missing|unaccounted\s+for|unaccounted-for|disappeared)"
_MOVED = r"(?:displaced|evacuated|homeless|uprooted|(?:forced|ordered|told|had|made)\s+(?:to\s+)?(?:flee|leave|evacuate|abandon)|fled(?:\s+their\s+homes)?|(?:forced|driven)\s+(?:out\s+of|from)\s+(?:their\s+)?homes|moved\s+to\s+(?:safety|shelters?|safer\s+\w+)|relocated|left\s+their\s+homes|lost\s+their\s+homes)"
_WHATS = ("killed", "injured", "missing", "displaced")
_STATES = {"killed": _DEAD, "injured": _HURT, "missing": _MISSING, "displaced": _MOVED}
# Verbs before those that they befall.
_ACTS = {
    "killed": r"kill(?:ed|ing|s)|shot\s+dead|shooting\s+dead|gunn(?:ed|ing)\s+down|slaughter(?:ed|ing)|massacr(?:ed|ing)|behead(?:ed|ing)|execut(?:ed|ing)|murder(?:ed|ing)|claim(?:ed|ing|s)\s+the\s+li(?:ves|fe)\s+of|(?:took|taking)\s+the\s+li(?:ves|fe)\s+of|claim(?:ed|ing|s)(?=\s+(?:[\w-]+\s+){1,4}lives)|le(?:aving|aves|ft)(?=\s+(?:[\w-]+\s+){1,6}(?:dead|(?:and\s+)?killed))|cost(?:ing)?(?=\s+(?:[\w-]+\s+){1,4}lives)|los(?:s\s+of|t|ing)(?=\s+(?:[\w-]+\s+){1,4}(?:lives|people|men|soldiers|children|civilians|troops|policemen|fighters|villagers|residents)\b)(?!\s+(?:[\w-]+\s+){0,3}contact)|deaths?\s+of(?!\s+(?:the|his|her|their|its|general|president)\b)",
    "injured": r"injur(?:ed|ing|es)|wound(?:ed|ing|s)|hurt(?:ing)?|hospitali[sz](?:ed|ing)|le(?:aving|aves|ft)(?=\s+(?:[\w-]+\s+){1,6}(?:injured|wounded|hurt|hospitali[sz]ed))|sen(?:t|ding)(?=\s+(?:[\w-]+\s+){1,6}to\s+(?:[\w-]+\s+){0,3}hospitals?)|injuries\s+to",
    "missing": r"le(?:aving|aves|ft)(?=\s+(?:[\w-]+\s+){1,6}missing)|search\w*\s+for",
    "displaced": r"displac(?:ed|ing|es)|evacuat(?:ed|ing|es|ion\s+of)|uproot(?:ed|ing)|forc(?:ed|ing|es)(?=\s+(?:[\w,-]+\s+){1,8}(?:to\s+(?:flee|leave|evacuate|abandon)|from\s+their|out\s+of\s+their))|le(?:aving|aves|ft)(?=\s+(?:[\w-]+\s+){1,6}(?:homeless|displaced))|driv(?:ing|en|es)(?=\s+(?:[\w-]+\s+){1,6}from)",
}
_NOUNS = {
    "killed": r"dead|deaths?|fatalit(?:y|ies)|killed|KIA",
    "injured": r"injured|wounded|injuries|hurt|WIA",
    "missing": r"missing",
    "displaced": r"displaced|evacuees|homeless",
}
_TOLLS = {
    "killed": r"death\s+toll|(?<=the )dead(?=\s+(?:at|as|to)\b)|(?:number|count|tally)\s+of\s+(?:(?:people|those|confirmed)\s+)?(?:dead|deaths|killed|victims|fatalities)|toll|(?<!\d )(?<!\w )deaths|fatalities",
    "injured": r"(?:number|count|tally)\s+of\s+(?:(?:people|those)\s+)?(?:injured|wounded|hurt|injuries)|(?<=the )(?:injured|wounded)(?=\s+(?:to|at|rose))",
    "missing": r"(?:number|count)\s+of\s+(?:(?:people|those)\s+)?missing",
    "displaced": r"(?:number|count)\s+of\s+(?:(?:people|those)\s+)?(?:displaced|evacuated|homeless|evacuees)",
}
_QUANTITY = rf"{_HEDGES}(?<!\bno )(?<!\bno-)(?:(?P<number>{_NUMBER})(?:\s*[-–]\s*(?P<upper>\d{{1,6}})|\s+(?:to|or|and)\s+(?P<upper2>{_NUMBER})(?=\s+{_PERSON}))?|(?P<vague>{_VAGUE_WORDS})(?:\s+of)?)(?P<plus>\+)?(?!\s*(?:per\s?cent|%))(?:\s+of\s+(?:the|those|its|their|his|her)(?=\s+(?:{_NUMBER})\b)\s+(?:{_NUMBER}))?"
_NOT_PEOPLE = rf"(?![\s-]*(?:year|month|day|hour|week|minute|km|kilomet|mile|met(?:er|re)s?\b|%|percent|per\s+cent|times|houses?\b|homes?\b|buildings?\b|vehicles?\b|cars?\b|animals?|cattle|sheep|cows|chickens|birds|dogs|horses|livestock|drones?\b|missiles?\b|rockets?\b|{_ATTACKERS}\b|(?:\w+\s+){{1,2}}{_ATTACKERS}\b))"
_SINGLE = rf"(?:an?|another|one|the|his|her|their|a\s+further)\s+(?:(?!(?:{_STOPS}))[\w’'-]+,?\s+|\d{{1,2}}-year-old\s+|\d{{1,2}}-month-old\s+){{0,5}}?(?:{_ONE_PERSON}|\d{{1,2}}-year-old)\b(?:\s+of\s+\d{{1,2}}\b)?"
# A person by name and age: "Jessica Kay, 18, of Paris died".
_NAMED = r"[A-Z][\w’'.-]+(?:\s+[A-Z][\w’'.-]+){1,3},\s+(?:aged\s+|age\s+)?\d{1,2}(?:,\s+(?:an?\s|of\s|from\s)[^,.;]{2,40})?,?"
_ITEM = rf"(?:{_QUANTITY}\s+(?:(?!(?:was|were|and|had|has|who|an?|the)\b){_WORDS}){{0,4}}?{_PERSON}\b|(?P<one>{_SINGLE}))"

_FLAGS = re.IGNORECASE
_BARE = rf"{_QUANTITY}(?:\s+{_WORDS}{{0,4}}?{_PERSON}\b)?"
_ACTIVE = {
    what: re.compile(
        rf"\b(?P<verb>{acts})\s+(?:(?P<one>(?:an?|another|one|the|his|her)\s+(?:(?!(?:{_STOPS}))[\w’'-]+,?\s+|\d{{1,2}}-year-old\s+){{0,5}}?(?:{_ONE_PERSON}|\d{{1,2}}-year-old)\b)|{_BARE}{_NOT_PEOPLE})",
        _FLAGS,
    )
    for what, acts in _ACTS.items()
}
_PASSIVE = {
    what: re.compile(
        rf"\b{_QUANTITY}(?:\s+(?!(?:{_ATTACKERS})\b)(?:{_WORDS}{{0,3}}?{_PERSON}(?:\s+(?:of|from|in|on|aboard|inside|at)\s+{_WORDS}{{0,4}}?(?:(?!(?:{_STOPS}))[^\s,;.:()]+))??{_ASIDE}|{_WORDS}{{0,5}})|\s+){_BE}(?P<state>{state})\b(?!\s+(?:toll|list|end|or\s+alive))",
        _FLAGS,
    )
    for what, state in _STATES.items()
}
_NOMINAL = {
    what: re.compile(rf"\b{_QUANTITY}\s*(?:x\s*)?(?:(?:confirmed|reported|civilian|more|other|further|new|serious|minor|people)\s+){{0,2}}(?P<state>{nouns})\b", _FLAGS)
    for what, nouns in _NOUNS.items()
}  # fmt: skip
_TOLL = {
    what: re.compile(
        rf"\b(?:{nouns})\b[^.;,\d]{{0,130}}?\b(?:to|at|as|is|was|of|reached|reaches|stands\s+at|hit|passed|topped|exceeded)\s+{_QUANTITY}(?![\s-]*(?:year|month|day|week|km|%|percent))\b",
        _FLAGS,
    )
    for what, nouns in _TOLLS.items()
}
_LONE = {
    what: re.compile(
        rf"\b(?:(?P<one>{_SINGLE})(?:{_ASIDE}|,\s[^,.;]{{1,50}},\s|\s+(?:from|of|in|on)\s+(?:[\w’'-]+\s+){{1,3}})(?:who\s+)?{_BE}|(?P<named>(?-i:{_NAMED}))\s+{_BE}|\b(?P<he>he|she)\s+{_BE})(?P<state>{state})\b",
        _FLAGS,
    )
    for what, state in (("killed", _DEAD), ("injured", _HURT), ("missing", _MISSING))
}
_AFTER_DEATH = re.compile(r"\bdied\b[^.;]{0,60}\bafter\s+being\s+(?:shot|stabbed|knifed|beaten|hit|struck)\b", _FLAGS)  # fmt: skip
_AND = re.compile(
    rf"(?:,\s*(?:and\s+)?|\s+and\s+|\s+as\s+well\s+as\s+|\s+plus\s+)(?P<item>{_ITEM}|(?:his|her|their)\s+(?:[\w’'-]+\s+){{0,2}}?{_ONE_PERSON}\b)(?!\s+(?:of|among)\s+(?:them|whom|those))(?P<after>\s*(?:,\s*(?:who\s+)?)?{_BE}(?:{_DEAD}|{_HURT}|{_MISSING}|{_MOVED}))?",
    _FLAGS,
)
_BEFORE_AND = re.compile(rf"(?P<item>{_ITEM})(?:,?\s+and|,)\s+$", _FLAGS)
_PERSON_VERB = re.compile(r"(?:kill|injur|wound|hurt|of|to|by|with|shot|hit)\w*\s+$", _FLAGS)
_CLAUSE_AFTER = re.compile(r"\s+(?:was|were|is|are|had|has|have)\b", _FLAGS)
_ITEM_HEAD = re.compile(_ITEM, _FLAGS)
_ZEROS = (
    (("killed", "injured"), re.compile(r"\b(?:(?:no|without(?:\s+any)?|zero)\s+(?:immediate\s+|civilian\s+|reported\s+)?(?:casualties|victims)|(?:nobody|no[ -]one|none)\s+(?:was|were|has\s+been|had\s+been)\s+(?:(?:killed|injured|wounded|hurt)\s+or\s+)?(?:killed|injured|wounded|hurt|harmed))\b", _FLAGS)),
    (("killed",), re.compile(r"\b(?:(?:no|without(?:\s+any)?)\s+(?:reported\s+)?(?:deaths|fatalities|loss\s+of\s+life)|(?:nobody|no[ -]one|none)\s+(?:was|were|has\s+been)\s+killed|(?:nobody|no[ -]one)\s+died|no\s+lives\s+were\s+lost|did\s+not\s+cause\s+(?:any\s+)?(?:deaths|casualties))\b", _FLAGS)),
    (("injured",), re.compile(r"\b(?:(?:no|without(?:\s+any)?)\s+(?:serious\s+|reported\s+)?(?:injuries|injured|wounded)|(?:(?:nobody|no[ -]one|none)(?:\s+(?:else|inside|aboard|on\s+board|in\s+the\s+\w+))?|neither\s+\w+)\s+(?:was|were|has\s+been|had\s+been)\s+(?:seriously\s+)?(?:hurt|injured|wounded)|(?:escaped|walked\s+away)\s+(?:unhurt|unharmed|uninjured|without\s+injury))\b", _FLAGS)),
)  # fmt: skip
_NO_REPORT = re.compile(r"\bno\s+(?:immediate\s+)?(?:reports?|word|information|details|confirmation)\b[^.;]{0,40}$|\b(?:if|whether)\b[^.;]{0,40}$", _FLAGS)  # fmt: skip
_SUBSET = re.compile(r"\b(?:including|among\s+(?:them|those|whom|the\s+(?:dead|injured|wounded|victims|casualties))(?:\s+(?:were|are|is|was))?|of\s+(?:them|whom|those)|of\s+the\s+(?:dead|victims|injured)|one\s+of)[,:]?\s+(?:at\s+least\s+)?(?:[\w-]+\s+(?:and|,)\s+)?$", _FLAGS)  # fmt: skip
_AGED = re.compile(rf"\b(?:{_ONE_PERSON}|one|aged?)\s+(?:of\s+|aged\s+|,\s+)?$", _FLAGS)
_PERIOD = re.compile(
    r"\b(?:since|so\s+far\s+this\s+year|this\s+year|last\s+year|in\s+the\s+first\s+(?:half|\w+\s+months)|this\s+year\s+alone|over\s+the\s+(?:past|last)\s+(?:\w+\s+)?(?:years?|months?|decades?)|every\s+year|each\s+year|a\s+year|annually|over\s+the\s+years|during\s+the\s+war|in\s+recent\s+years)\b",
    _FLAGS,
)
_WORTH = re.compile(
    r"kill|dead|dea|die|dying|lost|loss|losing|perish|slain|massacr|shot|liv|life|drown|murder|electrocut|succumb|KIA|WIA|injur|wound|hurt|hospital|maim|treat|condition|burns|missing|unaccounted|disappear|displac|evacu|homeless|uproot|fle[ed]|toll|casualt|fatal|leave|left|home|victim|no[ -]one|nobody|bodies|corpses|gunn|behead|execut|slaughter",
    _FLAGS,
)
_HINTS = {  # what a sentence needs to tell of each
    "killed": re.compile(r"kill|dead|death|die|dying|perish|slain|massacr|shot|li[fv]e|drown|murder|electrocut|succumb|kia|toll|fatal|gunn|behead|execut|slaughter|lost|loss|losing|victim", _FLAGS),
    "injured": re.compile(r"injur|wound|hurt|hospital|clinic|medical|maim|treat|condition|burns|concussion|wia", _FLAGS),
    "missing": re.compile(r"missing|unaccounted|disappear|search", _FLAGS),
    "displaced": re.compile(r"displac|evacu|homeless|uproot|fle[ed]|leave|left|leaving|home|forc|driv|relocat|mov|abandon", _FLAGS),
}  # fmt: skip
_NEGATED = re.compile(r"\b(?:not|never|no longer|n't|denied|deny|denies|could|would|might|may|can|if)\s+(?:\w+\s+){0,2}$", _FLAGS)  # fmt: skip
_PASSIVE_BEFORE = re.compile(
    r"\b(?:was|were|been|be|being|is|are|who|people|others)\s+(?:\w+ly\s+)?$", _FLAGS
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """A number of people as a sentence states it: ``sentence[start:end]``.

    ``what`` is killed, injured, missing or displaced. ``best`` is the figure stated (the lower of two), None for words of
    no number; ``low`` and ``high`` bound what the wording leaves open, an open end is None. ``total`` marks a running toll
    ("the toll rose to 22"), ``more`` a number that adds to one before ("three more").
    """

    what: str
    best: int | None
    low: int | None
    high: int | None
    start: int
    end: int
    total: bool = False
    more: bool = False


def read_counts(sentence: str) -> list[Count]:
    """Read the numbers of people that one sentence gives.

    Parameters
    ----------
    sentence : str

    Returns
    -------
    list of Count
        In order; parts of others ("including two children") are left out.
    """
    if not _WORTH.search(sentence):
        return []
    found: list[Count] = []
    for what in _WHATS:
        if _HINTS[what].search(sentence) is None:
            continue
        mine: list[Count] = []
        for count in _found(sentence, what):
            if not any(count.start < other.end and other.start < count.end for other in mine):
                mine.append(count)
        found += mine
    for whats, pattern in _ZEROS:
        match = pattern.search(sentence)
        if match is None or _NO_REPORT.search(sentence[: match.start()][-60:]):
            continue
        for what in whats:
            if not any(c.what == what for c in found):
                found.append(Count(what=what, best=0, low=0, high=0, start=match.start(), end=match.end()))
    return sorted(found, key=lambda count: (count.start, _WHATS.index(count.what)))


def spans_period(sentence: str) -> bool:
    """Tell whether a sentence's numbers are totals over a time ("40 killed since June")."""
    return _PERIOD.search(sentence) is not None


def chosen(counts: Sequence[Count], what: str) -> Count | None:
    """Return the count of one kind that holds for the event of a sentence: a running toll before others, the first else."""
    mine = [c for c in counts if c.what == what]
    return min(mine, key=lambda c: (not c.total, c.best is None, c.more, c.start), default=None)


def _found(sentence: str, what: str) -> Iterator[Count]:
    """Yield the counts of one kind, the safest reading of each stretch first."""
    for match in _TOLL[what].finditer(sentence):
        if not _is_part(sentence, match):
            yield replace(_count(sentence, match, what), total=True)
    for match in _ACTIVE[what].finditer(sentence):
        before = sentence[max(0, match.start() - 24) : match.start()]
        if _PASSIVE_BEFORE.search(before) or _NEGATED.search(before):
            continue
        if match.groupdict()["one"] is not None and re.search(rf"{_ATTACKERS}$", match["one"], _FLAGS):
            continue
        if what == "killed" and match["verb"].lower().startswith(("leav", "left")):
            what_else = sentence[match.end() : match.end() + 40]
            if not re.match(r"[^.;]*?\b(?:dead|killed)\b", what_else) and "dead" not in match[0]:
                continue
        yield _with_more(sentence, _count(sentence, match, what))
    for patterns in (_PASSIVE, _NOMINAL):
        for match in patterns[what].finditer(sentence):
            if _is_part(sentence, match) or _NEGATED.search(sentence[: match.start("state")][-14:]):
                continue
            yield _with_before(sentence, _count(sentence, match, what))
    if what in _LONE:
        for match in _LONE[what].finditer(sentence):
            if _NEGATED.search(sentence[: match.start("state")][-14:]) or _SUBSET.search(
                sentence[: match.start()][-50:]
            ):
                continue
            if what != "killed" and match["he"]:
                continue
            one = Count(what=what, best=1, low=1, high=1, start=match.start(), end=match.end())
            yield _with_before(sentence, one) if match["one"] else one
    if what == "killed":
        for match in _AFTER_DEATH.finditer(sentence):
            yield Count(what=what, best=1, low=1, high=1, start=match.start(), end=match.end())


def _is_part(sentence: str, match: re.Match[str]) -> bool:
    at = match.start("number") if match["number"] else match.start("vague")
    if _AGED.search(sentence, max(0, at - 30), at):
        return True
    return _SUBSET.search(sentence[max(0, match.start() - 60) : match.start()] + sentence[match.start() : at]) is not None  # fmt: skip


def _count(sentence: str, match: re.Match[str], what: str) -> Count:
    groups = match.groupdict()
    best: int | None
    low: int | None
    high: int | None
    if groups.get("one"):
        word = groups["one"].split()[-1].lower()
        best = low = high = 2 if word == "couple" else 1
        if word == "family":
            best, low, high = None, 2, None
    elif groups["vague"]:
        words = " ".join(groups["vague"].lower().split())
        best, low, high = (2, 2, 2) if words == "a couple" else (None, _VAGUE[words], None)
    else:
        best, low, high = _bounded(groups)
    more = re.search(r"\b(?:another|further|additional|more)\b", match[0], _FLAGS) is not None
    more = more and re.search(r"\bmore\s+than\b", match[0], _FLAGS) is None
    return Count(what=what, best=best, low=low, high=high, start=match.start(), end=match.end(), more=more)


def _bounded(groups: dict[str, str | None]) -> tuple[int, int | None, int | None]:
    best = number_value(groups["number"] or "")
    upper = groups["upper"] or groups["upper2"]
    if upper and number_value(upper) > best:
        return best, best, number_value(upper)
    if groups["least"] or groups["plus"]:
        return best, best, None
    if groups["most"]:
        return best, 0, best
    if groups["about"]:
        near = re.match(r"nearly|almost|close", groups["about"], _FLAGS)
        high = best if near else math.ceil(round(best * (1 + HEDGE_SHARE), 6))
        return best, math.floor(round(best * (1 - HEDGE_SHARE), 6)), high
    return best, best, best


def _with_before(sentence: str, count: Count) -> Count:
    """Add what stands before "and" to the subject that a count is: "Two soldiers and a civilian were killed"."""
    match = _BEFORE_AND.search(sentence, max(0, count.start - 120), count.start)
    if match is None or _PERSON_VERB.search(sentence[: match.start()][-20:]):
        return count
    head = _ITEM_HEAD.fullmatch(match["item"])
    other = _count(match["item"], head, count.what) if head else None
    return count if other is None else replace(_sum(count, other), start=match.start())


def _sum(count: Count, other: Count) -> Count:
    if count.best is None or other.best is None:
        return count
    return replace(
        count,
        best=count.best + other.best,
        low=None if count.low is None or other.low is None else count.low + other.low,
        high=None if count.high is None or other.high is None else count.high + other.high,
    )


def _with_more(sentence: str, count: Count) -> Count:
    """Add what "and" joins to a count: "killed 17 soldiers and 36 volunteers", "killing a woman and two children"."""
    while count.best is not None:
        match = _AND.match(sentence, count.end)
        if match is None or match["after"]:
            return count
        head = _ITEM_HEAD.fullmatch(match["item"])
        if head is None or re.search(rf"\b{_ATTACKERS}$", match["item"], _FLAGS):
            return count
        if _CLAUSE_AFTER.match(sentence, match.end("item")) or "who" in match["item"].split():
            return count  # begins a clause of its own
        other = _count(match["item"], head, count.what)
        if other.best is None or re.match(r"the\b", match["item"], _FLAGS):
            return count
        count = replace(_sum(count, other), end=match.end("item"))
    return count


def number_value(words: str) -> int:
    """Return the value of a number in digits or English words, such as "1,200", "twenty-one" or "a hundred"."""
    text = words.lower().replace(",", "")
    if text.isdecimal():
        return int(text)
    scale = 1
    for word, factor in (("hundred", 100), ("thousand", 1000), ("dozen", 12), ("million", 1_000_000)):
        if text.endswith(word):
            text, scale = text.removesuffix(word).strip(), factor
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return round(float(text) * scale)
    return scale * sum(NUMBER_WORDS[part] for part in re.split(r"[\s-]+", text) if part)
