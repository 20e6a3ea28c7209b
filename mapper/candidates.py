"""What a name in running text may mean: as it stands, else as the name of a people, a short form, a spelling, a part of it."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from mapper import lexicon
from mapper.gazetteer import Gazetteer
from mapper.model import Candidate

ACRONYM = 6  # letters; longer names in capitals are headlines
_STREET = regex.compile(
    r"(?:^|\s)(?:"
    + "|".join(sorted(lexicon.STREETS - {"place", "court", "square", "crossing", "way", "circle"}))
    + r")\.?$"
    r"|^(?:I|US|U\.S\.|SR|CR|FM|KY|[AMB])[ -]?\d|\b(?:Route|Highway|Interstate|Road|Hwy\.?) \d",
    regex.IGNORECASE,
)
_SIDE = regex.compile(
    r"(?:(?:north|south|east|west)(?:ern)?|northeast(?:ern)?|northwest(?:ern)?|southeast(?:ern)?|southwest(?:ern)?|central|"
    r"greater|old|upper|lower|downtown|historic|mid|metro|inner|outer|mainland|rural|city of|town of|village of|state of)[ -]+(?=\p{Lu})",
    regex.IGNORECASE,
)


def candidates_of(text: str, role: str, gazetteer: Gazetteer) -> Sequence[Candidate]:
    """Return what a name in running text may mean, best first: as it stands, else without what people put before names."""
    people = gazetteer.people(text)
    if role == "demonym" and people:
        return people
    found = gazetteer.lookup(text)
    areas = gazetteer.areas(text) if text.endswith(".") or (len(text) <= 4 and text.isupper()) else ()
    if areas or people:
        return gazetteer.joined((*areas, *people), found)
    acronym = text.isupper() and text.isascii() and len(text) <= ACRONYM
    if found or acronym or _STREET.search(text):
        return found  # no street is its town, no acronym like a name
    bare = _SIDE.sub("", text, count=1)
    found = (gazetteer.lookup(bare) or gazetteer.people(bare)) if bare != text else ()
    return gazetteer.as_part(found) or gazetteer.alike(text) or gazetteer.as_part(_leading(text, gazetteer))


def _leading(text: str, gazetteer: Gazetteer) -> Sequence[Candidate]:
    """Return the places that the first words of a longer name are the name of: "Colchester General Hospital"."""
    words = text.split()
    if len(words) < 2:
        return ()
    if words[0].lower() in lexicon.WATERS or words[-1].lower() in lexicon.WATERS | {"river", "creek"}:
        return ()  # a lake lies anywhere
    if "of" in words[1:-1]:  # "University of Alberta", "City of Oxford"
        return gazetteer.lookup(" ".join(words[words.index("of") + 1 :]))
    for count in range(len(words) - 1, 0, -1):
        found = gazetteer.lookup(" ".join(words[:count]))
        if found:
            return found
    return ()
