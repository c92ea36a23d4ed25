"""Random programs on random data: the VM's vectors against plain Python, cell by cell."""

import math

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_programs import LARGEST, Failed, Unsaid, World, inputs, programs

from kumi import otel
from kumi.errors import Source
from kumi.schema import Schema
from kumi.syntax.text import parse


def schema_of(text):
    parsed = parse(Source("oracle.kumi", text), "Oracle")
    return type("Oracle", (Schema,), {"_parsed": parsed})


def same(found, expected):
    """Equal in value and kind; floats within the rounding that the order of a sum may cost."""
    if isinstance(expected, list):
        return (
            type(found) is list and len(found) == len(expected) and all(map(same, found, expected))
        )
    if type(found) is not type(expected):
        return False
    if type(expected) is float:
        both_nan = math.isnan(found) and math.isnan(expected)
        return both_nan or math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)
    return found == expected


def outcome(world, declared):
    """The values of all declarations, or the exceptions that the first failing operation raises."""
    try:
        for _, node in declared:
            world.value(node)
    except Failed as failed:
        return None, failed.kinds
    return {name: world.nested(node) for name, node in declared}, set()


def ran(schema, data):
    """The values, or the exception's type."""
    try:
        return schema.run(data).to_dict(), None
    except (TypeError, ValueError, ZeroDivisionError) as error:
        return None, type(error)


settled = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)


@settings(settled, max_examples=150)
@given(programs(), inputs())
def test_a_program_means_what_each_cell_of_it_means(program, data):
    text, declared = program
    assume(sum(node.size for _, node in declared) < LARGEST)
    try:
        expected, failures = outcome(World(data), declared)
    except Unsaid:
        assume(False)
    found, failure = ran(schema_of(text), data)
    assert failure in (failures or {None}), (text, data)
    for name, value in (expected or {}).items():
        assert same(found[name], value), (name, text, data, found[name], value)


def seen(schema, data):
    """All that a caller sees of a run."""
    try:
        return repr(schema.run(data).to_dict())
    except (TypeError, ValueError, ZeroDivisionError) as error:
        return type(error), str(error), error.__notes__


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return str(tmp_path_factory.mktemp("oracle") / "p.jsonl")


@settings(settled, max_examples=40)
@given(programs(), inputs(), st.booleans())
def test_profiling_changes_nothing_that_a_caller_sees(file, program, data, ops):
    schema = schema_of(program[0])
    before = seen(schema, data)
    with otel.profile(file=file, ops=ops, truncate=True):
        during = seen(schema, data)
    assert before == during == seen(schema, data)
