"""What is said of a run that raised: a note for the caller, a record for whoever watches."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from time import perf_counter
from typing import TYPE_CHECKING, Any

from kumi.errors import InputError
from kumi.hooks import FailedRun, Level

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kumi.ir.program import Program


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a run stopped: the operations at fault, and Kumi's own words for it, without values."""

    operations: tuple[int, ...]
    message: str


def stop(
    program: Program, owners: tuple[int, ...], error: BaseException, local: Mapping[str, Any]
) -> Stop:
    """Find the operation that an exception came from, by the line of the generated code."""
    if isinstance(error, InputError):
        return _bad_input(program, error, local)
    line = error.__traceback__.tb_lineno if error.__traceback__ else 1
    if not program.operations:
        return Stop((), type(error).__qualname__)
    operation = program.operations[owners[line - 1]]
    where = f"{operation.title} of {program.group_of(operation.index).name}"
    return Stop((operation.index,), f"{type(error).__qualname__} in {where}")


def _bad_input(program: Program, error: InputError, local: Mapping[str, Any]) -> Stop:
    """Which inputs are at fault: paths only, since what was expected are literals of the schema."""
    bad = local.get("bad", ())
    failed = {index for index, _ in bad if index >= 0}
    if not failed and program.groups[0].last:
        failed = {0}
    where = next((violation.path for index, violation in bad if index >= 0), "undeclared names")
    more = len(error.violations) - 1
    return Stop(tuple(sorted(failed)), f"bad input: {where}{f' and {more} more' if more else ''}")


def annotate(program: Program, error: BaseException, where: Stop) -> None:
    """Add the note that names schema, declaration, operation and source line."""
    if not isinstance(error, Exception) or isinstance(error, InputError) or not where.operations:
        return
    operation = program.operations[where.operations[0]]
    name = program.group_of(operation.index).name
    place = f"{operation.place.source.path}:{operation.place.line}"
    error.add_note(f"in {program.schema}.{name}, {operation.title} ({place})")


def record(
    program: Program, level: Level, error: BaseException, where: Stop, local: Mapping[str, Any]
) -> FailedRun:
    """The readings and sizes that the locals of the generated function still hold."""
    names = takewhile(local.__contains__, (f"t{n}" for n in range(len(program.operations) + 1)))
    read = tuple(local[name] for name in names)
    if not isinstance(error, InputError):
        read += (perf_counter(),)
    axes = program.axes if level is Level.OPERATIONS else ()
    return FailedRun(
        readings=read,
        sizes=tuple(_size(local, number) for number in range(len(axes))),
        failed=where.operations,
        error_type=_qualified(type(error)),
        message=where.message,
        original=_text(error),
        context=local["context"],
    )


def _size(local: Mapping[str, Any], number: int) -> int:
    return getattr(local.get(f"a{number}"), "size", 0)


def _text(error: BaseException) -> str:
    """The exception's own message; its type where it cannot say it, which must harm nobody."""
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - exceptions of the input's own types are anybody's code
        return _qualified(type(error))


def _qualified(kind: type[BaseException]) -> str:
    """The type's name as the SDK's spans have it: qualified, unless it is a builtin."""
    name = kind.__qualname__
    return name if kind.__module__ == "builtins" else f"{kind.__module__}.{name}"
