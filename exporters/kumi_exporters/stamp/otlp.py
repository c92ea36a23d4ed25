"""Blocks as OTLP messages, stamped into records that stay: some 9 ns a span."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans

from kumi.spans.block import only_sampled, spans
from kumi.spans.readable import to_readable
from kumi_exporters.stamp import digits
from kumi_exporters.stamp.envelope import Envelope
from kumi_exporters.stamp.pad import Pad
from kumi_exporters.stamp.recent import Recent
from kumi_exporters.stamp.records import records, room_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan

    from kumi.spans.block import Block

MOST_BYTES = 4_000_000
_MOST_CELLS = 1 << 56


class OtlpStamper:
    """Turns blocks into ExportTraceServiceRequest messages of at most `most_bytes`."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._pads: Recent[Pad] = Recent(lambda pad: pad.page.memory)
        self._envelope: Envelope | None = None

    def encode(self, block: Block) -> Iterator[bytes | memoryview]:
        """The messages with the sampled runs of a block; each is valid until the next one.

        Failed runs, and counts that do not fit, go through the SDK's own encoder.
        """
        sampled = only_sampled(block)
        if sampled is None:
            return
        if _fits(sampled):
            yield from self._stamped(sampled)
        else:
            ordinary = [to_readable(span, sampled.resource) for span in spans(sampled)]
            yield from encode_ordinary(ordinary, self._most_bytes)

    def _stamped(self, block: Block) -> Iterator[bytes | memoryview]:
        envelope = self._envelope_of(block.resource)
        pad = self._pad(block, envelope)
        pad.stamp(block, envelope.flags)
        count, width = len(block) * pad.page.rows, pad.page.width
        most = max(1, (self._most_bytes - envelope.size) // width)
        if count <= most:
            yield pad.page.sealed(envelope.head(count * width), len(block))
            return
        written = pad.page.written(len(block))
        for first in range(0, count, most):
            part = written[first * width : (first + most) * width]
            yield envelope.head(len(part)) + part

    def _envelope_of(self, resource: Resource) -> Envelope:
        if self._envelope is None or self._envelope.resource is not resource:
            self._envelope = Envelope(resource)
        return self._envelope

    def _pad(self, block: Block, envelope: Envelope) -> Pad:
        room = max(map(room_for, block.tracestates)) if block.tracestates else 0
        key = (block.layout, block.process, block.kept, room)
        pad = self._pads.get(key)
        if pad is None or pad.page.runs < len(block) or pad.page.front < envelope.size:
            runs = 1 << (len(block) - 1).bit_length()
            text = pad.records if pad else records(*key)
            pad = self._pads.put(key, Pad(block.layout, runs, text, envelope.size))
        return pad


def encode_ordinary(
    ordinary: Sequence[ReadableSpan], most_bytes: int = MOST_BYTES
) -> Iterator[bytes]:
    """The messages with ordinary spans, by the SDK's own encoder; halved until each is small."""
    message = encode_spans(ordinary).SerializeToString()
    if len(message) <= most_bytes or len(ordinary) == 1:
        yield message
        return
    half = len(ordinary) // 2
    yield from encode_ordinary(ordinary[:half], most_bytes)
    yield from encode_ordinary(ordinary[half:], most_bytes)


def _fits(block: Block) -> bool:
    sizes = block.sizes
    return block.failure is None and (
        not sizes.size or (digits.smallest(sizes) >= 0 and digits.largest(sizes) < _MOST_CELLS)
    )
