"""One formula in both forms, with the fewest parentheses: one tree, and one result."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sparing_writer import COMPARISONS, of_class, of_text, spelled

import kumi
from kumi.kernels.signatures import canonical
from kumi.places import Source
from kumi.schema import Schema
from kumi.syntax.classes import tree
from kumi.syntax.outline import expression
from kumi.syntax.text import parse

KINDS = {"n": "integer", "m": "integer", "x": "float", "y": "float", "p": "boolean"}
PATHS = [f"input.{name}" for name in KINDS]
LITERALS = ["2", "3", "0.5", "-3", "-1.5"]
HEAD = "schema do input do " + " ".join(f"{kind} :{name}" for name, kind in KINDS.items()) + " end"


class Input(kumi.Record):
    n: kumi.Field[int]
    m: kumi.Field[int]
    x: kumi.Field[float]
    y: kumi.Field[float]
    p: kumi.Field[bool]


def is_literal(formula):
    return formula in LITERALS


def both(symbols, operands):
    """An operation that Python does not do itself, nor turns round: its left has an input."""
    pairs = st.tuples(st.sampled_from(symbols), operands, operands)
    return pairs.filter(lambda made: not is_literal(made[1]) or not is_literal(made[2]))


def operations(operands):
    minus = operands.filter(lambda operand: not is_literal(operand)).map(lambda one: ("-", one))
    compared = both(COMPARISONS, operands).filter(lambda made: not is_literal(made[1]))
    return minus | both(["+", "-", "*", "/", "%", "**", "**"], operands) | compared


def conditions(numbers):
    compared = both(COMPARISONS, numbers).filter(lambda made: not is_literal(made[1]))
    joined = lambda operands: st.tuples(st.sampled_from("&|"), operands, operands)
    return st.recursive(compared | st.just("input.p"), joined, max_leaves=5)


def arithmetic(operands):
    minus = operands.filter(lambda operand: not is_literal(operand)).map(lambda one: ("-", one))
    return minus | both(["+", "-", "*", "/", "%", "**"], operands)


anything = st.recursive(st.sampled_from([*PATHS, *LITERALS]), operations, max_leaves=20)
numbers = st.recursive(st.sampled_from([*PATHS[:4], *LITERALS]), arithmetic, max_leaves=6)
sensible = (numbers | conditions(numbers)).filter(lambda formula: not is_literal(formula))


def text_tree(formula):
    return parse(Source("it.kumi", f"{HEAD} value :it, {of_text(formula)} end"), "It")


def class_schema(formula):
    body = eval(of_class(formula), {"input": Input})
    return type("It", (Schema,), {"Input": Input, "it": kumi.value(body)})


@settings(max_examples=300)
@given(anything)
def test_a_formula_is_one_tree(formula):
    assume(not is_literal(formula))
    (text,) = text_tree(formula).declarations
    (of_python,) = tree(class_schema(formula)).declarations
    assert expression(text.body) == spelled(formula, canonical)
    assert expression(of_python.body) == expression(text.body)


def outcome(schema, data):
    try:
        return repr(schema.run(data).to_dict())
    except (ArithmeticError, ValueError) as error:
        return type(error)


@settings(max_examples=150)
@given(sensible, st.fixed_dictionaries({
    "n": st.integers(-3, 3), "m": st.integers(-3, 3), "p": st.booleans(),
    "x": st.floats(-4, 4, width=16), "y": st.floats(-4, 4, width=16),
}))  # fmt: skip
def test_a_formula_has_one_result(formula, data):
    text = type("It", (Schema,), {"_parsed": text_tree(formula)})
    assert outcome(text, data) == outcome(class_schema(formula), data)
