"""What the command is called where it was called."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

_STARTED = sys.argv[0]  # looked at now: `kumi record` gives the program its own


def called() -> str:
    """`kumi`; where the shell would not find it, the path by which it was started."""
    if Path(_STARTED).name != "kumi" or shutil.which("kumi"):
        return "kumi"
    return shlex.quote(_STARTED)
