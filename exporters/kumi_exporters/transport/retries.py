"""Messages to one receiver: retries within a deadline, one log line for each kind of trouble."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from kumi.reply import Reply
from kumi_exporters.transport.answer import Answer
from kumi_exporters.transport.userinfo import hidden

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi_exporters.transport.answer import Transport
    from kumi_exporters.transport.destination import Destination

_log = logging.getLogger("kumi.otel")
_JITTER = 0.2
# Our own: the program counts on what it draws from the global one.
_random = Random()  # noqa: S311 - no secret
_SHORTEST = 0.1
_LONG = 0.5
_ENDED = "the exporter was shut down before there was an answer"


class RetryingClient:
    """Brings messages to one destination, connecting when the first one goes."""

    def __init__(self, to: Destination) -> None:
        self._to = to
        self._connect = transport_for(to.protocol)
        self._said: set[str] = {"failed"} if to.wrong else set()
        self._stopped = False
        self._trouble = to.wrong
        self.forked()

    @property
    def trouble(self) -> str:
        """Why the last message was not taken whole; empty where it was.

        Where nothing was wrong before: that there is no answer yet to one that is under way.
        """
        asked, trouble = self._asked_at, self._trouble
        if trouble or asked is None:
            return trouble
        seconds = time.monotonic() - asked
        return f"no answer for {seconds:.1f} s" if seconds >= _LONG else ""

    def forked(self) -> None:
        """Leave the parent's connection to the parent."""
        self._end = Reply()
        self._transport: Transport | None = None
        self._asked_at: float | None = None

    def deliver(self, message: bytes, spans: int) -> int:
        """How many of a message's spans the receiver took, within the destination's timeout."""
        answer = self.answer(message, self._to.timeout)
        if not answer.taken:
            self._say("failed", f"spans were not sent to {self._to.shown}: {answer.reason}")
            return 0
        if answer.rejected:
            self._say("rejected", f"{self._to.shown} refused spans: {answer.reason}")
        self._said.discard("failed")
        return max(0, spans - answer.rejected)

    def answer(self, message: bytes, within: float) -> Answer:
        """What the receiver says to a message in the end, after retries within some seconds."""
        self._asked_at = time.monotonic()
        answer = self._try(message, self._asked_at + within)
        self._trouble, self._asked_at = answer.reason, None
        return answer

    def stop(self) -> None:
        """Give up what is under way, and let go of the connection. Signal handlers may call it."""
        self._stopped = True
        self._end.give()
        if self._transport is not None:
            self._transport.close()

    def _try(self, message: bytes, deadline: float) -> Answer:
        last, wait = Answer(taken=False, reason=self._trouble or _ENDED), 1.0
        while not self._stopped and not self._to.wrong:
            answer = self._connected().send(message, max(0.001, deadline - time.monotonic()))
            if self._stopped and not answer.taken:
                break  # what closing the connection led to is no reason
            last = replace(answer, reason=hidden(answer.reason, self._to.endpoint))
            self._trouble = last.reason  # also for who asks while there are attempts to come
            if last.taken or not last.can_retry:
                break
            pause = _pause(wait, last.retry_after)
            if time.monotonic() + pause >= deadline:
                break
            self._wait(pause)
            wait *= 2
        return last

    def _wait(self, seconds: float) -> None:
        """Wait; `stop` ends that."""
        if self._end.wait(seconds):
            self._end.give()  # for others who wait

    def _connected(self) -> Transport:
        """The connection. Two threads that come first make two: one sends once and is let go."""
        if self._transport is None:
            self._transport = self._connect(self._to)
        return self._transport

    def _say(self, kind: str, message: str) -> None:
        """Warn, once for each kind of trouble until it is over."""
        if kind not in self._said:
            self._said.add(kind)
            _log.warning("%s", message)


def _pause(wait: float, asked_for: float | None) -> float:
    """Until the next attempt: as long as the receiver asked for, else longer each time."""
    if asked_for is not None:
        return max(_SHORTEST, asked_for)
    return wait * _random.uniform(1 - _JITTER, 1 + _JITTER)


def transport_for(protocol: str) -> Callable[[Destination], Transport]:
    """The class for a protocol; the other's libraries are not loaded.

    Imported when the exporter is made and not when the first message goes: that is in another
    thread, and a child forked amid an import there never gets the module.
    """
    if protocol == "grpc":
        from kumi_exporters.transport.grpc import GrpcTransport  # noqa: PLC0415 - the other protocol's libraries stay unloaded

        return GrpcTransport
    from kumi_exporters.transport.http import HttpTransport  # noqa: PLC0415 - the other protocol's libraries stay unloaded

    return HttpTransport
