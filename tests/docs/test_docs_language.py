"""Every example of docs/language.md runs: both forms give one tree and the result that is shown."""

import json
import linecache
import re
from pathlib import Path

import pytest

import kumi
from kumi.cli.json_io import to_json
from kumi.kernels.signatures import known_names
from kumi.places import Source
from kumi.syntax.classes import tree
from kumi.syntax.outline import outline
from kumi.syntax.text import parse

PAGE = Path(__file__).parent.parent.parent / "docs" / "language.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+ ?\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def examples():
    """Blocks that belong together, by kind: a text with its class, or a class alone."""
    found = []
    for kind, code in BLOCKS:
        if kind == "kumi" or (kind == "python" and "python" in found[-1]):
            found.append({})
        found[-1][kind] = found[-1].get(kind, "") + code
    return found


def executed(code, name):
    """The names that a module of this source defines, with lines for its places."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    names = {"__name__": name}
    exec(compile(code, name, "exec"), names)
    return names


def digits(text):
    """A JSON text on one line, with every number's own digits."""
    return json.dumps(json.loads(text, parse_float=lambda number: f"float {number}"))


def shown(result):
    """What `kumi run` writes."""
    return digits(to_json(result)[0])


def schema_of(names):
    return [
        one
        for one in names.values()
        if isinstance(one, type) and issubclass(one, kumi.Schema) and one is not kumi.Schema
    ][-1]


PAIRS = [blocks for blocks in examples() if "kumi" in blocks]
ALONE = [blocks for blocks in examples() if "kumi" not in blocks]


@pytest.fixture(params=range(len(PAIRS)))
def pair(request):
    return PAIRS[request.param]


@pytest.fixture
def schema(pair):
    return schema_of(executed(pair["python"], f"example_{PAIRS.index(pair)}"))


def test_the_page_has_examples():
    assert len(PAIRS) >= 7
    assert len(ALONE) >= 1


def test_both_forms_give_one_tree(pair, schema):
    text = parse(Source("example.kumi", pair["kumi"]), schema.__name__)
    assert outline(text) == outline(tree(schema))


def test_the_class_gives_the_result_shown(pair, schema):
    result = schema.run(json.loads(pair["json input"])).to_dict()
    assert shown(result) == digits(pair["json result"])


def test_the_text_gives_the_result_shown(pair, tmp_path):
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


def test_every_function_is_listed():
    listed = set(re.findall(r"`(\w+)`", TEXT[TEXT.index("## Functions") : TEXT.index("## Null")]))
    assert known_names() <= listed
