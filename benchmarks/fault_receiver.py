"""A collector with a fault, in a process of its own: `fault_receiver http 503`.

It prints its port, and when its standard input ends how many spans it has taken.
"""

from __future__ import annotations

import random
import socket
import struct
import subprocess
import sys
import threading
import time
from concurrent import futures
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)

RETRY_AFTER = 5
STATUS = {"503": 503, "429": 429, "401": 401}
CODE = {
    "503": grpc.StatusCode.UNAVAILABLE,
    "429": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "401": grpc.StatusCode.UNAUTHENTICATED,
}
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER that makes a close a reset."""
_servers = []


class FaultReceiver:
    """A running one: where it is, and `taken()`, which ends it and says how many spans it took."""

    def __init__(self, process):
        self._process = process
        self.port = int(process.stdout.readline())

    def taken(self):
        out, _ = self._process.communicate()
        return int(out)


@contextmanager
def receiver(protocol, fault):
    """One with this fault, until the block ends."""
    command = [sys.executable, "-m", "benchmarks.fault_receiver", protocol, fault]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield FaultReceiver(process)
        finally:
            process.kill()


def main():
    protocol, fault = sys.argv[1:]
    taken = Taken()
    if fault in {"silent", "reset"}:
        port = raw(fault)
    else:
        port = (over_http if protocol == "http" else over_grpc)(fault, taken)
    print(port, flush=True)
    sys.stdin.read()
    print(taken.spans, flush=True)


class Taken:
    """How many spans were taken; several threads count."""

    def __init__(self):
        self._lock = threading.Lock()
        self.spans = 0

    def take(self, request):
        scopes = [scope for group in request.resource_spans for scope in group.scope_spans]
        with self._lock:
            self.spans += sum(len(scope.spans) for scope in scopes)


def refused(fault):
    """The status with which a message is refused, after what the fault makes it wait."""
    if fault == "slow":
        time.sleep(2)
    if fault == "uneven":
        time.sleep(random.uniform(0.02, 0.2))
        return random.choice(["503", "429", None, None, None, None, None, None])
    return fault if fault in STATUS else None


def over_http(fault, taken):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            why = refused(fault)
            if why is None:
                taken.take(ExportTraceServiceRequest.FromString(body))
            self.send_response(200 if why is None else STATUS[why])
            if why == "429":
                self.send_header("Retry-After", str(0 if fault == "uneven" else RETRY_AFTER))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args):
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # callers end
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def over_grpc(fault, taken):
    class Servicer(TraceServiceServicer):
        def Export(self, request, context):  # noqa: N802 - gRPC's name
            why = refused(fault)
            if why == "429":
                delay = Duration(seconds=0 if fault == "uneven" else RETRY_AFTER)
                info = RetryInfo(retry_delay=delay).SerializeToString()
                context.set_trailing_metadata((("google.rpc.retryinfo-bin", info),))
            if why is not None:
                context.abort(CODE[why], "as told")
            taken.take(request)
            return ExportTraceServiceResponse()

    server = grpc.server(futures.ThreadPoolExecutor(4))
    add_TraceServiceServicer_to_server(Servicer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    _servers.append(server)  # else it ends with its last reference
    return port


def raw(fault):
    """A socket that takes connections: it never answers, or it cuts them off amid a message."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    kept = []

    def serve():
        while True:
            connection, _ = listening.accept()
            kept.append(connection)
            if fault == "reset":
                connection.recv(512)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                kept.pop().close()

    threading.Thread(target=serve, daemon=True).start()
    return listening.getsockname()[1]


if __name__ == "__main__":
    main()
