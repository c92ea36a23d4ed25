"""Blocks as OTLP messages, stamped into records that stay: some 9 ns a span."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans

from kumi.spans.block import only_sampled, run_attributes, spans
from kumi.spans.readable import SCOPE, to_readable
from kumi_exporters.encode import digits, wire
from kumi_exporters.encode.envelope import Envelope
from kumi_exporters.encode.otlp_stamp import Mould, OtlpStamp, otlp_template, room_for
from kumi_exporters.encode.recent import Recent, room_for_runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    from kumi.spans.block import Block
    from kumi.spans.layout import Layout

MOST_BYTES = 4_000_000
_MOST = 1 << 56  # what a number of seven bits a byte can say in eight


class OtlpEncoder:
    """Turns blocks into ExportTraceServiceRequest messages of at most `most_bytes`.

    `scope` is that of their spans: Kumi's, of this version where nobody says else.
    """

    def __init__(self, most_bytes: int = MOST_BYTES, scope: InstrumentationScope = SCOPE) -> None:
        self._most_bytes = most_bytes
        self._scope = scope
        self._stamps: Recent[OtlpStamp] = Recent(lambda stamp: stamp.memory)
        self._envelope: Envelope | None = None

    def encode(self, block: Block) -> Iterator[tuple[bytes | memoryview, int]]:
        """The messages with the sampled runs of a block, and how many spans each has.

        A message is valid until the next one.
        Failed runs, and counts that do not fit, go through the SDK's own encoder.
        """
        sampled = only_sampled(block)
        if sampled is None:
            return
        given = _given_texts(sampled) if _fits(sampled) else None
        if given is not None:
            yield from self._stamped(sampled, given)
        else:
            limits = sampled.limits
            ordinary = [
                to_readable(span, sampled.resource, limits, self._scope) for span in spans(sampled)
            ]
            yield from encode_ordinary(ordinary, self._most_bytes)

    def together(self, blocks: Iterable[Block]) -> Iterator[tuple[bytes, int]]:
        """The messages with the sampled runs of all blocks, and how many spans each has.

        Requests one after the other are one request, as Protocol Buffers have it.
        """
        parts = _MessageParts()
        for block in blocks:
            parts.keep(block.layout)
            for part, count in self.encode(block):
                if parts.size and parts.size + len(part) > self._most_bytes:
                    yield parts.joined()
                parts.add(part, count, block.layout)
        if parts.size:
            yield parts.joined()

    def _stamped(
        self, block: Block, given: Sequence[bytes]
    ) -> Iterator[tuple[bytes | memoryview, int]]:
        runs, envelope = len(block), self._envelope_of(block.resource)
        stamp = self._stamp(_mould(block, given), runs, envelope)
        stamp.stamp(block, envelope.flags, given)
        count, width = runs * stamp.rows, stamp.width
        most = max(1, (self._most_bytes - envelope.size) // width)
        if count <= most:
            yield stamp.written(runs, envelope.head(count * width)), count
            return
        written = stamp.written(runs)
        for first in range(0, count, most):
            part = written[first * width : (first + most) * width]
            yield envelope.head(len(part)) + part, len(part) // width

    def _envelope_of(self, resource: Resource) -> Envelope:
        if self._envelope is None or self._envelope.resource is not resource:
            self._envelope = Envelope(resource, self._scope)
        return self._envelope

    def _stamp(self, mould: Mould, runs: int, envelope: Envelope) -> OtlpStamp:
        stamp = self._stamps.get(mould)
        if stamp and stamp.runs >= runs and stamp.front >= envelope.size:
            return stamp
        template = stamp.template if stamp else otlp_template(mould)
        made = OtlpStamp(mould, template, room_for_runs(runs), envelope.size)
        return self._stamps.put(mould, made)


class _MessageParts:
    """What goes into one message. Parts are copied when it is joined, and hardly one before."""

    def __init__(self) -> None:
        self._parts: list[tuple[bytes | memoryview, Layout]] = []
        self._spans, self.size = 0, 0

    def keep(self, layout: Layout) -> None:
        """Copy the parts of a layout: its buffer is about to be filled again."""
        self._parts = [(bytes(part) if of is layout else part, of) for part, of in self._parts]

    def add(self, part: bytes | memoryview, spans: int, layout: Layout) -> None:
        self._parts.append((part, layout))
        self._spans += spans
        self.size += len(part)

    def joined(self) -> tuple[bytes, int]:
        """The message and its number of spans; the next one begins."""
        message = b"".join([part for part, _ in self._parts]), self._spans
        self._parts, self._spans, self.size = [], 0, 0
        return message


def encode_ordinary(
    ordinary: Sequence[ReadableSpan], most_bytes: int = MOST_BYTES
) -> Iterator[tuple[bytes, int]]:
    """The messages with ordinary spans, and how many each has, by the SDK's own encoder.

    Halved until each is small.
    """
    message = encode_spans(ordinary).SerializeToString()
    if len(message) <= most_bytes or len(ordinary) == 1:
        yield message, len(ordinary)
        return
    half = len(ordinary) // 2
    yield from encode_ordinary(ordinary[:half], most_bytes)
    yield from encode_ordinary(ordinary[half:], most_bytes)


def _fits(block: Block) -> bool:
    return (
        block.failure is None
        and block.only is None
        and block.limits.spare_what_varies
        and digits.are_between(block.sizes, _MOST)
        and (block.sums is None or digits.are_between(block.sums, _MOST))
    )


def _mould(block: Block, given: Sequence[bytes]) -> Mould:
    states = block.tracestates
    state_room = max([room_for(text.encode()) for text in states]) if states else 0
    run_room = max(map(room_for, given)) if given else 0
    return Mould(block.layout, block.limits, block.process, block.kept, state_room, run_room)


def _given_texts(block: Block) -> Sequence[bytes] | None:
    """All attributes of each run's span, where samplers gave some; None where one does not fit."""
    if block.given is None:
        return ()
    try:
        kept = [block.limits.of_span(run_attributes(block, run)) for run in range(len(block))]
        return [wire.attributes(each) for each in kept]
    except ValueError:
        return None
