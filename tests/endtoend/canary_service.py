"""A service that is instrumented in every way, given values that nobody else has: canaries.

It calculates, fails in every way, and leaves beside it what its own telemetry got: `spans.txt` (the
SDK's spans as JSON), `logs.txt` (every log record, as a handler formats it and as OpenTelemetry's
does), `scrape.txt` (what a Prometheus server is told).
"""

import logging
import sys
from contextlib import suppress
from pathlib import Path

from canaries import (
    DEEP,
    FLOAT,
    INTEGER,
    KEY,
    LITERAL,
    MANY,
    MESSAGE,
    NAME,
    NUMBER_LITERAL,
    TEXT,
    WRONG,
)  # fmt: skip
from opentelemetry import metrics, trace
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs import export as log_export
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY, generate_latest

import kumi
from kumi import otel

here = Path(sys.argv[1])
in_memory = getattr(log_export, "InMemoryLogRecordExporter", None) or log_export.InMemoryLogExporter
(here / "canary.kumi").write_text(
    f"""schema do
  input do
    string :name
    float :amount, domain: 0..{NUMBER_LITERAL}
    integer :count
    hash :facts
    any :opaque
    array :lines do
      hash :line do
        string :text
        float :price
      end
    end
  end
  trait :known, input.name == "{LITERAL}"
  value :label, select(known, "{LITERAL}", input.name)
  value :scaled, input.lines.line.price * {NUMBER_LITERAL}
  value :total, fn(:sum, scaled)
  value :joined, fn(:join, input.lines.line.text)
  value :share, input.amount / input.count
  value :kept, input.facts
  value :opaque_too, input.opaque
  value :left, input.count % input.count
end
"""
)
AsText = kumi.load(here / "canary.kumi")


class AsClass(kumi.Schema):
    class Input(kumi.Record):
        name: kumi.Field[str]
        amount: kumi.Field[float] = kumi.field(ge=0, le=float(NUMBER_LITERAL))
        count: kumi.Field[int]
        facts: kumi.Field[dict]
        lines: kumi.Array[float]

    known = kumi.trait(Input.name == LITERAL)
    label = kumi.value(kumi.when(known).then(LITERAL).otherwise(Input.name))
    share = kumi.value(Input.amount / Input.count)
    kept = kumi.value(Input.facts)
    lines_total = kumi.value(kumi.sum(Input.lines * float(NUMBER_LITERAL)))
    left = kumi.value(Input.count % Input.count)


class Raising(list):
    """Rows of an application's own, which raise what they like."""

    def __init__(self, error):
        super().__init__([FLOAT])
        self.error = error

    def __len__(self):
        raise self.error


def given(**more):
    """Input for the text form; `of_class` makes that of the class form."""
    facts = {KEY: {DEEP: [TEXT, FLOAT]}, INTEGER: TEXT}
    lines = [{"text": text, "price": FLOAT} for text in MANY]
    return {
        "name": TEXT, "amount": FLOAT, "count": INTEGER, "facts": facts, "opaque": facts,
        "lines": lines,
    } | more  # fmt: skip


def of_class(data):
    lines = data.get("lines")
    if isinstance(lines, list) and not isinstance(lines, Raising):
        data = data | {"lines": [FLOAT for _ in lines]}
    return {key: value for key, value in data.items() if key != "opaque"}


def calculate():
    for _ in range(3):
        AsText.run(given())
        AsClass.run(of_class(given()))


def fail():
    wrong = [
        given(name=FLOAT), given(amount=WRONG), given(amount=-FLOAT), given(count=0),
        given(lines=[{"text": TEXT, KEY: FLOAT}]), given(lines=WRONG), given(facts=WRONG),
        {**given(), NAME: TEXT}, {KEY: TEXT},
        *[given(lines=Raising(kind(MESSAGE))) for kind in (KeyError, RuntimeError, OSError)],
    ]  # fmt: skip
    for data in wrong:
        for schema, its in ((AsText, data), (AsClass, of_class(data))):
            with suppress(Exception):
                schema.run(its)


def main():
    finished, records = InMemorySpanExporter(), in_memory()
    tracing, metering, logs = (
        TracerProvider(),
        MeterProvider([PrometheusMetricReader()]),
        LoggerProvider(),
    )
    tracing.add_span_processor(SimpleSpanProcessor(finished))
    tracing.add_span_processor(BatchSpanProcessor(otel.KumiOTLPSpanExporter()))
    trace.set_tracer_provider(tracing)
    metrics.set_meter_provider(metering)
    logs.add_log_record_processor(log_export.SimpleLogRecordProcessor(records))
    logging.basicConfig(filename=here / "logs.txt", level=logging.DEBUG)
    logging.getLogger("kumi").addHandler(LoggingHandler(logger_provider=logs))
    logging.getLogger("kumi").addHandler(logging.StreamHandler())
    calculate()
    fail()
    otel.flush(30)
    (here / "scrape.txt").write_bytes(generate_latest(REGISTRY))
    tracing.shutdown()
    (here / "spans.txt").write_text(
        "".join(each.to_json() for each in finished.get_finished_spans())
    )
    with (here / "logs.txt").open("a") as file:
        file.writelines(repr(vars(each.log_record)) for each in records.get_finished_logs())


if __name__ == "__main__":
    main()
