"""Typical time: what operations take where nothing interrupts them; and how much longer some took.

Why not the sum of all readings: one operation in which the machine did something else for 40 ms
weighs as much as twenty thousand of 2 µs, so that recordings of one program name another place each
time. Why not the median times the count: that is wrong where the number of rows differs from run to
run, or where an operation is sometimes quick and sometimes not.

So the readings of an operation are divided by how many rows it visited, in powers of two, and each
part is sorted and cut into ten groups of equal size (their sizes differ by one at most). A group
counts as its median times its size, but for the slowest, which counts at the median of the ninth:
what is special there is seldom the operation. Of twelve readings, in µs,

    groups      2 2 | 2 3 | 3 | 3 | 3 | 4 | 4 | 4 | 5 | 90
    medians     2     2     3   3   3   4   4   4   5   (90)
    counted     4     4     3   3   3   4   4   4   5   5      typical: 39 µs, where the sum is 125

A *pause* is a reading of more than three times the ninth median, and 0.1 ms longer: of the 90 µs
above nothing is said, since they are too short to matter. What exceeds the ninth median is the
pause; the rest was the operation.

Medians are readings that occurred, the lower of two, so that everything is an integer.
`sql/distributions.sql` says the same for warehouses, and tests compare the two.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GROUPS: Final = 10
TIMES: Final = 3
LONGER: Final = 100_000  # nanoseconds
MOST: Final = 3
"""How many of the longest pauses of a part are named."""


def rows_class(rows: int) -> int:
    """Which power of two a number of rows belongs to, counted from 1; 0 where there are none.

    >>> [rows_class(rows) for rows in (0, 1, 2, 3, 4, 1000)]
    [0, 1, 2, 2, 3, 10]
    """
    return rows.bit_length()


@lru_cache
def groups(calls: int) -> tuple[tuple[int, int], ...]:
    """The size of each group, and the rank of its median among all that are sorted, from 0.

    Many operations have equally many readings, so it is known of the numbers asked for last.

    >>> groups(12)[:3], groups(2)
    (((2, 0), (2, 2), (1, 4)), ((1, 0), (1, 1)))
    """
    return tuple(_groups(calls))


def _groups(calls: int) -> Iterator[tuple[int, int]]:
    number = min(calls, GROUPS)
    size, larger = divmod(calls, number)
    for group in range(number):
        start = group * size + min(group, larger)
        this = size + (group < larger)
        yield this, start + (this + 1) // 2 - 1


def usual(medians: Sequence[int]) -> int:
    """The ninth median: what the slowest group counts at, and pauses are measured from."""
    return medians[max(len(medians) - 2, 0)]


def is_pause(ns: int, of: int) -> bool:
    """Whether a reading is one, where `of` is what is usual."""
    return ns > longest_usual(of)


def longest_usual(of: int) -> int:
    """The longest reading that is no pause, where `of` is what is usual."""
    return max(TIMES * of, of + LONGER)


def typical(calls: int, medians: Sequence[int]) -> int:
    """What so many readings would have taken together, had none been out of the ordinary.

    >>> typical(12, (2, 2, 3, 3, 3, 4, 4, 4, 5, 90))
    39
    """
    sizes = [size for size, _ in groups(calls)]
    counted = (*medians[:-1], usual(medians))
    return sum(size * median for size, median in zip(sizes, counted, strict=True))
