"""What the gazetteer has beyond GeoNames' settlements and regions: US places, airfields, lesser divisions, our own tables.

Our own tables are ``gazetteer_places.csv`` (villages, sites, seats of government) and ``gazetteer_shapes.csv`` (areas and
waters); :mod:`gazetteer_check` compares them with the outlines of countries and regions.
"""

from __future__ import annotations

import csv
import gzip
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely
from fetch import python_package
from gazetteer_areas import Area, centre, distance_km
from gazetteer_geonames import Spot
from gazetteer_spelling import COMPASS, WORDS, Names

from mapper.filing import usable
from mapper.matching import city_radius_km, without_word
from mapper.placefile import (
    AIRFIELD,
    AREA,
    CITY,
    CLOSE,
    DEMONYM,
    DISTANT,
    LESSER_REGION,
    METONYM,
    PRIMARY,
    SITE,
    WATER,
    WITH_WORD,
    NewPlace,
)
from mapper.text import fold_key, name_key

AIRPORTS = (
    "ourairports",
    "1.1.0.20221011",
    "56fe3f73bb6c1884c2e2582caf7f7e0fef0b8a6f23b45181e70a3d2bf9a7fb8a",
)
SAME_KM = 10.0  # two settlements of one name within this distance are the same
ALIKE_KM = 5.0  # the same for two names that are spelled alike
DIVISION_KM = 20.0  # what a lesser division without an outline is taken to reach
NAMED_REGION_KM = 100.0  # the same for a named region of GeoNames
FIELDS = {"air base", "airport"}
SAME_FIELD_KM = 5.0
SETTLEMENTS = {"village", "neighbourhood", "camp"}
# Features that lie in the country of all the settlements around them; islands and seas may be claimed by others.
INLAND = {
    "lake",
    "reservoir",
    "bay",
    "valley",
    "plain",
    "forest",
    "falls",
    "mountain",
    "mountains",
    "canal",
    "cape",
}
SMALL_KM = 30.0  # up to this radius an area without a settlement lies where the closest one does
AROUND_KM = 20.0  # and this much around them
KM_PER_DEGREE = 111.2
CLAIMED = {"island", "islands", "sea", "gulf", "strait", "channel"}
INLAND_KM = 150.0
WATERS = {"ocean", "sea", "gulf", "bay", "strait", "channel", "canal", "lake", "reservoir", "river", "falls"}
PUBLISHED_MIDDLES = {"European Union": (49.843, 9.902)}  # IGN, since 2020; it counts overseas parts in
_MILITARY = re.compile(
    r"\b(?:air ?base|afb|air force|military|naval air|army air|raf|nas|joint base)\b", re.IGNORECASE
)
_AIRPORT_RADIUS_KM = {"large_airport": 3.0, "medium_airport": 2.0}


class Surroundings:
    """The settlements, to tell which region a position lies in and what is there already."""

    def __init__(self, cities: list[dict[str, Any]], names: Names) -> None:
        self.cities, self.names = cities, names
        self.at: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self.folded: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for city in cities:
            for key, flag in names.flags[city["geonameid"]].items():
                if flag <= DISTANT:
                    self.at[city["countrycode"], key].append(city)
            for fold in names.folds[city["geonameid"]]:
                self.folded[city["countrycode"], fold].append(city)
        self._trees: dict[str, tuple[Any, list[dict[str, Any]]]] = {}

    def same(
        self, country: str, name: str, lat: float, lon: float, within_km: float = SAME_KM
    ) -> dict[str, Any] | None:
        """Return the settlement of this name here, None if there is none."""
        for city in self.at.get((country, name_key(name)), ()):
            if float(distance_km(lat, lon, city["latitude"], city["longitude"])) <= within_km:
                return city
        return None

    def alike(self, country: str, name: str, lat: float, lon: float) -> dict[str, Any] | None:
        """Return the settlement here whose name is spelled alike, None if there is none."""
        for city in self.folded.get((country, fold_key(name)), ()):
            if float(distance_km(lat, lon, city["latitude"], city["longitude"])) <= ALIKE_KM:
                return city
        return None

    def _all(self) -> tuple[Any, list[dict[str, Any]]]:
        if "" not in self._trees:
            lons, lats = ([city[axis] for city in self.cities] for axis in ("longitude", "latitude"))
            self._trees[""] = shapely.STRtree(shapely.points(lons, lats)), self.cities
        return self._trees[""]

    def country(self, area: Any) -> str:
        """Return the country of all settlements inside a shape, empty if there are several or none."""
        tree, members = self._all()
        found = {members[int(n)]["countrycode"] for n in tree.query(area, predicate="contains")}
        return found.pop() if len(found) == 1 else ""

    def closest(self, lat: float, lon: float, within_deg: float) -> dict[str, Any] | None:
        """Return the settlement closest to a position, whatever its country."""
        tree, members = self._all()
        found = tree.query_nearest(shapely.Point(lon, lat), max_distance=within_deg, all_matches=False)
        return members[int(found[0])] if len(found) else None

    def nearest(self, country: str, lat: float, lon: float) -> dict[str, Any] | None:
        """Return the nearest settlement of a country within a degree or so."""
        if country not in self._trees:
            members = [city for city in self.cities if city["countrycode"] == country]
            points = shapely.points([c["longitude"] for c in members], [c["latitude"] for c in members])
            self._trees[country] = shapely.STRtree(points), members
        tree, members = self._trees[country]
        found = tree.query_nearest(shapely.Point(lon, lat), max_distance=1.5, all_matches=False)
        return members[int(found[0])] if len(found) else None


def chained(place: NewPlace, around: Surroundings, divisions: dict[str, str], region: str = "") -> NewPlace:
    """Give a place the regions that it lies in: the named one, else those of the nearest settlement of its country."""
    near = around.nearest(place.country, place.lat, place.lon) if place.country else None
    if region:
        found = [
            (code, name)
            for code, name in divisions.items()
            if code[:3] == place.country + "." and name == region
        ]
        place.admin1 = found[0] if found else None  # a dependency's one region has no code
    elif near is not None:
        code = f"{near['countrycode']}.{near['admin1code']}"
        place.admin1 = (code, divisions[code]) if code in divisions else None
    if (
        near is not None
        and place.admin1 is not None
        and place.admin1[0] == f"{near['countrycode']}.{near['admin1code']}"
    ):
        place.admin2 = near.get("admin2")
    return place


def us_places(
    folder: Path, around: Surroundings, names: Names, states: dict[str, tuple[str, str]]
) -> Iterator[NewPlace]:
    """Yield the places and townships of the United States that GeoNames' settlements lack."""
    with gzip.open(folder / "us_places.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            lat, lon, state = float(row["lat"]), float(row["lon"]), states.get(row["state"])
            if state is None or name_key(row["name"]) in COMPASS or around.same("US", row["name"], lat, lon):
                continue
            township = row["class"] in {"township", "precinct", "district", "plantation", "barrio"}
            place = NewPlace(row["name"], LESSER_REGION if township else CITY, "US", lat, lon,
                             6.0 if township else city_radius_km(0), feature=row["class"] if township else "", admin1=state)  # fmt: skip
            identity = ("us", row["name"], row["class"], row["state"], row["lat"])
            if township:
                place.name = f"{row['name']} {row['class']}"
                names.add(identity, place.name, PRIMARY)
                names.add(identity, f"{row['name']} Twp", CLOSE)
                names.add(identity, row["name"], WITH_WORD)
            else:
                names.add(identity, row["name"], PRIMARY)
            near = around.nearest("US", lat, lon)
            if near is not None and near["admin1code"] == state[0][3:]:
                place.admin2 = near.get("admin2")
            yield named(place, identity, names)


def airfields(
    folder: Path, around: Surroundings, names: Names, divisions: dict[str, str]
) -> Iterator[NewPlace]:
    """Yield airports and air bases: all that are large or of medium size, with an IATA code, or military.

    Those of ``gazetteer_places.csv`` give the ones that are there more names, and are added where none is.
    """
    own = [
        (row, float(row["lat"]), float(row["lon"]))
        for row in rows_of(folder / "gazetteer_places.csv")
        if row["kind"] in FIELDS
    ]
    used: set[int] = set()
    path = Path(python_package(*AIRPORTS)) / "ourairports" / "data" / "airports.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        military = bool(_MILITARY.search(f"{row['name']} {row['keywords']}"))
        size = row["type"].removesuffix("_airport")
        large = size in {"large", "medium"} or (size == "small" and bool(row["iata_code"]))
        if not (large or military) or not row["iso_country"] or "duplicate" in row["name"].lower():
            continue
        feature = "air base" if military else f"{size} airport" if size != "heliport" else size
        lat, lon = float(row["latitude_deg"]), float(row["longitude_deg"])
        name = re.sub(r"\s*\(.*?\)", "", row["name"]).strip()
        if not name_key(name):
            continue
        place = NewPlace(name, AIRFIELD, row["iso_country"], lat, lon,
                         _AIRPORT_RADIUS_KM.get(row["type"], 1.5), feature=feature)  # fmt: skip
        identity = ("air", row["ident"])
        names.add(identity, name, PRIMARY)
        names.add(identity, row["name"], CLOSE)
        if large and row["iata_code"]:
            for term in _short_names(name, row["municipality"], row["iso_country"], lat, lon, around):
                names.add(identity, term, CLOSE)
        if military:
            for word in ("Air Base", "Airbase", "Airport", "Airfield"):
                names.add(identity, re.sub(r"\b(?:air ?base|afb)\b", word, name, flags=re.IGNORECASE), CLOSE)
        near = [
            n
            for n, (_, one, other) in enumerate(own)
            if abs(one - lat) < 0.1
            and float(distance_km(lat, lon, one, other)) <= SAME_FIELD_KM
            and n not in used
        ]
        if near and size != "heliport":
            used.add(near[0])
            known = own[near[0]][0]
            place.name, place.radius_km = known["name"], max(place.radius_km, 2.0)
            place.feature = "air base" if known["kind"] == "air base" else place.feature
            _name_field(identity, known, names)
        for term in re.split(r"[,;]", row["keywords"]):
            bare = term.strip()
            if len(name_key(bare)) > 4 and usable(bare) and not bare.isupper():
                field = re.search("air|aero|base|аэр|مطار", bare, re.IGNORECASE)
                if field or not bare.isascii() or " " in bare:  # a single word may be anything ("British")
                    names.add(identity, bare, CLOSE if field else DISTANT)
        yield named(chained(place, around, divisions), identity, names)
    for n, (row, lat, lon) in enumerate(own):
        if n not in used:
            identity = ("field", n)
            feature = "large airport" if row["kind"] == "airport" else row["kind"]
            place = NewPlace(
                row["name"], AIRFIELD, row["country"], lat, lon, float(row["radius_km"]), feature=feature
            )
            _name_field(identity, row, names)
            yield named(chained(place, around, divisions, row["admin1"]), identity, names)


def _name_field(identity: Any, row: dict[str, str], names: Names) -> None:
    """File an airfield under the names that our table has for it; one with a number needs no word ("Engels-2")."""
    for term in (row["name"], *_split(row["names"])):
        names.add(identity, term, PRIMARY if term == row["name"] else CLOSE)
        bare = re.sub(r"(?i) (?:air ?base|airfield|airport)$", "", term)
        if re.search(r"\d", bare):
            names.add(identity, bare, CLOSE)


def _short_names(
    name: str, town: str, country: str, lat: float, lon: float, around: Surroundings
) -> Iterator[str]:
    """Yield what an airport is called for short: "Boryspil airport", "Dulles International Airport", "Heathrow"."""
    plain = re.sub(" international| regional", "", name, flags=re.IGNORECASE)
    yield plain
    if town:
        yield f"{town} airport"
    first, _, rest = name.partition(" ")
    if around.same(country, first, lat, lon, within_km=60) or (town and town.startswith(first)):
        if len(rest.split()) > 1 and not rest.lower().startswith(("international", "regional", "airport")):
            yield rest
            yield re.sub(" international| regional", "", rest, flags=re.IGNORECASE)
        alone = re.sub(r"\b(?:international |regional )?airport\b", "", rest, flags=re.IGNORECASE).strip(
            " -/"
        )
        if " " not in alone and len(alone) > 4 and alone.lower() not in WORDS:
            yield alone


def lesser_divisions(
    folder: Path,
    spots: Iterable[Spot],
    areas: list[Area],
    around: Surroundings,
    names: Names,
    divisions: dict[str, str],
) -> Iterator[NewPlace]:
    """Yield GeoNames' lesser divisions and named regions whose name is not there within 25 km already."""
    ours = {name_key(_unbracketed(row["name"])) for row in rows_of(folder / "gazetteer_shapes.csv")}
    known: dict[tuple[str, str], list[Area]] = defaultdict(list)
    for area in areas:
        for key in names.flags[area.code]:
            known[area.country, key].append(area)
    for spot in spots:
        key = name_key(spot.name)
        bare = without_word(key) or key
        if (
            spot.kind in {"country", "admin1", "continent"}
            or not usable(spot.name)
            or " - " in spot.name
            or bare in COMPASS
        ):
            continue
        if any(
            float(distance_km(spot.lat, spot.lon, area.lat, area.lon)) < 100
            for area in known[spot.country, key] + known[spot.country, bare]
        ):
            continue
        named_region = spot.kind == "region"
        if not named_region and (
            around.same(spot.country, spot.name, spot.lat, spot.lon) or re.match("(?:city|town) of ", key)
        ):
            continue
        if named_region and (key in WORDS or key in ours or around.at.get((spot.country, key))):
            continue
        place = NewPlace(spot.name, AREA if named_region else LESSER_REGION, spot.country, spot.lat, spot.lon,
                         NAMED_REGION_KM if named_region else DIVISION_KM, population=spot.population, geonameid=spot.geonameid,
                         feature="named region" if named_region else "lesser division")  # fmt: skip
        identity = ("spot", spot.geonameid)
        for name in sorted(spot.names):
            if usable(name) and name_key(name) not in WORDS:
                names.add(identity, name, PRIMARY if name == spot.name else DISTANT)
        if not named_region and bare != key:
            names.add(identity, bare, WITH_WORD)
        yield named(chained(place, around, divisions), identity, names)


def own_places(
    folder: Path, around: Surroundings, names: Names, divisions: dict[str, str]
) -> Iterator[NewPlace]:
    """Yield the rows of ``gazetteer_places.csv``; one that is there already only gives it more names."""
    for number, row in enumerate(rows_of(folder / "gazetteer_places.csv"), start=2):
        if row["kind"] in FIELDS:
            continue  # see airfields
        lat, lon = float(row["lat"]), float(row["lon"])
        settlement = row["kind"] in SETTLEMENTS
        others = _split(row["names"])
        where = (row["country"], row["name"], lat, lon)
        present = around.same(*where) or around.alike(*where) if settlement else None
        if present is not None:
            for name in (row["name"], *others):
                names.add(present["geonameid"], name, CLOSE)
            continue
        seat = row["kind"] == "seat of government"
        place = NewPlace(row["name"], CITY if settlement else SITE, row["country"], lat, lon,
                         float(row["radius_km"]), feature=row["kind"])  # fmt: skip
        identity = ("own", number)
        for name in (row["name"], _unbracketed(row["name"]), *others):
            names.add(identity, name, METONYM if seat else CLOSE if name in others else PRIMARY)
        yield named(chained(place, around, divisions, row["admin1"]), identity, names)


def own_shapes(
    folder: Path, areas: list[Area], spots: Iterable[Spot], around: Surroundings, names: Names
) -> Iterator[NewPlace]:
    """Yield the rows of ``gazetteer_shapes.csv``: areas and waters with their extents.

    A continent or a region of many countries stands where GeoNames has it, another union of regions in its middle, a river at its mouth, as is usual in
    gazetteers, and all else in the middle of its outline.
    """
    continents = {
        spot.name: (spot.lat, spot.lon)
        for spot in spots
        if spot.kind == "continent" or (spot.kind == "region" and not spot.country)
    }
    by_code = {area.code: area for area in areas if area.kind != "lesser"}
    people = {key for area in areas for key, flag in names.flags[area.code].items() if flag == DEMONYM}
    settled = {name_key(city["name"]) for city in around.cities} | {name_key(area.name) for area in areas}
    for number, row in enumerate(rows_of(folder / "gazetteer_shapes.csv"), start=2):
        water = row["kind"] in WATERS
        shape: dict[str, Any] = {}
        if row["regions"]:
            codes = row["regions"].split()
            shape["codes"] = codes
            members = [by_code[code] for code in codes]
            lat, lon = centre([m.middle for m in members], [m.size_km2 for m in members])
            lat, lon = continents.get(row["name"], PUBLISHED_MIDDLES.get(row["name"], (lat, lon)))
            radius = max(float(distance_km(lat, lon, m.lat, m.lon)) + m.radius_km for m in members)
        else:
            vertices = [tuple(float(part) for part in pair.split()) for pair in row["shape"].split(",")]
            line = row["kind"] in {"river", "canal"} or (row["kind"] == "mountains" and _is_line(vertices))
            if len(vertices) == 1:
                (lat, lon), radius = vertices[0], 5.0
            else:
                shape["lines" if line else "rings"] = [vertices]
                lat, lon = (
                    vertices[-1]
                    if row["kind"] == "river"
                    else _on_line(vertices)
                    if line
                    else _in_ring(vertices)
                )
                radius = float(
                    distance_km(lat, lon, [a for a, _ in vertices], [b for _, b in vertices]).max()
                )
        countries = {code[:2] for code in row["regions"].split()}
        country = countries.pop() if len(countries) == 1 else ""
        if not row["regions"] and radius <= INLAND_KM:
            if "rings" in shape and row["kind"] not in CLAIMED:
                ring = shapely.Polygon([(lon, lat) for lat, lon in vertices])
                country = around.country(shapely.make_valid(ring))
                if not country and radius <= SMALL_KM:
                    up = (radius + SAME_KM) / KM_PER_DEGREE
                    near = around.closest(lat, lon, up)
                    country = near["countrycode"] if near else ""
            if not country and row["kind"] in INLAND:
                up = (radius + AROUND_KM) / KM_PER_DEGREE
                across = up / max(math.cos(math.radians(lat)), 0.05)
                country = around.country(shapely.box(lon - across, lat - up, lon + across, lat + up))
        place = NewPlace(row["name"], WATER if water else AREA, country, round(lat, 4), round((lon + 180) % 360 - 180, 4),
                         round(max(radius, 1.0), 1), feature=row["kind"], shape=shape or None)  # fmt: skip
        if row["kind"] == "river" and name_key(place.name) in settled:
            place.name += " River"  # else it would read like the town
        identity = ("shape", number)
        for name in (row["name"], _unbracketed(row["name"])):
            names.add(identity, name, PRIMARY)
        for name in _split(row["names"]):
            names.add(identity, name, CLOSE)
        if row["kind"] in {"river", "canal"}:
            bare = re.sub(r"(?i)^river | river$", "", _unbracketed(row["name"]))
            if row["kind"] == "river":
                for name in (f"{bare} River", f"River {bare}"):
                    names.add(identity, name, CLOSE)
                if name_key(bare) not in people and name_key(bare) not in WORDS:  # not "Russian", nor "Red"
                    names.add(identity, bare, CLOSE)
        for term in _split(row["demonyms"]):
            for form in {term, term if term.endswith("s") or len(term) < 4 else f"{term}s"}:
                names.add(identity, form, DEMONYM)
        yield named(place, identity, names)


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of one of our tables."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def named(place: NewPlace, identity: Any, names: Names) -> NewPlace:
    """Give a place its names."""
    place.names, place.folds = names.flags[identity], names.folds[identity]
    return place


def _unbracketed(name: str) -> str:
    """Return a name without what tells it from its namesakes: "Red River (Vietnam)"."""
    return re.sub(r"\s*\(.*?\)", "", name)


def _split(text: str) -> list[str]:
    return [name.strip() for name in (text or "").split("|") if name.strip()]


def _is_line(spots: list[Any]) -> bool:
    """Tell a course from an outline: an outline comes back to where it began."""
    a, b = spots[0], spots[-1]
    length = sum(math.dist(p, q) for p, q in pairwise(spots))
    return len(spots) < 4 or math.dist(a, b) > length / 3


def _on_line(spots: list[Any]) -> tuple[float, float]:
    middle = shapely.LineString([(lon, lat) for lat, lon in spots]).interpolate(0.5, normalized=True)
    return middle.y, middle.x


def _in_ring(spots: list[Any]) -> tuple[float, float]:
    if len(spots) < 4:
        return sum(a for a, _ in spots) / len(spots), sum(b for _, b in spots) / len(spots)
    polygon = shapely.make_valid(shapely.Polygon([(lon, lat) for lat, lon in spots]))
    point = polygon.centroid if polygon.contains(polygon.centroid) else polygon.representative_point()
    return point.y, point.x
