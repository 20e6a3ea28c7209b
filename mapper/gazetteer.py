"""Names to places: settlements, regions, countries, areas, waters, airfields and sites of the world, in all scripts.

What a match is worth, and so the order of the answers, is told in :mod:`mapper.matching`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, overload

from mapper.errors import OptionError
from mapper.matcher import EARTH_RADIUS_KM, FILE_BITS, LONGEST_NAME, MOST, OWN, Found, Matcher
from mapper.model import Candidate, Place, Point
from mapper.placefile import CAPITAL, CLOSE, COUNTRY, DEMONYM, QUALIFIER, PlaceFile, cells_around
from mapper.text import name_key

KINDS = ("country", "region", "region", "city", "city", "area", "water", "airfield", "site")
SHORTEST_ALIKE = 5  # letters
ALIKE_IN_TEXT = 0.74  # running text has many names that are like a place's
_UNCERTAIN, _FAINT = 0.4, 0.1  # below these scores, search goes on to likenesses, and to anything


class Shape(NamedTuple):
    """The extent of an area or a water: a union of countries ("SN") and first-level regions ("UA.05"), or an outline.

    ``rings`` are open rings, ``lines`` courses of rivers, canals and ranges; both of latitude and longitude in degrees, the
    longitude beyond 180 where they cross the antimeridian.
    """

    codes: tuple[str, ...] = ()
    rings: tuple[tuple[tuple[float, float], ...], ...] = ()
    lines: tuple[tuple[tuple[float, float], ...], ...] = ()


class Candidates(Sequence[Candidate]):
    """Candidates, best first, each made when it is asked for: most names are looked up only to see the first."""

    __slots__ = ("_entries", "_place")

    def __init__(self, entries: list[tuple[float, int, str]], place: Callable[[int], Place]) -> None:
        self._entries, self._place = entries, place

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, at: int) -> Candidate: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Candidate]: ...
    def __getitem__(self, at: int | slice) -> Candidate | Sequence[Candidate]:
        if isinstance(at, slice):
            return Candidates(self._entries[at], self._place)
        score, number, match = self._entries[at]
        return Candidate(
            place=self._place(number), match=match, score=round(min(max(-score, 0.0), 1.0), 4), number=number
        )

    @property
    def entries(self) -> list[tuple[float, int, str]]:
        """The score with its sign turned, the place's number and how the name matched, of each candidate."""
        return self._entries

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))


class Gazetteer:
    """The places of the shipped file, and of others beside it; may be shared between threads.

    Parameters
    ----------
    path : path-like
        A file that ``data/build_gazetteer.py`` has written.
    own : sequence of PlaceFile
        More places, such as a user's own (:mod:`mapper.own_places`).

    Raises
    ------
    DataError
        If the file is missing, damaged, or of another schema; queries raise it too if damage shows later.
    """

    def __init__(self, path: str | Path, own: Sequence[PlaceFile] = ()) -> None:
        self.matcher = Matcher((PlaceFile(path), *own))
        self.files = self.matcher.files
        self._lookup = lru_cache(maxsize=4_000)(self._lookup_name)
        self._place = lru_cache(maxsize=8_000)(self._place_of)
        self._country = lru_cache(maxsize=300)(self._country_of)

    # By name

    def lookup(self, name: str) -> Sequence[Candidate]:
        """Return the places that bear a name, up to case, accents and punctuation, best first.

        A name with an administrative word ("Kharkiv region", "Rakhine State", "State of Mexico") also finds regions
        that are filed without it or with another.

        Parameters
        ----------
        name : str
            A bare place name, in any script; any text may be asked for, what is longer than 200 letters is none.

        Returns
        -------
        sequence of Candidate
            With ``match`` exact, alternate, region or metonym; empty if nothing bears the name. At most the 200 most
            prominent.
        """
        return self._lookup(name) if len(name) <= LONGEST_NAME else ()

    def search(
        self, name: str, *, country: str | None = None, near: Point | None = None, limit: int = 10
    ) -> list[Candidate]:
        """Return the places that a name as people write it may mean, best first.

        Looser matches are tried where stricter ones find nothing of weight: the name itself, other spellings, one
        edit (names of five letters or more), a place's name inside it. What follows a comma or stands in brackets narrows
        the choice: "Paris, Texas", "Reading, UK", "Springfield, Illinois, US".

        Parameters
        ----------
        name : str
        country : str, optional
            ISO 3166-1 alpha-2 code; only places there.
        near : Point, optional
            Places close to it move up: the score becomes 0.7 of itself plus 0.3 · exp(-distance / 300 km).
        limit : int
            How many candidates to return at most.

        Raises
        ------
        OptionError
            If ``limit`` is less than 1, ``country`` is no country code, or the name has more than 200 letters.
        """
        if limit < 1:
            raise OptionError(f"limit {limit} is less than 1: ask for one candidate or more")
        if len(name) > LONGEST_NAME:
            raise OptionError(
                f"a name of {len(name):,} letters ({name[:30]!r}…): no place has a name of more than {LONGEST_NAME}; "
                "give the name alone"
            )
        if country is not None:
            country = self.checked_code(country.strip().upper())
        head, *rest = (part.strip() for part in re.split(r"[,،、，;()]", name))
        areas = [places for part in rest if (places := self.matcher.areas(part))]

        def kept(found: Found, all_of: list[list[int]]) -> Found:
            return {
                number: worth
                for number, worth in found.items()
                if country in {None, self.matcher.code(number)}
                and all(any(self.matcher.within(number, area) for area in meant) for meant in all_of)
            }

        # A name with its qualifier may be filed as a whole ("Washington, D.C."), but only exactly.
        found = kept(self.matcher.exact(name_key(name)), []) if rest else {}
        if not found:
            for stage in (
                self.matcher.exact,
                self.matcher.folded,
                self.matcher.mistyped,
                self.matcher.inside,
            ):
                # What bears the name goes before what is only spelled like it, unless hardly anybody calls it so.
                enough = _FAINT if stage == self.matcher.inside else _UNCERTAIN
                if any(score >= enough or match == "exact" for score, match in found.values()):
                    break
                for number, worth in kept(stage(name_key(head)), areas).items():
                    found.setdefault(number, worth)
        if near is not None:
            found = {
                number: (
                    0.7 * max(score, 0) + 0.3 * math.exp(-self.matcher.distance_km(number, near) / 300),
                    match,
                )
                for number, (score, match) in found.items()
            }
        return self._candidates(found, limit)

    def demonym(self, word: str) -> str | None:
        """Return the country (alpha-2) whose people or things a word names ("Ukrainian", "Swiss"), else None."""
        for number, flag, kind, _ in self.matcher.named(name_key(word[: LONGEST_NAME + 1])):
            if flag == DEMONYM and kind == COUNTRY:
                return self.matcher.code(number)
        return None

    def areas(self, text: str) -> list[Candidate]:
        """Return the countries and regions that a qualifier behind a place's name may mean.

        Parameters
        ----------
        text : str
            A name or one of the short forms that are too short to stand alone: "Texas", "Ill.", "W.Va.", "KY".

        Returns
        -------
        list of Candidate
            Best first; empty when the text names no area.
        """
        return self._candidates(
            {n: (self.matcher.prominence(n), "alternate") for n in self.matcher.areas(text)}, MOST
        )

    def people(self, word: str) -> Sequence[Candidate]:
        """Return the countries, regions and areas whose people or things a word names ("Texan"), best first."""
        found = {
            number: (prominence, "demonym")
            for number, flag, _, prominence in self.matcher.named(name_key(word[: LONGEST_NAME + 1]))
            if flag == DEMONYM
        }
        return self._ordered(found)

    def is_short_form(self, word: str) -> bool:
        """Tell whether a word is a region's short form that is used behind a comma ("Okla", "Calif")."""
        return any(flag == QUALIFIER for _, flag, *_ in self.matcher.named(name_key(word)))

    def alike(self, name: str) -> Sequence[Candidate]:
        """Return the places that have a name that is spelled like this one, best first; too many are like a short one."""
        if len(name) < SHORTEST_ALIKE:
            return ()
        return self._ordered(self.matcher.folded(name_key(name[: LONGEST_NAME + 1]), ALIKE_IN_TEXT))

    def joined(self, *found: Sequence[Candidate]) -> Sequence[Candidate]:
        """Return the candidates of several answers, each once with its best score, best first."""
        best: Found = {}
        for candidates in found:
            for candidate in candidates:
                if candidate.score > best.get(candidate.number, (-1.0,))[0]:
                    best[candidate.number] = (candidate.score, candidate.match)
        return self._ordered(best)

    def as_part(self, found: Sequence[Candidate]) -> Sequence[Candidate]:
        """Return candidates as those of a longer name that holds theirs."""
        return self._ordered({c.number: (c.score, "part") for c in found})

    def place(self, number: int) -> Place:
        """Return a place by its number."""
        return self._place(number)

    # By code

    def country(self, code: str) -> Place | None:
        """Return the country of an alpha-2 code (XK is Kosovo), None if there is none."""
        return self._country(code)

    def checked_code(self, code: object) -> str:
        """Return a country's alpha-2 code in capitals.

        Raises
        ------
        OptionError
            If it is none.
        """
        clean = code.strip().upper() if isinstance(code, str) else ""
        if self.country(clean) is None:
            raise OptionError(f"{code!r} is no country code: give ISO 3166-1 alpha-2, such as UA or US")
        return clean

    def country_name(self, code: str) -> str:
        """Return the usual English name of the country of an alpha-2 code, the code itself if there is none."""
        place = self.country(code)
        return place.name if place else code

    def region(self, country: str, code: str) -> Place | None:
        """Return the first-level region of a country (alpha-2) by its GeoNames code ("UA", "07")."""
        number = self.files[0].codes.get(f"{country}.{code}")
        return None if number is None else self._place(number)

    # By position, size and extent

    def largest(self, n: int, min_population: int = 0) -> list[tuple[Place, bool]]:
        """Return the ``n`` most populous cities with at least ``min_population``, each with whether it is a capital."""
        cities = []
        for number in self.files[0].by_population[:n]:
            record = self.matcher.record(number)
            if record.population < min_population:
                break
            cities.append((self._place(number), self.matcher.kind(number) == CAPITAL))
        return cities

    def nearest(self, point: Point, *, limit: int = 1, within_km: float = 50.0) -> list[Candidate]:
        """Return the cities nearest to a point, nearest first, with the score 1 - distance / ``within_km``.

        Distances are great-circle distances (IUGG mean radius), 0.5 % off the geodesic at most.

        Raises
        ------
        OptionError
            If ``limit`` is less than 1, or ``within_km`` is not within 0..1000.
        """
        if limit < 1:
            raise OptionError(f"limit {limit} is less than 1: ask for one place or more")
        if not 0 < within_km <= 1000:
            raise OptionError(
                f"within_km {within_km} is not within 0..1000: nearest looks at surroundings only"
            )
        found = []
        reach = math.degrees(within_km / EARTH_RADIUS_KM) * 1.001
        cells = list(cells_around(point.lat, point.lon, reach))
        for index, file in enumerate(self.files):
            for number in (n for cell in cells for n in file.in_cell(cell)):
                distance = self.matcher.distance_km(index << FILE_BITS | number, point)
                if distance <= within_km:
                    found.append((distance, index << FILE_BITS | number))
        found.sort()
        return [
            Candidate(
                place=self._place(number), match="nearest", score=round(max(0.0, 1 - distance / within_km), 4)
            )
            for distance, number in found[:limit]
        ]

    def shape(self, place: Place) -> Shape | None:
        """Return the extent of an area or a water of this gazetteer, None for all that is but a point and a radius."""
        for number, flag, *_ in self.matcher.named(name_key(place.name)):
            index, own = number >> FILE_BITS, number & OWN
            if flag <= CLOSE and own in self.files[index].shapes and self._place(number) == place:
                content = self.files[index].shapes[own]
                return Shape(
                    codes=tuple(content.get("codes", ())),
                    **{
                        kind: tuple(tuple((lat, lon) for lat, lon in part) for part in content.get(kind, ()))
                        for kind in ("rings", "lines")
                    },
                )
        return None

    # Within

    def _country_of(self, code: str) -> Place | None:
        number = self.files[0].codes.get(code) if len(code) == 2 else None
        return None if number is None else self._place(number)

    def _place_of(self, number: int) -> Place:
        file, record = self.files[number >> FILE_BITS], self.matcher.record(number)
        try:
            admin1, admin2 = file.division(record.admin1), file.division(record.admin2)
            return Place(
                name=file.name(record),
                point=Point(lat=record.lat_deg, lon=record.lon_deg),
                kind=KINDS[self.matcher.kind(number)],
                radius_km=record.radius_km,
                country=file.word(record.country) or None,
                admin1=admin1[1] if admin1 else None,
                admin2=admin2[1] if admin2 else None,
                population=record.population,
                geonameid=record.geonameid or None,
                feature=file.word(record.feature),
            )
        except (IndexError, ValueError) as error:
            raise file.damaged(error) from error

    def _candidates(self, found: Found, limit: int) -> list[Candidate]:
        return list(self._ordered(found)[:limit])

    def _ordered(self, found: Found) -> Candidates:
        return Candidates(
            sorted([(-score, number, match) for number, (score, match) in found.items()]), self._place
        )

    def _lookup_name(self, name: str) -> Sequence[Candidate]:
        found = self.matcher.exact(name_key(name), alone=True)
        if not found:
            return ()
        ordered = self._ordered(found)
        return ordered if len(found) <= MOST else ordered[:MOST]
