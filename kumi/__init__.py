"""Kumi: a declarative calculation language whose every operation can be an OpenTelemetry span."""

__version__ = "0.1.0"
