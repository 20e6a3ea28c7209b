import io
import struct
import subprocess
import sys
import time
import zipfile
from datetime import date

import pypdf
import pytest
from document_samples import BODY, mail, pdf, with_body, with_part, word
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper import documents, limits, pages
from mapper.model import Rejected, Report
from mapper.paragraphs import Line, paragraphs
from mapper.reports import SUFFIXES, read_reports, reports_from_bytes


def read(name, content):
    """Return the only report and the reasons of what was left out."""
    reads = list(reports_from_bytes(name, content))
    (report,) = [r for r in reads if isinstance(r, Report)]
    return report, [r.reason for r in reads if isinstance(r, Rejected)]


def refused(name, content):
    (rejected,) = reports_from_bytes(name, content)
    assert isinstance(rejected, Rejected) and rejected.source == name
    return rejected.reason


def column(text, top=700, step=14):
    return [(top - step * n, line) for n, line in enumerate(text.split("\n"))]


# PDF


def test_a_pdf_has_paragraphs_and_no_date_of_its_own():
    lines = [
        (724, "Missile hits block in", 20),
        (700, "Kharkiv", 20),
        (660, "A missile hit an apartment block in the northeastern Ukrai-"),
        (646, "nian city of Kharkiv on Friday, killing three people, the"),
        (632, "governor said."),
        (604, "Drones struck an oil depot in Krasnodar, officials in the"),
        (590, "region said."),
    ]
    report, reasons = read("a.pdf", pdf([lines], title="Strike on Kharkiv"))
    assert report.text.split("\n\n") == [
        "Missile hits block in Kharkiv",
        "A missile hit an apartment block in the northeastern Ukrainian city of Kharkiv on Friday, killing three people, "
        "the governor said.",
        "Drones struck an oil depot in Krasnodar, officials in the region said.",
    ]
    assert (report.title, report.published, report.outlet, reasons) == ("Strike on Kharkiv", None, None, [])


@pytest.mark.parametrize(
    "title", ["Microsoft Word - brief_final.docx", "brief.pdf", "untitled", "Document1", "", "  ", "12"]
)
def test_a_file_name_is_no_title(title):
    report, _ = read("a.pdf", pdf([[(700, "Missile hits Kharkiv", 20), (650, BODY)]], title=title))
    assert report.title == "Missile hits Kharkiv"
    report, _ = read("a.docx", word("Missile hits Kharkiv", BODY, title=title))
    assert report.title == "Missile hits Kharkiv"


def test_hyphens_at_the_end_of_a_line():
    text = (
        "The Kramatorsk-\nBakhmut road was cut, and Russian-\nbacked forces, the Russian-backed ones, "
        "held a po-\nsition there for some time before they left it to others and went"
    )
    report, _ = read("a.pdf", pdf([column(text)]))
    for kept in (
        "Kramatorsk-Bakhmut road",
        "and Russian-backed forces, the Russian-backed ones",
        "a position there",
    ):
        assert kept in report.text
    report, _ = read("b.pdf", pdf([column("a po\u00ad\nsition and soft\u00adly")]))
    assert report.text == "a position and softly"


def test_headers_and_footers_of_pages_are_dropped_and_paragraphs_run_on():
    def page(n, body):
        return [(760, "Situation report 31 May"), *column(body), (40, f"Page {n} of 3")]

    pages = [
        page(1, "Page one tells of Kharkiv, where a missile hit a block of"),
        page(
            2,
            "flats on Friday, as the governor of the region told us.\nRescuers searched for hours in the rubble of the building",
        ),
        page(3, "In Krasnodar a depot burned.\nIt burned all night."),
    ]
    report, _ = read("a.pdf", pdf(pages))
    assert "Situation report" not in report.text and "Page 1" not in report.text and "of 3" not in report.text
    assert "hit a block of flats on Friday, as" in report.text
    assert report.text.count("\n\n") == 1 and "building\n\nIn Krasnodar" in report.text


def test_the_title_is_no_header():
    first = [(760, "Situation report 31 May", 24), (700, BODY)]
    report, _ = read(
        "a.pdf", pdf([first, *([(760, "Situation report 31 May"), (700, f"{n}: {BODY}")] for n in range(2))])
    )
    assert report.text.count("Situation report") == 1 and report.title == "Situation report 31 May"


def test_rows_of_a_table_stay_rows():
    rows = "In all these places buildings were hit during the night.\nKyiv 3\nLviv 4\nOdesa 12\nand"
    first, *others = read("a.pdf", pdf([column(rows)]))[0].text.split("\n\n")
    assert first.startswith("In all these places") and others[-2:] == ["Lviv 4", "Odesa 12 and"]


def test_lists_stay_lists():
    report, _ = read(
        "a.pdf", pdf([column("The sides agreed on:\n• a truce in Sumy\n• an exchange\nof prisoners")])
    )
    assert report.text.split("\n\n") == [
        "The sides agreed on:",
        "• a truce in Sumy",
        "• an exchange of prisoners",
    ]


def test_a_scan_says_that_it_needs_ocr():
    assert "no text layer: run OCR first" in refused("scan.pdf", pdf([[]]))


def encrypted(password):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([[(700, BODY)]])))
    writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_locked_pdf():
    assert "password" in refused("a.pdf", encrypted("secret"))
    assert read("a.pdf", encrypted(""))[0].text == BODY  # only printing or copying is restricted


def test_a_cipher_that_is_not_known_is_a_locked_file():
    key = b"/Encrypt << /Filter /Standard /V 5 /R 6 /Length 256 /P -4 /O <00> /U <00> /OE <00> /UE <00> /Perms <00> "
    key += b"/CF << /StdCF << /CFM /AESV3 /Length 32 >> >> /StmF /StdCF /StrF /StdCF >> /ID [<00> <00>]"
    reason = refused("a.pdf", pdf([[(700, BODY)]], extra_trailer=key))
    assert "password" in reason or "damaged" in reason


def test_too_many_pages(monkeypatch):
    monkeypatch.setattr(documents, "MAX_PAGES", 2)
    assert "has 3 pages, more than 2" in refused("a.pdf", pdf([[(700, "x")]] * 3))


def test_a_damaged_page_costs_only_itself(monkeypatch):
    real = documents._pdf_lines
    count = iter(range(9))

    def breaks(page):
        if next(count) == 1:
            raise ZeroDivisionError
        return real(page)

    monkeypatch.setattr(documents, "_pdf_lines", breaks)
    report, reasons = read("a.pdf", pdf([[(700, "One.")], [(700, "Two.")], [(700, "Three.")]]))
    assert report.text == "One.\n\nThree." and reasons == ["page 2 cannot be read and is left out"]


def test_time_is_bounded_and_nobody_works_on(monkeypatch):
    monkeypatch.setattr(documents, "MAX_SECONDS", 0.3)
    endless = pdf([[]], content=b"BT /F1 12 Tf " + b"(x) Tj " * 400_000 + b"ET")
    start = time.monotonic()
    assert "takes more than 0.3 s" in refused("a.pdf", endless)
    assert time.monotonic() - start < 3


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"no pdf at all", pdf([[(700, BODY)]])[:300]]
)
def test_a_damaged_pdf(content):
    assert "PDF" in refused("a.pdf", content) or "damaged" in refused("a.pdf", content)


# Word


def test_a_word_file_with_a_table():
    content = word(BODY, [["Kyiv", "3 killed"], ["Lviv", "4 killed"]], "The end.", title="Strike on Kharkiv")
    report, reasons = read("a.docx", content)
    assert report.text == f"{BODY}\n\nKyiv, 3 killed\nLviv, 4 killed\n\nThe end."
    assert (report.title, report.published, reasons) == ("Strike on Kharkiv", None, [])


def test_a_word_file_reads_as_with_all_changes_accepted():
    run = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>"
    xml = (
        f"<w:p>{run.format('Three')}{run.format(' ')}{run.format('people')}"
        f"<w:ins w:id='1'>{run.format(' died')}</w:ins><w:del w:id='2'><w:r><w:delText>lived</w:delText></w:r></w:del>"
        f"<w:hyperlink>{run.format(' in')}</w:hyperlink><w:r><w:tab/><w:t>Kyiv.</w:t><w:br/><w:t>Later</w:t></w:r></w:p>"
        f"<w:sdt><w:sdtContent><w:p>{run.format('In a control.')}</w:p></w:sdtContent></w:sdt>"
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
        "</mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    report, _ = read("a.docx", with_body(word("x"), xml))
    assert report.text == "Three people died in Kyiv.\nLater\n\nIn a control.\n\nIn a box."


def test_nested_and_merged_cells_come_once():
    def cell(inner, span=1):
        return f"<w:tc><w:tcPr><w:gridSpan w:val='{span}'/></w:tcPr>{inner}</w:tc>"

    def p(text):
        return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"

    nested = f"<w:tbl><w:tr>{cell(p('inner'))}</w:tr></w:tbl>"
    rows = f"<w:tr>{cell(p('wide'), 2)}</w:tr><w:tr>{cell(p('a') + nested)}{cell(p('b'))}</w:tr>"
    report, _ = read("a.docx", with_body(word("x"), f"<w:tbl>{rows}</w:tbl>"))
    assert report.text == "wide\na inner, b"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    bomb = with_part(word(BODY), "word/media/image1.png", b"\0" * 200_000_000)
    assert len(bomb) < 1_000_000

    def unpacked(*_, **__):
        raise AssertionError("something was unpacked")

    monkeypatch.setattr(zipfile.ZipFile, "open", unpacked)
    assert "parts and 200," in refused("a.docx", bomb)
    monkeypatch.setattr(documents, "MAX_UNPACKED_BYTES", 1 << 40)
    assert "100 times its size" in refused("a.docx", bomb)


def test_a_zip_that_lies_about_its_size():
    content = bytearray(with_part(word(BODY), "word/document.xml", b"<a>" + b" " * 5_000_000 + b"</a>"))
    at = content.rindex(b"word/document.xml") - 46  # its entry in the directory
    struct.pack_into("<I", content, at + 24, 100)
    assert "damaged" in refused("a.docx", bytes(content))


def test_entities_of_a_word_file_stay_unread(tmp_path):
    (tmp_path / "secret.txt").write_text("SECRET")
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    xml = (
        f'<!DOCTYPE d [{lol}<!ENTITY x SYSTEM "file://{tmp_path}/secret.txt">]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
        "<w:t>Kyiv &l9; &x; Lviv</w:t></w:r></w:p></w:body></w:document>"
    )
    start = time.monotonic()
    reads = list(reports_from_bytes("a.docx", with_part(word("x"), "word/document.xml", xml)))
    assert time.monotonic() - start < 5
    assert "SECRET" not in repr(reads) and "lollol" not in repr(reads)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 no zip", "damaged or no .docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Word file or locked"),
        (with_body(word("x"), ""), "holds no text"),
    ],
)
def test_an_unusable_word_file(content, words):
    assert words in refused("a.docx", content)


def test_a_zip_of_something_else():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("a.txt", "hello")
    assert "damaged or no .docx" in refused("a.docx", out.getvalue())


# Mail


def test_a_mail_is_dated_by_its_sender():
    report, reasons = read("a.eml", mail(f"{BODY}\n\nMore.\n\n-- \nPress Office\n").as_bytes())
    assert report == Report(
        id="a", text=f"{BODY}\n\nMore.\n", title="Strike on Kharkiv", published=date(2024, 5, 31),
        outlet="Press Office", url=None,
    )  # fmt: skip
    assert reasons == []


def test_plain_text_goes_before_html_and_html_stands_in():
    html = f"<html><head><style>p {{}}</style></head><body><p>{BODY}</p><p>And <b>more</b>.</p></body></html>"
    assert read("a.eml", mail("Plain.", html).as_bytes())[0].text == "Plain.\n"
    assert read("a.eml", mail(None, html).as_bytes())[0].text == f"{BODY}\n\nAnd more."
    long = "<html><body><nav>Menu</nav><article><p>BODY</p><p>BODY</p></article></body></html>"
    first, second = f"{BODY} " * 20 + "One.", f"{BODY} " * 19 + "Two."
    content = mail(None, long.replace("BODY", first, 1).replace("BODY", second)).as_bytes()
    assert read("a.eml", content)[0].text == f"{first}\n\n{second}"


def test_attachments_are_named_and_not_read():
    message = mail(BODY)
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="Lagebericht №1.pdf")
    message.add_attachment("secret notes", filename="notes.txt")
    report, (reason,) = read("a.eml", message.as_bytes())
    assert "'Lagebericht №1.pdf'" in reason and "'notes.txt'" in reason and "secret" not in report.text


def test_pictures_within_a_mail_are_no_attachments():
    message = mail(None, f"<p>{BODY}</p><img src='cid:logo'>")
    message.add_related(b"\x89PNG", maintype="image", subtype="png", cid="<logo>")
    assert read("a.eml", message.as_bytes())[1] == []


def test_encoded_and_broken_headers():
    content = (
        b"From: =?utf-8?b?0JrQuNGX0LI=?= <a@x.test>\nSubject: =?koi8-r?b?68nF1w==?=\nDate: yesterday\n"
        b"Content-Type: text/plain; charset=no-such\n\nKyiv.\n"
    )
    report, _ = read("a.eml", content)
    assert (report.outlet, report.title, report.published, report.text) == ("Київ", "Киев", None, "Kyiv.\n")


@pytest.mark.parametrize(
    "name", ["From", "Subject", "Date", "Content-Type", "Content-Disposition", "X-Other"]
)
def test_a_header_without_end_costs_nothing(name):
    start = time.monotonic()
    for piece in ("=?utf-8?q?a?= ", "a,<", "(", "a;", "x=y; "):
        content = f"{name}: {piece * 50_000}\nMessage-ID: <a>\n\nKyiv."
        answer = list(reports_from_bytes("a.eml", content.encode()))[-1]
        # Comments may be nested deeper than Python's stack; then the mail is one that cannot be read.
        assert answer.text == "Kyiv." if isinstance(answer, Report) else piece == "("
    assert time.monotonic() - start < 10


def test_flowed_lines_are_joined():
    content = b"From: a@x.test\nContent-Type: text/plain; format=flowed\n\nA missile hit \nKyiv.\nLater.\n"
    report, _ = read("a.eml", content)
    assert (report.text, report.outlet) == ("A missile hit Kyiv.\nLater.\n", "a@x.test")


@pytest.mark.parametrize(("year", "words"), [(2091, "lies in the future"), (1970, "clock that was not set")])
def test_an_odd_date_is_left_out(year, words):
    report, (reason,) = read("a.eml", mail(Date=f"Thu, 01 Jan {year} 00:00:00 +0000").as_bytes())
    assert report.published is None and words in reason and "--published" in reason


def test_what_is_no_mail():
    assert "is no mail" in refused("a.eml", b"Just a text about Kyiv.")
    assert "holds no text" in refused("a.eml", b"From: a@x.test\n\n")


# Pages


def page(head="", foot=""):
    return (
        f"<html><head><title>Strike</title>{head}</head><body><article><h1>Strike</h1><p>{BODY * 8}</p></article>{foot}"
        "</body></html>"
    ).encode()


def test_dates_of_pages():
    def stated(day):
        return f'<meta property="article:published_time" content="{day}">'

    assert read("a.html", page(stated("2024-05-31T23:30:00-04:00")))[0].published == date(2024, 5, 31)
    assert read("a.html", page(stated("1991-08-24")))[0].published == date(1991, 8, 24)
    for odd in ("2091-05-31", "1970-01-01T00:00:00Z", "1969-12-31"):
        report, (reason,) = read("a.html", page(stated(odd), "<footer>© 2019 The Paper</footer>"))
        assert report.published is None and odd[:10] in reason
    assert read("a.html", page(foot="<footer>© 2019 The Paper</footer>"))[0].published is None
    assert read("a.html", page(stated("yesterday")))[0].published is None


def test_text_of_html():
    html = "<h1>A &amp; B</h1><p>One<br>two <b>three</b></p><script>x()</script><table><tr><td>Kyiv<td>3<tr><td>Lviv</table>&nbsp;"
    assert pages.html_text(html) == "A & B\n\nOne\ntwo three\n\nKyiv, 3\nLviv"
    assert pages.html_text("plain < text") == "plain < text" and pages.html_text("") == ""


# All


def test_a_folder_may_hold_any_of_them(tmp_path):
    (tmp_path / "a.pdf").write_bytes(pdf([[(700, BODY)]]))
    (tmp_path / "b.docx").write_bytes(word(BODY))
    (tmp_path / "c.eml").write_bytes(mail().as_bytes())
    (tmp_path / "d.csv").write_text("a,b\n")
    *reports, table = read_reports(tmp_path, published=date(2024, 6, 1))
    assert [report.id for report in reports] == ["a", "b", "c"]
    assert [report.published.day for report in reports] == [1, 1, 31]
    assert isinstance(table, Rejected)


def test_a_plain_report_loads_none_of_their_libraries():
    code = (
        "import sys; from mapper.reports import reports_from_bytes; list(reports_from_bytes('a.txt', b'Kyiv.'));"
        "print([m for m in ('pypdf', 'docx', 'lxml', 'feedparser', 'trafilatura', 'ssl', 'http.client', 'mapper.fetching')"
        " if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_a_late_call_is_ended():
    turns = []

    def work():
        while True:
            turns.append(1)
            time.sleep(0.01)

    with pytest.raises(TimeoutError):
        limits.within(0.1, work)
    time.sleep(0.1)
    count = len(turns)
    time.sleep(0.1)
    assert len(turns) == count
    assert limits.within(1, lambda: 5) == 5
    with pytest.raises(ZeroDivisionError):
        limits.within(1, lambda: 1 / 0)


def test_a_late_call_ends_although_its_end_was_swallowed_once():
    ends, turns = [], []

    def work():
        while True:
            try:
                while True:
                    turns.append(1)
                    time.sleep(0.01)
            except BaseException as error:
                ends.append(error)
                if len(ends) == 2:
                    raise

    with pytest.raises(TimeoutError):
        limits.within(0.1, work)
    time.sleep(1)
    count = len(turns)
    time.sleep(0.1)
    assert len(ends) == 2 and len(turns) == count


@pytest.mark.parametrize("text", ["x" * 1_000_000, "x-" * 500_000, "." * 1_000_000, "x " * 500_000])
def test_a_line_without_end_costs_no_more_than_its_length(text):
    # A regular expression holds all threads up, so no limit of time would help.
    start = time.monotonic()
    assert len(paragraphs([[Line(text), Line(text)]])) in (1, 2)
    assert time.monotonic() - start < 10


SEEDS = [
    pdf([[(700, BODY)]], title="x"), encrypted(""), word(BODY, [["a", "b"]]), mail(BODY, f"<p>{BODY}</p>").as_bytes(), page(),
    b"<rss version='2.0'><channel><title>T</title><item><title>Kyiv</title><description>x</description></item></channel></rss>",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(SUFFIXES))
def test_any_bytes(content, suffix):
    for answer in reports_from_bytes(f"a{suffix}", content):
        assert isinstance(answer, Report | Rejected)


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(SEEDS), st.sampled_from(SUFFIXES))
def test_any_damage(data, seed, suffix):
    content = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=20))
    for answer in reports_from_bytes(f"a{suffix}", bytes(content)):
        assert isinstance(answer, Report | Rejected)
        assert isinstance(answer, Rejected) or answer.text.strip()
