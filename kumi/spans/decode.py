"""From bytes to columns: the readings that the calling threads kept, before they are anybody's.

What a rule needs to keep a run or not, its duration and whether it failed, is here already.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import compress
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kumi.spans.clock import anchor
from kumi.spans.failed import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kumi.observations import FailedRun
    from kumi.spans.layout import Layout

    Anchored: TypeAlias = int | NDArray[np.int64] | None

_NANOSECONDS = 1e9


@dataclass(frozen=True, slots=True)
class Decoded:
    """K runs of one layout: `readings` (K, R) int64 nanoseconds since the epoch, `sizes` (K, A).

    `cpu` (K) int64 nanoseconds of the callers' threads, or None where nobody asked for them.
    `contexts` are those that the runs were admitted in. A run that failed is alone, and has the
    readings that it came to.
    """

    readings: NDArray[np.int64]
    sizes: NDArray[np.int64]
    contexts: Sequence[object]
    failure: Failure | None = None
    cpu: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.readings)

    def only(self, wanted: NDArray[np.bool_]) -> Decoded:
        """The runs that a rule wants to keep."""
        return replace(
            self,
            readings=self.readings[wanted],
            sizes=self.sizes[wanted],
            contexts=list(compress(self.contexts, wanted)),
            cpu=None if self.cpu is None else self.cpu[wanted],
        )


def decode(
    layout: Layout, kept: Sequence[tuple[bytes, object]], anchored: Anchored = None
) -> Decoded:
    """The columns of what `Channel.keep` took: what runs have packed, and their contexts.

    `anchored` replaces the clock's `anchor()`, in nanoseconds: one for all runs, or one for each.
    """
    runs, contexts = zip(*kept, strict=True)
    record = _record(layout.readings, len(layout.axes), layout.times_cpu)
    packed = np.frombuffer(b"".join(runs), record)
    cpu = packed["cpu"] if layout.times_cpu else None
    return Decoded(_unix(packed["readings"], anchored), packed["sizes"], contexts, cpu=cpu)


def decode_failed(
    layout: Layout, run: FailedRun, anchored: int | None = None, *, values: bool = False
) -> Decoded:
    """The same of one run that raised. `values` shows the exception's own message."""
    readings = _unix(np.array([run.readings], np.float64), anchored)
    sizes = np.zeros((1, len(layout.axes)), np.int64)
    sizes[0, : len(run.sizes)] = run.sizes
    message = run.original if values else run.message
    failure = Failure(run.failed, run.error_type, message)
    cpu = None if run.cpu is None else np.array([run.cpu], np.int64)
    return Decoded(readings, sizes, (run.context,), failure, cpu)


@lru_cache(maxsize=256)
def _record(readings: int, axes: int, times_cpu: bool) -> np.dtype[np.void]:
    """`kumi.ir.readings.record_format` as NumPy reads it."""
    fields = [("readings", "<f8", (readings,)), ("sizes", "<i8", (axes,)), ("cpu", "<i8")]
    return np.dtype(fields if times_cpu else fields[:-1])


def _unix(seconds: NDArray[np.float64], anchored: Anchored) -> NDArray[np.int64]:
    """Readings of `perf_counter` as Unix nanoseconds: exact to 26 days of uptime.

    The clock is a float, since that is cheaper to take and to pack than an integer. Its 53 bits
    hold nanoseconds up to 2**53 / 1e9 s / 4, where the quarter is for the rounding: a reading of
    1,234,567.890123456 s is 1234567890123456 ns to the last digit.
    """
    nanoseconds = seconds * _NANOSECONDS
    np.rint(nanoseconds, out=nanoseconds)
    unix = nanoseconds.astype(np.int64)
    if isinstance(anchored, np.ndarray):
        unix += anchored[:, None]
    else:
        unix += anchor() if anchored is None else anchored
    return unix
