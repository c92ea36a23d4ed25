"""What a span of Kumi says, one line a field: the keys of its event, and its attributes.

A field either is the same in all runs of a program, and then a function of `Facts`; or it varies,
and then is a `Varying`, which whoever writes spans fills in. The order is the order of writing, but
that the attributes that vary are set after the others.

A new attribute is one line in ATTRIBUTES (in SUMMARIES, on a span that stands for many), a new key
of an event one in EVENTS: the encoders, which write a program's constant fields once, and the ways
that go span by span all read these tables.
What an attribute means stands in `registry/registry.yaml`, without which its test fails.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from kumi.spans import attributes as names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kumi.ir.program import Group, Operation, Program
    from kumi.places import Place

Kind: TypeAlias = Literal["vm_run", "vm_declaration", "vm_operation"]


class Varying(Enum):
    """What differs between runs, or between blocks of runs."""

    DURATION = auto()
    TIMESTAMP = auto()
    KEPT = auto()
    STATUS = auto()
    ERROR = auto()
    CPU = auto()
    RUN = auto()
    ROWS = auto()
    SPAN_COUNT = auto()
    TOTAL = auto()
    SHORTEST = auto()
    LONGEST = auto()
    TRACE_ID = auto()
    SPAN_ID = auto()
    PARENT_ID = auto()
    START = auto()
    END = auto()


SUMMED: Final = (Varying.SPAN_COUNT, Varying.TOTAL, Varying.SHORTEST, Varying.LONGEST)
"""What a summary says of the spans that it stands for, as `kumi.spans.block.Block.sums` has it."""


class Facts(NamedTuple):
    """What all runs of a program have in common: `key` names it in event files.

    `group` and `operation` are those of the span, where it is one of a declaration or operation.
    """

    program: Program
    key: str
    group: Group | None = None
    operation: Operation | None = None


def imported_from(schema: str, group: Group) -> str | None:
    """The schema that defined a declaration, where it is another one."""
    return group.origin if group.origin != schema else None


def written_at(group: Group, operation: Operation) -> Place:
    """Where an operation is written: in the source of its declaration, whatever it was made of.

    What an import is called with may stand in place of an input that the declaration reads, and was
    then written elsewhere: it is taken to stand where the declaration begins.
    """
    is_there = operation.place.source == group.place.source
    return operation.place if is_there else group.place


def shown_path(path: str) -> str:
    """A path as UTF-8 can say it: a script may lie under a name that is no text."""
    return path.encode("utf-8", "replace").decode()


def _schema(of: Facts) -> str:
    return of.program.schema


def _key(of: Facts) -> str:
    return of.key


def _operations(of: Facts) -> int:
    return len(of.program.operations)


def _one(_: Facts) -> int:
    return 1


def _yes(_: Facts) -> bool:
    return True


def _of_group(get: Callable[[Group], Any]) -> Callable[[Facts], Any]:
    return lambda of: None if of.group is None else get(of.group)


def _of_operation(get: Callable[[Operation], Any]) -> Callable[[Facts], Any]:
    return lambda of: None if of.operation is None else get(of.operation)


def _of_place(get: Callable[[Place], Any]) -> Callable[[Facts], Any]:
    def at(of: Facts) -> Any:
        if of.group is None or of.operation is None:
            return None
        return get(written_at(of.group, of.operation))

    return at


def _origin(of: Facts) -> str | None:
    return None if of.group is None else imported_from(of.program.schema, of.group)


_declaration = _of_group(lambda group: group.name)
_kind = _of_group(lambda group: group.kind)
_opcode = _of_operation(lambda operation: operation.opcode.name)
_function = _of_operation(lambda operation: operation.function)
_index = _of_operation(lambda operation: operation.index)

Table: TypeAlias = "tuple[tuple[str, Callable[[Facts], Any] | Varying], ...]"

_LASTED: Table = (("duration_ms", Varying.DURATION), ("timestamp", Varying.TIMESTAMP))
_IDS: Table = (
    ("trace_id", Varying.TRACE_ID),
    ("span_id", Varying.SPAN_ID),
    ("parent_span_id", Varying.PARENT_ID),
)
_ORIGIN: Final = ("origin", _origin)
_TIMES: Table = (("start_unix_nano", Varying.START), ("end_unix_nano", Varying.END))

EVENTS: Final[Mapping[Kind, Table]] = {
    "vm_run": (
        ("schema", _schema),
        *_LASTED,
        ("program", _key),
        ("operations", _operations),
        ("cases", _one),
        ("kept", Varying.KEPT),
        ("status", Varying.STATUS),
        ("error", Varying.ERROR),
        ("cpu_ms", Varying.CPU),
        ("run", Varying.RUN),
        *_IDS,
        *_TIMES,
    ),
    "vm_declaration": (
        ("schema", _schema),
        ("declaration", _declaration),
        *_LASTED,
        ("kind", _kind),
        _ORIGIN,
        ("run", Varying.RUN),
        *_IDS,
        *_TIMES,
    ),
    "vm_operation": (
        ("schema", _schema),
        ("operation", _opcode),
        *_LASTED,
        ("declaration", _declaration),
        ("index", _index),
        ("function", _function),
        _ORIGIN,
        ("rows", Varying.ROWS),
        ("run", Varying.RUN),
        ("program", _key),
        *_IDS,
        *_TIMES,
    ),
}
"""The keys of each event, after `event`; a failed declaration or operation has `error` besides.

What nobody asked for is left out: see `keys_of`.
"""


_OWN_OPERATION: Final = tuple([each for each in EVENTS["vm_operation"] if each is not _ORIGIN])


def keys_of(kind: Kind, of: Facts, *, times_cpu: bool) -> Table:
    """The keys of an event, in their order.

    The CPU time only where that was taken, the origin of an operation only where it was imported:
    operations are many, and few of them are.
    """
    if kind == "vm_operation" and _origin(of) is None:
        return _OWN_OPERATION
    table = EVENTS[kind]
    if times_cpu:
        return table
    return tuple([(key, what) for key, what in table if what is not Varying.CPU])


_DECLARED: Table = (
    (names.SCHEMA_NAME, _schema),
    (names.SCHEMA_ORIGIN, _origin),
    (names.DECLARATION_NAME, _declaration),
    (names.DECLARATION_KIND, _kind),
)
_DECLARED_AT: Table = (
    (names.CODE_FILE, _of_group(lambda group: shown_path(group.place.source.path))),
    (names.CODE_LINE, _of_group(lambda group: group.place.line)),
)
_WHAT: Table = ((names.OPERATION_NAME, _opcode), (names.OPERATION_FUNCTION, _function))

ATTRIBUTES: Final[Mapping[Kind, Table]] = {
    "vm_run": (
        (names.SCHEMA_NAME, _schema),
        (names.RUN_OPERATIONS, _operations),
        (names.RUN_CASES, _one),
        (names.RUN_ID, Varying.RUN),
        (names.RUN_KEPT, Varying.KEPT),
    ),
    "vm_declaration": (
        *_DECLARED,
        *_DECLARED_AT,
    ),
    "vm_operation": (
        *_DECLARED,
        *_WHAT,
        (names.OPERATION_INDEX, _index),
        (names.OPERATION_AXES, _of_operation(lambda operation: operation.axes or None)),
        (
            names.INPUT_PATH,
            _of_operation(lambda operation: operation.leaf.dotted if operation.leaf else None),
        ),
        (names.REF_DECLARATION, _of_operation(lambda operation: operation.ref)),
        (names.CODE_FILE, _of_place(lambda place: shown_path(place.source.path))),
        (names.CODE_LINE, _of_place(lambda place: place.line)),
        (names.OPERATION_ROWS, Varying.ROWS),
    ),
}
"""The attributes of each span. One whose value is None is left out."""

_AGGREGATED: Table = (
    (names.IS_SUMMARY, _yes),
    (names.SPAN_COUNT, Varying.SPAN_COUNT),
    (names.DURATION_TOTAL, Varying.TOTAL),
    (names.DURATION_MIN, Varying.SHORTEST),
    (names.DURATION_MAX, Varying.LONGEST),
)

SUMMARIES: Final[Mapping[Kind, Table]] = {
    "vm_run": (
        (names.SCHEMA_NAME, _schema),
        (names.RUN_OPERATIONS, _operations),
        *_AGGREGATED,
    ),
    "vm_declaration": (*ATTRIBUTES["vm_declaration"], *_AGGREGATED),
    "vm_operation": (*_DECLARED, *_WHAT, *_DECLARED_AT, *_AGGREGATED),
}
"""The attributes of a span that stands for many: of a declaration's operations with one function,
or of several runs. Of operations it has the line of their declaration."""

RUN_IN_PART: Final[Table] = (*ATTRIBUTES["vm_run"], (names.RUN_FOLDED, _operations))
"""The attributes of a run whose operations are in summaries, all of them."""
