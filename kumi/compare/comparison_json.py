"""A comparison as JSON, for scripts: exact, in nanoseconds, nothing cut."""

from __future__ import annotations

import json
from statistics import median
from typing import TYPE_CHECKING, Any

from kumi.compare.comparison_report import summary
from kumi.compare.verdicts import CLOCK, FEWEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.compare.comparison import ComparedOperation, ComparedSchema, Comparison
    from kumi.compare.gates import Passed
    from kumi.compare.sides import OperationFigures, Side
    from kumi.compare.verdicts import Times


def json_comparison(found: Comparison, gates: Sequence[Passed]) -> str:
    """One JSON object, indented, ending with a line feed."""
    return json.dumps(_object(found, gates), indent=2) + "\n"


def _object(found: Comparison, gates: Sequence[Passed]) -> dict[str, Any]:
    return {
        "summary": summary(found),
        "kind": found.kind,
        "old": _side(found.old),
        "new": _side(found.new),
        "threshold": {
            "operations": found.limit._asdict(),
            "runs": found.run_limit._asdict(),
            "clock_ns": CLOCK,
            "fewest_runs": FEWEST,
        },
        "results_differ": found.difference and found.difference._asdict(),
        "schemas": [_schema(schema) for schema in found.schemas],
        "operations": [_operation(operation) for operation in found.operations],
        "gates": [
            {"gate": gate.text, "tripped": bool(why), "why": list(why)} for gate, why in gates
        ],
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "label": side.label,
        "measurements": side.measurements,
        "failed_runs": side.failed,
        "remarks": list(side.remarks),
    }


def _schema(found: ComparedSchema) -> dict[str, Any]:
    return {
        "schema": found.schema,
        "old_runs": found.old_runs,
        "new_runs": found.new_runs,
        **_times(found.times),
        "own_ratio": found.own_ratio,
    }


def _operation(found: ComparedOperation) -> dict[str, Any]:
    figures = found.either
    return {
        "schema": found.schema,
        "declaration": figures.declaration,
        "operation": figures.operation,
        "operand": figures.operand,
        "counts": found.counted,
        **_times(found.times),
        "old_figures": _figures(found.old),
        "new_figures": _figures(found.new),
    }


def _times(found: Times) -> dict[str, Any]:
    return {
        "verdict": found.verdict,
        "old_ns": found.old,
        "new_ns": found.new,
        "ratio": found.ratio,
        "difference_ns": found.difference,
    }


def _figures(found: OperationFigures | None) -> dict[str, Any] | None:
    return found and {
        "line": found.line,
        "calls": found.calls,
        "rows": found.rows,
        "medians_ns": [rounds and round(median(rounds)) for rounds in found.medians],
    }
