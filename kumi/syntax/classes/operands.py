"""What can stand in an expression, and how Python's operators become nodes of the tree."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

from kumi.kernels.signatures import overloads
from kumi.syntax import nodes
from kumi.syntax.classes.code_places import explained, here

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.places import Place

_TRUTH = """write
        `&`, `|`, `~` for `and`, `or`, `not`
        `(a < b) & (b < c)` for `a < b < c`
        `kumi.when(c).then(x).otherwise(y)` for `x if c else y`
        `x.is_in(1, 2)` for `x in (1, 2)`
        `kumi.max_of(a, b)` for `max(a, b)`"""
_OTHERS = {
    "floordiv": ("//", "the whole part of a quotient is `kumi.floor(a / b)`"),
    "divmod": ("divmod", "write `kumi.floor(a / b)` and `a % b`"),
    "xor": ("^", "a power is `a ** b`; of two conditions one is `a != b`"),
    "matmul": ("@", "multiply element by element, and add up: `(a * b).sum()`"),
    "lshift": ("<<", "multiply by a power of two"),
    "rshift": (">>", "divide by a power of two"),
}
"""What Python has besides, by the name of its method: how it is written, and a hint."""
_LOOP = (
    "a schema says what to compute for every element at once: write the formula for one element, "
    "and `kumi.sum(e)`, `kumi.count(e)`, `kumi.any(e)` … for all of them"
)
_NUMBER = "its value is known in a run, not while the schema is being built"
_CALL = (
    "declarations and inputs take no arguments: write the name alone; the functions of the "
    "language are `kumi.sum(e)`, `kumi.concat(a, b)` …"
)
_NAME = "a name is printable text, not empty and without dots, which stand between names"
_TEXT = 'text is joined in a run: `kumi.concat(a, b)`; to look at the expression itself, `f"{e!r}"`'


class Operand:
    """Something that can stand in an expression.

    It has operators and no other public attribute, since those of records are fields.
    """

    __slots__ = ()
    __array_ufunc__ = None  # NumPy scalars on the left leave the operator to us
    __hash__ = object.__hash__

    def __kumi_node__(self, place: Place) -> nodes.ExprNode:
        """The node to use where this stands in an expression written at `place`."""
        raise NotImplementedError

    def __bool__(self) -> bool:
        raise TypeError(explained("an expression is neither true nor false", _TRUTH))

    if TYPE_CHECKING:  # pyright would take `[]` for a way to iterate
        __iter__: None
    else:  # a checker flags these uses, since it finds no such methods

        def __iter__(self) -> NoReturn:
            raise TypeError(explained("an expression cannot be iterated over", _LOOP))

        def __len__(self) -> int:
            hint = "write `kumi.count(e)` for elements, `kumi.length(s)` for characters"
            raise TypeError(explained("an expression has no length", hint))

        def __call__(self, *_args: object, **_named: object) -> NoReturn:
            """Raise TypeError: functions are the language's, not the schema's."""
            raise TypeError(explained("an expression cannot be called", _CALL))

        def __contains__(self, item: object) -> bool:
            hint = "write `kumi.any(e == item)`, and `x.is_in(1, 2)` for `x in (1, 2)`"
            raise TypeError(explained("`in` cannot look into an expression", hint))

        def __format__(self, spec: str) -> str:
            raise TypeError(explained("an f-string cannot hold an expression", _TEXT))

        def __float__(self) -> float:
            raise TypeError(explained("an expression is not a number", _NUMBER))

        def __int__(self) -> int:
            raise TypeError(explained("an expression is not a number", _NUMBER))

        def __index__(self) -> int:
            raise TypeError(explained("an expression is not a number", _NUMBER))


def _refusing(symbol: str, hint: str) -> Callable[..., NoReturn]:
    def refuse(*_operands: object) -> NoReturn:
        raise TypeError(explained(f"the language has no `{symbol}`", hint))

    return refuse


for _name, _other in _OTHERS.items():
    setattr(Operand, f"__{_name}__", _refusing(*_other))
    setattr(Operand, f"__r{_name}__", _refusing(*_other))
setattr(Operand, "__pos__", _refusing("+e", "leave the plus out"))  # noqa: B010 - as those before


def node_of(value: object, place: Place) -> nodes.ExprNode:
    """The node of an operand, a literal, a list (a tuple of the language) or a dict (an object).

    Raises TypeError for anything else.
    """
    if isinstance(value, Operand):
        return value.__kumi_node__(place)
    if isinstance(value, Decimal) and value.is_finite():
        return nodes.Call(place, "to_decimal", (nodes.Constant(place, str(value)),))
    if isinstance(value, list | tuple):
        return nodes.Tuple(place, tuple(node_of(item, place) for item in value))
    if isinstance(value, Mapping):
        return nodes.Object(place, tuple(_field(*item, place) for item in value.items()))
    return nodes.Constant(place, literal(value))


def literal(value: object) -> nodes.LiteralValue:
    """`value` as exactly the int, float, str, bool, date or None that the tree holds."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str) and not any(map(_is_half, value)):
        return str.__str__(value)
    if isinstance(value, datetime):
        raise TypeError(explained("a datetime is no date", "give its `.date()`"))
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if isinstance(value, Decimal) and not value.is_finite():
        raise TypeError(explained("a decimal is finite", "NaN and infinity are none"))
    raise TypeError(explained(_not_a_value(value), "expressions start at `Input`"))


def as_name(given: object) -> str:
    """A name that Python code gives as text, as a plain string.

    It need not be an identifier, but it must be able to stand in paths, files and messages. Raises
    TypeError for anything else.
    """
    if isinstance(given, str) and given and given.isprintable() and "." not in given:
        return str.__str__(given)
    raise TypeError(explained(f"{given!r} is no name", _NAME))


def _field(key: object, value: object, place: Place) -> tuple[str, nodes.ExprNode]:
    if not isinstance(key, str):
        message = f"the key of an object must be a string, not {type(key).__name__}"
        raise TypeError(explained(message, None))
    return key, node_of(value, place)


def _is_half(letter: str) -> bool:
    """Whether it is half of a surrogate pair, which no file can hold."""
    return "\ud800" <= letter <= "\udfff"


def _not_a_value(value: object) -> str:
    if isinstance(value, type):
        return f"the class `{value.__name__}` is not a value"
    if isinstance(value, str):
        return f"{value!r} holds half of a surrogate pair, which is no character"
    if isinstance(value, Decimal):
        return f"{value} is no decimal of the language: those are finite"
    kind = type(value)
    shown = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    return f"an object of type {shown} cannot stand in an expression"


def call(function: str, *args: Any, options: Mapping[str, object]) -> nodes.Call:
    """A call of a function by its canonical name, at the user's place; without options of None."""
    place = here()
    operands = tuple(node_of(arg, place) for arg in args)
    given = {key: _option(function, key, one) for key, one in options.items() if one is not None}
    return nodes.Call(place, function, operands, tuple(given.items()))


def _option(function: str, name: str, value: object) -> nodes.LiteralValue:
    """The literal that text would have: a symbol where the option is one of some names."""
    if isinstance(value, nodes.Symbol):
        return value
    known = (option for one in overloads(function) for option in one.options)
    named = any(option.name == name and option.choices for option in known)
    found = value if isinstance(value, Decimal) else literal(value)
    return nodes.Symbol(found) if named and isinstance(found, str) else found
