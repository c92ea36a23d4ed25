"""`kumi ops`: the operations of a schema."""

from __future__ import annotations

import sys

import click

from kumi.cli.doubts import shown_as_by_check
from kumi.cli.schemas import check_names, folders, only, without_passes
from kumi.cli.schemas import schema as find_schema
from kumi.cli.terminal import say, width
from kumi.ir.passes.shown_passes import shown_passes
from kumi.ir.text import disassemble
from kumi.schema import compile_program, lowered_program


@click.command()
@click.argument("schema")
@click.option("--passes", is_flag=True, help="Show what each compiler pass changed.")
@without_passes
@folders
@only
def ops(
    schema: str,
    names: tuple[str, ...],
    *,
    passes: bool,
    without: frozenset[str],
    folders: tuple[str, ...],
) -> None:
    """List the operations of SCHEMA, as the VM runs them.

    A profile of one run has exactly these operations. With --passes, lines with - are the
    operations that a pass took away, numbered as before it; lines with + are those that it put
    there, numbered as after it. No pass changes a result.

    \b
    Examples:
      kumi ops tax.kumi
      kumi ops pricing.py:OrderPricing --only total discounted
      kumi ops tax.kumi --passes
      kumi ops tax.kumi --without constant_folding
    """
    with shown_as_by_check():
        found = find_schema(schema, folders)
        check_names(found, names)
    columns = width(sys.stdout)
    if passes:
        say(shown_passes(lowered_program(found, *names), without, columns))
    else:
        say(disassemble(compile_program(found, *names, without=without), columns))
