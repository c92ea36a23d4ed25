"""A side made of recorded profiles: each of its files is one measurement."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kumi.compare.sides import OperationFigures, ProgramFigures, Side
from kumi.ir.ops import BY_NAME
from kumi.profiles.event_line import of_kind
from kumi.profiles.filters import Filters
from kumi.profiles.losses import drops, is_of_traces
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.processes import processes
from kumi.profiles.read_profiles import check_readable, counted

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from kumi.profiles.engine import Engine, Key, Tally
    from kumi.profiles.event_line import Event

_OPERATION: Final = ("schema", "program", "position", "declaration", "name", "function")
_RUN: Final = ("schema", "program", "error")

OperationKey = tuple["Key", ...]
ProgramKey = tuple[str, "Hashable"]
"""A schema, and the operations of the program; its key in the file where it has none recorded.

Not always the key, since that is made of the schema's path as well, which may differ between
recordings of one side.
"""


class _Described(NamedTuple):
    """What a `program` event says of an operation."""

    operand: str | None
    line: int | None


class _Recorded(NamedTuple):
    """One program in one file: its operations, its runs that went well, what its event says."""

    operations: dict[OperationKey, Tally]
    runs: Tally | None
    described: dict[Key, _Described]


class _RecordedFile(NamedTuple):
    """One file: its programs, how many runs failed, and what is missing of it."""

    programs: dict[ProgramKey, _Recorded]
    failed: int
    remarks: tuple[str, ...]


def recorded(label: str, names: Sequence[str]) -> Side:
    """The side of these files. Raises UnreadableError for one in which nothing can be read."""
    recordings = [_read(name) for name in names]
    programs = dict.fromkeys(key for one in recordings for key in one.programs)
    return Side(
        label,
        len(recordings),
        tuple(_program(key, recordings) for key in programs),
        failed=sum(one.failed for one in recordings),
        remarks=tuple(remark for one in recordings for remark in one.remarks),
    )


def _read(name: str) -> _RecordedFile:
    with open_profiles([name]) as profiles:
        engine = counted(profiles, Filters())
        events = engine.uncounted
        operations: dict[tuple[Key, Key], dict[OperationKey, Tally]] = defaultdict(dict)
        for tally in engine.tallies("vm_operation", _OPERATION):
            schema, program, *rest = tally.keys
            operations[schema, program][tuple(rest)] = tally
        runs = engine.tallies("vm_run", _RUN)
    check_readable([name], engine.lines)
    well = {tally.keys[:2]: tally for tally in runs if tally.keys[2] is None}
    failed = sum(tally.calls for tally in runs if tally.keys[2] is not None)
    described = _described(events)
    programs: dict[ProgramKey, _Recorded] = {}
    for schema, program in sorted({*operations, *well}, key=str):
        found = _Recorded(
            operations.get((schema, program), {}),
            well.get((schema, program)),
            described.get(program, {}),
        )
        key = str(schema), frozenset(found.operations) or program
        programs[key] = _joined(programs[key], found) if key in programs else found
    return _RecordedFile(programs, failed, tuple(_remarks(name, engine, events)))


def _joined(one: _Recorded, other: _Recorded) -> _Recorded:
    """The same program from two paths of one file, counted together."""
    operations = {key: _sum(tally, other.operations[key]) for key, tally in one.operations.items()}
    runs = _sum(one.runs, other.runs) if one.runs and other.runs else one.runs or other.runs
    return _Recorded(operations, runs, one.described)


def _sum(one: Tally, other: Tally) -> Tally:
    """Two tallies as one, with the median of that which counts more."""
    most = max(one, other, key=lambda tally: tally.calls)
    return most._replace(calls=one.calls + other.calls, rows=one.rows + other.rows)


def _remarks(name: str, engine: Engine, events: list[Event]) -> Iterable[str]:
    """What is missing of a file, so that its counts are not all that happened."""
    lost = sum(n for why, n in drops(events).items() if not is_of_traces(why))
    unfinished = processes(events).unfinished
    if lost:
        yield f"{name}: {lost:,} spans were not written"
    if unfinished:
        yield f"{name}: {unfinished:,} processes did not end it, and what they had left is missing"
    if engine.lines.malformed:
        yield f"{name}: {engine.lines.malformed:,} malformed lines are not counted"


def _described(events: list[Event]) -> dict[Key, dict[Key, _Described]]:
    """Operand and line of operations, by their index, of each program by its key.

    Events come from a file, so nothing here trusts that a value is what it should be.
    """
    found: dict[Key, dict[Key, _Described]] = {}
    for event in of_kind(events, "program"):
        key, operations = event.get("program"), event.get("operations")
        if isinstance(key, str) and isinstance(operations, list):
            found[key] = dict(enumerate(map(_operation, operations)))
    return found


def _operation(said: Any) -> _Described:
    match said:
        case [_, _, function, target, _, line, *path]:
            named = [text for text in (function, target, *path) if isinstance(text, str)]
            return _Described(named[0] if named else None, line if type(line) is int else None)
    return _Described(None, None)


def _program(key: ProgramKey, recordings: Sequence[_RecordedFile]) -> ProgramFigures:
    found = [one.programs.get(key) for one in recordings]
    known = [one for one in found if one]
    runs = [one and one.runs for one in found]
    return ProgramFigures(
        key[0],
        tuple(
            _figures(
                operation, known[0].described, [one and one.operations[operation] for one in found]
            )
            for operation in sorted(known[0].operations, key=_place)
        ),
        runs=tuple(run.calls if run else 0 for run in runs),
        run_medians=tuple((run.p50,) if run else None for run in runs),
    )


def _place(key: OperationKey) -> tuple[int, str]:
    """Where an operation stands in its program; those without a number come by name."""
    return key[0] if isinstance(key[0], int) else -1, str(key)


def _figures(
    key: OperationKey, described: dict[Key, _Described], tallies: Sequence[Tally | None]
) -> OperationFigures:
    position, declaration, name, function = key
    known = described.get(position, _Described(None, None))
    found = [tally for tally in tallies if tally]
    is_free = str(name) in BY_NAME and BY_NAME[str(name)].free
    return OperationFigures(
        str(declaration or ""),
        str(name),
        known.operand or (None if function is None else str(function)),
        known.line,
        calls=sum(tally.calls for tally in found),
        rows=sum(tally.rows for tally in found),
        fewest=min(tally.calls for tally in found),
        medians=tuple(None if is_free or tally is None else (tally.p50,) for tally in tallies),
    )
