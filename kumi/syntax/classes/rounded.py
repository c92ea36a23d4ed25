"""Rounding, and the least and greatest of several values, as functions of Python.

They share their names with builtins on purpose: they are used as `kumi.round(e, 2)`.
"""
# ruff: noqa: A001 - the builtins are not needed here, and users write `kumi.round`

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, overload

from kumi.syntax.classes.expression import Expr, N, O, applied

if TYPE_CHECKING:
    from decimal import Decimal

    from kumi.syntax.classes.expression import AnyNumber, Exact, Number

Mode: TypeAlias = Literal["half_even", "half_up", "half_down", "up", "down", "ceiling", "floor"]


def round(e: Expr[N], digits: int | None = None, *, mode: Mode | None = None) -> Expr[N]:
    """At a decimal digit (of tens where it is below 0), of floats by their shortest decimal form.

    `half_even` unless `mode` says otherwise; `half_up` and `up` are away from zero.
    """
    return applied("round", e, *([] if digits is None else [digits]), mode=mode)


@overload
def round_to(e: Expr[Decimal], step: AnyNumber, *, mode: Mode | None = None) -> Expr[Decimal]: ...
@overload
def round_to(e: Expr[float], step: Exact, *, mode: Mode | None = None) -> Expr[Decimal]: ...
@overload
def round_to(e: Expr[N], step: Expr[N] | N, *, mode: Mode | None = None) -> Expr[N]: ...
def round_to(e: object, step: object, *, mode: Mode | None = None) -> Expr[Any]:
    """The nearest multiple of a step above zero: `kumi.round_to(e, 0.05)` for cash."""
    return applied("round_to", e, step, mode=mode)


def floor(e: Expr[Number]) -> Expr[int]:
    """The greatest integer that is not above `e`; ValueError in a run for NaN and infinities."""
    return applied("floor", e)


def ceil(e: Expr[Number]) -> Expr[int]:
    """The least integer that is not below `e`; ValueError in a run for NaN and infinities."""
    return applied("ceil", e)


@overload
def min_of(first: Exact, second: AnyNumber, *more: AnyNumber) -> Expr[Decimal]: ...
@overload
def min_of(first: AnyNumber, second: Exact, *more: AnyNumber) -> Expr[Decimal]: ...
@overload
def min_of(first: Expr[O] | O, second: Expr[O] | O, *more: Expr[O] | O) -> Expr[O]: ...
def min_of(first: object, second: object, *more: object) -> Expr[Any]:
    """The least of two values or more."""
    return applied("min_of", first, second, *more)


@overload
def max_of(first: Exact, second: AnyNumber, *more: AnyNumber) -> Expr[Decimal]: ...
@overload
def max_of(first: AnyNumber, second: Exact, *more: AnyNumber) -> Expr[Decimal]: ...
@overload
def max_of(first: Expr[O] | O, second: Expr[O] | O, *more: Expr[O] | O) -> Expr[O]: ...
def max_of(first: object, second: object, *more: object) -> Expr[Any]:
    """The greatest of two values or more."""
    return applied("max_of", first, second, *more)
