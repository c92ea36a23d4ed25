"""The figures of a profile: integers and names, nothing drawn. Reports draw them, `--json` prints.

There are two kinds of time, and adding one to the other would count the same nanoseconds twice.
Operations lie side by side, each beginning where the one before it ended: their *self* times add
up, in a schema or in the whole profile. Runs, declarations and phases lie around them: their
*total* times contain what is inside. Of this run

    vm_run             10,000 ns
      vm_declaration    9,000
        vm_operation    4,000
        vm_operation    5,000

`schemas` and `types` say 9,000 ns, which is self time; `declarations` say 9,000 and `runs` 10,000,
which is total time; nothing says 28,000.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from kumi.profiles.clock_share import Clock, clock_costs, clock_share, take_out
from kumi.profiles.conditions import Memory, PauseTotals, memory, pauses
from kumi.profiles.findings import findings
from kumi.profiles.losses import drops
from kumi.profiles.operand_names import OperandNames
from kumi.profiles.processes import Processes, processes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kumi.profiles.counted_lines import LineCounts
    from kumi.profiles.engine import Engine, Tally
    from kumi.profiles.findings import Findings

SHARED_BY_OPERAND: Final = ("Ref", "Map", "LoadInput")
SCRIPT_PHASE: Final = "script_execution"


class Part(NamedTuple):
    """One row of a table of shares: names, how many there were, and how long together (ns)."""

    names: tuple[str, ...]
    calls: int
    total: int


class Hotspot(NamedTuple):
    """One operation of a program.

    Its keys are schema, name, declaration, position, function, origin.
    """

    tally: Tally
    operand: str | None


class OperandShares(NamedTuple):
    """One type of operation, and its time by (schema, operand): a target, a function or a path."""

    operation: str
    calls: int
    total: int
    parts: tuple[Part, ...]


class Breakdown(NamedTuple):
    """Everything that reports say. Tallies and parts are sorted: the longest first, then by name.

    `schemas` are self times, of every schema in the file, also one without operations; `runs` are
    by schema, `failures` by (schema, error), `types` by operation, `declarations` by (schema,
    declaration, origin), `phases` by (name, schema). `script` is the time of the phases around a
    recorded script, None where there is none.
    """

    lines: LineCounts
    findings: Findings
    schemas: tuple[Part, ...]
    runs: tuple[Tally, ...]
    failures: tuple[Part, ...]
    types: tuple[Tally, ...]
    hotspots: tuple[Hotspot, ...]
    operand_shares: tuple[OperandShares, ...]
    declarations: tuple[Tally, ...]
    phases: tuple[Tally, ...]
    clock: Clock | None
    memory: Memory | None
    pauses: tuple[PauseTotals, ...]
    processes: Processes
    dropped: dict[str, int]
    script: int | None

    @property
    def operations(self) -> int:
        """How many operations ran."""
        return sum(schema.calls for schema in self.schemas)

    @property
    def total(self) -> int:
        """Their self times together: the schemas' sum, exactly."""
        return sum(schema.total for schema in self.schemas)

    @property
    def run_total(self) -> int:
        """The total time of all runs."""
        return sum(run.total for run in self.runs)


def breakdown(engine: Engine, *, calibrated: bool = False) -> Breakdown:
    """The figures of what an engine has counted; `calibrated` without the clock's own share."""
    uncounted = engine.uncounted
    clock = (take_out if calibrated else clock_share)(engine, clock_costs(uncounted))
    operands = OperandNames(uncounted)
    runs = _sorted(engine.tallies("vm_run", ("schema",)))
    declarations = _sorted(engine.tallies("vm_declaration", ("schema", "declaration", "origin")))
    types = _sorted(engine.tallies("vm_operation", ("name",)))
    phases = _sorted(engine.tallies("phase", ("name", "schema")))
    script = [phase.total for phase in phases if phase.keys[0] == SCRIPT_PHASE]
    return Breakdown(
        lines=engine.lines,
        findings=findings(engine, uncounted, operands, declarations),
        schemas=_schemas(engine, (*runs, *declarations)),
        runs=runs,
        failures=_failures(engine),
        types=types,
        hotspots=_hotspots(engine, operands),
        operand_shares=tuple(_operand_shares(engine, types, operands)),
        declarations=declarations,
        phases=phases,
        clock=clock,
        memory=memory(uncounted),
        pauses=pauses(uncounted),
        processes=processes(uncounted),
        dropped=drops(uncounted),
        script=sum(script) if script else None,
    )


def _schemas(engine: Engine, others: Iterable[Tally]) -> tuple[Part, ...]:
    found = {str(tally.keys[0]): Part((str(tally.keys[0]),), 0, 0) for tally in others}
    for tally in engine.tallies("vm_operation", ("schema",)):
        found[str(tally.keys[0])] = _part(tally)
    return _sorted_parts(found.values())


def _failures(engine: Engine) -> tuple[Part, ...]:
    tallies = engine.tallies("vm_run", ("schema", "error"))
    return _sorted_parts(_part(tally) for tally in tallies if tally.keys[1] is not None)


def _hotspots(engine: Engine, operands: OperandNames) -> tuple[Hotspot, ...]:
    keys = ("schema", "name", "declaration", "position", "function", "origin")
    tallies = _sorted(engine.tallies("vm_operation", keys))
    return tuple(Hotspot(tally, operands.at(tally.keys)) for tally in tallies)


def _operand_shares(
    engine: Engine, types: tuple[Tally, ...], operands: OperandNames
) -> Iterable[OperandShares]:
    totals = {tally.keys[0]: tally for tally in types}
    wanted = [name for name in SHARED_BY_OPERAND if name in totals]
    keys = ("name", "schema", "function", "program", "position")
    tallies = engine.tallies("vm_operation", keys) if wanted else []
    for name in wanted:
        parts = _merged(_by_operand(tally, operands) for tally in tallies if tally.keys[0] == name)
        yield OperandShares(name, totals[name].calls, totals[name].total, parts)


def _by_operand(tally: Tally, operands: OperandNames) -> Part:
    name, schema, function, program, position = tally.keys
    operand = function if name == "Map" else operands.of_program(schema, program, position)
    names = () if operand is None else (str(schema), str(operand))
    return Part(names, tally.calls, tally.total)


def _merged(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Parts of equal names as one; those without a name are left out.

    The longest first, then the most frequent: references usually take no time at all.
    """
    calls: Counter[tuple[str, ...]] = Counter()
    total: Counter[tuple[str, ...]] = Counter()
    for part in parts:
        calls[part.names] += part.calls
        total[part.names] += part.total
    merged = (Part(names, calls[names], total[names]) for names in calls if names)
    return tuple(sorted(merged, key=lambda part: (-part.total, -part.calls, part.names)))


def _part(tally: Tally) -> Part:
    return Part(tuple(map(str, tally.keys)), tally.calls, tally.total)


def _sorted(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    return tuple(
        sorted(tallies, key=lambda tally: (-tally.total, [str(key) for key in tally.keys]))
    )


def _sorted_parts(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: (-part.total, part.names)))
