"""The house is as plain as it says: no circle, and one name for one thing."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(
    not (ROOT / "kumi").is_dir(), reason="an installed Kumi is tested, and its files are not here"
)
PACKAGES = {"kumi": ROOT / "kumi", "kumi_exporters": ROOT / "exporters" / "kumi_exporters"}
FILES = {
    path: ".".join((name, *path.relative_to(folder).with_suffix("").parts)).removesuffix(
        ".__init__"
    )
    for name, folder in PACKAGES.items()
    for path in folder.rglob("*.py")
}
TWICE = {
    "cascades.py": "the two front ends mirror each other",
    "functions.py": "the file of a command is named after it",
    "ops.py": "the file of a command is named after it",
}
"""File names that stand in several rooms, and why."""


def imported(tree):
    """The modules of the house that one imports, also where that is for type checkers only."""
    known = set(FILES.values())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from {alias.name for alias in node.names} & known
        elif isinstance(node, ast.ImportFrom):
            modules = {f"{node.module}.{alias.name}" for alias in node.names} & known
            yield from modules or {node.module} & known


def test_no_module_imports_itself_by_way_of_others():
    graph = {
        module: set(imported(ast.parse(path.read_text()))) - {module}
        for path, module in FILES.items()
    }
    while leaves := {module for module, below in graph.items() if not below}:
        graph = {module: below - leaves for module, below in graph.items() if module not in leaves}
    assert not graph


def test_no_class_is_defined_twice():
    found = Counter(
        name
        for path in FILES
        for name in re.findall(r"^class (\w+)", path.read_text(), re.MULTILINE)
    )
    assert [name for name, times in found.items() if times > 1] == []


def test_a_file_name_that_stands_twice_has_a_reason():
    names = Counter(path.name for path in FILES if not path.name.startswith("__"))
    assert {name for name, times in names.items() if times > 1} == set(TWICE)


def test_no_comment_sends_its_reader_looking_for_another_one():
    assert [path for path in FILES if "as above" in path.read_text()] == []
