"""Numbers as text, by table: each result is a machine word whose bytes are the characters.

Why tables: a division and a remainder for every digit would be sixteen passes over the numbers for
eight digits. A table of the texts of 0 to 9,999, four characters in a word, makes it one division
by 10,000 and two look-ups. 23,001,000 is 2,300 and 1,000:

    2300 -> "2300"         bytes 0 to 3 of the word
    1000 ->     "1000"     shifted by 32 bits: bytes 4 to 7 (words are little-endian)
    or-ed   "23001000"     stored as one 64-bit integer
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

MOST_DURATION = 10_000_000
MOST_COUNT = 100_000_000

_INTEGERS = (1, 2, 4, 8)


def _words(texts: Iterable[bytes], word: str) -> NDArray[np.uint64]:
    return np.frombuffer(b"".join(texts), word).astype(np.uint64)


_FOUR = _words((b"%04d" % n for n in range(10_000)), "<u4")
_FOUR_HIGH = _FOUR << np.uint64(32)
_BLANK_FOUR = _words((b"%4d" % n for n in range(10_000)), "<u4")
_BLANK_EIGHT = _words((b"%8d" % n for n in range(10_000)), "<u8")
_ONE_DOT_TWO = _words((b"%d.%02d" % divmod(n, 100) for n in range(1000)), "<u4")
_TWO = np.frombuffer(b"".join(b"%02d" % n for n in range(100)), "<u2").copy()
_HEX = np.frombuffer(b"".join(b"%02x" % n for n in range(256)), "<u2").copy()


def eight_digits(
    numbers: NDArray[np.int64], first_four: NDArray[np.uint64] = _FOUR
) -> NDArray[np.uint64]:
    """`00000000` to `99999999`; larger numbers give wrong digits and no error.

    What stands before the last four digits is looked up in `first_four`.
    """
    upper = numbers // 10_000
    digits = _FOUR_HIGH.take(numbers - upper * 10_000, mode="clip")
    digits |= first_four.take(upper, mode="clip")
    return digits


def milliseconds(nanoseconds: NDArray[np.int64]) -> NDArray[np.uint64]:
    """`0.000000` to `9.999999` for nanoseconds under MOST_DURATION; wrong digits from there."""
    return eight_digits(nanoseconds, _ONE_DOT_TWO)


def counts(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """`       0` to `99999999`: blanks in front, for numbers under MOST_COUNT."""
    few = _BLANK_EIGHT.take(numbers, mode="clip")
    return np.where(numbers < len(_BLANK_EIGHT), few, eight_digits(numbers, _BLANK_FOUR))


def two_digits(numbers: NDArray[np.int64]) -> NDArray[np.uint16]:
    """`00` to `99`; larger numbers give wrong digits and no error."""
    return _TWO.take(numbers, mode="clip")


def hexadecimal(octets: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The hex text of (…, n) bytes: (…, 2n) characters."""
    return _HEX.take(octets).view(np.uint8)


@cache
def word(width: int) -> np.dtype[Any]:
    """The type that copies so many bytes at once."""
    return np.dtype(f"<u{width}" if width in _INTEGERS else f"V{width}")


def words(octets: NDArray[np.uint8]) -> NDArray[Any]:
    """(…, n) bytes as (…, 1) words of n bytes."""
    return octets.view(word(octets.shape[-1]))


def largest(numbers: NDArray[np.int64]) -> int:
    """The largest of some numbers; a third of the time of `max`, where they are few."""
    return numbers.item(numbers.argmax())


def smallest(numbers: NDArray[np.int64]) -> int:
    """The smallest of some numbers."""
    return numbers.item(numbers.argmin())


def are_between(numbers: NDArray[np.int64], most: int) -> bool:
    """Whether none of them is negative, and all are less than `most`."""
    return not numbers.size or (smallest(numbers) >= 0 and largest(numbers) < most)
