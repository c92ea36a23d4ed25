"""Expressions with what is known of them, and the smallest ones."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from random_inputs import PLACE

from kumi.syntax.nodes import Call, Constant, InputPath, Symbol


@dataclass(frozen=True)
class Typed:
    """An expression, its kind and axes.

    `loose` where its last digits are free, `null` where the schema says that it may be null,
    `holds_null` where an item of it may be, so that not every fold takes it.
    """

    node: Any
    kind: Any
    axes: tuple = ()
    loose: bool = False
    null: bool = False
    holds_null: bool = False


TAKES_NULL = ("equal", "not_equal", "in", "is_null", "count", "count_if", "min", "max", "coalesce")
FALLBACKS = {"integer": 1, "float": 1.0, "string": "n", "boolean": True, "any": "any", "null": "n"}
FALLBACKS["date"] = date(2024, 2, 29)
FALLBACKS["decimal"] = 2


def path_to(leaf):
    return Typed(InputPath(PLACE, leaf.path), leaf.kind, leaf.axes, null=leaf.null)


def sure(one):
    """An expression that is not null."""
    if not one.null:
        return one
    args = (one.node, Constant(PLACE, FALLBACKS[one.kind]))
    return replace(one, node=Call(PLACE, "coalesce", args), null=False)


def prepared(function, args):
    """The arguments, as far as the function takes null."""
    if function in TAKES_NULL:
        return args
    free = 1 if function == "select" else len(args)
    return [*map(sure, args[:free]), *args[free:]]


def finite(args):
    """No infinite literal beside a decimal: that is an error of the schema."""
    if all(arg.kind != "decimal" for arg in args):
        return args
    return [literal(2.5, "float") if is_infinite(arg.node) else arg for arg in args]


def is_infinite(node):
    if isinstance(node, Call) and node.function == "subtract":
        zero, node = node.args
        return isinstance(zero, Constant) and zero.value == 0 and is_infinite(node)
    return isinstance(node, Constant) and node.value == float("inf")


def gives_null(function, args):
    if function == "select":
        return args[1].null or args[2].null
    return function == "coalesce" and args[1].null


def literal(value, kind):
    if kind == "symbol":
        return Typed(Constant(PLACE, Symbol("s")), kind)
    null = value is None
    if kind == "decimal" and not null:
        return Typed(Call(PLACE, "to_decimal", (Constant(PLACE, value),)), kind)
    return Typed(Constant(PLACE, value), "null" if null else kind, null=null)
