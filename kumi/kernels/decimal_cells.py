"""Decimals as integers with one scale, and back: what a column of them is made of.

NumPy has no decimals, and an array of Python's would cost a call a cell. But money has few digits,
and in one column they end at one place: cents are integers that everybody agrees to divide by 100.
So a column keeps `1.50, 20.00, 3.25` as `150, 2000, 325` and the scale 2, and arithmetic is that of
int64. Past 63 bits the integers are Python's: slower, and as exact.

Reading a cell as a Python decimal, to take it apart, is slow too. Instead we guess a scale, that of
money first, and look whether it was right. A text of at most fifteen digits is first read as a
float: no two of such numbers have the same float, and a float with so few digits, multiplied by a
power of ten and rounded to an integer, gives the digits. For 0.07 and the guess 2,

    0.07 * 100 = 7.000000000000001, rounded 7       7 / 100 = 0.07, the same float: right
    0.075 * 100 = 7.5, rounded 8                    8 / 100 = 0.08, another: guess 4

>>> whole_numbers(["0.07", "20", "-3.5"], {str})
(array([   7, 2000, -350]), 2001, 2)
>>> decimals(np.array([150, 2000]), 2)
[Decimal('1.5'), Decimal('20')]
"""

from __future__ import annotations

from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    Context,
    Decimal,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kumi.kernels.decimal_values import (
    EXACT,
    MOST_DIGITS,
    NOT_FINITE,
    canonical,
    to_decimal,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    Whole = tuple[NDArray[Any], int, int]
    """Integers, the magnitude that none of them passes, and their scale."""

INT64: Final = 2**63 - 1
"""The largest magnitude of an int64 whose negative is one, too."""

_GUESSES: Final = (0, 2, 4, 6, 8, 10)
_SURE: Final = 1e15
"""Below it a float with a digit behind the point is the only one near its decimal."""
_FEW: Final = 15
_PLAIN: Final = frozenset("0123456789.-")
_PLACES: Final = _FEW - 1
_CHUNK: Final = 16_384
_NARROW: Final = Context(prec=_FEW, Emax=0, Emin=0, traps=[InvalidOperation, Overflow, Inexact])
"""Numbers below 10 with at most fourteen digits behind the point; it raises for every other.

Multiplying cents by 10 ** -12 in it tells at once that none has a third digit behind the point, and
none more than fifteen in all.
"""
_SPACIOUS: Final = Context(prec=4 * MOST_DIGITS, Emax=MAX_EMAX, Emin=MIN_EMIN)
_POWERS: Final = [10**n for n in range(64)]


def ten(exponent: int) -> int:
    """A power of ten."""
    power: int = _POWERS[exponent] if exponent < len(_POWERS) else 10**exponent
    return power


# -- from cells


def whole_numbers(found: Sequence[Any], types: Collection[type]) -> Whole:
    """Integers, bound and scale of cells that are what `to_decimal` takes, none of them null.

    Raises what `to_decimal` raises.
    """
    if set(types) == {int}:
        return _integers(found, 0)
    if set(types) == {float}:
        return from_floats(np.fromiter(found, np.float64, len(found)))
    if set(types) == {str}:
        return _from_texts(found) or _one_by_one(found)
    if set(types) == {Decimal}:
        return _from_decimals(found) or _one_by_one(found)
    return _one_by_one(found)


def from_array(values: NDArray[Any]) -> Whole:
    """The same of an array of floats or of integers."""
    if values.dtype == np.float64:
        return from_floats(values)
    return values, largest(values), 0


def from_floats(values: NDArray[np.float64]) -> Whole:
    """Floats by their shortest decimal form; ValueError where one is NaN or infinite."""
    if not isfinite(_top(values)):
        raise ValueError(NOT_FINITE)
    return _guessed(values) or _one_by_one(values.tolist())


def _from_texts(found: Sequence[str]) -> Whole | None:
    if max(map(len, found)) > _FEW or not _PLAIN.issuperset("".join(found)):
        return None
    try:
        return _guessed(np.fromiter(map(float, found), np.float64, len(found)))
    except ValueError:
        return None  # a cell by itself is going to say which one it is


def _guessed(values: NDArray[np.float64]) -> Whole | None:
    """The digits of floats that have at most fifteen; None where some has more."""
    top = _top(values)
    for scale in _GUESSES:
        unit = float(_POWERS[scale])
        if top * unit >= _SURE:
            return None
        whole = _counted(values, unit)
        if whole is not None:
            return whole, int(top * unit) + 1, scale
    return None


def _top(values: NDArray[np.float64]) -> float:
    """The largest magnitude of floats; NaN where one is NaN."""
    if not values.size:
        return 0.0
    return max(values.item(values.argmax()), -values.item(values.argmin()))


def _counted(values: NDArray[np.float64], unit: float) -> NDArray[np.int64] | None:
    """How many units there are in each; None where one has a digit behind them.

    A chunk at a time: what is in between stays in the cache, and a wrong guess shows in the first.
    """
    whole = np.empty(len(values), np.int64)
    for start in range(0, len(values), _CHUNK):
        part = values[start : start + _CHUNK]
        units = part * unit
        np.rint(units, out=units)
        whole[start : start + _CHUNK] = units
        units /= unit
        if not (units == part).all():
            return None
    return whole


def _from_decimals(found: Sequence[Decimal]) -> Whole | None:
    """Decimals with as many digits as money has; None where some has more."""
    for scale in _GUESSES[1:4]:
        unit = Decimal((0, (1,), scale - _PLACES))
        try:
            with localcontext(_NARROW):
                moved = np.fromiter(map(unit.__mul__, found), np.float64, len(found))
        except ArithmeticError:
            continue
        if not np.isfinite(moved).all():
            return None
        values = np.rint(moved * 10.0**_PLACES).astype(np.int64)
        return values, largest(values), scale
    return None


def with_digits(found: Sequence[Decimal], digits: int) -> Whole:
    """Integers, bound and scale of decimals that have at most so many significant digits."""
    least = min((number.adjusted() for number in found if number), default=0)
    scale = max(0, digits - 1 - least)
    unit = Decimal((0, (1,), scale))
    with localcontext(_SPACIOUS):
        return _integers(list(map(int, map(unit.__mul__, found))), scale)


def _one_by_one(found: Sequence[Any]) -> Whole:
    numbers = list(map(to_decimal, found))
    scale = max((-_exponent(number) for number in numbers), default=0)
    return _integers([_shifted(number, scale) for number in numbers], scale)


def _exponent(number: Decimal) -> int:
    """The exponent of a number without zeros at its end; at most 0."""
    exponent = canonical(number).as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _shifted(number: Decimal, scale: int) -> int:
    """`number * 10 ** scale`, where that is an integer."""
    above, below = number.as_integer_ratio()
    return above * (ten(scale) // below)


def _integers(found: Sequence[int], scale: int) -> Whole:
    try:
        values = np.fromiter(found, np.int64, len(found))
        bound = largest(values)
    except OverflowError:
        bound = INT64 + 1
    if bound > INT64:
        values = np.fromiter(found, object, len(found))
        bound = largest(values)
    return values, bound, scale


def largest(values: NDArray[Any]) -> int:
    """The largest magnitude of integers; 0 where there are none. A null in objects is None."""
    if values.dtype == object:
        return max((abs(value) for value in values.tolist() if value is not None), default=0)
    return max(-int(values.min()), int(values.max())) if values.size else 0


# -- to cells


def decimals(values: NDArray[Any], scale: int) -> list[Decimal]:
    """Integers of a scale as decimals, without zeros at the end of their fractions."""
    if scale and values.dtype == object:
        with localcontext(EXACT):
            return [canonical(Decimal(value).scaleb(-scale)) for value in values.tolist()]
    if not scale:
        return list(map(Decimal, values.tolist()))
    whole, places = _stripped(values, scale)
    units = np.array([Decimal((0, (1,), -place)) for place in range(scale + 1)], object)
    return list(map(EXACT.multiply, whole.tolist(), units[places].tolist()))


def _stripped(values: NDArray[np.int64], scale: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Integers without zeros at their end, and the scale that each then has."""
    whole = values.copy()
    places = np.full(len(values), scale)
    rest = np.arange(len(values))
    while rest.size:
        less = whole[rest] // 10
        shorter = (less * 10 == whole[rest]) & (places[rest] > 0)
        rest = rest[shorter]
        whole[rest] = less[shorter]
        places[rest] -= 1
    return whole, places
