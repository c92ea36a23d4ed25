"""What is said of a null that an operation could not take: which operation, and where it came from.

A null that was declared is a static error. What is left comes up in a run: out of an `any`, the
least of no elements, an item that is not there. Looking for it before each operation would cost
every run, so it is looked for when Python has raised: from the operation's arguments back through
whatever only passes values on, cell by cell, to the input that holds it. Where a vector on that way
was freed already, the search ends, and the argument is named instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.analysis.facts import symbol
from kumi.ir import ops
from kumi.kernels.kinds import TupleOf
from kumi.kernels.null_rules import null_rule
from kumi.kernels.tuples import parts_of
from kumi.kernels.vectors import Column
from kumi.vm.access import access_path
from kumi.vm.convention import LOADING, axis
from kumi.vm.liveness import value_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kumi.ir.program import Operation, Program
    from kumi.kernels.kinds import Kind

_GONE = object()
"""Stands for a cell of a vector that was freed."""

_COALESCE = "say with `coalesce` what it is then"


def null_message(program: Program, failed: Operation, local: Mapping[str, Any]) -> str | None:
    """The message for an operation that met a null which it does not take; None where it met none.

    `local` are the variables of the generated code when it raised.
    """
    search = _Search(program, local)
    function = failed.function or "select"
    of_items = function != "at" and isinstance(_kind(program, failed.args[0]), TupleOf)
    rule = null_rule(function, of_items=of_items)
    for number, arg in enumerate(failed.args):
        null = search.null_in(arg) or (search.null_item(arg) if of_items else None)
        chosen = null is None and of_items and search.has_null_item(arg)
        if (null is not None or chosen) and not rule.takes(number):
            who = "a condition" if failed.opcode is ops.SELECT else f"`{symbol(function)}`"
            who = failed.written or who
            what = search.origin(null) if null else "one of its items"
            what = what or _argument(failed, number)
            return f"{who} takes no null, and {what} is null; {_COALESCE}"
    return None


def _kind(program: Program, index: int) -> Kind:
    return program.operations[index].kind


def _argument(failed: Operation, number: int) -> str:
    if failed.opcode is ops.SELECT:
        return "this one"
    return "one of its values" if len(failed.args) == 1 else f"argument {number + 1}"


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell of an operation's value; a scalar has only the one at 0."""

    index: int
    position: int


def _first_null(index: int, value: Any) -> _Cell | None:
    if isinstance(value, Column):
        valid = value.valid
        return None if valid is None or valid.all() else _Cell(index, int(valid.argmin()))
    return _Cell(index, 0) if value is None else None


class _Search:
    """The values of a run that failed, and the way back from a null in one of them."""

    def __init__(self, program: Program, local: Mapping[str, Any]) -> None:
        self._operations = program.operations
        self._local = local
        self._names = value_names(program)
        self._axes = {name: local.get(axis(n)) for n, name in enumerate(program.axes)}

    def null_in(self, index: int) -> _Cell | None:
        """The first null of a value."""
        return _first_null(index, self._value(index))

    def null_item(self, index: int) -> _Cell | None:
        """The first null among the items of a tuple: what the tuple was made of."""
        value = self._value(index)
        made = self._operations[index]
        while made.opcode in (ops.REF, ops.REUSE, ops.ALIGN):
            made = self._operations[made.args[0]]
        if made.opcode is not ops.ARRAY or made.axes != self._operations[index].axes:
            return None
        items = zip(made.args, parts_of(value) or (), strict=False)  # none where it is gone
        return next(filter(None, (_first_null(arg, item) for arg, item in items)), None)

    def has_null_item(self, index: int) -> bool:
        """Whether there is a null among the items of a tuple that was chosen, not made."""
        return any(_first_null(index, item) for item in parts_of(self._value(index)) or ())

    def origin(self, cell: _Cell) -> str | None:
        """Where a null came from, in words: an input with its indexes, a declaration, a fold."""
        declaration: str | None = None
        at: _Cell | None = cell
        while at is not None:
            operation = self._operations[at.index]
            said = self._said_of(operation, at.position)
            if said is not None:
                return said if declaration is None else f"`{declaration}`, {said},"
            if operation.opcode is ops.REF and declaration is None:
                declaration = operation.ref
            at = self._before(operation, at.position)
        return None if declaration is None else f"`{declaration}`"

    def _said_of(self, operation: Operation, position: int) -> str | None:
        if operation.opcode is ops.LOAD_INPUT:
            return self._leaf(operation, position)
        if operation.opcode is ops.REDUCE:
            return f"the `{operation.function}` of no elements"
        if operation.opcode in (ops.SHIFT, ops.ROLL):
            source = self._value(operation.args[0])
            has_nulls = not isinstance(source, Column) or source.valid is not None
            return None if has_nulls else "a neighbour in a row that is shorter"
        return self._item(operation, position) if operation.function == "at" else None

    def _leaf(self, operation: Operation, position: int, item: str = "") -> str | None:
        loading, leaf = self._local.get(LOADING), operation.leaf
        if leaf is None:
            return None
        dotted = loading.place(access_path(leaf), position) if loading else leaf.dotted
        return f"`{dotted}{item}`"

    def _item(self, operation: Operation, position: int) -> str:
        """The item of a whole array that is null, or an index beyond its end."""
        array, index = (self._cell(arg, position) for arg in operation.args)
        source = self._operations[operation.args[0]]
        missing = "an item that is not there"
        if not isinstance(index, int) or not hasattr(array, "__len__"):
            return missing
        if source.opcode is not ops.LOAD_INPUT or not -len(array) <= index < len(array):
            return missing
        return self._leaf(source, position, f"[{index % len(array)}]") or missing

    def _before(self, operation: Operation, position: int) -> _Cell | None:
        """The cell that a cell was only passed on from."""
        match operation.opcode:
            case ops.REF | ops.REUSE | ops.STORE | ops.OUTER:
                return _Cell(operation.args[0], position)
            case ops.ALIGN:
                return self._repeated(operation, position)
            case ops.SELECT:
                return self._chosen(operation, position)
        return _Cell(operation.args[1], position) if operation.function == "coalesce" else None

    def _repeated(self, operation: Operation, position: int) -> _Cell | None:
        """The cell that an aligned cell repeats: its parent, as many axes up as were added."""
        source = operation.args[0]
        axes = self._operations[source].result_axes
        if operation.axes[: len(axes)] != axes:
            return None  # beside another array, by `outer`
        added = operation.axes[len(axes) :]
        for name in reversed(added):
            found = self._axes[name]
            if found is None:
                return None
            position = int(np.searchsorted(found.offsets, position, "right")) - 1
        return _Cell(source, position)

    def _chosen(self, operation: Operation, position: int) -> _Cell | None:
        condition, first, second = operation.args
        held = self._cell(condition, position)
        if held is _GONE:
            return None
        return _Cell(first if held is True else second, position)

    def _cell(self, index: int, position: int) -> Any:
        value = self._value(index)
        if not isinstance(value, Column):
            return value
        null = value.valid is not None and not value.valid[position]
        return None if null else value.values[position : position + 1].tolist()[0]

    def _value(self, index: int) -> Any:
        operation = self._operations[index]
        while operation.opcode in ops.PASSED_ON:
            operation = self._operations[operation.args[0]]
        if operation.opcode is ops.CONST:
            return operation.value
        return self._local.get(self._names[operation.index], _GONE)
