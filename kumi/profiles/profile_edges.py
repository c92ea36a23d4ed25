"""Where a profile begins and ends, told from the first and the last lines of its files.

Writers append as things happen, so that nobody has to read what lies between. A moment by an edge
("the last five seconds") becomes one of the clock here, before an engine counts anything.
"""

from __future__ import annotations

from io import SEEK_END
from typing import TYPE_CHECKING, Final

from kumi.profiles.event_line import read_line
from kumi.profiles.filters import Filters, FromEdge
from kumi.profiles.moments import strict_moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kumi.profiles.event_line import EventLine
    from kumi.profiles.open_profiles import OpenProfiles
    from kumi.profiles.profile_file import ProfileFile

_LOOKED_AT: Final = 1 << 18
"""Bytes at each end of a file. The line of a large program may be 100,000."""


def in_time(filters: Filters, profiles: OpenProfiles) -> Filters:
    """The filters with moments of the clock in place of those by an edge of the profile."""
    if not any(isinstance(asked, FromEdge) for asked in (filters.since, filters.until)):
        return filters
    begin, end = edges(profiles)
    since, until = (
        asked if not isinstance(asked, FromEdge) else _moment(asked, begin, end)
        for asked in (filters.since, filters.until)
    )
    return filters._replace(since=since, until=until)


def edges(profiles: OpenProfiles) -> tuple[int, int]:
    """The first and the last moment of all files, in Unix nanoseconds; (0, 0) where none says one.

    The first is the earliest one that the first lines of a file say, the last the latest one of
    the last lines.
    """
    first = [moment for file in profiles.files for moment in _began(_head(file))]
    last = [moment for file in profiles.files for moment in _ended(_tail(file))]
    return min(first, default=0), max(last, default=0)


def _moment(asked: FromEdge, begin: int, end: int) -> int:
    return end - asked.ns if asked.before_end else begin + asked.ns


def _began(lines: Iterable[bytes]) -> Iterator[int]:
    for line in map(read_line, lines):
        if (moment := _start(line)) is not None:
            yield moment


def _ended(lines: Iterable[bytes]) -> Iterator[int]:
    for line in map(read_line, lines):
        if (began := _start(line)) is not None:
            yield began + (line.timed.ns if line.timed else 0)


def _start(line: EventLine) -> int | None:
    if line.timed and line.timed.started is not None:
        return line.timed.started
    return strict_moment(line.event.get("timestamp")) if line.event else None


def _head(file: ProfileFile) -> list[bytes]:
    with file.open() as opened:
        return opened.read(_LOOKED_AT).split(b"\n")


def _tail(file: ProfileFile) -> list[bytes]:
    with file.open() as opened:
        opened.seek(max(0, opened.seek(0, SEEK_END) - _LOOKED_AT))
        return opened.read().split(b"\n")
