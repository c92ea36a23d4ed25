"""`kumi functions`: what functions the language has, and what each does."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

import click

from kumi.cli.terminal import say, width
from kumi.errors import did_you_mean
from kumi.kernels.reference import reference, sample
from kumi.kernels.signatures import known_names, overloads

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kumi.kernels.reference import Entry

_USUAL = 100


@click.command()
@click.argument("name", required=False)
def functions(name: str | None) -> None:
    """List the functions of the language, or say all of the one called NAME.

    NAME may be another name of it, or an operator.

    \b
    Examples:
      kumi functions
      kumi functions round
      kumi functions '%'
    """
    page = click.HelpFormatter(width=width(sys.stdout) or _USUAL)
    if name is None:
        _list_all(page)
    else:
        for entry in _found(name):
            _describe(page, entry)
    say(page.getvalue().strip("\n"))


def _found(name: str) -> list[Entry]:
    names = dict.fromkeys(function.name for function in overloads(name))
    if not names:
        hint = did_you_mean(name, known_names())
        raise click.UsageError(f"there is no function {name!r}; {hint}")
    return [reference()[one] for one in names]


def _list_all(page: click.HelpFormatter) -> None:
    groups: dict[str, list[tuple[str, str]]] = {}
    for entry in reference().values():
        groups.setdefault(entry.group, []).append((entry.usage, entry.meaning))
    for group, rows in groups.items():
        with page.section(group):
            page.write_dl(rows, col_max=24)


def _describe(page: click.HelpFormatter, entry: Entry) -> None:
    page.write_paragraph()
    page.write_text(" · ".join((entry.name, *entry.aliases)))
    page.write_paragraph()
    page.write_text(f"{entry.usage}: {entry.meaning}")
    page.write_paragraph()
    with page.indentation():
        page.write_dl(list(_facts(entry)))
        for text, python, gives in entry.examples:
            page.write_paragraph()
            page.write_dl([("text", text), ("class", python), ("result", gives)])
        if given := _given(example.text for example in entry.examples):
            page.write_paragraph()
            page.write_dl(given)


def _facts(entry: Entry) -> Iterable[tuple[str, str]]:
    yield from (("kinds", line) for line in entry.kinds)
    yield from (("option", line) for line in entry.options)
    yield from (("axes", entry.axes), ("null", entry.nulls))


def _given(examples: Iterable[str]) -> list[tuple[str, str]]:
    """The data that the examples read."""
    data = json.loads(sample().data)
    read = dict.fromkeys(re.findall(r"input\.(\w+)", " ".join(examples)))
    return [(f"input.{name}", json.dumps(data[name])) for name in read]
