"""What a match of a name is worth, and the words that say that a name is a region's.

A candidate's score is the prominence of the place (0..1) plus what its match is worth:

============  ===========================================================================  =======
match         the name …                                                                    worth
============  ===========================================================================  =======
exact         is the place's name                                                            0
alternate     is its name in another spelling or script                                     -0.10
alternate     is another name that resembles it ("Betlehem" for Belém)                      -0.20
alternate     is another name that does not resemble it ("White House" for Casablanca)      -0.28
region        is a region's without its administrative word, or with another                +0.20
region        is a lesser region's, which is hardly called so without that word            -0.20
metonym       is that of a seat of government, and mostly stands for it ("Kremlin")          0
demonym       is what the people and things of the place are called ("Ukrainian")           -0.05
abbreviation  is a short form that is used behind a comma ("Ill.", "W.Va.")                  -0.30
fold          is spelled like one of its names (:func:`mapper.text.fold_key`), the less     -0.12
              alike the less: 0.8 · (1 - likeness) more; never a country
typo          is one edit away from one of its names                                        -0.25
part          holds the name of the place and more ("Kharkiv Xyz Works")                    -0.40
============  ===========================================================================  =======

A region gains 0.1 more where it bears an administrative word itself. Where a name has such a word, the region loses nothing
for being called so in another spelling. A country loses 0.3 more under a name that only resembles its own, or does not. Areas,
waters, airfields and sites get 0.07 back for their other names, which are mostly chosen by hand.
"""

from __future__ import annotations

import math
import re
from functools import cache

from mapper.placefile import (
    AIRFIELD,
    AREA,
    CAPITAL,
    CLOSE,
    COUNTRY,
    DEMONYM,
    DISTANT,
    LESSER_REGION,
    METONYM,
    PRIMARY,
    QUALIFIER,
    REGION,
    SIMILAR,
    SITE,
    WATER,
    WITH_WORD,
)

WORTH = {
    PRIMARY: 0.0,
    CLOSE: -0.1,
    SIMILAR: -0.2,
    DISTANT: -0.28,
    WITH_WORD: -0.2,
    QUALIFIER: -0.3,
    DEMONYM: -0.05,
    METONYM: 0.0,
}
MATCH = {
    PRIMARY: "exact",
    CLOSE: "alternate",
    SIMILAR: "alternate",
    DISTANT: "alternate",
    WITH_WORD: "region",
    QUALIFIER: "abbreviation",
    DEMONYM: "demonym",
    METONYM: "metonym",
}
FOLD, TYPO, PART, WORD_SAYS_REGION, BEARS_WORD = -0.12, -0.25, -0.4, 0.2, 0.1
LISTED_BY_HAND = (
    0.07  # what another name of an area, a water, an airfield or a site gets back: mostly chosen by hand
)
FOREIGN_COUNTRY = -0.3  # what a country loses more under a name that only another language has for it
UNLIKE = 0.8  # what a spelling that is not alike at all would lose more
DENSITY_PER_KM2 = (
    3000.0  # inhabitants per km² of built-up area; the worldwide middle of published urban densities
)
# How likely a bare name means a place that has no inhabitants to count, by kind and by feature.
_KINDS = {AREA: 0.62, WATER: 0.6, AIRFIELD: 0.35, SITE: 0.5}
_FEATURES = {
    "continent": 0.93, "bloc": 0.85, "ocean": 0.85, "sea": 0.78, "gulf": 0.7, "strait": 0.7, "bay": 0.6, "channel": 0.6,
    "canal": 0.6, "lake": 0.5, "reservoir": 0.45, "river": 0.44, "falls": 0.4, "island": 0.6, "islands": 0.6, "peninsula": 0.6,
    "desert": 0.6, "mountains": 0.6, "mountain": 0.45, "valley": 0.5, "plain": 0.5, "forest": 0.5, "cape": 0.4,
    "seat of government": 0.8, "large airport": 0.55, "medium airport": 0.45, "air base": 0.38, "named region": 0.3, "closed airport": 0.3,
    "heliport": 0.2,
}  # fmt: skip

# What a settlement without a count of its people is worth that somebody thought worth listing by hand.
IN_THE_NEWS = {"village": 0.42, "camp": 0.42, "neighbourhood": 0.35}

_WORD = (
    "oblast|oblysy|region|province|state|county|krai|kray|governorate|district|prefecture|department|republic|territory|"
    "raion|rayon|canton|division|parish|voivodeship|okrug|emirate|municipality|lga|local government area|vilayet|wilayah?|"
    "township|borough|subdistrict|tehsil|taluk|regency|woreda|commune|cercle|area|"
    "область|області|области|обл|край|края|район|району|района|республика|республики|округ"
)
_ADJECTIVE = "autonomous|federal|special|administrative|regional|metropolitan|capital|national|people s|peoples|автономная|автономна|автономний"


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds the word behind a name and the word before it; compiling them takes as long as a look-up may."""
    suffix = rf"(.+?)(?: (?:{_ADJECTIVE}))* (?:{_WORD})|(.+?)(?:省|市|县|縣|州|自治区|自治區|지방|주|도)"
    prefix = (
        rf"(?:the )?(?:(?:{_ADJECTIVE}) )*(?:(?:{_WORD}) of(?: the)?|county|provincia de|departamento de|estado de|"
        "region de|province de|departement de|gouvernorat de|muhafazat|wilayat|wilaya|shahrestan e|qada|"
        "محافظه|ولايه|استان|شهرستان|منطقه|اقليم|республика|מחוז|נפת) (.+)"
    )
    return re.compile(suffix), re.compile(prefix)


def prominence(kind: int, population: int, feature: str = "") -> float:
    """Return how likely a bare name means a place, 0..1, from its kind (:mod:`mapper.placefile`) and population.

    A city has log10(population) / 8, so 0.5 at 10,000 and 0.75 at a million, and 0.05 more if it is a capital. A
    country has 0.93 or more, so that it goes before a city of its name. A region has what a city of its population
    would have, less 0.18 (so that a sizable city goes before the region around it), a lesser region less 0.3. Villages of
    our own tables count as if they had 2,300 inhabitants. Areas,
    waters, airfields and sites have a fixed value by their feature.
    """
    if kind >= AREA:
        return _FEATURES.get(feature) or _KINDS[kind]
    if not population and feature in IN_THE_NEWS:
        return IN_THE_NEWS[feature]
    size = math.log10(max(population, 100)) / 8
    if kind == COUNTRY:
        return min(0.93 + size / 20, 1.0)
    if kind in {REGION, LESSER_REGION}:
        return max(size - (0.18 if kind == REGION else 0.3), 0.05)
    return min(size + (0.05 if kind == CAPITAL else 0.0), 0.94)


def city_radius_km(population: int) -> float:
    """Return the radius in km of a circle that holds ``population`` at 3000 inhabitants per km².

    It is 1 km at least, and 1.5 km where the population is not known (0). Kharkiv (1.42 million) gets 12.3 km.
    """
    if population <= 0:
        return 1.5
    return max(math.sqrt(population / (math.pi * DENSITY_PER_KM2)), 1.0)


def without_word(key: str) -> str | None:
    """Return a name key without its administrative word ("kharkiv oblast" → "kharkiv"), None if it has none."""
    if " " not in key and key.isascii():
        return None
    suffix, prefix = _patterns()
    found = suffix.fullmatch(key) or prefix.fullmatch(key)
    return next((group for group in found.groups() if group), None) if found else None
