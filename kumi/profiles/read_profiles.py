"""From the names of files to the figures of the profile that they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.profiles.breakdown import breakdown
from kumi.profiles.filters import Filters
from kumi.profiles.open_profiles import SMALL, open_profiles
from kumi.profiles.profile_edges import in_time
from kumi.profiles.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.profiles.breakdown import Breakdown
    from kumi.profiles.counted_lines import LineCounts
    from kumi.profiles.engine import Engine
    from kumi.profiles.open_profiles import OpenProfiles


def read_breakdown(
    names: Sequence[str], filters: Filters | None = None, *, calibrated: bool = False
) -> Breakdown:
    """The figures of these files together (`-` is standard input); see `breakdown`.

    Raises UnreadableError where a file cannot be read, or no line of any is an event of a profile.
    """
    with open_profiles(names) as profiles:
        found = breakdown(counted(profiles, filters or Filters()), calibrated=calibrated)
    check_readable(names, found.lines)
    return found


def counted(
    profiles: OpenProfiles, filters: Filters, small: int = SMALL, *, by_run: bool = False
) -> Engine:
    """Count the profiles: in plain Python where together they have under `small` bytes.

    The engine may be asked while the profiles are open; by run only where that is said beforehand.
    """
    asked = in_time(filters, profiles)
    if profiles.size < small:
        from kumi.profiles.python_engine import PythonEngine  # noqa: PLC0415 - only one of the two is loaded

        return PythonEngine(profiles, asked)
    from kumi.profiles.counts_engine import CountsEngine  # noqa: PLC0415 - it imports NumPy
    from kumi.profiles.positions.own_files import OwnFiles  # noqa: PLC0415 - it imports NumPy

    own, foreign = OwnFiles(profiles, asked, by_run=by_run), None
    if not own.are_all:
        from kumi.profiles.duckdb_counts import DuckDBCounts  # noqa: PLC0415 - its import takes 80 ms

        foreign = DuckDBCounts(profiles, asked, own, by_run=by_run)
    return CountsEngine(own, foreign, asked)


def check_readable(names: Sequence[str], lines: LineCounts) -> None:
    """Raise UnreadableError where no line is an event of a profile, and say what they are."""
    if not lines.readable:
        raise UnreadableError(f"{', '.join(names)}: nothing readable: {_why(lines)}")


def _why(lines: LineCounts) -> str:
    if lines.malformed:
        lines_are = "1 line is" if lines.malformed == 1 else f"{lines.malformed} lines are"
        if lines.first_malformed is None:
            return f"{lines_are} malformed"
        file, number = lines.first_malformed
        return f"{lines_are} malformed, the first at {file}:{number}"
    return f"{lines.other} lines of unknown events" if lines.other else "it is empty"
