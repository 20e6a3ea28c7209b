"""Tells from a sentence whether something happened, and of what kind it was.

A sentence reports an event if words for events in it are asserted: not allowed, planned, feared, denied or summed up
over a period. The word lists hold the vocabulary of news English and carry the kind of each word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

IMPACT = "impact"  # something was hit or somebody died, by what is not said
# kind, verbs that assert the event by themselves, nouns that name it
_LEXICON: tuple[tuple[str, str, str], ...] = (
    (
        "airstrike_or_drone",
        r"bombed|(?:air-?)?dropped (?:\w+ ){0,2}bombs|strafed|downed|shot down",
        r"air ?strikes?|air-strikes?|air raids?|air attacks?|aerial (?:attacks?|bombardments?|bombings?)|drone (?:attacks?|strikes?|raids?)|"
        r"drones?|warplanes?|fighter jets?|uavs?|guided bombs?|bombs? dropped|glide bombs?|barrel bombs?|bombing raids?|helicopter gunships?|shaheds?",
    ),
    (
        "shelling_or_missile",
        r"shelled|fired (?:rockets|missiles|shells|artillery)",
        r"shelling|shells?|missiles?|rockets?|rocket (?:attacks?|fire)|missile (?:attacks?|strikes?)|artillery|mortars?|mortar fire|bombardments?|"
        r"(?:[A-Z][a-z]+ian|enemy|tank|army) fire|heavy weapons",
    ),
    (
        "explosion",
        r"exploded|detonated|blew up|blown up|went off",
        r"explosions?|blasts?|bombings?(?! (?:base|run|campaign))|car bombs?|suicide bombers?|suicide bombings?|bombs?|ieds?|landmines?|roadside bombs?|detonations?",
    ),
    (
        "clash",
        r"clashed|exchanged fire|traded fire|skirmished|battled|fought",
        r"clash(?:es)?|gun ?battles?|firefights?|gunfights?|shoot-?outs?|skirmish(?:es)?|fighting|battles?|exchanges? of fire|crossfire|offensive|incursion",
    ),
    (
        "civil_unrest",
        r"protested|rioted|took to the streets|fired tear gas|rallied|marched|demonstrated|looted|torched|walked out",
        r"protests?|demonstrations?|riots?|rioting|unrest|looting|sit-ins?|protesters|demonstrators|rioters|mob|tear gas|uprising",
    ),
    (
        "accident",
        r"crashed|collided|derailed|capsized|sank|overturned|caught fire|collapsed|plunged|ran aground|rammed|trampled|crushed",
        r"accidents?|crash(?:es)?|collisions?|derailments?|stampedes?|fires?|blaze|shipwrecks?|pile-?up|building collapse|crush|gas leak|wreck",
    ),
    (
        "natural_disaster",
        r"flooded|inundated|made landfall|washed away|swept away",
        r"earthquakes?|quakes?|temblors?|tremors?|aftershocks?|floods?|flooding|flash floods?|landslides?|mudslides?|avalanches?|cyclones?|"
        r"hurricanes?|typhoons?|tornado(?:es)?|tsunamis?|volcan\w+|eruptions?|wildfires?|bushfires?|forest fires?|storms?|heavy rains?|"
        r"torrential rains?|heatwave|blizzard|hailstorm|lightning",
    ),
    (
        "crime",
        r"robbed|kidnapped|abducted|murdered|looted|smuggled|seized|arrested|detained|raped|hijacked|burgled",
        r"robber(?:y|ies)|kidnappings?|abductions?|murders?|homicides?|burglar(?:y|ies)|thefts?|arson|hijackings?|smuggling|arrests?",
    ),
    (
        "armed_attack",
        r"attacked|stormed|ambushed|raided|gunned down|opened fire|shot|stabbed|knifed|beheaded|massacred|executed|overran|swept through",
        r"attacks?|ambush(?:es)?|raids?|assaults?|massacres?|shootings?|mass shootings?|stabbings?|gunfire|gunm[ae]n|strikes?|executions?",
    ),
    (
        IMPACT,
        r"struck|hit(?! back)|targeted|damaged|destroyed|wrecked|ravaged|gutted|levell?ed|flattened|set fire to|burned down|pounded|killed|rocked|shook|jolted|erupted|(?:stabbed|burned|burnt|beaten|crushed|hacked|trampled) to death",
        r"(?<=that )event|(?<=the )incident",
    ),
    (
        "diplomatic",
        r"met (?:with(?! (?:applause|protests?|criticism|outrage|anger|resistance|mourning|silence|cheers|disbelief))|in|on|for|to)|(?:ministers|leaders|presidents|officials|delegations|envoys|diplomats|negotiators|two|sides|they) (?:had )?met|"
        r"gathered|convened|signed|hosted|agreed (?:to|on) (?:a )?(?:truce|ceasefire|deal)|entered into an agreement|shook hands|voted",
        r"summits?|meetings?|talks|negotiations|conferences?|news conferences?|press conferences?|ceasefires?|truces?|peace deal|accords?|"
        r"assembly of|gathering|state visit|inauguration|ceremony",
    ),
    (
        "other",
        r"evacuated|cleared|dispersed|escaped|fled|withdrew|entered|captured|recaptured|deployed|resigned|launched|seized control",
        r"evacuations?|funerals?|processions?|power cuts?|blackouts?|outages?|outbreaks?|jailbreaks?|prison breaks?|coup",
    ),
)
# A bare "attack" says less about the kind than "missile" does; the first kind in this order that a sentence names wins.
KIND_ORDER = (
    "airstrike_or_drone",
    "shelling_or_missile",
    "natural_disaster",
    "explosion",
    "clash",
    "accident",
    "civil_unrest",
    "armed_attack",
    "crime",
    "diplomatic",
    "other",
)
_NAMED = frozenset({"diplomatic", "clash", "other"})  # kinds whose nouns often stand in names
VIOLENT = frozenset(
    {"airstrike_or_drone", "shelling_or_missile", "explosion", "clash", "armed_attack", "crime"}
)

_VERBS = [(kind, re.compile(rf"\b(?:{verbs})\b")) for kind, verbs, _ in _LEXICON]
_NOUNS = [(kind, re.compile(rf"\b(?:{nouns})\b", re.IGNORECASE)) for kind, _, nouns in _LEXICON]

# What all of them need: most sentences hold none, and are done with one look.
_ANY_VERB = re.compile(rf"\b(?:{'|'.join(verbs for _, verbs, _ in _LEXICON)})\b")
_ANY_NOUN = re.compile(rf"\b(?:{'|'.join(nouns for _, _, nouns in _LEXICON)})\b", re.IGNORECASE)

REACH_CHARS = 120  # how far before a word its "would", "not" or "the" is looked for
_NOT_SAID = re.compile(
    r"\b(?:could|would|may|might|should|can|cannot|can't|will|won't|shall|must|if|unless|whether|plan(?:s|ned|ning)?|"
    r"threat(?:s|en|ens|ened|ening)?|(?<!early )(?<!early-)warn(?:s|ed|ing|ings)?|vow(?:s|ed|ing)?|pledg\w+|allow(?:s|ed|ing)?|permi\w+|authori[sz]\w+|ban|bans|banned|"
    r"prohibit\w*|prevent\w*|avoid\w*|avert\w*|right to|risks?|fear(?:s|ed|ing)?|possib\w+|potential\w*|likely|unlikely|capab\w+|"
    r"deter\w*|urg(?:e|es|ed|ing)|call(?:s|ed|ing)? (?:for|on)|demand\w*|seek(?:s|ing)?|future|expected|forecasts?|"
    r"drills?|exercises?|anniversary|deny|denied|denies|denying|not|never|no|n't|without|foil\w*|thwart\w*|intend\w*|want(?:s|ed)? to|"
    r"refus\w+|consider\w*|propos\w+|against|defend\w*|self-defen[cs]e|invit\w+|declin\w+|upcoming|scheduled|due|hop(?:e|es|ed|ing)|ahead of)\b"
    r"(?P<gap>[^;:—–“”\"]{0,45})$",
    re.IGNORECASE,
)
# Words that end the reach of a "would" or "to" before them.
_REACH_END = re.compile(
    r"\b(?:after|when|where|which|who|because|since|while|following|but|in which|during|as)\b|, and\b|, [a-z]+ing\b|\. ",
    re.IGNORECASE,
)
_BEFORE_PLURAL = re.compile(
    r"\b(?:a|an|one|two|three|four|five|six|several|twin|the|these|those|both)\s+(?:(?!(?:in|of)\b)[\w-]+\s+){0,3}$",
    re.IGNORECASE,
)
_DEFINITE = re.compile(
    r"\b(?:the|this|that|these|those|its|their|'s|’s)\s+(?:[\w-]+\s+){0,2}$", re.IGNORECASE
)
_BARE_OBJECT = re.compile(r"\b(?:from|against|of|for|under|any)\s+$", re.IGNORECASE)
_TALLY = re.compile(
    r"\b(?:increas\w+ (?:number|in)|surge (?:in|of)|spate of|series of|waves? of|rise in|months? of|weeks of|years of|decades? of|in recent (?:days|weeks|months|years)|"
    r"so far this year|since (?:the|early|late|mid|january|february|march|april|may|june|july|august|september|october|november|december|19\d\d|20\d\d|then)|"
    r"daily|frequent\w*|regular(?:ly)?|repeated(?:ly)?|often|have been \w+ing|has been \w+ing|had been \w+ing|every (?:day|week|month|year)|"
    r"previously|in the past|this is the \w+ time|history of|dozens of|hundreds of|more than \d+ (?:attacks|strikes|drones|missiles)|renewed)\b",
    re.IGNORECASE,
)
# What was hit, so that two events at one place can be told apart.
_TARGETS = (
    ("apartment block", r"apartment (?:blocks?|buildings?)|block of flats|blocks? of flats|flats|high-rise|residential (?:buildings?|blocks?|towers?)|tower block"),
    ("factory", r"factor(?:y|ies)|industrial (?:plant|site)|printing (?:house|plant|works)|warehouses?|workshop"),
    ("store", r"superstores?|supermarkets?|stores?|shops?|malls?|shopping cent(?:er|re)s?|hypermarket"),
    ("market", r"markets?|bazaars?|marketplace"),
    ("school", r"schools?|universit(?:y|ies)|colleges?|kindergartens?|dormitor(?:y|ies)|seminary|madrasa"),
    ("hospital", r"hospitals?|clinics?|maternity ward"),
    ("place of worship", r"churches|church|mosques?|temples?|synagogues?|monaster(?:y|ies)|cathedrals?|shrine"),
    ("oil refinery", r"(?:oil )?refiner(?:y|ies)|oil depots?|fuel depots?|oil terminal|oilfields?|gas pipelines?|pipelines?"),
    ("power plant", r"power (?:plants?|stations?|grid)|substations?|nuclear plant|hydroelectric|dam\b|reservoir"),
    ("radar", r"radars?|air[- ]defen[cs]e system|early[- ]warning"),
    ("air base", r"air ?bases?|airfields?|bomber bases?|bombing bases?|military bases?|army bases?|\bbases?\b|barracks|outposts?|checkpoints?|military camp"),
    ("airport", r"airports?"),
    ("port", r"ports?(?!-)|harbours?|harbors?|docks?|shipyard"),
    ("bridge", r"bridges?"),
    ("train", r"trains?|(?:rail(?:way)?|train|metro|subway) (?:station|line)s?|railway"),
    ("bus", r"bus(?:es)?|minibus(?:es)?|coach"),
    ("convoy", r"convoys?|patrols?|motorcade"),
    ("ship", r"ships?|boats?|ferr(?:y|ies)|vessels?|tankers?"),
    ("aircraft", r"planes?|jets?|aircraft|helicopters?|airliner|flight"),
    ("camp", r"camps?|shelters?"),
    ("hotel", r"hotels?|restaurants?|caf[eé]s?|bars?|nightclubs?|resort"),
    ("prison", r"prisons?|jails?|detention (?:cent(?:er|re)|camp)"),
    ("homes", r"houses?|homes?|dwellings?"),
    ("embassy", r"embass(?:y|ies)|consulates?"),
    ("government building", r"parliament|town hall|city hall|police station|courthouse|headquarters|ministry building"),
)  # fmt: skip
_TARGET_PATTERNS = [(name, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)) for name, pattern in _TARGETS]
_ANY_TARGET = re.compile(rf"\b(?:{'|'.join(pattern for _, pattern in _TARGETS)})\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """An asserted word for an event: ``sentence[start:end]``."""

    start: int
    end: int
    text: str
    kind: str
    verb: bool
    definite: bool = False  # "the blast": an event told before
    generic: bool = False  # "attacks": no one event


@dataclass(frozen=True, kw_only=True, slots=True)
class EventSigns:
    """What speaks for an event in a sentence, and against."""

    triggers: tuple[Trigger, ...]
    tally: bool
    targets: tuple[tuple[str, int, int], ...]  # what was hit, and where the words for it stand

    @property
    def kind(self) -> str | None:
        """The most telling kind among the asserted words; ``IMPACT`` where they name none."""
        named = {trigger.kind for trigger in self.triggers}
        return next((kind for kind in (*KIND_ORDER, IMPACT) if kind in named), None)


def read_signs(sentence: str) -> EventSigns:
    """Find the asserted words for events in a sentence.

    Parameters
    ----------
    sentence : str

    Returns
    -------
    EventSigns
        Without triggers if nothing in the sentence is said to have happened.
    """
    triggers: dict[tuple[int, int], Trigger] = {}
    for verb, any_of, patterns in ((True, _ANY_VERB, _VERBS), (False, _ANY_NOUN, _NOUNS)):
        if any_of.search(sentence) is None:
            continue
        for kind, pattern in patterns:
            for match in pattern.finditer(sentence):
                trigger = _trigger(sentence, match, kind, verb)
                if trigger is not None and not _inside_longer(match.span(), triggers):
                    triggers[match.span()] = trigger
    wanted = _TARGET_PATTERNS if _ANY_TARGET.search(sentence) else []
    hits = ((name, pattern.search(sentence)) for name, pattern in wanted)
    targets = tuple((name, *hit.span()) for name, hit in hits if hit is not None)
    ordered = tuple(triggers[span] for span in sorted(triggers))
    return EventSigns(triggers=ordered, tally=bool(_TALLY.search(sentence)), targets=targets)


def _inside_longer(span: tuple[int, int], triggers: dict[tuple[int, int], Trigger]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in triggers)


def _trigger(sentence: str, match: re.Match[str], kind: str, verb: bool) -> Trigger | None:
    before = sentence[max(0, match.start() - REACH_CHARS) : match.start()]
    not_said = _NOT_SAID.search(before)
    if not_said and not _REACH_END.search(not_said["gap"]):
        return None
    if re.search(
        r"\bto\s+(?:\w+ly\s+)?$" if not verb else r"\b(?:to|be|get)\s+(?:\w+ly\s+)?$", before, re.IGNORECASE
    ):
        return None
    word = match[0].lower()
    if not verb and kind in _NAMED and match[0][0].isupper() and before.rstrip():
        return None  # the General Assembly, the National Conference, the Battle of Verdun
    plural = not verb and word.endswith("s") and not word.endswith("ss")
    generic = plural and not _BEFORE_PLURAL.search(before)
    generic = generic or (not verb and bool(_BARE_OBJECT.search(before)))
    return Trigger(
        start=match.start(),
        end=match.end(),
        text=match[0],
        kind=kind,
        verb=verb,
        definite=not verb and bool(_DEFINITE.search(before)),
        generic=generic,
    )
