"""Every golden program and every example, written as a class: the same tree."""

import re

import pytest
from class_writer import written
from golden_programs import PATHS, RUN, data, load

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


def classes_of(schema):
    """The schemas that a text imports, as a module of Python would have them."""
    files = {module_name(path): path for path in PATHS.values()}
    modules = {one.module.rpartition("::")[2] for one in schema.imports}
    return {module: kumi.load(files[module]) for module in modules if module in files}


def module_name(path):
    return path.stem.title().replace("_", "")


def imports_of(schema):
    """What is imported and used, by the name of the class."""
    bodies = [root for one in schema.declarations for root in nodes.roots(one.body)]
    called = {node.function for node in nodes.distinct(*bodies) if isinstance(node, nodes.Call)}
    found = {(name, one.module.rpartition("::")[2]) for one in schema.imports for name in one.names}
    return {(name, module) for name, module in found if name in called}


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_one_tree(path):
    try:
        of_text = parse(Source(str(path), path.read_text(encoding="utf-8")), "Program")
    except SchemaError:
        pytest.skip("has no tree")
    if not has_a_class(of_text):
        pytest.skip("has a cascade without a case")
    names = classes_of(of_text)
    exec(written(of_text), names)
    of_class = tree(names["Program"])
    assert imports_of(of_class) == imports_of(of_text)
    of_text.imports = of_class.imports = ()
    said = re.sub("base None$", "base NoneType:None", outline(of_text), flags=re.MULTILINE)
    assert outline(of_class) == said
    assert issubclass(names["Program"], kumi.Schema)


@pytest.mark.parametrize("name", [name for name in RUN if "import" in name])
def test_a_class_that_imports_computes_the_same(name):
    of_text = parse(Source(name, PATHS[name].read_text(encoding="utf-8")), "Program")
    names = classes_of(of_text)
    exec(written(of_text), names)
    expected, found = (outcome(one, name) for one in (load(name), names["Program"]))
    assert found == expected


def outcome(schema, name):
    try:
        return repr(schema.run(data(name)).to_dict())
    except ZeroDivisionError as error:
        return str(error)
