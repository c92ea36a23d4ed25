"""Ids: from the provider's generator, or of our own where it is the SDK's.

Why not one a span: a generated id costs more than the operation that it names. A run draws one, of
which 48 bits are the beginning of the ids of all its spans; the last 16 are the number of the row,
and so a constant of the program, as is the end of the parent's id:

    drawn for the run       d346a12ac1b2 ....
    row 0, the run          d346a12ac1b2 0000
    row 3, a declaration    d346a12ac1b2 0003    parent d346a12ac1b2 0000
    row 9, in it            d346a12ac1b2 0009    parent d346a12ac1b2 0003

A program of more than 65,536 rows draws another beginning for each further 65,536.

The SDK's draws from the global `random`, which a program may have seeded: the numbers that it draws
itself would be others with profiling than without.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from kumi import forks

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from opentelemetry.sdk.trace.id_generator import IdGenerator

_PREFIX = 6
_TRACE = 16


class _Random(Random):
    """A tenth of what asking the system costs for one id; which lets go of the interpreter, too."""

    def forked(self) -> None:
        """A child draws other numbers than its parent."""
        self.seed()


_random = _Random()
forks.tell(_random)


def trace_id_source(id_generator: IdGenerator) -> Callable[[], int]:
    """What gives one new trace id a call."""
    return _trace_id if type(id_generator) is RandomIdGenerator else id_generator.generate_trace_id


def span_id(id_generator: IdGenerator) -> bytes:
    """One new span id: 8 bytes."""
    own = type(id_generator) is RandomIdGenerator
    made = (_random.getrandbits(64) or 1) if own else id_generator.generate_span_id()
    return made.to_bytes(8, "big")


def trace_ids(id_generator: IdGenerator, count: int) -> NDArray[np.uint8]:
    """(count, 16) bytes, one new trace id each."""
    if type(id_generator) is RandomIdGenerator:
        return _columns(_random.randbytes(count * _TRACE), _TRACE)
    ids = [id_generator.generate_trace_id().to_bytes(_TRACE, "big") for _ in range(count)]
    return _columns(b"".join(ids), _TRACE)


def prefixes(id_generator: IdGenerator, count: int) -> NDArray[np.uint8]:
    """(count, 6) bytes: the low 48 bits of a new span id each, never zero."""
    if type(id_generator) is RandomIdGenerator:
        return _never_zero(_random.randbytes(count * _PREFIX))
    ids = [id_generator.generate_span_id().to_bytes(8, "big")[-_PREFIX:] for _ in range(count)]
    return _never_zero(b"".join(ids))


def _trace_id() -> int:
    return _random.getrandbits(128) or 1


def _never_zero(octets: bytes) -> NDArray[np.uint8]:
    ids = _columns(octets, _PREFIX)
    if bytes(_PREFIX) in octets:
        ids = ids.copy()
        ids[~ids.any(axis=1), -1] = 1
    return ids


def _columns(octets: bytes, width: int) -> NDArray[np.uint8]:
    return np.frombuffer(octets, np.uint8).reshape(-1, width)
