"""Arithmetic and real functions over columns: factories as `arguments` describes them.

NumPy would warn of overflows and divisions by zero: callers run inside `np.errstate(all="ignore")`.

>>> from kumi.kernels.bind import elementwise
>>> from kumi.kernels.vectors import column_of
>>> multiply = elementwise("multiply", (INTEGER, INTEGER), INTEGER)
>>> prices = column_of([3_000_000_000, 1], INTEGER)
>>> squares = multiply(prices, prices)
>>> squares.bound, squares.values.dtype
(9000000000000000000, dtype('int64'))
>>> multiply(squares, 2).values.tolist()  # past int64: Python's integers
[18000000000000000000, 2]
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from kumi.kernels.arguments import (
    anywhere,
    has_nulls,
    integers_within,
    numbers,
    plain,
    tighten,
    values,
)
from kumi.kernels.kinds import FLOAT, INTEGER
from kumi.kernels.vectors import EXACT, LARGEST, Column

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.kernels.arguments import Factory, Kernel
    from kumi.kernels.kinds import Kind

    _Compute = Callable[[Any, Any], Any]
    _Bound = Callable[[int, int], int]

_SQUARE_ROOT = 0.5


def _arithmetic(compute: _Compute, largest: _Bound) -> Factory:
    """`+`, `-` or `*`; `largest` gives the magnitude that two magnitudes can result in."""

    def make(_kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
        if result is FLOAT:
            return _of_floats(compute, by_row)
        return _of_integers(compute, largest, by_row) if result is INTEGER else None

    return make


def _of_floats(compute: _Compute, by_row: Kernel) -> Kernel:
    def kernel(a: object, b: object) -> Column:
        x, y = numbers(a), numbers(b)
        return by_row(a, b) if x is None or y is None else Column(compute(x, y))

    return kernel


def _of_integers(compute: _Compute, largest: _Bound, by_row: Kernel) -> Kernel:
    def kernel(a: Any, b: Any) -> Column:
        if a.__class__ is b.__class__ is Column and a.valid is b.valid is None:
            x, y = a.bound or 0, b.bound or 0  # two columns, as most are, need no look at others
            result = largest(x, y)
            if x <= LARGEST and y <= LARGEST and result <= LARGEST:
                return Column(compute(a.values, b.values), None, result)
            return looked_at(a, b)
        within = _known_bounds(a, b)
        if within is None:
            return looked_at(a, b)
        result = largest(*within)
        if result > LARGEST:
            return looked_at(a, b)
        return Column(compute(values(a), values(b)), None, result)

    def looked_at(a: object, b: object) -> Column:
        """Where bounds as they are say too little, or there are nulls."""
        if has_nulls(a, b) or not integers_within(LARGEST, a, b):
            return by_row(a, b)
        result = largest(tighten(a), tighten(b))
        if result > LARGEST:
            return by_row(a, b)
        return Column(compute(values(a), values(b)), None, result)

    return kernel


def _known_bounds(a: Any, b: Any) -> tuple[int, int] | None:
    """The bounds of two arguments without nulls, if both fit int64; None where one does not."""
    found = []
    for argument in (a, b):
        if argument.__class__ is int:
            size = abs(argument)
        elif argument.__class__ is not Column or argument.valid is not None:
            return None
        else:
            size = argument.bound or 0
        if size > LARGEST:
            return None
        found.append(size)
    return found[0], found[1]


def _divide(kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
    """`/`: IEEE floats; integers past 2^53 go by row, since converting them would round twice."""
    if result is not FLOAT:
        return None
    if kinds != (INTEGER, INTEGER):
        return _of_floats(operator.truediv, by_row)

    def kernel(a: object, b: object) -> Column:
        if has_nulls(a, b) or not integers_within(EXACT, a, b):
            return by_row(a, b)
        return Column(np.true_divide(values(a), values(b)))

    return kernel


def _modulo(_kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
    """`%` with the sign of the divisor; an integer zero goes by row, and raises."""
    if result is FLOAT:
        return _of_floats(np.remainder, by_row)
    if result is not INTEGER:
        return None
    compute = _of_integers(np.remainder, lambda _, divisor: divisor, by_row)

    def kernel(a: object, b: object) -> Column:
        return by_row(a, b) if anywhere(values(b) == 0) else compute(a, b)

    return kernel


def _power(_kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
    """`**`; an integer to a negative power goes by row, and raises."""
    if result is FLOAT:
        return _of_floats(_power_of_floats, by_row)
    if result is not INTEGER:
        return None
    compute = _of_integers(np.power, _largest_power, by_row)

    def kernel(a: object, b: object) -> Column:
        raises = plain(b) is None or anywhere(values(b) < 0)
        return by_row(a, b) if raises else compute(a, b)

    return kernel


def _power_of_floats(base: Any, exponent: Any) -> Any:
    """IEEE's pow; NumPy's short cut for 0.5 is a square root, which differs at -0.0 and -inf."""
    if exponent.__class__ is float and exponent == _SQUARE_ROOT:
        return np.sqrt(np.where(base == -np.inf, np.inf, base) + 0.0)
    return base**exponent


def _largest_power(base: int, exponent: int) -> int:
    """The magnitude of a power, not worked out where it is far past int64."""
    if base <= 1:
        return 1
    far = exponent * (base.bit_length() - 1) >= LARGEST.bit_length()
    return LARGEST + 1 if far else base**exponent


def _real(compute: Callable[[Any], Any], *, rejects_negatives: bool = False) -> Factory:
    """A function of one real number. Negatives go by row where it rejects them."""

    def make(_kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
        if result is not FLOAT:
            return None

        def kernel(a: object) -> Column:
            x = numbers(a)
            if x is None or (rejects_negatives and anywhere(x < 0)):
                return by_row(a)
            return Column(compute(x))

        return kernel

    return make


def _absolute(_kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
    """The magnitude of numbers."""
    if result is not FLOAT and result is not INTEGER:
        return None

    def kernel(a: Column) -> Column:
        x = plain(a)
        return by_row(a) if x is None else Column(np.abs(x), None, a.bound)

    return kernel


ARITHMETIC: dict[str, Factory] = {
    "add": _arithmetic(operator.add, operator.add),
    "subtract": _arithmetic(operator.sub, operator.add),
    "multiply": _arithmetic(operator.mul, operator.mul),
    "divide": _divide,
    "modulo": _modulo,
    "power": _power,
    "abs": _absolute,
    "sqrt": _real(np.sqrt, rejects_negatives=True),
    "log": _real(np.log, rejects_negatives=True),
    "sin": _real(np.sin),
    "cos": _real(np.cos),
    "exp": _real(np.exp),
    "tanh": _real(np.tanh),
}
