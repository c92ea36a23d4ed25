"""What a schema's author probably did not mean, shown by a command: with its place, as by check."""

from __future__ import annotations

import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kumi.cli.terminal import say, width
from kumi.errors import SchemaWarning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kumi.errors import Problem


def show(doubt: Problem) -> None:
    """Print one with its place and its hint."""
    say(doubt.shown(width(sys.stderr)), err=True)


@contextmanager
def shown_as_by_check() -> Iterator[None]:
    """Show warnings of schemas as `kumi check` does; Python's filters decide whether, as ever."""
    usual = warnings.showwarning

    def shown(warning: Any, *where: Any, **more: Any) -> None:
        if isinstance(warning, SchemaWarning):
            show(warning.problem)
        else:
            usual(warning, *where, **more)

    warnings.showwarning = shown  # type: ignore[assignment]  # it takes whatever Python gives
    try:
        yield
    finally:
        warnings.showwarning = usual
