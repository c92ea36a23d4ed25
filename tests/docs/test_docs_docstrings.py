"""The examples in the docstrings of passes and kernels say what the code does."""

import doctest
import pkgutil
from importlib import import_module

import pytest

from kumi import analysis, kernels

MODULES = [
    f"{package.__name__}.{module.name}"
    for package in (analysis, kernels)
    for module in pkgutil.iter_modules(package.__path__)
]


@pytest.mark.parametrize("name", MODULES)
def test_a_pass_and_a_kernel_has_an_example_that_is_true(name):
    found = doctest.testmod(import_module(name))
    assert found.attempted
    assert not found.failed
