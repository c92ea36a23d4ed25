"""The README shows what runs: its example, its tree of spans, its counts; its map names rooms that exist."""

import re
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

import pytest

import kumi
from kumi import examples
from kumi.cli.demo import RUNS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_prints_what_its_comment_says(capsys):
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    assert capsys.readouterr().out == ""
    exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out.strip() == re.search(r"# (\[.*)", code)[1]


def test_the_tree_is_that_of_the_example_and_its_parts_add_up():
    names = {"__name__": "readme"}
    exec(re.search(r"```python\n(.*?)```", README, re.DOTALL)[1], names)
    program = kumi.compile(names["OrderPricing"])
    shown = re.findall(
        r"^(\W*)(\w[\w. ]*?) +([\d.]+) µs", README.partition("\nrun ")[2], re.MULTILINE
    )
    total = float(re.search(r"^run OrderPricing +([\d.]+) µs", README, re.MULTILINE)[1])
    groups = {name: float(time) for indent, name, time in shown if len(indent) == len("├── ")}
    loads = {name: float(time) for _, name, time in shown if name.startswith("LoadInput ")}

    assert list(groups) == [f"OrderPricing.{group.name}" for group in program.groups]
    assert [*loads] == [one.title for one in program.operations if one.opcode.name == "LoadInput"]
    assert sum(groups.values()) == pytest.approx(total)
    assert sum(loads.values()) == pytest.approx(groups["OrderPricing.inputs"])


def test_every_file_that_it_names_is_there():
    named = re.findall(r"\]\(([\w./-]+?)(?:#[\w-]+)?\)", README)
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("name", examples.NAMES)
def test_the_demo_s_counts_are_those_that_the_readme_shows(name):
    schema = kumi.load(examples.path(name))
    operations = RUNS * len(kumi.compile(schema).operations)

    assert f"\n  {schema.__name__}: {operations} operations, " in README


@pytest.mark.parametrize("page", ["README.md", "docs/architecture.md"])
def test_the_map_names_the_rooms_that_there_are(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    rooms = re.findall(r"^(kumi/\w+)(?:/|\.py) ", text, re.MULTILINE)

    assert [room for room in rooms if find_spec(room.replace("/", ".")) is None] == []
    there = {room.name for room in iter_modules(kumi.__path__)} - {"__main__", "version"}
    assert [name for name in sorted(there) if not re.search(rf"\b{name}(/|\.py)", text)] == []
