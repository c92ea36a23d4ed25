"""docs/fastapi.md: its service, started by each of its commands and asked as it says."""

import os
import re
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
LINES = [line for block in BLOCKS for line in block.splitlines()]
SETTINGS = [line for line in LINES if line.startswith("export ")]
COMMANDS = [line for line in LINES if line.startswith("opentelemetry-instrument ")]
REQUESTS = [line.partition(":8000")[2] for line in LINES if line.startswith("curl ")]
COLLECTOR = "http://localhost:4318"


@contextmanager
def service(folder, endpoint, command=COMMANDS[0], **environment):
    """The page's settings and a command, but for where the collector is, on a port that is free.

    Gives what asks it: a function from a path to the answer. In the end it gets SIGTERM.
    """
    (folder / "app.py").write_text(APP)
    script = "\n".join([*SETTINGS, f"exec {command}"]).replace(COLLECTOR, endpoint)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        process = subprocess.Popen(
            ["sh", "-c", script], cwd=folder, pass_fds=[listening.fileno()],
            env=_environment(listening.fileno()) | environment,
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


def _environment(inherited_socket):
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("KUMI_", "OTEL_"))}
    inherited["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{inherited['PATH']}"
    listening = {
        "UVICORN_FD": str(inherited_socket),
        "GUNICORN_CMD_ARGS": f"--bind fd://{inherited_socket} --no-control-socket",
    }
    return inherited | PATIENT | listening


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
