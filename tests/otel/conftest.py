"""Each test begins unprofiled, with nothing said, and ends so."""

import pytest
from opentelemetry import trace

from kumi import hooks, otel
from kumi.otel import log


@pytest.fixture(autouse=True)
def unprofiled(monkeypatch):
    monkeypatch.setattr(log, "_said", set())
    yield
    otel.uninstrument()
    assert hooks.watcher() is None


@pytest.fixture
def set_provider(monkeypatch):
    """Set the global tracer provider as an application does, for the time of one test."""
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", None)
    monkeypatch.setattr(trace, "_TRACER_PROVIDER_SET_ONCE", type(trace._TRACER_PROVIDER_SET_ONCE)())
    return trace.set_tracer_provider
