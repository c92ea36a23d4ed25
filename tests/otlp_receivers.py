"""Receivers on real sockets that answer as a test tells them to.

In the end, whatever spans of ours they got are such as the registry has.
"""

import gzip
import threading
import zlib
from concurrent import futures
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
import span_registry
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import (
    MetricsServiceServicer,
    add_MetricsServiceServicer_to_server,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)

UNPACKED = {"gzip": gzip.decompress, "deflate": zlib.decompress}


class Received:
    """Requests with their headers. `answers` are used up first: statuses of HTTP or gRPC."""

    def __init__(self):
        self.messages, self.headers, self.answers = [], [], []
        self.metric_messages = []
        self.response = ExportTraceServiceResponse()
        self.endpoint = ""

    def resource_spans(self):
        return [group for message in self.messages for group in message.resource_spans]

    def spans(self):
        scopes = [scope for group in self.resource_spans() for scope in group.scope_spans]
        return [span for scope in scopes for span in scope.spans]

    def metrics(self):
        """By name, of each the last that came: a reader sends totals."""
        groups = [group for message in self.metric_messages for group in message.resource_metrics]
        scopes = [scope for group in groups for scope in group.scope_metrics]
        return {metric.name: metric for scope in scopes for metric in scope.metrics}


@contextmanager
def http_receiver():
    received = Received()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.headers.append((self.path, dict(self.headers), body))
            status = received.answers.pop(0) if received.answers else 200
            content = b""
            if status == 200:
                if self.path.endswith("/v1/metrics"):
                    received.metric_messages.append(ExportMetricsServiceRequest.FromString(body))
                else:
                    unpack = UNPACKED.get(self.headers.get("Content-Encoding"), bytes)
                    received.messages.append(ExportTraceServiceRequest.FromString(unpack(body)))
                content = received.response.SerializeToString()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            if status == 503:
                self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    received.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()
    span_registry.hold(received.resource_spans())


@contextmanager
def grpc_receiver():
    received = Received()

    class Servicer(TraceServiceServicer):
        def Export(self, request, context):
            received.headers.append(dict(context.invocation_metadata()))
            if received.answers:
                context.abort(received.answers.pop(0), "as told")
            received.messages.append(request)
            return received.response

    class Metrics(MetricsServiceServicer):
        def Export(self, request, context):
            received.metric_messages.append(request)
            return ExportMetricsServiceResponse()

    server = grpc.server(futures.ThreadPoolExecutor(2))
    add_TraceServiceServicer_to_server(Servicer(), server)
    add_MetricsServiceServicer_to_server(Metrics(), server)
    received.endpoint = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield received
    finally:
        server.stop(grace=None).wait()
    span_registry.hold(received.resource_spans())
