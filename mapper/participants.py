"""Reads who did it, to whom, with what, and who says so or denies it, from the sentence that tells an event."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mapper.casualties import Count
from mapper.model import Resolution

# Heads of noun phrases that act: forces, bands, bodies.
_AGENTS = (
    r"army|military|troops|soldiers|forces|navy|air\s+force|airforce|marines|police|officers|gendarmes|guards?|coast\s+guard|border\s+guards|"
    r"militants?|gunm[ae]n|insurgents?|rebels?|fighters?|jihadis?(?:ts?)?|terrorists?|extremists?|separatists?|bandits?|pirates?|attackers?|assailants?|"
    r"militias?|militiam[ae]n|paramilitaries|mercenaries|bombers?|suicide\s+bombers?|protesters|demonstrators|rioters|mobs?|gangs?|gang\s+members|"
    r"settlers|herders|herdsmen|villagers|vigilantes|warplanes?|jets?|aircraft|drones?|helicopters?|gunships?|artillery|missiles?|rockets?|"
    r"robbers?|thieves|burglars?|smugglers?|kidnappers?|man|men|woman|teenager|student|suspects?|group|junta|regime|state|government|authorities"
)
_GROUPS = (
    r"Islamic\s+State(?:\s+West\s+Africa\s+Province|\s+group)?|ISIS|ISIL|ISWAP|Daesh|IS|(?i:al)[- ]Qaeda(?:[- ]linked\s+\w+)?|(?i:al)[- ]Shabaab|Boko\s+Haram|Taliban|Hamas|Hezbollah|Hizbollah|"
    r"Houthis?|PKK|YPG|SDF|M23|ADF|RSF|Rapid\s+Support\s+Forces|JNIM|Wagner(?:\s+Group)?|TTP|BLA|ELN|FARC|FSB|IDF|NATO|Arakan\s+Army|"
    r"[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+){0,3}\s+(?:Army|Front|Brigades?|Forces|Movement|Cartel|Guards?|Corps|Battalion|Group)"
)
_PHRASE = r"(?:(?i:the|a|an|some|several|unidentified|unknown|suspected|armed|masked|two|three|four|five|six|dozens\s+of|hundreds\s+of)\s+){0,3}(?:(?:[A-Z][\w’'.-]*|[\w-]+-(?:led|backed|linked|allied|held|old)|government|security|special|rebel|riot|local|federal|state|junta|enemy|lone|young|anti-\w+|pro-\w+|Islamist|jihadist|separatist)\s+){0,4}"
_AGENT = rf"\b(?P<agent>{_PHRASE}(?i:{_AGENTS})\b(?:\s+(?:from|of)\s+(?:the\s+)?[A-Z][\w-]+(?:\s+[A-Z][\w-]+){{0,2}})?|(?:the\s+)?(?:{_GROUPS})\b(?:\s+(?:militants|fighters|rebels|insurgents|gunmen))?)"
_DEEDS = (
    r"attacked|bombed|shelled|struck|hit|raided|stormed|ambushed|opened\s+fire|fired|launched|targeted|killed|shot|stabbed|abducted|kidnapped|seized|captured|"
    r"detonated|blew\s+(?:up|himself|herself|themselves)|clashed|burned|torched|looted|robbed|set\s+fire|threw|hurled|pelted|dropped|destroyed|overran|beheaded|executed|"
    r"arrested|detained|dispersed|beat|crossed|intercepted|shot\s+down|downed|rammed|drove|massacred|fought|entered|besieged|broke\s+into|sank|mined|pounded"
)
_ACTS = re.compile(
    rf"{_AGENT}(?:\s*,[^,.;]{{1,60}},|\s+(?:on|in|with|armed\s+with|riding|wearing)\s+(?:[\w-]+\s+){{0,2}}[\w-]+)?\s+(?:(?:have|has|had|also|then|again|reportedly|allegedly|later|simultaneously)\s+){{0,3}}(?P<deed>{_DEEDS})\b"
)
_BY = re.compile(rf"\b(?:{_DEEDS}|carried\s+out|caused|attacks?|strikes?|raids?|shelling|bombing|attributed|blamed|fired|claimed)\s+(?:\w+\s+){{0,3}}?(?:by|on)\s+{_AGENT}")  # fmt: skip
_CLAIMS = re.compile(
    rf"(?P<agent>(?:the\s+)?(?:{_GROUPS})\b(?:\s+group)?|{_PHRASE}(?:{_AGENTS})\b)[^.;]{{0,60}}?\b(?:claimed\s+(?:responsibility|the\s+attack)|said\s+(?:it|they|its\s+\w+)\s+(?:had\s+)?(?:carried\s+out|was\s+behind|were\s+behind|attacked|struck|targeted|killed))|\bresponsibility\s+(?:for\s+[^.;]{{1,40}}\s+)?was\s+claimed\s+by\s+(?P<agent2>(?:the\s+)?(?:{_GROUPS})\b)"
)
_DENIES = re.compile(
    rf"(?P<agent>(?:[A-Z][\w’'.-]+\s+){{1,3}}|(?:the\s+)?(?:{_GROUPS})\s+|{_PHRASE}(?:{_AGENTS}|officials?|ministry|spokes\w+)\s+)(?:has|have|had)?\s*(?:denied|denies|deny|rejected\s+the\s+(?:claim|accusation))\b"
)
_ARMS = (
    r"(?:ballistic|cruise|guided|surface-to-air|anti-tank|S-300|Iskander|Kinzhal|Grad|Katyusha|[A-Z][\w-]+)?\s*missiles?|rockets?(?:-propelled\s+grenades?)?|RPGs?|(?:kamikaze|attack|explosive|suicide|Shahed|[A-Z][\w-]+)?\s*drones?|UAVs?|"
    r"(?:barrel|cluster|glide|guided|aerial|car|truck|roadside|suicide|petrol|pipe|nail|homemade|motorcycle|vehicle|sticky|time)\s+bombs?|bombs?|car\s+bomb|truck\s+bomb|IEDs?|improvised\s+explosive\s+devices?|explosives|land\s?mines?|mines|grenades?|"
    r"artillery|mortars?(?:\s+(?:shells?|rounds?|fire))?|shells?|tanks?|heavy\s+weapons|machine\s?guns?|(?:assault|automatic|hunting|sniper)\s+rifles?|rifles?|pistols?|handguns?|revolvers?|shotguns?|AK-47s?|small\s+arms|gunfire|live\s+(?:ammunition|rounds|fire)|"
    r"knives|knife|machetes?|axes?|hammers?|arrows?|stones|bottles|petrol\s+bombs|Molotov\s+cocktails|tear\s+gas|water\s+cannons?|rubber\s+bullets|batons|acid|poison|chlorine|sarin|nerve\s+agent"
)
_CAUSES = (
    r"(?:(?:a\s+)?magnitude[\s-]?\d(?:\.\d)?|\d\.\d[\s-]magnitude|powerful|strong|shallow|undersea)?\s*(?:earthquake|quake|temblor|tremor|aftershock)|tsunami|(?:(?:Category\s+\d|Hurricane|Typhoon|Cyclone|Storm|Tropical\s+Storm)\s+)?(?:[A-Z]\w+\s+)?(?:hurricane|typhoon|cyclone)|"
    r"(?:Hurricane|Typhoon|Cyclone|Tropical\s+Storm|Storm)\s+[A-Z]\w+|tornado(?:es)?|flash\s+floods?|floods?|flooding|landslides?|mudslides?|avalanches?|wildfires?|bush\s?fires?|forest\s+fires?|volcanic\s+eruption|eruption|heavy\s+rains?|torrential\s+rains?|blizzard|lightning|storm|"
    r"gas\s+leak|short\s+circuit|fog|brake\s+failure|stampede|derailment|fire|blaze"
)
_WEAPON = re.compile(rf"\b(?:{_ARMS})\b")
_CAUSE = re.compile(rf"\b(?:{_CAUSES})\b")
_ABSTRACT = re.compile(r"\b(?:air\s?strikes?|drone\s+strikes?|missile\s+strikes?|air\s+raids?|shelling|bombing)\b")  # fmt: skip
ARMED_KINDS = frozenset(
    {"armed_attack", "airstrike_or_drone", "shelling_or_missile", "explosion", "clash", "crime", "civil_unrest"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody or something in an event: ``sentence[start:end] == text``. ``role`` is by, to, claimed, denied or weapon."""

    role: str
    text: str
    start: int
    end: int
    country: str | None = None


def read_parts(
    sentence: str, kind: str, counts: Sequence[Count], resolutions: Sequence[Resolution], offset: int
) -> list[Part]:
    """Read who and what had a part in the event that a sentence tells.

    Parameters
    ----------
    sentence : str
    kind : str
        Of the event: what looks like a weapon is one only where something armed happened.
    counts : sequence of Count
        The numbers of people of the sentence that belong to the event: to whom it was done.
    resolutions : sequence of Resolution
        The toponyms of the sentence; demonyms among them give actors their country.
    offset : int
        Where the sentence begins in the report.
    """
    found: list[Part] = []

    def add(role: str, start: int, end: int) -> None:
        words = sentence[start:end]
        start += len(words) - len(words.lstrip())
        end = start + len(words.strip())
        if end > start and not any(p.start < end and start < p.end and p.role == role for p in found):
            country = _country(resolutions, offset + start, offset + end)
            found.append(Part(role, sentence[start:end], start, end, country))

    for match in _CLAIMS.finditer(sentence):
        group = "agent" if match["agent"] else "agent2"
        add("claimed", *match.span(group))
    for match in _DENIES.finditer(sentence):
        add("denied", *match.span("agent"))
    if kind in ARMED_KINDS and not any(part.role == "denied" for part in found):
        for pattern in (_ACTS, _BY):
            for match in pattern.finditer(sentence):
                add("by", *match.span("agent"))
    for count in counts:
        if count.best != 0:
            add("to", count.start, count.end)
    weapon = (_WEAPON if kind in ARMED_KINDS else _CAUSE).search(sentence) or (
        _ABSTRACT.search(sentence) if kind in ARMED_KINDS else None
    )
    if weapon is not None and kind not in {"diplomatic", "other"}:
        add("weapon", *weapon.span())
    return found


def is_claim(sentence: str) -> bool:
    """Tell whether a sentence says who claims or denies a deed."""
    return _CLAIMS.search(sentence) is not None or _DENIES.search(sentence) is not None


def _country(resolutions: Sequence[Resolution], start: int, end: int) -> str | None:
    """Return the country whose name or demonym stands between two offsets of the report."""
    return next(
        (
            r.place.country
            for r in resolutions
            if r.place is not None and start <= r.toponym.start and r.toponym.end <= end
        ),
        None,
    )
