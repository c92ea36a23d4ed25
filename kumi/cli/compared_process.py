"""The process that `kumi compare` starts to measure two schemas: it runs `main`."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kumi.cli.exit_codes import FAILED, INTERRUPTED, failure, message
from kumi.cli.json_io import integers_of_any_size
from kumi.cli.schemas import schema as find_schema
from kumi.cli.terminal import say, say_error
from kumi.compare.differing import first_difference
from kumi.compare.measuring import Measured, asked, written
from kumi.compare.turns import in_turns
from kumi.errors import KumiError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kumi.compare.measuring import Question
    from kumi.schema import Schema


def main() -> int:
    """Answer the question on standard input; the exit code. What goes wrong is said on stderr."""
    answer_to = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a module prints is no part of the answer
    try:
        with integers_of_any_size():
            answer = _answer(asked(sys.stdin.buffer.read()))
            with os.fdopen(answer_to, "wb") as out:
                out.write(written(answer))
    except click.ClickException as error:
        say_error(error)
        return FAILED
    except (KumiError, OSError) as error:
        say(message(error), err=True)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _answer(question: Question) -> Measured:
    sides = (1, 0) if question.swapped else (0, 1)
    schemas = {side: _loaded(question.schemas[side], question.folders[side]) for side in sides}
    old, new = (_result(schemas[side], question, side) for side in (0, 1))
    times = dict(
        zip(sides, in_turns([schemas[side] for side in sides], question.data), strict=True)
    )
    return Measured(times[0], times[1], first_difference(old, new))


def _result(schema: type[Schema], question: Question, side: int) -> dict[str, Any]:
    """The values of a first run. Raises ClickException, which says whose run it was that failed."""
    try:
        return schema.run(question.data).to_dict()
    except Exception as error:
        notes = map(str, getattr(error, "__notes__", ()))
        said = "\n  ".join([failure(error), *notes])
        raise click.ClickException(f"{question.labels[side]}: {said}") from error


def _loaded(spec: str, folders: Sequence[str]) -> type[Schema]:
    """The schema, compiled, so that it needs its module no more."""
    with _modules_of_its_own(spec):
        found = find_schema(spec, tuple(folders))
        found.check()
    return found


@contextmanager
def _modules_of_its_own(spec: str) -> Iterator[None]:
    """Forget the modules that a side has imported from its own folder, for the sake of the other.

    Both sides may import `rates` and mean different files. What is installed both share.
    """
    before, path = set(sys.modules), list(sys.path)
    root = _root(spec)
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        sys.path[:] = path
        for name in sys.modules.keys() - before:
            if _is_of(root, name):
                del sys.modules[name]
        importlib.invalidate_caches()


def _root(spec: str) -> Path:
    """The folder from which the modules of a schema are imported: that above its package."""
    path, dot, _ = spec.rpartition(".py")
    folder = Path(f"{path}{dot}").resolve().parent if dot else Path.cwd()
    while (folder / "__init__.py").exists():
        folder = folder.parent
    return folder


def _is_of(root: Path, module: str) -> bool:
    file = Path(getattr(sys.modules[module], "__file__", None) or os.devnull).resolve()
    is_installed = "site-packages" in file.parts or module.partition(".")[0].startswith("kumi")
    return file.is_relative_to(root) and not is_installed
