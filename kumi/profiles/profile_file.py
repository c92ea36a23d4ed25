"""One file of a profile: its bytes, and its lines with their numbers."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple, Protocol

from kumi.profiles.reading_place import being_read
from kumi.profiles.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_LINE: Final = 16 << 20  # bytes
KEPT_OF_LONGER: Final = 1000
_BUFFER: Final = 1 << 18
"""Bytes that are read at once. Python's own 8 KiB are lines of a millisecond, and where a thread
lets the interpreter go so often, another hardly ever gets it: the one that shows the progress."""
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class Unpacking(Protocol):
    """What makes lines of a file that does not hold them as they are, whenever it is read."""

    def open(self) -> BinaryIO:
        """The lines from the beginning."""


class ProfileFile(NamedTuple):
    """One file: `name` is what the user called it, `size` its bytes.

    It is at `path`, a text: to import pathlib takes as long as to read a small file. Where that is
    None, it was small and came from a pipe or was unpacked, and all of it is in `data`. A large one
    that is compressed has an `unpacking`, and at least `size` bytes then. So has one of columns,
    and `columns` are its events as a table of SQL: see `kumi.profiles.sources.parquet_rows`.
    `starts` are what a file of another program says of processes: see `ForeignLines.starts`.
    """

    name: str
    path: str | None
    size: int
    data: bytes = b""
    unpacking: Unpacking | None = None
    columns: str = ""
    starts: tuple[dict[str, Any], ...] = ()

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Number (from 1) and bytes of each line that is not blank.

        Raises UnreadableError where the disk gives no more.
        """
        try:
            with self.open() as file:
                yield from _numbered(file)
        except OSError as error:
            raise UnreadableError(f"{self.name}: {error.strerror or error}") from error

    def is_marked(self) -> bool:
        """Whether a byte order mark is before the first line."""
        with self.open() as file:
            return _is_marked(file)

    def open(self) -> BinaryIO:
        """The bytes from the beginning."""
        if self.unpacking:
            return self.unpacking.open()
        if self.path is None:
            return BytesIO(self.data)
        return being_read(self.name, open(self.path, "rb", _BUFFER))  # noqa: PTH123 - closed by the caller; pathlib takes 6 ms to import


def _numbered(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line that is not blank.

    A line that goes on and on would fill the memory, so one of 16 MiB or more is given as its first
    1,000 bytes. That is no JSON, so that the line counts as malformed. A byte order mark, which
    editors of Windows put at the beginning, is passed over.
    """
    number = 0
    if not _is_marked(file):
        file.seek(0)
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            line = line[:KEPT_OF_LONGER]
            _skip_line(file)
        if not line.isspace():
            yield number, line


def _is_marked(file: BinaryIO) -> bool:
    return file.read(len(BYTE_ORDER_MARK)) == BYTE_ORDER_MARK


def _skip_line(file: BinaryIO) -> None:
    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass
