"""`kumi ops`: the operations of a schema."""

from __future__ import annotations

import sys

import click

from kumi.cli.doubts import shown_as_by_check
from kumi.cli.schemas import check_names, only
from kumi.cli.schemas import schema as find_schema
from kumi.cli.terminal import say, width
from kumi.ir.text import disassemble
from kumi.schema import compile_program


@click.command()
@click.argument("schema")
@only
def ops(schema: str, names: tuple[str, ...]) -> None:
    """List the operations of SCHEMA, as the VM runs them.

    A profile of one run has exactly these operations.

    \b
    Examples:
      kumi ops tax.kumi
      kumi ops pricing.py:OrderPricing --only total discounted
    """
    with shown_as_by_check():
        found = find_schema(schema)
        check_names(found, names)
    say(disassemble(compile_program(found, *names), width(sys.stdout)))
