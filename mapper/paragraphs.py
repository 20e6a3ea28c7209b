"""Makes paragraphs of the lines of a PDF, which knows no paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

EDGE_LINES = 2  # at the top and bottom of a page, where its header and footer are looked for
GAP = 1.3  # times the usual distance of lines: more parts paragraphs
SIZE = 1.15  # times another line's size: a heading, a caption
SHORT = 0.75  # of a full line: a sentence that ends before ends its paragraph
VERY_SHORT = (
    0.5  # of a full line: what ends before is an item, a row, a heading, if a capital or a figure follows
)
AROUND = 6  # lines before and after among which the longest is a full one; columns differ in width

_BULLET = re.compile(r"\s*(?:[•◦▪‣·●○■□–—*]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+\S")
_ENDS = re.compile(r"[.!?:;…。؟।][\"'”’»)\]]*\s*\Z")
_GOES_ON = re.compile(r"[,\-\u2010\u00ad]\s*\Z")
_HYPHENATED = re.compile(r"[^\W\d_](?:-|\u2010|\u00ad)\s*\Z")
# Once for each word, so that one without end costs no more than its length.
_COMPOUND = re.compile(r"\b\w++-\w++")
_LAST = 200  # letters at the end of a paragraph, within which its last word is looked for


@dataclass(slots=True)
class Line:
    """A line as it is drawn; it grows while it is read."""

    text: str = ""
    y: float | None = None  # height on the page, in any unit
    size: float = 0.0  # of its largest letters


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[str]:
    """Return the paragraphs of a document.

    Lines are joined, words hyphenated at the end of a line put together, and lines dropped that every page has at
    its top or bottom (but for their digits).
    """
    pages = _without_headers(pages)
    words = {word for page in pages for line in page for word in _COMPOUND.findall(line.text.lower())}
    found: list[str] = []
    for page in pages:
        gaps = [up.y - down.y for up, down in pairwise(page) if up.y is not None and down.y is not None]
        usual = median([gap for gap in gaps if gap > 0] or [0.0])
        before: Line | None = None
        for n, line in enumerate(page):
            if before is None:  # a paragraph may go on from the page before
                goes_on = bool(found) and not _ENDS.search(found[-1]) and line.text.strip()[:1].islower()
            else:
                near = page[max(0, n - 1 - AROUND) : n + AROUND]
                full = max(len(other.text.strip()) for other in near if not _differ(other, before))
                goes_on = not _parted(before, line, usual, full)
            if goes_on:
                found[-1] = _joined(found[-1], line.text, words)
            else:
                found.append(line.text)
            before = line
    return [paragraph for paragraph in (" ".join(text.split()) for text in found) if paragraph]


def _parted(before: Line, line: Line, usual: float, full: int) -> bool:
    if _BULLET.match(line.text):
        return True
    if _differ(before, line):
        return True
    if before.y is not None and line.y is not None and usual and before.y - line.y > GAP * usual:
        return True
    width = len(before.text.strip())
    first = line.text.lstrip()[:1]
    if (
        width < VERY_SHORT * full
        and (first.isupper() or first.isdigit())
        and not _GOES_ON.search(before.text)
    ):
        return True
    return width < SHORT * full and _ENDS.search(before.text) is not None


def _differ(one: Line, other: Line) -> bool:
    sizes = sorted((one.size, other.size))
    return sizes[0] > 0 and sizes[1] > SIZE * sizes[0]


def _joined(text: str, line: str, words: set[str]) -> str:
    line = line.lstrip()
    if not _HYPHENATED.search(text[-_LAST:]):
        return f"{text.rstrip()} {line}"
    text = text.rstrip()
    first, last = re.match(r"\w*", line), re.search(r"\w*\Z", text[-_LAST:-1])
    whole = f"{last[0] if last else ''}-{first[0] if first else ''}".lower()
    # "Kramatorsk-Bakhmut" keeps its hyphen, and so does what the document writes with one within a line.
    keeps = not line[:1].islower() or (text[-1] != "\u00ad" and whole in words)
    return (text if keeps else text[:-1]) + line


def _without_headers(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    if len(pages) < 2:
        return [list(page) for page in pages]
    seen = Counter(
        shape
        for page in pages
        for shape in {_shape(line) for line in (*page[:EDGE_LINES], *page[-EDGE_LINES:])}
    )
    needed = len(pages) if len(pages) < 4 else len(pages) - 1  # a title page has none
    repeated = {shape for shape, count in seen.items() if count >= needed}
    usual = median(line.size for page in pages[1:] for line in page) if any(pages[1:]) else 0.0
    kept = []
    for number, page in enumerate(pages):
        edge = {*range(EDGE_LINES), *range(len(page) - EDGE_LINES, len(page))}
        kept.append(
            [
                line
                for n, line in enumerate(page)
                if n not in edge
                or _shape(line) not in repeated
                or (number == 0 and line.size > SIZE * usual)  # the title, which later pages repeat
            ]
        )
    return kept


def _shape(line: Line) -> str:
    return re.sub(r"\d+", "#", " ".join(line.text.split()))
