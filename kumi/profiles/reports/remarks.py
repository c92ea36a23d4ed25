"""What the figures above do not say of themselves: the cost of measuring, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kumi.profiles.losses import is_of_traces
from kumi.profiles.reports.wording import count, ms, name, share, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kumi.profiles.breakdown import Breakdown
    from kumi.profiles.clock_share import Clock
    from kumi.profiles.conditions import Memory
    from kumi.profiles.counted_lines import LineCounts
    from kumi.profiles.processes import Processes

_WHY: Final = {
    "queue_full": "runs came faster than they were written (KUMI_PROFILE_BLOCK_MS)",
    "exit": "no time was left at exit (KUMI_PROFILE_EXIT_MS)",
    "internal_error": "an error of Kumi's own, which the log tells",
    "file_error": "the file could not be written",
    "file_limit": "the file had reached KUMI_PROFILE_MAX_BYTES",
    "file_foreign": "a file that is no profile was in its place",
    "traces_queue_full": "runs came faster than they were exported",
    "traces_internal_error": "an error of Kumi's own, which the log tells",
    "traces_exit": "no time was left at exit (KUMI_PROFILE_EXIT_MS)",
    "export_failed": "the exporter failed, as the log tells",
    "already_shutdown": "the tracer provider was shut down already",
    "traces_full_trace": "their traces had all the real spans that one may have",
    "traces_within_another": "the run was amid the making of another one's spans",
}


def remarks(found: Breakdown) -> Iterator[str]:
    """All that there is to say; nothing where the profile is whole and tells no conditions."""
    yield from _memory(found.memory)
    yield from _clock(found.clock, found.total)
    yield from _losses(found.dropped)
    yield from _repeated(found.processes)
    yield from _unfinished(found.processes)
    yield from malformed(found.lines)
    if found.lines.other:
        yield f"Unknown events: {count(found.lines.other, 'line')}, not counted above"


def malformed(lines: LineCounts) -> Iterator[str]:
    """How many lines could not be read, and where the first is; nothing where all could."""
    if lines.malformed:
        yield f"Malformed: {count(lines.malformed, 'line')}{_place(lines.first_malformed)}"


def _place(first: tuple[str, int] | None) -> str:
    """Where the first of them is; nothing where that is not known, as of lines that Spark read."""
    return "" if first is None else f", the first at {name(first[0])}:{first[1]}"


def _memory(found: Memory | None) -> Iterator[str]:
    if found:
        first, last, peak, snapshots = found
        yield (
            f"Memory: {size(first)} at the first of {count(snapshots, 'snapshot')}, {size(last)} "
            f"at the last ({(last - first) / 2**20:+,.1f} MiB), {size(peak)} at most"
        )


def _clock(found: Clock | None, operations: int) -> Iterator[str]:
    """The clock's share, of the time as it was measured; `operations` is the time above."""
    if found and found.readings:
        yield _clock_took(found, operations)
    if found and found.unpriced and (found.readings or found.taken_out is not None):
        raw = count(found.unpriced, "operation")
        yield f"Clock: no cost is known of {raw}, of processes that do not say it"


def _clock_took(found: Clock, operations: int) -> str:
    took = f"Clock: {count(found.readings, 'reading')} took about {ms(found.total)}ms, "
    if found.taken_out is None:
        of = f"{share(found.total, operations)} of the operations' time "
        return f"{took}{of}(included above: times are raw)"
    of = f"{share(found.total, operations + found.taken_out)} of the operations' raw time "
    return f"{took}{of}({ms(found.taken_out)}ms taken out of self times above; totals are raw)"


def _losses(dropped: Mapping[str, int]) -> Iterator[str]:
    """What the file lacks, and what traces do; nothing where nothing was lost."""
    for where, of_traces in (("from this file", False), ("from traces", True)):
        lost = {why: n for why, n in dropped.items() if is_of_traces(why) is of_traces}
        if lost:
            yield f"Missing {where}: {count(sum(lost.values()), 'span')}"
            yield from (f"  {n:,}: {_WHY.get(why, name(why))}" for why, n in lost.items())


def _repeated(found: Processes) -> Iterator[str]:
    """How many processes are counted more than once, as where a copy of their file is given too."""
    if found.repeated:
        yield (
            f"Counted twice: {found.repeated:,} of {count(found.begun, 'profiled process', 'es')}, "
            "whose lines are given more than once; figures above are of all"
        )


def _unfinished(found: Processes) -> Iterator[str]:
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
