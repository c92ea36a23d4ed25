"""To an exporter that takes blocks, as ours do: no span of a run is ever an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from kumi.otel.delivery.lanes.lane import Accepted, Lane, uninstrumented

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.spans.block import Block


class BlockExporterLane(Lane):
    """Blocks go straight to the exporter; ordinary spans go to it by the lane `other`."""

    form: ClassVar[str] = "blocks"

    def __init__(self, exporter: Any, other: Lane) -> None:
        super().__init__(exporter)
        self._other = other

    @override
    def send_blocks(self, blocks: Sequence[Block]) -> Accepted:
        with uninstrumented():
            return Accepted(sent=self.exporter.export_blocks(blocks))

    @override
    def send_spans(self, spans: Iterable[ReadableSpan]) -> Accepted:
        return self._other.send_spans(spans)

    @override
    def flush(self, timeout_millis: int) -> None:
        self._other.flush(timeout_millis)
