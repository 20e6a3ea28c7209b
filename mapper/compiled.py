"""How loops are compiled: by Numba, once a machine; the outcome is kept beside the module or in the user's cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function on its first call; other threads run on while it works."""
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no folder that may be written to: compile anew in every process
        return numba.njit(**options)(function)
