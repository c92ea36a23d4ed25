"""Langfuse, whose processor is a subclass of the batch one; a receiver of its own on this machine.

Its own filter takes spans of language models only, so an application that wants ours says so.
"""

import gzip
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from langfuse import Langfuse, propagate_attributes
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider

kept, clients = [], []


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            kept.extend(span for scope in group.scope_spans for span in scope.spans)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


def set_up():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    provider = TracerProvider()
    trace.set_tracer_provider(provider)
    langfuse = Langfuse(
        public_key="pk", secret_key="sk", base_url=f"http://127.0.0.1:{server.server_port}",
        should_export_span=lambda _: True, tracer_provider=provider,
    )  # fmt: skip
    clients.append(langfuse)


@contextmanager
def request(name):
    with propagate_attributes(user_id="u1"), clients[0].start_as_current_observation(name=name):
        yield


def received():
    clients[0].flush()
    return [_span(span) for span in kept]


def _span(span):
    said = {each.key: each.value.string_value for each in span.attributes}
    return {
        "name": span.name,
        "trace_id": span.trace_id.hex(),
        "span_id": span.span_id.hex(),
        "parent_span_id": span.parent_span_id.hex() or None,
        "failed": span.status.code == span.status.STATUS_CODE_ERROR,
        "added": said.get("user.id"),
    }
