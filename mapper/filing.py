"""How a place is filed under its names: which are kept, which resemble the place's own, in what keys they end.

The builder of the shipped gazetteer and the import of a user's own places (:mod:`mapper.own_places`) file alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from mapper.placefile import CLOSE, DISTANT, SIMILAR
from mapper.text import fold_key, name_key

LONGEST_KEY = 60
SAHARA_LAT = 27.6667  # Morocco's border with Western Sahara
_FOLDED = re.compile(
    "[\u0590-\u06ff\u0900-\u09ff]"
)  # scripts whose fold keys say more than the names themselves


def file_name(names: dict[str, int], folds: set[str], name: str, flag: int) -> None:
    """File a place under a name: add its key to ``names``, where the lowest flag wins, and its fold key to ``folds``."""
    key = name_key(name)
    if not key or len(key) > LONGEST_KEY:
        return
    names[key] = min(flag, names.get(key, flag))
    if flag <= SIMILAR:
        fold = fold_key(key)
        if len(fold) > 2 and (fold.isascii() or _FOLDED.search(key)):
            folds.add(fold)


def country_of(country: str, admin1: str, lat: float) -> str:
    """Return the country of a place of GeoNames, where ours is another (``data/README.md``).

    What GeoNames has in Israel's "Judea and Samaria" is Palestine's, in Morocco south of 27°40′ Western Sahara's.
    """
    if (country, admin1) == ("IL", "WE"):
        return "PS"
    return "EH" if country == "MA" and lat < SAHARA_LAT else country


def usable(name: str) -> bool:
    """Leave out codes, addresses and machine transliterations, which fill a sixth of GeoNames' alternate names."""
    letters = [c for c in name if c.isalpha()]
    if not letters or "://" in name or "www." in name.lower() or len(name) > 60 or "_" in name:
        return False
    if not latin(name):
        return True
    if any(c.isdigit() for c in name):
        return False
    capitals = sum(c.isupper() for c in letters)
    # No capital: a transliteration ("ha er ke fu"). All capitals: an airport or state code.
    return capitals > 0 and not (capitals == len(letters) and len(letters) <= 4) and len(letters) > 1


def latin(name: str) -> bool:
    """Tell whether all letters of a name are Latin ones."""
    return all(unicodedata.name(c, "LATIN").startswith(("LATIN", "MODIFIER")) for c in name if c.isalpha())


def likeness(own: str, name: str) -> int:
    """Tell how another name relates to the place's own, whose key is ``own``: CLOSE, SIMILAR or DISTANT.

    CLOSE is the same name in another spelling or script, shortened or made longer by a word; SIMILAR only resembles it.
    """
    key = name_key(name)
    if not key.isascii() or not own.isascii() or key == own:
        return CLOSE
    words, others = set(own.split()), set(key.split())
    if fold_key(own) == fold_key(key) or words < others or others < words:
        return CLOSE
    if len(_skeleton(own)) > 1 and _skeleton(own) == _skeleton(key):
        return SIMILAR  # "Sweida" for Suwayda, but "Pune" is not Puno
    one, other = (Counter(text[i : i + 2] for i in range(len(text) - 1)) for text in (own, key))
    return SIMILAR if 2 * (one & other).total() >= 0.5 * (one.total() + other.total()) else DISTANT


def _skeleton(key: str) -> str:
    return re.sub("[aeiouwyh ]", "", re.sub("^(?:al|el|as|ad|ar|az|an|at|ash) ", "", key))
