"""Reads the entries of RSS, Atom and RDF feeds."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from mapper.errors import InputError
from mapper.limits import within
from mapper.pages import MAX_SECONDS, Document, believable, html_text

MAX_FEED_BYTES = 16_000_000  # a feed of a thousand whole articles has some 5 MB
MAX_ENTRIES = 5_000

_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)


def read_feed(content: bytes) -> tuple[list[Document], tuple[str, ...]]:
    """Read a feed.

    Parameters
    ----------
    content : bytes
        The feed itself. The library opens whatever file or address a string names, so it is never given one.

    Returns
    -------
    entries : list of Document
        ``id`` is the entry's guid or link, ``outlet`` the feed's title. ``published`` is the day in the time zone that
        the entry writes, or where it has none the day of its last change.
    notes : tuple of str
        What of the feed was left out.

    Raises
    ------
    InputError
        If it is no feed, holds no entry, declares entities, is too long or takes too long.
    """
    if len(content) > MAX_FEED_BYTES:
        raise InputError(f"is larger than the {MAX_FEED_BYTES:,} bytes of one feed: split it")
    # A feed needs no entities of its own; some expand to gigabytes, some name files.
    if _ENTITY.search(content.replace(b"\0", b"")):
        raise InputError("declares XML entities, which are not read: save the feed without its DOCTYPE")
    try:
        return within(MAX_SECONDS, lambda: _read(content))
    except TimeoutError:
        raise InputError(f"takes more than {MAX_SECONDS:g} s to read: split the feed") from None
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"cannot be read as a feed ({type(error).__name__}): check the file") from error


def _read(content: bytes) -> tuple[list[Document], tuple[str, ...]]:
    import feedparser

    feed = feedparser.parse(io.BytesIO(content), sanitize_html=False, resolve_relative_uris=False)
    if not feed.get("version") and not feed.entries:
        raise InputError("is no RSS, Atom or RDF feed: other XML is not read as reports")
    if not feed.entries:
        raise InputError("the feed holds no entry: nothing to read")
    outlet = html_text(str(feed.feed.get("title") or "")) or None
    notes = []
    if feed.get("bozo") and type(feed.get("bozo_exception")).__name__.startswith("SAX"):
        notes.append(
            f"is not well-formed XML ({str(feed.bozo_exception)[:80]}): its entries may be incomplete"
        )
    if len(feed.entries) > MAX_ENTRIES:
        notes.append(f"has {len(feed.entries):,} entries: only the first {MAX_ENTRIES:,} are read, split it")
    return [_entry(entry, outlet) for entry in feed.entries[:MAX_ENTRIES]], tuple(notes)


def _entry(entry: Any, outlet: str | None) -> Document:
    title = html_text(str(entry.get("title") or ""))
    published, note = believable(_day(entry))
    link = str(entry.get("link") or "")
    fields = {
        "id": entry.get("id") or link or None,
        "title": title,
        # A flash is often nothing but its title.
        "text": max(_bodies(entry), key=len, default="") or title,
        "published": published,
        "outlet": outlet,
        "url": link if re.match("(?i)https?://", link) else None,
    }
    return Document(fields, (note,) if note else ())


def _bodies(entry: Any) -> Iterator[str]:
    """Yield the texts of an entry: the whole article where the feed has it, and the summary."""
    parts = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    for part in parts:
        value = str(part.get("value") or "")
        if part.get("type") == "text/plain" and not re.search(r"</?[a-zA-Z]|&[#\w]+;", value):
            yield "\n".join(line.rstrip() for line in value.strip().splitlines())
        else:
            yield html_text(value)


def _day(entry: Any) -> date | None:
    for name in ("published", "updated"):
        stated = str(dict.get(entry, name) or "").strip()  # its own get() takes the one for the other
        for parse in (datetime.fromisoformat, parsedate_to_datetime):
            try:
                return parse(stated).date()
            except (ValueError, TypeError, IndexError, OverflowError):
                continue
        parsed = dict.get(entry, f"{name}_parsed")  # in UTC; knows many more ways to write a date
        if parsed:
            return date(parsed[0], parsed[1], parsed[2])
    return None
