"""The files that a report is made from: opened, checked, and read line by line."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SMALL: Final = 1_000_000  # bytes, all files together: below it no engine is worth its import
LONGEST_LINE: Final = 16 << 20
_KEPT_OF_LONGER: Final = 1000


class UnreadableError(Exception):
    """Nothing can be read there; the text is one line for a person."""


@dataclass(frozen=True, slots=True)
class Source:
    """One input: `name` is what the user called it; `data` holds it where it came from a pipe."""

    name: str
    path: Path | None
    size: int
    data: bytes = b""

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Number (from 1) and bytes of each line that is not blank."""
        with self.open() as file:
            yield from numbered(file)

    def open(self) -> BinaryIO:
        """The bytes from the beginning."""
        return self.path.open("rb") if self.path else BytesIO(self.data)


@dataclass(frozen=True, slots=True)
class Opened:
    """Sources to be read together, and a folder for what does not fit in memory meanwhile."""

    sources: tuple[Source, ...]
    folder: Path

    @property
    def size(self) -> int:
        """Bytes of all sources."""
        return sum(source.size for source in self.sources)


@contextmanager
def opened(names: Sequence[str]) -> Iterator[Opened]:
    """The sources of these paths (`-` is standard input), while the block lasts.

    Pipes are kept in memory while they are small, else in a temporary file. Raises
    UnreadableError for the first path that cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="kumi-") as folder:
        yield Opened(
            tuple(_readable(name, Path(folder, f"{n}.pipe")) for n, name in enumerate(names)),
            Path(folder),
        )


def numbered(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line that is not blank; an endless line is cut, and so malformed."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            line = line[:_KEPT_OF_LONGER]
            _skip_line(file)
        if not line.isspace():
            yield number, line


def _skip_line(file: BinaryIO) -> None:
    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


def _readable(name: str, spool: Path) -> Source:
    try:
        return _source(name, spool)
    except OSError as error:
        raise UnreadableError(f"{name}: {error.strerror or error}") from error


def _source(name: str, spool: Path) -> Source:
    if name == "-":
        return _from_pipe("standard input", sys.stdin.buffer, spool)
    status = os.stat(name)  # noqa: PTH116 - the message must show the path as it was given
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableError(f"{name}: Is a directory")
    path = Path(name)
    with path.open("rb") as file:
        if not stat.S_ISREG(status.st_mode):
            return _from_pipe(name, file, spool)
    return Source(name, path, status.st_size)


def _from_pipe(name: str, pipe: BinaryIO, spool: Path) -> Source:
    data = pipe.read(SMALL)
    if len(data) < SMALL:
        return Source(name, None, len(data), data)
    with spool.open("wb") as file:
        file.write(data)
        while data := pipe.read(SMALL):
            file.write(data)
    return Source(name, spool, spool.stat().st_size)
