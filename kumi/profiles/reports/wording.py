"""How names, times and shares are written in a report."""

from __future__ import annotations

from kumi.letters import visible

_ROUNDS_TO_ONE = 0.9995  # with three digits
_FOUR_DIGITS = 999.5


def name(text: object) -> str:
    """A name from a file, with whatever is not printable escaped."""
    return visible(str(text))


def ms(ns: int) -> str:
    """Milliseconds with four decimals."""
    return f"{ns / 1e6:.4f}"


def duration(ns: float) -> str:
    """A duration with three digits, in the unit that suits it.

    >>> duration(999), duration(12_345), duration(999_600)
    ('999 ns', '12.3 µs', '1 ms')
    """
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        number = ns / size
        if number >= _ROUNDS_TO_ONE:
            return f"{number:.3g} {unit}" if number < _FOUR_DIGITS else f"{number:,.0f} {unit}"
    return f"{ns:.0f} ns"


def share(part: float, of: float) -> str:
    """A part in percent; of nothing it is nothing, and what is very small does not look like that.

    >>> share(1, 3), share(1, 9999), share(0, 0)
    ('33.3 %', '<0.1 %', '0.0 %')
    """
    percent = 100 * part / of if of else 0
    return "<0.1 %" if 0 < percent < 0.05 else f"{percent:.1f} %"  # noqa: PLR2004 - would show as 0.0


def count(number: int, what: str, ending: str = "s") -> str:
    """`1 line`, `1,200 lines`."""
    return f"{number:,} {what}{'' if number == 1 else ending}"


def size(number: int) -> str:
    """Bytes as MiB."""
    return f"{number / 2**20:,.1f} MiB"
