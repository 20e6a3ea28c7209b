"""Makes small PDF, Word and mail files for the tests."""

import io
import zipfile
from email.message import EmailMessage

import docx

BODY = "A missile hit an apartment block in Kharkiv on Friday, killing three people."


def pdf(pages, title=None, extra_trailer=b"", content=None):
    """Return a PDF whose pages are lists of lines, each (y, text) or (y, text, size)."""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    }
    kids = []
    for n, lines in enumerate(pages):
        page, stream = 10 + 2 * n, 11 + 2 * n
        kids.append(b"%d 0 R" % page)
        drawn = []
        for y, text, *size in lines:
            shown = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            drawn.append(b"BT /F1 %d Tf 1 0 0 1 72 %d Tm (%s) Tj ET" % (size[0] if size else 12, y, shown))
        data = b"\n".join(drawn) if content is None else content
        objects[page] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>"
            % stream
        )
        objects[stream] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)
    objects[2] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), b" ".join(kids))
    trailer = extra_trailer
    objects[4] = b"<< /CreationDate (D:20200102030405Z) %s >>" % (
        b"/Title (%s)" % title.encode("latin-1") if title else b""
    )
    trailer += b" /Info 4 0 R"
    out, places = io.BytesIO(), {}
    out.write(b"%PDF-1.4\n")
    for number in sorted(objects):
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, objects[number]))
    start = out.tell()
    out.write(b"xref\n0 1\n0000000000 65535 f \n")
    for number, place in places.items():
        out.write(b"%d 1\n%010d 00000 n \n" % (number, place))
    out.write(
        b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
        % (max(objects) + 1, trailer, start)
    )
    return out.getvalue()


def word(*blocks, title=None):
    """Return a Word file; a list of lists is a table."""
    document = docx.Document()
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
        else:
            table = document.add_table(rows=len(block), cols=len(block[0]))
            for row, texts in zip(table.rows, block, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
    document.core_properties.title = title or ""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_body(content, xml):
    """Return a Word file with this XML for its body, a text or bytes."""
    return with_part(
        content,
        "word/document.xml",
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>'
        f"{xml}</w:body></w:document>",
    )


def with_part(content, name, data):
    """Return a zip file with one part replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            if item.filename != name:
                new.writestr(item.filename, old.read(item))
        new.writestr(name, data)
    return out.getvalue()


def mail(text=BODY, html=None, **headers):
    """Return a mail; a header that is None is left out."""
    message = EmailMessage()
    stated = {
        "From": "Press Office <press@x.test>",
        "Subject": "Strike on Kharkiv",
        "Date": "Fri, 31 May 2024 23:30:00 -0400",
    } | headers
    for name, value in stated.items():
        if value is not None:
            message[name] = value
    if text is not None:
        message.set_content(text)
        if html is not None:
            message.add_alternative(html, subtype="html")
    elif html is not None:
        message.set_content(html, subtype="html")
    return message
