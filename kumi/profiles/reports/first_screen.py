"""The first screen: on what the time went, where that is in the source, and what one could do.

It is made for 80 columns, and to end above line 24 where a profile has few schemas.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from kumi.profiles.reports.advice import advice
from kumi.profiles.reports.document import Fitted
from kumi.profiles.reports.wording import count, duration, name, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.profiles.breakdown import Breakdown
    from kumi.profiles.declared_places import SourceLine
    from kumi.profiles.findings import DeclarationTime, Interruption, ScriptTime, TypicalOperation
    from kumi.profiles.known_pauses import Cause

_LINES: Final = 13
"""Of 24 lines, what is left for schemas, places and pauses."""
_FEWEST, _MOST_PLACES = 2, 5
_PAUSES: Final = 2
_BAR: Final = 58
_INDENT: Final = " " * len("  100.0 %  ")
_CAUSES: Final = {
    "gc": "garbage collection",
    "kernel": "waited for a processor",
    "kumi": "Kumi's thread",
}


def script_time(found: ScriptTime) -> Iterator[str]:
    """A bar of the whole time, and what its parts are; nothing where no time is known."""
    parts = (
        ("c", "compiling", found.compiling),
        ("l", "inputs", found.loading),
        ("r", "computing", found.computing),
        (".", "outside Kumi", found.outside or 0),
    )
    if found.total:
        whose = "Kumi" if found.outside is None else "Script"
        bar = "".join(letter * n for (letter, *_), n in zip(parts, _letters(parts), strict=True))
        yield f"{whose} {duration(found.total)}: {bar}"
        told = [(letter, what, share(ns, found.total)) for letter, what, ns in parts if ns]
        yield "  " + ", ".join(" ".join(each) for each in told)


def places(found: Breakdown) -> Iterator[str | Fitted]:
    """The declarations that cost most, two lines each."""
    answer = found.findings
    most = _how_many(len(found.schemas), len(answer.pauses.longest[:_PAUSES]))
    if answer.places:
        yield "Where the time of runs goes, pauses apart"
    shown = [place for place in answer.places[:most] if place.typical]
    for place in shown:
        yield from _place(place, answer.typical)
    if rest := answer.places[len(shown) :]:
        typical = sum(place.typical for place in rest)
        yield f"  {share(typical, answer.typical):>7}  others ({len(rest):,})"


def pauses_and_advice(found: Breakdown) -> Iterator[str | Fitted]:
    """What was no calculation, the longest of it with its place; and one line of advice."""
    pauses = found.findings.pauses
    if pauses.calls:
        yield (
            f"Pauses: {count(pauses.calls, 'operation')} took {duration(pauses.excess)} longer "
            f"than usual, {share(pauses.excess, found.total)} of the time"
        )
    for pause in pauses.longest[:_PAUSES]:
        yield from _pause(pause)
    yield from advice(found)


def _how_many(schemas: int, pauses: int) -> int:
    """How many places there is room for on the screen, below the schemas and above the pauses."""
    return min(max(_FEWEST, (_LINES - schemas - 2 * pauses) // 2), _MOST_PLACES)


def _letters(parts: tuple[tuple[str, str, int], ...]) -> Iterator[int]:
    """How many letters of the bar each part gets, rounded so that all together are the bar."""
    total = sum(ns for *_, ns in parts)
    seen = 0
    for *_, ns in parts:
        before, seen = seen, seen + ns
        yield round(seen * _BAR / total) - round(before * _BAR / total)


def _place(place: DeclarationTime, typical: int) -> Iterator[Fitted]:
    where = name(place.schema)
    if place.declaration is not None:
        where = f"{where}.{name(place.declaration)}"
    at = "" if place.source is None else f"  {_at(place.source)}"
    yield Fitted(f"  {share(place.typical, typical):>7}  ", where, at)
    how = f"{count(place.calls, 'time')}, {duration(place.median)} each{_rows(place.dearest)}"
    yield Fitted(f"{_INDENT}{how}, most ", _dearest(place.dearest))


def _rows(operation: TypicalOperation) -> str:
    rows = operation.rows / operation.calls
    if rows <= 1:
        return ""
    return f", {rows:,.0f} rows of {duration(operation.typical / operation.rows)}"


def _dearest(operation: TypicalOperation) -> str:
    """The operation; a path says by itself that it is loaded, and leaves more room for it."""
    is_loaded = operation.operation == "LoadInput" and operation.operand is not None
    return name(operation.operand) if is_loaded else _operation(operation)


def _operation(operation: TypicalOperation) -> str:
    return name(" ".join(filter(None, (operation.operation, operation.operand))))


def _at(source: SourceLine) -> str:
    """File and line, as short as one can still go there: below this folder, or the file's name."""
    here = Path(source.path)
    if here.is_relative_to(Path.cwd()):
        here = here.relative_to(Path.cwd())
    return name(f"{here.name if here.is_absolute() else here}:{source.line}")


def _pause(pause: Interruption) -> Iterator[str | Fitted]:
    """One pause, and what is known of it; the run leads to it in a trace and in the file."""
    operation, reading = pause.operation, pause.reading
    declaration = "" if operation.declaration is None else f".{name(operation.declaration)}"
    where = f"{name(operation.schema)}{declaration}: {_operation(operation)}"
    yield Fitted(f"  +{duration(reading.excess):<8} ", where)
    run = "" if reading.run is None else f"in run {name(reading.run)}: "
    yield f"{_INDENT}{run}{', '.join(map(_cause, pause.causes)) or 'nothing is known of it'}"


def _cause(cause: Cause) -> str:
    return f"{_CAUSES.get(cause.cause, name(cause.cause))} {duration(cause.ns)}"
