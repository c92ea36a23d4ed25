"""The functions of the language: names, arity, what they take and what kind they give.

Front ends and analysis read this table; it imports no NumPy. The kernels behind it are found
through `kumi.kernels.bind`.

>>> canonical("+"), canonical("avg")
('add', 'mean')
>>> [function.name for function in overloads("size")]
['length', 'array_size']
>>> print(overloads("divide")[0].result((kinds.INTEGER, kinds.INTEGER)))
float
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kumi.kernels import kinds
from kumi.kernels.argument_rules import (
    bracket_alike,
    bracket_table,
    listed,
    lookup_alike,
    lookup_table,
    uniform,
)
from kumi.kernels.constraints import (
    ANY,
    ARRAY,
    BOOLEAN,
    BOOLEANS,
    COMPARED,
    DATE,
    DECIMAL,
    DIGITS,
    INDEX,
    INTEGER,
    KEY,
    LEVELS,
    LITERAL,
    NUMBERS,
    NUMERIC,
    ORDERED,
    PRINTED,
    SHOWN_DIGITS,
    STEPS,
    STRING,
    STRINGS,
    TEXT,
    TEXT_OR_NUMBER,
    TEXTUAL,
    TUPLE,
    VALUE,
    Constraint,
)
from kumi.kernels.result_rules import (
    BRANCHES,
    ELEMENT,
    FIRST,
    LAST,
    PROMOTED,
    REAL,
    REAL_TOTAL,
    THIRD,
    TOTAL,
    always,
)
from kumi.kernels.rounding import GOES_UP

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.kernels.argument_rules import Misfit
    from kumi.kernels.kinds import Kind
    from kumi.kernels.result_rules import ResultRule


@dataclass(frozen=True, slots=True)
class Option:
    """A literal behind the arguments of a call, known before anything runs.

    `choices` are the symbols that it may be, by name. Where there are none it is what `takes` says,
    or else a value of the kind that the call gives. `default` is what it is where nothing is
    written.
    """

    name: str
    choices: tuple[str, ...] = ()
    default: str | int | None = None
    takes: Constraint | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """One overload of a function.

    `name` is the canonical name, the one that events show; `aliases` are the other ways to write
    it. A `reducer` drops the innermost axis of its arguments. `result` takes the kinds of the
    arguments, one for each parameter. Where there is a `group`, it may be given any number of times
    more, before the parameter `group_at`. `clash` looks at all kinds together: it says which
    argument does not go with the others, and what would. Where there is a `table`, it says which of
    so many arguments are columns of one: they lie in the same array, whose axis the call drops.
    `of_items` folds the items of a tuple, each cell's own.
    """

    name: str
    aliases: tuple[str, ...]
    reducer: bool
    parameters: tuple[Constraint, ...]
    result: ResultRule
    options: tuple[Option, ...] = ()
    group: tuple[Constraint, ...] = ()
    group_at: int = 0
    clash: Callable[[tuple[Kind, ...]], Misfit | None] | None = None
    table: Callable[[int], frozenset[int]] | None = None
    of_items: bool = False

    @property
    def defaults(self) -> dict[str, str | int | None]:
        """Its options where none is written."""
        return {option.name: option.default for option in self.options}

    def taking(self, count: int) -> tuple[Constraint, ...] | None:
        """The parameters of a call with `count` arguments; None where it takes no such number."""
        more = count - len(self.parameters)
        if more == 0:
            return self.parameters
        if more < 0 or not self.group or more % len(self.group):
            return None
        repeated = self.group * (more // len(self.group))
        return self.parameters[: self.group_at] + repeated + self.parameters[self.group_at :]

    def misfit(self, arguments: tuple[Kind, ...]) -> Misfit | None:
        """The first argument that it does not take, where it takes as many as there are."""
        parameters = self.taking(len(arguments)) or ()
        for position, (parameter, kind) in enumerate(zip(parameters, arguments, strict=True)):
            if not parameter.admits(kind):
                return position, parameter.name
        return self.clash(arguments) if self.clash else None

    def admits(self, arguments: tuple[Kind, ...]) -> bool:
        """Whether it takes arguments of these kinds, in number and in kind."""
        return self.taking(len(arguments)) is not None and self.misfit(arguments) is None


MODE = Option("mode", tuple(GOES_UP), "half_even")

POLICIES = ("zero", "clamp", "wrap")
AXIS_OFFSET = Option("axis_offset", default=0, takes=LEVELS)

DEFAULT = Option("default")
ENDS = Option("ends", ("from", "up_to"), "from")


_integer, _float = always(kinds.INTEGER), always(kinds.FLOAT)
_decimal = always(kinds.DECIMAL)
_string, _boolean = always(kinds.STRING), always(kinds.BOOLEAN)
_date = always(kinds.DATE)


def _map(
    names: str,
    parameters: tuple[Constraint, ...],
    result: ResultRule,
    **details: Any,
) -> Function:
    name, *aliases = names.split()
    return Function(name, tuple(aliases), False, parameters, result, **details)


def _fold(names: str, parameters: tuple[Constraint, ...], result: ResultRule) -> Function:
    name, *aliases = names.split()
    return Function(name, tuple(aliases), reducer=True, parameters=parameters, result=result)


def _of_items(names: str, items: Constraint, result: ResultRule) -> Function:
    """A fold of a tuple's items: the axes stay, since the items are all of one cell."""
    return _map(names, (items,), result, of_items=True)


FUNCTIONS: tuple[Function, ...] = (
    _map("add +", (NUMERIC, NUMERIC), PROMOTED),
    _map("subtract sub -", (NUMERIC, NUMERIC), PROMOTED),
    _map("multiply mul *", (NUMERIC, NUMERIC), PROMOTED),
    _map("multiply mul *", (STRING, INTEGER), _string),
    _map("divide div /", (NUMERIC, NUMERIC), REAL),
    _map("modulo mod %", (NUMERIC, NUMERIC), PROMOTED),
    _map("power pow **", (NUMERIC, NUMERIC), PROMOTED),
    _map("abs", (NUMERIC,), FIRST),
    _map("sqrt", (NUMERIC,), _float),
    _map("sin", (NUMERIC,), _float),
    _map("cos", (NUMERIC,), _float),
    _map("exp", (NUMERIC,), _float),
    _map("log", (NUMERIC,), _float),
    _map("tanh", (NUMERIC,), _float),
    _map("clamp", (NUMERIC, NUMERIC, NUMERIC), PROMOTED),
    _map("clamp", (STRING, STRING, STRING), _string),
    _map("clamp", (DATE, DATE, DATE), _date),
    _map("equal eq ==", (ANY, ANY), _boolean),
    _map("not_equal neq !=", (ANY, ANY), _boolean),
    _map("greater_than gt >", (NUMERIC, NUMERIC), _boolean),
    _map("greater_than gt >", (STRING, STRING), _boolean),
    _map("greater_than gt >", (DATE, DATE), _boolean),
    _map("greater_than_or_equal gte ge >=", (NUMERIC, NUMERIC), _boolean),
    _map("greater_than_or_equal gte ge >=", (STRING, STRING), _boolean),
    _map("greater_than_or_equal gte ge >=", (DATE, DATE), _boolean),
    _map("less_than lt <", (NUMERIC, NUMERIC), _boolean),
    _map("less_than lt <", (STRING, STRING), _boolean),
    _map("less_than lt <", (DATE, DATE), _boolean),
    _map("less_than_or_equal lte le <=", (NUMERIC, NUMERIC), _boolean),
    _map("less_than_or_equal lte le <=", (STRING, STRING), _boolean),
    _map("less_than_or_equal lte le <=", (DATE, DATE), _boolean),
    _map("and &", (BOOLEAN, BOOLEAN), _boolean),
    _map("or |", (BOOLEAN, BOOLEAN), _boolean),
    _map("not", (BOOLEAN,), _boolean),
    _map("round", (NUMERIC,), FIRST, options=(MODE,)),
    _map("round", (NUMERIC, DIGITS), FIRST, options=(MODE,)),
    _map("round_to", (NUMERIC, NUMERIC), PROMOTED, options=(MODE,)),
    _map("floor", (NUMERIC,), _integer),
    _map("ceil", (NUMERIC,), _integer),
    _map("in one_of", (ANY, LITERAL), _boolean, group=(LITERAL,), group_at=2, clash=listed),
    _map("min_of", (ORDERED,) * 2, PROMOTED, group=(ORDERED,), group_at=2, clash=uniform),
    _map("min_of", (DATE, DATE), _date, group=(DATE,), group_at=2),
    _map("max_of", (ORDERED,) * 2, PROMOTED, group=(ORDERED,), group_at=2, clash=uniform),
    _map("max_of", (DATE, DATE), _date, group=(DATE,), group_at=2),
    _map(
        "lookup",
        (KEY, KEY, VALUE),
        LAST,
        options=(DEFAULT,),
        group=(KEY, KEY),
        group_at=2,
        clash=lookup_alike,
        table=lookup_table,
    ),
    *(
        _map(
            "bracket",
            (bounded, bounded, VALUE),
            THIRD,
            options=(DEFAULT, ENDS),
            group=(KEY, KEY),
            group_at=3,
            clash=bracket_alike,
            table=bracket_table,
        )
        for bounded in (ORDERED, DATE)
    ),
    _map("select if", (BOOLEAN, ANY, ANY), BRANCHES),
    _map("is_null", (ANY,), _boolean),
    _map("coalesce", (ANY, ANY), PROMOTED),
    _map("length len", (STRING,), _integer),
    _map("array_size", (ARRAY,), _integer),
    _map("at get []", (ARRAY, INTEGER), ELEMENT),
    _map("shift", (ANY, STEPS), FIRST, options=(Option("policy", POLICIES, "zero"), AXIS_OFFSET)),
    _map("roll", (ANY, STEPS), FIRST, options=(Option("policy", POLICIES, "wrap"), AXIS_OFFSET)),
    _map("cross", (ANY,), FIRST),
    _map("outer", (ANY,), FIRST),
    _map("index", (INDEX,), _integer),
    _map("concat", (TEXTUAL, TEXTUAL), _string),
    _map("to_decimal", (TEXT_OR_NUMBER,), _decimal),
    _map("to_integer to_int", (TEXT_OR_NUMBER,), _integer),
    _map("to_float", (TEXT_OR_NUMBER,), _float),
    _map("to_string to_str", (PRINTED,), _string),
    _map("to_string to_str", (DECIMAL, SHOWN_DIGITS), _string),
    _map("upcase", (TEXT,), _string),
    _map("downcase", (TEXT,), _string),
    _map("year", (DATE,), _integer),
    _map("month", (DATE,), _integer),
    _map("day", (DATE,), _integer),
    _map("weekday", (DATE,), _integer),
    _map("days_between", (DATE, DATE), _integer),
    _map("months_between", (DATE, DATE), _integer),
    _map("years_between", (DATE, DATE), _integer),
    _map("add_days", (DATE, INTEGER), _date),
    _map("add_months", (DATE, INTEGER), _date),
    _map("add_years", (DATE, INTEGER), _date),
    _fold("sum", (NUMERIC,), FIRST),
    _of_items("sum", NUMBERS, TOTAL),
    _of_items("count", TUPLE, _integer),
    _fold("count", (ANY,), _integer),
    _fold("min", (ORDERED,), FIRST),
    _fold("min", (DATE,), _date),
    _of_items("min", COMPARED, ELEMENT),
    _fold("max", (ORDERED,), FIRST),
    _fold("max", (DATE,), _date),
    _of_items("max", COMPARED, ELEMENT),
    _fold("any any?", (BOOLEAN,), _boolean),
    _of_items("any any?", BOOLEANS, _boolean),
    _fold("all all?", (BOOLEAN,), _boolean),
    _of_items("all all?", BOOLEANS, _boolean),
    _fold("join", (STRING,), _string),
    _of_items("join", STRINGS, _string),
    _fold("mean avg", (NUMERIC,), REAL),
    _of_items("mean avg", NUMBERS, REAL_TOTAL),
    _fold("sum_if", (NUMERIC, BOOLEAN), FIRST),
    _fold("count_if", (ANY, ANY), _integer),
    _fold("mean_if avg_if", (NUMERIC, BOOLEAN), REAL),
)
"""Every overload. `sum_if`, `count_if` and `mean_if` are lowered to others and have no kernel."""

_SHARED = {"size": ("length", "array_size")}
"""A name that several functions answer to; the kind of the argument decides."""


def _index() -> tuple[dict[str, str], dict[str, tuple[Function, ...]]]:
    canonical_of = {shared: shared for shared in _SHARED}
    by_name: defaultdict[str, tuple[Function, ...]] = defaultdict(tuple)
    for function in FUNCTIONS:
        by_name[function.name] += (function,)
        canonical_of.update(dict.fromkeys((function.name, *function.aliases), function.name))
    for shared, names in _SHARED.items():
        by_name[shared] = tuple(function for name in names for function in by_name[name])
    return canonical_of, dict(by_name)


_canonical_of, _by_name = _index()


def canonical(alias: str) -> str:
    """The canonical name of an alias or operator; a name that is not known comes back unchanged."""
    return _canonical_of.get(alias, alias)


def overloads(name: str) -> tuple[Function, ...]:
    """The overloads of a function by name or alias, in order of choice; empty where unknown."""
    return _by_name.get(name) or _by_name.get(canonical(name), ())


@lru_cache(maxsize=4096)
def resolved(name: str, arguments: tuple[Kind, ...]) -> Function | None:
    """The first overload that takes arguments of these kinds: schemas ask the same very often."""
    return next((function for function in overloads(name) if function.admits(arguments)), None)


def known_names() -> frozenset[str]:
    """Every name and alias that can stand in `fn(:name, …)`: what a did-you-mean chooses from."""
    return frozenset(name for name in _canonical_of if name.isidentifier())
