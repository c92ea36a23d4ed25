"""Tuples and objects in a run: what their owner gets, how large and deep they may be, what fails."""

import json

import numpy as np
import pytest

import kumi
from kumi.cli.json_io import to_json

ROWS = "input do array :rows do hash :row do float :x integer :i end end end"


def schema(*formulas, inputs=ROWS):
    return kumi.loads("\n".join(["schema do", inputs, *formulas, "end"]), name="Made")


def run(*formulas, rows=((0.5, 0), (2.0, 1))):
    return schema(*formulas).run(rows=[{"x": x, "i": i} for x, i in rows])


def test_what_is_handed_out_belongs_to_its_owner():
    result = run(
        "value :pairs, [input.rows.row.x, {i: [input.rows.row.i]}]",
        "value :one, {a: [1]}",
        "value :other, [one, one]",
        "value :constant, [input.rows.row.i, one]",
    )
    first = result.to_dict()
    expected = json.dumps(first)
    first["pairs"][0][1]["i"].append(7)
    first["one"]["a"].append(7)
    first["other"][0]["a"].append(7)
    first["constant"][0][1]["a"].append(7)
    assert first["other"][1] == {"a": [1]}
    assert first["constant"][1] == [1, {"a": [1]}]
    assert json.dumps(result.to_dict()) == expected
    assert type(result.one) is dict
    assert type(result.other) is list


def test_numpy_has_them_as_objects():
    result = run("value :pairs, [input.rows.row.x, input.rows.row.i]", "value :one, [1, 2]")
    found = result.numpy("pairs")
    assert found.dtype == object
    assert found.tolist() == [[0.5, 0], [2.0, 1]]
    assert result.numpy("one").tolist() == [1, 2]


def test_no_rows_give_no_tuples():
    result = run(
        "let :t, [input.rows.row.x, input.rows.row.i]",
        "value :sum, fn(:sum, t)",
        "value :item, t[input.rows.row.i]",
        "value :o, {t: t}",
        rows=(),
    )
    assert result.to_dict() == {"t": [], "sum": [], "item": [], "o": []}


def test_neighbours_and_pairs_of_tuples():
    result = run(
        "let :t, [input.rows.row.x, input.rows.row.i]",
        "value :rolled, roll(t, 1)",
        "value :firsts, roll(t, 1)[0]",
        "value :pairs, [input.rows.row.i, cross(t)]",
    )
    assert result.rolled == [[2.0, 1], [0.5, 0]]
    assert result.firsts == [2.0, 0.5]
    pairs = [[[i, [x, j]] for x, j in ((0.5, 0), (2.0, 1))] for i in (0, 1)]
    assert result.pairs == pairs


def test_an_item_outside_is_null_in_each_cell_that_asks_for_it():
    result = run(
        "value :item, [1, 2.5][input.rows.row.i]",
        rows=[(0.0, i) for i in (-3, -2, -1, 0, 1, 2, 2**70)],
    )
    assert result.item == [None, 1.0, 2.5, 1.0, 2.5, None, None]


@pytest.mark.parametrize("function", ["sum", "min", "max", "mean"])
def test_a_null_that_comes_up_among_the_items_is_named(function):
    subject = schema(
        "let :t, [input.rows.row.x, [1, 2.5][input.rows.row.i]]",
        f"value :folded, fn(:{function}, t)",
    )
    with pytest.raises(TypeError, match="takes no null, and an item that is not there is null"):
        subject.run(rows=[{"x": 0.5, "i": 7}])


def test_nested_a_hundred_deep_and_no_deeper():
    deep = schema(f"value :deep, {'[' * 100}1{']' * 100}", inputs="input do end").run()
    assert json.dumps(deep.deep) == "[" * 100 + "1" + "]" * 100
    chain = ["value :d0, {}", *(f"value :d{n}, {{inner: d{n - 1}}}" for n in range(1, 101))]
    with pytest.raises(kumi.SchemaError, match="nested more than 100 deep") as caught:
        schema(*chain, inputs="input do end")
    assert len(caught.value.errors) == 1


def test_folds_may_follow_one_another_without_end():
    chain = ["value :d0, 1", *(f"value :d{n}, fn(:max, [d{n - 1}, {n}])" for n in range(1, 300))]
    assert schema(*chain, inputs="input do end").run().d299 == 299


def test_a_tuple_of_many_items():
    items = ", ".join(map(str, range(5000)))
    result = run(
        f"let :t, [{items}]", "value :sum, fn(:sum, t)", "value :item, t[input.rows.row.i]"
    )
    assert result.sum == sum(range(5000))
    assert result.item == [0, 1]


KEYS = ['"', "'; import os", "{0}", "a\nb", "", "None", "v0", "日本", "}})"]


def test_keys_are_data_and_never_code():
    fields = ", ".join(f"{json.dumps(key, ensure_ascii=False)} => input.rows.row.i" for key in KEYS)
    result = run(f"value :o, {{{fields}}}", rows=[(0.0, 3)])
    assert result.o == [dict.fromkeys(KEYS, 3)]
    assert kumi.compile(schema(f"value :o, {{{fields}}}")) is not None


def test_an_answer_as_json():
    formula = 'value :o, {x: input.rows.row.x / 0.0, t: [input.rows.row.i, date("2024-02-29")]}'
    written, not_numbers = to_json(run(formula, rows=[(1.0, 2)]).to_dict())
    assert json.loads(written) == {"o": [{"x": None, "t": [2, "2024-02-29"]}]}
    assert not_numbers == 1


class Offer(kumi.Record):
    x: kumi.Field[float]
    i: kumi.Field[int]


class InPython(kumi.Schema):
    class Input(kumi.Record):
        rows: kumi.Array[Offer]

    row = Input.rows
    item = kumi.value(kumi.tuple_of(row.x, 7)[row.i])
    largest = kumi.value(kumi.max((row.x, row.i)))
    made = kumi.value(kumi.object_of(x=row.x, pair=(row.i, row.x)))
    same = kumi.value(kumi.tuple_of(row.i, row.x) == [0, 0.5])
    chosen = kumi.value(kumi.when(row.i > 0).then([row.i, 1]).otherwise([0.5, 0]))


def test_in_a_class():
    result = InPython.run(rows=[Offer(x=0.5, i=0), Offer(x=2.0, i=1)])
    assert result.item == [0.5, 7.0]
    assert result.largest == [0.5, 2.0]
    assert result.made == [{"x": 0.5, "pair": [0, 0.5]}, {"x": 2.0, "pair": [1, 2.0]}]
    assert result.same == [True, False]
    assert result.chosen == [[0.5, 0], [1.0, 1]]
    assert np.array_equal(result.numpy("item"), [0.5, 7.0])


def test_over_no_rows_no_item_is_looked_at():
    least = "fn(:max, [fn(:min, input.none.n), fn(:count, input.none.n), input.none.n])"
    schema = kumi.loads(
        "schema do input do array :none do integer :n end end "
        f"value :least, {least} value :chosen, {least.replace('max', 'sum')} end"
    )
    assert schema.run(none=[]).to_dict() == {"least": [], "chosen": []}
    with pytest.raises(TypeError, match="`max` takes no null"):
        kumi.loads(
            "schema do input do array :none do integer :n end array :one do integer :n end end "
            "value :least, fn(:max, [fn(:min, input.none.n), 1, input.one.n]) end"
        ).run(none=[], one=[1])


@pytest.mark.parametrize(
    "asked",
    ["select(input.no[1], [1, 2], [2, input.xs.x])", "fn(:at, [input.xs.x, true], input.at[1])"],
)
def test_over_no_rows_a_null_that_chooses_is_not_asked(asked):
    inputs = "array :xs do integer :x end array :no do boolean :b end array :at do integer :i end"
    schema = kumi.loads(f"schema do input do {inputs} end value :y, {asked} end")
    assert schema.run(xs=[], no=[], at=[]).y == []
    with pytest.raises(TypeError, match="takes no null"):
        schema.run(xs=[1], no=[], at=[])
