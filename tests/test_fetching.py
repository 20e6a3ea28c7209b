import gzip
import ipaddress
import shutil
import socket
import ssl
import subprocess
import threading
import time
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from document_samples import BODY, pdf

from mapper import __version__, fetching
from mapper.cli import main
from mapper.errors import InputError
from mapper.fetching import fetch, is_public
from mapper.model import Rejected, Report
from mapper.reports import SUFFIXES, read_reports

LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
PAGE = f"<html><head><title>Strike</title></head><body><article><h1>Strike</h1><p>{BODY * 8}</p></article></body></html>"


def loopback(address):
    return address in LOOPBACK


class Server:
    """A loopback server that answers by path and writes down what it is asked."""

    def __init__(self):
        self.answers, self.requests, server = {}, [], self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.requests.append((self.path, dict(self.headers.items())))
                answer = server.answers.get(self.path, (404, {}, b"no"))
                try:
                    if callable(answer):
                        answer(self)
                    else:
                        tell(self, *answer)
                except OSError:
                    pass  # the client has gone

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.port = self.http.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


def tell(handler, status, headers, body):
    handler.send_response(status)
    for name, value in ({"Content-Length": str(len(body))} | headers).items():
        if value is not None:
            handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def server():
    started = Server()
    yield started
    started.close()


@pytest.fixture
def web(server, monkeypatch):
    """Let the command line and read_reports reach the loopback server."""
    real = fetching.fetch
    monkeypatch.setattr(fetching, "fetch", lambda url: real(url, _allowed=loopback))
    return server


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def names(monkeypatch):
    """Resolve names from a table; several answers are given one after the other."""
    table, asked = {}, []

    def look_up(host, port, **_):
        asked.append(host)
        found = table[host]
        addresses = found.pop(0) if isinstance(found, list) else found
        return [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
            for a in addresses.split()
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    table["asked"] = asked
    return table


@pytest.fixture
def connects(monkeypatch):
    """Count connections, and lead each to nowhere."""
    made = []

    def connect(self, address):
        made.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket.socket, "connect", connect)
    return made


def why(url, **options):
    with pytest.raises(InputError) as caught:
        fetch(url, **options)
    return str(caught.value)


# Asked or not


def test_an_address_is_not_opened_unasked(no_network, capsys):
    for url in ("https://x.test/a", "HTTP://x.test", "ftp://x.test/a", "file:///etc/passwd"):
        (rejected,) = read_reports(url)
        assert isinstance(rejected, Rejected) and rejected.source == url
        assert "--fetch" in rejected.reason and "tells that site what you look up" in rejected.reason
    assert main(["extract", "https://x.test/a"]) == 2
    assert "https://x.test/a: is a web address" in capsys.readouterr().err
    assert "secret" not in next(iter(read_reports("https://me:secret@x.test/"))).source


def test_what_is_sent_is_little(server):
    server.answers["/a%20b?q=%D0%9A&x=1"] = (
        200,
        {"Content-Type": "text/plain", "Set-Cookie": "a=1"},
        b"Kyiv.",
    )
    got = fetch(f"{server.url}/a%20b?q=К&x=1#part", _allowed=loopback)
    assert (got.content, got.media_type, got.charset) == (b"Kyiv.", "text/plain", None)
    assert got.url == f"{server.url}/a%20b?q=%D0%9A&x=1"
    ((_, headers),) = server.requests
    assert set(headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}
    assert (
        headers["User-Agent"] == f"incident-mapper/{__version__}"
        and headers["Host"] == f"127.0.0.1:{server.port}"
    )


def test_no_cookie_and_no_referer_after_a_redirect(server):
    server.answers["/a"] = (302, {"Location": "/b", "Set-Cookie": "a=1"}, b"")
    server.answers["/b"] = (200, {}, b"Kyiv.")
    assert fetch(f"{server.url}/a", _allowed=loopback).url == f"{server.url}/b"
    assert not {"Cookie", "Referer"} & set(server.requests[1][1])


def test_settings_for_proxies_are_not_heeded(server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.answers["/"] = (200, {}, b"Kyiv.")
    assert fetch(server.url, _allowed=loopback).content == b"Kyiv."


# Formats


@pytest.mark.parametrize(
    ("path", "kind", "body", "text"),
    [
        ("/a", "text/html; charset=utf-8", PAGE.encode(), f"Strike\n\n{BODY * 8}"),
        ("/a", "text/plain; charset=koi8-r", "Киев.".encode("koi8-r"), "Киев."),
        ("/a", "text/plain; charset=no-such", b"Kyiv.", "Kyiv."),
        ("/a", "application/pdf", pdf([[(700, BODY)]]), BODY),
        ("/a", "application/json", b'{"text": "Kyiv."}', "Kyiv."),
        ("/a", "application/x-ndjson", b'{"text": "Kyiv."}\n', "Kyiv."),
        ("/a.pdf", "application/octet-stream", pdf([[(700, BODY)]]), BODY),
        ("/a.txt", None, b"Kyiv.", "Kyiv."),
        ("/f", "application/rss+xml", b"<rss version='2.0'><channel><item><title>Kyiv</title></item></channel></rss>", "Kyiv"),
        ("/f", "text/xml", b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>Kyiv</title></entry></feed>", "Kyiv"),
    ],
)  # fmt: skip
def test_the_media_type_decides_the_format(web, path, kind, body, text):
    web.answers[path] = (200, {"Content-Type": kind}, body)
    (report,) = read_reports(web.url + path, fetch=True, published=date(2024, 5, 31))
    assert isinstance(report, Report) and report.text == text
    assert report.url == web.url + path and report.published == date(2024, 5, 31)


@pytest.mark.parametrize(("path", "kind"), [("/a.exe", None), ("/a.pdf", "image/png"), ("/", None)])
def test_what_is_of_no_known_format(web, path, kind):
    web.answers[path] = (200, {"Content-Type": kind}, b"Kyiv.")
    (rejected,) = read_reports(web.url + path, fetch=True)
    assert isinstance(rejected, Rejected) and "is not read: save it" in rejected.reason


def test_every_format_is_read():
    assert set(fetching._FORMATS.values()) <= set(SUFFIXES)


def test_the_command_line(web, capsys, tmp_path):
    web.answers["/a"] = (200, {"Content-Type": "text/html"}, PAGE.encode())
    assert main(["extract", "--fetch", f"{web.url}/a", "--published", "2024-05-31"]) == 0
    assert '"Kharkiv"' in capsys.readouterr().out
    assert main(["extract", "--fetch", f"{web.url}/a", f"{web.url}/b"]) == 1
    assert f"{web.url}/b: the server answers 404" in capsys.readouterr().err
    out = tmp_path / "map.html"
    assert main(["map", "--fetch", f"{web.url}/a", "-o", str(out)]) == 0 and out.exists()


# Only public addresses


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "192.0.0.8", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
        "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1",
        "fec0::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
        "100::1", "2001:0:7f00:1::1", "5f00::1", "192.88.99.1", "3fff::1", "2001:0:808:808::1",
    ],
)  # fmt: skip
def test_not_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "93.184.216.34",
        "2606:4700:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
    ],
)
def test_public(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "localhost",
        "2130706433",
        "0x7f.1",
        "127.1",
    ],
)
def test_private_hosts_are_refused(connects, host):
    assert "not a public address" in why(f"http://{host}:8080/") and not connects


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///etc/passwd", "scheme 'file' is not opened"),
        ("ftp://x.test/", "scheme 'ftp'"),
        ("gopher://x.test/", "scheme 'gopher'"),
        ("//x.test/", "scheme ''"),
        ("http://me:pass@x.test/", "user or password"),
        ("http://@x.test/", "user or password"),
        ("http://x.test:99999/", "no web address"),
        ("http://x.test:0/", "no host"),
        ("http:///path", "no host"),
        ("http://x.test/a b", "blanks"),
        ("http://x.test/\r\nX: 1", "control characters"),
        ("http://x.test\\@y.test/", "backslashes"),
        ("http://[::1/", "no web address"),
        ("http://" + "a" * 70 + ".test/", "no web address"),
        ("http://x.test/" + "a" * 5000, "too long"),
        ("http://[fe80::1%25eth0]/", "no host"),
    ],
)  # fmt: skip
def test_odd_addresses_are_refused(no_network, url, words):
    assert words in why(url)


def test_one_private_address_among_public_ones_is_enough(names, connects):
    names["x.test"] = "8.8.8.8 10.0.0.1"
    assert "10.0.0.1, which is not a public address" in why("http://x.test/") and not connects


def test_a_name_that_answers_something_else_the_next_time(names, connects):
    names["x.test"] = ["8.8.8.8", "127.0.0.1"]
    assert "Connection refused" in why("http://x.test/")
    assert names["asked"] == ["x.test"] and connects == [("8.8.8.8", 80)]


def test_the_peer_is_checked_before_anything_is_sent(server):
    answers = iter([True, False])
    assert "not a public address" in why(server.url, _allowed=lambda _: next(answers))
    time.sleep(0.05)
    assert not server.requests


def test_a_redirect_to_a_private_address(server):
    other = Server()
    server.answers["/"] = (302, {"Location": f"http://localhost:{other.port}/secret"}, b"")
    seen = []

    def first_only(address):
        seen.append(address)
        return len(seen) <= 2  # the look-up and the peer of the first host

    assert "'localhost'" in why(server.url, _allowed=first_only)
    assert len(server.requests) == 1 and not other.requests
    other.close()


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("file:///etc/passwd", "scheme 'file'"),
        ("http://me:pass@x.test/", "user or password"),
        ("http://169.254.169.254/latest", "not a public address"),
        ("//[::1]:22/", "not a public address"),
        ("", "redirects to nowhere"),
        ("http://[", "redirects to"),
    ],
)
def test_redirects_that_are_not_followed(server, location, words):
    server.answers["/"] = (301, {"Location": location}, b"")
    assert words in why(server.url, _allowed=lambda a: a == ipaddress.ip_address("127.0.0.1"))
    assert len(server.requests) == 1


def test_no_redirect_out_of_encryption():
    https = fetching._target("https://x.test/a")
    with pytest.raises(InputError, match="without encryption"):
        fetching._next(https, "http://x.test/a")
    assert fetching._next(https, "b?c").url == "https://x.test/b?c"
    assert fetching._next(fetching._target("http://x.test/"), "https://y.test/").url == "https://y.test/"
    assert fetching._next(https, "/К".encode().decode("latin-1")).path == "/%D0%9A"


def test_redirects_come_to_an_end(server):
    server.answers["/loop"] = (302, {"Location": "/loop"}, b"")
    assert "more than 5 times" in why(f"{server.url}/loop", _allowed=loopback)
    assert len(server.requests) == 6
    for n in range(5):
        server.answers[f"/{n}"] = (302, {"Location": f"/{n + 1}"}, b"")
    server.answers["/5"] = (200, {}, b"Kyiv.")
    assert fetch(f"{server.url}/0", _allowed=loopback).content == b"Kyiv."


# Servers that misbehave


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * (1 << 16))


def drip(handler):
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        time.sleep(0.05)


def drip_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for n in range(100):
        handler.wfile.write(b"X-%d: 1\r\n" % n)
        time.sleep(0.05)


def reset(handler):
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    handler.connection.close()


PACKED = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (endless, "is larger than 16,000,000 bytes"),
        (drip, "no whole answer within 0.5 s"),
        (drip_headers, "no whole answer within 0.5 s"),
        (lambda _: time.sleep(2), "no whole answer within 0.5 s"),
        (reset, "the connection failed"),
        (lambda handler: handler.wfile.write(b"\xff\xfe\0garbage\r\n\r\n"), "the connection failed"),
        ((200, {"Content-Length": "5000"}, b"half"), "breaks off"),
        ((200, PACKED, gzip.compress(b" " * 500_000_000, 1)), "is larger than 16,000,000 bytes"),
        ((200, PACKED, gzip.compress(b"Kyiv." * 1000)[:-20]), "breaks off"),
        ((200, PACKED, b"no gzip"), "the connection failed"),
        ((200, {"Content-Encoding": "br"}, b"x"), "packed as 'br'"),
        ((404, {}, b""), "the server answers 404 Not Found: check"),
        ((500, {}, b""), "the server answers 500"),
        ((204, {"Content-Length": None}, b""), "the server answers 204"),
    ],
)  # fmt: skip
def test_a_server_that_misbehaves_costs_little(server, answer, words):
    server.answers["/"] = answer
    seconds = 0.5 if "0.5 s" in words else 20
    start = time.monotonic()
    assert words in why(server.url, _allowed=loopback, seconds=seconds)
    assert time.monotonic() - start < (1.5 if seconds == 0.5 else 10)


def test_what_is_packed_is_unpacked(server):
    server.answers["/"] = (200, PACKED, gzip.compress(b"Kyiv." * 1000))
    assert fetch(server.url, _allowed=loopback).content == b"Kyiv." * 1000


def test_a_look_up_that_hangs(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1))
    start = time.monotonic()
    assert "within 0.2 s" in why("http://x.test/", seconds=0.2)
    assert time.monotonic() - start < 0.8


def test_a_host_that_is_not_found(monkeypatch):
    def fails(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    assert "host 'x.test' is not found" in why("http://x.test/")


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes its certificate with openssl")
def test_certificates_are_verified(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {key} -out {certificate}"
    subprocess.run(
        [*command.split(), "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True
    )
    server = Server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.http.socket = context.wrap_socket(server.http.socket, server_side=True)
    server.answers["/"] = (200, {}, b"Kyiv.")
    server.answers["/down"] = (302, {"Location": f"http://localhost:{server.port}/"}, b"")
    url = f"https://localhost:{server.port}"

    def local(address):
        return address.is_loopback

    try:
        assert "certificate is not valid" in why(url, _allowed=local) and not server.requests
        trusting = ssl.create_default_context(cafile=certificate)
        assert fetch(url, _allowed=local, _context=trusting).content == b"Kyiv."
        assert "certificate is not valid" in why(
            f"https://127.0.0.1:{server.port}", _allowed=local, _context=trusting
        )
        assert "without encryption" in why(f"{url}/down", _allowed=local, _context=trusting)
    finally:
        server.close()
