"""A file of named sections of bytes that is mapped into memory rather than read, so that it is open at once.

The file is one line that says what it is, a header in JSON with each section's place, length and CRC-32, and the sections,
each at a multiple of 8. Numbers in them are little-endian.
"""

from __future__ import annotations

import json
import mmap
import sys
import zlib
from array import array
from pathlib import Path
from typing import Any

from mapper.errors import DataError
from mapper.files import write_bytes

MAGIC = b"incident-mapper sections 1\n"
REMEDY = "run `make data` in a checkout, or reinstall the package"


class Sections:
    """The sections of one file; may be shared between threads.

    Parameters
    ----------
    path : path-like
        A file that :func:`write_sections` has written. It is opened for reading only.
    schema : int
        The version of the content that the reader understands.
    remedy : str
        What the messages of errors advise.

    Raises
    ------
    DataError
        If the file is missing, damaged, or of another schema.
    """

    def __init__(self, path: str | Path, schema: int, remedy: str = REMEDY) -> None:
        self.path, self.remedy = Path(path), remedy
        try:
            with self.path.open("rb") as file:
                self._map = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except (OSError, ValueError) as error:  # ValueError: an empty file
            raise DataError(f"{self.path} cannot be opened ({error}): {remedy}") from error
        start = len(MAGIC) + 12
        if len(self._map) < start or bytes(self._map[: len(MAGIC)]) != MAGIC:
            raise self.damaged("it does not begin as it should")
        size, crc = (int.from_bytes(self._map[at : at + 4], "little") for at in (start - 12, start - 8))
        header = bytes(self._map[start : start + size])
        if len(header) != size or zlib.crc32(header) != crc:
            raise self.damaged("its header is not whole")
        content = json.loads(header)
        if content["schema"] != schema:
            raise DataError(
                f"{self.path} has schema {content['schema']}, this version reads schema {schema}: {remedy}"
            )
        self.about: dict[str, Any] = content["about"]
        self._places: dict[str, list[int]] = content["sections"]
        if any(start + size > at or at + length > len(self._map) for at, length, _ in self._places.values()):
            raise self.damaged("it ends too early")

    def damaged(self, why: object) -> DataError:
        """Return the error that says that the content makes no sense."""
        return DataError(f"{self.path} is damaged ({why}): {self.remedy}")

    def raw(self, name: str) -> memoryview:
        """Return the bytes of a section, without a copy and unchecked."""
        at, length, _ = self._places[name]
        return self._map[at : at + length]

    def checked(self, name: str) -> memoryview:
        """Return the bytes of a section after comparing their CRC-32.

        Raises
        ------
        DataError
            If they are not what was written.
        """
        content = self.raw(name)
        if zlib.crc32(content) != self._places[name][2]:
            raise self.damaged(f"section {name}")
        return content

    def numbers(self, name: str) -> memoryview:
        """Return a section of 32-bit unsigned integers."""
        if sys.byteorder == "little":
            return self.raw(name).cast("I")
        numbers = array("I", bytes(self.raw(name)))
        numbers.byteswap()
        return memoryview(numbers)

    def json(self, name: str) -> Any:
        """Return what a section of JSON holds.

        Raises
        ------
        DataError
            If it is not what was written.
        """
        return json.loads(bytes(self.checked(name)))


def write_sections(path: str | Path, schema: int, about: dict[str, Any], sections: dict[str, bytes]) -> None:
    """Write a file of sections, at once or not at all.

    Parameters
    ----------
    path : path-like
    schema : int
        The version of the content.
    about : dict
        What the file says of itself; goes into the header as JSON.
    sections : dict of bytes
        The content, by name.
    """
    room = 4096 * (1 + sum(200 + len(name) for name in sections) // 4096 + len(json.dumps(about)) // 4096)
    at, places = room, {}
    for name, content in sections.items():
        places[name] = [at, len(content), zlib.crc32(content)]
        at += -(-len(content) // 8) * 8
    header = json.dumps({"schema": schema, "about": about, "sections": places}, sort_keys=True).encode()
    lead = MAGIC + len(header).to_bytes(4, "little") + zlib.crc32(header).to_bytes(4, "little") + bytes(4)
    parts = [(lead + header).ljust(room, b"\0")]
    parts += [content.ljust(-(-len(content) // 8) * 8, b"\0") for content in sections.values()]
    write_bytes(path, b"".join(parts))
