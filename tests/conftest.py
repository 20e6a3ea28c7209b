"""Fixtures: no places of the user's own, and a browser."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from firefox import Firefox, started

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(autouse=True, scope="session")
def no_places_of_the_users_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what the person who runs the tests has added to the gazetteer out of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAPPER_OWN_PLACES", str(tmp_path_factory.mktemp("own") / "places"))
        yield


@dataclass
class Watched:
    """A page, every request that it made, and everything that it complained about."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def until(self, expression: str, *, seconds: float = 20) -> Any:
        """Poll a JavaScript expression until it is true.

        Playwright's own waiting for functions needs ``eval``, which the page's security policy forbids.
        """
        end = time.monotonic() + seconds
        while True:
            value = self.page.evaluate(expression)
            if value:
                return value
            if time.monotonic() > end:
                pytest.fail(f"still not true after {seconds} s: {expression}; complaints: {self.complaints}")
            time.sleep(0.03)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start headless Chromium; without one the test is skipped, or fails where a browser is required."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("CI_REQUIRE_BROWSER"):
            pytest.fail("CI_REQUIRE_BROWSER is set, but no chromium was found on PATH")
        pytest.skip("no chromium on PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Start headless Firefox; without one the test is skipped, or fails where a browser is required."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        if os.environ.get("CI_REQUIRE_BROWSER"):
            pytest.fail("CI_REQUIRE_BROWSER is set, but no firefox was found on PATH")
        pytest.skip("no firefox on PATH")
    with started(path, tmp_path_factory.mktemp("firefox")) as running:
        yield running


@pytest.fixture
def open_offline(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Watched]]:
    """Give a function that opens an HTML text as a file, with the network cut, and records what happens."""
    contexts = []

    def opened(
        html: str, *, width: int = 1280, height: int = 800, before: str = "", **options: Any
    ) -> Watched:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_offline(True)
        file = tmp_path / f"page{len(contexts)}.html"
        file.write_text(html, encoding="utf-8", newline="\n")
        watched = Watched(context.new_page())

        def record(route: Any) -> None:
            watched.requests.append(route.request.url)
            if route.request.url == file.as_uri():
                route.continue_()
            else:
                route.abort()

        context.route("**/*", record)
        page = watched.page
        page.on(
            "console",
            lambda message: (
                watched.complaints.append(message.text) if message.type in {"error", "warning"} else None
            ),
        )
        page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (watched.complaints.append("dialog"), dialog.dismiss()))
        if before:
            page.add_init_script(before)
        page.goto(file.as_uri())
        assert watched.requests == [file.as_uri()]
        watched.requests.clear()
        return watched

    yield opened
    for context in contexts:
        context.close()
