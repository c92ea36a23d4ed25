"""Every golden program and every example, written as a class: the same tree."""

import re

import pytest
from class_writer import written
from golden_programs import PATHS

import kumi
from kumi import examples
from kumi.errors import SchemaError
from kumi.places import Source
from kumi.syntax import nodes
from kumi.syntax.classes import tree
from kumi.syntax.outline import outline
from kumi.syntax.text import parse

PROGRAMS = [
    *PATHS.values(),
    *(examples.path(name) for name in examples.NAMES),
]


def has_a_class(schema):
    """Without what Python folds or cannot say: a cascade needs a case."""
    bodies = [one.body for one in schema.declarations]
    return all(body.cases for body in bodies if isinstance(body, nodes.Cascade))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_one_tree(path):
    try:
        of_text = parse(Source(str(path), path.read_text(encoding="utf-8")), "Program")
    except SchemaError:
        pytest.skip("has no tree")
    if not has_a_class(of_text):
        pytest.skip("has a cascade without a case")
    names = {}
    exec(written(of_text), names)
    of_class = tree(names["Program"])
    said = re.sub("base None$", "base NoneType:None", outline(of_text), flags=re.MULTILINE)
    assert outline(of_class) == said
    assert issubclass(names["Program"], kumi.Schema)
