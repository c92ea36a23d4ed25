"""docs/reading-profiles.md: its table of formats is the code's, and its examples run."""

import re
import sys
from pathlib import Path

import pytest

from kumi.cli.export_formats import FORMATS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reading-profiles.md").read_text(encoding="utf-8")
sys.path.insert(0, str(ROOT / "tests" / "cli"))

from calling import call  # noqa: E402 - found by the path above


@pytest.fixture
def recorded(tmp_path, monkeypatch, capsys):
    """The profile that the page speaks of: that of the demo."""
    monkeypatch.chdir(tmp_path)
    assert call(capsys, "demo", "-o", "kumi-profile.jsonl").code == 0
    return tmp_path


def test_the_table_of_formats_is_that_of_the_code():
    section = PAGE.partition("## For other programs")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\.[\w.]+)` \|", section, re.MULTILINE) == [*FORMATS]


def test_the_command_that_writes_files_writes_them(capsys, recorded):
    [command] = re.findall(r"^kumi (profile .* -o .*)$", PAGE, re.MULTILINE)
    assert call(capsys, *command.split()).code == 0
    assert {"profile.pb.gz", "profile.trace.json"} <= {path.name for path in recorded.iterdir()}


def test_the_example_in_python_runs(capsys, recorded):
    pytest.importorskip("polars")
    [example] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = {}
    exec(example, names)
    assert "Schemas analyzed: OrderPricing" in capsys.readouterr().out
    assert names["operations"].height == names["profile"].to_dict()["operations"] > 0
