"""What operations work on, by name: a profile says it once a program, not in every event.

Events come from a file, so nothing here trusts that a value is what it should be. What is not as
docs/event-file.md describes it is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kumi.profiles.event_line import of_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kumi.profiles.engine import Key
    from kumi.profiles.event_line import Event


class OperandNames:
    """The operands that `program` events name: what a Ref reads, which path a LoadInput loads.

    A program has the same key in every process. Where events disagree all the same, the operand has
    no name, which is better than a wrong one.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        self._known: dict[tuple[Key, ...], set[str]] = {}
        for event in of_kind(events, "program"):
            schema, program = event.get("schema"), event.get("program")
            if isinstance(schema, str) and isinstance(program, str):
                for index, declaration, operation, operand in _described(event.get("operations")):
                    self._add((schema, program, index), operand)
                    self._add((schema, operation, declaration, index), operand)

    def of_program(self, schema: Key, program: Key, index: Key) -> str | None:
        """The operand of an operation of a program."""
        return self._only((schema, program, index))

    def at(self, keys: Sequence[Key]) -> str | None:
        """The operand at (schema, operation, declaration, index), in whichever program."""
        return self._only(tuple(keys[:4]))

    def _add(self, key: tuple[Key, ...], operand: str) -> None:
        self._known.setdefault(key, set()).add(operand)

    def _only(self, key: tuple[Key, ...]) -> str | None:
        known = self._known.get(key, set())
        return next(iter(known)) if len(known) == 1 else None


def _described(operations: Any) -> Iterator[tuple[int, str, str, str]]:
    """Index, declaration, operation and operand of those operations that have one."""
    for index, described in enumerate(operations if isinstance(operations, list) else ()):
        match described:
            case [str(declaration), "Ref" | "Reuse" as operation, _, str(target), *_]:
                yield index, declaration, operation, target
            case [str(declaration), str(operation), _, _, _, _, str(path)]:
                yield index, declaration, operation, path
            case _:
                continue
