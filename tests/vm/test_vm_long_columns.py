"""Loading many numbers: what is taken, said and read of them is what it is of a few."""

import math
import pickle
from decimal import Decimal

import numpy as np
import pytest
from vm_leaves import leaf, load

import kumi
from kumi.kernels.kinds import DECIMAL, FLOAT, INTEGER
from kumi.kernels.vectors import cells
from kumi.syntax.nodes import Range

MANY = 150
KINDS = {"float": FLOAT, "integer": INTEGER, "decimal": DECIMAL}


class Subclass(float):
    pass


class Whole(int):
    pass


FLOATS = [number / 100 for number in range(-MANY, MANY)]
INTEGERS = list(range(-MANY, MANY))
AMONG = {
    "nothing else": (),
    "a boolean": (True,),
    "a null": (None,),
    "a text": ("1.5",),
    "an integer": (7,),
    "a float": (0.5,),
    "a whole float": (3.0,),
    "a float of NumPy": (np.float64(2.5),),
    "an integer of NumPy": (np.int64(3),),
    "an array": (np.array([1.0]),),
    "bytes": (b"12345678",),
    "a list": ([1.0],),
    "subclasses": (Subclass(1.25), Whole(9)),
    "a decimal": (Decimal("0.125"),),
    "negative zero": (-0.0,),
    "NaN": (math.nan,),
    "an infinity": (math.inf,),
    "a large float": (1e300,),
    "the least float": (5e-324,),
    "integers about 32 bits": (2**31 - 1, 2**31, -(2**31), -(2**31) - 1),
    "integers past 64 bits": (2**63, -(2**63), 10**30),
    "something else": (object(),),
}


def loaded(found, kind, domain=None):
    """The column's cells and what was said, with whatever tells one cell from another."""
    one = leaf("rows[].x", KINDS[kind], domain)
    _, [column], bad = load({"rows": [{"x": cell} for cell in found]}, one)
    return [repr(cell) for cell in cells(column)], bad


USUAL = [
    pytest.param(kind, cells, id=f"{kind}s of {what}")
    for kind in KINDS
    for what, cells in (("floats", FLOATS), ("integers", INTEGERS))
    if (kind, what) != ("integer", "floats")
]


@pytest.mark.parametrize("domain", [None, Range(-5_000, 2**40)])
@pytest.mark.parametrize(("kind", "usual"), USUAL)
@pytest.mark.parametrize("among", AMONG.values(), ids=AMONG)
def test_many_cells_are_loaded_as_each_by_itself(kind, usual, among, domain):
    half = len(usual) // 2
    found, bad = loaded([*usual[:half], *among, *usual[half:]], kind, domain)
    alone = [loaded([cell], kind, domain) for cell in among]
    each = [cell for one in usual for cell in loaded([one], kind, domain)[0]]
    assert found == [*each[:half], *(cell for [cell], _ in alone), *each[half:]]
    assert bad == [
        one.replace("rows[0]", f"rows[{position}]")
        for position, (_, said) in enumerate(alone, half)
        for one in said
    ]


@pytest.mark.parametrize(("kind", "usual"), USUAL)
def test_an_array_of_numbers_alone_may_be_a_list_or_a_tuple(kind, usual):
    one = leaf("xs[]", KINDS[kind])
    found = [load({"xs": made(usual)}, one)[1] for made in (list, tuple)]
    as_list, as_tuple = (list(map(repr, cells(column))) for [column] in found)
    assert as_list == as_tuple == loaded(usual, kind)[0]


def test_many_listed_texts_are_compared_as_each_by_itself():
    subject = kumi.loads("""
    schema do
      input do array :rows do hash :row do
        string :colour, domain: ["red", "green", "blue"]
        string :other, domain: ["blue", "red"]
        string :perhaps, domain: ["red", "blue"], null: true
      end end end
      trait :red, input.rows.row.colour == "red"
      trait :not_blue, "blue" != input.rows.row.colour
      trait :alike, input.rows.row.colour == input.rows.row.other
      trait :perhaps_red, input.rows.row.perhaps == "red"
      value :colours, input.rows.row.colour
      value :number, select(red, 1, select(not_blue, 2, select(alike, 3, 4)))
      value :nulls, select(perhaps_red, 1, 0)
    end""")
    colours = [one for one in ("red", "green", "blue") for _ in range(200)]
    others = ["blue", "red"] * 300
    perhaps = ["red", None, "blue"] * 200
    given = zip(colours, others, perhaps, strict=True)
    rows = [{"colour": one, "other": other, "perhaps": third} for one, other, third in given]
    found = subject.run(rows=rows)
    assert found.colours == colours
    assert found == pickle.loads(pickle.dumps(found))
    alone = [subject.run(rows=[row]) for row in rows]
    for name in ("number", "nulls", "red", "not_blue", "alike", "perhaps_red"):
        assert found[name] == [one[name][0] for one in alone], name
    rows[77]["colour"] = "grey"
    with pytest.raises(kumi.InputError, match=r"rows\[77\]\.colour: expected a string, one of"):
        subject.run(rows=rows)
