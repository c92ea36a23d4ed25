"""Pass: the table of every path through the input block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.analysis.facts import Reach
from kumi.kernels.kinds import ArrayOf, Scalar

if TYPE_CHECKING:
    from kumi.analysis.facts import Analysis, Axes
    from kumi.kernels.kinds import Kind
    from kumi.syntax.nodes import Input


def inputs(facts: Analysis) -> None:
    """Fill `facts.reaches`; report duplicates, and arrays that have not exactly one child."""
    todo: list[tuple[Input, Reach | None]] = [(one, None) for one in facts.schema.inputs[::-1]]
    while todo:
        declared, parent = todo.pop()
        reach = _reach(declared, parent)
        if _is_new(facts, reach):
            facts.reaches[reach.path] = reach
            _check_element(facts, declared)
            todo.extend((child, reach) for child in (declared.children or ())[::-1])


def _reach(declared: Input, parent: Reach | None) -> Reach:
    path = (*(parent.path if parent else ()), declared.name)
    return Reach(path, declared, parent, _kind(declared), _axes(parent))


def _axes(parent: Reach | None) -> Axes:
    if parent is None:
        return ()
    own = (".".join(parent.path),) if parent.declared.kind == "array" else ()
    return parent.axes + own


def _kind(declared: Input) -> Kind:
    """An array's kind is that of its innermost element, wrapped once a level."""
    depth = 0
    while declared.kind == "array" and declared.children:
        declared, depth = declared.children[0], depth + 1
    kind: Kind = Scalar.ANY if declared.kind == "array" else Scalar(declared.kind)
    for _ in range(depth):
        kind = ArrayOf(kind)
    return kind


def _is_new(facts: Analysis, reach: Reach) -> bool:
    first = facts.reaches.get(reach.path)
    if first is None:
        return True
    facts.semantic(
        reach.declared.place,
        f"input `{'.'.join(reach.path)}` is already declared on line {first.declared.place.line}",
        "give one of the two another name",
    )
    return False


def _check_element(facts: Analysis, declared: Input) -> None:
    if declared.kind != "array" or len(declared.children or ()) == 1:
        return
    names = [child.name for child in declared.children or ()]
    count = f"{len(names)} ({', '.join(names)})" if names else "none"
    facts.semantic(
        declared.place,
        f"array `{declared.name}` needs exactly one child, its element, and has {count}",
        "name the element: one scalar, one array, or one hash that holds the fields",
    )
