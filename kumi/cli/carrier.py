"""The trace that a command belongs to, where its environment says so.

OpenTelemetry's environment carriers: the headers of a request, as variables of a process.
https://opentelemetry.io/docs/specs/otel/context/env-carriers/
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_VARIABLES = ("TRACEPARENT", "TRACESTATE", "BAGGAGE")


@contextmanager
def inherited() -> Iterator[None]:
    """Make the span that the environment names the parent of whatever runs inside.

    What is malformed there is ignored, as the W3C says. Without such a variable nothing happens.
    """
    carrier = {name.lower(): os.environ[name] for name in _VARIABLES if os.environ.get(name)}
    if not carrier:
        yield
        return
    from opentelemetry import context  # noqa: PLC0415 - few commands are part of a trace
    from opentelemetry.baggage.propagation import W3CBaggagePropagator  # noqa: PLC0415 - only in a trace
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - only in a trace
        TraceContextTextMapPropagator,
    )

    parent = TraceContextTextMapPropagator().extract(carrier)
    token = context.attach(W3CBaggagePropagator().extract(carrier, parent))
    try:
        yield
    finally:
        context.detach(token)
