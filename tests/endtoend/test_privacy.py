"""No input value, literal or key of data leaves the process, unless KUMI_PROFILE_VALUES asks for it.

A real process calculates with canaries and fails with them; everything that leaves it is searched:
the event file, OTLP, the SDK's spans, metrics, logs, standard error, and what is made of the file.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from canaries import MESSAGE, NAME, found_in
from otlp_receivers import grpc_receiver, http_receiver
from patience import HANG
from scripts import environment

from kumi.profiles.open_profiles import open_profiles

RECEIVERS = {"http/protobuf": (http_receiver, "/v1/traces"), "grpc": (grpc_receiver, "")}
REPORTS = ([], ["--detailed", "--calibrated", "--limit", "1000"], ["--json"], ["--raw"])
IN_MESSAGES = {MESSAGE, NAME}
"""What the original messages of exceptions have in them."""
SPANS = {"otlp", "spans.txt"}
HERE = Path(__file__).parent


@dataclass
class Left:
    """What left the process, by where it went."""

    folder: Path
    file: Path
    messages: list
    everything: dict[str, bytes]


def run(folder, protocol, name, **settings):
    receiver, path = RECEIVERS[protocol]
    with receiver() as received:
        variables = environment(
            KUMI_PROFILE="1", KUMI_PROFILE_OPS="1", KUMI_PROFILE_FILE=name,
            OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=received.endpoint + path,
            OTEL_EXPORTER_OTLP_PROTOCOL=protocol, **settings,
        )  # fmt: skip
        script = [sys.executable, str(HERE / "canary_service.py"), str(folder)]
        done = subprocess.run(script, cwd=folder, env=variables, capture_output=True, timeout=HANG)
        assert done.returncode == 0, done.stderr.decode()
        assert len(received.spans()) > 100
    headers = [each[:2] if isinstance(each, tuple) else each for each in received.headers]
    file = folder / name
    return Left(folder, file, received.messages, {
        "file": plain(file), "otlp": content(received.messages), "headers": repr(headers).encode(),
        "stdout": done.stdout, "stderr": done.stderr,
        **{each: (folder / each).read_bytes() for each in ("spans.txt", "logs.txt", "scrape.txt")},
    })  # fmt: skip


def content(messages):
    return b"".join(each.SerializeToString() for each in messages)


def without_messages(messages):
    """The same without the messages of exceptions."""
    groups = [group for message in messages for group in message.resource_spans]
    for span in (span for group in groups for scope in group.scope_spans for span in scope.spans):
        span.status.message = ""
        for attribute in (each for event in span.events for each in event.attributes):
            if attribute.key == "exception.message":
                attribute.value.Clear()
    return messages


def plain(file):
    with open_profiles([str(file)]) as profiles:
        return b"\n".join(line for profile in profiles.files for _, line in profile.lines())


def kumi(left, *arguments):
    command = [sys.executable, "-m", "kumi", *arguments]
    done = subprocess.run(
        command, cwd=left.folder, env=environment(), capture_output=True, timeout=HANG
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout + done.stderr


def made_of(left, reports=REPORTS, protocols=tuple(RECEIVERS)):
    """What the commands make of the file."""
    shown = {" ".join(how): kumi(left, "profile", left.file.name, *how) for how in reports}
    for protocol in protocols:
        receiver, _ = RECEIVERS[protocol]
        with receiver() as received:
            again = ["--endpoint", received.endpoint, "--protocol", protocol]
            shown[f"replay {protocol}"] = kumi(left, "replay", left.file.name, *again)
            assert len(received.spans()) > 100
            shown[f"replayed {protocol}"] = content(received.messages)
    return shown


@pytest.mark.parametrize(
    ("protocol", "name"), [("http/protobuf", "p.jsonl"), ("grpc", "p.jsonl.zst")]
)
def test_no_value_literal_or_key_leaves_the_process(tmp_path, protocol, name):
    left = run(tmp_path, protocol, name)
    leaks = {where: found_in(data) for where, data in (left.everything | made_of(left)).items()}
    assert {where: leak for where, leak in leaks.items() if leak} == {}
    for error in (b"InputError", b"ZeroDivisionError", b"KeyError", b"RuntimeError", b"OSError"):
        assert error in left.everything["file"]
    assert b"bad input: " in left.everything["otlp"]


def test_with_values_there_is_the_original_message_and_only_that(tmp_path):
    left = run(tmp_path, "http/protobuf", "p.jsonl", KUMI_PROFILE_VALUES="1")
    sent, ended = left.everything["otlp"], left.everything["spans.txt"]
    assert found_in(sent) == found_in(ended) >= IN_MESSAGES
    assert found_in(content(without_messages(left.messages))) == set()
    others = {where: left.everything[where] for where in left.everything.keys() - SPANS}
    others |= made_of(left, [["--raw"]], ["grpc"])
    assert {where: found_in(data) for where, data in others.items() if found_in(data)} == {}
