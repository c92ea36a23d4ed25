"""Files of which as much as is ours is counted by position."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kumi.profiles.one_by_one import OneByOne
from kumi.profiles.positions.own_file import NotOursError, OwnFile
from kumi.profiles.positions.run_counts import RunCounts

if TYPE_CHECKING:
    from kumi.profiles.event_line import Event
    from kumi.profiles.filters import Filters
    from kumi.profiles.open_profiles import OpenProfiles
    from kumi.profiles.profile_file import ProfileFile


class CountedFile(NamedTuple):
    """A file, and what was counted of it: None where it is of somebody else, or not to be read."""

    profile: ProfileFile
    own: OwnFile | None

    @property
    def foreign(self) -> ProfileFile | None:
        """What of it is still to be counted."""
        return self.own.foreign if self.own else self.profile

    @property
    def first_malformed(self) -> int | None:
        """The number of the first malformed line of what was counted."""
        return self.own.first_malformed if self.own else None

    def number(self, line: int) -> int:
        """Which line of the file a line of the foreign part is."""
        return self.own.number(line) if self.own else line


class OwnFiles:
    """Counts files: `runs` by position, `others` are lines of ours that are read one by one.

    By position runs are told from each other by their programs only; where one is asked for each
    of them, nothing is counted here. Raises UnreadableError where the disk gives no more.
    """

    def __init__(self, profiles: OpenProfiles, filters: Filters, *, by_run: bool = False) -> None:
        self.runs = RunCounts(filters)
        self.others = OneByOne(filters, by_run=by_run)
        self._profiles = profiles
        self.files = [
            CountedFile(profile, None if by_run or profile.columns else self._counted(profile))
            for profile in profiles.files
        ]

    @property
    def are_all(self) -> bool:
        """Whether nothing is left to be counted."""
        return not any(file.foreign for file in self.files)

    @property
    def starts(self) -> list[Event]:
        """What files of other programs say of processes."""
        return self._profiles.starts

    def _counted(self, profile: ProfileFile) -> OwnFile | None:
        try:
            return OwnFile(profile, self.runs, self.others, self._profiles.scratch)
        except NotOursError:
            return None
