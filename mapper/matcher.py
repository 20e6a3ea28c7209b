"""The stages in which a name is looked for, from what bears it to what is only spelled like it.

Each stage leads from a name key to places, by number, with a score and how the name matched (:mod:`mapper.matching`). A
place's number holds that of its file, so that several files answer as one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from mapper import matching
from mapper.matching import without_word
from mapper.model import Point
from mapper.placefile import (
    AREA,
    CAPITAL,
    CITY,
    CLOSE,
    COUNTRY,
    DEMONYM,
    DISTANT,
    LESSER_REGION,
    QUALIFIER,
    REGION,
    SIMILAR,
    WITH_WORD,
    PlaceFile,
    Record,
)
from mapper.text import bare, fold_key, name_key, one_edit

EARTH_RADIUS_KM = 6371.0088  # IUGG mean radius R1
LONGEST_NAME = 200  # letters; no place has a longer name, and what is longer is no name
MOST = 200  # places of one name
FILE_BITS = 28  # a place's number holds that of its file above these
OWN = (1 << FILE_BITS) - 1
_SHORTEST_TYPO, _LONGEST_TYPO = 5, 40
_ALIKE = 0.6  # how alike a folded name and the name found must be, as difflib measures it
_SHARE = 0.2  # of its region's people, from which a city goes before the region of its name
_PART_SCORE = 0.45  # from which a place is taken out of a longer name
_PART_WORDS, _PART_LETTERS, _AREA_WORDS = 12, 4, 3
_QUALIFYING = {COUNTRY, REGION, LESSER_REGION, AREA}
_REGIONS = {REGION, LESSER_REGION}
_SETTLEMENTS = {CITY, CAPITAL}
_FOREIGN = {SIMILAR, DISTANT}
_NEVER_ALONE = {WITH_WORD, QUALIFIER, DEMONYM}

Found = dict[int, tuple[float, str]]


class Matcher:
    """Looks for names in some files of places; may be shared between threads.

    Parameters
    ----------
    files : sequence of PlaceFile
        The shipped one first: codes are those of its countries and regions.
    """

    def __init__(self, files: Sequence[PlaceFile]) -> None:
        self.files = tuple(files)

    def name(self, number: int) -> str:
        """Return the usual name of a place."""
        return self.files[number >> FILE_BITS].name(self.record(number))

    def point(self, number: int) -> Point:
        """Return the position of a place."""
        record = self.record(number)
        return Point(lat=record.lat_deg, lon=record.lon_deg)

    def record(self, number: int) -> Record:
        """Return a place as it stands in its file."""
        return self.files[number >> FILE_BITS].record(number & OWN)

    def code(self, number: int) -> str:
        """Return the code of a place's country, empty if it has none."""
        return self.files[number >> FILE_BITS].word(self.record(number).country)

    def prominence(self, number: int) -> float:
        """Return how likely a bare name means a place, 0..1."""
        return self.files[number >> FILE_BITS].prominence(number & OWN)

    def kind(self, number: int) -> int:
        """Return the kind of a place."""
        return self.files[number >> FILE_BITS].kind(number & OWN)

    def named(self, key: str) -> Iterable[tuple[int, int, int, float]]:
        """Return the places that bear a name key: number, flag, kind and prominence."""
        if len(self.files) == 1:
            return self.files[0].named(key)
        return [
            (index << FILE_BITS | number, flag, kind, prominence)
            for index, file in enumerate(self.files)
            for number, flag, kind, prominence in file.named(key)
        ]

    def exact(self, key: str, alone: bool = False) -> Found:
        """Return what bears a name; if ``alone``, not what is called so only with a word, behind a comma or as a people."""
        if not key:
            return {}
        found: Found = {}
        base, worth = without_word(key), matching.WORTH
        kinds = 0
        for number, flag, kind, prominence in self.named(key):
            if alone and flag in _NEVER_ALONE:
                continue
            score = prominence + worth[flag]
            if base is not None and kind in _REGIONS:
                bears = without_word(name_key(self.name(number))) is not None
                score += matching.WORD_SAYS_REGION + bears * matching.BEARS_WORD
                score -= worth[flag] if flag == CLOSE else 0.0
            elif kind == COUNTRY and flag in _FOREIGN:
                score += matching.FOREIGN_COUNTRY
            elif kind >= AREA and flag == CLOSE:
                score += matching.LISTED_BY_HAND
            kinds |= 1 << kind
            found[number] = (score, matching.MATCH[flag])
        if base is not None:
            for number, flag, kind, score in self.named(base):
                if flag > WITH_WORD or number in found or kind not in _REGIONS:
                    continue
                bears = without_word(name_key(self.name(number))) == base
                gain = matching.BEARS_WORD if bears else 0.0 if flag == WITH_WORD else worth[flag]
                found[number] = (score + matching.WORD_SAYS_REGION + gain, "region")
        elif kinds & 1 << REGION and kinds & (1 << CITY | 1 << CAPITAL):
            self._put_cities_first(found)
        if not found and key.startswith("the "):
            return self.exact(key[4:], alone)
        return found

    def _put_cities_first(self, found: Found) -> None:
        """Let a bare name mean the city before the region around it that bears the same name."""
        for region in [number for number in found if self.kind(number) == REGION]:
            score, record = found[region][0], self.record(region)
            for number in found:
                city = self.record(number)
                if (
                    self.kind(number) in _SETTLEMENTS
                    and (city.country, city.admin1) == (record.country, record.admin1)
                    and found[number][0] <= score
                    and city.population >= _SHARE * record.population
                ):
                    found[number] = (score + 0.01, found[number][1])

    def folded(self, key: str, alike: float = _ALIKE) -> Found:
        """Return the places that have a name of the same fold key, if it is alike (0..1) enough."""
        base = without_word(key)
        found: Found = {}
        for text in (key, base) if base else (key,):
            folded = fold_key(text)
            if len(folded) < 3:
                continue
            for index, file in enumerate(self.files):
                for own in file.folded(folded)[:MOST]:
                    number = index << FILE_BITS | own
                    kind = self.kind(number)
                    if kind == COUNTRY or (text != key and kind not in _REGIONS):
                        continue
                    ratio = _likeness(text, name_key(self.name(number)))
                    if ratio >= alike:
                        score = self.prominence(number) + matching.FOLD - matching.UNLIKE * (1 - ratio)
                        if score > found.get(number, (-1.0,))[0]:
                            found[number] = (score, "fold")
        return found

    def mistyped(self, key: str) -> Found:
        """Return the places that have a name one edit away."""
        found: Found = {}
        base = without_word(key)
        for text in (key, base) if base else (key,):
            if len(text.replace(" ", "")) < _SHORTEST_TYPO or len(text) > _LONGEST_TYPO:
                continue
            if any(c.isdigit() for c in text):  # "Engels-2" is no misspelt Engels
                continue
            probes = one_edit(text, max(file.reach(text) for file in self.files))
            for probe in sorted({known for file in self.files for known in file.among(probes)}):
                for number, flag, kind, prominence in self.named(probe):
                    if flag > DISTANT or (text != key and kind not in _REGIONS):
                        continue
                    score = prominence + matching.WORTH[flag] + matching.TYPO
                    if score > found.get(number, (-1.0,))[0]:
                        found[number] = (score, "typo")
        return found

    def inside(self, key: str) -> Found:
        """Return the places whose name is part of a longer one, the longest first."""
        words = key.split()
        if not 1 < len(words) <= _PART_WORDS:
            return {}
        for count in range(1, min(len(words), _AREA_WORDS + 1)):  # "Springfield Illinois"
            areas = self.areas(" ".join(words[-count:]))
            places = self.exact(" ".join(words[:-count])) if areas else {}
            found = {
                n: worth for n, worth in places.items() if any(self.within(n, a) and n != a for a in areas)
            }
            if found:
                return found
        for count in range(len(words) - 1, 0, -1):
            found = {}
            for at in range(len(words) - count + 1):
                phrase = " ".join(words[at : at + count])
                for number, (score, _) in self.exact(phrase).items() if len(phrase) >= _PART_LETTERS else ():
                    if score >= _PART_SCORE:
                        found[number] = (score + matching.PART, "part")
            if found:
                return found
        return {}

    def areas(self, text: str) -> list[int]:
        """Return the countries, regions and areas that a qualifier ("Texas", "Ill.", "UK") may mean."""
        key = name_key(text[: LONGEST_NAME + 1])
        found = [n for n in self.exact(key, alone=True) if self.kind(n) in _QUALIFYING]
        found += [n for n, flag, *_ in self.named(key) if flag == QUALIFIER and n not in found]
        code = self.files[0].codes.get(text) if len(text) == 2 and text.isupper() else None
        return found if code is None or code in found else [*found, code]

    def within(self, number: int, area: int) -> bool:
        """Tell whether a place lies in a country, a region or an area."""
        file, record = self.files[number >> FILE_BITS], self.record(number)
        area_file, wide, kind = self.files[area >> FILE_BITS], self.record(area), self.kind(area)
        country = file.word(record.country)
        if kind == COUNTRY:
            return country == area_file.word(wide.country)
        region, own = file.division(record.admin1), area_file.division(wide.admin1)
        if kind == REGION:
            return own is not None and region is not None and region[0] == own[0]
        if kind == AREA:
            codes = area_file.shapes.get(area & OWN, {}).get("codes", ())
            if codes:
                return country in codes or (region is not None and region[0] in codes)
        elif region != own:
            return False
        return self.distance_km(number, self.point(area)) <= wide.radius_km

    def distance_km(self, number: int, point: Point) -> float:
        """Return the great-circle distance from a place to a point (IUGG mean radius), 0.5 % off the geodesic at most."""
        record = self.record(number)
        a, b = math.radians(record.lat_deg), math.radians(point.lat)
        half = math.sin((a - b) / 2) ** 2
        half += math.cos(a) * math.cos(b) * math.sin(math.radians(record.lon_deg - point.lon) / 2) ** 2
        return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(half, 1.0)))


def _likeness(key: str, name: str) -> float:
    """Return how alike a name and a place's usual one are, 0..1, their articles aside.

    It is 1 if the usual name only has more words, or if one of them is in a script that says nothing of it.
    """
    from difflib import SequenceMatcher

    one, other = bare(key), bare(name)
    if set(one.split()) <= set(other.split()) or not (one.isascii() and other.isascii()):
        return 1.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
