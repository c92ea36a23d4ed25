"""docs/files.md has every file of the house in a line. Run this file to write the page anew."""

import ast
import sys
from itertools import groupby
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(
    not (ROOT / "kumi").is_dir(), reason="an installed Kumi is tested, and its files are not here"
)
PAGE = ROOT / "docs" / "files.md"
HEAD = """# Every file in a line

What each file says of itself first, room by room. [architecture.md](architecture.md) says how they
hang together, and follows one operation through them.
"""


def sentence(path):
    """The first sentence of a module, and of a package that has one."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(said.partition("\n\n")[0].split())


def page():
    files = [*ROOT.glob("kumi/**/*.py"), *ROOT.glob("exporters/kumi_exporters/**/*.py")]
    said = {path.relative_to(ROOT): sentence(path) for path in files}
    parts = [HEAD]
    for room, paths in groupby(
        sorted(said, key=lambda path: (path.parent, path)), lambda p: p.parent
    ):
        about = said.get(room / "__init__.py", "")
        rows = [f"* `{path.name}`: {said[path]}" for path in paths if path.name != "__init__.py"]
        parts.append(f"## {room.as_posix()}/\n\n{about}\n\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def test_every_file_says_what_it_is():
    assert PAGE.read_text(encoding="utf-8") == page()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.exit(0)
