"""From SCHEMA on the command line to classes: `file.kumi`, `module.py:Class`, `module:Class`."""

from __future__ import annotations

import os
import re
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from kumi.cli.import_failure import import_failure
from kumi.errors import KumiError, did_you_mean
from kumi.ir.passes.optimizer import PASS_NAMES, switched_off
from kumi.letters import visible
from kumi.profiles.devices import device_refused, is_device
from kumi.schema import Schema, compile_program, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


def schema(spec: str, folders: tuple[str, ...] = ()) -> type[Schema]:
    """The one schema that `spec` names; a file imports from `folders`, besides its own.

    Raises SchemaError for a `.kumi` file with errors, OSError for a file that cannot be read, and
    click's exceptions for a module that fails or has not exactly one schema of that name.
    """
    found = schemas(spec, folders)
    if len(found) > 1:
        path = visible(spec.removesuffix(":"))
        names = ", ".join(f"{path}:{one.__name__}" for one in found)
        raise click.UsageError(f"{path} has {len(found)} schemas; name one of them: {names}")
    return found[0]


def schemas(spec: str, folders: tuple[str, ...] = ()) -> list[type[Schema]]:
    """Every schema that `spec` names: more than one only for a module without a class."""
    path, _, name = spec.rpartition(":") if ".py:" in spec or is_in_module(spec) else (spec, "", "")
    if Path(path).exists() and is_device(path):
        raise click.ClickException(device_refused(visible(path), "schema"))
    if is_in_module(spec):
        declared = _declared(_installed(path))
    elif path.endswith(".py"):
        declared = _declared(_import(Path(path)))
    else:
        return [load(path, folders=folders)]
    shown = visible(path)
    if not declared:
        raise click.ClickException(f"{shown} has no schema: no class derived from kumi.Schema")
    if not name:
        return list(declared.values())
    if name not in declared:
        hint = did_you_mean(name, declared)
        raise click.ClickException(f"{shown} has no schema {name!r}; {hint}")
    return [declared[name]]


_IN_MODULE: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")


def is_in_module(spec: str) -> bool:
    """Whether it is `package.module:Class`, and not a file of that name."""
    return bool(_IN_MODULE.fullmatch(spec)) and ".py:" not in spec and not Path(spec).exists()


folders = click.option(
    "--folder",
    "folders",
    metavar="DIR",
    multiple=True,
    help="Look here, too, for what a .kumi file imports; once for each folder.",
)
"""Gives a command the option `--folder DIR`, as its parameter `folders`."""


def only(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option `--only NAME…`, as its parameter `names`: none means all.

    Click's options take one value, so the other names arrive as arguments. One may also be several,
    with commas between them.
    """
    first = click.option(
        "--only",
        metavar="NAME...",
        multiple=True,
        is_eager=True,
        help="Only these declarations, and what they need.",
    )
    more = click.argument("names", nargs=-1, metavar="[--only NAME...]", callback=_all_names)
    return more(first(command))


without_passes = click.option(
    "--without",
    metavar="PASS",
    multiple=True,
    callback=lambda _context, _option, names: _switched_off(names),
    help=f"Leave a compiler pass out: {', '.join(PASS_NAMES)}. May be given several times.",
)
"""Give a command the option `--without PASS`."""


def _switched_off(names: tuple[str, ...]) -> frozenset[str]:
    try:
        return switched_off(names)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _all_names(
    context: click.Context, _argument: click.Parameter, more: tuple[str, ...]
) -> tuple[str, ...]:
    names: tuple[str, ...] = context.params.pop("only")
    if more and not names:
        raise click.UsageError(f"what is {more[0]!r}? Names of declarations follow --only.")
    return tuple(name.strip() for each in names + more for name in each.split(","))


def check_names(schema: type[Schema], names: tuple[str, ...]) -> None:
    """Raise UsageError where one of the names is not a declaration of the schema."""
    try:
        compile_program(schema, *names)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--only") from error


def _declared(module: ModuleType) -> dict[str, type[Schema]]:
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, Schema)
        and value.__module__ == module.__name__
    }


def _installed(name: str) -> ModuleType:
    """A module by its name, as Python finds it from the current folder."""
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - sys.path holds text
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{name}: {error}") from error
    except KumiError:
        raise
    except (Exception, SystemExit) as error:
        raise click.ClickException(import_failure(Path(name), error)) from error
    finally:
        sys.path.remove(os.getcwd())  # noqa: PTH109 - sys.path holds text


def _import(path: Path) -> ModuleType:
    """Import a file as Python would run it as a script, but under its own name."""
    path.read_bytes()  # a missing file raises OSError here, and is no failed import
    name = path.stem if path.stem not in sys.modules else f"_{path.stem}"
    spec = spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None:
        raise click.ClickException(f"{visible(str(path))} cannot be imported")
    module = module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except KumiError:
        raise
    except (Exception, SystemExit) as error:
        raise click.ClickException(import_failure(path, error)) from error
    return module
