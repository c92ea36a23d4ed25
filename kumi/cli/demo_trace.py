"""The trace that `kumi demo` sends where the environment names a collector."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kumi.cli.recorded_file import profile_end
from kumi.letters import visible
from kumi.profiles.losses import is_of_traces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.sdk.trace import TracerProvider

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_TIMEOUTS = ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")
_PATIENCE = 3.0
"""Seconds to wait for a collector that may not be there, where the environment does not say."""
_LOCAL, _OTLP_PORTS = ("localhost", "127.0.0.1", "::1"), (4317, 4318)


def provider_where_asked() -> TracerProvider | None:
    """Telemetry set up as an application would, where the environment names an endpoint."""
    if _variable(_ENDPOINTS) is None:
        return None
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource  # noqa: PLC0415 - the SDK is slow to import
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - part of the SDK
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - part of the SDK

    from kumi.otel import KumiOTLPSpanExporter  # noqa: PLC0415 - it imports the SDK

    named = "OTEL_SERVICE_NAME" in os.environ
    provider = TracerProvider(
        resource=Resource.create({} if named else {SERVICE_NAME: "kumi-demo"})
    )
    timeout = None if _variable(_TIMEOUTS) else _PATIENCE
    provider.add_span_processor(BatchSpanProcessor(KumiOTLPSpanExporter(timeout=timeout)))
    return provider


@contextmanager
def root_span(provider: TracerProvider | None) -> Iterator[str | None]:
    """A span around everything, so that all of it is one trace; gives the trace's id."""
    if provider is None:
        yield None
        return
    with provider.get_tracer("kumi.demo").start_as_current_span("kumi demo") as span:
        yield f"{span.get_span_context().trace_id:032x}"


def about_trace(trace_id: str, output: str) -> str:
    """What became of the trace; the file's last line has the counts, unless the disk was full."""
    from kumi_exporters.transport.userinfo import shown  # noqa: PLC0415 - only where a trace was sent

    endpoint = shown(_variable(_ENDPOINTS) or "")
    end = profile_end(output)
    if end is None:
        return f"\nTrace {trace_id}: sent to {endpoint}; {visible(output)} has no counts"
    if dropped := sum(n for why, n in end["dropped"].items() if is_of_traces(why)):
        return f"\nTrace {trace_id}: {dropped:,} spans did not reach {endpoint}; is it running?"
    lines = f"\nTrace {trace_id}: {_sent(end['spans']):,} spans sent to {endpoint}"
    url = urlsplit(endpoint if "//" in endpoint else f"//{endpoint}")
    if url.hostname in _LOCAL and url.port in _OTLP_PORTS:
        lines += f"\n  http://localhost:16686/trace/{trace_id}"
    return lines


def _sent(spans: dict[str, int]) -> int:
    """Spans that an exporter took, or a processor that has one."""
    return spans.get("sent", 0) + spans.get("handed", 0)


def _variable(names: tuple[str, ...]) -> str | None:
    """The first of these variables that is set."""
    return next((os.environ[name] for name in names if os.environ.get(name)), None)
