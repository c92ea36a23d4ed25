"""Lanes: the ways in which spans get to one exporter, the fastest that it allows.

A lane is used on the sender's thread only. It may wait for room.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from itertools import islice
from time import sleep
from typing import TYPE_CHECKING, Any

from opentelemetry import context as context_api
from opentelemetry.sdk.trace.export import SpanExportResult
from typing_extensions import override

from kumi.otel.processors import UnknownProcessor
from kumi.otel.readables import readables

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterable, Iterator

    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    from kumi.spans.block import Block

_BATCH = 512
_STEP = 0.002


class Lane(ABC):
    """A way to one exporter. It gives the number of spans that the exporter took."""

    def __init__(self, exporter: Any) -> None:
        self.exporter = exporter

    @property
    def name(self) -> str:
        """Where this leads, for messages: the endpoint, where the exporter has one."""
        destination = getattr(self.exporter, "destination", None)
        return getattr(destination, "endpoint", type(self.exporter).__qualname__)

    def send(self, block: Block) -> int:
        """Take a block of sampled runs: span by span, where the exporter knows no blocks."""
        return self.end(readables(block))

    @abstractmethod
    def end(self, ended: Iterable[ReadableSpan]) -> int:
        """Take ordinary spans."""

    @abstractmethod
    def flush(self, timeout_millis: int) -> None:
        """Have the exporter deliver what it was given."""


class Direct(Lane):
    """An exporter that belongs to nobody else: batches, straight to it."""

    @override
    def end(self, ended: Iterable[ReadableSpan]) -> int:
        ended, taken = iter(ended), 0
        while batch := tuple(islice(ended, _BATCH)):
            with uninstrumented():
                result = self.exporter.export(batch)
            taken += len(batch) if result is SpanExportResult.SUCCESS else 0
        return taken

    @override
    def flush(self, timeout_millis: int) -> None:
        self.exporter.force_flush(timeout_millis)


class Blocks(Lane):
    """An exporter that takes blocks; ordinary spans go to it by the lane `other`."""

    def __init__(self, exporter: Any, other: Lane) -> None:
        super().__init__(exporter)
        self._other = other

    @override
    def send(self, block: Block) -> int:
        with uninstrumented():
            taken: int = self.exporter.export_block(block)
        return taken

    @override
    def end(self, ended: Iterable[ReadableSpan]) -> int:
        return self._other.end(ended)

    @override
    def flush(self, timeout_millis: int) -> None:
        self._other.flush(timeout_millis)


class Simple(Lane):
    """The application's SimpleSpanProcessor: it exports each span at once."""

    def __init__(self, processor: SimpleSpanProcessor) -> None:
        super().__init__(processor.span_exporter)
        self._processor = processor

    @override
    def end(self, ended: Iterable[ReadableSpan]) -> int:
        taken = 0
        for span in ended:
            self._processor.on_end(span)
            taken += 1
        return taken

    @override
    def flush(self, timeout_millis: int) -> None:
        self._processor.force_flush(timeout_millis)


class Paced(Lane):
    """The application's BatchSpanProcessor, whose queue we never fill by more than half.

    It drops its oldest spans when its queue is full, and those would be the application's.
    `halted` tells us to give up waiting for room.
    """

    def __init__(self, processor: BatchSpanProcessor, halted: Callable[[], bool]) -> None:
        super().__init__(processor.span_exporter)
        self._processor = processor
        self._halted = halted
        self._queue = batch_queue(processor)
        self._half = max(1, (self._queue.maxlen or 0) // 2)

    @override
    def end(self, ended: Iterable[ReadableSpan]) -> int:
        taken = 0
        for span in ended:
            if len(self._queue) >= self._half and not self._finds_room():
                break
            self._processor.on_end(span)
            taken += 1
        return taken

    @override
    def flush(self, timeout_millis: int) -> None:
        self._processor.force_flush(timeout_millis)

    def _finds_room(self) -> bool:
        while len(self._queue) >= self._half:
            if self._halted():
                return False
            sleep(_STEP)
        return True


def batch_queue(processor: BatchSpanProcessor) -> deque[Any]:
    """The queue of a batch processor. Raises `UnknownProcessor` where an SDK keeps it elsewhere."""
    holder = getattr(processor, "_batch_processor", processor)  # apart since SDK 1.35
    queue: deque[Any] | None = getattr(holder, "_queue", getattr(holder, "queue", None))
    if queue is None:
        raise UnknownProcessor("a batch processor without a queue")
    return queue


@contextmanager
def uninstrumented() -> Iterator[None]:
    """Keep other instrumentations from tracing an export that we do ourselves."""
    key = context_api._SUPPRESS_INSTRUMENTATION_KEY  # noqa: SLF001 - the only name it has
    token = context_api.attach(context_api.set_value(key, True))
    try:
        yield
    finally:
        context_api.detach(token)
