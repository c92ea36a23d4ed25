"""Whatever the passes do to a program, nobody notices but who looks at its operations."""

import re

import pytest
from hypothesis import given, settings
from test_oracle_programs import drawn, schema_of, seeds, seen, settled, written

import kumi
from kumi.ir.ops import LOAD_INPUT
from kumi.ir.passes.optimizer import PASS_NAMES

pytestmark = pytest.mark.filterwarnings("error", "ignore::kumi.SchemaWarning")

OFF = [*[(name,) for name in PASS_NAMES], PASS_NAMES]
ORIGIN = re.compile("(takes no null, and ).*( is null; )")


def noticed(runnable, data):
    """What a caller sees. Where a null came from is said as far as the vectors are still there."""
    values, kind, message, notes = seen(runnable, data)
    return values, kind, ORIGIN.sub(r"\1something\2", message), notes


@settled
@given(seeds)
def test_results_kinds_and_errors_are_the_same_without_any_pass(seed):
    tree, inputs = drawn(seed)
    subject = schema_of(tree)
    for data in inputs:
        usual = noticed(subject, data)
        for off in OFF:
            other = noticed(subject.only(without=off), data)
            assert other == usual, (off, other, usual, written(tree), data)


@settings(settled, max_examples=settled.max_examples // 3)
@given(seeds)
def test_each_output_alone_is_the_same_without_passes(seed):
    tree, (data,) = drawn(seed, inputs=1)
    subject = schema_of(tree)
    for one in tree.declarations:
        usual = noticed(subject.only(one.name), data)
        other = noticed(subject.only(one.name, without=PASS_NAMES), data)
        assert other == usual, (one.name, written(tree), data)


@settled
@given(seeds)
def test_nothing_that_costs_is_computed_twice_or_for_nobody(seed):
    tree, _ = drawn(seed, inputs=0)
    program = kumi.compile(schema_of(tree))
    costly = [one for one in program.operations if not one.opcode.free]
    alike = {
        (one.title, one.args, one.axes, one.kind, repr(one.options), one.fields) for one in costly
    }
    assert len(alike) == len(costly)
    read = {arg for one in program.operations for arg in one.args}
    read |= {group.result for group in program.groups}
    assert all(one.index in read or one.opcode is LOAD_INPUT for one in program.operations)


@settled
@given(seeds)
def test_lowering_leaves_nothing_unread_that_a_pass_could_drop(seed):
    tree, _ = drawn(seed, inputs=0)
    program = schema_of(tree)._compiled.lowered(None)
    read = {arg for one in program.operations for arg in one.args}
    read |= {group.result for group in program.groups}
    read |= set(range(program.groups[0].last))
    assert all(one.index in read for one in program.operations if not one.opcode.free)
