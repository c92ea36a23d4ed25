"""What both transports share: how a message is sent, and what a receiver may say to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse


@dataclass(frozen=True, slots=True)
class Answer:
    """Taken, or not and why; `retry_after` seconds where it makes sense to try again.

    `rejected` spans of a message that was taken were refused all the same.
    """

    taken: bool
    reason: str = ""
    can_retry: bool = False
    retry_after: float | None = None
    rejected: int = 0


class Transport(Protocol):
    """A connection to one receiver."""

    def send(self, message: bytes, timeout: float) -> Answer:
        """Send one message, waiting at most `timeout` seconds. Never raises for the network."""

    def close(self) -> None:
        """Let go of the connection."""


def taken(response: ExportTraceServiceResponse) -> Answer:
    """The answer of a receiver that took the message, or most of it."""
    partial = response.partial_success
    return Answer(taken=True, reason=partial.error_message, rejected=partial.rejected_spans)
