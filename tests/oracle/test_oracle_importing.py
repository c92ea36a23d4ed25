"""Random schemas that import others, which may import as well: nested, along rows, in diamonds."""

import random

import pytest
from agreement import check_run, ran
from hypothesis import given, settings
from random_imports import importing
from random_inputs import Data
from test_oracle_programs import seeds, seen, settled
from tree_writer import written

import kumi
from kumi.ir.passes.optimizer import PASS_NAMES

pytestmark = pytest.mark.filterwarnings("error", "ignore::kumi.SchemaWarning")


def texts_of(module):
    """The files of a schema and of all that it imports."""
    found = {module.tree.name: written(module.tree)}
    for one in module.modules:
        found |= texts_of(one)
    return found


@settled
@given(seeds)
def test_a_call_is_what_it_calls_with_the_arguments_in_place_of_the_inputs(seed):
    rnd = random.Random(seed)
    module = importing(rnd)
    for _ in range(3):
        data = Data(rnd).of(module.tree.inputs)
        story = (texts_of(module), data)
        check_run(module.plain, module.subject, data, story)
        for one in module.tree.declarations:
            check_run(module.plain, module.subject.only(one.name), data, story, one.name)


@settings(settled, max_examples=settled.max_examples // 3)
@given(seeds)
def test_schemas_in_files_and_without_passes_give_the_same(tmp_path_factory, seed):
    rnd = random.Random(seed)
    module = importing(rnd)
    data = Data(rnd).of(module.tree.inputs)
    folder = tmp_path_factory.mktemp("modules")
    for name, text in texts_of(module).items():
        (folder / f"{name.lower()}.kumi").write_text(text, encoding="utf-8", errors="surrogatepass")
    of_files = kumi.load(folder / "random.kumi")
    usual = ran(module.subject, data)
    assert repr(ran(of_files, data)) == repr(usual)
    assert seen(of_files, data)[:2] == seen(of_files.only(without=PASS_NAMES), data)[:2]
