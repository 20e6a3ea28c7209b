"""Long runs of ``mapper extract``: one report after the other into a file of JSON lines, and on again after a stop.

While a run goes on, its lines stand in ``FILE.part``, and ``FILE.progress`` says how far they are good: with which inputs
and options it was started, how much of them is read, and how many bytes that made. At the end ``FILE.part`` takes the
place of ``FILE``, and ``FILE.progress`` goes. A run that goes on reads again what was read before, without working it out,
and compares: what has changed since is found before anything is added.

Nothing grows with the number of reports but the list of a folder's files.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from mapper import __version__, world
from mapper.errors import InputError, MapperError, OptionError
from mapper.export import to_jsonl
from mapper.files import write_text
from mapper.model import DEFAULT_VIEW, Extraction, Rejected, Report
from mapper.pipeline import RULES, extract
from mapper.recognizers import DEFAULT
from mapper.reports import SUFFIXES, read_reports

if TYPE_CHECKING:
    from mapper.chat import Endpoint

EVERY_READS, EVERY_S = 50, 1.0  # how often it is written down how far a run is
_SEVERAL = {".jsonl", ".ndjson", ".json", ".xml", ".rss", ".atom"}  # files that may hold more than one report
_PASSWORD = re.compile(r"//[^/@]*@")


@dataclass(frozen=True)
class Task:
    """What is to be read, and how: all that the answers depend on.

    Parameters
    ----------
    inputs : sequence of str
    published : date, optional
    view, recognizer : str, optional
    fetch : bool, optional
    reader : "rules" or mapper.chat.Endpoint, optional
        As for :func:`mapper.pipeline.extract_all`.
    """

    inputs: Sequence[str]
    published: date | None = None
    view: str = DEFAULT_VIEW
    recognizer: str = DEFAULT
    fetch: bool = False
    reader: str | Endpoint = RULES

    def reads(self) -> Iterator[Report | Rejected]:
        """Read the inputs one after the other."""
        for source in self.inputs:
            yield from read_reports(source, published=self.published, fetch=self.fetch)

    def extract(self, report: Report) -> Extraction:
        """Work out one report."""
        return extract(report, view=self.view, recognizer=self.recognizer, reader=self.reader)

    def count(self) -> int | None:
        """Return how many reports there are, or None where that is not known before they are read."""
        total = 0
        for source in map(Path, self.inputs):
            files = _files(source) if source.is_dir() else [source]
            for path in files:
                suffix = path.suffix.lower()
                if suffix in _SEVERAL or not path.is_file():  # the latter: standard input, an address
                    return None
                total += suffix in SUFFIXES or not source.is_dir()
        return total

    def record(self) -> dict[str, Any]:
        """Return what a later run must have in common with this one to go on with it; passwords are left out."""
        reader = self.reader if isinstance(self.reader, str) else self.reader.address
        return {
            "INPUT": [_PASSWORD.sub("//…@", str(source)) for source in self.inputs],
            "--published": self.published.isoformat() if self.published else None,
            "--view": self.view,
            "--recognizer": self.recognizer,
            "--fetch": self.fetch,
            "--reader": _PASSWORD.sub("//…@", reader),
            "--model": None if isinstance(self.reader, str) else self.reader.model,
            "mapper --version": __version__,
        }

    @property
    def is_long(self) -> bool:
        """Whether there may be many reports."""
        sources = [Path(source) for source in self.inputs]
        first = sources[0]
        return len(sources) > 1 or first.is_dir() or first.suffix.lower() in _SEVERAL or str(first) == "-"


@dataclass(frozen=True)
class Tally:
    """How far a run is."""

    reads: int = 0  # of the inputs; each gave a report or was rejected
    reports: int = 0
    rejected: int = 0
    bytes: int = 0
    digest: str = ""  # of all that was read
    whole: bool = False

    def plus(self, read: Report | Rejected, written: int = 0) -> Tally:
        """Return how far it is behind one more read."""
        content = f"{self.digest}\n{read!r}".encode("utf-8", "surrogatepass")
        is_report = isinstance(read, Report)
        return Tally(
            reads=self.reads + 1,
            reports=self.reports + is_report,
            rejected=self.rejected + (not is_report),
            bytes=self.bytes + written,
            digest=blake2b(content, digest_size=16).hexdigest(),
        )


Told = Callable[[Extraction | Rejected, Tally], None]


def write_lines(task: Task, put: Callable[[bytes], object], told: Told) -> Tally:
    """Read a task's inputs and hand out each report's line as soon as it is known.

    Parameters
    ----------
    task : Task
    put : callable
        Is given each line.
    told : callable
        Is given each answer, and how far the run is, behind ``put``.
    """
    tally = Tally()
    for read in task.reads():
        answer, tally = _one(task, read, tally, put)
        told(answer, tally)
    return tally


def write_file(task: Task, path: str | os.PathLike[str], told: Told, *, resume: bool = False) -> Tally:
    """Write a file of JSON lines, one a report, that appears when it is whole.

    Parameters
    ----------
    task : Task
    path : path
        ``path.part`` and ``path.progress`` stand beside it as long as the run goes on. What is no regular file (a pipe, a
        device) is written to as it is.
    told : callable
        Is given each answer, and how far the run is; not what an earlier run was told of.
    resume : bool, optional
        Go on with a run that was stopped. Where none was, begin at the beginning.

    Returns
    -------
    Tally
        Of all that the file holds. Without any report there is no file.

    Raises
    ------
    OptionError
        If an earlier run was stopped and ``resume`` does not say to go on with it; or if it cannot be gone on with, as it
        had other inputs or options, or they now hold something else.
    OSError
        If the file cannot be written.
    """
    target = Path(path).resolve()
    if target.exists() and not target.is_file():
        if resume:
            raise OptionError(f"{os.fspath(path)} is no regular file: leave out --resume")
        with target.open("wb", buffering=0) as pipe:
            return write_lines(task, pipe.write, told)
    return _Run(task, target).write(told, resume=resume)


class _Run:
    def __init__(self, task: Task, target: Path) -> None:
        self._task, self._target = task, target
        self._part = target.with_name(f"{target.name}.part")
        self._progress = target.with_name(f"{target.name}.progress")

    def write(self, told: Told, *, resume: bool) -> Tally:
        if self._task.is_long:
            # The last digit must not tell what was asked before: a run that goes on has asked less.
            world.borders(self._task.view).answer_alike()
        with self._open() as stream:
            size = os.fstat(stream.fileno()).st_size
            if size and not resume:
                raise OptionError(
                    f"{self._part} is of a run that was stopped: add --resume to go on with it, or delete it to begin anew"
                )
            try:
                tally = self._before(size) if resume else Tally()
            except MapperError:
                if not size:
                    self._part.unlink()
                raise
            if not tally.whole:  # else it was stopped between its last steps
                if not tally.bytes:
                    self._save(tally)
                stream.truncate(tally.bytes)
                stream.seek(tally.bytes)
                tally = self._read_on(tally, stream, told)
                stream.flush()
                os.fsync(stream.fileno())
                if tally.reports:
                    tally = replace(tally, whole=True)
                    self._save(tally)
        if tally.reports and self._part.stat().st_size:
            self._part.replace(self._target)
        self._part.unlink(missing_ok=True)
        self._progress.unlink(missing_ok=True)
        return tally

    def _open(self) -> BinaryIO:
        """Open the lines written so far, and keep a second run out."""
        try:
            stream = os.fdopen(os.open(self._part, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._part)) from error
        try:
            _lock(stream, self._part)
        except BaseException:
            stream.close()
            raise
        return stream

    def _read_on(self, before: Tally, stream: BinaryIO, told: Told) -> Tally:
        tally = saved = Tally()
        saved_s = time.monotonic()
        reads = (read for read in self._task.reads() if not self._is_own(read))
        try:
            for read in reads:
                if tally.reads < before.reads:
                    tally = tally.plus(read)
                    if tally.reads == before.reads:
                        tally = saved = self._same(tally, before)
                    continue
                answer, tally = _one(self._task, read, tally, stream.write)
                told(answer, tally)
                if tally.reads - saved.reads >= EVERY_READS or time.monotonic() - saved_s >= EVERY_S:
                    self._keep(tally, stream)
                    saved, saved_s = tally, time.monotonic()
            if tally.reads < before.reads:
                self._same(tally, before)
        except BaseException:
            # What is written behind ``tally`` is cut off by the run that goes on.
            if tally.reads > before.reads:
                with contextlib.suppress(OSError):
                    self._keep(tally, stream)
            elif not before.bytes:
                self._drop()
            raise
        return tally

    def _same(self, tally: Tally, before: Tally) -> Tally:
        if (tally.reads, tally.digest) != (before.reads, before.digest):
            raise OptionError(
                f"the inputs have changed since {self._part} was begun: what was read first is no longer the same; delete "
                "it to begin anew"
            )
        return before

    def _is_own(self, read: Report | Rejected) -> bool:
        """Tell whether a run's own files, in the folder that it reads, were met."""
        if isinstance(read, Report) or not read.source.endswith((self._part.name, self._progress.name)):
            return False
        return Path(read.source).resolve() in {self._part, self._progress}

    def _keep(self, tally: Tally, stream: BinaryIO) -> None:
        stream.flush()
        os.fsync(stream.fileno())
        self._save(tally)

    def _save(self, tally: Tally) -> None:
        content = {"task": self._task.record(), **asdict(tally)}
        write_text(self._progress, json.dumps(content, ensure_ascii=False, indent=1) + "\n")

    def _before(self, size: int) -> Tally:
        """Return how far an earlier run is; nothing, where there was none."""
        try:
            content = json.loads(self._progress.read_text(encoding="utf-8"))
            task = dict(content.pop("task"))
            tally = Tally(**content)
            for name, value in asdict(Tally()).items():
                if type(getattr(tally, name)) is not type(value):
                    raise TypeError(f"{name} is no {type(value).__name__}")
        except FileNotFoundError:
            if size:
                raise OptionError(
                    f"{self._progress} is missing, which says how far {self._part.name} is: delete that to begin anew"
                ) from None
            return Tally()
        except (ValueError, TypeError, KeyError) as error:
            raise InputError(
                f"{self._progress} is damaged ({error}): delete it and {self._part.name} to begin anew"
            ) from error
        for name, now in self._task.record().items():
            if task.get(name) != now:
                raise OptionError(
                    f"{self._part} was begun with {name} {_shown(task.get(name))}, not {_shown(now)}: give the same, or "
                    "delete it to begin anew"
                )
        if size < tally.bytes and not (tally.whole and not size and self._target.exists()):
            raise OptionError(
                f"{self._part} has {size:,} bytes, less than the {tally.bytes:,} written before: delete "
                f"{self._progress.name} to begin anew"
            )
        return tally

    def _drop(self) -> None:
        self._part.unlink(missing_ok=True)
        self._progress.unlink(missing_ok=True)


def _one(
    task: Task, read: Report | Rejected, tally: Tally, put: Callable[[bytes], object]
) -> tuple[Extraction | Rejected, Tally]:
    if isinstance(read, Rejected):
        return read, tally.plus(read)
    answer = task.extract(read)
    line = to_jsonl([answer]).encode("utf-8", errors="replace")
    put(line)
    return answer, tally.plus(read, len(line))


def _files(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names if not name.startswith("."))


def _lock(stream: BinaryIO, path: Path) -> None:
    """Keep a second run out, where the system knows how to."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    busy = f"another run is writing {path}: wait for it, or name another FILE"
    try:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OptionError(busy) from None
    except OSError:  # a file system without locks
        return
    if not path.exists() or path.stat().st_ino != os.fstat(stream.fileno()).st_ino:  # it has just become FILE
        raise OptionError(busy)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "unset" if value is None else "off" if value is False else "on" if value is True else str(value)
