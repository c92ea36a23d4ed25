"""`kumi ops`: the operations of a schema."""

from __future__ import annotations

import click

from kumi.cli.schemas import check_outputs
from kumi.cli.schemas import schema as find_schema


@click.command()
@click.argument("schema")
@click.option(
    "--only", metavar="NAME", multiple=True, help="Only what this declaration needs; repeatable."
)
def ops(schema: str, only: tuple[str, ...]) -> None:
    """List the operations of SCHEMA, as the VM runs them.

    A profile of one run has exactly these operations.

    \b
    Examples:
      kumi ops tax.kumi
      kumi ops pricing.py:OrderPricing --only total
    """
    found = find_schema(schema)
    check_outputs(found, only)
    click.echo(found.ops(*only))
