"""A type checker follows the class form: it infers what good.py says, and refuses bad.py's lines."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import kumi

pytest.importorskip("mypy")
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def complaints(tmp_path_factory):
    """Lines that `mypy --strict` flags, by file name, with their messages."""
    cache = tmp_path_factory.mktemp("mypy")
    root = Path(kumi.__file__).parent.parent
    installed = root.name == "site-packages"  # mypy finds it there by itself
    command = [
        *(sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent"),
        *("--config-file=", "--cache-dir", str(cache), "--no-error-summary"),
        *("good.py", "bad.py"),
    ]
    environment = os.environ | ({} if installed else {"MYPYPATH": str(root)})
    done = subprocess.run(
        command, cwd=HERE, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    found = {"good.py": {}, "bad.py": {}}
    for name, line, message in re.findall(
        r"^(\w+\.py):(\d+): error: (.*)$", done.stdout, re.MULTILINE
    ):
        found[name].setdefault(int(line), message)
    return found


def test_what_must_be_accepted_and_inferred(complaints):
    assert complaints["good.py"] == {}


def test_what_must_be_refused(complaints):
    lines = (HERE / "bad.py").read_text(encoding="utf-8").split("\n")
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("# refused")}
    assert set(complaints["bad.py"]) == marked
