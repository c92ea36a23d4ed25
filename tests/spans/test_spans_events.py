"""The vocabulary of the event file: keys in their order, and nothing that JSON cannot hold."""

import hashlib
import json
import math
from dataclasses import replace

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Link, SpanContext, SpanKind, StatusCode, TraceFlags
from span_blocks import block, failed, laid_out, program

from kumi.spans import events
from kumi.spans.json_lines import line
from kumi.spans.ordinary import ordinary_span
from kumi.spans.recorded_program import recorded_program
from kumi.spans.run_events import run_events

KEYS = {
    "vm_run": "event schema duration_ms timestamp program operations cases kept status error run "
    "trace_id span_id parent_span_id start_unix_nano end_unix_nano",
    "vm_declaration": "event schema declaration duration_ms timestamp kind origin run "
    "trace_id span_id parent_span_id start_unix_nano end_unix_nano",
    "vm_operation": "event schema operation duration_ms timestamp declaration index function rows "
    "run program trace_id span_id parent_span_id start_unix_nano end_unix_nano",
}


def test_every_event_of_a_run_has_its_keys_in_order():
    made = list(run_events(block(runs=1)))

    assert [event["event"] for event in made].count("vm_operation") == 11
    for event in made:
        assert " ".join(event) == KEYS[event["event"]]


def test_a_failed_run_says_the_type_and_nothing_else():
    wrong = [event for event in run_events(failed()) if event.get("error")]

    assert [event["event"] for event in wrong] == ["vm_run", "vm_declaration", "vm_operation"]
    assert wrong[0]["status"] == "error"
    assert " ".join(wrong[2]) == f"{KEYS['vm_operation']} error"
    assert "division" not in json.dumps(wrong)


def test_times_agree_with_each_other():
    for event in run_events(block(runs=3, step=0.0123456)):
        took = event["end_unix_nano"] - event["start_unix_nano"]
        text = json.loads(line(event))
        assert round(text["duration_ms"] * 1e6) == took
        rest = event["start_unix_nano"] % 10**9
        assert event["timestamp"].endswith(f".{rest // 10**6:03d}Z")


def test_a_program_is_described_without_literals():
    described = events.program(laid_out(program(odd=True)))

    assert list(described) == [
        "event", "program", "schema", "path", "sha256", "paths", "declarations", "operations",
    ]  # fmt: skip
    assert described["path"] == "/srv/app/order_pricing.kumi"
    assert described["paths"] == {
        "Tax": {"path": "/srv/täx.kumi", "sha256": hashlib.sha256(b"").hexdigest()}
    }
    assert described["declarations"][:3] == [
        ["inputs", "input", 1, None],
        ['na"me\\ ünï\n0', "value", 2, None],
        ['na"me\\ ünï\n1', "let", 3, "Tax"],
    ]
    assert described["operations"][0] == [
        "inputs", "LoadInput", None, "lines.line.price", ["lines"], 1, "lines.line.price",
    ]  # fmt: skip
    assert described["operations"][4][:5] == [
        'na"me\\ ünï\n0', "Reduce", "sum", "sum", ["lines"],
    ]  # fmt: skip
    assert len(described["operations"]) == 11


def test_only_operations_of_imported_declarations_say_their_origin():
    made = list(run_events(block(laid_out(program(odd=True)), runs=1)))
    operations = [event for event in made if event["event"] == "vm_operation"]
    imported = [event for event in operations if "origin" in event]

    assert {event["origin"] for event in imported} == {"Tax"}
    assert {event["declaration"] for event in imported} == {'na"me\\ ünï\n1'}
    assert len(imported) == 3
    keys = KEYS["vm_operation"]
    assert {" ".join(event) for event in imported} == {keys.replace("rows", "origin rows")}
    assert {" ".join(event) for event in operations if event not in imported} == {keys}
    said = [event["origin"] for event in made if event["event"] == "vm_declaration"]
    assert said == [None, None, "Tax", None]


def test_what_an_import_was_called_with_stands_where_the_declaration_does():
    odd = program(odd=True)
    taken = odd.groups[2]
    strange = replace(odd.operations[taken.first], place=odd.groups[1].place)
    operations = (*odd.operations[: taken.first], strange, *odd.operations[taken.first + 1 :])
    layout = laid_out(replace(odd, operations=operations))

    assert events.program(layout)["operations"][taken.first][5] == taken.place.line
    said = dict(layout.rows[layout.operation_rows[taken.first]].attributes)
    assert said["code.file.path"] == "/srv/täx.kumi"
    assert said["code.line.number"] == taken.place.line


def test_a_program_without_imports_names_no_other_source():
    assert "paths" not in events.program(laid_out(program()))


def test_a_program_is_read_back_as_it_was_described():
    for odd in (False, True):
        described = events.program(laid_out(program(odd=odd)))
        found = recorded_program(json.loads(line(described)))
        assert events.program(laid_out(found)) | {"sha256": None, "paths": None} == (
            described | {"sha256": None, "paths": None}
        )
        assert found.sources.keys() == described.get("paths", {}).keys()


@pytest.mark.parametrize("paths", [None, 5, [], {"Tax": 5}, {"Tax": {"path": 5}}, {"Else": {}}])
def test_a_program_that_does_not_say_where_an_import_stands_is_still_read(paths):
    described = events.program(laid_out(program(odd=True)))
    found = recorded_program(described | {"paths": paths})
    assert [group.origin for group in found.groups][2] == "Tax"
    assert {group.place.source.path for group in found.groups} == {described["path"]}


def test_the_other_events_have_their_keys_in_order():
    start = events.profile_start(
        process="5b8aa5a2", job="1:2", pid=1, host="h", service="s", resource={"x": math.nan},
        versions={}, settings={}, clock={}, cpu=None, at=10**18,
    )  # fmt: skip
    end = events.profile_end(
        process="5b8aa5a2", runs={"seen": 1}, spans={}, dropped={}, waited_ms=0.25, at=10**18
    )
    phase = events.phase(
        name="parse",
        schema=None,
        trace_id=bytes(16),
        span_id=bytes(8),
        parent_id=None,
        start=0,
        end=5,
    )
    memory = events.memory(
        label="start", rss_bytes=1, allocated_blocks=2, gc_collections=3, at=10**18
    )

    pause = events.pause(cause="kernel", generation=None, start=10**18, end=10**18 + 5, duration=3)

    assert " ".join(pause) == (
        "event cause generation duration_ms timestamp start_unix_nano end_unix_nano"
    )
    assert pause["duration_ms"] == 3e-6
    assert events.pause(cause="gc", generation=2, start=0, end=5)["duration_ms"] == 5e-6
    assert " ".join(start) == (
        "event format process job pid host service resource versions settings clock cpu timestamp"
    )
    assert " ".join(end) == "event process runs spans dropped waited_ms timestamp"
    assert " ".join(phase) == (
        "event name schema duration_ms timestamp trace_id span_id parent_span_id "
        "start_unix_nano end_unix_nano"
    )
    assert " ".join(memory) == ("event label rss_bytes allocated_blocks gc_collections timestamp")
    assert json.loads(line(start))["resource"] == {"x": "nan"}
    assert b'"waited_ms":0.250000' in line(end)


def test_a_line_is_one_line_of_utf_8_whatever_is_in_it():
    text = line({"event": "span", "name": 'a\n"b" \x00 ünï \udc80 \u2028'})

    assert text.count(b"\n") == 1
    assert json.loads(text)["name"] == 'a\n"b" \x00 ünï ? \u2028'
    with pytest.raises(ValueError):
        line({"x": math.inf})


def test_an_ordinary_span_keeps_all_that_it_carries():
    provider = TracerProvider(resource=Resource({"service.name": "shop"}))
    remote = SpanContext(0xA, 0xB, is_remote=True, trace_flags=TraceFlags(1))
    attributes = {"n": 1, "f": math.inf, "list": ["a", "b"], "on": True}
    links = [Link(remote, {"why": "cause"})]
    tracer = provider.get_tracer("lib", "1.2", "https://example.org/schema")
    with tracer.start_as_current_span("outer"):
        span = tracer.start_span("inner", kind=SpanKind.CLIENT, attributes=attributes, links=links)
    span.add_event("half", {"x": b"\x01"}, timestamp=5)
    span.set_status(StatusCode.ERROR, "broken")
    span.end()
    event = json.loads(line(ordinary_span(span)))

    assert (event["event"], event["name"], event["kind"]) == ("span", "inner", "CLIENT")
    assert event["status"] == {"code": "ERROR", "description": "broken"}
    assert event["attributes"] == {"n": 1, "f": "inf", "list": ["a", "b"], "on": True}
    assert event["events"] == [{"name": "half", "time_unix_nano": 5, "attributes": {"x": "01"}}]
    assert event["links"] == [
        {"trace_id": f"{10:032x}", "span_id": f"{11:016x}", "attributes": {"why": "cause"}}
    ]
    assert event["resource"] == {"service.name": "shop"}
    assert event["scope"]["name"] == "lib"
    assert event["parent_span_id"] == f"{span.parent.span_id:016x}"
    assert event["trace_id"] == f"{span.context.trace_id:032x}"
    assert (event["start_unix_nano"], event["end_unix_nano"]) == (span.start_time, span.end_time)
