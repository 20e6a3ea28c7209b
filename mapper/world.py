"""The only reader of ``data/``: each part of the world is opened once, when it is first asked for.

A file is used only if ``manifest.json`` lists it and its size agrees; :func:`verify` compares the hashes too.
"""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapper.errors import DataError, OptionError
from mapper.model import DEFAULT_VIEW

if TYPE_CHECKING:
    from mapper.borders import Borders
    from mapper.division import Division
    from mapper.gazetteer import Gazetteer
    from mapper.model import Point
    from mapper.regions import Located, Regions
    from mapper.rules import Words
    from mapper.spotter import Spotter
    from mapper.tagger import Tagger

MANIFEST = "manifest.json"
OUTLINES_OFF_KM = 5.0  # outlines of regions are up to 3 km off
REMEDY = "run `make data` in a checkout, or reinstall the package"


def data_folder() -> Path:
    """Return the folder that holds the data.

    It is ``$MAPPER_DATA`` if that is set, else ``data`` inside the installed package, else ``data`` beside
    the package in a checkout.

    Raises
    ------
    DataError
        If there is no such folder.
    """
    named = os.environ.get("MAPPER_DATA")
    package = Path(__file__).parent
    candidates = [Path(named)] if named else [package / "data", package.parent / "data"]
    for folder in candidates:
        if folder.is_dir():
            return folder
    if named:
        raise DataError(f"MAPPER_DATA names {named!r}, which is no folder: correct it or unset it")
    raise DataError(f"no data folder beside the package ({candidates[-1]}): {REMEDY}")


def data_file(name: str) -> Path:
    """Return the path of a data file that the manifest lists, after checking its size.

    Raises
    ------
    DataError
        If the file is not listed, missing, or of another size than listed.
    """
    folder = data_folder()
    entry = next((entry for entry in manifest() if entry["file"] == name), None)
    if entry is None:
        raise DataError(f"{folder / MANIFEST} does not list {name}: {REMEDY}")
    path = folder / name
    if not path.is_file():
        raise DataError(f"{path} is missing: {REMEDY}")
    size = path.stat().st_size
    if size != entry["bytes"]:
        raise DataError(f"{path} has {size} bytes instead of the {entry['bytes']} in {MANIFEST}: {REMEDY}")
    return path


def manifest() -> list[dict[str, Any]]:
    """Return the manifest: for each data file its name, size, SHA-256, sources, licence and date.

    Raises
    ------
    DataError
        If there is no manifest, or it cannot be read.
    """
    path = data_folder() / MANIFEST
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return [dict(entry) for entry in entries if entry["file"] and entry["bytes"] and entry["sha256"]]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(f"{path} cannot be read as a manifest ({error!r}): {REMEDY}") from error


def verify() -> list[dict[str, Any]]:
    """Compare every listed file's hash with the manifest and return the manifest's entries.

    Raises
    ------
    DataError
        With one line for each file that is missing or differs.
    """
    import hashlib

    entries, faults = manifest(), []
    for entry in entries:
        try:
            content = data_file(entry["file"]).read_bytes()
        except DataError as error:
            faults.append(str(error))
            continue
        found = hashlib.sha256(content).hexdigest()
        if found != entry["sha256"]:
            faults.append(f"{entry['file']} has the SHA-256 {found} instead of {entry['sha256']}: {REMEDY}")
    if faults:
        raise DataError("\n".join(faults))
    return entries


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Return the names and places of the world, and the user's own (:mod:`mapper.own_places`)."""
    from mapper.gazetteer import Gazetteer
    from mapper.placefile import PlaceFile

    own = [PlaceFile(path, own_remedy(path)) for path in own_files()]
    return Gazetteer(data_file("gazetteer.bin"), own)


def own_folder() -> Path:
    """Return the folder of the user's own places, which may not exist yet.

    It is ``$MAPPER_OWN_PLACES`` if that is set, else ``incident-mapper/places`` in ``$XDG_DATA_HOME``, else in
    ``~/.local/share``.

    Raises
    ------
    OptionError
        If the user has no home and none of these is set.
    """
    named = os.environ.get("MAPPER_OWN_PLACES")
    if named:
        return Path(named)
    shared = Path(os.environ.get("XDG_DATA_HOME", ""))
    if not shared.is_absolute():
        try:
            shared = Path.home() / ".local" / "share"
        except RuntimeError as error:
            raise OptionError(
                "there is no home folder for places of your own: name one in MAPPER_OWN_PLACES"
            ) from error
    return shared / "incident-mapper" / "places"


def own_files() -> list[Path]:
    """Return the files of the user's own places, none where there is no folder for them."""
    try:
        return sorted(path for path in own_folder().glob("*.places") if path.is_file())
    except OptionError:
        return []


def own_remedy(path: Path) -> str:
    """Return what helps where a file of the user's own places cannot be used."""
    return f"`mapper gazetteer remove {path.stem}`, then add it again"


@lru_cache(maxsize=1)
def division() -> Division:
    """Return the division of the world's land into units, and the views of whose they are."""
    from mapper.division import Division

    return Division.read(_arrays("borders.npz"), lambda: _arrays("coasts.npz"))


@lru_cache(maxsize=16)
def borders(view: str = DEFAULT_VIEW) -> Borders:
    """Return the land borders and territories of the world in one view.

    Raises
    ------
    OptionError
        If there is no such view.
    """
    from mapper.borders import Borders

    return Borders(division(), view)


def country_code(text: str) -> str:
    """Return the code (ISO 3166-1 alpha-2) of a country given by code or by name.

    Raises
    ------
    OptionError
        If there is no such country; it names those that are spelt alike.
    """
    from difflib import get_close_matches

    code = text.strip().upper()
    if len(code) == 2 and code in borders().countries():
        return code
    near = [found for found in gazetteer().search(text, limit=20) if found.place.kind == "country"]
    exact = [found.place.country for found in near if found.match in {"exact", "alternate"}]
    if exact and exact[0]:
        return exact[0]
    names = {str(found.place.country): found.place.name for found in near}
    if len(code) == 2:
        names |= {
            key: gazetteer().country_name(key) for key in sorted(borders().countries()) if key[0] == code[0]
        }
    likes = get_close_matches(code, names, n=3, cutoff=0.5) or list(names)[:3]
    hint = ", ".join(f"{names[key]} ({key})" for key in likes)
    raise OptionError(
        f"unknown country {text!r}: {f'did you mean {hint}? ' if hint else ''}"
        "Give a name, or a code of ISO 3166-1 alpha-2 such as UA"
    )


@lru_cache(maxsize=1)
def regions() -> Regions:
    """Return the admin-1 regions of the world."""
    from mapper.regions import Regions

    return Regions(_arrays("regions.npz"))


@lru_cache(maxsize=16)
def basemap(view: str = DEFAULT_VIEW) -> dict[str, Any]:
    """Return the land, borders and labels that exported maps are drawn on (see ``data/build_basemap.py``).

    ``borders`` tells of each group of lines what it is in the view, as :meth:`mapper.borders.Borders.drawn` does, and
    ``view`` is the view's title, ``views`` those of all. ``packed`` is the coarse world and ``fine`` the fine one:
    :func:`mapper.ground.ground` picks from them what a map carries.

    Raises
    ------
    OptionError
        If there is no such view.
    DataError
        If the file is missing or damaged.
    """
    content = _json("basemap.json.gz")
    return content | {
        "borders": borders(view).drawn(content["borders"]),
        "view": division().view(view).title,
        "views": {name: known.title for name, known in division().views.items()},
    }


@lru_cache(maxsize=1)
def words() -> Words:
    """Return the common words and first names that help to tell place names from others.

    Raises
    ------
    DataError
        If the file is missing or damaged.
    """
    from mapper.rules import Words

    content = _json("words.json.gz")
    return Words(common=frozenset(content["common"]), first_names=frozenset(content["first_names"]))


@lru_cache(maxsize=1)
def spotter() -> Spotter:
    """Return the trained reader that tells which sentences report an event.

    Raises
    ------
    DataError
        If a file is missing or damaged.
    """
    from mapper.spotter import Spotter

    return Spotter(data_file("spotter.npz"), tagger().lexicon)


@lru_cache(maxsize=1)
def tagger() -> Tagger:
    """Return the trained recogniser of place names.

    Raises
    ------
    DataError
        If a file is missing or damaged.
    """
    from mapper.tagger import Tagger

    return Tagger(data_file("tagger.npz"), gazetteer(), words().common)


def locate(point: Point, view: str = DEFAULT_VIEW) -> Located:
    """Return the country and admin-1 region that a point lies in.

    The fine lines of borders and coasts tell the country; the region is the nearest one of that country. Where they say
    sea, the coarse outlines of regions decide, so that a pier still lies in its town's country. Coasts are read only
    where the outlines and the borders alone do not settle it.
    """
    located, land = regions().locate(point), borders(view)
    settled = located.country is not None and land.country_by_borders(point) == located.country
    if settled and land.nearest(point).km > OUTLINES_OFF_KM:
        return located
    country = land.country(point)
    return located if country in {None, located.country} else regions().locate(point, country=country)


def _json(name: str) -> dict[str, Any]:
    import gzip
    import zlib

    path = data_file(name)
    try:
        return dict(json.loads(gzip.decompress(path.read_bytes())))
    except (OSError, EOFError, ValueError, TypeError, zlib.error) as error:
        raise DataError(f"{path} is damaged ({error}): {REMEDY}") from error


def _arrays(name: str) -> dict[str, Any]:
    import zipfile
    import zlib

    import numpy as np

    path = data_file(name)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is damaged ({error}): {REMEDY}") from error
