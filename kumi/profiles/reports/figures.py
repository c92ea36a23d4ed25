"""All figures of a breakdown as JSON, for scripts: exact, in nanoseconds, nothing cut."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kumi.profiles.breakdown import Breakdown, Hotspot, Part
    from kumi.profiles.engine import Group, Key
    from kumi.profiles.whole import Pauses


def figures(found: Breakdown) -> str:
    """One JSON object, indented, ending with a line feed."""
    return json.dumps(_object(found), indent=2) + "\n"


def _object(found: Breakdown) -> dict[str, Any]:
    lines = found.lines
    return {
        "operations": found.operations,
        "total_ns": found.total,
        "schemas": [_part(("schema",), part) for part in found.schemas],
        "runs": [_group(("schema",), group) for group in found.runs],
        "failures": [_part(("schema", "error"), part) for part in found.failures],
        "script_ns": found.script,
        "types": [_group(("operation",), group) for group in found.types],
        "hotspots": [_hotspot(hotspot) for hotspot in found.hotspots],
        "spent_on": {
            analysis.operation: [_part(("schema", "operand"), part) for part in analysis.parts]
            for analysis in found.analyses
        },
        "declarations": [_group(("schema", "declaration"), group) for group in found.declarations],
        "phases": [_group(("name", "schema"), group) for group in found.phases],
        "memory": found.memory and found.memory._asdict(),
        "clock": found.clock and {"readings": found.clock.readings, "total_ns": found.clock.total},
        "pauses": [_pauses(pauses) for pauses in found.pauses],
        "processes": {**found.processes._asdict(), "unfinished": found.processes.unfinished},
        "dropped": found.dropped,
        "events": lines.events,
        "unknown_lines": lines.other,
        "malformed_lines": lines.malformed,
        "first_malformed": lines.first_malformed,
    }


def _part(names: tuple[str, ...], part: Part) -> dict[str, Any]:
    keys = zip(names, part.names, strict=True)
    return {**dict(keys), "count": part.calls, "total_ns": part.total}


def _group(names: tuple[str, ...], group: Group) -> dict[str, Any]:
    keys: dict[str, Key] = dict(zip(names, group.keys, strict=True))
    return {
        **keys,
        "count": group.calls,
        "total_ns": group.total,
        "rows": group.rows,
        "p50_ns": group.p50,
        "p95_ns": group.p95,
        "p99_ns": group.p99,
        "longest_ns": group.longest,
    }


def _pauses(found: Pauses) -> dict[str, Any]:
    return {
        "cause": found.cause,
        "count": found.calls,
        "total_ns": found.total,
        "longest_ns": found.longest,
    }


def _hotspot(hotspot: Hotspot) -> dict[str, Any]:
    names = ("schema", "operation", "declaration", "index", "function")
    return {**_group(names, hotspot.group), "operand": hotspot.operand}
