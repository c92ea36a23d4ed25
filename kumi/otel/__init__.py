"""Profiling with OpenTelemetry: every operation of a run as a span, in a file and in traces.

`KUMI_PROFILE=1` turns it on from outside; `instrument` and `profile` do it from a program. Names
are imported when they are first used, so that `from kumi import otel` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kumi.otel.runtime import configure as configure
    from kumi.otel.runtime import flush as flush
    from kumi.otel.runtime import instrument as instrument
    from kumi.otel.runtime import memory_snapshot as memory_snapshot
    from kumi.otel.runtime import pause as pause
    from kumi.otel.runtime import phase as phase
    from kumi.otel.runtime import profile as profile
    from kumi.otel.runtime import resume as resume
    from kumi.otel.runtime import start_from_environment as start_from_environment
    from kumi.otel.runtime import uninstrument as uninstrument
    from kumi_exporters.jsonl import JsonlSpanExporter as JsonlSpanExporter
    from kumi_exporters.otlp import KumiOTLPSpanExporter as KumiOTLPSpanExporter

_HOMES = {
    "JsonlSpanExporter": "kumi_exporters.jsonl",
    "KumiOTLPSpanExporter": "kumi_exporters.otlp",
    "configure": "kumi.otel.runtime",
    "flush": "kumi.otel.runtime",
    "instrument": "kumi.otel.runtime",
    "memory_snapshot": "kumi.otel.runtime",
    "pause": "kumi.otel.runtime",
    "phase": "kumi.otel.runtime",
    "profile": "kumi.otel.runtime",
    "resume": "kumi.otel.runtime",
    "start_from_environment": "kumi.otel.runtime",
    "uninstrument": "kumi.otel.runtime",
}
__all__ = sorted(_HOMES)  # noqa: PLE0605 - one list, of names and where they live


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found


def __dir__() -> list[str]:
    return __all__
