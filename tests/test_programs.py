"""Golden programs: source, input, the values with their exact kinds, and the operations.

What lies beside a program, `golden_programs.py` says.
"""

import math
import pickle
from datetime import date
from decimal import Decimal

import pytest
from golden_programs import (
    PATHS,
    PROGRAMS,
    RUN,
    beside,
    data,
    load,
    named,
    operations,
    printed,
    raised,
    tagged,
    warned,
    wrong,
)

from kumi.ir.passes.optimizer import PASS_NAMES
from kumi.syntax.nodes import Symbol

pytestmark = pytest.mark.filterwarnings("ignore::kumi.SchemaWarning")


def exact(value):
    """The value with its kinds, so that 1, 1.0 and true differ and NaN equals itself."""
    if isinstance(value, list):
        return [exact(item) for item in value]
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, float) and math.isnan(value):
        return (float, "NaN")
    if isinstance(value, Decimal | date | Symbol):
        return (str, tagged(value))
    return (type(value), value)


def test_each_program_has_a_name_of_its_own_and_one_outcome():
    assert len(PATHS) == len([*PROGRAMS.rglob("*.kumi")])
    outcomes = [*named(".expected.json"), *named(".raises"), *named(".error")]
    assert sorted(outcomes) == sorted(PATHS)


@pytest.mark.parametrize("name", named(".expected.json"))
def test_values(name):
    result = load(name).run(data(name)).to_dict()
    expected = data(name, ".expected.json")
    assert list(result) == list(expected)
    assert exact(result) == exact(expected)


@pytest.mark.parametrize("name", named(".expected.json"))
def test_values_without_any_pass(name):
    result = load(name).only(without=PASS_NAMES).run(data(name)).to_dict()
    assert exact(result) == exact(data(name, ".expected.json"))


@pytest.mark.parametrize("name", named(".expected.json"))
def test_operations(name):
    assert operations(load(name)) == beside(name, ".ops")


@pytest.mark.parametrize("name", named(".expected.json"))
def test_each_output_alone_is_what_it_is_among_all(name):
    schema = load(name)
    for output, value in data(name, ".expected.json").items():
        alone = schema.only(output).run(data(name)).to_dict()
        assert exact(alone) == {output: exact(value)}


@pytest.mark.parametrize("name", named(".expected.json"))
def test_a_result_is_the_same_from_a_pickle(name):
    result = load(name).run(data(name))
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    assert exact(again.to_dict()) == exact(result.to_dict())
    assert repr(again) == repr(result)


@pytest.mark.parametrize("name", named(".raises"))
def test_failures(name):
    assert raised(load(name), data(name)) == beside(name, ".raises").strip()


@pytest.mark.parametrize("name", named(".error"))
def test_mistakes(name):
    assert wrong(name) == beside(name, ".error").strip()


@pytest.mark.parametrize("name", RUN)
def test_warnings(name):
    assert warned(load(name)) == (beside(name, ".warnings") if name in named(".warnings") else "")


@pytest.mark.parametrize("name", named(".printed"))
def test_what_is_printed(name):
    assert printed(name) == beside(name, ".printed")
