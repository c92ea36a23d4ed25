"""A profiled run in a real Jaeger, read back over its query API to the nanosecond."""

import pytest
from application import RESOURCE, orders, ours, profiled, run_script, stock_grpc, stock_http
from span_views import as_file_says, as_jaeger_keeps, by_id, file_spans, from_jaeger, in_trace

pytestmark = pytest.mark.backend


def stock_http_exporter(_, jaeger):
    return stock_http(jaeger.otlp_http)


def stock_grpc_exporter(_, jaeger):
    return stock_grpc(jaeger.otlp_grpc)


def our_http_exporter(monkeypatch, jaeger):
    return ours(monkeypatch, jaeger.otlp_http, "http/protobuf")


def our_grpc_exporter(monkeypatch, jaeger):
    return ours(monkeypatch, jaeger.otlp_grpc, "grpc")


EXPORTERS = [our_http_exporter, our_grpc_exporter, stock_http_exporter, stock_grpc_exporter]


@pytest.fixture(params=EXPORTERS, ids=lambda exporter: exporter.__name__)
def stored(request, tmp_path, monkeypatch, schemas, jaeger, over_http):
    """One request's trace: as Jaeger has it, as a receiver beside it got it, and the file."""
    path = tmp_path / "profile.jsonl"
    schema, given = orders(schemas)
    exporters = request.param(monkeypatch, jaeger), stock_http(over_http.endpoint)
    with profiled(path, *exporters) as tracer, tracer.start_as_current_span("request") as span:
        schema.run(given)
    trace_id = f"{span.get_span_context().trace_id:032x}"
    sent = in_trace(trace_id, by_id(over_http.resource_spans()))
    kept = from_jaeger(jaeger.resource_spans(trace_id, len(sent)))
    return kept, sent, file_spans(path)


def test_jaeger_has_every_span_field_by_field(stored):
    kept, sent, _ = stored

    assert kept == as_jaeger_keeps(sent)


def test_jaeger_and_the_event_file_tell_the_same(stored):
    kept, _, in_file = stored

    assert as_file_says(kept) == in_file
    assert all(span["resource"] == RESOURCE for span in kept.values())


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_environment_variables_alone_bring_a_script_into_jaeger(
    protocol, tmp_path, schemas, jaeger
):
    path = tmp_path / "profile.jsonl"
    endpoint = jaeger.otlp_grpc if protocol == "grpc" else jaeger.otlp_http
    service = f"shop over {protocol}"
    run_script(schemas / "run_orders.py", path, endpoint, protocol, service)

    in_file = file_spans(path)
    traces = {line["trace_id"] for line in in_file.values()}
    kept = {}
    for trace_id in traces:
        told = in_trace(trace_id, in_file)
        kept |= from_jaeger(jaeger.resource_spans(trace_id, len(told)))
    assert len(traces) == 2
    assert as_file_says(kept) == in_file
    assert service in jaeger.get("/api/services")["data"]
