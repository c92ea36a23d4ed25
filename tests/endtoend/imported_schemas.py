"""Schemas that import from each other, recorded with their spans, for tests of where things are from.

`Order` calls one declaration of `Tax` three times with other arguments: twice itself, and once
through `Shipping`, whose `rate` has the name of one of its own and of one of `Tax`.
"""

import json
import sys
from pathlib import Path

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from otlp_receivers import http_receiver
from patience import HANG

import kumi
from kumi import otel

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS / room) for room in ("cli", "replay", "backends", "spans")]

from span_views import by_id  # noqa: E402 - found by the path above

FILES = {
    "tax.kumi": """schema do
  input do
    float :amount
    float :discount
    integer :parts
  end
  let :rate, 0.2
  let :net, input.amount - input.discount
  value :tax, net * rate
  value :rest, 17 % input.parts
end
""",
    "shipping.kumi": """schema do
  import :tax, from: Tax
  input do
    float :weight
  end
  let :rate, 3.5
  value :cost, tax(amount: input.weight * rate, discount: 0.0) + 1.0
end
""",
    "order.kumi": """schema do
  import :tax, :rest, from: Tax
  import :cost, from: Shipping
  input do
    array :lines do
      hash :line do
        float :price
        float :weight
      end
    end
    float :fee
    integer :parts
  end
  let :rate, 2.0
  value :line_tax, tax(amount: input.lines.line.price * rate, discount: input.fee)
  value :fee_tax, tax(amount: input.fee, discount: 0.0)
  value :sent, fn(:sum, cost(weight: input.lines.line.weight))
  value :total, fn(:sum, line_tax) + fee_tax + sent
  value :left, rest(parts: input.parts)
end
""",
}
RUNS = 5


def written(folder):
    """The schema `Order`, from files in a folder."""
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    return kumi.load(folder / "order.kumi")


def data(lines=3, parts=5):
    """An input; there has to be a part, or a run fails."""
    rows = [{"price": 10.0 * n, "weight": 1.0 * n} for n in range(lines)]
    return {"lines": rows, "fee": 4.0, "parts": parts}


def run_all(schema):
    """Some runs, one of them for another output, and one that fails inside of what was imported."""
    for number in range(RUNS):
        schema.run(data(lines=number + 1))
    schema.only("fee_tax").run(data())
    try:
        schema.run(data(parts=0))
    except ZeroDivisionError:
        return
    raise AssertionError("a division by nothing went well")


def recorded(path, schema, lane="block", groups=None, **options):
    """Record `run_all`: the events of the file, and the spans by id, sent in one way or another.

    `groups` takes the spans as they came.
    """
    with http_receiver() as live:
        provider, kept = TracerProvider(), InMemorySpanExporter()
        endpoint = f"{live.endpoint}/v1/traces"
        exporter = {
            "block": lambda: otel.KumiOTLPSpanExporter(endpoint, timeout=HANG),
            "stock": lambda: OTLPSpanExporter(endpoint, timeout=HANG),
            "spans": lambda: kept,
            "real": lambda: kept,
        }[lane]()
        provider.add_span_processor(BatchSpanProcessor(exporter))
        if lane == "real":
            options |= {"traces": "native_operations"}
        with otel.profile(file=str(path), ops=True, tracer_provider=provider, **options):
            run_all(schema)
            assert otel.flush(HANG)
        provider.shutdown()
        came = live.resource_spans()
        if exporter is kept:
            came = encode_spans(kept.get_finished_spans()).resource_spans
        if groups is not None:
            groups += came
        return events_of(path), by_id(came)


def events_of(path):
    """All events of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def origin_of(declaration):
    """The schema that a name says a declaration was imported from."""
    origin, _, name = declaration.partition(".")
    return origin if name and origin != "tax" else None
