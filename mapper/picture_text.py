"""Text as outlines in one font that comes with matplotlib, so that a picture looks the same everywhere.

Text from reports never reaches a layout engine or a file as text: it is cleaned, measured and turned into curves here.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.path import Path

LONGEST = 2000  # characters of a text that are looked at
GAP = "…"  # stands for what the font cannot draw
# Scripts that need shaping or run from right to left; the font has letters of some of them.
UNSHAPED = frozenset({"R", "AL", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "PDF", "PDI", "FSI"})
ENDS = " ,;:–-"


def clean(text: str, *, default: str = "") -> str:
    """Return a text in one line with only what can be drawn; what cannot be is replaced by an ellipsis.

    Parameters
    ----------
    text
        May hold anything: control characters, lone surrogates, scripts that the font lacks.
    default
        What to return if no letter or digit is left.
    """
    known = _characters()
    drawn: list[str] = []
    for character in unicodedata.normalize("NFC", text[:LONGEST]):
        category = unicodedata.category(character)
        if character.isspace() or character in "\x1c\x1d\x1e\x1f":
            drawn.append(" ")
        elif category in {"Cc", "Cf"}:
            continue
        elif ord(character) in known and unicodedata.bidirectional(character) not in UNSHAPED:
            drawn.append(character)
        elif category[0] != "M" and (not drawn or drawn[-1] != GAP):
            drawn.append(GAP)
    line = " ".join("".join(drawn).split())
    while f"{GAP} {GAP}" in line:
        line = line.replace(f"{GAP} {GAP}", GAP)
    return line if any(character.isalnum() for character in line) else default


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a cleaned text is, in the unit of ``size``, the size of the font."""
    return sum(_advance(character, bold) for character in text) * size


def outline(text: str, size: float, *, bold: bool = False, spacing: float = 0.0) -> Path:
    """Return the outline of a cleaned text from (0, 0) to the right, y downwards, at a font size.

    ``spacing`` is added after each letter, in the unit of ``size``.
    """
    import numpy as np
    from matplotlib.path import Path

    vertices, codes, x = [], [], 0.0
    for character in text:
        glyph = _glyph(character, bold)
        if len(glyph):
            vertices.append(np.asarray(glyph.vertices) * size + [x, 0.0])
            codes.append(np.asarray(glyph.codes, dtype=np.uint8))
        x += _advance(character, bold) * size + spacing
    if not vertices:
        return Path(np.zeros((0, 2)), np.zeros(0, dtype=np.uint8))
    return Path(np.concatenate(vertices), np.concatenate(codes))


def shorten(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Return a text cut at a word, where there is one, so that it fits into some room."""
    if width(text, size, bold=bold) <= room:
        return text
    while text and width(text.rstrip(ENDS) + GAP, size, bold=bold) > room:
        cut = text.rstrip().rfind(" ")
        text = text[:cut] if cut > 0.6 * len(text) else text[:-1]
    return text.rstrip(ENDS) + GAP


def wrap(text: str, size: float, room: float, lines: int, *, bold: bool = False) -> list[str]:
    """Return a text in at most some lines that fit into some room; the last one is shortened."""
    found: list[str] = []
    words = text.split(" ")
    while words and len(found) < lines - 1:
        fits = 1
        while fits < len(words) and width(" ".join(words[: fits + 1]), size, bold=bold) <= room:
            fits += 1
        found.append(shorten(" ".join(words[:fits]), size, room, bold=bold))
        words = words[fits:]
    if words:
        found.append(shorten(" ".join(words), size, room, bold=bold))
    return found


def _font(bold: bool) -> Any:
    import matplotlib
    from matplotlib.font_manager import get_font

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return get_font(f"{matplotlib.get_data_path()}/fonts/ttf/{name}")  # one for each thread


@lru_cache(maxsize=1)
def _characters() -> frozenset[int]:
    return frozenset(_font(False).get_charmap()) & frozenset(_font(True).get_charmap())


@lru_cache(maxsize=8192)
def _measured(character: str, bold: bool) -> tuple[float, Path]:
    import numpy as np
    from matplotlib.ft2font import LoadFlags
    from matplotlib.path import Path

    font = _font(bold)
    font.set_size(100.0, 72)
    glyph = font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
    vertices, codes = font.get_path()
    flipped = np.asarray(vertices, dtype=float).reshape(-1, 2) * [0.01, -0.01]
    return glyph.linearHoriAdvance / 65536 / 100, Path(flipped, np.asarray(codes, dtype=np.uint8))


def _advance(character: str, bold: bool) -> float:
    return _measured(character, bold)[0]


def _glyph(character: str, bold: bool) -> Path:
    return _measured(character, bold)[1]
