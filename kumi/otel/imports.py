"""Imports that some thread is in the middle of."""

from __future__ import annotations

import sys


def imports_under_way() -> bool:
    """Whether a module is not imported to its end yet.

    In a forked child the thread that was importing it does not exist, but its lock does.
    """
    specs = (getattr(module, "__spec__", None) for module in list(sys.modules.values()))
    return any(getattr(spec, "_initializing", False) for spec in specs)
