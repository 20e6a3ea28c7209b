"""Reads the text and the metadata of HTML: web pages, the bodies of mails, the entries of feeds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from mapper.errors import InputError
from mapper.limits import within

MAX_SECONDS = 20.0  # for one file of any foreign format; a PDF of 300 full pages takes two
FIRST_DATE = date(
    1970, 1, 3
)  # what is earlier is mostly a clock that was never set (1970-01-01 in some time zone)

# The library's own dates begin in 1995 and end today, and outside it takes the first of that month, or another date of
# the page, for the publication date; so all are asked for, and what cannot be is dropped here, with a word.
_DATES = {
    "extensive_search": False,  # finds "© 2019" and takes 2019-01-01 for the date
    "original_date": True,
    "min_date": "1900-01-01",
    "max_date": "2100-01-01",
}
_BLOCKS = frozenset(
    "address article aside blockquote dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table tbody tfoot thead tr ul".split()
)
_UNSEEN = frozenset(("head", "script", "style", "template", "title"))


@dataclass(frozen=True, slots=True)
class Document:
    """The fields of a report as a file states them, and what of the file was left out."""

    fields: dict[str, Any]
    notes: tuple[str, ...] = ()


def read_page(content: bytes) -> Document:
    """Read the article of a web page, without menus and advertisements.

    Raises
    ------
    InputError
        If there is no article in it, or it takes too long.
    """
    import trafilatura

    def extract() -> Any:
        return trafilatura.bare_extraction(
            content, with_metadata=True, include_comments=False, date_extraction_params=dict(_DATES)
        )

    try:
        page = within(MAX_SECONDS, extract)
    except TimeoutError:
        raise InputError(f"takes more than {MAX_SECONDS:g} s to read: paste its text instead") from None
    except Exception as error:
        raise InputError(
            f"cannot be read as HTML ({type(error).__name__}): paste its text instead"
        ) from error
    text = str(getattr(page, "text", None) or "").strip().replace("\n", "\n\n")  # a line is a paragraph
    if not text:
        raise InputError("no article text was found in the page: paste its text instead")
    published, note = believable(getattr(page, "date", None))
    names = {"title": "title", "outlet": "sitename", "url": "url"}
    fields = {ours: getattr(page, theirs, None) for ours, theirs in names.items()}
    return Document(fields | {"text": text, "published": published}, (note,) if note else ())


def believable(found: str | date | None) -> tuple[str | None, str | None]:
    """Return a date that a file states of itself as ISO text, or why it is left out.

    A date more than a day ahead (it may be tomorrow elsewhere) or before ``FIRST_DATE`` comes from a wrong clock.
    """
    if isinstance(found, datetime):
        found = found.date()
    try:
        day = found if isinstance(found, date) else date.fromisoformat(found or "")
    except ValueError:
        return None, None
    if FIRST_DATE <= day <= date.today() + timedelta(days=1):
        return day.isoformat(), None
    when = "lies in the future" if day > FIRST_DATE else "comes from a clock that was not set"
    return None, f"its publication date {day} {when} and is left out: give the right one with --published"


def html_text(markup: str) -> str:
    """Return the text of a piece of HTML, a blank line between its paragraphs and one line a row of a table.

    For pieces that are an article as they stand; :func:`read_page` finds the article of a page.
    """
    reader = _Text()
    reader.feed(markup)
    reader.close()
    return reader.text()


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self._parts.append("\n")
        elif tag in {"td", "th"}:
            self._parts.append("\t")
        elif tag in _BLOCKS:
            self._parts.append("\n" if tag == "tr" else "\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BLOCKS:
            self._parts.append("\n" if tag == "tr" else "\n\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._parts.append(re.sub(r"\s+", " ", data))

    def text(self) -> str:
        """Return what was read."""
        lines = []
        for line in "".join(self._parts).split("\n"):
            cells = [" ".join(cell.split()) for cell in line.split("\t")]
            lines.append(", ".join(cell for cell in cells if cell))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
