"""Pass: the options of calls, and the arguments that must be literals.

An option decides what is computed, as `mode: :half_up` does for `round`, so a misspelt one must not
be passed over: the result would look right and be wrong by a cent.
"""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import TYPE_CHECKING

from kumi.analysis.facts import decimal_literal, described, literal, named, quoted
from kumi.analysis.inference import of_literal
from kumi.errors import closest, did_you_mean
from kumi.kernels.kinds import DECIMAL, promote
from kumi.kernels.signatures import FUNCTIONS, overloads
from kumi.syntax.nodes import Call, Constant, Symbol

if TYPE_CHECKING:
    from kumi.analysis.facts import Analysis
    from kumi.kernels.signatures import Option
    from kumi.places import Place
    from kumi.syntax.nodes import LiteralValue


_CONCERNED = frozenset(
    function.name
    for function in FUNCTIONS
    if function.options or any(one.literal for one in function.parameters + function.group)
)
"""The functions that have options, or arguments that must be literals."""


def options(facts: Analysis) -> None:
    """Fill `facts.options`: all that a function has, with the defaults of those not written.

    >>> from kumi.analysis.pipeline import analyze
    >>> from kumi.places import Source
    >>> from kumi.syntax.text import parse
    >>> rounded = "value :cents, fn(:round, input.x, 2, mode: :half_up)"
    >>> text = f"schema do input do float :x end {rounded} end"
    >>> facts = analyze(parse(Source("order.kumi", text), "Order"))
    >>> [(node.function, given) for node, given in facts.options.items()]
    [('round', {'mode': Symbol(name='half_up')})]
    """
    for declaration in facts.order:
        for node in facts.nodes(declaration):
            if isinstance(node, Call) and (node.options or node.function in _CONCERNED):
                _check(facts, node)


def _check(facts: Analysis, node: Call) -> None:
    if overloads(node.function):  # else the pass over names reported it
        _check_literals(facts, node)
        _check_options(facts, node)


def _check_literals(facts: Analysis, node: Call) -> None:
    function = facts.functions.get(node)
    parameters = (function and function.taking(len(node.args))) or ()
    for number, (parameter, arg) in enumerate(zip(parameters, node.args, strict=False), 1):
        value = arg.value if isinstance(arg, Constant) else decimal_literal(arg)
        written = isinstance(arg, Constant) or value is not None
        if parameter.literal and not (written and parameter.takes(value)):
            facts.semantic(
                arg.place,
                f"argument {number} of {named(node.function)} must be {parameter.name}",
                None if written else f"{quoted(arg, 'this')} is only known in a run",
            )


def _check_options(facts: Analysis, node: Call) -> None:
    known = {option.name: option for option in overloads(node.function)[0].options}
    found: dict[str, LiteralValue] = {
        name: Symbol(option.default) if isinstance(option.default, str) else option.default
        for name, option in known.items()
    }
    places = node.option_places or (node.place,) * len(node.options)
    given: set[str] = set()
    for (name, value), place in zip(node.options, places, strict=True):
        if name not in known:
            _report_unknown(facts, node, name, place)
        elif name in given:
            message = f"{_shown(facts, name)} of {named(node.function)} is given already"
            facts.semantic(place, message, "keep one of the two")
        else:
            _check_value(facts, node, known[name], value, place)
            found[name] = value
            given.add(name)
    if found:
        facts.options[node] = found


def _report_unknown(facts: Analysis, node: Call, name: str, place: Place) -> None:
    known = [option.name for option in overloads(node.function)[0].options]
    facts.semantic(
        place,
        f"{named(node.function)} has no option {_shown(facts, name)}",
        did_you_mean(name, known) if known else f"{named(node.function)} takes no options",
    )


def _check_value(
    facts: Analysis, node: Call, option: Option, value: LiteralValue, place: Place
) -> None:
    """Report a value that an option may not have."""
    if option.takes:
        _check_taken(facts, node, option, value, place)
    elif not option.choices:
        _check_kind(facts, node, option, value, place)
    elif not isinstance(value, Symbol) or value.name not in option.choices:
        given = value.name if isinstance(value, Symbol) else str(value)
        close = closest(given, option.choices)
        facts.semantic(
            place,
            f"{_shown(facts, option.name)} of {named(node.function)} must be one of"
            f" {', '.join(_choice(facts, choice) for choice in option.choices)}",
            f"did you mean {_choice(facts, close)}?" if close else None,
        )


def _check_taken(
    facts: Analysis, node: Call, option: Option, value: LiteralValue, place: Place
) -> None:
    """Report a literal that is not what an option takes."""
    wanted = option.takes
    if wanted and not (wanted.admits(of_literal(value)) and wanted.takes(value)):
        who = f"{_shown(facts, option.name)} of {named(node.function)}"
        facts.semantic(place, f"{who} must be {wanted.name}")


def _check_kind(
    facts: Analysis, node: Call, option: Option, value: LiteralValue, place: Place
) -> None:
    """Report a literal that cannot stand for what the call gives without changing its kind."""
    kind, given = facts.kinds.get(node), of_literal(value)
    if kind is not None and promote(kind, given) != kind:
        facts.type(
            place,
            f"{_shown(facts, option.name)} of {named(node.function)} must be {described(kind)},"
            " as its values are",
            f"`{literal(value)}` is {described(given)}",
        )
    elif kind is DECIMAL and isinstance(value, float | Decimal) and not isfinite(value):
        facts.type(
            place,
            f"{_shown(facts, option.name)} of {named(node.function)} is no decimal,"
            " as its values are",
            "decimals are finite",
        )


def _shown(facts: Analysis, option: str) -> str:
    return facts.said(f"`{option}:`", f"`{option}=`")


def _choice(facts: Analysis, choice: str) -> str:
    return facts.said(f"`:{choice}`", f'`"{choice}"`')
