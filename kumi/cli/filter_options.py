"""The options by which commands choose among the events of a profile."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

import click

from kumi.profiles.filters import Filters, FromEdge

if TYPE_CHECKING:
    from collections.abc import Callable


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options; it takes `filters` for all of them."""

    @wraps(command)
    def filtered(*arguments: Any, **options: Any) -> Any:
        asked = {field: options.pop(name) for name, field in _FIELDS.items()}
        return command(*arguments, filters=Filters(**asked), **options)

    for option in reversed(_OPTIONS):
        filtered = option(filtered)
    return filtered


def _min_duration(_ctx: click.Context, _param: click.Parameter, value: str | None) -> int:
    """`0.5`, `250us`, `2s`; milliseconds where no unit stands."""
    if value is None:
        return 0
    from kumi.profiles.asked_times import nanoseconds  # noqa: PLC0415 - seldom asked for

    try:
        return nanoseconds(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _moment(
    _ctx: click.Context, _param: click.Parameter, value: str | None
) -> int | FromEdge | None:
    if value is None:
        return None
    from kumi.profiles.asked_times import asked_moment  # noqa: PLC0415 - seldom asked for

    try:
        return asked_moment(value)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(str(error)) from error


def _pairs(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    pairs = [value.partition("=") for value in values]
    for key, equals, _ in pairs:
        if not (key and equals):
            raise click.BadParameter(f"{key!r} is no KEY=VALUE such as deployment.environment=test")
    return tuple((key, value) for key, _, value in pairs)


_FIELDS: Final = {
    "schema": "schemas",
    "origin": "origins",
    "declaration": "declarations",
    "operation": "operations",
    "service": "services",
    "run": "runs",
    "resource": "resources",
    "since": "since",
    "until": "until",
    "min_ns": "min_ns",
}
_OPTIONS: Final = (
    click.option("--schema", multiple=True, metavar="NAME", help="Only this schema; repeatable."),
    click.option(
        "--origin", multiple=True, metavar="NAME", help="Only declarations written in this schema."
    ),
    click.option("--declaration", multiple=True, metavar="NAME", help="Only this declaration."),
    click.option("--operation", multiple=True, metavar="NAME", help="Only this operation: Map."),
    click.option("--service", multiple=True, metavar="NAME", help="Only this service."),
    click.option(
        "--run", multiple=True, metavar="ID", help="Only this run; 8 digits are a process."
    ),
    click.option(
        "--resource",
        multiple=True,
        metavar="KEY=VALUE",
        callback=_pairs,
        help="Only processes with this resource attribute.",
    ),
    click.option(
        "--since",
        metavar="TIME",
        callback=_moment,
        help="Only what began then or later: 2025-01-20T10:30 (UTC), +5s behind the beginning of "
        "the profile, -5s before its end.",
    ),
    click.option(
        "--until", metavar="TIME", callback=_moment, help="Only what began before; as --since."
    ),
    click.option(
        "--min-duration",
        "min_ns",
        callback=_min_duration,
        metavar="TIME",
        help="Only what took as long: 0.5 (ms), 20us, 1s.",
    ),
)
