"""Starts a real service, asks it, ends it, and gives what it has said and done."""

from __future__ import annotations

import http.client
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from patience import HANG, PATIENT
from service_page import EXPORTED
from service_ways import settings

APPLICATIONS = Path(__file__).parent / "applications"
CLIENTS = 4


@dataclass
class Service:
    """A running one."""

    process: subprocess.Popen[bytes]
    folder: Path
    received: object

    def done(self):
        """The lines in which the application says what it has done."""
        file = self.folder / "done"
        return [json.loads(line) for line in file.read_bytes().splitlines()]

    def runs_done(self):
        return sum(line["runs"] for line in self.done()) if (self.folder / "done").exists() else 0

    def wait_for(self, condition):
        """Until it is so, or the service has ended. What hangs says where each thread is."""
        deadline = time.monotonic() + HANG
        while not condition() and self.process.poll() is None:
            if time.monotonic() > deadline:
                os.killpg(self.process.pid, signal.SIGABRT)
                time.sleep(1)
                raise AssertionError(f"it did not happen: {self.said()}")
            time.sleep(0.01)

    def said(self):
        """Its standard error."""
        return (self.folder / "stderr").read_text(errors="replace")


def works(command):
    """Whether a command that a row needs can be used here."""
    return subprocess.run(_arguments(command), capture_output=True, check=False).returncode == 0


def carried_out(row, way, folder, received):
    """The service of a row, when all of it is over."""
    shutil.copytree(APPLICATIONS, folder, dirs_exist_ok=True)
    environment = _environment(row, way, received)
    if row.before:
        subprocess.run(_arguments(row.before), cwd=folder, env=environment, check=True)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        service = Service(_start(row, folder, environment, listening), folder, received)
        try:
            _work(row, service, listening.getsockname()[1])
            service.wait_for(lambda: False)
        finally:
            _end_all(service.process)
    return service


def _work(row, service, port):
    with ThreadPoolExecutor(CLIENTS) as clients:
        for answer in [clients.submit(_ask, row, service, port) for _ in range(row.requests)]:
            answer.result()
    service.wait_for(lambda: service.runs_done() >= row.runs)
    row.end(service)


def _ask(row, service, port):
    """One request that is answered; a worker that is being replaced may refuse a connection."""
    deadline = time.monotonic() + HANG
    time.sleep(row.pause)
    while True:
        try:
            return _answer(port)
        except (OSError, http.client.HTTPException):
            assert service.process.poll() is None, service.said()
            assert time.monotonic() < deadline, "no answer"


def _answer(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HANG)
    try:
        connection.request("GET", "/", headers={"Connection": "close"})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        assert body == b"[36.0, 36.0]"
    finally:
        connection.close()


def _start(row, folder, environment, listening):
    """In a process group of its own, as a shell starts a command; the port is open already."""
    inherited = listening.fileno()
    more = {
        "GUNICORN_CMD_ARGS": f"--bind fd://{inherited} --no-control-socket",
        "UVICORN_FD": str(inherited),
        "PYTHONFAULTHANDLER": "1",
    }
    with (folder / "stderr").open("wb") as errors, (folder / "stdout").open("wb") as output:
        return subprocess.Popen(
            _arguments(row.command), cwd=folder, env=environment | more, pass_fds=[inherited],
            stdin=subprocess.DEVNULL, stdout=output, stderr=errors, start_new_session=True,
        )  # fmt: skip


def _arguments(command):
    """The words of a command; variables in front of it are for `env`, as a shell would have it."""
    return ["env", *shlex.split(command)]


def _environment(row, way, received):
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("KUMI_", "OTEL_"))}
    inherited["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{inherited['PATH']}"
    together = inherited | PATIENT | EXPORTED | settings(way, received) | row.settings
    return {name: value for name, value in together.items() if value is not None}


def _end_all(process):
    """Whatever is left of its group: where a test has failed, or children that nobody waited for."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(HANG)
