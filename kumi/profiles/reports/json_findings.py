"""The answer as JSON: what the first screen draws, whole and in nanoseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kumi.profiles.findings import DeclarationTime, Findings, Interruption, TypicalOperation


def findings_object(found: Findings) -> dict[str, Any]:
    """All of it; `outside_ns` is null where nothing tells how long the script was."""
    script = found.script
    return {
        "compiling_ns": script.compiling,
        "loading_ns": script.loading,
        "computing_ns": script.computing,
        "outside_ns": script.outside,
        "typical_ns": found.typical,
        "places": [_place(place) for place in found.places],
        "pauses": {
            "count": found.pauses.calls,
            "excess_ns": found.pauses.excess,
            "longest": [_pause(pause) for pause in found.pauses.longest],
        },
    }


def _place(place: DeclarationTime) -> dict[str, Any]:
    return {
        "schema": place.schema,
        "declaration": place.declaration,
        "origin": place.dearest.origin,
        "path": place.source and place.source.path,
        "line": place.source and place.source.line,
        "count": place.calls,
        "median_ns": place.median,
        "typical_ns": place.typical,
        "dearest": _operation(place.dearest),
    }


def _operation(found: TypicalOperation) -> dict[str, Any]:
    return {
        "operation": found.operation,
        "operand": found.operand,
        "count": found.calls,
        "rows": found.rows,
        "typical_ns": found.typical,
    }


def _pause(pause: Interruption) -> dict[str, Any]:
    return {
        "schema": pause.operation.schema,
        "declaration": pause.operation.declaration,
        "origin": pause.operation.origin,
        "operation": pause.operation.operation,
        "operand": pause.operation.operand,
        "run": pause.reading.run,
        "start_unix_nano": pause.reading.started,
        "duration_ns": pause.reading.ns,
        "excess_ns": pause.reading.excess,
        "causes": {cause.cause: cause.ns for cause in pause.causes},
    }
