"""Receivers and real backends, and applications of which every span arrives."""

import os
import shutil
from pathlib import Path

import pytest
from collector_server import running_collector
from grpc import StatusCode
from jaeger_server import running_jaeger
from otlp_receivers import grpc_receiver, http_receiver
from service_stack import FULL_SOON, watched_service


@pytest.fixture
def over_http():
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture
def over_grpc():
    with grpc_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def jaeger(tmp_path_factory):
    binary = os.environ.get("JAEGER_BINARY")
    if not binary:
        pytest.skip("JAEGER_BINARY names no Jaeger; `make backends` builds one and runs this")
    with running_jaeger(binary, tmp_path_factory.mktemp("jaeger")) as server:
        yield server


@pytest.fixture(scope="session")
def collector_binary():
    binary = os.environ.get("COLLECTOR_BINARY")
    if not binary:
        pytest.skip("COLLECTOR_BINARY names no collector; `make backends` builds one and runs this")
    return binary


@pytest.fixture(scope="session")
def in_place_of_tempo():
    with grpc_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def collector(collector_binary, jaeger, in_place_of_tempo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("collector")
    backends = {"jaeger": jaeger.otlp_grpc, "tempo": in_place_of_tempo.endpoint}
    with running_collector(collector_binary, folder, **backends) as server:
        yield server


@pytest.fixture(scope="session")
def prometheus_binary():
    return installed("prometheus")


@pytest.fixture(scope="module")
def watched(collector_binary, jaeger, prometheus_binary, tmp_path_factory):
    """A Prometheus that watches a service: of its spans the file and a backend lose some."""
    folder = tmp_path_factory.mktemp("watched")
    with grpc_receiver() as tempo:
        tempo.answers.append(StatusCode.INVALID_ARGUMENT)
        backends = {"jaeger": jaeger.otlp_grpc, "tempo": tempo.endpoint}
        with (
            running_collector(collector_binary, folder, **backends) as collector,
            watched_service(collector, prometheus_binary, folder, **FULL_SOON) as (_, prometheus),
        ):
            yield prometheus


@pytest.fixture(scope="session")
def promtool():
    return installed("promtool")


def installed(program):
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"there is no {program} here; deploy/prometheus/unpack says where to get it")
    return found


@pytest.fixture(scope="session")
def schemas():
    """The folder of the schemas and scripts beside this file."""
    return Path(__file__).parent / "schemas"
