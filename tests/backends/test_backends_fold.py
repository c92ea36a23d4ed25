"""Traces that would be too large, in a real Jaeger: small, answered soon, and with equal sums."""

import json
import time

import pytest
from application import ours, profiled, stock_http
from span_sums import Timed, recorded, sums
from span_views import from_jaeger

import kumi

pytestmark = pytest.mark.backend

RECORDED = ("vm_run", "vm_declaration", "vm_operation")


class Pay(kumi.Schema):
    class Input(kumi.Record):
        hours: kumi.Field[float]
        rate: kumi.Field[float]

    gross = kumi.value(Input.hours * Input.rate)
    tax = kumi.value(gross * 0.3)
    net = kumi.value(gross - tax)


def large_program(folder):
    """A schema of some 200,000 operations in fifty declarations."""
    terms = " + ".join(f"{number}.5" for number in range(2000))
    values = [f"  value :v{number}, input.x + {terms}" for number in range(50)]
    path = folder / "large.kumi"
    path.write_text("\n".join(["schema do", "  input do", "    float :x", "  end", *values, "end"]))
    return kumi.load(str(path))


def many_runs(_):
    for number in range(5_000):
        Pay.run(hours=38.5, rate=20.0 + number)


def large_run(folder):
    large_program(folder).run(x=1.0)


def our_exporter(monkeypatch, endpoint):
    return ours(monkeypatch, endpoint, "http/protobuf")


def stock_exporter(_, endpoint):
    return stock_http(endpoint)


@pytest.mark.parametrize(
    ("work", "make"),
    [(many_runs, our_exporter), (many_runs, stock_exporter), (large_run, our_exporter)],
)
def test_a_large_trace(work, make, tmp_path, monkeypatch, jaeger, over_http):
    path = tmp_path / "profile.jsonl"
    exporters = [make(monkeypatch, endpoint) for endpoint in (jaeger.otlp_http, over_http.endpoint)]
    with profiled(path, *exporters) as tracer, tracer.start_as_current_span("request") as span:
        work(tmp_path)
    trace_id = span.get_span_context().trace_id.to_bytes(16, "big")
    sent = [span for span in over_http.spans() if span.trace_id == trace_id]
    kept = jaeger.resource_spans(trace_id.hex(), len(sent))
    plain, as_otlp = (
        min(seconds_of(jaeger, f"{path}/{trace_id.hex()}") for _ in range(3))
        for path in ("/api/traces", "/api/v3/traces")
    )

    sizes = [len(body) for _, _, body in over_http.headers]
    print(f"{work.__name__}, {make.__name__}: {len(sent):,} spans, {sum(sizes):,} bytes in "
          f"{len(sizes)} messages of at most {max(sizes):,}; answered in {plain:.2f} s "
          f"by /api/traces, in {as_otlp:.2f} s by /api/v3/traces")  # fmt: skip
    assert sum(sizes) < 4_000_000
    assert max(sizes) < 4 << 20
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert sums(of_runs(kept)) == sums(recorded([e for e in lines if e["event"] in RECORDED]))


def seconds_of(jaeger, path):
    """How long an answer with a whole trace takes, until it is parsed."""
    began = time.perf_counter()
    jaeger.get(path)
    return time.perf_counter() - began


def of_runs(groups):
    """Jaeger's spans of runs."""
    for span in from_jaeger(groups).values():
        attributes = span["attributes"]
        if {"kumi.run.operations", "kumi.declaration.name"} & attributes.keys():
            times = span["start_time_unix_nano"], span["end_time_unix_nano"]
            yield Timed(bytes.fromhex(span["trace_id"]), *times, attributes)
