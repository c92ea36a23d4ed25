"""All figures of a breakdown as JSON, for scripts: exact, in nanoseconds, nothing cut."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from kumi.profiles.reports.json_findings import findings_object

if TYPE_CHECKING:
    from kumi.profiles.breakdown import Breakdown, Hotspot, Part
    from kumi.profiles.clock_share import Clock
    from kumi.profiles.conditions import PauseTotals
    from kumi.profiles.engine import Key, Tally


_DECLARATION: Final = ("schema", "declaration", "origin")


def json_report(found: Breakdown) -> str:
    """One JSON object, indented, ending with a line feed."""
    return json.dumps(_object(found), indent=2) + "\n"


def _object(found: Breakdown) -> dict[str, Any]:
    lines = found.lines
    return {
        "operations": found.operations,
        "total_ns": found.total,
        "answer": findings_object(found.findings),
        "schemas": [_part(("schema",), part) for part in found.schemas],
        "runs": [{**_tally(("schema",), tally), "cpu_ns": tally.cpu} for tally in found.runs],
        "failures": [_part(("schema", "error"), part) for part in found.failures],
        "script_ns": found.script,
        "types": [_tally(("operation",), tally) for tally in found.types],
        "hotspots": [_hotspot(hotspot) for hotspot in found.hotspots],
        "spent_on": {
            shares.operation: [_part(("schema", "operand"), part) for part in shares.parts]
            for shares in found.operand_shares
        },
        "declarations": [_tally(_DECLARATION, tally) for tally in found.declarations],
        "phases": [_tally(("name", "schema"), tally) for tally in found.phases],
        "memory": found.memory and found.memory._asdict(),
        "clock": found.clock and _clock(found.clock),
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


def _tally(names: tuple[str, ...], tally: Tally) -> dict[str, Any]:
    keys: dict[str, Key] = dict(zip(names, tally.keys, strict=True))
    return {
        **keys,
        "count": tally.calls,
        "total_ns": tally.total,
        "rows": tally.rows,
        "p50_ns": tally.p50,
        "p95_ns": tally.p95,
        "p99_ns": tally.p99,
        "longest_ns": tally.longest,
    }


def _clock(found: Clock) -> dict[str, Any]:
    return {
        "readings": found.readings,
        "total_ns": found.total,
        "unpriced_readings": found.unpriced,
        "taken_out_ns": found.taken_out,
    }


def _pauses(found: PauseTotals) -> dict[str, Any]:
    return {
        "cause": found.cause,
        "count": found.calls,
        "total_ns": found.total,
        "longest_ns": found.longest,
    }


def _hotspot(hotspot: Hotspot) -> dict[str, Any]:
    names = ("schema", "operation", "declaration", "index", "function", "origin")
    return {**_tally(names, hotspot.tally), "operand": hotspot.operand}
