"""Fetches a web page where a user asks for it, from public addresses only."""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
import zlib
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import PurePosixPath
from urllib.parse import quote, urljoin, urlsplit

from mapper import __version__
from mapper.errors import InputError
from mapper.limits import within

MAX_BYTES = 16_000_000  # as sent, and again as unpacked
MAX_REDIRECTS = 5
MAX_SECONDS = 30.0  # for everything together, name look-ups and redirects too
MAX_URL_CHARS = 4_000
USER_AGENT = f"incident-mapper/{__version__}"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_REDIRECTS = {301, 302, 303, 307, 308}
_SAFE = "/%:=&~+!$,;'@()*[]?"  # may stand in a path or a query as it is
_PORTS = {"http": 80, "https": 443}
_ACCEPT = (
    "text/html, application/xhtml+xml, application/pdf, application/xml, application/json, text/*, */*;q=0.5"
)
# https://www.iana.org/assignments/iana-ipv4-special-registry and …ipv6…: what some Python 3.11 take for global.
_SPECIAL_V4 = [ipaddress.IPv4Network(block) for block in ("192.0.0.0/24", "192.88.99.0/24")]
_SPECIAL_V6 = [ipaddress.IPv6Network(block) for block in ("2001::/23", "3fff::/20")]  # the first holds Teredo
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")  # all that is given out
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server has answered, and the address that it came from in the end."""

    content: bytes
    media_type: str  # in small letters, without parameters; "" if the server does not tell
    charset: str | None
    url: str


_FORMATS = {
    "text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "text/plain": ".txt",
    "text/markdown": ".md", "application/rss+xml": ".rss", "application/atom+xml": ".atom", "application/rdf+xml": ".xml",
    "application/xml": ".xml", "text/xml": ".xml", "application/json": ".json", "application/feed+json": ".json",
    "application/x-ndjson": ".jsonl", "application/jsonl": ".jsonl", "message/rfc822": ".eml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}  # fmt: skip
_TELLS_NOTHING = {"", "application/octet-stream", "binary/octet-stream", "application/force-download"}


def as_file(fetched: Fetched, suffixes: Collection[str]) -> tuple[str, bytes]:
    """Return the suffix that a file of this content would have, and the content, text as UTF-8.

    Parameters
    ----------
    fetched : Fetched
    suffixes : collection of str
        Those to choose from where the server tells no media type and the address has to.

    Raises
    ------
    InputError
        If it is of no format that is read.
    """
    suffix = _FORMATS.get(fetched.media_type)
    if suffix is None and fetched.media_type in _TELLS_NOTHING:
        named = PurePosixPath(urlsplit(fetched.url).path).suffix.lower()
        suffix = named if named in suffixes else None
    if suffix is None:
        raise InputError(
            f"comes as {fetched.media_type or 'something'!r:.60}, which is not read: save it in another format"
        )
    content = fetched.content
    if suffix in {".html", ".txt", ".md"} and fetched.charset not in {None, "utf-8", "us-ascii"}:
        with suppress(LookupError, ValueError):  # of an unknown charset: the content may still tell its own
            content = content.decode(fetched.charset or "utf-8", "replace").encode("utf-8")
    return suffix, content


@dataclass(frozen=True, slots=True)
class _Target:
    scheme: str
    host: str
    port: int
    netloc: str
    path: str
    url: str


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to the public internet, whatever it is wrapped in.

    What IPv6 wraps (IPv4-mapped, 6to4, NAT64) counts as what it leads to.
    """
    if isinstance(address, ipaddress.IPv4Address):
        odd = address.is_multicast or address.is_reserved or any(address in block for block in _SPECIAL_V4)
        return address.is_global and not odd
    if address in _NAT64:
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    wrapped = address.ipv4_mapped or address.sixtofour
    if wrapped is not None:
        return is_public(wrapped)
    return address in _GLOBAL_V6 and address.is_global and not any(address in block for block in _SPECIAL_V6)


def fetch(
    url: str,
    *,
    seconds: float = MAX_SECONDS,
    _allowed: Callable[[Address], bool] = is_public,
    _context: ssl.SSLContext | None = None,
) -> Fetched:
    """Fetch an address.

    The server learns the address and this machine's own. It is sent a plain User-Agent, no cookie and no Referer.
    Settings for proxies are not heeded: they would choose the peer that is checked here.

    Parameters
    ----------
    url : str
        With the scheme http or https and without a user or password.
    seconds : float
        For everything together.

    Raises
    ------
    InputError
        If the address is not one that is opened (see above), leads to a machine that is not public, now or after a
        redirect, redirects too often or from https to http, or does not answer in time, whole and in size.
    """
    target = _target(url)  # before a thread is started: most mistakes are here
    context = _context or ssl.create_default_context()
    try:
        return within(seconds, lambda: _follow(target, seconds, _allowed, context))
    except TimeoutError:
        raise InputError(
            f"there was no whole answer within {seconds:g} s: try again, or save the page"
        ) from None
    except ssl.SSLCertVerificationError as error:
        raise InputError(
            f"the certificate is not valid ({error.verify_message}): check the address"
        ) from error
    except (OSError, HTTPException, zlib.error) as error:
        told = (isinstance(error, OSError) and error.strerror) or type(error).__name__
        raise InputError(f"the connection failed ({told}): check the address, or save the page") from error


def _target(url: str) -> _Target:
    if len(url) > MAX_URL_CHARS or re.search(r"[\x00-\x20\x7f\\]", url):
        raise InputError(
            "is no web address: it holds blanks, backslashes or control characters, or is too long"
        )
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError as error:  # UnicodeError too
        raise InputError(f"is no web address ({error}): check it") from error
    if parts.scheme not in _PORTS:
        raise InputError(
            f"the scheme {parts.scheme!r:.40} is not opened: give an http or https address, or a file"
        )
    if "@" in parts.netloc:
        raise InputError("holds a user or password, which is not sent: leave it out")
    if not host or port == 0 or "%" in host:
        raise InputError("names no host: check the address")
    path = quote(parts.path or "/", safe=_SAFE) + (
        f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
    )
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    return _Target(
        parts.scheme, host, port or _PORTS[parts.scheme], netloc, path, f"{parts.scheme}://{netloc}{path}"
    )


def _follow(
    target: _Target, seconds: float, allowed: Callable[[Address], bool], context: ssl.SSLContext
) -> Fetched:
    for _ in range(MAX_REDIRECTS + 1):
        with _connected(target, seconds, allowed) as plain:
            sock = (
                context.wrap_socket(plain, server_hostname=target.host) if target.scheme == "https" else plain
            )
            connection = HTTPConnection(target.host, target.port)
            connection.sock = sock  # so that it opens none of its own
            try:
                connection.putrequest("GET", target.path, skip_host=True, skip_accept_encoding=True)
                for name, value in (
                    ("Host", target.netloc),
                    ("User-Agent", USER_AGENT),
                    ("Accept", _ACCEPT),
                    ("Accept-Encoding", "gzip"),
                    ("Connection", "close"),
                ):
                    connection.putheader(name, value)
                connection.endheaders()
                with connection.getresponse() as response:
                    if response.status not in _REDIRECTS:
                        return _answer(response, target)
                    target = _next(target, response.headers.get("Location"))
            finally:
                connection.close()
    raise InputError(
        f"redirects more than {MAX_REDIRECTS} times: open it in a browser and give the last address"
    )


def _next(target: _Target, location: str | None) -> _Target:
    """Return where a redirect leads."""
    if not location:
        raise InputError("redirects to nowhere: open it in a browser and save the page")
    try:
        # http.client reads headers as Latin-1; what is no ASCII was UTF-8 once.
        after = _target(urljoin(target.url, location.encode("latin-1").decode("utf-8", "replace").strip()))
    except (InputError, ValueError) as error:
        raise InputError(f"redirects to {location!r:.120}, which {error}") from error
    if target.scheme == "https" and after.scheme == "http":
        raise InputError(
            f"redirects from https to {after.url!r:.120}, without encryption: give that address if you mean it"
        )
    return after


def _connected(target: _Target, seconds: float, allowed: Callable[[Address], bool]) -> socket.socket:
    """Return a connection to an address that was checked.

    The name is looked up once, and the connection goes to the very address that came of it: a name that answers
    something else the next time gains nothing. The peer is checked again before anything is sent.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InputError(
            f"the host {target.host!r:.80} is not found: check the address and the network"
        ) from error
    for *_, address in found:
        _check(address[0], target, allowed)
    failed: OSError = OSError("no address")
    for family, kind, protocol, _, address in found[:4]:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(seconds)
            sock.connect(address)
            _check(sock.getpeername()[0], target, allowed)
        except OSError as error:
            failed = error
            sock.close()
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failed


def _check(address: object, target: _Target, allowed: Callable[[Address], bool]) -> None:
    if not allowed(ipaddress.ip_address(str(address).partition("%")[0])):
        raise InputError(
            f"the host {target.host!r:.80} is at {address}, which is not a public address: only public sites are opened"
        )


def _answer(response: HTTPResponse, target: _Target) -> Fetched:
    if response.status != 200:
        raise InputError(f"the server answers {response.status} {response.reason!s:.60}: check the address")
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in {"identity", "", "gzip", "x-gzip"}:
        raise InputError(
            f"is packed as {coding!r:.40}, which was not asked for: save the page and give the file"
        )
    unpack = zlib.decompressobj(31) if "gzip" in coding else None
    body, sent = bytearray(), 0
    while chunk := response.read(1 << 16):
        sent += len(chunk)
        body += unpack.decompress(chunk, MAX_BYTES + 1 - len(body)) if unpack else chunk
        if max(sent, len(body)) > MAX_BYTES:
            raise InputError(f"is larger than {MAX_BYTES:,} bytes: save what you need of it")
    if response.length or (unpack and not unpack.eof):  # http.client does not mind an early end
        raise InputError("the answer breaks off before its end: try again")
    return Fetched(
        content=bytes(body),
        media_type=response.headers.get_content_type() if "Content-Type" in response.headers else "",
        charset=response.headers.get_content_charset(),
        url=target.url,
    )
