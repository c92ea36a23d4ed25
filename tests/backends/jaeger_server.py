"""A real Jaeger on free loopback ports, and its query API."""

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from base64 import b64encode
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from google.protobuf import json_format
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData
from patience import HANG

LISTENERS = {
    "otlp_grpc": "--collector.otlp.grpc.host-port",
    "otlp_http": "--collector.otlp.http.host-port",
    "query": "--query.http-server.host-port",
    "query_grpc": "--query.grpc-server.host-port",
    "collector_http": "--collector.http-server.host-port",
    "collector_grpc": "--collector.grpc-server.host-port",
    "admin": "--admin.http.host-port",
    "sampling": "--http-server.host-port",
    "compact": "--processor.jaeger-compact.server-host-port",
    "binary": "--processor.jaeger-binary.server-host-port",
    "zipkin": "--processor.zipkin-compact.server-host-port",
}
IDS = {"traceId", "spanId", "parentSpanId"}
TRIES = 5  # ports that were free may be taken by the time that Jaeger asks for them
QUEUE = "--collector.queue-size=300000"  # its default of 2,000 drops spans without a word


@dataclass(frozen=True)
class Jaeger:
    """Where a running Jaeger takes spans and answers questions."""

    otlp_grpc: str
    otlp_http: str
    query: str

    def get(self, path):
        """The answer of the query API to `path`, decoded; None where it says 404."""
        try:
            with urllib.request.urlopen(self.query + path, timeout=HANG) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def resource_spans(self, trace_id, count):
        """The trace's ResourceSpans over `/api/v3/traces/{id}`, once it holds `count` spans."""
        deadline = time.monotonic() + HANG
        while True:
            groups = self._trace(trace_id)
            found = sum(len(scope.spans) for group in groups for scope in group.scope_spans)
            if found >= count or time.monotonic() > deadline:
                return groups
            time.sleep(0.05)

    def _trace(self, trace_id):
        answer = self.get(f"/api/v3/traces/{trace_id}")
        if answer is None:
            return []
        return json_format.ParseDict(_base64_ids(answer["result"]), TracesData()).resource_spans


def _base64_ids(node):
    """OTLP JSON writes ids in hex; protobuf's own JSON, which reads it here, in base64."""
    if isinstance(node, list):
        return [_base64_ids(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: b64encode(bytes.fromhex(value)).decode() if key in IDS else _base64_ids(value)
        for key, value in node.items()
    }


@contextmanager
def running_jaeger(binary, folder):
    """Start `binary` with every port on loopback; stop it afterwards. Its log is in `folder`."""
    for _ in range(TRIES):
        ports = dict(zip(LISTENERS, _free_ports(len(LISTENERS)), strict=True))
        process = _start(binary, ports, folder / "jaeger.log")
        try:
            if _is_healthy(process, ports["admin"]):
                yield Jaeger(
                    *(f"http://127.0.0.1:{ports[name]}" for name in Jaeger.__annotations__)
                )
                return
        finally:
            process.kill()  # it keeps everything in memory, and takes seconds to say goodbye
            process.wait(HANG)
    said = (folder / "jaeger.log").read_text(errors="replace")
    raise RuntimeError(f"Jaeger did not start: {said[-2000:]}")


def _start(binary, ports, log):
    arguments = [f"{flag}=127.0.0.1:{ports[name]}" for name, flag in LISTENERS.items()]
    with log.open("wb") as output:
        return subprocess.Popen(
            [binary, "--collector.otlp.enabled=true", QUEUE, *arguments],
            env={**os.environ, "SPAN_STORAGE_TYPE": "memory"},
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip


def _free_ports(count):
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _is_healthy(process, port):
    """Whether it answers at last; not where it has ended."""
    deadline = time.monotonic() + HANG
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False
