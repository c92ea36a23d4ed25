"""Expressions that generated code has for the values of operations, with kernels bound by name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from kumi.errors import CompilerBug
from kumi.ir import ops
from kumi.kernels import bare_functions, bind
from kumi.kernels.bare_calls import bare_call
from kumi.kernels.kinds import FLOAT, INTEGER, ZEROS
from kumi.kernels.neighbour_columns import positions, shifted
from kumi.kernels.pairs import crossed, spread
from kumi.kernels.tuples import gathered, object_of, tuple_of
from kumi.kernels.vectors import EXACT, Column, align
from kumi.vm.bare_arrays import known_values
from kumi.vm.convention import LOADING
from kumi.vm.float_literals import FloatLiterals
from kumi.vm.loaders import loader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kumi.ir.program import AxisName, Operation, Program
    from kumi.kernels.kinds import Kind


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
        self._last_uses = last_uses
        self._known = known_values(program)
        self._fresh: set[str] = set()
        self._float_literals = FloatLiterals(bound)
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
        if operation.opcode not in self._writers:
            raise CompilerBug(f"no code for {operation.title}")
        bare = self._bare_function(operation)
        if bare is not None:
            self._fresh.add(self._names[operation.index])
            return bare
        if operation.opcode not in _COPYING:  # a tuple keeps the arrays of its items
            self._fresh.difference_update(self._names[arg] for arg in operation.args)
        found = self._writers[operation.opcode](operation)
        return f"{found}.values" if operation.index in self._known.bare else found

    # Functions of bare arrays.

    def _bare_function(self, operation: Operation) -> str | None:
        """An expression of NumPy's alone, where all that it is about are bare arrays and floats."""
        if operation.index not in self._known.bare or operation.opcode not in _ELEMENTWISE:
            return None
        if {self._kind(arg) for arg in operation.args} == {INTEGER}:
            return None  # a quotient: the nearest float, not that of two floats next to them
        function = operation.function or "select"
        flat = [self._flat(function, arg) for arg in operation.args]
        names = [name for name in flat if name is not None]
        if len(names) < len(flat):
            return None
        found, args = self._float_literals.among(self._program, operation, names)
        kinds = tuple(FLOAT if kind is INTEGER else kind for kind in found)
        written = self._written(operation, function, kinds)
        return written and written.format(*args)

    def _written(self, operation: Operation, function: str, kinds: tuple[Kind, ...]) -> str | None:
        """With `{0} {1} {2}` for the arguments."""
        spent = self._spent(operation)
        found = bare_functions.expression(function, kinds, operation.kind, spent=spent)
        if found is not None:
            self._globals.update(bare_functions.NAMES)
            return found
        of_columns = bind.elementwise(function, kinds, operation.kind, **operation.named_options)
        call = bare_call(function, kinds, operation.kind, of_columns)
        if call is None:
            return None
        args = ", ".join(f"{{{number}}}" for number in range(len(kinds)))
        out = ", out={0}" if spent == 0 else ""
        return f"{self._bind(f'k{operation.index}', call)}({args}{out})"

    def _flat(self, function: str, arg: int) -> str | None:
        """A bare array, float or boolean by its name, and what the function takes for one.

        None for whatever may be null, or is of another kind.
        """
        operation, name = self._program.operations[arg], self._names[arg]
        if arg in self._known.vectors:
            if arg in self._known.bare:
                return name
            form = bare_functions.takes(function, operation.kind)
            return form.format(name) if form and arg in self._known.never_null else None
        if operation.opcode is ops.CONST and operation.kind is INTEGER:
            return name if abs(int(str(operation.value))) <= EXACT else None
        whole = operation.kind is INTEGER or arg not in self._known.never_null
        return None if whole else name

    def _spent(self, operation: Operation) -> int | None:
        """Which argument is an array of floats that nothing else has, or needs any more."""
        dead = self._fresh.intersection(self._last_uses.get(operation.index, ()))
        for number, arg in enumerate(operation.args):
            if self._names[arg] in dead and self._kind(arg) is FLOAT:
                return number
        return None

    # Functions of columns.

    def _column(self, index: int) -> str:
        """A value as functions of columns take it."""
        name = self._names[index]
        if index not in self._known.bare:
            return name
        self._bind("Column", Column)
        return f"Column({name})"

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
            return self._spread(arg, source, operation.axes)
        deeper = "".join(f"{self._axis_names[axis]}, " for axis in operation.axes[depth:])
        self._bind("align", align)
        return f"align({self._column(arg)}, ({deeper}))"

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
        kernel = partial(shifted, **moved)
        return f"{self._bind(f'k{operation.index}', kernel)}({self._column(arg)}, ({axes}))"

    def _spread(self, arg: int, source: tuple[str, ...], axes: tuple[str, ...]) -> str:
        """Over axes among which the free one of the source has another place."""
        shared = sum(one == other for one, other in zip(source, axes, strict=False))
        free = self._axis_names[source[-1]]
        steps = [f"({self._axis_names[axis]}, None), " for axis in axes[shared:-1]]
        steps.append(f"({self._axis_names[axes[-1]]}, {free}), ")
        self._bind("spread", spread)
        return f"spread({self._column(arg)}, ({''.join(steps)}))"

    def _cross(self, operation: Operation) -> str:
        (arg,) = operation.args
        one, other = (self._axis_names[axis] for axis in operation.axes[-2:])
        self._bind("crossed", crossed)
        return f"crossed({self._column(arg)}, {one}, {other})"

    def _reduce(self, operation: Operation) -> str:
        (arg,) = operation.args
        kernel = bind.reducer(operation.function or "", self._kind(arg), operation.kind)
        name = self._bind(f"k{operation.index}", kernel)
        axis = self._axis_names[operation.axes[-1]]
        return f"{name}({self._column(arg)}, {axis}, {len(operation.axes) == 1})"

    def _map(self, operation: Operation) -> str:
        function = operation.function or "select"
        kinds = tuple([self._kind(arg) for arg in operation.args])
        args = list(map(self._column, operation.args))
        options = operation.named_options
        if operation.axes:
            kernel: Any = bind.elementwise(function, kinds, operation.kind, **options)
        else:
            if bind.brings_floats(function, kinds, operation.kind):
                kinds, args = self._float_literals.among(self._program, operation, args)
            kernel = bind.scalar(function, kinds, operation.kind, **options)
        if isinstance(kernel, str):
            self._globals.update(bind.NAMES)
            return kernel.format(*args)
        return f"{self._bind(f'k{operation.index}', kernel)}({', '.join(args)})"

    def _gather(self, operation: Operation) -> str:
        """A tuple, or an object; over arrays the columns of its parts, side by side."""
        parts = f"({''.join(f'{self._column(arg)}, ' for arg in operation.args)})"
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
        args = "".join(f"{self._column(arg)}, " for arg in operation.args)
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


_ELEMENTWISE = (ops.MAP, ops.SELECT)
_COPYING = (ops.REDUCE, ops.ALIGN)
"""The operations of columns whose results share no memory with their arguments."""
