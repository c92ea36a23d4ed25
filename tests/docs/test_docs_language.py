"""Every example of the pages of the language runs: both forms give one tree and the result shown."""

import json
from pathlib import Path

import pytest
from examples_in_docs import blocks, digits, executed, schema_of, shown

import kumi
from kumi.places import Source
from kumi.syntax.classes import tree
from kumi.syntax.outline import outline
from kumi.syntax.text import parse

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGES = ("language.md", "kinds.md", "lists.md")
BLOCKS = [block for page in PAGES for block in blocks((DOCS / page).read_text(encoding="utf-8"))]


def examples():
    """Blocks that belong together, by kind: a text with its class, or a class alone."""
    found = []
    for kind, code in BLOCKS:
        if kind == "kumi" or (kind == "python" and "python" in found[-1]):
            found.append({})
        found[-1][kind] = found[-1].get(kind, "") + code
    return found


PAIRS = [blocks for blocks in examples() if "kumi" in blocks]
ALONE = [blocks for blocks in examples() if "kumi" not in blocks]


@pytest.fixture(params=range(len(PAIRS)))
def pair(request):
    return PAIRS[request.param]


@pytest.fixture
def schema(pair):
    return schema_of(executed(pair["python"], f"example_{PAIRS.index(pair)}"))


def test_the_page_has_examples():
    assert len(PAIRS) >= 17
    assert len(ALONE) >= 1


def test_both_forms_give_one_tree(pair, schema):
    text = parse(Source("example.kumi", pair["kumi"]), schema.__name__)
    assert outline(text) == outline(tree(schema))


def test_the_class_gives_the_result_shown(pair, schema):
    result = schema.run(json.loads(pair["json input"])).to_dict()
    assert shown(result) == digits(pair["json result"])


def test_the_text_gives_the_result_shown(pair, tmp_path, schema):
    assert schema.__name__  # it is there while the text is read, with the classes that it imports
    path = tmp_path / "example.kumi"
    path.write_text(pair["kumi"], encoding="utf-8")
    result = kumi.load(path).run(json.loads(pair["json input"])).to_dict()
    assert shown(result) == digits(pair["json result"])


def test_what_follows_an_example(pair):
    if "python continued" in pair:
        executed(pair["python"] + pair["python continued"], "continued_example")


@pytest.mark.parametrize("blocks", ALONE)
def test_mistakes_are_shown_as_the_page_says(blocks):
    broken = schema_of(executed(blocks["python"], "broken.py"))
    with pytest.raises(kumi.SchemaError) as caught:
        broken.check()
    assert str(caught.value) == blocks["text error"].rstrip()
