"""A replay: messages sent one after the other, and how far they have come."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from kumi.replay.messages import Messages
from kumi.replay.parcels import Parcels, Position
from kumi_exporters.transport.retries import RetryingClient

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kumi_exporters.transport.destination import Destination

_PATIENCE: Final = 60.0
_MOST_BYTES: Final = 1_000_000
_SPAN_BYTES: Final = 400  # about
_ENVELOPE_BYTES: Final = 1_000
_NO_RATE: Final = 1 << 62


class StoppedError(Exception):
    """The receiver does not take more; the text says why, in a line."""


class Pace:
    """Lets `rate` spans a second pass; None is no limit."""

    def __init__(self, rate: int | None) -> None:
        self._rate = rate
        self._next = time.monotonic()

    def wait(self, spans: int) -> None:
        """Wait until so many more may pass."""
        if self._rate:
            now = time.monotonic()
            time.sleep(max(0.0, self._next - now))
            self._next = max(now, self._next) + spans / self._rate


class Replay:
    """Sends the spans of files to one destination, from a position on.

    `position` is the first line whose spans are not confirmed yet; `sent` counts those that are,
    and `rejected` those that the receiver refused out of messages that it took, `why` in its words.
    `where` is the destination as it may be shown.
    """

    def __init__(
        self,
        names: Sequence[str],
        to: Destination,
        *,
        start: Position | None = None,
        rate: int | None = None,
    ) -> None:
        most = rate or _NO_RATE
        self.parcels = Parcels(names, start, most)
        self.position = start or Position(names[0], 1)
        self.sent, self.rejected, self.why = 0, 0, ""
        self.where = to.shown
        self._messages = Messages(
            self.parcels, min(_MOST_BYTES, _ENVELOPE_BYTES + most * _SPAN_BYTES)
        )
        self._client = RetryingClient(to)
        self._patience = to.timeout
        self._pace = Pace(rate)

    @property
    def trouble(self) -> str:
        """Why the receiver did not take the message that is under way yet."""
        trouble = self._client.trouble
        return "" if trouble == self.why else trouble  # a message that it took may have had one

    def run(self, between: Callable[[], object]) -> None:
        """Send all that there is, and call `between` before each message.

        Raises StoppedError where the receiver takes no more, UnreadableError, and what that raises.
        """
        try:
            for message in self._messages:
                self._pace.wait(message.spans)
                between()
                self._send(message.content, message.spans)
                self.position = message.after
        finally:
            self._client.stop()

    def _send(self, content: bytes, spans: int) -> None:
        if not spans:
            return
        answer = self._client.answer(content, self._patience)
        if not answer.taken:
            raise StoppedError(f"{self.where}: {answer.reason}")
        if answer.rejected:
            self.rejected, self.why = self.rejected + answer.rejected, answer.reason
        self.sent += spans - answer.rejected
        self._patience = max(_PATIENCE, self._patience)  # somebody is there, if busy
