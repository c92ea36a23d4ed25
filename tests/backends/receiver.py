"""A real OTLP receiver: sockets, gRPC and HTTP, the official protobuf classes; keeps all it got."""

import gzip
import threading
from concurrent import futures
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)


class Receiver(TraceServiceServicer):
    """What arrived at one endpoint, request by request."""

    def __init__(self):
        self.requests = []
        self.endpoint = ""
        self._lock = threading.Lock()

    def Export(self, request, context):
        with self._lock:
            self.requests.append(request)
        return ExportTraceServiceResponse()

    def resource_spans(self):
        """Every ResourceSpans message of every request, in order of arrival."""
        with self._lock:
            return [group for request in self.requests for group in request.resource_spans]


@contextmanager
def grpc_receiver():
    """A receiver on a free port that speaks gRPC, with the 4 MiB messages that gRPC allows."""
    receiver = Receiver()
    server = grpc.server(futures.ThreadPoolExecutor(2))
    add_TraceServiceServicer_to_server(receiver, server)
    receiver.endpoint = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield receiver
    finally:
        server.stop(grace=None).wait()


@contextmanager
def http_receiver():
    """A receiver on a free port that speaks HTTP with protobuf, at `endpoint` + `/v1/traces`."""
    receiver = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
    receiver.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def _handler(receiver):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            self._answer(*self._accept(body))

        def _accept(self, body):
            right_type = self.headers["Content-Type"] == "application/x-protobuf"
            if self.path != "/v1/traces" or not right_type:
                return 400, b""
            response = receiver.Export(ExportTraceServiceRequest.FromString(body), None)
            return 200, response.SerializeToString()

        def _answer(self, status, body):
            self.send_response(status)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Requests are kept, not logged."""

    return Handler
