"""Where in Python code something was written: cheap to note, looked up when it is shown."""

from __future__ import annotations

import dis
import re
import sys
from functools import lru_cache
from inspect import CO_OPTIMIZED
from typing import TYPE_CHECKING, Any

from kumi.errors import Problem
from kumi.places import Place, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

_OURS = frozenset({"kumi", "kumi.syntax.classes"})
_MOST_TABLES = 16
_NOWHERE = (1, 1, None, None)
_REST_OF_LINE = 1 << 30

_Position = tuple[int | None, int | None, int | None, int | None]


class CodePlace(Place):
    """A place known by code object and instruction.

    Line and columns are looked up when first read. `name` narrows the columns to a name at the
    beginning of the line, that of a declaration or a field.
    """

    __slots__ = ("code", "instruction", "name")

    form = "class"

    def __init__(self, code: CodeType, instruction: int, name: str | None = None) -> None:
        self.code = code
        self.instruction = instruction
        self.name = name

    def named(self, name: str) -> CodePlace:
        """The same place, with carets under `name` where the line begins with it."""
        return CodePlace(self.code, self.instruction, name)

    def __getattr__(self, attribute: str) -> Any:
        """Fill a slot of `Place` when it is first read; columns need the text, and cost more."""
        match attribute:
            case "source":
                self.source = _source(self.code.co_filename)
            case "line":
                self.line = _position(self.code, self.instruction)[0] or self.code.co_firstlineno
            case "column" | "end_column":
                self.column, self.end_column = _columns(self)
            case _:
                raise AttributeError(attribute)
        return object.__getattribute__(self, attribute)


@lru_cache(maxsize=256)
def _source(filename: str) -> Source:
    return Source(filename)


_tables: dict[int, tuple[CodeType, list[_Position]]] = {}
"""Positions by the identity of their code (its hash costs as much as the table)."""


def _position(code: CodeType, instruction: int) -> _Position:
    found = _tables.get(id(code))
    if found is None:
        if len(_tables) >= _MOST_TABLES:
            _tables.clear()
        found = _tables[id(code)] = (code, list(code.co_positions()))
    number = instruction // 2
    return found[1][number] if 0 <= number < len(found[1]) else _NOWHERE


def _columns(place: CodePlace) -> tuple[int, int]:
    text = place.source.line(place.line) or ""
    if place.name is not None:
        match = re.match(rf"\s*({re.escape(place.name)})\s*[:=]", text)
        if match:
            return match.start(1) + 1, match.end(1) + 1
    _, last_line, start, end = _position(place.code, place.instruction)
    first = _characters(text, start) + 1
    if end is None or last_line != place.line:
        return first, _REST_OF_LINE if start is not None else first + 1
    return first, max(first, _characters(text, end)) + 1


def _characters(text: str, offset: int | None) -> int:
    """Python counts columns in bytes of UTF-8; without the text they are taken as they are."""
    return len(text.encode()[: offset or 0].decode(errors="ignore")) if text else offset or 0


def users_frame() -> FrameType:
    """The innermost frame that is not Kumi's own."""
    frame = sys._getframe(1)  # noqa: SLF001 - the only cheap way to a caller's instruction
    while frame.f_globals.get("__package__") in _OURS and frame.f_back is not None:
        frame = frame.f_back
    return frame


def here() -> CodePlace:
    """The instruction that the user's code is at."""
    frame = users_frame()
    return CodePlace(frame.f_code, frame.f_lasti)


def class_body() -> dict[str, Any] | None:
    """The namespace of the class body that is being executed, or None outside one."""
    frame: FrameType | None = users_frame()
    while frame is not None:
        if not frame.f_code.co_flags & CO_OPTIMIZED:
            names = frame.f_locals
            return names if names is not frame.f_globals and "__qualname__" in names else None
        frame = frame.f_back
    return None


def explained(message: str, hint: str | None) -> str:
    """A message for an exception of Python's own: place, source line, caret and hint."""
    return str(Problem("syntax", here(), message, hint))


def annotated(frame: FrameType, class_name: str) -> dict[str, CodePlace]:
    """Where the body of a class annotates its attributes; `frame` is executing its statement.

    What cannot be told is missing.
    """
    found: dict[str, CodePlace] = {}
    for code in _bodies(frame, class_name)[:1]:
        named = None
        for step in dis.get_instructions(code):
            if step.opname == "STORE_SUBSCR" and isinstance(named, str):
                found[named] = CodePlace(code, step.offset)
            named = step.argval
    return found


def body_of(frame: FrameType, class_name: str) -> CodeType | None:
    """The code of the class whose statement `frame` is executing, where it can be told."""
    return next(iter(_bodies(frame, class_name)), None)


def tested_for_none(code: CodeType) -> Iterator[tuple[CodePlace, tuple[str, ...]]]:
    """Where a class body asks `x is None`, and the `x`, where that is a name with attributes.

    Python decides it on the spot, and nothing of it is left in what the body builds: only its
    instructions tell. They load the name, then each attribute, then compare:

    >>> body = compile("a = 1 if Input.x is None else 2", "s.py", "exec")
    >>> [(place.line, names) for place, names in tested_for_none(body)]
    [(1, ('Input', 'x'))]
    """
    loaded: tuple[str, ...] = ()
    before = loaded
    for step in dis.get_instructions(code):
        if step.opname.endswith("_NONE") and "JUMP" in step.opname:
            yield CodePlace(code, step.offset), loaded
        elif step.opname == "IS_OP":
            yield CodePlace(code, step.offset), before
        if step.opname == "LOAD_CONST" and step.argval is None:
            before = loaded
        elif step.opname.startswith("LOAD_ATTR") and loaded:
            loaded = (*loaded, str(step.argval))
        else:
            loaded = (str(step.argval),) if step.opname.startswith("LOAD_") else ()


def _bodies(frame: FrameType, class_name: str) -> list[CodeType]:
    """The code of classes of that name, the one whose statement is running first."""
    codes = [c for c in frame.f_code.co_consts if getattr(c, "co_qualname", None) == class_name]
    line = frame.f_lineno
    return sorted(codes, key=lambda code: (code.co_firstlineno > line, -code.co_firstlineno))
