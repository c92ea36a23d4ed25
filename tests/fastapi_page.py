"""docs/fastapi.md: its service, started by its lines and asked as it says."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

from patience import HANG, PATIENT

TEXT = (Path(__file__).parents[1] / "docs" / "fastapi.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
APP = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)[1]
START = next(block for block in BLOCKS if "OTEL_SERVICE_NAME" in block)
REQUESTS = [
    line.partition(":8000")[2] for block in BLOCKS for line in block.splitlines() if "curl" in line
]
COLLECTOR = "http://localhost:4318"


@contextmanager
def service(folder, endpoint, *options, **environment):
    """The page's lines, but for where the collector is, on a port that is free.

    Gives what asks it: a function from a path to the answer. In the end it gets SIGTERM.
    """
    (folder / "app.py").write_text(APP)
    *settings, command = START.replace(COLLECTOR, endpoint).splitlines()
    script = "\n".join([*settings, f"exec {shlex.join([*shlex.split(command), *options])}"])
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        process = subprocess.Popen(
            ["bash", "-c", script], cwd=folder, pass_fds=[listening.fileno()],
            env=_environment() | {"UVICORN_FD": str(listening.fileno())} | environment,
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        try:
            yield lambda path: _asked(listening.getsockname()[1], path)
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=HANG)[1].decode()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(HANG)
    assert "Traceback" not in said, said


def _environment():
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("KUMI_", "OTEL_"))}
    inherited["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{inherited['PATH']}"
    return inherited | PATIENT


def _asked(port, path):
    """The answer, once there is one."""
    deadline = time.monotonic() + HANG
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=HANG) as answer:
                return answer.read()
        except OSError:
            assert time.monotonic() < deadline, "no answer"
            time.sleep(0.1)
