"""What is said of a module that cannot be imported: one line, and the place with its caret."""

from __future__ import annotations

import re
import sys
from inspect import signature
from pathlib import Path
from traceback import format_exception_only
from typing import TYPE_CHECKING, Final

import kumi
from kumi.cli.terminal import width
from kumi.errors import did_you_mean
from kumi.letters import visible
from kumi.syntax.classes.code_places import CodePlace

if TYPE_CHECKING:
    from types import FrameType, TracebackType

_LOCATED: Final = re.compile(r"[^\n]+:\d+:\d+: (?:syntax|semantic|type) error: ")
_CALLED: Final = re.compile(r"(\w+)\(\)")
_MAIN: Final = 'what only a program does stands under `if __name__ == "__main__":`'


def import_failure(path: Path, error: BaseException) -> str:
    """What to say of the error that importing the module at `path` raised."""
    if isinstance(error, SyntaxError):
        return f"{visible(error.filename or str(path))}:{error.lineno or 1}: {error.msg}"
    said = format_exception_only(error)[0].rstrip()
    if _LOCATED.match(said.partition(": ")[2]):  # a mistake in a class body shows its place
        return said.partition(": ")[2]
    step = _last_step(error.__traceback__, path)
    where = f"{visible(str(path))}:{step.tb_lineno}" if step else visible(str(path))
    if isinstance(error, SystemExit):
        return f"{where}: the module ends the program; {_MAIN}"
    return "\n".join([f"{where}: {said}", *(_shown(error, step) if step else ())])


def _last_step(step: TracebackType | None, path: Path) -> TracebackType | None:
    """The last step of a traceback that is in this file."""
    file, last = path.resolve(), None
    while step is not None:
        last = step if Path(step.tb_frame.f_code.co_filename) == file else last
        step = step.tb_next
    return last


def _shown(error: BaseException, step: TracebackType) -> list[str]:
    """The source line with carets and a hint, for what beginners get wrong in a class."""
    in_class = "__qualname__" in step.tb_frame.f_locals
    hint = _hint(error, step.tb_frame) if in_class else None
    if hint is None:
        return []
    place = CodePlace(step.tb_frame.f_code, step.tb_lasti)
    return [place.frame(width(sys.stderr)), f"      = {hint}"]


def _hint(error: BaseException, body: FrameType) -> str | None:
    match error:
        case NameError(name=str(name)):
            return did_you_mean(name, [one for one in body.f_locals if not one.startswith("_")])
        case AttributeError(name=str(name), obj=obj) if obj is kumi:
            return did_you_mean(name, dir(kumi))
        case TypeError():
            called = _CALLED.match(str(error))
            return _signature(called[1], body) if called else None
    return None


def _signature(name: str, body: FrameType) -> str | None:
    """How our function of that name is called, unless the module has one of its own."""
    ours = getattr(kumi, name, None)
    if not callable(ours) or body.f_globals.get(name, ours) is not ours:
        return None
    return f"write kumi.{name}({', '.join(signature(ours).parameters)})"
