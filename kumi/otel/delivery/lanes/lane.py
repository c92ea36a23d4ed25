"""What all lanes are: a way to one exporter, by blocks or span by span.

A lane is used on the thread of its sender only. It may wait for room.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager, nullcontext
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from opentelemetry import context as context_api

from kumi.otel.delivery.sdk_spans import sdk_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.spans.block import Block


class Accepted(NamedTuple):
    """How many spans an exporter confirmed, or a processor of the application's was handed."""

    sent: int = 0
    handed: int = 0


class Lane(ABC):
    """A way to one exporter. `form` is what the runs go there as, for messages."""

    form: ClassVar[str] = "spans"

    def __init__(self, exporter: Any) -> None:
        self.exporter = exporter

    @property
    def name(self) -> str:
        """Where this leads, for messages: the endpoint, where the exporter has one."""
        destination = getattr(self.exporter, "destination", None)
        return getattr(destination, "shown", type(self.exporter).__qualname__)

    @property
    def trouble(self) -> str:
        """Why the last spans were not taken, where the exporter says."""
        return str(getattr(self.exporter, "trouble", ""))

    def send_blocks(self, blocks: Sequence[Block]) -> Accepted:
        """Take blocks of sampled runs: span by span, where the exporter knows no blocks."""
        return self.send_spans(chain.from_iterable(map(sdk_spans, blocks)))

    def turn(self) -> AbstractContextManager[bool]:
        """Keep the application's processor from exporting meanwhile, where it can be kept from it.

        False says not to export either: it is too late.
        """
        return nullcontext(True)

    @abstractmethod
    def send_spans(self, spans: Iterable[ReadableSpan]) -> Accepted:
        """Take ordinary spans."""

    @abstractmethod
    def flush(self, timeout_millis: int) -> None:
        """Have the exporter deliver what it was given."""


@contextmanager
def uninstrumented() -> Iterator[None]:
    """Keep other instrumentations from tracing an export that we do ourselves."""
    key = context_api._SUPPRESS_INSTRUMENTATION_KEY  # noqa: SLF001 - the only name it has
    token = context_api.attach(context_api.set_value(key, True))
    try:
        yield
    finally:
        context_api.detach(token)
