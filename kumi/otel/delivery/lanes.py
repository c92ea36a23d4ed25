"""Lanes: the ways in which spans get to one exporter, the fastest that it allows.

A lane is used on the thread of its sender only. It may wait for room.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from itertools import chain, islice
from time import sleep
from typing import TYPE_CHECKING, Any, NamedTuple

from opentelemetry import context as context_api
from opentelemetry.sdk.trace.export import SpanExportResult
from typing_extensions import override

from kumi.otel.delivery.processors import UnknownProcessor
from kumi.otel.delivery.sdk_spans import readables

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    from kumi.spans.block import Block

_BATCH = 512
_STEP = 0.002


class Taken(NamedTuple):
    """How many spans an exporter confirmed, or a processor of the application's was handed."""

    sent: int = 0
    handed: int = 0


class Lane(ABC):
    """A way to one exporter."""

    def __init__(self, exporter: Any) -> None:
        self.exporter = exporter

    @property
    def name(self) -> str:
        """Where this leads, for messages: the endpoint, where the exporter has one."""
        destination = getattr(self.exporter, "destination", None)
        return getattr(destination, "endpoint", type(self.exporter).__qualname__)

    @property
    def trouble(self) -> str:
        """Why the last spans were not taken, where the exporter says."""
        return str(getattr(self.exporter, "trouble", ""))

    def send(self, blocks: Sequence[Block]) -> Taken:
        """Take blocks of sampled runs: span by span, where the exporter knows no blocks."""
        return self.end(chain.from_iterable(map(readables, blocks)))

    @abstractmethod
    def end(self, ended: Iterable[ReadableSpan]) -> Taken:
        """Take ordinary spans."""

    @abstractmethod
    def flush(self, timeout_millis: int) -> None:
        """Have the exporter deliver what it was given."""


class Direct(Lane):
    """An exporter that belongs to nobody else: batches, straight to it."""

    @override
    def end(self, ended: Iterable[ReadableSpan]) -> Taken:
        ended, sent = iter(ended), 0
        while batch := tuple(islice(ended, _BATCH)):
            with uninstrumented():
                result = self.exporter.export(batch)
            sent += len(batch) if result is SpanExportResult.SUCCESS else 0
        return Taken(sent=sent)

    @override
    def flush(self, timeout_millis: int) -> None:
        self.exporter.force_flush(timeout_millis)


class Blocks(Lane):
    """An exporter that takes blocks; ordinary spans go to it by the lane `other`."""

    def __init__(self, exporter: Any, other: Lane) -> None:
        super().__init__(exporter)
        self._other = other

    @override
    def send(self, blocks: Sequence[Block]) -> Taken:
        with uninstrumented():
            return Taken(sent=self.exporter.export_blocks(blocks))

    @override
    def end(self, ended: Iterable[ReadableSpan]) -> Taken:
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
    def end(self, ended: Iterable[ReadableSpan]) -> Taken:
        handed = 0
        for span in ended:
            self._processor.on_end(span)
            handed += 1
        return Taken(handed=handed)

    @override
    def flush(self, timeout_millis: int) -> None:
        self._processor.force_flush(timeout_millis)


class Paced(Lane):
    """The application's BatchSpanProcessor, whose queue we never fill by more than half.

    It drops its oldest spans when its queue is full, and those would be the application's. Nothing
    tells of room in it, so this looks. `halted` tells us to give up waiting for room.
    """

    def __init__(self, processor: BatchSpanProcessor, halted: Callable[[], bool]) -> None:
        super().__init__(processor.span_exporter)
        self._processor = processor
        self._halted = halted
        self._queue = batch_queue(processor)
        self._half = max(1, (self._queue.maxlen or 0) // 2)

    @override
    def end(self, ended: Iterable[ReadableSpan]) -> Taken:
        handed = 0
        for span in ended:
            if len(self._queue) >= self._half and not self._finds_room():
                break
            self._processor.on_end(span)
            handed += 1
        return Taken(handed=handed)

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
