"""`kumi profile`: a breakdown of profiles, or their events."""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING, Literal

import click
from click.core import ParameterSource

from kumi.cli.filter_options import filter_options
from kumi.cli.show_report import show_report
from kumi.cli.terminal import say
from kumi.profiles.described_lines import known_beforehand
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.read_profiles import check_readable, read_breakdown
from kumi.profiles.reports.remarks import malformed
from kumi.profiles.reports.rendering import ROWS
from kumi.profiles.reports.wording import name
from kumi.profiles.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kumi.profiles.breakdown import Breakdown
    from kumi.profiles.filters import Filters
    from kumi.profiles.reports.rendering import Mode


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--summary",
    "mode",
    flag_value="summary",
    default="summary",
    help="What ran, and on what its time went (the default).",
)
@click.option("--detailed", "mode", flag_value="detailed", help="Every operation and declaration.")
@click.option("--raw", "mode", flag_value="raw", help="The events, a line each.")
@click.option("--json", "as_json", is_flag=True, help="All figures as JSON, in nanoseconds.")
@click.option("--calibrated", is_flag=True, help="Operations without what reading the clock cost.")
@filter_options
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Rows of a table ({ROWS}), or lines with --raw (all).",
)
@click.option(
    "-o",
    "outputs",
    multiple=True,
    metavar="FILE",
    help="Write the profile as its name says: .json, .parquet, .otlp.jsonl, .folded, "
    ".speedscope.json, .trace.json (Perfetto, Chrome), .pb.gz (pprof); repeatable.",
)
@click.option("--force", is_flag=True, help="Let -o replace a file.")
def profile(  # noqa: PLR0917 - click passes by name
    files: tuple[str, ...],
    mode: Mode | Literal["raw"],
    as_json: bool,
    calibrated: bool,
    filters: Filters,
    limit: int | None,
    outputs: tuple[str, ...],
    force: bool,
) -> None:
    """Break down recorded profiles: by schema, operation and declaration.

    FILE is an event file (KUMI_PROFILE_FILE, `kumi record`), or - for standard input. Several are
    read as one. Filters choose runs, declarations, operations and phases; what lacks the key that
    a filter asks for is left out. With -o a report is printed only where an option asks for one.

    \b
    Examples:
      kumi profile profile.jsonl --summary
      kumi profile profile.jsonl --detailed --schema OrderPricing --limit 30
      kumi profile profile.jsonl --raw --min-duration 5ms | head
      kumi profile profile.jsonl -o profile.pb.gz -o profile.speedscope.json
    """
    if as_json and mode == "raw":
        raise click.UsageError("--raw is JSON already; --json is for the figures of a report")
    if calibrated and mode == "raw":
        raise click.UsageError("--raw shows events as they are; --calibrated is for reports")
    if outputs and mode == "raw":
        raise click.UsageError("--raw goes to standard output; -o is for other formats")
    if outputs and calibrated:
        raise click.UsageError("-o writes times as they are; --calibrated is for reports")
    try:
        if mode == "raw":
            _stream(files, filters, limit)
        else:
            found = _written(files, filters, outputs, force=force) if outputs else None
            if found is None or as_json or _is_given("mode"):
                found = found or read_breakdown(files, filters, calibrated=calibrated)
                show_report(found, mode, limit, as_json=as_json)
            if not (found.operations or found.runs or "-" in files):
                _tell_of_strangers(files, filters)
    except UnreadableError as error:
        raise click.ClickException(name(error)) from error


def _is_given(parameter: str) -> bool:
    """Whether it stands on the command line."""
    source = click.get_current_context().get_parameter_source(parameter)
    return source is not ParameterSource.DEFAULT


def _written(
    files: Sequence[str], filters: Filters, outputs: Sequence[str], *, force: bool
) -> Breakdown:
    """Write the profile to files of other formats; its figures."""
    from kumi.cli.exported_files import check_outputs, write_outputs  # noqa: PLC0415 - a report needs none of it
    from kumi.profiles.exports.opened_profile import opened_profile  # noqa: PLC0415 - a report needs none of it

    check_outputs(outputs, force=force)
    with opened_profile(files, filters) as opened:
        write_outputs(outputs, opened)
    for remark in malformed(opened.found.lines):
        say(remark, err=True)
    return opened.found


def _tell_of_strangers(files: Sequence[str], filters: Filters) -> None:
    """Say what there is in the profile where filters ask for something else."""
    from kumi.cli.strangers import strangers  # noqa: PLC0415 - only where nothing is left

    for line in strangers(files, filters):
        say(line, err=True)


def _stream(files: Sequence[str], filters: Filters, limit: int | None) -> None:
    from kumi.profiles.reports.raw_events import RawEvents  # noqa: PLC0415 - a report needs none of it

    with open_profiles(files) as profiles:
        raw = RawEvents(profiles.files, known_beforehand(filters, profiles))
        for line in islice(raw, limit):
            sys.stdout.write(line + "\n")
    sys.stdout.flush()
    check_readable(files, raw.lines)
    for remark in malformed(raw.lines):
        say(remark, err=True)
