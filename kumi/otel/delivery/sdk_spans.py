"""A block as the SDK's spans, for exporters that take nothing else: some microseconds a span.

What is the same in all runs is looked up once a block, and each span's context is made once for
itself and its children. Rare blocks go span by span, as `kumi.spans.block.spans` has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, TraceFlags, TraceState

from kumi.spans.block import VARYING, run_attributes, spans
from kumi.spans.readable import SCOPE, counted, to_readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.spans.block import Block
    from kumi.spans.limits import Kept

_ROWS_OF_A_PREFIX = 1 << 16


def sdk_spans(block: Block) -> Iterator[ReadableSpan]:
    """Every span of a block, run by run, each with a mapping of attributes of its own."""
    if _is_rare(block):
        yield from (to_readable(span, block.resource, block.limits) for span in spans(block))
        return
    constant = block.layout.within(block.limits)
    for run in range(len(block)):
        yield from _run(block, run, constant)


def _is_rare(block: Block) -> bool:
    return (
        block.failure is not None
        or block.only is not None
        or block.layout.rows[-1].number >= _ROWS_OF_A_PREFIX
        or not block.limits.spare_what_varies
    )


def _run(block: Block, run: int, constant: Sequence[Kept]) -> Iterator[ReadableSpan]:
    times = block.readings[run].tolist()
    contexts = _contexts(block, run)
    caller = _caller(block, run, contexts[0])
    for number, row in enumerate(block.layout.rows):
        kept, dropped = constant[number]
        attributes = kept.copy()
        if row.parent is None:
            attributes, dropped = block.limits.of_span(run_attributes(block, run))
        else:
            for name, what in row.varying:
                attributes[name] = VARYING[what](block, run, row)
        yield ReadableSpan(
            name=row.name,
            context=contexts[number],
            parent=caller if row.parent is None else contexts[row.parent],
            resource=block.resource,
            attributes=counted(attributes, dropped),
            start_time=times[row.start],
            end_time=times[row.end],
            instrumentation_scope=SCOPE,
        )


def _contexts(block: Block, run: int) -> list[SpanContext]:
    """The contexts of a run's spans, which have consecutive ids."""
    trace_id = int.from_bytes(block.trace_ids[run].tobytes(), "big")
    first = int.from_bytes(block.prefixes[run, 0].tobytes(), "big") << 16
    flags = TraceFlags(block.flags[run])
    header = block.tracestates[run] if block.tracestates else ""
    state = TraceState.from_header([header]) if header else TraceState()
    rows = range(first, first + len(block.layout.rows))
    return [SpanContext(trace_id, span_id, False, flags, state) for span_id in rows]


def _caller(block: Block, run: int, own: SpanContext) -> SpanContext | None:
    """The caller's span, None for the root of a trace."""
    span_id = int.from_bytes(block.parents[run].tobytes(), "big")
    if not span_id:
        return None
    remote = bool(block.remote[run])
    return SpanContext(own.trace_id, span_id, remote, own.trace_flags, own.trace_state)
