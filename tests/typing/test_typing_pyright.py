"""Pyright, the checker of many editors, agrees with mypy about the class form."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kumi

HERE = Path(__file__).parent
PYRIGHT = Path(sys.executable).with_name("pyright")


@pytest.fixture(scope="module")
def flagged(tmp_path_factory):
    """Lines that pyright, as strict as it can be, flags: by file name."""
    if not PYRIGHT.exists():
        pytest.skip("pyright is not installed here (pip install pyright)")
    folder = tmp_path_factory.mktemp("pyright")
    for name in ("good.py", "bad.py"):
        shutil.copy(HERE / name, folder)
    root = str(Path(kumi.__file__).parent.parent)
    settings = {"include": ["."], "typeCheckingMode": "strict", "extraPaths": [root]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [PYRIGHT, "-p", folder, "--outputjson"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    _, begins, report = done.stdout.partition("{")  # its first start may say what it fetches
    if not begins:
        pytest.skip(f"pyright did not start: {(done.stderr or done.stdout)[-300:]}")
    found = {"good.py": set(), "bad.py": set()}
    for one in json.loads(begins + report)["generalDiagnostics"]:
        found[Path(one["file"]).name].add(one["range"]["start"]["line"] + 1)
    return found


def test_pyright_accepts_and_infers_the_same(flagged):
    assert flagged["good.py"] == set()


def test_pyright_refuses_the_same_lines(flagged):
    lines = (HERE / "bad.py").read_text(encoding="utf-8").split("\n")
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("# refused")}
    assert flagged["bad.py"] == marked
