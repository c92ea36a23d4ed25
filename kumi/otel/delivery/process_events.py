"""The two events of a process: who it is, and in the end what became of its runs."""

from __future__ import annotations

import os
import platform
import socket
import time
from collections import Counter
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING, Any

import numpy as np
from opentelemetry.sdk.version import __version__ as sdk_version
from opentelemetry.version import __version__ as api_version

from kumi.spans import events
from kumi.spans.process import THIS_PROCESS
from kumi.version import __version__
from kumi.vm.reading_cost import reading_cost
from kumi_exporters.eventfile import ownership

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.sdk.resources import Resource

    from kumi.otel.delivery.counts import Counts, Sent
    from kumi.otel.settings import Settings
    from kumi.spans.events import Event


def start_event(settings: Settings, resource: Resource) -> Event:
    """The `profile_start` event of this process."""
    attributes = {name: _plain(value) for name, value in resource.attributes.items()}
    return events.profile_start(
        process=THIS_PROCESS.id,
        job=ownership.claim(),
        pid=os.getpid(),
        host=socket.gethostname(),
        service=str(attributes.get("service.name", "")),
        resource=attributes,
        versions=_versions(),
        settings=settings.described(),
        clock=_clock(),
        cpu=_cpu(),
        at=time_ns(),
    )


def end_event(counts: Counts, dropped: Mapping[str, int], traces: Sent) -> Event:
    """The `profile_end` event of this process; `dropped` is what is not in the file."""
    return events.profile_end(
        process=THIS_PROCESS.id,
        runs=counts.runs_by_reason(),
        spans={
            "recorded": counts.recorded,
            "written": counts.written,
            "sampled": traces.sampled,
            "sent": traces.sent,
            "handed": traces.handed,
            "folded": traces.folded,
        },
        dropped=dict(Counter(dropped) + traces.dropped),
        waited_ms=counts.waited * 1000,
        at=time_ns(),
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _versions() -> dict[str, str]:
    return {
        "kumi": __version__,
        "python": platform.python_version(),
        "opentelemetry-api": api_version,
        "opentelemetry-sdk": sdk_version,
        "numpy": np.__version__,
    }


def _clock() -> dict[str, Any]:
    resolution = time.get_clock_info("perf_counter").resolution
    return {
        "source": "perf_counter",
        "resolution_ns": round(resolution * 1e9, 3),
        "cost_ns": round(reading_cost(), 1),
    }


def _cpu() -> str | None:
    """The processor's model, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or None
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, None) or platform.machine() or None
