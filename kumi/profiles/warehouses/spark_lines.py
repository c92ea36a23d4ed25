"""The lines of event files, counted by the workers of Spark: this is what runs there.

What a line says is not repeated in words of Spark's. Workers read it as Python does everywhere,
with `kumi.profiles.event_line`, so that they take the same lines for malformed. Each counts what it
reads before it hands anything on, and Spark adds up the counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kumi.profiles.event_line import UNCOUNTED, EventLine, Timed, read_line
from kumi.profiles.profile_file import BYTE_ORDER_MARK, LONGEST_LINE
from kumi.profiles.typical import LONGER, rows_class
from kumi.profiles.warehouses.first_readings import first_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyarrow import DataType, RecordBatch

_TOLD: Final = Timed._fields.index("ns") + 1  # fields that events which are counted together share
KEYS: Final = (*Timed._fields[:_TOLD], "rows_class", "entire")
SUMS: Final = ("calls", "rows", "first", "cpu")
_WHOLE: Final = ("position", "ns", "rows_class", "calls")
_LARGE: Final = ("rows", "cpu")
TYPES: Final = {
    name: "bigint" if name in _WHOLE else "decimal(38,0)" if name in _LARGE else "string"
    for name in (*KEYS, *SUMS)
}
"""The columns of the table `counted`, and the type of each in Spark."""

_MOST: Final = 100_000
"""So many counts are kept before they are handed on."""
_MALFORMED: Final = EventLine(None)


class LineCounter:
    """How many lines say the same, as rows of the table `counted`."""

    def __init__(self) -> None:
        self._counts: dict[tuple[Any, ...], list[Any]] = {}

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, line: bytes) -> None:
        """Count a line that is not blank.

        Where a file begins is not known here, so that any line may begin with a byte order mark.
        """
        is_long = len(line) >= LONGEST_LINE
        found = _MALFORMED if is_long else read_line(line.removeprefix(BYTE_ORDER_MARK))
        counts = self._counts.setdefault(_key(found, line), [0, 0, None, None])
        counts[0] += 1
        if found.timed:
            _add(counts, found.timed)

    def taken(self) -> list[tuple[Any, ...]]:
        """The rows so far; from now on it counts anew."""
        rows = [(*key, *counts) for key, counts in self._counts.items()]
        self._counts = {}
        return rows


def _key(found: EventLine, line: bytes) -> tuple[Any, ...]:
    """What a line is counted under: KEYS."""
    if found.timed:
        return (*found.timed[:_TOLD], rows_class(found.timed.rows), None)
    entire = line.strip().decode() if found.kind in UNCOUNTED else None
    return (found.kind, *[None] * _TOLD, entire)


def _add(counts: list[Any], timed: Timed) -> None:
    """Add what an event says to SUMS."""
    counts[1] += timed.rows
    if timed.ns > LONGER:
        first = first_of(timed.started, timed.run)
        counts[2] = first if counts[2] is None else min(counts[2], first)
    if timed.cpu is not None:
        counts[3] = timed.cpu + (counts[3] or 0)


def count_lines(batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
    """Batches of counts for batches of lines, which are bytes in the one column of each."""
    counter = LineCounter()
    for batch in batches:
        for line in batch.column(0):
            text = line.as_py()
            if text and not text.isspace():
                counter.add(text)
        if len(counter) > _MOST:
            yield _batch(counter.taken())
    if counter:
        yield _batch(counter.taken())


def _batch(rows: list[tuple[Any, ...]]) -> RecordBatch:
    import pyarrow as pa  # noqa: PLC0415 - workers of Spark have it, others need not

    types: dict[str, DataType] = {
        "string": pa.string(), "bigint": pa.int64(), "decimal(38,0)": pa.decimal128(38, 0),
    }  # fmt: skip
    columns = zip(*rows, strict=True)
    arrays = [
        pa.array(column, types[kind]) for column, kind in zip(columns, TYPES.values(), strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, list(TYPES))
