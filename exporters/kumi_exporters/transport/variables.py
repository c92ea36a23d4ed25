"""The `OTEL_EXPORTER_OTLP_*` variables: which of two counts, and what is said of a wrong one."""

from __future__ import annotations

import logging
import os
from typing import Literal, NamedTuple, TypeAlias

_log = logging.getLogger("kumi.otel")
OtlpProtocol: TypeAlias = Literal["grpc", "http/protobuf"]


class Said(NamedTuple):
    """What a variable says: an empty text where it is not set. `name` is for people."""

    name: str
    value: str


def said(what: str, *, traces: bool = True, general: bool = True) -> Said:
    """A variable for traces, else the one for all signals."""
    specific, common = f"OTEL_EXPORTER_OTLP_TRACES_{what}", f"OTEL_EXPORTER_OTLP_{what}"
    value = os.environ.get(specific, "").strip() if traces else ""
    if value or not general:
        return Said(specific, value)
    return Said(common, os.environ.get(common, "").strip())


def refuse(this: Said, accepted: str, instead: str) -> str:
    """Warn that a value is not accepted, and what happens instead; gives the warning's text."""
    message = f"{this.name}={this.value} is not accepted ({accepted}): {instead}"
    _log.warning("%s", message)
    return message
