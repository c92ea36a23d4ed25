"""A command without the search for circles of objects, some 5 % of reading a profile."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave circles be while the block lasts.

    Counting makes objects by the hundred thousand, and none of them refers to itself: each is gone
    when the last reference is. What is in a circle by chance stays until the block ends.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
