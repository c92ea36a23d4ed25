"""A profile that is open, filtered and counted: what every format is made from."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from kumi.profiles.breakdown import breakdown
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.profile_edges import in_time
from kumi.profiles.read_profiles import check_readable, counted
from kumi.profiles.reports.sections import why_no_operations

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.profiles.breakdown import Breakdown
    from kumi.profiles.engine import Engine
    from kumi.profiles.event_line import Event
    from kumi.profiles.filters import Filters
    from kumi.profiles.open_profiles import OpenProfiles


class OpenedProfile(NamedTuple):
    """Its files, what was asked of them, and what was counted in them.

    `filters` are such that they hold for each line alone. `described` are the events that say
    something about processes and programs.
    """

    profiles: OpenProfiles
    filters: Filters
    engine: Engine
    described: list[Event]
    found: Breakdown

    @property
    def without_operations(self) -> str:
        """Why there is no operation that a file could have; nothing where there are some."""
        return "" if self.found.operations else why_no_operations(self.found.lines.events)


@contextmanager
def opened_profile(
    names: Sequence[str], filters: Filters, *, calibrated: bool = False, by_run: bool = False
) -> Iterator[OpenedProfile]:
    """The profile in these files (`-` is standard input), open while the block lasts.

    `by_run` where the engine will be asked for runs one by one.
    Raises UnreadableError where a file cannot be read, or no line of any is an event of a profile.
    """
    with open_profiles(names) as profiles:
        asked = in_time(filters, profiles)
        engine = counted(profiles, asked, by_run=by_run)
        found = breakdown(engine, calibrated=calibrated)
        check_readable(names, found.lines)
        described = engine.uncounted
        informed = asked.informed([*profiles.starts, *described])
        yield OpenedProfile(profiles, informed, engine, described, found)
