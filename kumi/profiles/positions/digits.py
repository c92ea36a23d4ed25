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
_DECIMALS: Final = 6
_AT_A_TIME: Final = 8  # digits that 32 bits hold
_MOMENT: Final = 19


def are_numbers(columns: NDArray[np.uint8]) -> bool:
    """Whether each line has a number that 63 bits hold.

    >>> two = np.frombuffer(b" 1" b"42", np.uint8).reshape(2, 2).T
    >>> are_numbers(two), are_numbers(two[::-1])
    (True, False)
    """
    first = 0
    while first < len(columns) and not (columns[first] != _BLANK).any():
        first += 1
    columns = columns[first:]
    if not len(columns) or (len(columns) == _MOMENT and (columns[0] > _ZERO + 8).any()):
        return False
    are_digits = _are_digits(columns)
    if not are_digits[-1].all() or len(columns) > _MOMENT:
        return False
    if are_digits.all():
        return len(columns) == 1 or not (columns[0] == _ZERO).any()
    return _are_behind_blanks(columns, are_digits)


def _are_behind_blanks(columns: NDArray[np.uint8], are_digits: NDArray[np.bool_]) -> bool:
    if not (are_digits | (columns == _BLANK)).all() or (are_digits[:-1] & ~are_digits[1:]).any():
        return False
    begins_with_zero = columns[:-1] == _ZERO
    begins_with_zero[1:] &= ~are_digits[:-2]
    return not begins_with_zero.any()


def are_milliseconds(columns: NDArray[np.uint8]) -> bool:
    """Whether each line has a number with six decimals, such as `  0.001234`."""
    whole, point, decimals = np.split(columns, [-_DECIMALS - 1, -_DECIMALS])
    return bool((point == _POINT).all() and _are_digits(decimals).all() and are_numbers(whole))


def numbers(columns: NDArray[np.uint8]) -> NDArray[np.int64]:
    """What the digits say; a blank and a point are nothing.

    >>> numbers(np.frombuffer(b" 1" b"42", np.uint8).reshape(2, 2).T).tolist()
    [1, 42]
    """
    values = columns & 15  # of a blank this is 0
    found = np.zeros(columns.shape[1], np.int64)
    for start in range(len(values) % _AT_A_TIME - _AT_A_TIME, len(values), _AT_A_TIME):
        part = np.zeros(columns.shape[1], np.int32)
        for column in values[max(start, 0) : start + _AT_A_TIME]:
            part *= 10
            part += column
        found *= 10**_AT_A_TIME
        found += part
    return found


def nanoseconds(columns: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Milliseconds with six decimals, as nanoseconds."""
    return numbers(np.delete(columns, -_DECIMALS - 1, axis=0))


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
