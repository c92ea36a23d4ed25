"""What became of a replay: how far it is, what it sent, what it did not, and how to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.cli.progress import HowFar
from kumi.cli.shell_words import typed
from kumi.cli.terminal import say
from kumi.profiles.reports.wording import count, name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.replay.replaying import Replay


def how_far(replaying: Replay) -> HowFar:
    """How far it has come, and what it waits for."""
    return HowFar(replaying.sent, replaying.parcels.bytes_read, replaying.trouble)


def result(replaying: Replay) -> str:
    """How many spans were sent, to where, how many were not, and why."""
    missing = ", ".join(_missing(replaying))
    return f"Sent {count(replaying.sent, 'span')} to {name(replaying.where)}" + (
        f"; not sent: {missing}" if missing else ""
    )


def _missing(replaying: Replay) -> Iterator[str]:
    tally = replaying.parcels.tally
    lines = tally.counts
    if replaying.rejected:
        yield f"{count(replaying.rejected, 'span')} refused there ({name(replaying.why)})"
    if tally.incomplete:
        yield f"{count(tally.incomplete, 'line')} without ids or times"
    if lines.first_malformed:
        file, number = lines.first_malformed
        first = f"{name(file)}:{number}"
        yield f"{count(lines.malformed, 'malformed line')}, the first at {first}"
    if lines.other:
        yield f"{count(lines.other, 'line')} of unknown events"


def is_short(replaying: Replay) -> bool:
    """Whether the backend lacks what it should have, or there was nothing that could be sent."""
    return bool(replaying.rejected or (replaying.parcels.tally.incomplete and not replaying.sent))


def say_how_to_go_on(replaying: Replay) -> None:
    """Say where another replay is to begin; where nothing was sent, that is plain."""
    if replaying.sent:
        position = typed(str(replaying.position))
        say(f"To go on, give the same command and --from {position}", err=True)
