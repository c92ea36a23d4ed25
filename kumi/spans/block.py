"""A block: the kept runs of one program as columns, ready to be encoded in bulk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kumi.spans import attributes as names
from kumi.spans.failed import Failure, begun_rows, event_row, failed_rows
from kumi.spans.limits import DEFAULT, Limits
from kumi.spans.origin import begun_with
from kumi.spans.span_fields import SUMMED, Varying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from opentelemetry.sdk.resources import Resource

    from kumi.spans.layout import Attributes, AttributeValue, Layout, Row
    from kumi.spans.origin import Given

HAS_IS_REMOTE = 0x100
IS_REMOTE = 0x200
_COLUMNS = (
    "readings", "sizes", "trace_ids", "prefixes", "parents", "flags", "remote", "sampled",
    "numbers",
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Block:
    """K runs of one layout.

    `readings` (K, R) int64 nanoseconds since the epoch; `sizes` (K, A) int64 cells per axis;
    `trace_ids` (K, 16), `prefixes` (K, P, 6) and `parents` (K, 8) bytes, a parent of zeros meaning
    a root; `flags` (K) W3C trace flags; `remote` (K) whether the parent is; `sampled` (K) whether
    traces get it; `numbers` (K) uint32, the run's number in its process; `tracestates` one string a
    run, or None where all are empty; `given` what a sampler gave each run, or None where that is
    nothing. `cpu` (K) int64 nanoseconds of CPU, or None where they are not known. `limits` are for
    who makes spans of this. A row's span id is 6 bytes of `prefixes[k, number >> 16]` and the low
    16 bits of the row's number; unless `given_ids` has another for it, 8 bytes a row for the first
    rows of each run, where zeros are none, or None where there are none at all. A failed run is a
    block of its own, cut after the operation that failed: `readings` then has only the columns that
    were read.

    Where rows are summaries, `sums` (K, S, 4) int64 says for each of these how many spans it stands
    for, and how long they took in all, at least, and at most, in nanoseconds. `only` are the rows
    that there are, where the others that were begun are in summaries elsewhere.
    """

    layout: Layout
    process: str
    resource: Resource
    readings: NDArray[np.int64]
    sizes: NDArray[np.int64]
    trace_ids: NDArray[np.uint8]
    prefixes: NDArray[np.uint8]
    parents: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    remote: NDArray[np.bool_]
    sampled: NDArray[np.bool_]
    numbers: NDArray[np.uint32]
    tracestates: tuple[str, ...] | None = None
    given: tuple[Given, ...] | None = None
    given_ids: tuple[bytes, ...] | None = None
    limits: Limits = DEFAULT
    kept: str = "all"
    failure: Failure | None = None
    sums: NDArray[np.int64] | None = None
    only: tuple[int, ...] | None = None
    cpu: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.readings)

    @property
    def begun(self) -> Sequence[int]:
        """The rows that a run of it has begun, whether or not they are here."""
        return begun_rows(self.layout, self.failure, self.readings.shape[1])

    @property
    def rows(self) -> Sequence[int]:
        """The rows that a run of it has here."""
        return self.begun if self.only is None else self.only

    @property
    def span_count(self) -> int:
        """How many spans its runs are."""
        return len(self) * len(self.rows)


@dataclass(frozen=True, slots=True)
class SpanData:
    """One span, whole: what an encoder that goes span by span needs. Ids are bytes.

    `flags` are OTLP's: the W3C flags in the low byte, 0x100, and 0x200 where the parent is remote.
    `error` is set on spans with status ERROR; `event` on the one that carries the exception event.
    `attributes` are all that were set, in their order: no limit is applied yet.
    """

    row: int
    name: str
    trace_id: bytes
    span_id: bytes
    parent_id: bytes | None
    parent_remote: bool
    flags: int
    tracestate: str
    start: int
    end: int
    attributes: Given
    error: Failure | None
    event: bool


def spans(block: Block) -> Iterator[SpanData]:
    """Every span of a block, run by run in row order; for rare cases, small counts and checks."""
    rows = block.rows
    errors: frozenset[int] = frozenset()
    event = None
    if block.failure is not None:
        errors = failed_rows(block.layout, block.failure)
        event = event_row(block.layout, block.failure)
    for run, ids in enumerate(span_ids(block)):
        for row in rows:
            error = block.failure if row in errors else None
            yield _span(block, run, row, error, event=row == event, ids=ids)


def only_sampled(block: Block) -> Block | None:
    """The runs of a block that traces get, or None where there are none."""
    if b"\0" not in block.sampled.tobytes():  # a tenth of the cost of `all`
        return block
    wanted = np.flatnonzero(block.sampled)
    return only_runs(block, wanted) if len(wanted) else None


def only_runs(block: Block, wanted: NDArray[np.intp] | Sequence[int]) -> Block:
    """The runs of a block with these numbers in it, each once."""
    if len(wanted) == len(block):
        return block
    states, given, ids = block.tracestates, block.given, block.given_ids
    columns = {name: getattr(block, name)[wanted] for name in _COLUMNS}
    chosen = tuple(states[run] for run in wanted) if states else None
    wished = tuple(given[run] for run in wanted) if given else None
    cpu = None if block.cpu is None else block.cpu[wanted]
    own = tuple(ids[run] for run in wanted) if ids else None
    return replace(block, **columns, tracestates=chosen, given=wished, given_ids=own, cpu=cpu)


def _varying(block: Block, run: int, row: Row) -> Given:
    """The attributes of a span that are not the same in all runs."""
    return tuple([(name, VARYING[what](block, run, row)) for name, what in row.varying])


def run_id(block: Block, run: int) -> str:
    """The process's 8 digits and 8 of the run's number."""
    return f"{block.process}{block.numbers[run]:08x}"


def visited(block: Block, run: int, row: Row) -> int:
    """How many cells an operation visited."""
    return 1 if row.axis is None else int(block.sizes[run, row.axis])


def _summed(which: int) -> Callable[[Block, int, Row], int]:
    def of(block: Block, run: int, row: Row) -> int:
        assert block.sums is not None  # noqa: S101 - a row that is a summary has sums
        return int(block.sums[run, row.summary, which])

    return of


VARYING: dict[Varying, Callable[[Block, int, Row], AttributeValue]] = {
    Varying.RUN: lambda block, run, _: run_id(block, run),
    Varying.KEPT: lambda block, _, __: block.kept,
    Varying.ROWS: visited,
    **{what: _summed(which) for which, what in enumerate(SUMMED)},
}
"""What the attributes are that vary: of a block, the number of the run in it, and the row."""


def run_attributes(block: Block, run: int) -> Given:
    """All attributes of the span of a run, but for those of a failure."""
    given, row = block.given[run] if block.given else (), block.layout.rows[0]
    return (*begun_with(given, row.attributes), *_varying(block, run, row), *_folded(block))


def _folded(block: Block) -> Given:
    """How many spans of a failed run are in summaries."""
    if block.failure is None or block.only is None:
        return ()
    return ((names.RUN_FOLDED, len(block.begun) - len(block.only)),)


def _span(
    block: Block,
    run: int,
    number: int,
    error: Failure | None,
    *,
    event: bool,
    ids: NDArray[np.uint8],
) -> SpanData:
    row = block.layout.rows[number]
    above = block.parents[run] if row.parent is None else ids[row.parent]
    remote = row.parent is None and bool(block.remote[run])
    times = block.readings[run]
    last = len(times) - 1
    return SpanData(
        row=number,
        name=row.name,
        trace_id=block.trace_ids[run].tobytes(),
        span_id=ids[number].tobytes(),
        parent_id=above.tobytes() if above.any() else None,
        parent_remote=remote,
        flags=int(block.flags[run]) | HAS_IS_REMOTE | (IS_REMOTE if remote else 0),
        tracestate=block.tracestates[run] if block.tracestates else "",
        start=int(times[min(row.start, last)]),
        end=int(times[min(row.end, last)]),
        attributes=_attributes(block, run, row) + _failed(error),
        error=error,
        event=event,
    )


def row_numbers(layout: Layout) -> NDArray[np.uint8]:
    """The number of each row, (rows, 4) bytes: its id ends in the last two of them."""
    numbers = np.array([row.number for row in layout.rows], ">u4")
    return numbers.view(np.uint8).reshape(-1, 4)


def span_ids(block: Block) -> NDArray[np.uint8]:
    """The ids of all spans, (runs, rows, 8) bytes: those that others made, and else our own."""
    numbers = row_numbers(block.layout)
    ids = np.empty((len(block), len(numbers), 8), np.uint8)
    ids[..., :6] = block.prefixes[:, numbers.view(">u2")[:, 0]]
    ids[..., 6:] = numbers[:, 2:]
    for own, text in zip(ids, block.given_ids or (), strict=False):
        given = np.frombuffer(text, np.uint8).reshape(-1, 8)[: len(numbers)]
        there = np.flatnonzero(given.any(axis=1))
        own[there] = given[there]
    return ids


def _attributes(block: Block, run: int, row: Row) -> Given:
    if row.parent is None:
        return run_attributes(block, run)
    return (*row.attributes, *_varying(block, run, row))


def _failed(error: Failure | None) -> Attributes:
    return ((names.ERROR_TYPE, error.error_type),) if error else ()
