"""Pass: traits that no data can make true.

A trait that is never true is not wrong by any rule of kinds, and a run would not complain: the line
of a cascade that asks for it would just never be taken. So what can be told from the text is told:
all that a trait joins with `&`, in itself and in the traits that it names, has to hold at once. Of
that, equalities with a literal are looked at. With `integer :age, domain: 0..150` and
`value :double, input.age * 2`:

    input.age == 5 & input.age == 6    one value, two literals
    input.age == 200                   outside the domain of the input
    double == 400                      where the input is 200, outside its domain

Nothing is reported that might be true: only literals are compared, since two names may stand for
the same value, and an operand that is worked out of floats has to lie clearly outside.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from kumi.analysis.facts import literal, python_literal, quoted
from kumi.kernels.decimal_values import of_float, to_decimal
from kumi.kernels.kinds import FLOAT, Scalar, is_numeric
from kumi.kernels.values import same
from kumi.syntax.nodes import Call, Constant, InputPath, Name, Range, Symbol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.analysis.facts import Analysis
    from kumi.syntax.nodes import Declaration, Domain, ExprNode

_FOLLOWED = 50
"""So many equalities of other traits are looked at: traits may build on each other by thousands."""
_SLACK = Fraction(1, 10**9)
"""How far outside, relatively, an operand must lie that floats were rounded around."""


class _Equality(NamedTuple):
    """`term == value`, which has to hold where `at`, part of the trait in question, does."""

    term: ExprNode
    value: object
    at: ExprNode


def impossible(facts: Analysis) -> None:
    """Report traits that can never be true; of several that build on one, only that one.

    >>> from kumi.analysis.pipeline import analyze
    >>> from kumi.errors import SchemaError
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> text = "schema do input do integer :x end trait :both, input.x == 5 & input.x == 6 end"
    >>> try:
    ...     analyze(parse(Source("order.kumi", text), "Order"))
    ... except SchemaError as error:
    ...     print(error.errors[0].message)
    `both` can never be true: `input.x` would have to be 5 and 6 at once
    """
    reported: set[str] = set()
    for trait in facts.order:
        if trait.kind == "trait" and trait.origin is None:
            _check(facts, trait, reported)


def _check(facts: Analysis, trait: Declaration, reported: set[str]) -> None:
    known: dict[str, object] = {}
    for one in _equalities(facts, trait, reported):
        key = quoted(one.term, "")
        why = _contradiction(known.setdefault(key, one.value), one) or _outside(facts, one)
        if why:
            message, hint = why
            what = f"`{trait.name}` can never be true: {message}"
            facts.semantic(one.at.place, what, hint)
            reported.add(trait.name)
            return


def _equalities(facts: Analysis, trait: Declaration, reported: set[str]) -> Iterator[_Equality]:
    """What has to hold for a trait, in textual order; a trait that was reported is left out."""
    todo: list[tuple[ExprNode, ExprNode | None]] = [(body, None) for body in _body(trait)]
    seen = {trait.name}
    foreign = 0
    while todo and foreign < _FOLLOWED:
        node, via = todo.pop()
        foreign += via is not None
        match node:
            case Call() if node in facts.functions and node.function == "and":
                todo.extend((arg, via) for arg in reversed(node.args))
            case Call() if node in facts.functions and node.function == "equal":
                yield from _equality(facts, node, via or node)
            case Name(name=name) if name not in seen | reported:
                seen.add(name)
                other = facts.declarations.get(name)
                if other is not None and other.kind == "trait":
                    todo.extend((body, via or node) for body in _body(other))


def _body(trait: Declaration) -> tuple[ExprNode, ...]:
    return (trait.body,) if isinstance(trait.body, Call) else ()


def _equality(facts: Analysis, node: Call, at: ExprNode) -> Iterator[_Equality]:
    """An equality of a term and a literal, on whichever side that stands."""
    for term, other in (node.args, node.args[::-1]):
        value = _literal(facts, other)
        known = _resolved(facts, term)
        if value is not None and isinstance(known, Name | InputPath):
            yield _Equality(known, value, at)
            return


def _resolved(facts: Analysis, node: ExprNode) -> ExprNode:
    """What a name stands for, where that is another name, an input or a literal."""
    while isinstance(node, Name):
        declaration = facts.declarations.get(node.name)
        if declaration is None or declaration not in facts.kinds:
            return node
        body = declaration.body
        if not isinstance(body, Name | InputPath | Constant):
            return node
        node = body
    return node


def _literal(facts: Analysis, node: ExprNode) -> object:
    """The value of a literal, a symbol by its name; None for what is none, and for null."""
    node = _resolved(facts, node)
    if isinstance(node, Call) and node.function == "to_decimal" and len(node.args) == 1:
        return _decimal(node.args[0])
    value = node.value if isinstance(node, Constant) else None
    return value.name if isinstance(value, Symbol) else value


def _decimal(node: ExprNode) -> Decimal | None:
    try:
        return to_decimal(node.value) if isinstance(node, Constant) else None
    except (TypeError, ValueError, OverflowError):
        return None  # the run says so, where it stands


_Why = tuple[str, str]


def _contradiction(first: object, one: _Equality) -> _Why | None:
    """Why a term cannot be equal to two literals."""
    if same(first, one.value):
        return None
    both = " and ".join(_shown(one, value) for value in (first, one.value))
    message = f"{quoted(one.term, '')} would have to be {both} at once"
    return message, "where one of several is meant, join them with `|`, or use `in`"


def _outside(facts: Analysis, one: _Equality) -> _Why | None:
    """Why a term cannot be equal to a literal, where the domain of an input says so."""
    if isinstance(one.term, InputPath):
        domain = _domain(facts, one.term)
        if domain is None or not _lies_outside(domain, one.value, Fraction(0)):
            return None
        message = f"{quoted(one.term, '')} is never {_shown(one, one.value)}"
        return message, _about(facts, one.term, domain)
    return _implied(facts, one)


def _implied(facts: Analysis, one: _Equality) -> _Why | None:
    """The same for a value that is an input plus, minus or times a literal."""
    body = facts.declarations[one.term.name].body if isinstance(one.term, Name) else None
    value = _number(one.value)
    if not isinstance(body, Call) or body not in facts.functions or value is None:
        return None
    for path, other in ((body.args[0], body.args[-1]), (body.args[-1], body.args[0])):
        by = _number(_literal(facts, other))
        domain = _domain(facts, path) if isinstance(path, InputPath) else None
        if by is None or domain is None:
            continue
        operand = _undone(body.function, value, by, is_first=path is body.args[0])
        if operand is None:
            return None
        size = 1 + abs(value) + abs(by) + abs(operand) if facts.kinds[body] is FLOAT else 0
        if _lies_outside(domain, operand, _SLACK * size):
            message = f"{quoted(one.term, '')} is {_shown(one, one.value)} for no value of"
            return f"{message} {quoted(path, '')}", _about(facts, path, domain)
    return None


def _undone(function: str, value: Fraction, by: Fraction, *, is_first: bool) -> Fraction | None:
    """The operand of which a function makes `value`; `is_first` where it stands on the left.

    >>> _undone("subtract", Fraction(3), Fraction(10), is_first=False)
    Fraction(7, 1)
    """
    match function:
        case "add":
            return value - by
        case "subtract":
            return value + by if is_first else by - value
        case "multiply" if by:
            return value / by
    return None


def _domain(facts: Analysis, path: InputPath) -> Domain | None:
    """The domain of an input at the root that is a number or a date."""
    reach = facts.reaches.get(path.path)
    if reach is None or reach.parent is not None:
        return None
    return reach.declared.domain if is_numeric(reach.kind) or reach.kind is Scalar.DATE else None


def _lies_outside(domain: Domain, value: object, slack: Fraction) -> bool:
    """Whether a number or a date is in a domain for certain not, by more than `slack`."""
    found = _ordered(value)
    if found is None:
        return False
    if not isinstance(domain, Range):
        return not slack and found not in map(_ordered, domain.values)
    low, high = _ordered(domain.low), _ordered(domain.high)
    if isinstance(found, Fraction):
        below = isinstance(low, Fraction) and found < low - slack
        above = isinstance(high, Fraction) and found > high + slack
        at_end = domain.exclusive and not slack and found == high
        return below or above or at_end
    below = isinstance(low, date) and found < low
    above = isinstance(high, date) and found > high
    return below or above or (domain.exclusive and found == high)


def _ordered(value: object) -> Fraction | date | None:
    return value if isinstance(value, date) else _number(value)


def _number(value: object) -> Fraction | None:
    """A finite number exactly, a float by its shortest decimal form; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | Fraction):
        return None
    if isinstance(value, float):
        return Fraction(of_float(value)) if isfinite(value) else None
    return Fraction(value)


def _shown(one: _Equality, value: object) -> str:
    return _written(value, one.at)


def _written(value: object, node: ExprNode) -> str:
    return (python_literal if node.place.form == "class" else literal)(value)


def _about(facts: Analysis, path: ExprNode, domain: Domain) -> str:
    """The domain of an input, as a hint."""
    if not isinstance(domain, Range):
        listed = ", ".join(_written(value, path) for value in domain.values)
        shown = facts.said(f"[{listed}]", f"one_of=[{listed}]")
        return f"the domain of {quoted(path, '')} is `{shown}`"
    low, high = (None if end is None else _written(end, path) for end in (domain.low, domain.high))
    dots = "..." if domain.exclusive else ".."
    ends = [f"ge={low}"] if low else []
    ends += [f"{'lt' if domain.exclusive else 'le'}={high}"] if high else []
    shown = facts.said(f"{low or ''}{dots}{high or ''}", ", ".join(ends))
    return f"the domain of {quoted(path, '')} is `{shown}`"
