"""How an event file is opened: whose it is decides whether it is moved aside, emptied or kept."""

from __future__ import annotations

import errno
import logging
import os
import re
import socket
import stat
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kumi.spans import frames
from kumi_exporters.eventfile import locks, ownership
from kumi_exporters.eventfile.sniff import is_profile, job_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kumi.spans.frames import Codec

_STREAM = re.compile(r"/dev/(?:fd/(\d+)|stdin|stdout|stderr)|/proc/self/fd/(\d+)")
_STANDARD = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_ATTEMPTS = 20
_APPEND = os.O_APPEND | getattr(os, "O_BINARY", 0)


class ForeignError(OSError):
    """The file is somebody else's, and stays as it is."""


@dataclass(frozen=True, slots=True)
class OpenMode:
    """What becomes of an existing file: moved aside, unless it is emptied or appended to."""

    persistent: bool = False
    truncate: bool = False


class LogNote(NamedTuple):
    """Something to be logged, once it is nobody's turn to write."""

    level: int
    text: str


class Target(NamedTuple):
    """What is to be opened, and how. `say` takes what is to be logged about it."""

    path: str
    mode: OpenMode
    say: Callable[[LogNote], object]

    @property
    def codec(self) -> Codec | None:
        """How the file is compressed, as its name says."""
        return frames.by_name(self.path)


def fill_in(template: str, service: str) -> str:
    """A path, with `{pid}`, `{host}` and `{service}` as parts of a file's name."""
    known = {"pid": str(os.getpid()), "host": socket.gethostname(), "service": service}
    for name, value in known.items():
        template = template.replace(f"{{{name}}}", _safe(value))
    return template


def _safe(text: str) -> str:
    return re.sub(r"[^\w.-]", "_", text).lstrip(".") or "_"


def is_stream(path: str) -> bool:
    """Whether it is no regular file: a terminal, a pipe, a device."""
    if _STREAM.fullmatch(path):
        return True
    try:
        return not stat.S_ISREG(Path(path).stat().st_mode)
    except FileNotFoundError:
        return False


def open_stream(path: str) -> int:
    """A descriptor for what is no regular file. A pipe that nobody reads is an error."""
    named = _STREAM.fullmatch(path)
    if named:
        return os.dup(int(named[1] or named[2] or _STANDARD[path]))
    return os.open(path, os.O_WRONLY | _APPEND | getattr(os, "O_NONBLOCK", 0))


def open_file(target: Target, *, wait: bool) -> int:
    """A descriptor to append to, once the mode was applied to what stood there.

    The file counts as in use until the descriptor is closed. Raises ForeignError for a file that
    is no profile, HeldError instead of waiting for a process that is moving it aside.
    """
    Path(target.path).parent.mkdir(parents=True, exist_ok=True)
    for _ in range(_ATTEMPTS):
        fd = os.open(target.path, os.O_RDWR | os.O_CREAT | _APPEND, 0o666)
        try:
            if _settle(fd, target, wait=wait):
                return fd
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)
    raise OSError(errno.EBUSY, "is replaced again and again", target.path)


def _settle(fd: int, target: Target, *, wait: bool) -> bool:
    """Apply the mode to what is open. False where the path means another file by now."""
    if os.fstat(fd).st_size and not is_profile(fd, target.codec):
        raise ForeignError(errno.EEXIST, "is no profile, and stays as it is")
    if _changes(fd, target) and not _apply(fd, target):
        return False
    locks.share(fd, wait=wait)
    if not _is_at(fd, target.path):
        return False
    ownership.claim_file(_identity(fd))
    return True


def _changes(fd: int, target: Target) -> bool:
    """Whether the mode asks for something here: it does once a job, for a file with content."""
    appends = target.mode.persistent and not target.mode.truncate
    return not (appends or os.fstat(fd).st_size == 0 or _is_ours(fd, target.codec))


def _is_ours(fd: int, codec: Codec | None) -> bool:
    return ownership.has_claimed(_identity(fd)) or job_of(fd, codec) == ownership.claim()


def _apply(fd: int, target: Target) -> bool:
    if not locks.exclude(fd):
        if _is_at(fd, target.path):
            in_use = f"{target.path} is in use by another process: appending to it"
            target.say(LogNote(logging.WARNING, in_use))
        return True
    if not _is_at(fd, target.path):
        return False
    if target.mode.truncate:
        os.ftruncate(fd, 0)
        return True
    _move_aside(target)
    return False


def _move_aside(target: Target) -> None:
    real = Path(target.path).resolve()
    old = real.replace(_name_for_old(str(real), target.codec))
    target.say(LogNote(logging.INFO, f"the profile that was at {target.path} is now {old}"))


def _name_for_old(path: str, codec: Codec | None) -> str:
    """`path.old`; where that is something else than an old profile, the next free `path.N`."""
    old = f"{path}.old"
    if not os.path.lexists(old) or _is_old_profile(old, codec):
        return old
    return next(name for n in count(1) if not os.path.lexists(name := f"{path}.{n}"))


def _is_old_profile(path: str, codec: Codec | None) -> bool:
    if not Path(path).is_file():
        return False
    with Path(path).open("rb") as file:
        return is_profile(file.fileno(), codec)


def _identity(fd: int) -> str:
    status = os.fstat(fd)
    return f"{status.st_dev}:{status.st_ino}"


def _is_at(fd: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), Path(path).stat())
    except FileNotFoundError:
        return False
