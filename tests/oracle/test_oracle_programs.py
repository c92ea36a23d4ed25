"""The house against the oracle: random schemas on random data, as VM, file, text and selection."""

import json
import os
import random
import re
from collections import defaultdict

import pytest
from agreement import check_run, expected, ran, same, told
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_inputs import Data
from random_schemas import schema
from tree_writer import written

import kumi
from kumi import otel
from kumi.analysis.pipeline import analyze
from kumi.errors import InputError
from kumi.places import Source
from kumi.schema import Schema
from kumi.syntax.outline import outline
from kumi.syntax.text import parse

TRIES = int(os.environ.get("ORACLE_EXAMPLES", "150"))
settled = settings(
    max_examples=TRIES,
    suppress_health_check=list(HealthCheck),
)
seeds = st.integers(0, 2**32)
"""Every choice follows from one number: a failure is told by it, and thousands cost seconds."""

pytestmark = pytest.mark.filterwarnings("error", "ignore::kumi.SchemaWarning")


def schema_of(tree):
    return type(tree.name, (Schema,), {"_parsed": tree})


def drawn(seed, inputs=3):
    """A tree, and some data for it. A trait that can never be true is made a value of it."""
    rnd = random.Random(seed)
    tree = schema(rnd)
    for one in never_true(tree):
        one.kind = "value"
    return tree, [Data(rnd).of(tree.inputs) for _ in range(inputs)]


def never_true(tree):
    """The traits of which the analysis says so."""
    if not any(one.kind == "trait" for one in tree.declarations):
        return []
    try:
        analyze(tree)
    except kumi.SchemaError as error:
        told = [re.match(r"`(\w+)` can never be true", one.message) for one in error.errors]
        return [one for one in tree.declarations if one.name in {it[1] for it in told if it}]
    return []


def seen(runnable, data):
    """All that a caller sees of a run."""
    values, error = ran(runnable, data)
    return repr(values), type(error), str(error), getattr(error, "__notes__", [])


@settled
@given(seeds)
def test_a_run_gives_what_the_oracle_gives(seed):
    tree, inputs = drawn(seed)
    subject = schema_of(tree)
    for data in inputs:
        check_run(tree, subject, data, (written(tree), data))


@settled
@given(seeds)
def test_an_output_alone_is_what_it_is_among_all(seed):
    tree, inputs = drawn(seed, inputs=1)
    subject = schema_of(tree)
    values, _ = ran(subject, inputs[0])
    for one in tree.declarations:
        _, due = expected(tree, inputs[0], one.name)
        alone, error = ran(subject.only(one.name), inputs[0])
        assert due is None or told(error) in due, (
            error,
            due,
            one.name,
            written(tree),
        )
        if values is not None and one.name in values:
            assert same(alone, {one.name: values[one.name]})


@settled
@given(seeds)
def test_the_text_of_a_tree_is_that_tree(seed):
    tree, _ = drawn(seed, inputs=0)
    again = parse(Source("random.kumi", written(tree)), tree.name)
    assert outline(again) == outline(tree)


@settings(settled, max_examples=max(2, TRIES // 12))
@given(st.lists(seeds, min_size=8, max_size=8, unique=True), st.booleans())
def test_profiling_changes_nothing_and_records_every_operation(tmp_path_factory, batch, ops):
    file = tmp_path_factory.mktemp("oracle") / "p.jsonl"
    subjects = []
    for number, seed in enumerate(batch):
        tree, (data,) = drawn(seed, inputs=1)
        tree.name = f"Random{number}"
        subjects.append((schema_of(tree), data))
    before = [seen(*subject) for subject in subjects]
    with otel.profile(file=str(file), ops=ops):
        during = [seen(*subject) for subject in subjects]
    after = [seen(*subject) for subject in subjects]
    assert before == during == after
    events = events_by_schema(file)
    for (subject, _), outcome in zip(subjects, before, strict=True):
        check_events(kumi.compile(subject), events[subject.__name__], outcome, ops)


def events_by_schema(file):
    """The events of each schema's one run, by name of event."""
    events = defaultdict(lambda: defaultdict(list))
    for line in file.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        events[event.get("schema")][event["event"]].append(event)
    return events


def check_events(program, events, outcome, ops):
    (run,) = events["vm_run"]
    assert (run.get("status") == "error") is (outcome[1] is not type(None))
    recorded = events["vm_operation"]
    count = operations_due(program, outcome, recorded) if ops else 0
    listed = [(one.index, one.opcode.name) for one in program.operations[:count]]
    assert [(event["index"], event["operation"]) for event in recorded] == listed
    if ops:
        check_that_they_tile(run, recorded)


def operations_due(program, outcome, recorded):
    """How many operations the run came to, which tell who failed."""
    _, error, _, notes = outcome
    failed = [event["index"] for event in recorded if event.get("error")]
    if error is type(None):
        assert not failed
        return len(program.operations)
    if not notes:
        assert error is InputError
        assert failed or not program.groups[0].last
        return program.groups[0].last
    (index,) = failed
    assert recorded[index]["error"] == error.__name__
    assert program.operations[index].title in notes[0]
    return index + 1


def check_that_they_tile(run, recorded):
    reached = run["start_unix_nano"]
    for event in recorded:
        assert event["start_unix_nano"] == reached
        reached = event["end_unix_nano"]
    assert reached == run["end_unix_nano"]
