"""Makes reports of what was read, or says why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from mapper.model import Rejected, Report

MAX_REPORT_CHARS = 1_000_000  # about 150,000 words: a book, not a report
MAX_FIELD_CHARS = 1_000  # of a title, an outlet, an address

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_TITLE_MAX = 160

Read = Report | Rejected


def checked(source: str, id_: str, fields: dict[str, Any]) -> Iterator[Read]:
    """Make a report of its fields, or say why not; a bad date costs the date, not the report.

    Parameters
    ----------
    source : str
        The name of the input in messages.
    id_ : str
    fields : dict
        ``text``, and whatever is known of ``title``, ``published``, ``outlet`` (or ``source``) and ``url``.
    """
    text, id_ = _whole(fields["text"]), _whole(id_)
    if not text.strip():
        yield Rejected(source=source, reason="is empty: nothing to read")
        return
    if len(text) > MAX_REPORT_CHARS:
        yield Rejected(
            source=source,
            reason=f"has {len(text):,} characters, more than the {MAX_REPORT_CHARS:,} of one report: split it into reports",
        )
        return
    published, problem = _published(fields.get("published"))
    if problem:
        yield Rejected(source=source, reason=problem)
    yield Report(
        id=id_,
        text=text,
        title=field_text(fields.get("title")) or _headline(text),
        published=published,
        outlet=field_text(fields.get("outlet") or fields.get("source")),
        url=field_text(fields.get("url")),
    )


def _published(value: object) -> tuple[date | None, str | None]:
    if value is None or value == "":
        return None, None
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        if match is None:
            raise ValueError
        return date.fromisoformat(match[1]), None
    except ValueError:
        return None, f"published {str(value)[:40]!r} is not a date like 2024-05-31: relative dates stay open"


def field_text(value: object) -> str | None:
    """Return a field's text on one line; a list or a mapping in its place is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return _whole(" ".join(str(value).split()))[:MAX_FIELD_CHARS] or None


def _whole(text: str) -> str:
    """Put U+FFFD for lone surrogates, which no file can hold; offsets stay the same."""
    return _SURROGATE.sub("\ufffd", text)


def _headline(text: str) -> str | None:
    """Return the first line if it is set off like a headline."""
    first, _, rest = text.lstrip().partition("\n")
    first = first.strip().lstrip("# ")
    return (
        first
        if rest[:1] in {"\n", "\r"} and 0 < len(first) <= _TITLE_MAX and not first.endswith(".")
        else None
    )
