"""The pytest plugin: `--kumi-profile[=FILE]`, and the fixture `kumi_profile`.

It is loaded in every run of pytest, so nothing heavy is imported until it is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from kumi.testing import KumiProfile

_OPTION: Final = "--kumi-profile"
_FILE: Final = "kumi-profile.jsonl"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option. Its file follows an equals sign: see `pytest_load_initial_conftests`."""
    parser.getgroup("kumi").addoption(
        _OPTION,
        nargs="?",
        const=_FILE,
        metavar="FILE",
        help=f"Record the schemas that the tests run, with =FILE into that file ({_FILE}).",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> None:
    """Name the file of an option without one, or it would take the path of a test for it."""
    args[:] = [f"{_OPTION}={_FILE}" if word == _OPTION else word for word in args]


def pytest_configure(config: pytest.Config) -> None:
    """Begin to record, where that is asked for."""
    file = config.getoption(_OPTION)
    if file is None or config.option.collectonly:
        return
    from kumi.testing.suite_profile import SuiteProfile  # noqa: PLC0415 - it imports the SDK

    # The workers of xdist get the options as they are now, and may have another current folder.
    config.option.kumi_profile = path = str(Path(file).absolute())
    is_worker = hasattr(config, "workerinput")
    config.pluginmanager.register(SuiteProfile(path, is_worker=is_worker), "kumi-suite-profile")


@pytest.fixture
def kumi_profile() -> KumiProfile:
    """A block that counts what runs inside of it, and gives `BlockCounts`."""
    from kumi.testing.block_counts import counted  # noqa: PLC0415 - it imports NumPy

    return counted
