"""What the sampler says of runs without a parent: once for all of them, or of each by itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from opentelemetry.sdk.trace.sampling import (
    Decision,
    ParentBased,
    StaticSampler,
    TraceIdRatioBased,
)
from opentelemetry.trace import SpanKind, TraceFlags, get_current_span

from kumi.otel.log import trouble
from kumi.spans.ids import trace_id_source
from kumi.spans.origin import RootDecision, random_flag

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace.id_generator import IdGenerator
    from opentelemetry.sdk.trace.sampling import Sampler

_SAMPLE = Decision.RECORD_AND_SAMPLE
_SAMPLED = int(TraceFlags.SAMPLED)


def root_sampling(sampler: Sampler) -> bool | None:
    """Whether root runs are sampled; None where the sampler must be asked about each."""
    sampler = _of_roots(sampler)
    if type(sampler).should_sample is StaticSampler.should_sample:
        return bool(sampler._decision.is_sampled())  # type: ignore[attr-defined]  # noqa: SLF001 - nor has its decision
    return None


def ratio_bound(sampler: Sampler) -> int | None:
    """What the low 64 bits of a trace id must be below to be sampled by a ratio of the SDK's own.

    None for any other sampler, among them those that keep the upper end (consistent sampling).
    """
    sampler = _of_roots(sampler)
    return sampler.bound if type(sampler) is TraceIdRatioBased else None


def _of_roots(sampler: Sampler) -> Sampler:
    """Who decides about spans without a parent."""
    if type(sampler).should_sample is ParentBased.should_sample:
        root: Sampler = sampler._root  # type: ignore[attr-defined]  # noqa: SLF001 - it has no public name
        return root
    return sampler


def parent_sampled(context: Context) -> bool | None:
    """The sampled flag of the current span, None where there is no span."""
    parent = get_current_span(context).get_span_context()
    return bool(parent.trace_flags.sampled) if parent.is_valid else None


def question(
    sampler: Sampler, ids: IdGenerator, name: str, attributes: dict[str, str]
) -> Callable[[Context], RootDecision]:
    """Asks about one root span: one new trace id, and what the sampler says of it.

    A ratio is a comparison, which we do ourselves: a third of the time. Not sampled where the
    sampler raises.
    """
    bound = ratio_bound(sampler)
    if bound is not None:
        return _comparison(bound, ids)
    new_id, should_sample = trace_id_source(ids), sampler.should_sample
    random = random_flag(ids)
    sampled = random | _SAMPLED

    def ask(context: Context) -> RootDecision:
        try:
            trace_id, asked = new_id(), attributes.copy()
            result = should_sample(context, trace_id, name, SpanKind.INTERNAL, asked, ())
            state = result.trace_state.to_header() if result.trace_state else ""
            if result.decision is not _SAMPLE:
                return RootDecision(trace_id, random, state, False)
            given = result.attributes
            wished = tuple(given.items()) if given and given != attributes else ()
            return RootDecision(trace_id, sampled, state, True, wished)
        except Exception as error:  # noqa: BLE001 - sampler and generator are the application's
            return _unknown(error)

    return ask


def _comparison(bound: int, ids: IdGenerator) -> Callable[[Context], RootDecision]:
    """What a ratio of the SDK's says."""
    new_id, random = trace_id_source(ids), random_flag(ids)
    sampled, low = random | _SAMPLED, TraceIdRatioBased.TRACE_ID_LIMIT

    def compare(_: Context) -> RootDecision:
        try:
            trace_id = new_id()
        except Exception as error:  # noqa: BLE001 - the generator is the application's
            return _unknown(error)
        is_below = trace_id & low < bound
        return RootDecision(trace_id, sampled if is_below else random, "", is_below)

    return compare


def _unknown(error: Exception) -> RootDecision:
    trouble("asking the sampler about a run", error)
    return RootDecision(int.from_bytes(os.urandom(16), "big"), 0, "", False)
