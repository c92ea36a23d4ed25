"""The application's span processors: finding the leaves, and having a flush drain us too."""

# The SDK has no public names for the processors of a provider; these are stable since SDK 1.20.
# ruff: noqa: SLF001

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.trace import (
    ConcurrentMultiSpanProcessor,
    SpanProcessor,
    SynchronousMultiSpanProcessor,
)
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opentelemetry.sdk.trace import TracerProvider

_PATIENCE = 0.2
_MULTI = (SynchronousMultiSpanProcessor, ConcurrentMultiSpanProcessor)
_LEAF = (BatchSpanProcessor, SimpleSpanProcessor)


class UnknownProcessor(Exception):  # noqa: N818 - a finding, not a failure
    """A processor in the chain that we may not go around: it may change, drop or need spans."""


class DrainHook(SpanProcessor):
    """Stands before the application's processors, so that their flush finds our spans too."""

    def __init__(self, drain: Callable[[float], bool], closed: Callable[[], object]) -> None:
        self._drain = drain
        self._closed = closed

    def force_flush(self, timeout_millis: int | None = 30000) -> bool:
        """Hand over what was recorded, in `timeout_millis` at most."""
        return self._drain((30000 if timeout_millis is None else timeout_millis) / 1000)

    def shutdown(self) -> None:
        """Hand over what was recorded; the processors behind us take nothing after this."""
        self._closed()


def leaves(provider: TracerProvider) -> tuple[SpanProcessor, ...]:
    """The processors that export, in order. Raises `UnknownProcessor` for any other kind.

    Types are compared exactly: subclasses exist that filter, or that redact.
    """
    return tuple(_leaves(provider._active_span_processor))


def _leaves(processor: SpanProcessor) -> Iterator[SpanProcessor]:
    if type(processor) in _MULTI:
        for inner in processor._span_processors:  # type: ignore[attr-defined]
            yield from _leaves(inner)
    elif type(processor) in _LEAF:
        yield processor
    elif type(processor) is not DrainHook:
        raise UnknownProcessor(type(processor).__qualname__)


def chain(provider: TracerProvider) -> tuple[Any, ...]:
    """The processors that were added to a provider: another tuple when one is added later."""
    added: tuple[Any, ...] = provider._active_span_processor._span_processors
    return added


def put_first(provider: TracerProvider, hook: DrainHook) -> tuple[Any, ...]:
    """Have `hook` stand before all others, since a provider flushes in order. Gives the chain.

    An empty chain, which is another one later, where somebody is adding a processor at the moment.
    """
    active = provider._active_span_processor
    if hook not in active._span_processors:
        with _held(active._lock) as is_held:
            if not is_held:
                return ()
            active._span_processors = (hook, *active._span_processors)
    return chain(provider)


def take_out(provider: TracerProvider, hook: DrainHook) -> None:
    """Remove `hook` again, where that can be done: it does no harm."""
    active = provider._active_span_processor
    with _held(active._lock) as is_held:
        if is_held:
            rest = tuple(each for each in active._span_processors if each is not hook)
            active._span_processors = rest


def is_free(lock: Any) -> bool:
    """Whether a lock can be taken: in a child it cannot, if a thread of the parent held it."""
    with _held(lock) as is_held:
        return is_held


@contextmanager
def _held(lock: Any) -> Iterator[bool]:
    """Hold a lock of the SDK's, which is never held for long; False where it cannot be had."""
    is_held = bool(lock.acquire(timeout=_PATIENCE))
    try:
        yield is_held
    finally:
        if is_held:
            lock.release()
