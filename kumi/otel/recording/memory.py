"""A look at the memory of this process."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING

from kumi.spans import events

if TYPE_CHECKING:
    from kumi.spans.events import Event


def measured(label: str) -> Event:
    """The `memory` event of this moment: `rss_bytes` is None where the system does not say."""
    return events.memory(
        label=label,
        rss_bytes=resident_bytes(),
        allocated_blocks=sys.getallocatedblocks(),
        gc_collections=sum(generation["collections"] for generation in gc.get_stats()),
        at=time_ns(),
    )


def resident_bytes() -> int | None:
    """Resident memory now; at its peak where there is no /proc; None where there is neither."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return _peak_bytes()


def _peak_bytes() -> int | None:
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
