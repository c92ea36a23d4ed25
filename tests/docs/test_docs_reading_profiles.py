"""docs/reading-profiles.md: its table of formats is the code's, and its examples run."""

import re
import sys
from pathlib import Path

import click
import pytest

from kumi.cli.export_formats import FORMATS
from kumi.cli.filter_options import filter_options
from kumi.profiles.engine import GROUP_KEYS
from kumi.profiles.ordering import SORT_KEYS

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


def test_the_commands_that_report_run(capsys, recorded):
    commands = re.findall(r"^kumi (profile kumi-profile\.jsonl[^|#\n]*)$", PAGE, re.MULTILINE)
    assert {"--source", "--tree", "--by", "--sort"} <= {
        word for each in commands for word in each.split()
    }
    for command in commands:
        assert call(capsys, *command.split(), "--force").code == 0, command


def section(title):
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_every_key_is_told():
    groups = section("Groups, and the order of tables")
    assert {f"`{key}`" for key in (*GROUP_KEYS, *SORT_KEYS)} <= set(re.findall(r"`\w+`", groups))


def test_every_filter_is_told():
    options = {
        option
        for parameter in click.command()(filter_options(lambda: None)).params
        for option in parameter.opts
    }
    assert options == set(
        re.findall(r"`(--[\w-]+)", section("Filters").partition("Filters choose")[0])
    )
