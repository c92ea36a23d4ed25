"""Figures: what was measured, what it should be, and whether it is. Standard library only."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A median with its quartiles; `holds` None where nothing is asked of it.

    Ratios decide. An absolute time depends on the machine, so that it may miss its target and the
    whole still pass: `decides` is False.
    """

    name: str
    unit: str
    median: float
    lower: float
    upper: float
    target: str = ""
    holds: bool | None = None
    decides: bool = False

    @classmethod
    def ns(cls, name: str, series: Any, most: float | None = None) -> Figure:
        """CPU time in ns."""
        return cls._of(name, "ns", series, most=most)

    @classmethod
    def seconds(cls, name: str, series: Any, most: float | None = None) -> Figure:
        """CPU time of a series in ns, shown in seconds."""
        return cls._of(name, "s", series.times(1e-9), most=most)

    @classmethod
    def ratio(
        cls,
        name: str,
        series: Any,
        most: float | None = None,
        least: float | None = None,
        *,
        instead: bool = False,
    ) -> Figure:
        """A quotient of two times. `instead`: another condition that makes it hold, already met."""
        return cls._of(name, "x", series, most=most, least=least, decides=True, instead=instead)

    @classmethod
    def share(cls, name: str, value: float) -> Figure:
        """A part of a whole, 0 to 1; measured once."""
        return cls(name, "share", value, value, value)

    @classmethod
    def fact(cls, name: str, holds: bool) -> Figure:
        """Something that is so, or is not."""
        return cls(
            name, "fact", float(holds), float(holds), float(holds), "yes", holds, decides=True
        )

    @classmethod
    def _of(cls, name, unit, series, most=None, least=None, decides=False, instead=False):
        median, lower, upper = series.summary()
        if most is None and least is None:
            return cls(name, unit, median, lower, upper)
        holds = median <= most if least is None else median >= least
        target = f"<= {most:,g}" if least is None else f">= {least:,g}"
        return cls(name, unit, median, lower, upper, target, bool(holds or instead), decides)

    def cells(self) -> tuple[str, str, str, str, str]:
        """As a row of a table: name, median, quartiles, target, verdict."""
        show = _SHOW[self.unit]
        spread = (
            "" if self.unit in {"share", "fact"} else f"{show(self.lower)} - {show(self.upper)}"
        )
        return self.name, show(self.median), spread, self.target, self._verdict()

    def _verdict(self) -> str:
        if self.holds is None:
            return ""
        return "pass" if self.holds else "FAIL" if self.decides else "over"

    def to_json(self) -> dict[str, Any]:
        """As it stands in results.json."""
        return asdict(self)


def _ratio(value: float) -> str:
    return f"{value:,.0f}x" if value >= 100 else f"{value:.2f}x"


_SHOW = {
    "ns": lambda value: f"{value:,.0f} ns" if value >= 100 else f"{value:.1f} ns",
    "s": lambda value: f"{value:.2f} s",
    "x": _ratio,
    "share": lambda value: f"{value:.0%}",
    "fact": lambda value: "yes" if value else "no",
}
