"""A collector for `chaos.py`, in a process of its own: python chaos_collector.py PROTOCOL BEHAVIOUR

It prints its port, and at the end of its standard input how many spans it has answered for.
"""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import threading
import time
from concurrent import futures
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)

BEHAVIOURS = ("good", "slow", "broken", "hanging", "refusing")
FOREVER = 3600
STATUSES = (200, 200, 400, 429, 500, 503, None)
CODES = (
    None,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.INVALID_ARGUMENT,
)


class Collector:
    """A running one. `received()` ends it and tells how many spans it took."""

    def __init__(self, process, endpoint):
        self._process = process
        self.endpoint = endpoint

    def received(self):
        out, _ = self._process.communicate()
        return int(out)


@contextmanager
def collector(protocol, behaviour):
    """One that behaves so, until the block ends."""
    command = [sys.executable, __file__, protocol, behaviour]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield Collector(process, f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.kill()


class Taken:
    """How many spans were taken; several threads count."""

    def __init__(self):
        self._lock = threading.Lock()
        self.spans = 0

    def take(self, request):
        with self._lock:
            self.spans += sum(
                len(scope.spans) for group in request.resource_spans for scope in group.scope_spans
            )


def http(behaviour, taken):
    """Serve, and give the port."""
    turn = count().__next__

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            delay(behaviour)
            status = STATUSES[turn() % len(STATUSES)] if behaviour == "broken" else 200
            if status is None:  # hangs up instead of an answer
                self.close_connection = True
                return
            self.send_response(status)
            if status == 200:
                taken.take(ExportTraceServiceRequest.FromString(body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # callers die
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def serve_grpc(behaviour, taken):
    """Serve, and give the port."""
    turn = count().__next__

    class Servicer(TraceServiceServicer):
        def Export(self, request, context):
            delay(behaviour)
            code = CODES[turn() % len(CODES)] if behaviour == "broken" else None
            if code is not None:
                context.abort(code, "as planned")
            taken.take(request)
            return ExportTraceServiceResponse()

    server = grpc.server(futures.ThreadPoolExecutor(32))
    add_TraceServiceServicer_to_server(Servicer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    KEPT.append(server)
    return port


KEPT = []


def delay(behaviour):
    if behaviour == "slow":
        time.sleep(random.uniform(0.05, 0.5))
    elif behaviour == "hanging":
        time.sleep(FOREVER)


def refusing():
    """A port at which nobody listens: bound, so that nobody else takes it."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    KEPT.append(taken)
    return taken.getsockname()[1]


def main(protocol, behaviour):
    taken = Taken()
    serve = {"http": http, "grpc": serve_grpc}[protocol]
    print(refusing() if behaviour == "refusing" else serve(behaviour, taken), flush=True)
    sys.stdin.read()
    print(taken.spans, flush=True)
    sys.stdout.close()
    import os

    os._exit(0)  # requests that hang do not hold it up


if __name__ == "__main__":
    main(*sys.argv[1:])
