"""In which row of the input a function failed: who has ten thousand rows must know which to mend.

A column's function says only that a value is wrong, since to look at each one beforehand would cost
every run. So once it has raised, the same function of single values is asked row by row. Of

    value :due, fn(:add_months, input.staff.person.hired, input.staff.person.months)

with 9,999,999 months in the third row, rows 0 and 1 are computed and row 2 raises: `staff[2]`.
"""

from __future__ import annotations

from itertools import islice, repeat
from typing import TYPE_CHECKING, Any, Final

from kumi.ir import ops
from kumi.kernels.bind import of_cells
from kumi.kernels.vectors import Column, cells
from kumi.vm.access import access_path
from kumi.vm.convention import LOADING
from kumi.vm.liveness import value_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kumi.ir.program import Leaf, Operation, Program

_ENOUGH: Final = 100
"""Where so many rows fail from the first one on, what all of them share is wrong."""


def failed_row(
    program: Program, failed: Operation, local: Mapping[str, Any], kind: type[BaseException]
) -> str | None:
    """The first row in which an operation raises errors of a kind, as `orders[1].lines[0]`.

    None where all rows do, and where nothing was loaded that lies beside them. `local` are the
    variables of the generated code when it raised.
    """
    leaf = _beside(program, failed) if failed.axes else None
    if leaf is None or failed.opcode is not ops.MAP or LOADING not in local:
        return None
    number = _first(_failures(program, failed, local, kind))
    if number is None:
        return None
    cell: str = local[LOADING].place(access_path(leaf), number)
    row, bracket, _field = cell.rpartition("]")
    return row + bracket


def _beside(program: Program, failed: Operation) -> Leaf | None:
    """An input that was loaded along the axes of an operation."""
    loads = (one for one in program.operations if one.opcode is ops.LOAD_INPUT)
    return next((one.leaf for one in loads if one.result_axes == failed.result_axes), None)


def _failures(
    program: Program, failed: Operation, local: Mapping[str, Any], kind: type[BaseException]
) -> Iterator[bool]:
    """Of each row whether it raises."""
    args = [_valued(program, arg) for arg in failed.args]
    kinds = tuple(arg.kind for arg in args)
    function = of_cells(failed.function or "", kinds, failed.kind, failed.named_options)
    names = value_names(program)
    found = [arg.value if arg.opcode is ops.CONST else local[names[arg.index]] for arg in args]
    size = next(len(each) for each in found if isinstance(each, Column))
    rows = [cells(each) if isinstance(each, Column) else repeat(each, size) for each in found]
    return (_raises(function, row, kind) for row in zip(*rows, strict=True))


def _valued(program: Program, index: int) -> Operation:
    """The operation whose value another one has, where that only names it."""
    operation = program.operations[index]
    while operation.opcode in ops.PASSED_ON:
        operation = program.operations[operation.args[0]]
    return operation


def _raises(function: Callable[..., Any], row: tuple[Any, ...], kind: type[BaseException]) -> bool:
    try:
        function(*row)
    except kind:
        return True
    return False


def _first(failures: Iterator[bool]) -> int | None:
    """The number of the first row that fails; None where it is the first and others do as well."""
    number = next((at for at, fails in enumerate(failures) if fails), None)
    if number != 0:
        return number
    others = list(islice(failures, _ENOUGH))
    return None if others and all(others) else 0
