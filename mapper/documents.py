"""Reads PDF, Word and mail files into the fields of a report."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

from mapper.errors import InputError
from mapper.limits import within
from mapper.pages import MAX_SECONDS, Document, believable, html_text, read_page
from mapper.paragraphs import Line, paragraphs

if TYPE_CHECKING:
    from email.message import EmailMessage

MAX_PAGES = 500
MAX_CHARS = 1_100_000  # somewhat more than a report may have: what is over is not worth reading
MAX_UNPACKED_BYTES = 128_000_000  # of a Word file with its pictures
MAX_XML_BYTES = 32_000_000  # of one of its parts that is parsed: the text of some ten books
MAX_RATIO = 100  # unpacked to packed; Word's own XML comes to 10 or 20, zeros to 1,000
MAX_PARTS = 10_000
SHORT_MAIL_CHARS = (
    2_000  # of HTML: such a mail has no menus; looking for an article in it loses its paragraphs
)
MAX_HEADER_CHARS = 4_000  # of a header; only lists of recipients are longer
_SMALL_PART = 1_000_000  # bytes; below it any ratio will do

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u00ad\ufffe\uffff]")
_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\ufffd\ue000-\uf8ff]")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
# What programs put where a title belongs.
_NO_TITLE = re.compile(
    r"(?i)microsoft (?:word|powerpoint)\b.*|(?:untitled|document|dokument|title|presentation|\d|[\W_])[\W\d_]*|.*\.\w{2,5}"
)


def read_document(suffix: str, content: bytes) -> Document:
    """Read a file of one of the formats in ``READERS``.

    Parameters
    ----------
    suffix : str
        ``.pdf``, ``.docx`` or ``.eml``.
    content : bytes

    Returns
    -------
    Document
        The title comes from the file's metadata unless that is a file's name or a program's filler. Only a mail has a
        publication date: the day a PDF or a Word file was made is not the day its report came out.

    Raises
    ------
    InputError
        If it cannot be read, holds no text, or is longer or takes longer than a report may.
    """
    try:
        return within(MAX_SECONDS, lambda: READERS[suffix](content))
    except TimeoutError:
        raise InputError(f"takes more than {MAX_SECONDS:g} s to read: save its text as .txt") from None
    except InputError:
        raise
    except Exception as error:  # what parsers raise for damaged files has no end
        raise InputError(
            f"is damaged or no {suffix} file ({type(error).__name__}): open it and save it anew"
        ) from error


def _title(stated: object) -> str | None:
    title = " ".join(str(stated or "").split())
    return None if not title or _NO_TITLE.fullmatch(title) else title


# PDF


def _pdf(content: bytes) -> Document:
    from pypdf import PasswordType, PdfReader
    from pypdf.errors import DependencyError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of every flaw that it mends
    if b"%PDF-" not in content[:1024]:
        raise InputError("is no PDF file: check what it is and give it the suffix of its format")
    reader = PdfReader(io.BytesIO(content))
    locked = "is locked with a password: save it without one"
    try:
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise InputError(locked)
        count = len(reader.pages)
    except (DependencyError, NotImplementedError):  # a cipher that needs more than the library has
        raise InputError(locked) from None
    if count > MAX_PAGES:
        raise InputError(f"has {count:,} pages, more than {MAX_PAGES}: split it into reports")
    pages: list[list[Line]] = []
    damaged: list[int] = []
    length = 0
    for number in range(count):
        try:
            lines = _pdf_lines(reader.pages[number])
        except Exception:  # the other pages may be whole
            damaged.append(number + 1)
            continue
        pages.append(lines)
        length += sum(len(line.text) for line in lines)
        if length > MAX_CHARS:
            break
    raw = "".join(line.text for page in pages for line in page)
    if not raw.strip():
        whole = "holds no text layer: run OCR first (ocrmypdf, for example)"
        raise InputError("none of its pages can be read: open it and save it anew" if damaged else whole)
    if len(_UNREADABLE.findall(raw)) > 0.3 * len(raw):
        raise InputError("its fonts do not say which letters they show: run OCR first (ocrmypdf --force-ocr)")
    text = _CONTROL.sub("", "\n\n".join(paragraphs(pages))).translate(_LIGATURES)
    notes = [f"page {number} cannot be read and is left out" for number in damaged[:5]]
    if len(damaged) > 5:
        notes.append(f"and {len(damaged) - 5} more pages cannot be read")
    try:
        title = _title(reader.metadata.title if reader.metadata else None)
    except Exception:  # a title is not worth the report
        title = None
    return Document({"text": text, "title": title}, tuple(notes))


def _pdf_lines(page: Any) -> list[Line]:
    """Return the lines of a page in the order in which they are drawn, with their heights on the page."""
    lines = [Line()]

    def visit(text: str, outer: list[float], inner: list[float], font: object, size: float) -> None:
        for number, part in enumerate(re.split(r"\r?\n", text)):
            if number:
                lines.append(Line())
            line = lines[-1]
            if part.strip():
                if line.y is None:
                    line.y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
                scale = abs(inner[3] * outer[3]) or 1.0
                line.size = max(line.size, abs(size * scale))
            line.text += part

    page.extract_text(visitor_text=visit)
    return [line for line in lines if line.text.strip()]


# Word


def _docx(content: bytes) -> Document:
    import docx

    _check_package(content)
    document = docx.Document(io.BytesIO(content))
    text = _CONTROL.sub("", "\n\n".join(_blocks(document.element.body)))
    if not text.strip():
        raise InputError("holds no text: nothing to read")
    return Document({"text": text, "title": _title(document.core_properties.title)})


def _check_package(content: bytes) -> None:
    """Refuse a package by what its directory says, before anything is unpacked; the reader unpacks no more than that."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError("is an old Word file or locked with a password: save it as .docx without one")
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise InputError(
            "is damaged or no .docx file: open it in a word processor and save it anew"
        ) from error
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED_BYTES:
        raise InputError(
            f"unpacks to {len(parts):,} parts and {unpacked:,} bytes, more than {MAX_PARTS:,} and {MAX_UNPACKED_BYTES:,}: "
            "save its text as .txt"
        )
    for part in parts:
        if part.filename.endswith((".xml", ".rels")) and part.file_size > MAX_XML_BYTES:
            raise InputError(
                f"{part.filename!r:.80} is larger than {MAX_XML_BYTES:,} bytes: split it into reports"
            )
        if part.file_size > max(_SMALL_PART, MAX_RATIO * part.compress_size):
            raise InputError(
                f"{part.filename!r:.80} unpacks to more than {MAX_RATIO} times its size, as no real document does: "
                "save its text as .txt"
            )


def _blocks(parent: Any) -> Iterator[str]:
    """Yield paragraphs, and tables whose rows are lines; what stands in a content control or was inserted too."""
    for child in parent:
        if child.tag == f"{_WORD}p":
            boxes: list[Any] = []
            text = "".join(_runs(child, boxes)).strip()
            if text:
                yield text
            for box in boxes:
                yield from _blocks(box)
        elif child.tag == f"{_WORD}tbl":
            rows = [_row(row) for row in child.iter(f"{_WORD}tr") if _table(row) is child]
            if any(rows):
                yield "\n".join(row for row in rows if row)
        elif isinstance(child.tag, str) and child.tag not in _GONE:
            yield from _blocks(child)


def _row(row: Any) -> str:
    cells = (cell for cell in row.iter(f"{_WORD}tc") if _table(cell) is _table(row))
    texts = (" ".join(" ".join(_blocks(cell)).split()) for cell in cells)
    return ", ".join(text for text in texts if text)


def _table(element: Any) -> Any:
    return next(element.iterancestors(f"{_WORD}tbl"), None)


_GONE = {
    f"{_WORD}del",
    f"{_WORD}moveFrom",
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}
_SPACES = {f"{_WORD}tab": " ", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}noBreakHyphen": "-"}


def _runs(parent: Any, boxes: list[Any]) -> Iterator[str]:
    """Yield the text within a paragraph, as it reads with all changes accepted; text boxes are put aside."""
    for child in parent:
        if child.tag == f"{_WORD}txbxContent":
            boxes.append(child)
        elif child.tag == f"{_WORD}t":
            yield child.text or ""
        elif child.tag in _SPACES:
            yield _SPACES[child.tag]
        elif isinstance(child.tag, str) and child.tag not in _GONE and child.tag != f"{_WORD}pPr":
            yield from _runs(child, boxes)


# Mail


def _eml(content: bytes) -> Document:
    from email import message_from_bytes
    from email.policy import EmailPolicy

    class Bounded(EmailPolicy):
        """Cuts headers, as the library can take minutes and gigabytes for the words of a long one."""

        def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
            name, value = super().header_source_parse(sourcelines)
            return name, value[:MAX_HEADER_CHARS]

    mail = cast("EmailMessage", message_from_bytes(content, policy=Bounded()))
    if not {"from", "date", "subject", "received", "message-id"} & {name.lower() for name in mail}:
        raise InputError("is no mail: it begins with no header such as From, Date or Subject")
    text = _body(mail)
    attachments = _attachments(mail)
    if not text.strip():
        held = f" but {', '.join(attachments[:5])}" if attachments else ""
        raise InputError(f"the mail holds no text{held}: save what it carries and give that")
    sender = _header(mail, lambda: mail["from"].addresses[0])
    # The day in the sender's own time zone: that is the one which "on Friday" counts from.
    published, note = believable(_header(mail, lambda: mail["date"].datetime))
    notes = [note] if note else []
    if attachments:
        named = ", ".join(attachments[:5]) + (
            f" and {len(attachments) - 5} more" if len(attachments) > 5 else ""
        )
        notes.append(f"its attachments are not read: save {named} and give the files")
    return Document(
        {
            "text": text,
            "title": _header(mail, lambda: str(mail["subject"])) if "subject" in mail else None,
            "published": published,
            "outlet": sender and (sender.display_name or sender.addr_spec),
        },
        tuple(notes),
    )


def _header(mail: EmailMessage, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except Exception:  # a header that is missing or broken is not worth the report
        return None


def _body(mail: EmailMessage) -> str:
    part = mail.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, ValueError):  # an unknown charset
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    if part.get_content_subtype() == "html":
        plain = html_text(text)
        if len(plain) < SHORT_MAIL_CHARS:
            return plain
        try:
            return str(read_page(text.encode("utf-8", "replace")).fields["text"])
        except InputError:
            return plain
    lines = text.replace("\r\n", "\n").split("\n")
    if "-- " in lines:
        lines = lines[: lines.index("-- ")]  # the signature
    if _header(mail, lambda: part.get_param("format")) == "flowed":
        return re.sub(r"(?<=\S) \n(?=\S)", " ", "\n".join(lines))
    return "\n".join(lines)


def _attachments(mail: EmailMessage) -> list[str]:
    names = []
    for part in mail.walk():
        shown = part.get_content_disposition() != "attachment" and (
            part.get_content_maintype() in {"text", "multipart"} or part.get("content-id")
        )
        if not shown:
            name = _header(mail, part.get_filename)
            names.append(repr(str(name or part.get_content_type()))[:80])
    return names


READERS: dict[str, Callable[[bytes], Document]] = {".pdf": _pdf, ".docx": _docx, ".eml": _eml}
