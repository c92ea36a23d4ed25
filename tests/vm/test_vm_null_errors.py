"""Null in a run: the operation as the schema writes it, and the cell of the input it came from."""

import pytest

import kumi

SCHEMA = """schema do
  input do
    string :tier
    array :flags do
      boolean :flag
    end
    array :lines do
      hash :line do
        any :quantity
        array :xs do
          float :x
        end
        array :ds do
          decimal :d
        end
        array :days do
          date :day
        end
      end
    end
    array :orders do
      hash :order do
        any :note
        array :lines do
          hash :line do
            string :name
          end
        end
      end
    end
    any :a
  end
  let :q, input.lines.line.quantity
  let :m, fn(:max, input.lines.line.xs.x)
  let :d, fn(:max, input.lines.line.ds.d)
  let :day, fn(:max, input.lines.line.days.day)
  value :a, {}
end
"""
DATA = {
    "tier": "gold",
    "a": None,
    "flags": [True, None, False],
    "lines": [
        {"quantity": 1, "xs": [1.0], "ds": ["1.5"], "days": ["2024-02-29"]},
        {"quantity": None, "xs": [3.0], "ds": [2], "days": ["2024-02-29"]},
        {"quantity": 2, "xs": [], "ds": [], "days": []},
    ],
    "orders": [
        {"note": "n", "lines": [{"name": "a"}]},
        {"note": None, "lines": [{"name": "b"}, {"name": "c"}]},
    ],
}
MET = [
    ('fn(:concat, input.lines.line.quantity, " pieces")', "`concat`", "`lines[1].quantity`"),
    ("fn(:concat, q, 1)", "`concat`", "`q`, `lines[1].quantity`,"),
    ("fn(:abs, m)", "`abs`", "`m`, the `max` of no elements,"),
    ("fn(:upcase, input.a)", "`upcase`", "`a`"),
    ("fn(:clamp, m, 1, 2)", "`clamp`", "`m`, the `max` of no elements,"),
    ("fn(:concat, input.orders.order.note, input.orders.order.lines.line.name)", "`concat`", "`orders[1].note`"),
    ('fn(:concat, select(input.tier == "gold", q, "x"), "")', "`concat`", "`q`, `lines[1].quantity`,"),
    ('fn(:concat, fn(:coalesce, q, input.a), "")', "`concat`", "`a`"),
    ("fn(:max, input.lines.line.xs.x) + 1.0", "`+`", "the `max` of no elements"),
    ("fn(:sum, fn(:min, input.lines.line.xs.x))", "`sum`", "the `min` of no elements"),
    ("fn(:mean, m)", "`mean`", "`m`, the `max` of no elements,"),
    ("fn(:any, select(true, [input.flags[9], true], [true, true]))", "`any`", "one of its items"),
    ("fn(:sum, select(m == 1.0, [m, 1.0], [m, 2.0]))", "`sum`", "one of its items"),
    ("m < 5", "`<`", "`m`, the `max` of no elements,"),
    ("-m", "`-`", "`m`, the `max` of no elements,"),
    ("2 ** m", "`**`", "`m`, the `max` of no elements,"),
    ("m % 2.0", "`%`", "`m`, the `max` of no elements,"),
    ("m / m", "`/`", "`m`, the `max` of no elements,"),
    ("fn(:sqrt, m)", "`sqrt`", "`m`, the `max` of no elements,"),
    ("select(input.flags[1], 1, 2)", "a condition", "`flags[1]`"),
    ("select(input.flags[-2], m, 2.0)", "a condition", "`flags[1]`"),
    ("fn(:sum_if, m, true)", "`sum_if`", "`m`, the `max` of no elements,"),
    ("fn(:mean_if, m, m == null)", "`mean_if`", "`m`, the `max` of no elements,"),
    ("input.flags[0] & input.flags[1]", "`&`", "`flags[1]`"),
    ("input.flags[1] | true", "`|`", "`flags[1]`"),
    ("fn(:not, input.flags[7])", "`not`", "an item that is not there"),
    ("input.flags[0] & input.lines.line.xs[0] > 1.0", "`>`", "an item that is not there"),
]  # fmt: skip
NUMBERS = [
    ("{} * 2", "*"), ("{} - 1", "-"), ("{} / 3", "/"), ("{} % 2", "%"), ("{} ** 2", "**"), ("2 >= {}", ">="),
    ("fn(:round, {}, 1)", "round"), ("fn(:round_to, {}, 2)", "round_to"), ("fn(:floor, {})", "floor"),
    ("fn(:ceil, {})", "ceil"), ("fn(:min_of, 1, {})", "min_of"), ("fn(:max_of, {}, 1)", "max_of"),
    ("fn(:sum, {})", "sum"), ("fn(:mean, {})", "mean"), ('fn(:concat, {}, "")', "concat"), ("fn(:abs, {})", "abs"),
    ("fn(:clamp, 1, 0, {})", "clamp"),
]  # fmt: skip
DATES = [
    ("fn(:year, day)", "year"), ("fn(:add_days, day, 1)", "add_days"), ("fn(:add_months, day, 1)", "add_months"),
    ("fn(:days_between, day, day)", "days_between"), ("fn(:years_between, day, day)", "years_between"),
    ("day < day", "<"), ("fn(:weekday, day)", "weekday"),
]  # fmt: skip
MET += [
    (formula.format(name), f"`{operation}`", f"`{name}`, the `max` of no elements,")
    for name in "md"
    for formula, operation in NUMBERS
]
MET += [(formula, f"`{one}`", "`day`, the `max` of no elements,") for formula, one in DATES]
MET += [
    (f"to_{kind}(q)", f"`to_{kind}`", "`q`, `lines[1].quantity`,")
    for kind in ("decimal", "integer", "float", "string")
]


@pytest.fixture
def run(tmp_path):
    def run(formula, data):
        path = tmp_path / "met.kumi"
        path.write_text(SCHEMA.format(formula))
        return kumi.load(path).only("a").run(data)

    return run


@pytest.mark.parametrize(("formula", "operation", "what"), MET)
def test_the_error_names_the_operation_and_where_the_null_came_from(run, formula, operation, what):
    with pytest.raises(TypeError) as caught:
        run(formula, DATA)
    said = f"{operation} takes no null, and {what} is null; say with `coalesce` what it is then"
    assert str(caught.value) == said
    (note,) = caught.value.__notes__
    head, line, carets = note.split("\n")
    assert head.startswith("in Met.a, ")
    assert formula in line
    assert "^" in carets


def test_an_error_about_something_else_is_left_alone(run):
    with pytest.raises(TypeError, match="'int' object"):
        run("fn(:upcase, input.a)", DATA | {"a": 5})


def test_null_may_be_chosen_passed_on_and_compared(run):
    data = DATA | {"flags": [True, False, None]}
    assert run("select(input.flags[0], m, 0.0)", data).a == [1.0, 3.0, None]
    assert run("input.flags[2] == true", data).a is False
    assert run("m == 1.0", data).a == [True, False, False]


def test_a_null_input_that_was_left_out_hides_no_misspelt_one(tmp_path):
    path = tmp_path / "some.kumi"
    path.write_text("schema do input do float :x, null: true end value :y, input.x end")
    schema = kumi.load(path)
    assert schema.run().y is None
    assert schema.run(x=None).y is None
    with pytest.raises(kumi.InputError, match="xx: the schema has no such input"):
        schema.run(xx=1.0)
