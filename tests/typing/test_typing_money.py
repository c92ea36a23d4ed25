"""The examples of money are clean to both type checkers, as strict as they can be."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kumi

ROOT = Path(kumi.__file__).parent.parent
MONEY = Path(__file__).parents[2] / "examples" / "money"
PYRIGHT = Path(sys.executable).with_name("pyright")
pytestmark = pytest.mark.skipif(
    not MONEY.is_dir(), reason="the examples folder is not beside the tests"
)


def test_mypy_finds_nothing_in_the_examples_of_money(tmp_path):
    pytest.importorskip("mypy")
    command = [
        *(sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent"),
        *("--config-file=", "--cache-dir", str(tmp_path), "."),
    ]
    environment = os.environ | ({} if ROOT.name == "site-packages" else {"MYPYPATH": str(ROOT)})
    done = subprocess.run(command, cwd=MONEY, env=environment, capture_output=True, text=True)
    assert "no issues found in 9 source files" in done.stdout, done.stdout + done.stderr


def test_pyright_finds_nothing_in_the_examples_of_money(tmp_path):
    if not PYRIGHT.exists():
        pytest.skip("pyright is not installed here (pip install pyright)")
    for path in MONEY.glob("*.py"):
        shutil.copy(path, tmp_path)
    settings = {"include": ["."], "typeCheckingMode": "strict", "extraPaths": [str(ROOT)]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [PYRIGHT, "-p", tmp_path, "--outputjson"]
    done = subprocess.run(command, capture_output=True, text=True)
    _, begins, report = done.stdout.partition("{")  # its first start may say what it fetches
    if not begins:
        pytest.skip(f"pyright did not start: {(done.stderr or done.stdout)[-300:]}")
    found = json.loads(begins + report)
    assert found["summary"]["filesAnalyzed"] == 9
    assert [
        (Path(one["file"]).name, one["range"]["start"]["line"] + 1, one["message"])
        for one in found["generalDiagnostics"]
    ] == []
