"""docs/fastapi.md as it is: each request has its run below its span, and a slow one its operations."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi_page import COMMANDS, REQUESTS, service
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from otlp_receivers import http_receiver

pytestmark = pytest.mark.service

TIMES = 10
RUN = {"run Quote"}
DECLARATIONS = {"Quote.inputs", "Quote.subtotal", "Quote.total"}
OPERATIONS = {"LoadInput lines.line.price", "LoadInput lines.line.quantity", "Reduce sum"}


@pytest.fixture(
    params=[
        *[(command, {}) for command in COMMANDS],
        (COMMANDS[0], {"OTEL_TRACES_EXPORTER": "kumi_otlp"}),
    ],
    ids=[*COMMANDS, "kumi_otlp"],
)
def spans(request, tmp_path):
    command, variables = request.param
    with http_receiver() as received:
        service_ = service(tmp_path, received.endpoint, command, **variables)
        with service_ as ask, ThreadPoolExecutor(4) as clients:
            answers = list(clients.map(ask, REQUESTS * TIMES))
        assert all(answer.startswith(b'{"total":') for answer in answers)
    return received.spans()


def test_each_request_has_its_run_and_a_slow_one_its_operations(spans):
    by_id = {span.span_id: span for span in spans}
    assert len(by_id) == len(spans)
    below = defaultdict(list)
    for span in spans:
        below[root(span, by_id).span_id].append(span)

    assert len(below) == len(REQUESTS) * TIMES
    assert {by_id[span_id].kind for span_id in below} == {Span.SPAN_KIND_SERVER}
    kept = [check_request(found) for found in below.values()]
    assert kept.count("slow") >= TIMES


def root(span, by_id):
    """The span of the request, which has no parent; all on the way to it are of one trace."""
    above = span
    while above.parent_span_id:
        above = by_id[above.parent_span_id]
        assert above.trace_id == span.trace_id
    return above


def check_request(spans):
    """One run, whole where it was slow, else by itself; gives why it was kept."""
    names = [span.name for span in spans]
    (run,) = [span for span in spans if span.name in RUN]
    kept = next(each.value.string_value for each in run.attributes if each.key == "kumi.run.kept")
    wanted = RUN | DECLARATIONS | OPERATIONS if kept == "slow" else RUN
    every = RUN | DECLARATIONS | OPERATIONS
    assert sorted(name for name in names if name in every) == sorted(wanted)
    return kept
