"""A side made of recorded profiles: each of its files is one measurement."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kumi.compare.sides import OperationFigures, ProgramFigures, Side
from kumi.ir.ops import BY_NAME
from kumi.profiles.engine import Filters
from kumi.profiles.event_line import of_kind
from kumi.profiles.losses import drops, is_of_traces
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.processes import processes
from kumi.profiles.read_profiles import check_readable, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kumi.profiles.engine import Engine, Key, Tally
    from kumi.profiles.event_line import Event

_OPERATION: Final = ("schema", "program", "position", "declaration", "name", "function")
_RUN: Final = ("schema", "program", "error")

ProgramKey = tuple[str, str | None]
OperationKey = tuple["Key", ...]


class _Described(NamedTuple):
    """What a `program` event says of an operation."""

    operand: str | None
    line: int | None


class _RecordedProfile(NamedTuple):
    """What one file says: tallies by program, what its programs are, what is missing of it."""

    operations: dict[ProgramKey, dict[OperationKey, Tally]]
    runs: dict[ProgramKey, Tally]
    described: dict[tuple[Key, Key], _Described]
    failed: int
    remarks: tuple[str, ...]


def recorded(label: str, names: Sequence[str]) -> Side:
    """The side of these files. Raises UnreadableError for one in which nothing can be read."""
    recordings = [_read(name) for name in names]
    programs = {key: None for one in recordings for key in (*one.operations, *one.runs)}
    return Side(
        label,
        len(recordings),
        tuple(_program(key, recordings) for key in sorted(programs, key=str)),
        failed=sum(one.failed for one in recordings),
        remarks=tuple(remark for one in recordings for remark in one.remarks),
    )


def _read(name: str) -> _RecordedProfile:
    with open_profiles([name]) as profiles:
        engine = counted(profiles, Filters())
        uncounted = engine.uncounted
        operations: dict[ProgramKey, dict[OperationKey, Tally]] = defaultdict(dict)
        for tally in engine.tallies("vm_operation", _OPERATION):
            schema, program, *rest = tally.keys
            operations[_program_key(schema, program)][tuple(rest)] = tally
        runs, failed = _runs(engine)
    check_readable([name], engine.lines)
    remarks = tuple(_remarks(name, engine, uncounted))
    return _RecordedProfile(operations, runs, _described(uncounted), failed, remarks)


def _runs(engine: Engine) -> tuple[dict[ProgramKey, Tally], int]:
    """The runs that went well by program, and how many failed: these took shorter or longer."""
    runs: dict[ProgramKey, Tally] = {}
    failed = 0
    for tally in engine.tallies("vm_run", _RUN):
        schema, program, error = tally.keys
        if error is None:
            runs[_program_key(schema, program)] = tally
        else:
            failed += tally.calls
    return runs, failed


def _program_key(schema: Key, program: Key) -> ProgramKey:
    return str(schema), None if program is None else str(program)


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


def _described(events: list[Event]) -> dict[tuple[Key, Key], _Described]:
    """Operand and line of the operations of each program, by its key and their index.

    Events come from a file, so nothing here trusts that a value is what it should be.
    """
    found: dict[tuple[Key, Key], _Described] = {}
    for event in of_kind(events, "program"):
        key, operations = event.get("program"), event.get("operations")
        if isinstance(key, str) and isinstance(operations, list):
            for index, operation in enumerate(operations):
                found[key, index] = _operation(operation)
    return found


def _operation(said: Any) -> _Described:
    match said:
        case [_, _, function, target, _, line, *path]:
            named = [text for text in (function, target, *path) if isinstance(text, str)]
            return _Described(named[0] if named else None, line if type(line) is int else None)
    return _Described(None, None)


def _program(key: ProgramKey, recordings: Sequence[_RecordedProfile]) -> ProgramFigures:
    schema, program = key
    tallies = [one.operations.get(key, {}) for one in recordings]
    described: dict[tuple[Key, Key], _Described] = {}
    for one in recordings:
        described |= one.described
    runs = [one.runs.get(key) for one in recordings]
    operations = {operation: None for one in tallies for operation in one}
    return ProgramFigures(
        schema,
        program,
        tuple(
            _figures(operation, [one.get(operation) for one in tallies], described, program)
            for operation in sorted(operations, key=_place)
        ),
        runs=tuple(run.calls if run else 0 for run in runs),
        run_medians=tuple(run.p50 if run else None for run in runs),
    )


def _place(key: OperationKey) -> tuple[int, str]:
    """Where an operation stands in its program; those without a number come by name."""
    return key[0] if isinstance(key[0], int) else -1, str(key)


def _figures(
    key: OperationKey,
    tallies: Sequence[Tally | None],
    described: dict[tuple[Key, Key], _Described],
    program: str | None,
) -> OperationFigures:
    position, declaration, name, function = key
    known = described.get((program, position), _Described(None, None))
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
        medians=tuple(None if is_free or tally is None else tally.p50 for tally in tallies),
    )
