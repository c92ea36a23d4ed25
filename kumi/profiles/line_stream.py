"""The lines of one file as they come: for whoever reads a file once, from its beginning to its end.

Nothing is unpacked to a disk and no pipe is waited for, so a file may be of any size while memory
holds some megabytes of it. Lines are numbered and cut as `ProfileFile.lines` does that.
"""

from __future__ import annotations

import stat
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from kumi.profiles.open_profiles import LONGEST_MAGIC, STDIN, checked, checked_stdin
from kumi.profiles.profile_file import BYTE_ORDER_MARK, KEPT_OF_LONGER, LONGEST_LINE
from kumi.profiles.unreadable import UnreadableError
from kumi.spans import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedReader

    from kumi.spans.frames import Codec

_PART: Final = 1 << 20


class LineStream:
    """A cursor over the lines of a file. `number`, from 1, is that of the line taken last.

    `done` says how many bytes of a file have been read, of a pipe nothing.
    """

    def __init__(
        self, name: str, parts: Iterator[bytes], done: Callable[[], int] = lambda: 0
    ) -> None:
        self.name, self.done = name, done
        self.number = 0
        self._parts = parts
        self._text, self._at = b"", 0
        if self.ahead(len(BYTE_ORDER_MARK)) == BYTE_ORDER_MARK:
            self._at = len(BYTE_ORDER_MARK)

    def line(self) -> bytes:
        """Take the next line that is not blank, with its line feed; nothing at the end."""
        line = self.next_line()
        self.take(len(line), 1 if line else 0)
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            self._skip_line()
            return line[:KEPT_OF_LONGER]
        return line

    def next_line(self) -> bytes:
        """The next line that is not blank, which stays; of a longer one the first 16 MiB."""
        while (line := self.ahead(self._line_size())).isspace():
            self.take(len(line), 1)
        return line

    def ahead(self, size: int) -> bytes:
        """The next `size` bytes, which stay; fewer only at the end of the file."""
        self._fill(size)
        return self._text[self._at : self._at + size]

    def take(self, size: int, lines: int) -> None:
        """Pass over bytes that were seen ahead, which hold so many lines."""
        self._at += size
        self.number += lines

    def _line_size(self) -> int:
        """The bytes of the next line with its line feed; LONGEST_LINE where it goes on there."""
        seen = 0
        while (end := self._text.find(b"\n", self._at + seen)) < 0:
            seen = len(self._text) - self._at
            self._fill(min(seen + _PART, LONGEST_LINE))
            if seen == len(self._text) - self._at:  # the end of the file, or of our patience
                return min(seen, LONGEST_LINE)
        return min(end + 1 - self._at, LONGEST_LINE)

    def _skip_line(self) -> None:
        while (rest := self.ahead(self._line_size())) and not rest.endswith(b"\n"):
            self.take(len(rest), 0)
        self.take(len(rest), 0)

    def _fill(self, size: int) -> None:
        """Have `size` bytes from here on, where the file has as many."""
        missing = size - (len(self._text) - self._at)
        if missing <= 0:
            return
        parts = [self._text[self._at :]]
        while missing > 0 and (part := next(self._parts, b"")):
            parts.append(part)
            missing -= len(part)
        self._text, self._at = b"".join(parts), 0


@contextmanager
def open_line_stream(name: str) -> Iterator[LineStream]:
    """The lines of the file at a path, or of standard input (`-`), while the block lasts.

    Raises UnreadableError, also later where reading fails.
    """
    if name == "-":
        yield LineStream(name, _readable(STDIN, _of_pipe(checked_stdin())))
        return
    try:
        is_file = stat.S_ISREG(checked(name).st_mode)
        file = Path(name).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise _unreadable(name, error) from error
    with file:
        parts = _of_file(file) if is_file else _of_pipe(file)
        yield LineStream(name, _readable(name, parts), file.tell if is_file else lambda: 0)


def _readable(name: str, parts: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from parts
    except OSError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> UnreadableError:
    return UnreadableError(f"{name}: {error.strerror or error}")


def _of_file(file: BufferedReader) -> Iterator[bytes]:
    codec = frames.by_content(file.read(LONGEST_MAGIC))
    file.seek(0)
    return frames.unpacked(file, codec) if codec else _read(file)


def _of_pipe(pipe: BufferedReader) -> Iterator[bytes]:
    head = b""
    while len(head) < LONGEST_MAGIC and (part := pipe.read1(_PART)):
        head += part
    codec = frames.by_content(head)
    yield from _unpacked_pipe(head, pipe, codec) if codec else chain((head,), _read(pipe))


def _unpacked_pipe(head: bytes, pipe: BufferedReader, codec: Codec) -> Iterator[bytes]:
    """Frames are looked for back and forth, so what is compressed is kept for so long."""
    from tempfile import SpooledTemporaryFile  # noqa: PLC0415 - few profiles come compressed in a pipe

    with SpooledTemporaryFile(_PART) as kept:
        kept.write(head)
        kept.writelines(_read(pipe))
        kept.seek(0)
        yield from frames.unpacked(cast("BinaryIO", kept), codec)


def _read(file: BufferedReader) -> Iterator[bytes]:
    """What a file or pipe gives, with one system call at a time, so that Ctrl-C is noticed."""
    return iter(lambda: file.read1(_PART), b"")
