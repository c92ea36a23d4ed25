"""Each test begins unprofiled, with nothing said, and ends so; and collectors to send to.

Whatever spans of ours it exported are such as the registry has.
"""

import logging
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import span_registry
from native_subjects import compile_both
from opentelemetry import metrics, trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.util._once import Once
from otel_subjects import EXPORTED

from kumi import hooks, otel
from kumi.otel import log

sys.path.insert(0, str(Path(__file__).parent.parent / "spans"))


@pytest.fixture(autouse=True)
def unprofiled(monkeypatch):
    monkeypatch.setattr(log, "_said", set())
    EXPORTED.clear()
    yield
    otel.uninstrument()
    assert hooks.watcher() is None
    assert span_registry.wrong_among(EXPORTED) == []


@pytest.fixture
def set_provider(monkeypatch):
    """Set the global tracer provider as an application does, for the time of one test."""
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", None)
    monkeypatch.setattr(trace, "_TRACER_PROVIDER_SET_ONCE", type(trace._TRACER_PROVIDER_SET_ONCE)())
    return trace.set_tracer_provider


@pytest.fixture
def set_meter_provider(monkeypatch):
    """Set the global meter provider as an application does, for the time of one test."""
    monkeypatch.setattr(metrics._internal, "_METER_PROVIDER", None)
    monkeypatch.setattr(metrics._internal, "_METER_PROVIDER_SET_ONCE", Once())
    monkeypatch.setattr(
        metrics._internal, "_PROXY_METER_PROVIDER", type(metrics._internal._PROXY_METER_PROVIDER)()
    )
    return metrics.set_meter_provider


@pytest.fixture
def collector():
    """A collector that takes what it is sent over HTTP; `spans` has all of it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            request = ExportTraceServiceRequest()
            request.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
            server.groups += request.resource_spans
            for group in request.resource_spans:
                instance = next(
                    a for a in group.resource.attributes if a.key.endswith("instance.id")
                )
                server.spans += [
                    (instance.value.string_value, span)
                    for scope in group.scope_spans for span in scope.spans
                ]  # fmt: skip
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.spans, server.groups = [], []
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()
        span_registry.hold(server.groups)


@pytest.fixture
def deaf():
    """A collector that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture(params=["Http", "Grpc"])
def stock(request):
    """OpenTelemetry's own OTLP exporter, over either protocol."""
    import stock_subjects

    return getattr(stock_subjects, request.param)


@pytest.fixture
def received(stock):
    """What a receiver got from such an exporter."""
    with stock.receiver() as received:
        yield received


@pytest.fixture
def said(caplog):
    """What `kumi.otel` says of where traces go."""
    caplog.set_level(logging.INFO, "kumi.otel")
    return lambda: [
        message
        for message in map(logging.LogRecord.getMessage, caplog.records)
        if message.startswith("traces go")
    ]


@pytest.fixture(scope="module")
def compiled_natively():
    """What the tests of real spans run is compiled before: no phases where none are looked for."""
    compile_both()
