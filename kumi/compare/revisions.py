"""A file as it was at a revision of git, with all files beside it, in a temporary folder.

The whole tree of the revision is taken out, because a schema may import any file of it. The user's
own tree, index and branches are only read.
"""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX: Final = "git:"


class RevisionError(Exception):
    """There is no such revision or file; the text is one line for a person."""


class AtRevision(NamedTuple):
    """What `git:REV:path` names: `path` is relative to the current folder."""

    revision: str
    path: str


def parsed(spec: str) -> AtRevision:
    """The parts of `git:REV:path`. Raises RevisionError where it has not all of them."""
    revision, _, path = spec.removeprefix(PREFIX).partition(":")
    if not revision or not path:
        raise RevisionError(f"{spec}: write git:REV:path, such as git:main:tax.kumi")
    return AtRevision(revision, path)


def taken_out(wanted: AtRevision, folder: Path) -> str:
    """Put the tree of the revision into the folder; the path there of the file that is wanted.

    What follows `.py:` in the path, the name of a class, is left as it is. Raises RevisionError.
    """
    top, below = _git("rev-parse", "--show-toplevel"), _git("rev-parse", "--show-prefix")
    commit = f"{wanted.revision}^{{commit}}"
    found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", commit)
    if not found:
        raise RevisionError(f"git knows no revision {wanted.revision!r}")
    _unpack(["-C", top, "archive", "--format=tar", found], folder)
    path, colon, name = wanted.path.partition(".py:")
    file = (folder / below / f"{path}{colon[:-1]}").resolve()
    if not (file.is_file() and file.is_relative_to(folder.resolve())):
        raise RevisionError(f"{wanted.revision} has no file {below}{path}{colon[:-1]}")
    return f"{file}:{name}" if colon else str(file)


def as_it_was(path: str, folder: Path) -> str:
    """A folder of the user's as it was at the revision that was taken out into `folder`.

    One that lies outside of the repository is what it is now. Raises RevisionError.
    """
    top, wanted = Path(_git("rev-parse", "--show-toplevel")).resolve(), Path(path).resolve()
    return str(folder / wanted.relative_to(top)) if wanted.is_relative_to(top) else path


def _git(*arguments: str) -> str:
    """What git says. Raises RevisionError where this is no repository, or git is not there."""
    with _started(arguments) as git:
        said, complaint = git.communicate()
    if complaint:
        raise RevisionError(complaint.decode("utf-8", "replace").strip().splitlines()[0])
    return said.decode("utf-8", "surrogateescape").strip("\n")


def _started(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - no shell, and the revision cannot be an option
            ["git", *arguments],  # noqa: S607 - the user's own git
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise RevisionError(f"git: {error.strerror}") from error


def _unpack(arguments: Sequence[str], folder: Path) -> None:
    """Put what git writes as an archive into the folder."""
    try:
        with _started(arguments) as git, tarfile.open(fileobj=git.stdout, mode="r|") as archive:
            archive.extraction_filter = getattr(tarfile, "tar_filter", None)  # since Python 3.11.4
            archive.extractall(folder)  # noqa: S202 - the user's own files, which are to be run
    except tarfile.TarError as error:
        raise RevisionError(f"what git archive gives cannot be unpacked: {error}") from error
