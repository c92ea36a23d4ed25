"""What lines of processes and programs say, for filters that are applied before all is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kumi.profiles.event_line import read_line
from kumi.profiles.profile_edges import in_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.profiles.event_line import Event
    from kumi.profiles.filters import Filters
    from kumi.profiles.open_profiles import OpenProfiles

_SAYS: Final = (b"profile_start", b"program", b"\\u")
"""What a line of a process or a program holds somewhere; letters may be escaped in JSON."""
_LATER: Final = b'{"event":"vm_'
"""How most lines of our own begin, which say neither."""


def known_beforehand(filters: Filters, profiles: OpenProfiles) -> Filters:
    """The filters as they hold for each line alone.

    The files are read for that, but few lines of them are parsed, where something is asked that
    stands in other lines than an event's own.
    """
    asked = in_time(filters, profiles)
    return asked.informed(_described(profiles)) if asked.ask_elsewhere else asked


def _described(profiles: OpenProfiles) -> Iterator[Event]:
    yield from profiles.starts
    for file in profiles.files:
        for _, line in file.lines():
            if not line.startswith(_LATER) and any(word in line for word in _SAYS):
                event = read_line(line).event
                if event is not None:
                    yield event
