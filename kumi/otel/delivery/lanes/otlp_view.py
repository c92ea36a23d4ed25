"""Views of the SDK's OTLP exporters that send messages which are encoded already.

A view is an object of a subclass made here. It shares the exporter's `__dict__`, so it has its
connection, headers, compression, timeout and metrics, and is shut down together with it; and it
replaces only the encoder, so the library's own `export` runs, with the library's retries. A second
exporter made of the first one's settings would have to know them all, and would connect twice.

This looks into code that promises nothing. So a layout says what it must find, and where anything
is different there is no view: another class, a method that somebody has wrapped, patched or put
on the object, an encoder that is not OpenTelemetry's.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from copy import copy
from types import FunctionType
from typing import TYPE_CHECKING, Any, NoReturn

from kumi_exporters.transport.grpc_forks import GATE

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    Layout = Callable[[type, ModuleType], dict[str, Any] | None]

_HTTP = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
_GRPC = "opentelemetry.exporter.otlp.proto.grpc.trace_exporter"
_GRPC_BASE = "opentelemetry.exporter.otlp.proto.grpc.exporter"
_ENCODER = "opentelemetry.exporter.otlp.proto.common."


class Ready:
    """A message of some spans, in place of the spans that `export` asks for: as many, and encoded.

    `was_searched` says that somebody looked for single spans, which it has not.
    """

    def __init__(self, message: bytes, spans: int) -> None:
        self.message = message
        self.was_searched = False
        self._spans = spans

    def __len__(self) -> int:
        return self._spans

    def __iter__(self) -> NoReturn:
        self.was_searched = True
        raise TypeError("an encoded message has no single spans")

    def SerializePartialToString(self) -> bytes:  # noqa: N802 - as Protocol Buffers call it
        """The message."""
        return self.message


def are_loaded() -> bool:
    """Whether the application has imported any of the exporters that there are views of."""
    return any(name in sys.modules for name, _ in _LAYOUTS)


def view_of(exporter: Any) -> Any:
    """An exporter that sends `Ready` messages as `exporter` would; None where there is no way."""
    kind = type(exporter)
    layouts = (layout for name, layout in _LAYOUTS if name == kind.__module__)
    with suppress(Exception):  # a module, a class or a method that is made differently
        found = (_replaced(layout, kind, exporter) for layout in layouts)
        if replaced := next(filter(None, found), None):
            return _shared(exporter, type(kind.__name__, (kind,), replaced))
    return None


def _replaced(layout: Layout, kind: type, exporter: Any) -> dict[str, Any] | None:
    """What a view of an exporter replaces, if it is of that layout and nobody has changed it."""
    module = sys.modules[kind.__module__]
    is_as_made = vars(module)["OTLPSpanExporter"] is kind and not _has_methods(exporter)
    return layout(kind, module) if is_as_made else None


def _has_methods(exporter: Any) -> bool:
    """Whether somebody has put a method of the class, changed, on the object itself."""
    return any(callable(getattr(type(exporter), name, None)) for name in vars(exporter))


def _shared(exporter: Any, kind: type) -> Any:
    view: Any = object.__new__(kind)
    view.__dict__ = exporter.__dict__
    return view


# HTTP.


def _http_by_method(kind: type, module: ModuleType) -> dict[str, Any] | None:
    """`export` asks a method for the bytes."""
    if _is_own(kind, "export", module, "_serialize_spans") and _encodes(kind, "_serialize_spans"):
        return {"_serialize_spans": lambda _self, ready: ready.message}
    return None


def _http_by_name(kind: type, module: ModuleType) -> dict[str, Any] | None:
    """`export` calls the encoder itself, by its name in the module: here by another's."""
    if not _encodes(kind, "export"):
        return None
    export = vars(kind)["export"]
    others = {**vars(module), "encode_spans": lambda ready: ready}
    return {"export": FunctionType(export.__code__, others, "export", export.__defaults__)}


# gRPC.


def _grpc_by_method(kind: type, module: ModuleType) -> dict[str, Any] | None:
    """`export` asks a method for the request, and has the client of the channel serialize it."""
    base = sys.modules[_GRPC_BASE]
    if (
        _is_own(kind, "export", module, "_export")
        and _is_own(kind, "_export", base, "_translate_data", "_client", "Export")
        and _encodes(kind, "_translate_data")
    ):
        return {
            "__slots__": ("_last",),  # not in the `__dict__`, which is the application's
            "_translate_data": lambda _self, ready: ready,
            "_client": property(_client, _set_client),
        }
    return None


def _client(view: Any) -> Any:
    """The exporter's client of the moment, made to take `Ready`: a new channel has a new one."""
    client = view.__dict__["_client"]
    last = getattr(view, "_last", (None, None))
    if last[0] is not client:
        view._last = last = client, client and _taking_ready(client)  # noqa: SLF001 - our own slot
    return last[1]


def _set_client(view: Any, client: Any) -> None:
    view.__dict__["_client"] = client


def _taking_ready(client: Any) -> Any:
    """A copy of a client, whose call sends a message as it is.

    Where there are interceptors the call behind them is out of reach, and they expect a request.
    """
    call = copy(client.Export)
    is_bare = hasattr(call, "_request_serializer")
    if is_bare:
        call._request_serializer = Ready.SerializePartialToString  # noqa: SLF001 - it has no other name
    parse = None if is_bare else _request_class().FromString

    def export(request: Ready, **options: Any) -> Any:
        with GATE.call(lambda: None):
            return call(parse(request.message) if parse else request, **options)

    taking = copy(client)
    taking.Export = export
    return taking


def _request_class() -> Any:
    return sys.modules[_GRPC].ExportTraceServiceRequest


# What is looked for.


def _is_own(kind: type, name: str, module: ModuleType, *used: str) -> bool:
    """Whether a method is the one that its module defines, and uses these names."""
    method = getattr(kind, name, None)
    return (
        isinstance(method, FunctionType)
        and method.__closure__ is None
        and method.__globals__ is vars(module)
        and set(used) <= set(method.__code__.co_names)
    )


def _encodes(kind: type, name: str) -> bool:
    """Whether a method is its module's own, and calls OpenTelemetry's encoder by its name there."""
    module = sys.modules[kind.__module__]
    encoder = getattr(module, "encode_spans", None)
    home = sys.modules.get(getattr(encoder, "__module__", ""))
    return (
        _is_own(kind, name, module, "encode_spans")
        and isinstance(encoder, FunctionType)
        and home is not None
        and home.__name__.startswith(_ENCODER)
        and encoder.__globals__ is vars(home)
    )


_LAYOUTS: tuple[tuple[str, Layout], ...] = (
    (_HTTP, _http_by_method),  # 1.28 to 1.34
    (_HTTP, _http_by_name),  # from 1.35
    (_GRPC, _grpc_by_method),  # from 1.28
)
"""Which exporters are known how, and of which versions."""
