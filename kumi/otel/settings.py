"""Settings: the `KUMI_PROFILE_*` variables, and keyword arguments of the same names, which win.

A value that is not accepted costs one warning and leaves the default; nothing here raises for it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypedDict

from kumi.errors import did_you_mean
from kumi.otel.log import warn_once
from kumi.otel.switches import FALSE
from kumi.spans import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREFIX = "KUMI_PROFILE"
OWNER = "KUMI_PROFILE_OWNER"
_RULES = ("sample", "slow_ms")
_TRUE = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Settings:
    """How to profile. Times are in milliseconds; `max_bytes` None means that the file may grow."""

    file: str | None = None
    ops: bool = False
    persistent: bool = False
    truncate: bool = False
    stream: bool = False
    sample: int = 1
    slow_ms: float | str | None = None
    traces: str = "auto"
    max_spans: int = 10_000
    max_bytes: int | None = None
    block_ms: float = 100.0
    exit_ms: float = 2000.0
    memory: bool = False
    cpu: bool = False
    values: bool = False
    sigterm: bool = True

    @property
    def is_compressed(self) -> bool:
        """Whether the name of the file says that it is compressed."""
        return self.file is not None and frames.by_name(self.file) is not None

    def described(self) -> dict[str, str | bool | float | None]:
        """The settings by name, as `profile_start` shows them."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


class Options(TypedDict, total=False):
    """The fields of `Settings` as keyword arguments."""

    file: str | os.PathLike[str] | None
    ops: bool
    persistent: bool
    truncate: bool
    stream: bool
    sample: int
    slow_ms: float | str | None
    traces: str
    max_spans: int
    max_bytes: int | None
    block_ms: float
    exit_ms: float
    memory: bool
    cpu: bool
    values: bool
    sigterm: bool


class RuleOptions(TypedDict, total=False):
    """The options that can be changed while profiling is on."""

    sample: int
    slow_ms: float | str | None


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a value is read, and what is accepted, in words."""

    parse: Callable[[str], Any]
    accepted: str


def enabled(environ: Mapping[str, str] | None = None, *, default: bool = False) -> bool:
    """Whether `KUMI_PROFILE` turns profiling on; `default` where it says nothing, or nonsense."""
    text = (os.environ if environ is None else environ).get(PREFIX)
    return default if text is None else bool(_parsed(PREFIX, text, _BOOLEAN, default))


def sdk_disabled(environ: Mapping[str, str] | None = None) -> bool:
    """Whether OpenTelemetry is to do nothing in this process."""
    text = (os.environ if environ is None else environ).get("OTEL_SDK_DISABLED", "")
    return text.strip().lower() == "true"


def read(environ: Mapping[str, str] | None = None, /, **options: Any) -> Settings:
    """The settings of this process. TypeError for an option that there is not."""
    environ = os.environ if environ is None else environ
    found = _from_environment(environ) | _from_options(options)
    if sdk_disabled(environ):
        found["traces"] = "off"
    _warn_of_others(environ)
    return Settings(**found)


def without_unknown(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that there are; of each other a warning says which was probably meant."""
    for name in options:
        if name not in _KINDS:
            warn_once(f"no setting is called {name!r}, it is ignored: {did_you_mean(name, _KINDS)}")
    return {name: value for name, value in options.items() if name in _KINDS}


def changed(settings: Settings, options: Mapping[str, Any]) -> Settings:
    """The same with other rules. TypeError for an option that is none of them.

    What is not accepted leaves the rule that is in force: a slip must not have everything recorded.
    """
    for name in options:
        if name not in _RULES:
            raise TypeError(f"no rule is called {name!r}: {did_you_mean(name, _RULES)}")
    rules = {name: _option(name, value, getattr(settings, name)) for name, value in options.items()}
    return replace(settings, **rules)


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for name, kind in _KINDS.items():
        variable = f"{PREFIX}_{name.upper()}"
        if variable in environ:
            default = _DEFAULTS[name]
            found[name] = _parsed(variable, environ[variable], kind, default)
    return found


def _from_options(options: Mapping[str, Any]) -> dict[str, Any]:
    for name in options:
        if name not in _KINDS:
            raise TypeError(f"no setting is called {name!r}: {did_you_mean(name, _KINDS)}")
    return {name: _option(name, value, _DEFAULTS[name]) for name, value in options.items()}


def _option(name: str, value: Any, otherwise: Any) -> Any:
    """An option as a setting, read as the variable's text would be; `otherwise` if not accepted."""
    if value is None and _DEFAULTS[name] is None:
        return None
    text = os.fspath(value) if isinstance(value, os.PathLike) else str(value)
    return _parsed(name, text, _KINDS[name], otherwise)


def _parsed(name: str, text: str, kind: _Kind, default: Any) -> Any:
    try:
        return kind.parse(text.strip())
    except ValueError:
        warn_once(f"{name}={text!r} is not accepted ({kind.accepted}); using {default!r}")
        return default


def _warn_of_others(environ: Mapping[str, str]) -> None:
    """Say what a variable that nothing reads was probably meant to be."""
    known = [f"{PREFIX}_{name.upper()}" for name in _KINDS]
    for variable in sorted(environ):
        if variable.startswith(f"{PREFIX}_") and variable not in (*known, OWNER):
            warn_once(f"{variable} is not known: {did_you_mean(variable, known)}")


def _boolean(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise ValueError(text)


def _path(text: str) -> str | None:
    return text or None


def _milliseconds(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise ValueError(text)
    return value


def _slow(text: str) -> float | str:
    """Milliseconds, or how many times the usual: `3x`."""
    if not text.endswith("x"):
        return _milliseconds(text)
    if not 1 <= float(text[:-1]) < float("inf"):
        raise ValueError(text)
    return text


def _count(text: str) -> int:
    value = int(text)
    if value <= 0:
        raise ValueError(text)
    return value


def _traces(text: str) -> str:
    if text.lower() not in ("auto", "off", "native", "native_operations"):
        raise ValueError(text)
    return text.lower()


_BOOLEAN = _Kind(_boolean, "1/true/yes/on or 0/false/no/off")
_DURATION = _Kind(_milliseconds, "milliseconds, 0 or more")
_DEFAULTS = {each.name: each.default for each in fields(Settings)}
_KINDS = {
    "file": _Kind(_path, "a path"),
    "ops": _BOOLEAN,
    "persistent": _BOOLEAN,
    "truncate": _BOOLEAN,
    "stream": _BOOLEAN,
    "sample": _Kind(_count, "a number of runs, 1 or more"),
    "slow_ms": _Kind(_slow, "milliseconds, or a factor like 3x"),
    "traces": _Kind(_traces, "auto, off, native or native_operations"),
    "max_spans": _Kind(_count, "a number of spans, 1 or more"),
    "max_bytes": _Kind(_count, "a number of bytes, 1 or more"),
    "block_ms": _DURATION,
    "exit_ms": _DURATION,
    "memory": _BOOLEAN,
    "cpu": _BOOLEAN,
    "values": _BOOLEAN,
    "sigterm": _BOOLEAN,
}
