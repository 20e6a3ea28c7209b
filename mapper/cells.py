"""Makes spreadsheet cells safe."""

from __future__ import annotations

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: object) -> object:
    """Return a cell's value so that no spreadsheet runs it as a formula; numbers stay numbers."""
    return (
        "'" + value
        if isinstance(value, str) and value.startswith(_FORMULA_STARTS) and not _number(value)
        else value
    )


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
