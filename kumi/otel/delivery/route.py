"""Where spans go, and whose identity they have: decided at the first run, looked at again later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opentelemetry import trace as trace_api
from opentelemetry.sdk.trace import Tracer, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from kumi.otel import environment
from kumi.otel.delivery import processors
from kumi.otel.delivery.lanes.batch_processor import BatchProcessorLane
from kumi.otel.delivery.lanes.block_exporter import BlockExporterLane
from kumi.otel.delivery.lanes.exporter import ExporterLane
from kumi.otel.delivery.lanes.otlp_view import are_loaded, view_of
from kumi.otel.delivery.lanes.simple_processor import SimpleProcessorLane
from kumi.otel.delivery.sampling import root_sampling
from kumi.otel.log import logger, warn_once
from kumi.spans.attributes import SCHEMA_URL, SCOPE_NAME
from kumi.spans.limits import limits_of

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


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """The lanes of one provider, and its resource, limits, ids and sampler.

    `lanes` is empty where traces go nowhere. `application` is the provider that the lanes belong
    to, None for our own. `chain` and `seen` are what the decision was made from. `own` says that
    nobody else uses the exporters, or shuts them down.
    """

    provider: TracerProvider
    lanes: tuple[Lane, ...]
    application: TracerProvider | None
    seen: object
    chain: tuple[Any, ...] = ()
    own: bool = False

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
    application's global provider counts, and without that the environment. `hook` is put before the
    processors of the application's provider. `halted` tells a lane that waits for room to give up.
    """

    def __init__(
        self,
        *,
        off: bool,
        given: TracerProvider | None,
        exporters: Sequence[SpanExporter],
        hook: processors.DrainHook,
        halted: Callable[[], bool],
    ) -> None:
        self._off = off
        self._given = given
        self._exporters = tuple(exporters)
        self._hook = hook
        self._halted = halted
        self._private: TracerProvider | None = None
        if are_loaded():  # else on the owner's thread: a child forked amid that never gets it
            _stock_otlp_lane()

    def decide(self) -> Route:
        """The route as things are now; says in one line where traces go."""
        seen = self._current()
        if self._off:
            return self._to_exporters((), seen)
        if self._exporters:
            return self._to_exporters(self._exporters, seen)
        if isinstance(seen, TracerProvider):
            return self._through(seen)
        if seen is not None:
            _warn(f"{type(seen).__module__}.{type(seen).__qualname__} is not the SDK's provider")
            return Route(self._own_provider(), (), None, seen)
        return self._to_exporters(environment.exporters(), seen)

    def nowhere(self) -> Route:
        """A route without lanes, where another could not be decided."""
        return Route(environment.bare_provider(), (), None, self._current())

    def is_stale(self, route: Route) -> bool:
        """Whether the application has set a provider, or added a processor, since."""
        if self._off or self._exporters:
            return False
        if self._current() is not route.seen:
            return True
        provider = route.application
        return provider is not None and processors.chain(provider) is not route.chain

    def leave(self, route: Route) -> None:
        """Take our hook out of the application's provider again."""
        if route.application is not None:
            processors.take_out(route.application, self._hook)

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
        """The lanes of the application's provider: one for each exporter, or none at all."""
        try:
            chain = processors.put_first(provider, self._hook)
            leaves = processors.leaves(provider) if _is_enabled(provider) else ()
            lanes = tuple(self._lane(leaf) for leaf in leaves)
        except processors.UnknownProcessor as error:
            processors.take_out(provider, self._hook)
            _warn(f"the tracer provider has {error}, neither a batch nor a simple span processor")
            return Route(provider, (), None, provider)
        except AttributeError as error:
            _warn(f"the tracer provider is not made as the SDK's are ({error})")
            return Route(self._own_provider(), (), None, provider)
        return Route(provider, lanes, provider, provider, chain)

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


def _is_enabled(provider: TracerProvider) -> bool:
    """Whether the provider makes recording spans for our scope (it can be told not to)."""
    lock = getattr(provider, "_tracers_lock", None)  # what `get_tracer` takes, since SDK 1.45
    if lock is not None and not processors.is_free(lock):
        return True
    tracer = provider.get_tracer(SCOPE_NAME, schema_url=SCHEMA_URL)
    enabled = getattr(tracer, "_is_enabled", lambda: True)  # SDKs before 1.37 cannot be told
    return isinstance(tracer, Tracer) and bool(enabled())


def _tell(lane: Lane, how: str) -> None:
    exporter = type(lane.exporter).__qualname__
    where = exporter if lane.name == exporter else f"{exporter} at {lane.name}"
    logger.info("traces go as %s, %s, to %s", lane.form, how, where)


def _warn(why: str) -> None:
    warn_once(f"no traces of Kumi are sent: {why}")
