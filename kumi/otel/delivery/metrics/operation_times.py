"""How many operations of each name a batch has, and how long they took: from columns, in bulk."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kumi.spans.failed import begun_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from kumi.spans.decode import Decoded
    from kumi.spans.layout import Layout, Row


@dataclass(frozen=True, slots=True)
class OperationTimes:
    """The operations of a layout by name: how many a run has, and how their time is found.

    `sign` (names, R) is 1 where a reading ends more operations of a name than it begins, -1 where
    it begins more. For `Map` in a program whose readings 2, 3 and 5 end one:

        reading    0   1   2   3   4   5
        begins         1   2       4            the Maps last from 1 to 2, 2 to 3 and 4 to 5
        sign       0  -1   0   1  -1   1        so their time is t3 - t1 + t5 - t4
    """

    names: tuple[str, ...]
    counts: tuple[int, ...]
    sign: NDArray[np.int64]

    def of(self, decoded: Decoded) -> Iterator[tuple[str, int, int]]:
        """Each name, how many there were, and their time in nanoseconds.

        The sums of readings may be too large for 64 bits, and lose what is over; differences of
        what is left are right.
        """
        if not self.names:
            return
        times = self.sign @ decoded.readings.sum(axis=0)
        runs = len(decoded)
        for name, count, time in zip(self.names, self.counts, times.tolist(), strict=True):
            yield name, count * runs, time


def operation_times(layout: Layout) -> OperationTimes:
    """What is known of a layout's operations before any run."""
    rows = [layout.rows[number] for number in layout.operation_rows]
    counts = Counter(map(_name, rows))
    sign = np.zeros((len(counts), layout.readings), np.int64)
    at = {name: number for number, name in enumerate(counts)}
    for row in rows:
        sign[at[_name(row)], row.end] += 1
        sign[at[_name(row)], row.start] -= 1
    return OperationTimes(tuple(counts), tuple(counts.values()), sign)


def times_of_failed(layout: Layout, decoded: Decoded) -> Iterator[tuple[str, int, int]]:
    """The same of a run that failed: of the operations that it came to, one after the other."""
    times = decoded.readings[0].tolist()
    last = len(times) - 1
    for number in begun_rows(layout, decoded.failure, len(times)):
        if number in layout.operation_rows:
            row = layout.rows[number]
            yield _name(row), 1, times[min(row.end, last)] - times[min(row.start, last)]


def _name(row: Row) -> str:
    assert row.facts.operation is not None  # noqa: S101 - it is the row of one
    return row.facts.operation.opcode.name
