"""Vectors that are repeated only to meet others: views where rows are long, and the same values."""

import re

import numpy as np
import pytest

import kumi

LISTS = """input do
  array :xs do float :x end
  array :ys do float :y end
  array :rows do hash :row do float :k array :zs do float :z end end end
end"""
FORMULAS = {
    "value :cross, input.xs.x - cross(input.xs.x)": lambda d: [
        [a - b for b in d["xs"]] for a in d["xs"]
    ],
    "value :outer, fn(:max_of, input.xs.x, outer(input.ys.y)) * 2.0": lambda d: [
        [max(a, b) * 2.0 for b in d["ys"]] for a in d["xs"]
    ],
    "value :chosen, select(input.xs.x > cross(input.xs.x), input.xs.x, -0.0)": lambda d: [
        [a if a > b else -0.0 for b in d["xs"]] for a in d["xs"]
    ],
    "value :below, (input.rows.row.zs.z + 1.0) / input.rows.row.k": lambda d: [
        [(z + 1.0) / row["k"] for z in row["zs"]] for row in d["rows"]
    ],
    "value :pairs, (input.rows.row.zs.z - cross(input.rows.row.zs.z)) * input.rows.row.k": (
        lambda d: [
            [[(a - b) * row["k"] for b in row["zs"]] for a in row["zs"]] for row in d["rows"]
        ]
    ),
    "value :within, fn(:clamp, input.rows.row.zs.z, -1.0, fn(:abs, input.rows.row.k))": (
        lambda d: [[min(max(z, -1.0), abs(row["k"])) for z in row["zs"]] for row in d["rows"]]
    ),
    "value :grown, (fn(:clamp, input.xs.x, cross(input.xs.x), cross(input.xs.x) + 1.0) + cross(input.xs.x))"
    " * fn(:sum, input.xs.x - cross(input.xs.x))": lambda d: [
        [
            (min(max(a, b), b + 1.0) + b) * float(np.add.reduceat([a - c for c in d["xs"]], [0])[0])
            for b in d["xs"]
        ]
        for a in d["xs"]
    ],
    "value :alone, fn(:abs, cross(input.xs.x)) * cross(input.xs.x) + cross(2.0 / input.xs.x)": (
        lambda d: [[abs(b) * b + 2.0 / b for b in d["xs"]] for _ in d["xs"]]
    ),
    "value :thrice, input.xs.x * cross(input.xs.x) - cross(cross(input.xs.x))": lambda d: [
        [[a * b - c for c in d["xs"]] for b in d["xs"]] for a in d["xs"]
    ],
    "value :either, select(outer(input.ys.y) < input.xs.x, input.xs.x, outer(input.ys.y))": (
        lambda d: [[max(b, a) for b in d["ys"]] for a in d["xs"]]
    ),
    # What is seen through a view must not be written over, as `ys * 2.0` could be by the addition.
    "value :seen, (input.ys.y * 2.0 - cross(input.ys.y)) * (input.ys.y * 2.0 + 1.0)"
    " - (input.ys.y * 2.0 - cross(input.ys.y * 3.0))": lambda d: [
        [(a * 2.0 - b) * (a * 2.0 + 1.0) - (a * 2.0 - b * 3.0) for b in d["ys"]] for a in d["ys"]
    ],
    "value :far, input.xs.x * outer(input.ys.y * 2.0) - (input.xs.x - outer(input.ys.y * 2.0 + 1.0))"
    " * outer(input.ys.y * 2.0)": lambda d: [
        [a * (b * 2.0) - (a - (b * 2.0 + 1.0)) * (b * 2.0) for b in d["ys"]] for a in d["xs"]
    ],
}


def schema(*formulas):
    return kumi.loads("\n".join(["schema do", LISTS, *formulas, "end"]), name="Views")


def data(count, rows):
    rng = np.random.default_rng(count)
    return {
        "xs": rng.normal(size=count).tolist(),
        "ys": rng.normal(size=count + 3).tolist(),
        "rows": [{"k": rng.normal(), "zs": rng.normal(size=one).tolist()} for one in rows],
    }


@pytest.mark.parametrize(
    ("count", "rows"),
    [(0, []), (2, [3, 0, 1]), (40, [40, 40, 40]), (50, [70]), (33, [32, 33]), (5, [0, 0])],
)
def test_pairs_have_the_values_that_loops_have(count, rows):
    given = data(count, rows)
    result = schema(*FORMULAS).run(given)
    for formula, by_hand in FORMULAS.items():
        name = re.match(r"value :(\w+)", formula)[1]
        assert repr(result[name]) == repr(by_hand(given)), formula


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_alone_has_the_values_that_loops_have(formula):
    given = data(40, [40, 40])
    (found,) = schema(formula).run(given).to_dict().values()
    assert repr(found) == repr(FORMULAS[formula](given))


def test_what_cannot_be_computed_among_pairs_names_its_row():
    given = data(40, [40, 40]) | {"ys": [1.0]}
    given["rows"] = [{"k": 1.0, "zs": [2.0] * 40}, {"k": -1.0, "zs": [2.0] * 40}]
    subject = schema("value :within, fn(:clamp, input.rows.row.zs.z, 0.0, input.rows.row.k)")
    with pytest.raises(ValueError, match=re.escape("`rows[1].zs[0]`")):
        subject.run(given)


def test_what_cannot_be_computed_on_a_grid_says_what_it_cannot():
    subject = schema("value :within, fn(:clamp, input.xs.x, input.xs.x, cross(input.xs.x))")
    with pytest.raises(ValueError, match="clamp") as raised:
        subject.run(data(40, []))
    assert "in Views.within, Map clamp" in raised.value.__notes__[0]


def test_a_repeated_value_that_is_asked_for_is_written_out():
    subject = schema("value :again, cross(input.xs.x)", "value :more, again + input.xs.x")
    given = data(40, [])
    result = subject.run(given)
    assert result.again == [given["xs"]] * 40
    assert result.numpy("again").shape == (40, 40)
    assert result.more == [[b + a for b in given["xs"]] for a in given["xs"]]
