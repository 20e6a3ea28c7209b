import json
import re
import socket
import sqlite3
import stat
import threading
import time
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import geopy
import pandas as pd
import pytest
from geopy.adapters import BaseAsyncAdapter
from geopy.extra.rate_limiter import RateLimiter
from geopy.geocoders import Nominatim, Photon

from mapper import OptionError, __version__, answers, online
from mapper.geocoder import FallbackGeocoder

UNKNOWN = "Qwxyzzy Wxqyzzv"  # the gazetteer finds nothing
TYPO = "Khrakiv"  # and here only by a guess
KNOWN = "Kharkiv"
KYIV, BERLIN = (50.45, 30.52), (52.52, 13.4)
DATE = r"\d{4}-\d\d-\d\d"


def nominatim(*places):
    return [
        {"lat": str(lat), "lon": str(lon), "display_name": f"Hamlet {n}", "licence": "ODbL"}
        for n, (lat, lon) in enumerate(places)
    ]


def geojson(*places):
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {"name": f"Hamlet {n}"},
        }
        for n, (lat, lon) in enumerate(places)
    ]
    return {"type": "FeatureCollection", "features": features}


class Server:
    """A loopback server that answers what it is told to and writes down what it is asked."""

    def __init__(self):
        self.requests, self.agents, self.headers, self.busy, self.most_busy = [], [], [], 0, 0
        self.status, self.answer, self.answer_headers = 200, nominatim(KYIV), {}
        self.act = None
        self.over = threading.Event()
        lock, server = threading.Lock(), self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                with lock:
                    server.requests.append(self.path)
                    server.agents.append(self.headers["User-Agent"])
                    server.headers.append({key.lower() for key in self.headers})
                    server.busy += 1
                    server.most_busy = max(server.busy, server.most_busy)
                try:
                    (server.act or server.tell)(self)
                except OSError:
                    pass  # the client has gone
                finally:
                    with lock:
                        server.busy -= 1

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.domain = f"127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def tell(self, handler):
        body = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
        handler.send_response(self.status)
        for name, value in self.answer_headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def queries(self):
        return [{k: v[0] for k, v in parse_qs(urlsplit(path).query).items()} for path in self.requests]

    def close(self):
        self.over.set()
        self.http.shutdown()
        self.http.server_close()


class Clock:
    """A clock that stands still until someone sleeps."""

    def __init__(self):
        self.time, self.slept = 1000.0, []

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.time += seconds


@pytest.fixture
def server():
    started = Server()
    yield started
    started.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path):
    for name in (
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "XDG_CACHE_HOME",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MAPPER_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def ask(server, clock):
    def made(name="nominatim", **options):
        options = {"domain": server.domain, "scheme": "http", "timeout_s": 2.0} | options
        return FallbackGeocoder(name, clock=online.Clock(clock.now, clock.sleep), **options)

    return made


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


# Switched off


def test_nobody_is_asked_unless_switched_on(no_network, tmp_path):
    fallback = FallbackGeocoder()
    assert fallback.geocode(UNKNOWN) is None
    typo = fallback.geocode(TYPO)
    assert (typo.raw["source"], typo.raw["match"]) == ("offline", "typo")
    assert fallback.geocode(KNOWN).raw["source"] == "offline"
    assert fallback.reverse((49.98, 36.25)).raw["name"] == KNOWN
    assert not fallback.problems and not (tmp_path / "cache").exists()


def test_the_watch_on_the_network_works(no_network, ask):
    geocoder = ask()
    assert geocoder.geocode(UNKNOWN) is None
    assert "a connection was opened" in geocoder.problems[0].reason


def test_a_known_name_and_a_position_are_not_asked_for(server, ask):
    geocoder = ask()
    assert geocoder.geocode(KNOWN).raw["source"] == "offline"
    assert geocoder.reverse((0, -30)) is None
    assert geocoder.geocode("") is None and geocoder.geocode(None) is None
    assert geocoder.geocode(UNKNOWN, featuretype="city") is None
    assert not server.requests


def test_bad_arguments_are_refused_before_anything_is_sent(server, ask):
    for options in (
        {"country_codes": "Atlantis"},
        {"geometry": "svg"},
        {"timeout": 0},
        {"timeout": "soon"},
        {"viewbox": 3},
    ):
        with pytest.raises(OptionError):
            ask().geocode(UNKNOWN, **options)
    assert not server.requests


# Asking


@pytest.mark.parametrize(
    ("name", "path", "answer"),
    [
        ("nominatim", "/search", nominatim(KYIV)),
        ("photon", "/api", geojson(KYIV)),
        ("pelias", "/v1/search", geojson(KYIV)),
    ],
)
def test_each_provider_is_asked_in_its_way(server, ask, name, path, answer):
    server.answer = answer
    location = ask(name).geocode(UNKNOWN)
    assert (location.latitude, location.longitude) == pytest.approx(KYIV)
    raw = location.raw
    assert raw["source"] == name and "cached" not in raw
    assert (float(raw["lat"]), float(raw["lon"]), raw["display_name"]) == (*KYIV, location.address)
    assert urlsplit(server.requests[0]).path == path and len(server.requests) == 1
    assert server.agents == [f"incident-mapper/{__version__}"]


def test_nothing_is_sent_but_the_query_and_the_country_codes(server, ask):
    options = {
        "viewbox": [(44, 22), (53, 41)],
        "language": "uk",
        "country_codes": "UA, pl",
        "limit": 3,
        "exactly_one": False,
    }
    ask(contact="ops@example.org").geocode(f"  {UNKNOWN}  ", **options)
    (query,) = server.queries()
    assert query == {
        "q": UNKNOWN,
        "format": "json",
        "limit": "10",
        "addressdetails": "1",
        "countrycodes": "ua,pl",
    }
    assert server.headers[0] == {"host", "user-agent", "accept-encoding", "connection"}
    server.answer = geojson(KYIV)
    ask("photon").geocode(UNKNOWN, **options)
    ask("pelias").geocode(UNKNOWN, **options)
    assert server.queries()[1:] == [
        {"q": UNKNOWN, "limit": "10"},
        {"text": UNKNOWN, "boundary.country": "UA,PL"},
    ]


def test_the_user_agent_names_a_contact(server, ask):
    ask(contact=" https://example.org/about ").geocode(UNKNOWN)
    assert server.agents == [f"incident-mapper/{__version__} (+https://example.org/about)"]


def test_a_place_inside_a_longer_name_is_no_answer_where_somebody_may_know_the_whole(server, ask, tmp_path):
    whole = "Kharkiv Xyzzy Works"
    better = ask().geocode(whole)
    assert (better.raw["source"], better.latitude) == ("nominatim", KYIV[0])
    server.answer = []
    part = ask(cache=tmp_path / "empty").geocode(whole)
    assert (part.raw["source"], part.raw["match"], part.raw["name"]) == ("offline", "part", "Kharkiv")
    assert len(server.requests) == 2


def test_a_typo_is_asked_for_and_stands_if_nobody_knows_better(server, ask, tmp_path):
    better = ask().geocode(TYPO)
    assert (better.raw["source"], better.latitude) == ("nominatim", KYIV[0])
    server.answer = []
    typo = ask(cache=tmp_path / "empty").geocode(TYPO)
    assert (typo.raw["source"], typo.raw["match"], typo.raw["name"]) == ("offline", "typo", KNOWN)
    assert len(server.requests) == 2


def test_a_structured_query_keeps_its_parts_where_the_server_knows_them(server, ask):
    query = {"city": UNKNOWN, "country": "Ukraine", "planet": "Earth", "state": None}
    ask().geocode(query)
    server.answer = geojson(KYIV)
    ask("photon").geocode(query)
    first, second = server.queries()
    assert (first["city"], first["country"]) == (UNKNOWN, "Ukraine") and not {
        "q",
        "planet",
        "state",
    } & first.keys()
    assert second["q"] == f"{UNKNOWN}, Ukraine"


def test_a_street_is_asked_for_though_its_town_is_known(server, ask):
    query = {"street": "Sumska 1", "city": KNOWN}
    assert ask().geocode(query).raw["source"] == "nominatim"
    server.answer = []
    assert ask().geocode({**query, "street": "Sumska 2"}).raw["name"] == KNOWN


def test_lists_limits_and_boxes_are_cut_here(server, ask):
    server.answer = nominatim(KYIV, BERLIN, (50.4, 30.6))
    geocoder = ask()
    assert geocoder.geocode(UNKNOWN).address == "Hamlet 0"
    assert [place.address for place in geocoder.geocode(UNKNOWN, exactly_one=False, limit=2)] == [
        "Hamlet 0",
        "Hamlet 1",
    ]
    box = {"viewbox": [(51, 10), (54, 15)], "bounded": True}
    assert [place.address for place in geocoder.geocode(UNKNOWN, exactly_one=False, **box)] == ["Hamlet 1"]
    assert geocoder.geocode(UNKNOWN, viewbox=[(0, 0), (1, 1)], bounded=True) is None
    assert len(server.requests) == 1


def test_any_geopy_geocoder_will_do(server, clock):
    given = Photon(domain=server.domain, scheme="http", user_agent="mine/1")
    server.answer = geojson(KYIV)
    location = FallbackGeocoder(given).geocode(UNKNOWN)
    assert location.raw["source"] == "photon" and server.agents == ["mine/1"]


def test_a_geocoder_object_that_lies_or_breaks_is_not_believed(server, clock):
    given = Nominatim(domain=server.domain, scheme="http", user_agent="mine/1")
    server.answer = [{"display_name": "No position"}]  # geopy makes it 0 N 0 E
    geocoder = FallbackGeocoder(given, clock=online.Clock(clock.now, clock.sleep))
    assert geocoder.geocode(UNKNOWN) is None and "no position" in geocoder.problems[0].reason

    class Broken:
        def geocode(self, query, *, exactly_one=True):
            raise ZeroDivisionError

    geocoder = FallbackGeocoder(Broken())
    assert geocoder.geocode(UNKNOWN) is None and "ZeroDivisionError" in geocoder.problems[0].reason


def test_rate_limiter_and_pandas(server, ask):
    frame = pd.Series([KNOWN, UNKNOWN, None, UNKNOWN])
    found = frame.apply(RateLimiter(ask().geocode))
    assert [place and place.raw["source"] for place in found] == ["offline", "nominatim", None, "nominatim"]
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"online": "google"},
        {"online": "pelias"},
        {"online": "nominatim"},
        {"online": "nominatim", "domain": "Nominatim.OpenStreetMap.org."},
        {"online": "nominatim", "contact": "a@b.org\r\nX: 1"},
        {"online": "nominatim", "contact": ""},
        {"online": "nominatim", "contact": "ü" * 9},
        {"online": "nominatim", "domain": "https://example.org"},
        {"online": "nominatim", "domain": "me@example.org"},
        {"online": "nominatim", "domain": ""},
        {"online": "photon", "scheme": "ftp"},
        {"online": "photon", "timeout_s": 0},
        {"online": "photon", "timeout_s": float("nan")},
        {"online": "photon", "timeout_s": None},
        {"online": "photon", "cache": 5},
        {"online": 5},
        {"online": Photon(), "domain": "example.org"},
        {"online": Photon(), "contact": "ops@example.org"},
    ],
)
def test_unusable_settings_are_refused(no_network, options):
    with pytest.raises(OptionError):
        FallbackGeocoder(options.pop("online"), **options)


def test_public_nominatim_wants_a_contact(no_network):
    with pytest.raises(OptionError, match="contact"):
        FallbackGeocoder("nominatim")
    FallbackGeocoder("nominatim", contact="ops@example.org")


def test_an_asynchronous_geocoder_is_refused():
    class Adapter(BaseAsyncAdapter):
        get_json = get_text = None

    with pytest.raises(OptionError, match="synchronous"):
        FallbackGeocoder(Photon(adapter_factory=Adapter))


# Manners


def test_one_request_a_second(server, ask, clock):
    geocoder = ask()
    for n in range(3):
        geocoder.geocode(f"{UNKNOWN} {n}")
    assert clock.slept == [1.0, 1.0] and len(server.requests) == 3
    clock.time += 0.75
    ask().geocode(f"{UNKNOWN} 3")  # another object, the same host
    assert clock.slept[2:] == [0.25]
    clock.time += 5
    geocoder.geocode(f"{UNKNOWN} 4")
    geocoder.geocode(UNKNOWN[:-1] + "s", featuretype="city")
    assert len(clock.slept) == 3


def test_threads_take_turns(server, ask, clock):
    server.act = lambda handler: (time.sleep(0.02), server.tell(handler))
    geocoders = [ask(), ask()]
    threads = [threading.Thread(target=geocoders[n % 2].geocode, args=(f"{UNKNOWN} {n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.requests) == 8 and server.most_busy == 1
    assert clock.slept == [1.0] * 7


def test_threads_ask_the_same_only_once(server, ask):
    server.act = lambda handler: (time.sleep(0.1), server.tell(handler))
    geocoder, found = ask(), []
    threads = [threading.Thread(target=lambda: found.append(geocoder.geocode(UNKNOWN))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.requests) == 1 and len(found) == 5 and all(found)


def test_after_three_failures_the_server_is_left_alone(server, ask, clock):
    server.status = 500
    geocoder = ask()
    for n in range(6):
        assert geocoder.geocode(f"{UNKNOWN} {n}") is None
    assert len(server.requests) == online.FAILURES == 3
    assert "left alone" in geocoder.problems[-1].reason and len(geocoder.problems) == 4
    clock.time += online.PAUSE_S - 4
    geocoder.geocode(UNKNOWN)
    assert len(server.requests) == 3
    clock.time += 5
    geocoder.geocode(UNKNOWN)  # one try
    geocoder.geocode(UNKNOWN)
    assert len(server.requests) == 4
    clock.time += online.PAUSE_S + 1
    server.status = 200
    assert geocoder.geocode(UNKNOWN).raw["source"] == "nominatim"
    server.status = 500
    for n in range(2):
        geocoder.geocode(f"{UNKNOWN} {n}")
    server.status = 200
    assert geocoder.geocode(f"{UNKNOWN} 9")  # two failures are not yet three
    assert len(server.requests) == 8


def test_a_bad_query_is_not_the_servers_failure(server, ask):
    server.status = 400
    geocoder = ask()
    for n in range(5):
        geocoder.geocode(f"{UNKNOWN} {n}")
    assert len(server.requests) == 5 == len(geocoder.problems)


@pytest.mark.parametrize(("retry_after", "seconds"), [("120", 120), ("9" * 12, online.LONGEST_PAUSE_S)])
def test_retry_after_is_honoured_by_all(server, ask, clock, retry_after, seconds):
    server.status, server.answer_headers = 429, {"Retry-After": retry_after}
    geocoder = ask()
    assert geocoder.geocode(UNKNOWN) is None
    assert "429" in geocoder.problems[0].reason and "left alone" in geocoder.problems[1].reason
    server.status = 200
    clock.time += seconds - 1
    assert geocoder.geocode(UNKNOWN) is None and ask().geocode(UNKNOWN) is None
    assert len(server.requests) == 1
    clock.time += 2
    assert ask().geocode(UNKNOWN) and len(server.requests) == 2


def test_problems_are_few(server, ask, clock):
    server.status = 400
    geocoder = ask()
    for n in range(105):
        geocoder.geocode(f"{UNKNOWN} {n}")
    assert len(geocoder.problems) == 100 and geocoder.problems[-1].query == f"{UNKNOWN} 104"
    with pytest.raises(AttributeError):
        geocoder.problems[0].reason = "none"


# Distrust


def stall(_):
    time.sleep(3)


def drip(handler):
    handler.send_response(200)
    handler.end_headers()
    for _ in range(60):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def drip_headers(handler):
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
    for n in range(60):
        handler.wfile.write(b"X-%d: 1\r\n" % n)
        handler.wfile.flush()
        time.sleep(0.05)


def reset(handler):
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    handler.connection.close()


def garbage_line(handler):
    handler.wfile.write(b"\xff\xfe\0garbage\r\n\r\n")


def half(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'[{"lat": "50.45", "lon": "30.5')


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b" " * (1 << 16))


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (stall, "no answer within"),
        (drip, "within 0.3 s|within 0.4 s"),
        (drip_headers, "within 0.4 s"),
        (reset, "reset|broke|no connection"),
        (garbage_line, "broke"),
        (half, "no JSON"),
        (endless, "more than 1048576 bytes"),
    ],
)
def test_a_server_that_misbehaves_costs_little_time(server, ask, act, reason):
    server.act = act
    geocoder = ask(timeout_s=0.3)
    start = time.monotonic()
    assert geocoder.geocode(TYPO).raw["match"] == "typo"
    assert time.monotonic() - start < 1.5
    (problem,) = geocoder.problems
    assert re.search(reason, problem.reason), problem.reason
    assert (problem.provider, problem.host, problem.query) == ("nominatim", server.domain, TYPO)


def test_no_thread_reads_on_when_the_time_is_over(server, ask):
    server.act, before = drip, set(threading.enumerate())
    ask(timeout_s=0.3).geocode(UNKNOWN)
    end = time.monotonic() + 1
    while any(thread.name == "online-geocoder" for thread in set(threading.enumerate()) - before):
        assert time.monotonic() < end, "still reading"
        time.sleep(0.02)


def test_a_timeout_for_one_call(server, ask):
    server.act = stall
    start = time.monotonic()
    assert ask(timeout_s=60).geocode(UNKNOWN, timeout=0.2) is None
    assert time.monotonic() - start < 1.5


def test_nobody_listens(ask):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    geocoder = ask(domain=f"127.0.0.1:{port}")
    assert geocoder.geocode(TYPO).raw["match"] == "typo"
    assert "no connection" in geocoder.problems[0].reason


@pytest.mark.parametrize("status", [403, 404, 429, 500, 502, 503, 504])
def test_a_refusal_leaves_the_offline_answer(server, ask, status):
    server.status, server.answer = status, b"<html>" + b"x" * 10_000_000
    geocoder = ask()
    assert geocoder.geocode(TYPO).raw["match"] == "typo"
    (problem,) = geocoder.problems
    assert str(status) in problem.reason
    assert len(server.requests) == 1


def test_a_redirect_is_not_followed(server, ask):
    other = Server()
    server.status, server.answer_headers = 302, {"Location": f"http://{other.domain}/search?q=x"}
    geocoder = ask()
    assert geocoder.geocode(UNKNOWN) is None and "302" in geocoder.problems[0].reason
    assert not other.requests and len(server.requests) == 1
    other.close()


LIES = {
    "latitude out of range": nominatim((999, 30)),
    "longitude out of range": nominatim((50, 999)),
    "not a number": b'[{"lat": NaN, "lon": 30, "display_name": "x"}]',
    "infinite": b'[{"lat": 1e999, "lon": 30, "display_name": "x"}]',
    "no position": [{"display_name": "x"}],
    "no longitude": [{"lat": "50", "display_name": "x"}],
    "no name": [{"lat": "50", "lon": "30"}],
    "an empty name": [{"lat": "50", "lon": "30", "display_name": " "}],
    "a number for a name": [{"lat": "50", "lon": "30", "display_name": 7}],
    "words for a position": [{"lat": "north", "lon": "east", "display_name": "x"}],
    "true for a position": [{"lat": True, "lon": True, "display_name": "x"}],
    "a list for a position": [{"lat": [], "lon": {}, "display_name": "x"}],
    "one lie among truths": nominatim(KYIV, (91, 0)),
    "a number": 7,
    "a text": "Kyiv",
    "null": None,
    "a list of numbers": [1, 2],
    "an object": {"lat": "50"},
    "an error": {"error": "Unable to do it"},
    "features of another kind": {"features": 5},
    "a feature without a place": {"features": [{"geometry": None, "properties": {}}]},
    "geojson with null": {
        "features": [{"geometry": {"coordinates": [None, None]}, "properties": {"name": "x"}}]
    },
    "geojson out of range": geojson((999, 30)),
    "geojson without properties": {"features": [{"geometry": {"coordinates": [30, 50]}}]},
    "geojson with strange properties": {
        "features": [{"geometry": {"coordinates": [30, 50]}, "properties": {"name": {}}}]
    },
    "pelias reports": {"geocoding": {"errors": ["no"]}, "features": []},
    "no JSON": b"<html>busy</html>",
    "nothing": b"",
    "deep JSON": b"[" * 100_000,
    "a long number": b'[{"lat": ' + b"1" * 6000 + b', "lon": 1}]',
    "no UTF-8": b'["\xff\xfe"]',
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("name", ["nominatim", "photon", "pelias"])
def test_an_absurd_answer_is_not_believed(server, ask, lie, name):
    server.answer = LIES[lie]
    geocoder = ask(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        location = geocoder.geocode(TYPO)
    assert (location.raw["source"], location.raw["match"]) == ("offline", "typo")
    (problem,) = geocoder.problems
    assert problem.reason and len(problem.reason) <= 300
    again = ask(name)
    again.geocode(TYPO)
    assert len(server.requests) == 2, "a lie was kept"


@pytest.mark.parametrize("name", ["nominatim", "photon", "pelias"])
def test_another_country_than_was_asked_for(server, ask, name):
    lie = nominatim(BERLIN) if name == "nominatim" else geojson(BERLIN)
    if name == "nominatim":
        lie[0]["address"] = {"country_code": "ua"}  # as it claims
    server.answer = lie
    geocoder = ask(name)
    assert geocoder.geocode(UNKNOWN, country_codes="ua") is None
    # Photon has no filter, so that it does not lie.
    assert [("does not lie in UA" in problem.reason) for problem in geocoder.problems] == [True] * (
        name != "photon"
    )
    assert geocoder.geocode(UNKNOWN, country_codes="de").latitude == BERLIN[0]
    assert geocoder.geocode(UNKNOWN).latitude == BERLIN[0]


@pytest.mark.parametrize(
    ("position", "code"),
    [((50.345, 36.95), "ru"), ((50.345, 36.95), "ua"), ((45.0, 31.5), "ua"), ((-16.7, 179.99), "fj")],
)
def test_near_a_border_and_at_sea_a_country_is_given_the_benefit_of_the_doubt(server, ask, position, code):
    server.answer = nominatim(position)
    assert ask().geocode(UNKNOWN, country_codes=code).latitude == position[0]


@pytest.mark.parametrize("answer", [[], {"features": []}])
def test_nothing_found_is_an_answer(server, ask, answer):
    server.answer = answer
    geocoder = ask("nominatim" if answer == [] else "photon")
    assert geocoder.geocode(UNKNOWN) is None and not geocoder.problems


def test_a_query_that_cannot_be_sent(server, ask):
    geocoder = ask()
    assert geocoder.geocode(f"{UNKNOWN}\ud800") is None and "surrogate" in geocoder.problems[0].reason
    assert geocoder.geocode("x" * 100_000) is None
    assert not server.requests


# Memory


def test_answers_are_kept_for_new_objects(server, ask, clock):
    first = ask().geocode(UNKNOWN)
    second = ask().geocode(f" {UNKNOWN.upper()} ")
    assert len(server.requests) == 1 and not clock.slept
    assert second.raw["source"] == "nominatim" and "cached" not in first.raw
    assert re.fullmatch(DATE, second.raw["cached"])
    assert (second.address, second.point) == (first.address, first.point)
    assert {**second.raw, "cached": None} == {**first.raw, "cached": None}


def test_that_nothing_was_found_is_kept_too(server, ask):
    server.answer = []
    assert ask().geocode(UNKNOWN) is None and ask().geocode(UNKNOWN) is None
    assert ask().geocode(TYPO).raw["match"] == ask().geocode(TYPO).raw["match"] == "typo"
    assert len(server.requests) == 2


def test_what_is_kept_is_what_was_asked(server, ask):
    ask().geocode(UNKNOWN)
    ask().geocode(UNKNOWN, country_codes="ua, pl")
    ask().geocode(UNKNOWN, country_codes=["PL", "UA"])
    ask().geocode({"city": UNKNOWN})
    server.answer = geojson(KYIV)
    ask("photon").geocode(UNKNOWN)
    assert len(server.requests) == 4


def test_failures_are_not_kept(server, ask):
    server.status = 503
    assert ask().geocode(UNKNOWN) is None
    server.status = 200
    assert ask().geocode(UNKNOWN).raw["source"] == "nominatim"


def test_a_caller_cannot_change_what_is_kept(server, ask):
    server.answer = [{**nominatim(KYIV)[0], "address": {"country_code": "ua"}}]
    geocoder = ask()
    geocoder.geocode(UNKNOWN).raw["address"]["country_code"] = "xx"
    assert geocoder.geocode(UNKNOWN).raw["address"]["country_code"] == "ua"


def test_cached_answers_are_given_while_the_server_is_left_alone(server, ask, clock):
    ask().geocode(UNKNOWN)
    server.status = 500
    geocoder = ask()
    for n in range(4):
        geocoder.geocode(f"{UNKNOWN} {n}")
    assert geocoder.geocode(UNKNOWN).raw["cached"]


def test_where_the_cache_lies(monkeypatch, tmp_path):
    assert answers.cache_file() == tmp_path / "cache" / "answers.sqlite"
    monkeypatch.delenv("MAPPER_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert answers.cache_file() == tmp_path / "xdg" / "incident-mapper" / "answers.sqlite"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert answers.cache_file() == tmp_path / "home" / ".cache" / "incident-mapper" / "answers.sqlite"


def test_the_cache_is_private_and_says_when_and_where(server, ask, tmp_path):
    ask().geocode(UNKNOWN)
    path = tmp_path / "cache" / "answers.sqlite"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    ((provider, host, asked),) = sqlite3.connect(path).execute("SELECT provider, host, asked FROM answer")
    assert (provider, host) == ("nominatim", server.domain) and re.fullmatch(DATE, asked)


def test_a_path_can_be_given(server, ask, tmp_path):
    ask(cache=tmp_path / "mine.db").geocode(UNKNOWN)
    assert (tmp_path / "mine.db").exists() and not (tmp_path / "cache").exists()
    assert ask(cache=str(tmp_path / "mine.db")).geocode(UNKNOWN).raw["cached"]


def foreign(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE answer (provider, host, query, asked, places)")


UNUSABLE = {
    "garbage": lambda path: path.write_bytes(b"garbage " * 1000),
    "another database": foreign,
    "a folder": Path.mkdir,
    "a file for a folder": None,
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_an_unusable_cache_is_warned_of_once_and_left_alone(server, ask, tmp_path, kind):
    path = tmp_path / "answers.sqlite"
    if UNUSABLE[kind]:
        UNUSABLE[kind](path)
    else:
        (tmp_path / "file").touch()
        path = tmp_path / "file" / "answers.sqlite"
    before = path.read_bytes() if path.is_file() else None
    geocoder = ask(cache=path)
    with pytest.warns(RuntimeWarning, match="cache of online answers") as caught:
        assert geocoder.geocode(UNKNOWN).raw["source"] == "nominatim"
        assert geocoder.geocode(UNKNOWN).raw["cached"]  # from memory
        geocoder.geocode(f"{UNKNOWN} 2")
    assert len(caught) == 1 and len(server.requests) == 2
    assert before == (path.read_bytes() if path.is_file() else None)


def test_a_damaged_page_costs_only_its_answers(server, ask, tmp_path):
    path = tmp_path / "answers.sqlite"
    ask(cache=path).geocode(UNKNOWN)
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.warns(RuntimeWarning, match="malformed"):
        assert ask(cache=path).geocode(UNKNOWN).raw["source"] == "nominatim"


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ("2020-01-01", "{"),
        ("2020-01-01", "[[1]]"),
        ("2020-01-01", '[["x", 999, 0, {}]]'),
        ("2020-01-01", '[["x", NaN, 0, {}]]'),
        ("2020-01-01", "[[7, 1, 0, {}]]"),
        ("2020-01-01", '[["x", 1, 0, 5]]'),
        ("2020-01-01", "7"),
        ("2020-01-01", None),
        (None, "[]"),
    ],
)
def test_a_damaged_answer_is_asked_for_again(server, ask, tmp_path, asked, places):
    path = tmp_path / "answers.sqlite"
    ask(cache=path).geocode(UNKNOWN)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE answer SET asked = ?, places = ?", (asked, places))
    assert "cached" not in ask(cache=path).geocode(UNKNOWN).raw
    assert ask(cache=path).geocode(UNKNOWN).raw["cached"] and len(server.requests) == 2


def test_a_locked_cache_is_no_failure(server, ask, tmp_path, monkeypatch):
    path = tmp_path / "answers.sqlite"
    ask(cache=path).geocode(UNKNOWN)
    real = sqlite3.connect
    monkeypatch.setattr(answers.sqlite3, "connect", lambda *args, timeout: real(*args, timeout=0.05))
    other = real(path)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.warns(RuntimeWarning, match="locked"):
        assert ask(cache=path).geocode(UNKNOWN).raw["source"] == "nominatim"
    other.close()


def test_memory_is_bounded(monkeypatch, tmp_path):
    monkeypatch.setattr(answers, "REMEMBERED", 3)
    cache = answers.AnswerCache(tmp_path / "answers.sqlite")
    for n in range(10):
        cache.put("p", "h", str(n), answers.Answer(asked="2026-01-01", places=()))
    assert len(cache._memory) == 3 and cache.get("p", "h", "0") is not None


def test_the_geocoder_is_one_of_geopys():
    assert isinstance(FallbackGeocoder(), geopy.geocoders.base.Geocoder)
