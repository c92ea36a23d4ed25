"""Help for the tests of the command line on a real terminal."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

from calling import Called
from patience import HANG


def on_terminal(columns, *arguments, cwd=None, **variables):
    """Run the command line on a terminal of so many columns; `out` is what that shows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "NO_COLOR"}}
    command = [sys.executable, "-m", "kumi", *map(str, arguments)]
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment | {"TERM": "xterm"} | variables,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b"".join(_read(ours)).decode().replace("\r\n", "\n")
    os.close(ours)
    return Called(process.wait(timeout=HANG), shown, "")


def _read(terminal):
    try:
        while part := os.read(terminal, 4096):
            yield part
    except OSError:  # Linux says so at the end
        pass


def without_colours(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
