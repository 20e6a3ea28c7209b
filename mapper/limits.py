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

    The call runs in a thread of its own. One that is late is ended at its next Python instruction; what blocks
    outside Python (a name look-up) ends by itself, and nobody waits for it.

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

    thread = threading.Thread(target=run, name="mapper-limits", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident or 0), ctypes.py_object(_OutOfTime)
        )
        raise TimeoutError(f"not done within {seconds:g} s")
    if errors:
        raise errors[0]
    return result[0]
