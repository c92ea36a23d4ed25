"""Pass: the kind of every expression, and which overload of a function each call means.

A kind has to be known before a run, because the kernel of an operation is chosen by the kinds of
its arguments, once, when the code is generated. It says what one cell is and never how many there
are, which is the business of axes: that is how one rule serves scalars and arrays of any depth.
Kinds are folded up through an expression, operands before their operation. A literal and a path
have one by themselves; a call has what the first overload gives that admits its arguments; a
cascade has all its results promoted together. A reducer folds an axis away and leaves the kind to
its overload: `sum` gives that of its argument, `mean` a float. With an integer `price`:

    expression                                 kinds of the arguments      kind
    price > 100                                integer, integer            boolean
    price * 0.9                                integer, float              float
    select(price > 100, price * 0.9, price)    boolean, float, integer     float
    fn(:sum, price)                            integer                     integer
    fn(:mean, price)                           integer                     float
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from kumi.analysis.argument_facts import kind_of_argument
from kumi.analysis.beside_decimals import check_beside_decimals, meeting
from kumi.analysis.built import count_levels, item_kind, items_behind, levels_of_results, of_parts
from kumi.analysis.facts import described, elements, named, quoted
from kumi.analysis.inputs import about_indexes
from kumi.kernels.kinds import (
    BOOLEAN,
    DATE,
    DECIMAL,
    FLOAT,
    INTEGER,
    NULL,
    STRING,
    SYMBOL,
    TupleOf,
    comparable,
    promote,
)
from kumi.kernels.signatures import overloads, resolved
from kumi.syntax.nodes import Argument, Call, Cascade, Constant, InputPath, Name, Object, Tuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.analysis.facts import Analysis
    from kumi.kernels.kinds import Kind
    from kumi.kernels.signatures import Function
    from kumi.syntax.nodes import Declaration, ExprNode

_TEXTS = frozenset({"concat", "in", "count"})
"""Functions whose arguments do not meet: each is looked at by itself."""


_EQUALITY = frozenset({"equal", "not_equal", "count_if"})


def inference(facts: Analysis) -> None:
    """Fill `facts.kinds` and `facts.functions`; report arity and kinds that do not fit.

    >>> from kumi.analysis.pipeline import analyze
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> formulas = "trait :dear, input.price > 100 value :half, input.price / 2"
    >>> text = f"schema do input do integer :price end {formulas} end"
    >>> facts = analyze(parse(Source("order.kumi", text), "Order"))
    >>> [(name, str(facts.kinds[one])) for name, one in facts.declarations.items()]
    [('dear', 'boolean'), ('half', 'float')]
    >>> sorted(function.name for function in facts.functions.values())
    ['divide', 'greater_than']
    """
    for declaration in facts.order:
        for node in facts.nodes(declaration):
            kind = _of(facts, node)
            if kind is not None:
                facts.kinds[node] = kind
                count_levels(facts, node)
        _declare(facts, declaration)
        levels_of_results(facts, declaration)


def _of(facts: Analysis, node: ExprNode) -> Kind | None:  # noqa: PLR0911 - one a node
    match node:
        case Call():
            return _of_call(facts, node)
        case Constant():
            return of_literal(node.value)
        case InputPath():
            reach = facts.reaches.get(node.path)
            return reach.kind if reach else None
        case Name() if node.name in facts.declarations:
            return facts.kinds.get(facts.declarations[node.name])
        case Argument():
            return kind_of_argument(facts, node)
        case Tuple() | Object():
            return of_parts(facts, node)
    return None


_LITERALS: dict[type, Kind] = {
    type(None): NULL,
    bool: BOOLEAN,
    int: INTEGER,
    float: FLOAT,
    str: STRING,
    date: DATE,
    Decimal: DECIMAL,
}


def of_literal(value: object) -> Kind:
    """The kind of a literal."""
    return _LITERALS.get(type(value), SYMBOL)


def _of_call(facts: Analysis, node: Call) -> Kind | None:
    kinds = facts.kinds
    given = tuple([kinds[arg] for arg in node.args if arg in kinds])
    is_known = len(given) == len(node.args)
    chosen = resolved(node.function, given) if is_known else None
    if chosen is None:
        candidates = [f for f in overloads(node.function) if f.taking(len(node.args)) is not None]
        if not candidates:
            _report_arity(facts, node)
        elif is_known:
            _report_mismatch(facts, node, candidates, given)
        return None
    if chosen.name in _EQUALITY and not comparable(*given):
        _report_never_equal(facts, node, given)
        return None
    facts.functions[node] = chosen
    if chosen.name not in _TEXTS:
        operands = items_behind(facts, node.args[0]) if chosen.of_items else node.args
        for together in meeting(chosen.name, operands):
            check_beside_decimals(facts, together)
    found = chosen.result(given)
    return item_kind(node, given[0], found) if chosen.name == "at" else found


def _report_never_equal(facts: Analysis, node: Call, given: tuple[Kind, ...]) -> None:
    """Report a comparison of which the outcome is known before anything runs."""
    one, other = (quoted(arg, f"argument {n}") for n, arg in enumerate(node.args, 1))
    facts.type(
        node.place,
        f"{named(node.function)} compares {one}, {described(given[0])},"
        f" with {other}, {described(given[1])}: they are never equal",
        _about_dates(facts, node, given) or "compare values of one kind",
    )


def _report_arity(facts: Analysis, node: Call) -> None:
    known = overloads(node.function)
    if not known:
        return  # the pass over names reported it
    expected = _counts(known)
    plural = "argument" if expected == "1" else "arguments"
    folds = known[0].reducer and expected == "1" and len(node.args) > 1
    several = f"{node.function}_of" if node.function in {"min", "max"} else "select"
    facts.type(
        node.place,
        f"{named(node.function)} takes {expected} {plural}, got {len(node.args)}",
        f"it folds the elements of one array; to choose between values use `{several}`"
        if folds
        else None,
    )


def _counts(known: Sequence[Function]) -> str:
    """How many arguments a function takes: "2", "1 or 2", "3, 5, 7 …", "2 or more"."""
    counts = sorted({len(function.parameters) for function in known})
    group = len(known[0].group)
    if group == 1:
        return f"{counts[0]} or more"
    if group:
        return ", ".join(str(counts[0] + group * more) for more in range(3)) + " …"
    return " or ".join(map(str, counts))


def _report_mismatch(
    facts: Analysis, node: Call, candidates: Sequence[Function], given: tuple[Kind, ...]
) -> None:
    """Blame the first argument that the overload which got furthest does not take."""
    folds_items = isinstance(given[0], TupleOf)
    candidates = [one for one in candidates if one.of_items is folds_items] or candidates
    misfits = (function.misfit(given) for function in candidates)
    at, wanted = max((one for one in misfits if one is not None), key=lambda misfit: misfit[0])
    who = quoted(node.args[at], "this")
    facts.type(
        node.args[at].place,
        f"{named(node.function)} takes {wanted} as argument {at + 1},"
        f" and {who} is {described(given[at])}",
        elements(facts, node.args[at])
        or _what_it_is_not(facts, node, given[at])
        or _mismatch_hint(facts, node, candidates, given, at),
    )


def _what_it_is_not(facts: Analysis, node: Call, given: Kind) -> str | None:
    """A hint where more is known than what kinds there are."""
    if node.function == "index":
        return about_indexes(facts)
    if isinstance(given, TupleOf) and NULL in given.items:
        item = given.items.index(NULL) + 1
        return f"item {item} is null: leave it out, or give what is to count in its place"
    return None


def _mismatch_hint(
    facts: Analysis,
    node: Call,
    candidates: Sequence[Function],
    given: tuple[Kind, ...],
    at: int,
) -> str:
    kinds_given = ", ".join(map(str, given))
    if node.function == "add" and STRING in given:
        return f"given ({kinds_given}); to join text use `concat`"
    if node.function in {"sum", "mean"} and BOOLEAN in given:
        count = facts.said("fn(:count_if, …, true)", "kumi.count_if(…, True)")
        return f"to count where it is true, write `{count}`"
    if about := _about_dates(facts, node, given):
        return f"given ({kinds_given}); {about}"
    parameters = [function.taking(len(node.args)) or () for function in candidates]
    if any(each[at].admits(given[at]) for each in parameters):
        return f"given ({kinds_given}); they must go together"
    wanted = " or ".join(f"({', '.join(one.name for one in each)})" for each in parameters)
    return f"given ({kinds_given}); it takes {wanted}"


def _about_dates(facts: Analysis, node: Call, given: tuple[Kind, ...]) -> str | None:
    """What to write where a date meets something else, or is counted with."""
    if DATE not in given:
        return None
    if node.function in {"add", "subtract"}:
        return "dates are counted with `days_between`, `add_days`, `add_months` …"
    if STRING in given:
        written = facts.said('date("2024-02-29")', "datetime.date(2024, 2, 29)")
        return f"a date is written `{written}`"
    if BOOLEAN in {function.result(given) for function in overloads(node.function)}:
        return "a date compares with dates; its parts are `year`, `month`, `day`, `weekday`"
    return None


def _declare(facts: Analysis, declaration: Declaration) -> None:
    body = declaration.body
    kind = _of_cascade(facts, body) if isinstance(body, Cascade) else facts.kinds.get(body)
    if kind is None:
        return
    if declaration.kind == "trait" and _is_computed(facts, body) and kind is not BOOLEAN:
        facts.type(
            body.place,
            f"trait `{declaration.name}` must be boolean and is {described(kind)}",
            "compare it, for example with `==` or `>`",
        )
    facts.kinds[declaration] = kind


def _is_computed(facts: Analysis, body: ExprNode | Cascade) -> bool:
    """Whether it is a call, or was one of an imported declaration; a trait is nothing else."""
    if isinstance(body, Name) and body.name in facts.declarations:
        return facts.declarations[body.name].origin is not None
    return isinstance(body, Call)


def _of_cascade(facts: Analysis, body: Cascade) -> Kind | None:
    results: list[Kind | None] = [facts.kinds.get(body.base) if body.base else NULL]
    for case in body.cases:
        for condition in case.conditions:
            _check_condition(facts, condition)
        results.append(facts.kinds.get(case.result) if case.result else None)
    chosen = [*(one.result for one in body.cases), body.base]
    check_beside_decimals(facts, [one for one in chosen if one])
    known = [kind for kind in results if kind is not None]
    return promote(*known) if len(known) == len(results) else None


def _check_condition(facts: Analysis, condition: ExprNode) -> None:
    kind = facts.kinds.get(condition)
    if kind is not None and kind is not BOOLEAN:
        who = quoted(condition, "this")
        facts.type(
            condition.place,
            f"a condition must be boolean, and {who} is {described(kind)}",
            "compare it, for example with `==` or `>`",
        )
