"""A Python program run in this process, as `python script.py` or `python -m module` would."""

from __future__ import annotations

import importlib.util
import io
import os
import sys
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from kumi.cli.exit_codes import FAILED, INTERRUPTED
from kumi.cli.shell_words import typed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from importlib.machinery import ModuleSpec
    from types import CodeType, TracebackType


class MissingError(Exception):
    """There is no such program; the text is for a person."""


@dataclass(frozen=True, slots=True)
class PythonProgram:
    """What to run: `name` is its `sys.argv[0]`, `folder` its `sys.path[0]`."""

    name: str
    folder: str
    code: Callable[[], CodeType]
    attributes: dict[str, Any]


def script(path: str) -> PythonProgram:
    """The program in a file. Raises MissingError where there is none, or no Python."""
    if Path(path).suffix == ".kumi":
        raise MissingError(f"{path} is a schema, no program: kumi run {typed(path)} --profile FILE")
    if not Path(path).is_file():
        raise MissingError(f"there is no file {path!r}")
    full = str(Path(path).absolute())
    loader = SourceFileLoader("__main__", full)
    attributes = {"__file__": full, "__loader__": loader, "__package__": None, "__spec__": None}
    return PythonProgram(
        path, str(Path(path).resolve().parent), lambda: _compiled(full), attributes
    )


def module(name: str) -> PythonProgram:
    """The program that a module is, or a package's `__main__`. Raises MissingError."""
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - sys.path holds text
    try:
        spec = _spec(name)
    finally:
        del sys.path[0]
    attributes = {
        "__file__": spec.origin,
        "__loader__": spec.loader,
        "__package__": spec.parent,
        "__spec__": spec,
    }
    return PythonProgram(spec.origin or name, os.getcwd(), lambda: _code_of(spec), attributes)  # noqa: PTH109 - sys.path holds text


def execute(
    program: PythonProgram,
    arguments: Sequence[str],
    around: Callable[[], AbstractContextManager[None]],
) -> int:
    """Run it as `__main__` inside of `around()`; its exit code.

    An exception that leaves it is shown as Python shows it, without frames of ours, and so is a
    mistake of syntax, for which `around()` is not entered. The program's folder is put on
    `sys.path` only after that, so that what `around()` imports is never a file beside the program.
    """
    code = None
    try:
        code = program.code()
        with around():
            return _run(code, _main(program, arguments))
    except BaseException as error:  # noqa: BLE001 - the program's own, whatever it is
        own = error.with_traceback(_traceback(error.__traceback__, code))
        sys.excepthook(type(own), own, own.__traceback__)
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else FAILED


def _main(program: PythonProgram, arguments: Sequence[str]) -> dict[str, Any]:
    """Make this the process of the program; the variables of its `__main__`."""
    sys.argv = [program.name, *arguments]
    if not sys.flags.safe_path:
        sys.path[0] = program.folder
    main = sys.modules["__main__"] = ModuleType("__main__")
    main.__dict__.update(program.attributes)
    return main.__dict__


def _run(code: CodeType, variables: dict[str, Any]) -> int:
    try:
        exec(code, variables)  # noqa: S102 - running the user's program is the command
    except SystemExit as leaving:
        return _exit_code(leaving.code)
    return 0


def _exit_code(given: object) -> int:
    """What Python makes of the argument of `sys.exit`."""
    if given is None or isinstance(given, int):
        return given or 0
    sys.stderr.write(f"{given}\n")
    return FAILED


def _compiled(path: str) -> CodeType:
    with io.open_code(path) as file:
        return compile(file.read(), path, "exec", dont_inherit=True)


def _spec(name: str) -> ModuleSpec:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError) as error:
        raise MissingError(f"no module {name!r}: {error}") from error
    if spec is not None and spec.submodule_search_locations:
        return _spec(f"{name}.__main__")
    if spec is None or spec.loader is None:
        raise MissingError(f"there is no module {name!r}")
    return spec


def _code_of(spec: ModuleSpec) -> CodeType:
    loader: Any = spec.loader
    code: CodeType = loader.get_code(spec.name)
    return code


def _traceback(trace: TracebackType | None, code: CodeType | None) -> TracebackType | None:
    """The part that begins in the program."""
    while trace is not None and trace.tb_frame.f_code is not code:
        trace = trace.tb_next
    return trace
