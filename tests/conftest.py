"""Shared by all tests: neither the caller's environment nor the machine's speed may steer them."""

from __future__ import annotations

import os
import re
import signal

import pytest
from hypothesis import HealthCheck, settings
from patience import HANG, PATIENT

from kumi_exporters.eventfile import locks

STEERING = "KUMI_.*|OTEL_.*|.*_PROXY|COLUMNS|LINES|NO_COLOR|FORCE_COLOR|TRACE.*|BAGGAGE"
for name in [name for name in os.environ if re.fullmatch(STEERING, name.upper())]:
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
def no_owner():
    """A file that was profiled in one test is nobody's in the next."""
    os.environ.pop("KUMI_PROFILE_OWNER", None)
    yield
    os.environ.pop("KUMI_PROFILE_OWNER", None)
