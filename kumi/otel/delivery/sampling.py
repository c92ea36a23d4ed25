"""What the sampler says of runs without a parent: once for all of them, or of each by itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from opentelemetry.sdk.trace.sampling import Decision, ParentBased, StaticSampler
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
    if type(sampler).should_sample is ParentBased.should_sample:
        sampler = sampler._root  # type: ignore[attr-defined]  # noqa: SLF001 - it has no public name
    if type(sampler).should_sample is StaticSampler.should_sample:
        return bool(sampler._decision.is_sampled())  # type: ignore[attr-defined]  # noqa: SLF001 - nor has its decision
    return None


def parent_sampled(context: Context) -> bool | None:
    """The sampled flag of the current span, None where there is no span."""
    parent = get_current_span(context).get_span_context()
    return bool(parent.trace_flags.sampled) if parent.is_valid else None


def question(
    sampler: Sampler, ids: IdGenerator, name: str, attributes: dict[str, str]
) -> Callable[[Context], RootDecision]:
    """Asks about one root span: one new trace id, and what the sampler says of it.

    Not sampled where the sampler raises.
    """
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
            trouble("asking the sampler about a run", error)
            return RootDecision(int.from_bytes(os.urandom(16), "big"), 0, "", False)

    return ask
