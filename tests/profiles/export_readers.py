"""What is in an exported file, read by other programs where that is possible.

Each reader gives calls and nanoseconds by (schema, declaration, operation).
"""

import gzip
import json
from base64 import b64encode

import duckdb
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pprof_message import PprofProfile

UNKNOWN = "Unknown"


class Totals(dict):
    """(nanoseconds, calls) of operations."""

    def add(self, schema, declaration, operation, ns, calls=1):
        key = schema, declaration, operation
        before = self.get(key, (0, 0))
        self[key] = before[0] + ns, before[1] + calls

    @property
    def ns(self):
        return sum(ns for ns, _ in self.values())


def reported(document):
    """What `--json` says of a profile."""
    found = Totals()
    for spot in document["hotspots"]:
        key = spot["schema"], spot["declaration"], spot["operation"]
        found.add(*key, spot["total_ns"], spot["count"])
    return found


def parquet(path):
    found = Totals()
    rows = duckdb.sql(
        "SELECT schema, declaration, operation, sum(round(duration_ms * 1e6)::BIGINT), count(*) "
        f"FROM '{path}' GROUP BY ALL"
    )
    for row in rows.fetchall():
        found.add(*row[:3], int(row[3]), row[4])
    return found


def otlp_requests(path):
    """The requests of OTLP JSON lines, by protobuf's own reader, to which ids are base64."""
    for line in path.read_text("utf-8").splitlines():
        yield json_format.ParseDict(_in_base64(json.loads(line)), ExportTraceServiceRequest())


def _in_base64(said):
    if isinstance(said, list):
        return [_in_base64(each) for each in said]
    if not isinstance(said, dict):
        return said
    return {
        key: b64encode(bytes.fromhex(value)).decode()
        if key in {"traceId", "spanId", "parentSpanId"}
        else _in_base64(value)
        for key, value in said.items()
    }


def otlp(path):
    found = Totals()
    for request in otlp_requests(path):
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    said = {each.key: each.value.string_value for each in span.attributes}
                    if operation := said.get("kumi.operation.name"):
                        key = said.get("kumi.schema.name", UNKNOWN), said["kumi.declaration.name"]
                        ns = span.end_time_unix_nano - span.start_time_unix_nano
                        found.add(*key, operation, ns)
    return found


def folded(path):
    found = Totals()
    for line in path.read_text("utf-8").splitlines():
        frames, _, ns = line.rpartition(" ")
        schema, *declaration, operation = frames.split(";")
        found.add(schema, next(iter(declaration), None), operation.split(" ")[0], int(ns), 0)
    return found


def speedscope(path):
    document = json.loads(path.read_text("utf-8"))
    names = [frame["name"] for frame in document["shared"]["frames"]]
    time, calls = document["profiles"]
    assert time["samples"] == calls["samples"]
    assert time["endValue"] == sum(time["weights"])
    found = Totals()
    for stack, ns, count in zip(time["samples"], time["weights"], calls["weights"], strict=True):
        schema, *declaration, operation = (names[frame] for frame in stack)
        found.add(schema, next(iter(declaration), None), operation.split(" ")[0], ns, count)
    return found


def trace(path):
    """By the names that stand in the events; the declaration is the one around the operation."""
    found = Totals()
    for event in json.loads(path.read_text("utf-8"), parse_float=str)["traceEvents"]:
        if event.get("cat") == "vm_operation":
            microseconds, ns = event["dur"].split(".")
            found.add(None, None, event["name"].split(" ")[0], int(microseconds) * 1000 + int(ns))
    return found


def pprof(path):
    message = pprof_of(path)
    texts = message.string_table
    found = Totals()
    for sample in message.sample:
        said = {texts[label.key]: texts[label.str] for label in sample.label}
        calls, ns = sample.value
        found.add(said["schema"], said.get("declaration"), said["operation"], ns, calls)
    return found


def pprof_of(path):
    return PprofProfile.FromString(gzip.decompress(path.read_bytes()))


def without(totals, *, calls=False, places=False):
    """As much of it as a format tells: stacks have no calls, events of a trace no names of places."""
    found = Totals()
    for key, (ns, count) in totals.items():
        found.add(*((None, None, key[2]) if places else key), ns, 0 if calls else count)
    return found
