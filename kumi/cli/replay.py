"""`kumi replay`: the spans of profiles, sent to an OTLP backend."""

from __future__ import annotations

import signal
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from kumi.cli.exit_codes import FAILED
from kumi.cli.progress import Progress, sent
from kumi.cli.replay_outcome import how_far, is_short, result, say_how_to_go_on
from kumi.cli.terminal import say
from kumi.errors import did_you_mean
from kumi.profiles.open_profiles import checked
from kumi.profiles.read_profiles import check_readable
from kumi.profiles.reports.wording import name
from kumi.profiles.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kumi.replay.parcels import Position
    from kumi.replay.replaying import Replay
    from kumi_exporters.transport.variables import OtlpProtocol

_BY_SIGNAL: Final = 128  # and its number: what a shell says of who ended so


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--endpoint", metavar="URL", help="Where to, as http://localhost:4318.")
@click.option(
    "--protocol",
    type=click.Choice(["grpc", "http/protobuf"]),
    help="By the port where nothing is said: gRPC for 4317, else HTTP.",
)
@click.option(
    "--header", "headers", multiple=True, metavar="NAME=VALUE", help="A header; repeatable."
)
@click.option("--rate", type=click.IntRange(min=1), metavar="N", help="At most N spans a second.")
@click.option(
    "--from",
    "begin",
    metavar="FILE:LINE",
    help="Go on where an earlier replay says that it stopped.",
)
def replay(  # noqa: PLR0917 - click passes by name
    files: tuple[str, ...],
    endpoint: str | None,
    protocol: OtlpProtocol | None,
    headers: tuple[str, ...],
    rate: int | None,
    begin: str | None,
) -> int:
    """Send the spans of recorded profiles to an OTLP backend, as if they had just run.

    FILE is an event file, also .gz and .zst, or - for standard input. Ids, times and attributes are
    those of the recording. The OTEL_EXPORTER_OTLP_* variables hold where no option says else.

    What the backend has confirmed is not sent again by a replay that goes on with --from. Without
    it, spans have the same ids once more: some backends keep them once, others twice.

    \b
    Examples:
      kumi replay night.jsonl --endpoint http://localhost:4318
      kumi replay *.jsonl.zst --endpoint http://tempo:4317 --rate 20000
      kumi replay night.jsonl --from night.jsonl:120001
    """
    start = None if begin is None else _position(begin, files)
    total = _total(files)
    from kumi.cli.replay_target import target  # noqa: PLC0415 - --help needs no SDK
    from kumi.replay.replaying import Replay  # noqa: PLC0415 - --help needs no SDK

    replaying = Replay(files, target(endpoint, protocol, headers), start=start, rate=rate)
    failure = _failure(replaying, total)
    if not (start or failure):
        _check_readable(files, replaying)
    say(result(replaying))
    if failure:
        say(f"Error: {failure}", err=True)
        say_how_to_go_on(replaying)
    return FAILED if failure or is_short(replaying) else 0


def _position(text: str, files: Sequence[str]) -> Position:
    from kumi.replay.parcels import Position  # noqa: PLC0415 - few replays go on

    file, _, line = text.rpartition(":")
    if file not in files:
        hint = did_you_mean(file, files) if file else "it is FILE:LINE"
        raise click.BadParameter(f"{text!r} names none of the files; {hint}", param_hint="--from")
    if not line.isdecimal() or not int(line):
        raise click.BadParameter(f"{line!r} is no number of a line", param_hint="--from")
    return Position(file, int(line))


def _total(files: Sequence[str]) -> int | None:
    """The bytes of all files; None where one of them is no file. All are there and can be read."""
    total: int | None = 0
    try:
        for file in files:
            status = None if file == "-" else checked(file)
            if status is None or not stat.S_ISREG(status.st_mode):
                total = None
                continue
            Path(file).open("rb").close()
            total = None if total is None else total + status.st_size
    except OSError as error:
        error.filename = file
        raise
    except UnreadableError as error:
        raise click.ClickException(name(error)) from error
    return total


def _failure(replaying: Replay, total: int | None) -> str:
    """Why a replay stopped before its end; nothing where it did not."""
    from kumi.replay.replaying import StoppedError  # noqa: PLC0415 - --help needs no SDK

    try:
        progress = Progress(lambda seconds: sent(how_far(replaying), total, seconds))
        with progress, _ending_on_signals() as end_if_asked:
            replaying.run(end_if_asked)
    except (StoppedError, UnreadableError) as error:
        return name(error)
    except (KeyboardInterrupt, SystemExit):
        say(result(replaying))
        say_how_to_go_on(replaying)
        raise
    return ""


@contextmanager
def _ending_on_signals() -> Iterator[Callable[[], None]]:
    """Let SIGTERM, as `timeout 1h` sends it, end a replay as Ctrl-C does: it says how to go on.

    What a handler raises is lost where the signal comes amid a finalizer, such as that of a
    response. So the block gets a function that raises it once more.
    """
    seen: list[int] = []

    def end_if_asked() -> None:
        if seen:
            raise SystemExit(_BY_SIGNAL + seen[0])

    def end(number: int, _frame: object) -> None:
        seen.append(number)
        end_if_asked()

    ends = [signal.SIGTERM]
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not under nohup
        ends.append(signal.SIGINT)
    before = {number: signal.signal(number, end) for number in ends}
    try:
        yield end_if_asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _check_readable(files: Sequence[str], replaying: Replay) -> None:
    try:
        check_readable(files, replaying.parcels.tally.counts)
    except UnreadableError as error:
        raise click.ClickException(name(error)) from error
