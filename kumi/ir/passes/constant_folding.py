"""Pass: what only literals go into is computed when the schema is compiled.

The kernel that would compute it in each run does so once, so that the value is the same to the last
digit. A constant behind a declaration's name is one as well; the declaration itself stays.

>>> from kumi.schema import compile_program, loads
>>> schema = loads("schema do input do end let :rate, 1 + 0.25 value :twice, rate * 2 end")
>>> [one.title for one in compile_program(schema, without="constant_folding").operations]
['Const', 'Const', 'Map add', 'Ref rate', 'Const', 'Map multiply']
>>> [one.value for one in compile_program(schema).operations]
[1.25, 2.5]

What would raise stays, and raises in the run, at its place: `1 % 0`. So does what gives null, since
an error may have to say where a null came from; NaN, of which one is not another; and what becomes
large, because compiling must not take the time and the memory of `9 ** 9 ** 9`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from kumi.ir import ops
from kumi.ir.passes.rewriting import Changes, rewritten
from kumi.ir.program import Operation
from kumi.kernels.bind import of_cells
from kumi.kernels.tuples import tuple_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.ir.program import Program

_LITERALS: Final = frozenset({bool, int, float, str, Decimal, date})
"""What can be a literal. A decimal quotient cannot: it looks like its digits, and knows more."""

_BITS, _DIGITS, _LETTERS = 256, 100, 1000
"""The largest integers, decimals and texts that are computed with."""

_MOST: Final = 64
_GROWING: Final = frozenset({"power", "round", "to_string"})
"""Functions whose last argument says how large the result is: folded where it is up to `_MOST`."""


def constant_folding(program: Program) -> Program:
    """Functions of constants as constants."""
    folding = _Folding(program)
    for operation in program.operations:
        folding.visit(operation)
    return rewritten(program, folding.changes)


class _Folding:
    """What is known of a program's values while one goes through its operations."""

    def __init__(self, program: Program) -> None:
        self.changes = Changes()
        self._operations = program.operations
        self._known: dict[int, Any] = {}
        self._functions: dict[tuple[object, ...], Callable[..., Any]] = {}

    def visit(self, operation: Operation) -> None:
        """Find the value of an operation, where that is known before anything runs."""
        opcode, index = operation.opcode, operation.index
        if opcode is ops.CONST:
            if _is_small(operation.value):
                self._known[index] = operation.value
        elif not operation.axes and self._known.keys() >= set(operation.args):
            args = [self._known[arg] for arg in operation.args]
            if opcode is ops.REF:
                self._known[index] = args[0]
            elif opcode is ops.ARRAY:
                self._known[index] = tuple_of(None, tuple(args))
            elif opcode in (ops.MAP, ops.SELECT):
                self._fold(operation, args)

    def _fold(self, operation: Operation, args: list[Any]) -> None:
        function = operation.function or "select"
        if _may_grow(function, args):
            return
        try:
            value = self._function(function, operation)(*args)
        except Exception:  # noqa: BLE001 - whatever it is, it is raised in the run
            return
        if value is None or value != value or not _is_small(value):  # noqa: PLR0124 - NaN
            return
        self._known[operation.index] = value
        if type(value) in _LITERALS:
            self.changes.replaced[operation.index] = Operation(
                operation.index,
                ops.CONST,
                operation.place,
                operation.kind,
                value=value,
                written=operation.written,
            )

    def _function(self, name: str, operation: Operation) -> Callable[..., Any]:
        """The kernel, made once for all operations alike."""
        kinds = tuple(self._operations[arg].kind for arg in operation.args)
        key = name, kinds, operation.kind, repr(operation.options)
        if key not in self._functions:
            options = operation.named_options
            self._functions[key] = of_cells(name, kinds, operation.kind, options)
        return self._functions[key]


def _may_grow(function: str, args: list[Any]) -> bool:
    """Whether a result may be far larger than the arguments."""
    if function == "multiply":
        return any(type(arg) is str for arg in args)
    if function not in _GROWING or len(args) == 1:
        return False
    by = args[-1]
    return isinstance(by, int | Decimal) and not -_MOST <= by <= _MOST


def _is_small(value: Any) -> bool:
    if isinstance(value, int):
        return value.bit_length() <= _BITS
    if isinstance(value, str):
        return len(value) <= _LETTERS
    if isinstance(value, Decimal):
        _, digits, exponent = value.as_tuple()
        return len(digits) <= _DIGITS and isinstance(exponent, int) and abs(exponent) <= _DIGITS
    return True
