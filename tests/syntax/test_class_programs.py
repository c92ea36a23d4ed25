"""Every golden program and every example, written as a class: the same tree, and what comes of it."""

import json
import re

import pytest
from class_writer import written
from golden_programs import PATHS, RUN, data, operations, raised, tagged

import kumi
from kumi import examples
from kumi.errors import SchemaError
from kumi.places import Source
from kumi.syntax import nodes
from kumi.syntax.classes import tree
from kumi.syntax.outline import outline
from kumi.syntax.text import parse

PROGRAMS = PATHS | {name: examples.path(name) for name in examples.NAMES}
TWICE = "a class has one attribute of a name"
COUNTED = "Python counts the arguments of functions itself"
WITHOUT = "a class imports what is there and can be compiled"
NO_CLASS = {
    "circle_begin": WITHOUT,
    "circle_end": WITHOUT,
    "import_of_errors": WITHOUT,
    "wrong_imports": WITHOUT,
    "cases": "a case in a class is not one before it has a result: `.then(…)`",
    "no_such_module": WITHOUT,
    "indexes": "`kumi.index` takes the name as text, and nothing else can be written",
    "not_as_many": COUNTED,
    "one_child": "the annotation of an array has one element",
    "one_namespace": TWICE,
    "same_name_twice": TWICE,
    "what_pairs_need": COUNTED,
    "symbols": "a class has text where a file has a symbol",
    "wrong_paths": "a field that is not there is an AttributeError, where it is read",
}
"""Programs with a mistake that a class cannot have, and why."""

pytestmark = pytest.mark.filterwarnings("ignore::kumi.SchemaWarning")


def text_tree(name):
    path = PROGRAMS[name]
    try:
        return parse(Source(str(path), path.read_text(encoding="utf-8")), "Program")
    except SchemaError:
        return None


def without_a_class(name):
    """Why a class cannot say the same; None where it can."""
    of_text = text_tree(name)
    if of_text is None:
        return "has no tree: what cannot be read is Python's to refuse in a class"
    bodies = [one.body for one in of_text.declarations]
    if not all(body.cases for body in bodies if isinstance(body, nodes.Cascade)):
        return "has a cascade without a case, which a class cannot write"
    return NO_CLASS.get(name)


def twin(name):
    """The class of a program; skips, with the reason, where there is none."""
    why = without_a_class(name)
    if why:
        pytest.skip(why)
    names = imported(name)
    exec(written(text_tree(name)), names)
    return names["Program"]


def imported(name):
    """The schemas that a program imports, as a module of Python would have them."""
    files = {path.stem.title().replace("_", ""): path for path in PATHS.values()}
    modules = {one.module.rpartition("::")[2] for one in text_tree(name).imports}
    return {module: kumi.load(files[module]) for module in modules if module in files}


def imports_of(schema):
    """What is imported and called, by the name of the class: a class imports nothing else."""
    bodies = [root for one in schema.declarations for root in nodes.roots(one.body)]
    called = {node.function for node in nodes.distinct(*bodies) if isinstance(node, nodes.Call)}
    found = {(name, one.module.rpartition("::")[2]) for one in schema.imports for name in one.names}
    return {(name, module) for name, module in found if name in called}


def outcome(schema, given):
    """The values with their kinds, or the exception without the place in the source."""
    told = raised(schema, given)
    if told is None:
        return json.dumps(schema.run(given).to_dict(), default=tagged)
    return re.split(r" \(<|\ncalled at", told)[0]


def problems(compiled):
    """The class of each mistake, and how many there are."""
    with pytest.raises(SchemaError) as caught:
        compiled()
    return [one.kind for one in caught.value.errors]


def test_each_program_that_is_said_to_have_no_class_is_there():
    assert NO_CLASS.keys() <= PATHS.keys()


@pytest.mark.parametrize("name", PROGRAMS)
def test_one_tree(name):
    of_class, of_text = tree(twin(name)), text_tree(name)
    assert imports_of(of_class) == imports_of(of_text)
    of_class.imports = of_text.imports = ()
    said = re.sub("base None$", "base NoneType:None", outline(of_text), flags=re.MULTILINE)
    assert outline(of_class) == said


@pytest.mark.parametrize("name", RUN)
def test_one_program_and_one_outcome(name):
    of_class = twin(name)
    path = PATHS[name]
    text = path.read_text(encoding="utf-8")
    of_text = kumi.loads(text, name="Program", folders=[path.parent])
    assert operations(of_class) == operations(of_text)
    assert outcome(of_class, data(name)) == outcome(of_text, data(name))


@pytest.mark.parametrize("name", [*(one for one in PATHS if one not in RUN)])
def test_the_same_mistakes(name):
    of_class = twin(name)
    assert problems(of_class.check) == problems(lambda: kumi.load(PATHS[name]))
