"""The axes of what looks along an array: positions in it.

These functions make axes, or need one to go along, where all others take those of their arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.errors import did_you_mean
from kumi.syntax.nodes import Constant, Symbol

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.analysis.facts import Analysis, Axes, Reach
    from kumi.syntax.nodes import Call


def indexed(facts: Analysis, node: Call) -> list[Reach]:
    """The arrays that are declared with the index of a call of `index`."""
    (asked,) = node.args
    if not isinstance(asked, Constant) or not isinstance(asked.value, Symbol):
        return []
    name = asked.value.name
    return [reach for reach in facts.reaches.values() if reach.declared.index == name]


def along(reach: Reach) -> Axes:
    """The axes of an array's elements."""
    return (*reach.axes, ".".join(reach.path))


def _of_index(facts: Analysis, node: Call) -> Axes | None:
    found = indexed(facts, node)
    if len(found) == 1:
        return along(found[0])
    asked = node.args[0]
    if isinstance(asked, Constant) and isinstance(asked.value, Symbol):
        _report_index(facts, node, asked.value.name, found)
    return None


def _report_index(facts: Analysis, node: Call, name: str, found: list[Reach]) -> None:
    if found:
        arrays = ", ".join(f"`{'.'.join(reach.path)}`" for reach in found)
        facts.semantic(
            node.place,
            f"several arrays have the index `{name}`: {arrays}",
            "give each an index of its own",
        )
        return
    known = {one.declared.index for one in facts.reaches.values() if one.declared.index}
    declare = facts.said(f"`index: :{name}` beside the array", f'`kumi.array(index="{name}")`')
    hint = did_you_mean(name, known) if known else f"declare it with {declare}"
    facts.semantic(node.place, f"no array has the index `{name}`", hint)


MADE: dict[str, Callable[[Analysis, Call], Axes | None]] = {"index": _of_index}
"""What gives the axes of a call, by the function's name; its kinds are known to be right."""
