"""Kumi: a declarative calculation language whose every operation can be an OpenTelemetry span.

A schema is a Python class, or a `.kumi` file with the same meaning:

    class Pay(kumi.Schema):
        class Input(kumi.Record):
            hours: kumi.Field[float] = kumi.field(ge=0)
            rate: kumi.Field[float]

        gross = kumi.value(Input.hours * Input.rate)

    Pay.run(hours=38.5, rate=20.0).gross  # 770.0
    kumi.load("pay.kumi").run({"hours": 38.5, "rate": 20.0})

`kumi.otel` profiles what runs; `KUMI_PROFILE=1` does so from outside of the program.
"""

# The composition root. Names are imported when they are first used, so that `import kumi` and the
# commands that only read profiles stay light; and a starter is installed that looks at the
# environment before the first compile or run.

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from kumi import hooks

if TYPE_CHECKING:
    from kumi import otel as otel
    from kumi.errors import CompilerBug as CompilerBug
    from kumi.errors import InputError as InputError
    from kumi.errors import KumiError as KumiError
    from kumi.errors import Problem as Problem
    from kumi.errors import SchemaError as SchemaError
    from kumi.errors import SchemaWarning as SchemaWarning
    from kumi.errors import Violation as Violation
    from kumi.results import cells as cells
    from kumi.schema import Schema as Schema
    from kumi.schema import compile_program
    from kumi.schema import load as load
    from kumi.schema import loads as loads
    from kumi.syntax.classes import *  # noqa: F403 - that package lists what it exports
    from kumi.version import __version__ as __version__

    compile = compile_program  # noqa: A001 - used as kumi.compile; type checkers take no other name for public

_ELSEWHERE = {
    "CompilerBug": ("kumi.errors", "CompilerBug"),
    "InputError": ("kumi.errors", "InputError"),
    "KumiError": ("kumi.errors", "KumiError"),
    "Problem": ("kumi.errors", "Problem"),
    "SchemaError": ("kumi.errors", "SchemaError"),
    "SchemaWarning": ("kumi.errors", "SchemaWarning"),
    "Violation": ("kumi.errors", "Violation"),
    "Schema": ("kumi.schema", "Schema"),
    "cells": ("kumi.results", "cells"),
    "compile": ("kumi.schema", "compile_program"),
    "load": ("kumi.schema", "load"),
    "loads": ("kumi.schema", "loads"),
    "__version__": ("kumi.version", "__version__"),
}
_MODULES = ("otel",)


def __getattr__(name: str) -> object:
    """Find a public name where it is defined, and keep it here."""
    if name == "__all__":  # what `help` shows, and `import *` takes
        return [each for each in __dir__() if not each.startswith("_")]
    if name in _MODULES:
        return import_module(f"kumi.{name}")
    module, attribute = _ELSEWHERE.get(name, ("kumi.syntax.classes", name))
    if name not in _ELSEWHERE and (name.startswith("_") or name not in __dir__()):
        raise AttributeError(f"module 'kumi' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(module), attribute)
    return found


def __dir__() -> list[str]:
    from kumi.syntax import classes

    return sorted({*_ELSEWHERE, *_MODULES, *classes.__all__})


def _is_profiled() -> bool:
    """Whether to profile: while nobody has said so, nothing of profiling is imported."""
    said = os.environ.get("KUMI_PROFILE")
    if not said:
        return False
    from kumi.otel.switches import is_on

    return is_on(said)


def _start() -> None:
    if _is_profiled():
        import_module("kumi.otel.runtime").start_from_environment()


hooks.set_starter(_start)
if _is_profiled():
    from kumi.otel import sigterm

    sigterm.install_unless_off()
