"""What a span costs by lane: `python -m benchmarks.lanes [ROUNDS]`.

From a block of recorded runs to an exporter's word that a receiver has taken them, in CPU time of
the whole process; the receiver is another one. Each row is measured twice, in turns: as the lane
sends its spans, and as spans of the SDK's through the application's batch processor, which is what
any exporter can be given. Beside both the SDK's own span through the same exporter, from its start.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc
from opentelemetry.exporter.otlp.proto.grpc import trace_exporter as over_grpc
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http import trace_exporter as over_http

from benchmarks.export import Inline
from benchmarks.harness import Case, measure
from benchmarks.in_turns import table
from benchmarks.sdk_spans import Baseline
from benchmarks.sink import sink
from benchmarks.subjects import income_tax, recorded
from kumi.otel.delivery.lanes.batch_processor import BatchProcessorLane
from kumi.otel.delivery.lanes.otlp_view import view_of
from kumi.otel.delivery.lanes.stock_otlp import StockOtlpLane

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 9
TOGETHER = 4
"""Blocks in a message or two, as a sender gives them to its lane."""
SDK_SPANS = 2000
HEADER = ("µs CPU a span", "by lane", "as spans", "SDK's own", "as spans / by lane", "asked", "")


def stock_lane(exporter, ordinary):
    return StockOtlpLane(exporter, view_of(exporter), ordinary)


def stock_http(endpoint, compression=Compression.NoCompression):
    return over_http.OTLPSpanExporter(f"{endpoint}/v1/traces", compression=compression)


def stock_grpc(endpoint, compression=grpc.Compression.NoCompression):
    return over_grpc.OTLPSpanExporter(endpoint, insecure=True, compression=compression)


@dataclass(frozen=True)
class Row:
    """A lane to an exporter of a protocol; `most` µs a span are asked of it."""

    name: str
    protocol: str
    exporter: Callable
    lane: Callable
    most: float


ROWS = (
    Row("stock OTLP, HTTP", "http", stock_http, stock_lane, 1.5),
    Row("stock OTLP, gRPC", "grpc", stock_grpc, stock_lane, 1.5),
    Row(
        "stock OTLP, HTTP, gzip",
        "http",
        lambda endpoint: stock_http(endpoint, Compression.Gzip),
        stock_lane,
        6,
    ),
    Row(
        "stock OTLP, gRPC, gzip",
        "grpc",
        lambda endpoint: stock_grpc(endpoint, grpc.Compression.Gzip),
        stock_lane,
        6,
    ),
)


def main(arguments):
    """Measure every row and print the table."""
    rounds = int(arguments[0]) if arguments else ROUNDS
    blocks = [_block()] * TOGETHER
    print(
        f"{rounds} rounds in turns, {sum(block.span_count for block in blocks):,} spans at a time"
    )
    print(table([HEADER, *(_cells(row, blocks, rounds) for row in ROWS)]))


def _block():
    """Runs of 24 scalar operations each, as many as a block has."""
    blocks, tax = [], income_tax()
    with recorded(Inline(blocks.append)):
        while not blocks:
            tax.run(1)
    return blocks[0]


def _cells(row, blocks, rounds):
    found = _measured(row, blocks, rounds)
    fast, slow, sdk = (found[name].times(1e-3).summary()[0] for name in ("lane", "spans", "sdk"))
    verdict = "" if fast <= row.most else "over"
    asked = f"<= {row.most:g}"
    return (
        row.name,
        f"{fast:.2f}",
        f"{slow:.1f}",
        f"{sdk:.1f}",
        f"{slow / fast:.0f}x",
        asked,
        verdict,
    )


def _measured(row, blocks, rounds):
    spans = sum(block.span_count for block in blocks)
    with ExitStack() as stack:
        exporter = row.exporter(stack.enter_context(sink(row.protocol)))
        sdk = Baseline(exporter)
        stack.callback(sdk.close)
        ordinary = BatchProcessorLane(sdk.processor, lambda: False)
        cases = [
            Case("lane", _sending(row.lane(exporter, ordinary), blocks), 8, spans),
            Case("spans", _sending(ordinary, blocks), 1, spans),
            Case("sdk", sdk.spans, SDK_SPANS),
        ]
        return measure(cases, rounds)


def _sending(lane, blocks):
    def send(times):
        for _ in range(times):
            accepted = lane.send_blocks(blocks)
            taken = accepted.sent + accepted.handed
            assert taken == sum(block.span_count for block in blocks), accepted
        lane.flush(60_000)

    return send


if __name__ == "__main__":
    main(sys.argv[1:])
