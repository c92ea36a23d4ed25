"""Functions of decimal columns: factories as `arguments` describes them.

Nulls in arithmetic, and what may be longer than a decimal, go by row: there it raises, or does not.

>>> from decimal import Decimal
>>> from kumi.kernels.bind import elementwise
>>> from kumi.kernels.vectors import cells, column_of
>>> prices = column_of([Decimal("1.10"), Decimal(3)], DECIMAL)
>>> made = elementwise("multiply", (DECIMAL, FLOAT), DECIMAL)(prices, 0.07)
>>> made.values, made.scale, cells(made)
(array([ 770, 2100]), 4, [Decimal('0.077'), Decimal('0.21')])
"""

from __future__ import annotations

import math
import operator
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from kumi.kernels import conversions, decimal_quotients
from kumi.kernels.arguments import anywhere, has_nulls, nulls, presence, values
from kumi.kernels.choices import chosen_valid
from kumi.kernels.decimal_operands import (
    column,
    is_empty,
    is_long,
    operands,
    parts,
    rescaled,
    shortened,
    spare,
    tight,
    together,
)
from kumi.kernels.decimal_rounding import integers, round_column, round_column_to
from kumi.kernels.kinds import DECIMAL, FLOAT, INTEGER, NULL
from kumi.kernels.selection import select_integers
from kumi.kernels.vectors import LARGEST, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from kumi.kernels.arguments import Factory, Kernel
    from kumi.kernels.kinds import Kind

    _Compute = Callable[..., Column | None]

_T = TypeVar("_T")
_NUMBERS = frozenset({DECIMAL, FLOAT, INTEGER})
_ADMITTED = _NUMBERS | {NULL}


def _tried(compute: Callable[..., _T | None], *given: Any) -> _T | None:
    """What a function gives; None where it raises, or has no rows: then each row is asked alone.

    Of several rows that have no result the first is the one that raises, and NaN does so only where
    it is chosen.
    """
    if is_empty(*given):
        return None
    try:
        return compute(*given)
    except (ValueError, ArithmeticError):
        return None


def _of_numbers(compute: _Compute) -> Factory:
    """A function of numbers without nulls; `compute` gives None where it must go by row."""

    def make(kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel | None:
        if not set(kinds) <= _NUMBERS:
            return None

        def kernel(*given: Any) -> Column:
            made = None if has_nulls(*given) else _tried(compute, *given)
            return by_row(*given) if made is None else made

        return kernel

    return make


def _additive(operation: np.ufunc) -> _Compute:
    def compute(a: Any, b: Any) -> Column | None:
        found = operands((a, b), sum)
        if found is None:
            return None
        (x, y), scale, bound = found
        out = next((one for one, of in ((x, a), (y, b)) if spare(one, of)), None)
        return column(operation(x, y, out=out), scale, bound)

    return compute


def _multiply(a: Any, b: Any) -> Column | None:
    (x, y), bound = together((a, b), math.prod)
    x, y = (shortened(one) for one in (x, y)) if bound > LARGEST else (x, y)
    bound, scale = x.bound * y.bound, x.scale + y.scale
    if is_long(bound, scale):
        return None
    fits = max(bound, x.bound, y.bound) <= LARGEST
    product = rescaled(x.whole, 0, fits=fits) * rescaled(y.whole, 0, fits=fits)
    return column(product, scale, bound)


def _modulo(a: Any, b: Any) -> Column | None:
    found = operands((a, b), max)
    if found is None or anywhere(found[0][1] == 0):
        return None
    (x, y), scale, bound = found
    return column(np.remainder(x, y), scale, bound)


def _power(base: Any, exponent: Any) -> Column | None:
    """An integer power that is exact and fits int64; every other one goes by row."""
    if exponent.__class__ is not int or not 0 < exponent <= LARGEST.bit_length():
        return None
    found = tight(base, parts(base))
    bound, scale = found.bound**exponent, found.scale * exponent
    if bound > LARGEST or is_long(bound, scale):
        return None
    return column(found.whole**exponent, scale, bound)


def _absolute(a: Column) -> Column:
    found = parts(a)
    return column(np.abs(found.whole), found.scale, found.bound)


def _clamp(*given: Any) -> Column | None:
    found = operands(given, max)
    if found is None:
        return None
    (x, low, high), scale, bound = found
    if anywhere(np.asarray(low > high)):
        return None
    chosen = np.maximum(_over_rows(x, given), low)
    return column(np.minimum(chosen, high, out=chosen), scale, bound)


def _over_rows(whole: Any, given: Sequence[Any]) -> NDArray[Any]:
    """Integers in an array over all rows: of two alone NumPy would make one without their size."""
    size = next(len(one) for one in given if one.__class__ is Column)
    return np.broadcast_to(whole, (size,))


def _order(compare: Callable[[Any, Any], Any]) -> _Compute:
    def compute(a: Any, b: Any) -> Column | None:
        found = operands((a, b), max)
        return None if found is None else Column(compare(*found[0]).astype(np.bool_, copy=False))

    return compute


def _equality(*, negated: bool) -> Factory:
    """`==` or `!=`. Null equals null and nothing else."""

    def make(kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel | None:
        if not set(kinds) <= _ADMITTED:
            return None

        def kernel(a: Any, b: Any) -> Column:
            found = _tried(_equal, a, b)
            if found is None:
                return by_row(a, b)
            return Column(~found if negated else found)

        return kernel

    return make


def _equal(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return nulls(b if a is None else a)
    found = operands((_filled(a), _filled(b)), max)
    if found is None:
        return None
    x, y = found[0]
    equal = (x == y).astype(np.bool_, copy=False)
    if not has_nulls(a, b):
        return equal
    there_a, there_b = presence(a), presence(b)
    return np.where(there_a & there_b, equal, np.equal(there_a, there_b))


def _select(kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
    choose = _chooser(kinds[1:], result)
    if choose is None:
        return None

    def kernel(condition: Any, a: Any, b: Any) -> Column:
        made = None if has_nulls(condition) else choose(values(condition), a, b)
        return by_row(condition, a, b) if made is None else made

    return kernel


def _coalesce(kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
    choose = _chooser(kinds, result)
    if choose is None:
        return None

    def kernel(a: Any, b: Any) -> Column:
        made = choose(presence(a), a, b)
        return by_row(a, b) if made is None else made

    return kernel


def _chooser(branches: tuple[Kind, ...], result: Kind) -> _Compute | None:
    return _choose if result is DECIMAL and set(branches) <= _ADMITTED else None


def _choose(first: Any, a: Any, b: Any) -> Column | None:
    found = _tried(lambda *both: operands(both, max), _filled(a), _filled(b))
    if found is None:
        return None
    (x, y), scale, bound = found
    chosen = select_integers(first, x, y)
    size = next(len(one) for one in (first, a, b) if isinstance(one, Column | np.ndarray))
    if chosen.ndim == 0:
        chosen = np.broadcast_to(chosen, (size,))
    return column(chosen, scale, bound, chosen_valid(first, a, b))


def _filled(argument: Any) -> Any:
    """Zero for null, and zeros where a column of nulls or of integers has none at all."""
    if argument is None:
        return 0
    if argument.__class__ is not Column or argument.valid is None:
        return argument
    if argument.scale is None and argument.values.dtype == object:
        whole = [cell or 0 for cell in argument.values.tolist()]
        return Column(np.fromiter(whole, object, len(whole)), None, argument.bound or 0)
    if argument.values.dtype == np.float64:
        return Column(np.where(argument.valid, argument.values, 0.0))
    return argument


def _extreme(choose: np.ufunc) -> _Compute:
    """`min_of` or `max_of`."""

    def compute(*given: Any) -> Column | None:
        found = operands(given, max)
        if found is None:
            return None
        (first, *others), scale, bound = found
        return column(reduce(choose, others, _over_rows(first, given)), scale, bound)

    return compute


def _round(_kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel, *, mode: str) -> Kernel:
    def kernel(a: Column, digits: int = 0) -> Column:
        made = None if has_nulls(a) else round_column(a, digits, mode)
        return by_row(a, digits) if made is None else made

    return kernel


def _round_to(_kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel, *, mode: str) -> Kernel:
    def kernel(a: Any, step: Any) -> Column:
        made = None if has_nulls(a, step) else round_column_to(a, step, mode)
        return by_row(a, step) if made is None else made

    return kernel


def _whole(mode: str) -> Factory:
    """`floor` or `ceil`."""

    def make(_kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel:
        def kernel(a: Column) -> Column:
            made = None if has_nulls(a) else round_column(a, 0, mode)
            return by_row(a) if made is None else integers(made)

        return kernel

    return make


def _is_null(_kinds: tuple[Kind, ...], _result: Kind, _by_row: Kernel) -> Kernel:
    return lambda a: Column(nulls(a))


DECIMALS: dict[str, Factory] = {
    "add": _of_numbers(_additive(np.add)),
    "subtract": _of_numbers(_additive(np.subtract)),
    "multiply": _of_numbers(_multiply),
    "divide": _of_numbers(decimal_quotients.divide),
    "modulo": _of_numbers(_modulo),
    "power": _of_numbers(_power),
    "abs": _of_numbers(_absolute),
    "clamp": _of_numbers(_clamp),
    "greater_than": _of_numbers(_order(operator.gt)),
    "greater_than_or_equal": _of_numbers(_order(operator.ge)),
    "less_than": _of_numbers(_order(operator.lt)),
    "less_than_or_equal": _of_numbers(_order(operator.le)),
    "equal": _equality(negated=False),
    "not_equal": _equality(negated=True),
    "select": _select,
    "coalesce": _coalesce,
    "is_null": _is_null,
    "min_of": _of_numbers(_extreme(np.minimum)),
    "max_of": _of_numbers(_extreme(np.maximum)),
    "round": _round,
    "round_to": _round_to,
    "floor": _whole("floor"),
    "ceil": _whole("ceiling"),
    **conversions.OF_DECIMALS,
}
"""By canonical name; a function that is not here goes by row where a decimal is involved."""
