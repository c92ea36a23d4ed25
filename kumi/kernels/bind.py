"""Kernels by name and kinds: all that the code generator asks for.

Column kernels expect NumPy's floating point warnings to be off (`np.errstate(all="ignore")` around
the run).

>>> from kumi.kernels.kinds import FLOAT, INTEGER
>>> scalar("add", (FLOAT, FLOAT), FLOAT)
'({0} + {1})'
>>> cells(elementwise("divide", (INTEGER, INTEGER), FLOAT)(column_of([1, 3], INTEGER), 2))
[0.5, 1.5]
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any

from kumi.errors import CompilerBug
from kumi.kernels import decimal_scalars, scalars
from kumi.kernels.arithmetic import ARITHMETIC
from kumi.kernels.choices import CHOICES
from kumi.kernels.comparisons import COMPARISONS
from kumi.kernels.conversions import CONVERSIONS
from kumi.kernels.date_columns import DATE_FUNCTIONS
from kumi.kernels.decimal_folds import DECIMAL_REDUCERS
from kumi.kernels.decimals import DECIMALS
from kumi.kernels.fixed_lists import FIXED_LISTS
from kumi.kernels.kinds import DECIMAL
from kumi.kernels.reduce import REDUCERS
from kumi.kernels.rounding_columns import ROUNDING
from kumi.kernels.searches import TABLES
from kumi.kernels.templates import NAMES, brings_floats, template
from kumi.kernels.tuple_functions import concerns, function_of_tuples
from kumi.kernels.vectors import Column, cells, column_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kumi.kernels.kinds import Kind
    from kumi.kernels.vectors import Axis

__all__ = ["NAMES", "brings_floats", "elementwise", "of_cells", "reducer", "scalar", "search"]

_FACTORIES = ARITHMETIC | COMPARISONS | CHOICES | CONVERSIONS | DATE_FUNCTIONS | FIXED_LISTS
_FACTORIES |= ROUNDING


def scalar(
    function: str, kinds: tuple[Kind, ...], result: Kind, **options: object
) -> str | Callable[..., Any]:
    """How to compute a function of scalars.

    A Python expression with `{0}`, `{1}` … for the names of the arguments, using operators,
    builtins and what is in `NAMES`; or a callable. Either takes and gives plain Python objects,
    None for null. `options` are all that the function has, by name.
    """
    if concerns(function, kinds, result):
        return function_of_tuples(function, kinds, result, _of_either)
    found: str | Callable[..., Any] | None = None
    if DECIMAL in kinds or result is DECIMAL:
        found = decimal_scalars.function(function, kinds, result, **options)
    found = found or template(function, kinds, result, **options)
    found = found or scalars.function(function, kinds, result, **options)
    if found is None:
        raise CompilerBug(f"no scalar kernel for {function} of {', '.join(map(str, kinds))}")
    return found


def elementwise(
    function: str, kinds: tuple[Kind, ...], result: Kind, **options: object
) -> Callable[..., Column]:
    """A function of columns of one length and scalars, at least one of them a column."""
    if concerns(function, kinds, result):
        return function_of_tuples(function, kinds, result, _of_either)
    by_row = _by_row(of_cells(function, kinds, result, options), result)
    factories = DECIMALS if DECIMAL in kinds or result is DECIMAL else _FACTORIES
    factory = factories.get(function)
    return (factory and factory(kinds, result, by_row, **options)) or by_row


def search(
    function: str,
    kinds: tuple[Kind, ...],
    result: Kind,
    names: Sequence[str],
    *,
    whole: bool,
    **options: object,
) -> Callable[..., Any]:
    """What finds rows of a table whose axes have these names: see `kumi.kernels.searches`."""
    if function not in TABLES:
        raise CompilerBug(f"{function} searches no table")
    return TABLES[function](kinds, result, names, whole=whole, **options)


def reducer(function: str, kind: Kind, result: Kind) -> Callable[[Column, Axis, bool], Any]:
    """A fold of the innermost axis: see `kumi.kernels.reduce`."""
    if function not in REDUCERS:
        raise CompilerBug(f"no reducer {function} of {kind} giving {result}")
    if kind is DECIMAL and function in DECIMAL_REDUCERS:
        return DECIMAL_REDUCERS[function]
    return REDUCERS[function](kind)


def _of_either(function: str, kinds: tuple[Kind, ...], result: Kind) -> Callable[..., Any]:
    """A function of scalars and of columns: whichever an item of a tuple is."""
    of_columns = elementwise(function, kinds, result)
    of_scalars = of_cells(function, kinds, result, {})

    def either(*arguments: Any) -> Any:
        wide = any(argument.__class__ is Column for argument in arguments)
        return of_columns(*arguments) if wide else of_scalars(*arguments)

    return either


def of_cells(
    function: str, kinds: tuple[Kind, ...], result: Kind, options: Mapping[str, object]
) -> Callable[..., Any]:
    """The scalar function as a callable, so that rows mean what scalars mean."""
    found = scalar(function, kinds, result, **options)
    if not isinstance(found, str):
        return found
    names = [f"x{number}" for number in range(len(kinds))]
    source = f"lambda {', '.join(names)}: {found.format(*names)}"
    made: Callable[..., Any] = eval(source, dict(NAMES))  # noqa: S307 - our own template, no text of a user
    return made


def _by_row(function: Callable[..., Any], result: Kind) -> Callable[..., Column]:
    def kernel(*arguments: Any) -> Column:
        size = next(len(a) for a in arguments if a.__class__ is Column)
        rows = (cells(a) if a.__class__ is Column else repeat(a, size) for a in arguments)
        return column_of(list(map(function, *rows)), result)

    return kernel
