"""From readings to columns: what the calling threads kept becomes blocks, ids and all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kumi.spans import ids
from kumi.spans.block import Block
from kumi.spans.clock import anchor
from kumi.spans.failed import Failure
from kumi.spans.limits import DEFAULT, Limits
from kumi.spans.origin import Origin, origin, root_origin
from kumi.spans.origin import RootDecision as RootDecision  # noqa: PLC0414 - part of the face
from kumi.spans.process import THIS_PROCESS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.id_generator import IdGenerator

    from kumi.hooks import FailedRun
    from kumi.spans.layout import Layout
    from kumi.spans.origin import Given

_MOST_RUNS = 256
_BLOCK_BYTES = 2_500_000
_LINE_BYTES = 450
_NANOSECONDS = 1e9


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
    return max(1, min(_MOST_RUNS, _BLOCK_BYTES // (_LINE_BYTES * len(layout.rows))))


def assemble(
    layout: Layout,
    items: Sequence[tuple[bytes, object]],
    identity: Identity,
    *,
    kept: str = "all",
    anchored: int | None = None,
) -> Block:
    """The block of `items`: what `Channel.keep` took, at most `runs_per_block(layout)` of them.

    `anchored` replaces the clock's `anchor()`, in nanoseconds.
    """
    runs, contexts = zip(*items, strict=True)
    packed = np.frombuffer(b"".join(runs), _record(layout))
    readings = _unix(packed["readings"], anchored)
    return _block(layout, readings, packed["sizes"], contexts, identity=identity, kept=kept)


def assemble_failed(
    layout: Layout,
    run: FailedRun,
    identity: Identity,
    *,
    kept: str = "all",
    anchored: int | None = None,
    values: bool = False,
) -> Block:
    """The block of one run that raised. `values` shows the exception's own message."""
    readings = _unix(np.array([run.readings], np.float64), anchored)
    sizes = np.zeros((1, len(layout.axes)), np.int64)
    sizes[0, : len(run.sizes)] = run.sizes
    block = _block(layout, readings, sizes, [run.context], identity=identity, kept=kept)
    message = run.original if values else run.message
    block.failure = Failure(run.failed, run.error_type, message)
    return block


def _record(layout: Layout) -> np.dtype[np.void]:
    """`kumi.ir.readings.record_format` as NumPy reads it."""
    return np.dtype(
        [("readings", "<f8", (layout.readings,)), ("sizes", "<i8", (len(layout.axes),))]
    )


def _unix(seconds: NDArray[np.float64], anchored: int | None) -> NDArray[np.int64]:
    """Readings of `perf_counter` as Unix nanoseconds: exact to 26 days of uptime."""
    nanoseconds = seconds * _NANOSECONDS
    np.rint(nanoseconds, out=nanoseconds)
    unix = nanoseconds.astype(np.int64)
    unix += anchor() if anchored is None else anchored
    return unix


def _block(
    layout: Layout,
    readings: NDArray[np.int64],
    sizes: NDArray[np.int64],
    contexts: Sequence[object],
    *,
    identity: Identity,
    kept: str,
) -> Block:
    origins, of = _origins(contexts, root_origin(identity.sample_roots, identity.id_generator))
    return Block(
        layout=layout,
        process=THIS_PROCESS.id,
        resource=identity.resource,
        readings=readings,
        sizes=sizes,
        trace_ids=_trace_ids(origins, of, identity.id_generator),
        prefixes=_prefixes(layout, len(of), identity.id_generator),
        parents=_octets([origin.parent for origin in origins], 8).take(of, axis=0),
        flags=np.array([origin.flags for origin in origins], np.uint8).take(of),
        remote=np.array([origin.remote for origin in origins], np.bool_).take(of),
        sampled=np.array([origin.sampled for origin in origins], np.bool_).take(of),
        numbers=THIS_PROCESS.numbers(len(of)),
        tracestates=_tracestates(origins, of),
        given=_given(origins, of),
        limits=identity.limits,
        kept=kept,
    )


def _origins(contexts: Sequence[object], root: Origin) -> tuple[list[Origin], NDArray[np.intp]]:
    """The origin of each distinct context, and which of them each run has.

    One look-up for all runs below one span, however many they are.
    """
    given = list(map(id, contexts))
    if len(set(given)) == 1:
        return [origin(contexts[0], root)], np.zeros(len(given), np.intp)
    distinct = dict(zip(given, contexts, strict=True))
    number = {key: at for at, key in enumerate(distinct)}
    of = np.fromiter(map(number.__getitem__, given), np.intp, len(given))
    return [origin(context, root) for context in distinct.values()], of


def _trace_ids(
    origins: Sequence[Origin], of: NDArray[np.intp], id_generator: IdGenerator
) -> NDArray[np.uint8]:
    found = _octets([origin.trace_id or bytes(16) for origin in origins], 16).take(of, axis=0)
    roots = np.array([origin.trace_id is None for origin in origins]).take(of)
    new = int(np.count_nonzero(roots))
    if new == len(of):
        return ids.trace_ids(id_generator, new)
    if new:
        found[roots] = ids.trace_ids(id_generator, new)
    return found


def _tracestates(origins: Sequence[Origin], of: NDArray[np.intp]) -> tuple[str, ...] | None:
    states = [origin.tracestate for origin in origins]
    return tuple([states[at] for at in of.tolist()]) if any(states) else None


def _given(origins: Sequence[Origin], of: NDArray[np.intp]) -> tuple[Given, ...] | None:
    given = [origin.given for origin in origins]
    return tuple([given[at] for at in of.tolist()]) if any(given) else None


def _prefixes(layout: Layout, runs: int, id_generator: IdGenerator) -> NDArray[np.uint8]:
    """Six bytes for each run and each 65,536 of its rows."""
    each = (len(layout.rows) - 1 >> 16) + 1
    return ids.prefixes(id_generator, runs * each).reshape(runs, each, 6)


def _octets(given: Sequence[bytes], width: int) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(given), np.uint8).reshape(len(given), width)
