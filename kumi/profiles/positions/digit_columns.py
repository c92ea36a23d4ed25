"""Numbers of many lines at once, as their digits stand in columns: (width, lines) of bytes.

Blanks may stand before a number, as in `   42`. Only what JSON takes for a number is one here:
no digit before a blank, and no zero before another digit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLANK: Final = 32
_ZERO: Final = 48
_NINE: Final = 9
_POINT: Final = 46
_POINTS: Final = -7  # the column of the point before six decimals
_SECONDS: Final = 10  # digits of a moment that say the second
_AT_A_TIME: Final = 8
MOMENT: Final = 19
"""Digits of nanoseconds since 1970, from 2001 to 2262."""


def numbers(columns: NDArray[np.uint8]) -> NDArray[np.int64] | None:
    """What the digits say; None where a line has no number that 63 bits hold.

    >>> two = np.frombuffer(b" 1" b"42", np.uint8).reshape(2, 2).T
    >>> numbers(two).tolist(), numbers(two[::-1])
    ([1, 42], None)
    """
    columns = columns[_blank_columns(columns) :]
    return _values(columns) if len(columns) and _are_numbers(columns) else None


def are_milliseconds(columns: NDArray[np.uint8]) -> bool:
    """Whether each line has a number with six decimals, such as `  0.001234`."""
    whole, point, decimals = columns[:_POINTS], columns[_POINTS], columns[_POINTS + 1 :]
    whole = whole[_blank_columns(whole) :]
    return bool(
        len(whole)
        and (point == _POINT).all()
        and _are_digits(decimals).all()
        and _are_numbers(whole)
    )


def nanoseconds(columns: NDArray[np.uint8]) -> NDArray[np.int64]:
    """What such milliseconds say."""
    return _values(columns[:_POINTS]) * 10**6 + _values(columns[_POINTS + 1 :])


def between(starts: NDArray[np.uint8], ends: NDArray[np.uint8]) -> NDArray[np.int64] | None:
    """Nanoseconds between moments of 19 digits; None where one is none, or they go back.

    Most have the seconds in common, and then only what is behind them needs to be read.
    """
    if not (_are_moments(starts) and _are_moments(ends)):
        return None
    common = _SECONDS if (starts[:_SECONDS] == ends[:_SECONDS]).all() else 0
    took = _values(ends[common:]) - _values(starts[common:])
    return None if (took < 0).any() else took


def moments(columns: NDArray[np.uint8]) -> NDArray[np.int64]:
    """What the digits of moments say."""
    return _values(columns)


def _are_moments(columns: NDArray[np.uint8]) -> bool:
    return len(columns) == MOMENT and bool(_are_digits(columns).all()) and _fit(columns[0])


def _fit(first: NDArray[np.uint8]) -> bool:
    """Whether 19 digits that begin so are a number that 63 bits hold, without a zero before it."""
    return bool(first.min() > _ZERO and first.max() <= _ZERO + 8)


def _blank_columns(columns: NDArray[np.uint8]) -> int:
    """How many columns at the left have nothing but blanks."""
    are_blank = (columns == _BLANK).all(axis=1)
    return len(columns) if are_blank.all() else int(are_blank.argmin())


def _are_numbers(columns: NDArray[np.uint8]) -> bool:
    if len(columns) > MOMENT or (len(columns) == MOMENT and not _fit(columns[0])):
        return False
    are_digits = _are_digits(columns)
    if are_digits.all():
        return len(columns) == 1 or not (columns[0] == _ZERO).any()
    return bool(are_digits[-1].all()) and _are_behind_blanks(columns, are_digits)


def _are_behind_blanks(columns: NDArray[np.uint8], are_digits: NDArray[np.bool_]) -> bool:
    if not (are_digits | (columns == _BLANK)).all() or (are_digits[:-1] & ~are_digits[1:]).any():
        return False
    begins_with_zero = columns[:-1] == _ZERO
    begins_with_zero[1:] &= ~are_digits[:-2]
    return not begins_with_zero.any()


def _values(columns: NDArray[np.uint8]) -> NDArray[np.int64]:
    """What the digits say, where a blank is nothing: eight at a time, which 32 bits hold."""
    values = columns & 15  # of a blank this is 0
    found = None
    for start in range(len(values) % _AT_A_TIME - _AT_A_TIME, len(values), _AT_A_TIME):
        part = np.zeros(columns.shape[1], np.int32)
        for column in values[max(start, 0) : start + _AT_A_TIME]:
            part *= 10
            part += column
        found = part.astype(np.int64) if found is None else found * 10**_AT_A_TIME + part
    return np.zeros(columns.shape[1], np.int64) if found is None else found


def hexadecimal(letters: NDArray[np.uint8]) -> NDArray[np.int64] | None:
    """The number that the letters of each line say: (lines, 8); None where it is none.

    >>> hexadecimal(np.frombuffer(b"0000002a", np.uint8).reshape(1, 8)).tolist()
    [42]
    """
    digits, small = letters - np.uint8(_ZERO), letters - np.uint8(97)
    if not ((digits <= _NINE) | (small < 6)).all():  # noqa: PLR2004 - a to f
        return None
    values = np.where(digits <= _NINE, digits, small + 10).astype(np.int64)
    return values @ (16 ** np.arange(letters.shape[1], dtype=np.int64)[::-1])


def _are_digits(columns: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return (columns - np.uint8(_ZERO)) <= _NINE
