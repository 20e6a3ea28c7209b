import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.intake import MAX_REPORT_CHARS
from mapper.model import Rejected, Report
from mapper.reports import read_reports, report_from_text, reports_from_bytes


def read(path, **options):
    return list(read_reports(path, **options))


def test_markdown_front_matter(tmp_path):
    path = tmp_path / "brief.md"
    path.write_text(
        "---\ntitle: A blast\noutlet: AP\npublished: 2024-05-31\nurl: https://x.test/a\n---\nA blast hit Kyiv.\n",
        encoding="utf-8",
    )
    (report,) = read(path)
    assert report == Report(
        id="brief",
        text="A blast hit Kyiv.\n",
        title="A blast",
        published=date(2024, 5, 31),
        outlet="AP",
        url="https://x.test/a",
    )


def test_a_flag_dates_only_what_has_no_date(tmp_path):
    (tmp_path / "a.txt").write_text("One.")
    (tmp_path / "b.md").write_text("---\npublished: 2020-01-02\n---\nTwo.")
    dates = [report.published for report in read(tmp_path, published=date(2024, 5, 31))]
    assert dates == [date(2024, 5, 31), date(2020, 1, 2)]


def test_html_without_its_boilerplate(tmp_path):
    body = "A missile hit an apartment block in Kharkiv on Friday, killing three people. " * 8
    html = (
        '<html><head><title>Strike</title><meta property="article:published_time" content="2024-05-31T10:00:00Z"></head>'
        f"<body><nav>Sport Weather</nav><article><h1>Strike</h1><p>{body}</p></article><script>alert(1)</script></body></html>"
    )
    path = tmp_path / "page.html"
    path.write_text(html)
    (report,) = read(path)
    assert report.text.count("A missile hit an apartment block") == 8
    assert "alert" not in report.text and "Weather" not in report.text
    assert (report.title, report.published) == ("Strike", date(2024, 5, 31))


def test_jsonl_keeps_the_good_lines(tmp_path):
    path = tmp_path / "reports.jsonl"
    lines = [
        json.dumps({"id": "one", "published": "2024-05-31", "text": "Kyiv."}),
        "{broken",
        "",
        '["list"]',
        '{"id": 3}',
        '{"text": "Two."}',
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    answers = read(path)
    assert [a.id for a in answers if isinstance(a, Report)] == ["one", "reports-6"]
    reasons = [(a.source.rsplit(", ", 1)[1], a.reason) for a in answers if isinstance(a, Rejected)]
    assert [where for where, _ in reasons] == ["line 2", "line 4", "line 5"]
    assert "not valid JSON" in reasons[0][1]


def test_a_bad_date_costs_the_date_not_the_report():
    answers = list(reports_from_bytes("a.jsonl", b'{"text": "Kyiv.", "published": "31/5"}'))
    assert isinstance(answers[0], Rejected) and "'31/5'" in answers[0].reason
    assert isinstance(answers[1], Report) and answers[1].published is None


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.txt", b"", "is empty"),
        ("blank.md", b" \n\t", "is empty"),
        ("image.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        ("latin.txt", "Łódź".encode("utf-16-be")[:5] + b"\xff", "binary"),
        ("broken.txt", b"Kharkiv \xff\xfe was hit", "byte 8 is not valid UTF-8"),
        ("line.txt", b"x" * 10_000_000, "10,000,000 characters"),
        ("paper.pdf", b"%PDF-1.7", "is damaged or no .pdf file"),
        ("events.csv", b"lat,lon", ".csv files are tables, not reports"),
        ("old.doc", b"\xd0\xcf", "save it as .docx"),
        ("page.html", b"<html><body></body></html>", "no article text"),
        ("list.json", b"[1, 2", "not valid JSON"),
        ("front.md", b"---\n\t: [\n---\nText.", "not valid YAML"),
    ],
)
def test_bad_input_is_named_with_its_reason(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    first = read(path)[0]
    assert isinstance(first, Rejected) and first.source == str(path) and words in first.reason


def test_missing_file_and_empty_folder(tmp_path):
    (missing,) = read(tmp_path / "no.txt")
    (empty,) = read(tmp_path)
    assert "no such file" in missing.reason and "holds no report" in empty.reason


def test_utf_16_and_byte_order_marks(tmp_path):
    for encoding in ("utf-8-sig", "utf-16"):
        path = tmp_path / f"{encoding}.txt"
        path.write_bytes("Харків горить.".encode(encoding))
        (report,) = read(path)
        assert report.text == "Харків горить."


def test_limit_is_exact():
    assert isinstance(report_from_text("x" * MAX_REPORT_CHARS), Report)
    assert isinstance(report_from_text("x" * (MAX_REPORT_CHARS + 1)), Rejected)


@given(st.binary(max_size=300), st.sampled_from([".txt", ".md", ".json", ".jsonl", ".html"]))
def test_any_bytes(content, suffix):
    for answer in reports_from_bytes(f"a{suffix}", content):
        assert isinstance(answer, Report | Rejected)
