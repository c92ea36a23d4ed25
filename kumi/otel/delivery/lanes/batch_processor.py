"""To an exporter behind the application's `BatchSpanProcessor`, never faster than that can take."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from time import sleep
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from kumi.otel.delivery.lanes.lane import Accepted, Lane
from kumi.otel.delivery.processors import UnknownProcessor

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterable, Iterator

    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

_STEP = 0.002
"""Seconds between two looks at a queue that is half full."""
_LOOK = 0.1
"""Seconds between two looks at whether to give up waiting for the processor's export to end."""


class BatchProcessorLane(Lane):
    """Hands spans to the processor while its queue is less than half full.

    It drops its oldest spans when its queue is full, and those would be the application's. Nothing
    tells of room in it, so this looks. `halted` tells us to give up waiting for room.
    """

    def __init__(self, processor: BatchSpanProcessor, halted: Callable[[], bool]) -> None:
        super().__init__(processor.span_exporter)
        self._processor = processor
        self._halted = halted
        self._queue = _queue_of(processor)
        self._half = max(1, (self._queue.maxlen or 0) // 2)

    @override
    def send_spans(self, spans: Iterable[ReadableSpan]) -> Accepted:
        handed = 0
        for span in spans:
            if len(self._queue) >= self._half and not self._finds_room():
                break
            self._processor.on_end(span)
            handed += 1
        return Accepted(handed=handed)

    @override
    def flush(self, timeout_millis: int) -> None:
        self._processor.force_flush(timeout_millis)

    @override
    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Hold the lock under which the processor exports, since no two exports may overlap.

        The specification says so, and it is no formality: the gRPC exporter closes its channel and
        opens another when a receiver is unavailable (since 1.40), under the feet of any other call.
        """
        lock = _export_lock_of(self._processor)
        is_held = self._finds_free(lock)
        try:
            yield is_held
        finally:
            if is_held:
                lock.release()

    def _finds_free(self, lock: Lock) -> bool:
        while not lock.acquire(timeout=_LOOK):
            if self._halted():
                return False
        return True

    def _finds_room(self) -> bool:
        while len(self._queue) >= self._half:
            if self._halted():
                return False
            sleep(_STEP)
        return True


def _queue_of(processor: BatchSpanProcessor) -> deque[Any]:
    """The queue of a batch processor. Raises `UnknownProcessor` where an SDK keeps it elsewhere."""
    holder = getattr(processor, "_batch_processor", processor)  # apart since SDK 1.34
    queue: deque[Any] | None = getattr(holder, "_queue", getattr(holder, "queue", None))
    if queue is None:
        raise UnknownProcessor("a batch processor without a queue")
    return queue


def _export_lock_of(processor: BatchSpanProcessor) -> Lock:
    """The lock of the moment: there is another one in a forked child.

    SDKs before 1.34 have none, and need none. Their gRPC exporter has a lock of its own around each
    call; their HTTP exporter changes nothing of itself while it exports, and posts by a session of
    `requests`, whose pool gives each call a connection.
    """
    lock: Lock | None = getattr(getattr(processor, "_batch_processor", None), "_export_lock", None)
    return lock or Lock()
