"""What is said of a module that cannot be imported: one line, and the place with its caret."""

from __future__ import annotations

import re
import sys
from inspect import signature
from pathlib import Path
from traceback import format_exception_only, walk_tb
from typing import TYPE_CHECKING, Final

import kumi
from kumi.cli.terminal import width
from kumi.errors import did_you_mean
from kumi.syntax.classes.places import CodePlace

if TYPE_CHECKING:
    from types import FrameType

_LOCATED: Final = re.compile(r"[^\n]+:\d+:\d+: (?:syntax|semantic|type) error: ")
_CALLED: Final = re.compile(r"(\w+)\(\)")
_MAIN: Final = 'what only a program does stands under `if __name__ == "__main__":`'


def failure(path: Path, error: BaseException) -> str:
    """What to say of the error that importing the module at `path` raised."""
    if isinstance(error, SyntaxError):
        return f"{error.filename or path}:{error.lineno or 1}: {error.msg}"
    said = format_exception_only(error)[0].rstrip()
    if _LOCATED.match(said.partition(": ")[2]):  # a mistake in a class body shows its place
        return said.partition(": ")[2]
    steps = [step for step in walk_tb(error.__traceback__) if _is_in(step[0], path)]
    where = f"{path}:{steps[-1][1]}" if steps else str(path)
    if isinstance(error, SystemExit):
        return f"{where}: the module ends the program; {_MAIN}"
    return "\n".join([f"{where}: {said}", *_shown(error, path)])


def _shown(error: BaseException, path: Path) -> list[str]:
    """The source line with carets and a hint, for what beginners get wrong in a class."""
    step, last = error.__traceback__, None
    while step is not None:
        last = step if _is_in(step.tb_frame, path) else last
        step = step.tb_next
    hint = _hint(error, last.tb_frame) if last else None
    if last is None or hint is None:
        return []
    place = CodePlace(last.tb_frame.f_code, last.tb_lasti)
    return [place.frame(width(sys.stderr)), f"      = {hint}"]


def _hint(error: BaseException, frame: FrameType) -> str | None:
    names = frame.f_locals
    if isinstance(error, NameError) and error.name and "__qualname__" in names:  # a class body
        return did_you_mean(error.name, [name for name in names if not name.startswith("_")])
    called = _CALLED.match(str(error)) if isinstance(error, TypeError) else None
    function = getattr(kumi, called[1], None) if called else None
    if called is None or not callable(function):
        return None
    return f"write kumi.{called[1]}({', '.join(signature(function).parameters)})"


def _is_in(frame: FrameType, path: Path) -> bool:
    return Path(frame.f_code.co_filename) == path.resolve()
