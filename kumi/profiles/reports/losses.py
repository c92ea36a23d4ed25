"""What a profile lacks, in words: spans that were lost, and processes that did not end it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kumi.profiles.losses import is_of_traces
from kumi.profiles.reports.page import count, name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kumi.profiles.processes import Processes

_WHY: Final = {
    "queue_full": "runs came faster than they were written (KUMI_PROFILE_BLOCK_MS)",
    "exit": "no time was left at exit (KUMI_PROFILE_EXIT_MS)",
    "internal_error": "an error of Kumi's own, which the log tells",
    "file_error": "the file could not be written",
    "file_limit": "the file had reached KUMI_PROFILE_MAX_BYTES",
    "file_foreign": "a file that is no profile was in its place",
    "traces_queue_full": "runs came faster than they were exported",
    "traces_exit": "no time was left at exit (KUMI_PROFILE_EXIT_MS)",
    "export_failed": "the exporter failed, as the log tells",
    "already_shutdown": "the tracer provider was shut down already",
}


def losses(dropped: Mapping[str, int]) -> Iterator[str]:
    """What the file lacks, and what traces do; nothing where nothing was lost."""
    for where, of_traces in (("from this file", False), ("from traces", True)):
        lost = {why: n for why, n in dropped.items() if is_of_traces(why) is of_traces}
        if lost:
            yield f"Missing {where}: {count(sum(lost.values()), 'span')}"
            yield from (f"  {n:,}: {_WHY.get(why, name(why))}" for why, n in lost.items())


def unfinished(found: Processes) -> Iterator[str]:
    """How many processes did not end the profile, and what is known of them."""
    states = (
        (found.running, "still running"),
        (found.gone, "killed"),
        (found.unknown, "killed or still running"),
    )
    if found.unfinished:
        known = ", ".join(f"{n:,} {state}" for n, state in states if n)
        yield (
            f"Unfinished: {found.unfinished:,} of {count(found.begun, 'profiled process', 'es')}: "
            f"{known}; what they had not written yet is missing"
        )
