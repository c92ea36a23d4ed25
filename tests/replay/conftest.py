"""Profiles that were recorded and sent at once, and receivers that they are replayed into."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS / room) for room in ("cli", "backends", "spans", "exporters")]

import otlp_receivers  # noqa: E402 - found by the paths above
from recordings import long_profile, recorded  # noqa: E402


@pytest.fixture
def receiver():
    with otlp_receivers.http_receiver() as received:
        yield received


@pytest.fixture
def grpc_receiver():
    with otlp_receivers.grpc_receiver() as received:
        yield received


@pytest.fixture(scope="session")
def golden(tmp_path_factory):
    """Every golden program, run once: the file, and the spans that were sent at once."""
    return recorded(tmp_path_factory.mktemp("golden") / "golden.jsonl")


@pytest.fixture(scope="session")
def long(tmp_path_factory):
    """A file of some thousand spans of one program."""
    return long_profile(tmp_path_factory.mktemp("long") / "long.jsonl")
