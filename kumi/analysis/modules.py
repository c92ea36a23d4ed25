"""Where imports find schemas: those of Python by the names of their classes, others in files.

`Shared::Tax` is the class `Tax` of a module `shared`, a class `Tax` inside of a class `Shared`, or
the file `shared/tax.kumi`, in the folder of the importing file or in one that the loader was given.
A schema is parsed and analysed once, whoever imports it; a file again when its text has changed, or
that of a file which it imports.

>>> tax = type("Tax", (), {"__module__": "shared.rules", "__qualname__": "Tax"})
>>> register(tax)
>>> [one.__qualname__ for one in _classes("Rules::Tax")], _classes("Other::Tax")
(['Tax'], [])
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast
from warnings import warn_explicit
from weakref import WeakValueDictionary

from kumi import hooks
from kumi.analysis.pipeline import also_wrong, analyze
from kumi.errors import Problem, SchemaError, SchemaWarning, closest, in_source_order
from kumi.places import Place, Source
from kumi.syntax.text import TextError, parse, schema_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kumi.analysis.facts import Analysis
    from kumi.syntax.nodes import Import, SchemaTree


class Declared(Protocol):
    """A schema that was declared in Python."""

    __kumi_place__: Place

    @classmethod
    def _analysis(cls) -> Analysis: ...


_declared: WeakValueDictionary[tuple[str, str], type] = WeakValueDictionary()


def register(schema: type) -> None:
    """Let imports find a class by its name; one of the same module and name takes its place.

    A class that a function makes is left out: there may be many of one name.
    """
    if "<locals>" not in schema.__qualname__:
        _declared[schema.__module__, schema.__qualname__] = schema


@dataclass(slots=True)
class _Loaded:
    """A file that was imported: its text, what came of it, and the round that it was looked at."""

    text: str | None
    outcome: Analysis | SchemaError
    round: int


@dataclass(slots=True)
class _Underway:
    """What is being analysed, each from within the one before, and what was; under `hooks.lock`.

    A `round` is all that one schema asks for: within it, no file is looked at twice.
    """

    open: list[tuple[object, str]] = field(default_factory=list)
    files: dict[tuple[object, ...], _Loaded] = field(default_factory=dict)
    round: int = 0


_state = _Underway()
_DEEPEST = 64


@contextmanager
def _opened(key: object, name: str) -> Iterator[None]:
    _state.round += not _state.open
    _state.open.append((key, name))
    try:
        yield
    finally:
        _state.open.pop()


def analysis_of(tree: SchemaTree, key: object, modules: Modules) -> Analysis:
    """A schema, analysed, with what it imports. `key` tells it from all others.

    Warnings go to Python's. Raises SchemaError with every error, those of imported files included.
    """
    with hooks.lock(), _opened(key, tree.name), hooks.phase("analyze", tree.name):
        found = analyze(tree, modules)
    for problem in in_source_order(found.warnings):
        warn_explicit(SchemaWarning(problem), None, problem.place.source.path, problem.place.line)
    return found


def parsed(source: Source, name: str, key: object, modules: Modules) -> SchemaTree:
    """The tree of a text.

    Raises SchemaError with every syntax error, and every other one in what could be read.
    """
    try:
        with hooks.phase("parse", name):
            return parse(source, name)
    except TextError as error:
        with hooks.lock(), _opened(key, name):
            wrong = also_wrong(error.tree, error.gaps, modules)
        raise SchemaError([*error.errors, *wrong]) from None


def read(path: Path) -> Source:
    """A file as text, under a path that any file or message can hold."""
    data = path.read_bytes()
    shown = os.fsencode(path).decode("utf-8", "replace")
    try:
        return Source(shown, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig").split("\n")
        source = Source(shown, data.decode("utf-8-sig", "replace"))
        place = Place(source, len(before), len(before[-1]) + 1)
        problem = Problem("syntax", place, "the file is not UTF-8 text", "save it as UTF-8")
        raise SchemaError([problem]) from None


@dataclass(frozen=True, slots=True)
class Modules:
    """What one schema can import: from the folder that it lies in, if any, and from others."""

    beside: Path | None = None
    folders: tuple[Path, ...] = ()

    def resolve(self, imported: Import) -> Analysis:
        """As `kumi.analysis.facts.Resolver` says."""
        with hooks.lock():
            found = self._found(imported)
            key = found if isinstance(found, type) else found.resolve()
            _refuse_circle(imported, key)
            _refuse_depth(imported)
            try:
                if isinstance(found, type):
                    return cast("Declared", found)._analysis()  # noqa: SLF001 - its own module
                return self._of_file(found)
            except SchemaError as error:
                name = imported.module
                message = f"`{name}` cannot be imported: it has errors itself"
                problem = Problem("semantic", imported.place, message, f"mend those of `{name}`")
                raise SchemaError([*error.errors, problem]) from None

    def _found(self, imported: Import) -> type | Path:
        """The one class or file that an import names."""
        if isinstance(imported.schema, type):
            return imported.schema
        classes, files = _classes(imported.module), self._files(imported.module)
        if not classes and not files:
            raise SchemaError([self._unknown(imported)])
        if len(classes) + len(files) > 1:
            raise SchemaError([_several(imported, classes, files)])
        return classes[0] if classes else files[0]

    def _searched(self) -> tuple[Path, ...]:
        return self.folders if self.beside is None else (self.beside, *self.folders)

    def _files(self, module: str) -> list[Path]:
        """The files that a module name means, each once."""
        found: dict[Path, Path] = {}
        for folder in self._searched():
            for path in _below(folder, module.split("::")):
                found.setdefault(path.resolve(), path)
        return list(found.values())

    def _of_file(self, path: Path) -> Analysis:
        """The schema in a file, analysed once for each text that it has."""
        key, modules = (str(path), path.resolve(), self.folders), Modules(path.parent, self.folders)
        file = _state.files.get(key)
        if file is None or not _is_fresh(file, path, modules):
            file = _state.files[key] = _analysed(path, modules)
        if isinstance(file.outcome, SchemaError):
            raise file.outcome
        return file.outcome

    def _unknown(self, imported: Import) -> Problem:
        *above, last = imported.module.split("::")
        folders = [place for one in self._searched() for place in _folders(one, above)]
        known = [schema_name(path) for one in folders for path in _schemas(one)]
        known += [name for *under, name in map(_names, [*_declared]) if _ends(under, above)]
        close = closest(last, known)
        start = f"did you mean `{'::'.join((*above, close))}`? " if close else ""
        where = ", ".join(f"`{one}`" for one in map(str, self._searched()))
        files = f" and in the files of {where}" if where else ""
        hint = f"{start}it was looked for among the classes of Python{files}"
        return Problem("semantic", imported.place, f"there is no schema `{imported.module}`", hint)


def _analysed(path: Path, modules: Modules) -> _Loaded:
    name, key, text = schema_name(path), path.resolve(), None
    try:
        source = read(path)
        text = source.text
        tree = parsed(source, name, key, modules)
        outcome: Analysis | SchemaError = analysis_of(tree, key, modules)
    except SchemaError as error:
        outcome = error
    except OSError as error:
        place = Place(Source(str(path), ""), 1)
        message = f"the file cannot be read: {error.strerror}"
        outcome = SchemaError([Problem("semantic", place, message)])
    return _Loaded(text, outcome, _state.round)


def _is_fresh(file: _Loaded, path: Path, modules: Modules) -> bool:
    """Whether a file, and all that it imports, is as it was."""
    if file.round == _state.round:
        return True
    if isinstance(file.outcome, SchemaError):
        return False
    try:
        is_same = read(path).text == file.text
        known = file.outcome.imports
        for one in file.outcome.schema.imports if is_same else ():
            is_same = is_same and modules.resolve(one) is known[one.names[0]].schema
    except (SchemaError, OSError):
        return False
    file.round = _state.round
    return is_same


def _refuse_circle(imported: Import, key: object) -> None:
    """Raise SchemaError where a schema would need itself to be analysed."""
    keys = [one for one, _ in _state.open]
    if key in keys:
        circle = [name for _, name in _state.open[keys.index(key) :]]
        shown = " -> ".join([*circle, circle[0]])
        message = f"`{circle[0]}` imports itself: {shown}"
        hint = "break the circle: move what both need into a schema of its own"
        raise SchemaError([Problem("semantic", imported.place, message, hint)])


def _refuse_depth(imported: Import) -> None:
    """Raise SchemaError where imports lead on and on: each step takes some of Python's stack."""
    if len(_state.open) > _DEEPEST:
        message = f"`{imported.module}` is imported by way of more than {_DEEPEST} other schemas"
        raise SchemaError([Problem("semantic", imported.place, message, "import it directly")])


def _classes(module: str) -> list[type]:
    """The classes whose full name ends as a module name does."""
    wanted = module.split("::")
    return [schema for key, schema in list(_declared.items()) if _ends(_names(key), wanted)]


def _names(key: tuple[str, str]) -> list[str]:
    """The full name of a class: its packages, as modules are called, and what it stands in."""
    package, qualified = key
    return [*map(schema_name, package.split(".")), *qualified.split(".")]


def _ends(names: list[str], wanted: list[str]) -> bool:
    return not wanted or names[-len(wanted) :] == wanted


def _several(imported: Import, classes: list[type], files: list[Path]) -> Problem:
    places = [cast("Declared", one).__kumi_place__ for one in classes]
    places += [Place(Source(str(path)), 1) for path in files]
    message = f"`{imported.module}` could be each of {len(places)} schemas"
    hint = "write more of the name, as in `Shared::Tax`, or give one of them another"
    beside = tuple(("there is one at", place) for place in places)
    return Problem("semantic", imported.place, message, hint, beside)


def _below(folder: Path, names: list[str]) -> list[Path]:
    """The files of a module name below a folder."""
    *above, last = names
    folders = _folders(folder, above)
    return [path for one in folders for path in _schemas(one) if schema_name(path) == last]


def _folders(folder: Path, names: list[str]) -> list[Path]:
    """The folders below another one that the first part of a module name means."""
    found = [folder]
    for name in names:
        inside = [path for one in found for path in _listed(one) if path.is_dir()]
        found = [path for path in inside if schema_name(path) == name]
    return found


def _schemas(folder: Path) -> list[Path]:
    return [path for path in _listed(folder) if path.suffix == ".kumi"]


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []  # what is not there holds no schema, and the message says where was looked
