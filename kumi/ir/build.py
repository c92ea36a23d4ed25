"""Appending operations to a program: alignment, axes and kinds follow from the arguments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kumi.analysis.lineage import Naming, crossed, freed, is_free
from kumi.errors import CompilerBug
from kumi.ir import ops
from kumi.ir.program import MadeAxis, Operation
from kumi.kernels.kinds import HASH, TupleOf, promote
from kumi.kernels.signatures import resolved

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from kumi.ir.ops import Opcode
    from kumi.ir.program import AxisName, Leaf
    from kumi.kernels.kinds import Kind
    from kumi.kernels.signatures import Function
    from kumi.places import Place

    Options = tuple[tuple[str, object], ...]


@dataclass(slots=True)
class Builder:
    """The operations so far. Every method appends and returns the index of what it appended.

    Call `open` where a declaration begins: what was aligned for one is not used by the next.
    `written` is what the schema has in place of what is appended now (see `Operation`).
    """

    operations: list[Operation] = field(default_factory=list)
    written: str | None = None
    made: dict[AxisName, MadeAxis] = field(default_factory=dict)
    _naming: Naming = field(default_factory=Naming)
    _aligned: dict[tuple[int, tuple[AxisName, ...]], int] = field(default_factory=dict)

    def open(self) -> int:
        """Begin a group; returns the index of its first operation."""
        self._aligned.clear()
        return len(self.operations)

    def append(
        self,
        opcode: Opcode,
        place: Place,
        kind: Kind,
        args: tuple[int, ...] = (),
        axes: tuple[AxisName, ...] = (),
        *,
        function: str | None = None,
        ref: str | None = None,
        leaf: Leaf | None = None,
        value: object = None,
        options: Options = (),
        table: tuple[AxisName, ...] = (),
        fields: tuple[str, ...] = (),
    ) -> int:
        """Append an operation as it is given."""
        operations = self.operations
        index = len(operations)
        about = function, ref, leaf, value, options, table, fields, self.written
        operations.append(Operation(index, opcode, place, kind, args, axes, *about))
        return index

    def constant(self, place: Place, kind: Kind, value: object) -> int:
        """A literal."""
        return self.append(ops.CONST, place, kind, value=value)

    def map(
        self,
        place: Place,
        function: Function,
        *args: int,
        options: Options = (),
        kind: Kind | None = None,
    ) -> int:
        """A function, element by element; `kind` where more is known than from the arguments'."""
        axes = self._longest(args)
        kind = kind or function.result(self._kinds(args))
        aligned = self._align(args, axes)
        name = function.name
        return self.append(ops.MAP, place, kind, aligned, axes, function=name, options=options)

    def select(self, place: Place, *args: int) -> int:
        """The second or the third argument, as the first one says, element by element."""
        axes = self._longest(args)
        kind = promote(*self._kinds(args[1:]))
        return self.append(ops.SELECT, place, kind, self._align(args, axes), axes)

    def gather(self, place: Place, *args: int, fields: tuple[str, ...] | None = None) -> int:
        """A tuple of the arguments, or an object with these fields, element by element."""
        axes = self._longest(args)
        aligned = self._align(args, axes)
        if fields is not None:
            return self.append(ops.OBJECT, place, HASH, aligned, axes, fields=fields)
        return self.append(ops.ARRAY, place, TupleOf(self._kinds(args)), aligned, axes)

    def reduce(self, place: Place, function: Function, arg: int) -> int:
        """A fold over the innermost axis."""
        axes = self.operations[arg].result_axes
        kind = function.result(self._kinds((arg,)))
        return self.append(ops.REDUCE, place, kind, (arg,), axes, function=function.name)

    def search(self, place: Place, function: Function, *args: int, options: Options = ()) -> int:
        """A value of a table's row for each cell. The table's columns stay as they are."""
        table = function.table(len(args)) if function.table else frozenset()
        rows = self.operations[args[min(table)]].result_axes
        axes = self._longest(args, table, rows[:-1])
        aligned = (arg if n in table else self._over(arg, axes) for n, arg in enumerate(args))
        name, kind = function.name, function.result(self._kinds(args))
        return self.append(
            *(ops.SEARCH, place, kind, tuple(aligned), axes),
            function=name,
            options=options,
            table=rows,
        )

    def cross(self, place: Place, arg: int) -> int:
        """All pairs of the elements of an array."""
        source = self.operations[arg]
        axes = crossed(source.result_axes)
        self.made[axes[-1]] = MadeAxis(axes[-2], (axes[-2],))
        return self.append(ops.CROSS, place, source.kind, (arg,), axes)

    def outer(self, place: Place, arg: int) -> int:
        """The same cells, on an axis that goes with others."""
        source = self.operations[arg]
        self._naming.free(source.result_axes)
        axes = self._joint([freed(source.result_axes)])
        return self.append(ops.OUTER, place, source.kind, (arg,), axes)

    def call(self, place: Place, name: str, *args: int) -> int:
        """A function by its name: the overload that takes these arguments."""
        return self.map(place, self.overload(name, *args), *args)

    def fold(self, place: Place, name: str, arg: int) -> int:
        """A reducer by its name."""
        return self.reduce(place, self.overload(name, arg), arg)

    def align_together(self, *args: int) -> tuple[int, ...]:
        """The arguments, every vector among them over the longest axes."""
        return self._align(args, self._longest(args))

    def overload(self, name: str, *args: int) -> Function:
        """The overload of a function that takes these arguments."""
        kinds = self._kinds(args)
        found = resolved(name, kinds)
        if found is None:
            raise CompilerBug(f"no overload of {name} takes {kinds}")
        return found

    def _kinds(self, args: tuple[int, ...]) -> tuple[Kind, ...]:
        operations = self.operations
        return tuple([operations[arg].kind for arg in args])

    def _longest(
        self,
        args: tuple[int, ...],
        without: Collection[int] = (),
        around: tuple[AxisName, ...] = (),
    ) -> tuple[AxisName, ...]:
        operations = self.operations
        counted = [arg for n, arg in enumerate(args) if n not in without] if without else args
        if not around and not any([operations[arg].axes for arg in counted]):  # noqa: C419 - quicker
            return ()
        several = [operations[arg].result_axes for arg in counted]
        return self._joint([around, *several]) if around or any(several) else ()

    def _joint(self, several: Sequence[tuple[AxisName, ...]]) -> tuple[AxisName, ...]:
        axes = self._naming.joint(several)
        if axes and is_free(axes[-1]):
            self.made[axes[-1]] = MadeAxis(*self._naming.made(axes))
        return axes

    def _align(self, args: tuple[int, ...], axes: tuple[AxisName, ...]) -> tuple[int, ...]:
        return tuple([self._over(arg, axes) for arg in args]) if axes else args

    def _over(self, arg: int, axes: tuple[AxisName, ...]) -> int:
        """A vector of fewer axes repeated over `axes`; scalars are left as they are."""
        source = self.operations[arg]
        if not source.result_axes or len(source.result_axes) == len(axes):
            return arg
        key = (arg, axes)
        if key not in self._aligned:
            self._aligned[key] = self.append(ops.ALIGN, source.place, source.kind, (arg,), axes)
        return self._aligned[key]
