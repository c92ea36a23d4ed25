"""`kumi profile`: a breakdown of profiles, or their events."""

from __future__ import annotations

import sys
from contextlib import ExitStack, nullcontext
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from kumi.cli.filter_options import filter_options
from kumi.cli.progress import reading
from kumi.cli.show_report import AskedReport, show_report
from kumi.cli.sigterm_cleanup import cleaned_up_at_sigterm
from kumi.cli.terminal import say
from kumi.cli.uncollected import uncollected
from kumi.profiles.described_lines import known_beforehand
from kumi.profiles.engine import GROUP_KEYS
from kumi.profiles.open_profiles import open_profiles
from kumi.profiles.ordering import SORT_KEYS, sorted_tables
from kumi.profiles.read_profiles import check_readable, read_breakdown
from kumi.profiles.reports.remarks import malformed
from kumi.profiles.reports.rendering import ROWS
from kumi.profiles.reports.wording import name
from kumi.profiles.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kumi.profiles.breakdown import Breakdown
    from kumi.profiles.filters import Filters
    from kumi.profiles.reports.rendering import Mode

_F = TypeVar("_F", bound="Callable[..., Any]")


def _known(key: str, known: tuple[str, ...], what: str) -> str:
    if key in known:
        return key
    from kumi.errors import closest  # noqa: PLC0415 - only a mistake needs it

    close = closest(key, known)
    hint = f"did you mean {close}?" if close else f"there are {', '.join(known)}"
    raise click.BadParameter(f"{key!r} is no key to {what} by; {hint}")


def _key(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    return _known(value, SORT_KEYS, "sort")


def _keys(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    keys = [key.strip() for value in values for key in value.split(",")]
    return tuple(dict.fromkeys(_known(key, GROUP_KEYS, "group") for key in keys))


def _mode(mode: str, what: str) -> Callable[[_F], _F]:
    """The option for one of the reports. Of several the last one would be shown in silence."""
    return click.option(
        f"--{mode}", "mode", flag_value=mode, multiple=True, callback=_one_mode, help=what
    )


def _one_mode(_ctx: click.Context, _param: click.Parameter, modes: tuple[str, ...]) -> str:
    first, *others = dict.fromkeys(modes) or ("summary",)
    if others:
        raise click.UsageError(f"--{first} and --{others[0]} are two reports; ask for one of them")
    return first


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@_mode("summary", "What ran, and on what its time went (the default).")
@_mode("detailed", "Every operation and declaration.")
@_mode("raw", "The events, a line each.")
@_mode("tree", "Runs, declarations in them, operations.")
@_mode("source", "Sources, what each line took beside.")
@click.option(
    "--by",
    multiple=True,
    metavar="KEY",
    callback=_keys,
    help=f"A table of groups instead, by one key or several: {', '.join(GROUP_KEYS)}.",
)
@click.option(
    "--sort",
    default="time",
    metavar="KEY",
    callback=_key,
    help=f"What tables are sorted by: {', '.join(SORT_KEYS)}.",
)
@click.option("--json", "as_json", is_flag=True, help="All figures as JSON, in nanoseconds.")
@click.option("--calibrated", is_flag=True, help="Operations without what reading the clock cost.")
@filter_options
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Rows of a table, lines below one of --tree, schemas of --source ({ROWS}); "
    "lines with --raw (all).",
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
@cleaned_up_at_sigterm()
@uncollected()
def profile(  # noqa: PLR0917 - click passes by name
    files: tuple[str, ...],
    mode: str,
    by: tuple[str, ...],
    sort: str,
    as_json: bool,
    calibrated: bool,
    filters: Filters,
    limit: int | None,
    outputs: tuple[str, ...],
    force: bool,
) -> None:
    """Say where the time of recorded profiles went.

    FILE is an event file (KUMI_PROFILE_FILE, `kumi record`), a folder of them, or - for standard
    input. Several are read as one. Filters choose runs, declarations, operations and phases; what
    lacks the key that a filter asks for is left out. With -o a report is printed only where an
    option asks for one.

    \b
    Examples:
      kumi profile profile.jsonl --summary
      kumi profile profile.jsonl --detailed --schema OrderPricing --limit 30
      kumi profile profile.jsonl --source --schema OrderPricing
      kumi profile profile.jsonl --by schema,operation --sort p95
      kumi profile profile.jsonl --raw --min-duration 5ms --since -10s | head
      kumi profile profile.jsonl -o profile.pb.gz -o profile.speedscope.json
    """
    _check_usage(mode, by, outputs, as_json=as_json, calibrated=calibrated)
    asked = AskedReport(mode, by, sort, limit, as_json, calibrated)
    try:
        if mode == "raw":
            _stream(files, filters, limit)
            return
        found = _written(files, filters, outputs, force=force) if outputs else None
        if found is None or as_json or by or _is_given("mode"):
            found = _shown(files, filters, asked)
        if not (found.operations or found.runs or "-" in files):
            _tell_of_strangers(files, filters)
    except UnreadableError as error:
        raise click.ClickException(name(error)) from error


def _check_usage(
    mode: str, by: tuple[str, ...], outputs: tuple[str, ...], *, as_json: bool, calibrated: bool
) -> None:
    """Refuse options that do not go together."""
    raw = mode == "raw"
    for is_wrong, why in (
        (as_json and raw, "--raw is JSON already; --json is for the figures of a report"),
        (calibrated and raw, "--raw shows events as they are; --calibrated is for reports"),
        (raw and _is_given("sort"), "--raw shows events in their order; --sort is for tables"),
        (
            mode == "source" and _is_given("sort"),
            "--source shows lines in their order; --sort is for tables",
        ),
        (by and mode != "summary", f"--by is a report of its own; leave --{mode} out"),
        (outputs and raw, "--raw goes to standard output; -o is for other formats"),
        (outputs and calibrated, "-o writes times as they are; --calibrated is for reports"),
    ):
        if is_wrong:
            raise click.UsageError(why)


def _shown(files: Sequence[str], filters: Filters, asked: AskedReport) -> Breakdown:
    """Print the report that is asked for; the figures."""
    if asked.by or asked.mode in {"tree", "source"}:
        from kumi.cli.opened_reports import show_opened  # noqa: PLC0415 - the summary needs none of it

        return show_opened(files, filters, asked)
    with reading():
        found = read_breakdown(files, filters, calibrated=asked.calibrated)
    found = sorted_tables(found, asked.sort)
    mode: Mode = "detailed" if asked.mode == "detailed" else "summary"
    show_report(found, mode, asked.limit, as_json=asked.as_json)
    return found


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
    with ExitStack() as stack:
        with reading():
            opened = stack.enter_context(opened_profile(files, filters))
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

    with nullcontext() if sys.stdout.isatty() else reading(), open_profiles(files) as profiles:
        raw = RawEvents(profiles.files, known_beforehand(filters, profiles))
        for line in islice(raw, limit):
            sys.stdout.write(line + "\n")
    sys.stdout.flush()
    check_readable(files, raw.lines)
    for remark in malformed(raw.lines):
        say(remark, err=True)
