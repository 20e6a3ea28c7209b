"""A Firefox that tests can drive: its own remote protocol (Marionette) over a plain socket, with no driver between."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Whatever is not a loopback address goes to a port on which nobody listens; the browser's own errands are off.
PREFERENCES: dict[str, bool | int | str] = {
    "marionette.port": 0,
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.socks": "127.0.0.1",
    "network.proxy.socks_port": 9,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.download.alwaysOpenPanel": False,
    "browser.download.folderList": 2,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}

# What pages of ours ask for, and what Firefox complains about to whoever opens its console.
WATCH = """
globalThis.asked = [];
globalThis.watcher ??= Services.obs.addObserver(
  (subject) => {
    const channel = subject.QueryInterface(Ci.nsIHttpChannel);
    const from = channel.loadInfo.loadingPrincipal?.spec || channel.loadInfo.triggeringPrincipal?.spec || "";
    if (!channel.loadInfo.triggeringPrincipal.isSystemPrincipal) globalThis.asked.push(channel.URI.spec + " from " + from);
  },
  "http-on-modify-request"
) ?? true;
Services.console.reset();
"""
COMPLAINTS = """
const told = [];
for (const message of Services.console.getMessageArray()) {
  if (!(message instanceof Ci.nsIScriptError)) continue;
  const { sourceName, errorMessage, category, flags } = message;
  if (category === "DOM Core" && flags & Ci.nsIScriptError.warningFlag) continue; // Leaflet copies what is deprecated
  const ours = sourceName.startsWith("file:") || sourceName.startsWith("about:srcdoc") || category.startsWith("CSP");
  if (ours || message.innerWindowID) told.push(`${category}: ${errorMessage} (${sourceName}:${message.lineNumber})`);
}
return told;
"""


@dataclass(kw_only=True, slots=True)
class Firefox:
    """A started Firefox; ``open`` begins anew what ``requests`` and ``complaints`` give."""

    connection: socket.socket
    stream: Any
    downloads: Path
    number: int = 0

    def command(self, name: str, **parameters: object) -> Any:
        """Send a command and return its value.

        Raises
        ------
        RuntimeError
            If Firefox answers with an error.
        """
        self.number += 1
        message = json.dumps([0, self.number, name, parameters])
        self.connection.sendall(f"{len(message.encode())}:{message}".encode())
        while True:
            answer = self.received()
            if answer[0] == 1 and answer[1] == self.number:
                break
        if answer[2] is not None:
            raise RuntimeError(f"{name}: {answer[2]['error']}: {answer[2]['message']}")
        value = answer[3]
        return value["value"] if isinstance(value, dict) and set(value) == {"value"} else value

    def received(self) -> Any:
        """Read one message: its length in bytes, a colon, JSON."""
        length = b""
        while (byte := self.stream.read(1)) != b":":
            if not byte:
                raise RuntimeError("Firefox has gone")
            length += byte
        return json.loads(self.stream.read(int(length)))

    def run(self, body: str, *arguments: object) -> Any:
        """Run the body of an async function in the page; the arguments are in ``arguments``."""
        # The script's own promise is awaited: what it returns comes back, what it throws is raised here.
        return self.command("WebDriver:ExecuteScript", script=f"return (async function () {{ {body} }})"
                            ".apply(null, arguments)", args=list(arguments), newSandbox=True)  # fmt: skip

    def value(self, expression: str) -> Any:
        return self.run(f"return ({expression})")

    def until(self, expression: str, *, seconds: float = 20) -> Any:
        """Poll a JavaScript expression until it is true."""
        end = time.monotonic() + seconds
        while not (value := self.value(expression)):
            if time.monotonic() > end:
                raise AssertionError(f"still not true after {seconds} s: {expression}; {self.complaints()}")
            time.sleep(0.05)
        return value

    def _privileged(self, script: str) -> Any:
        self.command("Marionette:SetContext", value="chrome")
        try:
            return self.command(
                "WebDriver:ExecuteScript", script=script, args=[], newSandbox=False, sandbox="system"
            )
        finally:
            self.command("Marionette:SetContext", value="content")

    def open(self, address: str) -> None:
        # From a blank page, so that an address that differs after "#" only is loaded too.
        self.command("WebDriver:Navigate", url="about:blank")
        self._privileged(WATCH)
        self.command("WebDriver:Navigate", url=address)

    def requests(self) -> list[str]:
        return list(self._privileged("return globalThis.asked"))

    def complaints(self) -> list[str]:
        return list(self._privileged(COMPLAINTS))

    def click(self, selector: str) -> None:
        """Click an element as a reader would: it must be in sight and uncovered."""
        self._at(selector, "WebDriver:ElementClick")

    def _at(self, selector: str, command: str, **parameters: object) -> None:
        for attempt in range(20):
            try:
                found = self.command("WebDriver:FindElement", using="css selector", value=selector)
                self.command(command, id=next(iter(found.values())), **parameters)
                return
            except RuntimeError as error:
                # The page has just written it anew.
                if attempt == 19 or "stale element" not in str(error):
                    raise
                time.sleep(0.05)

    def click_at(self, x: float, y: float) -> None:
        where = {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0}
        steps = [where, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.command(
            "WebDriver:PerformActions", actions=[{"type": "pointer", "id": "mouse", "actions": steps}]
        )

    def type(self, selector: str, text: str) -> None:
        self._at(selector, "WebDriver:ElementSendKeys", text=text)


@contextmanager
def started(program: str, profile: Path) -> Iterator[Firefox]:
    """Start a headless Firefox with an empty profile in a folder; it ends with the block."""
    downloads = profile / "downloads"
    downloads.mkdir()
    preferences = PREFERENCES | {"browser.download.dir": str(downloads)}
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in preferences.items())
    (profile / "user.js").write_text("".join(lines), encoding="utf-8")
    arguments = [
        "--headless",
        "--marionette",
        "--remote-allow-system-access",
        "--no-remote",
        "--profile",
        str(profile),
    ]
    process = subprocess.Popen(
        [program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(profile), "MOZ_HEADLESS_WIDTH": "1280", "MOZ_HEADLESS_HEIGHT": "900"},
    )
    try:
        port, end = profile / "MarionetteActivePort", time.monotonic() + 60
        while not (port.exists() and port.read_text().strip()):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{program} did not start (exit status {process.poll()})")
            time.sleep(0.05)
        with socket.create_connection(("127.0.0.1", int(port.read_text())), timeout=60) as connection:
            firefox = Firefox(connection=connection, stream=connection.makefile("rb"), downloads=downloads)
            firefox.received()  # its greeting
            firefox.command(
                "WebDriver:NewSession", capabilities={"alwaysMatch": {"unhandledPromptBehavior": "ignore"}}
            )
            firefox.command("WebDriver:SetTimeouts", script=30_000, pageLoad=60_000)
            yield firefox
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
