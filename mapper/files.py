"""Writes files whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_text(path: str | os.PathLike[str], content: str) -> None:
    """Write a text file in one step: an interrupted write leaves the old file, or none.

    A link is followed; what is no regular file (a pipe, a device) is written to as it is.

    Raises
    ------
    OSError
        If the folder is missing or may not be written; it names the path that was given.
    """
    write_bytes(path, content.encode("utf-8", errors="replace"))


def write_bytes(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file of bytes as :func:`write_text` does one of text.

    Raises
    ------
    OSError
        If the folder is missing or may not be written; it names the path that was given.
    """
    target = Path(path).resolve()
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)
        else:
            _replace(target, content)
    except OSError as error:
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error


def _replace(target: Path, content: bytes) -> None:
    import tempfile  # takes a while, and most commands only read

    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)  # mkstemp's files are private
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
