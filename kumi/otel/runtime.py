"""What users call: profiling on and off, and what they want to have noted."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from kumi import hooks
from kumi.otel import settings as settings_
from kumi.otel import sigterm
from kumi.otel.log import trouble, warn_once
from kumi.otel.sdk_import import without_wrong_limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, Unpack

    from opentelemetry.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

    from kumi.otel.recording.profiler import Profiler
    from kumi.otel.settings import Options, RuleOptions


_ON_ALREADY = "profiling is on already: the new settings are not used"


class _State:
    """The profiler of this process, and how many `profile` blocks share it. Under `hooks.lock`."""

    def __init__(self) -> None:
        self.profiler: Profiler | None = None
        self.blocks = 0


_state = _State()


def start_from_environment() -> None:
    """Profile this process where `KUMI_PROFILE` says so and nobody has begun yet."""
    _start(None, None, {}, default=False)


def start_instrumented(
    tracer_provider: TracerProvider | None,
    meter_provider: MeterProvider | None,
    options: Mapping[str, Any],
) -> None:
    """Profile this process unless it is off: `KUMI_PROFILE`, and without that the SDK, may be.

    What is no option is one warning.
    """
    default = not settings_.sdk_disabled()
    _start(tracer_provider, meter_provider, options, default=default)


def _start(
    provider: TracerProvider | None,
    meter_provider: MeterProvider | None,
    options: Mapping[str, Any],
    *,
    default: bool,
) -> None:
    """Begin inside of the first run, which must not fail for it.

    The SDK cannot be imported, for one, where some of its variables have bad values. So nothing is
    raised but ImportError, and the next compile tries again: it may be that a signal's handler runs
    the first schema while its own thread imports the SDK, and what is half imported cannot be used
    yet.
    """
    try:
        if not settings_.enabled(default=default):
            return
        known = settings_.without_unknown(options)
        if _state.profiler is None:
            _put_in(_new_profiler(provider, meter_provider, (), known))
        elif known or provider or meter_provider:
            warn_once(_ON_ALREADY)
    except ImportError as error:
        trouble("importing OpenTelemetry", error)
        raise
    except Exception as error:  # noqa: BLE001 - that run goes on, unprofiled
        trouble("setting up", error)


def instrument(
    *,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
    exporters: Sequence[SpanExporter] = (),
    **options: Unpack[Options],
) -> None:
    """Profile this process from now on. Does nothing where it is profiled already.

    `options` are the `KUMI_PROFILE_*` variables in lower case, and win over them. Spans go through
    `tracer_provider`, else through the global one, else where the environment says; or, where
    `exporters` are given, straight to these. Metrics are made with `meter_provider`, else with the
    global one. TypeError for an option that there is not.
    """
    if not _put_in(_new_profiler(tracer_provider, meter_provider, exporters, options)):
        warn_once(_ON_ALREADY)


def uninstrument() -> None:
    """Stop profiling, and hand everything over; waits `exit_ms` at most."""
    with hooks.lock():
        profiler = _taken_out()
    if profiler is not None:
        sigterm.uninterrupted(profiler.close)


@contextmanager
def profile(
    *,
    tracer_provider: TracerProvider | None = None,
    meter_provider: MeterProvider | None = None,
    exporters: Sequence[SpanExporter] = (),
    **options: Unpack[Options],
) -> Iterator[None]:
    """Profile the whole process while the block runs; a decorator as well.

    Blocks may be nested, and run at the same time in several threads: the first one's settings
    count, and profiling ends with the last. Inside of `instrument` a block changes nothing.
    Arguments as for `instrument`.
    """
    ours = _enter(tracer_provider, meter_provider, exporters, options)
    try:
        yield
    finally:
        if ours:
            _leave()


@contextmanager
def phase(name: str) -> Iterator[None]:
    """Time a stretch of the caller's own work; a decorator as well.

    While profiling it is a `phase` event of the file, and a span below the caller's current span.
    """
    try:
        with hooks.phase(name) as this:
            this.token = _context()
            yield
    finally:
        _begin()


def memory_snapshot(label: str) -> None:
    """Note how much memory is in use, where profiling is on and `KUMI_PROFILE_MEMORY` is set."""
    hooks.start()
    profiler = _begin()
    if profiler is not None:
        profiler.remember_memory(label)


def configure(**rules: Unpack[RuleOptions]) -> None:
    """Change the rules while profiling is on: which runs are kept from now on.

    `sample` and `slow_ms` as for `instrument`; what is not given stays. TypeError for a rule that
    there is not. Where profiling is off nothing happens.
    """
    with hooks.lock():
        profiler = _state.profiler
        if profiler is not None:
            profiler.configure(settings_.changed(profiler.settings, rules))


def pause() -> None:
    """Run programs unprofiled until `resume`, as fast as if profiling were off."""
    with hooks.lock():
        if _state.profiler is not None:
            hooks.install(None)


def resume() -> None:
    """Profile again after `pause`."""
    with hooks.lock():
        if _state.profiler is not None:
            hooks.install(_state.profiler)


def flush(timeout: float = 30.0) -> bool:
    """Hand over everything recorded so far: to the file, and to where traces go.

    False where that took longer than `timeout` seconds.
    """
    profiler = _state.profiler
    return profiler is None or profiler.drain(timeout, flush=True)


def _new_profiler(
    provider: TracerProvider | None,
    meter_provider: MeterProvider | None,
    exporters: Sequence[SpanExporter],
    options: Options | dict[str, Any],
) -> Profiler:
    """Not under our lock: the SDK is imported here, and who imports it, too, may want the lock."""
    asked = settings_.read(**options)
    with without_wrong_limits():
        from kumi.otel import environment  # noqa: PLC0415 - the SDK is imported when it is needed
        from kumi.otel.recording.profiler import Profiler  # noqa: PLC0415 - it imports the SDK
        from kumi_exporters.eventfile import ownership  # noqa: PLC0415 - only where somebody profiles
    ownership.claim()
    environment.prepare()
    return Profiler(asked, provider, exporters, meter_provider)


def _put_in(new: Profiler) -> bool:
    """Make a profiler that of this process; False where there is one."""
    with hooks.lock():
        if _state.profiler is not None:
            return False
        _state.profiler = new
        new.installed()
        hooks.install(new)
    if new.settings.sigterm:
        sigterm.install()
    return True


def _enter(
    provider: TracerProvider | None,
    meter_provider: MeterProvider | None,
    exporters: Sequence[SpanExporter],
    options: Options,
) -> bool:
    """Have a block share the profiler; False where it is `instrument`'s, which outlives it."""
    while True:
        new = None
        if not _state.profiler:
            new = _new_profiler(provider, meter_provider, exporters, options)
        with hooks.lock():
            put_in = new is not None and _put_in(new)
            if _state.profiler is not None:  # else it ended just now
                _state.blocks += put_in or _state.blocks > 0
                return _state.blocks > 0


def _leave() -> None:
    """The last block ends profiling: in one step, since another thread may be about to enter."""
    with hooks.lock():
        _state.blocks = max(0, _state.blocks - 1)
        profiler = None if _state.blocks else _taken_out()
    if profiler is not None:
        sigterm.uninterrupted(profiler.close)


def _taken_out() -> Profiler | None:
    """The profiler, which is no longer that of this process; somebody has to close it."""
    profiler, _state.profiler = _state.profiler, None
    _state.blocks = 0
    return profiler


def _context() -> object:
    """The caller's context, which is where a phase begins; None where nobody will ask."""
    if _state.profiler is None:
        return None
    from kumi.otel.recording.admission import current_context  # noqa: PLC0415 - imported by the profiler

    return current_context()()


def _begin() -> Profiler | None:
    profiler = _state.profiler
    if profiler is not None:
        profiler.begin()
    return profiler
