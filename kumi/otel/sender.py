"""Senders: give spans to the lanes of a route, each in a thread of its own.

No run, no event file and no other lane ever waits for a network: what a lane is too slow for is
dropped here, the oldest first, and counted.
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


class Senders:
    """The senders of one route. `patience` is how long, in seconds, a hand-over may wait for each.

    The figures count a span once for each lane that it was for.
    """

    def __init__(self, route: Route, counts: Counts, patience: float) -> None:
        self._each = [Sender(lane, counts, patience, own=route.own) for lane in route.lanes]

    def block(self, block: Block) -> None:
        """Send the runs of a block, all of them sampled."""
        for sender in self._each:
            sender.block(block)

    def ended(self, spans: Sequence[ReadableSpan]) -> None:
        """Send ordinary spans."""
        for sender in self._each:
            sender.ended(spans)

    def drain(self, timeout: float, *, flush: bool = False) -> bool:
        """Wait until all that was handed over is with the exporters; `flush` them as well.

        False where `timeout` (seconds) was too short.
        """
        deadline = perf_counter() + timeout
        asked = [sender.ask(deadline, flush=flush) for sender in self._each]
        waited = [done and done.wait(max(0.0, deadline - perf_counter())) for done in asked]
        return all(waited)

    def retire(self) -> None:
        """Take no more; the threads end, and our own exporters are shut down, after the rest."""
        for sender in self._each:
            sender.retire()

    def join(self, timeout: float) -> None:
        """Wait, `timeout` seconds at most, for retired senders to have sent everything."""
        deadline = perf_counter() + timeout
        for sender in self._each:
            sender.join(deadline - perf_counter())

    def give_up(self) -> None:
        """Count what has not been sent as dropped, say so, and forget it."""
        for sender in self._each:
            sender.give_up()


class Sender:
    """A bounded queue of blocks and spans before one lane, whose exporter may be our `own`."""

    def __init__(self, lane: Lane, counts: Counts, patience: float, *, own: bool) -> None:
        self._lane = lane
        self._own = own
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
        """Send the runs of a block."""
        spans = block.span_count
        self._put(spans, lambda: self._give(lambda: self._lane.send(block), spans))

    def ended(self, spans: Sequence[ReadableSpan]) -> None:
        """Send ordinary spans."""
        self._put(len(spans), lambda: self._give(lambda: self._lane.end(spans), len(spans)))

    def ask(self, deadline: float, *, flush: bool) -> threading.Event | None:
        """What is set once all that was handed over is with the exporter.

        None in the exporter's own thread, and where that has ended.
        """
        done = threading.Event()

        def last() -> None:
            if flush:
                self._flush(deadline)
            done.set()

        inside = self._worker.is_current()  # an exporter that flushes
        return done if not inside and self._append(0, last) else None

    def retire(self) -> None:
        """Take no more; the thread ends after the rest."""
        self._retiring = True
        self._append(0, self._close)

    def give_up(self) -> None:
        """Count what has not been sent as dropped."""
        self._retiring = True
        late = self._waiting + self._in_hand
        self._drop_down_to(0, LATE)
        self._counts.drop(LATE, self._in_hand)
        if late:
            name = self._lane.name
            warn_once(f"{late:,} spans were not sent: {name} did not take them in time for the end")

    def join(self, timeout: float) -> None:
        """Wait for a retired sender to have sent everything."""
        self._worker.join(timeout)

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

    def _give(self, give: Callable[[], int], spans: int) -> None:
        taken = 0
        try:
            taken = give()
        except BaseException as error:  # noqa: BLE001 - exporters are anybody's code
            trouble(f"sending spans to {self._exporter_name}", error)
        self._counts.send(taken)
        self._counts.drop(REFUSED, spans - taken)

    def _flush(self, deadline: float) -> None:
        try:
            self._lane.flush(max(0, int((deadline - perf_counter()) * 1000)))
        except BaseException as error:  # noqa: BLE001 - as above
            trouble(f"flushing {self._exporter_name}", error)

    def _close(self) -> None:
        try:
            if self._own:
                self._lane.exporter.shutdown()
        except BaseException as error:  # noqa: BLE001 - as above
            trouble(f"shutting {self._exporter_name} down", error)
        self._worker.halt()

    @property
    def _exporter_name(self) -> str:
        return type(self._lane.exporter).__qualname__
