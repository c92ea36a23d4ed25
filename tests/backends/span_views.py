"""One plain form for spans, however they were carried, so that they can be compared whole."""

import json
from base64 import b64encode

from google.protobuf import json_format
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

_IDS = {"traceId", "spanId", "parentSpanId"}
_FIELDS = ["name", "trace_state", "flags", "kind", "start_time_unix_nano", "end_time_unix_nano"]


def traces_data(said):
    """OTLP JSON, decoded, as protobuf has it."""
    return json_format.ParseDict(_base64_ids(said), TracesData())


def by_id(resource_spans):
    """The spans of OTLP messages as plain dicts by span id; an id that comes twice is an error."""
    seen = {}
    for group in resource_spans:
        resource = _attributes(group.resource.attributes)
        for scope in group.scope_spans:
            for span in scope.spans:
                assert span.span_id.hex() not in seen, f"{span.name} came twice"
                seen[span.span_id.hex()] = _plain(span) | {
                    "resource": resource,
                    "scope": (scope.scope.name, scope.scope.version),
                    "schema_url": scope.schema_url,
                }
    return seen


def in_trace(trace_id, spans):
    """Those that belong to one trace."""
    return {key: span for key, span in spans.items() if span["trace_id"] == trace_id}


def as_jaeger_keeps(spans):
    """What is left of spans in Jaeger: flags and schema URLs go, arrays turn into JSON text."""
    return {key: span | _kept_by_jaeger(span) for key, span in spans.items()}


def from_jaeger(resource_spans):
    """Jaeger's spans without the one attribute that it adds to each."""
    spans = by_id(resource_spans)
    for span in spans.values():
        assert span["attributes"].pop("internal.span.format") == "otlp"
    return spans


def file_spans(path):
    """An event file's runs, declarations and operations by span id, as `as_file_says` has them."""
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    return {line["span_id"]: _line(line) for line in lines if line["event"] in _SAID}


def as_file_says(spans):
    """Those of the spans that a file has lines for, with what the lines say about them."""
    runs = {key: span for key, span in spans.items() if "kumi.run.id" in span["attributes"]}
    told = {
        key: span for key, span in spans.items()
        if key in runs or "kumi.declaration.name" in span["attributes"]
    }  # fmt: skip
    return {key: _told(span) for key, span in told.items()}


_SAID = {
    "vm_run": {
        "schema": "kumi.schema.name", "run": "kumi.run.id",
        "operations": "kumi.run.operations", "cases": "kumi.run.cases", "kept": "kumi.run.kept",
    },
    "vm_declaration": {"schema": "kumi.schema.name", "kind": "kumi.declaration.kind"},
    "vm_operation": {
        "schema": "kumi.schema.name", "declaration": "kumi.declaration.name",
        "operation": "kumi.operation.name", "function": "kumi.operation.function",
        "index": "kumi.operation.index", "rows": "kumi.operation.rows",
    },
}  # fmt: skip
_IDENTITY = ("trace_id", "span_id", "parent_span_id", "start_unix_nano", "end_unix_nano")


def _line(line):
    identity = {key: line[key] for key in _IDENTITY}
    return {"event": line["event"]} | identity | {key: line[key] for key in _SAID[line["event"]]}


def _told(span):
    attributes = span["attributes"]
    event = (
        "vm_run" if "kumi.run.id" in attributes
        else "vm_operation" if "kumi.operation.name" in attributes
        else "vm_declaration"
    )  # fmt: skip
    return {
        "event": event,
        "trace_id": span["trace_id"],
        "span_id": span["span_id"],
        "parent_span_id": span["parent_span_id"] or None,
        "start_unix_nano": span["start_time_unix_nano"],
        "end_unix_nano": span["end_time_unix_nano"],
    } | {key: attributes.get(name) for key, name in _SAID[event].items()}


def _base64_ids(node):
    """OTLP JSON writes ids in hex; protobuf's own JSON, which reads it here, in base64."""
    if isinstance(node, list):
        return [_base64_ids(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: b64encode(bytes.fromhex(value)).decode() if key in _IDS else _base64_ids(value)
        for key, value in node.items()
    }


def _plain(span):
    ids = {key: getattr(span, key).hex() for key in ("trace_id", "span_id", "parent_span_id")}
    return ids | {
        **{field: getattr(span, field) for field in _FIELDS},
        "attributes": _attributes(span.attributes),
        "events": [
            (event.time_unix_nano, event.name, _attributes(event.attributes))
            for event in span.events
        ],
        "links": len(span.links),
        "status": (span.status.code, span.status.message),
        "dropped": (
            span.dropped_attributes_count,
            span.dropped_events_count,
            span.dropped_links_count,
        ),
    }


def _attributes(pairs):
    plain = {pair.key: _value(pair.value) for pair in pairs}
    assert len(plain) == len(pairs), "an attribute came twice"
    return plain


def _value(value):
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return tuple(_value(item) for item in value.array_value.values)
    return getattr(value, kind)


def _kept_by_jaeger(span):
    texts = {
        key: json.dumps(value, separators=(",", ":")) if isinstance(value, tuple) else value
        for key, value in span["attributes"].items()
    }
    return {"attributes": texts, "flags": 0, "schema_url": ""}
