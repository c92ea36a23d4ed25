"""What was found: on what the time went, where that is in the source, and what was no calculation.

Places are declarations, since that is what somebody has written and can change. They are ranked by
typical time (see `kumi.profiles.typical`), so that recordings of one program name the same ones
first, whatever else the machine did meanwhile. Typical times within 5 % are a tie, and stand in the
order of their names.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from kumi.profiles.declared_places import DeclaredPlaces
from kumi.profiles.known_pauses import KnownPauses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kumi.profiles.declared_places import SourceLine
    from kumi.profiles.engine import Distribution, Engine, Key, LongReading, Tally
    from kumi.profiles.event_line import Event
    from kumi.profiles.known_pauses import Cause
    from kumi.profiles.operand_names import OperandNames

_KEYS: Final = ("schema", "name", "declaration", "position", "function", "origin")
_TIE: Final = 0.95
_MOST_PAUSES: Final = 3
_INPUTS: Final = "inputs"
_COMPILE: Final = "compile"


class TypicalOperation(NamedTuple):
    """One operation, at one index: how often, cells visited, and its typical time together (ns)."""

    schema: Key
    declaration: Key
    origin: Key
    operation: str
    operand: str | None
    calls: int
    rows: int
    typical: int


class DeclarationTime(NamedTuple):
    """A declaration: where it stands, its dearest operation, and its typical time together (ns).

    `calls` is how often it was computed, `median` what that took (ns), pauses and all.
    """

    schema: Key
    declaration: Key
    source: SourceLine | None
    dearest: TypicalOperation
    calls: int
    median: int
    typical: int


class Interruption(NamedTuple):
    """An operation that took far longer than usual, and what is known to have happened then."""

    operation: TypicalOperation
    reading: LongReading
    causes: tuple[Cause, ...]


class Interruptions(NamedTuple):
    """How many operations were interrupted, by how much together (ns), and the longest of them."""

    calls: int
    excess: int
    longest: tuple[Interruption, ...]


class ScriptTime(NamedTuple):
    """What a script's time went on (ns). `outside` is None where nothing tells how long it was.

    Runs on several threads at once take more together than the script; then nothing is outside.
    """

    compiling: int
    loading: int
    computing: int
    outside: int | None

    @property
    def total(self) -> int:
        """All of it."""
        return self.compiling + self.loading + self.computing + (self.outside or 0)


class Findings(NamedTuple):
    """Where the time went. `typical` is that of all operations together; places come sorted."""

    script: ScriptTime
    places: tuple[DeclarationTime, ...]
    typical: int
    pauses: Interruptions


def findings(
    engine: Engine, events: list[Event], operands: OperandNames, declared: Iterable[Tally]
) -> Findings:
    """What was found; `events` are the uncounted ones, `declared` the declarations' tallies."""
    found = engine.distributions("vm_operation", _KEYS)
    operations = _operations(found, operands)
    tallies = {tally.keys[:2]: tally for tally in declared}
    places = _places(operations.values(), tallies, DeclaredPlaces(events))
    return Findings(
        script=_script(engine, tallies),
        places=places,
        typical=sum(each.typical for each in operations.values()),
        pauses=_pauses(found, operations, KnownPauses(events)),
    )


def _operations(
    found: Iterable[Distribution], operands: OperandNames
) -> dict[tuple[Key, ...], TypicalOperation]:
    """The operations, each of its distributions together."""
    alike: dict[tuple[Key, ...], list[Distribution]] = defaultdict(list)
    for each in found:
        alike[each.keys].append(each)
    return {keys: _operation(keys, each, operands) for keys, each in alike.items()}


def _operation(
    keys: tuple[Key, ...], found: list[Distribution], operands: OperandNames
) -> TypicalOperation:
    schema, name, declaration, _, function, origin = keys
    operand = operands.at(keys) if function is None else str(function)
    calls, rows = sum(each.calls for each in found), sum(each.rows for each in found)
    typical = sum(each.typical for each in found)
    return TypicalOperation(schema, declaration, origin, str(name), operand, calls, rows, typical)


def _places(
    operations: Iterable[TypicalOperation],
    tallies: dict[tuple[Key, ...], Tally],
    sources: DeclaredPlaces,
) -> tuple[DeclarationTime, ...]:
    alike: dict[tuple[Key, Key], list[TypicalOperation]] = defaultdict(list)
    for operation in operations:
        alike[operation.schema, operation.declaration].append(operation)
    return _ranked(
        _place(each, tallies.get(keys), sources.of(*keys)) for keys, each in alike.items()
    )


def _place(
    operations: list[TypicalOperation], tally: Tally | None, source: SourceLine | None
) -> DeclarationTime:
    dearest = min(operations, key=_dearest_first)
    typical = sum(each.typical for each in operations)
    calls = tally.calls if tally else max(each.calls for each in operations)
    median = tally.p50 if tally else round(typical / calls)
    schema, declaration = dearest.schema, dearest.declaration
    return DeclarationTime(schema, declaration, source, dearest, calls, median, typical)


def _dearest_first(operation: TypicalOperation) -> tuple[int, str, str, int, int]:
    """The order of operations, to the last tie: engines give them in any order."""
    _, _, _, name, operand, calls, rows, typical = operation
    return -typical, name, str(operand), calls, rows


def _ranked(places: Iterable[DeclarationTime]) -> tuple[DeclarationTime, ...]:
    """The dearest first; those within 5 % of the first of a tie by name."""
    left = sorted(places, key=lambda place: (-place.typical, *_name(place)))
    ranked: list[DeclarationTime] = []
    while left:
        tied = [place for place in left if place.typical >= _TIE * left[0].typical]
        ranked += sorted(tied, key=_name)
        left = left[len(tied) :]
    return tuple(ranked)


def _name(place: DeclarationTime) -> tuple[str, str]:
    return str(place.schema), str(place.declaration)


def _pauses(
    found: Iterable[Distribution],
    operations: dict[tuple[Key, ...], TypicalOperation],
    known: KnownPauses,
) -> Interruptions:
    paused = [each for each in found if each.pauses]
    longest = [(each.keys, reading) for each in paused for reading in each.longest]
    longest.sort(key=lambda pair: (-pair[1].excess, list(map(str, pair[0]))))
    return Interruptions(
        sum(each.pauses for each in paused),
        sum(each.excess for each in paused),
        tuple(
            Interruption(operations[keys], reading, known.during(reading.started, reading.ns))
            for keys, reading in longest[:_MOST_PAUSES]
        ),
    )


def _script(engine: Engine, declared: dict[tuple[Key, ...], Tally]) -> ScriptTime:
    phases = {str(tally.keys[0]): tally.total for tally in engine.tallies("phase", ("name",))}
    inside = sum(tally.total for tally in engine.tallies("vm_run", ("schema",)))
    loading = sum(tally.total for keys, tally in declared.items() if keys[1] == _INPUTS)
    compiling, whole = phases.get(_COMPILE, 0), phases.get("script_execution")
    outside = None if whole is None else max(0, whole - compiling - inside)
    return ScriptTime(compiling, loading, max(0, inside - loading), outside)
