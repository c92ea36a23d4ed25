"""One run is the same run, whichever way it was carried."""

import threading

import pytest
from application import RESOURCE, orders, ours, profiled, stock_grpc, stock_http
from otlp_receivers import grpc_receiver, http_receiver
from span_views import as_file_says, by_id, file_spans

import kumi


@pytest.fixture
def stock_over_http():
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture
def stock_over_grpc():
    with grpc_receiver() as receiver:
        yield receiver


@pytest.fixture
def arrived(tmp_path, monkeypatch, schemas, over_http, over_grpc, stock_over_http, stock_over_grpc):
    """A good and a failing run under one request: the spans by carrier, and by event file."""
    path = tmp_path / "profile.jsonl"
    schema, given = orders(schemas)
    exporters = (
        ours(monkeypatch, over_http.endpoint, "http/protobuf"),
        ours(monkeypatch, over_grpc.endpoint, "grpc"),
        stock_http(stock_over_http.endpoint),
        stock_grpc(stock_over_grpc.endpoint),
    )
    with profiled(path, *exporters) as tracer, tracer.start_as_current_span("request"):
        schema.run(given)
        with pytest.raises(kumi.InputError):
            schema.run(given | {"rate": "none"})
    receivers = (over_http, over_grpc, stock_over_http, stock_over_grpc)
    return [by_id(receiver.resource_spans()) for receiver in receivers], file_spans(path)


def test_http_grpc_and_the_stock_exporters_behind_a_batch_processor_agree_field_by_field(arrived):
    (http, grpc, stock_http_spans, stock_grpc_spans), _ = arrived

    assert stock_http_spans == stock_grpc_spans
    assert http == stock_http_spans
    assert grpc == stock_grpc_spans


def test_the_event_file_has_the_same_spans_ids_times_and_parents(arrived):
    (http, *_), in_file = arrived

    assert as_file_says(http) == in_file
    assert {line["event"] for line in in_file.values()} == {
        "vm_run",
        "vm_declaration",
        "vm_operation",
    }


def test_runs_hang_below_the_caller_s_span_and_carry_its_resource_and_kumi_s_scope(arrived):
    (http, *_), _ = arrived
    request = next(span for span in http.values() if span["name"] == "request")
    runs = [span for span in http.values() if span["name"] == "run ShopOrders"]

    assert [run["parent_span_id"] for run in runs] == [request["span_id"]] * 2
    assert {run["trace_id"] for run in runs} == {request["trace_id"]}
    assert all(span["resource"].items() >= RESOURCE.items() for span in http.values())
    assert {run["scope"] for run in runs} == {("kumi", kumi.__version__)}


def test_children_lie_inside_their_parents_wherever_they_arrive(arrived):
    (http, *_), _ = arrived
    for span in http.values():
        parent = http.get(span["parent_span_id"])
        if parent:
            assert parent["start_time_unix_nano"] <= span["start_time_unix_nano"]
            assert span["end_time_unix_nano"] <= parent["end_time_unix_nano"]


def test_a_failing_run_says_where_and_why_on_every_carrier(arrived):
    (http, *_), _ = arrived
    failed = {span["name"]: span for span in http.values() if span["status"][0] == 2}

    assert set(failed) == {"run ShopOrders", "ShopOrders.inputs", "LoadInput rate"}
    assert {span["attributes"]["error.type"] for span in failed.values()} == {
        "kumi.errors.InputError"
    }
    assert [name for span in failed.values() for _, name, _ in span["events"]] == ["exception"]


def test_every_span_of_the_application_arrives_while_ours_flow(tmp_path, schemas, over_http):
    schema, given = orders(schemas)
    runs = 400

    def run_them():
        for _ in range(runs):
            schema.run(given)

    with profiled(tmp_path / "profile.jsonl", stock_http(over_http.endpoint)) as tracer:
        busy = threading.Thread(target=run_them)
        busy.start()
        for number in range(2000):
            tracer.start_span(f"own {number}").end()
        busy.join()

    seen = by_id(over_http.resource_spans()).values()
    own = {span["name"] for span in seen if span["scope"][0] == "shop"}
    assert own == {f"own {number}" for number in range(2000)}
    assert sum(span["name"] == "run ShopOrders" for span in seen) == runs
