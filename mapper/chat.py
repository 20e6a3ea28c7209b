"""Asks a language model, behind the OpenAI-compatible endpoint that the user names, and nobody else.

A server may be slow, broken or lie: what it sends is bounded in size and time, it is never followed elsewhere, and the key
is in no message.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from mapper.errors import EndpointError, OptionError
from mapper.limits import within
from mapper.online import Clock, user_agent

KEY_VARIABLE = "MAPPER_LLM_KEY"
PATH = "/chat/completions"
RETRIES = 2  # after a 429 or a fault of the server
LONGEST_WAIT_S = 30.0  # between two tries, whatever Retry-After says
LARGEST_BODY = 2 << 20  # bytes; half a million tokens
_LARGEST_COMPLAINT = 1 << 16
_SHOWN = 160  # characters of what a server complains of
_TRIES = 100  # places in an answer at which JSON may begin


def _key() -> str | None:
    return os.environ.get(KEY_VARIABLE) or None


@dataclass(frozen=True)
class Endpoint:
    """A language model behind an address such as ``http://127.0.0.1:11434/v1``.

    Parameters
    ----------
    url : str
        What ``/chat/completions`` is appended to.
    model : str
        Its name there.
    api_key : str, optional
        Sent as a bearer token. Default: the environment variable ``MAPPER_LLM_KEY``; none if that is not set.
    timeout_s : float, optional
        How long one report may take, all tries together.

    Raises
    ------
    OptionError
        If the address is none, or another value cannot be used.
    """

    url: str
    model: str
    api_key: str | None = field(default_factory=_key, repr=False)
    timeout_s: float = 120.0

    def __post_init__(self) -> None:
        example = "give one such as http://127.0.0.1:11434/v1"
        if "@" in str(self.url):  # the message must not show what may be a password
            raise OptionError(f"the endpoint's URL holds a user or password: put the key into {KEY_VARIABLE}")
        if not re.fullmatch(r"https?://[!-~]+", str(self.url), re.IGNORECASE):
            raise OptionError(f"{str(self.url)!r:.80} is no http or https URL of an endpoint: {example}")
        try:
            parts = urlsplit(self.url)
            usable = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment)
        except ValueError:
            usable = False
        if not usable:
            raise OptionError(f"{self.url!r:.80} is no URL of an endpoint: {example}")
        if not str(self.model).strip() or not str(self.model).isprintable() or len(self.model) > 200:
            raise OptionError(
                f"{self.model!r:.80} is no name of a model: give the one that the endpoint knows"
            )
        if self.api_key is not None and not re.fullmatch(r"[!-~]{1,4096}", self.api_key):
            raise OptionError(
                f"the key ({KEY_VARIABLE}) does not fit into a header: it has spaces or is not ASCII"
            )
        if not (isinstance(self.timeout_s, (int, float)) and 0 < self.timeout_s <= 3600):
            raise OptionError(f"timeout {self.timeout_s!r} is not within 0..3600 seconds")

    @property
    def address(self) -> str:
        """Where the questions go."""
        return self.url.rstrip("/").removesuffix(PATH) + PATH

    @property
    def host(self) -> str:
        """Who is asked, with the port."""
        return urlsplit(self.url).netloc

    @property
    def is_loopback(self) -> bool:
        """Whether what is asked stays on this machine."""
        name = (urlsplit(self.url).hostname or "").rstrip(".")
        try:
            ip = ip_address(name)
        except ValueError:
            return name == "localhost"
        mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
        return (mapped or ip).is_loopback

    def without_key(self, text: str) -> str:
        """Return a text with the key struck out."""
        return text.replace(self.api_key, "[key]") if self.api_key else text


def ask(endpoint: Endpoint, messages: Sequence[Mapping[str, str]], clock: Clock = Clock()) -> str:  # noqa: B008 - frozen
    """Return what the model answers to a chat.

    Parameters
    ----------
    endpoint : Endpoint
    messages : sequence of mapping
        Each with ``role`` and ``content``.
    clock : Clock, optional
        Where time comes from.

    Raises
    ------
    EndpointError
        If there is no answer within the endpoint's time, or none that can be used; the message says why.
    """
    end = clock.now() + endpoint.timeout_s
    question: dict[str, Any] = {
        "model": endpoint.model,
        "messages": list(messages),
        "temperature": 0,
        "stream": False,
        "response_format": {"type": "json_object"},
    }
    simpler, failures = False, 0
    while True:
        left = end - clock.now()
        if left <= 0:
            raise _failure(endpoint, f"no answer within {endpoint.timeout_s:g} s")
        status, wanted_wait, body = _post(endpoint, question, left)
        if 200 <= status < 300:
            return _content(endpoint, body)
        complaint = _complaint(endpoint, body)
        if status == 400 and not simpler:  # not every server takes all that the protocol has
            simpler = True
            question.pop("temperature" if "temperature" in complaint else "response_format")
            continue
        if (status == 429 or status >= 500) and failures < RETRIES:
            wait = 2.0**failures if wanted_wait is None else min(wanted_wait, LONGEST_WAIT_S)
            failures += 1
            if clock.now() + wait < end:
                clock.sleep(wait)
                continue
        raise _failure(endpoint, f"HTTP status {status}{_hint(status)}{complaint}")


def json_in(answer: str) -> Any:
    """Return the JSON of an answer, which may stand in a code fence or in prose; None if there is none.

    Only an object with a list ``incidents``, or a list of objects (returned in such an object), is taken for it.
    """
    _, _, answer = answer.rpartition("</think>")  # models that think aloud
    for value in _values(answer):
        if isinstance(value, dict) and isinstance(value.get("incidents"), list):
            return value
        if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
            return {"incidents": value}
    return None


def _values(text: str) -> Iterator[Any]:
    """Yield the JSON objects and lists in a text."""
    decoder = json.JSONDecoder(parse_int=_whole_number, parse_constant=lambda _: None)
    spot, start = re.compile(r"[\[{]"), 0
    for _ in range(_TRIES):
        match = spot.search(text, start)
        if match is None:
            return
        try:
            value, start = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            start = match.end()
        else:
            yield value


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) < 20 else math.inf  # Python refuses to read the longest


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """Follow nothing: report and key are for the host that the user has named."""


def _post(endpoint: Endpoint, question: Mapping[str, Any], seconds: float) -> tuple[int, float | None, bytes]:
    """Return the status of an answer, how long the server asks to wait, and its body."""
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": user_agent(None),
    }
    if endpoint.api_key:
        headers["Authorization"] = f"Bearer {endpoint.api_key}"
    data = json.dumps(question, ensure_ascii=True).encode("ascii")
    request = Request(endpoint.address, data=data, headers=headers, method="POST")  # noqa: S310 - http or https only
    proxies = ProxyHandler({}) if endpoint.is_loopback else ProxyHandler()
    opener = build_opener(proxies, _NoRedirect)

    def call() -> tuple[int, float | None, bytes]:
        try:
            with opener.open(request, timeout=seconds) as page:
                return page.status, None, _read(page, LARGEST_BODY)
        except HTTPError as error:
            with error:
                return error.code, _seconds(error.headers.get("Retry-After")), _complaint_of(error)

    try:
        return within(seconds, call)
    except TimeoutError as error:
        raise _failure(endpoint, f"no answer within {endpoint.timeout_s:g} s") from error
    except URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise _failure(endpoint, f"no answer within {endpoint.timeout_s:g} s") from error
        raise _failure(endpoint, f"no connection ({error.reason}): is it running?") from error
    except (OSError, HTTPException, ValueError) as error:
        raise _failure(endpoint, f"the connection broke ({type(error).__name__})") from error
    except OverflowError as error:
        raise _failure(endpoint, f"an answer of more than {LARGEST_BODY:,} bytes") from error


def _read(page: Any, most: int) -> bytes:
    body = bytearray()
    while chunk := page.read1(1 << 16):
        body += chunk
        if len(body) > most:
            raise OverflowError
    return bytes(body)


def _complaint_of(page: Any) -> bytes:
    """Return the body of a refusal, as far as it can be had."""
    try:
        return bytes(page.read(_LARGEST_COMPLAINT))
    except (OSError, HTTPException, ValueError):
        return b""


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if re.fullmatch(r"\d{1,9}", retry_after or "", re.ASCII) else None  # type: ignore[arg-type]


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _complaint(endpoint: Endpoint, body: bytes) -> str:
    """Return what a server says is wrong, as ": …": it writes ``{"error": {"message": …}}`` or ``{"error": …}``."""
    document = _json(body)
    error = document.get("error") if isinstance(document, dict) else None
    message = error.get("message") if isinstance(error, dict) else error
    if not isinstance(message, str) or not message.strip():
        return ""
    line = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(message.split()))
    return f": {endpoint.without_key(line)[:_SHOWN]}"


def _hint(status: int) -> str:
    if 300 <= status < 400:
        return " (a redirect, which is not followed): give the URL that it leads to"
    if status in {401, 403}:
        return f" (not allowed): is the key in {KEY_VARIABLE} the right one?"
    if status == 404:
        return f" (not found): check the URL, which {PATH} is appended to, and the name of the model"
    return " (too many requests): try again later" if status == 429 else ""


def _content(endpoint: Endpoint, body: bytes) -> str:
    """Return the text of a chat completion."""
    document = _json(body)
    if document is None:
        raise _failure(endpoint, "an answer that is no JSON: is it an OpenAI-compatible endpoint?")
    choices = document.get("choices") if isinstance(document, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else None
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(first, dict) and first.get("finish_reason") == "length":
        raise _failure(endpoint, "an answer that was cut off: allow the model longer answers")
    if not isinstance(content, str) or not content.strip():
        raise _failure(endpoint, f"an answer without text{_complaint(endpoint, body)}")
    return content


def _failure(endpoint: Endpoint, reason: str) -> EndpointError:
    return EndpointError(endpoint.without_key(f"the language model at {endpoint.host} gave {reason}"))
