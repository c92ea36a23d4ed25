"""Errors: those of the user, located and collected, and those of the compiler, which are bugs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from kumi.letters import visible
from kumi.places import calls

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kumi.places import Place


@dataclass(frozen=True, slots=True)
class Problem:
    """One static error, or a warning: its class, its place, what is wrong and what to do.

    `beside` are other places that have to do with it, each after its words: "declared at".
    """

    kind: Literal["syntax", "semantic", "type", "warning"]
    place: Place
    message: str
    hint: str | None = None
    beside: tuple[tuple[str, Place], ...] = ()

    def __str__(self) -> str:
        return self.shown()

    def shown(self, width: int | None = None) -> str:
        """The problem, its source line, other places of it, and its hint.

        `width` is that of the terminal, if it is one.
        """
        kind = self.kind if self.kind == "warning" else f"{self.kind} error"
        message = visible(f"{self.place}: {kind}: {self.message}")
        parts = [_folded(message, width), self.place.frame(width)]
        for words, place in (*self.beside, *(("called at", call) for call in calls(self.place))):
            parts += [visible(f"      = {words} {place}"), place.frame(width)]
        if self.hint:
            parts.append(_folded(f"      = {self.hint}", width))
        return "\n".join(part for part in parts if part)


def _folded(line: str, width: int | None) -> str:
    if width is None or len(line) <= width:
        return line
    from textwrap import fill  # noqa: PLC0415 - only for a terminal

    return fill(line, width, subsequent_indent=" " * 8, break_long_words=False)


def in_source_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems by the place where they are; of equal ones the first."""
    once = dict.fromkeys(problems)  # an expression that Python code uses twice is found wrong twice
    return tuple(sorted(once, key=lambda p: (p.place.source.path, p.place.line, p.place.column)))


class KumiError(Exception):
    """The base of every error that Kumi raises about what a user wrote or gave."""


class SchemaError(KumiError):
    """A schema that cannot be compiled. `errors` holds every problem found, in source order."""

    def __init__(self, errors: Iterable[Problem]) -> None:
        self.errors = in_source_order(errors)
        super().__init__(self.errors)

    def __str__(self) -> str:
        return self.shown()

    def shown(self, width: int | None = None) -> str:
        """All of them, as `Problem.shown` has each."""
        return "\n".join(problem.shown(width) for problem in self.errors)


class SchemaWarning(KumiError, UserWarning):  # noqa: N818 - it is a warning
    """What compiles and was probably not meant, in `problem`; given to Python's `warnings`."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem)

    def __str__(self) -> str:
        hint = f"; {self.problem.hint}" if self.problem.hint else ""
        return visible(f"{self.problem.message}{hint}")


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong with an input: the path with its indexes, and what was expected.

    `message` names types and expectations; it never holds the value.
    """

    path: str
    message: str

    def __str__(self) -> str:
        return visible(f"{self.path}: {self.message}")


_SHOWN = 20


class InputError(KumiError, ValueError):
    """Data that does not fit the schema's input block. `violations` holds all of them."""

    def __init__(self, schema: str, violations: Sequence[Violation]) -> None:
        self.schema = schema
        self.violations: tuple[Violation, ...] = tuple(violations)
        super().__init__(schema, self.violations)

    def __str__(self) -> str:
        count = len(self.violations)
        lines = [
            f"the input of {visible(self.schema)} has {count} error{'s' if count != 1 else ''}"
        ]
        lines += [f"  {violation}" for violation in self.violations[:_SHOWN]]
        if count > _SHOWN:
            lines.append(f"  ... and {count - _SHOWN} more")
        return "\n".join(lines)


class CompilerBug(Exception):  # noqa: N818 - it is a bug, and says so
    """Kumi broke a promise to itself; never the user's fault."""


_SHORT: Final = 4


def closest(name: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `name` was probably meant to be.

    >>> closest("Taks", ["Tax", "Fee"]), closest("Levy", ["Tax", "Fee"])
    ('Tax', None)
    """
    import difflib  # noqa: PLC0415 - only a mistake needs it

    cutoff = 0.6 if len(name) > _SHORT else 0.57  # two of three letters and of four: 4 / 7
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=cutoff)
    return close[0] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """A hint naming the closest of `known`, else listing them, else None where there is none."""
    names = sorted(known)
    close = closest(name, names)
    if close:
        return f"did you mean `{close}`?"
    return f"available: {', '.join(names[:12])}{' ...' if names[12:] else ''}" if names else None
