"""What is very deep, very long or very many: it is computed, or refused in words that say where."""

from itertools import repeat

import pytest

import kumi

DEEP = 60
TERMS = 20_000
ROWS = 1_000_000
PAIRED = 3000
TOO_MANY = 5_000_000
"""The pairs of so many floats have more bytes than there are addresses."""

DISTANCES = """schema do
  input do
    array :xs do
      float :x
    end
  end
  value :far, fn(:sum, fn(:abs, input.xs.x - cross(input.xs.x)))
end
"""


def arrays(depth):
    """A schema whose input is so many arrays inside of each other."""
    names = [f"a{n}" for n in range(depth)]
    path = ".".join(["input", *names, "x"])
    block = "".join(f"array :{name} do\n" for name in names) + "float :x\n" + "end\n" * depth
    folded = "fn(:sum, " * depth + path + ")" * depth
    return (
        f"schema do\ninput do\n{block}end\nvalue :sum, {folded}\nvalue :twice, {path} * 2.0\nend\n"
    )


def wrapped(value, times):
    for _ in range(times):
        value = [value]
    return value


def test_arrays_inside_of_each_other():
    result = kumi.loads(arrays(DEEP)).run({"a0": wrapped([1.5, 2.5], DEEP - 1)})
    assert result.sum == 4.0
    assert result.twice == wrapped([3.0, 5.0], DEEP - 1)


def test_tuples_and_objects_inside_of_each_other():
    pairs, objects, due = "0.5", "input.x", 2.0
    for _ in range(DEEP):
        pairs, objects, due = f"[{pairs}, input.x]", f"{{a: {objects}}}", {"a": due}
    inner = "fn(:at, " * DEEP + "pairs" + ", 0)" * DEEP
    declared = f"value :pairs, {pairs}\nvalue :objects, {objects}\nvalue :inner, {inner}\n"
    result = kumi.loads(f"schema do\ninput do\nfloat :x\nend\n{declared}end\n").run({"x": 2.0})
    assert result.objects == due
    assert result.inner == 0.5


def test_a_formula_of_many_terms_as_text():
    terms = " + ".join(["input.x"] * TERMS)
    schema = kumi.loads(f"schema do\ninput do\ninteger :x\nend\nvalue :sum, {terms}\nend\n")
    assert schema.run({"x": 3}).sum == 3 * TERMS


def test_a_formula_of_many_terms_as_a_class():
    class Long(kumi.Schema):
        class Input(kumi.Record):
            x: kumi.Field[int]

        total = kumi.value(sum(repeat(Input.x, TERMS - 1), start=Input.x))

    assert Long.run({"x": 3}).total == 3 * TERMS


def test_many_rows():
    rows = "array :rows do\nhash :row do\nfloat :price\ninteger :quantity\nend\nend\n"
    value = "value :sum, fn(:sum, input.rows.row.price * input.rows.row.quantity)"
    schema = kumi.loads(f"schema do\ninput do\n{rows}end\n{value}\nend\n")
    data = {"rows": [{"price": 0.5, "quantity": n} for n in range(ROWS)]}
    assert schema.run(data).sum == ROWS * (ROWS - 1) / 4


def test_all_pairs_of_many_rows():
    far = kumi.loads(DISTANCES).run({"xs": [float(n) for n in range(PAIRED)]}).far
    assert far[0] == far[-1] == PAIRED * (PAIRED - 1) / 2


def test_more_pairs_than_memory_has_are_an_error_that_says_where():
    with pytest.raises(MemoryError) as caught:
        kumi.loads(DISTANCES).run({"xs": [1.0] * TOO_MANY})
    said = "\n".join([str(caught.value), *caught.value.__notes__])
    assert "Map subtract (<Schema>:7:" in said
