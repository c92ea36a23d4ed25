"""The axes of what looks along an array: positions in it, neighbours, pairs.

These functions make axes, or need one to go along, where all others take those of their arguments.

>>> from kumi.analysis.pipeline import analyze
>>> from kumi.places import Source
>>> from kumi.syntax.text import parse
>>> formulas = "value :gaps, input.xs.x - cross(input.xs.x) value :at, index(:i)"
>>> text = f"schema do input do array :xs, index: :i do float :x end end {formulas} end"
>>> facts = analyze(parse(Source("order.kumi", text), "Order"))
>>> [(name, facts.axes[one]) for name, one in facts.declarations.items()]
[('gaps', ('xs', "xs'")), ('at', ('xs',))]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.analysis.facts import AlongArgument, described, elements, named, quoted
from kumi.analysis.inputs import about_indexes, indexes
from kumi.analysis.lineage import crossed, freed, is_free
from kumi.errors import did_you_mean
from kumi.kernels.kinds import ZEROS
from kumi.syntax.nodes import Constant, Symbol

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.analysis.facts import Analysis, Axes, Reach
    from kumi.syntax.nodes import Call


def indexed(facts: Analysis, node: Call) -> list[Reach]:
    """The arrays that are declared with the index of a call of `index`.

    Of an imported call that is the array which was given for that of its own schema.
    """
    (asked,) = node.args
    if node in facts.positions:
        known = facts.positions[node]
        array = _array_along(facts, known) if isinstance(known, AlongArgument) else known
        return [array] if array else []
    if not isinstance(asked, Constant) or not isinstance(asked.value, Symbol):
        return []
    name = asked.value.name
    return [reach for reach in facts.reaches.values() if reach.declared.index == name]


def _array_along(facts: Analysis, known: AlongArgument) -> Reach | None:
    """The array of the input that a computed argument goes along; None where that is of pairs."""
    axes = facts.axes.get(facts.declarations[known.declaration], ())
    return facts.reaches.get(tuple(axes[-known.out].split("."))) if len(axes) >= known.out else None


def along(reach: Reach) -> Axes:
    """The axes of an array's elements."""
    return (*reach.axes, ".".join(reach.path))


def _of_index(facts: Analysis, node: Call) -> Axes | None:
    found = indexed(facts, node)
    if len(found) == 1:
        return along(found[0])
    if node in facts.positions:
        _report_pairs(facts, node)
        return None
    asked = node.args[0]
    if isinstance(asked, Constant) and isinstance(asked.value, Symbol):
        _report_index(facts, node, asked.value.name, found)
    return None


def _report_pairs(facts: Analysis, node: Call) -> None:
    known = facts.positions[node]
    argument = facts.declarations[known.declaration] if isinstance(known, AlongArgument) else None
    if argument is not None and facts.axes.get(argument):
        facts.semantic(
            node.place,
            "`index` counts along an array, and the argument that is given for it has pairs there",
            "reduce the pairs before, or give an array of the input",
        )


def _report_index(facts: Analysis, node: Call, name: str, found: list[Reach]) -> None:
    if found:
        arrays = ", ".join(f"`{'.'.join(reach.path)}`" for reach in found)
        facts.semantic(
            node.place,
            f"several arrays have the index `{name}`: {arrays}",
            "give each an index of its own",
        )
        return
    if facts.gaps.inputs:
        return
    known = indexes(facts)
    hint = did_you_mean(name, known) if known else about_indexes(facts, name)
    facts.semantic(node.place, f"no array has the index `{name}`", hint)


def _of_neighbour(facts: Analysis, node: Call) -> Axes | None:
    axes, options = facts.axes.get(node.args[0]), facts.options.get(node, {})
    if axes is None:
        return None
    if not axes:
        _report_no_array(facts, node)
        return None
    offset, kind = options.get("axis_offset"), facts.kinds[node]
    if isinstance(offset, int) and offset >= len(axes):
        _report_too_far_out(facts, node, offset, axes)
        return None
    if options.get("policy") == Symbol("zero") and kind not in ZEROS:
        _report_no_zero(facts, node, described(kind))
    return axes


def _of_cross(facts: Analysis, node: Call) -> Axes | None:
    axes = _paired(facts, node)
    return None if axes is None else crossed(axes)


def _of_outer(facts: Analysis, node: Call) -> Axes | None:
    axes = _paired(facts, node)
    return None if axes is None else freed(axes)


def _paired(facts: Analysis, node: Call) -> Axes | None:
    """The axes of what is to be paired, if there is an array that can be."""
    axes = facts.axes.get(node.args[0])
    if axes is None:
        return None
    if not axes:
        _report_no_array(facts, node)
        return None
    if is_free(axes[-1]):
        _report_free(facts, node, axes[-1])
        return None
    return axes


def _report_free(facts: Analysis, node: Call, axis: str) -> None:
    facts.semantic(
        node.place,
        f"{named(node.function)} cannot pair the cells of `{axis}`, which `outer` has opened",
        "reduce them first, or pair before `outer`",
    )


def _report_no_array(facts: Analysis, node: Call) -> None:
    who = quoted(node.args[0], "its argument")
    single = f"{who} is one value: give the path of an array's elements"
    facts.semantic(
        node.place,
        f"{named(node.function)} has no array to go along",
        elements(facts, node.args[0]) or single,
    )


def _report_too_far_out(facts: Analysis, node: Call, offset: int, axes: Axes) -> None:
    option = facts.said(f"`axis_offset: {offset}`", f"`axis_offset={offset}`")
    which = ", ".join(f"{n} is `{axis}`" for n, axis in enumerate(axes[::-1]))
    facts.semantic(
        node.place,
        f"{option} of {named(node.function)} leads out of its argument,"
        f" which has the axes [{', '.join(axes)}]",
        f"counted from the innermost, {which}",
    )


def _report_no_zero(facts: Analysis, node: Call, kind: str) -> None:
    clamp = facts.said("`policy: :clamp`", '`policy="clamp"`')
    wrap = facts.said("`policy: :wrap`", '`policy="wrap"`')
    facts.semantic(
        node.place,
        f"{named(node.function)} puts zero where there is no neighbour,"
        f" and its argument is {kind}, which has none",
        f"say {clamp}, for the first or last element, or {wrap}",
    )


MADE: dict[str, Callable[[Analysis, Call], Axes | None]] = {
    "index": _of_index,
    "shift": _of_neighbour,
    "roll": _of_neighbour,
    "cross": _of_cross,
    "outer": _of_outer,
}
"""What gives the axes of a call, by the function's name; its kinds are known to be right."""
