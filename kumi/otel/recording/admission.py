"""What a run does on its caller's thread: find its context, and whether anybody will read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry import context as context_api
from opentelemetry.context.contextvars_context import ContextVarsRuntimeContext

from kumi.otel.delivery.sampling import parent_sampled, question
from kumi.spans import attributes as names

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace.id_generator import IdGenerator
    from opentelemetry.sdk.trace.sampling import Sampler

    from kumi.otel.delivery.route import Route
    from kumi.spans.origin import RootDecision


def current_context() -> Callable[[], Context]:
    """The cheapest way to the caller's context: the variable itself where that is all there is."""
    runtime = context_api._RUNTIME_CONTEXT  # noqa: SLF001 - a quarter of the public way's cost
    if type(runtime) is ContextVarsRuntimeContext:
        return runtime._current_context.get  # noqa: SLF001 - its variable has no public name
    return context_api.get_current


def by(route: Route, schema: str, *, keep_all: bool) -> Callable[[], Any]:
    """What the runs of a schema ask; `keep_all` where there is a file, which takes everything."""
    if route.native is not None:
        return current_context()  # its provider decides
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
