import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper import feeds
from mapper.model import Rejected, Report
from mapper.reports import reports_from_bytes

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>The Paper &amp; Post</title>
<item><guid isPermaLink="false">tag:1</guid><title>Strike on &lt;b&gt;Kharkiv&lt;/b&gt;</title><link>https://x.test/1</link>
<pubDate>Fri, 31 May 2024 23:30:00 -0400</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>A missile hit <b>Kharkiv</b>.</p><p>Three died.</p><script>x()</script>]]></content:encoded></item>
<item><title>Flash: drone over Lviv</title><link>javascript:alert(1)</link></item>
<item><title>Plain</title><link>https://x.test/3</link><description>Tom &amp;amp; Ann in Kyiv &lt; Lviv</description></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title>
<entry><id>urn:1</id><title>Strike</title><link href="https://x.test/a"/><published>2024-05-31T01:00:00+03:00</published>
<updated>2024-06-02T00:00:00Z</updated><summary>Short.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One in Kyiv.</p><p>Two.</p></div></content></entry>
<entry><id>urn:2</id><title>Later</title><updated>2024-06-02T00:00:00Z</updated><content type="text">First line.

Second &amp; last.</content></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://x.test/"><title>Old wire</title></channel>
<item rdf:about="https://x.test/r"><title>Strike</title><link>https://x.test/r</link><dc:date>2024-05-31</dc:date>
<description>A bomb hit Kabul.</description></item></rdf:RDF>"""


def read(name, content):
    return list(reports_from_bytes(name, content.encode() if isinstance(content, str) else content))


def test_rss():
    full, flash, plain = read("paper.rss", RSS)
    assert full == Report(
        id="tag:1", text="A missile hit Kharkiv.\n\nThree died.", title="Strike on Kharkiv", published=date(2024, 5, 31),
        outlet="The Paper & Post", url="https://x.test/1",
    )  # fmt: skip
    assert (
        flash.text == flash.title == "Flash: drone over Lviv"
        and flash.url is None
        and flash.published is None
    )
    assert plain.id == "https://x.test/3" and plain.text == "Tom & Ann in Kyiv < Lviv"


def test_atom():
    first, second = read("wire.atom", ATOM)
    assert (first.id, first.text, first.outlet, first.url) == (
        "urn:1",
        "One in Kyiv.\n\nTwo.",
        "Wire",
        "https://x.test/a",
    )
    assert (first.published, second.published) == (date(2024, 5, 31), date(2024, 6, 2))
    assert second.text == "First line.\n\nSecond & last."


def test_rdf_and_an_id_where_there_is_none():
    (report,) = read("old.xml", RDF)
    assert (report.text, report.published, report.outlet) == (
        "A bomb hit Kabul.",
        date(2024, 5, 31),
        "Old wire",
    )
    no_id = "<rss version='2.0'><channel><item><description>Kyiv.</description></item></channel></rss>"
    assert read("old.xml", no_id)[0].id == "old-1"


def test_other_encodings():
    content = '<?xml version="1.0" encoding="windows-1251"?>' + RSS.split("?>", 1)[1].replace(
        "Three died", "Харків"
    )
    assert read("a.xml", content.encode("windows-1251"))[0].text.endswith("Харків.")
    assert (
        read("a.xml", RSS.replace('encoding="utf-8"', 'encoding="utf-16"').encode("utf-16"))[0].id == "tag:1"
    )


def test_an_odd_date_is_left_out():
    for day in ("Fri, 31 May 2091 10:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"):
        rejected, report, *_ = read("a.rss", RSS.replace("Fri, 31 May 2024 23:30:00 -0400", day))
        assert (
            isinstance(rejected, Rejected)
            and rejected.source == "a.rss, entry 1"
            and "--published" in rejected.reason
        )
        assert report.published is None


def test_a_broken_feed_says_that_entries_may_be_missing():
    rejected, first, *_ = read("a.rss", RSS[: RSS.index("<item><title>Plain")])
    assert "not well-formed" in rejected.reason and first.id == "tag:1"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<gpx><wpt lat='1' lon='2'/></gpx>", "no RSS, Atom or RDF feed"),
        ("no xml", "no RSS, Atom or RDF feed"),
        ("<rss version='2.0'><channel><title>T</title></channel></rss>", "holds no entry"),
    ],
)
def test_what_is_no_feed(content, words):
    (rejected,) = read("a.xml", content)
    assert isinstance(rejected, Rejected) and words in rejected.reason


def bomb(encoding="utf-8"):
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(12))
    return (f"<!DOCTYPE rss [{lol}]>" + RSS.split("?>", 1)[1].replace("Three died", "&l11;")).encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_entity_bomb_does_nothing(encoding):
    start = time.monotonic()
    (rejected,) = read("a.xml", bomb(encoding))
    assert time.monotonic() - start < 2 and "entities" in rejected.reason


def test_an_external_entity_does_nothing(tmp_path):
    (tmp_path / "secret.txt").write_text("SECRET")
    uri = f"file://{tmp_path}/secret.txt"
    for doctype in (f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{uri}">]>', f'<!DOCTYPE rss SYSTEM "{uri}">'):
        content = doctype + RSS.split("?>", 1)[1].replace("Three died", "&x;")
        assert "SECRET" not in repr(read("a.xml", content))


def test_the_library_opens_no_file_that_the_content_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "feed").write_text(RSS)
    (rejected,) = read("a.xml", "feed")
    assert isinstance(rejected, Rejected)


def test_bounds(monkeypatch):
    monkeypatch.setattr(feeds, "MAX_ENTRIES", 2)
    rejected, *reports = read("a.rss", RSS)
    assert "has 3 entries" in rejected.reason and len(reports) == 2
    monkeypatch.setattr(feeds, "MAX_FEED_BYTES", 100)
    assert "larger than the 100 bytes" in read("a.rss", RSS)[0].reason


@pytest.mark.timeout(60)
@pytest.mark.parametrize("piece", ["<a ", "<![CDATA[", "<!--", "&", "<item>", "</", "<p><b>", "<?"])
def test_no_feed_hangs(piece):
    cut = RSS.index("A missile")
    for content in (RSS[:cut] + piece * 30_000 + RSS[cut:], RSS[:cut] + "]]>" + piece * 30_000):
        assert all(isinstance(answer, Report | Rejected) for answer in read("a.rss", content))


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from([RSS, ATOM, RDF]))
def test_any_damage(data, seed):
    content = bytearray(seed.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=20))
    for answer in reports_from_bytes("a.xml", bytes(content)):
        assert isinstance(answer, Report | Rejected)
