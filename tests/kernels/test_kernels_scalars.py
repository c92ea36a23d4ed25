"""What each function means, on scalars: results with their exact types, and errors.

`test_kernels_rows` shows that columns mean the same.
"""

import math
from decimal import Decimal

import numpy as np
import pytest
from kernel_data import agree, scalar_callable

import kumi
from kumi.kernels import signatures
from kumi.kernels.kinds import (
    ANY,
    BOOLEAN,
    DECIMAL,
    FLOAT,
    HASH,
    INTEGER,
    NULL,
    STRING,
    SYMBOL,
    ArrayOf,
)
from kumi.syntax.nodes import Symbol

INF, NAN, HUGE = math.inf, math.nan, 10**400


def kind_of(value):
    if isinstance(value, list):
        return ArrayOf(kind_of(value[0]) if value else ANY)
    kinds = {bool: BOOLEAN, int: INTEGER, float: FLOAT, str: STRING, dict: HASH, Symbol: SYMBOL}
    kinds |= {Decimal: DECIMAL, np.float64: FLOAT}
    return kinds.get(type(value), NULL)


def call(function, *arguments, kinds=None):
    kinds = kinds or tuple(map(kind_of, arguments))
    [chosen, *_] = [f for f in signatures.overloads(function) if f.admits(kinds)]
    return scalar_callable(chosen.name, kinds, chosen.result(kinds))(*arguments)


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        ("add", (1, 2), 3),
        ("add", (1, 2.5), 3.5),
        ("add", (1.0, HUGE), INF),
        ("subtract", (-HUGE, 1.0), -INF),
        ("multiply", (2**62, 4), 2**64),
        ("multiply", (0.0, HUGE), NAN),
        ("multiply", ("ab", 3), "ababab"),
        ("multiply", (1e308, 10.0), INF),
        ("divide", (7, -2), -3.5),
        ("divide", (6, 3), 2.0),
        ("divide", (1, 0), INF),
        ("divide", (-1, 0), -INF),
        ("divide", (0, 0), NAN),
        ("divide", (1.0, 0.0), INF),
        ("divide", (1.0, -0.0), -INF),
        ("divide", (-1.0, 0), -INF),
        ("divide", (NAN, 0.0), NAN),
        ("divide", (0, 0.0), NAN),
        ("divide", (5, -0.0), -INF),
        ("divide", (HUGE, 10**399), 10.0),
        ("divide", (HUGE, -1), -INF),
        ("divide", (HUGE, 1.0), INF),
        ("divide", (1.0, HUGE), 0.0),
        ("modulo", (7, -2), -1),
        ("modulo", (-2, 7), 5),
        ("modulo", (2.5, -2), -1.5),
        ("modulo", (2.5, 0), NAN),
        ("modulo", (2, 0.0), NAN),
        ("modulo", (HUGE, 0.0), NAN),
        ("modulo", (HUGE, -2.0), NAN),
        ("divide", (HUGE, 0.0), INF),
        ("divide", (1.0, -HUGE), -0.0),
        ("power", (2, 100), 2**100),
        ("power", (25, 0.5), 5.0),
        ("power", (-8.0, 1 / 3), NAN),
        ("power", (10.0, 400), INF),
        ("power", (-10.0, 401), -INF),
        ("power", (0.0, -1), INF),
        ("power", (-0.0, -3), -INF),
        ("power", (-0.0, -2), INF),
        ("power", (2, -1.0), 0.5),
        ("power", (-1e200, 1.5), NAN),
        ("abs", (-3,), 3),
        ("abs", (-0.0,), 0.0),
        ("sqrt", (4,), 2.0),
        ("log", (0,), -INF),
        ("log", (HUGE,), INF),
        ("exp", (1000,), INF),
        ("exp", (-1000,), 0.0),
        ("sin", (INF,), NAN),
        ("cos", (-INF,), NAN),
        ("tanh", (INF,), 1.0),
        ("clamp", (5, 1, 3), 3),
        ("clamp", (0, 1, 3), 1),
        ("clamp", (2, 1.5, 3), 2.0),
        ("clamp", (NAN, 0.0, 1.0), NAN),
        ("clamp", ("b", "c", "d"), "c"),
        ("equal", (1, 1.0), True),
        ("equal", (2**53 + 1, 2.0**53), False),
        ("equal", (None, None), True),
        ("equal", (None, 1), False),
        ("equal", (True, 1), False),
        ("equal", (True, True), True),
        ("equal", ("1", 1), False),
        ("equal", (NAN, NAN), False),
        ("equal", ([1, [True]], [1.0, [True]]), True),
        ("equal", ([1], [True]), False),
        ("equal", ({"a": [1]}, {"a": [1.0]}), True),
        ("equal", ({"a": 1}, {"a": 2}), False),
        ("equal", ({"a": 1}, [1]), False),
        ("not_equal", (Symbol("a"), Symbol("a")), False),
        ("not_equal", (True, 1.0), True),
        ("not_equal", ([1], [2]), True),
        ("less_than", (2**53, 2.0**53 + 2), True),
        ("greater_than", (HUGE, 1e308), True),
        ("less_than", ("Z", "a"), True),
        ("less_than_or_equal", (1, 1.0), True),
        ("greater_than_or_equal", (NAN, 0.0), False),
        ("and", (True, True), True),
        ("or", (False, True), True),
        ("not", (False,), True),
        ("select", (True, 1, 2.5), 1.0),
        ("select", (False, HUGE, HUGE), HUGE),
        ("select", (True, HUGE, 0.0), INF),
        ("select", (True, None, 1), None),
        ("select", (True, None, 0.5), None),
        ("select", (False, "a", 1), 1),
        ("is_null", (None,), True),
        ("is_null", (0,), False),
        ("coalesce", (None, 2.0), 2.0),
        ("coalesce", (1, 2.5), 1.0),
        ("coalesce", (False, True), False),
        ("length", ("äß",), 2),
        ("array_size", ([1, 2],), 2),
        ("at", ([5, 6], 1), 6),
        ("at", ([5, 6], -2), 5),
        ("at", ([5, 6], 2), None),
        ("at", ([5, 6], -3), None),
        ("at", ([[1]], 0), [1]),
        ("concat", ("a", "b"), "ab"),
        ("concat", (1.0, True), "1.0true"),
        ("concat", (-(10**4999), ""), "-1" + "0" * 4999),
        ("concat", (1e23, 1e-07), "1.0e+231.0e-07"),
        ("concat", (1e15, 1e16), "1000000000000000.01.0e+16"),
        ("concat", (0.0001, 0.00001), "0.00011.0e-05"),
        ("concat", (-0.0, 1.5e300), "-0.01.5e+300"),
        ("concat", (INF, -INF), "Infinity-Infinity"),
        ("concat", (NAN, ""), "NaN"),
        ("concat", (Symbol("a"), 2**70), "a1180591620717411303424"),
        ("to_string", (np.float64(1e-07),), "1.0e-07"),
        ("to_integer", (-2.9,), -2),
        ("to_integer", (HUGE,), HUGE),
        ("to_integer", (Decimal("-2.9"),), -2),
        ("to_float", ("-.5e1",), -5.0),
        ("to_float", ("1e999",), INF),
        ("to_float", (10**400,), INF),
        ("upcase", ("straße",), "STRASSE"),
        ("downcase", ("ÄB",), "äb"),
    ],
)
def test_what_a_function_gives(function, arguments, expected):
    assert agree(call(function, *arguments), expected)


@pytest.mark.parametrize(
    ("function", "kinds", "arguments", "error"),
    [
        ("and", (BOOLEAN, BOOLEAN), (None, True), TypeError),
        ("and", (BOOLEAN, BOOLEAN), (False, None), TypeError),
        ("or", (BOOLEAN, BOOLEAN), (True, None), TypeError),
        ("not", (BOOLEAN,), (None,), TypeError),
        ("select", (BOOLEAN, INTEGER, INTEGER), (None, 1, 2), TypeError),
        ("concat", (STRING, STRING), (None, "a"), TypeError),
        ("concat", (STRING, INTEGER), ("a", None), TypeError),
        ("add", (INTEGER, INTEGER), (None, 1), TypeError),
        ("add", (FLOAT, INTEGER), (1.0, None), TypeError),
        ("multiply", (STRING, INTEGER), (None, 2), TypeError),
        ("divide", (FLOAT, FLOAT), (None, 0.0), TypeError),
        ("divide", (FLOAT, FLOAT), (1.0, None), TypeError),
        ("divide", (FLOAT, INTEGER), (None, 0), TypeError),
        ("divide", (INTEGER, FLOAT), (None, 0.0), TypeError),
        ("divide", (INTEGER, INTEGER), (None, 0), TypeError),
        ("divide", (INTEGER, INTEGER), (0, None), TypeError),
        ("modulo", (INTEGER, INTEGER), (1, 0), ZeroDivisionError),
        ("modulo", (FLOAT, FLOAT), (None, 0.0), TypeError),
        ("modulo", (FLOAT, INTEGER), (1.0, None), TypeError),
        ("power", (INTEGER, INTEGER), (2, -1), ValueError),
        ("power", (INTEGER, INTEGER), (None, 1), TypeError),
        ("power", (INTEGER, INTEGER), (None, -1), TypeError),
        ("power", (FLOAT, FLOAT), (None, 0.0), TypeError),
        ("power", (INTEGER, FLOAT), (None, 0.0), TypeError),
        ("less_than", (FLOAT, FLOAT), (1.0, None), TypeError),
        ("abs", (INTEGER,), (None,), TypeError),
        ("sqrt", (FLOAT,), (-1.0,), ValueError),
        ("log", (INTEGER,), (-1,), ValueError),
        ("sqrt", (FLOAT,), (None,), TypeError),
        ("exp", (INTEGER,), (None,), TypeError),
        ("clamp", (INTEGER, INTEGER, INTEGER), (1, 3, 2), ValueError),
        ("clamp", (INTEGER, INTEGER, INTEGER), (None, 3, 4), TypeError),
        ("length", (STRING,), (None,), TypeError),
        ("array_size", (ArrayOf(INTEGER),), (None,), TypeError),
        ("at", (ArrayOf(INTEGER), INTEGER), (None, 0), TypeError),
        ("at", (ArrayOf(INTEGER), INTEGER), ([1], None), TypeError),
        ("at", (ArrayOf(INTEGER), INTEGER), (["a"], 0), TypeError),
        ("upcase", (STRING,), (None,), TypeError),
        ("upcase", (ANY,), (5,), TypeError),
        *(
            ("to_integer", (STRING,), (text,), ValueError)
            for text in ("", "+", "1.0", "1_0", " 1", "٣")
        ),
        *(
            ("to_float", (STRING,), (text,), ValueError)
            for text in ("", "nan", "inf", "1_0", "1 ", "1e")
        ),
        ("to_integer", (STRING,), ("9" * 10_001,), OverflowError),
        ("to_integer", (FLOAT,), (NAN,), ValueError),
        ("to_integer", (ANY,), (Decimal("1e999999999"),), OverflowError),
        ("to_integer", (ANY,), (Decimal("NaN"),), ValueError),
        ("to_integer", (ANY,), (True,), TypeError),
        ("to_float", (ANY,), ([1],), TypeError),
        ("to_string", (ANY,), ([1],), TypeError),
        ("to_string", (DECIMAL, INTEGER), (None, 2), TypeError),
    ],
)
def test_what_a_function_rejects(function, kinds, arguments, error):
    with pytest.raises(error):
        call(function, *arguments, kinds=kinds)


def test_integers_are_converted_beyond_the_digits_that_python_refuses():
    assert call("to_string", 10**5000) == "1" + "0" * 5000
    assert call("to_integer", "9" * 5000) == 10**5000 - 1


def test_elements_of_a_whole_array_come_as_their_declared_kind():
    given = [1, np.float64(2.5), None]
    found = [call("at", given, n, kinds=(ArrayOf(FLOAT), INTEGER)) for n in range(3)]
    assert agree(found, [1.0, 2.5, None])
    assert call("at", ({"a": 1},), 0, kinds=(ArrayOf(HASH), INTEGER)) == {"a": 1}
    assert call("array_size", np.arange(3), kinds=(ArrayOf(INTEGER),)) == 3


def test_a_power_that_would_take_hours_is_an_error_and_a_long_one_is_exact():
    power = scalar_callable("power", (INTEGER, INTEGER), INTEGER)
    assert power(2, 3_000_000) == 1 << 3_000_000
    assert [power(one, 10**40 + 1) for one in (-1, 0, 1)] == [-1, 0, 1]
    for base in (2, -3, 10**30):
        with pytest.raises(OverflowError, match="more than a million digits"):
            power(base, 10**40)
    powers = kumi.loads(
        "schema do input do array :xs do integer :x end end value :v, 7 ** input.xs.x end"
    )
    with pytest.raises(OverflowError, match="more than a million digits"):
        powers.run(xs=[2, 10**12])
