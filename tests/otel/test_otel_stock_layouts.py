"""Exporters that look like OpenTelemetry's own and are not, or are of a version yet to come.

`make lanes` runs these under five versions of OpenTelemetry.
"""

import logging

import grpc
from opentelemetry import context
from opentelemetry.exporter.otlp.proto.grpc import exporter as grpc_exporter
from opentelemetry.exporter.otlp.proto.http import trace_exporter as over_http
from otel_subjects import SPANS, batched, profiled, run
from otlp_receivers import grpc_receiver, http_receiver
from stock_subjects import SDK, Grpc, Http, of_runs


def arrives_as_spans(exporter, received, said):
    provider = batched(exporter)
    with profiled(provider):
        run(3)
    provider.force_flush()
    (line,) = said()
    return line.startswith("traces go as spans") and len(of_runs(received)) == 3 * SPANS


def test_a_subclass_gets_spans(stock, received, said):
    class Redacting(stock.kind):
        def export(self, spans):
            return super().export([span for span in spans if span.name])

    redacting = Redacting(
        stock.exporter(received)._endpoint if stock is Http else received.endpoint
    )
    assert arrives_as_spans(redacting, received, said)


def test_an_exporter_with_a_method_of_its_own_gets_spans(stock, received, said):
    exporter = stock.exporter(received)
    seen, export = [], exporter.export
    exporter.export = lambda spans: seen.extend(spans) or export(spans)
    assert arrives_as_spans(exporter, received, said)
    assert len(seen) >= 3 * SPANS


def test_an_exporter_whose_class_was_wrapped_gets_spans(stock, received, said, monkeypatch):
    seen, export = [], stock.kind.export

    def wrapped(self, spans):
        seen.extend(spans)
        return export(self, spans)

    monkeypatch.setattr(stock.kind, "export", wrapped)
    assert arrives_as_spans(stock.exporter(received), received, said)
    assert len(seen) >= 3 * SPANS


def test_an_exporter_whose_encoder_was_replaced_gets_spans(stock, received, said, monkeypatch):
    seen, encode = [], stock.module.encode_spans

    def encoded(spans):
        seen.extend(spans)
        return encode(spans)

    monkeypatch.setattr(stock.module, "encode_spans", encoded)
    assert arrives_as_spans(stock.exporter(received), received, said)
    assert len(seen) >= 3 * SPANS


def test_an_exporter_of_another_layout_gets_spans(stock, received, said, monkeypatch):
    """As a version may have it that nobody has seen yet."""
    code = "def export(self, spans):\n    return self._send_all(list(spans))"
    exec(code, vars(stock.module))
    later = vars(stock.module).pop("export")
    monkeypatch.setattr(stock.kind, "_send_all", stock.kind.export, raising=False)
    monkeypatch.setattr(stock.kind, "export", later)
    assert arrives_as_spans(stock.exporter(received), received, said)


def test_an_exporter_that_looks_for_single_spans_after_all_gets_them(caplog, monkeypatch):
    """As a version may do that looks as those before it did, and is not."""
    caplog.set_level(logging.INFO, "kumi.otel")
    encoder = "encode_spans" if SDK >= (1, 35) else "self._serialize_spans"
    code = f"def export(self, spans):\n    {encoder}\n    return self._sends([*spans])"
    exec(code, vars(over_http))
    later = vars(over_http).pop("export")
    kind = over_http.OTLPSpanExporter
    monkeypatch.setattr(kind, "_sends", kind.export, raising=False)
    monkeypatch.setattr(kind, "export", later)
    with http_receiver() as received:
        provider = batched(Http.exporter(received))
        with profiled(provider):
            run(3)
        provider.force_flush()
        assert len(of_runs(received)) == 3 * SPANS
    assert "takes no ready bytes: traces go there as spans" in caplog.text


def test_a_call_behind_interceptors_gets_requests(said, monkeypatch):
    """So it is where gRPC is instrumented, which our own exports are to be spared."""
    seen, spared = [], []

    class Interceptor(grpc.UnaryUnaryClientInterceptor):
        def intercept_unary_unary(self, continuation, details, request):
            seen.append(type(request).__name__)
            spared.append(context.get_value(context._SUPPRESS_INSTRUMENTATION_KEY))
            return continuation(details, request)

    bare = grpc_exporter.insecure_channel
    monkeypatch.setattr(
        grpc_exporter,
        "insecure_channel",
        lambda *args, **options: grpc.intercept_channel(bare(*args, **options), Interceptor()),
    )
    with grpc_receiver() as received:
        with profiled(batched(Grpc.exporter(received))):
            run(3)
        assert len(of_runs(received)) == 3 * SPANS
    assert set(seen) == {"ExportTraceServiceRequest"}
    assert all(spared)
    assert said()[0].startswith("traces go as ready bytes")
