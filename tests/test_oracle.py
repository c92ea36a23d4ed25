"""Random programs on random data: the VM's vectors against plain Python, cell by cell."""

import math

from hypothesis import HealthCheck, assume, given, settings
from oracle import LARGEST, Failed, Unsaid, World, inputs, programs

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


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)
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
