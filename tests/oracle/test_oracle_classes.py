"""Random schemas in both forms: the class and the file are one tree, and a run of each is the same."""

import os
import random
import re
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from random_inputs import Data
from random_schemas import schema
from tree_writer import written

import kumi
from kumi.syntax.nodes import Cascade
from kumi.syntax.outline import outline

sys.path.insert(0, str(Path(__file__).parent.parent / "syntax"))

import class_writer

TRIES = int(os.environ.get("ORACLE_EXAMPLES", "150"))
INPUT = re.compile(r"  +(integer|float|decimal|string|boolean|date|any|array|hash) ")

pytestmark = pytest.mark.filterwarnings("ignore::kumi.SchemaWarning")


def has_a_class(tree):
    """Without what only text can say: a symbol, and a cascade of no case."""
    bodies = [one.body for one in tree.declarations if isinstance(one.body, Cascade)]
    symbols = re.sub(r"Symbol:Symbol\(name='i\d+'\) index/1", "", outline(tree))
    return "Symbol(" not in symbols and all(body.cases for body in bodies)


def formulas(tree):
    """The declarations of a tree; a class has to say that a cascade's base is null."""
    lines = [line for line in outline(tree).split("\n") if not INPUT.match(line)]
    return [re.sub("base None$", "base NoneType:None", line) for line in lines]


def outcome(subject, data):
    try:
        return repr(subject.run(data).to_dict())
    except Exception as error:
        return type(error)


@settings(max_examples=max(5, TRIES // 2), suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_a_class_and_a_file_are_one_schema(seed):
    rnd = random.Random(seed)
    tree = schema(rnd)
    assume(has_a_class(tree))
    names = {}
    exec(class_writer.written(tree), names)
    of_class, of_text = names["Random"], kumi.loads(written(tree), name="Random")
    assert formulas(of_class._tree()) == formulas(of_text._tree()) == formulas(tree)
    for _ in range(2):
        data = Data(rnd).of(tree.inputs)
        assert outcome(of_class, data) == outcome(of_text, data)
