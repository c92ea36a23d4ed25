"""Two schemas measured in fresh processes, one after the other.

Why processes: within one, everything that was decided once when it began stays so, such as where in
memory things lie, and in which order hashes put them. Equal code can differ by 2 to 9 % for that
alone, and no number of runs averages it out. A fresh process decides anew. Each loads both schemas,
the new one first in every second of them, and lets them take turns (see `turns`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import kumi
from kumi.compare.differing import Difference
from kumi.compare.sides import OperationFigures, ProgramFigures, Side
from kumi.compare.turns import OperationTime, SchemaTime

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_FOLDER: Final = str(Path(kumi.__file__).parents[1])
_PROGRAM: Final = """\
import sys
sys.path.append({folder!r})
from {module} import main
sys.exit(main())
"""
"""What a process runs: this Kumi, and no file of the current folder stands in for a module."""


class MeasuringError(Exception):
    """A process could not measure; the text is what it said of that."""


class Question(NamedTuple):
    """What is asked of a process, as one JSON object on its standard input.

    `schemas` are the old and the new one, and `folders` where each may import from; `swapped` says
    that the new one is to come first.
    """

    schemas: tuple[str, str]
    labels: tuple[str, str]
    data: dict[str, Any]
    folders: tuple[Sequence[str], Sequence[str]]
    swapped: bool


class Measured(NamedTuple):
    """What a process has measured of the old and the new schema, and where results differ first."""

    old: SchemaTime
    new: SchemaTime
    difference: Difference | None


def measured(
    module: str,
    question: Question,
    processes: int,
    begins: Callable[[int], None] = lambda _: None,
) -> tuple[Side, Side, Difference | None]:
    """Both sides, and where their results differ first.

    Each process runs the `main` of `module`, which reads by `asked` and answers by `written`.
    `begins` is told the number of each process, from 1. Raises MeasuringError for the first process
    that does not answer.
    """
    answers = []
    for number in range(processes):
        begins(number + 1)
        asked = question._replace(swapped=number % 2 == 1)
        answers.append(_asked(module, asked))
    schema = answers[0].new.schema  # whatever the old one was called
    old, new = question.labels
    return (
        _side(old, schema, [answer.old for answer in answers]),
        _side(new, schema, [answer.new for answer in answers]),
        answers[0].difference,
    )


def written(answer: Measured) -> bytes:
    """An answer as JSON, for `measured` in the other process."""
    return json.dumps(answer).encode()


def asked(text: bytes) -> Question:
    """The question that `measured` of the other process has written."""
    schemas, labels, data, folders, swapped = json.loads(text)
    return Question(tuple(schemas), tuple(labels), data, tuple(folders), swapped)


def _asked(module: str, question: Question) -> Measured:
    """What a fresh process answers. Where we are interrupted it is ended, and waited for."""
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-P", "-c", _PROGRAM.format(folder=_FOLDER, module=module)],
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            answer, said = process.communicate(json.dumps(question).encode())
        except BaseException:
            process.kill()
            process.wait()
            raise
    if process.returncode or not answer:  # a module may end the process whenever it likes
        complaint = said.decode("utf-8", "replace").strip()
        code = f"Error: measuring ended with exit code {process.returncode}, and no answer"
        raise MeasuringError(complaint if process.returncode and complaint else code)
    old, new, difference = json.loads(answer)
    return Measured(_time(old), _time(new), difference and Difference(*difference))


def _environment() -> dict[str, str]:
    """Ours, without what would have the process profile itself."""
    return {name: value for name, value in os.environ.items() if not name.startswith("KUMI_")}


def _time(said: list[Any]) -> SchemaTime:
    schema, runs, run_ns, operations = said
    timed = [OperationTime(*operation) for operation in operations]
    rounds = [one._replace(ns=tuple(one.ns) if one.ns else None) for one in timed]
    return SchemaTime(schema, runs, tuple(run_ns), tuple(rounds))


def _side(label: str, schema: str, times: Sequence[SchemaTime]) -> Side:
    """One side of all processes. A run is one call of each operation, however often it was run."""
    first, fewest = times[0], min(time.runs for time in times)
    operations = tuple(
        OperationFigures(
            operation.declaration,
            operation.operation,
            operation.operand,
            operation.line,
            calls=1,
            rows=operation.rows,
            fewest=fewest,
            medians=tuple(time.operations[index].ns for time in times),
        )
        for index, operation in enumerate(first.operations)
    )
    program = ProgramFigures(
        schema,
        operations,
        runs=tuple(time.runs for time in times),
        run_medians=tuple(time.run_ns for time in times),
    )
    return Side(label, len(times), (program,))
