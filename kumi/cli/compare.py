"""`kumi compare`: two schemas, or two profiles, operation by operation."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import click
from typing_extensions import override

from kumi.cli.exit_codes import FAILED
from kumi.cli.json_io import integers_of_any_size, read_input
from kumi.cli.progress import reading
from kumi.cli.schemas import folders, is_in_module
from kumi.cli.terminal import emit, say, width
from kumi.compare.comparison import compared
from kumi.compare.gates import parsed_gate, passed
from kumi.compare.revisions import PREFIX, RevisionError, as_it_was, parsed, taken_out
from kumi.letters import visible
from kumi.profiles.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kumi.compare.comparison import Comparison
    from kumi.compare.gates import Gate, Passed

_PROCESS: Final = "kumi.cli.compared_process"
_TRIPPED: Final = 3
_REASONS: Final = 3
_PROGRESS: Final = 40  # columns
_ROWS: Final = 20


def _gates(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> list[Gate]:
    try:
        return [parsed_gate(value) for value in values]
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


class _SeveralBases(click.Command):
    """Takes all words behind `--base` as its values, up to the next option: `--base a b c`.

    A shell makes many words of `base-*.jsonl`. Where that leaves no file for the new side, each
    `--base` has one value, as click has it.
    """

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        spread = _spread(args)
        return super().parse_args(ctx, args if spread is None else spread)


_WITH_VALUE: Final = {"--input", "-i", "--folder", "--processes", "--fail-on", "--limit"}


def _spread(args: Sequence[str]) -> list[str] | None:
    """The same with `--base` before each of its values; None where no word is left beside them."""
    found: list[str] = []
    option, has_new = "", False
    for word in args:
        if word.startswith("-") and word != "-":
            option = word
            found += [] if word == "--base" else [word]
        elif option == "--base":
            found += [option, word]
        else:
            has_new = has_new or option not in _WITH_VALUE
            option = ""
            found.append(word)
    return found if has_new else None


@click.command(cls=_SeveralBases)
@click.argument("sides", nargs=-1, required=True, metavar="OLD NEW")
@click.option(
    "--input", "-i", "given", metavar="FILE|-", help="Of schemas: the input, a JSON object."
)
@folders
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="N",
    help="Of schemas: fresh processes that measure both.",
)
@click.option(
    "--base",
    "bases",
    multiple=True,
    metavar="FILE...",
    help="Of profiles: recordings of the old side, as many as there are of the new one.",
)
@click.option(
    "--fail-on",
    "gates",
    multiple=True,
    callback=_gates,
    metavar="GATE",
    help="Exit with 3 where counts differ (operations), or it is slower (time=10%); repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="All figures as JSON, in nanoseconds.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=_ROWS,
    metavar="N",
    help=f"Rows of the table of operations ({_ROWS}).",
)
def compare(  # noqa: PLR0917 - click passes by name
    sides: tuple[str, ...],
    given: str | None,
    folders: tuple[str, ...],
    processes: int,
    bases: tuple[str, ...],
    gates: list[Gate],
    as_json: bool,
    limit: int,
) -> int:
    """Compare two schemas for one input, or two recorded profiles.

    A schema is file.kumi, module.py:Class, module:Class, or git:REV:path for a file as it was at a
    revision. Both are measured here, in turns, in fresh processes, and their results compared.

    Profiles are event files. One of each side tells counts exactly and times roughly; with several,
    recorded in turns, single operations are judged.

    \b
    Examples:
      kumi compare git:HEAD:tax.kumi tax.kumi --input tax.json
      kumi compare old.kumi new.kumi --input in.json --folder rules
      kumi compare old.jsonl new.jsonl --fail-on operations --fail-on time=10%
      kumi compare new-*.jsonl --base old-*.jsonl --fail-on time=10%
    """
    if bases or not _are_schemas(sides):
        if given is not None:
            raise click.UsageError("--input is for schemas: profiles were recorded with theirs")
        if folders:
            raise click.UsageError("--folder is for schemas: profiles have what was imported")
        found = _profiles(bases, sides)
    else:
        found = _schemas(sides, given, folders, processes)
    said = [passed(gate, found) for gate in gates]
    _show(found, said, as_json=as_json, limit=limit)
    return _tell(said)


def _are_schemas(sides: Sequence[str]) -> bool:
    kinds = {side: _is_schema(side) for side in sides}
    if len(set(kinds.values())) > 1:
        schema, profile = (
            next(side for side in sides if kinds[side] is is_) for is_ in (True, False)
        )
        raise click.UsageError(f"{schema} is a schema, and {profile} none")
    return kinds[sides[0]]


def _is_schema(side: str) -> bool:
    return (
        side.startswith(PREFIX)
        or side.endswith((".kumi", ".py"))
        or ".py:" in side
        or is_in_module(side)
    )


def _profiles(bases: Sequence[str], sides: Sequence[str]) -> Comparison:
    from kumi.compare.recordings import recorded  # noqa: PLC0415 - schemas need none of it

    old, new = (bases, sides) if bases else (sides[:1], sides[1:])
    if len(old) != len(new):
        raise click.UsageError(
            f"{len(old)} of the old side and {len(new)} of the new one: give as many of each, "
            "recorded in turns (NEW... --base BASE...)"
        )
    try:
        with reading():
            found = recorded(", ".join(old), old), recorded(", ".join(new), new)
    except UnreadableError as error:
        raise click.ClickException(visible(str(error))) from error
    return compared("profiles", *found)


def _schemas(
    sides: Sequence[str], given: str | None, folders: Sequence[str], processes: int
) -> Comparison:
    from kumi.compare.measuring import (  # noqa: PLC0415 - profiles need none of it
        MeasuringError,
        Question,
        measured,
    )

    if len(sides) != 2:  # noqa: PLR2004 - an old one and a new one
        raise click.UsageError("two schemas are compared: OLD NEW")
    if given is None:
        raise click.UsageError("schemas are compared for an input: --input FILE")
    with integers_of_any_size(), ExitStack() as stack:
        data = read_input(given)
        names: dict[str, str] = {}
        old, new = (_place(side, folders, stack, names) for side in sides)
        question = Question(
            (old[0], new[0]), (sides[0], sides[1]), data, (old[1], new[1]), swapped=False
        )
        try:
            found = measured(
                _PROCESS,
                question,
                processes,
                lambda number: _progress(f"measuring: process {number} of {processes}"),
            )
        except MeasuringError as error:
            _progress("")
            _say_error(str(error), names)
            sys.exit(FAILED)
    _progress("")
    return compared("schemas", *found)


def _place(
    side: str, folders: Sequence[str], stack: ExitStack, names: dict[str, str]
) -> tuple[str, tuple[str, ...]]:
    """Where the schema of a side is, and the folders that it may import from.

    Of a revision of git, both are as they were, in a folder that goes with the stack. `names` gets
    what such a folder is called where something is said of a file in it.
    """
    if not side.startswith(PREFIX):
        return side, tuple(folders)
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="kumi-"))).resolve()
    try:
        wanted = parsed(side)
        path = taken_out(wanted, folder)
        there = tuple(as_it_was(each, folder) for each in folders)
    except RevisionError as error:
        raise click.ClickException(visible(str(error))) from error
    names[f"{folder}{os.sep}"] = f"{PREFIX}{wanted.revision}:"
    return path, there


def _say_error(text: str, names: Mapping[str, str]) -> None:
    for folder, name in names.items():
        text = text.replace(folder, name)
    say(text, err=True)


def _progress(text: str) -> None:
    """Show how far it is on a terminal, over what stood there; an empty text removes it."""
    if width(sys.stderr):
        sys.stderr.write(f"\r{text:<{_PROGRESS}}" + ("" if text else "\r"))
        sys.stderr.flush()


def _show(found: Comparison, said: Sequence[Passed], limit: int, *, as_json: bool) -> None:
    if as_json:
        from kumi.compare.comparison_json import json_comparison  # noqa: PLC0415 - one of two

        emit(json_comparison(found, said))
        return
    from kumi.compare.comparison_report import report  # noqa: PLC0415 - one of two
    from kumi.profiles.reports.drawing import coloured, plain  # noqa: PLC0415 - JSON is not drawn

    columns = width(sys.stdout)
    draw = plain if columns is None or os.environ.get("NO_COLOR") else coloured
    emit(draw(report(found, limit), columns))


def _tell(said: Sequence[Passed]) -> int:
    """Say which gates tripped, and why; the exit code."""
    tripped = [(gate, why) for gate, why in said if why]
    for gate, why in tripped:
        more = f", and {len(why) - _REASONS:,} more" if len(why) > _REASONS else ""
        reasons = "; ".join(map(visible, why[:_REASONS]))
        say(f"--fail-on {gate.text}: {reasons}{more}", err=True)
    return _TRIPPED if tripped else 0
