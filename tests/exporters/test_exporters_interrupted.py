"""Exporters in the middle of which a signal's handler exports as well."""

import json
import os
import signal
import threading

from opentelemetry.sdk.trace.export import SpanExportResult
from otlp_receivers import http_receiver
from span_blocks import RESOURCE, block

from kumi.spans.block import spans
from kumi.spans.readable import to_readable
from kumi_exporters.eventfile.event_file import EventFile
from kumi_exporters.otlp import KumiOTLPSpanExporter

ORDINARY = [to_readable(span, RESOURCE) for span in spans(block(runs=1))]


def test_lines_that_a_signal_writes_amid_a_long_one_into_a_pipe_come_after_it():
    read_end, write_end = os.pipe()
    text, written = [], []

    def collect():
        with os.fdopen(read_end, "rb") as pipe:
            text.append(pipe.read())

    reader = threading.Thread(target=collect)
    reader.start()
    file, other = (EventFile(f"/dev/fd/{write_end}") for _ in range(2))
    long = json.dumps({"event": "memory", "label": "x" * 1_000_000}).encode() + b"\n"
    short = b'{"event":"memory"}\n'

    def interrupted(*_):
        written.append(other.write(short, 1))

    before = signal.signal(signal.SIGALRM, interrupted)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        while len(written) < 20:
            written.append(file.write(long, 1))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    file.close()
    other.close()
    os.close(write_end)
    reader.join()
    lines = text[0].splitlines()
    assert all(json.loads(line) for line in lines)
    assert len(lines) == sum(written) == len(written)


def test_spans_may_be_sent_by_a_signal_while_the_exporter_sends():
    with http_receiver() as received:
        exporter = KumiOTLPSpanExporter(f"{received.endpoint}/v1/traces")
        made, taken = block(runs=1), []
        before = signal.signal(signal.SIGALRM, lambda *_: taken.append(exporter.export(ORDINARY)))
        signal.setitimer(signal.ITIMER_REAL, 0.001)
        try:
            while not taken:
                assert exporter.export_blocks([made]) == made.span_count
        finally:
            signal.signal(signal.SIGALRM, before)
        assert taken == [SpanExportResult.SUCCESS]
