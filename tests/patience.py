"""How long tests wait: so long that a machine that is slow, busy, or stalls for seconds fails none."""

HANG = 300.0
"""Seconds after which what has not happened never will. They end a hang; nothing is measured."""

PATIENT = {
    "KUMI_PROFILE_BLOCK_MS": "300000",
    "KUMI_PROFILE_EXIT_MS": "300000",
    "OTEL_EXPORTER_OTLP_TIMEOUT": "300",
}
"""Kumi's own deadlines, for every test but those of one of them."""

NO_WAITING_FOR_LOCKS_IN_VAIN = f"""
from kumi_exporters.eventfile import locks
locks.PATIENCE = {HANG}
"""
"""The one deadline that no variable sets, for scripts of which several write to one file."""
