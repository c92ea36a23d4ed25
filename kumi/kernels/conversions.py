"""Conversions: a value as an integer, a float or a text. What has no such form raises.

Python's own would take too much: `int(" 1_000 ")` is 1000 and `float("nan")` a number, but a text
that is no plain number is more likely a mistake in the data than one that was meant.

>>> to_integer("-12"), to_integer(-2.9), to_float("1e3"), to_text(-0.0)
(-12, -2, 1000.0, '-0.0')
>>> to_text_of_digits(Decimal("4.5"), 2)
'4.50'
>>> from kumi.kernels.bind import elementwise
>>> from kumi.kernels.vectors import cells, column_of
>>> cells(elementwise("to_float", (DECIMAL,), FLOAT)(column_of(["1.10", 3], DECIMAL)))
[1.1, 3.0]
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kumi.kernels.arguments import plain
from kumi.kernels.decimal_rounding import integers, round_column, rounded
from kumi.kernels.decimal_values import NUMBER, about_commas, bounded
from kumi.kernels.decimal_values import plain as as_it_shows
from kumi.kernels.kinds import DECIMAL, FLOAT, INTEGER
from kumi.kernels.values import bring, described, is_array, is_record, to_string
from kumi.kernels.values import to_float as nearest_float
from kumi.kernels.vectors import EXACT, LARGEST, Column

if TYPE_CHECKING:
    from kumi.kernels.arguments import Factory, Kernel
    from kumi.kernels.kinds import Kind

_INTEGER: Final = re.compile(r"[+-]?\d+", re.ASCII)
_MOST_TENS: Final = 22
"""The greatest power of ten that is a float exactly."""


def to_integer(value: Any) -> int:
    """A number cut toward zero, or a text of digits.

    Raises TypeError for what is neither, ValueError for any other text, NaN and infinities, and
    OverflowError for a text of too many digits.
    """
    if isinstance(value, str):
        if not _INTEGER.fullmatch(value):
            raise ValueError(f"a text that is no whole integer{about_commas(value)}")
        return int(bounded(Decimal(str.__str__(value))))  # int() itself refuses 5,000 digits
    if isinstance(value, Decimal):
        bounded(value)  # a value of any kind may be as long as it likes, and raises here
        return int(rounded(value, mode="down"))
    number: int | float = _number(value)
    if isinstance(number, float) and not math.isfinite(number):
        raise ValueError("NaN and Infinity are no integers")
    return math.trunc(number)


def to_float(value: Any) -> float:
    """The float that is nearest to a number or its text.

    Raises TypeError for what is neither, and ValueError for a text that is no number.
    """
    if isinstance(value, str):
        if not NUMBER.fullmatch(value):
            raise ValueError(f"a text that is no number{about_commas(value)}")
        return float(value)
    if isinstance(value, Decimal):
        return float(value) + 0.0  # a decimal has no negative zero
    return nearest_float(_number(value))


def _number(value: Any) -> Any:
    """An integer or a float as Python's own; TypeError for anything else, null included."""
    found = value
    if value.__class__ is not int and value.__class__ is not float:
        found = bring(value, FLOAT if isinstance(value, float | np.floating) else INTEGER)
    if found is None:
        raise TypeError("null is no number")
    return found


def to_text(value: Any) -> str:
    """A number, a boolean, a date or a text as text; TypeError for anything else."""
    if value is None or is_array(value) or is_record(value):
        raise TypeError(f"{described(value)} has no text")
    return to_string(value)


def to_text_of_digits(number: Decimal, digits: int) -> str:
    """A decimal with exactly so many digits behind the point, rounded half to even.

    A quotient is printed as it shows anywhere, with its 28 digits.
    """
    if number is None:
        raise TypeError("null has no text")
    return f"{rounded(as_it_shows(number), digits):z.{digits}f}"  # a decimal has no negative zero


# -- columns


def _whole(kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel | None:
    """`to_integer`; what is not finite, or past int64, goes by row."""
    if kinds[0] is INTEGER:
        return lambda a: a if a.valid is None else by_row(a)

    def of_floats(a: Column) -> Column:
        x = plain(a)
        if x is None or not np.all(np.abs(x) < LARGEST):  # false for NaN, too
            return by_row(a)
        found = x.astype(np.int64)
        return Column(found, None, int(np.abs(found).max(initial=0)))

    return of_floats if kinds[0] is FLOAT else None


def _whole_decimals(kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel | None:
    def kernel(a: Column) -> Column:
        made = round_column(a, 0, "down") if a.valid is None and len(a) else None
        return by_row(a) if made is None else integers(made)

    return kernel if kinds[0] is DECIMAL else None


def _floats(kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel | None:
    """`to_float` of floats, and of integers in int64, which NumPy rounds as Python does."""

    def kernel(a: Column) -> Column:
        x = plain(a)
        return by_row(a) if x is None else Column(x.astype(np.float64, copy=False))

    return kernel if kinds[0] in (FLOAT, INTEGER) else None


def _floats_of_decimals(kinds: tuple[Kind, ...], _result: Kind, by_row: Kernel) -> Kernel | None:
    """`to_float` of decimals.

    An integer and a power of ten that are both floats exactly have a quotient that is rounded once:
    that is the nearest float. All others go by row.
    """

    def kernel(a: Column) -> Column:
        x, scale = plain(a), a.scale
        if x is None or scale is None or not 0 <= scale <= _MOST_TENS or (a.bound or 0) > EXACT:
            return by_row(a)
        return Column(x.astype(np.float64) / 10.0**scale)

    return kernel if kinds[0] is DECIMAL else None


CONVERSIONS: dict[str, Factory] = {"to_integer": _whole, "to_float": _floats}
OF_DECIMALS: dict[str, Factory] = {
    "to_integer": _whole_decimals,
    "to_float": _floats_of_decimals,
}
