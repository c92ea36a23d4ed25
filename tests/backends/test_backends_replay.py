"""A profile replayed into an empty Jaeger is there as what was sent live is in another one."""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest
from application import orders, ours, profiled
from jaeger_server import running_jaeger
from patience import HANG
from span_views import from_jaeger

from kumi import otel
from kumi.spans import frames

pytestmark = pytest.mark.backend


@pytest.fixture
def empty_jaeger(jaeger, tmp_path):
    with running_jaeger(os.environ["JAEGER_BINARY"], tmp_path) as server:
        yield server


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_replay_is_as_what_was_sent(
    protocol, tmp_path, monkeypatch, schemas, jaeger, empty_jaeger
):
    path = tmp_path / "profile.jsonl.zst"
    endpoints = {"grpc": (jaeger.otlp_grpc, empty_jaeger.otlp_grpc)}
    live, again = endpoints.get(protocol, (jaeger.otlp_http, empty_jaeger.otlp_http))
    trace_ids = recorded(path, ours(monkeypatch, live, protocol), schemas)
    replayed(path, again, protocol)

    for trace_id, spans in trace_ids.items():
        sent = from_jaeger(jaeger.resource_spans(trace_id, spans))
        assert len(sent) == spans
        assert from_jaeger(empty_jaeger.resource_spans(trace_id, spans)) == sent
    services = [server.get("/api/services")["data"] for server in (jaeger, empty_jaeger)]
    assert "shop" in services[0]
    assert "shop" in services[1]


def recorded(path, exporter, schemas):
    """Runs with and without a failure, and phases; how many spans each of their traces has."""
    schema, given = orders(schemas)
    with profiled(path, exporter):
        with otel.phase("night"):
            schema.run(given)
        for _ in range(40):
            schema.run(given)
        with pytest.raises(Exception, match="error"):
            schema.run(given | {"rate": "none"})
    lines = map(json.loads, unpacked(path).splitlines())
    return Counter(line["trace_id"] for line in lines if "trace_id" in line)


def replayed(path, endpoint, protocol):
    command = [sys.executable, "-m", "kumi", "replay", path, "--endpoint", endpoint]
    ran = subprocess.run(
        [*command, "--protocol", protocol],
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr


def unpacked(path):
    with path.open("rb") as file:
        return b"".join(frames.unpacked(file, frames.by_name(path.name)))
