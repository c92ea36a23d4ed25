"""The sender: gives spans to the lanes of a route in a thread of its own.

No run and no event file ever waits for a network: what the lanes are too slow for is dropped here,
the oldest first, and counted.
"""

from __future__ import annotations

import threading
from collections import deque
from time import perf_counter, sleep
from typing import TYPE_CHECKING

from kumi.otel.log import trouble, warn_once
from kumi.otel.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.otel.counts import Counts
    from kumi.otel.lanes import Lane
    from kumi.otel.route import Route
    from kumi.spans.block import Block

_MOST_SPANS = 1 << 18
_STEP = 0.002

QUEUE_FULL = "traces_queue_full"
REFUSED = "export_failed"
LATE = "exit"


class Sender:
    """A bounded queue of blocks and spans before the lanes of one route.

    `patience` is how long, in seconds, whoever hands over may wait for room.
    """

    def __init__(self, route: Route, counts: Counts, patience: float) -> None:
        self.route = route
        self._counts = counts
        self._patience = patience
        self._jobs: deque[tuple[int, Callable[[], None]]] = deque()
        self._lock = threading.RLock()
        self._waiting = 0
        self._in_hand = 0
        self._retiring = False
        self._worker = Worker("kumi-traces", self._work, None)
        self._worker.start()  # at once: while the interpreter shuts down no thread can be started

    def block(self, block: Block) -> None:
        """Send the runs of a block, all of them sampled."""
        spans = block.span_count
        self._put(spans, lambda: self._each(lambda lane: lane.send(block), spans))

    def ended(self, spans: Sequence[ReadableSpan]) -> None:
        """Send ordinary spans."""
        self._put(len(spans), lambda: self._each(lambda lane: lane.end(spans), len(spans)))

    def drain(self, timeout: float, *, flush: bool = False) -> bool:
        """Wait until all that was handed over is with the exporters; `flush` them as well.

        False where `timeout` (seconds) was too short.
        """
        if self._worker.is_current():  # an exporter that flushes
            return False
        deadline, done = perf_counter() + timeout, threading.Event()

        def last() -> None:
            if flush:
                self._flush(deadline)
            done.set()

        return self._append(0, last) and done.wait(max(0.0, timeout))

    def retire(self) -> None:
        """Take no more; the thread ends, and our own exporters are shut down, after the rest."""
        self._retiring = True
        self._append(0, self._close)

    def give_up(self) -> None:
        """Count what has not been sent as dropped, say so, and forget it."""
        self._retiring = True
        late = self._waiting + self._in_hand
        self._drop_down_to(0, LATE)
        self._counts.drop(LATE, self._in_hand)
        if late:
            names = ", ".join(lane.name for lane in self.route.lanes)
            warn_once(
                f"{late:,} spans were not sent: {names} did not take them in time for the end"
            )

    def join(self, timeout: float) -> bool:
        """Wait, `timeout` seconds at most, for a retired sender to have sent everything."""
        return self._worker.join(timeout)

    # Handing over.

    def _put(self, spans: int, job: Callable[[], None]) -> None:
        if self._is_full(spans):
            self._wait_for_room(spans)
        if self._retiring:
            self._counts.drop(LATE, spans)
        else:
            self._append(spans, job)

    def _append(self, spans: int, job: Callable[[], None]) -> bool:
        """Give a job to the thread; False where there is none any more."""
        with self._lock:
            self._jobs.append((spans, job))
            self._waiting += spans
        return self._worker.wake()

    def _is_full(self, spans: int) -> bool:
        """Whether there is no room for `spans` more; what is larger than all room still goes in."""
        return self._waiting > 0 and self._waiting + spans > _MOST_SPANS

    def _wait_for_room(self, spans: int) -> None:
        """Wait until there is room; past our patience, drop the older half."""
        deadline = perf_counter() + self._patience
        while self._is_full(spans) and perf_counter() < deadline:
            sleep(_STEP)
        if self._is_full(spans):
            self._drop_down_to(_MOST_SPANS // 2, QUEUE_FULL)

    def _drop_down_to(self, spans: int, reason: str) -> None:
        """Drop the oldest spans; what only waits for its turn, and drops none, stays."""
        with self._lock:
            kept: deque[tuple[int, Callable[[], None]]] = deque()
            while self._waiting > spans and self._jobs:
                size, job = self._jobs.popleft()
                self._waiting -= size
                self._counts.drop(reason, size)
                if not size:
                    kept.append((size, job))
            self._jobs.extendleft(reversed(kept))

    # Sending, in the sender's thread.

    def _work(self) -> None:
        while self._jobs:
            with self._lock:
                if not self._jobs:
                    return
                self._in_hand, job = self._jobs.popleft()
                self._waiting -= self._in_hand
            job()
            self._in_hand = 0

    def _each(self, give: Callable[[Lane], int], spans: int) -> None:
        """Give spans to every lane, whatever becomes of them in another."""
        for lane in self.route.lanes:
            taken = 0
            try:
                taken = give(lane)
            except BaseException as error:  # noqa: BLE001 - exporters are anybody's code
                trouble(f"sending spans to {type(lane.exporter).__qualname__}", error)
            self._counts.send(taken)
            self._counts.drop(REFUSED, spans - taken)

    def _flush(self, deadline: float) -> None:
        for lane in self.route.lanes:
            try:
                lane.flush(max(0, int((deadline - perf_counter()) * 1000)))
            except BaseException as error:  # noqa: BLE001 - as above
                trouble("flushing an exporter", error)

    def _close(self) -> None:
        for exporter in self.route.own:
            try:
                exporter.shutdown()
            except BaseException as error:  # noqa: BLE001 - as above
                trouble("shutting an exporter down", error)
        self._worker.halt()
