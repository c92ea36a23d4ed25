"""What keeps a run whose spans the application's own tracer makes: on its caller's thread."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from opentelemetry.context import Context

from kumi.ir.readings import ends_format, record_format
from kumi.observations import FailedRun
from kumi.otel.delivery.real_spans import TimedRun
from kumi.otel.log import trouble
from kumi.spans.clock import anchor
from kumi.spans.failed import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.otel.delivery.keep import Rules
    from kumi.otel.delivery.lanes.native import NativeLane
    from kumi.otel.delivery.run_queue import RunQueue
    from kumi.spans.layout import Layout

_NANOSECONDS = 1e9
_ENDS = struct.Struct(ends_format())


class NativeKeep:
    """Has the spans of a run made, and then appends the run: the file gets what these say.

    In the place of the queue's own `append`. `values` shows an exception's own message.
    """

    def __init__(self, lane: NativeLane, queue: RunQueue, rules: Rules, *, values: bool) -> None:
        self._lane = lane
        self._append = queue.queue.append
        self._layout = queue.layout
        self._is_trimmed = queue.is_trimmed
        self._rules = rules
        self._values = values
        self._unpack = struct.Struct(_format(queue.layout)).unpack
        queue.may_be_handed = True

    def __call__(self, kept: tuple[bytes | FailedRun, Any]) -> None:
        """Take a run: what it packed or what it came to, and the context it was admitted in.

        Whoever interrupts this, as Ctrl-C does, is not kept from that; the run is appended before.
        """
        run, context = kept
        spans = None
        try:
            if isinstance(context, Context):
                spans = self._lane.spans_of(self._timed(run), context)
                self._lane.make(spans)
        except Exception as error:  # noqa: BLE001 - the current span is the application's
            trouble("making spans of a run", error)
        finally:
            became = spans.outcome() if spans else context
            if isinstance(run, FailedRun):
                self._append((replace(run, context=became), became))
            else:
                self._append((run, became))

    def _timed(self, run: bytes | FailedRun) -> TimedRun:
        """The run in Unix time, cut to the run alone where the rules keep no more of it."""
        if isinstance(run, FailedRun):
            return self._timed_failure(run)
        layout, base = self._layout, anchor()
        if self._is_trimmed(run):  # it ended just when this came
            ends = _unix(_ENDS.unpack_from(run), base)
            return TimedRun(layout.run_alone, ends, (), "none", anchor=base)
        read: tuple[float, ...] = self._unpack(run)
        times = _unix(read[: layout.readings], base)
        kept = self._rules.said_of(layout.program.schema, times[-1] - times[0], failed=False)
        if kept == "none":
            return TimedRun(layout.run_alone, [times[0], times[-1]], (), kept, anchor=base)
        sizes: Sequence[Any] = read[layout.readings : layout.readings + len(layout.axes)]
        return TimedRun(layout, times, sizes, kept, anchor=base)

    def _timed_failure(self, run: FailedRun) -> TimedRun:
        base = anchor()
        message = run.original if self._values else run.message
        failure = Failure(run.failed, run.error_type, message)
        missing = len(self._layout.axes) - len(run.sizes)
        return TimedRun(
            self._layout,
            _unix(run.readings, base),
            (*run.sizes, *[0] * missing),
            self._rules.said_of(self._layout.program.schema, 0, failed=True),
            failure,
            base,
        )


def _format(layout: Layout) -> str:
    return record_format(layout.program, layout.level, times_cpu=layout.times_cpu)


def _unix(readings: Sequence[float], base: int) -> list[int]:
    """As `kumi.spans.decode` has it: the same integers, whoever reads them later."""
    return [round(reading * _NANOSECONDS) + base for reading in readings]
