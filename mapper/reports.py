"""Reads reports from files: txt, md (with front matter), html, json and jsonl; each unusable input gives a reason."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from mapper.model import Rejected, Report

SUFFIXES = (".txt", ".md", ".markdown", ".html", ".htm", ".json", ".jsonl", ".ndjson")
MAX_REPORT_CHARS = 1_000_000  # about 150,000 words: a book, not a report
MAX_FILE_BYTES = 64_000_000  # of a file that holds one report or one JSON document
MAX_FRONT_MATTER_CHARS = 16_000
MAX_FIELD_CHARS = 1_000  # of a title, an outlet, an address
MAX_LINE_BYTES = 16_000_000  # of a line of a JSONL file

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?\r?\n)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_TITLE_MAX = 160

Read = Report | Rejected


def read_reports(source: str | Path, *, published: date | None = None) -> Iterator[Read]:
    """Read the reports of a file, a folder or standard input.

    Parameters
    ----------
    source : str or Path
        A file with one of ``SUFFIXES`` (any other suffix is read as plain text), a folder of such files, or ``-``.
    published : date, optional
        The publication date of reports that carry none.

    Yields
    ------
    Report or Rejected
        What cannot be read comes as Rejected, with the input's name and the reason; the rest goes on.
    """
    for read in _read_source(source):
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
    reads = list(_text_with_front_matter(id, id, text) if front_matter else _checked(id, id, {"text": text}))
    return next((read for read in reads if isinstance(read, Report)), reads[0])


def reports_from_bytes(name: str, content: bytes) -> Iterator[Read]:
    """Read an uploaded file; ``name`` gives the format by its suffix."""
    path = Path(name)
    if path.suffix.lower() in {".jsonl", ".ndjson"}:
        lines = content.split(b"\n")
        yield from _json_lines(name, path.stem, iter(lines))
    else:
        yield from _one(name, path.stem, content, path.suffix.lower())


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
    """Read a file that holds one report, or one JSON document of reports."""
    reason = _unusable(content, suffix)
    if reason:
        yield Rejected(source=source, reason=reason)
        return
    if suffix in {".html", ".htm"}:
        yield from _html(source, stem, content)
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
    yield from _checked(source, stem, fields | {"text": text})


def _unusable(content: bytes, suffix: str) -> str | None:
    if not content.strip():
        return "is empty: nothing to read"
    if len(content) > MAX_FILE_BYTES:
        return f"is larger than {MAX_FILE_BYTES:,} bytes: split it into reports"
    if suffix in {
        ".pdf",
        ".docx",
        ".doc",
        ".odt",
        ".eml",
        ".xlsx",
        ".xls",
        ".csv",
        ".tsv",
        ".zip",
        ".gpkg",
        ".geojson",
    }:
        return f"{suffix} files are not read as reports: give one of {', '.join(SUFFIXES)}"
    if b"\0" in content[:8192] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "looks like a binary file: give a text, md, html, json or jsonl file"
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


def _html(source: str, stem: str, content: bytes) -> Iterator[Read]:
    import trafilatura

    document = trafilatura.bare_extraction(content, with_metadata=True, include_comments=False)
    text = str(getattr(document, "text", None) or "").strip().replace("\n", "\n\n")  # a line is a paragraph
    if not text:
        yield Rejected(source=source, reason="no article text was found in the page: paste its text instead")
        return
    names = {"title": "title", "published": "date", "outlet": "sitename", "url": "url"}
    fields = {ours: getattr(document, theirs, None) for ours, theirs in names.items()}
    yield from _checked(source, stem, fields | {"text": text})


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
        own = _text(item.get("id"))
        yield from _checked(where, id_ if own is None else own, item)


def _checked(source: str, id_: str, fields: dict[str, Any]) -> Iterator[Read]:
    """Make the report, or say why not; a bad date costs the date, not the report."""
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
        title=_text(fields.get("title")) or _headline(text),
        published=published,
        outlet=_text(fields.get("outlet") or fields.get("source")),
        url=_text(fields.get("url")),
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


def _text(value: object) -> str | None:
    """Return a field's text; a list or a mapping in its place is none."""
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
