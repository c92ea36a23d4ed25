"""What the runtime says: each thing once, through the logger `kumi.otel`, and never into a run."""

from __future__ import annotations

import logging

logger = logging.getLogger("kumi.otel")
_said: set[str] = set()


def warn_once(message: str) -> None:
    """Log a warning, unless this process has logged the same before."""
    if message not in _said:
        _said.add(message)
        logger.warning("%s", message)


def trouble(where: str, error: BaseException) -> None:
    """Log, once for each `where`, that profiling failed there; the calculation goes on."""
    if where not in _said:
        _said.add(where)
        logger.warning("profiling failed while %s; the run is unharmed", where, exc_info=error)
