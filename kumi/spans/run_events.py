"""The events of a block's runs, one by one: the check for the encoder that stamps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.spans.block import run_id, spans, visited
from kumi.spans.events import duration, ids, imported_from, times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.spans.block import Block, SpanData
    from kumi.spans.events import Event


def run_events(block: Block) -> Iterator[Event]:
    """The `vm_run`, `vm_declaration` and `vm_operation` events of a block, in the order of rows."""
    run = -1
    for span in spans(block):
        run += span.row == 0
        yield _EVENTS[block.layout.rows[span.row].event](block, run, span)


def _run_event(block: Block, run: int, span: SpanData) -> Event:
    return {
        "event": "vm_run",
        "schema": block.layout.program.schema,
        **duration(span.start, span.end),
        "program": block.layout.key,
        "operations": block.layout.operations,
        "cases": 1,
        "kept": block.kept,
        "status": "error" if span.error else "ok",
        "error": span.error.error_type if span.error else None,
        "run": run_id(block, run),
        **ids(span.trace_id, span.span_id, span.parent_id),
        **times(span.start, span.end),
    }


def _declaration_event(block: Block, run: int, span: SpanData) -> Event:
    group = block.layout.rows[span.row].group
    assert group is not None  # noqa: S101 - so are the rows of declarations made
    return {
        "event": "vm_declaration",
        "schema": block.layout.program.schema,
        "declaration": group.name,
        **duration(span.start, span.end),
        "kind": group.kind,
        "origin": imported_from(block.layout.program.schema, group),
        "run": run_id(block, run),
        **ids(span.trace_id, span.span_id, span.parent_id),
        **times(span.start, span.end),
        **_error(span),
    }


def _operation_event(block: Block, run: int, span: SpanData) -> Event:
    row = block.layout.rows[span.row]
    group, operation = row.group, row.operation
    assert group is not None  # noqa: S101 - so are the rows of operations made
    assert operation is not None  # noqa: S101 - as above
    return {
        "event": "vm_operation",
        "schema": block.layout.program.schema,
        "operation": operation.opcode.name,
        **duration(span.start, span.end),
        "declaration": group.name,
        "index": operation.index,
        "function": operation.function,
        "rows": visited(block, run, row),
        "run": run_id(block, run),
        "program": block.layout.key,
        **ids(span.trace_id, span.span_id, span.parent_id),
        **times(span.start, span.end),
        **_error(span),
    }


_EVENTS = {
    "vm_run": _run_event,
    "vm_declaration": _declaration_event,
    "vm_operation": _operation_event,
}


def _error(span: SpanData) -> Event:
    return {"error": span.error.error_type} if span.error else {}
