"""`kumi check`: every static error and warning, with place and hint."""

from __future__ import annotations

import sys
import warnings
from functools import partial
from typing import TYPE_CHECKING

import click

from kumi.cli.doubts import show
from kumi.cli.exit_codes import FAILED, message
from kumi.cli.schemas import folders
from kumi.cli.schemas import schemas as find_schemas
from kumi.cli.terminal import say, say_error
from kumi.errors import KumiError, SchemaWarning
from kumi.letters import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.errors import Problem
    from kumi.schema import Schema


@click.command()
@click.argument("schemas", nargs=-1, required=True, metavar="SCHEMA...")
@folders
def check(schemas: tuple[str, ...], folders: tuple[str, ...]) -> None:
    """Find every static error of the SCHEMAs, without running them.

    SCHEMA is file.kumi, module.py:Class, or module.py for all of its schemas. The exit code is 1
    where there is an error; warnings are shown and leave it 0.

    \b
    Examples:
      kumi check rules/*.kumi
      kumi check pricing.py
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SchemaWarning)  # they are shown here, each with its place
        fine = [_checked(spec, folders) for spec in schemas]
    if not all(fine):
        sys.exit(FAILED)


def _checked(spec: str, folders: tuple[str, ...]) -> bool:
    found: list[type[Schema]] = []
    doubts: list[Problem] = []
    is_found = _passes(lambda: found.extend(find_schemas(spec, folders)))
    fine = all([is_found, *(_passes(partial(_doubt, one, doubts)) for one in found)])
    for doubt in doubts:
        show(doubt)
    if fine:
        say(f"{visible(spec)}: ok{_counted(len(doubts))}")
    return fine


def _doubt(schema: type[Schema], doubts: list[Problem]) -> None:
    doubts.extend(schema.check())


def _counted(doubts: int) -> str:
    return f", {doubts} warning{'' if doubts == 1 else 's'}" if doubts else ""


def _passes(step: Callable[[], None]) -> bool:
    """Whether it raises nothing; what it raises is shown."""
    try:
        step()
    except (KumiError, OSError) as error:
        say(message(error), err=True)
    except click.ClickException as error:
        say_error(error)
    else:
        return True
    return False
