"""A private tracer provider and its exporters, as the SDK would make them from `OTEL_*`.

Used where the application has no provider of its own; never set as the global one.
"""

from __future__ import annotations

import concurrent.futures.thread  # noqa: F401 - a provider's fork handler hangs if it must import it
import os
from contextlib import suppress
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.trace import TracerProvider

from kumi.otel.log import warn_once
from kumi.otel.sdk_import import DETECTOR_GROUP, without_unknown_detectors, without_wrong_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.trace.export import SpanExporter

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_NAMED = {
    "OTEL_TRACES_SAMPLER": "opentelemetry_traces_sampler",
    "OTEL_PYTHON_ID_GENERATOR": "opentelemetry_id_generator",
    "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": DETECTOR_GROUP,
}
_OTLP = ("otlp", "otlp_proto_http", "otlp_proto_grpc", "kumi_otlp")


def private_provider() -> TracerProvider:
    """Resource, sampler, id generator and limits of the environment, without processors."""
    with without_wrong_limits(), without_unknown_detectors():
        return TracerProvider(
            sampler=_chosen("OTEL_TRACES_SAMPLER", "_import_sampler"),
            id_generator=_chosen("OTEL_PYTHON_ID_GENERATOR", "_import_id_generator"),
            shutdown_on_exit=False,
        )


def prepare() -> None:
    """Import what the provider and the exporters of the environment need, and make nothing of it.

    They are made on another thread: a child forked while that imports a module never gets it. What
    cannot be imported is said when it is asked for.
    """
    for names, group in _NAMED.items():
        chosen = [each.strip() for each in os.environ.get(names, "").split(",") if each.strip()]
        if chosen:
            _import("opentelemetry.sdk._configuration")
            _load(group, chosen)
    _load("opentelemetry_traces_exporter", [n for n in _exporter_names() if n not in _OTLP])
    if any(name in _OTLP for name in _exporter_names()):
        _prepare_otlp()


def _prepare_otlp() -> None:
    from kumi_exporters import otlp  # noqa: PLC0415 - only where it is used

    otlp.prepare()


def _load(group: str, names: list[str]) -> None:
    """Import the modules of entry points; `*` means all of them."""
    for each in entry_points(group=group) if names else ():
        if each.name in names or "*" in names:
            with suppress(Exception):  # entry points are anybody's code
                each.load()


def _import(name: str) -> None:
    with suppress(Exception):  # an SDK that has it elsewhere, which is said when it is needed
        import_module(name)


def exporters() -> tuple[SpanExporter, ...]:
    """What the environment says that traces go to; nothing where it says nothing.

    A configuration file replaces these variables, and takes somebody to set a provider up from it.
    """
    if os.environ.get("OTEL_CONFIG_FILE"):
        warn_once("OTEL_CONFIG_FILE is set, but no tracer provider: no traces of Kumi are sent")
        return ()
    made = (_guarded(f"OTEL_TRACES_EXPORTER={name}", _maker(name)) for name in _exporter_names())
    return tuple(exporter for exporter in made if exporter is not None)


def _exporter_names() -> list[str]:
    """OTEL_TRACES_EXPORTER; where it is not set, OTLP if there is an endpoint."""
    names = os.environ.get("OTEL_TRACES_EXPORTER", "").strip()
    if not names:
        return ["otlp"] if any(os.environ.get(name) for name in _ENDPOINTS) else []
    return [name.strip() for name in names.split(",") if name.strip().lower() != "none"]


def _maker(name: str) -> Callable[[], SpanExporter]:
    return _otlp if name in _OTLP else lambda: _from_entry_point(name)


def _otlp() -> SpanExporter:
    from kumi_exporters.otlp import KumiOTLPSpanExporter  # noqa: PLC0415 - only where it is used

    return KumiOTLPSpanExporter()


def _from_entry_point(name: str) -> SpanExporter:
    found = next(iter(entry_points(group="opentelemetry_traces_exporter", name=name)), None)
    if found is None:
        raise LookupError(f"no exporter is called {name!r}")
    exporter: SpanExporter = found.load()()
    return exporter


def _chosen(variable: str, finder: str) -> Any:
    """What a variable names, found by the SDK's own function; None where it is not set."""
    name = os.environ.get(variable, "").strip()
    return _guarded(f"{variable}={name}", lambda: _found(finder, name)) if name else None


def _found(finder: str, name: str) -> Any:
    from opentelemetry.sdk import _configuration  # noqa: PLC0415 - slow to import, seldom needed

    return getattr(_configuration, finder)(name)


def _guarded(what: str, make: Callable[[], Any]) -> Any:
    """What `make` makes, or None and one warning: a wrong variable must not stop a calculation."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - entry points are anybody's code
        warn_once(f"{what} cannot be used: {type(error).__qualname__}: {error}")
        return None
