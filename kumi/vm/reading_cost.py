"""What one reading of the clock costs inside generated code: the part of an operation that is ours.

The time of an operation lies between two readings, `t6 = now()` and `t7 = now()`. Of the first one
what comes after the clock was looked at is in it (the float is made, and stored), of the second one
what comes before (the global is looked up, and called): together one whole reading.

    t6 = now()        look up, call, | look at the clock | make a float, store it
    v7 = v0 * v1                                         |                        multiply
    t7 = now()        look up, call, | look at the clock | …

So the cost is what stands between two readings with nothing between them. It is taken in code of
the same form: straight lines, a global called, locals that stay alive. In a loop the same call took
65 ns instead of 53, since the loop itself took part.
"""

from __future__ import annotations

from functools import cache
from statistics import quantiles
from time import perf_counter
from typing import TYPE_CHECKING, Any

from kumi.vm import convention as names

if TYPE_CHECKING:
    from collections.abc import Callable

_READINGS = 32
_ROUNDS = 500


@cache
def reading_cost() -> float:
    """Nanoseconds that one reading adds to the operation before it; measured once a process.

    The lower quartile of many short rounds, a millisecond together: other work on the processor can
    make half of them slower, but none faster.
    """
    spend = _readings_alone()
    lower, *_ = quantiles((spend() for _ in range(_ROUNDS)), n=4)
    return lower / _READINGS * 1e9


def _readings_alone() -> Callable[[], float]:
    """A function of readings and nothing else: it gives the seconds from the first to the last."""
    slots = [names.reading(number) for number in range(_READINGS + 1)]
    body = "".join(f"    {slot} = now()\n" for slot in slots)
    code = f"def {names.RUN}():\n{body}    return {slots[-1]} - {slots[0]}\n"
    defined: dict[str, Any] = {"now": perf_counter}
    exec(compile(code, "<kumi clock>", "exec"), defined)  # noqa: S102 - the text is ours alone
    found: Callable[[], float] = defined[names.RUN]
    return found
