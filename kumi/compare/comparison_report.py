"""A comparison for people: a sentence, the runs, the operations, and what could not be judged."""

from __future__ import annotations

from collections import Counter
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final

from kumi.compare.gates import count_said, longer
from kumi.compare.verdicts import CLOCK, FEWEST
from kumi.profiles.reports.document import Table, paragraphs
from kumi.profiles.reports.wording import count, duration, name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.compare.comparison import ComparedOperation, ComparedSchema, Comparison
    from kumi.compare.sides import OperationFigures
    from kumi.compare.verdicts import Threshold, Times
    from kumi.profiles.reports.document import Document

_TOLD: Final = ("slower", "faster")
_FEW: Final = 10
_ALIKE: Final = 0.05
_ORDER: Final = (
    "slower",
    "faster",
    "new",
    "gone",
    "ran another number of times",
    "visited another number of rows",
)
"""What operations are counted as in the summary, in this order."""


def report(found: Comparison, limit: int) -> Document:
    """The report; a table of operations has at most `limit` rows."""
    return [
        summary(found),
        *_results(found),
        *paragraphs(_runs(found), _operations(found, limit), _remarks(found)),
    ]


def summary(found: Comparison) -> str:
    """What changed, in a sentence."""
    said = Counter(map(_changed, found.operations))
    parts = [f"{said[what]:,} {what}" for what in _ORDER if said[what]]
    runs = [
        f"a run of {name(schema.schema)} takes {longer(schema.times.ratio)}"
        for schema in found.schemas
        if schema.times.verdict in _TOLD
    ]
    total = count(len(found.operations), "operation")
    if not (parts or runs):
        return f"No difference found in {total}."
    return "; ".join([f"Of {total} {', '.join(parts) or 'none differs'}", *runs]) + "."


def _changed(operation: ComparedOperation) -> str | None:
    """What an operation is counted as in the summary: its time comes before its rows."""
    match operation.counted:
        case "added":
            return "new"
        case "removed":
            return "gone"
    if operation.times.verdict in _TOLD:
        return operation.times.verdict
    match operation.counted:
        case "calls":
            return "ran another number of times"
        case "rows":
            return "visited another number of rows"
    return None


def _results(found: Comparison) -> Iterator[str]:
    if found.kind == "profiles":
        return
    if found.difference is None:
        yield "Results are equal."
        return
    place, old, new, names = found.difference
    values = f"{name(old or 'not there')} -> {name(new or 'not there')}"
    others = f" ({count(len(names), 'value')} differ: {', '.join(names)})" if names[1:] else ""
    yield f"Results differ, first at {name(place)}: {values}{others}."


def _runs(found: Comparison) -> Iterator[Table]:
    rows = [
        (name(one.schema), *_counts(found, one), *_figures(one.times, found.run_limit))
        for one in found.schemas
    ]
    counts = ("old runs", "new runs") if found.kind == "profiles" else ()
    heading = ("schema", *counts, "old", "new", "ratio", "")
    if rows:
        yield Table("Runs (median)", heading, tuple(rows))


def _counts(found: Comparison, one: ComparedSchema) -> tuple[str, ...]:
    """How many runs there were: of schemas as many as there was time for, which says nothing."""
    return (f"{one.old_runs:,}", f"{one.new_runs:,}") if found.kind == "profiles" else ()


def _figures(times: Times, limit: Threshold) -> tuple[str, ...]:
    shown = ("" if ns is None else duration(ns) for ns in (times.old, times.new))
    ratio = "" if times.ratio is None else f"{times.ratio:.3f}"
    return (*shown, ratio, _verdict(times, limit))


def _verdict(times: Times, limit: Threshold) -> str:
    match times.verdict:
        case None:
            return ""
        case "same":
            return "" if times.ratio is None else _within(times.ratio, limit)
        case "too few":
            return "too few runs"
    return times.verdict


def _within(ratio: float, limit: Threshold) -> str:
    """Which of the two thresholds it is that a difference has not exceeded."""
    is_small = 1 / (1 + limit.part) <= ratio <= 1 + limit.part
    return f"within {limit.part:.0%}".replace("%", " %") if is_small else f"within {limit.ns} ns"


def _operations(found: Comparison, limit: int) -> Iterator[Table]:
    ordered = sorted(found.operations, key=_rank)
    rows = [_row(one, found.limit) for one in ordered[:limit]]
    if rest := ordered[limit:]:
        rows.append((f"others ({len(rest):,})", *[""] * 6))
    if rows:
        heading = ("schema", "declaration", "operation", "old", "new", "ratio", "")
        yield Table("Operations (median), what changed first", heading, tuple(rows), 3)


def _rank(operation: ComparedOperation) -> tuple[bool, int, int]:
    """What changed comes first, then what takes longest."""
    times = operation.times
    known = [ns for ns in (times.old, times.new, *_of_one_side(operation)) if ns is not None]
    change = 0 if times.verdict not in _TOLD else abs(times.difference or 0)
    return _changed(operation) is None, -change, -max(known, default=0)


def _row(operation: ComparedOperation, limit: Threshold) -> tuple[str, ...]:
    figures = operation.either
    *numbers, verdict = _figures(operation.times, limit)
    if operation.counted in {"added", "removed"}:
        numbers = ["" if ns is None else duration(ns) for ns in _of_one_side(operation)] + [""]
    elif not operation.times.verdict:
        verdict = "free"
    said = "; ".join(filter(None, (verdict, count_said(operation))))
    names = map(name, (operation.schema, figures.declaration, figures.title))
    return (*names, *numbers, said)


def _of_one_side(operation: ComparedOperation) -> tuple[int | None, int | None]:
    """How long an operation takes that only one side has."""
    if operation.old and operation.new:
        return None, None
    return _median(operation.old), _median(operation.new)


def _median(figures: OperationFigures | None) -> int | None:
    known = figures and [median(rounds) for rounds in figures.medians if rounds]
    return round(median(known)) if known else None


def _remarks(found: Comparison) -> Iterator[str]:
    if found.kind == "schemas":
        yield f"Old: {name(found.old.label)}, new: {name(found.new.label)}"
    yield _how(found)
    yield from _all_alike(found)
    said = Counter(operation.times.verdict for operation in found.operations)
    if short := said["below the clock"]:
        yield f"Below the clock, under {CLOCK} ns: {count(short, 'operation')}, not judged by time"
    if few := said["too few"]:
        yield f"Fewer than {FEWEST} runs: {count(few, 'operation')}, not judged by time"
    if found.old.failed or found.new.failed:
        yield f"Failed runs: {found.old.failed:,} -> {found.new.failed:,}, not in the times of runs"
    if not found.operations:
        yield "No operations are recorded: KUMI_PROFILE_OPS=1, or kumi record"
    yield from (name(remark) for side in (found.old, found.new) for remark in side.remarks)


def _how(found: Comparison) -> str:
    number, limit = found.measurements, found.limit
    beyond = f"more than {limit.part:.0%} and {limit.ns} ns".replace("%", " %")
    if found.kind == "schemas":
        [one] = found.schemas
        most = "all but one" if number > 2 else "each"  # noqa: PLR2004 - see `verdicts`
        return (
            f"Measured in {count(number, 'fresh process', 'es')}, {one.new_runs:,} runs of each "
            f"side, in turns. Slower and faster: {beyond} at their median, half of that in {most}"
        )
    if number == 1:
        return (
            f"One recording a side. Slower and faster: {beyond}; a single operation trips no gate. "
            "Five a side, recorded in turns, tell more (NEW... --base BASE...)"
        )
    return (
        f"{number} recordings a side. Slower and faster: {beyond}, at the median of the pairs, and "
        "all of one side beyond all of the other"
    )


def _all_alike(found: Comparison) -> Iterator[str]:
    """A word where three quarters of the operations changed in the same direction."""
    ratios = [one.times.ratio for one in found.operations if one.times.verdict in _JUDGED]
    known = [ratio for ratio in ratios if ratio is not None]
    if len(known) < _FEW:
        return
    lower, middle, upper = quantiles(known, n=4)
    if lower > 1 + _ALIKE or upper < 1 / (1 + _ALIKE):
        yield (
            f"Nearly all operations take {longer(middle)}: rather the machine, or what all of them "
            "share, than single ones"
        )


_JUDGED: Final = ("slower", "faster", "same")
