"""The only reader of ``data/``: each part of the world is opened once, when it is first asked for.

A file is used only if ``manifest.json`` lists it and its size agrees; :func:`verify` compares the hashes too.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapper.errors import DataError

if TYPE_CHECKING:
    from mapper.borders import Borders
    from mapper.gazetteer import Gazetteer
    from mapper.mentions import Words
    from mapper.model import Point
    from mapper.regions import Located, Regions

MANIFEST = "manifest.json"
SIDE_RADIUS_KM = (
    5.0  # admin-1 outlines are up to 3 km off near borders; within this the 10 m border line decides
)
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
    """Return the names and places of the world."""
    from mapper.gazetteer import Gazetteer

    return Gazetteer(data_file("gazetteer.sqlite"))


@lru_cache(maxsize=1)
def borders() -> Borders:
    """Return the land borders of the world."""
    from mapper.borders import Borders

    return Borders(_arrays("borders.npz"))


@lru_cache(maxsize=1)
def regions() -> Regions:
    """Return the admin-1 regions of the world."""
    from mapper.regions import Regions

    return Regions(_arrays("regions.npz"))


@lru_cache(maxsize=1)
def basemap() -> dict[str, Any]:
    """Return the land, borders and labels that exported maps are drawn on (see ``data/build_basemap.py``).

    Raises
    ------
    DataError
        If the file is missing or damaged.
    """
    return _json("basemap.json.gz")


@lru_cache(maxsize=1)
def words() -> Words:
    """Return the common words and first names that help to tell place names from others.

    Raises
    ------
    DataError
        If the file is missing or damaged.
    """
    from mapper.mentions import Words

    content = _json("words.json.gz")
    return Words(common=frozenset(content["common"]), first_names=frozenset(content["first_names"]))


def locate(point: Point) -> Located:
    """Return the country and admin-1 region that a point lies in.

    Near a border the coarse region outlines may name the wrong country. There the side of the border line on
    which the point lies decides, and the region is the nearest one of that country.
    """
    located = regions().locate(point)
    if borders().nearest(point).km > SIDE_RADIUS_KM:
        return located
    country = borders().side(point)
    if country is None or country == located.country:
        return located
    return regions().locate(point, country=country)


def _json(name: str) -> dict[str, Any]:
    path = data_file(name)
    try:
        return dict(json.loads(gzip.decompress(path.read_bytes())))
    except (OSError, EOFError, ValueError, TypeError, zlib.error) as error:
        raise DataError(f"{path} is damaged ({error}): {REMEDY}") from error


def _arrays(name: str) -> dict[str, Any]:
    import zipfile

    import numpy as np

    path = data_file(name)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is damaged ({error}): {REMEDY}") from error
