"""Pass: what is declared, and whether everything that is mentioned exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.analysis.inputs import about_indexes
from kumi.errors import did_you_mean
from kumi.kernels.signatures import known_names, overloads
from kumi.syntax.nodes import Call, Cascade, Name

if TYPE_CHECKING:
    from collections.abc import Collection

    from kumi.analysis.facts import Analysis
    from kumi.syntax.nodes import Declaration

_MOST_HINTS = 50

RESERVED = "inputs"
"""The name of the first group of every program."""


def names(facts: Analysis) -> None:
    """Fill `facts.declarations`; report clashes, undefined names and declarations of bad form.

    >>> from kumi.analysis.facts import Analysis
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> text = "schema do input do end let :total, 1 value :twice, totl * 2 end"
    >>> facts = Analysis(parse(Source("order.kumi", text), "Order"))
    >>> names(facts)
    >>> list(facts.declarations)
    ['total', 'twice']
    >>> [(problem.message, problem.hint) for problem in facts.problems]
    [('`totl` is not declared', 'did you mean `total`?')]
    """
    if not facts.schema.declarations:
        _warn_of_nothing(facts)
    for declaration in facts.schema.declarations:
        _declare(facts, declaration)
        _check_form(facts, declaration)
    known = {*facts.declarations, *facts.imported()}
    for declaration in facts.schema.declarations:
        _check_mentions(facts, declaration, known)


def _warn_of_nothing(facts: Analysis) -> None:
    """In a class the formulas are often there, and only not declared."""
    declared = facts.said("value :name, expression", "name = kumi.value(expression)")
    facts.warn(
        facts.schema.place,
        f"`{facts.schema.name}` declares nothing, so that a run computes nothing",
        f"write `{declared}` for what it is to compute",
    )


def _declare(facts: Analysis, declaration: Declaration) -> None:
    first = facts.declarations.setdefault(declaration.name, declaration)
    if first is not declaration:
        facts.semantic(
            declaration.place,
            f"`{declaration.name}` is already declared on line {first.place.line}",
            "values, lets and traits share one set of names: rename one of the two",
        )
    elif declaration.name in facts.imported():
        facts.semantic(declaration.place, f"`{declaration.name}` is already imported")
    elif declaration.name == RESERVED:
        facts.semantic(
            declaration.place,
            f"`{RESERVED}` is reserved for the inputs of a run",
            "rename it, for example to `inputs_total`",
        )


def _check_form(facts: Analysis, declaration: Declaration) -> None:
    body = declaration.body
    if declaration.kind == "trait" and not isinstance(body, Call):
        true = facts.said("true", "True")
        facts.semantic(
            declaration.place,
            f"trait `{declaration.name}` must be a comparison or another function call",
            f"compare it, for example with `== {true}`, or combine it with `&`",
        )
    if isinstance(body, Cascade):
        if body.base is None:
            facts.warn(
                body.place,
                f"`{declaration.name}` has no `base`, and is null where no case holds",
                "give it one; where null is meant, `base null`",
            )
        for case in body.cases:
            if case.result is None:
                facts.semantic(
                    case.place,
                    "this case has a condition and no result",
                    "write the conditions first and the result last",
                )


def _check_mentions(facts: Analysis, declaration: Declaration, known: set[str]) -> None:
    for node in facts.nodes(declaration):
        if isinstance(node, Call):
            _check_function(facts, node)
        elif isinstance(node, Name):
            _check_name(facts, declaration, node, known)


def _check_function(facts: Analysis, node: Call) -> None:
    name = node.function
    if _is_function(facts, name):
        return
    if not node.args and facts.gaps.imports:
        return  # an import that could not be read may have brought it
    hint = _no_function(facts, name) or _close(facts, name, known_names())
    facts.semantic(node.place, f"there is no function `{name}`", hint)


def _check_name(facts: Analysis, declaration: Declaration, node: Name, known: set[str]) -> None:
    name = node.name
    if not (name in known or _may_be_in_a_gap(facts, name)):
        hint = (
            about_indexes(facts)
            if _is_asked_of_index(facts, declaration, node)
            else _otherwise_named(facts, name) or _close(facts, name, known)
        )
        facts.semantic(node.place, f"`{name}` is not declared", hint)
    elif name in facts.imported() and name not in facts.declarations:
        called = facts.said(f"{name}(amount: …)", f"{name}(amount=…)")
        hint = f"call it with the inputs of its schema, as in `{called}`"
        facts.semantic(node.place, f"`{name}` is imported, and not called here", hint)


def _is_asked_of_index(facts: Analysis, declaration: Declaration, name: Name) -> bool:
    """Whether it is what `index` is given, in place of a symbol."""
    nodes = facts.nodes(declaration)
    return any(isinstance(n, Call) and n.function == "index" and name in n.args for n in nodes)


def _may_be_in_a_gap(facts: Analysis, name: str) -> bool:
    """Whether a part of the text that could not be read may declare it."""
    return facts.gaps.names or name in facts.gaps.words


def _close(facts: Analysis, name: str, known: Collection[str]) -> str | None:
    """A hint at a name like it, while there are few problems: each looks at all that is known."""
    return did_you_mean(name, known) if len(facts.problems) < _MOST_HINTS else None


def _otherwise_named(facts: Analysis, name: str) -> str | None:
    """A hint for what has that name and is no declaration."""
    if (name,) in facts.reaches:
        return f"inputs are written `{_input(facts, name)}`"
    call = facts.said(f"fn(:{name}, …)", f"kumi.{name}(…)")
    return f"a function is called as `{call}`" if _is_function(facts, name) else None


def _no_function(facts: Analysis, name: str) -> str | None:
    """A hint for what has that name and cannot be called."""
    if name in facts.declarations:
        kind = facts.declarations[name].kind
        return f"`{name}` is a {kind}, which takes no arguments: write `{name}`"
    return f"inputs are written `{_input(facts, name)}`" if (name,) in facts.reaches else None


def _input(facts: Analysis, name: str) -> str:
    return f"{facts.said('input', 'Input')}.{name}"


def _is_function(facts: Analysis, name: str) -> bool:
    # An imported declaration is called by its name.
    return bool(overloads(name)) or name in facts.gaps.words or name in facts.imported()
