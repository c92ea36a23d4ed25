"""What a run does on its caller's thread: find its context, and whether anybody will read it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from opentelemetry import context as context_api
from opentelemetry.context.contextvars_context import ContextVarsRuntimeContext
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import SpanKind, TraceFlags, get_current_span

from kumi.otel.log import trouble
from kumi.spans import attributes as names
from kumi.spans.ids import trace_id_source
from kumi.spans.origin import RootDecision, random_flag

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace.id_generator import IdGenerator
    from opentelemetry.sdk.trace.sampling import Sampler

    from kumi.otel.delivery.route import Route

_SAMPLE = Decision.RECORD_AND_SAMPLE
_SAMPLED = int(TraceFlags.SAMPLED)


def current_context() -> Callable[[], Context]:
    """The cheapest way to the caller's context: the variable itself where that is all there is."""
    runtime = context_api._RUNTIME_CONTEXT  # noqa: SLF001 - a quarter of the public way's cost
    if type(runtime) is ContextVarsRuntimeContext:
        return runtime._current_context.get  # noqa: SLF001 - as above
    return context_api.get_current


def by(route: Route, schema: str, *, keep_all: bool) -> Callable[[], Any]:
    """What the runs of a schema ask; `keep_all` where there is a file, which takes everything."""
    if route.root is None:
        return asking(route.sampler, route.ids, schema, keep_all=keep_all)
    return current_context() if keep_all else if_sampled(root=route.root)


def if_sampled(*, root: bool) -> Callable[[], Context | None]:
    """Admit runs under a sampled parent; and where `root`, those without a parent.

    The answer for the last context is remembered: the runs of a request share it.
    """
    current = current_context()
    seen: tuple[Context | None, Context | None] = (None, None)

    def admit() -> Context | None:
        nonlocal seen
        context = current()
        last, answer = seen
        if context is not last:
            sampled = parent_sampled(context)
            answer = context if (root if sampled is None else sampled) else None
            seen = (context, answer)
        return answer

    return admit


def asking(
    sampler: Sampler, ids: IdGenerator, schema: str, *, keep_all: bool
) -> Callable[[], Context | RootDecision | None]:
    """Admit runs under a parent by its flag; ask the sampler about each run without one.

    `keep_all`: also what is not sampled is admitted, since the file takes everything.
    """
    current = current_context()
    ask = question(sampler, ids, f"run {schema}", {names.SCHEMA_NAME: schema})
    seen: tuple[Context | None, bool | None] = (None, None)

    def admit() -> Context | RootDecision | None:
        nonlocal seen
        context = current()
        last, sampled = seen
        if context is not last:
            sampled = parent_sampled(context)
            seen = (context, sampled)
        if sampled is not None:
            return context if sampled or keep_all else None
        decision = ask(context)
        return decision if keep_all or decision.sampled else None

    return admit


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


def parent_sampled(context: Context) -> bool | None:
    """The sampled flag of the current span, None where there is no span."""
    parent = get_current_span(context).get_span_context()
    return bool(parent.trace_flags.sampled) if parent.is_valid else None
