"""Random schemas, imported: called once with all of their inputs, or in each row of an array.

The caller's elements have other names, and its arrays no index: both are the imported schema's own.
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

pytestmark = pytest.mark.filterwarnings("ignore::kumi.SchemaWarning")


def renamed(one):
    """An input whose elements are called otherwise, without an index."""
    if one.children is None:
        return one
    children = [renamed(child) for child in one.children]
    if one.kind == "array":
        children = [replace(child, name=f"{child.name}_here") for child in children]
    return replace(one, index=None, children=tuple(children))


def caller(tree, above):
    """A schema that calls every declaration of another one; `above` is the path to its inputs."""
    names = [one.name for one in tree.declarations]
    inputs = written(replace(tree, inputs=tuple(map(renamed, tree.inputs)), declarations=()))
    block = inputs.partition("input do\n")[2].rpartition("end\nend")[0]
    if above:
        block = f"array :rows do\nhash :row do\n{block}end\nend\n"
    given_all = ", ".join(f"{one.name}: input.{above}{one.name}" for one in tree.inputs)
    calls = "".join(f"value :of_{name}, {name}({given_all})\n" for name in names)
    listed = ", ".join(f":{name}" for name in names)
    return f"schema do\nimport {listed}, from: Callee\ninput do\n{block}end\n{calls}end\n"


def check(tree, above, data):
    with TemporaryDirectory() as folder:
        file = Path(folder) / "caller.kumi"
        file.with_name("callee.kumi").write_text(written(tree), encoding="utf-8")
        text = caller(tree, above)
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
