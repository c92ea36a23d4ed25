"""OTLP JSON lines: what the collector's file exporter and the SDK's JSON file exporters write.

Each line is a request with many spans. Those of Kumi become the events that they were made of, as
far as their attributes say; those of other tracers are `span` events, which are counted as lines. A
summary of folded spans is no event of its own: it is left to the lines that nobody counts.

Of which service a process is, an event file says in a line of its own, and here each request does,
in its resource. Only spans of runs say their process, so that one is made of the resource, which
has the instance of the service where the SDK made it. What resources say is kept beside the events.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from kumi.profiles.moments import timestamp
from kumi.spans import attributes as names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.profiles.event_line import Event

_REQUEST: Final = "resourceSpans"
_SERVICE: Final = "service.name"
_ERROR: Final = 2
_KEYS: Final = {
    names.SCHEMA_NAME: "schema",
    names.OPERATION_NAME: "operation",
    names.DECLARATION_NAME: "declaration",
    names.DECLARATION_KIND: "kind",
    names.SCHEMA_ORIGIN: "origin",
    names.OPERATION_INDEX: "index",
    names.OPERATION_FUNCTION: "function",
    names.OPERATION_ROWS: "rows",
    names.RUN_OPERATIONS: "operations",
    names.RUN_CASES: "cases",
    names.RUN_KEPT: "kept",
    names.RUN_ID: "run",
    names.ERROR_TYPE: "error",
}
"""The key of an event that says what an attribute says."""

_OF_RUNS: Final = ("vm_run", "vm_declaration", "vm_operation")
"""What is in a run or is one: also in an event file a phase is of no process."""


class OtlpLines:
    """The lines of a file."""

    def __init__(self) -> None:
        self._starts: dict[str, Event] = {}

    @staticmethod
    def claims(said: dict[str, Any]) -> bool:
        """Whether it is a request with spans."""
        return "event" not in said and isinstance(said.get(_REQUEST), list)

    def events(self, said: dict[str, Any]) -> list[Event]:
        """The events of all spans of a request."""
        try:
            return [event for each in said[_REQUEST] for event in self._of_resource(each)]
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(str(error)) from error

    def starts(self) -> list[Event]:
        """A `profile_start` of each process so far."""
        return list(self._starts.values())

    def _of_resource(self, said: dict[str, Any]) -> Iterator[Event]:
        """The events of the spans of one resource."""
        process = self._process(_attributes(said))
        for scope in said.get("scopeSpans", ()):
            name = scope.get("scope", {}).get("name", "")
            for span in scope.get("spans", ()):
                yield _event(span, name, process)

    def _process(self, resource: dict[str, Any]) -> str:
        """The process that stands for a resource."""
        process = sha256(json.dumps(resource, sort_keys=True).encode()).hexdigest()[:8]
        if process not in self._starts:
            service = {"service": resource.get(_SERVICE), "resource": resource}
            self._starts[process] = {"event": "profile_start", "process": process, **service}
        return process


def _attributes(said: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a resource; none where it is damaged, which makes no span wrong."""
    try:
        resource = said.get("resource") or {}
        return {each["key"]: _any_value(each["value"]) for each in resource.get("attributes", ())}
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}


def _event(span: dict[str, Any], scope: str, process: str) -> Event:
    start, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
    said = {each["key"]: _value(each["value"]) for each in span.get("attributes", ())}
    if names.IS_SUMMARY in said:
        return {"event": "summary"}
    own = scope == names.SCOPE_NAME
    first = _own_event(span["name"], said) if own else {"event": "span", "name": span["name"]}
    return {
        **first,
        "duration_ms": (end - start) / 1e6,
        "timestamp": timestamp(start),
        **({key: said[name] for name, key in _KEYS.items() if name in said} if own else {}),
        **({"process": process} if first["event"] in _OF_RUNS else {}),
        "trace_id": span["traceId"],
        "span_id": span["spanId"],
        "parent_span_id": span.get("parentSpanId") or None,
        "start_unix_nano": start,
        "end_unix_nano": end,
    }


def _own_event(name: str, said: dict[str, Any]) -> Event:
    """Which event it is, told by its attributes."""
    if names.OPERATION_NAME in said:
        return {"event": "vm_operation"}
    if names.DECLARATION_NAME in said:
        return {"event": "vm_declaration"}
    if names.RUN_OPERATIONS in said:
        return {"event": "vm_run"}
    schema = said.get(names.SCHEMA_NAME)
    return {"event": "phase", "name": name.removesuffix(f" {schema}")}


def _value(said: dict[str, Any]) -> Any:
    """A text, or an integer, which OTLP writes as a text; nothing else is looked at."""
    return int(said["intValue"]) if "intValue" in said else said.get("stringValue")


def _any_value(said: dict[str, Any]) -> Any:
    """A value of any kind, as the `resource` of an event file has it."""
    if "arrayValue" in said:
        return [_any_value(each) for each in said["arrayValue"].get("values", ())]
    if "intValue" in said:
        return int(said["intValue"])
    return next(
        (said[key] for key in ("stringValue", "boolValue", "doubleValue") if key in said), None
    )
