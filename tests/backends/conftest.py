"""Receivers and a real Jaeger, and applications of which every span arrives."""

import os
from pathlib import Path

import pytest
from jaeger_server import running_jaeger
from otlp_receivers import grpc_receiver, http_receiver


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
def schemas():
    """The folder of the schemas and scripts beside this file."""
    return Path(__file__).parent / "schemas"
