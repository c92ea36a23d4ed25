"""Arithmetic, real functions and comparisons over whole columns.

Each factory takes the kinds and `by_row`, the kernel that goes cell by cell with the scalar
function. What it returns computes the common case with NumPy and leaves every other one to
`by_row`: nulls, integers past int64, and whatever is going to raise. So both paths agree to the
exception. None means that there is no faster way than by row.

NumPy would warn of overflows and divisions by zero: callers run inside `np.errstate(all="ignore")`.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kumi.kernels.kinds import BOOLEAN, FLOAT, INTEGER, STRING
from kumi.kernels.values import to_float
from kumi.kernels.vectors import EXACT, LARGEST, Column, magnitude

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from kumi.kernels.kinds import Kind

Kernel: TypeAlias = "Callable[..., Column]"
Factory: TypeAlias = "Callable[[tuple[Kind, ...], Kind, Kernel], Kernel | None]"


def arithmetic(compute: Callable[[Any, Any], Any], bound: Callable[[int, int], int]) -> Factory:
    """`+`, `-` or `*`; `bound` gives the largest magnitude that two magnitudes can result in."""

    def make(_kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
        if result is FLOAT:
            return _of_floats(compute, by_row)
        return _of_integers(compute, bound, by_row) if result is INTEGER else None

    return make


def _of_floats(compute: Callable[[Any, Any], Any], by_row: Kernel) -> Kernel:
    def kernel(a: object, b: object) -> Column:
        x, y = numbers(a), numbers(b)
        return by_row(a, b) if x is None or y is None else Column(compute(x, y))

    return kernel


def _of_integers(
    compute: Callable[[Any, Any], Any], bound: Callable[[int, int], int], by_row: Kernel
) -> Kernel:
    def kernel(a: object, b: object) -> Column:
        for bound_of in (_bound, _tightened):
            p, q = bound_of(a), bound_of(b)
            if p > LARGEST or q > LARGEST:
                break
            largest = bound(p, q)
            if largest <= LARGEST:
                return Column(compute(_values(a), _values(b)), None, largest)
        return by_row(a, b)

    return kernel


def numbers(argument: Any) -> Any:
    """What NumPy computes with, as `plain`; a Python int is a float, infinite if need be."""
    found = plain(argument)
    return to_float(found) if found.__class__ is int else found


def plain(argument: Any) -> Any:
    """The values of an argument, or None where it has nulls or integers past int64."""
    if argument.__class__ is not Column:
        return argument
    past = argument.bound is not None and argument.bound > LARGEST
    return None if past or argument.valid is not None else argument.values


def _values(argument: Any) -> Any:
    return argument.values if argument.__class__ is Column else argument


def _bound(argument: Any) -> int:
    """The largest magnitude of an integer argument; past `LARGEST` where it has nulls."""
    if argument is None:
        return LARGEST + 1
    if argument.__class__ is Column and argument.valid is not None:
        return LARGEST + 1
    return integer_bound(argument)


def integer_bound(argument: Any) -> int:
    """The largest magnitude among the integers of an argument; floats and nulls have none."""
    if isinstance(argument, Column):
        return argument.bound or 0
    return abs(argument) if isinstance(argument, int) else 0


def _tightened(argument: Any) -> int:
    """The bound again, after a look at the data: sums and products of bounds grow generous."""
    if argument.__class__ is Column and argument.values.dtype != object:
        argument.bound = magnitude(argument)
    return _bound(argument)


def divide(kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
    """`/`: IEEE floats; integers past 2^53 go by row, since converting them would round twice."""
    if result is not FLOAT:
        return None
    if kinds != (INTEGER, INTEGER):
        return _of_floats(operator.truediv, by_row)

    def kernel(a: object, b: object) -> Column:
        if _bound(a) > EXACT or _bound(b) > EXACT:
            return by_row(a, b)
        return Column(np.true_divide(_values(a), _values(b)))

    return kernel


def modulo(_kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
    """`%` with the sign of the divisor; an integer zero goes by row, and raises."""
    if result is FLOAT:
        return _of_floats(np.remainder, by_row)
    if result is not INTEGER:
        return None
    compute = _of_integers(np.remainder, lambda _, q: q, by_row)

    def kernel(a: object, b: object) -> Column:
        return by_row(a, b) if anywhere(_values(b) == 0) else compute(a, b)

    return kernel


def power(_kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
    """`**`; an integer to a negative power goes by row, and raises."""
    if result is FLOAT:
        return _of_floats(operator.pow, by_row)
    if result is not INTEGER:
        return None
    compute = _of_integers(np.power, _power_bound, by_row)

    def kernel(a: object, b: object) -> Column:
        raises = _bound(b) > LARGEST or anywhere(_values(b) < 0)
        return by_row(a, b) if raises else compute(a, b)

    return kernel


def anywhere(test: Any) -> bool:
    """Whether a comparison, of a column or of scalars, holds for any cell."""
    return test if test.__class__ is bool else bool(test.any())


def _power_bound(p: int, q: int) -> int:
    """The largest power, without working it out where it is far past int64."""
    if p <= 1:
        return 1
    return LARGEST + 1 if q * (p.bit_length() - 1) >= LARGEST.bit_length() else p**q


def real(compute: Callable[[Any], Any], *, rejects_negatives: bool = False) -> Factory:
    """A function of one real number. Negatives go by row where it rejects them."""

    def make(_kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
        if result is not FLOAT:
            return None

        def kernel(a: object) -> Column:
            x = numbers(a)
            if x is None or (rejects_negatives and (x < 0).any()):
                return by_row(a)
            return Column(compute(x))

        return kernel

    return make


def absolute(_kinds: tuple[Kind, ...], result: Kind, by_row: Kernel) -> Kernel | None:
    """The magnitude of numbers."""
    if result is not FLOAT and result is not INTEGER:
        return None

    def kernel(a: Column) -> Column:
        x = numbers(a)
        return by_row(a) if x is None else Column(np.abs(x), None, a.bound)

    return kernel


def order(compare: Callable[[Any, Any], Any]) -> Factory:
    """`<` and its like, over numbers or over strings."""

    def make(kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel | None:
        comparable = _comparable(kinds)
        if comparable is None:
            return None

        def kernel(a: object, b: object) -> Column:
            if not comparable(a, b) or _has_nulls(a) or _has_nulls(b):
                return by_row(a, b)
            return Column(compare(_values(a), _values(b)))

        return kernel

    return make


def equality(*, negated: bool) -> Factory:
    """`==` or `!=`. Null equals null and nothing else."""

    def make(kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel | None:
        comparable = _always if kinds == (BOOLEAN, BOOLEAN) else _comparable(kinds)
        if comparable is None:
            return None

        def kernel(a: object, b: object) -> Column:
            if not comparable(a, b):
                return by_row(a, b)
            equal = _equal(a, b)
            return Column(~equal if negated else equal)

        return kernel

    return make


def _equal(a: Any, b: Any) -> Any:
    valid_a, valid_b = presence_of(a), presence_of(b)
    if valid_a is True and valid_b is True:
        return _values(a) == _values(b)
    if a is None or b is None:
        return is_null(b if a is None else a)
    return (_values(a) == _values(b)) & valid_a & valid_b | ~(valid_a | valid_b)


def presence_of(argument: Any) -> Any:
    """Where an argument is not null: a mask, or True or False for all cells."""
    if argument.__class__ is not Column:
        return argument is not None
    return True if argument.valid is None else argument.valid


def is_null(column: Column) -> NDArray[np.bool_]:
    """Where a column is null."""
    return np.zeros(len(column), np.bool_) if column.valid is None else ~column.valid


def _has_nulls(argument: object) -> bool:
    return presence_of(argument) is not True


def _comparable(kinds: tuple[Kind, ...]) -> Callable[[object, object], bool] | None:
    """The test whether NumPy compares two arguments as Python does; None: never."""
    if kinds == (STRING, STRING):
        return _always
    if not set(kinds) <= {INTEGER, FLOAT}:
        return None
    return _always if INTEGER not in kinds else _within(EXACT if FLOAT in kinds else LARGEST)


def _always(_a: object, _b: object) -> bool:
    return True


def _within(largest: int) -> Callable[[object, object], bool]:
    """Integers up to `largest`: past 2^53 NumPy would round them to compare them with floats."""

    def comparable(a: object, b: object) -> bool:
        return integer_bound(a) <= largest and integer_bound(b) <= largest

    return comparable


ELEMENTWISE: dict[str, Factory] = {
    "add": arithmetic(operator.add, operator.add),
    "subtract": arithmetic(operator.sub, operator.add),
    "multiply": arithmetic(operator.mul, operator.mul),
    "divide": divide,
    "modulo": modulo,
    "power": power,
    "abs": absolute,
    "sqrt": real(np.sqrt, rejects_negatives=True),
    "log": real(np.log, rejects_negatives=True),
    "sin": real(np.sin),
    "cos": real(np.cos),
    "exp": real(np.exp),
    "tanh": real(np.tanh),
    "equal": equality(negated=False),
    "not_equal": equality(negated=True),
    "greater_than": order(operator.gt),
    "greater_than_or_equal": order(operator.ge),
    "less_than": order(operator.lt),
    "less_than_or_equal": order(operator.le),
}
