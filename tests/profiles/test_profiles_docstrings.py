"""The examples in docstrings say what happens."""

import doctest
from importlib import import_module

import pytest

MODULES = ["event_line", "losses", "python_engine", "strict_line", "typical"]
MODULES += [
    "positions.digit_columns",
    "positions.stamped_places",
    "reports.fitting",
    "reports.wording",
]
MODULES += ["warehouses.first_readings", "warehouses.statements"]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name):
    found = doctest.testmod(import_module(f"kumi.profiles.{name}"))
    assert found.attempted > 0
    assert found.failed == 0
