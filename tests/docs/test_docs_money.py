"""docs/money.md: both forms of an example are one tree, and give what the page says; its list is whole."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from examples_in_docs import executed, schema_of

from kumi.cli.main import main
from kumi.places import Source
from kumi.syntax.classes import tree
from kumi.syntax.outline import outline
from kumi.syntax.text import parse

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "money.md").read_text(encoding="utf-8")
BLOCK = r"```{}\n(.*?)^```$\s+"
EXAMPLES = re.findall(
    "".join(map(BLOCK.format, ("kumi", "python", "json input", "json result"))),
    PAGE,
    re.MULTILINE | re.DOTALL,
)


def test_the_page_has_examples():
    assert len(EXAMPLES) == PAGE.count("```kumi") == 2


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_says_the_same_in_both_forms_and_gives_what_is_shown(number, tmp_path, capsys):
    text, code, data, shown = EXAMPLES[number]
    schema = schema_of(executed(code, f"money_{number}"))
    assert outline(parse(Source("money.kumi", text), schema.__name__)) == outline(tree(schema))

    (tmp_path / "money.kumi").write_text(text, encoding="utf-8")
    (tmp_path / "money.json").write_text(data, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["run", str(tmp_path / "money.kumi"), "--input", str(tmp_path / "money.json")])
    assert not ended.value.code
    printed = capsys.readouterr().out
    assert json.loads(printed, parse_float=Decimal) == json.loads(shown, parse_float=Decimal)


def test_the_page_lists_the_schemas_that_there_are():
    folder = ROOT / "examples" / "money"
    if not folder.is_dir():
        pytest.skip("the examples folder is not beside the tests")
    listed = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(path.stem for path in folder.glob("*.kumi"))
