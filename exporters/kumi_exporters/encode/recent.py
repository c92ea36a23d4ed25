"""What was used last, within some memory."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")

_MOST_BYTES = 64_000_000


class Recent(Generic[T]):
    """Keeps values by key; forgets the one unused for longest when they are too large together."""

    def __init__(self, size: Callable[[T], int], most_bytes: int = _MOST_BYTES) -> None:
        self._size = size
        self._most_bytes = most_bytes
        self._bytes = 0
        self._values: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable) -> T | None:
        """The value of a key, which is then the one used last."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: Hashable, value: T) -> T:
        """Keep a value, at the cost of others; one that is too large by itself stays alone."""
        before = self._values.pop(key, None)
        self._bytes += self._size(value) - (0 if before is None else self._size(before))
        self._values[key] = value
        while self._bytes > self._most_bytes and len(self._values) > 1:
            _, forgotten = self._values.popitem(last=False)
            self._bytes -= self._size(forgotten)
        return value


def room_for_runs(runs: int) -> int:
    """For so many runs and some more, so that few blocks want a new buffer: a power of two."""
    return 1 << (runs - 1).bit_length()
