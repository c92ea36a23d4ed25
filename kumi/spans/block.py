"""A block: the kept runs of one program as columns, ready to be encoded in bulk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from kumi.spans.layout import Attributes, Layout


@dataclass(frozen=True, slots=True)
class Failure:
    """What stopped a run: see `kumi.hooks.FailedRun`. `message` is what may be shown."""

    failed: tuple[int, ...]
    error_type: str
    message: str


@dataclass(slots=True, eq=False)
class Block:
    """K runs of one layout.

    `readings` (K, R) int64 nanoseconds since the epoch; `sizes` (K, A) int64 cells per axis;
    `trace_ids` (K, 16), `prefixes` (K, P, 6) and `parents` (K, 8) bytes, a parent of zeros meaning
    a root; `flags` (K) W3C trace flags; `remote` (K) whether the parent is; `sampled` (K) whether
    traces get it; `numbers` (K) uint32, the run's number in its process; `tracestates` one string a
    run, or None where all are empty. A row's span id is 6 bytes of `prefixes[k, row >> 16]` and the
    low 16 bits of the row's number. A failed run is a block of its own, cut after the operation
    that failed: `readings` then has only the columns that were read.
    """

    layout: Layout
    process: str
    resource: object
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
    kept: str = "all"
    failure: Failure | None = None

    def __len__(self) -> int:
        return len(self.readings)


@dataclass(frozen=True, slots=True)
class SpanData:
    """One span, whole: what an encoder that goes span by span needs. Ids are bytes."""

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
    attributes: Attributes
    error: Failure | None
    event: bool


def spans(block: Block) -> Iterator[SpanData]:
    """Every span of a block, run by run in row order; for rare cases, small counts and checks."""
    raise NotImplementedError
