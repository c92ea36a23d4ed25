"""Kumi for `opentelemetry-instrument`, which finds each library to instrument by such a class.

It loads this in every Python process that it starts, and in their children, most of which never run
a schema. So this imports next to nothing, and all that it does is to say who begins at the first
compile.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

from opentelemetry.instrumentation import instrumentor
from typing_extensions import override

from kumi import hooks
from kumi.otel import sigterm
from kumi.otel.switches import is_on

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from types import ModuleType

_OF_OTHERS = {
    "auto_instrumentation",
    "logger_provider",
    "raise_exception_on_conflict",
    "skip_dep_check",
}
"""Keywords that every instrumentor may be given, and that say nothing to this one."""


class KumiInstrumentor(instrumentor.BaseInstrumentor):  # type: ignore[misc, name-defined]  # no checker may look there
    """Profiles every schema of the process, from its first run on.

    Takes `tracer_provider`, `meter_provider`, and the settings of `kumi.otel.instrument` as
    keywords, which win over the environment. They are read at the first compile, as all settings
    are; an unknown one is a warning. `KUMI_PROFILE=0` keeps it off. Never raises: the command would
    go on without the instrumentors that come after this one.
    """

    @override
    def instrumentation_dependencies(self) -> Collection[str]:
        """Nothing but Kumi itself, which is there."""
        return ()

    @override
    def _instrument(self, **kwargs: Any) -> None:
        before = hooks.set_starter(partial(_start, kwargs))
        if _handles_sigterm(kwargs):
            sigterm.install_unless_off()
        if before is None:
            hooks.start()

    @override
    def _uninstrument(self, **kwargs: Any) -> None:
        hooks.set_starter(None)
        _runtime().uninstrument()


def _handles_sigterm(given: Mapping[str, Any]) -> bool:
    """Whether to do so already: servers remember the handlers that they find when they begin."""
    profiled = is_on(os.environ.get("KUMI_PROFILE", "1"))
    return profiled and is_on(str(given.get("sigterm", "1")))


def _start(given: Mapping[str, Any]) -> None:
    options = {name: value for name, value in given.items() if name not in _OF_OTHERS}
    providers = [options.pop(f"{kind}_provider", None) for kind in ("tracer", "meter")]
    _runtime().start_instrumented(*providers, options)


def _runtime() -> ModuleType:
    from kumi.otel import runtime  # noqa: PLC0415 - most processes never need it

    return runtime
