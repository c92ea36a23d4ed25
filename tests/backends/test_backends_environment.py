"""Environment variables alone send the operations of an unchanged script over OTLP."""

import pytest
from application import run_script
from span_views import as_file_says, by_id, file_spans


@pytest.fixture(params=["http/protobuf", "grpc"])
def carried(request, tmp_path, schemas, over_http, over_grpc):
    """What a script sent over the protocol, and its event file."""
    receiver = over_grpc if request.param == "grpc" else over_http
    path = tmp_path / "profile.jsonl"
    run_script(schemas / "run_orders.py", path, receiver.endpoint, request.param)
    return by_id(receiver.resource_spans()), file_spans(path)


def test_the_receiver_gets_what_the_file_gets(carried):
    received, in_file = carried

    assert as_file_says(received) == in_file


def test_each_run_is_a_trace_of_the_service_by_itself(carried):
    received, _ = carried
    runs = [span for span in received.values() if span["name"] == "run ShopOrders"]

    assert len({run["trace_id"] for run in runs}) == 2
    assert {run["parent_span_id"] for run in runs} == {""}
    assert {span["resource"]["service.name"] for span in received.values()} == {"shop"}


def test_compilation_arrives_too(carried):
    received, _ = carried
    names = {span["name"] for span in received.values()}

    phases = {"compile", "parse", "analyze", "lower", "codegen"}
    assert {f"{phase} ShopOrders" for phase in phases} <= names
