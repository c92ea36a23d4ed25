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
        return _columns(os.urandom(count * _TRACE), _TRACE)
    ids = [id_generator.generate_trace_id().to_bytes(_TRACE, "big") for _ in range(count)]
    return _columns(b"".join(ids), _TRACE)


def prefixes(id_generator: IdGenerator, count: int) -> NDArray[np.uint8]:
    """(count, 6) bytes: the low 48 bits of a new span id each, never zero.

    The system's bytes, not those of `random`: no seed and no fork makes them come again.
    """
    if type(id_generator) is RandomIdGenerator:
        return _never_zero(os.urandom(count * _PREFIX))
    ids = [id_generator.generate_span_id().to_bytes(8, "big")[-_PREFIX:] for _ in range(count)]
    return _never_zero(b"".join(ids))


def _never_zero(octets: bytes) -> NDArray[np.uint8]:
    ids = _columns(octets, _PREFIX)
    if bytes(_PREFIX) in octets:
        ids = ids.copy()
        ids[~ids.any(axis=1), -1] = 1
    return ids


def _columns(octets: bytes, width: int) -> NDArray[np.uint8]:
    return np.frombuffer(octets, np.uint8).reshape(-1, width)
