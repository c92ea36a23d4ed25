"""Expressions for functions of bare arrays, which are NumPy's own and nothing else.

Two things are decided here besides. An array of floats that nothing has any more takes the next
result. And a vector that is only repeated, to meet others element by element, is not written out.
It is the side of a grid (see `kumi.vm.grids`), or, where rows are long, a view of two dimensions:

    v1 = stretched(v0, (a2, ))                       300 x 300, of 300 numbers
    v3 = (v2.reshape(v1.shape) - v1).reshape(-1)     90,000 numbers, flat again as all others are
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kumi.ir import ops
from kumi.kernels import bare_functions, bind
from kumi.kernels.bare_calls import bare_call
from kumi.kernels.kinds import FLOAT, INTEGER
from kumi.kernels.vectors import EXACT
from kumi.vm import grids
from kumi.vm.bare_arrays import known_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kumi.ir.program import Operation, Program
    from kumi.kernels.kinds import Kind
    from kumi.vm.float_literals import FloatLiterals
    from kumi.vm.grids import GridSide


class BareCode:
    """Writes the expressions of one program's functions of bare arrays.

    `bound` takes the globals that they need, `names` are the locals of values, `last_uses` the
    vectors that each operation is the last to read.
    """

    def __init__(
        self,
        program: Program,
        bound: dict[str, Any],
        names: Mapping[int, str],
        last_uses: Mapping[int, list[str]],
        float_literals: FloatLiterals,
    ) -> None:
        self._program = program
        self._globals = bound
        self._names = names
        self._last_uses = last_uses
        self._float_literals = float_literals
        self._fresh: set[str] = set()
        self.known = known_values(program)
        found = grids.sides(program)
        self.views = self._find_views(found)
        by_name = {names[index]: side for index, side in found.items()}
        self.sides = {one: by_name[names[one]] for one in self.views if names[one] in by_name}

    def expression(self, operation: Operation) -> str | None:
        """The expression for its value; None where it is no function of bare arrays."""
        args = self._arguments(operation)
        if args is None:
            return None
        written = self._written(operation, self._kinds(operation), self._spent(operation))
        if written is None:
            return None
        self._fresh.add(self._names[operation.index])
        if not self.views.intersection(operation.args):
            return written.format(*args)
        return self._of_views(operation, written, args)

    def _of_views(self, operation: Operation, written: str, args: Sequence[str]) -> str:
        """A function some of whose arguments are no flat arrays: all of one shape, then flat."""
        first = next(arg for arg in operation.args if arg in self.views)
        shape = f"{self._names[first]}.shape"
        met = {self.sides.get(arg) for arg in operation.args if arg in self.known.vectors}
        if met != {None}:
            shape = grids.shape(self._program, operation)
        # Where the whole grid is met, by a vector or by both sides, NumPy repeats these.
        meeting = len(met) > 1 and bare_functions.broadcasts(_function(operation))
        shaped = []
        for arg, name in zip(operation.args, args, strict=True):
            if arg in self.sides:
                shaped.append(name if meeting else f"filled({name}, {shape})")
            else:
                is_flat = arg in self.known.vectors and (met != {None} or arg != first)
                shaped.append(f"{name}.reshape({shape})" if is_flat else name)
        self._globals["filled"] = grids.filled
        return f"{written.format(*shaped)}.reshape(-1)"

    def keep(self, operation: Operation) -> None:
        """Know that the result of an operation may hold the memory of its arguments."""
        self._fresh.difference_update(self._names[arg] for arg in operation.args)

    def _find_views(self, sides: Mapping[int, GridSide]) -> frozenset[int]:
        """Which repeated vectors only meet others in functions of bare arrays."""
        operations = self._program.operations
        found = {
            self._names[one.index]: one.index
            for one in operations
            if one.index in self.known.bare and (one.index in sides or self._is_below(one))
        }
        for name in self._program.readable:
            found.pop(self._names[self._program.result(name).index], None)
        for one in operations if found else ():
            read = [self._names[arg] for arg in one.args if self._names[arg] in found]
            if read and one.opcode not in ops.PASSED_ON and not self._is_function(one):
                for name in read:
                    found.pop(name, None)
        return frozenset(index for index, name in self._names.items() if name in found)

    def _is_below(self, operation: Operation) -> bool:
        """Whether it repeats each cell for those that lie below it."""
        if operation.opcode is not ops.ALIGN:
            return False
        source = self._program.operations[operation.args[0]].result_axes
        return operation.axes[: len(source)] == source

    def _is_function(self, operation: Operation) -> bool:
        if self._arguments(operation) is None:
            return False
        return self._written(operation, self._kinds(operation), None) is not None

    def _arguments(self, operation: Operation) -> Sequence[str] | None:
        """The names of arguments that are all bare arrays, floats, or can be had as such."""
        if operation.index not in self.known.bare or operation.opcode not in _ELEMENTWISE:
            return None
        if operation.opcode is ops.SELECT and operation.args[0] not in self.known.vectors:
            return None
        if set(self._given_kinds(operation)) == {INTEGER} and not self._compares(operation):
            return None  # a quotient: the nearest float, not that of two floats next to them
        flat = [self._flat(operation, arg) for arg in operation.args]
        names = [name for name in flat if name is not None]
        if len(names) < len(flat):
            return None
        if self._compares(operation):
            return names
        return self._float_literals.among(self._program, operation, names)[1]

    def _kinds(self, operation: Operation) -> tuple[Kind, ...]:
        """The kinds of such arguments: integers are floats then, if they are not compared."""
        kinds = self._given_kinds(operation)
        if self._compares(operation):
            return kinds
        return tuple(FLOAT if kind is INTEGER else kind for kind in kinds)

    def _given_kinds(self, operation: Operation) -> tuple[Kind, ...]:
        return tuple(self._program.operations[arg].kind for arg in operation.args)

    def _compares(self, operation: Operation) -> bool:
        return bare_functions.compares(_function(operation), self._given_kinds(operation))

    def _flat(self, user: Operation, arg: int) -> str | None:
        """A bare array, float or boolean by its name, and what the function takes for one.

        None for whatever may be null, or is of another kind.
        """
        operation, name = self._program.operations[arg], self._names[arg]
        if arg in self.known.vectors:
            if arg in self.known.bare:
                return name
            kinds = self._given_kinds(user)
            form = bare_functions.takes(_function(user), kinds, operation.kind)
            return form.format(name) if form and arg in self.known.never_null else None
        if arg not in self.known.never_null:
            return None
        if operation.kind is not INTEGER or self._compares(user):
            return name
        is_exact = operation.opcode is ops.CONST and abs(int(str(operation.value))) <= EXACT
        return name if is_exact else None

    def _spent(self, operation: Operation) -> int | None:
        """Which argument is an array of floats that nothing else has, or needs any more."""
        dead = self._fresh.intersection(self._last_uses.get(operation.index, ()))
        for number, arg in enumerate(operation.args):
            if self._names[arg] in dead and self._program.operations[arg].kind is FLOAT:
                return number
        return None

    def _written(
        self, operation: Operation, kinds: tuple[Kind, ...], spent: int | None
    ) -> str | None:
        """With `{0} {1} {2}` for the arguments."""
        function = _function(operation)
        found = bare_functions.expression(function, kinds, operation.kind, spent=spent)
        if found is not None:
            self._globals.update(bare_functions.NAMES)
            return found
        of_columns = bind.elementwise(function, kinds, operation.kind, **operation.named_options)
        call = bare_call(function, kinds, operation.kind, of_columns)
        if call is None:
            return None
        name = f"k{operation.index}"
        self._globals[name] = call
        args = ", ".join(f"{{{number}}}" for number in range(len(kinds)))
        return f"{name}({args}{', out={0}' if spent == 0 else ''})"


def _function(operation: Operation) -> str:
    return operation.function or "select"


_ELEMENTWISE = (ops.MAP, ops.SELECT)
