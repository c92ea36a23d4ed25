"""Processes that fork while an exporter is sending: nothing is imported, and children send too."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from event_lines import environment
from otlp_receivers import grpc_receiver, http_receiver
from patience import HANG

HERE = Path(__file__).parent
CHILDREN = 20

IMPORTED = """
import sys
from kumi_exporters import otlp
otlp.prepare()
before = set(sys.modules)
exporter = otlp.KumiOTLPSpanExporter()
for _ in range(2):
    exporter._client.deliver(b"", 0)
print(sorted(set(sys.modules) - before))
"""


@pytest.mark.parametrize("more", [[], ["new"]])
def test_children_forked_while_the_parent_sends_over_grpc_send_theirs(more):
    paths = [str(HERE), str(HERE.parent / "spans"), str(HERE.parent)]
    with grpc_receiver() as received:
        command = [sys.executable, HERE / "grpc_forks.py", received.endpoint, str(CHILDREN), *more]
        done = subprocess.run(
            command, env=environment() | {"PYTHONPATH": os.pathsep.join(paths)},
            capture_output=True, text=True, timeout=HANG,
        )  # fmt: skip
    assert done.stdout == f"{CHILDREN} 0\n", done.stderr
    assert "skipping fork() handlers" not in done.stderr


def test_a_fork_does_not_wait_for_a_receiver_that_hangs(tmp_path):
    """The call is cut off, and made again."""
    script = tmp_path / "script.py"
    script.write_text("""
import os, socket, threading, time
from kumi_exporters.otlp import KumiOTLPSpanExporter

silent = socket.create_server(("127.0.0.1", 0))
endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
exporter = KumiOTLPSpanExporter(endpoint, protocol="grpc", timeout=300.0)
sending = threading.Thread(target=exporter._client.deliver, args=(b"", 0), daemon=True)
sending.start()
silent.accept()
if not os.fork():
    os._exit(0)
os.wait()
exporter.shutdown()
sending.join()
print("forked")
""")
    command = [sys.executable, script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG / 2)
    assert (done.returncode, done.stdout) == (0, "forked\n"), done.stderr


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"COMPRESSION": "gzip"},
        {"ENDPOINT": "http://127.0.0.1:9"},
        {"ENDPOINT": "https://127.0.0.1:9"},
        {"ENDPOINT": "http://b\u00fccher.invalid:4318"},
        {"PROTOCOL": "grpc", "COMPRESSION": "gzip"},
        {"PROTOCOL": "grpc", "ENDPOINT": "http://127.0.0.1:9"},
        {"PROTOCOL": "grpc", "ENDPOINT": "https://127.0.0.1:9"},
    ],
)
def test_nothing_is_imported_between_the_making_of_an_exporter_and_its_first_answer(variables):
    receiver = grpc_receiver if variables.get("PROTOCOL") == "grpc" else http_receiver
    with receiver() as received:
        given = {"ENDPOINT": received.endpoint, "TIMEOUT": "0.5"} | variables
        named = {f"OTEL_EXPORTER_OTLP_{name}": value for name, value in given.items()}
        done = subprocess.run(
            [sys.executable, "-c", IMPORTED], env=environment() | named,
            capture_output=True, text=True, timeout=HANG,
        )  # fmt: skip
    assert done.stdout == "[]\n", done.stderr
