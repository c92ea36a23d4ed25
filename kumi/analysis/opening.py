"""Arrays that are given whole, beside arguments with cells of their own.

An argument with axes puts the whole imported formula under them, and the arrays of that formula
come inside. So the cells of an operand lie along two parts: what the arguments bring, and what the
formula itself goes along. Where another operand brings more, all of the array is meant for each of
its cells, as `outer` says it: its axis is opened. With `value :score, fn(:sum, input.weights.w *
input.x)`, called as `score(x: input.items.item.x, weights: input.ws)`,

    operand            brought    of the formula    opened
    input.x            (items)    ()
    input.weights.w    ()         (ws)              (*ws)
    both together      (items)    (*ws)

A formula that needs no other operand stays as it is: a table is looked up without being repeated.

>>> from kumi.analysis.pipeline import analyze
>>> from kumi.places import Source
>>> from kumi.syntax.text import parse
>>> inputs = "float :x array :weights do float :w end"
>>> score = f"schema do input do {inputs} end value :s, fn(:sum, input.weights.w * input.x) end"
>>> class Shelf:
...     def resolve(self, imported):
...         return analyze(parse(Source("score.kumi", score), imported.module))
>>> inputs = "array :items do float :x end array :ws do float :w end"
>>> call = "s(x: input.items.x, weights: input.ws)"
>>> text = f"schema do import :s, from: Score input do {inputs} end value :all, {call} end"
>>> facts = analyze(parse(Source("order.kumi", text), "Order"), Shelf())
>>> (product,) = facts.opened
>>> [facts.axes[one] for one in (product, *facts.opened[product])]
[('items', '*ws'), ('ws',)]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.analysis.facts import quoted
from kumi.analysis.lineage import freed, is_free

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.analysis.facts import Analysis, Axes
    from kumi.syntax.nodes import Cascade, ExprNode


def opened(
    facts: Analysis, user: ExprNode | Cascade, operands: Sequence[ExprNode], brought: int = 0
) -> list[Axes] | None:
    """The axes that `user` finds its operands to have; None where some are not known.

    Notes in `facts.opened` which of them it has to open. `brought` says how many axes the arguments
    bring beside these operands.
    """
    found = [axes for one in operands if (axes := facts.axes.get(one)) is not None]
    if len(found) < len(operands):
        return None
    if not any(found):
        return found
    own = [facts.own_axes.get(one) for one in operands]
    most = max([brought, *(_brought(axes, mine) for axes, mine in zip(found, own, strict=True))])
    already = facts.opened.pop(user, frozenset())
    chosen = set()
    for n, (one, axes, mine) in enumerate(zip(operands, found, own, strict=True)):
        is_wanted = one in already or bool(mine and _brought(axes, mine) < most)
        if not is_wanted or is_free(axes[-1]):
            continue
        if len(mine or ()) > 1:
            _report_too_deep(facts, one, mine or ())
            return None
        chosen.add(one)
        found[n] = freed(axes)
    if chosen:
        facts.opened[user] = frozenset(chosen)
    return found


def _brought(axes: Axes, own: Axes | None) -> int:
    """How many of an operand's axes the arguments bring; none in a formula that is not imported."""
    return 0 if own is None else len(axes) - len(own)


def _report_too_deep(facts: Analysis, one: ExprNode, own: Axes) -> None:
    facts.semantic(
        one.place,
        f"{quoted(one, 'this')} goes along [{', '.join(own)}], an array inside of another,"
        " and is needed for each cell of an argument",
        "an array of one level can be repeated so: reduce it first,"
        " or give the array for each of the cells",
    )
