"""The ways that traces take from a service, and collectors that answer in their own time."""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext

from otlp_receivers import Received, grpc_receiver, http_receiver
from patience import HANG

OWN = "kumi_exporters.otlp:KumiOTLPSpanExporter"
STOCK = "opentelemetry.exporter.otlp.proto.http.trace_exporter:OTLPSpanExporter"
HTTP, GRPC = "http/protobuf", "grpc"


WAYS = {
    "file": {},
    "private-http": {"OTEL_EXPORTER_OTLP_PROTOCOL": HTTP},
    "private-grpc": {"OTEL_EXPORTER_OTLP_PROTOCOL": GRPC},
    "own-exporter": {"OTEL_EXPORTER_OTLP_PROTOCOL": HTTP, "SHOP_EXPORTER": OWN},
    "instrumented": {"OTEL_EXPORTER_OTLP_PROTOCOL": HTTP, "KUMI_PROFILE": None},
    "stock-exporter": {"OTEL_EXPORTER_OTLP_PROTOCOL": HTTP, "SHOP_EXPORTER": STOCK},
}
"""What is set for each, None: not set; file: for the file alone; instrumented: by a command."""


def collector(way):
    """A collector on a real socket, for a way that has one."""
    if way == "file":
        return nullcontext(Received())
    return grpc_receiver() if way == "private-grpc" else http_receiver()


def settings(way, received):
    """The variables that send a service's traces there."""
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": received.endpoint} if received.endpoint else {}
    return WAYS[way] | endpoint


class _Answer:
    """What the collector says, once `wait` has returned."""

    def __init__(self, wait):
        self.wait = wait

    def SerializeToString(self):
        self.wait()
        return b""


def at_once(received):
    received.release = lambda: None


def slowly(received):
    """50 ms for each answer."""
    received.release = lambda: None
    received.response = _Answer(lambda: time.sleep(0.05))


def slowly_at_first(received):
    """Half a second for the first answer."""
    first = iter([0.5])
    received.release = lambda: None
    received.response = _Answer(lambda: time.sleep(next(first, 0.0)))


def holding(received):
    """No answer before `release`."""
    released = threading.Event()
    received.release = released.set
    received.response = _Answer(lambda: released.wait(HANG))
