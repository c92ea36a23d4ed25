"""What is said of a run that raised: a note for the caller, a record for whoever watches.

An exception may be of any class, whose `__str__`, `__qualname__` or attributes are a user's code
and can raise. The caller must get the exception of the run and no other, so names and tracebacks
are read by the descriptors of Python's own types, and whatever has to call the exception's own code
goes through `_asked`, which swallows what that raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from time import perf_counter, thread_time_ns
from typing import TYPE_CHECKING, Any, TypeVar

from kumi.errors import InputError
from kumi.ir.readings import sized_axes
from kumi.letters import visible
from kumi.observations import FailedRun
from kumi.places import calls
from kumi.vm.bare_arrays import as_columns
from kumi.vm.convention import BAD, CONTEXT, CPU_BEGIN, UNDECLARED, axis, reading
from kumi.vm.failed_rows import failed_row
from kumi.vm.null_errors import null_message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kumi.errors import Violation
    from kumi.ir.program import Group, Operation, Program
    from kumi.observations import Level


_T = TypeVar("_T")
_OF_A_ROW = (OverflowError, ValueError, ZeroDivisionError)
_name_of = type.__dict__["__qualname__"].__get__
_module_of = type.__dict__["__module__"].__get__
_traceback_of = vars(BaseException)["__traceback__"].__get__


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a run stopped: the operations at fault, and Kumi's own words for it, without values.

    `is_input` where the input block refused what was given.
    """

    operations: tuple[int, ...]
    message: str
    is_input: bool = False


def stop(
    program: Program, owners: tuple[int, ...], error: BaseException, local: Mapping[str, Any]
) -> Stop:
    """Find the operation that an exception came from, by the line of the generated code."""
    bad = local.get(BAD, ())
    if type(error) is InputError and error.violations == tuple(violation for _, violation in bad):
        return _bad_input(program, bad)
    trace, name = _traceback_of(error), str(_name_of(type(error)))
    if not program.operations:
        return Stop((), name)
    operation = program.operations[owners[trace.tb_lineno - 1 if trace else 0]]
    return Stop((operation.index,), said_of(name, operation, program.group_of(operation.index)))


def said_of(error: str, operation: Operation, group: Group) -> str:
    """Kumi's own words for an error, by the name of its type, that an operation ended in."""
    return f"{error} in {operation.title} of {group.name}"


def _bad_input(program: Program, bad: Sequence[tuple[int, Violation]]) -> Stop:
    """Which inputs are at fault: paths only, since what was expected are literals of the schema."""
    failed = {index for index, _ in bad if index != UNDECLARED}
    if not failed and program.groups[0].last:
        failed = {0}
    paths = (violation.path for index, violation in bad if index != UNDECLARED)
    where = next(paths, "undeclared names")
    more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
    return Stop(tuple(sorted(failed)), f"{bad_input(where)}{more}", is_input=True)


def bad_input(path: str) -> str:
    """Kumi's own words for an input that is not what it must be."""
    return f"bad input: {path}"


def explain(program: Program, error: BaseException, where: Stop, local: Mapping[str, Any]) -> None:
    """Say in place of Python, which knows of a `NoneType`, which operation met which null.

    And of a value that a function cannot take, in which row of the input it is.
    """
    if where.is_input or not where.operations:
        return
    operation = program.operations[where.operations[0]]
    if type(error) in _OF_A_ROW:
        seen = as_columns(program, local)
        row = _asked(lambda: failed_row(program, operation, seen, type(error)), None)
        error.args = (f"{_text(error)}, in `{row}`",) if row else error.args
    elif type(error) is TypeError:
        said = _text(error)
        if "NoneType" in said or "null" in said:
            seen = as_columns(program, local)
            error.args = (_asked(lambda: null_message(program, operation, seen), None) or said,)


def annotate(program: Program, error: BaseException, where: Stop) -> None:
    """Add the note that names schema, declaration and operation, and shows the source's place."""
    if not issubclass(type(error), Exception) or where.is_input or not where.operations:
        return
    operation = program.operations[where.operations[0]]
    name = program.group_of(operation.index).name
    note = visible(f"in {program.schema}.{name}, {operation.title} ({operation.place})")
    parts = [note, operation.place.frame()]
    for call in calls(operation.place):
        parts += [visible(f"called at {call}"), call.frame()]
    shown = "\n".join(part for part in parts if part)
    _asked(lambda: BaseException.add_note(error, shown), None)


def record(
    program: Program, level: Level, error: BaseException, where: Stop, local: Mapping[str, Any]
) -> FailedRun:
    """The readings and sizes that the locals of the generated function still hold."""
    cpu = thread_time_ns() - local[CPU_BEGIN] if CPU_BEGIN in local else None
    names = takewhile(local.__contains__, map(reading, range(len(program.operations) + 1)))
    read = tuple(local[name] for name in names)
    if not where.is_input:
        read += (perf_counter(),)
    axes = len(sized_axes(program, level))
    return FailedRun(
        readings=read,
        sizes=tuple(_size(local, number) for number in range(axes)),
        failed=where.operations,
        error_type=_qualified(type(error)),
        message=where.message,
        original=_text(error),
        context=local[CONTEXT],
        cpu=cpu,
    )


def _size(local: Mapping[str, Any], number: int) -> int:
    found = local.get(axis(number))
    return 0 if found is None else int(found.size)


def _text(error: BaseException) -> str:
    """The exception's own message, or its type where asking for the message raises."""
    said = _asked(lambda: str(error), _qualified(type(error)))
    return str.__str__(said)  # it may be of a class derived from `str`, with methods of its own


def _qualified(kind: type[BaseException]) -> str:
    """The type's name as the SDK's spans have it: qualified, unless it is a builtin."""
    name, module = str(_name_of(kind)), _asked(lambda: _module_of(kind), None)
    return f"{module}.{name}" if isinstance(module, str) and module != "builtins" else name


def _asked(question: Callable[[], _T], otherwise: _T) -> _T:
    """What an exception answers; `otherwise` where that raises, even a KeyboardInterrupt."""
    try:
        return question()
    except BaseException:  # noqa: BLE001 - the caller is to get the exception of the run
        return otherwise
