"""The figures of a profile: integers and names, nothing drawn. Reports draw them, `--json` prints.

Two kinds of time, never added together: *self*, what an operation took, and *total*, what a run, a
declaration or a phase took with everything inside it. Nanoseconds throughout.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from kumi.ir.ops import BY_NAME
from kumi.profiles.processes import Processes, drops, processes
from kumi.profiles.whole import Clock, Memory, Pauses, Programs, clock_costs, memory, pauses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kumi.profiles.engine import Engine, Group, Lines

ANALYZED: Final = ("Ref", "Map", "LoadInput")
SCRIPT_PHASE: Final = "script_execution"


class Part(NamedTuple):
    """A share of something: who, how many, and how long together."""

    names: tuple[str, ...]
    calls: int
    total: int


class Hotspot(NamedTuple):
    """One operation of a program: keys are schema, name, declaration, position, function."""

    group: Group
    operand: str | None


class Analysis(NamedTuple):
    """One type of operation, and what it is spent on: (schema, declaration, function or path)."""

    operation: str
    calls: int
    total: int
    parts: tuple[Part, ...]


class Breakdown(NamedTuple):
    """Everything that reports say. Groups and parts are sorted: the longest first, then by name.

    `schemas` are self times, of every schema in the file, also one without operations; `runs` are
    by schema, `failures` by (schema, error), `types` by operation, `declarations` by (schema,
    declaration), `phases` by (name, schema). `script` is the time of the phases around a recorded
    script, None where there is none.
    """

    lines: Lines
    schemas: tuple[Part, ...]
    runs: tuple[Group, ...]
    failures: tuple[Part, ...]
    types: tuple[Group, ...]
    hotspots: tuple[Hotspot, ...]
    analyses: tuple[Analysis, ...]
    declarations: tuple[Group, ...]
    phases: tuple[Group, ...]
    clock: Clock | None
    memory: Memory | None
    pauses: tuple[Pauses, ...]
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


def breakdown(engine: Engine) -> Breakdown:
    """The figures of what an engine has counted."""
    whole = engine.whole
    programs = Programs(whole)
    runs = _sorted(engine.groups("vm_run", ("schema",)))
    declarations = _sorted(engine.groups("vm_declaration", ("schema", "declaration")))
    types = _sorted(engine.groups("vm_operation", ("name",)))
    phases = _sorted(engine.groups("phase", ("name", "schema")))
    script = [phase.total for phase in phases if phase.keys[0] == SCRIPT_PHASE]
    return Breakdown(
        lines=engine.lines,
        schemas=_schemas(engine, (*runs, *declarations)),
        runs=runs,
        failures=_failures(engine),
        types=types,
        hotspots=_hotspots(engine, programs),
        analyses=tuple(_analyses(engine, types, programs)),
        declarations=declarations,
        phases=phases,
        clock=_clock(engine, clock_costs(whole)),
        memory=memory(whole),
        pauses=pauses(whole),
        processes=processes(whole),
        dropped=drops(whole),
        script=sum(script) if script else None,
    )


def _schemas(engine: Engine, others: Iterable[Group]) -> tuple[Part, ...]:
    found = {str(group.keys[0]): Part((str(group.keys[0]),), 0, 0) for group in others}
    for group in engine.groups("vm_operation", ("schema",)):
        found[str(group.keys[0])] = _part(group)
    return _sorted_parts(found.values())


def _failures(engine: Engine) -> tuple[Part, ...]:
    groups = engine.groups("vm_run", ("schema", "error"))
    return _sorted_parts(_part(group) for group in groups if group.keys[1] is not None)


def _hotspots(engine: Engine, programs: Programs) -> tuple[Hotspot, ...]:
    keys = ("schema", "name", "declaration", "position", "function")
    groups = _sorted(engine.groups("vm_operation", keys))
    return tuple(Hotspot(group, programs.operand_at(group.keys)) for group in groups)


def _analyses(engine: Engine, types: tuple[Group, ...], programs: Programs) -> Iterable[Analysis]:
    totals = {group.keys[0]: group for group in types}
    wanted = [name for name in ANALYZED if name in totals]
    keys = ("name", "schema", "function", "program", "position")
    groups = engine.groups("vm_operation", keys) if wanted else []
    for name in wanted:
        parts = _merged(_spent_on(group, programs) for group in groups if group.keys[0] == name)
        yield Analysis(name, totals[name].calls, totals[name].total, parts)


def _spent_on(group: Group, programs: Programs) -> Part:
    name, schema, function, program, position = group.keys
    operand = function if name == "Map" else programs.operand(schema, program, position)
    names = () if operand is None else (str(schema), str(operand))
    return Part(names, group.calls, group.total)


def _clock(engine: Engine, costs: dict[str, float]) -> Clock | None:
    """What reading the clock took; operations that cost no instruction share another's reading."""
    readings: Counter[str] = Counter()
    for group in engine.groups("vm_operation", ("process", "name")):
        process, name = (str(key) for key in group.keys)
        if process in costs and not (name in BY_NAME and BY_NAME[name].free):
            readings[process] += group.calls
    if not readings:
        return None
    total = sum(costs[process] * number for process, number in readings.items())
    return Clock(readings.total(), round(total))


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


def _part(group: Group) -> Part:
    return Part(tuple(map(str, group.keys)), group.calls, group.total)


def _sorted(groups: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda group: (-group.total, [str(key) for key in group.keys])))


def _sorted_parts(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: (-part.total, part.names)))
