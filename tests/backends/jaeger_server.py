"""A real Jaeger on free loopback ports, and its query API."""

import json
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass

from patience import HANG
from running_programs import running
from span_views import traces_data

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
        return traces_data(answer["result"]).resource_spans


@contextmanager
def running_jaeger(binary, folder):
    """Start `binary` with every port on loopback; stop it afterwards. Its log is in `folder`."""

    def command(ports):
        places = [f"{flag}=127.0.0.1:{ports[name]}" for name, flag in LISTENERS.items()]
        return [binary, "--collector.otlp.enabled=true", QUEUE, *places]

    def ready(ports):
        return f"http://127.0.0.1:{ports['admin']}/"

    log = folder / "jaeger.log"
    with running(LISTENERS, command, ready, log, SPAN_STORAGE_TYPE="memory") as (_, ports):
        yield Jaeger(*(f"http://127.0.0.1:{ports[name]}" for name in Jaeger.__annotations__))
