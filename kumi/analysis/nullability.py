"""Pass: which expressions may be null, and that none of them stands where null has no meaning.

Null is declared: an input says `null: true`, a cascade has no base. From there it is followed
through whatever passes it on, up to the operation that cannot take it. The error is static, because
in a run it would come with the first row that has the null, some day. A guard beside it changes
nothing, since every branch is computed; `coalesce` does, by saying what is meant. With a nullable
`rebate`:

    expression                                       may be null
    input.price                                      never
    input.rebate                                     as declared
    fn(:coalesce, input.rebate, 0.0)                 never
    select(input.member, input.rebate, 0.0)          as declared: one branch is
    fn(:max, input.rows.row.x)                       perhaps: where there is no row
    input.price - input.rebate                       is an error; taken as never
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.analysis.argument_facts import nulls_of_argument
from kumi.analysis.built import items_behind
from kumi.analysis.facts import named, quoted
from kumi.kernels.kinds import ANY
from kumi.kernels.null_rules import Nulls, null_rule
from kumi.syntax.nodes import Argument, Call, Cascade, Constant, InputPath, Name, Tuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.analysis.facts import Analysis
    from kumi.kernels.null_rules import NullRule
    from kumi.syntax.nodes import Declaration, ExprNode, LiteralValue

_NO_OPTIONS: dict[str, LiteralValue] = {}
_HINT = "say with `coalesce` what it is then; a guard does not help, every branch is computed"


def nullability(facts: Analysis) -> None:
    """Fill `facts.nulls`; report what may be null where no null is taken.

    >>> from kumi.analysis.pipeline import analyze
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> formulas = "value :same, input.x value :some, fn(:coalesce, input.x, 0.0)"
    >>> text = f"schema do input do float :x, null: true end {formulas} end"
    >>> facts = analyze(parse(Source("order.kumi", text), "Order"))
    >>> [(name, facts.nulls[one].name) for name, one in facts.declarations.items()]
    [('same', 'DECLARED'), ('some', 'NEVER')]
    """
    for declaration in facts.order:
        body = declaration.body
        for node in facts.nodes(declaration):
            facts.nulls[node] = _of(facts, node)
        if isinstance(body, Cascade):
            _check_conditions(facts, body)
            facts.nulls[declaration] = max(_of_results(facts, body))
        else:
            facts.nulls[declaration] = facts.nulls[body]


def _of(facts: Analysis, node: ExprNode) -> Nulls:
    match node:
        case Call():
            return _of_call(facts, node)
        case Constant(value=None):
            return Nulls.DECLARED
        case Argument():
            return nulls_of_argument(facts, node)
        case InputPath():
            return _of_path(facts, node)
        case Name() if node.name in facts.declarations:
            return facts.nulls.get(facts.declarations[node.name], Nulls.NEVER)
    return Nulls.NEVER


def _of_call(facts: Analysis, node: Call) -> Nulls:
    function = facts.functions.get(node)
    if function is None:
        return Nulls.NEVER
    rule = null_rule(function.name, of_items=function.of_items)
    if function.of_items and function.name != "count":
        _check_items(facts, node)
    arguments = [facts.nulls[arg] for arg in node.args]
    if Nulls.DECLARED in arguments:
        _check_arguments(facts, node, rule)
    return rule.gives(arguments, facts.options.get(node, _NO_OPTIONS))


def _of_path(facts: Analysis, node: InputPath) -> Nulls:
    reach = facts.reaches.get(node.path)
    if reach is None:
        return Nulls.NEVER
    if reach.null:
        return Nulls.DECLARED
    return Nulls.PERHAPS if reach.kind is ANY else Nulls.NEVER


def _of_results(facts: Analysis, body: Cascade) -> Iterator[Nulls]:
    yield facts.nulls[body.base] if body.base else Nulls.DECLARED
    for case in body.cases:
        if case.result is not None:
            yield facts.nulls[case.result]


def _check_arguments(facts: Analysis, node: Call, rule: NullRule) -> None:
    for position, arg in enumerate(node.args):
        if facts.nulls[arg] is Nulls.DECLARED and not rule.takes(position):
            condition = position == 0 and facts.functions[node].name == "select"
            _report(facts, "a condition" if condition else named(node.function), arg)


def _check_items(facts: Analysis, node: Call) -> None:
    (folded,) = node.args
    for item in items_behind(facts, folded):
        if facts.nulls.get(item) is Nulls.DECLARED:
            _report(facts, named(node.function), item, folded)


def _check_conditions(facts: Analysis, body: Cascade) -> None:
    for case in body.cases:
        for condition in case.conditions:
            if facts.nulls[condition] is Nulls.DECLARED and condition in facts.kinds:
                _report(facts, "a condition", condition)


def _report(facts: Analysis, who: str, argument: ExprNode, written: ExprNode | None = None) -> None:
    """Say that an argument may be null; `written` is what stands there, where it is an item of it.

    A tuple that is written on the spot shows the item itself.
    """
    at = argument if written is None or isinstance(written, Tuple) else written
    what = quoted(argument, "this")
    hint = _HINT
    declared = facts.declarations.get(argument.name) if isinstance(argument, Name) else None
    if declared is not None and _lacks_base(declared):
        base = facts.said("give it a `base`", "give `otherwise` a value")
        hint = f"{what} is null where no case holds: {base}, or {_HINT}"
    if _lacks_default(facts, declared.body if declared else argument):
        default = facts.said("give it a `default:`", "give it a `default=`")
        hint = f"{what} is null where no row is found: {default}, or {_HINT}"
    may_be = "is" if isinstance(argument, Constant) else "may be"
    facts.type(at.place, f"{who} takes no null, and {what} {may_be} null", hint)


def _lacks_default(facts: Analysis, asked: ExprNode | Cascade) -> bool:
    options = facts.options.get(asked, {}) if isinstance(asked, Call) else {}
    return "default" in options and options["default"] is None


def _lacks_base(declaration: Declaration) -> bool:
    body = declaration.body
    if not isinstance(body, Cascade):
        return False
    return body.base is None or (isinstance(body.base, Constant) and body.base.value is None)
