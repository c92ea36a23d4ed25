"""A program as straight-line Python: one statement an operation, a clock reading between them.

Nothing of the user's text is ever pasted into the code: literals, names, kernels and loaders are
bound as globals of the function. What a recorded function does besides the plain one is to read the
clock into local floats and to keep them, packed, at the end.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from time import perf_counter, thread_time_ns
from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.ir import ops
from kumi.ir.readings import ends_format, readings, record_format, sized_axes
from kumi.kernels.pairs import beside
from kumi.observations import Level
from kumi.vm import convention as names
from kumi.vm.access import MISSING, Loading
from kumi.vm.expectations import fast_test, has_fast_test
from kumi.vm.liveness import last_uses, value_names
from kumi.vm.loaders import slow
from kumi.vm.operation_code import OperationCode

if TYPE_CHECKING:
    from types import CodeType

    from kumi.ir.program import Group, Leaf, Operation, Program

_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Generated:
    """The code of one program at one level: it defines the function `RUN`.

    `bound` are the globals that it needs, besides those that the machine sets (see `convention`).
    `owners[n]` is the operation that line n + 1 belongs to.
    """

    source: str
    code: CodeType
    bound: dict[str, Any]
    owners: tuple[int, ...]


def generate(
    program: Program, level: Level, *, times_cpu: bool = False, trims: bool = False
) -> Generated:
    """Write and compile the function of `program`, recorded at `level`.

    `trims`: of runs that are shorter than `LEAST` it keeps the two ends.
    """
    writer = _Writer(program, level, times_cpu=times_cpu, trims=trims)
    writer.function()
    source = "\n".join(writer.lines) + "\n"
    code = compile(source, f"<kumi {program.schema}>", "exec", dont_inherit=True)
    return Generated(source, code, writer.bound, tuple(writer.owners))


def is_root_scalar(leaf: Leaf) -> bool:
    """Whether a leaf is one key of the root and no array: its check is written in line."""
    return len(leaf.steps) == 1 and has_fast_test(leaf)


class _Writer:
    def __init__(self, program: Program, level: Level, *, times_cpu: bool, trims: bool) -> None:
        self.program = program
        self.lines: list[str] = []
        self.owners: list[int] = []
        self.bound: dict[str, Any] = {}
        self._records = level is not Level.NOTHING
        self._level = level
        self._times_cpu = times_cpu
        self._trims = trims
        self._clock = _marks(program, level)
        self._names = value_names(program)
        self._last_uses = last_uses(program, self._names)
        self._axis_names = {axis: names.axis(n) for n, axis in enumerate(program.axes)}
        self._made: set[str] = set()
        self._depth = 0
        self._owner = 0
        self._code = OperationCode(
            program, self.bound, self._names, self._axis_names, self._last_uses
        )

    # The parts of the function, in order.

    def function(self) -> None:
        self._add(f"def {names.RUN}(given):")
        self._depth = 1
        if self._records:
            self._add(f"{names.CONTEXT} = {names.ADMIT}()")
            self._add(f"if {names.CONTEXT} is None: return {names.PLAIN}(given)")
        self._prologue()
        self._guarded()
        if self._records:
            self._keep()
        self._result()

    def _prologue(self) -> None:
        self._add(f"{names.BAD} = []")
        if any(not is_root_scalar(leaf) for leaf in self._leaves()):
            self._bind("Loading", Loading)
            self._add(f"{names.LOADING} = Loading(given, {names.BAD})")

    def _guarded(self) -> None:
        """The operations, inside a `try` that costs nothing until something raises."""
        self._add("try:")
        self._depth = 2
        if self.program.axes:
            self._bind("errstate", np.errstate)
            self._add("with errstate(all='ignore'):")
            self._depth = 3
        self._body()
        self._depth = 1
        self._add(f"except BaseException as {names.ERROR}:")
        self._add(f"    {names.FAILED}({names.ERROR}, locals())")
        self._add("    raise")

    def _body(self) -> None:
        if self._records:
            self._bind("now", perf_counter)
            if self._times_cpu:
                self._bind("cpu", thread_time_ns)
                self._add(f"{names.CPU_BEGIN} = cpu()")
            self._add(f"{names.reading(0)} = now()")
        for group in self.program.groups:
            self._group(group)

    def _group(self, group: Group) -> None:
        for operation in self.program.operations[group.first : group.last]:
            self._owner = operation.index
            self._operation(operation)
            if group.kind == "input" and operation.index == group.last - 1:
                self._fetch_axes()
            if self.program.axes:
                self._free(operation)
            self._read_clock(operation)
        if group.kind == "input":
            self._check_inputs()

    def _check_inputs(self) -> None:
        """Raise what the loaders found, and names that the schema does not declare."""
        if any(leaf.steps[0].null for leaf in self._leaves()):  # so their number says nothing
            self._bind("declared", frozenset(self.program.inputs))
            other = "not declared.issuperset(given)"
        else:
            other = f"len(given) != {len(self._leaves_at_root())}"
        self._add(f"if {names.BAD} or {other}: {names.CHECK}(given, {names.BAD})")

    def _keep(self) -> None:
        count = readings(self.program, self._level).count
        read = [names.reading(number) for number in range(count)]
        sizes = [f"{self._axis_names[a]}.size" for a in sized_axes(self.program, self._level)]
        cpu = [f"cpu() - {names.CPU_BEGIN}"] if self._times_cpu else []
        record = record_format(self.program, self._level, times_cpu=self._times_cpu)
        self._bind("pack", struct.Struct(record).pack)
        keep = f"{names.KEEP}((pack({', '.join([*read, *sizes, *cpu])}), {names.CONTEXT}))"
        if self._trims:
            first, last = read[0], read[-1]
            self._bind("pack_ends", struct.Struct(ends_format(times_cpu=self._times_cpu)).pack)
            ends = f"pack_ends({', '.join([first, last, *cpu])})"
            self._add(
                f"if {last} - {first} < {names.LEAST}: {names.KEEP}(({ends}, {names.CONTEXT}))"
            )
            keep = f"else: {keep}"
        self._add(keep)
        self._add(f"if len({names.QUEUE}) > {names.LIMIT}: {names.RELIEVE}()")

    def _result(self) -> None:
        outputs = [self.program.result(name) for name in self.program.readable]
        cells = [self._names[output.index] for output in outputs]
        shown = {axis for output in outputs for axis in output.result_axes}
        axes = [name if axis in shown else "None" for axis, name in self._axis_names.items()]
        self._bind("new", object.__new__)
        self._add(f"result = new({names.OWNER})")
        self._add(f"result.{names.RESULT_OUTPUTS} = {names.OUTPUTS}")
        self._add(f"result.{names.RESULT_CELLS} = ({''.join(f'{cell}, ' for cell in cells)})")
        self._add(f"result.{names.RESULT_AXES} = ({''.join(f'{axis}, ' for axis in axes)})")
        self._add("return result")

    # One operation.

    def _operation(self, operation: Operation) -> None:
        for axis in operation.axes:
            self._make_axis(axis)
        leaf = operation.leaf
        if operation.opcode is ops.LOAD_INPUT and leaf is not None and is_root_scalar(leaf):
            self._load_root_scalar(leaf, operation.index)
        elif operation.opcode is ops.CONST:
            self._bind(self._names[operation.index], operation.value)
        elif not operation.opcode.free:
            self._add(f"{self._names[operation.index]} = {self._code.expression(operation)}")

    def _make_axis(self, axis: str) -> None:
        """Make an axis that no input has, where it is first needed."""
        made = self.program.made.get(axis)
        if made is None or axis in self._made:
            return
        self._made.add(axis)
        name, array = self._axis_names[axis], self._axis_names[made.array]
        if not made.below:
            self._add(f"{name} = {array}")
            return
        self._bind("beside", beside)
        below = "".join(f"{self._axis_names[one]}, " for one in made.below)
        self._add(f"{name} = beside({array}, ({below}))")

    def _load_root_scalar(self, leaf: Leaf, n: int) -> None:
        cell = self._names[n]
        test, constants = fast_test(leaf, cell, f"d{n}")
        self.bound.update(constants)
        self._bind(names.MISSING, MISSING)
        self._bind(f"name{n}", leaf.path[0])
        self._bind(f"slow{n}", slow(leaf, n))
        self._add(f"try: {cell} = given[name{n}]")
        absent = None if leaf.may_be_missing else names.MISSING
        self._add(f"except KeyError: {cell} = {absent}")
        self._add(f"if not ({test}): {cell} = slow{n}({cell}, {names.BAD})")

    # What stands between operations.

    def _fetch_axes(self) -> None:
        """Bind each axis, once the loaders have opened the arrays."""
        for axis, name in self._axis_names.items():
            if axis in self.program.made:
                continue
            self._bind(f"path_{name}", axis)
            self._add(f"{name} = {names.LOADING}.axes.get(path_{name})")

    def _free(self, operation: Operation) -> None:
        """Delete vectors that nothing needs any more, so that the next can have their memory."""
        dead = self._last_uses.get(operation.index, [])
        dead = [*dead, *self._code.dead_columns(operation)]
        if dead:
            self._add(f"del {', '.join(dead)}")

    def _read_clock(self, operation: Operation) -> None:
        slot = self._clock.get(operation.index)
        if slot is not None:
            self._add(f"{names.reading(slot)} = now()")

    # Looking things up.

    def _add(self, text: str) -> None:
        self.lines.append(_INDENT * self._depth + text)
        self.owners.append(self._owner)

    def _bind(self, name: str, value: object) -> str:
        self.bound[name] = value
        return name

    def _leaves(self) -> list[Leaf]:
        return [o.leaf for o in self.program.operations if o.leaf and o.opcode is ops.LOAD_INPUT]

    def _leaves_at_root(self) -> set[str]:
        return {leaf.path[0] for leaf in self._leaves()}


def _marks(program: Program, level: Level) -> dict[int, int]:
    """After which operations the clock is read, and which reading that is."""
    if level is Level.NOTHING:
        return {}
    slots = readings(program, level)
    if level is Level.OPERATIONS:
        ends = {o.index: slots.operation_ends[o.index] for o in program.operations}
    else:
        groups = zip(program.groups, slots.group_ends, strict=True)
        ends = {group.last - 1: end for group, end in groups if group.last > group.first}
    return _newly_reached(ends)


def _newly_reached(ends: dict[int, int]) -> dict[int, int]:
    """Only the operations that take a reading of their own; the others share the one before."""
    reached, marks = 0, {}
    for index, end in ends.items():
        if end > reached:
            marks[index] = reached = end
    return marks
