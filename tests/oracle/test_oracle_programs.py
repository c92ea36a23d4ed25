"""The house against the oracle: random schemas on random data, as VM, file, text and selection."""

import json
import math
import os
import random
from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from interpreter import BadInput, Failed, evaluate
from random_inputs import Data
from random_schemas import schema
from tree_writer import written

import kumi
from kumi import otel
from kumi.errors import Source
from kumi.schema import Schema
from kumi.syntax.outline import outline
from kumi.syntax.text import parse

RELATIVE = 1e-12
TRIES = int(os.environ.get("ORACLE_EXAMPLES", "150"))
settled = settings(
    max_examples=TRIES,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=list(HealthCheck),
)
seeds = st.integers(0, 2**32)
"""Every choice follows from one number: a failure is told by it, and thousands cost seconds."""

pytestmark = pytest.mark.filterwarnings("error")


def schema_of(tree):
    return type(tree.name, (Schema,), {"_parsed": tree})


def drawn(seed, inputs=3):
    """A tree with the names of its loose outputs, and some data for it."""
    rnd = random.Random(seed)
    tree, loose = schema(rnd)
    return tree, loose, [Data(rnd).of(tree.inputs) for _ in range(inputs)]


def expected(tree, data, *names):
    """The oracle's values, and the names of the exceptions of which one is due."""
    try:
        return evaluate(tree, data, *names), set()
    except Failed as failed:
        return None, {kind.__name__ for kind in failed.kinds}
    except BadInput:
        return None, {"InputError"}


def ran(runnable, data):
    """The values and no exception, or the other way round."""
    try:
        return runnable.run(data).to_dict(), None
    except Exception as error:
        return None, error


def seen(runnable, data):
    """All that a caller sees of a run."""
    values, error = ran(runnable, data)
    return repr(values), type(error), str(error), getattr(error, "__notes__", [])


def same(found, value, *, loose=False):
    """Equal in value, type and sign of zero; the last digits of loose floats are free."""
    if type(found) is not type(value):
        return False
    if isinstance(value, list):
        pairs = zip(found, value, strict=False)
        return len(found) == len(value) and all(same(f, v, loose=loose) for f, v in pairs)
    if isinstance(value, dict):
        return found.keys() == value.keys() and all(same(found[k], value[k]) for k in value)
    if type(value) is not float or math.isnan(value):
        return found == value or (found != found and value != value)
    if found == value:
        return math.copysign(1.0, found) == math.copysign(1.0, value)
    return loose and math.isclose(found, value, rel_tol=RELATIVE, abs_tol=5e-324)


@settled
@given(seeds)
def test_a_run_gives_what_the_oracle_gives(seed):
    tree, loose, inputs = drawn(seed)
    subject = schema_of(tree)
    for data in inputs:
        values, due = expected(tree, data)
        found, error = ran(subject, data)
        assert (type(error).__name__ if error else None) in (due or {None}), (written(tree), data)
        for name, value in (values or {}).items():
            story = (name, found[name], value, written(tree), data)
            assert same(found[name], value, loose=name in loose), story


@settled
@given(seeds)
def test_an_output_alone_is_what_it_is_among_all(seed):
    tree, _, inputs = drawn(seed, inputs=1)
    subject = schema_of(tree)
    values, _ = ran(subject, inputs[0])
    for one in tree.declarations:
        _, due = expected(tree, inputs[0], one.name)
        alone, error = ran(subject.only(one.name), inputs[0])
        assert (type(error).__name__ if error else None) in (due or {None}), (
            one.name,
            written(tree),
        )
        if values is not None and one.name in values:
            assert repr(alone) == repr({one.name: values[one.name]})


@settled
@given(seeds)
def test_the_text_of_a_tree_is_that_tree(seed):
    tree, _, _ = drawn(seed, inputs=0)
    again = parse(Source("random.kumi", written(tree)), tree.name)
    assert outline(again) == outline(tree)


@settings(settled, max_examples=max(2, TRIES // 12))
@given(st.lists(seeds, min_size=8, max_size=8, unique=True), st.booleans())
def test_profiling_changes_nothing_and_records_every_operation(tmp_path_factory, batch, ops):
    file = tmp_path_factory.mktemp("oracle") / "p.jsonl"
    subjects = []
    for number, seed in enumerate(batch):
        tree, _, (data, *_) = drawn(seed, inputs=1)
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
    recorded = events["vm_operation"]
    succeeded = outcome[1] is type(None)
    assert (run.get("status") == "error") is not succeeded
    if not ops:
        assert not recorded
        return
    indexes = [event["index"] for event in recorded]
    assert indexes == list(range(len(indexes)))
    if succeeded:
        assert len(recorded) == len(program.operations) == run["operations"]
    reached = run["start_unix_nano"]
    for event in recorded:
        assert event["start_unix_nano"] == reached
        reached = event["end_unix_nano"]
    assert reached == run["end_unix_nano"]
    assert [event["operation"] for event in recorded] == [
        one.opcode.name for one in program.operations[: len(recorded)]
    ]
