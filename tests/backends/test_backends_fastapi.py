"""docs/fastapi.md with the stock exporter and a real Jaeger: a slow request's operations are found."""

import time
from urllib.parse import urlencode

import pytest
from fastapi_page import REQUESTS, service
from patience import HANG

pytest.importorskip("fastapi", reason="`make backends` installs FastAPI with the other servers")
pytestmark = pytest.mark.backend

ASKED = {
    "service": "shop",
    "operation": "GET /quote/{lines}",
    "minDuration": "5ms",  # as KUMI_PROFILE_SLOW_MS on the page
    "limit": 20,
    "lookback": "1h",
}


def test_a_slow_request_s_operations_are_found(jaeger, tmp_path):
    with service(tmp_path, jaeger.otlp_http) as ask:
        for path in REQUESTS:
            ask(path)
        operations = eventually(lambda: of_slow_requests(jaeger))

    run = "run Quote"
    assert operations["LoadInput lines.line.price"] == [run, "Quote.inputs"]
    assert operations["Reduce sum"] == [run, "Quote.total"]
    assert operations["Map multiply"][0] == run


def of_slow_requests(jaeger):
    """Spans below Kumi's own by name: what is above each, from the request's span on."""
    found = {}
    for trace in jaeger.get(f"/api/traces?{urlencode(ASKED)}")["data"]:
        spans = {span["spanID"]: span for span in trace["spans"]}
        for span in spans.values():
            above = parents(span, spans)
            if len(above) == 3 and above[0] == ASKED["operation"]:
                found[span["operationName"]] = above[1:]
    return found


def parents(span, spans):
    above = []
    while span["references"]:
        (reference,) = span["references"]
        span = spans.get(reference["spanID"])
        if span is None:  # not there yet
            return []
        above.insert(0, span["operationName"])
    return above


def eventually(look):
    """What is found, once there is something."""
    deadline = time.monotonic() + HANG
    while not (found := look()):
        assert time.monotonic() < deadline, "Jaeger has no operation"
        time.sleep(0.2)
    return found
