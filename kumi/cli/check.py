"""`kumi check`: every static error, with place and hint."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kumi.cli.exit_codes import FAILED, message
from kumi.cli.schemas import schemas as find_schemas
from kumi.cli.terminal import say, say_error
from kumi.errors import KumiError
from kumi.letters import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.schema import Schema


@click.command()
@click.argument("schemas", nargs=-1, required=True, metavar="SCHEMA...")
def check(schemas: tuple[str, ...]) -> None:
    """Find every static error of the SCHEMAs, without running them.

    SCHEMA is file.kumi, module.py:Class, or module.py for all of its schemas. The exit code is 1
    where there is an error.

    \b
    Examples:
      kumi check rules/*.kumi
      kumi check pricing.py
    """
    fine = [_checked(spec) for spec in schemas]
    if not all(fine):
        sys.exit(FAILED)


def _checked(spec: str) -> bool:
    found: list[type[Schema]] = []
    is_found = _passes(lambda: found.extend(find_schemas(spec)))
    fine = all([is_found, *(_passes(schema.check) for schema in found)])
    if fine:
        say(f"{visible(spec)}: ok")
    return fine


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
