"""By what the rows of tables are sorted. Those that are equal stay in the order of their time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.profiles.breakdown import Breakdown

_T = TypeVar("_T")

_FIGURES: Final = {
    "time": "total",
    "self": "own",
    "total": "total",
    "typical": "typical",
    "count": "calls",
    "average": "average",
    "rows": "rows",
    "p50": "p50",
    "p95": "p95",
    "p99": "p99",
    "longest": "longest",
}
_NAME: Final = "name"
SORT_KEYS: Final = (*_FIGURES, _NAME)
"""`time` is the one that a table has; `self` and `total` differ in the tree alone."""


def ordered(rows: Sequence[_T], key: str) -> tuple[_T, ...]:
    """The rows, the largest first, or by their names. As they are where they have no such figure.

    >>> from kumi.profiles.breakdown import Part
    >>> [part.names for part in ordered([Part(("b",), 1, 9), Part(("a",), 5, 5)], "count")]
    [('a',), ('b',)]
    """
    if key == _NAME:
        return tuple(sorted(rows, key=lambda row: [str(name) for name in _names(row)]))
    if not all(_has(row, key) for row in rows):
        return tuple(rows)
    return tuple(sorted(rows, key=lambda row: -(_figure(row, key) or 0)))


def sorted_tables(found: Breakdown, key: str) -> Breakdown:
    """The same figures with each table in this order; the first screen stays as it is."""
    shares = [each._replace(parts=ordered(each.parts, key)) for each in found.operand_shares]
    return found._replace(
        runs=ordered(found.runs, key),
        types=ordered(found.types, key),
        hotspots=ordered(found.hotspots, key),
        operand_shares=tuple(shares),
        declarations=ordered(found.declarations, key),
        phases=ordered(found.phases, key),
    )


def _counted(row: Any) -> Any:
    """What has the figures: of an operation of a program that is its tally."""
    return getattr(row, "tally", row)


def _names(row: Any) -> tuple[Any, ...]:
    found = _counted(row)
    names: tuple[Any, ...] = found.names if hasattr(found, "names") else found.keys
    return names


def _has(row: Any, key: str) -> bool:
    return key in {"average", "self"} or hasattr(_counted(row), _FIGURES[key])


def _figure(row: Any, key: str) -> float | None:
    found = _counted(row)
    if key == "average":
        return float(found.total / found.calls) if found.calls else 0.0
    if key == "self":
        return float(getattr(found, "own", found.total))
    figure: float | None = getattr(found, _FIGURES[key])
    return figure
