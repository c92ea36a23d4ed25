"""Ids in bulk: from the provider's generator, or straight from the system where it is the SDK's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from opentelemetry.sdk.trace.id_generator import IdGenerator

_PREFIX = 6
_TRACE = 16


def trace_ids(id_generator: IdGenerator, count: int) -> NDArray[np.uint8]:
    """(count, 16) bytes, one new trace id each."""
    if type(id_generator) is RandomIdGenerator:
        return _random(count, _TRACE)
    ids = [id_generator.generate_trace_id().to_bytes(_TRACE, "big") for _ in range(count)]
    return np.frombuffer(b"".join(ids), np.uint8).reshape(count, _TRACE)


def prefixes(id_generator: IdGenerator, count: int) -> NDArray[np.uint8]:
    """(count, 6) bytes: the low 48 bits of a new span id each, never zero."""
    if type(id_generator) is RandomIdGenerator:
        return _random(count, _PREFIX)
    ids = [id_generator.generate_span_id().to_bytes(8, "big")[-_PREFIX:] for _ in range(count)]
    return _never_zero(np.frombuffer(b"".join(ids), np.uint8).reshape(count, _PREFIX).copy())


def _random(count: int, width: int) -> NDArray[np.uint8]:
    """Of the system's, not `random`'s: unaffected by seeds and by forks."""
    drawn = np.frombuffer(bytearray(os.urandom(count * width)), np.uint8)
    return _never_zero(drawn.reshape(count, width))


def _never_zero(ids: NDArray[np.uint8]) -> NDArray[np.uint8]:
    ids[~ids.any(axis=1), -1] = 1
    return ids
