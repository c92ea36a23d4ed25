"""Where spans go, and whose identity they have: decided at the first run, looked at again later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opentelemetry import trace as trace_api
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from kumi.observations import Level
from kumi.otel import environment
from kumi.otel.delivery import processors
from kumi.otel.delivery.lanes.batch_processor import BatchProcessorLane
from kumi.otel.delivery.lanes.block_exporter import BlockExporterLane
from kumi.otel.delivery.lanes.exporter import ExporterLane
from kumi.otel.delivery.lanes.native import NativeLane
from kumi.otel.delivery.lanes.otlp_view import are_loaded, view_of
from kumi.otel.delivery.lanes.simple_processor import SimpleProcessorLane
from kumi.otel.delivery.sampling import root_sampling
from kumi.otel.log import logger, warn_once
from kumi.spans.attributes import SCHEMA_URL, SCOPE_NAME
from kumi.spans.limits import limits_of
from kumi.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.sdk.trace.id_generator import IdGenerator
    from opentelemetry.sdk.trace.sampling import Sampler

    from kumi.otel.delivery.lanes.lane import Lane
    from kumi.otel.delivery.lanes.stock_otlp import StockOtlpLane
    from kumi.spans.limits import Limits


_OF = {
    Level.NOTHING: " of runs",
    Level.DECLARATIONS: " of runs and declarations",
    Level.OPERATIONS: " of runs, declarations and operations",
}


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """The lanes of one provider, and its resource, limits, ids and sampler.

    `lanes` is empty where traces go nowhere, or where spans are made by the application's own
    tracer, which is `native` then. `application` is the provider that the lanes belong to, None for
    our own. `chain` and `seen` are what the decision was made from. `own` says that nobody else
    uses the exporters, or shuts them down.
    """

    provider: TracerProvider
    lanes: tuple[Lane, ...]
    application: TracerProvider | None
    seen: object
    chain: tuple[Any, ...] = ()
    own: bool = False
    native: NativeLane | None = None

    @property
    def resource(self) -> Resource:
        """The provider's resource, which changes after a fork."""
        return self.provider.resource

    @property
    def limits(self) -> Limits:
        """The provider's span limits."""
        return limits_of(self.provider._span_limits)  # noqa: SLF001 - stable since SDK 1.20

    @property
    def ids(self) -> IdGenerator:
        """Makes trace and span ids."""
        return self.provider.id_generator

    @property
    def sampler(self) -> Sampler:
        """Decides about runs without a parent."""
        return self.provider.sampler

    @property
    def root(self) -> bool | None:
        """Whether runs without a parent are sampled; None where the sampler must be asked."""
        return root_sampling(self.sampler) if self.lanes else False


class Router:
    """Chooses the route.

    `given` is a provider that the caller named, `exporters` are the caller's own; without them the
    application's global provider counts, and without that the environment. `native` is how much of
    a run the application's tracer makes spans of, whatever its provider; None has only runs made,
    and only where there is no other way; `most_spans` of them in a trace. `hook` is put before the
    processors of the application's provider. `halted` tells a lane that waits for room to give up.
    """

    def __init__(
        self,
        *,
        off: bool,
        native: Level | None,
        most_spans: int,
        given: TracerProvider | None,
        exporters: Sequence[SpanExporter],
        hook: processors.DrainHook,
        halted: Callable[[], bool],
    ) -> None:
        self._off = off
        self._native = native
        self._most_spans = most_spans
        self._given = given
        self._exporters = tuple(exporters)
        self._hook = hook
        self._halted = halted
        self._private: TracerProvider | None = None
        if are_loaded():  # else on the owner's thread: a child forked amid that never gets it
            _stock_otlp_lane()
        self._tracer: Any = None
        self._was_enabled = True

    def decide(self) -> Route:
        """The route as things are now; says in one line where traces go."""
        seen = self._current()
        if self._off:
            return self._to_exporters((), seen)
        self._tracer = _tracer(seen)
        self._was_enabled = self._is_enabled()
        if not self._was_enabled:
            logger.info("no traces of Kumi: the tracer provider has the scope kumi switched off")
            return self._to_exporters((), seen)
        if self._exporters or seen is None:
            return self._to_exporters(self._exporters or environment.exporters(), seen)
        if self._native is not None:
            return self._natively(seen, "as KUMI_PROFILE_TRACES says")
        if not _makes_spans_as_the_sdk(seen):
            return self._natively(seen, "which is not the SDK's")
        return self._through(seen)

    def nowhere(self) -> Route:
        """A route without lanes, where another could not be decided."""
        return Route(environment.bare_provider(), (), None, self._current())

    def is_stale(self, route: Route) -> bool:
        """Whether the application has set a provider, or added a processor, since."""
        if self._off:
            return False
        if self._is_enabled() is not self._was_enabled:
            return True
        if self._exporters:
            return False
        if self._current() is not route.seen:
            return True
        provider = route.application
        return provider is not None and processors.chain(provider) is not route.chain

    def leave(self, route: Route) -> None:
        """Take our hook out of the application's provider again."""
        if route.application is not None:
            processors.take_out(route.application, self._hook)

    def _is_enabled(self) -> bool:
        """Whether the provider makes spans for our scope, by now.

        The SDK's has a tracer configurator, since 1.37, which may say that it does not.
        """
        asked = getattr(self._tracer, "_is_enabled", None)
        return asked is None or bool(asked())

    def _current(self) -> Any:
        """The provider that the application set, None where there is none."""
        provider = self._given or trace_api.get_tracer_provider()
        none = (trace_api.ProxyTracerProvider, trace_api.NoOpTracerProvider)
        return None if isinstance(provider, none) else provider

    def _own_provider(self) -> TracerProvider:
        if self._private is None:
            self._private = environment.private_provider()
        return self._private

    def _to_exporters(self, exporters: Sequence[SpanExporter], seen: object) -> Route:
        identity = seen if isinstance(seen, TracerProvider) else self._own_provider()
        lanes = tuple(_fastest(each, ExporterLane(each)) for each in exporters)
        for lane in lanes:
            _tell(lane, "directly")
        return Route(identity, lanes, None, seen, own=True)

    def _through(self, provider: TracerProvider) -> Route:
        """The lanes of the application's provider: one for each exporter, or its own tracer."""
        try:
            chain = processors.put_first(provider, self._hook)
            lanes = tuple(self._lane(leaf) for leaf in processors.leaves(provider))
        except processors.UnknownProcessor as error:
            processors.take_out(provider, self._hook)
            return self._natively(provider, f"which has a {error}")
        except AttributeError as error:
            _warn(f"the tracer provider is not made as the SDK's are ({error})")
            return Route(self._own_provider(), (), None, provider)
        return Route(provider, lanes, provider, provider, chain)

    def _natively(self, provider: Any, why: str) -> Route:
        """The provider's own tracer makes the spans."""
        if self._tracer is None:
            kind = type(provider)
            _warn(f"{kind.__module__}.{kind.__qualname__} is no tracer provider")
            return Route(self._own_provider(), (), None, provider)
        below = Level.NOTHING if self._native is None else self._native
        lane = NativeLane(provider, self._tracer, below, self._most_spans)
        logger.info("traces go as real spans%s, through %s, %s", _OF[below], lane.name, why)
        identity = provider if isinstance(provider, TracerProvider) else self._own_provider()
        return Route(identity, (), None, provider, native=lane)

    def _lane(self, leaf: SpanProcessor) -> Lane:
        exporter = leaf.span_exporter  # type: ignore[attr-defined]  # both kinds of leaf have it
        if isinstance(leaf, BatchSpanProcessor):
            ordinary: Lane = BatchProcessorLane(leaf, self._halted)
        else:
            ordinary = SimpleProcessorLane(leaf)  # type: ignore[arg-type]  # the other kind of leaf
        lane = _fastest(exporter, ordinary)
        _tell(lane, f"through the application's {type(leaf).__name__}")
        return lane


def _fastest(exporter: SpanExporter, ordinary: Lane) -> Lane:
    """By blocks, where the exporter takes them; by ready bytes, where it is one of the SDK's."""
    if hasattr(exporter, "export_blocks"):
        return BlockExporterLane(exporter, ordinary)
    view = view_of(exporter)
    return ordinary if view is None else _stock_otlp_lane()(exporter, view, ordinary)


def _stock_otlp_lane() -> type[StockOtlpLane]:
    from kumi.otel.delivery.lanes.stock_otlp import StockOtlpLane  # noqa: PLC0415 - Protocol Buffers are loaded where they are used

    return StockOtlpLane


def _tracer(provider: Any) -> Any:
    """Its tracer for our scope; None where there is none, or it cannot be had."""
    lock = getattr(provider, "_tracers_lock", None)  # what `get_tracer` takes, since SDK 1.45
    if provider is None or (lock and not processors.is_free(lock)):
        return None
    try:
        return provider.get_tracer(SCOPE_NAME, __version__, schema_url=SCHEMA_URL)
    except AttributeError:  # no provider, or one that is not made as the SDK's are
        return None


def _makes_spans_as_the_sdk(provider: Any) -> bool:
    """Whether its tracers do no more than the SDK's: a subclass may give others, which redact."""
    is_sdk = isinstance(provider, TracerProvider)
    return is_sdk and type(provider).get_tracer is TracerProvider.get_tracer


def _tell(lane: Lane, how: str) -> None:
    exporter = type(lane.exporter).__qualname__
    where = exporter if lane.name == exporter else f"{exporter} at {lane.name}"
    logger.info("traces go as %s, %s, to %s", lane.form, how, where)


def _warn(why: str) -> None:
    warn_once(f"no traces of Kumi are sent: {why}")
