"""Bounds the time that a foreign file or server may take."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class _OutOfTime(BaseException):
    """Ends a late call; not an Exception, so that no parser takes it for a flaw of its file."""


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return what ``call`` returns, or raise what it raises.

    The call runs in a thread of its own. One that is late is ended at one of its next Python instructions; what
    blocks outside Python (a name look-up) ends by itself, and nobody waits for it.

    Raises
    ------
    TimeoutError
        When ``seconds`` have passed.
    """
    result: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            result.append(call())
        except BaseException as error:
            errors.append(error)
        finally:
            ended.set()

    ended = threading.Event()
    thread = threading.Thread(target=run, name="mapper-limits", daemon=True)
    thread.start()
    ended.wait(seconds)
    if not ended.is_set():
        threading.Thread(target=_end, args=(thread, ended), name="mapper-limits-end", daemon=True).start()
        raise TimeoutError(f"not done within {seconds:g} s")
    if errors:
        raise errors[0]
    return result[0]


def _end(thread: threading.Thread, ended: threading.Event) -> None:
    """Raise in a thread until it has ended: a destructor or a callback of the collector may swallow it once."""
    while not ended.is_set() and thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_OutOfTime)
        )
        ended.wait(0.2)
