"""docs/comparing.md: its test runs in a project of its own; what pages say in Python has types."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from examples_in_docs import blocks

import kumi

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    for name in ("order_pricing.kumi", "order_pricing.json"):
        shutil.copy(ROOT / "examples" / name, tmp_path)
    return tmp_path


def python_of(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    [code] = [code for kind, code in blocks(text) if kind == "python"]
    return code


def ran(folder, *command, **environment):
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_lines_for_a_test_suite_run_in_a_new_project(project):
    (project / "test_orders.py").write_text(python_of("comparing.md"), encoding="utf-8")
    done = ran(project, "pytest", "-q", "--kumi-profile")
    assert done.returncode == 0, done.stdout
    assert "Schemas analyzed: OrderPricing" in done.stdout
    assert (project / "kumi-profile.jsonl").exists()


@pytest.mark.parametrize("page", ["comparing.md", "reading-profiles.md"])
def test_a_strict_type_checker_accepts_the_lines(project, page):
    pytest.importorskip("mypy")
    pytest.importorskip("polars")
    (project / "lines.py").write_text(python_of(page), encoding="utf-8")
    root = Path(kumi.__file__).parents[1]
    path = {} if root.name == "site-packages" else {"MYPYPATH": str(root)}
    options = ("--strict", "--follow-imports=silent", "--config-file=", "--no-error-summary")
    done = ran(project, "mypy", *options, "lines.py", **path)
    assert (done.stdout, done.stderr) == ("", "")
