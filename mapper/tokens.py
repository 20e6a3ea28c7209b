"""Cuts a text into words, numbers and marks, as offsets into it."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import regex

# What is not to be seen within a word, such as a soft hyphen or a direction mark, belongs to it.
_UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_TOKEN = regex.compile(
    r"(?:\p{Lu}\p{Ll}?\.){2,}"  # U.S., W.Va.
    r"|\b\p{Lu}{1,2}&\p{Lu}{1,2}\b"  # T&T
    rf"|[\p{{L}}\p{{N}}][\p{{L}}\p{{M}}\p{{N}}{_UNSEEN}]*(?:['’ʼ‘`](?!s\b)\p{{L}}[\p{{L}}\p{{M}}{_UNSEEN}]*)*"
    r"|['’]s\b"
    r"|\n(?:\s*\n)?"
    r"|[^\s]"
)


class Tokens(NamedTuple):
    """The tokens of a text: where each begins and ends, and its characters. A line break is a token."""

    starts: list[int]
    ends: list[int]
    texts: list[str]


@lru_cache(maxsize=2)  # several readers ask for those of one text
def tokenize(text: str, start: int = 0, end: int | None = None) -> Tokens:
    """Cut a text, or a part of it, into tokens.

    Parameters
    ----------
    text : str
    start, end : int, optional
        The part to cut; offsets of the answer are into the whole text.

    Returns
    -------
    Tokens
        Shared by all who ask: its lists are not to be changed.
    """
    found = list(_TOKEN.finditer(text, start, len(text) if end is None else end))
    return Tokens([m.start() for m in found], [m.end() for m in found], [m[0] for m in found])
