"""For whom is counted: the meter provider that was given, or the application's global one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import finalize, ref

from opentelemetry.metrics import NoOpMeter, NoOpMeterProvider, _internal

from kumi.otel.delivery.metrics.components import Component
from kumi.otel.delivery.metrics.durations import Durations
from kumi.otel.delivery.metrics.health import Health
from kumi.otel.delivery.metrics.instruments import RUN_DURATION, histogram
from kumi.otel.delivery.metrics.ledger import Ledger
from kumi.otel.delivery.metrics.metering import Metering
from kumi.otel.log import logger, trouble
from kumi.spans.attributes import SCHEMA_URL, SCOPE_NAME
from kumi.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.metrics import Histogram, Meter, MeterProvider

    from kumi.otel.delivery.metrics.health import Queue


class _Books:
    """What there is of a provider for as long as that lives, and what is shown of it.

    Instruments cannot be taken back, and must not be made twice. The histogram is the meter's: to
    hold it would be to hold the provider.
    """

    def __init__(self, meter: Meter, owner: Component) -> None:
        self.ledger = Ledger()
        self.health = Health(owner)
        self.ledger.show(meter)
        self.health.show(meter)
        self._histogram: Callable[[], Histogram | None] = lambda: None

    def histogram(self, meter: Meter) -> Histogram:
        """That of the durations."""
        found = self._histogram()
        if found is None:
            found = histogram(meter, RUN_DURATION)
            self._histogram = ref(found)
        return found


_books: dict[int, _Books] = {}
"""By the id of their provider, which may be of a kind that cannot be hashed, as logfire's is."""


class Meters:
    """Finds the meter provider: `given`, or the global one, which is looked at and never set.

    `owner` is the type of what takes the runs, `queue` says how full it is where they wait. With a
    provider that does nothing there is nothing to count for.
    """

    def __init__(self, given: MeterProvider | None, owner: type, queue: Queue) -> None:
        self._given = None if isinstance(given, _internal._ProxyMeterProvider) else given  # noqa: SLF001 - it stands for the global one
        self._owner = Component.of(owner)
        self._queue = queue
        self._seen: Any = None

    def are_stale(self) -> bool:
        """Whether another provider is there since this was asked for what counts."""
        return self._current() is not self._seen

    def metering(self) -> Metering | None:
        """What counts for the provider that there is now; None where there is none."""
        self._seen = provider = self._current()
        if provider is None or isinstance(provider, NoOpMeterProvider):
            return None
        try:
            meter = provider.get_meter(SCOPE_NAME, __version__, SCHEMA_URL)
            return None if isinstance(meter, NoOpMeter) else self._metering(provider, meter)
        except Exception as error:  # noqa: BLE001 - meter providers are anybody's code
            trouble("setting up metrics", error)
            return None

    def _metering(self, provider: MeterProvider, meter: Meter) -> Metering:
        books = _books.get(id(provider))
        if books is None:
            books = _books[id(provider)] = _Books(meter, self._owner)
            finalize(provider, _books.pop, id(provider)).atexit = False
        durations = Durations(books.histogram(meter))
        books.health.begin(self._queue)
        logger.info("metrics are made by the application's %s", type(provider).__qualname__)
        return Metering(books.ledger, books.health, durations)

    def _current(self) -> Any:
        """The provider, None where the application has set none."""
        return self._given or _internal._METER_PROVIDER  # noqa: SLF001 - asking by the public way may set one
