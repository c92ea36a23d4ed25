"""A private tracer provider and its exporters, as the SDK would make them from `OTEL_*`.

Used where the application has no provider of its own; never set as the global one.
"""

from __future__ import annotations

import concurrent.futures.thread  # noqa: F401 - a provider's fork handler hangs if it must import it
import os
import sys
from contextlib import suppress
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.resources import (
    _DEFAULT_RESOURCE,
    SERVICE_NAME,
    OTELResourceDetector,
    Resource,
)
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.sampling import _KNOWN_SAMPLERS, ALWAYS_ON
from opentelemetry.util import _importlib_metadata  # noqa: F401 - what making a provider imports

from kumi.otel.log import warn_once
from kumi.otel.sdk_import import DETECTOR_GROUP, without_unknown_detectors, without_wrong_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.trace.export import SpanExporter

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_SAMPLER, _IDS = "OTEL_TRACES_SAMPLER", "OTEL_PYTHON_ID_GENERATOR"
_FILE = "OTEL_CONFIG_FILE"
_EXPORTERS = "opentelemetry_traces_exporter"
_NAMED = {
    _SAMPLER: "opentelemetry_traces_sampler",
    _IDS: "opentelemetry_id_generator",
    "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": DETECTOR_GROUP,
}
_OTLP = {"otlp", "otlp_proto_http", "otlp_proto_grpc", "kumi_otlp"}
_JSONL = "kumi_jsonl"
_OURS = {*_OTLP, _JSONL}


def private_provider() -> TracerProvider:
    """Resource, sampler, id generator and limits of the environment, without processors."""
    with without_wrong_limits(), without_unknown_detectors():
        sampler, ids = _sampler(), _id_generator()
        make = partial(TracerProvider, sampler=sampler, id_generator=ids, shutdown_on_exit=False)
        try:
            return make()
        except RuntimeError:  # detectors run in threads, and here none can be started any more
            return make(resource=_undetected())


def bare_provider() -> TracerProvider:
    """One that asks nobody's code for anything."""
    return TracerProvider(ALWAYS_ON, _undetected(), shutdown_on_exit=False, span_limits=_limits())


def _limits() -> SpanLimits:
    """The environment's limits, as far as they are any."""
    with without_wrong_limits():
        return SpanLimits()


def _undetected() -> Resource:
    """The resource that the SDK makes where there are no detectors but its own."""
    known = _DEFAULT_RESOURCE.merge(OTELResourceDetector().detect())
    if known.attributes.get(SERVICE_NAME):
        return known
    return known.merge(Resource({SERVICE_NAME: f"unknown_service:{Path(sys.executable).name}"}))


def prepare() -> None:
    """Import what the provider and the exporters of the environment need, and make nothing of it.

    They are made on another thread: a child forked while that imports a module never gets it. What
    cannot be imported is said when it is asked for.
    """
    for names, group in _NAMED.items():
        chosen = [each.strip() for each in os.environ.get(names, "").split(",")]
        _load(group, [each for each in chosen if each])
    exporters = _exporter_names()
    _load(_EXPORTERS, [name for name in exporters if name not in _OURS])
    if not _OTLP.isdisjoint(exporters):
        from kumi_exporters import otlp  # noqa: PLC0415 - only where it is used

        otlp.prepare()
    if _JSONL in exporters:
        from kumi_exporters import jsonl  # noqa: PLC0415 - only where it is used

        jsonl.prepare()


def _load(group: str, names: list[str]) -> None:
    """Import the modules of entry points; `*` means all of them."""
    for each in entry_points(group=group) if names else ():
        if each.name in names or "*" in names:
            with suppress(Exception):  # entry points are anybody's code
                each.load()


def exporters() -> tuple[SpanExporter, ...]:
    """What the environment says that traces go to; nothing where it says nothing."""
    if os.environ.get(_FILE):
        warn_once(f"{_FILE} is set, but no tracer provider: no traces of Kumi are sent")
    made = (_guarded(f"OTEL_TRACES_EXPORTER={name}", _maker(name)) for name in _exporter_names())
    return tuple(exporter for exporter in made if exporter is not None)


def _exporter_names() -> list[str]:
    """OTEL_TRACES_EXPORTER; where it is not set, OTLP if there is an endpoint.

    None where a configuration file replaces the variables: that takes somebody to set up a provider
    from it.
    """
    if os.environ.get(_FILE):
        return []
    names = os.environ.get("OTEL_TRACES_EXPORTER", "").strip()
    if not names:
        return ["otlp"] if any(os.environ.get(name) for name in _ENDPOINTS) else []
    return [name.strip() for name in names.split(",") if name.strip().lower() != "none"]


def _maker(name: str) -> Callable[[], SpanExporter]:
    return _otlp if name in _OTLP else partial(_made, _EXPORTERS, name)


def _otlp() -> SpanExporter:
    from kumi_exporters.otlp import KumiOTLPSpanExporter  # noqa: PLC0415 - only where it is used

    return KumiOTLPSpanExporter()


def _made(group: str, name: str, *arguments: Any) -> Any:
    """What the entry point of a name makes."""
    found = next(iter(entry_points(group=group, name=name)), None)
    if found is None:
        what = group.removeprefix("opentelemetry_").removeprefix("traces_").replace("_", " ")
        raise LookupError(f"no {what} is called {name!r}")
    return found.load()(*arguments)


def _sampler() -> Any:
    """A sampler that is installed; None for those that the SDK knows, and sees to by itself."""
    name = os.environ.get(_SAMPLER, "").strip()
    if not name or name.lower() in _KNOWN_SAMPLERS:
        return None
    make = partial(_made, _NAMED[_SAMPLER], name, os.environ.get(f"{_SAMPLER}_ARG"))
    return _guarded(f"{_SAMPLER}={name}", make)


def _id_generator() -> Any:
    """The id generator that is named; None where none is."""
    name = os.environ.get(_IDS, "").strip()
    return _guarded(f"{_IDS}={name}", partial(_made, _NAMED[_IDS], name)) if name else None


def _guarded(what: str, make: Callable[[], Any]) -> Any:
    """What `make` makes, or None and one warning: a wrong variable must not stop a calculation."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - entry points are anybody's code
        warn_once(f"{what} cannot be used: {type(error).__qualname__}: {error}")
        return None
