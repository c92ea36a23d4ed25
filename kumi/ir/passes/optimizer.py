"""The passes over a program, in order: what keeps its operations few and honest.

None changes a result, its exact kind, or an error. Each can be switched off by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kumi.errors import did_you_mean
from kumi.ir.passes.common_subexpressions import common_subexpressions
from kumi.ir.passes.constant_folding import constant_folding
from kumi.ir.passes.load_sharing import load_sharing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from kumi.ir.program import Program

PASSES = (load_sharing, constant_folding, common_subexpressions)

PASS_NAMES = tuple(each.__name__ for each in PASSES)


def optimize(program: Program, without: Collection[str] = ()) -> Program:
    """What the passes make of a program, but for those that are switched off."""
    for each in PASSES:
        if each.__name__ not in without:
            program = each(program)
    return program


def switched_off(names: str | Iterable[str]) -> frozenset[str]:
    """The names of passes as one gives them. Raises ValueError for one that there is not."""
    found = frozenset([names] if isinstance(names, str) else names)
    for name in sorted(found.difference(PASS_NAMES)):
        hint = did_you_mean(name, PASS_NAMES) or f"there are {', '.join(PASS_NAMES)}"
        raise ValueError(f"there is no pass {name!r}; {hint}")
    return found
