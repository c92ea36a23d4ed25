"""Expressions that generated code has for the values of operations, with kernels bound by name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from kumi.errors import CompilerBug
from kumi.ir import ops
from kumi.kernels import bare_functions, bind
from kumi.kernels.kinds import ZEROS
from kumi.kernels.neighbour_columns import positions, shifted, shifting
from kumi.kernels.pairs import crossed, spread
from kumi.kernels.tuples import gathered, object_of, tuple_of
from kumi.kernels.vectors import Column, align, stretched
from kumi.vm.bare_code import BareCode
from kumi.vm.convention import LOADING
from kumi.vm.float_literals import FloatLiterals
from kumi.vm.grids import GridSide
from kumi.vm.loaders import loader
from kumi.vm.shared_columns import SharedColumns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kumi.ir.program import AxisName, Operation, Program


class OperationCode:
    """Writes the expressions of one program's operations.

    `bound` takes the globals that they need; `names` and `axis_names` are the locals of values and
    axes, `last_uses` the vectors that each operation is the last to read.
    """

    def __init__(
        self,
        program: Program,
        bound: dict[str, Any],
        names: Mapping[int, str],
        axis_names: Mapping[AxisName, str],
        last_uses: Mapping[int, list[str]],
    ) -> None:
        self._program = program
        self._globals = bound
        self._names = names
        self._axis_names = axis_names
        self._float_literals = FloatLiterals(bound)
        self._bare = BareCode(program, bound, names, last_uses, self._float_literals)
        self._known = self._bare.known
        self._shared = SharedColumns(program, names, self._known.bare)
        self._expressions: dict[tuple[object, ...], str] = {}
        self._writers: dict[ops.Opcode, Callable[[Operation], str]] = {
            ops.LOAD_INPUT: self._load,
            ops.ALIGN: self._align,
            ops.INDEX: self._index,
            ops.SHIFT: self._shift,
            ops.ROLL: self._shift,
            ops.CROSS: self._cross,
            ops.REDUCE: self._reduce,
            ops.SEARCH: self._search,
            ops.MAP: self._map,
            ops.SELECT: self._map,
            ops.ARRAY: self._gather,
            ops.OBJECT: self._gather,
        }

    def expression(self, operation: Operation) -> str:
        """The value of an operation that is computed."""
        write = self._writers.get(operation.opcode)
        if write is None:
            raise CompilerBug(f"no code for {operation.title}")
        if not operation.axes:  # its value is no vector, and so shares no memory
            return write(operation)
        bare = self._bare.expression(operation)
        if bare is not None:
            return bare
        side = self._bare.sides.get(operation.index)
        if side is not None:
            self._bare.keep(operation)
            name = self._names[operation.args[0]]
            return f"{name}[:, None]" if side is GridSide.DOWN else name
        if operation.opcode not in _COPYING or operation.index in self._bare.views:
            self._bare.keep(operation)  # a tuple keeps the arrays of its items, a view its cells
        found = write(operation)
        is_column = operation.index in self._known.bare and not self._gives_array(operation)
        return f"{found}.values" if is_column else found

    def _gives_array(self, operation: Operation) -> bool:
        """Whether what is written for it gives a bare array itself, and no column."""
        return operation.index in self._bare.views or operation.opcode in (ops.SHIFT, ops.ROLL)

    def dead_columns(self, operation: Operation) -> list[str]:
        """Locals besides the values that nothing reads after an operation."""
        return self._shared.dead(operation)

    def _column(self, operation: Operation, arg: int) -> str:
        """A value as functions of columns take it."""
        if arg not in self._known.bare:
            return self._names[arg]
        self._bind("Column", Column)
        return self._shared.expression(operation, arg)

    def _columns(self, operation: Operation) -> list[str]:
        """All arguments as functions of columns take them."""
        return [self._column(operation, arg) for arg in operation.args]

    def _load(self, operation: Operation) -> str:
        """An input in an array or a hash."""
        if operation.leaf is None:
            raise CompilerBug(f"{operation.title} has no leaf")
        n = operation.index
        return f"{self._bind(f'load{n}', loader(operation.leaf, n))}({LOADING})"

    def _align(self, operation: Operation) -> str:
        (arg,) = operation.args
        source = self._program.operations[arg].result_axes
        depth = len(source)
        if operation.axes[:depth] != source:
            return self._spread(operation, source)
        deeper = "".join(f"{self._axis_names[axis]}, " for axis in operation.axes[depth:])
        if operation.index in self._bare.views:
            return f"{self._bind('stretched', stretched)}({self._names[arg]}, ({deeper}))"
        return f"{self._bind('align', align)}({self._column(operation, arg)}, ({deeper}))"

    def _index(self, operation: Operation) -> str:
        self._bind("positions", positions)
        return f"positions({self._axis_names[operation.axes[-1]]})"

    def _shift(self, operation: Operation) -> str:
        arg, by = operation.args
        options = operation.named_options
        levels = operation.axes[-1 - int(str(options["axis_offset"])) :]
        axes = "".join(f"{self._axis_names[axis]}, " for axis in levels)
        moved: dict[str, Any] = {"by": self._program.operations[by].value}
        moved |= {"policy": options["policy"], "fill": ZEROS.get(operation.kind)}
        if operation.index in self._known.bare:
            moves = self._bind(f"k{operation.index}", shifting(**moved))
            return f"{moves}({self._names[arg]}, ({axes}))"
        moves = self._bind(f"k{operation.index}", partial(shifted, **moved))
        return f"{moves}({self._column(operation, arg)}, ({axes}))"

    def _spread(self, operation: Operation, source: tuple[str, ...]) -> str:
        """Over axes among which the free one of the source has another place."""
        axes, (arg,) = operation.axes, operation.args
        shared = sum(one == other for one, other in zip(source, axes, strict=False))
        free = self._axis_names[source[-1]]
        steps = [f"({self._axis_names[axis]}, None), " for axis in axes[shared:-1]]
        steps.append(f"({self._axis_names[axes[-1]]}, {free}), ")
        return f"{self._bind('spread', spread)}({self._column(operation, arg)}, ({''.join(steps)}))"

    def _cross(self, operation: Operation) -> str:
        (arg,) = operation.args
        one, other = (self._axis_names[axis] for axis in operation.axes[-2:])
        return f"{self._bind('crossed', crossed)}({self._column(operation, arg)}, {one}, {other})"

    def _reduce(self, operation: Operation) -> str:
        (arg,) = operation.args
        kernel = bind.reducer(operation.function or "", self._kind(arg), operation.kind)
        axis, whole = self._axis_names[operation.axes[-1]], len(operation.axes) == 1
        if whole and arg in self._known.bare:
            folded = bare_functions.fold(operation.function or "", self._kind(arg))
            if folded is not None:
                self._globals.update(bare_functions.NAMES)
                return folded.format(self._names[arg])
        name = self._bind(f"k{operation.index}", kernel)
        return f"{name}({self._column(operation, arg)}, {axis}, {whole})"

    def _map(self, operation: Operation) -> str:
        if not operation.axes:
            return self._map_scalars(operation)
        kinds = tuple([self._kind(arg) for arg in operation.args])
        args = self._columns(operation)
        function, options = operation.function or "select", operation.named_options
        kernel = bind.elementwise(function, kinds, operation.kind, **options)
        return f"{self._bind(f'k{operation.index}', kernel)}({', '.join(args)})"

    def _map_scalars(self, operation: Operation) -> str:
        function = operation.function or "select"
        operations = self._program.operations
        kinds = tuple([operations[arg].kind for arg in operation.args])
        args = [self._names[arg] for arg in operation.args]
        if bind.brings_floats(function, kinds, operation.kind):
            kinds, args = self._float_literals.among(self._program, operation, args)
        key = None if operation.options else (function, kinds, operation.kind)
        if key in self._expressions:
            return self._expressions[key].format(*args)
        kernel = bind.scalar(function, kinds, operation.kind, **operation.named_options)
        if not isinstance(kernel, str):
            return f"{self._bind(f'k{operation.index}', kernel)}({', '.join(args)})"
        self._globals.update(bind.NAMES)
        if key is not None:
            self._expressions[key] = kernel  # a long formula has few functions
        return kernel.format(*args)

    def _gather(self, operation: Operation) -> str:
        """A tuple, or an object; over arrays the columns of its parts, side by side."""
        parts = f"({''.join(f'{one}, ' for one in self._columns(operation))})"
        is_object = operation.opcode is ops.OBJECT
        name = self._bind(f"names{operation.index}", operation.fields) if is_object else "None"
        if operation.axes:
            self._bind("gathered", gathered)
            return f"gathered({parts}, {name})"
        make = object_of if is_object else tuple_of
        return f"{self._bind(make.__name__, make)}({name}, {parts})"

    def _search(self, operation: Operation) -> str:
        kinds = tuple(self._kind(arg) for arg in operation.args)
        function, whole = operation.function or "", not operation.axes
        options = operation.named_options
        kernel = bind.search(
            function, kinds, operation.kind, operation.table, whole=whole, **options
        )
        name = self._bind(f"k{operation.index}", kernel)
        args = "".join(f"{one}, " for one in self._columns(operation))
        table = "".join(f"{self._axis_names[axis]}, " for axis in operation.table)
        below = operation.axes[len(operation.table) - 1 :]
        deeper = "".join(f"{self._axis_names[axis]}, " for axis in below)
        return f"{name}(({args}), ({table}), ({deeper}))"

    # Looking things up.

    def _bind(self, name: str, value: object) -> str:
        self._globals[name] = value
        return name

    def _kind(self, index: int) -> Any:
        return self._program.operations[index].kind


_COPYING = (ops.REDUCE, ops.ALIGN)
"""The operations of columns whose results share no memory with their arguments."""
