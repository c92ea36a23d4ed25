"""From columns to blocks: decoded runs get their ids, and the place where they hang."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from kumi.spans import ids
from kumi.spans.block import Block
from kumi.spans.limits import DEFAULT, Limits
from kumi.spans.origin import Origin, origin, root_origin
from kumi.spans.origin import RootDecision as RootDecision  # noqa: PLC0414 - part of the face
from kumi.spans.process import THIS_PROCESS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.id_generator import IdGenerator

    from kumi.spans.decode import Decoded
    from kumi.spans.layout import Layout

T = TypeVar("T")

MOST_RUNS = 256
"""Of a block."""
_BLOCK_BYTES = 2_500_000
_LINE_BYTES = 450
_ORIGIN = struct.Struct("16s8sB???")
_ORIGINS = np.dtype(
    [
        ("trace_id", "u1", 16),
        ("parent", "u1", 8),
        ("flags", "u1"),
        ("remote", "?"),
        ("sampled", "?"),
        ("is_new", "?"),
    ]
)
"""What the runs of one context have in common, as a column; `is_new`: each starts a trace."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a tracer provider lends to spans: read anew for each block.

    `sample_roots` is the sampler's answer to every root run, where it is always the same; other
    samplers are asked on the calling thread, and their answer comes as a `RootDecision`.
    """

    resource: Resource
    id_generator: IdGenerator
    sample_roots: bool = True
    limits: Limits = DEFAULT


def runs_per_block(layout: Layout) -> int:
    """How many runs one block may hold: 256, or as many as give some 2.5 MB of output."""
    return max(1, min(MOST_RUNS, _BLOCK_BYTES // (_LINE_BYTES * len(layout.rows))))


def identify(layout: Layout, decoded: Decoded, identity: Identity, *, kept: str = "all") -> Block:
    """The block of decoded runs: each gets its ids, and hangs where its context says."""
    origins, of = _origins(
        decoded.contexts, root_origin(identity.sample_roots, identity.id_generator)
    )
    shared = _shared(origins, of)
    given_ids = _each([origin.ids for origin in origins], of)
    return Block(
        layout=layout,
        process=THIS_PROCESS.id,
        resource=identity.resource,
        readings=decoded.readings,
        sizes=decoded.sizes,
        trace_ids=_trace_ids(shared, identity.id_generator),
        prefixes=prefixes(layout, len(of), identity.id_generator),
        parents=shared["parent"],
        flags=shared["flags"],
        remote=shared["remote"],
        sampled=shared["sampled"],
        numbers=_numbers(origins, of) if given_ids else THIS_PROCESS.numbers(len(of)),
        tracestates=_each([origin.tracestate for origin in origins], of),
        given=_each([origin.given for origin in origins], of),
        given_ids=given_ids,
        limits=identity.limits,
        kept=kept,
        failure=decoded.failure,
        cpu=decoded.cpu,
    )


def _origins(contexts: Sequence[object], root: Origin) -> tuple[list[Origin], NDArray[np.intp]]:
    """The origin of each distinct context, and which of them each run has.

    One look-up for all runs below one span, however many they are.
    """
    if len(set(map(id, contexts))) == 1:
        return [origin(contexts[0], root)], np.zeros(len(contexts), np.intp)
    given = list(map(id, contexts))
    distinct = dict(zip(given, contexts, strict=True))
    number = {key: at for at, key in enumerate(distinct)}
    of = np.fromiter(map(number.__getitem__, given), np.intp, len(given))
    return [origin(context, root) for context in distinct.values()], of


def _shared(origins: Sequence[Origin], of: NDArray[np.intp]) -> NDArray[np.void]:
    """What runs have in common with others of their origin, a row each."""
    packed = b"".join(map(_packed, origins))
    if len(origins) == 1:  # most often; a third of the time of `take`
        return np.frombuffer(packed * len(of), _ORIGINS)
    return np.frombuffer(packed, _ORIGINS).take(of)


def _packed(origin: Origin) -> bytes:
    trace_id, parent, flags, remote, sampled, *_ = origin
    return _ORIGIN.pack(trace_id or b"", parent, flags, remote, sampled, trace_id is None)


def _trace_ids(shared: NDArray[np.void], id_generator: IdGenerator) -> NDArray[np.uint8]:
    found, is_new = shared["trace_id"], shared["is_new"]
    new = int(np.count_nonzero(is_new))
    if new == len(found):
        return ids.trace_ids(id_generator, new)
    if new:
        found[is_new] = ids.trace_ids(id_generator, new)
    return found


def _numbers(origins: list[Origin], of: NDArray[np.intp]) -> NDArray[np.uint32]:
    """Those of runs that have one, and new ones for the others."""
    own = np.array([origin.number if origin.ids else -1 for origin in origins]).take(of)
    numbers = THIS_PROCESS.numbers(len(of))
    numbers[own >= 0] = own[own >= 0]
    return numbers


def _each(values: list[T], of: NDArray[np.intp]) -> tuple[T, ...] | None:
    """The value of each run, or None where all are empty."""
    return tuple([values[at] for at in of.tolist()]) if any(values) else None


def prefixes(layout: Layout, runs: int, id_generator: IdGenerator) -> NDArray[np.uint8]:
    """Six bytes for each run and each 65,536 of its rows' numbers."""
    each = (layout.rows[-1].number >> 16) + 1
    return ids.prefixes(id_generator, runs * each).reshape(runs, each, 6)
