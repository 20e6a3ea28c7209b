"""Reads reports from files, mails, feeds and, where asked, the web; each unusable input gives a reason."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from mapper.documents import READERS, read_document
from mapper.errors import InputError
from mapper.feeds import read_feed
from mapper.intake import Read, checked, field_text
from mapper.model import Rejected, Report
from mapper.pages import Document, read_page

_PLAIN = (".txt", ".md", ".markdown", ".html", ".htm", ".json", ".jsonl", ".ndjson")
_FEEDS = (".xml", ".rss", ".atom")
_TABLES = {".csv", ".tsv", ".xls", ".xlsx", ".ods", ".geojson", ".gpkg"}
_OTHERS = {".doc", ".odt", ".rtf", ".pages", ".msg", ".zip"}
SUFFIXES = (*_PLAIN, *READERS, *_FEEDS)
MAX_FILE_BYTES = 64_000_000  # of a file that holds one report or one JSON document
MAX_FRONT_MATTER_CHARS = 16_000
MAX_LINE_BYTES = 16_000_000  # of a line of a JSONL file

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?\r?\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")


def read_reports(source: str | Path, *, published: date | None = None, fetch: bool = False) -> Iterator[Read]:
    """Read the reports of a file, a folder, standard input or, where asked, of the web.

    Parameters
    ----------
    source : str or Path
        A file with one of ``SUFFIXES`` (any other suffix is read as plain text), a folder of such files, ``-``,
        or an http or https address.
    published : date, optional
        The publication date of reports that carry none.
    fetch : bool, optional
        Whether an address is opened (:mod:`mapper.fetching`); without it nothing leaves this machine.

    Yields
    ------
    Report or Rejected
        What cannot be read comes as Rejected, with the input's name and the reason; the rest goes on.
    """
    is_url = isinstance(source, str) and _URL.match(source)
    for read in _read_url(str(source), fetch) if is_url else _read_source(source):
        if isinstance(read, Report) and read.published is None:
            yield replace(read, published=published)
        else:
            yield read


def report_from_text(text: str, *, id: str = "report", front_matter: bool = False) -> Read:
    """Make a report of a text that is at hand.

    Parameters
    ----------
    text : str
    id : str
        The report's identifier, also its name in messages.
    front_matter : bool
        Whether a block between lines of three dashes at the top holds title, outlet, date and address. The report's
        text, and so every offset, then begins behind it.
    """
    reads = list(_text_with_front_matter(id, id, text) if front_matter else checked(id, id, {"text": text}))
    return next((read for read in reads if isinstance(read, Report)), reads[0])


def reports_from_bytes(name: str, content: bytes) -> Iterator[Read]:
    """Read an uploaded file; ``name`` gives the format by its suffix."""
    path = Path(name)
    yield from _many(name, path.stem, content, path.suffix.lower())


def _many(source: str, stem: str, content: bytes, suffix: str) -> Iterator[Read]:
    if suffix in {".jsonl", ".ndjson"}:
        yield from _json_lines(source, stem, iter(content.split(b"\n")))
    else:
        yield from _one(source, stem, content, suffix)


def _read_source(source: str | Path) -> Iterator[Read]:
    if str(source) == "-":
        content = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
        if content.lstrip()[:1] == b"{":
            yield from _json_lines("standard input", "stdin", iter(content.split(b"\n")))
        else:
            yield from _one("standard input", "stdin", content, ".txt")
        return
    path = Path(source)
    try:
        if path.is_dir():
            yield from _read_folder(path)
        elif not path.exists():
            yield Rejected(source=str(path), reason="there is no such file or folder: check the path")
        elif path.suffix.lower() in {".jsonl", ".ndjson"}:
            with path.open("rb") as stream:
                yield from _json_lines(str(path), path.stem, _lines(stream))
        else:
            with path.open("rb") as stream:
                yield from _one(str(path), path.stem, stream.read(MAX_FILE_BYTES + 1), path.suffix.lower())
    except OSError as error:
        yield Rejected(source=str(path), reason=f"cannot be read: {error.strerror or error}")


def _read_url(url: str, fetch: bool) -> Iterator[Read]:
    shown = re.sub(r"//[^/@]*@", "//…@", url)  # a password stays out of messages
    if not fetch:
        reason = (
            "is a web address, and nothing is opened unasked: with --fetch it is, which tells that site what you look up; "
            "or save the page and give the file"
        )
        yield Rejected(source=shown, reason=reason)
        return
    from mapper import fetching

    try:
        fetched = fetching.fetch(url)
        suffix, content = fetching.as_file(fetched, SUFFIXES)
    except InputError as error:
        yield Rejected(source=shown, reason=str(error))
        return
    for read in _many(url, url, content, suffix):
        yield replace(read, url=fetched.url) if isinstance(read, Report) and read.url is None else read


def _read_folder(folder: Path) -> Iterator[Read]:
    files = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    if not any(p.suffix.lower() in SUFFIXES for p in files):
        yield Rejected(source=str(folder), reason=f"the folder holds no report ({', '.join(SUFFIXES)})")
    inside = folder.resolve()
    for path in files:
        if not path.resolve().is_relative_to(inside):
            yield Rejected(
                source=str(path), reason="is a link that leads out of the folder: name its target itself"
            )
        elif path.suffix.lower() in SUFFIXES:
            yield from _read_source(path)
        else:
            yield Rejected(source=str(path), reason=f"not a report format: give one of {', '.join(SUFFIXES)}")


def _one(source: str, stem: str, content: bytes, suffix: str) -> Iterator[Read]:
    """Read a file that holds one report, a feed, or one JSON document of reports."""
    reason = _unusable(content, suffix)
    if reason:
        yield Rejected(source=source, reason=reason)
        return
    try:
        if suffix in {".html", ".htm"}:
            yield from _document(source, stem, read_page(content))
            return
        if suffix in READERS:
            yield from _document(source, stem, read_document(suffix, content))
            return
        if suffix in _FEEDS:
            yield from _feed(source, stem, content)
            return
    except InputError as error:
        yield Rejected(source=source, reason=str(error))
        return
    try:
        text = content.decode("utf-8-sig" if not content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-16")
    except UnicodeDecodeError as error:
        yield Rejected(
            source=source,
            reason=f"byte {error.start} is not valid UTF-8: save the file as UTF-8 and try again",
        )
        return
    if suffix == ".json":
        yield from _json_document(source, stem, text)
        return
    yield from _text_with_front_matter(source, stem, text)


def _text_with_front_matter(source: str, stem: str, text: str) -> Iterator[Read]:
    fields: dict[str, Any] = {}
    match = _FRONT_MATTER.match(text)
    if match:
        fields, problem = _front_matter(match[1])
        if problem:
            yield Rejected(source=source, reason=problem)
        if fields:
            text = text[match.end() :].lstrip("\r\n")
    yield from checked(source, stem, fields | {"text": text})


def _unusable(content: bytes, suffix: str) -> str | None:
    if not content.strip():
        return "is empty: nothing to read"
    if len(content) > MAX_FILE_BYTES:
        return f"is larger than {MAX_FILE_BYTES:,} bytes: split it into reports"
    if suffix in _TABLES:
        return f"{suffix} files are tables, not reports: give one of {', '.join(SUFFIXES)}"
    if suffix in _OTHERS:
        return f"{suffix} files are not read: save it as .docx, .pdf or .txt"
    if suffix in READERS or suffix in _FEEDS:
        return None  # their readers know better
    if b"\0" in content[:8192] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return f"looks like a binary file: give one of {', '.join(SUFFIXES)}"
    return None


def _front_matter(block: str) -> tuple[dict[str, Any], str | None]:
    """Read the plain fields of a front matter; every value stays text, and what refers to elsewhere is refused."""
    import yaml

    try:
        if len(block) > MAX_FRONT_MATTER_CHARS:
            raise ValueError(f"more than {MAX_FRONT_MATTER_CHARS:,} characters")
        if any(getattr(event, "anchor", None) for event in yaml.parse(block, Loader=yaml.BaseLoader)):
            raise ValueError("anchors and aliases are not read")
        fields = yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but text, lists and mappings
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return (
            {},
            f"its front matter is not valid YAML ({str(error).splitlines()[0]}): the text is read as it stands",
        )
    if not isinstance(fields, dict):
        return {}, None
    return {
        key: value for key, value in fields.items() if isinstance(key, str) and isinstance(value, str)
    }, None


def _document(source: str, stem: str, document: Document) -> Iterator[Read]:
    yield from (Rejected(source=source, reason=note) for note in document.notes)
    own = field_text(document.fields.get("id"))
    yield from checked(source, own or stem, document.fields)


def _feed(source: str, stem: str, content: bytes) -> Iterator[Read]:
    entries, notes = read_feed(content)
    yield from (Rejected(source=source, reason=note) for note in notes)
    for number, entry in enumerate(entries, 1):
        yield from _document(f"{source}, entry {number}", f"{stem}-{number}", entry)


def _json_document(source: str, stem: str, text: str) -> Iterator[Read]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield Rejected(source=source, reason=f"is not valid JSON: {error}")
        return
    items = content if isinstance(content, list) else [content]
    for number, item in enumerate(items, 1):
        yield from _record(f"{source}, item {number}", f"{stem}-{number}" if len(items) > 1 else stem, item)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield lines, none longer than one byte more than allowed: what is over is read and dropped."""
    while line := stream.readline(MAX_LINE_BYTES + 1):
        yield line
        while len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE_BYTES + 1)
            if not line:
                return


def _json_lines(source: str, stem: str, lines: Iterator[bytes]) -> Iterator[Read]:
    empty = True
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        empty = False
        where = f"{source}, line {number}"
        if len(line) > MAX_LINE_BYTES:
            yield Rejected(source=where, reason=f"is longer than {MAX_LINE_BYTES:,} bytes")
            continue
        try:
            item = json.loads(line.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            yield Rejected(source=where, reason=f"byte {error.start} is not valid UTF-8")
        except (ValueError, RecursionError) as error:
            yield Rejected(source=where, reason=f"is not valid JSON: {error}")
        else:
            yield from _record(where, f"{stem}-{number}", item)
    if empty:
        yield Rejected(source=source, reason="is empty: nothing to read")


def _record(where: str, id_: str, item: object) -> Iterator[Read]:
    if not isinstance(item, dict):
        yield Rejected(source=where, reason='is not a JSON object like {"id": …, "published": …, "text": …}')
    elif not isinstance(item.get("text"), str):
        yield Rejected(source=where, reason='has no "text" that is a string')
    else:
        own = field_text(item.get("id"))
        yield from checked(where, id_ if own is None else own, item)
