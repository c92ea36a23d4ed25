"""Golden programs: source, input, the values with their exact kinds, and the operations.

For each `programs/NAME.kumi` there is `NAME.json`, the input, and either `NAME.expected.json` with
`NAME.ops`, or `NAME.raises`: the exception's type with its note, behind the text of a TypeError,
which is ours; or the paths of the bad inputs.
"""

import json
import math
import pickle
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import kumi

PROGRAMS = Path(__file__).parent / "programs"

pytestmark = pytest.mark.filterwarnings("ignore::kumi.SchemaWarning")


def named(suffix):
    return sorted(path.name.removesuffix(suffix) for path in PROGRAMS.glob(f"*{suffix}"))


def load(name):
    return kumi.load(PROGRAMS / f"{name}.kumi")


def data(name, suffix=".json"):
    return json.loads((PROGRAMS / f"{name}{suffix}").read_text(encoding="utf-8"))


def exact(value):
    """The value with its kinds, so that 1, 1.0 and true differ and NaN equals itself."""
    if isinstance(value, list):
        return [exact(item) for item in value]
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, float) and math.isnan(value):
        return (float, "NaN")
    if isinstance(value, Decimal):
        return (str, str(value))  # JSON of Python's would read it through a float
    if isinstance(value, date):
        return (str, value.isoformat())  # as `kumi run` writes it
    return (type(value), value)


@pytest.mark.parametrize("name", named(".expected.json"))
def test_values(name):
    result = load(name).run(data(name)).to_dict()
    expected = data(name, ".expected.json")
    assert list(result) == list(expected)
    assert exact(result) == exact(expected)


@pytest.mark.parametrize("name", named(".expected.json"))
def test_operations(name):
    program = kumi.compile(load(name))
    expected = (PROGRAMS / f"{name}.ops").read_text(encoding="utf-8")
    groups = [
        "\n".join(one.title for one in program.operations[group.first : group.last])
        for group in program.groups
    ]
    assert "\n\n".join(group for group in groups if group) + "\n" == expected


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
    schema = load(name)
    with pytest.raises(Exception) as caught:
        schema.run(data(name))
    error = caught.value
    if isinstance(error, kumi.InputError):
        told = ", ".join(violation.path for violation in error.violations)
    else:
        notes = "".join(error.__notes__).replace(f"{PROGRAMS}/", "")
        told = f"{error}\n{notes}" if isinstance(error, TypeError) else notes
    expected = (PROGRAMS / f"{name}.raises").read_text(encoding="utf-8").strip()
    assert f"{type(error).__name__}: {told}" == expected
