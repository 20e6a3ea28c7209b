"""Shows on a terminal how far a long task is, on a line of its own; nothing where the stream is no terminal."""

from __future__ import annotations

import os
import time
import unicodedata
from typing import TextIO

BAR = 20  # cells
LEAST_NAME = 8  # cells; a name that gets fewer is left out


class StatusLine:
    """A line that is written over, at most once in a while.

    Parameters
    ----------
    stream : text file
    every_s : float
        Seconds between two texts.
    """

    def __init__(self, stream: TextIO, every_s: float = 1.0) -> None:
        self._stream, self._every_s = stream, every_s
        self._shown, self._last_s = stream.isatty(), time.monotonic()
        self._width = 0

    def is_due(self) -> bool:
        """Tell whether a text would be seen now."""
        return self._shown and time.monotonic() - self._last_s >= self._every_s

    def write(self, text: str) -> None:
        """Put a text in the place of the last one."""
        width = cells(text)
        self._stream.write(f"\r{text}{' ' * (self._width - width)}")
        self._stream.flush()
        self._width, self._last_s = width, time.monotonic()

    def close(self) -> None:
        """Clear the line, so that something else may be printed."""
        if self._width:
            self._stream.write(f"\r{' ' * self._width}\r")
            self._stream.flush()
            self._width = 0


class ReportBar(StatusLine):
    """How many reports are read, of how many, how fast, how long it will take, and which one it is.

    Parameters
    ----------
    stream : text file
    of : int, optional
        How many there are, where that is known.
    every_s : float
        Seconds between two texts.
    """

    def __init__(self, stream: TextIO, of: int | None = None, every_s: float = 0.5) -> None:
        super().__init__(stream, every_s)
        self._of, self._begun, self._begun_s = of, 0, time.monotonic()

    def begin(self, done: int) -> None:
        """Count the time from now on; ``done`` reports were read before."""
        self._begun, self._begun_s = done, time.monotonic()

    def __call__(self, done: int, name: str) -> None:
        """Tell how many reports are read, and the name of the one that was read last."""
        if self.is_due():
            self.write(self._text(done, name, time.monotonic() - self._begun_s, self._columns()))

    def _text(self, done: int, name: str, taken_s: float, width: int) -> str:
        speed = (done - self._begun) / max(taken_s, 1e-3)
        text = f"{done:,} reports"
        if self._of:
            full = round(BAR * min(1.0, done / self._of))
            text = f"[{'#' * full}{'.' * (BAR - full)}] {done:,} of {self._of:,} reports"
        text += f", {speed:.1f} a second"
        if self._of and speed:
            text += f", {_duration(max(0, self._of - done) / speed)} left"
        left = width - cells(text) - 3  # the last column stays free: some terminals wrap there
        if left >= LEAST_NAME:
            text += "  " + cut("".join(c if c.isprintable() else "\ufffd" for c in name), left)
        return cut(text, width - 1)

    def _columns(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or 80
        except (OSError, ValueError):
            return 80


def cells(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(_cells(c) for c in text)


def cut(text: str, most: int) -> str:
    """Return as much of a text as fits into some columns; an ellipsis tells that it is not all."""
    if cells(text) <= most:
        return text
    kept, used = "", 1
    for c in text:
        used += _cells(c)
        if used > most:
            break
        kept += c
    return kept + "…"


def _cells(c: str) -> int:
    return 0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "FW" else 1


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
