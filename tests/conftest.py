"""Shared by all tests: nothing of the caller's environment may steer profiling."""

from __future__ import annotations

import os

for name in [name for name in os.environ if name.startswith(("KUMI_", "OTEL_"))]:
    del os.environ[name]
