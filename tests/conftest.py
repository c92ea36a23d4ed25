"""Shared by all tests: neither the caller's environment nor the machine's speed may steer them."""

from __future__ import annotations

import os
import re
import signal

import pytest
from hypothesis import HealthCheck, settings
from patience import HANG, PATIENT

from kumi_exporters.eventfile import locks

STEERING = re.compile(
    "KUMI_.*|OTEL_.*|.*_PROXY|COLUMNS|LINES|NO_COLOR|FORCE_COLOR|TRACE.*|BAGGAGE", re.IGNORECASE
)


def steering():
    """The variables that there are, of those that steer what is tested."""
    return {name for name in os.environ if STEERING.fullmatch(name)}


for name in steering():
    del os.environ[name]
os.environ |= PATIENT
locks.PATIENCE = HANG

# A shell without job control has its background commands, and all their children, ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# In CI every run draws the same examples: a new one is worth finding, but not in somebody's way.
settings.register_profile(
    "kumi",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("kumi")


@pytest.fixture(autouse=True)
def own_environment():
    """What a test sets, or a command that it calls, is not there in the next; nor is an owner."""
    os.environ.pop("KUMI_PROFILE_OWNER", None)
    before = steering()
    yield
    for name in steering() - before:
        del os.environ[name]
