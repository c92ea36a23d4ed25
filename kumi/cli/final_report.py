"""The report that `kumi record` shows when the program has ended."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kumi.cli.exit_codes import discard_output, output_failed
from kumi.cli.shell_words import command_name, typed
from kumi.cli.show_report import show_report
from kumi.cli.terminal import say
from kumi.letters import visible
from kumi.profiles.read_profiles import read_breakdown
from kumi.profiles.unreadable import UnreadableError

if TYPE_CHECKING:
    from typing import TextIO

    from kumi.profiles.reports.rendering import Mode


@dataclass(frozen=True, slots=True)
class FinalReport:
    """What to show at the end of a process: the profile at `path`, which the user called `name`.

    `stream` is where to, whatever the program makes of `sys.stdout`.
    """

    process: int
    stream: TextIO
    path: str
    name: str
    mode: Mode
    limit: int | None
    as_json: bool


def show(report: FinalReport) -> None:
    """The report, at the very end.

    Exit handlers run in the reverse of their order, and this was the first: so threads have ended
    and the profile is complete. A forked child that leaves by `sys.exit` runs the handler too, and
    shows nothing.
    """
    if os.getpid() != report.process:
        return
    if report.stream.closed:
        say(f"The program closed its standard output. No report;{_next(report)}", err=True)
        return
    sys.stdout = report.stream
    try:
        found = read_breakdown([report.path])
        show_report(found, report.mode, report.limit, as_json=report.as_json)
        if not report.as_json:
            say(_next(report))
    except UnreadableError as error:
        say(f"Nothing was recorded: {visible(str(error))}", err=True)
    except BrokenPipeError:
        discard_output()
    except OSError as error:
        output_failed(error)


def _next(report: FinalReport) -> str:
    kumi, path = command_name(), typed(report.name)
    other = "--summary" if report.mode == "detailed" else "--detailed"
    return (
        f"\nThe profile is in {visible(report.name)}. Next:\n"
        f"  {kumi} profile {path} {other}\n  {kumi} profile {path} --raw"
    )
