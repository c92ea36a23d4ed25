"""A result behaves like a value: compared, pickled, read as a mapping, and never changed."""

import copy
import math
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import kumi
from kumi import otel


class Line(kumi.Record):
    price: kumi.Field[float]


class Order(kumi.Schema):
    class Input(kumi.Record):
        lines: kumi.Array[Line]
        tier: kumi.Field[str]

    premium = kumi.trait(Input.tier == "premium")
    unused = kumi.trait(Input.tier == "basic")
    dear = kumi.trait(Input.lines.price > 100.0)
    factor = kumi.let(kumi.select(premium, 0.5, 1.0))
    net = kumi.value(kumi.select(dear, Input.lines.price * factor, Input.lines.price))
    mean = kumi.value(net.mean())


DATA = {"lines": [{"price": 3.0}, {"price": 200.0}], "tier": "premium"}
EMPTY = {"lines": [], "tier": "basic"}
TEXT = """schema do
  input do
    array :xs do
      float :x
    end
  end
  value :keys, input.xs.x * 2
  value :mean, fn(:mean, input.xs.x)
end
"""


@pytest.fixture
def doubled(tmp_path):
    path = tmp_path / "doubled.kumi"
    path.write_text(TEXT)
    return kumi.load(path)


def test_results_are_equal_by_content():
    assert Order.run(DATA) == Order.run(DATA)
    assert Order.run(EMPTY) == Order.run(EMPTY)  # its mean is NaN, in the same place
    assert math.isnan(Order.run(EMPTY).mean)
    assert Order.run(DATA) != Order.run(EMPTY)
    assert Order.run(DATA) != Order.only("mean").run(DATA)
    assert Order.run(DATA) != Order.run(DATA).to_dict()


def test_a_result_reads_as_a_mapping_of_its_outputs():
    result = Order.run(DATA)
    assert list(result) == ["factor", "net", "mean"]
    assert len(result) == 3
    assert "net" in result
    assert "nett" not in result
    assert dict(result) == {**result} == result.to_dict()
    with pytest.raises(KeyError, match="did you mean `net`"):
        result["nett"]


def test_a_declaration_may_take_the_name_of_keys(doubled):
    result = doubled.run(xs=[1.5])
    assert result.keys == result["keys"] == [3.0]
    assert list(result) == ["keys", "mean"]


def test_a_trait_that_was_computed_can_be_read_and_is_no_output():
    result = Order.run(DATA)
    assert result.premium is True
    assert result["dear"] == [False, True]
    assert "dear" not in result.to_dict()
    assert result.numpy("dear").tolist() == [False, True]
    assert Order.only("factor").run(tier="premium", lines=[]).premium is True
    with pytest.raises(AttributeError, match=r"unused was not computed; .*only\('unused'\)"):
        _ = result.unused


@pytest.mark.parametrize("name", ["net", "premium", "new"])
def test_nothing_of_a_result_can_be_set_or_deleted(name):
    result = Order.run(DATA)
    with pytest.raises(AttributeError):
        setattr(result, name, 1)
    with pytest.raises(AttributeError):
        delattr(result, name)
    with pytest.raises(ValueError, match="read-only"):
        result.numpy("net")[0] = 9.0
    result.net.append(9.0)
    assert result == Order.run(DATA)
    with pytest.raises(TypeError, match="unhashable"):
        hash(result)


class Grumpy(dict):
    def __repr__(self):
        raise RuntimeError


def test_a_result_always_has_a_repr():
    class Passing(kumi.Schema):
        class Input(kumi.Record):
            n: kumi.Field[int]
            of: kumi.Field[dict]

        huge = kumi.value(10 ** (Input.n * 5000))
        passed = kumi.value(Input.of)

    assert repr(Passing.run(n=0, of={})) == "Passing(huge=1, passed={})"
    shown = repr(Passing.run(n=1, of=Grumpy()))
    assert shown == (
        "Passing(huge=<int without a repr: ValueError>, "
        "passed=<Grumpy without a repr: RuntimeError>)"
    )


def test_a_schema_is_run_and_not_called():
    for call in (Order, lambda: Order(DATA), lambda: Order(tier="premium")):
        with pytest.raises(TypeError, match=r"write Order\.run\(\.\.\.\)"):
            call()


def test_only_fails_at_once_for_a_name_that_is_not_declared(doubled):
    with pytest.raises(ValueError, match="Order does not declare `nett`; did you mean `net`"):
        Order.only("mean", "nett")
    with pytest.raises(ValueError, match="Doubled does not declare `meen`; did you mean `mean`"):
        doubled.only("meen")


def test_cells_gives_a_value_over_arrays_as_the_list_that_it_is():
    result = Order.run(DATA)
    assert kumi.cells(result.net) == [3.0, 100.0]
    with pytest.raises(TypeError, match="the value is no list"):
        kumi.cells(result.mean)
    with pytest.raises(TypeError, match="nested 1 deep"):
        kumi.cells(result.net, 2)


def test_copies_and_pickles_are_equal(doubled):
    for result in (Order.run(DATA), Order.run(EMPTY), doubled.run(xs=[1.0, 2.5])):
        for again in (pickle.loads(pickle.dumps(result)), copy.copy(result), copy.deepcopy(result)):
            assert type(again) is type(result)
            assert again == result
    assert pickle.loads(pickle.dumps(Order.run(DATA))).dear == [False, True]


def test_what_was_pickled_can_be_read_where_the_file_is_gone(doubled):
    pickled = pickle.dumps(doubled.run(xs=[1.0, 2.0]))
    code = "import pickle, sys; print(pickle.load(sys.stdin.buffer))"
    done = subprocess.run(
        [sys.executable, "-c", code], input=pickled, capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == "Doubled(keys=[2.0, 4.0], mean=1.5)"


POOL = """
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

import kumi


class Pay(kumi.Schema):
    class Input(kumi.Record):
        hours: kumi.Array[float]

    total = kumi.value(Input.hours.sum())


if __name__ == "__main__":
    loaded = kumi.load(sys.argv[1])
    context = multiprocessing.get_context(sys.argv[2])
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        ours = pool.submit(Pay.run, hours=[1.0, 2.0]).result()
        theirs = pool.submit(loaded.run, xs=[1.0, 2.0]).result()
    assert ours == Pay.run(hours=[1.0, 2.0]) and type(ours) is Pay
    assert theirs == loaded.run(xs=[1.0, 2.0]) and type(theirs) is loaded
    print(ours.total, theirs.mean)
"""


@pytest.mark.parametrize("start", ["spawn", "forkserver"])
def test_results_come_back_from_a_pool_of_processes(doubled, tmp_path, start):
    script = tmp_path / "pool.py"
    script.write_text(POOL)
    command = [sys.executable, script, tmp_path / "doubled.kumi", start]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["3.0", "1.5"]


def test_profiling_gives_the_same_results(tmp_path):
    before = [Order.run(DATA), Order.run(EMPTY)]
    with otel.profile(file=str(Path(tmp_path) / "p.jsonl"), ops=True):
        during = [Order.run(DATA), Order.run(EMPTY)]
    assert before == during
    assert during[0].premium is True
