"""JSON in and out of the command line."""

from __future__ import annotations

import json
import re
import sys
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from kumi.cli.strict_json import loads
from kumi.cli.terminal import say
from kumi.kernels.decimal_values import Written
from kumi.kernels.values import to_string
from kumi.letters import harmless_json, visible
from kumi.profiles.devices import device_refused, is_device
from kumi.syntax.nodes import Symbol

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def integers_of_any_size() -> Iterator[None]:
    """Lift Python's guard against long numbers: integers are exact at any size, in JSON too."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(before)


def read_input(path: str | None, *, keeps_digits: bool = False) -> dict[str, Any]:
    """The input object in the file at `path`; `-` is standard input, None an empty object.

    Floats remember how they were written where it `keeps_digits`, for decimals to be read.

    Raises OSError where it cannot be read, ClickException where it is no JSON object.
    """
    if path is None:
        return {}
    name = "standard input" if path == "-" else visible(path)
    if path != "-" and is_device(path):
        raise click.ClickException(device_refused(name, "input"))
    data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    value = _parsed(name, data, keeps_digits)
    if not isinstance(value, dict):
        raise click.ClickException(f"{name}: the input must be a JSON object, not {_kind(value)}")
    return value


def write_output(values: dict[str, Any], path: str | None) -> None:
    """Write a result to the file at `path` (None: standard output), and warn of lost numbers."""
    text, lost = to_json(values)
    if path is None:
        _print(text)
    else:
        _write_file(path, text + "\n")
    if lost:
        numbers = "1 number is" if lost == 1 else f"{lost} numbers are"
        say(f"warning: {numbers} NaN or infinite, which JSON has not: null", err=True)


def _print(text: str) -> None:
    """Print JSON; what steers a terminal, or is lacking in its encoding, is escaped as in JSON."""
    text = harmless_json(text)
    try:
        click.echo(text)
    except UnicodeEncodeError:
        click.echo(re.sub(r"[^\0-\x7f]+", lambda found: json.dumps(found[0])[1:-1], text))


def _write_file(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        error.filename = path  # the error of a full disk names no file
        raise


def to_json(values: dict[str, Any]) -> tuple[str, int]:
    """An object as JSON, a line for each key; and how many NaN and infinities became null.

    Raises ClickException for a value that no recursive writer can write.
    """
    try:
        return _lines(values)
    except RecursionError as error:
        raise click.ClickException("the result is nested too deeply for JSON") from error


_NO_NUMBER: Final = re.compile(r'("(?:[^"\\]|\\.)*")|(-?Infinity|NaN)')


def _lines(values: dict[str, Any]) -> tuple[str, int]:
    lost = 0
    lines = []
    for name, value in values.items():
        text, count = _written(value)
        lines.append(f"  {json.dumps(name, ensure_ascii=False)}: {text}")
        lost += count
    return "{\n" + ",\n".join(lines) + "\n}" if lines else "{}", lost


def _written(value: Any) -> tuple[str, int]:
    """A value as JSON, and how many numbers in it became null."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_text)
        if not _is_as_given(value):
            return text, 0
    except (ValueError, TypeError):
        pass  # NaN, or a decimal, which Python's writer does not know
    text = _with_decimals(value)
    lost = sum(1 for found in _NO_NUMBER.finditer(text) if found[2])
    return _NO_NUMBER.sub(lambda found: found[1] or "null", text), lost


def _is_as_given(value: Any) -> bool:
    """Whether there is a number in a value, however deep, that remembers how it was written."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Written):
            return True
        if isinstance(one, list | tuple | dict):
            waiting += one.values() if isinstance(one, dict) else one
    return False


def _with_decimals(value: Any) -> str:
    """A value as JSON: decimals as numbers with all their digits, and those passed on as given."""
    if isinstance(value, Decimal):
        return to_string(value)
    if isinstance(value, Written):
        return value.text
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_with_decimals, value))}]"
    if isinstance(value, dict):
        pairs = (f"{json.dumps(str(k))}: {_with_decimals(one)}" for k, one in value.items())
        return f"{{{', '.join(pairs)}}}"
    return json.dumps(value, ensure_ascii=False, default=_text)


def _text(value: object) -> str:
    """What JSON has no form of its own for: a date, and a symbol."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Symbol):
        return value.name
    raise TypeError(f"JSON has no {type(value).__name__}")


def _parsed(name: str, data: bytes, keeps_digits: bool) -> Any:
    if not data.strip():
        raise click.ClickException(f"{name}: it is empty; the input is a JSON object, such as {{}}")
    try:
        return loads(data.decode("utf-8-sig"), keeps_digits=keeps_digits)
    except json.JSONDecodeError as error:
        where = f"{name}:{error.lineno}:{error.colno}"
        raise click.ClickException(f"{where}: {error.msg}") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise click.ClickException(f"{name}:{line}: the file is not UTF-8 text") from error
    except RecursionError as error:
        raise click.ClickException(f"{name}: nested too deeply") from error


def _kind(value: Any) -> str:
    names: dict[type, str] = {list: "an array", str: "a string", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")
