"""Reads how many people were killed or injured from a sentence.

"At least N" is read as N; attackers among the dead are not counted; 0 is read only where the text says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mapper.dates import NUMBER_WORDS

_UNITS = "|".join(sorted((w for w in NUMBER_WORDS if w not in {"a", "an"}), key=len, reverse=True))
_NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}}){{1,2}}(?!,?\d)|(?<![\d.,])\d{{1,7}}(?![\d])|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-(?:{_UNITS})|(?:an?|{_UNITS})\s+(?:hundred|thousand)(?!s)|(?:a|two|three) dozen|{_UNITS})"
_HEDGE = r"(?:(?:at|no) (?:least|fewer than|less than)|(?:more|fewer|less) than|over|around|about|nearly|almost|some|up to|as many as|roughly|approximately|a further|another|only|just|an estimated|a total of|all)\s+"
_PERSON = (
    r"(?:people|persons?|civilians?|residents?|soldiers?|troops?|servicemen|policemen|police officers?|officers?|men|man|women|woman|"
    r"children|child|boys?|girls?|students?|pupils?|passengers?|workers?|villagers?|migrants?|protesters?|demonstrators?|"
    r"others?|more|victims?|personnel|guards?|journalists?|drivers?|pedestrians?|patients?|medics?|firefighters?|miners?|"
    r"fishermen|pilgrims?|worshippers?|refugees?|individuals?|teenagers?|crew members?|members?|adults?|tourists?|nationals?)"
)
_ATTACKERS = r"(?:attackers?|militants?|gunmen|gunman|terrorists?|insurgents?|assailants?|bombers?|suspects?|jihadists?|rebels?|extremists?)"
_BE = r"(?:(?:were|was|are|is|have|has|had|been|be|being|also|reportedly|confirmed|left|now|later|at least|listed as|pronounced)\s+){0,4}"
_WORDS = rf"(?:(?!(?:\d|[-–—]|(?:{_UNITS})\b|among\b|(?:killed|dead|deaths?|fatalities|died|injured|wounded|hurt|houses?|homes?|buildings?|vehicles?|cars?|drones?|missiles?|km|miles?|kilomet\w+|percent|years?|days?|hours?|months?|weeks?|times?|minutes?|after|before|since|when|where|while|that)\b))[^\s,;.:()]+\s+){{0,5}}"
_ASIDE = r",\s*(?:including|among them|most of them|one of them|some of them|mostly|all)[^;.]{0,60}?,\s*"

_DEAD = r"(?:(?:stabbed|burned|burnt|beaten|crushed|hacked|trampled) to death|killed|dead|died|dying|perished|slain|massacred|shot dead|lost (?:their|his|her) lives?|drowned)"
_HURT = r"(?:injured|wounded|hurt|hospitali[sz]ed|taken to hospital|treated for injuries)"


def _patterns(state: str, verb: str, noun: str) -> list[re.Pattern[str]]:
    number = rf"(?:{_HEDGE}){{0,2}}(?<!\bno )(?<!\bno-)(?P<number>{_NUMBER})"
    return [
        re.compile(pattern, re.IGNORECASE)
        for pattern in (
            # killed at least three people; leaving 12 dead; claimed the lives of six
            rf"\b(?:{verb})\s+{number}\b(?![\s-]*(?:year|month|day|km|%|percent|per cent|houses?|homes?|buildings?|{_ATTACKERS}))",
            # the death toll has risen to 22; put the number of wounded at 18
            rf"\b(?:{noun})\b[^.;,\d]{{0,40}}?\b(?:to|at|is|was|of|reached|stands at|hit)\s+{number}\b",
            # 19 were killed; seven civilians were killed; around twenty more, including …, were injured
            rf"\b{number}\s+(?!(?:{_ATTACKERS})\b)(?:{_PERSON}{_ASIDE}|{_WORDS}){_BE}{state}\b",
            # 15 dead; 56 deaths; six fatalities
            rf"\b{number}\s+(?:{noun})\b",
        )
    ]


_KILLED = _patterns(
    _DEAD,
    r"kill(?:ed|ing|s)|shot dead|shooting dead|gunn(?:ed|ing) down|slaughter(?:ed|ing)|massacr(?:ed|ing)|behead(?:ed|ing)|execut(?:ed|ing)|claim(?:ed|ing|s) the lives of|claim(?:ed|ing|s)(?= (?:\w+ ){1,4}lives)|leav(?:ing|es)(?= (?:[\w-]+ ){1,6}dead)|left(?= (?:[\w-]+ ){1,6}dead)",
    r"death toll|number of (?:dead|deaths|killed|victims)|deaths?|fatalities|fatality|toll",
)
_INJURED = _patterns(
    _HURT,
    r"injur(?:ed|ing|es)|wound(?:ed|ing|s)|hurt(?:ing)?|leav(?:ing|es)(?= (?:[\w-]+ ){1,6}(?:injured|wounded|hurt))",
    r"number of (?:injured|wounded|injuries)|injuries|casualties injured",
)
_ONE_KILLED = re.compile(
    rf"\b(?:a|an|one|the|another)\s+(?:[\w-]+\s+){{0,3}}{_PERSON}\s+(?:was|has been|had been|is)\s+(?:also\s+)?(?:shot dead|killed|stabbed to death|beaten to death)\b"
    r"|\b(?:he|she)\s+(?:was|has been|had been)\s+(?:killed|shot dead)\b"
    r"|\bdied\b[^.;]{0,60}\bafter being (?:shot|stabbed|knifed|beaten|hit|struck)\b"
    r"|\bclaim(?:ed|ing|s) the life of\b|\bkilling\s+(?:a|an|one)\s+(?!dozen|hundred)[\w-]+|\bkilled\s+(?:a|an)\s+(?!dozen|hundred|number)(?:[\w-]+\s+){0,3}"
    rf"{_PERSON}\b",
    re.IGNORECASE,
)
_ONE_INJURED = re.compile(
    rf"\b(?:a|an|one|another)\s+(?:[\w-]+\s+){{0,3}}{_PERSON}\s+(?:was|has been|had been)\s+(?:also\s+)?(?:slightly |seriously |critically |lightly )?(?:injured|wounded|hurt)\b"
    rf"|\b(?:injuring|wounding)\s+(?:a|an|one)\s+(?!dozen|hundred)[\w-]+",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"\b(?:no (?:casualties|victims)|without casualties|(?:nobody|no[ -]one) was (?:killed or )?(?:hurt|injured|killed|harmed))\b",
    re.IGNORECASE,
)
_NO_DEATHS = re.compile(r"\bno (?:deaths|fatalities|loss of life)\b", re.IGNORECASE)
_NO_INJURIES = re.compile(
    r"\bno (?:injuries|injured|wounded)\b|\bno[ -]one was (?:hurt|injured)\b", re.IGNORECASE
)
_SUBSET = re.compile(
    r"\b(?:including|among (?:them|those)|of (?:them|whom|those))\s+(?:at least\s+)?$", re.IGNORECASE
)
_PERIOD = re.compile(
    r"\b(?:since|so far this year|this year|last year|in the first (?:half|\w+ months)|this year alone|in total|over the (?:past|last) (?:\w+ )?(?:years?|months?|decades?)|every year|each year|a year|annually)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Casualties:
    """How many were killed and injured; None where the text gives no number. ``tally`` marks a total over time."""

    killed: int | None = None
    injured: int | None = None
    tally: bool = False

    def __bool__(self) -> bool:
        return self.killed is not None or self.injured is not None


def read_casualties(sentence: str) -> Casualties:
    """Read the casualties that one sentence gives.

    Parameters
    ----------
    sentence : str

    Returns
    -------
    Casualties
    """
    killed = _read(sentence, _KILLED)
    injured = _read(sentence, _INJURED)
    if injured is None:
        injured = _elliptic(sentence)
    if killed is None and _ONE_KILLED.search(sentence):
        killed = 1
    if injured is None and _ONE_INJURED.search(sentence):
        injured = 1
    if _NOBODY.search(sentence):
        killed, injured = killed or 0, injured or 0
    if killed is None and _NO_DEATHS.search(sentence):
        killed = 0
    if injured is None and _NO_INJURIES.search(sentence):
        injured = 0
    return Casualties(killed=killed, injured=injured, tally=bool(_PERIOD.search(sentence)))


def _read(sentence: str, patterns: list[re.Pattern[str]]) -> int | None:
    """Return the first number that is no part of another ("including two children")."""
    for pattern in patterns:
        for match in pattern.finditer(sentence):
            if not _SUBSET.search(sentence[max(0, match.start("number") - 40) : match.start("number")]):
                more = _AND_MORE.match(sentence, match.end("number"))
                return number_value(match["number"]) + (number_value(more["number"]) if more else 0)
    return None


# "killed 17 soldiers and 36 volunteers", but not "killed 17 people and 36 were hurt"
_AND_MORE = re.compile(
    rf"\s+{_PERSON}\s+and\s+(?P<number>{_NUMBER})\s+(?:{_PERSON}|volunteers?|fighters?)\b(?!\s+(?:were|was|others?|{_DEAD}|{_HURT}))",
    re.IGNORECASE,
)
_ELLIPTIC = re.compile(
    rf"{_DEAD}\s+(?:and|,)\s+(?:{_HEDGE}){{0,2}}(?P<number>{_NUMBER})\s+(?:{_PERSON}\s+)?(?:{_BE})?{_HURT}\b",
    re.IGNORECASE,
)


def _elliptic(sentence: str) -> int | None:
    match = _ELLIPTIC.search(sentence)
    return number_value(match["number"]) if match else None


def number_value(words: str) -> int:
    """Return the value of a number in digits or English words, such as "1,200", "twenty-one" or "a hundred"."""
    text = words.lower().replace(",", "")
    if text.isdecimal():
        return int(text)
    scale = 1
    for word, factor in (("hundred", 100), ("thousand", 1000), ("dozen", 12)):
        if text.endswith(word):
            text, scale = text.removesuffix(word).strip(), factor
    return scale * sum(NUMBER_WORDS[part] for part in re.split(r"[\s-]+", text) if part)
