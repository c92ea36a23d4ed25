"""The README's example computes what the README says, and the maps name rooms that exist."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_prints_what_its_comment_says(capsys):
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})

    assert capsys.readouterr().out.strip() == re.search(r"# (\[.*)", code)[1]


@pytest.mark.parametrize("page", ["README.md", "docs/architecture.md"])
def test_the_map_names_rooms_that_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    rooms = re.findall(r"^(kumi/\w+)(?:/|\.py) ", text, re.MULTILINE)

    assert len(rooms) > 10
    assert [room for room in rooms if find_spec(room.replace("/", ".")) is None] == []


def test_every_document_that_is_linked_to_exists():
    linked = re.findall(r"\]\(([\w/.-]+)\)", README)

    assert linked
    assert [path for path in linked if not (ROOT / path).exists()] == []
