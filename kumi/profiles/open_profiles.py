"""The files that a report is made from: found and checked, and how they are compressed."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager, suppress
from io import SEEK_END, UnsupportedOperation
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from kumi.profiles.devices import device_refused, is_device
from kumi.profiles.profile_file import LONGEST_LINE, ProfileFile
from kumi.profiles.scratch_folder import ScratchFolder
from kumi.profiles.sources.foreign_lines import foreign_events
from kumi.profiles.sources.known_kinds import HEAD, PARQUET, kind_of
from kumi.profiles.unreadable import UnreadableError
from kumi.spans import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from io import BufferedReader
    from pathlib import Path

    from kumi.profiles.event_line import Event

SMALL: Final = 24_000_000
"""Bytes of all files together: so many Python reads while NumPy would be imported and read them."""
_PART: Final = 1 << 20
STDIN: Final = "standard input"
"""What is called `-` on the command line."""
LONGEST_MAGIC: Final = 4
"""So many bytes tell how a file is compressed."""


class OpenProfiles(NamedTuple):
    """Files to be read as one profile, and where to put what does not fit in memory meanwhile."""

    files: tuple[ProfileFile, ...]
    scratch: ScratchFolder

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(profile.size for profile in self.files)

    @property
    def starts(self) -> list[Event]:
        """What files of other programs say of processes, which is no line of theirs."""
        return [start for profile in self.files for start in profile.starts]


@contextmanager
def open_profiles(names: Sequence[str]) -> Iterator[OpenProfiles]:
    """The profiles at these paths (`-` is standard input), while the block lasts.

    A folder stands for the profiles in it. Pipes are kept in memory while they are small, else in a
    temporary file. Raises UnreadableError for the first path that cannot be read.
    """
    scratch = ScratchFolder()
    try:
        found = [each for name in names for each in _named(name)]
        yield OpenProfiles(tuple(_readable(name, scratch) for name in found), scratch)
    finally:
        scratch.remove()


def _named(name: str) -> list[str]:
    """The files that a name stands for."""
    if os.path.isfile(name):  # noqa: PTH113 - nearly all are, and need no import of patterns
        return [name]
    from kumi.profiles.named_files import named_files  # noqa: PLC0415 - said a line before

    try:
        return named_files(name)
    except OSError as error:
        raise _unreadable(name, error) from error


def _readable(name: str, scratch: ScratchFolder) -> ProfileFile:
    try:
        return _own(_plain(_read_from(name, scratch), scratch), scratch)
    except OSError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> UnreadableError:
    return UnreadableError(f"{name}: {error.strerror or error}")


def _plain(profile: ProfileFile, scratch: ScratchFolder) -> ProfileFile:
    """The file itself, or what it holds where its first bytes say that it is compressed."""
    with profile.open() as file:
        codec = frames.by_content(file.read(LONGEST_MAGIC))
        if codec is None:
            return profile
        file.seek(0, SEEK_END)
        packed = file.tell()
        head, is_large = _head(frames.unpacked(file, codec), packed, file.tell)
    if not is_large:
        return ProfileFile(profile.name, None, len(head), head)
    if len(head) > LONGEST_LINE and b"\n" not in head:
        raise UnreadableError(_endless(profile.name))
    from kumi.profiles.unpacked_file import PackedFile  # noqa: PLC0415 - few are compressed

    path = profile.path
    if path is None:  # it came from a pipe, and it is small only as long as it is packed
        spool = scratch.path()
        spool.write_bytes(profile.data)
        path = str(spool)
    return ProfileFile(profile.name, path, SMALL, unpacking=PackedFile(path, codec))


def _head(parts: Iterator[bytes], packed: int, done: Callable[[], int]) -> tuple[bytes, bool]:
    """What is in a file that is small; of a larger one its first line at least. And which it is.

    Where a beginning says that all would be more by half, that is believed: of 2 MB, of which the
    first 100 KB have unpacked to 2 MB, nobody unpacks another 22 MB twice. `done` says how much of
    the `packed` bytes was read.
    """
    head, size, has_a_line = [], 0, False
    for part in parts:
        head.append(part)
        size += len(part)
        has_a_line = has_a_line or b"\n" in part
        expected = size * packed // max(done(), 1) if size > _PART else size
        is_large = size >= SMALL or 2 * expected >= 3 * SMALL
        if is_large and (has_a_line or size > LONGEST_LINE):
            return b"".join(head), True
    return b"".join(head), False


def _own(profile: ProfileFile, scratch: ScratchFolder) -> ProfileFile:
    """The file itself, or the events that it says where another program has written it."""
    with profile.open() as file:
        kind = kind_of(file.read(HEAD))
    if kind == PARQUET:
        from kumi.profiles.sources.parquet_rows import parquet_rows  # noqa: PLC0415 - it imports DuckDB

        return parquet_rows(profile, scratch)._replace(size=SMALL)
    if kind:
        raise UnreadableError(f"{profile.name}: no profile: it is {kind}")
    events = foreign_events(profile)
    if events is None:
        return profile
    return _kept(profile.name, iter(events), scratch)._replace(starts=events.starts())


def _read_from(name: str, scratch: ScratchFolder) -> ProfileFile:
    if name == "-":
        return _from_pipe(STDIN, checked_stdin(), scratch)
    status = checked(name)
    with open(name, "rb") as file:  # noqa: PTH123 - pathlib takes 6 ms to import
        if not stat.S_ISREG(status.st_mode):
            return _from_pipe(name, file, scratch)
    return ProfileFile(name, name, status.st_size)


def checked(name: str) -> os.stat_result:
    """What the system says of a file that may be a profile.

    Raises OSError where there is none, and UnreadableError where it can be none.
    """
    status = os.stat(name)  # noqa: PTH116 - the message must show the path as it was given
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableError(f"{name}: Is a directory")
    if is_device(name):
        raise UnreadableError(device_refused(name, "profile"))
    return status


def checked_stdin() -> BufferedReader:
    """Standard input as bytes. Raises UnreadableError where it is a device that need not end."""
    stdin = cast("BufferedReader", sys.stdin.buffer)
    with suppress(UnsupportedOperation):  # a stream that is no file
        if is_device(stdin.fileno()):
            raise UnreadableError(device_refused(STDIN, "profile"))
    return stdin


def _from_pipe(name: str, pipe: BufferedReader, scratch: ScratchFolder) -> ProfileFile:
    """What a pipe gives, read with one system call at a time.

    A longer read makes several, and Python does not notice Ctrl-C between them.
    """
    return _kept(name, iter(lambda: pipe.read1(_PART), b""), scratch)


def _kept(name: str, parts: Iterator[bytes], scratch: ScratchFolder) -> ProfileFile:
    """What can be read only once: kept in memory while it is small, else in a temporary file."""
    data = bytearray()
    for part in parts:
        data += part
        if len(data) >= SMALL:
            return _spooled(name, chain((bytes(data),), parts), scratch.path())
    return ProfileFile(name, None, len(data), bytes(data))


def _spooled(name: str, parts: Iterable[bytes], spool: Path) -> ProfileFile:
    """The parts in a file at `spool`; refused where no line ends, before they fill the disk."""
    has_a_line = False
    with spool.open("wb") as file:
        for part in parts:
            file.write(part)
            has_a_line = has_a_line or b"\n" in part
            if not has_a_line and file.tell() > LONGEST_LINE:
                raise UnreadableError(_endless(name))
    return ProfileFile(name, str(spool), spool.stat().st_size)


def _endless(name: str) -> str:
    return f"{name}: no profile: its first line has no end in {LONGEST_LINE >> 20} MiB"
