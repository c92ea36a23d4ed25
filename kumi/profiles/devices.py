"""Files that may never end."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def is_device(file: Path | int) -> bool:
    """Whether it is a device, such as `/dev/zero`, that is neither a terminal nor empty.

    Raises OSError where there is no such file.
    """
    status = os.stat(file)  # noqa: PTH116 - of a descriptor, too
    if not (stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode)):
        return False
    if os.path.samestat(status, os.stat(os.devnull)):  # noqa: PTH116 - as above
        return False
    with open(file, "rb", buffering=0, closefd=not isinstance(file, int)) as device:
        return not device.isatty()
