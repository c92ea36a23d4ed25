"""`kumi record`: run a Python program, record its schemas, and show where their time went."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kumi.cli.carrier import inherited
from kumi.cli.final_report import FinalReport, show
from kumi.cli.python_program import MissingError, execute, module, script
from kumi.cli.recorded_file import BLOCK_MS, WHOLE_PROFILE, filled_in, is_stream
from kumi.profiles.reports.rendering import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.profiles.reports.rendering import Mode


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option(
    "-o",
    "output",
    metavar="FILE",
    default="kumi-profile.jsonl",
    show_default=True,
    help="The event file; {pid}, {host} and {service} are filled in.",
)
@click.option("--ops/--no-ops", default=True, help="Record every operation (the default).")
@click.option("--memory", is_flag=True, help="Note the memory in use as well.")
@click.option("--cpu", is_flag=True, help="Note the CPU time of each run as well.")
@click.option("--persistent", is_flag=True, help="Append to an existing file.")
@click.option("--truncate", is_flag=True, help="Empty an existing file, do not keep it as .old.")
@click.option("--stream", is_flag=True, help="Have a run's events in the file when it returns.")
@click.option("--quiet", is_flag=True, help="No report in the end.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.option("--detailed", is_flag=True, help="The detailed report.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help=f"Rows of a table ({ROWS}).")
@click.option("-m", "is_module", is_flag=True, help="Run a module, as python -m does.")
@click.argument("program", metavar="SCRIPT.PY|MODULE")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGUMENTS]...")
def record(  # noqa: PLR0917 - click passes by name
    output: str,
    ops: bool,
    memory: bool,
    cpu: bool,
    persistent: bool,
    truncate: bool,
    stream: bool,
    quiet: bool,
    as_json: bool,
    detailed: bool,
    limit: int | None,
    is_module: bool,
    program: str,
    arguments: tuple[str, ...],
) -> int:
    """Run a Python program as `python` would, and record the schemas that it runs.

    The exit code is the program's own. The report is made when everything has ended, threads and
    exit handlers too.

    \b
    Examples:
      kumi record app.py --app-option
      kumi record -o night.jsonl --persistent -m package.job 2024
    """
    path = str(Path(filled_in(output)).absolute())
    flags = {
        "MEMORY": memory, "CPU": cpu, "PERSISTENT": persistent, "TRUNCATE": truncate,
        "STREAM": stream,
    }  # fmt: skip
    _set_environment(path, ops, [name for name, is_set in flags.items() if is_set])
    try:
        found = module(program) if is_module else script(program)
    except MissingError as error:
        raise click.UsageError(str(error)) from error
    if not (quiet or is_stream(path)):  # what went into a pipe cannot be read back
        mode: Mode = "detailed" if detailed else "summary"
        shown = path if "{" in output else output
        report = FinalReport(os.getpid(), sys.stdout, path, shown, mode, limit, as_json)
        atexit.register(show, report)
    begun = _Begun(path)
    code = execute(found, arguments, begun.around)
    if not begun:
        atexit.unregister(show)  # the file is an earlier profile's
    return code


class _Begun:
    """Whether the program began. A file that is no Python does not, and no profile is touched."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._is_begun = False

    def __bool__(self) -> bool:
        return self._is_begun

    @contextmanager
    def around(self) -> Iterator[None]:
        """What stands around the program: its profile, its parent in a trace, and a phase."""
        from kumi import otel  # noqa: PLC0415 - the SDK is slow to import

        self._is_begun = True
        _begin_file(self._path)
        with inherited(), otel.phase("script_execution"):
            yield


def _begin_file(path: str) -> None:
    """Move an old profile aside before the program does anything.

    Else it would be moved at the first write, in the middle of the program: somebody who reads the
    file meanwhile would see the old one, and a worker could be the first to open it. A file that
    cannot be opened is told of when it is written to.
    """
    from kumi.otel import settings  # noqa: PLC0415 - the SDK is slow to import
    from kumi_exporters.eventfile.event_file import EventFile  # noqa: PLC0415 - it imports the SDK

    if not is_stream(path):
        asked = settings.read()
        EventFile(path, persistent=asked.persistent, truncate=asked.truncate).ready()


def _set_environment(path: str, ops: bool, flags: list[str]) -> None:
    """The settings of this process and of those that it starts."""
    os.environ["KUMI_PROFILE"] = "1"
    os.environ["KUMI_PROFILE_FILE"] = path
    os.environ["KUMI_PROFILE_OPS"] = "1" if ops else "0"
    os.environ.setdefault(BLOCK_MS, WHOLE_PROFILE)
    for flag in flags:
        os.environ[f"KUMI_PROFILE_{flag}"] = "1"
