"""The spans of a block: attributes, and what is left of a run that failed."""

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode
from span_blocks import RESOURCE, block, failed, laid_out, program

import kumi
from kumi.observations import Level
from kumi.spans.block import spans
from kumi.spans.readable import to_readable


def named(made):
    return {span.name: span for span in spans(made)}


def test_the_tree_of_a_run():
    made = block(runs=1)
    by_id = {span.span_id: span for span in spans(made)}
    tree = [
        (span.name, by_id[span.parent_id].name if span.parent_id else None)
        for span in by_id.values()
    ]

    assert tree[:5] == [
        ("run OrderPricing", None),
        ("OrderPricing.inputs", "run OrderPricing"),
        ("OrderPricing.total0", "run OrderPricing"),
        ("OrderPricing.total1", "run OrderPricing"),
        ("OrderPricing.total2", "run OrderPricing"),
    ]
    assert tree[5:9] == [
        ("LoadInput lines.line.price", "OrderPricing.inputs"),
        ("LoadInput lines.line.quantity", "OrderPricing.inputs"),
        ("Ref subtotal", "OrderPricing.total0"),
        ("Map multiply", "OrderPricing.total0"),
    ]


def test_attributes_of_runs_declarations_and_operations():
    made = block(laid_out(program(odd=True)), runs=1, sizes=[[12]])
    run, inputs, *_ = spans(made)
    reduce = next(span for span in spans(made) if span.name == "Reduce sum")
    origin = next(span for span in spans(made) if span.row == 3)

    assert dict(run.attributes) == {
        "kumi.schema.name": "OrderPricing",
        "kumi.run.operations": 11,
        "kumi.run.cases": 1,
        "kumi.run.id": f"{made.process}{made.numbers[0]:08x}",
        "kumi.run.kept": "all",
    }
    assert dict(inputs.attributes)["kumi.declaration.kind"] == "input"
    assert dict(origin.attributes)["kumi.schema.name"] == "OrderPricing"
    assert dict(origin.attributes)["kumi.schema.origin"] == "Tax"
    assert dict(origin.attributes)["code.file.path"] == "/srv/täx.kumi"
    assert origin.name.startswith("OrderPricing.")  # where it ran, not where it is from
    assert dict(reduce.attributes) == {
        "kumi.schema.name": "OrderPricing",
        "kumi.declaration.name": 'na"me\\ ünï\n0',
        "kumi.declaration.kind": "value",
        "kumi.operation.name": "Reduce",
        "kumi.operation.function": "sum",
        "kumi.operation.index": 4,
        "kumi.operation.axes": ("lines",),
        "code.file.path": "/srv/app/order_pricing.kumi",
        "code.line.number": 5,
        "kumi.operation.rows": 12,
    }


def test_a_failed_run_has_what_was_begun_and_errors_on_the_way_up():
    made = failed(at=6)  # the first Map of the second declaration
    begun = list(spans(made))

    assert [span.name for span in begun] == [
        "run OrderPricing", "OrderPricing.inputs", "OrderPricing.total0", "OrderPricing.total1",
        "LoadInput lines.line.price", "LoadInput lines.line.quantity", "Ref subtotal",
        "Map multiply", "Reduce sum", "Ref subtotal", "Map multiply",
    ]  # fmt: skip
    wrong = [span for span in begun if span.error]
    assert [span.row for span in wrong] == [0, 3, begun[-1].row]
    assert {dict(span.attributes)["error.type"] for span in wrong} == {"ZeroDivisionError"}
    assert [span.row for span in begun if span.event] == [begun[-1].row]
    assert begun[0].end == begun[3].end == begun[-1].end == made.readings[0, -1]
    assert all(begun[0].start <= span.start <= span.end <= begun[0].end for span in begun)


def test_inputs_with_violations_are_all_loaded_and_all_wrong_ones_say_so():
    made = failed(at=(0, 1), error="kumi.errors.InputError")
    begun = list(spans(made))

    assert [span.name for span in begun if span.error] == [
        "run OrderPricing", "OrderPricing.inputs", "LoadInput lines.line.price",
        "LoadInput lines.line.quantity",
    ]  # fmt: skip
    assert [span.name for span in begun if span.event] == ["LoadInput lines.line.price"]
    assert len(begun) == 4


def test_one_wrong_input_does_not_hide_the_others():
    made = failed(at=0, readings_taken=3, error="kumi.errors.InputError")
    assert [span.name for span in spans(made)] == [
        "run OrderPricing", "OrderPricing.inputs", "LoadInput lines.line.price",
        "LoadInput lines.line.quantity",
    ]  # fmt: skip


def test_an_interrupt_while_inputs_are_loaded():
    made = failed(at=0, readings_taken=2, error="KeyboardInterrupt")
    assert [span.name for span in spans(made)] == [
        "run OrderPricing", "OrderPricing.inputs", "LoadInput lines.line.price",
    ]  # fmt: skip


def test_inputs_that_the_schema_does_not_know_fail_a_run_without_operations():
    made = failed(laid_out(program(declarations=0)), at=(0,), readings_taken=1)
    made.failure = type(made.failure)((), "kumi.errors.InputError", "x: no such input")
    begun = list(spans(made))

    assert [span.name for span in begun] == ["run OrderPricing", "OrderPricing.inputs"]
    assert [bool(span.error) for span in begun] == [True, True]
    assert [span.event for span in begun] == [False, True]


def test_without_operations_the_declaration_carries_the_event():
    made = failed(laid_out(level=Level.DECLARATIONS), at=6)
    begun = list(spans(made))

    assert [span.name for span in begun] == [
        "run OrderPricing", "OrderPricing.inputs", "OrderPricing.total0", "OrderPricing.total1",
    ]  # fmt: skip
    assert [span.event for span in begun] == [False, False, False, True]


@pytest.mark.parametrize(
    ("signals", "events"), [("", 1), ("logs", 0), ("logs/dup", 1), ("x, logs", 0)]
)
def test_exceptions_as_logs_only_where_the_application_wants_that(signals, events, monkeypatch):
    monkeypatch.setenv("OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN", signals)
    made = failed()

    assert sum(span.event for span in spans(made)) == events
    assert sum(span.error is not None for span in spans(made)) == 3


def test_readable_spans_are_the_sdk_s():
    made = failed(at=6)
    readable = [to_readable(span, RESOURCE) for span in spans(made)]
    last = readable[-1]

    assert all(type(span) is ReadableSpan and span.resource is RESOURCE for span in readable)
    assert len({id(span._attributes) for span in readable}) == len(readable)
    assert last.instrumentation_scope.name == "kumi"
    assert last.instrumentation_scope.version == kumi.__version__
    assert (last.status.status_code, last.status.description) == (
        StatusCode.ERROR, "division by zero",
    )  # fmt: skip
    (event,) = last.events
    assert event.name == "exception"
    assert dict(event.attributes) == {
        "exception.type": "ZeroDivisionError",
        "exception.message": "division by zero",
    }
    assert event.timestamp == last.end_time
    assert readable[0].status.status_code is StatusCode.ERROR
    assert readable[1].status.status_code is StatusCode.UNSET
    assert readable[1].parent.span_id == readable[0].context.span_id
