"""The files that `kumi profile -o` writes: which they may be, and what is said of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from kumi.cli.export_formats import FORMATS, ending
from kumi.cli.progress import reading
from kumi.cli.terminal import say
from kumi.profiles.exports.whole_file import whole_file
from kumi.profiles.reports.wording import name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kumi.profiles.exports.opened_profile import OpenedProfile


def check_outputs(outputs: Iterable[str], *, force: bool) -> None:
    """Refuse names without a format, and files that are there already unless `force`."""
    for output in outputs:
        if ending(output) is None:
            known = ", ".join(FORMATS)
            raise click.BadParameter(
                f"{output!r} says no format by its end; there are {known}", param_hint="-o"
            )
        if os.path.lexists(output) and not force:
            raise click.ClickException(f"{name(output)} is there already; --force replaces it")


def write_outputs(outputs: Iterable[str], opened: OpenedProfile) -> None:
    """Write the profile to each of them, and say so on standard error.

    Raises OSError where one cannot be written, and leaves nothing of that one.
    """
    for output in outputs:
        with reading(), whole_file(output) as path:
            remark = FORMATS[str(ending(output))](opened, path)
        say(f"wrote {name(output)}" + (f" ({remark})" if remark else ""), err=True)
