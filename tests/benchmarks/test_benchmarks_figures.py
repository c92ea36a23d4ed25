"""The figures that the pages show are those of a run, and a missed target is said."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERIES = "Series((90.0, 100.0, 110.0))"


def run(*arguments):
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="module")
def results():
    return json.loads((ROOT / "benchmarks" / "results.json").read_text())


def test_the_figures_on_the_pages_are_those_of_the_last_run():
    checked = run("-m", "benchmarks.report", "--check")

    assert checked.returncode == 0, checked.stderr


def test_the_results_say_on_what_they_were_measured(results):
    assert results["rounds"] >= 9
    assert all(results[key] for key in ("machine", "python", "sdk"))


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (f"Figure.ratio('r', {SERIES}, most=100)", "pass"),
        (f"Figure.ratio('r', {SERIES}, most=99)", "FAIL"),
        (f"Figure.ratio('r', {SERIES}, least=101)", "FAIL"),
        (f"Figure.ratio('r', {SERIES}, most=99, instead=True)", "pass"),
        (f"Figure.ns('t', {SERIES}, most=99)", "over"),
        (f"Figure.ns('t', {SERIES})", ""),
        ("Figure.fact('f', False)", "FAIL"),
    ],
)
def test_a_missed_ratio_fails_and_a_missed_time_is_only_said(figure, verdict):
    imports = "from benchmarks.figures import Figure; from benchmarks.harness import Series"
    shown = run("-c", f"{imports}; print({figure}.cells()[-1])")

    assert shown.stdout.strip() == verdict, shown.stderr
