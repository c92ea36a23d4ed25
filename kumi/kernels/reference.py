"""What the reference says of the functions: what signatures tell, and what `functions.toml` adds.

docs/functions.md is written from it, and `kumi functions` shows it.

>>> found = reference()["round"]
>>> print(found.usage, "|", found.options[0])
round(x), round(x, digits) | mode: half_even (default), half_up, half_down, up, down, ceiling, floor
>>> print(found.kinds[0], "|", found.axes)
a number -> the kind of its first argument | those of its argument
>>> print(reference()["coalesce"].nulls)
every argument may be null; the result is where argument 2 is
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from kumi.kernels.kinds import NULL, TupleOf
from kumi.kernels.null_rules import Nulls, null_rule
from kumi.kernels.signatures import overloads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.kernels.null_rules import NullRule
    from kumi.kernels.signatures import Function, Option


class Example(NamedTuple):
    """An expression in both forms, on the data of `sample()`, and its result as JSON."""

    text: str
    python: str
    gives: str


class Sample(NamedTuple):
    """The inputs that examples read: declared as text and in a class, and their data as JSON."""

    text: str
    python: str
    data: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One function, in words. `kinds` has a line for each overload."""

    name: str
    group: str
    usage: str
    meaning: str
    aliases: tuple[str, ...]
    kinds: tuple[str, ...]
    options: tuple[str, ...]
    axes: str
    nulls: str
    examples: tuple[Example, ...]


@cache
def _data() -> dict[str, dict[str, Any]]:
    text = files("kumi.kernels").joinpath("functions.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def sample() -> Sample:
    """What all examples are run on."""
    found = _data()["sample"]
    return Sample(found["text"], found["class"], found["data"])


@cache
def reference() -> dict[str, Entry]:
    """Every function by its canonical name, group by group."""
    groups = {name: group for name, group in _data().items() if name != "sample"}
    return {
        name: _entry(name, title, about)
        for title, group in groups.items()
        for name, about in group.items()
    }


def _entry(name: str, group: str, about: dict[str, Any]) -> Entry:
    functions = overloads(name)
    options = {option.name: option for one in functions for option in one.options}
    return Entry(
        name,
        group,
        about["usage"],
        about["meaning"],
        tuple(filter(str.isidentifier, functions[0].aliases)),
        tuple(map(_kinds, functions)),
        tuple(map(_option, options.values())),
        about.get("axes") or _axes(functions),
        _nulls(functions),
        tuple(Example(*one) for one in about["examples"]),
    )


def _kinds(function: Function) -> str:
    taken = [parameter.name for parameter in function.parameters]
    if function.group:
        taken.insert(function.group_at, "…")
    return f"{'; '.join(taken)} -> {function.result.says}"


def _option(option: Option) -> str:
    if option.choices:
        choices = [f"{one} (default)" if one == option.default else one for one in option.choices]
        return f"{option.name}: {', '.join(choices)}"
    if option.takes is None:
        return f"{option.name}: a literal of the kind of the result"
    return f"{option.name}: {option.takes.name} (default {option.default})"


def _axes(functions: Sequence[Function]) -> str:
    first = functions[0]
    many = sum(parameter.literal is None for parameter in first.parameters) > 1
    if any(one.reducer for one in functions):
        drops = f"drops the innermost one{' of its arguments together' if many else ''}"
        tuples = "; over the items of a tuple all stay"
        return drops + tuples * any(one.of_items for one in functions)
    if first.table:
        return "drops that of the table's rows, for those of what is looked up"
    return f"those of its argument{'s together' if many else ''}"


def _nulls(functions: Sequence[Function]) -> str:
    parameters = max((one.parameters + one.group for one in functions), key=len)
    rule, count = null_rule(functions[0].name), len(parameters)
    asked = [at for at, parameter in enumerate(parameters) if parameter.literal is None]
    taken = list(filter(rule.takes, asked))
    if not taken:
        which = "no argument"
    elif len(taken) < count:
        which = f"argument {_listed(taken)}"
    else:
        which = "every argument" if count > 1 else "its argument"
    refusing = [one for one in functions if one.of_items and not _takes_null_items(one)]
    items = ", but no item of a tuple" if taken and refusing else ""
    return f"{which} may be null{items}; the result {_gives_null(rule, count)}"


def _takes_null_items(function: Function) -> bool:
    return function.parameters[0].admits(TupleOf((NULL,)))


def _gives_null(rule: NullRule, arguments: int) -> str:
    never = [Nulls.NEVER] * arguments
    usual = rule.gives(never, {})
    if usual is Nulls.PERHAPS:
        return "may be, in a run"
    if usual is Nulls.DECLARED:
        return "is where nothing is found, without a default"
    alone = [[*never[:at], Nulls.DECLARED, *never[at + 1 :]] for at in range(arguments)]
    passed = [at for at, given in enumerate(alone) if rule.gives(given, {}) is not Nulls.NEVER]
    if not passed:
        return "never is"
    return f"is where {f'argument {_listed(passed)}' if arguments > 1 else 'it'} is"


def _listed(positions: Sequence[int]) -> str:
    return " or ".join(str(position + 1) for position in positions)
