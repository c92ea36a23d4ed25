"""`kumi run`: one input through a schema, JSON in and JSON out."""

from __future__ import annotations

import os
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kumi.cli.carrier import inherited
from kumi.cli.doubts import shown_as_by_check
from kumi.cli.exit_codes import failure
from kumi.cli.json_io import integers_of_any_size, read_input, write_output
from kumi.cli.recorded_file import BLOCK_MS, WHOLE_PROFILE, filled_in, is_stream, profile_end
from kumi.cli.schemas import check_names, folders, only, without_passes
from kumi.cli.schemas import schema as find_schema
from kumi.cli.shell_words import command_name, typed
from kumi.cli.terminal import say
from kumi.errors import InputError, KumiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.ir.program import Program
    from kumi.otel.settings import Options
    from kumi.schema import Schema, Selection


@click.command()
@click.argument("schema")
@click.option(
    "--input", "-i", "given", metavar="FILE|-", help="The input, a JSON object; - is stdin."
)
@click.option("--output", "-o", metavar="FILE", help="Write the result here, not to stdout.")
@only
@without_passes
@folders
@click.option("--profile", metavar="FILE", help="Record every operation into this event file.")
def run(
    schema: str,
    names: tuple[str, ...],
    *,
    given: str | None,
    output: str | None,
    without: frozenset[str],
    folders: tuple[str, ...],
    profile: str | None,
) -> None:
    """Compute SCHEMA for one input and print the result as JSON.

    SCHEMA is file.kumi, or module.py:Class (module.py where it has only one). NaN and infinities
    become null.

    \b
    Examples:
      kumi run tax.kumi --input tax.json
      kumi run pricing.py:OrderPricing --input - --only total < order.json
      kumi run tax.kumi --input tax.json --profile tax.jsonl
    """
    with integers_of_any_size():
        with _profiled(profile), shown_as_by_check():
            found = find_schema(schema, folders)
            check_names(found, names)
            result = _computed(found.only(*names, without=without), given)
        write_output(result, output)


@contextmanager
def _profiled(path: str | None) -> Iterator[None]:
    """Record what happens inside into the event file at `path`, and say how to read it."""
    if path is None:
        with inherited() if os.environ.get("KUMI_PROFILE") else nullcontext():
            yield
        return
    from kumi import otel  # noqa: PLC0415 - a second of imports that only a profile needs

    path = filled_in(path)
    before = _state(path)
    with otel.profile(**_options(path)), inherited():
        yield
    if _state(path) != before and _is_whole(path):  # else a warning has said what is the matter
        say(f"profile written; next: {command_name()} profile {typed(path)}", err=True)


def _options(path: str) -> Options:
    """Who asks for a profile wants all of it: a run waits for room, unless told how long."""
    options: Options = {"file": path, "ops": True}
    if BLOCK_MS not in os.environ:
        options["block_ms"] = float(WHOLE_PROFILE)
    return options


def _state(path: str) -> tuple[int, int, int] | None:
    """What changes when a profile is written; None for a pipe, which cannot be read back."""
    if is_stream(path):
        return None
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _is_whole(path: str) -> bool:
    """Whether the profile was written to its end, and all of it."""
    end = profile_end(path)
    return end is not None and not any(why.startswith("file_") for why in end["dropped"])


def _reads_decimals(program: Program) -> bool:
    """Whether a number in the input may be a decimal, whose digits must not become a float's."""
    leaves = (operation.leaf for operation in program.operations if operation.leaf)
    return any("decimal" in str(leaf.kind) for leaf in leaves)


def _computed(chosen: Selection[Schema], given: str | None) -> dict[str, Any]:
    data = read_input(given, keeps_digits=_reads_decimals(chosen.program))
    try:
        return chosen.run(data).to_dict()
    except InputError as error:
        if given is not None:
            raise
        raise click.ClickException(f"{error}\n  = give the input with --input FILE") from error
    except KumiError:
        raise
    except Exception as error:  # a calculation that fails raises Python's own exceptions
        notes = "".join(f"\n{note}" for note in getattr(error, "__notes__", ()))
        raise click.ClickException(f"{failure(error)}{notes}") from error
