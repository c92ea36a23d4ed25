"""docs/commands.md shows the help of every command. Run this file to write the page anew."""

import re
from pathlib import Path

import click
import pytest

from kumi.cli.main import COMMANDS, kumi

PAGE = Path(__file__).parent.parent.parent / "docs" / "commands.md"


def shown(name):
    """What `kumi NAME --help` prints, 80 columns wide."""
    parent = click.Context(kumi, info_name="kumi", terminal_width=80)
    command = kumi.get_command(parent, name)
    context = click.Context(
        command,
        info_name=name,
        parent=parent,
        terminal_width=80,
        help_option_names=["-h", "--help"],
    )
    return command.get_help(context)


def section(name):
    return f"## kumi {name}\n\n{COMMANDS[name]}\n\n```\n{shown(name)}\n```\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_has_the_help_of_each_command(name):
    page = PAGE.read_text(encoding="utf-8").split()
    help_text = " ".join(shown(name).split())
    assert help_text in " ".join(page), f"run {__file__} to write the page anew"


def test_the_page_has_no_other_command():
    page = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"^## kumi (\w+)$", page, flags=re.MULTILINE) == list(COMMANDS)


if __name__ == "__main__":
    head = PAGE.read_text(encoding="utf-8").partition("## kumi ")[0]
    PAGE.write_text(head + "\n".join(section(name) for name in COMMANDS), encoding="utf-8")
