"""The face of Kumi: a schema is a class, a result is an instance of it."""

from __future__ import annotations

import copyreg
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast
from weakref import WeakValueDictionary

from kumi import hooks
from kumi.analysis.modules import Modules, analysis_of, parsed, read, register
from kumi.errors import in_source_order
from kumi.ir.lower import lower, require_declared
from kumi.ir.passes.optimizer import optimize, switched_off
from kumi.ir.text import disassemble
from kumi.places import Source
from kumi.results import Result
from kumi.syntax.classes import Declarations, declared, tree
from kumi.syntax.classes.declarations import RESERVED, YIELDING
from kumi.syntax.text import parse, schema_name
from kumi.vm.given import as_inputs
from kumi.vm.machine import Machine

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable
    from typing import Never, Self, TypeAlias

    from kumi.analysis.facts import Analysis
    from kumi.errors import Problem
    from kumi.ir.program import Program
    from kumi.syntax import nodes

    _Outputs: TypeAlias = tuple[str, ...] | None


class SchemaType(type):
    """The type of schemas, which makes results hold what a run gives them and nothing else."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> SchemaType:
        """Make a class whose instances have no dict."""
        namespace.setdefault("__slots__", ())
        return super().__new__(cls, name, bases, namespace, **options)


class Schema(Declarations, Result, metaclass=SchemaType):
    """A set of declarations that can be run. Subclass it, or have `load` make one from a file.

    Access on the class is an expression, on a result (an instance) a value. A class body only
    builds; static errors are raised together, as `SchemaError`, at the first `run`, `ops`, `check`
    or `kumi.compile`.
    """

    _compiled: ClassVar[_Compiled]
    _default: ClassVar[Machine | _Pending]
    _parsed: ClassVar[nodes.SchemaTree | None] = None
    _modules: ClassVar[Modules] = Modules()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._compiled = _Compiled(cls)
        cls._default = _Pending(cls)
        if cls._parsed is None:
            register(cls)

    if TYPE_CHECKING:

        def __init__(self, *, use_run: Never) -> None: ...

    else:

        def __new__(cls, *_args: object, **_named: object) -> Never:
            """Refuse: results are what a run makes."""
            name = cls.__name__
            raise TypeError(f"a schema is run, not called: write {name}.run(...) for {name}(...)")

    @classmethod
    def run(cls, data: Any = None, /, **inputs: Any) -> Self:
        """Evaluate every value and let for one input.

        `data` is a mapping, an `Input` record, a dataclass or a pydantic model; keywords are
        inputs too, and win. Raises `InputError` for data that does not fit, `SchemaError` for a
        schema that does not compile, and whatever Python raises for what a calculation cannot do
        (`ZeroDivisionError`, `TypeError` for null in arithmetic), with a note saying where.
        """
        given = inputs if data is None else as_inputs(data) | inputs
        result: Self = cls._default.call(given)
        return result

    @classmethod
    def only(cls, *names: str, without: str | Iterable[str] = ()) -> Selection[Self]:
        """The same schema, computing only these declarations and what they need.

        Without names it computes every value and let. `without` names compiler passes to be left
        out (see `kumi ops --passes`): the results are the same, the operations are not. Raises
        ValueError for a name that the schema does not declare, and for what is no pass.
        """
        parsed = cls._parsed
        made = cls.__kumi_declarations__ if parsed is None else parsed.declarations
        require_declared(cls.__name__, [one.name for one in made if one.name], names)
        return Selection(cls, names, switched_off(without))

    @classmethod
    def ops(cls, *names: str, without: str | Iterable[str] = ()) -> str:
        """The operations as the VM runs them, as text; of `names` only, where given.

        Takes and raises what `kumi.compile` does.
        """
        return disassemble(compile_program(cls, *names, without=without))

    @classmethod
    def check(cls) -> tuple[Problem, ...]:
        """Raise `SchemaError` with every static error; without one, give the warnings."""
        cls._compiled.machine()
        return cls._compiled.warnings()

    @classmethod
    def _analysis(cls) -> Analysis:
        """The schema as an import finds it."""
        return cls._compiled.analyzed()

    @classmethod
    def _tree(cls) -> nodes.SchemaTree:
        if cls._parsed is not None:
            return cls._parsed
        with hooks.phase("parse", cls.__name__):
            return tree(cls)


S = TypeVar("S", bound=Schema)


@dataclass(frozen=True, slots=True)
class Selection(Generic[S]):
    """Some outputs of a schema, perhaps without some passes: what `Schema.only` gives."""

    schema: type[S]
    names: tuple[str, ...]
    without: frozenset[str] = frozenset()

    def run(self, data: Any = None, /, **inputs: Any) -> S:
        """As `Schema.run`, for these outputs."""
        given = inputs if data is None else as_inputs(data) | inputs
        result: S = self._machine.call(given)
        return result

    @property
    def program(self) -> Program:
        """The program that it runs. Raises as `kumi.compile` does."""
        return self._machine.program

    @property
    def _machine(self) -> Machine:
        return self.schema._compiled.machine(self.names or None, self.without)


class _Compiled:
    """A schema's analysis, and a machine for each choice of outputs that was asked for."""

    def __init__(self, owner: type[Schema]) -> None:
        self._owner = owner
        self._analysis: Analysis | None = None
        self._machines: dict[tuple[_Outputs, frozenset[str]], Machine] = {}

    def machine(self, outputs: _Outputs = None, without: frozenset[str] = frozenset()) -> Machine:
        """The machine for `outputs` (None: every value and let); compiles at first use."""
        key = outputs, without
        machine = self._machines.get(key)
        if machine is None:
            hooks.start()
            with hooks.lock():
                machine = self._machines.get(key) or self._compile(outputs, without)
        return machine

    def _compile(self, outputs: _Outputs, without: frozenset[str]) -> Machine:
        with hooks.phase("compile", self._owner.__name__):
            return self.build(outputs, without)

    def build(self, outputs: _Outputs, without: frozenset[str] = frozenset()) -> Machine:
        """The stages after the tree, inside a `compile` phase that is open."""
        analysis = self.analyzed()
        with hooks.phase("lower", self._owner.__name__):
            program = optimize(lower(analysis, outputs), without)
        declared = frozenset(one.name for one in analysis.schema.declarations)
        machine = self._machines[outputs, without] = Machine(program, self._owner, declared)
        return machine

    def lowered(self, outputs: _Outputs) -> Program:
        """The program as it is before the passes."""
        return lower(self.analyzed(), outputs)

    def analyzed(self) -> Analysis:
        """The schema with all that is known of it, once; with warnings, the first time."""
        if self._analysis is None:
            owner = self._owner
            schema, modules = owner._tree(), owner._modules
            key = owner if owner._parsed is None else _key(schema.source, modules)
            self._analysis = analysis_of(schema, key, modules)
        return self._analysis

    def warnings(self) -> tuple[Problem, ...]:
        """What was found that compiles and was probably not meant, in source order."""
        return in_source_order(self.analyzed().warnings)


class _Pending:
    """Stands in a class's machine slot until its first run."""

    __slots__ = ("_owner",)

    def __init__(self, owner: type[Schema]) -> None:
        self._owner = owner

    def call(self, given: dict[str, Any]) -> Any:
        """Compile, give the place to the machine, and run."""
        machine = self._owner._default = self._owner._compiled.machine()
        return machine.call(given)


def compile_program(
    schema: type[Schema], *names: str, without: str | Iterable[str] = ()
) -> Program:
    """Compile a schema (for these outputs only, where given) and return its program.

    `without` names passes to be left out. Raises `SchemaError` with every static error, ValueError
    for a name that is not declared, and for what is no pass.
    """
    return Selection(schema, names, switched_off(without)).program


def lowered_program(schema: type[Schema], *names: str) -> Program:
    """The program of a schema as it is before any pass. Raises as `compile_program` does."""
    with hooks.lock():
        return schema._compiled.lowered(names or None)


def load(
    path: str | os.PathLike[str], *, folders: Iterable[str | os.PathLike[str]] = ()
) -> type[Schema]:
    """The schema in a `.kumi` file, compiled: a class named after the file, in CamelCase.

    What it imports is looked for beside it, in `folders`, and among the classes of Python. Raises
    `SchemaError` with every syntax and static error, `OSError` where the file cannot be read.
    """
    hooks.start()
    file = Path(path)
    return _compiled(read(file), schema_name(path), _modules(file.parent, folders))


def loads(
    text: str, *, name: str = "Schema", folders: Iterable[str | os.PathLike[str]] = ()
) -> type[Schema]:
    """The schema in a text, as `load` reads it from a file: a class of that name.

    Its places are in `<name>`. What it imports is looked for in `folders` and among the classes of
    Python. Raises `SchemaError` with every syntax and static error.
    """
    hooks.start()
    source = Source(f"<{name}>", text.removeprefix("\ufeff"))
    return _compiled(source, name, _modules(None, folders))


def _modules(beside: Path | None, folders: Iterable[str | os.PathLike[str]]) -> Modules:
    if isinstance(folders, str | bytes):
        raise TypeError(f"folders is a list of folders: write [{folders!r}]")
    return Modules(beside, tuple(map(Path, folders)))


def _compiled(source: Source, name: str, modules: Modules) -> type[Schema]:
    with hooks.phase("compile", name):
        tree = parsed(source, name, _key(source, modules), modules)
        schema = _class_of(tree, modules)
        with hooks.lock():
            schema._compiled.build(None)
    return schema


def _key(source: Source, modules: Modules) -> object:
    """What tells a text from all others while it is analysed: its file, if it has one."""
    return source if modules.beside is None else Path(source.path).resolve()


def _class_of(parsed: nodes.SchemaTree, modules: Modules) -> type[Schema]:
    free = [one for one in parsed.declarations if not _is_taken(one.name)]
    values = {one.name: declared(one.kind, one.name) for one in free}
    body = {"__module__": "kumi.loaded", **values, "_parsed": parsed, "_modules": modules}
    schema = cast("type[Schema]", SchemaType(parsed.name, (Schema,), body))
    _FROM_TEXT[parsed.name, parsed.source] = schema
    return schema


def _is_taken(name: str) -> bool:
    """Whether a class or Python needs the name: such a value is read as `result["name"]`."""
    taken = name in RESERVED or name.startswith("__") or hasattr(Schema, name)
    return taken and name not in YIELDING


_FROM_TEXT: WeakValueDictionary[tuple[str, Source], type[Schema]] = WeakValueDictionary()
"""Schemas that were made of text, by name and text, for results that were pickled elsewhere."""


def _pickled(schema: type[Schema]) -> str | tuple[Callable[..., type[Schema]], tuple[Any, ...]]:
    """A class by its name, as Python does it; what text made has none, and goes as its text."""
    parsed = schema._parsed
    if parsed is None:
        return schema.__qualname__
    return _same_again, (parsed.name, parsed.source, schema._modules)


def _same_again(name: str, source: Source, modules: Modules) -> type[Schema]:
    """The schema that was made of this text here, or one that is made of it now."""
    found = _FROM_TEXT.get((name, source))
    return _class_of(parse(source, name), modules) if found is None else found


copyreg.pickle(SchemaType, _pickled)  # type: ignore[arg-type]  # it takes the classes of a type, too
