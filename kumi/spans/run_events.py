"""The events of a block's runs, one by one: for rare runs, and to check those that stamp them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kumi.spans.block import run_id, spans, visited
from kumi.spans.events import MILLISECOND, duration, ids, times
from kumi.spans.span_fields import EVENTS, Varying, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.spans.block import Block, SpanData
    from kumi.spans.events import Event


def run_events(block: Block) -> Iterator[Event]:
    """The `vm_run`, `vm_declaration` and `vm_operation` events of a block, in the order of rows."""
    run = -1
    for span in spans(block):
        run += span.row == 0
        yield _event(block, run, span)


def _event(block: Block, run: int, span: SpanData) -> Event:
    row, varying = block.layout.rows[span.row], _varying(block, run, span)
    event: Event = {"event": row.event}
    for key, what in keys_of(row.event, row.facts, times_cpu=block.cpu is not None):
        event[key] = varying[what] if isinstance(what, Varying) else what(row.facts)
    if span.error is not None:
        event["error"] = span.error.error_type
    return event


def _varying(block: Block, run: int, span: SpanData) -> dict[Varying, Any]:
    said = {**duration(span.start, span.end), **times(span.start, span.end)}
    said |= ids(span.trace_id, span.span_id, span.parent_id)
    return {_COLUMNS[key]: value for key, value in said.items()} | {
        Varying.KEPT: block.kept,
        Varying.STATUS: "error" if span.error else "ok",
        Varying.ERROR: None,
        Varying.CPU: None if block.cpu is None else int(block.cpu[run]) / MILLISECOND,
        Varying.RUN: run_id(block, run),
        Varying.ROWS: visited(block, run, block.layout.rows[span.row]),
    }


_COLUMNS = {
    key: what for table in EVENTS.values() for key, what in table if isinstance(what, Varying)
}
