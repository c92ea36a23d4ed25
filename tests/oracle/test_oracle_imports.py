"""Random schemas, imported: called once with all of their inputs, or in each row of an array.

The caller's elements have other names, and its arrays no index: both are the imported schema's own.
Arrays and records are given whole, or computed, cell by cell.
"""

import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from agreement import check_run
from brought_in import tree_of_file
from hypothesis import given
from random_inputs import Data
from test_oracle_programs import drawn, seeds, settled
from tree_writer import written

import kumi
from kumi.syntax import nodes

pytestmark = pytest.mark.filterwarnings("ignore::kumi.SchemaWarning")


def renamed(one):
    """An input whose elements are called otherwise, without an index."""
    if one.children is None:
        return one
    children = [renamed(child) for child in one.children]
    if one.kind == "array":
        children = [replace(child, name=f"{child.name}_here") for child in children]
    return replace(one, index=None, children=tuple(children))


def computed(one, path):
    """An expression of what lies at a path: of an array its elements, of a record its fields."""
    if one.kind == "array" and one.children:
        (element,) = one.children
        return computed(element, f"{path}.{element.name}")
    if one.kind == "hash" and one.children:
        fields = (f"{each.name}: {computed(each, f'{path}.{each.name}')}" for each in one.children)
        return f"{{{', '.join(fields)}}}"
    return f"select(true, {path}, {path})"


ONES = {
    "integer": "3",
    "float": "2",
    "decimal": "2",
    "string": '"one"',
    "boolean": "true",
    "date": '"2024-02-29"',
}
"""A literal for an input of each kind, now and then of a kind that is brought to it."""


def with_ones(one, path, *, is_inside=False):
    """The same, where every other single value of a record in an array is one value for all."""
    if one.kind == "array" and one.children:
        (element,) = one.children
        return with_ones(element, f"{path}.{element.name}", is_inside=True)
    if one.kind != "hash" or not one.children:
        return computed(one, path)
    singles = [each.name for each in one.children if not each.children]
    same = singles[1::2] if is_inside else ()
    fields = (
        f"{each.name}: {ONES[each.kind]}"
        if each.name in same and each.kind in ONES
        else f"{each.name}: {with_ones(each, f'{path}.{each.name}', is_inside=is_inside)}"
        for each in one.children
    )
    return f"{{{', '.join(fields)}}}"


def caller(tree, above, argument):
    """A schema that calls every declaration of another one; `above` is the path to its inputs.

    `argument` says how an input is given, of which it gets the path.
    """
    names = [one.name for one in tree.declarations]
    inputs = written(replace(tree, inputs=tuple(map(renamed, tree.inputs)), declarations=()))
    block = inputs.partition("input do\n")[2].rpartition("end\nend")[0]
    if above:
        block = f"array :rows do\nhash :row do\n{block}end\nend\n"
    given_all = ", ".join(
        f"{one.name}: {argument(renamed(one), f'input.{above}{one.name}')}" for one in tree.inputs
    )
    calls = "".join(f"value :of_{name}, {name}({given_all})\n" for name in names)
    listed = ", ".join(f":{name}" for name in names)
    return f"schema do\nimport {listed}, from: Callee\ninput do\n{block}end\n{calls}end\n"


def whole(_one, path):
    return path


def without_whole(tree):
    """The declarations that use no array or record as one value; only a length may be asked."""
    reaches = kumi.loads(written(tree), name="Callee")._compiled.analyzed().reaches
    kept = {one.name: one for one in tree.declarations}
    while True:
        left = {name: one for name, one in kept.items() if not _uses_whole(one, reaches, kept)}
        if len(left) == len(kept):
            return replace(tree, declarations=tuple(kept.values()))
        kept = left


def _uses_whole(one, reaches, kept):
    found = [*nodes.distinct(*nodes.roots(one.body))]
    lengths = {
        part for node in found if getattr(node, "function", "") == "size" for part in node.args
    }
    names = {node.name for node in found if isinstance(node, nodes.Name)}
    paths = [node for node in found if isinstance(node, nodes.InputPath) and node not in lengths]
    return names - kept.keys() or any(reaches[node.path].declared.children for node in paths)


def check(tree, above, data, argument=whole):
    if not tree.declarations:
        return
    with TemporaryDirectory() as folder:
        file = Path(folder) / "caller.kumi"
        file.with_name("callee.kumi").write_text(written(tree), encoding="utf-8")
        text = caller(tree, above, argument)
        file.write_text(text, encoding="utf-8")
        story = (written(tree), text, data)
        check_run(tree_of_file(file), kumi.load(file), data, story)


@settled
@given(seeds)
def test_a_schema_that_is_called_gives_what_it_gives(seed):
    tree, (data,) = drawn(seed, inputs=1)
    check(tree, "", data)


@settled
@given(seeds)
def test_a_schema_that_is_called_in_rows_gives_it_for_each_row(seed):
    tree, _ = drawn(seed, inputs=0)
    rnd = random.Random(seed)
    rows = [Data(rnd).of(tree.inputs) for _ in range(rnd.choice([0, 1, 2, 3]))]
    check(tree, "rows.row.", {"rows": rows})


@settled
@given(seeds)
def test_arrays_and_records_that_are_computed_are_as_those_that_are_given(seed):
    tree, (data,) = drawn(seed, inputs=1)
    check(without_whole(tree), "", data, computed)


@settled
@given(seeds)
def test_what_is_computed_in_rows_is_given_for_each_row(seed):
    tree, _ = drawn(seed, inputs=0)
    rnd = random.Random(seed)
    rows = [Data(rnd).of(tree.inputs) for _ in range(rnd.choice([0, 1, 2, 3]))]
    check(without_whole(tree), "rows.row.", {"rows": rows}, computed)


@settled
@given(seeds)
def test_fields_that_are_one_value_have_it_in_each_element(seed):
    tree, (data,) = drawn(seed, inputs=1)
    check(without_whole(tree), "", data, with_ones)
