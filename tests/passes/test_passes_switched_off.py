"""Each pass can be switched off, from Python and in a command; nobody else notices."""

import pytest

import kumi
from kumi.ir.passes.optimizer import PASS_NAMES

TEXT = """schema do
  input do
    array :lines do
      hash :line do
        integer :price
        integer :quantity
      end
    end
    integer :points
  end
  let :threshold, 10 ** 2 + 20
  value :total, fn(:sum, input.lines.line.price * input.lines.line.quantity)
  value :most, fn(:max, input.lines.line.price * input.lines.line.quantity)
  value :per_point, threshold % input.points
  value :again, threshold % input.points
end"""
DATA = {"lines": [{"price": 3, "quantity": 4}, {"price": 5, "quantity": 1}], "points": 7}


@pytest.fixture(scope="module")
def schema():
    return kumi.loads(TEXT, name="Cart")


@pytest.mark.parametrize("off", [(), *[(name,) for name in PASS_NAMES], PASS_NAMES])
def test_a_run_without_a_pass_gives_the_same(schema, off):
    assert schema.only(without=off).run(DATA) == schema.run(DATA)
    assert schema.only("most", without=off).run(DATA)["most"] == 12


def test_programs_without_a_pass_are_others(schema):
    counts = {off: len(kumi.compile(schema, without=off).operations) for off in PASS_NAMES}
    usual = len(kumi.compile(schema).operations)
    assert all(count > usual for off, count in counts.items() if off != "common_subexpressions")
    assert "Reuse" not in schema.ops(without="common_subexpressions")
    assert schema.ops().count("Reuse") == 2
    assert schema.ops(without=()) == schema.ops()


def test_what_is_wrong_with_the_input_is_said_once_however_often_it_is_loaded(schema):
    bad = {"lines": [{"price": "3", "quantity": 4}], "points": None, "other": 1}
    said = []
    for off in ((), PASS_NAMES):
        with pytest.raises(kumi.InputError) as caught:
            schema.only(without=off).run(bad)
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_what_raises_is_the_first_that_would_have(schema):
    for off in ((), PASS_NAMES):
        with pytest.raises(ZeroDivisionError) as caught:
            schema.only(without=off).run(DATA | {"points": 0})
        assert "in Cart.per_point, Map modulo" in caught.value.__notes__[0]


@pytest.mark.parametrize("asked", [kumi.compile, kumi.Schema.only.__func__])
def test_a_pass_that_there_is_not(schema, asked):
    with pytest.raises(ValueError, match="no pass 'load_share'; did you mean `load_sharing`"):
        asked(schema, without="load_share")
