"""Devices such as `/dev/zero`, which may never end: what is read whole must not be one."""

from __future__ import annotations

import os
import stat


def is_device(file: str | int) -> bool:
    """Whether a path or descriptor is a device that is neither a terminal nor empty.

    Raises OSError where there is no such file.
    """
    status = os.stat(file)  # noqa: PTH116 - Path.stat takes no descriptor
    if not (stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode)):
        return False
    if os.path.samestat(status, os.stat(os.devnull)):  # noqa: PTH116 - compared with the one before
        return False
    with open(file, "rb", buffering=0, closefd=not isinstance(file, int)) as device:
        return not device.isatty()


def device_refused(name: str, wanted: str) -> str:
    """What is said where a device was given for a profile, a schema or an input."""
    return f"{name}: a device, which need not end, is no {wanted}"
