"""Splits a report into paragraphs and sentences, as offsets into its text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

# Not the end of a sentence: titles, ranks, months, and the short forms of states that datelines use.
ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof st sr jr gen lt col maj sgt cpl capt cmdr adm gov sen rep hon rev fr no nos vs etc inc ltd co "
    "corp dept est approx ave blvd mt ft km jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thur "
    "thurs fri sat sun ala ariz ark calif colo conn del fla ga ill ind kan ky la mass md mich minn miss mo mont neb nev "
    "okla ore pa tenn tex va vt wash wis wyo".split()
)
MAX_SENTENCE_CHARS = 2_000  # the longest sentences of legal prose; a longer run is a table or a broken text
# After an abbreviation, these words still open a new sentence ("in the U.S. The governor said").
_OPENERS = frozenset(
    "the a an he she it they we but and this that these those there his her its their".split()
)
_END = re.compile(r"(?P<mark>[.!?]+|[。！？؟।])(?P<close>[\"'”’»)\]]*)(?P<space>\s+|$)")
_PARAGRAPH = re.compile(r"\n(?:[ \t\r\f\v]*\n)+[ \t]*|\n(?=[ \t]*(?:[-*•–—]|\d{1,2}[.)])[ \t])|\n(?=#)")
_FULL_WIDTH_END = re.compile(r"(?<=[。！？])")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as ``text[start:end]``, with the number of its paragraph."""

    start: int
    end: int
    paragraph: int

    def span(self, starts: Sequence[int]) -> tuple[int, int]:
        """Return which of the sorted offsets ``starts`` lie in the sentence, as a slice's bounds."""
        return bisect_left(starts, self.start), bisect_left(starts, self.end)


def split_sentences(text: str) -> list[Sentence]:
    """Split a text into sentences.

    A blank line or a list item always ends a sentence; a single line break does not (text is often wrapped).

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of Sentence
        In order, not overlapping, without surrounding white space, none of them empty.
    """
    found: list[Sentence] = []
    paragraph_start = 0
    for number, paragraph_end in enumerate([*(m.end() for m in _PARAGRAPH.finditer(text)), len(text)]):
        start = paragraph_start
        for match in _END.finditer(text, paragraph_start, paragraph_end):
            if _ends_sentence(text, match, paragraph_end):
                _add(found, text, start, match.end("close"), number)
                start = match.end()
        _add(found, text, start, paragraph_end, number)
        paragraph_start = paragraph_end
    return found


def _add(found: list[Sentence], text: str, start: int, end: int, paragraph: int) -> None:
    for piece_start, piece_end in _full_width_pieces(text, start, end):
        piece = text[piece_start:piece_end]
        left = len(piece) - len(piece.lstrip())
        stripped = piece.strip()
        if stripped:
            found.append(Sentence(piece_start + left, piece_start + left + len(stripped), paragraph))


def _full_width_pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut after full-width marks, which no space follows."""
    cuts = [start, *(m.start() for m in _FULL_WIDTH_END.finditer(text, start + 1, end)), end]
    return [piece for a, b in pairwise(cuts) for piece in _bounded(text, a, b)]


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut what is too long to be a sentence at white space, so that the work on one stays small."""
    while end - start > MAX_SENTENCE_CHARS:
        space = max(
            text.rfind(" ", start + 1, start + MAX_SENTENCE_CHARS),
            text.rfind("\n", start + 1, start + MAX_SENTENCE_CHARS),
        )
        cut = space if space > 0 else start + MAX_SENTENCE_CHARS
        yield start, cut
        start = cut
    if start < end:
        yield start, end


def _ends_sentence(text: str, match: re.Match[str], limit: int) -> bool:
    if match.end() >= limit:
        return True
    following = text[match.end() : match.end() + 40].lstrip("\"'“‘«([")
    if match["mark"] != ".":
        return not (following[:1].islower() and match["close"])  # “Run!” she said.
    before = text[max(0, match.start() - 24) : match.start()]
    word = re.search(r"[\w.]+$", before)
    token = word[0] if word else ""
    next_word = re.match(r"\w*", following)
    opener = next_word is not None and next_word[0].lower() in _OPENERS and next_word[0][:1].isupper()
    if token.lower() in ABBREVIATIONS or re.fullmatch(r"\w", token):
        return opener and token.lower() in {"etc", "inc", "ltd", "co", "corp", "ky", "calif", "km"}
    if re.search(r"\w\.\w?$", token):  # U.S., a.m., e.g.
        return opener or (token.lower() in {"a.m", "p.m"} and following[:1].isupper())
    return not following[:1].islower()
