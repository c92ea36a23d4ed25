"""Pass: over which array levels every expression has cells.

A schema gives the formula for one element, so it has to be clear which cells meet in it. Two arrays
that happen to be equally long have nothing to do with each other: pairing them by position would
give numbers that look right. Therefore an expression has not a length but a lineage: the arrays
that its cells lie in, outermost first, each named by its full path. Operands combine where every
lineage is the beginning of the longest one; the shorter ones are repeated over the missing inner
arrays. A reducer takes the last array away. With `amount` for `input.regions.region.sales.amount`
and `tax` for `input.regions.region.tax`:

    expression                lineage
    input.factor              ()
    tax                       (regions)
    amount                    (regions, regions.region.sales)
    amount * tax * factor     (regions, regions.region.sales)   each sale by the tax of its region
    fn(:sum, amount * tax)    (regions)                         one sum for each region
    amount * input.people.age is an error: (people) is not the beginning of the other
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.analysis.facts import elements, named, quoted
from kumi.analysis.given_inputs import ARRAYS
from kumi.analysis.lineage import is_free, merged
from kumi.analysis.neighbours import MADE
from kumi.analysis.opening import opened
from kumi.kernels.signatures import overloads
from kumi.syntax.nodes import (
    Argument,
    Call,
    Cascade,
    Constant,
    InputPath,
    Name,
    Object,
    Tuple,
    children,
    roots,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.analysis.facts import Analysis, Axes
    from kumi.syntax.nodes import ExprNode


def axes(facts: Analysis) -> None:
    """Fill `facts.axes`; report axes that do not combine, and reducers with nothing to fold.

    >>> from kumi.analysis.pipeline import analyze
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> declared = "float :factor array :lines do float :price end"
    >>> formulas = "let :net, input.lines.price * input.factor value :sum, fn(:sum, net)"
    >>> text = f"schema do input do {declared} end {formulas} end"
    >>> facts = analyze(parse(Source("order.kumi", text), "Order"))
    >>> [(name, facts.axes[one]) for name, one in facts.declarations.items()]
    [('net', ('lines',)), ('sum', ())]
    """
    for declaration in facts.order:
        body = declaration.body
        for node in facts.nodes(declaration):
            found = _of(facts, node)
            if found is not None:
                facts.axes[node] = found
        if isinstance(body, Cascade):
            whole = _combined(facts, body, tuple(roots(body)))
        else:
            whole = facts.axes.get(body)
        if whole is not None:
            facts.axes[declaration] = whole


def _of(facts: Analysis, node: ExprNode) -> Axes | None:  # noqa: PLR0911 - one a node
    match node:
        case Call():
            return _of_call(facts, node)
        case Constant():
            return ()
        case InputPath():
            reach = facts.reaches.get(node.path)
            return reach.axes if reach else None
        case Name() if node.name in facts.declarations:
            return facts.axes.get(facts.declarations[node.name])
        case Argument():
            return _of_argument(facts, node)
        case Tuple() | Object():
            who = "this tuple" if isinstance(node, Tuple) else "this object"
            return _combined(facts, node, children(node), who)
    return None


def _of_argument(facts: Analysis, node: Argument) -> Axes | None:
    """Those of what is given, which has to go along as many arrays as its parameter lies in."""
    found = facts.axes.get(node.value)
    is_null = isinstance(node.value, Constant) and node.value.value is None
    if found is None or is_null:
        return found
    if len(found) >= len(node.arrays):
        return found if _has_same_elements(facts, node, found) else None
    wanted, who = ", ".join(node.arrays), quoted(node.value, "this")
    facts.semantic(
        node.place,
        f"`{'.'.join(node.path)}` has a cell for each element of [{wanted}],"
        f" and {who} goes along {_shown(found)}" + (": it is one value" if not found else ""),
        ARRAYS,
        ("declared at", node.parameter.place),
    )
    return None


def _has_same_elements(facts: Analysis, node: Argument, found: Axes) -> bool:
    """Whether it has cells in the elements that another argument has them in; reports others."""
    first, array = facts.same_elements.get(node, (node, ""))
    there = found if first is node else facts.axes.get(first)
    if first is node or there is None:
        return True
    one, other = _around(first, there, array), _around(node, found, array)
    if one != other:
        facts.semantic(
            node.place,
            f"the elements of `{array}` go along {_shown(one)} for `{'.'.join(first.path)}`,"
            f" and along {_shown(other)} for `{'.'.join(node.path)}`",
            "give each field of an element along the same arrays",
            ("declared at", node.parameter.place),
        )
    return one == other


def _around(node: Argument, axes: Axes, array: str) -> Axes:
    """The axes of an argument as far as those of an array's elements."""
    inside = len(node.arrays) - node.arrays.index(array) - 1
    return axes[: len(axes) - inside]


def _of_call(facts: Analysis, node: Call) -> Axes | None:
    functions = overloads(node.function)
    if not functions:
        return None
    if functions[0].name in MADE:
        return MADE[functions[0].name](facts, node) if node in facts.functions else None
    if functions[0].table:
        return _of_table(facts, node, functions[0].table(len(node.args)))
    combined = _combined(facts, node, node.args, named(node.function))
    if combined is None or not facts.functions.get(node, functions[0]).reducer:
        return combined
    if combined:
        return combined[:-1]
    if node in facts.functions:
        _report_nothing_to_fold(facts, node)
    return None


def _of_table(facts: Analysis, node: Call, positions: frozenset[int]) -> Axes | None:
    """Those of the cells and what is around the table, by the rule for all operands."""
    if node not in facts.functions:
        return None  # the inference reported it
    columns = [node.args[position] for position in sorted(positions)]
    rows = _of_rows(facts, columns, node.function)
    if rows is None:
        return None
    cells = [arg for position, arg in enumerate(node.args) if position not in positions]
    around = (rows[:-1], columns[0])
    brought = len(rows) - len(facts.own_axes.get(columns[0], rows))
    return _combined(facts, node, cells, named(node.function), around, brought=brought)


def _of_rows(facts: Analysis, columns: Sequence[ExprNode], function: str) -> Axes | None:
    """The axes that all columns of a table must have."""
    rows = facts.axes.get(columns[0])
    for column in columns:
        found = facts.axes.get(column)
        if found is None or rows is None:
            return None
        if not found:
            _report_no_rows(facts, column, named(function))
            return None
        if any(map(is_free, found)):
            _report_free_rows(facts, column, named(function))
            return None
        if found != rows:
            _report_two_tables(facts, named(function), (columns[0], rows), (column, found))
            return None
    return rows


def _combined(
    facts: Analysis,
    user: ExprNode | Cascade,
    operands: Sequence[ExprNode],
    who: str = "this cascade",
    first: tuple[Axes, ExprNode | None] = ((), None),
    *,
    brought: int = 0,
) -> Axes | None:
    """The longest axes among the operands of a function, a cascade, a tuple or an object.

    All the others must be the beginning of them; a message calls the whole `who`.
    """
    longest, owner = first
    lists = opened(facts, user, operands, brought)
    if lists is None:
        return None
    for operand, found in zip(operands, lists, strict=True):
        if found == longest:
            continue
        whole = merged(longest, found)
        if whole is None:
            _report_incompatible(facts, who, (owner, longest), (operand, found))
            return None
        if len(whole) > len(longest):
            longest, owner = whole, operand
    return longest


def _report_incompatible(
    facts: Analysis, who: str, first: tuple[ExprNode | None, Axes], second: tuple[ExprNode, Axes]
) -> None:
    (one, one_axes), (other, other_axes) = first, second
    left = quoted(one, "an earlier operand") if one else "an earlier operand"
    right = quoted(other, "this")
    facts.semantic(
        other.place,
        f"{who} cannot combine the axes {_shown(one_axes)} of {left}"
        f" with {_shown(other_axes)} of {right}",
        "one array at a time goes with another by `outer`: reduce first"
        if is_free("".join(one_axes)) and is_free("".join(other_axes))
        else "different arrays are never zipped: reduce one of them first, for example with `sum`;"
        " `outer` makes all pairs",
    )


def _report_no_rows(facts: Analysis, column: ExprNode, who: str) -> None:
    facts.semantic(
        column.place,
        f"{who} takes its keys and values from the rows of an array,"
        f" and {quoted(column, 'this')} is one value",
        elements(facts, column) or "give the path of a field of the array's elements",
    )


def _report_free_rows(facts: Analysis, column: ExprNode, who: str) -> None:
    facts.semantic(
        column.place,
        f"{who} takes its keys and values from the rows of an array, and not by `outer`",
        "without `outer` they go with the cells of any other array",
    )


def _report_two_tables(
    facts: Analysis, who: str, first: tuple[ExprNode, Axes], second: tuple[ExprNode, Axes]
) -> None:
    (one, one_axes), (other, other_axes) = first, second
    facts.semantic(
        other.place,
        f"{who} takes its keys and values from one table: {quoted(one, 'the first')} lies in"
        f" {_shown(one_axes)}, and {quoted(other, 'this')} in {_shown(other_axes)}",
        "give fields of the same rows",
    )


def _shown(found: Axes) -> str:
    return f"[{', '.join(found)}]"


def _report_nothing_to_fold(facts: Analysis, node: Call) -> None:
    argument = node.args[0]
    who = quoted(argument, "its argument")
    single = f"{who} is one value: use it as it is, or give the path of an array's elements"
    facts.semantic(
        node.place, f"`{node.function}` has no array to fold", elements(facts, argument) or single
    )
