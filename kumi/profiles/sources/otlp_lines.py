"""OTLP JSON lines: what the collector's file exporter and the SDK's JSON file exporters write.

Each line is a request with many spans. Those of Kumi become the events that they were made of, as
far as their attributes say; those of other tracers are `span` events, which are counted as lines. A
summary of folded spans is no event of its own: it is left to the lines that nobody counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kumi.profiles.moments import timestamp
from kumi.spans import attributes as names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.profiles.event_line import Event

_REQUEST: Final = "resourceSpans"
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


class OtlpLines:
    """The lines of a file."""

    @staticmethod
    def claims(said: dict[str, Any]) -> bool:
        """Whether it is a request with spans."""
        return "event" not in said and isinstance(said.get(_REQUEST), list)

    def events(self, said: dict[str, Any]) -> list[Event]:
        """The events of all spans of a request."""
        try:
            return [_event(span, scope) for scope, span in _spans(said)]
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(str(error)) from error


def _spans(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each span and the name of its scope."""
    for resource in said[_REQUEST]:
        for scope in resource.get("scopeSpans", ()):
            name = scope.get("scope", {}).get("name", "")
            for span in scope.get("spans", ()):
                yield name, span


def _event(span: dict[str, Any], scope: str) -> Event:
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
