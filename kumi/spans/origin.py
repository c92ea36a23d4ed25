"""Where a run hangs: below the caller's current span, or at the root of a trace of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from opentelemetry import trace
from opentelemetry.attributes import BoundedAttributes
from opentelemetry.context import Context
from opentelemetry.trace import SpanContext, TraceFlags

from kumi.spans import attributes as names

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.id_generator import IdGenerator

_INHERITED = 0x03  # sampled, random
_RANDOM = 0x02
_NO_PARENT = bytes(8)


Given: TypeAlias = tuple[tuple[str, Any], ...]
"""Attributes of any kind that the SDK has; a name is empty where it would not take one."""


class RootDecision(NamedTuple):
    """A root run that a sampler was asked about, on the thread that ran it.

    `attributes` are the sampler's, where they are others than those it was asked with.
    """

    trace_id: int
    flags: int
    tracestate: str
    sampled: bool
    attributes: tuple[tuple[Any, Any], ...] = ()


class HandedRun(NamedTuple):
    """A run that the application's tracer was asked to make spans of, on the thread that ran it.

    `span` and `parent` are those of the run itself and of what it hangs below; each may be none,
    and is invalid then. `ids` has 8 bytes for each row of the run, in their order: zeros for one
    that was not made, and it may end before the last. `number` is the run's, `kept` why its spans
    say that it is there, `anchor` what makes Unix time of its readings.
    """

    span: SpanContext
    parent: SpanContext
    ids: bytes
    number: int
    kept: str
    anchor: int


class Origin(NamedTuple):
    """What the runs of one context have in common. `trace_id` None: each starts a trace.

    `given` are the attributes that the sampler wants on the root of the trace. `ids` and `number`
    are those of a `HandedRun`, which is not sampled for us: nothing of it is to be sent again.
    """

    trace_id: bytes | None
    parent: bytes
    flags: int
    remote: bool
    sampled: bool
    tracestate: str
    given: Given = ()
    ids: bytes = b""
    number: int = 0


def origin(context: object, root: Origin) -> Origin:
    """Where the runs of `context` hang.

    It is what `Channel.admit` gave: an OpenTelemetry context, a `RootDecision`, or anything else
    for "no current context"; without a current span in it the runs are like `root`. Or it is what
    has become of that, a `HandedRun`.
    """
    if isinstance(context, HandedRun):
        return _handed(context)
    if isinstance(context, RootDecision):
        return _decided(context)
    if not isinstance(context, Context):
        return root
    parent = trace.get_current_span(context).get_span_context()
    if not parent.is_valid:
        return root
    return Origin(
        trace_id=parent.trace_id.to_bytes(16, "big"),
        parent=parent.span_id.to_bytes(8, "big"),
        flags=parent.trace_flags & _INHERITED,
        remote=parent.is_remote,
        sampled=parent.trace_flags.sampled,
        tracestate=parent.trace_state.to_header(),
    )


def begun_with(given: Given, own: Given) -> Given:
    """A root's attributes: the sampler's, which were the first, and then its own.

    The schema's name is what samplers are asked with, and an answer that has it stands.
    """
    if any(name == names.SCHEMA_NAME for name, _ in given):
        own = tuple([pair for pair in own if pair[0] != names.SCHEMA_NAME])
    return given + own


def root_origin(sampled: bool, id_generator: IdGenerator) -> Origin:
    """What roots are like where the sampler always says the same."""
    flags = TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT
    return Origin(None, _NO_PARENT, flags | random_flag(id_generator), False, sampled, "")


def random_flag(id_generator: IdGenerator) -> int:
    """W3C's random-trace-id flag, where the generator's trace ids are (SDK 1.42 and later)."""
    is_random = getattr(id_generator, "is_trace_id_random", None)
    return _RANDOM if is_random is not None and is_random() else 0


def _decided(root: RootDecision) -> Origin:
    trace_id = root.trace_id.to_bytes(16, "big")
    given = _cleaned(root.attributes) if root.attributes else ()
    return Origin(trace_id, _NO_PARENT, root.flags, False, root.sampled, root.tracestate, given)


def _handed(run: HandedRun) -> Origin:
    known = run.span if run.span.is_valid else run.parent
    return Origin(
        trace_id=known.trace_id.to_bytes(16, "big") if known.is_valid else None,
        parent=run.parent.span_id.to_bytes(8, "big"),
        flags=known.trace_flags & _INHERITED,
        remote=run.parent.is_remote,
        sampled=False,
        tracestate=known.trace_state.to_header(),
        ids=run.ids,
        number=run.number,
    )


def _cleaned(attributes: tuple[tuple[Any, Any], ...]) -> Given:
    """As the SDK takes them: what is no attribute becomes a text, or has no name any more."""
    taken = BoundedAttributes(attributes=dict(attributes))
    return (*taken.items(), *[("", None)] * taken.dropped)
